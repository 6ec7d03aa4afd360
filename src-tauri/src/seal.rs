//! The key that this desk seals months with. It is kept in the system's keychain and used here; the page sees its public part alone.

use serde::{Deserialize, Serialize};
use sla_app::{Entry, KeyError, KeychainError, PublicKey, SecretKey, keep_key, kept_key, new_kept_key};
use tauri::State;
use tauri::ipc::{InvokeBody, Request};

use crate::failure::Failure;
use crate::frame;
use crate::front::Front;

/// What the page knows of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SealKey {
    /// Its id, as minisign prints it.
    id: String,
    /// The public key in one line, which customers check a month with.
    public_key: String,
}

impl From<PublicKey> for SealKey {
    fn from(key: PublicKey) -> Self {
        Self { id: key.id(), public_key: key.line() }
    }
}

/// A key's file is text before it is a frame's content.
#[derive(Deserialize)]
struct Brought {
    passphrase: String,
}

fn refused(error: KeychainError) -> Failure {
    let what = match &error {
        KeychainError::Taken(_) => {
            "this desk has a key already; months that it sealed are checked with it, so forget it first".to_owned()
        }
        error => format!("{error}; unlock the keychain, or seal at the prompt with a key in a file: sla month bundle"),
    };
    Failure::new(error.code(), what)
}

/// The window's entry.
fn entry() -> Entry {
    Entry::seal_key("")
}

/// The key that is kept, if one is.
///
/// # Errors
/// The keychain does not answer, or holds something else.
pub(crate) async fn kept() -> Result<Option<SecretKey>, Failure> {
    match kept_key(&entry()).await {
        Ok(key) => Ok(Some(key)),
        Err(KeychainError::NoEntry(_)) => Ok(None),
        Err(error) => Err(refused(error)),
    }
}

/// The key of this desk; nothing where there is none. The desk seals with it from now on.
#[tauri::command]
pub(crate) async fn seal_key(front: State<'_, Front>) -> Result<Option<SealKey>, Failure> {
    let key = kept().await?;
    let view = key.as_ref().map(|key| key.public().into());
    front.seal_with(key).await;
    Ok(view)
}

/// Makes a key.
#[tauri::command]
pub(crate) async fn make_seal_key(front: State<'_, Front>) -> Result<SealKey, Failure> {
    let public = new_kept_key(&entry()).await.map_err(refused)?;
    front.seal_with(kept().await?).await;
    Ok(public.into())
}

/// Takes a key from its file, which stays where it is.
#[tauri::command]
pub(crate) async fn bring_seal_key(request: Request<'_>, front: State<'_, Front>) -> Result<SealKey, Failure> {
    let InvokeBody::Raw(piece) = request.body() else {
        return Err(Failure::new("window.request", "a piece of bytes is expected"));
    };
    let (Brought { passphrase }, text) =
        frame::read::<Brought>(piece).map_err(|reason| Failure::new("window.request", reason))?;
    let text = String::from_utf8_lossy(text).into_owned();
    // Deriving a key from a passphrase takes its time on purpose.
    let opened = tokio::task::spawn_blocking(move || SecretKey::open(&text, &passphrase)).await;
    let opened = opened.map_err(|error| Failure::new("key.no_secret", error.to_string()))?;
    let key = opened.map_err(|error| {
        // The same code tells elsewhere that something is no public key.
        let code = if matches!(error, KeyError::NoKey(_)) { "key.no_secret" } else { error.code() };
        Failure::new(code, error.to_string())
    })?;
    keep_key(&entry(), &key).await.map_err(refused)?;
    let public = key.public();
    front.seal_with(Some(key)).await;
    Ok(public.into())
}

/// Forgets the key. What was sealed with it stays as it is.
#[tauri::command]
pub(crate) async fn forget_seal_key(front: State<'_, Front>) -> Result<(), Failure> {
    entry().forget().await.map_err(refused)?;
    front.seal_with(None).await;
    Ok(())
}
