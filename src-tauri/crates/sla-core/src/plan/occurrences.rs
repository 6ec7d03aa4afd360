//! When an exclusion takes place: once, or as often as its rule says.
//!
//! Occurrences repeat what a clock in the contract's zone shows. A time that the clock skips or shows twice is read as RFC
//! 5545 §3.3.5 has it: the first of two, and across a gap by the offset before it, so that 02:30 becomes 03:30.

use chrono::{DateTime, MappedLocalTime, NaiveDateTime, TimeDelta, TimeZone};

use crate::Tz;
use crate::catalogue::ExclusionSpec;
use crate::time::{Period, UnixSeconds, local};

/// Every occurrence that touches a period, in order.
pub(crate) fn occurrences(exclusion: &ExclusionSpec, zone: Tz, period: Period) -> Vec<Period> {
    let Some(once) = Period::new(exclusion.start.0, exclusion.end.0) else { return Vec::new() };
    let all = match &exclusion.recurrence {
        None => vec![once],
        Some(recurrence) => {
            let (start, end) = (local(once.start, zone).naive_local(), local(once.end, zone).naive_local());
            let length = end - start;
            let days = recurrence.days(start.date(), local(period.end, zone).date_naive());
            let again = days.into_iter().skip(1).filter_map(|day| {
                let start = day.and_time(start.time());
                Period::new(instant(start, zone), instant(start + length, zone))
            });
            std::iter::once(once).chain(again).collect()
        }
    };
    let mut within: Vec<Period> = all.into_iter().filter(|occurrence| occurrence.overlap(period).is_some()).collect();
    // Where a zone skipped a whole day, the day before it and the day after it may give the same window.
    within.dedup();
    within
}

/// The instant at which a zone's clock shows a time.
fn instant(at: NaiveDateTime, zone: Tz) -> UnixSeconds {
    match zone.from_local_datetime(&at) {
        MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => at.timestamp(),
        MappedLocalTime::None => {
            // No clock ever jumped twice within two days, so that the offset of two days ago is the one before the gap.
            let before = at - TimeDelta::days(2);
            let offset = zone
                .from_local_datetime(&before)
                .earliest()
                .map_or(0, |earlier: DateTime<Tz>| before.and_utc().timestamp() - earlier.timestamp());
            at.and_utc().timestamp() - offset
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::utc_text;

    fn exclusion(start: &str, end: &str, rule: Option<&str>) -> ExclusionSpec {
        let mut value = serde_json::json!({
            "tenant": "t", "kind": "maintenance", "start": start, "end": end, "reason": "r", "requestedBy": "a",
        });
        if let Some(rule) = rule {
            value["recurrence"] = rule.into();
        }
        serde_json::from_value(value).expect("an exclusion")
    }

    #[track_caller]
    fn check(zone: &str, (start, end, rule): (&str, &str, Option<&str>), month: &str, expected: &[(&str, &str)]) {
        let zone: Tz = zone.parse().expect("a zone");
        let period = month.parse::<crate::time::Month>().expect("a month").period(zone);
        let found = occurrences(&exclusion(start, end, rule), zone, period);
        let found: Vec<_> = found.iter().map(|period| (utc_text(period.start), utc_text(period.end))).collect();
        let expected: Vec<_> = expected.iter().map(|(start, end)| ((*start).to_owned(), (*end).to_owned())).collect();
        assert_eq!(found, expected, "{rule:?} in {month}");
    }

    #[test]
    fn windows_repeat_by_the_clock_of_their_zone() {
        let first = Some("FREQ=MONTHLY;BYDAY=1SU");
        let window = ("2026-01-04T01:00:00+01:00", "2026-01-04T05:00:00+01:00", first);
        check("Europe/Berlin", window, "2026-01", &[("2026-01-04T00:00:00Z", "2026-01-04T04:00:00Z")]);
        check("Europe/Berlin", window, "2026-07", &[("2026-07-04T23:00:00Z", "2026-07-05T03:00:00Z")]);
        check("Europe/Berlin", window, "2025-12", &[]);
        // Once is once.
        check(
            "Europe/Berlin",
            (window.0, window.1, None),
            "2026-01",
            &[("2026-01-04T00:00:00Z", "2026-01-04T04:00:00Z")],
        );
        check("Europe/Berlin", (window.0, window.1, None), "2026-02", &[]);
        check("Europe/Berlin", (window.1, window.0, first), "2026-02", &[]);
        // A window over midnight touches both months.
        let night = ("2026-01-31T23:00:00Z", "2026-02-01T01:00:00Z", Some("FREQ=MONTHLY;BYMONTHDAY=-1"));
        let both = [("2026-01-31T23:00:00Z", "2026-02-01T01:00:00Z"), ("2026-02-28T23:00:00Z", "2026-03-01T01:00:00Z")];
        check("UTC", night, "2026-02", &both);
    }

    #[test]
    fn hours_that_a_clock_skips_or_shows_twice() {
        let sundays = Some("FREQ=WEEKLY;BYDAY=SU");
        let spring = |from: &'static str, to: &'static str| (from, to, sundays);
        // 29 March: 02:00 becomes 03:00.
        let around = spring("2026-03-22T01:00:00+01:00", "2026-03-22T05:00:00+01:00");
        check(
            "Europe/Berlin",
            around,
            "2026-03",
            &[("2026-03-22T00:00:00Z", "2026-03-22T04:00:00Z"), ("2026-03-29T00:00:00Z", "2026-03-29T03:00:00Z")],
        );
        let inside = spring("2026-03-22T02:15:00+01:00", "2026-03-22T02:45:00+01:00");
        check(
            "Europe/Berlin",
            inside,
            "2026-03",
            &[("2026-03-22T01:15:00Z", "2026-03-22T01:45:00Z"), ("2026-03-29T01:15:00Z", "2026-03-29T01:45:00Z")],
        );
        // 02:30 becomes 03:30, which is after the end: of that night nothing is left.
        let crossing = spring("2026-03-22T02:30:00+01:00", "2026-03-22T03:00:00+01:00");
        check("Europe/Berlin", crossing, "2026-03", &[("2026-03-22T01:30:00Z", "2026-03-22T02:00:00Z")]);
        // 25 October: the hour from 02:00 comes twice.
        let autumn = ("2026-10-18T02:00:00+02:00", "2026-10-18T02:30:00+02:00", sundays);
        check(
            "Europe/Berlin",
            autumn,
            "2026-10",
            &[("2026-10-18T00:00:00Z", "2026-10-18T00:30:00Z"), ("2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z")],
        );
        // Apia had no 30 December 2011.
        let friday = ("2011-12-23T10:00:00-10:00", "2011-12-23T12:00:00-10:00", Some("FREQ=WEEKLY"));
        check(
            "Pacific/Apia",
            friday,
            "2011-12",
            &[("2011-12-23T20:00:00Z", "2011-12-23T22:00:00Z"), ("2011-12-30T20:00:00Z", "2011-12-30T22:00:00Z")],
        );
    }
}
