//! Work that takes longer than a request may: where it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Closes a month.
    Close,
    /// Closes a closed month again and tells what it says otherwise.
    Restate,
    /// States a month under every reading that its contracts leave open.
    Sensitivity,
    /// Looks how the running month stands.
    Standing,
    /// Captures the days of a month that are over and not there.
    Capture,
}

impl JobKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Close, Self::Restate, Self::Sensitivity, Self::Standing, Self::Capture];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Close => "close",
            Self::Restate => "restate",
            Self::Sensitivity => "sensitivity",
            Self::Standing => "standing",
            Self::Capture => "capture",
        }
    }
}

/// Where a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Its turn has not come.
    Waiting,
    /// It is under way.
    Running,
    /// It did what was asked.
    Done,
    /// It could not do what was asked; nothing was recorded unless its problem says so.
    Failed,
    /// Somebody called it off before anything was recorded.
    Cancelled,
    /// The program that carried it out has stopped; whether its month was recorded is told by the month.
    Interrupted,
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Waiting, Self::Running, Self::Done, Self::Failed, Self::Cancelled, Self::Interrupted];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }

    /// Whether nothing will be done for it any more.
    pub fn has_ended(self) -> bool {
        !matches!(self, Self::Waiting | Self::Running)
    }
}
