//! The catalogue: OpenSLO v1 documents and our own, read from YAML with the place of every value.
//!
//! Reading is total: either every document is sound and every reference leads somewhere, or all defects come back at
//! once as [`Finding`]s, sorted by place.

mod bands;
mod check;
mod closing;
mod columns;
mod contract;
mod counter;
mod decode;
mod duration;
mod finding;
mod focus;
mod hours;
mod meaning;
mod openslo;
mod overlap;
mod promql;
mod quantity;
mod query;
mod readings;
mod recurrence;
mod ruling;
mod selector;
mod sql;
mod stakes;
mod stored;
mod template;
mod unread;
mod value;
mod wording;
mod yaml;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

pub use crate::phrase::Phrase;
pub use bands::BandRange;
pub use closing::is_calendar;
pub use columns::{Edge, FileColumns, TimeUnit};
pub use contract::*;
pub use counter::{CounterSpec, NewSeries};
pub use decode::{OPENSLO, SLA_DESK};
pub use duration::Duration;
pub use finding::{Code, Finding, Place, Severity};
pub use focus::{FocusColumn, FocusSpec, Straddling, Uncharged};
pub use hours::ServiceHours;
pub use openslo::{
    BudgetingMethod, ConnectionDetails, DataSourceSpec, DownFrom, DowntimeMetric, HeartbeatMetric, Measures, Metadata,
    Metric, MetricSource, MetricSpec, RatioMetric, ServiceSpec, SliSpec, SloSpec, SourceType,
};
pub use quantity::{Factor, Quantity, Share};
pub use query::{Query, RangeEnds, UnknownVariable, Variables, is_estimate, narrowed, selectors_of};
pub use readings::{Question, Readings, ReadingsError, Variant, readings};
pub use recurrence::Recurrence;
pub(crate) use recurrence::day as ical_day;
pub use ruling::{DECIDED_KINDS, Decided, Ruling};
pub use selector::{Label, Matcher, MatcherComparison, Selector};
pub use sql::{Parameter, Statement};
pub use stored::{
    CALENDAR, DOCUMENT_LIMIT_BYTES, EnteredDocument, asked_by, concerns, entered, is_stored, stored_name, title_of,
    twice,
};
pub use template::{SHIPPED_TEMPLATES, ShippedTemplate, TemplateSpec};
pub(crate) use value::text_value;
pub use value::{Day, Instant, Name, SliceWidth, ValueError, Zone};
pub use wording::Wording;

use decode::{Envelope, KEPT_KINDS, KINDS, decode};
use template::{Samples, Templates};
use unread::Unread;
use yaml::Node;

use crate::billing::BillingMappingSpec;
use crate::evidence::sha256_hex;
use crate::incident::IncidentSpec;
use crate::phrase;

/// A file of the catalogue, already read.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The file as findings should name it.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// A sound document and where it stands.
#[derive(Clone, Debug)]
pub struct Document<S> {
    /// What it is called.
    pub metadata: Metadata,
    /// What it says.
    pub spec: S,
    node: Node,
}

impl<S> Document<S> {
    /// The name that other documents refer to.
    pub fn name(&self) -> &Name {
        &self.metadata.name
    }

    /// Where a value of this document stands; `pointer` is a JSON pointer such as `/spec/target`.
    pub fn place(&self, pointer: &str) -> Place {
        self.node.nearest(pointer).place(pointer)
    }

    /// A value's text as it stands in the file, in quotes.
    fn quoted(&self, pointer: &str) -> Phrase {
        match &self.node.nearest(pointer).kind {
            yaml::Kind::Scalar { text, .. } => Phrase::quoted(format!("{text:?}")),
            _ => Phrase::new("no single value", "kein einzelner Wert"),
        }
    }
}

impl<S: Serialize> Document<S> {
    /// The document's content as JSON in the order of its fields: equal documents give equal text, however their YAML
    /// was laid out.
    pub fn canonical_json(&self) -> String {
        let value = (&self.metadata, &self.spec);
        serde_json::to_string(&value).expect("a document has only string keys")
    }

    /// SHA-256 of [`Self::canonical_json`].
    pub fn sha256(&self) -> String {
        sha256_hex(self.canonical_json().as_bytes())
    }
}

