//! How this program asks others over HTTP, whatever it asks: whom it trusts, whose proxy it takes, and that nobody sends it
//! elsewhere. What the answers mean is not known here.

use std::error::Error;
use std::time::Duration;

use reqwest::{Certificate, Client, Request, Url, redirect};

/// Whom a client asks, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct ClientTerms<'a> {
    /// The address that it asks at, or below.
    pub base: &'a Url,
    /// Certificate authorities as PEM. When given, no other is trusted; otherwise those of the system.
    pub ca_pem: Option<&'a [u8]>,
    /// Longest time to connect.
    pub connect_within: Duration,
    /// Longest time for one request.
    pub answer_within: Duration,
}

/// Why there is no client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The certificate authorities cannot be used.
    #[error("the certificate authorities cannot be used: {reason}")]
    Authority {
        /// Why not.
        reason: String,
    },
    /// The system lacks something: it has no certificate authorities, for example.
    #[error("there is no client for HTTP: {reason}")]
    System {
        /// What.
        reason: String,
    },
}

/// A client that asks as the terms say.
///
/// # Errors
/// [`ClientError`].
pub fn client(terms: &ClientTerms<'_>) -> Result<Client, ClientError> {
    // An error means that the program has chosen its provider of cryptography before, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let refuse = |reason: String| ClientError::Authority { reason };
    let mut builder = Client::builder()
        .user_agent(concat!("sla-desk/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(terms.connect_within)
        .timeout(terms.answer_within)
        // An answer that sends elsewhere is none: credentials are for whom they were given for.
        .redirect(redirect::Policy::none());
    if let Some(pem) = terms.ca_pem {
        let authorities = Certificate::from_pem_bundle(pem).map_err(|error| refuse(chain(&error)))?;
        if authorities.is_empty() {
            return Err(refuse("there is no certificate in it".to_owned()));
        }
        builder = builder.tls_certs_only(authorities);
    } else if terms.base.scheme() == "http" {
        // Without TLS a system that has no authorities (a bare container) must do.
        builder = builder.tls_certs_only([]);
    }
    if is_loopback(terms.base) {
        // A proxy of the environment is for others: it would ask its own loopback.
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| match terms.ca_pem {
        Some(_) => refuse(chain(&error)),
        None => ClientError::System { reason: chain(&error) },
    })
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// Nobody answered, or the answer broke off. The address is not named: it may hold a secret.
    #[error("{0}")]
    Unanswered(String),
    /// The answer is longer than it may be.
    #[error("the answer is longer than {limit_bytes} bytes")]
    TooLong {
        /// What it may have.
        limit_bytes: usize,
    },
}

/// Asks once and reads the whole answer, whatever its status.
///
/// # Errors
/// [`ExchangeError`].
pub async fn exchange(
    client: &Client,
    request: Request,
    limit_bytes: usize,
) -> Result<http::Response<Vec<u8>>, ExchangeError> {
    let failed = |error: reqwest::Error| ExchangeError::Unanswered(chain(&error.without_url()));
    let mut response = client.execute(request).await.map_err(failed)?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > limit_bytes {
            return Err(ExchangeError::TooLong { limit_bytes });
        }
        body.extend_from_slice(&chunk);
    }
    let mut answer = http::Response::new(body);
    *answer.status_mut() = response.status();
    *answer.headers_mut() = std::mem::take(response.headers_mut());
    Ok(answer)
}

/// Whether an address is on this machine.
pub fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// An error and all its causes in one line.
pub fn chain(error: &dyn Error) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if !texts.iter().any(|known| known.contains(&text)) {
            texts.push(text);
        }
        next = error.source();
    }
    texts.join(": ")
}

/// A wait, and up to a quarter of it more: whoever failed together does not come back together.
pub(crate) fn spread(wait: Duration) -> Duration {
    // Without random numbers it is the wait itself.
    let share = getrandom::u32().unwrap_or(0) % 1000;
    wait + wait / 4 * share / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_never_shorter_than_asked_and_not_much_longer() {
        let wait = Duration::from_secs(8);
        let waits: Vec<Duration> = (0..200).map(|_| spread(wait)).collect();
        assert!(waits.iter().all(|one| (wait..wait + wait / 4).contains(one)), "{waits:?}");
        assert!(waits.iter().any(|one| *one != waits[0]), "they are spread");
        assert_eq!(spread(Duration::ZERO), Duration::ZERO);
    }
}
