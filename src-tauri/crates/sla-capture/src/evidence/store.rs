//! Where evidence files are kept: one folder, or a bucket, every file named by the hash of its bytes. Files come and are
//! never changed; nothing here deletes one.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sla_core::evidence::{EvidenceRef, sha256_hex};

use super::bucket::{Bucket, BucketError};
use super::{EvidenceError, read_provenance};

const HEX_DIGITS: usize = 64;

/// What the files lie below in a place that is for more than evidence.
pub(crate) const IN_PLACE: &str = "evidence";

/// Evidence files named `<sha256>.parquet`, in a folder or below `evidence/` in a bucket.
#[derive(Clone, Debug)]
pub struct EvidenceStore {
    /// Of a bucket: where what was fetched lies for whoever must have a file.
    folder: PathBuf,
    /// Where files are written before they are put in place; the folder itself when not said.
    through: Option<PathBuf>,
    bucket: Option<Fetched>,
}

/// A bucket, and the folder of this store alone where files of it are put. The folder goes with the last copy of the store.
#[derive(Clone, Debug)]
struct Fetched {
    bucket: Bucket,
    #[expect(dead_code, reason = "it is held, and nothing else")]
    held: Arc<tempfile::TempDir>,
}

/// A file of the store whose bytes have the hash they are named by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Where the file lies. What was opened of a bucket lies there as long as the store is held.
    pub path: PathBuf,
    /// Its hash and what it says of itself.
    pub reference: EvidenceRef,
}

