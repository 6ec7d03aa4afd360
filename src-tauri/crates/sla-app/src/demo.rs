//! The demo: a month of four invented tenants that comes with the program, and the people who would look after it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use sla_capture::EvidencePlace;
use sla_core::access::{AccountName, Role, TenantScope};
use sla_core::time::{Month, UnixSeconds};
use sla_ledger::Ledger;
use sla_report::Templates;

use crate::accounts::{AccountChange, AccountError, accounts, put_account};
use crate::catalogue::{CatalogueError, read_catalogue};
use crate::close::{CloseRequest, prepare};
use crate::error::CloseError;
use crate::outfile::OutFileError;
use crate::progress::CloseProgress;

/// The demo's clock: 2 November 2026, 08:00 UTC. The demo month can be closed whatever the machine's clock says, and
/// every demo's audit chain is the same.
pub const DEMO_NOW: UnixSeconds = 1_793_606_400;
/// Who closes the demo's month while the ledger knows nobody.
const NOBODY: &str = "demo";
/// The password of all people of the demo: it keeps nobody out, and keeps nothing but invented months.
pub const DEMO_PASSWORD: &str = "demo for everybody";

/// A table of files below assets/demo.
macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_bytes!(concat!("../../../../assets/demo/", $name)))),+]
    };
}

const FILES: &[(&str, &[u8])] = files![
    "catalogue/platform.yaml",
    "catalogue/nordlicht.yaml",
    "catalogue/alpenbahn.yaml",
    "catalogue/prairie.yaml",
    "catalogue/koenigsforst.yaml",
    "measurements/nordlicht/availability.parquet",
    "measurements/nordlicht/latency.parquet",
    "measurements/alpenbahn/availability.parquet",
    "measurements/alpenbahn/latency.parquet",
    "measurements/prairie/availability.parquet",
    "measurements/prairie/latency.parquet",
    "measurements/koenigsforst/availability.parquet",
];

/// Somebody who looks after the demo's months.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoPerson {
    /// The name to sign in with.
    pub name: &'static str,
    /// Name for people.
    pub full_name: &'static str,
    /// What they are there for.
    pub role: Role,
    /// The one tenant that they see; all when not said.
    pub tenant: Option<&'static str>,
}

/// Looks after the others' accounts.
const ADMIN: DemoPerson = DemoPerson { name: "ada", full_name: "Ada Kern", role: Role::Admin, tenant: None };
/// Closes months.
const MANAGER: DemoPerson =
    DemoPerson { name: "mia", full_name: "Mia Berger", role: Role::AccountManager, tenant: None };

/// One for each role that people have; an account is added by one who is there already, the first by itself.
pub const DEMO_PEOPLE: [DemoPerson; 6] = [
    ADMIN,
    MANAGER,
    DemoPerson { name: "finn", full_name: "Finn Wolf", role: Role::Finance, tenant: None },
    DemoPerson { name: "greta", full_name: "Greta Lang", role: Role::Governance, tenant: None },
    DemoPerson { name: "omar", full_name: "Omar Yildiz", role: Role::Operator, tenant: None },
    DemoPerson { name: "theo", full_name: "Theo Nord", role: Role::TenantViewer, tenant: Some("nordlicht") },
];

/// Where the parts of a demo lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demo(PathBuf);

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Its files cannot be laid out.
    #[error(transparent)]
    Files(#[from] OutFileError),
    /// Its catalogue, which somebody may have changed, is not sound.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// Its month cannot be closed.
    #[error(transparent)]
    Close(#[from] CloseError),
    /// Its people cannot be entered.
    #[error(transparent)]
    People(#[from] AccountError),
}

impl DemoError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Files(error) => error.code(),
            Self::Catalogue(error) => error.code(),
            Self::Close(error) => error.code(),
            Self::People(error) => error.code(),
        }
    }
}

