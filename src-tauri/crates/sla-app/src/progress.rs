//! How far a close is, in named steps.

/// A step of closing a month, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Reading from the sources.
    Capture,
    /// Counting over the evidence, judging and pricing.
    Measure,
    /// Writing the documents.
    Render,
    /// Recording in the ledger.
    Record,
    /// Putting evidence and documents in their place.
    Publish,
}

impl Step {
    /// The step's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Measure => "measure",
            Self::Render => "render",
            Self::Record => "record",
            Self::Publish => "publish",
        }
    }
}

/// Who wants to know how far a close is.
pub trait CloseProgress: Send + Sync {
    /// `done` of `of` parts of a step are done; the step begins with none and ends with all.
    fn step(&self, step: Step, done: u64, of: u64);
}

/// Nobody wants to know.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl CloseProgress for Silent {
    fn step(&self, _: Step, _: u64, _: u64) {}
}
