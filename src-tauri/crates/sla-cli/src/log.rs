//! What is logged, and how, to standard error. `SLA_LOG` says how much, as in `SLA_LOG=debug`.

use tracing::Subscriber;
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::{Filter, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use crate::telemetry::Telemetry;

/// For people at a prompt: only what they should know.
pub(crate) fn at_prompt() {
    let lines = fmt::layer().with_writer(std::io::stderr).without_time().with_filter(wanted("warn"));
    tracing_subscriber::registry().with(lines).init();
}

/// For what collects the logs of a service: one JSON object a line, beside the traces that a collector gets.
pub(crate) fn of_service(telemetry: Option<&Telemetry>) {
    let lines = fmt::layer().with_writer(std::io::stderr).json().flatten_event(true).with_filter(wanted("info"));
    tracing_subscriber::registry().with(lines).with(telemetry.map(Telemetry::layer)).init();
}

/// Lines only: spans are for traces, and cost nothing where there are none.
fn wanted<S: Subscriber>(otherwise: &str) -> impl Filter<S> + use<S> {
    let wanted = EnvFilter::try_from_env("SLA_LOG").unwrap_or_else(|_| otherwise.into());
    wanted.and(filter_fn(|metadata| metadata.is_event()))
}
