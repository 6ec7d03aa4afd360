//! All tenants' months in one table and one JSON document. Amounts of different currencies are never added up.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};
use sla_core::record::{CreditTotal, MonthRecord, RecordPromise, RecordRange, RecordRatio, Verdict};
use sla_core::time::Month;

use crate::table::{self, Field};
use crate::{Document, ReportError, operations};

/// The `schema` field of every portfolio this version writes.
pub const PORTFOLIO_SCHEMA: &str = "sla-desk/portfolio/v1";

/// `portfolio.json`: one month of all tenants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Portfolio {
    /// Name and version of this format: `sla-desk/portfolio/v1`.
    pub schema: String,
    /// The contractual month, YYYY-MM.
    pub month: Month,
    /// Commitments of all tenants by verdict.
    pub commitments: VerdictCounts,
    /// Sum of all credits, one for each currency, in order of the currency's code.
    pub credit_totals: Vec<CreditTotal>,
    /// The tenants, in order of tenant and contract.
    pub tenants: Vec<PortfolioTenant>,
}

/// How many commitments ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VerdictCounts {
    /// Met.
    pub met: u64,
    /// Breached.
    pub breached: u64,
    /// Undecidable.
    pub undecidable: u64,
}

/// A tenant's month under one contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PortfolioTenant {
    /// Id of the tenant.
    pub tenant: String,
    /// Name of the tenant.
    pub tenant_name: String,
    /// Name of the contract.
    pub contract: String,
    /// Version of the contract.
    pub contract_version: u32,
    /// Revision of the month.
    pub revision: u32,
    /// SHA-256 of the month's record without its revision.
    pub record_sha256: String,
    /// The worst verdict of all commitments.
    pub verdict: Verdict,
    /// Sum of the tenant's credits.
    pub credit_total: CreditTotal,
    /// What was promised, in the contract's order; what was promised of incidents last.
    pub commitments: Vec<PortfolioCommitment>,
}

/// A commitment's outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PortfolioCommitment {
    /// Name of the commitment.
    pub name: String,
    /// Human name of the SLO.
    pub title: String,
    /// The promised percentage.
    pub target: String,
    /// The least and the most that can have been attained.
    pub attained_range: RecordRange<Option<RecordRatio>>,
    /// Time in outage, in seconds; null for a promise about incidents.
    pub downtime_seconds: Option<i64>,
    /// Time without usable evidence, in seconds; null for a promise about incidents.
    pub unknown_seconds: Option<i64>,
    /// Met, breached or undecidable.
    pub verdict: Verdict,
    /// The service credit.
    pub credit: CreditTotal,
}

/// JSON Schema of `portfolio.json`.
pub fn portfolio_schema() -> Schema {
    schema_for!(Portfolio)
}

/// A month of all tenants. The order of `records` does not matter.
///
/// # Errors
/// When a record is of another month, or the credits of a currency do not fit into 64 bits.
pub fn portfolio(month: Month, records: &[MonthRecord]) -> Result<Portfolio, ReportError> {
    summed(month, &ordered(month, records)?)
}

/// The documents over all tenants' months: `portfolio.csv`, `portfolio.json`, `operations.csv` and `operations.json`.
///
/// # Errors
/// As [`portfolio`].
pub fn portfolio_documents(month: Month, records: &[MonthRecord]) -> Result<Vec<Document>, ReportError> {
    let ordered = ordered(month, records)?;
    let portfolio = summed(month, &ordered)?;
    let mut json = serde_json::to_string_pretty(&portfolio)
        .map_err(|error| ReportError::Write { name: "portfolio.json", reason: error.to_string() })?;
    json.push('\n');
    let mut documents = vec![
        Document { name: "portfolio.csv", bytes: csv(&portfolio)? },
        Document { name: "portfolio.json", bytes: json.into_bytes() },
    ];
    documents.extend(operations::documents(month, portfolio.commitments, &ordered)?);
    Ok(documents)
}

fn ordered(month: Month, records: &[MonthRecord]) -> Result<Vec<&MonthRecord>, ReportError> {
    let mut ordered: Vec<&MonthRecord> = records.iter().collect();
    ordered.sort_by_key(|record| (&record.tenant, &record.contract.id, record.contract.version));
    for record in &ordered {
        if record.month != month {
            return Err(ReportError::Month {
                tenant: record.tenant.clone(),
                found: record.month.to_string(),
                expected: month.to_string(),
            });
        }
    }
    Ok(ordered)
}

fn summed(month: Month, ordered: &[&MonthRecord]) -> Result<Portfolio, ReportError> {
    Ok(Portfolio {
        schema: PORTFOLIO_SCHEMA.to_owned(),
        month,
        commitments: count(ordered),
        credit_totals: totals(ordered)?,
        tenants: ordered.iter().map(|record| tenant(record)).collect(),
    })
}

fn count(records: &[&MonthRecord]) -> VerdictCounts {
    let mut counts = VerdictCounts::default();
    for promise in records.iter().flat_map(|record| record.promises()) {
        match promise.verdict {
            Verdict::Met => counts.met += 1,
            Verdict::Breached => counts.breached += 1,
            Verdict::Undecidable => counts.undecidable += 1,
        }
    }
    counts
}

fn totals(records: &[&MonthRecord]) -> Result<Vec<CreditTotal>, ReportError> {
    let mut totals: BTreeMap<&str, CreditTotal> = BTreeMap::new();
    for CreditTotal { currency, low_minor, high_minor } in records.iter().map(|record| &record.credit_total) {
        let zero = CreditTotal { currency: currency.clone(), low_minor: 0, high_minor: 0 };
        let total = totals.entry(currency).or_insert(zero);
        let sums = total.low_minor.checked_add(*low_minor).zip(total.high_minor.checked_add(*high_minor));
        (total.low_minor, total.high_minor) =
            sums.ok_or_else(|| ReportError::Overflow { currency: currency.clone() })?;
    }
    Ok(totals.into_values().collect())
}

