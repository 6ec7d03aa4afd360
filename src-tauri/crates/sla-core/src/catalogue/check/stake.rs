//! The most money that a promise can cost in one measurement period: what a finding about it can move.

use super::Check;
use crate::catalogue::contract::{ContractSpec, FixedPer, Model, PerOutage, PerUnit, Promise, UnitCounting};
use crate::catalogue::finding::Code;
use crate::catalogue::{Document, Share};
use crate::money::{Amount, Currency, Money};
use crate::phrase;
use crate::ratio::{Ratio, Rounding};

/// The longest month: 31 days and the hour that autumn gives.
const MONTH_SECONDS: i64 = 31 * 86_400 + 3600;
/// More incidents of a class than any customer ever had in a period: what fits with so many will always fit.
const MANY_INCIDENTS: i64 = 10_000;

impl Check<'_> {
    /// The most that a commitment can cost in a period, as text; `None` when it has no bound or does not fit.
    pub(super) fn stake(&self, contract: &Document<ContractSpec>, promise: Promise<'_>) -> Option<String> {
        stake(&contract.spec, [promise])
    }

    /// The same of all commitments together.
    pub(super) fn stake_of_all(&self, contract: &Document<ContractSpec>) -> Option<String> {
        stake(&contract.spec, contract.spec.promises())
    }

    /// What does not fit 63 bits of minor units cannot be priced, and here it still has a place.
    pub(super) fn too_large(&mut self, contract: &Document<ContractSpec>) {
        let spec = &contract.spec;
        let largest = Money { minor: i64::MAX, currency: spec.currency };
        let expected = phrase!(
            "at most {} {}, the largest amount that fits",
            "höchstens {} {}, der größte Betrag, der Platz hat",
            largest.to_decimal(),
            spec.currency
        );
        let limit = Ratio::whole(i64::MAX);
        let mut sum = Ratio::zero();
        let mut each_fits = true;
        for (at, promise) in places(spec) {
            // The rise of a fee is paid by the customer, and has to fit all the same.
            let rise =
                base(spec, promise).zip(promise.penalty.bonus).map(|(base, bonus)| bonus.rise.ratio().times(&base));
            let cost = cost(spec, promise, Some(MANY_INCIDENTS));
            sum = sum.plus(&cost.clone().unwrap_or_else(Ratio::zero));
            let Some(most) = cost.into_iter().chain(rise).max().filter(|most| *most > limit) else { continue };
            each_fits = false;
            let found = phrase!(
                "a penalty of up to {} {}",
                "eine Sanktion bis {} {}",
                major(&most, spec.currency),
                spec.currency
            );
            self.add(Code::InvalidValue, contract, &format!("{at}/penalty"), found, expected.clone());
        }
        if each_fits && sum > limit {
            let found = phrase!(
                "penalties of up to {} {} together",
                "Sanktionen bis zusammen {} {}",
                major(&sum, spec.currency),
                spec.currency
            );
            self.add(Code::InvalidValue, contract, "/spec/commitments", found, expected);
        }
    }
}

/// Every promise of a contract with its pointer.
fn places(contract: &ContractSpec) -> impl Iterator<Item = (String, Promise<'_>)> {
    let commitments = contract.commitments.iter().enumerate();
    let incidents = contract.incidents.iter().enumerate();
    let commitments = commitments.map(|(index, one)| (format!("/spec/commitments/{index}"), one.into()));
    commitments.chain(incidents.map(|(index, one)| (format!("/spec/incidents/{index}"), one.into())))
}

/// The most that promises of a contract can cost in a period together, as text; `None` when it has no bound, when the
/// contract does not say it, or when it does not fit.
pub(in crate::catalogue) fn stake<'a>(
    contract: &ContractSpec,
    promises: impl IntoIterator<Item = Promise<'a>>,
) -> Option<String> {
    amount(&costs(contract, promises)?, contract.currency)
}

/// The same as an exact number of minor units.
pub(in crate::catalogue) fn costs<'a>(
    contract: &ContractSpec,
    promises: impl IntoIterator<Item = Promise<'a>>,
) -> Option<Ratio> {
    promises.into_iter().try_fold(Ratio::zero(), |sum, promise| Some(sum.plus(&most(contract, promise)?)))
}

/// An amount of minor units as text, rounded up; `None` when it does not fit.
pub(in crate::catalogue) fn amount(minor: &Ratio, currency: Currency) -> Option<String> {
    let whole = Ratio::whole(minor.scaled(0, Rounding::Ceil));
    let money: Money = crate::derivation::whole_minor(&whole, currency)?;
    Some(format!("{} {currency}", money.to_decimal()))
}

