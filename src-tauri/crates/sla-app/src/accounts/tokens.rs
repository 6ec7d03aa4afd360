//! Tokens of programs.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;
use sla_core::access::{Account, AccountName, Permission, TenantScope, Token, TokenState};
use sla_core::evidence::sha256_hex;
use sla_core::time::{UnixSeconds, utc_text};
use sla_ledger::{Actor, Ledger, Versioned};

use super::{AccountError, Secret, TOKEN, not_there, random_hex, text};

/// The longest that a token is good for: two years.
const MOST_TOKEN_DAYS: u32 = 731;

/// A token as people and programs see it: without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TokenView {
    /// Its name.
    pub name: String,
    /// The account that it acts for.
    pub account: String,
    /// What it is for.
    pub label: String,
    /// What it may do, of what the account may.
    pub permissions: BTreeSet<Permission>,
    /// For whom, of the account's tenants.
    pub tenants: TenantScope,
    /// From when on it cannot be used, in UTC.
    pub expires_at: String,
    /// Whether it can be used.
    pub state: TokenState,
    /// Which version this is, from 1.
    pub version: u32,
}

/// A token that is to be added.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Its name.
    pub name: AccountName,
    /// The account that it acts for.
    pub account: String,
    /// What it is for.
    pub label: String,
    /// What it may do.
    pub permissions: BTreeSet<Permission>,
    /// For whom.
    pub tenants: TenantScope,
    /// For how many days.
    pub days: u32,
}

/// Every token, by name.
///
/// # Errors
/// [`AccountError::Ledger`] when the ledger cannot be read.
pub async fn tokens(ledger: &Ledger) -> Result<Vec<TokenView>, AccountError> {
    Ok(ledger.all_access::<Token>().await?.into_iter().map(TokenView::of).collect())
}

/// Makes a token and its secret, which is shown this once.
///
/// # Errors
/// [`AccountError`]; nothing was written then.
pub async fn add_token(
    ledger: &Ledger,
    new: NewToken,
    actor: Actor<'_>,
    now: UnixSeconds,
) -> Result<(TokenView, Secret), AccountError> {
    if new.days == 0 || new.days > MOST_TOKEN_DAYS {
        let reason = format!("is {}; expected 1 to {MOST_TOKEN_DAYS}", new.days);
        return Err(AccountError::Field { field: "days", reason });
    }
    let account = ledger.access::<Account>(&new.account).await?;
    let account = account.ok_or_else(|| not_there("account", &new.account))?;
    let beyond: Vec<&str> = new
        .permissions
        .iter()
        .filter(|permission| !account.document.role.may(**permission))
        .map(|permission| permission.name())
        .collect();
    if !beyond.is_empty() || new.permissions.is_empty() {
        let reason = match beyond.as_slice() {
            [] => "names none; expected what the token is for".to_owned(),
            beyond => format!("{} is more than the account's role may do", beyond.join(", ")),
        };
        return Err(AccountError::Field { field: "permissions", reason });
    }
    let expires_at = now + i64::from(new.days) * 86_400;
    let secret = format!("{TOKEN}{}_{}", new.name.as_str(), random_hex()?);
    let token = Token {
        account: new.account,
        label: text("label", &new.label)?,
        secret_sha256: sha256_hex(secret.as_bytes()),
        permissions: new.permissions,
        tenants: new.tenants,
        expires_at,
        state: TokenState::Active,
    };
    let token = ledger.put_access(new.name.as_str(), &token, None, actor, now).await?;
    Ok((TokenView::of(token), Secret { secret, expires_at: utc_text(expires_at) }))
}

/// Revokes a token; `seen` is the version that was looked at, the latest one when not said.
///
/// # Errors
/// [`AccountError`]; nothing was written then.
pub async fn revoke_token(
    ledger: &Ledger,
    name: &str,
    seen: Option<u32>,
    actor: Actor<'_>,
    now: UnixSeconds,
) -> Result<TokenView, AccountError> {
    let token = ledger.access::<Token>(name).await?.ok_or_else(|| not_there("token", name))?;
    if token.document.state == TokenState::Revoked {
        return Ok(TokenView::of(token));
    }
    let revoked = Token { state: TokenState::Revoked, ..token.document };
    Ok(TokenView::of(ledger.put_access(name, &revoked, Some(seen.unwrap_or(token.version)), actor, now).await?))
}

impl TokenView {
    fn of(token: Versioned<Token>) -> Self {
        let Versioned { name, version, document, .. } = token;
        Self {
            name,
            account: document.account,
            label: document.label,
            permissions: document.permissions,
            tenants: document.tenants,
            expires_at: utc_text(document.expires_at),
            state: document.state,
            version,
        }
    }
}
