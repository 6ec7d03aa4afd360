//! Evidence in, exact integers out: polars' streaming engine reads the slices of a commitment and says of each whether it
//! is good, down, quiet or unknown; what is counted over them is exact.
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

use sla_core::evidence::Provenance;
use sla_core::measurement::{Measurement, Scope};
use sla_core::time::utc_text;

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

/// Measures one piece of evidence.
///
/// # Errors
/// [`MeasureError`] when the evidence is not what the scope needs.
pub fn measure(path: &Path, provenance: &Provenance, scope: &Scope) -> Result<Measurement, MeasureError> {
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
    if let Some(border) = sla_core::assess::cut_slice(scope) {
        return Err(MeasureError::CutSlice { border, step_seconds: scope.step_seconds });
    }
    let rows = scan::slices(path, scope)?;
    gather::gather(path, &rows, provenance.scale, scope)
}
