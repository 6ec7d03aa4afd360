//! Sign-ins at an OpenID provider: those that are under way, and those that came back.

use sla_core::access::{Account, Fit, Presented};
use sla_core::time::UnixSeconds;
use sqlx::Row;

use super::documents::{Versioned, latest, put};
use super::sign_ins::{Attempt, SignIn, SignInWay, attempted};
use crate::record::Work;
use crate::session::query;
use crate::{Actor, Ledger, LedgerError};

/// The most sign-ins that may be under way, so that strangers who begin many and end none do not fill the ledger.
const MOST_UNDER_WAY: i64 = 10_000;

/// A sign-in at a provider that is under way.
#[derive(Clone, PartialEq, Eq)]
pub struct OpenIdRequest {
    /// What the ID token must repeat.
    pub nonce: String,
    /// What shows the provider that whoever brings the code back is who began (RFC 7636).
    pub verifier: String,
    /// Where the provider sends people back to.
    pub redirect: String,
}

impl std::fmt::Debug for OpenIdRequest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("OpenIdRequest").field("redirect", &self.redirect).finish_non_exhaustive()
    }
}

impl Ledger {
    /// Keeps a sign-in that begins, by the SHA-256 of its state; those that were given up go. `false`, and nothing is kept, when
    /// too many are under way.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was kept then.
    pub async fn begin_openid(
        &self,
        state_sha256: &str,
        request: &OpenIdRequest,
        now: UnixSeconds,
        expires_at: UnixSeconds,
    ) -> Result<bool, LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut transaction = self.begin().await?;
        let given_up = query("delete from openid_requests where expires_at <= $1").bind(now);
        given_up.execute(&mut *transaction).await.map_err(failed)?;
        let row = query("select count(*) from openid_requests").fetch_one(&mut *transaction).await.map_err(failed)?;
        let under_way: i64 = row.try_get(0).map_err(failed)?;
        let is_free = under_way < MOST_UNDER_WAY;
        if is_free {
            query(
                "insert into openid_requests (state_sha256, nonce, verifier, redirect, expires_at)
                 values ($1, $2, $3, $4, $5)",
            )
            .bind(state_sha256.to_owned())
            .bind(request.nonce.clone())
            .bind(request.verifier.clone())
            .bind(request.redirect.clone())
            .bind(expires_at)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)?;
        Ok(is_free)
    }

    /// Takes a sign-in that comes back out of those under way; a state is good once. `None` when there is none of that state, or
    /// it took too long.
    ///
    /// # Errors
    /// [`LedgerError`]; it is still under way then.
    pub async fn take_openid(
        &self,
        state_sha256: &str,
        now: UnixSeconds,
    ) -> Result<Option<OpenIdRequest>, LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut transaction = self.begin().await?;
        // Deleting first: of two that come with one state the second finds nothing.
        let row = query(
            "delete from openid_requests where state_sha256 = $1 returning nonce, verifier, redirect, expires_at",
        )
        .bind(state_sha256.to_owned())
        .fetch_optional(&mut *transaction)
        .await
        .map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        let Some(row) = row else { return Ok(None) };
        let expires_at: UnixSeconds = row.try_get(3).map_err(failed)?;
        let request = OpenIdRequest {
            nonce: row.try_get(0).map_err(failed)?,
            verifier: row.try_get(1).map_err(failed)?,
            redirect: row.try_get(2).map_err(failed)?,
        };
        Ok((now < expires_at).then_some(request))
    }

    /// The account that somebody signs in to who signed in at a provider, and how they were found.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn account_of(&self, who: &Presented) -> Result<Option<(Versioned<Account>, Fit)>, LedgerError> {
        let all = self.all_access::<Account>().await?;
        Ok(found(all, who))
    }

    /// Records that somebody signed in at a provider, and begins the session when their account can be used. At their first time
    /// the account is bound to their subject in the same transaction.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was written then. [`LedgerError::Stale`] when the account is no longer theirs.
    pub async fn sign_in_by_openid(
        &self,
        who: &Presented,
        outcome: SignIn,
        session: Option<(&str, UnixSeconds)>,
        actor: Actor<'_>,
        at: UnixSeconds,
    ) -> Result<SignIn, LedgerError> {
        let mut work = Work::begin(self, actor, at).await?;
        let all = latest::<Account>(self, &mut work.transaction, "").await?;
        let gone = || LedgerError::Stale {
            subject: format!("account {}", actor.name),
            what: "it is bound to another identity".to_owned(),
        };
        let (account, fit) = found(all, who).filter(|(account, _)| account.name == actor.name).ok_or_else(gone)?;
        if fit == Fit::FirstTime && outcome == SignIn::Ok {
            let mut bound = account.document.clone();
            if let Some(identity) = &mut bound.openid {
                identity.subject = Some(who.subject.clone());
            }
            put(&mut work, actor.name, &bound, Some(account.version)).await?;
        }
        let attempt = Attempt { way: SignInWay::OpenId, outcome, totp_step: None, session };
        let outcome = attempted(&mut work, &attempt).await?;
        if outcome == SignIn::Locked {
            // Nothing of it is kept.
            return Ok(outcome);
        }
        work.commit().await?;
        Ok(outcome)
    }
}

/// The account of somebody: a subject that is known goes before an address.
fn found(all: Vec<Versioned<Account>>, who: &Presented) -> Option<(Versioned<Account>, Fit)> {
    let fitting = all.into_iter().filter_map(|account| {
        let fit = account.document.openid.as_ref()?.fit(who)?;
        Some((account, fit))
    });
    fitting.min_by_key(|(_, fit)| *fit != Fit::Subject)
}
