//! What a commitment owes by its model, before repeats, minimum and caps: exact, in minor units.

use std::collections::BTreeSet;

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::outages::{Doubt, Steps};
use super::terms::major_units;
use super::{Downtime, End, Judged, PriceError};
use crate::catalogue::{
    Affected, Band, ContractSpec, Fixed, FixedPer, Model, OutageTier, PerOutage, PerUnit, PointBand, Share,
    UnitCounting,
};
use crate::derivation::{Rule, Trail, Unit, input};
use crate::money::Amount;
use crate::ratio::{Ratio, Rounding};

/// How many outages a derivation names one by one.
const MOST_OUTAGES_NAMED: usize = 100;

/// An amount by a model.
pub(super) struct Modelled {
    pub(super) exact: Ratio,
    pub(super) points: u32,
    pub(super) base: Ratio,
}

/// What an attainment costs by the commitment's model.
pub(super) fn amount(
    judged: &Judged<'_>,
    attained: &Ratio,
    end: End,
    trail: &mut Trail,
) -> Result<Modelled, PriceError> {
    let base = judged.fees.base(trail);
    let compared = compared(judged, attained, trail);
    let downtime = if end == End::Least { &judged.least } else { &judged.most };
    let attained = attained.clone();
    let mut case =
        ModelCase { contract: judged.contract, judged, base: base.clone(), attained, compared, downtime, end, trail };
    let (exact, points) = case.amount()?;
    Ok(Modelled { exact, points, base })
}

/// What was attained as it is compared, with the steps that lead to it.
pub(super) fn compared(judged: &Judged<'_>, attained: &Ratio, trail: &mut Trail) -> Ratio {
    trail.step(Rule::Attained, Vec::new(), Unit::Share, attained.clone());
    let compared = judged.promise.compared(attained);
    if let Some(rounding) = judged.promise.attainment_rounding {
        let inputs =
            vec![input("mode", Unit::Text, rounding.mode.name()), input("digits", Unit::Count, rounding.digits)];
        trail.step(Rule::AttainedRounded, inputs, Unit::Share, compared.clone());
    }
    compared
}

/// A commitment in one case.
struct ModelCase<'a, 'b> {
    contract: &'a ContractSpec,
    judged: &'a Judged<'a>,
    base: Ratio,
    /// What was attained, exactly: the time that was not attained is not rounded.
    attained: Ratio,
    /// The same as it is compared with the target and with bands.
    compared: Ratio,
    downtime: &'a Downtime,
    end: End,
    trail: &'b mut Trail,
}

impl ModelCase<'_, '_> {
    fn amount(&mut self) -> Result<(Ratio, u32), PriceError> {
        let target = self.judged.promise.target;
        let Some(model) = self.judged.promise.penalty.model() else {
            return Ok((self.nothing(Rule::NoPenalty, Vec::new()), 0));
        };
        // Single outages and single incidents are promised whatever the period as a whole attained.
        let single = match model {
            Model::PerOutage(_) | Model::Fixed(Fixed { per: FixedPer::Incident, .. }) => true,
            Model::PerUnit(_) => !self.downtime.over_seconds.is_empty(),
            _ => false,
        };
        if !single && self.compared >= target.ratio() {
            let inputs = vec![input("target", Unit::Share, target)];
            return Ok((self.nothing(Rule::Kept, inputs), 0));
        }
        let exact = match model {
            Model::Bands(bands) => self.band(bands)?,
            Model::PerUnit(per_unit) => self.per_unit(per_unit),
            Model::Multiplier(multiplier) => {
                let factor = multiplier.factor.ratio();
                let share = self.down_seconds().times(&self.per_base_second());
                let inputs = vec![
                    input("factor", Unit::Factor, multiplier.factor),
                    seconds("down", &self.down_seconds()),
                    seconds("service", &self.base_seconds()),
                ];
                let exact = factor.times(&self.base).times(&share);
                self.trail.step(Rule::Multiplier, inputs, Unit::Money, exact)
            }
            Model::Proportional(proportional) => {
                let affected = match proportional.affected {
                    Affected::Fully => self.down_seconds(),
                    Affected::FailedShare => self.downtime.affected_seconds.clone(),
                };
                let inputs = vec![seconds("affected", &affected), seconds("service", &self.base_seconds())];
                let exact = self.base.times(&affected).times(&self.per_base_second());
                self.trail.step(Rule::Proportional, inputs, Unit::Money, exact)
            }
            Model::AtRisk(part) => {
                let pool = self.contract.at_risk.map_or_else(Ratio::zero, |at_risk| at_risk.share.ratio());
                let inputs = vec![
                    input(
                        "at_risk",
                        Unit::Share,
                        self.contract.at_risk.map_or("0".to_owned(), |at| at.share.to_string()),
                    ),
                    input("allocation", Unit::Share, part.allocation),
                ];
                let exact = self.base.times(&pool).times(&part.allocation.ratio());
                self.trail.step(Rule::AtRisk, inputs, Unit::Money, exact)
            }
            Model::Points(bands) => return self.points(bands),
            Model::Fixed(fixed) => self.fixed(fixed),
            Model::PerOutage(per_outage) => self.outages(per_outage),
        };
        Ok((exact, 0))
    }

