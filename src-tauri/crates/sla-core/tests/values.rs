//! Promises about measured values: a bound for each slice, a budget for the period.

use serde_json::{Value, json};
use sla_core::catalogue::{Catalogue, Finding, SourceFile};
use sla_core::evidence::{EvidenceRef, Provenance};
use sla_core::interval::IntervalSet;
use sla_core::measurement::{BadRun, Measurement, Tally};
use sla_core::plan::{FileContent, Reading, What, plan};
use sla_core::ratio::Ratio;
use sla_core::record::UnknownReason;
use sla_core::statement::{Measured, state};
use sla_core::time::Period;

const THRESHOLD: &str = "threshold: { atMost: 0.5, unit: s }, method: Timeslices, target: 99";
const BUDGET: &str = "budget: { amount: 1000, unit: GPU h }, method: Consumption, target: 100";
const PROMETHEUS: &str = "{ type: Prometheus, connectionDetails: { url: \"http://127.0.0.1:9090\" } }";
const FILES: &str = "{ type: File, connectionDetails: { folder: . } }";

/// A contract for June 2026 in UTC, by day, on office hours.
fn read(source: &str, sli: &str, terms: &str, penalty: &str) -> Result<Catalogue, Vec<Finding>> {
    let text = format!(
        r#"
apiVersion: openslo/v1
kind: DataSource
metadata: {{ name: source }}
spec: {source}
---
apiVersion: openslo/v1
kind: Service
metadata: {{ name: platform }}
spec: {{}}
---
apiVersion: openslo/v1
kind: SLI
metadata: {{ name: measured }}
spec: {{ {sli} }}
---
apiVersion: openslo/v1
kind: SLO
metadata: {{ name: measured }}
spec: {{ service: platform, indicatorRef: measured, budgetingMethod: Timeslices }}
---
apiVersion: sla-desk/v1
kind: Tenant
metadata: {{ name: nord }}
spec: {{ language: de, contacts: [{{ name: N, email: n@nord.example }}] }}
---
apiVersion: sla-desk/v1
kind: Contract
metadata: {{ name: main }}
spec:
  tenant: nord
  version: 1
  validFrom: 2026-06-01
  timeZone: UTC
  currency: EUR
  fee: {{ monthly: 2000 }}
  serviceHours: Mo-Fr 08:00-18:00
  rounding: {{ mode: half_up, at: commitment }}
  legalNature: service_credit
  caps: []
  claim: {{ automatic: true }}
  commitments:
    - {{ name: it, slo: measured, slice: 1h, unknown: range, quiet: excluded, exclusions: denominator, {terms}, penalty: {penalty} }}
"#
    );
    Catalogue::read(&[SourceFile { name: "c.yaml".to_owned(), text }])
}

fn value_of(asked: &str) -> String {
    format!("thresholdMetric: {{ metricSource: {{ metricSourceRef: source, spec: {{ {asked} }} }} }}")
}

const QUERY: &str = "query: 'histogram_quantile(0.99, sum by (le) (rate(d_bucket{tenant=\"$tenant\"}[$slice])))'";

#[test]
fn a_server_compares_each_slice_itself_and_no_traffic_is_no_event() {
    #[track_caller]
    fn asked(source: &str, spec: &str, terms: &str) -> What {
        let catalogue = read(source, &value_of(spec), terms, "{}").unwrap_or_else(|findings| panic!("{findings:#?}"));
        let plans = plan(&catalogue, "2026-06".parse().expect("a month"), None, 1_800_000_000).expect("a plan");
        plans[0].commitments[0].ask.what.clone()
    }
    let q = "histogram_quantile(0.99, sum by (le) (rate(d_bucket{tenant=\"nord\"}[3600s])))";
    let good_of_total =
        |good: String, total: String| What::Queries(Reading::GoodOfTotal { good: good.into(), total: total.into() });
    assert_eq!(
        asked(PROMETHEUS, QUERY, THRESHOLD),
        good_of_total(format!("({q}) <= bool 0.5"), format!("({q}) == bool ({q})"))
    );
    let above = THRESHOLD.replace("atMost", "above");
    assert_eq!(
        asked(PROMETHEUS, QUERY, &above),
        good_of_total(format!("({q}) > bool 0.5"), format!("({q}) == bool ({q})"))
    );
    assert_eq!(asked(PROMETHEUS, QUERY, BUDGET), good_of_total(q.to_owned(), q.to_owned()));
    let path = "nord.csv".to_owned();
    assert_eq!(
        asked(FILES, "path: $tenant.csv", BUDGET),
        What::File { path: path.clone(), content: FileContent::Consumption, columns: None }
    );
    let What::File { content: FileContent::Bounded(bound), .. } = asked(FILES, "path: $tenant.csv", THRESHOLD) else {
        panic!("a file of values with a bound");
    };
    assert_eq!((bound.comparison.operator(), bound.value.to_string()), ("<=", "0.5".to_owned()));
}

