//! `sla catalogue`, `sla exclusion` and `sla incident`.

use serde_json::json;
use sla_app::{
    DecideRequest, DeskError, DocumentView, Entered, ExclusionRequest, Ledger, PutRequest, RequestView, Window, decide,
    difference, document, documents, export, history, import, put, request_exclusion, requests, retire,
};
use sla_core::catalogue::SourceFile;
use sla_core::decision::{Decision, RequestState};

use crate::desk_args::{Ask, By, CatalogueCommand, Decide, ExclusionCommand, IncidentCommand, Of};
use crate::failure::Failure;
use crate::output::{Output, plain};
use crate::review::{now, prompted};

pub(crate) async fn catalogue(command: CatalogueCommand, output: Output) -> Result<(), Failure> {
    match command {
        CatalogueCommand::Import { folder, by } => {
            // The first document may be the first thing in the ledger.
            let ledger = Ledger::open(&by.ledger).await?;
            let entered = import(&ledger, &folder, prompted(&by.actor), now()).await;
            ledger.close().await;
            imported(&entered?, output);
        }
        CatalogueCommand::Export { folder, at } => {
            let ledger = Ledger::open_existing(&at.ledger).await?;
            let files = export(&ledger, &folder).await;
            ledger.close().await;
            let files = files?;
            output.print(
                || format!("{} documents in {}", files.len(), folder.display()),
                || json!({ "folder": folder, "files": files }),
            );
        }
        CatalogueCommand::List { kind, retired, at } => {
            let ledger = Ledger::open_existing(&at.ledger).await?;
            let views = documents(&ledger, kind.as_deref(), retired).await;
            ledger.close().await;
            let views = views?;
            output.print(|| table(&views), || json!(views));
        }
        CatalogueCommand::Show { of: Of { kind, name }, version, at } => {
            let ledger = Ledger::open_existing(&at.ledger).await?;
            let shown = document(&ledger, &kind, &name, version).await;
            ledger.close().await;
            let (view, text) = shown?;
            let value = || {
                let mut value = json!(view);
                value["text"] = text.as_str().into();
                value
            };
            output.print(|| text.trim_end().to_owned(), value);
        }
        CatalogueCommand::History { of: Of { kind, name }, at } => {
            let ledger = Ledger::open_existing(&at.ledger).await?;
            let views = history(&ledger, &kind, &name).await;
            ledger.close().await;
            let views = views?;
            output.print(|| views.iter().map(told).collect::<Vec<_>>().join("\n"), || json!(views));
        }
        CatalogueCommand::Diff { of: Of { kind, name }, from, to, at } => {
            let ledger = Ledger::open_existing(&at.ledger).await?;
            let text = difference(&ledger, &kind, &name, (from, to)).await;
            ledger.close().await;
            let text = text?;
            let said = || if text.is_empty() { "both say the same".to_owned() } else { text.trim_end().to_owned() };
            output.print(said, || json!({ "kind": kind, "name": name, "diff": text }));
        }
        CatalogueCommand::Put { file, seen, by } => {
            let failed =
                |error| Failure::new("catalogue.unreadable", format!("{} cannot be read: {error}", file.display()));
            let text = std::fs::read(&file).map_err(failed)?;
            // What is no text is a finding with its place.
            let text = String::from_utf8(text).map_err(|_| {
                let message = format!(
                    "{}: found bytes that are not UTF-8, expected a file that is saved as UTF-8",
                    file.display()
                );
                Failure::new("catalogue.unreadable", message)
            })?;
            let file = SourceFile { name: file.display().to_string(), text };
            let ledger = Ledger::open(&by.ledger).await?;
            let request = PutRequest {
                file: &file,
                folder: seen.catalogue.as_deref(),
                seen: seen.seen,
                actor: prompted(&by.actor),
                now: now(),
            };
            let entered = put(&ledger, &request).await;
            ledger.close().await;
            one(&entered?, output);
        }
        CatalogueCommand::Retire { of: Of { kind, name }, seen, by } => {
            let ledger = Ledger::open_to_write(&by.ledger).await?;
            let folder = seen.catalogue.as_deref();
            let retired = retire(&ledger, (&kind, &name), folder, seen.seen, (prompted(&by.actor), now())).await;
            ledger.close().await;
            one(&retired?, output);
        }
    }
    Ok(())
}

pub(crate) async fn exclusion(command: ExclusionCommand, output: Output) -> Result<(), Failure> {
    let (of, decision) = match command {
        ExclusionCommand::Request(ask) => return request(&ask, output).await,
        ExclusionCommand::List { tenant, state, at } => {
            let ledger = Ledger::open_existing(&at.ledger).await?;
            let views = requests(&ledger, tenant.as_deref(), state).await;
            ledger.close().await;
            let views = views?;
            output.print(|| requested(&views), || json!(views));
            return Ok(());
        }
        ExclusionCommand::Approve(of) => (of, Decision::Approve),
        ExclusionCommand::Refuse(of) => (of, Decision::Refuse),
        ExclusionCommand::Withdraw(of) => (of, Decision::Withdraw),
    };
    take("Exclusion", &of, decision, output).await
}

