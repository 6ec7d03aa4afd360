//! Who may act on a ledger: accounts, tokens and limits as versioned documents, sign-ins and sessions. The rules are the
//! core's; here they are held against what the ledger knows, in the transaction that writes.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sla_core::access::{
    Access, AccessError, Account, AccountName, AccountState, AmountLimit, Permission, Role, TenantScope, Token,
};
use sla_core::money::Money;
use sla_core::time::UnixSeconds;
use sqlx::any::{Any, AnyRow};
use sqlx::{Error, Row, Transaction};

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

/// What an attempt to sign in came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// It was the right password.
    Ok,
    /// It was not.
    WrongPassword,
    /// It may have been, but the account is disabled.
    Disabled,
}

impl SignIn {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::WrongPassword => "wrong_password",
            Self::Disabled => "disabled",
        }
    }
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
    fn parse<T: AccessDocument>(self) -> Result<Versioned<T>, LedgerError> {
        let broken = |what| LedgerError::Broken { what };
        let document = serde_json::from_str(&self.document)
            .map_err(|error| broken(format!("the {} {} cannot be read: {error}", self.kind, self.name)))?;
        let version = u32::try_from(self.version)
            .map_err(|_| broken(format!("the {} {} has version {}", self.kind, self.name, self.version)))?;
        Ok(Versioned { name: self.name, version, recorded_at: self.recorded_at, document })
    }
}

/// An attempt to sign in.
pub(crate) struct SignInRow {
    account: String,
    number: i64,
    outcome: String,
    recorded_at: i64,
}

impl FactRow for SignInRow {
    const ALL: &'static str = "select account, number, outcome, recorded_at from sign_ins";

    const INSERT: &'static str = "insert into sign_ins (account, number, outcome, recorded_at) values ($1, $2, $3, $4)";

    fn read(row: &AnyRow) -> Result<Self, Error> {
        Ok(Self {
            account: row.try_get(0)?,
            number: row.try_get(1)?,
            outcome: row.try_get(2)?,
            recorded_at: row.try_get(3)?,
        })
    }

    fn bind(&self, insert: Insert) -> Insert {
        insert.bind(self.account.clone()).bind(self.number).bind(self.outcome.clone()).bind(self.recorded_at)
    }

    fn fact(&self) -> Fact {
        #[derive(Serialize)]
        struct Payload<'a> {
            outcome: &'a str,
            recorded_at: i64,
        }
        let payload = Payload { outcome: &self.outcome, recorded_at: self.recorded_at };
        Fact::new("account.sign_in", format!("sign-in/{}/{}", self.account, self.number), &payload)
    }
}

/// The latest version of each document of a kind; an empty name selects all.
const LATEST: &str = "select kind, name, version, document, recorded_at from access_versions as this
    where kind = $1 and ($2 = '' or name = $2) and version = (
        select max(version) from access_versions as other where other.kind = this.kind and other.name = this.name
    ) order by name";

/// When attempts failed since one succeeded.
const FAILED: &str = "select recorded_at from sign_ins where account = $1 and outcome <> 'ok' and number > (
        select coalesce(max(number), 0) from sign_ins where account = $1 and outcome = 'ok'
    ) order by number";

async fn latest<T: AccessDocument>(
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

    /// Records an account, a new one or a changed one; `seen` is the version that was looked at, none for a new one.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was written then. [`LedgerError::Stale`] when another version is there,
    /// [`LedgerError::Access`] when the actor may not, and when nobody who gives rights would be left.
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
        let put = put(&mut work, name.as_str(), account, seen).await?;
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

    /// When attempts to sign in failed since one succeeded, Unix seconds, oldest first.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn failed_sign_ins(&self, account: &str) -> Result<Vec<UnixSeconds>, LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut transaction = self.begin().await?;
        let rows = query(FAILED).bind(account.to_owned()).fetch_all(&mut *transaction).await.map_err(failed)?;
        transaction.rollback().await.map_err(failed)?;
        rows.iter().map(|row| row.try_get(0).map_err(failed)).collect()
    }

    /// Records an attempt to sign in, and with it the session that it began, given by the SHA-256 of its secret and when it
    /// ends. Sessions that have ended go.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was written then.
    pub async fn sign_in(
        &self,
        outcome: SignIn,
        session: Option<(&str, UnixSeconds)>,
        actor: Actor<'_>,
        at: UnixSeconds,
    ) -> Result<(), LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut work = Work::begin(self, actor, at).await?;
        let row = query("select coalesce(max(number), 0) from sign_ins where account = $1")
            .bind(actor.name.to_owned())
            .fetch_one(&mut *work.transaction)
            .await
            .map_err(failed)?;
        let number: i64 = row.try_get(0).map_err(failed)?;
        let (account, outcome) = (actor.name.to_owned(), outcome.name().to_owned());
        work.add(&SignInRow { account, number: number + 1, outcome, recorded_at: at }).await?;
        if let Some((secret_sha256, expires_at)) = session {
            let ended = query("delete from sessions where expires_at <= $1").bind(at);
            ended.execute(&mut *work.transaction).await.map_err(failed)?;
            let begun =
                query("insert into sessions (secret_sha256, account, begun_at, expires_at) values ($1, $2, $3, $4)")
                    .bind(secret_sha256.to_owned())
                    .bind(actor.name.to_owned())
                    .bind(at)
                    .bind(expires_at);
            begun.execute(&mut *work.transaction).await.map_err(failed)?;
        }
        work.commit().await
    }

    /// The account of a session that has not ended, with the account's latest version.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn session(
        &self,
        secret_sha256: &str,
        now: UnixSeconds,
    ) -> Result<Option<Versioned<Account>>, LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut transaction = self.begin().await?;
        let row = query(
            "select kind, name, version, document, recorded_at from access_versions as this
             join sessions on sessions.account = this.name
             where sessions.secret_sha256 = $1 and sessions.expires_at > $2 and kind = 'account' and version = (
                 select max(version) from access_versions as other where other.kind = this.kind and other.name = this.name
             )",
        )
        .bind(secret_sha256.to_owned())
        .bind(now)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(failed)?;
        transaction.rollback().await.map_err(failed)?;
        row.map(|row| AccessVersion::read(&row).map_err(failed)?.parse()).transpose()
    }

    /// Ends a session; one that is not there has ended already.
    ///
    /// # Errors
    /// [`LedgerError`]; the session goes on then.
    pub async fn end_session(&self, secret_sha256: &str) -> Result<(), LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut transaction = self.begin().await?;
        let end = query("delete from sessions where secret_sha256 = $1").bind(secret_sha256.to_owned());
        end.execute(&mut *transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }
}

/// Adds a version of a document.
async fn put<T: AccessDocument>(
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
