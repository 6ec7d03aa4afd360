//! The traps of the field that concern time, ratio or money: one named test each, through the real rules from a
//! catalogue's text to the record of a month.
//!
//! Traps 8 and 9 of heartbeats stand in `tests/heartbeat`, 24 (an alert's start taken for the outage's) in
//! `tests/incident`. The rules of the others live in other crates, and so do their tests: 2 (a border sample counted
//! twice), 11 (retention, partial response, deduplication), 23 (labels) and 26 (warnings) in sla-capture, 22 (formulas,
//! fonts, equal bytes) in sla-report, 27 (poolers) in sla-ledger.

mod money;
mod ratio;
mod time;
