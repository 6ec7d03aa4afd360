//! Requests to sources become evidence: each distinct request once, a few at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sla_capture::{
    Auth, BeatSource, CaptureError, CaptureRequest, CapturedDays, ChargeSource, Database, DaysError, EvidenceStore,
    FileSource, IncidentSource, Progress, Prometheus, PrometheusConfig, Secret, Slices, Source, SqlConfig, StoreError,
    decode, encode, join,
};
use sla_core::catalogue::{Catalogue, ConnectionDetails, Name, SourceType};
use sla_core::evidence::{EvidenceRef, Note, Provenance};
use sla_core::plan::{Ask, ContractMonth, What};
use sla_core::time::{Period, utc_text};
use tracing::Instrument;

use crate::abreast::Abreast;
use crate::error::{CaptureFailure, CaptureReason, CloseError};
use crate::progress::{CloseProgress, Step, Waiting};

/// Requests under way at once: enough to hide a server's latency, few enough to leave it to others.
pub(crate) const AT_ONCE: usize = 4;
/// Parts that each request counts for in the step's progress.
const PARTS: u64 = 100;

/// Where secrets come from, by name.
pub(crate) type Secrets<'a> = &'a (dyn Fn(&str) -> Option<String> + Send + Sync);

/// Where evidence is kept, and where days lie that were captured before.
#[derive(Clone, Copy)]
pub(crate) struct Stores<'a> {
    pub(crate) kept: &'a EvidenceStore,
    pub(crate) days: Option<&'a (CapturedDays, EvidenceStore)>,
}

/// Captures everything that the plans ask for into a store.
pub(crate) async fn capture<'a>(
    catalogue: &Catalogue,
    folder: &Path,
    secrets: Secrets<'_>,
    plans: impl Iterator<Item = &'a ContractMonth<'a>>,
    stores: Stores<'_>,
    progress: &Arc<dyn CloseProgress>,
) -> Result<BTreeMap<Ask, EvidenceRef>, CloseError> {
    let (evidence, failed) = capture_what_answers(catalogue, folder, secrets, plans, stores, progress).await?;
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
    stores: Stores<'_>,
    progress: &Arc<dyn CloseProgress>,
) -> Result<Captured, CloseError> {
    // Who wanted it first, and all customers whom it is for.
    let mut asks: BTreeMap<Ask, (String, BTreeSet<&str>)> = BTreeMap::new();
    for plan in plans {
        for commitment in &plan.commitments {
            let wanted_by = || (format!("{}/{}", plan.tenant.name(), commitment.terms.name), BTreeSet::new());
            for ask in commitment.asks() {
                let (_, customers) = asks.entry(ask.clone()).or_insert_with(wanted_by);
                customers.insert(plan.tenant.name().as_str());
            }
        }
    }
    let mut sources = Sources::new(catalogue, folder, secrets);
    let mut failures = Vec::new();
    let mut work = Abreast::new(AT_ONCE);
    let shared = Part::shared(PARTS, asks.len() as u64, progress);
    let mut waiting = Waiting::on(asks.values().flat_map(|(_, customers)| customers.iter().copied()));
    let mut whose = Vec::with_capacity(asks.len());
    for (ask, (wanted_by, customers)) in asks {
        let tiles = match stores.days {
            Some((days, _)) => tiles(days, &ask),
            None => Ok(vec![Tile::Open(ask.period)]),
        };
        // What was captured before needs no source any more.
        let opened = tiles.map_err(CaptureReason::Days).and_then(|tiles| {
            let is_there = tiles.iter().all(|tile| matches!(tile, Tile::Kept(_)));
            Ok((if is_there { None } else { Some(sources.open(&ask)?) }, tiles))
        });
        let (source, tiles) = match opened {
            Ok(opened) => opened,
            Err(reason) => {
                let data_source = ask.data_source.to_string();
                failures.push((ask, CaptureFailure { data_source, wanted_by, reason }));
                customers.iter().for_each(|customer| waiting.one_less(customer, &**progress));
                continue;
            }
        };
        let mine = shared.another(&wanted_by);
        let days = stores.days.map(|(_, store)| store.clone());
        let index = whose.len();
        whose.push(customers);
        let task = async move {
            mine.begins();
            let captured = put_together(source.as_deref(), days, tiles, &ask, &mine).await;
            mine.done();
            (ask, wanted_by, index, captured)
        };
        work.add(task.in_current_span());
    }
    let mut evidence = BTreeMap::new();
    while let Some((ask, wanted_by, index, captured)) = work.next().await {
        whose[index].iter().for_each(|customer| waiting.one_less(customer, &**progress));
        match captured {
            // Kept here and not by the task: when this close is dropped, nobody may write into its folder any more.
            Ok(bytes) => {
                evidence.insert(ask, stores.kept.put(&bytes)?);
            }
            Err(reason) => {
                let data_source = ask.data_source.to_string();
                failures.push((ask, CaptureFailure { data_source, wanted_by, reason }));
            }
        }
    }
    failures.sort_by(|(_, a), (_, b)| (&a.data_source, &a.wanted_by).cmp(&(&b.data_source, &b.wanted_by)));
    Ok((evidence, failures))
}

