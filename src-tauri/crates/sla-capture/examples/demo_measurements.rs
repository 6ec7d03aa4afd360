//! Makes the demo's measurements from a stated seed: October 2026 of four invented tenants, a row a minute, the columns
//! that the file adapter reads. Integers only, so that every machine makes the same bytes.
//!
//! Start it with `cargo xtask generate`.
#![allow(clippy::print_stdout, reason = "a chore says what it did")]

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::DateTime;
use polars::prelude::{DataFrame, NamedFrom, ParquetCompression, ParquetWriter, Series};

/// Every figure of the demo follows from it.
const SEED: u64 = 20_261_031;
const STEP_SECONDS: i64 = 60;

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match std::env::args_os()
        .nth(1)
        .map(PathBuf::from)
        .ok_or_else(|| "expected the folder to write to".into())
        .and_then(write_all)
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            println!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// What is counted in a minute.
enum Kind {
    /// Four probes a minute.
    Probes,
    /// Requests, more by day than by night and more on weekdays; `slow_per_mille` of them take too long.
    Requests { noon_per_minute: u64, slow_per_mille: u64 },
}

/// Something that happened.
struct Incident {
    from: &'static str,
    minutes: i64,
    /// How much of a minute's events fails; `None` when the monitor itself was out and saw nothing.
    failing_per_mille: Option<u64>,
}

const fn failing(from: &'static str, minutes: i64, per_mille: u64) -> Incident {
    Incident { from, minutes, failing_per_mille: Some(per_mille) }
}

const fn monitor_out(from: &'static str, minutes: i64) -> Incident {
    Incident { from, minutes, failing_per_mille: None }
}

struct Recording {
    file: &'static str,
    /// The month in the contract's zone.
    from: &'static str,
    to: &'static str,
    kind: Kind,
    incidents: &'static [Incident],
}

const BERLIN: (&str, &str) = ("2026-10-01T00:00:00+02:00", "2026-11-01T00:00:00+01:00");
const CHICAGO: (&str, &str) = ("2026-10-01T00:00:00-05:00", "2026-11-01T00:00:00-05:00");

const SERIES: &[Recording] = &[
    Recording {
        file: "nordlicht/availability.parquet",
        from: BERLIN.0,
        to: BERLIN.1,
        kind: Kind::Probes,
        incidents: &[
            // The maintenance of 11 October, which the contract excludes, and it took a little longer.
            failing("2026-10-11T02:00:00+02:00", 123, 1_000),
            failing("2026-10-19T14:31:00+02:00", 9, 500),
            failing("2026-10-27T09:12:00+01:00", 4, 1_000),
        ],
    },
    Recording {
        file: "nordlicht/latency.parquet",
        from: BERLIN.0,
        to: BERLIN.1,
        kind: Kind::Requests { noon_per_minute: 640, slow_per_mille: 2 },
        incidents: &[failing("2026-10-19T14:29:00+02:00", 14, 430)],
    },
    Recording {
        file: "alpenbahn/availability.parquet",
        from: BERLIN.0,
        to: BERLIN.1,
        kind: Kind::Probes,
        incidents: &[
            failing("2026-10-06T06:47:00+02:00", 11, 750),
            failing("2026-10-20T08:05:00+02:00", 195, 1_000),
            failing("2026-10-20T11:20:00+02:00", 21, 500),
            // In the hour that Berlin's clocks show twice.
            failing("2026-10-25T02:40:00+02:00", 17, 1_000),
        ],
    },
    Recording {
        file: "alpenbahn/latency.parquet",
        from: BERLIN.0,
        to: BERLIN.1,
        kind: Kind::Requests { noon_per_minute: 1_150, slow_per_mille: 4 },
        incidents: &[failing("2026-10-20T11:20:00+02:00", 48, 260)],
    },
    Recording {
        file: "prairie/availability.parquet",
        from: CHICAGO.0,
        to: CHICAGO.1,
        kind: Kind::Probes,
        incidents: &[
            failing("2026-10-08T16:02:00-05:00", 23, 1_000),
            monitor_out("2026-10-14T21:10:00-05:00", 340),
            failing("2026-10-22T03:30:00-05:00", 6, 750),
        ],
    },
    Recording {
        file: "prairie/latency.parquet",
        from: CHICAGO.0,
        to: CHICAGO.1,
        kind: Kind::Requests { noon_per_minute: 820, slow_per_mille: 3 },
        incidents: &[monitor_out("2026-10-14T21:10:00-05:00", 340)],
    },
    Recording {
        file: "koenigsforst/availability.parquet",
        from: BERLIN.0,
        to: BERLIN.1,
        kind: Kind::Probes,
        incidents: &[
            // A night and a Saturday: outside service hours neither counts.
            failing("2026-10-13T23:15:00+02:00", 370, 1_000),
            failing("2026-10-17T10:00:00+02:00", 95, 1_000),
            failing("2026-10-29T11:08:00+01:00", 12, 500),
        ],
    },
];

