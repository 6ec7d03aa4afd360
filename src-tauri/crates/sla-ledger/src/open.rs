//! Opening a ledger: connecting, making sure that it is one, and bringing it up to this version.

use std::path::Path;
use std::time::Duration;

use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, AnyPool, Connection, Error, SqlSafeStr};

use crate::Ledger;
use crate::address::{Address, Engine};
use crate::error::LedgerError;

/// Longest wait for one connection. A database that sleeps, as Neon's do, wakes up in under a second.
const CONNECT_WITHIN: Duration = Duration::from_secs(15);
/// Waits between attempts to connect, when the server does not answer at all.
const BETWEEN_ATTEMPTS: [Duration; 3] =
    [Duration::from_millis(200), Duration::from_millis(600), Duration::from_millis(1_800)];
/// Connections to a server; SQLite has one writer and gets one.
const CONNECTIONS: u32 = 4;
const MIGRATIONS_TABLE: &str = "_sqlx_migrations";

impl Ledger {
    /// Opens a ledger, makes it if there is none and brings it up to this version.
    ///
    /// # Errors
    /// [`LedgerError`]; a ledger of a newer version, and anything that is no ledger, is left as it is.
    pub async fn open(url: &str) -> Result<Self, LedgerError> {
        let address = Address::parse(url)?;
        if let Some(folder) = address.file.as_deref().and_then(Path::parent).filter(|path| *path != Path::new("")) {
            std::fs::create_dir_all(folder).map_err(|error| LedgerError::Unreachable {
                ledger: address.shown.clone(),
                reason: format!("its folder cannot be made: {error}"),
            })?;
        }
        let ledger = Self { pool: connect(&address, true).await?, address };
        if !ledger.tables().await?.iter().any(|table| table == MIGRATIONS_TABLE) {
            ledger.must_be_empty().await?;
        }
        ledger.migrate().await?;
        Ok(ledger)
    }

    /// Opens a ledger that is there and of this version; it is not changed.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn open_existing(url: &str) -> Result<Self, LedgerError> {
        let address = Address::parse(url)?;
        if address.file.as_deref().is_some_and(|file| !file.exists()) {
            return Err(LedgerError::Missing { ledger: address.shown });
        }
        let ledger = Self { pool: connect(&address, false).await?, address };
        let name = || ledger.address.shown.clone();
        if !ledger.tables().await?.iter().any(|table| table == MIGRATIONS_TABLE) {
            return Err(LedgerError::NotALedger { ledger: name(), reason: "it has no table of a ledger".to_owned() });
        }
        let applied: Vec<i64> = sqlx::query_scalar("select version from _sqlx_migrations order by version")
            .fetch_all(&ledger.pool)
            .await
            .map_err(|error| ledger.address.failed(error))?;
        let known: Vec<i64> = migrations(ledger.address.engine).iter().map(|migration| migration.version).collect();
        if let Some(&migration) = applied.iter().find(|version| !known.contains(version)) {
            return Err(LedgerError::Newer { ledger: name(), migration });
        }
        if applied.len() < known.len() {
            return Err(LedgerError::Older { ledger: name() });
        }
        Ok(ledger)
    }

    async fn tables(&self) -> Result<Vec<String>, LedgerError> {
        let query = match self.address.engine {
            Engine::Sqlite => "select name from sqlite_master where type = 'table'",
            Engine::Postgres => "select cast(tablename as text) from pg_tables where schemaname = current_schema()",
        };
        sqlx::query_scalar(query).fetch_all(&self.pool).await.map_err(|error| self.address.failed(error))
    }

    /// What has tables, but none of ours, belongs to somebody else.
    async fn must_be_empty(&self) -> Result<(), LedgerError> {
        let tables = self.tables().await?;
        match tables.first() {
            None => Ok(()),
            Some(table) => Err(LedgerError::NotALedger {
                ledger: self.address.shown.clone(),
                reason: format!("it holds {} other tables, such as {table}", tables.len()),
            }),
        }
    }

    async fn migrate(&self) -> Result<(), LedgerError> {
        let mut migrator = Migrator::with_migrations(migrations(self.address.engine));
        // The lock is one of the session, which a pooler does not keep. Two first closes at the same instant are settled
        // by the database: the second finds the tables made, and looks again.
        migrator.set_locking(false);
        let mut attempt = 0;
        loop {
            let error = match migrator.run(&self.pool).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            let ledger = self.address.shown.clone();
            let failure = match error {
                MigrateError::VersionMissing(migration) => return Err(LedgerError::Newer { ledger, migration }),
                MigrateError::VersionMismatch(migration) => {
                    let reason = format!("its migration {migration} is not the one of this program");
                    return Err(LedgerError::NotALedger { ledger, reason });
                }
                MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => self.address.failed(error),
                other => LedgerError::Failed { ledger, reason: other.to_string() },
            };
            let was_raced = matches!(failure, LedgerError::Failed { .. } | LedgerError::Busy { .. });
            match BETWEEN_ATTEMPTS.get(attempt).filter(|_| was_raced) {
                Some(wait) => tokio::time::sleep(*wait).await,
                None => return Err(failure),
            }
            attempt += 1;
        }
    }
}

/// The migrations of an engine, oldest first.
fn migrations(engine: Engine) -> Vec<Migration> {
    let first = match engine {
        Engine::Sqlite => include_str!("../migrations/sqlite/0001_ledger.sql"),
        Engine::Postgres => include_str!("../migrations/postgres/0001_ledger.sql"),
    };
    let all = [(1, "ledger", first)];
    let migration = |(version, name, sql): (i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    all.into_iter().map(migration).collect()
}

/// Connects, and tries again a few times when the server does not answer at all.
async fn connect(address: &Address, may_create: bool) -> Result<AnyPool, LedgerError> {
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
    AnyPoolOptions::new()
        .max_connections(if is_sqlite { 1 } else { CONNECTIONS })
        .acquire_timeout(CONNECT_WITHIN)
        .after_connect(move |connection, _| Box::pin(set_up(connection, is_sqlite)))
        .connect_lazy(&url)
        .map_err(|error| address.failed(error))
}

async fn first_connection(url: &str, is_sqlite: bool) -> Result<(), Error> {
    let mut connection = AnyConnection::connect(url).await?;
    set_up(&mut connection, is_sqlite).await?;
    connection.close().await
}

async fn set_up(connection: &mut AnyConnection, is_sqlite: bool) -> Result<(), Error> {
    for setting in SQLITE_SETTINGS.iter().filter(|_| is_sqlite) {
        sqlx::query(*setting).execute(&mut *connection).await?;
    }
    Ok(())
}

/// What every connection to an SQLite file is told.
const SQLITE_SETTINGS: [&str; 4] = [
    "pragma busy_timeout = 15000",
    // Readers and the writer do not wait for each other.
    "pragma journal_mode = wal",
    // A recorded month survives a power cut.
    "pragma synchronous = full",
    "pragma foreign_keys = on",
];