impl EvidenceStore {
    /// A store in that folder, which comes into being with the first file.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), through: None, bucket: None }
    }

    /// A store in that bucket, below its prefix.
    ///
    /// # Errors
    /// [`StoreError::Write`] when there is no temporary folder for what is fetched.
    pub fn in_bucket(bucket: Bucket) -> Result<Self, StoreError> {
        let refused = |cause| StoreError::Write { path: std::env::temp_dir().display().to_string(), cause };
        let held = Arc::new(tempfile::Builder::new().prefix("sla-evidence-").tempdir().map_err(refused)?);
        Ok(Self { folder: held.path().to_owned(), through: None, bucket: Some(Fetched { bucket, held }) })
    }

    /// The same store, whose files are written in another folder first, so that whoever is killed meanwhile leaves nothing in
    /// the store. Where that folder lies on another file system they are written beside their place as ever.
    pub fn through(self, folder: impl Into<PathBuf>) -> Self {
        Self { through: Some(folder.into()), ..self }
    }

    /// The folder; of a bucket, where fetched files lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Keeps an evidence file and gives the reference to it. The same bytes again change nothing; a file that was
    /// altered since stays as it is and is refused, because somebody must look at it.
    ///
    /// The bytes are written under another name, flushed to the disk and then renamed, so that no reader sees half a
    /// file and a power cut leaves either all of it or none.
    ///
    /// # Errors
    /// [`StoreError::NotEvidence`] for other bytes, [`StoreError::Altered`] when other bytes lie under their name,
    /// [`StoreError::Write`] when the disk does not take them; nothing is left behind then.
    pub fn put(&self, bytes: &[u8]) -> Result<EvidenceRef, StoreError> {
        let sha256 = sha256_hex(bytes);
        let path = self.path(&sha256);
        let name = || self.name(&sha256);
        let provenance = read_provenance(bytes).map_err(|reason| StoreError::NotEvidence {
            sha256: sha256.clone(),
            path: name(),
            reason,
        })?;
        if let Some(Fetched { bucket, .. }) = &self.bucket {
            put_in(bucket, &sha256, bytes)?;
            return Ok(EvidenceRef { sha256, provenance });
        }
        match std::fs::read(&path) {
            Ok(kept) if kept == bytes => {}
            Ok(kept) => {
                return Err(StoreError::Altered { path: name(), found: sha256_hex(&kept), bytes: kept.len() });
            }
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                self.write(&path, bytes).map_err(|cause| StoreError::Write { path: name(), cause })?;
            }
            // The folder itself may be what stands in the way; writing says so better.
            Err(cause) if cause.kind() == io::ErrorKind::NotADirectory => {
                return Err(StoreError::Write { path: name(), cause });
            }
            Err(cause) => return Err(StoreError::Read { path: name(), cause }),
        }
        Ok(EvidenceRef { sha256, provenance })
    }

    /// Finds an evidence file by its hash and makes sure that it is what it was.
    ///
    /// # Errors
    /// [`StoreError`]: the hash is none, the file is missing, cannot be read, or was altered.
    pub fn open(&self, sha256: &str) -> Result<Evidence, StoreError> {
        let (evidence, bytes) = self.read(sha256)?;
        if self.bucket.is_some() {
            // Whoever measures is given a file. Where one lies already it is checked, too.
            EvidenceStore::new(&self.folder).put(&bytes)?;
        }
        Ok(evidence)
    }

    /// The same with the bytes that were looked at. What comes from a bucket is in memory alone, and no file of it lies anywhere.
    ///
    /// # Errors
    /// [`StoreError`], as for [`Self::open`].
    pub fn read(&self, sha256: &str) -> Result<(Evidence, Vec<u8>), StoreError> {
        // A name from elsewhere must not lead out of the folder.
        if sha256.len() != HEX_DIGITS || !sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(StoreError::Hash { found: sha256.to_owned() });
        }
        let path = self.path(sha256);
        let name = || self.name(sha256);
        let bytes = match &self.bucket {
            Some(Fetched { bucket, .. }) => bytes_in(bucket, sha256)?,
            None => std::fs::read(&path).map_err(|cause| match cause.kind() {
                io::ErrorKind::NotFound => StoreError::Missing { path: name() },
                _ => StoreError::Read { path: name(), cause },
            })?,
        };
        let found = sha256_hex(&bytes);
        if found != sha256 {
            return Err(StoreError::Altered { path: name(), found, bytes: bytes.len() });
        }
        let provenance = read_provenance(&bytes).map_err(|reason| StoreError::NotEvidence {
            sha256: sha256.to_owned(),
            path: name(),
            reason,
        })?;
        Ok((Evidence { path, reference: EvidenceRef { sha256: sha256.to_owned(), provenance } }, bytes))
    }

    fn path(&self, sha256: &str) -> PathBuf {
        self.folder.join(format!("{sha256}.parquet"))
    }

    /// The name of a file for people.
    fn name(&self, sha256: &str) -> String {
        match &self.bucket {
            Some(Fetched { bucket, .. }) => bucket.address(&in_bucket(sha256)),
            None => self.path(sha256).display().to_string(),
        }
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let written = match &self.through {
            None => Self::write_in(&self.folder, path, bytes),
            Some(through) => match Self::write_in(through, path, bytes) {
                Err(cause) if cause.kind() == io::ErrorKind::CrossesDevices => {
                    Self::write_in(&self.folder, path, bytes)
                }
                written => written,
            },
        };
        written?;
        // The new name is on the disk only when the folder is.
        #[cfg(unix)]
        File::open(&self.folder)?.sync_all()?;
        Ok(())
    }

    /// Writes a file in a folder and renames it to where it belongs.
    fn write_in(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".evidence-").suffix(".tmp");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // Any Parquet engine of another user may read evidence; the process's mask still applies.
            builder.permissions(std::fs::Permissions::from_mode(0o644));
        }
        let mut temporary = builder.tempfile_in(folder)?;
        temporary.write_all(bytes)?;
        temporary.as_file().sync_all()?;
        temporary.persist(path)?;
        Ok(())
    }
}

fn in_bucket(sha256: &str) -> String {
    format!("{IN_PLACE}/{sha256}.parquet")
}

/// Creates the object of a hash, or makes sure that the one that is there has these bytes.
fn put_in(bucket: &Bucket, sha256: &str, bytes: &[u8]) -> Result<(), StoreError> {
    let name = in_bucket(sha256);
    let asked = |cause| StoreError::Bucket { path: bucket.address(&name), cause };
    if bucket.create(&name, bytes).map_err(asked)? {
        return Ok(());
    }
    let kept = bytes_in(bucket, sha256)?;
    if kept == bytes {
        return Ok(());
    }
    Err(StoreError::Altered { path: bucket.address(&name), found: sha256_hex(&kept), bytes: kept.len() })
}

fn bytes_in(bucket: &Bucket, sha256: &str) -> Result<Vec<u8>, StoreError> {
    let name = in_bucket(sha256);
    let path = || bucket.address(&name);
    let object = bucket.get(&name).map_err(|cause| StoreError::Bucket { path: path(), cause })?;
    object.map(|object| object.bytes).ok_or_else(|| StoreError::Missing { path: path() })
}

impl StoreError {
    /// Whether it is so for every file of the store and not for one: nothing is known of any of them then.
    pub fn is_of_the_place(&self) -> bool {
        matches!(self, Self::Bucket { cause, .. } if !cause.is_of_one_object())
    }
}

