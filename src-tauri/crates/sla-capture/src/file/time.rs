//! Times in cells: numbers, text and timestamps become whole seconds, or a message that says what is expected.

use chrono::{DateTime, NaiveDateTime};
use sla_core::catalogue::TimeUnit;
use sla_core::time::{UnixSeconds, utc_text};

use super::content::Layout;
use super::error::{FileError, Place};
use crate::source::is_printable;

const EXPECTED_END: &str = "the end of a slice in UTC: whole Unix seconds (not milliseconds) in the years 1970 to \
                            2200, or a time such as 2026-10-01T00:01:00Z";
const EXPECTED_SECONDS: &str = "a whole second in the years 1970 to 2200: Unix seconds (with unit: milliseconds they count \
                                those), or a time with its offset such as 2026-10-01T02:01:00+02:00";
const EXPECTED_MILLISECONDS: &str = "a whole second in the years 1970 to 2200: Unix milliseconds as unit says, or a time with \
                                     its offset such as 2026-10-01T02:01:00+02:00";
const EXPECTED_MICROSECONDS: &str = "a whole second in the years 1970 to 2200: Unix microseconds as unit says, or a time with \
                                     its offset such as 2026-10-01T02:01:00+02:00";
const EXPECTED_NANOSECONDS: &str = "a whole second in the years 1970 to 2200: Unix nanoseconds as unit says, or a time with \
                                    its offset such as 2026-10-01T02:01:00+02:00";

impl Layout {
    /// How many units of a number in the column of times a second has.
    pub(super) fn units_per_second(&self) -> i64 {
        self.unit().map_or(1, TimeUnit::per_second)
    }

    fn unit(&self) -> Option<TimeUnit> {
        self.columns.as_ref().map(|columns| columns.unit.unwrap_or_default())
    }

    /// A time as it stands in a text.
    pub(super) fn instant(&self, place: &Place, text: &str) -> Result<UnixSeconds, FileError> {
        let seconds = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            text.parse().ok().and_then(|units| whole_seconds(units, self.units_per_second()))
        } else if self.columns.is_some() {
            // A leap second has a fraction of more than a second.
            let parsed = DateTime::parse_from_rfc3339(text).ok().filter(|at| at.timestamp_subsec_nanos() == 0);
            parsed.map(|at| at.timestamp()).filter(|&at| is_printable(at))
        } else {
            // Written back it must be the same text: a leap second, a missing zero or another letter is refused.
            let parsed = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%SZ").map(|at| at.and_utc().timestamp());
            parsed.ok().filter(|&at| is_printable(at) && utc_text(at) == text)
        };
        seconds.ok_or_else(|| self.no_instant(place.clone(), super::quote(text)))
    }

    /// A cell that is no time.
    pub(super) fn no_instant(&self, place: Place, found: String) -> FileError {
        let expected = match self.unit() {
            None => EXPECTED_END,
            Some(TimeUnit::Seconds) => EXPECTED_SECONDS,
            Some(TimeUnit::Milliseconds) => EXPECTED_MILLISECONDS,
            Some(TimeUnit::Microseconds) => EXPECTED_MICROSECONDS,
            Some(TimeUnit::Nanoseconds) => EXPECTED_NANOSECONDS,
        };
        FileError::Cell { place, column: self.time().to_owned(), found, expected }
    }
}

/// Whole seconds in the years that are handled.
pub(super) fn whole_seconds(units: i64, per_second: i64) -> Option<UnixSeconds> {
    Some(units / per_second).filter(|&at| units % per_second == 0 && is_printable(at))
}
