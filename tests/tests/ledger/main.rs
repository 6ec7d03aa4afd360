//! The ledger on every engine that keeps one.

mod access;
mod catalogue;
mod clocks;
mod conformance;
mod copy;
mod engine;
mod letters;
mod others;
mod outage;
mod overview;
mod rounds;
mod sign_in;
mod standby;
mod tampering;
mod tls;
mod upgrade;
mod workflow;