    fn nothing(&mut self, rule: Rule, inputs: Vec<crate::derivation::Input>) -> Ratio {
        self.trail.step(rule, inputs, Unit::Money, Ratio::zero())
    }

    fn no_band(&self) -> PriceError {
        let attained = self.compared.to_percent(6, Rounding::Floor);
        PriceError::NoBand { commitment: self.judged.promise.name.clone(), attained }
    }

    fn band(&mut self, bands: &[Band]) -> Result<Ratio, PriceError> {
        let holds = |band: &&Band| band.range().is_some_and(|range| range.contains(&self.compared));
        let band = bands.iter().find(holds).ok_or_else(|| self.no_band())?;
        let range = input("band", Unit::Text, band.range().expect("just found"));
        Ok(self.worth((Rule::BandShare, Rule::BandAmount), band.credit, band.amount, &Ratio::one(), vec![range]))
    }

    /// `count` times a share of the base, or times an amount.
    fn worth(
        &mut self,
        (of_share, of_amount): (Rule, Rule),
        share: Option<Share>,
        amount: Option<Amount>,
        count: &Ratio,
        mut inputs: Vec<crate::derivation::Input>,
    ) -> Ratio {
        match (share, amount) {
            (Some(share), _) => {
                inputs.push(input("share", Unit::Share, share));
                let exact = count.times(&share.ratio()).times(&self.base);
                self.trail.step(of_share, inputs, Unit::Money, exact)
            }
            (None, amount) => {
                let each = amount.map_or_else(Ratio::zero, |amount| major_units(amount, self.contract.currency));
                inputs.push(self.trail.money("each", &each));
                self.trail.step(of_amount, inputs, Unit::Money, count.times(&each))
            }
        }
    }

    fn base_seconds(&self) -> Ratio {
        let worst = self.end == End::Most;
        Ratio::whole(if worst { self.judged.worst_base_seconds } else { self.judged.base_seconds })
    }

    fn per_base_second(&self) -> Ratio {
        Ratio::one().over(&self.base_seconds()).unwrap_or_else(Ratio::zero)
    }

    /// The time that was not attained: (1 − attained) · service time. For slices that is the downtime itself.
    fn down_seconds(&self) -> Ratio {
        Ratio::one().minus(&self.attained).times(&self.base_seconds())
    }

