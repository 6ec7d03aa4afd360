//! What is answered when something is not done: a problem document as RFC 9457 has it, with a stable code.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use sla_app::{
    AccountError, BillingError, BucketError, CaptureDaysError, CloseError, DaysError, DeskError, DocumentsError,
    EffectError, GovernanceError, JobError, LedgerError, LetterError, PortfolioError, ReportError, ReviewError,
    StoreError, TemplateFindingView,
};
use sla_core::course::CourseError;
use sla_core::plan::PlanError;

/// The media type of a problem document.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// A problem document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(crate) struct Document {
    /// `urn:sla-desk:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// What the status means.
    title: String,
    /// The HTTP status.
    status: u16,
    /// A stable name of the reason for programs, such as `workflow.four_eyes`.
    code: String,
    /// What happened, what is expected and what to do, in English.
    detail: String,
    /// The same in German, where it tells what is wrong with a catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    german: Option<String>,
    /// `urn:sla-desk:request:` and the request's id, under which more is logged.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    /// Who changed what was looked at, where somebody was faster.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_by: Option<String>,
    /// When, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_at: Option<String>,
    /// What is wrong with templates, where that is why.
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<Vec<TemplateFindingView>>,
}

/// What is not done, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// What is sent.
    document: Box<Document>,
    /// What went wrong inside; logged, never sent.
    cause: Option<String>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        let document = Document {
            kind: format!("urn:sla-desk:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            code: code.to_owned(),
            detail: detail.into(),
            german: None,
            instance: None,
            changed_by: None,
            changed_at: None,
            findings: None,
        };
        Self { document: Box::new(document), cause: None }
    }

    /// Something that is not there, or that whoever asks may not see.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "request.not_found", format!("{what} is not there, or not yours to see"))
    }

    /// A request that cannot be understood.
    pub(crate) fn request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "request.malformed", detail)
    }

    pub(crate) fn inside(status: StatusCode, code: &str, cause: String) -> Self {
        let detail = match status {
            // Nothing is promised here that a program might take as leave to send the request once more.
            StatusCode::GATEWAY_TIMEOUT => {
                "the ledger went away while this was recorded, and nobody knows whether it was; look before you ask again"
            }
            StatusCode::SERVICE_UNAVAILABLE => "the ledger does not answer at the moment; try again in a few seconds",
            StatusCode::INSUFFICIENT_STORAGE => "the disk of the ledger is full; nothing was changed",
            _ => "something went wrong inside; nothing was changed. The log tells more under the id of this request",
        };
        Self { cause: Some(cause), ..Self::new(status, code, detail) }
    }

    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.document.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    pub(crate) fn code(&self) -> &str {
        &self.document.code
    }

    pub(crate) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    pub(crate) fn of_request(mut self, id: &str) -> Self {
        self.document.instance = Some(format!("urn:sla-desk:request:{id}"));
        self
    }

    /// Says who was faster, and when.
    pub(crate) fn changed(mut self, by: &str, at: &str) -> Self {
        (self.document.changed_by, self.document.changed_at) = (Some(by.to_owned()), Some(at.to_owned()));
        self
    }

    /// Says what is wrong with templates.
    pub(crate) fn with_findings(mut self, findings: Vec<TemplateFindingView>) -> Self {
        self.document.findings = Some(findings);
        self
    }

    /// The document alone, as it is sent.
    pub(crate) fn into_body(self) -> String {
        serde_json::to_string(&self.document).expect("a problem has only string keys")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut response = (status, [(header::CONTENT_TYPE, MEDIA_TYPE)], self.clone().into_body()).into_response();
        let headers = response.headers_mut();
        match status {
            StatusCode::SERVICE_UNAVAILABLE => headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5")),
            StatusCode::UNAUTHORIZED => headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
            _ => None,
        };
        // The guard takes it out again, tells the request's id and logs the cause.
        response.extensions_mut().insert(self);
        response
    }
}

/// The status of what the ledger refuses, by its code.
fn status(code: &str) -> StatusCode {
    match code {
        "ledger.unknown" | "access.other_tenant" => StatusCode::NOT_FOUND,
        "ledger.stale"
        | "ledger.conflict"
        | "ledger.catalogue_moved"
        | "ledger.contract_changed"
        | "access.last_admin"
        | "access.identity_taken"
        | "access.totp_set"
        | "access.no_totp" => StatusCode::CONFLICT,
        "access.forbidden"
        | "access.no_account"
        | "access.above_limit"
        | "access.not_all_tenants"
        | "workflow.four_eyes"
        | "workflow.not_theirs" => StatusCode::FORBIDDEN,
        "access.sign_in" | "access.openid" | "access.secret" => StatusCode::UNAUTHORIZED,
        "access.too_many" => StatusCode::TOO_MANY_REQUESTS,
        "access.provider" => StatusCode::SERVICE_UNAVAILABLE,
        "workflow.out_of_order"
        | "workflow.credits_open"
        | "workflow.above_total"
        | "workflow.undecided"
        | "workflow.letter_sent" => StatusCode::CONFLICT,
        "ledger.unreachable" | "ledger.busy" | "ledger.sign_in" => StatusCode::SERVICE_UNAVAILABLE,
        "ledger.outcome_unknown" => StatusCode::GATEWAY_TIMEOUT,
        "ledger.text" => StatusCode::UNPROCESSABLE_ENTITY,
        "ledger.disk_full" => StatusCode::INSUFFICIENT_STORAGE,
        code if code.starts_with("ledger.") => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// What is told of an error: all of it, unless it went wrong inside.
fn told(code: &str, message: String) -> Problem {
    match status(code) {
        StatusCode::NOT_FOUND => Problem::not_found("what was asked for"),
        status if status.is_server_error() => Problem::inside(status, code, message),
        status => Problem::new(status, code, message),
    }
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Self {
        told(error.code(), error.to_string())
    }
}

impl From<ReviewError> for Problem {
    fn from(error: ReviewError) -> Self {
        told(error.code(), error.to_string())
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::System { reason } => Self::inside(StatusCode::INTERNAL_SERVER_ERROR, "access.system", reason),
            AccountError::OpenId { ref reason } | AccountError::Provider { ref reason } => {
                let cause = Some(reason.clone());
                Self { cause, ..Self::new(status(error.code()), error.code(), error.to_string()) }
            }
            error => told(error.code(), error.to_string()),
        }
    }
}

impl From<DeskError> for Problem {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Ledger(error) => error.into(),
            DeskError::NoVersion { .. } => Self::not_found("the version"),
            DeskError::Catalogue(error) => {
                let mut problem = told(error.code(), error.to_string());
                problem.document.german = error.german();
                problem
            }
            error => told(error.code(), error.to_string()),
        }
    }
}

