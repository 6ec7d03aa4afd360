//! How earlier months of a contract went, beside the month that a record states.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::number::{RecordRange, RecordRatio};
use super::reading::Verdict;
use super::{MonthRecord, RecordPromise};
use crate::time::Month;

/// Months before its own that a record tells of: with it they make a year.
const MONTHS: u32 = 11;

/// An earlier month, as its latest revision stated it when the record was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordEarlier {
    /// The month, YYYY-MM.
    pub month: Month,
    /// The revision that stated it.
    pub revision: u32,
    /// The digest of that revision's record (`MonthRecord::digest`), as the entry of its close in the audit chain has it: 64 hexadecimal digits. Absent in records of versions that did not note it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Its promises.
    pub promises: Vec<RecordEarlierPromise>,
}

/// What a promise came to in an earlier month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordEarlierPromise {
    /// Name of the promise in the contract.
    pub name: String,
    /// The promised percentage.
    pub target: String,
    /// The least and the most that can have been attained, in percent, rounded down; null when there was nothing to judge.
    pub attained: RecordRange<Option<String>>,
    /// Met, breached or undecidable.
    pub verdict: Verdict,
}

impl RecordEarlier {
    /// The eleven months before a record's own, in order, out of what is on record; months that nobody closed are missing.
    /// Where several versions of a contract judged parts of a month, each promise is told by its last part.
    pub fn before(record: &MonthRecord, known: &[MonthRecord]) -> Vec<Self> {
        let is_earlier = |one: &&MonthRecord| {
            one.tenant == record.tenant && one.contract.id == record.contract.id && one.month < record.month
        };
        let mut months: BTreeMap<Month, &MonthRecord> = BTreeMap::new();
        for one in known.iter().filter(is_earlier) {
            let latest = months.entry(one.month).or_insert(one);
            if latest.revision < one.revision {
                *latest = one;
            }
        }
        let first = record.month.minus(MONTHS);
        months.into_values().filter(|one| one.month >= first).map(Self::of).collect()
    }

    fn of(record: &MonthRecord) -> Self {
        let mut promises: Vec<RecordEarlierPromise> = Vec::new();
        for promise in record.promises() {
            let told = RecordEarlierPromise::of(&promise);
            match promises.iter_mut().find(|known| known.name == promise.name) {
                Some(known) => *known = told,
                None => promises.push(told),
            }
        }
        Self { month: record.month, revision: record.revision, digest: Some(record.digest()), promises }
    }
}

impl RecordEarlierPromise {
    fn of(promise: &RecordPromise<'_>) -> Self {
        let percent = |ratio: &Option<RecordRatio>| ratio.as_ref().map(|ratio| ratio.percent.clone());
        let range = promise.attained_range;
        Self {
            name: promise.name.to_owned(),
            target: promise.target.to_owned(),
            attained: RecordRange { low: percent(&range.low), high: percent(&range.high) },
            verdict: promise.verdict,
        }
    }
}
