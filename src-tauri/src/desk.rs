//! A desk: a ledger with what is needed to close its months, and the API over it.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use clap::Args;
use serde::Serialize;
use sla_api::{Api, Seal, Settings, router};
use sla_app::{
    CloseProgress, DEMO_PASSWORD, DEMO_PEOPLE, Demo, Desk, EvidencePlace, Ledger, Runner, SecretKey, Silent, Wording,
    accounts, named_secrets, source_secret,
};
use sla_core::time::UnixSeconds;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::choice::{Choice, keychain};
use crate::failure::Failure;

/// The folder with wording and look of a desk, beside its ledger.
const TEMPLATES: &str = "templates";
/// The variable that names where evidence is kept.
const EVIDENCE: &str = "SLA_EVIDENCE";

/// A desk that is named at the prompt instead of chosen in the window.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Named {
    /// Work on the demo in this folder; it is made where it is missing
    #[arg(long, value_name = "DIR", conflicts_with_all = ["ledger", "catalogue", "files", "out", "templates"])]
    demo: Option<PathBuf>,
    /// Where the ledger is: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true, requires = "out")]
    ledger: Option<String>,
    /// Folder with the catalogue's YAML files, read together with the documents in the ledger
    #[arg(long, value_name = "DIR", requires = "ledger")]
    catalogue: Option<PathBuf>,
    /// Folder that files of data sources are relative to; the catalogue's when not said
    #[arg(long, value_name = "DIR", requires = "ledger")]
    files: Option<PathBuf>,
    /// Folder for documents and evidence
    #[arg(long, value_name = "DIR", requires = "ledger")]
    out: Option<PathBuf>,
    /// Keep evidence and captured days here and not in that folder: another folder, or a bucket such as
    /// s3://BUCKET/PREFIX, gs://… or az://…, whose keys and server stand in the environment (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, …)
    #[arg(long, value_name = "PLACE", env = EVIDENCE, hide_env_values = true)]
    evidence: Option<String>,
    /// Folder with wording and look of your own; without one they can be read and not changed
    #[arg(long, value_name = "DIR", requires = "ledger")]
    templates: Option<PathBuf>,
}

/// What a desk is, as the page needs to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Invented customers; everybody may try everything.
    Demo,
    /// A ledger on this computer.
    Own,
    /// A ledger on a server.
    Server,
    /// Named at the prompt.
    Named,
}

/// Somebody who can sign in to the demo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Person {
    account: &'static str,
    full_name: &'static str,
    role: &'static str,
    password: &'static str,
}

/// Where a desk's parts are.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) kind: Kind,
    ledger: String,
    catalogue: Option<PathBuf>,
    files: Option<PathBuf>,
    out: PathBuf,
    evidence: Option<String>,
    templates: Option<PathBuf>,
    demo: Option<Demo>,
}

/// A desk at work.
pub(crate) struct Open {
    pub(crate) kind: Kind,
    pub(crate) router: Router,
    api: Api,
    ledger: Ledger,
    catalogue: Option<PathBuf>,
    stop: oneshot::Sender<()>,
    jobs: JoinHandle<()>,
}

/// Unix seconds.
pub(crate) fn now() -> UnixSeconds {
    chrono::Utc::now().timestamp()
}

impl Named {
    /// The place that was named, if one was.
    pub(crate) fn place(self) -> Option<Place> {
        match self {
            Self { demo: Some(folder), .. } => Some(Place::demo(&folder)),
            Self { ledger: Some(ledger), out: Some(out), evidence, catalogue, files, templates, .. } => {
                Some(Place { kind: Kind::Named, ledger, catalogue, files, out, evidence, templates, demo: None })
            }
            _ => None,
        }
    }
}

impl Place {
    fn demo(folder: &Path) -> Self {
        let demo = Demo::new(folder);
        let (ledger, catalogue, out) = (demo.ledger(), Some(demo.catalogue()), demo.out());
        let templates = Some(folder.join(TEMPLATES));
        Self { kind: Kind::Demo, ledger, catalogue, files: None, out, evidence: None, templates, demo: Some(demo) }
    }

