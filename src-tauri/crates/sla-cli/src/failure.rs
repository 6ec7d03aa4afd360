//! Why a command did not do what was asked, for people, machines and the shell.

use sla_app::{
    BillingError, BucketError, CatalogueError, CloseError, DocumentsError, LedgerError, OccasionLetterError,
    ReviewError, SensitivityError, VerifyError,
};

/// A message, a stable name of the reason, and the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) exit: u8,
}

/// Something was not done.
const NOT_DONE: u8 = 1;
/// The command line is not understood; the number that clap uses.
const USAGE: u8 = 2;
/// The catalogue has defects.
const UNSOUND_CATALOGUE: u8 = 3;
/// The ledger's chain is broken.
const BROKEN_LEDGER: u8 = 4;
/// The month is recorded, but not all of its documents are in place.
const UNPUBLISHED: u8 = 5;
/// Evidence that the ledger names is missing or was altered.
const BROKEN_EVIDENCE: u8 = 6;
/// A bundle is not as it was sealed, or does not say what its evidence says.
const BROKEN_BUNDLE: u8 = 7;
/// Ended by Ctrl-C, as shells count it: 128 and the signal's number.
const INTERRUPTED: u8 = 130;

impl Failure {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), exit: NOT_DONE }
    }

    pub(crate) fn usage(message: String) -> Self {
        Self { code: "usage", message, exit: USAGE }
    }

    pub(crate) fn interrupted() -> Self {
        Self { code: "interrupted", message: "interrupted; nothing was recorded".to_owned(), exit: INTERRUPTED }
    }

    /// Defects that were printed already, as the command's result.
    pub(crate) fn printed_defects() -> Self {
        Self::unsound_catalogue(String::new())
    }

    /// Mistakes in templates that were printed already, as the command's result.
    pub(crate) fn printed_templates() -> Self {
        Self { code: "templates.unsound", message: String::new(), exit: NOT_DONE }
    }

    /// What does not agree was printed already, as the command's result.
    pub(crate) fn printed_bundle() -> Self {
        Self::unsound_bundle(String::new())
    }

    pub(crate) fn unsound_bundle(message: String) -> Self {
        Self { code: "bundle.unsound", message, exit: BROKEN_BUNDLE }
    }

    fn unsound_catalogue(message: String) -> Self {
        Self { code: "catalogue.unsound", message, exit: UNSOUND_CATALOGUE }
    }
}

impl From<CatalogueError> for Failure {
    fn from(error: CatalogueError) -> Self {
        match &error {
            CatalogueError::Unsound(findings) => {
                let count = findings.len();
                let noun = if count == 1 { "defect" } else { "defects" };
                Self::unsound_catalogue(format!("the catalogue has {count} {noun}\n{error}"))
            }
            _ => Self::new(error.code(), error.to_string()),
        }
    }
}

impl From<BucketError> for Failure {
    fn from(error: BucketError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<CloseError> for Failure {
    fn from(error: CloseError) -> Self {
        let exit = match error {
            CloseError::Ledger(error) => return error.into(),
            CloseError::NotAccepted(_) => UNSOUND_CATALOGUE,
            CloseError::Unpublished { .. } => UNPUBLISHED,
            _ => NOT_DONE,
        };
        Self { code: error.code(), message: error.to_string(), exit }
    }
}

impl From<SensitivityError> for Failure {
    fn from(error: SensitivityError) -> Self {
        match error {
            SensitivityError::Catalogue(error) => error.into(),
            SensitivityError::Close(error) => error.into(),
            SensitivityError::Readings(_) | SensitivityError::Desk(_) => Self::new(error.code(), error.to_string()),
        }
    }
}

impl From<ReviewError> for Failure {
    fn from(error: ReviewError) -> Self {
        match error {
            ReviewError::Ledger(error) => error.into(),
            _ => Self::new(error.code(), error.to_string()),
        }
    }
}

impl From<BillingError> for Failure {
    fn from(error: BillingError) -> Self {
        match error {
            BillingError::Ledger(error) => error.into(),
            _ => Self::new(error.code(), error.to_string()),
        }
    }
}

impl From<DocumentsError> for Failure {
    fn from(error: DocumentsError) -> Self {
        match error {
            DocumentsError::Review(error) => error.into(),
            _ => Self::new(error.code(), error.to_string()),
        }
    }
}

impl From<OccasionLetterError> for Failure {
    fn from(error: OccasionLetterError) -> Self {
        match error {
            OccasionLetterError::Documents(error) => error.into(),
            OccasionLetterError::Close(error) => error.into(),
            _ => Self::new(error.code(), error.to_string()),
        }
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Ledger(error) => error.into(),
            VerifyError::Place(_) => Self::new(error.code(), error.to_string()),
            VerifyError::Evidence(_) => Self { code: error.code(), message: error.to_string(), exit: BROKEN_EVIDENCE },
        }
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        let exit = if matches!(error, LedgerError::Broken { .. }) { BROKEN_LEDGER } else { NOT_DONE };
        Self { code: error.code(), message: error.to_string(), exit }
    }
}
