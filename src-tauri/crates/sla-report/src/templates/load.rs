//! Reads templates and collects what is wrong with them. A broken file is told and its builtin one takes its place, so that
//! the mistakes of all other files are found as well.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;
use sla_core::catalogue::Name;
use sla_core::phrase;
use sla_core::phrase::Phrase;
use sla_core::record::Language;

use super::looks::{self, Looks};
use super::{
    INTERNAL, LANGUAGES, Look, TEXTS, Templates, VERDICTS, Wording, builtin_text, internal_name, letter_name,
    report_name, settlement_name, trial, words_name, workbook_name,
};
use crate::bounds;
use crate::finding::{TemplateCode, TemplateFinding, nearest};
use crate::locale::{Locale, Patterns};
use crate::render;
use crate::source::{Content, TemplateSource};

/// The most bytes of a template, a word list or a theme.
pub(super) const LIMIT_TEXT_BYTES: u64 = 512 * 1024;
/// What may lie beside templates without being one.
const NOTES: [&str; 3] = ["README.md", "LICENSE.md", "CHANGELOG.md"];

/// The templates of a source as they are, with everything that is wrong; texts are not tried out.
pub(super) fn load(source: TemplateSource<'_>) -> (Templates, Vec<TemplateFinding>) {
    let mut loader = Loader { source, findings: Vec::new() };
    let names = loader.names();
    let Looks { look, tenants, used } = looks::load(&mut loader, &names);
    let german = loader.wording(Language::De);
    let english = loader.wording(Language::En);
    loader.check_names(&names, &used);
    loader.check_glyphs(&look);
    (Templates { look, tenants, german, english }, loader.findings)
}

/// The same, and every text tried out on invented months.
pub(super) fn checked(source: TemplateSource<'_>) -> (Templates, Vec<TemplateFinding>) {
    let (templates, mut findings) = load(source);
    let mut loader = Loader { source, findings: Vec::new() };
    let tried = trial::run(&templates, |name| loader.text(name));
    findings.extend(tried);
    findings.sort();
    findings.dedup();
    (templates, findings)
}

/// A source and what is wrong with it so far.
pub(super) struct Loader<'a> {
    pub(super) source: TemplateSource<'a>,
    pub(super) findings: Vec<TemplateFinding>,
}

