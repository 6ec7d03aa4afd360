//! The main job through the real binary: a month is closed from a real Prometheus and from files, and every figure is
//! what was computed by hand; what goes wrong leaves the ledger as it was.

mod answers;
mod billing;
mod demo;
mod desk;
mod evidence;
mod facts;
mod figures;
mod front;
mod held;
mod interrupt;
mod killed;
mod occasions;
mod place;
mod refusals;
mod repeat;
mod review;
mod sealed;
mod sensitivity;
mod sign_in;
mod templates;
mod versions;
