//! How the running month stands: what is measured of it, what is used of the budget, and what would be at the present rate.

use sla_core::catalogue::{Catalogue, SourceFile};
use sla_core::interval::IntervalSet;
use sla_core::measurement::{BadRun, Measurement, Scope, Tally};
use sla_core::plan::{PlanError, RunningMonth, plan_running};
use sla_core::record::{RecordRange, UnknownReason};
use sla_core::standing::{CommitmentStanding, Outlook, standing};
use sla_core::time::{Period, utc_text};

const PLATFORM: &str = r#"
apiVersion: openslo/v1
kind: DataSource
metadata: { name: files }
spec: { type: File, connectionDetails: { folder: data } }
---
apiVersion: openslo/v1
kind: Service
metadata: { name: platform }
spec: {}
---
apiVersion: openslo/v1
kind: SLI
metadata: { name: probes }
spec:
  ratioMetric:
    good: { metricSource: { metricSourceRef: files, spec: { path: probes.csv } } }
    total: { metricSource: { metricSourceRef: files, spec: { path: probes.csv } } }
---
apiVersion: openslo/v1
kind: SLO
metadata: { name: up, displayName: Reachable }
spec: { service: platform, indicatorRef: probes, budgetingMethod: Timeslices }
---
apiVersion: openslo/v1
kind: SLI
metadata: { name: hours }
spec: { thresholdMetric: { metricSource: { metricSourceRef: files, spec: { path: hours.csv } } } }
---
apiVersion: openslo/v1
kind: SLO
metadata: { name: spent }
spec: { service: platform, indicatorRef: hours, budgetingMethod: Timeslices }
---
apiVersion: sla-desk/v1
kind: Tenant
metadata: { name: nord, displayName: Nord AG }
spec: { language: de, contacts: [{ name: N, email: n@nord.example }] }
"#;

