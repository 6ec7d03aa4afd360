//! Counts, ratios and ranges as a record writes them: exact, in integers and strings.

use num_bigint::BigInt;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::ratio::{Ratio, Rounding};

/// Decimal places of every printed percentage of attainment; always rounded down.
pub const PERCENT_DIGITS: u32 = 4;

/// A count of units: a JSON integer, or a decimal in a string where the source delivered fractions of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Count {
    /// A whole count.
    Whole(i64),
    /// A count with decimals, exact, for example `"59.983"`.
    Fraction(String),
}

impl Count {
    /// `units` of which `scale` make one event; `None` when the count does not fit.
    pub fn from_units(units: i128, scale: i64) -> Option<Self> {
        let scale = i128::from(scale);
        if units % scale == 0 {
            return i64::try_from(units / scale).ok().map(Self::Whole);
        }
        let digits = scale.ilog10();
        let ratio = Ratio::new(units, scale)?;
        let text = ratio.to_decimal(digits, Rounding::Floor);
        Some(Self::Fraction(text.trim_end_matches('0').to_owned()))
    }
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole(count) => count.fmt(f),
            Self::Fraction(text) => f.write_str(text),
        }
    }
}

impl JsonSchema for Count {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Count".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A count: an integer, or a decimal in a string where the source delivered fractions of events.",
            "oneOf": [{ "type": "integer" }, { "type": "string", "pattern": r"^-?[0-9]+\.[0-9]+$" }],
        })
    }
}

/// An exact ratio, and the same printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordRatio {
    /// Numerator in lowest terms, an integer in a string.
    pub numerator: String,
    /// Denominator in lowest terms, an integer in a string.
    pub denominator: String,
    /// The ratio in percent with four decimals, rounded down.
    pub percent: String,
    /// False only for a mean of ratios whose exact fraction is too long to print: numerator and denominator are then
    /// the value rounded down to 10⁻¹⁸. The verdict always rests on the exact value.
    pub exact: bool,
}

impl RecordRatio {
    /// The ratio; `None` when numerator and denominator are no integers.
    pub fn ratio(&self) -> Option<Ratio> {
        Ratio::new(self.numerator.parse::<BigInt>().ok()?, self.denominator.parse::<BigInt>().ok()?)
    }
}

impl From<&Ratio> for RecordRatio {
    fn from(ratio: &Ratio) -> Self {
        const PRINTABLE_BITS: u64 = 128;
        let exact = ratio.denominator().bits() <= PRINTABLE_BITS;
        let (numerator, denominator) = if exact {
            (ratio.numerator().to_string(), ratio.denominator().to_string())
        } else {
            (ratio.scaled(18, Rounding::Floor).to_string(), "1000000000000000000".to_owned())
        };
        Self { numerator, denominator, percent: ratio.to_percent(PERCENT_DIGITS, Rounding::Floor), exact }
    }
}

/// The least and the most that a value can be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordRange<T> {
    /// The least.
    pub low: T,
    /// The most.
    pub high: T,
}
