//! From a plan and a measurement to the month as it is published, figure by figure.

use serde_json::{Value, json};
use sla_core::measurement::{BadRun, DayTally, Measurement, Scope, Tally};
use sla_core::plan::plan;
use sla_core::record::UnknownReason;
use sla_core::statement::{Measured, state};
use sla_core::time::Period;

use super::nord::{catalogue, evidence, minutes};

/// A contract for February 2026 in UTC: 28 days, 40 320 minutes.
fn text(terms: &str) -> String {
    format!(
        r#"
apiVersion: openslo/v1
kind: DataSource
metadata: {{ name: files }}
spec: {{ type: File, connectionDetails: {{ folder: . }} }}
---
apiVersion: openslo/v1
kind: Service
metadata: {{ name: platform }}
spec: {{}}
---
apiVersion: openslo/v1
kind: SLI
metadata: {{ name: probes }}
spec:
  ratioMetric:
    good: {{ metricSource: {{ metricSourceRef: files, spec: {{ path: nord.csv }} }} }}
    total: {{ metricSource: {{ metricSourceRef: files, spec: {{ path: nord.csv }} }} }}
---
apiVersion: openslo/v1
kind: SLO
metadata: {{ name: up, displayName: Erreichbarkeit }}
spec: {{ service: platform, indicatorRef: probes, budgetingMethod: Timeslices }}
---
apiVersion: sla-desk/v1
kind: Tenant
metadata: {{ name: nord, displayName: Nord AG }}
spec: {{ language: de, contacts: [{{ name: N, email: n@nord.example }}] }}
---
apiVersion: sla-desk/v1
kind: Contract
metadata: {{ name: main }}
spec:
  tenant: nord
  version: 3
  validFrom: 2026-01-01
  timeZone: UTC
  currency: EUR
  fee: {{ monthly: 1284.50 }}
  serviceHours: 24/7
  rounding: {{ mode: half_up, at: commitment }}
  legalNature: service_credit
  excludedKinds: [customer]
  commitments: [{{ name: up, slo: up, target: 99.9, slice: 1m, {terms} }}]
---
apiVersion: sla-desk/v1
kind: Exclusion
metadata: {{ name: upgrade }}
spec: {{ tenant: nord, kind: customer, start: "2026-02-03T00:00:00Z", end: "2026-02-03T01:00:00Z", reason: r, requestedBy: a, approvedBy: b }}
"#
    )
}

/// Ten events a minute: 30 min down on the 2nd, 60 min down in the exclusion on the 3rd, then 15 quiet minutes after 5
/// bad ones on the 4th, 20 unknown ones on the 5th.
fn measured(scope: &Scope) -> Measurement {
    let bad = |period: Period, failed_per_minute: i128| BadRun {
        period,
        failed: i128::from(period.seconds() / 60) * failed_per_minute,
        total: i128::from(period.seconds() / 60) * 10,
    };
    let known = 40_320 - 60 - 15 - 20;
    let day = |date, slices: i64, failed: i128| DayTally {
        date,
        counted: Tally {
            slices,
            good: i128::from(slices) * 10 - failed,
            total: i128::from(slices) * 10,
            ratio_sum: None,
        },
    };
    let days = scope.days.iter().zip(1..).map(|(&(date, _), number)| match number {
        2 => day(date, 1_440, 300),
        3 => day(date, 1_380, 0),
        4 => day(date, 1_425, 20),
        5 => day(date, 1_420, 0),
        _ => day(date, 1_440, 0),
    });
    Measurement {
        scale: 1,
        counted: Tally {
            slices: known,
            good: i128::from(known) * 10 - 320,
            total: i128::from(known) * 10,
            ratio_sum: None,
        },
        excluded: Tally { slices: 60, good: 0, total: 600, ratio_sum: None },
        peak_units: 10,
        bad: vec![bad(minutes(2, 0, 30), 10), bad(minutes(3, 0, 60), 10), bad(minutes(4, 0, 5), 4)],
        quiet: minutes(4, 5, 15).into(),
        unknown: vec![(minutes(5, 0, 20), UnknownReason::Missing)],
        days: days.collect(),
    }
}

