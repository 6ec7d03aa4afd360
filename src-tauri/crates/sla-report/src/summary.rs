//! What a cover and a letter say at one glance, counted from a record; nothing here decides anything.

use std::str::FromStr;

use serde::Serialize;
use sla_core::ratio::{Percent, Ratio};
use sla_core::record::{MonthRecord, OutageStanding, RecordCommitment, Verdict};

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
    /// Position of the commitment of most concern, from 0; null without commitments.
    worst: Option<usize>,
}

impl Summary {
    pub(crate) fn of(record: &MonthRecord) -> Self {
        let commitments = &record.commitments;
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
            worst: worst(commitments),
        }
    }
}

/// The worst verdict, and among those the least margin between what was attained at least and the target. The printed
/// percentages are good enough to pick one; they decide nothing.
fn worst(commitments: &[RecordCommitment]) -> Option<usize> {
    let margin = |commitment: &RecordCommitment| -> Option<Ratio> {
        let low = Percent::from_str(&commitment.attained_range.low.as_ref()?.percent).ok()?;
        Some(low.ratio().minus(&Percent::from_str(&commitment.target).ok()?.ratio()))
    };
    let rank = |index: &usize| {
        let commitment = &commitments[*index];
        (std::cmp::Reverse(commitment.verdict), margin(commitment), *index)
    };
    (0..commitments.len()).min_by_key(rank)
}
