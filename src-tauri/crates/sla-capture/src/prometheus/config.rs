//! How a Prometheus server is reached: address, credentials, certificate authority and limits.

use std::fmt;
use std::time::Duration;

use reqwest::Url;

use super::error::PrometheusError;
use crate::beats::MOST_BEATS;

/// Most points that one request may ask for. Prometheus refuses more than 11 000 points per series
/// (`maxPointsPerTimeSeries` check in its `web/api/v1`).
pub const MAX_POINTS_PER_REQUEST: u32 = 10_000;

/// How a Prometheus server is reached. Everything but the address has a default.
#[derive(Clone, Debug)]
pub struct PrometheusConfig {
    /// Base address such as `https://prometheus.example.org` or `https://example.org/prometheus`; no credentials, no
    /// query.
    pub url: String,
    /// Credentials; default none.
    pub auth: Auth,
    /// Certificate authorities as PEM. When given, no other authority is trusted; default: the ones of the system.
    pub ca_pem: Option<Vec<u8>>,
    /// Label that tells apart servers which read the same targets; counters are then read from each. Default none.
    pub replica_label: Option<String>,
    /// Tenant of a server for several, sent as `X-Scope-OrgID`. Default none.
    pub org_id: Option<String>,
    /// Longest time to connect; default 10 s.
    pub connect_timeout: Duration,
    /// Longest time for one request, body included; default 60 s.
    pub request_timeout: Duration,
    /// Longest time for a whole capture, retries included; default 30 min.
    pub capture_timeout: Duration,
    /// Largest body of one answer in bytes, after decompression; default 64 MiB, a hundred times what a chunk takes.
    pub body_limit_bytes: usize,
    /// Most samples of probes that one capture holds together; default 20 million.
    pub beats_limit: usize,
    /// Points of one request, 1 to [`MAX_POINTS_PER_REQUEST`]; default that.
    pub points_per_request: u32,
    /// Requests for samples of counters that one capture has under way at once, at least 1; default 2, so that the server reads
    /// while samples are added up.
    pub reads_at_once: usize,
    /// Requests of all captures together that the server has to answer at once, at least 1; default 4.
    pub requests_at_once: usize,
    /// How failures that may pass are retried.
    pub backoff: Backoff,
}

impl PrometheusConfig {
    /// A server at that address, everything else by default.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            auth: Auth::None,
            ca_pem: None,
            replica_label: None,
            org_id: None,
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(60),
            capture_timeout: Duration::from_secs(30 * 60),
            body_limit_bytes: 64 * 1024 * 1024,
            beats_limit: MOST_BEATS,
            points_per_request: MAX_POINTS_PER_REQUEST,
            reads_at_once: 2,
            requests_at_once: 4,
            backoff: Backoff::default(),
        }
    }

    /// The base address, checked: its path ends with a slash, so that endpoints can be joined to it.
    pub(super) fn base(&self) -> Result<Url, PrometheusError> {
        // The text is not quoted: what does not parse may hold a password in any place.
        let refuse = |reason: &str| PrometheusError::Address { reason: reason.to_owned() };
        let mut url = Url::parse(self.url.trim()).map_err(|error| refuse(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refuse(&format!("its scheme is {}", url.scheme())));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse("it holds credentials, which belong into the environment or the keychain"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("it holds a query or a fragment"));
        }
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Ok(url)
    }
}

/// Credentials for a server.
#[derive(Clone, Debug, Default)]
pub enum Auth {
    /// None.
    #[default]
    None,
    /// A bearer token (RFC 6750).
    Bearer(Secret),
    /// Basic authentication (RFC 7617).
    Basic {
        /// User.
        user: String,
        /// Password.
        password: Secret,
    },
}

