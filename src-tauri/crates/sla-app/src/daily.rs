//! Evidence day by day, before its source forgets it, and which days are there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use schemars::JsonSchema;
use serde::Serialize;
use sla_capture::{
    Added, CaptureLock, CapturedDays, DayVersion, DaysError, EvidenceStore, Slices, StoreError, encode, usable,
};
use sla_core::catalogue::Catalogue;
use sla_core::plan::{Ask, CommitmentDays, PlanError, SETTLED_SECONDS, months_until, plan_days};
use sla_core::time::{Month, UnixSeconds, local};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::capture::{AT_ONCE, PARTS, Part, Secrets, Sources, one};
use crate::close::EVIDENCE;
use crate::error::CaptureReason;
use crate::progress::{CloseProgress, Step};

/// The folder that says which evidence holds which day, below the one for documents.
const CAPTURES: &str = "captures";
/// How many days back a daily capture looks for one that is missing: about as long as servers keep samples by default.
const DAYS_BACK: u64 = 14;

/// Where captured days lie: below the folder for documents and evidence.
pub(crate) fn captured_days(out: &Path) -> (CapturedDays, EvidenceStore) {
    (CapturedDays::new(out.join(CAPTURES)), EvidenceStore::new(out.join(EVIDENCE)))
}

/// Which days are captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhichDays {
    /// Those of a range, first and last one included, again where they are there.
    Range(NaiveDate, NaiveDate),
    /// What is missing since the first day that is there, at most two weeks back; yesterday where none is there.
    Daily,
}

/// What to capture, and where to.
pub struct DaysRequest<'a> {
    /// The catalogue.
    pub catalogue: &'a Catalogue,
    /// The folder that files which it names are relative to.
    pub files: &'a Path,
    /// The folder for documents and evidence.
    pub out: &'a Path,
    /// Id of one tenant; all when not said.
    pub tenant: Option<&'a str>,
    /// Which days.
    pub which: WhichDays,
    /// The clock, Unix seconds.
    pub now: UnixSeconds,
    /// Secrets by the name that the catalogue gives them.
    pub secrets: Secrets<'a>,
}

/// What became of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DayOutcome {
    /// It was not there before.
    Captured,
    /// The source said the same as before.
    Unchanged,
    /// The source said otherwise than before; both versions are kept, the new one counts.
    Changed,
    /// There is no evidence of it.
    Failed,
}

/// A day that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DayCaptured {
    /// The first commitment that needs it, as `tenant/contract/commitment`.
    pub wanted_by: String,
    /// How many commitments need it.
    pub commitments: usize,
    /// The source.
    pub data_source: String,
    /// The day in the contract's zone.
    pub day: String,
    /// What became of it.
    pub outcome: DayOutcome,
    /// SHA-256 of its evidence; null where there is none.
    pub sha256: Option<String>,
    /// How many slices it has.
    pub slices: i64,
    /// Of how many both numbers are known; null where there is no evidence.
    pub usable: Option<i64>,
    /// Why there is no evidence; null where there is.
    pub problem: Option<crate::jobs::JobProblem>,
}

/// How much of a day is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DayState {
    /// Every slice.
    Complete,
    /// Some slices are unknown.
    Partial,
    /// All slices are unknown.
    Unknown,
    /// It is over and was not captured.
    Missing,
    /// It is not over, or not long enough.
    Open,
}

/// A day of a commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CaptureDay {
    /// The day in the contract's zone.
    pub day: String,
    /// How much of it is there.
    pub state: DayState,
    /// How many slices it has.
    pub slices: i64,
    /// Of how many both numbers are known; null where nothing was captured.
    pub usable: Option<i64>,
    /// How often the source said something new of it.
    pub versions: usize,
    /// SHA-256 of the evidence that counts; null where nothing was captured.
    pub sha256: Option<String>,
}

/// The days of a commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CommitmentCalendar {
    /// The tenant.
    pub tenant: String,
    /// Its name for people.
    pub tenant_name: String,
    /// The contract.
    pub contract: String,
    /// The commitment.
    pub commitment: String,
    /// Its name for people.
    pub title: String,
    /// The contract's zone.
    pub time_zone: String,
    /// The days of the month on which it is measured.
    pub days: Vec<CaptureDay>,
}

