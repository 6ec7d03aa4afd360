//! From states to slices, so that heartbeats walk the same way as every other measurement.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::States;
use crate::interval::IntervalSet;
use crate::time::{Period, UnixSeconds};

/// When a slice is down: the contract's choice, since the same outage of 61 seconds is two or three minutes in one
/// reading and none or one in the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SliceDown {
    /// As soon as one second of it is down. Without a down second it is unknown as soon as one second is unknown.
    Any,
    /// Only when every second of it is down. One up second makes it good; without one it is unknown as soon as one
    /// second is unknown.
    Whole,
}

/// End of a slice in Unix seconds with its good and all units: (1, 1) for a good slice, (0, 1) for one that is down,
/// `None` for an unknown one. The slice covers `[end − step, end)`, as in [`crate::evidence::COLUMN_END`].
pub type SliceRow = (UnixSeconds, Option<(i64, i64)>);

/// Why a period cannot be sliced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("found slices of {step_seconds} s in a period of {period_seconds} s, expected slices that fill it exactly")]
pub struct CutSlice {
    /// Width of a slice.
    pub step_seconds: i64,
    /// Length of the period.
    pub period_seconds: i64,
}

/// Every slice of a judged period, one row each, in order. Seconds of `period` that were not judged are unknown.
///
/// # Errors
/// [`CutSlice`] when the last slice would end outside the period, or a slice has no width.
pub fn slices(
    states: &States,
    step_seconds: i64,
    period: Period,
    reading: SliceDown,
) -> Result<Vec<SliceRow>, CutSlice> {
    if step_seconds < 1 || period.seconds() % step_seconds != 0 {
        return Err(CutSlice { step_seconds, period_seconds: period.seconds() });
    }
    let (mut down, mut up) = (Cursor::new(&states.down), Cursor::new(&states.up));
    let count = period.seconds() / step_seconds;
    let rows = (1..=count).map(|number| {
        let end = period.start + number * step_seconds;
        let slice = Period { start: end - step_seconds, end };
        let (down, up) = (down.seconds_within(slice), up.seconds_within(slice));
        let good = match reading {
            SliceDown::Any if down > 0 => Some(false),
            SliceDown::Any => (up == step_seconds).then_some(true),
            SliceDown::Whole if up > 0 => Some(true),
            SliceDown::Whole => (down == step_seconds).then_some(false),
        };
        (end, good.map(|good| (i64::from(good), 1)))
    });
    Ok(rows.collect())
}

/// Walks a set once while slices pass by in order.
struct Cursor<'a>(&'a [Period]);

impl<'a> Cursor<'a> {
    fn new(set: &'a IntervalSet) -> Self {
        Self(set.periods())
    }

    /// Seconds of the set inside a slice that is not before any slice asked for earlier.
    fn seconds_within(&mut self, slice: Period) -> i64 {
        let passed = self.0.iter().take_while(|period| period.end <= slice.start).count();
        self.0 = &self.0[passed..];
        let touching = self.0.iter().take_while(|period| period.start < slice.end);
        touching.filter_map(|period| period.overlap(slice)).map(Period::seconds).sum()
    }
}
