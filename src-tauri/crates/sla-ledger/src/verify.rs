//! Walking the ledger again: the chain from its first entry, and every fact against what the chain says of it.

use std::collections::BTreeMap;

use sla_core::audit::{Anchor, Entry, Walk};
use sqlx::any::{Any, AnyRow};
use sqlx::{Row, Transaction};

use crate::access::{AccessVersion, SignInRow};
use crate::catalogue::{DecisionRow, DocumentRow};
use crate::chain;
use crate::facts::{ContractVersion, Credit, FactRow, MonthRevision, StepRow, TenantVersion};
use crate::letters::LetterRow;
use crate::session::query;
use crate::templates::TemplateRow;
use crate::{Ledger, LedgerError, Verified};

/// Entries that are read at once.
const PAGE_ENTRIES: i64 = 1_000;

/// What the chain says of a subject.
struct Told {
    sequence: i64,
    action: String,
    payload: String,
}

/// A fact that is not as the chain tells it; the one whose entry comes first is named, whatever table it stands in.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Wrong {
    /// The entry that tells of it; after all of them when none does.
    sequence: i64,
    what: String,
}

impl Ledger {
    /// Walks the chain and compares it with the facts, both ways: what was changed, deleted or put in outside the
    /// program is named.
    ///
    /// # Errors
    /// [`LedgerError::Broken`] names the first thing that is wrong.
    pub async fn verify(&self) -> Result<Verified, LedgerError> {
        let mut transaction = self.snapshot().await?;
        let verified = self.verify_in(&mut transaction).await?;
        transaction.rollback().await.map_err(|error| self.address.failed(error))?;
        Ok(verified)
    }

    /// Where the chain ends now; nothing is checked.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn head(&self) -> Result<Anchor, LedgerError> {
        let row = self.rows(query("select entries, hash from audit_head where id = 1")).await?;
        let read = |row: &AnyRow| Ok(Anchor { entries: row.try_get(0)?, hash: row.try_get(1)? });
        let gone = || broken("the head of the audit chain is gone".to_owned());
        row.first().ok_or_else(gone).and_then(|row| read(row).map_err(|error| self.address.failed(error)))
    }

    /// Whether the chain still holds a head that was noted earlier.
    ///
    /// # Errors
    /// [`LedgerError::Broken`] when its entry is gone or another one.
    pub async fn holds(&self, anchor: &Anchor) -> Result<(), LedgerError> {
        let found = match anchor.entries {
            0 => Some(sla_core::audit::GENESIS.to_owned()),
            entries => {
                let rows = self.rows(query("select hash from audit_entries where sequence = $1").bind(entries)).await?;
                rows.first().map(|row| row.try_get(0)).transpose().map_err(|error| self.address.failed(error))?
            }
        };
        match found {
            Some(hash) if hash == anchor.hash => Ok(()),
            Some(_) => Err(broken(format!("entry {} is another one than when its hash was noted", anchor.entries))),
            None => Err(broken(format!("entry {} is gone, which was there when its hash was noted", anchor.entries))),
        }
    }

    /// The same in a transaction.
    pub(crate) async fn verify_in(&self, transaction: &mut Transaction<'static, Any>) -> Result<Verified, LedgerError> {
        let (verified, mut told) = self.chain(transaction).await?;
        let mut wrong = self.facts::<TenantVersion>(transaction, &mut told).await?;
        wrong.extend(self.facts::<ContractVersion>(transaction, &mut told).await?);
        wrong.extend(self.facts::<MonthRevision>(transaction, &mut told).await?);
        wrong.extend(self.facts::<Credit>(transaction, &mut told).await?);
        wrong.extend(self.facts::<StepRow>(transaction, &mut told).await?);
        wrong.extend(self.facts::<LetterRow>(transaction, &mut told).await?);
        wrong.extend(self.facts::<AccessVersion>(transaction, &mut told).await?);
        wrong.extend(self.facts::<SignInRow>(transaction, &mut told).await?);
        wrong.extend(self.facts::<DocumentRow>(transaction, &mut told).await?);
        wrong.extend(self.facts::<DecisionRow>(transaction, &mut told).await?);
        wrong.extend(self.facts::<TemplateRow>(transaction, &mut told).await?);
        wrong.extend(told.into_iter().map(|(subject, Told { sequence, .. })| Wrong {
            sequence,
            what: format!("{subject} is gone, of which entry {sequence} tells"),
        }));
        if let Some(Wrong { what, .. }) = wrong.into_iter().min() {
            return Err(broken(what));
        }
        match self.wrong_overview(transaction).await? {
            None => Ok(verified),
            Some(what) => Err(broken(format!("{what} does not follow from the facts"))),
        }
    }

    async fn chain(
        &self,
        transaction: &mut Transaction<'static, Any>,
    ) -> Result<(Verified, BTreeMap<String, Told>), LedgerError> {
        let failed = |error| self.address.failed(error);
        let (mut walk, mut told) = (Walk::default(), BTreeMap::new());
        // From the least number there is: an entry before the first was put in.
        let mut next = i64::MIN;
        loop {
            let page = query(
                "select sequence, at, actor, origin, action, subject, payload, previous_hash, hash from audit_entries
                 where sequence >= $1 order by sequence limit $2",
            )
            .bind(next)
            .bind(PAGE_ENTRIES)
            .fetch_all(&mut **transaction)
            .await
            .map_err(failed)?;
            for row in &page {
                let (entry, hash) = chain::read(row).map_err(failed)?;
                walk.step(&entry, &hash).map_err(|error| broken(error.to_string()))?;
                let Entry { sequence, action, subject, payload, .. } = entry;
                told.insert(subject, Told { sequence, action, payload });
            }
            if page.is_empty() {
                break;
            }
            next = walk.checked() + 1;
        }
        let head = query("select entries, hash from audit_head where id = 1")
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

    /// Compares a table with the chain, and gives what is wrong; what the chain tells of it is taken out of `told`.
    async fn facts<T: FactRow>(
        &self,
        transaction: &mut Transaction<'static, Any>,
        told: &mut BTreeMap<String, Told>,
    ) -> Result<Vec<Wrong>, LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut wrong = Vec::new();
        for row in query(T::ALL).fetch_all(&mut **transaction).await.map_err(failed)? {
            let fact = T::read(&row).map_err(failed)?.fact();
            match told.remove(&fact.subject) {
                None => wrong.push(Wrong {
                    sequence: i64::MAX,
                    what: format!("{} was put in: no entry of the chain tells of it", fact.subject),
                }),
                Some(told) if told.payload != fact.payload || told.action != fact.action => wrong.push(Wrong {
                    sequence: told.sequence,
                    what: format!("{} was changed after entry {} told of it", fact.subject, told.sequence),
                }),
                Some(_) => {}
            }
        }
        Ok(wrong)
    }
}

fn broken(what: String) -> LedgerError {
    LedgerError::Broken { what }
}
