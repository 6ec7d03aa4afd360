//! Two readings of one promise: how far they are apart, what that leaves of the verdict, and what is owed then.

use proptest::prelude::*;
use serde_json::{Value, json};
use sla_core::catalogue::Catalogue;
use sla_core::measurement::{BadRun, DayTally, Measurement, Scope, Tally};
use sla_core::plan::{plan, plan_days, plan_running};
use sla_core::ratio::{Ratio, Rounding};
use sla_core::reconcile::reconcile;
use sla_core::record::{Agreement, MonthRecord, UnknownReason};
use sla_core::statement::{Measured, state};
use sla_core::time::Period;

use super::assessing::{commitment, facts};
use super::nord::{NORD, catalogue, evidence, minutes};

const FIRST: &str = "first";
const UNDECIDABLE: &str = "undecidable";

/// Compares ten minutes of signs, see [`facts`], with ten others: agreement, the least and the most difference in percentage points,
/// minutes that are down in the first only and in the second only, and whether the verdict is given up.
#[track_caller]
fn check(
    terms: Value,
    (tolerance, when_open): (&str, &str),
    signs: [&str; 2],
    agreement: Agreement,
    difference: Option<[&str; 2]>,
    only: [i64; 2],
    is_disputed: bool,
) {
    let mut terms = terms;
    terms["secondReading"] = json!({ "sli": "other", "tolerance": tolerance, "whenOpen": when_open });
    let commitment = commitment(terms);
    let second = commitment.second_reading.clone().expect("just said");
    let [(scope, first), (_, other)] = signs.map(facts);
    let told = reconcile(&commitment, &second, &scope, [&first, &other]);
    let points = |share: &Ratio| share.to_percent(1, Rounding::Ceil);
    let found = told.difference.as_ref().map(|(least, most)| [points(least), points(most)]);
    assert_eq!(found, difference.map(|ends| ends.map(str::to_owned)), "{signs:?}");
    assert_eq!(told.agreement, agreement, "{signs:?}");
    assert_eq!(told.down_in_one_only_seconds.map(|seconds| seconds / 60), only, "{signs:?}");
    assert_eq!(told.disputed.is_some(), is_disputed, "{signs:?}");
}

#[test]
fn readings_agree_differ_or_leave_it_open() {
    use Agreement::{Agree, Differ, Open};
    let none = || json!({});
    check(none(), ("0", FIRST), ["x........."; 2], Agree, Some(["0.0"; 2]), [0, 0], false);
    check(none(), ("0", FIRST), ["x.........", ".x........"], Agree, Some(["0.0"; 2]), [1, 1], false);
    // The tolerance itself is still agreement: nothing is rounded before it is compared.
    check(none(), ("10", FIRST), ["x.........", ".........."], Agree, Some(["10.0"; 2]), [1, 0], false);
    check(none(), ("9.9999", FIRST), ["x.........", ".........."], Differ, Some(["10.0"; 2]), [1, 0], true);
    check(none(), ("9.9999", FIRST), ["..........", "x........."], Differ, Some(["10.0"; 2]), [0, 1], true);
    // What nobody saw may have been either.
    check(none(), ("5", FIRST), ["x.........", "?........."], Open, Some(["0.0", "10.0"]), [0, 0], false);
    check(none(), ("5", UNDECIDABLE), ["x.........", "?........."], Open, Some(["0.0", "10.0"]), [0, 0], true);
    check(none(), ("10", UNDECIDABLE), ["x.........", "?........."], Agree, Some(["0.0", "10.0"]), [0, 0], false);
    check(none(), ("10", FIRST), ["xxx.......", "?........."], Differ, Some(["20.0", "30.0"]), [2, 0], true);
    check(none(), ("99", FIRST), ["..........", "??????????"], Open, Some(["0.0", "100.0"]), [0, 0], false);
    // Who bears a gap is not what happened in it.
    for unknown in ["down", "up", "range"] {
        let terms = json!({ "unknown": unknown });
        check(terms, ("5", FIRST), ["x.........", "?........."], Open, Some(["0.0", "10.0"]), [0, 0], false);
    }
    // Excluded time is nobody's.
    check(none(), ("0", FIRST), ["XX........", "OO........"], Agree, Some(["0.0"; 2]), [0, 0], false);
    // One of them has nothing to judge.
    let quiet = || json!({ "quiet": "excluded" });
    check(quiet(), ("0", FIRST), ["__________", ".........."], Open, None, [0, 0], false);
    check(quiet(), ("0", UNDECIDABLE), ["__________", ".........."], Open, None, [0, 0], true);
    check(quiet(), ("0", UNDECIDABLE), ["__________"; 2], Agree, None, [0, 0], false);
    let events = || json!({ "method": "Occurrences" });
    check(events(), ("4.9", FIRST), ["/.........", ".........."], Differ, Some(["5.0"; 2]), [1, 0], true);
    check(events(), ("5", FIRST), ["/.........", ".........."], Agree, Some(["5.0"; 2]), [1, 0], false);
}