/// Why the store gives or takes no file.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The bytes are no evidence.
    #[error("{path} is no evidence: {reason}")]
    NotEvidence {
        /// Hash of the bytes.
        sha256: String,
        /// The file, or where it would have been kept.
        path: String,
        /// What is wrong with them.
        reason: EvidenceError,
    },
    /// A reference that is no hash.
    #[error("found {found:?} as a reference to evidence, expected a SHA-256 as 64 lower-case hexadecimal digits")]
    Hash {
        /// The reference.
        found: String,
    },
    /// There is no such file.
    #[error("the evidence {path} is missing; bring it back from a copy, or close the month again")]
    Missing {
        /// The file.
        path: String,
    },
    /// The file's bytes are not the ones that were kept.
    #[error(
        "the evidence {path} was altered or cut: its {bytes} bytes have the SHA-256 {found}; bring it back from a \
         copy, or move it away and close the month again"
    )]
    Altered {
        /// The file, named by the hash it should have.
        path: String,
        /// The hash it has.
        found: String,
        /// Its length.
        bytes: usize,
    },
    /// The file is there but cannot be read.
    #[error("the evidence {path} cannot be read: {cause}; check its permissions and the disk")]
    Read {
        /// The file.
        path: String,
        /// What the system says.
        cause: io::Error,
    },
    /// The bucket gives or takes nothing.
    #[error("the evidence {path} is not to be had or kept: {cause}")]
    Bucket {
        /// The address of the object.
        path: String,
        /// Why not.
        cause: BucketError,
    },
    /// The file cannot be written.
    #[error("the evidence {path} cannot be written: {cause}; free space or choose another folder, then run again")]
    Write {
        /// The file.
        path: String,
        /// What the system says.
        cause: io::Error,
    },
}

#[cfg(test)]
mod tests {
    use object_store::memory::InMemory;
    use object_store::path::Path as ObjectPath;
    use object_store::{ObjectStore, ObjectStoreExt, PutPayload};

    use super::*;
    use crate::evidence::encode;
    use crate::evidence::tests::slices;

