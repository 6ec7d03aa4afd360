//! Which earlier months a record tells of, and what it tells of them.

use sla_core::record::{MonthRecord, RecordEarlier};

use crate::desk::{DOWN, UP, contract, promise, stated};

/// A month of `desk`'s contract in which everything was up, as a revision states it.
fn month(month: &str, revision: u32) -> MonthRecord {
    MonthRecord { revision, ..stated(&[contract(&[("validFrom", "2025-01-01")], &[promise(&[])])], month, |_| UP) }
}

/// What October 2026 tells of what is on record.
#[track_caller]
fn check(known: &[MonthRecord], expected: &[(&str, u32)]) {
    let told = RecordEarlier::before(&month("2026-10", 1), known);
    let told: Vec<(String, u32)> = told.iter().map(|one| (one.month.to_string(), one.revision)).collect();
    let expected: Vec<(String, u32)> = expected.iter().map(|(month, number)| ((*month).to_owned(), *number)).collect();
    assert_eq!(told, expected);
}

#[test]
fn a_year_of_the_same_contract_is_told_in_order_by_its_latest_revisions() {
    let of = |tenant: &str, contract: &str| {
        let mut other = month("2026-09", 1);
        (other.tenant, other.contract.id) = (tenant.to_owned(), contract.to_owned());
        other
    };
    let own = month("2026-09", 1);
    let (tenant, contract) = (own.tenant.clone(), own.contract.id.clone());
    check(&[], &[]);
    check(&[own.clone(), month("2026-08", 1)], &[("2026-08", 1), ("2026-09", 1)]);
    check(&[month("2026-09", 2), own, month("2026-09", 3)], &[("2026-09", 3)]);
    // Its own month, later ones, and those of others are none.
    let others = [month("2026-10", 1), month("2026-11", 1), of("west", &contract), of(&tenant, "another")];
    check(&others, &[]);
    // Eleven months back, and not one more; a month that nobody closed is missing.
    check(&[month("2025-10", 1), month("2025-11", 1), month("2026-02", 1)], &[("2025-11", 1), ("2026-02", 1)]);
}

#[test]
fn a_promise_is_told_by_what_its_month_stated() {
    let september = stated(&[contract(&[], &[promise(&[])])], "2026-09", |_| DOWN);
    let told = RecordEarlier::before(&month("2026-10", 1), std::slice::from_ref(&september));
    let (told, stated) = (&told[0].promises, &september.commitments[0]);
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].name.as_str(), told[0].verdict), (stated.name.as_str(), stated.verdict));
    assert_eq!(told[0].attained.low.as_deref(), Some("0.0000"));
    assert_eq!(told[0].attained.low, told[0].attained.high);
}
