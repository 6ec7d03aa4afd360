//! Contractual time: months, days and periods in the contract's zone, half open, in whole seconds.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, MappedLocalTime, NaiveDate, NaiveTime, Offset, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Seconds since 1970-01-01T00:00:00Z.
pub type UnixSeconds = i64;

/// A half-open stretch of time `[start, end)`; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// First second inside.
    pub start: UnixSeconds,
    /// First second outside.
    pub end: UnixSeconds,
}

impl Period {
    /// `[start, end)`; `None` when it would be empty or run backwards.
    pub fn new(start: UnixSeconds, end: UnixSeconds) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// Length in seconds.
    pub fn seconds(self) -> i64 {
        self.end - self.start
    }

    /// The stretch inside both; `None` when there is none.
    pub fn overlap(self, other: Self) -> Option<Self> {
        Self::new(self.start.max(other.start), self.end.min(other.end))
    }
}

/// A calendar month, for example `2026-10`. It becomes a [`Period`] only together with a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    first: NaiveDate,
}

impl Month {
    /// The month of a year; `None` outside 1..=12 or outside the years 1970..=2200.
    pub fn new(year: i32, month: u32) -> Option<Self> {
        (1970..=2200).contains(&year).then_some(())?;
        NaiveDate::from_ymd_opt(year, month, 1).map(|first| Self { first })
    }

    /// The month's first day.
    pub fn first_day(self) -> NaiveDate {
        self.first
    }

    /// The first day after the month.
    pub fn next_first_day(self) -> NaiveDate {
        self.first.checked_add_months(chrono::Months::new(1)).expect("years end at 2200")
    }

    /// The month so many months later.
    pub fn plus(self, months: u32) -> Self {
        let first = self.first.checked_add_months(chrono::Months::new(months)).expect("years end at 2200");
        Self { first }
    }

    /// The month so many months earlier.
    pub fn minus(self, months: u32) -> Self {
        let first = self.first.checked_sub_months(chrono::Months::new(months)).expect("years begin at 1970");
        Self { first }
    }

    /// How many months this one lies after `earlier`; negative before it.
    pub fn since(self, earlier: Self) -> i32 {
        let count = |month: Self| month.year() * 12 + month.first.month0() as i32;
        count(self) - count(earlier)
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.first.year()
    }

    /// The number of the month, 1 for January.
    pub fn number(self) -> u32 {
        self.first.month()
    }

    /// `[local 1st 00:00, next local 1st 00:00)` in that zone.
    pub fn period(self, zone: Tz) -> Period {
        Period::new(start_of_day(self.first, zone), start_of_day(self.next_first_day(), zone))
            .expect("a month has seconds")
    }

    /// Every local day of the month with its own period; 23 or 25 hours long when a clock jumps.
    pub fn days(self, zone: Tz) -> impl Iterator<Item = (NaiveDate, Period)> {
        let after = self.next_first_day();
        self.first.iter_days().take_while(move |day| *day < after).filter_map(move |day| {
            let next = day.checked_add_days(Days::new(1))?;
            // A zone that moved across the date line skipped a whole day (Apia, 2011-12-30): it has no seconds.
            Period::new(start_of_day(day, zone), start_of_day(next, zone)).map(|period| (day, period))
        })
    }
}

/// Over which calendar period a promise is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MeasurementPeriod {
    /// A calendar month.
    #[default]
    Month,
    /// January to March, April to June, July to September, October to December.
    Quarter,
    /// January to December.
    Year,
}

impl MeasurementPeriod {
    /// Whether it is the month.
    pub fn is_month(&self) -> bool {
        *self == Self::Month
    }

    /// How many months it has.
    pub fn months(self) -> u32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }

    /// The months of the period that holds `month`: first and last.
    pub fn containing(self, month: Month) -> (Month, Month) {
        let before = (month.number() - 1) % self.months();
        let first = month.minus(before);
        (first, first.plus(self.months() - 1))
    }

    /// Whether the period ends with `month`, so that it can be judged then.
    pub fn is_due(self, month: Month) -> bool {
        self.containing(month).1 == month
    }
}

