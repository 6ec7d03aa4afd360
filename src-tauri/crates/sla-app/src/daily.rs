//! Evidence day by day, before its source forgets it.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use schemars::JsonSchema;
use serde::Serialize;
use sla_capture::{
    Added, CaptureLock, CapturedDays, DayVersion, DaysError, EvidencePlace, EvidenceStore, Slices, StoreError, encode,
    usable,
};
use sla_core::catalogue::Catalogue;
use sla_core::plan::{Ask, PlanError, SETTLED_SECONDS, months_until, plan_days};
use sla_core::time::{Month, Period, UnixSeconds, local};

use crate::abreast::Abreast;
use crate::capture::{AT_ONCE, Part, Secrets, Sources, one};
use crate::error::CaptureReason;
use crate::progress::{CloseProgress, Step, Waiting};

/// How many days back a daily capture looks for one that is missing: about as long as servers keep samples by default.
const DAYS_BACK: u64 = 14;
/// Of how many questions the days are read at once.
const QUESTIONS_AT_ONCE: usize = 8;
/// How long nobody may have captured anything before it counts as never having begun.
const PAUSE_SECONDS: i64 = 92 * 86_400;

/// Which days are captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhichDays {
    /// Those of a range, first and last one included, again where they are there.
    Range(NaiveDate, NaiveDate),
    /// What is missing or partial of the last two weeks. Where no day is there yet, the source need not know of those before yesterday.
    Daily,
    /// Those of a month that are over and not there with every slice. What is there is replaced only by what knows more.
    Month(Month),
}

/// What to capture, and where to.
pub struct DaysRequest<'a> {
    /// The catalogue.
    pub catalogue: &'a Catalogue,
    /// The folder that files which it names are relative to.
    pub files: &'a Path,
    /// Where evidence and days are kept.
    pub evidence: &'a EvidencePlace,
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

/// What became of all days that were asked for.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct CaptureResult {
    /// How many days were not there before.
    pub captured: usize,
    /// Of how many the source says otherwise than before.
    pub changed: usize,
    /// Of how many it says nothing new.
    pub unchanged: usize,
    /// What gave no evidence, by source and reason.
    pub failures: Vec<CaptureTrouble>,
}

/// Days of which a source gave no evidence for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CaptureTrouble {
    /// The source.
    pub data_source: String,
    /// A stable name of the reason for programs.
    pub code: String,
    /// What happened, what is expected and what to do; where the words differ from day to day, those of the first.
    pub detail: String,
    /// The commitments that wanted it, as `tenant/contract/commitment`; the first of each request.
    pub wanted_by: Vec<String>,
    /// How many requests came to nothing; one is for a day.
    pub requests: usize,
    /// The first of the days.
    pub first_day: String,
    /// The last of them.
    pub last_day: String,
}

/// So many commitments are named for a reason.
const MOST_NAMED: usize = 20;

impl CaptureResult {
    /// The days added up.
    pub fn of(days: &[DayCaptured]) -> Self {
        let count = |outcome: DayOutcome| days.iter().filter(|day| day.outcome == outcome).count();
        let mut failures: BTreeMap<(&str, &str), CaptureTrouble> = BTreeMap::new();
        for day in days {
            let Some(problem) = &day.problem else { continue };
            let trouble =
                failures.entry((day.data_source.as_str(), problem.code.as_str())).or_insert_with(|| CaptureTrouble {
                    data_source: day.data_source.clone(),
                    code: problem.code.clone(),
                    detail: problem.detail.clone(),
                    wanted_by: Vec::new(),
                    requests: 0,
                    first_day: day.day.clone(),
                    last_day: day.day.clone(),
                });
            trouble.requests += 1;
            if day.day < trouble.first_day {
                trouble.first_day.clone_from(&day.day);
            }
            if day.day > trouble.last_day {
                trouble.last_day.clone_from(&day.day);
            }
            if trouble.wanted_by.len() < MOST_NAMED && !trouble.wanted_by.contains(&day.wanted_by) {
                trouble.wanted_by.push(day.wanted_by.clone());
            }
        }
        Self {
            captured: count(DayOutcome::Captured),
            changed: count(DayOutcome::Changed),
            unchanged: count(DayOutcome::Unchanged),
            failures: failures.into_values().collect(),
        }
    }
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
    /// Nothing of a month can be captured yet, or at all.
    #[error(
        "no day of {month} is over for half an hour, or no contract in force then is measured at a server; nothing was captured"
    )]
    NothingOf {
        /// The month.
        month: Month,
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
            Self::Nothing { .. } | Self::NothingOf { .. } => "captures.nothing",
        }
    }
}

