//! Two servers that read the same targets, behind one address: the one that knows more is counted, and the other one noted.

use std::process::Command;

use serde_json::Value;
use sla_acceptance::servers::{FaultProxy, Prometheus, WrittenSeries, write};
use sla_capture::{CaptureError, CaptureRequest, NoProgress, PrometheusConfig, Reading, Slices, Source, answers};
use sla_core::catalogue::Query;
use sla_core::evidence::{Note, Provenance};
use sla_core::plan::What;

use super::daily::{Desk, catalogue};
use super::{STEP_SECONDS, capture, counters, courses, days, made, rows, same};

/// Milliseconds after the period's start in which a server reads nothing.
const A_IS_DOWN: std::ops::Range<i64> = 30_000_000..30_300_000;
const B_IS_DOWN: std::ops::Range<i64> = 50_000_000..53_600_000;

async fn apart(url: &str, label: &str) -> Result<Slices, CaptureError> {
    let config = PrometheusConfig { replica_label: Some(label.to_owned()), ..PrometheusConfig::new(url) };
    let source = sla_capture::Prometheus::new(config)?.counters(counters());
    source.capture(&CaptureRequest { period: days(), step_seconds: STEP_SECONDS }, &NoProgress).await
}

/// What a server of that name wrote, but for the time in which it was down.
fn of(name: &str, down: &std::ops::Range<i64>, written: &[WrittenSeries]) -> Vec<WrittenSeries> {
    let start = days().start * 1000;
    let one = |series: &WrittenSeries| {
        let mut series = series.clone();
        series.labels.push(("replica".to_owned(), name.to_owned()));
        series.labels.sort();
        series.samples.retain(|(at, _)| !down.contains(&(at - start)));
        series
    };
    written.iter().map(one).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_that_knows_more_is_counted_and_the_other_one_noted() {
    let (written, truth) = made(days(), &courses());
    let server = Prometheus::start_receiving();
    write(server.port(), &[of("a", &A_IS_DOWN, &written), of("b", &B_IS_DOWN, &written)].concat());

    // What is known of one server is the truth, and both together are none.
    let both = capture(&server.url(), days()).await.expect("usable slices");
    let truth = rows(days(), &truth);
    let known: std::collections::BTreeMap<i64, _> = truth.iter().map(|row| (row.t, row)).collect();
    let twice = both.rows().iter().filter(|row| row.total == known[&row.t].total.map(|total| 2 * total));
    assert!(twice.count() > 2_000, "two servers are counted twice where nobody tells them apart");

    let slices = apart(&server.url(), "replica").await.expect("usable slices");
    let pairs = slices.rows().iter().filter(|row| row.total.is_some());
    for row in pairs.clone() {
        assert_eq!(row, known[&row.t]);
    }
    let unknown = i64::try_from(truth.len() - pairs.count()).expect("a count");
    assert!((5..10).contains(&unknown), "five minutes are unknown: {unknown} slices");
    let notes = &slices.provenance().notes;
    let compared = notes.iter().find_map(|note| match note {
        Note::Replicas { label, counted, slices, other, other_slices, both_slices, events, other_events } => {
            assert_eq!((label.as_str(), counted.as_str(), other.as_str()), ("replica", "a", "b"));
            assert_eq!(events, other_events, "what both know, they know alike");
            Some((*slices, *other_slices, *both_slices))
        }
        _ => None,
    });
    let (counted, other, common) = compared.unwrap_or_else(|| panic!("{notes:?}"));
    let all = i64::try_from(truth.len()).expect("a count");
    assert_eq!(counted, all - unknown);
    assert!((60..70).contains(&(all - other)), "an hour is unknown: {other} of {all}");
    // Neither was down while the other one was.
    assert_eq!(common, counted + other - all);
    assert!(slices.provenance().query.ends_with("\nreplicas: apart by replica"), "{}", slices.provenance().query);

    let proxy = FaultProxy::before(server.port(), Some("/api/v1/read"));
    let asked = apart(&proxy.url(), "replica").await.expect("usable slices");
    same(&asked, slices.rows());
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_are_put_to_each_server_too() {
    let (written, _) = made(days(), &courses());
    let server = Prometheus::start_receiving();
    write(server.port(), &[of("a", &A_IS_DOWN, &written), of("b", &B_IS_DOWN, &written)].concat());
    let reading = |more: &str| {
        let query =
            |name: &str| Query::from(format!("sum by (tenant) (increase({name}{{tenant=\"nord\"{more}}}[60s]))"));
        Reading::BadOfTotal { bad: query("requests_failed_total"), total: query("requests_total") }
    };
    let read = async |reading: Reading, label: Option<&str>| {
        let replica_label = label.map(str::to_owned);
        let config = PrometheusConfig { replica_label, ..PrometheusConfig::new(server.url()) };
        let source = sla_capture::Prometheus::new(config).expect("a server").source(reading);
        source.capture(&CaptureRequest { period: days(), step_seconds: STEP_SECONDS }, &NoProgress).await
    };
    let one = read(reading(",replica=\"a\""), None).await.expect("usable slices");
    let apart = read(reading(""), Some("replica")).await.expect("usable slices");
    same(&apart, one.rows());
    let notes = &apart.provenance().notes;
    let is_noted = |note: &Note| matches!(note, Note::Replicas { counted, other, .. } if (counted.as_str(), other.as_str()) == ("a", "b"));
    assert!(notes.iter().any(is_noted), "{notes:?}");
    let Provenance { query, source, .. } = apart.provenance();
    assert!(!query.contains("replica=") && query.ends_with("\nreplicas: apart by replica"), "{query}");
    assert!(answers(&What::Queries(reading("")), query, source));

    let named = Reading::GoodOfTotal { good: "sum({\"requests_total\"})".into(), total: "sum(requests_total)".into() };
    let error = read(named, Some("replica")).await.expect_err("no evidence");
    assert_eq!(error.code(), "prometheus.selectors", "{error}");
}

#[test]
fn a_closed_month_says_which_server_was_counted() {
    let four = super::daily::days();
    let (written, _) = made(four, &courses());
    let server = Prometheus::start_receiving();
    write(server.port(), &[of("a", &A_IS_DOWN, &written), of("b", &B_IS_DOWN, &written)].concat());
    let catalogue = catalogue(&server.url()).replace("timeoutSeconds: 20", "timeoutSeconds: 20, replicaLabel: replica");
    let desk = Desk::of(&catalogue);
    let ledger = format!("sqlite:{}", desk.path("ledger.sqlite").display());
    desk.says(&["close", "--month", "2026-10", "--actor", "tester", "--ledger", &ledger]);
    let report = std::fs::read(desk.path("out/2026-10/nord/report.json")).expect("a report");
    let report: Value = serde_json::from_slice(&report).expect("JSON");
    let notes = report["evidence"][0]["notes"].as_array().expect("notes");
    let note = notes.iter().find(|note| note["code"] == "replicas").unwrap_or_else(|| panic!("{notes:?}"));
    assert_eq!([&note["label"], &note["counted"], &note["other"]], ["replica", "a", "b"], "{note}");
    // The document says it in the customer's language.
    let pdf = std::fs::read_dir(desk.path("out/2026-10/nord")).expect("documents");
    let pdf = pdf.map(|entry| entry.expect("an entry").path()).find(|path| path.ends_with("report.pdf"));
    let text = Command::new("pdftotext").arg(pdf.expect("a report")).arg("-").output().expect("poppler is installed");
    let text = String::from_utf8_lossy(&text.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("replica") && text.contains("Zum Vergleich"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_cannot_be_told_apart_are_no_evidence() {
    let (written, _) = made(days(), &courses());
    let named = of("a", &A_IS_DOWN, &written);
    let many = (0..9).flat_map(|number| of(&format!("m{number}"), &A_IS_DOWN, &written[..1]));
    for (series, label, part) in [
        (named.clone(), "rack", "no series of requests_total"),
        (many.collect(), "replica", "it has 9 values"),
        // One program that is read without the label would be left out.
        ([&named[..], &written[..1]].concat(), "replica", "do not have it"),
    ] {
        let server = Prometheus::start_receiving();
        write(server.port(), &series);
        let error = apart(&server.url(), label).await.expect_err("no evidence");
        assert_eq!(error.code(), "prometheus.replicas", "{error}");
        assert!(error.to_string().contains(part), "{error}");
    }
}
