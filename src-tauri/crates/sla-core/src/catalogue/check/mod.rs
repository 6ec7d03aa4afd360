//! What only the catalogue as a whole can tell: references, contracts that overlap, readings left open.

mod charges;
mod columns;
mod contract;
mod exclusion;
mod holidays;
mod incident;
mod penalty;
mod second;
mod sli;
mod stake;
mod unsound;

use std::collections::{BTreeMap, BTreeSet};

use super::contract::ContractSpec;
use super::finding::{Code, Finding, Severity};
use super::openslo::{DataSourceSpec, MetricSource, SourceType};
use super::query::tells_tenants_apart;
use super::unread::{self, Unread};
use super::value::Name;
use super::{Catalogue, Document, overlap, sql};
use crate::phrase;
use crate::phrase::Phrase;
use sli::{Asked, asked};
pub(super) use stake::{amount, costs, stake};

/// Adds every error of a catalogue to the findings, and gives what is unsound in each contract.
pub(super) fn check(
    catalogue: &Catalogue,
    unread: &Unread,
    findings: &mut Vec<Finding>,
) -> BTreeMap<(Name, u32), Vec<Finding>> {
    let mut check = Check { catalogue, unread, findings, unsound: BTreeMap::new() };
    check.data_sources();
    check.slis();
    check.slos();
    check.contracts();
    check.shared_queries();
    check.exclusions();
    check.incidents();
    let mut unsound = check.unsound;
    unsound.values_mut().for_each(|findings| findings.sort());
    unread::references(catalogue, unread, findings);
    overlap::overlaps(catalogue, unread, findings);
    unsound
}

struct Check<'a> {
    catalogue: &'a Catalogue,
    unread: &'a Unread,
    findings: &'a mut Vec<Finding>,
    unsound: BTreeMap<(Name, u32), Vec<Finding>>,
}

