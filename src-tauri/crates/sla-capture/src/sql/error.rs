//! Why a database gave no evidence.

use sla_core::heartbeat::HeartbeatError;
use sqlx::Error;

use super::address::Address;

/// Why a database gave no evidence. No message holds a password.
#[derive(Debug, thiserror::Error)]
pub enum SqlError {
    /// The secret is no address.
    #[error("the database's address {reason}; expected postgres://user:password@host/database")]
    Address {
        /// What is wrong with it, unquoted.
        reason: String,
    },
    /// Nobody answers, or the answer broke off.
    #[error("{database} does not answer: {reason}; check that it runs and can be reached, then try again")]
    Unavailable {
        /// Host, port and database.
        database: String,
        /// What the driver says.
        reason: String,
    },
    /// The connection is not as safe as it must be.
    #[error(
        "{database} is not trusted: {reason}; check the host's name, and caFile where an authority of one's own signed"
    )]
    Untrusted {
        /// Host, port and database.
        database: String,
        /// What the driver says.
        reason: String,
    },
    /// User, password, database or a right is wrong.
    #[error(
        "{database} refuses: {reason}; check user, password and the name of the database, and grant the right to read"
    )]
    Denied {
        /// Host, port and database.
        database: String,
        /// What the server says.
        reason: String,
    },
    /// The query would change something.
    #[error("the query writes, and was refused by {database}: {reason}; expected a query that only reads: {query}")]
    Writes {
        /// Host, port and database.
        database: String,
        /// What the server says.
        reason: String,
        /// The statement, without values.
        query: String,
    },
    /// The server gave up, or nobody waited any longer.
    #[error(
        "{database} took longer than {limit_seconds} s; narrow the query, add an index on the time and the tenant, or raise \
         timeoutSeconds: {query}"
    )]
    TooSlow {
        /// Host, port and database.
        database: String,
        /// The limit.
        limit_seconds: u64,
        /// The statement, without values.
        query: String,
    },
    /// The server does not understand the query.
    #[error("{database} refuses the query: {reason}: {query}")]
    Rejected {
        /// Host, port and database.
        database: String,
        /// What the server says.
        reason: String,
        /// The statement, without values.
        query: String,
    },
    /// Other columns than asked for.
    #[error("the query gives {found}, expected exactly the columns {expected}, in any order")]
    Columns {
        /// What is wrong with them.
        found: String,
        /// The columns.
        expected: String,
    },
    /// A column of another type.
    #[error("column {column}: found the type {found}, expected {expected}")]
    Type {
        /// Name of the column.
        column: String,
        /// What it has.
        found: String,
        /// What it should have.
        expected: &'static str,
    },
    /// A value that cannot be read.
    #[error("row {row}, column {column}: found {found}, expected {expected}")]
    Cell {
        /// Which row, from 1.
        row: u64,
        /// Name of the column.
        column: String,
        /// What stands there.
        found: String,
        /// What should.
        expected: &'static str,
    },
    /// A time that ends no slice.
    #[error(
        "row {row}, column t: found {found}, expected the end of a slice: a multiple of {step_seconds} s since 1970"
    )]
    OffGrid {
        /// Which row, from 1.
        row: u64,
        /// The instant.
        found: String,
        /// Width of a slice in seconds.
        step_seconds: i64,
    },
    /// Two rows for one slice.
    #[error(
        "row {row}, column t: found {found} a second time, expected one row per slice; group by t, or ask for one tenant"
    )]
    Duplicate {
        /// Which row, from 1.
        row: u64,
        /// The instant.
        found: String,
    },
    /// A row of another time.
    #[error(
        "row {row}, column t: found {found}, expected slices that end after {from} and not after {to}: t > $from and t <= $to"
    )]
    OutsidePeriod {
        /// Which row, from 1.
        row: u64,
        /// The instant.
        found: String,
        /// Start of the period.
        from: String,
        /// Its end.
        to: String,
    },
    /// Nothing came.
    #[error(
        "the query gives no rows from {from} to {to}; check the condition for the tenant, and that the rows are there: {query}"
    )]
    NoRows {
        /// Start of the period.
        from: String,
        /// Its end.
        to: String,
        /// The statement, without values.
        query: String,
    },
    /// More beats than are held.
    #[error(
        "the query gives more than {limit} beats; expected those after $from and not after $to, of one target's probes"
    )]
    TooMany {
        /// How many there may be.
        limit: usize,
    },
    /// Nobody looked at the target.
    #[error(
        "no row has the target {target:?}; check its spelling and the condition of the query; targets are: {known}"
    )]
    NoTarget {
        /// The target.
        target: String,
        /// The first targets that there are.
        known: String,
    },
    /// The beats cannot be judged.
    #[error(transparent)]
    Heartbeats(HeartbeatError),
    /// The driver and the server do not understand each other.
    #[error("{database} cannot be read: {reason}")]
    Failed {
        /// Host, port and database.
        database: String,
        /// What the driver says.
        reason: String,
    },
}

