//! Before anything is read: which contracts are in force in a month, what counts, and what has to be asked of which
//! source.

use chrono::{Datelike, Days, NaiveDate};

use crate::assess::cut_slice;
use crate::catalogue::{
    Catalogue, Commitment, ContractSpec, Document, ExclusionSpec, Name, PartMonth, Place, SliSpec, TenantSpec,
    Variables,
};
use crate::interval::IntervalSet;
use crate::measurement::Scope;
use crate::money::Money;
use crate::ratio::Ratio;
use crate::record::{ExclusionDecision, Method, RecordExclusion};
use crate::time::{Month, Period, UnixSeconds, start_of_day, utc_text};

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
    /// The fee that credits are a share of: the monthly fee, or for a part month what the contract says of it, rounded
    /// to the minor unit as the contract rounds, since that is the amount on the invoice.
    pub fee: Money,
    /// Exclusions that were asked for in the period.
    pub exclusions: Vec<RecordExclusion>,
    /// What was promised, in the order of the contract.
    pub commitments: Vec<PlannedCommitment<'a>>,
}

/// A promise and what has to be measured for it.
#[derive(Clone, Debug)]
pub struct PlannedCommitment<'a> {
    /// The promise.
    pub terms: &'a Commitment,
    /// The name that people read: the commitment's own, or else the SLO's.
    pub title: &'a str,
    /// What counts.
    pub scope: Scope,
    /// What has to be read. Equal requests need reading once only.
    pub ask: Ask,
}

/// A request to a source, with every variable replaced.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ask {
    /// Name of the `DataSource`.
    pub data_source: Name,
    /// What is asked.
    pub what: What,
    /// The period.
    pub period: Period,
    /// Width of a slice in seconds.
    pub step_seconds: i64,
}

/// What is asked of a source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Two queries of a server.
    Queries(Reading),
    /// A file in the source's folder.
    File {
        /// Its path, relative to the folder.
        path: String,
    },
}

/// Two queries, every variable replaced. Each must give one series whose value at `t` is the number of events in the
/// slice that ends at `t`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// Good events of all events.
    GoodOfTotal {
        /// Good events of a slice.
        good: String,
        /// All events of a slice.
        total: String,
    },
    /// Bad events of all events: good is total − bad, where both are there.
    BadOfTotal {
        /// Bad events of a slice.
        bad: String,
        /// All events of a slice.
        total: String,
    },
}

/// Why a month cannot be closed.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum PlanError {
    /// No such tenant.
    #[error("found the tenant {tenant:?}, which the catalogue does not define; expected one of: {known}")]
    UnknownTenant {
        /// The id asked for.
        tenant: String,
        /// The ids that exist.
        known: String,
    },
    /// No contract is in force.
    #[error("no contract {}is in force in {month}; {known}", .tenant.as_ref().map_or(String::new(), |tenant| format!("of {tenant} ")))]
    NothingInForce {
        /// The month.
        month: Month,
        /// The tenant, when one was asked for.
        tenant: Option<String>,
        /// The contracts that there are.
        known: String,
    },
    /// The month has not ended yet.
    #[error(
        "the month {month} in {zone} ends at {}, and now it is {}: a month can be closed once it is over", utc_text(*.ends), utc_text(*.now)
    )]
    NotOver {
        /// The month.
        month: Month,
        /// Zone of the contract.
        zone: &'static str,
        /// End of the month, Unix seconds.
        ends: UnixSeconds,
        /// The clock, Unix seconds.
        now: UnixSeconds,
    },
    /// A contract changes its version inside the month.
    #[error(
        "{place}: contract {contract} changes from version {} to version {} inside {month}, which this version does not \
         compute: let the new version begin on the first of a month", .versions[0], .versions[1]
    )]
    VersionChange {
        /// Where the later version stands, as `file:line`.
        place: String,
        /// The contract.
        contract: String,
        /// Both versions.
        versions: [u32; 2],
        /// The month.
        month: Month,
    },
    /// Service hours begin or end inside a slice.
    #[error(
        "{place}: the service hours of contract {contract} begin or end at {}, inside a slice of {slice}: choose narrower \
         slices or service hours that fit them", utc_text(*.border)
    )]
    CutSlice {
        /// Where the commitment stands, as `file:line`.
        place: String,
        /// The contract.
        contract: String,
        /// The border, Unix seconds.
        border: UnixSeconds,
        /// Width of the commitment's slices.
        slice: String,
    },
}

