//! Looking at a bundle: is it as it was sealed, and does what it holds say what its report says?

use std::path::Path;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use sla_capture::EvidenceStore;
use sla_core::audit::month_subject;
use sla_core::billing::Settlement;
use sla_core::catalogue::Catalogue;
use sla_core::record::{Contact, Language, MonthDifference, MonthRecord};
use sla_core::time::Month;
use sla_report::bundle::{BundleEntry, Flaw, MANIFEST, Manifest, Opened, PublicKey, open};
use sla_report::{ADDED_DOCUMENTS, Templates};

use super::gather::files_of;
use super::{
    BundleError, CONTACTS, DOCUMENTS, DRAWN_LETTER, EARLIER, EVIDENCE, Files, LETTER, REPORT, SETTLEMENT, TEMPLATES,
    unreadable,
};
use crate::again::restated;
use crate::documents::render;

/// What became of looking at a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Verification {
    /// Whether everything was looked at and agrees.
    pub agrees: bool,
    /// What the bundle says it is; null where that cannot be read.
    pub month: Option<SealedMonth>,
    /// Whether the key was given by who asks. Otherwise the signature was checked by the key inside, of which nobody knows yet
    /// whose it is.
    pub key_given: bool,
    /// What was looked at, in order.
    pub checks: Vec<BundleCheck>,
    /// How many earlier months were taken as the bundle states them.
    pub earlier_months: usize,
    /// What the figures come to otherwise when they are computed again; null where they are the same, or were not.
    pub difference: Option<MonthDifference>,
}

/// What a bundle is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SealedMonth {
    /// The tenant.
    pub tenant: String,
    /// The contract.
    pub contract: String,
    /// The month.
    pub month: Month,
    /// The revision.
    pub revision: u32,
    /// Language of its documents.
    pub language: Language,
    /// Version of the program that sealed it.
    pub program: String,
    /// Id of the key inside.
    pub key: Option<String>,
    /// Where the audit chain ended when it was sealed.
    pub chain_head: String,
}

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BundleCheck {
    /// What.
    pub check: CheckName,
    /// What became of it.
    pub outcome: CheckOutcome,
    /// How many things of that kind there are.
    pub count: usize,
    /// What does not agree.
    pub flaws: Vec<Flaw>,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckName {
    /// The archive, its signature, and every file by its hash.
    Seal,
    /// The entry of the audit chain.
    Chain,
    /// Every figure, computed again from the evidence.
    Figures,
    /// Every document, drawn again.
    Documents,
}

/// What became of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// It agrees.
    Agrees,
    /// It does not agree.
    Differs,
    /// It was not looked at, because what it rests on does not agree.
    NotChecked,
}

impl CheckName {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Seal => "seal",
            Self::Chain => "chain",
            Self::Figures => "figures",
            Self::Documents => "documents",
        }
    }
}

impl CheckOutcome {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Differs => "differs",
            Self::NotChecked => "not_checked",
        }
    }
}

impl BundleCheck {
    fn of(check: CheckName, count: usize, flaws: Vec<Flaw>) -> Self {
        let outcome = if flaws.is_empty() { CheckOutcome::Agrees } else { CheckOutcome::Differs };
        Self { check, outcome, count, flaws }
    }

    fn not(check: CheckName) -> Self {
        Self { check, outcome: CheckOutcome::NotChecked, count: 0, flaws: Vec::new() }
    }
}

/// A bundle that is as it was sealed, and what it says.
struct Sound {
    manifest: Manifest,
    files: Files,
    record: MonthRecord,
}

/// Looks at a bundle. Neither a ledger nor a network is asked; what it holds is computed in a folder that goes afterwards.
///
/// # Errors
/// [`BundleError::File`] when this machine has no room for it. What is wrong with the bundle is what it gives.
pub async fn verify_bundle(bytes: Vec<u8>, key: Option<&PublicKey>) -> Result<Verification, BundleError> {
    let (given, key_given) = (key.cloned(), key.is_some());
    let look = move || opened(&bytes, given.as_ref());
    let (month, seal, sound) = tokio::task::spawn_blocking(look).await.expect("opening a bundle does not panic");
    let mut verification =
        Verification { agrees: false, month, key_given, checks: vec![seal], earlier_months: 0, difference: None };
    let rest = [CheckName::Chain, CheckName::Figures, CheckName::Documents];
    let Some(sound) = sound else {
        verification.checks.extend(rest.map(BundleCheck::not));
        return Ok(verification);
    };
    verification.earlier_months = sound.files.keys().filter(|path| path.starts_with(EARLIER)).count();
    verification.checks.push(BundleCheck::of(CheckName::Chain, 1, chain(&sound)));
    let folder = tempfile::tempdir().map_err(BundleError::file(&std::env::temp_dir()))?;
    let evidence = sound.record.evidence.len();
    match again(&sound, folder.path()).await? {
        Err(flaw) => {
            verification.checks.push(BundleCheck::of(CheckName::Figures, evidence, vec![flaw]));
            verification.checks.push(BundleCheck::not(CheckName::Documents));
        }
        Ok(again) => {
            let flaws = figures(&sound.record, &again);
            if !flaws.is_empty() {
                verification.difference = Some(MonthDifference::between(&sound.record, &again));
            }
            verification.checks.push(BundleCheck::of(CheckName::Figures, evidence, flaws));
            let (count, flaws) = documents(sound, again, folder.path()).await?;
            verification.checks.push(BundleCheck::of(CheckName::Documents, count, flaws));
        }
    }
    verification.agrees = verification.checks.iter().all(|check| check.outcome == CheckOutcome::Agrees);
    Ok(verification)
}

