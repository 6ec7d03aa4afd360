//! A measured commitment: what was attained, when it was down, and what is not known.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::RecordSpan;
use super::course::RecordCourse;
use super::credit::RecordCredit;
use super::number::{Count, RecordRange, RecordRatio};
use super::reading::{CountUnit, ExclusionMode, Method, QuietReading, UnknownReading, Verdict};
use super::second::RecordSecondReading;
use crate::catalogue::Comparison;

/// One promise, judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordCommitment {
    /// Name of the commitment in the contract.
    pub name: String,
    /// Version of the contract that it stands in; another one than the record's in a month that two versions share.
    pub contract_version: u32,
    /// The commitment's name for people, in the tenant's language where the contract gives one.
    pub title: String,
    /// Name of the SLO in the catalogue.
    pub slo: String,
    /// The measurement period that ended with this month; null when it is the month itself.
    pub period: Option<RecordSpan>,
    /// How attainment is counted: `Occurrences`, `Timeslices` or `RatioTimeslices`.
    pub method: Method,
    /// What `good` and `total` count.
    pub unit: CountUnit,
    /// Width of a slice in seconds.
    pub slice_seconds: i64,
    /// A slice below this percentage of good events is an outage slice; null where only a slice without any good
    /// event is one.
    pub slice_target: Option<String>,
    /// Least number of outage slices in a row that count as downtime; null where one does.
    pub consecutive_slices: Option<u32>,
    /// A slice with fewer events than this is read as one without any; null where a single event is enough.
    pub minimum_events_per_slice: Option<u32>,
    /// A period with fewer events than this is not judged; null where there is no such limit.
    pub minimum_events_per_period: Option<u32>,
    /// The bound that each slice's value must keep; null where events are counted.
    pub threshold: Option<RecordThreshold>,
    /// What the period may consume; null where nothing is consumed.
    pub consumption_budget: Option<RecordQuantity>,
    /// The promised percentage as the contract writes it.
    pub target: String,
    /// Good units that were seen.
    pub good: Count,
    /// All units that were seen.
    pub total: Count,
    /// What was attained; null while unknown time leaves a range.
    pub attained: Option<RecordRatio>,
    /// The least and the most that can have been attained; both null when there was nothing to judge.
    pub attained_range: RecordRange<Option<RecordRatio>>,
    /// Service time S of the month in seconds: the month within service hours.
    pub service_seconds: i64,
    /// Outage slices within S without excluded windows, in seconds.
    pub downtime_seconds: i64,
    /// Accepted exclusions within S, in seconds.
    pub excluded_seconds: i64,
    /// Time without usable evidence within S without excluded windows, in seconds.
    pub unknown_seconds: i64,
    /// Slices without any event within S without excluded windows, in seconds.
    pub quiet_seconds: i64,
    /// How the contract reads unknown time.
    pub unknown_reading: UnknownReading,
    /// What unknown time is reckoned with; null when nothing is unknown, where slices are judged, and where the reading
    /// needs no figure.
    pub unknown_bound: Option<RecordUnknownBound>,
    /// How the contract reads slices without any event.
    pub quiet_reading: QuietReading,
    /// Whether excluded time leaves both sides or stays as good.
    pub exclusion_mode: ExclusionMode,
    /// The error budget.
    pub budget: RecordBudget,
    /// Met, breached, or not decidable from the evidence there is.
    pub verdict: Verdict,
    /// The service credit as a range.
    pub credit: RecordCredit,
    /// Outages, merged, in order of time.
    pub outages: Vec<RecordOutage>,
    /// Stretches without usable evidence, merged, in order of time.
    pub unknown: Vec<RecordUnknown>,
    /// Every local day of the month.
    pub days: Vec<RecordDay>,
    /// How the period went, as far as outages and days do not tell it. Absent in records of versions that did not note it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<RecordCourse>,
    /// The second reading that the contract demands, beside the first. Where they differ, `attained_range`, verdict, budget and
    /// credit go from the least to the most of both; counts, lengths, outages and days are the first reading's. Absent where the
    /// contract demands none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_reading: Option<RecordSecondReading>,
    /// SHA-256 of the evidence that this commitment rests on, that of its second reading last.
    pub evidence: Vec<String>,
}

