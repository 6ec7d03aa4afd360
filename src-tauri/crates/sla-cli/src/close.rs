//! `sla close`.

use std::path::Path;
use std::sync::Arc;

use sla_app::{Accepted, CloseRequest, Closed, EvidencePlace, Templates, catalogue_of, prepare, source_secret};
use sla_core::catalogue::Catalogue;
use sla_core::time::UnixSeconds;

use crate::args;
use crate::failure::Failure;
use crate::interrupt::interrupted;
use crate::output::{Output, json, table};
use crate::progress::progress;
use crate::templates::read_templates;

/// Closes a month and prints it.
pub(crate) async fn run(arguments: args::Close, output: Output) -> Result<(), Failure> {
    let templates = templates(&arguments)?;
    let now = chrono::Utc::now().timestamp();
    let closed = close(&arguments, &templates, now, output).await?;
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
    let line = |name: &str, place: &str| format!("{name:<10} {place}");
    [
        format!("{}: {news}", closed.month),
        table(closed),
        line("Documents", &closed.folder.display().to_string()),
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
    let read = request_of(arguments, templates, now).await?;
    let request = read.request();
    let progress = progress(output);
    let prepared = tokio::select! {
        // Asked first: when both are ready, what was interrupted is not recorded.
        biased;
        () = interrupted() => return Err(Failure::interrupted()),
        prepared = prepare(&request, &progress) => prepared?,
    };
    Ok(prepared.commit(&progress).await?)
}

/// Wording and look of the documents.
pub(crate) fn templates(arguments: &args::Close) -> Result<Arc<Templates>, Failure> {
    let templates = read_templates(arguments.templates.as_deref())?;
    Ok(Arc::new(templates))
}

/// What a close is asked for, read from its arguments.
pub(crate) struct Read<'a> {
    arguments: &'a args::Close,
    accepted: Vec<Accepted>,
    catalogue: Catalogue,
    evidence: EvidencePlace,
    templates: &'a Arc<Templates>,
    now: UnixSeconds,
}

/// Reads the catalogue that the arguments name.
pub(crate) async fn request_of<'a>(
    arguments: &'a args::Close,
    templates: &'a Arc<Templates>,
    now: UnixSeconds,
) -> Result<Read<'a>, Failure> {
    let accepted = accepted(arguments)?;
    let catalogue = catalogue_of(arguments.catalogue.as_deref(), Some(&arguments.ledger)).await?;
    let evidence = arguments.evidence.or(&arguments.out)?;
    Ok(Read { arguments, accepted, catalogue, evidence, templates, now })
}

impl Read<'_> {
    pub(crate) fn request(&self) -> CloseRequest<'_> {
        let args::Close { month, tenant, catalogue, files, ledger, out, actor, .. } = self.arguments;
        CloseRequest {
            month: *month,
            tenants: tenant.as_slice(),
            partly: false,
            catalogue: &self.catalogue,
            catalogue_folder: files.as_deref().or(catalogue.as_deref()).unwrap_or(Path::new(".")),
            ledger,
            out,
            evidence: &self.evidence,
            now: self.now,
            actor: actor.as_str().into(),
            accepted: &self.accepted,
            templates: self.templates,
            secrets: &source_secret,
        }
    }
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
