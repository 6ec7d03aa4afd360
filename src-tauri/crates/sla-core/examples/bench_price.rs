//! How many assessed commitments are priced in a second on one core, derivations included. Run it with
//! `cargo xtask bench price`.

use std::io::Write;
use std::time::Instant;

use sla_core::assess::Attained;
use sla_core::catalogue::{ContractSpec, Name};
use sla_core::price::{Downtime, Fees, History, Judged, MonthFees, Past, PastMonth, price};
use sla_core::ratio::Ratio;
use sla_core::record::Verdict;
use sla_core::time::Month;

/// The allocator of the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Contracts that are priced and timed, each with four commitments; the first tenth warms up and is not counted.
const CONTRACTS: i64 = 20_000;
/// Seconds of a month of 30 days.
const MONTH_SECONDS: i64 = 2_592_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // One commitment for each of the common models, with repeats, caps of a month and a year and rights: the whole path.
    let contract: ContractSpec = serde_json::from_value(serde_json::json!({
        "tenant": "t", "version": 1, "validFrom": "2025-01-01", "timeZone": "UTC", "currency": "EUR",
        "fee": { "monthly": "12500.00" }, "serviceHours": "24/7", "legalNature": "service_credit",
        "rounding": { "mode": "half_even", "at": "commitment" },
        "caps": [{ "per": "month", "share": "25", "of": "base" },
                 { "per": "year", "share": "15", "of": "last12Months", "year": "calendar" }],
        "rights": [{ "right": "termination", "misses": 3, "withinMonths": 6 }],
        "commitments": [
            commitment("bands", "99.9", serde_json::json!({
                "bands": [{ "from": "99.5", "below": "99.9", "credit": "5" }, { "from": "99", "below": "99.5", "credit": "10" },
                          { "from": "0", "below": "99", "credit": "25" }],
                "repeat": { "withinMonths": 6, "steps": [{ "misses": 2, "factor": "1.5" }] } })),
            commitment("units", "99.9", serde_json::json!({
                "perUnit": { "unit": "30m", "counting": "started", "credit": "1/30" } })),
            commitment("multiple", "99.95", serde_json::json!({ "multiplier": { "factor": "10" } })),
            commitment("proportional", "99.99", serde_json::json!({ "proportional": { "affected": "failedShare" } })),
        ],
    }))?;
    let month: Month = "2026-10".parse()?;
    let monthly = contract.fee.monthly.in_currency(contract.currency).ok_or("a fee that fits")?;
    let past = (1..=12).map(|back| {
        let known = Some(Past { credit_low: 10_000, credit_high: 20_000, commitments: Vec::new() });
        (month.minus(back), PastMonth { fee: Ratio::whole(monthly.minor), known })
    });
    let history = History::new(past);
    let service: Name = "platform".parse()?;
    let fee = Ratio::whole(monthly.minor);
    let fees = MonthFees { contract: fee.clone(), promised: fee, at_risk: Ratio::zero() };
    let (mut commitments, mut minor) = (0_i64, 0_i64);
    let mut started = Instant::now();
    for number in 0..CONTRACTS {
        if number == CONTRACTS / 10 {
            (started, commitments) = (Instant::now(), 0);
        }
        let judged: Vec<Judged<'_>> = contract
            .commitments
            .iter()
            .zip(1_i64..)
            .map(|(terms, index)| {
                // Every month is another one: down between nothing and seven hours, a tenth of them with unknown time.
                let down = (number * 7_919 + index * 104_729) % 25_200;
                let unknown = if number % 10 == 0 { 600 } else { 0 };
                let share = |lost: i64| Ratio::new(MONTH_SECONDS - lost, MONTH_SECONDS).unwrap_or_else(Ratio::one);
                let attained = Attained { low: share(down + unknown), high: share(down) };
                let target = terms.target.ratio();
                let verdict = match (attained.low >= target, attained.high >= target) {
                    (true, _) => Verdict::Met,
                    (false, false) => Verdict::Breached,
                    (false, true) => Verdict::Undecidable,
                };
                let downtime = |seconds: i64| Downtime {
                    outages_seconds: vec![seconds],
                    days: 1,
                    affected_seconds: Ratio::whole(seconds / 2),
                    over_seconds: Vec::new(),
                };
                Judged {
                    promise: terms.into(),
                    contract: &contract,
                    service: &service,
                    fees: Fees { monthly, months: vec![(30, 30)] },
                    attained: Some(attained),
                    verdict,
                    base_seconds: MONTH_SECONDS,
                    worst_base_seconds: MONTH_SECONDS,
                    least: downtime(down),
                    most: downtime(down + unknown),
                    doubt: None,
                    may_be_too_few: false,
                    disputed_by: None,
                }
            })
            .collect();
        let priced = price(&contract, month, &fees, &judged, &history)?;
        commitments += i64::try_from(judged.len())?;
        minor += priced.high.minor;
    }
    let seconds = started.elapsed().as_secs_f64();
    writeln!(
        std::io::stdout(),
        "{commitments} commitments priced in {seconds:.2} s on one core: {:.0} per second (goal 100 000), credits of {minor} \
         minor units in sum",
        commitments as f64 / seconds
    )?;
    Ok(())
}

fn commitment(name: &str, target: &str, penalty: serde_json::Value) -> serde_json::Value {
    serde_json::json!({
        "name": name, "slo": name, "target": target, "method": "Timeslices", "slice": "1m", "sliceTarget": "95",
        "unknown": "range", "quiet": "good", "exclusions": "denominator", "penalty": penalty,
    })
}