impl From<EffectError> for Problem {
    fn from(error: EffectError) -> Self {
        match error {
            EffectError::Desk(error) => error.into(),
            EffectError::Close(CloseError::Ledger(error)) => error.into(),
            EffectError::Close(error) => {
                Self::inside(StatusCode::INTERNAL_SERVER_ERROR, error.code(), error.to_string())
            }
            error @ EffectError::Kind { .. } => told(error.code(), error.to_string()),
        }
    }
}

impl From<JobError> for Problem {
    fn from(error: JobError) -> Self {
        match error {
            JobError::Ledger(error) => error.into(),
            JobError::Unknown { .. } => Self::not_found("the job"),
            JobError::Ended { .. } | JobError::Underway => {
                Self::new(StatusCode::CONFLICT, error.code(), error.to_string())
            }
            JobError::System { reason } => Self::inside(StatusCode::INTERNAL_SERVER_ERROR, "job.system", reason),
            error => told(error.code(), error.to_string()),
        }
    }
}

impl From<CaptureDaysError> for Problem {
    fn from(error: CaptureDaysError) -> Self {
        match error {
            CaptureDaysError::Plan(PlanError::UnknownTenant { .. }) => Self::not_found("the tenant"),
            CaptureDaysError::Days(DaysError::Bucket { cause, .. }) => cause.into(),
            CaptureDaysError::Evidence(error) => error.into(),
            CaptureDaysError::Days(_) => {
                Self::inside(StatusCode::INTERNAL_SERVER_ERROR, error.code(), error.to_string())
            }
            error => told(error.code(), error.to_string()),
        }
    }
}

/// No word of a bucket holds a secret or an address: it may be told to whoever asks for what lies there.
impl From<BucketError> for Problem {
    fn from(error: BucketError) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, error.code(), error.to_string())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Hash { .. } => Self::not_found("the evidence"),
            StoreError::Bucket { cause, .. } => cause.into(),
            error => Self::inside(StatusCode::INTERNAL_SERVER_ERROR, "evidence", error.to_string()),
        }
    }
}

impl From<BillingError> for Problem {
    fn from(error: BillingError) -> Self {
        match error {
            BillingError::Ledger(error) => error.into(),
            error @ BillingError::Report(_) => {
                Self::inside(StatusCode::INTERNAL_SERVER_ERROR, error.code(), error.to_string())
            }
            error => told(error.code(), error.to_string()),
        }
    }
}

impl From<DocumentsError> for Problem {
    fn from(error: DocumentsError) -> Self {
        match error {
            DocumentsError::Review(error) => error.into(),
            error => Self::inside(StatusCode::INTERNAL_SERVER_ERROR, error.code(), error.to_string()),
        }
    }
}

impl From<PortfolioError> for Problem {
    fn from(error: PortfolioError) -> Self {
        match error {
            PortfolioError::Ledger(error) => error.into(),
            PortfolioError::Report(error) => error.into(),
        }
    }
}

impl From<GovernanceError> for Problem {
    fn from(error: GovernanceError) -> Self {
        match error {
            GovernanceError::Ledger(error) => error.into(),
            GovernanceError::Report(error) => error.into(),
            error @ GovernanceError::File(_) => {
                Self::inside(StatusCode::INTERNAL_SERVER_ERROR, error.code(), error.to_string())
            }
        }
    }
}

impl From<LetterError> for Problem {
    fn from(error: LetterError) -> Self {
        match error {
            LetterError::Documents(error) => error.into(),
            error => told(error.code(), error.to_string()),
        }
    }
}

impl From<CourseError> for Problem {
    fn from(error: CourseError) -> Self {
        match error {
            CourseError::NoCommitment { .. } => Self::not_found("the commitment"),
            CourseError::NotNoted { .. } => Self::new(StatusCode::CONFLICT, "month.not_noted", error.to_string()),
        }
    }
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        Self::inside(StatusCode::INTERNAL_SERVER_ERROR, "report", error.to_string())
    }
}
