//! What closed months mean for the invoice, and bookings for the books of others. The ledger is read and never changed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sla_core::billing::{
    Billing, BillingError as SumError, BillingMappingSpec, BillingPeriod, Booked, Booking, CreditOnRecord,
    MonthOnRecord, Statement, StepOnRecord, billing as summed, statement as stated,
};
use sla_core::catalogue::{CarriedForward, Document, SourceFile, read_billing_mapping};
use sla_core::evidence::sha256_hex;
use sla_core::record::Language;
use sla_ledger::{CreditStatus, Ledger, LedgerError, MonthStatus, StepTaken};
use sla_report::booking::{BookingBatch, BookingError, BookingFormat, write};
use sla_report::{ReportError, Templates, statement_documents};

use crate::catalogue::{CatalogueError, not_text};
use crate::documents::lay;
use crate::outfile::{OutFileError, put};

/// Which billing is wanted.
#[derive(Clone, Copy, Debug)]
pub struct BillingRequest<'a> {
    /// The months.
    pub period: BillingPeriod,
    /// The tenant; all when not said.
    pub tenant: Option<&'a str>,
}

/// Which bookings go where.
#[derive(Clone, Copy)]
pub struct ExportRequest<'a> {
    /// The months in which they were booked, and of whom.
    pub of: BillingRequest<'a>,
    /// The format.
    pub format: &'static dyn BookingFormat,
    /// The file that says how the books know the tenants.
    pub mapping: &'a Path,
    /// The file to write.
    pub out: &'a Path,
}

/// Bookings that were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// How many.
    pub bookings: usize,
    /// Their sums by currency.
    pub sums: Vec<(String, Booked)>,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Whether the very same file lay there already.
    pub unchanged: bool,
}

/// A statement that was drawn into a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaidStatement {
    /// What it says.
    pub statement: Statement,
    /// The files.
    pub files: Vec<PathBuf>,
    /// Whether all of them lay there already.
    pub unchanged: bool,
}

/// Why there is no billing, or nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum BillingError {
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Months do not become sums.
    #[error(transparent)]
    Sum(#[from] SumError),
    /// The mapping has defects.
    #[error("the mapping cannot be used; nothing was written\n{0}")]
    Mapping(CatalogueError),
    /// The bookings do not become a file.
    #[error("{0}; nothing was written")]
    Booking(#[from] BookingError),
    /// The statement does not become documents.
    #[error("{0}; nothing was written")]
    Report(#[from] ReportError),
    /// The file was not written.
    #[error(transparent)]
    File(#[from] OutFileError),
}

impl BillingError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ledger(error) => error.code(),
            Self::Sum(error) => error.code(),
            Self::Mapping(_) => "billing.mapping",
            Self::Booking(error) => error.code(),
            Self::Report(_) => "report",
            Self::File(error) => error.code(),
        }
    }
}

/// The billing of a period: charges, credits by where they are, what was booked, and the running caps.
///
/// # Errors
/// [`BillingError`]; a tenant that the ledger does not know is refused.
pub async fn billing(ledger: &Ledger, request: &BillingRequest<'_>) -> Result<Billing, BillingError> {
    of_months(ledger, request, summed).await
}

/// The statement of a period for finance: its credits with who decided and who agreed, beside its billing.
///
/// # Errors
/// As [`billing`].
pub async fn statement(ledger: &Ledger, request: &BillingRequest<'_>) -> Result<Statement, BillingError> {
    of_months(ledger, request, stated).await
}

/// The documents of a statement in a language: `statement.json`, `statement.csv`, `statement.xlsx`.
///
/// # Errors
/// As [`billing`], and when templates lack a word.
pub async fn draw_statement(
    ledger: &Ledger,
    request: &BillingRequest<'_>,
    templates: &Arc<Templates>,
    language: Language,
) -> Result<(Statement, Vec<sla_report::Document>), BillingError> {
    let (statement, templates) = (statement(ledger, request).await?, Arc::clone(templates));
    let work = move || statement_documents(&templates, language, &statement).map(|documents| (statement, documents));
    Ok(tokio::task::spawn_blocking(work).await.expect("rendering does not panic")?)
}

