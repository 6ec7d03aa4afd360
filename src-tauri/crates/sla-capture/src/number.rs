//! Numbers as sources send them: text, exact, or not a number at all.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, ToPrimitive};
use sla_core::evidence::MICRO_EVENTS;
use sla_core::ratio::Ratio;

/// Longest number that is read; the longest double without an exponent has 341 characters.
const MAX_CHARACTERS: usize = 400;
/// Largest exponent that is read; doubles end at 308.
const MAX_EXPONENT: i64 = 400;
/// Decimals of a millionth.
const MICRO_DECIMALS: u32 = 6;

/// What a source sent in place of a count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    /// A number, exactly as written.
    Finite(Decimal),
    /// NaN or an infinity: the source answered, but with nothing that can be counted.
    NotFinite,
}

impl Number {
    /// Reads `59.983`, `1e+06`, `NaN`, `+Inf`: what Prometheus' API and Rust's own formatting write. `None` when the
    /// text is no number, or one longer than any double.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        if ["nan", "inf", "infinity"].iter().any(|name| unsigned.eq_ignore_ascii_case(name)) {
            return Some(Self::NotFinite);
        }
        Decimal::parse(text).map(Self::Finite)
    }

    /// `self − other`; not a number when either is not.
    pub(crate) fn minus(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Finite(a), Self::Finite(b)) => Self::Finite(a.minus(b)),
            _ => Self::NotFinite,
        }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::Finite(Decimal { mantissa: value.into(), decimals: 0 })
    }
}

impl From<i128> for Decimal {
    fn from(value: i128) -> Self {
        Self { mantissa: value.into(), decimals: 0 }
    }
}

/// A decimal number without any rounding: `mantissa / 10^decimals`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    mantissa: BigInt,
    decimals: u32,
}

impl Decimal {
    fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_CHARACTERS {
            return None;
        }
        let (significand, exponent) = match text.split_once(['e', 'E']) {
            Some((significand, exponent)) => (significand, parse_exponent(exponent)?),
            None => (text, 0),
        };
        let (negative, unsigned) = match significand.as_bytes().first()? {
            b'-' => (true, &significand[1..]),
            b'+' => (false, &significand[1..]),
            _ => (false, significand),
        };
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = [whole, fraction].concat();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let mut mantissa = BigInt::parse_bytes(digits.as_bytes(), 10)?;
        if negative {
            mantissa = -mantissa;
        }
        let decimals = i64::try_from(fraction.len()).ok()? - exponent;
        match u32::try_from(decimals) {
            Ok(decimals) => Some(Self { mantissa, decimals }),
            Err(_) => Some(Self { mantissa: mantissa * power_of_ten(u32::try_from(-decimals).ok()?), decimals: 0 }),
        }
    }

    pub(crate) fn plus(&self, other: &Self) -> Self {
        let decimals = self.decimals.max(other.decimals);
        Self { mantissa: self.mantissa_at(decimals) + other.mantissa_at(decimals), decimals }
    }

    pub(crate) fn minus(&self, other: &Self) -> Self {
        let decimals = self.decimals.max(other.decimals);
        Self { mantissa: self.mantissa_at(decimals) - other.mantissa_at(decimals), decimals }
    }

    /// The parts of it that `done` and `before` of `of` equal shares come to, cut to a millionth or finer: what falls to one
    /// part is what is cut off the next, so that all parts together are the whole.
    pub(crate) fn share(&self, before: i64, done: i64, of: i64) -> Self {
        let decimals = self.decimals.max(MICRO_DECIMALS);
        let whole = self.mantissa_at(decimals);
        let until = |seconds: i64| (&whole * seconds).div_floor(&BigInt::from(of));
        Self { mantissa: until(done) - until(before), decimals }
    }

    fn mantissa_at(&self, decimals: u32) -> BigInt {
        &self.mantissa * power_of_ten(decimals - self.decimals)
    }

    /// The exact value.
    pub(crate) fn ratio(&self) -> Ratio {
        Ratio::new(self.mantissa.clone(), power_of_ten(self.decimals)).expect("ten to a power is not zero")
    }

    /// Whether nothing stands behind the point.
    pub(crate) fn is_whole(&self) -> bool {
        self.decimals == 0 || self.mantissa.is_multiple_of(&power_of_ten(self.decimals))
    }

    /// In millionths, rounded half to even; `None` when not even the whole number of events fits an `i64`.
    pub(crate) fn in_millionths(&self) -> Option<i128> {
        let millionths = if self.decimals <= MICRO_DECIMALS {
            self.mantissa_at(MICRO_DECIMALS)
        } else {
            half_even(&self.mantissa, &power_of_ten(self.decimals - MICRO_DECIMALS))
        };
        let limit = i128::from(i64::MAX) * i128::from(MICRO_EVENTS);
        millionths.to_i128().filter(|value| value.abs() <= limit)
    }
}

fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || digits.len() > 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.strip_prefix('+').unwrap_or(text).parse().ok().filter(|exponent: &i64| exponent.abs() <= MAX_EXPONENT)
}

