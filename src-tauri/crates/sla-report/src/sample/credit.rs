//! Credits of the invented months, with where they come from.

use sla_core::derivation::{Case, Derivation, Input, Rule, Step, Unit};
use sla_core::ratio::{Ratio, Rounding};
use sla_core::record::{MonthRecord, RecordBand, RecordCredit, RecordEarnedBack, RecordRange, Verdict};
use sla_core::time::Month;

use super::{FEE_MINOR, Scene};

/// What a miss of a measured promise costs, in percent of the fee.
const SHARE: &str = "5";

impl Scene {
    /// A credit by the one band below the target, for the least and the most that was attained.
    pub(super) fn by_band(&self, target: &str, low: &Ratio, high: &Ratio) -> RecordCredit {
        let kept = |attained: &Ratio| *attained >= percent(target);
        let (lost, case) = if low == high { (Case::Exact, Case::Exact) } else { (Case::Most, Case::Least) };
        let least = derivation(case, target, high, kept(high));
        let most = derivation(lost, target, low, kept(low));
        let band = RecordBand {
            from: Some("0".to_owned()),
            above: None,
            below: Some(target.to_owned()),
            up_to: None,
            credit: Some(SHARE.to_owned()),
            amount: None,
        };
        let bands = RecordRange { low: (!kept(high)).then(|| band.clone()), high: (!kept(low)).then_some(band) };
        RecordCredit {
            band: (bands.low.is_some() || bands.high.is_some()).then_some(bands),
            ..self.credit(least.minor, most.minor, if low == high { vec![least] } else { vec![least, most] })
        }
    }

    /// What a month that kept its promises is worth beyond that: a rise of the fee, and a credit of August that is waived.
    pub(super) fn rewarded(record: &mut MonthRecord) {
        let share = [input("from", Unit::Share, "99.95"), input("share", Unit::Share, "2.5")];
        let bonus = FEE_MINOR / 40;
        let steps = vec![
            step(Rule::Base, Vec::new(), Unit::Money, FEE_MINOR),
            step(Rule::Bonus, share.to_vec(), Unit::Money, bonus),
            step(Rule::Rounding, vec![input("mode", Unit::Text, "floor")], Unit::Money, bonus),
        ];
        let promise = &mut record.commitments[0];
        promise.credit.bonus_minor = Some(RecordRange { low: bonus, high: bonus });
        promise.credit.bonus_derivations = vec![Derivation { case: Case::Exact, minor: bonus, steps }];
        let waived = FEE_MINOR / 20;
        let steps = vec![
            step(Rule::PastCredit, vec![input("month", Unit::Month, "2026-08")], Unit::Money, waived),
            step(Rule::EarnedBack, vec![input("months", Unit::Count, "2")], Unit::Money, waived),
        ];
        record.earned_back.push(RecordEarnedBack {
            commitment: promise.name.clone(),
            month: Month::new(2026, 8).expect("a month"),
            low_minor: waived,
            high_minor: waived,
            derivations: vec![Derivation { case: Case::Exact, minor: waived, steps }],
        });
    }

    /// A fixed sum for a miss.
    pub(super) fn fixed(&self, verdict: Verdict, minor: i64) -> RecordCredit {
        let case = |case, owed| {
            let count = input("count", Unit::Count, if owed == 0 { "0" } else { "1" });
            let inputs = vec![count, input("each", Unit::Money, &major(minor))];
            Derivation { case, minor: owed, steps: vec![step(Rule::FixedIncidents, inputs, Unit::Money, owed)] }
        };
        match verdict {
            Verdict::Met => self.credit(0, 0, vec![case(Case::Exact, 0)]),
            Verdict::Breached => self.credit(minor, minor, vec![case(Case::Exact, minor)]),
            Verdict::Undecidable => self.credit(0, minor, vec![case(Case::Least, 0), case(Case::Most, minor)]),
        }
    }

    fn credit(&self, low_minor: i64, high_minor: i64, derivations: Vec<Derivation>) -> RecordCredit {
        RecordCredit {
            currency: self.currency.to_owned(),
            low_minor,
            high_minor,
            rounding: Rounding::HalfEven,
            band: None,
            points: None,
            bonus_minor: None,
            derivations,
            bonus_derivations: Vec::new(),
        }
    }
}

fn derivation(case: Case, target: &str, attained: &Ratio, kept: bool) -> Derivation {
    let minor = if kept { 0 } else { FEE_MINOR / 20 };
    let share = Step {
        rule: Rule::Attained,
        inputs: Vec::new(),
        exact: attained.to_string(),
        unit: Unit::Share,
        rounded: attained.to_percent(4, Rounding::Floor),
    };
    let mut steps = vec![step(Rule::Base, Vec::new(), Unit::Money, FEE_MINOR), share];
    if kept {
        steps.push(step(Rule::Kept, vec![input("target", Unit::Share, target)], Unit::Money, 0));
    } else {
        let band = input("band", Unit::Text, &format!("0 ≤ attained < {target}"));
        steps.push(step(Rule::BandShare, vec![band, input("share", Unit::Share, SHARE)], Unit::Money, minor));
        steps.push(step(Rule::Rounding, vec![input("mode", Unit::Text, "half_even")], Unit::Money, minor));
    }
    Derivation { case, minor, steps }
}

fn step(rule: Rule, inputs: Vec<Input>, unit: Unit, minor: i64) -> Step {
    Step { rule, inputs, exact: format!("{minor}/1"), unit, rounded: major(minor) }
}

fn input(name: &str, unit: Unit, value: &str) -> Input {
    Input { name: name.to_owned(), unit, value: value.to_owned() }
}

/// Every currency of the invented months has two decimals.
fn major(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

fn percent(target: &str) -> Ratio {
    target.parse::<sla_core::ratio::Percent>().expect("a percentage").ratio()
}
