//! A wall around polars' Parquet reader, which panics on some damaged footers and pages where it should give an error.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a message says of a file that the reader panicked on.
pub(crate) const DAMAGED: &str = "it is damaged, the reader stopped on it";

/// Runs a reading of untrusted bytes; `None` when it panicked. What the reading has changed until then must not be
/// used.
pub(crate) fn guarded<T>(read: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(read)).ok()
}
