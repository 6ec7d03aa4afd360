//! What is wrong with a folder of templates: always where, what was found and what is expected, in both languages.

use std::fmt;

use sla_core::phrase::Phrase;

/// What kind of mistake it is. The names are stable: programs may rely on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TemplateCode {
    /// A file that cannot be read, is too large, or is neither UTF-8 nor JSON.
    Unreadable,
    /// A file that the program does not know.
    UnknownFile,
    /// A field that `theme.json` does not have.
    UnknownField,
    /// A field that must be there is not.
    MissingField,
    /// A value that cannot be read as what it should be.
    InvalidValue,
    /// Two colours that cannot be told apart well enough.
    Contrast,
    /// A logo that cannot be drawn.
    Logo,
    /// A font that cannot be used.
    Font,
    /// A character that no font of the theme has.
    Glyph,
    /// A template that does not become a document.
    Template,
}

impl TemplateCode {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::UnknownFile => "unknown-file",
            Self::UnknownField => "unknown-field",
            Self::MissingField => "missing-field",
            Self::InvalidValue => "invalid-value",
            Self::Contrast => "contrast",
            Self::Logo => "logo",
            Self::Font => "font",
            Self::Glyph => "glyph",
            Self::Template => "template",
        }
    }
}

/// One mistake in templates. Findings are in the order of their files and lines, and print themselves in English.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TemplateFinding {
    /// Name of the file inside the folder, with `/` between the folders of a tenant's file.
    pub file: String,
    /// Line in that file, from 1.
    pub line: usize,
    /// What kind of mistake.
    pub code: TemplateCode,
    /// What stands there.
    pub found: Phrase,
    /// What should stand there.
    pub expected: Phrase,
}

impl TemplateFinding {
    pub(crate) fn new(code: TemplateCode, file: &str, line: usize, found: Phrase, expected: Phrase) -> Self {
        Self { file: file.to_owned(), line, code, found, expected }
    }

    /// The line that it prints, in German.
    pub fn german(&self) -> String {
        let Self { file, line, code, found, expected } = self;
        format!("{file}:{line}: Fehler[{}]: gefunden: {}, erwartet: {}", code.name(), found.de(), expected.de())
    }

    /// What was found and what is expected, in one English line.
    pub(crate) fn reason(&self) -> String {
        format!("found {}, expected {}", self.found.en(), self.expected.en())
    }
}

impl fmt::Display for TemplateFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: error[{}]: {}", self.file, self.line, self.code.name(), self.reason())
    }
}

/// The known name that is most like another one: at most a third of it has to be typed otherwise.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = (name.chars().count() / 3).max(1);
    let ranked = known.into_iter().map(|one| (distance(name, one), one)).filter(|(steps, _)| *steps <= most);
    ranked.min().map(|(_, one)| one)
}

/// How many characters must be put in, left out or replaced (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    /// Names are short; a longer one is like none.
    const LONGEST: usize = 128;
    let other: Vec<char> = other.chars().take(LONGEST).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, c) in one.chars().take(LONGEST).enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (at, d) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(c != *d);
            diagonal = row[at + 1];
            row[at + 1] = replaced.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[other.len()] + one.chars().count().saturating_sub(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_is_near_the_one_that_was_meant() {
        #[track_caller]
        fn check(name: &str, expected: Option<&str>) {
            assert_eq!(nearest(name, ["letter-met.de.md", "letter-met.en.md", "theme.json"]), expected);
        }
        check("letter-mett.de.md", Some("letter-met.de.md"));
        check("Theme.json", Some("theme.json"));
        check("report.docx", None);
        check("", None);
    }
}
