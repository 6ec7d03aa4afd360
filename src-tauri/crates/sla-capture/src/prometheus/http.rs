//! Requests to one server: credentials, limits, retries. What the answers mean is not known here.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, TRANSFER_ENCODING};
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url, Version};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::config::{Auth, Backoff, MAX_POINTS_PER_REQUEST, PrometheusConfig};
use super::error::{PrometheusError, start_of};
use super::reply::{error_text, not_prometheus};
use crate::client::{self, ClientError, ClientTerms, chain};

/// Largest body of an error that is read for its text.
const ERROR_BODY_BYTES: usize = 64 * 1024;

/// A client for one server.
#[derive(Clone, Debug)]
pub(super) struct Http {
    client: Client,
    base: Url,
    config: PrometheusConfig,
    /// Shared by all captures from the server.
    turns: Arc<Semaphore>,
}

/// Why one request failed.
enum Failure {
    /// Asking again gives the same.
    Final(PrometheusError),
    /// It may pass; the server may have said when.
    Passing { reason: String, wait: Option<Duration> },
}

/// Tries again what may pass.
struct Attempts {
    backoff: Backoff,
    made: u32,
}

impl Attempts {
    fn new(backoff: Backoff) -> Self {
        Self { backoff, made: 0 }
    }

    /// Waits for the next attempt.
    ///
    /// # Errors
    /// The failure itself, when asking again gives the same; [`PrometheusError::Unavailable`] when it was asked often
    /// enough, or is to wait for longer than anybody does.
    async fn next(&mut self, url: &Url, failure: Failure) -> Result<(), PrometheusError> {
        let attempts = self.backoff.attempts.max(1);
        let (reason, asked) = match failure {
            Failure::Final(error) => return Err(error),
            Failure::Passing { reason, wait } => (reason, wait),
        };
        self.made += 1;
        let attempt = self.made;
        tracing::warn!(%url, attempt, attempts, %reason, "a request to Prometheus failed");
        let wait = self.backoff.wait_after(attempt, asked);
        let Some(wait) = wait.filter(|_| attempt < attempts) else {
            let reason = match (wait, asked) {
                (None, Some(asked)) => format!("{reason}; it asks to come back in {}", seconds(asked)),
                _ => reason,
            };
            return Err(PrometheusError::Unavailable { url: url.to_string(), attempts: attempt, reason });
        };
        tokio::time::sleep(client::spread(wait)).await;
        Ok(())
    }
}

/// Whether an answer says where it ends. Frames have no last one: where the end of the connection is the end of the answer, one that
/// was cut between two frames would pass for a whole one.
fn tells_its_end(response: &Response) -> bool {
    let is_chunked = |coding: &HeaderValue| coding.to_str().is_ok_and(|coding| coding.contains("chunked"));
    response.version() >= Version::HTTP_2
        || response.headers().contains_key(CONTENT_LENGTH)
        || response.headers().get(TRANSFER_ENCODING).is_some_and(is_chunked)
}

/// Reads an answer while it comes.
pub(super) trait Reader: Send {
    /// What the answer must say it is.
    const CONTENT_TYPE: &'static str;

    /// Takes the next bytes.
    ///
    /// # Errors
    /// What does not fit: the answer was altered on its way.
    fn take(&mut self, bytes: &[u8]) -> Result<Flow, String>;

    /// There are no more.
    ///
    /// # Errors
    /// When something is missing.
    fn end(&mut self) -> Result<(), String>;
}

/// Whether an answer is read on.
pub(super) enum Flow {
    /// It is.
    On,
    /// It holds what this way of reading has no use for.
    Other,
}

impl Failure {
    fn passing(reason: String) -> Self {
        Self::Passing { reason, wait: None }
    }
}

