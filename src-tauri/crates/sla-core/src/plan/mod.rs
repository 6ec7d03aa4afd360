//! Before anything is read: which contracts are in force in a month, what counts, and what has to be asked of which
//! source.

mod ask;
mod days;
mod error;
mod exclusions;
mod fees;
mod incidents;
mod maintenance;
pub(crate) mod occurrences;
mod running;
mod span;

use chrono::Days;

pub use ask::{Ask, Charges, CountedPart, Counter, Counters, FileContent, Probes, Reading, What};
pub use days::{CommitmentDays, SETTLED_SECONDS, months_until, plan_days};
pub use error::PlanError;
pub use incidents::PlannedIncidents;
pub use maintenance::{MaintenanceNotice, MaintenanceWindow, announced};
pub use running::{RunningMonth, plan_running};

use exclusions::AskedFor;
use fees::Versions;
use span::Span;

use crate::assess::cut_slice;
use crate::catalogue::{
    Catalogue, Commitment, ContractSpec, Document, ExclusionSpec, Name, Place, SecondReading, TenantSpec, Variables,
    term,
};
use crate::holiday::HolidayError;
use crate::interval::IntervalSet;
use crate::measurement::Scope;
use crate::money::Money;
use crate::price::{Fees, MonthFees, PlannedPast};
use crate::ratio::Ratio;
use crate::record::{Method, RecordAcceptance, RecordExclusion};
use crate::time::{MeasurementPeriod, Month, Period, UnixSeconds, start_of_day};

/// A tenant's contract in a month.
#[derive(Clone, Debug)]
pub struct ContractMonth<'a> {
    /// The customer.
    pub tenant: &'a Document<TenantSpec>,
    /// The contract version in force.
    pub contract: &'a Document<ContractSpec>,
    /// The month.
    pub month: Month,
    /// The judged period: the month in the contract's zone, clipped to the days on which the contract is in force.
    pub period: Period,
    /// The fee of the month over all versions of the contract: of a part month what it says of it, rounded down to the
    /// minor unit. Credits are computed from the exact one.
    pub fee: Money,
    /// The exact fees of the month over all versions, which caps and the amount at risk are shares of.
    pub fees: MonthFees,
    /// The months before this one in which a version of the contract was in force.
    pub past: Vec<PlannedPast>,
    /// Exclusions that were asked for in the period.
    pub exclusions: Vec<RecordExclusion>,
    /// Findings of the linter about the contract that were taken as they are.
    pub accepted: Vec<RecordAcceptance>,
    /// What was promised and is due, in the order of the contract.
    pub commitments: Vec<PlannedCommitment<'a>>,
    /// What was promised of incidents and is due, in the order of the contract.
    pub incidents: Vec<PlannedIncidents<'a>>,
}

impl ContractMonth<'_> {
    /// A month that two versions of a contract share: each judges its own days by its own promises, which are priced by its
    /// own terms. What holds for the month as a whole, caps and rounding and rights, is the later version's, because it is
    /// in force when the month ends.
    fn joined(self, later: Self) -> Self {
        let mut exclusions = self.exclusions;
        for window in later.exclusions {
            match exclusions.iter_mut().find(|known| (&known.name, &known.start) == (&window.name, &window.start)) {
                Some(known) => {
                    known.accepted_seconds += window.accepted_seconds;
                    known.decision = known.decision.min(window.decision);
                    known.commitments.extend(window.commitments);
                    known.commitments.sort();
                    known.commitments.dedup();
                }
                None => exclusions.push(window),
            }
        }
        let mut accepted = self.accepted;
        accepted.extend(later.accepted);
        accepted.sort();
        accepted.dedup();
        Self {
            period: Period { start: self.period.start, end: later.period.end },
            commitments: self.commitments.into_iter().chain(later.commitments).collect(),
            incidents: self.incidents.into_iter().chain(later.incidents).collect(),
            exclusions,
            accepted,
            ..later
        }
    }
}

/// A promise and what has to be measured for it.
#[derive(Clone, Debug)]
pub struct PlannedCommitment<'a> {
    /// The promise.
    pub terms: &'a Commitment,
    /// The version of the contract that it stands in.
    pub version: u32,
    /// That version's terms.
    pub contract: &'a ContractSpec,
    /// The name that people read: the commitment's own, or else the SLO's.
    pub title: &'a str,
    /// The service that it is about.
    pub service: &'a Name,
    /// What credits are a share of.
    pub fees: Fees,
    /// What counts.
    pub scope: Scope,
    /// What has to be read. Equal requests need reading once only.
    pub ask: Ask,
    /// The second reading that the contract demands, with what has to be read for it.
    pub second: Option<(&'a SecondReading, Ask)>,
}

