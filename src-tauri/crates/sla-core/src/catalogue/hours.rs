//! Service hours: OpenStreetMap's opening-hours grammar, built per local day.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chrono::{DateTime, MappedLocalTime, NaiveDateTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use compact_calendar::CompactCalendar;
use opening_hours::{Context, ContextHolidays, OpeningHours, RuleKind};

use super::contract::Holidays;
use super::value::{ValueError, text_value};
use crate::holiday::HolidayError;
use crate::interval::IntervalSet;
use crate::phrase::Phrase;
use crate::time::{Period, UnixSeconds, start_of_day};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// When a service is promised, for example `24/7`, `Mo-Fr 08:00-18:00` or `Mo-Fr 08:00-18:00; PH off`, in local time of
/// the contract's zone.
#[derive(Clone, Debug)]
pub struct ServiceHours {
    text: String,
    hours: Arc<OpeningHours>,
    names_holidays: bool,
}

text_value!(
    ServiceHours,
    "sla-service-hours",
    "service hours in OpenStreetMap's opening-hours grammar, such as \"24/7\", \"Mo-Fr 08:00-18:00\" or \
     \"Mo-Fr 08:00-18:00; PH off\", without school holidays (SH), days counted from a holiday, sun times, comments or \
     \"unknown\", which this version does not compute",
    "eine Servicezeit in der Schreibweise der Öffnungszeiten von OpenStreetMap, etwa \"24/7\", \"Mo-Fr 08:00-18:00\" oder \
     \"Mo-Fr 08:00-18:00; PH off\", ohne Schulferien (SH), von einem Feiertag an gezählte Tage, Sonnenzeiten, Kommentare oder \
     \"unknown\", die diese Version nicht berechnet"
);

impl ServiceHours {
    /// Whether holidays (`PH`) have hours of their own. Without that word a holiday is a day as any other.
    pub fn names_holidays(&self) -> bool {
        self.names_holidays
    }

    /// The part of `period` that lies within service hours, in `zone`. `PH` is every day off that `holidays` gives, a
    /// public holiday or a closing day.
    ///
    /// A border that a clock jump skips falls on the end of the jump. A border that a clock shows twice is read so that
    /// both passes lie inside: an opening counts from the first, a closing from the second.
    ///
    /// # Errors
    /// [`HolidayError`] when the hours name holidays and nobody said whose, or when those of the period are not known.
    pub fn within(&self, period: Period, zone: Tz, holidays: Option<&Holidays>) -> Result<IntervalSet, HolidayError> {
        const MARGIN_DAYS: TimeDelta = TimeDelta::days(2);
        let local = |at: UnixSeconds| crate::time::local(at, zone).naive_local();
        let (from, to) = (local(period.start) - MARGIN_DAYS, local(period.end) + MARGIN_DAYS);
        let mut hours = self.hours.as_ref().clone();
        if self.names_holidays {
            // Hours of the day before the first one may last until after midnight.
            let first = local(period.start).date() - TimeDelta::days(1);
            let days = holidays.ok_or(HolidayError::Unsaid)?.between(first, local(period.end - 1).date())?;
            let mut calendar = CompactCalendar::default();
            for day in days {
                calendar.insert(day);
            }
            let known = ContextHolidays::new(Arc::new(calendar), Arc::default());
            hours = hours.with_context(Context::default().with_holidays(known));
        }
        let open = hours.iter_range(from, to).filter(|range| range.kind == RuleKind::Open);
        let within = open.filter_map(|range| {
            let start = instant(range.range.start, zone, MappedLocalTime::earliest);
            let end = instant(range.range.end, zone, MappedLocalTime::latest);
            Period::new(start, end)?.overlap(period)
        });
        Ok(within.collect())
    }
}

