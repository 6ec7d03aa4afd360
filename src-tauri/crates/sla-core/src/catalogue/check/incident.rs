//! What incidents, and promises about them, must say so that they can be judged.

use std::collections::BTreeSet;

use chrono::Days;

use super::Check;
use crate::catalogue::Document;
use crate::catalogue::contract::{Commitment, ContractSpec, Fixed, FixedPer, Model};
use crate::catalogue::finding::Code;
use crate::incident::{IncidentSpec, IncidentTarget};
use crate::phrase;
use crate::phrase::Phrase;
use crate::time::start_of_day;

impl Check<'_> {
    pub(super) fn incidents(&mut self) {
        let catalogue = self.catalogue;
        for incident in catalogue.incidents.values() {
            let spec = &incident.spec;
            self.reference(incident, "/spec/tenant", "Tenant", &spec.tenant, &catalogue.tenants);
            for defect in spec.defects() {
                self.add(Code::InvalidValue, incident, &defect.pointer, Phrase::quoted(defect.found), defect.expected);
            }
            let contracts = || catalogue.contracts.values().filter(|contract| contract.spec.tenant == spec.tenant);
            let classes: BTreeSet<&str> =
                contracts().flat_map(|contract| &contract.spec.incidents).map(|one| one.class.as_str()).collect();
            let commitments: BTreeSet<&str> =
                contracts().flat_map(|contract| &contract.spec.commitments).map(|one| one.name.as_str()).collect();
            if !catalogue.tenants.contains_key(&spec.tenant) || self.unread.may_hold_some("Contract") {
                continue;
            }
            let named = spec.commitments.iter().enumerate();
            let named = named.map(|(index, name)| {
                (format!("/spec/commitments/{index}"), ("commitment", "Zusage"), name, &commitments)
            });
            let class = ("/spec/class".to_owned(), ("class", "Klasse"), &spec.class, &classes);
            for (pointer, (what, what_de), name, known) in [class].into_iter().chain(named) {
                if !known.contains(name.as_str()) {
                    let (name, tenant) = (name.as_str(), &spec.tenant);
                    let found = Phrase::told(
                        format!("{what} {name:?}, which no contract of {tenant} has"),
                        format!("{what_de} {name:?}, in keinem Vertrag von {tenant} enthalten"),
                    );
                    let expected = match known.len() {
                        0 => Phrase::told(
                            format!("a {what} of a contract; {tenant} has none"),
                            format!("eine {what_de} eines Vertrags; {tenant} hat keine"),
                        ),
                        _ => Phrase::one_of(&known.iter().copied().collect::<Vec<_>>().join(", ")),
                    };
                    self.add(Code::UnknownReference, incident, &pointer, found, expected);
                }
            }
            if classes.contains(spec.class.as_str()) {
                self.broken_service(incident);
            }
        }
    }

    /// An incident breaks the promises about its service and no others, so it must name the service where several have
    /// promises about its class.
    fn broken_service(&mut self, incident: &Document<IncidentSpec>) {
        let (catalogue, spec) = (self.catalogue, &incident.spec);
        let contracts = || catalogue.contracts.values().filter(|contract| contract.spec.tenant == spec.tenant);
        let services = |in_force: bool| -> BTreeSet<&str> {
            let contracts = contracts().filter(|contract| !in_force || lasted_within(spec, &contract.spec));
            let promises = contracts.flat_map(|contract| &contract.spec.incidents);
            promises.filter(|promise| promise.class == spec.class).map(|promise| promise.service.as_str()).collect()
        };
        let listed = |services: &BTreeSet<&str>| services.iter().copied().collect::<Vec<_>>().join(", ");
        match &spec.service {
            None => {
                let services = services(true);
                if services.len() > 1 {
                    let expected = phrase!(
                        "the one of {} that broke: each has a promise about incidents of class {:?}",
                        "der gestörte von {}: für jeden gilt eine Zusage über Störungen der Klasse {:?}",
                        listed(&services),
                        spec.class.as_str()
                    );
                    self.add(Code::MissingField, incident, "/spec", Phrase::no_field("service"), expected);
                }
            }
            Some(service) => {
                self.reference(incident, "/spec/service", "Service", service, &catalogue.services);
                let services = services(false);
                if catalogue.services.contains_key(service) && !services.contains(service.as_str()) {
                    let found = phrase!(
                        "service {:?}, of whose incidents of class {:?} no contract of {} promises anything",
                        "Dienst {:?}, über dessen Störungen der Klasse {:?} kein Vertrag von {} etwas zusagt",
                        service.as_str(),
                        spec.class.as_str(),
                        spec.tenant
                    );
                    let expected = Phrase::one_of(&listed(&services));
                    self.add(Code::UnknownReference, incident, "/spec/service", found, expected);
                }
            }
        }
    }

    pub(super) fn incident_promise(&mut self, contract: &Document<ContractSpec>, at: &str, promise: &IncidentTarget) {
        let catalogue = self.catalogue;
        self.reference(contract, &format!("{at}/service"), "Service", &promise.service, &catalogue.services);
        self.amount(contract, &format!("{at}/fee"), promise.fee);
        if promise.check().is_err() {
            let expected = phrase!(
                "hours or less on the service clock, because a day there has two meanings",
                "Stunden oder kleinere Einheiten auf der Uhr der Servicezeit, denn ein Tag ist dort zweideutig"
            );
            self.add(
                Code::InvalidValue,
                contract,
                &format!("{at}/limit"),
                Phrase::quoted(format!("{:?}", promise.limit.to_string())),
                expected,
            );
        }
        self.penalty(contract, at, promise.into());
        let penalty = &promise.penalty;
        let by_time = match penalty.model() {
            Some(model @ (Model::Multiplier(_) | Model::Proportional(_) | Model::PerOutage(_))) => Some(model.field()),
            Some(model @ Model::Fixed(Fixed { per: FixedPer::Day, .. })) => Some(model.field()),
            _ => None,
        };
        if let Some(field) = by_time {
            let found =
                phrase!("{field}, which counts the time of outages", "{field}, das die Zeit von Ausfällen zählt");
            let expected = phrase!(
                "one of bands, perUnit, points, atRisk, and fixed per breach or incident",
                "eines von bands, perUnit, points, atRisk sowie fixed je breach oder incident"
            );
            self.add(Code::UnsoundPenalty, contract, &format!("{at}/penalty/{field}"), found, expected);
        }
    }

    /// A promise of measurements cannot be paid by the incident.
    pub(super) fn only_of_incidents(&mut self, contract: &Document<ContractSpec>, at: &str, commitment: &Commitment) {
        if let Some(Model::Fixed(Fixed { per: FixedPer::Incident, .. })) = commitment.penalty.model() {
            let found = phrase!(
                "a sum per incident for what is measured",
                "eine Summe je Störung für etwas, das gemessen wird"
            );
            let expected = phrase!(
                "per: breach or day; response and restoration times are promised in the contract's incidents",
                "per: breach oder day; Reaktions- und Wiederherstellungszeiten stehen unter incidents im Vertrag"
            );
            self.add(Code::UnsoundPenalty, contract, &format!("{at}/penalty/fixed/per"), found, expected);
        }
    }
}

/// Whether a contract was in force while an incident lasted, as far as its times tell.
fn lasted_within(incident: &IncidentSpec, contract: &ContractSpec) -> bool {
    let zone = contract.time_zone.0;
    let last = incident.restored.or(incident.responded).unwrap_or(incident.reported).max(incident.reported);
    let ends = contract.valid_to.map(|day| start_of_day(day.0 + Days::new(1), zone));
    start_of_day(contract.valid_from.0, zone) <= last.0 && ends.is_none_or(|ends| incident.first_known().0 < ends)
}
