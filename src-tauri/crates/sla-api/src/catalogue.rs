//! The catalogue in the ledger: objectives, incidents, and exclusions that people ask for and others decide.
//!
//! Objectives are about all tenants: whoever is assigned some of them only does not see them here. Exclusions and incidents
//! concern one, and are seen and changed by whom that one is assigned to.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sla_app::{
    DecideRequest, DocumentView, Entered, ExclusionRequest, PutRequest, RequestView, Window, decide, difference,
    document, documents, history, put, request_exclusion, requests, retire,
};
use sla_core::access::{AccessError, Permission, TenantScope};
use sla_core::catalogue::{Name, SourceFile};
use sla_core::decision::{Decision, RequestState};
use sla_core::record::ExclusionKind;

use crate::api::Api;
use crate::etag::{seen, seen_version, stale, tagged, when_set};
use crate::extract::{InBody, InPath, InQuery, InText, Who};
use crate::problem::Problem;

/// The kind of objectives.
pub(crate) const SLO: &str = "SLO";
/// The kind of incidents.
pub(crate) const INCIDENT: &str = "Incident";
const EXCLUSION: &str = "Exclusion";

/// Whether somebody sees what concerns a tenant, or all of them. A customer sees what was issued, and not what is asked for.
pub(crate) fn sees(who: &Who, tenant: Option<&str>) -> bool {
    let access = &who.caller.access;
    access.tenants == TenantScope::All
        || !access.sees_issued_only() && tenant.is_some_and(|tenant| access.tenants.holds(tenant))
}

pub(crate) fn sees_no_objectives(who: &Who) -> Problem {
    let error = AccessError::NotAllTenants { who: who.caller.name.clone() };
    Problem::new(StatusCode::FORBIDDEN, error.code(), error.to_string())
}

/// Whether somebody sees a document: objectives only who sees all tenants; of the rest, what is not theirs is not there.
async fn is_seen<const IS_SLO: bool>(api: &Api, who: &Who, name: &Name) -> Result<(), Problem> {
    if sees(who, None) {
        return Ok(());
    }
    if IS_SLO {
        return Err(sees_no_objectives(who));
    }
    concerns_theirs(api, who, INCIDENT, name.as_str()).await
}

/// Whether a document of one tenant is of one of theirs; what is not there yet may become so.
pub(crate) async fn concerns_theirs(api: &Api, who: &Who, kind: &str, name: &str) -> Result<(), Problem> {
    match document(&api.ledger, kind, name, None).await {
        Ok((view, _)) if !sees(who, view.tenant.as_deref()) => Err(Problem::not_found("the document")),
        _ => Ok(()),
    }
}

/// A document with its text as it was entered.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Text {
    /// Its kind, name, version and what was decided of it.
    #[serde(flatten)]
    view: DocumentView,
    /// The text.
    text: String,
}

/// Which version is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VersionQuery {
    /// The version; the last one when it is not said.
    pub(crate) version: Option<u32>,
}

/// Which versions are compared.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffQuery {
    /// The earlier version; the one before the later one when it is not said.
    pub(crate) from: Option<u32>,
    /// The later version; the last one when it is not said.
    pub(crate) to: Option<u32>,
}

pub(crate) async fn list<const IS_SLO: bool>(
    State(api): State<Api>,
    who: Who,
) -> Result<Json<Vec<DocumentView>>, Problem> {
    if IS_SLO && !sees(&who, None) {
        return Err(sees_no_objectives(&who));
    }
    let mut all = documents(&api.ledger, Some(kind(IS_SLO)), false).await?;
    all.retain(|view| sees(&who, view.tenant.as_deref()));
    Ok(Json(all))
}

fn kind(is_slo: bool) -> &'static str {
    if is_slo { SLO } else { INCIDENT }
}

pub(crate) async fn show<const IS_SLO: bool>(
    State(api): State<Api>,
    who: Who,
    InPath(name): InPath<Name>,
    InQuery(query): InQuery<VersionQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    is_seen::<IS_SLO>(&api, &who, &name).await?;
    let (view, text) = document(&api.ledger, kind(IS_SLO), name.as_str(), query.version).await?;
    Ok(tagged(&headers, &view.version.to_string(), &Text { view, text }))
}

