//! Contracts that the linter calls unsound are put in force only with a reason, which the report prints.

use std::collections::BTreeSet;

use sla_core::catalogue::{Catalogue, Code, ContractSpec, Document, Finding};
use sla_core::plan::ContractMonth;
use sla_core::record::{MonthRecord, RecordAcceptance};

use crate::close::CloseRequest;
use crate::error::CloseError;

/// A kind of finding that whoever closes a month takes as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The kind.
    pub code: Code,
    /// Why, as the report prints it.
    pub reason: String,
}

/// Whether everything unsound in the planned contracts was taken with a reason, by the contract or by the request.
pub(crate) fn is_settled(request: &CloseRequest<'_>, plans: &[ContractMonth<'_>]) -> Result<(), CloseError> {
    let open = plans.iter().flat_map(|plan| open(request, plan));
    let mut open: Vec<Finding> = open.filter(|finding| !is_given(request, finding.code)).cloned().collect();
    open.sort();
    if open.is_empty() { Ok(()) } else { Err(CloseError::NotAccepted(open)) }
}

/// Writes into the plans what the request takes. A month that was closed before keeps the day on which it was taken
/// first: closing it again states the same month.
pub(crate) fn note(request: &CloseRequest<'_>, plans: &mut [ContractMonth<'_>], closed: &[MonthRecord]) {
    let today = sla_core::time::utc_text(request.now).chars().take("YYYY-MM-DD".len()).collect::<String>();
    for plan in plans {
        let taken: Vec<RecordAcceptance> = request
            .accepted
            .iter()
            .filter(|accepted| open(request, plan).any(|finding| finding.code == accepted.code))
            .map(|accepted| RecordAcceptance {
                code: accepted.code.name().to_owned(),
                reason: accepted.reason.clone(),
                by: format!("{}, {today}", request.actor.name),
            })
            .collect();
        let before = closed.iter().filter(|record| {
            record.tenant == plan.tenant.name().as_str() && record.contract.id == plan.contract.name().as_str()
        });
        let before: Vec<&RecordAcceptance> = before.flat_map(|record| &record.accepted).collect();
        let same = |known: &RecordAcceptance, new: &RecordAcceptance| {
            let who = |one: &RecordAcceptance| one.by.rsplit_once(", ").map(|(who, _)| who.to_owned());
            known.code == new.code && known.reason == new.reason && who(known) == who(new)
        };
        for new in taken {
            let known = before.iter().find(|known| same(known, &new));
            plan.accepted.push(known.map_or(new, |known| (*known).clone()));
        }
        plan.accepted.sort();
        plan.accepted.dedup();
    }
}

/// What is unsound in the contract versions of a month and not taken by the contract itself.
fn open<'a>(request: &CloseRequest<'a>, plan: &ContractMonth<'a>) -> impl Iterator<Item = &'a Finding> + use<'a> {
    let catalogue = request.catalogue;
    let findings = |contract| catalogue.not_accepted(contract);
    versions(catalogue, plan).into_iter().flat_map(findings).collect::<Vec<_>>().into_iter()
}

/// Every version of a contract that judges a part of the month, oldest first.
pub(crate) fn versions<'a>(catalogue: &'a Catalogue, plan: &ContractMonth<'_>) -> Vec<&'a Document<ContractSpec>> {
    let promised = plan.commitments.iter().map(|one| one.version);
    let promised = promised.chain(plan.incidents.iter().map(|one| one.version));
    // What holds for the month as a whole is the later version's, whether or not a promise of its own is due.
    let all: BTreeSet<u32> = promised.chain([plan.contract.spec.version]).collect();
    let name = plan.contract.name();
    all.into_iter().map(|version| &catalogue.contracts[&(name.clone(), version)]).collect()
}

fn is_given(request: &CloseRequest<'_>, code: Code) -> bool {
    request.accepted.iter().any(|accepted| accepted.code == code)
}