/// A contract in UTC with one commitment, and an exclusion where there is one.
fn catalogue(from: &str, terms: &str, excluded: Option<(&str, &str)>) -> Catalogue {
    let mut text = format!(
        "{PLATFORM}---
apiVersion: sla-desk/v1
kind: Contract
metadata: {{ name: main }}
spec:
  tenant: nord
  version: 1
  validFrom: {from}
  timeZone: UTC
  currency: EUR
  rounding: {{ mode: half_even, at: commitment }}
  legalNature: service_credit
  serviceHours: 24/7
  fee: {{ monthly: 3100.00, partMonth: daily }}
  excludedKinds: [customer]
  commitments:
    - {{ name: up, quiet: good, slice: 1m, penalty: {{}}, {terms} }}
"
    );
    if let Some((start, end)) = excluded {
        text += &format!(
            "---\napiVersion: sla-desk/v1\nkind: Exclusion\nmetadata: {{ name: window }}\nspec: {{ tenant: nord, kind: customer, \
             start: \"{start}\", end: \"{end}\", reason: maintenance, requestedBy: Ina, approvedBy: Nord AG }}\n"
        );
    }
    Catalogue::read(&[SourceFile { name: "all.yaml".to_owned(), text }]).unwrap_or_else(|findings| {
        panic!("{}", findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

const SLICES: &str =
    "slo: up, target: 99.9, method: Timeslices, sliceTarget: 95, exclusions: denominator, unknown: range";

fn at(text: &str) -> i64 {
    text.parse::<sla_core::catalogue::Instant>().expect("an instant").0
}

/// What is measured in a scope: the first minutes down, the ones after them unknown, all others good with ten events each.
fn measured(scope: &Scope, down: i64, unknown: i64) -> Measurement {
    let part = |from: i64, to: i64| -> IntervalSet {
        let start = scope.period.start;
        let set: IntervalSet = Period::new(start + from * 60, start + to * 60).into_iter().collect();
        set.intersection(&scope.service)
    };
    let counted = scope.service.difference(&scope.excluded);
    let known = counted.seconds() / 60 - unknown;
    Measurement {
        scale: 1,
        counted: Tally {
            slices: known,
            good: i128::from(known - down) * 10,
            total: i128::from(known) * 10,
            ratio_sum: None,
        },
        excluded: Tally::default(),
        peak_units: 10,
        bad: part(0, down).periods().iter().map(|&period| BadRun { period, failed: 1, total: 1 }).collect(),
        quiet: IntervalSet::default(),
        unknown: part(down, down + unknown).periods().iter().map(|&one| (one, UnknownReason::Missing)).collect(),
        days: Vec::new(),
    }
}

fn running<'a>(catalogue: &'a Catalogue, now: &str) -> RunningMonth<'a> {
    let mut running = plan_running(catalogue, None, at(now)).unwrap_or_else(|error| panic!("{now}: {error}"));
    assert_eq!(running.len(), 1);
    running.remove(0)
}

fn stands(catalogue: &Catalogue, now: &str, down: i64, unknown: i64) -> CommitmentStanding {
    let running = running(catalogue, now);
    let measured = measured(&running.so_far.commitments[0].scope, down, unknown);
    standing(&running, &[measured]).commitments.remove(0)
}

fn text(range: &RecordRange<Option<String>>) -> [&str; 2] {
    [&range.low, &range.high].map(|end| end.as_deref().unwrap_or("-"))
}

/// On the tenth day of November: used in percent, projected in percent, what that says.
#[track_caller]
fn check(terms: &str, (down, unknown): (i64, i64), used: [&str; 2], projected: [&str; 2], outlook: Outlook) {
    let catalogue = catalogue("2026-01-01", terms, None);
    let found = stands(&catalogue, "2026-11-11T00:00:00Z", down, unknown);
    assert_eq!((text(&found.used_percent), text(&found.projected_percent)), (used, projected), "{terms}");
    assert_eq!(found.outlook, outlook, "{terms}");
}

#[test]
fn a_third_of_the_month_uses_a_third_of_what_it_would_at_the_same_rate() {
    // 14 400 of 43 200 minutes; the budget of the month is 43.2 minutes.
    check(SLICES, (0, 0), ["0.00", "0.00"], ["0.00", "0.00"], Outlook::Lasts);
    check(SLICES, (10, 0), ["23.15", "23.15"], ["69.45", "69.45"], Outlook::Lasts);
    check(SLICES, (10, 10), ["23.15", "46.30"], ["69.45", "138.89"], Outlook::Uncertain);
    check(SLICES, (15, 0), ["34.73", "34.73"], ["104.17", "104.17"], Outlook::TooFast);
    check(SLICES, (44, 0), ["101.86", "101.86"], ["305.56", "305.56"], Outlook::UsedUp);
    let november = catalogue("2026-01-01", SLICES, None);
    let found = stands(&november, "2026-11-11T00:00:00Z", 10, 0);
    let rate = found.projected_at_present_rate.low.expect("a rate");
    assert_eq!((rate.numerator.as_str(), rate.denominator.as_str(), rate.exact), ("25", "36", true));
    assert_eq!((found.budget_seconds.as_deref(), text(&found.used_seconds)), (Some("2592.000"), ["600.000"; 2]));
    assert_eq!((found.service_seconds, found.whole_service_seconds), (864_000, 2_592_000));
    assert_eq!(found.period.end, "2026-12-01T00:00:00Z");
    // What is used up exactly is not too much.
    let percent = SLICES.replace("99.9", "99");
    check(&percent, (144, 0), ["33.34", "33.34"], ["100.00", "100.00"], Outlook::Lasts);
    check(&percent, (145, 0), ["33.57", "33.57"], ["100.70", "100.70"], Outlook::TooFast);
}

#[test]
fn the_contract_says_how_unknown_time_is_read() {
    let read = |reading: &str| SLICES.replace("unknown: range", &format!("unknown: {reading}"));
    check(&read("down"), (10, 10), ["46.30", "46.30"], ["138.89", "138.89"], Outlook::TooFast);
    check(&read("up"), (10, 10), ["23.15", "23.15"], ["69.45", "69.45"], Outlook::Lasts);
    // What leaves the judgement so far leaves the budget of the month, too: 43 190 minutes are judged.
    check(&read("excluded"), (10, 10), ["23.16", "23.16"], ["69.50", "69.50"], Outlook::Lasts);
    // Everything unknown and left out: there is nothing to judge.
    check(&read("excluded"), (0, 14_400), ["-", "-"], ["-", "-"], Outlook::Unjudged);
    check(SLICES, (0, 14_400), ["0.00", "33333.34"], ["0.00", "100000.00"], Outlook::Uncertain);
}

#[test]
fn events_and_what_is_consumed_are_judged_by_their_own_budgets() {
    let events = "slo: up, target: 99.9, method: Occurrences, exclusions: denominator, unknown: range";
    check(events, (10, 0), ["23.15", "23.15"], ["69.45", "69.45"], Outlook::Lasts);
    check(events, (10, 10), ["23.15", "46.30"], ["69.45", "138.89"], Outlook::Uncertain);
    let certain = "slo: up, target: 100, method: Timeslices, sliceTarget: 95, exclusions: denominator, unknown: range";
    check(certain, (0, 0), ["-", "-"], ["-", "-"], Outlook::Lasts);
    check(certain, (0, 1), ["-", "-"], ["-", "-"], Outlook::Uncertain);
    check(certain, (1, 0), ["-", "-"], ["-", "-"], Outlook::UsedUp);
    // Ten units in each of 14 400 minutes are 144 000 of 360 000; at that rate it would be 432 000.
    let spent = |amount: &str| {
        format!(
            "slo: spent, budget: {{ amount: {amount}, unit: GPU h }}, method: Consumption, target: 100, \
             exclusions: denominator, unknown: range"
        )
    };
    check(&spent("360000"), (0, 0), ["40.00", "40.00"], ["120.00", "120.00"], Outlook::TooFast);
    check(&spent("432000"), (0, 0), ["33.34", "33.34"], ["100.00", "100.00"], Outlook::Lasts);
    check(&spent("144000"), (0, 60), ["99.59", "100.00"], ["298.75", "300.00"], Outlook::TooFast);
}

#[test]
fn the_budget_is_the_whole_periods() {
    let budget = |now: &str, terms: &str, from: &str, excluded: Option<(&str, &str)>| {
        let catalogue = catalogue(from, terms, excluded);
        let found = stands(&catalogue, now, 0, 0);
        (found.measured_until, found.service_seconds, found.budget_seconds.expect("of seconds"))
    };
    let check = |now, terms, from, excluded, (until, service, allowed): (&str, i64, &str)| {
        let expected = (until.to_owned(), service, allowed.to_owned());
        assert_eq!(budget(now, terms, from, excluded), expected, "{now} {terms}");
    };
    let (begin, noon) = ("2026-01-01", "2026-11-11T12:00:00Z");
    check(noon, SLICES, begin, None, (noon, 907_200, "2592.000"));
    // Half a slice is none.
    check("2026-11-11T12:00:59Z", SLICES, begin, None, (noon, 907_200, "2592.000"));
    check("2026-11-01T00:01:00Z", SLICES, begin, None, ("2026-11-01T00:01:00Z", 60, "2592.000"));
    check("2026-11-30T23:59:59Z", SLICES, begin, None, ("2026-11-30T23:59:00Z", 2_591_940, "2592.000"));
    // Maintenance to come is no service time of the budget, unless it stays as good.
    let later = Some(("2026-11-20T00:00:00Z", "2026-11-20T04:00:00Z"));
    check(noon, SLICES, begin, later, (noon, 907_200, "2577.600"));
    let kept = SLICES.replace("denominator", "numerator");
    check(noon, &kept, begin, later, (noon, 907_200, "2592.000"));
    // Maintenance that has been is none of the time that is judged.
    let before = Some(("2026-11-02T00:00:00Z", "2026-11-02T04:00:00Z"));
    check(noon, SLICES, begin, before, (noon, 907_200, "2577.600"));
    // A contract that begins inside the month, and a promise about the quarter.
    check(noon, SLICES, "2026-11-11", None, (noon, 43_200, "1728.000"));
    let quarter = format!("{SLICES}, period: quarter");
    check(noon, &quarter, begin, None, (noon, 3_585_600, "7948.800"));
}

#[test]
fn what_does_not_run_is_told() {
    let whole = catalogue("2026-11-11", SLICES, None);
    let refused = |now: &str, tenant| plan_running(&whole, tenant, at(now)).expect_err(now).code();
    assert_eq!(refused("2026-11-10T23:59:59Z", None), "plan.nothing_in_force");
    assert_eq!(refused("2026-12-01T00:00:00Z", Some("west")), "plan.unknown_tenant");
    // In its first minute a contract runs, and there is nothing to measure yet.
    let first = running(&whole, "2026-11-11T00:00:59Z");
    assert!(first.so_far.commitments.is_empty() && first.whole.is_empty());
    assert_eq!(standing(&first, &[]).commitments, []);
    let message = plan_running(&whole, None, at("2026-11-01T00:00:00Z")).map(|_| ()).expect_err("not yet");
    assert!(matches!(message, PlanError::NothingInForce { .. }), "{message}");
    // What is asked of the source ends where the last whole slice does.
    let later = running(&whole, "2026-11-11T01:00:30Z");
    assert_eq!(utc_text(later.so_far.commitments[0].ask.period.end), "2026-11-11T01:00:00Z");
}
