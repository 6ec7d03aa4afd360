//! Promises about incidents, from documents to the stated month.

use serde_json::{Value, json};
use sla_core::catalogue::{Catalogue, Finding, SourceFile};
use sla_core::evidence::{EvidenceRef, Provenance};
use sla_core::measurement::{Measurement, Tally};
use sla_core::plan::plan;
use sla_core::statement::{Measured, state};
use sla_core::time::utc_text;

use crate::nord::NORD;

/// A contract for June 2026 in UTC with a promise about incidents, and the incidents.
fn read(promise: &str, incidents: &[&str]) -> Result<Catalogue, Vec<Finding>> {
    read_beside("", promise, incidents)
}

/// The same beside other documents.
fn read_beside(others: &str, promise: &str, incidents: &[&str]) -> Result<Catalogue, Vec<Finding>> {
    let mut text = format!(
        r#"{NORD}---
apiVersion: sla-desk/v1
kind: Contract
metadata: {{ name: main }}
spec:
  tenant: nord
  version: 1
  validFrom: 2026-06-01
  timeZone: UTC
  currency: EUR
  fee: {{ monthly: 3000 }}
  serviceHours: Mo-Fr 08:00-18:00
  rounding: {{ mode: half_up, at: commitment }}
  legalNature: contractual_penalty
  caps: []
  claim: {{ within: 10, unit: days, from: periodEnd, rollForward: false }}
  commitments:
    - {{ name: up, slo: up, target: 99, method: Timeslices, slice: 1h, sliceTarget: 95, unknown: up, quiet: good, exclusions: denominator, penalty: {{}} }}
  incidents:
    - {{ name: restoration, displayName: Wiederherstellung P1, service: platform, class: p1, clock: restoration, startsAt: reported, month: started, {promise} }}
"#
    );
    for (number, incident) in incidents.iter().enumerate() {
        text += &format!(
            "---\napiVersion: sla-desk/v1\nkind: Incident\nmetadata: {{ name: i{number} }}\nspec: {{ tenant: nord, class: p1, \
             title: No logins, enteredBy: Ina, {incident} }}\n"
        );
    }
    text += others;
    Catalogue::read(&[SourceFile { name: "c.yaml".to_owned(), text }])
}

#[test]
fn an_incident_counts_against_the_promises_about_its_service_only() {
    // The same class is promised of a second service.
    let both = |own: &str| {
        format!(
            "{own} }}\n    - {{ name: mail, service: mail, class: p1, clock: restoration, startsAt: reported, month: started, {FIXED}"
        )
    };
    const FIXED: &str = "hours: wall, limit: 1h, target: 100, penalty: { fixed: { amount: 50, per: breach } }";
    #[track_caller]
    fn check(promise: &str, service: &str, expected: [usize; 2]) {
        let incident =
            format!("service: {service}, reported: \"2026-06-10T10:00:00Z\", restored: \"2026-06-10T20:00:00Z\"");
        let mail = "---\napiVersion: openslo/v1\nkind: Service\nmetadata: { name: mail }\nspec: {}\n";
        let catalogue = read_beside(mail, promise, &[&incident]).unwrap_or_else(|findings| panic!("{findings:#?}"));
        let plans = plan(&catalogue, "2026-06".parse().expect("a month"), None, 1_800_000_000).expect("a plan");
        let counted: Vec<usize> =
            plans[0].incidents.iter().map(|one| one.judge().expect("sound").outcomes.len()).collect();
        assert_eq!(counted, expected, "{service}");
        assert_eq!(plans[0].incidents.iter().map(|one| one.incidents.len()).collect::<Vec<_>>(), expected);
    }
    check(&both(FIXED), "platform", [1, 0]);
    check(&both(FIXED), "mail", [0, 1]);
}

#[test]
fn an_open_incident_is_judged_at_the_last_time_that_any_incident_tells() {
    #[track_caller]
    fn check(restored: &str, expected: &str) {
        let promise = "hours: wall, limit: 1h, target: 100, penalty: { fixed: { amount: 50, per: breach } }";
        let incidents = [
            format!("service: platform, reported: \"2026-06-10T10:00:00Z\", restored: \"{restored}\""),
            "service: platform, reported: \"2026-06-20T10:00:00Z\"".to_owned(),
        ];
        let incidents = incidents.each_ref().map(String::as_str);
        let catalogue = read(promise, &incidents).unwrap_or_else(|findings| panic!("{findings:#?}"));
        let plans = plan(&catalogue, "2026-06".parse().expect("a month"), None, 1_800_000_000).expect("a plan");
        assert_eq!(utc_text(plans[0].incidents[0].as_of), expected);
    }
    check("2026-06-11T10:00:00Z", "2026-07-01T00:00:00Z");
    check("2026-07-04T09:30:00Z", "2026-07-04T09:30:00Z");
}

