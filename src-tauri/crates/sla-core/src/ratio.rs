//! Exact rationals and percentages: compared exactly, rounded only to print.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::phrase::Phrase;

/// An exact rational, always in lowest terms. Unit: none (1 is 100 %).
///
/// Months are made of numbers that fit 63 bits, so sums, products and comparisons of such are computed without large
/// integers; what does not fit goes the long way and gives the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ratio(BigRational);

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.small(), other.small()) {
            (Some((a, b)), Some((c, d))) => (wide(a) * wide(d)).cmp(&(wide(c) * wide(b))),
            _ => (self.0.numer() * other.0.denom()).cmp(&(other.0.numer() * self.0.denom())),
        }
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn wide(value: i64) -> i128 {
    value.into()
}

/// The greatest common divisor; of zero and a number that number.
fn common(a: i64, b: i64) -> i128 {
    a.unsigned_abs().gcd(&b.unsigned_abs()).into()
}

impl Default for Ratio {
    fn default() -> Self {
        Self::zero()
    }
}

impl Ratio {
    /// `numerator / denominator`, reduced; `None` when the denominator is zero.
    pub fn new(numerator: impl Into<BigInt>, denominator: impl Into<BigInt>) -> Option<Self> {
        let (numerator, denominator) = (numerator.into(), denominator.into());
        match (numerator.to_i64(), denominator.to_i64()) {
            (_, Some(0)) => None,
            (Some(a), Some(b)) => {
                let divisor = common(a, b) * wide(b.signum());
                Some(Self::lowest(wide(a) / divisor, wide(b) / divisor))
            }
            _ => Some(Self(BigRational::new(numerator, denominator))),
        }
    }

    /// A whole number as a ratio.
    pub fn whole(value: impl Into<BigInt>) -> Self {
        Self(BigRational::from_integer(value.into()))
    }

    /// 0.
    pub fn zero() -> Self {
        Self(BigRational::zero())
    }

    /// 1, that is 100 %.
    pub fn one() -> Self {
        Self(BigRational::one())
    }

    /// The numerator in lowest terms.
    pub fn numerator(&self) -> &BigInt {
        self.0.numer()
    }

    /// The denominator in lowest terms, always positive.
    pub fn denominator(&self) -> &BigInt {
        self.0.denom()
    }

    /// Whether the value lies in `0..=1`, as every attainment must.
    pub fn is_share(&self) -> bool {
        !self.0.is_negative() && self.0 <= BigRational::one()
    }

    /// Numerator and denominator where both fit.
    fn small(&self) -> Option<(i64, i64)> {
        Some((self.0.numer().to_i64()?, self.0.denom().to_i64()?))
    }

    /// A ratio that is in lowest terms already.
    fn lowest(numerator: i128, denominator: i128) -> Self {
        Self(BigRational::new_raw(numerator.into(), denominator.into()))
    }

    /// `a/b + c/d`; `None` where the parts do not fit. Knuth, The Art of Computer Programming, 4.5.1: with g = gcd(b, d) only
    /// g itself can have anything in common with the sum.
    fn sum((a, b): (i64, i64), (c, d): (i128, i64)) -> Self {
        let g = common(b, d);
        let sum = wide(a) * (wide(d) / g) + c * (wide(b) / g);
        if sum == 0 {
            return Self::zero();
        }
        let left = sum.gcd(&g);
        Self::lowest(sum / left, (wide(b) / g) * (wide(d) / left))
    }

    /// Sum.
    pub fn plus(&self, other: &Self) -> Self {
        match (self.small(), other.small()) {
            (Some(a), Some((c, d))) => Self::sum(a, (c.into(), d)),
            _ => Self(&self.0 + &other.0),
        }
    }

    /// Difference.
    pub fn minus(&self, other: &Self) -> Self {
        match (self.small(), other.small()) {
            (Some(a), Some((c, d))) => Self::sum(a, (-wide(c), d)),
            _ => Self(&self.0 - &other.0),
        }
    }

