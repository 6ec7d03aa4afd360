//! Rows of any file on their way to slices: those of the period are kept, each once, and each on the grid.

use sla_core::plan::FileContent;
use sla_core::time::UnixSeconds;

use super::content::judged;
use super::error::{FileError, Place};
use crate::ends::{Ends, Misplaced};
use crate::gather::Gather;
use crate::number::Number;
use crate::source::{CaptureRequest, instant};

/// Takes rows in any order.
#[derive(Debug)]
pub(super) struct Rows {
    request: CaptureRequest,
    content: FileContent,
    gather: Gather,
    ends: Ends,
    /// First and last end of any row, inside the period or not.
    covered: Option<(UnixSeconds, UnixSeconds)>,
}

impl Rows {
    /// The request has been checked.
    pub(super) fn new(request: CaptureRequest, content: FileContent) -> Self {
        Self { request, content, gather: Gather::new(request), ends: Ends::new(request), covered: None }
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
        match self.ends.take(t) {
            Ok(()) => {}
            Err(Misplaced::Outside) => return Ok(()),
            Err(Misplaced::OffGrid) => {
                let step_seconds = self.request.step_seconds;
                return Err(FileError::OffGrid { place: place(), found: instant(t), step_seconds });
            }
            Err(Misplaced::Twice) => return Err(FileError::Duplicate { place: place(), found: instant(t) }),
        }
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
