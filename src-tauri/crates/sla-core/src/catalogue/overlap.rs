//! Two contracts of one tenant must never be in force for one service at the same time.

use std::collections::BTreeSet;
use std::str::FromStr;

use super::finding::{Code, Finding, Place};
use super::unread::{Broken, Unread, nodes};
use super::value::{Day, Name};
use super::yaml::Kind;
use super::{Catalogue, ContractSpec, Document};

/// For how long a contract is in force, and for what.
struct Term {
    name: String,
    version: String,
    tenant: Name,
    from: Day,
    to: Option<Day>,
    services: BTreeSet<Name>,
    /// Where the contract begins.
    file: String,
    line: usize,
    /// Where its `validFrom` stands.
    place: Place,
}

/// Adds a finding for every pair of contracts that overlap.
pub(super) fn overlaps(catalogue: &Catalogue, unread: &Unread, findings: &mut Vec<Finding>) {
    let sound = catalogue.contracts.values().map(|contract| Term::sound(catalogue, contract));
    let broken = unread.documents.iter().filter(|broken| broken.kind == Some("Contract"));
    let broken = broken.filter_map(|broken| Term::broken(catalogue, broken));
    let terms: Vec<Term> = sound.chain(broken).collect();
    for (index, later) in terms.iter().enumerate() {
        for earlier in &terms[..index] {
            let apart = |x: &Term, y: &Term| x.to.is_some_and(|to| to < y.from);
            if earlier.tenant != later.tenant || apart(earlier, later) || apart(later, earlier) {
                continue;
            }
            let Some(service) = earlier.services.intersection(&later.services).next() else { continue };
            findings.push(Finding {
                code: Code::OverlappingContracts,
                place: later.place.clone(),
                found: format!(
                    "{} version {} in force from {} for tenant {} and service {service}, as is {} version {} at {}:{}",
                    later.name,
                    later.version,
                    earlier.from.max(later.from),
                    later.tenant,
                    earlier.name,
                    earlier.version,
                    earlier.file,
                    earlier.line
                ),
                expected: "one contract in force at a time: end the earlier one with validTo on the day before"
                    .to_owned(),
                stake: None,
            });
        }
    }
}

impl Term {
    fn sound(catalogue: &Catalogue, contract: &Document<ContractSpec>) -> Self {
        let spec = &contract.spec;
        let Place { file, line, .. } = contract.place("");
        Self {
            name: contract.name().to_string(),
            version: spec.version.to_string(),
            tenant: spec.tenant.clone(),
            from: spec.valid_from,
            to: spec.valid_to,
            services: services(catalogue, spec.commitments.iter().map(|commitment| commitment.slo.clone())),
            file,
            line,
            place: contract.place("/spec/validFrom"),
        }
    }

    /// The same of a contract with a defect elsewhere; `None` when the defect leaves its term open.
    fn broken(catalogue: &Catalogue, broken: &Broken) -> Option<Self> {
        let spec = broken.node.child("spec")?;
        let valid_from = spec.child("validFrom")?;
        let to = match spec.text_of("validTo") {
            Some(text) => Some(Day::from_str(text).ok()?),
            None => None,
        };
        let slos = nodes(spec, "/commitments/*/slo").into_iter().filter_map(|(_, slo)| match &slo.kind {
            Kind::Scalar { text, .. } => text.parse().ok(),
            _ => None,
        });
        Some(Self {
            name: broken.name()?.to_owned(),
            version: spec.text_of("version").unwrap_or("?").to_owned(),
            tenant: spec.text_of("tenant")?.parse().ok()?,
            from: spec.text_of("validFrom")?.parse().ok()?,
            to,
            services: services(catalogue, slos),
            file: broken.node.file.to_string(),
            line: broken.node.line,
            place: valid_from.place("/spec/validFrom"),
        })
    }
}

fn services(catalogue: &Catalogue, slos: impl Iterator<Item = Name>) -> BTreeSet<Name> {
    slos.filter_map(|slo| catalogue.slos.get(&slo)).map(|slo| slo.spec.service.clone()).collect()
}
