//! Entering documents: a folder of them, or one. What says the same as before adds nothing.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use sla_core::catalogue::{
    CALENDAR, Catalogue, Code, EnteredDocument, Finding, SourceFile, entered, is_calendar, twice,
};
use sla_core::phrase;
use sla_core::time::UnixSeconds;
use sla_ledger::{Actor, DocumentEntry, DocumentVersion, Ledger, LedgerError, StoredCatalogue};

use super::{DeskError, checked, others};
use crate::catalogue::{Files, read_files};

/// How often a document is checked anew when others enter something meanwhile.
const ATTEMPTS: usize = 8;

const DATA_SOURCE: &str = "DataSource";
/// What the first server is called.
const FIRST_SERVER: &str = "prometheus";

/// A document that was entered, or was there already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Entered {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// Whether the ledger held that very content already, and nothing was added.
    pub unchanged: bool,
}

/// A document that somebody enters.
#[derive(Clone, Copy, Debug)]
pub struct PutRequest<'a> {
    /// It as a file: the name is what findings call it.
    pub file: &'a SourceFile,
    /// A folder that it is checked together with, where a part of the catalogue is kept in files.
    pub folder: Option<&'a Path>,
    /// The version that it takes the place of; none when it is new.
    pub seen: Option<u32>,
    /// Who enters it.
    pub actor: Actor<'a>,
    /// The clock, Unix seconds.
    pub now: UnixSeconds,
}

/// Enters every document of a folder, all or none: what is new or says something else becomes a version, after all of
/// it was checked together with what the ledger holds beside it.
///
/// # Errors
/// [`DeskError`]; nothing was entered then.
pub async fn import(
    ledger: &Ledger,
    folder: &Path,
    actor: Actor<'_>,
    now: UnixSeconds,
) -> Result<Vec<Entered>, DeskError> {
    let Files { files, defects } = read_files(folder)?;
    if !defects.is_empty() {
        return Err(DeskError::unsound(defects));
    }
    let mut documents = Vec::new();
    let mut findings = Vec::new();
    let (calendars, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| is_calendar(&file.name));
    for file in &files {
        match entered(file) {
            Ok(read) => documents.extend(read),
            Err(defects) => findings.extend(defects),
        }
    }
    findings.extend(twice(&documents));
    if !findings.is_empty() {
        findings.sort();
        findings.dedup();
        return Err(DeskError::unsound(findings));
    }
    for _ in 0..ATTEMPTS {
        let stored = ledger.catalogue().await?;
        let catalogue = checked(Some(folder), others(&stored, &documents))?;
        let mut documents = documents.clone();
        documents.extend(named_calendars(&catalogue, &calendars)?);
        let seen = |one: &EnteredDocument| stored.find(&one.kind, &one.name).map_or(0, |last| last.version);
        let entries: Vec<(&EnteredDocument, u32)> = documents.iter().map(|one| (one, seen(one))).collect();
        match enter(ledger, &stored, &entries, actor, now).await {
            Err(LedgerError::CatalogueMoved | LedgerError::Stale { .. }) => {}
            entered => return Ok(entered?),
        }
    }
    Err(LedgerError::CatalogueMoved.into())
}

/// Enters one document after it was checked with all the rest.
///
/// # Errors
/// [`DeskError`]; nothing was entered then. [`LedgerError::Stale`] when it is at another version than was seen.
pub async fn put(ledger: &Ledger, request: &PutRequest<'_>) -> Result<Entered, DeskError> {
    let documents = entered(request.file).map_err(DeskError::unsound)?;
    let [one] = documents.as_slice() else {
        return Err(DeskError::NotOne { file: request.file.name.clone(), count: documents.len() });
    };
    for _ in 0..ATTEMPTS {
        let stored = ledger.catalogue().await?;
        let seen = request.seen.unwrap_or(0);
        stored.must_be(&one.kind, &one.name, seen)?;
        let mut files = kept_beside(request.file, &stored);
        files.extend(others(&stored, &documents));
        files.push(as_kept(one, request.file));
        checked(request.folder, files)?;
        match enter(ledger, &stored, &[(one, seen)], request.actor, request.now).await {
            Err(LedgerError::CatalogueMoved) => {}
            entered => return Ok(entered?.remove(0)),
        }
    }
    Err(LedgerError::CatalogueMoved.into())
}

/// Enters the server that measurements come from, when a desk is founded: it is the catalogue's first document.
///
/// # Errors
/// [`DeskError`]; nothing was entered then.
pub async fn put_server(ledger: &Ledger, url: &str, actor: Actor<'_>, now: UnixSeconds) -> Result<Entered, DeskError> {
    // JSON's texts are YAML's.
    let text = serde_json::json!({
        "apiVersion": "openslo/v1",
        "kind": DATA_SOURCE,
        "metadata": { "name": FIRST_SERVER },
        "spec": { "type": "Prometheus", "connectionDetails": { "url": url } },
    });
    let text = serde_json::to_string_pretty(&text).expect("a document has only string keys");
    // Who did not come to the end of founding before left one there.
    let seen = ledger.catalogue().await?.find(DATA_SOURCE, FIRST_SERVER).map(|last| last.version);
    let file = SourceFile { name: FIRST_SERVER.to_owned(), text };
    put(ledger, &PutRequest { file: &file, folder: None, seen, actor, now }).await
}

