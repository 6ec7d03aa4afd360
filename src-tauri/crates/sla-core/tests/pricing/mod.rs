//! Months that follow one another: what repeats, what is capped over a year, what was carried into the ledger, what rights
//! open, and by which steps each amount came about.

mod bases;
mod groups;
mod months;
mod periods;
mod rights;
mod steps;

use crate::desk::{self, DOWN, MISSING, Slice, UP};
use sla_core::record::MonthRecord;
use sla_core::time::Month;

/// Ten percent of 1 000.00 EUR for any miss.
pub(crate) const TENTH: &str = "bands: [{ from: 0, below: 99.9, credit: 10 }]";

/// A promise in slices of an hour.
pub(crate) fn hourly(terms: &[(&str, &str)]) -> String {
    let mut all = vec![("slice", "1h")];
    all.extend(terms);
    desk::promise(&all)
}

/// Closes one month after another, each knowing those before it. A sign for each: `k` kept, `m` missed all month, `s` missed
/// by one hour, `+` by one hour and without evidence of the next, `?` without any evidence, `-` not closed by anybody.
#[track_caller]
pub(crate) fn closed(documents: &[String], first: &str, signs: &str) -> Vec<MonthRecord> {
    let first: Month = first.parse().expect("a month");
    let mut records: Vec<MonthRecord> = Vec::new();
    for (sign, ahead) in signs.chars().zip(0..) {
        let month = first.plus(ahead).to_string();
        let hour = desk::from(&format!("{month}-02T10:00:00Z"), 3_600).start;
        let says = |at: i64| -> Slice {
            match sign {
                'm' => DOWN,
                's' | '+' if at == hour => DOWN,
                '+' if at == hour + 3_600 => MISSING,
                '?' => MISSING,
                _ => UP,
            }
        };
        if sign != '-' {
            records.push(desk::stated_after(documents, &month, says, &records));
        }
    }
    records
}

/// The last of several months.
#[track_caller]
pub(crate) fn last(documents: &[String], first: &str, signs: &str) -> MonthRecord {
    closed(documents, first, signs).pop().expect("a month was closed")
}
