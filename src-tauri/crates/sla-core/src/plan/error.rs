//! Why a month cannot be planned.

use crate::holiday::HolidayError;
use crate::time::{Month, UnixSeconds, utc_text};

/// Why a month cannot be closed.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum PlanError {
    /// No such tenant.
    #[error("found the tenant {tenant:?}, which the catalogue does not define; expected one of: {known}")]
    UnknownTenant {
        /// The id asked for.
        tenant: String,
        /// The ids that exist.
        known: String,
    },
    /// No contract is in force.
    #[error("no contract {}is in force in {month}; {known}", .tenant.as_ref().map_or(String::new(), |tenant| format!("of {tenant} ")))]
    NothingInForce {
        /// The month.
        month: Month,
        /// The tenant, when one was asked for.
        tenant: Option<String>,
        /// The contracts that there are.
        known: String,
    },
    /// The month has not ended yet.
    #[error(
        "the month {month} in {zone} ends at {}, and now it is {}: a month can be closed once it is over", utc_text(*.ends), utc_text(*.now)
    )]
    NotOver {
        /// The month.
        month: Month,
        /// Zone of the contract.
        zone: &'static str,
        /// End of the month, Unix seconds.
        ends: UnixSeconds,
        /// The clock, Unix seconds.
        now: UnixSeconds,
    },
    /// Contracts are in force, but every promise is judged over a longer period that does not end with this month.
    #[error("nothing is due in {month}: {tenant}'s contract {contract} is judged at the end of {due}")]
    NothingDue {
        /// The month.
        month: Month,
        /// The tenant.
        tenant: String,
        /// The contract.
        contract: String,
        /// The month in which the next measurement period ends.
        due: Month,
    },
    /// Service hours begin or end inside a slice.
    #[error(
        "{place}: the service hours of contract {contract} begin or end at {}, inside a slice of {slice}: choose narrower \
         slices or service hours that fit them", utc_text(*.border)
    )]
    CutSlice {
        /// Where the commitment stands, as `file:line`.
        place: String,
        /// The contract.
        contract: String,
        /// The border, Unix seconds.
        border: UnixSeconds,
        /// Width of the commitment's slices.
        slice: String,
    },
    /// Nobody can say which days of the service hours are holidays.
    #[error("{place}: the service hours of contract {contract} name holidays: {source}")]
    Holidays {
        /// Where the service hours stand, as `file:line`.
        place: String,
        /// The contract.
        contract: String,
        /// Why not.
        source: HolidayError,
    },
}

impl PlanError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownTenant { .. } => "plan.unknown_tenant",
            Self::NothingInForce { .. } => "plan.nothing_in_force",
            Self::NotOver { .. } => "plan.month_not_over",
            Self::NothingDue { .. } => "plan.nothing_due",
            Self::CutSlice { .. } => "plan.cut_slice",
            Self::Holidays { .. } => "plan.holidays_unknown",
        }
    }
}
