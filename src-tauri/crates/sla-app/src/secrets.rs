//! Secrets that data sources name: the environment has them, or else the system's keychain. They are asked for when a source is
//! opened, and kept nowhere else.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use sla_capture::wait_beside;
use sla_ledger::Ledger;

use crate::desk::{DeskError, shown};
use crate::keychain::{Entry, KeychainError};

/// Where a secret is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretPlace {
    /// A variable of the environment; what the keychain has under this name does not count then.
    Environment,
    /// The system's keychain.
    Keychain,
    /// Neither has it.
    Nowhere,
    /// The environment does not have it, and the keychain does not answer.
    Locked,
}

/// The secret of a name; nothing where neither the environment nor the keychain has it, or the keychain does not answer.
pub fn source_secret(name: &str) -> Option<String> {
    in_environment(name).or_else(|| {
        let entry = Entry::source(name);
        // The keychain may ask its user for leave, and speaks to the system by means that do not work inside a runtime.
        wait_beside(move || std::thread::spawn(move || entry.read_now().ok()).join().ok().flatten())
    })
}

fn in_environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|secret| !secret.is_empty())
}

/// Where the secret of a name is found.
pub async fn secret_place(name: &str) -> SecretPlace {
    if in_environment(name).is_some() {
        return SecretPlace::Environment;
    }
    match Entry::source(name).read().await {
        Ok(_) => SecretPlace::Keychain,
        Err(KeychainError::NoEntry(_)) => SecretPlace::Nowhere,
        Err(_) => SecretPlace::Locked,
    }
}

/// The names of all secrets that data sources of the catalogue name, each with those sources, whether or not all of it is sound.
///
/// # Errors
/// [`DeskError`] when the catalogue cannot be read.
pub async fn named_secrets(folder: Option<&Path>, ledger: &Ledger) -> Result<BTreeMap<String, Vec<String>>, DeskError> {
    let catalogue = shown(folder, &ledger.catalogue().await?)?;
    let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (source, document) in &catalogue.data_sources {
        let details = &document.spec.connection_details;
        for name in [&details.bearer_token_env, &details.password_env, &details.url_env].into_iter().flatten() {
            named.entry(name.clone()).or_default().push(source.to_string());
        }
    }
    Ok(named)
}