/// An amount of minor units that may be larger than any [`Money`].
fn major(minor: &Ratio, currency: Currency) -> String {
    let unit = Ratio::whole(num_bigint::BigInt::from(10).pow(currency.digits()));
    minor.over(&unit).map_or_else(String::new, |major| major.to_decimal(currency.digits(), Rounding::Ceil))
}

/// Before caps, in minor units; `None` when it has no bound, when the contract does not say it, or when an amount does
/// not fit its currency. No period costs more.
pub(super) fn most(contract: &ContractSpec, promise: Promise<'_>) -> Option<Ratio> {
    cost(contract, promise, None)
}

/// The fee of a whole measurement period.
fn base(contract: &ContractSpec, promise: Promise<'_>) -> Option<Ratio> {
    let monthly = promise.fee.unwrap_or(contract.fee.monthly).in_currency(contract.currency)?;
    Some(Ratio::whole(monthly.minor).times(&Ratio::whole(promise.period.months())))
}

/// The same as [`most`] with at most so many incidents; without a bound where `None` leaves their number open.
fn cost(contract: &ContractSpec, promise: Promise<'_>, incidents: Option<i64>) -> Option<Ratio> {
    let period = Period {
        contract,
        base: base(contract, promise)?,
        seconds: Ratio::whole(MONTH_SECONDS).times(&Ratio::whole(promise.period.months())),
        incidents: contract
            .incidents
            .iter()
            .any(|one| std::ptr::eq(&one.penalty, promise.penalty))
            .then_some(incidents),
    };
    let penalty = promise.penalty;
    // A penalty that says two things may mean both.
    let mut once = Ratio::zero();
    for model in penalty.models() {
        once = once.plus(&period.cost(model, promise)?);
    }
    let factors = penalty.repeat.iter().flat_map(|repeat| &repeat.steps).map(|step| step.factor.ratio());
    Some(once.times(&factors.fold(Ratio::one(), Ratio::max)))
}

/// The longest measurement period of a promise.
struct Period<'a> {
    contract: &'a ContractSpec,
    base: Ratio,
    seconds: Ratio,
    /// For a promise about incidents: how many there are at most, when that is known.
    incidents: Option<Option<i64>>,
}

impl Period<'_> {
    fn cost(&self, model: Model<'_>, promise: Promise<'_>) -> Option<Ratio> {
        Some(match model {
            Model::Bands(bands) => largest(bands.iter().map(|band| self.worth(band.credit, band.amount)))?,
            Model::PerUnit(per) => {
                let worth = self.worth(per.credit, per.amount)?;
                let most = match self.incidents {
                    None => self.seconds.times(&promise.target.ratio()),
                    Some(_) => self.seconds.clone(),
                };
                let units = most.over(&Ratio::whole(per.unit.seconds()))?;
                let units = Ratio::whole(units.scaled(0, Rounding::Ceil));
                let stretches = self.incidents.map_or(Some(1), |incidents| incidents)?;
                units.times(&worth).times(&Ratio::whole(stretches))
            }
            Model::Multiplier(multiplier) => multiplier.factor.ratio().times(&self.base),
            Model::Proportional(_) => self.base.clone(),
            Model::AtRisk(part) => {
                self.contract.at_risk?.share.ratio().times(&part.allocation.ratio()).times(&self.base)
            }
            Model::Points(bands) => {
                let points = bands.iter().map(|band| band.points).max().unwrap_or(0);
                let each = match self.contract.point_worth.unwrap_or_default() {
                    each if each.credit.is_none() && each.amount.is_none() => Ratio::zero(),
                    each => self.worth(each.credit, each.amount)?,
                };
                Ratio::whole(points).times(&each)
            }
            Model::Fixed(fixed) => {
                let count = match fixed.per {
                    FixedPer::Breach => 1,
                    FixedPer::Day => 31 * i64::from(promise.period.months()),
                    FixedPer::Incident => self.incidents.flatten()?,
                };
                Ratio::whole(count).times(&self.money(fixed.amount)?)
            }
            Model::PerOutage(outages) => self.outages(outages)?,
        })
    }

    /// However the time of the period is cut into outages, each of them costs at most the highest price of a second of
    /// its own: that of an outage that just reaches its tier, or of the units above the last one.
    fn outages(&self, outages: &PerOutage) -> Option<Ratio> {
        let each_unit = match &outages.further {
            Some(further) => self.worth(further.credit, further.amount)?,
            None => Ratio::zero(),
        };
        let mut dearest = match &outages.further {
            Some(PerUnit { unit, .. }) => each_unit.over(&Ratio::whole(unit.seconds()))?,
            None => Ratio::zero(),
        };
        let started = outages.further.is_some_and(|further| further.counting == UnitCounting::Started);
        for (index, tier) in outages.tiers.iter().enumerate() {
            let mut worth = self.worth(tier.credit, tier.amount)?;
            if started && index + 1 == outages.tiers.len() {
                worth = worth.plus(&each_unit);
            }
            dearest = dearest.max(worth.over(&Ratio::whole(tier.from.seconds()))?);
        }
        Some(dearest.times(&self.seconds))
    }

    /// The worth of a credit; the larger one where it is said twice.
    fn worth(&self, share: Option<Share>, amount: Option<Amount>) -> Option<Ratio> {
        let share = share.map(|share| share.ratio().times(&self.base));
        let amount = match amount {
            Some(amount) => Some(self.money(amount)?),
            None => None,
        };
        share.into_iter().chain(amount).max()
    }

    fn money(&self, amount: Amount) -> Option<Ratio> {
        Some(Ratio::whole(amount.in_currency(self.contract.currency)?.minor))
    }
}

