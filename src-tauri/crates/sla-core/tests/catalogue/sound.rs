//! What is sound is read as it was written.

use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};
use sla_core::catalogue::{Catalogue, Document, OPENSLO, SLA_DESK, SourceFile};
use sla_core::plan::plan;
use sla_core::record::ExclusionDecision;

use super::read;

/// Every document of a catalogue as JSON, in the order of kinds and names.
fn documents(catalogue: &Catalogue) -> Vec<Value> {
    fn all<'a, S: Serialize + 'a>(
        api_version: &str,
        kind: &str,
        documents: impl Iterator<Item = &'a Document<S>>,
    ) -> Vec<Value> {
        let one = |document: &Document<S>| {
            let content: Value = serde_json::from_str(&document.canonical_json()).expect("JSON");
            json!({ "apiVersion": api_version, "kind": kind, "metadata": content[0], "spec": content[1] })
        };
        documents.map(one).collect()
    }
    [
        all(OPENSLO, "DataSource", catalogue.data_sources.values()),
        all(OPENSLO, "Service", catalogue.services.values()),
        all(OPENSLO, "SLI", catalogue.slis.values()),
        all(OPENSLO, "SLO", catalogue.slos.values()),
        all(SLA_DESK, "Tenant", catalogue.tenants.values()),
        all(SLA_DESK, "Contract", catalogue.contracts.values()),
        all(SLA_DESK, "Exclusion", catalogue.exclusions.values()),
    ]
    .concat()
}

#[test]
fn a_catalogue_of_every_kind_round_trips() {
    let catalogue = read(&[]).expect("sound");
    let written = documents(&catalogue);
    let kinds: Vec<&str> = written.iter().filter_map(|document| document["kind"].as_str()).collect();
    assert_eq!(
        kinds,
        [
            "DataSource",
            "DataSource",
            "Service",
            "SLI",
            "SLI",
            "SLO",
            "SLO",
            "Tenant",
            "Tenant",
            "Contract",
            "Contract",
            "Contract",
            "Exclusion"
        ]
    );
    // JSON is YAML: each document alone in a file.
    let files: Vec<SourceFile> = written
        .iter()
        .enumerate()
        .map(|(index, document)| SourceFile { name: format!("{index}.yaml"), text: document.to_string() })
        .collect();
    let again = Catalogue::read(&files).unwrap_or_else(|findings| panic!("{findings:#?}"));
    assert_eq!(documents(&again), written);
}

#[test]
fn values_are_read_to_the_letter() {
    let catalogue = read(&[]).expect("sound");
    let written = documents(&catalogue);
    #[track_caller]
    fn check(written: &[Value], kind: &str, name: &str, pointer: &str, expected: Value) {
        let found = written.iter().filter(|document| document["kind"] == kind && document["metadata"]["name"] == name);
        let values: Vec<&Value> = found.filter_map(|document| document.pointer(pointer)).collect();
        assert_eq!(values.first().copied(), Some(&expected), "{kind} {name} {pointer}");
    }
    check(&written, "DataSource", "metrics", "/metadata/displayName", json!("Überwachung"));
    check(&written, "DataSource", "metrics", "/spec/connectionDetails/timeoutSeconds", json!(30));
    check(&written, "SLI", "requests", "/spec/ratioMetric/counter", json!(true));
    check(&written, "SLO", "requests-answered", "/spec/objectives/0/target", json!("1"));
    check(&written, "SLO", "reachable", "/spec/objectives/0/target", json!("0.9995"));
    check(&written, "SLO", "reachable", "/spec/objectives/0/timeSliceWindow", json!("1m"));
    check(&written, "Contract", "nord-main", "/spec/commitments/0/target", json!("99.9"));
    check(&written, "Contract", "nord-main", "/spec/commitments/0/penalty/bands/0/from", json!("99.0"));
    check(&written, "Contract", "nord-main", "/spec/fee/monthly", json!("12500.00"));
    check(&written, "Contract", "west-main", "/spec/commitments/0/penalty/bands/0/credit", json!("100"));
    check(&written, "Exclusion", "upgrade", "/spec/start", json!("2026-05-10T00:00:00Z"));
}

#[test]
fn the_same_content_has_the_same_hash_however_it_is_laid_out() {
    let hash = |edits: &[(&str, &str)]| {
        let catalogue = read(edits).expect("sound");
        let contract = catalogue.contracts.values().last().expect("a contract");
        contract.sha256()
    };
    let flow = "{ from: 0, below: 98, credit: 100 }";
    let first = hash(&[]);
    assert_eq!(hash(&[(flow, "{credit: \"100\", below: 98, from: 0} # a remark")]), first);
    assert_ne!(hash(&[(flow, "{ from: 0, below: 98, credit: 99 }")]), first);
    // 98 and 98.0 are the same percentage, but not the same text: the contract prints as it was agreed.
    assert_ne!(hash(&[("target: 98\n", "target: 98.0\n")]), first);
}

#[test]
fn an_exclusion_that_its_requester_approved_is_read_and_does_not_count() {
    #[track_caller]
    fn check(edits: &[(&str, &str)], decision: ExclusionDecision, excluded_seconds: i64) {
        let catalogue = read(edits).expect("sound");
        let plans = plan(&catalogue, "2026-05".parse().expect("a month"), Some("nord"), 1_800_000_000).expect("a plan");
        assert_eq!(plans[0].exclusions[0].decision, decision);
        assert_eq!(plans[0].commitments[0].scope.excluded.seconds(), excluded_seconds);
    }
    check(&[], ExclusionDecision::Accepted, 7_200);
    check(&[("approvedBy: Nord AG", "approvedBy: Ina")], ExclusionDecision::SamePerson, 0);
    check(&[("approvedBy: Nord AG", "approvedBy: INA ")], ExclusionDecision::SamePerson, 0);
    check(&[("  approvedBy: Nord AG\n", "")], ExclusionDecision::NotApproved, 0);
    check(&[("approvedBy: Nord AG", "approvedBy: ' '")], ExclusionDecision::NotApproved, 0);
}

#[test]
fn a_month_before_the_contract_has_no_plan() {
    #[track_caller]
    fn check(month: &str, tenant: &str, contract: Option<(&str, u32)>) {
        let catalogue = read(&[]).expect("sound");
        let plans = plan(&catalogue, month.parse().expect("a month"), Some(tenant), 1_800_000_000);
        let found =
            plans.as_ref().ok().map(|plans| (plans[0].contract.name().as_str(), plans[0].contract.spec.version));
        assert_eq!(found, contract, "{month} {tenant}");
        if let Err(error) = plans {
            assert_eq!(error.code(), "plan.nothing_in_force");
        }
    }
    check("2025-12", "nord", None);
    check("2026-01", "nord", Some(("nord-main", 1)));
    check("2026-06", "nord", Some(("nord-main", 1)));
    check("2026-07", "nord", Some(("nord-main", 2)));
    check("2026-02", "west", None);
    check("2026-03", "west", Some(("west-main", 1)));
}

#[test]
fn the_demo_is_sound() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/demo/catalogue");
    let entries = std::fs::read_dir(folder).expect("the demo's folder");
    let files: Vec<SourceFile> = entries
        .map(|entry| entry.expect("an entry"))
        .map(|entry| SourceFile {
            name: entry.file_name().to_string_lossy().into_owned(),
            text: std::fs::read_to_string(entry.path()).expect("a text"),
        })
        .collect();
    let catalogue = Catalogue::read(&files).unwrap_or_else(|findings| panic!("{findings:#?}"));
    assert_eq!(catalogue.tenants.len(), 4);
}
