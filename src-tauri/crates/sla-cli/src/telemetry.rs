//! What a served program tells an OpenTelemetry collector: a trace of each request and each job, with its log lines inside.
//! It does so only when the environment names a collector, by the variables of OpenTelemetry's own specification.
//!
//! Metrics are not sent: a collector reads them from `/metrics`, as Prometheus does.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::resource::{EnvResourceDetector, TelemetryResourceDetector};
use opentelemetry_sdk::trace::SdkTracerProvider;
use sla_app::{ClientTerms, client, exchange};
use tokio::runtime::Handle;
use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;
use url::Url;

use crate::failure::Failure;

/// What the program is called, unless `OTEL_SERVICE_NAME` says otherwise.
const SERVICE: &str = "sla-desk";
/// Longest time to connect to a collector.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Longest time for one request, unless the environment says otherwise: what the specification names.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// Longest wait for the last traces when the program stops.
const FINISH_WITHIN: Duration = Duration::from_secs(5);
/// Largest answer of a collector that is read, in bytes; a plain one is empty.
const MOST_BYTES: usize = 1 << 20;
/// Whose spans and log lines are told. Those of libraries are not: they name addresses and statements.
const ROOMS: [&str; 5] = ["sla_api", "sla_app", "sla_capture", "sla_cli", "sla_ledger"];

/// Reads a variable of the environment; an empty one is none.
type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Where traces go, and how, as the environment says.
#[derive(PartialEq, Eq)]
struct Config {
    /// Where they are posted to.
    endpoint: Url,
    /// Certificate authorities; the system's when not said.
    authorities: Option<PathBuf>,
    answer_within: Duration,
}

impl fmt::Debug for Config {
    // The address may hold a token.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Config").field("answer_within", &self.answer_within).finish_non_exhaustive()
    }
}

/// The value of a variable for traces, or else of the one for everything, with the name of the one that said it.
fn either(variables: Variables<'_>, end: &str) -> Option<(String, String)> {
    let named = |name: String| variables(&name).map(|value| (name, value));
    named(format!("OTEL_EXPORTER_OTLP_TRACES_{end}")).or_else(|| named(format!("OTEL_EXPORTER_OTLP_{end}")))
}

fn refuse(name: &str, reason: impl fmt::Display) -> Failure {
    Failure::new("serve.telemetry", format!("the variable {name} {reason}"))
}

impl Config {
    /// What the environment says; nothing when it names no collector.
    fn read(variables: Variables<'_>) -> Result<Option<Self>, Failure> {
        if variables("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            return Ok(None);
        }
        match variables("OTEL_TRACES_EXPORTER").as_deref() {
            Some("none") => return Ok(None),
            None | Some("otlp") => {}
            Some(other) => return Err(refuse("OTEL_TRACES_EXPORTER", format!("is {other:?}; expected otlp or none"))),
        }
        let Some((name, address)) = either(variables, "ENDPOINT") else { return Ok(None) };
        // The address is not quoted: it may hold a token.
        let mut endpoint = Url::parse(&address).map_err(|error| refuse(&name, format!("holds no address: {error}")))?;
        if !matches!(endpoint.scheme(), "http" | "https") || endpoint.host_str().is_none() {
            return Err(refuse(
                &name,
                "holds no address of a collector; expected http://… or https://…, as in http://127.0.0.1:4318",
            ));
        }
        if !endpoint.username().is_empty() || endpoint.password().is_some() {
            return Err(refuse(&name, "holds a user or a password; put credentials into OTEL_EXPORTER_OTLP_HEADERS"));
        }
        if name == "OTEL_EXPORTER_OTLP_ENDPOINT" {
            // The address for everything has a path for each kind below it; the one for traces is taken as it is.
            let path = format!("{}/v1/traces", endpoint.path().trim_end_matches('/'));
            endpoint.set_path(&path);
        }
        if let Some((name, protocol)) = either(variables, "PROTOCOL").filter(|(_, value)| value != "http/protobuf") {
            let reason =
                format!("is {protocol:?}, which is not spoken here; expected http/protobuf (port 4318 of a collector)");
            return Err(refuse(&name, reason));
        }
        let answer_within = match either(variables, "TIMEOUT") {
            None => ANSWER_WITHIN,
            Some((name, text)) => match text.parse().ok().filter(|milliseconds| *milliseconds > 0) {
                Some(milliseconds) => Duration::from_millis(milliseconds),
                None => return Err(refuse(&name, format!("is {text:?}; expected milliseconds, for example 10000"))),
            },
        };
        let authorities = either(variables, "CERTIFICATE").map(|(_, file)| PathBuf::from(file));
        Ok(Some(Self { endpoint, authorities, answer_within }))
    }
}

