//! Months out of files of incidents, of charges and of APM tools, and out of a Prometheus with GPUs and spans, through the real
//! binary.

use std::process::Command;

use polars::prelude::{DataFrame, DataType, IntoColumn, NamedFrom, ParquetWriter, Series, TimeUnit, TimeZone};
use serde_json::Value;
use sla_acceptance::nord;
use sla_acceptance::servers::{Prometheus, WrittenSeries, write};

/// Closes October 2026 of one tenant; gives the first commitment of its report.
#[track_caller]
fn closed(sli: &str, terms: &str, file: (&str, &[u8])) -> Value {
    closed_with("http://127.0.0.1:9", sli, terms, file)
}

/// The same with a Prometheus.
#[track_caller]
fn closed_with(url: &str, sli: &str, terms: &str, file: (&str, &[u8])) -> Value {
    let desk = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| desk.path().join(name);
    std::fs::create_dir(path("catalogue")).expect("a folder");
    std::fs::write(path("catalogue").join(file.0), file.1).expect("a file");
    let documents = nord::source("files", "File", "folder: .")
        + &nord::source("metrics", "Prometheus", &format!("url: \"{url}\""))
        + &nord::sli("measured", sli);
    let text = nord::catalogue(&documents, None, &format!("penalty: {{}}, {terms}"));
    std::fs::write(path("catalogue/all.yaml"), text).expect("a file");
    let mut command = Command::new(sla_acceptance::binary());
    command.args(["close", "--month", "2026-10", "--actor", "tester", "--json", "--ledger"]);
    command.arg(format!("sqlite:{}", path("ledger.sqlite").display()));
    let output = command.arg("--catalogue").arg(path("catalogue")).arg("--out").arg(path("out")).output();
    let output = output.expect("the binary runs");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let report = std::fs::read(path("out/2026-10/nord/report.json")).expect("a report");
    let mut report: Value = serde_json::from_slice(&report).expect("JSON");
    report["commitments"][0].take()
}

/// Seconds of October 2026 in Berlin, which has 745 hours.
const MONTH: i64 = 745 * 3600;
/// 2026-09-30T22:00:00Z, when October begins in Berlin.
const START: i64 = 1_790_805_600;

#[test]
fn incidents_are_downtime_to_the_second() {
    const FILE: &str = "# covers 2026-10-01T00:00:00+02:00/2026-11-01T00:00:00+01:00\nid,began,detected,restored\n\
                        INC-1,2026-10-11T02:00:10+02:00,2026-10-11T02:04:00+02:00,2026-10-11T03:00:00+02:00\n\
                        INC-2,2026-10-11T02:30:00+02:00,2026-10-11T02:30:00+02:00,2026-10-11T03:10:00+02:00\n\
                        INC-3,2026-10-31T23:59:00+01:00,2026-10-31T23:59:30+01:00,\n";
    #[track_caller]
    fn check(down_from: &str, downtime_seconds: i64) {
        let source = "{ metricSourceRef: files, spec: { path: incidents.csv } }";
        let sli = format!("incidents: {{ metricSource: {source}, downFrom: {down_from} }}");
        let commitment = closed(&sli, "target: 99.9, method: Occurrences", ("incidents.csv", FILE.as_bytes()));
        let found = ["good", "total"].map(|name| commitment[name].as_i64());
        assert_eq!(found, [Some(MONTH - downtime_seconds), Some(MONTH)], "{commitment}");
    }
    // From 02:00:10, or 02:04:00, to 03:10:00, and the end of the month from its last minute on.
    check("began", 4190 + 60);
    check("detected", 3960 + 30);
}

