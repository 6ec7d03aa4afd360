//! The ledger: contract versions, month revisions and credits on PostgreSQL or SQLite, every fact bound by an entry of a
//! SHA-256 chain that is written in the same transaction.
//!
//! Read it in this order: an address becomes a [`Ledger`] (`open`), rows become facts that can be hashed (`facts`), a
//! close is recorded (`record`) and the whole is walked again (`verify`).
//!
//! What does not live here: no rule of a contract, no clock (times are arguments), no document.
//!
//! Invariants:
//! - One SQL text for both engines; only migrations and the settings of a connection differ.
//! - A fact is written once. The same month again adds nothing; other figures add a revision.
//! - Writers follow one another: each takes the chain's head first. No session state is needed, so a pooler in front of
//!   PostgreSQL may hand every transaction to another session.

mod address;
mod error;
mod facts;
mod open;
mod record;
mod verify;

use sla_core::record::MonthRecord;
use sla_core::time::Month;
use sqlx::AnyPool;

pub use error::LedgerError;
pub use record::CloseEntry;

use address::Address;

/// An open ledger.
#[derive(Debug)]
pub struct Ledger {
    pool: AnyPool,
    address: Address,
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

    /// The latest revision of every month before one, by tenant, contract and month: what caps, factors and rights of
    /// that month look back on.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn before(&self, month: Month) -> Result<Vec<MonthRecord>, LedgerError> {
        self.read(
            "select record from month_revisions as this where month < $1 and revision = (
                 select max(revision) from month_revisions as other
                 where other.tenant = this.tenant and other.contract = this.contract and other.month = this.month
             ) order by tenant, contract, month",
            month,
        )
        .await
    }

    /// Records that a query of one month selects.
    async fn read(&self, query: &'static str, month: Month) -> Result<Vec<MonthRecord>, LedgerError> {
        let records = sqlx::query_scalar::<_, String>(query).bind(month.to_string()).fetch_all(&self.pool).await;
        let records = records.map_err(|error| self.address.failed(error))?;
        let read = |text: String| {
            serde_json::from_str(&text)
                .map_err(|error| LedgerError::Broken { what: format!("a record cannot be read: {error}") })
        };
        records.into_iter().map(read).collect()
    }

    /// Closes every connection.
    pub async fn close(self) {
        self.pool.close().await;
    }
}
