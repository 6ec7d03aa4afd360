//! Two readings of one promise, side by side.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::number::{Count, RecordRange, RecordRatio};
use super::reading::Verdict;
use crate::catalogue::WhenOpen;

/// A second reading of a commitment, beside the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordSecondReading {
    /// Name of the SLI of the second reading; the first is that of the commitment's SLO.
    pub sli: String,
    /// By how many percentage points they may differ, as the contract writes it.
    pub tolerance: String,
    /// What the contract says where unknown time leaves open whether they differ by more.
    pub when_open: WhenOpen,
    /// What the first reading says.
    pub first: RecordReading,
    /// What the second reading says.
    pub second: RecordReading,
    /// The least and the most by which what was attained differs, in percentage points with four decimals, rounded up; both null
    /// when one of them had nothing to judge.
    pub difference_points: RecordRange<Option<String>>,
    /// Whether they agree.
    pub agreement: Agreement,
    /// Time that is down by the first reading and up by the second, in seconds.
    pub down_in_first_only_seconds: i64,
    /// Time that is down by the second reading and up by the first, in seconds.
    pub down_in_second_only_seconds: i64,
    /// SHA-256 of the evidence that the second reading rests on.
    pub evidence: String,
}

/// What a single reading says of a commitment. Unknown time is neither up nor down here, whatever the contract makes of it in
/// its judgement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordReading {
    /// Good units that were seen.
    pub good: Count,
    /// All units that were seen.
    pub total: Count,
    /// The least and the most that can have been attained; both null when there was nothing to judge.
    pub attained_range: RecordRange<Option<RecordRatio>>,
    /// What it alone would come to.
    pub verdict: Verdict,
    /// Outage slices within S without excluded windows, in seconds.
    pub downtime_seconds: i64,
    /// Time without usable evidence within S without excluded windows, in seconds.
    pub unknown_seconds: i64,
}

/// Whether two readings agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Agreement {
    /// They differ by no more than the tolerance, whatever happened in unknown time.
    Agree,
    /// Unknown time leaves it open, or one of them had nothing to judge.
    Open,
    /// They differ by more than the tolerance, whatever happened in unknown time.
    Differ,
}

impl Agreement {
    /// The name that documents give it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agree => "agree",
            Self::Open => "open",
            Self::Differ => "differ",
        }
    }
}
