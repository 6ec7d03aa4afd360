//! Heartbeats out of the samples of a real Prometheus: bad and missing beats, a probe that dies, a server that is away; by remote
//! read, through the query API, from a file and from a PostgreSQL with the same beats.

use std::fmt::Write as _;

use sla_acceptance::servers::{FaultProxy, Postgres, Prometheus, WrittenSeries, stale, write};
use sla_capture::{
    BeatSource, CaptureError, CaptureRequest, Database, NoProgress, PrometheusConfig, Secret, Slice, Slices, Source,
    SqlConfig, answers, encode,
};
use sla_core::catalogue::Variables;
use sla_core::evidence::{Note, Provenance};
use sla_core::heartbeat::{DownWhen, HeartbeatTerms, SliceDown, Unknown};
use sla_core::plan::{Probes, What};
use sla_core::time::Period;

/// 2026-10-01 00:00 UTC.
const START: i64 = 1_790_812_800;
const MINUTES: i64 = 360;
const TERMS: HeartbeatTerms = HeartbeatTerms {
    interval_seconds: 60,
    grace_seconds: 30,
    down_when: DownWhen { probes: 2, of: 2 },
    slice_down: SliceDown::Any,
};

fn request() -> CaptureRequest {
    CaptureRequest { period: Period { start: START, end: START + MINUTES * 60 }, step_seconds: 60 }
}

fn series(name: &str, labels: &[(&str, &str)], samples: Vec<(i64, f64)>) -> WrittenSeries {
    let labels = [("__name__", name)]
        .into_iter()
        .chain(labels.iter().copied())
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    WrittenSeries { labels: labels.collect(), samples }
}

/// What a probe says of a target in a minute; nothing where it is silent.
fn said(probe: &str, target: &str, minute: i64) -> Option<bool> {
    match minute {
        // Down, as both say.
        60..70 if target == "shop" => Some(false),
        // Silent, while the other target shows that the probes live.
        120..130 if target == "shop" => None,
        // One probe is dead, the other says down.
        180..190 if probe == "fra" => None,
        180..190 if target == "shop" => Some(false),
        // The server is away.
        240..250 => None,
        // One of two says down.
        300..310 if (probe, target) == ("fra", "shop") => Some(false),
        _ => Some(true),
    }
}

/// The series, and the same beats as a file has them.
fn made() -> (Vec<WrittenSeries>, String) {
    let (mut all, mut csv) = (Vec::new(), "t,probe,target,ok\n".to_owned());
    for probe in ["fra", "ber"] {
        for target in ["shop", "blog"] {
            let mut samples = Vec::new();
            let mut was_there = false;
            for minute in -5..MINUTES + 5 {
                let at = START + minute * 60 + 5;
                match said(probe, target, minute) {
                    Some(good) => {
                        samples.push((at * 1000 + 250, f64::from(u8::from(good))));
                        writeln!(csv, "{at},{probe},{target},{}", u8::from(good)).expect("a text");
                    }
                    // A server that is away marks nothing.
                    None if was_there && !(240..250).contains(&minute) => samples.push((at * 1000, stale())),
                    None => {}
                }
                was_there = said(probe, target, minute).is_some();
            }
            all.push(series("probe_success", &[("instance", target), ("site", probe)], samples));
        }
    }
    (all, csv)
}

fn probes(series: &str) -> Probes {
    Probes {
        series: series.parse().expect("a selector"),
        target_label: "instance".to_owned(),
        probe_label: Some("site".to_owned()),
        target: "shop".to_owned(),
        terms: TERMS,
    }
}

async fn capture(url: &str, probes: &Probes) -> Result<Slices, CaptureError> {
    capture_of(url, probes, request().period).await
}

