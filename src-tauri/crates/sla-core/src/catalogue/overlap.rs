//! Two contracts of one tenant must never be in force for one service at the same time, and two versions of one contract
//! not at all: which of them counts nobody could say.

use std::collections::BTreeSet;
use std::str::FromStr;

use super::finding::{Code, Finding, Place};
use super::unread::{Broken, Unread, nodes};
use super::value::{Day, Name};
use super::yaml::Kind;
use super::{Catalogue, ContractSpec, Document, check};
use crate::money::Currency;
use crate::phrase;
use crate::phrase::Phrase;
use crate::ratio::Ratio;

/// For how long a contract is in force, and for what.
struct Term {
    name: String,
    version: String,
    tenant: Name,
    from: Day,
    to: Option<Day>,
    /// Services of which something is measured.
    measured: BTreeSet<Name>,
    /// Services of whose incidents something is promised.
    incidents: BTreeSet<Name>,
    /// The most that it can cost in a period, where it says that.
    costs: Option<(Currency, Ratio)>,
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
            let mut shared = earlier.measured.intersection(&later.measured);
            let shared = shared.next().or_else(|| earlier.incidents.intersection(&later.incidents).next());
            let one_contract = earlier.name == later.name && earlier.version != later.version;
            if shared.is_none() && !one_contract {
                continue;
            }
            let (service, service_de) = shared.map_or_else(Default::default, |service| {
                (format!(" and service {service}"), format!(" und den Dienst {service}"))
            });
            let (from, tenant) = (earlier.from.max(later.from), &later.tenant);
            let told = |one: &Term| {
                (format!("{} version {}", one.name, one.version), format!("{} in Version {}", one.name, one.version))
            };
            let ((late, late_de), (early, early_de)) = (told(later), told(earlier));
            let at = format!("{}:{}", earlier.file, earlier.line);
            let found = Phrase::told(
                format!("{late} in force from {from} for tenant {tenant}{service}, as is {early} at {at}"),
                format!(
                    "{late_de}, ab {from} für den Kunden {tenant}{service_de} in Kraft, ebenso wie {early_de} bei {at}"
                ),
            );
            let expected = match shared {
                Some(_) => phrase!(
                    "one contract in force at a time: end the earlier one with validTo on the day before",
                    "jeweils nur ein geltender Vertrag: der frühere endet mit validTo am Tag davor"
                ),
                None => {
                    phrase!(
                        "one version in force at a time: end the earlier one with validTo on the day before, or give the \
                     contract of other services a name of its own",
                        "jeweils nur eine geltende Version: die frühere endet mit validTo am Tag davor, oder der Vertrag \
über andere Dienste hat einen eigenen Namen"
                    )
                }
            };
            let both = earlier.costs.as_ref().zip(later.costs.as_ref());
            let both = both.filter(|((one, _), (other, _))| one == other);
            findings.push(Finding {
                stake: both.and_then(|((currency, a), (_, b))| check::amount(&a.plus(b), *currency)),
                ..Finding::new(Code::OverlappingContracts, later.place.clone(), found, expected)
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
            measured: services(catalogue, spec.commitments.iter().map(|commitment| commitment.slo.clone())),
            incidents: spec.incidents.iter().map(|promise| promise.service.clone()).collect(),
            costs: check::costs(spec, spec.promises()).map(|costs| (spec.currency, costs)),
            file,
            line,
            place: contract.place("/spec/validFrom"),
        }
    }

    /// The same of a contract with a defect elsewhere; `None` when the defect leaves its term open.
    fn broken(catalogue: &Catalogue, broken: &Broken) -> Option<Self> {
        let spec = broken.node.child("spec")?;
        let valid_from = spec.child("validFrom")?;
        let to = match spec.child("validTo") {
            Some(_) => Some(Day::from_str(spec.text_of("validTo")?).ok()?),
            None if spec.takes_over_an_alias() => return None,
            None => None,
        };
        let names = |pointer: &str| {
            let nodes = nodes(spec, pointer).into_iter();
            nodes.filter_map(|(_, name)| match &name.kind {
                Kind::Scalar { text, .. } => text.parse().ok(),
                _ => None,
            })
        };
        Some(Self {
            name: broken.name()?.to_owned(),
            version: spec.text_of("version").unwrap_or("?").to_owned(),
            tenant: spec.text_of("tenant")?.parse().ok()?,
            from: spec.text_of("validFrom")?.parse().ok()?,
            to,
            measured: services(catalogue, names("/commitments/*/slo")),
            incidents: names("/incidents/*/service").collect(),
            costs: None,
            file: broken.node.file.to_string(),
            line: broken.node.line,
            place: valid_from.place("/spec/validFrom"),
        })
    }
}

fn services(catalogue: &Catalogue, slos: impl Iterator<Item = Name>) -> BTreeSet<Name> {
    slos.filter_map(|slo| catalogue.slos.get(&slo)).map(|slo| slo.spec.service.clone()).collect()
}
