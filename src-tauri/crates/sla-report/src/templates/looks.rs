//! The themes of the provider and of tenants, with their fonts and logos.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use sla_core::phrase;
use sla_core::phrase::Phrase;

use super::load::{self, Loader};
use super::{FONTS, LANGUAGES, Look, builtin_text, report_name, words_name};
use crate::finding::{TemplateCode, nearest};
use crate::logo::{self, Logo};
use crate::mail;
use crate::pdf::Typefaces;
use crate::source::Content;
use crate::theme::{FontFiles, Kind, LogoFile, Settings, Theme, check_contrast};

/// The file that says what documents look like.
pub(super) const THEME: &str = "theme.json";
/// Where tenants have theirs.
pub(super) const TENANTS: &str = "tenants/";
/// The most bytes of a font.
const LIMIT_FONT_BYTES: u64 = 32 * 1024 * 1024;

/// Every look of a source.
pub(super) struct Looks {
    pub(super) look: Look,
    pub(super) tenants: BTreeMap<String, Look>,
    /// Files that are read besides those of known names.
    pub(super) used: BTreeSet<String>,
}

/// The theme that comes with the program.
pub(super) fn builtin_theme() -> Theme {
    let settings = Settings::read(Kind::Whole, THEME, builtin_text(THEME), &mut Vec::new());
    settings.theme().expect("the builtin templates are tested")
}

/// Reads the provider's theme and those of tenants.
pub(super) fn load(loader: &mut Loader<'_>, names: &[String]) -> Looks {
    let mut reader = Reader { loader, used: BTreeSet::new() };
    let look = reader.whole();
    let mut tenants = BTreeMap::new();
    for tenant in reader.tenants(names) {
        if let Some(own) = reader.overlay(&tenant, &look) {
            tenants.insert(tenant, own);
        }
    }
    Looks { look, tenants, used: reader.used }
}

struct Reader<'l, 's> {
    loader: &'l mut Loader<'s>,
    used: BTreeSet<String>,
}

impl Reader<'_, '_> {
    fn whole(&mut self) -> Look {
        let text = self.loader.own_text(THEME).unwrap_or_else(|| builtin_text(THEME).to_owned());
        let settings = Settings::read(Kind::Whole, THEME, &text, &mut self.loader.findings);
        let theme = settings.theme().unwrap_or_else(builtin_theme);
        check_contrast(&theme, &settings, &mut self.loader.findings);
        self.check_sender(&theme, &settings);
        let typefaces = self.typefaces("", &theme.fonts, &settings).unwrap_or_else(|| {
            let builtin = |name: &str| builtin_font(name).expect("the builtin templates are tested");
            faces(&builtin_theme().fonts, builtin).expect("the builtin templates are tested")
        });
        let logo = self.logo("", theme.logo.as_ref(), &settings);
        Look { theme, typefaces: Arc::new(typefaces), logo, customer_logo: None }
    }

    /// Names of the folders of tenants; what cannot be one is told.
    fn tenants(&mut self, names: &[String]) -> BTreeSet<String> {
        let mut tenants = BTreeSet::new();
        for name in names.iter().filter_map(|name| name.strip_prefix(TENANTS)) {
            let Some((tenant, file)) = name.split_once('/') else {
                self.used.insert(format!("{TENANTS}{name}"));
                let found = Phrase::new("a file of no tenant", "eine Datei von keinem Mandanten");
                let expected = Phrase::new("tenants/NAME/theme.json", "tenants/NAME/theme.json");
                self.loader.wrong(TemplateCode::UnknownFile, &format!("{TENANTS}{name}"), 1, found, expected);
                continue;
            };
            if load::is_tenant(tenant) {
                if file == THEME {
                    tenants.insert(tenant.to_owned());
                    self.used.insert(format!("{TENANTS}{name}"));
                }
                continue;
            }
            self.used.insert(format!("{TENANTS}{name}"));
            if self.used.insert(format!("{TENANTS}{tenant}")) {
                let found = phrase!("a folder {tenant:?}", "ein Ordner {tenant:?}");
                let expected = Phrase::new(
                    "a tenant's name of small letters, digits and inner hyphens",
                    "ein Mandantenname aus Kleinbuchstaben, Ziffern und inneren Bindestrichen",
                );
                self.loader.wrong(TemplateCode::UnknownFile, &format!("{TENANTS}{tenant}"), 1, found, expected);
            }
        }
        tenants
    }

