//! Attempts to sign in, which are facts, and sessions, which are none.

use serde::Serialize;
use sla_core::access::{Account, Lockout};
use sla_core::time::UnixSeconds;
use sqlx::any::{Any, AnyRow};
use sqlx::{Error, Row, Transaction};

use super::documents::{AccessVersion, Versioned};
use super::totp::use_step;
use crate::facts::{Fact, FactRow, Insert};
use crate::record::Work;
use crate::session::query;
use crate::{Actor, Ledger, LedgerError};

/// What an attempt to sign in came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// Whoever it was is let in.
    Ok,
    /// The password was wrong.
    WrongPassword,
    /// The password was right, and the code was wrong, used before or not given.
    WrongCode,
    /// It may have been right, but the account is disabled.
    Disabled,
    /// Nothing was looked at, because too many attempts before were wrong. It is never recorded.
    Locked,
}

impl SignIn {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::WrongPassword => "wrong_password",
            Self::WrongCode => "wrong_code",
            Self::Disabled => "disabled",
            Self::Locked => "locked",
        }
    }
}

/// How somebody shows who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInWay {
    /// By a password, and a code where the account needs one.
    Password,
    /// By a password or a code while they are signed in, before something that needs one of them.
    Session,
    /// At an OpenID provider.
    OpenId,
}

impl SignInWay {
    fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Session => "session",
            Self::OpenId => "openid",
        }
    }
}

/// An attempt to sign in.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// How.
    pub way: SignInWay,
    /// What it came to.
    pub outcome: SignIn,
    /// The time step of the code that was used.
    pub totp_step: Option<i64>,
    /// The session that it begins when it is let in: the SHA-256 of its secret, and when it ends, Unix seconds.
    pub session: Option<(&'a str, UnixSeconds)>,
}

/// An attempt to sign in.
pub(crate) struct SignInRow {
    account: String,
    number: i64,
    outcome: String,
    way: String,
    recorded_at: i64,
}

impl FactRow for SignInRow {
    const ALL: &'static str = "select account, number, outcome, way, recorded_at from sign_ins";

    const INSERT: &'static str =
        "insert into sign_ins (account, number, outcome, way, recorded_at) values ($1, $2, $3, $4, $5)";

    fn read(row: &AnyRow) -> Result<Self, Error> {
        Ok(Self {
            account: row.try_get(0)?,
            number: row.try_get(1)?,
            outcome: row.try_get(2)?,
            way: row.try_get(3)?,
            recorded_at: row.try_get(4)?,
        })
    }

    fn bind(&self, insert: Insert) -> Insert {
        let Self { account, number, outcome, way, recorded_at } = self;
        insert.bind(account.clone()).bind(*number).bind(outcome.clone()).bind(way.clone()).bind(*recorded_at)
    }

    fn fact(&self) -> Fact {
        #[derive(Serialize)]
        struct Payload<'a> {
            outcome: &'a str,
            // Attempts of earlier versions do not say it.
            #[serde(skip_serializing_if = "str::is_empty")]
            way: &'a str,
            recorded_at: i64,
        }
        let payload = Payload { outcome: &self.outcome, way: &self.way, recorded_at: self.recorded_at };
        Fact::new("account.sign_in", format!("sign-in/{}/{}", self.account, self.number), &payload)
    }
}

/// When attempts failed since one succeeded, either at a provider or in all other ways: whoever signs in at a provider opens no
/// lock that guessed passwords have closed, and the other way round.
const FAILED: &str = "select recorded_at from sign_ins
    where account = $1 and outcome <> 'ok' and case when way = 'openid' then 1 else 0 end = $2 and number > (
        select coalesce(max(number), 0) from sign_ins
        where account = $1 and outcome = 'ok' and case when way = 'openid' then 1 else 0 end = $2
    ) order by number";

async fn failed_in(
    ledger: &Ledger,
    transaction: &mut Transaction<'static, Any>,
    account: &str,
    way: SignInWay,
) -> Result<Vec<UnixSeconds>, LedgerError> {
    let failed = |error| ledger.address.failed(error);
    let at_a_provider = i64::from(way == SignInWay::OpenId);
    let rows = query(FAILED).bind(account.to_owned()).bind(at_a_provider);
    let rows = rows.fetch_all(&mut **transaction).await.map_err(failed)?;
    rows.iter().map(|row| row.try_get(0).map_err(failed)).collect()
}

impl Ledger {
    /// When attempts to sign in that way failed since one succeeded, Unix seconds, oldest first.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn failed_sign_ins(&self, account: &str, way: SignInWay) -> Result<Vec<UnixSeconds>, LedgerError> {
        let mut transaction = self.begin().await?;
        let at = failed_in(self, &mut transaction, account, way).await?;
        transaction.rollback().await.map_err(|error| self.address.failed(error))?;
        Ok(at)
    }

    /// Records an attempt to sign in to the actor's account, and begins the session when it is let in. Sessions that have ended
    /// go. Gives what it came to in the end: [`SignIn::Locked`], and nothing is recorded, when others have failed so often
    /// meanwhile that the account is locked; [`SignIn::WrongCode`] when the code was used meanwhile.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was written then.
    pub async fn sign_in(
        &self,
        attempt: &Attempt<'_>,
        actor: Actor<'_>,
        at: UnixSeconds,
    ) -> Result<SignIn, LedgerError> {
        let mut work = Work::begin(self, actor, at).await?;
        let outcome = attempted(&mut work, attempt).await?;
        work.commit().await?;
        Ok(outcome)
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

/// An attempt, in the transaction that holds the chain's head: of many at once each sees those before it.
pub(super) async fn attempted(work: &mut Work<'_>, attempt: &Attempt<'_>) -> Result<SignIn, LedgerError> {
    let Attempt { way, totp_step, session, mut outcome } = *attempt;
    let (account, at) = (work.actor.name.to_owned(), work.at);
    let failed = failed_in(work.ledger, &mut work.transaction, &account, way).await?;
    if Lockout::default().until(&failed, at).is_some() {
        return Ok(SignIn::Locked);
    }
    if let Some(step) = totp_step.filter(|_| outcome == SignIn::Ok)
        && !use_step(work, &account, step).await?
    {
        outcome = SignIn::WrongCode;
    }
    let row = query("select coalesce(max(number), 0) from sign_ins where account = $1")
        .bind(account.clone())
        .fetch_one(&mut *work.transaction)
        .await
        .map_err(|error| work.failed(error))?;
    let number: i64 = row.try_get(0).map_err(|error| work.failed(error))?;
    let (outcome_name, way) = (outcome.name().to_owned(), way.name().to_owned());
    let row = SignInRow { account: account.clone(), number: number + 1, outcome: outcome_name, way, recorded_at: at };
    work.add(&row).await?;
    if let Some((secret_sha256, expires_at)) = session.filter(|_| outcome == SignIn::Ok) {
        let ended = query("delete from sessions where expires_at <= $1").bind(at);
        ended.execute(&mut *work.transaction).await.map_err(|error| work.failed(error))?;
        let begun =
            query("insert into sessions (secret_sha256, account, begun_at, expires_at) values ($1, $2, $3, $4)")
                .bind(secret_sha256.to_owned())
                .bind(account)
                .bind(at)
                .bind(expires_at);
        begun.execute(&mut *work.transaction).await.map_err(|error| work.failed(error))?;
    }
    Ok(outcome)
}