#[test]
fn a_slice_with_a_value_is_good_or_it_is_not() {
    let target = |terms: &str| {
        let catalogue = read(FILES, &value_of("path: $tenant.csv"), terms, "{}");
        let catalogue = catalogue.unwrap_or_else(|findings| panic!("{findings:#?}"));
        let plans = plan(&catalogue, "2026-06".parse().expect("a month"), None, 1_800_000_000).expect("a plan");
        plans[0].commitments[0].scope.slice_target.clone()
    };
    assert_eq!(target(THRESHOLD), Some(Ratio::one()));
    // What is consumed makes no slice good or bad.
    assert_eq!(target(BUDGET), None);
}

/// June with `consumed` hundredths in sum, of which the busiest hour holds `peak`, and some hours unknown.
#[track_caller]
fn check(penalty: &str, unknown: &str, consumed: i128, peak: i64, unknown_hours: i64, expected: &[(&str, Value)]) {
    let catalogue = read(FILES, &value_of("path: $tenant.csv"), BUDGET, penalty);
    let mut catalogue = catalogue.unwrap_or_else(|findings| panic!("{findings:#?}"));
    let contract = catalogue.contracts.values_mut().next().expect("a contract");
    contract.spec.commitments[0].unknown = serde_json::from_value(unknown.into()).expect("a reading");
    let plans = plan(&catalogue, "2026-06".parse().expect("a month"), None, 1_800_000_000).expect("a plan");
    let scope = &plans[0].commitments[0].scope;
    // Money is spent at night, too.
    assert_eq!(scope.service.seconds(), 30 * 86_400);
    let start = scope.period.start;
    let stretch = Period::new(start, start + unknown_hours * 3600);
    let measurement = Measurement {
        scale: 100,
        counted: Tally { slices: 720 - unknown_hours, good: consumed, total: consumed, ratio_sum: None },
        excluded: Tally::default(),
        peak_units: peak,
        bad: Vec::<BadRun>::new(),
        quiet: IntervalSet::default(),
        unknown: stretch.into_iter().map(|period| (period, UnknownReason::Missing)).collect(),
        days: Vec::new(),
    };
    let provenance = Provenance {
        query: String::new(),
        source: String::new(),
        server_version: String::new(),
        from: scope.period.start,
        to: scope.period.end,
        step_seconds: 3600,
        scale: 100,
        warnings: Vec::new(),
        notes: Vec::new(),
        pieces: Vec::new(),
    };
    let evidence = EvidenceRef { sha256: "ab".repeat(32), provenance };
    let record = state(&plans[0], &[Measured { measurement, evidence, second: None }], &[]).expect("a month");
    let json: Value = serde_json::from_str(&record.to_json()).expect("JSON");
    for (pointer, value) in expected {
        assert_eq!(json["commitments"][0].pointer(pointer), Some(value), "{pointer}");
    }
}

const BANDS: &str = "{ bands: [{ from: 80, below: 100, credit: 5 }, { from: 0, below: 80, credit: 20 }] }";

#[test]
fn a_budget_is_kept_up_to_its_last_unit() {
    check(
        BANDS,
        "range",
        100_000,
        500,
        0,
        &[
            ("/verdict", json!("met")),
            ("/attained/percent", json!("100.0000")),
            ("/unit", json!("consumption")),
            ("/total", json!(1000)),
            ("/consumption_budget", json!({ "amount": "1000", "unit": "GPU h" })),
            ("/credit/high_minor", json!(0)),
        ],
    );
    check(BANDS, "range", 100_001, 500, 0, &[("/verdict", json!("breached")), ("/credit/low_minor", json!(10_000))]);
    // 1 000 of 1 250 is the border of the band, 1 250.01 the other one.
    check(
        BANDS,
        "range",
        125_000,
        500,
        0,
        &[("/attained/percent", json!("80.0000")), ("/credit/low_minor", json!(10_000))],
    );
    check(BANDS, "range", 125_001, 500, 0, &[("/credit/low_minor", json!(40_000))]);
    check(BANDS, "range", 0, 0, 0, &[("/attained/percent", json!("100.0000")), ("/verdict", json!("met"))]);
}

