//! The whole catalogue, wherever a part of it stands: what the ledger keeps and what lies in the desk's folder, with what the
//! linter finds; and a draft, checked with all the rest before anybody enters it.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;
use sla_core::catalogue::{
    CALENDAR, Catalogue, EnteredDocument, Finding, SourceFile, concerns, entered, stored_name, title_of,
};
use sla_core::decision::RequestState;
use sla_core::time::utc_text;
use sla_ledger::{DocumentVersion, Ledger, StoredCatalogue};

use super::{DecisionView, DeskError, chosen};
use crate::catalogue::{Files, read_files, together};
use crate::findings::FindingView;

/// The kind under which a file is listed whose documents cannot be told apart.
const FILE: &str = "File";

/// Where a document stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// In the ledger, with its versions.
    Ledger,
    /// In a file of the desk's folder, which is changed there.
    File,
}

/// A document of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DocumentHead {
    /// Its kind; `File` for a file whose documents cannot be told apart.
    pub kind: String,
    /// Its name. Versions of a contract are documents of their own: `nordlicht-platform.2` is its second.
    pub name: String,
    /// The name that people read; null where it says none.
    pub title: Option<String>,
    /// Where it stands.
    pub origin: Origin,
    /// Its file, relative to the desk's folder; null for what the ledger keeps.
    pub file: Option<String>,
    /// The line of the file on which it begins; null for what the ledger keeps.
    pub line: Option<usize>,
    /// Its version in the ledger; null for a file.
    pub version: Option<u32>,
    /// The one tenant that it concerns, of an exclusion or an incident; null for what concerns all.
    pub tenant: Option<String>,
    /// Whether it was taken out of the catalogue.
    pub retired: bool,
    /// Where it is; null for what nobody needs to approve, and for files.
    pub state: Option<RequestState>,
    /// Who entered it; null for a file.
    pub entered_by: Option<String>,
    /// When, in UTC; null for a file.
    pub entered_at: Option<String>,
    /// SHA-256 of its content.
    pub sha256: String,
}

/// A document in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CatalogueRow {
    /// The document.
    #[serde(flatten)]
    pub head: DocumentHead,
    /// Findings without which nothing can be computed from it.
    pub errors: usize,
    /// Findings that the parties will quarrel about and nobody has taken with a reason.
    pub unsound: usize,
}

/// A document with its text as it was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WholeDocument {
    /// The document.
    #[serde(flatten)]
    pub head: DocumentHead,
    /// What was decided of it, in order.
    pub decisions: Vec<DecisionView>,
    /// Its text.
    pub text: String,
}

/// What a draft is, and what it would take the place of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DraftName {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The one tenant that it concerns; null for what concerns all.
    pub tenant: Option<String>,
    /// Where the document of that kind and name stands now; null when there is none.
    pub origin: Option<Origin>,
    /// Its version there; null when there is none, and for a file.
    pub version: Option<u32>,
}

/// A draft, checked with all the rest of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Checked {
    /// What it is; none when it cannot be read, several when a separator stands in it.
    pub documents: Vec<DraftName>,
    /// What is to be mended in it. Lines are its own.
    pub findings: Vec<FindingView>,
    /// What is unsound in it and taken with a reason.
    pub accepted: Vec<FindingView>,
    /// What is to be mended elsewhere in the catalogue while it stands like this.
    pub elsewhere: Vec<FindingView>,
}

/// A document and its text, as the catalogue is read from.
struct Part {
    head: DocumentHead,
    /// The file as findings name it.
    place: String,
    text: String,
}

/// The catalogue as it is now, not yet understood.
pub(crate) struct Whole {
    files: Files,
    pub(crate) stored: StoredCatalogue,
    parts: Vec<Part>,
}

/// A draft and the rest of the catalogue.
pub(crate) struct Drafted {
    pub(crate) documents: Vec<EnteredDocument>,
    /// As findings name it.
    pub(crate) place: String,
    /// Everything, the draft in the place of what it is to replace.
    pub(crate) files: Vec<SourceFile>,
}

impl Whole {
    pub(crate) async fn read(ledger: &Ledger, folder: Option<&Path>) -> Result<Self, DeskError> {
        let stored = ledger.catalogue().await?;
        let files = folder.map(read_files).transpose()?.unwrap_or_default();
        let mut parts: Vec<Part> = stored.documents.iter().map(Part::stored).collect();
        for file in &files.files {
            parts.extend(in_file(file, folder.unwrap_or(Path::new(""))));
        }
        Ok(Self { files, stored, parts })
    }

    /// All of it as files.
    pub(crate) fn files(&self) -> Vec<SourceFile> {
        self.files.files.iter().cloned().chain(self.stored.files()).collect()
    }

