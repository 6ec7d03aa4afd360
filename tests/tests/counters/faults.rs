//! Networks that fail: whatever happens to an answer, figures are exact, or it is said why there are none.

use std::time::Duration;

use sla_acceptance::servers::{Fault, FaultProxy, Prometheus, WrittenSeries, write};
use sla_capture::{
    Backoff, CaptureError, CaptureRequest, NoProgress, PrometheusConfig, Reading, Slices, Source, encode,
};
use sla_core::catalogue::Query;
use sla_core::heartbeat::{DownWhen, HeartbeatTerms, SliceDown};
use sla_core::plan::Probes;

use super::{STEP_SECONDS, counters, courses, days, made, same};

/// What a server without remote read does not have.
const REMOTE_READ: &str = "/api/v1/read";

/// One way of reading the same days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Counters,
    Queries,
    Probes,
}

async fn capture(way: Way, url: &str) -> Result<Slices, CaptureError> {
    let backoff = Backoff { first_wait: Duration::from_millis(1), ..Backoff::default() };
    let config = PrometheusConfig { backoff, request_timeout: Duration::from_secs(5), ..PrometheusConfig::new(url) };
    let server = sla_capture::Prometheus::new(config)?;
    let source: Box<dyn Source> = match way {
        Way::Counters => Box::new(server.counters(counters())),
        Way::Queries => {
            let query = |name: &str| Query::from(format!("sum(increase({name}{{tenant=\"nord\"}}[60s]))"));
            let (bad, total) = (query("requests_failed_total"), query("requests_total"));
            Box::new(server.source(Reading::BadOfTotal { bad, total }))
        }
        Way::Probes => Box::new(server.probes(Probes {
            series: "probe_success".parse().expect("a selector"),
            target_label: "instance".to_owned(),
            probe_label: Some("site".to_owned()),
            target: "shop".to_owned(),
            terms: HeartbeatTerms {
                interval_seconds: 60,
                grace_seconds: 30,
                down_when: DownWhen { probes: 1, of: 1 },
                slice_down: SliceDown::Any,
            },
        })),
    };
    source.capture(&CaptureRequest { period: days(), step_seconds: STEP_SECONDS }, &NoProgress).await
}

/// A probe that watches two targets, of which one is down and silent now and then.
fn watched() -> Vec<WrittenSeries> {
    let one = |target: &str| {
        let labels = [("__name__", "probe_success"), ("instance", target), ("site", "fra")];
        let said = |minute: &i64| target == "blog" || minute % 97 != 0;
        let samples = (-5..days().seconds() / 60 + 5).filter(said).map(|minute| {
            let is_down = target == "shop" && (300..340).contains(&minute);
            ((days().start + minute * 60 + 7) * 1000, f64::from(u8::from(!is_down)))
        });
        let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
        WrittenSeries { labels: labels.to_vec(), samples: samples.collect() }
    };
    vec![one("blog"), one("shop")]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_fails_makes_no_wrong_count() {
    let (written, _) = made(days(), &courses());
    holds(&written, Way::Counters).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_fails_makes_no_wrong_reading() {
    let (written, _) = made(days(), &courses());
    holds(&written, Way::Queries).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_fails_makes_no_wrong_heartbeat() {
    holds(&watched(), Way::Probes).await;
}

async fn holds(written: &[WrittenSeries], way: Way) {
    let server = Prometheus::start_receiving();
    write(server.port(), written);
    let exact = capture(way, &server.url()).await.expect("usable slices");
    // Queries are asked in one way only.
    let ways: &[Option<&str>] = if way == Way::Queries { &[None] } else { &[None, Some(REMOTE_READ)] };
    for missing in ways {
        let proxy = FaultProxy::before(server.port(), *missing);
        let alone = capture(way, &proxy.url()).await.expect("usable slices");
        same(&alone, exact.rows());
        // What passes is asked for again, and changes nothing. The first answer is the server's version.
        let mut passing = vec![Fault::Status(503, None), Fault::Status(429, Some(0)), Fault::Status(500, None)];
        passing.extend([0, 1, 300, 600, 900, 999].map(Fault::Cut));
        passing.extend([Fault::Length(1_000), Fault::Stall(500)]);
        let flips = [0, 1, 100, 250, 500, 750, 900, 999, 1000].map(Fault::Flip);
        if missing.is_none() && way != Way::Queries {
            // Frames have a checksum each, so they are asked for again.
            passing.extend(flips);
            // Frames have no last one: what does not say where it ends is read in another way.
            let pieces = if way == Way::Counters { 2 } else { 1 };
            for count in [0, 1, 2, 10_000] {
                let faults = std::iter::repeat_n(Fault::Frames(count), pieces);
                proxy.will(&std::iter::once(Fault::None).chain(faults).collect::<Vec<_>>());
                same(&capture(way, &proxy.url()).await.expect("usable slices"), exact.rows());
            }
        } else {
            // Text comes packed, with a checksum of the whole; where that does not fit it is no evidence.
            for fault in flips {
                proxy.will(&[Fault::None, fault]);
                match capture(way, &proxy.url()).await {
                    Ok(slices) => assert!(encode(&slices) == encode(&alone), "{way:?} {missing:?} {fault:?}"),
                    Err(error) => assert_eq!(error.code(), "prometheus.not_prometheus", "{fault:?}: {error}"),
                }
            }
        }
        for fault in passing {
            let before = proxy.requests();
            proxy.will(&[Fault::None, fault]);
            match capture(way, &proxy.url()).await {
                Ok(slices) => assert!(encode(&slices) == encode(&alone), "{way:?} {missing:?} {fault:?}"),
                Err(error) => panic!("{way:?} {missing:?} {fault:?}: {error}"),
            }
            assert!(proxy.requests() > before);
        }
        // What stays is an error that says so.
        for (fault, code) in [
            (Fault::Status(503, None), "prometheus.unavailable"),
            (Fault::Status(429, Some(3_600)), "prometheus.unavailable"),
            (Fault::Cut(500), "prometheus.unavailable"),
            (Fault::Status(401, None), "prometheus.denied"),
        ] {
            let faults: Vec<Fault> = std::iter::once(Fault::None).chain(std::iter::repeat_n(fault, 20)).collect();
            proxy.will(&faults);
            let error = capture(way, &proxy.url()).await.expect_err("no evidence");
            assert_eq!(error.code(), code, "{way:?} {missing:?} {fault:?}: {error}");
            proxy.will(&[]);
        }
    }
}