/// A sound catalogue.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// Sources of measurements by name.
    pub data_sources: BTreeMap<Name, Document<DataSourceSpec>>,
    /// Services by name.
    pub services: BTreeMap<Name, Document<ServiceSpec>>,
    /// Measurements by name.
    pub slis: BTreeMap<Name, Document<SliSpec>>,
    /// Objectives by name.
    pub slos: BTreeMap<Name, Document<SloSpec>>,
    /// Customers by id.
    pub tenants: BTreeMap<Name, Document<TenantSpec>>,
    /// Templates of contracts by name.
    pub templates: BTreeMap<Name, Document<TemplateSpec>>,
    /// Contract versions by name and version, with the terms of their templates.
    pub contracts: BTreeMap<(Name, u32), Document<ContractSpec>>,
    /// Exclusions by name.
    pub exclusions: BTreeMap<Name, Document<ExclusionSpec>>,
    /// Incidents by name.
    pub incidents: BTreeMap<Name, Document<IncidentSpec>>,
    /// What is unsound in a contract version: it can be computed, but is to be taken only with a reason.
    pub unsound: BTreeMap<(Name, u32), Vec<Finding>>,
    /// What was decided of exclusions that are kept with their decisions, by name; see [`Catalogue::rule`].
    rulings: BTreeMap<Name, Ruling>,
    /// What is unsound in templates, beside what was found in a contract that extends one.
    pub unsound_templates: Vec<Finding>,
}

/// The kind of a file that is read by itself.
const BILLING_MAPPING: &str = "BillingMapping";

/// Reads the one document of a file that maps tenants to the books.
///
/// # Errors
/// Every defect with its place, as of a catalogue.
pub fn read_billing_mapping(file: &SourceFile) -> Result<Document<BillingMappingSpec>, Vec<Finding>> {
    let mut findings = Vec::new();
    let read = yaml::documents(&file.name, &file.text, &mut findings);
    let found = read.documents.len();
    let mut nodes = read.documents.into_iter();
    let mapping = match (nodes.next(), nodes.next()) {
        (Some(node), None) => {
            let envelope = decode::<BillingMappingSpec>(decode::index_of(BILLING_MAPPING), &node, &mut findings);
            envelope.map(|Envelope { metadata, spec, .. }| Document { metadata, spec, node })
        }
        _ if !findings.is_empty() => None,
        (first, _) => {
            let start = Place { file: file.name.clone(), line: 1, column: 1, path: String::new() };
            let place = first.map_or(start, |node| node.place(""));
            let expected = phrase!(
                "one document of the kind {BILLING_MAPPING}",
                "ein einziges Dokument der Art {BILLING_MAPPING}"
            );
            findings.push(Finding::new(
                Code::UnknownKind,
                place,
                phrase!("{found} documents", "{found} Dokumente"),
                expected,
            ));
            None
        }
    };
    findings.sort();
    mapping.filter(|_| findings.is_empty()).ok_or(findings)
}

impl Catalogue {
    /// What a commitment is measured by: the indicator of its SLO, where the catalogue has it, and the second reading's.
    pub fn indicators<'a>(&'a self, commitment: &'a Commitment) -> impl Iterator<Item = &'a Name> {
        let own = self.slos.get(&commitment.slo).map(|slo| &slo.spec.indicator_ref);
        own.into_iter().chain(commitment.second_reading.as_ref().map(|second| &second.sli))
    }

    /// Reads a catalogue from its files; several documents per file are welcome. A file whose name ends in `.ics` holds
    /// closing days, and is read when a contract names it.
    pub fn read(files: &[SourceFile]) -> Result<Self, Vec<Finding>> {
        Self::read_with(files, &|_| {}).map_err(|mut findings| {
            stakes::stakes(files, &mut findings);
            findings
        })
    }

