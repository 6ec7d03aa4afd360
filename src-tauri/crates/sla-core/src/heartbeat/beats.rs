//! Beats as text: CSV (RFC 4180, UTF-8) with the columns `t`, `probe`, `target`, `ok`, in any order.

use std::collections::BTreeMap;
use std::fmt;

use csv::{ReaderBuilder, StringRecord, Trim};

use super::{Beat, Probe};
use crate::catalogue::Instant;
use crate::time::UnixSeconds;

/// The target under which a probe reports on itself: a good beat is a sign of its life, a bad one is none.
pub const SELF_TARGET: &str = "self";

const COLUMNS: [&str; 4] = ["t", "probe", "target", "ok"];
const EXPECTED_TIME: &str = "a time of whole seconds with its offset, such as 2026-10-01T00:01:00Z, or whole Unix seconds (not milliseconds) in \
     the years 1970 to 2200";
const EXPECTED_NAME: &str = "a name of 1 to 200 characters";
const EXPECTED_OK: &str = "1, 0, true or false";
const MAX_NAME_CHARACTERS: usize = 200;
/// Characters of a cell that a message quotes.
const QUOTED_CHARACTERS: usize = 60;

/// Beats of many probes for many targets. The order in which they were read, and the files they came from, leave no trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beats(BTreeMap<String, BTreeMap<String, Vec<Beat>>>);

impl Beats {
    /// The beats of a file's text; `file` is how a message names it.
    ///
    /// A row is one beat: its time in UTC (`t`, RFC 3339 or Unix seconds), who checked (`probe`), what was checked
    /// (`target`, or [`SELF_TARGET`]) and whether that succeeded (`ok`: 1, 0, true or false). Rows may stand in any order,
    /// and a row that stands twice is one beat.
    ///
    /// # Errors
    /// [`BeatsError`], with line and column of the first defect.
    pub fn read_csv(file: &str, text: &str) -> Result<Self, BeatsError> {
        // Lengths are compared here and not by the library, so that every message has the same shape. A byte order mark
        // is how a spreadsheet says UTF-8.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader =
            ReaderBuilder::new().flexible(true).trim(Trim::All).has_headers(false).from_reader(text.as_bytes());
        let mut record = StringRecord::new();
        let mut next = |record: &mut StringRecord| {
            // The text is in memory and is UTF-8, and records may have any length: nothing is left that could fail.
            reader.read_record(record).expect("records of a text can be read")
        };
        if !next(&mut record) {
            return Err(BeatsError::Empty { file: file.to_owned() });
        }
        let order = header(file, &record)?;
        let mut beats = Self::default();
        while next(&mut record) {
            let line = record.position().map_or(0, csv::Position::line);
            let place = |column| Place { file: file.to_owned(), line, column };
            if record.len() != COLUMNS.len() {
                return Err(BeatsError::Fields { place: place(None), found: record.len(), expected: COLUMNS.len() });
            }
            let [t, probe, target, ok] = order.map(|index| &record[index]);
            let refused = |column: usize, expected| BeatsError::Cell {
                place: place(Some(COLUMNS[column])),
                found: quoted(&record[order[column]]),
                expected,
            };
            let at = time(t).ok_or_else(|| refused(0, EXPECTED_TIME))?;
            let named = |column, name| is_name(name).then_some(name).ok_or_else(|| refused(column, EXPECTED_NAME));
            let (probe, target) = (named(1, probe)?, named(2, target)?);
            let good = outcome(ok).ok_or_else(|| refused(3, EXPECTED_OK))?;
            beats.push(probe, target, Beat { at, good });
        }
        beats.settle();
        Ok(beats)
    }

    /// The beats of both, as if they had stood in one file.
    pub fn merged(mut self, other: Self) -> Self {
        for (probe, targets) in other.0 {
            let mine = self.0.entry(probe).or_default();
            for (target, beats) in targets {
                mine.entry(target).or_default().extend(beats);
            }
        }
        self.settle();
        self
    }

