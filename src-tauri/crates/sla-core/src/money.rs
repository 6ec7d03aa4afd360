//! Money in a currency's minor unit (cents), never in floats.

use std::fmt;
use std::str::FromStr;

use num_bigint::BigInt;
use num_traits::ToPrimitive;
use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::phrase::Phrase;
use crate::ratio::{Ratio, Rounding, exact_text};

/// An ISO 4217 currency that has a minor unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// What a reader is told when a currency cannot be read.
    pub const EXPECTED: Phrase = Phrase::new(
        "an ISO 4217 currency code in capitals, such as \"EUR\" or \"USD\"",
        "ein Währungskürzel nach ISO 4217 in Großbuchstaben, etwa \"EUR\" oder \"USD\"",
    );

    /// The JSON Schema `format` of a currency.
    pub const FORMAT: &'static str = "iso-4217-currency";

    /// The three-letter code.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Decimal places of the minor unit: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn digits(self) -> u32 {
        u32::from(self.0.exponent().unwrap_or_default())
    }
}

/// Why a text names no currency.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("found {found:?}, expected {}", Currency::EXPECTED.en())]
pub struct CurrencyError {
    /// The text as it was found.
    pub found: String,
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        iso_currency::Currency::from_code(text)
            .filter(|currency| currency.exponent().is_some())
            .map(Self)
            .ok_or_else(|| CurrencyError { found: text.to_owned() })
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Currency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Currency".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": Self::EXPECTED.en(),
            "x-expected": Self::EXPECTED.en(),
            "x-expected-de": Self::EXPECTED.de(),
            "type": "string",
            "format": Self::FORMAT,
            "pattern": "^[A-Z]{3}$",
        })
    }
}

/// An amount as a contract writes it, in major units, for example `12500.00`. It becomes [`Money`] once its currency
/// is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(Decimal);

impl Amount {
    /// What a reader is told when an amount cannot be read.
    pub const EXPECTED: Phrase = Phrase::new(
        "an amount that is not negative, with a decimal point and neither sign nor currency, such as \"12500.00\"",
        "ein nicht negativer Betrag mit Dezimalpunkt und ohne Vorzeichen und Währung, etwa \"12500.00\"",
    );

    /// The amount in minor units; `None` when it has more decimals than the currency or does not fit.
    pub fn in_currency(self, currency: Currency) -> Option<Money> {
        let minor = self.0.checked_mul(Decimal::from(10_i64.checked_pow(currency.digits())?))?;
        minor.is_integer().then(|| minor.to_i64())?.map(|minor| Money { minor, currency })
    }
}

/// Why a text is no amount.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("found {found:?}, expected {}", Amount::EXPECTED.en())]
pub struct AmountError {
    /// The text as it was found.
    pub found: String,
}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let error = || AmountError { found: text.to_owned() };
        let plain = text.starts_with(|c: char| c.is_ascii_digit())
            && text.ends_with(|c: char| c.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_digit() || c == '.');
        if !plain {
            return Err(error());
        }
        Decimal::from_str_exact(text).map(Self).map_err(|_| error())
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_string())
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        exact_text(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Amount {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": Self::EXPECTED.en(),
            "x-expected": Self::EXPECTED.en(),
            "x-expected-de": Self::EXPECTED.de(),
            "type": ["string", "number"],
            "pattern": r"^[0-9]{1,15}(\.[0-9]{1,4})?$",
            "minimum": 0,
            "maximum": 999_999_999_999_999_i64,
        })
    }
}

/// An amount of money in the minor unit of its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money {
    /// The amount in minor units, for example cents.
    pub minor: i64,
    /// Its currency.
    pub currency: Currency,
}

impl Money {
    /// Nothing, in that currency.
    pub fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// `self · share`, rounded once to the minor unit; `None` on overflow.
    pub fn share(self, share: &Ratio, rounding: Rounding) -> Option<Self> {
        let exact = share.numerator() * BigInt::from(self.minor);
        let minor = rounding.divide(&exact, share.denominator()).to_i64()?;
        Some(Self { minor, ..self })
    }

    /// Sum; `None` on overflow or when the currencies differ.
    pub fn plus(self, other: Self) -> Option<Self> {
        let same = self.currency == other.currency;
        same.then(|| self.minor.checked_add(other.minor))?.map(|minor| Self { minor, ..self })
    }

    /// The amount in major units with the currency's decimals and a point, for example `1284.50`.
    pub fn to_decimal(self) -> String {
        Ratio::new(self.minor, BigInt::from(10).pow(self.currency.digits()))
            .expect("ten to a power is not zero")
            .to_decimal(self.currency.digits(), Rounding::Floor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn currency(code: &str) -> Currency {
        code.parse().expect("a currency")
    }

    #[test]
    fn amounts_fit_their_currency_or_are_refused() {
        #[track_caller]
        fn check(text: &str, code: &str, expected: Option<i64>) {
            let got = text.parse::<Amount>().ok().and_then(|a| a.in_currency(currency(code)));
            assert_eq!(got.map(|money| money.minor), expected, "{text} {code}");
        }
        check("12500.00", "EUR", Some(1_250_000));
        check("12500", "JPY", Some(12_500));
        check("1.234", "KWD", Some(1_234));
        check("1.234", "EUR", None);
        check("0", "EUR", Some(0));
        check("-1", "EUR", None);
        check("1.000,00", "EUR", None);
        check(".5", "EUR", None);
        check("5.", "EUR", None);
        check("1e2", "EUR", None);
        check("99999999999999999999", "EUR", None);
    }

    #[test]
    fn unknown_currencies_are_refused() {
        for code in ["eur", "EURO", "XXY", "", "XAU"] {
            assert!(code.parse::<Currency>().is_err(), "{code}");
        }
    }

    #[test]
    fn only_money_of_one_currency_adds_up() {
        let money = |minor, code| Money { minor, currency: currency(code) };
        assert_eq!(money(5, "EUR").plus(money(7, "EUR")), Some(money(12, "EUR")));
        assert_eq!(money(5, "EUR").plus(money(7, "USD")), None);
        assert_eq!(money(i64::MAX, "EUR").plus(money(1, "EUR")), None);
    }

    #[test]
    fn a_share_of_money_rounds_once_as_named() {
        let fee = Money { minor: 1_005, currency: currency("EUR") };
        let tenth = Ratio::new(1, 10).expect("not zero");
        let share = |rounding| fee.share(&tenth, rounding).map(|money| money.minor);
        assert_eq!(share(Rounding::HalfEven), Some(100));
        assert_eq!(share(Rounding::HalfUp), Some(101));
        assert_eq!(fee.to_decimal(), "10.05");
    }
}