impl Http {
    pub(super) fn new(config: PrometheusConfig) -> Result<Self, PrometheusError> {
        let base = config.base()?;
        if !(1..=MAX_POINTS_PER_REQUEST).contains(&config.points_per_request) {
            return Err(PrometheusError::Points { found: config.points_per_request, limit: MAX_POINTS_PER_REQUEST });
        }
        check_credentials(&config.auth, &base)?;
        let client = client(&config, &base)?;
        let turns = Arc::new(Semaphore::new(config.requests_at_once.max(1)));
        Ok(Self { client, base, config, turns })
    }

    pub(super) fn config(&self) -> &PrometheusConfig {
        &self.config
    }

    /// The base address without a slash at its end. It holds no credentials: an address with some is refused.
    pub(super) fn address(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// Waits until the server may be asked, in the order of asking. Given back while a failed attempt waits for the next.
    async fn turn(&self) -> SemaphorePermit<'_> {
        self.turns.acquire().await.expect("nobody closes it")
    }

    pub(super) fn endpoint(&self, path: &str) -> Url {
        self.base.join(path).expect("the base address is no data: or mailto: address, and the path is our own")
    }

    /// GET of build information; `None` when the server says that it has none. Any other refusal says nothing of the
    /// server, and must not pass for it.
    pub(super) async fn get(&self, url: &Url) -> Result<Option<Vec<u8>>, PrometheusError> {
        match self.send(url, "", || self.client.get(url.clone())).await {
            Ok(body) => Ok(Some(body)),
            Err(PrometheusError::NotFound { .. } | PrometheusError::Rejected { status: 405 | 501, .. }) => Ok(None),
            Err(PrometheusError::Rejected { url, status, text, .. }) => {
                Err(PrometheusError::Version { url, status, text })
            }
            Err(error) => Err(error),
        }
    }

    /// POST of a form, so that a long query needs no long address. `query` is quoted when the server refuses it.
    pub(super) async fn post(&self, url: &Url, form: &[(&str, &str)], query: &str) -> Result<Vec<u8>, PrometheusError> {
        self.send(url, query, || self.client.post(url.clone()).form(form)).await
    }