impl PlannedCommitment<'_> {
    /// Everything that has to be read: the commitment's own first.
    pub fn asks(&self) -> impl Iterator<Item = &Ask> {
        std::iter::once(&self.ask).chain(self.second.as_ref().map(|(_, ask)| ask))
    }
}

/// Plans a month: of one tenant, or of all. `now` in Unix seconds; a month that is not over cannot be planned.
///
/// # Errors
/// [`PlanError`]; nothing has been read then.
pub fn plan<'a>(
    catalogue: &'a Catalogue,
    month: Month,
    tenant: Option<&str>,
    now: UnixSeconds,
) -> Result<Vec<ContractMonth<'a>>, PlanError> {
    let asked = asked(catalogue, tenant)?;
    let mut planned: Vec<ContractMonth<'a>> = Vec::new();
    let mut later = None;
    for contract in catalogue.contracts.values().filter(|one| asked(one)) {
        let Some(period) = in_force(&contract.spec, month) else { continue };
        let zone = contract.spec.time_zone.0;
        let ends = month.period(zone).end;
        if now < ends {
            return Err(PlanError::NotOver { month, zone: zone.name(), ends, now });
        }
        match contract_month(catalogue, contract, month, period, Span::due)? {
            due if due.commitments.is_empty() && due.incidents.is_empty() => later = Some(contract),
            due => match planned.pop_if(|earlier| earlier.contract.name() == contract.name()) {
                Some(earlier) => planned.push(earlier.joined(due)),
                None => planned.push(due),
            },
        }
    }
    if let Some(contract) = later.filter(|_| planned.is_empty()) {
        let ends = contract.spec.promises().map(|promise| promise.period.containing(month).1);
        return Err(PlanError::NothingDue {
            month,
            tenant: contract.spec.tenant.to_string(),
            contract: contract.name().to_string(),
            due: ends.min().unwrap_or(month),
        });
    }
    if planned.is_empty() {
        return Err(nothing_in_force(catalogue, month, tenant));
    }
    // By tenant first: that is how people look for a report.
    planned.sort_by_key(|month| (month.tenant.name().clone(), month.contract.name().clone(), month.period.start));
    Ok(planned)
}

/// Whether a contract is one of those that are asked for: of one tenant, who must be known, or of all.
fn asked<'a>(
    catalogue: &Catalogue,
    tenant: Option<&'a str>,
) -> Result<impl Fn(&Document<ContractSpec>) -> bool + 'a, PlanError> {
    if let Some(tenant) = tenant.filter(|id| !catalogue.tenants.keys().any(|name| name.as_str() == *id)) {
        let known: Vec<_> = catalogue.tenants.keys().map(Name::as_str).collect();
        return Err(PlanError::UnknownTenant { tenant: tenant.to_owned(), known: known.join(", ") });
    }
    Ok(move |contract: &Document<ContractSpec>| tenant.is_none_or(|id| contract.spec.tenant.as_str() == id))
}

fn nothing_in_force(catalogue: &Catalogue, month: Month, tenant: Option<&str>) -> PlanError {
    let asked = catalogue.contracts.values().filter(|one| tenant.is_none_or(|id| one.spec.tenant.as_str() == id));
    let known: Vec<String> = asked.map(|contract| term(contract).en().to_owned()).collect();
    let known = if known.is_empty() { "there is none at all".to_owned() } else { known.join("; ") };
    PlanError::NothingInForce { month, tenant: tenant.map(str::to_owned), known }
}

fn line(place: &Place) -> String {
    format!("{}:{}", place.file, place.line)
}

/// The part of a month in which a contract is in force.
fn in_force(contract: &ContractSpec, month: Month) -> Option<Period> {
    let zone = contract.time_zone.0;
    let start = start_of_day(contract.valid_from.0, zone);
    let whole = month.period(zone);
    let end = contract.valid_to.map_or(whole.end, |last| start_of_day(last.0 + Days::new(1), zone));
    Period::new(start, end)?.overlap(whole)
}

