//! What every source has in common: what it is asked, how it answers, and how it tells how far it is.

use std::pin::Pin;

use num_integer::Integer;
use sla_core::time::{Period, UnixSeconds, utc_text};

use crate::error::CaptureError;
use crate::slices::Slices;

/// Most slices of one capture: a month of 745 hours at one second fits, a slip of the step to a fraction of what was
/// meant does not.
pub const MAX_SLICES: i64 = 3_000_000;

/// The instants this program prints and stores: the years 1970..=2200, in Unix seconds.
const YEARS: std::ops::Range<UnixSeconds> = 0..7_289_654_400;

/// A future on the heap, so that sources can stand behind `dyn`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What to read: slices of a period.
///
/// A slice is named by its end `t` and covers `[t − step, t)`. Ends lie in `(start, end]`: the first slice ends one
/// step after the period's start, the last at its end. A server's range query returns both ends of what it is asked;
/// asked for `start` itself it would count the border twice, once in each month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaptureRequest {
    /// The period, half open.
    pub period: Period,
    /// Width of a slice in seconds.
    pub step_seconds: i64,
}

impl CaptureRequest {
    /// Refuses a width that does not divide both borders of the period.
    ///
    /// Servers in front of Prometheus move every request to multiples of the step since 1970 (Thanos' query frontend
    /// does so by default), so a month that begins at 18:30 UTC cannot be read in slices of an hour.
    ///
    /// # Errors
    /// [`CaptureError::Step`], [`CaptureError::Years`], [`CaptureError::Unaligned`] with the widest width that works,
    /// and [`CaptureError::TooManySlices`].
    pub fn check(&self) -> Result<(), CaptureError> {
        let Self { period, step_seconds } = *self;
        if step_seconds <= 0 {
            return Err(CaptureError::Step { step_seconds });
        }
        for border in [period.start, period.end] {
            if !is_printable(border) {
                return Err(CaptureError::Years { border });
            }
        }
        if let Some(border) = [period.start, period.end].into_iter().find(|border| border % step_seconds != 0) {
            return Err(CaptureError::Unaligned {
                border: utc_text(border),
                step_seconds,
                fitting_seconds: step_seconds.gcd(&period.start).gcd(&period.end),
            });
        }
        if self.slices() > MAX_SLICES {
            return Err(CaptureError::TooManySlices { found: self.slices(), limit: MAX_SLICES });
        }
        Ok(())
    }

    /// How many slices the period has.
    pub fn slices(&self) -> i64 {
        self.period.seconds() / self.step_seconds
    }

    /// End of the first slice.
    pub(crate) fn first(&self) -> UnixSeconds {
        self.period.start + self.step_seconds
    }

    /// Whether `t` is in `(start, end]`.
    pub(crate) fn covers(&self, t: UnixSeconds) -> bool {
        self.period.start < t && t <= self.period.end
    }

    /// Whether `t`, which the period covers, is the end of a slice.
    pub(crate) fn is_end(&self, t: UnixSeconds) -> bool {
        (t - self.period.start) % self.step_seconds == 0
    }
}

/// Anything that evidence can be read from.
pub trait Source: Send + Sync {
    /// Reads the slices of a period. Dropping the future cancels the reading; nothing has been written then.
    ///
    /// # Errors
    /// Whatever makes the answer unfit as evidence for the whole period; what makes single slices unfit makes them
    /// unknown and is noted in the provenance instead.
    fn capture<'a>(
        &'a self,
        request: &'a CaptureRequest,
        progress: &'a dyn Progress,
    ) -> BoxFuture<'a, Result<Slices, CaptureError>>;
}

/// Who wants to know how far a capture is.
pub trait Progress: Send + Sync {
    /// `done` steps of `of` are done. The number of steps does not change during a capture.
    fn step(&self, done: u64, of: u64);
}

/// Nobody wants to know.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn step(&self, _: u64, _: u64) {}
}

/// Whether an instant is in the years that this program prints.
pub(crate) fn is_printable(at: UnixSeconds) -> bool {
    YEARS.contains(&at)
}

/// An instant for a message: in UTC, or as the bare number when it is outside the years 1970..=2200, since what a
/// source sends may be anything.
pub(crate) fn instant(at: UnixSeconds) -> String {
    if is_printable(at) { utc_text(at) } else { at.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_12_a_step_must_divide_the_periods_borders() {
        #[track_caller]
        fn check(start: i64, end: i64, step_seconds: i64, expected: Result<(), &str>) {
            let period = Period::new(start, end).expect("a period");
            let got = CaptureRequest { period, step_seconds }.check();
            match (got, expected) {
                (Ok(()), Ok(())) => {}
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
                (got, expected) => panic!("{got:?}, expected {expected:?}"),
            }
        }
        // October 2026 in Europe/Berlin: 745 hours.
        check(1_790_805_600, 1_793_487_600, 60, Ok(()));
        check(1_790_805_600, 1_793_487_600, 3_600, Ok(()));
        check(1_790_805_600, 1_793_487_600, 86_400, Err("slices of 3600 s"));
        // October 2026 in Asia/Kolkata begins at 18:30 UTC.
        check(1_790_793_000, 1_793_471_400, 60, Ok(()));
        check(1_790_793_000, 1_793_471_400, 3_600, Err("2026-09-30T18:30:00Z"));
        check(1_790_793_000, 1_793_471_400, 3_600, Err("slices of 1800 s"));
        check(0, 60, 0, Err("found a slice width of 0 s"));
        check(0, 60, -60, Err("found a slice width of -60 s"));
        check(0, 3_000_001, 1, Err("found 3000001 slices"));
        check(0, 3_000_000, 1, Ok(()));
        check(-60, 0, 60, Err("1970"));
        check(0, i64::MAX, 60, Err("1970"));
    }
}
