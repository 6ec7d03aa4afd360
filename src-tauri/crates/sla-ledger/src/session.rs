//! Connections to the engine, and the only two ways to say something to it.
//!
//! A pooler such as PgBouncer, or Neon's `-pooler` host, gives every *transaction* another session of PostgreSQL. Two
//! things follow, and both are kept here so that no statement can forget them:
//! - The driver gives a prepared statement a name unless told otherwise, and with its cache switched off never closes it:
//!   on another session the name is unknown, or taken. So statements are unnamed ([`query`]).
//! - An unnamed statement is parsed in one round trip and run in the next, and between two round trips outside of a
//!   transaction the pooler may change the session. So everything happens in a transaction: [`Sessions`] gives nothing else.

use std::pin::pin;
use std::slice::Iter;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{fmt, io};

use futures_util::future::{Either, select};
use sqlx::any::{Any, AnyArguments, AnyPoolOptions, install_default_drivers};
use sqlx::query::Query;
use sqlx::{AnyConnection, AnyPool, Connection, Error, Transaction};
use tokio::sync::Mutex;

use crate::address::{Address, Engine};
use crate::error::LedgerError;

/// Longest wait for one connection. A database that sleeps, as Neon's do, wakes up in under a second.
const CONNECT_WITHIN: Duration = Duration::from_secs(15);
/// Longest wait until a transaction has begun: a pooler in front of a server that is away lets whoever asks wait for minutes.
const BEGIN_WITHIN: Duration = Duration::from_secs(20);
/// Waits between attempts, when the server does not answer at all or the file is in use.
pub(crate) const BETWEEN_ATTEMPTS: [Duration; 3] =
    [Duration::from_millis(200), Duration::from_millis(600), Duration::from_millis(1_800)];
/// Connections to a server; SQLite has one writer and gets one.
const CONNECTIONS: u32 = 8;

/// What every connection to an SQLite file is told. Nothing here changes the file.
const SQLITE_SETTINGS: [&str; 3] = [
    "pragma busy_timeout = 15000",
    // A recorded month survives a power cut.
    "pragma synchronous = full",
    "pragma foreign_keys = on",
];

