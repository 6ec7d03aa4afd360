//! Accounts, sessions and tokens: who signs in how (`sign_in`, `passwords`, `totp`), what somebody who comes with a secret may
//! do, and the tokens of programs (`tokens`).
//!
//! A password is kept as an Argon2id hash. The secret of a session or a token is 256 random bits; the ledger keeps its SHA-256,
//! so nobody who reads the ledger can use it.

mod passwords;
mod sign_in;
mod tokens;
mod totp;

use schemars::JsonSchema;
use serde::Serialize;
use sla_core::access::{Account, AccountName, AccountState, OpenIdIdentity, Role, TenantScope};
use sla_core::time::{UnixSeconds, utc_text};
use sla_ledger::{Actor, Ledger, LedgerError, Versioned};

pub use sign_in::{Caller, Credentials, Proof, caller, change_password, sign_in, sign_out};
pub use tokens::{NewToken, TokenView, add_token, revoke_token, tokens};
pub use totp::{OfferedTotp, confirm_totp, remove_totp, set_up_totp};

pub(crate) use sign_in::NewSession;

use passwords::{LEAST_CHARACTERS, hashed};

/// What the secret of a session begins with; that of a token begins with [`TOKEN`] and its name. So a secret that was left lying
/// somewhere is recognised for what it is.
const SESSION: &str = "slas_";
const TOKEN: &str = "slat_";

/// An account as people and programs see it: without its password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AccountView {
    /// Its name, as the audit chain knows it.
    pub name: String,
    /// Name for people.
    pub full_name: String,
    /// What they are there for.
    pub role: Role,
    /// For whom.
    pub tenants: TenantScope,
    /// Whether the account can be used.
    pub state: AccountState,
    /// Whether somebody can sign in with a password.
    pub has_password: bool,
    /// Whether the password needs the code of an authenticator app beside it.
    pub has_totp: bool,
    /// Who signs in through an OpenID provider; null when nobody does.
    pub openid: Option<OpenIdIdentity>,
    /// Which version this is, from 1.
    pub version: u32,
    /// When it was recorded, in UTC.
    pub recorded_at: String,
}

/// A secret that was just made. It is shown once and kept nowhere.
#[derive(Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Secret {
    /// What to send as `Authorization: Bearer …`.
    pub secret: String,
    /// From when on it cannot be used, in UTC.
    pub expires_at: String,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Secret").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// An account that is to be added or changed. What is not said stays as it is.
#[derive(Clone, Debug, Default)]
pub struct AccountChange {
    /// Name for people.
    pub full_name: Option<String>,
    /// What they are there for.
    pub role: Option<Role>,
    /// For whom.
    pub tenants: Option<TenantScope>,
    /// Whether the account can be used.
    pub state: Option<AccountState>,
    /// The password.
    pub password: Option<String>,
    /// Whether the authenticator app goes: somebody has lost it.
    pub totp: TotpChange,
    /// Who signs in through an OpenID provider.
    pub openid: OpenIdChange,
}

/// What becomes of an account's authenticator app. Only its owner can set one up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TotpChange {
    /// It stays as it is.
    #[default]
    Stays,
    /// It goes.
    Goes,
}

/// What becomes of an account's OpenID identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum OpenIdChange {
    /// It stays as it is.
    #[default]
    Stays,
    /// It goes: nobody signs in through a provider.
    Goes,
    /// It is this one.
    Is(OpenIdIdentity),
}

/// Why somebody is not let in, or an account not recorded.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The ledger refuses it, or cannot be reached.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The one message for whatever is wrong, so that nobody finds out which accounts there are.
    #[error(
        "name, password or code is wrong, or the account cannot be used at the moment; an account with an authenticator app \
         needs its code as well, and each code is good once. After several wrong attempts an account is locked for a quarter of \
         an hour"
    )]
    SignIn,
    /// Somebody who has signed in does not prove that it is they.
    #[error(
        "the password or the code that was to prove that it is you is wrong, or there were too many wrong attempts; nothing was \
         changed and you are signed in as before. Each code is good once; after several wrong attempts wait for a quarter of an hour"
    )]
    Proof,
    /// The code of an app that is being set up.
    #[error("the code is not the one that the app should show; expected its six digits, and a clock that is right")]
    Code,
    /// The one message for whatever is wrong with a sign-in at a provider.
    #[error(
        "the sign-in at the provider is not taken: it took too long or was used before, or it leads to no account that can be \
         used; begin again, or ask whoever looks after accounts"
    )]
    OpenId {
        /// What is wrong; for the log.
        reason: String,
    },
    /// The provider cannot be reached, or says what cannot be.
    #[error("the OpenID provider does not answer as it should at the moment; try again, or sign in with a password")]
    Provider {
        /// What it says; for the log.
        reason: String,
    },
    /// Somebody would come back to a place that was not agreed.
    #[error("the redirect address is none of those that people may come back to; expected one that sla serve was told")]
    Redirect,
    /// Others have begun many sign-ins and ended none.
    #[error("too many sign-ins at the provider are under way; try again in a few minutes")]
    TooMany,
    /// The secret is none, has ended or was revoked.
    #[error("the session or token is not known, has ended or was revoked; sign in again, or ask for a new token")]
    Secret,
    /// A password that is none.
    #[error("the password {reason}; expected at least {LEAST_CHARACTERS} characters that are not the account's name")]
    Password {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A field of a new account, or of a token, is missing or does not fit.
    #[error("{field}: {reason}")]
    Field {
        /// The field.
        field: &'static str,
        /// What is wrong, and what is expected.
        reason: String,
    },
    /// The system gives no random numbers, or the hash cannot be made.
    #[error("the system cannot make a secret: {reason}")]
    System {
        /// What it says.
        reason: String,
    },
}

