//! Wording and look of documents: read, tried out without being saved, and changed.
//!
//! What all documents have is read by everybody in the house and changed by whom all tenants are assigned to; a tenant's own theme
//! and logo are seen and changed by whom that one is.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sla_app::{
    Preview, PreviewDocument, TemplateChange, TemplateChangeRequest, TemplateChanged, TemplateChanges, TemplateFile,
    TemplateFinding, TemplateFindingView, TemplateKind, TemplateName, WordingError, last_change,
};
use sla_core::access::TenantScope;
use sla_core::catalogue::Name;
use sla_core::record::{Language, Verdict};
use sla_core::time::utc_text;

use crate::api::Api;
use crate::catalogue::sees_no_objectives;
use crate::etag::{needed, seen, stale, tagged};
use crate::extract::{InBody, InPath, InQuery, Who};
use crate::problem::Problem;

/// The most bytes that are taken of any template; each kind has its own limit below it.
pub(crate) const MOST_BYTES: usize = 2 * 1024 * 1024 + 1024;
/// The most files that are laid over the saved ones.
const MOST_CHANGES: usize = 50;

/// What a template is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TemplateFileKind {
    /// A letter, or a part of letters.
    Letter,
    /// A document of figures.
    Report,
    /// A theme.
    Look,
    /// A list of words.
    Words,
    /// A logo.
    Picture,
}

/// A template.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TemplateFileView {
    /// Its name inside the folder, as findings tell it, such as `tenants/nordlicht/theme.json`.
    name: String,
    /// The name of the file alone.
    file: String,
    /// The tenant whose documents alone have it; null where all have.
    tenant: Option<String>,
    /// What it is.
    kind: TemplateFileKind,
    /// Whether it is one's own; otherwise it is the one that comes with the program.
    is_own: bool,
    /// Whether one of that name comes with the program.
    is_builtin: bool,
    /// Its size in bytes.
    bytes: u64,
    /// SHA-256 of its content in hex, which is its ETag.
    sha256: String,
    /// Who changed it last, where it was changed here.
    changed_by: Option<String>,
    /// When, in UTC.
    changed_at: Option<String>,
}

impl TemplateFileView {
    fn of(file: &TemplateFile, changes: &[TemplateChange]) -> Self {
        let change = last_change(file, changes);
        let kind = match file.name.kind() {
            TemplateKind::Letter => TemplateFileKind::Letter,
            TemplateKind::Report => TemplateFileKind::Report,
            TemplateKind::Look => TemplateFileKind::Look,
            TemplateKind::Words => TemplateFileKind::Words,
            TemplateKind::Picture => TemplateFileKind::Picture,
        };
        Self {
            name: file.name.as_str().to_owned(),
            file: file.name.file().to_owned(),
            tenant: file.name.tenant().map(ToString::to_string),
            kind,
            is_own: file.is_own,
            is_builtin: file.name.builtin().is_some(),
            bytes: file.bytes.len() as u64,
            sha256: file.sha256.clone(),
            changed_by: change.map(|change| change.actor.clone()),
            changed_at: change.map(|change| utc_text(change.at)),
        }
    }
}

/// All templates.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TemplateList {
    /// Whether they can be changed here: the program was given a folder for them.
    can_change: bool,
    /// By name.
    files: Vec<TemplateFileView>,
}

/// A template with what it says.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TemplateText {
    /// Its name and what it is.
    #[serde(flatten)]
    view: TemplateFileView,
    /// Its text; null where it is none, as a picture.
    text: Option<String>,
    /// The text that comes with the program under that name.
    builtin: Option<String>,
}

/// What became of a change.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SavedTemplate {
    /// It as it is now; null where it is gone.
    file: Option<TemplateFileView>,
    /// Whether it was so before.
    unchanged: bool,
}

/// Whose file it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TemplateQuery {
    /// The tenant whose documents alone have it; that of all documents when not said.
    tenant: Option<Name>,
}

fn forbidden(who: &Who) -> Problem {
    sees_no_objectives(who)
}

fn holds(who: &Who, tenant: &str) -> bool {
    who.caller.access.tenants.holds(tenant)
}

/// Whether somebody sees a file: what is of another's tenant is not there.
fn sees(who: &Who, name: &TemplateName) -> bool {
    name.tenant().is_none_or(|tenant| holds(who, tenant.as_str()))
}