/// States February by `terms` and compares the fields that `expected` names, commitment by JSON pointer.
#[track_caller]
fn check(terms: &str, expected: &[(&str, Value)]) {
    check_text(text(terms), expected);
}

#[track_caller]
fn check_text(text: String, expected: &[(&str, Value)]) {
    let catalogue = catalogue(text);
    let plans = plan(&catalogue, "2026-02".parse().expect("a month"), None, 1_800_000_000).expect("a plan");
    let scope = &plans[0].commitments[0].scope;
    let evidence = evidence(scope, "ab");
    let record =
        state(&plans[0], &[Measured { measurement: measured(scope), evidence, second: None }], &[]).expect("a month");
    let json: Value = serde_json::from_str(&record.to_json()).expect("JSON");
    let commitment = &json["commitments"][0];
    for (pointer, value) in expected {
        let found =
            if let Some(whole) = pointer.strip_prefix('^') { json.pointer(whole) } else { commitment.pointer(pointer) };
        assert_eq!(found, Some(value), "{pointer}");
    }
}

const BANDS: &str =
    "penalty: { bands: [{ from: 99.5, below: 99.9, credit: 5 }, { from: 0, below: 99.5, credit: 15 }] }";

/// A band from a percentage to below another one, for a share of the fee.
fn band(from: &str, below: &str, credit: &str) -> Value {
    json!({ "from": from, "above": null, "below": below, "up_to": null, "credit": credit, "amount": null })
}

#[test]
fn time_slices_with_quiet_time_read_as_bad() {
    // 40 320 − 60 excluded − 20 unknown = 40 240 judged; 30 + 5 bad and 15 quiet are down.
    let terms =
        format!("method: Timeslices, sliceTarget: 95, unknown: range, quiet: bad, exclusions: denominator, {BANDS}");
    check(
        &terms,
        &[
            ("^/tenant_name", json!("Nord AG")),
            ("^/revision", json!(1)),
            (
                "^/period",
                json!({ "start": "2026-02-01T00:00:00Z", "end": "2026-03-01T00:00:00Z", "time_zone": "UTC", "seconds": 2_419_200 }),
            ),
            ("^/contract/version", json!(3)),
            ("^/contract/fee", json!({ "currency": "EUR", "minor": 128_450 })),
            ("^/verdict", json!("breached")),
            // 5 % of 1 284.50 is 64.225, half up.
            ("^/credit_total", json!({ "currency": "EUR", "low_minor": 6_423, "high_minor": 6_423 })),
            ("^/evidence/0/sha256", json!("ab".repeat(32))),
            ("/title", json!("Erreichbarkeit")),
            ("/unit", json!("slices")),
            ("/good", json!(40_190)),
            ("/total", json!(40_240)),
            ("/attained", json!(null)),
            ("/attained_range/low/percent", json!("99.8261")),
            (
                "/attained_range/high",
                json!({ "numerator": "4021", "denominator": "4026", "percent": "99.8758", "exact": true }),
            ),
            ("/service_seconds", json!(2_419_200)),
            ("/downtime_seconds", json!(50 * 60)),
            ("/excluded_seconds", json!(3_600)),
            ("/unknown_seconds", json!(1_200)),
            ("/quiet_seconds", json!(900)),
            // A thousandth of 2 415 600 s; 50 of 40.26 minutes at best, 70 at worst.
            (
                "/budget",
                json!({ "allowed_seconds": "2415.6", "used_percent": null, "used_percent_range": { "low": "124.20", "high": "173.87" } }),
            ),
            ("/verdict", json!("breached")),
            ("/credit/derivations/0/case", json!("least")),
            ("/credit/derivations/1/case", json!("most")),
            ("/credit/derivations/0/steps/2/rule", json!("band_share")),
            ("/credit/derivations/0/steps/2/exact", json!("12845/2")),
            ("/credit/derivations/0/steps/3/rounded", json!("64.23")),
            ("/credit/rounding", json!("half_up")),
            // Both ends lie in one band.
            ("/credit/band/low", band("99.5", "99.9", "5")),
            ("/credit/band/high", band("99.5", "99.9", "5")),
            // Slices are judged, and each of them is one.
            ("/unknown_bound", json!(null)),
            ("^/contract/template", json!(null)),
            (
                "/outages/0",
                json!({ "start": "2026-02-02T00:00:00Z", "end": "2026-02-02T00:30:00Z", "seconds": 1_800, "reason": { "code": "all_failed", "failed": 300, "total": 300 }, "standing": "counts" }),
            ),
            ("/outages/1/standing", json!("excluded")),
            // Quiet time that touches an outage belongs to it.
            (
                "/outages/2",
                json!({ "start": "2026-02-04T00:00:00Z", "end": "2026-02-04T00:20:00Z", "seconds": 1_200, "reason": { "code": "some_failed", "failed": 20, "total": 50 }, "standing": "counts" }),
            ),
            (
                "/unknown",
                json!([{ "start": "2026-02-05T00:00:00Z", "end": "2026-02-05T00:20:00Z", "seconds": 1_200, "reason": "missing" }]),
            ),
            (
                "/days/1",
                json!({ "date": "2026-02-02", "service_seconds": 86_400, "good": 14_100, "total": 14_400, "percent": "97.9166", "downtime_seconds": 1_800, "unknown_seconds": 0 }),
            ),
            (
                "/days/2",
                json!({ "date": "2026-02-03", "service_seconds": 82_800, "good": 13_800, "total": 13_800, "percent": "100.0000", "downtime_seconds": 0, "unknown_seconds": 0 }),
            ),
            ("/days/3/downtime_seconds", json!(1_200)),
            ("/days/4/unknown_seconds", json!(1_200)),
            ("/evidence", json!(["ab".repeat(32)])),
        ],
    );
}

