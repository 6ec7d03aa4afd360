//! Tenants and contracts as the ledger knows them.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sla_app::{Described, TenantSort, TenantsRequest};
use sla_core::catalogue::Name;
use sla_core::time::utc_text;

use crate::api::Api;
use crate::cursor::{Page, behind, limit, page};
use crate::extract::{InPath, InQuery, Who};
use crate::problem::Problem;

/// Longest text that is looked for, in letters.
const MOST_LETTERS: usize = 100;

/// A tenant or a contract version.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Document {
    /// Its id.
    name: String,
    /// The tenant.
    tenant: String,
    /// A tenant's name for people; of a contract its id.
    title: String,
    /// Which version, from 1.
    version: u32,
    /// When it was recorded, in UTC.
    recorded_at: String,
    /// Its content, as the catalogue's schema describes it.
    document: Value,
}

impl Document {
    fn of(described: &Described) -> Self {
        Self {
            name: described.name.clone(),
            tenant: described.tenant.clone(),
            title: described.title.clone(),
            version: described.version,
            recorded_at: utc_text(described.recorded_at),
            // Ledgers hold what they were given; what is no JSON any more is shown as it stands.
            document: serde_json::from_str(&described.document).unwrap_or_else(|_| described.document.clone().into()),
        }
    }
}

/// By what tenants are sorted; a minus puts the last first.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[schemars(inline)]
enum TenantsSort {
    #[default]
    #[serde(rename = "name")]
    Name,
    #[serde(rename = "-name")]
    NameDescending,
    #[serde(rename = "title")]
    Title,
    #[serde(rename = "-title")]
    TitleDescending,
}

/// Which tenants are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TenantsQuery {
    /// Only those whose id or name for people holds this text, 1 to 100 letters; capital letters do not matter.
    q: Option<String>,
    /// By what they are sorted; a minus puts the last first. By id when it is not said.
    sort: Option<TenantsSort>,
    /// What the last page gave as `next`.
    cursor: Option<String>,
    /// At most so many on a page, 1 to 200; 50 when it is not said.
    limit: Option<u32>,
}

/// Which contracts are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContractsQuery {
    /// Only this tenant's.
    tenant: Option<Name>,
    /// What the last page gave as `next`.
    cursor: Option<String>,
    /// At most so many on a page, 1 to 200; 50 when it is not said.
    limit: Option<u32>,
}

fn paged(found: &[Described], limit: u32, of: &str) -> Json<Page<Document>> {
    Json(page(found.iter().map(Document::of).collect(), limit, of, |one| one.name.clone()))
}

pub(crate) async fn tenants(
    State(api): State<Api>,
    who: Who,
    InQuery(query): InQuery<TenantsQuery>,
) -> Result<Json<Page<Document>>, Problem> {
    let limit = limit(query.limit)?;
    let text = query.q.unwrap_or_default();
    if text.chars().count() > MOST_LETTERS {
        return Err(Problem::request(format!("q does not fit; expected at most {MOST_LETTERS} letters")));
    }
    if text.contains('\0') {
        return Ok(Json(Page { items: Vec::new(), next: None }));
    }
    let (sort, descending) = match query.sort.unwrap_or_default() {
        TenantsSort::Name => (TenantSort::Id, false),
        TenantsSort::NameDescending => (TenantSort::Id, true),
        TenantsSort::Title => (TenantSort::Title, false),
        TenantsSort::TitleDescending => (TenantSort::Title, true),
    };
    let request = TenantsRequest { text: text.trim().to_owned(), sort, descending, ..TenantsRequest::default() };
    let of = format!("tenants {request:?}");
    let after = behind(query.cursor.as_deref(), &of)?;
    let request = TenantsRequest { after, limit: limit + 1, ..request };
    let found = who.ledger(&api).tenants(&request).await?;
    let Page { items, next } = page(found, limit, &of, |one| one.place(sort));
    Ok(Json(Page { items: items.iter().map(Document::of).collect(), next }))
}

pub(crate) async fn tenant(
    State(api): State<Api>,
    who: Who,
    InPath(name): InPath<Name>,
) -> Result<Json<Document>, Problem> {
    let request = TenantsRequest { one: Some(name.to_string()), limit: 1, ..TenantsRequest::default() };
    let found = who.ledger(&api).tenants(&request).await?;
    found.first().map(|one| Json(Document::of(one))).ok_or_else(|| Problem::not_found("the tenant"))
}

pub(crate) async fn contracts(
    State(api): State<Api>,
    who: Who,
    InQuery(query): InQuery<ContractsQuery>,
) -> Result<Json<Page<Document>>, Problem> {
    let limit = limit(query.limit)?;
    let tenant = query.tenant.as_ref().map(Name::as_str);
    let of = format!("contracts {tenant:?}");
    let behind: Option<String> = behind(query.cursor.as_deref(), &of)?;
    let found = who.ledger(&api).contracts(tenant, &behind.unwrap_or_default(), limit + 1).await?;
    Ok(paged(&found, limit, &of))
}

pub(crate) async fn contract(
    State(api): State<Api>,
    who: Who,
    InPath(name): InPath<Name>,
) -> Result<Json<Vec<Document>>, Problem> {
    let found = who.ledger(&api).contract_versions(name.as_str()).await?;
    if found.is_empty() {
        return Err(Problem::not_found("the contract"));
    }
    Ok(Json(found.iter().map(Document::of).collect()))
}
