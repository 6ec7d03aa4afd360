//! Requests: exclusions that people ask for, and what others decide of them.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use sla_core::catalogue::{Catalogue, SourceFile, asked_by};
use sla_core::decision::{Decision, RequestState};
use sla_core::record::ExclusionKind;
use sla_core::time::{Month, UnixSeconds, utc_text};
use sla_ledger::{Actor, DecisionRequest, Ledger, LedgerError};

use super::enter::{Entered, PutRequest, put};
use super::outages::outages;
use super::{DecisionView, DeskError, DocumentView};

/// An exclusion that somebody asks for.
#[derive(Clone, Copy, Debug)]
pub struct ExclusionRequest<'a> {
    /// Its name.
    pub name: &'a str,
    /// The tenant.
    pub tenant: &'a str,
    /// Commitments that it covers; all of the tenant's when empty.
    pub commitments: &'a [String],
    /// Why such time should not count.
    pub kind: ExclusionKind,
    /// When.
    pub window: Window<'a>,
    /// When the customer was told, as an instant.
    pub announced_at: Option<&'a str>,
    /// Why, as the report prints it.
    pub reason: &'a str,
    /// A folder that it is checked together with, where a part of the catalogue is kept in files.
    pub folder: Option<&'a Path>,
    /// The version that it takes the place of; none when it is new.
    pub seen: Option<u32>,
    /// Who asks.
    pub actor: Actor<'a>,
    /// The clock, Unix seconds.
    pub now: UnixSeconds,
}

/// When an exclusion takes place.
#[derive(Clone, Copy, Debug)]
pub enum Window<'a> {
    /// From an instant to another one.
    Between {
        /// First second that does not count.
        start: &'a str,
        /// First second that counts again.
        end: &'a str,
        /// A rule by which it repeats.
        recurrence: Option<&'a str>,
    },
    /// The time of an outage of a closed month; the exclusion covers its commitment.
    Outage {
        /// The month.
        month: Month,
        /// The commitment.
        commitment: &'a str,
        /// Its start as it is listed.
        start: &'a str,
    },
}

/// A decision that somebody takes.
#[derive(Clone, Copy, Debug)]
pub struct DecideRequest<'a> {
    /// The kind of the document.
    pub kind: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The version that was looked at; the last one when not said.
    pub version: Option<u32>,
    /// How many decisions of that version were looked at; those that there are now when not said.
    pub seen: Option<usize>,
    /// What is decided.
    pub decision: Decision,
    /// Why.
    pub reason: &'a str,
    /// Who decides.
    pub actor: Actor<'a>,
    /// The clock, Unix seconds.
    pub now: UnixSeconds,
}

/// An exclusion and where its request is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RequestView {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// The tenant.
    pub tenant: String,
    /// Commitments that it covers; all of the tenant's when empty.
    pub commitments: Vec<String>,
    /// What kind of time it is.
    pub kind: ExclusionKind,
    /// First second that does not count, in UTC.
    pub start: String,
    /// First second that counts again, in UTC.
    pub end: String,
    /// The rule by which it repeats.
    pub recurrence: Option<String>,
    /// Why it should not count.
    pub reason: String,
    /// Where it is.
    pub state: RequestState,
    /// Who asked.
    pub requested_by: String,
    /// When, in UTC.
    pub requested_at: String,
    /// What was decided of it, in order.
    pub decisions: Vec<DecisionView>,
}

