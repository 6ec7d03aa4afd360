//! What a capture gives: slices on a grid, and where they came from.

use sla_core::evidence::{MICRO_EVENTS, Provenance};
use sla_core::time::UnixSeconds;

use crate::source::instant;

/// One slice, in units of its capture's [`Provenance::scale`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// End of the slice, Unix seconds.
    pub t: UnixSeconds,
    /// Good units; `None` when the source gave no usable number.
    pub good: Option<i64>,
    /// All units; `None` when the source gave no usable number.
    pub total: Option<i64>,
}

/// Slices of one capture: ends strictly increasing, on the grid and inside the period that the provenance states. A
/// slice that the source did not deliver at all has no row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slices {
    provenance: Provenance,
    rows: Vec<Slice>,
}

impl Slices {
    /// Slices that keep the promises above.
    ///
    /// # Errors
    /// [`SlicesError`] names the first promise that is broken.
    pub fn new(provenance: Provenance, rows: Vec<Slice>) -> Result<Self, SlicesError> {
        let Provenance { from, to, step_seconds, scale, .. } = provenance;
        let period = provenance.period().ok_or(SlicesError::Period { from, to })?;
        if step_seconds <= 0 || period.seconds() % step_seconds != 0 {
            return Err(SlicesError::Step { step_seconds, period_seconds: period.seconds() });
        }
        if scale != 1 && scale != MICRO_EVENTS {
            return Err(SlicesError::Scale { scale });
        }
        let mut before = period.start;
        for row in &rows {
            if row.t <= before || row.t > period.end || (row.t - period.start) % step_seconds != 0 {
                return Err(SlicesError::End { t: instant(row.t), before: instant(before), step_seconds });
            }
            before = row.t;
        }
        Ok(Self { provenance, rows })
    }

    /// Where they came from, and the slices.
    pub fn into_parts(self) -> (Provenance, Vec<Slice>) {
        (self.provenance, self.rows)
    }

    /// Where they came from.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// The slices, by their ends.
    pub fn rows(&self) -> &[Slice] {
        &self.rows
    }
}

/// Why rows are no slices of what their provenance states.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlicesError {
    /// The period is empty or runs backwards.
    #[error("the period runs from {from} to {to}, expected its end after its start")]
    Period {
        /// Start, Unix seconds.
        from: UnixSeconds,
        /// End, Unix seconds.
        to: UnixSeconds,
    },
    /// The width does not divide the period.
    #[error(
        "slices are {step_seconds} s wide, expected a positive width that divides the period of {period_seconds} s"
    )]
    Step {
        /// Width of a slice in seconds.
        step_seconds: i64,
        /// Length of the period in seconds.
        period_seconds: i64,
    },
    /// The scale is neither of the two that exist.
    #[error("the scale is {scale}, expected 1 or {MICRO_EVENTS} units per event")]
    Scale {
        /// Units per event.
        scale: i64,
    },
    /// A slice is not where it must be.
    #[error(
        "a slice ends at {t} after {before}, expected ends that increase in steps of {step_seconds} s inside the period"
    )]
    End {
        /// End of the slice.
        t: String,
        /// End of the slice before, or the period's start.
        before: String,
        /// Width of a slice in seconds.
        step_seconds: i64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_keep_their_promises() {
        #[track_caller]
        fn check(from: i64, to: i64, step_seconds: i64, scale: i64, ends: &[i64], expected: Result<(), &str>) {
            let provenance = Provenance {
                query: String::new(),
                source: String::new(),
                server_version: String::new(),
                from,
                to,
                step_seconds,
                scale,
                warnings: Vec::new(),
                notes: Vec::new(),
                pieces: Vec::new(),
            };
            let rows = ends.iter().map(|&t| Slice { t, good: None, total: Some(1) }).collect();
            match (Slices::new(provenance, rows), expected) {
                (Ok(slices), Ok(())) => assert_eq!(slices.rows().len(), ends.len()),
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
                (got, expected) => panic!("{got:?}, expected {expected:?}"),
            }
        }
        check(0, 300, 60, 1, &[60, 120, 300], Ok(()));
        check(0, 300, 60, 1, &[], Ok(()));
        check(0, 300, 60, MICRO_EVENTS, &[300], Ok(()));
        check(300, 300, 60, 1, &[], Err("expected its end after its start"));
        check(0, 300, 0, 1, &[], Err("slices are 0 s wide"));
        check(0, 300, 70, 1, &[], Err("slices are 70 s wide"));
        check(0, 300, 60, 1_000, &[], Err("the scale is 1000"));
        check(0, 300, 60, 1, &[0], Err("a slice ends at"));
        check(0, 300, 60, 1, &[61], Err("a slice ends at"));
        check(0, 300, 60, 1, &[360], Err("a slice ends at"));
        check(0, 300, 60, 1, &[120, 60], Err("a slice ends at"));
        check(0, 300, 60, 1, &[60, 60], Err("a slice ends at"));
    }
}
