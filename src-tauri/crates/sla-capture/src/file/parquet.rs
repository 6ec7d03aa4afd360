//! Parquet with a timestamp or Unix seconds, and counts as integers or floats; read in portions of rows.

use std::io::Cursor;
use std::sync::Arc;

use polars::prelude::{Column, DataType, ParquetReader, PolarsError, SerReader, TimeUnit};

use sla_core::time::UnixSeconds;

use super::content::{Columns, Layout};
use super::error::{FileError, Place, Position};
use super::rows::Rows;
use super::sizes::Footer;
use super::time::whole_seconds;
use super::{MAX_FILE_ROWS, quote};
use crate::guard::{DAMAGED, guarded};
use crate::number::Number;

/// From here on a double does not hold every whole number.
const EXACT_FLOATS: f64 = 9_007_199_254_740_992.0;
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
    let layout = rows.layout().clone();
    Columns::find(&layout, file, &names)?;
    let (first_name, total_name) = layout.counted();
    // The types of other columns may be any.
    let read = layout.names();
    for (name, field) in schema.iter().filter(|(name, _)| read.contains(&name.as_str())) {
        check_kind(&layout, file, name, &DataType::from_arrow_field(field), &names)?;
    }
    let projection: Vec<String> = read.iter().map(ToString::to_string).collect();
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
    footer.check_pages(bytes, &read).map_err(damaged)?;
    for first in (0..found).step_by(PORTION_ROWS) {
        let mut reader = ParquetReader::new(Cursor::new(bytes)).with_slice(Some((first, PORTION_ROWS)));
        reader = reader.with_columns(Some(projection.clone()));
        reader.set_metadata(Arc::clone(&metadata));
        let frame = reader.finish().map_err(broken)?;
        if frame.height() != PORTION_ROWS.min(found - first) {
            return Err(damaged(format!("it ends after {} of {found} rows", first + frame.height())));
        }
        let column = |name: &str| frame.column(name).map_err(broken);
        let times = times(column(layout.time())?, layout.units_per_second()).map_err(broken)?;
        let firsts = counts(column(first_name)?).map_err(broken)?;
        let total = counts(column(total_name)?).map_err(broken)?;
        for (index, ((time, counted), total)) in times.into_iter().zip(firsts).zip(total).enumerate() {
            let place = || Place { file: file.to_owned(), position: Position::Row((first + index + 1) as u64) };
            let seconds = time.seconds().ok_or_else(|| layout.no_instant(place(), time.text()))?;
            rows.push(place, seconds, counted, total)?;
        }
    }
    Ok(())
}

/// Types that are read. Others (text, decimals, 8- and 16-bit integers) would need an interpretation; they are refused.
fn check_kind(layout: &Layout, file: &str, name: &str, found: &DataType, names: &[String]) -> Result<(), FileError> {
    use DataType::{Datetime, Float32, Float64, Int32, Int64, UInt32, UInt64};
    let (is_read, expected) = match (name == layout.time(), layout.columns.is_some()) {
        (true, false) => (
            matches!(found, Int64 | Datetime(..)),
            "; t must be a 64-bit integer of Unix seconds or a timestamp in UTC",
        ),
        (true, true) => (
            matches!(found, Int32 | Int64 | UInt32 | UInt64 | Float64 | Datetime(..)),
            "; times must be integers, floats of 64 bits or timestamps",
        ),
        (false, _) => (
            matches!(found, Int32 | Int64 | UInt32 | UInt64 | Float32 | Float64),
            "; counts must be integers or floats of 32 or 64 bits",
        ),
    };
    if is_read {
        return Ok(());
    }
    Err(layout.refuse(file, format!("{name} of type {found}"), names, expected))
}

/// A time as it stands in the file: a number of units, and how many units a second has.
#[derive(Clone, Copy)]
struct Time {
    units: Units,
    units_per_second: i64,
}

#[derive(Clone, Copy)]
enum Units {
    Missing,
    Whole(i64),
    /// No whole number, or one that is larger than any time.
    Other(f64),
}

impl Time {
    /// Whole seconds in the years that are handled.
    fn seconds(self) -> Option<UnixSeconds> {
        match self.units {
            Units::Whole(units) => whole_seconds(units, self.units_per_second),
            Units::Missing | Units::Other(_) => None,
        }
    }

    fn text(self) -> String {
        match (self.units, self.units_per_second) {
            (Units::Missing, _) => "nothing".to_owned(),
            (Units::Whole(units), 1) => units.to_string(),
            (Units::Other(units), 1) => units.to_string(),
            (Units::Whole(units), per_second) => format!("{units} units of 1/{per_second} s"),
            (Units::Other(units), per_second) => format!("{units} units of 1/{per_second} s"),
        }
    }
}

/// The times of a column, whose numbers have `units_per_second`; timestamps say it themselves, and are instants whatever zone
/// they are shown in.
fn times(column: &Column, units_per_second: i64) -> Result<Vec<Time>, PolarsError> {
    let units_per_second = match column.dtype() {
        DataType::Datetime(TimeUnit::Nanoseconds, _) => 1_000_000_000,
        DataType::Datetime(TimeUnit::Microseconds, _) => 1_000_000,
        DataType::Datetime(TimeUnit::Milliseconds, _) => 1_000,
        _ => units_per_second,
    };
    let time = |units: Option<Units>| Time { units: units.unwrap_or(Units::Missing), units_per_second };
    let whole = |units: i64| Units::Whole(units);
    Ok(match column.dtype() {
        DataType::Int32 => column.i32()?.iter().map(|units| time(units.map(|units| whole(units.into())))).collect(),
        DataType::UInt32 => column.u32()?.iter().map(|units| time(units.map(|units| whole(units.into())))).collect(),
        // Larger than any time is what no time is.
        DataType::UInt64 => {
            let units = |units: u64| whole(i64::try_from(units).unwrap_or(i64::MAX));
            column.u64()?.iter().map(|found| time(found.map(units))).collect()
        }
        DataType::Float64 => column.f64()?.iter().map(|units| time(units.map(whole_float))).collect(),
        _ => column.to_physical_repr().i64()?.iter().map(|units| time(units.map(whole))).collect(),
    })
}

/// A float as the whole number that it is, where it holds one exactly.
fn whole_float(units: f64) -> Units {
    if units.fract() != 0.0 || units.abs() >= EXACT_FLOATS {
        return Units::Other(units);
    }
    // A whole float is written without any decimals.
    units.to_string().parse().map_or(Units::Other(units), Units::Whole)
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
