//! Evidence in, exact integers out: polars' streaming engine reads the slices of many commitments; of each slice is said
//! whether it is good, down, quiet or unknown, and what is counted over them is exact.
//!
//! What does not live here: no rule of a contract (they read the measurement later, in the core), no source, no ledger.
//!
//! Invariants:
//! - A slice that is not in the evidence is unknown. It is never good, never bad and never zero.
//! - More good events than events, a negative count or a null fails closed: the slice is unknown.
//! - Every slice of the service time is counted exactly once.

mod gather;
mod scan;
mod sum;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use polars::prelude::PolarsError;
use sla_core::evidence::Provenance;
use sla_core::measurement::{Measurement, Scope};
use sla_core::time::utc_text;

use gather::{Disorder, Gather};

/// Why evidence cannot be measured.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    /// The evidence covers another period or another slice width than asked.
    #[error(
        "the evidence covers {} to {} in slices of {step_seconds} s, the commitment needs {} to {} in slices of \
         {wanted_step_seconds} s: capture the month again", utc_text(*.from), utc_text(*.to), utc_text(*.wanted_from), utc_text(*.wanted_to)
    )]
    OtherPeriod {
        /// Start of the evidence, Unix seconds.
        from: i64,
        /// End of the evidence, Unix seconds.
        to: i64,
        /// Width of its slices in seconds.
        step_seconds: i64,
        /// Start of the judged period, Unix seconds.
        wanted_from: i64,
        /// End of the judged period, Unix seconds.
        wanted_to: i64,
        /// Width of the commitment's slices in seconds.
        wanted_step_seconds: i64,
    },
    /// Service hours or an exclusion begin or end inside a slice.
    #[error("a border at {} cuts a slice of {step_seconds} s: service hours and exclusions must begin and end between slices", utc_text(*.border))]
    CutSlice {
        /// The border, Unix seconds.
        border: i64,
        /// Width of a slice in seconds.
        step_seconds: i64,
    },
    /// The slice target has more decimals than can be compared exactly.
    #[error("the slice target {target} has more decimals than can be compared exactly; at most 15 are")]
    SliceTarget {
        /// The target as a fraction.
        target: String,
    },
    /// The evidence file cannot be read, or is not what its provenance says.
    #[error("the evidence {file} cannot be read: {reason}")]
    Unreadable {
        /// The file's name.
        file: String,
        /// What went wrong.
        reason: String,
    },
    /// Slices stand twice, out of order or off the grid.
    #[error("the evidence {file} is not in order: a slice ends at {} after {}", utc_text(*.t), utc_text(*.before))]
    Disorder {
        /// The file's name.
        file: String,
        /// End of the slice, Unix seconds.
        t: i64,
        /// End of the slice before, Unix seconds.
        before: i64,
    },
}

/// A piece of evidence and what is to be measured of it.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    /// The evidence file.
    pub path: &'a Path,
    /// What it says of itself.
    pub provenance: &'a Provenance,
    /// What counts.
    pub scope: &'a Scope,
}

/// Measures one piece of evidence.
///
/// # Errors
/// [`MeasureError`] when the evidence is not what the scope needs.
pub fn measure(path: &Path, provenance: &Provenance, scope: &Scope) -> Result<Measurement, MeasureError> {
    let mut measured = measure_all(&[Piece { path, provenance, scope }]);
    measured.pop().expect("one piece gives one measurement")
}

/// Files that are read in one query: enough that its start costs nothing, few enough that one damaged file makes only
/// few be read again.
const FILES_AT_ONCE: usize = 64;

