//! From a measurement to a verdict: exclusion mode, quiet slices and unknown time as the contract reads them, compared
//! with the target exactly.

use crate::catalogue::{Commitment, ConsumptionBudget};
use crate::interval::IntervalSet;
use crate::measurement::{Measurement, Scope, Tally};
use crate::price::{Doubt, Downtime};
use crate::ratio::Ratio;
use crate::record::{ExclusionMode, Method, QuietReading, UnknownReading, Verdict};

/// What a commitment attained: the least and the most that the evidence allows. Equal when nothing is unknown, or when
/// the contract has a reading of unknown time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attained {
    /// The least.
    pub low: Ratio,
    /// The most.
    pub high: Ratio,
}

/// Lengths that the report states, in seconds within S.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lengths {
    /// Service time S.
    pub service_seconds: i64,
    /// Accepted exclusions.
    pub excluded_seconds: i64,
    /// Slices that are down, without excluded time; quiet ones too when the contract reads them as bad.
    pub downtime_seconds: i64,
    /// Slices without usable evidence, without excluded time.
    pub unknown_seconds: i64,
    /// Slices without any event, without excluded time.
    pub quiet_seconds: i64,
    /// The seconds that the error budget is a share of: service time without what leaves both sides, be it excluded,
    /// quiet or unknown.
    pub base_seconds: i64,
    /// The same in the worst case: unknown slices that are too few in a row to be an outage may have had no event, and then
    /// leave both sides where the contract says so of quiet ones.
    pub worst_base_seconds: i64,
}

/// A commitment, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// What was attained; `None` when there was nothing to judge.
    pub attained: Option<Attained>,
    /// Good units that were seen, as the contract reads excluded and quiet time: slices for
    /// [`Method::Timeslices`], else units of the evidence's scale.
    pub good: i128,
    /// All such units.
    pub total: i128,
    /// Met, breached or undecidable.
    pub verdict: Verdict,
    /// Lengths in seconds.
    pub lengths: Lengths,
    /// Time that is down for certain, outside exclusions and in runs that are long enough; unknown time too where the
    /// contract reads it as down.
    pub down: IntervalSet,
    /// Time that may be down: the same, and unknown time where the contract leaves it open.
    pub may_be_down: IntervalSet,
    /// Outages as the best case has them.
    pub least: Downtime,
    /// Outages as the worst case has them.
    pub most: Downtime,
    /// What of the outages nobody knows, where single ones are paid; `None` when nothing of them is left open.
    pub doubt: Option<Doubt>,
    /// Whether there may have been fewer events than a judgement may rest on.
    pub may_be_too_few: bool,
}

