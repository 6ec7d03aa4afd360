//! The month that is not over: what there is to measure of it so far.

use super::span::Span;
use super::{ContractMonth, PlanError, asked, contract_month, in_force, nothing_in_force};
use crate::Tz;
use crate::catalogue::Catalogue;
use crate::measurement::Scope;
use crate::time::{Period, UnixSeconds, month_at};

/// A tenant's contract in the month that runs.
#[derive(Clone, Debug)]
pub struct RunningMonth<'a> {
    /// What is measured: every commitment up to the end of the last whole slice. One of which no slice is over is not there,
    /// and neither are promises about incidents, which are judged when their period has ended.
    pub so_far: ContractMonth<'a>,
    /// The whole measurement period of each of these commitments, in their order: what its budget is of. Exclusions that are
    /// to come and accepted are in it.
    pub whole: Vec<Scope>,
}

/// Plans what can be measured of the running month, of one tenant or of all: of the contract versions that are in force at
/// `now`, each in the month that its own zone shows.
///
/// # Errors
/// [`PlanError`]; nothing has been read then.
pub fn plan_running<'a>(
    catalogue: &'a Catalogue,
    tenant: Option<&str>,
    now: UnixSeconds,
) -> Result<Vec<RunningMonth<'a>>, PlanError> {
    let asked = asked(catalogue, tenant)?;
    let mut running = Vec::new();
    for contract in catalogue.contracts.values().filter(|one| asked(one)) {
        let month = month_at(now, contract.spec.time_zone.0);
        let Some(period) = in_force(&contract.spec, month).filter(|period| (period.start..period.end).contains(&now))
        else {
            continue;
        };
        let mut so_far = contract_month(catalogue, contract, month, period, Span::running)?;
        so_far.incidents.clear();
        let mut whole = Vec::with_capacity(so_far.commitments.len());
        so_far.commitments.retain_mut(|commitment| {
            let Some(measured) = until(&commitment.scope, now) else { return false };
            commitment.ask.period = measured.period;
            commitment.second.iter_mut().for_each(|(_, ask)| ask.period = measured.period);
            whole.push(std::mem::replace(&mut commitment.scope, measured));
            true
        });
        running.push(RunningMonth { so_far, whole });
    }
    if running.is_empty() {
        return Err(nothing_in_force(catalogue, month_at(now, Tz::UTC), tenant));
    }
    running.sort_by_key(|one| (one.so_far.tenant.name().clone(), one.so_far.contract.name().clone()));
    Ok(running)
}

/// The part of a scope whose slices are over; `None` when none is.
fn until(scope: &Scope, now: UnixSeconds) -> Option<Scope> {
    let start = scope.period.start;
    let slices = (now - start).div_euclid(scope.step_seconds);
    let period = Period::new(start, scope.period.end.min(start + slices * scope.step_seconds))?;
    let inside = period.into();
    Some(Scope {
        period,
        service: scope.service.intersection(&inside),
        excluded: scope.excluded.intersection(&inside),
        days: scope.days.iter().filter_map(|(date, day)| Some((*date, day.overlap(period)?))).collect(),
        ..scope.clone()
    })
}
