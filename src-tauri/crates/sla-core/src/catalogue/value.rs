//! Values that a catalogue document is made of: parsed once into types that cannot be wrong. Each names its JSON
//! Schema `format`, which the catalogue's reader checks with the very parser that is used here.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::phrase::Phrase;
use crate::time::UnixSeconds;

/// Why a text is not what a field expects.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("found {found:?}, expected {}", .expected.en())]
pub struct ValueError {
    /// The text as it was found.
    pub found: String,
    /// What the field expects.
    pub expected: Phrase,
}

/// Text forms of a value: one parser for serde and for the schema's `format`.
macro_rules! text_value {
    ($name:ident, $format:literal, $en:expr, $de:expr) => {
        impl $name {
            /// What a reader is told when the value cannot be read.
            pub const EXPECTED: Phrase = Phrase::new($en, $de);
            /// The JSON Schema `format` of the value.
            pub const FORMAT: &'static str = $format;
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "format": $format,
                    "description": $en,
                    "x-expected": $en,
                    "x-expected-de": $de,
                })
            }
        }
    };
}
pub(crate) use text_value;

fn refused(found: &str, expected: Phrase) -> ValueError {
    ValueError { found: found.to_owned(), expected }
}

/// A name that documents refer to each other by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

text_value!(
    Name,
    "sla-name",
    "a name of at most 63 small letters, digits and inner hyphens, such as \"api-availability\"",
    "ein Name aus höchstens 63 Kleinbuchstaben, Ziffern und inneren Bindestrichen, etwa \"api-availability\""
);

impl Name {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let edge = |c: char| inner(c) && c != '-';
        let ok =
            (1..=63).contains(&text.len()) && text.chars().all(inner) && text.starts_with(edge) && text.ends_with(edge);
        if ok { Ok(Self(text.to_owned())) } else { Err(refused(text, Self::EXPECTED)) }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An IANA time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(pub Tz);

text_value!(
    Zone,
    "iana-time-zone",
    "an IANA time zone such as \"Europe/Berlin\" or \"UTC\"",
    "eine IANA-Zeitzone wie \"Europe/Berlin\" oder \"UTC\""
);

impl FromStr for Zone {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        text.parse().map(Self).map_err(|_| refused(text, Self::EXPECTED))
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

/// A calendar day without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub NaiveDate);

text_value!(
    Day,
    "sla-day",
    "a day as YYYY-MM-DD, such as \"2026-01-01\"",
    "ein Tag als JJJJ-MM-TT, etwa \"2026-01-01\""
);

impl FromStr for Day {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let shaped = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let day = shaped.then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten();
        let day = day.filter(|day| (1970..=2200).contains(&chrono::Datelike::year(day)));
        day.map(Self).ok_or_else(|| refused(text, Self::EXPECTED))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

/// An instant, written with its offset so that an hour that a clock shows twice stays unambiguous.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub UnixSeconds);

text_value!(
    Instant,
    "sla-instant",
    "an instant of whole seconds with its offset, such as \"2026-10-11T02:00:00+02:00\" or \"2026-10-11T00:00:00Z\"",
    "ein Zeitpunkt in ganzen Sekunden mit seinem Abstand zu UTC, etwa \"2026-10-11T02:00:00+02:00\" oder \
     \"2026-10-11T00:00:00Z\""
);

impl Instant {
    /// First second after the years that are read, 1970 to 2200.
    pub(crate) const END: UnixSeconds = 7_289_654_400;
}

impl FromStr for Instant {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let at = DateTime::parse_from_rfc3339(text).ok().filter(|at| at.timestamp_subsec_nanos() == 0);
        let within = |at: &i64| (0..Self::END).contains(at);
        at.map(|at| at.timestamp()).filter(within).map(Self).ok_or_else(|| refused(text, Self::EXPECTED))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::time::utc_text(self.0))
    }
}

/// Width of a slice of time. OpenSLO's shorthand: `s`, `m` (minute) and `h`; its `M` is a month and no slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SliceWidth(i64);

text_value!(
    SliceWidth,
    "sla-slice",
    "a slice of time that divides an hour, with its unit s, m (minute) or h, such as \"1m\" (\"1M\" is a month)",
    "ein Abschnitt, der eine Stunde teilt, mit seiner Einheit s, m (Minute) oder h, etwa \"1m\" (\"1M\" ist ein Monat)"
);

impl SliceWidth {
    /// The width in seconds.
    pub fn seconds(self) -> i64 {
        self.0
    }
}

impl FromStr for SliceWidth {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let read = || {
            let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
            let unit = match unit {
                "s" => 1,
                "m" => 60,
                "h" => 3600,
                _ => return None,
            };
            (!number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())).then_some(())?;
            let seconds = number.parse::<i64>().ok()?.checked_mul(unit)?;
            // A slice that divides an hour divides every day and every local month, also across a clock change.
            (seconds > 0 && 3600 % seconds == 0).then_some(Self(seconds))
        };
        read().ok_or_else(|| refused(text, Self::EXPECTED))
    }
}

impl fmt::Display for SliceWidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            seconds if seconds % 3600 == 0 => write!(f, "{}h", seconds / 3600),
            seconds if seconds % 60 == 0 => write!(f, "{}m", seconds / 60),
            seconds => write!(f, "{seconds}s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T: FromStr + fmt::Display>(text: &str, expected: Option<&str>) {
        assert_eq!(text.parse::<T>().ok().map(|value| value.to_string()).as_deref(), expected, "{text:?}");
    }

    #[test]
    fn names() {
        check::<Name>("api-availability", Some("api-availability"));
        for bad in ["", "-a", "a-", "A", "a_b", "a b", "ä", "../a", &"a".repeat(64)] {
            check::<Name>(bad, None);
        }
    }

    #[test]
    fn slices_are_minutes_and_never_months() {
        check::<SliceWidth>("1m", Some("1m"));
        check::<SliceWidth>("60s", Some("1m"));
        check::<SliceWidth>("15s", Some("15s"));
        check::<SliceWidth>("1h", Some("1h"));
        for bad in ["1M", "60", "", "m", "0m", "-1m", "7m", "1.5m", "2h", "1d", "99999999999999999999s"] {
            check::<SliceWidth>(bad, None);
        }
    }

    #[test]
    fn days_and_instants() {
        check::<Day>("2026-02-28", Some("2026-02-28"));
        for bad in ["2026-02-29", "28.02.2026", "2026-2-28", "2026-02-28T00:00:00Z", ""] {
            check::<Day>(bad, None);
        }
        check::<Instant>("2026-10-11T02:00:00+02:00", Some("2026-10-11T00:00:00Z"));
        for bad in ["2026-10-11T02:00:00", "2026-10-11", "2026-10-11T02:00:00.5Z", "now"] {
            check::<Instant>(bad, None);
        }
    }

    #[test]
    fn zones_exist() {
        check::<Zone>("Europe/Berlin", Some("Europe/Berlin"));
        for bad in ["Europe/Bonn", "CEST", "+02:00", ""] {
            check::<Zone>(bad, None);
        }
    }
}