    fn store() -> (tempfile::TempDir, EvidenceStore) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = EvidenceStore::new(folder.path().join("evidence"));
        (folder, store)
    }

    fn names(store: &EvidenceStore) -> Vec<String> {
        let entries = std::fs::read_dir(store.folder()).expect("a folder");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn evidence_is_kept_once_under_its_hash() {
        let (_folder, store) = store();
        let bytes = encode(&slices(1, &[]));
        let first = store.put(&bytes).expect("kept");
        let again = store.put(&bytes).expect("kept");
        assert_eq!(first, again);
        assert_eq!(first.sha256, sha256_hex(&bytes));
        assert_eq!(names(&store), [format!("{}.parquet", first.sha256)], "no temporary file stays");

        let evidence = store.open(&first.sha256).expect("intact");
        assert_eq!(evidence.reference, first);
        assert_eq!(std::fs::read(&evidence.path).expect("a file"), bytes);

        let other = store.put(&encode(&slices(1, &["another"]))).expect("kept");
        assert_ne!(other.sha256, first.sha256);
        assert_eq!(names(&store).len(), 2);
    }

    #[test]
    fn every_change_of_a_kept_file_is_found() {
        #[track_caller]
        fn check(change: impl Fn(&Path, Vec<u8>), part: &str) {
            let (_folder, store) = store();
            let bytes = encode(&slices(1, &[]));
            let reference = store.put(&bytes).expect("kept");
            let path = store.path(&reference.sha256);
            change(&path, bytes.clone());
            let error = store.open(&reference.sha256).expect_err("altered").to_string();
            assert!(error.contains(part) && error.contains(&reference.sha256), "{error}");
            // The same evidence captured again does not hide it.
            let found = std::fs::read(&path).ok();
            match store.put(&bytes) {
                Ok(_) => assert!(found.is_none() && store.open(&reference.sha256).is_ok(), "{part}"),
                Err(refused) => {
                    assert!(refused.to_string().contains(part), "{refused}");
                    assert!(std::fs::read(&path).ok() == found, "the altered file is as it was");
                }
            }
        }
        let write = |path: &Path, bytes: &[u8]| std::fs::write(path, bytes).expect("a changed file");
        for position in [4, 100] {
            let alter = |path: &Path, mut bytes: Vec<u8>| {
                bytes[position] ^= 1;
                write(path, &bytes);
            };
            check(alter, "was altered or cut");
        }
        check(|path, bytes| write(path, &bytes[..bytes.len() - 1]), "was altered or cut");
        check(|path, _| write(path, b""), "its 0 bytes");
        check(|path, bytes| write(path, &[bytes.as_slice(), b"x"].concat()), "was altered or cut");
        check(|path, _| std::fs::remove_file(path).expect("removed"), "is missing");
        check(
            |path, _| {
                std::fs::remove_file(path).expect("removed");
                std::fs::create_dir(path).expect("a folder in its place");
            },
            "cannot be read",
        );
    }

    #[test]
    fn references_that_are_no_hash_never_reach_the_disk() {
        let (_folder, store) = store();
        let long = "../".repeat(22);
        for found in ["", "abc", "../../etc/passwd", &"A".repeat(64), &"g".repeat(64), &long[..64]] {
            let error = store.open(found).expect_err("no hash");
            assert!(matches!(error, StoreError::Hash { .. }), "{error}");
        }
        let error = store.open(&"0".repeat(64)).expect_err("nothing kept");
        assert!(matches!(error, StoreError::Missing { .. }), "{error}");
    }

    #[test]
    fn what_is_no_evidence_is_not_kept() {
        let (_folder, store) = store();
        let error = store.put(b"<html>").expect_err("no evidence");
        assert!(matches!(error, StoreError::NotEvidence { .. }), "{error}");
        assert!(!store.folder().exists(), "nothing was written");
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_an_error_that_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("evidence");
        std::fs::write(&file, b"a file where the folder should be").expect("a file");
        let error = EvidenceStore::new(&file).put(&encode(&slices(1, &[]))).expect_err("no folder").to_string();
        assert!(error.contains("cannot be written"), "{error}");

        // The name is taken by a folder.
        let store = EvidenceStore::new(folder.path().join("other"));
        let bytes = encode(&slices(1, &[]));
        std::fs::create_dir_all(store.path(&sha256_hex(&bytes)).join("full")).expect("a folder in its place");
        store.put(&bytes).expect_err("the name is taken");
        assert_eq!(names(&store), [format!("{}.parquet", sha256_hex(&bytes))]);
    }

    #[tokio::test]
    async fn a_bucket_keeps_evidence_once_and_finds_every_change() {
        let objects = Arc::new(InMemory::new());
        let bucket = Bucket::over(Arc::clone(&objects) as Arc<dyn ObjectStore>, "s3://reports/acme", "acme");
        let store = EvidenceStore::in_bucket(bucket.clone()).expect("a temporary folder");
        let bytes = encode(&slices(1, &[]));
        let missing = store.open(&sha256_hex(&bytes)).expect_err("nothing kept");
        assert!(matches!(missing, StoreError::Missing { .. }), "{missing}");
        let reference = store.put(&bytes).expect("kept");
        assert_eq!(store.put(&bytes).expect("kept"), reference, "the same again");
        let place = ObjectPath::from(format!("acme/evidence/{}.parquet", reference.sha256));
        assert_eq!(objects.get(&place).await.expect("an object").bytes().await.expect("bytes"), bytes);
        // Another machine has it as a file.
        let other = EvidenceStore::in_bucket(bucket).expect("a temporary folder");
        let evidence = other.open(&reference.sha256).expect("intact");
        assert_eq!(std::fs::read(&evidence.path).expect("a file"), bytes);
        assert_eq!(evidence.reference, reference);
        assert!(matches!(other.open("../../etc/passwd"), Err(StoreError::Hash { .. })));
        assert!(matches!(other.put(b"<html>"), Err(StoreError::NotEvidence { .. })));
        let mut flipped = bytes.clone();
        flipped[100] ^= 1;
        for altered in [flipped, bytes[..bytes.len() - 1].to_vec(), Vec::new()] {
            objects.put(&place, PutPayload::from(altered.clone())).await.expect("altered");
            for error in [other.open(&reference.sha256).map(drop), store.put(&bytes).map(drop)] {
                let error = error.expect_err("altered").to_string();
                assert!(
                    error.contains("s3://reports/acme/evidence/") && error.contains("was altered or cut"),
                    "{error}"
                );
            }
            assert_eq!(objects.get(&place).await.expect("an object").bytes().await.expect("bytes"), altered);
        }
        let folder = evidence.path.parent().expect("a folder").to_owned();
        drop(other);
        assert!(!folder.exists(), "what was fetched goes with the store");
    }
}
