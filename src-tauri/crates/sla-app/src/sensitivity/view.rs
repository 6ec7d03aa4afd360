//! Readings side by side, as people and programs see them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use sla_core::record::{CreditTotal, RecordRange, RecordRatio, Verdict};

use super::{Outcome, Sensitivity};

/// A contract's month under every reading of what it leaves open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SensitivityView {
    /// The tenant.
    pub tenant: String,
    /// The contract.
    pub contract: String,
    /// Its version.
    pub version: u32,
    /// The questions that it leaves open.
    pub open: Vec<String>,
    /// What the month comes to, reading by reading.
    pub outcomes: Vec<OutcomeView>,
    /// The least and the most that may be owed under any reading that its words allow.
    pub range: RangeView,
    /// How much money each question moves at most while every other answer stays the same, in the minor unit.
    pub moved_minor: BTreeMap<String, i64>,
}

/// Amounts from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RangeView {
    /// The least, in the minor unit.
    pub low_minor: i64,
    /// The most, in the minor unit.
    pub high_minor: i64,
}

/// A month under one reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OutcomeView {
    /// The answer to each question.
    pub answers: BTreeMap<String, String>,
    /// Whether the contract's words allow them.
    pub admissible: bool,
    /// The month's verdict.
    pub verdict: Verdict,
    /// What would be owed.
    pub credit_total: CreditTotal,
    /// Promise by promise.
    pub commitments: Vec<CommitmentOutcome>,
}

/// A promise under one reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CommitmentOutcome {
    /// The commitment.
    pub name: String,
    /// Its verdict.
    pub verdict: Verdict,
    /// What was attained.
    pub attained_range: RecordRange<Option<RecordRatio>>,
    /// The least that would be owed, in the minor unit.
    pub low_minor: i64,
    /// The most that would be owed, in the minor unit.
    pub high_minor: i64,
}

impl Sensitivity {
    /// As people and programs see it.
    pub fn view(&self) -> SensitivityView {
        let (low_minor, high_minor) = self.range_minor();
        let moved = self.moved_minor().into_iter().map(|(question, minor)| (question.name().to_owned(), minor));
        SensitivityView {
            tenant: self.tenant.clone(),
            contract: self.contract.clone(),
            version: self.version,
            open: self.open.iter().map(|question| question.name().to_owned()).collect(),
            outcomes: self.outcomes.iter().map(OutcomeView::of).collect(),
            range: RangeView { low_minor, high_minor },
            moved_minor: moved.collect(),
        }
    }
}

impl OutcomeView {
    fn of(outcome: &Outcome) -> Self {
        let answers = outcome.answers.iter().map(|(question, answer)| (question.name().to_owned(), answer.clone()));
        let commitments = outcome.record.commitments.iter().map(|one| CommitmentOutcome {
            name: one.name.clone(),
            verdict: one.verdict,
            attained_range: one.attained_range.clone(),
            low_minor: one.credit.low_minor,
            high_minor: one.credit.high_minor,
        });
        Self {
            answers: answers.collect(),
            admissible: outcome.admissible,
            verdict: outcome.record.verdict,
            credit_total: outcome.record.credit_total.clone(),
            commitments: commitments.collect(),
        }
    }
}
