//! Signing in at an OpenID provider: the authorization code flow with PKCE, state and nonce.
//!
//! Read it in this order: a provider is described and checked (`config`) and spoken to (`http`); its metadata and keys are kept
//! for a while (`provider`); a sign-in begins here and comes back here; what the provider says is held against what was asked
//! (`token`). Which account somebody has, and whether it can be used, the ledger knows.
//!
//! Invariants:
//! - Nobody gets an account by signing in: it was made before, and bound to their identity.
//! - What is kept of a sign-in under way lies in the ledger, so it may come back to another process.
//! - Every refusal reads the same; the reason is for the log, and names nobody.

mod config;
mod http;
mod provider;
mod token;

use std::borrow::Cow;

use openidconnect::core::{
    CoreAuthenticationFlow, CoreErrorResponseType, CoreProviderMetadata, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AuthorizationCode, ClientId, CsrfToken, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, RequestTokenError, Scope, SubjectIdentifier, TokenResponse,
};
use schemars::JsonSchema;
use serde::Serialize;
use sla_capture::chain;
use sla_core::access::{Account, AccountState, Fit, Presented};
use sla_core::evidence::sha256_hex;
use sla_core::time::{UnixSeconds, utc_text};
use sla_ledger::{Actor, Ledger, OpenIdRequest, SignIn, Versioned};

pub use config::{OpenIdConfig, OpenIdConfigError};

use crate::accounts::{AccountError, NewSession, Secret, random_hex};

use provider::{Client, Provider};
use token::{Expected, NotTaken, presented};

/// How long a sign-in at the provider may take.
const WITHIN_SECONDS: i64 = 10 * 60;
/// Longest state or code that is looked at, in bytes.
const MOST_BYTES: usize = 4_096;

/// A provider that people sign in at.
#[derive(Debug)]
pub struct OpenId {
    config: OpenIdConfig,
    provider: Provider,
}

/// A sign-in that has begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OpenIdBegun {
    /// Where to sign in; to be opened in a browser.
    pub url: String,
    /// What the provider sends back as `state`. Whoever began keeps it and takes no other: so nobody is signed in as somebody
    /// else by an address that they were given.
    pub state: String,
    /// Until when it must have come back, in UTC.
    pub expires_at: String,
}

impl OpenId {
    /// A provider; it is not spoken to yet.
    ///
    /// # Errors
    /// [`OpenIdConfigError`] for what cannot be used.
    pub fn new(config: OpenIdConfig) -> Result<Self, OpenIdConfigError> {
        config.check()?;
        let issuer = IssuerUrl::new(config.issuer.clone()).map_err(|error| OpenIdConfigError::Address {
            what: "issuer",
            address: config.issuer.clone(),
            reason: error.to_string(),
        })?;
        let provider = Provider::new(http::Http::new(&config)?, issuer, &config);
        Ok(Self { config, provider })
    }

    /// Where people may be sent back to.
    pub fn redirects(&self) -> &[String] {
        &self.config.redirects
    }

