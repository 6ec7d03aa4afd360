//! What a job does, and where: the use cases that stand behind the prompt's commands.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sla_capture::{BucketError, DaysError, EvidencePlace, StoreError};
use sla_core::catalogue::Catalogue;
use sla_core::record::MonthDifference;
use sla_core::time::UnixSeconds;
use sla_ledger::{Actor, LedgerError};

use super::{JobError, JobProblem, JobRequest, JobResult, MonthOutcome};
use crate::close::{CloseRequest, Closed, Prepared, prepare};
use crate::daily::{CaptureDaysError, CaptureResult, DaysRequest, WhichDays, capture_days};
use crate::desk::{DeskError, catalogue_of};
use crate::error::CloseError;
use crate::progress::CloseProgress;
use crate::restate::{RestateError, restate};
use crate::sensitivity::{SensitivityError, SensitivityRequest, sensitivity};
use crate::standing::{StandingRequest, standing};
use crate::wording::Wording;

/// Gives secrets by their names.
pub type Secrets = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Where jobs find what they need, and where they put what they make.
pub struct Desk {
    /// Address of the ledger.
    pub ledger: String,
    /// The catalogue's folder, where a part of it lies in one.
    pub catalogue: Option<PathBuf>,
    /// The folder that files which it names are relative to; the catalogue's when not said.
    pub files: Option<PathBuf>,
    /// The folder for documents.
    pub out: PathBuf,
    /// Where evidence and captured days are kept.
    pub evidence: EvidencePlace,
    /// Wording and look of the documents; a job has what is there when it begins.
    pub wording: Arc<Wording>,
    /// Secrets by the name that the catalogue gives them.
    pub secrets: Secrets,
}

impl std::fmt::Debug for Desk {
    // The ledger's address holds a password.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { catalogue, files, out, evidence, .. } = self;
        formatter
            .debug_struct("Desk")
            .field("catalogue", catalogue)
            .field("files", files)
            .field("out", out)
            .field("evidence", evidence)
            .finish_non_exhaustive()
    }
}

/// What is left of a job when everything was done that can be called off.
pub(super) enum Ready {
    /// Nothing.
    Done(JobResult),
    /// Recording months and putting their documents in place.
    Record(Box<Prepared>, Vec<MonthDifference>),
}

/// Why a job failed: what is told of it, and what is only logged.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) problem: JobProblem,
    pub(super) cause: Option<String>,
}

impl Desk {
    /// The folder that files which the catalogue names are relative to.
    pub fn files(&self) -> &Path {
        self.files.as_deref().or(self.catalogue.as_deref()).unwrap_or(Path::new("."))
    }

    async fn read_catalogue(&self) -> Result<Catalogue, DeskError> {
        catalogue_of(self.catalogue.as_deref(), Some(&self.ledger)).await
    }

    /// Does everything that can be called off.
    pub(super) async fn prepare(
        &self,
        request: &JobRequest,
        actor: Actor<'_>,
        now: UnixSeconds,
        progress: &Arc<dyn CloseProgress>,
    ) -> Result<Ready, Failed> {
        let month = match request {
            JobRequest::Sensitivity { month, zones, .. } => {
                let request = SensitivityRequest {
                    month: *month,
                    tenant: request.tenant(),
                    catalogue: self.catalogue.as_deref(),
                    files: self.files(),
                    zones,
                    ledger: Some(&self.ledger),
                    now,
                    secrets: &*self.secrets,
                };
                let readings = sensitivity(&request, progress).await?.iter().map(crate::Sensitivity::view).collect();
                return Ok(Ready::Done(JobResult { readings, ..JobResult::default() }));
            }
            JobRequest::Standing { at, .. } => {
                let request = StandingRequest {
                    at: at.map_or(now, |at| at.0),
                    tenant: request.tenant(),
                    catalogue: &self.read_catalogue().await?,
                    files: self.files(),
                    secrets: &*self.secrets,
                };
                let standing = Some(standing(&request, progress).await?);
                return Ok(Ready::Done(JobResult { standing, ..JobResult::default() }));
            }
            JobRequest::Capture { month, .. } => {
                let request = DaysRequest {
                    catalogue: &self.read_catalogue().await?,
                    files: self.files(),
                    evidence: &self.evidence,
                    tenant: request.tenant(),
                    which: WhichDays::Month(*month),
                    now,
                    secrets: &*self.secrets,
                };
                let capture = Some(CaptureResult::of(&capture_days(&request, progress).await?));
                return Ok(Ready::Done(JobResult { capture, ..JobResult::default() }));
            }
            JobRequest::Close { month, .. } | JobRequest::Restate { month, .. } => *month,
        };
        let catalogue = self.read_catalogue().await?;
        let close = CloseRequest {
            month,
            tenants: &request.tenants(),
            partly: matches!(request, JobRequest::Close { partly: true, .. }),
            catalogue: &catalogue,
            catalogue_folder: self.files(),
            ledger: &self.ledger,
            out: &self.out,
            evidence: &self.evidence,
            now,
            actor,
            accepted: &request.accepted()?,
            templates: &self.wording.current(),
            secrets: &*self.secrets,
        };
        let (prepared, differences) = match request {
            JobRequest::Restate { tenant, .. } => restate(&close, tenant.as_str(), progress).await?,
            _ => (prepare(&close, progress).await?, Vec::new()),
        };
        Ok(Ready::Record(Box::new(prepared), differences))
    }
}

