//! The ledger: contract versions, month revisions and credits on PostgreSQL or SQLite, every fact bound by an entry of a
//! SHA-256 chain that is written in the same transaction.
//!
//! Read it in this order: an address becomes a [`Ledger`] (`open`, `migrate`) that speaks in transactions (`session`), rows
//! become facts that can be hashed (`facts`), accounts say who may write (`access`), a close is recorded (`record`), people
//! review, approve and issue it (`workflow`) and write its letter (`letters`), enter documents of the catalogue and decide about them (`catalogue`), change templates (`templates`); long work
//! waits its turn (`jobs`), lists tell where everything is (`overview`), the whole is walked again (`verify`) and taken elsewhere (`copy`).
//!
//! What does not live here: no rule of a contract, no clock (times are arguments), no document.
//!
//! Invariants:
//! - One SQL text for both engines; only migrations and the settings of a connection differ.
//! - A fact is written once. The same month again adds nothing; other figures add a revision.
//! - Writers follow one another: each takes the chain's head first. No session state is needed, no statement has a name and
//!   all happens in transactions, so a pooler in front of PostgreSQL may hand each of them to another session.

mod access;
mod address;
mod catalogue;
mod chain;
mod copy;
mod documents;
mod error;
mod facts;
mod grant;
mod jobs;
mod letters;
mod lookup;
mod migrate;
mod open;
mod overview;
mod record;
mod replies;
mod session;
mod templates;
mod verify;
mod workflow;

use std::collections::BTreeMap;

use sla_core::access::TenantScope;
use sla_core::record::MonthRecord;
use sla_core::time::Month;
use sqlx::any::{Any, AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Row, Transaction};

pub use access::{AccessDocument, Attempt, KnownTotp, OpenIdRequest, SignIn, SignInWay, Versioned};
pub use catalogue::{DecisionRequest, DecisionTaken, DocumentEntry, DocumentVersion, StoredCatalogue};
pub use error::LedgerError;
pub use jobs::{Job, JobStep, JobsRequest, NewJob, SeriesStep};
pub use letters::{LetterEntry, LetterOf, LetterVersion};
pub use lookup::{AuditEntry, AuditRequest, Described, Found, TenantSort, TenantsRequest};
pub use open::LedgerState;
pub use overview::{
    CreditSummary, CreditTotals, CurrencySum, ListRequest, MonthGroup, MonthSummary, MonthTrend, Place, Sort, Waiting,
    Which,
};
pub use record::{CloseEntry, ContractDocument};
pub use replies::Known;
pub use templates::{TemplateChange, TemplateEntry};
pub use workflow::{CreditStatus, MonthStatus, StepRequest, StepTaken};

use address::{Address, Engine};
use session::{Attempts, Sessions, query};

/// An open ledger, as somebody sees it.
#[derive(Clone, Debug)]
pub struct Ledger {
    sessions: Sessions,
    address: Address,
    /// The tenants that whoever asks may see, as the database is told: `*` for all, else their names with commas.
    seen: String,
}

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor<'a> {
    /// Their name as the chain binds it; that of an account where the ledger knows accounts.
    pub name: &'a str,
    /// From where, such as an address in the network; empty where it is not known.
    pub origin: &'a str,
}

impl<'a> From<&'a str> for Actor<'a> {
    fn from(name: &'a str) -> Self {
        Self { name, origin: "" }
    }
}

/// What recording a month would do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedRevision {
    /// The revision that the month has, or would get.
    pub revision: u32,
    /// Whether the ledger holds that very month already.
    pub unchanged: bool,
}

/// What recording a month did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The month's revision.
    pub revision: u32,
    /// Whether the ledger held that very month already, and nothing was added.
    pub unchanged: bool,
}

/// A ledger whose chain is sound and whose facts are the ones that the chain tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Entries of the chain.
    pub entries: i64,
    /// Hash of the last entry.
    pub head: String,
}

/// What a transaction is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begin {
    Plain,
    Snapshot,
    ToWrite,
}

/// Writes the chain's head and changes nothing: whoever comes next waits here, on both engines.
const TAKE_HEAD: &str = "update audit_head set entries = entries where id = 1";

/// Who sees every tenant.
const ALL_TENANTS: &str = "*";

