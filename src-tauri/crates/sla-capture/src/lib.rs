//! Evidence in: what a source says about a month becomes one Parquet file that says where it came from.
//!
//! Read it in the order in which data walks through: a [`Source`] ([`Prometheus`] over HTTP, a [`Database`], or a
//! [`FileSource`]) answers a [`CaptureRequest`] with [`Slices`]; [`encode`] writes them as a file of the one evidence schema of
//! [`sla_core::evidence`], provenance inside; an [`EvidenceStore`] keeps the file under the hash of its bytes.
//!
//! Invariants:
//! - Numbers are parsed from the text that the source sent, as exact decimals; none passes through a float. A float in a
//!   Parquet file counts as the shortest decimal that it prints as.
//! - What a source did not say, or said under a warning, is null or has no row. Nothing is filled in.
//! - Equal slices give byte-identical files: no clock, no machine and no path goes into them.
//! - The rules of the contract are not known here: a negative count, or more good events than events, is kept as it is
//!   for the measure room to judge.

mod beats;
mod beside;
mod client;
mod counter;
mod days;
mod ends;
mod error;
mod evidence;
mod file;
mod gather;
mod guard;
mod number;
mod place;
mod prometheus;
mod recorded;
mod slices;
mod source;
mod sql;

pub use beside::wait_beside;
pub use client::{ClientError, ClientTerms, ExchangeError, chain, client, exchange, is_loopback};
pub use days::{Added, CaptureLock, CapturedDay, CapturedDays, DayVersion, DaysError, join, usable};
pub use error::CaptureError;
pub use evidence::{
    Bucket, BucketError, Evidence, EvidenceError, EvidenceStore, StoreError, decode, encode, read_provenance,
};
pub use file::{
    BeatSource, ChargeSource, FileError, FileSource, IncidentSource, MAX_BEATS_BYTES, MAX_CHARGES_BYTES, MAX_CSV_BYTES,
    MAX_FILE_ROWS, MAX_INCIDENTS_BYTES, MAX_PARQUET_BYTES, Place, Position,
};
pub use place::EvidencePlace;
pub use prometheus::{
    About, Auth, Backoff, CounterSource, MAX_POINTS_PER_REQUEST, ProbeSource, Prometheus, PrometheusConfig,
    PrometheusError, PrometheusSource, Reading, Secret,
};
pub use recorded::answers;
pub use slices::{Slice, Slices, SlicesError};
pub use source::{BoxFuture, CaptureRequest, MAX_SLICES, NoProgress, Progress, Source};
pub use sql::{AboutDatabase, Database, SqlBeatSource, SqlConfig, SqlError, SqlSource};
