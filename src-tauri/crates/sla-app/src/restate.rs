//! Restating a month: it is closed again, and what it says otherwise is told before anything is recorded.

use std::sync::Arc;

use sla_core::record::{MonthDifference, MonthRecord};
use sla_core::time::Month;
use sla_ledger::{Ledger, LedgerError};

use crate::close::{CloseRequest, Prepared, prepare};
use crate::error::CloseError;
use crate::progress::CloseProgress;

/// Why a month was not restated; nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum RestateError {
    /// It could not be closed again.
    #[error(transparent)]
    Close(#[from] CloseError),
    /// There is nothing that could be restated.
    #[error("{tenant} has no closed month {month}; sla close closes it")]
    NeverClosed {
        /// The tenant.
        tenant: String,
        /// The month.
        month: Month,
    },
    /// It would say the same.
    #[error("{tenant}, {month}: nothing has changed since revision {revision}; it stays as it is")]
    Unchanged {
        /// The tenant.
        tenant: String,
        /// The month.
        month: Month,
        /// The revision, the latest of the tenant's contracts.
        revision: u32,
    },
}

impl RestateError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Close(error) => error.code(),
            Self::NeverClosed { .. } => "restate.never_closed",
            Self::Unchanged { .. } => "restate.unchanged",
        }
    }
}

impl From<LedgerError> for RestateError {
    fn from(error: LedgerError) -> Self {
        Self::Close(error.into())
    }
}

/// Prepares a tenant's closed month anew, and gives for each contract what it says otherwise than its latest revision.
/// Nothing is recorded until [`Prepared::commit`].
///
/// # Errors
/// [`RestateError`]; [`RestateError::Unchanged`] when it would say the same.
pub async fn restate(
    request: &CloseRequest<'_>,
    tenant: &str,
    progress: &Arc<dyn CloseProgress>,
) -> Result<(Prepared, Vec<MonthDifference>), RestateError> {
    let request = CloseRequest { tenants: &[tenant.to_owned()], partly: false, ..*request };
    let month = request.month;
    let ledger = Ledger::open_to_write(request.ledger).await?;
    let known = ledger.latest(month).await;
    ledger.close().await;
    let mut known = known?;
    known.retain(|record| record.tenant == tenant);
    let Some(revision) = known.iter().map(|record| record.revision).max() else {
        return Err(RestateError::NeverClosed { tenant: tenant.to_owned(), month });
    };
    let prepared = prepare(&request, progress).await?;
    let before = |after: &MonthRecord| known.iter().find(|before| before.contract.id == after.contract.id);
    let differs = |after: &&MonthRecord| before(after).is_none_or(|before| before.digest() != after.digest());
    let changed: Vec<&MonthRecord> = prepared.records().filter(differs).collect();
    if changed.is_empty() {
        return Err(RestateError::Unchanged { tenant: tenant.to_owned(), month, revision });
    }
    // A contract that was not closed before has no difference to anything.
    let between = |after: &MonthRecord| Some(MonthDifference::between(before(after)?, after));
    let differences = changed.into_iter().filter_map(between).collect();
    Ok((prepared, differences))
}
