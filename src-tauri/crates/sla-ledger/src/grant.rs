//! A user of PostgreSQL that works on a ledger without owning it: row security holds for such a one alone.

use sqlx::Row;

use crate::address::Engine;
use crate::session::query;
use crate::{Ledger, LedgerError};

/// What the program needs, and no more: facts are added, the chain's end moves, sessions, replies, sign-ins
/// under way and secrets of apps come and go. The name of
/// the user is taken from the transaction, because a statement that grants takes no values.
const GRANT: &str = "do $$
declare
    grantee text := current_setting('sla.grantee');
    here text := current_schema();
begin
    execute format('grant usage on schema %I to %I', here, grantee);
    execute format('grant select, insert on all tables in schema %I to %I', here, grantee);
    execute format('revoke insert on audit_head, _sqlx_migrations from %I', grantee);
    execute format('grant update on audit_head, jobs, totp_secrets to %I', grantee);
    execute format('grant delete on sessions, replies, jobs, month_overview, credit_overview to %I', grantee);
    execute format('grant delete on totp_secrets, openid_requests to %I', grantee);
end
$$";

/// Users that row security does not hold for.
const PASSES_BY: &str = "select cast(rolname as text), case when rolsuper or rolbypassrls then 1 else 0 end
    from pg_roles where rolname = $1";

impl Ledger {
    /// Lets a user of the database work on this ledger, so that the database itself shows each person their tenants only.
    /// Again after each version that brings new tables.
    ///
    /// # Errors
    /// [`LedgerError::Grant`] for an SQLite file, a user that is not there and one that row security does not hold for.
    pub async fn grant(&self, user: &str) -> Result<(), LedgerError> {
        let refused = |reason: &str| LedgerError::Grant { user: user.to_owned(), reason: reason.to_owned() };
        if self.address.engine != Engine::Postgres {
            return Err(refused("the ledger is a file, and whoever may read the file reads all of it"));
        }
        let failed = |error| self.address.failed(error);
        let mut transaction = self.begin().await?;
        let known = query(PASSES_BY).bind(user.to_owned()).fetch_optional(&mut *transaction).await.map_err(failed)?;
        let passes_by = known.map(|row| row.try_get::<i32, _>(1)).transpose().map_err(failed)?;
        match passes_by {
            None => {
                return Err(refused(
                    "the database has no such user; make it with: create role NAME login password '…'",
                ));
            }
            Some(0) => {}
            Some(_) => return Err(refused("row security does not hold for a superuser or one with bypassrls")),
        }
        let tell = query("select set_config('sla.grantee', $1, true)").bind(user.to_owned());
        tell.fetch_one(&mut *transaction).await.map_err(failed)?;
        query(GRANT).execute(&mut *transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }

    /// Whether the database itself shows each person their tenants only, for the user that this ledger was opened with; asking
    /// shows as well that the ledger can be reached.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn is_guarded(&self) -> Result<bool, LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut transaction = self.begin().await?;
        let statement = match self.address.engine {
            Engine::Postgres => "select case when row_security_active('month_revisions') then 1 else 0 end",
            Engine::Sqlite => "select 0 from audit_head",
        };
        let row = query(statement).fetch_one(&mut *transaction).await.map_err(failed)?;
        transaction.rollback().await.map_err(failed)?;
        Ok(match self.address.engine {
            Engine::Postgres => row.try_get::<i32, _>(0).map_err(failed)? == 1,
            Engine::Sqlite => false,
        })
    }
}