/// Judges a measurement by a commitment.
pub fn assess(commitment: &Commitment, scope: &Scope, measured: &Measurement) -> Assessment {
    let counted = scope.service.difference(&scope.excluded);
    let inside = |periods: IntervalSet| periods.intersection(&counted);
    let quiet = inside(measured.quiet.clone());
    let unknown = inside(measured.unknown.iter().map(|(period, _)| *period).collect());
    let bad = inside(measured.bad.iter().map(|run| run.period).collect());
    let bad = if commitment.quiet == QuietReading::Bad { bad.union(&quiet) } else { bad };
    let is_open = commitment.unknown == UnknownReading::Range && !unknown.is_empty();
    let doubt = (is_open && commitment.penalty.per_outage.is_some())
        .then(|| Doubt::new(scope.step_seconds, commitment.consecutive_slices, &bad, &unknown));
    let down = Down::of(commitment, scope.step_seconds, &bad, &unknown);
    let (certain, possible) = match commitment.unknown {
        UnknownReading::Range => (&down.seen, &down.worst),
        UnknownReading::Down => (&down.worst, &down.worst),
        UnknownReading::Up | UnknownReading::Excluded => (&down.seen, &down.seen),
    };
    let (service_seconds, excluded_seconds) = (scope.service.seconds(), scope.excluded.seconds());
    let leaves_unless = |stays: bool, set: &IntervalSet| if stays { 0 } else { set.seconds() };
    let base_seconds = service_seconds
        - leaves_unless(commitment.exclusions == ExclusionMode::Numerator, &scope.excluded)
        - leaves_unless(commitment.quiet != QuietReading::Excluded, &quiet)
        - leaves_unless(commitment.unknown != UnknownReading::Excluded, &unknown);
    let harmless = unknown.difference(&down.worst);
    let lengths = Lengths {
        service_seconds,
        excluded_seconds,
        downtime_seconds: certain.intersection(&bad).seconds(),
        unknown_seconds: unknown.seconds(),
        quiet_seconds: quiet.seconds(),
        base_seconds,
        worst_base_seconds: base_seconds - leaves_unless(!may_leave(commitment), &harmless),
    };
    let (parts, good, total) = seen(commitment, scope.step_seconds, measured, &down, &lengths);
    let few = too_few_events(commitment, scope.step_seconds, measured, &lengths);
    let attained = match &commitment.budget {
        Some(budget) => consumption(budget, commitment.unknown, scope.step_seconds, measured, &lengths),
        None => parts.read(commitment.unknown),
    };
    let attained = attained.filter(|_| few != Some(Few::Certain));
    let target = commitment.target.ratio();
    let compared = |attained: &Ratio| match commitment.attainment_rounding {
        Some(rounding) => rounding.apply(attained),
        None => attained.clone(),
    };
    let verdict = match (&attained, few) {
        (_, Some(Few::Certain)) => Verdict::Met,
        (Some(range), _) if compared(&range.low) >= target => Verdict::Met,
        (Some(range), None) if compared(&range.high) < target => Verdict::Breached,
        _ => Verdict::Undecidable,
    };
    let downtime = |set: &IntervalSet| downtime(set, scope, measured);
    // Where an event too many is missing, nothing may be owed for the period at all.
    let least = if few.is_some() { Downtime::default() } else { downtime(certain) };
    let most = downtime(possible);
    let (down, may_be_down) = (certain.clone(), possible.clone());
    let may_be_too_few = few == Some(Few::Possible);
    Assessment { good, total, verdict, lengths, down, may_be_down, least, most, attained, doubt, may_be_too_few }
}

/// Budget / consumption, at most 1. An unknown slice may have consumed nothing, and at most as much as the slice of the
/// period that consumed most: the same named bound as for events. Where no slice consumed anything there is no such bound,
/// and the least that was attained is 0. `None` when everything is unknown and leaves the judgement.
fn consumption(
    budget: &ConsumptionBudget,
    reading: UnknownReading,
    step: i64,
    measured: &Measurement,
    lengths: &Lengths,
) -> Option<Attained> {
    let scale = Ratio::whole(measured.scale);
    let share = |units: i128| {
        let share = budget.amount.ratio().times(&scale).over(&Ratio::whole(units));
        share.map_or_else(Ratio::one, |share| share.min(Ratio::one()))
    };
    let seen = measured.counted.total;
    let unknown_slices = i128::from(lengths.unknown_seconds / step);
    let best = share(seen);
    let worst = match measured.peak_units {
        0 if unknown_slices > 0 => Ratio::zero(),
        peak => share(seen + unknown_slices * i128::from(peak)),
    };
    let known_seconds = lengths.service_seconds - lengths.excluded_seconds - lengths.unknown_seconds;
    match reading {
        UnknownReading::Range => Some(Attained { low: worst, high: best }),
        UnknownReading::Down => Some(Attained { low: worst.clone(), high: worst }),
        UnknownReading::Up => Some(Attained { low: best.clone(), high: best }),
        UnknownReading::Excluded => (known_seconds > 0).then(|| Attained { low: best.clone(), high: best }),
    }
}

/// Whether unknown slices may turn out to leave both sides: those without any event.
fn may_leave(commitment: &Commitment) -> bool {
    commitment.unknown == UnknownReading::Range
        && commitment.quiet == QuietReading::Excluded
        && commitment.method == Method::Timeslices
}

