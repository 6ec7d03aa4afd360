//! Why a month was not closed.

use std::path::{Path, PathBuf};

use sla_capture::{CaptureError, DaysError, StoreError};
use sla_core::billing::BillingError;
use sla_core::catalogue::Finding;
use sla_core::plan::PlanError;
use sla_core::statement::StatementError;
use sla_ledger::LedgerError;
use sla_measure::MeasureError;
use sla_report::ReportError;

use crate::verify::store_code;

/// Why a month was not closed. Unless it says otherwise, the ledger is as it was.
#[derive(Debug, thiserror::Error)]
pub enum CloseError {
    /// The month cannot be planned.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Contracts that can be computed and will be quarrelled about.
    #[error(
        "found contracts that are unsound:\n{}\nmend them; or take each finding with --accept CODE and --reason TEXT, \
         which the report prints; or write it into the contract's field \"accepted\"", lines(.0)
    )]
    NotAccepted(Vec<Finding>),
    /// Sources did not answer as they must.
    #[error("{}", listed(.0))]
    Capture(Vec<CaptureFailure>),
    /// Evidence could not be kept or read back.
    #[error(transparent)]
    Evidence(#[from] StoreError),
    /// Evidence could not be measured.
    #[error("{tenant}, commitment {commitment}: {source}")]
    Measure {
        /// The tenant.
        tenant: String,
        /// The commitment.
        commitment: String,
        /// Why.
        source: MeasureError,
    },
    /// A figure does not fit.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// What was decided of earlier months does not add up.
    #[error("earlier months: {0}")]
    Earlier(#[from] BillingError),
    /// A document could not be written.
    #[error("the documents of {subject}: {source}")]
    Report {
        /// The tenant, or the portfolio.
        subject: String,
        /// Why.
        source: ReportError,
    },
    /// The ledger did not take the month.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A file or folder could not be written.
    #[error("{} could not be {done}: {source}{}", .path.display(), advice(.source))]
    File {
        /// What should have been done.
        done: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The month is recorded, but not all of its documents are in place.
    #[error(
        "the month is recorded in the ledger, but {} could not be {done}: {source}{}; closing it again puts the documents \
         in place and adds nothing to the ledger", .path.display(), advice(.source)
    )]
    Unpublished {
        /// What should have been done.
        done: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

impl CloseError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Plan(error) => error.code(),
            Self::NotAccepted(_) => "catalogue.not_accepted",
            Self::Capture(failures) => failures.first().map_or("capture", CaptureFailure::code),
            Self::Evidence(StoreError::Write { cause, .. }) if is_full(cause) => DISK_FULL,
            Self::Evidence(error) => store_code(error),
            Self::Measure { .. } => "measure",
            Self::Statement(_) => "statement",
            Self::Earlier(error) => error.code(),
            Self::Report { .. } => "report",
            Self::Ledger(error) => error.code(),
            Self::File { source, .. } if is_full(source) => DISK_FULL,
            Self::File { .. } => "file",
            Self::Unpublished { .. } => "file.unpublished",
        }
    }

    pub(crate) fn file(done: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { done, path, source }
    }
}

const DISK_FULL: &str = "file.disk_full";

fn is_full(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::StorageFull
}

/// What helps against a failure of the disk.
fn advice(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::StorageFull => "; free space on the disk and close the month again",
        std::io::ErrorKind::PermissionDenied => "; choose a folder that you may write to",
        std::io::ErrorKind::ReadOnlyFilesystem => "; choose a folder that can be written to",
        std::io::ErrorKind::NotADirectory => "; move away what lies there and close the month again",
        std::io::ErrorKind::IsADirectory => "; move that folder away and close the month again",
        std::io::ErrorKind::CrossesDevices => {
            "; it must lie on the same file system as the folder above it, because documents are put in place by renames"
        }
        _ => "",
    }
}

fn lines(findings: &[Finding]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn listed(failures: &[CaptureFailure]) -> String {
    match failures {
        [one] => one.to_string(),
        many => {
            let lines: Vec<String> = many.iter().map(|failure| format!("\n  {failure}")).collect();
            format!("{} requests to sources failed:{}", many.len(), lines.concat())
        }
    }
}

/// A request to a source that gave no evidence.
#[derive(Debug, thiserror::Error)]
#[error("data source {data_source}, for {wanted_by}: {reason}")]
pub struct CaptureFailure {
    /// Name of the data source.
    pub data_source: String,
    /// The first commitment that needs it, as `tenant/commitment`.
    pub wanted_by: String,
    /// Why.
    pub reason: CaptureReason,
}

impl CaptureFailure {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        self.reason.code()
    }
}

impl CaptureReason {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Source(error) => error.code(),
            Self::Secret { .. } => "capture.secret",
            Self::File { .. } => "capture.authority",
            Self::OutsideFolder { .. } => "capture.outside_folder",
            Self::Kept(error) => store_code(error),
            Self::Days(error) => error.code(),
        }
    }
}

/// Why a request gave no evidence.
#[derive(Debug, thiserror::Error)]
pub enum CaptureReason {
    /// The source's answer, or its silence.
    #[error(transparent)]
    Source(#[from] CaptureError),
    /// A secret that the data source names is not there.
    #[error(
        "neither the environment nor the system's keychain gives {name}, from which the data source takes its credentials; set \
         the variable, unlock the keychain, or keep the secret with sla secret keep {name}"
    )]
    Secret {
        /// Its name.
        name: String,
    },
    /// A file that the data source names cannot be read.
    #[error("the certificate authority {} cannot be read: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A path that leads out of the source's folder.
    #[error("the path {path:?} leads out of the data source's folder; expected one that stays inside")]
    OutsideFolder {
        /// The path, variables replaced.
        path: String,
    },
    /// Evidence of a day that was captured before.
    #[error("of a day that was captured before: {0}")]
    Kept(StoreError),
    /// Which days were captured before cannot be read.
    #[error(transparent)]
    Days(DaysError),
}
