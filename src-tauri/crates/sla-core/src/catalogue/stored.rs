//! Documents that are kept one by one and not in files: each has a kind, a name and versions. Here a file is taken
//! apart into its documents, and what is kept is named as a file again, so that the reader of files reads it, too.

use serde_json::Value;

use super::closing;
use super::decode::{KEPT_KINDS, KINDS, OPENSLO};
use super::finding::{Code, Finding, Place};
use super::value::Name;
use super::yaml::{self, Kind, Node};
use super::{SourceFile, unknown_kind};
use crate::evidence::sha256_hex;
use crate::phrase;
use crate::phrase::Phrase;

/// Largest document that is kept, in bytes.
pub const DOCUMENT_LIMIT_BYTES: usize = 1024 * 1024;
/// The kind under which closing days are kept; their name is the path by which contracts name them.
pub const CALENDAR: &str = "Calendar";
/// Longest path of closing days, in characters; contracts name none that is longer.
const PATH_LIMIT: usize = 200;
/// What the name of a kept document begins with, where a file's path would stand.
const STORED: &str = "ledger:";

/// A document as somebody entered it; whether it is sound only the whole catalogue tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnteredDocument {
    /// Its kind.
    pub kind: String,
    /// Its name. Versions of a contract are documents of their own: `nordlicht-platform.2` is its second.
    pub name: String,
    /// The name that people read, where it says one.
    pub title: Option<String>,
    /// Its text.
    pub text: String,
    /// The line of the file on which its text begins, from 1.
    pub first_line: usize,
    /// SHA-256 of its content: the same for the same values, however they are laid out or commented on.
    pub sha256: String,
    /// Where it began.
    pub place: Place,
}

/// The name by which findings tell a version of a kept document, such as `ledger:Exclusion/move@2`.
pub fn stored_name(kind: &str, name: &str, version: u32) -> String {
    format!("{STORED}{kind}/{name}@{version}")
}

/// Whether a document, by the name of its file, is kept by the ledger and stands in no file.
pub fn is_stored(file: &str) -> bool {
    file.starts_with(STORED)
}

/// The path by which contracts name closing days that are kept.
pub(super) fn calendar_path(file: &str) -> Option<&str> {
    let (path, _) = file.strip_prefix(STORED)?.strip_prefix(CALENDAR)?.strip_prefix('/')?.rsplit_once('@')?;
    Some(path)
}

/// Takes a file apart: every document with its own text. Comments go with the document that they stand in; those at the
/// top of the file with the first one. A file whose name ends in `.ics` is one document.
///
/// # Errors
/// What keeps a document from being told from others: text that is no YAML, an unknown kind, no name, two documents of
/// one kind and name. Whether each is sound is told when the catalogue is read.
pub fn entered(file: &SourceFile) -> Result<Vec<EnteredDocument>, Vec<Finding>> {
    let mut findings = Vec::new();
    if let Some(at) = file.text.find('\0') {
        let line = file.text[..at].matches('\n').count() + 1;
        return Err(vec![unreadable(
            file,
            line,
            phrase!("the character U+0000", "das Zeichen U+0000"),
            phrase!("text", "reiner Text"),
        )]);
    }
    if closing::is_calendar(&file.name) {
        return calendar(file).map(|document| vec![document]).map_err(|finding| vec![*finding]);
    }
    // The limit of a file comes first: nothing of one that is too large is taken apart.
    yaml::documents(&file.name, &file.text, &mut findings);
    if !findings.is_empty() {
        return Err(findings);
    }
    let mut all: Vec<EnteredDocument> = Vec::new();
    for (line, text) in pieces(&file.text) {
        let mut read = yaml::documents(&file.name, &text, &mut findings).documents;
        // An empty document between two separators.
        read.retain(|node| !matches!(&node.kind, Kind::Scalar { text, .. } if text.is_empty()));
        let document = match read.as_slice() {
            [] => continue,
            [node] => document(node, text, line),
            [_, second, ..] => {
                let place = moved(second.place(""), line);
                let found = phrase!(
                    "a second document without a separator before it",
                    "ein zweites Dokument ohne Trennzeile davor"
                );
                Err(Box::new(Finding::new(
                    Code::Unreadable,
                    place,
                    found,
                    phrase!(
                        "\"---\" in a line of its own between two documents",
                        "\"---\" in einer eigenen Zeile zwischen zwei Dokumenten"
                    ),
                )))
            }
        };
        match document {
            Ok(document) if document.text.len() > DOCUMENT_LIMIT_BYTES => {
                let found = phrase!("a document of {} bytes", "ein Dokument von {} Bytes", document.text.len());
                let expected =
                    phrase!("at most {DOCUMENT_LIMIT_BYTES} bytes", "höchstens {DOCUMENT_LIMIT_BYTES} Bytes");
                findings.push(Finding::new(Code::Unreadable, document.place, found, expected));
            }
            Ok(document) => all.push(document),
            Err(finding) => findings.push(*finding),
        }
    }
    findings.extend(twice(&all));
    if findings.is_empty() { Ok(all) } else { Err(findings) }
}