/// What a bundle says of itself, whether it is as it was sealed, and its content where it is.
fn opened(bytes: &[u8], key: Option<&PublicKey>) -> (Option<SealedMonth>, BundleCheck, Option<Sound>) {
    let Opened { mut flaws, manifest, signer, files } = open(bytes, key);
    let month = manifest.as_ref().map(|manifest| SealedMonth {
        tenant: manifest.tenant.clone(),
        contract: manifest.contract.clone(),
        month: manifest.month,
        revision: manifest.revision,
        language: manifest.language,
        program: manifest.program.clone(),
        key: signer.map(|key| key.id()),
        chain_head: manifest.chain.head.clone(),
    });
    let count = files.len();
    let sound = manifest.filter(|_| flaws.is_empty()).and_then(|manifest| {
        let read = files.get(REPORT).map(|text| serde_json::from_slice::<MonthRecord>(text));
        let record = match read {
            Some(Ok(record)) => record,
            Some(Err(error)) => {
                flaws.push(unreadable(REPORT, error));
                return None;
            }
            None => {
                flaws.push(Flaw::Missing { file: REPORT.to_owned() });
                return None;
            }
        };
        let Manifest { tenant, contract, month, revision, .. } = &manifest;
        let is_same = (&record.tenant, &record.contract.id, record.month, record.revision)
            == (tenant, contract, *month, *revision);
        if !is_same {
            flaws.push(unreadable(REPORT, "the report of another month"));
            return None;
        }
        let files = files.into_iter().map(|(path, content)| (path, content.to_vec())).collect();
        Some(Sound { manifest, files, record })
    });
    (month, BundleCheck::of(CheckName::Seal, count, flaws), sound)
}

/// Whether the chain's entry is whole, and tells of this very record.
fn chain(sound: &Sound) -> Vec<Flaw> {
    #[derive(serde::Deserialize)]
    struct Payload {
        digest: String,
    }
    let Sound { manifest, record, .. } = sound;
    let entry: &BundleEntry = &manifest.chain.entry;
    let subject = month_subject(&record.tenant, &record.contract.id, record.month, record.revision);
    let payload = serde_json::from_str::<Payload>(&entry.payload).ok();
    let Some(payload) = payload.filter(|_| entry.is_sound() && entry.subject == subject) else {
        return vec![Flaw::ChainEntry];
    };
    let found = record.digest();
    match payload.digest == found && manifest.record_sha256 == found {
        true => Vec::new(),
        false => vec![Flaw::ChainRecord { noted: payload.digest, found }],
    }
}

/// The month, computed again from what the bundle holds.
async fn again(sound: &Sound, folder: &Path) -> Result<Result<MonthRecord, Flaw>, BundleError> {
    let Sound { manifest, files, record } = sound;
    let store = EvidenceStore::new(folder.join("evidence"));
    for (path, content) in files.iter().filter(|(path, _)| path.starts_with(EVIDENCE)) {
        if let Err(error) = store.put(content) {
            return match error {
                sla_capture::StoreError::Write { cause, .. } => Err(BundleError::file(folder)(cause)),
                error => Ok(Err(unreadable(path, error))),
            };
        }
    }
    let mut known = Vec::new();
    for (path, content) in files.iter().filter(|(path, _)| path.starts_with(EARLIER)) {
        match serde_json::from_slice(content) {
            Ok(earlier) => known.push(earlier),
            Err(error) => return Ok(Err(unreadable(path, error))),
        }
    }
    let (documents, all) = (manifest.catalogue.clone(), files.clone());
    let read = move || {
        let files = files_of(&documents, &all).map_err(|path| unreadable(&path, "no text"))?;
        let mut catalogue = Catalogue::read(&files).map_err(|findings| {
            let file = findings.first().map_or(MANIFEST, |finding| finding.place.file.as_str());
            unreadable(file, findings.first().map(ToString::to_string).unwrap_or_default())
        })?;
        catalogue.rule(documents.iter().filter_map(sla_report::bundle::BundleDocument::ruling).collect());
        Ok(catalogue)
    };
    let catalogue = tokio::task::spawn_blocking(read).await.expect("reading a catalogue does not panic");
    let catalogue = match catalogue {
        Ok(catalogue) => catalogue,
        Err(flaw) => return Ok(Err(flaw)),
    };
    let again = restated(&catalogue, record, &store, &known, manifest.closed_at).await;
    Ok(again.map_err(|problem| Flaw::NotComputed { reason: problem.detail }))
}