const BANDS: &str = "{ bands: [{ from: 99, below: 99.9, credit: 10 }, { from: 0, below: 99, credit: 25 }] }";

/// February 2026 in UTC for a customer whose promise is measured twice.
fn contract(second: &str, penalty: &str) -> Catalogue {
    let text = format!(
        r#"{NORD}---
apiVersion: openslo/v1
kind: SLI
metadata: {{ name: recorded }}
spec:
  ratioMetric:
    good: {{ metricSource: {{ metricSourceRef: files, spec: {{ path: recorded.csv }} }} }}
    total: {{ metricSource: {{ metricSourceRef: files, spec: {{ path: recorded.csv }} }} }}
---
apiVersion: sla-desk/v1
kind: Contract
metadata: {{ name: main }}
spec:
  tenant: nord
  version: 1
  validFrom: 2026-01-01
  timeZone: UTC
  currency: EUR
  fee: {{ monthly: 1000.00 }}
  serviceHours: 24/7
  rounding: {{ mode: half_up, at: commitment }}
  legalNature: service_credit
  caps: []
  claim: {{ within: 5, unit: days, from: lastOutage, rollForward: false }}
  commitments:
    - name: up
      slo: up
      target: 99.9
      method: Timeslices
      slice: 1m
      sliceTarget: 95
      unknown: range
      quiet: good
      exclusions: denominator
      {second}
      penalty: {penalty}
"#
    );
    catalogue(text)
}

/// A month with ten events a minute, of which those of some minutes failed and others are unknown.
fn measured(scope: &Scope, down: &[Period], unknown: &[Period], sha256: &str) -> Measured {
    let minutes = |periods: &[Period]| periods.iter().map(|one| one.seconds() / 60).sum::<i64>();
    let (down_minutes, unknown_minutes) = (minutes(down), minutes(unknown));
    let known = scope.period.seconds() / 60 - unknown_minutes;
    let tally = |slices: i64, down: i64| Tally {
        slices,
        good: i128::from(slices - down) * 10,
        total: i128::from(slices) * 10,
        ratio_sum: None,
    };
    let within = |periods: &[Period], day: Period| {
        periods.iter().filter_map(|one| one.overlap(day)).map(|one| one.seconds() / 60).sum::<i64>()
    };
    let day = |&(date, day): &(_, Period)| DayTally {
        date,
        counted: tally(day.seconds() / 60 - within(unknown, day), within(down, day)),
    };
    let run = |&period: &Period| {
        let failed = i128::from(period.seconds() / 60) * 10;
        BadRun { period, failed, total: failed }
    };
    let measurement = Measurement {
        scale: 1,
        counted: tally(known, down_minutes),
        excluded: Tally::default(),
        peak_units: 10,
        bad: down.iter().map(run).collect(),
        quiet: Default::default(),
        unknown: unknown.iter().map(|&period| (period, UnknownReason::Missing)).collect(),
        days: scope.days.iter().map(day).collect(),
    };
    let evidence = evidence(scope, sha256);
    Measured { measurement, evidence, second: None }
}

const NOW: i64 = 1_800_000_000;
/// What a reading says: minutes that are down, and those that nobody knows.
type Facts<'a> = (&'a [Period], &'a [Period]);

fn stated(second: &str, penalty: &str, first: Facts<'_>, other: Option<Facts<'_>>) -> MonthRecord {
    let catalogue = contract(second, penalty);
    let plans = plan(&catalogue, "2026-02".parse().expect("a month"), None, NOW).expect("a plan");
    let scope = &plans[0].commitments[0].scope;
    let mut own = measured(scope, first.0, first.1, "aa");
    own.second = other.map(|other| Box::new(measured(scope, other.0, other.1, "bb")));
    state(&plans[0], &[own], &[]).expect("a month")
}

fn second(tolerance: &str, when_open: &str) -> String {
    format!("secondReading: {{ sli: recorded, tolerance: {tolerance}, whenOpen: {when_open} }}")
}

