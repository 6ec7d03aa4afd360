//! The months of a period together: per contract and currency, and over all of one currency.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::amounts::sum;
use super::caps::running;
use super::{Amounts, BillingError, Booking, MonthOnRecord, RunningCap};
use crate::record::RecordRange;
use crate::time::Month;
use crate::workflow::{MonthState, WorkflowStep};

/// The `schema` field of every view this version gives.
pub const BILLING_SCHEMA: &str = "sla-desk/billing/v1";

/// Months, both ends inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BillingPeriod {
    /// The first month.
    pub from: Month,
    /// The last month.
    pub to: Month,
}

impl BillingPeriod {
    pub(super) fn holds(self, month: Month) -> bool {
        self.from <= month && month <= self.to
    }
}

/// The billing of a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Billing {
    /// Name and version of this format: `sla-desk/billing/v1`.
    pub schema: String,
    /// The first month.
    pub from: Month,
    /// The last month.
    pub to: Month,
    /// By tenant, contract and currency.
    pub contracts: Vec<ContractBilling>,
    /// Over all contracts, each currency apart, in order of its code.
    pub totals: Vec<CurrencyTotal>,
}

/// The billing of a contract in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ContractBilling {
    /// The tenant.
    pub tenant: String,
    /// The tenant's name.
    pub tenant_name: String,
    /// The contract.
    pub contract: String,
    /// ISO 4217 code.
    pub currency: String,
    /// The closed months of the period.
    pub months: Vec<MonthBilling>,
    /// Their sum.
    pub total: Amounts,
    /// What was booked in the period, of whichever month.
    pub booked: Booked,
    /// The bookings themselves, in order of time.
    pub bookings: Vec<Booking>,
}

/// A closed month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MonthBilling {
    /// The month.
    pub month: Month,
    /// Its latest revision.
    pub revision: u32,
    /// Where that is.
    pub state: MonthState,
    /// Charges and credits.
    pub amounts: Amounts,
    /// The caps after the month, in the contract's order.
    pub caps: Vec<RunningCap>,
}

/// Money that was really booked in a period, in the minor unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Booked {
    /// What was issued; less than 0 when restated months took more back than they gave.
    pub issued_minor: i64,
    /// What was taken back; 0 or less.
    pub reversed_minor: i64,
    /// Both together.
    pub net_minor: i64,
}

/// All contracts of one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CurrencyTotal {
    /// ISO 4217 code.
    pub currency: String,
    /// Charges and credits of the period's months.
    pub amounts: Amounts,
    /// What was booked in the period.
    pub booked: Booked,
}

impl Booked {
    fn of(subject: &str, bookings: &[Booking]) -> Result<Self, BillingError> {
        let of = |step: WorkflowStep| {
            let bookings = bookings.iter().filter(|booking| booking.step == step);
            sum(subject, bookings.map(|booking| booking.amount_minor))
        };
        Self::both(subject, of(WorkflowStep::Issue)?, of(WorkflowStep::Reverse)?)
    }

    fn both(subject: &str, issued_minor: i64, reversed_minor: i64) -> Result<Self, BillingError> {
        Ok(Self { issued_minor, reversed_minor, net_minor: sum(subject, [issued_minor, reversed_minor])? })
    }
}

/// The billing of a period. `revisions` are all revisions of all months of the tenants that are wanted, by tenant,
/// contract, month and revision: those outside of the period are needed for caps, and for what was booked late.
///
/// # Errors
/// [`BillingError`].
pub fn billing(period: BillingPeriod, revisions: &[MonthOnRecord<'_>]) -> Result<Billing, BillingError> {
    let BillingPeriod { from, to } = period;
    if to < from {
        return Err(BillingError::Backwards { from, to });
    }
    let mut contracts: Vec<ContractBilling> = Vec::new();
    let same = |a: &MonthOnRecord<'_>, b: &MonthOnRecord<'_>| {
        (&a.record.tenant, &a.record.contract.id) == (&b.record.tenant, &b.record.contract.id)
    };
    for of_contract in revisions.chunk_by(same) {
        let mut by_currency: BTreeMap<&str, Vec<&[MonthOnRecord<'_>]>> = BTreeMap::new();
        for month in of_contract.chunk_by(|a, b| a.record.month == b.record.month) {
            let latest = month.last().expect("a group holds something");
            by_currency.entry(&latest.record.credit_total.currency).or_default().push(month);
        }
        for (currency, months) in by_currency {
            let contract = contract(period, currency, &months)?;
            if !contract.months.is_empty() || !contract.bookings.is_empty() {
                contracts.push(contract);
            }
        }
    }
    let totals = totals(&contracts)?;
    Ok(Billing { schema: BILLING_SCHEMA.to_owned(), from, to, contracts, totals })
}

fn contract(
    period: BillingPeriod,
    currency: &str,
    all: &[&[MonthOnRecord<'_>]],
) -> Result<ContractBilling, BillingError> {
    let (mut months, mut bookings): (Vec<MonthBilling>, Vec<Booking>) = (Vec::new(), Vec::new());
    let mut earlier: Vec<(Month, RecordRange<i64>)> = Vec::new();
    for revisions in all {
        let latest = revisions.last().expect("a group holds something");
        let month = latest.record.month;
        let amounts = Amounts::of_month(revisions)?;
        for revision in *revisions {
            bookings.extend(Booking::all(revision)?.into_iter().filter(|booking| booking.is_booked_in(period)));
        }
        let credits = amounts.credits_minor.clone();
        if period.holds(month) {
            let caps = running(latest, &earlier)?;
            months.push(MonthBilling { month, revision: latest.record.revision, state: latest.state, amounts, caps });
        }
        earlier.push((month, credits));
    }
    bookings.sort_by(|a, b| (&a.at, &a.subject).cmp(&(&b.at, &b.subject)));
    let newest = all.last().and_then(|month| month.last()).expect("a contract has months").record;
    let subject = format!("{}, contract {}", newest.tenant, newest.contract.id);
    Ok(ContractBilling {
        tenant: newest.tenant.clone(),
        tenant_name: newest.tenant_name.clone(),
        contract: newest.contract.id.clone(),
        currency: currency.to_owned(),
        total: Amounts::total(&subject, months.iter().map(|month| &month.amounts))?,
        booked: Booked::of(&subject, &bookings)?,
        months,
        bookings,
    })
}

fn totals(contracts: &[ContractBilling]) -> Result<Vec<CurrencyTotal>, BillingError> {
    let mut by_currency: BTreeMap<&str, Vec<&ContractBilling>> = BTreeMap::new();
    for contract in contracts {
        by_currency.entry(&contract.currency).or_default().push(contract);
    }
    let total = |(currency, contracts): (&str, Vec<&ContractBilling>)| {
        let subject = format!("all contracts in {currency}");
        let booked = |pick: fn(&Booked) -> i64| sum(&subject, contracts.iter().map(|contract| pick(&contract.booked)));
        Ok(CurrencyTotal {
            currency: currency.to_owned(),
            amounts: Amounts::total(&subject, contracts.iter().map(|contract| &contract.total))?,
            booked: Booked::both(
                &subject,
                booked(|booked| booked.issued_minor)?,
                booked(|booked| booked.reversed_minor)?,
            )?,
        })
    };
    by_currency.into_iter().map(total).collect()
}
