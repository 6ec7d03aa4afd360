//! The catalogue as a whole: documents of every kind, wherever they stand, and drafts that are checked before they are entered.
//!
//! What concerns one tenant is seen and changed by whom that one is assigned to; everything else by those only to whom all are.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use schemars::JsonSchema;
use serde::Deserialize;
use sla_app::{
    CatalogueRow, Checked, DocumentView, EffectRequest, Effects, Entered, MOST_EFFECT_MONTHS, SourceTest,
    SourceTestRequest, TemplateView, WholeDocument, check_draft, difference, effects, history, shipped_templates,
    test_source, whole_catalogue, whole_document,
};
use sla_core::access::Permission;
use sla_core::catalogue::{CALENDAR, DECIDED_KINDS, entered};

use crate::api::Api;
use crate::catalogue::{DiffQuery, VersionQuery, concerns_theirs, draft, ended, entered_as, sees, sees_no_objectives};
use crate::etag::{seen_version, tagged};
use crate::extract::{InPath, InQuery, InText, Who};
use crate::problem::Problem;

/// How many closed months of a contract are stated again when it is not said.
const EFFECT_MONTHS: u32 = 3;

/// A document's kind and name.
pub(crate) type OfDocument = (String, String);

/// Which documents are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CatalogueQuery {
    /// Only those of this kind.
    kind: Option<String>,
    /// Also those that were taken out.
    #[serde(default)]
    retired: bool,
}

/// What a draft is, where its text does not say it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftQuery {
    /// The path by which contracts name it, for a draft of closing days (`.ics`).
    calendar: Option<String>,
}

/// Which months a change is measured by.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EffectsQuery {
    /// How many of the latest closed months of each contract, 1 to 12; 3 when it is not said.
    months: Option<u32>,
}

/// Whether somebody sees a document of a kind: one that concerns all only who sees all tenants; of the rest, what is not
/// theirs is not there.
async fn is_seen(api: &Api, who: &Who, (kind, name): &OfDocument) -> Result<(), Problem> {
    match sees(who, None) {
        true => Ok(()),
        false if DECIDED_KINDS.contains(&kind.as_str()) => concerns_theirs(api, who, kind, name).await,
        false => Err(sees_no_objectives(who)),
    }
}

pub(crate) async fn list(
    State(api): State<Api>,
    who: Who,
    InQuery(query): InQuery<CatalogueQuery>,
) -> Result<Json<Vec<CatalogueRow>>, Problem> {
    let mut all = whole_catalogue(&api.ledger, api.catalogue(), query.retired).await?;
    all.retain(|row| sees(&who, row.head.tenant.as_deref()));
    all.retain(|row| query.kind.as_ref().is_none_or(|kind| *kind == row.head.kind));
    Ok(Json(all))
}

pub(crate) async fn show(
    State(api): State<Api>,
    who: Who,
    InPath(of): InPath<OfDocument>,
    InQuery(query): InQuery<VersionQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    is_seen(&api, &who, &of).await?;
    let (kind, name) = (of.0.as_str(), of.1.as_str());
    let document = whole_document(&api.ledger, api.catalogue(), (kind, name), query.version).await?;
    if !sees(&who, document.head.tenant.as_deref()) {
        return Err(Problem::not_found("the document"));
    }
    let WholeDocument { head, .. } = &document;
    let tag = head.version.map_or_else(|| head.sha256.clone(), |version| version.to_string());
    Ok(tagged(&headers, &tag, &document))
}

pub(crate) async fn enter(
    State(api): State<Api>,
    who: Who,
    InPath(of): InPath<OfDocument>,
    headers: HeaderMap,
    InText(text): InText,
) -> Result<Response, Problem> {
    is_seen(&api, &who, &of).await?;
    let (kind, name) = (of.0.as_str(), of.1.as_str());
    let file = draft((kind == CALENDAR).then_some(name), text);
    // What cannot be read is nobody's to enter; the linter says why.
    if entered(&file).is_ok() {
        who.may(Permission::of_entry(kind))?;
    }
    entered_as(&api, &who, (kind, name), &headers, file).await
}

