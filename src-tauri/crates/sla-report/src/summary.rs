//! What a cover and a letter say at one glance, counted from a record; nothing here decides anything.

use std::cmp::Reverse;
use std::str::FromStr;

use serde::Serialize;
use sla_core::ratio::{Percent, Ratio};
use sla_core::record::{MonthRecord, OutageStanding, RecordCommitment, RecordPromise, Verdict};

/// Counts over all commitments of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Summary {
    /// Promises in all, those about incidents included; so are the three counts below.
    commitments: usize,
    /// Commitments met.
    met: usize,
    /// Commitments breached.
    breached: usize,
    /// Commitments that the evidence leaves undecidable.
    undecidable: usize,
    /// Outages that count, of all commitments.
    outages: usize,
    /// The most unknown time of one commitment, in seconds; commitments overlap, so a sum would count twice.
    unknown_seconds: i64,
    /// Position of the measured commitment of most concern, from 0; null without commitments.
    worst: Option<usize>,
    /// Position of the promise about incidents with a worse verdict than every measured commitment, from 0.
    worst_incident_promise: Option<usize>,
}

impl Summary {
    pub(crate) fn of(record: &MonthRecord) -> Self {
        let commitments = &record.commitments;
        let promises: Vec<RecordPromise<'_>> = record.promises().collect();
        let (measured, of_incidents) = promises.split_at(commitments.len());
        let (worst, of_incident) = (worst(measured), worst(of_incidents));
        let verdict = |promises: &[RecordPromise<'_>], at: Option<usize>| at.map(|at| promises[at].verdict);
        // A share of few incidents has hardly a margin: only a worse verdict is of more concern than what was measured.
        let more = of_incident.filter(|_| verdict(of_incidents, of_incident) > verdict(measured, worst));
        let count = |verdict| record.promises().filter(|promise| promise.verdict == verdict).count();
        let counted = |commitment: &RecordCommitment| {
            commitment.outages.iter().filter(|outage| outage.standing == OutageStanding::Counts).count()
        };
        Self {
            commitments: record.promises().count(),
            met: count(Verdict::Met),
            breached: count(Verdict::Breached),
            undecidable: count(Verdict::Undecidable),
            outages: commitments.iter().map(counted).sum(),
            unknown_seconds: commitments.iter().map(|commitment| commitment.unknown_seconds).max().unwrap_or(0),
            worst,
            worst_incident_promise: more,
        }
    }
}

/// The worst verdict, and among those the least margin between what was attained at least and the target.
fn worst(promises: &[RecordPromise<'_>]) -> Option<usize> {
    (0..promises.len()).min_by_key(|index| (concern(&promises[*index]), *index))
}

/// How little concern a promise is of. The printed percentages are good enough to pick one; they decide nothing. A promise
/// without anything to judge is the least.
fn concern(promise: &RecordPromise<'_>) -> (Reverse<Verdict>, bool, Option<Ratio>) {
    let margin = || -> Option<Ratio> {
        let low = Percent::from_str(&promise.attained_range.low.as_ref()?.percent).ok()?;
        Some(low.ratio().minus(&Percent::from_str(promise.target).ok()?.ratio()))
    };
    let margin = margin();
    (Reverse(promise.verdict), margin.is_none(), margin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use sla_core::record::Language;

    #[test]
    fn the_promise_of_most_concern_may_be_about_incidents() {
        #[track_caller]
        fn check(verdict: Verdict, without_commitments: bool, expected: (Option<usize>, Option<usize>)) {
            let mut record = sample::record(Language::De, verdict);
            if without_commitments {
                record.commitments.retain(|one| one.verdict != verdict);
            }
            let summary = Summary::of(&record);
            assert_eq!((summary.worst, summary.worst_incident_promise), expected, "{verdict:?}");
        }
        check(Verdict::Breached, false, (Some(0), None));
        check(Verdict::Breached, true, (Some(0), Some(0)));
        check(Verdict::Undecidable, false, (Some(0), None));
        check(Verdict::Met, false, (Some(0), None));
        // Nothing is measured at all.
        check(Verdict::Met, true, (None, Some(0)));
    }
}
