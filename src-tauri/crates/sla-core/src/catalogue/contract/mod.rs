//! Our own kinds: `Tenant`, `Contract` and `Exclusion`.

mod exclusion;
mod holidays;
mod penalty;
mod second;
mod terms;
mod value;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use exclusion::{ExclusionSpec, Maintenance};
pub use holidays::Holidays;
pub use penalty::{
    Affected, AtRiskPart, Band, Bonus, EarnBack, Fixed, FixedPer, Model, Multiplier, OutageTier, Penalty, PerOutage,
    PerUnit, PointBand, Proportional, Repeat, RepeatStep, UnitCounting,
};
pub use second::{SecondReading, WhenOpen};
pub use terms::{
    Acceptance, AtRisk, AttainmentRounding, Cap, CapBase, CapScope, CapYear, CarriedCredit, CarriedForward,
    CarriedMiss, Claim, ClaimStart, ClaimUnit, LegalNature, MinimumCredit, MoneyRounding, NoStacking, PointWorth,
    Right, RoundingPlace,
};

pub use value::{Bound, Comparison, ConsumptionBudget, Threshold};

use super::hours::ServiceHours;
use super::value::{Day, Name, SliceWidth, Zone};
use crate::heartbeat::HeartbeatTerms;
use crate::incident::IncidentTarget;
use crate::money::{Amount, Currency};
use crate::ratio::Percent;
use crate::record::{Contact, ExclusionKind, ExclusionMode, Language, Method, QuietReading, UnknownReading};
use crate::time::MeasurementPeriod;

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
    /// Name of the `SlaTemplate` whose terms it takes over, except those that it says itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<Name>,
    /// What it does not take over: `minimumCredit`, `commitments.latency`, `commitments.latency.consecutiveSlices`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
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
    /// When the service is promised, in local time. `PH` stands for the days of `holidays`.
    pub service_hours: ServiceHours,
    /// Whose holidays count; must be said when service hours name `PH`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holidays: Option<Holidays>,
    /// How credits are rounded.
    pub rounding: MoneyRounding,
    /// What a credit is in law.
    pub legal_nature: LegalNature,
    /// Kinds of exclusion that the parties agreed on; others are never accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded_kinds: Vec<ExclusionKind>,
    /// When planned maintenance is excluded; must be said when `excludedKinds` names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintenance: Option<Maintenance>,
    /// The amount that commitments with `atRisk` share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_risk: Option<AtRisk>,
    /// What a service point is worth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point_worth: Option<PointWorth>,
    /// A credit below it is not paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_credit: Option<MinimumCredit>,
    /// Groups of commitments of which only one pays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub no_stacking: Vec<NoStacking>,
    /// Caps in the order in which they apply; an empty list says that there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caps: Option<Vec<Cap>>,
    /// By when a customer must claim a credit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
    /// Rights that misses open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rights: Vec<Right>,
    /// What happened before the ledger knew of the contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried_forward: Option<CarriedForward>,
    /// Findings of the linter that the parties know and take as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<Acceptance>,
    /// What is promised of measurements.
    #[schemars(length(min = 1))]
    pub commitments: Vec<Commitment>,
    /// What is promised of incidents: response and restoration times.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<IncidentTarget>,
}

impl ContractSpec {
    /// Everything that is promised, in the order in which it is judged and priced.
    pub fn promises(&self) -> impl Iterator<Item = Promise<'_>> {
        self.commitments.iter().map(Promise::from).chain(self.incidents.iter().map(Promise::from))
    }
}

/// What every promise has, be it measured or counted from incidents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise<'a> {
    /// Its name within the contract.
    pub name: &'a Name,
    /// The promised attainment.
    pub target: Percent,
    /// Over which calendar period it is judged.
    pub period: MeasurementPeriod,
    /// The monthly fee of the affected service, where it has its own.
    pub fee: Option<Amount>,
    /// How what was attained is rounded before it is compared.
    pub attainment_rounding: Option<AttainmentRounding>,
    /// What a miss costs.
    pub penalty: &'a Penalty,
}

impl<'a> From<&'a Commitment> for Promise<'a> {
    fn from(commitment: &'a Commitment) -> Self {
        let Commitment { name, target, period, fee, attainment_rounding, penalty, .. } = commitment;
        Self { name, target: *target, period: *period, fee: *fee, attainment_rounding: *attainment_rounding, penalty }
    }
}

impl<'a> From<&'a IncidentTarget> for Promise<'a> {
    fn from(promise: &'a IncidentTarget) -> Self {
        let IncidentTarget { name, target, period, fee, penalty, .. } = promise;
        Self { name, target: *target, period: *period, fee: *fee, attainment_rounding: None, penalty }
    }
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
    /// The whole monthly fee. Versions that share a month divide it by the days on which each of them is in force.
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
    /// Over which calendar period it is judged; the month when not said.
    #[serde(default, skip_serializing_if = "MeasurementPeriod::is_month")]
    pub period: MeasurementPeriod,
    /// The monthly fee of the affected service, which credits are a share of; the contract's fee when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Amount>,
    /// How attainment is counted.
    pub method: Method,
    /// Width of a slice.
    pub slice: SliceWidth,
    /// Percentage of good events below which a slice is down. `Timeslices` needs it. For the other methods it decides
    /// only which slices are listed as outages; when not said, those without any good event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slice_target: Option<Percent>,
    /// The bound that each slice's value must keep, for an SLI with `thresholdMetric`; the method is then Timeslices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Threshold>,
    /// What the period may consume, for an SLI with `thresholdMetric`; the method is then Consumption, and what is
    /// attained is budget / consumption, at most 100 %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<ConsumptionBudget>,
    /// What the silence of probes means, for an SLI with `heartbeats`; the method is then Timeslices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heartbeat: Option<HeartbeatTerms>,
    /// How time without evidence is read. There is no default.
    pub unknown: UnknownReading,
    /// How a slice without any event is read. There is no default.
    pub quiet: QuietReading,
    /// Whether excluded time leaves both sides or stays as good. There is no default.
    pub exclusions: ExclusionMode,
    /// How what was attained is rounded before it is compared; not at all when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attainment_rounding: Option<AttainmentRounding>,
    /// Least number of bad slices in a row that count as an outage, for `Timeslices`; one when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 2, max = 10_000))]
    pub consecutive_slices: Option<u32>,
    /// Least number of events that a judgement may rest on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_events: Option<MinimumEvents>,
    /// A second measurement of the same promise, which the first must agree with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_reading: Option<SecondReading>,
    /// What a miss costs.
    pub penalty: Penalty,
}

impl Commitment {
    /// What its values are counted in, as the report prints it; `None` where events or time are counted.
    pub fn unit(&self) -> Option<&str> {
        let budget = self.budget.as_ref().map(|budget| budget.unit.as_str());
        budget.or(self.threshold.as_ref().map(|threshold| threshold.unit.as_str()))
    }
}

/// Least number of events that a judgement may rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MinimumEvents {
    /// A slice with fewer events is read as one without any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 2, max = 1_000_000_000))]
    pub per_slice: Option<u32>,
    /// A period with fewer events is not judged, and nothing is owed for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub per_period: Option<u32>,
}
