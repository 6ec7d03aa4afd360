//! What the catalogue said when months were closed: the documents beside their records.

use std::collections::BTreeMap;

use sla_core::time::UnixSeconds;
use sqlx::Row;

use crate::session::query;
use crate::{Ledger, LedgerError};

impl Ledger {
    /// A tenant as it was at a time (Unix seconds), as canonical JSON; `None` when the ledger did not know it yet.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn tenant_document(&self, tenant: &str, at: UnixSeconds) -> Result<Option<String>, LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut transaction = self.begin().await?;
        let row = query(
            "select document from tenant_versions where tenant = $1 and recorded_at <= $2
             order by version desc limit 1",
        )
        .bind(tenant.to_owned())
        .bind(at)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(failed)?;
        transaction.rollback().await.map_err(failed)?;
        row.map(|row| row.try_get(0)).transpose().map_err(failed)
    }

    /// Every contract version on record of a tenant, or of all: by contract and version, as canonical JSON.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn contract_documents(
        &self,
        tenant: Option<&str>,
    ) -> Result<BTreeMap<(String, u32), String>, LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut transaction = self.begin().await?;
        let rows = query("select contract, version, document from contract_versions where ($1 = '' or tenant = $1)")
            .bind(tenant.unwrap_or_default().to_owned())
            .fetch_all(&mut *transaction)
            .await
            .map_err(failed)?;
        transaction.rollback().await.map_err(failed)?;
        let mut documents = BTreeMap::new();
        for row in &rows {
            let (contract, version): (String, i64) =
                row.try_get(0).and_then(|contract| Ok((contract, row.try_get(1)?))).map_err(failed)?;
            let version = u32::try_from(version)
                .map_err(|_| LedgerError::Broken { what: format!("contract {contract} has the version {version}") })?;
            documents.insert((contract, version), row.try_get(2).map_err(failed)?);
        }
        Ok(documents)
    }
}
