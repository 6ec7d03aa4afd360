//! `settlement.csv`: what was decided of a month, one row for each credit.

use sla_core::billing::Settlement;

use crate::ReportError;
use crate::table::{self, Field};

const HEADERS: [&str; 16] = [
    "tenant",
    "contract",
    "month",
    "revision",
    "commitment",
    "title",
    "outcome",
    "currency",
    "low_minor",
    "high_minor",
    "amount_minor",
    "before_minor",
    "given_minor",
    "taken_back_minor",
    "letter_minor",
    "reason",
];

/// Writes `settlement.csv`.
pub(crate) fn settlement_csv(settlement: &Settlement) -> Result<Vec<u8>, ReportError> {
    let rows = settlement.credits.iter().map(|credit| {
        let reasons = [credit.reason.as_str(), credit.taken_back_because.as_str()];
        let reasons: Vec<&str> = reasons.into_iter().filter(|reason| !reason.is_empty()).collect();
        vec![
            Field::foreign(&settlement.tenant),
            Field::foreign(&settlement.contract),
            Field::own(settlement.month),
            Field::own(settlement.revision),
            Field::foreign(&credit.commitment),
            Field::foreign(&credit.title),
            Field::own(credit.outcome.name()),
            Field::own(&settlement.currency),
            Field::own(credit.low_minor),
            Field::own(credit.high_minor),
            Field::own(credit.sums.amount_minor),
            Field::own(credit.sums.before_minor),
            Field::own(credit.sums.given_minor),
            Field::own(credit.sums.taken_back_minor),
            Field::own(credit.sums.letter_minor),
            Field::foreign(&reasons.join("; ")),
        ]
    });
    table::write("settlement.csv", &HEADERS, rows)
}
