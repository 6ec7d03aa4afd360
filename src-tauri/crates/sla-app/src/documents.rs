//! Documents of a closed month, drawn again from the ledger alone. What was approved is told as it was decided; what
//! was not is told as it was closed, byte for byte.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sla_core::billing::{BillingError as SumError, Settlement};
use sla_core::record::{Contact, MonthRecord};
use sla_core::time::Month;
use sla_core::workflow::MonthState;
use sla_ledger::{Ledger, LedgerError, LetterOf, MonthStatus};
use sla_report::{Document, ReportError, Templates, settled_documents, tenant_documents, written_documents};

use crate::billing::on_record;
use crate::outfile::{OutFileError, is_there, put};
use crate::review::{ReviewError, contract_of};

/// Which documents are wanted.
#[derive(Clone, Copy)]
pub struct DocumentsRequest<'a> {
    /// The tenant.
    pub tenant: &'a str,
    /// The month.
    pub month: Month,
    /// The contract; need not be said where the tenant has one in the month.
    pub contract: Option<&'a str>,
    /// The revision; the latest one when not said.
    pub revision: Option<u32>,
    /// Wording and look.
    pub templates: &'a Arc<Templates>,
}

/// Documents that were drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// The contract.
    pub contract: String,
    /// The revision.
    pub revision: u32,
    /// Where it is.
    pub state: MonthState,
    /// What was decided; `None` while the month is not approved.
    pub settlement: Option<Settlement>,
    /// The documents themselves.
    pub documents: Vec<Document>,
}

/// Documents that were drawn into a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Laid {
    /// What was drawn.
    pub drawn: Drawn,
    /// The files.
    pub files: Vec<PathBuf>,
    /// Whether all of them lay there already.
    pub unchanged: bool,
}

/// Why documents were not drawn; the ledger is as it was in any case.
#[derive(Debug, thiserror::Error)]
pub enum DocumentsError {
    /// The month is not found.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// What was decided does not add up.
    #[error(transparent)]
    Sum(#[from] SumError),
    /// A document on record cannot be read.
    #[error("the document of tenant {tenant} in the ledger cannot be read: {reason}; verify the ledger")]
    Tenant {
        /// The tenant.
        tenant: String,
        /// Why not.
        reason: String,
    },
    /// A document cannot be drawn.
    #[error("the documents of {tenant}: {source}")]
    Report {
        /// The tenant.
        tenant: String,
        /// Why not.
        source: ReportError,
    },
    /// A file was not written.
    #[error(transparent)]
    File(#[from] OutFileError),
}

impl From<LedgerError> for DocumentsError {
    fn from(error: LedgerError) -> Self {
        Self::Review(error.into())
    }
}

impl DocumentsError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Review(error) => error.code(),
            Self::Sum(error) => error.code(),
            Self::Tenant { .. } => "documents.tenant",
            Self::Report { .. } => "report",
            Self::File(error) => error.code(),
        }
    }
}

/// Draws the documents of a revision into a folder, which is made when it is not there.
///
/// # Errors
/// [`DocumentsError`]. A file that holds something else is refused before any is written.
pub async fn lay_documents(
    ledger: &Ledger,
    request: &DocumentsRequest<'_>,
    out: &Path,
) -> Result<Laid, DocumentsError> {
    let drawn = draw_documents(ledger, request).await?;
    let (files, unchanged) = lay(out, &drawn.documents)?;
    Ok(Laid { drawn, files, unchanged })
}

/// Draws the documents of a revision.
///
/// # Errors
/// [`DocumentsError`].
pub async fn draw_documents(ledger: &Ledger, request: &DocumentsRequest<'_>) -> Result<Drawn, DocumentsError> {
    let known = ledger.revisions(Some(request.tenant), Some(request.month)).await?;
    let status = chosen(&known, request)?;
    let contacts = contacts(ledger, status).await?;
    let settlement = Settlement::of(&on_record(status))?;
    let (templates, record, settled) = (Arc::clone(request.templates), status.record.clone(), settlement.clone());
    let revision = status.record.revision;
    let of = LetterOf { tenant: &record.tenant, contract: &record.contract.id, month: record.month, revision };
    let written = ledger.letters(&of).await?.pop();
    let work = move || {
        let letter = written.as_ref().map(|letter| letter.text.as_str());
        render(&templates, &record, settled.as_ref(), &contacts, letter)
    };
    let drawn = tokio::task::spawn_blocking(work).await.expect("rendering does not panic");
    let documents = drawn.map_err(|source| DocumentsError::Report { tenant: request.tenant.to_owned(), source })?;
    Ok(Drawn {
        contract: status.record.contract.id.clone(),
        revision: status.record.revision,
        state: status.state,
        settlement,
        documents,
    })
}

