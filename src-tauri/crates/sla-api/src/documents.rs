//! Documents of a month, drawn from the ledger when they are asked for; its outages; and what months mean for the invoice.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sla_app::{
    BillingRequest, DocumentsRequest, Drawn, Templates, Which, billing, draw_documents, draw_portfolio, draw_statement,
    letter, outages, write_letter,
};
use sla_core::billing::{Billing, BillingPeriod};
use sla_core::catalogue::Name;
use sla_core::evidence::sha256_hex;
use sla_core::outage::ExplainedOutage;
use sla_core::record::{Language, MonthDifference};
use sla_core::time::Month;

use crate::api::Api;
use crate::etag::{seen, tagged, when_set};
use crate::extract::{InBody, InPath, InQuery, Who};
use crate::months::{OfMonth, RevisionQuery, no_month, record, seen_revisions};
use crate::problem::Problem;

/// A document that can be read.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Listed {
    /// Its name, such as `report.pdf`.
    name: String,
    /// Its media type.
    media_type: String,
    /// How long it is in bytes.
    bytes: usize,
    /// SHA-256 of its bytes, in hex.
    sha256: String,
}

impl Listed {
    pub(crate) fn of(document: &sla_app::Document) -> Self {
        Self {
            name: document.name.to_owned(),
            media_type: media_type(document.name).to_owned(),
            bytes: document.bytes.len(),
            sha256: sha256_hex(&document.bytes),
        }
    }
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("pdf") => "application/pdf",
        Some("json") => crate::operation::JSON,
        Some("csv") => "text/csv; charset=utf-8",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Some("eml") => "message/rfc822",
        Some("html") => "text/html; charset=utf-8",
        Some("parquet") => crate::evidence::PARQUET,
        _ => "text/markdown; charset=utf-8",
    }
}

/// Draws the documents of a revision that somebody sees.
async fn drawn(api: &Api, who: &Who, of: &OfMonth, revision: Option<u32>) -> Result<Drawn, Problem> {
    let templates = api.templates();
    let request = requested(api, who, (of, revision), &templates).await?;
    let mut drawn = draw_documents(&who.ledger(api), &request).await?;
    if who.which() == Which::Issued {
        // Customers read what was sent to them.
        drawn.documents.retain(|document| document.name != "letter-drawn.md");
    }
    Ok(drawn)
}

pub(crate) async fn list(
    State(api): State<Api>,
    who: Who,
    InPath(of): InPath<OfMonth>,
    InQuery(query): InQuery<RevisionQuery>,
) -> Result<Json<Vec<Listed>>, Problem> {
    let drawn = drawn(&api, &who, &of, query.revision).await?;
    Ok(Json(drawn.documents.iter().map(Listed::of).collect()))
}

/// A document's place.
pub(crate) type OfDocument = (Name, Name, Month, String);

pub(crate) async fn download(
    State(api): State<Api>,
    who: Who,
    InPath((tenant, contract, month, name)): InPath<OfDocument>,
    InQuery(query): InQuery<RevisionQuery>,
) -> Result<Response, Problem> {
    let drawn = drawn(&api, &who, &(tenant, contract, month), query.revision).await?;
    attached(&name, drawn.documents)
}

/// The document of a name.
pub(crate) fn attached(
    name: &str,
    documents: impl IntoIterator<Item = sla_app::Document>,
) -> Result<Response, Problem> {
    let document = documents.into_iter().find(|document| document.name == name);
    let document = document.ok_or_else(|| Problem::not_found("the document"))?;
    Ok(attachment(media_type(document.name), document.bytes))
}

/// A file that a browser saves and never shows as a page of ours.
pub(crate) fn attachment(media_type: &'static str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment")),
    ];
    (headers, bytes).into_response()
}

pub(crate) async fn explained_outages(
    State(api): State<Api>,
    who: Who,
    InPath(of): InPath<OfMonth>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let seen = seen_revisions(&api, &who, &of).await?.pop().ok_or_else(no_month)?;
    let (tenant, contract, month) = &of;
    // The latest revision's: whoever sees an earlier one only would see figures that were not issued yet.
    let latest = sla_app::revisions(&api.ledger, tenant.as_str(), *month, api.now(), None).await?;
    let latest = latest.iter().rfind(|view| view.contract == contract.as_str()).ok_or_else(no_month)?;
    if latest.revision != seen.revision {
        return Err(no_month());
    }
    let all = outages(&api.ledger, tenant.as_str(), *month, None).await?;
    let all: Vec<ExplainedOutage> = all.into_iter().filter(|outage| outage.contract == contract.as_str()).collect();
    Ok(tagged(&headers, &seen.revision.to_string(), &all))
}

/// The request for a revision that somebody sees.
pub(crate) async fn requested<'a>(
    api: &Api,
    who: &Who,
    (of, revision): (&'a OfMonth, Option<u32>),
    templates: &'a Arc<Templates>,
) -> Result<DocumentsRequest<'a>, Problem> {
    let seen = seen_revisions(api, who, of).await?;
    let wanted = seen.iter().rfind(|view| revision.is_none_or(|revision| view.revision == revision));
    let revision = wanted.ok_or_else(no_month)?.revision;
    let (tenant, contract, month) = of;
    Ok(DocumentsRequest {
        tenant: tenant.as_str(),
        month: *month,
        contract: Some(contract.as_str()),
        revision: Some(revision),
        templates,
    })
}