/// Time that is down: in what was seen, and if all that is unknown was down, too.
struct Down {
    seen: IntervalSet,
    worst: IntervalSet,
}

impl Down {
    /// Runs that are shorter than the contract's least number of slices do not count. What is unknown can make a short
    /// run long enough.
    fn of(commitment: &Commitment, step: i64, bad: &IntervalSet, unknown: &IntervalSet) -> Self {
        let worst = bad.union(unknown);
        let Some(least) = commitment.consecutive_slices else { return Self { seen: bad.clone(), worst } };
        let long = |set: &IntervalSet| -> IntervalSet {
            set.periods().iter().filter(|run| run.seconds() >= i64::from(least) * step).copied().collect()
        };
        Self { seen: long(bad), worst: long(&worst) }
    }
}

/// Whether a period has fewer events than a judgement may rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Few {
    /// Even if every unknown slice was as busy as the busiest.
    Certain,
    /// Unless there were some in unknown slices.
    Possible,
}

fn too_few_events(commitment: &Commitment, step: i64, measured: &Measurement, lengths: &Lengths) -> Option<Few> {
    let least = i128::from(commitment.minimum_events?.per_period?) * i128::from(measured.scale);
    let seen = measured.counted.total;
    let lost = i128::from(lengths.unknown_seconds / step) * i128::from(measured.peak_units);
    match () {
        () if seen >= least => None,
        // Without a single event nobody knows how busy an unknown slice was.
        () if seen + lost >= least || (measured.peak_units == 0 && lengths.unknown_seconds > 0) => Some(Few::Possible),
        () => Some(Few::Certain),
    }
}

/// What a set of down time is made of.
fn downtime(set: &IntervalSet, scope: &Scope, measured: &Measurement) -> Downtime {
    let days = scope.days.iter().filter(|(_, day)| !set.intersection(&(*day).into()).is_empty()).count();
    let mut affected = Ratio::zero();
    let mut told = IntervalSet::default();
    for run in &measured.bad {
        let part = set.intersection(&run.period.into());
        let share = Ratio::new(run.failed, run.total).unwrap_or_else(Ratio::one);
        affected = affected.plus(&share.times(&Ratio::whole(part.seconds())));
        told = told.union(&part);
    }
    // Time that is down without a run of events, quiet or unknown, affects everybody.
    affected = affected.plus(&Ratio::whole(set.difference(&told).seconds()));
    Downtime {
        outages_seconds: set.periods().iter().map(|period| period.seconds()).collect(),
        days: u32::try_from(days).unwrap_or(u32::MAX),
        affected_seconds: affected,
        over_seconds: Vec::new(),
    }
}

