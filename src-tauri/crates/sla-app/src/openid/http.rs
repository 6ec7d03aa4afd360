//! Requests to a provider: over TLS or on loopback, without following anybody elsewhere, short and bounded.

use std::pin::Pin;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::{Client, Request};
use sla_capture::{ClientError, ClientTerms, ExchangeError, chain, client, exchange};
use url::Url;

use super::config::{OpenIdConfig, OpenIdConfigError, is_safe};

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
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
}

/// A client for one provider.
#[derive(Clone, Debug)]
pub(super) struct Http(Client);

impl Http {
    pub(super) fn new(config: &OpenIdConfig) -> Result<Self, OpenIdConfigError> {
        let base = Url::parse(&config.issuer).map_err(|error| OpenIdConfigError::Address {
            what: "issuer",
            address: config.issuer.clone(),
            reason: format!("is none: {error}"),
        })?;
        let ca_pem = config.ca_pem.as_deref();
        let terms = ClientTerms { base: &base, ca_pem, connect_within: CONNECT_WITHIN, answer_within: ANSWER_WITHIN };
        client(&terms).map(Self).map_err(|error| match error {
            ClientError::Authority { reason } | ClientError::System { reason } => {
                OpenIdConfigError::Authority { reason }
            }
        })
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let request = Request::try_from(request).map_err(|error| HttpError::Request(chain(&error.without_url())))?;
        if !is_safe(request.url()) {
            return Err(HttpError::Unsafe(request.url().origin().ascii_serialization()));
        }
        Ok(exchange(&self.0, request, MOST_BYTES).await?)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
