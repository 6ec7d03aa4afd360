//! Accounts and tokens as the ledger keeps them, and when too many wrong passwords lock one.

use std::collections::BTreeSet;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Access, OpenIdIdentity, Permission, Role, TenantScope};
use crate::time::UnixSeconds;

/// The name of an account as the audit chain knows it, such as `anna.berg` or `anna@example.com`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
pub struct AccountName(String);

impl AccountName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountName {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "._@-".contains(letter);
        let begins = name.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit());
        if begins && name.len() <= 64 && name.chars().all(fits) {
            return Ok(Self(name.to_owned()));
        }
        Err(format!(
            "{name:?} is no name of an account; expected at most 64 small letters, digits, dots, hyphens, underscores and @, \
             beginning with a letter or digit"
        ))
    }
}

/// Whether an account can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// It can.
    Active,
    /// It cannot; its sessions and tokens have ended.
    Disabled,
}

/// A person or a program that acts on a ledger; a change is a further version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Name for people, such as `Anna Berg`.
    pub full_name: String,
    /// What they are there for.
    pub role: Role,
    /// For whom.
    pub tenants: TenantScope,
    /// Whether the account can be used.
    pub state: AccountState,
    /// Hash of the password in the PHC string format; null when nobody signs in with one.
    pub password_hash: Option<String>,
    /// SHA-256 of the secret of the authenticator app, in hex, whose code the password needs beside it; null when it needs
    /// none. The secret itself lies elsewhere, since a version of an account stays for good and a secret that was removed
    /// must not. Accounts of earlier versions have none, and say nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp_sha256: Option<String>,
    /// Who signs in through an OpenID provider; null when nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub openid: Option<OpenIdIdentity>,
}

impl Account {
    /// What somebody with this account may do; `None` when it is disabled.
    pub fn access(&self) -> Option<Access> {
        let access = Access { role: self.role, tenants: self.tenants.clone(), narrowed_to: None };
        (self.state == AccountState::Active).then_some(access)
    }
}

/// Whether a token can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenState {
    /// It can until it expires.
    Active,
    /// It cannot any more.
    Revoked,
}

/// A token of an account for a program; never more than the account itself. A change is a further version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// The account that it acts for.
    pub account: String,
    /// What it is for, such as `nightly close`.
    pub label: String,
    /// SHA-256 of the secret, in hex. The secret is 256 random bits, which no guessing finds; it needs no slow hash.
    pub secret_sha256: String,
    /// What it may do, of what the account may.
    pub permissions: BTreeSet<Permission>,
    /// For whom, of the account's tenants.
    pub tenants: TenantScope,
    /// From when on it cannot be used, Unix seconds.
    pub expires_at: UnixSeconds,
    /// Whether it can be used.
    pub state: TokenState,
}

impl Token {
    /// What a program with this token may do at a time; `None` when it was revoked or has expired, or the account is disabled.
    pub fn access(&self, account: &Account, now: UnixSeconds) -> Option<Access> {
        let access = account.access()?;
        let usable = self.state == TokenState::Active && now < self.expires_at;
        usable.then(|| Access {
            tenants: access.tenants.and(&self.tenants),
            narrowed_to: Some(self.permissions.clone()),
            ..access
        })
    }
}

/// The most that a role may approve in one credit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AmountLimit {
    /// The role.
    pub role: Role,
    /// ISO 4217 code.
    pub currency: String,
    /// The most, in the minor unit; null when there is no limit any more.
    pub most_minor: Option<i64>,
}

/// How many wrong passwords lock an account for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lockout {
    /// So many wrong ones in a row.
    pub attempts: usize,
    /// For so many seconds after the last of them.
    pub seconds: i64,
}

impl Default for Lockout {
    /// Five in a row, a quarter of an hour.
    fn default() -> Self {
        Self { attempts: 5, seconds: 900 }
    }
}

impl Lockout {
    /// Until when an account is locked, given when its last attempts were that failed since one succeeded, oldest first;
    /// `None` when it is not. Whoever waited starts anew. A clock that was wrong locks nobody out until it would be right:
    /// attempts that lie further ahead than a lock lasts lock no more.
    pub fn until(&self, failed_at: &[UnixSeconds], now: UnixSeconds) -> Option<UnixSeconds> {
        let mut in_a_row: Vec<UnixSeconds> = Vec::new();
        for at in failed_at {
            // A pause as long as the lock forgets what came before it.
            if in_a_row.last().is_some_and(|last| at - last >= self.seconds) {
                in_a_row.clear();
            }
            in_a_row.push(*at);
        }
        let last = in_a_row.last()?;
        let until = last + self.seconds;
        let is_on = last - self.seconds <= now && now < until;
        (in_a_row.len() >= self.attempts && is_on).then_some(until)
    }
}
