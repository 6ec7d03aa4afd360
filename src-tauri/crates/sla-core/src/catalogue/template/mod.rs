//! Templates: the terms that several contracts share. A contract that `extends` a template is read as one document, in
//! which each value keeps its own place.
//!
//! A term of the contract replaces the whole term of the same name: nobody has to guess which half of a penalty came
//! from where. Promises (`commitments`, `incidents`) are told apart by their names, and their terms replace one another
//! in the same way. `without` takes a term or a promise away.

mod sample;
mod shipped;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Document;
use super::finding::{Code, Finding};
use super::unread::{self, Unread};
use super::value::Name;
use super::yaml::{Kind, Node};
use crate::phrase;
use crate::phrase::Phrase;

pub(super) use sample::Samples;
use shipped::SHIPPED;
pub use shipped::{SHIPPED_TEMPLATES, ShippedTemplate};

/// Terms that contracts take over. Beside the fields here it holds any term of a contract that does not belong to one
/// customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateSpec {
    /// What it promises, and to whom it is sold, in one or two sentences.
    #[schemars(length(min = 1, max = 500))]
    pub description: String,
    /// Where the terms were published and on which day, for terms that somebody else wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 500))]
    pub source: Option<String>,
    /// Name of the `SlaTemplate` whose terms it takes over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<Name>,
    /// What it does not take over: `minimumCredit`, `commitments.latency`, `commitments.latency.consecutiveSlices`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// The terms, as a contract would say them.
    #[serde(flatten)]
    #[schemars(skip)]
    pub terms: Map<String, Value>,
}

/// Terms of a contract that belong to one customer: no template says them.
const OF_ONE_CUSTOMER: [&str; 6] = ["tenant", "version", "validFrom", "validTo", "carriedForward", "accepted"];
/// What a template says of itself: no contract takes it over.
const OF_ITSELF: [&str; 4] = ["description", "source", "extends", "without"];
/// Lists whose items are told apart by their names.
const PROMISES: [&str; 2] = ["commitments", "incidents"];

/// Every template that contracts may extend.
pub(super) struct Templates<'a> {
    own: &'a BTreeMap<Name, Document<TemplateSpec>>,
    unread: &'a Unread,
}

impl<'a> Templates<'a> {
    /// The templates of a catalogue and those that come with the program; a catalogue's own hides one of the same name.
    pub(super) fn new(own: &'a BTreeMap<Name, Document<TemplateSpec>>, unread: &'a Unread) -> Self {
        Self { own, unread }
    }

    /// Adds what is wrong with the templates themselves, beside their shape.
    pub(super) fn check(&self, findings: &mut Vec<Finding>) {
        for template in self.own.values() {
            // Whether it can be extended is asked again by whoever extends it; what is told is told here.
            let _ = self.terms(&template.node, findings);
        }
    }

    /// Puts the terms of its template into a contract. An error when there is no such template, or it has a defect; the
    /// finding is added then, or was before.
    pub(super) fn complete(&self, contract: &mut Node, findings: &mut Vec<Finding>) -> Result<(), ()> {
        if contract.text_of("kind") != Some("Contract") {
            return Ok(());
        }
        if let Some(spec) = self.terms(contract, findings)? {
            contract.put("spec", spec);
        }
        Ok(())
    }

    /// The `spec` of a contract or a template with everything that it takes over; none when it takes over nothing. An error
    /// when what it extends cannot be extended; the finding is added here or elsewhere.
    fn terms(&self, document: &Node, findings: &mut Vec<Finding>) -> Result<Option<Node>, ()> {
        let mut chain = self.chain(document, findings)?;
        let Some(mut base) = chain.pop().and_then(|last| last.child("spec")).cloned() else { return Ok(None) };
        if chain.is_empty() {
            if let Some(without) = base.child("without") {
                let found = phrase!(
                    "terms to leave out, and no template that says them",
                    "Bedingungen zum Weglassen, aber keine Vorlage, die sie nennt"
                );
                let expected = phrase!(
                    "extends beside it: the template that says them",
                    "extends daneben: die Vorlage, die sie nennt"
                );
                findings.push(Finding::new(Code::InvalidValue, without.place("/spec/without"), found, expected));
            }
            return Ok(None);
        }
        while let Some(document) = chain.pop() {
            let Some(spec) = document.child("spec") else { return Ok(None) };
            // What a template takes away in vain is told where that template is checked.
            let told = if chain.is_empty() { &mut *findings } else { &mut Vec::new() };
            base = merged(base, spec, told);
        }
        Ok(Some(base))
    }

