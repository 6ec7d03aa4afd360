//! What the page asks, handed to the API. The secret of a session stays here: the page gets a word in its place, so that nothing
//! that runs in the page can carry the secret away.

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tauri::State;
use tauri::ipc::{InvokeBody, Response};
use tower::ServiceExt;

use crate::failure::Failure;
use crate::frame;
use crate::front::Front;

/// Where what is asked must lie.
const API: &str = "/api/v1/";
/// Operations that answer with the secret of a session.
const SIGN_INS: [&str; 2] = ["/api/v1/sign-in", "/api/v1/sign-in/openid/completion"];
const SIGN_OUT: &str = "/api/v1/sign-out";
/// What the page has in place of the secret.
const KEPT: &str = "kept-by-the-window";
/// Longest answer that is handed over, in bytes.
const MOST_BYTES: usize = 256 << 20;

/// A request of the page, without its body.
#[derive(Serialize, Deserialize)]
struct Asked {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
}

/// An answer, without its body.
#[derive(Serialize, Deserialize)]
struct Answered {
    status: u16,
    headers: Vec<(String, String)>,
}

/// The secret of whoever has signed in.
#[derive(Default)]
pub(crate) struct Session(Mutex<Option<String>>);

impl Session {
    /// Forgets it: nobody is signed in.
    pub(crate) fn forget(&self) {
        *self.secret() = None;
    }

    fn secret(&self) -> MutexGuard<'_, Option<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a piece that holds a request with a piece that holds what the API says to it.
    ///
    /// # Errors
    /// Why it is no request to the API.
    async fn answer(&self, router: Router, piece: &[u8]) -> Result<Vec<u8>, String> {
        let (asked, body) = frame::read::<Asked>(piece)?;
        let path = asked.path.split('?').next().unwrap_or_default().to_owned();
        let (request, used) = self.request(asked, body)?;
        // Its errors are answers.
        let Ok(response) = router.oneshot(request).await;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, MOST_BYTES).await.map_err(|error| format!("the answer cannot be read: {error}"))?;
        let body = match SIGN_INS.contains(&path.as_str()) && parts.status.is_success() {
            true => self.kept(&body),
            false => body.to_vec(),
        };
        if path == SIGN_OUT && parts.status.is_success() || is_end(parts.status, &body) {
            // An answer to an older session's request ends nothing.
            self.secret().take_if(|secret| Some(&*secret) == used.as_ref());
        }
        let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
        let headers = parts.headers.iter().filter_map(|(name, value)| Some((name.to_string(), text(value)?))).collect();
        Ok(frame::write(&Answered { status: parts.status.as_u16(), headers }, &body))
    }

    /// The request with the session's secret, which is given beside it.
    fn request(&self, asked: Asked, body: &[u8]) -> Result<(Request<Body>, Option<String>), String> {
        if !asked.path.starts_with(API) {
            return Err(format!("{} is not below {API}", asked.path));
        }
        let method: Method = asked.method.parse().map_err(|_| format!("{:?} is no method", asked.method))?;
        let mut request = Request::builder().method(method).uri(asked.path);
        for (name, value) in asked.headers {
            let name: HeaderName = name.parse().map_err(|_| format!("{name:?} is no header"))?;
            if name != header::AUTHORIZATION {
                request = request.header(name, value);
            }
        }
        let used = self.secret().clone();
        if let Some(secret) = &used {
            request = request.header(header::AUTHORIZATION, format!("Bearer {secret}"));
        }
        let request = request.body(Body::from(body.to_vec())).map_err(|error| error.to_string())?;
        Ok((request, used))
    }

    /// Keeps the secret of an answer and gives the answer without it.
    fn kept(&self, body: &[u8]) -> Vec<u8> {
        let Ok(mut answer) = serde_json::from_slice::<Value>(body) else { return body.to_vec() };
        if let Some(Value::String(secret)) = answer.get_mut("secret") {
            *self.secret() = Some(std::mem::replace(secret, KEPT.to_owned()));
        }
        answer.to_string().into_bytes()
    }
}

/// Whether an answer says that the session has ended. A wrong password is answered with 401 as well.
fn is_end(status: StatusCode, body: &[u8]) -> bool {
    let code = || {
        serde_json::from_slice::<Value>(body).ok().and_then(|said| Some(said.get("code")?.as_str()? == "access.secret"))
    };
    status == StatusCode::UNAUTHORIZED && code() == Some(true)
}

