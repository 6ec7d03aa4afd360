//! The rows that lists are made of: written from the facts, and held against them.

use sqlx::any::{Any, AnyArguments};
use sqlx::query::Query;
use sqlx::{Row, Transaction};

use super::{CreditSummary, MonthSummary, Which, credit_summary, month_summary};
use crate::lookup::folded;
use crate::session::query;
use crate::workflow::{CreditStatus, MonthStatus};
use crate::{Ledger, LedgerError};

impl Ledger {
    /// Writes the rows of one month anew, from all of its revisions.
    pub(crate) async fn note_month(
        &self,
        transaction: &mut Transaction<'static, Any>,
        revisions: &[MonthStatus],
    ) -> Result<(), LedgerError> {
        let failed = |error| self.address.failed(error);
        let Some(latest) = revisions.last() else { return Ok(()) };
        let key = [&latest.record.tenant, &latest.record.contract.id, &latest.record.month.to_string()];
        for table in [
            "delete from month_overview where tenant = $1 and contract = $2 and month = $3",
            "delete from credit_overview where tenant = $1 and contract = $2 and month = $3",
        ] {
            let delete = key.iter().fold(query(table), |delete, one| delete.bind((*one).clone()));
            delete.execute(&mut **transaction).await.map_err(failed)?;
        }
        for which in Which::ALL {
            let Some(status) = which.of(revisions) else { continue };
            insert_month(which, status).execute(&mut **transaction).await.map_err(failed)?;
            for credit in &status.credits {
                insert_credit(which, status, credit).execute(&mut **transaction).await.map_err(failed)?;
            }
        }
        Ok(())
    }

    /// Writes every row anew, tenant by tenant.
    pub(crate) async fn note_all_months(&self, transaction: &mut Transaction<'static, Any>) -> Result<(), LedgerError> {
        for tenant in self.tenants_in(transaction).await? {
            for revisions in by_month(&self.statuses(transaction, [&tenant, "", ""]).await?) {
                self.note_month(transaction, revisions).await?;
            }
        }
        Ok(())
    }

    /// What is wrong with the rows: they must be the ones that follow from the facts.
    pub(crate) async fn wrong_overview(
        &self,
        transaction: &mut Transaction<'static, Any>,
    ) -> Result<Option<String>, LedgerError> {
        let failed = |error| self.address.failed(error);
        let (mut months, mut credits) = (0, 0);
        for tenant in self.tenants_in(transaction).await? {
            let statuses = self.statuses(transaction, [&tenant, "", ""]).await?;
            for revisions in by_month(&statuses) {
                for which in Which::ALL {
                    let Some(status) = which.of(revisions) else { continue };
                    let record = &status.record;
                    let key = [which.name(), &record.tenant, &record.contract.id, &record.month.to_string()];
                    let row = key.iter().fold(query(ONE_MONTH), |one, text| one.bind((*text).to_owned()));
                    let row = row.bind(folded(&record.tenant_name));
                    let row = row.fetch_optional(&mut **transaction).await.map_err(failed)?;
                    let found = row.map(|row| month_summary(&row)).transpose().map_err(failed)?;
                    if found.as_ref() != Some(&MonthSummary::of(status)) {
                        return Ok(Some(format!("the overview of {}", status.subject())));
                    }
                    let rows = key.iter().fold(query(ITS_CREDITS), |all, text| all.bind((*text).to_owned()));
                    let rows = rows.fetch_all(&mut **transaction).await.map_err(failed)?;
                    let found: Vec<CreditSummary> =
                        rows.iter().map(credit_summary).collect::<Result<_, _>>().map_err(failed)?;
                    let expected = status.credits.iter().map(|credit| CreditSummary::of(status, credit));
                    if found != expected.collect::<Vec<_>>() {
                        return Ok(Some(format!("the overview of the credits of {}", status.subject())));
                    }
                    (months, credits) = (months + 1, credits + found.len() as i64);
                }
            }
        }
        let counts = query("select (select count(*) from month_overview), (select count(*) from credit_overview)");
        let row = counts.fetch_one(&mut **transaction).await.map_err(failed)?;
        let counted: (i64, i64) = row.try_get(0).and_then(|one| Ok((one, row.try_get(1)?))).map_err(failed)?;
        Ok((counted != (months, credits)).then(|| "the overview, which tells of months that are not there".to_owned()))
    }

