//! How an amount came about: every step with its rule, its inputs, its exact value and its rounded one. Words for the
//! steps are the reader's; here stand the facts.

use num_traits::ToPrimitive;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::money::{Currency, Money};
use crate::ratio::{Ratio, Rounding, decimal_text};

/// Decimal places to which a share is printed in percent.
const SHARE_DIGITS: u32 = 4;

/// A step of a derivation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The rule that was applied.
    pub rule: Rule,
    /// What it was applied to, beside the step before.
    pub inputs: Vec<Input>,
    /// The result: an exact fraction, in its unit; money in the minor unit.
    pub exact: String,
    /// What the result is.
    pub unit: Unit,
    /// The result for a reader: money in the major unit, shares in percent, rounded down; by the contract's rule in the
    /// steps `rounding` and `total_rounding`.
    pub rounded: String,
}

/// What a step took from the contract or from the evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Its name, as wording refers to it.
    pub name: String,
    /// What it is.
    pub unit: Unit,
    /// Its value: money in the major unit, shares in percent or as a fraction, times in seconds.
    pub value: String,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Money of the contract's currency.
    Money,
    /// A share: in percent, or a fraction such as `1/30`.
    Share,
    /// Seconds.
    Seconds,
    /// A count.
    Count,
    /// A factor.
    Factor,
    /// A name or a word of the contract.
    Text,
    /// A month, YYYY-MM.
    Month,
}

/// The rules that a credit can be derived by, in the order in which they apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The base: the monthly fee of the service or of the contract.
    Base,
    /// The base for the days in force of a part month.
    BaseDays,
    /// The base over the months of a quarter or a year.
    BaseMonths,
    /// What was attained.
    Attained,
    /// What was attained, rounded as the contract says before it is compared.
    AttainedRounded,
    /// Too few events, or none at all: nothing is owed.
    NotJudged,
    /// The promise was kept: nothing is owed.
    Kept,
    /// No penalty is agreed.
    NoPenalty,
    /// The band that holds what was attained, as a share of the base.
    BandShare,
    /// The band that holds what was attained, as an amount.
    BandAmount,
    /// Downtime above what the target allows.
    Excess,
    /// Started units.
    UnitsStarted,
    /// Full units.
    UnitsFull,
    /// Units · share of the base.
    UnitsShare,
    /// Units · amount.
    UnitsAmount,
    /// Factor · base · downtime / service time.
    Multiplier,
    /// Base · downtime · affected share / service time.
    Proportional,
    /// Amount at risk · allocation.
    AtRisk,
    /// Points of the band that holds what was attained.
    Points,
    /// Points · share of the base.
    PointsShare,
    /// Points · amount.
    PointsAmount,
    /// Points that are worth no money.
    PointsOnly,
    /// A fixed sum for the miss.
    FixedBreach,
    /// A fixed sum for each day with downtime.
    FixedDays,
    /// A fixed sum for each incident above its limit.
    FixedIncidents,
    /// The sum over single outages by their length.
    Outages,
    /// The factor for misses that repeat.
    Repeat,
    /// Below the least credit that is paid.
    BelowMinimum,
    /// Rounded to the currency, for the commitment.
    Rounding,
    /// Another commitment of the same group pays the more favourable credit.
    NotStacked,
    /// The amount at risk is used up.
    AtRiskPool,
    /// A cap.
    Cap,
    /// The commitment's part of the rounded sum.
    TotalRounding,
    /// A rise of the fee: a share of the base for more than was promised.
    Bonus,
    /// Not enough for a rise of the fee.
    NoBonus,
    /// The credit of an earlier month.
    PastCredit,
    /// That credit is waived: the promise was kept in each of the months since.
    EarnedBack,
    /// That credit may be waived: nobody knows whether the promise was kept in each of the months since.
    EarnBackOpen,
    /// A credit is waived: a commitment over a longer period was kept.
    EarnedBackBy,
    /// A credit may be waived: nobody knows whether a commitment over a longer period was kept.
    EarnBackByOpen,
}

/// The steps of one case, from the base to the amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Derivation {
    /// Which case.
    pub case: Case,
    /// The amount that it ends with, in the minor unit.
    pub minor: i64,
    /// The steps.
    pub steps: Vec<Step>,
}

/// Which case a derivation is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Case {
    /// The only one: least and most are equal.
    Exact,
    /// The least that is owed.
    Least,
    /// The most that may be owed.
    Most,
}

/// Steps as they are taken, in a currency. Their results become text only when a derivation is told.
#[derive(Clone, Debug)]
pub(crate) struct Trail {
    currency: Currency,
    steps: Vec<Taken>,
}

/// A step with its exact result.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Taken {
    rule: Rule,
    inputs: Vec<Input>,
    unit: Unit,
    exact: Ratio,
}

impl Trail {
    pub(crate) fn new(currency: Currency) -> Self {
        Self { currency, steps: Vec::new() }
    }

    /// Notes a step and hands its exact value on.
    pub(crate) fn step(&mut self, rule: Rule, inputs: Vec<Input>, unit: Unit, exact: Ratio) -> Ratio {
        self.steps.push(Taken { rule, inputs, unit, exact: exact.clone() });
        exact
    }

    /// Every step for a reader.
    pub(crate) fn told(&self) -> Vec<Step> {
        let told = self.steps.iter().map(|taken| Step {
            rule: taken.rule,
            inputs: taken.inputs.clone(),
            exact: taken.exact.to_string(),
            unit: taken.unit,
            rounded: self.readable(taken.unit, &taken.exact),
        });
        told.collect()
    }

    /// Whether another way took the same steps.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.steps == other.steps
    }

    fn readable(&self, unit: Unit, exact: &Ratio) -> String {
        match unit {
            Unit::Money => self.major(exact),
            Unit::Share => exact.to_percent(SHARE_DIGITS, Rounding::Floor),
            _ => exact.to_decimal(if exact.denominator() == &1.into() { 0 } else { 3 }, Rounding::Floor),
        }
    }

    /// An amount of minor units in the major unit, rounded down.
    fn major(&self, minor: &Ratio) -> String {
        decimal_text(&minor.scaled(0, Rounding::Floor), self.currency.digits())
    }

    pub(crate) fn money(&self, name: &str, minor: &Ratio) -> Input {
        input(name, Unit::Money, self.major(minor))
    }
}

pub(crate) fn input(name: &str, unit: Unit, value: impl ToString) -> Input {
    Input { name: name.to_owned(), unit, value: value.to_string() }
}

/// An exact number of minor units as money; `None` when it is no whole number or does not fit.
pub(crate) fn whole_minor(exact: &Ratio, currency: Currency) -> Option<Money> {
    let whole = exact.denominator() == &1.into();
    whole.then(|| exact.numerator().to_i64())?.map(|minor| Money { minor, currency })
}