/// A stretch of what is asked.
enum Tile {
    /// Captured before, in the evidence with this hash.
    Kept(String),
    /// To be asked for.
    Open(Period),
}

/// What is asked in stretches that were captured before, and those between them.
fn tiles(days: &CapturedDays, ask: &Ask) -> Result<Vec<Tile>, DaysError> {
    let (mut tiles, mut at) = (Vec::new(), ask.period.start);
    if ask.is_daily() {
        for mut day in days.of(&ask.key(), ask.period)? {
            // Days of another zone may lie there, too.
            let Some(last) = day.versions.pop().filter(|_| day.from >= at) else { continue };
            tiles.extend(Period::new(at, day.from).map(Tile::Open));
            tiles.push(Tile::Kept(last.sha256));
            at = day.to;
        }
    }
    tiles.extend(Period::new(at, ask.period.end).map(Tile::Open));
    Ok(tiles)
}

/// Captures what is missing and gives the bytes of all of it.
#[tracing::instrument(name = "capture one request", skip_all)]
async fn put_together(
    source: Option<&dyn Source>,
    store: Option<EvidenceStore>,
    tiles: Vec<Tile>,
    ask: &Ask,
    progress: &Part,
) -> Result<Vec<u8>, CaptureReason> {
    let is_whole = matches!(tiles.as_slice(), [Tile::Open(_)]);
    let mut parts = Vec::with_capacity(tiles.len());
    for tile in tiles {
        match tile {
            Tile::Open(period) => {
                let source = source.expect("it is opened where something is missing");
                match one(source, ask, period, progress).await {
                    Ok(slices) => parts.push((slices, None)),
                    // Of a server that has forgotten, what was captured before is still evidence.
                    Err(error) if !is_whole && error.said_nothing() => parts.push((nothing(ask, period), None)),
                    Err(error) => return Err(error.into()),
                }
            }
            Tile::Kept(sha256) => {
                let store = store.clone().expect("what is kept has a store");
                let read = move || Ok::<_, StoreError>((kept_slices(&store, &sha256)?, Some(sha256)));
                let read = tokio::task::spawn_blocking(read).await.expect("reading does not panic");
                parts.push(read.map_err(CaptureReason::Kept)?);
            }
        }
    }
    let encoded = tokio::task::spawn_blocking(move || match parts.len() {
        1 if is_whole => encode(&parts[0].0),
        _ => encode(&join(parts)),
    });
    Ok(encoded.await.expect("encoding does not panic"))
}

/// Evidence that is kept, as the slices that it holds.
pub(crate) fn kept_slices(store: &EvidenceStore, sha256: &str) -> Result<Slices, StoreError> {
    let (_, bytes) = store.read(sha256)?;
    decode(&bytes).map_err(|reason| {
        let path = store.folder().join(sha256).display().to_string();
        StoreError::NotEvidence { sha256: sha256.to_owned(), path, reason }
    })
}

