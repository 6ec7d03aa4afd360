//! How long a report of ten pages takes. Run it with `cargo xtask bench report`.

use std::io::Write;
use std::time::{Duration, Instant};

use sla_core::record::Language;
use sla_report::{Templates, report_pdf, sample};

/// Documents that are written and timed; the first two warm up the machine's caches and are not counted.
const RUNS: usize = 30;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let started = Instant::now();
    let templates = Templates::builtin();
    let loaded = started.elapsed();
    let record = sample::long_record(Language::De, 6, 12);
    let mut times: Vec<Duration> = Vec::with_capacity(RUNS);
    let mut bytes = Vec::new();
    for run in 0..RUNS + 2 {
        let started = Instant::now();
        bytes = report_pdf(&templates, &record)?;
        if run >= 2 {
            times.push(started.elapsed());
        }
    }
    times.sort();
    let pages = lopdf::Document::load_mem(&bytes)?.get_pages().len();
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    writeln!(
        std::io::stdout(),
        "report.pdf: {pages} pages, {} bytes, median {:.1} ms, slowest {:.1} ms of {RUNS} on one core; \
         templates loaded once in {:.1} ms",
        bytes.len(),
        milliseconds(times[times.len() / 2]),
        milliseconds(times[times.len() - 1]),
        milliseconds(loaded),
    )?;
    Ok(())
}
