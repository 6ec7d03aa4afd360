//! What a month's figures rest on: the files that were captured, as they were.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use futures_util::{StreamExt, TryStreamExt, stream};
use schemars::JsonSchema;
use serde::Deserialize;
use sla_app::{
    CalendarRow, CaptureDaysError, CommitmentCalendar, EvidenceCheck, EvidenceRow, ListRequest, Sort, Which,
    calendar_of, capture_calendar, captured_evidence, catalogue_in, checked_evidence, contracts_in, read_evidence,
    unrecorded,
};
use sla_core::catalogue::{Catalogue, Name};
use sla_core::plan::{CommitmentDays, plan_days};
use sla_core::record::RecordEvidence;
use sla_core::time::{Month, utc_text};

use crate::api::Api;
use crate::catalogue::sees;
use crate::cursor::{MOST_ITEMS, Page, behind, limit, page};
use crate::documents::attachment;
use crate::extract::{InPath, InQuery, Who};
use crate::months::{OfMonth, RevisionQuery, no_month, record};
use crate::problem::Problem;

/// How many months' evidence is looked at at once: a bucket answers each question late, and many together.
const MONTHS_AT_ONCE: usize = 8;

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

/// Which evidence is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EvidenceQuery {
    /// Only this tenant's.
    tenant: Option<Name>,
    /// Only this month's, YYYY-MM.
    month: Option<Month>,
    /// Only what is like that.
    with: Option<With>,
    /// What the last page gave as `next`.
    cursor: Option<String>,
    /// The evidence of at most so many months on a page, 1 to 200; 50 when it is not said.
    limit: Option<u32>,
}

/// What evidence is looked for by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub(crate) enum With {
    /// The source warned of something, or something was noticed.
    Warnings,
    /// A commitment that rests on it has time without evidence.
    Gaps,
    /// Its file is missing, altered or cannot be read.
    Damage,
}

impl With {
    fn holds(self, row: &EvidenceRow) -> bool {
        match self {
            Self::Warnings => !row.evidence.warnings.is_empty() || !row.evidence.notes.is_empty(),
            Self::Gaps => row.uses.iter().any(|one| one.unknown_seconds > 0),
            Self::Damage => row.check.is_some_and(|check| check != EvidenceCheck::Sound),
        }
    }
}

/// Evidence of all months that somebody sees, the latest month first; a page holds that of some months.
pub(crate) async fn all(
    State(api): State<Api>,
    who: Who,
    InQuery(query): InQuery<EvidenceQuery>,
) -> Result<Json<Page<EvidenceRow>>, Problem> {
    let EvidenceQuery { tenant, month, with, cursor, limit: asked } = query;
    let limit = limit(asked)?;
    let request = ListRequest {
        which: who.which(),
        tenant: tenant.map(|name| name.to_string()),
        month,
        descending: true,
        ..ListRequest::default()
    };
    let of = format!("evidence {with:?} {request:?}");
    let after = behind(cursor.as_deref(), &of)?;
    let months = who.ledger(&api).list_months(&ListRequest { after, limit: limit + 1, ..request.clone() }).await?;
    let Page { items, next } = page(months, limit, &of, |month| month.place(request.sort));
    let store = api.runner.as_ref().map(|runner| runner.desk().evidence.evidence()).transpose()?;
    let rows = stream::iter(items.into_iter().map(async |summary| {
        let of = place(&summary.tenant, &summary.contract, summary.month)?;
        let record = record(&api, &who, &of, Some(summary.revision)).await?;
        Ok::<_, Problem>(checked_evidence(record, utc_text(summary.closed_at), store.clone()).await)
    }));
    let mut rows = rows.buffered(MONTHS_AT_ONCE).try_concat().await?;
    rows.retain(|row| with.is_none_or(|with| with.holds(row)));
    Ok(Json(Page { items: rows, next }))
}

/// A month's place out of the ledger, whose names are names.
fn place(tenant: &str, contract: &str, month: Month) -> Result<OfMonth, Problem> {
    let name = |text: &str| text.parse::<Name>().map_err(|_| no_month());
    Ok((name(tenant)?, name(contract)?, month))
}

/// Which calendar is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CalendarQuery {
    /// The month, YYYY-MM.
    month: Month,
    /// Only this tenant's.
    tenant: Option<Name>,
    /// What the last page gave as `next`.
    cursor: Option<String>,
    /// At most so many contracts on a page, 1 to 200; 50 when it is not said.
    limit: Option<u32>,
}

/// What evidence there is for a month, day by day: of closed months what their records tell, of contracts that are in force and
/// not closed that nobody has asked yet.
pub(crate) async fn calendar(
    State(api): State<Api>,
    who: Who,
    InQuery(query): InQuery<CalendarQuery>,
) -> Result<Json<Page<CalendarRow>>, Problem> {
    let CalendarQuery { month, tenant, cursor, limit: asked } = query;
    let limit = limit(asked)?;
    let tenant = tenant.map(|name| name.to_string());
    let of = format!("calendar {month} {tenant:?}");
    let after: Option<(String, String)> = behind(cursor.as_deref(), &of)?;
    let closed = closed_in(&api, &who, month, tenant.as_deref()).await?;
    // A customer sees what was issued, and not what is still to be closed.
    let (catalogue, mut due) = match who.which() {
        Which::Issued => (Catalogue::default(), BTreeSet::new()),
        Which::Latest => contracts_in(&api.ledger, api.catalogue(), month).await?,
    };
    due.retain(|(one, _)| sees(&who, Some(one)) && tenant.as_ref().is_none_or(|tenant| tenant == one));
    due.extend(closed.keys().cloned());
    let behind = due.into_iter().filter(|one| after.as_ref().is_none_or(|after| one > after));
    let Page { items, next } = page(behind.take(limit as usize + 1).collect(), limit, &of, Clone::clone);
    let mut rows = Vec::new();
    for (tenant, contract) in items {
        match closed.get(&(tenant.clone(), contract.clone())) {
            Some(revision) => {
                let record = record(&api, &who, &place(&tenant, &contract, month)?, Some(*revision)).await?;
                rows.extend(calendar_of(&record));
            }
            None => rows.extend(unrecorded(&catalogue, &tenant, &contract, month)),
        }
    }
    Ok(Json(Page { items: rows, next }))
}

