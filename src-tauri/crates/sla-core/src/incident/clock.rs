//! One clock on one incident.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Approval, ClockHours, ClockStart, IncidentClock, IncidentError, IncidentSpec, IncidentTarget};
use crate::catalogue::Instant;
use crate::interval::IntervalSet;
use crate::time::{Period, UnixSeconds};

/// Seconds as a range: exact when both ends agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Elapsed {
    /// The least that is proved.
    pub low: i64,
    /// The most that is possible; `None` when there is no bound.
    pub high: Option<i64>,
}

impl Elapsed {
    /// What is past the limit, never negative.
    fn past(self, limit_seconds: i64) -> Self {
        let past = |seconds: i64| (seconds - limit_seconds).max(0);
        Self { low: past(self.low), high: self.high.map(past) }
    }
}

/// Whether an incident kept the limit, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IncidentVerdict {
    /// The clock shows at most the limit, whatever is missing.
    Within,
    /// A time that is missing, or still to come, decides.
    Undecidable,
    /// The clock is past the limit, whatever is missing.
    Over,
}

/// What a reader has to know to understand a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IncidentNote {
    /// The time that starts the clock was not given: it lies at the latest at the next known one.
    StartMissing,
    /// The clock had not started at the moment of judging.
    NotStarted,
    /// The clock was still running at the moment of judging.
    Open,
    /// No response was given: there was one at the latest when the service was restored.
    RespondedByRestoration,
    /// What ends the clock happened before its start: it shows zero.
    EndedBeforeStart,
    /// A clock stop has no end: it lasts until the incident is restored, or the moment of judging.
    StopWithoutEnd,
    /// Nobody approved the clock stops: they do not count.
    StopsNotApproved,
    /// Who entered the clock stops approved them: they do not count.
    StopsApprovedBySamePerson,
}

/// What one clock shows for one incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentOutcome {
    /// Seconds on the clock, without approved clock stops.
    pub elapsed_seconds: Elapsed,
    /// Seconds past the limit.
    pub over_seconds: Elapsed,
    /// Whether the limit was kept.
    pub verdict: IncidentVerdict,
    /// Seconds that approved clock stops took off the clock, from the earliest start that is known until the latest end,
    /// or the moment of judging. Stops that overlap, and stops outside the hours that count, are counted as the clock would
    /// have run: once, or not at all.
    pub clock_stops_seconds: i64,
    /// Whether the clock stops count.
    pub approval: Approval,
    /// Whether the clock has ended: the response or the restoration is known to have happened.
    pub ended: bool,
    /// What else a reader has to know, sorted.
    pub why: Vec<IncidentNote>,
}

/// Runs the clock of a promise on an incident of its class.
///
/// `service` gives the service time within any period; a wall clock does not ask it. `as_of` is the moment of judging:
/// what happened later is not known yet, so a past month judged again says the same. The rules:
///
/// - **Start missing:** the start lies at the latest at the next known time (began ≤ detected ≤ reported), at the earliest at
///   the one before; without one before, there is no upper bound. The clock is never started by another event instead.
/// - **Still open:** the clock shows at least the time until `as_of`, without an upper bound.
/// - **Response missing, restoration known:** from zero up to the time until restoration.
/// - **Ended before it started** (a provider responds before the customer reports): zero.
/// - **Clock stops** are merged and taken off; one without end lasts until restoration. Without the approval of somebody
///   else they take nothing off, and the outcome says so.
/// - **Verdict:** within when the upper bound is at most the limit; over when the lower bound is above; else undecidable.
///
/// # Errors
/// [`IncidentError`] for another class, a contradiction among the incident's times, or a limit with two meanings.
pub fn judge_incident(
    terms: &IncidentTarget,
    incident: &IncidentSpec,
    service: impl Fn(Period) -> IntervalSet,
    as_of: UnixSeconds,
) -> Result<IncidentOutcome, IncidentError> {
    terms.check()?;
    let title = || incident.title.clone();
    if incident.class != terms.class {
        let (found, expected) = (incident.class.clone(), terms.class.clone());
        return Err(IncidentError::OtherClass { incident: title(), found, expected });
    }
    if let Some(defect) = incident.defects().into_iter().next() {
        return Err(IncidentError::Unsound { incident: title(), defect: Box::new(defect) });
    }
    let start = start(terms.starts_at, incident);
    let end = end(terms.clock, incident, start.latest, as_of);
    let clock = Clock { hours: terms.hours, service, stops: stops(incident) };
    let elapsed_seconds = Elapsed {
        low: clock.seconds(start.latest, end.earliest),
        high: start.earliest.zip(end.latest).map(|(start, end)| clock.seconds(start, end)),
    };
    let limit = terms.limit.seconds();
    let verdict = match elapsed_seconds {
        Elapsed { low, .. } if low > limit => IncidentVerdict::Over,
        Elapsed { high: Some(high), .. } if high <= limit => IncidentVerdict::Within,
        _ => IncidentVerdict::Undecidable,
    };
    let widest = (start.earliest.unwrap_or(start.latest), end.latest.unwrap_or(as_of));
    let running = Period::new(widest.0, widest.1);
    let stop_is_open =
        |pause: &super::Pause| pause.to.is_none() && running.is_some_and(|running| pause.from.0 < running.end);
    let approval = incident.approval();
    let has_stops = !incident.pauses.is_empty();
    let holds = [
        (IncidentNote::StartMissing, start.earliest != Some(start.latest)),
        (IncidentNote::NotStarted, start.latest > as_of),
        (IncidentNote::Open, end.latest.is_none()),
        (IncidentNote::RespondedByRestoration, end.latest.is_some_and(|latest| latest != end.earliest)),
        (IncidentNote::EndedBeforeStart, end.latest.is_some_and(|latest| latest < start.latest)),
        (IncidentNote::StopWithoutEnd, approval == Approval::Approved && incident.pauses.iter().any(stop_is_open)),
        (IncidentNote::StopsNotApproved, has_stops && approval == Approval::NotApproved),
        (IncidentNote::StopsApprovedBySamePerson, has_stops && approval == Approval::SamePerson),
    ];
    Ok(IncidentOutcome {
        over_seconds: elapsed_seconds.past(limit),
        elapsed_seconds,
        verdict,
        clock_stops_seconds: running.map_or(0, |running| clock.running(running).intersection(&clock.stops).seconds()),
        approval,
        ended: end.latest.is_some(),
        why: holds.into_iter().filter(|(_, holds)| *holds).map(|(note, _)| note).collect(),
    })
}

