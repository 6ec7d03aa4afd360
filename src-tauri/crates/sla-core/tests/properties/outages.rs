//! Outages that are paid one by one where some of the time is unknown: against every way in which it may have been.

use proptest::prelude::*;
use serde_json::{Value, json};
use sla_core::assess::Attained;
use sla_core::catalogue::ContractSpec;
use sla_core::price::{Doubt, Downtime, Fees, History, Judged, Piece, price};
use sla_core::ratio::Ratio;
use sla_core::record::Verdict;

use super::contracts::{contract, fees, month};

/// A slice of a stretch: known to be down, or not known.
const DOWN: bool = true;

/// What an outage pays in euros: tiers by their start in minutes, then so much for each further unit.
#[derive(Clone, Debug)]
struct Terms {
    slice_minutes: i64,
    tiers: Vec<(i64, i64)>,
    /// Minutes of a unit, what it pays, and whether it counts when it has begun.
    further: Option<(i64, i64, bool)>,
    least_slices: i64,
}

impl Terms {
    /// Read slowly, minute by minute.
    fn pays(&self, minutes: i64) -> i64 {
        if minutes < self.least_slices * self.slice_minutes {
            return 0;
        }
        let Some(&(start, pays)) = self.tiers.iter().rev().find(|(start, _)| *start <= minutes) else { return 0 };
        let mut sum = pays;
        if let Some((unit, each, started)) = self.further.filter(|_| self.tiers.last() == Some(&(start, pays))) {
            let mut left = minutes - start;
            while left >= unit || started && left > 0 {
                sum += each;
                left -= unit;
            }
        }
        sum
    }

    fn penalty(&self) -> Value {
        let tiers: Vec<_> = self
            .tiers
            .iter()
            .map(|(start, pays)| json!({ "from": format!("{start}m"), "amount": pays.to_string() }))
            .collect();
        let mut model = json!({ "tiers": tiers });
        if let Some((unit, each, started)) = self.further {
            let counting = if started { "started" } else { "full" };
            model["further"] = json!({ "unit": format!("{unit}m"), "counting": counting, "amount": each.to_string() });
        }
        json!({ "perOutage": model })
    }
}

fn terms() -> impl Strategy<Value = Terms> {
    let tiers = prop::collection::btree_map(1i64..40, 0i64..9, 1..4);
    let further = proptest::option::of((1i64..20, 0i64..4, any::<bool>()));
    (1i64..6, tiers, further, prop_oneof![3 => Just(1i64), 1 => 2i64..4]).prop_map(
        |(slice_minutes, tiers, further, least_slices)| Terms {
            slice_minutes,
            // Tiers in no order of what they pay: a longer outage may cost less.
            tiers: tiers.into_iter().collect(),
            further,
            least_slices,
        },
    )
}

/// The least and the most over every way in which the unknown slices may have been.
fn every_way(terms: &Terms, stretches: &[Vec<bool>]) -> (i64, i64) {
    let (mut least, mut most) = (0, 0);
    for stretch in stretches {
        let unknown: Vec<usize> = (0..stretch.len()).filter(|at| stretch[*at] != DOWN).collect();
        let sums = (0u32..1 << unknown.len()).map(|way| {
            let mut is_down = stretch.clone();
            for (bit, at) in unknown.iter().enumerate() {
                is_down[*at] = way >> bit & 1 == 1;
            }
            let runs = is_down.split(|down| !down).filter(|run| !run.is_empty());
            runs.map(|run| terms.pays(i64::try_from(run.len()).expect("few") * terms.slice_minutes)).sum::<i64>()
        });
        let sums: Vec<i64> = sums.collect();
        least += sums.iter().min().expect("a way");
        most += sums.iter().max().expect("a way");
    }
    (least, most)
}

/// What the program says, in euros.
fn priced(terms: &Terms, stretches: &[Vec<bool>]) -> (i64, i64) {
    let rounding = json!({ "mode": "floor", "at": "commitment" });
    let contract: ContractSpec = contract(&rounding, &[], &[terms.penalty()]);
    let service = "s".parse().expect("a name");
    let stretches = stretches.iter().map(|stretch| {
        let pieces = stretch.chunk_by(|a, b| a == b);
        let length = |piece: &[bool]| i64::try_from(piece.len()).expect("few") * terms.slice_minutes * 60;
        pieces.map(|piece| Piece { seconds: length(piece), is_down: piece[0] }).collect()
    });
    let doubt = Doubt {
        slice_seconds: terms.slice_minutes * 60,
        least_slices: terms.least_slices,
        stretches: stretches.collect(),
    };
    let judged = Judged {
        promise: (&contract.commitments[0]).into(),
        contract: &contract,
        service: &service,
        fees: Fees {
            monthly: contract.fee.monthly.in_currency(contract.currency).expect("a fee"),
            months: vec![(30, 30)],
        },
        attained: Some(Attained { low: Ratio::zero(), high: Ratio::one() }),
        verdict: Verdict::Undecidable,
        base_seconds: 2_592_000,
        worst_base_seconds: 2_592_000,
        least: Downtime::default(),
        most: Downtime::default(),
        doubt: Some(doubt),
        may_be_too_few: false,
        disputed_by: None,
    };
    let priced = price(&contract, month("2026-06"), &fees(&contract), &[judged], &History::default()).expect("it fits");
    (priced.low.minor / 100, priced.high.minor / 100)
}

#[test]
fn three_hours_may_cost_more_than_five() {
    let terms = Terms { slice_minutes: 60, tiers: vec![(60, 1), (240, 2)], further: None, least_slices: 1 };
    let unknown = |hours: usize| vec![vec![!DOWN; hours]];
    // Five hours are one outage of 2, or three of one hour each with an hour between them.
    assert_eq!(priced(&terms, &unknown(5)), (0, 3));
    assert_eq!(priced(&terms, &unknown(2)), (0, 1));
    assert_eq!(priced(&terms, &unknown(3)), (0, 2));
    // Two outages of an hour with an unknown hour between them: two of an hour, or one of three.
    assert_eq!(priced(&terms, &[vec![DOWN, !DOWN, DOWN]]), (1, 2));
    // What is known is counted as it is.
    assert_eq!(priced(&terms, &[vec![DOWN; 5], vec![DOWN]]), (3, 3));
    assert_eq!(priced(&terms, &[]), (0, 0));
}

/// A month of which nothing is known, in slices of a minute: 44 640 of them, and every minute may be an outage of its own.
#[test]
fn a_month_without_any_evidence() {
    let terms =
        Terms { slice_minutes: 1, tiers: vec![(1, 1), (60, 20)], further: Some((30, 9, true)), least_slices: 1 };
    assert_eq!(priced(&terms, &[vec![!DOWN; 44_640]]), (0, 22_320));
    // A unit that is no multiple of a slice has lengths of its own.
    let terms = Terms { slice_minutes: 2, tiers: vec![(2, 1)], further: Some((3, 2, false)), least_slices: 1 };
    assert_eq!(priced(&terms, &[vec![!DOWN; 6]]), (0, every_way(&terms, &[vec![!DOWN; 6]]).1));
}

proptest! {
    #[test]
    fn no_way_in_which_it_may_have_been_costs_less_or_more(
        terms in terms(), stretches in prop::collection::vec(prop::collection::vec(prop::bool::weighted(0.4), 1..12), 0..3),
    ) {
        prop_assert_eq!(priced(&terms, &stretches), every_way(&terms, &stretches));
    }
}
