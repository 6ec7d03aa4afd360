//! How a day repeats: the part of iCalendar's recurrence rules (RFC 5545 §3.3.10) that names days.
//!
//! Times of day are no part of it: an hour that a clock skips or shows twice is read by whoever repeats a time.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate, NaiveTime};
use rrule::{RRule, RRuleSet, Tz, Unvalidated};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::value::{ValueError, text_value};
use crate::phrase::Phrase;

/// Most days that a rule may count.
const COUNT_LIMIT: u32 = 10_000;
/// Longest interval, in days, weeks, months or years.
const INTERVAL_LIMIT: u32 = 366;

/// A rule by which a day repeats, for example `FREQ=MONTHLY;BYDAY=1SU`, the first Sunday of every month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurrence {
    text: String,
    rule: RRule<Unvalidated>,
    /// The last day on which it may repeat.
    until: Option<NaiveDate>,
}

text_value!(
    Recurrence,
    "sla-recurrence",
    "a rule of RFC 5545 for days, such as \"FREQ=MONTHLY;BYDAY=1SU\": FREQ of DAILY, WEEKLY, MONTHLY or YEARLY, then \
     INTERVAL up to 366, BYMONTH, BYMONTHDAY, BYDAY, BYSETPOS, WKST, and COUNT up to 10000 or UNTIL as a day such as \
     20271231, each at most once and in capitals",
    "eine Regel nach RFC 5545 für Tage, etwa \"FREQ=MONTHLY;BYDAY=1SU\": FREQ mit DAILY, WEEKLY, MONTHLY oder YEARLY, dann \
     INTERVAL bis 366, BYMONTH, BYMONTHDAY, BYDAY, BYSETPOS, WKST sowie COUNT bis 10000 oder UNTIL als Tag wie 20271231, \
     jedes höchstens einmal und in Großbuchstaben"
);

impl Recurrence {
    /// The days of a series that begins on `first`, up to `last`, both included, in order. Empty when `first` is not one
    /// of the rule's own days: a series whose first day breaks its rule is none.
    pub fn days(&self, first: NaiveDate, last: NaiveDate) -> Vec<NaiveDate> {
        let last = self.until.map_or(last, |until| until.min(last));
        if last < first {
            return Vec::new();
        }
        // Midnight in UTC stands for the day, because no clock there ever jumps.
        let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc().with_timezone(&Tz::UTC);
        let Ok(rule) = self.rule.clone().until(midnight(last)).validate(midnight(first)) else { return Vec::new() };
        // The limit ends a rule that names no day at all, such as the thirtieth of February.
        let series = RRuleSet::new(midnight(first)).limit().rrule(rule);
        let days: Vec<NaiveDate> =
            series.into_iter().map(|at| at.date_naive()).take_while(|day| *day <= last).collect();
        if days.first() == Some(&first) { days } else { Vec::new() }
    }
}

impl FromStr for Recurrence {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        read(text).ok_or_else(|| ValueError { found: text.to_owned(), expected: Self::EXPECTED })
    }
}

/// The parser of the crate takes more than it understands: `XXMO` as a Monday, an ordinal of a weekday in a week, a zeroth
/// day of a month. What is read here is what RFC 5545 lets a rule say, so that nothing is silently left out.
fn read(text: &str) -> Option<Recurrence> {
    let mut parts = BTreeMap::new();
    for part in text.split(';') {
        let (name, value) = part.split_once('=')?;
        if parts.insert(name, value).is_some() {
            return None;
        }
    }
    let frequency = *parts.get("FREQ")?;
    let until = match parts.remove("UNTIL") {
        Some(text) => Some(day(text)?),
        None => None,
    };
    let sound = parts.iter().all(|(name, value)| match *name {
        "FREQ" => ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"].contains(value),
        "INTERVAL" => number(value).is_some_and(|number| (1..=INTERVAL_LIMIT).contains(&number)),
        "COUNT" => until.is_none() && number(value).is_some_and(|number| (1..=COUNT_LIMIT).contains(&number)),
        "WKST" => WEEKDAYS.contains(value),
        "BYMONTH" => value.split(',').all(|month| number(month).is_some_and(|month| (1..=12).contains(&month))),
        "BYMONTHDAY" => value.split(',').all(|day| ordinal(day, 31)),
        // The n-th of a list exists only where another part makes one.
        "BYSETPOS" => {
            ["BYMONTH", "BYMONTHDAY", "BYDAY"].iter().any(|list| parts.contains_key(list))
                && value.split(',').all(|position| ordinal(position, 366))
        }
        "BYDAY" => value.split(',').all(|day| weekday(day, frequency)),
        _ => false,
    });
    let rule: Vec<String> = parts.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let rule: RRule<Unvalidated> = sound.then(|| rule.join(";").parse().ok())??;
    // Which parts go with which frequency, the crate knows; it asks for a first day, and any will do.
    let any_day = NaiveDate::from_ymd_opt(2000, 1, 1)?.and_time(NaiveTime::MIN).and_utc().with_timezone(&Tz::UTC);
    rule.clone().validate(any_day).ok()?;
    Some(Recurrence { text: text.to_owned(), rule, until })
}