impl SqlError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address { .. } => "sql.address",
            Self::Unavailable { .. } => "sql.unavailable",
            Self::Untrusted { .. } => "sql.untrusted",
            Self::Denied { .. } => "sql.denied",
            Self::Writes { .. } => "sql.writes",
            Self::TooSlow { .. } => "sql.too_slow",
            Self::Rejected { .. } => "sql.rejected",
            Self::Columns { .. } => "sql.columns",
            Self::Type { .. } => "sql.type",
            Self::Cell { .. } => "sql.cell",
            Self::OffGrid { .. } => "sql.off_grid",
            Self::Duplicate { .. } => "sql.duplicate",
            Self::OutsidePeriod { .. } => "sql.outside_period",
            Self::NoRows { .. } => "sql.no_rows",
            Self::TooMany { .. } => "sql.too_many",
            Self::NoTarget { .. } => "sql.no_target",
            Self::Heartbeats(_) => "sql.heartbeats",
            Self::Failed { .. } => "sql.failed",
        }
    }
}

/// An error of the driver, at a statement or while connecting.
pub(super) fn failed(address: &Address, error: &Error, query: &str, limit_seconds: u64) -> SqlError {
    let database = address.shown.clone();
    let reason = address.without_secrets(&error.to_string());
    match error {
        // What rustls refuses arrives as data that cannot be read.
        Error::Io(io) if io.kind() == std::io::ErrorKind::InvalidData => SqlError::Untrusted { database, reason },
        Error::Tls(_) | Error::Configuration(_) => SqlError::Untrusted { database, reason },
        Error::Io(_) => SqlError::Unavailable { database, reason },
        // A server that stops while somebody connects: the driver reads the answer that never came as a byte of zero.
        Error::Protocol(what) if what.contains("response from SSLRequest: 0x00") => {
            SqlError::Unavailable { database, reason: "it closed the connection before it answered".to_owned() }
        }
        Error::Database(told) => {
            let reason = address.without_secrets(told.message());
            let query = query.to_owned();
            match told.code().as_deref().unwrap_or_default() {
                "25006" => SqlError::Writes { database, reason, query },
                "57014" => SqlError::TooSlow { database, limit_seconds, query },
                "28000" | "28P01" | "3D000" | "42501" => SqlError::Denied { database, reason },
                code if is_away(code) => SqlError::Unavailable { database, reason },
                _ => SqlError::Rejected { database, reason, query },
            }
        }
        _ => SqlError::Failed { database, reason },
    }
}

/// SQLSTATEs of a server that is not there at the moment: class 08 is the connection itself, and how PgBouncer says that it has
/// none; 57P01 to 57P03 are a server that stops or starts, 57P05 and 25P03 end what nobody used, 53300 is one that is full.
fn is_away(code: &str) -> bool {
    code.starts_with("08") || matches!(code, "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "53300")
}