async fn capture_of(url: &str, probes: &Probes, period: Period) -> Result<Slices, CaptureError> {
    let server = sla_capture::Prometheus::new(PrometheusConfig::new(url)).expect("an address");
    server.probes(probes.clone()).capture(&CaptureRequest { period, ..request() }, &NoProgress).await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_servers_that_ask_the_same_probes_the_one_that_knows_more_is_judged() {
    let (written, _) = made();
    let of = |name: &'static str, away: std::ops::Range<i64>| {
        written.clone().into_iter().map(move |mut one| {
            one.labels.push(("replica".to_owned(), name.to_owned()));
            one.labels.sort();
            one.samples.retain(|(at, _)| !away.contains(&((at / 1000 - START) / 60)));
            one
        })
    };
    let server = Prometheus::start_receiving();
    write(server.port(), &of("a", 320..330).chain(of("b", 20..50)).collect::<Vec<_>>());
    let one = capture(&server.url(), &probes("probe_success{replica=\"a\"}")).await.expect("slices");

    let asked = probes("probe_success");
    let config = PrometheusConfig { replica_label: Some("replica".to_owned()), ..PrometheusConfig::new(server.url()) };
    let source = sla_capture::Prometheus::new(config).expect("an address").probes(asked.clone());
    let slices = source.capture(&request(), &NoProgress).await.expect("slices");
    assert_eq!(slices.rows(), one.rows());
    let notes = &slices.provenance().notes;
    let compared = notes.iter().find_map(|note| match note {
        Note::Replicas { counted, other, slices, other_slices, .. } => {
            Some((&counted[..], &other[..], slices - other_slices))
        }
        _ => None,
    });
    assert_eq!(compared, Some(("a", "b", 20)), "{notes:?}");
    assert!(answers(&What::Probes(asked), &slices.provenance().query, &slices.provenance().source));
}

#[tokio::test(flavor = "multi_thread")]
async fn samples_are_judged_as_beats_are() {
    let (written, csv) = made();
    let server = Prometheus::start_receiving();
    write(server.port(), &written);
    let asked = probes("probe_success");
    let slices = capture(&server.url(), &asked).await.expect("slices");
    let is = |row: &Slice, good: bool| row.total.is_some() && (row.good == row.total) == good && row.good.is_some();
    for row in slices.rows() {
        let end = (row.t - START) / 60;
        let right = match end {
            61..=71 | 121..=131 => is(row, false),
            181..=191 | 241..=251 => row.good.is_none(),
            _ => is(row, true),
        };
        assert!(right, "the slice that ends at minute {end}: {row:?}");
    }
    assert_eq!(slices.rows().len(), 360);
    let silent =
        |note: &Note| matches!(note, Note::NoBeats { reason: Unknown::ProbeSilent, seconds } if *seconds > 1_000);
    assert!(slices.provenance().notes.iter().any(silent), "{:?}", slices.provenance().notes);
    assert!(slices.provenance().source.ends_with(", probes ber, fra"), "{}", slices.provenance().source);
    let provenance = slices.provenance();
    assert!(answers(&What::Probes(asked.clone()), &provenance.query, &provenance.source), "{}", provenance.query);
    // In two parts, of which the second begins while the target is silent.
    let border = START + 125 * 60;
    let first = capture_of(&server.url(), &asked, Period { end: border, ..request().period }).await.expect("slices");
    let second = capture_of(&server.url(), &asked, Period { start: border, ..request().period }).await.expect("slices");
    assert_eq!([first.rows(), second.rows()].concat(), slices.rows());
    // From a file of the same beats.
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("beats.csv"), csv).expect("a file");
    let file = BeatSource::new(folder.path().join("beats.csv"), "shop", TERMS);
    let filed = file.capture(&request(), &NoProgress).await.expect("slices");
    assert_eq!(filed.rows(), slices.rows());
    assert_eq!(filed.provenance().notes, slices.provenance().notes);
    // Through the query API.
    let proxy = FaultProxy::before(server.port(), Some("/api/v1/read"));
    let queried = capture(&proxy.url(), &asked).await.expect("slices");
    assert_eq!(queried.rows(), slices.rows());
    // The same again is the same.
    assert!(encode(&capture(&server.url(), &asked).await.expect("slices")) == encode(&slices));
    the_server_is_a_probe_where_no_label_names_one(&server, &asked).await;
    what_is_no_heartbeat_is_refused(&server, &asked).await;
}

