//! What there is to capture day by day, before a month is over.

use chrono::NaiveDate;

use super::span::Span;
use super::{Ask, PlanError, What, asked, contract_month, in_force};
use crate::Tz;
use crate::catalogue::{Catalogue, Commitment, ContractSpec, Document, Name, TenantSpec};
use crate::evidence::sha256_hex;
use crate::time::{Month, Period, UnixSeconds, month_at};

/// How long after its end a day is captured: samples just behind it tell whether a counter was still read, and servers need
/// a while until what they scraped can be asked for.
pub const SETTLED_SECONDS: i64 = 1800;

/// A commitment and the days of a month on which it is measured.
#[derive(Clone, Debug)]
pub struct CommitmentDays<'a> {
    /// The customer.
    pub tenant: &'a Document<TenantSpec>,
    /// The contract version.
    pub contract: &'a Document<ContractSpec>,
    /// The promise.
    pub terms: &'a Commitment,
    /// The name of the service that it is about, for people.
    pub service: &'a str,
    /// The name that people read.
    pub title: &'a str,
    /// The SLI, where these are the days of the commitment's second reading.
    pub second: Option<&'a Name>,
    /// The contract's zone, whose days they are.
    pub zone: Tz,
    /// The days in order, each with what is asked for it.
    pub days: Vec<(NaiveDate, Ask)>,
}

impl Ask {
    /// Whether it is captured day by day: of a server that forgets. Files and tables stay, and what comes in slices that days are
    /// not made of is captured as a whole.
    pub fn is_daily(&self) -> bool {
        let fits = |border: UnixSeconds| border.rem_euclid(self.step_seconds) == 0;
        matches!(self.what, What::Queries(_) | What::Counters(_) | What::Probes(_))
            && fits(self.period.start)
            && fits(self.period.end)
    }

    /// A name of what is asked, whenever it is asked for: the same question to the same source in slices of the same width.
    pub fn key(&self) -> String {
        let asked = match &self.what {
            What::Queries(reading) => reading.to_string(),
            What::Counters(counters) => counters.to_string(),
            What::Sql { statement, content } => format!("{statement} {content:?}"),
            What::SqlBeats { statement, target, terms } => format!("{statement} {target} {terms:?}"),
            What::Charges { path, charges, content } => format!("{path} {charges} {content:?}"),
            What::Incidents { path, down_from } => format!("{path} {down_from:?}"),
            What::Probes(probes) => format!("{probes:?}"),
            What::File { path, content, columns: None } => format!("{path} {content:?}"),
            What::File { path, content, columns: Some(columns) } => format!("{path} {content:?} {columns}"),
            What::Beats { path, target, terms } => format!("{path} {target} {terms:?}"),
        };
        sha256_hex(format!("{}\n{asked}\n{}", self.data_source, self.step_seconds).as_bytes())
    }
}

/// Plans the days of a month in each contract's zone, of one tenant or of all; all of them, also those that are to come.
///
/// # Errors
/// [`PlanError`]; nothing has been read then.
pub fn plan_days<'a>(
    catalogue: &'a Catalogue,
    month: Month,
    tenant: Option<&str>,
) -> Result<Vec<CommitmentDays<'a>>, PlanError> {
    let asked = asked(catalogue, tenant)?;
    let mut planned = Vec::new();
    for contract in catalogue.contracts.values().filter(|one| asked(one)) {
        let Some(period) = in_force(&contract.spec, month) else { continue };
        let zone = contract.spec.time_zone.0;
        let whole = contract_month(catalogue, contract, month, period, Span::running)?;
        for commitment in whole.commitments {
            let (terms, title) = (commitment.terms, commitment.title);
            let name = commitment.service;
            let service = catalogue.services.get(name).map_or(name.as_str(), |service| service.metadata.title());
            let second = commitment.second.as_ref().map(|(second, ask)| (Some(&second.sli), ask));
            for (second, ask) in std::iter::once((None, &commitment.ask)).chain(second) {
                let day = |(date, day): (NaiveDate, Period)| {
                    let ask = Ask { period: day.overlap(period)?, ..ask.clone() };
                    ask.is_daily().then_some((date, ask))
                };
                let days: Vec<(NaiveDate, Ask)> = month.days(zone).filter_map(day).collect();
                if !days.is_empty() {
                    let tenant = whole.tenant;
                    planned.push(CommitmentDays { tenant, contract, terms, service, title, second, zone, days });
                }
            }
        }
    }
    let name = |one: &CommitmentDays<'_>| (one.tenant.name().clone(), one.contract.name().clone(), one.days[0].0);
    planned.sort_by_key(name);
    Ok(planned)
}

/// The months in which somebody's day lies that has ended and settled, from the one that shows the earliest to the latest.
pub fn months_until(now: UnixSeconds, first: NaiveDate) -> impl Iterator<Item = Month> {
    // The zone that is furthest ahead shows the latest month.
    let last = month_at(now, Tz::Etc__GMTMinus14);
    let first = month_at(crate::time::start_of_day(first, Tz::UTC), Tz::UTC);
    (0..).map(move |ahead| first.plus(ahead)).take_while(move |month| last.since(*month) >= 0)
}
