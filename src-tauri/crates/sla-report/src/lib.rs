//! Documents out: what a customer reads, and what a machine reads, of a closed month.
//!
//! Read it in the order in which a document comes to be: a [`sla_core::record::MonthRecord`] and the words of
//! [`Templates`] become Markdown text (`render`), the text becomes a [`manuscript::Manuscript`], and the manuscript
//! becomes pages (`pdf`) or a letter (`letter`, `html`, `mail`); other letters than the month's are an `occasion`'s. `table`, `portfolio` and `operations`
//! write for machines, `workbook` for whoever computes on, `statement` and `governance` for readers in the house.
//!
//! What does *not* live here: wording, colours and addresses (they are templates), arithmetic that decides (it is in
//! sla-core), files and clocks. Equal records and templates give byte-identical documents.

pub mod booking;
mod bounds;
pub mod bundle;
mod course;
mod error;
mod explain;
mod finding;
mod governance;
mod html;
mod internal;
mod letter;
mod locale;
mod located;
mod logo;
mod mail;
mod manifest;
pub mod manuscript;
mod occasion;
mod operations;
mod pdf;
mod portfolio;
mod preview;
mod render;
#[doc(hidden)]
pub mod sample;
mod settled;
mod source;
mod statement;
mod summary;
mod table;
mod templates;
mod theme;
mod told;
mod workbook;

use sla_core::billing::Settlement;
use sla_core::record::{Contact, Language, MonthRecord};

pub use error::{ReportError, TemplateError};
pub use explain::{Derived, DerivedCase, DerivedPromise, DerivedStep, derived, explain};
pub use finding::{TemplateCode, TemplateFinding};
pub use governance::governance_documents;
pub use manifest::evidence_schema;
pub use occasion::{Occasion, OccasionError, occasion_documents};
pub use operations::{
    OPERATIONS_SCHEMA, Operations, OperationsCommitment, OperationsEvidence, OperationsIncidentPromise,
    OperationsTenant, operations_schema,
};
pub use portfolio::{
    PORTFOLIO_SCHEMA, Portfolio, PortfolioCommitment, PortfolioTenant, VerdictCounts, portfolio, portfolio_documents,
    portfolio_schema,
};
pub use preview::{Preview, PreviewDocument, PreviewOccasion, preview_html};
pub use source::{TemplateChanges, TemplateFiles, TemplateSource};
pub use statement::statement_documents;
pub use templates::{TemplateKind, TemplateName, Templates};
pub use theme::{Colours, Customer, LogoFile, Provider, Theme};

/// A finished file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// File name, for example `report.pdf`.
    pub name: &'static str,
    /// Content.
    pub bytes: Vec<u8>,
}

/// The documents of one tenant's month, in this order: `report.pdf`, `report.json`, `report.csv`, `report.xlsx`,
/// `letter.eml`, `letter.md`, `letter.html`.
///
/// # Errors
/// When a template refuses the record, a field of the record is not what its schema says, or a value cannot stand in
/// a mail header.
pub fn tenant_documents(
    templates: &Templates,
    record: &MonthRecord,
    contacts: &[Contact],
) -> Result<Vec<Document>, ReportError> {
    documents(templates, record, None, contacts)
}

/// The same of a month that was approved, with the amounts that were decided in place of ranges; then
/// `settlement.json` and `settlement.csv`. `report.json` and `report.csv` stay what was computed.
///
/// # Errors
/// As [`tenant_documents`].
pub fn settled_documents(
    templates: &Templates,
    record: &MonthRecord,
    settlement: &Settlement,
    contacts: &[Contact],
) -> Result<Vec<Document>, ReportError> {
    let mut all = documents(templates, record, Some(settlement), contacts)?;
    all.push(Document { name: "settlement.json", bytes: settlement.to_json().into_bytes() });
    all.push(Document { name: "settlement.csv", bytes: settled::settlement_csv(settlement)? });
    Ok(all)
}

