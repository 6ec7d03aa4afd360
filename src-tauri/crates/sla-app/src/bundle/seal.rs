//! Sealing a month that is on record. The bundle is looked at by the very same check as everywhere else before anybody gets it.

use std::path::{Path, PathBuf};

use sla_capture::{EvidenceStore, StoreError};
use sla_core::audit::month_subject;
use sla_core::catalogue::Catalogue;
use sla_core::record::MonthRecord;
use sla_core::time::UnixSeconds;
use sla_ledger::{AuditRequest, Ledger, LedgerError, MonthStatus};
use sla_report::bundle::{BUNDLE_SCHEMA, BundleChain, BundleDocument, Manifest, SealError, SecretKey, seal};

use super::check::{Verification, verify_bundle};
use super::gather::gather;
use super::{BundleError, CONTACTS, DOCUMENTS, EARLIER, EVIDENCE, Files, TEMPLATES};
use crate::catalogue::{Files as Read, read_files, together};
use crate::desk::DeskError;
use crate::documents::{DocumentsError, DocumentsRequest, chosen, contacts, draw_documents};
use crate::error::CloseError;
use crate::history::before_then;
use crate::review::ReviewError;
use crate::verify::store_code;

/// The most files and bytes of templates.
pub(crate) const MOST_TEMPLATE_FILES: usize = 200;
pub(crate) const MOST_TEMPLATE_BYTES: u64 = 64 * 1024 * 1024;
/// The most entries of the chain that are looked through for the one of a revision: of the first all that begin with its number.
const MOST_ENTRIES: u32 = 1_000;

/// What is to be sealed, and with what.
#[derive(Clone, Copy)]
pub struct SealRequest<'a> {
    /// The revision, and the wording and look of its documents.
    pub of: DocumentsRequest<'a>,
    /// The folder with the templates of [`Self::of`]; none where they are those that come with the program.
    pub templates: Option<&'a Path>,
    /// The folder of the catalogue that the month was closed with, where a part of it lies in one. Of what the ledger keeps, the
    /// bundle gets what was in force when the month was closed.
    pub folder: Option<&'a Path>,
    /// The evidence.
    pub evidence: &'a EvidenceStore,
    /// The key.
    pub key: &'a SecretKey,
}

/// A sealed month.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// A name for its file, such as `nordlicht-2026-10.zip`.
    pub name: String,
    /// The bundle.
    pub bytes: Vec<u8>,
    /// What its check says: that everything agrees.
    pub verification: Verification,
}

/// Why a month was not sealed; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum MonthSealError {
    /// The month is not found, or its documents cannot be drawn.
    #[error(transparent)]
    Documents(#[from] DocumentsError),
    /// The catalogue cannot be read.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// What was decided of earlier months cannot be read.
    #[error(transparent)]
    Close(#[from] CloseError),
    /// The evidence is not there, or was altered.
    #[error(transparent)]
    Evidence(#[from] StoreError),
    /// The audit chain does not tell of the revision.
    #[error("the audit chain has no entry of {subject}; verify the ledger")]
    NoEntry {
        /// The revision.
        subject: String,
    },
    /// A folder of templates is none that could be sealed.
    #[error(
        "{} holds more than {MOST_TEMPLATE_FILES} files or {MOST_TEMPLATE_BYTES} bytes; name a folder with nothing but templates",
        .folder.display()
    )]
    Templates {
        /// The folder.
        folder: PathBuf,
    },
    /// The files do not become a bundle.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A file cannot be read.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// What is there does not say again what is on record.
    #[error(
        "what is there does not make revision {revision} again, so nobody could check it; name the catalogue and the templates \
         with which it was closed"
    )]
    Otherwise {
        /// The revision.
        revision: u32,
        /// What does not agree.
        verification: Box<Verification>,
    },
}

impl MonthSealError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Documents(error) => error.code(),
            Self::Desk(error) => error.code(),
            Self::Close(error) => error.code(),
            Self::Evidence(error) => store_code(error),
            Self::NoEntry { .. } => "bundle.no_entry",
            Self::Templates { .. } => "bundle.templates",
            Self::Seal(_) => "bundle.seal",
            Self::Bundle(error) => error.code(),
            Self::Otherwise { .. } => "bundle.otherwise",
        }
    }
}

impl From<LedgerError> for MonthSealError {
    fn from(error: LedgerError) -> Self {
        Self::Documents(error.into())
    }
}

impl From<ReviewError> for MonthSealError {
    fn from(error: ReviewError) -> Self {
        Self::Documents(error.into())
    }
}

