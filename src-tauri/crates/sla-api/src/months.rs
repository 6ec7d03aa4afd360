//! Months and their credits: lists, one month with its revisions, where its figures come from, and the steps that people take.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sla_app::{
    CreditSummary, CreditTotals, Derived, ListRequest, MonthSummary, MonthView, ReviewRequest, Sort, Which, derived,
    explain, review, revisions,
};
use sla_core::access::Permission;
use sla_core::catalogue::{Day, Name};
use sla_core::course::{BurnDown, HourMap};
use sla_core::money::Amount;
use sla_core::record::{Language, MonthRecord, Verdict};
use sla_core::time::Month;
use sla_core::workflow::{CreditState, MonthState, WorkflowStep};

use crate::api::Api;
use crate::cursor::{Page, behind, limit, page};
use crate::etag::{seen, stale, tagged, when_set};
use crate::extract::{InBody, InPath, InQuery, Who};
use crate::problem::Problem;
use crate::several::Several;

/// By what a list is sorted; a minus puts the last first.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[schemars(inline)]
enum SortBy {
    #[serde(rename = "month")]
    Month,
    #[default]
    #[serde(rename = "-month")]
    MonthDescending,
    #[serde(rename = "tenant")]
    Tenant,
    #[serde(rename = "-tenant")]
    TenantDescending,
    #[serde(rename = "due")]
    Due,
    #[serde(rename = "-due")]
    DueDescending,
    #[serde(rename = "amount")]
    Amount,
    #[serde(rename = "-amount")]
    AmountDescending,
}

impl SortBy {
    fn order(self) -> (Sort, bool) {
        match self {
            Self::Month => (Sort::Month, false),
            Self::MonthDescending => (Sort::Month, true),
            Self::Tenant => (Sort::Tenant, false),
            Self::TenantDescending => (Sort::Tenant, true),
            Self::Due => (Sort::Due, false),
            Self::DueDescending => (Sort::Due, true),
            Self::Amount => (Sort::Amount, false),
            Self::AmountDescending => (Sort::Amount, true),
        }
    }
}

/// Which months are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MonthsQuery {
    /// Only this tenant's.
    tenant: Option<Name>,
    /// Only this contract's.
    contract: Option<Name>,
    /// Only this month, YYYY-MM.
    month: Option<Month>,
    /// Only those that are in one of these states, separated by commas.
    #[serde(default)]
    state: Several<MonthState>,
    /// Only those with this verdict.
    verdict: Option<Verdict>,
    /// Only those whose credits must be claimed until then, YYYY-MM-DD.
    due_until: Option<Day>,
    /// By what they are sorted; a minus puts the last first. The latest month comes first when it is not said.
    sort: Option<SortBy>,
    /// What the last page gave as `next`.
    cursor: Option<String>,
    /// At most so many on a page, 1 to 200; 50 when it is not said.
    limit: Option<u32>,
}

/// Which credits are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreditsQuery {
    /// Only this tenant's.
    tenant: Option<Name>,
    /// Only this contract's.
    contract: Option<Name>,
    /// Only this month's, YYYY-MM.
    month: Option<Month>,
    /// Only those that are in one of these states, separated by commas.
    #[serde(default)]
    state: Several<CreditState>,
    /// Only those that must be claimed until then, YYYY-MM-DD.
    due_until: Option<Day>,
    /// By what they are sorted; a minus puts the last first. The latest month comes first when it is not said.
    sort: Option<SortBy>,
    /// What the last page gave as `next`.
    cursor: Option<String>,
    /// At most so many on a page, 1 to 200; 50 when it is not said.
    limit: Option<u32>,
}

/// Which credits are summed up: those that the list of the same filters has on all of its pages.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreditTotalsQuery {
    /// Only this tenant's.
    tenant: Option<Name>,
    /// Only this contract's.
    contract: Option<Name>,
    /// Only this month's, YYYY-MM.
    month: Option<Month>,
    /// Only those that are in one of these states, separated by commas.
    #[serde(default)]
    state: Several<CreditState>,
    /// Only those that must be claimed until then, YYYY-MM-DD.
    due_until: Option<Day>,
}