#[test]
fn the_same_facts_by_other_terms() {
    // Events: 402 250 − 320 good, unknown as if it were no service time.
    check(
        "method: Occurrences, unknown: excluded, quiet: good, exclusions: denominator, penalty: {}",
        &[
            ("/unit", json!("events")),
            ("/good", json!(401_930)),
            ("/total", json!(402_250)),
            ("/attained/numerator", json!("40193")),
            ("/attained/denominator", json!("40225")),
            ("/verdict", json!("met")),
            ("/downtime_seconds", json!(35 * 60)),
            ("/budget/used_percent", json!("79.56")),
            ("/credit/high_minor", json!(0)),
            ("/credit/band", json!(null)),
            ("/unknown_bound", json!(null)),
            ("/credit/rounding", json!("half_up")),
            ("/credit/derivations/0/steps/2/rule", json!("no_penalty")),
            ("/outages/2/end", json!("2026-02-04T00:05:00Z")),
            ("/days/1/percent", json!("97.9166")),
        ],
    );
    // Excluded time stays as good, quiet time as good: 40 300 judged, 35 bad.
    check(
        &format!("method: Timeslices, sliceTarget: 95, unknown: up, quiet: good, exclusions: numerator, {BANDS}"),
        &[
            ("/good", json!(40_265)),
            ("/total", json!(40_300)),
            ("/attained/percent", json!("99.9131")),
            ("/verdict", json!("met")),
            ("/budget/allowed_seconds", json!("2419.2")),
        ],
    );
}

#[test]
fn what_is_too_short_to_be_an_outage_is_listed_and_does_not_count() {
    // At least ten minutes in a row: the five bad ones of the 4th are none, until its quiet ones are bad, too.
    check(
        "method: Timeslices, sliceTarget: 95, consecutiveSlices: 10, unknown: range, quiet: good, exclusions: denominator, \
         penalty: {}",
        &[
            ("/consecutive_slices", json!(10)),
            ("/downtime_seconds", json!(30 * 60)),
            ("/outages/0/standing", json!("counts")),
            ("/outages/1/standing", json!("excluded")),
            ("/outages/2/standing", json!("too_short")),
            ("/days/1/downtime_seconds", json!(1_800)),
            ("/days/3/downtime_seconds", json!(0)),
            ("/days/3/percent", json!("100.0000")),
        ],
    );
    check(
        "method: Timeslices, sliceTarget: 95, consecutiveSlices: 10, unknown: range, quiet: bad, exclusions: denominator, \
         penalty: {}",
        &[
            ("/downtime_seconds", json!(50 * 60)),
            ("/outages/2/standing", json!("counts")),
            ("/days/3/downtime_seconds", json!(1_200)),
            // 20 of 1 440 minutes.
            ("/days/3/percent", json!("98.6111")),
        ],
    );
}

