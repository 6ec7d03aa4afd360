//! Rows of any file on their way to slices: those of the period are kept, each once, and each on the grid.

use num_integer::Integer;
use sla_core::catalogue::Edge;
use sla_core::time::UnixSeconds;

use super::content::{Layout, judged};
use super::error::{FileError, Place};
use crate::ends::{Ends, Misplaced};
use crate::gather::Gather;
use crate::number::Number;
use crate::source::{CaptureRequest, instant};

/// Fewest rows of which a common step says how wide they are: that so many quiet slices lie in a row by chance is one in a
/// thousand.
const ROWS_OF_A_STEP: u64 = 11;

/// Takes rows in any order.
#[derive(Debug)]
pub(super) struct Rows {
    request: CaptureRequest,
    layout: Layout,
    gather: Gather,
    ends: Ends,
    /// First and last end of any row, inside the period or not.
    covered: Option<(UnixSeconds, UnixSeconds)>,
    /// What lies between any two rows is a multiple of it.
    apart_seconds: i64,
    count: u64,
}

impl Rows {
    /// The request has been checked.
    pub(super) fn new(request: CaptureRequest, layout: Layout) -> Self {
        let (gather, ends) = (Gather::new(request), Ends::new(request));
        Self { request, layout, gather, ends, covered: None, apart_seconds: 0, count: 0 }
    }

    /// Which columns are read, and how.
    pub(super) fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(super) fn push(
        &mut self,
        place: impl Fn() -> Place,
        time: UnixSeconds,
        first: Option<Number>,
        total: Option<Number>,
    ) -> Result<(), FileError> {
        let step_seconds = self.request.step_seconds;
        let (t, edge) = match self.layout.marks() {
            Edge::Start => (time + step_seconds, "start"),
            Edge::End => (time, "end"),
        };
        let good = self.layout.good(first, total.as_ref());
        let (first, last) = self.covered.unwrap_or((t, t));
        self.apart_seconds = self.apart_seconds.gcd(&(t - first));
        self.count += 1;
        self.covered = Some((first.min(t), last.max(t)));
        match self.ends.take(t) {
            Ok(()) => {}
            Err(Misplaced::Outside) => return Ok(()),
            Err(Misplaced::OffGrid) => {
                let (place, column, found) = (place(), self.layout.time().to_owned(), instant(time));
                return Err(FileError::OffGrid { place, column, edge, found, step_seconds });
            }
            Err(Misplaced::Twice) => {
                let (place, column, found) = (place(), self.layout.time().to_owned(), instant(time));
                return Err(FileError::Duplicate { place, column, found });
            }
        }
        let (good, total) = judged(self.layout.content, good, total);
        self.gather.push(t, good.as_ref(), total.as_ref());
        Ok(())
    }

    /// What was taken; refused when that is nothing.
    pub(super) fn finish(self, file: &str) -> Result<Gather, FileError> {
        let Some((first, last)) = self.covered else {
            return Err(FileError::Empty { file: file.to_owned(), found: "no rows" });
        };
        let (step_seconds, found_seconds) = (self.request.step_seconds, self.apart_seconds);
        // What was exported in wider steps would be counted in every so many slices, and the others would be missing.
        if self.layout.columns.is_some() && self.count >= ROWS_OF_A_STEP && found_seconds > step_seconds {
            let (file, column) = (file.to_owned(), self.layout.time().to_owned());
            return Err(FileError::Wider { file, column, found_seconds, step_seconds });
        }
        if self.gather.is_empty() {
            return Err(FileError::OutsidePeriod {
                file: file.to_owned(),
                covered: format!("{}..{}", instant(first), instant(last)),
                asked: format!("{}..{}", instant(self.request.first()), instant(self.request.period.end)),
            });
        }
        Ok(self.gather)
    }
}