/// June with these incidents as JSON; the measured commitment has nothing to tell.
#[track_caller]
fn stated(promise: &str, incidents: &[&str]) -> Value {
    let catalogue = read(promise, incidents).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let plans = plan(&catalogue, "2026-06".parse().expect("a month"), None, 1_800_000_000).expect("a plan");
    let scope = &plans[0].commitments[0].scope;
    let provenance = Provenance {
        query: String::new(),
        source: String::new(),
        server_version: String::new(),
        from: scope.period.start,
        to: scope.period.end,
        step_seconds: 3600,
        scale: 1,
        warnings: Vec::new(),
        notes: Vec::new(),
        pieces: Vec::new(),
    };
    let slices = scope.service.seconds() / 3600;
    let counted = Tally { slices, good: slices.into(), total: slices.into(), ratio_sum: None };
    let measurement = Measurement {
        scale: 1,
        counted,
        excluded: Tally::default(),
        peak_units: 1,
        bad: Vec::new(),
        quiet: Default::default(),
        unknown: Vec::new(),
        days: Vec::new(),
    };
    let evidence = EvidenceRef { sha256: "ab".repeat(32), provenance };
    let record = state(&plans[0], &[Measured { measurement, evidence, second: None }], &[]).expect("a month");
    serde_json::from_str(&record.to_json()).expect("JSON")
}

#[track_caller]
fn check(promise: &str, incidents: &[&str], expected: &[(&str, Value)]) {
    let record = stated(promise, incidents);
    for (pointer, value) in expected {
        let found = match pointer.strip_prefix('^') {
            Some(whole) => record.pointer(whole),
            None => record["incident_promises"][0].pointer(pointer),
        };
        assert_eq!(found, Some(value), "{pointer}");
    }
}

/// Four hours around the clock, ninety percent of the incidents; fifty euros for each started half hour above it.
const HALF_HOURS: &str =
    "hours: wall, limit: 4h, target: 90, penalty: { perUnit: { unit: 30m, counting: started, amount: 50 } }";
const SHORT: &str = "reported: \"2026-06-03T10:00:00Z\", restored: \"2026-06-03T12:00:00Z\"";

#[test]
fn each_incident_above_its_limit_is_paid_on_its_own() {
    let long = "reported: \"2026-06-10T10:00:00Z\", restored: \"2026-06-10T15:08:00Z\"";
    let longer = "reported: \"2026-06-11T10:00:00Z\", restored: \"2026-06-11T14:01:00Z\"";
    check(
        HALF_HOURS,
        &[SHORT, long, longer],
        &[
            ("^/verdict", json!("breached")),
            ("^/commitments/0/verdict", json!("met")),
            ("/title", json!("Wiederherstellung P1")),
            ("/within", json!(1)),
            ("/over", json!(2)),
            ("/attained/percent", json!("33.3333")),
            // 68 minutes are three started half hours and one minute is another: never 69 minutes together.
            ("/credit/low_minor", json!(20_000)),
            ("/credit/high_minor", json!(20_000)),
            ("^/credit_total/high_minor", json!(20_000)),
            ("/mean_seconds", json!({ "low": "13380", "high": "13380" })),
            ("/incidents/1/outcome/over_seconds", json!({ "low": 4080, "high": 4080 })),
            ("/incidents/1/outcome/verdict", json!("over")),
            ("^/claim/last_day", json!("2026-07-10")),
        ],
    );
    // Two of three are enough for a target of 60 %, and the late one is paid all the same.
    check(
        &HALF_HOURS.replace("target: 90", "target: 60"),
        &[SHORT, SHORT, longer],
        &[("/verdict", json!("met")), ("/credit/low_minor", json!(5_000)), ("/credit/high_minor", json!(5_000))],
    );
    check(
        "hours: wall, limit: 4h, target: 90, penalty: { fixed: { amount: 120, per: incident } }",
        &[SHORT, long, longer],
        &[("/credit/low_minor", json!(24_000)), ("/credit/derivations/0/steps/2/rule", json!("fixed_incidents"))],
    );
    check(
        "hours: wall, limit: 4h, target: 90, penalty: { bands: [{ from: 50, below: 90, credit: 5 }, { from: 0, below: 50, credit: 10 }] }",
        &[SHORT, long],
        &[("/attained/percent", json!("50.0000")), ("/credit/low_minor", json!(15_000))],
    );
}

#[test]
fn a_month_without_incidents_keeps_its_promise() {
    check(
        HALF_HOURS,
        &[],
        &[
            ("/verdict", json!("met")),
            ("/attained", json!(null)),
            ("/mean_seconds", json!(null)),
            ("/credit/high_minor", json!(0)),
            ("^/claim", json!(null)),
        ],
    );
    // July's incident is not June's.
    let july = "reported: \"2026-07-01T00:00:00Z\", restored: \"2026-07-02T00:00:00Z\"";
    check(HALF_HOURS, &[july], &[("/verdict", json!("met")), ("/incidents", json!([]))]);
}

