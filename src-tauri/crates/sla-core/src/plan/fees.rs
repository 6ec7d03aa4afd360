//! What credits are a share of: the fee of a month, of a part of a month, of a longer period.
//!
//! A version's part of a month is counted in local days. With `daily` it is its days of the days of the month. With `full`
//! a month in which the contract begins or ends counts whole; where several versions share a month, each has its days of
//! the days on which any of them is in force. So one month's fee is counted once, whatever its versions say.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::span::Span;
use crate::catalogue::{Catalogue, ContractSpec, Model, Name, PartMonth, Promise};
use crate::money::{Amount, Money};
use crate::price::{Fees, MonthFees, PlannedPast};
use crate::ratio::{Ratio, Rounding};
use crate::time::{MeasurementPeriod, Month};

/// All versions of one contract, as far as their fees are concerned.
#[derive(Clone, Debug)]
pub(super) struct Versions<'a> {
    catalogue: &'a Catalogue,
    all: Vec<&'a ContractSpec>,
}

impl<'a> Versions<'a> {
    pub(super) fn of(catalogue: &'a Catalogue, contract: &Name) -> Self {
        let versions = catalogue.contracts.values().filter(|version| version.name() == contract);
        Self { catalogue, all: versions.map(|version| &version.spec).collect() }
    }

    /// The fee of a promise's service, or of the contract, over a measurement period.
    pub(super) fn of_promise(&self, contract: &ContractSpec, own: Option<Amount>, span: &Span) -> Fees {
        let months = span.months.iter().map(|&(month, _)| self.counted_days(contract, month));
        Fees { monthly: money(contract, own.unwrap_or(contract.fee.monthly)), months: months.collect() }
    }

    /// The fees of a month over all versions.
    pub(super) fn of_month(&self, month: Month) -> MonthFees {
        let mut sum = MonthFees::default();
        for version in &self.all {
            let Some(span) = Span::due(version, MeasurementPeriod::Month, month) else { continue };
            sum.contract = sum.contract.plus(&self.of_promise(version, None, &span).exact());
            sum.promised = sum.promised.plus(&self.promised(version, month, |_| true));
            if let Some(at_risk) = version.at_risk {
                let fees =
                    self.promised(version, month, |promise| matches!(promise.penalty.model(), Some(Model::AtRisk(_))));
                sum.at_risk = sum.at_risk.plus(&at_risk.share.ratio().times(&fees));
            }
        }
        sum
    }

    /// What is paid for the services of some promises of a version, over the longest of their periods that is due: at least
    /// over the month. A service that several promises are about counts once with the highest of its fees, and the
    /// contract's fee counts once for all services without their own.
    fn promised(&self, contract: &ContractSpec, month: Month, counts: impl Fn(&Promise<'_>) -> bool) -> Ratio {
        let mut longest = Ratio::zero();
        // Of each service the highest fee, and whether that is the contract's.
        let mut services: BTreeMap<&Name, (Amount, bool)> = BTreeMap::new();
        let measured = contract.commitments.iter().map(|one| (&self.catalogue.slos[&one.slo].spec.service, one.into()));
        let of_incidents = contract.incidents.iter().map(|one| (&one.service, one.into()));
        for (service, promise) in measured.chain(of_incidents).filter(|(_, promise)| counts(promise)) {
            for period in [MeasurementPeriod::Month, promise.period] {
                if let Some(span) = Span::due(contract, period, month) {
                    let months = span.months.iter().map(|&(month, _)| self.counted_days(contract, month)).collect();
                    longest = longest.max(Fees { monthly: one(contract), months }.exact());
                }
            }
            let fee = (promise.fee.unwrap_or(contract.fee.monthly), promise.fee.is_none());
            let known = services.entry(service).or_insert(fee);
            *known = (*known).max(fee);
        }
        let own = services.values().filter(|(_, is_contracts)| !is_contracts).map(|(fee, _)| *fee);
        let contracts = services.values().any(|(_, is_contracts)| *is_contracts).then_some(contract.fee.monthly);
        let monthly = own.chain(contracts).map(|fee| Ratio::whole(money(contract, fee).minor));
        monthly.fold(Ratio::zero(), |sum, one| sum.plus(&one)).times(&longest)
    }

    /// The months before one in which any version was in force.
    pub(super) fn past(&self, month: Month) -> Vec<PlannedPast> {
        let mut past: BTreeMap<Month, PlannedPast> = BTreeMap::new();
        for version in &self.all {
            let first = version.valid_from.0;
            let mut at = Month::new(first.year(), first.month()).expect("the catalogue checked the years");
            let last = version.valid_to.map(|last| last.0);
            while at < month && last.is_none_or(|last| at.first_day() <= last) {
                if let Some(span) = Span::due(version, MeasurementPeriod::Month, at) {
                    let known = past.entry(at).or_insert(PlannedPast { month: at, fee: Ratio::zero(), is_due: false });
                    known.fee = known.fee.plus(&self.of_promise(version, None, &span).exact());
                    known.is_due |= version.promises().any(|promise| Span::due(version, promise.period, at).is_some());
                }
                at = at.plus(1);
            }
        }
        past.into_values().collect()
    }

    /// A version's part of a month: days that its fee is paid for, and of how many.
    fn counted_days(&self, contract: &ContractSpec, month: Month) -> (u32, u32) {
        let all: Vec<NaiveDate> =
            month.first_day().iter_days().take_while(|day| *day < month.next_first_day()).collect();
        let on = |version: &ContractSpec, day: NaiveDate| {
            version.valid_from.0 <= day && version.valid_to.is_none_or(|last| day <= last.0)
        };
        let count = |is: &dyn Fn(NaiveDate) -> bool| {
            u32::try_from(all.iter().filter(|day| is(**day)).count()).expect("a month has few days")
        };
        let own = count(&|day| on(contract, day));
        match contract.fee.part_month {
            Some(PartMonth::Daily) => (own, count(&|_| true)),
            Some(PartMonth::Full) | None => (own, count(&|day| self.all.iter().any(|version| on(version, day)))),
        }
    }
}

/// The fee of a month as a report states it: rounded down to the minor unit, once.
pub(super) fn stated(contract: &ContractSpec, fees: &MonthFees) -> Money {
    let whole = Ratio::whole(fees.contract.scaled(0, Rounding::Floor));
    crate::derivation::whole_minor(&whole, contract.currency).expect("a part of what fits, fits")
}

/// A minor unit, to count shares of months with.
fn one(contract: &ContractSpec) -> Money {
    Money { minor: 1, ..Money::zero(contract.currency) }
}

fn money(contract: &ContractSpec, amount: Amount) -> Money {
    amount.in_currency(contract.currency).expect("the catalogue checked the fee's decimals")
}
