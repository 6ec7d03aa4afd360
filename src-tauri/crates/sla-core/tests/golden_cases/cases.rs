//! `golden-cases.json`: months, exact borders, exclusions, averaging, a worked example.

use serde_json::{Value, json};
use sla_core::Tz;
use sla_core::assess::{Assessment, assess};
use sla_core::burn::{alert_threshold, budget_used};
use sla_core::catalogue::{Quantity, ServiceHours};
use sla_core::derivation::Rule;
use sla_core::interval::IntervalSet;
use sla_core::measurement::{Measurement, Scope, Tally};
use sla_core::price::Downtime;
use sla_core::ratio::{Percent, Ratio, Rounding};
use sla_core::record::Verdict;
use sla_core::time::{Month, Period};

use super::{cents, commitment, credit, fixture, published, seconds};

/// Runs a case; what has no rule of its own is a month.
fn check(id: &str, case: &Value) {
    match id {
        "service-hours-oct-2026-berlin-mo-fr-9-17" => service_hours(case),
        "exact-boundary-99.9-met" | "one-second-over-breach" => border(case),
        "exclusion-denominator" => exclusion(case, "denominator"),
        "exclusion-numerator" => exclusion(case, "numerator"),
        "mean-of-slice-ratios" => averaging(case, "RatioTimeslices"),
        "ratio-of-sums" => averaging(case, "Occurrences"),
        "atlassian-worked-example" => worked_example(case),
        "github-exactly-99.0" => undefined_by_wording(case),
        "opendialog-430min-within" => started_units(case, 430),
        "opendialog-500min" => started_units(case, 500),
        "burn-factors-28d" => burn_factors(case, 28),
        "burn-factors-30d" => burn_factors(case, 30),
        _ => month(case, id.strip_prefix("month-").unwrap_or_else(|| panic!("nothing here runs {id}"))),
    }
}

#[test]
fn every_case_is_run() {
    let cases: Vec<Value> = serde_json::from_str(&fixture("golden-cases.json")).expect("a list of cases");
    assert_eq!(cases.len(), 17);
    for case in &cases {
        check(case["id"].as_str().expect("an id"), case);
    }
}

fn integer(case: &Value, field: &str) -> i64 {
    case[field].as_i64().unwrap_or_else(|| panic!("{case} has no integer {field}"))
}

/// Compares with a number of the file, which a binary float has cut after some sixteen digits.
#[track_caller]
fn assert_close(exact: &Ratio, case: &Value, field: &str) {
    let share: Percent = case[field].to_string().parse().expect("a plain number");
    let written = share.ratio().times(&Ratio::whole(100));
    let tolerance = Ratio::new(1, 10_i64.pow(15)).expect("not zero");
    let apart = if *exact > written { exact.minus(&written) } else { written.minus(exact) };
    assert!(apart < tolerance, "{exact} is not {written} of {case}");
}

#[track_caller]
fn assert_verdict(assessment: &Assessment, case: &Value) {
    let met = case["met_999"].as_bool().expect("a verdict");
    assert_eq!(assessment.verdict, if met { Verdict::Met } else { Verdict::Breached }, "{case}");
}

/// What was attained, where the evidence leaves no doubt.
fn attained(assessment: &Assessment) -> Ratio {
    let attained = assessment.attained.as_ref().expect("something was judged");
    assert_eq!(attained.low, attained.high, "nothing is unknown");
    attained.low.clone()
}

fn month(case: &Value, name: &str) {
    // A month has seven signs; the zone follows a hyphen.
    let (month, zone) = name.split_at(7);
    let month: Month = month.parse().expect("a month");
    let zone: Tz = zone.trim_start_matches('-').parse().expect("a zone");
    let period = month.period(zone);
    assert_eq!(period.start, integer(case, "t0"), "{name}");
    assert_eq!(period.end, integer(case, "t1"), "{name}");
    assert_eq!(period.seconds(), integer(case, "seconds"), "{name}");
    let days: i64 = month.days(zone).map(|(_, day)| day.seconds()).sum();
    assert_eq!(days, period.seconds(), "the days of {name} add up");
}

fn service_hours(case: &Value) {
    let hours: ServiceHours = "Mo-Fr 09:00-17:00".parse().expect("service hours");
    let zone: Tz = "Europe/Berlin".parse().expect("a zone");
    let period = "2026-10".parse::<Month>().expect("a month").period(zone);
    assert_eq!(hours.within(period, zone, None).expect("hours without holidays").seconds(), integer(case, "seconds"));
}

/// Down exactly as long as the target allows, and a second longer.
fn border(case: &Value) {
    let (scope, measured) = seconds(integer(case, "service_s"), integer(case, "down_s"), 0);
    for method in ["Timeslices", "Occurrences", "RatioTimeslices"] {
        let assessment = assess(&commitment(&[("method", json!(method))]), &scope, &measured);
        let attained = attained(&assessment);
        assert_verdict(&assessment, case);
        assert_eq!(assessment.lengths.downtime_seconds, integer(case, "down_s"));
        if let Some(expected) = case["avail"].as_str() {
            assert_eq!(attained.to_string(), expected);
        }
        if let Some(printed) = case["printed_2dec_half_up"].as_str() {
            // Rounded to the nearest it would read as the target that it missed; what is printed is the floor.
            let half_up = attained.to_percent(2, Rounding::HalfUp);
            assert_eq!(half_up.trim_end_matches('0'), printed);
            assert_eq!(attained.to_percent(2, Rounding::Floor), "99.89");
        }
    }
}

