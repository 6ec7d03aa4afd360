//! A database: one statement that reads rows of slices or beats, in one transaction that cannot write.
//!
//! - Values of variables are bound as parameters and never written into the text.
//! - Everything happens in one transaction, `repeatable read, read only`, so that all rows are of one moment. A setting of the
//!   transaction ends with it, and no statement has a name: through a pooler, which gives every transaction another session,
//!   nothing of it stays behind.
//! - Rows are read one by one as they come; memory grows with the slices and not with what the server sends.

mod address;
mod beats;
mod error;
mod rows;
mod value;

use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use sla_core::catalogue::{Parameter, Statement};
use sla_core::heartbeat::HeartbeatTerms;
use sla_core::plan::FileContent;
use sla_core::time::{Period, utc_text};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row};

use crate::beats::MOST_BEATS;
use crate::client::spread;
use crate::error::CaptureError;
use crate::file::content_query;
use crate::prometheus::Secret;
use crate::slices::Slices;
use crate::source::{BoxFuture, CaptureRequest, Progress, Source, instant};
use address::Address;
use error::failed;
use rows::Rows;

pub use beats::SqlBeatSource;
pub(crate) use beats::sql_beats_query;
pub use error::SqlError;

/// Waits between attempts to connect: a database that sleeps, as Neon's do, wakes up in under a second.
const BETWEEN_ATTEMPTS: [Duration; 3] =
    [Duration::from_millis(200), Duration::from_millis(600), Duration::from_millis(1_800)];
/// How much longer than the server's own limit somebody waits for it.
const LATE: Duration = Duration::from_secs(10);

/// How a database is reached. Everything but the address has a default.
#[derive(Clone, Debug)]
pub struct SqlConfig {
    /// Address with credentials, such as `postgres://user:password@host/database`.
    pub url: Secret,
    /// Certificate authorities as PEM; default: the ones that come with the program.
    pub ca_pem: Option<Vec<u8>>,
    /// Longest time to connect; default 15 s.
    pub connect_timeout: Duration,
    /// Longest time for the statement, which the server keeps to; default 60 s.
    pub statement_timeout: Duration,
    /// Attempts to connect; default 4.
    pub attempts: usize,
    /// Most heartbeats of one statement, which are held together; default 20 million.
    pub beats_limit: usize,
}

impl SqlConfig {
    /// A database at that address, everything else by default.
    pub fn new(url: Secret) -> Self {
        Self {
            url,
            ca_pem: None,
            connect_timeout: Duration::from_secs(15),
            statement_timeout: Duration::from_secs(60),
            attempts: 1 + BETWEEN_ATTEMPTS.len(),
            beats_limit: MOST_BEATS,
        }
    }
}

/// A database. Each capture has a connection of its own.
#[derive(Clone, Debug)]
pub struct Database {
    address: Arc<Address>,
    connect_timeout: Duration,
    statement_timeout: Duration,
    attempts: usize,
    beats_limit: usize,
}

/// What a database tells of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AboutDatabase {
    /// Host, port and name, without credentials.
    pub address: String,
    /// Its version.
    pub version: String,
    /// Whether it held to it that a transaction only reads, when it was asked to let it write.
    pub is_read_only: bool,
}

impl Database {
    /// Prepares connections to a database; nothing is sent yet.
    ///
    /// # Errors
    /// [`SqlError::Address`] when the configuration cannot work.
    pub fn new(config: SqlConfig) -> Result<Self, SqlError> {
        let SqlConfig { url, ca_pem, connect_timeout, statement_timeout, attempts, beats_limit } = config;
        let address = Arc::new(Address::parse(&url, ca_pem)?);
        Ok(Self { address, connect_timeout, statement_timeout, attempts, beats_limit })
    }

    /// The source of one statement.
    pub fn source(&self, statement: Statement, content: FileContent) -> SqlSource {
        SqlSource { database: self.clone(), statement, content }
    }

    /// The source of a target's heartbeats.
    pub fn beats(&self, statement: Statement, target: &str, terms: HeartbeatTerms) -> SqlBeatSource {
        SqlBeatSource { database: self.clone(), statement, target: target.to_owned(), terms }
    }

    /// Asks the server for its version, and whether it keeps a transaction to reading.
    ///
    /// # Errors
    /// [`SqlError`] when it does not answer.
    pub async fn about(&self) -> Result<AboutDatabase, SqlError> {
        const ASKED: &str = "select set_config('transaction_read_only', 'off', true)";
        let mut connection = self.connect().await?;
        let asked = async {
            let version = self.begin(&mut connection).await?;
            // Refused is what it should be.
            let is_read_only = sqlx::raw_sql(ASKED).execute(&mut connection).await.is_err();
            Ok(AboutDatabase { address: self.address.shown.clone(), version, is_read_only })
        };
        let about = self.in_time(asked, ASKED).await;
        self.end(connection).await;
        about
    }

    /// Connects, and tries again a few times when nobody answers.
    async fn connect(&self) -> Result<PgConnection, SqlError> {
        let mut waits = BETWEEN_ATTEMPTS.iter().take(self.attempts.saturating_sub(1));
        loop {
            let connected = tokio::time::timeout(self.connect_timeout, self.address.options.connect()).await;
            let error = match connected {
                Ok(Ok(connection)) => return Ok(connection),
                Ok(Err(error)) => self.failed(&error, ""),
                Err(_) => {
                    let reason = format!("no answer within {} s", self.connect_timeout.as_secs());
                    return Err(SqlError::Unavailable { database: self.address.shown.clone(), reason });
                }
            };
            match waits.next().filter(|_| matches!(error, SqlError::Unavailable { .. })) {
                Some(wait) => tokio::time::sleep(spread(*wait)).await,
                None => return Err(error),
            }
        }
    }

