//! The catalogue in the ledger: documents are imported, entered, retired and exported, and requests are decided.
//! Whatever is entered is checked with all the rest first, by the reader that reads files.

mod enter;
mod outages;
mod request;
mod whole;

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;
use sla_core::catalogue::{CALENDAR, Catalogue, EnteredDocument, Finding, SourceFile, concerns, stored_name};
use sla_core::decision::{Decision, RequestState};
use sla_core::time::{Month, utc_text};
use sla_ledger::{DecisionTaken, DocumentVersion, Ledger, LedgerError, StoredCatalogue};

use crate::catalogue::{CatalogueError, Files, read_files, together};

pub use enter::{Entered, PutRequest, import, put, put_server, retire};
pub use outages::outages;
pub use request::{DecideRequest, ExclusionRequest, RequestView, Window, decide, request_exclusion, requests};
pub use whole::{
    CatalogueRow, Checked, DocumentHead, DraftName, Origin, WholeDocument, check_draft, whole_catalogue, whole_document,
};
pub(crate) use whole::{Drafted, Whole};

/// A version of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DocumentView {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// The one tenant that it concerns, of an exclusion or an incident; null for what concerns all.
    pub tenant: Option<String>,
    /// Whether this version took it out of the catalogue.
    pub retired: bool,
    /// Where it is; null for kinds that nobody needs to approve.
    pub state: Option<RequestState>,
    /// Who entered it.
    pub entered_by: String,
    /// When, in UTC.
    pub entered_at: String,
    /// SHA-256 of its content.
    pub sha256: String,
    /// What was decided of it, in order.
    pub decisions: Vec<DecisionView>,
}

/// A decision that somebody took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DecisionView {
    /// What was decided.
    pub decision: Decision,
    /// Why; empty when nothing was said.
    pub reason: String,
    /// Who.
    pub actor: String,
    /// When, in UTC.
    pub at: String,
}

/// Why something was not done with the catalogue in the ledger; nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The ledger refuses it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The catalogue would have defects with it.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// A file does not hold one document.
    #[error("{file} holds {count} documents, expected one; sla catalogue import takes a folder of them")]
    NotOne {
        /// The file.
        file: String,
        /// How many it holds.
        count: usize,
    },
    /// A version that is not there.
    #[error("{kind} {name} has no version {version}; its last one is {last}")]
    NoVersion {
        /// The kind.
        kind: String,
        /// The name.
        name: String,
        /// The version.
        version: u32,
        /// The last one.
        last: u32,
    },
    /// An outage that is not there.
    #[error("{tenant} has no outage of {commitment} that begins at {start} in {month}; {known}")]
    NoOutage {
        /// The tenant.
        tenant: String,
        /// The month.
        month: Month,
        /// The commitment.
        commitment: String,
        /// Its start.
        start: String,
        /// What there is.
        known: String,
    },
    /// A folder for an export holds something.
    #[error("{} is not empty; an export goes into a folder that is, or that is not there yet", .folder.display())]
    NotEmpty {
        /// The folder.
        folder: PathBuf,
    },
    /// A file could not be written.
    #[error("{} could not be written: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

impl DeskError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ledger(error) => error.code(),
            Self::Catalogue(error) => error.code(),
            Self::NotOne { .. } => "catalogue.not_one",
            Self::NoVersion { .. } => "catalogue.no_version",
            Self::NoOutage { .. } => "outage.unknown",
            Self::NotEmpty { .. } => "file.not_empty",
            Self::File { .. } => "file",
        }
    }

    pub(crate) fn unsound(findings: Vec<Finding>) -> Self {
        CatalogueError::Unsound(findings).into()
    }
}