/// Draws the documents of a statement into a folder, which is made when it is not there.
///
/// # Errors
/// As [`draw_statement`]. A file that holds something else is refused before any is written.
pub async fn lay_statement(
    ledger: &Ledger,
    request: &BillingRequest<'_>,
    templates: &Arc<Templates>,
    language: Language,
    out: &Path,
) -> Result<LaidStatement, BillingError> {
    let (statement, documents) = draw_statement(ledger, request, templates, language).await?;
    let (files, unchanged) = lay(out, &documents)?;
    Ok(LaidStatement { statement, files, unchanged })
}

/// Sums months of the ledger by a rule of the core.
async fn of_months<T>(
    ledger: &Ledger,
    request: &BillingRequest<'_>,
    rule: impl FnOnce(BillingPeriod, &[MonthOnRecord<'_>]) -> Result<T, SumError>,
) -> Result<T, BillingError> {
    let revisions = ledger.revisions(request.tenant, None).await?;
    if let Some(tenant) = request.tenant.filter(|_| revisions.is_empty()) {
        let known = "no month of it was closed; sla month list says of whom".to_owned();
        return Err(LedgerError::Unknown { subject: format!("tenant {tenant}"), known }.into());
    }
    let contracts = ledger.contract_documents(request.tenant).await?;
    let carried = |status: &MonthStatus| {
        let contract = &status.record.contract;
        let document = contracts.get(&(contract.id.clone(), contract.version))?;
        // Metadata and content, as a contract is kept.
        let (_, spec): (serde_json::Value, serde_json::Value) = serde_json::from_str(document).ok()?;
        serde_json::from_value::<CarriedForward>(spec.get("carriedForward")?.clone()).ok()
    };
    let months: Vec<MonthOnRecord<'_>> =
        revisions.iter().map(|status| MonthOnRecord { carried: carried(status), ..on_record(status) }).collect();
    Ok(rule(request.period, &months)?)
}

/// Writes what was issued and taken back in a period into a file. The same bookings again are the same file.
///
/// # Errors
/// [`BillingError`]; nothing was written.
pub async fn export_billing(ledger: &Ledger, request: &ExportRequest<'_>) -> Result<Exported, BillingError> {
    let mapping = read_mapping(request.mapping).map_err(BillingError::Mapping)?;
    let billing = billing(ledger, &request.of).await?;
    let sums = billing.totals.iter().map(|total| (total.currency.clone(), total.booked)).collect();
    let mut bookings: Vec<Booking> = billing.contracts.into_iter().flat_map(|contract| contract.bookings).collect();
    bookings.sort_by(|a, b| (&a.at, &a.subject).cmp(&(&b.at, &b.subject)));
    let batch = BookingBatch { period: request.of.period, bookings: &bookings, mapping: &mapping };
    let bytes = write(request.format, &batch)?;
    let written = put(request.out, &bytes)?;
    Ok(Exported { bookings: bookings.len(), sums, sha256: sha256_hex(&bytes), unchanged: !written })
}

fn read_mapping(path: &Path) -> Result<Document<BillingMappingSpec>, CatalogueError> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|source| CatalogueError::Unreadable { path: path.to_owned(), source })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        CatalogueError::Unsound(vec![not_text(&name, error.as_bytes(), error.utf8_error().valid_up_to())])
    })?;
    read_billing_mapping(&SourceFile { name, text }).map_err(CatalogueError::Unsound)
}

/// A revision as the rules read it.
pub(crate) fn on_record(status: &MonthStatus) -> MonthOnRecord<'_> {
    MonthOnRecord {
        record: &status.record,
        state: status.state,
        steps: status.steps.iter().map(step).collect(),
        credits: status.credits.iter().map(credit).collect(),
        carried: None,
    }
}

fn credit(status: &CreditStatus) -> CreditOnRecord<'_> {
    CreditOnRecord {
        commitment: &status.commitment,
        low_minor: status.low_minor,
        high_minor: status.high_minor,
        state: status.state,
        decided_minor: status.decided_minor,
        issued_before_minor: status.issued_before_minor,
        steps: status.steps.iter().map(step).collect(),
    }
}

fn step(taken: &StepTaken) -> StepOnRecord<'_> {
    let StepTaken { number, step, amount_minor, note, actor, at } = taken;
    StepOnRecord { number: *number, step: *step, amount_minor: *amount_minor, note, actor, at: *at }
}
