//! A month's plan and its measurements become the one value that everybody else reads: the [`MonthRecord`].

mod course;
mod incidents;
mod second;

use crate::assess::{Assessment, Attained};
use crate::catalogue::{Bound, ClaimStart, Commitment, Model, Promise};
use crate::evidence::EvidenceRef;
use crate::holiday::HolidayError;
use crate::incident::IncidentError;
use crate::interval::IntervalSet;
use crate::measurement::{BadRun, DayTally, Measurement};
use crate::money::Money;
use crate::plan::{ContractMonth, PlannedCommitment};
use crate::price::deadline::deadline;
use crate::price::{Credit, EarnedBack, History, OpenRight, PriceError, Priced, PricedCap, Standing, price};
use crate::ratio::{Ratio, Rounding};
use crate::record::{
    Count, CountUnit, CreditTotal, Method, MonthRecord, OutageCode, OutageReason, OutageStanding, PERCENT_DIGITS,
    QuietReading, RECORD_SCHEMA, RecordBand, RecordBudget, RecordCap, RecordClaim, RecordCommitment, RecordContract,
    RecordCredit, RecordDay, RecordEarnedBack, RecordEvidence, RecordIncidentPromise, RecordMoney, RecordOutage,
    RecordPeriod, RecordQuantity, RecordRange, RecordRatio, RecordRight, RecordSpan, RecordThreshold, RecordUnknown,
    RecordUnknownBound, UnknownReading,
};
use crate::time::{Period, UnixSeconds, local, utc_text};
use second::JudgedReadings;

/// What was measured for a commitment, and from which evidence.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The measurement.
    pub measurement: Measurement,
    /// What it was measured from.
    pub evidence: EvidenceRef,
    /// The same of the second reading, where the contract demands one.
    pub second: Option<Box<Measured>>,
}

impl Measured {
    /// This reading, and the second one.
    fn readings(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.second.as_deref())
    }
}

/// Why a month cannot be stated.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum StatementError {
    /// A credit cannot be computed.
    #[error("{tenant}: {source}")]
    Price {
        /// The tenant.
        tenant: String,
        /// Why.
        source: PriceError,
    },
    /// Incidents cannot be judged.
    #[error("{tenant}: {source}")]
    Incident {
        /// The tenant.
        tenant: String,
        /// Why.
        source: IncidentError,
    },
    /// A count of events, or the sum of credits, does not fit.
    #[error(
        "{tenant}: {what} of the month does not fit 63 bits: the evidence or the contract holds a figure that is no figure"
    )]
    TooLarge {
        /// The tenant.
        tenant: String,
        /// What does not fit.
        what: String,
    },
    /// Nobody can say by when a credit must be claimed.
    #[error("{tenant}: by when the credit must be claimed: {source}")]
    Holidays {
        /// The tenant.
        tenant: String,
        /// Why not.
        source: HolidayError,
    },
}

