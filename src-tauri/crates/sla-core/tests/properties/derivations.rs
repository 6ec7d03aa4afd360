//! Every amount can be derived again: the last step is the credit, and each step of money follows from the values and
//! the inputs that its derivation names. Read here by a small calculator of its own.

use std::collections::HashMap;

use num_bigint::BigInt;
use proptest::prelude::*;
use serde_json::json;
use sla_core::catalogue::{ContractSpec, RoundingPlace};
use sla_core::derivation::{Case, Derivation, Rule, Step, Unit};
use sla_core::ratio::{Ratio, Rounding};

use super::contracts::{BASE_SECONDS, cap, contract, facts, history, model, penalty, priced, rounding, with};

/// `12/5`, `12.40` or `12` as an exact number.
fn number(text: &str) -> Ratio {
    let whole = |text: &str| text.parse::<BigInt>().unwrap_or_else(|_| panic!("{text:?} is no number"));
    if let Some((part, of)) = text.split_once('/') {
        return Ratio::new(whole(part), whole(of)).expect("not zero");
    }
    let (before, after) = text.split_once('.').unwrap_or((text, ""));
    let scale = BigInt::from(10).pow(u32::try_from(after.len()).expect("few digits"));
    Ratio::new(whole(&format!("{before}{after}")), scale).expect("not zero")
}

/// A share is a fraction, or it is in percent.
fn share(text: &str) -> Ratio {
    if text.contains('/') { number(text) } else { number(text).times(&Ratio::new(1, 100).expect("not zero")) }
}

/// What a step names, by name.
struct Named<'a>(HashMap<&'a str, (&'a str, Unit)>);

impl Named<'_> {
    fn number(&self, name: &str) -> Ratio {
        number(self.0[name].0)
    }

    fn share(&self, name: &str) -> Ratio {
        share(self.0[name].0)
    }

    /// Money is written in major units and counted in cents.
    fn cents(&self, name: &str) -> Ratio {
        assert_eq!(self.0[name].1, Unit::Money);
        self.number(name).times(&Ratio::whole(100))
    }
}

fn rounded(rounding: Rounding, value: &Ratio, unit: i64) -> Ratio {
    let unit = Ratio::whole(unit);
    Ratio::whole(value.over(&unit).expect("not zero").scaled(0, rounding)).times(&unit)
}

/// The units of a contract's rounding in cents.
fn unit(contract: &ContractSpec) -> i64 {
    10_i64.pow(2 - contract.rounding.digits.unwrap_or(2))
}

