//! Where evidence and captured days lie together: below a folder, or below the prefix of a bucket, with the same names in both.

use std::path::{Path, PathBuf};

use crate::days::CapturedDays;
use crate::evidence::{Bucket, BucketError, EvidenceStore, IN_PLACE, SCHEMES, StoreError};

/// The part of an address that says how it is reached, which no folder is named by.
const SCHEME: &str = "://";
/// An object that nothing is ever named by: a file of evidence has a hash for its name.
const NO_EVIDENCE: &str = "none.parquet";

/// Where evidence (`evidence/<sha256>.parquet`) and captured days (`captures/…`) lie.
#[derive(Clone, Debug)]
pub enum EvidencePlace {
    /// Below this folder, which comes into being with the first file.
    Folder(PathBuf),
    /// Below the prefix of this bucket.
    Bucket(Bucket),
}

impl EvidencePlace {
    /// The place that is named: the address of a bucket, or a folder.
    ///
    /// # Errors
    /// [`BucketError`] for an address that names no bucket, as [`Bucket::of`]. Nobody is asked yet.
    pub fn of(named: &str) -> Result<Self, BucketError> {
        let is_slip = SCHEMES.iter().any(|scheme| named.strip_prefix(scheme).is_some_and(|rest| rest.starts_with(':')));
        match named.contains(SCHEME) || is_slip {
            true => Bucket::of(named).map(Self::Bucket),
            false if named.is_empty() => Err(BucketError::Address { reason: "it is empty" }),
            false => Ok(Self::Folder(PathBuf::from(named))),
        }
    }

    /// The place that is named, or the folder where none is. A variable that is empty names none.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn named_or(named: Option<&str>, folder: &Path) -> Result<Self, BucketError> {
        let named = named.filter(|named| !named.is_empty());
        named.map_or_else(|| Ok(Self::Folder(folder.to_owned())), Self::of)
    }

    /// The evidence.
    ///
    /// # Errors
    /// [`StoreError::Write`] when there is no temporary folder for what is fetched from a bucket.
    pub fn evidence(&self) -> Result<EvidenceStore, StoreError> {
        match self {
            Self::Folder(folder) => Ok(EvidenceStore::new(folder.join(IN_PLACE))),
            Self::Bucket(bucket) => EvidenceStore::in_bucket(bucket.clone()),
        }
    }

    /// The evidence for whoever reads only. A folder may also be the one with the files themselves.
    ///
    /// # Errors
    /// As [`Self::evidence`].
    pub fn evidence_to_read(&self) -> Result<EvidenceStore, StoreError> {
        match self {
            Self::Folder(folder) if !folder.join(IN_PLACE).is_dir() => Ok(EvidenceStore::new(folder)),
            place => place.evidence(),
        }
    }

    /// The captured days.
    pub fn days(&self) -> CapturedDays {
        match self {
            Self::Folder(folder) => CapturedDays::new(folder.join(crate::days::IN_PLACE)),
            Self::Bucket(bucket) => CapturedDays::in_bucket(bucket.clone()),
        }
    }

    /// Where the evidence lies, for people.
    pub fn name(&self) -> String {
        match self {
            Self::Folder(folder) => folder.join(IN_PLACE).display().to_string(),
            Self::Bucket(bucket) => bucket.address(IN_PLACE),
        }
    }

    /// Makes sure that evidence may be asked for there, before anything is done that takes long. A folder always may.
    ///
    /// # Errors
    /// [`StoreError::Bucket`].
    pub fn answers(&self) -> Result<(), StoreError> {
        let Self::Bucket(bucket) = self else { return Ok(()) };
        let name = format!("{IN_PLACE}/{NO_EVIDENCE}");
        bucket.get(&name).map(drop).map_err(|cause| StoreError::Bucket { path: bucket.address(IN_PLACE), cause })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use object_store::memory::InMemory;

    use super::*;
    use crate::evidence::{encode, tests::slices};

    #[test]
    fn a_place_is_a_bucket_or_a_folder_and_no_slip_becomes_a_folder() {
        #[track_caller]
        fn check(named: &str, expected: Result<&str, &str>) {
            let folder = EvidencePlace::of(named).map(|place| match place {
                EvidencePlace::Folder(folder) => folder.display().to_string(),
                EvidencePlace::Bucket(bucket) => format!("bucket {}", bucket.address("")),
            });
            assert_eq!(folder.as_deref().map_err(BucketError::code), expected, "{named}");
        }
        check("kept", Ok("kept"));
        check("/srv/kept", Ok("/srv/kept"));
        check("s3://reports/acme", Ok("bucket s3://reports/acme/"));
        check("gs://reports/acme", Ok("bucket gs://reports/acme/"));
        check("https://reports/acme", Err("evidence.address"));
        check("file:///srv/kept", Err("evidence.address"));
        check("s3://", Err("evidence.address"));
        check("s3:/reports/acme", Err("evidence.address"));
        check("s3:reports", Err("evidence.address"));
        check("", Err("evidence.address"));
        check("s3", Ok("s3"));
    }

    #[test]
    fn names_are_the_same_in_a_folder_and_in_a_bucket() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let in_folder = EvidencePlace::Folder(folder.path().to_owned());
        let in_bucket = EvidencePlace::Bucket(Bucket::over(Arc::new(InMemory::new()), "s3://reports/acme", "acme"));
        let bytes = encode(&slices(1, &[]));
        for place in [&in_folder, &in_bucket] {
            place.answers().expect("it answers");
            let kept = place.evidence().expect("a store").put(&bytes).expect("kept");
            let (_, read) = place.evidence_to_read().expect("a store").read(&kept.sha256).expect("it is there");
            assert_eq!(read, bytes);
        }
        assert_eq!(in_folder.name(), folder.path().join("evidence").display().to_string());
        assert_eq!(in_bucket.name(), "s3://reports/acme/evidence");
    }

    #[test]
    fn whoever_reads_may_name_the_folder_with_the_files() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = EvidencePlace::Folder(folder.path().to_owned());
        let kept = place.evidence().expect("a store").put(&encode(&slices(1, &[]))).expect("kept");
        for named in [folder.path().to_owned(), folder.path().join("evidence")] {
            let store = EvidencePlace::Folder(named).evidence_to_read().expect("a store");
            assert!(store.open(&kept.sha256).is_ok(), "{}", store.folder().display());
        }
    }
}
