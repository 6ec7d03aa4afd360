//! Wording and look of whoever runs the program, and `sla template`: they are checked and looked at before a month needs them.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use sla_app::{
    Preview, PreviewDocument, TemplateFinding, TemplateFindingView, Templates, check_templates, lay_preview, preview,
};
use sla_core::record::Verdict;

use crate::args::Speech;
use crate::failure::Failure;
use crate::output::Output;

#[derive(Subcommand)]
pub(crate) enum TemplateCommand {
    /// Check a folder of templates; every mistake with file and line
    Check(Check),
    /// Draw a document of an invented month as one page of HTML, to be looked at in a browser
    Preview(Show),
}

#[derive(Args)]
pub(crate) struct Check {
    /// Folder with wording and look of your own
    #[arg(value_name = "DIR")]
    templates: PathBuf,
}

#[derive(Args)]
pub(crate) struct Show {
    /// Folder with wording and look of your own; what is not in it is taken from the built-in templates
    #[arg(value_name = "DIR")]
    templates: PathBuf,
    /// The document
    #[arg(long, value_name = "NAME", value_parser = document)]
    document: PreviewDocument,
    /// The language
    #[arg(long, value_name = "CODE")]
    language: Speech,
    /// The verdict of the invented month, for the report; a letter of a month has its own
    #[arg(long, value_name = "VERDICT", default_value = "met")]
    verdict: Judged,
    /// The tenant whose theme it has; the provider's alone when not said
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    /// The file, such as report.html; an earlier preview in it is replaced, anything else is left as it is
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// A verdict of a month.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Judged {
    /// Every commitment was met
    Met,
    /// One was not
    Breached,
    /// Evidence is missing
    Undecidable,
}

impl From<Judged> for Verdict {
    fn from(judged: Judged) -> Self {
        match judged {
            Judged::Met => Self::Met,
            Judged::Breached => Self::Breached,
            Judged::Undecidable => Self::Undecidable,
        }
    }
}

/// A document by its name.
fn document(name: &str) -> Result<PreviewDocument, String> {
    let known = PreviewDocument::ALL.map(PreviewDocument::name);
    PreviewDocument::named(name).ok_or_else(|| format!("expected one of: {}", known.join(", ")))
}

pub(crate) fn run(command: &TemplateCommand, output: Output) -> Result<(), Failure> {
    match command {
        TemplateCommand::Check(arguments) => check(arguments, output),
        TemplateCommand::Preview(arguments) => show(arguments, output),
    }
}

fn check(arguments: &Check, output: Output) -> Result<(), Failure> {
    readable(&arguments.templates)?;
    let findings = check_templates(&arguments.templates);
    let views = || findings.iter().map(TemplateFindingView::of).collect::<Vec<_>>();
    output.print(|| text(&findings), || json!({ "findings": views() }));
    if findings.is_empty() { Ok(()) } else { Err(Failure::printed_templates()) }
}

/// Findings for people, and how many there are.
fn text(findings: &[TemplateFinding]) -> String {
    let noun = match findings.len() {
        0 => return "sound: every template fits every invented month".to_owned(),
        1 => "finding",
        _ => "findings",
    };
    let lines = findings.iter().map(TemplateFinding::to_string).chain([format!("{} {noun}", findings.len())]);
    lines.collect::<Vec<_>>().join("\n")
}

fn show(arguments: &Show, output: Output) -> Result<(), Failure> {
    let Show { templates, document, language, verdict, tenant, out } = arguments;
    readable(templates)?;
    let request = Preview {
        document: *document,
        language: (*language).into(),
        verdict: (*verdict).into(),
        tenant: tenant.as_deref(),
    };
    let failed = |error: sla_app::PreviewError| Failure::new(error.code(), error.to_string());
    let page = preview(templates, &request).map_err(failed)?;
    let written = lay_preview(out, &page).map_err(|error| Failure::new(error.code(), error.to_string()))?;
    let said = || {
        let was = if written { "is drawn" } else { "lies there already" };
        format!("The preview of {} {was}: {}", document.name(), out.display())
    };
    output.print(said, || json!({ "document": document.name(), "file": out, "unchanged": !written }));
    Ok(())
}

/// A folder that is not there has no templates of anybody's own.
fn readable(folder: &Path) -> Result<(), Failure> {
    let failed = |error| Failure::new("templates", format!("cannot read {}: {error}", folder.display()));
    std::fs::read_dir(folder).map(drop).map_err(failed)
}

/// The templates of a folder, or those that come with the program.
pub(crate) fn read_templates(folder: Option<&Path>) -> Result<Templates, Failure> {
    match folder {
        None => Ok(Templates::builtin()),
        Some(folder) => Templates::from_folder(folder).map_err(|error| Failure::new("templates", error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_named_as_its_template() {
        assert_eq!(document("letter-met"), Ok(PreviewDocument::Letter(Verdict::Met)));
        assert!(document("letter").is_err_and(|said| said.contains("report, letter-met, letter-breached")));
    }
}
