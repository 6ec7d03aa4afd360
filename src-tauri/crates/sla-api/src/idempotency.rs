//! The same request again changes nothing: whoever does not know whether a request arrived sends it once more with its key.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sla_app::Known;
use sla_core::evidence::sha256_hex;

use crate::api::Api;
use crate::extract::{Who, text, too_long};
use crate::operation::JSON;
use crate::problem::{MEDIA_TYPE, Problem};

const KEY: &str = "idempotency-key";
/// Longest answer that is kept; longer ones are given and forgotten, and the key is free again.
const MOST_KEPT_BYTES: usize = 4 << 20;

/// Carries a request out unless one with its key was carried out before.
pub(crate) async fn once(api: &Api, who: &Who, request: Request, next: Next) -> Response {
    let Some(key) = text(request.headers(), KEY).map(str::to_owned) else { return next.run(request).await };
    match carried_out(api, who, &key, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn carried_out(api: &Api, who: &Who, key: &str, request: Request, next: Next) -> Result<Response, Problem> {
    if key.is_empty() || key.len() > 200 || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Problem::request(
            "the header idempotency-key does not fit; expected 1 to 200 visible ASCII letters",
        ));
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, api.settings.most_body_bytes).await.map_err(|_| too_long())?;
    let mut said =
        format!("{} {}\n{}\n", parts.method, parts.uri, text(&parts.headers, "if-match").unwrap_or_default());
    said.push_str(&sha256_hex(&bytes));
    let digest = sha256_hex(said.as_bytes());
    let account = &who.caller.name;
    let conflict = |code, detail: &str| Problem::new(StatusCode::CONFLICT, code, detail);
    match api.ledger.take_key(account, key, &digest, api.now()).await? {
        Known::New => {}
        Known::Answered { status, body } => return Ok(again(status, body)),
        Known::Another => {
            let detail = "another request had this idempotency-key; make up a new one for each request";
            return Err(conflict("request.key_of_another", detail));
        }
        Known::UnderWay => {
            let detail = "a request with this idempotency-key is under way or was cut off; look whether it was carried out \
                          before you ask again with a new key";
            return Err(conflict("request.key_under_way", detail));
        }
    }
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.map_err(|error| Problem::request(error.to_string()))?;
    let status = parts.status;
    if status == StatusCode::GATEWAY_TIMEOUT {
        // Nobody knows whether it was carried out; who asks again is told that.
        return Ok(Response::from_parts(parts, Body::from(bytes)));
    }
    // What went wrong inside may go right the next time, and so may what was asked too often.
    let passes = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS || bytes.len() > MOST_KEPT_BYTES;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let answer = (!passes).then_some((digest.as_str(), status.as_u16(), text));
    if let Err(error) = api.ledger.keep_reply(account, key, answer, api.now()).await {
        // What was done is answered all the same. The key stays taken, so nothing is done a second time.
        tracing::error!(code = error.code(), cause = %error, "an answer was not kept under its key");
    }
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn again(status: u16, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let kind = if status.is_success() { JSON } else { MEDIA_TYPE };
    let mut response = (status, body).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    response
}
