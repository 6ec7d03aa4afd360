//! Objects below an address such as `s3://bucket/prefix`: asked for, created, replaced only as they were seen. What the
//! objects mean is not known here.

mod address;
mod error;

use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, mpsc};
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, UpdateVersion};
use tokio::runtime::Runtime;

use crate::beside::wait_beside;
use crate::file::MAX_PARQUET_BYTES;

pub(crate) use address::SCHEMES;
pub use error::BucketError;
use error::no_bucket;

/// Longest time for everything that one question takes, with all its repetitions.
const ALL_WITHIN: Duration = Duration::from_secs(60);
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const REPEAT_WITHIN: Duration = Duration::from_secs(15);
const REPETITIONS: usize = 3;
/// How many objects are asked for at once.
const AT_ONCE: usize = 8;

/// Objects below a prefix of a bucket. Credentials are those of the environment, and are never shown.
#[derive(Clone)]
pub struct Bucket {
    store: Arc<dyn ObjectStore>,
    address: String,
    prefix: String,
    /// Whether its server was seen to keep to a condition: that nothing is there, and that it is as it was.
    keeps: Arc<[AtomicBool; 2]>,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bucket").field(&self.address).finish()
    }
}

/// What is at an address, and what must still be there when it is replaced.
pub(crate) struct Object {
    pub(crate) bytes: Vec<u8>,
    pub(crate) seen: UpdateVersion,
}

impl Bucket {
    /// The same over any store of objects.
    pub(crate) fn over(store: Arc<dyn ObjectStore>, address: &str, prefix: &str) -> Self {
        Self { store, address: address.to_owned(), prefix: prefix.to_owned(), keeps: Arc::default() }
    }

    /// The address of an object, for people.
    pub fn address(&self, name: &str) -> String {
        format!("{}/{name}", self.address)
    }

    fn path(&self, name: &str) -> Path {
        Path::from(format!("{}/{name}", self.prefix).trim_start_matches('/'))
    }

    /// What is there; `None` when nothing is.
    pub(crate) fn get(&self, name: &str) -> Result<Option<Object>, BucketError> {
        let (store, path) = (Arc::clone(&self.store), self.path(name));
        Ok(waited(async move { object(&*store, &path).await })?)
    }

    /// The same of several names, in their order, some at once.
    pub(crate) fn get_all(&self, names: &[String]) -> Result<Vec<Option<Object>>, BucketError> {
        let (store, paths) = (&self.store, names.iter().map(|name| self.path(name)));
        let asked: Vec<_> = paths.map(|path| (Arc::clone(store), path)).collect();
        let objects = asked.into_iter().map(|(store, path)| async move { object(&*store, &path).await });
        Ok(waited(stream::iter(objects).buffered(AT_ONCE).try_collect())?)
    }

    /// Puts an object where none is; `false` when one is there, which stays as it is.
    pub(crate) fn create(&self, name: &str, bytes: &[u8]) -> Result<bool, BucketError> {
        let is_new = self.put(name, bytes, PutMode::Create)?;
        self.keeps_to(0, is_new, name, bytes, PutMode::Create)?;
        Ok(is_new)
    }

    /// Replaces an object that is as it was seen; `false` when it is no longer, and stays as it is.
    pub(crate) fn replace(&self, name: &str, bytes: &[u8], seen: UpdateVersion) -> Result<bool, BucketError> {
        let is_replaced = self.put(name, bytes, PutMode::Update(seen.clone()))?;
        self.keeps_to(1, is_replaced, name, bytes, PutMode::Update(seen))?;
        Ok(is_replaced)
    }

    /// Looks once whether the server keeps to a condition: the same bytes put again under it must be refused, as the condition does not
    /// hold any more. A server that takes no notice of it would write over what others have put there.
    fn keeps_to(&self, which: usize, is_put: bool, name: &str, bytes: &[u8], mode: PutMode) -> Result<(), BucketError> {
        let keeps = &self.keeps[which];
        if is_put && !keeps.load(Ordering::Relaxed) && self.put(name, bytes, mode)? {
            return Err(BucketError::NoConditions);
        }
        keeps.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn put(&self, name: &str, bytes: &[u8], mode: PutMode) -> Result<bool, BucketError> {
        let (store, path, payload) = (Arc::clone(&self.store), self.path(name), PutPayload::from(bytes.to_vec()));
        let options = PutOptions::from(mode);
        match waited(async move { Ok(store.put_opts(&path, payload, options).await.map(drop)?) }) {
            Ok(()) => Ok(true),
            Err(Failed::Store(
                object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. },
            )) => Ok(false),
            Err(failed) => Err(failed.into()),
        }
    }

