//! Each outage of a closed month with what is known of it: the incidents and the exclusions whose time overlaps it. An
//! outage that nobody explains is told as well.

use schemars::JsonSchema;
use serde::Serialize;

use crate::Tz;
use crate::catalogue::{Catalogue, Document, ExclusionSpec, Instant};
use crate::decision::RequestState;
use crate::incident::IncidentSpec;
use crate::plan::occurrences::occurrences;
use crate::record::{ExclusionDecision, MonthRecord, OutageReason, OutageStanding};
use crate::time::{Period, UnixSeconds, utc_text};

/// An outage and what explains it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExplainedOutage {
    /// The contract.
    pub contract: String,
    /// The commitment.
    pub commitment: String,
    /// Its first second, in UTC.
    pub start: String,
    /// The first second after it, in UTC.
    pub end: String,
    /// Length in seconds.
    pub seconds: i64,
    /// What the evidence says of it.
    pub reason: OutageReason,
    /// Whether it counts, and why not.
    pub standing: OutageStanding,
    /// Incidents of the tenant that overlap it, by name.
    pub incidents: Vec<OutageIncident>,
    /// Windows that overlap it and that somebody asked to exclude, in order of time.
    pub exclusions: Vec<OutageExclusion>,
}

/// An incident that overlaps an outage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OutageIncident {
    /// Name of its document.
    pub name: String,
    /// What happened, in a line.
    pub title: String,
    /// The first time that is known of it, in UTC.
    pub from: String,
    /// When the service was back, in UTC; null when nobody said.
    pub to: Option<String>,
}

/// A window that overlaps an outage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OutageExclusion {
    /// Name of its document.
    pub name: String,
    /// Why it should not count.
    pub reason: String,
    /// Its first second, in UTC.
    pub start: String,
    /// The first second after it, in UTC.
    pub end: String,
    /// Where its request is.
    pub state: RequestState,
    /// What the closed month says of it; null when the month was closed without it.
    pub decision: Option<ExclusionDecision>,
}

impl ExplainedOutage {
    /// Whether anything is known of it.
    pub fn is_explained(&self) -> bool {
        !self.incidents.is_empty() || !self.exclusions.is_empty()
    }
}

/// Every outage of a closed month by what the catalogue knows now, in the order of the record.
pub fn explained(record: &MonthRecord, catalogue: &Catalogue) -> Vec<ExplainedOutage> {
    let zone: Tz = record.period.time_zone.parse().unwrap_or(Tz::UTC);
    let outages = record.commitments.iter().flat_map(|commitment| {
        let outages = commitment.outages.iter();
        outages.filter_map(move |outage| Some((commitment, outage, period(&outage.start, &outage.end)?)))
    });
    let explained = outages.map(|(commitment, outage, time)| ExplainedOutage {
        contract: record.contract.id.clone(),
        commitment: commitment.name.clone(),
        start: outage.start.clone(),
        end: outage.end.clone(),
        seconds: outage.seconds,
        reason: outage.reason.clone(),
        standing: outage.standing,
        incidents: incidents(record, catalogue, &commitment.name, time),
        exclusions: exclusions(record, catalogue, &commitment.name, (time, zone)),
    });
    explained.collect()
}

fn incidents(record: &MonthRecord, catalogue: &Catalogue, commitment: &str, time: Period) -> Vec<OutageIncident> {
    let overlaps = |incident: &&Document<IncidentSpec>| {
        let spec = &incident.spec;
        let explains = spec.commitments.is_empty() || spec.commitments.iter().any(|name| name.as_str() == commitment);
        let lasts_until = spec.restored.map_or(UnixSeconds::MAX, |at| at.0);
        spec.tenant.as_str() == record.tenant && explains && spec.first_known().0 < time.end && time.start < lasts_until
    };
    let told = |incident: &Document<IncidentSpec>| OutageIncident {
        name: incident.name().to_string(),
        title: incident.spec.title.clone(),
        from: utc_text(incident.spec.first_known().0),
        to: incident.spec.restored.map(|at| utc_text(at.0)),
    };
    catalogue.incidents.values().filter(overlaps).map(told).collect()
}

fn exclusions(
    record: &MonthRecord,
    catalogue: &Catalogue,
    commitment: &str,
    (time, zone): (Period, Tz),
) -> Vec<OutageExclusion> {
    let concerns = |exclusion: &&Document<ExclusionSpec>| {
        let spec = &exclusion.spec;
        let covers = spec.commitments.is_empty() || spec.commitments.iter().any(|name| name.as_str() == commitment);
        spec.tenant.as_str() == record.tenant && covers
    };
    let windows = catalogue.exclusions.values().filter(concerns).flat_map(|exclusion| {
        let windows = occurrences(&exclusion.spec, zone, time).into_iter();
        windows.map(move |window| OutageExclusion {
            name: exclusion.name().to_string(),
            reason: exclusion.spec.reason.clone(),
            start: utc_text(window.start),
            end: utc_text(window.end),
            state: catalogue.request_state(exclusion),
            decision: record
                .exclusions
                .iter()
                .find(|known| known.name == exclusion.name().as_str() && known.start == utc_text(window.start))
                .map(|known| known.decision),
        })
    });
    let mut windows: Vec<OutageExclusion> = windows.collect();
    windows.sort_by(|a, b| (&a.start, &a.name).cmp(&(&b.start, &b.name)));
    windows
}

fn period(start: &str, end: &str) -> Option<Period> {
    let instant = |text: &str| text.parse::<Instant>().ok();
    Period::new(instant(start)?.0, instant(end)?.0)
}