/// A stretch of which the source says nothing.
fn nothing(ask: &Ask, period: Period) -> Slices {
    let (from, to) = (utc_text(period.start), utc_text(period.end));
    let provenance = Provenance {
        query: String::new(),
        source: String::new(),
        server_version: String::new(),
        from: period.start,
        to: period.end,
        step_seconds: ask.step_seconds,
        scale: 1,
        warnings: Vec::new(),
        notes: vec![Note::NoSeries { column: "total".to_owned(), from, to }],
        pieces: Vec::new(),
    };
    Slices::new(provenance, Vec::new()).expect("no rows keep every promise")
}

/// Captures a stretch of a request.
pub(crate) async fn one(
    source: &dyn Source,
    ask: &Ask,
    period: Period,
    progress: &Part,
) -> Result<Slices, CaptureError> {
    let request = CaptureRequest { period, step_seconds: ask.step_seconds };
    source.capture(&request, progress).await
}

/// One request's share of the step's progress.
pub(crate) struct Part {
    name: String,
    /// How many there are of each name.
    named: Arc<Mutex<BTreeMap<String, u64>>>,
    mine: AtomicU64,
    shared: Arc<AtomicU64>,
    /// How many parts each request counts for.
    each: u64,
    whole: u64,
    progress: Arc<dyn CloseProgress>,
}

impl Part {
    /// The first of those that share a whole, which begins with nothing done.
    pub(crate) fn shared(each: u64, requests: u64, progress: &Arc<dyn CloseProgress>) -> Self {
        let whole = each * requests;
        progress.step(Step::Capture, 0, whole);
        let (name, named, shared, progress) = (String::new(), Arc::default(), Arc::default(), Arc::clone(progress));
        Self { name, named, mine: AtomicU64::new(0), shared, each, whole, progress }
    }

    /// Another request of the same whole, for the series of that name; the second one of a name is told apart by a number.
    pub(crate) fn another(&self, name: &str) -> Self {
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        let number = named.entry(name.to_owned()).and_modify(|number| *number += 1).or_insert(1);
        let name = if *number == 1 { name.to_owned() } else { format!("{name} ({number})") };
        let (shared, progress) = (Arc::clone(&self.shared), Arc::clone(&self.progress));
        let (named, each, whole) = (Arc::clone(&self.named), self.each, self.whole);
        Self { name, named, mine: AtomicU64::new(0), shared, each, whole, progress }
    }

    /// It is the turn of this series.
    pub(crate) fn begins(&self) {
        self.progress.series(&self.name, 0, 1);
    }

    /// All of it is done.
    pub(crate) fn done(&self) {
        self.step(1, 1);
    }
}

impl Progress for Part {
    fn step(&self, done: u64, of: u64) {
        let parts = self.each * done.min(of) / of.max(1);
        let before = self.mine.fetch_max(parts, Ordering::Relaxed);
        let more = parts.saturating_sub(before);
        let all = self.shared.fetch_add(more, Ordering::Relaxed) + more;
        self.progress.step(Step::Capture, all, self.whole);
        self.progress.series(&self.name, done.min(of), of);
    }
}

/// The catalogue's data sources, each server connected to once.
pub(crate) struct Sources<'a> {
    catalogue: &'a Catalogue,
    folder: &'a Path,
    secrets: Secrets<'a>,
    servers: BTreeMap<Name, Prometheus>,
}

impl<'a> Sources<'a> {
    pub(crate) fn new(catalogue: &'a Catalogue, folder: &'a Path, secrets: Secrets<'a>) -> Self {
        Self { catalogue, folder, secrets, servers: BTreeMap::new() }
    }

