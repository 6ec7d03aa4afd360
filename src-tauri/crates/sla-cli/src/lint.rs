//! `sla lint`.

use serde_json::{Value, json};
use sla_app::{CatalogueError, FindingView, read_catalogue};
use sla_core::catalogue::{Catalogue, Finding};

use crate::args;
use crate::failure::Failure;
use crate::output::Output;

/// Checks a catalogue and prints what is in it, every defect, and what is unsound in a contract.
pub(crate) fn run(arguments: &args::Lint, output: Output) -> Result<(), Failure> {
    let catalogue = match read_catalogue(&arguments.catalogue) {
        Ok(catalogue) => catalogue,
        Err(CatalogueError::Unsound(findings)) => {
            let findings: Vec<&Finding> = findings.iter().collect();
            output.print(|| text(&findings), || json!({ "findings": values(&findings), "accepted": [] }));
            return Err(Failure::printed_defects());
        }
        Err(error) => return Err(error.into()),
    };
    let (open, accepted) = catalogue.unsound_findings();
    let said = || {
        let taken = accepted.iter().map(|finding| format!("accepted by the contract: {finding}"));
        let summary = match open.len() {
            0 => format!("sound: {}", count(&catalogue).join(", ")),
            _ => text(&open),
        };
        taken.chain([summary]).collect::<Vec<_>>().join("\n")
    };
    let values = || {
        json!({
            "findings": values(&open),
            "accepted": values(&accepted),
            "contracts": catalogue.contracts.len(),
            "tenants": catalogue.tenants.len(),
        })
    };
    output.print(said, values);
    if open.is_empty() { Ok(()) } else { Err(Failure::printed_defects()) }
}

/// Findings for people: each with the clauses that would settle it, and how many there are.
fn text(findings: &[&Finding]) -> String {
    let finding = |finding: &&Finding| match finding.wording() {
        Some(wording) => format!("{finding}\n    de: {}\n    en: {}", wording.de, wording.en),
        None => finding.to_string(),
    };
    let noun = if findings.len() == 1 { "finding" } else { "findings" };
    let lines = findings.iter().map(finding).chain([format!("{} {noun}", findings.len())]);
    lines.collect::<Vec<_>>().join("\n")
}

fn count(catalogue: &Catalogue) -> Vec<String> {
    let kinds = [
        ("data source", catalogue.data_sources.len()),
        ("service", catalogue.services.len()),
        ("SLI", catalogue.slis.len()),
        ("SLO", catalogue.slos.len()),
        ("tenant", catalogue.tenants.len()),
        ("contract template", catalogue.templates.len()),
        ("contract version", catalogue.contracts.len()),
        ("exclusion", catalogue.exclusions.len()),
    ];
    kinds.map(|(kind, count)| format!("{count} {kind}{}", if count == 1 { "" } else { "s" })).to_vec()
}

fn values(findings: &[&Finding]) -> Vec<Value> {
    findings.iter().map(|finding| json!(FindingView::of(finding))).collect()
}
