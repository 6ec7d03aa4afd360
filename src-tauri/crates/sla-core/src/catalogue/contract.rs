//! Our own kinds: `Tenant`, `Contract` and `Exclusion`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::hours::ServiceHours;
use super::value::{Day, Instant, Name, SliceWidth, Zone};
use crate::money::{Amount, Currency};
use crate::ratio::{Percent, Rounding};
use crate::record::{Contact, ExclusionMode, Language, Method, QuietReading, UnknownReading};

/// A customer. The document's name is the tenant's id, its display name the customer's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TenantSpec {
    /// Language of the customer's documents.
    pub language: Language,
    /// Who receives them.
    #[schemars(length(min = 1))]
    pub contacts: Vec<Contact>,
}

/// A version of a contract. Versions of one contract share the document's name and differ in `version`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContractSpec {
    /// Name of the `Tenant`.
    pub tenant: Name,
    /// Version of the contract, from 1. A version that was recorded cannot change: raise the number.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub version: u32,
    /// First local day on which it is in force.
    pub valid_from: Day,
    /// Last local day on which it is in force; open when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Day>,
    /// Zone of the contractual month and of the service hours.
    pub time_zone: Zone,
    /// Currency of fee and credits.
    pub currency: Currency,
    /// What the customer pays.
    pub fee: Fee,
    /// When the service is promised, in local time.
    pub service_hours: ServiceHours,
    /// How a credit is rounded to the currency's minor unit: once per commitment.
    pub rounding: Rounding,
    /// What is promised.
    #[schemars(length(min = 1))]
    pub commitments: Vec<Commitment>,
}

/// What the customer pays for the services of the contract: net of VAT, without one-off charges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fee {
    /// For a whole month.
    pub monthly: Amount,
    /// What counts for a month in which the contract is in force for some days only; must be said when it begins after
    /// the first or ends before the last of a month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_month: Option<PartMonth>,
}

/// The fee that credits are a share of in a part month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PartMonth {
    /// The whole monthly fee.
    Full,
    /// The monthly fee times days in force over days of the month.
    Daily,
}

/// One promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Commitment {
    /// Its name within the contract.
    pub name: Name,
    /// The name that the customer reads, in the customer's language; the SLO's when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 120))]
    pub display_name: Option<String>,
    /// Name of the `SLO` that is measured.
    pub slo: Name,
    /// The promised attainment in percent.
    pub target: Percent,
    /// How attainment is counted.
    pub method: Method,
    /// Width of a slice.
    pub slice: SliceWidth,
    /// Percentage of good events below which a slice is down. `Timeslices` needs it. For the other methods it decides
    /// only which slices are listed as outages; when not said, those without any good event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slice_target: Option<Percent>,
    /// How time without evidence is read. There is no default.
    pub unknown: UnknownReading,
    /// How a slice without any event is read. There is no default.
    pub quiet: QuietReading,
    /// Whether excluded time leaves both sides or stays as good. There is no default.
    pub exclusions: ExclusionMode,
    /// Service credits by attainment; together they cover 0 to the target with neither gap nor overlap. Empty when no
    /// credit is agreed.
    pub bands: Vec<Band>,
}

/// A credit for an attainment of `from` ≤ attained < `below`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Band {
    /// Least attained percentage inside.
    pub from: Percent,
    /// First attained percentage above.
    pub below: Percent,
    /// Credit in percent of the fee.
    pub credit: Percent,
}

/// A stretch of time that should not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExclusionSpec {
    /// Name of the `Tenant`.
    pub tenant: Name,
    /// Commitments it covers, by name; all of the tenant's when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commitments: Vec<Name>,
    /// First second that does not count.
    pub start: Instant,
    /// First second that counts again.
    pub end: Instant,
    /// Why, as the report prints it.
    #[schemars(length(min = 1, max = 500))]
    pub reason: String,
    /// Who asked for it.
    #[schemars(length(min = 1))]
    pub requested_by: String,
    /// Who approved it: somebody else. Nobody yet when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
}
