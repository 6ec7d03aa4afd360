//! What credits are a share of: the fee of a month, of a part of a month, of a longer period.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::in_force;
use super::span::Span;
use crate::catalogue::{Catalogue, ContractSpec, Name, PartMonth};
use crate::money::{Amount, Money};
use crate::price::Fees;
use crate::ratio::{Ratio, Rounding};
use crate::time::{Month, Period};

/// The fee of a promise's service, or of the contract, over a measurement period.
pub(super) fn of_promise(contract: &ContractSpec, own: Option<Amount>, span: &Span) -> Fees {
    let months = span.months.iter().map(|&(month, within)| counted_days(contract, month, within));
    Fees { monthly: money(contract, own.unwrap_or(contract.fee.monthly)), months: months.collect() }
}

/// The fee of a month, rounded down to the minor unit.
pub(super) fn of_month(contract: &ContractSpec, month: Month) -> Money {
    let fee = exact(contract, month).unwrap_or_else(Ratio::zero);
    let whole = Ratio::whole(fee.scaled(0, Rounding::Floor));
    crate::derivation::whole_minor(&whole, contract.currency).expect("a part of what fits, fits")
}

/// The months before one in which any version of a contract was in force, each with its exact fee.
pub(super) fn past(catalogue: &Catalogue, contract: &Name, month: Month) -> Vec<(Month, Ratio)> {
    let versions = catalogue.contracts.values().filter(|version| version.name() == contract);
    let mut past: BTreeMap<Month, Ratio> = BTreeMap::new();
    for version in versions {
        let first = version.spec.valid_from.0;
        let mut at = Month::new(first.year(), first.month()).expect("the catalogue checked the years");
        let last = version.spec.valid_to.map(|last| last.0);
        while at < month && last.is_none_or(|last| at.first_day() <= last) {
            if let Some(fee) = exact(&version.spec, at) {
                let sum = past.entry(at).or_insert_with(Ratio::zero);
                *sum = sum.plus(&fee);
            }
            at = at.plus(1);
        }
    }
    past.into_iter().collect()
}

/// The exact fee of a month in minor units; `None` when the contract is not in force in it.
fn exact(contract: &ContractSpec, month: Month) -> Option<Ratio> {
    let within = in_force(contract, month)?;
    let months = vec![counted_days(contract, month, within)];
    Some(Fees { monthly: money(contract, contract.fee.monthly), months }.exact())
}

fn money(contract: &ContractSpec, amount: Amount) -> Money {
    amount.in_currency(contract.currency).expect("the catalogue checked the fee's decimals")
}

/// Days of a month that the fee is paid for, and days of the month.
fn counted_days(contract: &ContractSpec, month: Month, within: Period) -> (u32, u32) {
    let all = month.next_first_day().signed_duration_since(month.first_day()).num_days();
    let all = u32::try_from(all).expect("a month has few days");
    match contract.fee.part_month {
        Some(PartMonth::Daily) => {
            let zone = contract.time_zone.0;
            let days: Vec<(NaiveDate, Period)> =
                month.days(zone).filter(|(_, day)| day.overlap(within).is_some()).collect();
            // A zone that skipped a day makes a month of one day less, and nobody pays for that day.
            let skipped = all - u32::try_from(month.days(zone).count()).unwrap_or(all);
            (u32::try_from(days.len()).unwrap_or(all) + skipped, all)
        }
        Some(PartMonth::Full) | None => (all, all),
    }
}
