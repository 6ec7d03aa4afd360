//! Whether the program is there, whether it can work, and what it measured of itself.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use schemars::JsonSchema;
use serde::Serialize;

use crate::api::Api;
use crate::problem::Problem;

/// The program answers.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Health {
    /// `ok`.
    status: &'static str,
    /// The program's version.
    version: &'static str,
}

/// The program can work.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Readiness {
    /// `ok`.
    status: &'static str,
    /// Whether the database itself shows each person their tenants only.
    row_security: bool,
}

pub(crate) async fn health() -> Json<Health> {
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

pub(crate) async fn readiness(State(api): State<Api>) -> Result<Json<Readiness>, Problem> {
    Ok(Json(Readiness { status: "ok", row_security: api.ledger.is_guarded().await? }))
}

pub(crate) async fn metrics(State(api): State<Api>) -> impl IntoResponse {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], api.metrics.text())
}
