//! What an exclusion must say so that it can be judged.

use std::collections::BTreeSet;

use super::Check;
use crate::catalogue::contract::Commitment;
use crate::catalogue::finding::Code;
use crate::record::ExclusionKind;

impl Check<'_> {
    pub(super) fn exclusions(&mut self) {
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
            if spec.kind == ExclusionKind::Maintenance && spec.requested_at.is_none() {
                let expected =
                    "\"requestedAt\" beside maintenance: when somebody asked for it, before its start or after it";
                self.add(Code::MissingField, exclusion, "/spec", "no field \"requestedAt\"".into(), expected);
            }
            self.recurrence(exclusion);
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