/// The documents of a month with what was decided of it, and the letter that somebody wrote, where there is any.
pub(crate) fn render(
    templates: &Templates,
    record: &MonthRecord,
    settlement: Option<&Settlement>,
    contacts: &[Contact],
    letter: Option<&str>,
) -> Result<Vec<Document>, ReportError> {
    match (settlement, letter) {
        (settlement, Some(letter)) => written_documents(templates, record, settlement, contacts, letter),
        (Some(settlement), None) => settled_documents(templates, record, settlement, contacts),
        (None, None) => tenant_documents(templates, record, contacts),
    }
}

pub(crate) fn chosen<'a>(
    known: &'a [MonthStatus],
    request: &DocumentsRequest<'_>,
) -> Result<&'a MonthStatus, ReviewError> {
    chosen_of(known, (request.tenant, request.month), request.contract, request.revision)
}

fn chosen_of<'a>(
    known: &'a [MonthStatus],
    (tenant, month): (&str, Month),
    contract: Option<&str>,
    revision: Option<u32>,
) -> Result<&'a MonthStatus, ReviewError> {
    let contract = contract_of(known, tenant, month, contract)?;
    let mut revisions = known.iter().filter(|status| status.record.contract.id == contract);
    let found = match revision {
        Some(wanted) => revisions.find(|status| status.record.revision == wanted),
        None => revisions.next_back(),
    };
    found.ok_or_else(|| {
        let revision = revision.map_or_else(String::new, |revision| format!(", revision {revision}"));
        let subject = format!("{tenant}, contract {contract}, {month}{revision}");
        LedgerError::Unknown { subject, known: "sla month show lists its revisions".to_owned() }.into()
    })
}

/// What a revision of a tenant's month states; the latest one when not said.
///
/// # Errors
/// [`DocumentsError`] when the month is not found.
pub async fn record_of(
    ledger: &Ledger,
    (tenant, month): (&str, Month),
    contract: Option<&str>,
    revision: Option<u32>,
) -> Result<MonthRecord, DocumentsError> {
    let known = ledger.revisions(Some(tenant), Some(month)).await?;
    Ok(chosen_of(&known, (tenant, month), contract, revision)?.record.clone())
}

/// Whom the letter goes to, as the catalogue said when the month was closed: later contacts do not change a letter.
pub(crate) async fn contacts(ledger: &Ledger, status: &MonthStatus) -> Result<Vec<Contact>, DocumentsError> {
    let tenant = &status.record.tenant;
    let unreadable = |reason: String| DocumentsError::Tenant { tenant: tenant.clone(), reason };
    let document = ledger.tenant_document(tenant, status.closed_at).await?;
    let document = document.ok_or_else(|| unreadable("there is none".to_owned()))?;
    let read = |text: &str| -> Result<Vec<Contact>, serde_json::Error> {
        // Metadata and content, as a tenant is kept.
        let (_, spec): (serde_json::Value, serde_json::Value) = serde_json::from_str(text)?;
        spec.get("contacts").map_or_else(|| Ok(Vec::new()), |contacts| serde_json::from_value(contacts.clone()))
    };
    read(&document).map_err(|error| unreadable(error.to_string()))
}

/// Puts all documents into a folder, or none when one of them lies there as something else.
pub(crate) fn lay(folder: &Path, documents: &[Document]) -> Result<(Vec<PathBuf>, bool), OutFileError> {
    std::fs::create_dir_all(folder).map_err(|source| OutFileError::Write { path: folder.to_owned(), source })?;
    let files: Vec<PathBuf> = documents.iter().map(|document| folder.join(document.name)).collect();
    for (document, path) in documents.iter().zip(&files) {
        is_there(path, &document.bytes)?;
    }
    let mut unchanged = true;
    for (document, path) in documents.iter().zip(&files) {
        unchanged &= !put(path, &document.bytes)?;
    }
    Ok((files, unchanged))
}
