//! Accounts, tokens and limits as documents in versions.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sla_core::access::{
    AccessError, Account, AccountName, AccountState, AmountLimit, Permission, Role, TenantScope, Token,
};
use sla_core::time::UnixSeconds;
use sqlx::any::{Any, AnyRow};
use sqlx::{Error, Row, Transaction};

use super::totp::forget_totp;
use crate::facts::{Fact, FactRow, Insert};
use crate::record::Work;
use crate::session::query;
use crate::{Actor, Ledger, LedgerError};

/// A document and which version of it that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned<T> {
    /// Its name: of the account, of the token, or `role/currency` of the limit.
    pub name: String,
    /// Which version, from 1.
    pub version: u32,
    /// When it was recorded, Unix seconds.
    pub recorded_at: UnixSeconds,
    /// What it says.
    pub document: T,
}

/// What the ledger keeps in versions.
pub trait AccessDocument: Serialize + DeserializeOwned {
    /// Its kind in the ledger.
    const KIND: &'static str;
}

impl AccessDocument for Account {
    const KIND: &'static str = "account";
}

impl AccessDocument for Token {
    const KIND: &'static str = "token";
}

impl AccessDocument for AmountLimit {
    const KIND: &'static str = "limit";
}

/// A version of a document about access.
pub(crate) struct AccessVersion {
    kind: String,
    name: String,
    version: i64,
    document: String,
    recorded_at: i64,
}

impl FactRow for AccessVersion {
    const ALL: &'static str = "select kind, name, version, document, recorded_at from access_versions";

    const INSERT: &'static str = "insert into access_versions (kind, name, version, document, recorded_at)
                                  values ($1, $2, $3, $4, $5)";

    fn read(row: &AnyRow) -> Result<Self, Error> {
        Ok(Self {
            kind: row.try_get(0)?,
            name: row.try_get(1)?,
            version: row.try_get(2)?,
            document: row.try_get(3)?,
            recorded_at: row.try_get(4)?,
        })
    }

    fn bind(&self, insert: Insert) -> Insert {
        let Self { kind, name, version, document, recorded_at } = self;
        insert.bind(kind.clone()).bind(name.clone()).bind(*version).bind(document.clone()).bind(*recorded_at)
    }

    fn fact(&self) -> Fact {
        #[derive(Serialize)]
        struct Payload {
            document_sha256: String,
            recorded_at: i64,
        }
        let document_sha256 = sla_core::evidence::sha256_hex(self.document.as_bytes());
        let payload = Payload { document_sha256, recorded_at: self.recorded_at };
        let action = match (self.kind.as_str(), self.version) {
            (Account::KIND, 1) => "account.added",
            (Account::KIND, _) => "account.changed",
            (Token::KIND, 1) => "token.added",
            (Token::KIND, _) => "token.changed",
            _ => "limit.set",
        };
        Fact::new(action, format!("{}/{}/{}", self.kind, self.name, self.version), &payload)
    }
}

impl AccessVersion {
    pub(super) fn parse<T: AccessDocument>(self) -> Result<Versioned<T>, LedgerError> {
        let broken = |what| LedgerError::Broken { what };
        let document = serde_json::from_str(&self.document)
            .map_err(|error| broken(format!("the {} {} cannot be read: {error}", self.kind, self.name)))?;
        let version = u32::try_from(self.version)
            .map_err(|_| broken(format!("the {} {} has version {}", self.kind, self.name, self.version)))?;
        Ok(Versioned { name: self.name, version, recorded_at: self.recorded_at, document })
    }
}

/// The latest version of each document of a kind; an empty name selects all.
const LATEST: &str = "select kind, name, version, document, recorded_at from access_versions as this
    where kind = $1 and ($2 = '' or name = $2) and version = (
        select max(version) from access_versions as other where other.kind = this.kind and other.name = this.name
    ) order by name";

pub(super) async fn latest<T: AccessDocument>(
    ledger: &Ledger,
    transaction: &mut Transaction<'static, Any>,
    name: &str,
) -> Result<Vec<Versioned<T>>, LedgerError> {
    let failed = |error| ledger.address.failed(error);
    let rows = query(LATEST).bind(T::KIND).bind(name.to_owned()).fetch_all(&mut **transaction).await.map_err(failed)?;
    rows.iter().map(|row| AccessVersion::read(row).map_err(failed)?.parse()).collect()
}