    /// Beats that were not read from a file: of which probe, of which target, and what it said. The order leaves no trace.
    pub fn of<'a>(beats: impl IntoIterator<Item = (&'a str, &'a str, Beat)>) -> Self {
        let mut all = Self::default();
        beats.into_iter().for_each(|(probe, target, beat)| all.push(probe, target, beat));
        all.settle();
        all
    }

    /// Every target that some probe watches, sorted; probes themselves are none.
    pub fn targets(&self) -> Vec<&str> {
        let mut targets: Vec<&str> = self.0.values().flat_map(BTreeMap::keys).map(String::as_str).collect();
        targets.sort_unstable();
        targets.dedup();
        targets.retain(|target| *target != SELF_TARGET);
        targets
    }

    /// The probes that have at least one beat for that target, sorted by name, each with every sign of its life.
    pub fn probes_of(&self, target: &str) -> Vec<Probe> {
        let watching = self.0.iter().filter_map(|(name, targets)| Some((name, targets, targets.get(target)?)));
        let probe = |(name, targets, own): (&String, &BTreeMap<String, Vec<Beat>>, &Vec<Beat>)| {
            let others = targets.iter().filter(|(other, _)| *other != target);
            let signs = others.flat_map(|(other, beats)| {
                beats.iter().filter(move |beat| other != SELF_TARGET || beat.good).map(|beat| beat.at)
            });
            Probe::new(name, own.iter().copied(), signs)
        };
        watching.map(probe).collect()
    }

    fn push(&mut self, probe: &str, target: &str, beat: Beat) {
        // Two look-ups without copying the names serve all rows but the first of a pair.
        if let Some(beats) = self.0.get_mut(probe).and_then(|targets| targets.get_mut(target)) {
            beats.push(beat);
        } else {
            self.0.entry(probe.to_owned()).or_default().insert(target.to_owned(), vec![beat]);
        }
    }

    fn settle(&mut self) {
        for beats in self.0.values_mut().flat_map(BTreeMap::values_mut) {
            beats.sort_unstable();
            beats.dedup();
        }
    }
}

/// Where the four columns stand, in the order of [`COLUMNS`].
fn header(file: &str, record: &StringRecord) -> Result<[usize; 4], BeatsError> {
    let line = record.position().map_or(0, csv::Position::line);
    let refused = |found| BeatsError::Columns { place: Place { file: file.to_owned(), line, column: None }, found };
    if let Some(unknown) = record.iter().find(|name| !COLUMNS.contains(name)) {
        return Err(refused(format!("the column {}", quoted(unknown))));
    }
    let mut order = [0; 4];
    for (place, wanted) in order.iter_mut().zip(COLUMNS) {
        let mut found = record.iter().enumerate().filter(|(_, name)| *name == wanted).map(|(index, _)| index);
        *place = match (found.next(), found.next()) {
            (Some(index), None) => index,
            (None, _) => return Err(refused(format!("no column {wanted:?}"))),
            (_, Some(_)) => return Err(refused(format!("the column {wanted:?} twice"))),
        };
    }
    Ok(order)
}

fn time(text: &str) -> Option<UnixSeconds> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(|Instant(at)| at);
    }
    text.parse().ok().filter(|at| (0..Instant::END).contains(at))
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= MAX_NAME_CHARACTERS && !text.chars().any(char::is_control)
}

fn outcome(text: &str) -> Option<bool> {
    match text {
        "1" => Some(true),
        "0" => Some(false),
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn quoted(text: &str) -> String {
    let head: String = text.chars().take(QUOTED_CHARACTERS).collect();
    let more = if head.len() < text.len() { "…" } else { "" };
    format!("{head:?}{more}")
}

/// Where in a file of beats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as it was named.
    pub file: String,
    /// Line of the text, from 1.
    pub line: u64,
    /// The column's name; `None` when the whole line is meant.
    pub column: Option<&'static str>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        self.column.map_or(Ok(()), |column| write!(f, ", column {column}"))
    }
}

/// Why a text holds no beats.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BeatsError {
    /// Not even a header.
    #[error("{file}: found no content, expected the columns t, probe, target, ok and one row per beat")]
    Empty {
        /// The file as it was named.
        file: String,
    },
    /// The columns are others.
    #[error(
        "{place}: found {found}, expected exactly the columns t, probe, target, ok, in any order, separated by commas"
    )]
    Columns {
        /// The header.
        place: Place,
        /// What is wrong with it.
        found: String,
    },
    /// A record with more or fewer fields than the header.
    #[error("{place}: found {found} fields, expected {expected} as in the header")]
    Fields {
        /// The record.
        place: Place,
        /// Its fields.
        found: usize,
        /// Fields of the header.
        expected: usize,
    },
    /// A field that cannot be read.
    #[error("{place}: found {found}, expected {expected}")]
    Cell {
        /// The field.
        place: Place,
        /// What stands there.
        found: String,
        /// What should.
        expected: &'static str,
    },
}

impl BeatsError {
    /// Stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty { .. } => "beats_empty",
            Self::Columns { .. } => "beats_columns",
            Self::Fields { .. } => "beats_fields",
            Self::Cell { .. } => "beats_cell",
        }
    }
}
