//! What is printed: text for people, one JSON value for machines.

use std::io::Write;
use std::process::ExitCode;

use comfy_table::{CellAlignment, Table, TableComponent, presets};
use serde_json::{Value, json};
use sla_app::Closed;
use sla_core::money::{Currency, Money};
use sla_core::record::{MonthRecord, RecordPromise, Verdict};

use crate::failure::Failure;

/// How to print.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    /// One JSON value instead of text.
    pub(crate) json: bool,
}

impl Output {
    /// Prints a command's result. A reader that has gone away, such as `head`, is no failure.
    pub(crate) fn print(self, text: impl FnOnce() -> String, json: impl FnOnce() -> Value) {
        let line = if self.json { json().to_string() } else { text() };
        let _ = writeln!(anstream::stdout(), "{line}");
    }

    /// Prints why a command failed and gives its exit code.
    pub(crate) fn failed(self, failure: &Failure) -> ExitCode {
        if failure.message.is_empty() {
            return ExitCode::from(failure.exit);
        }
        if self.json {
            let error = json!({ "error": { "code": failure.code, "message": failure.message } });
            let _ = writeln!(anstream::stdout(), "{error}");
        } else {
            let _ = writeln!(anstream::stderr(), "error: {}", failure.message);
        }
        ExitCode::from(failure.exit)
    }
}

/// A table with a line above, below and under its head, and none between rows.
pub(crate) fn plain() -> Table {
    use TableComponent::{HorizontalLines, LeftBorderIntersections, MiddleIntersections, RightBorderIntersections};
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY);
    for between in [HorizontalLines, LeftBorderIntersections, MiddleIntersections, RightBorderIntersections] {
        table.remove_style(between);
    }
    table
}

/// A closed month as a table.
pub(crate) fn table(closed: &Closed) -> String {
    let mut table = plain();
    table.set_header(["Tenant", "Commitment", "Target", "Attained", "Verdict", "Credit"]);
    for month in &closed.months {
        for (index, promise) in month.record.promises().enumerate() {
            let tenant = if index == 0 { month.record.tenant.as_str() } else { "" };
            table.add_row([
                tenant.to_owned(),
                promise.name.to_owned(),
                format!("{} %", promise.target),
                attained(&promise),
                verdict(promise.verdict).to_owned(),
                credit(&month.record, &promise),
            ]);
        }
    }
    for column in [2, 3, 5] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string()
}

/// A closed month for machines.
pub(crate) fn json(closed: &Closed) -> Value {
    let months = closed.months.iter().map(|month| {
        json!({
            "tenant": month.record.tenant,
            "contract": month.record.contract.id,
            "revision": month.record.revision,
            "unchanged": month.unchanged,
            "verdict": month.record.verdict,
            "credit_total": month.record.credit_total,
            "folder": month.folder,
        })
    });
    json!({
        "month": closed.month,
        "folder": closed.folder,
        "evidence": closed.evidence,
        "months": months.collect::<Vec<_>>(),
    })
}

fn attained(commitment: &RecordPromise<'_>) -> String {
    let range = commitment.attained_range;
    match (&commitment.attained, &range.low, &range.high) {
        (Some(attained), ..) => format!("{} %", attained.percent),
        (None, Some(low), Some(high)) => format!("{} … {} %", low.percent, high.percent),
        _ => "nothing to judge".to_owned(),
    }
}

pub(crate) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Met => "✓ met",
        Verdict::Breached => "✗ breached",
        Verdict::Undecidable => "? undecidable",
    }
}

fn credit(record: &MonthRecord, commitment: &RecordPromise<'_>) -> String {
    let amount = |minor: i64| match record.credit_total.currency.parse::<Currency>() {
        Ok(currency) => Money { minor, currency }.to_decimal(),
        Err(_) => minor.to_string(),
    };
    let (low, high) = (commitment.credit.low_minor, commitment.credit.high_minor);
    let currency = &commitment.credit.currency;
    match (low, high) {
        (0, 0) => "none".to_owned(),
        (low, high) if low == high => format!("{currency} {}", amount(low)),
        (low, high) => format!("{currency} {} … {}", amount(low), amount(high)),
    }
}

/// An amount of money, or the range that it lies in.
pub(crate) fn amounts(currency: &str, low: i64, high: i64) -> String {
    let amount = |minor: i64| match currency.parse::<Currency>() {
        Ok(currency) => Money { minor, currency }.to_decimal(),
        Err(_) => minor.to_string(),
    };
    if low == high {
        format!("{currency} {}", amount(low))
    } else {
        format!("{currency} {} … {}", amount(low), amount(high))
    }
}
