//! Time as contracts count it: holidays of regions and customers, months of zones, exclusions that repeat.

mod closing;
mod contract;
mod deadline;
mod holidays;
mod incident;
mod months;
mod recurring;

use sla_core::catalogue::{Catalogue, Finding, SourceFile};

use crate::desk;

/// The beginning of a contract, behind the desk's platform; further lines of its spec follow from line 45 on.
const CONTRACT: &str = r#"---
apiVersion: sla-desk/v1
kind: Contract
metadata: { name: main }
spec:
  tenant: nord
  version: 1
  validFrom: 2010-01-01
  currency: EUR
  fee: { monthly: 10000.00 }
  rounding: { mode: half_up, at: commitment }
  legalNature: service_credit
  caps: []
  excludedKinds: [maintenance, customer]
  maintenance: { notice: 2d }
  commitments:
    - { name: up, slo: up, target: 99.9, method: Timeslices, slice: 15m, sliceTarget: 95, unknown: range, quiet: good, exclusions: denominator, penalty: { bands: [{ from: 0, below: 99.9, credit: 10 }] } }
"#;

/// What is measured, the only customer, and the beginning of a contract.
fn platform() -> String {
    format!("{}{CONTRACT}", desk::PLATFORM.trim_start())
}

/// Reads the platform with further lines of the contract, further documents, and a file of closing days beside it.
fn read(fields: &[&str], documents: &str, closing: Option<&str>) -> Result<Catalogue, Vec<Finding>> {
    let fields: String = fields.iter().map(|field| format!("  {field}\n")).collect();
    let text = format!("{}{fields}{documents}", platform());
    let mut files = vec![SourceFile { name: "nord/catalogue.yaml".to_owned(), text }];
    files.extend(closing.map(|text| SourceFile { name: "nord/closing.ics".to_owned(), text: text.to_owned() }));
    Catalogue::read(&files)
}

/// The same of a catalogue without a defect.
#[track_caller]
fn sound(fields: &[&str], documents: &str, closing: Option<&str>) -> Catalogue {
    read(fields, documents, closing).unwrap_or_else(|findings| panic!("{}", lines(&findings).join("\n")))
}

fn lines(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(crate::telling::told).collect()
}
