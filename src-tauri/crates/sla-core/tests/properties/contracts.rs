//! Contracts of every penalty model, and what of them was attained.

use proptest::prelude::*;
use serde_json::{Value, json};
use sla_core::assess::Attained;
use sla_core::catalogue::{Commitment, ContractSpec, Name};
use sla_core::price::{
    Downtime, Fees, History, Judged, MonthFees, Past, PastCommitment, PastMonth, PriceError, Priced, price,
};
use sla_core::ratio::Ratio;
use sla_core::record::Verdict;
use sla_core::time::Month;

/// Seconds of the period that every promise here is judged over.
pub(crate) const BASE_SECONDS: i64 = 30 * 86_400;

pub(crate) fn month(text: &str) -> Month {
    text.parse().expect("a month")
}

/// Thousandths of a percent as a percentage.
pub(crate) fn percent(thousandths: u32) -> String {
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}

/// Sound bands of rising credit below 99.9 %: `(from, below, credit in hundredths of a percent)`, best first.
pub(crate) fn steps() -> impl Strategy<Value = Vec<(u32, u32, u32)>> {
    let edges = prop::collection::btree_set(1u32..99_900, 0..4);
    (edges, prop::collection::vec(0u32..3_000, 5)).prop_map(|(edges, mut credits)| {
        credits.sort_unstable();
        let mut edges: Vec<u32> = edges.into_iter().collect();
        edges.insert(0, 0);
        edges.push(99_900);
        let ranges: Vec<_> = edges.windows(2).map(|pair| (pair[0], pair[1])).rev().collect();
        ranges.into_iter().zip(credits).map(|((from, below), credit)| (from, below, credit)).collect()
    })
}

fn bands() -> impl Strategy<Value = Value> {
    (steps(), any::<bool>()).prop_map(|(steps, shares)| {
        let band = |&(from, below, credit): &(u32, u32, u32)| {
            let worth = format!("{}.{:02}", credit / 100, credit % 100);
            let key = if shares { "credit" } else { "amount" };
            json!({ "from": percent(from), "below": percent(below), key: worth })
        };
        json!({ "bands": steps.iter().map(band).collect::<Vec<_>>() })
    })
}

fn points() -> impl Strategy<Value = Value> {
    steps().prop_map(|steps| {
        let band = |&(from, below, points): &(u32, u32, u32)| {
            json!({ "from": percent(from), "below": percent(below), "points": points / 60 })
        };
        json!({ "points": steps.iter().map(band).collect::<Vec<_>>() })
    })
}

fn worth() -> impl Strategy<Value = (&'static str, String)> {
    prop_oneof![
        (1u32..=30).prop_map(|part| ("credit", format!("{part}/30"))),
        (0u32..50).prop_map(|percent| ("credit", format!("{percent}.125"))),
        (0u32..500).prop_map(|amount| ("amount", format!("{amount}.07"))),
    ]
}

fn counting() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("started"), Just("full")]
}

fn per_unit() -> impl Strategy<Value = Value> {
    let units = prop_oneof![Just("1m"), Just("7m"), Just("30m"), Just("4h"), Just("1d")];
    (units, counting(), worth()).prop_map(
        |(unit, counting, (key, worth))| json!({ "perUnit": { "unit": unit, "counting": counting, key: worth } }),
    )
}

fn per_outage() -> impl Strategy<Value = Value> {
    (1u32..5, 1u32..5, 1u32..10, proptest::option::of(counting())).prop_map(|(first, second, days, further)| {
        let mut model = json!({ "tiers": [
            { "from": "1m", "credit": format!("{first}/30") },
            { "from": "2h", "credit": format!("{}/30", first + second) },
        ] });
        if let Some(counting) = further {
            model["further"] = json!({ "unit": "1h", "counting": counting, "amount": days.to_string() });
        }
        json!({ "perOutage": model })
    })
}

/// A penalty by any model of which a worse month never costs less by the contract's own words. What looks at each outage as a
/// whole is no such model: two outages that grow together are paid as one, and an outage that grows by a minute in which
/// little failed was a smaller one by the share that failed.
pub(crate) fn ordered_model() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => bands(),
        2 => points(),
        2 => per_unit(),
        1 => (0u32..200, 1u32..10).prop_map(|(whole, tenths)| json!({ "multiplier": { "factor": format!("{whole}.{tenths}") } })),
        1 => Just(json!({ "proportional": { "affected": "fully" } })),
        1 => (1u32..=100).prop_map(|share| json!({ "atRisk": { "allocation": share.to_string() } })),
        1 => (0u32..900, prop_oneof![Just("breach"), Just("day")]).prop_map(|(amount, per)| json!({ "fixed": { "amount": format!("{amount}.33"), "per": per } })),
        1 => Just(json!({})),
    ]
}

