//! The main job through the real binary: a month is closed from a real Prometheus and from files, and every figure is
//! what was computed by hand; what goes wrong leaves the ledger as it was.

mod demo;
mod desk;
mod figures;
mod interrupt;
mod refusals;
mod repeat;
mod sensitivity;
mod versions;
