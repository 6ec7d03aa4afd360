//! What is written for machines against the schemas that are published in `assets/schemas`.

use serde_json::{Value, json};
use sla_core::record::{Language, Verdict};
use sla_report::{Templates, portfolio_documents, sample, tenant_documents};

const LANGUAGES: [Language; 2] = [Language::De, Language::En];
const VERDICTS: [Verdict; 3] = [Verdict::Met, Verdict::Breached, Verdict::Undecidable];

/// Everything that a document of that name has against its schema.
fn faults(name: &str, document: &Value) -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/schemas");
    let text = std::fs::read_to_string(folder.join(format!("{name}.schema.json"))).expect("a published schema");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    validator.iter_errors(document).map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
}

fn report(language: Language, verdict: Verdict) -> Value {
    let record = sample::record(language, verdict);
    let documents = tenant_documents(&Templates::builtin(), &record, &sample::contacts()).expect("documents");
    let report = documents.iter().find(|document| document.name == "report.json").expect("a report");
    serde_json::from_slice(&report.bytes).expect("JSON")
}

#[test]
fn every_report_keeps_its_published_schema() {
    for language in LANGUAGES {
        for verdict in VERDICTS {
            assert_eq!(faults("report", &report(language, verdict)), [""; 0], "{language:?} {verdict:?}");
        }
    }
}

#[test]
fn what_is_over_all_tenants_keeps_its_published_schema() {
    let records: Vec<_> =
        VERDICTS.iter().flat_map(|verdict| LANGUAGES.map(|language| sample::record(language, *verdict))).collect();
    let documents = portfolio_documents(records[0].month, &records).expect("documents");
    for name in ["portfolio", "operations"] {
        let document = documents.iter().find(|document| document.name == format!("{name}.json")).expect("the document");
        assert_eq!(faults(name, &serde_json::from_slice(&document.bytes).expect("JSON")), [""; 0], "{name}");
    }
}

#[test]
fn a_report_that_breaks_its_schema_is_told() {
    #[track_caller]
    fn check(pointer: &str, value: Value) {
        let mut report = report(Language::De, Verdict::Undecidable);
        *report.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} is not there")) = value;
        let faults = faults("report", &report);
        // Inside what may be null a validator tells of the whole.
        let places = faults.iter().filter_map(|fault| fault.split_once(": ")).map(|(place, _)| place);
        assert_eq!(places.filter(|place| pointer.starts_with(place)).count(), faults.len(), "{pointer}: {faults:?}");
        assert!(!faults.is_empty(), "{pointer}");
    }
    check("/verdict", json!("kept"));
    check("/commitments/0/target", json!(99.9));
    check("/commitments/0/credit/low_minor", json!(0.5));
    check("/commitments/0/credit/band/high/below", json!(99.9));
    check("/commitments/1/unknown_bound/per_slice", json!("many"));
    check("/incident_promises/0/within", json!(-1));
    check("/contract/template", json!(1));
    check("/evidence/0/notes/0", json!({ "code": "no_number" }));
}