/// Hands a request to the API of the open desk.
#[tauri::command]
pub(crate) async fn ask(
    request: tauri::ipc::Request<'_>,
    front: State<'_, Front>,
    session: State<'_, Session>,
) -> Result<Response, Failure> {
    let InvokeBody::Raw(piece) = request.body() else {
        return Err(Failure::new("window.request", "a piece of bytes is expected"));
    };
    let router = front.router().await.ok_or_else(|| Failure::new("desk.none", "no desk is open; choose one first"))?;
    let answer = session.answer(router, piece).await;
    answer.map(Response::new).map_err(|reason| Failure::new("window.request", reason))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use axum::routing::{get, post};

    use super::*;

    const SIGN_IN: &str = "/api/v1/sign-in";
    const ME: &str = "/api/v1/me";

    /// A small API: who signs in gets a secret, and who asks gets told what they sent.
    fn small() -> Router {
        async fn me(headers: HeaderMap) -> (StatusCode, String) {
            match headers.get(header::AUTHORIZATION).map(|value| value.to_str().expect("text")) {
                Some("Bearer s3cret") => (StatusCode::OK, "mia".to_owned()),
                other => (
                    StatusCode::UNAUTHORIZED,
                    format!(r#"{{"code":"access.secret","had":{:?}}}"#, other.unwrap_or_default()),
                ),
            }
        }
        Router::new()
            .route(SIGN_IN, post(async || r#"{"secret":"s3cret","account":"mia"}"#))
            .route(SIGN_OUT, post(async || StatusCode::NO_CONTENT))
            .route("/api/v1/me/password", post(async || (StatusCode::UNAUTHORIZED, r#"{"code":"access.sign_in"}"#)))
            .route("/api/v1/ended", get(async || (StatusCode::UNAUTHORIZED, r#"{"code":"access.secret"}"#)))
            .route(ME, get(me))
    }

    fn piece(method: &str, path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        frame::write(&Asked { method: method.to_owned(), path: path.to_owned(), headers }, b"")
    }

    async fn asked(session: &Session, method: &str, path: &str) -> (u16, String) {
        let answer = session.answer(small(), &piece(method, path, &[])).await.expect("an answer");
        let (head, body) = frame::read::<Answered>(&answer).expect("a piece");
        (head.status, String::from_utf8(body.to_vec()).expect("text"))
    }

    #[tokio::test]
    async fn the_secret_stays_until_the_session_ends() {
        #[track_caller]
        fn check(found: (u16, String), status: u16, said: &str) {
            assert_eq!((found.0, found.1.contains(said)), (status, true), "{}", found.1);
        }
        for end in [("POST", SIGN_OUT), ("GET", "/api/v1/ended")] {
            let session = Session::default();
            check(asked(&session, "GET", ME).await, 401, r#""had":"""#);
            let signed_in = asked(&session, "POST", SIGN_IN).await;
            assert!(!signed_in.1.contains("s3cret"), "{}", signed_in.1);
            check(signed_in, 200, KEPT);
            check(asked(&session, "GET", ME).await, 200, "mia");
            // Whoever types a wrong password stays signed in.
            check(asked(&session, "POST", "/api/v1/me/password").await, 401, "access.sign_in");
            check(asked(&session, "GET", ME).await, 200, "mia");
            asked(&session, end.0, end.1).await;
            check(asked(&session, "GET", ME).await, 401, r#""had":"""#);
        }
    }

    #[tokio::test]
    async fn the_page_cannot_bring_a_secret_of_its_own() {
        let piece = piece("GET", ME, &[("authorization", "Bearer s3cret"), ("accept", "application/json")]);
        let answer = Session::default().answer(small(), &piece).await.expect("an answer");
        let (head, _) = frame::read::<Answered>(&answer).expect("a piece");
        assert_eq!(head.status, 401);
    }

    #[tokio::test]
    async fn what_is_no_request_to_the_api_is_refused() {
        async fn check(piece: &[u8], said: &str) {
            let reason = Session::default().answer(small(), piece).await.expect_err("refused");
            assert!(reason.contains(said), "{reason}");
        }
        check(b"", "too few").await;
        check(&piece("GET", "/metrics", &[]), "is not below").await;
        check(&piece("GET", "http://127.0.0.1/api/v1/me", &[]), "is not below").await;
        check(&piece("GET IT", ME, &[]), "is no method").await;
        check(&piece("GET", ME, &[("a b", "c")]), "is no header").await;
        check(&piece("GET", ME, &[("x-note", "a\r\nb: c")]), "failed to parse").await;
        check(&piece("GET", "/api/v1/a b", &[]), "invalid uri").await;
    }
}