    pub(crate) fn open(&mut self, ask: &Ask) -> Result<Box<dyn Source>, CaptureReason> {
        let spec = &self.catalogue.data_sources[&ask.data_source].spec;
        let details = &spec.connection_details;
        match (&ask.what, spec.source_type) {
            (What::File { path, content, columns }, _) => {
                let file = FileSource::new(self.inside(details, path)?, *content);
                Ok(Box::new(file.with_columns(columns.clone())))
            }
            (What::Beats { path, target, terms }, _) => {
                Ok(Box::new(BeatSource::new(self.inside(details, path)?, target, *terms)))
            }
            (What::Charges { path, charges, content }, _) => {
                Ok(Box::new(ChargeSource::new(self.inside(details, path)?, charges.clone(), *content)))
            }
            (What::Incidents { path, down_from }, _) => {
                Ok(Box::new(IncidentSource::new(self.inside(details, path)?, *down_from)))
            }
            (What::Queries(reading), SourceType::Prometheus) => {
                Ok(Box::new(self.server(&ask.data_source, details)?.source(reading.clone())))
            }
            (What::Counters(counters), SourceType::Prometheus) => {
                Ok(Box::new(self.server(&ask.data_source, details)?.counters(counters.clone())))
            }
            (What::Sql { statement, content }, _) => {
                Ok(Box::new(self.database(details)?.source(statement.clone(), *content)))
            }
            (What::SqlBeats { statement, target, terms }, _) => {
                Ok(Box::new(self.database(details)?.beats(statement.clone(), target, *terms)))
            }
            (What::Probes(probes), SourceType::Prometheus) => {
                Ok(Box::new(self.server(&ask.data_source, details)?.probes(probes.clone())))
            }
            (What::Queries(_) | What::Counters(_) | What::Probes(_), SourceType::File | SourceType::PostgreSQL) => {
                unreachable!("the catalogue checked what a source is asked")
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

    fn database(&self, details: &ConnectionDetails) -> Result<Database, CaptureReason> {
        let config = database_config(details, self.folder, self.secrets)?;
        Ok(Database::new(config).map_err(CaptureError::from)?)
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
    let secret = |name: &String| secret(name, secrets);
    let mut config = PrometheusConfig::new(details.url.clone().unwrap_or_default());
    config.auth = match (&details.bearer_token_env, &details.username, &details.password_env) {
        (Some(token), ..) => Auth::Bearer(secret(token)?),
        (None, Some(user), Some(password)) => Auth::Basic { user: user.clone(), password: secret(password)? },
        _ => Auth::None,
    };
    config.ca_pem = authority(details, folder)?;
    if let Some(seconds) = details.timeout_seconds {
        config.request_timeout = Duration::from_secs(seconds.into());
    }
    config.replica_label.clone_from(&details.replica_label);
    config.org_id.clone_from(&details.org_id);
    Ok(config)
}

/// How a database is reached; its address is a secret as a whole.
pub(crate) fn database_config(
    details: &ConnectionDetails,
    folder: &Path,
    secrets: Secrets<'_>,
) -> Result<SqlConfig, CaptureReason> {
    let name = details.url_env.as_ref().expect("the catalogue checked that a database has an address");
    let mut config = SqlConfig::new(secret(name, secrets)?);
    config.ca_pem = authority(details, folder)?;
    if let Some(seconds) = details.timeout_seconds {
        config.statement_timeout = Duration::from_secs(seconds.into());
    }
    Ok(config)
}

fn secret(name: &str, secrets: Secrets<'_>) -> Result<Secret, CaptureReason> {
    let text = secrets(name).filter(|text| !text.is_empty());
    text.map(Secret::new).ok_or_else(|| CaptureReason::Secret { name: name.to_owned() })
}

/// The certificate authority that a source names, as PEM.
fn authority(details: &ConnectionDetails, folder: &Path) -> Result<Option<Vec<u8>>, CaptureReason> {
    let read = |file: &String| {
        let path = folder.join(file);
        std::fs::read(&path).map_err(|source| CaptureReason::File { path, source })
    };
    details.ca_file.as_ref().map(read).transpose()
}

/// A path of a source of files; `None` when it leads out of the source's folder.
pub(crate) fn inside(folder: &Path, details: &ConnectionDetails, path: &str) -> Option<PathBuf> {
    let is_inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    is_inside.then(|| folder.join(details.folder.as_deref().unwrap_or_default()).join(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;

    #[test]
    fn a_second_series_of_a_name_is_told_apart() {
        let progress: Arc<dyn CloseProgress> = Arc::new(Silent);
        let shared = Part::shared(1, 4, &progress);
        let names = ["nord/api", "west/api", "nord/api", "nord/api"].map(|name| shared.another(name).name);
        assert_eq!(names, ["nord/api", "west/api", "nord/api (2)", "nord/api (3)"]);
    }
}
