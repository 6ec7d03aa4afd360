//! Copying a ledger, whatever engines the two are on: a backup, a restored one, a ledger that moves from a desk to a server.
//! Chain and facts are taken over as they are, so that the copy has the same head.

use futures_util::TryStreamExt;
use sqlx::any::Any;
use sqlx::{Row, Transaction};

use crate::access::{AccessVersion, SignInRow};
use crate::catalogue::{DecisionRow, DocumentRow};
use crate::chain;
use crate::facts::{ContractVersion, Credit, FactRow, MonthRevision, StepRow, TenantVersion};
use crate::letters::LetterRow;
use crate::session::{is_lost, query};
use crate::templates::TemplateRow;
use crate::{Ledger, LedgerError, Verified};

impl Ledger {
    /// Copies this ledger, as it is at one instant, into one that is empty, all of it or nothing; others may write to this one
    /// meanwhile. Both are verified: the one before, so that nothing broken is kept, and the copy after.
    ///
    /// # Errors
    /// [`LedgerError`]; the copy is empty then. [`LedgerError::NotEmpty`] when it holds something already,
    /// [`LedgerError::Broken`] when this one is broken.
    pub async fn copy_to(&self, copy: &Self) -> Result<Verified, LedgerError> {
        let mut from = self.snapshot().await?;
        let verified = self.verify_in(&mut from).await?;
        let failed = |error| copy.address.failed(error);
        let mut to = copy.begin_to_write().await?;
        let entries: i64 = query("select entries from audit_head where id = 1")
            .fetch_one(&mut *to)
            .await
            .and_then(|row| row.try_get(0))
            .map_err(failed)?;
        if entries > 0 {
            return Err(LedgerError::NotEmpty { ledger: copy.address.shown.clone(), entries });
        }
        // The chain first: the rule of four eyes looks up in it who closed a month.
        self.copy_chain(&mut from, copy, &mut to).await?;
        self.copy_rows::<TenantVersion>(&mut from, copy, &mut to).await?;
        self.copy_rows::<ContractVersion>(&mut from, copy, &mut to).await?;
        self.copy_rows::<MonthRevision>(&mut from, copy, &mut to).await?;
        self.copy_rows::<Credit>(&mut from, copy, &mut to).await?;
        // Before the steps: a month that is issued takes no letter.
        self.copy_rows::<LetterRow>(&mut from, copy, &mut to).await?;
        self.copy_rows::<StepRow>(&mut from, copy, &mut to).await?;
        self.copy_rows::<AccessVersion>(&mut from, copy, &mut to).await?;
        self.copy_rows::<SignInRow>(&mut from, copy, &mut to).await?;
        self.copy_rows::<DocumentRow>(&mut from, copy, &mut to).await?;
        self.copy_rows::<DecisionRow>(&mut from, copy, &mut to).await?;
        self.copy_rows::<TemplateRow>(&mut from, copy, &mut to).await?;
        self.copy_totp(&mut from, copy, &mut to).await?;
        copy.note_all_months(&mut to).await?;
        query("update audit_head set entries = $1, hash = $2 where id = 1")
            .bind(verified.entries)
            .bind(verified.head.clone())
            .execute(&mut *to)
            .await
            .map_err(failed)?;
        from.rollback().await.map_err(|error| self.address.failed(error))?;
        let copied = copy.verify_in(&mut to).await?;
        if copied != verified {
            return Err(LedgerError::Broken { what: "the copy has another head than what was copied".to_owned() });
        }
        match to.commit().await {
            Err(error) if is_lost(&error) => copy.look_for(verified.entries, &verified.head, error).await?,
            done => done.map_err(failed)?,
        }
        Ok(verified)
    }

    async fn copy_chain(
        &self,
        from: &mut Transaction<'static, Any>,
        copy: &Self,
        to: &mut Transaction<'static, Any>,
    ) -> Result<(), LedgerError> {
        let all = "select sequence, at, actor, origin, action, subject, payload, previous_hash, hash from audit_entries order by sequence";
        let mut rows = query(all).fetch(&mut **from);
        while let Some(row) = rows.try_next().await.map_err(|error| self.address.failed(error))? {
            let (entry, hash) = chain::read(&row).map_err(|error| self.address.failed(error))?;
            let insert = chain::insert(&entry, &hash);
            insert.execute(&mut **to).await.map_err(|error| copy.address.failed(error))?;
        }
        Ok(())
    }

    /// Secrets of authenticator apps are no facts, and go with the accounts all the same: without them nobody who has one could
    /// sign in to the copy. Sessions, replies and sign-ins under way belong to the ledger that they began in.
    async fn copy_totp(
        &self,
        from: &mut Transaction<'static, Any>,
        copy: &Self,
        to: &mut Transaction<'static, Any>,
    ) -> Result<(), LedgerError> {
        let rows = query("select account, secret, last_step, offered_at from totp_secrets").fetch_all(&mut **from);
        for row in rows.await.map_err(|error| self.address.failed(error))? {
            let read = || {
                let (account, secret): (String, String) = (row.try_get(0)?, row.try_get(1)?);
                let (last_step, offered_at): (i64, i64) = (row.try_get(2)?, row.try_get(3)?);
                Ok((account, secret, last_step, offered_at))
            };
            let (account, secret, last_step, offered_at) = read().map_err(|error| self.address.failed(error))?;
            query("insert into totp_secrets (account, secret, last_step, offered_at) values ($1, $2, $3, $4)")
                .bind(account)
                .bind(secret)
                .bind(last_step)
                .bind(offered_at)
                .execute(&mut **to)
                .await
                .map_err(|error| copy.address.failed(error))?;
        }
        Ok(())
    }

    async fn copy_rows<T: FactRow>(
        &self,
        from: &mut Transaction<'static, Any>,
        copy: &Self,
        to: &mut Transaction<'static, Any>,
    ) -> Result<(), LedgerError> {
        let mut rows = query(T::ALL).fetch(&mut **from);
        while let Some(row) = rows.try_next().await.map_err(|error| self.address.failed(error))? {
            let row = T::read(&row).map_err(|error| self.address.failed(error))?;
            let insert = row.bind(query(T::INSERT));
            insert.execute(&mut **to).await.map_err(|error| copy.address.failed(error))?;
        }
        Ok(())
    }
}