    /// A document and the templates that it builds on, one after another.
    fn chain<'b>(&'b self, document: &'b Node, findings: &mut Vec<Finding>) -> Result<Vec<&'b Node>, ()> {
        let itself = match document.text_of("kind") {
            Some("SlaTemplate") => document.child("metadata").and_then(|metadata| metadata.text_of("name")),
            _ => None,
        };
        let mut chain = vec![document];
        let mut names: Vec<Name> = Vec::new();
        while let Some((at, name)) = chain.last().and_then(|last| extended(last)) {
            if itself == Some(name.as_str()) {
                findings.push(circle(document, &name, &names));
                return Err(());
            }
            if names.contains(&name) {
                return Err(()); // Told of the templates in the circle.
            }
            let Some(template) = self.named(&name) else {
                let told = chain.len() > 1 || self.unread.may_hold("SlaTemplate", name.as_str());
                findings.extend((!told).then(|| self.unknown(at, &name)));
                return Err(());
            };
            chain.push(template);
            names.push(name);
        }
        Ok(chain)
    }

    fn named(&self, name: &Name) -> Option<&Node> {
        match self.own.get(name) {
            Some(own) => Some(&own.node),
            None if self.unread.may_hold("SlaTemplate", name.as_str()) => None,
            None => SHIPPED.get(name.as_str()),
        }
    }

    fn unknown(&self, at: &Node, name: &Name) -> Finding {
        let own = self.own.keys().map(Name::as_str);
        let known: Vec<&str> = own.chain(SHIPPED.keys().copied()).collect();
        let found = unread::nobody_defines("SlaTemplate", name);
        Finding::new(Code::UnknownReference, at.place("/spec/extends"), found, Phrase::one_of(&known.join(", ")))
    }
}

/// The template that a document extends, and where it says so. What is no name is a defect of the shape, told there.
fn extended(document: &Node) -> Option<(&Node, Name)> {
    let at = document.child("spec")?.child("extends")?;
    let Kind::Scalar { text, .. } = &at.kind else { return None };
    Some((at, text.parse().ok()?))
}

fn circle(document: &Node, name: &Name, by: &[Name]) -> Finding {
    let by: Vec<String> = by.iter().map(|name| format!("{:?}", name.as_str())).collect();
    let (way, way_de) = match by.len() {
        0 => Default::default(),
        _ => (format!(" by way of {}", by.join(" and ")), format!(" über {}", by.join(" und "))),
    };
    let found = Phrase::told(
        format!("the template {:?}, which extends itself{way}", name.as_str()),
        format!("die Vorlage {:?}, die{way_de} sich selbst erweitert", name.as_str()),
    );
    let at = document.nearest("/spec/extends").place("/spec/extends");
    Finding::new(
        Code::CircularTemplate,
        at,
        found,
        phrase!(
            "templates of which one, in the end, extends none",
            "Vorlagen, von denen am Ende eine keine andere erweitert"
        ),
    )
}