pub(crate) async fn versions<const IS_SLO: bool>(
    State(api): State<Api>,
    who: Who,
    InPath(name): InPath<Name>,
) -> Result<Json<Vec<DocumentView>>, Problem> {
    is_seen::<IS_SLO>(&api, &who, &name).await?;
    Ok(Json(history(&api.ledger, kind(IS_SLO), name.as_str()).await?))
}

pub(crate) async fn diff<const IS_SLO: bool>(
    State(api): State<Api>,
    who: Who,
    InPath(name): InPath<Name>,
    InQuery(DiffQuery { from, to }): InQuery<DiffQuery>,
) -> Result<String, Problem> {
    is_seen::<IS_SLO>(&api, &who, &name).await?;
    Ok(difference(&api.ledger, kind(IS_SLO), name.as_str(), (from, to)).await?)
}

/// Enters a document of YAML or JSON: a new one, or with If-Match a version that takes the place of the one that was seen.
pub(crate) async fn enter<const IS_SLO: bool>(
    State(api): State<Api>,
    who: Who,
    InPath(name): InPath<String>,
    headers: HeaderMap,
    InText(text): InText,
) -> Result<Response, Problem> {
    // Elsewhere what is no name names nothing; here somebody gives one.
    let name: Name = name.parse().map_err(|reason| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "request.name", format!("this is no name: {reason}"))
    })?;
    is_seen::<IS_SLO>(&api, &who, &name).await?;
    entered_as(&api, &who, (kind(IS_SLO), name.as_str()), &headers, draft(None, text)).await
}

/// A document that somebody sends, as findings name it. Closing days are told by their path.
pub(crate) fn draft(calendar: Option<&str>, text: String) -> SourceFile {
    SourceFile { name: calendar.unwrap_or("request").to_owned(), text }
}

/// Enters a document as the one of a kind and name.
pub(crate) async fn entered_as(
    api: &Api,
    who: &Who,
    (kind, name): (&str, &str),
    headers: &HeaderMap,
    file: SourceFile,
) -> Result<Response, Problem> {
    let seen = match seen(headers)? {
        None => None,
        Some(tag) => Some(tag.parse().map_err(|_| stale())?),
    };
    if let Some(other) = other_than(&file, kind, name) {
        let detail = format!("the document is {other}; expected {kind} {name}, as the address says");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "catalogue.another", detail));
    }
    let request = PutRequest { file: &file, folder: api.catalogue(), seen, actor: who.actor(), now: api.now() };
    let entered = put(&api.ledger, &request).await.map_err(|error| when_set(seen.is_some(), error.into()))?;
    let status = if entered.version == 1 && !entered.unchanged { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, tagged(&HeaderMap::new(), &entered.version.to_string(), &entered)).into_response())
}

/// What the one document of a file is, where it is not what the address says. What cannot be read is told by the linter.
fn other_than(file: &SourceFile, kind: &str, name: &str) -> Option<String> {
    let documents = sla_core::catalogue::entered(file).ok()?;
    let other = documents.iter().find(|one| one.kind != kind || one.name != name)?;
    Some(format!("{} {}", other.kind, other.name))
}

pub(crate) async fn end<const IS_SLO: bool>(
    State(api): State<Api>,
    who: Who,
    InPath(name): InPath<Name>,
    headers: HeaderMap,
) -> Result<Json<Entered>, Problem> {
    is_seen::<IS_SLO>(&api, &who, &name).await?;
    ended(&api, &who, (kind(IS_SLO), name.as_str()), &headers).await
}

/// Takes a document out of the catalogue.
pub(crate) async fn ended(
    api: &Api,
    who: &Who,
    of: (&str, &str),
    headers: &HeaderMap,
) -> Result<Json<Entered>, Problem> {
    let seen = seen_version(headers)?;
    let retired = retire(&api.ledger, of, api.catalogue(), Some(seen), (who.actor(), api.now())).await;
    Ok(Json(retired.map_err(|error| when_set(true, error.into()))?))
}

