//! What a finding can move in money. A contract that lacks a sentence has no typed content yet, so whatever is missing and
//! moves no stake is filled in, only to count the money.

use std::cell::RefCell;

use super::check::stake;
use super::decode::{Envelope, decode, index_of};
use super::finding::{Code, Finding, Place};
use super::yaml::{Kind, Node};
use super::{Catalogue, ContractSpec, Document, SourceFile};

/// What a contract must say and what changes nothing about the most that it can cost: where, the field, and any answer
/// that can be read.
const FILL: [(&str, &str, &str); 26] = [
    ("/spec", "timeZone", "UTC"),
    ("/spec", "serviceHours", "24/7"),
    ("/spec", "legalNature", "service_credit"),
    ("/spec/rounding", "mode", "ceil"),
    ("/spec/rounding", "at", "total"),
    ("/spec/maintenance", "notice", "1d"),
    ("/spec/caps/*", "per", "month"),
    ("/spec/commitments/*", "slo", "any"),
    ("/spec/commitments/*", "method", "Occurrences"),
    ("/spec/commitments/*", "slice", "1m"),
    ("/spec/commitments/*", "unknown", "range"),
    ("/spec/commitments/*", "quiet", "good"),
    ("/spec/commitments/*", "exclusions", "denominator"),
    ("/spec/commitments/*/penalty/perUnit", "counting", "started"),
    ("/spec/commitments/*/penalty/perOutage/further", "counting", "started"),
    ("/spec/commitments/*/penalty/proportional", "affected", "fully"),
    ("/spec/commitments/*/penalty/fixed", "per", "day"),
    ("/spec/incidents/*", "service", "any"),
    ("/spec/incidents/*", "class", "any"),
    ("/spec/incidents/*", "clock", "response"),
    ("/spec/incidents/*", "startsAt", "reported"),
    ("/spec/incidents/*", "hours", "wall"),
    ("/spec/incidents/*", "limit", "1h"),
    ("/spec/incidents/*", "month", "started"),
    ("/spec/incidents/*/penalty/perUnit", "counting", "started"),
    ("/spec/incidents/*/penalty/fixed", "per", "incident"),
];

/// Adds to findings about a contract's terms the most that they can move, where the rest of the contract says it.
pub(super) fn stakes(files: &[SourceFile], findings: &mut [Finding]) {
    if !findings.iter().any(moves_money) {
        return;
    }
    let contracts = RefCell::new(Vec::new());
    // Findings are told already; here only the documents are looked at.
    let _ = Catalogue::read_with(files, &|document| contracts.borrow_mut().extend(filled(document.clone())));
    let contracts = contracts.into_inner();
    for finding in findings.iter_mut().filter(|finding| moves_money(finding)) {
        finding.stake = contracts.iter().find_map(|contract| stake_at(contract, &finding.place));
    }
}

/// Whether a finding is one about terms that move money, and does not say how much yet.
fn moves_money(finding: &Finding) -> bool {
    let about_terms = matches!(
        finding.code,
        Code::MissingField
            | Code::Unsaid
            | Code::UnsoundBands
            | Code::UnsoundPenalty
            | Code::UnsoundTerms
            | Code::HolidaysWithoutRegion
    );
    // A right to terminate is worth no amount that a contract says.
    about_terms && finding.stake.is_none() && !finding.place.path.starts_with("spec.rights")
}

/// A contract with answers to whatever it leaves open and moves no stake; `None` when there is more that cannot be read.
fn filled(mut document: Node) -> Option<Document<ContractSpec>> {
    if document.text_of("kind") != Some("Contract") {
        return None;
    }
    let spec = document.child_mut("spec")?;
    if spec.child("rounding").is_none() {
        spec.put("rounding", spec.beside(Kind::Mapping(Vec::new())));
    }
    for (at, field, answer) in FILL {
        document.each_mut(at, &mut |terms| {
            if terms.child(field).is_none() {
                terms.put(field, terms.beside(Kind::Scalar { text: answer.to_owned(), quoted: true }));
            }
        });
    }
    let Envelope { metadata, spec, .. } = decode(index_of("Contract"), &document, &mut Vec::new())?;
    Some(Document { metadata, spec, node: document })
}

/// The stake of the promise that a place of a contract lies in, or of all; `None` when it is no place of this contract.
fn stake_at(contract: &Document<ContractSpec>, place: &Place) -> Option<String> {
    let pointer: String = place.path.split(['.', '[']).map(|part| format!("/{}", part.trim_end_matches(']'))).collect();
    if contract.place(&pointer) != *place {
        return None;
    }
    let spec = &contract.spec;
    let mut parts = pointer.split('/').skip(2);
    let index = |text: Option<&str>| text?.parse::<usize>().ok();
    match (parts.next(), index(parts.next())) {
        (Some("commitments"), Some(index)) => stake(spec, [spec.commitments.get(index)?.into()]),
        (Some("incidents"), Some(index)) => stake(spec, [spec.incidents.get(index)?.into()]),
        _ => stake(spec, spec.promises()),
    }
}