impl Check<'_> {
    fn add<S>(&mut self, code: Code, document: &Document<S>, pointer: &str, found: Phrase, expected: Phrase) {
        self.findings.push(Finding::new(code, document.place(pointer), found, expected));
    }

    /// A finding about a contract, with the money that it can move.
    fn add_with(
        &mut self,
        code: Code,
        contract: &Document<ContractSpec>,
        pointer: &str,
        found: Phrase,
        expected: Phrase,
        stake: Option<String>,
    ) {
        let finding = Finding { stake, ..Finding::new(code, contract.place(pointer), found, expected) };
        match finding.severity() {
            Severity::Error => self.findings.push(finding),
            Severity::Unsound => {
                let key = (contract.name().clone(), contract.spec.version);
                self.unsound.entry(key).or_default().push(finding);
            }
        }
    }

    fn reference<S, T>(
        &mut self,
        document: &Document<S>,
        pointer: &str,
        kind: &str,
        name: &Name,
        all: &BTreeMap<Name, Document<T>>,
    ) {
        if let Some(expected) = unread::expected(all, self.unread, kind, name) {
            self.add(Code::UnknownReference, document, pointer, unread::nobody_defines(kind, name), expected);
        }
    }

    fn data_sources(&mut self) {
        for source in self.catalogue.data_sources.values() {
            let details = &source.spec.connection_details;
            let at = "/spec/connectionDetails";
            let given = [
                ("url", details.url.is_some()),
                ("bearerTokenEnv", details.bearer_token_env.is_some()),
                ("username", details.username.is_some()),
                ("passwordEnv", details.password_env.is_some()),
                ("urlEnv", details.url_env.is_some()),
                ("caFile", details.ca_file.is_some()),
                ("timeoutSeconds", details.timeout_seconds.is_some()),
                ("replicaLabel", details.replica_label.is_some()),
                ("orgId", details.org_id.is_some()),
                ("folder", details.folder.is_some()),
            ];
            let (kind, needed, meaning, others): (_, _, _, &[&str]) = match source.spec.source_type {
                SourceType::Prometheus => (
                    "Prometheus",
                    "url",
                    phrase!("the server's base address", "die Basisadresse des Servers"),
                    &["bearerTokenEnv", "username", "passwordEnv", "caFile", "timeoutSeconds", "replicaLabel", "orgId"],
                ),
                SourceType::PostgreSQL => (
                    "PostgreSQL",
                    "urlEnv",
                    phrase!(
                        "the name of the environment variable that holds the address",
                        "der Name der Umgebungsvariable, in der die Adresse steht"
                    ),
                    &["caFile", "timeoutSeconds"],
                ),
                SourceType::File => {
                    ("File", "folder", phrase!("the folder with the files", "der Ordner mit den Dateien"), &[])
                }
            };
            if !given.contains(&(needed, true)) {
                self.add(Code::MissingField, source, at, Phrase::no_field(needed), meaning);
            }
            for (name, _) in given.iter().filter(|(name, given)| *given && *name != needed && !others.contains(name)) {
                let expected =
                    phrase!("no {name} for a source of type {kind}", "kein {name} bei einer Quelle vom Typ {kind}");
                let found = phrase!("the field {name:?}", "das Feld {name:?}");
                self.add(Code::UnknownField, source, &format!("{at}/{name}"), found, expected);
            }
            if source.spec.source_type == SourceType::Prometheus {
                self.signs_in_once(source, at);
            }
        }
    }

    /// A Prometheus server gets a token, or a user with a password, or neither.
    fn signs_in_once(&mut self, source: &Document<DataSourceSpec>, at: &str) {
        let details = &source.spec.connection_details;
        if details.username.is_some() != details.password_env.is_some() {
            let found = phrase!("only one of username and passwordEnv", "nur eines von username und passwordEnv");
            self.add(Code::MissingField, source, at, found, phrase!("both or neither", "beide oder keines"));
        }
        if details.bearer_token_env.is_some() && details.username.is_some() {
            let found = phrase!("a bearer token and a user name", "ein Bearer-Token und ein Benutzername");
            let expected = phrase!("one way to sign in", "nur eine Art der Anmeldung");
            self.add(Code::InvalidValue, source, at, found, expected);
        }
    }

    fn slos(&mut self) {
        let catalogue = self.catalogue;
        for slo in catalogue.slos.values() {
            self.reference(slo, "/spec/service", "Service", &slo.spec.service, &catalogue.services);
            self.reference(slo, "/spec/indicatorRef", "SLI", &slo.spec.indicator_ref, &catalogue.slis);
        }
    }

    /// A measurement that several tenants are judged by must tell them apart.
    fn shared_queries(&mut self) {
        let catalogue = self.catalogue;
        let mut users: BTreeMap<&Name, BTreeSet<&Name>> = BTreeMap::new();
        for contract in catalogue.contracts.values() {
            for commitment in &contract.spec.commitments {
                for sli in catalogue.indicators(commitment) {
                    users.entry(sli).or_default().insert(&contract.spec.tenant);
                }
            }
        }
        for (name, tenants) in users.into_iter().filter(|(_, tenants)| tenants.len() > 1) {
            let Some(sli) = catalogue.slis.get(name) else { continue };
            // Other targets of a probe show that it lived: their beats may be everybody's, as long as the target is not.
            let is_own = |asked: &Asked<'_>| {
                !["/spec/heartbeats/metricSource/spec/series", "/spec/heartbeats/metricSource/spec/query"]
                    .contains(&asked.pointer.as_str())
            };
            // Of charges it is enough that either the file or a column is the tenant's own.
            let has_own_charges =
                asked(sli).any(|asked| asked.pointer.contains("/focus/") && tells_tenants_apart(&asked.text));
            let is_own = |asked: &Asked<'_>| is_own(asked) && !(has_own_charges && asked.pointer.contains("/focus/"));
            for Asked { pointer, text, source } in asked(sli).filter(is_own) {
                let is_sql = self.is_sql(source) && pointer.ends_with("/query");
                if !(if is_sql { sql::tells_tenants_apart(&text) } else { tells_tenants_apart(&text) }) {
                    let names: Vec<_> = tenants.iter().map(|tenant| tenant.as_str()).collect();
                    let found = phrase!(
                        "one measurement for the tenants {}",
                        "dieselbe Messung für die Kunden {}",
                        names.join(", ")
                    );
                    let expected = if is_sql {
                        phrase!("a condition such as tenant = $tenant", "eine Bedingung wie tenant = $tenant")
                    } else {
                        phrase!(
                            "a label matcher such as {{tenant=\"$tenant\"}}",
                            "ein Label-Vergleich wie {{tenant=\"$tenant\"}}"
                        )
                    };
                    self.add(Code::UnsoundQuery, sli, &pointer, found, expected);
                }
            }
        }
    }

    /// Whether a source is asked in SQL.
    fn is_sql(&self, source: &MetricSource) -> bool {
        let source = self.catalogue.data_sources.get(&source.metric_source_ref);
        source.is_some_and(|source| source.spec.source_type == SourceType::PostgreSQL)
    }
}
