//! A period in requests that a server answers: no border twice, none left out.

use sla_core::time::UnixSeconds;

use crate::source::{CaptureRequest, instant};

/// The ends of slices that one request asks for, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) first: UnixSeconds,
    pub(super) last: UnixSeconds,
    pub(super) step_seconds: i64,
}

impl Chunk {
    /// Every end of a slice.
    pub(super) fn ends(self) -> impl Iterator<Item = UnixSeconds> {
        (0..=(self.last - self.first) / self.step_seconds).map(move |slice| self.first + slice * self.step_seconds)
    }

    /// Whether a timestamp is one of the ends.
    pub(super) fn has_end(self, t: UnixSeconds) -> bool {
        (self.first..=self.last).contains(&t) && (t - self.first) % self.step_seconds == 0
    }

    /// The covered time for a message: from the start of the first slice to the end of the last.
    pub(super) fn text(self) -> String {
        let (from, to) = self.span();
        format!("{from}..{to}")
    }

    /// The same as two instants.
    pub(super) fn span(self) -> (String, String) {
        (instant(self.first - self.step_seconds), instant(self.last))
    }
}

/// Cuts a request into chunks of at most `points` slices. The first chunk starts one step after the period's start,
/// because a range query returns both ends; each next one starts one step after the last end of the one before.
pub(super) fn chunks(request: &CaptureRequest, points: u32) -> Vec<Chunk> {
    let step_seconds = request.step_seconds;
    let width = i64::from(points.max(1)) * step_seconds;
    let mut chunks = Vec::new();
    let mut first = request.first();
    while first <= request.period.end {
        let last = (first + width - step_seconds).min(request.period.end);
        chunks.push(Chunk { first, last, step_seconds });
        first = last + step_seconds;
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sla_core::time::Period;

    fn cut(start: i64, end: i64, step_seconds: i64, points: u32) -> Vec<(i64, i64)> {
        let request = CaptureRequest { period: Period::new(start, end).expect("a period"), step_seconds };
        chunks(&request, points).iter().map(|chunk| (chunk.first, chunk.last)).collect()
    }

    #[test]
    fn a_month_is_cut_without_gap_or_overlap() {
        #[track_caller]
        fn check(start: i64, end: i64, step_seconds: i64, points: u32, expected: &[(i64, i64)]) {
            assert_eq!(cut(start, end, step_seconds, points), expected);
        }
        // 31 days at a minute, in UTC: 44 640 points.
        let start = 1_790_812_800;
        let at = |slice: i64| start + slice * 60;
        check(
            start,
            at(44_640),
            60,
            10_000,
            &[
                (at(1), at(10_000)),
                (at(10_001), at(20_000)),
                (at(20_001), at(30_000)),
                (at(30_001), at(40_000)),
                (at(40_001), at(44_640)),
            ],
        );
        check(0, 600, 60, 10, &[(60, 600)]);
        check(0, 660, 60, 10, &[(60, 600), (660, 660)]);
        check(0, 60, 60, 10, &[(60, 60)]);
        check(0, 180, 60, 1, &[(60, 60), (120, 120), (180, 180)]);
    }

    #[test]
    fn a_chunk_knows_its_ends() {
        let chunk = Chunk { first: 60, last: 180, step_seconds: 60 };
        assert_eq!(chunk.ends().collect::<Vec<_>>(), [60, 120, 180]);
        for (t, expected) in [(60, true), (120, true), (180, true), (0, false), (61, false), (240, false), (-60, false)]
        {
            assert_eq!(chunk.has_end(t), expected, "{t}");
        }
        assert_eq!(chunk.text(), "1970-01-01T00:00:00Z..1970-01-01T00:03:00Z");
    }

    proptest! {
        /// All chunks together are exactly the ends of the period's slices, each once and in order.
        #[test]
        fn chunks_are_exactly_the_slices(
            start in 0_i64..50, slices in 1_i64..500, step_seconds in 1_i64..100, points in 1_u32..50,
        ) {
            let start = start * step_seconds;
            let period = Period::new(start, start + slices * step_seconds).expect("a period");
            let cut = chunks(&CaptureRequest { period, step_seconds }, points);
            let ends: Vec<i64> = cut.iter().flat_map(|chunk| chunk.ends()).collect();
            let expected: Vec<i64> = (1..=slices).map(|slice| start + slice * step_seconds).collect();
            prop_assert_eq!(ends, expected);
            prop_assert!(cut.iter().all(|chunk| chunk.ends().count() <= points as usize));
            prop_assert!(cut.iter().all(|chunk| chunk.ends().all(|t| chunk.has_end(t))));
        }
    }
}
