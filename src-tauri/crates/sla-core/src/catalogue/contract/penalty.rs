//! What a missed promise costs: one model for each commitment, and what modifies it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::bands::BandRange;
use crate::catalogue::duration::Duration;
use crate::catalogue::quantity::{Factor, Share};
use crate::catalogue::value::Name;
use crate::money::Amount;
use crate::ratio::Percent;

/// What a missed promise costs. At most one model; none when no penalty is agreed (`penalty: {}`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Penalty {
    /// By attainment: exactly one band holds what was attained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub bands: Option<Vec<Band>>,
    /// By started or full units of downtime above what the target allows; for incidents, above the limit of each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_unit: Option<PerUnit>,
    /// A multiple of the fee for the time of the outage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiplier: Option<Multiplier>,
    /// The fee for the time of the outage, as far as the customer was affected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proportional: Option<Proportional>,
    /// This commitment's part of the contract's amount at risk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_risk: Option<AtRiskPart>,
    /// Service points by attainment; the contract says what a point is worth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub points: Option<Vec<PointBand>>,
    /// A fixed sum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed: Option<Fixed>,
    /// By the length of each single outage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_outage: Option<PerOutage>,
    /// More for misses that repeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    /// The credit is waived when the promise is kept again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earn_back: Option<EarnBack>,
    /// A rise of the fee for more than was promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bonus: Option<Bonus>,
}

/// The one model of a [`Penalty`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model<'a> {
    /// See [`Penalty::bands`].
    Bands(&'a [Band]),
    /// See [`Penalty::per_unit`].
    PerUnit(&'a PerUnit),
    /// See [`Penalty::multiplier`].
    Multiplier(&'a Multiplier),
    /// See [`Penalty::proportional`].
    Proportional(&'a Proportional),
    /// See [`Penalty::at_risk`].
    AtRisk(&'a AtRiskPart),
    /// See [`Penalty::points`].
    Points(&'a [PointBand]),
    /// See [`Penalty::fixed`].
    Fixed(&'a Fixed),
    /// See [`Penalty::per_outage`].
    PerOutage(&'a PerOutage),
}

impl Model<'_> {
    /// The field's name in a catalogue.
    pub fn field(self) -> &'static str {
        match self {
            Self::Bands(_) => "bands",
            Self::PerUnit(_) => "perUnit",
            Self::Multiplier(_) => "multiplier",
            Self::Proportional(_) => "proportional",
            Self::AtRisk(_) => "atRisk",
            Self::Points(_) => "points",
            Self::Fixed(_) => "fixed",
            Self::PerOutage(_) => "perOutage",
        }
    }
}

impl Penalty {
    /// Every model that is given; a sound penalty has at most one.
    pub fn models(&self) -> Vec<Model<'_>> {
        let all = [
            self.bands.as_deref().map(Model::Bands),
            self.per_unit.as_ref().map(Model::PerUnit),
            self.multiplier.as_ref().map(Model::Multiplier),
            self.proportional.as_ref().map(Model::Proportional),
            self.at_risk.as_ref().map(Model::AtRisk),
            self.points.as_deref().map(Model::Points),
            self.fixed.as_ref().map(Model::Fixed),
            self.per_outage.as_ref().map(Model::PerOutage),
        ];
        all.into_iter().flatten().collect()
    }

    /// The model; `None` when no penalty is agreed.
    pub fn model(&self) -> Option<Model<'_>> {
        self.models().first().copied()
    }
}

/// A credit for what was attained: a share of the base or an amount, exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Band {
    /// Least attained percentage inside: from ≤ attained. Give this or `above`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Percent>,
    /// Highest attained percentage below the band: above < attained. Give this or `from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<Percent>,
    /// First attained percentage above the band: attained < below. Give this or `upTo`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<Percent>,
    /// Highest attained percentage inside: attained ≤ upTo. Give this or `below`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<Percent>,
    /// Credit as a share of the base; give this or `amount`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit: Option<Share>,
    /// Credit as an amount in the contract's currency; give this or `credit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
}

impl Band {
    /// The attainments inside; `None` unless each end is given exactly once.
    pub fn range(&self) -> Option<BandRange> {
        BandRange::new([self.from, self.above, self.below, self.up_to])
    }
}

/// Service points for what was attained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PointBand {
    /// Least attained percentage inside: from ≤ attained. Give this or `above`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Percent>,
    /// Highest attained percentage below the band: above < attained. Give this or `from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<Percent>,
    /// First attained percentage above the band: attained < below. Give this or `upTo`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<Percent>,
    /// Highest attained percentage inside: attained ≤ upTo. Give this or `below`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<Percent>,
    /// Points.
    #[schemars(range(min = 0, max = 1000))]
    pub points: u32,
}

impl PointBand {
    /// The attainments inside; `None` unless each end is given exactly once.
    pub fn range(&self) -> Option<BandRange> {
        BandRange::new([self.from, self.above, self.below, self.up_to])
    }
}

/// A credit for every unit of time above what is allowed: a share of the base or an amount, exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PerUnit {
    /// The unit of time, such as `30m`.
    pub unit: Duration,
    /// Whether a unit counts when it has begun ("je angefangene 30 Minuten") or when it is full. There is no default.
    pub counting: UnitCounting,
    /// Credit for each unit as a share of the base; give this or `amount`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit: Option<Share>,
    /// Credit for each unit as an amount; give this or `credit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
}

