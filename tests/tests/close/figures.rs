//! The same month from Prometheus, from files and by hand.

use serde_json::{Value, json};
use sla_acceptance::servers::Prometheus;

use crate::desk::{Desk, From, MONTH, desk_of_files, openmetrics, sla};

/// Compares the fields of a commitment that `expected` names by JSON pointer.
#[track_caller]
fn check(report: &Value, commitment: usize, expected: &[(&str, Value)]) {
    for (pointer, value) in expected {
        assert_eq!(report["commitments"][commitment].pointer(pointer), Some(value), "{commitment} {pointer}");
    }
}

#[test]
fn a_month_from_prometheus_is_the_month_from_files_is_the_month_by_hand() {
    let server = Prometheus::start(&openmetrics());
    let desk = Desk::new(&From::Prometheus(&server.url()));
    let closed = desk.closes();
    assert_eq!(closed["months"].as_array().map(Vec::len), Some(2));
    by_hand(&desk.report("nord"));
    without_exclusion(&desk.report("west"));
    let files = desk_of_files();
    files.closes();
    for tenant in ["nord", "west"] {
        let (mut ours, mut theirs) = (desk.report(tenant), files.report(tenant));
        for report in [&mut ours, &mut theirs] {
            // Only where it came from differs.
            report["evidence"] = Value::Null;
            for commitment in report["commitments"].as_array_mut().expect("commitments") {
                commitment["evidence"] = Value::Null;
            }
        }
        assert_eq!(ours, theirs);
    }
    let evidence = &desk.report("nord")["evidence"];
    assert_eq!(evidence.as_array().map(Vec::len), Some(1), "one question, asked once");
    assert_eq!(evidence[0]["source"], json!(server.url()));
    assert!(evidence[0]["query"].as_str().is_some_and(|query| query.contains("probes_good{tenant=\"nord\"}")));
    assert!(evidence[0]["server_version"].as_str().is_some_and(|version| version.starts_with("prometheus 2.")));
}

/// 8 940 slices of five minutes: 24 of accepted maintenance, 6 unknown, 3 quiet, 12 in which half of the probes fail.
fn by_hand(report: &Value) {
    assert_eq!(report["period"]["seconds"], json!(745 * 3600));
    assert_eq!(report["exclusions"][0]["decision"], json!("accepted"));
    // 8 916 count; 12 are down, 6 may have been: 8 898 to 8 904 of 8 916, both under 99.9 % and over 99 %.
    let slices = [
        ("/good", json!(8_898)),
        ("/total", json!(8_910)),
        ("/attained", Value::Null),
        (
            "/attained_range/low",
            json!({ "numerator": "1483", "denominator": "1486", "percent": "99.7981", "exact": true }),
        ),
        (
            "/attained_range/high",
            json!({ "numerator": "742", "denominator": "743", "percent": "99.8654", "exact": true }),
        ),
        ("/service_seconds", json!(2_682_000)),
        ("/excluded_seconds", json!(7_200)),
        ("/unknown_seconds", json!(1_800)),
        ("/quiet_seconds", json!(900)),
        ("/downtime_seconds", json!(3_600)),
        ("/budget/allowed_seconds", json!("2674.8")),
        ("/verdict", json!("breached")),
        // 5 % of 1 234.50 is 61.725, half to even.
        ("/credit/low_minor", json!(6_172)),
        ("/credit/high_minor", json!(6_172)),
        ("/outages/0/standing", json!("excluded")),
        ("/outages/1/start", json!("2026-10-18T06:40:00Z")),
        ("/outages/1/seconds", json!(3_600)),
        ("/outages/1/reason", json!({ "code": "some_failed", "failed": 60, "total": 120 })),
        ("/unknown/0/start", json!("2026-10-21T18:00:00Z")),
    ];
    check(report, 0, &slices);
    // 8 907 slices with ten probes, 60 of which fail.
    let events = [
        ("/good", json!(89_010)),
        ("/total", json!(89_070)),
        ("/attained", json!({ "numerator": "2967", "denominator": "2969", "percent": "99.9326", "exact": true })),
        ("/verdict", json!("met")),
        ("/credit/high_minor", json!(0)),
        // 60 of 89.07 allowed failures, rounded up.
        ("/budget/used_percent", json!("67.37")),
    ];
    check(report, 1, &events);
    // 12 slices at one half, 3 quiet ones as good, 6 unknown ones as down: 8 904 of 8 916.
    let mean = [
        ("/attained", json!({ "numerator": "742", "denominator": "743", "percent": "99.8654", "exact": true })),
        ("/verdict", json!("breached")),
        ("/credit/low_minor", json!(6_172)),
    ];
    check(report, 2, &mean);
    assert_eq!(report["credit_total"], json!({ "currency": "EUR", "low_minor": 12_344, "high_minor": 12_344 }));
    // The night in which the clock goes back has 25 hours.
    let days = report["commitments"][0]["days"].as_array().expect("days");
    assert_eq!(days.len(), 31);
    assert_eq!(days[24]["service_seconds"], json!(25 * 3600));
    assert_eq!(days[10]["service_seconds"], json!(22 * 3600));
}

/// The other tenant has no exclusion: its maintenance is down, and 36 slices of 8 940 are under 99.9 % whatever happened
/// in six unknown ones.
fn without_exclusion(report: &Value) {
    let slices = [
        ("/good", json!(8_898)),
        ("/total", json!(8_934)),
        ("/attained_range/low/percent", json!("99.5302")),
        ("/attained_range/high/percent", json!("99.5973")),
        ("/downtime_seconds", json!(36 * 300)),
        ("/verdict", json!("breached")),
    ];
    check(report, 0, &slices);
    assert_eq!(report["credit_total"]["currency"], json!("USD"));
}

#[test]
fn every_amount_of_a_closed_month_is_explained_in_both_languages() {
    let desk = desk_of_files();
    desk.closes();
    let ledger = desk.ledger();
    let explain = |more: &[&str]| {
        let words = [&["explain", "--month", MONTH, "--ledger", ledger.as_str()], more].concat();
        let output = sla(&words);
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    // Five percent of 1 234.50 is 61.725, half to even.
    let (code, german) = explain(&["--tenant", "nord"]);
    assert_eq!(code, Some(0), "{german}");
    for part in [
        "Stufe 99 % ≤ erreicht < 99,9 %: 5 % der Bemessungsgrundlage",
        "= 61,725 €  (61,72 €)",
        "Service-Level-Gutschrift: ",
    ] {
        assert!(german.contains(part), "{german} does not say {part}");
    }
    let (_, english) = explain(&["--tenant", "nord", "--language", "en"]);
    for part in ["Band 99% ≤ attained < 99.9%: 5% of the base", "= EUR 61.725  (EUR 61.72)", "Service credit: "] {
        assert!(english.contains(part), "{english} does not say {part}");
    }
    assert!(german.lines().chain(english.lines()).all(|line| line.chars().count() <= 100), "{german}{english}");
    let (_, json) = explain(&["--tenant", "nord", "--json"]);
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json[0]["commitments"][0]["credit"]["derivations"][0]["steps"][0]["rule"], "base");
    let (code, absent) = explain(&["--tenant", "ost", "--json"]);
    let absent: Value = serde_json::from_str(&absent).expect("JSON");
    assert_eq!((code, &absent["error"]["code"]), (Some(1), &"explain.not_closed".into()));
    assert!(
        absent["error"]["message"].as_str().is_some_and(|said| said.contains("closed are: nord, west")),
        "{absent}"
    );
}
