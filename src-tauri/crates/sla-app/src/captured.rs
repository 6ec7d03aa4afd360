//! Which days of a month are there, commitment by commitment.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;
use sla_capture::{DaysError, EvidencePlace};
use sla_core::catalogue::Name;
use sla_core::plan::{Ask, CommitmentDays};
use sla_core::record::RecordEvidence;
use sla_core::time::UnixSeconds;

use crate::capture::kept_slices;
use crate::daily::{CaptureDaysError, KnownDays, count, is_settled, last_version};

/// How much of a day is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DayState {
    /// Every slice.
    Complete,
    /// Some slices are unknown.
    Partial,
    /// All slices are unknown.
    Unknown,
    /// It is over and was not captured.
    Missing,
    /// It is not over, or not long enough.
    Open,
}

/// A day of a commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CaptureDay {
    /// The day in the contract's zone.
    pub day: String,
    /// How much of it is there.
    pub state: DayState,
    /// How many slices it has.
    pub slices: i64,
    /// Of how many both numbers are known; null where nothing was captured.
    pub usable: Option<i64>,
    /// How often the source said something new of it.
    pub versions: usize,
    /// SHA-256 of the evidence that counts; null where nothing was captured.
    pub sha256: Option<String>,
    /// Everything that was captured of it, the first version first; the last one counts.
    pub history: Vec<CaptureVersion>,
}

/// What was captured of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CaptureVersion {
    /// SHA-256 of its evidence.
    pub sha256: String,
    /// Of how many slices both numbers are known.
    pub usable: i64,
    /// Whether the source warned of something.
    pub warned: bool,
}

/// The days of a commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CommitmentCalendar {
    /// The tenant.
    pub tenant: String,
    /// Its name for people.
    pub tenant_name: String,
    /// The contract.
    pub contract: String,
    /// The service that it is about, by its name for people.
    pub service: String,
    /// The commitment.
    pub commitment: String,
    /// Its name for people.
    pub title: String,
    /// The SLI of its second reading, where these are that one's days; null for its own.
    pub second_reading: Option<String>,
    /// The contract's zone.
    pub time_zone: String,
    /// How many of the days that are over are there with every slice.
    pub complete: usize,
    /// How many days are over, long enough to be captured.
    pub over: usize,
    /// The days of the month on which it is measured.
    pub days: Vec<CaptureDay>,
}

/// The evidence of a captured day that counts, with what its source warned of; `None` where the day was not captured, or is no day
/// of that commitment. `second` is the SLI of its second reading, where that one's day is meant.
///
/// # Errors
/// [`CaptureDaysError`] when what is there cannot be read.
pub fn captured_evidence<'a>(
    planned: impl IntoIterator<Item = CommitmentDays<'a>>,
    evidence: &EvidencePlace,
    (contract, commitment, second, day): (&str, &str, Option<&str>, &str),
) -> Result<Option<RecordEvidence>, CaptureDaysError> {
    let (days, store) = (evidence.days(), evidence.evidence()?);
    let is_it = |one: &CommitmentDays<'_>| {
        one.contract.name().as_str() == contract
            && one.terms.name.as_str() == commitment
            && one.second.map(Name::as_str) == second
    };
    let mut asks = planned.into_iter().filter(is_it).flat_map(|one| one.days);
    let Some((_, ask)) = asks.find(|(date, _)| date.to_string() == day) else { return Ok(None) };
    let Some(version) = last_version(&days, &ask)? else { return Ok(None) };
    Ok(Some(RecordEvidence::new(&version.sha256, kept_slices(&store, &version.sha256)?.provenance())))
}

/// Which of the planned days are there. Commitments that are read from files, which do not forget, are not among the planned.
///
/// # Errors
/// [`DaysError`] when what is there cannot be read.
pub fn capture_calendar<'a>(
    planned: impl IntoIterator<Item = CommitmentDays<'a>>,
    evidence: &EvidencePlace,
    now: UnixSeconds,
) -> Result<Vec<CommitmentCalendar>, DaysError> {
    let planned: Vec<CommitmentDays<'_>> = planned.into_iter().collect();
    let asks = planned.iter().flat_map(|one| &one.days).map(|(_, ask)| ask);
    let known = KnownDays::of(&evidence.days(), UnixSeconds::MAX, asks)?;
    let day = |(date, ask): &(NaiveDate, Ask)| {
        let version = |one: &sla_capture::DayVersion| CaptureVersion {
            sha256: one.sha256.clone(),
            usable: one.usable,
            warned: one.warned,
        };
        let history: Vec<CaptureVersion> = known.versions(ask).iter().map(version).collect();
        let slices = count(ask);
        let usable = history.last().map(|last| last.usable);
        let state = match usable {
            Some(usable) if usable == slices => DayState::Complete,
            Some(0) => DayState::Unknown,
            Some(_) => DayState::Partial,
            None if is_settled(ask, now) => DayState::Missing,
            None => DayState::Open,
        };
        let sha256 = history.last().map(|last| last.sha256.clone());
        CaptureDay { day: date.to_string(), state, slices, usable, versions: history.len(), sha256, history }
    };
    let calendar = |one: CommitmentDays<'_>| {
        let days: Vec<CaptureDay> = one.days.iter().map(day).collect();
        let in_state = |state: DayState| days.iter().filter(|day| day.state == state).count();
        CommitmentCalendar {
            tenant: one.tenant.name().to_string(),
            tenant_name: one.tenant.metadata.title().to_owned(),
            contract: one.contract.name().to_string(),
            service: one.service.to_owned(),
            commitment: one.terms.name.to_string(),
            title: one.title.to_owned(),
            second_reading: one.second.map(ToString::to_string),
            time_zone: one.zone.name().to_owned(),
            complete: in_state(DayState::Complete),
            over: days.len() - in_state(DayState::Open),
            days,
        }
    };
    Ok(planned.into_iter().map(calendar).collect())
}
