//! Rows of a database on their way to slices: exactly the columns that are asked for, each slice once, none of another time.

use sla_core::evidence::COLUMN_END;
use sla_core::plan::FileContent;
use sla_core::time::UnixSeconds;
use sqlx::postgres::PgRow;
use sqlx::{Column, Row, TypeInfo, ValueRef};

use super::error::SqlError;
use super::value::{Time, is_number, number, time};
use crate::ends::{Ends, Misplaced};
use crate::file::{counted, judged};
use crate::gather::Gather;
use crate::number::Number;
use crate::source::{CaptureRequest, instant};

/// Takes rows in any order. Each is the end of another slice, so there are never more of them than the request has slices, and
/// the first that is too many is refused when it comes.
pub(super) struct Rows {
    request: CaptureRequest,
    content: FileContent,
    columns: Option<Vec<usize>>,
    ends: Ends,
    gather: Gather,
    row: u64,
}

impl Rows {
    pub(super) fn new(request: CaptureRequest, content: FileContent) -> Self {
        Self { request, content, columns: None, ends: Ends::new(request), gather: Gather::new(request), row: 0 }
    }

    pub(super) fn push(&mut self, row: &PgRow) -> Result<(), SqlError> {
        self.row += 1;
        let [end, good, total] = places(&mut self.columns, &wanted(self.content), row)?;
        let (t, micros) = instant_in(row, end, self.row)?;
        if micros > 0 {
            let found = format!("{} and {micros} µs", instant(t));
            return Err(SqlError::OffGrid { row: self.row, found, step_seconds: self.request.step_seconds });
        }
        self.ends.take(t).map_err(|misplaced| {
            let (row, found) = (self.row, instant(t));
            let period = self.request.period;
            match misplaced {
                Misplaced::Outside => {
                    SqlError::OutsidePeriod { row, found, from: instant(period.start), to: instant(period.end) }
                }
                Misplaced::OffGrid => SqlError::OffGrid { row, found, step_seconds: self.request.step_seconds },
                Misplaced::Twice => SqlError::Duplicate { row, found },
            }
        })?;
        let (good_name, total_name) = counted(self.content);
        let good = self.number(row, good, good_name)?;
        let total = self.number(row, total, total_name)?;
        let (good, total) = judged(self.content, good, total);
        self.gather.push(t, good.as_ref(), total.as_ref());
        Ok(())
    }

    /// What was taken; nothing when no row came.
    pub(super) fn finish(self) -> Option<Gather> {
        (self.row > 0).then_some(self.gather)
    }

    /// A number; `None` for null, which is unknown and not zero.
    fn number(&self, row: &PgRow, column: usize, name: &str) -> Result<Option<Number>, SqlError> {
        let Some(bytes) = bytes(row, column) else { return Ok(None) };
        let read = number(row.columns()[column].type_info().name(), bytes);
        read.map(Some).ok_or_else(|| SqlError::Cell {
            row: self.row,
            column: name.to_owned(),
            found: format!("a number of {} bytes", bytes.len()),
            expected: "a number of at most 400 digits",
        })
    }
}

/// The columns of rows of slices: end, good and all; of a value good and all are one.
fn wanted(content: FileContent) -> [(&'static str, Kind); 3] {
    let (good, total) = counted(content);
    [(COLUMN_END, Kind::Time), (good, Kind::Number), (total, Kind::Number)]
}

pub(super) fn bytes(row: &PgRow, column: usize) -> Option<&[u8]> {
    let value = row.try_get_raw(column).ok()?;
    if value.is_null() { None } else { value.as_bytes().ok() }
}

/// The time of a row in whole seconds, and the microseconds behind them.
///
/// # Errors
/// [`SqlError::Cell`] where it is null or infinite.
pub(super) fn instant_in(row: &PgRow, column: usize, number: u64) -> Result<(UnixSeconds, i64), SqlError> {
    let cell = |found: &str| SqlError::Cell {
        row: number,
        column: COLUMN_END.to_owned(),
        found: found.to_owned(),
        expected: "a time",
    };
    match bytes(row, column).map(time) {
        None => Err(cell("null")),
        Some(None) => Err(cell("bytes that are no time")),
        Some(Some(Time::Infinite)) => Err(cell("an infinite time")),
        Some(Some(Time::Seconds(seconds))) => Ok((seconds, 0)),
        Some(Some(Time::Fraction(seconds, micros))) => Ok((seconds, micros)),
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Time,
    Number,
    Text,
    Flag,
}

impl Kind {
    fn holds(self, found: &str) -> bool {
        match self {
            Self::Time => found == "TIMESTAMPTZ",
            Self::Number => is_number(found),
            Self::Text => matches!(found, "TEXT" | "VARCHAR" | "CHAR" | "NAME"),
            Self::Flag => found == "BOOL",
        }
    }

    fn expected(self) -> &'static str {
        match self {
            Self::Time => "timestamptz; a timestamp without a zone becomes one by at time zone 'UTC'",
            Self::Number => "a number: bigint, integer, smallint, numeric, double precision or real",
            Self::Text => "text; another type becomes it by ::text",
            Self::Flag => "boolean, whether the check succeeded",
        }
    }
}

/// Where the columns stand, in the order in which they are wanted. Their names and types are the same in every row, so they are
/// looked for in the first.
pub(super) fn places<const N: usize>(
    known: &mut Option<Vec<usize>>,
    wanted: &[(&'static str, Kind); N],
    row: &PgRow,
) -> Result<[usize; N], SqlError> {
    let found = match known {
        Some(found) => found,
        None => known.insert(find(wanted, row)?),
    };
    Ok(std::array::from_fn(|index| found[index]))
}

fn find(wanted: &[(&'static str, Kind)], row: &PgRow) -> Result<Vec<usize>, SqlError> {
    let mut names: Vec<&str> = wanted.iter().map(|(name, _)| *name).collect();
    names.dedup();
    let refuse = |found: String| SqlError::Columns { found, expected: names.join(", ") };
    let columns = row.columns();
    if let Some(unknown) = columns.iter().find(|column| !names.contains(&column.name())) {
        return Err(refuse(format!("the column {:?}", unknown.name())));
    }
    for name in &names {
        match columns.iter().filter(|column| column.name() == *name).count() {
            0 => return Err(refuse(format!("no column {name}"))),
            1 => {}
            _ => return Err(refuse(format!("the column {name} twice"))),
        }
    }
    let place = |(name, kind): &(&'static str, Kind)| {
        let at = columns.iter().position(|column| column.name() == *name).expect("just counted");
        let found = columns[at].type_info().name();
        if !kind.holds(found) {
            let (column, found) = ((*name).to_owned(), found.to_ascii_lowercase());
            return Err(SqlError::Type { column, found, expected: kind.expected() });
        }
        Ok(at)
    };
    wanted.iter().map(place).collect()
}
