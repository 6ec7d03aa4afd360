//! How a period went, beside what outages and days tell: when it was judged at all, and how its error budget was used up.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::RecordSpan;
use super::number::RecordRange;

/// How a period went. Together with outages and unknown stretches it says of every second whether it was service time,
/// excluded, quiet, unknown or down, so that documents can be drawn from the record alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordCourse {
    /// Service time S, merged, in order of time.
    pub service: Vec<RecordSpan>,
    /// Accepted exclusions within S, merged, in order of time.
    pub excluded: Vec<RecordSpan>,
    /// Days with slices without any event within S without excluded windows.
    pub quiet: Vec<RecordQuietDay>,
    /// The use of the budget by the end of each local day; empty where there was nothing to judge.
    pub used: Vec<RecordUsed>,
}

/// A local day with slices without any event. Single slices would be thousands where little happens, so they are kept by
/// the hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordQuietDay {
    /// Local date, YYYY-MM-DD.
    pub date: String,
    /// Seconds without any event in each of the 24 hours that a clock shows.
    pub seconds: Vec<i64>,
}

/// What of the period's budget was used by the end of a local day. On the last day it is what the period used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordUsed {
    /// Local date, YYYY-MM-DD.
    pub date: String,
    /// In percent with two decimals, rounded up, the least and the most; null when the target is 100 %.
    pub percent: RecordRange<Option<String>>,
    /// The same of the service time in seconds with at most three decimals, rounded up; null where consumption is judged,
    /// whose budget is no time.
    pub seconds: RecordRange<Option<String>>,
}
