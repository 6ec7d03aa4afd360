//! Sealed months: handed out, and looked at for whoever brings one.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use schemars::JsonSchema;
use serde::Deserialize;
use sla_app::{BundleError, MonthSealError, PublicKey, SealRequest, Verification, seal_month, verify_bundle};

use crate::api::Api;
use crate::documents::{attachment, requested};
use crate::extract::{InPath, InQuery, Who};
use crate::months::{OfMonth, RevisionQuery};
use crate::problem::Problem;

/// The media type of a bundle.
pub(crate) const ZIP: &str = "application/zip";
/// The largest bundle that is taken over the network, in bytes; the prompt takes larger ones.
pub(crate) const MOST_UPLOAD_BYTES: usize = 64 * 1024 * 1024;

pub(crate) async fn sealed(
    State(api): State<Api>,
    who: Who,
    InPath(of): InPath<OfMonth>,
    InQuery(query): InQuery<RevisionQuery>,
) -> Result<Response, Problem> {
    let seal = api.seal().ok_or_else(|| {
        let detail =
            "this program has no key that seals; start it with sla serve --seal-key FILE, or use sla month bundle";
        Problem::new(StatusCode::CONFLICT, "bundle.no_key", detail)
    })?;
    let evidence = api.runner()?.desk().evidence.evidence()?;
    let templates = api.templates();
    let request = SealRequest {
        of: requested(&api, &who, (&of, query.revision), &templates).await?,
        templates: api.wording.folder(),
        folder: api.catalogue(),
        evidence: &evidence,
        key: &seal.key,
    };
    let sealed = seal_month(&who.ledger(&api), &request).await?;
    let mut response = attachment(ZIP, sealed.bytes);
    let name = format!("attachment; filename=\"{}\"", sealed.name);
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// How a bundle is looked at.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VerifyQuery {
    /// The public key that the provider made known: the line that stands in its file. Without it the signature is checked by the
    /// key inside, of which nobody knows whose it is.
    key: Option<String>,
}

/// A body that is a bundle.
pub(crate) struct InZip(Bytes);

impl<S: Send + Sync> FromRequest<S> for InZip {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if request.headers().get(header::CONTENT_TYPE).is_none_or(|kind| kind != ZIP) {
            let detail = "the body must be a bundle; expected the header content-type: application/zip";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "request.media_type", detail));
        }
        let unread = |error: BytesRejection| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                let detail =
                    format!("expected a bundle of at most {MOST_UPLOAD_BYTES} bytes; sla verify takes larger ones");
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "bundle.too_large", detail)
            }
            _ => Problem::request(format!("the body could not be read: {}", error.body_text())),
        };
        Bytes::from_request(request, state).await.map(Self).map_err(unread)
    }
}

pub(crate) async fn verify(
    _: Who,
    InQuery(VerifyQuery { key }): InQuery<VerifyQuery>,
    InZip(bytes): InZip,
) -> Result<Json<Verification>, Problem> {
    let refused =
        |error: sla_app::KeyError| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), error.to_string());
    // The line alone: a name of a file would be one of this machine.
    let key = key.as_deref().map(PublicKey::read).transpose().map_err(refused)?;
    Ok(Json(verify_bundle(bytes.to_vec(), key.as_ref()).await?))
}

impl From<BundleError> for Problem {
    fn from(error: BundleError) -> Self {
        Self::inside(StatusCode::INTERNAL_SERVER_ERROR, error.code(), error.to_string())
    }
}

impl From<MonthSealError> for Problem {
    fn from(error: MonthSealError) -> Self {
        match error {
            MonthSealError::Documents(error) => error.into(),
            MonthSealError::Desk(error) => error.into(),
            MonthSealError::Evidence(error) => error.into(),
            MonthSealError::Otherwise { .. } => Self::new(StatusCode::CONFLICT, error.code(), error.to_string()),
            error => Self::inside(StatusCode::INTERNAL_SERVER_ERROR, error.code(), error.to_string()),
        }
    }
}