/// The months that somebody sees of one month, by tenant and contract, with their revision.
async fn closed_in(
    api: &Api,
    who: &Who,
    month: Month,
    tenant: Option<&str>,
) -> Result<BTreeMap<(String, String), u32>, Problem> {
    let mut closed = BTreeMap::new();
    let mut after = None;
    loop {
        let request = ListRequest {
            which: who.which(),
            tenant: tenant.map(str::to_owned),
            month: Some(month),
            sort: Sort::Tenant,
            after,
            limit: MOST_ITEMS,
            ..ListRequest::default()
        };
        let some = who.ledger(api).list_months(&request).await?;
        after = (some.len() == MOST_ITEMS as usize).then(|| some.last().map(|last| last.place(Sort::Tenant))).flatten();
        closed.extend(some.into_iter().map(|one| ((one.tenant, one.contract), one.revision)));
        if after.is_none() {
            return Ok(closed);
        }
    }
}

/// Which days were captured, commitment by commitment. A customer sees those of months that were issued.
pub(crate) async fn captured(
    State(api): State<Api>,
    who: Who,
    InQuery(query): InQuery<CalendarQuery>,
) -> Result<Json<Page<CommitmentCalendar>>, Problem> {
    let CalendarQuery { month, tenant, cursor, limit: asked } = query;
    let limit = limit(asked)?;
    if tenant.as_ref().is_some_and(|tenant| !who.caller.access.tenants.holds(tenant.as_str())) {
        return Err(Problem::not_found("the tenant"));
    }
    let of = format!("captured {month} {tenant:?}");
    let after: Option<(String, String)> = behind(cursor.as_deref(), &of)?;
    let issued = match who.which() {
        Which::Issued => Some(closed_in(&api, &who, month, tenant.as_ref().map(Name::as_str)).await?),
        Which::Latest => None,
    };
    let evidence = api.runner()?.desk().evidence.clone();
    let catalogue = catalogue_in(api.catalogue(), &api.ledger).await?;
    let (access, now) = (who.caller.access.clone(), api.now());
    let read = move || {
        let place = |one: &CommitmentDays<'_>| (one.tenant.name().to_string(), one.contract.name().to_string());
        let is_theirs = |one: &(String, String)| {
            access.tenants.holds(&one.0) && issued.as_ref().is_none_or(|issued| issued.contains_key(one))
        };
        let planned =
            plan_days(&catalogue, month, tenant.as_ref().map(Name::as_str)).map_err(CaptureDaysError::from)?;
        let theirs: BTreeSet<_> = planned.iter().map(place).filter(is_theirs).collect();
        let behind = theirs.into_iter().filter(|one| after.as_ref().is_none_or(|after| one > after));
        let Page { items, next } = page(behind.take(limit as usize + 1).collect(), limit, &of, Clone::clone);
        let on_page = planned.into_iter().filter(|one| items.contains(&place(one)));
        let items = capture_calendar(on_page, &evidence, now).map_err(CaptureDaysError::from)?;
        Ok::<_, Problem>(Page { items, next })
    };
    Ok(Json(tokio::task::spawn_blocking(read).await.expect("reading files does not panic")?))
}

/// A captured day's place: tenant, contract, commitment and day.
pub(crate) type OfDay = (Name, Name, Name, String);

/// Which reading of a captured day is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DayQuery {
    /// The SLI of the commitment's second reading, for that one's day; the commitment's own when not said.
    second: Option<Name>,
}

/// What was asked for a captured day, and what its source warned of.
pub(crate) async fn captured_day(
    State(api): State<Api>,
    who: Who,
    InPath((tenant, contract, commitment, day)): InPath<OfDay>,
    InQuery(query): InQuery<DayQuery>,
) -> Result<Json<RecordEvidence>, Problem> {
    let no_day = || Problem::not_found("the day");
    let month: Month = day.get(..7).and_then(|month| month.parse().ok()).ok_or_else(no_day)?;
    let is_theirs = who.caller.access.tenants.holds(tenant.as_str())
        && match who.which() {
            Which::Issued => closed_in(&api, &who, month, Some(tenant.as_str()))
                .await?
                .contains_key(&(tenant.to_string(), contract.to_string())),
            Which::Latest => true,
        };
    if !is_theirs {
        return Err(no_day());
    }
    let kept = api.runner()?.desk().evidence.clone();
    let catalogue = catalogue_in(api.catalogue(), &api.ledger).await?;
    let read = move || {
        let planned = plan_days(&catalogue, month, Some(tenant.as_str())).map_err(CaptureDaysError::from)?;
        let second = query.second.as_ref().map(Name::as_str);
        Ok::<_, Problem>(captured_evidence(planned, &kept, (contract.as_str(), commitment.as_str(), second, &day))?)
    };
    let evidence = tokio::task::spawn_blocking(read).await.expect("reading files does not panic")?;
    Ok(Json(evidence.ok_or_else(no_day)?))
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
    let bytes = read_evidence(api.runner()?.desk().evidence.evidence()?, &sha256).await?;
    Ok(attachment(PARQUET, bytes))
}
