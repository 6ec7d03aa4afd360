//! Bands of attainment: both ends say whether they belong to it, and together they cover every attainment below the
//! target exactly once.

use std::cmp::Ordering;
use std::fmt;

use crate::phrase;
use crate::phrase::Phrase;
use crate::ratio::{Percent, Ratio, Rounding};

/// A cut through the line of percentages: just before a percentage, or just after it.
type Cut = (Percent, bool);

/// A stretch of attainment between two cuts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BandRange {
    low: Cut,
    high: Cut,
}

impl BandRange {
    /// From a band's fields `from`, `above`, `below` and `upTo`; `None` unless each end is given exactly once.
    pub(super) fn new(fields: [Option<Percent>; 4]) -> Option<Self> {
        let low = match (fields[0], fields[1]) {
            (Some(from), None) => (from, false),
            (None, Some(above)) => (above, true),
            _ => return None,
        };
        let high = match (fields[2], fields[3]) {
            (Some(below), None) => (below, false),
            (None, Some(up_to)) => (up_to, true),
            _ => return None,
        };
        Some(Self { low, high })
    }

    /// Whether an attainment lies inside.
    pub fn contains(&self, attained: &Ratio) -> bool {
        let (low, high) = (self.low.0.ratio(), self.high.0.ratio());
        let above = if self.low.1 { low < *attained } else { low <= *attained };
        above && if self.high.1 { *attained <= high } else { *attained < high }
    }

    /// Whether some attainment between two, both included, lies inside.
    pub fn touches(&self, least: &Ratio, most: &Ratio) -> bool {
        let (low, high) = (self.low.0.ratio(), self.high.0.ratio());
        let above = if self.low.1 { low < *most } else { low <= *most };
        above && if self.high.1 { *least <= high } else { *least < high }
    }

    /// The lower end in percent.
    pub fn low(&self) -> Percent {
        self.low.0
    }

    /// The upper end in percent.
    pub fn high(&self) -> Percent {
        self.high.0
    }

    /// What it holds, with the word for what was attained.
    fn text(&self, exactly: &str, attained: &str) -> String {
        if self.low.0 == self.high.0 {
            return format!("{exactly} {}", self.low.0);
        }
        let sign = |inside: bool| if inside { "≤" } else { "<" };
        format!("{} {} {attained} {} {}", self.low.0, sign(!self.low.1), sign(self.high.1), self.high.0)
    }
}

impl fmt::Display for BandRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text("attained exactly", "attained"))
    }
}

/// A defect of a set of bands: the index of the band to look at, what was found and what is expected.
pub(super) type BandDefect = (usize, Phrase, Phrase);

/// Every defect of the bands of a commitment; none when they are sound. Where the contract rounds what was attained to
/// some decimals of a percentage before it looks it up, only percentages of so many decimals need a band.
pub(super) fn defects(bands: &[Option<BandRange>], target: Percent, decimals: Option<u32>) -> Vec<BandDefect> {
    let position = |(percent, after): Cut| first_after((percent, after), decimals);
    let mut defects = Vec::new();
    let mut ranges = Vec::with_capacity(bands.len());
    for (index, range) in bands.iter().enumerate() {
        match range {
            None => {
                let expected = phrase!(
                    "one of from and above, and one of below and upTo",
                    "eines von from und above sowie eines von below und upTo"
                );
                defects.push((
                    index,
                    phrase!(
                        "a band whose ends are not said once each",
                        "eine Stufe, deren Enden nicht je genau einmal genannt sind"
                    ),
                    expected,
                ));
            }
            Some(range) if range.low >= range.high => {
                defects.push((
                    index,
                    of_band("a band of", "eine Stufe mit", *range),
                    phrase!("a lower end below the upper one", "ein unteres Ende unter dem oberen"),
                ));
            }
            Some(range) if position(range.low) >= position(range.high) => {
                let expected = phrase!(
                    "an end that what is attained can have once it is rounded",
                    "ein Ende, das der erreichte Wert nach dem Runden annehmen kann"
                );
                defects.push((index, of_band("a band of", "eine Stufe mit", *range), expected));
            }
            Some(range) => ranges.push((*range, index)),
        }
    }
    // What a band without an end covers nobody knows.
    ranges.sort_by_key(|(range, _)| range.low);
    let Some(&(first, first_index)) = ranges.first().filter(|_| defects.is_empty()) else { return defects };
    if position(first.low) > position((Percent::ZERO, false)) {
        let found =
            of_band("no band for", "keine Stufe für", BandRange { low: (Percent::ZERO, false), high: first.low });
        defects.push((first_index, found, phrase!("a band from 0", "eine Stufe ab 0")));
    }
    let (mut covered, mut last_index) = (first.high, first_index);
    for &(upper, index) in &ranges[1..] {
        let expected = match covered {
            (edge, false) => {
                phrase!("from {edge}, where the band below it ends", "from {edge}, wo die Stufe darunter endet")
            }
            (edge, true) => {
                phrase!("above {edge}, where the band below it ends", "above {edge}, wo die Stufe darunter endet")
            }
        };
        match position(upper.low).cmp(&position(covered)) {
            Ordering::Greater => {
                let gap = BandRange { low: covered, high: upper.low };
                defects.push((index, of_band("a gap: no band for", "eine Lücke: keine Stufe für", gap), expected));
            }
            Ordering::Less => {
                let both = BandRange { low: upper.low, high: covered.min(upper.high) };
                defects.push((
                    index,
                    of_band("an overlap: two bands for", "eine Überschneidung: zwei Stufen für", both),
                    expected,
                ));
            }
            Ordering::Equal => {}
        }
        if upper.high > covered {
            (covered, last_index) = (upper.high, index);
        }
    }
    if position(covered) != position((target, false)) {
        let (edge, inside) = covered;
        let found = if inside {
            phrase!("a last band that ends with {edge}", "eine letzte Stufe, die mit {edge} endet")
        } else {
            phrase!("a last band that ends below {edge}", "eine letzte Stufe, die unter {edge} endet")
        };
        let expected = phrase!(
            "below {target}, the target: the contract owes nothing above it and must say what it owes under it",
            "below {target}, das Ziel: darüber schuldet der Vertrag nichts, und darunter muss er sagen, was \
er schuldet"
        );
        defects.push((last_index, found, expected));
    }
    defects
}

