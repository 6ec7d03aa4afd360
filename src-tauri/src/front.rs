//! The desk that is open, if one is, and the commands with which the page chooses it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use axum::Router;
use serde::{Deserialize, Serialize};
use sla_app::{AccountChange, Ledger, LedgerState, SecretKey, SourceTest, accounts, put_account, put_server};
use sla_core::access::{AccountName, Role, TenantScope};
use tauri::State;
use tokio::sync::RwLock;

use crate::bridge::Session;
use crate::choice::{Choice, Choices, keychain};
use crate::desk::{Kind, Named, Open, Person, Place, now, own_ledger, people};
use crate::failure::Failure;

/// The desk of this window.
pub(crate) struct Front {
    choices: Choices,
    /// Where new desks lie.
    data: PathBuf,
    /// The desk that the prompt names, before any that was chosen.
    named: Option<Place>,
    open: RwLock<Option<Open>>,
}

/// Which desk is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum DeskView {
    /// None was chosen yet.
    None {
        /// Where a desk of one's own would lie.
        folder: PathBuf,
    },
    /// One is open.
    Open {
        /// What it is.
        kind: Kind,
        /// Who can sign in with which password; the demo's people only.
        people: Vec<Person>,
    },
}

/// What somebody chooses.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Chosen {
    /// The demo.
    Demo,
    /// A ledger of one's own on this computer.
    Own {
        /// Where.
        folder: PathBuf,
        /// Who gives rights to everybody else; needed where there is no ledger yet.
        first: Option<First>,
    },
    /// A ledger on a server.
    Server {
        /// Its address.
        ledger: String,
        /// Where documents and evidence lie.
        folder: PathBuf,
        /// Who gives rights to everybody else; needed where there is no ledger yet.
        first: Option<First>,
    },
}

/// The first account of a ledger, and what its catalogue begins with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct First {
    account: String,
    full_name: String,
    password: String,
    /// The address of the server that measurements come from, where it is known already.
    measurements: Option<String>,
}

/// What is at the address of a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct LedgerLook {
    /// Whether there is one.
    is_there: bool,
    /// Whether it is of an earlier version, and will be brought up to this one.
    is_older: bool,
    /// Whether somebody can sign in to it; not told of an earlier version.
    has_accounts: Option<bool>,
}

impl Front {
    /// A window without a desk yet.
    pub(crate) fn new(choices: Choices, data: PathBuf, named: Named) -> Self {
        Self { choices, data, named: named.place(), open: RwLock::default() }
    }

    /// The API of the open desk.
    pub(crate) async fn router(&self) -> Option<Router> {
        self.open.read().await.as_ref().map(|open| open.router.clone())
    }

    /// The open desk, if one is, seals months with this key from now on.
    pub(crate) async fn seal_with(&self, key: Option<SecretKey>) {
        if let Some(open) = self.open.read().await.as_ref() {
            open.seal_with(key);
        }
    }

    /// The secrets that data sources of the open desk name; none without a desk.
    pub(crate) async fn named_secrets(&self) -> Result<BTreeMap<String, Vec<String>>, Failure> {
        match self.open.read().await.as_ref() {
            Some(open) => open.named_secrets().await,
            None => Ok(BTreeMap::new()),
        }
    }

    /// Closes the desk, if one is open.
    pub(crate) async fn close(&self) {
        if let Some(open) = self.open.write().await.take() {
            open.close().await;
        }
    }

    /// Opens the desk that was named or chosen, unless it is open.
    async fn desk(&self) -> Result<DeskView, Failure> {
        let mut open = self.open.write().await;
        if open.is_none() {
            let place = match &self.named {
                Some(place) => place.clone(),
                None => match self.choices.read()? {
                    Some(choice) => Place::chosen(&choice).await?,
                    None => return Ok(DeskView::None { folder: self.data.join("desk") }),
                },
            };
            *open = Some(place.open().await?);
        }
        let kind = open.as_ref().map_or(Kind::Named, |open| open.kind);
        Ok(DeskView::Open { kind, people: if kind == Kind::Demo { people() } else { Vec::new() } })
    }

