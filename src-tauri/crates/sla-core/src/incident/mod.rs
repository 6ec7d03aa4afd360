//! Incidents, and the clocks that a contract runs on them: response and restoration time per class, with clock stops.
//!
//! [`IncidentSpec`] is what happened, as somebody wrote it down; [`IncidentTarget`] is what was promised;
//! [`judge_incident`] runs one clock on one incident, and [`judge_incidents`] counts a month. Missing times stay missing:
//! the start of an alert is never taken for the start of the outage. What a missed clock costs does not live here.

mod clock;
mod tally;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Duration, Instant, Name, Penalty};
use crate::decision::is_same_person;
use crate::money::Amount;
use crate::phrase;
use crate::phrase::Phrase;
use crate::ratio::Percent;
use crate::time::MeasurementPeriod;

pub use clock::{Elapsed, IncidentNote, IncidentOutcome, IncidentVerdict, judge_incident};
pub use tally::{IncidentTally, MeanTime, RatioRange, judge_incidents, time_between_failures};

/// Something that broke. Every time is an instant with its offset; what is not known is left out, never guessed.
///
/// The times that are given stand in one order: `began` ≤ `detected` ≤ `reported` ≤ `restored`, and `responded` lies
/// between the first of them and `restored`. See [`IncidentSpec::defects`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentSpec {
    /// Name of the `Tenant`.
    pub tenant: Name,
    /// Class of the incident as the contract names it, such as `p1`.
    pub class: Name,
    /// Name of the `Service` that broke: promises about other services do not count it. Must be said when promises about
    /// several services name its class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Name>,
    /// What happened, in a line.
    #[schemars(length(min = 1, max = 120))]
    pub title: String,
    /// What happened, as the report prints it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 2000))]
    pub summary: Option<String>,
    /// When the outage itself began. An alert that fired later is `detected`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<Instant>,
    /// When the provider first knew, by whatever means: at the latest when it was reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detected: Option<Instant>,
    /// When it was reported.
    pub reported: Instant,
    /// When the provider first responded: at the latest when it was restored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responded: Option<Instant>,
    /// When the service was back. Still open when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored: Option<Instant>,
    /// Clock stops. They count only when somebody other than who entered the incident approved it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
    /// Commitments whose outages it explains, by name. They are told, and decide nothing: what counts an incident is its
    /// class and its service.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commitments: Vec<Name>,
    /// Who entered it.
    #[schemars(length(min = 1))]
    pub entered_by: String,
    /// Who approved it: somebody else. Nobody yet when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
}

/// A stretch in which the clock should stand still, such as waiting for the customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pause {
    /// First second that does not count.
    pub from: Instant,
    /// First second that counts again; not before the incident is restored when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Instant>,
    /// Why, as the report prints it.
    #[schemars(length(min = 1, max = 500))]
    pub reason: String,
}

/// A promise about the time that incidents of a class may take. There are no defaults.
///
/// An incident keeps the limit when the time on its clock is at most the limit. One that is still open when it is judged
/// has missed the limit when its clock is past it already, and is undecided before. The promise is kept when the share of
/// incidents that keep the limit reaches the target, and undecided while undecided incidents could tip it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentTarget {
    /// Its name within the contract.
    pub name: Name,
    /// The name that the customer reads, in the customer's language; the promise's own name when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 120))]
    pub display_name: Option<String>,
    /// Name of the `Service` that it is about.
    pub service: Name,
    /// The class of incidents it is about.
    pub class: Name,
    /// What ends the clock.
    pub clock: IncidentClock,
    /// What starts the clock.
    pub starts_at: ClockStart,
    /// Which hours the clock counts.
    pub hours: ClockHours,
    /// The most time that the clock may show. On the service clock it is written in hours or less, because a day there
    /// could mean 24 hours or a day of service.
    pub limit: Duration,
    /// The promised share of incidents that keep the limit, in percent.
    pub target: Percent,
    /// Which month an incident counts in.
    pub month: IncidentMonth,
    /// Over which calendar period it is judged; the month when not said.
    #[serde(default, skip_serializing_if = "MeasurementPeriod::is_month")]
    pub period: MeasurementPeriod,
    /// The monthly fee of the affected service, which credits are a share of; the contract's fee when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Amount>,
    /// What a miss costs.
    pub penalty: Penalty,
}

/// What ends a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum IncidentClock {
    /// The first response (Reaktionszeit).
    Response,
    /// The service is back (Wiederherstellungszeit).
    Restoration,
}

/// What starts a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ClockStart {
    /// The outage began.
    Began,
    /// The provider first knew.
    Detected,
    /// Somebody reported it.
    Reported,
}

/// Which hours a clock counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ClockHours {
    /// Only the contract's service hours.
    Service,
    /// Every hour.
    Wall,
}

/// Which month an incident counts in: always exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum IncidentMonth {
    /// The month in which its clock started; where that time is missing, in which the next known one of detected and
    /// reported lies.
    Started,
    /// The month in which it was restored, for either clock. An open incident counts in none yet.
    Ended,
}

/// Whether an incident's clock stops count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    /// Approved by somebody other than who entered it.
    Approved,
    /// Nobody approved it.
    NotApproved,
    /// Approved by the person who entered it.
    SamePerson,
}

