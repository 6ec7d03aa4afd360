//! Tenants and contracts as the ledger knows them.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sla_app::Described;
use sla_core::catalogue::Name;
use sla_core::time::utc_text;

use crate::api::Api;
use crate::cursor::{Page, behind, limit, page};
use crate::extract::{InPath, InQuery, Who};
use crate::problem::Problem;

/// A tenant or a contract version.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Document {
    /// Its id.
    name: String,
    /// The tenant.
    tenant: String,
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
            version: described.version,
            recorded_at: utc_text(described.recorded_at),
            // Ledgers hold what they were given; what is no JSON any more is shown as it stands.
            document: serde_json::from_str(&described.document).unwrap_or_else(|_| described.document.clone().into()),
        }
    }
}

/// Which page of a list is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TenantsQuery {
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
    let behind: Option<String> = behind(query.cursor.as_deref(), "tenants")?;
    let found = who.ledger(&api).tenants(None, &behind.unwrap_or_default(), limit + 1).await?;
    Ok(paged(&found, limit, "tenants"))
}

pub(crate) async fn tenant(
    State(api): State<Api>,
    who: Who,
    InPath(name): InPath<Name>,
) -> Result<Json<Document>, Problem> {
    let found = who.ledger(&api).tenants(Some(name.as_str()), "", 1).await?;
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