    async fn send(
        &self,
        url: &Url,
        query: &str,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<Vec<u8>, PrometheusError> {
        let mut attempts = Attempts::new(self.config.backoff);
        loop {
            let turn = self.turn().await;
            let failure = match self.send_once(url, query, request()).await {
                Ok(response) => match self.body(url, response).await {
                    Ok(body) => return Ok(body),
                    Err(failure) => failure,
                },
                Err(failure) => failure,
            };
            drop(turn);
            attempts.next(url, failure).await?;
        }
    }

    /// POST of a request for remote read, whose answer is read while it comes. Each attempt begins with a new reader;
    /// `None` when the server does not send what is asked for.
    pub(super) async fn stream<R: Reader>(
        &self,
        url: &Url,
        body: &[u8],
        query: &str,
        reader: impl Fn() -> R,
    ) -> Result<Option<R>, PrometheusError> {
        let request = || {
            self.client
                .post(url.clone())
                .header(CONTENT_TYPE, "application/x-protobuf")
                .header(CONTENT_ENCODING, "snappy")
                .header("X-Prometheus-Remote-Read-Version", "0.1.0")
                .body(body.to_vec())
        };
        let mut attempts = Attempts::new(self.config.backoff);
        loop {
            let turn = self.turn().await;
            let failure = match self.stream_once(url, query, request(), reader()).await {
                Ok(read) => return Ok(read),
                Err(failure) => failure,
            };
            drop(turn);
            match attempts.next(url, failure).await {
                Ok(()) => {}
                // Servers without remote read say so in as many ways.
                Err(PrometheusError::NotFound { .. } | PrometheusError::Rejected { status: 400..=499 | 501, .. }) => {
                    return Ok(None);
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn stream_once<R: Reader>(
        &self,
        url: &Url,
        query: &str,
        request: RequestBuilder,
        mut reader: R,
    ) -> Result<Option<R>, Failure> {
        let mut response = self.send_once(url, query, request).await?;
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with(R::CONTENT_TYPE)) || !tells_its_end(&response) {
            return Ok(None);
        }
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => match reader.take(&chunk) {
                    Ok(Flow::On) => {}
                    Ok(Flow::Other) => return Ok(None),
                    Err(reason) => return Err(Failure::passing(reason)),
                },
                Ok(None) => break,
                Err(error) => return Err(self.failure(url, &error)),
            }
        }
        reader.end().map_err(Failure::passing)?;
        Ok(Some(reader))
    }

    async fn send_once(&self, url: &Url, query: &str, request: RequestBuilder) -> Result<Response, Failure> {
        let request = match &self.config.auth {
            Auth::None => request,
            Auth::Bearer(token) => request.bearer_auth(token.reveal()),
            Auth::Basic { user, password } => request.basic_auth(user, Some(password.reveal())),
        };
        let request = match &self.config.org_id {
            None => request,
            Some(tenant) => request.header("X-Scope-OrgID", tenant),
        };
        let response = request.send().await.map_err(|error| self.failure(url, &error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let location = location(url, &response);
        let url = url.to_string();
        let code = status.as_u16();
        Err(match status {
            _ if may_pass(status) => {
                let wait = retry_after(&response);
                Failure::Passing { reason: format!("{status}: {}", refusal(response).await), wait }
            }
            _ if status.is_redirection() => {
                Failure::Final(PrometheusError::Redirected { url, status: code, to: location })
            }
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Failure::Final(PrometheusError::Denied { url, status: code })
            }
            StatusCode::NOT_FOUND => Failure::Final(PrometheusError::NotFound { url }),
            _ => {
                let text = refusal(response).await;
                Failure::Final(PrometheusError::Rejected { url, status: code, text, query: query.to_owned() })
            }
        })
    }

    async fn body(&self, url: &Url, mut response: Response) -> Result<Vec<u8>, Failure> {
        let limit_bytes = self.config.body_limit_bytes;
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > limit_bytes => {
                    return Err(Failure::Final(PrometheusError::TooLarge { url: url.to_string(), limit_bytes }));
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => return Ok(body),
                Err(error) if error.is_decode() && !error.is_timeout() && !is_cut(&error) => {
                    let error = not_prometheus(&body, url.as_str(), &chain(&error));
                    return Err(Failure::Final(error));
                }
                Err(error) => return Err(self.failure(url, &error)),
            }
        }
    }

    fn failure(&self, url: &Url, error: &reqwest::Error) -> Failure {
        if let Some(reason) = tls_reason(error) {
            return Failure::Final(PrometheusError::Untrusted { url: url.to_string(), reason });
        }
        if error.is_builder() {
            let reason = chain(error);
            return Failure::Final(PrometheusError::Client { url: url.to_string(), reason });
        }
        if error.is_timeout() && !error.is_connect() {
            return Failure::passing(format!("no answer within {}", seconds(self.config.request_timeout)));
        }
        Failure::passing(chain(error))
    }
}

fn client(config: &PrometheusConfig, base: &Url) -> Result<Client, PrometheusError> {
    let terms = ClientTerms {
        base,
        ca_pem: config.ca_pem.as_deref(),
        connect_within: config.connect_timeout,
        answer_within: config.request_timeout,
    };
    let url = base.as_str().trim_end_matches('/').to_owned();
    client::client(&terms).map_err(|error| match error {
        ClientError::Authority { reason } => PrometheusError::Authority { url, reason },
        ClientError::System { reason } => PrometheusError::Client { url, reason },
    })
}

/// Refuses credentials that no header can carry, before they fail somewhere with another message.
fn check_credentials(auth: &Auth, base: &Url) -> Result<(), PrometheusError> {
    let refuse = |reason: &str| {
        let (url, reason) = (base.as_str().trim_end_matches('/').to_owned(), reason.to_owned());
        Err(PrometheusError::Credentials { url, reason })
    };
    match auth {
        Auth::Bearer(token) if token.reveal().is_empty() => refuse("the token is empty"),
        Auth::Bearer(token) if !token.reveal().bytes().all(|byte| byte.is_ascii_graphic()) => {
            refuse("the token holds a blank, a line break or a character outside ASCII")
        }
        Auth::Basic { user, .. } if user.contains(':') => refuse("the user's name holds a colon"),
        _ => Ok(()),
    }
}

/// Whether the same request may be answered later: the server was too slow, was asked too much, or failed. It has not
/// failed when it says that it does not do such a thing at all.
fn may_pass(status: StatusCode) -> bool {
    let asks_again = matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
    // Mimir's proxies say 499 when they gave up waiting for one another.
    asks_again || status.as_u16() == 499 || (status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED)
}

/// How long the server asks to wait (RFC 9110, 10.2.3): in seconds, or until a time by the server's own clock.
fn retry_after(response: &Response) -> Option<Duration> {
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    wait_asked(header("retry-after")?, header("date"))
}

fn wait_asked(asked: &str, now: Option<&str>) -> Option<Duration> {
    if asked.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are more seconds than anybody waits.
        return (!asked.is_empty()).then(|| Duration::from_secs(asked.parse().unwrap_or(u64::MAX)));
    }
    let [until, now] = [Some(asked), now].map(|time| DateTime::parse_from_rfc2822(time?).ok());
    Some((until? - now?).to_std().unwrap_or_default())
}

/// Where a redirect points to, without whatever secret it may carry.
fn location(url: &Url, response: &Response) -> String {
    let header = response.headers().get("location").and_then(|value| value.to_str().ok());
    let Some(mut to) = header.and_then(|text| url.join(text).ok()) else { return "nowhere".to_owned() };
    // Fails only for addresses that cannot hold credentials.
    let _ = to.set_username("");
    let _ = to.set_password(None);
    to.set_query(None);
    to.set_fragment(None);
    to.to_string()
}

/// The server's own words in an answer that is an error.
async fn refusal(mut response: Response) -> String {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > ERROR_BODY_BYTES {
            break;
        }
    }
    error_text(&body).unwrap_or_else(|| format!("{:?}", start_of(&body)))
}

fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}

/// Finds a cause of some type, also inside an I/O error, whose own `source` skips what it wraps.
fn cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(found) = wrapped.and_then(|wrapped| cause(wrapped as &(dyn Error + 'static))) {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// Why TLS refused the server, when it did. Retrying does not help against a wrong certificate.
fn tls_reason(error: &reqwest::Error) -> Option<String> {
    match cause::<rustls::Error>(error)? {
        reason @ rustls::Error::InvalidCertificate(_) => Some(reason.to_string()),
        _ => None,
    }
}

/// Whether the connection ended before the body did.
fn is_cut(error: &reqwest::Error) -> bool {
    cause::<io::Error>(error).is_some_and(|cause| {
        matches!(
            cause.kind(),
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_read_in_seconds_or_until_a_time_of_the_server() {
        #[track_caller]
        fn check(asked: &str, now: Option<&str>, expected_seconds: Option<u64>) {
            assert_eq!(wait_asked(asked, now), expected_seconds.map(Duration::from_secs), "{asked}");
        }
        let now = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        check("0", None, Some(0));
        check("120", now, Some(120));
        check("99999999999999999999999", now, Some(u64::MAX));
        check("Sun, 06 Nov 1994 08:50:07 GMT", now, Some(30));
        check("Sun, 06 Nov 1994 08:49:00 GMT", now, Some(0));
        check("Sun, 06 Nov 1994 08:50:07 GMT", None, None);
        check("Sun, 06 Nov 1994 08:50:07 GMT", Some("yesterday"), None);
        for unread in ["", "-1", "1.5", "soon"] {
            check(unread, now, None);
        }
    }

    #[test]
    fn what_may_pass_is_asked_again() {
        let passing: Vec<u16> = (400..600).filter(|code| StatusCode::from_u16(*code).is_ok_and(may_pass)).collect();
        let expected: Vec<u16> = [408, 429, 499].into_iter().chain((500..600).filter(|code| *code != 501)).collect();
        assert_eq!(passing, expected);
    }
}