impl IncidentSpec {
    /// Whether the incident's clock stops count. Names are compared without regard to case and outer spaces, so that
    /// nobody approves themselves by writing their name differently.
    pub fn approval(&self) -> Approval {
        match self.approved_by.as_deref() {
            None => Approval::NotApproved,
            Some(approver) if approver.trim().is_empty() => Approval::NotApproved,
            Some(approver) if is_same_person(approver, &self.entered_by) => Approval::SamePerson,
            Some(_) => Approval::Approved,
        }
    }

    /// The first time that is known of it.
    pub fn first_known(&self) -> Instant {
        self.began.or(self.detected).unwrap_or(self.reported)
    }

    /// Every contradiction among its times; a sound incident has none.
    pub fn defects(&self) -> Vec<IncidentDefect> {
        let mut defects = Vec::new();
        let mut refuse = |field: String, found: Instant, expected: Phrase| {
            defects.push(IncidentDefect { pointer: format!("/spec/{field}"), found: found.to_string(), expected });
        };
        let (reported, first) = (Some(self.reported), self.first_known());
        let first_time =
            Phrase::new("the first time that is known of the incident", "dem ersten, der von der Störung bekannt ist");
        let order = [
            ("detected", self.detected, Phrase::quoted("began"), self.began),
            ("reported", reported, Phrase::quoted("began"), self.began),
            ("reported", reported, Phrase::quoted("detected"), self.detected),
            ("responded", self.responded, first_time, Some(first)),
            ("restored", self.restored, Phrase::quoted("reported"), reported),
            ("restored", self.restored, Phrase::quoted("responded"), self.responded),
        ];
        for (field, found, bound, earliest) in order {
            if let (Some(found), Some(earliest)) = (found, earliest)
                && found < earliest
            {
                let expected = Phrase::told(
                    format!("a time not before {}, {earliest}", bound.en()),
                    format!("ein Zeitpunkt nicht vor {}, {earliest}", bound.de()),
                );
                refuse(field.to_owned(), found, expected);
            }
        }
        for (index, pause) in self.pauses.iter().enumerate() {
            let (from, to) = (format!("pauses/{index}/from"), format!("pauses/{index}/to"));
            if pause.from < first {
                let expected = phrase!(
                    "a time not before the first that is known of the incident, {first}",
                    "ein Zeitpunkt nicht vor dem ersten, der von der Störung bekannt ist, {first}"
                );
                refuse(from.clone(), pause.from, expected);
            }
            if let Some(found) = pause.to.filter(|end| *end <= pause.from) {
                refuse(to.clone(), found, phrase!("a time after from, {}", "ein Zeitpunkt nach from, {}", pause.from));
            }
            let Some(restored) = self.restored else { continue };
            match pause.to {
                Some(found) if found > restored => {
                    refuse(
                        to,
                        found,
                        phrase!(
                            "a time not after restored, {restored}",
                            "ein Zeitpunkt nicht nach restored, {restored}"
                        ),
                    );
                }
                None if pause.from >= restored => {
                    refuse(
                        from,
                        pause.from,
                        phrase!("a time before restored, {restored}", "ein Zeitpunkt vor restored, {restored}"),
                    );
                }
                _ => {}
            }
        }
        defects
    }
}

impl IncidentTarget {
    /// Whether an incident of its tenant is one that the promise is about: of its class, and of no other service.
    pub fn concerns(&self, incident: &IncidentSpec) -> bool {
        incident.class == self.class && incident.service.as_ref().is_none_or(|broken| *broken == self.service)
    }

    /// Whether the promise can be judged by: what no schema can say.
    ///
    /// # Errors
    /// [`IncidentError::AmbiguousLimit`] for a limit in days on the service clock.
    pub fn check(&self) -> Result<(), IncidentError> {
        if self.hours == ClockHours::Service && self.limit.is_in_days() {
            return Err(IncidentError::AmbiguousLimit { name: self.name.clone(), limit: self.limit });
        }
        Ok(())
    }
}

/// Two times of an incident that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentDefect {
    /// JSON pointer of the value, such as `/spec/restored`.
    pub pointer: String,
    /// What stands there.
    pub found: String,
    /// What could.
    pub expected: Phrase,
}

impl fmt::Display for IncidentDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: found {}, expected {}", self.pointer, self.found, self.expected.en())
    }
}

/// Why incidents cannot be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IncidentError {
    /// An incident contradicts itself.
    #[error("incident {incident:?}, {defect}")]
    Unsound {
        /// Its title.
        incident: String,
        /// The first defect.
        defect: Box<IncidentDefect>,
    },
    /// An incident of another class was given.
    #[error("found incident {incident:?} of class {found}, expected class {expected}")]
    OtherClass {
        /// Its title.
        incident: String,
        /// Its class.
        found: Name,
        /// The class of the promise.
        expected: Name,
    },
    /// A limit in days on the service clock.
    #[error("found the limit {limit} on the service clock of {name}, expected hours: a day there has two meanings")]
    AmbiguousLimit {
        /// Name of the promise.
        name: Name,
        /// Its limit.
        limit: Duration,
    },
}

impl IncidentError {
    /// Stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unsound { .. } => "incident_unsound",
            Self::OtherClass { .. } => "incident_other_class",
            Self::AmbiguousLimit { .. } => "incident_ambiguous_limit",
        }
    }
}
