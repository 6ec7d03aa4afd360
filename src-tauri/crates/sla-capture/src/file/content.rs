//! What stands in a file: its columns, and what becomes of a value.

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

/// Which column stands where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) end: usize,
    pub(super) good: usize,
    pub(super) total: usize,
}

impl Columns {
    /// Finds the columns, which may stand in any order, and refuses any other.
    pub(super) fn find(content: FileContent, file: &str, names: &[String]) -> Result<Self, FileError> {
        let refuse = |found: String, hint| {
            Err(FileError::Columns { file: file.to_owned(), found, expected: names_of(content).join(", "), hint })
        };
        let known = names_of(content);
        if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
            let is_one_field = names.len() == 1 && unknown.contains([';', '\t', '|']);
            let hint = if is_one_field { "; separate them with commas" } else { "" };
            return refuse(format!("the column {}", quote(unknown)), hint);
        }
        let find = |wanted: &str| {
            let mut found = names.iter().enumerate().filter(|(_, name)| *name == wanted).map(|(index, _)| index);
            match (found.next(), found.next()) {
                (Some(index), None) => Ok(index),
                (None, _) => refuse(format!("no column {wanted}"), "").map(|_: Self| 0),
                (_, Some(_)) => refuse(format!("the column {wanted} twice"), "").map(|_: Self| 0),
            }
        };
        let (good, total) = counted(content);
        Ok(Self { end: find(COLUMN_END)?, good: find(good)?, total: find(total)? })
    }
}
