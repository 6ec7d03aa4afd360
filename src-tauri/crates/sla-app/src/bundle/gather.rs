//! Which documents of a catalogue a tenant's months are stated by: their own, and what those refer to. Nobody else's.

use std::collections::BTreeSet;
use std::path::{Component, Path};

use sla_core::catalogue::{
    CALENDAR, Catalogue, ContractSpec, Document, Finding, Measures, Name, SourceFile, entered, is_calendar, is_stored,
    stored_name,
};
use sla_ledger::StoredCatalogue;
use sla_report::bundle::{BundleDocument, BundleRuling};

use super::Files;

/// Where documents stand that lay in files, and those that the ledger kept.
const OF_FOLDER: &str = "catalogue/files/";
const OF_LEDGER: &str = "catalogue/ledger/";

/// A document by its kind and name.
type Key = (&'static str, String);

/// Everything that a tenant's contracts are read from.
fn concerned(catalogue: &Catalogue, tenant: &str) -> BTreeSet<Key> {
    let mut keys = BTreeSet::from([("Tenant", tenant.to_owned())]);
    let contracts = catalogue.contracts.values().filter(|contract| contract.spec.tenant.as_str() == tenant);
    for contract in contracts {
        let spec = &contract.spec;
        keys.insert(("Contract", format!("{}.{}", contract.name(), spec.version)));
        keys.extend(templates(catalogue, spec).map(|name| ("SlaTemplate", name.to_string())));
        keys.extend(spec.incidents.iter().map(|promise| ("Service", promise.service.to_string())));
        for slo in spec.commitments.iter().filter_map(|promise| catalogue.slos.get(&promise.slo)) {
            keys.insert(("SLO", slo.name().to_string()));
            keys.insert(("Service", slo.spec.service.to_string()));
        }
        for sli in spec.commitments.iter().flat_map(|promise| catalogue.indicators(promise)) {
            keys.insert(("SLI", sli.to_string()));
            let sli = catalogue.slis.get(sli);
            let measures = sli.map(|sli| sli.spec.measures()).unwrap_or_default();
            keys.extend(measures.iter().flat_map(sources).map(|name| ("DataSource", name.to_string())));
        }
    }
    let exclusions = catalogue.exclusions.values().filter(|one| one.spec.tenant.as_str() == tenant);
    keys.extend(exclusions.map(|one| ("Exclusion", one.name().to_string())));
    for incident in catalogue.incidents.values().filter(|one| one.spec.tenant.as_str() == tenant) {
        keys.insert(("Incident", incident.name().to_string()));
        keys.extend(incident.spec.service.iter().map(|service| ("Service", service.to_string())));
    }
    keys
}

/// The template that a contract extends, and those that it extends in turn.
fn templates<'a>(catalogue: &'a Catalogue, spec: &'a ContractSpec) -> impl Iterator<Item = &'a Name> {
    let next = |name: &&'a Name| catalogue.templates.get(*name)?.spec.extends.as_ref();
    std::iter::successors(spec.extends.as_ref(), next)
}

/// What a measurement is asked of.
fn sources<'a>(measures: &Measures<'a>) -> Vec<&'a Name> {
    match measures {
        Measures::Events(metric) => {
            let metrics = [&metric.good, &metric.bad].into_iter().flatten().chain([&metric.total]);
            metrics.map(|metric| &metric.metric_source.metric_source_ref).collect()
        }
        Measures::Value(metric) => vec![&metric.metric_source.metric_source_ref],
        Measures::Downtime(metric) => vec![&metric.metric_source.metric_source_ref],
        Measures::Heartbeats(metric) => vec![&metric.metric_source.metric_source_ref],
    }
}