/// The catalogue that a close reads: of a folder, of a ledger where there is one, or of both together. Decisions of the
/// ledger rule over what its documents say of themselves. Without a ledger, of a folder alone.
///
/// # Errors
/// [`DeskError`]; a document of one kind and name in both is a finding that names both places.
pub async fn catalogue_of(folder: Option<&Path>, ledger: Option<&str>) -> Result<Catalogue, DeskError> {
    ruled(folder, &stored_in(ledger).await?)
}

/// The same of a ledger that is open already.
///
/// # Errors
/// As [`catalogue_of`].
pub async fn catalogue_in(folder: Option<&Path>, ledger: &Ledger) -> Result<Catalogue, DeskError> {
    ruled(folder, &ledger.catalogue().await?)
}

fn ruled(folder: Option<&Path>, stored: &StoredCatalogue) -> Result<Catalogue, DeskError> {
    must_be_somewhere(folder, stored)?;
    let mut catalogue = checked(folder, stored.files())?;
    catalogue.rule(stored.rulings());
    Ok(catalogue)
}

/// The files of a folder, if any, and of a ledger, if there is one, not yet understood; with what was decided about those of
/// the ledger.
pub(crate) async fn files_of(
    folder: Option<&Path>,
    ledger: Option<&str>,
) -> Result<(Files, StoredCatalogue), DeskError> {
    let stored = stored_in(ledger).await?;
    must_be_somewhere(folder, &stored)?;
    let mut read = folder.map_or_else(|| Ok(Files::default()), read_files)?;
    read.files.extend(stored.files());
    Ok((read, stored))
}

async fn stored_in(ledger: Option<&str>) -> Result<StoredCatalogue, LedgerError> {
    let Some(ledger) = ledger else { return Ok(StoredCatalogue::default()) };
    let Some(ledger) = Ledger::open_if_there(ledger).await? else { return Ok(StoredCatalogue::default()) };
    let stored = ledger.catalogue().await;
    ledger.close().await;
    stored
}

fn must_be_somewhere(folder: Option<&Path>, stored: &StoredCatalogue) -> Result<(), CatalogueError> {
    let is_nowhere = folder.is_none() && stored.in_force().next().is_none();
    if is_nowhere { Err(CatalogueError::Nowhere) } else { Ok(()) }
}

/// Reads a folder, if any, and documents beside it.
fn checked(folder: Option<&Path>, beside: Vec<SourceFile>) -> Result<Catalogue, DeskError> {
    let Files { mut files, defects } = folder.map_or_else(|| Ok(Files::default()), read_files)?;
    files.extend(beside);
    match Catalogue::read(&files) {
        Ok(catalogue) if defects.is_empty() => Ok(catalogue),
        read => Err(DeskError::unsound(together(defects, read.err().unwrap_or_default()))),
    }
}

/// What is shown of a folder and of a ledger's catalogue, whether or not all of it is sound.
pub(crate) fn shown(folder: Option<&Path>, stored: &StoredCatalogue) -> Result<Catalogue, DeskError> {
    let mut files = folder.map(read_files).transpose()?.map_or_else(Vec::new, |read| read.files);
    files.extend(stored.files());
    let mut catalogue = Catalogue::shapes(&files);
    catalogue.rule(stored.rulings());
    Ok(catalogue)
}

/// The last version of every document of a kind, or of all; retired ones only when asked for.
///
/// # Errors
/// [`LedgerError`] when the ledger cannot be read.
pub async fn documents(ledger: &Ledger, kind: Option<&str>, retired: bool) -> Result<Vec<DocumentView>, LedgerError> {
    let stored = ledger.catalogue().await?;
    let wanted = |one: &&DocumentVersion| kind.is_none_or(|kind| kind == one.kind) && (retired || !one.retired);
    Ok(stored.documents.iter().filter(wanted).map(DocumentView::of).collect())
}

/// Every version of a document, oldest first.
///
/// # Errors
/// [`LedgerError::Unknown`] when there is none.
pub async fn history(ledger: &Ledger, kind: &str, name: &str) -> Result<Vec<DocumentView>, LedgerError> {
    Ok(ledger.history(kind, name).await?.iter().map(DocumentView::of).collect())
}