    /// Product.
    pub fn times(&self, other: &Self) -> Self {
        match (self.small(), other.small()) {
            (Some((0, _)), _) | (_, Some((0, _))) => Self::zero(),
            (Some((a, b)), Some((c, d))) => {
                let (x, y) = (common(a, d), common(c, b));
                Self::lowest((wide(a) / x) * (wide(c) / y), (wide(b) / y) * (wide(d) / x))
            }
            _ => Self(&self.0 * &other.0),
        }
    }

    /// Quotient; `None` when `other` is zero.
    pub fn over(&self, other: &Self) -> Option<Self> {
        match (self.small(), other.small()) {
            (_, Some((0, _))) => None,
            (Some((0, _)), _) => Some(Self::zero()),
            (Some((a, b)), Some((c, d))) => {
                let (x, y) = (common(a, c), common(b, d));
                let sign = wide(c.signum());
                Some(Self::lowest(sign * (wide(a) / x) * (wide(d) / y), sign * (wide(b) / y) * (wide(c) / x)))
            }
            _ => Some(Self(&self.0 / &other.0)),
        }
    }

    /// `self · 10^digits` rounded as `rounding` says, as an integer.
    pub fn scaled(&self, digits: u32, rounding: Rounding) -> BigInt {
        if let (Some((a, b)), Some(ten)) = (self.small(), 10_i64.checked_pow(digits)) {
            return rounding.quotient(&(wide(a) * wide(ten)), &wide(b)).into();
        }
        let scaled = self.0.numer() * BigInt::from(10).pow(digits);
        rounding.divide(&scaled, self.0.denom())
    }

    /// The value with `digits` decimal places, rounded as `rounding` says.
    pub fn to_decimal(&self, digits: u32, rounding: Rounding) -> String {
        decimal_text(&self.scaled(digits, rounding), digits)
    }

    /// The value in percent with `digits` decimal places. Use [`Rounding::Floor`] for attainment, so that
    /// 99.89999 never prints as 99.90 beside "missed".
    pub fn to_percent(&self, digits: u32, rounding: Rounding) -> String {
        decimal_text(&self.scaled(digits + 2, rounding), digits)
    }
}

/// An integer as a decimal whose last `digits` digits stand after the point.
pub(crate) fn decimal_text(scaled: &BigInt, digits: u32) -> String {
    let sign = if scaled.is_negative() { "-" } else { "" };
    let digits = digits as usize;
    let text = match scaled.magnitude().to_u64() {
        Some(small) => format!("{small:0>width$}", width = digits + 1),
        None => format!("{:0>width$}", scaled.magnitude().to_string(), width = digits + 1),
    };
    match text.split_at(text.len() - digits) {
        (whole, "") => format!("{sign}{whole}"),
        (whole, part) => format!("{sign}{whole}.{part}"),
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.small() {
            Some((numerator, denominator)) => write!(f, "{numerator}/{denominator}"),
            None => write!(f, "{}/{}", self.0.numer(), self.0.denom()),
        }
    }
}

/// How a value that does not fit its digits is rounded. There is no default: whoever rounds names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Towards minus infinity.
    Floor,
    /// Towards plus infinity.
    Ceil,
    /// To the nearest; a tie goes to the even neighbour (banker's rounding).
    HalfEven,
    /// To the nearest; a tie goes away from zero (kaufmännisch, DIN 1333).
    HalfUp,
}

