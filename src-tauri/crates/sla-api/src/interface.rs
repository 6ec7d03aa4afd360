//! The interface for browsers, served from the folder that it was built into, beside the API that it speaks to. It is the same
//! for everybody and holds nothing of anybody: who signs in and what they see is the API's matter.

use std::io;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tower::ServiceExt;
use tower_http::services::ServeDir;

use crate::api::Api;
use crate::problem::Problem;

/// What a page may do: run and show what comes from here, and ask here. Nothing inline, nothing from elsewhere.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
     worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
/// Files below this have the hash of their bytes in their names.
const HASHED: &str = "/assets/";

/// A folder that holds a built interface.
#[derive(Clone, Debug)]
pub struct Interface(PathBuf);

/// Why a folder cannot be served.
#[derive(Debug, thiserror::Error)]
#[error(
    "{} cannot be read: {source}; expected the folder of a built interface, as in ui/dist after cargo xtask ui",
    .path.display()
)]
pub struct InterfaceError {
    /// The page that was looked for.
    path: PathBuf,
    /// Why it is not there.
    source: io::Error,
}

impl Interface {
    /// The interface in a folder.
    ///
    /// # Errors
    /// [`InterfaceError`] when there is none.
    pub fn new(folder: &Path) -> Result<Self, InterfaceError> {
        let path = folder.join("index.html");
        match std::fs::metadata(&path) {
            Ok(found) if found.is_file() => Ok(Self(folder.to_owned())),
            Ok(_) => Err(InterfaceError { path, source: io::Error::other("it is no file") }),
            Err(source) => Err(InterfaceError { path, source }),
        }
    }
}

/// What no operation answers: a page of the interface where there is one.
pub(crate) async fn page(State(api): State<Api>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let is_asked = matches!(*request.method(), Method::GET | Method::HEAD);
    let interface = api.interface.as_ref().filter(|_| is_asked && !path.starts_with("/api/"));
    let Some(Interface(folder)) = interface else { return nowhere() };
    let served = ServeDir::new(folder).oneshot(request).await;
    let Ok(mut response) = served.map(|response| response.map(Body::new));
    if response.status() == StatusCode::NOT_FOUND {
        return nowhere();
    }
    let kept = if path.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    response
}

fn nowhere() -> Response {
    Problem::not_found("the address").into_response()
}
