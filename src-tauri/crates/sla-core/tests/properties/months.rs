//! Of months measured slice by slice: a worse one never costs less, less knowledge never narrows what may be owed, and
//! how a stretch of time was cut changes nothing.

use proptest::prelude::*;
use serde_json::json;
use sla_core::assess::assess;
use sla_core::catalogue::{Commitment, ContractSpec};
use sla_core::interval::IntervalSet;
use sla_core::measurement::{BadRun, Measurement, Scope};
use sla_core::price::{Fees, History, Judged, price};
use sla_core::ratio::Ratio;
use sla_core::record::UnknownReason;
use sla_core::time::Period;

use super::contracts::{cap, commitment, contract, fees, history, month, ordered_model, penalty, rounding};
use crate::desk::{Slice, measure};

/// A month of so many slices of a minute, cut into days of 20: how many of ten events were good, or nothing known.
type Minutes = Vec<Option<i64>>;

fn minutes() -> impl Strategy<Value = Minutes> {
    let good = prop_oneof![8 => Just(Some(10i64)), 2 => (0i64..=10).prop_map(Some), 1 => Just(None)];
    prop::collection::vec(good, 60..90)
}

fn scope(minutes: &Minutes, excluded: IntervalSet) -> Scope {
    let period = Period::new(0, 60 * i64::try_from(minutes.len()).expect("few")).expect("a period");
    let days = (0..).map(|day| Period { start: day * 1_200, end: (day + 1) * 1_200 });
    let dates = "2026-06-01".parse::<sla_core::catalogue::Day>().expect("a day").0.iter_days();
    Scope {
        period,
        step_seconds: 60,
        service: period.into(),
        excluded,
        days: dates.zip(days).map_while(|(date, day)| Some((date, day.overlap(period)?))).collect(),
        slice_target: Ratio::new(95, 100),
        minimum_events: None,
        wants_ratio_sum: true,
    }
}

fn measured(scope: &Scope, minutes: &Minutes) -> Measurement {
    measure(scope, |at| match minutes[usize::try_from(at / 60).expect("inside")] {
        Some(good) => Slice::Events(good, 10),
        None => Slice::Unknown(UnknownReason::Missing),
    })
}

/// What is owed at least and at most, and what was attained.
fn owed(
    contract: &ContractSpec,
    scope: &Scope,
    measured: &Measurement,
    history: &History,
) -> ((i64, i64), (Ratio, Ratio)) {
    let promise = &contract.commitments[0];
    let assessment = assess(promise, scope, measured);
    let service = "s".parse().expect("a name");
    let range = assessment.attained.clone().expect("something was seen");
    let monthly = contract.fee.monthly.in_currency(contract.currency).expect("a fee");
    let own = Fees { monthly, months: vec![(30, 30)] };
    let judged = Judged::assessed(promise.into(), contract, (&service, own), &assessment);
    let priced = price(contract, month("2026-06"), &fees(contract), &[judged], history).expect("it fits");
    ((priced.low.minor, priced.high.minor), (range.low, range.high))
}

fn terms() -> impl Strategy<Value = ContractSpec> {
    let method = prop_oneof![Just("Timeslices"), Just("Occurrences"), Just("RatioTimeslices")];
    let run = proptest::option::of(2u32..4);
    let penalty = penalty(ordered_model());
    (method, run, penalty, rounding(), prop::collection::vec(cap(), 0..3), proptest::option::of(0u32..50)).prop_map(
        |(method, run, penalty, rounding, caps, least)| {
            let mut value = serde_json::to_value(contract(&rounding, &caps, &[penalty])).expect("a contract");
            value["commitments"][0]["method"] = method.into();
            if let Some(run) = run.filter(|_| method == "Timeslices") {
                value["commitments"][0]["consecutiveSlices"] = run.into();
            }
            if let Some(least) = least {
                value["minimumCredit"] = json!({ "above": least.to_string() });
            }
            serde_json::from_value(value).expect("a contract")
        },
    )
}

