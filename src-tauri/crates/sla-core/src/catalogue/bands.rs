//! Bands of attainment: both ends say whether they belong to it, and together they cover every attainment below the
//! target exactly once.

use std::fmt;

use crate::ratio::{Percent, Ratio};

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
}

impl fmt::Display for BandRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.low.0 == self.high.0 {
            return write!(f, "attained exactly {}", self.low.0);
        }
        let sign = |inside: bool| if inside { "≤" } else { "<" };
        write!(f, "{} {} attained {} {}", self.low.0, sign(!self.low.1), sign(self.high.1), self.high.0)
    }
}

/// A defect of a set of bands: the index of the band to look at, what was found and what is expected.
pub(super) type BandDefect = (usize, String, String);

/// The first defect of the bands of a commitment; `None` when they are sound.
pub(super) fn defect(bands: &[Option<BandRange>], target: Percent) -> Option<BandDefect> {
    let mut ranges = Vec::with_capacity(bands.len());
    for (index, range) in bands.iter().enumerate() {
        match range {
            None => {
                let expected = "one of from and above, and one of below and upTo".to_owned();
                return Some((index, "a band whose ends are not said once each".to_owned(), expected));
            }
            Some(range) if range.low >= range.high => {
                return Some((index, format!("a band of {range}"), "a lower end below the upper one".to_owned()));
            }
            Some(range) => ranges.push((*range, index)),
        }
    }
    ranges.sort_by_key(|(range, _)| range.low);
    let ((first, first_index), (last, last_index)) = (*ranges.first()?, *ranges.last()?);
    if first.low > (Percent::ZERO, false) {
        let found = format!("no band for {}", BandRange { low: (Percent::ZERO, false), high: first.low });
        return Some((first_index, found, "a band from 0".to_owned()));
    }
    for pair in ranges.windows(2) {
        let ((lower, _), (upper, index)) = (pair[0], pair[1]);
        let expected = match lower.high {
            (edge, false) => format!("from {edge}, where the band below it ends"),
            (edge, true) => format!("above {edge}, where the band below it ends"),
        };
        if upper.low > lower.high {
            let gap = BandRange { low: lower.high, high: upper.low };
            return Some((index, format!("a gap: no band for {gap}"), expected));
        }
        if upper.low < lower.high {
            let both = BandRange { low: upper.low, high: lower.high.min(upper.high) };
            return Some((index, format!("an overlap: two bands for {both}"), expected));
        }
    }
    (last.high != (target, false)).then(|| {
        let (edge, inside) = last.high;
        let found = format!("a last band that ends {} {edge}", if inside { "with" } else { "below" });
        (
            last_index,
            found,
            format!(
                "below {target}, the target: the contract owes nothing above it and must say what it owes under it"
            ),
        )
    })
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

    #[track_caller]
    fn check(bands: &[&str], target: &str, expected: Option<(usize, &str)>) {
        let bands: Vec<_> = bands.iter().map(|text| band(text)).collect();
        let got = defect(&bands, percent(target));
        match (&got, expected) {
            (None, None) => {}
            (Some((index, found, _)), Some((at, words))) if *index == at && found.contains(words) => {}
            _ => panic!("{got:?} is not {expected:?}"),
        }
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
        check(&["[0,99.0)", "(99.0,99.9]"], "99.9", Some((1, "a gap: no band for attained exactly 99.0")));
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
            prop_assert_eq!(defect(&bands, percent(target)).is_none(), exact && !empty);
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