    /// Begins the transaction that only reads, and gives the server's version.
    ///
    /// The version is asked for inside of it: from its first query on a transaction that only reads cannot be made one that
    /// writes, whatever the statement after it says.
    async fn begin(&self, connection: &mut PgConnection) -> Result<String, SqlError> {
        let begin = format!(
            "begin isolation level repeatable read, read only; set local statement_timeout = {}; set local timezone = 'UTC'",
            self.statement_timeout.as_millis()
        );
        let say = |error| self.failed(&error, "begin");
        sqlx::raw_sql(AssertSqlSafe(begin)).execute(&mut *connection).await.map_err(say)?;
        let asked = "select current_setting('server_version'), current_setting('transaction_read_only')";
        let row = sqlx::raw_sql(asked).fetch_one(&mut *connection).await.map_err(say)?;
        let [version, read_only] = [0, 1].map(|column| row.try_get::<String, _>(column));
        if read_only.map_err(say)? != "on" {
            let reason = "it began a transaction that may write".to_owned();
            return Err(SqlError::Failed { database: self.address.shown.clone(), reason });
        }
        Ok(format!("PostgreSQL {}", version.map_err(say)?))
    }

    /// Ends the transaction, and the connection with it. What goes wrong here changes no evidence.
    async fn end(&self, mut connection: PgConnection) {
        let ended = async {
            let _ = sqlx::raw_sql("rollback").execute(&mut connection).await;
            let _ = connection.close().await;
        };
        let _ = tokio::time::timeout(LATE, ended).await;
    }

    /// What takes longer than the server's own limit: nobody answers any more.
    async fn in_time<T>(&self, asked: impl Future<Output = Result<T, SqlError>>, query: &str) -> Result<T, SqlError> {
        let limit = self.statement_timeout + LATE;
        tokio::time::timeout(limit, asked).await.unwrap_or_else(|_| {
            let database = self.address.shown.clone();
            Err(SqlError::TooSlow { database, limit_seconds: limit.as_secs(), query: query.to_owned() })
        })
    }

    fn failed(&self, error: &sqlx::Error, query: &str) -> SqlError {
        failed(&self.address, error, query, self.statement_timeout.as_secs())
    }
}

/// One statement of a database.
#[derive(Clone, Debug)]
pub struct SqlSource {
    database: Database,
    statement: Statement,
    content: FileContent,
}

/// What a database is asked, as the evidence keeps it.
pub(crate) fn sql_query(statement: &Statement, content: FileContent) -> String {
    format!("{statement}\n{}", content_query(content))
}

impl SqlSource {
    async fn read(&self, request: &CaptureRequest, progress: &dyn Progress) -> Result<Slices, CaptureError> {
        request.check()?;
        let mut rows = Rows::new(*request, self.content);
        let asked = Asked { statement: &self.statement, period: request.period, step_seconds: request.step_seconds };
        let version = self.database.ask(asked, progress, |row| rows.push(row)).await?;
        let gather = rows.finish().ok_or_else(|| SqlError::NoRows {
            from: instant(request.period.start),
            to: instant(request.period.end),
            query: self.statement.text().to_owned(),
        })?;
        let query = sql_query(&self.statement, self.content);
        gather.finish(query, self.database.address.shown.clone(), version, Vec::new())
    }
}

/// A statement, and what its parameters of time are.
#[derive(Clone, Copy, Debug)]
struct Asked<'a> {
    statement: &'a Statement,
    /// `$from` and `$to`.
    period: Period,
    step_seconds: i64,
}

impl Database {
    /// Puts a statement and hands on its rows as they come; gives the server's version.
    async fn ask(
        &self,
        asked: Asked<'_>,
        progress: &dyn Progress,
        take: impl FnMut(&PgRow) -> Result<(), SqlError> + Send,
    ) -> Result<String, SqlError> {
        let mut connection = self.connect().await?;
        progress.step(1, 2);
        // After an error rows may still be on their way: the connection is then dropped, not ended.
        let version = self.in_time(self.rows(&mut connection, asked, take), asked.statement.text()).await?;
        self.end(connection).await;
        progress.step(2, 2);
        Ok(version)
    }

    async fn rows(
        &self,
        connection: &mut PgConnection,
        Asked { statement, period, step_seconds }: Asked<'_>,
        mut take: impl FnMut(&PgRow) -> Result<(), SqlError> + Send,
    ) -> Result<String, SqlError> {
        let version = self.begin(connection).await?;
        // The text is the contract's own; what differs between tenants is bound.
        let mut query = sqlx::query(AssertSqlSafe(statement.text())).persistent(false);
        for parameter in statement.parameters() {
            query = query.bind(match parameter {
                Parameter::Value { value, .. } => value.clone(),
                Parameter::From => utc_text(period.start),
                Parameter::To => utc_text(period.end),
                Parameter::Slice => format!("{step_seconds} seconds"),
            });
        }
        let mut stream = query.fetch(connection);
        let say = |error: sqlx::Error| self.failed(&error, statement.text());
        while let Some(row) = stream.try_next().await.map_err(say)? {
            take(&row)?;
        }
        Ok(version)
    }
}

impl Source for SqlSource {
    fn capture<'a>(
        &'a self,
        request: &'a CaptureRequest,
        progress: &'a dyn Progress,
    ) -> BoxFuture<'a, Result<Slices, CaptureError>> {
        Box::pin(self.read(request, progress))
    }
}