/// States a contract's month as its first revision; the ledger numbers it. `measured` has one entry for every commitment,
/// in their order. `earlier` are the latest revisions of the contract's earlier months, as far as they were closed.
///
/// # Errors
/// [`StatementError`] when a figure does not fit, or when the claim window reaches into years of unknown holidays.
pub fn state(
    plan: &ContractMonth<'_>,
    measured: &[Measured],
    earlier: &[MonthRecord],
) -> Result<MonthRecord, StatementError> {
    assert_eq!(plan.commitments.len(), measured.len(), "every commitment was measured");
    let tenant = || plan.tenant.name().to_string();
    let contract = &plan.contract.spec;
    let mut assessments = Vec::with_capacity(measured.len());
    let mut judged = Vec::with_capacity(measured.len());
    for (planned, measured) in plan.commitments.iter().zip(measured) {
        let both = second::judge(planned, measured);
        judged.push(both.judged(planned));
        assessments.push(both);
    }
    let mut tallies = Vec::with_capacity(plan.incidents.len());
    for planned in &plan.incidents {
        let tally = planned.judge().map_err(|source| StatementError::Incident { tenant: tenant(), source })?;
        judged.push(incidents::judged(planned, &tally));
        tallies.push(tally);
    }
    let history = History::of(&plan.past, earlier).carried(contract.carried_forward.as_ref(), contract.currency);
    let Priced { credits, low, high, earned_back, rights, caps } =
        price(contract, plan.month, &plan.fees, &judged, &history)
            .map_err(|source| StatementError::Price { tenant: tenant(), source })?;
    let mut commitments = Vec::with_capacity(measured.len());
    for (index, planned) in plan.commitments.iter().enumerate() {
        let stated = commitment(plan, planned, &measured[index], &assessments[index], &credits[index]);
        commitments.push(stated.ok_or_else(|| StatementError::TooLarge {
            tenant: tenant(),
            what: format!("the number of events of {}", planned.terms.name),
        })?);
    }
    let of_incidents = plan.incidents.iter().zip(&tallies).zip(&credits[plan.commitments.len()..]);
    let of_incidents = of_incidents.map(|((planned, tally), credit)| {
        incidents::promise(planned, plan.period, tally, self::credit(plan, planned.terms.into(), credit))
    });
    let incident_promises: Vec<RecordIncidentPromise> = of_incidents.collect();
    let of_measurements = assessments.iter().map(JudgedReadings::outages);
    let of_incidents = plan.incidents.iter().zip(&tallies).map(|(planned, tally)| incidents::late(planned, tally));
    let outages: Vec<Outages> = of_measurements.chain(of_incidents).collect();
    let verdicts = commitments.iter().map(|one| one.verdict).chain(incident_promises.iter().map(|one| one.verdict));
    let mut evidence: Vec<RecordEvidence> = Vec::new();
    for Measured { evidence: one, .. } in measured.iter().flat_map(Measured::readings) {
        if !evidence.iter().any(|known| known.sha256 == one.sha256) {
            evidence.push(RecordEvidence::new(&one.sha256, &one.provenance));
        }
    }
    let mut record = MonthRecord {
        schema: RECORD_SCHEMA.to_owned(),
        tenant: plan.tenant.name().to_string(),
        tenant_name: plan.tenant.metadata.title().to_owned(),
        language: plan.tenant.spec.language,
        month: plan.month,
        revision: 1,
        chain_head: None,
        earlier: Vec::new(),
        period: RecordPeriod {
            start: utc_text(plan.period.start),
            end: utc_text(plan.period.end),
            time_zone: contract.time_zone.to_string(),
            seconds: plan.period.seconds(),
        },
        contract: RecordContract {
            id: plan.contract.name().to_string(),
            version: contract.version,
            template: contract.extends.as_ref().map(ToString::to_string),
            sha256: plan.contract.sha256(),
            service_hours: contract.service_hours.to_string(),
            fee: RecordMoney { currency: plan.fee.currency.code().to_owned(), minor: plan.fee.minor },
            legal_nature: contract.legal_nature,
        },
        verdict: verdicts.max().expect("a contract promises something"),
        commitments,
        incident_promises,
        credit_total: CreditTotal {
            currency: plan.fee.currency.code().to_owned(),
            low_minor: low.minor,
            high_minor: high.minor,
        },
        caps: Vec::new(),
        earned_back: earned_back.into_iter().map(earned).collect(),
        rights: rights.into_iter().map(right).collect(),
        claim: claim(plan, &outages, &credits, high)
            .map_err(|source| StatementError::Holidays { tenant: tenant(), source })?,
        unknown_months: history.unknown_months(contract, plan.month),
        accepted: plan.accepted.clone(),
        exclusions: plan.exclusions.clone(),
        evidence,
    };
    let names: Vec<String> = record.promises().map(|promise| promise.key(contract.version)).collect();
    record.caps = caps.into_iter().map(|priced| cap(priced, &names)).collect();
    Ok(record)
}

/// A cap; `names` are those of the judged promises, in their order.
fn cap(priced: PricedCap, names: &[String]) -> RecordCap {
    let PricedCap { per, members, since, limit_minor, used_minor } = priced;
    let commitments = members.into_iter().map(|member| names[member].clone()).collect();
    RecordCap { per, commitments, since, limit_minor, used_minor: range(used_minor) }
}

/// The outages of a promise: those that are certain, and with them those that may have been some.
struct Outages {
    certain: Vec<Period>,
    possible: Vec<Period>,
}

impl Outages {
    fn of(certain: &IntervalSet, possible: &IntervalSet) -> Self {
        Self { certain: certain.periods().to_vec(), possible: possible.periods().to_vec() }
    }
}

