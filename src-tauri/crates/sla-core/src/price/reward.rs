//! What a kept promise is worth: a rise of the fee for over-performance, and an earlier credit that is waived.

use super::model::compared;
use super::{Credit, History, Item, Judged, by_name, derivations};
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

/// A credit that is waived because the promise was kept ever since, or over a longer period.
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

/// Credits whose earn-back is decided by this month. A commitment that several versions of the contract judge in one month
/// is one: the month was missed when a part of it was, its credit is waived once, and the later version says by what.
pub(super) fn earned_back(
    month: Month,
    judged: &[Judged<'_>],
    credits: &[Credit],
    history: &History,
    currency: Currency,
) -> Vec<EarnedBack> {
    let names = by_name(judged);
    let following = names.iter().filter_map(|parts| by_following_months(month, parts, history));
    let longer = names.iter().flat_map(|parts| by_longer_period(month, parts, judged, credits, history));
    following.chain(longer).map(|open| open.told(currency)).collect()
}

/// What waives a credit.
enum Condition {
    /// So many months kept the promise.
    Months(u32),
    /// A commitment over a longer period was kept.
    Commitment(Name),
}

/// A credit that is waived, for certain or maybe.
struct Open {
    commitment: Name,
    month: Month,
    low_minor: i64,
    high_minor: i64,
    condition: Condition,
    is_certain: bool,
}

/// The credit of the month that lies so many months back as the contract names, when none of the months since missed the
/// promise.
fn by_following_months(month: Month, parts: &[&Judged<'_>], history: &History) -> Option<Open> {
    let promise = &parts.last()?.promise;
    let months = promise.penalty.earn_back.as_ref()?.months?;
    let missed = month.minus(months);
    let past = history.commitment(missed, promise.name)?;
    let between = (1..months).map(|ahead| history.verdict(missed.plus(ahead), promise.name));
    let verdict = between.chain(parts.iter().map(|part| part.verdict)).max()?;
    let open = Open {
        commitment: promise.name.clone(),
        month: missed,
        low_minor: past.credit_low,
        high_minor: past.credit_high,
        condition: Condition::Months(months),
        is_certain: verdict == Verdict::Met,
    };
    (past.credit_high > 0 && verdict != Verdict::Breached).then_some(open)
}

/// The credits of all months of the period that a commitment was judged over and did not miss, where these are waived by it.
fn by_longer_period(
    month: Month,
    parts: &[&Judged<'_>],
    judged: &[Judged<'_>],
    credits: &[Credit],
    history: &History,
) -> Vec<Open> {
    let (Some(longer), Some(verdict)) = (parts.last(), parts.iter().map(|part| part.verdict).max()) else {
        return Vec::new();
    };
    if verdict == Verdict::Breached {
        return Vec::new();
    }
    let by = longer.promise.name;
    let (first, _) = longer.promise.period.containing(month);
    let waived = longer.contract.promises().filter(|promise| {
        promise.penalty.earn_back.as_ref().is_some_and(|earn_back| earn_back.commitment.as_ref() == Some(by))
    });
    let months = (0..longer.promise.period.months()).map(|ahead| first.plus(ahead));
    let pairs = waived.flat_map(|promise| months.clone().map(move |of| (promise.name, of)));
    let open = pairs.map(|(name, of)| {
        let (low_minor, high_minor) = if of == month {
            let own = judged.iter().zip(credits).filter(|(judged, _)| judged.promise.name == name);
            own.fold((0, 0), |(low, high), (_, credit)| (low + credit.low.minor, high + credit.high.minor))
        } else {
            history.commitment(of, name).map_or((0, 0), |past| (past.credit_low, past.credit_high))
        };
        Open {
            commitment: name.clone(),
            month: of,
            low_minor,
            high_minor,
            condition: Condition::Commitment(by.clone()),
            is_certain: verdict == Verdict::Met,
        }
    });
    open.filter(|open| open.high_minor > 0).collect()
}

impl Open {
    fn told(self, currency: Currency) -> EarnedBack {
        let waived = |credit: i64, is_waived: bool| {
            let mut trail = Trail::new(currency);
            let inputs = vec![input("month", Unit::Month, self.month)];
            trail.step(Rule::PastCredit, inputs, Unit::Money, Ratio::whole(credit));
            let minor = if is_waived { credit } else { 0 };
            let (rule, by) = match (&self.condition, is_waived) {
                (Condition::Months(months), true) => (Rule::EarnedBack, input("months", Unit::Count, months)),
                (Condition::Months(months), false) => (Rule::EarnBackOpen, input("months", Unit::Count, months)),
                (Condition::Commitment(by), true) => (Rule::EarnedBackBy, input("commitment", Unit::Text, by)),
                (Condition::Commitment(by), false) => (Rule::EarnBackByOpen, input("commitment", Unit::Text, by)),
            };
            let exact = trail.step(rule, vec![by], Unit::Money, Ratio::whole(minor));
            Item { exact, points: 0, trail, minor }
        };
        let (low, high) = (waived(self.low_minor, self.is_certain), waived(self.high_minor, true));
        EarnedBack {
            low_minor: low.minor,
            high_minor: high.minor,
            derivations: derivations(&low, &high),
            commitment: self.commitment,
            month: self.month,
        }
    }
}
