//! Credit bands must cover every possible attainment below the target exactly once.

use super::contract::Band;
use crate::ratio::Percent;

/// A defect of a set of bands: the index of the band to look at, what was found and what is expected.
pub(super) type BandDefect = (usize, String, String);

/// The first defect of the bands of a commitment; `None` when they are sound or when no credit is agreed.
pub(super) fn defect(bands: &[Band], target: Percent) -> Option<BandDefect> {
    if let Some(index) = bands.iter().position(|band| band.from >= band.below) {
        let Band { from, below, .. } = bands[index];
        return Some((index, format!("a band from {from} to below {below}"), "from less than below".to_owned()));
    }
    let mut order: Vec<usize> = (0..bands.len()).collect();
    order.sort_by_key(|&index| bands[index].from);
    let (first, last) = (*order.first()?, *order.last()?);
    if bands[first].from > Percent::ZERO {
        let found = format!("no band for an attainment below {} %", bands[first].from);
        return Some((first, found, "a band from 0".to_owned()));
    }
    for pair in order.windows(2) {
        let (lower, upper) = (bands[pair[0]], bands[pair[1]]);
        let expected = format!("from {}, where the band below it ends", lower.below);
        if upper.from > lower.below {
            let found = format!("a gap: no band for {} ≤ attained < {}", lower.below, upper.from);
            return Some((pair[1], found, expected));
        }
        if upper.from < lower.below {
            let found =
                format!("an overlap: two bands for {} ≤ attained < {}", upper.from, lower.below.min(upper.below));
            return Some((pair[1], found, expected));
        }
    }
    (bands[last].below != target).then(|| {
        let found = format!("a last band that ends below {}", bands[last].below);
        (
            last,
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

    fn band(from: &str, below: &str) -> Band {
        let percent = |text: &str| text.parse().expect("a percentage");
        Band { from: percent(from), below: percent(below), credit: percent("10") }
    }

    #[track_caller]
    fn check(bands: &[Band], target: &str, expected: Option<(usize, &str)>) {
        let got = defect(bands, target.parse().expect("a percentage"));
        match (&got, expected) {
            (None, None) => {}
            (Some((index, found, _)), Some((at, words))) if *index == at && found.contains(words) => {}
            _ => panic!("{got:?} is not {expected:?}"),
        }
    }

    #[test]
    fn bands_cover_the_line_or_are_refused() {
        check(&[], "99.9", None);
        check(&[band("0", "99.9")], "99.9", None);
        check(&[band("99.0", "99.9"), band("95", "99.0"), band("0", "95")], "99.90", None);
        // GitHub's wording: "less than 99.9 % but greater than 99.0 %", "99.0 % or less" – and the mirror image.
        check(&[band("0", "99.0"), band("99.1", "99.9")], "99.9", Some((1, "a gap")));
        check(&[band("0", "99.1"), band("99.0", "99.9")], "99.9", Some((1, "an overlap")));
        check(&[band("0", "99.9"), band("95", "99.0")], "99.9", Some((1, "an overlap")));
        check(&[band("90", "99.9")], "99.9", Some((0, "below 90")));
        check(&[band("0", "99.5")], "99.9", Some((0, "ends below 99.5")));
        check(&[band("0", "99.95")], "99.9", Some((0, "ends below 99.95")));
        check(&[band("99", "99")], "99.9", Some((0, "from 99 to below 99")));
        check(&[band("99.9", "0")], "99.9", Some((0, "from 99.9 to below 0")));
    }

    proptest! {
        /// Sound bands hold every attainment below the target exactly once; unsound ones do not.
        #[test]
        fn soundness_agrees_with_counting(edges in prop::collection::vec((0u32..=100, 0u32..=100), 1..4), target in 1u32..=100) {
            let percent = |value: u32| value.to_string().parse::<Percent>().expect("a percentage");
            let bands: Vec<Band> =
                edges.iter().map(|&(from, below)| Band { from: percent(from), below: percent(below), credit: Percent::ZERO }).collect();
            let once = (0..=100u32).all(|value| {
                let holding = edges.iter().filter(|(from, below)| *from <= value && value < *below).count();
                holding == usize::from(value < target)
            });
            let none_empty = edges.iter().all(|(from, below)| from < below);
            prop_assert_eq!(defect(&bands, percent(target)).is_none(), once && none_empty);
        }
    }
}