/// Computes each step from those before it; compares each with what the derivation says.
fn derive(contract: &ContractSpec, derivation: &Derivation) -> Result<(), TestCaseError> {
    let (mut base, mut attained, mut excess, mut units, mut points) = Default::default();
    let mut money = Ratio::zero();
    for Step { rule, inputs, exact, unit: what, .. } in &derivation.steps {
        let found = number(exact);
        let inputs = Named(inputs.iter().map(|one| (one.name.as_str(), (one.value.as_str(), one.unit))).collect());
        let service = Ratio::whole(BASE_SECONDS);
        let expected = match rule {
            Rule::Base => Ratio::whole(contract.fee.monthly.in_currency(contract.currency).expect("a fee").minor),
            Rule::Attained | Rule::NotStacked => found.clone(),
            Rule::Kept | Rule::NoPenalty | Rule::NotJudged | Rule::BelowMinimum | Rule::PointsOnly => Ratio::zero(),
            Rule::BandShare => inputs.share("share").times(&base),
            Rule::BandAmount => inputs.cents("each"),
            Rule::Excess => inputs.number("down").minus(&inputs.number("allowed")).max(Ratio::zero()),
            Rule::UnitsStarted => {
                rounded(Rounding::Ceil, &(&excess as &Ratio).over(&inputs.number("unit")).expect("a unit"), 1)
            }
            Rule::UnitsFull => {
                rounded(Rounding::Floor, &(&excess as &Ratio).over(&inputs.number("unit")).expect("a unit"), 1)
            }
            Rule::UnitsShare => inputs.share("share").times(&base).times(&units),
            Rule::UnitsAmount => inputs.cents("each").times(&units),
            Rule::Multiplier => inputs
                .number("factor")
                .times(&base)
                .times(&inputs.number("down"))
                .over(&inputs.number("service"))
                .expect("time"),
            Rule::Proportional => base.times(&inputs.number("affected")).over(&inputs.number("service")).expect("time"),
            Rule::AtRisk => inputs.share("at_risk").times(&inputs.share("allocation")).times(&base),
            Rule::Points => found.clone(),
            Rule::PointsShare => inputs.share("share").times(&base).times(&points),
            Rule::PointsAmount => inputs.cents("each").times(&points),
            Rule::FixedBreach | Rule::FixedDays => inputs.number("count").times(&inputs.cents("each")),
            Rule::Outages => match derivation.steps.iter().find(|step| step.rule == Rule::Outages) {
                Some(step) => step
                    .inputs
                    .iter()
                    .filter(|one| one.name == "each")
                    .map(|one| number(&one.value))
                    .fold(Ratio::zero(), |sum, one| sum.plus(&one))
                    .times(&Ratio::whole(100)),
                None => Ratio::zero(),
            },
            Rule::Repeat if *what == Unit::Count => {
                rounded(Rounding::Floor, &inputs.number("factor").times(&points), 1)
            }
            Rule::Repeat => inputs.number("factor").times(&money),
            Rule::Rounding => rounded(contract.rounding.mode, &money, unit(contract)),
            Rule::AtRiskPool | Rule::Cap => inputs.cents("left"),
            // A part of a sum: never further from its own amount than a unit.
            Rule::TotalRounding => found.clone(),
            other => panic!("{other:?} is not derived here"),
        };
        match rule {
            // Where only the sum is rounded, others leave a part of a cent, of which the whole cents are named.
            Rule::AtRiskPool | Rule::Cap => prop_assert!(expected <= found && found.minus(&expected) < Ratio::one()),
            // An outage's credit is named in cents, rounded down: as many of them may be lost as there are outages.
            Rule::Outages => prop_assert!(expected <= found && found.minus(&expected) < Ratio::whole(1), "{rule:?}"),
            Rule::TotalRounding => {
                let apart = found.minus(&money);
                let most = Ratio::whole(unit(contract));
                prop_assert!(apart <= most && Ratio::zero().minus(&apart) <= most, "{rule:?} {money} {found}");
            }
            _ => prop_assert_eq!(&expected, &found, "{:?}", rule),
        }
        match rule {
            Rule::Base => base = found,
            Rule::Attained => attained = Some(found),
            Rule::Excess => {
                // The time that was not attained, above the thousandth that a target of 99.9 % allows.
                let down = Ratio::one().minus(attained.as_ref().expect("attained before")).times(&service);
                let allowed = service.times(&Ratio::new(1, 1_000).expect("not zero"));
                prop_assert_eq!(&found, &down.minus(&allowed).max(Ratio::zero()));
                excess = found;
            }
            Rule::UnitsStarted | Rule::UnitsFull => units = found,
            Rule::Points => points = found,
            Rule::Repeat if *what == Unit::Count => points = found,
            _ => money = found,
        }
    }
    prop_assert_eq!(money, Ratio::whole(derivation.minor), "the last step is the credit");
    Ok(())
}

proptest! {
    #[test]
    fn every_credit_can_be_derived_again(
        rounding in rounding(), caps in prop::collection::vec(cap(), 0..3), least in proptest::option::of(0u32..90),
        penalties in prop::collection::vec(penalty(model()), 1..5), facts in prop::collection::vec(facts(), 4), history in history(),
        group in any::<bool>(),
    ) {
        let mut contract = contract(&rounding, &caps, &penalties);
        if let Some(least) = least {
            contract = with(&contract, "minimumCredit", json!({ "from": least.to_string() }));
        }
        if group {
            contract = with(&contract, "noStacking", json!([{ "commitments": ["a", "b"] }]));
        }
        let priced = priced(&contract, &facts, &history).expect("it fits");
        for credit in &priced.credits {
            let cases: Vec<_> = credit.derivations.iter().map(|one| (one.case, one.minor)).collect();
            let (low, high) = (credit.low.minor, credit.high.minor);
            prop_assert!(cases == [(Case::Exact, low)] && low == high || cases == [(Case::Least, low), (Case::Most, high)], "{cases:?}");
            for derivation in &credit.derivations {
                derive(&contract, derivation)?;
            }
        }
        if group {
            // At most one of two that one cause breaks is paid.
            for pick in [|one: &sla_core::price::Credit| one.low.minor, |one: &sla_core::price::Credit| one.high.minor] {
                let paid = priced.credits.iter().take(2).filter(|one| pick(one) > 0).count();
                prop_assert!(paid <= 1 || priced.credits[..2].iter().any(|one| one.low != one.high) || contract.rounding.at == RoundingPlace::Total);
            }
        }
    }
}