fn instant(
    at: NaiveDateTime,
    zone: Tz,
    of_two: fn(MappedLocalTime<DateTime<Tz>>) -> Option<DateTime<Tz>>,
) -> UnixSeconds {
    match of_two(zone.from_local_datetime(&at)) {
        Some(at) => at.timestamp(),
        None => {
            // Inside a gap: the gap's end is the first instant whose local time is not before the border. Gaps end on
            // whole minutes, and no zone ever jumped by more than a day.
            let day = start_of_day(at.date(), zone);
            let later = (0..=2 * 24 * 60).map(|minute| day + minute * 60);
            later
                .into_iter()
                .find(|candidate| crate::time::local(*candidate, zone).naive_local() >= at)
                .expect("local time passes every border within two days")
        }
    }
}

impl FromStr for ServiceHours {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let refused = || ValueError { found: text.to_owned(), expected: Self::EXPECTED };
        let hours: OpeningHours = text.parse().map_err(|_| refused())?;
        let expression = hours.get_expression();
        let computed = expression.rules.iter().all(|rule| rule.kind != RuleKind::Unknown && rule.comment.is_empty());
        let words = ["SH", "dawn", "dusk", "sunrise", "sunset", "\""];
        let normal = expression.to_string();
        // "PH 1 days" is the day after a holiday.
        let mut after_holidays = normal.split("PH").skip(1).map(|rest| rest.split_whitespace().nth(1));
        let counted = after_holidays.any(|word| word.is_some_and(|word| word.starts_with("day")));
        if !computed || counted || words.iter().any(|word| normal.contains(word)) {
            return Err(refused());
        }
        Ok(Self { text: text.to_owned(), hours: Arc::new(hours), names_holidays: normal.contains("PH") })
    }
}

impl fmt::Display for ServiceHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for ServiceHours {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for ServiceHours {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Month;

    #[test]
    fn service_hours_are_built_per_local_day() {
        #[track_caller]
        fn check(hours: &str, month: &str, zone: &str, seconds: i64) {
            let zone: Tz = zone.parse().expect("a zone");
            let period = month.parse::<Month>().expect("a month").period(zone);
            let hours: ServiceHours = hours.parse().expect("service hours");
            assert_eq!(
                hours.within(period, zone, None).expect("no holidays").seconds(),
                seconds,
                "{hours} {month} {zone}"
            );
        }
        check("24/7", "2026-10", "Europe/Berlin", 745 * 3600);
        check("24/7", "2026-03", "Europe/Berlin", 743 * 3600);
        check("Mo-Fr 09:00-17:00", "2026-10", "Europe/Berlin", 633_600);
        check("Mo-Su 00:00-24:00", "2026-10", "Europe/Berlin", 745 * 3600);
        // The night of the 25th has the hour from 02:00 twice, the night of 29 March has it not at all.
        check("Su 01:00-04:00", "2026-10", "Europe/Berlin", (4 * 3 + 1) * 3600);
        check("Su 01:00-04:00", "2026-03", "Europe/Berlin", (5 * 3 - 1) * 3600);
        check("Su 02:30-04:00", "2026-03", "Europe/Berlin", (4 * 90 + 60) * 60);
        // A night shift that began in September counts from local midnight of the first.
        check("Mo-Su 22:00-06:00", "2026-09", "Europe/Berlin", 30 * 8 * 3600);
        check("Mo-Fr 08:00-18:00; Fr 08:00-14:00", "2026-09", "UTC", (18 * 10 + 4 * 6) * 3600);
        check("Mo-Fr 08:00-18:00; 2026 Oct 5 off", "2026-10", "UTC", 21 * 10 * 3600);
    }

    #[test]
    fn what_is_not_computed_is_refused() {
        for bad in [
            "Mo-Fr 08:00-18:00; SH off",
            "PH +1 day off",
            "PH -1 day 10:00-12:00",
            "Mo-Fr 08:00-18:00; PH,SH off",
            "sunrise-sunset",
            "Mo-Fr 8-18 \"nach Absprache\"",
            "unknown",
            "9 to 5",
            "",
        ] {
            assert!(bad.parse::<ServiceHours>().is_err(), "{bad}");
        }
    }
}
