//! Work that takes longer than a request may: asked for here, carried out by whichever program has a turn free. What a job did
//! is told by the facts that it recorded; its row only says where it is, and goes some weeks after it has ended.
//!
//! A program that carries one out says every moment that it lives (`seen_at`). One that does not say so any more was killed or
//! cut off, and the next one that looks marks its jobs as interrupted.

use serde::{Deserialize, Serialize};
use sla_core::job::{JobKind, JobState};
use sla_core::time::{Month, UnixSeconds};
use sqlx::any::{Any, AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Error, Row};

use crate::session::query;
use crate::{Ledger, LedgerError};

/// For so long jobs that have ended are kept.
const KEPT_SECONDS: i64 = 90 * 86_400;

/// A job that is asked for.
#[derive(Clone, Copy, Debug)]
pub struct NewJob<'a> {
    /// Its id, which nobody has used.
    pub id: &'a str,
    /// What it does.
    pub kind: JobKind,
    /// Whose months it is about; all tenants' when not said.
    pub tenant: Option<&'a str>,
    /// The month.
    pub month: Month,
    /// Who asks.
    pub account: &'a str,
    /// From where.
    pub origin: &'a str,
    /// All that was asked for, as JSON.
    pub request: &'a str,
    /// When, Unix seconds.
    pub now: UnixSeconds,
}

/// A job and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// What it does.
    pub kind: JobKind,
    /// Whose months it is about; all tenants' when not said.
    pub tenant: Option<String>,
    /// The month.
    pub month: String,
    /// Who asked for it.
    pub account: String,
    /// From where.
    pub origin: String,
    /// All that was asked for, as JSON.
    pub request: String,
    /// Where it is.
    pub state: JobState,
    /// The step that it is at.
    pub step: Option<JobStep>,
    /// What it came to, as JSON: a result when it is done, a problem when it failed.
    pub outcome: Option<String>,
    /// Whether somebody called it off; it may be too late.
    pub is_cancelled: bool,
    /// When it was asked for, Unix seconds.
    pub asked_at: UnixSeconds,
    /// When it began.
    pub begun_at: Option<UnixSeconds>,
    /// When it ended.
    pub ended_at: Option<UnixSeconds>,
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct JobStep {
    /// The step that it is at; empty before the first.
    pub name: String,
    /// How many of the step's parts are done.
    pub done: u64,
    /// How many there are.
    pub of: u64,
    /// The customer whose part of the step was done last.
    pub customer: Option<String>,
    /// Of how many customers the step is done.
    pub customers_done: u64,
    /// For how many there is something to do.
    pub customers: u64,
    /// The series of measurements that are being read, by name.
    pub series: Vec<SeriesStep>,
}

/// How far a series of measurements is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesStep {
    /// The customer and the commitment that it is for, and the day where it is read day by day.
    pub name: String,
    /// How many of its parts are done.
    pub done: u64,
    /// How many there are.
    pub of: u64,
}

/// Which jobs are wanted: the one that was asked for last comes first.
#[derive(Clone, Debug, Default)]
pub struct JobsRequest {
    /// Only of these kinds.
    pub kinds: Vec<JobKind>,
    /// Only those that are there.
    pub state: Option<JobState>,
    /// Only those that were asked for before this one: when, and its id.
    pub before: Option<(UnixSeconds, String)>,
    /// At most so many.
    pub limit: u32,
}

/// A statement that selects jobs.
macro_rules! jobs {
    ($where:literal) => {
        concat!(
            "select id, kind, tenant, month, account, origin, request, state, step, parts_done, parts, customer, customers_done,
                customers, outcome, is_cancelled, asked_at, begun_at, ended_at, series
            from jobs where ",
            $where
        )
    };
}

fn read(row: &AnyRow) -> Result<Job, Error> {
    let told = |text: String| Some(text).filter(|text| !text.is_empty());
    let at = |seconds: i64| Some(seconds).filter(|seconds| *seconds != 0);
    let (kind, state): (String, String) = (row.try_get(1)?, row.try_get(7)?);
    let strange = |name: &str| Error::Decode(format!("jobs holds {name:?}").into());
    Ok(Job {
        id: row.try_get(0)?,
        kind: JobKind::ALL.into_iter().find(|one| one.name() == kind).ok_or_else(|| strange(&kind))?,
        tenant: told(row.try_get(2)?),
        month: row.try_get(3)?,
        account: row.try_get(4)?,
        origin: row.try_get(5)?,
        request: row.try_get(6)?,
        state: JobState::ALL.into_iter().find(|one| one.name() == state).ok_or_else(|| strange(&state))?,
        step: told(row.try_get(8)?).map(|name| step(row, name)).transpose()?,
        outcome: told(row.try_get(14)?),
        is_cancelled: row.try_get::<i64, _>(15)? != 0,
        asked_at: row.try_get(16)?,
        begun_at: at(row.try_get(17)?),
        ended_at: at(row.try_get(18)?),
    })
}

