//! Whose holidays a contract counts with.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::holiday::{Closing, HolidayError, HolidayRegion};

/// Days off beside weekends: the public holidays of a region, a customer's own closing days, or both. Service hours name
/// them `PH`; claim windows of working days leave them out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Holidays {
    /// The region whose public holidays count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<HolidayRegion>,
    /// iCalendar files with closing days as whole-day events, relative to the folder of the contract's file. Without a
    /// region they are all the holidays that there are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(inner(length(min = 1, max = 200)))]
    pub closing_days: Vec<String>,
    /// What the files say: part of the contract's content, so that a version whose closing days change is another one.
    #[serde(skip_deserializing, skip_serializing_if = "Vec::is_empty")]
    #[schemars(skip)]
    pub closed: Vec<Closing>,
}

impl Holidays {
    /// The days off of `first..=last`.
    ///
    /// # Errors
    /// [`HolidayError::OutsideYears`] when the region's holidays are not known for all of them.
    pub fn between(&self, first: NaiveDate, last: NaiveDate) -> Result<BTreeSet<NaiveDate>, HolidayError> {
        let mut days: BTreeSet<NaiveDate> =
            self.closed.iter().flat_map(|closing| closing.days_between(first, last)).collect();
        if let Some(region) = self.region {
            for day in first.iter_days().take_while(|day| *day <= last) {
                if region.is_holiday(day)? {
                    days.insert(day);
                }
            }
        }
        Ok(days)
    }
}