/// Why nothing could be captured at all.
#[derive(Debug, thiserror::Error)]
pub enum CaptureDaysError {
    /// The days cannot be planned.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The days that are there cannot be read, or somebody else captures.
    #[error(transparent)]
    Days(#[from] DaysError),
    /// Evidence cannot be kept.
    #[error(transparent)]
    Evidence(#[from] StoreError),
    /// A range that ends before it begins.
    #[error("the days run from {from} to {to}; expected the first day not after the last")]
    Range {
        /// The first day.
        from: NaiveDate,
        /// The last day.
        to: NaiveDate,
    },
    /// Nobody's day of the range is over.
    #[error(
        "no day from {from} to {to} is over for half an hour, or no contract is in force then; nothing was captured"
    )]
    Nothing {
        /// The first day.
        from: NaiveDate,
        /// The last day.
        to: NaiveDate,
    },
}

impl CaptureDaysError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Plan(error) => error.code(),
            Self::Days(error) => error.code(),
            Self::Evidence(error) => crate::verify::store_code(error),
            Self::Range { .. } => "captures.range",
            Self::Nothing { .. } => "captures.nothing",
        }
    }
}

/// Who needs a day.
struct Wanted {
    by: BTreeSet<String>,
    day: NaiveDate,
}

/// Captures days, a few at a time. Each is kept as soon as it is there, so that whoever is interrupted goes on where they were;
/// a day that fails does not hold up the others.
///
/// # Errors
/// [`CaptureDaysError`] when there is nothing that could be captured, or it cannot be kept. What a source does is told for each
/// day.
#[tracing::instrument(name = "capture days", skip_all)]
pub async fn capture_days(
    request: &DaysRequest<'_>,
    progress: &Arc<dyn CloseProgress>,
) -> Result<Vec<DayCaptured>, CaptureDaysError> {
    let (days, store) = captured_days(request.out);
    let lock = days.lock()?;
    let asks = wanted(request, &days)?;
    let mut sources = Sources::new(request.catalogue, request.files, request.secrets);
    let gate = Arc::new(Semaphore::new(AT_ONCE));
    let shared = Part::shared(PARTS * asks.len() as u64, progress);
    let mut tasks = JoinSet::new();
    let mut outcomes = Vec::with_capacity(asks.len());
    for (ask, wanted) in asks {
        let mine = shared.another();
        let source = match sources.open(&ask) {
            Ok(source) => source,
            Err(reason) => {
                outcomes.push(failed(&ask, &wanted, &reason));
                mine.done();
                continue;
            }
        };
        let gate = Arc::clone(&gate);
        tasks.spawn(async move {
            let _permit = gate.acquire_owned().await.expect("the gate is never closed");
            let captured = one(source.as_ref(), &ask, ask.period, &mine).await;
            mine.done();
            (ask, wanted, captured)
        });
    }
    while let Some(task) = tasks.join_next().await {
        let (ask, wanted, captured) = task.expect("a capture neither panics nor is cancelled alone");
        outcomes.push(match captured {
            Ok(slices) => keep(&days, &store, &lock, &ask, &wanted, &slices)?,
            Err(reason) => failed(&ask, &wanted, &CaptureReason::Source(reason)),
        });
    }
    outcomes.sort_by(|a, b| (&a.wanted_by, &a.day).cmp(&(&b.wanted_by, &b.day)));
    progress.step(Step::Capture, 1, 1);
    Ok(outcomes)
}

/// Evidence first: a day must never name evidence that is nowhere.
fn keep(
    days: &CapturedDays,
    store: &EvidenceStore,
    lock: &CaptureLock,
    ask: &Ask,
    wanted: &Wanted,
    slices: &Slices,
) -> Result<DayCaptured, CaptureDaysError> {
    let sha256 = store.put(&encode(slices))?.sha256;
    let (count, usable) = (count(ask), usable(slices));
    let warned = !slices.provenance().warnings.is_empty();
    let version = DayVersion { sha256: sha256.clone(), slices: count, usable, warned };
    let outcome = match days.add(lock, &ask.key(), ask.period, version)? {
        Added::First => DayOutcome::Captured,
        Added::Same => DayOutcome::Unchanged,
        Added::Changed => DayOutcome::Changed,
    };
    Ok(DayCaptured { outcome, sha256: Some(sha256), usable: Some(usable), problem: None, ..untold(ask, wanted) })
}

fn failed(ask: &Ask, wanted: &Wanted, reason: &CaptureReason) -> DayCaptured {
    let problem = crate::jobs::JobProblem { code: reason.code().to_owned(), detail: reason.to_string() };
    DayCaptured { problem: Some(problem), ..untold(ask, wanted) }
}

fn untold(ask: &Ask, wanted: &Wanted) -> DayCaptured {
    DayCaptured {
        wanted_by: wanted.by.first().cloned().unwrap_or_default(),
        commitments: wanted.by.len(),
        data_source: ask.data_source.to_string(),
        day: wanted.day.to_string(),
        outcome: DayOutcome::Failed,
        sha256: None,
        slices: count(ask),
        usable: None,
        problem: None,
    }
}

