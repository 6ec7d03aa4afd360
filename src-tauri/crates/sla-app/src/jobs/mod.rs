//! Work that takes longer than a request may: closing and restating months, comparing readings, capturing days. Somebody asks, a program whose
//! turn is free carries it out ([`Runner`]), and everybody whom it concerns can see how far it is and call it off.

mod runner;
mod work;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sla_core::Tz;
use sla_core::access::Permission;
use sla_core::catalogue::{Code, Instant, Name, Zone};
use sla_core::evidence::hex;
use sla_core::job::{JobKind, JobState};
use sla_core::record::{CreditTotal, MonthDifference, Verdict};
use sla_core::time::{Month, UnixSeconds, month_at, utc_text};
use sla_ledger::{Actor, Job, JobStep, JobsRequest, Ledger, LedgerError, NewJob, SeriesStep};

use crate::accept::Accepted;
use crate::daily::CaptureResult;
use crate::planned::CloseFailure;
use crate::sensitivity::SensitivityView;
use crate::standing::Standing;

pub use runner::Runner;
pub use work::{Desk, Secrets};

/// Something unsound that is taken as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptedCode {
    /// The linter's code, such as `no-cap`.
    pub code: String,
    /// Why, as the report prints it.
    pub reason: String,
}

/// What a job is asked to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum JobRequest {
    /// Close a month: measure, judge, price, draw the documents and record it.
    Close {
        /// The month.
        month: Month,
        /// Only this tenant's; all tenants' when neither this nor `tenants` is said.
        #[serde(default)]
        tenant: Option<Name>,
        /// Only these tenants', at most 10 000.
        #[serde(default)]
        tenants: Vec<Name>,
        /// Go on without those whose month cannot be planned or whose evidence cannot be read, and name them. Otherwise the month
        /// of all who are asked for is closed, or nobody's.
        #[serde(default)]
        partly: bool,
        /// What is unsound in contracts and taken as it is.
        #[serde(default)]
        accept: Vec<AcceptedCode>,
    },
    /// Close a tenant's closed month again, and tell what it says otherwise. One that would say the same is refused.
    Restate {
        /// The month.
        month: Month,
        /// The tenant.
        tenant: Name,
        /// What is unsound in contracts and taken as it is.
        #[serde(default)]
        accept: Vec<AcceptedCode>,
    },
    /// State a month under every reading that its contracts leave open; nothing is recorded.
    Sensitivity {
        /// The month.
        month: Month,
        /// Only this tenant's; all tenants' when not said.
        #[serde(default)]
        tenant: Option<Name>,
        /// Time zones that are tried, beside those that contracts name.
        #[serde(default)]
        zones: Vec<Zone>,
    },
    /// Look how the running month stands: measured up to the last whole slice, judged, and recorded nowhere.
    Standing {
        /// Only this tenant's; all tenants' when not said.
        #[serde(default)]
        tenant: Option<Name>,
        /// How it stood at this instant, which has been; how it stands now when not said.
        #[serde(default)]
        at: Option<Instant>,
    },
    /// Capture the days of a month that are over and not there with every slice; those that are there stay. One at a time.
    Capture {
        /// The month, which has begun.
        month: Month,
        /// Only this tenant's; all tenants' when not said.
        #[serde(default)]
        tenant: Option<Name>,
    },
}

/// A month that a job closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MonthOutcome {
    /// The tenant.
    pub tenant: String,
    /// The contract.
    pub contract: String,
    /// The month's revision.
    pub revision: u32,
    /// Whether the ledger knew it already: the same month from the same evidence.
    pub unchanged: bool,
    /// Its verdict.
    pub verdict: Verdict,
    /// What is owed.
    pub credit_total: CreditTotal,
}

