//! The trace of a request, for whoever collects traces: it goes on where the caller's ends. Names and attributes are those of
//! OpenTelemetry's conventions for HTTP servers, but for the address, which names tenants and belongs in no trace.

use axum::http::{HeaderMap, Method, StatusCode};
use opentelemetry::global::get_text_map_propagator;
use opentelemetry::trace::TraceContextExt;
use opentelemetry_http::HeaderExtractor;
use tracing::Span;
use tracing::field::Empty;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// Begins the trace of a request. It is empty where nobody collects traces, and for those who only look whether the program
/// lives.
pub(crate) fn of_request(headers: &HeaderMap, method: &Method, route: &str, id: &str) -> Span {
    if !route.starts_with("/api/") {
        return Span::none();
    }
    let span = tracing::info_span!(
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = %method,
        http.route = route,
        http.response.status_code = Empty,
        error.r#type = Empty,
        request = id,
    );
    if !span.is_disabled() {
        let caller = get_text_map_propagator(|propagator| propagator.extract(&HeaderExtractor(headers)));
        // Refused only where nobody collects traces.
        let _ = span.set_parent(caller);
    }
    span
}

/// Notes what was answered. Only what failed inside is an error of the program.
pub(crate) fn answered(span: &Span, status: StatusCode, code: Option<&str>) {
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", code.unwrap_or(status.as_str()));
    }
}

/// The trace's id, by which a line of the log finds it.
pub(crate) fn id(span: &Span) -> Option<String> {
    if span.is_disabled() {
        return None;
    }
    let context = span.context();
    let known = context.span().span_context().clone();
    known.is_valid().then(|| known.trace_id().to_string())
}