#[test]
fn charges_are_consumed_to_the_last_decimal() {
    let mut file = "ChargePeriodStart,ChargePeriodEnd,EffectiveCost,BillingCurrency,SubAccountId\n".to_owned();
    for day in 1..=30 {
        for (account, cost) in [("nord", "0.123456"), ("west", "9")] {
            let (from, to) = (format!("2026-10-{day:02}T00:00:00Z"), format!("2026-10-{:02}T00:00:00Z", day + 1));
            file += &format!("{from},{to},{cost},EUR,{account}\n");
        }
    }
    let sli = "thresholdMetric: { metricSource: { metricSourceRef: files, spec: { focus: { path: focus.csv, \
               column: EffectiveCost, where: { SubAccountId: $tenant }, straddling: spread, uncharged: zero } } } }";
    let terms = "target: 100, method: Consumption, budget: { amount: 4, unit: EUR }";
    let commitment = closed(sli, terms, ("focus.csv", file.as_bytes()));
    // Thirty days of 0.123456: what is spread over the minutes adds up to it.
    assert_eq!(commitment["total"], "3.70368", "{commitment}");
}

/// The export of an APM tool: minutes by their start, in a zone, errors of requests, more columns, in no order.
#[test]
fn exports_of_apm_tools_are_counted_to_the_last_event() {
    const NIGHT: std::ops::Range<i64> = 20_000..20_045;
    let (mut starts, mut errors, mut requests) = (Vec::new(), Vec::new(), Vec::new());
    let mut truth = [0, 0];
    // A day more on both sides, which belongs to other months.
    for minute in (-1_440..MONTH / 60 + 1_440).rev() {
        let all = 1_000_003 + minute.rem_euclid(977) * 131;
        let bad = if minute.rem_euclid(61) == 0 { all / 7 } else { minute.rem_euclid(3) };
        // Nobody knows how many of a night's requests failed.
        let known = (!NIGHT.contains(&minute)).then_some(bad);
        starts.push((START + minute * 60) * 1_000_000);
        errors.push(known);
        requests.push(all);
        if (0..MONTH / 60).contains(&minute) && known.is_some() {
            truth = [truth[0] + all - bad, truth[1] + all];
        }
    }
    let zone = TimeZone::opt_try_new(Some("America/New_York")).expect("a zone");
    let times = Series::new("timestamp".into(), &starts).cast(&DataType::Datetime(TimeUnit::Microseconds, zone));
    let latency: Vec<f64> = requests.iter().map(|_| 0.25).collect();
    let columns = vec![
        Series::new("service".into(), vec!["shop"; starts.len()]).into_column(),
        Series::new("requests".into(), requests).into_column(),
        Series::new("p99".into(), latency).into_column(),
        times.expect("instants").into_column(),
        Series::new("errors".into(), errors).into_column(),
    ];
    let mut file = Vec::new();
    let mut frame = DataFrame::new_infer_height(columns).expect("columns of one length");
    ParquetWriter::new(&mut file).finish(&mut frame).expect("a file");
    let columns = "{ time: timestamp, marks: start, bad: errors, total: requests }";
    let source = format!(
        "{{ metricSource: {{ metricSourceRef: files, spec: {{ path: $tenant.parquet, columns: {columns} }} }} }}"
    );
    let sli = format!("ratioMetric: {{ bad: {source}, total: {source} }}");
    let commitment = closed(&sli, "target: 99.9, method: Occurrences", ("nord.parquet", &file));
    assert_eq!(["good", "total"].map(|name| commitment[name].as_i64()), truth.map(Some), "{commitment}");
}

/// Between two samples, in seconds.
const SCRAPE: i64 = 15;

fn series(labels: &[(&str, &str)], samples: Vec<(i64, f64)>) -> WrittenSeries {
    let labels = labels.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    WrittenSeries { labels, samples }
}

/// When samples are taken, in seconds: from a little before the month until a little after it.
fn scrapes() -> impl Iterator<Item = i64> {
    (-40..MONTH / SCRAPE + 40).map(|index| START + index * SCRAPE + 7)
}

fn float(value: i64) -> f64 {
    f64::from(i32::try_from(value).expect("a small number"))
}

