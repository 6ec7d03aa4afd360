//! YAML with the place of every value: documents become trees whose nodes know their line and column.

use std::sync::Arc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};
use serde_json::{Map, Value};

use super::finding::{Code, Finding, Place};
use crate::phrase;
use crate::phrase::Phrase;

/// Largest file that is read, in bytes.
const FILE_LIMIT_BYTES: usize = 4 * 1024 * 1024;
/// Deepest nesting that is read.
const DEPTH_LIMIT: usize = 64;
/// Most keys of one mapping that are read.
const KEYS_LIMIT: usize = 1024;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// The file as the caller named it: a contract that extends a template is made of values from both files.
    pub(super) file: Arc<str>,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// The scalar's text as it stood in the file, and whether it was quoted.
    Scalar {
        text: String,
        quoted: bool,
    },
    Sequence(Vec<Node>),
    /// Entries in file order: key, place of the key, value.
    Mapping(Vec<(String, (usize, usize), Node)>),
    /// An alias, which is a finding already: what it stands for nobody reads, and nothing more is told of it.
    Alias,
}

/// The key under which a mapping takes over the entries of an alias.
pub(super) const MERGE: &str = "<<";

impl Node {
    /// The value as JSON. A plain number with a point or an exponent becomes a string of the very text that stood in
    /// the file, so that `99.95` never passes through a float.
    pub(super) fn to_json(&self) -> Value {
        match &self.kind {
            Kind::Scalar { text, quoted: true } => Value::String(text.clone()),
            Kind::Scalar { text, quoted: false } => match text.as_str() {
                "" | "~" | "null" | "Null" | "NULL" => Value::Null,
                "true" | "True" | "TRUE" => Value::Bool(true),
                "false" | "False" | "FALSE" => Value::Bool(false),
                text => whole_number(text).map_or_else(|| Value::String(text.to_owned()), Value::from),
            },
            Kind::Alias => Value::Null,
            Kind::Sequence(items) => items.iter().map(Self::to_json).collect(),
            Kind::Mapping(entries) => Value::Object(
                entries.iter().map(|(key, _, value)| (key.clone(), value.to_json())).collect::<Map<_, _>>(),
            ),
        }
    }

    /// The node at a JSON pointer such as `/spec/commitments/0/target`, or the nearest one above it.
    pub(super) fn nearest(&self, pointer: &str) -> &Self {
        let mut node = self;
        for segment in pointer.split('/').skip(1) {
            let segment = segment.replace("~1", "/").replace("~0", "~");
            match node.child(&segment) {
                Some(child) => node = child,
                None => break,
            }
        }
        node
    }

    /// Where this value stands; `pointer` is the JSON pointer that leads to it.
    pub(super) fn place(&self, pointer: &str) -> Place {
        Place { file: self.file.to_string(), line: self.line, column: self.column, path: dotted(pointer) }
    }

    /// Where a key of this mapping stands; `pointer` is the JSON pointer that leads to its value.
    pub(super) fn place_of_key(&self, name: &str, pointer: &str) -> Option<Place> {
        let Kind::Mapping(entries) = &self.kind else { return None };
        let (_, (line, column), value) = entries.iter().find(|(key, ..)| key == name)?;
        Some(Place { line: *line, column: *column, ..value.place(pointer) })
    }

    /// A value that no file holds, where this one stands.
    pub(super) fn beside(&self, kind: Kind) -> Self {
        Self { file: self.file.clone(), line: self.line, column: self.column, kind }
    }

    /// The scalar under a key of this mapping, as text.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        match &self.child(name)?.kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Whether it is an alias, or holds one.
    pub(super) fn holds_alias(&self) -> bool {
        match &self.kind {
            Kind::Scalar { .. } => false,
            Kind::Alias => true,
            Kind::Sequence(items) => items.iter().any(Self::holds_alias),
            Kind::Mapping(entries) => entries.iter().any(|(_, _, value)| value.holds_alias()),
        }
    }

    /// Whether an alias may hold entries of this mapping, so that nobody can tell what is missing in it.
    pub(super) fn takes_over_an_alias(&self) -> bool {
        self.child(MERGE).is_some_and(Self::holds_alias)
    }

    /// Calls `change` with every node that a pointer with `*` for each item of a list leads to.
    pub(super) fn each_mut(&mut self, pointer: &str, change: &mut dyn FnMut(&mut Self)) {
        let Some((_, path)) = pointer.split_once('/') else { return change(self) };
        let (segment, rest) = path.find('/').map_or((path, ""), |at| path.split_at(at));
        match (&mut self.kind, segment) {
            (Kind::Sequence(items), "*") => items.iter_mut().for_each(|item| item.each_mut(rest, change)),
            (Kind::Mapping(entries), _) => {
                let under = entries.iter_mut().find(|(key, ..)| key == segment);
                under.into_iter().for_each(|(_, _, value)| value.each_mut(rest, change));
            }
            _ => {}
        }
    }

