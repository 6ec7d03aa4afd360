//! A month of counters out of a real Prometheus, to the last event: with restarts, gaps, jitter, a series that is born and one
//! that is gone; by remote read and through the query API; and what becomes of it when networks and programs fail.

mod bucket;
mod daily;
mod faults;
mod histograms;
mod readings;
mod replicas;
mod silent;

use std::io::Write as _;
use std::time::Duration;

use sla_acceptance::servers::{FaultProxy, Prometheus, WrittenSeries, stale, write};
use sla_capture::{
    Backoff, CaptureError, CaptureRequest, NoProgress, PrometheusConfig, Reading, Slice, Slices, Source,
};
use sla_core::Tz;
use sla_core::catalogue::{NewSeries, Query};
use sla_core::evidence::Note;
use sla_core::plan::{CountedPart, Counter, Counters};
use sla_core::time::{Month, Period};

const STEP_SECONDS: i64 = 60;
const SCRAPE_MS: i64 = 15_000;
const GAP_SECONDS: i64 = 120;
/// The server was down for twelve minutes, from the middle of a slice to the middle of another.
const DOWN_SECONDS: std::ops::Range<i64> = 1_000_045..1_000_750;

/// October 2026 in Berlin: 745 hours, and a clock that is put back.
fn month() -> Period {
    let zone: Tz = "Europe/Berlin".parse().expect("a zone");
    "2026-10".parse::<Month>().expect("a month").period(zone)
}

/// The first two days of it.
fn days() -> Period {
    Period { end: month().start + 2 * 86_400, ..month() }
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).expect("31 bits") % below
    }
}

/// How a series lives, in seconds after the period's start.
struct Course {
    name: &'static str,
    instance: u32,
    /// It appears then; before the period when less than nothing.
    born: i64,
    /// It ends then, with a mark.
    gone: i64,
    /// The program begins again about that often.
    restarts_every: i64,
    /// Events between two samples, at most.
    most: i64,
}

/// Series, and the truth: the events of each slice for the failed and for all requests. Events are made, noted with the
/// sample that shows them first, and only then become a counter.
fn made(period: Period, courses: &[Course]) -> (Vec<WrittenSeries>, [Vec<Option<i64>>; 2]) {
    let slices = usize::try_from(period.seconds() / STEP_SECONDS).expect("slices");
    let mut truth = [vec![Some(0); slices], vec![Some(0); slices]];
    let mut written = Vec::new();
    for (seed, course) in (1_u64..).zip(courses) {
        let mut dice = Dice(seed);
        let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let labels = vec![
            label("__name__", course.name),
            label("instance", &course.instance.to_string()),
            label("tenant", "nord"),
        ];
        let (mut counter, mut since) = (0_i64, 0_i64);
        let mut samples = Vec::new();
        let mut at = if course.born < 0 { -3_000_000 } else { course.born * 1000 } + i64::from(course.instance) * 1_700;
        let mut is_first = true;
        while at < (period.seconds() + 600) * 1000 {
            if at / 1000 >= course.gone {
                samples.push((period.start * 1000 + at, stale()));
                break;
            }
            let events = dice.roll(course.most + 1);
            let is_down = DOWN_SECONDS.contains(&(at / 1000));
            since += SCRAPE_MS / 1000;
            // Nobody sees a restart while the server is down: what was counted before it would be lost.
            let restarts = since > course.restarts_every && dice.roll(20) == 0 && !is_down && !near_down(at);
            counter = if restarts { events } else { counter + events };
            since = if restarts { 0 } else { since };
            if course.born < 0 && is_first {
                // What it counted before anybody measured.
                counter += 1_000_000_000;
            }
            let sample = period.start * 1000 + at;
            let counts = !(course.born < 0 && is_first);
            let column = usize::from(course.name == "requests_total");
            let slice = (at - 1).div_euclid(STEP_SECONDS * 1000);
            if let Some(known) = usize::try_from(slice).ok().and_then(|slice| truth[column].get_mut(slice))
                && at > 0
                && counts
                && let Some(sum) = known
            {
                *sum += events;
            }
            if !is_down {
                samples
                    .push((sample, f64::from(i32::try_from(counter % 1_000_000_000).expect("small")) + big(counter)));
            }
            is_first = false;
            at += SCRAPE_MS + dice.roll(4_001) - 2_000;
        }
        written.push(WrittenSeries { labels, samples });
    }
    // While the server was down, nobody knows when what happened.
    let first = DOWN_SECONDS.start / STEP_SECONDS;
    for column in &mut truth {
        for slice in first..=DOWN_SECONDS.end / STEP_SECONDS {
            if let Some(slot) = usize::try_from(slice).ok().and_then(|slice| column.get_mut(slice)) {
                *slot = None;
            }
        }
    }
    (written, truth)
}

