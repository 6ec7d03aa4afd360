//! Columns of a file that another program wrote, such as an APM tool's export, and what they stand for. Not part of OpenSLO.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which columns of a file say what; other columns are passed over. Names are compared letter by letter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileColumns {
    /// The column of times: numbers, RFC 3339 text with `Z` or an offset, or Parquet timestamps. A Parquet timestamp without a zone is UTC.
    #[schemars(length(min = 1, max = 200))]
    pub time: String,
    /// Which edge of its slice a time marks. Read the wrong way everything is a slice off, and no file shows it, so there is no default.
    pub marks: Edge,
    /// What times count since 1970 that are numbers; seconds when not said. Text and Parquet timestamps say it themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<TimeUnit>,
    /// The column of good events; give this or `bad`, beside `total`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub good: Option<String>,
    /// The column of bad events: good is total − bad, where both are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub bad: Option<String>,
    /// The column of all events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub total: Option<String>,
    /// The column of values, for a `thresholdMetric`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub value: Option<String>,
}

impl FileColumns {
    /// What the columns beside the time are for, in the order of their fields, each with its name.
    pub fn numbers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [("good", &self.good), ("bad", &self.bad), ("total", &self.total), ("value", &self.value)];
        all.into_iter().filter_map(|(field, name)| Some((field, name.as_deref()?)))
    }
}

/// As evidence keeps it: everything that the numbers depend on.
impl std::fmt::Display for FileColumns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "time {:?} marks {}, in {}", self.time, self.marks.name(), self.unit.unwrap_or_default().name())?;
        self.numbers().try_for_each(|(field, name)| write!(f, "; {field} {name:?}"))
    }
}

/// Which edge of its slice a time marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Edge {
    /// Where the slice begins.
    Start,
    /// Where it ends.
    End,
}

impl Edge {
    /// Its name in a catalogue.
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::End => "end",
        }
    }
}

/// What a number counts since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum TimeUnit {
    /// Seconds.
    #[default]
    Seconds,
    /// Thousandths of a second.
    Milliseconds,
    /// Millionths of a second.
    Microseconds,
    /// Billionths of a second.
    Nanoseconds,
}

impl TimeUnit {
    /// How many of them a second has.
    pub fn per_second(self) -> i64 {
        match self {
            Self::Seconds => 1,
            Self::Milliseconds => 1_000,
            Self::Microseconds => 1_000_000,
            Self::Nanoseconds => 1_000_000_000,
        }
    }

    /// Its name in a catalogue.
    pub fn name(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Milliseconds => "milliseconds",
            Self::Microseconds => "microseconds",
            Self::Nanoseconds => "nanoseconds",
        }
    }
}