/// The documents that a tenant's months are stated by, each a file of its own. `folder` is the one that files were read from.
///
/// # Errors
/// A file whose documents cannot be told apart.
pub(super) fn gather(
    (files, stored): (&[SourceFile], &StoredCatalogue),
    folder: Option<&Path>,
    catalogue: &Catalogue,
    tenant: &str,
) -> Result<(Vec<BundleDocument>, Files), Vec<Finding>> {
    let wanted = concerned(catalogue, tenant);
    let is_wanted = |kind: &str, name: &str| wanted.iter().any(|(wanted, of)| *wanted == kind && of == name);
    let (mut documents, mut gathered) = (Vec::new(), Files::new());
    let mut add = |document: BundleDocument, text: &str| {
        gathered.insert(document.path.clone(), text.as_bytes().to_vec());
        documents.push(document);
    };
    let rulings = stored.rulings();
    for one in stored.in_force().filter(|one| is_wanted(&one.kind, &one.name) || one.kind == CALENDAR) {
        let place = stored_name(&one.kind, &one.name, one.version);
        let path = match one.kind.as_str() {
            CALENDAR if !names_closing_days(catalogue, tenant, &place, &one.name) => continue,
            CALENDAR => format!("{OF_LEDGER}{}", one.name),
            kind => format!("{OF_LEDGER}{kind}.{}.yaml", one.name),
        };
        let ruling = rulings.iter().find(|ruling| (&ruling.kind, &ruling.name) == (&one.kind, &one.name));
        let ruling = ruling.cloned().map(BundleRuling::from);
        let (kind, name) = (one.kind.clone(), one.name.clone());
        add(BundleDocument { path, kind, name, version: Some(one.version), ruling }, &one.text);
    }
    for file in files {
        let path = inside(&file.name, folder);
        if is_calendar(&file.name) {
            if names_closing_days(catalogue, tenant, &file.name, "") {
                let (path, kind) = (format!("{OF_FOLDER}{path}"), CALENDAR.to_owned());
                add(BundleDocument { path: path.clone(), kind, name: path, version: None, ruling: None }, &file.text);
            }
            continue;
        }
        let beside = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        for one in entered(file)?.into_iter().filter(|one| is_wanted(&one.kind, &one.name)) {
            let path = format!("{OF_FOLDER}{beside}{}.{}.yaml", one.kind, one.name);
            add(BundleDocument { path, kind: one.kind, name: one.name, version: None, ruling: None }, &one.text);
        }
    }
    documents.sort_by(|a, b| a.path.cmp(&b.path));
    Ok((documents, gathered))
}

/// Whether a contract of the tenant names these closing days: a file by its path from the file that names it, what the ledger
/// keeps by its name.
fn names_closing_days(catalogue: &Catalogue, tenant: &str, file: &str, stored: &str) -> bool {
    let names = |contract: &Document<ContractSpec>| {
        let named = contract.spec.holidays.iter().flat_map(|holidays| &holidays.closing_days);
        named.enumerate().any(|(index, name)| {
            let said_in = contract.place(&format!("/spec/holidays/closingDays/{index}")).file;
            let is_kept = is_stored(&said_in);
            match stored.is_empty() {
                false => is_kept && name == stored,
                true => !is_kept && Path::new(&said_in).with_file_name(name) == Path::new(file),
            }
        })
    };
    catalogue.contracts.values().filter(|one| one.spec.tenant.as_str() == tenant).any(names)
}

/// A file's path from its folder, with the separator of archives.
fn inside(file: &str, folder: Option<&Path>) -> String {
    let path = Path::new(file);
    let path = folder.and_then(|folder| path.strip_prefix(folder).ok()).unwrap_or(path);
    let parts = path.components().filter_map(|part| match part {
        Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
        _ => None,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// The files of a bundle's catalogue as they are read: what the ledger kept under the name that it had there. The path of one that
/// is no text, or is not there.
pub(super) fn files_of(documents: &[BundleDocument], files: &Files) -> Result<Vec<SourceFile>, String> {
    let read = |one: &BundleDocument| {
        let text = files.get(&one.path).and_then(|content| String::from_utf8(content.clone()).ok());
        let name = match one.version {
            Some(version) => stored_name(&one.kind, &one.name, version),
            None => one.path.clone(),
        };
        text.map(|text| SourceFile { name, text }).ok_or_else(|| one.path.clone())
    };
    documents.iter().map(read).collect()
}
