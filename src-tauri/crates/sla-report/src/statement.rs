//! A period's credits for finance: `statement.json`, `statement.csv`, `statement.xlsx` and `statement.pdf`. Only who sees amounts and people of
//! every customer may read them.

use minijinja::context;
use minijinja::value::{Serde, Value};
use sla_core::billing::{StatedStep, Statement};
use sla_core::record::Language;

use crate::internal::{self, Internal};
use crate::table::{self, Field};
use crate::templates::Templates;
use crate::{Document, ReportError, workbook};

const HEADERS: [&str; 27] = [
    "tenant",
    "tenant_name",
    "contract",
    "month",
    "revision",
    "commitment",
    "title",
    "verdict",
    "legal_nature",
    "currency",
    "low_minor",
    "high_minor",
    "state",
    "decided_minor",
    "issued_before_minor",
    "booked_minor",
    "decided_by",
    "decided_at",
    "reason",
    "approved_by",
    "approved_at",
    "approval_note",
    "issued_by",
    "issued_at",
    "reversed_by",
    "reversed_at",
    "reversal_reason",
];

/// The documents of a statement, in this order: `statement.json`, `statement.csv`, `statement.xlsx`, `statement.pdf`. Only the
/// last two speak a language.
///
/// # Errors
/// When a word is missing, or a field is not what its schema says.
pub fn statement_documents(
    templates: &Templates,
    language: Language,
    statement: &Statement,
) -> Result<Vec<Document>, ReportError> {
    let mut json = serde_json::to_string_pretty(statement)
        .map_err(|error| ReportError::Write { name: "statement.json", reason: error.to_string() })?;
    json.push('\n');
    let pdf = statement_pdf(templates, language, statement, &json)?;
    Ok(vec![
        Document { name: "statement.json", bytes: json.into_bytes() },
        Document { name: "statement.csv", bytes: csv(statement)? },
        Document { name: "statement.xlsx", bytes: workbook::statement_xlsx(templates, language, statement)? },
        Document { name: "statement.pdf", bytes: pdf },
    ])
}

fn statement_pdf(
    templates: &Templates,
    language: Language,
    statement: &Statement,
    json: &str,
) -> Result<Vec<u8>, ReportError> {
    let internal = Internal { pdf: "statement.pdf", json: ("statement.json", json), last: statement.billing.to };
    internal::pdf(templates, language, &internal, values(statement))
}

/// What the template knows.
pub(crate) fn values(statement: &Statement) -> Value {
    let mut months = statement.billing.contracts.iter().flat_map(|contract| &contract.months);
    let has_caps = months.any(|month| !month.caps.is_empty());
    context! { statement => Value::from(Serde(statement)), has_caps => has_caps }
}

fn csv(statement: &Statement) -> Result<Vec<u8>, ReportError> {
    let rows = statement.credits.iter().map(|one| {
        let mut row = vec![
            Field::foreign(&one.tenant),
            Field::foreign(&one.tenant_name),
            Field::foreign(&one.contract),
            Field::own(one.month),
            Field::own(one.revision),
            Field::foreign(&one.commitment),
            Field::foreign(&one.title),
            Field::own(one.verdict.name()),
            Field::own(workbook::name_of(&one.legal_nature)),
            Field::own(&one.currency),
            Field::own(one.low_minor),
            Field::own(one.high_minor),
            Field::own(one.state.name()),
            table::figure(one.decided_minor),
            Field::own(one.issued_before_minor),
            Field::own(one.booked_minor),
        ];
        let told = |step: &Option<StatedStep>| match step {
            Some(StatedStep { by, at, note }) => [Field::foreign(by), Field::own(at), Field::foreign(note)],
            None => ["", "", ""].map(Field::foreign),
        };
        row.extend(told(&one.decided));
        row.extend(told(&one.approved));
        row.extend(told(&one.issued).into_iter().take(2));
        row.extend(told(&one.reversed));
        row
    });
    table::write("statement.csv", &HEADERS, rows)
}
