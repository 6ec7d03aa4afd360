//! How a closed month went hour by hour, and how its error budget was used up: out of the record alone.

use sla_core::course::{BurnDown, CourseError, Hour, HourMap, HourState};
use sla_core::interval::IntervalSet;
use sla_core::measurement::{BadRun, DayTally, Measurement, Scope, Tally};
use sla_core::plan::plan;
use sla_core::ratio::Ratio;
use sla_core::record::{MonthRecord, UnknownReason};
use sla_core::statement::{Measured, state};
use sla_core::time::Period;

use crate::nord::{NORD, catalogue, evidence};

/// A contract of an invented customer; `head` is its zone, service hours and term, `terms` its one commitment.
fn text(head: &str, terms: &str, exclusions: &str) -> String {
    format!(
        r#"{NORD}---
apiVersion: sla-desk/v1
kind: Contract
metadata: {{ name: main }}
spec:
  tenant: nord
  version: 1
  currency: EUR
  fee: {{ monthly: 1000, partMonth: daily }}
  rounding: {{ mode: half_up, at: commitment }}
  legalNature: service_credit
  excludedKinds: [customer]
  {head}
  commitments: [{{ name: up, slo: up, slice: 1m, penalty: {{}}, {terms} }}]
{exclusions}"#
    )
}

/// An accepted exclusion of the customer's own making.
fn exclusion(start: &str, end: &str) -> String {
    format!(
        "---\napiVersion: sla-desk/v1\nkind: Exclusion\nmetadata: {{ name: upgrade }}\n\
         spec: {{ tenant: nord, kind: customer, start: \"{start}\", end: \"{end}\", reason: r, requestedBy: a, approvedBy: b }}\n"
    )
}

const SLICES: &str =
    "target: 99.9, method: Timeslices, sliceTarget: 95, unknown: range, quiet: good, exclusions: denominator";

/// What happened, each from an instant on for so many minutes. Every other minute has ten good events.
#[derive(Clone, Copy, Default)]
struct Facts<'a> {
    bad: &'a [(&'a str, i64)],
    quiet: &'a [(&'a str, i64)],
    unknown: &'a [(&'a str, i64)],
}

fn set(facts: &[(&str, i64)]) -> IntervalSet {
    let period = |(start, minutes): &(&str, i64)| {
        let start = start.parse::<sla_core::catalogue::Instant>().expect("an instant").0;
        Period { start, end: start + minutes * 60 }
    };
    facts.iter().map(period).collect()
}

fn measured(scope: &Scope, facts: Facts<'_>) -> Measurement {
    let inside = |facts: &[(&str, i64)]| set(facts).intersection(&scope.service);
    let (bad, quiet, unknown) = (inside(facts.bad), inside(facts.quiet), inside(facts.unknown));
    let minutes = |set: &IntervalSet| set.seconds() / 60;
    let tally = |within: &IntervalSet| {
        let known = within.difference(&quiet).difference(&unknown);
        let (slices, failed) = (minutes(&known), minutes(&known.intersection(&bad)));
        Tally {
            slices,
            // Nine of ten events of a bad minute fail.
            good: i128::from(slices * 10 - failed * 9),
            total: i128::from(slices * 10),
            ratio_sum: Some(Ratio::whole(slices).minus(&Ratio::new(failed * 9, 10).expect("a ratio"))),
        }
    };
    let counted = scope.service.difference(&scope.excluded);
    let run = |period: &Period| BadRun {
        period: *period,
        failed: i128::from(period.seconds() / 60 * 9),
        total: i128::from(period.seconds() / 60 * 10),
    };
    let parts = [bad.intersection(&scope.excluded), bad.difference(&scope.excluded)];
    let mut runs: Vec<BadRun> = parts.iter().flat_map(|part| part.periods().iter().map(run)).collect();
    runs.sort_by_key(|run| run.period);
    Measurement {
        scale: 1,
        counted: tally(&counted),
        excluded: tally(&scope.excluded),
        peak_units: if tally(&counted).slices > 0 { 10 } else { 0 },
        bad: runs,
        quiet: quiet.clone(),
        unknown: unknown.periods().iter().map(|period| (*period, UnknownReason::Missing)).collect(),
        days: scope
            .days
            .iter()
            .map(|&(date, day)| DayTally { date, counted: tally(&counted.intersection(&day.into())) })
            .collect(),
    }
}

