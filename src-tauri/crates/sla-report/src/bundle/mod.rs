//! The sealed bundle of a month: one file with everything that its figures can be computed from again, and the key's signature
//! over all of it.
//!
//! What does *not* live here: which files belong to a month, and what its figures come to again; both are in sla-app. Equal files
//! and one key give a byte-identical bundle.

mod archive;
mod flaw;
mod key;
mod manifest;

use std::collections::BTreeMap;

use sla_core::evidence::sha256_hex;

pub use archive::{MOST_BYTES, MOST_FILES};
pub use flaw::Flaw;
pub use key::{Chance, KeyError, PublicKey, SecretKey};
pub use manifest::{
    BUNDLE_SCHEMA, BundleChain, BundleDocument, BundleEntry, BundleFile, BundleRuling, Manifest, bundle_schema,
};

/// Name of the file that names all others.
pub const MANIFEST: &str = "manifest.json";
/// Name of its signature.
pub const SIGNATURE: &str = "manifest.json.minisig";
/// Name of the file with the key that checks it.
pub const SIGNER: &str = "signer.pub";

/// Why files were not sealed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// They are too many, or too much.
    #[error("a bundle holds at most {MOST_FILES} files and {MOST_BYTES} bytes; found {files} files and {bytes} bytes")]
    TooLarge {
        /// How many there are.
        files: usize,
        /// How many bytes they have.
        bytes: u64,
    },
    /// A file's name cannot stand in an archive that is to be unpacked everywhere.
    #[error(
        "{name:?} cannot be the name of a file in a bundle; expected parts without control characters, without any of \
         \\ : * ? \" < > |, and without a dot or a space at their end"
    )]
    Name {
        /// The name.
        name: String,
    },
}

/// What a bundle holds.
#[derive(Debug, Default)]
pub struct Opened<'a> {
    /// Everything that is not as it was sealed, in the order in which it was looked for; nothing of what it holds is to be
    /// relied on while there is anything.
    pub flaws: Vec<Flaw>,
    /// What it says of itself.
    pub manifest: Option<Manifest>,
    /// The key inside that checks the signature.
    pub signer: Option<PublicKey>,
    /// Its files by name, without the manifest and its signature.
    pub files: BTreeMap<String, &'a [u8]>,
}

/// Seals files. The manifest's own list of them is made here, and the public key is added to them.
///
/// # Errors
/// [`SealError`].
pub fn seal(
    mut files: BTreeMap<String, Vec<u8>>,
    mut manifest: Manifest,
    key: &SecretKey,
) -> Result<Vec<u8>, SealError> {
    files.insert(SIGNER.to_owned(), key.public().to_text().into_bytes());
    let listed = |(path, content): (&String, &Vec<u8>)| BundleFile {
        path: path.clone(),
        bytes: content.len() as u64,
        sha256: sha256_hex(content),
    };
    manifest.files = files.iter().map(listed).collect();
    let text = manifest.to_json();
    files.insert(SIGNATURE.to_owned(), key.sign(text.as_bytes(), &manifest.title()).into_bytes());
    files.insert(MANIFEST.to_owned(), text.into_bytes());
    if let Some(name) = files.keys().find(|name| !archive::is_safe(name)) {
        return Err(SealError::Name { name: name.clone() });
    }
    let bytes = files.iter().map(|(name, content)| (name.len() + content.len()) as u64).sum::<u64>();
    // The archive's own records are short beside what they tell of.
    if files.len() > MOST_FILES || bytes > MOST_BYTES / 2 {
        return Err(SealError::TooLarge { files: files.len(), bytes });
    }
    Ok(archive::pack(&files))
}

/// Opens a bundle and looks whether it is as it was sealed: byte by byte as an archive, its signature by the key that is given or
/// else by the one inside, every file by the manifest. Nothing that it holds is unpacked, run or understood.
pub fn open<'a>(bytes: &'a [u8], key: Option<&PublicKey>) -> Opened<'a> {
    let (mut files, mut flaws) = archive::unpack(bytes);
    let mut part = |name: &str| {
        let found = files.remove(name);
        if found.is_none() && flaws.is_empty() {
            flaws.push(Flaw::Missing { file: name.to_owned() });
        }
        found
    };
    let (text, signature) = (part(MANIFEST), part(SIGNATURE));
    let signer = files.get(SIGNER).and_then(|text| PublicKey::read(std::str::from_utf8(text).ok()?).ok());
    if let (Some(text), Some(signature)) = (text, signature) {
        flaws.extend(unsigned(text, signature, signer.as_ref(), key));
    }
    let read = text.map(Manifest::read);
    let manifest = match read {
        Some(Ok(manifest)) => Some(manifest),
        Some(Err(reason)) => {
            flaws.push(Flaw::Unreadable { file: MANIFEST.to_owned(), reason });
            None
        }
        None => None,
    };
    let is_altered = flaws.iter().any(|flaw| flaw.file() == Some(MANIFEST));
    if let Some(manifest) = manifest.as_ref().filter(|_| !is_altered) {
        flaws.extend(unlisted(manifest, &files));
    }
    let mut told = Vec::with_capacity(flaws.len());
    for flaw in flaws {
        if !told.contains(&flaw) {
            told.push(flaw);
        }
    }
    let flaws = told;
    Opened { flaws, manifest, signer, files }
}

/// What is wrong with the signature.
fn unsigned(text: &[u8], signature: &[u8], inside: Option<&PublicKey>, given: Option<&PublicKey>) -> Option<Flaw> {
    let signature = String::from_utf8_lossy(signature);
    let Some(key) = given.or(inside) else {
        let reason = "no public key of minisign".to_owned();
        return Some(Flaw::Unreadable { file: SIGNER.to_owned(), reason });
    };
    if key.signed(text, &signature) {
        return None;
    }
    let signed_by = key::signed_by(&signature);
    match signed_by.filter(|id| given.is_some() && *id != key.id()) {
        Some(signed_by) => Some(Flaw::OtherKey { signed_by, expected: key.id() }),
        None => Some(Flaw::Signature { file: SIGNATURE.to_owned() }),
    }
}

/// What the manifest and the files do not agree on.
fn unlisted(manifest: &Manifest, files: &BTreeMap<String, &[u8]>) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for BundleFile { path, bytes, sha256 } in &manifest.files {
        match files.get(path) {
            None => flaws.push(Flaw::Missing { file: path.clone() }),
            Some(content) if content.len() as u64 != *bytes || sha256_hex(content) != *sha256 => {
                flaws.push(Flaw::Altered { file: path.clone() });
            }
            Some(_) => {}
        }
    }
    let is_listed = |path: &String| manifest.files.iter().any(|file| file.path == *path);
    flaws.extend(files.keys().filter(|path| !is_listed(path)).map(|path| Flaw::Unknown { file: path.clone() }));
    flaws
}

#[cfg(test)]
mod tests;