impl PlanError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownTenant { .. } => "plan.unknown_tenant",
            Self::NothingInForce { .. } => "plan.nothing_in_force",
            Self::NotOver { .. } => "plan.month_not_over",
            Self::VersionChange { .. } => "plan.version_change",
            Self::CutSlice { .. } => "plan.cut_slice",
        }
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
    if let Some(tenant) = tenant.filter(|id| !catalogue.tenants.keys().any(|name| name.as_str() == *id)) {
        let known: Vec<_> = catalogue.tenants.keys().map(Name::as_str).collect();
        return Err(PlanError::UnknownTenant { tenant: tenant.to_owned(), known: known.join(", ") });
    }
    let asked = |contract: &&Document<ContractSpec>| tenant.is_none_or(|id| contract.spec.tenant.as_str() == id);
    let mut planned: Vec<ContractMonth<'a>> = Vec::new();
    for contract in catalogue.contracts.values().filter(asked) {
        let Some(period) = in_force(&contract.spec, month) else { continue };
        let earlier = planned.last().filter(|earlier| earlier.contract.name() == contract.name());
        if let Some(earlier) = earlier {
            return Err(PlanError::VersionChange {
                place: line(&contract.place("/spec/validFrom")),
                contract: contract.name().to_string(),
                versions: [earlier.contract.spec.version, contract.spec.version],
                month,
            });
        }
        let zone = contract.spec.time_zone.0;
        let ends = month.period(zone).end;
        if now < ends {
            return Err(PlanError::NotOver { month, zone: zone.name(), ends, now });
        }
        planned.push(contract_month(catalogue, contract, month, period)?);
    }
    if planned.is_empty() {
        let known: Vec<String> = catalogue.contracts.values().filter(asked).map(span).collect();
        let known = if known.is_empty() { "there is none at all".to_owned() } else { known.join("; ") };
        return Err(PlanError::NothingInForce { month, tenant: tenant.map(str::to_owned), known });
    }
    // By tenant first: that is how people look for a report.
    planned.sort_by_key(|month| (month.tenant.name().clone(), month.contract.name().clone()));
    Ok(planned)
}

fn line(place: &Place) -> String {
    format!("{}:{}", place.file, place.line)
}

fn span(contract: &Document<ContractSpec>) -> String {
    let ContractSpec { version, valid_from, valid_to, .. } = &contract.spec;
    let to = valid_to.map_or_else(|| "further notice".to_owned(), |to| to.to_string());
    format!("{} version {version} runs from {valid_from} to {to}", contract.name())
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
) -> Result<ContractMonth<'a>, PlanError> {
    let spec = &contract.spec;
    let zone = spec.time_zone.0;
    let service = spec.service_hours.within(period, zone);
    let days: Vec<(NaiveDate, Period)> =
        month.days(zone).filter_map(|(date, day)| Some((date, day.overlap(period)?))).collect();
    let tenant = &catalogue.tenants[&spec.tenant];
    let exclusions: Vec<_> =
        catalogue.exclusions.values().filter(|exclusion| touches(exclusion, spec, period)).collect();
    let mut commitments = Vec::with_capacity(spec.commitments.len());
    for (index, terms) in spec.commitments.iter().enumerate() {
        let slo = &catalogue.slos[&terms.slo];
        let sli = &catalogue.slis[&slo.spec.indicator_ref];
        let accepted = exclusions.iter().filter(|exclusion| {
            covers(&exclusion.spec, terms) && decision(&exclusion.spec) == ExclusionDecision::Accepted
        });
        let excluded: IntervalSet =
            accepted.filter_map(|exclusion| Period::new(exclusion.spec.start.0, exclusion.spec.end.0)).collect();
        let scope = Scope {
            period,
            step_seconds: terms.slice.seconds(),
            excluded: excluded.intersection(&service),
            service: service.clone(),
            days: days.clone(),
            slice_target: terms.slice_target.map(|percent| percent.ratio()),
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
        let ask = ask(sli, &variables, period, terms.slice.seconds());
        commitments.push(PlannedCommitment {
            terms,
            title: terms.display_name.as_deref().unwrap_or_else(|| slo.metadata.title()),
            scope,
            ask,
        });
    }
    Ok(ContractMonth {
        tenant,
        contract,
        month,
        period,
        fee: fee(spec, month, days.len()),
        exclusions: exclusions.into_iter().map(|exclusion| excluded(exclusion, spec)).collect(),
        commitments,
    })
}