#[test]
fn the_service_clock_stands_still_at_night_and_with_approval_in_pauses() {
    // Friday 17:00 to Monday 09:30: two and a half hours of service.
    let weekend = "reported: \"2026-06-05T17:00:00Z\", restored: \"2026-06-08T09:30:00Z\"";
    let hours = "hours: service, limit: 2h, target: 100, penalty: { fixed: { amount: 75, per: incident } }";
    check(
        hours,
        &[weekend],
        &[("/incidents/0/outcome/elapsed_seconds/low", json!(9_000)), ("/credit/low_minor", json!(7_500))],
    );
    let pause =
        "pauses: [{ from: \"2026-06-08T08:00:00Z\", to: \"2026-06-08T08:45:00Z\", reason: Waiting for the customer }]";
    let asked = format!("{weekend}, {pause}");
    check(
        hours,
        &[&asked],
        &[("/verdict", json!("breached")), ("/incidents/0/outcome/approval", json!("not_approved"))],
    );
    let approved = format!("{asked}, approvedBy: Nord AG");
    check(
        hours,
        &[&approved],
        &[
            ("/verdict", json!("met")),
            ("/credit/high_minor", json!(0)),
            ("/incidents/0/outcome/clock_stops_seconds", json!(2_700)),
            ("/incidents/0/pauses/0/reason", json!("Waiting for the customer")),
        ],
    );
}

#[test]
fn what_is_not_known_of_an_incident_makes_a_range() {
    let record = |incident: &str| stated(HALF_HOURS, &[incident]);
    // Two hours until the month's end, and no word of an end.
    let open = record("reported: \"2026-06-30T22:00:00Z\"");
    let promise = &open["incident_promises"][0];
    assert_eq!(promise["verdict"], "undecidable");
    assert_eq!(promise["incidents"][0]["outcome"]["elapsed_seconds"], json!({ "low": 7_200, "high": null }));
    // What the clock will show after the month is not owed for it.
    assert_eq!(promise["credit"]["high_minor"], 0);
    let late = record("reported: \"2026-06-30T15:00:00Z\"");
    let promise = &late["incident_promises"][0];
    assert_eq!(promise["verdict"], "breached");
    // Nine hours until the month's end, five above the limit.
    assert_eq!((&promise["credit"]["low_minor"], &promise["credit"]["high_minor"]), (&json!(50_000), &json!(50_000)));
}

#[test]
fn an_incident_whose_beginning_nobody_knows_took_at_most_the_month() {
    // Five hours until the service was back, or the whole of June: 716 hours above the limit are 1 432 half hours.
    let promise = || {
        HALF_HOURS.to_owned()
            + " }\n    - { name: outage, service: platform, class: p1, clock: restoration, startsAt: began, month: started, "
            + HALF_HOURS
    };
    let incident = "reported: \"2026-06-10T10:00:00Z\", restored: \"2026-06-10T15:00:00Z\"";
    let record = stated(&promise(), &[incident]);
    let credits = record["incident_promises"].as_array().expect("promises").iter().map(|one| &one["credit"]);
    let credits: Vec<_> = credits.map(|one| (one["low_minor"].clone(), one["high_minor"].clone())).collect();
    assert_eq!(credits, [(json!(10_000), json!(10_000)), (json!(10_000), json!(7_160_000))]);
}

#[test]
fn defects_of_incidents_and_promises_are_told_with_their_place() {
    #[track_caller]
    fn refused(promise: &str, incidents: &[&str], expected: &[&str]) {
        let findings: Vec<String> =
            read(promise, incidents).expect_err("refused").iter().map(crate::telling::told).collect();
        assert_eq!(findings.len(), expected.len(), "{findings:#?}");
        for (finding, part) in findings.iter().zip(expected) {
            assert!(finding.starts_with("c.yaml:") && finding.contains(part), "{finding} does not say {part}");
        }
    }
    let backwards = "reported: \"2026-06-03T10:00:00Z\", restored: \"2026-06-03T09:00:00Z\"";
    refused(HALF_HOURS, &[backwards], &["error[invalid-value]: spec.restored: found 2026-06-03T09:00:00Z"]);
    let days = HALF_HOURS.replace("hours: wall, limit: 4h", "hours: service, limit: 2d");
    refused(&days, &[], &["spec.incidents[0].limit: found \"2d\", expected hours or less on the service clock"]);
    let multiplier = "hours: wall, limit: 4h, target: 90, penalty: { multiplier: { factor: 10 } }";
    refused(multiplier, &[], &["error[unsound-penalty]: spec.incidents[0].penalty.multiplier"]);
    let gap = "hours: wall, limit: 4h, target: 90, penalty: { bands: [{ from: 50, below: 90, credit: 5 }] }";
    refused(
        gap,
        &[],
        &["error[unsound-bands]: spec.incidents[0].penalty.bands[0]: found no band for 0 ≤ attained < 50"],
    );
    refused(&HALF_HOURS.replace("limit: 4h", "limit: 1M"), &[], &["error[invalid-value]: spec.incidents[0].limit"]);
    let class = SHORT.to_owned() + ", commitments: [down]";
    refused(HALF_HOURS, &[&class], &["spec.commitments[0]: found commitment \"down\", which no contract of nord has"]);
    refused(
        &HALF_HOURS.replace("hours: wall, ", ""),
        &[],
        &["error[missing-field]: spec.incidents[0]: found no field \"hours\""],
    );
}
