//! What stands in a cell, with its type.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use sla_core::Tz;
use sla_core::money::{Currency, Money};

/// The most digits of which a spreadsheet keeps every one: its numbers are IEEE 754 doubles.
const EXACT_UNITS: i128 = 1_000_000_000_000_000;
/// The most UTF-16 units that a cell may hold.
const MOST_UNITS: usize = 32_767;

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Nothing is known, or nothing applies.
    Empty,
    /// Text that no spreadsheet runs.
    Text(String),
    /// A number, digit for digit.
    Number(Decimal),
    /// A moment as the contract's clocks show it.
    Moment(NaiveDateTime),
    /// A day.
    Day(NaiveDate),
}

/// An exact decimal: `units` of which 10^`digits` make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    units: i128,
    digits: u8,
}

impl Decimal {
    /// `None` where the text is no decimal such as `-12.50`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let is_whole = is_number(whole.strip_prefix('-').unwrap_or(whole));
        if !is_whole || (text.contains('.') && !is_number(part)) {
            return None;
        }
        Some(Self { units: format!("{whole}{part}").parse().ok()?, digits: u8::try_from(part.len()).ok()? })
    }

    /// Both together; `None` where that does not fit.
    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        let digits = self.digits.max(other.digits);
        let scaled = |one: Self| one.units.checked_mul(10_i128.checked_pow(u32::from(digits) - u32::from(one.digits))?);
        Some(Self { units: scaled(self)?.checked_add(scaled(other)?)?, digits })
    }

    /// Whether a spreadsheet keeps every digit.
    pub(crate) fn is_exact(self) -> bool {
        self.units.abs() < EXACT_UNITS
    }

    /// How many digits stand after the mark.
    pub(crate) fn digits(self) -> u8 {
        self.digits
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = usize::from(self.digits);
        let text = format!("{:0>width$}", self.units.unsigned_abs(), width = digits + 1);
        let (whole, part) = text.split_at(text.len() - digits);
        let sign = if self.units < 0 { "-" } else { "" };
        if part.is_empty() { write!(f, "{sign}{whole}") } else { write!(f, "{sign}{whole}.{part}") }
    }
}

impl Cell {
    /// A text: characters that no XML may hold are replaced, and what is longer than a cell may be is cut and says so.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        let text = text.into().replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
        if text.is_empty() {
            return Self::Empty;
        }
        if text.encode_utf16().count() <= MOST_UNITS {
            return Self::Text(text);
        }
        let mut units = 0;
        let kept = text.chars().take_while(|c| {
            units += c.len_utf16();
            units < MOST_UNITS
        });
        Self::Text(kept.chain(['…']).collect())
    }

    /// A number as a record writes it: where it has more digits than a spreadsheet keeps, or is none, it stays text.
    pub(crate) fn number(value: impl std::fmt::Display) -> Self {
        let text = value.to_string();
        Decimal::parse(&text).filter(|number| number.is_exact()).map_or_else(|| Self::text(text), Self::Number)
    }

    /// The same, or nothing where there is none.
    pub(crate) fn number_or_empty(value: Option<impl std::fmt::Display>) -> Self {
        value.map_or(Self::Empty, Self::number)
    }

    /// An amount of a currency, in its major unit.
    pub(crate) fn money(minor: i64, currency: Currency) -> Self {
        Self::number(Money { minor, currency }.to_decimal())
    }

    /// A moment on its own clocks; the offset from UTC needs a cell of its own.
    pub(crate) fn moment(at: &DateTime<Tz>) -> Self {
        Self::Moment(at.naive_local())
    }

    /// A day such as `2026-10-01`; what is none stays text.
    pub(crate) fn day(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::text(text), Self::Day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stays_one_only_where_every_digit_is_kept() {
        #[track_caller]
        fn check(text: &str, expected: Option<(i128, u8)>) {
            let expected = expected.map(|(units, digits)| Cell::Number(Decimal { units, digits }));
            assert_eq!(Cell::number(text), expected.unwrap_or_else(|| Cell::text(text)));
        }
        check("0", Some((0, 0)));
        check("99.9500", Some((999_500, 4)));
        check("-12.50", Some((-1250, 2)));
        check("-0.05", Some((-5, 2)));
        check("999999999999999", Some((999_999_999_999_999, 0)));
        check("1000000000000000", None);
        check("9007199254740993", None);
        check("12345678901.12345", None);
        for no_number in ["", "1e3", "NaN", "99,9", "1.", ".5", "--1", "+1", "=1", "1.2.3", " 1"] {
            check(no_number, None);
        }
    }

    #[test]
    fn sums_are_exact_and_written_digit_for_digit() {
        #[track_caller]
        fn check(numbers: &[&str], expected: Option<&str>) {
            let numbers = numbers.iter().map(|text| Decimal::parse(text).expect("a number"));
            let sum = numbers.map(Some).reduce(|sum, next| sum?.plus(next?)).flatten();
            assert_eq!(sum.map(|sum| sum.to_string()).as_deref(), expected);
        }
        check(&["0.1", "0.2"], Some("0.3"));
        check(&["0.05", "-0.10"], Some("-0.05"));
        check(&["1", "0.001", "2.50"], Some("3.501"));
        check(&["170141183460469231731687303715884105727", "1"], None);
    }

    #[test]
    fn a_text_fits_into_its_cell() {
        #[track_caller]
        fn check(text: String, units: usize, end: char) {
            let Cell::Text(kept) = Cell::text(text) else { panic!("text") };
            assert_eq!((kept.encode_utf16().count(), kept.chars().next_back()), (units, Some(end)));
        }
        check("a".repeat(MOST_UNITS), MOST_UNITS, 'a');
        check("a".repeat(MOST_UNITS + 1), MOST_UNITS, '…');
        // A sign outside of the basic plane takes two units and is not torn apart.
        check("😀".repeat(MOST_UNITS), MOST_UNITS, '…');
        check("a\u{ffff}".to_owned(), 2, '\u{fffd}');
        assert_eq!(Cell::text(""), Cell::Empty);
    }
}
