//! What people decided about a month's credits, as its letter and report tell it.
//!
//! It is the same for an approved month and for the issued one, so that the letter that is sent can be drawn again;
//! only what is taken back later changes it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::amounts::sum;
use super::{BillingError, CreditOnRecord, MonthOnRecord, StepOnRecord};
use crate::record::{CreditTotal, MonthRecord, RecordCredit};
use crate::time::{Month, utc_text};
use crate::workflow::{CreditState, MonthState, WorkflowStep};

/// The `schema` field of every settlement this version writes.
pub const SETTLEMENT_SCHEMA: &str = "sla-desk/settlement/v1";

/// The decided credits of a revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Settlement {
    /// Name and version of this format: `sla-desk/settlement/v1`.
    pub schema: String,
    /// The tenant.
    pub tenant: String,
    /// The contract.
    pub contract: String,
    /// The month.
    pub month: Month,
    /// The revision.
    pub revision: u32,
    /// SHA-256 of the month's record without its revision.
    pub record_sha256: String,
    /// ISO 4217 code.
    pub currency: String,
    /// When the month was approved, or something of it was taken back last; in UTC.
    pub at: String,
    /// The credits, by commitment.
    pub credits: Vec<SettledCredit>,
    /// Their sums.
    pub total: SettlementSums,
}

/// A decided credit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SettledCredit {
    /// The commitment, as it is unique in the month.
    pub commitment: String,
    /// Its name for people.
    pub title: String,
    /// What became of it.
    pub outcome: SettledOutcome,
    /// The least that was owed by the evidence, in the minor unit.
    pub low_minor: i64,
    /// The most, in the minor unit.
    pub high_minor: i64,
    /// What it comes to.
    #[serde(flatten)]
    pub sums: SettlementSums,
    /// Why that amount, or why none, as it is on record; empty where there was nothing to decide.
    pub reason: String,
    /// Why it was taken back; empty while it stands.
    pub taken_back_because: String,
}

/// What became of a credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SettledOutcome {
    /// It is given.
    Given,
    /// It is not given.
    Rejected,
    /// It was given and taken back.
    TakenBack,
}

/// Amounts of a settlement, in the minor unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SettlementSums {
    /// What the customer has of the month in sum: what was issued before and what this letter changes.
    pub amount_minor: i64,
    /// What earlier revisions issued.
    pub before_minor: i64,
    /// What this revision gives, as the difference to that.
    pub given_minor: i64,
    /// What of all this was taken back since; 0 or less.
    pub taken_back_minor: i64,
    /// The amount of this letter: what it gives less what was taken back.
    pub letter_minor: i64,
}

impl Settlement {
    /// What was decided of a month; `None` while it is not approved.
    ///
    /// # Errors
    /// [`BillingError::TooLarge`].
    pub fn of(month: &MonthOnRecord<'_>) -> Result<Option<Self>, BillingError> {
        if !matches!(month.state, MonthState::Approved | MonthState::Issued) {
            return Ok(None);
        }
        let subject = month.subject();
        let credits = month.credits.iter().map(|credit| SettledCredit::of(month.record, credit, &subject));
        let credits = credits.collect::<Result<Vec<_>, _>>()?;
        let total = SettlementSums::total(&subject, &credits)?;
        let approved = month.steps.iter().rev().find(|step| step.step == WorkflowStep::Approve).map(|step| step.at);
        let taken_back = month.credits.iter().flat_map(|credit| &credit.steps);
        let taken_back = taken_back.filter(|step| step.step == WorkflowStep::Reverse).map(|step| step.at);
        let record = month.record;
        Ok(Some(Self {
            schema: SETTLEMENT_SCHEMA.to_owned(),
            tenant: record.tenant.clone(),
            contract: record.contract.id.clone(),
            month: record.month,
            revision: record.revision,
            record_sha256: record.digest(),
            currency: record.credit_total.currency.clone(),
            at: utc_text(taken_back.chain(approved).max().unwrap_or_default()),
            credits,
            total,
        }))
    }