impl Loader<'_> {
    pub(super) fn wrong(&mut self, code: TemplateCode, file: &str, line: usize, found: Phrase, expected: Phrase) {
        self.findings.push(TemplateFinding::new(code, file, line, found, expected));
    }

    fn names(&mut self) -> Vec<String> {
        self.source.names().unwrap_or_else(|(folder, error)| {
            let found =
                phrase!("a folder that cannot be read: {error}", "ein Ordner, der sich nicht lesen lässt: {error}");
            let expected = Phrase::new("a folder that may be read", "ein Ordner, der gelesen werden darf");
            self.wrong(TemplateCode::Unreadable, if folder.is_empty() { "." } else { &folder }, 1, found, expected);
            Vec::new()
        })
    }

    /// A text of the source; `None` where it is missing or cannot be read, which is told.
    pub(super) fn own_text(&mut self, name: &str) -> Option<String> {
        let unreadable = |loader: &mut Self, line, found| {
            let expected = phrase!(
                "a text in UTF-8 of at most {} KB",
                "ein Text in UTF-8 mit höchstens {} KB",
                LIMIT_TEXT_BYTES / 1024
            );
            loader.wrong(TemplateCode::Unreadable, name, line, found, expected);
            None
        };
        match self.source.read(name, LIMIT_TEXT_BYTES) {
            Content::Missing => None,
            Content::TooLarge(bytes) => unreadable(self, 1, too_large(bytes)),
            Content::Unreadable(reason) => unreadable(self, 1, unread(&reason)),
            Content::Bytes(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
                Err(error) => {
                    let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                    let line = 1 + before.iter().filter(|b| **b == b'\n').count();
                    let found = Phrase::new("bytes that are no UTF-8", "Bytes, die kein UTF-8 sind");
                    unreadable(self, line, found)
                }
            },
        }
    }

    /// The same, or else what is builtin.
    fn text(&mut self, name: &str) -> String {
        self.own_text(name).unwrap_or_else(|| builtin_text(name).to_owned())
    }

    /// A JSON file as what it should be.
    fn json<T: for<'de> Deserialize<'de>>(&mut self, name: &str) -> T {
        let text = self.text(name);
        serde_json::from_str(&text).unwrap_or_else(|error| {
            let found = phrase!("no word list: {error}", "keine Wortliste: {error}");
            let expected = phrase!("JSON as in the builtin {name}", "JSON wie in der mitgelieferten {name}");
            self.wrong(TemplateCode::InvalidValue, name, error.line().max(1), found, expected);
            serde_json::from_str(builtin_text(name)).expect("the builtin templates are tested")
        })
    }

    fn wording(&mut self, language: Language) -> Wording {
        /// The part of a word list that the program reads itself; the rest is the templates' own.
        #[derive(Deserialize)]
        struct Words {
            patterns: Patterns,
        }
        let file = words_name(language);
        let before = self.findings.len();
        let patterns = self.json::<Words>(&file).patterns;
        // A list without the patterns is broken as a whole, and told once.
        let words = match self.findings.len() == before {
            true => self.json(&file),
            false => serde_json::from_str(builtin_text(&file)).expect("the builtin templates are tested"),
        };
        let sheets = self.json(&workbook_name(language));
        let locale = Arc::new(Locale::new(language, patterns));
        let mut environment = render::environment(&locale);
        for name in template_names(language) {
            let text = self.text(&name);
            let blocks = crate::manuscript::check_blocks(&name, &text);
            let unbounded = bounds::check(&name, &text, render::block_tags_leave_no_lines());
            let is_sound = blocks.is_empty() && unbounded.is_empty();
            self.findings.extend(blocks.into_iter().chain(unbounded));
            let failed = environment.add_template_owned(name.clone(), text).err();
            if let Some(error) = &failed {
                let file = error.name().unwrap_or(&name).to_owned();
                self.wrong(
                    TemplateCode::Template,
                    &file,
                    error.line().unwrap_or(1),
                    render::reason(error),
                    Phrase::new("a template of minijinja", "eine Vorlage von minijinja"),
                );
            }
            if failed.is_some() || !is_sound {
                let builtin = builtin_text(&name).to_owned();
                environment.add_template_owned(name, builtin).expect("the builtin templates are tested");
            }
        }
        Wording { environment, words, sheets, locale }
    }

    /// Tells files that nothing reads: a misspelt name would be a template that is never used.
    fn check_names(&mut self, names: &[String], used: &BTreeSet<String>) {
        for name in names {
            let is_known = TEXTS.iter().any(|(known, _)| known == name) || used.contains(name);
            let own = name.rsplit('/').next().unwrap_or(name);
            if is_known || NOTES.contains(&own) {
                continue;
            }
            let known: Vec<&str> = match name.strip_prefix("tenants/") {
                None => TEXTS.iter().map(|(known, _)| *known).collect(),
                Some(_) => vec!["theme.json"],
            };
            let near = nearest(own, known);
            let is_text = [".md", ".json"].into_iter().any(|ending| own.ends_with(ending));
            // Pictures and fonts that are not in use lie there without harm.
            if near.is_none() && !is_text {
                continue;
            }
            let found =
                Phrase::new("a file that the program does not know", "eine Datei, die das Programm nicht kennt");
            let expected = match near {
                Some(near) => phrase!("a name such as {near:?}", "ein Name wie {near:?}"),
                None => Phrase::new(
                    "a name of report-templates/README.md, or no such file",
                    "ein Name aus report-templates/README.md, oder keine solche Datei",
                ),
            };
            self.wrong(TemplateCode::UnknownFile, name, 1, found, expected);
        }
    }

    /// Tells characters of the report's own texts that no font has: a document would show a sign in their place.
    fn check_glyphs(&mut self, look: &Look) {
        let files = LANGUAGES.into_iter().flat_map(|language| [report_name(language), words_name(language)]);
        for file in files.chain(["theme.json".to_owned()]) {
            // What is builtin has been looked at; that of others is looked at in the fonts that they chose.
            let is_builtin = matches!(self.source.read(&file, LIMIT_TEXT_BYTES), Content::Missing);
            if is_builtin && look.theme.fonts == looks::builtin_theme().fonts {
                continue;
            }
            let before = self.findings.len();
            let text = self.text(&file);
            self.findings.truncate(before);
            self.missing_glyphs(&file, &text, look, None);
        }
    }

    /// Tells every character of a text that a look's fonts lack once, at its line or at the one that is given.
    pub(super) fn missing_glyphs(&mut self, file: &str, text: &str, look: &Look, at: Option<(&str, usize)>) {
        let mut missing: BTreeMap<char, usize> = BTreeMap::new();
        for (line, text) in (1..).zip(text.lines()) {
            for c in text.chars().filter(|c| !c.is_ascii() && !look.typefaces.can_show(*c)) {
                missing.entry(c).or_insert(line);
            }
        }
        for (c, line) in missing {
            let code = u32::from(c);
            let (place, line) = at.unwrap_or((file, line));
            let found = phrase!(
                "the character {c} (U+{code:04X}) of {file}, which no font of the theme has",
                "das Zeichen {c} (U+{code:04X}) aus {file}, das keine Schrift des Themas hat"
            );
            let expected = Phrase::new(
                "a fallback font that has it, or another character",
                "eine Ersatzschrift, die es hat, oder ein anderes Zeichen",
            );
            self.wrong(TemplateCode::Glyph, place, line, found, expected);
        }
    }
}

pub(super) fn too_large(bytes: u64) -> Phrase {
    phrase!("{} KB", "{} KB", bytes.div_ceil(1024))
}

pub(super) fn unread(reason: &str) -> Phrase {
    phrase!("a file that cannot be read: {reason}", "eine Datei, die sich nicht lesen lässt: {reason}")
}

/// Names of the templates of a language.
pub(super) fn template_names(language: Language) -> impl Iterator<Item = String> {
    let letters = VERDICTS.map(|verdict| letter_name(verdict, language));
    let parts = [report_name(language), settlement_name(language)];
    let internal = INTERNAL.map(|kind| internal_name(kind, language));
    letters.into_iter().chain(parts).chain(crate::occasion::template_names(language)).chain(internal)
}

/// Whether a folder in `tenants` can be a tenant's.
pub(super) fn is_tenant(name: &str) -> bool {
    name.parse::<Name>().is_ok()
}
