//! What people write in place of the letter that is drawn of a revision: one row for each version, bound by an entry of the
//! chain, as long as the month is not issued.

use serde::Serialize;
use sla_core::access::Permission;
use sla_core::evidence::sha256_hex;
use sla_core::time::{Month, UnixSeconds};
use sla_core::workflow::{MonthState, WorkflowError};
use sqlx::any::{Any, AnyRow};
use sqlx::{Error, Row, Transaction};

use crate::facts::{Fact, FactRow, Insert};
use crate::record::Work;
use crate::session::query;
use crate::{Actor, Ledger, LedgerError};

/// A version of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterVersion {
    /// Position among the versions of the revision's letter, from 1.
    pub number: u32,
    /// What the letter says.
    pub text: String,
    /// The drawn letter that it was written from.
    pub base: String,
    /// Who wrote it.
    pub actor: String,
    /// When, Unix seconds.
    pub at: UnixSeconds,
}

/// A revision whose letter is meant.
#[derive(Clone, Copy, Debug)]
pub struct LetterOf<'a> {
    /// The tenant.
    pub tenant: &'a str,
    /// The contract.
    pub contract: &'a str,
    /// The month.
    pub month: Month,
    /// The revision.
    pub revision: u32,
}

/// A version that somebody wants to add.
#[derive(Clone, Copy, Debug)]
pub struct LetterEntry<'a> {
    /// The letter.
    pub of: LetterOf<'a>,
    /// What it shall say.
    pub text: &'a str,
    /// The drawn letter that it was written from.
    pub base: &'a str,
    /// How many versions were looked at; when there are others now, nothing is done.
    pub seen: usize,
}

/// The letter of a revision, or those of all where its values are empty.
const OF: &str = "select tenant, contract, month, revision, number, text, base, actor, recorded_at from letters
    where tenant = $1 and contract = $2 and month = $3 and revision = $4
        and ($5 = '*' or ',' || $5 || ',' like '%,' || tenant || ',%')
    order by number";

impl Ledger {
    /// Every version of a revision's letter that somebody wrote, oldest first.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn letters(&self, of: &LetterOf<'_>) -> Result<Vec<LetterVersion>, LedgerError> {
        let mut transaction = self.begin().await?;
        let all = self.letters_in(&mut transaction, of).await?;
        transaction.rollback().await.map_err(|error| self.address.failed(error))?;
        Ok(all)
    }

    async fn letters_in(
        &self,
        transaction: &mut Transaction<'static, Any>,
        of: &LetterOf<'_>,
    ) -> Result<Vec<LetterVersion>, LedgerError> {
        let failed = |error| self.address.failed(error);
        let rows = query(OF)
            .bind(of.tenant.to_owned())
            .bind(of.contract.to_owned())
            .bind(of.month.to_string())
            .bind(i64::from(of.revision))
            .bind(self.seen.clone())
            .fetch_all(&mut **transaction)
            .await
            .map_err(failed)?;
        let read = |row: &AnyRow| {
            let row = LetterRow::read(row).map_err(failed)?;
            let number = u32::try_from(row.number);
            let number =
                number.map_err(|_| LedgerError::Broken { what: format!("a letter is number {}", row.number) })?;
            Ok(LetterVersion { number, text: row.text, base: row.base, actor: row.actor, at: row.recorded_at })
        };
        rows.iter().map(read).collect()
    }

    /// Adds a version of a letter, and gives all of them. `at` in Unix seconds.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was written then. [`LedgerError::Refused`] once the month is issued,
    /// [`LedgerError::Stale`] when somebody wrote another version meanwhile or the month was restated,
    /// [`LedgerError::Access`] when the ledger knows accounts and the actor may not.
    pub async fn write_letter(
        &self,
        entry: &LetterEntry<'_>,
        actor: impl Into<Actor<'_>>,
        at: UnixSeconds,
    ) -> Result<Vec<LetterVersion>, LedgerError> {
        let actor = actor.into();
        let actor = Actor { name: actor.name.trim(), ..actor };
        let LetterOf { tenant, contract, month, revision } = entry.of;
        let mut work = Work::begin(self, actor, at).await?;
        work.may_for(Permission::MonthsReview, tenant)?;
        let month = month.to_string();
        let revisions = self.statuses(&mut work.transaction, [tenant, contract, &month]).await?;
        let subject = format!("letter of {tenant}, contract {contract}, {month}, revision {revision}");
        let latest = revisions.last().map(|status| status.record.revision);
        let Some(status) = revisions.iter().find(|status| status.record.revision == revision) else {
            let known = match latest {
                Some(latest) => format!("its latest revision is {latest}"),
                None => "close the month first".to_owned(),
            };
            return Err(LedgerError::Unknown { subject, known });
        };
        if let Some(latest) = latest.filter(|latest| *latest != revision) {
            return Err(LedgerError::Stale { subject, what: format!("revision {revision} was replaced by {latest}") });
        }
        let refused = |source| LedgerError::Refused { subject: subject.clone(), source };
        if actor.name.is_empty() {
            return Err(refused(WorkflowError::NoActor { step: "write the letter" }));
        }
        if status.state == MonthState::Issued {
            return Err(refused(WorkflowError::LetterSent));
        }
        let known = self.letters_in(&mut work.transaction, &entry.of).await?;
        if known.len() != entry.seen {
            let what = format!("{} versions of it were seen, there are {}", entry.seen, known.len());
            return Err(LedgerError::Stale { subject, what });
        }
        let row = LetterRow {
            tenant: tenant.to_owned(),
            contract: contract.to_owned(),
            month,
            revision: revision.into(),
            number: known.len() as i64 + 1,
            text: entry.text.to_owned(),
            base: entry.base.to_owned(),
            actor: actor.name.to_owned(),
            recorded_at: at,
        };
        work.add(&row).await?;
        let all = self.letters_in(&mut work.transaction, &entry.of).await?;
        work.commit().await?;
        Ok(all)
    }
}

