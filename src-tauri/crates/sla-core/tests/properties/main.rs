//! What holds of every contract and every month: a worse month never costs less, no rounding passes a cap, every amount
//! can be derived again from what its derivation names.

// The desk is the traps' own; this program uses a part of it.
#[allow(dead_code)]
#[path = "../traps/desk.rs"]
mod desk;

mod bands;
mod caps;
mod contracts;
mod derivations;
mod months;
mod roundtrip;
mod terms;