fn tenant(record: &MonthRecord) -> PortfolioTenant {
    PortfolioTenant {
        tenant: record.tenant.clone(),
        tenant_name: record.tenant_name.clone(),
        contract: record.contract.id.clone(),
        contract_version: record.contract.version,
        revision: record.revision,
        record_sha256: record.digest(),
        verdict: record.verdict,
        credit_total: record.credit_total.clone(),
        commitments: record.promises().map(|promise| commitment(&promise)).collect(),
    }
}

fn commitment(promise: &RecordPromise<'_>) -> PortfolioCommitment {
    PortfolioCommitment {
        name: promise.name.to_owned(),
        title: promise.title.to_owned(),
        target: promise.target.to_owned(),
        attained_range: promise.attained_range.clone(),
        downtime_seconds: promise.measured.map(|one| one.downtime_seconds),
        unknown_seconds: promise.measured.map(|one| one.unknown_seconds),
        verdict: promise.verdict,
        credit: CreditTotal {
            currency: promise.credit.currency.clone(),
            low_minor: promise.credit.low_minor,
            high_minor: promise.credit.high_minor,
        },
    }
}

const HEADERS: [&str; 17] = [
    "month",
    "tenant",
    "tenant_name",
    "contract",
    "contract_version",
    "revision",
    "commitment",
    "title",
    "target_percent",
    "attained_low_percent",
    "attained_high_percent",
    "downtime_seconds",
    "unknown_seconds",
    "verdict",
    "credit_currency",
    "credit_low_minor",
    "credit_high_minor",
];

fn csv(portfolio: &Portfolio) -> Result<Vec<u8>, ReportError> {
    let month = portfolio.month.to_string();
    let rows = portfolio.tenants.iter().flat_map(|tenant| tenant.commitments.iter().map(move |one| (tenant, one)));
    let rows = rows.map(|(tenant, one)| {
        vec![
            Field::own(&month),
            Field::foreign(&tenant.tenant),
            Field::foreign(&tenant.tenant_name),
            Field::foreign(&tenant.contract),
            Field::own(tenant.contract_version),
            Field::own(tenant.revision),
            Field::foreign(&one.name),
            Field::foreign(&one.title),
            Field::foreign(&one.target),
            table::percent(one.attained_range.low.as_ref()),
            table::percent(one.attained_range.high.as_ref()),
            table::figure(one.downtime_seconds),
            table::figure(one.unknown_seconds),
            Field::own(one.verdict.name()),
            Field::foreign(&one.credit.currency),
            Field::own(one.credit.low_minor),
            Field::own(one.credit.high_minor),
        ]
    });
    table::write("portfolio.csv", &HEADERS, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use sla_core::record::Language;

    fn month() -> Month {
        "2026-10".parse().expect("a month")
    }

    #[test]
    fn currencies_are_not_added_up_and_the_order_of_records_does_not_matter() {
        let mut records = vec![
            sample::record(Language::En, Verdict::Breached),
            sample::record(Language::De, Verdict::Breached),
            sample::record(Language::De, Verdict::Undecidable),
        ];
        records[2].contract.id = "second".into();
        let documents = portfolio_documents(month(), &records).expect("documents");
        records.reverse();
        assert_eq!(portfolio_documents(month(), &records).expect("documents"), documents);
        let portfolio: Portfolio = serde_json::from_slice(&documents[1].bytes).expect("parses");
        let total =
            |currency: &str, low_minor, high_minor| CreditTotal { currency: currency.into(), low_minor, high_minor };
        assert_eq!(portfolio.credit_totals, [total("EUR", 77_500, 217_500), total("USD", 77_500, 77_500)]);
        assert_eq!(portfolio.commitments, VerdictCounts { met: 8, breached: 4, undecidable: 3 });
        let order: Vec<_> = portfolio.tenants.iter().map(|one| (one.tenant.as_str(), one.contract.as_str())).collect();
        assert_eq!(
            order,
            [("nordlicht", "nordlicht-platform"), ("nordlicht", "second"), ("prairie", "prairie-platform")]
        );
    }

    #[test]
    fn what_does_not_belong_is_refused() {
        #[track_caller]
        fn check(records: &[MonthRecord], expected: &str) {
            let error = portfolio_documents(month(), records).expect_err("refused").to_string();
            assert_eq!(error, expected);
        }
        let record = sample::record(Language::De, Verdict::Met);
        let mut other = record.clone();
        other.month = "2026-09".parse().expect("a month");
        check(&[record.clone(), other], "the record of tenant nordlicht is for 2026-09, expected 2026-10");
        let mut rich = record;
        rich.credit_total.high_minor = i64::MAX;
        let mut richer = rich.clone();
        richer.credit_total.high_minor = 1;
        check(&[rich, richer], "the credits in EUR add up to more than fits into 64 bits");
    }

    #[test]
    fn no_tenant_is_a_portfolio_too() {
        let documents = portfolio_documents(month(), &[]).expect("documents");
        let portfolio: Portfolio = serde_json::from_slice(&documents[1].bytes).expect("parses");
        assert!(portfolio.tenants.is_empty() && portfolio.credit_totals.is_empty());
        assert_eq!(documents[0].bytes.iter().filter(|byte| **byte == b'\n').count(), 1);
    }
}
