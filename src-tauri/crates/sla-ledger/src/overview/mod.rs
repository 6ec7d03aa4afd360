//! Lists over many tenants: where every month and every credit is, a page at a time, and what they come to. The rows follow
//! from the facts and are written in the transaction that adds one, so that no list reads whole records.

mod rows;
mod sums;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sla_core::record::{MonthRecord, Verdict};
use sla_core::time::{Month, UnixSeconds, as_utc_text};
use sla_core::workflow::{CreditState, MonthState};
use sqlx::Row;
use sqlx::any::{Any, AnyArguments, AnyRow};
use sqlx::query::Query;

use crate::session::query;
use crate::workflow::{CreditStatus, MonthStatus};
use crate::{Ledger, LedgerError};

pub use sums::{CreditTotals, CurrencySum, MonthGroup, MonthTrend, Waiting};

/// Which revisions a list is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Which {
    /// The latest one of each month.
    #[default]
    Latest,
    /// The one that was issued last; months of which none was issued are not there.
    Issued,
}

impl Which {
    const ALL: [Self; 2] = [Self::Latest, Self::Issued];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Latest => "latest",
            Self::Issued => "issued",
        }
    }

    /// The revision of a month that it means.
    fn of(self, revisions: &[MonthStatus]) -> Option<&MonthStatus> {
        match self {
            Self::Latest => revisions.last(),
            Self::Issued => revisions.iter().rfind(|status| status.state == MonthState::Issued),
        }
    }
}

/// A month in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MonthSummary {
    /// The tenant.
    pub tenant: String,
    /// Its name for people.
    pub tenant_name: String,
    /// The contract.
    pub contract: String,
    /// The month.
    pub month: Month,
    /// The revision.
    pub revision: u32,
    /// Where it is.
    pub state: MonthState,
    /// Whether what was promised was kept.
    pub verdict: Verdict,
    /// ISO 4217 code.
    pub currency: String,
    /// The least that it owes, in the minor unit.
    pub low_minor: i64,
    /// The most, in the minor unit.
    pub high_minor: i64,
    /// The last local day on which its credits can be claimed, YYYY-MM-DD; `None` when they are given without a claim.
    pub due: Option<String>,
    /// The contract's time zone.
    pub time_zone: String,
    /// Who closed it; `None` for those whom it does not concern.
    pub closed_by: Option<String>,
    /// When, in UTC.
    #[serde(serialize_with = "as_utc_text")]
    #[schemars(with = "String")]
    pub closed_at: UnixSeconds,
    /// How many steps were taken with it.
    pub steps: u32,
    /// How many of its credits are neither approved nor rejected.
    pub credits_open: u32,
}

/// A credit in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CreditSummary {
    /// The tenant.
    pub tenant: String,
    /// Its name for people.
    pub tenant_name: String,
    /// The contract.
    pub contract: String,
    /// The month.
    pub month: Month,
    /// The month's revision.
    pub revision: u32,
    /// The commitment, as it is unique in the month.
    pub commitment: String,
    /// The commitment's name for people.
    pub title: String,
    /// Where it is.
    pub state: CreditState,
    /// ISO 4217 code.
    pub currency: String,
    /// The least that is owed, in the minor unit.
    pub low_minor: i64,
    /// The most, in the minor unit.
    pub high_minor: i64,
    /// What was decided or approved, in the minor unit.
    pub decided_minor: Option<i64>,
    /// What was issued of earlier revisions, in the minor unit.
    pub issued_before_minor: i64,
    /// The last local day on which it can be claimed, YYYY-MM-DD; `None` when it is given without a claim.
    pub due: Option<String>,
    /// How many steps were taken with it.
    pub steps: u32,
    /// Who closed the month; `None` for those whom it does not concern.
    pub closed_by: Option<String>,
    /// Who decided the amount last; `None` when nobody did, and for those whom it does not concern.
    pub decided_by: Option<String>,
}

/// By what a list is sorted; equal ones by tenant, contract, month and commitment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// By month.
    #[default]
    Month,
    /// By tenant.
    Tenant,
    /// By the last day on which credits can be claimed.
    Due,
    /// By the most that may be owed.
    Amount,
}

