//! A month of all tenants as documents: what machines read, and Parquet for business intelligence.

use polars::prelude::{Column, DataFrame, KeyValueMetadata, NamedFrom, ParquetWriter, PolarsError, Series};
use sla_core::money::Currency;
use sla_core::record::{MonthRecord, RecordRange, RecordRatio};
use sla_core::time::Month;
use sla_ledger::{Ledger, LedgerError};
use sla_report::{Document, Portfolio, PortfolioCommitment, PortfolioTenant, ReportError, portfolio};

/// Its name.
const PARQUET: &str = "portfolio.parquet";

/// Why a portfolio was not drawn.
#[derive(Debug, thiserror::Error)]
pub enum PortfolioError {
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// It does not become documents.
    #[error(transparent)]
    Report(#[from] ReportError),
}

impl PortfolioError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ledger(error) => error.code(),
            Self::Report(_) => "report",
        }
    }
}

/// The documents of a month of all tenants that a ledger shows, from the latest revision of each.
///
/// # Errors
/// [`PortfolioError`].
pub async fn draw_portfolio(ledger: &Ledger, month: Month) -> Result<Vec<Document>, PortfolioError> {
    let revisions = ledger.revisions(None, Some(month)).await?;
    let mut records: Vec<MonthRecord> = Vec::new();
    // By tenant, contract and revision: of one contract the later one takes the place of the one before.
    for record in revisions.into_iter().map(|status| status.record) {
        match records.last_mut() {
            Some(last) if (&last.tenant, &last.contract.id) == (&record.tenant, &record.contract.id) => *last = record,
            _ => records.push(record),
        }
    }
    let work = move || portfolio_documents(month, &records);
    Ok(tokio::task::spawn_blocking(work).await.expect("rendering does not panic")?)
}

/// `portfolio.csv`, `portfolio.json`, `operations.csv`, `operations.json` and `portfolio.parquet`.
///
/// # Errors
/// As [`portfolio`].
pub(crate) fn portfolio_documents(month: Month, records: &[MonthRecord]) -> Result<Vec<Document>, ReportError> {
    let mut documents = sla_report::portfolio_documents(month, records)?;
    let bytes = parquet(&portfolio(month, records)?)
        .map_err(|error| ReportError::Write { name: PARQUET, reason: error.to_string() })?;
    documents.push(Document { name: PARQUET, bytes });
    Ok(documents)
}

