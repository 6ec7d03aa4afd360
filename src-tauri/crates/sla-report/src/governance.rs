//! How a month of all tenants came to be: `governance.json`, `governance.csv` and `governance.pdf`. It tells of people and of
//! evidence, and of no amount.

use minijinja::context;
use minijinja::value::{Serde, Value};
use sla_core::governance::{Governance, Signed};
use sla_core::record::Language;

use crate::internal::{self, Internal};
use crate::table::{self, Field};
use crate::templates::Templates;
use crate::{Document, ReportError};

const HEADERS: [&str; 26] = [
    "month",
    "tenant",
    "tenant_name",
    "contract",
    "contract_version",
    "contract_sha256",
    "revision",
    "record_sha256",
    "chain_head",
    "state",
    "verdict",
    "closed_by",
    "closed_at",
    "submitted_by",
    "submitted_at",
    "approved_by",
    "approved_at",
    "issued_by",
    "issued_at",
    "four_eyes",
    "people",
    "evidence",
    "evidence_with_warnings",
    "exclusions_accepted",
    "exclusions_refused",
    "unknown_seconds",
];

/// The documents of a summary, in this order: `governance.json`, `governance.csv`, `governance.pdf`. Only the last one speaks a
/// language.
///
/// # Errors
/// When a template refuses it.
pub fn governance_documents(
    templates: &Templates,
    language: Language,
    governance: &Governance,
) -> Result<Vec<Document>, ReportError> {
    let mut json = serde_json::to_string_pretty(governance)
        .map_err(|error| ReportError::Write { name: "governance.json", reason: error.to_string() })?;
    json.push('\n');
    let internal = Internal { pdf: "governance.pdf", json: ("governance.json", &json), last: governance.month };
    let pdf = internal::pdf(templates, language, &internal, values(governance))?;
    let csv = csv(governance)?;
    Ok(vec![
        Document { name: "governance.json", bytes: json.into_bytes() },
        Document { name: "governance.csv", bytes: csv },
        Document { name: "governance.pdf", bytes: pdf },
    ])
}

/// What the template knows.
pub(crate) fn values(governance: &Governance) -> Value {
    context! { governance => Value::from(Serde(governance)) }
}

fn csv(governance: &Governance) -> Result<Vec<u8>, ReportError> {
    let rows = governance.months.iter().map(|one| {
        let mut row = vec![
            Field::own(governance.month),
            Field::foreign(&one.tenant),
            Field::foreign(&one.tenant_name),
            Field::foreign(&one.contract),
            Field::own(one.contract_version),
            Field::own(&one.contract_sha256),
            Field::own(one.revision),
            Field::own(&one.record_sha256),
            Field::own(one.chain_head.as_deref().unwrap_or_default()),
            Field::own(one.state.name()),
            Field::own(one.verdict.name()),
        ];
        let signed = |step: Option<&Signed>| match step {
            Some(Signed { by, at, .. }) => [Field::foreign(by), Field::own(at)],
            None => ["", ""].map(Field::foreign),
        };
        let steps = [Some(&one.closed), one.submitted.as_ref(), one.approved.as_ref(), one.issued.as_ref()];
        row.extend(steps.into_iter().flat_map(signed));
        row.extend([
            Field::own(one.four_eyes.map_or("", |is| if is { "true" } else { "false" })),
            Field::foreign(&one.people.join(" ")),
            Field::own(one.evidence),
            Field::own(one.evidence_with_warnings),
            Field::own(one.exclusions_accepted),
            Field::own(one.exclusions_refused),
            Field::own(one.unknown_seconds),
        ]);
        row
    });
    table::write("governance.csv", &HEADERS, rows)
}
