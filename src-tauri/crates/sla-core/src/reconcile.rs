//! Two readings of one promise: how far they are apart, and what that leaves of the verdict.
//!
//! The readings are compared as the evidence has them, with unknown time as a range: a contract that reads it as down or up
//! says who bears a gap, and not what happened in it. What both together attained is then as the contract reads it.

use crate::assess::{Assessment, Attained, assess};
use crate::catalogue::{Commitment, SecondReading, WhenOpen};
use crate::interval::IntervalSet;
use crate::measurement::{Measurement, Scope};
use crate::ratio::Ratio;
use crate::record::{Agreement, UnknownReading, Verdict};

/// Two readings of a commitment, compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciled {
    /// The first reading alone, unknown time as a range.
    pub first: Assessment,
    /// The second reading alone, unknown time as a range.
    pub second: Assessment,
    /// The least and the most by which the attained shares differ; `None` when one of them had nothing to judge.
    pub difference: Option<(Ratio, Ratio)>,
    /// Whether they agree.
    pub agreement: Agreement,
    /// Seconds that are down by the one and up by the other: the first only, the second only.
    pub down_in_one_only_seconds: [i64; 2],
    /// The second reading as the contract judges it, where the verdict cannot rest on the first alone.
    pub disputed: Option<Assessment>,
}

/// Compares two readings of a commitment.
pub fn reconcile(
    commitment: &Commitment,
    terms: &SecondReading,
    scope: &Scope,
    [first, second]: [&Measurement; 2],
) -> Reconciled {
    let open = Commitment { unknown: UnknownReading::Range, ..commitment.clone() };
    let [one, other] = [first, second].map(|measured| assess(&open, scope, measured));
    let difference = one.attained.as_ref().zip(other.attained.as_ref()).map(|(one, other)| apart(one, other));
    let tolerance = terms.tolerance.ratio();
    let agreement = match &difference {
        Some((least, _)) if *least > tolerance => Agreement::Differ,
        Some((_, most)) if *most <= tolerance => Agreement::Agree,
        // Neither reading had anything to judge: there is nothing that they could differ in.
        None if one.attained.is_none() && other.attained.is_none() => Agreement::Agree,
        _ => Agreement::Open,
    };
    let is_disputed = match (agreement, terms.when_open) {
        (Agreement::Agree, _) | (Agreement::Open, WhenOpen::First) => false,
        (Agreement::Differ, _) | (Agreement::Open, WhenOpen::Undecidable) => true,
    };
    let only = |down: &IntervalSet, may_be_down: &IntervalSet| down.difference(may_be_down).seconds();
    Reconciled {
        down_in_one_only_seconds: [only(&one.down, &other.may_be_down), only(&other.down, &one.may_be_down)],
        disputed: is_disputed.then(|| assess(commitment, scope, second)),
        first: one,
        second: other,
        difference,
        agreement,
    }
}

/// The least and the most by which two ranges differ.
fn apart(one: &Attained, other: &Attained) -> (Ratio, Ratio) {
    let (above, below) = (one.low.minus(&other.high), other.low.minus(&one.high));
    let least = above.max(below).max(Ratio::zero());
    let most = one.high.minus(&other.low).max(other.high.minus(&one.low));
    (least, most)
}

impl Assessment {
    /// What holds where nobody can say which of two readings is right: anything from the least to the most of both, and no
    /// verdict. Lengths, counts and outages stay this reading's, which is the one that the report tells.
    #[must_use]
    pub fn disputed_by(&self, other: &Self) -> Self {
        let hull = |one: &Attained, other: &Attained| Attained {
            low: one.low.clone().min(other.low.clone()),
            high: one.high.clone().max(other.high.clone()),
        };
        let attained = match (&self.attained, &other.attained) {
            (Some(one), Some(other)) => Some(hull(one, other)),
            (one, other) => one.as_ref().or(other.as_ref()).cloned(),
        };
        Self {
            attained,
            verdict: Verdict::Undecidable,
            may_be_down: self.may_be_down.union(&other.may_be_down),
            may_be_too_few: self.may_be_too_few || other.may_be_too_few || self.has_nothing() != other.has_nothing(),
            ..self.clone()
        }
    }

    fn has_nothing(&self) -> bool {
        self.attained.is_none()
    }
}
