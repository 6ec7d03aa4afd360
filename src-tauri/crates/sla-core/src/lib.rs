//! The rules of SLA Desk, pure: they know no clock, no database, no network and no file. Time is an argument.
//!
//! Read it in the order in which a month is judged: the [`catalogue`] and a [`time::Month`] become a [`plan`] of sets of
//! seconds ([`interval`]) and requests to sources; [`evidence`] is measured ([`measurement`]), judged and priced
//! ([`assess`]) on exact ratios ([`ratio`], [`money`]); a tenant's whole month is stated ([`statement`]) as one value
//! ([`record`]) whose recording is an entry of the [`audit`] chain.
//!
//! Beside them stand readings that become part of a month: the beats of probes ([`heartbeat`]) and the clocks of
//! incidents ([`incident`]); what explains the outages of a closed month ([`outage`]), and how it went hour by hour
//! ([`course`]); how fast an error budget burns before the month is over ([`burn`], [`standing`]); how a stated month passes
//! through several hands ([`workflow`]), and what is entered to be
//! approved, too ([`decision`]); what that means for the invoice ([`billing`]), who may do what ([`access`]), and where work is that
//! takes long ([`job`]).

pub mod access;
pub mod assess;
pub mod audit;
pub mod billing;
pub mod burn;
pub mod catalogue;
pub mod course;
pub mod decision;
pub mod derivation;
pub mod evidence;
pub mod governance;
pub mod heartbeat;
pub mod holiday;
pub mod incident;
pub mod interval;
pub mod job;
pub mod measurement;
pub mod money;
pub mod outage;
pub mod phrase;
pub mod plan;
pub mod price;
pub mod ratio;
pub mod reconcile;
pub mod record;
pub mod standing;
pub mod statement;
pub mod time;
pub mod workflow;

/// The zone type of the whole program: an IANA zone with its rules compiled in.
pub use chrono_tz::Tz;