/// A local day cut into the hours that its clock shows, in order of time: the hour of the clock, 0 to 23, and the stretch in
/// which the clock shows it. An hour that the clock skips is missing; one that it shows twice comes as long as it lasts, in
/// several stretches.
pub fn hours(day: Period, zone: Tz) -> Vec<(u32, Period)> {
    let offset = |at: UnixSeconds| local(at, zone).offset().fix();
    let mut hours = Vec::with_capacity(25);
    let mut start = day.start;
    while start < day.end {
        let clock = local(start, zone);
        let full = start + 3600 - i64::from(clock.minute() * 60 + clock.second());
        let mut end = full.min(day.end);
        if offset(end - 1) != offset(start) {
            // The clock jumps before the hour is full: find the first second behind the jump.
            let mut before = start;
            while end - before > 1 {
                let middle = before + (end - before) / 2;
                if offset(middle) == offset(start) { before = middle } else { end = middle }
            }
        }
        hours.extend(Period::new(start, end).map(|period| (clock.hour(), period)));
        start = end;
    }
    hours
}

/// The first second of a local day: local 00:00, or the end of the gap where a clock jumps over midnight.
pub fn start_of_day(day: NaiveDate, zone: Tz) -> UnixSeconds {
    let midnight = day.and_time(NaiveTime::MIN);
    match zone.from_local_datetime(&midnight) {
        MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => at.timestamp(),
        MappedLocalTime::None => {
            // Midnight does not exist: find the first second whose local time is past it.
            let (mut before, mut after) =
                (midnight.and_utc().timestamp() - 2 * 86_400, midnight.and_utc().timestamp() + 2 * 86_400);
            while after - before > 1 {
                let middle = before + (after - before) / 2;
                if local(middle, zone).naive_local() < midnight { before = middle } else { after = middle }
            }
            after
        }
    }
}

/// An instant as that zone's clocks show it.
pub fn local(at: UnixSeconds, zone: Tz) -> DateTime<Tz> {
    utc(at).with_timezone(&zone)
}

/// The month that a clock in a zone shows.
pub fn month_at(at: UnixSeconds, zone: Tz) -> Month {
    let day = local(at, zone).date_naive();
    Month::new(day.year(), day.month()).expect("a clock shows one of the years that are read")
}

/// An instant in UTC as text, for example `2026-09-30T22:00:00Z`.
pub fn utc_text(at: UnixSeconds) -> String {
    let at = utc(at);
    // A document writes thousands of them, and reading a pattern takes four times as long as writing what it says.
    let (date, time) = (at.date_naive(), at.time());
    let (year, month, day) = (date.year(), date.month(), date.day());
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", time.hour(), time.minute(), time.second())
}

/// Writes an instant as [`utc_text`] does, for `#[serde(serialize_with = …)]`.
///
/// # Errors
/// What the serializer says.
pub fn as_utc_text<S: Serializer>(at: &UnixSeconds, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&utc_text(*at))
}

fn utc(at: UnixSeconds) -> DateTime<Utc> {
    DateTime::from_timestamp(at, 0).expect("times stay within the years 1970..=2201")
}

/// Why a text is no month.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("found {found:?}, expected a month as YYYY-MM, such as 2026-10")]
pub struct MonthError {
    /// The text as it was found.
    pub found: String,
}

impl FromStr for Month {
    type Err = MonthError;