/// Which exclusions are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExclusionsQuery {
    /// Only this tenant's.
    tenant: Option<Name>,
    /// Only those that are there.
    state: Option<RequestState>,
}

pub(crate) async fn exclusions(
    State(api): State<Api>,
    who: Who,
    InQuery(query): InQuery<ExclusionsQuery>,
) -> Result<Json<Vec<RequestView>>, Problem> {
    let mut all = requests(&api.ledger, query.tenant.as_ref().map(Name::as_str), query.state).await?;
    all.retain(|one| sees(&who, Some(&one.tenant)));
    Ok(Json(all))
}

/// An exclusion that is asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExclusionBody {
    /// Its name.
    name: Name,
    /// The tenant.
    tenant: Name,
    /// Commitments that it covers; all of the tenant's when there are none.
    #[serde(default)]
    commitments: Vec<Name>,
    /// Why such time should not count.
    kind: ExclusionKind,
    /// First second that does not count, such as `2026-10-04T22:00:00Z`.
    start: String,
    /// First second that counts again.
    end: String,
    /// A rule by which it repeats, such as `FREQ=MONTHLY;BYDAY=1SU`.
    #[serde(default)]
    recurrence: Option<String>,
    /// When the customer was told.
    #[serde(default)]
    announced_at: Option<String>,
    /// Why, as the report prints it.
    reason: String,
}

pub(crate) async fn ask(
    State(api): State<Api>,
    who: Who,
    InBody(body): InBody<ExclusionBody>,
) -> Result<Response, Problem> {
    if !sees(&who, Some(body.tenant.as_str())) {
        return Err(Problem::not_found("the tenant"));
    }
    concerns_theirs(&api, &who, EXCLUSION, body.name.as_str()).await?;
    let commitments: Vec<String> = body.commitments.iter().map(ToString::to_string).collect();
    let request = ExclusionRequest {
        name: body.name.as_str(),
        tenant: body.tenant.as_str(),
        commitments: &commitments,
        kind: body.kind,
        window: Window::Between { start: &body.start, end: &body.end, recurrence: body.recurrence.as_deref() },
        announced_at: body.announced_at.as_deref(),
        reason: &body.reason,
        folder: api.catalogue(),
        seen: None,
        actor: who.actor(),
        now: api.now(),
    };
    Ok((StatusCode::CREATED, Json(request_exclusion(&api.ledger, &request).await?)).into_response())
}

/// A decision about a request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecisionBody {
    /// What is decided.
    decision: Decision,
    /// Why; must be said to refuse.
    #[serde(default)]
    reason: String,
    /// The version that was looked at.
    version: u32,
    /// How many decisions of it were looked at; when others were taken since, nothing is done.
    #[serde(default)]
    seen: Option<usize>,
}

async fn ruled(
    api: &Api,
    who: &Who,
    kind: &str,
    name: &Name,
    body: &DecisionBody,
) -> Result<Json<DocumentView>, Problem> {
    concerns_theirs(api, who, kind, name.as_str()).await?;
    // A token may hold less than its account, which is all that the ledger knows of it.
    who.may(match body.decision {
        Decision::Withdraw => Permission::of_entry(kind),
        Decision::Approve | Decision::Refuse => Permission::ExclusionsDecide,
    })?;
    let request = DecideRequest {
        kind,
        name: name.as_str(),
        version: Some(body.version),
        seen: body.seen,
        decision: body.decision,
        reason: &body.reason,
        actor: who.actor(),
        now: api.now(),
    };
    Ok(Json(decide(&api.ledger, &request).await?))
}

pub(crate) async fn rule_exclusion(
    State(api): State<Api>,
    who: Who,
    InPath(name): InPath<Name>,
    InBody(body): InBody<DecisionBody>,
) -> Result<Json<DocumentView>, Problem> {
    ruled(&api, &who, EXCLUSION, &name, &body).await
}

pub(crate) async fn rule_incident(
    State(api): State<Api>,
    who: Who,
    InPath(name): InPath<Name>,
    InBody(body): InBody<DecisionBody>,
) -> Result<Json<DocumentView>, Problem> {
    ruled(&api, &who, INCIDENT, &name, &body).await
}