/// By when credits must be claimed, where there may be one. `outages` are those of every promise, in their order. Where it
/// is not known which outages there were, it is the earliest last day that may be right: a claim of that day is in time.
fn claim(
    plan: &ContractMonth<'_>,
    outages: &[Outages],
    credits: &[Credit],
    high: Money,
) -> Result<Option<RecordClaim>, HolidayError> {
    let contract = &plan.contract.spec;
    let Some(claim) = contract.claim.as_ref().filter(|_| high.minor > 0) else { return Ok(None) };
    if claim.automatic == Some(true) {
        return Ok(Some(RecordClaim { automatic: true, last_day: None }));
    }
    let zone = contract.time_zone.0;
    let day = |at: UnixSeconds| local(at, zone).date_naive();
    // Only what may pay gives something to claim: outages that are excluded, or of a promise that owes nothing, do not.
    let paying = || outages.iter().zip(credits).filter(|(_, credit)| credit.high.minor > 0).map(|(outages, _)| outages);
    let certain = || paying().flat_map(|outages| &outages.certain);
    let possible = || paying().flat_map(|outages| &outages.possible);
    let last_second_of_period = plan.period.end - 1;
    let Some(from) = claim.from else { return Ok(None) };
    let from = match from {
        ClaimStart::PeriodEnd => None,
        ClaimStart::FirstOutage => possible().map(|outage| outage.start).min(),
        ClaimStart::LastOutage => {
            let last = certain().map(|outage| outage.end - 1).max();
            last.or_else(|| possible().map(|outage| outage.end - 1).min())
        }
    };
    let from = day(from.unwrap_or(last_second_of_period));
    let last_day = deadline(claim, from, contract.holidays.as_ref())?;
    Ok(last_day.map(|last_day| RecordClaim { automatic: false, last_day: Some(last_day.to_string()) }))
}

fn earned(earned: EarnedBack) -> RecordEarnedBack {
    let EarnedBack { commitment, month, low_minor, high_minor, derivations } = earned;
    RecordEarnedBack { commitment: commitment.to_string(), month, low_minor, high_minor, derivations }
}

fn right(right: OpenRight) -> RecordRight {
    let (low, high) = right.counted;
    RecordRight {
        right: right.right,
        commitment: right.commitment.map(|name| name.to_string()),
        counted: RecordRange { low, high },
        needed: right.needed,
        within_months: right.within_months,
        open: right.standing == Standing::Open,
    }
}

/// `None` when a count does not fit.
fn commitment(
    plan: &ContractMonth<'_>,
    planned: &PlannedCommitment<'_>,
    measured: &Measured,
    judged: &JudgedReadings,
    credit: &Credit,
) -> Option<RecordCommitment> {
    let terms = planned.terms;
    let Measured { measurement, .. } = measured;
    let JudgedReadings { stated: assessment, own, .. } = judged;
    let lengths = &assessment.lengths;
    let (unit, scale) = match terms.method {
        Method::Timeslices => (CountUnit::Slices, 1),
        Method::Occurrences | Method::RatioTimeslices => (CountUnit::Events, measurement.scale),
        Method::Consumption => (CountUnit::Consumption, measurement.scale),
    };
    let attained = assessment.attained.as_ref();
    let span = planned.scope.period;
    let ends = |pick: fn(&Attained) -> &Ratio| attained.map(|attained| RecordRatio::from(pick(attained)));
    Some(RecordCommitment {
        name: terms.name.to_string(),
        contract_version: planned.version,
        title: planned.title.to_owned(),
        slo: terms.slo.to_string(),
        period: (span != plan.period).then(|| RecordSpan { start: utc_text(span.start), end: utc_text(span.end) }),
        method: terms.method,
        unit,
        slice_seconds: terms.slice.seconds(),
        slice_target: terms.slice_target.map(|percent| percent.to_string()),
        consecutive_slices: terms.consecutive_slices,
        minimum_events_per_slice: terms.minimum_events.and_then(|least| least.per_slice),
        minimum_events_per_period: terms.minimum_events.and_then(|least| least.per_period),
        threshold: terms.threshold.as_ref().and_then(|threshold| {
            let Bound { comparison, value } = threshold.bound()?;
            Some(RecordThreshold { comparison, value: value.to_string(), unit: threshold.unit.clone() })
        }),
        consumption_budget: terms
            .budget
            .as_ref()
            .map(|budget| RecordQuantity { amount: budget.amount.to_string(), unit: budget.unit.clone() }),
        target: terms.target.to_string(),
        good: Count::from_units(assessment.good, scale)?,
        total: Count::from_units(assessment.total, scale)?,
        attained: attained.filter(|range| range.low == range.high).map(|range| RecordRatio::from(&range.low)),
        attained_range: RecordRange { low: ends(|range| &range.low), high: ends(|range| &range.high) },
        service_seconds: lengths.service_seconds,
        downtime_seconds: lengths.downtime_seconds,
        excluded_seconds: lengths.excluded_seconds,
        unknown_seconds: lengths.unknown_seconds,
        quiet_seconds: lengths.quiet_seconds,
        unknown_reading: terms.unknown,
        unknown_bound: unknown_bound(terms, measurement, assessment)?,
        quiet_reading: terms.quiet,
        exclusion_mode: terms.exclusions,
        budget: budget(&terms.target.ratio(), lengths.base_seconds, attained),
        verdict: assessment.verdict,
        credit: self::credit(plan, terms.into(), credit),
        outages: outages(planned, measurement, &assessment.down)?,
        unknown: unknown(planned, measurement),
        days: days(planned, measurement, &assessment.down)?,
        course: Some(course::course(planned, measurement, own)),
        second_reading: second::told(planned, measured, judged)?,
        evidence: measured.readings().map(|one| one.evidence.sha256.clone()).collect(),
    })
}

