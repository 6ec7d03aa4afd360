//! Which bucket an address names, and how its service is reached.

use std::sync::Arc;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, S3ConditionalPut};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::{ClientOptions, ObjectStore, RetryConfig};
use reqwest::Url;

use super::{ALL_WITHIN, Bucket, BucketError, CONNECT_WITHIN, REPEAT_WITHIN, REPETITIONS};
use crate::client::is_loopback;

/// A service of buckets, with what the environment says of it.
#[derive(Clone, Debug)]
enum Service {
    S3(AmazonS3Builder),
    Google(GoogleCloudStorageBuilder),
    Azure(MicrosoftAzureBuilder),
}

/// What an address says: the scheme of a service, a bucket, and a prefix without slashes around it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Address {
    scheme: &'static str,
    bucket: String,
    prefix: String,
}

/// Schemes of addresses.
pub(crate) const SCHEMES: [&str; 3] = ["s3", "gs", "az"];

impl Bucket {
    /// The bucket of an address: `s3://bucket/prefix` of S3 and servers that speak it, `gs://bucket/prefix` of Google, or
    /// `az://container/prefix` of Azure. Keys and endpoint come from the environment that the service's own tools read: `AWS_…`,
    /// `GOOGLE_…`, `AZURE_…`. Nobody is asked yet.
    ///
    /// # Errors
    /// [`BucketError::Address`], [`BucketError::Plain`], [`BucketError::Settings`].
    pub fn of(address: &str) -> Result<Self, BucketError> {
        let address = Address::of(address)?;
        let service = match address.scheme {
            "gs" => Service::Google(GoogleCloudStorageBuilder::from_env()),
            "az" => Service::Azure(MicrosoftAzureBuilder::from_env()),
            _ => Service::S3(AmazonS3Builder::from_env()),
        };
        Self::with(&address, service)
    }

    fn with(address: &Address, service: Service) -> Result<Self, BucketError> {
        let endpoints = service.endpoints().into_iter().filter_map(|endpoint| Url::parse(&endpoint).ok());
        let plain: Vec<Url> = endpoints.filter(|endpoint| endpoint.scheme() == "http").collect();
        let (variable, allowed) = service.variables();
        let is_allowed = std::env::var(allowed).is_ok_and(|value| value == "true");
        if plain.iter().any(|endpoint| !is_loopback(endpoint)) && !is_allowed {
            return Err(BucketError::Plain { variable, allowed });
        }
        let client = ClientOptions::new()
            .with_connect_timeout(CONNECT_WITHIN)
            .with_timeout(ALL_WITHIN)
            .with_allow_http(!plain.is_empty());
        let retry = RetryConfig { max_retries: REPETITIONS, retry_timeout: REPEAT_WITHIN, ..RetryConfig::default() };
        let store = service.open(&address.bucket, client, retry).map_err(|_| BucketError::Settings)?;
        Ok(Self::over(store, &address.to_string(), &address.prefix))
    }
}

impl Service {
    /// Where it may be, when the environment says so.
    fn endpoints(&self) -> Vec<String> {
        let known = match self {
            Self::S3(service) => [AmazonS3ConfigKey::Endpoint, AmazonS3ConfigKey::S3Endpoint]
                .map(|key| service.get_config_value(&key))
                .to_vec(),
            Self::Google(service) => vec![service.get_config_value(&GoogleConfigKey::BaseUrl)],
            Self::Azure(service) => vec![service.get_config_value(&AzureConfigKey::Endpoint)],
        };
        known.into_iter().flatten().collect()
    }

    /// The variables that say where it is, and that it may be spoken to without encryption.
    fn variables(&self) -> (&'static str, &'static str) {
        match self {
            Self::S3(_) => ("AWS_ENDPOINT_URL", "AWS_ALLOW_HTTP"),
            Self::Google(_) => ("GOOGLE_BASE_URL", "GOOGLE_ALLOW_HTTP"),
            Self::Azure(_) => ("AZURE_STORAGE_ENDPOINT", "AZURE_ALLOW_HTTP"),
        }
    }

    fn open(
        self,
        bucket: &str,
        client: ClientOptions,
        retry: RetryConfig,
    ) -> Result<Arc<dyn ObjectStore>, object_store::Error> {
        Ok(match self {
            Self::S3(service) => {
                let service = service.with_bucket_name(bucket).with_client_options(client).with_retry(retry);
                Arc::new(service.with_conditional_put(S3ConditionalPut::ETagMatch).build()?)
            }
            Self::Google(service) => {
                Arc::new(service.with_bucket_name(bucket).with_client_options(client).with_retry(retry).build()?)
            }
            Self::Azure(service) => {
                Arc::new(service.with_container_name(bucket).with_client_options(client).with_retry(retry).build()?)
            }
        })
    }
}