/// Whom a document names as the one who asked for it or entered it.
pub fn asked_by(file: &SourceFile) -> Option<String> {
    let read = yaml::documents(&file.name, &file.text, &mut Vec::new());
    let named = ["requestedBy", "enteredBy"];
    let spec = read.documents.first()?.child("spec")?;
    named.into_iter().find_map(|field| spec.text_of(field)).map(str::to_owned)
}

/// The one tenant that a document concerns: that of an exclusion or an incident. Everything else concerns all.
pub fn concerns(kind: &str, text: &str) -> Option<String> {
    if !matches!(kind, "Exclusion" | "Incident") {
        return None;
    }
    let read = yaml::documents("", text, &mut Vec::new());
    Some(read.documents.first()?.child("spec")?.text_of("tenant")?.to_owned())
}

/// The name that people read of a kept document, where it says one.
pub fn title_of(text: &str) -> Option<String> {
    let read = yaml::documents("", text, &mut Vec::new());
    Some(read.documents.first()?.child("metadata")?.text_of("displayName")?.to_owned())
}

/// Documents whose kind and name another one has already, each as a finding that names the first.
pub fn twice(documents: &[EnteredDocument]) -> Vec<Finding> {
    let again = documents.iter().enumerate().filter_map(|(index, document)| {
        let same = |other: &&EnteredDocument| (&other.kind, &other.name) == (&document.kind, &document.name);
        let first = documents[..index].iter().find(same)?;
        let EnteredDocument { kind, name, place, .. } = document;
        let expected = phrase!(
            "one only; the first stands at {}:{}",
            "nur eines; das erste steht bei {}:{}",
            first.place.file,
            first.place.line
        );
        Some(Finding::new(
            Code::Duplicate,
            place.clone(),
            phrase!("a second {kind} {name:?}", "{kind} {name:?} zum zweiten Mal"),
            expected,
        ))
    });
    again.collect()
}

fn calendar(file: &SourceFile) -> Result<EnteredDocument, Box<Finding>> {
    let refuse = |found, expected| Err(Box::new(unreadable(file, 1, found, expected)));
    if file.text.len() > DOCUMENT_LIMIT_BYTES {
        let expected = phrase!("at most {DOCUMENT_LIMIT_BYTES} bytes", "höchstens {DOCUMENT_LIMIT_BYTES} Bytes");
        return refuse(phrase!("closing days of {} bytes", "Schließtage von {} Bytes", file.text.len()), expected);
    }
    if file.name.chars().count() > PATH_LIMIT || !closing::is_inside(&file.name) {
        return refuse(
            phrase!("the path {:?}", "der Pfad {:?}", file.name),
            phrase!(
                "a path of at most 200 characters, such as \"days/nord.ics\"",
                "ein Pfad von höchstens 200 Zeichen, etwa \"days/nord.ics\""
            ),
        );
    }
    Ok(EnteredDocument {
        kind: CALENDAR.to_owned(),
        name: file.name.clone(),
        title: None,
        first_line: 1,
        text: file.text.clone(),
        sha256: sha256_hex(file.text.as_bytes()),
        place: Place { file: file.name.clone(), line: 1, column: 1, path: String::new() },
    })
}