/// The rows of a file of beats as a statement that makes a table of them.
fn table(csv: &str) -> String {
    let row = |line: &str| {
        let [at, probe, target, ok] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        format!("(to_timestamp({at}.25), '{probe}', '{target}', {ok} = 1)")
    };
    let rows: Vec<String> = csv.lines().skip(1).map(row).collect();
    format!(
        "create table beats (t timestamptz, probe text, target varchar(20), ok boolean); insert into beats values {}",
        rows.join(",")
    )
}

fn variables() -> Variables {
    Variables::new("shop", &std::collections::BTreeMap::new(), 60)
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_database_are_judged_as_beats_are() {
    const QUERY: &str = "select ok, t, probe, target from beats where t > $from and t <= $to";
    let (_, csv) = made();
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("beats.csv"), &csv).expect("a file");
    let file = BeatSource::new(folder.path().join("beats.csv"), "shop", TERMS);
    let filed = file.capture(&request(), &NoProgress).await.expect("slices");

    let server = Postgres::start();
    let url = server.database();
    server.execute_in(&url, &table(&csv));
    let database = Database::new(SqlConfig::new(Secret::new(&url))).expect("an address");
    let statement = |sql: &str| variables().in_sql(sql).expect("known variables");
    let capture = async |sql: &str, target: &str| {
        database.beats(statement(sql), target, TERMS).capture(&request(), &NoProgress).await
    };
    let slices = capture(QUERY, "shop").await.expect("slices");
    assert_eq!(slices.rows(), filed.rows());
    assert_eq!(slices.provenance().notes, filed.provenance().notes);
    let Provenance { query, source, .. } = slices.provenance();
    assert!(source.ends_with(", probes ber, fra"), "{source}");
    let asked = What::SqlBeats { statement: statement(QUERY), target: "shop".to_owned(), terms: TERMS };
    assert!(answers(&asked, query, source), "{query}");
    let other = What::SqlBeats { statement: statement(QUERY), target: "blog".to_owned(), terms: TERMS };
    assert!(!answers(&other, query, source), "{query}");

    let check = async |sql: &str, target: &str, code: &str, parts: &[&str]| {
        let error = capture(sql, target).await.expect_err(sql);
        assert_eq!(error.code(), code, "{sql}: {error}");
        let told = error.to_string();
        assert!(parts.iter().all(|part| told.contains(part)), "{told} does not say {parts:?}");
    };
    let row = |row: &str| format!("select {row} where $from < $to");
    let small = SqlConfig { beats_limit: 2, ..SqlConfig::new(Secret::new(&url)) };
    let small = Database::new(small).expect("an address").beats(statement(QUERY), "shop", TERMS);
    let error = small.capture(&request(), &NoProgress).await.expect_err("they are more than two");
    assert_eq!(error.code(), "sql.too_many", "{error}");
    assert!(error.to_string().contains("more than 2 beats"), "{error}");
    check(QUERY, "shed", "sql.no_target", &["\"shed\"", "targets are: blog, shop"]).await;
    check(&format!("{QUERY} and false"), "shop", "sql.no_rows", &["2026-09-30T00:00:00Z"]).await;
    check(
        &row("$to as t, 'a' as probe, true as ok"),
        "shop",
        "sql.columns",
        &["no column target", "probe, target, ok"],
    )
    .await;
    check(
        &row("$to as t, 'a' as probe, 'shop' as target, 1 as ok"),
        "shop",
        "sql.type",
        &["column ok", "int4", "boolean"],
    )
    .await;
    check(&row("$to as t, 7 as probe, 'shop' as target, true as ok"), "shop", "sql.type", &["column probe", "::text"])
        .await;
    check(
        &row("$to as t, 'a' as probe, null::text as target, true as ok"),
        "shop",
        "sql.cell",
        &["row 1, column target"],
    )
    .await;
    check(
        &row("$to as t, 'a' as probe, 'shop' as target, null::boolean as ok"),
        "shop",
        "sql.cell",
        &["column ok", "true or false"],
    )
    .await;
    check(
        &row("null::timestamptz as t, 'a' as probe, 'shop' as target, true as ok"),
        "shop",
        "sql.cell",
        &["column t", "null"],
    )
    .await;
}

