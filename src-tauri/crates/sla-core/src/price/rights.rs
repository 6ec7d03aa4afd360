//! Rights that misses open: to terminate, to renegotiate, to step in. Counted over this and earlier months.

use super::{History, Judged, by_name};
use crate::catalogue::{ContractSpec, Name, Right};
use crate::ratio::Ratio;
use crate::record::Verdict;
use crate::time::Month;

/// A right that is open, or may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRight {
    /// What opens, in the words of the contract.
    pub right: String,
    /// The commitment whose misses count; `None` when points of all do.
    pub commitment: Option<Name>,
    /// Misses, or points: the least and the most that there were.
    pub counted: (u32, u32),
    /// How many open the right.
    pub needed: u32,
    /// Over how many months.
    pub within_months: u32,
    /// Whether it is open for certain.
    pub standing: Standing,
}

/// Whether a right is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// For certain.
    Open,
    /// If what is unknown was a miss.
    Possible,
}

/// Every right that is open or may be. `points` are those of the judged commitments, in their order.
pub(super) fn rights(
    contract: &ContractSpec,
    month: Month,
    judged: &[Judged<'_>],
    points: &[(u32, u32)],
    history: &History,
) -> Vec<OpenRight> {
    contract.rights.iter().flat_map(|right| opened(right, month, judged, points, history)).collect()
}

fn opened(
    right: &Right,
    month: Month,
    judged: &[Judged<'_>],
    points: &[(u32, u32)],
    history: &History,
) -> Vec<OpenRight> {
    let counts = |name: &Name| right.commitments.is_empty() || right.commitments.contains(name);
    let open = |commitment: Option<Name>, counted: (u32, u32), needed: u32| {
        let standing = match counted {
            (least, _) if least >= needed => Standing::Open,
            (_, most) if most >= needed => Standing::Possible,
            _ => return None,
        };
        let (words, within_months) = (right.right.clone(), right.within_months);
        Some(OpenRight { right: words, commitment, counted, needed, within_months, standing })
    };
    if let Some(needed) = right.points {
        let now = judged.iter().zip(points).filter(|(judged, _)| counts(judged.promise.name));
        let now = now.fold((0_u32, 0_u32), |sum, (_, one)| (sum.0.saturating_add(one.0), sum.1.saturating_add(one.1)));
        let before = (1..right.within_months).map(|back| history.points(month.minus(back), counts));
        let sum = before.fold(now, |sum, (least, most)| {
            (sum.0.saturating_add(least), sum.1.saturating_add(most.unwrap_or(needed)))
        });
        return open(None, sum, needed).into_iter().collect();
    }
    let Some(needed) = right.misses else { return Vec::new() };
    let rights = by_name(judged).into_iter().filter(|parts| counts(parts[0].promise.name)).filter_map(|parts| {
        let judged = parts.last()?;
        let now = parts.iter().map(|part| missed(right, part, month, 0, history)).max()?;
        // From the present month back, as far as the right looks.
        let before = (1..right.within_months).map(|back| missed(right, judged, month, back, history));
        let misses: Vec<Verdict> = std::iter::once(now).chain(before).collect();
        open(Some(judged.promise.name.clone()), tally(&misses, right.consecutive), needed)
    });
    rights.collect()
}

/// Whether a month was a miss in the sense of a right: `Breached` when it was, `Met` when it was not.
fn missed(right: &Right, judged: &Judged<'_>, month: Month, back: u32, history: &History) -> Verdict {
    let name = judged.promise.name;
    let (verdict, attained) = match back {
        0 => (judged.verdict, judged.attained.as_ref().map(|range| (range.low.clone(), range.high.clone()))),
        back => {
            let at = month.minus(back);
            (history.verdict(at, name), history.commitment(at, name).and_then(|past| past.attained.clone()))
        }
    };
    let Some(below) = right.below.filter(|_| verdict != Verdict::Met) else { return verdict };
    let compared = |attained: &Ratio| judged.promise.compared(attained);
    match attained {
        Some((_, high)) if compared(&high) < below.ratio() => verdict,
        Some((low, _)) if compared(&low) >= below.ratio() => Verdict::Met,
        _ => Verdict::Undecidable,
    }
}

/// The least and the most misses; of those in a row the longest run.
fn tally(misses: &[Verdict], consecutive: bool) -> (u32, u32) {
    let count = |is: fn(Verdict) -> bool| {
        let (mut best, mut run) = (0_u32, 0_u32);
        for &verdict in misses {
            run = match is(verdict) {
                true => run + 1,
                false if consecutive => 0,
                false => run,
            };
            best = best.max(run);
        }
        best
    };
    (count(|verdict| verdict == Verdict::Breached), count(|verdict| verdict != Verdict::Met))
}