fn contract_month<'a>(
    catalogue: &'a Catalogue,
    contract: &'a Document<ContractSpec>,
    month: Month,
    period: Period,
    judged: fn(&ContractSpec, MeasurementPeriod, Month) -> Option<Span>,
) -> Result<ContractMonth<'a>, PlanError> {
    let spec = &contract.spec;
    let tenant = &catalogue.tenants[&spec.tenant];
    let versions = Versions::of(catalogue, contract.name());
    let mut asked_for: Vec<AskedFor<'a>> = Vec::new();
    let mut commitments = Vec::with_capacity(spec.commitments.len());
    for (index, terms) in spec.commitments.iter().enumerate() {
        let Some(span) = judged(spec, terms.period, month) else { continue };
        let slo = &catalogue.slos[&terms.slo];
        let sli = &catalogue.slis[&slo.spec.indicator_ref];
        let windows = exclusions::asked_for(catalogue, contract, &span);
        let accepted = windows.iter().filter(|window| covers(&window.document.spec, terms));
        let excluded = accepted.fold(IntervalSet::default(), |sum, window| sum.union(&window.accepted));
        asked_for = exclusions::together(asked_for, windows);
        // Money is spent at night, too: what is consumed counts around the clock.
        let service = match terms.method {
            Method::Consumption => Ok(span.period.into()),
            _ => spec.service_hours.within(span.period, spec.time_zone.0, spec.holidays.as_ref()),
        };
        let service = service.map_err(|source| unknown_holidays(contract, source))?;
        let scope = Scope {
            period: span.period,
            step_seconds: terms.slice.seconds(),
            excluded: excluded.intersection(&service),
            service,
            days: span.days(spec.time_zone.0),
            // A slice with a value, or with beats, is good or it is not.
            slice_target: match terms.threshold.is_some() || terms.heartbeat.is_some() {
                true => Some(Ratio::one()),
                false => terms.slice_target.map(|percent| percent.ratio()),
            },
            minimum_events: terms.minimum_events.and_then(|minimum| minimum.per_slice),
            wants_ratio_sum: terms.method == Method::RatioTimeslices,
        };
        if let Some(border) = cut_slice(&scope) {
            return Err(PlanError::CutSlice {
                place: line(&contract.place(&format!("/spec/commitments/{index}/slice"))),
                contract: contract.name().to_string(),
                border,
                slice: terms.slice.to_string(),
            });
        }
        let variables = Variables::new(tenant.name().as_str(), &tenant.metadata.labels, terms.slice.seconds());
        let type_of = |name: &Name| catalogue.data_sources[name].spec.source_type;
        let ask = |sli| ask::ask(sli, terms, &variables, span.period, type_of);
        let second = terms.second_reading.as_ref();
        let second = second.map(|second| (second, ask(&catalogue.slis[&second.sli])));
        commitments.push(PlannedCommitment {
            terms,
            title: terms.display_name.as_deref().unwrap_or_else(|| slo.metadata.title()),
            version: spec.version,
            contract: spec,
            service: &slo.spec.service,
            fees: versions.of_promise(spec, terms.fee, &span),
            scope,
            ask: ask(sli),
            second,
        });
    }
    let fees = versions.of_month(month);
    Ok(ContractMonth {
        tenant,
        contract,
        month,
        period,
        fee: fees::stated(spec, &fees),
        fees,
        past: versions.past(month),
        exclusions: asked_for.into_iter().map(|window| window.record(spec)).collect(),
        accepted: accepted(spec),
        commitments,
        incidents: incidents::due(catalogue, spec, &versions, month)
            .map_err(|source| unknown_holidays(contract, source))?,
    })
}

fn unknown_holidays(contract: &Document<ContractSpec>, source: HolidayError) -> PlanError {
    let place = line(&contract.place("/spec/serviceHours"));
    PlanError::Holidays { place, contract: contract.name().to_string(), source }
}

fn accepted(contract: &ContractSpec) -> Vec<RecordAcceptance> {
    let accepted = contract.accepted.iter().map(|accepted| RecordAcceptance {
        code: accepted.code.clone(),
        reason: accepted.reason.clone(),
        by: format!("{}, {}", accepted.by, accepted.on),
    });
    accepted.collect()
}

fn covers(exclusion: &ExclusionSpec, commitment: &Commitment) -> bool {
    exclusion.commitments.is_empty() || exclusion.commitments.contains(&commitment.name)
}