fn stated(month: &str, text: String, facts: Facts<'_>) -> MonthRecord {
    let catalogue = catalogue(text);
    let plans = plan(&catalogue, month.parse().expect("a month"), None, 1_900_000_000).expect("a plan");
    let scope = &plans[0].commitments[0].scope;
    let evidence = evidence(scope, "ab");
    let measured = Measured { measurement: measured(scope, facts), evidence, second: None };
    state(&plans[0], &[measured], &[]).expect("a month")
}

/// The hours of a commitment, and that they add up to what the record says of the period and of each day.
fn hours_of(record: &MonthRecord) -> HourMap {
    let map = HourMap::of(record, "up").expect("it is noted");
    let one = &record.commitments[0];
    let sum = |of: fn(&Hour) -> i64| map.days.iter().flat_map(|day| &day.hours).map(of).sum::<i64>();
    assert_eq!(sum(|hour| hour.service_seconds + hour.excluded_seconds), one.service_seconds);
    assert_eq!(sum(|hour| hour.down_seconds), one.days.iter().map(|day| day.downtime_seconds).sum::<i64>());
    assert_eq!(sum(|hour| hour.unknown_seconds), one.unknown_seconds);
    assert_eq!(sum(|hour| hour.quiet_seconds), one.quiet_seconds);
    assert_eq!(sum(|hour| hour.excluded_seconds), one.excluded_seconds);
    for day in &one.days {
        let found = map.days.iter().find(|known| known.date == day.date).expect("the day");
        assert_eq!(found.hours.len(), 24, "{}", day.date);
        assert_eq!(found.hours.iter().map(|hour| hour.service_seconds).sum::<i64>(), day.service_seconds);
        assert_eq!(found.hours.iter().map(|hour| hour.down_seconds).sum::<i64>(), day.downtime_seconds);
    }
    map
}

const ALWAYS: &str = "serviceHours: 24/7";

/// One hour: what is said of it first, and its seconds as a whole, in service, down, unknown, quiet and excluded.
type Expected<'a> = (&'a str, usize, HourState, [i64; 6]);

#[track_caller]
fn check(month: &str, head: &str, exclusions: &str, facts: Facts<'_>, expected: &[Expected<'_>]) {
    let map = hours_of(&stated(month, text(head, SLICES, exclusions), facts));
    for &(date, hour, state, seconds) in expected {
        let day = map.days.iter().find(|day| day.date == date).expect("the day");
        let found = &day.hours[hour];
        let told = [
            found.seconds,
            found.service_seconds,
            found.down_seconds,
            found.unknown_seconds,
            found.quiet_seconds,
            found.excluded_seconds,
        ];
        assert_eq!((found.state, told), (state, seconds), "{date} {hour}");
    }
}

#[test]
fn an_hour_says_what_happened_in_it() {
    use HourState::{Down, Excluded, Good, Quiet, Unknown};
    let facts = Facts {
        bad: &[("2026-02-03T10:50:00Z", 20), ("2026-02-05T00:10:00Z", 5)],
        quiet: &[("2026-02-04T02:00:00Z", 90)],
        unknown: &[("2026-02-03T11:30:00Z", 60)],
    };
    let head = format!("validFrom: 2026-01-01\n  timeZone: UTC\n  {ALWAYS}");
    check(
        "2026-02",
        &head,
        &exclusion("2026-02-05T00:00:00Z", "2026-02-05T00:30:00Z"),
        facts,
        &[
            ("2026-02-03", 9, Good, [3600, 3600, 0, 0, 0, 0]),
            ("2026-02-03", 10, Down, [3600, 3600, 600, 0, 0, 0]),
            // What is down is said before what is unknown.
            ("2026-02-03", 11, Down, [3600, 3600, 600, 1800, 0, 0]),
            ("2026-02-03", 12, Unknown, [3600, 3600, 0, 1800, 0, 0]),
            ("2026-02-04", 2, Quiet, [3600, 3600, 0, 0, 3600, 0]),
            // Half an hour without an event beside half an hour of good ones.
            ("2026-02-04", 3, Good, [3600, 3600, 0, 0, 1800, 0]),
            // An outage inside an exclusion is none.
            ("2026-02-05", 0, Excluded, [3600, 1800, 0, 0, 0, 1800]),
        ],
    );
}

