//! From a measurement to a verdict, by the terms that decide which slices count: least runs, least events, days.

use serde_json::{Value, json};
use sla_core::assess::{Assessment, assess, cut_slice};
use sla_core::catalogue::Commitment;
use sla_core::interval::IntervalSet;
use sla_core::measurement::{BadRun, Measurement, Scope, Tally};
use sla_core::ratio::Ratio;
use sla_core::record::{UnknownReason, Verdict};
use sla_core::time::Period;

pub(crate) fn commitment(terms: Value) -> Commitment {
    let mut value = json!({
        "name": "up", "slo": "up", "target": "90", "method": "Timeslices", "slice": "1m", "sliceTarget": "95",
        "unknown": "range", "quiet": "good", "exclusions": "denominator", "penalty": {},
    });
    for (field, term) in terms.as_object().expect("fields") {
        value[field] = term.clone();
    }
    serde_json::from_value(value).expect("a commitment")
}

fn minutes(from: i64, to: i64) -> Period {
    Period::new(from * 60, to * 60).expect("a stretch")
}

/// A month as signs, one for each minute: `.` is up, `x` down, `/` half down, `?` unknown, `_` quiet, and capitals `X`, `O` excluded
/// (down, up). Ten events in each minute that has some.
pub(crate) fn facts(signs: &str) -> (Scope, Measurement) {
    let period = minutes(0, i64::try_from(signs.len()).expect("few"));
    let at = |wanted: &str| -> IntervalSet {
        let found = signs.chars().zip(0..).filter(|(sign, _)| wanted.contains(*sign));
        found.map(|(_, minute)| minutes(minute, minute + 1)).collect()
    };
    let count = |set: &IntervalSet| i128::from(set.seconds() / 60);
    let (up, half, down) = (at("."), at("/"), at("x"));
    let good = count(&up) * 10 + count(&half) * 5;
    let slices = count(&up) + count(&half) + count(&down);
    let failing = at("/xX");
    let bad = failing.periods().iter().map(|&period| {
        let inside = |wanted: &str| count(&at(wanted).intersection(&period.into()));
        BadRun { period, failed: inside("xX") * 10 + inside("/") * 5, total: i128::from(period.seconds() / 60) * 10 }
    });
    let bad = bad.collect();
    let scope = Scope {
        period,
        step_seconds: 60,
        service: period.into(),
        excluded: at("XO"),
        days: [minutes(0, 4), minutes(4, 8), minutes(8, 1_000)]
            .into_iter()
            .zip("2026-01-01".parse::<sla_core::catalogue::Day>().expect("a day").0.iter_days())
            .filter_map(|(day, date)| Some((date, day.overlap(period)?)))
            .collect(),
        slice_target: None,
        minimum_events: None,
        wants_ratio_sum: false,
    };
    let measured = Measurement {
        scale: 1,
        counted: Tally {
            slices: i64::try_from(slices).expect("few"),
            good,
            total: slices * 10,
            ratio_sum: Ratio::new(good, 10),
        },
        excluded: Tally::default(),
        peak_units: if slices == 0 { 0 } else { 10 },
        bad,
        quiet: at("_"),
        unknown: at("?").periods().iter().map(|&period| (period, UnknownReason::Missing)).collect(),
        days: Vec::new(),
    };
    (scope, measured)
}

fn judged(terms: Value, signs: &str) -> Assessment {
    let (scope, measured) = facts(signs);
    assess(&commitment(terms), &scope, &measured)
}

/// Compares what was attained as fractions and the verdict.
#[track_caller]
fn check(terms: Value, signs: &str, attained: Option<[(i64, i64); 2]>, verdict: Verdict) -> Assessment {
    let assessment = judged(terms, signs);
    let found = assessment.attained.as_ref().map(|range| [range.low.clone(), range.high.clone()]);
    assert_eq!(found, attained.map(|ends| ends.map(|(part, of)| Ratio::new(part, of).expect("not zero"))), "{signs}");
    assert_eq!(assessment.verdict, verdict, "{signs}");
    assessment
}

const MET: Verdict = Verdict::Met;
const BREACHED: Verdict = Verdict::Breached;
const UNDECIDABLE: Verdict = Verdict::Undecidable;

