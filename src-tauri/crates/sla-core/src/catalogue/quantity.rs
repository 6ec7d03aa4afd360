//! Quantities that a contract is made of: shares of a fee, factors and measured values, exact.

use std::fmt;
use std::str::FromStr;

use num_bigint::BigInt;
use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::value::ValueError;
use crate::phrase::Phrase;
use crate::ratio::{Percent, Ratio, exact_text};

/// A share of an amount as a contract writes it: a percentage such as `7.5`, or a fraction such as `1/30` ("one day's
/// rent"), which no decimal can say exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// In percent.
    Percent(Percent),
    /// A fraction of one.
    Fraction(u32, u32),
}

impl Share {
    /// What a reader is told when a share cannot be read.
    pub const EXPECTED: Phrase = Phrase::new(
        "a percentage from 0 to 100 such as 7.5, or a fraction such as 1/30 that is not above 1",
        "ein Prozentwert von 0 bis 100 wie 7.5 oder ein Bruch wie 1/30, der nicht über 1 liegt",
    );

    /// The exact share; 1 is all of it.
    pub fn ratio(self) -> Ratio {
        match self {
            Self::Percent(percent) => percent.ratio(),
            Self::Fraction(part, of) => Ratio::new(part, of).expect("a fraction's denominator is not zero"),
        }
    }
}

impl FromStr for Share {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let digits = |text: &str| (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse());
        let read = || match text.split_once('/') {
            None => text.parse().ok().map(Self::Percent),
            Some((part, of)) => {
                let (part, of) = (digits(part)?.ok()?, digits(of)?.ok()?);
                (0 < of && part <= of).then_some(Self::Fraction(part, of))
            }
        };
        read().ok_or_else(|| ValueError { found: text.to_owned(), expected: Self::EXPECTED })
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percent(percent) => percent.fmt(f),
            Self::Fraction(part, of) => write!(f, "{part}/{of}"),
        }
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        exact_text(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Share {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Share".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": Self::EXPECTED.en(),
            "x-expected": Self::EXPECTED.en(),
            "x-expected-de": Self::EXPECTED.de(),
            "type": ["string", "number"],
            "format": Self::FORMAT,
            "minimum": 0,
            "maximum": 100,
        })
    }
}

impl Share {
    /// The JSON Schema `format` of the value.
    pub const FORMAT: &'static str = "sla-share";
}

/// A factor as a contract writes it, for example `10` or `1.5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Factor(Decimal);

impl Factor {
    /// What a reader is told when a factor cannot be read.
    pub const EXPECTED: Phrase = Phrase::new(
        "a factor above 0 and up to 1000 with a decimal point, such as 1.5",
        "ein Faktor über 0 und bis 1000 mit Dezimalpunkt, etwa 1.5",
    );

    /// The JSON Schema `format` of the value.
    pub const FORMAT: &'static str = "sla-factor";

    /// The exact factor.
    pub fn ratio(self) -> Ratio {
        let denominator = BigInt::from(10).pow(self.0.scale());
        Ratio::new(self.0.mantissa(), denominator).expect("ten to a power is not zero")
    }
}

impl FromStr for Factor {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let value = plain_decimal(text).filter(|value| *value > Decimal::ZERO && *value <= Decimal::ONE_THOUSAND);
        value.map(Self).ok_or_else(|| ValueError { found: text.to_owned(), expected: Self::EXPECTED })
    }
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Factor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Factor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        exact_text(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Factor {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Factor".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": Self::EXPECTED.en(),
            "x-expected": Self::EXPECTED.en(),
            "x-expected-de": Self::EXPECTED.de(),
            "type": ["string", "number"],
            "format": Self::FORMAT,
            "exclusiveMinimum": 0,
            "maximum": 1000,
        })
    }
}

/// A measured value as a contract writes it, for example `0.5` or `1200`; its unit stands beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity(Decimal);

impl Quantity {
    /// What a reader is told when a value cannot be read.
    pub const EXPECTED: Phrase = Phrase::new(
        "a number that is not negative, with a decimal point and neither sign nor unit, such as 0.5",
        "eine nicht negative Zahl mit Dezimalpunkt und ohne Vorzeichen und Einheit, etwa 0.5",
    );

    /// The JSON Schema `format` of the value.
    pub const FORMAT: &'static str = "sla-quantity";

    /// The exact value.
    pub fn ratio(self) -> Ratio {
        let denominator = BigInt::from(10).pow(self.0.scale());
        Ratio::new(self.0.mantissa(), denominator).expect("ten to a power is not zero")
    }
}

impl FromStr for Quantity {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        plain_decimal(text).map(Self).ok_or_else(|| ValueError { found: text.to_owned(), expected: Self::EXPECTED })
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        exact_text(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Quantity {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Quantity".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": Self::EXPECTED.en(),
            "x-expected": Self::EXPECTED.en(),
            "x-expected-de": Self::EXPECTED.de(),
            "type": ["string", "number"],
            "format": Self::FORMAT,
            "minimum": 0,
        })
    }
}

/// A decimal of digits and one point at most, without sign and exponent.
fn plain_decimal(text: &str) -> Option<Decimal> {
    let plain = text.starts_with(|c: char| c.is_ascii_digit())
        && text.ends_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    plain.then(|| Decimal::from_str_exact(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T: FromStr + fmt::Display>(text: &str, expected: Option<&str>) {
        assert_eq!(text.parse::<T>().ok().map(|value| value.to_string()).as_deref(), expected, "{text:?}");
    }

    #[test]
    fn shares_are_percentages_or_fractions() {
        check::<Share>("7.5", Some("7.5"));
        check::<Share>("100", Some("100"));
        check::<Share>("1/30", Some("1/30"));
        check::<Share>("0/1", Some("0/1"));
        for bad in ["", "/", "1/", "/30", "1/0", "31/30", "-1/30", "1.5/30", "1/30/2", "101", "7,5", "5 %", "1 / 30"] {
            check::<Share>(bad, None);
        }
        let share = |text: &str| text.parse::<Share>().expect("a share").ratio();
        assert_eq!(share("1/30").times(&Ratio::whole(30)), Ratio::one());
        assert_eq!(share("50"), share("1/2"));
    }

    #[test]
    fn quantities_are_plain_decimals() {
        check::<Quantity>("0.50", Some("0.50"));
        check::<Quantity>("1200", Some("1200"));
        for bad in ["", "-1", "+1", "1,5", "1e3", ".5", "5.", "NaN", "1 s", "0x1"] {
            check::<Quantity>(bad, None);
        }
        assert_eq!(Some("0.125".parse::<Quantity>().expect("a quantity").ratio()), Ratio::new(1, 8));
    }

    #[test]
    fn factors_are_positive_and_bounded() {
        check::<Factor>("1.5", Some("1.5"));
        check::<Factor>("1000", Some("1000"));
        for bad in ["0", "-1", "1001", "1,5", "x2", "", ".5", "5.", "1e3"] {
            check::<Factor>(bad, None);
        }
        assert_eq!(Some("2.5".parse::<Factor>().expect("a factor").ratio()), Ratio::new(5, 2));
    }
}