const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

fn number(text: &str) -> Option<u32> {
    (text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// `1`, `+1`, `-1`: counted from the start or from the end.
fn ordinal(text: &str, limit: u32) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    number(digits).is_some_and(|number| (1..=limit).contains(&number))
}

/// `SU`, or in a month or a year `1SU` and `-1SU`.
fn weekday(text: &str, frequency: &str) -> bool {
    WEEKDAYS.iter().any(|weekday| {
        text.strip_suffix(weekday).is_some_and(|counted| match frequency {
            "MONTHLY" => counted.is_empty() || ordinal(counted, 5),
            "YEARLY" => counted.is_empty() || ordinal(counted, 53),
            _ => counted.is_empty(),
        })
    })
}

/// A day as iCalendar writes it, such as `20271231`, in the years that a catalogue knows.
pub(crate) fn day(text: &str) -> Option<NaiveDate> {
    let shaped = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
    let day = shaped.then(|| NaiveDate::parse_from_str(text, "%Y%m%d").ok())??;
    (1970..=2200).contains(&day.year()).then_some(day)
}

impl fmt::Display for Recurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn rule(text: &str) -> Recurrence {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn a_series_from_its_first_day_on() {
        #[track_caller]
        fn check(text: &str, first: &str, last: &str, expected: &[&str]) {
            let days: Vec<String> = rule(text).days(at(first), at(last)).iter().map(ToString::to_string).collect();
            assert_eq!(days, expected, "{text} from {first} to {last}");
        }
        check("FREQ=MONTHLY;BYDAY=1SU", "2026-09-06", "2026-12-01", &["2026-09-06", "2026-10-04", "2026-11-01"]);
        check("FREQ=MONTHLY;BYDAY=-1FR", "2026-09-25", "2026-10-30", &["2026-09-25", "2026-10-30"]);
        check(
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SA",
            "2026-10-06",
            "2026-10-24",
            &["2026-10-06", "2026-10-10", "2026-10-20", "2026-10-24"],
        );
        check("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-31", "2026-05-31", &["2026-01-31", "2026-03-31", "2026-05-31"]);
        check("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-31", "2026-03-01", &["2026-01-31", "2026-02-28"]);
        check("FREQ=YEARLY", "2024-02-29", "2030-01-01", &["2024-02-29", "2028-02-29"]);
        check("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "2026-11-26", "2027-12-01", &["2026-11-26", "2027-11-25"]);
        check(
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "2026-10-30",
            "2026-12-31",
            &["2026-10-30", "2026-11-30", "2026-12-31"],
        );
        check("FREQ=DAILY;COUNT=2", "2026-10-01", "2027-01-01", &["2026-10-01", "2026-10-02"]);
        check("FREQ=DAILY;UNTIL=20261002", "2026-10-01", "2027-01-01", &["2026-10-01", "2026-10-02"]);
        check("FREQ=DAILY;UNTIL=20260930", "2026-10-01", "2027-01-01", &[]);
        check("FREQ=DAILY", "2026-10-02", "2026-10-01", &[]);
        // A first day that is none of the rule's.
        check("FREQ=MONTHLY;BYDAY=1SU", "2026-09-07", "2027-12-31", &[]);
        check("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2026-03-02", "2200-12-31", &[]);
    }

    #[test]
    fn what_is_no_rule_for_days_is_refused() {
        for bad in [
            "",
            "MONTHLY",
            "FREQ=",
            "FREQ=HOURLY",
            "FREQ=MINUTELY",
            "FREQ=SECONDLY",
            "freq=daily",
            "FREQ=DAILY;",
            "BYDAY=1SU",
            "FREQ=DAILY;FREQ=DAILY",
            "FREQ=DAILY;BYHOUR=3",
            "FREQ=DAILY;BYMINUTE=3",
            "FREQ=DAILY;BYEASTER=1",
            "FREQ=DAILY;COUNT=0",
            "FREQ=DAILY;COUNT=10001",
            "FREQ=DAILY;COUNT=99999999999",
            "FREQ=DAILY;COUNT=-1",
            "FREQ=DAILY;COUNT=",
            "FREQ=DAILY;COUNT=2;UNTIL=20271231",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;INTERVAL=367",
            "FREQ=DAILY;UNTIL=20271301",
            "FREQ=DAILY;UNTIL=20271231T000000Z",
            "FREQ=DAILY;UNTIL=2027-12-31",
            "FREQ=MONTHLY;BYDAY=XXMO",
            "FREQ=MONTHLY;BYDAY=6MO",
            "FREQ=MONTHLY;BYDAY=0MO",
            "FREQ=MONTHLY;BYDAY=MO,",
            "FREQ=WEEKLY;BYDAY=1MO",
            "FREQ=DAILY;BYDAY=1MO",
            "FREQ=MONTHLY;BYMONTHDAY=0",
            "FREQ=MONTHLY;BYMONTHDAY=32",
            "FREQ=WEEKLY;BYMONTHDAY=3",
            "FREQ=MONTHLY;BYSETPOS=2",
            "FREQ=YEARLY;BYMONTH=13",
            "FREQ=YEARLY;BYMONTH=ä",
            "FREQ=WEEKLY;BYDAY=Sö",
            "FREQ=WEEKLY;WKST=1",
            "RRULE:FREQ=DAILY",
            "FREQ=DAILY BYDAY=MO",
        ] {
            assert!(bad.parse::<Recurrence>().is_err(), "{bad}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever a rule says, it is refused or gives days in order, each once, from the first on.
        #[test]
        fn any_rule_is_refused_or_gives_days_in_order(
            text in "FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;(INTERVAL=[0-9]{1,3}|BYDAY=[+-]?[1-6]?(MO|SU)(,2?TU)?|BYMONTHDAY=-?[0-9]{1,2}\
                    |BYMONTH=[0-9]{1,2}|BYSETPOS=-?[0-9]{1,3}|COUNT=[0-9]{1,3}|UNTIL=202[5-8][01][0-9]01|WKST=(SU|MO))){0,4}",
            start in 0_i64..800,
        ) {
            let first = at("2026-01-01") + chrono::TimeDelta::days(start);
            let last = at("2028-12-31");
            if let Ok(rule) = text.parse::<Recurrence>() {
                prop_assert_eq!(rule.to_string(), text);
                let days = rule.days(first, last);
                prop_assert!(days.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", days);
                prop_assert!(days.first().is_none_or(|day| *day == first) && days.last().is_none_or(|day| *day <= last));
            }
        }
    }

    proptest! {
        /// Rules agree with a walk over every day that asks the calendar.
        #[test]
        fn rules_agree_with_a_walk_over_every_day(
            start in 0_i64..4000, length in 0_i64..800, nth in 1_u32..=4, weekday in 0_usize..7, interval in 1_i64..5,
        ) {
            let first = at("2010-01-01") + chrono::TimeDelta::days(start);
            let last = first + chrono::TimeDelta::days(length);
            let walk = || first.iter_days().take_while(|day| *day <= last);
            let is = |day: &NaiveDate| day.weekday().num_days_from_monday() as usize == weekday;
            let counted = |day: &NaiveDate| (day.day0() / 7 + 1) == nth;
            let compare = |text: String, expected: Vec<NaiveDate>| {
                let expected = if expected.first() == Some(&first) { expected } else { Vec::new() };
                (rule(&text).days(first, last), expected, text)
            };
            let name = WEEKDAYS[weekday];
            // A first day that fits, so that the series is not empty: weekday and number of the start itself.
            let (own, number) = (first.weekday(), first.day0() / 7 + 1);
            let own_name = WEEKDAYS[own.num_days_from_monday() as usize];
            let cases = [
                compare(format!("FREQ=MONTHLY;BYDAY={nth}{name}"), walk().filter(|day| is(day) && counted(day)).collect()),
                compare(
                    format!("FREQ=MONTHLY;BYDAY={number}{own_name}"),
                    walk().filter(|day| day.weekday() == own && day.day0() / 7 + 1 == number).collect(),
                ),
                compare(
                    format!("FREQ=DAILY;INTERVAL={interval}"),
                    walk().filter(|day| (*day - first).num_days() % interval == 0).collect(),
                ),
                compare(
                    format!("FREQ=WEEKLY;INTERVAL={interval}"),
                    walk().filter(|day| (*day - first).num_days() % (7 * interval) == 0).collect(),
                ),
                compare("FREQ=MONTHLY".to_owned(), walk().filter(|day| day.day() == first.day()).collect()),
                compare("FREQ=YEARLY".to_owned(), walk().filter(|day| (day.month(), day.day()) == (first.month(), first.day())).collect()),
            ];
            for (found, expected, text) in cases {
                prop_assert_eq!(found, expected, "{} from {} to {}", text, first, last);
            }
        }
    }
}