pub(crate) async fn incident(command: IncidentCommand, output: Output) -> Result<(), Failure> {
    let (of, decision) = match command {
        IncidentCommand::Approve(of) => (of, Decision::Approve),
        IncidentCommand::Refuse(of) => (of, Decision::Refuse),
        IncidentCommand::Withdraw(of) => (of, Decision::Withdraw),
    };
    take("Incident", &of, decision, output).await
}

async fn request(ask: &Ask, output: Output) -> Result<(), Failure> {
    let window = match (&ask.outage, ask.month, &ask.start, &ask.end) {
        (Some(start), Some(month), ..) => {
            let [commitment] = ask.commitment.as_slice() else {
                return Err(Failure::usage(
                    "found several --commitment, expected the one whose outage it is".to_owned(),
                ));
            };
            Window::Outage { month, commitment, start }
        }
        (_, _, Some(start), Some(end)) => Window::Between { start, end, recurrence: ask.recurrence.as_deref() },
        _ => return Err(Failure::usage("expected --start and --end, or --outage with --month".to_owned())),
    };
    let By { ledger, actor } = &ask.by;
    let request = ExclusionRequest {
        name: &ask.name,
        tenant: &ask.tenant,
        commitments: &ask.commitment,
        kind: ask.kind.into(),
        window,
        announced_at: ask.announced.as_deref(),
        reason: &ask.reason,
        folder: ask.seen.catalogue.as_deref(),
        seen: ask.seen.seen,
        actor: prompted(actor),
        now: now(),
    };
    let ledger = Ledger::open_to_write(ledger).await?;
    let entered = request_exclusion(&ledger, &request).await;
    ledger.close().await;
    one(&entered?, output);
    Ok(())
}

async fn take(kind: &str, of: &Decide, decision: Decision, output: Output) -> Result<(), Failure> {
    let Decide { name, version, reason, by } = of;
    let ledger = Ledger::open_to_write(&by.ledger).await?;
    let request = DecideRequest {
        kind,
        name,
        version: *version,
        seen: None,
        decision,
        reason,
        actor: prompted(&by.actor),
        now: now(),
    };
    let view: Result<DocumentView, DeskError> = decide(&ledger, &request).await;
    ledger.close().await;
    let view = view?;
    output.print(|| told(&view), || json!(view));
    Ok(())
}

fn imported(entered: &[Entered], output: Output) {
    let new: Vec<&Entered> = entered.iter().filter(|one| !one.unchanged).collect();
    let text = || {
        let lines = new.iter().map(|one| format!("{} {}, version {}", one.kind, one.name, one.version));
        let known = entered.len() - new.len();
        let count = format!("{} documents entered, {known} unchanged", new.len());
        lines.chain([count]).collect::<Vec<_>>().join("\n")
    };
    output.print(text, || json!({ "entered": new, "unchanged": entered.len() - new.len() }));
}

fn one(entered: &Entered, output: Output) {
    let Entered { kind, name, version, unchanged } = entered;
    let news = if *unchanged { "the ledger holds that already: nothing was added" } else { "on record" };
    output.print(|| format!("{kind} {name}, version {version}: {news}"), || json!(entered));
}

fn table(views: &[DocumentView]) -> String {
    if views.is_empty() {
        return "the ledger holds no such document; sla catalogue import takes a folder of them in".to_owned();
    }
    let mut table = plain();
    table.set_header(["Kind", "Name", "Version", "State", "Entered by", "At"]);
    for view in views {
        let state = if view.retired { "retired" } else { view.state.map_or("–", RequestState::name) };
        let version = view.version.to_string();
        table.add_row([&view.kind, &view.name, &version, state, &view.entered_by, &view.entered_at]);
    }
    table.to_string()
}

fn requested(views: &[RequestView]) -> String {
    if views.is_empty() {
        return "no exclusion is like that; sla exclusion request asks for one".to_owned();
    }
    let mut table = plain();
    table.set_header(["Tenant", "Exclusion", "Start", "End", "State", "Requested by", "Reason"]);
    for view in views {
        let name = format!("{}, version {}", view.name, view.version);
        let state = view.state.name();
        table.add_row([&view.tenant, &name, &view.start, &view.end, state, &view.requested_by, &view.reason]);
    }
    table.to_string()
}

/// A version and what was decided of it.
fn told(view: &DocumentView) -> String {
    let DocumentView { kind, name, version, entered_by, entered_at, .. } = view;
    let done = if view.retired { "retired" } else { "entered" };
    let state = view.state.filter(|_| !view.retired).map_or_else(String::new, |state| format!("; {}", state.name()));
    let mut lines = vec![format!("{kind} {name}, version {version}: {done} by {entered_by} at {entered_at}{state}")];
    lines.extend(view.decisions.iter().map(|one| {
        let reason = if one.reason.is_empty() { String::new() } else { format!(": {}", one.reason) };
        format!("  {} {} by {}{reason}", one.at, one.decision.name(), one.actor)
    }));
    lines.join("\n")
}

impl From<DeskError> for Failure {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Ledger(error) => error.into(),
            DeskError::Catalogue(error) => error.into(),
            _ => Self::new(error.code(), error.to_string()),
        }
    }
}
