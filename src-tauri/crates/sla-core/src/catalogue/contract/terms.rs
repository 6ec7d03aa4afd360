//! What holds for all commitments of a contract: rounding, caps, claims, rights, and what became of earlier months.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::quantity::Share;
use crate::catalogue::value::{Day, Name};
use crate::money::Amount;
use crate::ratio::{Percent, Rounding};
use crate::time::Month;

/// How a credit becomes an amount of money. It is rounded once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MoneyRounding {
    /// The rule.
    pub mode: Rounding,
    /// Its place in the order of steps. There is no default.
    pub at: RoundingPlace,
    /// Decimal places in the major unit; those of the currency when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 4))]
    pub digits: Option<u32>,
}

/// Where money is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RoundingPlace {
    /// Each commitment's credit, before caps.
    Commitment,
    /// The sum of all credits, after caps.
    Total,
}

/// How a measured attainment is rounded before it is compared, where a contract says so. Without it the exact ratio is
/// compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AttainmentRounding {
    /// The rule.
    pub mode: Rounding,
    /// Decimal places of the percentage.
    #[schemars(range(min = 0, max = 6))]
    pub digits: u32,
}

/// What a credit is in law: it selects the wording of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LegalNature {
    /// A reduction of the price: Service-Level-Gutschrift.
    ServiceCredit,
    /// Vertragsstrafe, Pönale.
    ContractualPenalty,
    /// Pauschalierter Schadensersatz.
    LiquidatedDamages,
    /// Malus.
    Malus,
}

impl LegalNature {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ServiceCredit => "service_credit",
            Self::ContractualPenalty => "contractual_penalty",
            Self::LiquidatedDamages => "liquidated_damages",
            Self::Malus => "malus",
        }
    }
}

/// What all credits of a contract and a month, year or term may come to. Caps apply in the order in which they are
/// written. Give `share` with `of`, or `amount`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cap {
    /// What is capped.
    pub per: CapScope,
    /// The cap as a share of fees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// Which fees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<CapBase>,
    /// The cap as an amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// Which year, for a cap per year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<CapYear>,
}

/// What a cap holds down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CapScope {
    /// Each commitment's credit of a month.
    Commitment,
    /// The sum of the credits of each service in a month.
    Service,
    /// The sum of a month.
    Month,
    /// The sum of a year.
    Year,
    /// The sum since the contract began, over all its versions.
    Contract,
}

/// The fees that a cap is a share of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CapBase {
    /// What is paid for the priced period. For a cap per commitment or per service it is the base of its credits. For any
    /// other it is the contract's fee where no promise has its own; otherwise the fees of the promised services together,
    /// each once, and the contract's fee once for all services without their own.
    Base,
    /// The fees of the twelve months that end with the priced one.
    Last12Months,
    /// The fees since the contract began, the priced month included.
    ContractToDate,
}

/// Which year a cap counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CapYear {
    /// From January on.
    Calendar,
    /// From the month in which the contract began on, every twelve months anew.
    Contract,
    /// The twelve months that end with the priced one.
    Rolling,
}

/// A credit that is too small is not paid. Exactly one of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MinimumCredit {
    /// Paid when it is more than this amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<Amount>,
    /// Paid when it is at least this amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Amount>,
}

/// Commitments that one cause tends to break together: only the credit that is more favourable to the customer is paid
/// in a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NoStacking {
    /// Names of the commitments.
    #[schemars(length(min = 2))]
    pub commitments: Vec<Name>,
}

/// The amount that all commitments with `atRisk` share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AtRisk {
    /// The amount as a share of what is paid for the services that these commitments are about: of the contract's fee, or of
    /// the services' own fees together, each once.
    pub share: Share,
}

/// What a service point is worth: a share of the base or an amount; none of both when points only open rights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PointWorth {
    /// Worth of a point as a share of the base.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit: Option<Share>,
    /// Worth of a point as an amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
}

/// By when a customer must claim a credit. Exactly one of `automatic` and `within`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Claim {
    /// `true`: credits are given without a claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automatic: Option<bool>,
    /// How many days or months there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub within: Option<u32>,
    /// Of what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<ClaimUnit>,
    /// From when they run; the day itself does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<ClaimStart>,
    /// Whether a last day that is a Saturday, a Sunday or a holiday moves to the next working day. There is no default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roll_forward: Option<bool>,
}

/// What a claim window is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ClaimUnit {
    /// Calendar days.
    Days,
    /// Monday to Friday without the holidays of the contract.
    WorkingDays,
    /// Calendar months. From the last day of a month they end with the last day of a month; from any other day on the day
    /// of the same number, or the last where there is none.
    Months,
}

/// From when a claim window runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ClaimStart {
    /// The last local day of the priced month, or on which the contract was in force in it.
    PeriodEnd,
    /// The local day on which the first outage of the priced month began.
    FirstOutage,
    /// The local day on which the last outage of the priced month ended.
    LastOutage,
}

/// A right to terminate, or another right that misses open. Exactly one of `misses` and `points`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Right {
    /// What opens, in the words of the contract.
    #[schemars(length(min = 1, max = 300))]
    pub right: String,
    /// Least number of missed months, counted for each commitment on its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 36))]
    pub misses: Option<u32>,
    /// Least number of service points, of all commitments together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10_000))]
    pub points: Option<u32>,
    /// Over how many months, the priced one included.
    #[schemars(range(min = 1, max = 36))]
    pub within_months: u32,
    /// Whether the missed months must follow one another.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub consecutive: bool,
    /// A miss counts only below this attainment; any miss when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<Percent>,
    /// Names of the commitments that count; all when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commitments: Vec<Name>,
}

/// What happened under a contract before this ledger knew of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CarriedForward {
    /// The last month that it tells of.
    pub until: Month,
    /// Credits of those months that count against a cap of a year or of the contract.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credits: Vec<CarriedCredit>,
    /// Missed months.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub misses: Vec<CarriedMiss>,
}

/// A credit of an earlier month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CarriedCredit {
    /// The month.
    pub month: Month,
    /// The sum of its credits.
    pub amount: Amount,
}

/// A missed month of a commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CarriedMiss {
    /// The month.
    pub month: Month,
    /// Name of the commitment.
    pub commitment: Name,
    /// Service points of that month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<u32>,
    /// What was attained, where a right counts misses below a percentage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attained: Option<Percent>,
}

/// A finding of the linter that the parties know and take as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Acceptance {
    /// The finding's code, such as `no-cap`.
    #[schemars(length(min = 1, max = 60))]
    pub code: String,
    /// Why it is taken; the report prints it.
    #[schemars(length(min = 1, max = 500))]
    pub reason: String,
    /// Who took it.
    #[schemars(length(min = 1, max = 120))]
    pub by: String,
    /// When.
    pub on: Day,
}