pub(crate) async fn show_letter(
    State(api): State<Api>,
    who: Who,
    InPath(of): InPath<OfMonth>,
    InQuery(query): InQuery<RevisionQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let templates = api.templates();
    let request = requested(&api, &who, (&of, query.revision), &templates).await?;
    let mut view = letter(&who.ledger(&api), &request).await?;
    if who.which() == Which::Issued {
        // Customers see what was sent to them, and not who worded it how before.
        view = view.for_customer();
    }
    Ok(tagged(&headers, &view.tag(), &view))
}

/// A letter that somebody wrote.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LetterBody {
    /// The whole letter in Markdown: its subject as a heading, then paragraphs, flat lists and rules.
    text: String,
}

pub(crate) async fn put_letter(
    State(api): State<Api>,
    who: Who,
    InPath(of): InPath<OfMonth>,
    headers: HeaderMap,
    InBody(LetterBody { text }): InBody<LetterBody>,
) -> Result<Response, Problem> {
    let needed = || {
        let detail = "say which letter you looked at; expected the header if-match with the ETag that was given";
        Problem::new(StatusCode::PRECONDITION_REQUIRED, "request.no_if_match", detail)
    };
    let seen = seen(&headers)?.ok_or_else(needed)?.to_owned();
    let templates = api.templates();
    let request = requested(&api, &who, (&of, None), &templates).await?;
    let view = write_letter(&who.ledger(&api), &request, (&text, &seen), who.actor(), api.now()).await;
    let view = view.map_err(|error| when_set(true, error.into()))?;
    Ok(tagged(&HeaderMap::new(), &view.tag(), &view))
}

/// Which revisions are compared.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DifferenceQuery {
    /// The earlier revision.
    before: u32,
    /// The later one.
    after: u32,
}

pub(crate) async fn difference(
    State(api): State<Api>,
    who: Who,
    InPath(of): InPath<OfMonth>,
    InQuery(DifferenceQuery { before, after }): InQuery<DifferenceQuery>,
) -> Result<Json<MonthDifference>, Problem> {
    let [before, after] = [record(&api, &who, &of, Some(before)).await?, record(&api, &who, &of, Some(after)).await?];
    Ok(Json(MonthDifference::between(&before, &after)))
}

/// Which months are billed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BillingQuery {
    /// The first month, YYYY-MM.
    from: Month,
    /// The last month, YYYY-MM.
    to: Month,
    /// Only this tenant's.
    tenant: Option<Name>,
}

pub(crate) async fn billed(
    State(api): State<Api>,
    who: Who,
    InQuery(BillingQuery { from, to, tenant }): InQuery<BillingQuery>,
) -> Result<Json<Billing>, Problem> {
    let request = BillingRequest { period: period(from, to)?, tenant: tenant.as_ref().map(Name::as_str) };
    Ok(Json(billing(&who.ledger(&api), &request).await?))
}

/// The documents of a statement, and their language.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatementQuery {
    /// The first month, YYYY-MM.
    from: Month,
    /// The last month, YYYY-MM.
    to: Month,
    /// Only this tenant's.
    tenant: Option<Name>,
    /// The language of the workbook.
    language: Language,
}

async fn stated(api: &Api, who: &Who, query: &StatementQuery) -> Result<Vec<sla_app::Document>, Problem> {
    let StatementQuery { from, to, tenant, language } = query;
    let request = BillingRequest { period: period(*from, *to)?, tenant: tenant.as_ref().map(Name::as_str) };
    Ok(draw_statement(&who.ledger(api), &request, &api.templates(), *language).await?.1)
}

pub(crate) async fn list_statement(
    State(api): State<Api>,
    who: Who,
    InQuery(query): InQuery<StatementQuery>,
) -> Result<Json<Vec<Listed>>, Problem> {
    Ok(Json(stated(&api, &who, &query).await?.iter().map(Listed::of).collect()))
}

pub(crate) async fn download_statement(
    State(api): State<Api>,
    who: Who,
    InPath(name): InPath<String>,
    InQuery(query): InQuery<StatementQuery>,
) -> Result<Response, Problem> {
    attached(&name, stated(&api, &who, &query).await?)
}

/// Which month of all tenants is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PortfolioQuery {
    /// The month, YYYY-MM.
    month: Month,
}

async fn of_all(api: &Api, who: &Who, month: Month) -> Result<Vec<sla_app::Document>, Problem> {
    // Customers see what was issued to them, and this is the latest revision of each month.
    if who.which() == Which::Issued {
        return Err(Problem::not_found("the portfolio"));
    }
    Ok(draw_portfolio(&who.ledger(api), month).await?)
}

pub(crate) async fn list_portfolio(
    State(api): State<Api>,
    who: Who,
    InQuery(PortfolioQuery { month }): InQuery<PortfolioQuery>,
) -> Result<Json<Vec<Listed>>, Problem> {
    Ok(Json(of_all(&api, &who, month).await?.iter().map(Listed::of).collect()))
}

pub(crate) async fn download_portfolio(
    State(api): State<Api>,
    who: Who,
    InPath(name): InPath<String>,
    InQuery(PortfolioQuery { month }): InQuery<PortfolioQuery>,
) -> Result<Response, Problem> {
    attached(&name, of_all(&api, &who, month).await?)
}

fn period(from: Month, to: Month) -> Result<BillingPeriod, Problem> {
    if from > to {
        return Err(Problem::request(format!("from is {from} and to is {to}; expected months in their order")));
    }
    Ok(BillingPeriod { from, to })
}
