//! What a `theme.json` says, field by field with its line; all mistakes of a file at once.

use std::collections::BTreeMap;

use sla_core::phrase;
use sla_core::phrase::Phrase;

use super::{Colour, Colours, Customer, FontFiles, LogoFile, Provider, Theme};
use crate::finding::{TemplateCode, TemplateFinding, nearest};
use crate::located::{self, Node, Shape};

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The provider's: everything but a logo and fallback fonts must be there.
    Whole,
    /// A tenant's: nothing must be there, and `logo` and `address` are the tenant's own.
    Overlay,
}

/// What a field holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Text,
    Lines,
    Colour,
    Logo,
}

/// A field that was read.
enum Value {
    Text(String),
    Lines(Vec<String>),
    Colour(Colour),
    Logo(LogoFile),
}

const FIELDS: [(&str, Holds); 19] = [
    ("provider.name", Holds::Text),
    ("provider.address", Holds::Lines),
    ("provider.sender_name", Holds::Text),
    ("provider.sender_email", Holds::Text),
    ("colours.ink", Holds::Colour),
    ("colours.muted", Holds::Colour),
    ("colours.brand", Holds::Colour),
    ("colours.rule", Holds::Colour),
    ("colours.tint", Holds::Colour),
    ("colours.bar", Holds::Colour),
    ("colours.met", Holds::Colour),
    ("colours.breached", Holds::Colour),
    ("colours.undecidable", Holds::Colour),
    ("fonts.regular", Holds::Text),
    ("fonts.strong", Holds::Text),
    ("fonts.code", Holds::Text),
    ("fonts.fallback", Holds::Lines),
    ("logo", Holds::Logo),
    ("address", Holds::Lines),
];
const SECTIONS: [&str; 3] = ["provider", "colours", "fonts"];
/// Fields that the provider's file need not have.
const OPTIONAL: [&str; 2] = ["fonts.fallback", "logo"];
/// The longest text, and the most lines of an address.
const LIMIT_CHARACTERS: usize = 400;
const LIMIT_LINES: usize = 12;

/// The fields of one file.
pub(crate) struct Settings {
    file: String,
    fields: BTreeMap<&'static str, (usize, Value)>,
}

impl Settings {
    /// Reads a file; what is wrong is left out of the settings and told.
    pub(crate) fn read(kind: Kind, file: &str, text: &str, findings: &mut Vec<TemplateFinding>) -> Self {
        let mut reader = Reader { kind, file, fields: BTreeMap::new(), findings };
        match located::read(text) {
            Ok(node) => reader.whole(&node),
            Err((line, reason)) => {
                let found = phrase!("no JSON: {reason}", "kein JSON: {reason}");
                let expected =
                    Phrase::new("JSON as in the builtin theme.json", "JSON wie in der mitgelieferten theme.json");
                reader.findings.push(TemplateFinding::new(TemplateCode::Unreadable, file, line, found, expected));
            }
        }
        Self { file: file.to_owned(), fields: reader.fields }
    }

    /// Name of the file.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// Line of a field; `None` where the file does not have it.
    pub(crate) fn line(&self, field: &str) -> Option<usize> {
        self.fields.get(field).map(|(line, _)| *line)
    }

    /// Whether it says anything of fonts.
    pub(crate) fn has_fonts(&self) -> bool {
        self.fields.keys().any(|field| field.starts_with("fonts."))
    }