/// One row for each promise. Figures are numbers here: percentages as they are printed, in floating point for charts, and beside
/// them the exact ratio as text; amounts in the minor unit, with the currency's decimals. Equal portfolios give equal bytes.
fn parquet(portfolio: &Portfolio) -> Result<Vec<u8>, PolarsError> {
    let rows: Vec<(&PortfolioTenant, &PortfolioCommitment)> =
        portfolio.tenants.iter().flat_map(|tenant| tenant.commitments.iter().map(move |one| (tenant, one))).collect();
    let text = |name: &str, of: &dyn Fn(&PortfolioTenant, &PortfolioCommitment) -> String| -> Column {
        let values: Vec<String> = rows.iter().map(|(tenant, one)| of(tenant, one)).collect();
        Series::new(name.into(), values).into()
    };
    let whole = |name: &str, of: &dyn Fn(&PortfolioTenant, &PortfolioCommitment) -> Option<i64>| -> Column {
        let values: Vec<Option<i64>> = rows.iter().map(|(tenant, one)| of(tenant, one)).collect();
        Series::new(name.into(), values).into()
    };
    let percent = |name: &str, of: &dyn Fn(&PortfolioCommitment) -> Option<String>| -> Column {
        let values: Vec<Option<f64>> = rows.iter().map(|(_, one)| of(one).and_then(|text| text.parse().ok())).collect();
        Series::new(name.into(), values).into()
    };
    let exact = |name: &str, of: &dyn Fn(&RecordRange<Option<RecordRatio>>) -> Option<RecordRatio>| -> Column {
        let ratio = |ratio: RecordRatio| format!("{}/{}", ratio.numerator, ratio.denominator);
        let values: Vec<Option<String>> = rows.iter().map(|(_, one)| of(&one.attained_range).map(ratio)).collect();
        Series::new(name.into(), values).into()
    };
    let printed = |ratio: &Option<RecordRatio>| ratio.as_ref().map(|ratio| ratio.percent.clone());
    let decimals = |code: &str| code.parse::<Currency>().ok().map(|currency| i64::from(currency.digits()));
    let month = portfolio.month.to_string();
    let columns = vec![
        text("month", &|_, _| month.clone()),
        text("tenant", &|tenant, _| tenant.tenant.clone()),
        text("tenant_name", &|tenant, _| tenant.tenant_name.clone()),
        text("contract", &|tenant, _| tenant.contract.clone()),
        whole("contract_version", &|tenant, _| Some(tenant.contract_version.into())),
        whole("revision", &|tenant, _| Some(tenant.revision.into())),
        text("record_sha256", &|tenant, _| tenant.record_sha256.clone()),
        text("commitment", &|_, one| one.name.clone()),
        text("title", &|_, one| one.title.clone()),
        percent("target_percent", &|one| Some(one.target.clone())),
        percent("attained_low_percent", &|one| printed(&one.attained_range.low)),
        percent("attained_high_percent", &|one| printed(&one.attained_range.high)),
        exact("attained_low_exact", &|range| range.low.clone()),
        exact("attained_high_exact", &|range| range.high.clone()),
        whole("downtime_seconds", &|_, one| one.downtime_seconds),
        whole("unknown_seconds", &|_, one| one.unknown_seconds),
        text("verdict", &|_, one| one.verdict.name().to_owned()),
        text("credit_currency", &|_, one| one.credit.currency.clone()),
        whole("credit_decimals", &|_, one| decimals(&one.credit.currency)),
        whole("credit_low_minor", &|_, one| Some(one.credit.low_minor)),
        whole("credit_high_minor", &|_, one| Some(one.credit.high_minor)),
    ];
    let mut frame = DataFrame::new(rows.len(), columns)?;
    let mut bytes = Vec::new();
    let schema = KeyValueMetadata::from_static(vec![("schema".to_owned(), portfolio.schema.clone())]);
    ParquetWriter::new(&mut bytes).with_key_value_metadata(Some(schema)).finish(&mut frame)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use polars::prelude::{AnyValue, ParquetReader, SerReader};
    use sla_core::record::{Language, Verdict};
    use sla_report::sample;

    use super::*;

    fn document(records: &[MonthRecord]) -> Vec<u8> {
        let month = "2026-10".parse().expect("a month");
        let documents = portfolio_documents(month, records).expect("documents");
        documents.into_iter().find(|one| one.name == PARQUET).expect("Parquet").bytes
    }

    #[test]
    fn parquet_says_what_the_records_say() {
        let records = [Verdict::Breached, Verdict::Undecidable]
            .map(|verdict| MonthRecord { tenant: verdict.name().to_owned(), ..sample::record(Language::De, verdict) });
        let bytes = document(&records);
        assert_eq!(document(&records), bytes, "equal portfolios are equal bytes");
        let frame = ParquetReader::new(Cursor::new(&bytes[..])).finish().expect("Parquet");
        let promises: Vec<_> =
            records.iter().flat_map(|record| record.promises().map(move |one| (record, one))).collect();
        assert_eq!(frame.height(), promises.len());
        for (row, (record, promise)) in promises.iter().enumerate() {
            #[track_caller]
            fn check(frame: &DataFrame, row: usize, column: &str, expected: AnyValue<'_>) {
                let found = frame.column(column).expect("a column").get(row).expect("a row");
                assert_eq!(found, expected, "row {row}, {column}");
            }
            let whole = |value: Option<i64>| value.map_or(AnyValue::Null, AnyValue::Int64);
            let printed = |ratio: &Option<RecordRatio>| match ratio {
                Some(ratio) => AnyValue::Float64(ratio.percent.parse().expect("a decimal")),
                None => AnyValue::Null,
            };
            check(&frame, row, "tenant", AnyValue::String(&record.tenant));
            check(&frame, row, "commitment", AnyValue::String(promise.name));
            check(&frame, row, "verdict", AnyValue::String(promise.verdict.name()));
            check(&frame, row, "attained_low_percent", printed(&promise.attained_range.low));
            check(&frame, row, "attained_high_percent", printed(&promise.attained_range.high));
            check(&frame, row, "downtime_seconds", whole(promise.measured.map(|one| one.downtime_seconds)));
            check(&frame, row, "unknown_seconds", whole(promise.measured.map(|one| one.unknown_seconds)));
            check(&frame, row, "credit_decimals", AnyValue::Int64(2));
            check(&frame, row, "credit_low_minor", AnyValue::Int64(promise.credit.low_minor));
            check(&frame, row, "credit_high_minor", AnyValue::Int64(promise.credit.high_minor));
        }
    }

    #[test]
    fn no_tenant_is_parquet_too() {
        let frame = ParquetReader::new(Cursor::new(&document(&[])[..])).finish().expect("Parquet");
        assert_eq!((frame.height(), frame.width()), (0, 21));
    }
}
