//! Asks a source of measurements at once whether it answers, for whoever enters one. Nothing of it is evidence, and nothing is
//! recorded.
//!
//! A draft can name any address and any secret. Secrets are therefore sent, and files are read, only where the document that is
//! entered says the very same; nobody gets a secret of the desk by writing their own address beside its name.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;
use sla_capture::{
    About, AboutDatabase, Backoff, BeatSource, CaptureError, CaptureRequest, ChargeSource, Database, FileError,
    FileSource, IncidentSource, NoProgress, Prometheus, PrometheusConfig, Source, SqlConfig, usable,
};
use sla_core::catalogue::{Catalogue, ConnectionDetails, Name, SourceFile, SourceType};
use sla_core::plan::{Ask, What, plan};
use sla_core::time::{Month, Period, UnixSeconds, utc_text};
use sla_ledger::Ledger;

use crate::capture::{Secrets, config, database_config, inside};
use crate::desk::{DeskError, Drafted, Whole};
use crate::error::CaptureReason;
use crate::jobs::JobProblem;

/// How many of the questions that contracts put to a source are tried.
const MOST_ASKS: usize = 5;
/// The longest month, and some days until it is closed.
const MONTH_SECONDS: i64 = 35 * 86_400;
/// Somebody waits for the answer.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
const ALL_WITHIN: Duration = Duration::from_secs(20);
/// How much of the recent past a server is asked for.
const RECENT_SECONDS: i64 = 3600;

/// A source to be tried.
#[derive(Clone, Copy)]
pub struct SourceTestRequest<'a> {
    /// The `DataSource`, entered or drafted.
    pub draft: &'a SourceFile,
    /// The catalogue's folder, where a part of it lies in one.
    pub folder: Option<&'a Path>,
    /// The folder that files which it names are relative to.
    pub files: &'a Path,
    /// The clock, Unix seconds.
    pub now: UnixSeconds,
    /// Secrets by the name that the document gives them.
    pub secrets: Secrets<'a>,
}

/// Whether a source's secrets were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SecretsSent {
    /// It names none.
    None,
    /// They were.
    Sent,
    /// They were not: the document that is entered names another address or other secrets, or there is none.
    Withheld,
}

/// What a source said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SourceTest {
    /// Its name.
    pub name: String,
    /// Where it was asked: its address, or its folder as the document names it.
    pub address: String,
    /// Whether it answered.
    pub is_reached: bool,
    /// Its own version; null for files, and where it did not answer.
    pub version: Option<String>,
    /// Of a database: whether it kept a transaction that only reads from writing; null for others, and where it did not answer.
    pub keeps_to_reading: Option<bool>,
    /// How long it keeps samples, in its own words; null where it does not tell.
    pub retention: Option<String>,
    /// Its oldest sample, in UTC; null where it does not tell.
    pub oldest: Option<String>,
    /// Whether it still knows a month's first day when the month is over and is closed; null where it does not tell. One that does
    /// not is captured day by day.
    pub keeps_a_month: Option<bool>,
    /// Whether secrets were sent.
    pub secrets: SecretsSent,
    /// What is wrong; null when it answered.
    pub problem: Option<JobProblem>,
    /// Some of the questions that contracts put to it, and what it answered.
    pub asks: Vec<AskTest>,
}

/// A question that a contract puts to a source, tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AskTest {
    /// The first commitment that needs it, as `tenant/commitment`.
    pub wanted_by: String,
    /// What was asked: queries, or a file.
    pub asked: String,
    /// Start of what was asked for, in UTC.
    pub from: String,
    /// Its end, in UTC.
    pub to: String,
    /// How many slices there are in it.
    pub slices: i64,
    /// How many of them have both numbers; null where nothing came.
    pub usable: Option<i64>,
    /// What the source warned of, in its own words.
    pub warnings: Vec<String>,
    /// What is wrong; null when numbers came.
    pub problem: Option<JobProblem>,
}

/// Tries a source.
///
/// # Errors
/// [`DeskError`] when the draft is no `DataSource`, or the catalogue cannot be read. What the source does is no error.
pub async fn test_source(ledger: &Ledger, request: &SourceTestRequest<'_>) -> Result<SourceTest, DeskError> {
    let whole = Whole::read(ledger, request.folder).await?;
    let Drafted { documents, place, files } = whole.with(request.draft).map_err(DeskError::unsound)?;
    let shapes = Catalogue::shapes(&[SourceFile { name: place, text: request.draft.text.clone() }]);
    let ([_], Some((name, source))) = (documents.as_slice(), shapes.data_sources.iter().next()) else {
        return Err(DeskError::NotOne { file: "a DataSource".to_owned(), count: documents.len() });
    };
    let details = &source.spec.connection_details;
    let entered = Catalogue::shapes(&whole.files());
    let is_entered = entered.data_sources.get(name).is_some_and(|known| known.spec.connection_details == *details);
    let address =
        [&details.url, &details.url_env, &details.folder].into_iter().flatten().next().cloned().unwrap_or_default();
    let mut test = SourceTest { secrets: sent(details, is_entered), ..untried(name.to_string(), address) };
    let asks = asked(files, name, request.now).await;
    match source.spec.source_type {
        SourceType::Prometheus => {
            let config = match is_entered {
                true => config(details, request.files, request.secrets),
                false => Ok(PrometheusConfig::new(test.address.clone())),
            };
            ask_server(&mut test, config, request.now, asks).await;
        }
        SourceType::PostgreSQL if is_entered => {
            let config = database_config(details, request.files, request.secrets);
            ask_database(&mut test, config, request.now, asks).await;
        }
        // Its address is a secret as a whole: without it there is nobody to ask.
        SourceType::PostgreSQL => test.problem = Some(not_entered()),
        SourceType::File if is_entered => read_files(&mut test, details, request.files, asks).await,
        SourceType::File => test.problem = Some(not_entered()),
    }
    Ok(test)
}