    /// A whole theme out of what the file says; `None` when a field is missing.
    pub(crate) fn theme(&self) -> Option<Theme> {
        let text = |field: &str| match self.fields.get(field)? {
            (_, Value::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let colour = |field: &str| match self.fields.get(field)? {
            (_, Value::Colour(colour)) => Some(*colour),
            _ => None,
        };
        Some(Theme {
            provider: Provider {
                name: text("provider.name")?,
                address: self.lines("provider.address")?,
                sender_name: text("provider.sender_name")?,
                sender_email: text("provider.sender_email")?,
            },
            colours: Colours {
                ink: colour("colours.ink")?,
                muted: colour("colours.muted")?,
                brand: colour("colours.brand")?,
                rule: colour("colours.rule")?,
                tint: colour("colours.tint")?,
                bar: colour("colours.bar")?,
                met: colour("colours.met")?,
                breached: colour("colours.breached")?,
                undecidable: colour("colours.undecidable")?,
            },
            fonts: FontFiles {
                regular: text("fonts.regular")?,
                strong: text("fonts.strong")?,
                code: text("fonts.code")?,
                fallback: self.lines("fonts.fallback").unwrap_or_default(),
            },
            logo: self.logo(),
            customer: Customer::default(),
        })
    }

    /// The provider's theme, said otherwise by a tenant's file.
    pub(crate) fn over(&self, base: &Theme) -> Theme {
        let mut theme = base.clone();
        theme.customer = Customer { logo: self.logo(), address: self.lines("address").unwrap_or_default() };
        let Theme { provider, colours, fonts, .. } = &mut theme;
        for (field, (_, value)) in &self.fields {
            match (*field, value) {
                ("provider.name", Value::Text(text)) => provider.name.clone_from(text),
                ("provider.address", Value::Lines(lines)) => provider.address.clone_from(lines),
                ("provider.sender_name", Value::Text(text)) => provider.sender_name.clone_from(text),
                ("provider.sender_email", Value::Text(text)) => provider.sender_email.clone_from(text),
                ("fonts.regular", Value::Text(text)) => fonts.regular.clone_from(text),
                ("fonts.strong", Value::Text(text)) => fonts.strong.clone_from(text),
                ("fonts.code", Value::Text(text)) => fonts.code.clone_from(text),
                ("fonts.fallback", Value::Lines(lines)) => fonts.fallback.clone_from(lines),
                (_, Value::Colour(colour)) => {
                    if let Some(place) = colours.named_mut(field) {
                        *place = *colour;
                    }
                }
                _ => {}
            }
        }
        theme
    }

    fn lines(&self, field: &str) -> Option<Vec<String>> {
        match self.fields.get(field)? {
            (_, Value::Lines(lines)) => Some(lines.clone()),
            _ => None,
        }
    }

    fn logo(&self) -> Option<LogoFile> {
        match self.fields.get("logo")? {
            (_, Value::Logo(logo)) => Some(logo.clone()),
            _ => None,
        }
    }
}

impl Colours {
    /// A colour by its field, such as `colours.ink`.
    pub(super) fn named(&self, field: &str) -> Option<Colour> {
        self.clone().named_mut(field).copied()
    }

    fn named_mut(&mut self, field: &str) -> Option<&mut Colour> {
        Some(match field.strip_prefix("colours.")? {
            "ink" => &mut self.ink,
            "muted" => &mut self.muted,
            "brand" => &mut self.brand,
            "rule" => &mut self.rule,
            "tint" => &mut self.tint,
            "bar" => &mut self.bar,
            "met" => &mut self.met,
            "breached" => &mut self.breached,
            "undecidable" => &mut self.undecidable,
            _ => return None,
        })
    }
}

struct Reader<'a> {
    kind: Kind,
    file: &'a str,
    fields: BTreeMap<&'static str, (usize, Value)>,
    findings: &'a mut Vec<TemplateFinding>,
}

impl Reader<'_> {
    fn wrong(&mut self, code: TemplateCode, line: usize, found: Phrase, expected: Phrase) {
        self.findings.push(TemplateFinding::new(code, self.file, line, found, expected));
    }

    /// Fields that this kind of file may have.
    fn known(&self) -> impl Iterator<Item = (&'static str, Holds)> + use<> {
        let kind = self.kind;
        FIELDS.into_iter().filter(move |(field, _)| kind == Kind::Overlay || *field != "address")
    }

    fn whole(&mut self, node: &Node) {
        let Shape::Object(entries) = &node.shape else {
            let expected = Phrase::new("an object { … }", "ein Objekt { … }");
            return self.wrong(TemplateCode::InvalidValue, node.line, shown(node), expected);
        };
        let mut seen: Vec<(&str, usize)> = Vec::new();
        for entry in entries {
            if self.is_twice(&mut seen, &entry.key, entry.line) {
                continue;
            }
            let section = SECTIONS.iter().find(|section| **section == entry.key);
            match (section, &entry.value.shape) {
                (Some(section), Shape::Object(fields)) => {
                    let mut within: Vec<(&str, usize)> = Vec::new();
                    for field in fields {
                        if !self.is_twice(&mut within, &field.key, field.line) {
                            self.field(&format!("{section}.{}", field.key), field.line, &field.value);
                        }
                    }
                }
                (Some(_), _) => {
                    let expected = Phrase::new("an object { … }", "ein Objekt { … }");
                    self.wrong(TemplateCode::InvalidValue, entry.value.line, shown(&entry.value), expected);
                }
                (None, _) => self.field(&entry.key, entry.line, &entry.value),
            }
        }
        if self.kind == Kind::Whole {
            // A field that is there and wrong was told already.
            let told: Vec<usize> =
                self.findings.iter().filter(|one| one.file == self.file).map(|one| one.line).collect();
            for (field, _) in self.known().filter(|(field, _)| !OPTIONAL.contains(field)) {
                let section = field.split('.').next().unwrap_or_default();
                let place = entries.iter().find(|entry| entry.key == section);
                let at = place.and_then(|entry| match &entry.value.shape {
                    Shape::Object(fields) => fields.iter().find(|one| field.ends_with(&format!(".{}", one.key))),
                    _ => Some(entry),
                });
                let is_told = at.is_some_and(|entry| told.contains(&entry.value.line) || told.contains(&entry.line));
                if !self.fields.contains_key(field) && !is_told {
                    let line = place.map_or(node.line, |entry| entry.line);
                    let found = phrase!("no field {field:?}", "kein Feld {field:?}");
                    let expected = phrase!("a field {field:?}", "ein Feld {field:?}");
                    self.wrong(TemplateCode::MissingField, line, found, expected);
                }
            }
        }
    }

