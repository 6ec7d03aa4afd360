//! Promises about incidents that are due with a month, and the incidents that may count.

use super::fees;
use super::span::Span;
use crate::Tz;
use crate::catalogue::{Catalogue, ContractSpec, Document, Name, ServiceHours};
use crate::incident::{IncidentError, IncidentSpec, IncidentTally, IncidentTarget, judge_incidents};
use crate::price::Fees;
use crate::time::{Month, Period, UnixSeconds};

/// A promise about incidents and what is known of them.
#[derive(Clone, Debug)]
pub struct PlannedIncidents<'a> {
    /// The promise.
    pub terms: &'a IncidentTarget,
    /// The version of the contract that it stands in.
    pub version: u32,
    /// The name that people read.
    pub title: &'a str,
    /// What credits are a share of.
    pub fees: Fees,
    /// The measurement period within the contract.
    pub period: Period,
    /// The moment of judging: the period's end, or the last time that an incident tells. It comes from the documents and
    /// not from a clock, so that a month that is closed again says the same.
    pub as_of: UnixSeconds,
    /// Every incident of the tenant and the promise's class, by name.
    pub incidents: Vec<&'a Document<IncidentSpec>>,
    tenant: &'a Name,
    hours: &'a ServiceHours,
    zone: Tz,
}

impl PlannedIncidents<'_> {
    /// Judges every incident that counts in the period.
    ///
    /// # Errors
    /// [`IncidentError`] for an incident that contradicts itself; a catalogue that was read holds none.
    pub fn judge(&self) -> Result<IncidentTally, IncidentError> {
        let incidents = self.incidents.iter().map(|document| (document.name(), &document.spec));
        let service = |period: Period| self.hours.within(period, self.zone);
        judge_incidents(self.terms, self.tenant, incidents, service, self.period, self.as_of)
    }

    /// The most seconds that a clock can show whose start nobody knows: since the period began.
    pub fn longest_seconds(&self) -> i64 {
        (self.as_of - self.period.start).max(0)
    }
}

/// The promises about incidents of a contract version that are due with a month.
pub(super) fn due<'a>(catalogue: &'a Catalogue, contract: &'a ContractSpec, month: Month) -> Vec<PlannedIncidents<'a>> {
    let of_tenant = || catalogue.incidents.values().filter(|incident| incident.spec.tenant == contract.tenant);
    let last = of_tenant().map(|incident| last_time(&incident.spec)).max();
    let due = contract.incidents.iter().filter_map(|terms| {
        let span = Span::due(contract, terms.period, month)?;
        Some(PlannedIncidents {
            terms,
            version: contract.version,
            title: terms.display_name.as_deref().unwrap_or(terms.name.as_str()),
            fees: fees::of_promise(contract, terms.fee, &span),
            as_of: last.map_or(span.period.end, |last| last.max(span.period.end)),
            period: span.period,
            incidents: of_tenant().filter(|incident| incident.spec.class == terms.class).collect(),
            tenant: &contract.tenant,
            hours: &contract.service_hours,
            zone: contract.time_zone.0,
        })
    });
    due.collect()
}

/// The last time that an incident tells.
fn last_time(incident: &IncidentSpec) -> UnixSeconds {
    let times = [incident.began, incident.detected, Some(incident.reported), incident.responded, incident.restored];
    let pauses = incident.pauses.iter().flat_map(|pause| [Some(pause.from), pause.to]);
    let last = times.into_iter().chain(pauses).flatten().map(|at| at.0).max();
    last.expect("every incident was reported")
}