    async fn tenants_in(&self, transaction: &mut Transaction<'static, Any>) -> Result<Vec<String>, LedgerError> {
        let failed = |error| self.address.failed(error);
        let all = query("select distinct tenant from month_revisions order by tenant");
        let rows = all.fetch_all(&mut **transaction).await.map_err(failed)?;
        rows.iter().map(|row| row.try_get(0).map_err(failed)).collect()
    }
}

const ONE_MONTH: &str =
    "select tenant, contract, month, revision, tenant_name, state, verdict, currency, low_minor, high_minor,
        due, time_zone, closed_by, closed_at, steps, credits_open
    from month_overview where which = $1 and tenant = $2 and contract = $3 and month = $4 and folded_name = $5";

const ITS_CREDITS: &str =
    "select tenant, contract, month, revision, tenant_name, commitment, state, currency, low_minor,
        high_minor, decided_minor, issued_before_minor, due, steps, title, closed_by, decided_by
    from credit_overview where which = $1 and tenant = $2 and contract = $3 and month = $4 order by commitment";

/// The revisions of each month, given revisions in the order of tenant, contract, month and revision.
pub(crate) fn by_month(statuses: &[MonthStatus]) -> impl Iterator<Item = &[MonthStatus]> {
    statuses.chunk_by(|one, next| {
        let (one, next) = (&one.record, &next.record);
        one.tenant == next.tenant && one.contract.id == next.contract.id && one.month == next.month
    })
}

fn insert_month(which: Which, status: &MonthStatus) -> Query<'static, Any, AnyArguments> {
    let one = MonthSummary::of(status);
    query(
        "insert into month_overview (which, tenant, contract, month, revision, tenant_name, state, verdict, currency,
            low_minor, high_minor, due, time_zone, closed_by, closed_at, steps, credits_open, folded_name)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
    )
    .bind(which.name())
    .bind(one.tenant)
    .bind(one.contract)
    .bind(one.month.to_string())
    .bind(i64::from(one.revision))
    .bind(one.tenant_name.clone())
    .bind(one.state.name())
    .bind(one.verdict.name())
    .bind(one.currency)
    .bind(one.low_minor)
    .bind(one.high_minor)
    .bind(one.due.unwrap_or_default())
    .bind(one.time_zone)
    .bind(one.closed_by.unwrap_or_default())
    .bind(one.closed_at)
    .bind(i64::from(one.steps))
    .bind(i64::from(one.credits_open))
    .bind(folded(&one.tenant_name))
}

fn insert_credit(which: Which, status: &MonthStatus, credit: &CreditStatus) -> Query<'static, Any, AnyArguments> {
    let one = CreditSummary::of(status, credit);
    query(
        "insert into credit_overview (which, tenant, contract, month, revision, tenant_name, commitment, state, currency,
            low_minor, high_minor, decided_minor, issued_before_minor, due, steps, title, closed_by, decided_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
    )
    .bind(which.name())
    .bind(one.tenant)
    .bind(one.contract)
    .bind(one.month.to_string())
    .bind(i64::from(one.revision))
    .bind(one.tenant_name)
    .bind(one.commitment)
    .bind(one.state.name())
    .bind(one.currency)
    .bind(one.low_minor)
    .bind(one.high_minor)
    .bind(one.decided_minor)
    .bind(one.issued_before_minor)
    .bind(one.due.unwrap_or_default())
    .bind(i64::from(one.steps))
    .bind(one.title)
    .bind(one.closed_by.unwrap_or_default())
    .bind(one.decided_by.unwrap_or_default())
}