/// Asks a server whether it answers, before there is a ledger with a document about it. It gets no secrets.
pub async fn look_at_server(url: &str, now: UnixSeconds) -> SourceTest {
    let mut test = untried(String::new(), url.to_owned());
    ask_server(&mut test, Ok(PrometheusConfig::new(url.to_owned())), now, Vec::new()).await;
    test
}

fn untried(name: String, address: String) -> SourceTest {
    SourceTest {
        name,
        address,
        is_reached: false,
        version: None,
        keeps_to_reading: None,
        retention: None,
        oldest: None,
        keeps_a_month: None,
        secrets: SecretsSent::None,
        problem: None,
        asks: Vec::new(),
    }
}

fn sent(details: &ConnectionDetails, is_entered: bool) -> SecretsSent {
    let names = [&details.bearer_token_env, &details.password_env, &details.url_env];
    match names.into_iter().any(Option::is_some) {
        false => SecretsSent::None,
        true if is_entered => SecretsSent::Sent,
        true => SecretsSent::Withheld,
    }
}

fn not_entered() -> JobProblem {
    let detail =
        "files are read, and databases asked, only where the document is entered; enter it, then test it again";
    JobProblem { code: "source.not_entered".to_owned(), detail: detail.to_owned() }
}

/// What contracts ask of a source in the last month that is over; nothing where the catalogue has defects.
async fn asked(files: Vec<SourceFile>, name: &Name, now: UnixSeconds) -> Vec<(Ask, String)> {
    let name = name.clone();
    let read = move || {
        let catalogue = Catalogue::read(&files).unwrap_or_default();
        let today = utc_text(now);
        let Ok(month) = today[..7].parse::<Month>() else { return Vec::new() };
        let mut found: Vec<(Ask, String)> = Vec::new();
        let mut known = BTreeSet::new();
        for plan in plan(&catalogue, month.minus(1), None, now).unwrap_or_default() {
            let asks = plan.commitments.iter().flat_map(|one| one.asks().map(move |ask| (one, ask)));
            for (commitment, ask) in asks.filter(|(_, ask)| ask.data_source == name) {
                if found.len() < MOST_ASKS && known.insert(ask.clone()) {
                    found.push((ask.clone(), format!("{}/{}", plan.tenant.name(), commitment.terms.name)));
                }
            }
        }
        found
    };
    tokio::task::spawn_blocking(read).await.expect("planning does not panic")
}

fn told(reason: &CaptureReason) -> JobProblem {
    JobProblem { code: reason.code().to_owned(), detail: detail(reason) }
}

/// The last whole hour, or slice: slices divide one, and servers move requests to multiples of the step.
fn recent(now: UnixSeconds, ask: &Ask) -> Period {
    let end = now - now % RECENT_SECONDS;
    Period { start: end - RECENT_SECONDS.max(ask.step_seconds), end }
}

async fn ask_database(
    test: &mut SourceTest,
    config: Result<SqlConfig, CaptureReason>,
    now: UnixSeconds,
    asks: Vec<(Ask, String)>,
) {
    let config = config.map(|config| SqlConfig {
        connect_timeout: CONNECT_WITHIN,
        statement_timeout: config.statement_timeout.min(ANSWER_WITHIN),
        attempts: 1,
        ..config
    });
    let database = match config.and_then(|config| Ok(Database::new(config).map_err(CaptureError::from)?)) {
        Ok(database) => database,
        Err(reason) => return test.problem = Some(told(&reason)),
    };
    match database.about().await {
        Err(error) => return test.problem = Some(told(&CaptureError::from(error).into())),
        Ok(AboutDatabase { address, version, is_read_only }) => {
            test.is_reached = true;
            test.address = address;
            test.version = Some(version);
            test.keeps_to_reading = Some(is_read_only);
        }
    }
    for (ask, wanted_by) in asks {
        let (source, statement): (Box<dyn Source>, _) = match &ask.what {
            What::Sql { statement, content } => (Box::new(database.source(statement.clone(), *content)), statement),
            What::SqlBeats { statement, target, terms } => {
                (Box::new(database.beats(statement.clone(), target, *terms)), statement)
            }
            _ => continue,
        };
        test.asks.push(tried(source.as_ref(), statement.to_string(), recent(now, &ask), &ask, wanted_by).await);
    }
}