    /// A draft in the place of what it is to replace.
    ///
    /// # Errors
    /// What keeps its documents from being told.
    pub(crate) fn with(&self, draft: &SourceFile) -> Result<Drafted, Vec<Finding>> {
        let documents = entered(draft)?;
        let replaced = |part: &&Part| part.is_one_of(&documents);
        let old = self.parts.iter().find(replaced);
        let place = match (old, documents.first()) {
            (Some(Part { head, place, .. }), _) if head.origin == Origin::File && head.kind == CALENDAR => {
                place.clone()
            }
            // Closing days are looked for beside it.
            (Some(Part { head, place, .. }), _) if head.origin == Origin::File => {
                PathBuf::from(place).with_file_name("a draft").display().to_string()
            }
            (old, Some(first)) => {
                let version = old.and_then(|part| part.head.version).unwrap_or_default() + 1;
                stored_name(&first.kind, &first.name, version)
            }
            (_, None) => draft.name.clone(),
        };
        let mut files = vec![SourceFile { name: place.clone(), text: draft.text.clone() }];
        for file in &self.files.files {
            let own = || self.parts.iter().filter(|part| part.place == file.name);
            if own().any(|part| replaced(&part)) {
                // Lines stay where they are in the file.
                files.extend(own().filter(|part| !replaced(part)).map(Part::in_place));
            } else {
                files.push(file.clone());
            }
        }
        let is_other =
            |one: &&DocumentVersion| !documents.iter().any(|new| (&new.kind, &new.name) == (&one.kind, &one.name));
        files.extend(self.stored.in_force().filter(is_other).map(DocumentVersion::file));
        Ok(Drafted { documents, place, files })
    }

    /// The document in which a finding lies.
    fn part_of(&self, finding: &Finding) -> Option<usize> {
        let here = |part: &Part| {
            part.place == finding.place.file && part.head.line.is_none_or(|line| line <= finding.place.line)
        };
        self.parts.iter().rposition(here)
    }

    fn named(&self, kind: &str, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.head.kind == kind && part.head.name == name)
    }
}

/// What is to be mended in files, and what is taken as it is.
async fn linted(files: Vec<SourceFile>, defects: Vec<Finding>) -> (Vec<Finding>, Vec<Finding>) {
    let lint = move || match Catalogue::read(&files) {
        Ok(catalogue) if defects.is_empty() => {
            let (open, accepted) = catalogue.unsound_findings();
            (open.into_iter().cloned().collect(), accepted.into_iter().cloned().collect())
        }
        read => (together(defects, read.err().unwrap_or_default()), Vec::new()),
    };
    tokio::task::spawn_blocking(lint).await.expect("the linter does not panic")
}

/// Every document of the catalogue: the last version of what the ledger keeps, and what lies in the desk's folder, by kind and
/// name. Documents that were taken out are there only when asked for.
///
/// # Errors
/// [`DeskError`] when the ledger or the folder cannot be read.
pub async fn whole_catalogue(
    ledger: &Ledger,
    folder: Option<&Path>,
    retired: bool,
) -> Result<Vec<CatalogueRow>, DeskError> {
    let whole = Whole::read(ledger, folder).await?;
    let (open, _) = linted(whole.files(), whole.files.defects.clone()).await;
    let mut counts = vec![(0, 0); whole.parts.len()];
    for finding in &open {
        let Some(index) = whole.part_of(finding) else { continue };
        match finding.severity() {
            sla_core::catalogue::Severity::Error => counts[index].0 += 1,
            sla_core::catalogue::Severity::Unsound => counts[index].1 += 1,
        }
    }
    let row = |(part, (errors, unsound)): (Part, (usize, usize))| CatalogueRow { head: part.head, errors, unsound };
    let mut rows: Vec<CatalogueRow> = whole.parts.into_iter().zip(counts).map(row).collect();
    rows.retain(|row| retired || !row.head.retired);
    rows.sort_by(|a, b| (&a.head.kind, &a.head.name).cmp(&(&b.head.kind, &b.head.name)));
    Ok(rows)
}

/// A document of the catalogue with its text; of what the ledger keeps a version, the last one when not said.
///
/// # Errors
/// [`DeskError`] when there is none.
pub async fn whole_document(
    ledger: &Ledger,
    folder: Option<&Path>,
    (kind, name): (&str, &str),
    version: Option<u32>,
) -> Result<WholeDocument, DeskError> {
    let whole = Whole::read(ledger, folder).await?;
    match whole.named(kind, name) {
        Some(part) if part.head.origin == Origin::File && version.is_none() => {
            Ok(WholeDocument { head: part.head.clone(), decisions: Vec::new(), text: part.text.clone() })
        }
        // Of what the ledger does not know there is no history, either.
        _ => {
            let versions = ledger.history(kind, name).await?;
            let one = chosen(&versions, version)?;
            let Part { head, text, .. } = Part::stored(one);
            Ok(WholeDocument { head, decisions: one.decisions.iter().map(DecisionView::of).collect(), text })
        }
    }
}

