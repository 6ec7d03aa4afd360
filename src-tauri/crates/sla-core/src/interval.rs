//! Sets of time: built first, measured second, so that what overlaps counts once.

use crate::time::{Period, UnixSeconds};

/// A set of seconds as sorted, disjoint, non-touching half-open stretches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IntervalSet(Vec<Period>);

impl IntervalSet {
    /// The stretches, sorted, disjoint and merged.
    pub fn periods(&self) -> &[Period] {
        &self.0
    }

    /// Whether nothing is inside.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Length in seconds.
    pub fn seconds(&self) -> i64 {
        self.0.iter().map(|period| period.seconds()).sum()
    }

    /// Whether that second is inside.
    pub fn contains(&self, at: UnixSeconds) -> bool {
        let after = self.0.partition_point(|period| period.start <= at);
        after > 0 && at < self.0[after - 1].end
    }

    /// What is in either.
    pub fn union(&self, other: &Self) -> Self {
        self.0.iter().chain(&other.0).copied().collect()
    }

    /// What is in both.
    pub fn intersection(&self, other: &Self) -> Self {
        let (mut left, mut right, mut both) = (0, 0, Vec::new());
        while let (Some(a), Some(b)) = (self.0.get(left), other.0.get(right)) {
            both.extend(a.overlap(*b));
            if a.end <= b.end { left += 1 } else { right += 1 }
        }
        Self(both)
    }

    /// What is in this set but not in the other.
    pub fn difference(&self, other: &Self) -> Self {
        let (mut rest, mut cut) = (Vec::new(), 0);
        for period in &self.0 {
            let mut start = period.start;
            while cut < other.0.len() && other.0[cut].end <= start {
                cut += 1;
            }
            let mut next = cut;
            while let Some(hole) = other.0.get(next).filter(|hole| hole.start < period.end) {
                rest.extend(Period::new(start, hole.start));
                start = start.max(hole.end);
                next += 1;
            }
            rest.extend(Period::new(start, period.end));
        }
        Self(rest)
    }

    /// The first border that is no multiple of `step_seconds` away from `origin`.
    pub fn misaligned_border(&self, origin: UnixSeconds, step_seconds: i64) -> Option<UnixSeconds> {
        let borders = self.0.iter().flat_map(|period| [period.start, period.end]);
        borders.into_iter().find(|border| (border - origin).rem_euclid(step_seconds) != 0)
    }
}

impl From<Period> for IntervalSet {
    fn from(period: Period) -> Self {
        Self(vec![period])
    }
}

impl FromIterator<Period> for IntervalSet {
    fn from_iter<I: IntoIterator<Item = Period>>(periods: I) -> Self {
        let mut sorted: Vec<Period> = periods.into_iter().collect();
        sorted.sort_unstable();
        let mut merged: Vec<Period> = Vec::with_capacity(sorted.len());
        for period in sorted {
            match merged.last_mut() {
                Some(last) if period.start <= last.end => last.end = last.end.max(period.end),
                _ => merged.push(period),
            }
        }
        Self(merged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn set(pairs: &[(i64, i64)]) -> IntervalSet {
        pairs.iter().filter_map(|&(start, end)| Period::new(start, end)).collect()
    }

    #[test]
    fn overlapping_stretches_count_once() {
        #[track_caller]
        fn check(pairs: &[(i64, i64)], merged: &[(i64, i64)], seconds: i64) {
            assert_eq!(set(pairs), set(merged));
            assert_eq!(set(pairs).seconds(), seconds);
        }
        check(&[(0, 10), (5, 20)], &[(0, 20)], 20);
        check(&[(0, 10), (10, 20)], &[(0, 20)], 20);
        check(&[(30, 40), (0, 10), (2, 3)], &[(0, 10), (30, 40)], 20);
        check(&[], &[], 0);
    }

    proptest! {
        /// Set algebra agrees with a set of single seconds.
        #[test]
        fn algebra_agrees_with_single_seconds(
            a in prop::collection::vec((0i64..60, 0i64..60), 0..6),
            b in prop::collection::vec((0i64..60, 0i64..60), 0..6),
        ) {
            let (a, b) = (set(&a), set(&b));
            for at in -1..61 {
                prop_assert_eq!(a.union(&b).contains(at), a.contains(at) || b.contains(at));
                prop_assert_eq!(a.intersection(&b).contains(at), a.contains(at) && b.contains(at));
                prop_assert_eq!(a.difference(&b).contains(at), a.contains(at) && !b.contains(at));
            }
            prop_assert_eq!(a.difference(&b).seconds() + a.intersection(&b).seconds(), a.seconds());
        }
    }
}
