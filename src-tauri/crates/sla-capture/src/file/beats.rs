//! Heartbeats: a file of beats becomes slices, by what a contract says of silence.

use std::io::Read;
use std::path::PathBuf;

use sha2::{Digest, Sha256};
use sla_core::heartbeat::{Beats, HeartbeatTerms};

use super::{FileSource, Hashing, file_name, reading, unreadable};
use crate::beats::{self, gathered, known_targets, query};
use crate::error::CaptureError;
use crate::file::FileError;
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
        input.read_to_string(&mut text).map_err(|cause| unreadable(&self.path, cause))?;
        let sha256 = input.finish();
        let read = Beats::read_csv(&file, &text).map_err(FileError::Beats)?;
        let targets = read.targets();
        if !targets.contains(&self.target.as_str()) {
            let known = known_targets(&targets);
            return Err(FileError::NoTarget { file, target: self.target.clone(), known }.into());
        }
        let probes = read.probes_of(&self.target);
        let gather = gathered(request, &probes, &self.terms, &[]).map_err(FileError::Heartbeats)?;
        let query = query(&self.target, &self.terms);
        let source = beats::source(&format!("file {file} sha256 {sha256}"), &probes);
        gather.finish(query, source, "csv".to_owned(), Vec::new())
    }
}

impl Source for BeatSource {
    fn capture<'a>(
        &'a self,
        request: &'a CaptureRequest,
        progress: &'a dyn Progress,
    ) -> BoxFuture<'a, Result<Slices, CaptureError>> {
        let (source, request) = (self.clone(), *request);
        reading(&self.path, move || source.read(&request), progress)
    }
}
