//! Recording a close: all of it in one transaction, or nothing.

use std::collections::BTreeMap;

use sla_core::access::{Permission, TenantScope};
use sla_core::audit::Entry;
use sla_core::evidence::sha256_hex;
use sla_core::record::{MonthRecord, RecordPromise};
use sla_core::time::UnixSeconds;
use sqlx::any::{Any, AnyRow};
use sqlx::{Error, Row, Transaction};

use crate::access::Standing;
use crate::chain;
use crate::facts::{ContractVersion, Credit, Fact, FactRow, MonthRevision, TenantVersion};
use crate::session::{is_lost, query};
use crate::{Actor, Ledger, LedgerError, PlannedRevision, Recorded};

/// A month that is to be recorded. Its `record.revision` is the revision that it is expected to get.
#[derive(Clone, Debug)]
pub struct CloseEntry {
    /// The month.
    pub record: MonthRecord,
    /// Every version of the contract that judged a part of it, oldest first, as canonical JSON. The SHA-256 of the one
    /// that the record names is `record.contract.sha256`.
    pub contracts: Vec<ContractDocument>,
    /// The tenant, as canonical JSON.
    pub tenant_json: String,
}

/// A version of a contract, as canonical JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractDocument {
    /// The version, 1 or more.
    pub version: u32,
    /// Its content.
    pub json: String,
}

/// The latest revision of a month: its number and its digest.
type Latest = Option<(i64, String)>;

const LATEST: &str = "select revision, digest from month_revisions
                      where tenant = $1 and contract = $2 and month = $3 order by revision desc limit 1";

impl Ledger {
    /// What recording this month would do now; `record.revision` does not matter.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn plan(&self, record: &MonthRecord) -> Result<PlannedRevision, LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut transaction = self.begin().await?;
        let row = query(LATEST)
            .bind(&record.tenant)
            .bind(&record.contract.id)
            .bind(record.month.to_string())
            .fetch_optional(&mut *transaction)
            .await
            .map_err(failed)?;
        transaction.rollback().await.map_err(failed)?;
        let latest = row.map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).transpose().map_err(failed)?;
        Ok(planned(&latest, &record.digest()))
    }

    /// Records a close: tenants, contract versions, month revisions, credits as drafts and the audit entries of all of
    /// them, in one transaction. A month that the ledger holds already adds nothing. `at` in Unix seconds.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was recorded then. [`LedgerError::Conflict`] when a month would get another revision
    /// than expected, [`LedgerError::ContractChanged`] when a contract version is on record with another content,
    /// [`LedgerError::Access`] when the ledger knows accounts and the actor may not close the month.
    pub async fn record(
        &self,
        batch: &[CloseEntry],
        actor: impl Into<Actor<'_>>,
        at: UnixSeconds,
    ) -> Result<Vec<Recorded>, LedgerError> {
        let mut work = Work::begin(self, actor.into(), at).await?;
        let mut recorded = Vec::with_capacity(batch.len());
        for entry in batch {
            work.may_for(Permission::MonthsClose, &entry.record.tenant)?;
            recorded.push(work.entry(entry).await?);
        }
        work.commit().await?;
        Ok(recorded)
    }
}

impl Ledger {
    /// What became of a commit whose answer was lost, by the entry that it would have made the last one. Its hash binds all
    /// that it tells of and every entry before it, so no other commit can have made the same.
    pub(crate) async fn look_for(&self, sequence: i64, hash: &str, lost: Error) -> Result<(), LedgerError> {
        let lost = self.address.failed(lost);
        // Taking the head waits for whoever holds it: the session whose answer was lost may be at work still.
        let found = async {
            // Whoever asks sees some tenants' entries only; whether this one is there is another question.
            let whole = self.seen_by(&TenantScope::All);
            let mut transaction = whole.begin_to_write().await?;
            let row = query("select hash from audit_entries where sequence = $1")
                .bind(sequence)
                .fetch_optional(&mut *transaction)
                .await
                .and_then(|row| row.map(|row| row.try_get::<String, _>(0)).transpose())
                .map_err(|error| self.address.failed(error))?;
            // Nothing was changed, so it does not matter how this one ends.
            let _ = transaction.rollback().await;
            Ok::<_, LedgerError>(row)
        };
        match found.await {
            Ok(Some(found)) if found == hash => Ok(()),
            Ok(_) => Err(lost),
            Err(_) => Err(LedgerError::OutcomeUnknown { ledger: self.address.shown.clone(), reason: lost.to_string() }),
        }
    }
}

fn planned(latest: &Latest, digest: &str) -> PlannedRevision {
    let number = |revision: i64| u32::try_from(revision).expect("revisions are counted one by one");
    match latest {
        Some((revision, known)) if known == digest => PlannedRevision { revision: number(*revision), unchanged: true },
        Some((revision, _)) => PlannedRevision { revision: number(revision + 1), unchanged: false },
        None => PlannedRevision { revision: 1, unchanged: false },
    }
}

