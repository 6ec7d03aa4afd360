//! `sla letter`: letters beside the month's own, drawn as drafts into a folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use serde_json::json;
use sla_app::{
    ClosedOccasion, DocumentsRequest, Ledger, StandingRequest, Templates, catalogue_of, draw_breach,
    draw_closed_occasion, draw_maintenance, lay_letter, source_secret,
};
use sla_core::catalogue::{Catalogue, Instant};
use sla_core::time::{Month, UnixSeconds};

use crate::args::Reviewed;
use crate::failure::Failure;
use crate::interrupt::interrupted;
use crate::output::Output;
use crate::progress::progress;
use crate::review::now;
use crate::templates::read_templates;

#[derive(Subcommand)]
pub(crate) enum LetterCommand {
    /// Tell at once that an error budget of the running month is used up; refused while none is
    Breach(Breach),
    /// Announce the credit of an approved month, with how it was computed
    Credit(OfClosed),
    /// Tell what a restated month changes against the revision that was issued before
    Restatement(OfClosed),
    /// Tell of maintenance that is ahead: when, which services, whether the contract excludes it
    Maintenance(Maintenance),
    /// Thank for twelve months, the last one being --month, in which every commitment was met
    Year(OfClosed),
}

#[derive(Args)]
pub(crate) struct OfClosed {
    #[command(flatten)]
    of: Reviewed,
    #[command(flatten)]
    to: Drafts,
}

/// Where drafts go, and how they are worded.
#[derive(Args)]
struct Drafts {
    /// Folder for the letter; files that hold something else are left as they are
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Folder with wording and look of your own; what is not in it is taken from the built-in templates
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
}

/// Whose running contract it is.
#[derive(Args)]
struct Running {
    /// The tenant
    #[arg(long, value_name = "ID")]
    tenant: String,
    /// The contract; need not be said where the tenant has one
    #[arg(long, value_name = "ID")]
    contract: Option<String>,
    /// Folder with the catalogue's YAML files, read together with the documents in the ledger
    #[arg(long, value_name = "DIR", required_unless_present = "ledger")]
    catalogue: Option<PathBuf>,
    /// The instant that is told of, such as 2026-10-15T12:00:00+02:00; now when not said
    #[arg(long, value_name = "INSTANT")]
    at: Option<Instant>,
    /// The ledger, for documents of the catalogue in it; nothing is recorded in it
    #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
    ledger: Option<String>,
}

#[derive(Args)]
pub(crate) struct Breach {
    #[command(flatten)]
    of: Running,
    /// Folder that files of data sources are relative to; the catalogue's, or else this one, when not said
    #[arg(long, value_name = "DIR")]
    files: Option<PathBuf>,
    #[command(flatten)]
    to: Drafts,
}

#[derive(Args)]
pub(crate) struct Maintenance {
    #[command(flatten)]
    of: Running,
    /// The month in which it begins, for example 2026-10
    #[arg(long, value_name = "YYYY-MM")]
    month: Month,
    #[command(flatten)]
    to: Drafts,
}

pub(crate) async fn run(command: LetterCommand, output: Output) -> Result<(), Failure> {
    match command {
        LetterCommand::Breach(arguments) => breach(&arguments, output).await,
        LetterCommand::Maintenance(arguments) => maintenance(&arguments, output).await,
        LetterCommand::Credit(arguments) => closed(&arguments, ClosedOccasion::Credit, output).await,
        LetterCommand::Restatement(arguments) => closed(&arguments, ClosedOccasion::Restatement, output).await,
        LetterCommand::Year(arguments) => closed(&arguments, ClosedOccasion::Year, output).await,
    }
}

async fn closed(arguments: &OfClosed, occasion: ClosedOccasion, output: Output) -> Result<(), Failure> {
    let OfClosed { of, to } = arguments;
    let request = DocumentsRequest {
        tenant: &of.tenant,
        month: of.month,
        contract: of.contract.as_deref(),
        revision: of.revision,
        templates: &Arc::new(to.templates()?),
    };
    let ledger = Ledger::open_existing(&of.ledger).await?;
    let drawn = draw_closed_occasion(&ledger, &request, occasion).await;
    ledger.close().await;
    to.lay(&drawn?, &of.tenant, output)
}

async fn breach(arguments: &Breach, output: Output) -> Result<(), Failure> {
    let Breach { of, files, to } = arguments;
    let (catalogue, at) = (of.catalogue().await?, of.at.map_or_else(now, |at| at.0));
    if at > now() {
        return Err(Failure::usage(
            "--at names an instant that has not been; nobody knows how it stands then".to_owned(),
        ));
    }
    let request = StandingRequest {
        at,
        tenant: Some(&of.tenant),
        catalogue: &catalogue,
        files: files.as_deref().or(of.catalogue.as_deref()).unwrap_or(Path::new(".")),
        secrets: &source_secret,
    };
    let (templates, progress) = (to.templates()?, progress(output));
    let drawn = tokio::select! {
        biased;
        () = interrupted() => return Err(Failure::interrupted()),
        drawn = draw_breach(&request, (&of.tenant, of.contract.as_deref()), &templates, &progress) => drawn?,
    };
    to.lay(&drawn, &of.tenant, output)
}

async fn maintenance(arguments: &Maintenance, output: Output) -> Result<(), Failure> {
    let Maintenance { of, month, to } = arguments;
    let (catalogue, at): (Catalogue, UnixSeconds) = (of.catalogue().await?, of.at.map_or_else(now, |at| at.0));
    let whose = (of.tenant.as_str(), of.contract.as_deref());
    to.lay(&draw_maintenance(&catalogue, whose, (*month, at), &to.templates()?)?, &of.tenant, output)
}

impl Running {
    async fn catalogue(&self) -> Result<Catalogue, Failure> {
        Ok(catalogue_of(self.catalogue.as_deref(), self.ledger.as_deref()).await?)
    }
}

impl Drafts {
    fn templates(&self) -> Result<Templates, Failure> {
        read_templates(self.templates.as_deref())
    }

    fn lay(&self, documents: &[sla_app::Document], tenant: &str, output: Output) -> Result<(), Failure> {
        let (files, unchanged) = lay_letter(&self.out, documents)?;
        let text = || {
            let was = if unchanged { "lies there already" } else { "is drawn" };
            let lines = files.iter().map(|file| format!("\n  {}", file.display()));
            format!("The letter to {tenant} {was}, as a draft to be read and sent by you:{}", lines.collect::<String>())
        };
        output.print(text, || json!({ "tenant": tenant, "files": files, "unchanged": unchanged }));
        Ok(())
    }
}