/// Checks a draft with all the rest of the catalogue, as `sla lint` does; nothing is entered. The name of a draft of closing
/// days ends in `.ics`.
///
/// # Errors
/// [`DeskError`] when the ledger or the folder cannot be read.
pub async fn check_draft(ledger: &Ledger, folder: Option<&Path>, draft: &SourceFile) -> Result<Checked, DeskError> {
    let whole = Whole::read(ledger, folder).await?;
    let views = |findings: &[Finding]| findings.iter().map(FindingView::of).collect();
    let Drafted { documents, place, files } = match whole.with(draft) {
        Ok(drafted) => drafted,
        Err(findings) => {
            let findings = views(&findings);
            return Ok(Checked { documents: Vec::new(), findings, accepted: Vec::new(), elsewhere: Vec::new() });
        }
    };
    let (open, accepted) = linted(files, whole.files.defects.clone()).await;
    let is_own = |finding: &Finding| finding.place.file == place;
    let (own, elsewhere): (Vec<Finding>, Vec<Finding>) = open.into_iter().partition(is_own);
    let accepted: Vec<Finding> = accepted.into_iter().filter(is_own).collect();
    let name = |document: &EnteredDocument| {
        let there = whole.named(&document.kind, &document.name).filter(|part| !part.head.retired);
        DraftName {
            kind: document.kind.clone(),
            name: document.name.clone(),
            tenant: concerns(&document.kind, &document.text),
            origin: there.map(|part| part.head.origin),
            version: there.and_then(|part| part.head.version),
        }
    };
    Ok(Checked {
        documents: documents.iter().map(name).collect(),
        findings: views(&own),
        accepted: views(&accepted),
        elsewhere: views(&elsewhere),
    })
}

/// The documents of a file of the folder; the file itself where they cannot be told.
fn in_file(file: &SourceFile, folder: &Path) -> Vec<Part> {
    let path = Path::new(&file.name);
    let name = path.strip_prefix(folder).unwrap_or(path).display().to_string();
    let part = |kind: &str, one: &str, title: Option<String>, (line, text): (usize, &str), sha256: String| Part {
        head: DocumentHead {
            kind: kind.to_owned(),
            name: one.to_owned(),
            title,
            origin: Origin::File,
            file: Some(name.clone()),
            line: Some(line),
            version: None,
            tenant: concerns(kind, text),
            retired: false,
            state: None,
            entered_by: None,
            entered_at: None,
            sha256,
        },
        place: file.name.clone(),
        text: text.to_owned(),
    };
    let relative = SourceFile { name: name.clone(), text: file.text.clone() };
    match entered(&relative) {
        Ok(documents) => {
            let one =
                |one: EnteredDocument| part(&one.kind, &one.name, one.title, (one.first_line, &one.text), one.sha256);
            documents.into_iter().map(one).collect()
        }
        Err(_) => {
            let sha256 = sla_core::evidence::sha256_hex(file.text.as_bytes());
            vec![part(FILE, &name, None, (1, &file.text), sha256)]
        }
    }
}

impl Part {
    fn stored(one: &DocumentVersion) -> Self {
        let head = DocumentHead {
            kind: one.kind.clone(),
            name: one.name.clone(),
            title: title_of(&one.text),
            origin: Origin::Ledger,
            file: None,
            line: None,
            version: Some(one.version),
            tenant: concerns(&one.kind, &one.text),
            retired: one.retired,
            state: one.state,
            entered_by: Some(one.entered_by.clone()),
            entered_at: Some(utc_text(one.entered_at)),
            sha256: one.sha256.clone(),
        };
        Self { head, place: stored_name(&one.kind, &one.name, one.version), text: one.text.clone() }
    }

    fn is_one_of(&self, documents: &[EnteredDocument]) -> bool {
        documents.iter().any(|one| (&one.kind, &one.name) == (&self.head.kind, &self.head.name))
    }

    /// It alone, on the lines of its file on which it stands.
    fn in_place(&self) -> SourceFile {
        let above = "\n".repeat(self.head.line.unwrap_or(1) - 1);
        SourceFile { name: self.place.clone(), text: format!("{above}{}", self.text) }
    }
}
