//! A sample on the border of two slices, or of two months, counts once, whichever ends a server's ranges cover.

use std::collections::BTreeMap;

use crate::support::{Asked, Server, http, matrix, ok};
use sla_capture::{CaptureError, CaptureRequest, NoProgress, Prometheus, PrometheusConfig, Reading, Slices, Source};
use sla_core::Tz;
use sla_core::catalogue::{Query, RangeEnds, Variables};
use sla_core::time::Month;

const HOUR: i64 = 3_600;

fn request(month: &str) -> CaptureRequest {
    let zone: Tz = "Europe/Berlin".parse().expect("a zone");
    let period = month.parse::<Month>().expect("a month").period(zone);
    CaptureRequest { period, step_seconds: HOUR }
}

/// A probe on every full hour of three months, of which those on the borders of October and every hundredth fail.
fn probes() -> impl Iterator<Item = (i64, bool)> {
    let (october, september, november) =
        (request("2026-10").period, request("2026-09").period, request("2026-11").period);
    (september.start / HOUR..=november.end / HOUR).map(move |hour| {
        let t = hour * HOUR;
        (t, t != october.start && t != october.end && hour % 100 != 0)
    })
}

/// Milliseconds of the only range in a query.
fn range_ms(query: &str) -> i64 {
    let (_, behind) = query.split_once("%5B").expect("a range, percent-encoded");
    let (range, _) = behind.split_once("%5D").expect("a range, percent-encoded");
    match range.strip_suffix("ms") {
        Some(number) => number.parse().expect("milliseconds"),
        None => range.strip_suffix('s').expect("seconds").parse::<i64>().expect("seconds") * 1000,
    }
}

/// The sums that a server whose ranges cover these ends gives.
fn sums(asked: &Asked, ends: RangeEnds) -> String {
    let query = asked.field("query").expect("a query");
    let [start, end] = ["start", "end"].map(|name| asked.field(name).expect("a time").parse::<i64>().expect("seconds"));
    let (range_ms, counts_good) = (range_ms(query), query.contains("good"));
    let values: Vec<String> = (start..=end)
        .step_by(3_600)
        .map(|t| {
            let from_ms = t * 1000 - range_ms;
            let sum = probes().filter(|(at, is_good)| {
                let is_in = match ends {
                    RangeEnds::Both => at * 1000 >= from_ms,
                    RangeEnds::Later => at * 1000 > from_ms,
                };
                is_in && *at <= t && (*is_good || !counts_good)
            });
            format!("[{t},\"{}\"]", sum.count())
        })
        .collect();
    matrix(&[("{}", &values.join(","))])
}

fn query(text: &str) -> Query {
    Variables::new("nord", &BTreeMap::new(), HOUR).in_query(text).expect("known variables")
}

fn reading(range: &str) -> Reading {
    let [good, total] = ["good", "total"].map(|name| query(&format!("sum(sum_over_time({name}{range}))")));
    Reading::GoodOfTotal { good, total }
}

async fn server(version: &'static str, ends: RangeEnds) -> Server {
    Server::start(move |asked| {
        Some(match asked.is_build_info() {
            true if version.is_empty() => http("404 Not Found", "", b""),
            true => ok(&format!(
                r#"{{"status":"success","data":{{"version":"{version}","revision":"x","goVersion":"go1.27"}}}}"#
            )),
            false => ok(&sums(asked, ends)),
        })
    })
    .await
}

async fn capture(server: &Server, range: &str, month: &str) -> Result<Slices, CaptureError> {
    let source = Prometheus::new(PrometheusConfig::new(&server.url))?.source(reading(range));
    source.capture(&request(month), &NoProgress).await
}

/// Bad slices of three months, and everything that was counted in them.
fn counted(months: &[Slices]) -> (usize, i64) {
    let rows = || months.iter().flat_map(Slices::rows);
    (rows().filter(|row| row.good < row.total).count(), rows().map(|row| row.total.expect("known")).sum())
}

#[tokio::test]
async fn trap_02_a_sample_on_a_border_counts_once() {
    const MONTHS: [&str; 3] = ["2026-09", "2026-10", "2026-11"];
    #[track_caller]
    fn check(months: &[Slices], expected: (usize, i64)) {
        assert_eq!(counted(months), expected, "{}", months[0].provenance().query);
    }
    // The probe that September begins with belongs to August.
    let all = probes().skip(1).count() as i64;
    let bad = probes().skip(1).filter(|(_, is_good)| !is_good).count();
    assert_eq!((all, bad), (720 + 745 + 720, 22 + 2));
    let of = async |version: &'static str, ends: RangeEnds, range: &str| {
        let server = server(version, ends).await;
        let mut months = Vec::new();
        for month in MONTHS {
            months.push(capture(&server, range, month).await.expect("usable slices"));
        }
        months
    };
    let two = of("2.42.0", RangeEnds::Both, "[$slice]").await;
    check(&two, (bad, all));
    assert_eq!(
        two[0].provenance().query,
        "good: sum(sum_over_time(good[3599999ms]))\ntotal: sum(sum_over_time(total[3599999ms]))"
    );
    let three = of("3.5.0", RangeEnds::Later, "[$slice]").await;
    check(&three, (bad, all));
    assert!(three[0].provenance().query.contains("sum_over_time(good[3600s])"));
    assert!(two.iter().zip(&three).all(|(two, three)| two.rows() == three.rows()));
    // What the whole width would count on a server of version 2: every sample twice, and every bad slice.
    check(&of("2.42.0", RangeEnds::Both, "[3600s]").await, (2 * bad, 2 * all));
    // The range that a message recommends is right in either version.
    for ends in [RangeEnds::Both, RangeEnds::Later] {
        check(&of("", ends, "[3599999ms]").await, (bad, all));
    }
}

#[tokio::test]
async fn an_unknown_version_is_not_guessed() {
    for version in ["", "0.31.0", "1.8.2", "main"] {
        let server = server(version, RangeEnds::Later).await;
        let error = capture(&server, "[$slice]", "2026-10").await.expect_err("refused");
        assert_eq!(error.code(), "prometheus.ranges", "{error}");
        let text = error.to_string();
        for part in ["the query for good", "[3599999ms]", "sum(sum_over_time(good[$slice]))", server.url.as_str()] {
            assert!(text.contains(part), "{text} does not say {part}");
        }
        assert_eq!(server.asked().len(), 1, "no query is put");
    }
}
