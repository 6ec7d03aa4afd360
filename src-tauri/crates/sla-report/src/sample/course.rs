//! How the invented months went: their budget day by day, and the year before.

use sla_core::evidence::sha256_hex;
use sla_core::ratio::{Percent, Ratio, Rounding};
use sla_core::record::{
    Method, RecordCommitment, RecordCourse, RecordEarlier, RecordEarlierPromise, RecordRange, RecordSpan, RecordUsed,
    Verdict,
};
use sla_core::time::{Month, Period, utc_text};

use super::{Scene, Tally, seconds, trimmed};

impl Scene {
    pub(super) fn course(
        &self,
        whole: &Tally,
        target: &Percent,
        bad: &[(Period, i64)],
        unknown: &[Period],
        method: Method,
    ) -> RecordCourse {
        let span = |period: &Period| RecordSpan { start: utc_text(period.start), end: utc_text(period.end) };
        let units = whole.total + whole.unknown;
        let base_seconds: i64 = self.service.iter().map(|open| seconds(&self.counted(*open))).sum();
        let allowed = Ratio::one().minus(&target.ratio());
        let (mut failed, mut unseen) = (0, 0);
        let used = self.days.iter().map(|(date, day)| {
            let within = |stretch: &Period| stretch.overlap(*day);
            let bad: Vec<(Period, i64)> = bad.iter().filter_map(|(part, p)| Some((within(part)?, *p))).collect();
            let unknown: i64 = unknown.iter().filter_map(within).map(|part| part.seconds()).sum();
            let tally = Tally::new(method, seconds(&self.counted(*day)), &bad, unknown);
            failed += tally.total - tally.good;
            unseen += tally.unknown;
            let share = |lost: i64| Ratio::new(lost, units).unwrap_or_else(Ratio::zero);
            let percent = |lost: i64| Some(share(lost).over(&allowed)?.to_percent(2, Rounding::Ceil));
            let lasting = |lost: i64| {
                Some(trimmed(&share(lost).times(&Ratio::whole(base_seconds)).to_decimal(3, Rounding::Ceil)))
            };
            RecordUsed {
                date: date.to_string(),
                percent: RecordRange { low: percent(failed), high: percent(failed + unseen) },
                seconds: RecordRange { low: lasting(failed), high: lasting(failed + unseen) },
            }
        });
        RecordCourse {
            service: self.service.iter().map(span).collect(),
            excluded: self
                .service
                .iter()
                .filter_map(|open| open.overlap(self.excluded))
                .map(|part| span(&part))
                .collect(),
            quiet: Vec::new(),
            used: used.collect(),
        }
    }
}

/// A year that went well, but for one month of each kind, and one that nobody closed.
pub(super) fn earlier(month: Month, commitments: &[RecordCommitment]) -> Vec<RecordEarlier> {
    let promise = |one: &RecordCommitment, back: u32| {
        let (low, high, verdict) = match back {
            4 => ("98.7512", "98.7512", Verdict::Breached),
            7 => ("97.9000", "100.0000", Verdict::Undecidable),
            _ => ("99.9821", "99.9821", Verdict::Met),
        };
        let attained = RecordRange { low: Some(low.to_owned()), high: Some(high.to_owned()) };
        RecordEarlierPromise { name: one.name.clone(), target: one.target.clone(), attained, verdict }
    };
    let months = (1..=11).rev().filter(|back| *back != 9);
    let told = |back: u32| RecordEarlier {
        month: month.minus(back),
        revision: if back == 4 { 2 } else { 1 },
        digest: Some(sha256_hex(month.minus(back).to_string().as_bytes())),
        promises: commitments.iter().map(|one| promise(one, back)).collect(),
    };
    months.map(told).collect()
}
