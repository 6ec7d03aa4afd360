//! What a month's figures rest on: the files that were captured, as they were.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use sla_app::read_evidence;
use sla_core::catalogue::Name;
use sla_core::record::RecordEvidence;
use sla_core::time::Month;

use crate::api::Api;
use crate::documents::attachment;
use crate::extract::{InPath, InQuery, Who};
use crate::months::{OfMonth, RevisionQuery, record};
use crate::problem::Problem;

/// The media type of Parquet.
pub(crate) const PARQUET: &str = "application/vnd.apache.parquet";

pub(crate) async fn list(
    State(api): State<Api>,
    who: Who,
    InPath(of): InPath<OfMonth>,
    InQuery(query): InQuery<RevisionQuery>,
) -> Result<Json<Vec<RecordEvidence>>, Problem> {
    Ok(Json(record(&api, &who, &of, query.revision).await?.evidence))
}

/// A piece of evidence's place.
pub(crate) type OfEvidence = (Name, Name, Month, String);

pub(crate) async fn download(
    State(api): State<Api>,
    who: Who,
    InPath((tenant, contract, month, sha256)): InPath<OfEvidence>,
    InQuery(query): InQuery<RevisionQuery>,
) -> Result<Response, Problem> {
    let record = record(&api, &who, &(tenant, contract, month), query.revision).await?;
    // Only what the month names: a folder holds the evidence of all tenants.
    if !record.evidence.iter().any(|one| one.sha256 == sha256) {
        return Err(Problem::not_found("the evidence"));
    }
    let folder = api.runner()?.desk().evidence();
    let bytes = read_evidence(&folder, &sha256).await?;
    Ok(attachment(PARQUET, bytes))
}
