//! Native histograms of a real Prometheus as counters: observations up to the end of a bucket beside all of them, to the last one,
//! through a restart; and a bound at which no bucket ends.

use sla_acceptance::servers::{Prometheus, write_histograms};
use sla_capture::{CaptureError, CaptureRequest, NoProgress, PrometheusConfig, Slice, Slices, Source};
use sla_core::evidence::Note;
use sla_core::plan::{CountedPart, Counter, Counters};
use sla_core::time::Period;

use super::{Dice, SCRAPE_MS, STEP_SECONDS, counter, month, same};

/// Three hours.
fn period() -> Period {
    Period { end: month().start + 3 * 3_600, ..month() }
}

/// Histograms from before the period until after it, and what each of its slices observed.
fn made() -> (Vec<(i64, [u64; 2])>, Vec<Slice>) {
    let (mut samples, mut truth) = (Vec::new(), Vec::new());
    let slices = period().seconds() / STEP_SECONDS;
    truth.extend((1..=slices).map(|slice| Slice {
        t: period().start + slice * STEP_SECONDS,
        good: Some(0),
        total: Some(0),
    }));
    let (mut dice, mut known) = (Dice(7), [1_000_u64, 50]);
    for index in -40..(period().seconds() + 600) * 1_000 / SCRAPE_MS {
        let at = index * SCRAPE_MS + 1_700;
        let observed = [40, 3].map(|most| u64::try_from(dice.roll(most)).expect("not negative"));
        // Once the program begins again.
        known = if index == 333 { observed } else { [known[0] + observed[0], known[1] + observed[1]] };
        samples.push((period().start * 1_000 + at, known));
        let slice = (at - 1).div_euclid(STEP_SECONDS * 1_000);
        if let Some(row) = usize::try_from(slice).ok().and_then(|slice| truth.get_mut(slice)) {
            let [quick, slow] = observed.map(|count| i64::try_from(count).expect("small"));
            row.good = row.good.map(|good| good + quick);
            row.total = row.total.map(|total| total + quick + slow);
        }
    }
    (samples, truth)
}

async fn capture(url: &str, bound: &str) -> Result<Slices, CaptureError> {
    let first = Counter { up_to: Some(bound.to_owned()), ..counter("latency_seconds") };
    let counters = Counters { part: CountedPart::Good, first, total: counter("latency_seconds") };
    let server = sla_capture::Prometheus::new(PrometheusConfig::new(url)).expect("an address");
    let request = CaptureRequest { period: period(), step_seconds: STEP_SECONDS };
    server.counters(counters).capture(&request, &NoProgress).await
}

#[tokio::test(flavor = "multi_thread")]
async fn observations_are_counted_up_to_the_end_of_a_bucket() {
    let (samples, truth) = made();
    let server = Prometheus::start_receiving();
    write_histograms(server.port(), &[("__name__", "latency_seconds"), ("tenant", "nord")], &samples);
    // Nothing was observed between 0.5 and 2: each bucket that ends there counts the same.
    for bound in ["0.5", "1", "2"] {
        let slices = capture(&server.url(), bound).await.expect("slices");
        same(&slices, &truth);
        let restarts = |column: &str| Note::Restarts { column: column.to_owned(), restarts: 1 };
        for column in ["good", "total"] {
            assert!(slices.provenance().notes.contains(&restarts(column)), "{:?}", slices.provenance().notes);
        }
    }
    // Within a bucket nobody knows how many there are: no slice has its good ones, and that is no evidence.
    let error = capture(&server.url(), "0.3").await.expect_err("no bucket ends there");
    assert!(error.code() == "capture.unusable" && error.to_string().contains("180 slices"), "{error}");
}
