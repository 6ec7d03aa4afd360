//! Why a file is no evidence: file, line, column, what was found, what is expected.

use std::fmt;
use std::io;

use sla_core::heartbeat::{BeatsError, HeartbeatError};

/// Where in a file: its name, and the line of a text or the row of a table, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Name of the file, without its folder.
    pub file: String,
    /// Line of a CSV file or row of a Parquet file.
    pub position: Position,
}

/// How a place inside a file is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// Line of a text, from 1.
    Line(u64),
    /// Row of a table, from 1.
    Row(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Position::Line(line) => write!(f, "{}:{line}", self.file),
            Position::Row(row) => write!(f, "{} row {row}", self.file),
        }
    }
}

/// Why a file is no evidence.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file is missing or cannot be read.
    #[error("{path} cannot be read: {cause}; check the path and its permissions")]
    Read {
        /// The file as it was named.
        path: String,
        /// What the system says.
        cause: io::Error,
    },
    /// Neither CSV nor Parquet by its name.
    #[error("{path} ends with {found:?}, expected .csv or .parquet")]
    Kind {
        /// The file as it was named.
        path: String,
        /// Its extension.
        found: String,
    },
    /// Neither CSV nor JSON by its name.
    #[error("{path} ends with {found:?}, expected .csv or .json")]
    Ending {
        /// The file as it was named.
        path: String,
        /// Its extension.
        found: String,
    },
    /// Larger than what is read.
    #[error("{file} has {found} {unit}, expected at most {limit}; split it, one file per month")]
    TooLarge {
        /// Name of the file.
        file: String,
        /// Its size.
        found: u64,
        /// `bytes` or `rows`.
        unit: &'static str,
        /// Largest size.
        limit: u64,
    },
    /// Nothing in it.
    #[error("{file} has {found}, expected a header with the columns and one row per slice")]
    Empty {
        /// Name of the file.
        file: String,
        /// What it has instead.
        found: &'static str,
    },
    /// The columns are other ones.
    #[error("{file}: found {found}, expected exactly the columns {expected}, in any order{hint}")]
    Columns {
        /// Name of the file, and the header's line.
        file: String,
        /// What is wrong with the columns.
        found: String,
        /// The columns.
        expected: String,
        /// What may help.
        hint: &'static str,
    },
    /// Columns with names of their own are missing, twice there or of another type.
    #[error("{file}: found {found}, expected the columns {expected}, among any others{hint}; the file has {known}")]
    OwnColumns {
        /// Name of the file, and the header's line.
        file: String,
        /// What is wrong with the columns.
        found: String,
        /// The columns that are read.
        expected: String,
        /// The columns of the file, quoted.
        known: String,
        /// What may help.
        hint: &'static str,
    },
    /// A record with more or fewer fields than the header.
    #[error("{place}: found {found} fields, expected {expected} as in the header; decimals need a point, not a comma")]
    Fields {
        /// Where.
        place: Place,
        /// Fields of the record.
        found: usize,
        /// Fields of the header.
        expected: usize,
    },
    /// A cell that cannot be read.
    #[error("{place}, column {column}: found {found}, expected {expected}")]
    Cell {
        /// Where.
        place: Place,
        /// Name of the column.
        column: String,
        /// What stands there, quoted.
        found: String,
        /// What should.
        expected: &'static str,
    },
    /// An end that is not on the grid of slices.
    #[error(
        "{place}, column {column}: found {found}, expected the {edge} of a slice: a multiple of {step_seconds} s since 1970"
    )]
    OffGrid {
        /// Where.
        place: Place,
        /// Name of the column.
        column: String,
        /// `start` or `end`.
        edge: &'static str,
        /// The instant.
        found: String,
        /// Width of a slice in seconds.
        step_seconds: i64,
    },
    /// Two rows for one slice.
    #[error("{place}, column {column}: found {found} a second time, expected one row per slice")]
    Duplicate {
        /// Where the second one is.
        place: Place,
        /// Name of the column.
        column: String,
        /// The instant.
        found: String,
    },
    /// Rows of aggregates that are wider than a slice.
    #[error(
        "{file}, column {column}: found rows every {found_seconds} s, expected one per slice of {step_seconds} s; make the \
         commitment's slices {found_seconds} s wide, or export in steps of {step_seconds} s"
    )]
    Wider {
        /// Name of the file.
        file: String,
        /// Name of the column.
        column: String,
        /// What lies between two rows, in seconds.
        found_seconds: i64,
        /// Width of a slice in seconds.
        step_seconds: i64,
    },
    /// Rows, but none in the period.
    #[error("{file} covers slices that end {covered}, the period's slices end {asked}; name the file of that month")]
    OutsidePeriod {
        /// Name of the file.
        file: String,
        /// First and last end in the file.
        covered: String,
        /// First and last end of the period.
        asked: String,
    },
    /// Beats that cannot be read.
    #[error(transparent)]
    Beats(BeatsError),
    /// Beats that cannot be judged.
    #[error(transparent)]
    Heartbeats(HeartbeatError),
    /// Nobody watched the target.
    #[error("{file}: found no beat for the target {target:?}, expected one of: {known}")]
    NoTarget {
        /// Name of the file.
        file: String,
        /// The target.
        target: String,
        /// The targets that were watched.
        known: String,
    },
    /// A file of incidents that does not say which time it covers.
    #[error("{file}: found {found}, expected {expected}: without it nobody knows whether a time had no incident")]
    Covers {
        /// Name of the file.
        file: String,
        /// What stands there.
        found: String,
        /// What should.
        expected: &'static str,
    },
    /// An incident that cannot have been so.
    #[error("{place}, incident {id}: found {found}, expected {expected}")]
    Incident {
        /// Where.
        place: Place,
        /// Its id, quoted.
        id: String,
        /// What does not fit.
        found: String,
        /// What should be.
        expected: &'static str,
    },
    /// A charge that is longer than a slice.
    #[error(
        "{place}: found a charge from {from} to {to}, expected one within a slice of {step_seconds} s; take wider slices, or say \
         straddling: spread"
    )]
    Straddling {
        /// Where.
        place: Place,
        /// Its start, in UTC.
        from: String,
        /// Its end.
        to: String,
        /// Width of a slice in seconds.
        step_seconds: i64,
    },
    /// Charges in another currency than the contract counts.
    #[error(
        "{place}, column {column}: found {found}, expected {expected}, the unit of the commitment; nothing is converted: choose \
         charges of one currency in where, or agree on the currency of the charges"
    )]
    Currency {
        /// Where.
        place: Place,
        /// The column.
        column: &'static str,
        /// What stands there, quoted.
        found: String,
        /// The contract's currency.
        expected: String,
    },
    /// Charges in several currencies or units.
    #[error("{place}, column {column}: found {found} after {known}, expected one for all charges; name one in where")]
    Mixed {
        /// Where the second one is.
        place: Place,
        /// The column.
        column: &'static str,
        /// What stands there, quoted.
        found: String,
        /// What stood before, quoted.
        known: String,
    },
    /// No charge is one of those that are asked for.
    #[error(
        "{file}: found no charge in the period that fits, expected {expected}; check the values, which are compared letter by letter"
    )]
    NoCharge {
        /// Name of the file.
        file: String,
        /// What was asked for.
        expected: String,
    },
    /// No readable JSON.
    #[error("{place} is no file of incidents: {reason}")]
    Json {
        /// Where.
        place: Place,
        /// What the reader says.
        reason: String,
    },
    /// No readable Parquet.
    #[error("{file} is no readable Parquet file: {reason}")]
    Parquet {
        /// Name of the file.
        file: String,
        /// What the reader says.
        reason: String,
    },
}

impl FileError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "file.read",
            Self::Kind { .. } => "file.kind",
            Self::Ending { .. } => "file.ending",
            Self::TooLarge { .. } => "file.too_large",
            Self::Empty { .. } => "file.empty",
            Self::Columns { .. } | Self::OwnColumns { .. } => "file.columns",
            Self::Fields { .. } => "file.fields",
            Self::Cell { .. } => "file.cell",
            Self::OffGrid { .. } | Self::Wider { .. } => "file.off_grid",
            Self::Duplicate { .. } => "file.duplicate",
            Self::OutsidePeriod { .. } => "file.outside_period",
            Self::Beats(_) => "file.beats",
            Self::Heartbeats(_) => "file.heartbeats",
            Self::NoTarget { .. } => "file.no_target",
            Self::Covers { .. } => "file.covers",
            Self::Incident { .. } => "file.incident",
            Self::Straddling { .. } => "file.straddling",
            Self::Currency { .. } => "file.currency",
            Self::Mixed { .. } => "file.mixed",
            Self::NoCharge { .. } => "file.no_charge",
            Self::Json { .. } => "file.json",
            Self::Parquet { .. } => "file.parquet",
        }
    }
}
