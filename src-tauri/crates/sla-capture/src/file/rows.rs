//! Rows of any file on their way to slices: those of the period are kept, each once, and each on the grid.

use sla_core::plan::FileContent;
use sla_core::time::UnixSeconds;

use super::content::judged;
use super::error::{FileError, Place};
use crate::gather::Gather;
use crate::number::Number;
use crate::source::{CaptureRequest, instant};

/// Takes rows in any order.
#[derive(Debug)]
pub(super) struct Rows {
    request: CaptureRequest,
    content: FileContent,
    gather: Gather,
    /// One bit per slice of the period: whether a row for it was taken.
    taken: Vec<u64>,
    /// First and last end of any row, inside the period or not.
    covered: Option<(UnixSeconds, UnixSeconds)>,
}

impl Rows {
    /// The request has been checked, so that the bits fit into a few hundred kilobytes.
    pub(super) fn new(request: CaptureRequest, content: FileContent) -> Self {
        let words =
            usize::try_from(request.slices() / 64 + 1).expect("a checked request has a bounded number of slices");
        Self { request, content, gather: Gather::new(request), taken: vec![0; words], covered: None }
    }

    /// What stands in the file.
    pub(super) fn content(&self) -> FileContent {
        self.content
    }

    pub(super) fn push(
        &mut self,
        place: impl Fn() -> Place,
        t: UnixSeconds,
        good: Option<Number>,
        total: Option<Number>,
    ) -> Result<(), FileError> {
        let (first, last) = self.covered.unwrap_or((t, t));
        self.covered = Some((first.min(t), last.max(t)));
        if !self.request.covers(t) {
            return Ok(());
        }
        if !self.request.is_end(t) {
            let step_seconds = self.request.step_seconds;
            return Err(FileError::OffGrid { place: place(), found: instant(t), step_seconds });
        }
        let slice = usize::try_from((t - self.request.first()) / self.request.step_seconds)
            .expect("an end inside the period is not before its first");
        let (word, bit) = (slice / 64, 1_u64 << (slice % 64));
        if self.taken[word] & bit != 0 {
            return Err(FileError::Duplicate { place: place(), found: instant(t) });
        }
        self.taken[word] |= bit;
        let (good, total) = judged(self.content, good, total);
        self.gather.push(t, good.as_ref(), total.as_ref());
        Ok(())
    }

    /// What was taken; refused when that is nothing.
    pub(super) fn finish(self, file: &str) -> Result<Gather, FileError> {
        let Some((first, last)) = self.covered else {
            return Err(FileError::Empty { file: file.to_owned(), found: "no rows" });
        };
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