impl Ready {
    /// Records what is to be recorded. Not to be dropped on the way.
    pub(super) async fn finish(self, progress: &Arc<dyn CloseProgress>) -> Result<JobResult, Failed> {
        match self {
            Self::Done(result) => Ok(result),
            Self::Record(prepared, differences) => {
                let Closed { months, failures, .. } = prepared.commit(progress).await?;
                let months = months.into_iter().map(|month| MonthOutcome {
                    tenant: month.record.tenant,
                    contract: month.record.contract.id,
                    revision: month.record.revision,
                    unchanged: month.unchanged,
                    verdict: month.record.verdict,
                    credit_total: month.record.credit_total,
                });
                Ok(JobResult { months: months.collect(), failures, differences, ..JobResult::default() })
            }
        }
    }
}

impl Failed {
    fn told(code: &str, detail: String) -> Self {
        Self { problem: JobProblem { code: code.to_owned(), detail }, cause: None }
    }

    /// What went wrong inside is logged and not told: it may name files and servers of the operator.
    pub(super) fn inside(code: &str, cause: String) -> Self {
        let detail = match code {
            "file.disk_full" | "ledger.disk_full" => "the disk is full; nothing was recorded. Free space and ask again",
            "file.unpublished" => {
                "the month is recorded, but not all of its documents are in place; closing it again puts them there"
            }
            "captures.disk" | "captures.unreadable" => {
                "the folder of captured days cannot be read or written; days that are there stay as they are. The log tells \
                 more under the id of this job"
            }
            "ledger.unreachable" | "ledger.busy" | "ledger.sign_in" => {
                "the ledger does not answer at the moment; nothing was recorded. Ask again"
            }
            _ => "something went wrong inside; nothing was recorded. The log tells more under the id of this job",
        };
        Self { cause: Some(cause), ..Self::told(code, detail.to_owned()) }
    }
}

impl From<LedgerError> for Failed {
    fn from(error: LedgerError) -> Self {
        let (code, message) = (error.code(), error.to_string());
        match error {
            LedgerError::Access(_)
            | LedgerError::Conflict { .. }
            | LedgerError::ContractChanged { .. }
            | LedgerError::Unknown { .. } => Self::told(code, message),
            _ => Self::inside(code, message),
        }
    }
}

impl From<CloseError> for Failed {
    fn from(error: CloseError) -> Self {
        let (code, message) = (error.code(), error.to_string());
        match error {
            CloseError::Ledger(error) => error.into(),
            CloseError::Evidence(StoreError::Bucket { cause, .. }) => cause.into(),
            CloseError::Plan(_)
            | CloseError::NotAccepted(_)
            | CloseError::Capture(_)
            | CloseError::Statement(_)
            | CloseError::Earlier(_) => Self::told(code, message),
            CloseError::Measure { .. }
            | CloseError::Evidence(_)
            | CloseError::Report { .. }
            | CloseError::File { .. }
            | CloseError::Unpublished { .. } => Self::inside(code, message),
        }
    }
}

/// No word of a bucket holds a secret or an address.
impl From<BucketError> for Failed {
    fn from(error: BucketError) -> Self {
        Self::told(error.code(), format!("{error}; nothing was recorded"))
    }
}

impl From<RestateError> for Failed {
    fn from(error: RestateError) -> Self {
        match error {
            RestateError::Close(error) => error.into(),
            error => Self::told(error.code(), error.to_string()),
        }
    }
}

impl From<DeskError> for Failed {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Ledger(error) => error.into(),
            error => Self::told(error.code(), error.to_string()),
        }
    }
}

impl From<SensitivityError> for Failed {
    fn from(error: SensitivityError) -> Self {
        match error {
            SensitivityError::Close(error) => error.into(),
            SensitivityError::Desk(error) => error.into(),
            error => Self::told(error.code(), error.to_string()),
        }
    }
}

impl From<CaptureDaysError> for Failed {
    fn from(error: CaptureDaysError) -> Self {
        let code = error.code();
        match error {
            // Its own words name the folder.
            CaptureDaysError::Days(DaysError::Busy { .. }) => {
                let detail = "another program captures days at this moment; wait until it has ended, then ask again";
                Self::told(code, detail.to_owned())
            }
            CaptureDaysError::Days(DaysError::Bucket { cause, .. })
            | CaptureDaysError::Evidence(StoreError::Bucket { cause, .. }) => {
                Self::told(cause.code(), cause.to_string())
            }
            CaptureDaysError::Days(_) | CaptureDaysError::Evidence(_) => Self::inside(code, error.to_string()),
            error => Self::told(code, error.to_string()),
        }
    }
}

impl From<JobError> for Failed {
    fn from(error: JobError) -> Self {
        Self::told(error.code(), error.to_string())
    }
}