impl Rounding {
    /// The stable name, as it is written in contracts and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::Ceil => "ceil",
            Self::HalfEven => "half_even",
            Self::HalfUp => "half_up",
        }
    }

    /// `numerator / denominator` as an integer; the denominator must be positive.
    pub fn divide(self, numerator: &BigInt, denominator: &BigInt) -> BigInt {
        self.quotient(numerator, denominator)
    }

    /// The same for integers of any kind that hold twice the denominator.
    fn quotient<T: Integer + Signed + Clone>(self, numerator: &T, denominator: &T) -> T {
        assert!(denominator.is_positive(), "the denominator of a ratio is positive");
        let (floor, rest) = numerator.div_mod_floor(denominator);
        let up = match self {
            Self::Floor => false,
            Self::Ceil => !rest.is_zero(),
            Self::HalfEven | Self::HalfUp => {
                let twice = rest.clone() + rest;
                match twice.cmp(denominator) {
                    Ordering::Less => false,
                    Ordering::Greater => true,
                    Ordering::Equal if self == Self::HalfEven => floor.is_odd(),
                    Ordering::Equal => !numerator.is_negative(),
                }
            }
        };
        if up { floor + T::one() } else { floor }
    }
}

/// An exact percentage as a contract writes it, for example `99.95`. Kept as the decimal it was read from, so that
/// it prints as it was agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(Decimal);

impl Percent {
    /// What a reader is told when a percentage cannot be read.
    pub const EXPECTED: Phrase = Phrase::new(
        "a percentage from 0 to 100 with a decimal point and no sign, such as \"99.95\"",
        "ein Prozentwert von 0 bis 100 mit Dezimalpunkt und ohne Vorzeichen, etwa \"99.95\"",
    );

    /// 0 %.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// 100 %.
    pub const HUNDRED: Self = Self(Decimal::ONE_HUNDRED);

    /// The exact share, for example 1999/2000 for `99.95`.
    pub fn ratio(self) -> Ratio {
        match (i64::try_from(self.0.mantissa()), 10_i64.checked_pow(self.0.scale() + 2)) {
            (Ok(mantissa), Some(ten)) => Ratio::new(mantissa, ten),
            _ => Ratio::new(self.0.mantissa(), BigInt::from(10).pow(self.0.scale() + 2)),
        }
        .expect("ten to a power is not zero")
    }
}

/// Why a text is no percentage.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("found {found:?}, expected {}", Percent::EXPECTED.en())]
pub struct PercentError {
    /// The text as it was found.
    pub found: String,
}

impl FromStr for Percent {
    type Err = PercentError;

    fn from_str(text: &str) -> Result<Self, PercentError> {
        let error = || PercentError { found: text.to_owned() };
        let plain = text.starts_with(|c: char| c.is_ascii_digit())
            && text.ends_with(|c: char| c.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_digit() || c == '.');
        if !plain {
            return Err(error());
        }
        let value = Decimal::from_str_exact(text).map_err(|_| error())?;
        if value > Decimal::ONE_HUNDRED { Err(error()) } else { Ok(Self(value)) }
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_string())
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        exact_text(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Percent {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Percent".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": Self::EXPECTED.en(),
            "x-expected": Self::EXPECTED.en(),
            "x-expected-de": Self::EXPECTED.de(),
            "type": ["string", "number"],
            "pattern": r"^(100(\.0+)?|[0-9]{1,2}(\.[0-9]{1,20})?)$",
            "minimum": 0,
            "maximum": 100,
        })
    }
}

