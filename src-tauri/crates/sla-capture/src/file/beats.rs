//! Heartbeats: a file of beats becomes slices, by what a contract says of silence.

use std::io::Read;
use std::path::PathBuf;

use sha2::{Digest, Sha256};
use sla_core::evidence::Note;
use sla_core::heartbeat::{Beats, HeartbeatTerms, SliceDown, Unknown, judge, slices};
use sla_core::time::Period;

use super::{FileSource, Hashing, file_name};
use crate::error::CaptureError;
use crate::file::FileError;
use crate::gather::Gather;
use crate::number::Number;
use crate::slices::Slices;
use crate::source::{BoxFuture, CaptureRequest, Progress, Source};

/// Largest file of beats: ten probes of a hundred targets every minute for a month stay below it. It is held in memory.
pub const MAX_BEATS_BYTES: u64 = 512 * 1024 * 1024;

/// A CSV file of beats with the columns `t`, `probe`, `target`, `ok`, of which one target is read.
#[derive(Clone, Debug)]
pub struct BeatSource {
    path: PathBuf,
    target: String,
    terms: HeartbeatTerms,
}

impl BeatSource {
    /// The file at that path; it is opened when it is captured.
    pub fn new(path: impl Into<PathBuf>, target: impl Into<String>, terms: HeartbeatTerms) -> Self {
        Self { path: path.into(), target: target.into(), terms }
    }

    fn read(&self, request: &CaptureRequest) -> Result<Slices, CaptureError> {
        request.check()?;
        let file = file_name(&self.path);
        let source = FileSource::new(&self.path, sla_core::plan::FileContent::Counts);
        let mut input = Hashing { input: source.open(&file, MAX_BEATS_BYTES)?, hash: Sha256::new() };
        let mut text = String::new();
        input.read_to_string(&mut text).map_err(|cause| source.unreadable(cause))?;
        let sha256 = input.finish();
        let beats = Beats::read_csv(&file, &text).map_err(FileError::Beats)?;
        let targets = beats.targets();
        if !targets.contains(&self.target.as_str()) {
            let known = targets.join(", ");
            return Err(FileError::NoTarget { file, target: self.target.clone(), known }.into());
        }
        let probes = beats.probes_of(&self.target);
        // The file is all there is: what it does not hold, nobody will ever know. Beats just before and after the period
        // belong to it, as far as one of them speaks.
        let HeartbeatTerms { interval_seconds, grace_seconds, .. } = self.terms;
        let reach = interval_seconds + grace_seconds;
        let captured = Period { start: request.period.start - reach, end: request.period.end + reach };
        let states = judge(&self.terms, &probes, captured, request.period).map_err(FileError::Heartbeats)?;
        let rows = slices(&states, request.step_seconds, request.period, self.terms.slice_down)
            .expect("a checked request's slices fill its period");
        let mut gather = Gather::new(*request);
        for (t, counts) in rows {
            let (good, total) = counts.map(|(good, total)| (Number::from(good), Number::from(total))).unzip();
            gather.push(t, good.as_ref(), total.as_ref());
        }
        let names: Vec<&str> = probes.iter().map(sla_core::heartbeat::Probe::name).collect();
        let query = query(&self.target, &self.terms);
        let source = format!("file {file} sha256 {sha256}, probes {}", names.join(", "));
        notes(&states.unknown).for_each(|note| gather.note(note));
        gather.finish(query, source, "csv".to_owned(), Vec::new())
    }
}

/// What is asked of a file of beats, as the evidence keeps it.
pub(crate) fn query(target: &str, terms: &HeartbeatTerms) -> String {
    let HeartbeatTerms { interval_seconds, grace_seconds, down_when, slice_down, .. } = terms;
    format!(
        "target {target}; a beat every {interval_seconds} s, {grace_seconds} s grace; down when {} of {} probes say so; a slice \
         is down when {} of it is",
        down_when.probes,
        down_when.of,
        match slice_down {
            SliceDown::Any => "any second",
            SliceDown::Whole => "the whole",
        }
    )
}

/// One note for each reason why time is unknown, with how long it is.
fn notes(unknown: &[(Period, Unknown)]) -> impl Iterator<Item = Note> {
    let reasons =
        [Unknown::NoHistory, Unknown::Contradiction, Unknown::ProbeSilent, Unknown::ProbeAbsent, Unknown::NotCaptured];
    reasons.into_iter().filter_map(|reason| {
        let of_it = unknown.iter().filter(|(_, why)| *why == reason);
        let seconds: i64 = of_it.map(|(period, _)| period.seconds()).sum();
        (seconds > 0).then_some(Note::NoBeats { reason, seconds })
    })
}

impl Source for BeatSource {
    fn capture<'a>(
        &'a self,
        request: &'a CaptureRequest,
        progress: &'a dyn Progress,
    ) -> BoxFuture<'a, Result<Slices, CaptureError>> {
        let (source, request) = (self.clone(), *request);
        Box::pin(async move {
            let reading = tokio::task::spawn_blocking(move || source.read(&request));
            let slices = reading.await.unwrap_or_else(|error| {
                // A reader that panicked, or a program that is shutting down.
                let cause = std::io::Error::other(error.to_string());
                Err(FileError::Read { path: self.path.display().to_string(), cause }.into())
            })?;
            progress.step(1, 1);
            Ok(slices)
        })
    }
}