/// States February by two readings and compares what a JSON pointer of the commitment, or of the record after a `^`, leads to.
#[track_caller]
fn check_stated(terms: (&str, &str), first: Facts<'_>, other: Facts<'_>, expected: &[(&str, Value)]) {
    let record = stated(&second(terms.0, terms.1), BANDS, first, Some(other));
    let json: Value = serde_json::from_str(&record.to_json()).expect("JSON");
    for (pointer, value) in expected {
        let found = match pointer.strip_prefix('^') {
            Some(whole) => json.pointer(whole),
            None => json["commitments"][0].pointer(pointer),
        };
        assert_eq!(found, Some(value), "{pointer}");
    }
}

#[test]
fn a_month_by_two_readings() {
    // 40 320 minutes; 40.32 may be down. The first reading saw 30, the second 50 and 10 unknown ones.
    let (thirty, fifty, ten) = (minutes(2, 0, 30), minutes(2, 0, 50), minutes(9, 0, 10));
    let readings = [
        ("/second_reading/sli", json!("recorded")),
        ("/second_reading/first/downtime_seconds", json!(1_800)),
        ("/second_reading/first/good", json!(40_290)),
        ("/second_reading/first/verdict", json!("met")),
        ("/second_reading/first/attained_range/low/percent", json!("99.9255")),
        ("/second_reading/second/downtime_seconds", json!(3_000)),
        ("/second_reading/second/unknown_seconds", json!(600)),
        ("/second_reading/second/verdict", json!("breached")),
        ("/second_reading/second/attained_range/low/percent", json!("99.8511")),
        ("/second_reading/second/attained_range/high/percent", json!("99.8759")),
        // 20 to 30 of 40 320 minutes, rounded up.
        ("/second_reading/difference_points", json!({ "low": "0.0497", "high": "0.0745" })),
        ("/second_reading/down_in_first_only_seconds", json!(0)),
        ("/second_reading/down_in_second_only_seconds", json!(1_200)),
        ("/second_reading/evidence", json!("bb".repeat(32))),
        ("/evidence", json!(["aa".repeat(32), "bb".repeat(32)])),
        ("^/evidence/1/source", json!("bb.csv")),
        // The report tells the first reading's outages.
        ("/downtime_seconds", json!(1_800)),
        ("/outages/0/seconds", json!(1_800)),
    ];
    let check = |terms, expected: &[(&str, Value)]| {
        check_stated(terms, (&[thirty], &[]), (&[fifty], &[ten]), &readings);
        check_stated(terms, (&[thirty], &[]), (&[fifty], &[ten]), expected);
    };
    let kept = [
        ("/verdict", json!("met")),
        ("/attained/percent", json!("99.9255")),
        ("/credit/high_minor", json!(0)),
        ("^/claim", json!(null)),
    ];
    let given_up = [
        ("/verdict", json!("undecidable")),
        ("^/verdict", json!("undecidable")),
        ("/attained", json!(null)),
        ("/attained_range/low/percent", json!("99.8511")),
        ("/attained_range/high/percent", json!("99.9255")),
        ("/credit/low_minor", json!(0)),
        ("/credit/high_minor", json!(10_000)),
        ("/budget/used_percent_range", json!({ "low": "74.41", "high": "148.81" })),
        // No outage is certain at its end: the earliest last day that may be right.
        ("^/claim/last_day", json!("2026-02-07")),
    ];
    check(("0.1", FIRST), &[("/second_reading/agreement", json!("agree"))]);
    check(("0.1", FIRST), &kept);
    check(("0.06", FIRST), &[("/second_reading/agreement", json!("open"))]);
    check(("0.06", FIRST), &kept);
    check(("0.06", UNDECIDABLE), &[("/second_reading/agreement", json!("open"))]);
    check(("0.06", UNDECIDABLE), &given_up);
    check(("0.04", FIRST), &[("/second_reading/agreement", json!("differ"))]);
    check(("0.04", FIRST), &given_up);
    // Both are missed, but by how much nobody can say: that is no verdict either, and the credit says from where to where.
    let hours = minutes(3, 0, 500);
    check_stated(
        ("0.04", FIRST),
        (&[fifty], &[]),
        (&[hours], &[]),
        &[
            ("/verdict", json!("undecidable")),
            ("/second_reading/first/verdict", json!("breached")),
            ("/credit/low_minor", json!(10_000)),
            ("/credit/high_minor", json!(25_000)),
        ],
    );
}