fn credit(plan: &ContractMonth<'_>, promise: Promise<'_>, credit: &Credit) -> RecordCredit {
    RecordCredit {
        currency: credit.low.currency.code().to_owned(),
        low_minor: credit.low.minor,
        high_minor: credit.high.minor,
        rounding: plan.contract.spec.rounding.mode,
        band: match promise.penalty.model() {
            Some(Model::Bands(bands)) => RecordBand::applied(bands, &credit.derivations),
            _ => None,
        },
        points: promise.penalty.points.is_some().then_some(range(credit.points)),
        bonus_minor: promise.penalty.bonus.map(|_| range((credit.bonus.0.minor, credit.bonus.1.minor))),
        derivations: credit.derivations.clone(),
        bonus_derivations: credit.bonus_derivations.clone(),
    }
}

fn range<T>((low, high): (T, T)) -> RecordRange<T> {
    RecordRange { low, high }
}

fn budget(target: &Ratio, base_seconds: i64, attained: Option<&Attained>) -> RecordBudget {
    let allowed = Ratio::one().minus(target);
    let used = |attained: &Ratio| {
        let used = Ratio::one().minus(attained).over(&allowed)?;
        Some(used.to_percent(2, Rounding::Ceil))
    };
    let (least, most) = attained.map_or((None, None), |range| (used(&range.high), used(&range.low)));
    RecordBudget {
        allowed_seconds: seconds_text(&allowed.times(&Ratio::whole(base_seconds)), Rounding::Floor),
        used_percent: attained.filter(|range| range.low == range.high).and_then(|range| used(&range.low)),
        used_percent_range: RecordRange { low: least, high: most },
    }
}

