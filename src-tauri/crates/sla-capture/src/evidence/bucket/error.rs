//! Why a bucket gives or takes no object.

use super::Failed;
use crate::client::chain;
use crate::file::MAX_PARQUET_BYTES;

/// The `<Code>` of an answer, which all services give in the same way. The rest of it is not shown: it repeats what was signed.
fn code_of(text: &str) -> Option<String> {
    let (code, _) = text.split_once("<Code>")?.1.split_once("</Code>")?;
    (code.len() < 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| code.to_owned())
}

/// What S3 and Google, and what Azure says of a bucket that is not there.
const NO_BUCKET: [&str; 2] = ["NoSuchBucket", "ContainerNotFound"];
/// What they say of somebody whom they do not know.
const UNKNOWN: [&str; 6] = [
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "InvalidToken",
    "ExpiredToken",
    "NotSignedUp",
    "AuthenticationFailed",
];

pub(super) fn no_bucket(error: &object_store::Error) -> bool {
    code_of(&chain(error)).is_some_and(|code| NO_BUCKET.contains(&code.as_str()))
}

impl From<Failed> for BucketError {
    fn from(failed: Failed) -> Self {
        let error = match failed {
            Failed::TooLate => return Self::Unreachable,
            Failed::TooLong => return Self::TooLong { limit_bytes: MAX_PARQUET_BYTES },
            Failed::Store(error) => error,
        };
        let code = code_of(&chain(&error));
        match (code.as_deref(), &error) {
            (Some(code), _) if NO_BUCKET.contains(&code) => Self::NoBucket,
            (Some(code), _) if UNKNOWN.contains(&code) => Self::Credentials { reason: code.to_owned() },
            (code, object_store::Error::Unauthenticated { .. }) => {
                Self::Credentials { reason: code.unwrap_or("401").to_owned() }
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
    #[error(
        "the address of the evidence cannot be used: {reason}; expected s3://BUCKET/PREFIX, gs://BUCKET/PREFIX, az://CONTAINER/PREFIX"
    )]
    Address {
        /// Why not.
        reason: &'static str,
    },
    /// What is sent could be read by others.
    #[error(
        "{variable} is plain http on another machine; use https, or set {allowed}=true where the network is trusted"
    )]
    Plain {
        /// The variable that names the server.
        variable: &'static str,
        /// The variable that allows it.
        allowed: &'static str,
    },
    /// The environment says something that cannot be used.
    #[error(
        "the bucket's settings in the environment (AWS_…, GOOGLE_… or AZURE_…) cannot be used; check region, endpoint and keys"
    )]
    Settings,
    /// Nobody answers in time.
    #[error(
        "the bucket cannot be reached; check its endpoint in the environment (of S3: AWS_ENDPOINT_URL) and the network, then run again"
    )]
    Unreachable,
    /// Who asks is not known.
    #[error(
        "the credentials are refused ({reason}); check the keys in the environment (of S3: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)"
    )]
    Credentials {
        /// The server's code.
        reason: String,
    },
    /// Who asks may not.
    #[error(
        "the credentials may not do this; grant reading, writing and listing (of S3: s3:GetObject, s3:PutObject and s3:ListBucket)"
    )]
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
    /// The server writes over what is there.
    #[error(
        "the bucket's server takes no notice of conditions (If-None-Match, If-Match), so that evidence could be written over; use a \
         server that keeps to them (Amazon S3, MinIO, Google, Azure and others do), or a newer version of this one"
    )]
    NoConditions,
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
            Self::Plain { .. } => "evidence.plain_http",
            Self::Settings => "evidence.settings",
            Self::Unreachable => "evidence.unreachable",
            Self::Credentials { .. } => "evidence.credentials",
            Self::Forbidden => "evidence.forbidden",
            Self::NoBucket => "evidence.no_bucket",
            Self::TooLong { .. } => "evidence.too_long",
            Self::NoConditions => "evidence.no_conditions",
            Self::Answer { .. } => "evidence.refused",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        check(denied("AuthenticationFailed"), "evidence.credentials");
        check(denied("AuthorizationPermissionMismatch"), "evidence.forbidden");
        let missing = object_store::Error::NotFound { path: "a".to_owned(), source: body("NoSuchBucket").into() };
        check(missing, "evidence.no_bucket");
        let missing = object_store::Error::NotFound { path: "a".to_owned(), source: body("ContainerNotFound").into() };
        check(missing, "evidence.no_bucket");
        let generic = |text: String| object_store::Error::Generic { store: "S3", source: text.into() };
        check(generic(body("InvalidRequest")), "evidence.refused");
        check(generic("connection refused, geheim".to_owned()), "evidence.unreachable");
    }
}
