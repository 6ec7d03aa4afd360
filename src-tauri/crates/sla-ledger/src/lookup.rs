//! Looking things up: tenants, contracts and their versions, the audit chain a page at a time, and names.

use schemars::JsonSchema;
use serde::Serialize;
use sla_core::time::UnixSeconds;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::session::query;
use crate::{Ledger, LedgerError, chain};

/// A tenant or a contract version as the catalogue described it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// The tenant's or the contract's id.
    pub name: String,
    /// The tenant.
    pub tenant: String,
    /// A tenant's name for people; of a contract its id.
    pub title: String,
    /// Which version, from 1.
    pub version: u32,
    /// Its content as canonical JSON.
    pub document: String,
    /// When it was recorded, Unix seconds.
    pub recorded_at: UnixSeconds,
}

/// By what tenants are sorted; equal ones by their id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TenantSort {
    /// By their id.
    #[default]
    Id,
    /// By their name for people, capital letters of any script not told apart.
    Title,
}

/// Which tenants are wanted, in which order; what is not said selects all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TenantsRequest {
    /// Only this one.
    pub one: Option<String>,
    /// Only those whose id or name holds this; capital letters do not matter.
    pub text: String,
    /// By what they are sorted.
    pub sort: TenantSort,
    /// Whether the last comes first.
    pub descending: bool,
    /// What the last page ended with: [`Described::place`].
    pub after: Option<(String, String)>,
    /// At most so many.
    pub limit: u32,
}

impl Described {
    /// Where a page of tenants ends whose last one this is.
    pub fn place(&self, sort: TenantSort) -> (String, String) {
        let key = match sort {
            TenantSort::Id => self.name.clone(),
            TenantSort::Title => folded(&self.title),
        };
        (key, self.name.clone())
    }
}

/// An entry of the audit chain with its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// What it says.
    pub entry: sla_core::audit::Entry,
    /// SHA-256 over it and the hash before it.
    pub hash: String,
}

/// Which entries are wanted; what is not said selects all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditRequest {
    /// Who.
    pub actor: Option<String>,
    /// What was done, such as `month.closed`, or what it begins with, such as `month.`.
    pub action: Option<String>,
    /// What the subject begins with, such as `month/nordlicht/`.
    pub subject: Option<String>,
    /// Only entries before this one; the last ones when not said.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: u32,
}

/// A name as it is found and sorted by: in small letters of any script.
pub(crate) fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// What a tenant's last contract's last month has in a column, which an index finds at once; the tenant's id when there is none.
macro_rules! of_last_month {
    ($column:literal) => {
        concat!(
            "coalesce((
                select ",
            $column,
            " from month_overview as month
                where month.which = 'latest' and month.tenant = this.tenant
                order by month.contract desc, month.month desc limit 1
            ), tenant)"
        )
    };
}

/// The latest version of tenants, behind the place in `$4` and `$5`, at most `$6`. A tenant is recorded with its first month, so the
/// name for people is the one that its months have.
macro_rules! tenants {
    ($key:literal, $after:literal, $order:literal) => {
        concat!(
            "select tenant, tenant, version, document, recorded_at, title from (
                select tenant, version, document, recorded_at, ",
            of_last_month!("tenant_name"),
            " as title, ",
            of_last_month!("folded_name"),
            " as folded
                from tenant_versions as this
                where ($1 = '' or tenant = $1) and version = (
                    select max(version) from tenant_versions as other where other.tenant = this.tenant
                ) and ($2 = '*' or ',' || $2 || ',' like '%,' || tenant || ',%')
            ) as latest
            where ($3 = '' or replace(tenant || ' ' || folded, $3, '') <> tenant || ' ' || folded)
                and ($5 = '' or (",
            $key,
            ", tenant) ",
            $after,
            " ($4, $5))
            order by ",
            $key,
            $order,
            ", tenant",
            $order,
            " limit $6"
        )
    };
}

const CONTRACTS: &str =
    "select contract, tenant, version, document, recorded_at, contract from contract_versions as this
    where ($1 = '' or tenant = $1) and version = (
        select max(version) from contract_versions as other where other.contract = this.contract
    ) and contract > $2 and ($3 = '*' or ',' || $3 || ',' like '%,' || tenant || ',%')
    order by contract limit $4";

const CONTRACT_VERSIONS: &str =
    "select contract, tenant, version, document, recorded_at, contract from contract_versions
    where contract = $1 and ($2 = '*' or ',' || $2 || ',' like '%,' || tenant || ',%') order by version";

/// The part of a subject that a filter begins with is compared as a range, so that no sign in it means anything else.
const AUDIT: &str =
    "select sequence, at, actor, origin, action, subject, payload, previous_hash, hash from audit_entries
    where ($1 = '' or actor = $1) and ($2 = '' or substr(action, 1, length($2)) = $2)
        and ($3 = '' or substr(subject, 1, length($3)) = $3) and ($4 = 0 or sequence < $4)
    order by sequence desc limit $5";

/// Everything that has a text in its names, which stand in small letters; the most recent months first.
const SEARCH: &str = "select tenant, tenant_name, contract, month from month_overview
    where which = $1 and ($2 = '*' or ',' || $2 || ',' like '%,' || tenant || ',%')
        and replace(tenant || ' ' || folded_name || ' ' || contract || ' ' || month, $3, '')
            <> tenant || ' ' || folded_name || ' ' || contract || ' ' || month
    order by month desc, tenant, contract limit $4";

/// A month that has what was searched for in one of its names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Found {
    /// The tenant.
    pub tenant: String,
    /// Its name for people.
    pub tenant_name: String,
    /// The contract.
    pub contract: String,
    /// The month, YYYY-MM.
    pub month: String,
}