/// 43 200 minutes, 240 of them maintenance, 43.2 minutes of outage beside it: the mode decides.
fn exclusion(case: &Value, mode: &str) {
    let (scope, measured) = seconds(43_200 * 60, 2_592, 240 * 60);
    for method in ["Timeslices", "Occurrences", "RatioTimeslices"] {
        let terms = commitment(&[("method", json!(method)), ("exclusions", json!(mode))]);
        let assessment = assess(&terms, &scope, &measured);
        assert_close(&attained(&assessment), case, "avail");
        assert_verdict(&assessment, case);
    }
}

/// 31 days in slices of five minutes: 8 828 slices of 1 000 good events, and 100 slices at night with two events, of
/// which one failed. A hundred failures of 8 828 200, or a hundred slices of which each is half bad.
fn averaging(case: &Value, method: &str) {
    let slices: Vec<(i64, i64)> = [vec![(1_000, 1_000); 8_828], vec![(1, 2); 100]].concat();
    let period = Period::new(0, 31 * 86_400).expect("a period");
    let scope = Scope {
        period,
        step_seconds: 300,
        service: period.into(),
        excluded: IntervalSet::default(),
        days: Vec::new(),
        slice_target: None,
        minimum_events: None,
        wants_ratio_sum: true,
    };
    let ratios = slices.iter().map(|&(good, total)| Ratio::new(good, total).expect("events"));
    let counted = Tally {
        slices: i64::try_from(slices.len()).expect("few slices"),
        good: slices.iter().map(|(good, _)| i128::from(*good)).sum(),
        total: slices.iter().map(|(_, total)| i128::from(*total)).sum(),
        ratio_sum: Some(ratios.fold(Ratio::zero(), |sum, ratio| sum.plus(&ratio))),
    };
    let measured = Measurement {
        scale: 1,
        counted,
        excluded: Tally::default(),
        peak_units: 1_000,
        bad: Vec::new(),
        quiet: IntervalSet::default(),
        unknown: Vec::new(),
        days: Vec::new(),
    };
    let terms = commitment(&[("method", json!(method)), ("slice", json!("5m"))]);
    assert_close(&attained(&assess(&terms, &scope, &measured)), case, "avail");
}

/// Atlassian's own example, with Atlassian's own bands, in slices of a minute that are a second long here.
fn worked_example(case: &Value) {
    let contract = published::contract("atlassian-cloud-premium");
    let (scope, measured) = seconds(integer(case, "minutes"), integer(case, "down"), 0);
    let attained = attained(&assess(&contract.commitments[0], &scope, &measured));
    assert_close(&attained, case, "avail");
    assert_eq!(cents(&contract, &attained), integer(case, "credit_pct") * 1_000);
}

/// A wording that owes nothing at exactly 99.0 % is refused when the contract is read, not guessed at when it is priced.
fn undefined_by_wording(case: &Value) {
    assert_eq!(case["credit"], "undefined by wording");
    let exactly = case["avail"].as_str().expect("a percentage");
    let gap = format!("a gap: no band for attained exactly {exactly}");
    let findings = published::findings("github-enterprise");
    assert!(findings.contains(&gap), "{findings:?} does not say {gap}");
}

/// "One day's rent per started 30 minutes below the service level": minutes of a month of 30 days and 99 %.
fn started_units(case: &Value, down_minutes: i64) {
    let contract = published::contract("opendialog-hosting");
    let (scope, measured) = seconds(43_200 * 60, down_minutes * 60, 0);
    let attained = attained(&assess(&contract.commitments[0], &scope, &measured));
    let priced = credit(&contract, &attained, &Downtime::default()).expect("it fits");
    let steps = &priced.credits[0].derivations[0].steps;
    let exact = |rule: Rule| steps.iter().find(|step| step.rule == rule).map_or("0/1", |step| step.exact.as_str());
    assert_eq!(exact(Rule::Excess), format!("{}/1", integer(case, "over_min") * 60));
    assert_eq!(exact(Rule::UnitsStarted), format!("{}/1", integer(case, "units")));
    let thirtieths = case["credit_thirtieths"].as_i64().unwrap_or(0);
    assert_eq!((priced.low.minor, priced.high.minor), (thirtieths * 100_000 / 30, thirtieths * 100_000 / 30));
}

/// 2 % in an hour, 5 % in six hours, 10 % in a day and in three days.
fn burn_factors(case: &Value, days: i64) {
    let windows = [(2, 3_600), (5, 21_600), (10, 86_400), (10, 3 * 86_400)];
    let factors = case["factors"].as_array().expect("factors");
    assert_eq!(factors.len(), windows.len());
    for ((percent, window), written) in windows.into_iter().zip(factors) {
        let share = Ratio::new(percent, 100).expect("not zero");
        let factor = alert_threshold(&share, window, days * 86_400).expect("a window");
        // The file rounds to six decimals.
        let written: Quantity = written.to_string().parse().expect("a plain number");
        assert_eq!(factor.scaled(6, Rounding::HalfUp), written.ratio().scaled(6, Rounding::HalfUp), "{case}");
        // At that rate the window uses up exactly its share.
        assert_eq!(budget_used(&factor, window, days * 86_400), Some(share));
    }
}