    fn per_unit(&mut self, per_unit: &PerUnit) -> Ratio {
        if self.downtime.over_seconds.is_empty() {
            let allowed = Ratio::one().minus(&self.judged.promise.target.ratio()).times(&self.base_seconds());
            let down = self.down_seconds();
            let inputs = vec![seconds("down", &down), seconds("allowed", &allowed)];
            let excess = down.minus(&allowed).max(Ratio::zero());
            self.trail.step(Rule::Excess, inputs, Unit::Seconds, excess.clone());
            let count = self.units(per_unit, &[excess]);
            return self.worth(
                (Rule::UnitsShare, Rule::UnitsAmount),
                per_unit.credit,
                per_unit.amount,
                &count,
                Vec::new(),
            );
        }
        let over: Vec<Ratio> = self.downtime.over_seconds.iter().map(|seconds| Ratio::whole(*seconds)).collect();
        let sum = over.iter().fold(Ratio::zero(), |sum, one| sum.plus(one));
        let inputs = vec![input("incidents", Unit::Count, over.iter().filter(|one| **one > Ratio::zero()).count())];
        self.trail.step(Rule::Excess, inputs, Unit::Seconds, sum);
        let count = self.units(per_unit, &over);
        self.worth((Rule::UnitsShare, Rule::UnitsAmount), per_unit.credit, per_unit.amount, &count, Vec::new())
    }

    /// Units of every stretch on its own: two half hours of two incidents are two started units, not one.
    fn units(&mut self, per_unit: &PerUnit, stretches: &[Ratio]) -> Ratio {
        let (rule, rounding) = match per_unit.counting {
            UnitCounting::Started => (Rule::UnitsStarted, Rounding::Ceil),
            UnitCounting::Full => (Rule::UnitsFull, Rounding::Floor),
        };
        let unit = Ratio::whole(per_unit.unit.seconds());
        let count = stretches.iter().fold(BigInt::from(0), |sum, stretch| {
            sum + stretch.over(&unit).expect("a unit is longer than nothing").scaled(0, rounding)
        });
        let inputs = vec![input("unit", Unit::Seconds, per_unit.unit.seconds())];
        self.trail.step(rule, inputs, Unit::Count, Ratio::whole(count))
    }

    fn points(&mut self, bands: &[PointBand]) -> Result<(Ratio, u32), PriceError> {
        let holds = |band: &&PointBand| band.range().is_some_and(|range| range.contains(&self.compared));
        let band = bands.iter().find(holds).ok_or_else(|| self.no_band())?;
        let inputs = vec![input("band", Unit::Text, band.range().expect("just found"))];
        self.trail.step(Rule::Points, inputs, Unit::Count, Ratio::whole(band.points));
        // What they are worth comes after the factor for repeats, which multiplies points.
        Ok((Ratio::zero(), band.points))
    }

    fn fixed(&mut self, fixed: &Fixed) -> Ratio {
        let each = major_units(fixed.amount, self.contract.currency);
        let over = self.downtime.over_seconds.iter().filter(|seconds| **seconds > 0).count();
        let (rule, count) = match fixed.per {
            FixedPer::Breach => (Rule::FixedBreach, 1),
            FixedPer::Day => (Rule::FixedDays, self.downtime.days.to_usize().unwrap_or(usize::MAX)),
            FixedPer::Incident => (Rule::FixedIncidents, over),
        };
        let inputs = vec![input("count", Unit::Count, count), self.trail.money("each", &each)];
        self.trail.step(rule, inputs, Unit::Money, Ratio::whole(count).times(&each))
    }

    fn outages(&mut self, per_outage: &PerOutage) -> Ratio {
        let lengths = match &self.judged.doubt {
            None => self.downtime.outages_seconds.clone(),
            Some(doubt) => doubt.outages_seconds(&self.outage_steps(per_outage, doubt), self.end),
        };
        let paid = lengths.iter().filter_map(|length| Some((*length, self.outage(per_outage, *length)?)));
        let paid: Vec<(i64, Ratio)> = paid.collect();
        let sum = paid.iter().fold(Ratio::zero(), |sum, (_, one)| sum.plus(one));
        let inputs = if paid.len() > MOST_OUTAGES_NAMED {
            let all: i64 = paid.iter().map(|(length, _)| length).sum();
            vec![input("count", Unit::Count, paid.len()), input("together", Unit::Seconds, all)]
        } else {
            let named = paid
                .iter()
                .flat_map(|(length, one)| [input("outage", Unit::Seconds, length), self.trail.money("each", one)]);
            named.collect()
        };
        self.trail.step(Rule::Outages, inputs, Unit::Money, sum)
    }

