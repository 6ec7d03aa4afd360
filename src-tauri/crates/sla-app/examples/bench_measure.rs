//! A month of 1 000 tenants with 5 commitments each, a slice a minute: 223 million slices in 5 000 evidence files. Our
//! measuring beside DuckDB doing the plain sums and the count of bad slices of every file, on the same files, one after
//! the other.
//!
//! Start it with `cargo xtask bench measure`; `-- TENANTS ROUNDS` changes the size.
#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use sla_capture::{Slice, Slices, encode};
use sla_core::evidence::Provenance;
use sla_core::interval::IntervalSet;
use sla_core::measurement::Scope;
use sla_core::ratio::Ratio;
use sla_core::time::Period;
use sla_measure::Piece;

const COMMITMENTS: usize = 5;
const SLICES: i64 = 44_640;
const STEP_SECONDS: i64 = 60;
/// 1 October 2026, 00:00 UTC.
const START: i64 = 1_790_812_800;

/// The allocator of the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            println!("bench failed: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [mark, folder] = arguments.as_slice()
        && mark == "--measure"
    {
        return measure_all(Path::new(folder));
    }
    let number = |at: usize, default: usize| arguments.get(at).map_or(Ok(default), |text| text.parse());
    let (tenants, rounds) = (number(0, 1_000)?, number(1, 3)?);
    let folder = std::env::var_os("SLA_BENCH_FOLDER").map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = folder.join(format!("evidence-of-{tenants}"));
    let files = tenants * COMMITMENTS;
    let bytes = write_all(&folder, files)?;
    let threads = std::thread::available_parallelism()?;
    println!(
        "{files} files, {} million slices, {} MB of Parquet; {threads} threads; the best of {rounds} rounds in turn",
        files as i64 * SLICES / 1_000_000,
        bytes / 1_000_000,
    );
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        ours.push(figures(Command::new(std::env::current_exe()?).arg("--measure").arg(&folder))?);
        if let Some(python) = std::env::var_os("SLA_BENCH_PYTHON") {
            theirs.push(figures(Command::new(python).args(["-c", DUCKDB]).arg(&folder))?);
        }
    }
    let best = |all: &[Figures]| all.iter().min_by_key(|figures| figures.time).cloned();
    let ours = best(&ours).ok_or("no round was run")?;
    println!("SLA Desk  {:>7.2} s   peak {:>4} MB   {}", ours.time.as_secs_f64(), ours.peak_mb, ours.sums);
    let Some(theirs) = best(&theirs) else {
        println!("DuckDB was not run: SLA_BENCH_PYTHON names no Python");
        return Ok(());
    };
    println!("DuckDB    {:>7.2} s   peak {:>4} MB   {}", theirs.time.as_secs_f64(), theirs.peak_mb, theirs.sums);
    println!("ratio     {:>7.2}     (goal: at most 1.0, and a peak under 500 MB)", ratio(ours.time, theirs.time));
    if ours.sums == theirs.sums { Ok(()) } else { Err("the two disagree on the sums".into()) }
}

fn ratio(ours: Duration, theirs: Duration) -> f64 {
    ours.as_secs_f64() / theirs.as_secs_f64()
}

/// What one run says of itself.
#[derive(Clone)]
struct Figures {
    time: Duration,
    peak_mb: u64,
    sums: String,
}

/// Runs a program that prints microseconds, its peak memory in kB, and its sums.
fn figures(command: &mut Command) -> Result<Figures, Failure> {
    let output = command.output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().last().unwrap_or_default();
    let mut words = line.splitn(3, ' ');
    let mut number = || words.next().and_then(|word| word.parse::<u64>().ok());
    let (Some(micros), Some(peak_kb), true) = (number(), number(), output.status.success()) else {
        return Err(format!("{command:?} failed: {text}{}", String::from_utf8_lossy(&output.stderr)).into());
    };
    let sums = words.next().unwrap_or_default().to_owned();
    Ok(Figures { time: Duration::from_micros(micros), peak_mb: peak_kb / 1_000, sums })
}

