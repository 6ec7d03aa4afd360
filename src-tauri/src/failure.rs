//! Why the window did not do something, as the page is told: with a stable code, as the API tells its problems.

use serde::Serialize;
use sla_app::{AccountError, DemoError, DeskError, JobError, LedgerError};

/// What happened, what is expected and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Failure {
    /// A stable name of the reason.
    pub(crate) code: String,
    /// The reason for people.
    pub(crate) detail: String,
}

impl Failure {
    pub(crate) fn new(code: &str, detail: impl Into<String>) -> Self {
        Self { code: code.to_owned(), detail: detail.into() }
    }
}

/// Errors that name themselves.
macro_rules! named {
    ($($error:ty),+) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::new(error.code(), error.to_string())
            }
        }
    )+};
}

named!(AccountError, DemoError, DeskError, JobError, LedgerError);
