//! What all months come to, and where a name is found.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sla_app::{Found, MonthGroup};
use sla_core::time::Month;

use crate::api::Api;
use crate::extract::{InQuery, Who};
use crate::problem::Problem;

/// Which month is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OverviewQuery {
    /// The month, YYYY-MM.
    month: Month,
}

/// What all months of all tenants come to that somebody sees.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Overview {
    /// The month, YYYY-MM.
    month: Month,
    /// How many there are and what they owe, by state, verdict and currency.
    groups: Vec<MonthGroup>,
}

pub(crate) async fn overview(
    State(api): State<Api>,
    who: Who,
    InQuery(OverviewQuery { month }): InQuery<OverviewQuery>,
) -> Result<Json<Overview>, Problem> {
    let groups = who.ledger(&api).month_groups(who.which(), month).await?;
    Ok(Json(Overview { month, groups }))
}

/// What is looked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchQuery {
    /// A part of a tenant's id or name, of a contract's id, or of a month; 2 to 100 letters.
    q: String,
}

/// How many are found at most.
const MOST_FOUND: u32 = 50;

pub(crate) async fn search(
    State(api): State<Api>,
    who: Who,
    InQuery(SearchQuery { q }): InQuery<SearchQuery>,
) -> Result<Json<Vec<Found>>, Problem> {
    let text = q.trim();
    if !(2..=100).contains(&text.chars().count()) {
        return Err(Problem::request("q does not fit; expected 2 to 100 letters"));
    }
    if text.contains('\0') {
        return Ok(Json(Vec::new()));
    }
    Ok(Json(who.ledger(&api).search(who.which(), text, MOST_FOUND).await?))
}
