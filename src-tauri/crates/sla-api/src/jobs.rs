//! Work that takes longer than a request: asked for, looked at, called off.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Deserialize;
use sla_app::{JobRequest, JobView, JobsRequest, ask_job, cancel_job, permission_of};
use sla_core::access::TenantScope;
use sla_core::job::{JobKind, JobState};

use crate::api::Api;
use crate::cursor::{Page, behind, limit, page};
use crate::extract::{InBody, InPath, InQuery, Who};
use crate::problem::Problem;

/// Which jobs are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobsQuery {
    /// Only those that do this.
    kind: Option<JobKind>,
    /// Only those that are there.
    state: Option<JobState>,
    /// What the last page gave as `next`.
    cursor: Option<String>,
    /// At most so many on a page, 1 to 200; 50 when it is not said.
    limit: Option<u32>,
}

/// So many tenants may be named.
const MOST_TENANTS: usize = 10_000;

/// The kinds of jobs that somebody may ask for, and so may see.
fn kinds(who: &Who) -> impl Iterator<Item = JobKind> {
    JobKind::ALL.into_iter().filter(|kind| who.may(permission_of(*kind)).is_ok())
}

/// A job that somebody sees.
async fn seen(api: &Api, who: &Who, id: &str) -> Result<JobView, Problem> {
    let view = sla_app::job(&who.ledger(api), id).await?;
    if kinds(who).any(|kind| kind == view.kind) { Ok(view) } else { Err(Problem::not_found("the job")) }
}

pub(crate) async fn ask(
    State(api): State<Api>,
    who: Who,
    InBody(request): InBody<JobRequest>,
) -> Result<Response, Problem> {
    who.may(permission_of(request.kind()))?;
    match (&who.caller.access.tenants, request.tenant()) {
        (TenantScope::All, _) => {}
        (TenantScope::Only(tenants), Some(tenant)) if tenants.contains(tenant) => {}
        (TenantScope::Only(_), Some(_)) => return Err(Problem::not_found("the tenant")),
        (TenantScope::Only(_), None) => {
            let detail = "not all tenants are yours; say which one's month it is";
            return Err(Problem::new(StatusCode::FORBIDDEN, "access.not_all_tenants", detail));
        }
    }
    if let JobRequest::Close { tenants, .. } = &request
        && tenants.len() > MOST_TENANTS
    {
        return Err(Problem::request(format!("tenants is too long; expected at most {MOST_TENANTS}, or all")));
    }
    let runner = api.runner()?;
    let view = ask_job(&api.ledger, &request, who.actor(), api.now()).await?;
    runner.wake();
    let place = HeaderValue::from_str(&format!("/api/v1/jobs/{}", view.id)).expect("an id is of plain letters");
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, place)], Json(view)).into_response())
}

pub(crate) async fn list(
    State(api): State<Api>,
    who: Who,
    InQuery(JobsQuery { kind, state, cursor, limit: asked }): InQuery<JobsQuery>,
) -> Result<Json<Page<JobView>>, Problem> {
    let limit = limit(asked)?;
    let of = format!("jobs {kind:?} {state:?}");
    let before = behind(cursor.as_deref(), &of)?;
    let kinds = kinds(&who).filter(|one| kind.is_none_or(|kind| kind == *one)).collect();
    let request = JobsRequest { kinds, state, before, limit: limit + 1 };
    let jobs = sla_app::jobs(&who.ledger(&api), &request).await?;
    let Page { items, next } = page(jobs, limit, &of, |(_, place)| place.clone());
    Ok(Json(Page { items: items.into_iter().map(|(view, _)| view).collect(), next }))
}

pub(crate) async fn show(
    State(api): State<Api>,
    who: Who,
    InPath(id): InPath<String>,
) -> Result<Json<JobView>, Problem> {
    Ok(Json(seen(&api, &who, &id).await?))
}

pub(crate) async fn cancel(
    State(api): State<Api>,
    who: Who,
    InPath(id): InPath<String>,
) -> Result<Json<JobView>, Problem> {
    seen(&api, &who, &id).await?;
    Ok(Json(cancel_job(&api.ledger, &id, api.now()).await?))
}