fn write_all(folder: PathBuf) -> Result<(), Failure> {
    let mut bytes = 0;
    for (number, series) in (1..).zip(SERIES) {
        let path = folder.join(series.file);
        std::fs::create_dir_all(path.parent().ok_or("a file lies in a folder")?)?;
        write(&path, series, Random(SEED.wrapping_mul(number)))?;
        bytes += path.metadata()?.len();
    }
    println!("{} files, {} kB, seed {SEED}", SERIES.len(), bytes / 1_000);
    Ok(())
}

fn write(path: &Path, series: &Recording, mut random: Random) -> Result<(), Failure> {
    let (start, end) = (seconds(series.from)?, seconds(series.to)?);
    let mut incidents = Vec::new();
    for incident in series.incidents {
        let from = seconds(incident.from)?;
        incidents.push((from..from + incident.minutes * STEP_SECONDS, incident.failing_per_mille));
    }
    let (mut ends, mut good, mut total) = (Vec::new(), Vec::new(), Vec::new());
    for slice in (start..end).step_by(STEP_SECONDS as usize) {
        let incident = incidents.iter().find(|(time, _)| time.contains(&slice));
        let failing_per_mille = match incident {
            Some((_, None)) => continue,
            Some((_, Some(per_mille))) => *per_mille,
            None => 0,
        };
        let (events, usual) = match series.kind {
            // About one probe in fifty thousand is lost on its way.
            Kind::Probes => (4, u64::from(random.below(12_500) == 0)),
            Kind::Requests { noon_per_minute, slow_per_mille } => {
                let events = requests(slice, noon_per_minute, &mut random);
                (events, (events * slow_per_mille + random.below(1_000)) / 1_000)
            }
        };
        let failed = usual.max((events * failing_per_mille).div_ceil(1_000));
        ends.push(slice + STEP_SECONDS);
        good.push(i64::try_from(events - failed)?);
        total.push(i64::try_from(events)?);
    }
    let columns = [("t", ends), ("good", good), ("total", total)];
    let rows = columns[0].1.len();
    let columns = columns.into_iter().map(|(name, values)| Series::new(name.into(), values).into()).collect();
    ParquetWriter::new(File::create(path)?)
        .with_compression(ParquetCompression::Zstd(None))
        .set_parallel(false)
        .finish(&mut DataFrame::new(rows, columns)?)?;
    Ok(())
}

fn seconds(text: &str) -> Result<i64, Failure> {
    Ok(DateTime::parse_from_rfc3339(text)?.timestamp())
}

/// A working day's curve, in percent of noon for every hour of UTC, and a third of it at the weekend.
fn requests(at: i64, noon_per_minute: u64, random: &mut Random) -> u64 {
    const CURVE: [u64; 24] =
        [8, 6, 5, 6, 12, 28, 55, 82, 95, 100, 100, 98, 96, 97, 92, 84, 70, 55, 42, 34, 27, 20, 15, 10];
    let (hour, day) = (at.rem_euclid(86_400) / 3_600, at.div_euclid(86_400));
    // 1 January 1970 was a Thursday.
    let weekend = matches!((day + 4).rem_euclid(7), 0 | 6);
    let usual = noon_per_minute * CURVE[hour as usize] / if weekend { 300 } else { 100 };
    usual + random.below(usual / 5 + 2)
}

/// splitmix64, so that the figures hang on no crate's version.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}
