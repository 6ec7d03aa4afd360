//! Money, and what becomes of it: credits, claims, rights, what was taken as it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::number::RecordRange;
use crate::catalogue::{Band, CapScope};
use crate::derivation::{Derivation, Rule};
use crate::money::Currency;
use crate::ratio::Rounding;
use crate::time::Month;

/// A service credit as a range: low is what is owed for certain, high what may be owed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordCredit {
    /// ISO 4217 code.
    pub currency: String,
    /// The least, in the minor unit.
    pub low_minor: i64,
    /// The most, in the minor unit.
    pub high_minor: i64,
    /// How the amount was rounded to the minor unit: `floor`, `ceil`, `half_even` or `half_up`.
    pub rounding: Rounding,
    /// The bands of attainment that the least and the most come from, each null where the promise was kept; null as a whole
    /// where no band applies, be it that the promise was kept for certain or that credits are not agreed by bands.
    pub band: Option<RecordRange<Option<RecordBand>>>,
    /// Service points, the least and the most; null where the contract counts none.
    pub points: Option<RecordRange<u32>>,
    /// A rise of the fee for over-performance in the minor unit, the least and the most; null where none is agreed.
    pub bonus_minor: Option<RecordRange<i64>>,
    /// Where the amount comes from, step by step: one derivation where the
    /// evidence leaves one case, otherwise the least and the most.
    pub derivations: Vec<Derivation>,
    /// Where the rise of the fee comes from, in the same way; absent where none is agreed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bonus_derivations: Vec<Derivation>,
}

/// A band of attainment with its credit, as the contract says both: its lower end is `from` or `above`, its upper end
/// `below` or `up_to`, its credit a share or an amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordBand {
    /// Least percentage inside; null when `above` is said.
    pub from: Option<String>,
    /// Highest percentage below the band; null when `from` is said.
    pub above: Option<String>,
    /// Least percentage above the band; null when `up_to` is said.
    pub below: Option<String>,
    /// Highest percentage inside; null when `below` is said.
    pub up_to: Option<String>,
    /// Credit in percent of the base; null when an amount is agreed.
    pub credit: Option<String>,
    /// Credit in the major unit of the currency; null when a share is agreed.
    pub amount: Option<String>,
}

impl RecordBand {
    /// The band of the contract that each derivation went by; `None` when none did.
    pub(crate) fn applied(bands: &[Band], derivations: &[Derivation]) -> Option<RecordRange<Option<Self>>> {
        let of = |derivation: Option<&Derivation>| {
            let mut steps = derivation?.steps.iter();
            let step = steps.find(|step| matches!(step.rule, Rule::BandShare | Rule::BandAmount))?;
            let told = &step.inputs.iter().find(|input| input.name == "band")?.value;
            // Bands do not overlap, so that each has a range of its own.
            let band = bands.iter().find(|band| band.range().is_some_and(|range| range.to_string() == *told))?;
            Some(Self::of(band))
        };
        let range = RecordRange { low: of(derivations.first()), high: of(derivations.last()) };
        (range.low.is_some() || range.high.is_some()).then_some(range)
    }

    fn of(band: &Band) -> Self {
        let percent = |percent: Option<crate::ratio::Percent>| percent.map(|percent| percent.to_string());
        Self {
            from: percent(band.from),
            above: percent(band.above),
            below: percent(band.below),
            up_to: percent(band.up_to),
            credit: band.credit.map(|share| share.to_string()),
            amount: band.amount.map(|amount| amount.to_string()),
        }
    }
}

/// A credit of an earlier month that is waived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordEarnedBack {
    /// Name of the commitment.
    pub commitment: String,
    /// The month whose credit it is.
    pub month: Month,
    /// What is waived for certain, in the minor unit.
    pub low_minor: i64,
    /// What may be waived, in the minor unit.
    pub high_minor: i64,
    /// Where the amount comes from, step by step: one derivation where both are equal, otherwise the least and the most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub derivations: Vec<Derivation>,
}

/// A right that misses opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordRight {
    /// What opens, in the words of the contract.
    pub right: String,
    /// Name of the commitment whose misses count; null when the points of all do.
    pub commitment: Option<String>,
    /// Misses, or points, that there were: the least and the most.
    pub counted: RecordRange<u32>,
    /// How many open the right.
    pub needed: u32,
    /// Over how many months, this one included.
    pub within_months: u32,
    /// Whether it is open for certain; otherwise it is if what is unknown was a miss.
    pub open: bool,
}

/// A cap of the contract as it stood when the month was priced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordCap {
    /// What it holds down.
    pub per: CapScope,
    /// The promises that share it, each by the name that is unique in the month.
    pub commitments: Vec<String>,
    /// The first month that it counts; null for the month alone.
    pub since: Option<Month>,
    /// What its credits may come to, in the minor unit.
    pub limit_minor: i64,
    /// What earlier months used of it by their records, in the minor unit: the least and the most.
    pub used_minor: RecordRange<i64>,
}

/// By when credits must be claimed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordClaim {
    /// Whether they are given without a claim.
    pub automatic: bool,
    /// The last local day on which they can be claimed, YYYY-MM-DD; null when they are given without a claim.
    pub last_day: Option<String>,
}

/// A finding of the linter that was taken as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordAcceptance {
    /// The finding's code.
    pub code: String,
    /// Why it was taken.
    pub reason: String,
    /// Who took it.
    pub by: String,
}

/// Sum of all credits of the month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditTotal {
    /// ISO 4217 code.
    pub currency: String,
    /// The least, in the minor unit.
    pub low_minor: i64,
    /// The most, in the minor unit.
    pub high_minor: i64,
}

impl CreditTotal {
    /// Nothing owed.
    pub fn zero(currency: Currency) -> Self {
        Self { currency: currency.code().to_owned(), low_minor: 0, high_minor: 0 }
    }
}