/// Whether the figures are those of the report.
fn figures(record: &MonthRecord, again: &MonthRecord) -> Vec<Flaw> {
    let (noted, found) = (record.digest(), again.digest());
    if noted == found { Vec::new() } else { vec![Flaw::Figures { noted, found }] }
}

/// How many documents there are, and which are others when they are drawn again.
async fn documents(sound: Sound, again: MonthRecord, folder: &Path) -> Result<(usize, Vec<Flaw>), BundleError> {
    let Sound { manifest, files, .. } = sound;
    let there: Files = files.iter().filter(|(path, _)| path.starts_with(DOCUMENTS)).map(owned).collect();
    let own = folder.join("templates");
    let own = lay_templates(&files, &own)?.then_some(own);
    let draw = move || {
        let templates = match &own {
            None => Templates::builtin(),
            Some(own) => Templates::from_folder(own).map_err(|error| not_drawn(&error))?,
        };
        let contacts: Vec<Contact> = read(&files, CONTACTS)?.unwrap_or_default();
        let settlement: Option<Settlement> = read(&files, SETTLEMENT)?;
        let letter = files.get(LETTER).filter(|_| files.contains_key(DRAWN_LETTER));
        let letter = letter.map(|letter| String::from_utf8_lossy(letter).into_owned());
        let drawn = render(&Arc::new(templates), &again, settlement.as_ref(), &contacts, letter.as_deref());
        let drawn = drawn.map_err(|error| not_drawn(&error))?;
        Ok(drawn.into_iter().map(|one| (format!("{DOCUMENTS}{}", one.name), one.bytes)).collect::<Files>())
    };
    let drawn = match tokio::task::spawn_blocking(draw).await.expect("rendering does not panic") {
        Ok(drawn) => drawn,
        Err(flaw) => return Ok((there.len(), vec![flaw])),
    };
    let program = manifest.program;
    let other = |file: &String| Flaw::Document { file: file.clone(), program: program.clone() };
    let mut flaws: Vec<Flaw> =
        there.iter().filter(|(file, bytes)| drawn.get(*file) != Some(bytes)).map(|(file, _)| other(file)).collect();
    // A bundle of a version that did not draw a document yet is whole without it.
    let added = |file: &str| file.strip_prefix(DOCUMENTS).is_some_and(|name| ADDED_DOCUMENTS.contains(&name));
    let missing = drawn.keys().filter(|file| !there.contains_key(*file) && !added(file));
    flaws.extend(missing.map(|file| Flaw::Missing { file: file.clone() }));
    Ok((there.len(), flaws))
}

fn owned((path, content): (&String, &Vec<u8>)) -> (String, Vec<u8>) {
    (path.clone(), content.clone())
}

fn not_drawn(error: &dyn std::fmt::Display) -> Flaw {
    Flaw::NotDrawn { reason: error.to_string() }
}

/// A file of the bundle as a value, where it is there.
fn read<T: serde::de::DeserializeOwned>(files: &Files, path: &str) -> Result<Option<T>, Flaw> {
    let read = files.get(path).map(|content| serde_json::from_slice(content)).transpose();
    read.map_err(|error| unreadable(path, error))
}

/// Lays the bundle's own templates into a folder; gives whether there are any.
fn lay_templates(files: &Files, folder: &Path) -> Result<bool, BundleError> {
    let mut any = false;
    for (path, content) in files {
        let Some(name) = path.strip_prefix(TEMPLATES) else { continue };
        // Opening has made sure that no name leads out of a folder.
        let file = folder.join(name);
        let parent = file.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent).map_err(BundleError::file(parent))?;
        std::fs::write(&file, content).map_err(BundleError::file(&file))?;
        any = true;
    }
    Ok(any)
}