/// Whole billions of a counter, which a double holds exactly.
fn big(counter: i64) -> f64 {
    f64::from(i32::try_from(counter / 1_000_000_000).expect("small")) * 1e9
}

fn near_down(at_ms: i64) -> bool {
    (DOWN_SECONDS.start - 60..DOWN_SECONDS.end + 60).contains(&(at_ms / 1000))
}

const EVER: i64 = i64::MAX / 10_000;

fn courses() -> Vec<Course> {
    let one = |name, instance, most| Course { name, instance, born: -1, gone: EVER, restarts_every: EVER, most };
    vec![
        one("requests_total", 0, 40),
        Course { restarts_every: 90_000, ..one("requests_total", 1, 60) },
        // A program that is scaled up and down again within the month.
        Course { born: 400_017, gone: 1_700_000, restarts_every: 200_000, ..one("requests_total", 2, 9) },
        Course { gone: 100_000, ..one("requests_total", 3, 9) },
        // Its first failure makes the series.
        Course { born: 77_777, restarts_every: 300_000, ..one("requests_failed_total", 1, 2) },
        Course { most: 1, ..one("requests_failed_total", 0, 1) },
    ]
}

fn counter(name: &str) -> Counter {
    Counter {
        series: format!("{name}{{tenant=\"nord\"}}").parse().expect("a selector"),
        new_series: NewSeries::StartsAtZero,
        gap_seconds: GAP_SECONDS,
        up_to: None,
    }
}

fn counters() -> Counters {
    Counters { part: CountedPart::Bad, first: counter("requests_failed_total"), total: counter("requests_total") }
}

async fn capture(url: &str, period: Period) -> Result<Slices, CaptureError> {
    let backoff = Backoff { first_wait: Duration::from_millis(1), ..Backoff::default() };
    let config = PrometheusConfig { backoff, request_timeout: Duration::from_secs(5), ..PrometheusConfig::new(url) };
    let source = sla_capture::Prometheus::new(config)?.counters(counters());
    source.capture(&CaptureRequest { period, step_seconds: STEP_SECONDS }, &NoProgress).await
}

/// Rows as the truth has them.
fn rows(period: Period, [failed, all]: &[Vec<Option<i64>>; 2]) -> Vec<Slice> {
    let ends = (1..).map(|slice| period.start + slice * STEP_SECONDS);
    let rows = ends.zip(failed.iter().zip(all)).filter_map(|(t, (failed, all))| {
        let total = (*all)?;
        Some(Slice { t, good: failed.map(|failed| total - failed), total: Some(total) })
    });
    rows.collect()
}

