//! The ledger on every engine that keeps one.

mod access;
mod catalogue;
mod conformance;
mod copy;
mod engine;
mod others;
mod overview;
mod rounds;
mod tampering;
mod tls;
mod upgrade;
mod workflow;
