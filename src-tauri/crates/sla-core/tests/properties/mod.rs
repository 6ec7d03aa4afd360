//! What holds of every contract and every month: a worse month never costs less, no rounding passes a cap, every amount
//! can be derived again from what its derivation names.

mod bands;
mod caps;
mod contracts;
mod derivations;
mod months;
mod outages;
mod roundtrip;
mod shared;
mod terms;
mod worse;
mod yaml;
