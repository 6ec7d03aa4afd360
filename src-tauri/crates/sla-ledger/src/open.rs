//! Opening a ledger: connecting, making sure that it is one, and bringing it up to this version.

use std::path::Path;

use crate::address::Address;
use crate::error::LedgerError;
use crate::migrate::State;
use crate::session::Sessions;
use crate::{ALL_TENANTS, Ledger};

/// What is at the address of a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LedgerState {
    /// Nothing: a ledger can be made there.
    Empty,
    /// A ledger of an earlier version, which opening it to write brings up to this one.
    Older,
    /// A ledger of this version.
    Current,
}

impl Ledger {
    /// Opens a ledger for writing, makes it if there is none and brings it up to this version.
    ///
    /// # Errors
    /// [`LedgerError`]; a ledger of a newer version, and anything that is no ledger, is left as it is.
    pub async fn open(url: &str) -> Result<Self, LedgerError> {
        let address = Address::parse(url)?;
        if let Some(folder) = address.file.as_deref().and_then(Path::parent).filter(|path| *path != Path::new("")) {
            std::fs::create_dir_all(folder).map_err(|error| LedgerError::Unreachable {
                ledger: address.shown.clone(),
                reason: format!("its folder cannot be made: {error}"),
            })?;
        }
        let ledger = Self::connect(address, true).await?;
        // Looked at before anything is changed: what is somebody else's stays as it is, to the byte.
        match ledger.state().await? {
            State::Empty | State::Older => ledger.migrate().await?,
            State::Current => {}
        }
        ledger.must_take_entries().await?;
        Ok(ledger)
    }

    /// Opens a ledger that is there and of this version; it is not changed.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn open_existing(url: &str) -> Result<Self, LedgerError> {
        let (ledger, state) = Self::existing(url).await?;
        match state {
            State::Older => Err(LedgerError::Older { ledger: ledger.address.shown }),
            _ => Ok(ledger),
        }
    }

    /// Opens a ledger that is there for writing, and brings it up to this version.
    ///
    /// # Errors
    /// [`LedgerError`]; a ledger of a newer version, and anything that is no ledger, is left as it is.
    pub async fn open_to_write(url: &str) -> Result<Self, LedgerError> {
        let (ledger, state) = Self::existing(url).await?;
        if state == State::Older {
            ledger.migrate().await?;
        }
        ledger.must_take_entries().await?;
        Ok(ledger)
    }

    /// Opens a ledger for writing where there is one, and brings it up to this version; nothing is made.
    ///
    /// # Errors
    /// [`LedgerError`]; a ledger of a newer version, and anything that is no ledger, is left as it is.
    pub async fn open_if_there(url: &str) -> Result<Option<Self>, LedgerError> {
        let address = Address::parse(url)?;
        if address.file.as_deref().is_some_and(|file| !file.exists()) {
            return Ok(None);
        }
        let ledger = Self::connect(address, false).await?;
        match ledger.state().await? {
            State::Empty => {
                ledger.close().await;
                return Ok(None);
            }
            State::Older => ledger.migrate().await?,
            State::Current => {}
        }
        Ok(Some(ledger))
    }

    /// What is at an address; nothing is made or changed.
    ///
    /// # Errors
    /// [`LedgerError`]: it cannot be reached, or holds something else.
    pub async fn look(url: &str) -> Result<LedgerState, LedgerError> {
        let address = Address::parse(url)?;
        if address.file.as_deref().is_some_and(|file| !file.exists()) {
            return Ok(LedgerState::Empty);
        }
        let ledger = Self::connect(address, false).await?;
        let state = ledger.state().await;
        ledger.close().await;
        Ok(match state? {
            State::Empty => LedgerState::Empty,
            State::Older => LedgerState::Older,
            State::Current => LedgerState::Current,
        })
    }

    async fn existing(url: &str) -> Result<(Self, State), LedgerError> {
        let address = Address::parse(url)?;
        if address.file.as_deref().is_some_and(|file| !file.exists()) {
            return Err(LedgerError::Missing { ledger: address.shown });
        }
        let ledger = Self::connect(address, false).await?;
        match ledger.state().await? {
            State::Empty => {
                let reason = "it has no table of a ledger".to_owned();
                Err(LedgerError::NotALedger { ledger: ledger.address.shown, reason })
            }
            state => Ok((ledger, state)),
        }
    }

    async fn connect(address: Address, may_create: bool) -> Result<Self, LedgerError> {
        let sessions = Sessions::connect(&address, may_create).await?;
        Ok(Self { sessions, address, seen: ALL_TENANTS.to_owned() })
    }

    /// A ledger that cannot be written says so now, and not after the sources were asked for an hour.
    async fn must_take_entries(&self) -> Result<(), LedgerError> {
        let transaction = self.begin_to_write().await?;
        transaction.rollback().await.map_err(|error| self.address.failed(error))
    }
}
