//! The use cases that tie the rooms together. Closing a month walks `plan → capture → measure → assess → price → render →
//! record → publish`, one value handed on.
//!
//! Documents are rendered before the ledger records the month, into a folder of their own beside their place: a full
//! disk or a broken template leaves the ledger as it was. Recording is one transaction; publishing after it is renames.
//!
//! A closed month is then reviewed by several people (`review`), who sign in to accounts (`accounts`, `openid`); its documents are drawn
//! again as it was decided (`documents`) with the letter that somebody wrote (`letters`), and what it means for the invoice is told and exported (`billing`). A month is
//! restated when what it rests on changes (`restate`). The catalogue lies in a folder, in the ledger, or in both (`desk`).
//! A month is sealed and looked at again by anybody (`bundle`). Wording and look that somebody edits are
//! checked and previewed (`templates`), and changed where all that draws has them from (`wording`). What takes longer than a request may is a job (`jobs`).
//!
//! Invariants:
//! - Nothing is recorded unless every tenant of the close was captured, measured, judged and rendered.
//! - Until [`Prepared::commit`] nothing is recorded and nothing is put in place: the ledger may have been made or brought
//!   up to this version, and the folder for documents made; all else happens in a staging folder inside it, which goes when
//!   what is under way is dropped, or with the next close when the program was killed.
//! - Where the documents go is looked at before the month is recorded. After that nothing can fail but the disk, and
//!   closing again puts that right.
//! - No clock is read: the time is an argument.

mod abreast;
mod accept;
mod accounts;
mod again;
mod billing;
mod bundle;
mod capture;
mod captured;
mod catalogue;
mod close;
mod daily;
mod demo;
mod desk;
mod documents;
mod effect;
mod error;
mod evidence;
mod findings;
mod governance;
mod history;
mod jobs;
mod keychain;
mod letters;
mod measure;
mod occasions;
mod openid;
mod outfile;
mod planned;
mod portfolio;
mod progress;
mod publish;
mod render;
mod restate;
mod review;
mod secrets;
mod sensitivity;
mod source_test;
mod staging;
mod standing;
mod templates;
mod terms;
mod verify;
mod wording;
mod words;

pub use accept::Accepted;
pub use accounts::{
    AccountChange, AccountError, AccountView, Caller, Credentials, NewToken, OfferedTotp, OpenIdChange, Proof, Secret,
    TokenView, TotpChange, account, accounts, add_token, caller, change_password, confirm_totp, put_account,
    remove_totp, revoke_token, set_up_totp, sign_in, sign_out, tokens,
};
pub use billing::{
    BillingError, BillingRequest, ExportRequest, Exported, LaidStatement, billing, draw_statement, export_billing,
    lay_statement, statement,
};
pub use bundle::{
    BundleCheck, BundleError, CheckName, CheckOutcome, KeyFileError, MonthSealError, SealRequest, Sealed, SealedMonth,
    Verification, compared, lay_bundle, new_key, open_key, public_key, read_bundle, read_sealed_record, seal_month,
    verify_bundle,
};
pub use captured::{CaptureDay, CaptureVersion, CommitmentCalendar, DayState, capture_calendar, captured_evidence};
pub use catalogue::{CatalogueError, read_catalogue};
pub use close::{CloseRequest, Closed, ClosedMonth, Prepared, prepare};
pub use daily::{
    CaptureDaysError, CaptureResult, CaptureTrouble, DayCaptured, DayOutcome, DaysRequest, WhichDays, capture_days,
};
pub use demo::{DEMO_NOW, DEMO_PASSWORD, DEMO_PEOPLE, Demo, DemoError, DemoPerson};
pub use desk::{
    CatalogueRow, Checked, DecideRequest, DecisionView, DeskError, DocumentHead, DocumentView, DraftName, Entered,
    ExclusionRequest, Origin, PutRequest, RequestView, WholeDocument, Window, catalogue_in, catalogue_of, check_draft,
    decide, difference, document, documents, export, history, import, outages, put, put_server, request_exclusion,
    requests, retire, whole_catalogue, whole_document,
};
pub use documents::{DocumentsError, DocumentsRequest, Drawn, Laid, draw_documents, lay_documents, record_of};
pub use effect::{EffectError, EffectRequest, Effects, MOST_EFFECT_MONTHS, MonthEffect, effects};
pub use error::{CaptureFailure, CloseError};
pub use evidence::{
    CalendarDay, CalendarRow, DayEvidence, EvidenceCheck, EvidenceRow, EvidenceUse, calendar_of, checked_evidence,
    contracts_in, unrecorded,
};
pub use findings::{FindingView, FindingWords};
pub use governance::{GovernanceError, LaidGovernance, draw_governance, governance, lay_governance};
pub use jobs::{
    AcceptedCode, Desk, JobError, JobProblem, JobProgress, JobRequest, JobResult, JobView, MonthOutcome, Runner,
    Secrets, SeriesProgress, ask_job, cancel_job, job, jobs, permission_of,
};
pub use keychain::{Entry, KeychainError, keep_key, kept_key, new_kept_key};
pub use letters::{LetterError, LetterVersionView, LetterView, letter, write_letter};
pub use occasions::{
    ClosedOccasion, OccasionLetterError, draw_breach, draw_closed_occasion, draw_last_breach, draw_maintenance,
    lay_letter,
};
pub use openid::{OpenId, OpenIdBegun, OpenIdConfig, OpenIdConfigError};
pub use outfile::OutFileError;
pub use planned::CloseFailure;
pub use portfolio::{PortfolioError, draw_portfolio};
pub use progress::{CloseProgress, Silent, Step};
pub use restate::{RestateError, restate};
pub use review::{
    Asker, CreditView, MonthFilter, MonthView, NextStep, ReviewError, ReviewRequest, StepView, months, review,
    revisions,
};
pub use secrets::{SecretPlace, named_secrets, secret_place, source_secret};
pub use sensitivity::{
    CommitmentOutcome, Outcome, OutcomeView, RangeView, Sensitivity, SensitivityError, SensitivityRequest,
    SensitivityView, sensitivity,
};
pub use source_test::{AskTest, SecretsSent, SourceTest, SourceTestRequest, look_at_server, test_source};
pub use standing::{Standing, StandingRequest, last_standing, standing};
pub use templates::{PreviewError, TemplateFindingView, check_templates, lay_preview, preview};
pub use terms::{TemplateView, shipped_templates};
pub use verify::{EvidenceFailure, VerifyError, read_evidence, store_code, verify_evidence};
pub use wording::{TemplateChangeRequest, TemplateChanged, TemplateFile, Tried, Wording, WordingError, last_change};
pub use words::{FluentValue, Words};

