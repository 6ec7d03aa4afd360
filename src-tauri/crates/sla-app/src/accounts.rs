//! Accounts, sessions and tokens: who signs in how, and what somebody who comes with a secret may do.
//!
//! A password is kept as an Argon2id hash. The secret of a session or a token is 256 random bits; the ledger keeps its SHA-256,
//! so nobody who reads the ledger can use it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use schemars::JsonSchema;
use serde::Serialize;
use sla_core::access::{
    Access, Account, AccountName, AccountState, Lockout, Permission, Role, TenantScope, Token, TokenState,
};
use sla_core::evidence::sha256_hex;
use sla_core::time::{UnixSeconds, utc_text};
use sla_ledger::{Actor, Ledger, LedgerError, SignIn, Versioned};

/// Shortest password in characters; what is shorter is tried out in a day.
const LEAST_CHARACTERS: usize = 12;
/// Longest password in bytes, so that nobody keeps the program busy with one.
const MOST_BYTES: usize = 1_024;
/// How long a session lasts: a working day.
const SESSION_SECONDS: i64 = 12 * 3_600;
/// The longest that a token is good for: two years.
const MOST_TOKEN_DAYS: u32 = 731;

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
    /// Which version this is, from 1.
    pub version: u32,
    /// When it was recorded, in UTC.
    pub recorded_at: String,
}

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

/// Somebody who came with a secret that is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Their account.
    pub name: String,
    /// Their account's version.
    pub version: u32,
    /// Name for people.
    pub full_name: String,
    /// What they may do.
    pub access: Access,
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

/// Why somebody is not let in, or an account not recorded.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The ledger refuses it, or cannot be reached.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The one message for whatever is wrong, so that nobody finds out which accounts there are.
    #[error(
        "name or password is wrong, or the account cannot be used at the moment; after several wrong passwords it is \
         locked for a quarter of an hour"
    )]
    SignIn,
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

/// Every token, by name.
///
/// # Errors
/// [`AccountError::Ledger`] when the ledger cannot be read.
pub async fn tokens(ledger: &Ledger) -> Result<Vec<TokenView>, AccountError> {
    Ok(ledger.all_access::<Token>().await?.into_iter().map(TokenView::of).collect())
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
        state: change.state.or(before.map(|before| before.state)).unwrap_or(AccountState::Active),
        password_hash,
    };
    Ok(AccountView::of(ledger.put_account(name, &account, seen, actor, now).await?))
}

/// Changes one's own password.
///
/// # Errors
/// [`AccountError`]; nothing was written then. [`AccountError::SignIn`] when the old password is wrong.
pub async fn change_password(
    ledger: &Ledger,
    old: String,
    new: String,
    actor: Actor<'_>,
    now: UnixSeconds,
) -> Result<AccountView, AccountError> {
    let account = ledger.access::<Account>(actor.name).await?.ok_or(AccountError::SignIn)?;
    if !fits(account.document.password_hash, old).await? {
        return Err(AccountError::SignIn);
    }
    let hash = hashed(actor.name, new).await?;
    Ok(AccountView::of(ledger.put_password(hash, account.version, actor, now).await?))
}

/// Signs somebody in and begins a session. Every attempt at an account that exists is an entry of the audit chain, but for
/// those while it is locked: they are not looked at.
///
/// # Errors
/// [`AccountError::SignIn`] for whatever does not fit.
pub async fn sign_in(
    ledger: &Ledger,
    name: &str,
    password: String,
    origin: &str,
    now: UnixSeconds,
) -> Result<Secret, AccountError> {
    let known = match name.parse::<AccountName>() {
        Ok(_) => ledger.access::<Account>(name).await?,
        Err(_) => None,
    };
    let failed = if known.is_some() { ledger.failed_sign_ins(name).await? } else { Vec::new() };
    let is_locked = Lockout::default().until(&failed, now).is_some();
    // The same work whether there is such an account or not, so that the time it takes tells nothing.
    let hash = known.as_ref().filter(|_| !is_locked).and_then(|known| known.document.password_hash.clone());
    let fits = fits(hash, password).await?;
    let Some(known) = known.filter(|_| !is_locked) else { return Err(AccountError::SignIn) };
    let outcome = match (fits, known.document.state) {
        (true, AccountState::Active) => SignIn::Ok,
        (true, AccountState::Disabled) => SignIn::Disabled,
        (false, _) => SignIn::WrongPassword,
    };
    let actor = Actor { name, origin };
    if outcome != SignIn::Ok {
        ledger.sign_in(outcome, None, actor, now).await?;
        return Err(AccountError::SignIn);
    }
    let secret = format!("{SESSION}{}", random_hex()?);
    let expires_at = now + SESSION_SECONDS;
    ledger.sign_in(outcome, Some((&sha256_hex(secret.as_bytes()), expires_at)), actor, now).await?;
    Ok(Secret { secret, expires_at: utc_text(expires_at) })
}

