//! The ledger on every engine that keeps one.

mod catalogue;
mod conformance;
mod copy;
mod engine;
mod others;
mod tampering;
mod tls;
mod workflow;