/// What a device plugin says every fifteen seconds, of two nodes that scale up and down.
#[test]
fn gpu_seconds_are_consumed_as_they_were_in_use() {
    let server = Prometheus::start_receiving();
    let mut truth = 0;
    let mut nodes = Vec::new();
    for (node, most) in [("a", 8), ("b", 5)] {
        let in_use = |at: i64| (at / 3600 * 7 + at / 60) % (most + 1);
        nodes.push(series(
            &[("__name__", "gpus_in_use"), ("node", node), ("tenant", "nord")],
            scrapes().map(|at| (at * 1000, float(in_use(at)))).collect(),
        ));
        let in_month = scrapes().filter(|at| (START + 1..=START + MONTH).contains(at));
        truth += in_month.map(|at| in_use(at) * SCRAPE).sum::<i64>();
    }
    write(server.port(), &nodes);
    let sli = "thresholdMetric: { metricSource: { metricSourceRef: metrics, spec: { query: \
               'sum(sum_over_time(gpus_in_use{tenant=\"$tenant\"}[$slice])) * 15' } } }";
    let terms = "target: 100, method: Consumption, budget: { amount: 9000000, unit: GPU seconds }";
    let commitment = closed_with(&server.url(), sli, terms, ("none.csv", b""));
    assert_eq!(commitment["total"].as_i64(), Some(truth), "{commitment}");
}

/// Calls as the span metrics of an OpenTelemetry collector count them: a series for each operation and status, of which that of
/// the first error is born when it happens, and a collector that begins again.
#[test]
fn span_metrics_are_counted_to_the_last_event() {
    let server = Prometheus::start_receiving();
    let (mut written, mut truth) = (Vec::new(), [0, 0]);
    for (operation, status, born, most) in [
        ("GET /cart", "STATUS_CODE_UNSET", START - MONTH, 90),
        ("GET /cart", "STATUS_CODE_ERROR", START + 400_000, 2),
        ("POST /order", "STATUS_CODE_OK", START - MONTH, 40),
        ("POST /order", "STATUS_CODE_ERROR", START - MONTH, 1),
    ] {
        let (mut counter, mut samples) = (12_345, Vec::new());
        if born > START {
            counter = 0;
        }
        for at in scrapes().filter(|&at| at >= born) {
            let calls = (at * 31 / 7 + at / 3600) % (most + 1);
            // The collector begins again in the middle of the month.
            let begins_again = (START + 1_000_000..START + 1_000_000 + SCRAPE).contains(&at);
            counter = if begins_again { calls } else { counter + calls };
            samples.push((at * 1000, float(counter)));
            if (START + 1..=START + MONTH).contains(&at) {
                truth[0] += if status == "STATUS_CODE_ERROR" { 0 } else { calls };
                truth[1] += calls;
            }
        }
        let labels = [
            ("__name__", "traces_span_metrics_calls_total"),
            ("service_name", "shop"),
            ("span_kind", "SPAN_KIND_SERVER"),
            ("span_name", operation),
            ("status_code", status),
        ];
        written.push(series(&labels, samples));
    }
    write(server.port(), &written);
    let counter = |status: &str| {
        format!(
            "{{ metricSource: {{ metricSourceRef: metrics, spec: {{ counter: {{ series: \
             'traces_span_metrics_calls_total{{service_name=\"shop\",span_kind=\"SPAN_KIND_SERVER\"{status}}}', \
             newSeries: startsAtZero, gapAfter: 2m }} }} }} }}"
        )
    };
    let sli =
        format!("ratioMetric: {{ bad: {}, total: {} }}", counter(",status_code=\"STATUS_CODE_ERROR\""), counter(""));
    let commitment = closed_with(&server.url(), &sli, "target: 99.9, method: Occurrences", ("none.csv", b""));
    assert_eq!(["good", "total"].map(|name| commitment[name].as_i64()), truth.map(Some), "{commitment}");
}
