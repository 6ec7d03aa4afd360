//! Files of slices: CSV and Parquet with the columns `t`, `good`, `total`, or `t`, `value`, or with columns that the catalogue
//! names. Servers are not known here.

mod beats;
mod charges;
mod content;
mod csv;
mod error;
mod incidents;
mod parquet;
mod rows;
mod sizes;
mod time;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use sla_core::catalogue::FileColumns;
use sla_core::evidence::sha256_hex;
use sla_core::plan::FileContent;

use crate::error::CaptureError;
use crate::slices::Slices;
use crate::source::{BoxFuture, CaptureRequest, Progress, Source};
use rows::Rows;

pub use beats::{BeatSource, MAX_BEATS_BYTES};
pub(crate) use charges::query as charges_query;
pub use charges::{ChargeSource, MAX_CHARGES_BYTES};
use content::Layout;
pub(crate) use content::{counted, file_query, judged, query as content_query};
pub use error::{FileError, Place, Position};
pub(crate) use incidents::query as incidents_query;
pub use incidents::{IncidentSource, MAX_INCIDENTS_BYTES};

/// Largest CSV file: a year of slices at one second. It is read as a stream.
pub const MAX_CSV_BYTES: u64 = 1024 * 1024 * 1024;
/// Largest Parquet file. It is held in memory, so that its hash and its rows are of the same bytes.
pub const MAX_PARQUET_BYTES: u64 = 256 * 1024 * 1024;
/// Most rows of a Parquet file: a year at one second.
pub const MAX_FILE_ROWS: u64 = 32_000_000;

const EXPECTED_COUNT: &str = "a number with a decimal point, such as 60 or 59.5, or nothing when it is unknown";
/// Characters of a cell that a message quotes.
const QUOTED_CHARACTERS: usize = 60;

/// A file of slices, CSV or Parquet by its extension: `t` is the end of a slice, `good` and `total` are counts in it, or
/// `value` is measured in it; columns of other names stand for them where the catalogue says so.
///
/// A row of a slice outside the period is left out; an empty field (CSV) or null (Parquet) is unknown; a slice without
/// a row is missing.
#[derive(Clone, Debug)]
pub struct FileSource {
    path: PathBuf,
    layout: Layout,
}

#[derive(Clone, Copy)]
enum Kind {
    Csv,
    Parquet,
}

impl FileSource {
    /// The file at that path; it is opened when it is captured.
    pub fn new(path: impl Into<PathBuf>, content: FileContent) -> Self {
        Self { path: path.into(), layout: Layout { content, columns: None } }
    }

    /// The same with columns of its own, which the catalogue has checked; other columns are passed over.
    pub fn with_columns(self, columns: Option<FileColumns>) -> Self {
        Self { layout: Layout { columns, ..self.layout }, ..self }
    }

    fn read(&self, request: &CaptureRequest) -> Result<Slices, CaptureError> {
        request.check()?;
        let file = file_name(&self.path);
        let kind = self.kind()?;
        let mut rows = Rows::new(*request, self.layout.clone());
        let (sha256, server_version) = match kind {
            Kind::Csv => {
                let mut input = Hashing { input: self.open(&file, MAX_CSV_BYTES)?, hash: Sha256::new() };
                csv::read(&file, &mut input, &mut rows)?;
                (input.finish(), "csv")
            }
            Kind::Parquet => {
                let mut bytes = Vec::new();
                self.open(&file, MAX_PARQUET_BYTES)?
                    .read_to_end(&mut bytes)
                    .map_err(|cause| unreadable(&self.path, cause))?;
                if bytes.is_empty() {
                    return Err(FileError::Empty { file, found: "no content" }.into());
                }
                parquet::read(&file, &bytes, &mut rows)?;
                (sha256_hex(&bytes), "parquet")
            }
        };
        let query = file_query(self.layout.content, self.layout.columns.as_ref());
        // The file's name and not its path: the same file on another machine is the same source.
        let source = format!("file {file} sha256 {sha256}");
        rows.finish(&file)?.finish(query, source, server_version.to_owned(), Vec::new())
    }

    fn kind(&self) -> Result<Kind, FileError> {
        let found = self.path.extension().unwrap_or_default().to_string_lossy().into_owned();
        match found.to_ascii_lowercase().as_str() {
            "csv" => Ok(Kind::Csv),
            "parquet" => Ok(Kind::Parquet),
            _ => Err(FileError::Kind { path: self.path.display().to_string(), found }),
        }
    }

    /// Opens the file; what is read of it ends at the limit even if the file grows meanwhile.
    fn open(&self, file: &str, limit: u64) -> Result<io::Take<File>, FileError> {
        let opened = File::open(&self.path).map_err(|cause| unreadable(&self.path, cause))?;
        let metadata = opened.metadata().map_err(|cause| unreadable(&self.path, cause))?;
        if !metadata.is_file() {
            return Err(unreadable(&self.path, io::Error::other("it is no file")));
        }
        if metadata.len() > limit {
            return Err(FileError::TooLarge { file: file.to_owned(), found: metadata.len(), unit: "bytes", limit });
        }
        Ok(opened.take(limit))
    }
}

impl Source for FileSource {
    fn capture<'a>(
        &'a self,
        request: &'a CaptureRequest,
        progress: &'a dyn Progress,
    ) -> BoxFuture<'a, Result<Slices, CaptureError>> {
        let (source, request) = (self.clone(), *request);
        reading(&self.path, move || source.read(&request), progress)
    }
}

/// Reads a file on a thread where it holds up nobody, as one step of progress.
fn reading<'a>(
    path: &'a Path,
    read: impl FnOnce() -> Result<Slices, CaptureError> + Send + 'static,
    progress: &'a dyn Progress,
) -> BoxFuture<'a, Result<Slices, CaptureError>> {
    Box::pin(async move {
        let slices = tokio::task::spawn_blocking(read).await.unwrap_or_else(|error| {
            // A reader that panicked, or a program that is shutting down.
            Err(unreadable(path, io::Error::other(error.to_string())).into())
        })?;
        progress.step(1, 1);
        Ok(slices)
    })
}

fn unreadable(path: &Path, cause: io::Error) -> FileError {
    FileError::Read { path: path.display().to_string(), cause }
}

/// Hashes what passes by, so that hash and rows are of the same bytes.
struct Hashing<R> {
    input: R,
    hash: Sha256,
}

impl<R> Hashing<R> {
    /// SHA-256 of everything that was read, as lower-case hexadecimal.
    fn finish(self) -> String {
        self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.hash.update(&buffer[..read]);
        Ok(read)
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// A cell for a message: in quotes, not too long.
fn quote(text: &str) -> String {
    let kept: String = text.chars().take(QUOTED_CHARACTERS).collect();
    let more = if kept.len() < text.len() { "…" } else { "" };
    format!("{kept:?}{more}")
}

#[cfg(test)]
mod tests;
