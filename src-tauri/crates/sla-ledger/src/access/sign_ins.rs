//! Attempts to sign in, which are facts, and sessions, which are none.

use serde::Serialize;
use sla_core::access::Account;
use sla_core::time::UnixSeconds;
use sqlx::any::AnyRow;
use sqlx::{Error, Row};

use super::documents::{AccessVersion, Versioned};
use crate::facts::{Fact, FactRow, Insert};
use crate::record::Work;
use crate::session::query;
use crate::{Actor, Ledger, LedgerError};

/// What an attempt to sign in came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// It was the right password.
    Ok,
    /// It was not.
    WrongPassword,
    /// It may have been, but the account is disabled.
    Disabled,
}

impl SignIn {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::WrongPassword => "wrong_password",
            Self::Disabled => "disabled",
        }
    }
}

/// An attempt to sign in.
pub(crate) struct SignInRow {
    account: String,
    number: i64,
    outcome: String,
    recorded_at: i64,
}

impl FactRow for SignInRow {
    const ALL: &'static str = "select account, number, outcome, recorded_at from sign_ins";

    const INSERT: &'static str = "insert into sign_ins (account, number, outcome, recorded_at) values ($1, $2, $3, $4)";

    fn read(row: &AnyRow) -> Result<Self, Error> {
        Ok(Self {
            account: row.try_get(0)?,
            number: row.try_get(1)?,
            outcome: row.try_get(2)?,
            recorded_at: row.try_get(3)?,
        })
    }

    fn bind(&self, insert: Insert) -> Insert {
        insert.bind(self.account.clone()).bind(self.number).bind(self.outcome.clone()).bind(self.recorded_at)
    }

    fn fact(&self) -> Fact {
        #[derive(Serialize)]
        struct Payload<'a> {
            outcome: &'a str,
            recorded_at: i64,
        }
        let payload = Payload { outcome: &self.outcome, recorded_at: self.recorded_at };
        Fact::new("account.sign_in", format!("sign-in/{}/{}", self.account, self.number), &payload)
    }
}

/// When attempts failed since one succeeded.
const FAILED: &str = "select recorded_at from sign_ins where account = $1 and outcome <> 'ok' and number > (
        select coalesce(max(number), 0) from sign_ins where account = $1 and outcome = 'ok'
    ) order by number";

impl Ledger {
    /// When attempts to sign in failed since one succeeded, Unix seconds, oldest first.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn failed_sign_ins(&self, account: &str) -> Result<Vec<UnixSeconds>, LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut transaction = self.begin().await?;
        let rows = query(FAILED).bind(account.to_owned()).fetch_all(&mut *transaction).await.map_err(failed)?;
        transaction.rollback().await.map_err(failed)?;
        rows.iter().map(|row| row.try_get(0).map_err(failed)).collect()
    }

    /// Records an attempt to sign in, and with it the session that it began, given by the SHA-256 of its secret and when it
    /// ends. Sessions that have ended go.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was written then.
    pub async fn sign_in(
        &self,
        outcome: SignIn,
        session: Option<(&str, UnixSeconds)>,
        actor: Actor<'_>,
        at: UnixSeconds,
    ) -> Result<(), LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut work = Work::begin(self, actor, at).await?;
        let row = query("select coalesce(max(number), 0) from sign_ins where account = $1")
            .bind(actor.name.to_owned())
            .fetch_one(&mut *work.transaction)
            .await
            .map_err(failed)?;
        let number: i64 = row.try_get(0).map_err(failed)?;
        let (account, outcome) = (actor.name.to_owned(), outcome.name().to_owned());
        work.add(&SignInRow { account, number: number + 1, outcome, recorded_at: at }).await?;
        if let Some((secret_sha256, expires_at)) = session {
            let ended = query("delete from sessions where expires_at <= $1").bind(at);
            ended.execute(&mut *work.transaction).await.map_err(failed)?;
            let begun =
                query("insert into sessions (secret_sha256, account, begun_at, expires_at) values ($1, $2, $3, $4)")
                    .bind(secret_sha256.to_owned())
                    .bind(actor.name.to_owned())
                    .bind(at)
                    .bind(expires_at);
            begun.execute(&mut *work.transaction).await.map_err(failed)?;
        }
        work.commit().await
    }

    /// The account of a session that has not ended, with the account's latest version.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn session(
        &self,
        secret_sha256: &str,
        now: UnixSeconds,
    ) -> Result<Option<Versioned<Account>>, LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut transaction = self.begin().await?;
        let row = query(
            "select kind, name, version, document, recorded_at from access_versions as this
             join sessions on sessions.account = this.name
             where sessions.secret_sha256 = $1 and sessions.expires_at > $2 and kind = 'account' and version = (
                 select max(version) from access_versions as other where other.kind = this.kind and other.name = this.name
             )",
        )
        .bind(secret_sha256.to_owned())
        .bind(now)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(failed)?;
        transaction.rollback().await.map_err(failed)?;
        row.map(|row| AccessVersion::read(&row).map_err(failed)?.parse()).transpose()
    }

    /// Ends a session; one that is not there has ended already.
    ///
    /// # Errors
    /// [`LedgerError`]; the session goes on then.
    pub async fn end_session(&self, secret_sha256: &str) -> Result<(), LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut transaction = self.begin().await?;
        let end = query("delete from sessions where secret_sha256 = $1").bind(secret_sha256.to_owned());
        end.execute(&mut *transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }
}