fn largest(mut amounts: impl Iterator<Item = Option<Ratio>>) -> Option<Ratio> {
    amounts.try_fold(Ratio::zero(), |most, one| Some(most.max(one?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assess::Attained;
    use crate::catalogue::Name;
    use crate::price::{Downtime, Fees, History, Judged, MonthFees, price};
    use crate::record::Verdict;
    use proptest::prelude::*;

    /// A fee of 3 000.00 EUR and a target of 99 %.
    fn contract(more: &str, period: &str, penalty: &str) -> ContractSpec {
        let mut value: serde_json::Value = serde_json::json!({
            "tenant": "t", "version": 1, "validFrom": "2026-01-01", "timeZone": "UTC", "currency": "EUR",
            "fee": { "monthly": "3000" }, "serviceHours": "24/7", "legalNature": "service_credit",
            "rounding": { "mode": "floor", "at": "commitment" }, "incidents": [], "commitments": [{
                "name": "a", "slo": "a", "target": "99", "period": period, "method": "Timeslices", "slice": "1m",
                "sliceTarget": "95", "unknown": "up", "quiet": "good", "exclusions": "denominator",
                "penalty": serde_json::from_str::<serde_json::Value>(penalty).expect("a penalty"),
            }],
        });
        for (name, term) in serde_json::from_str::<serde_json::Value>(more).expect("terms").as_object().expect("terms")
        {
            value[name] = term.clone();
        }
        serde_json::from_value(value).expect("a contract")
    }

    /// What the first promise can cost in a period.
    #[track_caller]
    fn check(more: &str, period: &str, penalty: &str, expected: Option<&str>) {
        let contract = contract(more, period, penalty);
        let found = stake(&contract, contract.promises().take(1));
        assert_eq!(found.as_deref(), expected, "{penalty}");
    }

    #[test]
    fn no_month_costs_more_than_its_stake() {
        let month = |penalty: &str, expected: &str| check("{}", "month", penalty, Some(expected));
        month("{}", "0.00 EUR");
        month(
            r#"{"bands":[{"from":"0","below":"99","credit":"50"},{"from":"0","below":"99","amount":"10"}]}"#,
            "1500.00 EUR",
        );
        month(r#"{"fixed":{"amount":"10","per":"breach"}}"#, "10.00 EUR");
        month(r#"{"fixed":{"amount":"10","per":"day"}}"#, "310.00 EUR");
        check("{}", "quarter", r#"{"fixed":{"amount":"10","per":"day"}}"#, Some("930.00 EUR"));
        check("{}", "quarter", r#"{"bands":[{"from":"0","below":"99","credit":"50"}]}"#, Some("4500.00 EUR"));
        month(
            r#"{"multiplier":{"factor":"10"},"repeat":{"withinMonths":3,"steps":[{"misses":2,"factor":"1.5"}]}}"#,
            "45000.00 EUR",
        );
        // 99 % of 745 h are 737.55 h, of which 738 have begun.
        month(r#"{"perUnit":{"unit":"1h","counting":"started","amount":"2"}}"#, "1476.00 EUR");
        check(r#"{"atRisk":{"share":"10"}}"#, "month", r#"{"atRisk":{"allocation":"50"}}"#, Some("150.00 EUR"));
        check(
            r#"{"pointWorth":{"amount":"5"}}"#,
            "month",
            r#"{"points":[{"from":"0","below":"99","points":4}]}"#,
            Some("20.00 EUR"),
        );
        // What is said twice may be the larger one, and two models may both be meant.
        month(r#"{"bands":[{"from":"0","below":"99","credit":"1","amount":"40"}]}"#, "40.00 EUR");
        month(r#"{"fixed":{"amount":"10","per":"breach"},"multiplier":{"factor":"1"}}"#, "3010.00 EUR");
    }

    #[test]
    fn many_short_outages_can_cost_more_than_a_long_one() {
        // 745 outages of an hour, without an end to one day's fee for each.
        check(
            "{}",
            "month",
            r#"{"perOutage":{"tiers":[{"from":"1h","amount":"3"},{"from":"48h","amount":"9"}]}}"#,
            Some("2235.00 EUR"),
        );
        // A second above the last tier begins a further unit, and a long outage has 744 of them.
        let further = |counting: &str| {
            format!(
                r#"{{"perOutage":{{"tiers":[{{"from":"1h","amount":"1"}}],"further":{{"unit":"1h","counting":"{counting}","amount":"5"}}}}}}"#
            )
        };
        check("{}", "month", &further("started"), Some("4470.00 EUR"));
        check("{}", "month", &further("full"), Some("3725.00 EUR"));
    }

    #[test]
    fn what_has_no_bound_or_is_not_said_has_no_stake() {
        let open = |penalty: &str| check("{}", "month", penalty, None);
        open(r#"{"atRisk":{"allocation":"50"}}"#);
        open(r#"{"bands":[{"from":"0","below":"99"}]}"#);
        open(r#"{"fixed":{"amount":"10.005","per":"breach"}}"#);
        let promise = |penalty: &str| {
            let promise = format!(
                r#"{{"commitments":[],"incidents":[{{"name":"p","service":"s","class":"c","clock":"response","startsAt":"reported","hours":"wall","limit":"1h","target":"100","month":"started","penalty":{penalty}}}]}}"#
            );
            promise
        };
        check(&promise(r#"{"fixed":{"amount":"10","per":"incident"}}"#), "month", "{}", None);
        check(&promise(r#"{"perUnit":{"unit":"1h","counting":"started","amount":"2"}}"#), "month", "{}", None);
        check(&promise(r#"{"fixed":{"amount":"10","per":"breach"}}"#), "month", "{}", Some("10.00 EUR"));
    }

    proptest! {
        /// However a month is cut into outages, it is not priced above its stake.
        #[test]
        fn pricing_never_passes_the_stake_of_outages(
            first in 1i64..200, more in 1i64..2_000, worth in (0u32..90, 0u32..90), further in (1i64..900, 0u32..90, any::<bool>()),
            lengths in prop::collection::vec(1i64..4_000, 1..40),
        ) {
            let (unit, each, started) = further;
            let counting = if started { "started" } else { "full" };
            let penalty = serde_json::json!({ "perOutage": {
                "tiers": [
                    { "from": format!("{first}m"), "credit": format!("{}/90", worth.0) },
                    { "from": format!("{}m", first + more), "amount": worth.1.to_string() },
                ],
                "further": { "unit": format!("{unit}m"), "counting": counting, "amount": each.to_string() },
            } });
            let contract = contract("{}", "month", &penalty.to_string());
            let promise: Promise<'_> = (&contract.commitments[0]).into();
            let most = most(&contract, promise).expect("a bound");
            // As many of the outages as the month has room for.
            let mut left = MONTH_SECONDS;
            let outages_seconds: Vec<i64> = lengths.iter().map(|minutes| minutes * 60).take_while(|length| {
                left -= length;
                left >= 0
            }).collect();
            let down = Downtime { outages_seconds, ..Downtime::default() };
            let service: Name = "s".parse().expect("a name");
            let monthly = contract.fee.monthly.in_currency(contract.currency).expect("a fee");
            let judged = Judged {
                promise, contract: &contract, service: &service, fees: Fees { monthly, months: vec![(31, 31)] },
                attained: Some(Attained { low: Ratio::zero(), high: Ratio::zero() }), verdict: Verdict::Breached,
                base_seconds: MONTH_SECONDS, worst_base_seconds: MONTH_SECONDS, least: down.clone(), most: down, doubt: None,
                may_be_too_few: false,
                disputed_by: None,
            };
            let priced = price(&contract, "2026-10".parse().expect("a month"), &MonthFees::default(), &[judged], &History::default()).expect("it fits");
            prop_assert!(Ratio::whole(priced.high.minor) <= most, "{} is above {}", priced.high.minor, major(&most, contract.currency));
        }
    }
}
