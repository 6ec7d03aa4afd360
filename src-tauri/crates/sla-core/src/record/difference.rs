//! What a restated month says otherwise than the revision before it: verdicts, figures, money, and what they rest on.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    CreditTotal, ExclusionDecision, MonthRecord, RecordExclusion, RecordPromise, RecordRange, RecordRatio, Verdict,
};
use crate::time::Month;

/// The difference between two revisions of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MonthDifference {
    /// The tenant.
    pub tenant: String,
    /// The contract.
    pub contract: String,
    /// The month.
    pub month: Month,
    /// The revisions.
    pub revision: Change<u32>,
    /// The worst verdict of all promises.
    pub verdict: Change<Verdict>,
    /// What the month owes.
    pub credit_total: Change<CreditTotal>,
    /// Promises that are judged otherwise, in their order; new ones after those that were there.
    pub promises: Vec<PromiseDifference>,
    /// Windows that are decided otherwise, or asked for since, or no more.
    pub exclusions: Vec<ExclusionDifference>,
    /// Whether it rests on other evidence.
    pub evidence_changed: bool,
    /// Whether another contract content judged it.
    pub contract_changed: bool,
}

/// A value before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change<T> {
    /// In the earlier revision.
    pub before: T,
    /// In the later one.
    pub after: T,
}

/// A promise before and after; null in the revision that does not have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PromiseDifference {
    /// Its name, as it is unique in the month.
    pub promise: String,
    /// Its figures.
    pub figures: Change<Option<PromiseFigures>>,
}

/// What a promise came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PromiseFigures {
    /// The least and the most that can have been attained.
    pub attained_range: RecordRange<Option<RecordRatio>>,
    /// Met, breached or undecidable.
    pub verdict: Verdict,
    /// The least that is owed, in the minor unit.
    pub low_minor: i64,
    /// The most, in the minor unit.
    pub high_minor: i64,
    /// Downtime in seconds; null for a promise about incidents.
    pub downtime_seconds: Option<i64>,
    /// Accepted exclusions in seconds; null for a promise about incidents.
    pub excluded_seconds: Option<i64>,
}

/// A window before and after; null in the revision that does not list it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExclusionDifference {
    /// Name of its document.
    pub name: String,
    /// Its first second, in UTC.
    pub start: String,
    /// What was decided, and how much of it does not count.
    pub decision: Change<Option<ExclusionFigures>>,
}

/// What a window came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExclusionFigures {
    /// Whether it was accepted, or why not.
    pub decision: ExclusionDecision,
    /// How much of it does not count, in seconds.
    pub accepted_seconds: i64,
}

impl MonthDifference {
    /// What the later of two revisions of one month says otherwise.
    pub fn between(before: &MonthRecord, after: &MonthRecord) -> Self {
        Self {
            tenant: after.tenant.clone(),
            contract: after.contract.id.clone(),
            month: after.month,
            revision: Change { before: before.revision, after: after.revision },
            verdict: Change { before: before.verdict, after: after.verdict },
            credit_total: Change { before: before.credit_total.clone(), after: after.credit_total.clone() },
            promises: changed(&promises(before), &promises(after))
                .map(|(promise, figures)| PromiseDifference { promise, figures })
                .collect(),
            exclusions: changed(&exclusions(before), &exclusions(after))
                .map(|((start, name), decision)| ExclusionDifference { name, start, decision })
                .collect(),
            evidence_changed: evidence(before) != evidence(after),
            contract_changed: before.contract.sha256 != after.contract.sha256,
        }
    }
}

/// Entries of either list that are not the same in both, in order.
fn changed<'a, K: Clone + PartialEq, V: Clone + PartialEq>(
    before: &'a [(K, V)],
    after: &'a [(K, V)],
) -> impl Iterator<Item = (K, Change<Option<V>>)> {
    let in_list = |list: &'a [(K, V)], key: &K| list.iter().find(|(known, _)| known == key).map(|(_, value)| value);
    let new = after.iter().filter(move |(key, _)| in_list(before, key).is_none());
    before.iter().chain(new).filter_map(move |(key, _)| {
        let change = Change { before: in_list(before, key).cloned(), after: in_list(after, key).cloned() };
        (change.before != change.after).then(|| (key.clone(), change))
    })
}

fn promises(record: &MonthRecord) -> Vec<(String, PromiseFigures)> {
    let figures = |promise: RecordPromise<'_>| {
        let figures = PromiseFigures {
            attained_range: promise.attained_range.clone(),
            verdict: promise.verdict,
            low_minor: promise.credit.low_minor,
            high_minor: promise.credit.high_minor,
            downtime_seconds: promise.measured.map(|measured| measured.downtime_seconds),
            excluded_seconds: promise.measured.map(|measured| measured.excluded_seconds),
        };
        (promise.key(record.contract.version), figures)
    };
    record.promises().map(figures).collect()
}

fn exclusions(record: &MonthRecord) -> Vec<((String, String), ExclusionFigures)> {
    let figures = |window: &RecordExclusion| {
        let RecordExclusion { decision, accepted_seconds, .. } = *window;
        ((window.start.clone(), window.name.clone()), ExclusionFigures { decision, accepted_seconds })
    };
    record.exclusions.iter().map(figures).collect()
}

fn evidence(record: &MonthRecord) -> BTreeSet<&str> {
    record.evidence.iter().map(|one| one.sha256.as_str()).collect()
}