/// What a job came to.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct JobResult {
    /// The months that were closed.
    pub months: Vec<MonthOutcome>,
    /// Whom the close went on without, and why; their months are as they were.
    pub failures: Vec<CloseFailure>,
    /// What a restated month says otherwise than before.
    pub differences: Vec<MonthDifference>,
    /// The contracts that were read in every way.
    pub readings: Vec<SensitivityView>,
    /// How running months stand; null when nobody asked for that.
    pub standing: Option<Standing>,
    /// What became of the days that were captured; null when nobody asked for that.
    pub capture: Option<CaptureResult>,
}

/// Why a job failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct JobProblem {
    /// A stable name of the reason for programs.
    pub code: String,
    /// What happened, what is expected and what to do.
    pub detail: String,
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct JobProgress {
    /// The step that it is at: capture, measure, render, record or publish.
    pub step: String,
    /// How many of the step's parts are done.
    pub done: u64,
    /// How many there are.
    pub of: u64,
    /// The customer whose part of the step was done last; null before the first, and where a step is done for all at once.
    pub customer: Option<String>,
    /// Of how many customers the step is done.
    pub customers_done: u64,
    /// For how many there is something to do; none where a step is done for all at once.
    pub customers: u64,
    /// The series of measurements that are being read.
    pub series: Vec<SeriesProgress>,
}

/// How far a series of measurements is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SeriesProgress {
    /// The customer and the commitment that it is for, such as `nord/availability`, and the day where it is read day by day; a second
    /// reading has `(2)` behind it.
    pub name: String,
    /// How many of its parts are read.
    pub done: u64,
    /// How many there are.
    pub of: u64,
}

/// A job and where it is.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct JobView {
    /// Its id.
    pub id: String,
    /// What it does.
    pub kind: JobKind,
    /// The tenant whose months it is about; null when it is about all.
    pub tenant: Option<String>,
    /// The tenants that were named; none when it is about all.
    pub tenants: Vec<String>,
    /// The month.
    pub month: String,
    /// Where it is.
    pub state: JobState,
    /// Whether somebody called it off; one that records already goes on to its end.
    pub is_cancelled: bool,
    /// How far it is; null before it has begun.
    pub progress: Option<JobProgress>,
    /// Who asked for it.
    pub asked_by: String,
    /// When it was asked for, in UTC.
    pub asked_at: String,
    /// When it began, in UTC.
    pub begun_at: Option<String>,
    /// When it ended, in UTC.
    pub ended_at: Option<String>,
    /// What it came to; null unless it is done.
    #[schemars(with = "Option<JobResult>")]
    pub result: Option<Value>,
    /// Why it failed; null unless it did.
    pub problem: Option<JobProblem>,
}

/// Why a job was not taken.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The ledger refuses it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A code that cannot be taken.
    #[error("accept names {found:?}; expected one of: {expected}")]
    Code {
        /// What was said.
        found: String,
        /// What there is.
        expected: String,
    },
    /// A code without a reason.
    #[error("accept names {code} without a reason; say why, because the report prints it")]
    NoReason {
        /// The code.
        code: String,
    },
    /// An instant that has not been.
    #[error("nobody knows how the month stands at {at}, and now it is {now}; expected an instant that has been")]
    NotYet {
        /// The instant.
        at: String,
        /// The clock.
        now: String,
    },
    /// A month that has not begun.
    #[error("{month} has not begun anywhere, and now it is {now}; expected a month that has days to capture")]
    MonthAhead {
        /// The month.
        month: Month,
        /// The clock.
        now: String,
    },
    /// Somebody else had the same idea.
    #[error("days are captured at this moment already; wait until that has ended, or call it off")]
    Underway,
    /// There is no such job.
    #[error("there is no job {id}")]
    Unknown {
        /// The id.
        id: String,
    },
    /// It has ended.
    #[error("the job is {} already", .state.name())]
    Ended {
        /// Where it is.
        state: JobState,
    },
    /// The system gives no random numbers.
    #[error("the system cannot make an id: {reason}")]
    System {
        /// What it says.
        reason: String,
    },
}

