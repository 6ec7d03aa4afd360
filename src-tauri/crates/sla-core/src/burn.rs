//! How fast an error budget burns (The Site Reliability Workbook, chapter 5): an error ratio as a multiple of what the
//! target allows, the share of a period's budget that a window uses up at that rate, and the rate at which a window uses
//! up a given share.
//!
//! A factor belongs to its period. 14.4 uses up 2 % of the budget of 30 days in an hour; over 28 days it takes 13.44, and
//! over a calendar month it depends on the month.

use crate::ratio::{Percent, Ratio};

/// How many times faster than allowed errors happen: error ratio / (1 − target). `None` for a target of 100 %, which
/// allows none.
pub fn burn_rate(error_ratio: &Ratio, target: Percent) -> Option<Ratio> {
    error_ratio.over(&Ratio::one().minus(&target.ratio()))
}

/// The share of a period's error budget that a window uses up at a rate: rate · window / period, 1 is all of it. `None`
/// for a period without service time.
pub fn budget_used(burn_rate: &Ratio, window_seconds: i64, period_seconds: i64) -> Option<Ratio> {
    burn_rate.times(&Ratio::whole(window_seconds)).over(&Ratio::whole(period_seconds))
}

/// The rate at which a window uses up exactly a share of the period's error budget: share · period / window. `None` for
/// a window of no length.
pub fn alert_threshold(budget_share: &Ratio, window_seconds: i64, period_seconds: i64) -> Option<Ratio> {
    budget_share.times(&Ratio::whole(period_seconds)).over(&Ratio::whole(window_seconds))
}