    /// The same, with every document changed before it is read.
    fn read_with(files: &[SourceFile], change: &dyn Fn(&mut Node)) -> Result<Self, Vec<Finding>> {
        let mut catalogue = Self::default();
        let mut findings = Vec::new();
        let mut unread = Unread::default();
        let (calendars, documents): (Vec<_>, Vec<_>) = files.iter().partition(|file| is_calendar(&file.name));
        let mut nodes = Vec::new();
        for file in documents {
            let read = yaml::documents(&file.name, &file.text, &mut findings);
            nodes.extend(read.documents);
            unread.anything |= read.cut_short;
        }
        // Templates first, whichever file they stand in: contracts are made of them.
        let is_template = |node: &Node| node.text_of("kind") == Some("SlaTemplate");
        let (templates, nodes): (Vec<_>, Vec<_>) = nodes.into_iter().partition(is_template);
        for template in templates {
            catalogue.add(template, &mut findings, &mut unread);
        }
        let known = Templates::new(&catalogue.templates, &unread);
        known.check(&mut findings);
        let samples = Samples::new(&known);
        let mut complete = |mut node| match known.complete(&mut node, &mut findings) {
            Ok(()) => Ok(node),
            Err(()) => Err(node),
        };
        for node in nodes.into_iter().map(&mut complete).collect::<Vec<_>>() {
            match node {
                Ok(mut node) => {
                    change(&mut node);
                    catalogue.add(node, &mut findings, &mut unread);
                }
                Err(contract) => unread.add(Some("Contract"), contract),
            }
        }
        closing::resolve(&mut catalogue, &calendars, &mut findings);
        catalogue.unsound = check::check(&catalogue, &unread, &mut findings);
        catalogue.unsound_templates = samples.check(&catalogue.unsound, &mut findings);
        findings.sort();
        findings.dedup();
        if findings.is_empty() { Ok(catalogue) } else { Err(findings) }
    }

    /// The documents that are sound by themselves; what they refer to is not looked at, and others are passed over. For
    /// what is to be shown, and never judged by.
    pub fn shapes(files: &[SourceFile]) -> Self {
        let (mut catalogue, mut findings, mut unread) = (Self::default(), Vec::new(), Unread::default());
        for file in files.iter().filter(|file| !is_calendar(&file.name)) {
            for node in yaml::documents(&file.name, &file.text, &mut findings).documents {
                catalogue.add(node, &mut findings, &mut unread);
            }
        }
        catalogue
    }

    /// What is unsound in a contract version and not yet taken with a reason, by its own document.
    pub fn not_accepted(&self, contract: &Document<ContractSpec>) -> Vec<&Finding> {
        let key = (contract.name().clone(), contract.spec.version);
        let findings = self.unsound.get(&key).into_iter().flatten();
        let taken = |finding: &Finding| contract.spec.accepted.iter().any(|taken| taken.code == finding.code.name());
        findings.filter(|finding| !taken(finding)).collect()
    }

    /// What is unsound in contracts and templates: first what nobody has taken yet, then what a contract takes with a reason,
    /// each in the order of its place.
    pub fn unsound_findings(&self) -> (Vec<&Finding>, Vec<&Finding>) {
        let mut open: Vec<&Finding> = self.contracts.values().flat_map(|one| self.not_accepted(one)).collect();
        open.extend(&self.unsound_templates);
        open.sort();
        let mut accepted: Vec<&Finding> = self.unsound.values().flatten().filter(|one| !open.contains(one)).collect();
        accepted.sort();
        (open, accepted)
    }

    fn add(&mut self, node: Node, findings: &mut Vec<Finding>, unread: &mut Unread) {
        if matches!(&node.kind, yaml::Kind::Scalar { text, .. } if text.is_empty()) {
            return; // An empty document between two separators.
        }
        let (version, kind) =
            (node.text_of("apiVersion").unwrap_or_default(), node.text_of("kind").unwrap_or_default());
        // What finance keeps may lie beside the catalogue; it is read by itself.
        let is_kept = version == OPENSLO && KEPT_KINDS.contains(&kind);
        if is_kept || (version == SLA_DESK && kind == BILLING_MAPPING) {
            return;
        }
        let is_alias = |name: &str| node.child(name).is_some_and(|value| matches!(value.kind, yaml::Kind::Alias));
        if is_alias("apiVersion") || is_alias("kind") || node.takes_over_an_alias() {
            unread.add(None, node);
            return;
        }
        let Some(index) = KINDS.iter().position(|known| known.api_version == version && known.name == kind) else {
            findings.push(unknown_kind(&node));
            unread.add(None, node);
            return;
        };
        let reading = Reading { index, node, findings, unread };
        match index {
            0 => reading.into_map(&mut self.data_sources, by_name, title),
            1 => reading.into_map(&mut self.services, by_name, title),
            2 => reading.into_map(&mut self.slis, by_name, title),
            3 => reading.into_map(&mut self.slos, by_name, title),
            4 => reading.into_map(&mut self.tenants, by_name, title),
            5 => reading.into_map(
                &mut self.contracts,
                |document| (document.name().clone(), document.spec.version),
                |(name, version)| phrase!("{:?} of version {version}", "{:?} in Version {version}", name.as_str()),
            ),
            6 => reading.into_map(&mut self.exclusions, by_name, title),
            7 => reading.into_map(&mut self.incidents, by_name, title),
            8 => reading.into_map(&mut self.templates, by_name, title),
            _ => unreachable!("every kind has its map"),
        }
    }
}