impl CreditTotalsQuery {
    fn selected(self) -> ListRequest {
        let Self { tenant, contract, month, state, due_until } = self;
        ListRequest {
            tenant: tenant.map(|name| name.to_string()),
            contract: contract.map(|name| name.to_string()),
            month,
            states: state.0.into_iter().map(CreditState::name).collect(),
            due_until: due_until.map(|day| day.to_string()),
            ..ListRequest::default()
        }
    }
}

/// A page that is asked for: what a cursor belongs to, and how many items.
struct Asked {
    of: String,
    limit: u32,
    request: ListRequest,
}

fn asked(
    of: &str,
    who: &Who,
    selected: ListRequest,
    (sort, cursor, asked_limit): (Option<SortBy>, Option<&str>, Option<u32>),
) -> Result<Asked, Problem> {
    let (sort, descending) = sort.unwrap_or_default().order();
    let limit = limit(asked_limit)?;
    let request = ListRequest { which: who.which(), sort, descending, ..selected };
    let of = format!("{of} {request:?}");
    let after = behind(cursor, &of)?;
    Ok(Asked { of, limit, request: ListRequest { after, limit: limit + 1, ..request } })
}

pub(crate) async fn list(
    State(api): State<Api>,
    who: Who,
    InQuery(query): InQuery<MonthsQuery>,
) -> Result<Json<Page<MonthSummary>>, Problem> {
    let MonthsQuery { tenant, contract, month, state, verdict, due_until, sort, cursor, limit } = query;
    let selected = ListRequest {
        tenant: tenant.map(|name| name.to_string()),
        contract: contract.map(|name| name.to_string()),
        month,
        states: state.0.into_iter().map(MonthState::name).collect(),
        verdict,
        due_until: due_until.map(|day| day.to_string()),
        ..ListRequest::default()
    };
    let Asked { of, limit, request } = asked("months", &who, selected, (sort, cursor.as_deref(), limit))?;
    let mut months = who.ledger(&api).list_months(&request).await?;
    if who.which() == Which::Issued {
        months.iter_mut().for_each(|month| month.closed_by = None);
    }
    Ok(Json(page(months, limit, &of, |month| month.place(request.sort))))
}

pub(crate) async fn credits(
    State(api): State<Api>,
    who: Who,
    InQuery(query): InQuery<CreditsQuery>,
) -> Result<Json<Page<CreditSummary>>, Problem> {
    let CreditsQuery { tenant, contract, month, state, due_until, sort, cursor, limit } = query;
    let selected = CreditTotalsQuery { tenant, contract, month, state, due_until }.selected();
    let Asked { of, limit, request } = asked("credits", &who, selected, (sort, cursor.as_deref(), limit))?;
    let mut credits = who.ledger(&api).list_credits(&request).await?;
    if who.which() == Which::Issued {
        for credit in &mut credits {
            (credit.closed_by, credit.decided_by) = (None, None);
        }
    }
    Ok(Json(page(credits, limit, &of, |credit| credit.place(request.sort))))
}

pub(crate) async fn credit_totals(
    State(api): State<Api>,
    who: Who,
    InQuery(query): InQuery<CreditTotalsQuery>,
) -> Result<Json<Vec<CreditTotals>>, Problem> {
    let request = ListRequest { which: who.which(), ..query.selected() };
    Ok(Json(who.ledger(&api).credit_totals(&request).await?))
}

/// A month's place: tenant, contract and month.
pub(crate) type OfMonth = (Name, Name, Month);

/// The revisions of a month that somebody sees, oldest first.
pub(crate) async fn seen_revisions(
    api: &Api,
    who: &Who,
    (tenant, contract, month): &OfMonth,
) -> Result<Vec<MonthView>, Problem> {
    let all = revisions(&who.ledger(api), tenant.as_str(), *month, api.now(), Some(who.asker())).await?;
    let is_customer = who.which() == Which::Issued;
    let seen = all.into_iter().filter(|view| view.contract == contract.as_str());
    let seen = seen.filter(|view| !is_customer || view.state == MonthState::Issued);
    Ok(seen.map(|view| if is_customer { view.for_customer() } else { view }).collect())
}

