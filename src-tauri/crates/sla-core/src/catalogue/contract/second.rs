//! A second reading of what a commitment promises, held against the first.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::Name;
use crate::ratio::Percent;

/// Another measurement of the same promise: a recording rule, another server, a table. The month is judged by the first; the
/// difference of both is in the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecondReading {
    /// Name of the `SLI` that measures it otherwise than the SLO's own.
    pub sli: Name,
    /// By how many percentage points what was attained may differ. Above it nobody can say which reading is right, and the
    /// commitment is undecidable.
    pub tolerance: Percent,
    /// What holds where unknown time leaves open whether the readings differ by more. There is no default.
    pub when_open: WhenOpen,
}

/// What holds where nobody can say whether two readings agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WhenOpen {
    /// The first reading is judged as if there were no second one.
    First,
    /// The commitment is undecidable, as if they differed.
    Undecidable,
}