#[test]
fn a_run_counts_from_its_least_number_of_slices_on() {
    let least = || json!({ "consecutiveSlices": 3 });
    let down = |signs: &str| judged(least(), signs).lengths.downtime_seconds;
    check(least(), "xx.......x", Some([(1, 1); 2]), MET);
    check(least(), "xxx.......", Some([(7, 10); 2]), BREACHED);
    check(least(), "xxx..xx..x", Some([(7, 10); 2]), BREACHED);
    check(least(), "xxx.xxxx..", Some([(3, 10); 2]), BREACHED);
    assert_eq!([down("xx.......x"), down("xxx......."), down("xxx.xxxx..")], [0, 180, 420]);
    // Unknown minutes can make a short run long enough, and stay harmless where they cannot.
    check(least(), "xx?.......", Some([(7, 10), (1, 1)]), UNDECIDABLE);
    check(least(), "x?x.......", Some([(7, 10), (1, 1)]), UNDECIDABLE);
    check(least(), "??........", Some([(1, 1); 2]), MET);
    check(least(), "xxx?......", Some([(6, 10), (7, 10)]), BREACHED);
    let assessment = judged(least(), "xx?.....xx");
    assert_eq!(assessment.least.outages_seconds, [0_i64; 0]);
    assert_eq!(assessment.most.outages_seconds, [180]);
    // Where quiet minutes leave, an unknown one that cannot be down may leave, too, and what was seen down counts once.
    let leaving = || json!({ "consecutiveSlices": 3, "quiet": "excluded" });
    check(leaving(), "x?x.......", Some([(7, 10), (1, 1)]), UNDECIDABLE);
    check(leaving(), "x?x......?", Some([(6, 9), (1, 1)]), UNDECIDABLE);
    check(leaving(), "xxx?.....?", Some([(5, 9), (7, 10)]), BREACHED);
    check(leaving(), "??", Some([(1, 1); 2]), MET);
    // A quiet minute that the contract reads as bad belongs to the run.
    check(json!({ "consecutiveSlices": 3, "quiet": "bad" }), "xx_.......", Some([(7, 10); 2]), BREACHED);
    // An exclusion cuts a run: what is left on both sides stays too short.
    check(least(), "xxXxx.....", Some([(1, 1); 2]), MET);
}

#[test]
fn a_period_with_too_few_events_is_not_judged() {
    let least = |events: u32| json!({ "minimumEvents": { "perPeriod": events } });
    // Ten minutes of ten events: a hundred are enough for a hundred.
    check(least(100), "xx........", Some([(8, 10); 2]), BREACHED);
    let few = check(least(101), "xx........", None, MET);
    assert_eq!(few.least.outages_seconds, [0_i64; 0], "nothing is owed for what is not judged");
    check(least(100), "..........", Some([(1, 1); 2]), MET);
    // An unknown minute may have held as many as the busiest: ten.
    check(least(100), "xx.......?", Some([(7, 10), (8, 10)]), UNDECIDABLE);
    check(least(101), "xx.......?", None, MET);
    check(least(90), "xx.......?", Some([(7, 10), (8, 10)]), BREACHED);
    check(least(91), "xx.......?", Some([(7, 10), (8, 10)]), UNDECIDABLE);
    check(least(100), "xx......??", Some([(6, 10), (8, 10)]), UNDECIDABLE);
    check(least(91), ".........?", Some([(9, 10), (1, 1)]), MET);
    // Nobody saw a single event: how busy an unknown minute was nobody knows either.
    check(least(1_000), "_____????_", Some([(6, 10), (1, 1)]), UNDECIDABLE);
    check(least(1), "__________", None, MET);
    // One event of each unit is not one event when they are counted in tenths.
    let (scope, mut measured) = facts("xx........");
    measured.scale = 10;
    let judge = |events: u32| assess(&commitment(least(events)), &scope, &measured).attained.is_some();
    assert_eq!([judge(10), judge(11)], [true, false]);
}

#[test]
fn too_few_events_possibly_leave_the_most_and_take_the_least() {
    let undecided = judged(json!({ "minimumEvents": { "perPeriod": 95 } }), "xx.......?");
    assert_eq!(undecided.least.outages_seconds, [0_i64; 0]);
    assert_eq!(undecided.most.outages_seconds, [120, 60]);
}

