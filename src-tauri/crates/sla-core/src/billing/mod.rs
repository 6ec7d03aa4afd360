//! What closed months mean for the invoice: charges, credits by where they are, what was really booked, and the caps
//! as they run. Everything is a sum over months and steps that are on record; nothing is priced here.
//!
//! Two readings of a period stand side by side and are never mixed: credits *of* its months, be they booked or only
//! expected, and bookings that *happened* in it, dated by the clock of the contract's zone, whichever month they are
//! of.

mod amounts;
mod booking;
mod caps;
mod mapping;
mod settlement;
mod statement;
mod view;

use crate::record::MonthRecord;
use crate::time::{Month, UnixSeconds};
use crate::workflow::{CreditState, MonthState, WorkflowStep};

pub use amounts::Amounts;
pub use booking::{Booking, step_subject};
pub use caps::RunningCap;
pub use mapping::{BillingMappingSpec, DatevMapping, ExchangeRate, LagoMapping, TenantMapping};
pub use settlement::{SETTLEMENT_SCHEMA, SettledCredit, SettledOutcome, Settlement, SettlementSums};
pub use statement::{STATEMENT_SCHEMA, StatedCredit, StatedStep, Statement, statement};
pub use view::{BILLING_SCHEMA, Billing, BillingPeriod, Booked, ContractBilling, CurrencyTotal, MonthBilling, billing};

/// A revision of a month as the ledger holds it.
#[derive(Clone, Debug)]
pub struct MonthOnRecord<'a> {
    /// What was stated.
    pub record: &'a MonthRecord,
    /// Where it is.
    pub state: MonthState,
    /// What was done with it, in order.
    pub steps: Vec<StepOnRecord<'a>>,
    /// Its credits.
    pub credits: Vec<CreditOnRecord<'a>>,
    /// Credits of months before the ledger knew the contract, with the last of these months; `None` when there are
    /// none.
    pub carried: Option<crate::catalogue::CarriedForward>,
}

/// A credit of a revision.
#[derive(Clone, Debug)]
pub struct CreditOnRecord<'a> {
    /// The commitment, as it is unique in the month.
    pub commitment: &'a str,
    /// The least that is owed, in the minor unit.
    pub low_minor: i64,
    /// The most, in the minor unit.
    pub high_minor: i64,
    /// Where it is.
    pub state: CreditState,
    /// The amount that was decided or approved, in the minor unit.
    pub decided_minor: Option<i64>,
    /// What was issued of earlier revisions and not taken back, in the minor unit.
    pub issued_before_minor: i64,
    /// What was done with it, in order.
    pub steps: Vec<StepOnRecord<'a>>,
}

/// A step that somebody took.
#[derive(Clone, Copy, Debug)]
pub struct StepOnRecord<'a> {
    /// Position among the steps of the same thing, from 1.
    pub number: u32,
    /// What was done.
    pub step: WorkflowStep,
    /// The amount of it, in the minor unit; less than 0 when it was taken back.
    pub amount_minor: Option<i64>,
    /// Why, or what was said.
    pub note: &'a str,
    /// Who.
    pub actor: &'a str,
    /// When, Unix seconds.
    pub at: UnixSeconds,
}

/// Why months do not become sums.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BillingError {
    /// The period ends before it begins.
    #[error("the period ends with {to} before it begins with {from}; give --from and --to in the order of time")]
    Backwards {
        /// The first month.
        from: Month,
        /// The last month.
        to: Month,
    },
    /// A sum does not fit.
    #[error("{subject}: amounts add up to more than fits 63 bits of minor units; expected amounts that are amounts")]
    TooLarge {
        /// Whose amounts.
        subject: String,
    },
    /// A field of a record is not what its schema says.
    #[error("{subject}: {field} is {found:?}, expected {expected}; verify the ledger (sla ledger verify)")]
    Record {
        /// Whose record.
        subject: String,
        /// The field.
        field: &'static str,
        /// What stands there.
        found: String,
        /// What should.
        expected: &'static str,
    },
}

impl BillingError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Backwards { .. } => "billing.backwards",
            Self::TooLarge { .. } => "billing.too_large",
            Self::Record { .. } => "billing.record",
        }
    }
}

impl CreditOnRecord<'_> {
    /// What this revision issued less what it took back, in the minor unit; the least and most 64 bits hold when more.
    fn booked_minor(&self) -> i64 {
        self.sum(|step| matches!(step, WorkflowStep::Issue | WorkflowStep::Reverse))
    }

    fn sum(&self, counts: impl Fn(WorkflowStep) -> bool) -> i64 {
        let amounts = self.steps.iter().filter(|step| counts(step.step)).filter_map(|step| step.amount_minor);
        amounts.fold(0, i64::saturating_add)
    }

    /// What the customer has of the commitment's month in sum, once everything that is approved is issued; `None` while
    /// nobody has decided.
    fn settled_minor(&self) -> Option<i64> {
        match self.state {
            CreditState::Draft | CreditState::InReview => None,
            CreditState::Approved => self.decided_minor,
            CreditState::Rejected | CreditState::Issued | CreditState::Reversed => {
                Some(self.issued_before_minor.saturating_add(self.booked_minor()))
            }
        }
    }
}

impl MonthOnRecord<'_> {
    /// The name of the revision in messages.
    fn subject(&self) -> String {
        let MonthRecord { tenant, contract, month, revision, .. } = self.record;
        format!("{tenant}, contract {}, {month}, revision {revision}", contract.id)
    }
}
