//! Money that was really issued or taken back: one booking for each such step of the ledger.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use super::{BillingError, BillingPeriod, CreditOnRecord, MonthOnRecord, StepOnRecord};
use crate::Tz;
use crate::catalogue::LegalNature;
use crate::evidence::sha256_hex;
use crate::record::MonthRecord;
use crate::time::{Month, UnixSeconds, local, utc_text};
use crate::workflow::WorkflowStep;

/// Hexadecimal digits of a booking's id: 80 bits, so that no two bookings of a ledger ever share one.
const ID_DIGITS: usize = 20;

/// A credit that was issued, or taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Booking {
    /// The same for the same step of the ledger, and for no other: `SLA-`, the month, and the beginning of the
    /// SHA-256 of `subject`. At most 36 characters out of letters, digits and `-`.
    pub id: String,
    /// The step's name in the audit chain.
    pub subject: String,
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
    /// `issue` or `reverse`.
    pub step: WorkflowStep,
    /// What a credit of the contract is in law.
    pub legal_nature: LegalNature,
    /// ISO 4217 code.
    pub currency: String,
    /// What the customer gets, in the minor unit; less than 0 when it is taken back.
    pub amount_minor: i64,
    /// The local day in the contract's zone, YYYY-MM-DD.
    #[schemars(with = "String")]
    pub day: NaiveDate,
    /// The instant, in UTC.
    pub at: String,
    /// Why, as it is on record.
    pub note: String,
}

/// A step's name in the audit chain: that of a credit, or with an empty commitment that of a month.
pub fn step_subject(tenant: &str, contract: &str, month: &str, revision: i64, commitment: &str, number: i64) -> String {
    let of = format!("{tenant}/{contract}/{month}/{revision}");
    match commitment {
        "" => format!("month-step/{of}/{number}"),
        commitment => format!("credit-step/{of}/{commitment}/{number}"),
    }
}

impl Booking {
    /// Whether it was booked in one of the months.
    pub(super) fn is_booked_in(&self, period: BillingPeriod) -> bool {
        period.from.first_day() <= self.day && self.day < period.to.next_first_day()
    }

    /// Every booking of a revision, in the order of its credits and steps. Steps that moved no money are none.
    pub(super) fn all(month: &MonthOnRecord<'_>) -> Result<Vec<Self>, BillingError> {
        let zone: Tz = month.record.period.time_zone.parse().map_err(|_| BillingError::Record {
            subject: month.subject(),
            field: "period.time_zone",
            found: month.record.period.time_zone.clone(),
            expected: "an IANA time zone",
        })?;
        let mut bookings = Vec::new();
        for credit in &month.credits {
            for step in &credit.steps {
                let books = matches!(step.step, WorkflowStep::Issue | WorkflowStep::Reverse);
                if let Some(amount_minor) = step.amount_minor.filter(|amount| books && *amount != 0) {
                    bookings.push(Self::of(month.record, credit, step, amount_minor, zone));
                }
            }
        }
        Ok(bookings)
    }

    fn of(
        record: &MonthRecord,
        credit: &CreditOnRecord<'_>,
        step: &StepOnRecord<'_>,
        amount_minor: i64,
        zone: Tz,
    ) -> Self {
        let MonthRecord { tenant, tenant_name, contract, month, revision, credit_total, .. } = record;
        // Who issues a month rarely says why; who decided the amount did.
        let decided = credit.steps.iter().rev().find(|step| step.step == WorkflowStep::Decide);
        let note =
            Some(step.note).filter(|note| !note.is_empty()).or(decided.map(|step| step.note)).unwrap_or_default();
        let (commitment, number) = (credit.commitment, i64::from(step.number));
        let subject = step_subject(tenant, &contract.id, &month.to_string(), i64::from(*revision), commitment, number);
        Self {
            id: format!(
                "SLA-{:04}{:02}-{}",
                month.year(),
                month.number(),
                &sha256_hex(subject.as_bytes())[..ID_DIGITS]
            ),
            subject,
            tenant: tenant.clone(),
            tenant_name: tenant_name.clone(),
            contract: contract.id.clone(),
            month: *month,
            revision: *revision,
            commitment: commitment.to_owned(),
            step: step.step,
            legal_nature: contract.legal_nature,
            currency: credit_total.currency.clone(),
            amount_minor,
            day: day_of(step.at, zone),
            at: utc_text(step.at),
            note: note.to_owned(),
        }
    }
}

fn day_of(at: UnixSeconds, zone: Tz) -> NaiveDate {
    local(at, zone).date_naive()
}