/// `up` of a server that reads two programs, of which one ends.
async fn the_server_is_a_probe_where_no_label_names_one(server: &Prometheus, asked: &Probes) {
    let every = |until: i64| (-5..until).map(|minute| ((START + minute * 60 + 5) * 1000, 1.0)).collect::<Vec<_>>();
    write(
        server.port(),
        &[series("up", &[("instance", "shop")], every(100)), series("up", &[("instance", "blog")], every(200))],
    );
    let terms = HeartbeatTerms { down_when: DownWhen { probes: 1, of: 1 }, ..TERMS };
    let asked = Probes { probe_label: None, terms, series: "up".parse().expect("a selector"), ..asked.clone() };
    let slices = capture(&server.url(), &asked).await.expect("slices");
    let state = |minute: i64| {
        let row = slices.rows().iter().find(|row| row.t == START + minute * 60).expect("a slice");
        row.good.zip(row.total).map(|(good, total)| good == total)
    };
    assert_eq!([90, 150, 300].map(state), [Some(true), Some(false), None]);
}

async fn what_is_no_heartbeat_is_refused(server: &Prometheus, asked: &Probes) {
    let at = |minute: i64, value: f64| vec![((START + minute * 60) * 1000, value)];
    let two = |first: i64, second: i64| vec![at(first, 1.0)[0], at(second, 1.0)[0]];
    write(
        server.port(),
        &[
            series("unnamed", &[("instance", "shop")], at(1, 1.0)),
            series("half", &[("instance", "shop"), ("site", "fra")], at(1, 0.5)),
            series("other", &[("instance", "blog"), ("site", "fra")], at(1, 1.0)),
            series("double", &[("instance", "shop"), ("site", "fra"), ("replica", "a")], two(1, 5)),
            series("double", &[("instance", "shop"), ("site", "fra"), ("replica", "b")], two(3, 8)),
            // A label that changes: one after the other.
            series("moved", &[("instance", "shop"), ("site", "fra"), ("version", "1")], two(1, 5)),
            series("moved", &[("instance", "shop"), ("site", "fra"), ("version", "2")], two(6, 8)),
            series("moved", &[("instance", "shop"), ("site", "ber"), ("version", "2")], two(1, 8)),
        ],
    );
    let proxy = FaultProxy::before(server.port(), Some("/api/v1/read"));
    for url in [server.url(), proxy.url()] {
        let check = async |asked: &Probes, code: &str, parts: &[&str]| {
            let error = capture(&url, asked).await.expect_err(code);
            assert_eq!(error.code(), code, "{error}");
            for part in parts {
                assert!(error.to_string().contains(part), "{error} does not say {part}");
            }
        };
        check(&probes("nothing_at_all"), "prometheus.no_series", &["nothing_at_all"]).await;
        check(&probes("unnamed"), "prometheus.no_label", &["unnamed{instance=\"shop\"}", "label site"]).await;
        check(&probes("half"), "prometheus.beat", &["0.5", "2026-10-01T00:01:00Z", "expected 1"]).await;
        check(&probes("other"), "prometheus.no_target", &["\"shop\"", "blog"]).await;
        check(&probes("double"), "prometheus.same_probe", &["replica=\"a\"", "replica=\"b\"", "probeLabel"]).await;
        let lonely = HeartbeatTerms { down_when: DownWhen { probes: 1, of: 1 }, ..TERMS };
        let many = Probes { terms: lonely, ..asked.clone() };
        check(&many, "prometheus.heartbeats", &["2 probes", "ber, fra", "at most 1"]).await;
        assert!(capture(&url, &probes("moved")).await.is_ok());
        let small = PrometheusConfig { beats_limit: 2, ..PrometheusConfig::new(&url) };
        let small = sla_capture::Prometheus::new(small).expect("an address").probes(probes("moved"));
        let error = small.capture(&request(), &NoProgress).await.expect_err("they are more than two");
        assert_eq!(error.code(), "prometheus.too_many", "{error}");
        assert!(error.to_string().contains("the series moved have more than 2 samples"), "{error}");
    }
}