pub(crate) async fn end(
    State(api): State<Api>,
    who: Who,
    InPath(of): InPath<OfDocument>,
    headers: HeaderMap,
) -> Result<Json<Entered>, Problem> {
    is_seen(&api, &who, &of).await?;
    seen_version(&headers)?;
    who.may(Permission::of_entry(&of.0))?;
    ended(&api, &who, (&of.0, &of.1), &headers).await
}

pub(crate) async fn versions(
    State(api): State<Api>,
    who: Who,
    InPath(of): InPath<OfDocument>,
) -> Result<Json<Vec<DocumentView>>, Problem> {
    is_seen(&api, &who, &of).await?;
    Ok(Json(history(&api.ledger, &of.0, &of.1).await?))
}

pub(crate) async fn diff(
    State(api): State<Api>,
    who: Who,
    InPath(of): InPath<OfDocument>,
    InQuery(DiffQuery { from, to }): InQuery<DiffQuery>,
) -> Result<String, Problem> {
    is_seen(&api, &who, &of).await?;
    Ok(difference(&api.ledger, &of.0, &of.1, (from, to)).await?)
}

pub(crate) async fn templates() -> Json<Vec<TemplateView>> {
    Json(shipped_templates().collect())
}

/// Checks a draft. Findings quote the rest of the catalogue, so only who sees it, or may enter such a document, is told.
pub(crate) async fn check(
    State(api): State<Api>,
    who: Who,
    InQuery(query): InQuery<DraftQuery>,
    InText(text): InText,
) -> Result<Json<Checked>, Problem> {
    let mut checked = check_draft(&api.ledger, api.catalogue(), &draft(query.calendar.as_deref(), text)).await?;
    if !sees(&who, None) {
        let is_theirs = |kind: &str, tenant: Option<&str>| {
            tenant.is_some_and(|tenant| sees(&who, Some(tenant))) && who.may(Permission::of_entry(kind)).is_ok()
        };
        if !checked.documents.iter().all(|one| is_theirs(&one.kind, one.tenant.as_deref())) {
            return Err(sees_no_objectives(&who));
        }
        checked.elsewhere.clear();
    }
    Ok(Json(checked))
}

/// What a change would have done to closed months; for who may compare readings, and for who may make the change.
pub(crate) async fn change(
    State(api): State<Api>,
    who: Who,
    InQuery(query): InQuery<EffectsQuery>,
    InText(text): InText,
) -> Result<Json<Effects>, Problem> {
    let evidence = api.runner()?.desk().evidence.evidence()?;
    who.may(Permission::MonthsCompare).or_else(|_| who.may(Permission::SlosWrite))?;
    if !sees(&who, None) {
        return Err(sees_no_objectives(&who));
    }
    let months = match query.months.unwrap_or(EFFECT_MONTHS) {
        months @ 1..=MOST_EFFECT_MONTHS => months,
        months => return Err(Problem::request(format!("months is {months}; expected 1 to {MOST_EFFECT_MONTHS}"))),
    };
    let file = draft(None, text);
    let request = EffectRequest { draft: &file, folder: api.catalogue(), evidence: &evidence, months, now: api.now() };
    Ok(Json(effects(&api.ledger, &request).await?))
}

/// Asks a source at once what it says; for who may enter it.
pub(crate) async fn try_source(
    State(api): State<Api>,
    who: Who,
    InText(text): InText,
) -> Result<Json<SourceTest>, Problem> {
    if !sees(&who, None) {
        return Err(sees_no_objectives(&who));
    }
    let desk = api.runner()?.desk();
    let file = draft(None, text);
    let request = SourceTestRequest {
        draft: &file,
        folder: api.catalogue(),
        files: desk.files(),
        now: api.now(),
        secrets: &*desk.secrets,
    };
    Ok(Json(test_source(&api.ledger, &request).await?))
}
