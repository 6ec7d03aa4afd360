//! Bringing a ledger up to this version. The table of what was done is the one that sqlx's own migrator keeps, so that a
//! ledger that it made opens; its runner is not used, because it names its statements and locks by the session.

use sqlx::any::Any;
use sqlx::migrate::{Migration, MigrationType};
use sqlx::{Row, SqlSafeStr, Transaction};

use crate::address::Engine;
use crate::session::{BETWEEN_ATTEMPTS, query};
use crate::{Ledger, LedgerError};

/// Migrations that bring lists, or more to them; what they say follows from the facts that are there.
const OVERVIEW: [i64; 3] = [5, 8, 11];
/// The table of migrations that were done.
const TABLE: &str = "_sqlx_migrations";
/// First closes at the same instant wait for each other by this lock of PostgreSQL, which ends with the transaction.
const TAKE_TURNS: &str = "select cast(pg_advisory_xact_lock(7310589236110421548) as text)";

/// How far a ledger is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// There is no table at all.
    Empty,
    /// A ledger that lacks migrations.
    Older,
    /// A ledger of this version.
    Current,
}

impl Ledger {
    /// Looks what is there, and changes nothing.
    ///
    /// # Errors
    /// [`LedgerError::NotALedger`] for what belongs to somebody else, [`LedgerError::Newer`] for a later version's.
    pub(crate) async fn state(&self) -> Result<State, LedgerError> {
        let mut transaction = self.begin().await?;
        let state = self.state_in(&mut transaction).await?;
        transaction.rollback().await.map_err(|error| self.address.failed(error))?;
        Ok(state)
    }

    async fn state_in(&self, transaction: &mut Transaction<'static, Any>) -> Result<State, LedgerError> {
        let failed = |error| self.address.failed(error);
        let not_ours = |reason: String| LedgerError::NotALedger { ledger: self.address.shown.clone(), reason };
        let tables = match self.address.engine {
            Engine::Sqlite => "select name from sqlite_master where type = 'table' order by name",
            Engine::Postgres => {
                "select cast(tablename as text) from pg_tables where schemaname = current_schema() order by 1"
            }
        };
        let rows = query(tables).fetch_all(&mut **transaction).await.map_err(failed)?;
        let tables: Vec<String> = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>().map_err(failed)?;
        let others: Vec<&String> = tables.iter().filter(|table| *table != TABLE).collect();
        let applied = if others.len() < tables.len() { self.applied(transaction).await? } else { Vec::new() };
        if applied.is_empty() {
            return match others.first() {
                None => Ok(State::Empty),
                Some(table) => {
                    Err(not_ours(format!("it holds tables that are not a ledger's, {} such as {table}", others.len())))
                }
            };
        }
        let known = migrations(self.address.engine);
        for migration in &known {
            match applied.iter().find(|(version, _)| *version == migration.version) {
                Some((_, checksum)) if *checksum != *migration.checksum => {
                    return Err(not_ours(format!(
                        "its migration {} is not the one of this program",
                        migration.version
                    )));
                }
                None if migration.version == 1 => {
                    return Err(not_ours("it keeps migrations, but not those of a ledger".to_owned()));
                }
                _ => {}
            }
        }
        let later = applied.iter().find(|(version, _)| !known.iter().any(|migration| migration.version == *version));
        match later {
            Some(&(migration, _)) => Err(LedgerError::Newer { ledger: self.address.shown.clone(), migration }),
            None if applied.len() < known.len() => Ok(State::Older),
            None => Ok(State::Current),
        }
    }

