//! What modifies an amount: repeats, the least credit, rounding.

use num_bigint::BigInt;

use super::caps::by_commitment;
use super::{End, Item, Judged, PriceError, minor};
use crate::catalogue::{
    AttainmentRounding, BandRange, ContractSpec, MinimumCredit, MoneyRounding, Promise, RoundingPlace,
};
use crate::derivation::{Rule, Unit, input};
use crate::money::{Amount, Currency};
use crate::ratio::{Ratio, Rounding};

impl AttainmentRounding {
    /// An attainment as the contract rounds it before it is compared.
    pub fn apply(self, attained: &Ratio) -> Ratio {
        let scaled = attained.scaled(self.digits + 2, self.mode);
        Ratio::new(scaled, BigInt::from(10).pow(self.digits + 2)).expect("ten to a power is not zero")
    }

    /// The least percentage of so many decimals inside a band that is not below `from`; `None` when there is none.
    pub(super) fn first_inside(self, band: &BandRange, from: &Ratio) -> Option<Ratio> {
        let first = Self { mode: Rounding::Ceil, ..self }.apply(from);
        let step = Ratio::new(1, BigInt::from(10).pow(self.digits + 2)).expect("ten to a power is not zero");
        // An end that is not inside may be such a percentage itself.
        let second = first.plus(&step);
        [first, second].into_iter().find(|percentage| band.contains(percentage))
    }
}

impl Promise<'_> {
    /// What was attained as it is compared: exactly, unless the contract rounds it first.
    pub fn compared(&self, attained: &Ratio) -> Ratio {
        self.attainment_rounding.map_or_else(|| attained.clone(), |rounding| rounding.apply(attained))
    }
}

/// An amount of the catalogue as exact minor units.
pub(super) fn major_units(amount: Amount, currency: Currency) -> Ratio {
    let money = amount.in_currency(currency).expect("the catalogue checked the decimals of every amount");
    Ratio::whole(money.minor)
}

/// Multiplies by the factor for repeats; points become money after it.
pub(super) fn repeat(judged: &Judged<'_>, misses: (u32, u32), end: End, base: &Ratio, item: &mut Item) {
    if let Some(repeat) = &judged.promise.penalty.repeat {
        let factor = |misses: u32| {
            let step = repeat.steps.iter().rev().find(|step| step.misses <= misses);
            step.map_or_else(Ratio::one, |step| step.factor.ratio())
        };
        // Factors need not rise with the number of misses.
        let all = (misses.0..=misses.1).map(|count| (factor(count), count));
        let chosen = if end == End::Least { all.min() } else { all.max() };
        let (factor, count) = chosen.expect("a range has its ends");
        if factor != Ratio::one() && (item.points > 0 || item.exact > Ratio::zero()) {
            let inputs = vec![
                input("misses", Unit::Count, count),
                input("within", Unit::Count, repeat.within_months),
                input(
                    "factor",
                    Unit::Factor,
                    factor.to_decimal(3, Rounding::Floor).trim_end_matches('0').trim_end_matches('.'),
                ),
            ];
            if item.points > 0 {
                let points = factor.times(&Ratio::whole(item.points));
                // A factor of 1.5 on 3 points gives 4: half a point is none.
                item.points = u32::try_from(points.scaled(0, Rounding::Floor)).unwrap_or(u32::MAX);
                item.trail.step(Rule::Repeat, inputs, Unit::Count, Ratio::whole(item.points));
            } else {
                item.exact = item.trail.step(Rule::Repeat, inputs, Unit::Money, factor.times(&item.exact));
            }
        }
    }
    if item.points > 0 {
        item.exact = points_worth(judged.contract, base, item);
    }
}

fn points_worth(contract: &ContractSpec, base: &Ratio, item: &mut Item) -> Ratio {
    let points = Ratio::whole(item.points);
    let count = input("points", Unit::Count, item.points);
    let worth = contract.point_worth.unwrap_or_default();
    match (worth.credit, worth.amount) {
        (Some(share), _) => {
            let inputs = vec![count, input("share", Unit::Share, share)];
            item.trail.step(Rule::PointsShare, inputs, Unit::Money, points.times(&share.ratio()).times(base))
        }
        (None, Some(amount)) => {
            let each = major_units(amount, contract.currency);
            let inputs = vec![count, item.trail.money("each", &each)];
            item.trail.step(Rule::PointsAmount, inputs, Unit::Money, points.times(&each))
        }
        (None, None) => item.trail.step(Rule::PointsOnly, vec![count], Unit::Money, Ratio::zero()),
    }
}

