//! What only the catalogue as a whole can tell: references, contracts that overlap, readings left open.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Offset, TimeDelta};

use super::bands;
use super::contract::{Commitment, ContractSpec};
use super::finding::{Code, Finding};
use super::openslo::{Metric, SourceType};
use super::query::{Variables, tells_tenants_apart};
use super::unread::{self, Unread};
use super::value::Name;
use super::{Catalogue, Document, overlap};
use crate::ratio::Ratio;
use crate::record::Method;

/// Adds every defect of a catalogue to the findings.
pub(super) fn check(catalogue: &Catalogue, unread: &Unread, findings: &mut Vec<Finding>) {
    let mut check = Check { catalogue, unread, findings };
    check.data_sources();
    check.slis();
    check.slos();
    check.contracts();
    check.shared_queries();
    check.exclusions();
    unread::references(catalogue, unread, findings);
    overlap::overlaps(catalogue, unread, findings);
}

struct Check<'a> {
    catalogue: &'a Catalogue,
    unread: &'a Unread,
    findings: &'a mut Vec<Finding>,
}

impl Check<'_> {
    fn add<S>(
        &mut self,
        code: Code,
        document: &Document<S>,
        pointer: &str,
        found: String,
        expected: impl Into<String>,
    ) {
        self.findings.push(Finding { code, place: document.place(pointer), found, expected: expected.into() });
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
            let prometheus_only = [
                ("url", details.url.is_some()),
                ("bearerTokenEnv", details.bearer_token_env.is_some()),
                ("username", details.username.is_some()),
                ("passwordEnv", details.password_env.is_some()),
                ("caFile", details.ca_file.is_some()),
                ("timeoutSeconds", details.timeout_seconds.is_some()),
            ];
            match source.spec.source_type {
                SourceType::Prometheus => {
                    if details.url.is_none() {
                        self.add(
                            Code::MissingField,
                            source,
                            at,
                            "no field \"url\"".into(),
                            "the server's base address",
                        );
                    }
                    if details.folder.is_some() {
                        let at = format!("{at}/folder");
                        self.add(
                            Code::UnknownField,
                            source,
                            &at,
                            "a folder".into(),
                            "no folder for a source of type Prometheus",
                        );
                    }
                    if details.username.is_some() != details.password_env.is_some() {
                        self.add(
                            Code::MissingField,
                            source,
                            at,
                            "only one of username and passwordEnv".into(),
                            "both or neither",
                        );
                    }
                    if details.bearer_token_env.is_some() && details.username.is_some() {
                        let found = "a bearer token and a user name".to_owned();
                        self.add(Code::InvalidValue, source, at, found, "one way to sign in");
                    }
                }
                SourceType::File => {
                    if details.folder.is_none() {
                        self.add(
                            Code::MissingField,
                            source,
                            at,
                            "no field \"folder\"".into(),
                            "the folder with the files",
                        );
                    }
                    for (name, _) in prometheus_only.iter().filter(|(_, given)| *given) {
                        let at = format!("{at}/{name}");
                        let expected = format!("no {name} for a source of type File");
                        self.add(Code::UnknownField, source, &at, format!("the field {name:?}"), expected);
                    }
                }
            }
        }
    }

    fn slis(&mut self) {
        for sli in self.catalogue.slis.values() {
            let ratio = &sli.spec.ratio_metric;
            let at = "/spec/ratioMetric";
            let good_or_bad = match (&ratio.good, &ratio.bad) {
                (Some(good), None) => ("good", good),
                (None, Some(bad)) => ("bad", bad),
                (good, _) => {
                    let found = if good.is_some() { "both good and bad" } else { "neither good nor bad" };
                    self.add(Code::InvalidValue, sli, at, found.into(), "exactly one of good and bad, beside total");
                    continue;
                }
            };
            for (name, metric) in [good_or_bad, ("total", &ratio.total)] {
                self.metric(sli, &format!("{at}/{name}/metricSource"), name, metric);
            }
            let (source, total) = (&good_or_bad.1.metric_source, &ratio.total.metric_source);
            let sources = [&source.metric_source_ref, &total.metric_source_ref];
            if sources.iter().any(|name| !self.catalogue.data_sources.contains_key(*name)) {
                continue;
            }
            if source.metric_source_ref != total.metric_source_ref {
                let found = format!("{} and {}", source.metric_source_ref, total.metric_source_ref);
                self.add(Code::InvalidValue, sli, at, found, "one source for both numbers of a ratio");
            } else if let (Some(path), Some(other)) = (&source.spec.path, &total.spec.path)
                && path != other
            {
                let found = "two files for one ratio".to_owned();
                self.add(Code::InvalidValue, sli, at, found, "one file with the columns t, good and total");
            }
        }
    }

    fn metric<S>(&mut self, sli: &Document<S>, at: &str, name: &str, metric: &Metric) {
        let source = &metric.metric_source;
        let catalogue = self.catalogue;
        self.reference(
            sli,
            &format!("{at}/metricSourceRef"),
            "DataSource",
            &source.metric_source_ref,
            &catalogue.data_sources,
        );
        let Some(data_source) = catalogue.data_sources.get(&source.metric_source_ref) else { return };
        let real = data_source.spec.source_type;
        if source.source_type.is_some_and(|said| said != real) {
            let found = format!("type {:?}", source.source_type.expect("just seen"));
            self.add(
                Code::InvalidValue,
                sli,
                &format!("{at}/type"),
                found,
                format!("{real:?}, as the data source says"),
            );
        }
        let (expected, right) = match real {
            SourceType::Prometheus => {
                ("a query, and no path", source.spec.query.is_some() && source.spec.path.is_none())
            }
            SourceType::File => ("a path, and no query", source.spec.path.is_some() && source.spec.query.is_none()),
        };
        if !right {
            let found = match (&source.spec.query, &source.spec.path) {
                (Some(_), Some(_)) => "both a query and a path",
                (Some(_), None) => "a query",
                (None, Some(_)) => "a path",
                (None, None) => "neither a query nor a path",
            };
            self.add(Code::InvalidValue, sli, &format!("{at}/spec"), found.into(), expected);
        }
        if real == SourceType::File && name == "bad" {
            let at = at.trim_end_matches("/metricSource");
            self.add(
                Code::InvalidValue,
                sli,
                at,
                "bad events from a file".into(),
                "good: a file has the columns t, good, total",
            );
        }
    }

    fn slos(&mut self) {
        let catalogue = self.catalogue;
        for slo in catalogue.slos.values() {
            self.reference(slo, "/spec/service", "Service", &slo.spec.service, &catalogue.services);
            self.reference(slo, "/spec/indicatorRef", "SLI", &slo.spec.indicator_ref, &catalogue.slis);
        }
    }

    fn contracts(&mut self) {
        let catalogue = self.catalogue;
        for contract in catalogue.contracts.values() {
            let spec = &contract.spec;
            self.reference(contract, "/spec/tenant", "Tenant", &spec.tenant, &catalogue.tenants);
            if let Some(valid_to) = spec.valid_to.filter(|to| *to < spec.valid_from) {
                let expected = format!("a day not before validFrom, {}", spec.valid_from);
                self.add(Code::InvalidValue, contract, "/spec/validTo", format!("\"{valid_to}\""), expected);
            }
            if spec.fee.monthly.in_currency(spec.currency).is_none() {
                let expected =
                    format!("an amount with at most {} decimals in {}", spec.currency.digits(), spec.currency);
                self.add(Code::SuspectUnit, contract, "/spec/fee/monthly", format!("{}", spec.fee.monthly), expected);
            }
            if spec.fee.part_month.is_none() {
                self.part_month(contract);
            }
            let mut names = BTreeSet::new();
            for (index, commitment) in spec.commitments.iter().enumerate() {
                let at = format!("/spec/commitments/{index}");
                if !names.insert(&commitment.name) {
                    let found = format!("a second commitment {:?}", commitment.name.as_str());
                    self.add(Code::Duplicate, contract, &format!("{at}/name"), found, "a name of its own");
                }
                self.commitment(contract, &at, commitment);
            }
        }
    }

    fn part_month(&mut self, contract: &Document<ContractSpec>) {
        let (from, to) = (contract.spec.valid_from, contract.spec.valid_to);
        let begins_inside = from.0.day() != 1;
        let ends_inside = to.is_some_and(|to| (to.0 + TimeDelta::days(1)).day() != 1);
        if begins_inside || ends_inside {
            let found = format!(
                "a contract in force for part of a month ({})",
                if begins_inside { from } else { to.unwrap_or(from) }
            );
            let expected = "partMonth: full or daily, the fee that credits of that month are a share of";
            self.add(Code::Unsaid, contract, "/spec/fee", found, expected);
        }
    }

    fn commitment(&mut self, contract: &Document<ContractSpec>, at: &str, commitment: &Commitment) {
        let catalogue = self.catalogue;
        self.reference(contract, &format!("{at}/slo"), "SLO", &commitment.slo, &catalogue.slos);
        for (field, percent) in [("target", Some(commitment.target)), ("sliceTarget", commitment.slice_target)] {
            let Some(percent) = percent.filter(|percent| percent.ratio() <= Ratio::new(1, 100).expect("not zero"))
            else {
                continue;
            };
            let expected = "a percentage such as 99.9: a share such as 0.999 is another unit, and a promise of at most 1 % is none";
            self.add(Code::SuspectUnit, contract, &format!("{at}/{field}"), format!("{percent}"), expected);
        }
        if commitment.method == Method::Timeslices && commitment.slice_target.is_none() {
            let expected = "sliceTarget, the percentage of good events below which a slice is down";
            self.add(Code::MissingField, contract, at, "Timeslices without sliceTarget".into(), expected);
        }
        if let Some((index, found, expected)) = bands::defect(&commitment.bands, commitment.target) {
            self.add(Code::UnsoundBands, contract, &format!("{at}/bands/{index}"), found, expected);
        }
        self.alignment(contract, at, commitment);
        let Some(slo) = catalogue.slos.get(&commitment.slo) else { return };
        let Some(sli) = catalogue.slis.get(&slo.spec.indicator_ref) else { return };
        let Some(tenant) = catalogue.tenants.get(&contract.spec.tenant) else { return };
        let variables = Variables::new(tenant.name().as_str(), &tenant.metadata.labels, commitment.slice.seconds());
        for (pointer, text) in asked(sli) {
            match variables.in_path(text) {
                Err(unknown) => {
                    let found = format!("the variable ${} for tenant {}", unknown.name, tenant.name());
                    self.add(Code::UnsoundQuery, sli, &pointer, found, format!("one of: {}", unknown.known));
                }
                Ok(path) if pointer.ends_with("/path") && !is_inside(&path) => {
                    let found = format!("the path {path:?} for tenant {}", tenant.name());
                    let expected = "a path inside the source's folder that ends in .csv or .parquet";
                    self.add(Code::InvalidValue, sli, &pointer, found, expected);
                }
                Ok(_) => {}
            }
        }
    }

    /// Servers in front of Prometheus align every request to multiples of the step, so a slice must divide the zone's
    /// offset from UTC; a local midnight at 18:30 UTC cannot be met by slices of an hour.
    fn alignment(&mut self, contract: &Document<ContractSpec>, at: &str, commitment: &Commitment) {
        let zone = contract.spec.time_zone.0;
        let start = crate::time::start_of_day(contract.spec.valid_from.0, zone);
        let half_year = 182 * 86_400;
        let offsets =
            [start, start + half_year].map(|at| crate::time::local(at, zone).offset().fix().local_minus_utc());
        let slice = commitment.slice.seconds();
        if let Some(offset) = offsets.iter().find(|offset| i64::from(**offset) % slice != 0) {
            let found =
                format!("slices of {} in {}, which is {} minutes from UTC", commitment.slice, zone.name(), offset / 60);
            let expected = "a slice that divides the zone's offset, such as 15m or 1m";
            self.add(Code::InvalidValue, contract, &format!("{at}/slice"), found, expected);
        }
    }

    /// A measurement that several tenants are judged by must tell them apart.
    fn shared_queries(&mut self) {
        let catalogue = self.catalogue;
        let mut users: BTreeMap<&Name, BTreeSet<&Name>> = BTreeMap::new();
        for contract in catalogue.contracts.values() {
            for commitment in &contract.spec.commitments {
                if let Some(slo) = catalogue.slos.get(&commitment.slo) {
                    users.entry(&slo.spec.indicator_ref).or_default().insert(&contract.spec.tenant);
                }
            }
        }
        for (name, tenants) in users.into_iter().filter(|(_, tenants)| tenants.len() > 1) {
            let Some(sli) = catalogue.slis.get(name) else { continue };
            for (pointer, text) in asked(sli) {
                if !tells_tenants_apart(text) {
                    let names: Vec<_> = tenants.iter().map(|tenant| tenant.as_str()).collect();
                    let found = format!("one measurement for the tenants {}", names.join(", "));
                    self.add(Code::UnsoundQuery, sli, &pointer, found, "a label matcher such as {tenant=\"$tenant\"}");
                }
            }
        }
    }

    fn exclusions(&mut self) {
        let catalogue = self.catalogue;
        for exclusion in catalogue.exclusions.values() {
            let spec = &exclusion.spec;
            self.reference(exclusion, "/spec/tenant", "Tenant", &spec.tenant, &catalogue.tenants);
            if spec.start >= spec.end {
                let expected = format!("an instant after the start, {}", exclusion.quoted("/spec/start"));
                let found = exclusion.quoted("/spec/end");
                self.add(Code::InvalidValue, exclusion, "/spec/end", found, expected);
            }
            let promised: Vec<&Commitment> = catalogue
                .contracts
                .values()
                .filter(|contract| contract.spec.tenant == spec.tenant)
                .flat_map(|contract| &contract.spec.commitments)
                .collect();
            let names: BTreeSet<_> = promised.iter().map(|commitment| commitment.name.as_str()).collect();
            let known = catalogue.tenants.contains_key(&spec.tenant) && !self.unread.may_hold_some("Contract");
            for (index, name) in spec.commitments.iter().enumerate() {
                if known && !names.contains(name.as_str()) {
                    let found = format!("commitment {:?}, which no contract of {} has", name.as_str(), spec.tenant);
                    let expected = match names.len() {
                        0 => format!("a commitment of a contract; {} has none", spec.tenant),
                        _ => format!("one of: {}", names.iter().copied().collect::<Vec<_>>().join(", ")),
                    };
                    self.add(Code::UnknownReference, exclusion, &format!("/spec/commitments/{index}"), found, expected);
                }
            }
            let covered = promised
                .iter()
                .filter(|commitment| spec.commitments.is_empty() || spec.commitments.contains(&commitment.name));
            let widest = covered.map(|commitment| commitment.slice).max_by_key(|slice| slice.seconds());
            for (field, at) in [("start", spec.start), ("end", spec.end)] {
                if let Some(slice) = widest.filter(|slice| at.0 % slice.seconds() != 0) {
                    let expected =
                        format!("a border between two slices of {slice}: a slice counts whole or not at all");
                    let pointer = format!("/spec/{field}");
                    self.add(Code::InvalidValue, exclusion, &pointer, exclusion.quoted(&pointer), expected);
                }
            }
        }
    }
}