pub use sla_capture::{
    BucketError, ClientTerms, DaysError, EvidencePlace, EvidenceStore, StoreError, client, exchange,
};
pub use sla_ledger::{
    Actor, AuditEntry, AuditRequest, CreditSummary, CreditTotals, CurrencySum, Described, Found, JobsRequest, Known,
    Ledger, LedgerError, LedgerState, ListRequest, MonthGroup, MonthSummary, MonthTrend, Place, Sort, TemplateChange,
    TenantSort, TenantsRequest, Verified, Waiting, Which,
};
pub use sla_report::booking::{BookingFormat, FORMATS};
pub use sla_report::bundle::{Flaw, KeyError, PublicKey, SecretKey};
pub use sla_report::{
    Derived, DerivedCase, DerivedPromise, DerivedStep, Document, OccasionError, Preview, PreviewDocument, ReportError,
    TemplateChanges, TemplateError, TemplateFiles, TemplateFinding, TemplateKind, TemplateName, TemplateSource,
    Templates, derived, explain,
};

/// Every published schema: file name without its ending, and the JSON Schema itself.
pub fn schemas() -> Vec<(String, serde_json::Value)> {
    let report = schemars::schema_for!(sla_core::record::MonthRecord);
    let mut schemas = sla_core::catalogue::schemas();
    schemas.push(("report.schema".to_owned(), report.into()));
    schemas.push(("portfolio.schema".to_owned(), sla_report::portfolio_schema().into()));
    schemas.push(("operations.schema".to_owned(), sla_report::operations_schema().into()));
    let settlement = schemars::schema_for!(sla_core::billing::Settlement);
    schemas.push(("bundle.schema".to_owned(), sla_report::bundle::bundle_schema().into()));
    schemas.push(("settlement.schema".to_owned(), settlement.into()));
    let billing = schemars::schema_for!(sla_core::billing::Billing);
    schemas.push(("billing.schema".to_owned(), billing.into()));
    let statement = schemars::schema_for!(sla_core::billing::Statement);
    schemas.push(("statement.schema".to_owned(), statement.into()));
    let governance = schemars::schema_for!(sla_core::governance::Governance);
    schemas.push(("governance.schema".to_owned(), governance.into()));
    schemas.push(("evidence.schema".to_owned(), sla_report::evidence_schema().into()));
    schemas
}
