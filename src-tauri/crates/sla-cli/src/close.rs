//! `sla close`.

use std::path::Path;
use std::sync::Arc;

use sla_app::{Accepted, CloseRequest, Closed, Templates, prepare, read_catalogue};
use sla_core::time::UnixSeconds;

use crate::args;
use crate::failure::Failure;
use crate::interrupt::interrupted;
use crate::output::{Output, json, table};
use crate::progress::progress;

/// Closes a month and prints it.
pub(crate) async fn run(arguments: args::Close, output: Output) -> Result<(), Failure> {
    let templates = match &arguments.templates {
        None => Templates::builtin(),
        Some(folder) => Templates::from_folder(folder).map_err(|error| Failure::new("templates", error.to_string()))?,
    };
    let now = chrono::Utc::now().timestamp();
    let closed = close(&arguments, &Arc::new(templates), now, output).await?;
    output.print(|| said(&closed), || json(&closed));
    Ok(())
}

/// A closed month for people: the table and where the files lie.
pub(crate) fn said(closed: &Closed) -> String {
    let known = closed.months.iter().filter(|month| month.unchanged).count();
    let news = match (closed.months.len(), known) {
        (all, known) if all == known => "the ledger knew all of it already: nothing was added",
        (_, 0) => "recorded in the ledger",
        _ => "recorded in the ledger; months that it knew already were not added again",
    };
    let line = |name: &str, path: &Path| format!("{name:<10} {}", path.display());
    [
        format!("{}: {news}", closed.month),
        table(closed),
        line("Documents", &closed.folder),
        line("Evidence", &closed.evidence),
    ]
    .join("\n")
}

/// Closes a month. Ctrl-C or SIGTERM ends it while nothing is recorded; the moment in which it is recorded is not interrupted.
pub(crate) async fn close(
    arguments: &args::Close,
    templates: &Arc<Templates>,
    now: UnixSeconds,
    output: Output,
) -> Result<Closed, Failure> {
    let accepted = accepted(arguments)?;
    let catalogue = read_catalogue(&arguments.catalogue)?;
    let request = CloseRequest {
        month: arguments.month,
        tenant: arguments.tenant.as_deref(),
        catalogue: &catalogue,
        catalogue_folder: &arguments.catalogue,
        ledger: &arguments.ledger,
        out: &arguments.out,
        now,
        actor: &arguments.actor,
        accepted: &accepted,
        templates,
        secrets: &|name| std::env::var(name).ok(),
    };
    let progress = progress(output);
    let prepared = tokio::select! {
        // Asked first: when both are ready, what was interrupted is not recorded.
        biased;
        () = interrupted() => return Err(Failure::interrupted()),
        prepared = prepare(&request, &progress) => prepared?,
    };
    Ok(prepared.commit(&progress).await?)
}

/// Every code with its reason.
fn accepted(arguments: &args::Close) -> Result<Vec<Accepted>, Failure> {
    let (codes, reasons) = (&arguments.accept, &arguments.reason);
    if reasons.len() != 1 && reasons.len() != codes.len() {
        let message = format!(
            "found {} --reason for {} --accept, expected one for all, or one for each in their order",
            reasons.len(),
            codes.len()
        );
        return Err(Failure::usage(message));
    }
    let pairs = codes.iter().zip(reasons.iter().cycle());
    Ok(pairs.map(|(&code, reason)| Accepted { code, reason: reason.clone() }).collect())
}