pub(crate) fn no_month() -> Problem {
    Problem::not_found("the month")
}

/// Which state of a month a view shows.
fn tag(view: &MonthView) -> String {
    let steps = view.steps.len() + view.credits.iter().map(|credit| credit.steps.len()).sum::<usize>();
    format!("{}.{steps}", view.revision)
}

pub(crate) async fn show(
    State(api): State<Api>,
    who: Who,
    InPath(of): InPath<OfMonth>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let view = seen_revisions(&api, &who, &of).await?.pop().ok_or_else(no_month)?;
    Ok(tagged(&headers, &tag(&view), &view))
}

pub(crate) async fn history(
    State(api): State<Api>,
    who: Who,
    InPath(of): InPath<OfMonth>,
) -> Result<Json<Vec<MonthView>>, Problem> {
    match seen_revisions(&api, &who, &of).await?.as_slice() {
        [] => Err(no_month()),
        views => Ok(Json(views.to_vec())),
    }
}

/// What was stated of a revision; of the latest one that somebody sees when none is named.
pub(crate) async fn record(api: &Api, who: &Who, of: &OfMonth, revision: Option<u32>) -> Result<MonthRecord, Problem> {
    let (tenant, contract, month) = of;
    let all = who.ledger(api).revisions(Some(tenant.as_str()), Some(*month)).await?;
    let is_customer = who.which() == Which::Issued;
    let seen = all.into_iter().filter(|status| status.record.contract.id == contract.as_str());
    let seen = seen.filter(|status| !is_customer || status.state == MonthState::Issued);
    let mut wanted = seen.filter(|status| revision.is_none_or(|revision| status.record.revision == revision));
    wanted.next_back().map(|status| status.record).ok_or_else(no_month)
}

/// Which revision is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevisionQuery {
    /// The revision; the latest one when it is not said.
    pub(crate) revision: Option<u32>,
}

/// A revision's place.
pub(crate) type OfRevision = (Name, Name, Month, u32);

pub(crate) async fn stated(
    State(api): State<Api>,
    who: Who,
    InPath((tenant, contract, month, revision)): InPath<OfRevision>,
) -> Result<Response, Problem> {
    let record = record(&api, &who, &(tenant, contract, month), Some(revision)).await?;
    Ok(([(header::CONTENT_TYPE, crate::operation::JSON)], record.to_json()).into_response())
}

/// How an explanation is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExplainQuery {
    /// The language; the tenant's own when it is not said.
    language: Option<Language>,
    /// The revision; the latest one when it is not said.
    revision: Option<u32>,
}

pub(crate) async fn explained(
    State(api): State<Api>,
    who: Who,
    InPath(of): InPath<OfMonth>,
    InQuery(query): InQuery<ExplainQuery>,
) -> Result<String, Problem> {
    let record = record(&api, &who, &of, query.revision).await?;
    Ok(explain(&api.templates(), &record, query.language.unwrap_or(record.language))?)
}

pub(crate) async fn derivations(
    State(api): State<Api>,
    who: Who,
    InPath(of): InPath<OfMonth>,
    InQuery(query): InQuery<ExplainQuery>,
) -> Result<Json<Derived>, Problem> {
    let record = record(&api, &who, &of, query.revision).await?;
    Ok(Json(derived(&api.templates(), &record, query.language.unwrap_or(record.language))?))
}

/// A commitment's place.
pub(crate) type OfCommitment = (Name, Name, Month, String);

pub(crate) async fn hours(
    State(api): State<Api>,
    who: Who,
    InPath((tenant, contract, month, commitment)): InPath<OfCommitment>,
    InQuery(query): InQuery<RevisionQuery>,
) -> Result<Json<HourMap>, Problem> {
    let record = record(&api, &who, &(tenant, contract, month), query.revision).await?;
    Ok(Json(HourMap::of(&record, &commitment)?))
}

