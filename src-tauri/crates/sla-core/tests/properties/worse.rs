//! Months of several promises, measured slice by slice: whatever shares caps, an amount at risk or a group, a worse month
//! never costs less, and less knowledge never narrows what may be owed.

use proptest::prelude::*;
use serde_json::{Value, json};
use sla_core::assess::assess;
use sla_core::catalogue::{ContractSpec, Name};
use sla_core::interval::IntervalSet;
use sla_core::measurement::Scope;
use sla_core::price::{Fees, History, Judged, price};
use sla_core::ratio::Ratio;
use sla_core::record::UnknownReason;
use sla_core::time::Period;

use super::contracts::{cap, contract, fees, history, month, ordered_model, penalty, rounding};
use crate::desk::{Slice, measure};

/// Slices of a minute: good events and all events, or nothing known.
type Minutes = Vec<Option<(i64, i64)>>;

fn minutes() -> impl Strategy<Value = Minutes> {
    let events = prop_oneof![3 => Just(10i64), 1 => 1i64..10];
    let busy = (events, prop_oneof![8 => Just(100i64), 2 => 0i64..=100])
        .prop_map(|(total, share)| (total * share / 100, total));
    let minute = prop_oneof![10 => busy.prop_map(Some), 2 => Just(Some((0, 0))), 1 => Just(None)];
    prop::collection::vec(minute, 40..60)
}

/// A scope of those minutes, cut into days of twenty.
fn scope(minutes: &Minutes, least: Option<u32>) -> Scope {
    let period = Period::new(0, 60 * i64::try_from(minutes.len()).expect("few")).expect("a period");
    let days = (0..).map(|day| Period { start: day * 1_200, end: (day + 1) * 1_200 });
    let dates = "2026-06-01".parse::<sla_core::catalogue::Day>().expect("a day").0.iter_days();
    Scope {
        period,
        step_seconds: 60,
        service: period.into(),
        excluded: IntervalSet::default(),
        days: dates.zip(days).map_while(|(date, day)| Some((date, day.overlap(period)?))).collect(),
        slice_target: Ratio::new(95, 100),
        minimum_events: least,
        wants_ratio_sum: true,
    }
}

/// Single outages of which two that become one never cost less: so much for every minute after the first.
fn per_outage() -> impl Strategy<Value = Value> {
    let worth =
        prop_oneof![(0u32..9).prop_map(|each| ("amount", each.to_string())), Just(("credit", "1/500".to_owned()))];
    (worth, prop_oneof![Just("started"), Just("full")]).prop_map(|((key, each), counting)| {
        let further = json!({ "unit": "1m", "counting": counting, key: each });
        json!({ "perOutage": { "tiers": [{ "from": "1m", "credit": "0" }], "further": further } })
    })
}

/// A promise's terms, the service that it is about and its own fee in cents.
#[derive(Clone, Debug)]
struct Terms {
    fields: Value,
    service: Name,
    fee_minor: i64,
}

fn terms() -> impl Strategy<Value = Terms> {
    let method = prop_oneof![3 => Just("Timeslices"), 1 => Just("Occurrences"), 1 => Just("RatioTimeslices")];
    let quiet = prop_oneof![Just("good"), Just("bad"), Just("excluded")];
    let least = proptest::option::of((proptest::option::of(2u32..9), 1u32..500));
    let model = prop_oneof![5 => ordered_model(), 1 => per_outage()];
    let service = (prop_oneof![Just("s"), Just("r")], 1_000i64..200_000);
    (method, quiet, least, proptest::option::of(2u32..4), penalty(model), service).prop_map(
        |(method, quiet, least, run, penalty, (service, fee_minor))| {
            let mut fields = json!({ "method": method, "quiet": quiet, "penalty": penalty });
            if let Some((slice, period)) = least {
                fields["minimumEvents"] = json!({ "perPeriod": period });
                if let Some(slice) = slice {
                    fields["minimumEvents"]["perSlice"] = slice.into();
                }
            }
            if let Some(run) = run.filter(|_| method == "Timeslices") {
                fields["consecutiveSlices"] = run.into();
            }
            Terms { fields, service: service.parse().expect("a name"), fee_minor }
        },
    )
}

/// Caps from narrow to wide, as contracts list them.
fn caps() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(cap(), 0..4).prop_map(|mut caps| {
        let scopes = ["commitment", "service", "month", "year", "contract"];
        caps.sort_by_key(|cap| scopes.iter().position(|scope| cap["per"] == *scope));
        caps
    })
}

