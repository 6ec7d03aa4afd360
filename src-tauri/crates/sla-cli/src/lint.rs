//! `sla lint`.

use serde_json::{Value, json};
use sla_app::{CatalogueError, read_catalogue};
use sla_core::catalogue::{Catalogue, Finding};

use crate::args;
use crate::failure::Failure;
use crate::output::Output;

/// Checks a catalogue and prints what is in it, or every defect.
pub(crate) fn run(arguments: &args::Lint, output: Output) -> Result<(), Failure> {
    match read_catalogue(&arguments.catalogue) {
        Ok(catalogue) => {
            output.print(
                || format!("sound: {}", count(&catalogue).join(", ")),
                || json!({ "findings": [], "contracts": catalogue.contracts.len(), "tenants": catalogue.tenants.len() }),
            );
            Ok(())
        }
        Err(CatalogueError::Unsound(findings)) if output.json => {
            output.print(String::new, || json!({ "findings": findings.iter().map(finding).collect::<Vec<_>>() }));
            Err(Failure::printed_defects())
        }
        Err(error) => Err(error.into()),
    }
}

fn count(catalogue: &Catalogue) -> Vec<String> {
    let kinds = [
        ("data source", catalogue.data_sources.len()),
        ("service", catalogue.services.len()),
        ("SLI", catalogue.slis.len()),
        ("SLO", catalogue.slos.len()),
        ("tenant", catalogue.tenants.len()),
        ("contract version", catalogue.contracts.len()),
        ("exclusion", catalogue.exclusions.len()),
    ];
    kinds.map(|(kind, count)| format!("{count} {kind}{}", if count == 1 { "" } else { "s" })).to_vec()
}

fn finding(finding: &Finding) -> Value {
    json!({
        "code": finding.code.name(),
        "file": finding.place.file,
        "line": finding.place.line,
        "column": finding.place.column,
        "path": finding.place.path,
        "found": finding.found,
        "expected": finding.expected,
    })
}
