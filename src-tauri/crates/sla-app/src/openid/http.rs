//! Requests to a provider: over TLS or on loopback, without following anybody elsewhere, short and bounded.

use std::error::Error;
use std::pin::Pin;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, http};
use reqwest::{Certificate, Client, redirect};
use url::Url;

use super::config::{OpenIdConfig, OpenIdConfigError, is_loopback, is_safe};

/// Longest time to connect.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Longest time for one request; somebody waits in front of a screen.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// Largest answer in bytes; metadata and keys of large providers are some ten thousand.
const MOST_BYTES: usize = 1 << 20;

/// Why a request was not answered.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpError {
    #[error("{0} can be read on its way: the provider names an address that is neither https nor on loopback")]
    Unsafe(String),
    #[error("{0}")]
    Request(String),
    #[error("the answer is longer than {MOST_BYTES} bytes")]
    TooLong,
}

/// A client for one provider.
#[derive(Clone, Debug)]
pub(super) struct Http(Client);

impl Http {
    pub(super) fn new(config: &OpenIdConfig) -> Result<Self, OpenIdConfigError> {
        // An error means that the program has chosen its provider of cryptography before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let refuse = |reason: String| OpenIdConfigError::Authority { reason };
        let mut builder = Client::builder()
            .user_agent(concat!("sla-desk/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN)
            // An answer that sends elsewhere is none: the provider's addresses are those that it names in its metadata.
            .redirect(redirect::Policy::none());
        let issuer = Url::parse(&config.issuer).ok();
        if let Some(pem) = &config.ca_pem {
            let authorities = Certificate::from_pem_bundle(pem).map_err(|error| refuse(chain(&error)))?;
            if authorities.is_empty() {
                return Err(refuse("there is no certificate in it".to_owned()));
            }
            builder = builder.tls_certs_only(authorities);
        } else if issuer.as_ref().is_some_and(|issuer| issuer.scheme() == "http") {
            // Without TLS a system that has no authorities must do.
            builder = builder.tls_certs_only([]);
        }
        if issuer.as_ref().is_some_and(is_loopback) {
            // A proxy of the environment is for others: it would ask its own loopback.
            builder = builder.no_proxy();
        }
        builder.build().map(Self).map_err(|error| refuse(chain(&error)))
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let failed = |error: reqwest::Error| HttpError::Request(chain(&error.without_url()));
        let request = reqwest::Request::try_from(request).map_err(failed)?;
        if !is_safe(request.url()) {
            return Err(HttpError::Unsafe(request.url().origin().ascii_serialization()));
        }
        let mut response = self.0.execute(request).await.map_err(failed)?;
        let mut answer = http::Response::builder().status(response.status());
        for (name, value) in response.headers() {
            answer = answer.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > MOST_BYTES {
                return Err(HttpError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        answer.body(body).map_err(|error| HttpError::Request(error.to_string()))
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// An error with its causes, on one line.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        next = cause.source();
    }
    text
}