/// Who needs a day: commitments, and the customers whose they are.
struct Wanted {
    by: BTreeSet<String>,
    tenants: BTreeSet<String>,
    day: NaiveDate,
    /// Whether no commitment that wants it has an earlier day that is there, and a later one is due as well.
    is_before_all: bool,
}

impl Wanted {
    /// What is read for it, for people.
    fn name(&self) -> String {
        format!("{} {}", self.by.first().map_or("", String::as_str), self.day)
    }
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
    request.evidence.answers()?;
    let (days, store) = (request.evidence.days(), request.evidence.evidence()?);
    let lock = days.lock()?;
    let asks = wanted(request, &days)?;
    let mut sources = Sources::new(request.catalogue, request.files, request.secrets);
    let requests = asks.len() as u64;
    let shared = Part::shared(1, requests, progress);
    let customers: Vec<BTreeSet<String>> = asks.values().map(|wanted| wanted.tenants.clone()).collect();
    let mut waiting = Waiting::on(customers.iter().flatten().map(String::as_str));
    let mut work = Abreast::new(AT_ONCE);
    let mut outcomes = Vec::with_capacity(asks.len());
    for (index, (ask, wanted)) in asks.into_iter().enumerate() {
        let mine = shared.another(&wanted.name());
        let source = match sources.open(&ask) {
            Ok(source) => source,
            Err(reason) => {
                outcomes.push(failed(&ask, &wanted, &reason));
                mine.done();
                customers[index].iter().for_each(|customer| waiting.one_less(customer, &**progress));
                continue;
            }
        };
        work.add(async move {
            mine.begins();
            let captured = one(source.as_ref(), &ask, ask.period, &mine).await;
            mine.done();
            (index, ask, wanted, captured)
        });
    }
    while let Some((index, ask, wanted, captured)) = work.next().await {
        outcomes.push(match captured {
            Ok(slices) if !knows_enough(request.which, &days, &ask, &slices)? => as_before(&days, &ask, &wanted)?,
            Ok(slices) => keep(&days, &store, &lock, &ask, &wanted, &slices)?,
            // Before the first day that is there, a source need not have been there either.
            Err(reason) if wanted.is_before_all && reason.said_nothing() => {
                customers[index].iter().for_each(|customer| waiting.one_less(customer, &**progress));
                continue;
            }
            Err(reason) => failed(&ask, &wanted, &CaptureReason::Source(reason)),
        });
        customers[index].iter().for_each(|customer| waiting.one_less(customer, &**progress));
    }
    outcomes.sort_by(|a, b| (&a.wanted_by, &a.day).cmp(&(&b.wanted_by, &b.day)));
    progress.step(Step::Capture, requests.max(1), requests.max(1));
    Ok(outcomes)
}

/// Whether a source that was asked again for a day knows enough of it to go before what is there: a server that forgets a day bit
/// by bit must not take away what was captured in time. Whoever names the days wants what the source says now, as long as it is no
/// less; everybody else wants more.
fn knows_enough(which: WhichDays, days: &CapturedDays, ask: &Ask, slices: &Slices) -> Result<bool, DaysError> {
    let Some(last) = last_version(days, ask)? else { return Ok(true) };
    Ok(match which {
        WhichDays::Range(..) => usable(slices) >= last.usable,
        WhichDays::Daily | WhichDays::Month(_) => usable(slices) > last.usable,
    })
}

fn as_before(days: &CapturedDays, ask: &Ask, wanted: &Wanted) -> Result<DayCaptured, DaysError> {
    let last = last_version(days, ask)?;
    let (usable, sha256) = (last.as_ref().map(|last| last.usable), last.map(|last| last.sha256));
    Ok(DayCaptured { outcome: DayOutcome::Unchanged, sha256, usable, ..untold(ask, wanted) })
}

pub(crate) fn last_version(days: &CapturedDays, ask: &Ask) -> Result<Option<DayVersion>, DaysError> {
    Ok(days.day(&ask.key(), ask.period)?.and_then(|mut day| day.versions.pop()))
}

/// The days of questions that are there, read once: a bucket answers each question late, and a folder many at a time as well.
pub(crate) struct KnownDays(HashMap<(String, Period), Vec<DayVersion>>);