/// When a clock started.
pub(super) struct Start {
    /// `None` when there is no bound.
    earliest: Option<UnixSeconds>,
    pub(super) latest: UnixSeconds,
}

/// When the clock of an incident started; both ends agree when the time is given.
pub(super) fn start(starts_at: ClockStart, incident: &IncidentSpec) -> Start {
    let IncidentSpec { began, detected, reported, .. } = incident;
    let (given, before, after) = match starts_at {
        ClockStart::Began => (*began, None, detected.unwrap_or(*reported)),
        ClockStart::Detected => (*detected, *began, *reported),
        ClockStart::Reported => (Some(*reported), None, *reported),
    };
    Start { earliest: given.or(before).map(|at| at.0), latest: given.unwrap_or(after).0 }
}

/// When a clock ended.
struct End {
    earliest: UnixSeconds,
    /// `None` while it is running.
    latest: Option<UnixSeconds>,
}

fn end(clock: IncidentClock, incident: &IncidentSpec, start: UnixSeconds, as_of: UnixSeconds) -> End {
    let happened = |at: Option<Instant>| at.map(|at| at.0).filter(|&at| at <= as_of);
    let (responded, restored) = (happened(incident.responded), happened(incident.restored));
    let exactly = |at| End { earliest: at, latest: Some(at) };
    match clock {
        IncidentClock::Restoration => restored.map(exactly),
        IncidentClock::Response => responded
            .map(exactly)
            .or_else(|| restored.map(|restored| End { earliest: start.min(restored), latest: Some(restored) })),
    }
    .unwrap_or(End { earliest: as_of, latest: None })
}

/// The incident's clock stops that count, merged.
fn stops(incident: &IncidentSpec) -> IntervalSet {
    if incident.approval() != Approval::Approved {
        return IntervalSet::default();
    }
    let end = |to: Option<Instant>| to.map_or(UnixSeconds::MAX, |to| to.0);
    incident.pauses.iter().filter_map(|pause| Period::new(pause.from.0, end(pause.to))).collect()
}

struct Clock<S> {
    hours: ClockHours,
    service: S,
    stops: IntervalSet,
}

impl<S: Fn(Period) -> IntervalSet> Clock<S> {
    /// The seconds of a period that the clock would count without any stop.
    fn running(&self, period: Period) -> IntervalSet {
        match self.hours {
            ClockHours::Wall => period.into(),
            ClockHours::Service => (self.service)(period).intersection(&period.into()),
        }
    }

    fn seconds(&self, start: UnixSeconds, end: UnixSeconds) -> i64 {
        Period::new(start, end).map_or(0, |period| self.running(period).difference(&self.stops).seconds())
    }
}
