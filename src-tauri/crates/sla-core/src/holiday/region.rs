//! A country or a part of it whose public holidays are known.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::HolidayError;
use super::data::{COUNTRIES, Country};
use crate::catalogue::ValueError;
use crate::catalogue::text_value;
use crate::phrase::Phrase;

/// A country or one of its regions by ISO 3166-2: `DE-BY`, `AT-9`, `CH-ZH`, `GB-SCT`, `US-CA`. A bare country such as
/// `DE` has the holidays of the country as a whole only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HolidayRegion {
    country: usize,
    region: usize,
}

text_value!(
    HolidayRegion,
    "sla-holiday-region",
    "a German or Austrian state, a Swiss canton, a nation of the United Kingdom or a state of the USA by ISO 3166-2, such \
     as \"DE-BY\", \"AT-9\", \"CH-ZH\", \"GB-SCT\" or \"US-CA\", or a country as a whole, such as \"DE\"",
    "ein deutsches oder österreichisches Bundesland, ein Schweizer Kanton, ein Landesteil des Vereinigten Königreichs oder ein \
     Bundesstaat der USA nach ISO 3166-2, etwa \"DE-BY\", \"AT-9\", \"CH-ZH\", \"GB-SCT\" oder \"US-CA\", oder ein Land als \
     Ganzes, etwa \"DE\""
);

impl HolidayRegion {
    /// Every region with known holidays.
    pub fn all() -> impl Iterator<Item = Self> {
        let countries = COUNTRIES.iter().enumerate();
        countries.flat_map(|(country, known)| (0..known.regions.len()).map(move |region| Self { country, region }))
    }

    /// Whether a day is a public holiday.
    ///
    /// # Errors
    /// [`HolidayError::OutsideYears`] when nobody knows.
    pub fn is_holiday(self, day: NaiveDate) -> Result<bool, HolidayError> {
        let (first, last) = self.known();
        if day < first || last < day {
            return Err(HolidayError::OutsideYears { day, region: self, first, last });
        }
        let having = self.country().days.get(&day).copied().unwrap_or_default();
        Ok(having & (1 << self.region) != 0)
    }

    /// First and last day of which the holidays are known.
    pub fn known(self) -> (NaiveDate, NaiveDate) {
        self.country().known
    }

    fn country(self) -> &'static Country {
        &COUNTRIES[self.country]
    }
}

impl FromStr for HolidayRegion {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let known = Self::all().find(|region| region.to_string() == text);
        known.ok_or_else(|| ValueError { found: text.to_owned(), expected: Self::EXPECTED })
    }
}

impl fmt::Display for HolidayRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Country { code, regions, .. } = self.country();
        if self.region == 0 { f.write_str(code) } else { write!(f, "{code}-{}", regions[self.region]) }
    }
}
