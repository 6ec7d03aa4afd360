//! Secrets that data sources name. They are kept in the system's keychain and used here; the page learns where one is found, and never
//! what it is.

use serde::{Deserialize, Serialize};
use sla_app::{Entry, KeychainError, SecretPlace, secret_place};
use tauri::State;

use crate::failure::Failure;
use crate::front::Front;

/// What the page knows of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SourceSecret {
    /// Its name in the catalogue.
    name: String,
    /// The data sources that name it.
    sources: Vec<String>,
    /// Where it is found.
    place: SecretPlace,
}

/// A secret that somebody typed in.
#[derive(Deserialize)]
pub(crate) struct Typed {
    name: String,
    secret: String,
}

fn refused(error: KeychainError) -> Failure {
    Failure::new(error.code(), error.to_string())
}

/// Every secret that the desk's data sources name.
#[tauri::command]
pub(crate) async fn source_secrets(front: State<'_, Front>) -> Result<Vec<SourceSecret>, Failure> {
    let mut secrets = Vec::new();
    for (name, sources) in front.named_secrets().await? {
        let place = secret_place(&name).await;
        secrets.push(SourceSecret { name, sources, place });
    }
    Ok(secrets)
}

/// Keeps a secret that a data source names, in the place of the one before.
#[tauri::command]
pub(crate) async fn keep_source_secret(typed: Typed, front: State<'_, Front>) -> Result<(), Failure> {
    // A page may not fill the keychain with names of its own.
    if !front.named_secrets().await?.contains_key(&typed.name) {
        let what = format!("no data source of the catalogue names a secret {:?}", typed.name);
        return Err(Failure::new("secret.not_named", what));
    }
    if typed.secret.is_empty() {
        return Err(Failure::new("secret.empty", "the secret is empty; nothing was kept"));
    }
    Entry::source(&typed.name).keep(typed.secret).await.map_err(refused)
}

/// Removes a secret from the keychain.
#[tauri::command]
pub(crate) async fn forget_source_secret(name: String) -> Result<(), Failure> {
    Entry::source(&name).forget().await.map_err(refused)
}