    fn from_str(text: &str) -> Result<Self, MonthError> {
        let read = || {
            let (year, month) = text.split_once('-')?;
            (year.len() == 4 && month.len() == 2).then_some(())?;
            text.bytes().all(|b| b.is_ascii_digit() || b == b'-').then_some(())?;
            Self::new(year.parse().ok()?, month.parse().ok()?)
        };
        read().ok_or_else(|| MonthError { found: text.to_owned() })
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.number())
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Month {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Month".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "A month as YYYY-MM.", "type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_have_the_seconds_their_zone_gives_them() {
        #[track_caller]
        fn check(month: &str, zone: &str, seconds: i64) {
            let zone: Tz = zone.parse().expect("a zone");
            let month: Month = month.parse().expect("a month");
            assert_eq!(month.period(zone).seconds(), seconds, "{month} {zone}");
            let days: i64 = month.days(zone).map(|(_, day)| day.seconds()).sum();
            assert_eq!(days, seconds, "the days add up to {month} {zone}");
        }
        check("2026-03", "Europe/Berlin", 743 * 3600);
        check("2026-10", "Europe/Berlin", 745 * 3600);
        check("2026-02", "Europe/Berlin", 672 * 3600);
        check("2028-02", "UTC", 696 * 3600);
        check("2026-10", "Asia/Kolkata", 744 * 3600);
        check("2026-03", "America/New_York", 743 * 3600);
        check("2026-11", "America/New_York", 721 * 3600);
        // Clocks that jump over midnight itself.
        check("2018-11", "America/Sao_Paulo", 719 * 3600);
        check("2011-12", "Pacific/Apia", 720 * 3600);
        // Half an hour of daylight saving.
        check("2026-10", "Australia/Lord_Howe", 744 * 3600 - 1800);
    }

    #[test]
    fn instants_are_written_as_rfc_3339_says() {
        #[track_caller]
        fn check(at: UnixSeconds, expected: &str) {
            assert_eq!(utc_text(at), expected);
            assert_eq!(DateTime::parse_from_rfc3339(expected).map(|at| at.timestamp()), Ok(at));
        }
        check(0, "1970-01-01T00:00:00Z");
        check(951_868_799, "2000-02-29T23:59:59Z");
        check(1_790_805_600, "2026-09-30T22:00:00Z");
        check(7_289_654_400, "2201-01-01T00:00:00Z");
    }

    #[test]
    fn a_day_whose_midnight_is_missing_starts_at_the_end_of_the_gap() {
        let zone: Tz = "America/Sao_Paulo".parse().expect("a zone");
        let day = NaiveDate::from_ymd_opt(2018, 11, 4).expect("a day");
        assert_eq!(utc_text(start_of_day(day, zone)), "2018-11-04T03:00:00Z");
    }

    #[test]
    fn days_have_the_hours_that_their_clock_shows() {
        /// `odd` are the hours that do not last 3 600 seconds; 0 where the clock skips one.
        #[track_caller]
        fn check(day: &str, zone: &str, odd: &[(u32, i64)]) {
            let zone: Tz = zone.parse().expect("a zone");
            let date: NaiveDate = day.parse().expect("a day");
            let next = start_of_day(date.succ_opt().expect("a day"), zone);
            let whole = Period::new(start_of_day(date, zone), next).expect("a day has seconds");
            let all = hours(whole, zone);
            assert!(all.windows(2).all(|pair| pair[0].1.end == pair[1].1.start), "they follow each other");
            assert_eq!((all[0].1.start, all[all.len() - 1].1.end), (whole.start, whole.end));
            let lasting = |hour: u32| all.iter().filter(|one| one.0 == hour).map(|one| one.1.seconds()).sum::<i64>();
            let found: Vec<(u32, i64)> =
                (0..24).map(|hour| (hour, lasting(hour))).filter(|one| one.1 != 3600).collect();
            assert_eq!(found, odd, "{day} {zone}");
        }
        check("2026-10-24", "Europe/Berlin", &[]);
        check("2026-03-29", "Europe/Berlin", &[(2, 0)]);
        check("2026-10-25", "Europe/Berlin", &[(2, 7200)]);
        check("2026-03-08", "America/New_York", &[(2, 0)]);
        check("2026-11-01", "America/New_York", &[(1, 7200)]);
        check("2026-10-15", "Asia/Kolkata", &[]);
        check("2026-10-15", "Asia/Kathmandu", &[]);
        // Half an hour of daylight saving.
        check("2026-04-05", "Australia/Lord_Howe", &[(1, 5400)]);
        check("2026-10-04", "Australia/Lord_Howe", &[(2, 1800)]);
        // Clocks that jump over midnight itself, and by two hours.
        check("2018-11-04", "America/Sao_Paulo", &[(0, 0)]);
        check("2024-10-27", "Antarctica/Troll", &[(1, 7200), (2, 7200)]);
    }

    #[test]
    fn months_parse_strictly() {
        #[track_caller]
        fn check(text: &str, ok: bool) {
            let parsed = text.parse::<Month>();
            assert_eq!(parsed.is_ok(), ok, "{text}");
            if let Ok(month) = parsed {
                assert_eq!(month.to_string(), text);
            }
        }
        check("2026-10", true);
        for bad in ["2026-13", "2026-00", "2026-1", "10-2026", "2026/10", "+026-10", "1M", "", "2026-10-01", "9999-01"]
        {
            check(bad, false);
        }
    }
}
