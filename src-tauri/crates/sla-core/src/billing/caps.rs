//! The caps as they run: what was used of each before a month and with it, by what people decided.
//!
//! Limits are those that the month was priced with. What was used is counted again from the months as they stand now,
//! because decisions made since can use less than a range allowed.

use schemars::JsonSchema;
use serde::Serialize;

use super::amounts::{credits_of, sum};
use super::{BillingError, MonthOnRecord};
use crate::catalogue::CapScope;
use crate::money::Currency;
use crate::price::{History, Past, PastMonth};
use crate::ratio::Ratio;
use crate::record::{RecordCap, RecordRange};
use crate::time::Month;

/// A cap after a month, in the minor unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RunningCap {
    /// What it holds down.
    pub per: CapScope,
    /// The promises that share it.
    pub commitments: Vec<String>,
    /// The first month that it counts; null for the month alone.
    pub since: Option<Month>,
    /// What its credits may come to.
    pub limit_minor: i64,
    /// What earlier months used of it: the least and the most. A month that nobody closed may have used all of it.
    pub used_before_minor: RecordRange<i64>,
    /// What is used with the month.
    pub used_minor: RecordRange<i64>,
    /// What is left after it.
    pub left_minor: RecordRange<i64>,
}

/// The caps of a month. `earlier` are the contract's months before it, each with what the customer has of it in sum.
pub(super) fn running(
    latest: &MonthOnRecord<'_>,
    earlier: &[(Month, RecordRange<i64>)],
) -> Result<Vec<RunningCap>, BillingError> {
    let history = history(latest, earlier);
    latest.record.caps.iter().map(|cap| run(latest, cap, &history)).collect()
}

/// Earlier months as far as a cap counts them: what was decided or may be owed, and which of them nobody closed.
fn history(latest: &MonthOnRecord<'_>, earlier: &[(Month, RecordRange<i64>)]) -> History {
    let past = |known| PastMonth { fee: Ratio::zero(), known };
    let carried = latest.carried.iter().flat_map(|carried| &carried.credits).map(|credit| credit.month);
    let unknown = latest.record.unknown_months.iter().copied().chain(carried);
    let before = unknown.filter(|month| *month < latest.record.month).map(|month| (month, past(None)));
    let known = earlier.iter().map(|(month, RecordRange { low, high })| {
        let known = Past { credit_low: *low, credit_high: *high, commitments: Vec::new() };
        (*month, past(Some(known)))
    });
    let history = History::new(before.chain(known));
    match latest.record.credit_total.currency.parse::<Currency>() {
        Ok(currency) => history.carried(latest.carried.as_ref(), currency),
        Err(_) => history,
    }
}

fn run(latest: &MonthOnRecord<'_>, cap: &RecordCap, history: &History) -> Result<RunningCap, BillingError> {
    let RecordCap { per, commitments, since, limit_minor, .. } = cap.clone();
    let subject = latest.subject();
    let used_before_minor = match since {
        None => RecordRange { low: 0, high: 0 },
        Some(since) => {
            let (low, high) = history.credits(since);
            RecordRange { low, high: high.unwrap_or(limit_minor.max(low)) }
        }
    };
    let with = credits_of(latest, &commitments, &subject)?;
    let used_minor = RecordRange {
        low: sum(&subject, [used_before_minor.low, with.low])?,
        // Together they never pass the limit, unless it is certain that they did.
        high: sum(&subject, [used_before_minor.high, with.high])?,
    };
    let used_minor = RecordRange { high: used_minor.high.min(limit_minor).max(used_minor.low), ..used_minor };
    let left = |used: i64| limit_minor.saturating_sub(used).max(0);
    let left_minor = RecordRange { low: left(used_minor.high), high: left(used_minor.low) };
    Ok(RunningCap { per, commitments, since, limit_minor, used_before_minor, used_minor, left_minor })
}