impl Ledger {
    /// A page of tenants, each in its latest version.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn tenants(&self, request: &TenantsRequest) -> Result<Vec<Described>, LedgerError> {
        let statement = match (request.sort, request.descending) {
            (TenantSort::Id, false) => tenants!("tenant", ">", " asc"),
            (TenantSort::Id, true) => tenants!("tenant", "<", " desc"),
            (TenantSort::Title, false) => tenants!("folded", ">", " asc"),
            (TenantSort::Title, true) => tenants!("folded", "<", " desc"),
        };
        let (key, tenant) = request.after.clone().unwrap_or_default();
        let statement = query(statement)
            .bind(request.one.clone().unwrap_or_default())
            .bind(self.seen.clone())
            .bind(folded(&request.text))
            .bind(key)
            .bind(tenant);
        self.described(&self.rows(statement.bind(i64::from(request.limit))).await?)
    }

    /// The latest version of every contract behind an id, by id, at most so many; of one tenant when it is named.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn contracts(
        &self,
        tenant: Option<&str>,
        behind: &str,
        limit: u32,
    ) -> Result<Vec<Described>, LedgerError> {
        let statement = query(CONTRACTS).bind(tenant.unwrap_or_default().to_owned()).bind(behind.to_owned());
        self.described(&self.rows(statement.bind(self.seen.clone()).bind(i64::from(limit))).await?)
    }

    /// Every version of a contract, oldest first; none when there is no such contract.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn contract_versions(&self, contract: &str) -> Result<Vec<Described>, LedgerError> {
        let statement = query(CONTRACT_VERSIONS).bind(contract.to_owned()).bind(self.seen.clone());
        self.described(&self.rows(statement).await?)
    }

    /// Entries of the audit chain, the last one first.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn audit(&self, request: &AuditRequest) -> Result<Vec<AuditEntry>, LedgerError> {
        let mut statement = query(AUDIT);
        for text in [&request.actor, &request.action, &request.subject] {
            statement = statement.bind(text.clone().unwrap_or_default());
        }
        let statement = statement.bind(request.before.unwrap_or(0)).bind(i64::from(request.limit));
        let read = |row: &AnyRow| chain::read(row).map(|(entry, hash)| AuditEntry { entry, hash });
        self.rows(statement).await?.iter().map(|row| read(row).map_err(|error| self.address.failed(error))).collect()
    }

    /// Months of which a name holds a text; capital letters do not matter.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn search(&self, which: crate::Which, text: &str, limit: u32) -> Result<Vec<Found>, LedgerError> {
        let statement = query(SEARCH).bind(which.name()).bind(self.seen.clone()).bind(folded(text));
        let rows = self.rows(statement.bind(i64::from(limit))).await?;
        let read = |row: &AnyRow| {
            Ok(Found {
                tenant: row.try_get(0)?,
                tenant_name: row.try_get(1)?,
                contract: row.try_get(2)?,
                month: row.try_get(3)?,
            })
        };
        rows.iter().map(|row| read(row).map_err(|error| self.address.failed(error))).collect()
    }

    fn described(&self, rows: &[AnyRow]) -> Result<Vec<Described>, LedgerError> {
        let read = |row: &AnyRow| {
            let version: i64 = row.try_get(2)?;
            Ok(Described {
                name: row.try_get(0)?,
                tenant: row.try_get(1)?,
                version: u32::try_from(version).map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
                document: row.try_get(3)?,
                recorded_at: row.try_get(4)?,
                title: row.try_get(5)?,
            })
        };
        rows.iter().map(|row| read(row).map_err(|error| self.address.failed(error))).collect()
    }
}
