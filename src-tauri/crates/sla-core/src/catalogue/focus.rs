//! Cost and usage in the columns of FOCUS, the FinOps Open Cost and Usage Specification. Not part of OpenSLO.
//! Source of the columns: <https://focus.finops.org/focus-specification/>, version 1.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Charges of a file: what is consumed in a slice is the sum of those whose charge period lies in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FocusSpec {
    /// Path of the `.csv` file in the source's folder, with the variables of queries.
    pub path: String,
    /// The column whose numbers are added up.
    pub column: FocusColumn,
    /// What other columns must be, such as `ServiceName` or `SubAccountId`, with the variables of queries.
    #[serde(default, rename = "where", skip_serializing_if = "BTreeMap::is_empty")]
    pub equals: BTreeMap<String, String>,
    /// What becomes of a charge whose period is longer than a slice. Nobody knows when in it something was consumed, so there is
    /// no default.
    pub straddling: Straddling,
    /// What a slice without any charge means. A file of charges does not tell what it leaves out, so there is no default.
    pub uncharged: Uncharged,
}

/// The column whose numbers are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum FocusColumn {
    /// What is invoiced.
    BilledCost,
    /// What it cost after discounts, prepayments spread over their time.
    EffectiveCost,
    /// How much was used, in the unit of `ConsumedUnit`.
    ConsumedQuantity,
}

impl FocusColumn {
    /// Its name in a file.
    pub fn name(self) -> &'static str {
        match self {
            Self::BilledCost => "BilledCost",
            Self::EffectiveCost => "EffectiveCost",
            Self::ConsumedQuantity => "ConsumedQuantity",
        }
    }

    /// Whether its numbers are amounts of money.
    pub fn is_money(self) -> bool {
        matches!(self, Self::BilledCost | Self::EffectiveCost)
    }

    /// The column that says what its numbers are counted in.
    pub fn unit(self) -> &'static str {
        match self {
            Self::BilledCost | Self::EffectiveCost => "BillingCurrency",
            Self::ConsumedQuantity => "ConsumedUnit",
        }
    }
}

/// What becomes of a charge whose period is longer than a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Straddling {
    /// It is an error.
    Refused,
    /// It is spread evenly over its seconds.
    Spread,
}

/// What a slice without any charge means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Uncharged {
    /// Nothing was consumed: the file is complete.
    Zero,
    /// Nobody knows.
    Unknown,
}