/// A transaction that holds the chain's head.
pub(crate) struct Work<'a> {
    pub(crate) ledger: &'a Ledger,
    pub(crate) transaction: Transaction<'static, Any>,
    pub(crate) actor: Actor<'a>,
    pub(crate) standing: Standing,
    pub(crate) at: UnixSeconds,
    entries: i64,
    head: String,
    appended: bool,
}

impl<'a> Work<'a> {
    pub(crate) async fn begin(ledger: &'a Ledger, actor: Actor<'a>, at: UnixSeconds) -> Result<Self, LedgerError> {
        let failed = |error| ledger.address.failed(error);
        let mut transaction = ledger.begin_to_write().await?;
        let row = query("select entries, hash from audit_head where id = 1")
            .fetch_optional(&mut *transaction)
            .await
            .map_err(failed)?;
        let row = row.ok_or_else(|| LedgerError::Broken { what: "the head of the audit chain is gone".to_owned() })?;
        let (entries, head) = row.try_get(0).and_then(|entries| Ok((entries, row.try_get(1)?))).map_err(failed)?;
        let standing = Standing::of(ledger, &mut transaction, actor.name).await?;
        Ok(Self { ledger, transaction, actor, standing, at, entries, head, appended: false })
    }

    pub(crate) async fn commit(mut self) -> Result<(), LedgerError> {
        let failed = |error| self.ledger.address.failed(error);
        if !self.appended {
            return self.transaction.rollback().await.map_err(failed);
        }
        query("update audit_head set entries = $1, hash = $2 where id = 1")
            .bind(self.entries)
            .bind(&self.head)
            .execute(&mut *self.transaction)
            .await
            .map_err(failed)?;
        match self.transaction.commit().await {
            Err(error) if is_lost(&error) => self.ledger.look_for(self.entries, &self.head, error).await,
            done => done.map_err(failed),
        }
    }

    pub(crate) fn failed(&self, error: Error) -> LedgerError {
        self.ledger.address.failed(error)
    }