/// Whether a path names a file inside the folder that it is relative to. A label of one tenant must not lead into the
/// files of another.
fn is_inside(path: &str) -> bool {
    let named = |part: &str| !matches!(part, "" | "." | "..");
    let inside = !path.contains(['\\', ':']) && path.split('/').all(named);
    let path = path.to_ascii_lowercase();
    inside && [".csv", ".parquet"].iter().any(|ending| path.strip_suffix(ending).is_some_and(|stem| !stem.is_empty()))
}

/// Every text of a measurement in which variables are replaced, with its place.
fn asked(sli: &Document<super::SliSpec>) -> impl Iterator<Item = (String, &str)> {
    let ratio = &sli.spec.ratio_metric;
    let metrics = [("good", ratio.good.as_ref()), ("bad", ratio.bad.as_ref()), ("total", Some(&ratio.total))];
    metrics.into_iter().filter_map(|(name, metric)| Some((name, metric?))).flat_map(|(name, metric)| {
        let spec = &metric.metric_source.spec;
        let texts = [("query", spec.query.as_deref()), ("path", spec.path.as_deref())];
        texts.into_iter().filter_map(move |(field, text)| {
            Some((format!("/spec/ratioMetric/{name}/metricSource/spec/{field}"), text?))
        })
    })
}