    /// Writes a value under a key of this mapping.
    pub(super) fn put(&mut self, name: &str, value: Self) {
        self.put_at(name, (value.line, value.column), value);
    }

    /// The same, with line and column of the key.
    pub(super) fn put_at(&mut self, name: &str, at: (usize, usize), value: Self) {
        let Kind::Mapping(entries) = &mut self.kind else { return };
        match entries.iter_mut().find(|(key, ..)| key == name) {
            Some(known) => (known.1, known.2) = (at, value),
            None => entries.push((name.to_owned(), at, value)),
        }
    }

    /// Takes a key and its value out of this mapping.
    pub(super) fn take(&mut self, name: &str) -> Option<Self> {
        let Kind::Mapping(entries) = &mut self.kind else { return None };
        let index = entries.iter().position(|(key, ..)| key == name)?;
        Some(entries.remove(index).2)
    }

    /// Says that this value stands where another does; what it holds keeps its place.
    pub(super) fn move_to(&mut self, other: &Self) {
        (self.file, self.line, self.column) = (other.file.clone(), other.line, other.column);
    }

    /// The value under a key of this mapping.
    pub(super) fn child_mut(&mut self, name: &str) -> Option<&mut Self> {
        let Kind::Mapping(entries) = &mut self.kind else { return None };
        entries.iter_mut().find(|(key, ..)| key == name).map(|(_, _, value)| value)
    }

    /// The node under a key of this mapping, or at an index of this sequence.
    pub(super) fn child(&self, segment: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Scalar { .. } | Kind::Alias => None,
            Kind::Sequence(items) => segment.parse::<usize>().ok().and_then(|index| items.get(index)),
            Kind::Mapping(entries) => entries.iter().find(|(key, ..)| key == segment).map(|(_, _, value)| value),
        }
    }
}

/// The node at a JSON pointer, if there is one.
pub(super) fn node_at<'a>(node: &'a Node, pointer: &str) -> Option<&'a Node> {
    pointer.split('/').skip(1).try_fold(node, |node, segment| node.child(segment))
}

/// `/spec/commitments/0/target` as `spec.commitments[0].target`.
pub(super) fn dotted(pointer: &str) -> String {
    let mut path = String::new();
    for segment in pointer.split('/').skip(1) {
        let segment = segment.replace("~1", "/").replace("~0", "~");
        if segment.bytes().all(|b| b.is_ascii_digit()) {
            path.push_str(&format!("[{segment}]"));
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&segment);
        }
    }
    path
}

fn whole_number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits == "0" || (!digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit()));
    plain.then(|| text.parse().ok())?
}

/// What was read of a file.
pub(super) struct Read {
    /// Its documents.
    pub(super) documents: Vec<Node>,
    /// Whether something ended the file, so that nobody knows what the rest of it holds.
    pub(super) cut_short: bool,
}

/// Every document of a file; what cannot be read is a finding. A syntax error ends the file, because what follows may
/// mean anything; after a key that cannot be taken, or an alias, the file goes on.
pub(super) fn documents(file: &str, text: &str, findings: &mut Vec<Finding>) -> Read {
    if text.len() > FILE_LIMIT_BYTES {
        findings.push(Finding {
            code: Code::Unreadable,
            place: Place { file: file.to_owned(), line: 1, column: 1, path: String::new() },
            found: phrase!("a file of {} bytes", "eine Datei von {} Bytes", text.len()),
            expected: phrase!(
                "at most {FILE_LIMIT_BYTES} bytes; split it into several files of one folder",
                "höchstens {FILE_LIMIT_BYTES} Bytes, aufgeteilt auf mehrere Dateien eines Ordners"
            ),
            stake: None,
        });
        return Read { documents: Vec::new(), cut_short: true };
    }
    let mut cut_short = false;
    let mut builder = Builder { file: file.into(), findings, documents: Vec::new(), open: Vec::new() };
    for event in Parser::new_from_str(text) {
        let read = match event {
            Ok((event, span)) => builder.event(event, span),
            Err(error) => {
                // The parser says "while …, found …".
                let found = error.info().split_once(", found ");
                let found = found.map_or(error.info().to_owned(), |(during, what)| format!("{what} {during}"));
                // In German its words are quoted: the parser knows no other language.
                let found = Phrase::told(found.clone(), format!("kein YAML: „{found}“"));
                builder.refuse(
                    position(*error.marker()),
                    found,
                    phrase!("well-formed YAML 1.2", "wohlgeformtes YAML 1.2"),
                );
                Err(())
            }
        };
        if read.is_err() {
            cut_short = true;
            break;
        }
    }
    Read { documents: builder.documents, cut_short }
}

