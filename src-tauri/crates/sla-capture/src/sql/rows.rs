//! Rows of a database on their way to slices: exactly the columns that are asked for, each slice once, none of another time.

use sla_core::evidence::COLUMN_END;
use sla_core::plan::FileContent;
use sqlx::postgres::PgRow;
use sqlx::{Column, Row, TypeInfo, ValueRef};

use super::error::SqlError;
use super::value::{Time, is_number, number, time};
use crate::ends::{Ends, Misplaced};
use crate::file::{columns_of, counted, judged};
use crate::gather::Gather;
use crate::number::Number;
use crate::source::{CaptureRequest, instant};

const EXPECTED_END: &str =
    "timestamptz, the end of a slice; a timestamp without a zone becomes one by at time zone 'UTC'";
const EXPECTED_NUMBER: &str = "a number: bigint, integer, smallint, numeric, double precision or real";

/// Takes rows in any order. Each is the end of another slice, so there are never more of them than the request has slices, and
/// the first that is too many is refused when it comes.
pub(super) struct Rows {
    request: CaptureRequest,
    content: FileContent,
    columns: Option<[usize; 3]>,
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
        let [end, good, total] = match self.columns {
            Some(columns) => columns,
            None => *self.columns.insert(find(self.content, row)?),
        };
        let t = self.end(row, end)?;
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

    fn end(&self, row: &PgRow, column: usize) -> Result<i64, SqlError> {
        let bytes = bytes(row, column);
        let cell = |found: &str| SqlError::Cell {
            row: self.row,
            column: COLUMN_END.to_owned(),
            found: found.to_owned(),
            expected: "the end of a slice",
        };
        match bytes.map(time) {
            None => Err(cell("null")),
            Some(None) => Err(cell("bytes that are no time")),
            Some(Some(Time::Infinite)) => Err(cell("an infinite time")),
            Some(Some(Time::Seconds(seconds))) => Ok(seconds),
            Some(Some(Time::Fraction(seconds, micros))) => Err(SqlError::OffGrid {
                row: self.row,
                found: format!("{} and {micros} µs", instant(seconds)),
                step_seconds: self.request.step_seconds,
            }),
        }
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

fn bytes(row: &PgRow, column: usize) -> Option<&[u8]> {
    let value = row.try_get_raw(column).ok()?;
    if value.is_null() { None } else { value.as_bytes().ok() }
}

/// Where the columns stand: end, good and all. Their names and types are the same in every row.
fn find(content: FileContent, row: &PgRow) -> Result<[usize; 3], SqlError> {
    let wanted = columns_of(content);
    let refuse = |found: String| SqlError::Columns { found, expected: wanted.join(", ") };
    let columns = row.columns();
    if let Some(unknown) = columns.iter().find(|column| !wanted.contains(&column.name())) {
        return Err(refuse(format!("the column {:?}", unknown.name())));
    }
    for name in wanted {
        match columns.iter().filter(|column| column.name() == *name).count() {
            0 => return Err(refuse(format!("no column {name}"))),
            1 => {}
            _ => return Err(refuse(format!("the column {name} twice"))),
        }
    }
    for column in columns {
        let found = column.type_info().name();
        let (is_right, expected) = match column.name() {
            COLUMN_END => (found == "TIMESTAMPTZ", EXPECTED_END),
            _ => (is_number(found), EXPECTED_NUMBER),
        };
        if !is_right {
            let column = column.name().to_owned();
            return Err(SqlError::Type { column, found: found.to_ascii_lowercase(), expected });
        }
    }
    let (good, total) = counted(content);
    let place = |name: &str| columns.iter().position(|column| column.name() == name).expect("just counted");
    Ok([place(COLUMN_END), place(good), place(total)])
}
