//! Templates: builtin, or a folder that an account manager edits.

mod load;
mod looks;
mod names;
mod trial;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use minijinja::Environment;
use sla_core::record::{Language, Verdict};

use crate::error::TemplateError;
use crate::finding::TemplateFinding;
use crate::locale::Locale;
use crate::logo::Logo;
use crate::pdf::Typefaces;
use crate::source::TemplateSource;
use crate::theme::Theme;
use crate::workbook::SheetWords;

pub use names::{TemplateKind, TemplateName};

/// Everything that decides how documents read and look: words, layout, colours, fonts and logos.
pub struct Templates {
    look: Look,
    /// The looks of tenants that have a theme of their own, by the tenant's name.
    tenants: BTreeMap<String, Look>,
    german: Wording,
    english: Wording,
}

/// What documents look like, and who sends them.
#[derive(Clone)]
pub(crate) struct Look {
    pub(crate) theme: Theme,
    pub(crate) typefaces: Arc<Typefaces>,
    /// The provider's mark.
    pub(crate) logo: Option<Arc<Logo>>,
    /// The customer's mark.
    pub(crate) customer_logo: Option<Arc<Logo>>,
}

/// The templates of one language.
pub(crate) struct Wording {
    pub(crate) environment: Environment<'static>,
    pub(crate) words: serde_json::Value,
    pub(crate) sheets: SheetWords,
    pub(crate) locale: Arc<Locale>,
}

macro_rules! builtin {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../../../report-templates/", $name)))),*]
    };
}

const TEXTS: &[(&str, &str)] = builtin![
    "theme.json",
    "words.de.json",
    "words.en.json",
    "workbook.de.json",
    "workbook.en.json",
    "report.de.md",
    "report.en.md",
    "letter-met.de.md",
    "letter-met.en.md",
    "letter-breached.de.md",
    "letter-breached.en.md",
    "letter-undecidable.de.md",
    "letter-undecidable.en.md",
    "settlement.de.md",
    "settlement.en.md",
    "letter-head.de.md",
    "letter-head.en.md",
    "letter-breach.de.md",
    "letter-breach.en.md",
    "letter-credit.de.md",
    "letter-credit.en.md",
    "letter-restatement.de.md",
    "letter-restatement.en.md",
    "letter-maintenance.de.md",
    "letter-maintenance.en.md",
    "letter-year.de.md",
    "letter-year.en.md",
    "statement.de.md",
    "statement.en.md",
    "governance.de.md",
    "governance.en.md",
];

const FONTS: &[(&str, &[u8])] = &[
    ("IBMPlexSans-Regular.ttf", include_bytes!("../../../../../assets/fonts/IBMPlexSans-Regular.ttf")),
    ("IBMPlexSans-SemiBold.ttf", include_bytes!("../../../../../assets/fonts/IBMPlexSans-SemiBold.ttf")),
    ("IBMPlexMono-Regular.ttf", include_bytes!("../../../../../assets/fonts/IBMPlexMono-Regular.ttf")),
    ("DejaVuSans.ttf", include_bytes!("../../../../../assets/fonts/DejaVuSans.ttf")),
    ("DroidSansFallbackFull.ttf", include_bytes!("../../../../../assets/fonts/DroidSansFallbackFull.ttf")),
];

const LANGUAGES: [Language; 2] = [Language::De, Language::En];
const VERDICTS: [Verdict; 3] = [Verdict::Met, Verdict::Breached, Verdict::Undecidable];

impl Templates {
    /// The templates that come with the program.
    pub fn builtin() -> Self {
        let (templates, findings) = load::load(TemplateSource::Builtin);
        assert!(findings.is_empty(), "the builtin templates are tested");
        templates
    }

