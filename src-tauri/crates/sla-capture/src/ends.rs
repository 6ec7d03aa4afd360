//! Which slices of a period a row was taken for.

use sla_core::time::UnixSeconds;

use crate::source::CaptureRequest;

/// One bit for each slice.
#[derive(Debug)]
pub(crate) struct Ends {
    request: CaptureRequest,
    taken: Vec<u64>,
}

/// Why an instant names no slice that is still free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misplaced {
    /// It is not in the period.
    Outside,
    /// It lies inside of a slice.
    OffGrid,
    /// A row was taken for that slice.
    Twice,
}

impl Ends {
    /// The request has been checked, so that the bits fit into a few hundred kilobytes.
    pub(crate) fn new(request: CaptureRequest) -> Self {
        let words =
            usize::try_from(request.slices() / 64 + 1).expect("a checked request has a bounded number of slices");
        Self { request, taken: vec![0; words] }
    }

    /// Takes the slice that ends at `t`.
    pub(crate) fn take(&mut self, t: UnixSeconds) -> Result<(), Misplaced> {
        if !self.request.covers(t) {
            return Err(Misplaced::Outside);
        }
        if !self.request.is_end(t) {
            return Err(Misplaced::OffGrid);
        }
        let slice = usize::try_from((t - self.request.first()) / self.request.step_seconds)
            .expect("an end inside the period is not before its first");
        let (word, bit) = (slice / 64, 1_u64 << (slice % 64));
        if self.taken[word] & bit != 0 {
            return Err(Misplaced::Twice);
        }
        self.taken[word] |= bit;
        Ok(())
    }
}