#[test]
fn hours_are_those_of_the_contract_s_clock() {
    use HourState::{Down, Good, Outside, Skipped};
    let head = |zone: &str, rest: &str| format!("validFrom: 2026-01-01\n  timeZone: {zone}\n  {rest}");
    let berlin = head("Europe/Berlin", ALWAYS);
    // 02:00 to 03:00 is skipped on the 29th of March, and comes twice on the 25th of October.
    let down = Facts { bad: &[("2026-03-29T00:55:00Z", 10)], ..Facts::default() };
    check(
        "2026-03",
        &berlin,
        "",
        down,
        &[
            ("2026-03-29", 1, Down, [3600, 3600, 300, 0, 0, 0]),
            ("2026-03-29", 2, Skipped, [0, 0, 0, 0, 0, 0]),
            ("2026-03-29", 3, Down, [3600, 3600, 300, 0, 0, 0]),
        ],
    );
    let down = Facts { bad: &[("2026-10-25T00:30:00Z", 60)], ..Facts::default() };
    check(
        "2026-10",
        &berlin,
        "",
        down,
        &[
            ("2026-10-25", 1, Good, [3600, 3600, 0, 0, 0, 0]),
            ("2026-10-25", 2, Down, [7200, 7200, 3600, 0, 0, 0]),
            ("2026-10-25", 3, Good, [3600, 3600, 0, 0, 0, 0]),
        ],
    );
    // A zone half an hour off: its ten o'clock begins at 04:30 in UTC.
    let down = Facts { bad: &[("2026-10-05T04:25:00Z", 10)], ..Facts::default() };
    check(
        "2026-10",
        &head("Asia/Kolkata", ALWAYS),
        "",
        down,
        &[("2026-10-05", 9, Down, [3600, 3600, 300, 0, 0, 0]), ("2026-10-05", 10, Down, [3600, 3600, 300, 0, 0, 0])],
    );
    // Service hours that begin at half past.
    check(
        "2026-10",
        &head("Europe/Berlin", "serviceHours: \"Mo-Fr 08:30-17:00\""),
        "",
        Facts::default(),
        &[
            ("2026-10-05", 7, Outside, [3600, 0, 0, 0, 0, 0]),
            ("2026-10-05", 8, Good, [3600, 1800, 0, 0, 0, 0]),
            ("2026-10-05", 17, Outside, [3600, 0, 0, 0, 0, 0]),
            ("2026-10-04", 10, Outside, [3600, 0, 0, 0, 0, 0]),
        ],
    );
    // A contract that begins inside the month.
    check(
        "2026-10",
        &format!("validFrom: 2026-10-12\n  timeZone: Europe/Berlin\n  {ALWAYS}"),
        "",
        Facts::default(),
        &[
            ("2026-10-01", 0, Outside, [3600, 0, 0, 0, 0, 0]),
            ("2026-10-11", 23, Outside, [3600, 0, 0, 0, 0, 0]),
            ("2026-10-12", 0, Good, [3600, 3600, 0, 0, 0, 0]),
        ],
    );
}

#[test]
fn the_last_day_of_a_burn_down_says_what_the_period_used() {
    let facts = Facts {
        bad: &[("2026-02-03T10:50:00Z", 20), ("2026-02-20T00:10:00Z", 5), ("2026-02-27T08:00:00Z", 1)],
        quiet: &[("2026-02-04T02:00:00Z", 90)],
        unknown: &[("2026-02-03T11:10:00Z", 2), ("2026-02-21T11:30:00Z", 60)],
    };
    let head = format!("validFrom: 2026-01-01\n  timeZone: Europe/Berlin\n  {ALWAYS}");
    let excluded = exclusion("2026-02-20T00:12:00Z", "2026-02-20T00:30:00Z");
    for method in [
        "Timeslices, sliceTarget: 95",
        "Timeslices, sliceTarget: 95, consecutiveSlices: 10",
        "Occurrences",
        "RatioTimeslices",
    ] {
        for unknown in ["range", "down", "up", "excluded"] {
            for quiet in ["good", "bad", "excluded"] {
                for mode in ["denominator", "numerator"] {
                    let terms = format!(
                        "target: 99.9, method: {method}, unknown: {unknown}, quiet: {quiet}, exclusions: {mode}"
                    );
                    let record = stated("2026-02", text(&head, &terms, &excluded), facts);
                    hours_of(&record);
                    let one = &record.commitments[0];
                    let burn = BurnDown::of(&record, "up").expect("it is noted");
                    assert_eq!(burn.days.len(), 28);
                    let last = &burn.days[27];
                    assert_eq!(last.used_percent, one.budget.used_percent_range, "{terms}");
                    assert_eq!(last.ideal_left_percent, "0.00");
                    // It never comes back.
                    let used =
                        |at: usize| burn.days[at].used_percent.low.as_deref().and_then(|text| text.parse::<f64>().ok());
                    assert!((1..28).all(|at| used(at) >= used(at - 1)), "{terms}");
                }
            }
        }
    }
}