/// When a unit of time counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum UnitCounting {
    /// Once it has begun.
    Started,
    /// Once it is full.
    Full,
}

/// `factor` · base · downtime / service time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Multiplier {
    /// The multiple, such as `10`.
    pub factor: Factor,
}

/// Base · downtime · affected share / service time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Proportional {
    /// Whose downtime counts how much. There is no default.
    pub affected: Affected,
}

/// How far an outage affected the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Affected {
    /// Fully, however many events failed.
    Fully,
    /// By the share of events of the outage that failed, over the whole outage: one that grows by a minute in which little
    /// failed can cost less than before.
    FailedShare,
}

/// Amount at risk · allocation, for a missed promise; the contract's `atRisk` says how much is at risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AtRiskPart {
    /// This commitment's share of the amount at risk. Allocations may add up to more than all of it; what is paid never
    /// does.
    pub allocation: Share,
}

/// A fixed sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fixed {
    /// The sum in the contract's currency.
    pub amount: Amount,
    /// What it is paid for. There is no default.
    pub per: FixedPer,
}

/// What a fixed sum is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum FixedPer {
    /// Once, when the promise was missed.
    Breach,
    /// For every local day with downtime, when the promise was missed.
    Day,
    /// For every incident above its limit.
    Incident,
}

/// Credits by the length of each single outage that is longer than the first tier's start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PerOutage {
    /// Tiers in rising order; each begins where the one before ends. The last one holds every longer outage.
    #[schemars(length(min = 1))]
    pub tiers: Vec<OutageTier>,
    /// For every further length of time above the last tier's start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub further: Option<PerUnit>,
}

/// An outage of at least `from`: a share of the base or an amount, exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OutageTier {
    /// Shortest outage inside: from ≤ length.
    pub from: Duration,
    /// Credit as a share of the base; give this or `amount`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit: Option<Share>,
    /// Credit as an amount; give this or `credit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
}

/// More for misses that repeat: counts the misses of this commitment over this and earlier measurement periods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Repeat {
    /// Over how many months, the priced one included.
    #[schemars(range(min = 2, max = 36))]
    pub within_months: u32,
    /// From how many misses on which factor applies, in rising order.
    #[schemars(length(min = 1))]
    pub steps: Vec<RepeatStep>,
}

/// The factor from a number of misses on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RepeatStep {
    /// Least number of misses.
    #[schemars(range(min = 2, max = 36))]
    pub misses: u32,
    /// What the credit, or the points, are multiplied by.
    pub factor: Factor,
}

/// A credit is waived when the promise is kept afterwards: in each of the following months, or over a longer period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EarnBack {
    /// How many following months must keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 12))]
    pub months: Option<u32>,
    /// The commitment of this contract over a quarter or a year that must be kept: then all credits of its months are waived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commitment: Option<Name>,
}

/// A rise of the fee for an attainment of at least `from`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bonus {
    /// Least attained percentage.
    pub from: Percent,
    /// The rise as a share of the base.
    pub rise: Share,
}
