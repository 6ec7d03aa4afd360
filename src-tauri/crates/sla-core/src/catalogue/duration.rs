//! A length of time that a contract promises, such as a response within 30 minutes.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::value::{ValueError, text_value};
use crate::phrase::Phrase;

/// Most seconds of a length: a leap year.
const MAX_SECONDS: i64 = 366 * 86_400;

/// A length of time with its unit, kept as it was written: `90m` prints as `90m`. Two lengths are equal when they were
/// written alike; compare their seconds for anything else. OpenSLO's shorthand, in which `M` is a month: of unknown
/// length, and therefore refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Duration {
    count: i64,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Unit {
    Second,
    Minute,
    Hour,
    Day,
}

text_value!(
    Duration,
    "sla-duration",
    "a length of time of at most 366 days: a whole number with its unit s, m (minute), h or d (24 hours), such as \"30m\", \
     \"4h\" or \"2d\" (\"1M\" is a month, which has no fixed length)",
    "eine Zeitspanne von höchstens 366 Tagen: eine ganze Zahl mit ihrer Einheit s, m (Minute), h oder d (24 Stunden), etwa \
     \"30m\", \"4h\" oder \"2d\" (\"1M\" ist ein Monat, dessen Länge nicht feststeht)"
);

impl Duration {
    /// The length in seconds; a day has 86 400.
    pub fn seconds(self) -> i64 {
        self.count * self.unit.seconds()
    }

    /// Whether it is written in days, which are 24 hours on the wall but not a day of service.
    pub fn is_in_days(self) -> bool {
        self.unit == Unit::Day
    }
}

impl Unit {
    const ALL: [Self; 4] = [Self::Second, Self::Minute, Self::Hour, Self::Day];

    fn seconds(self) -> i64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3600,
            Self::Day => 86_400,
        }
    }

    fn letter(self) -> char {
        match self {
            Self::Second => 's',
            Self::Minute => 'm',
            Self::Hour => 'h',
            Self::Day => 'd',
        }
    }
}

impl FromStr for Duration {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let read = || {
            let unit = Unit::ALL.into_iter().find(|unit| text.ends_with(unit.letter()))?;
            let number = &text[..text.len() - 1];
            // A leading zero would be lost in print.
            let plain = number.bytes().all(|byte| byte.is_ascii_digit()) && !number.starts_with('0');
            let count: i64 = plain.then(|| number.parse().ok()).flatten()?;
            (count <= MAX_SECONDS / unit.seconds()).then_some(Self { count, unit })
        };
        read().ok_or_else(|| ValueError { found: text.to_owned(), expected: Self::EXPECTED })
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.count, self.unit.letter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_kept_as_written_and_months_have_none() {
        #[track_caller]
        fn check(text: &str, seconds: Option<i64>) {
            let read = text.parse::<Duration>();
            assert_eq!(read.as_ref().ok().map(|length| length.seconds()), seconds, "{text:?}");
            assert!(read.is_err() || read.is_ok_and(|length| length.to_string() == text), "{text:?}");
        }
        check("45s", Some(45));
        check("30m", Some(1800));
        check("90m", Some(5400));
        check("4h", Some(14_400));
        check("2d", Some(172_800));
        check("366d", Some(31_622_400));
        for bad in ["1M", "M", "", "m", "30", "0m", "030m", "-1h", "+1h", "1.5h", "1h30m", "4 h", "4H", "1w", "1y", "ä"]
        {
            check(bad, None);
        }
        for long in ["367d", "8785h", "31622401s", "99999999999999999999d"] {
            check(long, None);
        }
    }
}
