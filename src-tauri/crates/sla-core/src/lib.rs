//! The rules of SLA Desk, pure: they know no clock, no database, no network and no file. Time is an argument.
//!
//! Read it in the order in which a month is judged: a [`time::Month`] in the contract's zone becomes sets of seconds
//! ([`interval`]), evidence ([`evidence`]) becomes an exact attainment ([`ratio`]), and a tenant's whole month one value
//! ([`record`]) whose recording is an entry of the [`audit`] chain.

pub mod assess;
pub mod audit;
pub mod catalogue;
pub mod evidence;
pub mod interval;
pub mod measurement;
pub mod money;
pub mod ratio;
pub mod record;
pub mod time;

/// The zone type of the whole program: an IANA zone with its rules compiled in.
pub use chrono_tz::Tz;