pub(crate) fn model() -> impl Strategy<Value = Value> {
    let failed_share = Just(json!({ "proportional": { "affected": "failedShare" } }));
    prop_oneof![6 => ordered_model(), 1 => per_outage(), 1 => failed_share]
}

/// A model with what modifies it: rising factors for repeats, earn-back, a bonus.
pub(crate) fn penalty(model: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let factors = (10u32..30, 0u32..30);
    let repeat = proptest::option::of((3u32..7, factors));
    (model, repeat, proptest::option::of(1u32..4), any::<bool>()).prop_map(|(mut penalty, repeat, earn_back, bonus)| {
        let pays = penalty.as_object().is_some_and(|fields| !fields.is_empty());
        let factor = |tenths: u32| format!("{}.{}", tenths / 10, tenths % 10);
        if let Some((months, (first, more))) = repeat.filter(|_| pays) {
            penalty["repeat"] = json!({ "withinMonths": months, "steps": [
                { "misses": 2, "factor": factor(first) }, { "misses": 3, "factor": factor(first + more) },
            ] });
        }
        if let Some(months) = earn_back.filter(|_| pays) {
            penalty["earnBack"] = json!({ "months": months });
        }
        if bonus {
            penalty["bonus"] = json!({ "from": "99.99", "rise": "2.5" });
        }
        penalty
    })
}

pub(crate) fn commitment(name: &str, penalty: &Value) -> Value {
    json!({
        "name": name, "slo": "up", "target": "99.9", "method": "Timeslices", "slice": "1m", "sliceTarget": "95",
        "unknown": "range", "quiet": "good", "exclusions": "denominator", "penalty": penalty,
    })
}

pub(crate) fn cap() -> impl Strategy<Value = Value> {
    let scope = prop_oneof![Just("commitment"), Just("service"), Just("month"), Just("year"), Just("contract")];
    let base = prop_oneof![Just("base"), Just("last12Months"), Just("contractToDate")];
    let year = prop_oneof![Just("calendar"), Just("contract"), Just("rolling")];
    (scope, proptest::option::of((1u32..=100, base)), 0u32..90_000, year).prop_map(|(per, share, cents, year)| {
        let mut cap = json!({ "per": per });
        match share {
            Some((share, of)) => (cap["share"], cap["of"]) = (format!("{share}/101").into(), of.into()),
            None => cap["amount"] = format!("{}.{:02}", cents / 100, cents % 100).into(),
        }
        if per == "year" {
            cap["year"] = year.into();
        }
        cap
    })
}

pub(crate) fn rounding() -> impl Strategy<Value = Value> {
    let mode = prop_oneof![Just("floor"), Just("ceil"), Just("half_even"), Just("half_up")];
    let place = prop_oneof![Just("commitment"), Just("total")];
    (mode, place, proptest::option::of(0u32..3)).prop_map(|(mode, at, digits)| {
        let mut rounding = json!({ "mode": mode, "at": at });
        if let Some(digits) = digits {
            rounding["digits"] = digits.into();
        }
        rounding
    })
}

/// A contract of 1 234.57 EUR a month that promises `penalties`.
pub(crate) fn contract(rounding: &Value, caps: &[Value], penalties: &[Value]) -> ContractSpec {
    let names = ["a", "b", "c", "d"];
    let commitments: Vec<Value> =
        penalties.iter().zip(names).map(|(penalty, name)| commitment(name, penalty)).collect();
    serde_json::from_value(json!({
        "tenant": "t", "version": 1, "validFrom": "2025-01-01", "timeZone": "UTC", "currency": "EUR",
        "fee": { "monthly": "1234.57" }, "serviceHours": "24/7", "legalNature": "service_credit", "rounding": rounding,
        "caps": caps, "atRisk": { "share": "12.5" }, "pointWorth": { "credit": "1/97" }, "commitments": commitments,
    }))
    .expect("a contract")
}

