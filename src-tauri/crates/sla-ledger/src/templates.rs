//! Who changed a template when: one row for each change, bound by an entry of the chain. What the files say is not here.

use serde::Serialize;
use sla_core::access::Permission;
use sla_core::time::UnixSeconds;
use sqlx::any::{Any, AnyRow};
use sqlx::{Error, Row, Transaction};

use crate::facts::{Fact, FactRow, Insert};
use crate::record::Work;
use crate::session::query;
use crate::{Actor, Ledger, LedgerError};

/// A change of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateChange {
    /// The file's name inside the folder of templates.
    pub file: String,
    /// Position among the changes of the file, from 1.
    pub number: u32,
    /// SHA-256 of what the file said; `None` where it was the one that comes with the program, or there was none.
    pub before_sha256: Option<String>,
    /// SHA-256 of what it says since; `None` where it is the one that comes with the program again, or is gone.
    pub after_sha256: Option<String>,
    /// Who changed it.
    pub actor: String,
    /// When, Unix seconds.
    pub at: UnixSeconds,
}

/// A change that is to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct TemplateEntry<'a> {
    /// The file's name inside the folder of templates.
    pub file: &'a str,
    /// The tenant whose documents alone have it; `None` where it concerns all.
    pub tenant: Option<&'a str>,
    /// SHA-256 of what the file says before.
    pub before_sha256: Option<&'a str>,
    /// SHA-256 of what it will say.
    pub after_sha256: Option<&'a str>,
}

/// The last change of each file; an empty name selects all.
const LAST: &str = "select file, number, before_sha256, after_sha256, actor, recorded_at from template_changes as this
    where ($1 = '' or file = $1) and number = (
        select max(number) from template_changes as other where other.file = this.file
    ) order by file";

impl Ledger {
    /// The last change of every template that was changed, by file.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn template_changes(&self) -> Result<Vec<TemplateChange>, LedgerError> {
        let mut transaction = self.begin().await?;
        let all = self.last_changes(&mut transaction, "").await?;
        transaction.rollback().await.map_err(|error| self.address.failed(error))?;
        Ok(all)
    }

    async fn last_changes(
        &self,
        transaction: &mut Transaction<'static, Any>,
        file: &str,
    ) -> Result<Vec<TemplateChange>, LedgerError> {
        let failed = |error| self.address.failed(error);
        let rows = query(LAST).bind(file.to_owned()).fetch_all(&mut **transaction).await.map_err(failed)?;
        let read = |row: &AnyRow| {
            let TemplateRow { file, number, before_sha256, after_sha256, actor, recorded_at } =
                TemplateRow::read(row).map_err(failed)?;
            let number = u32::try_from(number)
                .map_err(|_| LedgerError::Broken { what: format!("a change of {file} is number {number}") })?;
            Ok(TemplateChange { file, number, before_sha256, after_sha256, actor, at: recorded_at })
        };
        rows.iter().map(read).collect()
    }

    /// Records that a template is changed, before it is. `at` in Unix seconds.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was written then. [`LedgerError::Access`] when the ledger knows accounts and the actor may not:
    /// what concerns all tenants needs somebody with all of them.
    pub async fn record_template(
        &self,
        entry: &TemplateEntry<'_>,
        actor: Actor<'_>,
        at: UnixSeconds,
    ) -> Result<TemplateChange, LedgerError> {
        let mut work = Work::begin(self, actor, at).await?;
        match entry.tenant {
            None => work.may_for_all(Permission::TemplatesWrite)?,
            Some(tenant) => work.may_for(Permission::TemplatesWrite, tenant)?,
        }
        let known = self.last_changes(&mut work.transaction, entry.file).await?;
        let owned = |sha256: Option<&str>| sha256.map(str::to_owned);
        let row = TemplateRow {
            file: entry.file.to_owned(),
            number: known.first().map_or(1, |last| i64::from(last.number) + 1),
            before_sha256: owned(entry.before_sha256),
            after_sha256: owned(entry.after_sha256),
            actor: actor.name.to_owned(),
            recorded_at: at,
        };
        work.add(&row).await?;
        let recorded = self.last_changes(&mut work.transaction, entry.file).await?.pop();
        work.commit().await?;
        recorded.ok_or_else(|| LedgerError::Broken { what: format!("the change of {} is gone", entry.file) })
    }
}

/// A change of a template as a row.
pub(crate) struct TemplateRow {
    file: String,
    number: i64,
    before_sha256: Option<String>,
    after_sha256: Option<String>,
    actor: String,
    recorded_at: i64,
}

impl FactRow for TemplateRow {
    const ALL: &'static str =
        "select file, number, before_sha256, after_sha256, actor, recorded_at from template_changes";

    const INSERT: &'static str =
        "insert into template_changes (file, number, before_sha256, after_sha256, actor, recorded_at)
                                  values ($1, $2, $3, $4, $5, $6)";

    fn read(row: &AnyRow) -> Result<Self, Error> {
        Ok(Self {
            file: row.try_get(0)?,
            number: row.try_get(1)?,
            before_sha256: row.try_get(2)?,
            after_sha256: row.try_get(3)?,
            actor: row.try_get(4)?,
            recorded_at: row.try_get(5)?,
        })
    }

    fn bind(&self, insert: Insert) -> Insert {
        let Self { file, number, before_sha256, after_sha256, actor, recorded_at } = self;
        insert
            .bind(file.clone())
            .bind(*number)
            .bind(before_sha256.clone())
            .bind(after_sha256.clone())
            .bind(actor.clone())
            .bind(*recorded_at)
    }

    fn fact(&self) -> Fact {
        #[derive(Serialize)]
        struct Payload<'a> {
            before_sha256: Option<&'a str>,
            after_sha256: Option<&'a str>,
            actor: &'a str,
            recorded_at: i64,
        }
        let payload = Payload {
            before_sha256: self.before_sha256.as_deref(),
            after_sha256: self.after_sha256.as_deref(),
            actor: &self.actor,
            recorded_at: self.recorded_at,
        };
        let action = if self.after_sha256.is_some() { "template.changed" } else { "template.reset" };
        Fact::new(action, format!("template/{}/{}", self.file, self.number), &payload)
    }
}
