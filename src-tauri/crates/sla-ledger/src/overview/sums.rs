//! What months and credits come to together. The database adds up, so that no list is read for a sum.

use schemars::JsonSchema;
use serde::Serialize;
use sla_core::catalogue::concerns;
use sla_core::record::Verdict;
use sla_core::time::Month;
use sla_core::workflow::MonthState;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{ListRequest, Which, known, month};
use crate::session::query;
use crate::{Ledger, LedgerError};

/// What months come to that are in the same state, with the same verdict and currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MonthGroup {
    /// Where they are.
    pub state: MonthState,
    /// Their verdict.
    pub verdict: Verdict,
    /// ISO 4217 code.
    pub currency: String,
    /// How many.
    pub count: i64,
    /// The least that they owe together, in the minor unit.
    pub low_minor: i64,
    /// The most, in the minor unit.
    pub high_minor: i64,
}

/// What months come to in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CurrencySum {
    /// ISO 4217 code.
    pub currency: String,
    /// How many months.
    pub count: i64,
    /// The least that they owe together, in the minor unit.
    pub low_minor: i64,
    /// The most, in the minor unit.
    pub high_minor: i64,
}

/// One month over all tenants, among others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MonthTrend {
    /// The month.
    pub month: Month,
    /// How many tenants' months kept what was promised.
    pub met: i64,
    /// How many did not.
    pub breached: i64,
    /// Of how many the evidence does not tell.
    pub undecidable: i64,
    /// What is owed, by currency; none when nothing was closed.
    pub totals: Vec<CurrencySum>,
}

/// What credits come to in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CreditTotals {
    /// ISO 4217 code.
    pub currency: String,
    /// How many credits.
    pub count: i64,
    /// The least that is owed together, in the minor unit.
    pub low_minor: i64,
    /// The most, in the minor unit.
    pub high_minor: i64,
    /// Of how many an amount was decided.
    pub decided_count: i64,
    /// What was decided of those together, in the minor unit.
    pub decided_minor: i64,
    /// What was issued of earlier revisions, in the minor unit.
    pub issued_before_minor: i64,
}

/// How much waits, in all months: for anybody, and apart from that what somebody has had their hands in, who cannot approve it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Closed months, to be handed to review.
    pub months_closed: i64,
    /// Months in review, all of whose credits are approved or rejected, and which others closed and decided.
    pub months_to_approve: i64,
    /// Approved months, to be issued.
    pub months_approved: i64,
    /// Credits in review of which nobody said which amount is owed.
    pub credits_undecided: i64,
    /// Credits in review whose amount is known, and which others closed and decided.
    pub credits_to_approve: i64,
    /// Requests of others that nobody decided: exclusions, and incidents that are to count as downtime.
    pub requests: i64,
}

