//! The most money that a commitment can cost in a month: what a finding about it can move.

use super::Check;
use crate::catalogue::Document;
use crate::catalogue::contract::{ContractSpec, FixedPer, Model, Promise};
use crate::money::{Amount, Money};
use crate::ratio::{Ratio, Rounding};

/// The longest month: 31 days and the hour that autumn gives.
const MONTH_SECONDS: i64 = 31 * 86_400 + 3600;

impl Check<'_> {
    /// The most that a commitment can cost in a month, as text; `None` when it does not fit.
    pub(super) fn stake(&self, contract: &Document<ContractSpec>, promise: Promise<'_>) -> Option<String> {
        stake(&contract.spec, [promise])
    }

    /// The same of all commitments together.
    pub(super) fn stake_of_all(&self, contract: &Document<ContractSpec>) -> Option<String> {
        stake(&contract.spec, contract.spec.promises())
    }
}

/// The most that promises of a contract can cost in a month together, as text; `None` when it does not fit.
pub(in crate::catalogue) fn stake<'a>(
    contract: &ContractSpec,
    promises: impl IntoIterator<Item = Promise<'a>>,
) -> Option<String> {
    let mut sum = Ratio::zero();
    for promise in promises {
        sum = sum.plus(&most(contract, promise)?);
    }
    text(contract, &sum)
}

fn text(contract: &ContractSpec, minor: &Ratio) -> Option<String> {
    let whole = Ratio::whole(minor.scaled(0, Rounding::Ceil));
    let money: Money = crate::derivation::whole_minor(&whole, contract.currency)?;
    Some(format!("{} {}", money.to_decimal(), contract.currency))
}

/// Before caps, in minor units; `None` when the fee does not fit its currency.
pub(super) fn most(contract: &ContractSpec, promise: Promise<'_>) -> Option<Ratio> {
    let money = |amount: Amount| Some(Ratio::whole(amount.in_currency(contract.currency)?.minor));
    let base = money(promise.fee.unwrap_or(contract.fee.monthly))?;
    let base = base.times(&Ratio::whole(promise.period.months()));
    let worth = |share: Option<crate::catalogue::Share>, amount: Option<Amount>| match (share, amount) {
        (Some(share), _) => Some(share.ratio().times(&base)),
        (None, Some(amount)) => money(amount),
        (None, None) => Some(Ratio::zero()),
    };
    let seconds = Ratio::whole(MONTH_SECONDS * i64::from(promise.period.months()));
    let penalty = promise.penalty;
    let once = match penalty.model() {
        None => Ratio::zero(),
        Some(Model::Bands(bands)) => largest(bands.iter().map(|band| worth(band.credit, band.amount)))?,
        Some(Model::PerUnit(per)) => {
            let units = seconds.times(&promise.target.ratio()).over(&Ratio::whole(per.unit.seconds()))?;
            Ratio::whole(units.scaled(0, Rounding::Ceil)).times(&worth(per.credit, per.amount)?)
        }
        Some(Model::Multiplier(multiplier)) => multiplier.factor.ratio().times(&base),
        Some(Model::Proportional(_)) => base.clone(),
        Some(Model::AtRisk(part)) => {
            let pool = contract.at_risk.map_or_else(Ratio::zero, |at_risk| at_risk.share.ratio());
            pool.times(&part.allocation.ratio()).times(&base)
        }
        Some(Model::Points(bands)) => {
            let points = bands.iter().map(|band| band.points).max().unwrap_or(0);
            let each = contract.point_worth.unwrap_or_default();
            Ratio::whole(points).times(&worth(each.credit, each.amount)?)
        }
        Some(Model::Fixed(fixed)) => {
            let count = if fixed.per == FixedPer::Breach { 1 } else { 31 };
            Ratio::whole(count).times(&money(fixed.amount)?)
        }
        Some(Model::PerOutage(outages)) => largest(outages.tiers.iter().map(|tier| worth(tier.credit, tier.amount)))?,
    };
    let factors = penalty.repeat.iter().flat_map(|repeat| &repeat.steps).map(|step| step.factor.ratio());
    let factor = factors.fold(Ratio::one(), Ratio::max);
    Some(once.times(&factor))
}

fn largest(mut amounts: impl Iterator<Item = Option<Ratio>>) -> Option<Ratio> {
    amounts.try_fold(Ratio::zero(), |most, one| Some(most.max(one?)))
}