    /// What an outage of a length costs; `None` when it is shorter than the first tier.
    fn outage(&self, per_outage: &PerOutage, length: i64) -> Option<Ratio> {
        let tier = per_outage.tiers.iter().rfind(|tier: &&OutageTier| tier.from.seconds() <= length)?;
        let one = self.each(tier.credit, tier.amount);
        let is_last = per_outage.tiers.last().is_some_and(|last| last == tier);
        let Some(further) = per_outage.further.as_ref().filter(|_| is_last) else { return Some(one) };
        let above = Ratio::whole(length - tier.from.seconds());
        let rounding = match further.counting {
            UnitCounting::Started => Rounding::Ceil,
            UnitCounting::Full => Rounding::Floor,
        };
        let units = above.over(&Ratio::whole(further.unit.seconds())).expect("a unit is longer than nothing");
        let units = Ratio::whole(units.scaled(0, rounding));
        Some(one.plus(&units.times(&self.each(further.credit, further.amount))))
    }

    /// What outages cost by their length in slices: at each length from which on they cost something else.
    fn outage_steps(&self, per_outage: &PerOutage, doubt: &Doubt) -> Steps {
        let slice = doubt.slice_seconds;
        // The least number of slices that last so long, or longer than so long.
        let lasting = |seconds: i64| ((seconds + slice - 1) / slice).max(1);
        let above = |seconds: i64| seconds / slice + 1;
        let mut lengths: BTreeSet<i64> = per_outage.tiers.iter().map(|tier| lasting(tier.from.seconds())).collect();
        lengths.extend([1, doubt.least_slices.max(1)]);
        let mut growth = None;
        if let (Some(further), Some(last)) = (&per_outage.further, per_outage.tiers.last()) {
            let (from, unit) = (last.from.seconds(), further.unit.seconds());
            let nth = |units: i64| match further.counting {
                UnitCounting::Started => above(from + (units - 1) * unit),
                UnitCounting::Full => lasting(from + units * unit),
            };
            let fixed = lengths.last().copied().unwrap_or(1);
            let longest = doubt.stretches.iter().map(|stretch| stretch.iter().map(|piece| piece.seconds).sum::<i64>());
            let longest = longest.max().unwrap_or(0) / slice;
            // Units of whole slices come in equal steps once every other length lies before; others are named one by one.
            let steps_are_equal = unit % slice == 0;
            let mut units = 1;
            while nth(units) <= longest.max(fixed) && !(steps_are_equal && nth(units) > fixed) {
                lengths.insert(nth(units));
                units += 1;
            }
            if steps_are_equal {
                lengths.insert(nth(units));
                growth = Some((unit / slice, self.each(further.credit, further.amount)));
            }
        }
        let slices = |count: i64| usize::try_from(count).expect("a length is not negative");
        let cost = |length: i64| {
            let counts = length >= doubt.least_slices;
            counts.then(|| self.outage(per_outage, length * slice)).flatten().unwrap_or_else(Ratio::zero)
        };
        Steps {
            from: lengths.iter().map(|&length| (slices(length), cost(length))).collect(),
            further: growth.map(|(every, more)| (slices(every), more)),
        }
    }

    fn each(&self, share: Option<Share>, amount: Option<Amount>) -> Ratio {
        match (share, amount) {
            (Some(share), _) => share.ratio().times(&self.base),
            (None, amount) => amount.map_or_else(Ratio::zero, |amount| major_units(amount, self.contract.currency)),
        }
    }
}

fn seconds(name: &str, value: &Ratio) -> crate::derivation::Input {
    let text = value.to_decimal(3, Rounding::Floor);
    input(name, Unit::Seconds, text.trim_end_matches('0').trim_end_matches('.'))
}
