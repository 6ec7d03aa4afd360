//! CSV (RFC 4180, UTF-8, dot decimals), read as a stream in constant memory.

use std::io::Read;

use chrono::NaiveDateTime;
use csv::{ByteRecord, ReaderBuilder, Trim};
use sla_core::evidence::COLUMN_END;
use sla_core::plan::FileContent;
use sla_core::time::{UnixSeconds, utc_text};

use super::content::{Columns, counted};
use super::error::{FileError, Place, Position};
use super::rows::Rows;
use super::{EXPECTED_COUNT, EXPECTED_END, quote};
use crate::number::Number;
use crate::source::is_printable;

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
    let content = rows.content();
    let columns = header(content, file, &record)?;
    let (good_name, total_name) = counted(content);
    let expected = record.len();
    while next(file, &mut reader, &mut record)? {
        let place = place(file, &record);
        if record.len() != expected {
            return Err(FileError::Fields { place, found: record.len(), expected });
        }
        let cell = |column: &str, index: usize| text(&place, column, &record[index]);
        let t = end(&place, cell(COLUMN_END, columns.end)?)?;
        let good = count(&place, good_name, cell(good_name, columns.good)?)?;
        let total = count(&place, total_name, cell(total_name, columns.total)?)?;
        rows.push(|| place.clone(), t, good, total)?;
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

fn header(content: FileContent, file: &str, record: &ByteRecord) -> Result<Columns, FileError> {
    let line = place(file, record).to_string();
    let names: Vec<String> = record.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    Columns::find(content, &line, &names)
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

/// The end of a slice: Unix seconds, or RFC 3339 in UTC.
fn end(place: &Place, text: &str) -> Result<UnixSeconds, FileError> {
    let seconds = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        // Written back it must be the same text: a leap second, a missing zero or another letter is refused.
        let parsed = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%SZ").map(|at| at.and_utc().timestamp());
        parsed.ok().filter(|&at| is_printable(at) && utc_text(at) == text)
    };
    seconds.filter(|&at| is_printable(at)).ok_or_else(|| FileError::Cell {
        place: place.clone(),
        column: COLUMN_END.to_owned(),
        found: quote(text),
        expected: EXPECTED_END,
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
