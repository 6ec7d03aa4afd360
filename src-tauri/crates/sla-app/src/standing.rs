//! How the running month stands: planned, captured and measured up to the last whole slice, judged, and recorded nowhere.

use std::path::Path;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sla_capture::EvidenceStore;
use sla_core::catalogue::Catalogue;
use sla_core::job::JobKind;
use sla_core::measurement::Measurement;
use sla_core::plan::{RunningMonth, plan_running};
use sla_core::standing::{MonthStanding, standing as stands};
use sla_core::time::{UnixSeconds, utc_text};
use sla_ledger::{Ledger, LedgerError};

use crate::capture::{Stores, capture_what_answers};
use crate::error::CloseError;
use crate::measure::measured;
use crate::planned::{CloseFailure, unread};
use crate::progress::CloseProgress;

/// Whose running month is looked at, and when.
pub struct StandingRequest<'a> {
    /// The instant up to which it is measured, Unix seconds; the clock, or one before it.
    pub at: UnixSeconds,
    /// Id of one tenant; all when not said.
    pub tenant: Option<&'a str>,
    /// The catalogue.
    pub catalogue: &'a Catalogue,
    /// The folder that files which it names are relative to.
    pub files: &'a Path,
    /// Secrets by the name that the catalogue gives them.
    pub secrets: &'a (dyn Fn(&str) -> Option<String> + Send + Sync),
}

/// How running months stood at an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Standing {
    /// The instant, in UTC.
    pub at: String,
    /// The months, by tenant and contract.
    pub months: Vec<MonthStanding>,
    /// Whose month could not be measured, by tenant, and why.
    pub failures: Vec<CloseFailure>,
}

/// Looks how the running month stands. Nothing is kept: what is measured of a month that runs is evidence of nothing yet.
///
/// # Errors
/// [`CloseError`].
pub async fn standing(
    request: &StandingRequest<'_>,
    progress: &Arc<dyn CloseProgress>,
) -> Result<Standing, CloseError> {
    let StandingRequest { at, tenant, catalogue, files, secrets } = *request;
    let mut running = plan_running(catalogue, tenant, at)?;
    let folder = tempfile::tempdir().map_err(CloseError::file("made", Path::new("a temporary folder")))?;
    let store = EvidenceStore::new(folder.path());
    let stores = Stores { kept: &store, days: None };
    let asked = running.iter().map(|one| &one.so_far);
    let (evidence, failed) = capture_what_answers(catalogue, files, secrets, asked, stores, progress).await?;
    let failures = unread(running.iter().map(|one| &one.so_far), &failed);
    running.retain(|one| !failures.iter().any(|failure| failure.tenant == one.so_far.tenant.name().as_str()));
    if running.is_empty() {
        return Err(CloseError::Capture(failed.into_iter().map(|(_, failure)| failure).collect()));
    }
    let measured = measured(running.iter().map(|one| &one.so_far), &evidence, &store, progress).await?;
    let mut measurements = measured.into_iter().map(|one| one.measurement);
    let month = |one: &RunningMonth<'_>| {
        let own: Vec<Measurement> = measurements.by_ref().take(one.so_far.commitments.len()).collect();
        stands(one, &own)
    };
    Ok(Standing { at: utc_text(at), months: running.iter().map(month).collect(), failures })
}

/// How running months stood when somebody last had a look at them, of one tenant or of all; `None` when nobody had.
///
/// # Errors
/// [`LedgerError`] when the ledger cannot be read.
pub async fn last_standing(ledger: &Ledger, tenant: Option<&str>) -> Result<Option<Standing>, LedgerError> {
    let job = ledger.last_done(JobKind::Standing, tenant).await?;
    let result: Option<Outcome> = job.and_then(|job| serde_json::from_str(job.outcome.as_deref()?).ok());
    Ok(result.and_then(|outcome| outcome.standing))
}

/// What of a job's result is read again.
#[derive(Deserialize)]
struct Outcome {
    standing: Option<Standing>,
}
