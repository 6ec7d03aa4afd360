//! Templates: builtin, or a folder that an account manager edits.

use std::path::Path;

use minijinja::Environment;
use serde::Deserialize;
use sla_core::record::{Language, Verdict};

use crate::error::TemplateError;
use crate::locale::{Locale, Patterns};
use crate::pdf::Typefaces;
use crate::theme::{FontFiles, Theme};
use crate::workbook::{SheetWords, report_xlsx};
use crate::{governance_documents, render, sample, statement_documents};

/// Everything that decides how documents read and look: words, layout, colours and fonts.
pub struct Templates {
    theme: Theme,
    german: Wording,
    english: Wording,
    typefaces: Typefaces,
}

/// The templates of one language.
pub(crate) struct Wording {
    pub(crate) environment: Environment<'static>,
    pub(crate) words: serde_json::Value,
    pub(crate) sheets: SheetWords,
    pub(crate) locale: std::sync::Arc<Locale>,
}

macro_rules! builtin {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../../report-templates/", $name)))),*]
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
    ("IBMPlexSans-Regular.ttf", include_bytes!("../../../../assets/fonts/IBMPlexSans-Regular.ttf")),
    ("IBMPlexSans-SemiBold.ttf", include_bytes!("../../../../assets/fonts/IBMPlexSans-SemiBold.ttf")),
    ("IBMPlexMono-Regular.ttf", include_bytes!("../../../../assets/fonts/IBMPlexMono-Regular.ttf")),
    ("DejaVuSans.ttf", include_bytes!("../../../../assets/fonts/DejaVuSans.ttf")),
    ("DroidSansFallbackFull.ttf", include_bytes!("../../../../assets/fonts/DroidSansFallbackFull.ttf")),
];

const LANGUAGES: [Language; 2] = [Language::De, Language::En];
const VERDICTS: [Verdict; 3] = [Verdict::Met, Verdict::Breached, Verdict::Undecidable];

impl Templates {
    /// The templates that come with the program.
    pub fn builtin() -> Self {
        Self::load(None).expect("the builtin templates are tested")
    }

    /// The templates of a folder; a file that is missing there is taken from the builtin ones.
    ///
    /// # Errors
    /// When the folder or a file cannot be read, and when a template, word list, theme or font is broken: every
    /// template is tried on invented months first, so that a mistake is found here and not at the end of a month.
    pub fn from_folder(folder: impl AsRef<Path>) -> Result<Self, TemplateError> {
        let folder = folder.as_ref();
        std::fs::read_dir(folder).map_err(|source| TemplateError::Read { path: folder.to_owned(), source })?;
        let templates = Self::load(Some(folder))?;
        templates.try_out()?;
        Ok(templates)
    }

    /// Who sends the documents and what they look like.
    pub fn theme(&self) -> &Theme {
        &self.theme
    }

