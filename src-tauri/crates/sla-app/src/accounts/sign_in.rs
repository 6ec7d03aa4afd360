//! Signing in and out, and who comes with a secret.

use sla_core::access::{Access, Account, AccountName, AccountState, Lockout, Token};
use sla_core::evidence::sha256_hex;
use sla_core::time::{UnixSeconds, utc_text};
use sla_ledger::{Actor, Ledger, SignIn, Versioned};

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
