//! What is wrong with a template's terms is told before anybody extends it: it is checked as the contract of nobody.

use std::collections::BTreeMap;

use super::{PROMISES, Templates};
use crate::catalogue::contract::ContractSpec;
use crate::catalogue::decode::{Envelope, decode, index_of};
use crate::catalogue::finding::Finding;
use crate::catalogue::unread::Unread;
use crate::catalogue::yaml::{self, Kind, Node};
use crate::catalogue::{Catalogue, Document, check};

/// What a template leaves to contracts. It stands in no file, and what is found about it is nobody's defect. The fee is
/// large and the currency has many decimals, so that no term of a template is called too much or too fine for them.
const LEFT_OPEN: &str = "
spec:
  tenant: nobody
  version: 1
  validFrom: 2026-01-01
  timeZone: UTC
  currency: KWD
  fee: { monthly: 1000000000 }
  serviceHours: 24/7
  holidays: { region: DE-BE }
  rounding: { mode: half_even, at: commitment }
  legalNature: service_credit
  maintenance: { notice: 1d }
  atRisk: { share: 10 }
  pointWorth: { credit: 1 }
  caps: []
  claim: { automatic: true }
commitment: { slo: nobody, unknown: range, quiet: good, exclusions: denominator }
timeslices: { sliceTarget: 95 }
incident: { service: nobody, startsAt: reported, hours: wall, month: started, target: 100 }
";

/// Templates as contracts of nobody.
pub(in crate::catalogue) struct Samples(Vec<Node>);

impl Samples {
    /// Every template of a catalogue that says enough of its promises to be judged.
    pub(in crate::catalogue) fn new(templates: &Templates<'_>) -> Self {
        let nobody = yaml::documents("", LEFT_OPEN, &mut Vec::new()).documents.remove(0);
        let all = templates.own.values().filter_map(|template| {
            let spec = templates.terms(&template.node, &mut Vec::new()).ok()?;
            let spec = spec.or_else(|| template.node.child("spec").cloned())?;
            sample(&template.node, spec, &nobody)
        });
        Self(all.collect())
    }

    /// Adds what is wrong with each, unless it was found in a contract already; gives what is unsound.
    pub(in crate::catalogue) fn check(
        self,
        contracts: &BTreeMap<(super::Name, u32), Vec<Finding>>,
        findings: &mut Vec<Finding>,
    ) -> Vec<Finding> {
        // Whoever extends the template defines what it refers to: nothing that a name leads to is missed.
        let everything = Unread { anything: true, ..Unread::default() };
        let index = index_of("Contract");
        let (mut errors, mut unsound) = (Vec::new(), Vec::new());
        for node in self.0 {
            let Some(Envelope { metadata, spec, .. }) = decode::<ContractSpec>(index, &node, &mut Vec::new()) else {
                continue;
            };
            let key = (metadata.name.clone(), 1);
            let contracts = BTreeMap::from([(key, Document { metadata, spec, node })]);
            let alone = Catalogue { contracts, ..Catalogue::default() };
            let found = check::check(&alone, &everything, &mut errors);
            unsound.extend(found.into_values().flatten());
        }
        let known = findings.iter().chain(contracts.values().flatten());
        let known: Vec<_> = known.map(|one| (one.place.clone(), one.code)).collect();
        let is_new = |one: &Finding| !one.place.file.is_empty() && !known.contains(&(one.place.clone(), one.code));
        // The fee is nobody's, and so is what a finding would move.
        let of_template = |one: Finding| Finding { stake: None, ..one };
        findings.extend(errors.into_iter().filter(is_new).map(of_template));
        unsound.into_iter().filter(is_new).map(of_template).collect()
    }
}

/// A template's whole terms with what it leaves open; `None` when that is what a promise is judged by.
fn sample(template: &Node, mut spec: Node, nobody: &Node) -> Option<Node> {
    for name in super::OF_ITSELF {
        spec.take(name);
    }
    fill(&mut spec, nobody.child("spec")?);
    let mut complete = spec.child("commitments").is_some();
    spec.each_mut("/commitments/*", &mut |promise| {
        complete &= ["target", "method", "slice", "penalty"].iter().all(|term| promise.child(term).is_some());
        let judged = ["sliceTarget", "threshold", "heartbeat"].iter().any(|term| promise.child(term).is_some());
        if promise.text_of("method") == Some("Timeslices") && !judged {
            fill(promise, nobody.child("timeslices").expect("it stands there"));
        }
        fill(promise, nobody.child("commitment").expect("it stands there"));
    });
    spec.each_mut("/incidents/*", &mut |promise| {
        complete &= ["class", "clock", "limit", "penalty"].iter().all(|term| promise.child(term).is_some());
        fill(promise, nobody.child("incident").expect("it stands there"));
    });
    debug_assert_eq!(PROMISES, ["commitments", "incidents"], "every kind of promise is filled");
    let mut contract = template.clone();
    contract.put("kind", template.beside(Kind::Scalar { text: "Contract".to_owned(), quoted: false }));
    contract.put("spec", spec);
    complete.then_some(contract)
}

/// Puts what is not said yet.
fn fill(terms: &mut Node, nobody: &Node) {
    let Kind::Mapping(entries) = &nobody.kind else { return };
    for (name, at, value) in entries {
        if terms.child(name).is_none() {
            terms.put_at(name, *at, value.clone());
        }
    }
}