    /// The last parts of the names of all objects directly below a name.
    pub(crate) fn names(&self, below: &str) -> Result<Vec<String>, BucketError> {
        let (store, path) = (Arc::clone(&self.store), self.path(below));
        Ok(waited(async move {
            let found = store.list(Some(&path)).try_collect::<Vec<_>>().await?;
            let names = found.iter().filter(|meta| meta.location.parts_count() == path.parts_count() + 1);
            Ok(names.filter_map(|meta| meta.location.filename().map(str::to_owned)).collect())
        })?)
    }
}

enum Failed {
    Store(object_store::Error),
    TooLong,
    TooLate,
}

impl From<object_store::Error> for Failed {
    fn from(error: object_store::Error) -> Self {
        Self::Store(error)
    }
}

async fn object(store: &dyn ObjectStore, path: &Path) -> Result<Option<Object>, Failed> {
    let found = match store.get(path).await {
        Err(error @ object_store::Error::NotFound { .. }) if !no_bucket(&error) => return Ok(None),
        found => found?,
    };
    if found.meta.size > MAX_PARQUET_BYTES {
        return Err(Failed::TooLong);
    }
    let seen = UpdateVersion { e_tag: found.meta.e_tag.clone(), version: found.meta.version.clone() };
    Ok(Some(Object { bytes: found.bytes().await?.to_vec(), seen }))
}

/// Waits for an answer, from any thread: whoever stands in a runtime may not wait for a future there, so one thread of its
/// own does.
fn waited<T: Send + 'static>(asked: impl Future<Output = Result<T, Failed>> + Send + 'static) -> Result<T, Failed> {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(1).thread_name("bucket").enable_all();
        builder.build().expect("the system gives a thread")
    });
    let (answer, answered) = mpsc::channel();
    RUNTIME.spawn(async move {
        let result = tokio::time::timeout(ALL_WITHIN, asked).await;
        // Nobody waits any more when the program ends.
        let _ = answer.send(result);
    });
    match wait_beside(|| answered.recv()) {
        Ok(Ok(result)) => result,
        Ok(Err(_)) | Err(_) => Err(Failed::TooLate),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a server makes of conditions shows only with one. Keys and endpoint come from the environment.
    #[test]
    #[ignore = "needs a server: SLA_EVIDENCE names a bucket of it and a prefix with nothing below it"]
    fn a_server_creates_once_and_replaces_what_was_seen() {
        let address = std::env::var("SLA_EVIDENCE").expect("an address in the environment");
        let bucket = Bucket::of(&address).expect("settings in the environment");
        let name = "captures/key/0-120.json";
        assert!(bucket.get(name).expect("a server").is_none());
        assert_eq!(bucket.create(name, b"first"), Ok(true));
        assert_eq!(bucket.create(name, b"again"), Ok(false));
        let first = bucket.get(name).expect("a server").expect("an object");
        assert_eq!(first.bytes, b"first");
        assert_eq!(bucket.replace(name, b"second", first.seen.clone()), Ok(true));
        assert_eq!(bucket.replace(name, b"third", first.seen), Ok(false));
        assert_eq!(bucket.get(name).expect("a server").expect("an object").bytes, b"second");
        assert_eq!(bucket.names("captures/key").expect("names"), ["0-120.json"]);
        assert_eq!(bucket.names("captures").expect("names"), [""; 0]);
        let (scheme, _) = address.split_once("://").expect("an address");
        let nowhere = Bucket::of(&format!("{scheme}://nowhere-at-all/acme")).expect("settings in the environment");
        assert_eq!(nowhere.get(name).map(drop), Err(BucketError::NoBucket));
        assert_eq!(nowhere.create(name, b"x"), Err(BucketError::NoBucket));
        assert_eq!(nowhere.names("captures").map(drop), Err(BucketError::NoBucket));
    }
}