    fn is_twice<'k>(&mut self, seen: &mut Vec<(&'k str, usize)>, key: &'k str, line: usize) -> bool {
        if let Some((_, first)) = seen.iter().find(|(other, _)| *other == key) {
            let found = phrase!("a second field {key:?}", "ein zweites Feld {key:?}");
            let expected = phrase!("the one in line {first} only", "nur das in Zeile {first}");
            self.wrong(TemplateCode::InvalidValue, line, found, expected);
            return true;
        }
        seen.push((key, line));
        false
    }

    fn field(&mut self, name: &str, line: usize, node: &Node) {
        let Some((field, holds)) = self.known().find(|(field, _)| *field == name) else {
            let section = name.split_once('.').map(|(section, _)| section);
            let alike = self
                .known()
                .map(|(field, _)| field)
                .filter(|field| field.split_once('.').map(|(one, _)| one) == section);
            let others = if section.is_none() { SECTIONS.as_slice() } else { &[] };
            let alike: Vec<&str> = alike.chain(others.iter().copied()).collect();
            let expected = match nearest(name, alike.iter().copied()) {
                Some(nearest) => phrase!("a field such as {nearest:?}", "ein Feld wie {nearest:?}"),
                None => phrase!("one of: {}", "eines von: {}", alike.join(", ")),
            };
            let found = phrase!("an unknown field {name:?}", "ein unbekanntes Feld {name:?}");
            return self.wrong(TemplateCode::UnknownField, line, found, expected);
        };
        let line = node.line;
        match read(holds, node) {
            Ok(value) => {
                self.fields.insert(field, (line, value));
            }
            Err((line, expected)) => self.wrong(TemplateCode::InvalidValue, line, shown(node), expected),
        }
    }
}

fn read(holds: Holds, node: &Node) -> Result<Value, (usize, Phrase)> {
    match holds {
        Holds::Text => text(node).map(Value::Text).ok_or_else(|| (node.line, expected_text())),
        Holds::Colour => text(node)
            .as_deref()
            .and_then(Colour::read)
            .map(Value::Colour)
            .ok_or_else(|| (node.line, Phrase::new("a colour such as \"#1f4e8c\"", "eine Farbe wie \"#1f4e8c\""))),
        Holds::Lines => {
            let expected = || phrase!("a list of at most {} texts", "eine Liste von höchstens {} Texten", LIMIT_LINES);
            let Shape::List(items) = &node.shape else { return Err((node.line, expected())) };
            if items.len() > LIMIT_LINES {
                return Err((node.line, expected()));
            }
            let lines = items.iter().map(|item| text(item).ok_or_else(|| (item.line, expected_text())));
            lines.collect::<Result<_, _>>().map(Value::Lines)
        }
        Holds::Logo => {
            let expected = || {
                Phrase::new(
                    "{ \"file\": \"logo.svg\", \"alternative\": \"what it shows, in words\" }",
                    "{ \"file\": \"logo.svg\", \"alternative\": \"was es zeigt, in Worten\" }",
                )
            };
            let Shape::Object(entries) = &node.shape else { return Err((node.line, expected())) };
            let part = |name: &str| {
                let mut found = entries.iter().filter(|entry| entry.key == name);
                let text = found.next().and_then(|entry| text(&entry.value)).filter(|text| !text.trim().is_empty());
                text.filter(|_| found.next().is_none())
            };
            let unknown = entries.iter().find(|entry| entry.key != "file" && entry.key != "alternative");
            match (unknown, part("file"), part("alternative")) {
                (None, Some(file), Some(alternative)) => Ok(Value::Logo(LogoFile { file, alternative })),
                (Some(unknown), ..) => Err((unknown.line, expected())),
                _ => Err((node.line, expected())),
            }
        }
    }
}

fn expected_text() -> Phrase {
    phrase!(
        "a text of at most {} characters in one line",
        "ein Text von höchstens {} Zeichen in einer Zeile",
        LIMIT_CHARACTERS
    )
}

fn text(node: &Node) -> Option<String> {
    match &node.shape {
        Shape::Text(text) if text.chars().count() <= LIMIT_CHARACTERS && !text.contains(char::is_control) => {
            Some(text.clone())
        }
        _ => None,
    }
}

/// What stands there, in short.
fn shown(node: &Node) -> Phrase {
    match &node.shape {
        Shape::Text(text) => Phrase::quoted(format!("{:?}", text.chars().take(60).collect::<String>())),
        Shape::Other(written) => Phrase::quoted(written.chars().take(60).collect::<String>()),
        Shape::List(items) => phrase!("a list of {}", "eine Liste von {}", items.len()),
        Shape::Object(entries) => {
            let keys: Vec<&str> = entries.iter().take(5).map(|entry| entry.key.as_str()).collect();
            phrase!("an object with {}", "ein Objekt mit {}", keys.join(", "))
        }
    }
}