impl Ledger {
    /// The latest revision of every tenant's month, by tenant and contract.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn latest(&self, month: Month) -> Result<Vec<MonthRecord>, LedgerError> {
        self.read(
            "select record from month_revisions as this where month = $1 and revision = (
                 select max(revision) from month_revisions as other
                 where other.tenant = this.tenant and other.contract = this.contract and other.month = this.month
             ) order by tenant, contract",
            month,
        )
        .await
    }

    /// Every piece of evidence that the ledger names, by the SHA-256 of its file, and the first month that rests on it;
    /// months that were restated since count, too.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn evidence(&self) -> Result<BTreeMap<String, String>, LedgerError> {
        let records = self
            .records(query("select record from month_revisions order by tenant, contract, month, revision"))
            .await?;
        let mut evidence = BTreeMap::new();
        for record in &records {
            for one in &record.evidence {
                evidence.entry(one.sha256.clone()).or_insert_with(|| {
                    let MonthRecord { tenant, month, revision, contract, .. } = record;
                    format!("{tenant}, contract {}, {month}, revision {revision}", contract.id)
                });
            }
        }
        Ok(evidence)
    }

    /// Records that a query of one month selects.
    async fn read(&self, sql: &'static str, month: Month) -> Result<Vec<MonthRecord>, LedgerError> {
        self.records(query(sql).bind(month.to_string())).await
    }

    /// Records that a query selects.
    async fn records(&self, query: Query<'static, Any, AnyArguments>) -> Result<Vec<MonthRecord>, LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut transaction = self.begin().await?;
        let rows = query.fetch_all(&mut *transaction).await.map_err(failed)?;
        transaction.rollback().await.map_err(failed)?;
        let read = |row: &AnyRow| {
            let text: String = row.try_get(0).map_err(failed)?;
            serde_json::from_str(&text)
                .map_err(|error| LedgerError::Broken { what: format!("a record cannot be read: {error}") })
        };
        rows.iter().map(read).collect()
    }

    /// The same ledger as somebody sees it to whom these tenants are assigned.
    #[must_use]
    pub fn seen_by(&self, tenants: &TenantScope) -> Self {
        let seen = match tenants {
            TenantScope::All => ALL_TENANTS.to_owned(),
            TenantScope::Only(tenants) => tenants.iter().map(String::as_str).collect::<Vec<_>>().join(","),
        };
        Self { seen, ..self.clone() }
    }

    /// A transaction; nothing is said to the engine outside of one.
    async fn begin(&self) -> Result<Transaction<'static, Any>, LedgerError> {
        self.begun(Begin::Plain).await
    }

    /// A transaction that sees one instant: what others record meanwhile is seen whole or not at all.
    async fn snapshot(&self) -> Result<Transaction<'static, Any>, LedgerError> {
        self.begun(Begin::Snapshot).await
    }

    /// A transaction that holds the chain's head: whoever comes next waits for its end.
    async fn begin_to_write(&self) -> Result<Transaction<'static, Any>, LedgerError> {
        self.begun(Begin::ToWrite).await
    }

    /// Until something is written or read, all may be tried again on another connection: a server was restarted, sleeps or
    /// hands over to its standby.
    async fn begun(&self, how: Begin) -> Result<Transaction<'static, Any>, LedgerError> {
        let mut attempts = Attempts::new();
        loop {
            match self.begun_once(how).await {
                Ok(transaction) => return Ok(transaction),
                Err(error) => attempts.after(error).await.map_err(|error| self.address.failed(error))?,
            }
        }
    }

    async fn begun_once(&self, how: Begin) -> Result<Transaction<'static, Any>, sqlx::Error> {
        let mut transaction = self.sessions.begin().await?;
        if self.address.engine == Engine::Postgres {
            if how == Begin::Snapshot {
                let only_read = query("set transaction isolation level repeatable read, read only");
                only_read.execute(&mut *transaction).await?;
            }
            // Which tenants may be seen, for this transaction; row security goes by that.
            let tell = query("select set_config('sla.tenants', $1, true)").bind(self.seen.clone());
            tell.fetch_one(&mut *transaction).await?;
        }
        if how == Begin::ToWrite {
            query(TAKE_HEAD).execute(&mut *transaction).await?;
        }
        Ok(transaction)
    }

    /// Closes every connection.
    pub async fn close(self) {
        self.sessions.close().await;
    }
}
