//! Days on which a contract's parties do not work: the public holidays of a region and a customer's own closing days.
//!
//! Neither school holidays nor bank holidays live here, nor what follows from a day off: service hours are built in
//! [`crate::catalogue`], claim windows are counted in [`crate::price`].

mod closing;
mod data;
mod region;

use chrono::NaiveDate;

pub use closing::Closing;
pub(crate) use closing::closings;
pub use region::HolidayRegion;

/// Why nobody can say whether a day is a holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HolidayError {
    /// The contract counts with holidays and does not say whose.
    #[error("found no holidays, expected a region or closing days: whose holidays count?")]
    Unsaid,
    /// The day lies outside the years whose holidays are known.
    #[error(
        "found {day}, expected a day from {first} to {last}: of other years the holidays of {region} are not known"
    )]
    OutsideYears {
        /// The day.
        day: NaiveDate,
        /// The region.
        region: HolidayRegion,
        /// The first day that is known.
        first: NaiveDate,
        /// The last day that is known.
        last: NaiveDate,
    },
    /// Closing days leave no working day.
    #[error("found no working day in the ten years after {from}, expected closing days that leave some")]
    NeverOpen {
        /// Where the search began.
        from: NaiveDate,
    },
}