/// Whether somebody may change a file, or try a change of it out.
fn may_change(who: &Who, name: &TemplateName) -> Result<(), Problem> {
    match name.tenant() {
        Some(tenant) if holds(who, tenant.as_str()) => Ok(()),
        Some(_) => Err(no_template()),
        None if who.caller.access.tenants == TenantScope::All => Ok(()),
        None => Err(forbidden(who)),
    }
}

fn no_template() -> Problem {
    Problem::not_found("the template")
}

fn no_name(expected: &str) -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "templates.name",
        format!("no template has that name; expected {expected}"),
    )
}

/// Findings that somebody may read.
fn told(who: &Who, findings: &[TemplateFinding]) -> Vec<TemplateFindingView> {
    let is_theirs = |finding: &&TemplateFinding| {
        let tenant = finding.file.strip_prefix("tenants/").and_then(|rest| rest.split('/').next());
        tenant.is_none_or(|tenant| holds(who, tenant))
    };
    findings.iter().filter(is_theirs).map(TemplateFindingView::of).collect()
}

pub(crate) async fn list(State(api): State<Api>, who: Who) -> Result<Json<TemplateList>, Problem> {
    let changes = who.ledger(&api).template_changes().await?;
    let wording = api.wording.clone();
    let files = tokio::task::spawn_blocking(move || wording.files()).await.expect("reading does not panic");
    let files = files.map_err(problem)?;
    let files = files.iter().filter(|file| sees(&who, &file.name)).map(|file| TemplateFileView::of(file, &changes));
    Ok(Json(TemplateList { can_change: api.wording.can_change(), files: files.collect() }))
}

pub(crate) async fn show(
    State(api): State<Api>,
    who: Who,
    InPath(file): InPath<String>,
    InQuery(TemplateQuery { tenant }): InQuery<TemplateQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let name = TemplateName::of(tenant.as_ref(), &file).map_err(|_| no_template())?;
    if !sees(&who, &name) {
        return Err(no_template());
    }
    let changes = who.ledger(&api).template_changes().await?;
    let file = api.wording.file(&name).map_err(problem)?.ok_or_else(no_template)?;
    let text = TemplateText {
        view: TemplateFileView::of(&file, &changes),
        builtin: name.builtin().map(str::to_owned),
        text: String::from_utf8(file.bytes.clone()).ok(),
    };
    Ok(tagged(&headers, &file.sha256, &text))
}

/// A body that is a template, as its file is.
pub(crate) struct InFile(Bytes);

impl<S: Send + Sync> FromRequest<S> for InFile {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let unread = |error: BytesRejection| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                let detail = "no template is as large; expected at most 512 KB, of a PNG 2 MB";
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "templates.too_large", detail)
            }
            _ => Problem::request(format!("the body could not be read: {}", error.body_text())),
        };
        Bytes::from_request(request, state).await.map(Self).map_err(unread)
    }
}

pub(crate) async fn save(
    State(api): State<Api>,
    who: Who,
    InPath(file): InPath<String>,
    InQuery(TemplateQuery { tenant }): InQuery<TemplateQuery>,
    headers: HeaderMap,
    InFile(bytes): InFile,
) -> Result<Response, Problem> {
    change(&api, &who, (tenant.as_ref(), &file), &headers, Some(bytes.to_vec())).await
}

pub(crate) async fn reset(
    State(api): State<Api>,
    who: Who,
    InPath(file): InPath<String>,
    InQuery(TemplateQuery { tenant }): InQuery<TemplateQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    change(&api, &who, (tenant.as_ref(), &file), &headers, None).await
}

async fn change(
    api: &Api,
    who: &Who,
    (tenant, file): (Option<&Name>, &str),
    headers: &HeaderMap,
    bytes: Option<Vec<u8>>,
) -> Result<Response, Problem> {
    let name = TemplateName::of(tenant, file).map_err(no_name)?;
    may_change(who, &name)?;
    let request = TemplateChangeRequest {
        name: name.clone(),
        bytes,
        seen: seen(headers)?.map(str::to_owned),
        actor: who.caller.name.clone(),
        origin: who.origin.clone(),
        now: api.now(),
    };
    let ledger = who.ledger(api);
    let TemplateChanged { file, unchanged } = match api.wording.change(&ledger, request).await {
        Ok(changed) => changed,
        Err(WordingError::Unsound(findings)) => {
            let error = WordingError::Unsound(findings.clone());
            return Err(problem(error).with_findings(told(who, &findings)));
        }
        Err(error @ WordingError::Stale { .. }) => {
            let last = ledger.template_changes().await?.into_iter().find(|change| change.file == name.as_str());
            let stale = problem(error);
            return Err(match last {
                Some(change) => stale.changed(&change.actor, &utc_text(change.at)),
                None => stale,
            });
        }
        Err(error) => return Err(problem(error)),
    };
    let changes = ledger.template_changes().await?;
    let tag = file.as_ref().map(|file| file.sha256.clone()).unwrap_or_default();
    let is_new = !unchanged && file.is_some() && name.builtin().is_none() && headers.get("if-match").is_none();
    let saved = SavedTemplate { file: file.map(|file| TemplateFileView::of(&file, &changes)), unchanged };
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, tagged(&HeaderMap::new(), &tag, &saved)).into_response())
}

