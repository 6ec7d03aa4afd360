//! The exact sum of many ratios with different denominators.

use std::collections::HashMap;

use num_bigint::BigInt;
use sla_core::ratio::Ratio;

/// Adds up `good / total` exactly. Slices of equal total share a denominator, so that what has to be added at the end is
/// one fraction for each total that occurred.
#[derive(Debug, Default)]
pub(crate) struct RatioSum {
    good_by_total: HashMap<i64, i128>,
}

impl RatioSum {
    /// Adds one slice; its total must be positive.
    pub(crate) fn add(&mut self, good: i64, total: i64) {
        debug_assert!(total > 0, "a quiet slice has no ratio");
        *self.good_by_total.entry(total).or_default() += i128::from(good);
    }

    /// The exact sum. Fractions are added in pairs of like size, without reducing in between: one reduction at the end
    /// costs less than one for every addition.
    pub(crate) fn total(self) -> Ratio {
        let mut fractions: Vec<(i64, i128)> = self.good_by_total.into_iter().collect();
        fractions.sort_unstable();
        let mut fractions: Vec<(BigInt, BigInt)> =
            fractions.into_iter().map(|(total, good)| (good.into(), total.into())).collect();
        while fractions.len() > 1 {
            let pairs = fractions.chunks(2).map(|pair| match pair {
                [(a, b), (c, d)] => (a * d + c * b, b * d),
                _ => pair[0].clone(),
            });
            fractions = pairs.collect();
        }
        let (numerator, denominator) = fractions.pop().unwrap_or((0.into(), 1.into()));
        Ratio::new(numerator, denominator).expect("a product of positive totals is positive")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_adding_one_by_one(slices in prop::collection::vec((0i64..50, 1i64..50), 0..40)) {
            let mut sum = RatioSum::default();
            let mut slow = Ratio::zero();
            for &(good, total) in &slices {
                sum.add(good, total);
                slow = slow.plus(&Ratio::new(good, total).expect("a positive total"));
            }
            prop_assert_eq!(sum.total(), slow);
        }
    }
}
