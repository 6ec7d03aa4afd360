//! Between measuring and judging: what has to be measured ([`Scope`]) and what was ([`Measurement`]), exactly.

use chrono::NaiveDate;

use crate::interval::IntervalSet;
use crate::ratio::Ratio;
use crate::record::UnknownReason;
use crate::time::Period;

/// What part of a period counts, and when a slice is down.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The judged period: the month, clipped to the contract.
    pub period: Period,
    /// Width of a slice in seconds; every border below lies on a slice's border.
    pub step_seconds: i64,
    /// Service time S: the period within service hours.
    pub service: IntervalSet,
    /// Accepted exclusions within S.
    pub excluded: IntervalSet,
    /// Local days of the period.
    pub days: Vec<(NaiveDate, Period)>,
    /// A slice with fewer events than this is read as one without any.
    pub minimum_events: Option<u32>,
    /// A slice whose share of good events is below this is down; `None`: only one without any good event.
    pub slice_target: Option<Ratio>,
    /// Whether the sum of the slices' ratios is wanted.
    pub wants_ratio_sum: bool,
}

/// Counts over known slices, in units of the evidence's scale.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Slices with at least one event.
    pub slices: i64,
    /// Good units.
    pub good: i128,
    /// All units.
    pub total: i128,
    /// Exact sum of good/total over the slices; `None` unless [`Scope::wants_ratio_sum`].
    pub ratio_sum: Option<Ratio>,
}

/// A run of slices that are down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRun {
    /// When.
    pub period: Period,
    /// Units that failed.
    pub failed: i128,
    /// All units.
    pub total: i128,
}

/// One local day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayTally {
    /// The day.
    pub date: NaiveDate,
    /// Known slices within S without excluded time.
    pub counted: Tally,
}

/// What evidence says about a period, before any contract reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measurement {
    /// Units per event.
    pub scale: i64,
    /// Known slices with events within S without excluded time.
    pub counted: Tally,
    /// Known slices with events within excluded time.
    pub excluded: Tally,
    /// The most units that one known slice of the period holds; what an unknown slice may have held at most.
    pub peak_units: i64,
    /// Slices that are down within S, merged where they touch; excluded time splits runs.
    pub bad: Vec<BadRun>,
    /// Slices without any event within S.
    pub quiet: IntervalSet,
    /// Slices without usable evidence within S, merged where they touch and share a reason.
    pub unknown: Vec<(Period, UnknownReason)>,
    /// The period's local days.
    pub days: Vec<DayTally>,
}
