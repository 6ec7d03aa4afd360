//! Charges and credits of a month by where they are, and their sums.

use schemars::JsonSchema;
use serde::Serialize;

use super::{BillingError, CreditOnRecord, MonthOnRecord};
use crate::record::{MonthRecord, RecordRange};
use crate::workflow::{CreditState, WorkflowStep};

/// Charges and credits, in the minor unit of one currency. `approved_minor`, `issued_minor` and `reversed_minor` and
/// what is still open come to `credits_minor`, and that is what leaves the net.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Amounts {
    /// The fees of the months as they stand in their records.
    pub charges_minor: i64,
    /// What credits that nobody decided yet (drafts, in review) still change: the least and the most. Less than 0
    /// when a restated month owes less than was issued of it.
    pub open_minor: RecordRange<i64>,
    /// What is approved and not issued; less than 0 when issuing it takes something back.
    pub approved_minor: i64,
    /// What was issued, of all revisions.
    pub issued_minor: i64,
    /// What was taken back; 0 or less.
    pub reversed_minor: i64,
    /// The credits in sum: the least and the most.
    pub credits_minor: RecordRange<i64>,
    /// Charges less credits: the least and the most.
    pub net_minor: RecordRange<i64>,
    /// By what fees rise for over-performance: the least and the most. It is not in the net, since no step issues it.
    pub rises_minor: RecordRange<i64>,
}

impl Default for Amounts {
    fn default() -> Self {
        let nothing = || RecordRange { low: 0, high: 0 };
        Self {
            charges_minor: 0,
            open_minor: nothing(),
            approved_minor: 0,
            issued_minor: 0,
            reversed_minor: 0,
            credits_minor: nothing(),
            net_minor: nothing(),
            rises_minor: nothing(),
        }
    }
}

/// A sum that does not overflow on its way.
pub(super) fn sum(subject: &str, amounts: impl IntoIterator<Item = i64>) -> Result<i64, BillingError> {
    let sum: i128 = amounts.into_iter().map(i128::from).sum();
    i64::try_from(sum).map_err(|_| BillingError::TooLarge { subject: subject.to_owned() })
}

impl Amounts {
    /// Those of a month, given all of its revisions in their order.
    pub(super) fn of_month(revisions: &[MonthOnRecord<'_>]) -> Result<Self, BillingError> {
        let latest = revisions.last().expect("a month on record has a revision");
        let subject = latest.subject();
        let of = |wanted: WorkflowStep| {
            let credits = revisions.iter().flat_map(|revision| &revision.credits);
            let steps = credits.flat_map(|credit| &credit.steps).filter(|step| step.step == wanted);
            sum(&subject, steps.filter_map(|step| step.amount_minor))
        };
        let (issued_minor, reversed_minor) = (of(WorkflowStep::Issue)?, of(WorkflowStep::Reverse)?);
        // An approval that was not issued before the month was restated is void: only the latest revision counts.
        let approved = latest.credits.iter().filter(|credit| credit.state == CreditState::Approved);
        let changes = approved.flat_map(|credit| [credit.decided_minor.unwrap_or(0), -credit.issued_before_minor]);
        let approved_minor = sum(&subject, changes)?;
        let credits_minor = credits(latest, &subject)?;
        let settled = sum(&subject, [issued_minor, reversed_minor, approved_minor])?;
        let MonthRecord { contract, .. } = latest.record;
        let rise = |pick: fn(&RecordRange<i64>) -> i64| {
            let promises = latest.record.promises().filter_map(|promise| promise.credit.bonus_minor.as_ref());
            sum(&subject, promises.map(pick))
        };
        Self {
            charges_minor: contract.fee.minor,
            open_minor: RecordRange {
                low: sum(&subject, [credits_minor.low, -settled])?,
                high: sum(&subject, [credits_minor.high, -settled])?,
            },
            approved_minor,
            issued_minor,
            reversed_minor,
            credits_minor,
            rises_minor: RecordRange { low: rise(|range| range.low)?, high: rise(|range| range.high)? },
            ..Self::default()
        }
        .with_net(&subject)
    }

    /// The sum of some, all of one currency.
    pub(super) fn total<'a>(subject: &str, all: impl Iterator<Item = &'a Self> + Clone) -> Result<Self, BillingError> {
        let one = |pick: fn(&Self) -> i64| sum(subject, all.clone().map(pick));
        let range = |pick: fn(&Self) -> &RecordRange<i64>| {
            let low = sum(subject, all.clone().map(|amounts| pick(amounts).low))?;
            let high = sum(subject, all.clone().map(|amounts| pick(amounts).high))?;
            Ok::<_, BillingError>(RecordRange { low, high })
        };
        Self {
            charges_minor: one(|amounts| amounts.charges_minor)?,
            open_minor: range(|amounts| &amounts.open_minor)?,
            approved_minor: one(|amounts| amounts.approved_minor)?,
            issued_minor: one(|amounts| amounts.issued_minor)?,
            reversed_minor: one(|amounts| amounts.reversed_minor)?,
            credits_minor: range(|amounts| &amounts.credits_minor)?,
            rises_minor: range(|amounts| &amounts.rises_minor)?,
            ..Self::default()
        }
        .with_net(subject)
    }

    fn with_net(self, subject: &str) -> Result<Self, BillingError> {
        let RecordRange { low, high } = self.credits_minor;
        let net = |credits: i64| sum(subject, [self.charges_minor, -credits]);
        Ok(Self { net_minor: RecordRange { low: net(high)?, high: net(low)? }, ..self })
    }
}

/// What the customer has of a month in sum, the least and the most: what was decided, and for the rest its range, as
/// far as the month as a whole can owe it.
fn credits(latest: &MonthOnRecord<'_>, subject: &str) -> Result<RecordRange<i64>, BillingError> {
    let settled = |credit: &CreditOnRecord<'_>| credit.settled_minor();
    let total = &latest.record.credit_total;
    if !latest.credits.is_empty() && latest.credits.iter().all(|credit| settled(credit).is_none()) {
        return Ok(RecordRange { low: total.low_minor, high: total.high_minor });
    }
    let low = sum(subject, latest.credits.iter().map(|credit| settled(credit).unwrap_or(credit.low_minor)))?;
    let high = sum(subject, latest.credits.iter().map(|credit| settled(credit).unwrap_or(credit.high_minor)))?;
    // What was decided stands, even where it should be more than a restated month owes.
    Ok(RecordRange { low, high: high.min(total.high_minor.max(low)) })
}

/// The same of some commitments only.
pub(super) fn credits_of(
    latest: &MonthOnRecord<'_>,
    commitments: &[String],
    subject: &str,
) -> Result<RecordRange<i64>, BillingError> {
    let all = credits(latest, subject)?;
    let of: Vec<&CreditOnRecord<'_>> =
        latest.credits.iter().filter(|credit| commitments.iter().any(|name| name == credit.commitment)).collect();
    if of.len() == latest.credits.len() {
        return Ok(all);
    }
    let end = |pick: fn(&CreditOnRecord<'_>) -> i64| {
        sum(subject, of.iter().map(|credit| credit.settled_minor().unwrap_or(pick(credit))))
    };
    let (low, high) = (end(|credit| credit.low_minor)?, end(|credit| credit.high_minor)?);
    Ok(RecordRange { low, high: high.min(all.high.max(low)) })
}
