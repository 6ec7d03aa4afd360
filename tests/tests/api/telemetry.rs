//! Traces for a collector: what the real program posts, read with the messages of OpenTelemetry's own specification.

use std::collections::BTreeMap;
use std::io::Read;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use flate2::read::GzDecoder;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind, status::StatusCode as Outcome};
use prost::Message;
use serde_json::{Value, json};
use sla_core::access::Role;
use tokio::net::TcpListener;

use crate::jobs::DESK;
use crate::service::{Engine, PASSWORD, Service};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";
const TOKEN: &str = "of-the-collector";

/// What a collector was posted: the headers and the traces.
type Posted = Arc<Mutex<Vec<(HeaderMap, ExportTraceServiceRequest)>>>;

/// A collector on a free port, and what it was posted. It answers as it is told.
async fn collector(answer: StatusCode) -> (String, Posted) {
    let posted = Posted::default();
    let take = move |State(posted): State<Posted>, headers: HeaderMap, body: Bytes| async move {
        let mut plain = Vec::new();
        match headers.get("content-encoding") {
            None => plain.extend_from_slice(&body),
            Some(how) => {
                assert_eq!(how, "gzip");
                GzDecoder::new(&body[..]).read_to_end(&mut plain).expect("gzip");
            }
        }
        let traces = ExportTraceServiceRequest::decode(&plain[..]).expect("traces as the specification writes them");
        posted.lock().expect("nobody panics").push((headers, traces));
        answer
    };
    let router = Router::new().route("/v1/traces", post(take)).with_state(Arc::clone(&posted));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, posted)
}

fn text(value: Option<&AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        Some(any_value::Value::StringValue(text)) => text.clone(),
        Some(any_value::Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}

fn attributes(all: &[KeyValue]) -> BTreeMap<&str, String> {
    all.iter().map(|attribute| (attribute.key.as_str(), text(attribute.value.as_ref()))).collect()
}

fn hex(bytes: &[u8]) -> String {
    sla_core::evidence::hex(bytes)
}

/// The one span with a name.
#[track_caller]
fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let mut found = spans.iter().filter(|span| span.name == name);
    let first = found.next().unwrap_or_else(|| panic!("no {name} among {:?}", names(spans)));
    assert!(found.next().is_none(), "several {name}");
    first
}

fn names(spans: &[Span]) -> Vec<&str> {
    spans.iter().map(|span| span.name.as_str()).collect()
}

