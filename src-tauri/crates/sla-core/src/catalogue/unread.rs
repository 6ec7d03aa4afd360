//! Documents that are there and have a defect of their own. Whoever refers to one is not told that nobody defines it, and
//! what can be told of such a document beside its defect is told at once, not only when that is mended.

use std::collections::BTreeMap;

use super::finding::{Code, Finding};
use super::value::Name;
use super::yaml::{Kind, Node};
use super::{Catalogue, Document};
use crate::phrase;
use crate::phrase::Phrase;

/// A document with a defect.
pub(super) struct Broken {
    /// Its kind; `None` when it is none that is read.
    pub(super) kind: Option<&'static str>,
    pub(super) node: Node,
}

impl Broken {
    pub(super) fn name(&self) -> Option<&str> {
        self.node.child("metadata").and_then(|metadata| metadata.text_of("name"))
    }
}

/// Every document with a defect.
#[derive(Default)]
pub(super) struct Unread {
    pub(super) documents: Vec<Broken>,
    /// Whether something is there that nobody knows the name of, such as the rest of a file after a syntax error.
    pub(super) anything: bool,
}

impl Unread {
    pub(super) fn add(&mut self, kind: Option<&'static str>, node: Node) {
        let broken = Broken { kind, node };
        self.anything |= broken.name().is_none();
        self.documents.push(broken);
    }

    /// Whether a document of this kind and name may be among them.
    pub(super) fn may_hold(&self, kind: &str, name: &str) -> bool {
        let same = |broken: &Broken| broken.kind.is_none_or(|of| of == kind) && broken.name() == Some(name);
        self.anything || self.documents.iter().any(same)
    }

    /// Whether a document of this kind may be among them.
    pub(super) fn may_hold_some(&self, kind: &str) -> bool {
        self.anything || self.documents.iter().any(|broken| broken.kind.is_none_or(|of| of == kind))
    }
}

/// What documents of a kind refer to: where, and a document of which kind. A `*` stands for every item of a list.
const REFERENCES: [(&str, &str, &str); 15] = [
    ("SLI", "/spec/ratioMetric/good/metricSource/metricSourceRef", "DataSource"),
    ("SLI", "/spec/ratioMetric/bad/metricSource/metricSourceRef", "DataSource"),
    ("SLI", "/spec/ratioMetric/total/metricSource/metricSourceRef", "DataSource"),
    ("SLI", "/spec/thresholdMetric/metricSource/metricSourceRef", "DataSource"),
    ("SLI", "/spec/heartbeats/metricSource/metricSourceRef", "DataSource"),
    ("SLI", "/spec/incidents/metricSource/metricSourceRef", "DataSource"),
    ("SLO", "/spec/service", "Service"),
    ("SLO", "/spec/indicatorRef", "SLI"),
    ("Contract", "/spec/tenant", "Tenant"),
    ("Contract", "/spec/commitments/*/slo", "SLO"),
    ("Contract", "/spec/commitments/*/secondReading/sli", "SLI"),
    ("Contract", "/spec/incidents/*/service", "Service"),
    ("Exclusion", "/spec/tenant", "Tenant"),
    ("Incident", "/spec/tenant", "Tenant"),
    ("Incident", "/spec/service", "Service"),
];

/// References of documents with a defect that lead nowhere.
pub(super) fn references(catalogue: &Catalogue, unread: &Unread, findings: &mut Vec<Finding>) {
    for broken in &unread.documents {
        for (_, pointer, to) in REFERENCES.iter().filter(|(kind, ..)| broken.kind == Some(*kind)) {
            for (pointer, node) in nodes(&broken.node, pointer) {
                let Kind::Scalar { text, .. } = &node.kind else { continue };
                // What is no name at all is a finding of its own.
                let Ok(name) = text.parse::<Name>() else { continue };
                if let Some(expected) = missing(catalogue, unread, to, &name) {
                    findings.push(Finding {
                        code: Code::UnknownReference,
                        place: node.place(&pointer),
                        found: nobody_defines(to, &name),
                        expected,
                        stake: None,
                    });
                }
            }
        }
    }
}

/// Every node that a pointer with `*` leads to, and its plain pointer.
pub(super) fn nodes<'a>(root: &'a Node, pointer: &str) -> Vec<(String, &'a Node)> {
    let mut found = vec![(String::new(), root)];
    for segment in pointer.split('/').skip(1) {
        let children = found.into_iter().flat_map(|(at, node)| -> Vec<(String, &Node)> {
            match (segment, &node.kind) {
                ("*", Kind::Sequence(items)) => {
                    items.iter().enumerate().map(|(index, item)| (format!("{at}/{index}"), item)).collect()
                }
                _ => node.child(segment).map(|child| (format!("{at}/{segment}"), child)).into_iter().collect(),
            }
        });
        found = children.collect();
    }
    found
}

/// What a finding says of a name that leads nowhere.
pub(super) fn nobody_defines(kind: &str, name: &Name) -> Phrase {
    phrase!("{kind} {:?}, which nobody defines", "{kind} {:?}, nirgends definiert", name.as_str())
}

fn missing(catalogue: &Catalogue, unread: &Unread, kind: &str, name: &Name) -> Option<Phrase> {
    match kind {
        "DataSource" => expected(&catalogue.data_sources, unread, kind, name),
        "Service" => expected(&catalogue.services, unread, kind, name),
        "SLI" => expected(&catalogue.slis, unread, kind, name),
        "SLO" => expected(&catalogue.slos, unread, kind, name),
        "Tenant" => expected(&catalogue.tenants, unread, kind, name),
        _ => None,
    }
}

/// What is expected instead of a name that leads nowhere; `None` when it leads somewhere.
pub(super) fn expected<T>(
    all: &BTreeMap<Name, Document<T>>,
    unread: &Unread,
    kind: &str,
    name: &Name,
) -> Option<Phrase> {
    if all.contains_key(name) || unread.may_hold(kind, name.as_str()) {
        return None;
    }
    Some(match all.len() {
        0 => phrase!(
            "a {kind} that the catalogue defines; it defines none",
            "{kind}, im Katalog definiert; dort ist keine Definition"
        ),
        1..=12 => Phrase::one_of(&all.keys().map(Name::as_str).collect::<Vec<_>>().join(", ")),
        many => phrase!(
            "one of the {many} {kind}s that the catalogue defines",
            "eines der {many} Dokumente der Art {kind} im Katalog"
        ),
    })
}
