//! Secrets of authenticator apps. They are no facts: what was removed is gone. That an account needs a code is one, and stands in
//! the account with the SHA-256 of the secret, so a secret that was put in or taken away past the program opens nothing.

use sla_core::access::{AccessError, Account, TotpSecret};
use sla_core::time::UnixSeconds;
use sqlx::Row;

use super::documents::{Versioned, latest, put};
use crate::record::Work;
use crate::session::query;
use crate::{Actor, Ledger, LedgerError};

/// The secret of an account's authenticator app, set up or only offered yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownTotp {
    /// The secret.
    pub secret: TotpSecret,
    /// The time step whose code was used last; 0 when none was.
    pub last_step: i64,
    /// When it was offered, Unix seconds.
    pub offered_at: UnixSeconds,
}

impl Ledger {
    /// The secret of an account's authenticator app.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn totp(&self, account: &str) -> Result<Option<KnownTotp>, LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut transaction = self.begin().await?;
        let row = query("select secret, last_step, offered_at from totp_secrets where account = $1")
            .bind(account.to_owned())
            .fetch_optional(&mut *transaction)
            .await
            .map_err(failed)?;
        transaction.rollback().await.map_err(failed)?;
        let Some(row) = row else { return Ok(None) };
        let text: String = row.try_get(0).map_err(failed)?;
        let broken = || LedgerError::Broken { what: format!("the secret of the app of {account} cannot be read") };
        let secret = TotpSecret::from_base32(&text).ok_or_else(broken)?;
        let (last_step, offered_at) = (row.try_get(1).map_err(failed)?, row.try_get(2).map_err(failed)?);
        Ok(Some(KnownTotp { secret, last_step, offered_at }))
    }

    /// Keeps a secret that is offered to the actor's own account, in place of one that was offered before. The account needs no
    /// code until it is confirmed.
    ///
    /// # Errors
    /// [`LedgerError::Access`] when the account has an app already; nothing was written then.
    pub async fn offer_totp(&self, secret: &TotpSecret, actor: Actor<'_>, at: UnixSeconds) -> Result<(), LedgerError> {
        let failed = |error| self.address.failed(error);
        // It is no entry of the chain, and still one after the other with what is one: an app that is set up stays.
        let mut work = Work::begin(self, actor, at).await?;
        if own(&mut work).await?.document.totp_sha256.is_some() {
            return Err(AccessError::TotpSet.into());
        }
        forget_totp(&mut work, actor.name).await?;
        query("insert into totp_secrets (account, secret, last_step, offered_at) values ($1, $2, 0, $3)")
            .bind(actor.name.to_owned())
            .bind(secret.to_base32())
            .bind(at)
            .execute(&mut *work.transaction)
            .await
            .map_err(failed)?;
        work.transaction.commit().await.map_err(failed)
    }

    /// Makes the actor's own account need the code of a secret that was offered, whose code of a time step was shown.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was written then. [`LedgerError::Access`] when another secret was offered meanwhile.
    pub async fn confirm_totp(
        &self,
        secret: &TotpSecret,
        step: i64,
        actor: Actor<'_>,
        at: UnixSeconds,
    ) -> Result<Versioned<Account>, LedgerError> {
        let mut work = Work::begin(self, actor, at).await?;
        let own = own(&mut work).await?;
        if own.document.totp_sha256.is_some() {
            return Err(AccessError::TotpSet.into());
        }
        let offered = query("select 1 from totp_secrets where account = $1 and secret = $2");
        let offered = offered.bind(actor.name.to_owned()).bind(secret.to_base32());
        let offered = offered.fetch_optional(&mut *work.transaction).await.map_err(|error| work.failed(error))?;
        if offered.is_none() || !use_step(&mut work, actor.name, step).await? {
            return Err(AccessError::NoTotp.into());
        }
        let account = Account { totp_sha256: Some(secret.sha256()), ..own.document };
        let put = put(&mut work, actor.name, &account, Some(own.version)).await?;
        work.commit().await?;
        Ok(put)
    }

    /// Removes the app of the actor's own account; who they are was looked at before.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was written then. [`LedgerError::Access`] when there is none.
    pub async fn remove_totp(&self, actor: Actor<'_>, at: UnixSeconds) -> Result<Versioned<Account>, LedgerError> {
        let mut work = Work::begin(self, actor, at).await?;
        let own = own(&mut work).await?;
        if own.document.totp_sha256.is_none() {
            return Err(AccessError::NoTotp.into());
        }
        let account = Account { totp_sha256: None, ..own.document };
        let put = put(&mut work, actor.name, &account, Some(own.version)).await?;
        forget_totp(&mut work, actor.name).await?;
        work.commit().await?;
        Ok(put)
    }
}

/// The actor's own account.
async fn own(work: &mut Work<'_>) -> Result<Versioned<Account>, LedgerError> {
    let who = work.actor.name;
    let no_account = || LedgerError::from(AccessError::NoAccount { who: who.to_owned() });
    latest::<Account>(work.ledger, &mut work.transaction, who).await?.pop().ok_or_else(no_account)
}

/// Takes the code of a time step; not when it, or a later one, was taken before.
pub(super) async fn use_step(work: &mut Work<'_>, account: &str, step: i64) -> Result<bool, LedgerError> {
    let take = query("update totp_secrets set last_step = $2 where account = $1 and last_step < $2");
    let take = take.bind(account.to_owned()).bind(step);
    let taken = take.execute(&mut *work.transaction).await.map_err(|error| work.failed(error))?;
    Ok(taken.rows_affected() == 1)
}

/// Deletes the secret of an account's app.
pub(super) async fn forget_totp(work: &mut Work<'_>, account: &str) -> Result<(), LedgerError> {
    let forget = query("delete from totp_secrets where account = $1").bind(account.to_owned());
    forget.execute(&mut *work.transaction).await.map_err(|error| work.failed(error))?;
    Ok(())
}
