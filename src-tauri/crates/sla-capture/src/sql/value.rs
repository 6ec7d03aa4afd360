//! Values as the server's binary form has them, which loses nothing: integers, decimals, and binary fractions as the shortest
//! text that is read as the same one. Source of the forms: `int8send`, `numeric_send`, `float8send` and `timestamptz_send` of
//! PostgreSQL.

use crate::number::Number;

/// From 1970 to 2000, where the server's clock begins.
const EPOCH_SECONDS: i64 = 946_684_800;
const NUMERIC_NEGATIVE: u16 = 0x4000;
const NUMERIC_POSITIVE: u16 = 0x0000;

/// What the server sent in place of an instant of whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    /// Unix seconds.
    Seconds(i64),
    /// Unix seconds before it, and the microseconds behind.
    Fraction(i64, i64),
    /// One of the two infinities.
    Infinite,
}

/// A `timestamptz`; `None` when it is not as long as one.
pub(super) fn time(bytes: &[u8]) -> Option<Time> {
    let micros = i64::from_be_bytes(bytes.try_into().ok()?);
    if matches!(micros, i64::MAX | i64::MIN) {
        return Some(Time::Infinite);
    }
    let (seconds, rest) = (micros.div_euclid(1_000_000) + EPOCH_SECONDS, micros.rem_euclid(1_000_000));
    Some(if rest == 0 { Time::Seconds(seconds) } else { Time::Fraction(seconds, rest) })
}

/// Whether a type holds numbers.
pub(super) fn is_number(name: &str) -> bool {
    matches!(name, "INT2" | "INT4" | "INT8" | "NUMERIC" | "FLOAT4" | "FLOAT8")
}

/// A number of a type that holds some; `None` when it is not as long as one, or longer than any that is read.
pub(super) fn number(name: &str, bytes: &[u8]) -> Option<Number> {
    let text = match name {
        "INT2" => i16::from_be_bytes(bytes.try_into().ok()?).to_string(),
        "INT4" => i32::from_be_bytes(bytes.try_into().ok()?).to_string(),
        "INT8" => i64::from_be_bytes(bytes.try_into().ok()?).to_string(),
        "FLOAT4" => f32::from_be_bytes(bytes.try_into().ok()?).to_string(),
        "FLOAT8" => f64::from_be_bytes(bytes.try_into().ok()?).to_string(),
        "NUMERIC" => numeric(bytes)?,
        _ => return None,
    };
    Number::parse(&text)
}

/// A `numeric` as the text that the server would print. Digits are to the base of 10 000; `weight` is the power of the first.
fn numeric(bytes: &[u8]) -> Option<String> {
    let words: Vec<u16> =
        bytes.chunks(2).map(|pair| Some(u16::from_be_bytes(pair.try_into().ok()?))).collect::<Option<_>>()?;
    let [count, weight, sign, scale, digits @ ..] = words.as_slice() else { return None };
    let sign = match *sign {
        NUMERIC_POSITIVE => "",
        NUMERIC_NEGATIVE => "-",
        // Not a number, and the two infinities.
        0xc000 | 0xd000 | 0xf000 => return Some("NaN".to_owned()),
        _ => return None,
    };
    if digits.len() != usize::from(*count) || digits.iter().any(|digit| *digit > 9_999) {
        return None;
    }
    let weight = i32::from(i16::from_be_bytes(weight.to_be_bytes()));
    let scale = usize::from(*scale);
    let digit = |power: i32| usize::try_from(weight - power).ok().and_then(|at| digits.get(at)).copied().unwrap_or(0);
    let whole: String = (0..=weight.max(0)).rev().map(|power| format!("{:04}", digit(power))).collect();
    let groups = i32::try_from(scale.div_ceil(4)).ok()?;
    let mut fraction: String = (1..=groups).map(|power| format!("{:04}", digit(-power))).collect();
    fraction.truncate(scale);
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{fraction}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[u16]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    #[test]
    fn decimals_are_what_the_server_prints() {
        #[track_caller]
        fn check(sent: &[u16], expected: Option<&str>) {
            assert_eq!(numeric(&words(sent)).as_deref(), expected, "{sent:x?}");
        }
        check(&[0, 0, 0, 0], Some("0"));
        check(&[0, 0, 0, 2], Some("0.00"));
        check(&[1, 0, 0, 0, 60], Some("60"));
        check(&[2, 0, 0, 1, 59, 5000], Some("59.5"));
        check(&[2, 1, 0x4000, 0, 1, 2], Some("-10002"));
        // Trailing groups of zeros are not sent.
        check(&[1, 2, 0, 0, 7], Some("700000000"));
        check(&[1, 0xffff, 0, 3, 1230], Some("0.123"));
        check(&[1, 0xfffe, 0, 8, 42], Some("0.00000042"));
        check(&[3, 1, 0, 6, 1234, 5678, 9012], Some("12345678.901200"));
        check(&[0, 0, 0xc000, 0], Some("NaN"));
        check(&[0, 0, 0xd000, 0], Some("NaN"));
        // What is no decimal.
        check(&[2, 0, 0, 0, 1], None);
        check(&[1, 0, 0, 0, 10_000], None);
        check(&[1, 0, 1, 0, 1], None);
        check(&[1, 0], None);
        assert_eq!(numeric(&[0, 1, 0]), None);
    }

    #[test]
    fn numbers_lose_nothing() {
        #[track_caller]
        fn check(name: &str, bytes: &[u8], expected: Option<&str>) {
            assert_eq!(number(name, bytes), expected.map(|text| Number::parse(text).expect("a number")), "{name}");
        }
        check("INT2", &(-1_i16).to_be_bytes(), Some("-1"));
        check("INT4", &i32::MAX.to_be_bytes(), Some("2147483647"));
        check("INT8", &i64::MAX.to_be_bytes(), Some("9223372036854775807"));
        check("FLOAT8", &0.1_f64.to_be_bytes(), Some("0.1"));
        check("FLOAT4", &0.1_f32.to_be_bytes(), Some("0.1"));
        check("FLOAT8", &f64::MIN_POSITIVE.to_be_bytes(), Some("2.2250738585072014e-308"));
        check("FLOAT8", &f64::NAN.to_be_bytes(), Some("NaN"));
        check("FLOAT8", &f64::NEG_INFINITY.to_be_bytes(), Some("-Inf"));
        check("INT8", &[0; 4], None);
        check("TEXT", b"1", None);
    }

    #[test]
    fn instants_begin_in_2000() {
        #[track_caller]
        fn check(micros: i64, expected: Time) {
            assert_eq!(time(&micros.to_be_bytes()), Some(expected));
        }
        check(0, Time::Seconds(946_684_800));
        check(-946_684_800_000_000, Time::Seconds(0));
        check(1_500_000, Time::Fraction(946_684_801, 500_000));
        check(-1, Time::Fraction(946_684_799, 999_999));
        check(i64::MAX, Time::Infinite);
        check(i64::MIN, Time::Infinite);
        assert_eq!(time(&[0; 4]), None);
    }
}