impl KnownDays {
    /// Those from `since` on, Unix seconds, or from the first of the questions where that is earlier.
    pub(crate) fn of<'a>(
        days: &CapturedDays,
        since: UnixSeconds,
        asks: impl Iterator<Item = &'a Ask>,
    ) -> Result<Self, DaysError> {
        let mut stretches: BTreeMap<String, Period> = BTreeMap::new();
        for ask in asks {
            let stretch = stretches.entry(ask.key()).or_insert(ask.period);
            stretch.start = stretch.start.min(ask.period.start).min(since);
            stretch.end = stretch.end.max(ask.period.end);
        }
        let mut known = HashMap::new();
        let stretches: Vec<(String, Period)> = stretches.into_iter().collect();
        for some in stretches.chunks(QUESTIONS_AT_ONCE) {
            let read = std::thread::scope(|scope| {
                let readers: Vec<_> =
                    some.iter().map(|(key, stretch)| scope.spawn(|| days.of(key, *stretch))).collect();
                readers
                    .into_iter()
                    .map(|reader| reader.join().expect("reading days does not panic"))
                    .collect::<Vec<_>>()
            });
            for ((key, _), found) in some.iter().zip(read) {
                for day in found? {
                    known.insert((key.clone(), Period { start: day.from, end: day.to }), day.versions);
                }
            }
        }
        Ok(Self(known))
    }

    /// When the first day of a question begins that is there, Unix seconds.
    fn first(&self, ask: &Ask) -> Option<UnixSeconds> {
        let key = ask.key();
        self.0.keys().filter(|(known, _)| *known == key).map(|(_, period)| period.start).min()
    }

    /// What was captured of a day, the first version first; nothing where it was not captured.
    pub(crate) fn versions(&self, ask: &Ask) -> &[DayVersion] {
        self.0.get(&(ask.key(), ask.period)).map_or(&[], Vec::as_slice)
    }
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

pub(crate) fn count(ask: &Ask) -> i64 {
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
        WhichDays::Month(month) => (month.first_day(), month.next_first_day()),
    };
    let months: Vec<Month> = match which {
        WhichDays::Month(month) => vec![month],
        WhichDays::Range(..) | WhichDays::Daily => months_until(now, from).collect(),
    };
    let mut asks: BTreeMap<Ask, Wanted> = BTreeMap::new();
    let mut is_due = false;
    for month in months {
        for one in plan_days(catalogue, month, tenant)? {
            let by = format!("{}/{}/{}", one.tenant.name(), one.contract.name(), one.terms.name);
            let within = |(date, ask): &&(NaiveDate, Ask)| (from..=to).contains(date) && is_settled(ask, now);
            let mut due: Vec<&(NaiveDate, Ask)> = one.days.iter().filter(within).collect();
            is_due |= !due.is_empty();
            // As far back as a pause may have been before the first of them, so that its end is known for one.
            let first = due.iter().map(|(_, ask)| ask.period.start).min().map_or(0, |start| start - PAUSE_SECONDS);
            let known = KnownDays::of(days, first, due.iter().map(|(_, ask)| ask))?;
            if !matches!(which, WhichDays::Range(..)) {
                due.retain(|(_, ask)| known.versions(ask).last().is_none_or(|last| last.usable < count(ask)));
            }
            for (date, ask) in due {
                let is_before_all = which == WhichDays::Daily
                    && !is_yesterday(ask, now)
                    && known.first(ask).is_none_or(|first| ask.period.start < first);
                let nobody = || Wanted { by: BTreeSet::new(), tenants: BTreeSet::new(), day: *date, is_before_all };
                let wanted = asks.entry(ask.clone()).or_insert_with(nobody);
                wanted.by.insert(by.clone());
                wanted.tenants.insert(one.tenant.name().to_string());
                wanted.is_before_all &= is_before_all;
            }
        }
    }
    match which {
        WhichDays::Range(..) if !is_due => Err(CaptureDaysError::Nothing { from, to }),
        WhichDays::Month(month) if !is_due => Err(CaptureDaysError::NothingOf { month }),
        _ => Ok(asks),
    }
}

/// Whether a day is the last one that is over.
fn is_yesterday(ask: &Ask, now: UnixSeconds) -> bool {
    ask.period.end + ask.period.seconds() + SETTLED_SECONDS > now
}

pub(crate) fn is_settled(ask: &Ask, now: UnixSeconds) -> bool {
    ask.period.end + SETTLED_SECONDS <= now
}