fn count(ask: &Ask) -> i64 {
    ask.period.seconds() / ask.step_seconds
}

/// Every day that is to be captured, once.
fn wanted(request: &DaysRequest<'_>, days: &CapturedDays) -> Result<BTreeMap<Ask, Wanted>, CaptureDaysError> {
    let DaysRequest { catalogue, tenant, which, now, .. } = *request;
    // The zones that are furthest apart are within a day of each other.
    let today = local(now, sla_core::Tz::UTC).date_naive();
    let (from, to) = match which {
        WhichDays::Range(from, to) if from > to => return Err(CaptureDaysError::Range { from, to }),
        WhichDays::Range(from, to) => (from, to),
        WhichDays::Daily => (today - Days::new(DAYS_BACK), today + Days::new(1)),
    };
    let mut asks: BTreeMap<Ask, Wanted> = BTreeMap::new();
    for month in months_until(now, from) {
        for one in plan_days(catalogue, month, tenant)? {
            let by = format!("{}/{}/{}", one.tenant.name(), one.contract.name(), one.terms.name);
            let within = |(date, ask): &&(NaiveDate, Ask)| (from..=to).contains(date) && is_settled(ask, now);
            let mut due: Vec<&(NaiveDate, Ask)> = one.days.iter().filter(within).collect();
            if which == WhichDays::Daily {
                due = still_missing(due, days)?;
            }
            for (date, ask) in due {
                let wanted = asks.entry(ask.clone()).or_insert_with(|| Wanted { by: BTreeSet::new(), day: *date });
                wanted.by.insert(by.clone());
            }
        }
    }
    if asks.is_empty() && which != WhichDays::Daily {
        return Err(CaptureDaysError::Nothing { from, to });
    }
    Ok(asks)
}

/// Of days that are over, those that a daily capture is for.
fn still_missing<'a>(
    due: Vec<&'a (NaiveDate, Ask)>,
    days: &CapturedDays,
) -> Result<Vec<&'a (NaiveDate, Ask)>, DaysError> {
    let mut missing = Vec::new();
    let mut has_begun = false;
    let last = due.last().map(|(date, _)| *date);
    for day in due {
        let is_there = days.day(&day.1.key(), day.1.period)?.is_some();
        has_begun |= is_there;
        if !is_there && (has_begun || Some(day.0) == last) {
            missing.push(day);
        }
    }
    Ok(missing)
}

fn is_settled(ask: &Ask, now: UnixSeconds) -> bool {
    ask.period.end + SETTLED_SECONDS <= now
}

/// Which days of a month are there, of one tenant or of all. Commitments that are read from files, which do not forget, are not
/// among them.
///
/// # Errors
/// [`CaptureDaysError`] when the days cannot be planned or read.
pub fn capture_calendar(
    catalogue: &Catalogue,
    out: &Path,
    month: Month,
    tenant: Option<&str>,
    now: UnixSeconds,
) -> Result<Vec<CommitmentCalendar>, CaptureDaysError> {
    let (days, _) = captured_days(out);
    let calendar = |one: CommitmentDays<'_>| -> Result<CommitmentCalendar, DaysError> {
        let day = |(date, ask): &(NaiveDate, Ask)| {
            let known = days.day(&ask.key(), ask.period)?;
            let versions = known.as_ref().map_or(0, |known| known.versions.len());
            let last = known.and_then(|mut known| known.versions.pop());
            let slices = count(ask);
            let usable = last.as_ref().map(|last| last.usable);
            let state = match usable {
                Some(usable) if usable == slices => DayState::Complete,
                Some(0) => DayState::Unknown,
                Some(_) => DayState::Partial,
                None if is_settled(ask, now) => DayState::Missing,
                None => DayState::Open,
            };
            let (day, sha256) = (date.to_string(), last.map(|last| last.sha256));
            Ok(CaptureDay { day, state, slices, usable, versions, sha256 })
        };
        Ok(CommitmentCalendar {
            tenant: one.tenant.name().to_string(),
            tenant_name: one.tenant.metadata.title().to_owned(),
            contract: one.contract.name().to_string(),
            commitment: one.terms.name.to_string(),
            title: one.title.to_owned(),
            time_zone: one.zone.name().to_owned(),
            days: one.days.iter().map(day).collect::<Result<_, DaysError>>()?,
        })
    };
    let planned = plan_days(catalogue, month, tenant)?;
    Ok(planned.into_iter().map(calendar).collect::<Result<_, _>>()?)
}