#[test]
fn what_a_second_reading_needs_is_asked_for_like_the_first() {
    let catalogue = contract(&second("0.1", FIRST), BANDS);
    let month = "2026-02".parse().expect("a month");
    let told = |asks: Vec<String>| asks.into_iter().map(|ask| ask.contains("recorded")).collect::<Vec<_>>();
    let plans = plan(&catalogue, month, None, NOW).expect("a plan");
    assert_eq!(told(plans[0].commitments[0].asks().map(|ask| format!("{ask:?}")).collect()), [false, true]);
    // So far, both are asked until the same slice.
    let start = minutes(1, 0, 1).start;
    let running = plan_running(&catalogue, None, start + 3_000).expect("a plan");
    let ends: Vec<i64> = running[0].so_far.commitments[0].asks().map(|ask| ask.period.end).collect();
    assert_eq!(ends, [start + 3_000; 2]);
    // Files are not captured day by day; servers are, by both readings.
    assert!(plan_days(&catalogue, month, None).expect("a plan").is_empty());
    let catalogue = super::nord::catalogue(format!("{NORD}{SERVED}"));
    let days = plan_days(&catalogue, month, None).expect("a plan");
    let told: Vec<_> = days.iter().map(|one| (one.second.map(ToString::to_string), one.days.len())).collect();
    assert_eq!(told, [(Some("recorded".to_owned()), 28)]);
}

/// A promise whose first reading is a file and whose second is asked of a server.
const SERVED: &str = r#"---
apiVersion: openslo/v1
kind: DataSource
metadata: { name: metrics }
spec: { type: Prometheus, connectionDetails: { url: "https://metrics.example.org" } }
---
apiVersion: openslo/v1
kind: SLI
metadata: { name: recorded }
spec:
  ratioMetric:
    good: { metricSource: { metricSourceRef: metrics, spec: { query: "nord:good" } } }
    total: { metricSource: { metricSourceRef: metrics, spec: { query: "nord:total" } } }
---
apiVersion: sla-desk/v1
kind: Contract
metadata: { name: main }
spec:
  tenant: nord
  version: 1
  validFrom: 2026-01-01
  timeZone: UTC
  currency: EUR
  fee: { monthly: 1000.00 }
  serviceHours: 24/7
  rounding: { mode: half_up, at: commitment }
  legalNature: service_credit
  caps: []
  claim: { automatic: true }
  commitments:
    - { name: up, slo: up, target: 99.9, method: Timeslices, slice: 1m, sliceTarget: 95, unknown: range, quiet: good,
        exclusions: denominator, secondReading: { sli: recorded, tolerance: 0.1, whenOpen: first }, penalty: {} }
"#;

fn some_minutes() -> impl Strategy<Value = (Vec<Period>, Vec<Period>)> {
    // One stretch for each of four days, so that none meets another.
    prop::collection::vec((0i64..4, 1i64..400), 4).prop_map(|stretches| {
        let (mut down, mut unknown) = (Vec::new(), Vec::new());
        for ((kind, length), day) in stretches.into_iter().zip(2..) {
            match kind {
                0 | 1 => down.push(minutes(day, 60, length)),
                2 => unknown.push(minutes(day, 60, length)),
                _ => {}
            }
        }
        (down, unknown)
    })
}

proptest! {
    /// What is owed where two readings dispute holds what each of them alone would owe, in every model.
    #[test]
    fn a_dispute_owes_from_the_least_to_the_most_of_both(one in some_minutes(), other in some_minutes(), model in 0usize..4) {
        let penalty = [
            BANDS,
            "{ perUnit: { unit: 30m, counting: started, credit: 1 } }",
            "{ multiplier: { factor: 10 } }",
            "{ fixed: { amount: 40, per: day } }",
        ][model];
        let alone = |facts: &(Vec<Period>, Vec<Period>)| stated("", penalty, (&facts.0, &facts.1), None);
        let both = stated(&second("0", UNDECIDABLE), penalty, (&one.0, &one.1), Some((&other.0, &other.1)));
        let told = both.commitments[0].second_reading.as_ref().expect("two readings");
        let credits = [alone(&one), alone(&other)].map(|record| record.commitments[0].credit.clone());
        let credit = &both.commitments[0].credit;
        match told.agreement {
            Agreement::Agree => prop_assert_eq!(credit, &credits[0]),
            _ => for single in credits {
                prop_assert!(credit.low_minor <= single.low_minor && single.high_minor <= credit.high_minor);
            },
        }
    }
}