    /// A tenant's look: the provider's, said otherwise.
    fn overlay(&mut self, tenant: &str, base: &Look) -> Option<Look> {
        let folder = format!("{TENANTS}{tenant}/");
        let file = format!("{folder}{THEME}");
        let text = self.loader.own_text(&file)?;
        let settings = Settings::read(Kind::Overlay, &file, &text, &mut self.loader.findings);
        let theme = settings.over(&base.theme);
        check_contrast(&theme, &settings, &mut self.loader.findings);
        self.check_sender(&theme, &settings);
        let typefaces = match settings.has_fonts() {
            false => Arc::clone(&base.typefaces),
            true => {
                self.typefaces(&folder, &theme.fonts, &settings).map_or_else(|| Arc::clone(&base.typefaces), Arc::new)
            }
        };
        let customer_logo = self.logo(&folder, theme.customer.logo.as_ref(), &settings);
        let look = Look { theme, typefaces, logo: base.logo.clone(), customer_logo };
        self.loader.missing_glyphs(&file, &text, &look, None);
        if settings.has_fonts() {
            // The report is set in other fonts for this tenant; what they lack is told where they are chosen.
            let line = ["fonts.regular", "fonts.strong", "fonts.code", "fonts.fallback"]
                .iter()
                .find_map(|one| settings.line(one));
            for name in LANGUAGES.into_iter().flat_map(|language| [report_name(language), words_name(language)]) {
                let before = self.loader.findings.len();
                let text = self.loader.own_text(&name).unwrap_or_else(|| builtin_text(&name).to_owned());
                self.loader.findings.truncate(before);
                self.loader.missing_glyphs(&name, &text, &look, Some((&file, line.unwrap_or(1))));
            }
        }
        Some(look)
    }

    fn check_sender(&mut self, theme: &Theme, settings: &Settings) {
        if let Err(error) = mail::check_sender(&theme.provider) {
            let fields = ["provider.sender_email", "provider.sender_name"];
            let Some(line) = fields.iter().find_map(|field| settings.line(field)) else { return };
            let found =
                phrase!("a sender that no mail can have: {error}", "ein Absender, den keine Mail haben kann: {error}");
            let expected = Phrase::new(
                "a name in one line and an address such as \"sla@example.org\"",
                "ein Name in einer Zeile und eine Adresse wie \"sla@example.org\"",
            );
            self.loader.wrong(TemplateCode::InvalidValue, settings.file(), line, found, expected);
        }
    }

    /// Content of a file that a theme names, which lies beside it or, of a tenant, beside the provider's.
    fn beside(&mut self, folder: &str, name: &str, limit: u64) -> Content {
        let content = self.loader.source.read(&format!("{folder}{name}"), limit);
        match content {
            Content::Missing => {}
            _ => {
                self.used.insert(format!("{folder}{name}"));
            }
        }
        content
    }

    fn typefaces(&mut self, folder: &str, files: &FontFiles, settings: &Settings) -> Option<Typefaces> {
        let named = [("fonts.regular", &files.regular), ("fonts.strong", &files.strong), ("fonts.code", &files.code)];
        let fallback = files.fallback.iter().map(|name| ("fonts.fallback", name));
        let mut bytes: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let before = self.loader.findings.len();
        for (field, name) in named.into_iter().chain(fallback) {
            // A tenant's theme that names some fonts has the others of the provider's, which are told there.
            let line = settings.line(field);
            match self.font(folder, name) {
                Ok(font) => {
                    bytes.insert(name.clone(), font);
                }
                Err(found) => {
                    if let Some(line) = line {
                        self.loader.wrong(TemplateCode::Font, settings.file(), line, found, expected_font());
                    }
                }
            }
        }
        if self.loader.findings.len() > before {
            return None;
        }
        match faces(files, |name| bytes.get(name).cloned().unwrap_or_default()) {
            Ok(faces) => Some(faces),
            Err((name, reason)) => {
                let file =
                    if self.used.contains(&format!("{folder}{name}")) { format!("{folder}{name}") } else { name };
                let found = Phrase::told(reason[0].to_owned(), reason[1].to_owned());
                self.loader.wrong(TemplateCode::Font, &file, 1, found, expected_font());
                None
            }
        }
    }