/// Seconds with at most three decimals.
fn seconds_text(seconds: &Ratio, rounding: Rounding) -> String {
    let text = seconds.to_decimal(3, rounding);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Bad runs, and quiet ones where the contract reads them as bad, merged where they touch on one side of an exclusion's
/// border. `down` is what counts of them.
fn outages(planned: &PlannedCommitment<'_>, measured: &Measurement, down: &IntervalSet) -> Option<Vec<RecordOutage>> {
    let scope = &planned.scope;
    let quiet_is_bad = planned.terms.quiet == QuietReading::Bad;
    let mut runs = measured.bad.clone();
    if quiet_is_bad {
        for part in [measured.quiet.intersection(&scope.excluded), measured.quiet.difference(&scope.excluded)] {
            runs.extend(part.periods().iter().map(|&period| BadRun { period, failed: 0, total: 0 }));
        }
        runs.sort_by_key(|run| run.period);
    }
    let inside = |run: &BadRun| scope.excluded.contains(run.period.start);
    let mut merged: Vec<BadRun> = Vec::with_capacity(runs.len());
    for run in runs {
        match merged.last_mut() {
            Some(last) if last.period.end == run.period.start && inside(last) == inside(&run) => {
                last.period.end = run.period.end;
                last.failed += run.failed;
                last.total += run.total;
            }
            _ => merged.push(run),
        }
    }
    let outages = merged.iter().map(|run| {
        Some(RecordOutage {
            start: utc_text(run.period.start),
            end: utc_text(run.period.end),
            seconds: run.period.seconds(),
            reason: OutageReason {
                code: match run.failed {
                    _ if run.total == 0 => OutageCode::NoTraffic,
                    failed if failed == run.total => OutageCode::AllFailed,
                    _ => OutageCode::SomeFailed,
                },
                failed: Count::from_units(run.failed, measured.scale)?,
                total: Count::from_units(run.total, measured.scale)?,
            },
            standing: match run.period.start {
                start if scope.excluded.contains(start) => OutageStanding::Excluded,
                start if down.contains(start) => OutageStanding::Counts,
                _ => OutageStanding::TooShort,
            },
        })
    });
    outages.collect()
}

/// Unknown stretches outside excluded time.
fn unknown(planned: &PlannedCommitment<'_>, measured: &Measurement) -> Vec<RecordUnknown> {
    let stretches = measured.unknown.iter().flat_map(|&(period, reason)| {
        let counted = IntervalSet::from(period).difference(&planned.scope.excluded);
        counted.periods().iter().map(|&period| (period, reason)).collect::<Vec<_>>()
    });
    let stretch = |(period, reason): (Period, _)| RecordUnknown {
        start: utc_text(period.start),
        end: utc_text(period.end),
        seconds: period.seconds(),
        reason,
    };
    stretches.map(stretch).collect()
}

/// What unknown time is reckoned with, as [`assess`] does; `Some(None)` where no figure decides, `None` when it does not
/// fit.
fn unknown_bound(
    terms: &Commitment,
    measured: &Measurement,
    assessment: &Assessment,
) -> Option<Option<RecordUnknownBound>> {
    let counts = match (terms.method, terms.unknown) {
        // Without a single event the slices themselves are judged.
        (Method::Occurrences, UnknownReading::Range | UnknownReading::Down | UnknownReading::Up) => {
            assessment.total > 0
        }
        (Method::Consumption, UnknownReading::Range | UnknownReading::Down) => true,
        _ => false,
    };
    let slices = assessment.lengths.unknown_seconds / terms.slice.seconds();
    // Where the busiest slice held nothing there is no bound.
    if !counts || slices == 0 || measured.peak_units == 0 {
        return Some(None);
    }
    let per_slice = i128::from(measured.peak_units);
    let total = i128::from(slices) * per_slice;
    let count = |units| Count::from_units(units, measured.scale);
    Some(Some(RecordUnknownBound { slices, per_slice: count(per_slice)?, total: count(total)? }))
}

fn days(planned: &PlannedCommitment<'_>, measured: &Measurement, down: &IntervalSet) -> Option<Vec<RecordDay>> {
    let scope = &planned.scope;
    let counted = scope.service.difference(&scope.excluded);
    let unknown: IntervalSet = measured.unknown.iter().map(|(period, _)| *period).collect();
    // A day tells unknown time apart, however the contract reads it.
    let down = &down.difference(&unknown);
    let quiet = measured.quiet.intersection(&counted);
    let days = scope.days.iter().zip(&measured.days).map(|(&(date, day), tally)| {
        let day = counted.intersection(&day.into());
        let within = |set: &IntervalSet| day.intersection(set).seconds();
        let slices = |set: &IntervalSet| within(set) / scope.step_seconds;
        let percent = day_attained(planned, tally, slices(down), slices(&quiet));
        Some(RecordDay {
            date: date.to_string(),
            service_seconds: day.seconds(),
            good: Count::from_units(tally.counted.good, measured.scale)?,
            total: Count::from_units(tally.counted.total, measured.scale)?,
            percent: percent.map(|ratio| ratio.to_percent(PERCENT_DIGITS, Rounding::Floor)),
            downtime_seconds: within(down),
            unknown_seconds: within(&unknown),
        })
    });
    days.collect()
}

/// A day's attainment over known slices, by the commitment's method; `None` when there is nothing to judge.
fn day_attained(planned: &PlannedCommitment<'_>, tally: &DayTally, down: i64, quiet: i64) -> Option<Ratio> {
    let counted = &tally.counted;
    let (quiet_good, quiet_known) = match planned.terms.quiet {
        QuietReading::Good => (quiet, quiet),
        QuietReading::Bad => (0, quiet),
        QuietReading::Excluded => (0, 0),
    };
    let slices = |good: Ratio| good.plus(&Ratio::whole(quiet_good)).over(&Ratio::whole(counted.slices + quiet_known));
    match planned.terms.method {
        Method::Occurrences if counted.total == 0 => slices(Ratio::zero()),
        Method::Occurrences => Ratio::new(counted.good, counted.total),
        // Quiet slices that are read as bad are down, too.
        Method::Timeslices => Ratio::new(counted.slices + quiet_known - down, counted.slices + quiet_known),
        Method::RatioTimeslices => slices(counted.ratio_sum.clone().unwrap_or_else(Ratio::zero)),
        // A budget is for the period; no day has one of its own.
        Method::Consumption => None,
    }
}
