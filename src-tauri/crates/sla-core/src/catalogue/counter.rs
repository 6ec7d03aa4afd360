//! Counters that are read sample by sample. Not part of OpenSLO, whose queries leave the counting to the server.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::duration::Duration;
use super::selector::Selector;
use crate::phrase::Phrase;

const BOUND: Phrase = Phrase::new(
    "a decimal number such as \"0.3\", where a bucket ends",
    "eine Dezimalzahl wie \"0.3\", bei der ein Behälter endet",
);

/// A counter that is read sample by sample. A slice holds the sum of all rises between two samples of one series, the later
/// of which lies in it; after a fall the whole value counts, because the counter began again at zero. Nothing is
/// extrapolated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CounterSpec {
    /// Its series, with the variables of queries; what they count is added up. Each difference is taken within a series, so
    /// that no restart is lost in a sum.
    pub series: Selector,
    /// What the first value of a series means that appears meanwhile. Nobody saw it start, so there is no default.
    pub new_series: NewSeries,
    /// The longest time between two samples that is no gap, such as four times the scrape interval. When more than that passes
    /// and the counter has risen, nobody knows when: every slice in between is unknown.
    pub gap_after: Duration,
    /// For native histograms: the bound up to which observations count, such as `0.3`; all count when it is not given. A slice
    /// whose buckets do not end there is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(
        regex(pattern = r"^[0-9]+(\.[0-9]+)?$"),
        extend("x-expected" = BOUND.en(), "x-expected-de" = BOUND.de())
    )]
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
