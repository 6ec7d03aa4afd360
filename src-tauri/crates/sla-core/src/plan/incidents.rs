//! Promises about incidents that are due with a month, and the incidents that may count.

use super::fees::Versions;
use super::span::Span;
use crate::catalogue::{Catalogue, ContractSpec, Document, Name};
use crate::holiday::HolidayError;
use crate::incident::{ClockHours, IncidentError, IncidentSpec, IncidentTally, IncidentTarget, judge_incidents};
use crate::interval::IntervalSet;
use crate::price::Fees;
use crate::time::{Month, Period, UnixSeconds};

/// A promise about incidents and what is known of them.
#[derive(Clone, Debug)]
pub struct PlannedIncidents<'a> {
    /// The promise.
    pub terms: &'a IncidentTarget,
    /// The version of the contract that it stands in.
    pub version: u32,
    /// That version's terms.
    pub contract: &'a ContractSpec,
    /// The name that people read.
    pub title: &'a str,
    /// What credits are a share of.
    pub fees: Fees,
    /// The measurement period within the contract.
    pub period: Period,
    /// The moment of judging: the period's end, or the last time that an incident tells. It comes from the documents and
    /// not from a clock, so that a month that is closed again says the same.
    pub as_of: UnixSeconds,
    /// Every incident of the tenant that the promise is about, by name.
    pub incidents: Vec<&'a Document<IncidentSpec>>,
    tenant: &'a Name,
    /// Service time from the first time that an incident tells to the moment of judging; empty when no clock asks for it.
    service: IntervalSet,
}

impl PlannedIncidents<'_> {
    /// Judges every incident that counts in the period.
    ///
    /// # Errors
    /// [`IncidentError`] for an incident that contradicts itself; a catalogue that was read holds none.
    pub fn judge(&self) -> Result<IncidentTally, IncidentError> {
        let incidents = self.incidents.iter().map(|document| (document.name(), &document.spec));
        let service = |period: Period| self.service.intersection(&period.into());
        judge_incidents(self.terms, self.tenant, incidents, service, self.period, self.as_of)
    }

    /// The most seconds that a clock can show whose start nobody knows: since the period began.
    pub fn longest_seconds(&self) -> i64 {
        (self.as_of - self.period.start).max(0)
    }
}

/// The promises about incidents of a contract version that are due with a month.
///
/// # Errors
/// [`HolidayError`] when service hours name holidays that nobody knows.
pub(super) fn due<'a>(
    catalogue: &'a Catalogue,
    contract: &'a ContractSpec,
    versions: &Versions<'_>,
    month: Month,
) -> Result<Vec<PlannedIncidents<'a>>, HolidayError> {
    let of_tenant = || catalogue.incidents.values().filter(|incident| incident.spec.tenant == contract.tenant);
    let last = of_tenant().map(|incident| last_time(&incident.spec)).max();
    let due = contract.incidents.iter().filter_map(|terms| {
        let span = Span::due(contract, terms.period, month)?;
        let incidents: Vec<_> = of_tenant().filter(|incident| terms.concerns(&incident.spec)).collect();
        let as_of = last.map_or(span.period.end, |last| last.max(span.period.end));
        let first = incidents.iter().map(|incident| times(&incident.spec).min().unwrap_or(as_of)).min();
        let told = first.and_then(|first| Period::new(first, as_of)).filter(|_| terms.hours == ClockHours::Service);
        let service = told.map_or(Ok(IntervalSet::default()), |told| {
            contract.service_hours.within(told, contract.time_zone.0, contract.holidays.as_ref())
        });
        Some(service.map(|service| PlannedIncidents {
            terms,
            version: contract.version,
            contract,
            title: terms.display_name.as_deref().unwrap_or(terms.name.as_str()),
            fees: versions.of_promise(contract, terms.fee, &span),
            as_of,
            period: span.period,
            incidents,
            tenant: &contract.tenant,
            service,
        }))
    });
    due.collect()
}

/// The last time that an incident tells.
fn last_time(incident: &IncidentSpec) -> UnixSeconds {
    times(incident).max().expect("every incident was reported")
}

/// Every time that an incident tells.
fn times(incident: &IncidentSpec) -> impl Iterator<Item = UnixSeconds> {
    let times = [incident.began, incident.detected, Some(incident.reported), incident.responded, incident.restored];
    let pauses = incident.pauses.iter().flat_map(|pause| [Some(pause.from), pause.to]);
    times.into_iter().chain(pauses).flatten().map(|at| at.0)
}