fn step(row: &AnyRow, name: String) -> Result<JobStep, Error> {
    let count = |index: usize| Ok::<_, Error>(u64::try_from(row.try_get::<i64, _>(index)?).unwrap_or_default());
    let customer: String = row.try_get(11)?;
    let series: String = row.try_get(19)?;
    Ok(JobStep {
        name,
        done: count(9)?,
        of: count(10)?,
        customer: Some(customer).filter(|customer| !customer.is_empty()),
        customers_done: count(12)?,
        customers: count(13)?,
        // What another version wrote there is of no use to this one.
        series: serde_json::from_str(&series).unwrap_or_default(),
    })
}

impl Ledger {
    /// Asks for a job; it waits until a program takes it. Jobs that ended long ago go.
    ///
    /// # Errors
    /// [`LedgerError`]; it was not asked for then.
    pub async fn add_job(&self, job: &NewJob<'_>) -> Result<(), LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut transaction = self.begin().await?;
        let old = query("delete from jobs where ended_at > 0 and ended_at < $1").bind(job.now - KEPT_SECONDS);
        old.execute(&mut *transaction).await.map_err(failed)?;
        query(
            "insert into jobs (id, kind, tenant, month, account, origin, request, state, asked_at)
             values ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8)",
        )
        .bind(job.id.to_owned())
        .bind(job.kind.name())
        .bind(job.tenant.unwrap_or_default().to_owned())
        .bind(job.month.to_string())
        .bind(job.account.to_owned())
        .bind(job.origin.to_owned())
        .bind(job.request.to_owned())
        .bind(job.now)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }

    /// A job; `None` where there is none, or none that may be seen.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn job(&self, id: &str) -> Result<Option<Job>, LedgerError> {
        let failed = |error| self.address.failed(error);
        let one =
            query(jobs!("id = $1 and ($2 = '*' or tenant <> '' and ',' || $2 || ',' like '%,' || tenant || ',%')"));
        let mut transaction = self.begin().await?;
        let one = one.bind(id.to_owned()).bind(self.seen.clone());
        let row = one.fetch_optional(&mut *transaction).await.map_err(failed)?;
        transaction.rollback().await.map_err(failed)?;
        row.as_ref().map(read).transpose().map_err(failed)
    }

    /// Jobs, the one that was asked for last first.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn jobs(&self, request: &JobsRequest) -> Result<Vec<Job>, LedgerError> {
        let failed = |error| self.address.failed(error);
        let kinds: Vec<&str> = request.kinds.iter().map(|kind| kind.name()).collect();
        let (at, id) = request.before.clone().unwrap_or((i64::MAX, String::new()));
        let all = query(jobs!(
            "',' || $1 || ',' like '%,' || kind || ',%' and ($2 = '' or state = $2) and (asked_at, id) < ($3, $4)
                and ($5 = '*' or tenant <> '' and ',' || $5 || ',' like '%,' || tenant || ',%')
            order by asked_at desc, id desc limit $6"
        ));
        let all = all.bind(kinds.join(","));
        let all = all.bind(request.state.map_or("", JobState::name)).bind(at).bind(id).bind(self.seen.clone());
        let mut transaction = self.begin().await?;
        let rows = all.bind(i64::from(request.limit)).fetch_all(&mut *transaction).await.map_err(failed)?;
        transaction.rollback().await.map_err(failed)?;
        rows.iter().map(|row| read(row).map_err(failed)).collect()
    }

    /// The job of a kind that ended last of those that did what was asked, about all tenants; or about that one or all.
    /// Of two that ended in the same second the narrower one is taken.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn last_done(&self, kind: JobKind, tenant: Option<&str>) -> Result<Option<Job>, LedgerError> {
        let one = query(jobs!(
            "kind = $1 and state = 'done' and (tenant = '' or tenant = $2) \
             order by ended_at desc, tenant desc, id desc limit 1"
        ));
        let rows = self.rows(one.bind(kind.name()).bind(tenant.unwrap_or_default().to_owned())).await?;
        rows.first().map(read).transpose().map_err(|error| self.address.failed(error))
    }

    /// Takes the job that has waited longest, if one waits; `runner` names the program that carries it out.
    ///
    /// # Errors
    /// [`LedgerError`]; none was taken then.
    pub async fn take_job(&self, runner: &str, now: UnixSeconds) -> Result<Option<Job>, LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut transaction = self.begin().await?;
        // Of two programs that choose the same one, the second finds that it does not wait any more.
        let taken = query(
            "update jobs set state = 'running', runner = $1, begun_at = $2, seen_at = $2
             where state = 'waiting' and id = (select id from jobs where state = 'waiting' order by asked_at, id limit 1)
             returning id",
        );
        let taken = taken.bind(runner.to_owned()).bind(now).fetch_all(&mut *transaction).await.map_err(failed)?;
        let job = match taken.first() {
            None => None,
            Some(row) => {
                let id: String = row.try_get(0).map_err(failed)?;
                let row = query(jobs!("id = $1")).bind(id).fetch_one(&mut *transaction).await.map_err(failed)?;
                Some(read(&row).map_err(failed)?)
            }
        };
        transaction.commit().await.map_err(failed)?;
        Ok(job)
    }

    /// Says that a job is carried out still, and how far it is; gives whether it was called off meanwhile.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be written.
    pub async fn see_job(&self, id: &str, runner: &str, at: &JobStep, now: UnixSeconds) -> Result<bool, LedgerError> {
        let failed = |error| self.address.failed(error);
        let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let mut transaction = self.begin().await?;
        // A machine that was suspended comes back to a job that others called interrupted.
        let seen = query(
            "update jobs set state = 'running', ended_at = 0, step = $3, parts_done = $4, parts = $5, seen_at = $6,
                customer = $7, customers_done = $8, customers = $9, series = $10
             where id = $1 and runner = $2 and state in ('running', 'interrupted') returning is_cancelled",
        );
        let seen = seen.bind(id.to_owned()).bind(runner.to_owned()).bind(at.name.clone()).bind(count(at.done));
        let seen = seen.bind(count(at.of)).bind(now).bind(at.customer.clone().unwrap_or_default());
        let seen = seen.bind(count(at.customers_done)).bind(count(at.customers));
        let series = if at.series.is_empty() { Ok(String::new()) } else { serde_json::to_string(&at.series) };
        let seen = seen.bind(series.expect("names and numbers"));
        let rows = seen.fetch_all(&mut *transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        let is_cancelled = rows.first().map(|row| row.try_get::<i64, _>(0)).transpose().map_err(failed)?;
        Ok(is_cancelled.is_some_and(|is_cancelled| is_cancelled != 0))
    }

    /// Says what became of a job: `outcome` as JSON.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be written.
    pub async fn end_job(
        &self,
        id: &str,
        runner: &str,
        (state, outcome): (JobState, &str),
        now: UnixSeconds,
    ) -> Result<(), LedgerError> {
        let ended = query(
            "update jobs set state = $3, outcome = $4, ended_at = $5
             where id = $1 and runner = $2 and state in ('running', 'interrupted')",
        );
        let ended = ended.bind(id.to_owned()).bind(runner.to_owned()).bind(state.name()).bind(outcome.to_owned());
        self.change_jobs(ended.bind(now)).await.map(drop)
    }

    /// Calls a job off: one that waits is cancelled at once, one that runs as soon as its program looks, unless it records
    /// already. Gives false for a job that has ended.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was called off then.
    pub async fn cancel_job(&self, id: &str, now: UnixSeconds) -> Result<bool, LedgerError> {
        let cancelled = query(
            "update jobs set is_cancelled = 1, ended_at = case when state = 'waiting' then $2 else ended_at end,
                state = case when state = 'waiting' then 'cancelled' else state end
             where id = $1 and state in ('waiting', 'running')",
        );
        Ok(self.change_jobs(cancelled.bind(id.to_owned()).bind(now)).await? > 0)
    }

    /// Marks jobs as interrupted whose programs have not said since `before` that they live; gives how many.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be written.
    pub async fn interrupt_jobs(&self, before: UnixSeconds, now: UnixSeconds) -> Result<u64, LedgerError> {
        let lost =
            query("update jobs set state = 'interrupted', ended_at = $2 where state = 'running' and seen_at < $1");
        self.change_jobs(lost.bind(before).bind(now)).await
    }

    async fn change_jobs(&self, change: Query<'static, Any, AnyArguments>) -> Result<u64, LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut transaction = self.begin().await?;
        let changed = change.execute(&mut *transaction).await.map_err(failed)?.rows_affected();
        transaction.commit().await.map_err(failed)?;
        Ok(changed)
    }
}
