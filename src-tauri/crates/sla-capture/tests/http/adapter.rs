//! The Prometheus adapter against servers that answer well, badly, or not at all.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use crate::support::{Asked, Server, build_info, gzip, http, matrix, ok};
use sla_capture::{
    Auth, Backoff, CaptureError, CaptureRequest, NoProgress, Progress, Prometheus, PrometheusConfig, Reading, Secret,
    Slices, Source,
};
use sla_core::evidence::MICRO_EVENTS;
use sla_core::time::Period;

/// Five slices of a minute from here.
const START: i64 = 1_790_805_600;
type Kept = (i64, Option<i64>, Option<i64>);

fn config(url: &str) -> PrometheusConfig {
    // No wait between attempts: tests do not sleep.
    let backoff = Backoff { attempts: 3, first_wait: Duration::ZERO, ..Backoff::default() };
    PrometheusConfig { backoff, ..PrometheusConfig::new(url) }
}

fn good_of_total() -> Reading {
    Reading::GoodOfTotal { good: "sum(good)".into(), total: "sum(total)".into() }
}

fn request() -> CaptureRequest {
    CaptureRequest { period: Period::new(START, START + 300).expect("a period"), step_seconds: 60 }
}

async fn capture(config: PrometheusConfig, reading: Reading) -> Result<Slices, CaptureError> {
    Prometheus::new(config)?.source(reading).capture(&request(), &NoProgress).await
}

/// `[START + t, "value"]` for each.
fn values(samples: &[(i64, &str)]) -> String {
    samples.iter().map(|(t, value)| format!(r#"[{},"{value}"]"#, START + t)).collect::<Vec<_>>().join(",")
}

fn series(samples: &[(i64, &str)]) -> String {
    matrix(&[("{}", &values(samples))])
}

/// The samples that lie in the range that was asked.
fn in_range(asked: &Asked, samples: &[(i64, &str)]) -> String {
    let bound = |name: &str| asked.field(name).expect("explicit times").parse::<i64>().expect("Unix seconds") - START;
    let range = bound("start")..=bound("end");
    let inside: Vec<(i64, &str)> = samples.iter().copied().filter(|(t, _)| range.contains(t)).collect();
    if inside.is_empty() { matrix(&[]) } else { series(&inside) }
}

/// A server that answers the two queries with these samples.
async fn honest(part: &'static [(i64, &'static str)], total: &'static [(i64, &'static str)]) -> Server {
    Server::start(move |asked| {
        Some(match asked.field("query") {
            None => build_info(),
            Some(query) if query.contains("total") => ok(&in_range(asked, total)),
            Some(_) => ok(&in_range(asked, part)),
        })
    })
    .await
}

fn kept(slices: &Slices) -> Vec<Kept> {
    slices.rows().iter().map(|row| (row.t - START, row.good, row.total)).collect()
}

const FULL: &[(i64, &str)] = &[(60, "60"), (120, "60"), (180, "60"), (240, "60"), (300, "60")];

/// Of captures that want the same server at the same time some wait, whoever they are for.
#[tokio::test(flavor = "multi_thread", worker_threads = 16)]
async fn a_server_has_a_few_requests_to_answer_at_once() {
    const CAPTURES: usize = 6;
    for requests_at_once in [0, 1, 3, 100] {
        let most = requests_at_once.clamp(1, CAPTURES);
        let gate = Arc::new((Mutex::new(false), Condvar::new()));
        let server = Server::start({
            let gate = Arc::clone(&gate);
            move |asked| {
                let (is_open, opened) = &*gate;
                drop(opened.wait_while(is_open.lock().expect("no panic"), |is_open| !*is_open).expect("no panic"));
                Some(if asked.field("query").is_none() { build_info() } else { ok(&in_range(asked, FULL)) })
            }
        })
        .await;
        let source = PrometheusConfig { requests_at_once, ..config(&server.url) };
        let source = Arc::new(Prometheus::new(source).expect("an address").source(good_of_total()));
        let mut captures = tokio::task::JoinSet::new();
        for _ in 0..CAPTURES {
            let source = Arc::clone(&source);
            captures.spawn(async move { source.capture(&request(), &NoProgress).await });
        }
        while server.asked().len() < most {
            tokio::task::yield_now().await;
        }
        // Whoever else wanted to ask would by now.
        for _ in 0..10_000 {
            tokio::task::yield_now().await;
        }
        assert_eq!(server.asked().len(), most, "{requests_at_once} at once");
        *gate.0.lock().expect("no panic") = true;
        gate.1.notify_all();
        for capture in captures.join_all().await {
            assert_eq!(kept(&capture.expect("slices")).len(), 5);
        }
    }
}