    /// The record with each credit as it was decided in place of its range, for documents that tell the decision.
    pub fn shown(&self, record: &MonthRecord) -> MonthRecord {
        let version = record.contract.version;
        let keys: Vec<String> = record.promises().map(|promise| promise.key(version)).collect();
        let mut shown = record.clone();
        let measured = shown.commitments.iter_mut().map(|one| &mut one.credit);
        let credits = measured.chain(shown.incident_promises.iter_mut().map(|one| &mut one.credit));
        for (credit, key) in credits.zip(&keys) {
            let settled = self.credits.iter().find(|settled| settled.commitment == *key);
            let minor = settled.map_or(0, |settled| settled.sums.amount_minor);
            *credit = RecordCredit { low_minor: minor, high_minor: minor, ..credit.clone() };
        }
        let CreditTotal { currency, .. } = shown.credit_total;
        let minor = self.total.amount_minor;
        shown.credit_total = CreditTotal { currency, low_minor: minor, high_minor: minor };
        shown
    }

    /// The settlement as `settlement.json` publishes it: indented, with a final newline, byte-identical for equal ones.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a settlement has only string keys");
        text.push('\n');
        text
    }
}

impl SettledOutcome {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Rejected => "rejected",
            Self::TakenBack => "taken_back",
        }
    }
}

impl SettledCredit {
    fn of(record: &MonthRecord, credit: &CreditOnRecord<'_>, subject: &str) -> Result<Self, BillingError> {
        let version = record.contract.version;
        let promise = record.promises().find(|promise| promise.key(version) == credit.commitment);
        let before_minor = credit.issued_before_minor;
        let given_minor = match credit.state {
            CreditState::Approved => sum(subject, [credit.decided_minor.unwrap_or(0), -before_minor])?,
            _ => credit.sum(|step| step == WorkflowStep::Issue),
        };
        let taken_back_minor = credit.sum(|step| step == WorkflowStep::Reverse);
        let letter_minor = sum(subject, [given_minor, taken_back_minor])?;
        let amount_minor = sum(subject, [before_minor, letter_minor])?;
        let outcome = match credit.state {
            CreditState::Rejected => SettledOutcome::Rejected,
            CreditState::Reversed => SettledOutcome::TakenBack,
            _ => SettledOutcome::Given,
        };
        let last = |is: fn(WorkflowStep) -> bool| credit.steps.iter().rev().find(|step| is(step.step));
        let note = |step: Option<&StepOnRecord<'_>>| step.map_or_else(String::new, |step| step.note.to_owned());
        Ok(Self {
            commitment: credit.commitment.to_owned(),
            title: promise.map_or_else(|| credit.commitment.to_owned(), |promise| promise.title.to_owned()),
            outcome,
            low_minor: credit.low_minor,
            high_minor: credit.high_minor,
            sums: SettlementSums { amount_minor, before_minor, given_minor, taken_back_minor, letter_minor },
            reason: note(
                last(|step| matches!(step, WorkflowStep::Decide | WorkflowStep::Reject | WorkflowStep::Return))
                    .filter(|step| step.step != WorkflowStep::Return),
            ),
            taken_back_because: note(last(|step| step == WorkflowStep::Reverse)),
        })
    }
}

impl SettlementSums {
    fn total(subject: &str, credits: &[SettledCredit]) -> Result<Self, BillingError> {
        let of = |pick: fn(&Self) -> i64| sum(subject, credits.iter().map(|credit| pick(&credit.sums)));
        Ok(Self {
            amount_minor: of(|sums| sums.amount_minor)?,
            before_minor: of(|sums| sums.before_minor)?,
            given_minor: of(|sums| sums.given_minor)?,
            taken_back_minor: of(|sums| sums.taken_back_minor)?,
            letter_minor: of(|sums| sums.letter_minor)?,
        })
    }
}
