//! Passwords as Argon2id hashes.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};

use super::AccountError;

/// Shortest password in characters; what is shorter is tried out in a day.
pub(super) const LEAST_CHARACTERS: usize = 12;
/// Longest password in bytes, so that nobody keeps the program busy with one.
const MOST_BYTES: usize = 1_024;

/// A password's hash. It takes a tenth of a second and 19 MiB on purpose, on a thread of its own.
pub(super) async fn hashed(name: &str, password: String) -> Result<String, AccountError> {
    let refused = |reason| Err(AccountError::Password { reason });
    if password.chars().count() < LEAST_CHARACTERS {
        return refused("is too short");
    }
    if password.len() > MOST_BYTES {
        return refused("is too long");
    }
    if password.to_lowercase().contains(&name.to_lowercase()) {
        return refused("contains the account's name");
    }
    let hash = tokio::task::spawn_blocking(move || {
        Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string())
    });
    let system = |reason: String| AccountError::System { reason };
    hash.await.map_err(|error| system(error.to_string()))?.map_err(|error| system(error.to_string()))
}

/// A hash that no password fits, which is looked at where there is no other.
static NO_PASSWORD: LazyLock<String> = LazyLock::new(|| {
    let hash = Argon2::default().hash_password(b"nobody signs in with this");
    hash.map(|hash| hash.to_string()).unwrap_or_default()
});

/// Whether a password fits a hash; it takes as long where there is none.
pub(super) async fn fits(hash: Option<String>, password: String) -> Result<bool, AccountError> {
    if password.len() > MOST_BYTES {
        return Ok(false);
    }
    let verify = tokio::task::spawn_blocking(move || {
        let known = hash.as_deref().unwrap_or(&NO_PASSWORD);
        let verified = PasswordHash::new(known)
            .is_ok_and(|known| Argon2::default().verify_password(password.as_bytes(), &known).is_ok());
        verified && hash.is_some()
    });
    verify.await.map_err(|error| AccountError::System { reason: error.to_string() })
}