/// What was seen, by the commitment's method: as the ratio's parts, and as the counts that a reader is shown.
fn seen(
    commitment: &Commitment,
    step: i64,
    measured: &Measurement,
    down: &Down,
    lengths: &Lengths,
) -> (Parts, i128, i128) {
    let (quiet, unknown) = (lengths.quiet_seconds / step, lengths.unknown_seconds / step);
    let keeps_excluded = commitment.exclusions == ExclusionMode::Numerator;
    let kept_slices = if keeps_excluded { lengths.excluded_seconds / step } else { 0 };
    let kept_events = if keeps_excluded { measured.excluded.total } else { 0 };
    let Tally { good, total, .. } = measured.counted;
    let (good_events, events) = (good + kept_events, total + kept_events);
    let (quiet_good, quiet_known) = match commitment.quiet {
        QuietReading::Good => (quiet, quiet),
        QuietReading::Bad => (0, quiet),
        QuietReading::Excluded => (0, 0),
    };
    // Slices: `kept_slices` stay as good, quiet ones go where the contract says.
    let slices = |good: i64, known: i64| {
        (i128::from(good + kept_slices + quiet_good), i128::from(known + kept_slices + quiet_known))
    };
    let of_slices = |good: i128, known: i128| Parts::whole(good, known, unknown.into());
    match commitment.method {
        Method::Occurrences => {
            let parts = if events == 0 || (measured.peak_units == 0 && unknown > 0) {
                // Without a single event outside exclusions, or none at all, the slices themselves are all there is to
                // judge: nobody can say how much an unknown slice may have held.
                let (good, known) = slices(0, 0);
                of_slices(good, known)
            } else {
                // Nobody knows how much happened in an unknown slice. What may have been lost at most is bounded by the
                // busiest slice of the same period: the reading is named, finite and no kinder to either side.
                let unknown_units = i128::from(unknown) * i128::from(measured.peak_units);
                Parts::whole(good_events, events, unknown_units)
            };
            (parts, good_events, events)
        }
        Method::Timeslices => {
            let judged =
                lengths.service_seconds - lengths.excluded_seconds - lengths.quiet_seconds - lengths.unknown_seconds;
            let known = i128::from(judged / step + kept_slices + quiet_known);
            let good = known - i128::from(down.seen.seconds() / step);
            // Unknown slices that stay too short a run are good whatever they were.
            let undecided = i128::from((down.worst.seconds() - down.seen.seconds()) / step);
            let mut parts = Parts::whole(good, known, unknown.into());
            parts.undecided = Ratio::whole(undecided);
            parts.harmless = Ratio::whole((lengths.base_seconds - lengths.worst_base_seconds) / step);
            (parts, good, known)
        }
        Method::RatioTimeslices => {
            let (good, known) = slices(0, measured.counted.slices);
            let sum = measured.counted.ratio_sum.clone().unwrap_or_else(Ratio::zero);
            let mut parts = of_slices(good, known);
            parts.good = parts.good.plus(&sum);
            (parts, good_events, events)
        }
        // What is consumed is judged by its budget; see [`consumption`].
        Method::Consumption => (Parts::whole(0, 0, 0), total, total),
    }
}

/// A ratio before unknown time is read: good of known, how much is unknown, and how much less is good if all of that was
/// down.
struct Parts {
    good: Ratio,
    known: Ratio,
    unknown: Ratio,
    undecided: Ratio,
    /// How much of what is unknown cannot be down and may leave both sides.
    harmless: Ratio,
}

impl Parts {
    fn whole(good: i128, known: i128, unknown: i128) -> Self {
        let unknown = Ratio::whole(unknown);
        Self {
            good: Ratio::whole(good),
            known: Ratio::whole(known),
            undecided: unknown.clone(),
            unknown,
            harmless: Ratio::zero(),
        }
    }

    fn read(self, reading: UnknownReading) -> Option<Attained> {
        let all = self.known.plus(&self.unknown);
        let most = self.good.plus(&self.unknown);
        let left = |harmless: &Ratio| most.minus(&self.undecided).minus(harmless).over(&all.minus(harmless));
        let down = || left(&Ratio::zero());
        let worst = || left(&self.harmless);
        let up = || most.over(&all);
        let (low, high) = match reading {
            UnknownReading::Range => (worst().or_else(down)?, up()?),
            UnknownReading::Down => (down()?, down()?),
            UnknownReading::Up => (up()?, up()?),
            UnknownReading::Excluded => (self.good.over(&self.known)?, self.good.over(&self.known)?),
        };
        assert!(low.is_share() && high.is_share() && low <= high, "an attainment lies between 0 and 1");
        Some(Attained { low, high })
    }
}