impl Ledger {
    /// What all tenants' months come to, by state, verdict and currency.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn month_groups(&self, which: Which, month: Month) -> Result<Vec<MonthGroup>, LedgerError> {
        let statement = query(
            "select state, verdict, currency, count(*), cast(sum(low_minor) as bigint), cast(sum(high_minor) as bigint)
             from month_overview
             where which = $1 and month = $2 and ($3 = '*' or ',' || $3 || ',' like '%,' || tenant || ',%')
             group by state, verdict, currency order by state, verdict, currency",
        );
        let rows = self.rows(statement.bind(which.name()).bind(month.to_string()).bind(self.seen.clone())).await?;
        self.each(&rows, |row| {
            Ok(MonthGroup {
                state: known(MonthState::named, row.try_get(0)?)?,
                verdict: known(Verdict::named, row.try_get(1)?)?,
                currency: row.try_get(2)?,
                count: row.try_get(3)?,
                low_minor: row.try_get(4)?,
                high_minor: row.try_get(5)?,
            })
        })
    }

    /// Every month from the first to the last, also those of which nothing was closed.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn month_trend(
        &self,
        which: Which,
        (first, last): (Month, Month),
    ) -> Result<Vec<MonthTrend>, LedgerError> {
        // Read once: it is the longest list that anybody looks at whole.
        let statement = query(
            "select month, verdict, currency, count(*), cast(sum(low_minor) as bigint), cast(sum(high_minor) as bigint)
             from month_overview
             where which = $1 and month between $2 and $3 and ($4 = '*' or ',' || $4 || ',' like '%,' || tenant || ',%')
             group by month, verdict, currency order by month, currency",
        );
        let statement = statement.bind(which.name()).bind(first.to_string()).bind(last.to_string());
        let groups = self.each(&self.rows(statement.bind(self.seen.clone())).await?, |row| {
            let (currency, count) = (row.try_get(2)?, row.try_get(3)?);
            let (low_minor, high_minor) = (row.try_get(4)?, row.try_get(5)?);
            let sum = CurrencySum { currency, count, low_minor, high_minor };
            Ok((month(row, 0)?, known(Verdict::named, row.try_get(1)?)?, sum))
        })?;
        let ahead = u32::try_from(last.since(first)).unwrap_or_default();
        let trend = (0..=ahead).map(|ahead| first.plus(ahead)).map(|month| {
            let of_month = || groups.iter().filter(move |(of, ..)| *of == month);
            let count = |verdict| of_month().filter(|one| one.1 == verdict).map(|one| one.2.count).sum();
            MonthTrend {
                month,
                met: count(Verdict::Met),
                breached: count(Verdict::Breached),
                undecidable: count(Verdict::Undecidable),
                totals: by_currency(of_month().map(|(.., sum)| sum)),
            }
        });
        Ok(trend.collect())
    }

    /// What the credits of a list come to, by currency; order, place and length of the list do not matter.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn credit_totals(&self, request: &ListRequest) -> Result<Vec<CreditTotals>, LedgerError> {
        let mut statement = query(
            "select currency, count(*), cast(sum(low_minor) as bigint), cast(sum(high_minor) as bigint),
                count(decided_minor), cast(coalesce(sum(decided_minor), 0) as bigint),
                cast(sum(issued_before_minor) as bigint)
            from credit_overview
            where which = $1 and ($2 = '' or tenant = $2) and ($3 = '' or contract = $3) and ($4 = '' or month = $4)
                and ($5 = '' or ',' || $5 || ',' like '%,' || state || ',%') and ($6 = '' or due <> '' and due <= $6)
                and ($7 = '*' or ',' || $7 || ',' like '%,' || tenant || ',%')
            group by currency order by currency",
        );
        for text in self.selected(request) {
            statement = statement.bind(text);
        }
        let statement = statement.bind(request.due_until.clone().unwrap_or_default()).bind(self.seen.clone());
        self.each(&self.rows(statement).await?, |row| {
            Ok(CreditTotals {
                currency: row.try_get(0)?,
                count: row.try_get(1)?,
                low_minor: row.try_get(2)?,
                high_minor: row.try_get(3)?,
                decided_count: row.try_get(4)?,
                decided_minor: row.try_get(5)?,
                issued_before_minor: row.try_get(6)?,
            })
        })
    }

    /// How much waits. What `account` closed or decided, others approve.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn waiting(&self, account: &str) -> Result<Waiting, LedgerError> {
        let statement = query(
            "select month.state, count(*), cast(sum(case when month.credits_open = 0 and month.closed_by <> $1
                and not exists (select 1 from credit_overview as credit where credit.which = 'latest'
                    and credit.month = month.month and credit.tenant = month.tenant and credit.contract = month.contract
                    and credit.decided_by = $1) then 1 else 0 end) as bigint)
            from month_overview as month
            where month.which = 'latest' and month.state <> 'issued'
                and ($2 = '*' or ',' || $2 || ',' like '%,' || month.tenant || ',%')
            group by month.state",
        );
        let months = self.rows(statement.bind(account.to_owned()).bind(self.seen.clone())).await?;
        let months = self.each(&months, |row| {
            Ok((known(MonthState::named, row.try_get(0)?)?, row.try_get::<i64, _>(1)?, row.try_get::<i64, _>(2)?))
        })?;
        let statement = query(
            "select cast(coalesce(sum(undecided), 0) as bigint),
                cast(coalesce(sum(case when undecided = 0 and closed_by <> $1 and decided_by <> $1 then 1 else 0 end), 0)
                    as bigint)
            from (
                select closed_by, decided_by,
                    case when decided_minor is null and low_minor <> high_minor then 1 else 0 end as undecided
                from credit_overview
                where which = 'latest' and state = 'in_review'
                    and ($2 = '*' or ',' || $2 || ',' like '%,' || tenant || ',%')
            ) as in_review",
        );
        let credits = self.rows(statement.bind(account.to_owned()).bind(self.seen.clone())).await?;
        let credits = self.each(&credits, |row| Ok((row.try_get(0)?, row.try_get(1)?)))?;
        let statement = query(
            "select entered.kind, entered.document from catalogue_documents as entered
            where entered.kind in ('Exclusion', 'Incident') and entered.retired = 0
                and lower(trim(entered.actor)) <> lower(trim($1))
                and not exists (select 1 from catalogue_documents as later
                    where later.kind = entered.kind and later.name = entered.name and later.version > entered.version)
                and not exists (select 1 from catalogue_decisions as taken
                    where taken.kind = entered.kind and taken.name = entered.name and taken.version = entered.version)",
        );
        let requests = self.rows(statement.bind(account.trim().to_owned())).await?;
        let requests = self.each(&requests, |row| Ok((row.try_get::<String, _>(0)?, row.try_get::<String, _>(1)?)))?;
        let is_one_of_theirs = |tenant: String| self.seen.split(',').any(|one| one == tenant);
        let is_theirs =
            |(kind, text): &&(String, String)| self.seen == "*" || concerns(kind, text).is_some_and(is_one_of_theirs);
        let requests = requests.iter().filter(is_theirs).count() as i64;
        let of = |state| months.iter().find(|(one, ..)| *one == state).map_or((0, 0), |(_, all, ready)| (*all, *ready));
        let (credits_undecided, credits_to_approve) = credits.first().copied().unwrap_or_default();
        Ok(Waiting {
            months_closed: of(MonthState::Closed).0,
            months_to_approve: of(MonthState::InReview).1,
            months_approved: of(MonthState::Approved).0,
            credits_undecided,
            credits_to_approve,
            requests,
        })
    }

    /// Each row, read.
    fn each<T>(
        &self,
        rows: &[AnyRow],
        read: impl Fn(&AnyRow) -> Result<T, sqlx::Error>,
    ) -> Result<Vec<T>, LedgerError> {
        rows.iter().map(|row| read(row).map_err(|error| self.address.failed(error))).collect()
    }
}

/// Sums of the same currency, which follow one another, put together.
fn by_currency<'a>(sums: impl Iterator<Item = &'a CurrencySum>) -> Vec<CurrencySum> {
    let mut all: Vec<CurrencySum> = Vec::new();
    for sum in sums {
        match all.last_mut().filter(|last| last.currency == sum.currency) {
            Some(last) => {
                last.count += sum.count;
                last.low_minor += sum.low_minor;
                last.high_minor += sum.high_minor;
            }
            None => all.push(sum.clone()),
        }
    }
    all
}