    /// Begins a sign-in that comes back to one of the redirect addresses.
    ///
    /// # Errors
    /// [`AccountError::Redirect`] for another address, [`AccountError::Provider`] when the provider does not answer,
    /// [`AccountError::TooMany`] when too many are under way.
    pub async fn begin(&self, ledger: &Ledger, redirect: &str, now: UnixSeconds) -> Result<OpenIdBegun, AccountError> {
        if !self.config.redirects.iter().any(|allowed| allowed == redirect) {
            return Err(AccountError::Redirect);
        }
        let client = self.provider.client(now).await?;
        let (state, nonce, verifier) = (random_hex()?, random_hex()?, random_hex()?);
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.clone()));
        let (csrf, repeated) = (CsrfToken::new(state.clone()), Nonce::new(nonce.clone()));
        let (url, ..) = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || csrf, move || repeated)
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(challenge)
            .set_redirect_uri(Cow::Owned(redirect_url(redirect)?))
            .url();
        let request = OpenIdRequest { nonce, verifier, redirect: redirect.to_owned() };
        let expires_at = now + WITHIN_SECONDS;
        if !ledger.begin_openid(&sha256_hex(state.as_bytes()), &request, now, expires_at).await? {
            return Err(AccountError::TooMany);
        }
        Ok(OpenIdBegun { url: url.into(), state, expires_at: utc_text(expires_at) })
    }

    /// Ends a sign-in that came back, and begins a session. An attempt at an account that exists is an entry of the audit chain;
    /// whoever has none leaves no trace in it, because then any stranger could make it grow.
    ///
    /// # Errors
    /// [`AccountError::OpenId`] for whatever does not fit, [`AccountError::Provider`] when the provider does not answer.
    pub async fn complete(
        &self,
        ledger: &Ledger,
        state: &str,
        code: String,
        origin: &str,
        now: UnixSeconds,
    ) -> Result<Secret, AccountError> {
        if state.len() > MOST_BYTES || code.len() > MOST_BYTES {
            return refused("state or code is too long");
        }
        let Some(request) = ledger.take_openid(&sha256_hex(state.as_bytes()), now).await? else {
            return refused("the state is not known, was used, or took too long");
        };
        let client = self.provider.client(now).await?;
        let tokens = self.tokens(&client, &request, code).await?;
        let (mut who, subject) = self.presented(&tokens, request.nonce, now).await?;
        let mut found = ledger.account_of(&who).await?;
        if found.is_none() && who.verified_email.is_none() {
            // Many providers tell the address only when they are asked for it.
            who.verified_email = self.verified_email(&client, &tokens, subject).await?;
            found = ledger.account_of(&who).await?;
        }
        let Some((account, fit)) = found else { return refused("no account is bound to the identity") };
        self.sign_in(ledger, &who, (account, fit), origin, now).await
    }

    async fn sign_in(
        &self,
        ledger: &Ledger,
        who: &Presented,
        (account, fit): (Versioned<Account>, Fit),
        origin: &str,
        now: UnixSeconds,
    ) -> Result<Secret, AccountError> {
        let outcome = match account.document.state {
            AccountState::Active => SignIn::Ok,
            AccountState::Disabled => SignIn::Disabled,
        };
        if fit == Fit::FirstTime && outcome == SignIn::Ok {
            tracing::info!("an account is bound to an OpenID identity at its first sign-in");
        }
        let session = NewSession::new(now)?;
        let actor = Actor { name: &account.name, origin };
        match ledger.sign_in_by_openid(who, outcome, Some(session.begin()), actor, now).await? {
            SignIn::Ok => Ok(session.told()),
            SignIn::Locked => refused("the account was refused too often of late"),
            _ => refused("the account is disabled"),
        }
    }

    /// Gives the code to the provider, with what shows that it is us who asked for it.
    async fn tokens(
        &self,
        client: &Client,
        request: &OpenIdRequest,
        code: String,
    ) -> Result<CoreTokenResponse, AccountError> {
        let exchange = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| AccountError::Provider { reason: error.to_string() })?
            .set_pkce_verifier(PkceCodeVerifier::new(request.verifier.clone()))
            .set_redirect_uri(Cow::Owned(redirect_url(&request.redirect)?));
        exchange.request_async(self.provider.http()).await.map_err(|error| match error {
            // What else the provider writes may name somebody.
            RequestTokenError::ServerResponse(answer) => match answer.error() {
                CoreErrorResponseType::InvalidGrant | CoreErrorResponseType::InvalidRequest => AccountError::OpenId {
                    reason: format!("the provider does not take the code: {}", answer.error().as_ref()),
                },
                other => AccountError::Provider { reason: format!("it refuses this desk: {}", other.as_ref()) },
            },
            error => AccountError::Provider { reason: chain(&error) },
        })
    }

    /// Who the ID token tells of. When it is signed by a key that is not known, the provider may have new ones.
    async fn presented(
        &self,
        tokens: &CoreTokenResponse,
        nonce: String,
        now: UnixSeconds,
    ) -> Result<(Presented, SubjectIdentifier), AccountError> {
        let Some(token) = tokens.id_token() else { return refused("the provider gave no ID token") };
        let (nonce, client_id) = (Nonce::new(nonce), ClientId::new(self.config.client_id.clone()));
        let look = |metadata: &CoreProviderMetadata| {
            let (issuer, keys, claim) = (metadata.issuer(), metadata.jwks(), self.config.claim.as_str());
            presented(token, &Expected { issuer, client_id: &client_id, keys, nonce: &nonce, claim, now })
        };
        let looked = match look(&*self.provider.metadata(now).await?) {
            Err(NotTaken::UnknownKey) => look(&*self.provider.read_again(now).await?),
            looked => looked,
        };
        looked.or_else(|not_taken| match not_taken {
            NotTaken::UnknownKey => refused("ID token: it is signed by a key that is not the provider's"),
            NotTaken::Refused(reason) => refused(&format!("ID token: {reason}")),
        })
    }

    /// The e-mail address that the provider has verified, when it tells one to whoever holds the access token.
    async fn verified_email(
        &self,
        client: &Client,
        tokens: &CoreTokenResponse,
        subject: SubjectIdentifier,
    ) -> Result<Option<String>, AccountError> {
        let Ok(request) = client.user_info(tokens.access_token().clone(), Some(subject)) else { return Ok(None) };
        let claims: CoreUserInfoClaims = request
            .request_async(self.provider.http())
            .await
            .map_err(|error| AccountError::Provider { reason: format!("user info: {}", chain(&error)) })?;
        let email = claims.email().filter(|_| claims.email_verified() == Some(true));
        Ok(email.map(|email| email.as_str().to_owned()))
    }
}

fn refused<T>(reason: &str) -> Result<T, AccountError> {
    Err(AccountError::OpenId { reason: reason.to_owned() })
}

fn redirect_url(redirect: &str) -> Result<RedirectUrl, AccountError> {
    RedirectUrl::new(redirect.to_owned()).map_err(|_| AccountError::Redirect)
}
