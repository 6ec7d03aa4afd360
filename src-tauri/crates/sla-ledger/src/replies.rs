//! What was answered to requests that named a key. They are no facts and are kept for a day.

use sla_core::time::UnixSeconds;
use sqlx::Row;

use crate::session::query;
use crate::{Ledger, LedgerError};

/// For so long a key is remembered.
const KEPT_SECONDS: i64 = 86_400;
/// The status of a request that is under way, or whose program was killed.
const UNDER_WAY: i64 = 0;

/// What is known of a request's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing: the request may be carried out, and the key is taken for it now.
    New,
    /// The same request was answered.
    Answered {
        /// The HTTP status.
        status: u16,
        /// The body.
        body: String,
    },
    /// Another request had this key.
    Another,
    /// The same request is under way, or was cut off: nobody knows whether it was carried out.
    UnderWay,
}

impl Ledger {
    /// Takes a key of an account for a request, told by the SHA-256 of all that it says.
    ///
    /// # Errors
    /// [`LedgerError`]; the key is not taken then.
    pub async fn take_key(
        &self,
        account: &str,
        key: &str,
        request_sha256: &str,
        now: UnixSeconds,
    ) -> Result<Known, LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut transaction = self.begin().await?;
        let old = query("delete from replies where recorded_at < $1").bind(now - KEPT_SECONDS);
        old.execute(&mut *transaction).await.map_err(failed)?;
        let taken = query(
            "insert into replies (account, key, request_sha256, status, body, recorded_at) values ($1, $2, $3, $4, '', $5)
             on conflict do nothing",
        )
        .bind(account.to_owned())
        .bind(key.to_owned())
        .bind(request_sha256.to_owned())
        .bind(UNDER_WAY)
        .bind(now)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        let known = if taken.rows_affected() == 1 {
            Known::New
        } else {
            let row = query("select request_sha256, status, body from replies where account = $1 and key = $2")
                .bind(account.to_owned())
                .bind(key.to_owned())
                .fetch_one(&mut *transaction)
                .await
                .map_err(failed)?;
            let (known, status): (String, i64) = (row.try_get(0).map_err(failed)?, row.try_get(1).map_err(failed)?);
            match u16::try_from(status) {
                _ if known != request_sha256 => Known::Another,
                Ok(status) if status != 0 => Known::Answered { status, body: row.try_get(2).map_err(failed)? },
                _ => Known::UnderWay,
            }
        };
        transaction.commit().await.map_err(failed)?;
        Ok(known)
    }

    /// Keeps what was answered under a key that was taken; without an answer the key is free again.
    ///
    /// # Errors
    /// [`LedgerError`]; the key stays taken then.
    pub async fn keep_reply(
        &self,
        account: &str,
        key: &str,
        answer: Option<(&str, u16, String)>,
        now: UnixSeconds,
    ) -> Result<(), LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut transaction = self.begin().await?;
        let taken = query("delete from replies where account = $1 and key = $2").bind(account.to_owned());
        taken.bind(key.to_owned()).execute(&mut *transaction).await.map_err(failed)?;
        if let Some((request_sha256, status, body)) = answer {
            query(
                "insert into replies (account, key, request_sha256, status, body, recorded_at)
                 values ($1, $2, $3, $4, $5, $6)",
            )
            .bind(account.to_owned())
            .bind(key.to_owned())
            .bind(request_sha256.to_owned())
            .bind(i64::from(status))
            .bind(body)
            .bind(now)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)
    }
}