#[test]
fn time_that_leaves_both_sides_is_no_service_time_that_downtime_is_a_share_of() {
    // 40 320 minutes without 60 excluded, 15 quiet and 20 unknown ones are 40 225, and a thousandth of them 2 413.5 s.
    let terms = |quiet: &str, unknown: &str| {
        format!(
            "method: Timeslices, sliceTarget: 95, unknown: {unknown}, quiet: {quiet}, exclusions: denominator, \
             penalty: {{ perUnit: {{ unit: 1m, counting: full, amount: 1 }} }}"
        )
    };
    check(
        &terms("excluded", "excluded"),
        &[("/good", json!(40_190)), ("/total", json!(40_225)), ("/budget/allowed_seconds", json!("2413.5"))],
    );
    check(&terms("good", "excluded"), &[("/total", json!(40_240)), ("/budget/allowed_seconds", json!("2414.4"))]);
    check(&terms("excluded", "up"), &[("/budget/allowed_seconds", json!("2414.7"))]);
    check(&terms("good", "up"), &[("/budget/allowed_seconds", json!("2415.6"))]);
}

/// 401 930 of 402 250 events were good; the busiest minute had ten, and twenty minutes are unknown.
#[test]
fn the_bands_and_the_bound_that_a_range_comes_from() {
    let terms = |unknown: &str, penalty: &str| {
        format!("method: Occurrences, unknown: {unknown}, quiet: good, exclusions: denominator, penalty: {penalty}")
    };
    let bound = json!({ "slices": 20, "per_slice": 10, "total": 200 });
    // 401 930 to 402 130 of 402 450: below the target at worst, above it at best.
    check(
        &terms("range", "{ bands: [{ from: 99.5, below: 99.9, credit: 5 }, { from: 0, below: 99.5, credit: 15 }] }"),
        &[
            ("/attained_range/low/percent", json!("99.8707")),
            ("/attained_range/high/percent", json!("99.9204")),
            ("/unknown_bound", bound.clone()),
            ("/credit/band", json!({ "low": null, "high": band("99.5", "99.9", "5") })),
        ],
    );
    // An end that is said with above and upTo, an amount: as the contract says them. Two bands are spanned.
    let two = "{ bands: [{ above: 99.88, below: 99.9, amount: 20 }, { from: 0, upTo: 99.88, credit: 15 }] }";
    let upper = json!({
        "from": null, "above": "99.88", "below": "99.99", "up_to": null, "credit": null, "amount": "20",
    });
    let lower = json!({ "from": "0", "above": null, "below": null, "up_to": "99.88", "credit": "15", "amount": null });
    check(&terms("range", two), &[("/credit/band", json!({ "low": null, "high": lower }))]);
    check_text(
        text(&terms("down", two)),
        &[("/unknown_bound", bound.clone()), ("/credit/band", json!({ "low": lower, "high": lower }))],
    );
    // By a stricter target the best case is a miss, too.
    let strict = two.replace("below: 99.9,", "below: 99.99,");
    check_text(
        text(&terms("range", &strict)).replace("target: 99.9,", "target: 99.99,"),
        &[("/credit/band", json!({ "low": upper, "high": lower }))],
    );
    check(&terms("up", "{}"), &[("/unknown_bound", bound), ("/credit/band", json!(null))]);
    check(&terms("excluded", "{}"), &[("/unknown_bound", json!(null))]);
    // Another model has no bands.
    check(&terms("down", "{ fixed: { amount: 5, per: breach } }"), &[("/credit/band", json!(null))]);
}

#[test]
fn a_contract_names_the_template_that_it_rests_on() {
    let terms = "method: Occurrences, unknown: up, quiet: good, exclusions: denominator, penalty: {}";
    let contract = text(terms).replace("  tenant: nord\n  version", "  extends: house\n  tenant: nord\n  version");
    let template = "---\napiVersion: sla-desk/v1\nkind: SlaTemplate\nmetadata: { name: house }\n\
                    spec: { description: Terms of the house, timeZone: UTC }\n";
    check_text(contract + template, &[("^/contract/template", json!("house"))]);
}