/// Which months or credits are wanted, in which order; what is not said selects all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListRequest {
    /// Which revisions.
    pub which: Which,
    /// The tenant.
    pub tenant: Option<String>,
    /// The contract.
    pub contract: Option<String>,
    /// The month.
    pub month: Option<Month>,
    /// The names of the states, any of which fits; all when there is none.
    pub states: Vec<&'static str>,
    /// The verdict; credits have none.
    pub verdict: Option<Verdict>,
    /// Only what must be claimed until then, YYYY-MM-DD.
    pub due_until: Option<String>,
    /// By what it is sorted.
    pub sort: Sort,
    /// Whether the last comes first.
    pub descending: bool,
    /// What the last page ended with; the first page when not said.
    pub after: Option<Place>,
    /// At most so many.
    pub limit: u32,
}

/// Where a page ended: the value that it was sorted by, and what tells equal ones apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The month, tenant, day or amount that the last one was sorted by, as text; empty where there is no day.
    pub key: String,
    /// Its tenant.
    pub tenant: String,
    /// Its contract.
    pub contract: String,
    /// Its month.
    pub month: String,
    /// Its commitment; empty for a month.
    pub commitment: String,
}

/// Months of which `$1` … `$8` hold that come behind the place in `$9` … `$12`, at most `$13`. A place has a tenant; what it was
/// sorted by may be empty.
macro_rules! months {
    ($key:literal, $after:literal, $order:literal) => {
        concat!(
            "select tenant, contract, month, revision, tenant_name, state, verdict, currency, low_minor, high_minor, due,
                time_zone, closed_by, closed_at, steps, credits_open
            from month_overview
            where which = $1 and ($2 = '' or tenant = $2) and ($3 = '' or contract = $3) and ($4 = '' or month = $4)
                and ($5 = '' or ',' || $5 || ',' like '%,' || state || ',%') and ($6 = '' or verdict = $6) and ($7 = '' or due <> '' and due <= $7)
                and ($8 = '*' or ',' || $8 || ',' like '%,' || tenant || ',%')
                and ($10 = '' or (",
            $key,
            ", tenant, contract, month) ",
            $after,
            " ($9, $10, $11, $12))
            order by ",
            $key,
            $order,
            ", tenant",
            $order,
            ", contract",
            $order,
            ", month",
            $order,
            " limit $13"
        )
    };
}

/// The same of credits, of which `$1` … `$7` hold, behind the place in `$8` … `$12`.
macro_rules! credits {
    ($key:literal, $after:literal, $order:literal) => {
        concat!(
            "select tenant, contract, month, revision, tenant_name, commitment, state, currency, low_minor, high_minor,
                decided_minor, issued_before_minor, due, steps, title, closed_by, decided_by
            from credit_overview
            where which = $1 and ($2 = '' or tenant = $2) and ($3 = '' or contract = $3) and ($4 = '' or month = $4)
                and ($5 = '' or ',' || $5 || ',' like '%,' || state || ',%') and ($6 = '' or due <> '' and due <= $6)
                and ($7 = '*' or ',' || $7 || ',' like '%,' || tenant || ',%')
                and ($9 = '' or (",
            $key,
            ", tenant, contract, month, commitment) ",
            $after,
            " ($8, $9, $10, $11, $12))
            order by ",
            $key,
            $order,
            ", tenant",
            $order,
            ", contract",
            $order,
            ", month",
            $order,
            ", commitment",
            $order,
            " limit $13"
        )
    };
}

/// The statement of a sort and a direction.
macro_rules! sorted {
    ($statement:ident, $request:expr) => {
        match ($request.sort, $request.descending) {
            (Sort::Month, false) => $statement!("month", ">", " asc"),
            (Sort::Month, true) => $statement!("month", "<", " desc"),
            (Sort::Tenant, false) => $statement!("tenant", ">", " asc"),
            (Sort::Tenant, true) => $statement!("tenant", "<", " desc"),
            (Sort::Due, false) => $statement!("due", ">", " asc"),
            (Sort::Due, true) => $statement!("due", "<", " desc"),
            (Sort::Amount, false) => $statement!("high_minor", ">", " asc"),
            (Sort::Amount, true) => $statement!("high_minor", "<", " desc"),
        }
    };
}

impl Ledger {
    /// A page of months.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn list_months(&self, request: &ListRequest) -> Result<Vec<MonthSummary>, LedgerError> {
        let mut statement = query(sorted!(months, request));
        for text in self.selected(request) {
            statement = statement.bind(text);
        }
        statement = statement.bind(request.verdict.map_or("", Verdict::name).to_owned());
        statement = statement.bind(request.due_until.clone().unwrap_or_default()).bind(self.seen.clone());
        let Place { tenant, contract, month, .. } = request.after.clone().unwrap_or_default();
        statement = behind(statement, request).bind(tenant).bind(contract).bind(month);
        let rows = self.rows(statement.bind(i64::from(request.limit))).await?;
        rows.iter().map(|row| month_summary(row).map_err(|error| self.address.failed(error))).collect()
    }

    /// A page of credits.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn list_credits(&self, request: &ListRequest) -> Result<Vec<CreditSummary>, LedgerError> {
        let mut statement = query(sorted!(credits, request));
        for text in self.selected(request) {
            statement = statement.bind(text);
        }
        statement = statement.bind(request.due_until.clone().unwrap_or_default()).bind(self.seen.clone());
        let Place { tenant, contract, month, commitment, .. } = request.after.clone().unwrap_or_default();
        statement = behind(statement, request).bind(tenant).bind(contract).bind(month).bind(commitment);
        let rows = self.rows(statement.bind(i64::from(request.limit))).await?;
        rows.iter().map(|row| credit_summary(row).map_err(|error| self.address.failed(error))).collect()
    }

    /// Which revisions, tenant, contract, month and states are wanted.
    fn selected(&self, request: &ListRequest) -> [String; 5] {
        let ListRequest { which, tenant, contract, month, states, .. } = request;
        let month = month.map_or_else(String::new, |month| month.to_string());
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        [which.name().to_owned(), text(tenant), text(contract), month, states.join(",")]
    }

    pub(crate) async fn rows(&self, statement: Query<'static, Any, AnyArguments>) -> Result<Vec<AnyRow>, LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut transaction = self.begin().await?;
        let rows = statement.fetch_all(&mut *transaction).await.map_err(failed)?;
        transaction.rollback().await.map_err(failed)?;
        Ok(rows)
    }
}

/// Binds what the last page ended with, as what it is sorted by is kept.
fn behind(statement: Query<'static, Any, AnyArguments>, request: &ListRequest) -> Query<'static, Any, AnyArguments> {
    let key = request.after.as_ref().map_or("", |place| place.key.as_str());
    match request.sort {
        Sort::Amount => statement.bind(key.parse::<i64>().unwrap_or_default()),
        Sort::Month | Sort::Tenant | Sort::Due => statement.bind(key.to_owned()),
    }
}

impl Sort {
    /// What a row is sorted by, as text.
    fn key(self, month: Month, tenant: &str, due: Option<&str>, high_minor: i64) -> String {
        match self {
            Self::Month => month.to_string(),
            Self::Tenant => tenant.to_owned(),
            Self::Due => due.unwrap_or_default().to_owned(),
            Self::Amount => high_minor.to_string(),
        }
    }
}

impl MonthSummary {
    /// Where a page ends whose last row this is.
    pub fn place(&self, sort: Sort) -> Place {
        Place {
            key: sort.key(self.month, &self.tenant, self.due.as_deref(), self.high_minor),
            tenant: self.tenant.clone(),
            contract: self.contract.clone(),
            month: self.month.to_string(),
            commitment: String::new(),
        }
    }

    fn of(status: &MonthStatus) -> Self {
        let record = &status.record;
        let open = |credit: &&CreditStatus| matches!(credit.state, CreditState::Draft | CreditState::InReview);
        Self {
            tenant: record.tenant.clone(),
            tenant_name: record.tenant_name.clone(),
            contract: record.contract.id.clone(),
            month: record.month,
            revision: record.revision,
            state: status.state,
            verdict: record.verdict,
            currency: record.credit_total.currency.clone(),
            low_minor: record.credit_total.low_minor,
            high_minor: record.credit_total.high_minor,
            due: due(status),
            time_zone: record.period.time_zone.clone(),
            closed_by: Some(status.closed_by.clone()),
            closed_at: status.closed_at,
            steps: count(status.steps.len()),
            credits_open: count(status.credits.iter().filter(open).count()),
        }
    }
}

impl CreditSummary {
    /// Where a page ends whose last row this is.
    pub fn place(&self, sort: Sort) -> Place {
        Place {
            key: sort.key(self.month, &self.tenant, self.due.as_deref(), self.high_minor),
            tenant: self.tenant.clone(),
            contract: self.contract.clone(),
            month: self.month.to_string(),
            commitment: self.commitment.clone(),
        }
    }

    fn of(status: &MonthStatus, credit: &CreditStatus) -> Self {
        let record = &status.record;
        Self {
            tenant: record.tenant.clone(),
            tenant_name: record.tenant_name.clone(),
            contract: record.contract.id.clone(),
            month: record.month,
            revision: record.revision,
            commitment: credit.commitment.clone(),
            state: credit.state,
            currency: credit.currency.clone(),
            low_minor: credit.low_minor,
            high_minor: credit.high_minor,
            decided_minor: credit.decided_minor,
            issued_before_minor: credit.issued_before_minor,
            due: due(status),
            steps: count(credit.steps.len()),
            title: title(record, &credit.commitment).to_owned(),
            closed_by: Some(status.closed_by.clone()),
            decided_by: credit.decided_by().map(str::to_owned),
        }
    }
}

fn due(status: &MonthStatus) -> Option<String> {
    status.record.claim.as_ref().and_then(|claim| claim.last_day.clone())
}

/// A commitment's name for people.
fn title<'a>(record: &'a MonthRecord, commitment: &'a str) -> &'a str {
    let version = record.contract.version;
    record.promises().find(|promise| promise.key(version) == commitment).map_or(commitment, |promise| promise.title)
}

fn count(of: usize) -> u32 {
    u32::try_from(of).expect("people take few steps")
}

fn month_summary(row: &AnyRow) -> Result<MonthSummary, sqlx::Error> {
    Ok(MonthSummary {
        tenant: row.try_get(0)?,
        contract: row.try_get(1)?,
        month: month(row, 2)?,
        revision: number(row, 3)?,
        tenant_name: row.try_get(4)?,
        state: known(MonthState::named, row.try_get(5)?)?,
        verdict: known(Verdict::named, row.try_get(6)?)?,
        currency: row.try_get(7)?,
        low_minor: row.try_get(8)?,
        high_minor: row.try_get(9)?,
        due: told(row, 10)?,
        time_zone: row.try_get(11)?,
        closed_by: Some(row.try_get(12)?),
        closed_at: row.try_get(13)?,
        steps: number(row, 14)?,
        credits_open: number(row, 15)?,
    })
}

fn credit_summary(row: &AnyRow) -> Result<CreditSummary, sqlx::Error> {
    Ok(CreditSummary {
        tenant: row.try_get(0)?,
        contract: row.try_get(1)?,
        month: month(row, 2)?,
        revision: number(row, 3)?,
        tenant_name: row.try_get(4)?,
        commitment: row.try_get(5)?,
        state: known(CreditState::named, row.try_get(6)?)?,
        currency: row.try_get(7)?,
        low_minor: row.try_get(8)?,
        high_minor: row.try_get(9)?,
        decided_minor: row.try_get(10)?,
        issued_before_minor: row.try_get(11)?,
        due: told(row, 12)?,
        steps: number(row, 13)?,
        title: row.try_get(14)?,
        closed_by: Some(row.try_get(15)?),
        decided_by: told(row, 16)?,
    })
}

fn month(row: &AnyRow, at: usize) -> Result<Month, sqlx::Error> {
    let text: String = row.try_get(at)?;
    text.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

fn told(row: &AnyRow, at: usize) -> Result<Option<String>, sqlx::Error> {
    let text: String = row.try_get(at)?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

fn number(row: &AnyRow, at: usize) -> Result<u32, sqlx::Error> {
    let number: i64 = row.try_get(at)?;
    u32::try_from(number).map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

fn known<T>(named: impl Fn(&str) -> Option<T>, name: &str) -> Result<T, sqlx::Error> {
    named(name).ok_or_else(|| sqlx::Error::Decode(format!("{name:?} is not known").into()))
}