impl AccountError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ledger(error) => error.code(),
            Self::SignIn => "access.sign_in",
            Self::Proof => "access.proof",
            Self::Code => "access.code",
            Self::OpenId { .. } => "access.openid",
            Self::Provider { .. } => "access.provider",
            Self::Redirect => "access.redirect",
            Self::TooMany => "access.too_many",
            Self::Secret => "access.secret",
            Self::Password { .. } => "access.password",
            Self::Field { .. } => "access.field",
            Self::System { .. } => "access.system",
        }
    }
}

/// Every account, by name.
///
/// # Errors
/// [`AccountError::Ledger`] when the ledger cannot be read.
pub async fn accounts(ledger: &Ledger) -> Result<Vec<AccountView>, AccountError> {
    Ok(ledger.all_access::<Account>().await?.into_iter().map(AccountView::of).collect())
}

/// One account.
///
/// # Errors
/// [`AccountError::Ledger`] when the ledger cannot be read, or there is none of that name.
pub async fn account(ledger: &Ledger, name: &str) -> Result<AccountView, AccountError> {
    let found = ledger.access::<Account>(name).await?;
    found.map(AccountView::of).ok_or_else(|| not_there("account", name))
}

/// Adds an account, or changes one; `seen` is the version that was looked at, none for a new one.
///
/// # Errors
/// [`AccountError`]; nothing was written then.
pub async fn put_account(
    ledger: &Ledger,
    name: &AccountName,
    change: AccountChange,
    seen: Option<u32>,
    actor: Actor<'_>,
    now: UnixSeconds,
) -> Result<AccountView, AccountError> {
    let before = match seen {
        None => None,
        Some(_) => Some(
            ledger.access::<Account>(name.as_str()).await?.ok_or_else(|| not_there("account", name.as_str()))?.document,
        ),
    };
    let missing =
        |field, expected: &str| AccountError::Field { field, reason: format!("is missing; expected {expected}") };
    let password_hash = match change.password {
        Some(password) => Some(hashed(name.as_str(), password).await?),
        None => before.as_ref().and_then(|before| before.password_hash.clone()),
    };
    let full_name = change.full_name.or_else(|| before.as_ref().map(|before| before.full_name.clone()));
    let full_name = full_name.unwrap_or_else(|| name.as_str().to_owned());
    let account = Account {
        full_name: text("full_name", &full_name)?,
        role: change.role.or(before.as_ref().map(|before| before.role)).ok_or_else(|| missing("role", "a role"))?,
        tenants: change
            .tenants
            .or_else(|| before.as_ref().map(|before| before.tenants.clone()))
            .ok_or_else(|| missing("tenants", "names of tenants, or all"))?,
        state: change.state.or(before.as_ref().map(|before| before.state)).unwrap_or(AccountState::Active),
        password_hash,
        totp_sha256: match change.totp {
            TotpChange::Stays => before.as_ref().and_then(|before| before.totp_sha256.clone()),
            TotpChange::Goes => None,
        },
        openid: match change.openid {
            OpenIdChange::Stays => before.and_then(|before| before.openid),
            OpenIdChange::Goes => None,
            OpenIdChange::Is(identity) => Some(sound(identity)?),
        },
    };
    Ok(AccountView::of(ledger.put_account(name, &account, seen, actor, now).await?))
}

impl AccountView {
    fn of(account: Versioned<Account>) -> Self {
        let Versioned { name, version, recorded_at, document } = account;
        Self {
            name,
            full_name: document.full_name,
            role: document.role,
            tenants: document.tenants,
            state: document.state,
            has_password: document.password_hash.is_some(),
            has_totp: document.totp_sha256.is_some(),
            openid: document.openid,
            version,
            recorded_at: utc_text(recorded_at),
        }
    }
}

fn not_there(kind: &str, name: &str) -> AccountError {
    LedgerError::Unknown { subject: format!("{kind} {name:?}"), known: "look at the list of them".to_owned() }.into()
}

/// A text for people: short, on one line.
fn text(field: &'static str, text: &str) -> Result<String, AccountError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 120 || text.chars().any(char::is_control) {
        let reason = "does not fit; expected 1 to 120 characters on one line".to_owned();
        return Err(AccountError::Field { field, reason });
    }
    Ok(text.to_owned())
}

/// An identity that can sign in.
fn sound(identity: OpenIdIdentity) -> Result<OpenIdIdentity, AccountError> {
    let OpenIdIdentity { issuer, subject, email } = identity;
    let issuer = text("openid.issuer", &issuer)?;
    let subject = subject.map(|subject| text("openid.subject", &subject)).transpose()?;
    let email = email.map(|email| text("openid.email", &email)).transpose()?;
    let wrong = |field, reason: &str| AccountError::Field { field, reason: reason.to_owned() };
    if subject.is_none() && email.is_none() {
        return Err(wrong("openid", "says nobody; expected a subject, or an e-mail address for the first sign-in"));
    }
    if email.as_ref().is_some_and(|email| !email.contains('@')) {
        return Err(wrong("openid.email", "is no address; expected one such as anna@example.com"));
    }
    Ok(OpenIdIdentity { issuer, subject, email })
}

/// Random bytes of the system.
fn random<const N: usize>() -> Result<[u8; N], AccountError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| AccountError::System { reason: error.to_string() })?;
    Ok(bytes)
}

pub(crate) fn random_hex() -> Result<String, AccountError> {
    Ok(sla_core::evidence::hex(&random::<32>()?))
}