    /// Migrations that were done, with the checksum of their text, oldest first.
    async fn applied(&self, transaction: &mut Transaction<'static, Any>) -> Result<Vec<(i64, Vec<u8>)>, LedgerError> {
        let rows = query("select version, checksum from _sqlx_migrations order by version")
            .fetch_all(&mut **transaction)
            .await
            .map_err(|error| self.address.failed(error))?;
        let read = |row: &sqlx::any::AnyRow| Ok((row.try_get(0)?, row.try_get(1)?));
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|error| self.address.failed(error))
    }

    /// Does every migration that is missing, in one transaction.
    pub(crate) async fn migrate(&self) -> Result<(), LedgerError> {
        let mut waits = BETWEEN_ATTEMPTS.iter();
        loop {
            // SQLite tells whoever would wait for the other's first write that the file is in use, without waiting. What a
            // connection took with it is looked at anew.
            match self.migrate_once().await {
                Err(error @ (LedgerError::Busy { .. } | LedgerError::Unreachable { .. })) => match waits.next() {
                    Some(wait) => tokio::time::sleep(*wait).await,
                    None => return Err(error),
                },
                done => return done,
            }
        }
    }

    async fn migrate_once(&self) -> Result<(), LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut transaction = match self.address.engine {
            Engine::Sqlite => {
                self.sessions.write_ahead().await.map_err(failed)?;
                self.begin().await?
            }
            Engine::Postgres => {
                let mut transaction = self.begin().await?;
                query(TAKE_TURNS).execute(&mut *transaction).await.map_err(failed)?;
                transaction
            }
        };
        // The first statement writes: on SQLite whoever comes next waits here.
        let table = match self.address.engine {
            Engine::Sqlite => SQLITE_TABLE,
            Engine::Postgres => POSTGRES_TABLE,
        };
        sqlx::raw_sql(table).execute(&mut *transaction).await.map_err(failed)?;
        // Somebody else may have done it since we looked.
        let applied = self.applied(&mut transaction).await?;
        let mut missing = migrations(self.address.engine);
        missing.retain(|migration| !applied.iter().any(|(version, _)| *version == migration.version));
        let brings_lists = missing.iter().any(|migration| OVERVIEW.contains(&migration.version));
        for migration in missing {
            sqlx::raw_sql(migration.sql.clone()).execute(&mut *transaction).await.map_err(failed)?;
            query(
                "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
                 values ($1, $2, true, $3, 0)",
            )
            .bind(migration.version)
            .bind(migration.description.as_ref())
            .bind(migration.checksum.as_ref())
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        }
        if brings_lists {
            self.note_all_months(&mut transaction).await?;
        }
        transaction.commit().await.map_err(failed)
    }
}

const SQLITE_TABLE: &str = "create table if not exists _sqlx_migrations (
    version bigint primary key,
    description text not null,
    installed_on timestamp not null default current_timestamp,
    success boolean not null,
    checksum blob not null,
    execution_time bigint not null
)";

const POSTGRES_TABLE: &str = "create table if not exists _sqlx_migrations (
    version bigint primary key,
    description text not null,
    installed_on timestamptz not null default now(),
    success boolean not null,
    checksum bytea not null,
    execution_time bigint not null
)";

/// The migrations of an engine, oldest first.
fn migrations(engine: Engine) -> Vec<Migration> {
    let all = match engine {
        Engine::Sqlite => [
            (1, "ledger", include_str!("../migrations/sqlite/0001_ledger.sql")),
            (2, "workflow", include_str!("../migrations/sqlite/0002_workflow.sql")),
            (3, "accounts", include_str!("../migrations/sqlite/0003_accounts.sql")),
            (4, "catalogue", include_str!("../migrations/sqlite/0004_catalogue.sql")),
            (5, "overview", include_str!("../migrations/sqlite/0005_overview.sql")),
            (6, "jobs", include_str!("../migrations/sqlite/0006_jobs.sql")),
            (7, "sign_in", include_str!("../migrations/sqlite/0007_sign_in.sql")),
            (8, "lists", include_str!("../migrations/sqlite/0008_lists.sql")),
            (9, "letters", include_str!("../migrations/sqlite/0009_letters.sql")),
            (10, "job_customers", include_str!("../migrations/sqlite/0010_job_customers.sql")),
            (11, "names", include_str!("../migrations/sqlite/0011_names.sql")),
            (12, "templates", include_str!("../migrations/sqlite/0012_templates.sql")),
            (13, "capture_jobs", include_str!("../migrations/sqlite/0013_capture_jobs.sql")),
            (14, "job_series", include_str!("../migrations/sqlite/0014_job_series.sql")),
        ],
        Engine::Postgres => [
            (1, "ledger", include_str!("../migrations/postgres/0001_ledger.sql")),
            (2, "workflow", include_str!("../migrations/postgres/0002_workflow.sql")),
            (3, "accounts", include_str!("../migrations/postgres/0003_accounts.sql")),
            (4, "catalogue", include_str!("../migrations/postgres/0004_catalogue.sql")),
            (5, "overview", include_str!("../migrations/postgres/0005_overview.sql")),
            (6, "jobs", include_str!("../migrations/postgres/0006_jobs.sql")),
            (7, "sign_in", include_str!("../migrations/postgres/0007_sign_in.sql")),
            (8, "lists", include_str!("../migrations/postgres/0008_lists.sql")),
            (9, "letters", include_str!("../migrations/postgres/0009_letters.sql")),
            (10, "job_customers", include_str!("../migrations/postgres/0010_job_customers.sql")),
            (11, "names", include_str!("../migrations/postgres/0011_names.sql")),
            (12, "templates", include_str!("../migrations/postgres/0012_templates.sql")),
            (13, "capture_jobs", include_str!("../migrations/postgres/0013_capture_jobs.sql")),
            (14, "job_series", include_str!("../migrations/postgres/0014_job_series.sql")),
        ],
    };
    let migration = |(version, name, sql): (i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    all.into_iter().map(migration).collect()
}
