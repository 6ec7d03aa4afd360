//! Connections to the engine, and the only two ways to say something to it.
//!
//! A pooler such as PgBouncer, or Neon's `-pooler` host, gives every *transaction* another session of PostgreSQL. Two
//! things follow, and both are kept here so that no statement can forget them:
//! - The driver gives a prepared statement a name unless told otherwise, and with its cache switched off never closes it:
//!   on another session the name is unknown, or taken. So statements are unnamed ([`query`]).
//! - An unnamed statement is parsed in one round trip and run in the next, and between two round trips outside of a
//!   transaction the pooler may change the session. So everything happens in a transaction: [`Sessions`] gives nothing else.

use std::time::Duration;

use sqlx::any::{Any, AnyArguments, AnyPoolOptions, install_default_drivers};
use sqlx::query::Query;
use sqlx::{AnyConnection, AnyPool, Connection, Error, Transaction};

use crate::address::{Address, Engine};
use crate::error::LedgerError;

/// Longest wait for one connection. A database that sleeps, as Neon's do, wakes up in under a second.
const CONNECT_WITHIN: Duration = Duration::from_secs(15);
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
        let mut waits = BETWEEN_ATTEMPTS.iter();
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
            let may_pass = matches!(error, Error::Io(_)) && !is_sqlite;
            match waits.next().filter(|_| may_pass) {
                Some(wait) => tokio::time::sleep(*wait).await,
                None => return Err(address.failed(error)),
            }
        }
        let pool = AnyPoolOptions::new()
            .max_connections(if is_sqlite { 1 } else { CONNECTIONS })
            .acquire_timeout(CONNECT_WITHIN)
            .after_connect(move |connection, _| Box::pin(set_up(connection, is_sqlite)))
            .connect_lazy(&url)
            .map_err(|error| address.failed(error))?;
        Ok(Self { pool })
    }

    /// A transaction.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Any>, Error> {
        self.pool.begin().await
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
