//! What all months come to, and where a name is found.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sla_app::{CurrencySum, Found, MonthGroup, MonthTrend, Waiting};
use sla_core::access::Permission;
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

/// How many months a trend tells, the one that is asked for among them.
const TREND_MONTHS: u32 = 12;

/// What all months of all tenants come to that somebody sees.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Overview {
    /// The month, YYYY-MM.
    month: Month,
    /// How many there are and what they owe, by state, verdict and currency.
    groups: Vec<MonthGroup>,
    /// What they owe, by currency.
    totals: Vec<CurrencySum>,
    /// The twelve months that end with this one, also those of which nothing was closed; oldest first.
    trend: Vec<MonthTrend>,
    /// What waits for whoever asks, in all months; only what they may do and of which there is something.
    waiting: Vec<WaitingTask>,
}

/// Something that waits for somebody.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WaitingTask {
    /// What is to be done.
    task: Task,
    /// How many months, credits or requests wait for it.
    count: i64,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Task {
    /// Closed months are to be handed to review.
    SubmitMonths,
    /// Somebody must say which amount of a range is owed.
    DecideCredits,
    /// Credits wait for the approval of somebody who had no hand in them.
    ApproveCredits,
    /// Months wait for it whose credits are approved or rejected.
    ApproveMonths,
    /// Approved months are to be issued.
    IssueMonths,
    /// Exclusions and incidents that others asked for are to be approved or refused.
    DecideRequests,
}

impl Task {
    fn of(waiting: &Waiting) -> [(Self, Permission, i64); 6] {
        [
            (Self::SubmitMonths, Permission::MonthsReview, waiting.months_closed),
            (Self::DecideCredits, Permission::CreditsDecide, waiting.credits_undecided),
            (Self::ApproveCredits, Permission::CreditsApprove, waiting.credits_to_approve),
            (Self::ApproveMonths, Permission::MonthsApprove, waiting.months_to_approve),
            (Self::IssueMonths, Permission::MonthsIssue, waiting.months_approved),
            (Self::DecideRequests, Permission::ExclusionsDecide, waiting.requests),
        ]
    }
}

pub(crate) async fn overview(
    State(api): State<Api>,
    who: Who,
    InQuery(OverviewQuery { month }): InQuery<OverviewQuery>,
) -> Result<Json<Overview>, Problem> {
    let (ledger, which) = (who.ledger(&api), who.which());
    let groups = ledger.month_groups(which, month).await?;
    let trend = ledger.month_trend(which, (month.minus(TREND_MONTHS - 1), month)).await?;
    let totals = trend.last().map(|last| last.totals.clone()).unwrap_or_default();
    let tasks = Task::of(&ledger.waiting(&who.caller.name).await?);
    let tasks = tasks.into_iter().filter(|(_, needs, count)| *count > 0 && who.may(*needs).is_ok());
    let waiting = tasks.map(|(task, _, count)| WaitingTask { task, count }).collect();
    Ok(Json(Overview { month, groups, totals, trend, waiting }))
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