proptest! {
    /// More failures never raise what was attained and never lower what is owed, at least or at most.
    #[test]
    fn a_worse_month_never_costs_less(
        contract in terms(), history in history(), better in minutes(), at in any::<prop::sample::Index>(), good in 0i64..10,
    ) {
        let mut worse = better.clone();
        let minute = at.get_mut(&mut worse);
        prop_assume!(minute.is_some_and(|known| known > good));
        *minute = Some(good);
        let scope = scope(&better, IntervalSet::default());
        let (less, before) = owed(&contract, &scope, &measured(&scope, &better), &history);
        let (more, after) = owed(&contract, &scope, &measured(&scope, &worse), &history);
        prop_assert!(after.0 <= before.0 && after.1 <= before.1, "{before:?} became {after:?}");
        prop_assert!(less.0 <= more.0 && less.1 <= more.1, "{less:?} became {more:?}");
        prop_assert!(less.0 <= less.1);
    }

    /// A minute that nobody saw makes more possible and less certain: the range of before lies inside.
    #[test]
    fn less_knowledge_never_narrows_what_may_be_owed(
        contract in terms(), history in history(), known in minutes(), at in any::<prop::sample::Index>(),
    ) {
        let mut lost = known.clone();
        prop_assume!(at.get(&lost).is_some() && lost.iter().flatten().count() > 1);
        *at.get_mut(&mut lost) = None;
        let scope = scope(&known, IntervalSet::default());
        let (before, sure) = owed(&contract, &scope, &measured(&scope, &known), &history);
        let (after, unsure) = owed(&contract, &scope, &measured(&scope, &lost), &history);
        prop_assert!(unsure.0 <= sure.0 && sure.1 <= unsure.1, "{sure:?} became {unsure:?}");
        prop_assert!(after.0 <= before.0 && before.1 <= after.1, "{before:?} became {after:?}");
    }

    /// An outage or an exclusion told in pieces is the same outage or exclusion.
    #[test]
    fn splitting_stretches_changes_nothing(
        contract in terms(), minutes in minutes(), (from, length) in (0i64..60, 1i64..30), cuts in prop::collection::btree_set(0i64..90, 0..40),
    ) {
        let whole = Period { start: from * 60, end: (from + length) * 60 };
        let pieces = |period: Period| {
            let borders = cuts.iter().map(|cut| cut * 60).filter(move |cut| period.start < *cut && *cut < period.end);
            let borders: Vec<i64> = [period.start].into_iter().chain(borders).chain([period.end]).collect();
            borders.windows(2).map(|pair| Period { start: pair[0], end: pair[1] }).collect::<Vec<_>>()
        };
        let one = scope(&minutes, IntervalSet::from(whole).intersection(&scope(&minutes, IntervalSet::default()).service));
        // Pieces that overlap besides: each reaches as far as the end of the whole.
        let overlapping = pieces(whole).into_iter().flat_map(|piece| [piece, Period { end: whole.end, ..piece }]);
        let many = scope(&minutes, overlapping.collect::<IntervalSet>().intersection(&one.service));
        prop_assert_eq!(&one.excluded, &many.excluded);
        let measured = measured(&one, &minutes);
        let mut cut = measured.clone();
        cut.bad = measured.bad.iter().flat_map(|run| pieces(run.period)).map(|period| {
            let inside = (period.start..period.end).step_by(60).map(|at| minutes[usize::try_from(at / 60).expect("inside")]);
            let failed: i64 = inside.flatten().map(|good| 10 - good).sum();
            BadRun { period, failed: failed.into(), total: i128::from(period.seconds() / 6) }
        }).collect();
        cut.unknown = measured.unknown.iter().flat_map(|(run, reason)| pieces(*run).into_iter().map(|one| (one, *reason))).collect();
        let promise = &contract.commitments[0];
        prop_assert_eq!(assess(promise, &one, &measured), assess(promise, &many, &cut));
    }

    /// Attainment by the definition: counting minutes one by one.
    #[test]
    fn time_slices_are_counted_one_by_one(minutes in minutes(), (from, length) in (0i64..60, 0i64..30), numerator in any::<bool>()) {
        let window: IntervalSet = Period::new(from * 60, (from + length) * 60).into_iter().collect();
        let excluded = window.intersection(&scope(&minutes, IntervalSet::default()).service);
        let scope = scope(&minutes, excluded.clone());
        let mut terms = commitment("a", &json!({}));
        terms["exclusions"] = if numerator { "numerator".into() } else { "denominator".into() };
        let terms: Commitment = serde_json::from_value(terms).expect("a commitment");
        let (mut up, mut down, mut unknown, mut left_out) = (0, 0, 0, 0);
        for (minute, at) in minutes.iter().zip((0..).step_by(60)) {
            match minute {
                _ if excluded.contains(at) => left_out += 1,
                Some(10) => up += 1,
                Some(_) => down += 1,
                None => unknown += 1,
            }
        }
        let kept = if numerator { left_out } else { 0 };
        let all = up + down + unknown + kept;
        let expected = Ratio::new(up + kept, all).zip(Ratio::new(up + unknown + kept, all));
        let assessment = assess(&terms, &scope, &measured(&scope, &minutes));
        prop_assert_eq!(assessment.attained.map(|range| (range.low, range.high)), expected);
        prop_assert_eq!((assessment.lengths.downtime_seconds, assessment.lengths.excluded_seconds), (down * 60, left_out * 60));
        prop_assert_eq!(assessment.good, i128::from(up + kept));
    }
}
