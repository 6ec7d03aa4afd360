//! Parquet with a timestamp or Unix seconds, and counts as integers or floats; read in portions of rows.

use std::io::Cursor;
use std::sync::Arc;

use polars::prelude::{Column, DataType, ParquetReader, PolarsError, SerReader, TimeUnit};
use sla_core::evidence::COLUMN_END;
use sla_core::plan::FileContent;
use sla_core::time::UnixSeconds;

use super::content::{Columns, counted, names_of};
use super::error::{FileError, Place, Position};
use super::rows::Rows;
use super::sizes::Footer;
use super::{EXPECTED_END, MAX_FILE_ROWS, quote};
use crate::guard::{DAMAGED, guarded};
use crate::number::Number;
use crate::source::is_printable;

/// Rows that are unpacked at once.
const PORTION_ROWS: usize = 256 * 1024;

/// Reads every row into `rows`.
pub(super) fn read(file: &str, bytes: &[u8], rows: &mut Rows) -> Result<(), FileError> {
    let damaged = || Err(FileError::Parquet { file: file.to_owned(), reason: DAMAGED.to_owned() });
    guarded(|| read_portions(file, bytes, rows)).unwrap_or_else(damaged)
}

fn read_portions(file: &str, bytes: &[u8], rows: &mut Rows) -> Result<(), FileError> {
    let damaged = |reason: String| FileError::Parquet { file: file.to_owned(), reason };
    let broken = |error: PolarsError| damaged(error.to_string());
    let footer = Footer::read(bytes).map_err(damaged)?;
    let mut reader = ParquetReader::new(Cursor::new(bytes));
    let schema = reader.schema().map_err(broken)?;
    let names: Vec<String> = schema.iter_names().map(ToString::to_string).collect();
    let content = rows.content();
    Columns::find(content, file, &names)?;
    let (good_name, total_name) = counted(content);
    for (name, field) in schema.iter() {
        check_kind(content, file, name, &DataType::from_arrow_field(field))?;
    }
    let metadata = Arc::clone(reader.get_metadata().map_err(broken)?);
    let found = metadata.num_rows;
    let in_groups: usize = metadata.row_groups.iter().map(|group| group.num_rows()).sum();
    if in_groups != found {
        return Err(damaged(format!("its footer states {found} rows, its row groups {in_groups}")));
    }
    if found as u64 > MAX_FILE_ROWS {
        return Err(FileError::TooLarge {
            file: file.to_owned(),
            found: found as u64,
            unit: "rows",
            limit: MAX_FILE_ROWS,
        });
    }
    footer.check_pages(bytes).map_err(damaged)?;
    for first in (0..found).step_by(PORTION_ROWS) {
        let mut reader = ParquetReader::new(Cursor::new(bytes)).with_slice(Some((first, PORTION_ROWS)));
        reader.set_metadata(Arc::clone(&metadata));
        let frame = reader.finish().map_err(broken)?;
        if frame.height() != PORTION_ROWS.min(found - first) {
            return Err(damaged(format!("it ends after {} of {found} rows", first + frame.height())));
        }
        let column = |name: &str| frame.column(name).map_err(broken);
        let ends = ends(column(COLUMN_END)?).map_err(broken)?;
        let good = counts(column(good_name)?).map_err(broken)?;
        let total = counts(column(total_name)?).map_err(broken)?;
        for (index, ((end, good), total)) in ends.into_iter().zip(good).zip(total).enumerate() {
            let place = || Place { file: file.to_owned(), position: Position::Row((first + index + 1) as u64) };
            let t = end.seconds().ok_or_else(|| FileError::Cell {
                place: place(),
                column: COLUMN_END.to_owned(),
                found: end.text(),
                expected: EXPECTED_END,
            })?;
            rows.push(place, t, good, total)?;
        }
    }
    Ok(())
}

/// Types that are read. Others (text, decimals, 8- and 16-bit integers) would need an interpretation; they are refused.
fn check_kind(content: FileContent, file: &str, name: &str, found: &DataType) -> Result<(), FileError> {
    use DataType::{Datetime, Float32, Float64, Int32, Int64, UInt32, UInt64};
    let (is_read, expected) = if name == COLUMN_END {
        (matches!(found, Int64 | Datetime(..)), "; t must be a 64-bit integer of Unix seconds or a timestamp in UTC")
    } else {
        let is_read = matches!(found, Int32 | Int64 | UInt32 | UInt64 | Float32 | Float64);
        (is_read, "; counts must be integers or floats of 32 or 64 bits")
    };
    if is_read {
        return Ok(());
    }
    let (found, columns) = (format!("{name} of type {found}"), names_of(content).join(", "));
    Err(FileError::Columns { file: file.to_owned(), found, expected: columns, hint: expected })
}

/// An end as it stands in the file: a number of units, and how many units a second has.
#[derive(Clone, Copy)]
struct End {
    units: Option<i64>,
    units_per_second: i64,
}

impl End {
    /// Whole seconds in the years that are handled.
    fn seconds(self) -> Option<UnixSeconds> {
        let units = self.units?;
        let is_whole = units % self.units_per_second == 0;
        Some(units / self.units_per_second).filter(|&at| is_whole && is_printable(at))
    }

    fn text(self) -> String {
        match (self.units, self.units_per_second) {
            (None, _) => "nothing".to_owned(),
            (Some(units), 1) => units.to_string(),
            (Some(units), per_second) => format!("{units} units of 1/{per_second} s"),
        }
    }
}

fn ends(column: &Column) -> Result<Vec<End>, PolarsError> {
    let units_per_second = match column.dtype() {
        DataType::Datetime(TimeUnit::Nanoseconds, _) => 1_000_000_000,
        DataType::Datetime(TimeUnit::Microseconds, _) => 1_000_000,
        DataType::Datetime(TimeUnit::Milliseconds, _) => 1_000,
        _ => 1,
    };
    let physical = column.to_physical_repr();
    Ok(physical.i64()?.iter().map(|units| End { units, units_per_second }).collect())
}

/// Counts as exact numbers: of a float its shortest decimal text, which is what every tool prints.
fn counts(column: &Column) -> Result<Vec<Option<Number>>, PolarsError> {
    Ok(match column.dtype() {
        DataType::Int32 => column.i32()?.iter().map(|value| value.map(|value| i64::from(value).into())).collect(),
        DataType::Int64 => column.i64()?.iter().map(|value| value.map(Number::from)).collect(),
        DataType::UInt32 => column.u32()?.iter().map(|value| value.map(|value| i64::from(value).into())).collect(),
        DataType::UInt64 => column.u64()?.iter().map(|value| value.and_then(|value| written(&value))).collect(),
        DataType::Float32 => column.f32()?.iter().map(|value| value.and_then(|value| written(&value))).collect(),
        _ => column.f64()?.iter().map(|value| value.and_then(|value| written(&value))).collect(),
    })
}

/// The number as Rust writes it: the shortest text that reads back as the same value.
fn written(value: &impl ToString) -> Option<Number> {
    let text = value.to_string();
    debug_assert!(Number::parse(&text).is_some(), "{} is a number", quote(&text));
    Number::parse(&text)
}