fn power_of_ten(exponent: u32) -> BigInt {
    BigInt::from(10).pow(exponent)
}

/// `numerator / denominator` rounded half to even; the denominator is positive.
fn half_even(numerator: &BigInt, denominator: &BigInt) -> BigInt {
    let (floor, rest) = numerator.div_mod_floor(denominator);
    debug_assert!(!rest.is_negative(), "the rest of a floor is not negative");
    match (&rest + &rest).cmp(denominator) {
        std::cmp::Ordering::Less => floor,
        std::cmp::Ordering::Greater => floor + 1,
        std::cmp::Ordering::Equal if floor.is_even() => floor,
        std::cmp::Ordering::Equal => floor + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The number in millionths and whether it is whole; `Err` names why there is none.
    fn read(text: &str) -> Result<(i128, bool), &'static str> {
        match Number::parse(text) {
            None => Err("no number"),
            Some(Number::NotFinite) => Err("not finite"),
            Some(Number::Finite(decimal)) => Ok((decimal.in_millionths().ok_or("too large")?, decimal.is_whole())),
        }
    }

    #[test]
    fn numbers_are_read_exactly_from_their_text() {
        #[track_caller]
        fn check(text: &str, expected: Result<(i128, bool), &str>) {
            assert_eq!(read(text), expected, "{text}");
        }
        check("0", Ok((0, true)));
        check("-0", Ok((0, true)));
        check("60", Ok((60_000_000, true)));
        check("60.0", Ok((60_000_000, true)));
        check("59.983", Ok((59_983_000, false)));
        check("+7", Ok((7_000_000, true)));
        check("-3", Ok((-3_000_000, true)));
        check("-3.5", Ok((-3_500_000, false)));
        check(".5", Ok((500_000, false)));
        check("5.", Ok((5_000_000, true)));
        check("1e+06", Ok((1_000_000_000_000, true)));
        check("1.5e3", Ok((1_500_000_000, true)));
        check("1E-7", Ok((0, false)));
        check("25e-1", Ok((2_500_000, false)));
        // Half to even at the millionth.
        check("0.0000005", Ok((0, false)));
        check("0.0000015", Ok((2, false)));
        check("0.00000150000000000000001", Ok((2, false)));
        check("0.00000049999999999999999", Ok((0, false)));
        check("-0.0000005", Ok((0, false)));
        check("-0.0000015", Ok((-2, false)));
        // What a double could not hold.
        check("9007199254740993", Ok((9_007_199_254_740_993_000_000, true)));
        check("9223372036854775807", Ok((9_223_372_036_854_775_807_000_000, true)));
        check("9223372036854775808", Err("too large"));
        check("1.7976931348623157e+308", Err("too large"));
        check("-1e300", Err("too large"));
        check("5e-324", Ok((0, false)));
        for text in ["NaN", "nan", "+Inf", "-Inf", "Inf", "inf", "-infinity"] {
            check(text, Err("not finite"));
        }
        for text in [
            "", " ", "+", "-", ".", "e5", "1e", "1e+", "1e9999", "1e401", "1,5", "1.2.3", "0x10", "1_000", "--1",
            "+-1", "N/A", "null", "1 ", " 1", "１", "1e5.0", "1e++5",
        ] {
            check(text, Err("no number"));
        }
        check(&"9".repeat(401), Err("no number"));
        check(&"0".repeat(400), Ok((0, true)));
    }

    #[test]
    fn differences_are_exact_before_they_are_rounded() {
        #[track_caller]
        fn check(a: &str, b: &str, expected: Option<(i128, bool)>) {
            let (a, b) = (Number::parse(a).expect("a number"), Number::parse(b).expect("a number"));
            let got = match a.minus(&b) {
                Number::Finite(decimal) => decimal.in_millionths().map(|value| (value, decimal.is_whole())),
                Number::NotFinite => None,
            };
            assert_eq!(got, expected);
        }
        check("60", "0.5", Some((59_500_000, false)));
        check("59.5", "0.5", Some((59_000_000, true)));
        check("0.3", "0.1", Some((200_000, false)));
        check("1e+06", "1", Some((999_999_000_000, true)));
        check("0.0000015", "0.000001", Some((0, false)));
        check("100.00000000000001", "1.4210854715202004e-14", Some((100_000_000, false)));
        check("1e300", "1e300", Some((0, true)));
        check("NaN", "1", None);
        check("1", "+Inf", None);
    }

    proptest! {
        /// Millionths that are written out come back, whatever the split of digits.
        #[test]
        fn millionths_come_back(whole in -1_000_000_000_i64..1_000_000_000, fraction in 0_i64..1_000_000) {
            let sign = if whole < 0 { -1 } else { 1 };
            let expected = i128::from(whole) * 1_000_000 + i128::from(sign * fraction);
            prop_assert_eq!(read(&format!("{whole}.{fraction:06}")), Ok((expected, fraction == 0)));
            prop_assert_eq!(read(&format!("{whole}{fraction:06}e-6")), Ok((expected, fraction == 0)));
        }
    }
}
