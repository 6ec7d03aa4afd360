//! What stands in a file: its columns, and what becomes of a value.

use sla_core::catalogue::{Edge, FileColumns};
use sla_core::evidence::{COLUMN_END, COLUMN_GOOD, COLUMN_TOTAL, COLUMN_VALUE};
use sla_core::plan::FileContent;

use super::error::FileError;
use super::quote;
use crate::number::Number;

/// The columns of a file.
pub(crate) fn names_of(content: FileContent) -> &'static [&'static str] {
    match content {
        FileContent::Counts => &[COLUMN_END, COLUMN_GOOD, COLUMN_TOTAL],
        FileContent::Consumption | FileContent::Bounded(_) => &[COLUMN_END, COLUMN_VALUE],
    }
}

/// The columns of good and of all; a value stands for both.
pub(crate) fn counted(content: FileContent) -> (&'static str, &'static str) {
    match content {
        FileContent::Counts => (COLUMN_GOOD, COLUMN_TOTAL),
        FileContent::Consumption | FileContent::Bounded(_) => (COLUMN_VALUE, COLUMN_VALUE),
    }
}

/// What was asked of the file, as the evidence keeps it.
pub(crate) fn file_query(content: FileContent, columns: Option<&FileColumns>) -> String {
    let plain = query(content);
    match columns {
        None => plain,
        Some(columns) => format!("{plain}; read from: {columns}"),
    }
}

/// What was asked of plain columns, as the evidence keeps it.
pub(crate) fn query(content: FileContent) -> String {
    let columns = format!("columns {}", names_of(content).join(", "));
    match content {
        FileContent::Counts | FileContent::Consumption => columns,
        FileContent::Bounded(bound) => {
            format!("{columns}; good is {COLUMN_VALUE} {} {}", bound.comparison.operator(), bound.value)
        }
    }
}

/// Good and all of a slice: what was counted, or one event that is good when the value keeps its bound. What is not a
/// number is nothing that a bound could be compared with.
pub(crate) fn judged(
    content: FileContent,
    good: Option<Number>,
    total: Option<Number>,
) -> (Option<Number>, Option<Number>) {
    let FileContent::Bounded(bound) = content else { return (good, total) };
    match good {
        Some(Number::Finite(value)) => {
            (Some(Number::from(i64::from(bound.holds(&value.ratio())))), Some(Number::from(1)))
        }
        unusable => (unusable.clone(), unusable),
    }
}

/// How the columns of a file are read: exactly the plain ones, or some with names of their own.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) content: FileContent,
    pub(super) columns: Option<FileColumns>,
}

impl Layout {
    /// The column of times.
    pub(super) fn time(&self) -> &str {
        self.columns.as_ref().map_or(COLUMN_END, |columns| &columns.time)
    }

    /// The columns of good, or bad, events and of all; a value stands for both.
    pub(super) fn counted(&self) -> (&str, &str) {
        let Some(columns) = &self.columns else { return counted(self.content) };
        let mut numbers = columns.numbers().map(|(_, column)| column);
        let first = numbers.next().expect("the catalogue checked that columns name numbers");
        (first, numbers.next().unwrap_or(first))
    }

    /// All columns that are read.
    pub(super) fn names(&self) -> Vec<&str> {
        match &self.columns {
            None => names_of(self.content).to_vec(),
            Some(columns) => std::iter::once(self.time()).chain(columns.numbers().map(|(_, column)| column)).collect(),
        }
    }

    /// Which edge of its slice a time marks.
    pub(super) fn marks(&self) -> Edge {
        self.columns.as_ref().map_or(Edge::End, |columns| columns.marks)
    }

    /// Good events: what was counted, or what is left of all of them without the bad ones.
    pub(super) fn good(&self, first: Option<Number>, total: Option<&Number>) -> Option<Number> {
        match self.columns.as_ref().is_some_and(|columns| columns.bad.is_some()) {
            true => total.zip(first).map(|(total, bad)| total.minus(&bad)),
            false => first,
        }
    }

    /// Columns that are not those that are wanted.
    pub(super) fn refuse(&self, file: &str, found: String, names: &[String], hint: &'static str) -> FileError {
        let (file, expected) = (file.to_owned(), self.names().join(", "));
        match self.columns {
            None => FileError::Columns { file, found, expected, hint },
            Some(_) => {
                let more = if names.len() > LISTED_COLUMNS { ", …" } else { "" };
                let known: Vec<String> = names.iter().take(LISTED_COLUMNS).map(|name| quote(name)).collect();
                FileError::OwnColumns { file, found, expected, known: known.join(", ") + more, hint }
            }
        }
    }
}

/// Columns of a file that a message lists.
const LISTED_COLUMNS: usize = 20;

/// Which column stands where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) time: usize,
    pub(super) first: usize,
    pub(super) total: usize,
}

impl Columns {
    /// Finds the columns, which may stand in any order. Any other one is refused, or passed over where the columns have names of
    /// their own.
    pub(super) fn find(layout: &Layout, file: &str, names: &[String]) -> Result<Self, FileError> {
        let known = layout.names();
        let is_one_field = |name: &str| names.len() == 1 && name.contains([';', '\t', '|']);
        let separated = |name: &str| if is_one_field(name) { "; separate them with commas" } else { "" };
        let unknown = names.iter().find(|name| !known.contains(&name.as_str()));
        if let (None, Some(unknown)) = (&layout.columns, unknown) {
            return Err(layout.refuse(file, format!("the column {}", quote(unknown)), names, separated(unknown)));
        }
        let find = |wanted: &str| {
            let mut found = names.iter().enumerate().filter(|(_, name)| *name == wanted).map(|(index, _)| index);
            let hint = unknown.map_or("", |unknown| separated(unknown));
            match (found.next(), found.next()) {
                (Some(index), None) => Ok(index),
                (None, _) => Err(layout.refuse(file, format!("no column {wanted}"), names, hint)),
                (_, Some(_)) => Err(layout.refuse(file, format!("the column {wanted} twice"), names, "")),
            }
        };
        let (first, total) = layout.counted();
        Ok(Self { time: find(layout.time())?, first: find(first)?, total: find(total)? })
    }
}