/// Outages in seconds, days, and the seconds that everybody was affected.
type Told = (&'static [i64], u32, i64);

#[test]
fn an_outage_has_its_length_its_days_and_the_share_that_failed() {
    #[track_caller]
    fn check(terms: Value, signs: &str, [least, most]: [Told; 2]) {
        let assessment = judged(terms, signs);
        let told =
            |down: &sla_core::price::Downtime| (down.outages_seconds.clone(), down.days, down.affected_seconds.clone());
        assert_eq!(told(&assessment.least), (least.0.to_vec(), least.1, Ratio::whole(least.2)), "{signs}");
        assert_eq!(told(&assessment.most), (most.0.to_vec(), most.1, Ratio::whole(most.2)), "{signs}");
        assert!(assessment.least.over_seconds.is_empty());
    }
    let same = |one: Told| [one, one];
    check(json!({}), "xx........", same((&[120], 1, 120)));
    check(json!({}), "///.......", same((&[180], 1, 90)));
    check(json!({}), "x../......", same((&[60, 60], 1, 90)));
    // Over the border of a day it is two days' and one outage.
    check(json!({}), "...xx...x.", same((&[120, 60], 3, 180)));
    check(json!({}), "..........", same((&[], 0, 0)));
    // Excluded time is no outage, and cuts one.
    check(json!({}), "xXx.......", same((&[60, 60], 1, 120)));
    check(json!({}), "XXX.......", same((&[], 0, 0)));
    // Quiet time read as bad, and unknown time at worst, affect everybody.
    check(json!({ "quiet": "bad" }), "/__.......", same((&[180], 1, 150)));
    check(json!({}), "/??.......", [(&[60], 1, 30), (&[180], 1, 150)]);
    check(json!({ "unknown": "down" }), "/??.......", same((&[180], 1, 150)));
    for reading in ["up", "excluded"] {
        check(json!({ "unknown": reading }), "/??.......", same((&[60], 1, 30)));
    }
}

#[test]
fn lengths_are_of_counted_time() {
    let lengths = |terms: Value| {
        let lengths = judged(terms, "xX_?O..x..").lengths;
        [
            lengths.service_seconds,
            lengths.excluded_seconds,
            lengths.downtime_seconds,
            lengths.unknown_seconds,
            lengths.quiet_seconds,
            lengths.base_seconds,
        ]
        .map(|seconds| seconds / 60)
    };
    assert_eq!(lengths(json!({})), [10, 2, 2, 1, 1, 8]);
    assert_eq!(lengths(json!({ "exclusions": "numerator" })), [10, 2, 2, 1, 1, 10]);
    assert_eq!(lengths(json!({ "quiet": "bad" })), [10, 2, 3, 1, 1, 8]);
}

#[test]
fn what_is_consumed_is_judged_by_its_budget() {
    let terms = |amount: &str, unknown: &str| {
        json!({ "target": "100", "method": "Consumption", "sliceTarget": null, "unknown": unknown,
            "budget": { "amount": amount, "unit": "EUR" } })
    };
    // Nine minutes of ten were seen: 90 units consumed, and in the unknown one at most ten more.
    let signs = "?.........";
    check(terms("100", "range"), signs, Some([(1, 1); 2]), MET);
    check(terms("99", "range"), signs, Some([(99, 100), (1, 1)]), UNDECIDABLE);
    check(terms("81", "range"), signs, Some([(81, 100), (9, 10)]), BREACHED);
    check(terms("81", "down"), signs, Some([(81, 100); 2]), BREACHED);
    check(terms("81", "up"), signs, Some([(9, 10); 2]), BREACHED);
    check(terms("81", "excluded"), signs, Some([(9, 10); 2]), BREACHED);
    check(terms("200", "down"), signs, Some([(1, 1); 2]), MET);
    // Two unknown minutes count twice.
    check(terms("81", "down"), "??........", Some([(81, 100); 2]), BREACHED);
    // Where unknown time leaves, too, there may be nothing left to judge.
    check(terms("81", "excluded"), "??????OO", None, UNDECIDABLE);
    // Nothing was consumed: nothing is over any budget.
    check(terms("1", "range"), "__________", Some([(1, 1); 2]), MET);
    let (scope, mut measured) = facts("..........");
    measured.scale = 1_000;
    let attained = assess(&commitment(terms("0.05", "range")), &scope, &measured).attained.expect("a budget");
    assert_eq!(attained.low, Ratio::new(1, 2).expect("not zero"), "100 thousandths of 0.05 are twice the budget");
}

/// Events in excluded time stay, but tell nothing of how busy an unknown slice outside of it was.
#[test]
fn without_an_event_outside_exclusions_the_slices_are_judged_where_some_are_unknown() {
    fn check(signs: &str, attained: [(i64, i64); 2], verdict: Verdict) {
        let terms = json!({ "method": "Occurrences", "exclusions": "numerator", "quiet": "bad" });
        let (scope, mut measured) = facts(signs);
        measured.excluded.total = 40;
        let assessment = assess(&commitment(terms), &scope, &measured);
        let found = assessment.attained.map(|range| [range.low, range.high]);
        assert_eq!(found, Some(attained.map(|(part, of)| Ratio::new(part, of).expect("not zero"))), "{signs}");
        assert_eq!(assessment.verdict, verdict, "{signs}");
    }
    check("OOOO??????", [(4, 10), (1, 1)], UNDECIDABLE);
    check("OOOO______", [(1, 1); 2], MET);
    check("OOOO_____?", [(4, 10), (5, 10)], BREACHED);
}

#[test]
fn a_border_inside_a_slice_is_found_wherever_it_lies() {
    let (sound, _) = facts("..........");
    assert_eq!(cut_slice(&sound), None);
    let cut = |edit: fn(&mut Scope)| {
        let (mut scope, _) = facts("..........");
        edit(&mut scope);
        cut_slice(&scope)
    };
    assert_eq!(cut(|scope| scope.period.end += 1), Some(601));
    assert_eq!(cut(|scope| scope.service = Period { start: 61, end: 120 }.into()), Some(61));
    assert_eq!(cut(|scope| scope.excluded = Period { start: 60, end: 119 }.into()), Some(119));
    // Slices are counted from the period's start, not from midnight.
    assert_eq!(cut(|scope| scope.period = Period { start: 20, end: 620 }), Some(0));
}