pub(crate) async fn burn_down(
    State(api): State<Api>,
    who: Who,
    InPath((tenant, contract, month, commitment)): InPath<OfCommitment>,
    InQuery(query): InQuery<RevisionQuery>,
) -> Result<Json<BurnDown>, Problem> {
    let record = record(&api, &who, &(tenant, contract, month), query.revision).await?;
    Ok(Json(BurnDown::of(&record, &commitment)?))
}

/// A step that somebody takes.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepBody {
    /// What is to be done.
    step: WorkflowStep,
    /// The amount of a decision in the credit's currency, such as `"490.00"`.
    #[serde(default)]
    amount: Option<Amount>,
    /// Why, or what is said.
    #[serde(default)]
    note: String,
}

/// Longest note in letters.
const MOST_NOTE: usize = 4_000;

/// Says who had their hands in a month last: whoever was faster wants to be asked.
fn by_whom(problem: Problem, latest: &MonthView) -> Problem {
    let steps = latest.steps.iter().chain(latest.credits.iter().flat_map(|credit| &credit.steps));
    match (steps.max_by(|a, b| a.at.cmp(&b.at)), &latest.closed_by) {
        (Some(step), _) => problem.changed(&step.actor, &step.at),
        (None, Some(closed_by)) => problem.changed(closed_by, &latest.closed_at),
        (None, None) => problem,
    }
}

/// Takes a step and gives the month that it led to.
async fn take(
    api: &Api,
    who: &Who,
    (tenant, contract, month): &OfMonth,
    commitment: Option<&str>,
    headers: &HeaderMap,
    body: &StepBody,
) -> Result<Response, Problem> {
    // A token may hold less than its account, which is all that the ledger knows of it.
    who.may(Permission::of_step(body.step, commitment.is_some()))?;
    if body.note.chars().count() > MOST_NOTE {
        return Err(Problem::request(format!("note is too long; expected at most {MOST_NOTE} letters")));
    }
    let ledger = who.ledger(api);
    let tagged_as = seen(headers)?;
    let mut looked_at = (None, None);
    if let Some(seen) = tagged_as {
        let now = seen_revisions(api, who, &(tenant.clone(), contract.clone(), *month)).await?;
        let latest = now.last().ok_or_else(no_month)?;
        if tag(latest) != seen {
            return Err(by_whom(stale(), latest));
        }
        // What was compared here is held once more in the transaction that writes.
        let steps = match commitment {
            None => Some(latest.steps.len()),
            Some(name) => latest.credits.iter().find(|credit| credit.commitment == name).map(|one| one.steps.len()),
        };
        looked_at = (Some(latest.revision), steps);
    }
    let request = ReviewRequest {
        tenant: tenant.as_str(),
        month: *month,
        contract: Some(contract.as_str()),
        revision: looked_at.0,
        commitment,
        step: body.step,
        amount: body.amount,
        note: &body.note,
        seen: looked_at.1,
        actor: who.actor(),
        access: Some(&who.caller.access),
        now: api.now(),
    };
    let view = match review(&ledger, &request).await {
        Ok(view) => view,
        Err(error) => {
            let problem = when_set(tagged_as.is_some(), error.into());
            if !matches!(problem.status(), StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED) {
                return Err(problem);
            }
            let now = seen_revisions(api, who, &(tenant.clone(), contract.clone(), *month)).await?;
            return Err(now.last().map_or(problem.clone(), |latest| by_whom(problem, latest)));
        }
    };
    Ok(tagged(&HeaderMap::new(), &tag(&view), &view))
}

pub(crate) async fn month_step(
    State(api): State<Api>,
    who: Who,
    InPath(of): InPath<OfMonth>,
    headers: HeaderMap,
    InBody(body): InBody<StepBody>,
) -> Result<Response, Problem> {
    take(&api, &who, &of, None, &headers, &body).await
}

pub(crate) async fn credit_step(
    State(api): State<Api>,
    who: Who,
    InPath((tenant, contract, month, commitment)): InPath<(Name, Name, Month, String)>,
    headers: HeaderMap,
    InBody(body): InBody<StepBody>,
) -> Result<Response, Problem> {
    take(&api, &who, &(tenant, contract, month), Some(&commitment), &headers, &body).await
}
