//! Months, days and hours of many zones over ten years, against a walk that only ever asks what a clock shows.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate};
use sla_core::Tz;
use sla_core::catalogue::ServiceHours;
use sla_core::time::{Month, Period, UnixSeconds};

/// Zones with clocks that jump by an hour, by half an hour, at midnight, over a whole day, for Ramadan, backwards in
/// winter, or never; offsets of whole, half and quarter hours.
const ZONES: [&str; 28] = [
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Dublin",
    "Europe/Moscow",
    "Europe/Istanbul",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Africa/Windhoek",
    "Asia/Tehran",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Pyongyang",
    "Asia/Gaza",
    "Asia/Beirut",
    "Asia/Amman",
    "Australia/Lord_Howe",
    "Australia/Eucla",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "America/Sao_Paulo",
    "America/Asuncion",
    "America/Havana",
    "America/Caracas",
    "America/St_Johns",
    "America/New_York",
    "Antarctica/Troll",
];

const YEARS: std::ops::RangeInclusive<i32> = 2010..=2019;

/// Every clock of these years jumps on a quarter of an hour, and every day begins on one.
const STEP_SECONDS: i64 = 900;

/// Seconds of every local day by a walk through time that looks at the clock at each step: it goes from instants to
/// local dates, the way that cannot be ambiguous, while the code under test goes from local dates to instants.
///
/// A day that has begun goes on: St. John's clocks once went back from 00:01 to 23:01, so that a minute of the new day
/// stood before the last hour of the old one, and a day of two pieces is none that a report can list.
fn walked(zone: Tz, whole: Period) -> BTreeMap<NaiveDate, i64> {
    let mut seconds = BTreeMap::new();
    // From a day before to a day after, cut to the years: no border of the code under test is trusted.
    let (mut at, mut latest) = (whole.start, NaiveDate::MIN);
    while at < whole.end {
        let date = DateTime::from_timestamp(at, 0).expect("a time").with_timezone(&zone).date_naive();
        latest = latest.max(date);
        *seconds.entry(latest).or_default() += STEP_SECONDS;
        at += STEP_SECONDS;
    }
    seconds
}

fn months() -> Vec<Month> {
    YEARS.flat_map(|year| (1..=12).map(move |month| Month::new(year, month).expect("a month"))).collect()
}

fn utc(year: i32) -> UnixSeconds {
    NaiveDate::from_ymd_opt(year, 1, 1).expect("a day").and_time(chrono::NaiveTime::MIN).and_utc().timestamp()
}

fn check(name: &str) {
    let zone: Tz = name.parse().expect("a zone");
    let months = months();
    let around = Period { start: utc(*YEARS.start()) - 86_400, end: utc(*YEARS.end() + 1) + 86_400 };
    let mut walked = walked(zone, around);
    walked.retain(|day, _| YEARS.contains(&chrono::Datelike::year(day)));
    let always: ServiceHours = "24/7".parse().expect("service hours");
    let daily: ServiceHours = "Mo-Su 00:00-24:00".parse().expect("service hours");
    let mut end = None;
    for month in &months {
        let period = month.period(zone);
        assert!(end.is_none_or(|end| end == period.start), "{name} {month}: a gap or an overlap before it");
        end = Some(period.end);
        let reference: BTreeMap<_, _> =
            walked.range(month.first_day()..month.next_first_day()).map(|(day, seconds)| (*day, *seconds)).collect();
        assert_eq!(period.seconds(), reference.values().sum::<i64>(), "{name} {month}: seconds of the month");
        let mut at = period.start;
        let mut days = BTreeMap::new();
        for (date, day) in month.days(zone) {
            assert_eq!(day.start, at, "{name} {date}: a gap or an overlap before the day");
            at = day.end;
            days.insert(date, day.seconds());
        }
        assert_eq!(at, period.end, "{name} {month}: days end with the month");
        assert_eq!(days, reference, "{name} {month}: days and their seconds");
        for hours in [&always, &daily] {
            let within = hours.within(period, zone, None).expect("no holidays");
            assert_eq!(within.periods(), [period], "{name} {month}: {hours} is all of it");
        }
    }
}

#[test]
fn months_and_days_tile_ten_years_of_every_clock() {
    let halves = ZONES.split_at(ZONES.len() / 2);
    std::thread::scope(|scope| {
        for zones in [halves.0, halves.1] {
            scope.spawn(|| zones.iter().for_each(|zone| check(zone)));
        }
    });
}

#[test]
fn the_zones_jump_as_they_are_known_to() {
    #[track_caller]
    fn check(zone: &str, date: &str, hours_times_four: Option<i64>) {
        let (zone, date): (Tz, NaiveDate) = (zone.parse().expect("a zone"), date.parse().expect("a day"));
        let month: Month = date.format("%Y-%m").to_string().parse().expect("a month");
        let found = month.days(zone).find(|(day, _)| *day == date).map(|(_, day)| day.seconds() / 900);
        assert_eq!(found, hours_times_four, "{zone} {date}");
    }
    check("Pacific/Apia", "2011-12-30", None);
    check("Pacific/Apia", "2011-12-29", Some(96));
    check("America/Sao_Paulo", "2018-11-04", Some(92));
    check("Africa/Casablanca", "2012-07-20", Some(100));
    check("Australia/Lord_Howe", "2014-04-06", Some(98));
    check("Asia/Pyongyang", "2018-05-04", Some(94));
    check("America/Caracas", "2016-05-01", Some(94));
    check("Antarctica/Troll", "2014-03-30", Some(88));
    check("Europe/Dublin", "2019-10-27", Some(100));
    check("America/St_Johns", "2010-11-06", Some(96));
    check("America/St_Johns", "2010-11-07", Some(100));
}
