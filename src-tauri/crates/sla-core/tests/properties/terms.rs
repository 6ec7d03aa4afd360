//! Earn-back, repeats and points: nothing is given back that was not given, and nothing turns negative.

use proptest::prelude::*;
use serde_json::json;
use sla_core::price::{History, Past, PastCommitment, PastMonth};
use sla_core::ratio::Ratio;
use sla_core::record::Verdict;

use super::contracts::{contract, facts, history, model, month, ordered_model, penalty, priced, rounding};

fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![Just(Verdict::Met), Just(Verdict::Breached), Just(Verdict::Undecidable)]
}

proptest! {
    /// An earlier credit is waived when every later month kept the promise: all of it or nothing, and never more.
    #[test]
    fn earn_back_never_returns_more_than_was_credited(
        months in 1u32..5, low in 0i64..9_000, more in 0i64..900, known in prop::collection::vec(proptest::option::of(verdict()), 6), facts in facts(),
    ) {
        let penalty = json!({ "bands": [{ "from": "0", "below": "99.9", "credit": "5" }], "earnBack": { "months": months } });
        let contract = contract(&json!({ "mode": "half_up", "at": "commitment" }), &[], &[penalty]);
        let past = (1u32..).zip(&known).map(|(back, verdict)| {
            let missed = back == months;
            let known = verdict.filter(|_| !missed).or(missed.then_some(Verdict::Breached)).map(|verdict| Past {
                credit_low: 7 * low,
                credit_high: 7 * (low + more),
                commitments: vec![PastCommitment {
                    name: "a".parse().expect("a name"),
                    verdict,
                    attained: None,
                    points: (0, 0),
                    credit_low: if missed { low } else { 0 },
                    credit_high: if missed { low + more } else { 0 },
                }],
            });
            (month("2026-06").minus(back), PastMonth { fee: Ratio::whole(123_457), known })
        });
        let history = History::new(past);
        let promise = &contract.commitments[0];
        let now = super::contracts::judged(&contract, promise, &facts).verdict;
        let between: Vec<Verdict> = known[..months as usize - 1].iter().map(|known| known.unwrap_or(Verdict::Undecidable)).chain([now]).collect();
        let priced = priced(&contract, std::slice::from_ref(&facts), &history).expect("it fits");
        let found: Vec<_> = priced.earned_back.iter().map(|one| (one.month, one.low_minor, one.high_minor)).collect();
        let all = |is: fn(&Verdict) -> bool| between.iter().all(is);
        let expected = if low + more == 0 || !all(|verdict| *verdict != Verdict::Breached) {
            Vec::new()
        } else {
            let certain = if all(|verdict| *verdict == Verdict::Met) { low } else { 0 };
            vec![(month("2026-06").minus(months), certain, low + more)]
        };
        prop_assert_eq!(&found, &expected, "{:?}", between);
        prop_assert!(found.iter().all(|(_, back, most)| 0 <= *back && *back <= low && *back <= *most && *most <= low + more));
    }

    /// More misses before never make this month cheaper, where factors rise with them.
    #[test]
    fn a_worse_past_never_makes_a_month_cheaper(
        penalty in penalty(ordered_model()), facts in facts(), verdicts in prop::collection::vec(verdict(), 8), at in any::<prop::sample::Index>(), rounding in rounding(),
    ) {
        let contract = contract(&rounding, &[], &[penalty]);
        let past = |verdicts: &[Verdict]| History::new((1u32..).zip(verdicts).map(|(back, verdict)| {
            let one = PastCommitment { name: "a".parse().expect("a name"), verdict: *verdict, attained: None, points: (0, 0), credit_low: 0, credit_high: 0 };
            let known = Some(Past { credit_low: 0, credit_high: 0, commitments: vec![one] });
            (month("2026-06").minus(back), PastMonth { fee: Ratio::whole(123_457), known })
        }));
        let mut worse = verdicts.clone();
        *at.get_mut(&mut worse) = Verdict::Breached;
        let facts = std::slice::from_ref(&facts);
        let (before, after) = (priced(&contract, facts, &past(&verdicts)).expect("it fits"), priced(&contract, facts, &past(&worse)).expect("it fits"));
        prop_assert!(before.low.minor <= after.low.minor && before.high.minor <= after.high.minor);
        prop_assert!(before.credits[0].points.0 <= after.credits[0].points.0 && before.credits[0].points.1 <= after.credits[0].points.1);
    }

    /// A month that is not known is at most a miss and at least none.
    #[test]
    fn an_unknown_month_lies_between_kept_and_missed(
        penalty in penalty(model()), facts in facts(), others in history(), rounding in rounding(),
    ) {
        let contract = contract(&rounding, &[], &[penalty]);
        let with = |verdict: Option<Verdict>| {
            let one = |verdict| PastCommitment { name: "a".parse().expect("a name"), verdict, attained: None, points: (0, 0), credit_low: 0, credit_high: 0 };
            let known = verdict.map(|verdict| Past { credit_low: 0, credit_high: 0, commitments: vec![one(verdict)] });
            let months = (2u32..9).map(|back| (month("2026-06").minus(back), PastMonth { fee: Ratio::zero(), known: Some(Past::default()) }));
            History::new(months.chain([(month("2026-05"), PastMonth { fee: Ratio::zero(), known })]))
        };
        let owed = |history: &History| {
            let priced = priced(&contract, std::slice::from_ref(&facts), history).expect("it fits");
            (priced.low.minor, priced.high.minor)
        };
        let (kept, missed, unknown) = (owed(&with(Some(Verdict::Met))), owed(&with(Some(Verdict::Breached))), owed(&with(None)));
        prop_assert_eq!(unknown, (kept.0.min(missed.0), kept.1.max(missed.1)));
        prop_assert_eq!(owed(&with(Some(Verdict::Undecidable))), unknown);
        prop_assert!(owed(&others).0 >= 0);
    }
}
