//! How far a close is, in named steps and by customer.

use std::collections::BTreeMap;

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

    /// A customer's part of the step that is under way is done; with this one `done` of `of` customers are.
    fn customer(&self, name: &str, done: u64, of: u64);

    /// `done` of `of` parts of a series of measurements are read; it is named by the customer and the commitment that it is for, and
    /// by its day where it is read day by day. With its last part it is done.
    fn series(&self, _name: &str, _done: u64, _of: u64) {}
}

/// Nobody wants to know.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl CloseProgress for Silent {
    fn step(&self, _: Step, _: u64, _: u64) {}
    fn customer(&self, _: &str, _: u64, _: u64) {}
}

/// Which customers a step still has parts of.
#[derive(Debug)]
pub(crate) struct Waiting<'a> {
    parts: BTreeMap<&'a str, u64>,
    done: u64,
}

impl<'a> Waiting<'a> {
    /// A customer is named once for each part.
    pub(crate) fn on(customers: impl Iterator<Item = &'a str>) -> Self {
        let mut parts = BTreeMap::new();
        for name in customers {
            *parts.entry(name).or_default() += 1;
        }
        Self { parts, done: 0 }
    }

    /// A part of a customer is done.
    pub(crate) fn one_less(&mut self, name: &str, progress: &dyn CloseProgress) {
        let Some(left) = self.parts.get_mut(name) else { return };
        *left = left.saturating_sub(1);
        if *left == 0 {
            self.done += 1;
            progress.customer(name, self.done, self.parts.len() as u64);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Told(Mutex<Vec<String>>);

    impl CloseProgress for Told {
        fn step(&self, _: Step, _: u64, _: u64) {}

        fn customer(&self, name: &str, done: u64, of: u64) {
            self.0.lock().expect("nobody panics").push(format!("{name} {done}/{of}"));
        }
    }

    #[test]
    fn a_customer_is_done_with_the_last_of_their_parts() {
        #[track_caller]
        fn check(parts: &[&'static str], done: &[&str], told: &[&str]) {
            let progress = Told::default();
            let mut waiting = Waiting::on(parts.iter().copied());
            done.iter().for_each(|name| waiting.one_less(name, &progress));
            assert_eq!(*progress.0.lock().expect("nobody panics"), told);
        }
        check(&[], &["nord"], &[]);
        check(&["nord", "alpen"], &["nord", "alpen"], &["nord 1/2", "alpen 2/2"]);
        check(&["nord", "alpen", "nord"], &["nord", "alpen"], &["alpen 1/2"]);
        check(&["nord", "alpen", "nord"], &["nord", "alpen", "nord"], &["alpen 1/2", "nord 2/2"]);
    }
}
