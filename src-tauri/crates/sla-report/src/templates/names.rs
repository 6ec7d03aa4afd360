//! Names of files in a folder of templates, and what a file is by its name.

use std::str::FromStr;

use sla_core::catalogue::Name;

use super::TEXTS;
use super::load::LIMIT_TEXT_BYTES;
use super::looks::{TENANTS, THEME, is_file_name};
use crate::finding::{TemplateCode, TemplateFinding};
use crate::logo::{self, Logo};

/// What a file of templates is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TemplateKind {
    /// A letter, or a part of letters.
    Letter,
    /// A document of figures: a report, a statement, a summary.
    Report,
    /// A theme.
    Look,
    /// A list of words.
    Words,
    /// A logo.
    Picture,
}

/// The name of a file that templates may consist of; fonts and notes lie beside them and are none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TemplateName {
    name: String,
    tenant: Option<Name>,
    kind: TemplateKind,
}

impl TemplateName {
    /// A file of the provider, or of a tenant.
    ///
    /// # Errors
    /// What is expected, when no template has that name.
    pub fn of(tenant: Option<&Name>, file: &str) -> Result<Self, &'static str> {
        match tenant {
            None => file.parse(),
            Some(tenant) => format!("{TENANTS}{tenant}/{file}").parse(),
        }
    }

    /// The name inside the folder, such as `tenants/nordlicht/theme.json`.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The name of the file alone.
    pub fn file(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }

    /// The tenant whose documents alone have it.
    pub fn tenant(&self) -> Option<&Name> {
        self.tenant.as_ref()
    }

    /// What the file is.
    pub fn kind(&self) -> TemplateKind {
        self.kind
    }

    /// The most bytes that it may have.
    pub fn most_bytes(&self) -> u64 {
        logo::limit_bytes(&self.name).unwrap_or(LIMIT_TEXT_BYTES)
    }

    /// What comes with the program under that name.
    pub fn builtin(&self) -> Option<&'static str> {
        TEXTS.iter().find(|(name, _)| *name == self.name).map(|(_, text)| *text)
    }

    /// What is wrong with a picture, whether or not a theme names it; nothing is wrong with any other file here.
    pub fn check_picture(&self, bytes: &[u8]) -> Option<TemplateFinding> {
        if self.kind != TemplateKind::Picture {
            return None;
        }
        let logo::Refused { line, found, expected } = Logo::read(&self.name, "", bytes.to_vec()).err()?;
        Some(TemplateFinding::new(TemplateCode::Logo, &self.name, line, found, expected))
    }
}

impl FromStr for TemplateName {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str =
            "a name of report-templates/README.md, tenants/NAME/theme.json, or a logo in .png or .svg";
        let (tenant, file) = match name.strip_prefix(TENANTS) {
            None => (None, name),
            Some(rest) => {
                let (tenant, file) = rest.split_once('/').ok_or(EXPECTED)?;
                (Some(tenant.parse::<Name>().map_err(|_| EXPECTED)?), file)
            }
        };
        if !is_file_name(file) || file.starts_with('.') || file.chars().any(char::is_control) || file.len() > 100 {
            return Err(EXPECTED);
        }
        let kind = match file {
            THEME => TemplateKind::Look,
            _ if logo::limit_bytes(file).is_some() => TemplateKind::Picture,
            _ if tenant.is_some() || TEXTS.iter().all(|(known, _)| *known != file) => return Err(EXPECTED),
            _ if file.starts_with("letter-") || file.starts_with("settlement.") => TemplateKind::Letter,
            _ if file.ends_with(".json") => TemplateKind::Words,
            _ => TemplateKind::Report,
        };
        Ok(Self { name: name.to_owned(), tenant, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_a_file_is() {
        #[track_caller]
        fn check(name: &str, expected: Option<(Option<&str>, TemplateKind)>) {
            let found = name.parse::<TemplateName>().ok();
            let found = found.as_ref().map(|one| (one.tenant().map(Name::as_str), one.kind()));
            assert_eq!(found, expected, "{name}");
        }
        check("letter-met.de.md", Some((None, TemplateKind::Letter)));
        check("settlement.en.md", Some((None, TemplateKind::Letter)));
        check("statement.en.md", Some((None, TemplateKind::Report)));
        check("workbook.de.json", Some((None, TemplateKind::Words)));
        check("theme.json", Some((None, TemplateKind::Look)));
        check("Logo of ours.SVG", Some((None, TemplateKind::Picture)));
        check("tenants/nord/theme.json", Some((Some("nord"), TemplateKind::Look)));
        check("tenants/nord/logo.png", Some((Some("nord"), TemplateKind::Picture)));
        for name in [
            "",
            "..",
            "../theme.json",
            "/theme.json",
            "./theme.json",
            "a/logo.png",
            "..\\logo.png",
            "c:logo.png",
            ".logo.png",
            "lo\ngo.png",
            "letter-mett.de.md",
            "README.md",
            "font.ttf",
            "tenants/logo.png",
            "tenants/../logo.png",
            "tenants/nord/../logo.png",
            "tenants/nord/a/logo.png",
            "tenants/Nord/theme.json",
            "tenants/nord/report.de.md",
        ] {
            check(name, None);
        }
        for (name, text) in TEXTS {
            let known: TemplateName = name.parse().unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(known.builtin(), Some(*text));
        }
    }

    #[test]
    fn a_picture_is_looked_at_before_a_theme_names_it() {
        let name = |name: &str| name.parse::<TemplateName>().expect("a name");
        let finding = name("tenants/nord/logo.png").check_picture(b"GIF89a").expect("it is none");
        assert_eq!((finding.file.as_str(), finding.code), ("tenants/nord/logo.png", TemplateCode::Logo));
        assert_eq!(name("theme.json").check_picture(b"GIF89a"), None);
    }
}
