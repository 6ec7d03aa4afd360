//! A month that is on record, stated again: from the evidence that it rests on, by a catalogue that is given. No source is asked,
//! nothing is recorded.

use std::collections::BTreeMap;
use std::sync::Arc;

use sla_capture::{EvidenceStore, StoreError, answers};
use sla_core::catalogue::Catalogue;
use sla_core::evidence::EvidenceRef;
use sla_core::plan::{Ask, ContractMonth, plan};
use sla_core::record::{MonthRecord, RecordEarlier, RecordEvidence};
use sla_core::time::{UnixSeconds, utc_text};

use crate::error::CloseError;
use crate::jobs::JobProblem;
use crate::measure::measure;
use crate::progress::{CloseProgress, Silent};

/// A month that is on record, as a catalogue states it.
pub(crate) async fn restated(
    catalogue: &Catalogue,
    record: &MonthRecord,
    store: &EvidenceStore,
    known: &[MonthRecord],
    now: UnixSeconds,
) -> Result<MonthRecord, JobProblem> {
    let told = |error: CloseError| JobProblem { code: error.code().to_owned(), detail: detail(&error) };
    let mut plans = plan(catalogue, record.month, Some(&record.tenant), now).map_err(|error| told(error.into()))?;
    plans.retain(|plan| plan.contract.name().as_str() == record.contract.id);
    for plan in &mut plans {
        // What was taken with a reason when the month was closed is on record, and nowhere else.
        plan.accepted.extend(record.accepted.iter().cloned());
        plan.accepted.sort();
        plan.accepted.dedup();
    }
    if plans.is_empty() {
        let detail = format!("{} is not in force in {} as it stands here", record.contract.id, record.month);
        return Err(JobProblem { code: "effect.not_in_force".to_owned(), detail });
    }
    let evidence = recorded(&plans, record, store)?;
    let silent: Arc<dyn CloseProgress> = Arc::new(Silent);
    let mut records = measure(&plans, &evidence, store, known, &silent).await.map_err(told)?;
    let mut restated = records.pop().expect("a plan becomes a record");
    (restated.revision, restated.chain_head) = (record.revision, record.chain_head.clone());
    restated.earlier = RecordEarlier::before(&restated, known);
    // A version that did not note them wrote documents that do not have them.
    if record.earlier.iter().all(|one| one.digest.is_none()) {
        restated.earlier.iter_mut().for_each(|one| one.digest = None);
    }
    Ok(restated)
}

/// The evidence on record that answers what is asked; a commitment's own first, as two files may have one name.
fn recorded(
    plans: &[ContractMonth<'_>],
    record: &MonthRecord,
    store: &EvidenceStore,
) -> Result<BTreeMap<Ask, EvidenceRef>, JobProblem> {
    let mut found = BTreeMap::new();
    let commitments = plans.iter().flat_map(|plan| &plan.commitments);
    for (commitment, ask) in commitments.flat_map(|one| one.asks().map(move |ask| (one, ask))) {
        let Ask { what, period, step_seconds, .. } = ask;
        let (from, to) = (utc_text(period.start), utc_text(period.end));
        let fits = |one: &&RecordEvidence| {
            one.step_seconds == *step_seconds
                && (one.from <= from && to <= one.to)
                && answers(what, &one.query, &one.source)
        };
        let name = commitment.terms.name.as_str();
        let own = record.commitments.iter().filter(|one| one.name == name).flat_map(|one| &one.evidence);
        let own = own.filter_map(|sha256| record.evidence.iter().find(|one| one.sha256 == *sha256));
        let Some(one) = own.chain(&record.evidence).find(fits) else {
            let detail = format!(
                "{name} asks what nobody asked for {}: {} slices of {step_seconds} s from {from} to {to}; closing the month \
                 again would ask its source",
                record.month,
                period.seconds() / step_seconds,
            );
            return Err(JobProblem { code: "effect.not_recorded".to_owned(), detail });
        };
        let opened = store.open(&one.sha256);
        let told = |error: StoreError| {
            let error = CloseError::from(error);
            JobProblem { code: error.code().to_owned(), detail: detail(&error) }
        };
        found.insert(ask.clone(), opened.map_err(told)?.reference);
    }
    Ok(found)
}

/// What is told of an error; paths of the desk are not.
fn detail(error: &CloseError) -> String {
    match error {
        CloseError::Evidence(StoreError::Missing { .. }) => {
            "the evidence that the month rests on is missing; bring it back from a copy".to_owned()
        }
        CloseError::Evidence(StoreError::Altered { .. }) => {
            "the evidence that the month rests on was altered or cut; bring it back from a copy".to_owned()
        }
        CloseError::Evidence(StoreError::Bucket { cause, .. }) => cause.to_string(),
        CloseError::Evidence(_) | CloseError::Measure { .. } | CloseError::File { .. } => {
            "the evidence that the month rests on cannot be read".to_owned()
        }
        error => error.to_string(),
    }
}
