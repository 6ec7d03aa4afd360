//! Which desk somebody chose at the first start. It is kept in the system's folder for settings; the address of a server, with its
//! password, is kept in the system's keychain and nowhere else.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// The file's name.
const FILE: &str = "desk.json";

/// A desk that is opened at every start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Choice {
    /// The demo, which comes with the program.
    Demo {
        /// Where it lies.
        folder: PathBuf,
    },
    /// A ledger of one's own on this computer.
    Own {
        /// Where ledger, documents and evidence lie.
        folder: PathBuf,
    },
    /// A ledger on a server; its address is in the keychain.
    Server {
        /// Where documents and evidence lie.
        folder: PathBuf,
    },
}

/// Where choices are kept.
#[derive(Clone, Debug)]
pub(crate) struct Choices {
    folder: PathBuf,
}

impl Choices {
    /// Choices in the system's folder for settings.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// What was chosen; `None` before the first start.
    ///
    /// # Errors
    /// The file cannot be read, or is of another version.
    pub(crate) fn read(&self) -> Result<Option<Choice>, Failure> {
        let path = self.folder.join(FILE);
        let failed = |reason: String| {
            let what = format!("{} {reason}; mend or remove it, then start again", path.display());
            Failure::new("desk.settings", what)
        };
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|error| failed(format!("says no desk that this version knows: {error}"))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(format!("cannot be read: {error}"))),
        }
    }

    /// Keeps a choice.
    ///
    /// # Errors
    /// The file cannot be written; what was chosen before stays.
    pub(crate) fn keep(&self, choice: &Choice) -> Result<(), Failure> {
        let bytes = serde_json::to_vec_pretty(choice).expect("a choice has only string keys");
        write_whole(&self.folder.join(FILE), &bytes).map_err(|error| {
            Failure::new("desk.settings", format!("the choice cannot be kept in {}: {error}", self.folder.display()))
        })
    }

    /// Forgets what was chosen. The desk itself stays as it is.
    ///
    /// # Errors
    /// The file or the keychain's entry cannot be removed.
    pub(crate) fn forget(&self) -> Result<(), Failure> {
        match fs::remove_file(self.folder.join(FILE)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Failure::new("desk.settings", format!("the choice cannot be forgotten: {error}")))
            }
            _ => Ok(()),
        }
    }
}

/// Writes a file whole or not at all, over one that is there.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    // As any other file of this user, and not for this user alone, as temporary files are.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.prefix(".writing-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// The address of a server in the system's keychain.
pub(crate) mod keychain {
    use sla_app::{Entry, KeychainError};

    use super::Failure;

    /// Keeps the address.
    pub(crate) async fn keep(address: String) -> Result<(), Failure> {
        Entry::ledger().keep(address).await.map_err(refused)
    }

    /// The address that is kept there.
    pub(crate) async fn read() -> Result<String, Failure> {
        Entry::ledger().read().await.map_err(refused)
    }

    /// Removes the address; there need not be one.
    pub(crate) async fn forget() -> Result<(), Failure> {
        Entry::ledger().forget().await.map_err(refused)
    }

    fn refused(error: KeychainError) -> Failure {
        let what = match error {
            KeychainError::NoEntry(_) => {
                "the system's keychain does not hold the ledger's address any more; choose the desk again".to_owned()
            }
            error => format!(
                "{error}; unlock it, or start with the address in the environment: SLA_LEDGER=… sla-desk --out DIR"
            ),
        };
        Failure::new("desk.keychain", what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_kept_and_forgotten() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let choices = Choices::new(folder.path().join("not yet there"));
        assert_eq!(choices.read(), Ok(None));
        choices.forget().expect("nothing to forget");
        for choice in [
            Choice::Demo { folder: "demo".into() },
            Choice::Own { folder: "Königsforst & Söhne".into() },
            Choice::Server { folder: "reports".into() },
        ] {
            choices.keep(&choice).expect("kept");
            assert_eq!(choices.read(), Ok(Some(choice)));
        }
        choices.forget().expect("forgotten");
        assert_eq!(choices.read(), Ok(None));
    }

    #[test]
    fn what_is_no_choice_is_told_and_stays() {
        #[track_caller]
        fn check(text: &str) {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let file = folder.path().join(FILE);
            fs::write(&file, text).expect("a file");
            let failure = Choices::new(folder.path().to_owned()).read().expect_err("refused");
            assert_eq!(failure.code, "desk.settings", "{text}");
            assert!(failure.detail.contains(&file.display().to_string()), "{}", failure.detail);
            assert_eq!(fs::read_to_string(&file).expect("a file"), text);
        }
        check("");
        check("{}");
        check(r#"{"kind":"cloud","folder":"x"}"#);
        check(r#"{"kind":"demo"}"#);
        check(r#"{"kind":"demo","folder":"x","ledger":"postgres://secret"}"#);
    }
}
