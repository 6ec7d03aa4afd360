//! A contractual month out of a real Prometheus, slice by slice, against the numbers that were put in, and against the
//! file adapter on the same numbers.

use std::fmt::Write;

use sla_acceptance::servers::Prometheus;
use sla_capture::{
    CaptureError, CaptureRequest, EvidenceStore, FileSource, NoProgress, PrometheusConfig, Reading, Slice, Slices,
    Source, decode, encode,
};
use sla_core::Tz;
use sla_core::plan::FileContent;
use sla_core::time::{Month, Period};

const STEP_SECONDS: i64 = 60;
/// The monitor was out: no sample at all.
const GAP: std::ops::Range<i64> = 20_000..20_030;
/// The exporter said NaN.
const NAN: std::ops::Range<i64> = 30_000..30_005;

/// October 2026 in Berlin: 745 hours, 44 700 slices of a minute.
fn month() -> Period {
    let zone: Tz = "Europe/Berlin".parse().expect("a zone");
    "2026-10".parse::<Month>().expect("a month").period(zone)
}

/// Events of a slice, counted from 1: bad ones in a burst of an hour, and one in every 997 slices.
fn events(slice: i64) -> (i64, i64) {
    let total = 40 + slice.wrapping_mul(2_654_435_761) % 41;
    let bad = if (10_000..10_060).contains(&slice) { total / 3 } else { i64::from(slice % 997 == 0) };
    (bad, total)
}

/// Every slice's number and end.
fn ends() -> impl Iterator<Item = (i64, i64)> {
    let period = month();
    (1..=period.seconds() / STEP_SECONDS).map(move |slice| (slice, period.start + slice * STEP_SECONDS))
}

/// What every adapter must give. A slice of the gap has no row.
fn truth() -> Vec<Slice> {
    ends()
        .filter(|(slice, _)| !GAP.contains(slice))
        .map(|(slice, t)| {
            let (bad, total) = events(slice);
            Slice { t, good: (!NAN.contains(&slice)).then_some(total - bad), total: Some(total) }
        })
        .collect()
}

/// The month as gauges that hold a slice's own count at its end, and as counters of two instances that hold everything
/// since the month before. Both lie beside another tenant's, which must not be mixed in.
fn openmetrics() -> String {
    let mut text = String::new();
    for (name, of) in [("slice_good", true), ("slice_total", false)] {
        writeln!(text, "# TYPE {name} gauge").expect("text grows");
        for tenant in ["nord", "sued"] {
            for (slice, t) in ends().filter(|(slice, _)| !GAP.contains(slice)) {
                let (bad, total) = events(slice);
                let value = match (tenant, of) {
                    ("sued", _) => "1000000".to_owned(),
                    (_, true) if NAN.contains(&slice) => "NaN".to_owned(),
                    (_, true) => (total - bad).to_string(),
                    (_, false) => total.to_string(),
                };
                writeln!(text, "{name}{{tenant=\"{tenant}\"}} {value} {t}").expect("text grows");
            }
        }
    }
    for (name, of) in [("requests_failed", true), ("requests", false)] {
        writeln!(text, "# TYPE {name} counter").expect("text grows");
        for instance in [0, 1] {
            let mut sum = 1_000_000;
            for (slice, t) in std::iter::once((0, month().start)).chain(ends()) {
                let (bad, total) = if slice == 0 { (0, 0) } else { events(slice) };
                let count = if of { bad } else { total };
                // The first instance counts every second event, the other one the rest.
                sum += (count + instance) / 2;
                writeln!(text, "{name}_total{{tenant=\"nord\",instance=\"{instance}\"}} {sum} {t}")
                    .expect("text grows");
            }
        }
    }
    text.push_str("# EOF\n");
    text
}

fn csv() -> String {
    let mut text = String::from("t,good,total\n");
    for Slice { t, good, total } in truth() {
        let number = |value: Option<i64>| value.map_or_else(|| "NaN".to_owned(), |value| value.to_string());
        writeln!(text, "{t},{},{}", number(good), number(total)).expect("text grows");
    }
    text
}

fn request() -> CaptureRequest {
    CaptureRequest { period: month(), step_seconds: STEP_SECONDS }
}

async fn capture(server: &Prometheus, reading: Reading) -> Result<Slices, CaptureError> {
    let source = sla_capture::Prometheus::new(PrometheusConfig::new(server.url()))?.source(reading);
    source.capture(&request(), &NoProgress).await
}

