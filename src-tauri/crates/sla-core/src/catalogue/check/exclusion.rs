//! What an exclusion must say so that it can be judged.

use std::collections::BTreeSet;

use chrono::Days;

use super::Check;
use crate::catalogue::contract::{Commitment, ContractSpec, ExclusionSpec};
use crate::catalogue::finding::Code;
use crate::catalogue::{Document, term};
use crate::phrase;
use crate::phrase::Phrase;
use crate::record::ExclusionKind;
use crate::time::start_of_day;

impl Check<'_> {
    pub(super) fn exclusions(&mut self) {
        let catalogue = self.catalogue;
        for exclusion in catalogue.exclusions.values() {
            let spec = &exclusion.spec;
            self.reference(exclusion, "/spec/tenant", "Tenant", &spec.tenant, &catalogue.tenants);
            if spec.start >= spec.end {
                let expected = {
                    let start = exclusion.quoted("/spec/start");
                    Phrase::told(
                        format!("an instant after the start, {}", start.en()),
                        format!("ein Zeitpunkt nach dem Beginn, {}", start.de()),
                    )
                };
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
                    let found = phrase!(
                        "commitment {:?}, which no contract of {} has",
                        "Zusage {:?}, in keinem Vertrag von {} enthalten",
                        name.as_str(),
                        spec.tenant
                    );
                    let expected = match names.len() {
                        0 => phrase!(
                            "a commitment of a contract; {} has none",
                            "eine Zusage eines Vertrags; {} hat keine",
                            spec.tenant
                        ),
                        _ => Phrase::one_of(&names.iter().copied().collect::<Vec<_>>().join(", ")),
                    };
                    self.add(Code::UnknownReference, exclusion, &format!("/spec/commitments/{index}"), found, expected);
                }
            }
            if spec.kind == ExclusionKind::Maintenance && spec.requested_at.is_none() {
                let expected = phrase!(
                    "\"requestedAt\" beside maintenance: when somebody asked for it, before its start or after it",
                    "\"requestedAt\" neben maintenance: wann jemand sie beantragt hat, vor ihrem Beginn oder danach"
                );
                self.add(Code::MissingField, exclusion, "/spec", Phrase::no_field("requestedAt"), expected);
            }
            self.recurrence(exclusion);
            self.within_term(exclusion);
            let covered = promised
                .iter()
                .filter(|commitment| spec.commitments.is_empty() || spec.commitments.contains(&commitment.name));
            let widest = covered.map(|commitment| commitment.slice).max_by_key(|slice| slice.seconds());
            for (field, at) in [("start", spec.start), ("end", spec.end)] {
                if let Some(slice) = widest.filter(|slice| at.0 % slice.seconds() != 0) {
                    let expected = phrase!(
                        "a border between two slices of {slice}: a slice counts whole or not at all",
                        "eine Grenze zwischen zwei Abschnitten von {slice}: ein Abschnitt zählt ganz oder gar nicht"
                    );
                    let pointer = format!("/spec/{field}");
                    self.add(Code::InvalidValue, exclusion, &pointer, exclusion.quoted(&pointer), expected);
                }
            }
        }
    }

    /// A window outside every term of the contracts that it is for can never count: a wrong year, most likely.
    fn within_term(&mut self, exclusion: &Document<ExclusionSpec>) {
        let (catalogue, spec) = (self.catalogue, &exclusion.spec);
        let covers = |contract: &&Document<ContractSpec>| {
            let all = spec.commitments.is_empty();
            contract.spec.tenant == spec.tenant
                && (all || contract.spec.commitments.iter().any(|one| spec.commitments.contains(&one.name)))
        };
        let contracts: Vec<_> = catalogue.contracts.values().filter(covers).collect();
        let touches = |contract: &&Document<ContractSpec>| {
            let ContractSpec { valid_from, valid_to, time_zone, .. } = &contract.spec;
            let ends = valid_to.map(|last| start_of_day(last.0 + Days::new(1), time_zone.0));
            let starts = start_of_day(valid_from.0, time_zone.0);
            // What repeats may come into a term that begins later.
            (spec.end.0 > starts || spec.recurrence.is_some()) && ends.is_none_or(|ends| spec.start.0 < ends)
        };
        // A term that ends before it begins is a finding of its own.
        let is_none = |contract: &Document<ContractSpec>| {
            contract.spec.valid_to.is_some_and(|last| last < contract.spec.valid_from)
        };
        if contracts.iter().all(|contract| is_none(contract))
            || contracts.iter().any(touches)
            || self.unread.may_hold_some("Contract")
        {
            return;
        }
        let terms: Vec<Phrase> = contracts.into_iter().map(term).collect();
        let listed = |text: fn(&Phrase) -> &str| terms.iter().map(text).collect::<Vec<_>>().join("; ");
        let expected = Phrase::told(
            format!("an instant inside the term of a contract: {}", listed(Phrase::en)),
            format!("ein Zeitpunkt innerhalb der Laufzeit eines Vertrags: {}", listed(Phrase::de)),
        );
        self.add(Code::InvalidValue, exclusion, "/spec/start", exclusion.quoted("/spec/start"), expected);
    }
}