/// The same where somebody wrote the letter: it takes the place of the drawn one, which is there as `letter-drawn.md`.
///
/// # Errors
/// As [`tenant_documents`], and when the text is no letter.
pub fn written_documents(
    templates: &Templates,
    record: &MonthRecord,
    settlement: Option<&Settlement>,
    contacts: &[Contact],
    written: &str,
) -> Result<Vec<Document>, ReportError> {
    let mut all = match settlement {
        Some(settlement) => settled_documents(templates, record, settlement, contacts)?,
        None => tenant_documents(templates, record, contacts)?,
    };
    let letter = letter::Letter::written(written, record.language)?;
    let pdf = all.iter().find(|one| one.name == "report.pdf").map(|one| one.bytes.clone()).unwrap_or_default();
    let mail =
        mail::write(&templates.look(&record.tenant).theme.provider, record, settlement, contacts, &letter, &pdf)?;
    for one in &mut all {
        match one.name {
            "letter.md" => one.name = "letter-drawn.md",
            "letter.eml" => one.bytes.clone_from(&mail),
            "letter.html" => one.bytes = letter.page.clone().into_bytes(),
            _ => {}
        }
    }
    all.push(Document { name: "letter.md", bytes: letter.markdown.into_bytes() });
    Ok(all)
}

/// A written letter as it is kept: not more than one empty line in a row, and one line's end at its end.
///
/// # Errors
/// [`ReportError::Block`] when the text is no letter: it begins with its subject as a heading and has no fenced blocks.
pub fn written_letter(text: &str) -> Result<String, ReportError> {
    letter::Letter::written(text, Language::De).map(|letter| letter.markdown)
}

/// Only `letter.md`, as it is drawn.
///
/// # Errors
/// When a template refuses the record.
pub fn drawn_letter(
    templates: &Templates,
    record: &MonthRecord,
    settlement: Option<&Settlement>,
    contacts: &[Contact],
) -> Result<String, ReportError> {
    letter::Letter::write(templates, record, settlement, contacts).map(|letter| letter.markdown)
}

/// Documents of a month that versions before did not draw: months that were laid or sealed without them are whole. None says
/// anything that `report.json` does not.
pub const ADDED_DOCUMENTS: [&str; 2] = ["report.xlsx", "letter.html"];

fn documents(
    templates: &Templates,
    record: &MonthRecord,
    settlement: Option<&Settlement>,
    contacts: &[Contact],
) -> Result<Vec<Document>, ReportError> {
    let json = record.to_json();
    let pdf = pdf::write(templates, record, &manuscript_of(templates, record, settlement)?)?;
    let letter = letter::Letter::write(templates, record, settlement, contacts)?;
    let mail =
        mail::write(&templates.look(&record.tenant).theme.provider, record, settlement, contacts, &letter, &pdf)?;
    Ok(vec![
        Document { name: "report.pdf", bytes: pdf },
        Document { name: "report.json", bytes: json.into_bytes() },
        Document { name: "report.csv", bytes: table::report_csv(record)? },
        Document { name: "report.xlsx", bytes: workbook::report_xlsx(templates, record, settlement)? },
        Document { name: "letter.eml", bytes: mail },
        Document { name: "letter.md", bytes: letter.markdown.into_bytes() },
        Document { name: "letter.html", bytes: letter.page.into_bytes() },
    ])
}

/// Only `report.pdf`.
///
/// # Errors
/// When a template refuses the record, or the report would be too long.
pub fn report_pdf(templates: &Templates, record: &MonthRecord) -> Result<Vec<u8>, ReportError> {
    let manuscript = report_manuscript(templates, record)?;
    pdf::write(templates, record, &manuscript)
}

/// Only `report.xlsx`, with what was decided once it is.
///
/// # Errors
/// When a word is missing, or a field of the record is not what its schema says.
pub fn report_workbook(
    templates: &Templates,
    record: &MonthRecord,
    settlement: Option<&Settlement>,
) -> Result<Vec<u8>, ReportError> {
    workbook::report_xlsx(templates, record, settlement)
}

/// The report as a parsed document, before it becomes pages.
///
/// # Errors
/// When a template refuses the record, or produces text that is no document.
pub fn report_manuscript(templates: &Templates, record: &MonthRecord) -> Result<manuscript::Manuscript, ReportError> {
    manuscript_of(templates, record, None)
}

fn manuscript_of(
    templates: &Templates,
    record: &MonthRecord,
    settlement: Option<&Settlement>,
) -> Result<manuscript::Manuscript, ReportError> {
    let file = templates::report_name(record.language);
    let text = render::render(templates, &file, record, settlement, &[])?;
    manuscript::parse(&file, &text)
}