/// Pays nothing below the least credit: what the parts of a commitment come to together counts.
pub(super) fn minimum(contract: &ContractSpec, judged: &[Judged<'_>], items: &mut [Item]) {
    let Some(MinimumCredit { above, from }) = contract.minimum_credit else { return };
    let least = |amount: Amount| major_units(amount, contract.currency);
    for members in by_commitment(judged) {
        let sum = members.iter().fold(Ratio::zero(), |sum, &index| sum.plus(&items[index].exact));
        let is_paid = above.is_none_or(|above| sum > least(above)) && from.is_none_or(|from| sum >= least(from));
        for index in members.into_iter().filter(|_| !is_paid) {
            let item = &mut items[index];
            if item.exact > Ratio::zero() {
                let inputs = match (above, from) {
                    (Some(above), _) => vec![item.trail.money("above", &least(above))],
                    (None, from) => from.map(|from| item.trail.money("from", &least(from))).into_iter().collect(),
                };
                item.exact = item.trail.step(Rule::BelowMinimum, inputs, Unit::Money, Ratio::zero());
            }
        }
    }
}

impl MoneyRounding {
    /// An exact amount of minor units, rounded to the contract's digits: still in minor units, and whole.
    pub fn apply(self, exact: &Ratio, currency: Currency) -> Ratio {
        self.with(exact, currency, self.mode)
    }

    /// The largest amount that the contract's digits can say and that is not above an exact one.
    pub(super) fn floor(self, exact: &Ratio, currency: Currency) -> Ratio {
        self.with(exact, currency, Rounding::Floor)
    }

    /// To the nearest amount of the contract's digits; a tie goes down.
    fn half_down(self, exact: &Ratio, currency: Currency) -> Ratio {
        let half = Ratio::new(self.unit(currency), 2).expect("two is not zero");
        self.with(&exact.minus(&half), currency, Rounding::Ceil)
    }

    /// The least amount of the contract's digits, in minor units.
    fn unit(self, currency: Currency) -> BigInt {
        let dropped = currency.digits() - self.digits.unwrap_or(currency.digits()).min(currency.digits());
        BigInt::from(10).pow(dropped)
    }

    fn with(self, exact: &Ratio, currency: Currency, mode: Rounding) -> Ratio {
        let unit = self.unit(currency);
        let units = mode.divide(exact.numerator(), &(exact.denominator() * &unit));
        Ratio::whole(units * unit)
    }
}

/// Rounds a commitment's credit, where the contract rounds there.
pub(super) fn round_item(contract: &ContractSpec, item: &mut Item) {
    let rounding = contract.rounding;
    if rounding.at == RoundingPlace::Commitment && item.exact > Ratio::zero() {
        let rounded = rounding.apply(&item.exact, contract.currency);
        let inputs = vec![input("mode", Unit::Text, rounding.mode.name())];
        item.exact = item.trail.step(Rule::Rounding, inputs, Unit::Money, rounded);
    }
}

/// The sum of all items in minor units; each item gets its part. Where the contract rounds the sum, an item's part is
/// what it adds to the rounded sum of those before it: so the parts add up to the sum, to the cent. Items of one service
/// stand together for that, within it the parts of one commitment, and every sum on the way is rounded as the whole one is, ties always in one direction: then no
/// part and no service is rounded past a cap, because adding whole cents never changes how the rest is rounded.
pub(super) fn round_total(
    contract: &ContractSpec,
    judged: &[Judged<'_>],
    items: &mut [Item],
) -> Result<i64, PriceError> {
    let Some(last) = judged.last() else { return Ok(0) };
    let (rounding, currency) = (contract.rounding, contract.currency);
    if rounding.at == RoundingPlace::Commitment {
        let mut sum = Ratio::zero();
        for (item, judged) in items.iter_mut().zip(judged) {
            item.minor = minor(&item.exact, currency, judged)?;
            sum = sum.plus(&item.exact);
        }
        return minor(&sum, currency, last);
    }
    let sum = items.iter().fold(Ratio::zero(), |sum, item| sum.plus(&item.exact));
    let total = rounding.apply(&sum, currency);
    let ties_down = total < rounding.with(&sum, currency, Rounding::HalfUp);
    let on_the_way = |sum: &Ratio| match rounding.mode {
        Rounding::HalfEven if ties_down => rounding.half_down(sum, currency),
        Rounding::HalfEven => rounding.with(sum, currency, Rounding::HalfUp),
        mode => rounding.with(sum, currency, mode),
    };
    let first_of_service = |index: usize| judged.iter().position(|other| other.service == judged[index].service);
    let mut order: Vec<Vec<usize>> = by_commitment(judged);
    order.sort_by_key(|parts| first_of_service(parts[0]));
    let order = order.concat();
    let (mut sum, mut rounded_before) = (Ratio::zero(), Ratio::zero());
    for index in order {
        let item = &mut items[index];
        sum = sum.plus(&item.exact);
        let rounded = on_the_way(&sum);
        let part = rounded.minus(&rounded_before);
        rounded_before = rounded;
        item.minor = minor(&part, currency, &judged[index])?;
        if item.exact > Ratio::zero() {
            let inputs = vec![input("mode", Unit::Text, rounding.mode.name())];
            item.trail.step(Rule::TotalRounding, inputs, Unit::Money, part);
        }
    }
    minor(&total, currency, last)
}