/// The same answer in DuckDB: for every file the sums and the count of slices under 99 %.
const DUCKDB: &str = r#"
import duckdb, resource, sys, time
start = time.perf_counter()
rows = duckdb.sql(f"""
    select filename, sum(good) as good, sum(total) as total, count(*) filter (total > 0 and good * 100 < total * 99) as bad
    from read_parquet('{sys.argv[1]}/*.parquet', filename = true) group by filename
""").fetchall()
micros = int((time.perf_counter() - start) * 1e6)
good, total, bad = (sum(row[column] for row in rows) for column in (1, 2, 3))
print(micros, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, f"good {good}, total {total}, bad {bad}")
"#;

fn scope() -> Scope {
    let period = Period { start: START, end: START + SLICES * STEP_SECONDS };
    Scope {
        minimum_events: None,
        period,
        step_seconds: STEP_SECONDS,
        service: period.into(),
        excluded: IntervalSet::default(),
        days: (0..31)
            .filter_map(|day| {
                let date = chrono::DateTime::from_timestamp(START + day * 86_400, 0)?.date_naive();
                Some((date, Period { start: START + day * 86_400, end: START + (day + 1) * 86_400 }))
            })
            .collect(),
        slice_target: Ratio::new(99, 100),
        wants_ratio_sum: false,
    }
}

fn provenance() -> Provenance {
    Provenance {
        query: String::new(),
        source: String::new(),
        server_version: String::new(),
        from: START,
        to: START + SLICES * STEP_SECONDS,
        step_seconds: STEP_SECONDS,
        scale: 1,
        warnings: Vec::new(),
        notes: Vec::new(),
        pieces: Vec::new(),
    }
}

fn measure_all(folder: &Path) -> Result<(), Failure> {
    let started = Instant::now();
    let files: Vec<PathBuf> = parquet_files(folder)?;
    let (scope, provenance) = (scope(), provenance());
    let pieces: Vec<Piece<'_>> =
        files.iter().map(|path| Piece { path, provenance: &provenance, scope: &scope }).collect();
    let mut sums = [0; 3];
    for measured in sla_measure::measure_all(&pieces) {
        let measured = measured?;
        let bad: i64 = measured.bad.iter().map(|run| run.period.seconds() / STEP_SECONDS).sum();
        for (sum, value) in sums.iter_mut().zip([measured.counted.good, measured.counted.total, bad.into()]) {
            *sum += value;
        }
    }
    let micros = started.elapsed().as_micros();
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    let peak = peak.trim().trim_end_matches(" kB");
    println!("{micros} {peak} good {}, total {}, bad {}", sums[0], sums[1], sums[2]);
    Ok(())
}

fn parquet_files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect()
}

/// Writes the files unless they are there, and returns their bytes.
fn write_all(folder: &Path, files: usize) -> Result<u64, Failure> {
    let there = if folder.is_dir() { parquet_files(folder)?.len() } else { 0 };
    if there != files {
        std::fs::create_dir_all(folder)?;
        println!("writing {files} files to {}", folder.display());
        for index in 0..files {
            write(&folder.join(format!("{index:05}.parquet")), index as u64)?;
        }
    }
    parquet_files(folder)?.iter().map(|path| Ok(path.metadata()?.len())).sum()
}

/// About a thousand requests a minute with a daily curve; one in two thousand slices is down.
fn write(path: &Path, seed: u64) -> Result<(), Failure> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut random = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) % below
    };
    let mut rows = Vec::new();
    for slice in 1..=SLICES {
        let daily = (slice % 1_440 - 720).abs();
        let events = 300 + daily + i64::try_from(random(200))?;
        let failed = if random(2_000) == 0 { events / 3 } else { i64::from(random(50) == 0) };
        rows.push(Slice { t: START + slice * STEP_SECONDS, good: Some(events - failed), total: Some(events) });
    }
    std::fs::write(path, encode(&Slices::new(provenance(), rows)?))?;
    Ok(())
}