/// Names the first rows that differ: a month of them is too long for a message.
#[track_caller]
fn same(slices: &Slices, expected: &[Slice]) {
    let pairs = expected.iter().zip(slices.rows());
    let differing: Vec<_> = pairs.filter(|(expected, found)| expected != found).take(3).collect();
    let lengths = (slices.rows().len(), expected.len());
    assert!(
        differing.is_empty() && lengths.0 == lengths.1,
        "{differing:?} {lengths:?} {:?}",
        slices.provenance().notes
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_of_counters_is_the_truth_to_the_last_event() {
    let (written, truth) = made(month(), &courses());
    let server = Prometheus::start_receiving();
    write(server.port(), &written);

    let slices = capture(&server.url(), month()).await.expect("usable slices");
    assert_eq!(slices.provenance().scale, 1);
    let expected = rows(month(), &truth);
    same(&slices, &expected);
    let notes = &slices.provenance().notes;
    let unread = |column: &str| {
        notes.iter().any(|note| matches!(note, Note::Unread { column: known, slices: 13, .. } if known == column))
    };
    assert!(unread("bad") && unread("total"), "{notes:?}");
    assert!(notes.contains(&Note::NewSeries { column: "bad".to_owned(), series: 1, counted: true }), "{notes:?}");
    assert!(notes.iter().any(|note| matches!(note, Note::Restarts { restarts: 10.., .. })), "{notes:?}");

    // The same month as the server estimates it.
    let query = |name: &str| Query::from(format!("sum(increase({name}{{tenant=\"nord\"}}[60s]))"));
    let reading = Reading::BadOfTotal { bad: query("requests_failed_total"), total: query("requests_total") };
    let source = sla_capture::Prometheus::new(PrometheusConfig::new(server.url())).expect("a server").source(reading);
    let request = CaptureRequest { period: month(), step_seconds: STEP_SECONDS };
    let estimate = source.capture(&request, &NoProgress).await.expect("an estimate");
    let estimated = Note::Estimated { column: "total".to_owned() };
    assert!(estimate.provenance().notes.contains(&estimated), "{:?}", estimate.provenance().notes);
    beside(&slices, &estimate);
}

/// One number of a slice.
type Of = fn(&Slice) -> Option<i64>;

/// Shows counting and estimating side by side, in the slices that both know.
fn beside(counted: &Slices, estimated: &Slices) {
    let scale = i128::from(estimated.provenance().scale);
    let said: std::collections::BTreeMap<i64, &Slice> = estimated.rows().iter().map(|row| (row.t, row)).collect();
    let mut out = std::io::stderr();
    let mut say = |line: String| writeln!(out, "{line}").expect("the test can speak");
    say("column  slices  equal  events counted  events by increase()  off in all, ppm  off in the sum of slices, ppm"
        .to_owned());
    let columns: [(&str, Of); 2] = [("good", |row| row.good), ("total", |row| row.total)];
    for (column, of) in columns {
        let pairs = counted.rows().iter().filter_map(|row| {
            let said = said.get(&row.t)?;
            Some((i128::from(of(row)?) * scale, i128::from(of(said)?)))
        });
        let (mut slices, mut equal, mut counted, mut said, mut apart) = (0, 0, 0, 0, 0);
        for (count, estimate) in pairs {
            slices += 1;
            equal += i32::from(count == estimate);
            counted += count;
            said += estimate;
            apart += (count - estimate).abs();
        }
        let ppm = |part: i128| part * 1_000_000 / counted;
        let (off, apart) = (ppm(said - counted), ppm(apart));
        say(format!("{column:6}  {slices}  {equal}  {}  {}  {off}  {apart}", counted / scale, said / scale));
        assert!(slices > 44_000 && equal < slices / 10, "an estimate is no count: {equal} of {slices} {column}");
        // Sums come near, single slices do not.
        assert!(off.abs() < 20_000 && apart > 50_000, "{column}: {off} and {apart} ppm");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_query_api_gives_the_same_bytes_as_remote_read() {
    let (written, truth) = made(days(), &courses());
    let server = Prometheus::start_receiving();
    write(server.port(), &written);
    let streamed = capture(&server.url(), days()).await.expect("usable slices");
    same(&streamed, &rows(days(), &truth));

    let proxy = FaultProxy::before(server.port(), Some("/api/v1/read"));
    let asked = capture(&proxy.url(), days()).await.expect("usable slices");
    same(&asked, streamed.rows());
    assert_eq!(asked.provenance().notes, streamed.provenance().notes);
}