    /// Makes what was chosen ready, keeps the choice and opens the desk. What fails leaves nothing chosen.
    async fn choose(&self, chosen: Chosen) -> Result<DeskView, Failure> {
        let choice = match chosen {
            Chosen::Demo => Choice::Demo { folder: self.data.join("demo") },
            Chosen::Own { folder, first } => {
                must_be_whole(&folder)?;
                found(&own_ledger(&folder), first).await?;
                Choice::Own { folder }
            }
            Chosen::Server { ledger, folder, first } => {
                must_be_whole(&folder)?;
                if !ledger.starts_with("postgres") {
                    let what = "the address is none of a server; expected postgres://USER:PASSWORD@HOST/DATABASE";
                    return Err(Failure::new("ledger.address", what));
                }
                // Before anything is made on the server: it would be a desk that nobody finds again.
                keychain::keep(ledger.clone()).await?;
                found(&ledger, first).await?;
                Choice::Server { folder }
            }
        };
        let place = Place::chosen(&choice).await?;
        let mut open = self.open.write().await;
        let opened = place.open().await?;
        if let Err(failure) = self.choices.keep(&choice) {
            opened.close().await;
            return Err(failure);
        }
        if let Some(before) = open.replace(opened) {
            before.close().await;
        }
        drop(open);
        self.desk().await
    }

    /// Closes the desk and forgets which it was. It stays as it is, and can be chosen again.
    async fn leave(&self) -> Result<(), Failure> {
        if self.named.is_some() {
            let what =
                "this desk was named when the program was started; start it without naming one to choose another";
            return Err(Failure::new("desk.named", what));
        }
        if let Ok(Some(Choice::Server { .. })) = self.choices.read() {
            keychain::forget().await?;
        }
        self.choices.forget()?;
        self.close().await;
        Ok(())
    }
}

/// A path that means the same wherever the program is started.
fn must_be_whole(folder: &Path) -> Result<(), Failure> {
    if folder.is_absolute() {
        return Ok(());
    }
    let what = format!("{:?} is no whole path; expected one such as /home/anna/sla-desk", folder.display().to_string());
    Err(Failure::new("desk.folder", what))
}

/// Makes a ledger where there is none, with somebody who can sign in.
async fn found(address: &str, first: Option<First>) -> Result<(), Failure> {
    let nobody =
        || Failure::new("desk.no_account", "the ledger knows no account; say who gives the others their rights");
    if Ledger::look(address).await? == LedgerState::Empty && first.is_none() {
        return Err(nobody());
    }
    let ledger = Ledger::open(address).await?;
    let done = async {
        if !accounts(&ledger).await?.is_empty() {
            return Ok(());
        }
        let First { account, full_name, password, measurements } = first.ok_or_else(nobody)?;
        let name: AccountName = account.parse().map_err(|reason: String| Failure::new("access.field", reason))?;
        // Before the account: from the first one on the ledger asks for rights, and who gives rights has no others.
        if let Some(url) = measurements {
            put_server(&ledger, &url, name.as_str().into(), now()).await?;
        }
        let change = AccountChange {
            full_name: Some(full_name),
            role: Some(Role::Admin),
            tenants: Some(TenantScope::All),
            password: Some(password),
            ..AccountChange::default()
        };
        put_account(&ledger, &name, change, None, name.as_str().into(), now()).await?;
        Ok(())
    }
    .await;
    ledger.close().await;
    done
}

/// Asks a server that measurements may come from whether it answers; nothing is kept.
#[tauri::command]
pub(crate) async fn look_at_server(url: String) -> SourceTest {
    sla_app::look_at_server(&url, now()).await
}

/// Which desk is open; the one that was chosen is opened.
#[tauri::command]
pub(crate) async fn desk(front: State<'_, Front>) -> Result<DeskView, Failure> {
    front.desk().await
}

/// Chooses a desk.
#[tauri::command]
pub(crate) async fn choose(
    chosen: Chosen,
    front: State<'_, Front>,
    session: State<'_, Session>,
) -> Result<DeskView, Failure> {
    session.forget();
    front.choose(chosen).await
}

/// Goes back to the choice of a desk.
#[tauri::command]
pub(crate) async fn leave(front: State<'_, Front>, session: State<'_, Session>) -> Result<(), Failure> {
    session.forget();
    front.leave().await
}

/// Tells what is at the address of a ledger; nothing is made or changed.
#[tauri::command]
pub(crate) async fn look_at_ledger(ledger: String) -> Result<LedgerLook, Failure> {
    let state = Ledger::look(&ledger).await?;
    let has_accounts = match state {
        LedgerState::Empty => Some(false),
        LedgerState::Older => None,
        LedgerState::Current => {
            let ledger = Ledger::open_existing(&ledger).await?;
            let known = accounts(&ledger).await;
            ledger.close().await;
            Some(!known?.is_empty())
        }
    };
    Ok(LedgerLook { is_there: state != LedgerState::Empty, is_older: state == LedgerState::Older, has_accounts })
}