/// Ends the session of a secret; a token is revoked instead.
///
/// # Errors
/// [`AccountError::Ledger`].
pub async fn sign_out(ledger: &Ledger, secret: &str) -> Result<(), AccountError> {
    Ok(ledger.end_session(&sha256_hex(secret.as_bytes())).await?)
}

/// Who comes with a secret.
///
/// # Errors
/// [`AccountError::Secret`] when it is none, has ended or was revoked.
pub async fn caller(ledger: &Ledger, secret: &str, now: UnixSeconds) -> Result<Caller, AccountError> {
    let digest = sha256_hex(secret.as_bytes());
    let (account, access) = if secret.starts_with(SESSION) {
        let account = ledger.session(&digest, now).await?.ok_or(AccountError::Secret)?;
        let access = account.document.access();
        (account, access)
    } else {
        let name = secret.strip_prefix(TOKEN).and_then(|rest| rest.rsplit_once('_')).map(|(name, _)| name);
        let known = ledger.token(name.ok_or(AccountError::Secret)?).await?;
        let (token, account) = known.ok_or(AccountError::Secret)?;
        if token.document.secret_sha256 != digest {
            return Err(AccountError::Secret);
        }
        let access = token.document.access(&account.document, now);
        (account, access)
    };
    let access = access.ok_or(AccountError::Secret)?;
    Ok(Caller { name: account.name, version: account.version, full_name: account.document.full_name, access })
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
            version,
            recorded_at: utc_text(recorded_at),
        }
    }
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

fn random_hex() -> Result<String, AccountError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| AccountError::System { reason: error.to_string() })?;
    Ok(sla_core::evidence::hex(&bytes))
}

/// A password's hash. It takes a tenth of a second and 19 MiB on purpose, on a thread of its own.
async fn hashed(name: &str, password: String) -> Result<String, AccountError> {
    let refused = |reason| Err(AccountError::Password { reason });
    if password.chars().count() < LEAST_CHARACTERS {
        return refused("is too short");
    }
    if password.len() > MOST_BYTES {
        return refused("is too long");
    }
    if password.to_lowercase().contains(&name.to_lowercase()) {
        return refused("contains the account's name");
    }
    let hash = tokio::task::spawn_blocking(move || {
        Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string())
    });
    let system = |reason: String| AccountError::System { reason };
    hash.await.map_err(|error| system(error.to_string()))?.map_err(|error| system(error.to_string()))
}

/// A hash that no password fits, which is looked at where there is no other.
static NO_PASSWORD: LazyLock<String> = LazyLock::new(|| {
    let hash = Argon2::default().hash_password(b"nobody signs in with this");
    hash.map(|hash| hash.to_string()).unwrap_or_default()
});

/// Whether a password fits a hash; it takes as long where there is none.
async fn fits(hash: Option<String>, password: String) -> Result<bool, AccountError> {
    if password.len() > MOST_BYTES {
        return Ok(false);
    }
    let verify = tokio::task::spawn_blocking(move || {
        let known = hash.as_deref().unwrap_or(&NO_PASSWORD);
        let verified = PasswordHash::new(known)
            .is_ok_and(|known| Argon2::default().verify_password(password.as_bytes(), &known).is_ok());
        verified && hash.is_some()
    });
    verify.await.map_err(|error| AccountError::System { reason: error.to_string() })
}
