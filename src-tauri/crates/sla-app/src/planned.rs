//! Which customers a close is about: all, some or one; and which of them it goes on without, where it may.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sla_core::plan::{Ask, ContractMonth, PlanError, plan};

use crate::accept;
use crate::close::CloseRequest;
use crate::error::{CaptureFailure, CloseError};

/// Why a customer's month was not closed, while others' were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CloseFailure {
    /// Id of the tenant.
    pub tenant: String,
    /// A stable name of the reason for programs.
    pub code: String,
    /// What happened, what is expected and what to do.
    pub detail: String,
}

impl CloseFailure {
    fn of(tenant: &str, error: &CloseError) -> Self {
        Self { tenant: tenant.to_owned(), code: error.code().to_owned(), detail: error.to_string() }
    }
}

/// The months of a close, and those of its customers whose month cannot be planned, or rests on a contract that nobody took as
/// it is. A close that may not go on without anybody fails at the first one.
pub(crate) fn planned<'a>(
    request: &CloseRequest<'a>,
) -> Result<(Vec<ContractMonth<'a>>, Vec<CloseFailure>), CloseError> {
    let CloseRequest { catalogue, month, now, tenants, partly, .. } = *request;
    let of = |tenant: Option<&str>| -> Result<Vec<ContractMonth<'a>>, CloseError> {
        let plans = plan(catalogue, month, tenant, now)?;
        accept::is_settled(request, &plans)?;
        Ok(plans)
    };
    if !partly && tenants.is_empty() {
        return Ok((of(None)?, Vec::new()));
    }
    let all = catalogue.tenants.keys().map(|name| name.as_str());
    let asked: BTreeSet<&str> = match tenants {
        [] => all.collect(),
        some => some.iter().map(String::as_str).collect(),
    };
    let (mut plans, mut failures) = (Vec::new(), Vec::new());
    for tenant in asked {
        match of(Some(tenant)) {
            Ok(more) => plans.extend(more),
            // Whom nothing is due of is not one that anybody asked for.
            Err(CloseError::Plan(PlanError::NothingInForce { .. } | PlanError::NothingDue { .. }))
                if tenants.is_empty() => {}
            Err(error) if partly => failures.push((tenant, error)),
            Err(error) => return Err(error),
        }
    }
    if plans.is_empty() {
        return match failures.into_iter().next() {
            Some((_, error)) => Err(error),
            // Says why nothing is due.
            None => Ok((of(None)?, Vec::new())),
        };
    }
    Ok((plans, failures.iter().map(|(tenant, error)| CloseFailure::of(tenant, error)).collect()))
}

/// Whose evidence could not be read, by tenant, each with the first reason.
pub(crate) fn unread<'a>(
    plans: impl Iterator<Item = &'a ContractMonth<'a>>,
    failed: &[(Ask, CaptureFailure)],
) -> Vec<CloseFailure> {
    let mut failures: Vec<CloseFailure> = Vec::new();
    for plan in plans {
        let asks = |ask: &Ask| plan.commitments.iter().any(|one| one.asks().any(|known| known == ask));
        let tenant = plan.tenant.name().as_str();
        if failures.iter().any(|known| known.tenant == tenant) {
            continue;
        }
        if let Some((_, failure)) = failed.iter().find(|(ask, _)| asks(ask)) {
            let (code, detail) = (failure.code().to_owned(), failure.to_string());
            failures.push(CloseFailure { tenant: tenant.to_owned(), code, detail });
        }
    }
    failures
}

/// Takes those out whose evidence could not be read. All of a customer's contracts go together: their month is closed or it is
/// not.
pub(crate) fn without(
    plans: &mut Vec<ContractMonth<'_>>,
    failed: Vec<(Ask, CaptureFailure)>,
    failures: &mut Vec<CloseFailure>,
) -> Result<(), CloseError> {
    let unread = unread(plans.iter(), &failed);
    plans.retain(|plan| !unread.iter().any(|failure| failure.tenant == plan.tenant.name().as_str()));
    failures.extend(unread);
    failures.sort_by(|a, b| a.tenant.cmp(&b.tenant));
    if plans.is_empty() && !failed.is_empty() {
        return Err(CloseError::Capture(failed.into_iter().map(|(_, failure)| failure).collect()));
    }
    Ok(())
}