/// The terms of a template with those of a document that extends it.
fn merged(mut base: Node, own: &Node, findings: &mut Vec<Finding>) -> Node {
    for name in OF_ITSELF {
        remove(&mut base, name);
    }
    if let Some(without) = own.child("without") {
        for (pointer, term) in unread::nodes(without, "/*") {
            let Kind::Scalar { text, .. } = &term.kind else { continue };
            if !remove(&mut base, text) {
                let place = term.place(&format!("/spec/without{pointer}"));
                let found =
                    phrase!("{text:?}, which the template does not say", "{text:?}, in der Vorlage nicht enthalten");
                let expected = phrase!(
                    "a term of the template such as minimumCredit, a promise such as commitments.latency, or a term of a \
                     promise such as commitments.latency.consecutiveSlices",
                    "eine Bedingung der Vorlage wie minimumCredit, eine Zusage wie commitments.latency oder eine Bedingung \
                     einer Zusage wie commitments.latency.consecutiveSlices"
                );
                findings.push(Finding::new(Code::UnknownReference, place, found, expected));
            }
        }
    }
    // What is missing in a promise that only the template names is missing in the document that extends it.
    let extends = own.child("extends").unwrap_or(own);
    for promises in PROMISES {
        base.each_mut(&format!("/{promises}"), &mut |list| list.move_to(extends));
        base.each_mut(&format!("/{promises}/*"), &mut |promise| promise.move_to(extends));
    }
    let Kind::Mapping(terms) = &own.kind else { return base };
    base.move_to(own);
    for (name, at, term) in terms {
        let list = base.child_mut(name).filter(|_| PROMISES.contains(&name.as_str()));
        match (list.map(|list| &mut list.kind), &term.kind) {
            (Some(Kind::Sequence(known)), Kind::Sequence(promises)) => merge_promises(known, promises),
            _ => base.put_at(name, *at, term.clone()),
        }
    }
    base
}

/// Puts promises over those of the same name, and new ones behind them.
fn merge_promises(known: &mut Vec<Node>, promises: &[Node]) {
    // Two promises of one name in one document are a defect of that document; both must stay to be seen.
    let mut met = BTreeSet::new();
    for promise in promises {
        let name = promise.text_of("name");
        let same = |one: &&mut Node| name.is_some() && one.text_of("name") == name;
        match (known.iter_mut().find(same), &promise.kind) {
            (Some(base), Kind::Mapping(terms)) if met.insert(name) => {
                base.move_to(promise);
                terms.iter().for_each(|(name, at, term)| base.put_at(name, *at, term.clone()));
            }
            _ => known.push(promise.clone()),
        }
    }
}

/// Takes `term`, `promises.name` or `promises.name.term` away; whether it was there.
fn remove(base: &mut Node, path: &str) -> bool {
    let mut parts = path.splitn(3, '.');
    let (term, promise, of_promise) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let Some(promise) = promise else { return base.take(term).is_some() };
    let Some(Kind::Sequence(promises)) = base.child_mut(term).map(|list| &mut list.kind) else { return false };
    let Some(index) = promises.iter().position(|one| one.text_of("name") == Some(promise)) else { return false };
    match of_promise {
        Some("name") => false,
        Some(term) => promises[index].take(term).is_some(),
        None => {
            promises.remove(index);
            true
        }
    }
}

/// The schema of templates, made from that of contracts: any term but those of one customer, none of them required.
pub(super) fn schema(mut of_template: Value, of_contract: &Value) -> Value {
    let mut spec = of_contract["properties"]["spec"].clone();
    let own = &of_template["properties"]["spec"];
    spec["description"] = own["description"].clone();
    spec["required"] = own["required"].clone();
    let (mut fields, terms) = (own["properties"].clone(), spec["properties"].take());
    if let (Some(fields), Value::Object(terms)) = (fields.as_object_mut(), terms) {
        let shared = terms.into_iter().filter(|(name, _)| !OF_ONE_CUSTOMER.contains(&name.as_str()));
        let shared: Vec<_> = shared.filter(|(name, _)| !fields.contains_key(name)).collect();
        fields.extend(shared);
    }
    spec["properties"] = fields;
    for promises in PROMISES {
        spec["properties"][promises]["items"]["required"] = serde_json::json!(["name"]);
    }
    of_template["properties"]["spec"] = spec;
    of_template
}

/// The schema by which an editor reads a contract: what its template says may be left out.
pub(super) fn schema_before_merge(mut of_contract: Value) -> Value {
    let spec = &mut of_contract["properties"]["spec"];
    let mut otherwise = serde_json::json!({ "required": spec["required"].take(), "properties": {} });
    spec["required"] = serde_json::json!(["tenant", "version", "validFrom"]);
    for promises in PROMISES {
        let items = &mut spec["properties"][promises]["items"];
        otherwise["properties"][promises] = serde_json::json!({ "items": { "required": items["required"].take() } });
        items["required"] = serde_json::json!(["name"]);
    }
    spec["if"] = serde_json::json!({ "required": ["extends"] });
    spec["else"] = otherwise;
    of_contract
}
