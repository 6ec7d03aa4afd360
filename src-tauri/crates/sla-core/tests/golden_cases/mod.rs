//! The golden cases and the published SLAs of `tests/fixtures`, against the real rules: every case is run, every SLA is
//! written as a contract. One that nothing here knows fails.

mod cases;
pub(crate) mod published;
mod yaml;

use std::path::Path;

use sla_core::assess::Attained;
use sla_core::catalogue::{Commitment, ContractSpec};
use sla_core::interval::IntervalSet;
use sla_core::measurement::{BadRun, Measurement, Scope, Tally};
use sla_core::price::{Downtime, Fees, History, Judged, MonthFees, PriceError, Priced, price};
use sla_core::ratio::Ratio;
use sla_core::record::Verdict;
use sla_core::time::Period;

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A promise with some fields other than usual.
fn commitment(fields: &[(&str, serde_json::Value)]) -> Commitment {
    let mut value = serde_json::json!({
        "name": "golden", "slo": "golden", "target": "99.9", "method": "Timeslices", "slice": "1s", "sliceTarget": "95",
        "unknown": "range", "quiet": "good", "exclusions": "denominator", "penalty": {},
    });
    for (name, field) in fields {
        value[*name] = field.clone();
    }
    serde_json::from_value(value).expect("a commitment")
}

/// A period of `all` seconds in slices of one: the first `down` of them failed, the last `excluded` were excluded.
fn seconds(all: i64, down: i64, excluded: i64) -> (Scope, Measurement) {
    let period = Period::new(0, all).expect("a period");
    let stretch = |start, end| Period::new(start, end).into_iter().collect::<IntervalSet>();
    let scope = Scope {
        period,
        step_seconds: 1,
        service: period.into(),
        excluded: stretch(all - excluded, all),
        days: Vec::new(),
        slice_target: None,
        minimum_events: None,
        wants_ratio_sum: false,
    };
    let tally = |slices: i64, bad: i64| Tally {
        slices,
        good: i128::from(slices - bad),
        total: i128::from(slices),
        ratio_sum: Some(Ratio::whole(slices - bad)),
    };
    let down_seconds = stretch(0, down);
    let bad = down_seconds.periods().iter().map(|&period| {
        let events = i128::from(period.seconds());
        BadRun { period, failed: events, total: events }
    });
    let measured = Measurement {
        scale: 1,
        counted: tally(all - excluded, down),
        excluded: tally(excluded, 0),
        peak_units: 1,
        bad: bad.collect(),
        quiet: IntervalSet::default(),
        unknown: Vec::new(),
        days: Vec::new(),
    };
    (scope, measured)
}

/// What a promise of a contract owes, and for which points, when exactly this was attained, over months of 30 days.
fn credit(contract: &ContractSpec, attained: &Ratio, downtime: &Downtime) -> Result<Priced, PriceError> {
    let promise = contract.promises().next().expect("a promise");
    let monthly = contract.fee.monthly.in_currency(contract.currency).expect("a fee");
    let compared = promise.attainment_rounding.map_or_else(|| attained.clone(), |rounding| rounding.apply(attained));
    let verdict = if compared < promise.target.ratio() { Verdict::Breached } else { Verdict::Met };
    let service = "s".parse().expect("a name");
    let months = promise.period.months();
    let judged = Judged {
        promise,
        contract,
        service: &service,
        fees: Fees { monthly, months: vec![(30, 30); months as usize] },
        attained: Some(Attained { low: attained.clone(), high: attained.clone() }),
        verdict,
        base_seconds: i64::from(months) * 30 * 86_400,
        worst_base_seconds: i64::from(months) * 30 * 86_400,
        least: downtime.clone(),
        most: downtime.clone(),
        doubt: None,
        may_be_too_few: false,
        disputed_by: None,
    };
    let fee = judged.fees.exact();
    let at_risk = contract.at_risk.map_or_else(Ratio::zero, |at_risk| at_risk.share.ratio().times(&fee));
    let fees = MonthFees { contract: fee.clone(), promised: fee, at_risk };
    price(contract, "2026-06".parse().expect("a month"), &fees, &[judged], &History::default())
}

/// The same in cents, where it is certain.
#[track_caller]
fn cents(contract: &ContractSpec, attained: &Ratio) -> i64 {
    let priced = credit(contract, attained, &Downtime::default()).expect("it fits");
    assert_eq!(priced.low, priced.high, "nothing is unknown");
    priced.low.minor
}