/// Takes a document out of the catalogue; the others must be sound without it. A further version of it brings it back.
///
/// # Errors
/// [`DeskError`]; nothing was entered then.
pub async fn retire(
    ledger: &Ledger,
    (kind, name): (&str, &str),
    folder: Option<&Path>,
    seen: Option<u32>,
    (actor, now): (Actor<'_>, UnixSeconds),
) -> Result<Entered, DeskError> {
    for _ in 0..ATTEMPTS {
        let stored = ledger.catalogue().await?;
        let last = stored.find(kind, name).filter(|last| !last.retired).ok_or_else(|| LedgerError::Unknown {
            subject: format!("{kind} {name}"),
            known: "sla catalogue list names what is there".to_owned(),
        })?;
        stored.must_be(kind, name, seen.unwrap_or(last.version))?;
        let left = stored.in_force().filter(|one| (one.kind.as_str(), one.name.as_str()) != (kind, name));
        checked(folder, left.map(DocumentVersion::file).collect())?;
        let entry = DocumentEntry {
            kind: last.kind.clone(),
            name: last.name.clone(),
            text: last.text.clone(),
            sha256: last.sha256.clone(),
            retired: true,
            seen: last.version,
        };
        match ledger.enter(&[entry], stored.versions, actor, now).await {
            Err(LedgerError::CatalogueMoved) => {}
            version => {
                let version = version?[0];
                return Ok(Entered { kind: kind.to_owned(), name: name.to_owned(), version, unchanged: false });
            }
        }
    }
    Err(LedgerError::CatalogueMoved.into())
}

/// Enters what says something else than the version that was seen.
async fn enter(
    ledger: &Ledger,
    stored: &StoredCatalogue,
    documents: &[(&EnteredDocument, u32)],
    actor: Actor<'_>,
    now: UnixSeconds,
) -> Result<Vec<Entered>, LedgerError> {
    let is_known = |one: &EnteredDocument| {
        stored.find(&one.kind, &one.name).is_some_and(|last| !last.retired && last.sha256 == one.sha256)
    };
    let new = documents.iter().filter(|(one, _)| !is_known(one)).map(|(one, seen)| DocumentEntry {
        kind: one.kind.clone(),
        name: one.name.clone(),
        text: one.text.clone(),
        sha256: one.sha256.clone(),
        retired: false,
        seen: *seen,
    });
    let versions = ledger.enter(&new.collect::<Vec<_>>(), stored.versions, actor, now).await?;
    let mut versions = versions.into_iter();
    let entered = documents.iter().map(|(one, seen)| {
        let unchanged = is_known(one);
        let version = if unchanged { *seen } else { versions.next().unwrap_or_default() };
        Entered { kind: one.kind.clone(), name: one.name.clone(), version, unchanged }
    });
    Ok(entered.collect())
}

/// Closing days are found by the name under which they are kept; everything else is told by its own file.
fn as_kept(one: &EnteredDocument, file: &SourceFile) -> SourceFile {
    match one.kind.as_str() {
        CALENDAR => {
            SourceFile { name: sla_core::catalogue::stored_name(CALENDAR, &one.name, 0), text: one.text.clone() }
        }
        _ => file.clone(),
    }
}

/// The closing days that the ledger keeps, as if they lay beside a file: a contract that is entered will find them there.
fn kept_beside(file: &SourceFile, stored: &StoredCatalogue) -> Vec<SourceFile> {
    let folder = Path::new(&file.name).parent().unwrap_or(Path::new(""));
    let beside = |path: &str| folder.join(path).display().to_string();
    let calendars = stored.in_force().filter(|one| one.kind == CALENDAR);
    calendars.map(|one| SourceFile { name: beside(&one.name), text: one.text.clone() }).collect()
}

/// Closing days under the paths by which contracts name them, relative to the contract's own file; those that nobody
/// names are no part of the catalogue.
fn named_calendars(catalogue: &Catalogue, files: &[SourceFile]) -> Result<Vec<EnteredDocument>, DeskError> {
    let mut calendars: Vec<(EnteredDocument, &SourceFile)> = Vec::new();
    for contract in catalogue.contracts.values() {
        let named = contract.spec.holidays.iter().flat_map(|holidays| &holidays.closing_days);
        for (index, path) in named.enumerate() {
            let place = contract.place(&format!("/spec/holidays/closingDays/{index}"));
            let beside = Path::new(&place.file).parent().unwrap_or(Path::new("")).join(path);
            let Some(file) = files.iter().find(|file| Path::new(&file.name) == beside) else { continue };
            let kept = SourceFile { name: path.clone(), text: file.text.clone() };
            let mut read = entered(&kept).map_err(DeskError::unsound)?;
            let (Some(document), true) = (read.pop(), read.is_empty()) else { continue };
            match calendars.iter().find(|(known, _)| known.name == document.name) {
                None => calendars.push((document, file)),
                Some((known, _)) if known.sha256 == document.sha256 => {}
                Some((_, first)) => {
                    let finding = Finding {
                        place,
                        code: Code::Duplicate,
                        found: phrase!(
                            "other closing days {path:?}, those of {}",
                            "andere Schließtage {path:?}, die aus {}",
                            file.name
                        ),
                        expected: phrase!(
                            "one file of that name only; the first is {}",
                            "nur eine Datei dieses Namens; die erste ist {}",
                            first.name
                        ),
                        stake: None,
                    };
                    return Err(DeskError::unsound(vec![finding]));
                }
            }
        }
    }
    Ok(calendars.into_iter().map(|(document, _)| document).collect())
}
