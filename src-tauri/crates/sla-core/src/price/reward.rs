//! What a kept promise is worth: a rise of the fee for over-performance, and an earlier credit that is waived.

use super::model::compared;
use super::{History, Item, Judged, by_name, derivations};
use crate::catalogue::{Bonus, Name};
use crate::derivation::{Derivation, Rule, Trail, Unit, input, whole_minor};
use crate::money::{Currency, Money};
use crate::ratio::{Ratio, Rounding};
use crate::record::Verdict;
use crate::time::Month;

/// A rise of the fee: the least, the most, and where they come from.
pub(super) type Rise = (Money, Money, Vec<Derivation>);

/// The rise of the fee for over-performance: a share of the promise's base, where what was attained, as it is compared,
/// reaches the percentage. It is an amount of its own and rounded down, so that the customer never pays a fraction that was
/// not earned. A period that may not be judged at all may earn none. `None` when it does not fit.
pub(super) fn bonus(judged: &Judged<'_>, currency: Currency) -> Option<Rise> {
    let zero = Money::zero(currency);
    let (Some(bonus), Some(range)) = (judged.promise.penalty.bonus, &judged.attained) else {
        return Some((zero, zero, Vec::new()));
    };
    let low = if judged.may_be_too_few { not_judged(currency) } else { rise(judged, bonus, &range.low, currency)? };
    let high = rise(judged, bonus, &range.high, currency)?;
    let money = |item: &Item| Money { minor: item.minor, currency };
    Some((money(&low), money(&high), derivations(&low, &high)))
}

fn not_judged(currency: Currency) -> Item {
    super::nothing(currency)
}

fn rise(judged: &Judged<'_>, bonus: Bonus, attained: &Ratio, currency: Currency) -> Option<Item> {
    let mut trail = Trail::new(currency);
    let base = judged.fees.base(&mut trail);
    let compared = compared(judged, attained, &mut trail);
    let from = input("from", Unit::Share, bonus.from);
    if compared < bonus.from.ratio() {
        let exact = trail.step(Rule::NoBonus, vec![from], Unit::Money, Ratio::zero());
        return Some(Item { exact, points: 0, trail, minor: 0 });
    }
    let inputs = vec![from, input("share", Unit::Share, bonus.rise)];
    let exact = trail.step(Rule::Bonus, inputs, Unit::Money, base.times(&bonus.rise.ratio()));
    let rounded = Ratio::whole(exact.scaled(0, Rounding::Floor));
    let inputs = vec![input("mode", Unit::Text, Rounding::Floor.name())];
    let exact = trail.step(Rule::Rounding, inputs, Unit::Money, rounded);
    let minor = whole_minor(&exact, currency)?.minor;
    Some(Item { exact, points: 0, trail, minor })
}

/// A credit of an earlier month that is waived because the promise was kept ever since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarnedBack {
    /// The commitment.
    pub commitment: Name,
    /// The month whose credit it is.
    pub month: Month,
    /// What is waived for certain, in minor units.
    pub low_minor: i64,
    /// What may be waived, in minor units.
    pub high_minor: i64,
    /// One derivation when both are equal, two otherwise.
    pub derivations: Vec<Derivation>,
}

/// Credits whose earn-back is decided by this month: those of the month that lies so many months back as the contract
/// names, when none of the months since missed the promise. A commitment that several versions of the contract judge in one
/// month is one: the month was missed when a part of it was, its credit is waived once, and the later version says after how
/// many months.
pub(super) fn earned_back(
    month: Month,
    judged: &[Judged<'_>],
    history: &History,
    currency: Currency,
) -> Vec<EarnedBack> {
    let decided = by_name(judged).into_iter().filter_map(|parts| {
        let promise = &parts.last()?.promise;
        let months = promise.penalty.earn_back?.months;
        let missed = month.minus(months);
        let past = history.commitment(missed, promise.name)?;
        if past.credit_high == 0 {
            return None;
        }
        let between = (1..months).map(|ahead| history.verdict(missed.plus(ahead), promise.name));
        let verdicts: Vec<Verdict> = between.chain(parts.iter().map(|part| part.verdict)).collect();
        if verdicts.contains(&Verdict::Breached) {
            return None;
        }
        let is_certain = verdicts.iter().all(|verdict| *verdict == Verdict::Met);
        let waived = |credit: i64, is_waived: bool| {
            let mut trail = Trail::new(currency);
            let inputs = vec![input("month", Unit::Month, missed)];
            trail.step(Rule::PastCredit, inputs, Unit::Money, Ratio::whole(credit));
            let minor = if is_waived { credit } else { 0 };
            let rule = if is_waived { Rule::EarnedBack } else { Rule::EarnBackOpen };
            let exact = trail.step(rule, vec![input("months", Unit::Count, months)], Unit::Money, Ratio::whole(minor));
            Item { exact, points: 0, trail, minor }
        };
        let (low, high) = (waived(past.credit_low, is_certain), waived(past.credit_high, true));
        Some(EarnedBack {
            commitment: promise.name.clone(),
            month: missed,
            low_minor: low.minor,
            high_minor: high.minor,
            derivations: derivations(&low, &high),
        })
    });
    decided.collect()
}