impl Address {
    /// The address is not repeated in errors: it may hold a secret.
    fn of(address: &str) -> Result<Self, BucketError> {
        let refuse = |reason| BucketError::Address { reason };
        let url = Url::parse(address).map_err(|_| refuse("it is no address"))?;
        let scheme = SCHEMES.into_iter().find(|known| *known == url.scheme());
        let scheme = scheme.ok_or_else(|| refuse("it begins with none of s3://, gs:// and az://"))?;
        if !url.username().is_empty() || url.password().is_some() || address.contains('@') {
            return Err(refuse("it holds a user or a secret, which belong in the environment"));
        }
        if url.port().is_some() || url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("it has a port, a ? or a #; another server is named in the environment"));
        }
        // The parser takes dots away and writes other signs otherwise, so the address itself is looked at.
        let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "/-_.:=+".contains(sign);
        if address.split('/').any(|part| part == "." || part == "..") || !address.chars().all(is_plain) {
            return Err(refuse("its prefix has . or .. as a part, or signs other than letters, digits and - _ . = +"));
        }
        let bucket = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| refuse("it names no bucket"))?;
        Ok(Self { scheme, bucket: bucket.to_owned(), prefix: url.path().trim_matches('/').to_owned() })
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { scheme, bucket, prefix } = self;
        write!(formatter, "{scheme}://{bucket}{}{prefix}", if prefix.is_empty() { "" } else { "/" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_bucket_and_no_secret() {
        #[track_caller]
        fn check(address: &str, expected: Option<(&str, &str, &str)>) {
            match (Address::of(address), expected) {
                (Ok(found), Some(expected)) => {
                    assert_eq!((found.scheme, found.bucket.as_str(), found.prefix.as_str()), expected);
                    assert_eq!(found.to_string(), address.trim_end_matches('/'));
                }
                (Err(error), None) => {
                    assert_eq!(error.code(), "evidence.address");
                    assert!(!error.to_string().contains("geheim"), "{error}");
                }
                (found, _) => panic!("{address}: {found:?}"),
            }
        }
        check("s3://reports", Some(("s3", "reports", "")));
        check("s3://reports/", Some(("s3", "reports", "")));
        check("s3://reports/acme/2026/", Some(("s3", "reports", "acme/2026")));
        check("gs://reports/acme", Some(("gs", "reports", "acme")));
        check("az://reports/acme", Some(("az", "reports", "acme")));
        for refused in [
            "",
            "reports",
            "/srv/evidence",
            "file:///srv/evidence",
            "https://reports/a",
            "s3://",
            "s3:///a",
            "s3://key:geheim@reports/a",
            "s3://geheim@reports",
            "az://reports/a?sig=geheim",
            "s3://reports/#geheim",
            "gs://reports:9000/a",
            "s3://reports/../a",
            "s3://reports/a/./b",
            "s3://reports/%2e%2e/a",
            "s3://reports/M\u{e4}rz",
            "s3://reports/a b",
        ] {
            check(refused, None);
        }
    }

    /// Every service, at an endpoint, with a key.
    fn services(endpoint: &str) -> [(&'static str, Service); 3] {
        let s3 = AmazonS3Builder::new().with_endpoint(endpoint).with_region("eu-central-1");
        let s3 = s3.with_access_key_id("who").with_secret_access_key("geheim");
        let google = GoogleCloudStorageBuilder::new().with_base_url(endpoint).with_skip_signature(true);
        let azure = MicrosoftAzureBuilder::new().with_endpoint(endpoint.to_owned()).with_account("who");
        let azure = azure.with_access_key("Z2VoZWlt");
        [("s3", Service::S3(s3)), ("gs", Service::Google(google)), ("az", Service::Azure(azure))]
    }

    #[test]
    fn plain_http_is_for_this_machine_and_secrets_are_not_shown() {
        for (scheme, service) in services("http://192.0.2.1:9000") {
            let address = Address::of(&format!("{scheme}://reports/a")).expect("an address");
            let refused = Bucket::with(&address, service).expect_err("it is plain");
            assert_eq!(refused.code(), "evidence.plain_http", "{refused}");
        }
        for endpoint in ["http://127.0.0.1:9", "http://[::1]:9", "https://192.0.2.1"] {
            for (scheme, service) in services(endpoint) {
                let address = Address::of(&format!("{scheme}://reports/a")).expect("an address");
                let bucket = Bucket::with(&address, service).expect("a bucket");
                assert_eq!(format!("{bucket:?}"), format!("Bucket(\"{scheme}://reports/a\")"));
            }
        }
    }

    #[test]
    fn where_nobody_listens_nothing_is_reached() {
        for (scheme, service) in services("http://127.0.0.1:9") {
            let address = Address::of(&format!("{scheme}://reports/a")).expect("an address");
            let bucket = Bucket::with(&address, service).expect("a bucket");
            assert_eq!(bucket.get("x").map(drop), Err(BucketError::Unreachable), "{scheme}");
        }
    }
}