#[tokio::test]
async fn a_period_is_asked_for_in_chunks_with_explicit_times() {
    let server = honest(&[(60, "59"), (120, "60"), (180, "60"), (240, "60"), (300, "58")], FULL).await;
    #[derive(Default)]
    struct Steps(Mutex<Vec<(u64, u64)>>);
    impl Progress for Steps {
        fn step(&self, done: u64, of: u64) {
            self.0.lock().expect("no panic").push((done, of));
        }
    }
    let steps = Steps::default();
    let config = PrometheusConfig { points_per_request: 2, ..config(&format!("{}/", server.url)) };
    let source = Prometheus::new(config).expect("a client").source(good_of_total());
    let slices = source.capture(&request(), &steps).await.expect("usable slices");

    let expected = [(60, 59), (120, 60), (180, 60), (240, 60), (300, 58)];
    assert_eq!(kept(&slices), expected.map(|(t, good)| (t, Some(good), Some(60))));
    let provenance = slices.provenance();
    assert_eq!(provenance.query, "good: sum(good)\ntotal: sum(total)");
    assert_eq!(provenance.source, server.url);
    assert_eq!(provenance.server_version, "prometheus 2.42.0");
    assert_eq!((provenance.from, provenance.to), (START, START + 300));
    assert_eq!((provenance.step_seconds, provenance.scale), (60, 1));
    assert!(provenance.warnings.is_empty());

    let asked = server.asked();
    assert_eq!(asked[0].line, "GET /api/v1/status/buildinfo HTTP/1.1", "the version is read first");
    let ranges: Vec<[i64; 3]> = asked[1..]
        .iter()
        .map(|asked| {
            assert_eq!(asked.line, "POST /api/v1/query_range HTTP/1.1");
            assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded"));
            assert!(asked.header("accept-encoding").is_some_and(|codings| codings.contains("gzip")));
            assert_eq!(asked.header("authorization"), None);
            assert_eq!(asked.field("limit"), None, "limit cuts silently");
            ["start", "end", "step"].map(|name| asked.field(name).expect("a field").parse().expect("seconds"))
        })
        .collect();
    let range = |first: i64, last: i64| [START + first, START + last, 60];
    let expected = [range(60, 120), range(180, 240), range(300, 300)];
    assert_eq!(ranges, expected.iter().flat_map(|range| [*range, *range]).collect::<Vec<_>>());
    let steps = steps.0.into_inner().expect("no panic");
    assert_eq!(steps, (1..=7).map(|done| (done, 7)).collect::<Vec<_>>());
}

