//! By when a credit must be claimed, from a contract's text to the record.

use sla_core::interval::IntervalSet;
use sla_core::measurement::{BadRun, Measurement, Tally};
use sla_core::plan::plan;
use sla_core::statement::{Measured, StatementError, state};

use super::sound;
use crate::nord::evidence;

/// The claim's last day for a month in which everything failed.
fn last_day(claim: &str, holidays: &str, month: &str) -> Result<Option<String>, StatementError> {
    let (claim, holidays) = (format!("claim: {claim}"), format!("holidays: {holidays}"));
    let catalogue = sound(
        &["timeZone: Europe/Berlin", "serviceHours: 24/7", &claim, &holidays],
        "",
        Some(super::contract::CLOSING),
    );
    let plans = plan(&catalogue, month.parse().expect("a month"), None, 2_600_000_000).expect("a plan");
    let period = plans[0].commitments[0].scope.period;
    let slices = period.seconds() / 900;
    let measurement = Measurement {
        scale: 1,
        counted: Tally { slices, good: 0, total: i128::from(slices), ratio_sum: None },
        excluded: Tally::default(),
        peak_units: 1,
        bad: vec![BadRun { period, failed: i128::from(slices), total: i128::from(slices) }],
        quiet: IntervalSet::default(),
        unknown: Vec::new(),
        days: Vec::new(),
    };
    let evidence = evidence(&plans[0].commitments[0].scope, "ab");
    state(&plans[0], &[Measured { measurement, evidence, second: None }], &[])
        .map(|record| record.claim.and_then(|claim| claim.last_day))
}

#[track_caller]
fn check(claim: &str, holidays: &str, month: &str, expected: &str) {
    assert_eq!(last_day(claim, holidays, month), Ok(Some(expected.to_owned())), "{claim} {holidays} {month}");
}

#[test]
fn trap_16_the_report_prints_the_last_day_of_the_contract_s_own_calendar() {
    let five = "{ within: 5, unit: workingDays, from: periodEnd, rollForward: false }";
    // After Tuesday 31 March 2026: Good Friday and Easter Monday are none.
    check(five, "{ region: DE-BY }", "2026-03", "2026-04-09");
    // Scotland works on Easter Monday.
    check(five, "{ region: GB-SCT }", "2026-03", "2026-04-08");
    // After 31 July: the customer is closed in the first week of August.
    check(five, "{ region: DE-BY, closingDays: [closing.ics] }", "2026-07", "2026-08-14");
    check(five, "{ closingDays: [closing.ics] }", "2026-07", "2026-08-14");
    // 30 days after 30 November is a Wednesday; 24 days after it, Christmas Eve, is a closing day before holidays.
    let rolled = "{ within: 24, unit: days, from: periodEnd, rollForward: true }";
    check(rolled, "{ region: DE-BY }", "2026-11", "2026-12-24");
    check(rolled, "{ region: DE-BY, closingDays: [closing.ics] }", "2026-11", "2026-12-28");
}

#[test]
fn a_last_day_beyond_the_known_years_is_an_error() {
    let five = "{ within: 5, unit: workingDays, from: periodEnd, rollForward: false }";
    let error = last_day(five, "{ region: DE-BY }", "2040-12").expect_err("nobody knows the holidays of 2041");
    assert!(matches!(error, StatementError::Holidays { .. }), "{error}");
    assert!(
        error
            .to_string()
            .starts_with("nord: by when the credit must be claimed: found 2041-01-01, expected a day from 2015-01-01"),
        "{error}"
    );
}