/// The error budget of a commitment. For methods that count events or ratios the seconds are the service time's
/// equivalent of the allowed share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordBudget {
    /// (1 − target) · service time without exclusions, in seconds with at most three decimals, rounded down.
    pub allowed_seconds: String,
    /// (1 − attained) / (1 − target) in percent with two decimals, rounded up; null while unknown time leaves a range or
    /// when the target is 100 %.
    pub used_percent: Option<String>,
    /// The same for the most and the least attained.
    pub used_percent_range: RecordRange<Option<String>>,
}

/// A bound for a measured value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordThreshold {
    /// How a value is compared with it.
    pub comparison: Comparison,
    /// The bound as the contract writes it.
    pub value: String,
    /// Its unit.
    pub unit: String,
}

/// An amount of something that is consumed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordQuantity {
    /// The amount as the contract writes it.
    pub amount: String,
    /// Its unit.
    pub unit: String,
}

/// An outage: a run of slices below the slice target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordOutage {
    /// Start of the first bad slice, in UTC.
    pub start: String,
    /// End of the last bad slice, in UTC.
    pub end: String,
    /// Length in seconds.
    pub seconds: i64,
    /// What the evidence says of it.
    pub reason: OutageReason,
    /// Whether it counts, and why not.
    pub standing: OutageStanding,
}

/// Whether an outage counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutageStanding {
    /// It is downtime.
    Counts,
    /// It lies in an accepted exclusion.
    Excluded,
    /// It has fewer slices in a row than the contract demands of an outage.
    TooShort,
}

/// What the evidence says of an outage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutageReason {
    /// `all_failed` when no event was good, `some_failed` when some were, `no_traffic` when the contract reads a quiet
    /// slice as bad and the whole outage is quiet.
    pub code: OutageCode,
    /// Events that failed.
    pub failed: Count,
    /// All events.
    pub total: Count,
}

/// See [`OutageReason::code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutageCode {
    /// No event was good.
    AllFailed,
    /// Some events failed.
    SomeFailed,
    /// There was no event, and the contract reads that as bad.
    NoTraffic,
}

/// A stretch without usable evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordUnknown {
    /// Start, in UTC.
    pub start: String,
    /// End, in UTC.
    pub end: String,
    /// Length in seconds.
    pub seconds: i64,
    /// Why it is unknown.
    pub reason: UnknownReason,
}

/// What unknown slices are reckoned with where events or consumption are counted: nobody knows how much was in them, so
/// each is taken to hold as much as the slice of the period that held most. For events, the reading says whether they
/// count as failed, as good, or as either; consumption may also have been nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordUnknownBound {
    /// Unknown slices.
    pub slices: i64,
    /// Units in the slice that held most.
    pub per_slice: Count,
    /// Units in all unknown slices at that rate.
    pub total: Count,
}

/// Why a slice is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnknownReason {
    /// The source delivered no slice.
    Missing,
    /// The source delivered no usable number: NaN, infinite, negative, or under a warning.
    Unusable,
    /// More good events than events: the measurement itself is wrong.
    GoodAboveTotal,
}

/// One local day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordDay {
    /// Local date, YYYY-MM-DD.
    pub date: String,
    /// Service time of the day without excluded windows, in seconds.
    pub service_seconds: i64,
    /// Good units that were seen.
    pub good: Count,
    /// All units that were seen.
    pub total: Count,
    /// What was attained that day by the commitment's method over known slices, in percent, rounded down; null
    /// without any.
    pub percent: Option<String>,
    /// Outage slices in seconds.
    pub downtime_seconds: i64,
    /// Unknown slices in seconds.
    pub unknown_seconds: i64,
}