    /// The place that somebody chose, with its secret from the keychain.
    ///
    /// # Errors
    /// The keychain does not answer.
    pub(crate) async fn chosen(choice: &Choice) -> Result<Self, Failure> {
        Ok(match choice {
            Choice::Demo { folder } => Self::demo(folder),
            Choice::Own { folder } => Self::in_folder(Kind::Own, own_ledger(folder), folder),
            Choice::Server { folder } => Self::in_folder(Kind::Server, keychain::read().await?, folder),
        })
    }

    /// A desk whose catalogue is in the ledger.
    fn in_folder(kind: Kind, ledger: String, folder: &Path) -> Self {
        let (files, out) = (Some(folder.join("measurements")), folder.join("reports"));
        let templates = Some(folder.join(TEMPLATES));
        // The keys of a bucket are the environment's, and so is its address.
        let evidence = std::env::var(EVIDENCE).ok().filter(|named| !named.is_empty());
        Self { kind, ledger, catalogue: None, files, out, evidence, templates, demo: None }
    }

    /// Wording and look of the desk: its own folder, which is made when something is saved.
    fn wording(&self) -> Result<Wording, Failure> {
        let opened = self.templates.clone().map(Wording::open_or_made_later).transpose();
        let opened = opened.map_err(|error| Failure::new("desk.templates", error.to_string()))?;
        Ok(opened.unwrap_or_else(Wording::builtin))
    }

    /// Opens the desk. Jobs are carried out until it is closed.
    ///
    /// # Errors
    /// The ledger cannot be opened, or knows nobody who could sign in.
    pub(crate) async fn open(self) -> Result<Open, Failure> {
        let wording = Arc::new(self.wording()?);
        if let Some(demo) = &self.demo {
            let silent: Arc<dyn CloseProgress> = Arc::new(Silent);
            demo.make_ready(&wording.current(), &silent, now()).await?;
        }
        let evidence = EvidencePlace::named_or(self.evidence.as_deref(), &self.out);
        let evidence = evidence.map_err(|error| Failure::new(error.code(), error.to_string()))?;
        let ledger = Ledger::open_to_write(&self.ledger).await?;
        if accounts(&ledger).await?.is_empty() {
            let what = "the ledger knows no account, so nobody could sign in; add the first one: sla account add NAME --role admin";
            return Err(Failure::new("desk.no_account", what));
        }
        let secrets = Box::new(source_secret);
        let Self { kind, ledger: address, catalogue, files, out, .. } = self;
        let folder = catalogue.clone();
        let desk = Desk { ledger: address, catalogue, files, out, evidence, wording: Arc::clone(&wording), secrets };
        let runner = Runner::new(ledger.clone(), desk, now)?;
        let api = Api::new(ledger.clone(), wording, settings(), now).with_runner(runner.clone());
        let (stop, stopped) = oneshot::channel();
        let jobs = tokio::spawn(async move { runner.run(async { drop(stopped.await) }).await });
        Ok(Open { kind, router: router(api.clone()), api, ledger, catalogue: folder, stop, jobs })
    }
}

impl Open {
    /// Months are sealed with this key from now on.
    pub(crate) fn seal_with(&self, key: Option<SecretKey>) {
        self.api.set_seal(key.map(|key| Seal { key }));
    }

    /// The secrets that its data sources name, each with those sources.
    pub(crate) async fn named_secrets(&self) -> Result<BTreeMap<String, Vec<String>>, Failure> {
        let named = named_secrets(self.catalogue.as_deref(), &self.ledger).await;
        named.map_err(|error| Failure::new(error.code(), error.to_string()))
    }

    /// Ends its work: what records a month goes on to its end, everything else is given up.
    pub(crate) async fn close(self) {
        let _ = self.stop.send(());
        let _ = self.jobs.await;
        self.ledger.close().await;
    }
}

/// The address of a ledger of one's own.
pub(crate) fn own_ledger(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("ledger.sqlite").display())
}

/// One person asks here, whose page may ask for many things at once.
fn settings() -> Settings {
    Settings { requests_per_second: const { NonZeroU32::new(1_000).expect("not zero") }, ..Settings::default() }
}

/// Who can sign in to the demo.
pub(crate) fn people() -> Vec<Person> {
    let person = |one: &sla_app::DemoPerson| Person {
        account: one.name,
        full_name: one.full_name,
        role: one.role.name(),
        password: DEMO_PASSWORD,
    };
    DEMO_PEOPLE.iter().map(person).collect()
}
