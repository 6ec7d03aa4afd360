//! The credits of a period as finance answers for them: what was computed, who decided, who agreed, what was booked. It stands on
//! the same months as the [`Billing`] beside it, so that the two cannot say different things.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Billing, BillingError, BillingPeriod, CreditOnRecord, MonthOnRecord, StepOnRecord, billing};
use crate::catalogue::LegalNature;
use crate::record::{RecordPromise, Verdict};
use crate::time::{Month, utc_text};
use crate::workflow::{CreditState, WorkflowStep};

/// The `schema` field of every statement this version writes.
pub const STATEMENT_SCHEMA: &str = "sla-desk/statement/v1";

/// `statement.json`: the credits of a period, and what they mean for the invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Statement {
    /// Name and version of this format: `sla-desk/statement/v1`.
    pub schema: String,
    /// Every credit of the latest revision of each month, by tenant, contract, month and place in the contract. Promises that owe
    /// nothing and of which nothing was ever issued are left out.
    pub credits: Vec<StatedCredit>,
    /// Charges, credits by where they are, running caps and bookings.
    pub billing: Billing,
}

/// A credit and how it came to be what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StatedCredit {
    /// The tenant.
    pub tenant: String,
    /// The tenant's name.
    pub tenant_name: String,
    /// The contract.
    pub contract: String,
    /// The month whose credit it is.
    pub month: Month,
    /// The revision.
    pub revision: u32,
    /// The commitment, as it is unique in the month.
    pub commitment: String,
    /// Its name for people.
    pub title: String,
    /// Met, breached or undecidable.
    pub verdict: Verdict,
    /// What a credit of the contract is in law.
    pub legal_nature: LegalNature,
    /// ISO 4217 code.
    pub currency: String,
    /// The least that is owed, in the minor unit.
    pub low_minor: i64,
    /// The most, in the minor unit.
    pub high_minor: i64,
    /// Where it is.
    pub state: CreditState,
    /// The amount that was decided or approved, in the minor unit; null while it is open, and where it was rejected.
    pub decided_minor: Option<i64>,
    /// What was issued of earlier revisions and not taken back, in the minor unit.
    pub issued_before_minor: i64,
    /// What this revision issued less what it took back, in the minor unit.
    pub booked_minor: i64,
    /// Who said last which amount is owed, or that none is; null where nobody did, as with an amount that leaves no choice.
    pub decided: Option<StatedStep>,
    /// Who agreed last; null while nobody has.
    pub approved: Option<StatedStep>,
    /// Who issued it.
    pub issued: Option<StatedStep>,
    /// Who took it back.
    pub reversed: Option<StatedStep>,
}

/// A step that somebody took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StatedStep {
    /// Who.
    pub by: String,
    /// When, in UTC.
    pub at: String,
    /// Why, or what was said; empty where nothing was.
    pub note: String,
}

/// The statement of a period. `revisions` are as for [`billing`].
///
/// # Errors
/// [`BillingError`].
pub fn statement(period: BillingPeriod, revisions: &[MonthOnRecord<'_>]) -> Result<Statement, BillingError> {
    let billing = billing(period, revisions)?;
    let same = |a: &MonthOnRecord<'_>, b: &MonthOnRecord<'_>| {
        let (a, b) = (a.record, b.record);
        (&a.tenant, &a.contract.id, a.month) == (&b.tenant, &b.contract.id, b.month)
    };
    let months = revisions.chunk_by(same).filter_map(<[_]>::last).filter(|latest| period.holds(latest.record.month));
    let credits = months.flat_map(|latest| {
        let promises = latest.record.promises();
        promises.filter_map(move |promise| stated(latest, &promise))
    });
    Ok(Statement { schema: STATEMENT_SCHEMA.to_owned(), credits: credits.collect(), billing })
}

fn stated(month: &MonthOnRecord<'_>, promise: &RecordPromise<'_>) -> Option<StatedCredit> {
    let record = month.record;
    let key = promise.key(record.contract.version);
    let credit = month.credits.iter().find(|credit| credit.commitment == key)?;
    let is_owed = credit.high_minor != 0 || credit.issued_before_minor != 0 || !credit.steps.is_empty();
    is_owed.then(|| StatedCredit {
        tenant: record.tenant.clone(),
        tenant_name: record.tenant_name.clone(),
        contract: record.contract.id.clone(),
        month: record.month,
        revision: record.revision,
        commitment: key,
        title: promise.title.to_owned(),
        verdict: promise.verdict,
        legal_nature: record.contract.legal_nature,
        currency: record.credit_total.currency.clone(),
        low_minor: credit.low_minor,
        high_minor: credit.high_minor,
        state: credit.state,
        decided_minor: credit.decided_minor,
        issued_before_minor: credit.issued_before_minor,
        booked_minor: credit.booked_minor(),
        decided: credit.last(&[WorkflowStep::Decide, WorkflowStep::Reject]),
        // Who approves a month approves its credits; those that had to be decided are approved one by one.
        approved: credit.last(&[WorkflowStep::Approve]).or_else(|| agreed(month, credit)),
        issued: credit.last(&[WorkflowStep::Issue]),
        reversed: credit.last(&[WorkflowStep::Reverse]),
    })
}

/// The approval of the month that took the credit with it.
fn agreed(month: &MonthOnRecord<'_>, credit: &CreditOnRecord<'_>) -> Option<StatedStep> {
    let is_agreed = matches!(credit.state, CreditState::Approved | CreditState::Issued | CreditState::Reversed);
    is_agreed.then(|| last(&month.steps, &[WorkflowStep::Approve])).flatten()
}

impl CreditOnRecord<'_> {
    fn last(&self, wanted: &[WorkflowStep]) -> Option<StatedStep> {
        last(&self.steps, wanted)
    }
}

fn last(steps: &[StepOnRecord<'_>], wanted: &[WorkflowStep]) -> Option<StatedStep> {
    let step = steps.iter().rfind(|step| wanted.contains(&step.step))?;
    Some(StatedStep { by: step.actor.to_owned(), at: utc_text(step.at), note: step.note.to_owned() })
}
