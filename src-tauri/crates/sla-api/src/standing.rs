//! How running months stand, as it was when somebody last had a look.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sla_app::{CloseFailure, Which, last_standing};
use sla_core::catalogue::Name;
use sla_core::standing::{CommitmentStanding, MonthStanding, Outlook};
use sla_core::time::Month;

use crate::api::Api;
use crate::extract::{InQuery, Who};
use crate::problem::Problem;

/// Whose running month is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StandingQuery {
    /// Only this tenant's; all when not said.
    tenant: Option<Name>,
    /// At most so many commitments, 1 to 200; 50 when it is not said.
    limit: Option<u32>,
}

/// How running months stood.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct StandingView {
    /// The instant up to which was measured, in UTC; null when nobody has had a look.
    at: Option<String>,
    /// How many commitments have which outlook, the best first.
    outlooks: Vec<OutlookCount>,
    /// The commitments of the gravest outlook, and among those the ones that use most of their budget at the present rate.
    commitments: Vec<TenantStanding>,
    /// Whose month could not be measured, and why.
    failures: Vec<CloseFailure>,
}

/// How many commitments have an outlook.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct OutlookCount {
    /// The outlook.
    outlook: Outlook,
    /// How many.
    count: usize,
}

/// How a tenant's commitment stands.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TenantStanding {
    /// Id of the tenant.
    tenant: String,
    /// The tenant's name for people.
    tenant_name: String,
    /// Id of the contract.
    contract: String,
    /// The month.
    month: Month,
    /// How it stands.
    standing: CommitmentStanding,
}

pub(crate) async fn show(
    State(api): State<Api>,
    who: Who,
    InQuery(StandingQuery { tenant, limit }): InQuery<StandingQuery>,
) -> Result<Json<StandingView>, Problem> {
    let limit = crate::cursor::limit(limit)?;
    // A month that runs is nothing yet that a customer is told.
    if who.which() == Which::Issued {
        return Ok(Json(StandingView::default()));
    }
    let tenant = tenant.as_ref().map(Name::as_str);
    // A look at all tenants concerns each of them; of what it came to everybody sees their own.
    let Some(standing) = last_standing(&api.ledger, tenant).await? else { return Ok(Json(StandingView::default())) };
    let theirs = |one: &str| who.caller.access.tenants.holds(one) && tenant.is_none_or(|tenant| tenant == one);
    let mut failures = standing.failures;
    failures.retain(|failure| theirs(&failure.tenant));
    let mut commitments: Vec<TenantStanding> =
        standing.months.into_iter().filter(|month| theirs(&month.tenant)).flat_map(commitments).collect();
    commitments.sort_by_key(|one| std::cmp::Reverse(one.gravity()));
    let mut counts: BTreeMap<Outlook, usize> = BTreeMap::new();
    for one in &commitments {
        *counts.entry(one.standing.outlook).or_default() += 1;
    }
    let count = |outlook| OutlookCount { outlook, count: counts.get(&outlook).copied().unwrap_or_default() };
    commitments.truncate(limit as usize);
    Ok(Json(StandingView { at: Some(standing.at), outlooks: Outlook::ALL.map(count).into(), commitments, failures }))
}

fn commitments(month: MonthStanding) -> impl Iterator<Item = TenantStanding> {
    let MonthStanding { tenant, tenant_name, contract, month, commitments, .. } = month;
    commitments.into_iter().map(move |standing| TenantStanding {
        tenant: tenant.clone(),
        tenant_name: tenant_name.clone(),
        contract: contract.clone(),
        month,
        standing,
    })
}

impl TenantStanding {
    /// The outlook, and then the most that may be used at the end.
    fn gravity(&self) -> (Outlook, Option<sla_core::ratio::Ratio>) {
        let projected = &self.standing.projected_at_present_rate;
        let most = projected.high.as_ref().or(projected.low.as_ref());
        (self.standing.outlook, most.and_then(sla_core::record::RecordRatio::ratio))
    }
}
