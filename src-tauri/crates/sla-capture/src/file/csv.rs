//! CSV (RFC 4180, UTF-8, dot decimals), read as a stream in constant memory.

use std::io::Read;

use csv::{ByteRecord, ReaderBuilder, Trim};

use super::content::{Columns, Layout};
use super::error::{FileError, Place, Position};
use super::rows::Rows;
use super::{EXPECTED_COUNT, quote};
use crate::number::Number;

const BUFFER_BYTES: usize = 256 * 1024;

/// Reads every record into `rows`.
pub(super) fn read(file: &str, input: impl Read, rows: &mut Rows) -> Result<(), FileError> {
    // Lengths are compared here and not by the library, for a message that says why a record may be longer.
    let mut builder = ReaderBuilder::new();
    let mut reader =
        builder.flexible(true).trim(Trim::All).has_headers(false).buffer_capacity(BUFFER_BYTES).from_reader(input);
    let mut record = ByteRecord::new();
    if !next(file, &mut reader, &mut record)? {
        return Err(FileError::Empty { file: file.to_owned(), found: "no content" });
    }
    let layout = rows.layout().clone();
    let columns = header(&layout, file, &record)?;
    let (first_name, total_name) = layout.counted();
    let expected = record.len();
    while next(file, &mut reader, &mut record)? {
        let place = place(file, &record);
        if record.len() != expected {
            return Err(FileError::Fields { place, found: record.len(), expected });
        }
        let cell = |column: &str, index: usize| text(&place, column, &record[index]);
        let time = layout.instant(&place, cell(layout.time(), columns.time)?)?;
        let first = count(&place, first_name, cell(first_name, columns.first)?)?;
        let total = count(&place, total_name, cell(total_name, columns.total)?)?;
        rows.push(|| place.clone(), time, first, total)?;
    }
    Ok(())
}

fn next(file: &str, reader: &mut csv::Reader<impl Read>, record: &mut ByteRecord) -> Result<bool, FileError> {
    reader.read_byte_record(record).map_err(|error| {
        let cause = match error.into_kind() {
            csv::ErrorKind::Io(cause) => cause,
            other => std::io::Error::other(format!("{other:?}")),
        };
        FileError::Read { path: file.to_owned(), cause }
    })
}

fn header(layout: &Layout, file: &str, record: &ByteRecord) -> Result<Columns, FileError> {
    let line = place(file, record).to_string();
    let names: Vec<String> = record.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    Columns::find(layout, &line, &names)
}

fn place(file: &str, record: &ByteRecord) -> Place {
    let line = record.position().map_or(0, csv::Position::line);
    Place { file: file.to_owned(), position: Position::Line(line) }
}

fn text<'a>(place: &Place, column: &str, cell: &'a [u8]) -> Result<&'a str, FileError> {
    std::str::from_utf8(cell).map_err(|_| FileError::Cell {
        place: place.clone(),
        column: column.to_owned(),
        found: format!("bytes that are not UTF-8 ({})", quote(&String::from_utf8_lossy(cell))),
        expected: "UTF-8; save the file as UTF-8, not as Latin-1 or UTF-16",
    })
}

/// A count; `None` for an empty field, which is unknown and not zero.
fn count(place: &Place, column: &str, text: &str) -> Result<Option<Number>, FileError> {
    if text.is_empty() {
        return Ok(None);
    }
    let number = Number::parse(text).ok_or_else(|| FileError::Cell {
        place: place.clone(),
        column: column.to_owned(),
        found: quote(text),
        expected: EXPECTED_COUNT,
    })?;
    Ok(Some(number))
}
