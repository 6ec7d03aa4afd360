//! Whether the evidence that a ledger names is there, and is what it was.

use sla_capture::{EvidenceStore, StoreError};
use sla_ledger::{Ledger, LedgerError};

/// Why evidence could not be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The place itself gives nothing: nobody knows what is there.
    #[error("no evidence was looked at to its end: {0}")]
    Place(StoreError),
    /// Files that are missing or were altered: all of them.
    #[error("{}", listed(.0))]
    Evidence(Vec<EvidenceFailure>),
}

/// A file that is not what the ledger's records rest on.
#[derive(Debug, thiserror::Error)]
#[error("{source} (first used by {subject})")]
pub struct EvidenceFailure {
    /// The first month that rests on it.
    pub subject: String,
    /// What is wrong with it.
    pub source: StoreError,
}

fn listed(failures: &[EvidenceFailure]) -> String {
    failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

impl VerifyError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ledger(error) => error.code(),
            Self::Place(error) => store_code(error),
            Self::Evidence(failures) => failures.first().map_or("evidence", |failure| store_code(&failure.source)),
        }
    }
}

/// The stable name of what is wrong with a file of evidence.
pub fn store_code(error: &StoreError) -> &'static str {
    match error {
        StoreError::Altered { .. } => "evidence.altered",
        StoreError::Missing { .. } => "evidence.missing",
        StoreError::Bucket { cause, .. } => cause.code(),
        _ => "evidence",
    }
}

/// Checks that every file that the ledger's records name lies in the store and has the hash that it is named by, and
/// gives their number. What else lies there is not looked at.
///
/// # Errors
/// [`VerifyError`].
pub async fn verify_evidence(ledger: &Ledger, store: EvidenceStore) -> Result<usize, VerifyError> {
    let named = ledger.evidence().await?;
    let check = move || {
        let mut failures = Vec::new();
        for (sha256, subject) in &named {
            match store.read(sha256) {
                Ok(_) => {}
                Err(source) if source.is_of_the_place() => return Err(VerifyError::Place(source)),
                Err(source) => failures.push(EvidenceFailure { subject: subject.clone(), source }),
            }
        }
        if failures.is_empty() { Ok(named.len()) } else { Err(VerifyError::Evidence(failures)) }
    };
    tokio::task::spawn_blocking(check).await.expect("reading files does not panic")
}

/// The bytes of a piece of evidence, as they were when it was captured.
///
/// # Errors
/// [`StoreError`]: it is not there, cannot be read, or was altered.
pub async fn read_evidence(store: EvidenceStore, sha256: &str) -> Result<Vec<u8>, StoreError> {
    let sha256 = sha256.to_owned();
    let read = tokio::task::spawn_blocking(move || store.read(&sha256).map(|(_, bytes)| bytes));
    read.await.expect("reading a file does not panic")
}
