//! Counters of a server without remote read, day by day: what is asked in which order, and what comes of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sla_capture::{
    Backoff, CaptureError, CaptureRequest, NoProgress, Progress, Prometheus, PrometheusConfig, Reading, Slices, Source,
};
use sla_core::catalogue::NewSeries;
use sla_core::plan::{CountedPart, Counter, Counters};
use sla_core::time::Period;

use crate::support::{Asked, Server, build_info, http, matrix, ok};

/// Three days from here.
const START: i64 = 1_790_805_600;
const DAY: i64 = 86_400;

fn counters() -> Counters {
    let counter = |series: &str| Counter {
        series: series.parse().expect("a selector"),
        new_series: NewSeries::Unknown,
        gap_seconds: 120,
        up_to: None,
    };
    Counters { part: CountedPart::Bad, first: counter("failed"), total: counter("served") }
}

/// The end of the window that is asked for.
fn time(asked: &Asked) -> Option<i64> {
    asked.field("time").map(|text| text.parse().expect("Unix seconds"))
}

/// Samples of two hours, a minute apart: `served` rises by three at each, `failed` by one.
fn samples(asked: &Asked) -> Vec<u8> {
    let end = time(asked).expect("the time of an instant query");
    let is_served = asked.field("query").is_some_and(|query| query.contains("served"));
    let (name, rise) = if is_served { ("served", 3) } else { ("failed", 1) };
    let first = (end - 7200).div_euclid(60) + 1;
    let values: Vec<String> =
        (first..=end / 60).map(|minute| format!(r#"[{},"{}"]"#, minute * 60, minute * rise)).collect();
    ok(&matrix(&[(&format!(r#"{{"__name__":"{name}"}}"#), &values.join(","))]))
}

/// A server of these counters; where `refuses` says so it refuses the query.
async fn server(refuses: impl Fn(&Asked) -> bool + Send + Sync + 'static) -> Server {
    Server::start(move |asked| {
        Some(match () {
            () if asked.is_build_info() => build_info(),
            () if asked.line.contains("/api/v1/read") => http("404 Not Found", "", b""),
            () if refuses(asked) => {
                let text = format!("no samples at {}", time(asked).unwrap_or_default());
                let body = format!(r#"{{"status":"error","errorType":"execution","error":"{text}"}}"#);
                http("422 Unprocessable Entity", "Content-Type: application/json\r\n", body.as_bytes())
            }
            () => samples(asked),
        })
    })
    .await
}

/// The steps that were told of.
#[derive(Default)]
struct Steps(Mutex<Vec<(u64, u64)>>);

impl Progress for Steps {
    fn step(&self, done: u64, of: u64) {
        self.0.lock().expect("no panic").push((done, of));
    }
}

async fn capture(server: &Server, reads_at_once: usize) -> (Result<Slices, CaptureError>, Vec<(u64, u64)>) {
    // No wait between attempts: tests do not sleep.
    let backoff = Backoff { attempts: 3, first_wait: Duration::ZERO, ..Backoff::default() };
    let config = PrometheusConfig { backoff, reads_at_once, ..PrometheusConfig::new(&server.url) };
    let source = Prometheus::new(config).expect("a server").counters(counters());
    let period = Period::new(START, START + 3 * DAY).expect("a period");
    let steps = Steps::default();
    let slices = source.capture(&CaptureRequest { period, step_seconds: 3600 }, &steps).await;
    (slices, steps.0.into_inner().expect("no panic"))
}

#[tokio::test(flavor = "multi_thread")]
async fn days_that_are_read_at_once_come_in_their_order() {
    let mut all = Vec::new();
    for reads_at_once in [0, 1, 2, 5, 100] {
        let server = server(|_| false).await;
        let (slices, steps) = capture(&server, reads_at_once).await;
        let slices = slices.expect("slices");
        assert_eq!(steps, (1..=7).map(|done| (done, 7)).collect::<Vec<_>>(), "{reads_at_once} at once");
        let known = slices.rows().iter().map(|row| (row.t, row.good, row.total));
        let scale = slices.provenance().scale;
        let expected = (1..=72).map(|hour| (START + hour * 3600, Some(120 * scale), Some(180 * scale)));
        assert!(known.eq(expected), "{reads_at_once} at once: {:?}", slices.rows());
        if reads_at_once <= 1 {
            // One after the other: the windows of a day of one counter and then of the other, day by day.
            let times: Vec<i64> = server.asked().iter().filter_map(time).collect();
            let falls = times.windows(2).filter(|pair| pair[1] < pair[0]).count();
            assert_eq!(falls, 3, "{times:?}");
        }
        all.push(slices);
    }
    let told = |slices: &Slices| (slices.rows().to_vec(), slices.provenance().notes.clone());
    assert!(all.windows(2).all(|pair| told(&pair[0]) == told(&pair[1])), "how many are read at once changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_days_that_fail_the_first_is_told() {
    for reads_at_once in [1, 2, 6] {
        let refused = Arc::new(Mutex::new(0));
        let server = server({
            let refused = Arc::clone(&refused);
            move |asked| {
                let is_late = time(asked).is_some_and(|time| time > START + DAY + 7200);
                *refused.lock().expect("no panic") += i32::from(is_late);
                is_late
            }
        })
        .await;
        let (slices, steps) = capture(&server, reads_at_once).await;
        let error = slices.expect_err("refused").to_string();
        // The first window of the second day that is refused is one of the counter that comes first.
        assert!(error.contains("failed["), "{reads_at_once} at once: {error}");
        assert_eq!(steps.len(), 3, "{reads_at_once} at once: the version and both counters of the first day");
        let refused = *refused.lock().expect("no panic");
        assert!((1..=i32::try_from(reads_at_once).expect("small")).contains(&refused), "{refused} were refused");
    }
}

const BOTH: &str = r#"{"__name__":"served"},{"__name__":"failed"}"#;
const A: &str = r#"{"__name__":"served","prometheus":"a"},{"__name__":"failed","prometheus":"a"}"#;
const A_AND_B: &str = r#"{"__name__":"served","prometheus":"a"},{"__name__":"served","prometheus":"b"},{"__name__":"failed","prometheus":"a"}"#;

/// A server such as Thanos, which lists these series put together and these apart; an answer that is none stands for a server
/// that has no such list.
async fn merging(together: &'static str, apart: &'static str) -> Server {
    Server::start(move |asked| {
        Some(match () {
            () if asked.is_build_info() => ok(include_str!("../replies/thanos-buildinfo.json")),
            () if asked.line.contains("/api/v1/series?") => {
                let list = if asked.line.contains("dedup=false") { apart } else { together };
                match list {
                    "" => http("404 Not Found", "", b""),
                    list => ok(&format!(r#"{{"status":"success","data":[{list}]}}"#)),
                }
            }
            () if asked.line.contains("/api/v1/read") => http("404 Not Found", "", b""),
            () if asked.line.contains("/api/v1/query_range") => ok(&matrix(&[])),
            () => samples(asked),
        })
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_of_rises_are_looked_at_and_others_are_not() {
    let check = async |query: &str, code: &str, lists: usize| {
        let server = merging(BOTH, A_AND_B).await;
        let source = Prometheus::new(PrometheusConfig::new(&server.url)).expect("a server");
        let source = source.source(Reading::GoodOfTotal { good: query.into(), total: query.into() });
        let period = Period::new(START, START + DAY).expect("a period");
        let request = CaptureRequest { period, step_seconds: 3600 };
        let error = source.capture(&request, &NoProgress).await.expect_err("no evidence");
        assert_eq!(error.code(), code, "{query}: {error}");
        let asked = server.asked().iter().filter(|asked| asked.line.contains("/series?")).count();
        assert_eq!(asked, lists, "{query}");
    };
    check("sum(increase(served[60s]))", "prometheus.merged", 2).await;
    check("sum(served)", "prometheus.no_series", 0).await;
    // Names in quotes are not understood, and no reason to refuse what a server does.
    check("sum(increase({\"served\"}[60s]))", "prometheus.no_series", 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn series_that_a_server_puts_together_are_no_evidence() {
    #[track_caller]
    fn check(found: Result<Slices, CaptureError>, expected: Option<&[&str]>) {
        match (found, expected) {
            (Ok(_), None) => {}
            (Err(error), Some(parts)) => {
                assert_eq!(error.code(), "prometheus.merged", "{error}");
                let text = error.to_string();
                assert!(parts.iter().all(|part| text.contains(part)), "{text}");
            }
            (found, expected) => panic!("{found:?}, expected {expected:?}"),
        }
    }
    let parts = ["3 series", "to 2", "differ in prometheus", "replicaLabel", "served"];
    for (together, apart, expected) in
        [(BOTH, A, None), (A, A, None), ("", "", None), (BOTH, A_AND_B, Some(&parts[..]))]
    {
        let server = merging(together, apart).await;
        check(capture(&server, 1).await.0, expected);
        let lists = server.asked().iter().filter(|asked| asked.line.contains("/series?")).count();
        assert_eq!(lists, 2, "once put together and once apart");
    }
    // Prometheus itself puts nothing together, and is not asked.
    let plain = server(|_| false).await;
    check(capture(&plain, 1).await.0, None);
    assert!(plain.asked().iter().all(|asked| !asked.line.contains("/series?")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warning_while_servers_are_listed_may_hide_one() {
    let server = Server::start(|asked| {
        Some(match () {
            () if asked.is_build_info() => ok(include_str!("../replies/thanos-buildinfo.json")),
            () => ok(r#"{"status":"success","data":["a"],"warnings":["store b is away"]}"#),
        })
    })
    .await;
    let config = PrometheusConfig { replica_label: Some("replica".to_owned()), ..PrometheusConfig::new(&server.url) };
    let source = Prometheus::new(config).expect("a server").counters(counters());
    let period = Period::new(START, START + 3 * DAY).expect("a period");
    let request = CaptureRequest { period, step_seconds: 3600 };
    let error = source.capture(&request, &NoProgress).await.expect_err("no evidence");
    assert_eq!(error.code(), "prometheus.replicas", "{error}");
    assert!(error.to_string().contains("store b is away"), "{error}");
}