fn groups() -> impl Strategy<Value = Value> {
    let group = prop::sample::subsequence(vec!["a", "b", "c", "d"], 2..4);
    prop::collection::vec(group, 0..3)
        .prop_map(|groups| groups.into_iter().map(|names| json!({ "commitments": names })).collect::<Vec<_>>().into())
}

fn agreed(terms: &[Terms], rounding: &Value, caps: &[Value], groups: &Value, least: Option<u32>) -> ContractSpec {
    let penalties: Vec<Value> = terms.iter().map(|one| one.fields["penalty"].clone()).collect();
    let mut value = serde_json::to_value(contract(rounding, caps, &penalties)).expect("a contract");
    for (commitment, one) in value["commitments"].as_array_mut().expect("a list").iter_mut().zip(terms) {
        for (key, field) in one.fields.as_object().expect("fields") {
            commitment[key] = field.clone();
        }
    }
    value["noStacking"] = groups.clone();
    if let Some(least) = least {
        value["minimumCredit"] = json!({ "above": least.to_string() });
    }
    serde_json::from_value(value).expect("a contract")
}

/// What is owed at least and at most when each promise was measured so.
fn owed(contract: &ContractSpec, terms: &[Terms], measured: &[Minutes], history: &History) -> (i64, i64) {
    let assessed: Vec<_> = contract
        .commitments
        .iter()
        .zip(measured)
        .map(|(promise, minutes)| {
            let scope = scope(minutes, promise.minimum_events.and_then(|least| least.per_slice));
            let measured = measure(&scope, |at| match minutes[usize::try_from(at / 60).expect("inside")] {
                Some((good, total)) => Slice::Events(good, total),
                None => Slice::Unknown(UnknownReason::Missing),
            });
            assess(promise, &scope, &measured)
        })
        .collect();
    let judged = contract.commitments.iter().zip(&assessed).zip(terms).map(|((promise, assessed), terms)| {
        let monthly = sla_core::money::Money { minor: terms.fee_minor, currency: contract.currency };
        let fees = Fees { monthly, months: vec![(30, 30)] };
        Judged::assessed(promise.into(), contract, (&terms.service, fees), assessed)
    });
    let judged: Vec<_> = judged.collect();
    let priced = price(contract, month("2026-06"), &fees(contract), &judged, history).expect("it fits");
    assert!(priced.low.minor <= priced.high.minor);
    (priced.low.minor, priced.high.minor)
}

proptest! {
    /// A minute of one promise that gets worse.
    #[test]
    fn a_worse_month_of_several_promises_never_costs_less(
        terms in prop::collection::vec(terms(), 1..5), rounding in rounding(), caps in caps(), groups in groups(), history in history(),
        better in prop::collection::vec(minutes(), 4), which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), good in 0i64..10,
        least in proptest::option::of(0u32..50),
    ) {
        let contract = agreed(&terms, &rounding, &caps, &groups, least);
        let mut worse = better.clone();
        let minute = at.get_mut(&mut worse[which.index(terms.len())]);
        prop_assume!(minute.is_some_and(|(known, _)| known > good));
        *minute = minute.map(|(_, total)| (good, total));
        let (less, more) = (owed(&contract, &terms, &better, &history), owed(&contract, &terms, &worse, &history));
        prop_assert!(less.0 <= more.0 && less.1 <= more.1, "{less:?} became {more:?}");
    }

    /// A minute of one promise of which nothing is known any more.
    #[test]
    fn less_knowledge_of_several_promises_never_narrows_what_may_be_owed(
        terms in prop::collection::vec(terms(), 1..5), rounding in rounding(), caps in caps(), groups in groups(), history in history(),
        known in prop::collection::vec(minutes(), 4), which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(),
        least in proptest::option::of(0u32..50),
    ) {
        let contract = agreed(&terms, &rounding, &caps, &groups, least);
        let mut lost = known.clone();
        let minute = at.get_mut(&mut lost[which.index(terms.len())]);
        // What was seen elsewhere bounds what may have been lost: a minute as busy as the busiest.
        prop_assume!(minute.is_some_and(|(_, total)| total < 10));
        *minute = None;
        let (sure, unsure) = (owed(&contract, &terms, &known, &history), owed(&contract, &terms, &lost, &history));
        prop_assert!(unsure.0 <= sure.0 && sure.1 <= unsure.1, "{sure:?} became {unsure:?}");
    }
}
