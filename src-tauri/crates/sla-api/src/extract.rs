//! How handlers are spoken to: what cannot be read is answered with a problem document, never with the framework's own words.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use sla_app::{Actor, Asker, Caller, Ledger, Which};
use sla_core::access::Permission;

use crate::api::Api;
use crate::problem::Problem;

/// Who asks, and from where. The guard has looked at them.
#[derive(Clone)]
pub(crate) struct Who {
    pub(crate) caller: Caller,
    /// The address in the network.
    pub(crate) origin: String,
    /// What they came with, so that they can sign out.
    pub(crate) secret: String,
}

impl Who {
    pub(crate) fn actor(&self) -> Actor<'_> {
        Actor { name: &self.caller.name, origin: &self.origin }
    }

    /// Whether they may do something, beyond what the operation needs of everybody.
    pub(crate) fn may(&self, permission: Permission) -> Result<(), Problem> {
        let allowed = self.caller.access.may(permission, &self.caller.name);
        allowed.map_err(|error| Problem::new(StatusCode::FORBIDDEN, error.code(), error.to_string()))
    }

    /// The ledger as they see it.
    pub(crate) fn ledger(&self, api: &Api) -> Ledger {
        api.ledger.seen_by(&self.caller.access.tenants)
    }

    /// The same for the steps that they may take.
    pub(crate) fn asker(&self) -> Asker<'_> {
        Asker { name: &self.caller.name, access: &self.caller.access }
    }

    /// Which revisions of months they see.
    pub(crate) fn which(&self) -> Which {
        if self.caller.access.sees_issued_only() { Which::Issued } else { Which::Latest }
    }
}

impl<S: Sync> FromRequestParts<S> for Who {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let nobody = || Problem::new(StatusCode::UNAUTHORIZED, "access.secret", "sign in first");
        parts.extensions.get::<Self>().cloned().ok_or_else(nobody)
    }
}

/// Variables of the path.
pub(crate) struct InPath<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for InPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            // What cannot be a name or a month names nothing.
            Err(PathRejection::FailedToDeserializePathParams(_)) => Err(Problem::not_found("what the path names")),
            Err(error) => Err(Problem::request(error.to_string())),
        }
    }
}

/// Parameters of the query.
pub(crate) struct InQuery<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for InQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(value)) => Ok(Self(value)),
            Err(QueryRejection::FailedToDeserializeQueryString(error)) => {
                Err(Problem::request(format!("a parameter of the query does not fit: {}", error.body_text())))
            }
            Err(error) => Err(Problem::request(error.to_string())),
        }
    }
}

/// A body of JSON.
pub(crate) struct InBody<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for InBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let is_json = |kind: &str| kind.split(';').next().is_some_and(|kind| kind.trim() == "application/json");
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if !kind.is_some_and(is_json) {
            let detail = "the body must be JSON; expected the header content-type: application/json";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "request.media_type", detail));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|error| unread(&error))?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            // The place stands at the end of what the parser says; here it stands where it is looked for.
            let (line, column, said) = (error.line(), error.column(), error.to_string());
            let said = said.trim_end_matches(&format!(" at line {line} column {column}"));
            Problem::request(format!("the body does not fit at line {line}, column {column}: {said}"))
        })
    }
}

/// A body of text.
pub(crate) struct InText(pub(crate) String);

impl<S: Send + Sync> FromRequest<S> for InText {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, state).await.map_err(|error| unread(&error))?;
        let text = String::from_utf8(bytes.to_vec());
        text.map(Self).map_err(|error| Problem::request(format!("the body is no text: {error}; expected UTF-8")))
    }
}

/// A body that could not be read: it is too long, or whoever sent it went away.
fn unread(error: &BytesRejection) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_long(),
        _ => Problem::request(format!("the body could not be read: {}", error.body_text())),
    }
}

pub(crate) fn too_long() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "request.too_long",
        "the body is too long; expected at most one mebibyte",
    )
}

/// The text of a header, where it is there and is text.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