/// A version of a document, the last one when not said, and its text as it was entered.
///
/// # Errors
/// [`DeskError`] when there is none.
pub async fn document(
    ledger: &Ledger,
    kind: &str,
    name: &str,
    version: Option<u32>,
) -> Result<(DocumentView, String), DeskError> {
    let versions = ledger.history(kind, name).await?;
    let one = chosen(&versions, version)?;
    Ok((DocumentView::of(one), one.text.clone()))
}

/// What changed between two versions of a document as unified text: by default from the one before the last to the
/// last. Empty when they say the same.
///
/// # Errors
/// [`DeskError`] when there is none.
pub async fn difference(
    ledger: &Ledger,
    kind: &str,
    name: &str,
    (from, to): (Option<u32>, Option<u32>),
) -> Result<String, DeskError> {
    let versions = ledger.history(kind, name).await?;
    let to = chosen(&versions, to)?;
    let from = chosen(&versions, Some(from.unwrap_or(to.version.saturating_sub(1).max(1))))?;
    let header = |one: &DocumentVersion| stored_name(&one.kind, &one.name, one.version);
    let lines = similar::TextDiff::from_lines(&from.text, &to.text);
    Ok(lines.unified_diff().context_radius(3).header(&header(from), &header(to)).to_string())
}

fn chosen(versions: &[DocumentVersion], version: Option<u32>) -> Result<&DocumentVersion, DeskError> {
    let last = versions.last().expect("a history has a version");
    let version = version.unwrap_or(last.version);
    versions.iter().find(|one| one.version == version).ok_or_else(|| DeskError::NoVersion {
        kind: last.kind.clone(),
        name: last.name.clone(),
        version,
        last: last.version,
    })
}

/// Writes every document that is in force into an empty folder, as it was entered; closing days where contracts look
/// for them. Imported again, it is the same catalogue. Gives the files.
///
/// # Errors
/// [`DeskError`]; what was written before stays.
pub async fn export(ledger: &Ledger, folder: &Path) -> Result<Vec<PathBuf>, DeskError> {
    let stored = ledger.catalogue().await?;
    if std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(DeskError::NotEmpty { folder: folder.to_owned() });
    }
    let mut written = Vec::new();
    for one in stored.in_force() {
        let name = match one.kind.as_str() {
            CALENDAR => one.name.clone(),
            kind => format!("{}.{}.yaml", kind.to_lowercase(), one.name),
        };
        let path = folder.join(name);
        let failed = |source| DeskError::File { path: path.clone(), source };
        path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(failed)?;
        std::fs::write(&path, &one.text).map_err(failed)?;
        written.push(path);
    }
    Ok(written)
}

/// Documents in force that entered ones do not take the place of.
fn others(stored: &StoredCatalogue, entered: &[EnteredDocument]) -> Vec<SourceFile> {
    let is_other = |one: &&DocumentVersion| !entered.iter().any(|new| (&new.kind, &new.name) == (&one.kind, &one.name));
    stored.in_force().filter(is_other).map(DocumentVersion::file).collect()
}

impl DocumentView {
    pub(crate) fn of(one: &DocumentVersion) -> Self {
        Self {
            kind: one.kind.clone(),
            name: one.name.clone(),
            version: one.version,
            tenant: concerns(&one.kind, &one.text),
            retired: one.retired,
            state: one.state,
            entered_by: one.entered_by.clone(),
            entered_at: utc_text(one.entered_at),
            sha256: one.sha256.clone(),
            decisions: one.decisions.iter().map(DecisionView::of).collect(),
        }
    }
}

impl DecisionView {
    fn of(one: &DecisionTaken) -> Self {
        Self { decision: one.decision, reason: one.reason.clone(), actor: one.actor.clone(), at: utc_text(one.at) }
    }
}