/// What a finding says of a band, and what the band holds.
fn of_band(en: &str, de: &str, range: BandRange) -> Phrase {
    Phrase::told(format!("{en} {range}"), format!("{de} {}", range.text("erreicht =", "erreicht")))
}

/// Where a cut lies among what can be attained: exactly there, or at the first percentage of so many decimals after it.
fn first_after((percent, after): Cut, decimals: Option<u32>) -> (Ratio, bool) {
    let Some(decimals) = decimals else { return (percent.ratio(), after) };
    let ratio = percent.ratio();
    let first = if after {
        ratio.scaled(decimals + 2, Rounding::Floor) + 1
    } else {
        ratio.scaled(decimals + 2, Rounding::Ceil)
    };
    (Ratio::new(first, num_bigint::BigInt::from(10).pow(decimals + 2)).expect("ten to a power is not zero"), false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn percent(text: &str) -> Percent {
        text.parse().expect("a percentage")
    }

    /// `[99,99.9)` and the like.
    fn band(text: &str) -> Option<BandRange> {
        let (low, high) = text[1..text.len() - 1].split_once(',').expect("two ends");
        let (low, high) = (Some(percent(low)), Some(percent(high)));
        let low = if text.starts_with('[') { [low, None] } else { [None, low] };
        let high = if text.ends_with(')') { [high, None] } else { [None, high] };
        BandRange::new([low[0], low[1], high[0], high[1]])
    }

    /// Compares every defect: its band, and a part of what was found.
    #[track_caller]
    fn check_at(decimals: Option<u32>, bands: &[&str], target: &str, expected: &[(usize, &str)]) {
        let bands: Vec<_> = bands.iter().map(|text| band(text)).collect();
        let got = defects(&bands, percent(target), decimals);
        let alike = got.len() == expected.len()
            && got
                .iter()
                .zip(expected)
                .all(|((index, found, _), (at, words))| index == at && found.en().contains(words));
        assert!(alike, "{got:#?} is not {expected:?}");
    }

    #[track_caller]
    fn check(bands: &[&str], target: &str, expected: Option<(usize, &str)>) {
        check_at(None, bands, target, expected.as_slice());
    }

    #[test]
    fn bands_cover_the_line_or_are_refused() {
        check(&[], "99.9", None);
        check(&["[0,99.9)"], "99.9", None);
        check(&["[99.0,99.9)", "[95,99.0)", "[0,95)"], "99.90", None);
        check(&["[0,99.0]", "(99.0,99.9)"], "99.9", None);
        check(&["[0,99.0)", "[99.1,99.9)"], "99.9", Some((1, "a gap: no band for 99.0 ≤ attained < 99.1")));
        check(&["[0,99.1)", "[99.0,99.9)"], "99.9", Some((1, "an overlap: two bands for 99.0 ≤ attained < 99.1")));
        check(&["[0,99.0]", "[99.0,99.9)"], "99.9", Some((1, "an overlap: two bands for attained exactly 99.0")));
        check(&["[0,99.9)", "[95,99.0)"], "99.9", Some((1, "an overlap")));
        check(&["[90,99.9)"], "99.9", Some((0, "no band for 0 ≤ attained < 90")));
        check(&["(0,99.9)"], "99.9", Some((0, "no band for attained exactly 0")));
        check(&["[0,99.5)"], "99.9", Some((0, "ends below 99.5")));
        check(&["[0,99.95)"], "99.9", Some((0, "ends below 99.95")));
        check(&["[0,99.9]"], "99.9", Some((0, "ends with 99.9")));
        check(&["[99,99)"], "99.9", Some((0, "attained exactly 99")));
        check(&["[99.9,0)"], "99.9", Some((0, "99.9 ≤ attained < 0")));
        assert_eq!(BandRange::new([Some(percent("1")), Some(percent("1")), None, Some(percent("2"))]), None);
        assert_eq!(BandRange::new([Some(percent("1")), None, None, None]), None);
    }

    #[test]
    fn trap_03_exactly_99_0_is_in_no_band_of_githubs_wording() {
        let wording = ["[0,99.0)", "(99.0,99.9]"];
        let expected = [(1, "a gap: no band for attained exactly 99.0"), (1, "a last band that ends with 99.9")];
        check_at(None, &wording, "99.9", &expected);
    }

    #[test]
    fn every_defect_is_told_at_once() {
        check_at(
            None,
            &["[1,98.49]", "[98.50,99.98]"],
            "99.99",
            &[
                (0, "no band for 0 ≤ attained < 1"),
                (1, "a gap: no band for 98.49 < attained < 98.50"),
                (1, "a last band that ends with 99.98"),
            ],
        );
        // A wide band overlaps each of those inside it, and reaches to its own end.
        let nested = [(1, "two bands for 95 ≤ attained < 97"), (2, "two bands for 97 ≤ attained < 99")];
        check_at(None, &["[0,99.9)", "[95,97)", "[97,99)"], "99.9", &nested);
        // Bands without an end are told alone: what they cover nobody knows.
        check_at(None, &["[5,3)", "[98,99)", "[7,7)"], "99.9", &[(0, "5 ≤ attained < 3"), (2, "attained exactly 7")]);
    }

    #[test]
    fn rounded_attainment_needs_no_band_between_two_decimals() {
        let points = ["[98.0,98.9]", "[97.0,97.9]", "[96.0,96.9]", "[0,96.0)"];
        check_at(Some(1), &points, "99.0", &[]);
        let (first, second) = ("no band for 97.9 < attained < 98.0", "no band for 96.9 < attained < 97.0");
        check_at(None, &points, "99.0", &[(1, second), (0, first), (0, "a last band that ends with 98.9")]);
        check_at(Some(2), &points, "99.0", &[(1, second), (0, first), (0, "a last band that ends with 98.9")]);
        check_at(Some(0), &["[0,98]", "[99,100)"], "100", &[]);
        check_at(Some(0), &["[0,98]", "[98,100)"], "100", &[(1, "two bands for attained exactly 98")]);
        check_at(Some(0), &["[0,98.4]", "(98.2,98.7)", "[98.5,100)"], "100", &[(1, "98.2 < attained < 98.7")]);
    }

    fn edge() -> impl Strategy<Value = (u32, bool)> {
        (0u32..=20, any::<bool>())
    }

    proptest! {
        /// Sound bands hold every attainment below the target exactly once; unsound ones do not. Halves stand for what
        /// lies between two whole percentages.
        #[test]
        fn soundness_agrees_with_counting(edges in prop::collection::vec((edge(), edge()), 1..4), target in 1u32..=20) {
            let percent = |value: u32| percent(&value.to_string());
            let bands: Vec<Option<BandRange>> = edges.iter().map(|&((low, low_in), (high, high_in))| {
                let (low, high) = (Some(percent(low)), Some(percent(high)));
                BandRange::new([
                    low.filter(|_| low_in), low.filter(|_| !low_in), high.filter(|_| !high_in), high.filter(|_| high_in),
                ])
            }).collect();
            let half = |halves: u32| Ratio::new(halves, 200).expect("not zero");
            let holds = |halves: u32| bands.iter().flatten().filter(|band| band.contains(&half(halves))).count();
            let exact = (0..=40).all(|halves| holds(halves) == usize::from(halves < 2 * target));
            let empty = bands.iter().flatten().any(|band| band.low >= band.high);
            prop_assert_eq!(defects(&bands, percent(target), None).is_empty(), exact && !empty);
        }

        /// A band touches a stretch exactly when it holds one of its points.
        #[test]
        fn touching_agrees_with_counting(low in edge(), high in edge(), least in 0u32..=40, length in 0u32..=40) {
            prop_assume!(low < high);
            let band = BandRange { low: (percent(&low.0.to_string()), low.1), high: (percent(&high.0.to_string()), high.1) };
            let quarter = |quarters: u32| Ratio::new(quarters, 400).expect("not zero");
            let any = (2 * least..=2 * (least + length)).any(|quarters| band.contains(&quarter(quarters)));
            prop_assert_eq!(band.touches(&quarter(2 * least), &quarter(2 * (least + length))), any);
        }
    }
}