/// Seals a revision of a month.
///
/// # Errors
/// [`MonthSealError`]; [`MonthSealError::Otherwise`] when the bundle would not agree with itself.
pub async fn seal_month(ledger: &Ledger, request: &SealRequest<'_>) -> Result<Sealed, MonthSealError> {
    let known = ledger.revisions(Some(request.of.tenant), Some(request.of.month)).await?;
    let status = chosen(&known, &request.of)?;
    let record = &status.record;
    let mut files = Files::new();
    for document in draw_documents(ledger, &request.of).await?.documents {
        files.insert(format!("{DOCUMENTS}{}", document.name), document.bytes);
    }
    let contacts = serde_json::to_vec_pretty(&contacts(ledger, status).await?).expect("contacts are texts");
    files.insert(CONTACTS.to_owned(), contacts);
    files.extend(evidence(record, request.evidence).await?);
    if let Some(folder) = request.templates {
        files.extend(templates(folder)?);
    }
    let manifest = Manifest {
        schema: BUNDLE_SCHEMA.to_owned(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        tenant: record.tenant.clone(),
        contract: record.contract.id.clone(),
        month: record.month,
        revision: record.revision,
        language: record.language,
        record_sha256: record.digest(),
        closed_at: status.closed_at,
        chain: chain(ledger, record).await?,
        catalogue: Vec::new(),
        files: Vec::new(),
    };
    let is_other = |one: &MonthStatus| one.record.contract.id != record.contract.id;
    let contract = if known.iter().any(is_other) { format!("-{}", record.contract.id) } else { String::new() };
    let name = format!("{}{contract}-{}.zip", record.tenant, record.month);
    let mut otherwise = None;
    // A close is dated by its begin. What others did in that very second came after it, and what they did while its sources were
    // asked may have come before it.
    for then in [status.closed_at, status.closed_at - 1, UnixSeconds::MAX] {
        let (mut files, mut manifest) = (files.clone(), manifest.clone());
        files.extend(earlier(ledger, record, then).await?);
        let (catalogue, documents) = catalogue(ledger, request.folder, &record.tenant, then).await?;
        files.extend(documents);
        manifest.catalogue = catalogue;
        let bytes = seal(files, manifest, request.key)?;
        let verification = verify_bundle(bytes.clone(), Some(&request.key.public())).await?;
        if verification.agrees {
            return Ok(Sealed { name, bytes, verification });
        }
        otherwise.get_or_insert(verification);
    }
    let verification = Box::new(otherwise.expect("there was a first try"));
    Err(MonthSealError::Otherwise { revision: record.revision, verification })
}

/// The months before it of the same contract, as they were at a time.
async fn earlier(ledger: &Ledger, record: &MonthRecord, then: UnixSeconds) -> Result<Files, CloseError> {
    let known = before_then(ledger, record.month, &record.tenant, then).await?;
    let own = known.into_iter().filter(|earlier| earlier.contract.id == record.contract.id);
    Ok(own.map(|earlier| (format!("{EARLIER}{}.json", earlier.month), earlier.to_json().into_bytes())).collect())
}

async fn evidence(record: &MonthRecord, store: &EvidenceStore) -> Result<Files, StoreError> {
    let (store, named) = (store.clone(), record.evidence.clone());
    let read = move || {
        let file = |sha256: &str| Ok((format!("{EVIDENCE}{sha256}.parquet"), store.read(sha256)?.1));
        named.iter().map(|one| file(&one.sha256)).collect()
    };
    tokio::task::spawn_blocking(read).await.expect("reading files does not panic")
}

/// The documents by which the tenant's months were stated at a time, and the decisions about them.
async fn catalogue(
    ledger: &Ledger,
    folder: Option<&Path>,
    tenant: &str,
    then: UnixSeconds,
) -> Result<(Vec<BundleDocument>, Files), MonthSealError> {
    let stored = ledger.catalogue_then(then).await?;
    let (folder, tenant) = (folder.map(Path::to_owned), tenant.to_owned());
    let read = move || {
        let Read { files, defects } = folder.as_deref().map(read_files).transpose()?.unwrap_or_default();
        let all: Vec<_> = files.iter().cloned().chain(stored.files()).collect();
        let catalogue = match Catalogue::read(&all) {
            Ok(catalogue) if defects.is_empty() => catalogue,
            read => return Err(DeskError::unsound(together(defects, read.err().unwrap_or_default()))),
        };
        gather((&files, &stored), folder.as_deref(), &catalogue, &tenant).map_err(DeskError::unsound)
    };
    Ok(tokio::task::spawn_blocking(read).await.expect("reading a catalogue does not panic")?)
}

/// What the chain says of a revision, and where it ends.
async fn chain(ledger: &Ledger, record: &MonthRecord) -> Result<BundleChain, MonthSealError> {
    let subject = month_subject(&record.tenant, &record.contract.id, record.month, record.revision);
    let action = if record.revision == 1 { "month.closed" } else { "month.restated" };
    let request = AuditRequest {
        action: Some(action.to_owned()),
        subject: Some(subject.clone()),
        limit: MOST_ENTRIES,
        ..AuditRequest::default()
    };
    let found = ledger.audit(&request).await?.into_iter().find(|one| one.entry.subject == subject);
    let found = found.ok_or(MonthSealError::NoEntry { subject })?;
    Ok(BundleChain::new(found.entry, found.hash, &ledger.head().await?))
}

/// Everything in a folder of templates; names that begin with a dot are passed over.
fn templates(folder: &Path) -> Result<Files, MonthSealError> {
    let mut files = Files::new();
    let mut folders = vec![(folder.to_owned(), TEMPLATES.to_owned())];
    let mut bytes = 0;
    while let Some((from, prefix)) = folders.pop() {
        for entry in std::fs::read_dir(&from).map_err(BundleError::file(&from))? {
            let path = entry.map_err(BundleError::file(&from))?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let metadata = std::fs::metadata(&path).map_err(BundleError::file(&path))?;
            bytes += metadata.len();
            if files.len() + folders.len() >= MOST_TEMPLATE_FILES || bytes > MOST_TEMPLATE_BYTES {
                return Err(MonthSealError::Templates { folder: folder.to_owned() });
            }
            match () {
                () if name.starts_with('.') => {}
                () if metadata.is_dir() => folders.push((path, format!("{prefix}{name}/"))),
                () => {
                    let content = std::fs::read(&path).map_err(BundleError::file(&path))?;
                    files.insert(format!("{prefix}{name}"), content);
                }
            }
        }
    }
    Ok(files)
}
