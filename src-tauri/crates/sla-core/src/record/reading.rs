//! What a contract can say of a measurement, and what a promise can come to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How attainment is counted (OpenSLO's budgeting methods).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Method {
    /// Σ good / Σ total over the month.
    Occurrences,
    /// Share of slices whose ratio reaches the slice target.
    Timeslices,
    /// Unweighted mean of the slices' ratios.
    RatioTimeslices,
    /// Budget / Σ of the slices' values, at most 1.
    Consumption,
}

/// What the counts of a commitment count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CountUnit {
    /// Requests, checks, tasks.
    Events,
    /// Slices of time.
    Slices,
    /// What is consumed, in the unit of the budget.
    Consumption,
}

/// Whether a promise was kept. The order is the order of concern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Kept, whatever happened in unknown time.
    Met,
    /// The evidence allows both.
    Undecidable,
    /// Broken, whatever happened in unknown time.
    Breached,
}

impl Verdict {
    /// The verdict of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Met, Self::Undecidable, Self::Breached].into_iter().find(|verdict| verdict.name() == name)
    }

    /// The stable name: `met`, `undecidable` or `breached`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Undecidable => "undecidable",
            Self::Breached => "breached",
        }
    }
}

/// How a contract reads time without evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum UnknownReading {
    /// Neither: attainment, verdict and credit become ranges.
    Range,
    /// As down.
    Down,
    /// As up.
    Up,
    /// As if it were no service time.
    Excluded,
}

/// How a contract reads a slice without any event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum QuietReading {
    /// As a good slice.
    Good,
    /// As a bad slice.
    Bad,
    /// As if it were no service time.
    Excluded,
}

/// Where accepted exclusions go in the ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExclusionMode {
    /// Excluded time leaves both sides.
    Denominator,
    /// Excluded time stays as good.
    Numerator,
}
