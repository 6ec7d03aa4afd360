//! A month of 500 series at 15 seconds out of a Prometheus on this machine, counted exactly, beside curl that fetches the same
//! bytes and throws them away.

#![allow(clippy::print_stdout, reason = "a bench tells its figures")]

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sla_acceptance::servers::{Prometheus, WrittenSeries, read_request, write};
use sla_capture::{CaptureRequest, NoProgress, PrometheusConfig, Source};
use sla_core::catalogue::NewSeries;
use sla_core::plan::{CountedPart, Counter, Counters};
use sla_core::time::{Month, Period};

/// Half of them for each of the two counters.
const SERIES: u32 = 500;
const SCRAPE_MS: i64 = 15_000;
const STEP_SECONDS: i64 = 60;
const GAP_SECONDS: i64 = 60;
const DAY_SECONDS: i64 = 86_400;
/// How far before a day the program reads.
const BEFORE_SECONDS: i64 = 3_600;
const NAMES: [&str; 2] = ["requests_failed_total", "requests_total"];
/// Rounds of both, of which the fastest counts.
const ROUNDS: usize = 3;
const RATIO_GOAL: f64 = 1.3;
const MEMORY_GOAL_MB: u64 = 300;

fn month() -> Period {
    "2026-10".parse::<Month>().expect("a month").period(sla_core::Tz::Europe__Berlin)
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, url] = arguments.as_slice()
        && flag == "--capture"
    {
        return capture(url);
    }
    let server = Prometheus::start_receiving();
    let begun = Instant::now();
    fill(server.port());
    println!("filled: {SERIES} series, 745 h at 15 s, in {:.0} s", begun.elapsed().as_secs_f64());
    let (mut ours, mut theirs, mut bytes, mut peak_mb) = (Duration::MAX, Duration::MAX, 0, 0);
    for _ in 0..ROUNDS {
        let (fetched, took) = fetch(server.port());
        (bytes, theirs) = (fetched, theirs.min(took));
        let begun = Instant::now();
        let output = Command::new(std::env::current_exe().expect("a path")).args(["--capture", &server.url()]).output();
        ours = ours.min(begun.elapsed());
        let output = output.expect("this very program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8(output.stdout).expect("text");
        peak_mb = peak_mb.max(said.trim().parse::<u64>().expect("kB") / 1000);
    }
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!("capture: {:.2} s, peak memory {peak_mb} MB (goal under {MEMORY_GOAL_MB})", ours.as_secs_f64());
    println!(
        "curl: {:.2} s for {:.1} MB",
        theirs.as_secs_f64(),
        f64::from(u32::try_from(bytes / 1000).expect("small")) / 1e3
    );
    println!("ratio: {ratio:.2} (goal at most {RATIO_GOAL})");
    if ratio > RATIO_GOAL || peak_mb >= MEMORY_GOAL_MB {
        std::process::exit(1);
    }
}

/// Counters that rise by something else at each sample, day by day: all of them at once would not fit.
fn fill(port: u16) {
    let Period { start, end } = month();
    let mut values = vec![0_u64; usize::try_from(SERIES).expect("small")];
    let mut from = start - BEFORE_SECONDS;
    while from < end + GAP_SECONDS {
        let to = (from + DAY_SECONDS).min(end + GAP_SECONDS + 1);
        let one = |(number, value): (usize, &mut u64)| {
            let mut at = from * 1000 + i64::try_from(number).expect("small") * 29;
            let mut samples = Vec::new();
            while at < to * 1000 {
                // A cheap hash of the time and the series.
                *value += (at.unsigned_abs() / 15_000).wrapping_mul(2_654_435_761 + number as u64) % 41;
                samples.push((at, f64::from(u32::try_from(*value).expect("small"))));
                at += SCRAPE_MS;
            }
            let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            let labels = vec![
                label("__name__", NAMES[number % 2]),
                label("instance", &number.to_string()),
                label("tenant", "nord"),
            ];
            WrittenSeries { labels, samples }
        };
        let all: Vec<WrittenSeries> = values.iter_mut().enumerate().map(one).collect();
        write(port, &all);
        from = to;
    }
}

/// One process: counts the month and prints its peak memory in kB.
fn capture(url: &str) {
    let counter = |name: &str| Counter {
        series: format!("{name}{{tenant=\"nord\"}}").parse().expect("a selector"),
        new_series: NewSeries::Unknown,
        gap_seconds: GAP_SECONDS,
        up_to: None,
    };
    let counters = Counters { part: CountedPart::Bad, first: counter(NAMES[0]), total: counter(NAMES[1]) };
    let source = sla_capture::Prometheus::new(PrometheusConfig::new(url)).expect("a server").counters(counters);
    let request = CaptureRequest { period: month(), step_seconds: STEP_SECONDS };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
    let slices = runtime.block_on(source.capture(&request, &NoProgress)).expect("usable slices");
    let known = slices.rows().iter().filter(|row| row.good.is_some() && row.total.is_some()).count();
    assert_eq!(known, 44_700, "{:?}", slices.provenance().notes);
    let status = std::fs::read_to_string("/proc/self/status").expect("a process has a status");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("VmHWM");
    println!("{}", peak.trim().trim_end_matches(" kB"));
}

/// The same requests by one curl, whose answers go nowhere.
fn fetch(port: u16) -> (u64, Duration) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut config = String::new();
    let Period { start, end } = month();
    let mut from = start;
    while from < end {
        let to = (from + DAY_SECONDS).min(end);
        for name in NAMES {
            let body = read_request(
                &[("__name__", name), ("tenant", "nord")],
                (from - BEFORE_SECONDS) * 1000,
                (to + GAP_SECONDS) * 1000,
            );
            let path = folder.path().join(format!("{name}-{from}"));
            std::fs::File::create(&path).and_then(|mut file| file.write_all(&body)).expect("a file");
            if !config.is_empty() {
                config.push_str("next\n");
            }
            config.push_str(&format!(
                "url = \"http://127.0.0.1:{port}/api/v1/read\"\ndata-binary = \"@{}\"\noutput = \"/dev/null\"\nfail\nsilent\n\
                 header = \"Content-Type: application/x-protobuf\"\nheader = \"Content-Encoding: snappy\"\n\
                 header = \"X-Prometheus-Remote-Read-Version: 0.1.0\"\nwrite-out = \"%{{size_download}}\\n\"\n",
                path.display()
            ));
        }
        from = to;
    }
    let path = folder.path().join("config");
    std::fs::write(&path, config).expect("a file");
    let begun = Instant::now();
    let output = Command::new("curl").arg("--config").arg(&path).stderr(Stdio::inherit()).output();
    let took = begun.elapsed();
    let output = output.expect("curl starts: install curl");
    assert!(output.status.success(), "curl: {}", output.status);
    let sizes = String::from_utf8(output.stdout).expect("text");
    (sizes.lines().map(|line| line.parse::<u64>().expect("bytes")).sum(), took)
}