impl Ledger {
    /// The latest version of every account, token or limit, by name.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn all_access<T: AccessDocument>(&self) -> Result<Vec<Versioned<T>>, LedgerError> {
        let mut transaction = self.begin().await?;
        let all = latest(self, &mut transaction, "").await?;
        transaction.rollback().await.map_err(|error| self.address.failed(error))?;
        Ok(all)
    }

    /// The latest version of one of them.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn access<T: AccessDocument>(&self, name: &str) -> Result<Option<Versioned<T>>, LedgerError> {
        if name.is_empty() {
            return Ok(None);
        }
        let mut transaction = self.begin().await?;
        let one = latest(self, &mut transaction, name).await?.pop();
        transaction.rollback().await.map_err(|error| self.address.failed(error))?;
        Ok(one)
    }

    /// A token and the account that it acts for; `None` where either is not there.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn token(&self, name: &str) -> Result<Option<(Versioned<Token>, Versioned<Account>)>, LedgerError> {
        let mut transaction = self.begin().await?;
        let token: Option<Versioned<Token>> = match name {
            "" => None,
            name => latest(self, &mut transaction, name).await?.pop(),
        };
        let account = match &token {
            Some(token) => latest(self, &mut transaction, &token.document.account).await?.pop(),
            None => None,
        };
        transaction.rollback().await.map_err(|error| self.address.failed(error))?;
        Ok(token.zip(account))
    }

    /// Records an account, a new one or a changed one; `seen` is the version that was looked at, none for a new one.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was written then. [`LedgerError::Stale`] when another version is there,
    /// [`LedgerError::Access`] when the actor may not, when nobody who gives rights would be left, and when another account is
    /// bound to the same identity.
    pub async fn put_account(
        &self,
        name: &AccountName,
        account: &Account,
        seen: Option<u32>,
        actor: Actor<'_>,
        at: UnixSeconds,
    ) -> Result<Versioned<Account>, LedgerError> {
        let mut work = Work::begin(self, actor, at).await?;
        let known: Vec<Versioned<Account>> = latest(self, &mut work.transaction, "").await?;
        let gives_rights = |one: &Account| one.role == Role::Admin && one.state == AccountState::Active;
        let others = || known.iter().filter(|one| one.name != name.as_str());
        if account.role == Role::TenantViewer && account.tenants == TenantScope::All {
            return Err(AccessError::ViewerOfAll.into());
        }
        if !gives_rights(account) && !others().any(|one| gives_rights(&one.document)) {
            return Err(if known.is_empty() { AccessError::FirstAdmin } else { AccessError::LastAdmin }.into());
        }
        if !known.is_empty() {
            work.may(Permission::AccountsWrite)?;
        }
        let bound_twice =
            |one: &Account| one.openid.as_ref().zip(account.openid.as_ref()).is_some_and(|(a, b)| a.collides(b));
        if let Some(other) = others().find(|one| bound_twice(&one.document)) {
            return Err(AccessError::IdentityTaken { who: other.name.clone() }.into());
        }
        let put = put(&mut work, name.as_str(), account, seen).await?;
        if account.totp_sha256.is_none() {
            forget_totp(&mut work, name.as_str()).await?;
        }
        if account.state == AccountState::Disabled {
            let end = query("delete from sessions where account = $1").bind(name.as_str().to_owned());
            end.execute(&mut *work.transaction).await.map_err(|error| self.address.failed(error))?;
        }
        work.commit().await?;
        Ok(put)
    }

    /// Records a token or a limit; `seen` is the version that was looked at, none for a new one.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was written then.
    pub async fn put_access<T: AccessDocument>(
        &self,
        name: &str,
        document: &T,
        seen: Option<u32>,
        actor: Actor<'_>,
        at: UnixSeconds,
    ) -> Result<Versioned<T>, LedgerError> {
        let mut work = Work::begin(self, actor, at).await?;
        work.may(Permission::AccountsWrite)?;
        let put = put(&mut work, name, document, seen).await?;
        work.commit().await?;
        Ok(put)
    }

    /// Changes one's own password, which needs no right.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was written then.
    pub async fn put_password(
        &self,
        password_hash: String,
        seen: u32,
        actor: Actor<'_>,
        at: UnixSeconds,
    ) -> Result<Versioned<Account>, LedgerError> {
        let mut work = Work::begin(self, actor, at).await?;
        let no_account = || LedgerError::from(AccessError::NoAccount { who: actor.name.to_owned() });
        let own = latest::<Account>(self, &mut work.transaction, actor.name).await?.pop().ok_or_else(no_account)?;
        let account = Account { password_hash: Some(password_hash), ..own.document };
        let put = put(&mut work, actor.name, &account, Some(seen)).await?;
        work.commit().await?;
        Ok(put)
    }
}

/// Adds a version of a document.
pub(super) async fn put<T: AccessDocument>(
    work: &mut Work<'_>,
    name: &str,
    document: &T,
    seen: Option<u32>,
) -> Result<Versioned<T>, LedgerError> {
    let known = latest::<T>(work.ledger, &mut work.transaction, name).await?.pop().map(|one| one.version);
    if known != seen {
        let told = |version: Option<u32>| version.map_or("no version".to_owned(), |it| format!("version {it}"));
        let what = format!("{} was seen, {} is there", told(seen), told(known));
        return Err(LedgerError::Stale { subject: format!("{} {name}", T::KIND), what });
    }
    let row = AccessVersion {
        kind: T::KIND.to_owned(),
        name: name.to_owned(),
        version: i64::from(known.unwrap_or(0)) + 1,
        document: serde_json::to_string(document).expect("a document has only string keys"),
        recorded_at: work.at,
    };
    work.add(&row).await?;
    row.parse()
}
