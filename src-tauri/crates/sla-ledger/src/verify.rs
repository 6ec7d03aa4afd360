//! Walking the ledger again: the chain from its first entry, and every fact against what the chain says of it.

use std::collections::BTreeMap;

use sla_core::audit::{Entry, Walk};
use sqlx::any::Any;
use sqlx::{Row, Transaction};

use crate::address::Engine;
use crate::facts::{ContractVersion, Credit, MonthRevision, Recorded, TenantVersion};
use crate::{Ledger, LedgerError, Verified};

/// Entries that are read at once.
const PAGE_ENTRIES: i64 = 1_000;

/// What the chain says of a subject.
struct Told {
    sequence: i64,
    action: String,
    payload: String,
}

impl Ledger {
    /// Walks the chain and compares it with the facts, both ways: what was changed, deleted or put in outside the
    /// program is named.
    ///
    /// # Errors
    /// [`LedgerError::Broken`] names the first thing that is wrong.
    pub async fn verify(&self) -> Result<Verified, LedgerError> {
        let failed = |error| self.address.failed(error);
        // One snapshot: a close that is recorded meanwhile is seen whole or not at all.
        let mut transaction = self.pool.begin().await.map_err(failed)?;
        if self.address.engine == Engine::Postgres {
            sqlx::query("set transaction isolation level repeatable read, read only")
                .execute(&mut *transaction)
                .await
                .map_err(failed)?;
        }
        let (verified, mut told) = self.chain(&mut transaction).await?;
        self.facts::<TenantVersion>(&mut transaction, &mut told).await?;
        self.facts::<ContractVersion>(&mut transaction, &mut told).await?;
        self.facts::<MonthRevision>(&mut transaction, &mut told).await?;
        self.facts::<Credit>(&mut transaction, &mut told).await?;
        transaction.rollback().await.map_err(failed)?;
        match told.into_iter().min_by_key(|(_, told)| told.sequence) {
            None => Ok(verified),
            Some((subject, Told { sequence, .. })) => {
                Err(broken(format!("{subject} is gone, of which entry {sequence} tells")))
            }
        }
    }

    async fn chain(
        &self,
        transaction: &mut Transaction<'static, Any>,
    ) -> Result<(Verified, BTreeMap<String, Told>), LedgerError> {
        let failed = |error| self.address.failed(error);
        let (mut walk, mut told) = (Walk::default(), BTreeMap::new());
        loop {
            let page = sqlx::query(
                "select sequence, at, actor, action, subject, payload, previous_hash, hash from audit_entries
                 where sequence > $1 order by sequence limit $2",
            )
            .bind(walk.checked())
            .bind(PAGE_ENTRIES)
            .fetch_all(&mut **transaction)
            .await
            .map_err(failed)?;
            for row in &page {
                let (entry, hash) = entry(row).map_err(failed)?;
                walk.step(&entry, &hash).map_err(|error| broken(error.to_string()))?;
                let Entry { sequence, action, subject, payload, .. } = entry;
                told.insert(subject, Told { sequence, action, payload });
            }
            if page.is_empty() {
                break;
            }
        }
        let head = sqlx::query("select entries, hash from audit_head where id = 1")
            .fetch_optional(&mut **transaction)
            .await
            .and_then(|row| row.map(|row| Ok((row.try_get::<i64, _>(0)?, row.try_get::<String, _>(1)?))).transpose())
            .map_err(failed)?;
        match head {
            Some((entries, hash)) if entries == walk.checked() && hash == walk.head() => {
                Ok((Verified { entries, head: hash }, told))
            }
            Some((entries, _)) if entries > walk.checked() => Err(broken(format!(
                "entry {} and what follows are gone: the chain ends after entry {}, its head says {entries}",
                walk.checked() + 1,
                walk.checked()
            ))),
            Some((entries, _)) => Err(broken(format!(
                "the chain has {} entries, its head says {entries}: the head was changed, or entries were put in",
                walk.checked()
            ))),
            None => Err(broken("the head of the audit chain is gone".to_owned())),
        }
    }

    /// Compares a table with the chain; what the chain tells of it is taken out of `told`.
    async fn facts<T: Recorded>(
        &self,
        transaction: &mut Transaction<'static, Any>,
        told: &mut BTreeMap<String, Told>,
    ) -> Result<(), LedgerError> {
        let failed = |error| self.address.failed(error);
        for row in sqlx::query(T::ALL).fetch_all(&mut **transaction).await.map_err(failed)? {
            let fact = T::read(&row).map_err(failed)?.fact();
            match told.remove(&fact.subject) {
                None => return Err(broken(format!("{} was put in: no entry of the chain tells of it", fact.subject))),
                Some(told) if told.payload != fact.payload || told.action != fact.action => {
                    return Err(broken(format!(
                        "{} was changed after entry {} told of it",
                        fact.subject, told.sequence
                    )));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

fn broken(what: String) -> LedgerError {
    LedgerError::Broken { what }
}

fn entry(row: &sqlx::any::AnyRow) -> Result<(Entry, String), sqlx::Error> {
    let entry = Entry {
        sequence: row.try_get(0)?,
        at: row.try_get(1)?,
        actor: row.try_get(2)?,
        action: row.try_get(3)?,
        subject: row.try_get(4)?,
        payload: row.try_get(5)?,
        previous_hash: row.try_get(6)?,
    };
    Ok((entry, row.try_get(7)?))
}
