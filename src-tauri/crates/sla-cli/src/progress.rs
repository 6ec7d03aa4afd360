//! How far a close is: bars with named steps on a terminal, plain lines elsewhere, nothing beside JSON.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use sla_app::{CloseProgress, Silent, Step};

use crate::output::Output;

/// Whoever suits the output.
pub(crate) fn progress(output: Output) -> Arc<dyn CloseProgress> {
    if output.json {
        Arc::new(Silent)
    } else if std::io::stderr().is_terminal() {
        Arc::new(Bar::default())
    } else {
        Arc::new(Lines)
    }
}

/// A bar for each step, one after the other, and below it one for each series that is being read.
#[derive(Default)]
struct Bar {
    all: MultiProgress,
    step: Mutex<Option<(Step, ProgressBar)>>,
    series: Mutex<BTreeMap<String, ProgressBar>>,
}

impl CloseProgress for Bar {
    fn step(&self, step: Step, done: u64, of: u64) {
        let mut current = self.step.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = current.as_ref().is_none_or(|(shown, _)| *shown != step);
        if is_new {
            let style = ProgressStyle::with_template("{prefix:>8} {bar:30} {percent:>3} %  {elapsed}  {msg}");
            let bar = self.all.add(ProgressBar::new(of).with_prefix(step.name()));
            if let Ok(style) = style {
                bar.set_style(style);
            }
            *current = Some((step, bar));
        }
        if let Some((_, bar)) = current.as_ref() {
            bar.set_length(of);
            bar.set_position(done);
            if done == of {
                bar.finish();
            }
        }
    }

    fn customer(&self, name: &str, done: u64, of: u64) {
        if let Some((_, bar)) = self.step.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            bar.set_message(format!("{done}/{of} {name}"));
        }
    }

    fn series(&self, name: &str, done: u64, of: u64) {
        let mut series = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        if done == of {
            series.remove(name).iter().for_each(ProgressBar::finish_and_clear);
            return;
        }
        let bar = series.entry(name.to_owned()).or_insert_with(|| {
            let bar = self.all.add(ProgressBar::new(of).with_message(name.to_owned()));
            let style = ProgressStyle::with_template("         {bar:30} {percent:>3} %  {msg}");
            style.into_iter().for_each(|style| bar.set_style(style));
            bar
        });
        bar.set_length(of);
        bar.set_position(done);
    }
}

/// A line when a step begins.
struct Lines;

impl CloseProgress for Lines {
    fn step(&self, step: Step, done: u64, _: u64) {
        if done == 0 {
            let _ = writeln!(std::io::stderr(), "{} …", step.name());
        }
    }

    fn customer(&self, _: &str, _: u64, _: u64) {}
}