    async fn entry(&mut self, entry: &CloseEntry) -> Result<Recorded, LedgerError> {
        let record = &entry.record;
        let digest = record.digest();
        let row = query(LATEST)
            .bind(&record.tenant)
            .bind(&record.contract.id)
            .bind(record.month.to_string())
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(|error| self.failed(error))?;
        let latest = row.map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).transpose();
        let PlannedRevision { revision, unchanged } = planned(&latest.map_err(|error| self.failed(error))?, &digest);
        let month = MonthRevision {
            tenant: record.tenant.clone(),
            contract: record.contract.id.clone(),
            month: record.month.to_string(),
            revision: revision.into(),
            contract_version: record.contract.version.into(),
            digest,
            record: record.to_json(),
            recorded_at: self.at,
        };
        // One that is known, but was closed meanwhile at another head of the chain, has other documents.
        if revision != record.revision || (unchanged && !self.is_recorded(&month).await?) {
            return Err(LedgerError::Conflict { subject: month.subject() });
        }
        let mut new = Vec::new();
        for contract in &entry.contracts {
            // A month that is known already is refused as well: its report would be drawn from another contract.
            if !self.is_known(&record.contract.id, contract).await? {
                new.push(contract);
            }
        }
        if !unchanged {
            self.tenant(&record.tenant, &entry.tenant_json).await?;
            for contract in new {
                self.contract(record, contract).await?;
            }
            self.add(&month).await?;
            self.credits(record, &month).await?;
            self.note(&record.tenant, &record.contract.id, &month.month).await?;
        }
        Ok(Recorded { revision, unchanged })
    }

    /// Whether a revision is on record word for word.
    async fn is_recorded(&mut self, month: &MonthRevision) -> Result<bool, LedgerError> {
        let row = query(
            "select record from month_revisions where tenant = $1 and contract = $2 and month = $3 and revision = $4",
        )
        .bind(&month.tenant)
        .bind(&month.contract)
        .bind(&month.month)
        .bind(month.revision)
        .fetch_optional(&mut *self.transaction)
        .await
        .and_then(|row| row.map(|row| row.try_get::<String, _>(0)).transpose())
        .map_err(|error| self.failed(error))?;
        Ok(row.is_some_and(|record| record == month.record))
    }

    /// Writes what lists say of a month anew.
    pub(crate) async fn note(&mut self, tenant: &str, contract: &str, month: &str) -> Result<(), LedgerError> {
        let revisions = self.ledger.statuses(&mut self.transaction, [tenant, contract, month]).await?;
        self.ledger.note_month(&mut self.transaction, &revisions).await
    }

    async fn tenant(&mut self, tenant: &str, document: &str) -> Result<(), LedgerError> {
        let latest =
            query("select version, document from tenant_versions where tenant = $1 order by version desc limit 1")
                .bind(tenant)
                .fetch_optional(&mut *self.transaction)
                .await
                .and_then(|row| {
                    row.map(|row| Ok((row.try_get::<i64, _>(0)?, row.try_get::<String, _>(1)?))).transpose()
                })
                .map_err(|error| self.failed(error))?;
        let version = match latest {
            Some((_, known)) if known == document => return Ok(()),
            Some((version, _)) => version + 1,
            None => 1,
        };
        let (tenant, document) = (tenant.to_owned(), document.to_owned());
        let row = TenantVersion { tenant, version, document, recorded_at: self.at };
        self.add(&row).await
    }

    /// Whether a contract version is on record; it must be there with that content then.
    async fn is_known(&mut self, id: &str, contract: &ContractDocument) -> Result<bool, LedgerError> {
        let row = query("select document from contract_versions where contract = $1 and version = $2")
            .bind(id)
            .bind(i64::from(contract.version))
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(|error| self.failed(error))?;
        let known = row.map(|row| row.try_get::<String, _>(0)).transpose().map_err(|error| self.failed(error))?;
        match known {
            Some(known) if known == contract.json => Ok(true),
            Some(known) => Err(LedgerError::ContractChanged {
                contract: id.to_owned(),
                version: contract.version,
                recorded: sha256_hex(known.as_bytes()),
                found: sha256_hex(contract.json.as_bytes()),
            }),
            None => Ok(false),
        }
    }

    async fn contract(&mut self, record: &MonthRecord, contract: &ContractDocument) -> Result<(), LedgerError> {
        let row = ContractVersion {
            contract: record.contract.id.clone(),
            version: contract.version.into(),
            tenant: record.tenant.clone(),
            document: contract.json.clone(),
            recorded_at: self.at,
        };
        self.add(&row).await
    }

    /// What is issued of a month, by commitment, over all its revisions: what was given less what was taken back, in minor
    /// units. What comes to nothing is left out.
    pub(crate) async fn issued(&mut self, month: &MonthRevision) -> Result<BTreeMap<String, i64>, LedgerError> {
        let rows = query(
            "select commitment, cast(sum(amount_minor) as bigint) from steps
             where tenant = $1 and contract = $2 and month = $3 and commitment <> '' and step in ('issue', 'reverse')
             group by commitment order by commitment",
        )
        .bind(&month.tenant)
        .bind(&month.contract)
        .bind(&month.month)
        .fetch_all(&mut *self.transaction)
        .await
        .map_err(|error| self.failed(error))?;
        let read = |row: &AnyRow| Ok((row.try_get::<String, _>(0)?, row.try_get::<i64, _>(1)?));
        let sums: Vec<(String, i64)> =
            rows.iter().map(read).collect::<Result<_, _>>().map_err(|error| self.failed(error))?;
        Ok(sums.into_iter().filter(|(_, minor)| *minor != 0).collect())
    }

    /// A draft for every commitment that owes something, or may.
    async fn credits(&mut self, record: &MonthRecord, month: &MonthRevision) -> Result<(), LedgerError> {
        let owed = record.promises().filter(|promise| promise.credit.high_minor > 0);
        let key = |promise: RecordPromise<'_>| promise.key(record.contract.version);
        let mut drafts: Vec<(String, i64, i64)> =
            owed.map(|promise| (key(promise), promise.credit.low_minor, promise.credit.high_minor)).collect();
        // What was issued of an earlier revision and is owed no more is to be taken back: a draft of nothing says so.
        for commitment in self.issued(month).await?.into_keys() {
            if !drafts.iter().any(|(owed, ..)| *owed == commitment) {
                drafts.push((commitment, 0, 0));
            }
        }
        for (commitment, low_minor, high_minor) in drafts {
            let row = Credit {
                tenant: month.tenant.clone(),
                contract: month.contract.clone(),
                month: month.month.clone(),
                revision: month.revision,
                commitment,
                currency: record.credit_total.currency.clone(),
                low_minor,
                high_minor,
                state: "draft".to_owned(),
            };
            self.add(&row).await?;
        }
        Ok(())
    }

    /// Adds a row and the entry that tells of it.
    pub(crate) async fn add<T: FactRow>(&mut self, row: &T) -> Result<(), LedgerError> {
        let insert = row.bind(query(T::INSERT));
        insert.execute(&mut *self.transaction).await.map_err(|error| self.failed(error))?;
        self.append(&row.fact()).await
    }

    /// Adds an entry at the chain's head.
    async fn append(&mut self, fact: &Fact) -> Result<(), LedgerError> {
        let entry = Entry {
            sequence: self.entries + 1,
            at: self.at,
            actor: self.actor.name.to_owned(),
            origin: self.actor.origin.to_owned(),
            action: fact.action.to_owned(),
            subject: fact.subject.clone(),
            payload: fact.payload.clone(),
            previous_hash: self.head.clone(),
        };
        let hash = entry.hash();
        let insert = chain::insert(&entry, &hash);
        insert.execute(&mut *self.transaction).await.map_err(|error| self.failed(error))?;
        (self.entries, self.head, self.appended) = (entry.sequence, hash, true);
        Ok(())
    }
}