impl JobError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ledger(error) => error.code(),
            Self::Code { .. } => "job.accept",
            Self::NoReason { .. } => "job.no_reason",
            Self::NotYet { .. } => "job.not_yet",
            Self::MonthAhead { .. } => "job.month_ahead",
            Self::Underway => "job.underway",
            Self::Unknown { .. } => "job.unknown",
            Self::Ended { .. } => "job.ended",
            Self::System { .. } => "job.system",
        }
    }
}

impl JobRequest {
    /// What it does.
    pub fn kind(&self) -> JobKind {
        match self {
            Self::Close { .. } => JobKind::Close,
            Self::Restate { .. } => JobKind::Restate,
            Self::Sensitivity { .. } => JobKind::Sensitivity,
            Self::Standing { .. } => JobKind::Standing,
            Self::Capture { .. } => JobKind::Capture,
        }
    }

    /// The month; of one that runs, the one that the clock shows in UTC.
    fn month(&self, now: UnixSeconds) -> Month {
        match self {
            Self::Close { month, .. }
            | Self::Restate { month, .. }
            | Self::Sensitivity { month, .. }
            | Self::Capture { month, .. } => *month,
            Self::Standing { at, .. } => month_at(at.map_or(now, |at| at.0), Tz::UTC),
        }
    }

    /// The tenant; `None` for all.
    pub fn tenant(&self) -> Option<&str> {
        match self {
            Self::Close { tenant: None, tenants, .. } => match tenants.as_slice() {
                [one] => Some(one.as_str()),
                _ => None,
            },
            Self::Close { tenant, .. }
            | Self::Sensitivity { tenant, .. }
            | Self::Standing { tenant, .. }
            | Self::Capture { tenant, .. } => tenant.as_ref().map(Name::as_str),
            Self::Restate { tenant, .. } => Some(tenant.as_str()),
        }
    }

    /// The tenants that are named; none for all.
    fn tenants(&self) -> Vec<String> {
        let more = if let Self::Close { tenants, .. } = self { tenants.as_slice() } else { &[] };
        let mut all: Vec<String> = more.iter().map(ToString::to_string).collect();
        all.extend(self.tenant().map(str::to_owned));
        all.sort();
        all.dedup();
        all
    }

    fn accepted(&self) -> Result<Vec<Accepted>, JobError> {
        let (Self::Close { accept, .. } | Self::Restate { accept, .. }) = self else { return Ok(Vec::new()) };
        accept.iter().map(AcceptedCode::read).collect()
    }
}

impl AcceptedCode {
    fn read(&self) -> Result<Accepted, JobError> {
        let code = Code::UNSOUND.into_iter().find(|code| code.name() == self.code);
        let expected = || Code::UNSOUND.map(Code::name).join(", ");
        let code = code.ok_or_else(|| JobError::Code { found: self.code.clone(), expected: expected() })?;
        match self.reason.trim() {
            "" => Err(JobError::NoReason { code: self.code.clone() }),
            reason => Ok(Accepted { code, reason: reason.to_owned() }),
        }
    }
}

/// What somebody must be allowed to do who asks for such a job, looks at it or calls it off.
pub fn permission_of(kind: JobKind) -> Permission {
    match kind {
        JobKind::Close | JobKind::Restate | JobKind::Capture => Permission::MonthsClose,
        JobKind::Sensitivity | JobKind::Standing => Permission::MonthsCompare,
    }
}

/// Asks for a job. Whether they may is the caller's to ask; the ledger asks it again of whoever closes a month.
///
/// # Errors
/// [`JobError`]; nothing was asked for then.
pub async fn ask_job(
    ledger: &Ledger,
    request: &JobRequest,
    actor: Actor<'_>,
    now: UnixSeconds,
) -> Result<JobView, JobError> {
    request.accepted()?;
    if let JobRequest::Standing { at: Some(at), .. } = request
        && at.0 > now
    {
        return Err(JobError::NotYet { at: at.to_string(), now: utc_text(now) });
    }
    if let JobRequest::Capture { month, .. } = request {
        // The zone that is furthest ahead shows the latest month.
        if month.since(month_at(now, Tz::Etc__GMTMinus14)) > 0 {
            return Err(JobError::MonthAhead { month: *month, now: utc_text(now) });
        }
        if is_underway(ledger, JobKind::Capture).await? {
            return Err(JobError::Underway);
        }
    }
    let id = new_id()?;
    let text = serde_json::to_string(request).expect("a request has only string keys");
    let (kind, month, tenant) = (request.kind(), request.month(now), request.tenant());
    let Actor { name: account, origin } = actor;
    ledger.add_job(&NewJob { id: &id, kind, tenant, month, account, origin, request: &text, now }).await?;
    job(ledger, &id).await
}