/// Asks for an exclusion: it becomes a document like any other, and waits for somebody else to approve it.
///
/// # Errors
/// [`DeskError`]; nothing was entered then.
pub async fn request_exclusion(ledger: &Ledger, request: &ExclusionRequest<'_>) -> Result<Entered, DeskError> {
    let mut commitments = request.commitments.to_vec();
    let (start, end, recurrence) = match request.window {
        Window::Between { start, end, recurrence } => (start.to_owned(), end.to_owned(), recurrence),
        Window::Outage { month, commitment, start } => {
            let all = outages(ledger, request.tenant, month, request.folder).await?;
            let of_commitment: Vec<_> = all.iter().filter(|one| one.commitment == commitment).collect();
            let Some(outage) = of_commitment.iter().find(|one| one.start == start) else {
                let known = of_commitment.iter().map(|one| one.start.as_str()).collect::<Vec<_>>().join(", ");
                return Err(DeskError::NoOutage {
                    tenant: request.tenant.to_owned(),
                    month,
                    commitment: commitment.to_owned(),
                    start: start.to_owned(),
                    known: if known.is_empty() { "it has none".to_owned() } else { format!("it has: {known}") },
                });
            };
            commitments = vec![commitment.to_owned()];
            (outage.start.clone(), outage.end.clone(), None)
        }
    };
    let mut fields = vec![("tenant", quoted(request.tenant))];
    if !commitments.is_empty() {
        fields.push((
            "commitments",
            format!("[{}]", commitments.iter().map(|one| quoted(one)).collect::<Vec<_>>().join(", ")),
        ));
    }
    fields.extend([("kind", quoted(request.kind.name())), ("start", quoted(&start)), ("end", quoted(&end))]);
    fields.extend(recurrence.map(|rule| ("recurrence", quoted(rule))));
    fields.extend(request.announced_at.map(|at| ("announcedAt", quoted(at))));
    fields.extend([
        ("requestedAt", quoted(&utc_text(request.now))),
        ("reason", quoted(request.reason)),
        ("requestedBy", quoted(request.actor.name.trim())),
    ]);
    let fields: String = fields.into_iter().map(|(name, value)| format!("  {name}: {value}\n")).collect();
    let head =
        format!("apiVersion: sla-desk/v1\nkind: Exclusion\nmetadata: {{ name: {} }}\nspec:\n", quoted(request.name));
    let file = SourceFile { name: format!("request:{}", request.name), text: head + &fields };
    let put_request =
        PutRequest { file: &file, folder: request.folder, seen: request.seen, actor: request.actor, now: request.now };
    put(ledger, &put_request).await
}

/// A text as YAML reads it back, whatever stands in it: JSON's quotes are YAML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Takes a decision and gives what it led to.
///
/// # Errors
/// [`DeskError`]; nothing was written then.
pub async fn decide(ledger: &Ledger, request: &DecideRequest<'_>) -> Result<DocumentView, DeskError> {
    let stored = ledger.catalogue().await?;
    let last = stored.find(request.kind, request.name);
    let named = last.and_then(|last| asked_by(&last.file()));
    let decision = DecisionRequest {
        kind: request.kind,
        name: request.name,
        // Whom the document names is of this version.
        version: request.version.or(last.map(|last| last.version)),
        decision: request.decision,
        reason: request.reason,
        seen: request.seen.or(last.map(|last| last.decisions.len())),
        named: named.as_deref(),
    };
    Ok(DocumentView::of(&ledger.decide(&decision, request.actor, request.now).await?))
}

/// Exclusions in the ledger, of a tenant and in a state, or of all: by tenant and start.
///
/// # Errors
/// [`LedgerError`] when the ledger cannot be read.
pub async fn requests(
    ledger: &Ledger,
    tenant: Option<&str>,
    state: Option<RequestState>,
) -> Result<Vec<RequestView>, LedgerError> {
    let stored = ledger.catalogue().await?;
    let catalogue = Catalogue::shapes(&stored.files());
    let views = catalogue.exclusions.values().filter_map(|exclusion| {
        let (spec, last) = (&exclusion.spec, stored.find("Exclusion", exclusion.name().as_str())?);
        Some(RequestView {
            name: last.name.clone(),
            version: last.version,
            tenant: spec.tenant.to_string(),
            commitments: spec.commitments.iter().map(ToString::to_string).collect(),
            kind: spec.kind,
            start: utc_text(spec.start.0),
            end: utc_text(spec.end.0),
            recurrence: spec.recurrence.as_ref().map(ToString::to_string),
            reason: spec.reason.clone(),
            state: last.state?,
            requested_by: last.entered_by.clone(),
            requested_at: utc_text(last.entered_at),
            decisions: last.decisions.iter().map(DecisionView::of).collect(),
        })
    });
    let mut views: Vec<RequestView> = views.collect();
    views.retain(|view| tenant.is_none_or(|id| id == view.tenant) && state.is_none_or(|state| state == view.state));
    views.sort_by(|a, b| (&a.tenant, &a.start, &a.name).cmp(&(&b.tenant, &b.start, &b.name)));
    Ok(views)
}