pub(crate) fn with(contract: &ContractSpec, field: &str, value: Value) -> ContractSpec {
    let mut all = serde_json::to_value(contract).expect("a contract");
    all[field] = value;
    serde_json::from_value(all).expect("a contract")
}

/// What became of a promise: the least and the most minutes of the period that were down.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) down_minutes: (i64, i64),
    pub(crate) service: Name,
}

pub(crate) fn facts() -> impl Strategy<Value = Facts> {
    let down = prop_oneof![4 => 0i64..100, 2 => 0i64..3_000, 1 => 0i64..43_000];
    let more = prop_oneof![2 => Just(0i64), 1 => 0i64..200];
    let service = prop_oneof![Just("s"), Just("r")];
    (down, more, service).prop_map(|(down, more, service)| Facts {
        down_minutes: (down, down + more),
        service: service.parse().expect("a name"),
    })
}

/// An outage that began at midnight and was felt by everybody.
fn downtime(minutes: i64) -> Downtime {
    let seconds = minutes * 60;
    Downtime {
        outages_seconds: if minutes > 0 { vec![seconds] } else { Vec::new() },
        days: u32::try_from((minutes + 1_439) / 1_440).expect("few days"),
        affected_seconds: Ratio::whole(seconds),
        over_seconds: Vec::new(),
    }
}

/// The fees of a month of 30 days in which every promise is about the contract's fee.
pub(crate) fn fees(contract: &ContractSpec) -> MonthFees {
    let fee = Ratio::whole(contract.fee.monthly.in_currency(contract.currency).expect("a fee").minor);
    let at_risk = contract.at_risk.expect("an amount at risk").share.ratio().times(&fee);
    MonthFees { contract: fee.clone(), promised: fee, at_risk }
}

pub(crate) fn judged<'a>(contract: &'a ContractSpec, promise: &'a Commitment, facts: &'a Facts) -> Judged<'a> {
    let share = |down: i64| Ratio::new(BASE_SECONDS - down * 60, BASE_SECONDS).expect("not zero");
    let (least, most) = facts.down_minutes;
    let attained = Attained { low: share(most), high: share(least) };
    let target = promise.target.ratio();
    let verdict = match () {
        () if attained.low >= target => Verdict::Met,
        () if attained.high < target => Verdict::Breached,
        () => Verdict::Undecidable,
    };
    let monthly = contract.fee.monthly.in_currency(contract.currency).expect("a fee");
    Judged {
        promise: promise.into(),
        contract,
        service: &facts.service,
        fees: Fees { monthly, months: vec![(30, 30)] },
        attained: Some(attained),
        verdict,
        base_seconds: BASE_SECONDS,
        worst_base_seconds: BASE_SECONDS,
        least: downtime(least),
        most: downtime(most),
        doubt: None,
        may_be_too_few: false,
        disputed_by: None,
    }
}

/// Prices June 2026.
pub(crate) fn priced(contract: &ContractSpec, facts: &[Facts], history: &History) -> Result<Priced, PriceError> {
    let all: Vec<Judged<'_>> =
        contract.commitments.iter().zip(facts).map(|(promise, facts)| judged(contract, promise, facts)).collect();
    price(contract, month("2026-06"), &fees(contract), &all, history)
}

/// Eight months before June 2026, each closed or not.
pub(crate) fn history() -> impl Strategy<Value = History> {
    let past = proptest::option::weighted(0.8, (0u8..3, 0i64..20_000, 0i64..5_000, 0u32..5));
    prop::collection::vec(past, 8).prop_map(|months| {
        let earlier = |back: u32, past: Option<(u8, i64, i64, u32)>| {
            let known = past.map(|(verdict, low, more, points)| {
                let (verdict, low, high) = match verdict {
                    0 => (Verdict::Met, 0, 0),
                    1 => (Verdict::Breached, low, low + more),
                    _ => (Verdict::Undecidable, 0, more),
                };
                let commitments = ["a", "b", "c", "d"].map(|name| PastCommitment {
                    name: name.parse().expect("a name"),
                    verdict,
                    attained: None,
                    points: (points, points + u32::from(verdict == Verdict::Undecidable)),
                    credit_low: low,
                    credit_high: high,
                });
                Past { credit_low: 4 * low, credit_high: 4 * high, commitments: commitments.to_vec() }
            });
            (month("2026-06").minus(back), PastMonth { fee: Ratio::whole(123_457), known })
        };
        History::new((1..).zip(months).map(|(back, past)| earlier(back, past)))
    })
}