    fn font(&mut self, folder: &str, name: &str) -> Result<Vec<u8>, Phrase> {
        if !is_file_name(name) {
            return Err(phrase!("a path {name:?}", "ein Pfad {name:?}"));
        }
        let mut content = self.beside(folder, name, LIMIT_FONT_BYTES);
        if matches!(content, Content::Missing) && !folder.is_empty() {
            content = self.beside("", name, LIMIT_FONT_BYTES);
        }
        match content {
            Content::Bytes(bytes) => Ok(bytes),
            Content::TooLarge(bytes) => Err(load::too_large(bytes)),
            Content::Unreadable(reason) => Err(load::unread(&reason)),
            Content::Missing => builtin_font(name)
                .ok_or_else(|| phrase!("{name:?}, which is not in the folder", "{name:?}, das nicht im Ordner liegt")),
        }
    }

    fn logo(&mut self, folder: &str, logo: Option<&LogoFile>, settings: &Settings) -> Option<Arc<Logo>> {
        let LogoFile { file, alternative } = logo?;
        let line = settings.line("logo").unwrap_or(1);
        let refused = |reader: &mut Self, found| {
            reader.loader.wrong(TemplateCode::Logo, settings.file(), line, found, logo::expected());
            None
        };
        let limit = logo::limit_bytes(file).filter(|_| is_file_name(file));
        let Some(limit) = limit else {
            return refused(self, Phrase::quoted(format!("{file:?}")));
        };
        match self.beside(folder, file, limit) {
            Content::Missing => {
                let beside: Vec<String> = self.loader.source.names().unwrap_or_default();
                let beside: Vec<&str> = beside.iter().filter_map(|name| name.strip_prefix(folder)).collect();
                let found = match nearest(file, beside) {
                    Some(near) => phrase!(
                        "{file:?}, which is not there, but {near:?} is",
                        "{file:?}, das nicht da ist, aber {near:?} ist da"
                    ),
                    None => phrase!("{file:?}, which is not in the folder", "{file:?}, das nicht im Ordner liegt"),
                };
                refused(self, found)
            }
            Content::TooLarge(bytes) => {
                refused(self, phrase!("{file:?} of {} KB", "{file:?} mit {} KB", bytes.div_ceil(1024)))
            }
            Content::Unreadable(reason) => refused(self, load::unread(&reason)),
            Content::Bytes(bytes) => match Logo::read(file, alternative, bytes) {
                Ok(logo) => Some(Arc::new(logo)),
                Err(logo::Refused { line, found, expected }) => {
                    self.loader.wrong(TemplateCode::Logo, &format!("{folder}{file}"), line, found, expected);
                    None
                }
            },
        }
    }
}

/// A file beside a theme, never a path out of the folder.
pub(super) fn is_file_name(name: &str) -> bool {
    Path::new(name).file_name().is_some_and(|file| file == name) && !name.contains(['/', '\\', ':'])
}

fn expected_font() -> Phrase {
    Phrase::new(
        "a static TrueType font (.ttf) beside theme.json, or a builtin one",
        "eine statische TrueType-Schrift (.ttf) neben theme.json, oder eine mitgelieferte",
    )
}

fn builtin_font(name: &str) -> Option<Vec<u8>> {
    FONTS.iter().find(|(builtin, _)| *builtin == name).map(|(_, bytes)| bytes.to_vec())
}

fn faces(files: &FontFiles, bytes: impl Fn(&str) -> Vec<u8>) -> Result<Typefaces, (String, [String; 2])> {
    let face = |name: &String| (name.clone(), bytes(name));
    let theme = [face(&files.regular), face(&files.strong), face(&files.code)];
    Typefaces::new(theme, files.fallback.iter().map(face).collect())
}