/// Traces on their way to a collector.
pub(crate) struct Telemetry(SdkTracerProvider);

impl Telemetry {
    /// Begins as the environment says; nothing when it names no collector. Traces are posted by `runtime`.
    ///
    /// # Errors
    /// `serve.telemetry` when the environment says what cannot be done, with the variable's name.
    pub(crate) fn begin(runtime: &Handle) -> Result<Option<Self>, Failure> {
        let variables = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let Some(config) = Config::read(&variables)? else { return Ok(None) };
        let failed = |reason: String| Failure::new("serve.telemetry", format!("traces cannot be sent: {reason}"));
        let read = |file: &PathBuf| {
            std::fs::read(file).map_err(|error| failed(format!("{} cannot be read: {error}", file.display())))
        };
        let ca_pem = config.authorities.as_ref().map(read).transpose()?;
        let terms = ClientTerms {
            base: &config.endpoint,
            ca_pem: ca_pem.as_deref(),
            connect_within: CONNECT_WITHIN,
            answer_within: config.answer_within,
        };
        let client = client(&terms).map_err(|error| failed(error.to_string()))?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Post { client, runtime: runtime.clone() })
            .with_endpoint(config.endpoint.as_str())
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(config.answer_within)
            .build()
            .map_err(|error| failed(error.to_string()))?;
        let provider =
            SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(service(&variables)).build();
        opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
        Ok(Some(Self(provider)))
    }

    /// What hands spans and log lines over.
    pub(crate) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let told = ROOMS.map(|room| (room, LevelFilter::INFO));
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer(SERVICE))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(Targets::new().with_targets(told))
    }

    /// Sends what is left. To be called while the runtime lives.
    pub(crate) fn finish(self) {
        if let Err(error) = self.0.shutdown_with_timeout(FINISH_WITHIN) {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

/// What is told of the program itself: what the environment says counts more than what is known here.
fn service(variables: Variables<'_>) -> Resource {
    let known = Resource::builder_empty()
        .with_service_name(SERVICE)
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .with_detectors(&[Box::new(TelemetryResourceDetector), Box::new(EnvResourceDetector::new())]);
    match variables("OTEL_SERVICE_NAME") {
        Some(name) => known.with_service_name(name).build(),
        None => known.build(),
    }
}

/// Posts for the exporter, whose own thread has no runtime.
#[derive(Debug)]
struct Post {
    client: reqwest::Client,
    runtime: Handle,
}

#[async_trait::async_trait]
impl HttpClient for Post {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (client, request) = (self.client.clone(), request.try_into()?);
        let answer = self.runtime.spawn(async move { exchange(&client, request, MOST_BYTES).await }).await??;
        Ok(answer.map(Bytes::from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What variables, each written NAME=value, come to: the address and the time limit in milliseconds, nothing, or a refusal
    /// that says `expected`.
    #[track_caller]
    fn check(said: &[&str], expected: Result<Option<(&str, u64)>, &str>) {
        let variables = |name: &str| {
            let found = said.iter().filter_map(|variable| variable.split_once('=')).find(|(known, _)| *known == name);
            found.map(|(_, value)| value.to_owned())
        };
        match (Config::read(&variables), expected) {
            (Ok(config), Ok(expected)) => {
                let found = config.map(|config| (config.endpoint.to_string(), config.answer_within));
                let expected = expected.map(|(address, wait)| (address.to_owned(), Duration::from_millis(wait)));
                assert_eq!(found, expected, "{said:?}");
            }
            (Err(failure), Err(expected)) => {
                assert_eq!(failure.code, "serve.telemetry");
                assert!(failure.message.contains(expected), "{said:?}: {}", failure.message);
                assert!(!failure.message.contains("secret"), "{said:?}: {}", failure.message);
            }
            (found, expected) => panic!("{said:?}: {found:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn the_environment_says_where_traces_go() {
        const ALL: &str = "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318";
        const TRACES: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=https://traces.example.com/in";
        check(&[], Ok(None));
        check(&["OTEL_SERVICE_NAME=desk"], Ok(None));
        check(&[ALL], Ok(Some(("http://127.0.0.1:4318/v1/traces", 10_000))));
        check(
            &["OTEL_EXPORTER_OTLP_ENDPOINT=https://otel.example.com/x/"],
            Ok(Some(("https://otel.example.com/x/v1/traces", 10_000))),
        );
        check(&[TRACES], Ok(Some(("https://traces.example.com/in", 10_000))));
        check(&[ALL, TRACES], Ok(Some(("https://traces.example.com/in", 10_000))));
        check(&[ALL, "OTEL_EXPORTER_OTLP_TIMEOUT=250"], Ok(Some(("http://127.0.0.1:4318/v1/traces", 250))));
        check(
            &[ALL, "OTEL_EXPORTER_OTLP_TIMEOUT=250", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT=70"],
            Ok(Some(("http://127.0.0.1:4318/v1/traces", 70))),
        );
        check(
            &[ALL, "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"],
            Ok(Some(("http://127.0.0.1:4318/v1/traces", 10_000))),
        );
        check(&[ALL, "OTEL_SDK_DISABLED=TRUE"], Ok(None));
        check(&[ALL, "OTEL_SDK_DISABLED=no"], Ok(Some(("http://127.0.0.1:4318/v1/traces", 10_000))));
        check(&[ALL, "OTEL_TRACES_EXPORTER=none"], Ok(None));
        check(&[ALL, "OTEL_TRACES_EXPORTER=otlp"], Ok(Some(("http://127.0.0.1:4318/v1/traces", 10_000))));
    }

    #[test]
    fn what_cannot_be_done_is_refused_with_the_variable() {
        const ALL: &str = "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318";
        check(&["OTEL_EXPORTER_OTLP_ENDPOINT=127.0.0.1:4318"], Err("OTEL_EXPORTER_OTLP_ENDPOINT holds no address"));
        check(&["OTEL_EXPORTER_OTLP_ENDPOINT=localhost:4318"], Err("expected http://"));
        check(
            &["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=grpc://a:1"],
            Err("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT holds no address of"),
        );
        check(&["OTEL_EXPORTER_OTLP_ENDPOINT=http://me:secret@a:1"], Err("OTEL_EXPORTER_OTLP_HEADERS"));
        check(&[ALL, "OTEL_EXPORTER_OTLP_PROTOCOL=grpc"], Err("OTEL_EXPORTER_OTLP_PROTOCOL is \"grpc\""));
        check(&[ALL, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/json"], Err("expected http/protobuf"));
        check(&[ALL, "OTEL_EXPORTER_OTLP_TIMEOUT=10s"], Err("expected milliseconds"));
        check(&[ALL, "OTEL_EXPORTER_OTLP_TIMEOUT=0"], Err("expected milliseconds"));
        check(&[ALL, "OTEL_TRACES_EXPORTER=zipkin"], Err("OTEL_TRACES_EXPORTER is \"zipkin\""));
    }
}
