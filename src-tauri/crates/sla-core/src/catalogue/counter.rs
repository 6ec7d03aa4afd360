//! Counters that are read sample by sample. Not part of OpenSLO, whose queries leave the counting to the server.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::duration::Duration;
use super::selector::Selector;

/// A counter, read sample by sample: a slice holds the sum of all rises between two samples of one series, the later of
/// which lies in it; after a fall the whole value counts, because the counter began again at zero. Nothing is extrapolated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CounterSpec {
    /// Its series, with the variables of [`MetricSpec`](super::MetricSpec); what they count is added up. Each difference is
    /// taken within a series, so that no restart is lost in a sum.
    pub series: Selector,
    /// What the first value of a series means that appears while others are measured. Nobody saw it start, so there is no
    /// default.
    pub new_series: NewSeries,
    /// The longest time between two samples of a series, such as four times its scrape interval, in seconds to hours. When
    /// more than that passes and the counter has risen, nobody knows when: every slice in between is unknown.
    pub gap_after: Duration,
    /// For native histograms: the bound of a bucket, such as `0.3`. Observations up to it are counted; a slice whose buckets
    /// do not end there is unknown. All observations are counted when it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]+(\.[0-9]+)?$"))]
    pub up_to: Option<String>,
}

/// What the first value of a series means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum NewSeries {
    /// It counts: programs make a series with its first event, such as one for a code of errors. Where no series is there at
    /// all, nothing has happened.
    StartsAtZero,
    /// It does not count, and the slice is unknown unless the value is zero.
    Unknown,
}
