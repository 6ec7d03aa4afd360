//! Secrets in the system's keychain: the address of a ledger with its password, keys that seal months, and what data sources name. The system may ask its
//! user for leave, so each call waits on a thread of its own.

use sla_report::bundle::{KeyError, PublicKey, SecretKey};

use crate::bundle::chance;

/// What the keychain's entries are called.
const SERVICE: &str = "SLA Desk";
/// In front of the name of a key that seals.
const SEAL: &str = "seal-key";
/// In front of the name of a secret of data sources.
const SOURCE: &str = "source-secret";

/// Why the keychain does not give or take a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeychainError {
    /// It has no such entry.
    #[error("the system's keychain has no entry {0:?}")]
    NoEntry(String),
    /// There is such an entry already.
    #[error("the system's keychain has an entry {0:?} already; it is never written over")]
    Taken(String),
    /// It does not answer as it should.
    #[error("the system's keychain does not answer as it should: {0}")]
    Refused(String),
    /// The entry holds something else.
    #[error("the entry {0:?} of the system's keychain holds no key that seals")]
    NoKey(String),
    /// The system gives no chance to make a key of.
    #[error("the system gives no random numbers: {0}")]
    Chance(String),
}

impl KeychainError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoEntry(_) => "keychain.no_entry",
            Self::Taken(_) => "keychain.taken",
            Self::Refused(_) => "keychain.refused",
            Self::NoKey(_) => "key.no_key",
            Self::Chance(_) => "key.chance",
        }
    }
}

/// An entry of the keychain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry(String);

impl Entry {
    /// The address of the ledger of the window's desk.
    pub fn ledger() -> Self {
        Self("ledger".to_owned())
    }

    /// A key that seals; the one without a name is the window's.
    pub fn seal_key(name: &str) -> Self {
        Self(if name.is_empty() { SEAL.to_owned() } else { format!("{SEAL} {name}") })
    }

    /// A secret that data sources name.
    pub fn source(name: &str) -> Self {
        Self(format!("{SOURCE} {name}"))
    }

    /// Keeps a secret, in the place of the one before.
    ///
    /// # Errors
    /// [`KeychainError`].
    pub async fn keep(&self, secret: String) -> Result<(), KeychainError> {
        self.with(move |entry| entry.set_password(&secret)).await
    }

    /// The secret that is kept there.
    ///
    /// # Errors
    /// [`KeychainError`].
    pub async fn read(&self) -> Result<String, KeychainError> {
        self.with(|entry| entry.get_password()).await
    }

    /// The same on this thread, which must not be one of a runtime.
    pub(crate) fn read_now(&self) -> keyring::Result<String> {
        keyring::Entry::new(SERVICE, &self.0)?.get_password()
    }

    /// Removes the secret; there need not be one.
    ///
    /// # Errors
    /// [`KeychainError`].
    pub async fn forget(&self) -> Result<(), KeychainError> {
        self.with(|entry| match entry.delete_credential() {
            Err(keyring::Error::NoEntry) => Ok(()),
            other => other,
        })
        .await
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(keyring::Entry) -> keyring::Result<T> + Send + 'static,
    ) -> Result<T, KeychainError> {
        let name = self.0.clone();
        let done = tokio::task::spawn_blocking(move || keyring::Entry::new(SERVICE, &name).and_then(work)).await;
        let refused = |reason: &str| KeychainError::Refused(reason.to_owned());
        done.map_err(|error| refused(&error.to_string()))?.map_err(|error| match error {
            keyring::Error::NoEntry => KeychainError::NoEntry(self.0.clone()),
            // The text of others may quote what was to be kept.
            keyring::Error::NoDefaultStore | keyring::Error::NoStorageAccess(_) => {
                refused("it cannot be reached or is locked")
            }
            keyring::Error::PlatformFailure(reason) => refused(&reason.to_string()),
            _ => refused("it does not take such an entry"),
        })
    }
}

/// Makes a key that seals, and keeps it. A key that is there already stays: what it sealed is checked with it.
///
/// # Errors
/// [`KeychainError`].
pub async fn new_kept_key(entry: &Entry) -> Result<PublicKey, KeychainError> {
    let chance = chance().map_err(|error| KeychainError::Chance(error.to_string()))?;
    let key = SecretKey::of_chance(&chance);
    keep_key(entry, &key).await?;
    Ok(key.public())
}

/// Keeps a key that was opened.
///
/// # Errors
/// [`KeychainError`]; one that is there already stays.
pub async fn keep_key(entry: &Entry, key: &SecretKey) -> Result<(), KeychainError> {
    match entry.read().await {
        Ok(_) => Err(KeychainError::Taken(entry.0.clone())),
        Err(KeychainError::NoEntry(_)) => entry.keep(key.bare()).await,
        Err(error) => Err(error),
    }
}

/// The key that an entry holds.
///
/// # Errors
/// [`KeychainError`].
pub async fn kept_key(entry: &Entry) -> Result<SecretKey, KeychainError> {
    let text = entry.read().await?;
    SecretKey::from_bare(&text).map_err(|_: KeyError| KeychainError::NoKey(entry.0.clone()))
}