/// The lines of the log that tell what was answered, by the request's id.
fn answered(service: &Service) -> BTreeMap<String, Value> {
    let log = service.log();
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let answered = lines.filter(|line| line["message"] == "answered");
    answered.map(|line| (line["request"].as_str().expect("an id").to_owned(), line)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_is_told_of_requests_and_jobs() {
    let (address, posted) = collector(StatusCode::OK).await;
    let headers = format!("authorization=Bearer {TOKEN}");
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", address.as_str()),
        ("OTEL_EXPORTER_OTLP_HEADERS", &headers),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test"),
    ];
    let mut service = Service::start_in(Engine::Sqlite, &DESK, &variables);
    let as_manager = |path: &str, id: &str| {
        let request = service.request("GET", path).bearer_auth(&service.tokens[&Role::AccountManager]);
        request.header("x-request-id", id)
    };
    let traced =
        as_manager("/tenants/prairie", "traced-request").header("traceparent", format!("00-{TRACE}-{CALLER}-01"));
    service.send(traced).await.given();
    service.send(as_manager("/tenants/nobody-prairie", "refused-request")).await.refused(404, "request.not_found");
    service.done(Role::AccountManager, json!({ "kind": "close", "month": "2026-10", "tenant": "prairie" })).await;
    service.get(Role::Admin, "/../../healthz").await;
    let (status, _) = service.stop();
    assert!(status.success());

    let posted = std::mem::take(&mut *posted.lock().expect("nobody panics"));
    let mut spans = Vec::new();
    for (headers, traces) in &posted {
        assert_eq!(headers["authorization"], format!("Bearer {TOKEN}"));
        assert_eq!(headers["content-encoding"], "gzip");
        for resource in &traces.resource_spans {
            let known = resource.resource.as_ref().expect("who tells");
            let known = attributes(&known.attributes);
            assert_eq!(known["service.name"], "sla-desk");
            assert_eq!(known["service.version"], env!("CARGO_PKG_VERSION"));
            assert_eq!(known["deployment.environment.name"], "test");
            spans.extend(resource.scope_spans.iter().flat_map(|scope| scope.spans.clone()));
        }
    }
    let of = |id: &str| {
        let mut of = spans.iter().filter(|span| attributes(&span.attributes).get("request").is_some_and(|it| it == id));
        let first = of.next().unwrap_or_else(|| panic!("no {id} among {:?}", names(&spans)));
        (first, attributes(&first.attributes))
    };

    // It goes on where the caller's trace ends, and says what HTTP servers say.
    let (span, said) = of("traced-request");
    assert_eq!((span.name.as_str(), span.kind()), ("GET /api/v1/tenants/{tenant}", SpanKind::Server));
    assert_eq!((hex(&span.trace_id), hex(&span.parent_span_id)), (TRACE.to_owned(), CALLER.to_owned()));
    for (name, value) in [
        ("http.request.method", "GET"),
        ("http.route", "/api/v1/tenants/{tenant}"),
        ("http.response.status_code", "200"),
    ] {
        assert_eq!(said[name], value, "{name}");
    }
    let inside: Vec<&Span> = spans.iter().filter(|other| other.parent_span_id == span.span_id).collect();
    assert_eq!(inside.iter().map(|span| span.name.as_str()).collect::<Vec<_>>(), ["caller"], "who asks is looked up");
    assert!(inside[0].start_time_unix_nano >= span.start_time_unix_nano);
    assert!(inside[0].end_time_unix_nano <= span.end_time_unix_nano);

    // What the caller did wrong is no error of the program; the trace begins here, and the log names it.
    let (refused, said) = of("refused-request");
    assert_eq!((said["http.response.status_code"].as_str(), refused.parent_span_id.as_slice()), ("404", &[][..]));
    assert_eq!(refused.status.clone().unwrap_or_default().code(), Outcome::Unset);
    let lines = answered(&service);
    assert_eq!(lines["traced-request"]["trace"], TRACE);
    assert_eq!(lines["refused-request"]["trace"], hex(&refused.trace_id));

    // A job is a trace of its own, with its steps inside.
    let job = named(&spans, "job close");
    let said = attributes(&job.attributes);
    assert_eq!((said["job.kind"].as_str(), said["job.state"].as_str()), ("close", "done"));
    assert!(job.parent_span_id.is_empty());
    for step in ["capture", "measure", "render", "record"] {
        let step = named(&spans, step);
        assert_eq!((&step.trace_id, &step.parent_span_id), (&job.trace_id, &job.span_id), "{}", step.name);
    }
    let capture = named(&spans, "capture");
    let requests = spans.iter().filter(|span| span.name == "capture one request");
    assert!(requests.clone().count() > 0 && requests.clone().all(|one| one.parent_span_id == capture.span_id));

    // Whoever looks whether the program lives leaves no trace; and no trace tells whose months these are, or a secret.
    assert!(!names(&spans).iter().any(|name| name.contains("healthz")), "{:?}", names(&spans));
    let all = format!("{spans:?}");
    let secret = service.tokens[&Role::AccountManager].as_str();
    for kept in ["prairie", "Prairie", secret, TOKEN, PASSWORD, service.folder.path().to_str().expect("text")] {
        assert!(!all.contains(kept), "{kept} is in a trace");
    }
    assert!(!service.log().contains(TOKEN), "the collector's token is in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_is_in_nobodys_way() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let away = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let (refusing, _) = collector(StatusCode::BAD_REQUEST).await;
    for address in [&away, &refusing] {
        let mut service = Service::start_in(Engine::Sqlite, &[], &[("OTEL_EXPORTER_OTLP_ENDPOINT", address)]);
        service.get(Role::Admin, "/me").await.given();
        let (status, _) = service.stop();
        assert!(status.success(), "it stops as ever");
        let log = service.log();
        assert!(log.contains("opentelemetry") && log.contains("WARN"), "nobody is told: {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_collector_there_are_no_traces() {
    let mut service = Service::start(Engine::Sqlite);
    service.send(service.request("GET", "/sign-in").header("x-request-id", "untraced-request")).await.given();
    service.stop();
    let line = &answered(&service)["untraced-request"];
    assert!(line["trace"].is_null() && line["milliseconds"].is_u64(), "{line}");
}

#[test]
fn a_collector_that_cannot_be_told_is_refused_at_the_start() {
    #[track_caller]
    fn check(variable: (&str, &str), says: &str) {
        let output = std::process::Command::new(sla_acceptance::binary())
            .args(["serve", "--json", "--listen", "127.0.0.1:0", "--ledger", "sqlite:/nonexistent/ledger.sqlite"])
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317")
            .env(variable.0, variable.1)
            .output()
            .expect("the binary runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("serve.telemetry") && said.contains(says), "{said}");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let empty = folder.path().join("none.pem").display().to_string();
    std::fs::write(&empty, "").expect("a file");
    check(("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"), "OTEL_EXPORTER_OTLP_PROTOCOL is");
    check(("OTEL_EXPORTER_OTLP_ENDPOINT", "127.0.0.1:4318"), "OTEL_EXPORTER_OTLP_ENDPOINT holds no address");
    check(("OTEL_EXPORTER_OTLP_CERTIFICATE", "/nonexistent/ca.pem"), "/nonexistent/ca.pem cannot be read");
    check(("OTEL_EXPORTER_OTLP_CERTIFICATE", &empty), "there is no certificate in it");
}
