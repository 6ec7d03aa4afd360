//! What months before one come to, as caps, factors and rights of that month look back on them.

use std::collections::BTreeMap;

use sla_core::billing::Settlement;
use sla_core::record::MonthRecord;
use sla_core::time::{Month, UnixSeconds};
use sla_ledger::{Ledger, MonthStatus};

use crate::billing::on_record;
use crate::error::CloseError;

/// The latest revision of every month before one: with what was decided of its credits where it is approved or issued, with
/// their ranges where it is not. A credit that was rejected uses up no cap of a later month.
///
/// # Errors
/// [`CloseError`] when the ledger cannot be read.
pub(crate) async fn before(
    ledger: &Ledger,
    month: Month,
    tenant: Option<&str>,
) -> Result<Vec<MonthRecord>, CloseError> {
    decided(ledger.revisions(tenant, None).await?, month)
}

/// The same of a tenant as it was at a time (Unix seconds), when a month was closed.
///
/// # Errors
/// [`CloseError`] when the ledger cannot be read.
pub(crate) async fn before_then(
    ledger: &Ledger,
    month: Month,
    tenant: &str,
    then: UnixSeconds,
) -> Result<Vec<MonthRecord>, CloseError> {
    decided(ledger.revisions_then(tenant, then).await?, month)
}

fn decided(revisions: Vec<MonthStatus>, month: Month) -> Result<Vec<MonthRecord>, CloseError> {
    let mut latest: BTreeMap<(String, String, Month), MonthStatus> = BTreeMap::new();
    let earlier = revisions.into_iter().filter(|status| status.record.month < month);
    // Revisions come in their order: the last one of a month stays.
    for status in earlier {
        let record = &status.record;
        latest.insert((record.tenant.clone(), record.contract.id.clone(), record.month), status);
    }
    let decided = |status: MonthStatus| -> Result<MonthRecord, CloseError> {
        let settlement = Settlement::of(&on_record(&status))?;
        Ok(settlement.map_or_else(|| status.record.clone(), |settlement| settlement.shown(&status.record)))
    };
    latest.into_values().map(decided).collect()
}