/// Line and column, both from 1.
fn position(at: Marker) -> (usize, usize) {
    (at.line(), at.col() + 1)
}

struct Builder<'a> {
    file: Arc<str>,
    findings: &'a mut Vec<Finding>,
    documents: Vec<Node>,
    open: Vec<Open>,
}

/// A container that is not closed yet.
struct Open {
    node: Node,
    /// A mapping's key that waits for its value.
    key: Option<Key>,
}

/// A key whose value comes next.
enum Key {
    /// Its text, line and column.
    Taken(String, (usize, usize)),
    /// One that is a finding; its value is left out.
    Refused,
}

impl Builder<'_> {
    fn refuse(&mut self, (line, column): (usize, usize), found: Phrase, expected: Phrase) {
        let place = Place { file: self.file.to_string(), line, column, path: String::new() };
        self.findings.push(Finding::new(Code::Unreadable, place, found, expected));
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), ()> {
        let at = position(span.start);
        let file = self.file.clone();
        let node = |kind| Node { file, line: at.0, column: at.1, kind };
        match event {
            Event::Scalar(text, style, ..) => {
                let quoted = !matches!(style, ScalarStyle::Plain);
                self.value(node(Kind::Scalar { text: text.into_owned(), quoted }))
            }
            Event::SequenceStart(..) => self.enter(node(Kind::Sequence(Vec::new())), at),
            Event::MappingStart(..) => self.enter(node(Kind::Mapping(Vec::new())), at),
            Event::SequenceEnd | Event::MappingEnd => {
                let Open { node, .. } = self.open.pop().expect("the parser pairs starts and ends");
                self.value(node)
            }
            Event::Alias(_) => {
                // An alias can stand for an expanding tree of aliases; a catalogue has no need of them.
                self.refuse(
                    at,
                    phrase!("an alias (*name)", "ein Alias (*name)"),
                    phrase!("the value itself, written out", "der Wert selbst, ausgeschrieben"),
                );
                self.value(node(Kind::Alias))
            }
            _ => Ok(()),
        }
    }

    fn enter(&mut self, node: Node, at: (usize, usize)) -> Result<(), ()> {
        if self.open.len() >= DEPTH_LIMIT {
            self.refuse(
                at,
                phrase!("deeper nesting", "eine tiefere Verschachtelung"),
                phrase!("at most {DEPTH_LIMIT} levels", "höchstens {DEPTH_LIMIT} Ebenen"),
            );
            return Err(());
        }
        self.open.push(Open { node, key: None });
        Ok(())
    }

    fn value(&mut self, node: Node) -> Result<(), ()> {
        let at = (node.line, node.column);
        let Some(Open { node: parent, key }) = self.open.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        match &mut parent.kind {
            Kind::Sequence(items) => items.push(node),
            Kind::Mapping(entries) => match (key.take(), &node.kind) {
                (Some(Key::Taken(name, position)), _) => entries.push((name, position, node)),
                (Some(Key::Refused), _) => {}
                (None, Kind::Scalar { .. }) if entries.len() >= KEYS_LIMIT => {
                    self.refuse(
                        at,
                        phrase!("another key", "ein weiterer Schlüssel"),
                        phrase!(
                            "at most {KEYS_LIMIT} keys in a mapping",
                            "höchstens {KEYS_LIMIT} Schlüssel je Abbildung"
                        ),
                    );
                    return Err(());
                }
                (None, Kind::Scalar { text, .. }) if entries.iter().any(|(name, ..)| name == text) => {
                    let found = phrase!("the key {text:?} a second time", "der Schlüssel {text:?} zum zweiten Mal");
                    *key = Some(Key::Refused);
                    self.refuse(at, found, phrase!("each key once", "jeder Schlüssel nur einmal"));
                }
                (None, Kind::Scalar { text, .. }) => *key = Some(Key::Taken(text.clone(), at)),
                (None, Kind::Alias) => {
                    *key = Some(Key::Refused);
                    entries.push((MERGE.to_owned(), at, node));
                }
                (None, _) => {
                    *key = Some(Key::Refused);
                    let found = phrase!("a key that is a list or a mapping", "eine Liste oder Abbildung als Schlüssel");
                    self.refuse(at, found, phrase!("a plain word as key", "ein einfaches Wort als Schlüssel"));
                }
            },
            Kind::Scalar { .. } | Kind::Alias => unreachable!("only containers are opened"),
        }
        Ok(())
    }
}