async fn ask_server(
    test: &mut SourceTest,
    config: Result<PrometheusConfig, CaptureReason>,
    now: UnixSeconds,
    asks: Vec<(Ask, String)>,
) {
    let config = config.map(|config| PrometheusConfig {
        connect_timeout: CONNECT_WITHIN,
        request_timeout: config.request_timeout.min(ANSWER_WITHIN),
        capture_timeout: ALL_WITHIN,
        backoff: Backoff { attempts: 1, ..config.backoff },
        ..config
    });
    let server = config.and_then(|config| Ok(Prometheus::new(config).map_err(CaptureError::from)?));
    let server = match server {
        Ok(server) => server,
        Err(reason) => return test.problem = Some(told(&reason)),
    };
    match server.about(now).await {
        Err(error) => return test.problem = Some(told(&CaptureError::from(error).into())),
        Ok(About { version, retention, kept_seconds, oldest }) => {
            test.is_reached = true;
            test.version = Some(version);
            test.retention = retention;
            test.oldest = oldest.map(utc_text);
            test.keeps_a_month = kept_seconds.map(|kept| kept >= MONTH_SECONDS);
        }
    }
    for (ask, wanted_by) in asks {
        let (source, words): (Box<dyn Source>, String) = match &ask.what {
            What::Queries(reading) => (Box::new(server.source(reading.clone())), reading.to_string()),
            What::Counters(counters) => (Box::new(server.counters(counters.clone())), counters.to_string()),
            What::Probes(probes) => (Box::new(server.probes(probes.clone())), probes.series.to_string()),
            What::Sql { .. }
            | What::SqlBeats { .. }
            | What::File { .. }
            | What::Beats { .. }
            | What::Incidents { .. }
            | What::Charges { .. } => continue,
        };
        test.asks.push(tried(source.as_ref(), words, recent(now, &ask), &ask, wanted_by).await);
    }
}

async fn read_files(test: &mut SourceTest, details: &ConnectionDetails, files: &Path, asks: Vec<(Ask, String)>) {
    let folder = files.join(details.folder.as_deref().unwrap_or_default());
    if !folder.is_dir() {
        let detail = format!("the folder {:?} is not there, relative to the catalogue's", test.address);
        return test.problem = Some(JobProblem { code: "source.no_folder".to_owned(), detail });
    }
    test.is_reached = true;
    for (ask, wanted_by) in asks {
        let (path, source): (&String, Option<Box<dyn Source>>) = match &ask.what {
            What::File { path, content, columns } => {
                let source = |place| FileSource::new(place, *content).with_columns(columns.clone());
                let place = inside(files, details, path);
                (path, place.map(|place| Box::new(source(place)) as Box<dyn Source>))
            }
            What::Beats { path, target, terms } => {
                let place = inside(files, details, path);
                (path, place.map(|place| Box::new(BeatSource::new(place, target, *terms)) as Box<dyn Source>))
            }
            What::Charges { path, charges, content } => {
                let source = |place| Box::new(ChargeSource::new(place, charges.clone(), *content)) as Box<dyn Source>;
                (path, inside(files, details, path).map(source))
            }
            What::Incidents { path, down_from } => {
                let place = inside(files, details, path);
                (path, place.map(|place| Box::new(IncidentSource::new(place, *down_from)) as Box<dyn Source>))
            }
            What::Queries(_) | What::Counters(_) | What::Probes(_) | What::Sql { .. } | What::SqlBeats { .. } => {
                continue;
            }
        };
        let Some(source) = source else { continue };
        test.asks.push(tried(source.as_ref(), path.clone(), ask.period, &ask, wanted_by).await);
    }
}

async fn tried(source: &dyn Source, asked: String, period: Period, ask: &Ask, wanted_by: String) -> AskTest {
    let request = CaptureRequest { period, step_seconds: ask.step_seconds };
    let captured = source.capture(&request, &NoProgress).await;
    let (usable, warnings, problem) = match captured {
        Ok(slices) => (Some(usable(&slices)), slices.provenance().warnings.clone(), None),
        Err(error) => (None, Vec::new(), Some(told(&error.into()))),
    };
    AskTest {
        wanted_by,
        asked,
        from: utc_text(period.start),
        to: utc_text(period.end),
        slices: request.slices(),
        usable,
        warnings,
        problem,
    }
}

/// What is told of a reason; paths of the desk's own folders are not.
fn detail(reason: &CaptureReason) -> String {
    match reason {
        CaptureReason::File { source, .. } => format!("the certificate authority cannot be read: {source}"),
        CaptureReason::Source(CaptureError::File(FileError::Read { cause, .. })) => {
            format!("the file cannot be read: {cause}; check that it is there, and its permissions")
        }
        reason => reason.to_string(),
    }
}
