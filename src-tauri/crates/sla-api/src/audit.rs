//! The audit chain: its entries, and whether it is sound.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sla_app::{AuditEntry, AuditRequest, Document, LedgerError, draw_governance};
use sla_core::record::Language;
use sla_core::time::{Month, utc_text};

use crate::api::Api;
use crate::cursor::{Page, behind, limit, page};
use crate::documents::{Listed, attached};
use crate::extract::{InPath, InQuery, Who};
use crate::problem::Problem;

/// Which entries are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditQuery {
    /// Only what this account did.
    actor: Option<String>,
    /// Only this action, such as `month.closed`, or those that begin so, such as `month.`.
    action: Option<String>,
    /// Only subjects that begin so, such as `month/nordlicht/`.
    subject: Option<String>,
    /// What the last page gave as `next`.
    cursor: Option<String>,
    /// At most so many on a page, 1 to 200; 50 when it is not said.
    limit: Option<u32>,
}

/// Which summary for governance is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GovernanceQuery {
    /// The month, YYYY-MM.
    month: Month,
    /// The language of the PDF.
    language: Language,
}

async fn summary(api: &Api, who: &Who, query: &GovernanceQuery) -> Result<Vec<Document>, Problem> {
    let GovernanceQuery { month, language } = query;
    Ok(draw_governance(&who.ledger(api), *month, &api.templates(), *language).await?.1)
}

pub(crate) async fn list_governance(
    State(api): State<Api>,
    who: Who,
    InQuery(query): InQuery<GovernanceQuery>,
) -> Result<Json<Vec<Listed>>, Problem> {
    Ok(Json(summary(&api, &who, &query).await?.iter().map(Listed::of).collect()))
}

pub(crate) async fn download_governance(
    State(api): State<Api>,
    who: Who,
    InPath(name): InPath<String>,
    InQuery(query): InQuery<GovernanceQuery>,
) -> Result<Response, Problem> {
    attached(&name, summary(&api, &who, &query).await?)
}

/// An entry of the chain.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct EntryView {
    /// Its position in the chain, from 1.
    sequence: i64,
    /// When, in UTC.
    at: String,
    /// Who.
    actor: String,
    /// From where; null where it is not known.
    origin: Option<String>,
    /// What was done.
    action: String,
    /// What it was done to. A version or revision in it is what came after; the one before it is what was before.
    subject: String,
    /// The change itself.
    payload: Value,
    /// Hash of the entry before.
    previous_hash: String,
    /// Hash of this entry.
    hash: String,
}

impl EntryView {
    fn of(one: AuditEntry) -> Self {
        let AuditEntry { entry, hash } = one;
        Self {
            sequence: entry.sequence,
            at: utc_text(entry.at),
            actor: entry.actor,
            origin: Some(entry.origin).filter(|origin| !origin.is_empty()),
            action: entry.action,
            subject: entry.subject,
            payload: serde_json::from_str(&entry.payload).unwrap_or_else(|_| entry.payload.into()),
            previous_hash: entry.previous_hash,
            hash,
        }
    }
}

pub(crate) async fn list(
    State(api): State<Api>,
    who: Who,
    InQuery(query): InQuery<AuditQuery>,
) -> Result<Json<Page<EntryView>>, Problem> {
    let AuditQuery { actor, action, subject, cursor, limit: asked } = query;
    let limit = limit(asked)?;
    let of = format!("audit {actor:?} {action:?} {subject:?}");
    let before = behind(cursor.as_deref(), &of)?;
    let request = AuditRequest { actor, action, subject, before, limit: limit + 1 };
    let found = who.ledger(&api).audit(&request).await?;
    Ok(Json(page(found.into_iter().map(EntryView::of).collect(), limit, &of, |entry| entry.sequence)))
}

/// What the walk along the chain came to.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Soundness {
    /// Whether every entry follows the one before it and tells of the facts as they are.
    sound: bool,
    /// Entries of the chain; null when it is broken.
    entries: Option<i64>,
    /// Hash of the last entry; null when the chain is broken.
    head: Option<String>,
    /// The first thing that is wrong; null when nothing is.
    wrong: Option<String>,
}

pub(crate) async fn verify(State(api): State<Api>, _: Who) -> Result<Json<Soundness>, Problem> {
    // All of it, whatever tenants somebody sees: a part of a chain proves nothing.
    match api.ledger.verify().await {
        Ok(verified) => {
            Ok(Json(Soundness { sound: true, entries: Some(verified.entries), head: Some(verified.head), wrong: None }))
        }
        Err(LedgerError::Broken { what }) => {
            Ok(Json(Soundness { sound: false, entries: None, head: None, wrong: Some(what) }))
        }
        Err(error) => Err(error.into()),
    }
}
