//! The golden cases and the published SLAs of `tests/fixtures`, against the real rules. Each case is run, or it is named
//! with the reason why nothing here can compute it yet; a case that is neither fails.

mod cases;
mod published;
mod yaml;

use std::path::Path;

use sla_core::assess::Attained;
use sla_core::catalogue::{Commitment, ContractSpec};
use sla_core::interval::IntervalSet;
use sla_core::measurement::{BadRun, Measurement, Scope, Tally};
use sla_core::price::{Credit, Downtime, Fees, History, Judged, price};
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

/// What is owed of a fee of 1 000.00 EUR for exactly this attainment.
fn credit(commitment: &Commitment, attained: &Ratio) -> Credit {
    let contract: ContractSpec = serde_json::from_value(serde_json::json!({
        "tenant": "t", "version": 1, "validFrom": "2026-01-01", "timeZone": "UTC", "currency": "EUR",
        "fee": { "monthly": "1000.00" }, "serviceHours": "24/7", "legalNature": "service_credit",
        "rounding": { "mode": "half_up", "at": "commitment" }, "commitments": [commitment],
    }))
    .expect("a contract");
    let monthly = contract.fee.monthly.in_currency(contract.currency).expect("a fee");
    let verdict = if *attained < commitment.target.ratio() { Verdict::Breached } else { Verdict::Met };
    let service = "s".parse().expect("a name");
    let judged = Judged {
        promise: commitment.into(),
        service: &service,
        fees: Fees { monthly, months: vec![(30, 30)] },
        attained: Some(Attained { low: attained.clone(), high: attained.clone() }),
        verdict,
        base_seconds: 30 * 86_400,
        least: Downtime::default(),
        most: Downtime::default(),
    };
    let month = "2026-06".parse().expect("a month");
    let priced = price(&contract, month, &[judged], &History::default()).expect("it fits");
    priced.credits.into_iter().next().expect("one commitment")
}