#[tokio::test]
async fn values_become_slices_and_what_is_missing_stays_unknown() {
    #[track_caller]
    fn check(slices: &Slices, scale: i64, expected: &[Kept], notes: &[&str]) {
        assert_eq!(kept(slices), expected);
        assert_eq!(slices.provenance().scale, scale);
        let said: Vec<String> = slices.provenance().notes.iter().map(ToString::to_string).collect();
        assert_eq!(said, notes);
        assert!(slices.provenance().warnings.is_empty(), "only a source warns");
    }
    let bad_of_total = || Reading::BadOfTotal { bad: "sum(bad)".into(), total: "sum(total)".into() };

    let server = honest(&[(60, "59.983333333333334"), (120, "NaN"), (180, "-1"), (240, "1e+02")], FULL).await;
    let slices = capture(config(&server.url), good_of_total()).await.expect("usable slices");
    check(
        &slices,
        MICRO_EVENTS,
        &[
            (60, Some(59_983_333), Some(60_000_000)),
            (120, None, Some(60_000_000)),
            (180, Some(-1_000_000), Some(60_000_000)),
            (240, Some(100_000_000), Some(60_000_000)),
            (300, None, Some(60_000_000)),
        ],
        &[
            "good: no number in 1 slice, the first ends 2026-09-30T22:05:00Z",
            "good: NaN or infinite in 1 slice, the first ends 2026-09-30T22:02:00Z",
        ],
    );

    let server = honest(&[(60, "1"), (120, "NaN"), (180, "61"), (300, "0")], &FULL[..4]).await;
    let slices = capture(config(&server.url), bad_of_total()).await.expect("usable slices");
    assert_eq!(slices.provenance().query, "bad: sum(bad)\ntotal: sum(total)");
    check(
        &slices,
        1,
        &[
            (60, Some(59), Some(60)),
            (120, None, Some(60)),
            (180, Some(-1), Some(60)),
            (240, None, Some(60)),
            (300, None, None),
        ],
        &[
            "good: no number in 2 slices, the first ends 2026-09-30T22:04:00Z",
            "good: NaN or infinite in 1 slice, the first ends 2026-09-30T22:02:00Z",
            "total: no number in 1 slice, the first ends 2026-09-30T22:05:00Z",
        ],
    );

    // A slice that neither query knows has no row; a chunk without a series is noted.
    let server = honest(&FULL[..2], &[(60, "60"), (120, "60"), (180, "60")]).await;
    let config = PrometheusConfig { points_per_request: 2, ..config(&server.url) };
    let slices = capture(config, good_of_total()).await.expect("usable slices");
    check(
        &slices,
        1,
        &[(60, Some(60), Some(60)), (120, Some(60), Some(60)), (180, None, Some(60))],
        &[
            "2026-09-30T22:02:00Z..2026-09-30T22:04:00Z good: no series",
            "2026-09-30T22:04:00Z..2026-09-30T22:05:00Z good: no series",
            "2026-09-30T22:04:00Z..2026-09-30T22:05:00Z total: no series",
            "good: no number in 3 slices, the first ends 2026-09-30T22:03:00Z",
            "total: no number in 2 slices, the first ends 2026-09-30T22:04:00Z",
        ],
    );
}

