//! Requests to sources become evidence: each distinct request once, a few at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sla_capture::{
    Auth, BeatSource, CaptureError, CaptureRequest, EvidenceStore, FileSource, Progress, Prometheus, PrometheusConfig,
    Secret, Source, encode,
};
use sla_core::catalogue::{Catalogue, ConnectionDetails, Name, SourceType};
use sla_core::evidence::EvidenceRef;
use sla_core::plan::{Ask, ContractMonth, What};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tracing::Instrument;

use crate::error::{CaptureFailure, CaptureReason, CloseError};
use crate::progress::{CloseProgress, Step, Waiting};

/// Requests under way at once: enough to hide a server's latency, few enough to leave it to others.
const AT_ONCE: usize = 4;
/// Parts that each request counts for in the step's progress.
const PARTS: u64 = 100;

/// Where secrets come from, by name.
pub(crate) type Secrets<'a> = &'a (dyn Fn(&str) -> Option<String> + Send + Sync);

/// Captures everything that the plans ask for into a store.
pub(crate) async fn capture<'a>(
    catalogue: &Catalogue,
    folder: &Path,
    secrets: Secrets<'_>,
    plans: impl Iterator<Item = &'a ContractMonth<'a>>,
    store: &EvidenceStore,
    progress: &Arc<dyn CloseProgress>,
) -> Result<BTreeMap<Ask, EvidenceRef>, CloseError> {
    let (evidence, failed) = capture_what_answers(catalogue, folder, secrets, plans, store, progress).await?;
    let failures: Vec<CaptureFailure> = failed.into_iter().map(|(_, failure)| failure).collect();
    if failures.is_empty() { Ok(evidence) } else { Err(CloseError::Capture(failures)) }
}

/// Evidence by what was asked, and what gave none with why, in order.
pub(crate) type Captured = (BTreeMap<Ask, EvidenceRef>, Vec<(Ask, CaptureFailure)>);

/// The same, and gives what a source did not answer beside what it did.
#[tracing::instrument(name = "capture", skip_all)]
pub(crate) async fn capture_what_answers<'a>(
    catalogue: &Catalogue,
    folder: &Path,
    secrets: Secrets<'_>,
    plans: impl Iterator<Item = &'a ContractMonth<'a>>,
    store: &EvidenceStore,
    progress: &Arc<dyn CloseProgress>,
) -> Result<Captured, CloseError> {
    // Who wanted it first, and all customers whom it is for.
    let mut asks: BTreeMap<Ask, (String, BTreeSet<&str>)> = BTreeMap::new();
    for plan in plans {
        for commitment in &plan.commitments {
            let wanted_by = || (format!("{}/{}", plan.tenant.name(), commitment.terms.name), BTreeSet::new());
            let (_, customers) = asks.entry(commitment.ask.clone()).or_insert_with(wanted_by);
            customers.insert(plan.tenant.name().as_str());
        }
    }
    let mut sources = Sources { catalogue, folder, secrets, servers: BTreeMap::new() };
    let mut failures = Vec::new();
    let mut tasks = JoinSet::new();
    let gate = Arc::new(Semaphore::new(AT_ONCE));
    let whole = PARTS * asks.len() as u64;
    let shared = Arc::new(AtomicU64::new(0));
    progress.step(Step::Capture, 0, whole);
    let mut waiting = Waiting::on(asks.values().flat_map(|(_, customers)| customers.iter().copied()));
    let mut whose = Vec::with_capacity(asks.len());
    for (ask, (wanted_by, customers)) in asks {
        let source = match sources.open(&ask) {
            Ok(source) => source,
            Err(reason) => {
                let data_source = ask.data_source.to_string();
                failures.push((ask, CaptureFailure { data_source, wanted_by, reason }));
                customers.iter().for_each(|customer| waiting.one_less(customer, &**progress));
                continue;
            }
        };
        let gate = Arc::clone(&gate);
        let mine = Part { mine: AtomicU64::new(0), shared: Arc::clone(&shared), whole, progress: Arc::clone(progress) };
        let index = whose.len();
        whose.push(customers);
        let task = async move {
            let _permit = gate.acquire_owned().await.expect("the gate is never closed");
            let captured = one(source.as_ref(), &ask, &mine).await;
            mine.step(1, 1);
            (ask, wanted_by, index, captured)
        };
        tasks.spawn(task.in_current_span());
    }
    let mut evidence = BTreeMap::new();
    while let Some(task) = tasks.join_next().await {
        let (ask, wanted_by, index, captured) = task.expect("a capture neither panics nor is cancelled alone");
        whose[index].iter().for_each(|customer| waiting.one_less(customer, &**progress));
        match captured {
            // Kept here and not by the task: when this close is dropped, nobody may write into its folder any more.
            Ok(bytes) => {
                evidence.insert(ask, store.put(&bytes)?);
            }
            Err(reason) => {
                let (data_source, reason) = (ask.data_source.to_string(), CaptureReason::Source(reason));
                failures.push((ask, CaptureFailure { data_source, wanted_by, reason }));
            }
        }
    }
    failures.sort_by(|(_, a), (_, b)| (&a.data_source, &a.wanted_by).cmp(&(&b.data_source, &b.wanted_by)));
    Ok((evidence, failures))
}