/// Reads a number that must stay exact. YAML scalars reach this point as the text that stood in the file; whole
/// numbers may come as JSON integers; a binary float is refused.
pub(crate) fn exact_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Exact {
        Text(String),
        Whole(u64),
    }
    match Exact::deserialize(deserializer)? {
        Exact::Text(text) => Ok(text),
        Exact::Whole(value) => Ok(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn percentages_parse_exactly_or_not_at_all() {
        #[track_caller]
        fn check(text: &str, expected: Option<(i64, i64)>) {
            let got = text.parse::<Percent>().ok().map(Percent::ratio);
            assert_eq!(got, expected.and_then(|(n, d)| Ratio::new(n, d)), "{text}");
        }
        check("99.9", Some((999, 1000)));
        check("99.95", Some((1999, 2000)));
        check("100", Some((1, 1)));
        check("0", Some((0, 1)));
        check("99,9", None);
        check("100.1", None);
        check("-1", None);
        check("+1", None);
        check(".5", None);
        check("5.", None);
        check("1e1", None);
        check("9_9", None);
        check("NaN", None);
        check("", None);
        check(" 99", None);
        check("99.9 %", None);
    }

    #[test]
    fn rounding_is_named_and_exact() {
        #[track_caller]
        fn check(n: i64, d: i64, rounding: Rounding, expected: i64) {
            assert_eq!(rounding.divide(&n.into(), &d.into()), expected.into(), "{n}/{d} {rounding:?}");
        }
        for (rounding, expected) in [
            (Rounding::Floor, [2, 2, 3, -3, -3]),
            (Rounding::Ceil, [3, 3, 4, -2, -2]),
            (Rounding::HalfEven, [2, 3, 4, -2, -3]),
            (Rounding::HalfUp, [3, 3, 4, -3, -3]),
        ] {
            for ((n, d), expected) in [(5, 2), (26, 10), (7, 2), (-5, 2), (-26, 10)].into_iter().zip(expected) {
                check(n, d, rounding, expected);
            }
        }
    }

    #[test]
    fn a_missed_target_never_prints_as_reached() {
        let just_missed = Ratio::new(9_989_999, 10_000_000).expect("not zero");
        assert_eq!(just_missed.to_percent(2, Rounding::Floor), "99.89");
        assert_eq!(just_missed.to_percent(2, Rounding::HalfUp), "99.90");
        assert!(just_missed < "99.9".parse::<Percent>().expect("a percentage").ratio());
    }

    /// Small numbers, and those at the border of what fits.
    fn part() -> impl Strategy<Value = i64> {
        prop_oneof![-40i64..40, any::<i64>(), Just(i64::MIN), Just(i64::MIN + 1), Just(i64::MAX), Just(i64::MAX - 1)]
    }

    proptest! {
        /// The short way gives what large integers give, in lowest terms and with a positive denominator.
        #[test]
        fn the_short_way_is_the_long_way(a in part(), b in part(), c in part(), d in part()) {
            prop_assume!(b != 0 && d != 0);
            let (x, y) = (Ratio::new(a, b).expect("not zero"), Ratio::new(c, d).expect("not zero"));
            prop_assert_eq!(&x.0, &BigRational::new(a.into(), b.into()));
            prop_assert!(x.0.denom().is_positive());
            for rounding in [Rounding::Floor, Rounding::Ceil, Rounding::HalfEven, Rounding::HalfUp] {
                for digits in [0, 2, 18, 19] {
                    let long = x.0.numer() * BigInt::from(10).pow(digits);
                    prop_assert_eq!(x.scaled(digits, rounding), rounding.divide(&long, x.0.denom()));
                }
            }
            prop_assert_eq!(x.plus(&y), Ratio(&x.0 + &y.0));
            prop_assert_eq!(x.minus(&y), Ratio(&x.0 - &y.0));
            prop_assert_eq!(x.times(&y), Ratio(&x.0 * &y.0));
            prop_assert_eq!(x.over(&y), (!y.0.is_zero()).then(|| Ratio(&x.0 / &y.0)));
            prop_assert_eq!(x.cmp(&y), x.0.cmp(&y.0));
            prop_assert_eq!(x.minus(&x), Ratio::zero());
        }
    }

    proptest! {
        #[test]
        fn printed_decimals_bracket_the_value(n in -1_000_000i64..1_000_000, d in 1i64..1_000_000, digits in 0u32..9) {
            let ratio = Ratio::new(n, d).expect("not zero");
            let floor = ratio.scaled(digits, Rounding::Floor);
            let ceil = ratio.scaled(digits, Rounding::Ceil);
            prop_assert!(&ceil - &floor <= BigInt::one());
            for rounding in [Rounding::HalfEven, Rounding::HalfUp] {
                let near = ratio.scaled(digits, rounding);
                prop_assert!(near == floor || near == ceil);
            }
        }
    }
}