#[tokio::test]
async fn trap_26_slices_under_a_warning_are_unknown_and_the_words_are_kept() {
    async fn check(kind: &'static str) {
        let server = Server::start(move |asked| {
            let Some(query) = asked.field("query") else { return Some(build_info()) };
            let body = in_range(asked, FULL);
            let is_second = asked.field("start") == Some("1790805780");
            let words = format!(r#","{kind}":["store x is down"]}}"#);
            let answer =
                if is_second && query.contains("good") { body[..body.len() - 1].to_owned() + &words } else { body };
            Some(ok(&answer))
        })
        .await;
        let config = PrometheusConfig { points_per_request: 2, ..config(&server.url) };
        let slices = capture(config, good_of_total()).await.expect("usable slices");
        let known = |t| (t, Some(60), Some(60));
        assert_eq!(kept(&slices), [known(60), known(120), (180, None, None), (240, None, None), known(300)]);
        let expected = ["2026-09-30T22:02:00Z..2026-09-30T22:04:00Z good: store x is down"];
        assert_eq!(slices.provenance().warnings, expected);
    }
    check("warnings").await;
    check("infos").await;
}

#[tokio::test]
async fn trap_11_what_is_not_kept_is_unknown_and_thanos_leaves_nothing_out() {
    // The server keeps the last two minutes only.
    let server = honest(&FULL[3..], &FULL[3..]).await;
    let slices = capture(config(&server.url), good_of_total()).await.expect("usable slices");
    assert_eq!(kept(&slices), [(240, Some(60), Some(60)), (300, Some(60), Some(60))]);
    let expected =
        ["good", "total"].map(|column| format!("{column}: no number in 3 slices, the first ends 2026-09-30T22:01:00Z"));
    let said: Vec<String> = slices.provenance().notes.iter().map(ToString::to_string).collect();
    assert_eq!(said, expected);
    for asked in &server.asked()[1..] {
        let said = ["partial_response", "dedup", "max_source_resolution"].map(|name| asked.field(name));
        assert_eq!(said, [Some("false"), Some("true"), Some("0s")]);
    }
}

#[tokio::test]
async fn a_server_that_says_it_has_no_build_information_has_an_unknown_version() {
    for status in ["404 Not Found", "405 Method Not Allowed", "501 Not Implemented"] {
        let server = Server::start(move |asked| {
            Some(if asked.is_build_info() { http(status, "", b"") } else { ok(&in_range(asked, FULL)) })
        })
        .await;
        let slices = capture(config(&server.url), good_of_total()).await.expect("usable slices");
        let version = &slices.provenance().server_version;
        assert_eq!(version, "unknown (the server has no /api/v1/status/buildinfo)", "{status}");
        assert_eq!(server.asked().len(), 3, "{status} is not asked twice");
    }
}

#[tokio::test]
async fn a_server_that_refuses_its_build_information_is_no_server_without_any() {
    async fn check(answer: Vec<u8>, code: &str, parts: &[&str], requests: usize) {
        let server = Server::start(move |asked| {
            Some(if asked.is_build_info() { answer.clone() } else { ok(&in_range(asked, FULL)) })
        })
        .await;
        let error = capture(config(&server.url), good_of_total()).await.expect_err("refused");
        assert_eq!(error.code(), code, "{error}");
        for part in parts {
            assert!(error.to_string().contains(part), "{error} does not say {part}");
        }
        assert_eq!(server.asked().len(), requests, "{error}");
    }
    let text = br#"{"status":"error","errorType":"bad_data","error":"no tenant given"}"#;
    let bad = http("400 Bad Request", "", text);
    check(bad, "prometheus.version", &["buildinfo did not tell", "(400): no tenant given", "answered with 404"], 1)
        .await;
    check(http("418 I'm a teapot", "", b"short"), "prometheus.version", &["(418)", "short"], 1).await;
    check(http("403 Forbidden", "", b""), "prometheus.denied", &["(403)"], 1).await;
    check(http("429 Too Many Requests", "", b"slow"), "prometheus.unavailable", &["in 3 attempts", "429", "slow"], 3)
        .await;
    check(http("408 Request Timeout", "", b""), "prometheus.unavailable", &["in 3 attempts", "408"], 3).await;
}

#[tokio::test]
async fn gzip_is_unpacked() {
    let server = Server::start(|asked| {
        let body = if asked.is_build_info() {
            r#"{"status":"success","data":{"version":"3.5.0","revision":"x","goVersion":"go1.27"}}"#.to_owned()
        } else {
            in_range(asked, FULL)
        };
        Some(http("200 OK", "Content-Encoding: gzip\r\n", &gzip(&body)))
    })
    .await;
    let slices = capture(config(&server.url), good_of_total()).await.expect("usable slices");
    assert_eq!(slices.provenance().server_version, "prometheus 3.5.0");
    assert_eq!(slices.rows().len(), 5);
}

#[tokio::test]
async fn credentials_are_sent_and_never_recorded() {
    async fn check(auth: Auth, expected: &str) {
        let server = honest(FULL, FULL).await;
        let config = PrometheusConfig { auth, ..config(&server.url) };
        let slices = capture(config, good_of_total()).await.expect("usable slices");
        for asked in server.asked() {
            assert_eq!(asked.header("authorization"), Some(expected), "{}", asked.line);
        }
        let recorded = format!("{:?}", slices.provenance());
        assert!(!recorded.contains("hunter2") && !recorded.contains(expected), "{recorded}");
    }
    check(Auth::Bearer(Secret::new("hunter2")), "Bearer hunter2").await;
    let basic = Auth::Basic { user: "ada".into(), password: Secret::new("hunter2") };
    check(basic, "Basic YWRhOmh1bnRlcjI=").await;
}

#[test]
fn credentials_that_cannot_be_sent_are_refused() {
    fn check(auth: Auth, part: &str) {
        let error = Prometheus::new(PrometheusConfig { auth, ..config("http://127.0.0.1:1") }).expect_err("refused");
        assert_eq!(error.code(), "prometheus.credentials");
        let text = error.to_string();
        assert!(text.contains(part) && !text.contains("hunter2"), "{text}");
    }
    for token in ["hunter2\n", "hunter 2", "hünter2"] {
        check(Auth::Bearer(Secret::new(token)), "a line break");
    }
    check(Auth::Bearer(Secret::new("")), "the token is empty");
    check(Auth::Basic { user: "a:b".into(), password: Secret::new("hunter2") }, "a colon");
}

/// What a capture from a server that answers every range query in this way is refused with.
async fn refuse(
    say: impl Fn(&Asked) -> Option<Vec<u8>> + Send + Sync + 'static,
    limits: impl Fn(PrometheusConfig) -> PrometheusConfig,
    code: &str,
    parts: &[&str],
    queries: usize,
) {
    let server = Server::start(move |asked| if asked.is_build_info() { Some(build_info()) } else { say(asked) }).await;
    let error = capture(limits(config(&server.url)), good_of_total()).await.expect_err("refused");
    assert_eq!(error.code(), code, "{error}");
    for part in parts {
        assert!(error.to_string().contains(part), "{error} does not say {part}");
    }
    assert_eq!(server.asked().len() - 1, queries, "range queries of {code}: {error}");
}

fn plain(config: PrometheusConfig) -> PrometheusConfig {
    config
}

#[tokio::test]
async fn answers_that_are_no_evidence_are_refused_at_once() {
    async fn check(answer: Vec<u8>, code: &str, parts: &[&str]) {
        refuse(move |_| Some(answer.clone()), plain, code, parts, 1).await;
    }
    let html = b"<!doctype html><title>Sign in</title>";
    check(http("200 OK", "", html), "prometheus.not_prometheus", &["login page", "<title>Sign in"]).await;
    let whole = series(FULL);
    check(ok(&whole[..whole.len() / 2]), "prometheus.not_prometheus", &["EOF", "{\\\"status\\\":\\\"success\\\""])
        .await;
    check(ok(""), "prometheus.not_prometheus", &["EOF"]).await;
    check(http("204 No Content", "", b""), "prometheus.not_prometheus", &["EOF"]).await;
    let broken = http("200 OK", "Content-Encoding: gzip\r\n", whole.as_bytes());
    check(broken, "prometheus.not_prometheus", &["query_range"]).await;

    let text = r#"{"status":"error","errorType":"bad_data","error":"1:5: parse error: unclosed left parenthesis"}"#;
    let bad = http("400 Bad Request", "", text.as_bytes());
    check(bad, "prometheus.rejected", &["(400)", "1:5: parse error", "the query is: sum(good)"]).await;
    let text = r#"{"status":"error","errorType":"execution","error":"query processing would load too many samples"}"#;
    let unprocessable = http("422 Unprocessable Entity", "", text.as_bytes());
    check(unprocessable, "prometheus.rejected", &["(422)", "too many samples", "sum(good)"]).await;
    check(http("418 I'm a teapot", "", b"<b>short and stout"), "prometheus.rejected", &["short and stout"]).await;
    check(http("401 Unauthorized", "", b""), "prometheus.denied", &["(401)", "check the token"]).await;
    check(http("403 Forbidden", "", b""), "prometheus.denied", &["(403)"]).await;
    check(http("501 Not Implemented", "", b""), "prometheus.rejected", &["(501)"]).await;
    check(http("404 Not Found", "", b""), "prometheus.not_found", &["/api/v1/query_range does not exist"]).await;
    let to = "Location: https://ada:hunter2@sso.example.org/login?token=hunter2\r\n";
    check(http("302 Found", to, b""), "prometheus.redirected", &["(302), to https://sso.example.org/login;"]).await;
    check(http("308 Permanent Redirect", "", b""), "prometheus.redirected", &["to nowhere"]).await;

    let two = matrix(&[(r#"{"job":"a"}"#, &values(FULL)), (r#"{"job":"b"}"#, &values(FULL))]);
    check(ok(&two), "prometheus.several_series", &[r#"2 series, expected one: {job="a"}, {job="b"}"#, "sum()"]).await;
    let off_grid = ok(&series(&[(60, "1"), (121, "1")]));
    check(off_grid, "prometheus.timestamp", &["2026-09-30T22:02:01Z", "steps of 60 s"]).await;
    let before = ok(&series(&[(0, "1"), (60, "1")]));
    check(before, "prometheus.timestamp", &["2026-09-30T22:00:00Z"]).await;
    check(ok(&series(&[(60, "sixty")])), "prometheus.value", &["\"sixty\" at 2026-09-30T22:01:00Z"]).await;
}

#[tokio::test]
async fn a_period_without_anything_usable_is_refused() {
    async fn check(answer: String, code: &str, parts: &[&str]) {
        refuse(move |_| Some(ok(&answer)), plain, code, parts, 2).await;
    }
    let hints = ["for good gives no series in 2026-09-30T22:00:00Z..2026-09-30T22:05:00Z", "or vector(0)", "sum(good)"];
    check(matrix(&[]), "prometheus.no_series", &hints).await;
    let nan = series(&[(60, "NaN"), (120, "NaN"), (180, "NaN"), (240, "NaN"), (300, "NaN")]);
    check(nan, "capture.unusable", &["none of the 5 slices", "good: NaN or infinite in 5 slices"]).await;
    let warned = |body: String| body[..body.len() - 1].to_owned() + r#","warnings":["store x is down"]}"#;
    check(warned(series(FULL)), "capture.unusable", &["2026-09-30T22:05:00Z good: store x is down"]).await;
    check(warned(matrix(&[])), "capture.unusable", &["store x is down"]).await;
}

#[tokio::test]
async fn failures_that_may_pass_are_retried_and_then_reported() {
    async fn check(answer: Option<Vec<u8>>, parts: &[&str]) {
        refuse(move |_| answer.clone(), plain, "prometheus.unavailable", parts, 3).await;
    }
    let busy = br#"{"status":"error","errorType":"timeout","error":"query timed out in expression evaluation"}"#;
    check(Some(http("503 Service Unavailable", "", busy)), &["in 3 attempts", "503", "query timed out"]).await;
    check(Some(http("502 Bad Gateway", "", b"<h1>Bad gateway")), &["502", "<h1>Bad gateway"]).await;
    check(Some(http("429 Too Many Requests", "Retry-After: 0\r\n", b"slow down")), &["in 3 attempts", "slow down"])
        .await;
    check(Some(http("408 Request Timeout", "", b"")), &["in 3 attempts", "408"]).await;
    check(None, &["in 3 attempts"]).await;
    check(Some(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()), &["in 3 attempts"]).await;
    // The announced length is longer than the body.
    let whole = series(FULL);
    let cut = http("200 OK", "", whole.as_bytes());
    check(Some(cut[..cut.len() - 10].to_vec()), &["in 3 attempts"]).await;
    let packed = gzip(&whole);
    let cut = http("200 OK", "Content-Encoding: gzip\r\n", &packed);
    check(Some(cut[..cut.len() - 10].to_vec()), &["in 3 attempts"]).await;
}

#[tokio::test]
async fn a_server_that_asks_for_a_long_wait_is_given_up_at_once() {
    async fn check(status: &'static str, headers: &'static str, part: &str) {
        let parts = ["in 1 attempts", part];
        refuse(move |_| Some(http(status, headers, b"")), plain, "prometheus.unavailable", &parts, 1).await;
    }
    check("429 Too Many Requests", "Retry-After: 3600\r\n", "it asks to come back in 3600 s").await;
    let dates = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 09:49:37 GMT\r\n";
    check("503 Service Unavailable", dates, "it asks to come back in 3600 s").await;
}

#[tokio::test]
async fn a_failure_that_passes_leaves_no_trace() {
    async fn check(failures: usize, failure: Option<Vec<u8>>) {
        let failed = AtomicUsize::new(0);
        let server = Server::start(move |asked| {
            if failed.fetch_add(1, Ordering::SeqCst) < failures {
                return failure.clone();
            }
            Some(if asked.is_build_info() { build_info() } else { ok(&in_range(asked, FULL)) })
        })
        .await;
        let slices = capture(config(&server.url), good_of_total()).await.expect("usable slices");
        assert_eq!(slices.rows().len(), 5);
        assert!(slices.provenance().warnings.is_empty());
        assert_eq!(slices.provenance().server_version, "prometheus 2.42.0");
        assert_eq!(server.asked().len(), 3 + failures);
    }
    check(1, Some(http("503 Service Unavailable", "", b""))).await;
    check(2, Some(http("500 Internal Server Error", "", b"boom"))).await;
    check(2, Some(http("429 Too Many Requests", "Retry-After: 0\r\n", b""))).await;
    check(1, Some(http("408 Request Timeout", "", b""))).await;
    check(1, None).await;
}

#[tokio::test]
async fn limits_hold() {
    let small = |config| PrometheusConfig { body_limit_bytes: 100, ..config };
    let huge = |_: &Asked| Some(ok(&series(FULL)));
    refuse(huge, small, "prometheus.too_large", &["more than 100 bytes", "sum()"], 1).await;
    // What is small on the wire and large in memory counts by its size in memory.
    let small = |config| PrometheusConfig { body_limit_bytes: 1_000_000, ..config };
    let bomb = http("200 OK", "Content-Encoding: gzip\r\n", &gzip(&" ".repeat(2_000_000)));
    assert!(bomb.len() < 10_000);
    refuse(move |_| Some(bomb.clone()), small, "prometheus.too_large", &["more than 1000000 bytes"], 1).await;

    for points_per_request in [0, 10_001] {
        let config = PrometheusConfig { points_per_request, ..PrometheusConfig::new("http://127.0.0.1:1") };
        let error = Prometheus::new(config).expect_err("refused");
        assert_eq!(error.code(), "prometheus.points");
    }
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    // It accepts and keeps silent: connections wait in the backlog of a listener that nobody serves.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let limits = PrometheusConfig { request_timeout: Duration::from_millis(20), ..config(&url) };
    let error = capture(limits, good_of_total()).await.expect_err("no answer");
    assert_eq!(error.code(), "prometheus.unavailable", "{error}");
    assert!(error.to_string().contains("no answer within 0.02 s"), "{error}");

    let limits = PrometheusConfig { capture_timeout: Duration::from_millis(20), ..config(&url) };
    let error = capture(limits, good_of_total()).await.expect_err("no answer");
    assert_eq!(error.code(), "prometheus.too_slow", "{error}");
}

#[tokio::test]
async fn a_server_that_does_not_run_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let error = capture(config(&url), good_of_total()).await.expect_err("nobody there");
    assert_eq!(error.code(), "prometheus.unavailable", "{error}");
    let text = error.to_string();
    assert!(
        text.contains("refused") && text.contains("3 attempts") && text.contains("check that the server runs"),
        "{text}"
    );
}

#[tokio::test]
async fn what_is_not_prometheus_is_found_before_the_first_query() {
    let server = Server::start(|_| Some(http("200 OK", "", b"<html>Welcome to nginx!"))).await;
    let error = capture(config(&server.url), good_of_total()).await.expect_err("no Prometheus");
    assert_eq!(error.code(), "prometheus.not_prometheus");
    assert!(error.to_string().contains("Welcome to nginx!"), "{error}");
    assert_eq!(server.asked().len(), 1);
}
