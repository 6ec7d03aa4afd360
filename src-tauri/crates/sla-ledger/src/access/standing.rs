//! Who may do what, held against what the ledger knows in the transaction that writes.

use sla_core::access::{Access, AccessError, Account, AmountLimit, Permission, TenantScope};
use sla_core::money::Money;
use sqlx::Transaction;
use sqlx::any::Any;

use super::documents::{Versioned, latest};
use crate::record::Work;
use crate::session::query;
use crate::{Ledger, LedgerError};

impl Ledger {
    /// Whether somebody may do something for tenants, as the ledger knows them now; it is held against the ledger once more
    /// when they do it.
    ///
    /// # Errors
    /// [`LedgerError::Access`] when the ledger knows accounts and they may not.
    pub async fn may_for<'a>(
        &self,
        name: &str,
        permission: Permission,
        tenants: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), LedgerError> {
        let mut transaction = self.begin().await?;
        let standing = Standing::of(self, &mut transaction, name).await?;
        transaction.rollback().await.map_err(|error| self.address.failed(error))?;
        standing.may(permission, name)?;
        tenants.into_iter().try_for_each(|tenant| standing.may_for(permission, tenant, name))
    }
}

/// What the ledger knows of who acts, in the transaction of the work.
pub(crate) enum Standing {
    /// The ledger has no accounts: whoever can write it acts.
    Unmanaged,
    /// An account and what it may do.
    Known(Access),
    /// Nobody that the ledger knows, or somebody who was disabled.
    Unknown,
}

impl Standing {
    pub(crate) async fn of(
        ledger: &Ledger,
        transaction: &mut Transaction<'static, Any>,
        name: &str,
    ) -> Result<Self, LedgerError> {
        let accounts: Vec<Versioned<Account>> = match name {
            "" => Vec::new(),
            name => latest(ledger, transaction, name).await?,
        };
        if let Some(access) = accounts.first().and_then(|one| one.document.access()) {
            return Ok(Self::Known(access));
        }
        let any = query("select 1 from access_versions where kind = 'account' limit 1");
        let any = any.fetch_optional(&mut **transaction).await.map_err(|error| ledger.address.failed(error))?;
        Ok(if any.is_some() { Self::Unknown } else { Self::Unmanaged })
    }
}

impl Standing {
    fn may(&self, permission: Permission, who: &str) -> Result<(), LedgerError> {
        match self {
            Self::Unmanaged => Ok(()),
            Self::Known(access) => Ok(access.may(permission, who)?),
            Self::Unknown => Err(AccessError::NoAccount { who: who.to_owned() }.into()),
        }
    }

    fn may_for(&self, permission: Permission, tenant: &str, who: &str) -> Result<(), LedgerError> {
        match self {
            Self::Known(access) => Ok(access.may_for(permission, tenant, who)?),
            Self::Unmanaged | Self::Unknown => self.may(permission, who),
        }
    }
}

impl Work<'_> {
    /// Whether the actor may do something at all.
    ///
    /// # Errors
    /// [`LedgerError::Access`].
    pub(crate) fn may(&self, permission: Permission) -> Result<(), LedgerError> {
        self.standing.may(permission, self.actor.name)
    }

    /// Whether the actor may do something for a tenant.
    ///
    /// # Errors
    /// [`LedgerError::Access`].
    pub(crate) fn may_for(&self, permission: Permission, tenant: &str) -> Result<(), LedgerError> {
        self.standing.may_for(permission, tenant, self.actor.name)
    }

    /// Whether the actor may do something that concerns every tenant, such as changing the catalogue.
    ///
    /// # Errors
    /// [`LedgerError::Access`].
    pub(crate) fn may_for_all(&self, permission: Permission) -> Result<(), LedgerError> {
        self.may(permission)?;
        match &self.standing {
            Standing::Known(access) if access.tenants != TenantScope::All => {
                Err(AccessError::NotAllTenants { who: self.actor.name.to_owned() }.into())
            }
            _ => Ok(()),
        }
    }

    /// Whether the actor acts for every tenant.
    pub(crate) fn is_for_all(&self) -> bool {
        !matches!(&self.standing, Standing::Known(access) if access.tenants != TenantScope::All)
    }

    /// Whether the actor's role may approve so much money.
    ///
    /// # Errors
    /// [`LedgerError::Access`].
    pub(crate) async fn may_approve_amount(&mut self, money: Money) -> Result<(), LedgerError> {
        let Standing::Known(Access { role, .. }) = self.standing else { return Ok(()) };
        let currency = money.currency.to_string();
        let name = format!("{}/{currency}", role.name());
        let limit: Option<Versioned<AmountLimit>> = latest(self.ledger, &mut self.transaction, &name).await?.pop();
        match limit.and_then(|limit| limit.document.most_minor) {
            Some(most_minor) if money.minor > most_minor => {
                let most = Money { minor: most_minor, ..money }.to_decimal();
                Err(AccessError::AboveLimit { role, currency, most }.into())
            }
            _ => Ok(()),
        }
    }
}
