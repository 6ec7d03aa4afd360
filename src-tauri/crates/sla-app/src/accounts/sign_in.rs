//! Signing in and out, and who comes with a secret.

use sla_core::access::{Access, Account, AccountName, AccountState, Lockout};
use sla_core::evidence::sha256_hex;
use sla_core::time::{UnixSeconds, utc_text};
use sla_ledger::{Actor, Attempt, KnownTotp, Ledger, SignIn, SignInWay, Versioned};

use super::passwords::{fits, hashed};
use super::{AccountError, AccountView, SESSION, Secret, TOKEN, random_hex};

/// How long a session lasts: a working day.
const SESSION_SECONDS: i64 = 12 * 3_600;

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
    /// Whether their password needs the code of an authenticator app beside it.
    pub has_totp: bool,
}

/// What somebody gives who signs in. It is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The account's name.
    pub account: String,
    /// Its password.
    pub password: String,
    /// What the authenticator app shows, where the account has one.
    pub code: Option<String>,
}

/// What somebody shows once more who has signed in. It is not printed.
#[derive(Clone, PartialEq, Eq)]
pub enum Proof {
    /// The account's password.
    Password(String),
    /// What the authenticator app shows.
    Code(String),
}

/// A session that is to begin: its secret, the SHA-256 of it, and when it ends.
pub(crate) struct NewSession {
    secret: String,
    sha256: String,
    expires_at: UnixSeconds,
}

impl NewSession {
    pub(crate) fn new(now: UnixSeconds) -> Result<Self, AccountError> {
        let secret = format!("{SESSION}{}", random_hex()?);
        Ok(Self { sha256: sha256_hex(secret.as_bytes()), secret, expires_at: now + SESSION_SECONDS })
    }

    pub(crate) fn begin(&self) -> (&str, UnixSeconds) {
        (&self.sha256, self.expires_at)
    }

    pub(crate) fn told(self) -> Secret {
        Secret { secret: self.secret, expires_at: utc_text(self.expires_at) }
    }
}

/// What came of the code of an authenticator app.
enum Code {
    /// The account needs none.
    NotNeeded,
    /// It is the one of this time step, and was not used before.
    Fresh(i64),
    /// It is wrong, was used before, or was not given.
    Wrong,
}

/// Changes one's own password.
///
/// # Errors
/// [`AccountError`]; nothing was written then. [`AccountError::Proof`] when the old password is wrong.
pub async fn change_password(
    ledger: &Ledger,
    old: String,
    new: String,
    actor: Actor<'_>,
    now: UnixSeconds,
) -> Result<AccountView, AccountError> {
    let account = own(ledger, actor).await?;
    prove(ledger, &account, Proof::Password(old), actor, now).await?;
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
    given: Credentials,
    origin: &str,
    now: UnixSeconds,
) -> Result<Secret, AccountError> {
    let name = given.account.as_str();
    let known = match name.parse::<AccountName>() {
        Ok(_) => ledger.access::<Account>(name).await?,
        Err(_) => None,
    };
    let is_locked = known.is_some() && is_locked(ledger, name, now).await?;
    // The same work whether there is such an account or not, so that the time it takes tells nothing.
    let hash = known.as_ref().filter(|_| !is_locked).and_then(|known| known.document.password_hash.clone());
    let fits = fits(hash, given.password).await?;
    let Some(known) = known.filter(|_| !is_locked) else { return Err(AccountError::SignIn) };
    // A wrong code is told like a wrong password: whoever has only one of the two does not learn which.
    let code = code(ledger, &known, given.code.as_deref(), now).await?;
    let (outcome, totp_step) = match (fits, known.document.state, code) {
        (false, _, _) => (SignIn::WrongPassword, None),
        (true, AccountState::Disabled, _) => (SignIn::Disabled, None),
        (true, AccountState::Active, Code::Wrong) => (SignIn::WrongCode, None),
        (true, AccountState::Active, Code::Fresh(step)) => (SignIn::Ok, Some(step)),
        (true, AccountState::Active, Code::NotNeeded) => (SignIn::Ok, None),
    };
    let session = NewSession::new(now)?;
    let attempt = Attempt { way: SignInWay::Password, outcome, totp_step, session: Some(session.begin()) };
    match ledger.sign_in(&attempt, Actor { name, origin }, now).await? {
        SignIn::Ok => Ok(session.told()),
        _ => Err(AccountError::SignIn),
    }
}

/// Whether guessing has locked an account.
async fn is_locked(ledger: &Ledger, name: &str, now: UnixSeconds) -> Result<bool, AccountError> {
    let failed = ledger.failed_sign_ins(name, SignInWay::Password).await?;
    Ok(Lockout::default().until(&failed, now).is_some())
}

/// Looks at a code, given or not.
async fn code(
    ledger: &Ledger,
    account: &Versioned<Account>,
    code: Option<&str>,
    now: UnixSeconds,
) -> Result<Code, AccountError> {
    let Some(sha256) = &account.document.totp_sha256 else { return Ok(Code::NotNeeded) };
    let known = ledger.totp(&account.name).await?.filter(|known| known.secret.sha256() == *sha256);
    let fresh = known.zip(code).and_then(|(KnownTotp { secret, last_step, .. }, code)| {
        let code = code.trim();
        secret.fresh_step(code, last_step, now)
    });
    Ok(fresh.map_or(Code::Wrong, Code::Fresh))
}

/// The account of whoever acts.
pub(super) async fn own(ledger: &Ledger, actor: Actor<'_>) -> Result<Versioned<Account>, AccountError> {
    ledger.access::<Account>(actor.name).await?.ok_or(AccountError::SignIn)
}

/// Looks once more whether it is they who act. What fails is recorded and counts towards the lock, as at a sign-in: a session
/// that was left open is no place to guess in.
///
/// # Errors
/// [`AccountError::Proof`] when it does not fit.
pub(super) async fn prove(
    ledger: &Ledger,
    account: &Versioned<Account>,
    proof: Proof,
    actor: Actor<'_>,
    now: UnixSeconds,
) -> Result<(), AccountError> {
    if is_locked(ledger, actor.name, now).await? {
        return Err(AccountError::Proof);
    }
    let (is_right, outcome) = match proof {
        Proof::Password(password) => {
            (fits(account.document.password_hash.clone(), password).await?, SignIn::WrongPassword)
        }
        Proof::Code(given) => {
            let code = code(ledger, account, Some(&given), now).await?;
            (matches!(code, Code::Fresh(_)), SignIn::WrongCode)
        }
    };
    if is_right {
        return Ok(());
    }
    let attempt = Attempt { way: SignInWay::Session, outcome, totp_step: None, session: None };
    ledger.sign_in(&attempt, actor, now).await?;
    Err(AccountError::Proof)
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
#[tracing::instrument(skip_all)]
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
    let Versioned { name, version, document, .. } = account;
    Ok(Caller { name, version, full_name: document.full_name, access, has_totp: document.totp_sha256.is_some() })
}