/// A statement that leaves no name behind; run it in a transaction.
#[expect(clippy::disallowed_methods, reason = "the one place that makes statements")]
pub(crate) fn query(sql: &'static str) -> Query<'static, Any, AnyArguments> {
    sqlx::query(sql).persistent(false)
}

/// Connections that are handed out as transactions only.
#[derive(Clone, Debug)]
pub(crate) struct Sessions {
    pool: AnyPool,
    /// A server that can be asked why it lets nobody in; a file cannot.
    server: Option<Server>,
}

/// A server that keeps a ledger.
#[derive(Clone)]
struct Server {
    /// Its address as the driver wants it, password and all.
    url: String,
    /// Of all who wait for a connection one at a time looks, so that a server that is busy is not asked by a crowd.
    turn: Arc<Mutex<()>>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

impl Server {
    /// Ends with the reason when the server lets nobody in, and never as long as it does.
    async fn refusal(&self) -> Error {
        loop {
            tokio::time::sleep(BETWEEN_ATTEMPTS.iter().sum()).await;
            let _turn = self.turn.lock().await;
            if let Ok(Err(error)) = tokio::time::timeout(CONNECT_WITHIN, first_connection(&self.url, false)).await {
                return error;
            }
        }
    }
}

/// Attempts at what may be tried again, because nothing was written yet.
#[derive(Debug)]
pub(crate) struct Attempts {
    waits: Iter<'static, Duration>,
    begun: Instant,
}

impl Attempts {
    pub(crate) fn new() -> Self {
        Self { waits: BETWEEN_ATTEMPTS.iter(), begun: Instant::now() }
    }

    /// Waits until it is time for the next attempt.
    ///
    /// # Errors
    /// The error of the last one, when it will not pass or was tried for long enough.
    pub(crate) async fn after(&mut self, error: Error) -> Result<(), Error> {
        let is_early = self.begun.elapsed() < BETWEEN_ATTEMPTS.iter().sum();
        match self.waits.next().filter(|_| is_early && may_pass(&error)) {
            Some(wait) => {
                tokio::time::sleep(*wait).await;
                Ok(())
            }
            None => Err(error),
        }
    }
}

/// Whether the same may go well in a moment, on another connection.
fn may_pass(error: &Error) -> bool {
    is_lost(error) || matches!(error, Error::Database(database) if database.code().is_some_and(|code| is_busy(&code)))
}

/// Whether the connection is gone, or there is none at the moment: what was not committed before was not written.
pub(crate) fn is_lost(error: &Error) -> bool {
    match error {
        Error::Io(_) => true,
        Error::Database(database) => database.code().is_some_and(|code| is_away(&code)),
        _ => false,
    }
}

/// SQLSTATEs of a server that is not there at the moment, or has ended the connection. Class 08 is the connection itself,
/// and how PgBouncer says that it has none to a server; 57P01 to 57P03 are a server that stops, that stops at once and
/// that starts; 57P05 and 25P03 end what nobody used; 53300 is one that has no connection left.
pub(crate) fn is_away(code: &str) -> bool {
    code.starts_with("08") || matches!(code, "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "53300")
}

/// SQLSTATEs of what was in the way of something else: who comes again finds another order of things.
pub(crate) fn is_busy(code: &str) -> bool {
    matches!(code, "40001" | "40P01" | "55P03" | "57014")
}

impl Sessions {
    /// Connects, and tries again a few times when the server does not answer at all.
    pub(crate) async fn connect(address: &Address, may_create: bool) -> Result<Self, LedgerError> {
        install_default_drivers();
        let is_sqlite = address.engine == Engine::Sqlite;
        let mode = match (is_sqlite, may_create) {
            (true, true) => "?mode=rwc",
            (true, false) => "?mode=rw",
            (false, _) => "",
        };
        let url = format!("{}{mode}", address.url);
        // A pool hides why it gets no connection, so the first one is made by hand.
        let mut attempts = Attempts::new();
        loop {
            let attempt = tokio::time::timeout(CONNECT_WITHIN, first_connection(&url, is_sqlite)).await;
            let error = match attempt {
                Ok(Ok(())) => break,
                Ok(Err(error)) => error,
                Err(_) => {
                    let reason = format!("no answer within {} s", CONNECT_WITHIN.as_secs());
                    return Err(LedgerError::Unreachable { ledger: address.shown.clone(), reason });
                }
            };
            attempts.after(error).await.map_err(|error| address.failed(error))?;
        }
        let pool = AnyPoolOptions::new()
            .max_connections(if is_sqlite { 1 } else { CONNECTIONS })
            .acquire_timeout(CONNECT_WITHIN)
            .after_connect(move |connection, _| Box::pin(set_up(connection, is_sqlite)))
            .connect_lazy(&url)
            .map_err(|error| address.failed(error))?;
        let server = (!is_sqlite).then(|| Server { url, turn: Arc::default() });
        Ok(Self { pool, server })
    }

    /// A transaction. A connection that has died meanwhile is replaced.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Any>, Error> {
        let Some(server) = &self.server else { return self.pool.begin().await };
        // The pool waits for a server that refuses connections as long as for one that is slow, and then does not say
        // which it was. So after a while somebody else looks, and knows at once.
        let begun = async {
            match select(pin!(self.pool.begin()), pin!(server.refusal())).await {
                Either::Left((begun, _)) => begun,
                Either::Right((error, _)) => Err(error),
            }
        };
        let late = |_| {
            let reason = format!("no answer within {} s", BEGIN_WITHIN.as_secs());
            Err(Error::Io(io::Error::new(io::ErrorKind::TimedOut, reason)))
        };
        tokio::time::timeout(BEGIN_WITHIN, begun).await.unwrap_or_else(late)
    }

    /// Lets readers of an SQLite file and its writer not wait for each other. The file remembers it. It is the one
    /// statement that SQLite does not take in a transaction.
    pub(crate) async fn write_ahead(&self) -> Result<(), Error> {
        sqlx::raw_sql("pragma journal_mode = wal").execute(&self.pool).await.map(drop)
    }

    /// Closes every connection.
    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

async fn first_connection(url: &str, is_sqlite: bool) -> Result<(), Error> {
    let mut connection = AnyConnection::connect(url).await?;
    set_up(&mut connection, is_sqlite).await?;
    connection.close().await
}

async fn set_up(connection: &mut AnyConnection, is_sqlite: bool) -> Result<(), Error> {
    for setting in SQLITE_SETTINGS.iter().filter(|_| is_sqlite) {
        sqlx::raw_sql(*setting).execute(&mut *connection).await?;
    }
    Ok(())
}
