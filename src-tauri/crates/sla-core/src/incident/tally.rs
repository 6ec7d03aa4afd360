//! A month of incidents against one promise, and the means that reports print of them.

use super::clock::start;
use super::{
    ClockHours, ClockStart, IncidentError, IncidentMonth, IncidentOutcome, IncidentSpec, IncidentTarget,
    IncidentVerdict, judge_incident,
};
use crate::catalogue::Name;
use crate::interval::IntervalSet;
use crate::ratio::Ratio;
use crate::record::Verdict;
use crate::time::{Period, UnixSeconds};

/// An exact value of which only bounds may be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatioRange {
    /// The least that is possible.
    pub low: Ratio,
    /// The most that is possible.
    pub high: Ratio,
}

/// What a month's incidents make of a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentTally {
    /// Every incident that counts in the month, in the order given, by the name of its document.
    pub outcomes: Vec<(Name, IncidentOutcome)>,
    /// Incidents that kept the limit.
    pub within: u32,
    /// Incidents that did not.
    pub over: u32,
    /// Incidents of which that is not known.
    pub undecidable: u32,
    /// Incidents that count in no month yet, because the contract counts them when they have ended. They are part of no
    /// other number here, but a report that hid them would hide the longest ones.
    pub not_ended: u32,
    /// Share of incidents that kept the limit: every undecidable one over, or every one within. `None` without incidents.
    pub kept: Option<RatioRange>,
    /// Whether the promise was kept; `None` without incidents.
    pub verdict: Option<Verdict>,
    /// Mean time on the clock. With the restoration clock it is the MTTR.
    pub mean: Option<MeanTime>,
}

/// The mean of the clocks that have ended, in seconds, without approved clock stops. It names its start and its hours,
/// since a mean without them says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeanTime {
    /// What starts the clock.
    pub starts_at: ClockStart,
    /// Which hours it counts.
    pub hours: ClockHours,
    /// Incidents whose clock has ended.
    pub incidents: u32,
    /// The least mean that is possible, in seconds.
    pub low_seconds: Ratio,
    /// The most; `None` when a missing start leaves it without a bound.
    pub high_seconds: Option<Ratio>,
}

/// Judges every incident of a tenant and of the promise's class that counts in `period`, the month within the contract.
///
/// Incidents of other tenants, classes and services are passed over, and so are those that were reported after `as_of`. `service` and
/// `as_of` are those of [`judge_incident`].
///
/// # Errors
/// [`IncidentError`] of the first incident of that tenant and class that contradicts itself, also when it counts in another
/// month: a wrong time may be why it does.
pub fn judge_incidents<'a>(
    terms: &IncidentTarget,
    tenant: &Name,
    incidents: impl IntoIterator<Item = (&'a Name, &'a IncidentSpec)>,
    service: impl Fn(Period) -> IntervalSet,
    period: Period,
    as_of: UnixSeconds,
) -> Result<IncidentTally, IncidentError> {
    terms.check()?;
    let (mut outcomes, mut not_ended) = (Vec::new(), 0);
    for (name, incident) in incidents {
        if incident.tenant != *tenant || !terms.concerns(incident) || incident.reported.0 > as_of {
            continue;
        }
        let outcome = judge_incident(terms, incident, &service, as_of)?;
        let started = start(terms.starts_at, incident).latest;
        let restored = incident.restored.map(|at| at.0).filter(|&at| at <= as_of);
        let counts_at = match terms.month {
            IncidentMonth::Started => Some(started),
            IncidentMonth::Ended => restored,
        };
        match counts_at {
            Some(at) if IntervalSet::from(period).contains(at) => outcomes.push((name.clone(), outcome)),
            None if started < period.end => not_ended += 1,
            _ => {}
        }
    }
    let count = |verdict| {
        let among = outcomes.iter().filter(|(_, outcome)| outcome.verdict == verdict).count();
        u32::try_from(among).expect("a month has fewer than four billion incidents")
    };
    let (within, over, undecidable) =
        (count(IncidentVerdict::Within), count(IncidentVerdict::Over), count(IncidentVerdict::Undecidable));
    let all = within + over + undecidable;
    let kept = Ratio::new(within, all).zip(Ratio::new(within + undecidable, all));
    let kept = kept.map(|(low, high)| RatioRange { low, high });
    let verdict = kept.as_ref().map(|kept| {
        let target = terms.target.ratio();
        if kept.low >= target {
            Verdict::Met
        } else if kept.high < target {
            Verdict::Breached
        } else {
            Verdict::Undecidable
        }
    });
    let mean = mean(terms, &outcomes);
    Ok(IncidentTally { outcomes, within, over, undecidable, not_ended, kept, verdict, mean })
}

/// The mean over the clocks that have ended; `None` when none has.
fn mean(terms: &IncidentTarget, outcomes: &[(Name, IncidentOutcome)]) -> Option<MeanTime> {
    let ended = || outcomes.iter().map(|(_, outcome)| outcome).filter(|outcome| outcome.ended);
    let incidents = u32::try_from(ended().count()).expect("a month has fewer than four billion incidents");
    let low: i64 = ended().map(|outcome| outcome.elapsed_seconds.low).sum();
    let high: Option<i64> = ended().map(|outcome| outcome.elapsed_seconds.high).sum();
    Some(MeanTime {
        starts_at: terms.starts_at,
        hours: terms.hours,
        incidents,
        low_seconds: Ratio::new(low, incidents)?,
        high_seconds: high.and_then(|high| Ratio::new(high, incidents)),
    })
}

/// Mean time between failures (MTBF) in seconds: (service time − down) / failures. Unknown time may have been down or up.
/// `None` without a failure: the time between none of them is not applicable, and not endless.
///
/// `down` and `unknown` may reach beyond `service`; only what lies within it counts. What is in both is down.
pub fn time_between_failures(
    service: &IntervalSet,
    down: &IntervalSet,
    unknown: &IntervalSet,
    failures: u32,
) -> Option<RatioRange> {
    let not_down = service.difference(down);
    let low = Ratio::new(not_down.difference(unknown).seconds(), failures)?;
    let high = Ratio::new(not_down.seconds(), failures)?;
    Some(RatioRange { low, high })
}
