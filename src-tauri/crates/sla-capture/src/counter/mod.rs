//! Exact counts out of the samples of counters: what each series rose by, slice by slice. Where samples come from is not
//! known here.

mod tally;
#[cfg(test)]
mod tests;
mod xor;

pub(crate) use tally::{Column, Labels, Life, Slot, Tally, Terms};
pub(crate) use xor::blocks;

/// What Prometheus writes when a series ends: one NaN of its own, told by its bits.
/// Source: `model/value/value.go` of Prometheus, `StaleNaN`.
pub(crate) const STALE: u64 = 0x7ff0_0000_0000_0002;

/// One sample: milliseconds since 1970, and the value.
pub(crate) type Sample = (i64, f64);