/// The first border of a scope that cuts through a slice.
pub fn cut_slice(scope: &Scope) -> Option<i64> {
    let sets = [&IntervalSet::from(scope.period), &scope.service, &scope.excluded];
    sets.into_iter().find_map(|set| set.misaligned_border(scope.period.start, scope.step_seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::price::fixture::priced;
    use crate::record::UnknownReason;
    use crate::time::Period;
    use proptest::prelude::*;

    fn commitment(yaml_like: &[(&str, &str)]) -> Commitment {
        let mut value = serde_json::json!({
            "name": "api", "slo": "api", "target": "99.9", "method": "Timeslices", "slice": "1m", "sliceTarget": "95",
            "unknown": "range", "quiet": "good", "exclusions": "denominator",
            "penalty": { "bands": [
                { "from": "99.0", "below": "99.9", "credit": "10" }, { "from": "0", "below": "99.0", "credit": "25" },
            ] },
        });
        for (key, text) in yaml_like {
            value[*key] = (*text).into();
        }
        serde_json::from_value(value).expect("a commitment")
    }

    /// A period of minutes: `bad`, `quiet` and `unknown` minutes one after the other, `excluded` minutes at its end.
    fn minutes(all: i64, bad: i64, quiet: i64, unknown: i64, excluded: i64) -> (Scope, Measurement) {
        let period = Period::new(0, all * 60).expect("a period");
        let part = |from: i64, to: i64| -> IntervalSet { Period::new(from * 60, to * 60).into_iter().collect() };
        let scope = Scope {
            period,
            step_seconds: 60,
            service: period.into(),
            excluded: part(all - excluded, all),
            days: Vec::new(),
            slice_target: None,
            minimum_events: None,
            wants_ratio_sum: false,
        };
        let known = all - quiet - unknown - excluded;
        let measured = Measurement {
            scale: 1,
            counted: Tally {
                slices: known,
                good: i128::from(known - bad) * 10,
                total: i128::from(known) * 10,
                ratio_sum: Some(Ratio::whole(known - bad)),
            },
            excluded: Tally { slices: excluded, good: 0, total: i128::from(excluded) * 10, ratio_sum: None },
            peak_units: 10,
            bad: part(0, bad)
                .periods()
                .iter()
                .map(|&period| crate::measurement::BadRun { period, failed: 1, total: 1 })
                .collect(),
            quiet: part(bad, bad + quiet),
            unknown: part(bad + quiet, bad + quiet + unknown)
                .periods()
                .iter()
                .map(|&p| (p, UnknownReason::Missing))
                .collect(),
            days: Vec::new(),
        };
        (scope, measured)
    }

    #[track_caller]
    fn check(
        terms: &[(&str, &str)],
        (scope, measured): (Scope, Measurement),
        range: Option<[(i64, i64); 2]>,
        verdict: Verdict,
        credit: [i64; 2],
    ) {
        let commitment = commitment(terms);
        let assessment = assess(&commitment, &scope, &measured);
        let expected = range.map(|[low, high]| Attained {
            low: Ratio::new(low.0, low.1).expect("not zero"),
            high: Ratio::new(high.0, high.1).expect("not zero"),
        });
        assert_eq!(assessment.attained, expected);
        assert_eq!(assessment.verdict, verdict);
        let priced = priced(&commitment, &assessment);
        assert_eq!([priced.low.minor, priced.high.minor], credit);
    }

    #[test]
    fn the_same_facts_give_another_verdict_in_another_exclusion_mode() {
        // 43 200 min with 240 min of maintenance and 43.2 min down, in slices of six seconds taken as units.
        let facts = || minutes(432_000, 432, 0, 0, 2_400);
        check(&[], facts(), Some([(429_168, 429_600); 2]), Verdict::Breached, [100_000; 2]);
        check(&[("exclusions", "numerator")], facts(), Some([(999, 1000); 2]), Verdict::Met, [0, 0]);
        for method in ["Occurrences", "RatioTimeslices"] {
            check(&[("method", method)], facts(), Some([(429_168, 429_600); 2]), Verdict::Breached, [100_000; 2]);
            check(
                &[("method", method), ("exclusions", "numerator")],
                facts(),
                Some([(999, 1000); 2]),
                Verdict::Met,
                [0, 0],
            );
        }
    }

    #[test]
    fn the_target_is_reached_exactly_or_not() {
        check(&[], minutes(1000, 1, 0, 0, 0), Some([(999, 1000); 2]), Verdict::Met, [0, 0]);
        check(&[], minutes(2_592_000, 2592, 0, 0, 0), Some([(999, 1000); 2]), Verdict::Met, [0, 0]);
        check(
            &[],
            minutes(2_592_000, 2593, 0, 0, 0),
            Some([(2_589_407, 2_592_000); 2]),
            Verdict::Breached,
            [100_000; 2],
        );
        // Exactly 99.0 belongs to the upper band, which says so.
        check(&[], minutes(1000, 10, 0, 0, 0), Some([(99, 100); 2]), Verdict::Breached, [100_000; 2]);
        check(&[], minutes(1000, 11, 0, 0, 0), Some([(989, 1000); 2]), Verdict::Breached, [250_000; 2]);
    }

    #[test]
    fn unknown_time_is_a_range_unless_the_contract_reads_it() {
        let facts = || minutes(1000, 1, 0, 20, 0);
        check(&[], facts(), Some([(979, 1000), (999, 1000)]), Verdict::Undecidable, [0, 250_000]);
        check(&[("unknown", "down")], facts(), Some([(979, 1000); 2]), Verdict::Breached, [250_000; 2]);
        check(&[("unknown", "up")], facts(), Some([(999, 1000); 2]), Verdict::Met, [0, 0]);
        check(&[("unknown", "excluded")], facts(), Some([(979, 980); 2]), Verdict::Breached, [100_000; 2]);
        check(&[], minutes(1000, 2, 0, 1, 0), Some([(997, 1000), (998, 1000)]), Verdict::Breached, [100_000; 2]);
        check(&[], minutes(1000, 0, 0, 1, 0), Some([(999, 1000), (1, 1)]), Verdict::Met, [0, 0]);
        check(&[], minutes(1000, 0, 0, 1000, 0), Some([(0, 1), (1, 1)]), Verdict::Undecidable, [0, 250_000]);
        check(
            &[("method", "Occurrences")],
            minutes(1000, 0, 0, 1000, 0),
            Some([(0, 1), (1, 1)]),
            Verdict::Undecidable,
            [0, 250_000],
        );
        check(
            &[("method", "Occurrences")],
            facts(),
            Some([(979, 1000), (999, 1000)]),
            Verdict::Undecidable,
            [0, 250_000],
        );
    }

    #[test]
    fn quiet_slices_follow_the_contract() {
        let facts = || minutes(1000, 0, 10, 0, 0);
        check(&[], facts(), Some([(1, 1); 2]), Verdict::Met, [0, 0]);
        check(&[("quiet", "bad")], facts(), Some([(99, 100); 2]), Verdict::Breached, [100_000; 2]);
        check(&[("quiet", "excluded")], facts(), Some([(1, 1); 2]), Verdict::Met, [0, 0]);
        let silent = || minutes(10, 0, 10, 0, 0);
        for method in ["Occurrences", "Timeslices", "RatioTimeslices"] {
            check(&[("method", method)], silent(), Some([(1, 1); 2]), Verdict::Met, [0, 0]);
            check(
                &[("method", method), ("quiet", "bad")],
                silent(),
                Some([(0, 1); 2]),
                Verdict::Breached,
                [250_000; 2],
            );
            check(&[("method", method), ("quiet", "excluded")], silent(), None, Verdict::Undecidable, [0, 0]);
        }
    }

    proptest! {
        /// One more bad minute never raises what was attained and never lowers the credit.
        #[test]
        fn a_worse_month_never_costs_less(all in 10i64..2000, bad in 0i64..9, unknown in 0i64..5) {
            prop_assume!(bad + 1 + unknown < all);
            let terms = commitment(&[]);
            let judge = |bad| {
                let (scope, measured) = minutes(all, bad, 0, unknown, 0);
                let assessment = assess(&terms, &scope, &measured);
                let credit = priced(&terms, &assessment);
                (assessment.attained.expect("there are slices"), credit)
            };
            let ((better, less), (worse, more)) = (judge(bad), judge(bad + 1));
            prop_assert!(worse.low < better.low && worse.high < better.high);
            prop_assert!(more.low.minor >= less.low.minor && more.high.minor >= less.high.minor);
            prop_assert!(less.low.minor <= less.high.minor);
        }
    }
}