fn fee(contract: &ContractSpec, month: Month, days_in_force: usize) -> Money {
    let monthly =
        contract.fee.monthly.in_currency(contract.currency).expect("the catalogue checked the fee's decimals");
    match contract.fee.part_month {
        Some(PartMonth::Daily) => {
            let days_of_month = month.next_first_day().pred_opt().map_or(0, |last| last.day());
            // A zone that skipped a day makes a month of one day less: never more than the whole fee.
            let share = Ratio::new(days_in_force, days_of_month).filter(Ratio::is_share).unwrap_or_else(Ratio::one);
            monthly.share(&share, contract.rounding).expect("a share of what fits, fits")
        }
        Some(PartMonth::Full) | None => monthly,
    }
}

fn ask(sli: &Document<SliSpec>, variables: &Variables, period: Period, step_seconds: i64) -> Ask {
    const CHECKED: &str = "the catalogue checked what is asked of a source";
    let ratio = &sli.spec.ratio_metric;
    let total = &ratio.total.metric_source;
    let query = |metric: &crate::catalogue::Metric| {
        let query = metric.metric_source.spec.query.as_deref().expect(CHECKED);
        variables.in_query(query).expect(CHECKED)
    };
    let what = match (&total.spec.path, &ratio.good, &ratio.bad) {
        (Some(path), ..) => What::File { path: variables.in_path(path).expect(CHECKED) },
        (None, Some(good), _) => What::Queries(Reading::GoodOfTotal { good: query(good), total: query(&ratio.total) }),
        (None, None, bad) => {
            What::Queries(Reading::BadOfTotal { bad: query(bad.as_ref().expect(CHECKED)), total: query(&ratio.total) })
        }
    };
    Ask { data_source: total.metric_source_ref.clone(), what, period, step_seconds }
}

fn touches(exclusion: &Document<ExclusionSpec>, contract: &ContractSpec, period: Period) -> bool {
    let ExclusionSpec { tenant, start, end, .. } = &exclusion.spec;
    *tenant == contract.tenant
        && Period::new(start.0, end.0).and_then(|window| window.overlap(period)).is_some()
        && contract.commitments.iter().any(|commitment| covers(&exclusion.spec, commitment))
}

fn covers(exclusion: &ExclusionSpec, commitment: &Commitment) -> bool {
    exclusion.commitments.is_empty() || exclusion.commitments.contains(&commitment.name)
}

fn decision(exclusion: &ExclusionSpec) -> ExclusionDecision {
    let same = |a: &str, b: &str| a.trim().to_lowercase() == b.trim().to_lowercase();
    match &exclusion.approved_by {
        None => ExclusionDecision::NotApproved,
        Some(approver) if approver.trim().is_empty() => ExclusionDecision::NotApproved,
        Some(approver) if same(approver, &exclusion.requested_by) => ExclusionDecision::SamePerson,
        Some(_) => ExclusionDecision::Accepted,
    }
}

fn excluded(exclusion: &Document<ExclusionSpec>, contract: &ContractSpec) -> RecordExclusion {
    let spec = &exclusion.spec;
    let covered = contract.commitments.iter().filter(|commitment| covers(spec, commitment));
    RecordExclusion {
        name: exclusion.name().to_string(),
        start: utc_text(spec.start.0),
        end: utc_text(spec.end.0),
        reason: spec.reason.clone(),
        commitments: covered.map(|commitment| commitment.name.to_string()).collect(),
        decision: decision(spec),
    }
}
