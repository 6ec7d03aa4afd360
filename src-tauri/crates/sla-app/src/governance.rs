//! How months came to be, for whoever answers for the way: drawn from the ledger, which is read and never changed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sla_core::governance::{ChainEnd, ClosedOnRecord, Governance, governance as summed};
use sla_core::record::Language;
use sla_core::time::Month;
use sla_ledger::{Ledger, LedgerError};
use sla_report::{Document, ReportError, Templates, governance_documents};

use crate::billing::on_record;
use crate::documents::lay;
use crate::outfile::OutFileError;

/// Why a summary was not drawn.
#[derive(Debug, thiserror::Error)]
pub enum GovernanceError {
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// It does not become documents.
    #[error("{0}; nothing was written")]
    Report(#[from] ReportError),
    /// A file was not written.
    #[error(transparent)]
    File(#[from] OutFileError),
}

impl GovernanceError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ledger(error) => error.code(),
            Self::Report(_) => "report",
            Self::File(error) => error.code(),
        }
    }
}

/// A summary that was drawn into a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaidGovernance {
    /// What it says.
    pub governance: Governance,
    /// The files.
    pub files: Vec<PathBuf>,
    /// Whether all of them lay there already.
    pub unchanged: bool,
}

/// How a month of all tenants came to be; one that nobody closed has no months.
///
/// # Errors
/// [`LedgerError`] when the ledger cannot be read.
pub async fn governance(ledger: &Ledger, month: Month) -> Result<Governance, LedgerError> {
    // The end of the chain first: what is recorded meanwhile comes after it.
    let head = ledger.head().await?;
    let revisions = ledger.revisions(None, Some(month)).await?;
    let closed: Vec<ClosedOnRecord<'_>> = revisions
        .iter()
        .map(|status| ClosedOnRecord {
            month: on_record(status),
            closed_by: &status.closed_by,
            closed_at: status.closed_at,
        })
        .collect();
    Ok(summed(month, &closed, ChainEnd { entries: head.entries, head: head.hash }))
}

/// The documents of a summary in a language: `governance.json`, `governance.csv`, `governance.pdf`.
///
/// # Errors
/// [`GovernanceError`].
pub async fn draw_governance(
    ledger: &Ledger,
    month: Month,
    templates: &Arc<Templates>,
    language: Language,
) -> Result<(Governance, Vec<Document>), GovernanceError> {
    let (governance, templates) = (governance(ledger, month).await?, Arc::clone(templates));
    let work = move || governance_documents(&templates, language, &governance).map(|drawn| (governance, drawn));
    Ok(tokio::task::spawn_blocking(work).await.expect("rendering does not panic")?)
}

/// Draws the documents of a summary into a folder, which is made when it is not there.
///
/// # Errors
/// As [`draw_governance`]. A file that holds something else is refused before any is written.
pub async fn lay_governance(
    ledger: &Ledger,
    month: Month,
    templates: &Arc<Templates>,
    language: Language,
    out: &Path,
) -> Result<LaidGovernance, GovernanceError> {
    let (governance, documents) = draw_governance(ledger, month, templates, language).await?;
    let (files, unchanged) = lay(out, &documents)?;
    Ok(LaidGovernance { governance, files, unchanged })
}