/// A text that must not reach a log, a message or a file. Only the code that sends it can read it.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// How failures that may pass (no connection, no answer in time, 408, 429, 5xx) are retried: each wait is twice the one
/// before, or as long as the server asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// Requests in all, the first included; default 5.
    pub attempts: u32,
    /// Wait before the second request; default 500 ms.
    pub first_wait: Duration,
    /// Longest wait; default 10 s.
    pub longest_wait: Duration,
    /// Longest wait that a server may ask for (`Retry-After`); one that asks for more is given up; default 60 s.
    pub longest_asked_wait: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            attempts: 5,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(10),
            longest_asked_wait: Duration::from_secs(60),
        }
    }
}

impl Backoff {
    /// Wait after that many failed requests, the last of which asked for a wait of its own; `None` when it asked for
    /// more than it gets.
    pub(super) fn wait_after(&self, failed: u32, asked: Option<Duration>) -> Option<Duration> {
        let doubled = 2_u32.saturating_pow(failed.saturating_sub(1));
        let own = self.first_wait.saturating_mul(doubled).min(self.longest_wait);
        match asked {
            Some(asked) if asked > self.longest_asked_wait => None,
            asked => Some(own.max(asked.unwrap_or_default())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_and_their_credentials_never_shown() {
        #[track_caller]
        fn check(url: &str, expected: Result<&str, &str>) {
            match (PrometheusConfig::new(url).base(), expected) {
                (Ok(base), Ok(text)) => assert_eq!(base.as_str(), text),
                (Err(error), Err(part)) => {
                    let text = error.to_string();
                    assert!(text.contains(part), "{text}");
                    assert!(!text.contains("hunter2"), "{text}");
                }
                (got, expected) => panic!("{url}: {got:?}, expected {expected:?}"),
            }
        }
        check("http://localhost:9090", Ok("http://localhost:9090/"));
        check(" https://example.org/prometheus ", Ok("https://example.org/prometheus/"));
        check("https://example.org/prometheus/", Ok("https://example.org/prometheus/"));
        check("https://ada:hunter2@example.org", Err("it holds credentials"));
        check("https://hunter2@example.org", Err("it holds credentials"));
        check("https://example.org/?token=hunter2", Err("it holds a query"));
        check("https://example.org/#hunter2", Err("it holds a query or a fragment"));
        check("ftp://example.org", Err("its scheme is ftp"));
        check("localhost:9090", Err("its scheme is localhost"));
        check("prometheus", Err("relative URL"));
        check("ada:hunter2@example.org", Err("its scheme is ada"));
        check("http://ada:hunter2@", Err("empty host"));
        check("", Err("relative URL"));
    }

    #[test]
    fn secrets_stay_out_of_debug_output() {
        let auth = Auth::Basic { user: "ada".into(), password: Secret::new("hunter2") };
        let config = PrometheusConfig { auth, ..PrometheusConfig::new("http://localhost") };
        let text = format!("{config:?} {:#?}", Secret::new("hunter2"));
        assert!(text.contains("ada") && text.contains('…') && !text.contains("hunter2"), "{text}");
    }

    #[test]
    fn waits_double_up_to_the_longest_and_follow_the_server_within_bounds() {
        let backoff = Backoff::default();
        #[track_caller]
        fn check(backoff: Backoff, failed: u32, asked_seconds: Option<u64>, expected_ms: Option<u128>) {
            let wait = backoff.wait_after(failed, asked_seconds.map(Duration::from_secs));
            assert_eq!(wait.map(|wait| wait.as_millis()), expected_ms, "{failed} {asked_seconds:?}");
        }
        let doubled = [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000];
        for (failed, expected) in (1..).zip(doubled) {
            check(backoff, failed, None, Some(expected));
        }
        check(backoff, 99, None, Some(10_000));
        check(backoff, 1, Some(0), Some(500));
        check(backoff, 1, Some(7), Some(7_000));
        check(backoff, 5, Some(7), Some(8_000));
        check(backoff, 1, Some(60), Some(60_000));
        check(backoff, 1, Some(61), None);
        check(backoff, 1, Some(u64::MAX), None);
    }
}
