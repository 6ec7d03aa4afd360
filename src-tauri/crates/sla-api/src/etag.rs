//! What tells one state of a thing from another, so that nobody overwrites what they have not seen.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::extract::text;
use crate::problem::Problem;

/// A value with its tag. Whoever has it already is told so instead.
pub(crate) fn tagged<T: Serialize>(headers: &HeaderMap, tag: &str, value: &T) -> Response {
    let tag_header = HeaderValue::from_str(&quoted(tag)).expect("a tag is of plain letters");
    if text(headers, "if-none-match").is_some_and(|known| lists(known, tag)) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag_header)]).into_response();
    }
    ([(header::ETAG, tag_header)], Json(value)).into_response()
}

/// The version that was looked at, by the header If-Match; none when it is not there.
///
/// # Errors
/// A problem when it is none of ours: it was not given by this API.
pub(crate) fn seen(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(known) = text(headers, "if-match") else { return Ok(None) };
    match known.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(tag) if !tag.contains('"') => Ok(Some(tag)),
        _ => Err(Problem::request("the header if-match does not fit; expected one ETag in quotes, as it was given")),
    }
}

/// The same as a number, which must be said.
///
/// # Errors
/// A problem when it is not there, or is no number.
pub(crate) fn seen_version(headers: &HeaderMap) -> Result<u32, Problem> {
    let tag = seen(headers)?.ok_or_else(needed)?;
    tag.parse().map_err(|_| stale())
}

/// What was looked at must be said, and is not.
pub(crate) fn needed() -> Problem {
    let detail = "say which version you looked at; expected the header if-match with the ETag that was given";
    Problem::new(StatusCode::PRECONDITION_REQUIRED, "request.no_if_match", detail)
}

/// Something else is there now.
pub(crate) fn stale() -> Problem {
    let detail = "it has changed since you looked at it; look again, and decide again";
    Problem::new(StatusCode::PRECONDITION_FAILED, "request.stale", detail)
}

/// What the ledger calls stale is a condition that failed where one was set.
pub(crate) fn when_set(is_set: bool, problem: Problem) -> Problem {
    if is_set && problem.code() == "ledger.stale" { stale() } else { problem }
}

fn quoted(tag: &str) -> String {
    format!("\"{tag}\"")
}

fn lists(known: &str, tag: &str) -> bool {
    let same = |one: &str| one.trim().trim_start_matches("W/") == quoted(tag);
    known.trim() == "*" || known.split(',').any(same)
}