    pub(crate) fn typefaces(&self) -> &Typefaces {
        &self.typefaces
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

    fn load(folder: Option<&Path>) -> Result<Self, TemplateError> {
        let theme: Theme = json("theme.json", &text(folder, "theme.json")?)?;
        let typefaces = typefaces(folder, &theme.fonts)?;
        let wording = |language| Wording::load(folder, language);
        Ok(Self { german: wording(Language::De)?, english: wording(Language::En)?, theme, typefaces })
    }

    /// Renders every template once, on months that hold every kind of finding.
    fn try_out(&self) -> Result<(), TemplateError> {
        for language in LANGUAGES {
            for verdict in VERDICTS {
                let record = sample::record(language, verdict);
                let contacts = sample::contacts();
                let settled = sample::settlement(&record);
                for settlement in [None, Some(&settled)] {
                    let report = crate::manuscript_of(self, &record, settlement).map(drop);
                    let letter = crate::letter::Letter::write(self, &record, settlement, &contacts).map(drop);
                    let workbook = report_xlsx(self, &record, settlement).map(drop);
                    report.and(letter).and(workbook).map_err(broken)?;
                }
                let statement = sample::statement(&record);
                statement_documents(self, language, &statement).map(drop).map_err(broken)?;
                governance_documents(self, language, &sample::governance(&record)).map(drop).map_err(broken)?;
            }
            crate::occasion::try_out(self, language).map_err(broken)?;
        }
        Ok(())
    }
}

fn broken(error: crate::ReportError) -> TemplateError {
    use crate::ReportError;
    match error {
        ReportError::Template { file, line, reason } => TemplateError::Broken { file, line, reason },
        // The block stands somewhere in the text that the template produced: name its first line there.
        ReportError::Block { file, reason, found } => {
            TemplateError::Broken { file, line: 1, reason: format!("{reason}; found {found:?}") }
        }
        other => TemplateError::Broken { file: "theme.json".into(), line: 1, reason: other.to_string() },
    }
}

impl Wording {
    fn load(folder: Option<&Path>, language: Language) -> Result<Self, TemplateError> {
        /// The part of a word list that the program reads itself; the rest is the templates' own.
        #[derive(Deserialize)]
        struct Words {
            patterns: Patterns,
        }
        let file = words_name(language);
        let source = text(folder, &file)?;
        let patterns = json::<Words>(&file, &source)?.patterns;
        let words = json(&file, &source)?;
        let file = workbook_name(language);
        let sheets = json(&file, &text(folder, &file)?)?;
        let locale = std::sync::Arc::new(Locale::new(language, patterns));
        let mut environment = render::environment(&locale);
        let letters = VERDICTS.map(|verdict| letter_name(verdict, language));
        let parts = [report_name(language), settlement_name(language)];
        let internal = INTERNAL.map(|kind| internal_name(kind, language));
        let others = crate::occasion::template_names(language).chain(internal);
        for name in letters.into_iter().chain(parts).chain(others) {
            let source = text(folder, &name)?;
            crate::manuscript::check_blocks(&name, &source)?;
            environment.add_template_owned(name.clone(), source).map_err(|error| TemplateError::Broken {
                file: error.name().unwrap_or(&name).to_owned(),
                line: error.line().unwrap_or(1),
                reason: render::reason(&error),
            })?;
        }
        Ok(Self { environment, words, sheets, locale })
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

fn text(folder: Option<&Path>, name: &str) -> Result<String, TemplateError> {
    if let Some(bytes) = read(folder, name)? {
        return String::from_utf8(bytes).map_err(|error| TemplateError::Broken {
            file: name.to_owned(),
            line: 1 + error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count(),
            reason: "found bytes that are no UTF-8; save the file as UTF-8".into(),
        });
    }
    let builtin = TEXTS.iter().find(|(builtin, _)| *builtin == name);
    Ok(builtin.expect("every name asked for is builtin").1.to_owned())
}

fn read(folder: Option<&Path>, name: &str) -> Result<Option<Vec<u8>>, TemplateError> {
    let Some(path) = folder.map(|folder| folder.join(name)) else { return Ok(None) };
    match std::fs::read(&path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(TemplateError::Read { path, source }),
    }
}

fn json<T: for<'de> Deserialize<'de>>(file: &str, text: &str) -> Result<T, TemplateError> {
    serde_json::from_str(text).map_err(|error| TemplateError::Broken {
        file: file.to_owned(),
        line: error.line().max(1),
        reason: error.to_string(),
    })
}

fn typefaces(folder: Option<&Path>, files: &FontFiles) -> Result<Typefaces, TemplateError> {
    let load = |name: &str| -> Result<Vec<u8>, TemplateError> {
        // A font is a file beside theme.json, never a path out of the folder.
        if Path::new(name).file_name().is_none_or(|file| file != name) {
            let reason = "found a path, expected the name of a file beside theme.json".into();
            return Err(TemplateError::Font { file: name.to_owned(), reason });
        }
        if let Some(bytes) = read(folder, name)? {
            return Ok(bytes);
        }
        let builtin = FONTS.iter().find(|(builtin, _)| *builtin == name);
        builtin.map(|(_, bytes)| bytes.to_vec()).ok_or_else(|| TemplateError::Font {
            file: name.to_owned(),
            reason: "named in theme.json, but not in the folder".into(),
        })
    };
    let face = |name: &str| load(name).map(|bytes| (name.to_owned(), bytes));
    let fallbacks = files.fallback.iter().map(|name| face(name)).collect::<Result<_, _>>()?;
    Typefaces::new([face(&files.regular)?, face(&files.strong)?, face(&files.code)?], fallbacks)
        .map_err(|(file, reason)| TemplateError::Font { file, reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(file: &str, content: &str, expected: &str) {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(file), content).expect("written");
        let error = Templates::from_folder(folder.path()).err().expect("refused").to_string();
        assert!(error.starts_with(expected), "{error}\nexpected it to start with\n{expected}");
    }

    #[test]
    fn an_empty_folder_means_the_builtin_templates() {
        let folder = tempfile::tempdir().expect("a folder");
        let templates = Templates::from_folder(folder.path()).expect("builtin");
        assert_eq!(templates.theme(), Templates::builtin().theme());
    }

    #[test]
    fn a_broken_template_is_named_with_file_and_line() {
        check("report.de.md", "# Titel\n\n{% for x in record.commitments %}\n", "report.de.md:3: ");
        check("report.en.md", "# Title\n\n{{ record.no_such_field }}\n", "report.en.md:3: ");
        check("letter-met.de.md", "# Titel\n{{ record.month | no_such_filter }}\n", "letter-met.de.md:2: ");
        check("letter-met.en.md", "# Title\n\n{{ 'x' | percent }}\n", "letter-met.en.md:3: ");
        check("report.de.md", "# Titel\n\n```tilez\na | b\n```\n", "report.de.md:3: found a block \"tilez\"");
        check("report.de.md", "# Titel\n\n```tiles\na | b\n", "report.de.md:3: found a block without an end");
        check("letter-breached.en.md", "no heading\n", "letter-breached.en.md:1: ");
        check("words.de.json", "{\n \"patterns\": 1\n}", "words.de.json:2: ");
        check("theme.json", "{\n", "theme.json:");
        check("report.en.md", "{% include 'theme.json' %}", "report.en.md:1: ");
    }

    #[test]
    fn a_template_that_never_ends_is_stopped() {
        let endless = "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}";
        check("letter-met.de.md", endless, "letter-met.de.md:1: ");
        let nested = "{% for a in range(9999) %}{% for b in range(9999) %}{% set c = a * b %}{% endfor %}{% endfor %}";
        check("letter-met.de.md", nested, "letter-met.de.md:1: ");
    }

    #[test]
    fn a_theme_with_a_bad_colour_or_font_is_refused() {
        let theme = TEXTS[0].1;
        check("theme.json", &theme.replace("#1f4e8c", "blue"), "theme.json:");
        check("theme.json", &theme.replace("IBMPlexSans-Regular.ttf", "Comic.ttf"), "Comic.ttf: named in theme.json");
        check("theme.json", &theme.replace("IBMPlexSans-Regular.ttf", "../secret.ttf"), "../secret.ttf: found a path");
        check("IBMPlexMono-Regular.ttf", "no font", "IBMPlexMono-Regular.ttf: ");
    }

    #[test]
    fn many_threads_can_share_templates() {
        fn check<T: Send + Sync>() {}
        check::<Templates>();
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = Templates::from_folder("/no/such/folder").err().expect("refused").to_string();
        assert!(error.starts_with("cannot read /no/such/folder: "), "{error}");
    }
}