#[track_caller]
fn check_burn(terms: &str, day: &str, expected: [Option<&str>; 8]) {
    let facts = Facts {
        bad: &[("2026-02-03T10:50:00Z", 20), ("2026-02-20T00:10:00Z", 5)],
        quiet: &[],
        unknown: &[("2026-02-10T11:10:00Z", 4)],
    };
    let head = format!("validFrom: 2026-01-01\n  timeZone: UTC\n  {ALWAYS}");
    let record = stated("2026-02", text(&head, terms, ""), facts);
    let burn = BurnDown::of(&record, "up").expect("it is noted");
    let found = burn.days.iter().find(|one| one.date == day).expect("the day");
    let ranges = [&found.used_seconds, &found.left_seconds, &found.used_percent, &found.left_percent];
    let told: Vec<Option<&str>> =
        ranges.iter().flat_map(|range| [range.low.as_deref(), range.high.as_deref()]).collect();
    assert_eq!(told, expected, "{terms} {day}");
}

#[test]
fn a_budget_burns_in_minutes_and_in_percent() {
    // A thousandth of 28 days is 2 419.2 s.
    check_burn(
        SLICES,
        "2026-02-02",
        [
            Some("0"),
            Some("0"),
            Some("2419.2"),
            Some("2419.2"),
            Some("0.00"),
            Some("0.00"),
            Some("100.00"),
            Some("100.00"),
        ],
    );
    check_burn(
        SLICES,
        "2026-02-03",
        [
            Some("1200"),
            Some("1200"),
            Some("1219.2"),
            Some("1219.2"),
            Some("49.61"),
            Some("49.61"),
            Some("50.39"),
            Some("50.39"),
        ],
    );
    // Four unknown minutes may have been down.
    check_burn(
        SLICES,
        "2026-02-10",
        [
            Some("1200"),
            Some("1440"),
            Some("979.2"),
            Some("1219.2"),
            Some("49.61"),
            Some("59.53"),
            Some("40.47"),
            Some("50.39"),
        ],
    );
    check_burn(
        SLICES,
        "2026-02-28",
        [
            Some("1500"),
            Some("1740"),
            Some("679.2"),
            Some("919.2"),
            Some("62.01"),
            Some("71.93"),
            Some("28.07"),
            Some("37.99"),
        ],
    );
    // More is used than there was.
    let strict = SLICES.replace("99.9", "99.95");
    check_burn(
        &strict,
        "2026-02-28",
        [
            Some("1500"),
            Some("1740"),
            Some("-530.4"),
            Some("-290.4"),
            Some("124.01"),
            Some("143.85"),
            Some("-43.85"),
            Some("-24.01"),
        ],
    );
    // A target of 100 % has no budget that could be used in percent.
    let all = SLICES.replace("99.9", "100");
    check_burn(&all, "2026-02-28", [Some("1500"), Some("1740"), Some("-1740"), Some("-1500"), None, None, None, None]);
}

#[test]
fn what_is_not_there_is_said() {
    let head = format!("validFrom: 2026-01-01\n  timeZone: UTC\n  {ALWAYS}");
    let mut record = stated("2026-02", text(&head, SLICES, ""), Facts::default());
    let unknown = || CourseError::NoCommitment { name: "down".to_owned(), known: "up".to_owned() };
    assert_eq!(HourMap::of(&record, "down"), Err(unknown()));
    assert_eq!(BurnDown::of(&record, "down"), Err(unknown()));
    // What an earlier version of the program closed does not tell, and says so.
    record.commitments[0].course = None;
    let not_noted = || CourseError::NotNoted { name: "up".to_owned(), revision: 1 };
    assert_eq!(HourMap::of(&record, "up"), Err(not_noted()));
    assert_eq!(BurnDown::of(&record, "up"), Err(not_noted()));
    let read: MonthRecord = serde_json::from_str(&record.to_json()).expect("it is read back");
    assert_eq!(read, record);
    // A month of which everything is unknown, and leaves: nothing was judged, so nothing burns.
    let terms = SLICES.replace("unknown: range", "unknown: excluded");
    let facts = Facts { unknown: &[("2026-02-01T00:00:00Z", 40_320)], ..Facts::default() };
    let record = stated("2026-02", text(&head, &terms, ""), facts);
    assert_eq!(BurnDown::of(&record, "up").map(|burn| burn.days.len()), Ok(0));
    assert!(hours_of(&record).days[0].hours.iter().all(|hour| hour.state == HourState::Unknown));
}
