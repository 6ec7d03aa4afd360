//! Setting up and removing one's own authenticator app.

use schemars::JsonSchema;
use serde::Serialize;
use sla_core::access::{AccessError, TotpSecret};
use sla_core::time::UnixSeconds;
use sla_ledger::{Actor, Ledger};

use super::sign_in::{Proof, own, prove};
use super::{AccountError, random};

/// How long a secret that was shown may be confirmed.
const OFFER_SECONDS: i64 = 15 * 60;

/// The secret of an authenticator app that was just made. It is shown this once.
#[derive(Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OfferedTotp {
    /// The secret, to be typed into an app.
    pub secret: String,
    /// The same as an address, to be shown as a QR code: an app reads all that it needs from it.
    pub uri: String,
}

impl std::fmt::Debug for OfferedTotp {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("OfferedTotp(…)")
    }
}

/// Makes a secret for an authenticator app. The account needs no code until one was shown to [`confirm_totp`]; asking again makes
/// another secret.
///
/// # Errors
/// [`AccountError`]; nothing was written then. [`AccountError::Proof`] when the password is wrong, [`AccountError::Ledger`]
/// when an app is set up already.
pub async fn set_up_totp(
    ledger: &Ledger,
    password: String,
    actor: Actor<'_>,
    now: UnixSeconds,
) -> Result<OfferedTotp, AccountError> {
    let account = own(ledger, actor).await?;
    // A session that was left open must not shut its owner out by an app of somebody else's.
    prove(ledger, &account, Proof::Password(password), actor, now).await?;
    let secret = TotpSecret::new(random()?);
    ledger.offer_totp(&secret, actor, now).await?;
    Ok(OfferedTotp { secret: secret.to_base32(), uri: secret.uri(actor.name) })
}

/// Makes the account need a code from now on, once the app has shown that it has the secret.
///
/// # Errors
/// [`AccountError`]; nothing was written then. [`AccountError::Code`] when the code is wrong.
pub async fn confirm_totp(ledger: &Ledger, code: &str, actor: Actor<'_>, now: UnixSeconds) -> Result<(), AccountError> {
    let none = || AccountError::Ledger(AccessError::NoTotp.into());
    let offered = ledger.totp(actor.name).await?.filter(|offered| now < offered.offered_at + OFFER_SECONDS);
    let offered = offered.ok_or_else(none)?;
    let step = offered.secret.fresh_step(code.trim(), offered.last_step, now).ok_or(AccountError::Code)?;
    ledger.confirm_totp(&offered.secret, step, actor, now).await?;
    Ok(())
}

/// Removes one's own authenticator app: the account needs no code any more.
///
/// # Errors
/// [`AccountError`]; nothing was written then. [`AccountError::Proof`] when the proof is wrong.
pub async fn remove_totp(
    ledger: &Ledger,
    proof: Proof,
    actor: Actor<'_>,
    now: UnixSeconds,
) -> Result<(), AccountError> {
    let account = own(ledger, actor).await?;
    prove(ledger, &account, proof, actor, now).await?;
    ledger.remove_totp(actor, now).await?;
    Ok(())
}
