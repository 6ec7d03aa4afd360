//! The outages of a tenant's closed month, each with what explains it.

use std::path::Path;

use sla_core::outage::{ExplainedOutage, explained};
use sla_core::record::MonthRecord;
use sla_core::time::Month;
use sla_ledger::{Ledger, LedgerError};

use super::{DeskError, shown};

/// Every outage of a tenant's month as it was closed last, by contract, commitment and time, each with the incidents
/// and the exclusions that overlap it now; those of a folder count, too.
///
/// # Errors
/// [`DeskError`]; [`LedgerError::Unknown`] when the month was never closed.
pub async fn outages(
    ledger: &Ledger,
    tenant: &str,
    month: Month,
    folder: Option<&Path>,
) -> Result<Vec<ExplainedOutage>, DeskError> {
    let mut records = ledger.latest(month).await?;
    records.retain(|record: &MonthRecord| record.tenant == tenant);
    if records.is_empty() {
        let known = "close the month first".to_owned();
        return Err(LedgerError::Unknown { subject: format!("{tenant}, {month}"), known }.into());
    }
    let catalogue = shown(folder, &ledger.catalogue().await?)?;
    Ok(records.iter().flat_map(|record| explained(record, &catalogue)).collect())
}