/// Measures many pieces of evidence, each on its own; the results are in the order of the pieces.
pub fn measure_all(pieces: &[Piece<'_>]) -> Vec<Result<Measurement, MeasureError>> {
    let parts: Vec<&[Piece<'_>]> = pieces.chunks(FILES_AT_ONCE).collect();
    // While one query starts or ends, another one keeps the machine busy.
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(parts.len());
    if workers < 2 {
        return parts.into_iter().flat_map(measure_at_once).collect();
    }
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut measured = Vec::new();
        loop {
            let part = next.fetch_add(1, Ordering::Relaxed);
            match parts.get(part) {
                Some(pieces) => measured.push((part, measure_at_once(pieces))),
                None => return measured,
            }
        }
    };
    let mut measured = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
        let joined = workers.into_iter().map(|worker| worker.join().expect("measuring does not panic"));
        joined.flatten().collect::<Vec<_>>()
    });
    measured.sort_unstable_by_key(|(part, _)| *part);
    measured.into_iter().flat_map(|(_, measured)| measured).collect()
}

fn measure_at_once(pieces: &[Piece<'_>]) -> Vec<Result<Measurement, MeasureError>> {
    let mut opened: Vec<Result<Reading<'_>, MeasureError>> = pieces.iter().map(Reading::open).collect();
    let mut sound: Vec<&mut Reading<'_>> = opened.iter_mut().filter_map(|reading| reading.as_mut().ok()).collect();
    let is_read = match read(&mut sound) {
        Ok(()) => true,
        // Whose fault it is shows when each file is read alone.
        Err(_) if pieces.len() > 1 => return pieces.iter().flat_map(|piece| measure_at_once(&[*piece])).collect(),
        Err(error) => {
            let unreadable = |reading: Reading<'_>| reading.piece.unreadable(&error);
            opened = opened.into_iter().map(|reading| Err(reading.map_or_else(|own| own, unreadable))).collect();
            false
        }
    };
    debug_assert!(is_read || opened.iter().all(Result::is_err), "what was not read has failed");
    opened.into_iter().map(|reading| reading?.finish()).collect()
}

/// Reads the rows of all pieces in one query.
fn read(readings: &mut [&mut Reading<'_>]) -> Result<(), PolarsError> {
    let files: Vec<(&Path, usize)> = readings.iter().map(|reading| (reading.piece.path, reading.height)).collect();
    if files.is_empty() {
        return Ok(());
    }
    scan::rows(&files, |file, rows| readings[file].take(rows))
}

/// A piece that is being read.
struct Reading<'a> {
    piece: Piece<'a>,
    height: usize,
    gather: Gather<'a>,
    disorder: Option<Disorder>,
}

impl<'a> Reading<'a> {
    fn open(piece: &Piece<'a>) -> Result<Self, MeasureError> {
        piece.check()?;
        let height = scan::height(piece.path).map_err(|error| piece.unreadable(&error))?;
        Ok(Self { piece: *piece, height, gather: Gather::new(piece.scope, piece.provenance.scale)?, disorder: None })
    }

    fn take(&mut self, rows: scan::Rows<'_>) {
        if self.disorder.is_none() {
            self.disorder = self.gather.rows(rows).err();
        }
    }

    fn finish(self) -> Result<Measurement, MeasureError> {
        match self.disorder {
            Some(Disorder { t, before }) => {
                Err(MeasureError::Disorder { file: scan::file_name(self.piece.path), t, before })
            }
            None => Ok(self.gather.finish(self.piece.provenance.scale)),
        }
    }
}

impl Piece<'_> {
    fn check(&self) -> Result<(), MeasureError> {
        let Self { provenance, scope, .. } = self;
        let fits = provenance.from <= scope.period.start
            && scope.period.end <= provenance.to
            && provenance.step_seconds == scope.step_seconds
            && (scope.period.start - provenance.from) % scope.step_seconds == 0;
        if !fits {
            return Err(MeasureError::OtherPeriod {
                from: provenance.from,
                to: provenance.to,
                step_seconds: provenance.step_seconds,
                wanted_from: scope.period.start,
                wanted_to: scope.period.end,
                wanted_step_seconds: scope.step_seconds,
            });
        }
        match sla_core::assess::cut_slice(scope) {
            Some(border) => Err(MeasureError::CutSlice { border, step_seconds: scope.step_seconds }),
            None => Ok(()),
        }
    }

    fn unreadable(&self, error: &PolarsError) -> MeasureError {
        MeasureError::Unreadable { file: scan::file_name(self.path), reason: error.to_string() }
    }
}
