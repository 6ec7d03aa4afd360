//! A promise about incidents, and each incident that counts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::RecordSpan;
use super::credit::RecordCredit;
use super::number::{RecordRange, RecordRatio};
use super::reading::Verdict;
use crate::incident::{ClockHours, ClockStart, IncidentClock, IncidentMonth, IncidentOutcome};

/// A promise about the time that incidents of a class may take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordIncidentPromise {
    /// Name of the promise in the contract.
    pub name: String,
    /// Version of the contract that it stands in; another one than the record's in a month that two versions share.
    pub contract_version: u32,
    /// The promise's name for people, in the tenant's language where the contract gives one.
    pub title: String,
    /// Name of the service.
    pub service: String,
    /// The measurement period that ended with this month; null when it is the month itself.
    pub period: Option<RecordSpan>,
    /// Class of the incidents.
    pub class: String,
    /// What starts and ends the clock, and which hours it counts.
    pub clock: Clock,
    /// Which month an incident counts in.
    pub month: IncidentMonth,
    /// The most that the clock may show, in seconds.
    pub limit_seconds: i64,
    /// The promised percentage of incidents that keep the limit, as the contract writes it.
    pub target: String,
    /// Incidents that kept the limit.
    pub within: u32,
    /// Incidents that did not.
    pub over: u32,
    /// Incidents of which that is not known.
    pub undecidable: u32,
    /// Incidents that count in no month yet, because they have not ended.
    pub not_ended: u32,
    /// Share of incidents that kept the limit; null while a missing time leaves a range, or without incidents.
    pub attained: Option<RecordRatio>,
    /// The least and the most that the share can be; both null without incidents.
    pub attained_range: RecordRange<Option<RecordRatio>>,
    /// The mean of the clocks that have ended, in whole seconds, rounded up: the least and the most, null where a missing
    /// start leaves it without a bound. Null when no clock has ended.
    pub mean_seconds: Option<RecordRange<Option<String>>>,
    /// Met, breached, or not decidable from what is known of the incidents. Without incidents it is met.
    pub verdict: Verdict,
    /// The service credit as a range.
    pub credit: RecordCredit,
    /// The incidents that count, by name.
    pub incidents: Vec<RecordIncident>,
}

/// What a clock measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// What ends it.
    pub ends: IncidentClock,
    /// What starts it.
    pub starts_at: ClockStart,
    /// Which hours it counts.
    pub hours: ClockHours,
}

/// An incident and what the promise's clock shows for it. Times are in UTC; null where nobody wrote them down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordIncident {
    /// Name of its document.
    pub name: String,
    /// What happened, in a line.
    pub title: String,
    /// What happened.
    pub summary: Option<String>,
    /// When the outage began.
    pub began: Option<String>,
    /// When the provider first knew.
    pub detected: Option<String>,
    /// When it was reported.
    pub reported: String,
    /// When the provider first responded.
    pub responded: Option<String>,
    /// When the service was back.
    pub restored: Option<String>,
    /// Clock stops that were asked for.
    pub pauses: Vec<RecordPause>,
    /// What the clock shows.
    pub outcome: IncidentOutcome,
    /// SHA-256 of the incident's document.
    pub sha256: String,
}

/// A clock stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordPause {
    /// First second that should not count, in UTC.
    pub from: String,
    /// First second that counts again, in UTC; null when nobody said.
    pub to: Option<String>,
    /// Why.
    pub reason: String,
}
