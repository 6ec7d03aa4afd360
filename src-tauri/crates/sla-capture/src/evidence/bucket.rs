//! Objects below an address such as `s3://bucket/prefix`: asked for, created, replaced only as they were seen. What the
//! objects mean is not known here.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, LazyLock, mpsc};
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, S3ConditionalPut};
use object_store::path::Path;
use object_store::{
    ClientOptions, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, RetryConfig, UpdateVersion,
};
use reqwest::Url;
use tokio::runtime::{Handle, Runtime, RuntimeFlavor};

use crate::client::{chain, is_loopback};
use crate::file::MAX_PARQUET_BYTES;

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
    /// The bucket of an address `s3://bucket/prefix`. Keys, region and endpoint come from the usual environment:
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT_URL`. Nobody is asked yet.
    ///
    /// # Errors
    /// [`BucketError::Address`], [`BucketError::Plain`], [`BucketError::Settings`].
    pub fn of(address: &str) -> Result<Self, BucketError> {
        Self::with(address, AmazonS3Builder::from_env())
    }

    fn with(address: &str, settings: AmazonS3Builder) -> Result<Self, BucketError> {
        let (bucket, prefix) = parts(address)?;
        let endpoint = settings.get_config_value(&AmazonS3ConfigKey::Endpoint);
        let plain = endpoint.as_deref().and_then(|endpoint| Url::parse(endpoint).ok());
        let plain = plain.filter(|endpoint| endpoint.scheme() == "http");
        let allowed = std::env::var("AWS_ALLOW_HTTP").is_ok_and(|value| value == "true");
        if plain.as_ref().is_some_and(|endpoint| !is_loopback(endpoint)) && !allowed {
            return Err(BucketError::Plain);
        }
        let client = ClientOptions::new()
            .with_connect_timeout(CONNECT_WITHIN)
            .with_timeout(ALL_WITHIN)
            .with_allow_http(plain.is_some());
        let retry = RetryConfig { max_retries: REPETITIONS, retry_timeout: REPEAT_WITHIN, ..RetryConfig::default() };
        let store = settings
            .with_bucket_name(&bucket)
            .with_client_options(client)
            .with_retry(retry)
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            .build()
            .map_err(|_| BucketError::Settings)?;
        Ok(Self::over(Arc::new(store), &bucket, &prefix))
    }

    /// The same over any store of objects.
    pub(crate) fn over(store: Arc<dyn ObjectStore>, bucket: &str, prefix: &str) -> Self {
        let address = format!("s3://{bucket}/{prefix}").trim_end_matches('/').to_owned();
        Self { store, address, prefix: prefix.to_owned() }
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
        self.put(name, bytes, PutMode::Create)
    }

    /// Replaces an object that is as it was seen; `false` when it is no longer, and stays as it is.
    pub(crate) fn replace(&self, name: &str, bytes: &[u8], seen: UpdateVersion) -> Result<bool, BucketError> {
        self.put(name, bytes, PutMode::Update(seen))
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

/// Bucket and prefix of an address. The address is not repeated in errors: it may hold a secret.
fn parts(address: &str) -> Result<(String, String), BucketError> {
    let refuse = |reason| BucketError::Address { reason };
    let url = Url::parse(address).map_err(|_| refuse("it is no address"))?;
    if url.scheme() != "s3" {
        return Err(refuse("it does not begin with s3://"));
    }
    if !url.username().is_empty() || url.password().is_some() || address.contains('@') {
        return Err(refuse("it holds a user or a secret, which belong in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"));
    }
    if url.port().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("it has a port, a ? or a #; another server is named by AWS_ENDPOINT_URL"));
    }
    // The parser takes dots away, so the address itself is looked at.
    if address.split('/').any(|part| part == "." || part == "..") || address.contains(['%', '\\']) {
        return Err(refuse("its prefix has . or .. as a part, a % or a backslash"));
    }
    let bucket = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| refuse("it names no bucket"))?;
    Ok((bucket.to_owned(), url.path().trim_matches('/').to_owned()))
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
/// own does. Where a runtime has several threads, its tasks go on with another one meanwhile.
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
    let has_others = Handle::try_current().is_ok_and(|it| it.runtime_flavor() == RuntimeFlavor::MultiThread);
    let answered = if has_others { tokio::task::block_in_place(|| answered.recv()) } else { answered.recv() };
    match answered {
        Ok(Ok(result)) => result,
        Ok(Err(_)) | Err(_) => Err(Failed::TooLate),
    }
}

/// The `<Code>` of an answer of S3. The rest of it is not shown: it repeats what was signed.
fn s3_code(text: &str) -> Option<String> {
    let (code, _) = text.split_once("<Code>")?.1.split_once("</Code>")?;
    (code.len() < 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| code.to_owned())
}

fn no_bucket(error: &object_store::Error) -> bool {
    s3_code(&chain(error)).as_deref() == Some("NoSuchBucket")
}

impl From<Failed> for BucketError {
    fn from(failed: Failed) -> Self {
        let error = match failed {
            Failed::TooLate => return Self::Unreachable,
            Failed::TooLong => return Self::TooLong { limit_bytes: MAX_PARQUET_BYTES },
            Failed::Store(error) => error,
        };
        let code = s3_code(&chain(&error));
        match (code.as_deref(), &error) {
            (Some("NoSuchBucket"), _) => Self::NoBucket,
            (Some("InvalidAccessKeyId" | "SignatureDoesNotMatch" | "InvalidToken" | "ExpiredToken"), _)
            | (_, object_store::Error::Unauthenticated { .. }) => {
                Self::Credentials { reason: code.unwrap_or_else(|| "401".to_owned()) }
            }
            (_, object_store::Error::PermissionDenied { .. }) => Self::Forbidden,
            (Some(code), _) => Self::Answer { reason: code.to_owned() },
            (_, object_store::Error::NotImplemented { .. } | object_store::Error::NotSupported { .. }) => {
                Self::Answer { reason: "it cannot write on a condition".to_owned() }
            }
            (None, object_store::Error::NotFound { .. }) => Self::Answer { reason: "404".to_owned() },
            (None, object_store::Error::Generic { .. }) => Self::Unreachable,
            (None, _) => Self::Answer { reason: "it means nothing to this program".to_owned() },
        }
    }
}

/// Why a bucket gives or takes no object. No error holds an address as it was given, a key or an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BucketError {
    /// The address cannot be used.
    #[error("the address of the evidence cannot be used: {reason}; expected s3://bucket/prefix")]
    Address {
        /// Why not.
        reason: &'static str,
    },
    /// What is sent could be read by others.
    #[error(
        "AWS_ENDPOINT_URL is plain http on another machine; use https, or set AWS_ALLOW_HTTP=true where the network is \
         trusted"
    )]
    Plain,
    /// The environment says something that cannot be used.
    #[error("the AWS_… settings of the environment cannot be used; check region, endpoint and keys")]
    Settings,
    /// Nobody answers in time.
    #[error("the bucket cannot be reached; check AWS_ENDPOINT_URL and the network, then run again")]
    Unreachable,
    /// Who asks is not known.
    #[error("the credentials are refused ({reason}); check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")]
    Credentials {
        /// The server's code.
        reason: String,
    },
    /// Who asks may not.
    #[error("the credentials may not do this; grant s3:GetObject, s3:PutObject and s3:ListBucket on the bucket")]
    Forbidden,
    /// There is no such bucket.
    #[error("there is no such bucket; create it, or correct the address of the evidence")]
    NoBucket,
    /// An object that no capture can be.
    #[error("the object is longer than {limit_bytes} bytes, which no evidence is; look at who put it there")]
    TooLong {
        /// What it may have.
        limit_bytes: u64,
    },
    /// The server answers otherwise.
    #[error("the bucket's server refused: {reason}; look at its log")]
    Answer {
        /// Its code.
        reason: String,
    },
}

impl BucketError {
    /// Whether it is so for one object and not for the whole bucket.
    pub fn is_of_one_object(&self) -> bool {
        matches!(self, Self::TooLong { .. })
    }

    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address { .. } => "evidence.address",
            Self::Plain => "evidence.plain_http",
            Self::Settings => "evidence.settings",
            Self::Unreachable => "evidence.unreachable",
            Self::Credentials { .. } => "evidence.credentials",
            Self::Forbidden => "evidence.forbidden",
            Self::NoBucket => "evidence.no_bucket",
            Self::TooLong { .. } => "evidence.too_long",
            Self::Answer { .. } => "evidence.refused",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_bucket_and_no_secret() {
        #[track_caller]
        fn check(address: &str, expected: Option<(&str, &str)>) {
            match (parts(address), expected) {
                (Ok((bucket, prefix)), Some(expected)) => assert_eq!((bucket.as_str(), prefix.as_str()), expected),
                (Err(error), None) => {
                    assert_eq!(error.code(), "evidence.address");
                    assert!(!error.to_string().contains("geheim"), "{error}");
                }
                (found, _) => panic!("{address}: {found:?}"),
            }
        }
        check("s3://reports", Some(("reports", "")));
        check("s3://reports/", Some(("reports", "")));
        check("s3://reports/acme/2026/", Some(("reports", "acme/2026")));
        for refused in [
            "",
            "reports",
            "/srv/evidence",
            "gs://reports",
            "https://reports/a",
            "s3://",
            "s3:///a",
            "s3://key:geheim@reports/a",
            "s3://geheim@reports",
            "s3://reports/a?secret=geheim",
            "s3://reports/#geheim",
            "s3://reports:9000/a",
            "s3://reports/../a",
            "s3://reports/a/./b",
            "s3://reports/%2e%2e/a",
        ] {
            check(refused, None);
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_and_secrets_are_not_shown() {
        let settings = |endpoint: &str| {
            AmazonS3Builder::new()
                .with_endpoint(endpoint)
                .with_region("eu-central-1")
                .with_access_key_id("who")
                .with_secret_access_key("geheim")
        };
        let elsewhere = Bucket::with("s3://reports/a", settings("http://192.0.2.1:9000")).map(drop);
        assert_eq!(elsewhere, Err(BucketError::Plain));
        for endpoint in ["http://127.0.0.1:9", "http://[::1]:9", "https://192.0.2.1"] {
            let bucket = Bucket::with("s3://reports/a", settings(endpoint)).expect("a bucket");
            assert_eq!(format!("{bucket:?}"), "Bucket(\"s3://reports/a\")");
        }
        // Nobody listens there.
        let bucket = Bucket::with("s3://reports/a", settings("http://127.0.0.1:9")).expect("a bucket");
        assert_eq!(bucket.get("x").map(drop), Err(BucketError::Unreachable));
    }

    #[test]
    fn of_an_answer_only_its_code_is_shown() {
        let body = |code: &str| format!("<Error><Code>{code}</Code><AWSAccessKeyId>geheim</AWSAccessKeyId></Error>");
        #[track_caller]
        fn check(error: object_store::Error, expected: &str) {
            let error = BucketError::from(Failed::Store(error));
            assert_eq!(error.code(), expected);
            assert!(!format!("{error} {error:?}").contains("geheim"), "{error:?}");
        }
        let denied = |code| object_store::Error::PermissionDenied { path: "a".to_owned(), source: body(code).into() };
        check(denied("AccessDenied"), "evidence.forbidden");
        check(denied("InvalidAccessKeyId"), "evidence.credentials");
        check(denied("SignatureDoesNotMatch"), "evidence.credentials");
        let missing = object_store::Error::NotFound { path: "a".to_owned(), source: body("NoSuchBucket").into() };
        check(missing, "evidence.no_bucket");
        let generic = |text: String| object_store::Error::Generic { store: "S3", source: text.into() };
        check(generic(body("InvalidRequest")), "evidence.refused");
        check(generic("connection refused, geheim".to_owned()), "evidence.unreachable");
    }

    /// What a server of S3 makes of conditions shows only with one. Keys, region and endpoint come from the environment.
    #[test]
    #[ignore = "needs a server of S3 at AWS_ENDPOINT_URL with an empty bucket named reports"]
    fn a_server_creates_once_and_replaces_what_was_seen() {
        let bucket = Bucket::of("s3://reports/acme").expect("settings in the environment");
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
        let nowhere = Bucket::of("s3://nowhere/acme").expect("settings in the environment");
        assert_eq!(nowhere.get(name).map(drop), Err(BucketError::NoBucket));
        assert_eq!(nowhere.create(name, b"x"), Err(BucketError::NoBucket));
        assert_eq!(nowhere.names("captures").map(drop), Err(BucketError::NoBucket));
    }
}