/// Captures a request and gives the bytes of its evidence.
#[tracing::instrument(name = "capture one request", skip_all)]
async fn one(source: &dyn Source, ask: &Ask, progress: &Part) -> Result<Vec<u8>, CaptureError> {
    let request = CaptureRequest { period: ask.period, step_seconds: ask.step_seconds };
    let slices = source.capture(&request, progress).await?;
    Ok(tokio::task::spawn_blocking(move || encode(&slices)).await.expect("encoding does not panic"))
}

/// One request's share of the step's progress.
struct Part {
    mine: AtomicU64,
    shared: Arc<AtomicU64>,
    whole: u64,
    progress: Arc<dyn CloseProgress>,
}

impl Progress for Part {
    fn step(&self, done: u64, of: u64) {
        let parts = PARTS * done.min(of) / of.max(1);
        let before = self.mine.fetch_max(parts, Ordering::Relaxed);
        let more = parts.saturating_sub(before);
        let all = self.shared.fetch_add(more, Ordering::Relaxed) + more;
        self.progress.step(Step::Capture, all, self.whole);
    }
}

/// The catalogue's data sources, each server connected to once.
struct Sources<'a> {
    catalogue: &'a Catalogue,
    folder: &'a Path,
    secrets: Secrets<'a>,
    servers: BTreeMap<Name, Prometheus>,
}

impl Sources<'_> {
    fn open(&mut self, ask: &Ask) -> Result<Box<dyn Source>, CaptureReason> {
        let spec = &self.catalogue.data_sources[&ask.data_source].spec;
        let details = &spec.connection_details;
        match (&ask.what, spec.source_type) {
            (What::File { path, content }, _) => Ok(Box::new(FileSource::new(self.inside(details, path)?, *content))),
            (What::Beats { path, target, terms }, _) => {
                Ok(Box::new(BeatSource::new(self.inside(details, path)?, target, *terms)))
            }
            (What::Queries(reading), SourceType::Prometheus) => {
                Ok(Box::new(self.server(&ask.data_source, details)?.source(reading.clone())))
            }
            (What::Counters(counters), SourceType::Prometheus) => {
                Ok(Box::new(self.server(&ask.data_source, details)?.counters(counters.clone())))
            }
            (What::Queries(_) | What::Counters(_), SourceType::File) => {
                unreachable!("the catalogue checked that a file source is asked for a path")
            }
        }
    }

    /// A path inside the source's folder.
    fn inside(&self, details: &ConnectionDetails, path: &str) -> Result<PathBuf, CaptureReason> {
        inside(self.folder, details, path).ok_or_else(|| CaptureReason::OutsideFolder { path: path.to_owned() })
    }

    fn server(&mut self, name: &Name, details: &ConnectionDetails) -> Result<&Prometheus, CaptureReason> {
        if !self.servers.contains_key(name) {
            let server = self.connect(details)?;
            self.servers.insert(name.clone(), server);
        }
        Ok(&self.servers[name])
    }

    fn connect(&self, details: &ConnectionDetails) -> Result<Prometheus, CaptureReason> {
        let config = config(details, self.folder, self.secrets)?;
        Ok(Prometheus::new(config).map_err(CaptureError::from)?)
    }
}

/// How a server is reached, with its secrets.
pub(crate) fn config(
    details: &ConnectionDetails,
    folder: &Path,
    secrets: Secrets<'_>,
) -> Result<PrometheusConfig, CaptureReason> {
    let secret = |name: &String| {
        let text = secrets(name).filter(|text| !text.is_empty());
        text.map(Secret::new).ok_or_else(|| CaptureReason::Secret { name: name.clone() })
    };
    let mut config = PrometheusConfig::new(details.url.clone().unwrap_or_default());
    config.auth = match (&details.bearer_token_env, &details.username, &details.password_env) {
        (Some(token), ..) => Auth::Bearer(secret(token)?),
        (None, Some(user), Some(password)) => Auth::Basic { user: user.clone(), password: secret(password)? },
        _ => Auth::None,
    };
    if let Some(file) = &details.ca_file {
        let path = folder.join(file);
        let pem = std::fs::read(&path).map_err(|source| CaptureReason::File { path, source })?;
        config.ca_pem = Some(pem);
    }
    if let Some(seconds) = details.timeout_seconds {
        config.request_timeout = Duration::from_secs(seconds.into());
    }
    Ok(config)
}

/// A path of a source of files; `None` when it leads out of the source's folder.
pub(crate) fn inside(folder: &Path, details: &ConnectionDetails, path: &str) -> Option<PathBuf> {
    let is_inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    is_inside.then(|| folder.join(details.folder.as_deref().unwrap_or_default()).join(path))
}