/// A version of a letter as a row.
pub(crate) struct LetterRow {
    tenant: String,
    contract: String,
    month: String,
    revision: i64,
    number: i64,
    text: String,
    base: String,
    actor: String,
    recorded_at: i64,
}

impl FactRow for LetterRow {
    const ALL: &'static str =
        "select tenant, contract, month, revision, number, text, base, actor, recorded_at from letters";

    const INSERT: &'static str =
        "insert into letters (tenant, contract, month, revision, number, text, base, actor, recorded_at)
                                  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

    fn read(row: &AnyRow) -> Result<Self, Error> {
        Ok(Self {
            tenant: row.try_get(0)?,
            contract: row.try_get(1)?,
            month: row.try_get(2)?,
            revision: row.try_get(3)?,
            number: row.try_get(4)?,
            text: row.try_get(5)?,
            base: row.try_get(6)?,
            actor: row.try_get(7)?,
            recorded_at: row.try_get(8)?,
        })
    }

    fn bind(&self, insert: Insert) -> Insert {
        insert
            .bind(self.tenant.clone())
            .bind(self.contract.clone())
            .bind(self.month.clone())
            .bind(self.revision)
            .bind(self.number)
            .bind(self.text.clone())
            .bind(self.base.clone())
            .bind(self.actor.clone())
            .bind(self.recorded_at)
    }

    fn fact(&self) -> Fact {
        #[derive(Serialize)]
        struct Payload<'a> {
            text_sha256: String,
            base_sha256: String,
            actor: &'a str,
            recorded_at: i64,
        }
        let payload = Payload {
            text_sha256: sha256_hex(self.text.as_bytes()),
            base_sha256: sha256_hex(self.base.as_bytes()),
            actor: &self.actor,
            recorded_at: self.recorded_at,
        };
        let Self { tenant, contract, month, revision, number, .. } = self;
        Fact::new("letter.written", format!("letter/{tenant}/{contract}/{month}/{revision}/{number}"), &payload)
    }
}