fn unreadable(file: &SourceFile, line: usize, found: Phrase, expected: Phrase) -> Finding {
    let place = Place { file: file.name.clone(), line, column: 1, path: String::new() };
    Finding::new(Code::Unreadable, place, found, expected)
}

/// The texts between separators, each with the number of lines before it. In YAML a line that begins with `---`
/// separates documents wherever it stands, inside of block texts, too.
fn pieces(text: &str) -> Vec<(usize, String)> {
    let is_separator = |line: &str| {
        line.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
    };
    let is_only_comment = |text: &str| text.lines().all(|line| line.trim().is_empty() || line.starts_with('#'));
    let mut pieces = vec![(0, String::new())];
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let (_, piece) = pieces.last_mut().expect("there is one from the start");
        if !is_separator(line) {
            piece.push_str(line);
        } else if is_only_comment(piece) {
            // What stands above the first separator belongs to the document below it.
            piece.push_str(line);
        } else {
            pieces.push((number, line.to_owned()));
        }
    }
    // A separator that says nothing is left out; the line is kept where a document is told by its place.
    let tidy = |(before, text): (usize, String)| match text.split_once('\n') {
        Some((first, rest)) if first.trim_end() == "---" => (before + 1, format!("{}\n", rest.trim_end())),
        _ => (before, format!("{}\n", text.trim_end())),
    };
    pieces.into_iter().map(tidy).collect()
}

fn moved(place: Place, lines: usize) -> Place {
    Place { line: place.line + lines, ..place }
}

fn document(node: &Node, text: String, lines: usize) -> Result<EnteredDocument, Box<Finding>> {
    let (version, kind) = (node.text_of("apiVersion").unwrap_or_default(), node.text_of("kind").unwrap_or_default());
    let is_known = KINDS.iter().any(|known| known.api_version == version && known.name == kind)
        || version == OPENSLO && KEPT_KINDS.contains(&kind);
    if !is_known {
        let finding = unknown_kind(node);
        return Err(Box::new(Finding { place: moved(finding.place, lines), ..finding }));
    }
    let name = named(node, "/metadata/name", lines, Name::EXPECTED, |text| text.parse::<Name>().is_ok())?;
    let name = match kind {
        "Contract" => {
            let is_version = |text: &str| text.parse::<u32>().is_ok_and(|version| version > 0);
            format!(
                "{name}.{}",
                named(
                    node,
                    "/spec/version",
                    lines,
                    phrase!("a version of 1 or more", "eine Version ab 1"),
                    is_version
                )?
            )
        }
        _ => name.to_owned(),
    };
    Ok(EnteredDocument {
        kind: kind.to_owned(),
        name,
        title: node.child("metadata").and_then(|metadata| metadata.text_of("displayName")).map(str::to_owned),
        first_line: lines + 1,
        sha256: sha256_hex(sorted(node.to_json()).to_string().as_bytes()),
        place: moved(node.place(""), lines),
        text,
    })
}

/// A text that a document is told by.
fn named<'a>(
    node: &'a Node,
    pointer: &str,
    lines: usize,
    expected: Phrase,
    fits: impl Fn(&str) -> bool,
) -> Result<&'a str, Box<Finding>> {
    let at = yaml::node_at(node, pointer);
    let place = moved(node.nearest(pointer).place(pointer), lines);
    let (code, found) = match at.map(|at| &at.kind) {
        Some(Kind::Scalar { text, .. }) if fits(text) => return Ok(text),
        Some(Kind::Scalar { text, .. }) => (Code::InvalidValue, Phrase::quoted(format!("{text:?}"))),
        Some(_) => (Code::InvalidValue, phrase!("no single value", "kein einzelner Wert")),
        None => (Code::MissingField, phrase!("no {}", "kein {}", yaml::dotted(pointer))),
    };
    Err(Box::new(Finding::new(code, place, found, expected)))
}

/// The same value with the keys of every mapping in their order: two documents that say the same have one text.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<(String, Value)> =
                fields.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            fields.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(fields.into_iter().collect())
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        scalar => scalar,
    }
}
