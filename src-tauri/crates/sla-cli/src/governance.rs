//! `sla governance`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde_json::json;
use sla_app::{GovernanceError, LaidGovernance, Ledger, lay_governance};
use sla_core::record::Language;
use sla_core::time::Month;

use crate::billing::language_named;
use crate::failure::Failure;
use crate::output::Output;
use crate::templates::read_templates;

#[derive(Args)]
pub(crate) struct Governance {
    /// The month, for example 2026-10
    #[arg(long, value_name = "YYYY-MM")]
    month: Month,
    /// Language of the PDF: de or en
    #[arg(long, value_name = "LANGUAGE", default_value = "en", value_parser = language_named)]
    language: Language,
    /// Folder for governance.json, governance.csv and governance.pdf; files that hold something else are left as they are
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Folder with wording and look of your own; what is not in it is taken from the built-in templates
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    /// Where the ledger is: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
    ledger: String,
}

impl From<GovernanceError> for Failure {
    fn from(error: GovernanceError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

pub(crate) async fn run(arguments: &Governance, output: Output) -> Result<(), Failure> {
    let Governance { month, language, out, templates, ledger } = arguments;
    let templates = Arc::new(read_templates(templates.as_deref())?);
    let ledger = Ledger::open_existing(ledger).await?;
    let laid = lay_governance(&ledger, *month, &templates, *language, out).await;
    ledger.close().await;
    let LaidGovernance { governance, files, unchanged } = laid?;
    let text = || {
        let counts = &governance.counts;
        format!(
            "{month}: {} months, {} issued, {} restated, {} undecidable, {} without four eyes; the chain has {} entries; in {}",
            counts.months,
            counts.issued,
            counts.restated,
            counts.undecidable,
            counts.without_four_eyes,
            governance.chain.entries,
            out.display()
        )
    };
    output.print(text, || json!({ "governance": governance, "files": files, "unchanged": unchanged }));
    Ok(())
}
