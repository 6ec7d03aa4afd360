//! A contract around one commitment, for tests.

use super::{Fees, History, Judged, MonthFees, Priced, price};
use crate::assess::Assessment;
use crate::catalogue::{Commitment, ContractSpec, Name};
use crate::money::Money;
use crate::time::Month;

/// A contract in EUR whose fee is 10 000.00 a month; `more` are further fields.
pub(crate) fn contract(more: &serde_json::Value, commitments: &[serde_json::Value]) -> ContractSpec {
    let mut value = serde_json::json!({
        "tenant": "t", "version": 1, "validFrom": "2026-01-01", "timeZone": "UTC", "currency": "EUR",
        "fee": { "monthly": "10000.00" }, "serviceHours": "24/7", "legalNature": "service_credit",
        "rounding": { "mode": "half_even", "at": "commitment" }, "commitments": commitments,
    });
    for (key, field) in more.as_object().into_iter().flatten() {
        value[key] = field.clone();
    }
    serde_json::from_value(value).expect("a contract")
}

pub(crate) fn fees(contract: &ContractSpec) -> Fees {
    let monthly = contract.fee.monthly.in_currency(contract.currency).expect("a fee");
    Fees { monthly: Money { minor: monthly.minor, ..monthly }, months: vec![(1, 1)] }
}

/// A judged commitment, priced alone.
pub(crate) fn priced(terms: &Commitment, assessment: &Assessment) -> Priced {
    let value = serde_json::to_value(terms).expect("a commitment");
    let contract = contract(&serde_json::json!({}), &[value]);
    let service: Name = "s".parse().expect("a name");
    let judged = Judged::assessed(terms.into(), &contract, (&service, fees(&contract)), assessment);
    let month: Month = "2026-10".parse().expect("a month");
    price(&contract, month, &MonthFees::default(), &[judged], &History::default()).expect("it fits")
}
