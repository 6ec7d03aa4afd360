//! A month as one file that anybody can check: everything that its figures rest on, sealed (`seal`), and looked at again on a
//! machine that knows neither the ledger nor the sources (`check`).

mod check;
mod gather;
mod keys;
mod seal;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use sla_core::record::{MonthDifference, MonthRecord};
use sla_report::bundle::{Flaw, MOST_BYTES, PublicKey, open};

use crate::outfile::{OutFileError, put};

pub use check::{BundleCheck, CheckName, CheckOutcome, SealedMonth, Verification, verify_bundle};
pub(crate) use keys::chance;
pub use keys::{KeyFileError, new_key, open_key, public_key};
pub(crate) use seal::{MOST_TEMPLATE_BYTES, MOST_TEMPLATE_FILES};
pub use seal::{MonthSealError, SealRequest, Sealed, seal_month};

/// Where the parts of a bundle stand in it.
const DOCUMENTS: &str = "documents/";
const EVIDENCE: &str = "evidence/";
const EARLIER: &str = "earlier/";
const TEMPLATES: &str = "templates/";
const CONTACTS: &str = "contacts.json";
const REPORT: &str = "documents/report.json";
const SETTLEMENT: &str = "documents/settlement.json";
const LETTER: &str = "documents/letter.md";
/// It is there where somebody wrote the letter.
const DRAWN_LETTER: &str = "documents/letter-drawn.md";

/// Files of a bundle by name.
type Files = BTreeMap<String, Vec<u8>>;

/// Why a bundle was not looked at.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The file, or a folder for what it holds, cannot be used.
    #[error("{} cannot be used: {source}", .path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is larger than any bundle.
    #[error("{} has {bytes} bytes; expected a bundle, which has at most {MOST_BYTES}", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its length.
        bytes: u64,
    },
    /// The bundle is not as it was sealed.
    #[error("{} is not as it was sealed; sla verify says what is wrong with it", .path.display())]
    Unsound {
        /// The file.
        path: PathBuf,
    },
    /// Two bundles have nothing in common that could be compared.
    #[error(
        "{before} and {after} are not the same month of the same contract; only revisions of one month are compared"
    )]
    OtherMonth {
        /// The first.
        before: String,
        /// The second.
        after: String,
    },
}

impl BundleError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "file",
            Self::TooLarge { .. } => "bundle.too_large",
            Self::Unsound { .. } => "bundle.unsound",
            Self::OtherMonth { .. } => "bundle.other_month",
        }
    }

    fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }
}

/// Reads a bundle's file; its size is looked at before.
///
/// # Errors
/// [`BundleError`].
pub fn read_bundle(path: &Path) -> Result<Vec<u8>, BundleError> {
    let file = std::fs::File::open(path).map_err(BundleError::file(path))?;
    let length = file.metadata().map_err(BundleError::file(path))?.len();
    let mut bytes = Vec::new();
    if length <= MOST_BYTES {
        // What grows meanwhile, or has no length, ends as well.
        file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(BundleError::file(path))?;
    }
    let bytes_there = length.max(bytes.len() as u64);
    if bytes_there > MOST_BYTES {
        return Err(BundleError::TooLarge { path: path.to_owned(), bytes: bytes_there });
    }
    Ok(bytes)
}

/// Puts a bundle into a folder, which is made when it is not there. Gives its file, and whether the very same lay there already.
///
/// # Errors
/// [`OutFileError`]; a file that holds something else is left as it is.
pub fn lay_bundle(sealed: &Sealed, folder: &Path) -> Result<(PathBuf, bool), OutFileError> {
    std::fs::create_dir_all(folder).map_err(|source| OutFileError::Write { path: folder.to_owned(), source })?;
    let path = folder.join(&sealed.name);
    let written = put(&path, &sealed.bytes)?;
    Ok((path, !written))
}

/// The record of a bundle that is as it was sealed; its figures are not computed again.
///
/// # Errors
/// [`BundleError`].
pub fn read_sealed_record(path: &Path, key: Option<&PublicKey>) -> Result<MonthRecord, BundleError> {
    let bytes = read_bundle(path)?;
    let opened = open(&bytes, key);
    let record = opened.files.get(REPORT).and_then(|text| serde_json::from_slice(text).ok());
    let record = record.filter(|_| opened.flaws.is_empty());
    record.ok_or_else(|| BundleError::Unsound { path: path.to_owned() })
}

/// What the later of two revisions says otherwise, be they of a ledger or of bundles.
///
/// # Errors
/// [`BundleError::OtherMonth`].
pub fn compared(before: &MonthRecord, after: &MonthRecord) -> Result<MonthDifference, BundleError> {
    let title = |record: &MonthRecord| format!("{}, contract {}, {}", record.tenant, record.contract.id, record.month);
    match title(before) == title(after) {
        true => Ok(MonthDifference::between(before, after)),
        false => Err(BundleError::OtherMonth { before: title(before), after: title(after) }),
    }
}

/// A file that is not what it should be.
fn unreadable(file: &str, reason: impl std::fmt::Display) -> Flaw {
    Flaw::Unreadable { file: file.to_owned(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use schemars::schema_for;
    use serde_json::Value;
    use sla_core::record::Language;

    use super::*;
    use crate::words::{FluentValue, Words};

    #[test]
    fn everything_that_can_be_wrong_has_words_with_its_values() {
        let schema: Value = schema_for!(Flaw).into();
        let kinds = schema["oneOf"].as_array().expect("a flaw is one of several");
        assert!(kinds.len() > 20);
        for kind in kinds {
            let fields = kind["properties"].as_object().expect("fields");
            let code = fields["code"]["const"].as_str().expect("a code").replace('_', "-");
            for language in [Language::De, Language::En] {
                let values = fields.keys().map(|name| (name.as_str(), FluentValue::from("VALUE")));
                let words = Words::new(language).with(&format!("bundle-flaw-{code}"), values);
                assert!(words.contains(' ') && !words.contains('{'), "{language:?}: {words}");
                assert_eq!(words.matches("VALUE").count(), fields.len() - 1, "{language:?}: {words}");
            }
        }
    }

    #[test]
    fn every_outcome_of_every_check_has_words() {
        let checks = [CheckName::Seal, CheckName::Chain, CheckName::Figures, CheckName::Documents];
        for (check, outcome) in checks.into_iter().flat_map(|check| {
            [CheckOutcome::Agrees, CheckOutcome::Differs, CheckOutcome::NotChecked].map(|outcome| (check, outcome))
        }) {
            let id = format!("bundle-check-{}-{}", check.name(), outcome.name().replace('_', "-"));
            // The seal is always looked at.
            let never = (check, outcome) == (CheckName::Seal, CheckOutcome::NotChecked);
            for language in [Language::De, Language::En] {
                assert_eq!(Words::new(language).of(&id) == id, never, "{language:?}: {id}");
            }
        }
    }
}