    /// The templates of a folder; a file that is missing there is taken from the builtin ones.
    ///
    /// # Errors
    /// When the folder cannot be read, and with the first mistake that [`Templates::check`] finds: every template is tried on
    /// invented months first, so that a mistake is found here and not at the end of a month.
    pub fn from_folder(folder: impl AsRef<Path>) -> Result<Self, TemplateError> {
        let folder = folder.as_ref();
        std::fs::read_dir(folder).map_err(|source| TemplateError::Read { path: folder.to_owned(), source })?;
        Self::from_source(folder)
    }

    /// The same of a folder or of files in memory.
    ///
    /// # Errors
    /// With the first mistake that [`Templates::check`] finds.
    pub fn from_source<'a>(source: impl Into<TemplateSource<'a>>) -> Result<Self, TemplateError> {
        let (templates, findings) = load::checked(source.into());
        match findings.into_iter().next() {
            None => Ok(templates),
            Some(finding) => Err(TemplateError::Broken(Box::new(finding))),
        }
    }

    /// The same, with every mistake that [`Templates::check`] finds.
    ///
    /// # Errors
    /// With the mistakes.
    pub fn sound<'a>(source: impl Into<TemplateSource<'a>>) -> Result<Self, Vec<TemplateFinding>> {
        let (templates, findings) = load::checked(source.into());
        if findings.is_empty() { Ok(templates) } else { Err(findings) }
    }

    /// Every mistake in a folder or in files in memory, in the order of files and lines: files that the program does not know,
    /// themes of the provider and of tenants, contrast, logos, fonts and characters that they lack, and what happens when
    /// every template is filled with invented months. What is broken is replaced by what is builtin for the rest of the check.
    pub fn check<'a>(source: impl Into<TemplateSource<'a>>) -> Vec<TemplateFinding> {
        load::checked(source.into()).1
    }

    /// Names of the texts that come with the program.
    pub fn builtin_names() -> impl Iterator<Item = TemplateName> {
        TEXTS.iter().map(|(name, _)| name.parse().expect("the builtin templates are tested"))
    }

    /// Who sends the documents and what they look like, for tenants without a theme of their own.
    pub fn theme(&self) -> &Theme {
        &self.look.theme
    }

    /// What documents for readers in the house look like.
    pub(crate) fn own_look(&self) -> &Look {
        &self.look
    }

    /// What a tenant's documents look like.
    pub(crate) fn look(&self, tenant: &str) -> &Look {
        self.tenants.get(tenant).unwrap_or(&self.look)
    }

    #[cfg(test)]
    pub(crate) fn typefaces(&self) -> &Typefaces {
        &self.look.typefaces
    }

    pub(crate) fn wording(&self, language: Language) -> &Wording {
        match language {
            Language::De => &self.german,
            Language::En => &self.english,
        }
    }

    #[cfg(test)]
    pub(crate) fn locale(&self, language: Language) -> &Locale {
        &self.wording(language).locale
    }
}

/// Name of a language's report template.
pub(crate) fn report_name(language: Language) -> String {
    format!("report.{}.md", language.code())
}

/// Name of a language's part of a letter about what was decided.
fn settlement_name(language: Language) -> String {
    format!("settlement.{}.md", language.code())
}

/// Documents for readers in the house, as their templates are named.
const INTERNAL: [&str; 2] = ["statement", "governance"];

/// Name of the template of a document for readers in the house.
pub(crate) fn internal_name(kind: &str, language: Language) -> String {
    format!("{kind}.{}.md", language.code())
}

/// Name of a language's word list.
pub(crate) fn words_name(language: Language) -> String {
    format!("words.{}.json", language.code())
}

/// Name of a language's words of workbooks.
pub(crate) fn workbook_name(language: Language) -> String {
    format!("workbook.{}.json", language.code())
}

/// Name of the letter template for a verdict.
pub(crate) fn letter_name(verdict: Verdict, language: Language) -> String {
    format!("letter-{}.{}.md", verdict.name(), language.code())
}

/// A builtin file.
fn builtin_text(name: &str) -> &'static str {
    TEXTS.iter().find(|(builtin, _)| *builtin == name).expect("every name asked for is builtin").1
}

#[cfg(test)]
mod tests;
