//! What a provider says of itself and the keys that it signs with, read when they are needed and kept for a while.

use std::sync::Arc;

use openidconnect::core::{CoreClient, CoreClientAuthMethod, CoreProviderMetadata};
use openidconnect::{AuthType, ClientId, ClientSecret, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl};
use sla_capture::chain;
use sla_core::time::UnixSeconds;
use tokio::sync::Mutex;

use super::config::OpenIdConfig;
use super::http::Http;
use crate::accounts::AccountError;

/// After so many seconds they are read again.
const KEPT_SECONDS: i64 = 3_600;
/// For so many seconds after a failure the provider is not asked again.
const REST_SECONDS: i64 = 3;

/// This desk at the provider: it can send people there and take codes.
pub(super) type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// What is known of a provider.
#[derive(Debug, Default)]
struct Known {
    metadata: Option<(Arc<CoreProviderMetadata>, UnixSeconds)>,
    failed: Option<(String, UnixSeconds)>,
}

#[derive(Debug)]
pub(super) struct Provider {
    http: Http,
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    known: Mutex<Known>,
}

impl Provider {
    pub(super) fn new(http: Http, issuer: IssuerUrl, config: &OpenIdConfig) -> Self {
        Self {
            http,
            issuer,
            client_id: ClientId::new(config.client_id.clone()),
            client_secret: config.client_secret.clone().map(ClientSecret::new),
            known: Mutex::default(),
        }
    }

    pub(super) fn http(&self) -> &Http {
        &self.http
    }

    /// What it says of itself, with its keys, not older than an hour; older when it does not answer.
    pub(super) async fn metadata(&self, now: UnixSeconds) -> Result<Arc<CoreProviderMetadata>, AccountError> {
        self.read(now, |read_at| now < read_at + KEPT_SECONDS).await
    }

    /// The same, read now.
    pub(super) async fn read_again(&self, now: UnixSeconds) -> Result<Arc<CoreProviderMetadata>, AccountError> {
        self.read(now, |_| false).await
    }

    async fn read(
        &self,
        now: UnixSeconds,
        will_do: impl Fn(UnixSeconds) -> bool,
    ) -> Result<Arc<CoreProviderMetadata>, AccountError> {
        // Many who come at once wait for one answer.
        let mut known = self.known.lock().await;
        if let Some((metadata, _)) = known.metadata.as_ref().filter(|(_, read_at)| will_do(*read_at)) {
            return Ok(metadata.clone());
        }
        if let Some((reason, _)) = known.failed.as_ref().filter(|(_, failed_at)| now < failed_at + REST_SECONDS) {
            return Err(AccountError::Provider { reason: reason.clone() });
        }
        match CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *known = Known { metadata: Some((metadata.clone(), now)), failed: None };
                Ok(metadata)
            }
            Err(error) => {
                let reason = chain(&error);
                known.failed = Some((reason.clone(), now));
                match &known.metadata {
                    Some((metadata, _)) => {
                        tracing::warn!(reason, "the OpenID provider does not answer; what it said before is used");
                        Ok(metadata.clone())
                    }
                    None => Err(AccountError::Provider { reason }),
                }
            }
        }
    }

    pub(super) async fn client(&self, now: UnixSeconds) -> Result<Client, AccountError> {
        let metadata = self.metadata(now).await?;
        let methods = metadata.token_endpoint_auth_methods_supported();
        let by_header = methods.is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let how = if by_header { AuthType::BasicAuth } else { AuthType::RequestBody };
        let metadata = CoreProviderMetadata::clone(&metadata);
        let client = CoreClient::from_provider_metadata(metadata, self.client_id.clone(), self.client_secret.clone());
        Ok(client.set_auth_type(how))
    }
}