/// What is told of a document whose kind is not read.
fn unknown_kind(node: &Node) -> Finding {
    let (version, kind) = (node.text_of("apiVersion").unwrap_or_default(), node.text_of("kind").unwrap_or_default());
    let known = KINDS.iter().filter(|kind| kind.name != BILLING_MAPPING);
    let known: Vec<_> = known.map(|kind| format!("{} {}", kind.api_version, kind.name)).collect();
    let found = match &node.kind {
        yaml::Kind::Mapping(_) => phrase!(
            "a document with apiVersion {version:?} and kind {kind:?}",
            "ein Dokument mit apiVersion {version:?} und kind {kind:?}"
        ),
        yaml::Kind::Sequence(_) => phrase!("a list instead of a document", "eine Liste statt eines Dokuments"),
        yaml::Kind::Scalar { .. } | yaml::Kind::Alias => {
            phrase!("a single value instead of a document", "ein einzelner Wert statt eines Dokuments")
        }
    };
    Finding::new(Code::UnknownKind, node.place(""), found, Phrase::one_of(&known.join(", ")))
}

/// When a contract version is in force, in words.
pub(crate) fn term(contract: &Document<ContractSpec>) -> Phrase {
    let (name, ContractSpec { version, valid_from: from, valid_to, .. }) = (contract.name(), &contract.spec);
    match valid_to {
        Some(to) => phrase!(
            "{name} version {version} runs from {from} to {to}",
            "{name} in Version {version} gilt vom {from} bis zum {to}"
        ),
        None => phrase!(
            "{name} version {version} runs from {from} to further notice",
            "{name} in Version {version} gilt vom {from} bis auf Weiteres"
        ),
    }
}

fn by_name<S>(document: &Document<S>) -> Name {
    document.name().clone()
}

fn title(name: &Name) -> Phrase {
    Phrase::quoted(format!("{:?}", name.as_str()))
}

struct Reading<'a> {
    index: usize,
    node: Node,
    findings: &'a mut Vec<Finding>,
    unread: &'a mut Unread,
}

impl Reading<'_> {
    fn into_map<K: Ord, S: serde::de::DeserializeOwned>(
        self,
        map: &mut BTreeMap<K, Document<S>>,
        key: fn(&Document<S>) -> K,
        title: fn(&K) -> Phrase,
    ) {
        let Some(Envelope { metadata, spec, .. }) = decode::<S>(self.index, &self.node, self.findings) else {
            self.unread.add(Some(KINDS[self.index].name), self.node);
            return;
        };
        let document = Document { metadata, spec, node: self.node };
        let key = key(&document);
        if let Some(first) = map.get(&key) {
            let Place { file, line, .. } = first.place("");
            let (kind, title) = (KINDS[self.index].name, title(&key));
            self.findings.push(Finding {
                code: Code::Duplicate,
                place: document.place("/metadata/name"),
                found: Phrase::told(
                    format!("a second {kind} {}", title.en()),
                    format!("{kind} {} zum zweiten Mal", title.de()),
                ),
                expected: phrase!(
                    "one only; the first stands at {file}:{line}",
                    "nur eines; das erste steht bei {file}:{line}"
                ),
                stake: None,
            });
            return;
        }
        map.insert(key, document);
    }
}

/// Every published schema: file name without its ending, and the JSON Schema itself.
pub fn schemas() -> Vec<(String, Value)> {
    let published = |kind: &decode::DocumentKind| match kind.name {
        "Contract" => template::schema_before_merge(kind.schema()),
        _ => kind.schema(),
    };
    KINDS.iter().map(|kind| (format!("{}.schema", kind.name.to_lowercase()), published(kind))).collect()
}