fn good_of_total(good: &str, total: &str) -> Reading {
    Reading::GoodOfTotal { good: good.to_owned(), total: total.to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_from_prometheus_is_the_month_that_was_put_in() {
    let server = Prometheus::start(&openmetrics());
    gauges_equal_the_truth_and_the_file(&server).await;
    counters_equal_the_truth(&server).await;
    what_is_no_evidence_is_refused(&server).await;
}

async fn gauges_equal_the_truth_and_the_file(server: &Prometheus) {
    // A range of one second less than the step holds the slice's own sample only, in version 2 and in version 3;
    // without a range the last sample before a gap would stand for five minutes more.
    let query = |name: &str| format!("sum(last_over_time({name}{{tenant=\"nord\"}}[59s]))");
    let reading = good_of_total(&query("slice_good"), &query("slice_total"));
    let slices = capture(server, reading.clone()).await.expect("usable slices");
    let provenance = slices.provenance();
    assert_eq!(slices.rows(), truth());
    assert_eq!(provenance.scale, 1);
    assert_eq!((provenance.from, provenance.to), (month().start, month().end));
    assert_eq!(provenance.source, server.url());
    let version = provenance.server_version.strip_prefix("prometheus ").expect("the server's name");
    assert!(version.split('.').count() >= 3 && version.starts_with(|c: char| c.is_ascii_digit()), "{version}");
    let notes: Vec<String> = provenance.notes.iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        [
            "good: no number in 30 slices, the first ends 2026-10-14T19:20:00Z",
            "good: NaN or infinite in 5 slices, the first ends 2026-10-21T18:00:00Z",
            "total: no number in 30 slices, the first ends 2026-10-14T19:20:00Z",
        ]
    );

    // The same numbers from a file give the same rows; only where they came from differs.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("nord-2026-10.csv");
    std::fs::write(&path, csv()).expect("a file");
    let from_file =
        FileSource::new(&path, FileContent::Counts).capture(&request(), &NoProgress).await.expect("usable slices");
    assert_eq!(from_file.rows(), slices.rows());
    assert_eq!(from_file.provenance().scale, provenance.scale);
    assert_eq!(from_file.provenance().warnings, provenance.warnings);

    // The same month captured again is the same evidence, byte for byte, and lies in the store once.
    let store = EvidenceStore::new(folder.path().join("evidence"));
    let first = store.put(&encode(&slices)).expect("kept");
    let again = capture(server, reading).await.expect("usable slices");
    assert_eq!(store.put(&encode(&again)).expect("kept"), first);
    let kept = std::fs::read(store.open(&first.sha256).expect("intact").path).expect("a file");
    assert_eq!(decode(&kept).expect("evidence"), slices);
}

async fn counters_equal_the_truth(server: &Prometheus) {
    // The difference is taken per instance and then summed; `increase` would extrapolate.
    let query = |name: &str| format!("sum({name}{{tenant=\"nord\"}} - {name}{{tenant=\"nord\"}} offset 60s)");
    let reading = Reading::BadOfTotal { bad: query("requests_failed_total"), total: query("requests_total") };
    let slices = capture(server, reading).await.expect("usable slices");
    let truth: Vec<Slice> = ends()
        .map(|(slice, t)| {
            let (bad, total) = events(slice);
            Slice { t, good: Some(total - bad), total: Some(total) }
        })
        .collect();
    assert_eq!(slices.rows(), truth);
    assert!(slices.provenance().warnings.is_empty());
}

async fn what_is_no_evidence_is_refused(server: &Prometheus) {
    async fn check(server: &Prometheus, good: &str, code: &str, parts: &[&str]) {
        let error = capture(server, good_of_total(good, "sum(slice_total)")).await.expect_err("refused");
        assert_eq!(error.code(), code, "{error}");
        for part in parts {
            assert!(error.to_string().contains(part), "{error} does not say {part}");
        }
    }
    check(server, "sum(slice_good", "prometheus.rejected", &["(400)", "parse error", "the query is: sum(slice_good"])
        .await;
    let ambiguous = "requests_total * on(tenant) slice_good{tenant=\"nord\"}";
    check(server, ambiguous, "prometheus.rejected", &["(422)", "multiple matches", ambiguous]).await;
    check(server, "sum(slice_godo)", "prometheus.no_series", &["slice_godo", "or vector(0)"]).await;
    let series = [r#"{__name__="slice_good", tenant="nord"}"#, r#"{__name__="slice_good", tenant="sued"}"#, "sum()"];
    check(server, "slice_good", "prometheus.several_series", &series).await;
}