/// Whether such a job waits or is carried out. Two that are asked for at the same instant are told apart by the lock on the days.
async fn is_underway(ledger: &Ledger, kind: JobKind) -> Result<bool, LedgerError> {
    for state in [JobState::Waiting, JobState::Running] {
        let request = JobsRequest { kinds: vec![kind], state: Some(state), before: None, limit: 1 };
        if !ledger.jobs(&request).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// An id that nobody has used.
fn new_id() -> Result<String, JobError> {
    let mut bytes = [0; 12];
    getrandom::fill(&mut bytes).map_err(|error| JobError::System { reason: error.to_string() })?;
    Ok(hex(&bytes))
}

/// A job and where it is.
///
/// # Errors
/// [`JobError::Unknown`] when there is none.
pub async fn job(ledger: &Ledger, id: &str) -> Result<JobView, JobError> {
    let job = ledger.job(id).await?.ok_or_else(|| JobError::Unknown { id: id.to_owned() })?;
    Ok(JobView::of(job))
}

/// Jobs, the one that was asked for last first; each with its place in the list.
///
/// # Errors
/// [`LedgerError`] when the ledger cannot be read.
pub async fn jobs(
    ledger: &Ledger,
    request: &JobsRequest,
) -> Result<Vec<(JobView, (UnixSeconds, String))>, LedgerError> {
    let placed = |job: Job| {
        let place = (job.asked_at, job.id.clone());
        (JobView::of(job), place)
    };
    Ok(ledger.jobs(request).await?.into_iter().map(placed).collect())
}

/// Calls a job off. One that records its month already goes on to its end.
///
/// # Errors
/// [`JobError::Unknown`], [`JobError::Ended`].
pub async fn cancel_job(ledger: &Ledger, id: &str, now: UnixSeconds) -> Result<JobView, JobError> {
    job(ledger, id).await?;
    let was_open = ledger.cancel_job(id, now).await?;
    let view = job(ledger, id).await?;
    if was_open { Ok(view) } else { Err(JobError::Ended { state: view.state }) }
}

impl JobProgress {
    fn of(step: JobStep) -> Self {
        let JobStep { name: step, done, of, customer, customers_done, customers, series } = step;
        let series = series.into_iter().map(|SeriesStep { name, done, of }| SeriesProgress { name, done, of });
        Self { step, done, of, customer, customers_done, customers, series: series.collect() }
    }
}

impl JobView {
    fn of(job: Job) -> Self {
        let progress = job.step.map(JobProgress::of);
        let outcome = |state| job.outcome.as_deref().filter(|_| job.state == state);
        let request: Option<JobRequest> = serde_json::from_str(&job.request).ok();
        Self {
            progress,
            tenants: request.map(|request| request.tenants()).unwrap_or_default(),
            result: outcome(JobState::Done).and_then(|text| serde_json::from_str(text).ok()),
            problem: outcome(JobState::Failed).and_then(|text| serde_json::from_str(text).ok()),
            id: job.id,
            kind: job.kind,
            tenant: job.tenant,
            month: job.month,
            state: job.state,
            is_cancelled: job.is_cancelled,
            asked_by: job.account,
            asked_at: utc_text(job.asked_at),
            begun_at: job.begun_at.map(utc_text),
            ended_at: job.ended_at.map(utc_text),
        }
    }
}