impl Demo {
    /// The demo in a folder, which need not be there yet.
    pub fn new(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// The demo's month.
    pub fn month() -> Month {
        "2026-10".parse().expect("the demo's month is one")
    }

    /// Address of its ledger.
    pub fn ledger(&self) -> String {
        format!("sqlite:{}", self.0.join("ledger.sqlite").display())
    }

    /// The folder with its catalogue.
    pub fn catalogue(&self) -> PathBuf {
        self.0.join("catalogue")
    }

    /// The folder for its documents and evidence.
    pub fn out(&self) -> PathBuf {
        self.0.join("reports")
    }

    /// Writes its catalogue and measurements, and gives the files that have other content: they are the user's, and stay.
    ///
    /// # Errors
    /// [`OutFileError`].
    pub fn lay_out(&self) -> Result<Vec<PathBuf>, OutFileError> {
        let mut kept = Vec::new();
        for (name, bytes) in FILES {
            let path = self.0.join(name);
            match lay_out(&path, bytes) {
                Ok(false) => {}
                Ok(true) => kept.push(path),
                Err(source) => return Err(OutFileError::Write { path, source }),
            }
        }
        Ok(kept)
    }

    /// Makes it ready to be worked with: its month closed, and its people in the ledger. What is there already stays.
    ///
    /// # Errors
    /// [`DemoError`]; doing it again goes on where it ended.
    pub async fn make_ready(
        &self,
        templates: &Arc<Templates>,
        progress: &Arc<dyn CloseProgress>,
        now: UnixSeconds,
    ) -> Result<(), DemoError> {
        self.lay_out()?;
        if self.closes_as().await? == NOBODY {
            self.close(templates, progress).await?;
            self.add_people(now).await?;
        }
        Ok(())
    }

    async fn close(&self, templates: &Arc<Templates>, progress: &Arc<dyn CloseProgress>) -> Result<(), DemoError> {
        let (folder, ledger, out) = (self.catalogue(), self.ledger(), self.out());
        let catalogue = read_catalogue(&folder)?;
        let evidence = EvidencePlace::Folder(out.clone());
        let request = CloseRequest {
            month: Self::month(),
            tenants: &[],
            partly: false,
            catalogue: &catalogue,
            catalogue_folder: &folder,
            ledger: &ledger,
            out: &out,
            evidence: &evidence,
            now: DEMO_NOW,
            actor: NOBODY.into(),
            accepted: &[],
            templates,
            secrets: &|_| None,
        };
        prepare(&request, progress).await?.commit(progress).await?;
        Ok(())
    }

    /// Who closes its month: once there are people, one of them.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn closes_as(&self) -> Result<&'static str, AccountError> {
        let ledger = Ledger::open(&self.ledger()).await?;
        let known = accounts(&ledger).await;
        ledger.close().await;
        Ok(if known?.is_empty() { NOBODY } else { MANAGER.name })
    }

    /// Enters its people, unless the ledger knows somebody.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn add_people(&self, now: UnixSeconds) -> Result<(), AccountError> {
        let ledger = Ledger::open(&self.ledger()).await?;
        let added = add_people(&ledger, now).await;
        ledger.close().await;
        added
    }
}

async fn add_people(ledger: &Ledger, now: UnixSeconds) -> Result<(), AccountError> {
    if !accounts(ledger).await?.is_empty() {
        return Ok(());
    }
    for person in DEMO_PEOPLE {
        let name: AccountName = person.name.parse().expect("the demo's people have names");
        let tenants = person.tenant.map_or(TenantScope::All, |one| TenantScope::Only([one.to_owned()].into()));
        let change = AccountChange {
            full_name: Some(person.full_name.to_owned()),
            role: Some(person.role),
            tenants: Some(tenants),
            password: Some(DEMO_PASSWORD.to_owned()),
            ..AccountChange::default()
        };
        put_account(ledger, &name, change, None, ADMIN.name.into(), now).await?;
    }
    Ok(())
}

/// Writes a file where there is none; gives whether there is one with other content.
fn lay_out(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    match fs::read(path) {
        Ok(found) => Ok(found != bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::write(path, bytes).map(|()| false),
        Err(error) => Err(error),
    }
}