#[test]
fn what_unknown_hours_consumed_is_bounded_by_the_busiest_one() {
    // Known 990, six hours unknown, at most 5 each: between 990 and 1 020.
    let bound = json!({ "slices": 6, "per_slice": 5, "total": 30 });
    let range = &[
        ("/verdict", json!("undecidable")),
        ("/attained_range/low/percent", json!("98.0392")),
        ("/unknown_bound", bound.clone()),
    ];
    check(BANDS, "range", 99_000, 500, 6, range);
    check(BANDS, "down", 99_000, 500, 6, &[("/unknown_bound", bound)]);
    check(BANDS, "range", 99_000, 500, 0, &[("/unknown_bound", json!(null))]);
    check(BANDS, "down", 99_000, 500, 6, &[("/verdict", json!("breached")), ("/credit/low_minor", json!(10_000))]);
    for reading in ["up", "excluded"] {
        let kept = [("/verdict", json!("met")), ("/credit/high_minor", json!(0)), ("/unknown_bound", json!(null))];
        check(BANDS, reading, 99_000, 500, 6, &kept);
    }
}

#[test]
fn terms_that_do_not_fit_the_measurement_are_refused() {
    #[track_caller]
    fn refused(sli: &str, terms: &str, penalty: &str, expected: &str) {
        let findings = read(PROMETHEUS, sli, terms, penalty).expect_err("refused");
        let findings: Vec<String> = findings.iter().map(crate::telling::told).collect();
        assert_eq!(findings.len(), 1, "{findings:#?}");
        assert!(findings[0].contains(expected), "{} does not say {expected}", findings[0]);
    }
    let value = value_of(QUERY);
    let side =
        |name: &str| format!("{name}: {{ metricSource: {{ metricSourceRef: source, spec: {{ query: '{name}' }} }} }}");
    let ratio = format!("ratioMetric: {{ {}, {} }}", side("good"), side("total"));
    let both = format!("{value}, {ratio}");
    let plain = "method: Occurrences, target: 99";
    refused(&both, plain, "{}", "found 2 things that are measured, expected exactly one");
    refused("description: x", plain, "{}", "found nothing that is measured");
    refused(
        &value,
        plain,
        "{}",
        "found none of threshold, budget and heartbeat, expected exactly one of threshold and budget",
    );
    refused(&ratio, THRESHOLD, "{}", "found threshold, expected none of them: the measurement counts events");
    refused(&value, &format!("{THRESHOLD}, budget: {{ amount: 1, unit: EUR }}"), "{}", "found threshold and budget");
    refused(&value, &THRESHOLD.replace("atMost: 0.5", "atMost: 0.5, below: 1"), "{}", "found not exactly one bound");
    refused(
        &value,
        &THRESHOLD.replace("Timeslices", "Occurrences"),
        "{}",
        "found Occurrences, expected Timeslices beside threshold",
    );
    refused(&value, &BUDGET.replace("Consumption", "Occurrences"), "{}", "expected Consumption beside budget");
    refused(&ratio, "method: Consumption, target: 100", "{}", "or a budget beside it");
    refused(&value, &format!("{THRESHOLD}, sliceTarget: 95"), "{}", "found sliceTarget beside threshold");
    refused(&value, &BUDGET.replace("target: 100", "target: 90"), "{}", "found 90, expected 100 beside budget");
    refused(&value, &BUDGET.replace("amount: 1000", "amount: 0"), "{}", "found a budget of nothing");
    refused(
        &value,
        &BUDGET.replace("amount: 1000", "amount: -1"),
        "{}",
        "found -1, expected a number that is not negative",
    );
    refused(&value, BUDGET, "{ multiplier: { factor: 2 } }", "found multiplier, which counts the time of outages");
}
