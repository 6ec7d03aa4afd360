//! Keys in files, as minisign keeps them: the secret one for its owner's eyes only and under a passphrase, the public one beside it.

use std::io::Read;
use std::path::{Path, PathBuf};

use sla_report::bundle::{Chance, KeyError, PublicKey, SecretKey};

use crate::outfile::{OutFileError, put, put_for_owner};

/// Longest file of a key in bytes.
const MOST_BYTES: u64 = 4_096;

/// Why a key was not made or not opened.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file cannot be read.
    #[error("{} cannot be read: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file was not written.
    #[error(transparent)]
    Write(#[from] OutFileError),
    /// The system gives no chance to make a key of.
    #[error("the system gives no random numbers: {0}")]
    Chance(getrandom::Error),
    /// It is no key, or does not open.
    #[error("{}: {source}", .path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: KeyError,
    },
}

impl KeyFileError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "file",
            Self::Write(error) => error.code(),
            Self::Chance(_) => "key.chance",
            Self::Key { source, .. } => source.code(),
        }
    }

    fn key(path: &Path) -> impl FnOnce(KeyError) -> Self {
        let path = path.to_owned();
        move |source| Self::Key { path, source }
    }
}

/// Makes a key: the secret one in a file that must not be there yet, the public one in a file of the same name with `.pub`
/// behind it. Gives the public key and its file.
///
/// # Errors
/// [`KeyFileError`]; what lies there already is never written over.
pub fn new_key(path: &Path, passphrase: &str) -> Result<(PublicKey, PathBuf), KeyFileError> {
    let chance = chance().map_err(KeyFileError::Chance)?;
    let (key, text) = SecretKey::new(&chance, passphrase).map_err(KeyFileError::key(path))?;
    put_for_owner(path, text.as_bytes())?;
    let (public, beside) = (key.public(), beside(path));
    put(&beside, public.to_text().as_bytes())?;
    Ok((public, beside))
}

/// Chance from the system.
pub(crate) fn chance() -> Result<Chance, getrandom::Error> {
    let mut chance = Chance { id: [0; 8], seed: [0; 32], salt: [0; 32] };
    for bytes in [chance.id.as_mut_slice(), &mut chance.seed, &mut chance.salt] {
        getrandom::fill(bytes)?;
    }
    Ok(chance)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".pub");
    name.into()
}

/// Opens a secret key.
///
/// # Errors
/// [`KeyFileError`].
pub fn open_key(path: &Path, passphrase: &str) -> Result<SecretKey, KeyFileError> {
    SecretKey::open(&text(path)?, passphrase).map_err(KeyFileError::key(path))
}

/// Reads a public key from its file, or from the line itself that stands in one.
///
/// # Errors
/// [`KeyFileError`].
pub fn public_key(file_or_line: &str) -> Result<PublicKey, KeyFileError> {
    if let Ok(key) = PublicKey::read(file_or_line) {
        return Ok(key);
    }
    let path = Path::new(file_or_line);
    PublicKey::read(&text(path)?).map_err(KeyFileError::key(path))
}

fn text(path: &Path) -> Result<String, KeyFileError> {
    let failed = |source| KeyFileError::Read { path: path.to_owned(), source };
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(MOST_BYTES).read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("sla.key");
        let (made, beside) = new_key(&path, "a passphrase of tests").expect("a key");
        assert_eq!(public_key(&beside.display().to_string()).expect("a key"), made);
        assert_eq!(public_key(&made.line()).expect("a key"), made);
        assert_eq!(open_key(&path, "a passphrase of tests").expect("opened").public(), made);
        #[cfg(unix)]
        {
            let mode = |path: &Path| {
                std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).expect("a file").permissions())
            };
            assert_eq!(mode(&path) & 0o777, 0o600);
            assert_ne!(mode(&beside) & 0o444, 0);
        }
        let before = std::fs::read(&path).expect("a file");
        #[track_caller]
        fn check<T>(done: Result<T, KeyFileError>, code: &str) {
            assert_eq!(done.err().map(|error| error.code()), Some(code));
        }
        check(new_key(&path, "another passphrase"), "file.taken");
        assert_eq!(std::fs::read(&path).expect("a file"), before);
        check(new_key(&folder.path().join("b.key"), "short"), "key.too_short");
        assert!(!folder.path().join("b.key").exists());
        check(open_key(&path, "another passphrase"), "key.passphrase");
        check(open_key(&beside, "another passphrase"), "key.no_key");
        check(open_key(&folder.path().join("none"), ""), "file");
        check(public_key("none"), "file");
        check(public_key(&path.display().to_string()), "key.no_key");
    }
}
