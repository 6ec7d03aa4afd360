//! A chore of several steps: each has a name and a time, and one that fails does not hide what the next would say.

use std::time::{Duration, Instant};

use crate::chore::ChoreError;

/// The steps that ran so far.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<Done>,
}

struct Done {
    name: &'static str,
    time: Duration,
    /// Why it failed.
    error: Option<String>,
}

impl Steps {
    /// Runs a step and keeps how it ended.
    pub(crate) fn run(&mut self, name: &'static str, step: impl FnOnce() -> Result<(), ChoreError>) {
        println!("\n=== {name}");
        let begin = Instant::now();
        let result = step();
        let error = result.err().map(|error| error.to_string());
        error.iter().for_each(|error| println!("error: {error}"));
        let done = Done { name, time: begin.elapsed(), error };
        println!("=== {}", done.line());
        self.done.push(done);
    }

    /// Whether every step so far passed.
    pub(crate) fn passed(&self) -> bool {
        self.done.iter().all(|done| done.error.is_none())
    }

    /// Prints one line for each step that ran so far.
    pub(crate) fn print(&self) {
        println!("\n=== steps so far");
        for done in &self.done {
            println!("    {}", done.line());
        }
    }

    /// The chore's result: it passed if all its steps did.
    pub(crate) fn finish(self) -> Result<(), ChoreError> {
        // Said again at the end: what a step printed may be thousands of lines above.
        let failed = self.done.iter().filter_map(|done| Some(format!("{} ({})", done.name, done.error.as_ref()?)));
        let failed: Vec<String> = failed.collect();
        if failed.is_empty() {
            let time: Duration = self.done.iter().map(|done| done.time).sum();
            println!("=== all {} steps passed in {}", self.done.len(), readable(time));
            return Ok(());
        }
        Err(ChoreError::Steps { steps: failed.join(", ") })
    }
}

impl Done {
    fn line(&self) -> String {
        let Self { name, time, error } = self;
        format!("{name}: {} in {}", if error.is_none() { "passed" } else { "FAILED" }, readable(*time))
    }
}

/// A time as a person says it: tenths of a second below a minute, minutes and seconds above.
fn readable(time: Duration) -> String {
    let tenths = time.as_millis() / 100;
    if tenths < 600 {
        return format!("{}.{} s", tenths / 10, tenths % 10);
    }
    format!("{} min {} s", time.as_secs() / 60, time.as_secs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_readable() {
        fn check(milliseconds: u64, expected: &str) {
            assert_eq!(readable(Duration::from_millis(milliseconds)), expected);
        }
        check(0, "0.0 s");
        check(1_250, "1.2 s");
        check(59_999, "59.9 s");
        check(60_000, "1 min 0 s");
        check(3_725_000, "62 min 5 s");
    }

    /// What a step that fails says, but for its name.
    fn why(error: &ChoreError) -> String {
        error.to_string().replace(&ChoreError::NothingGenerated { command: String::new() }.to_string(), "")
    }

    #[test]
    fn one_failed_step_fails_the_chore_and_the_rest_still_runs() {
        fn check(results: [bool; 3], expected: Result<(), &str>) {
            let mut steps = Steps::default();
            let mut ran = 0;
            for (name, passes) in ["first", "second", "third"].into_iter().zip(results) {
                steps.run(name, || {
                    ran += 1;
                    if passes { Ok(()) } else { Err(ChoreError::NothingGenerated { command: name.to_owned() }) }
                });
            }
            assert_eq!(ran, 3, "{results:?}");
            assert_eq!(steps.passed(), expected.is_ok());
            let said = steps.finish().map_err(|error| why(&error));
            assert_eq!(said, expected.map_err(str::to_owned));
        }
        check([true, true, true], Ok(()));
        check([false, true, true], Err("failed: first (first)"));
        check([true, false, false], Err("failed: second (second), third (third)"));
    }
}