/// A file that is not saved.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TriedFile {
    /// Its name inside the folder, such as `letter-met.de.md`.
    name: String,
    /// What it would say; null where it would be the one that comes with the program, or gone.
    text: Option<String>,
}

/// Files that are tried out.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TemplateCheckBody {
    /// They lie over the saved ones; at most 50.
    files: Vec<TriedFile>,
}

/// What is wrong with templates.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TemplateChecked {
    /// Every mistake, in the order of files and lines; none where all is sound.
    findings: Vec<TemplateFindingView>,
}

fn changes(who: &Who, files: Vec<TriedFile>) -> Result<TemplateChanges, Problem> {
    if files.len() > MOST_CHANGES {
        let detail = format!("there are {} files; expected at most {MOST_CHANGES}", files.len());
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "templates.too_many", detail));
    }
    let mut changes = TemplateChanges::new();
    for TriedFile { name, text } in files {
        let name: TemplateName = name.parse().map_err(no_name)?;
        may_change(who, &name)?;
        changes.insert(name.as_str().to_owned(), text.map(String::into_bytes));
    }
    Ok(changes)
}

pub(crate) async fn check(
    State(api): State<Api>,
    who: Who,
    InBody(TemplateCheckBody { files }): InBody<TemplateCheckBody>,
) -> Result<Json<TemplateChecked>, Problem> {
    let findings = api.wording.check(changes(&who, files)?).await;
    Ok(Json(TemplateChecked { findings: told(&who, &findings) }))
}

/// What is to be looked at.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TemplatePreviewBody {
    /// Files that lie over the saved ones; at most 50.
    #[serde(default)]
    files: Vec<TriedFile>,
    /// The document, such as `report` or `letter-met`.
    document: String,
    /// Its language.
    language: Language,
    /// The verdict of the invented month; a letter of a month has its own.
    verdict: Verdict,
    /// The tenant whose theme it has; the provider's alone when not said.
    #[serde(default)]
    tenant: Option<Name>,
}

/// A document of an invented month.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TemplatePreview {
    /// It as one page of HTML, in which nothing runs and nothing is loaded; null where the templates have mistakes.
    page: Option<String>,
    /// Every mistake.
    findings: Vec<TemplateFindingView>,
}

pub(crate) async fn preview(
    State(api): State<Api>,
    who: Who,
    InBody(body): InBody<TemplatePreviewBody>,
) -> Result<Json<TemplatePreview>, Problem> {
    let TemplatePreviewBody { files, document, language, verdict, tenant } = body;
    let document = PreviewDocument::named(&document).ok_or_else(|| {
        let known = PreviewDocument::ALL.map(PreviewDocument::name).join(", ");
        let detail = format!("there is no document {document:?}; expected one of: {known}");
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "templates.document", detail)
    })?;
    if tenant.as_ref().is_some_and(|tenant| !holds(&who, tenant.as_str())) {
        return Err(Problem::not_found("the tenant"));
    }
    let preview = Preview { document, language, verdict, tenant: tenant.as_ref().map(Name::as_str) };
    let tried = api.wording.preview(changes(&who, files)?, &preview).await?;
    Ok(Json(TemplatePreview { page: tried.page, findings: told(&who, &tried.findings) }))
}

fn problem(error: WordingError) -> Problem {
    let said = error.to_string();
    match error {
        WordingError::NoFolder => Problem::new(StatusCode::CONFLICT, error.code(), said),
        WordingError::Unknown { .. } => no_template(),
        WordingError::NotSeen { .. } => needed(),
        WordingError::Stale { .. } => stale(),
        WordingError::TooLarge { .. } => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, error.code(), said),
        WordingError::Full | WordingError::Unsound(_) => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), said)
        }
        WordingError::Unreadable { .. } | WordingError::File(_) => {
            Problem::inside(StatusCode::INTERNAL_SERVER_ERROR, error.code(), said)
        }
        WordingError::Ledger(error) => error.into(),
    }
}
