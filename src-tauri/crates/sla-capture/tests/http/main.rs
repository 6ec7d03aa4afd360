//! The Prometheus adapter over HTTP and TLS, against servers that answer well, badly, or not at all.

mod adapter;
mod border;
mod counters;
mod support;
mod tls;
