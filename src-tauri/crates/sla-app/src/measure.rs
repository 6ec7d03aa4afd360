//! Plans and evidence become stated months: measured by polars, judged and priced by the core.

use std::collections::BTreeMap;
use std::sync::Arc;

use sla_capture::{Evidence, EvidenceStore};
use sla_core::evidence::EvidenceRef;
use sla_core::measurement::{Measurement, Scope};
use sla_core::plan::{Ask, ContractMonth};
use sla_core::record::MonthRecord;
use sla_core::statement::{Measured, state};
use sla_measure::{MeasureError, Piece, measure_all};

use crate::error::CloseError;
use crate::progress::{CloseProgress, Step, Waiting};

/// Commitments that are measured between two reports of progress.
const AT_ONCE: usize = 256;

/// Measures and states every planned month.
#[tracing::instrument(skip_all, fields(months = plans.len()))]
pub(crate) async fn measure(
    plans: &[ContractMonth<'_>],
    evidence: &BTreeMap<Ask, EvidenceRef>,
    store: &EvidenceStore,
    known: &[MonthRecord],
    progress: &Arc<dyn CloseProgress>,
) -> Result<Vec<MonthRecord>, CloseError> {
    let measured = measured(plans.iter(), evidence, store, progress).await?;
    let mut records = Vec::with_capacity(plans.len());
    let mut rest = measured.as_slice();
    for plan in plans {
        let (own, others) = rest.split_at(plan.commitments.len());
        let record = state(plan, own, &earlier(plan, known))?;
        records.push(record);
        rest = others;
    }
    Ok(records)
}

/// Measures every commitment of plans, in their order.
pub(crate) async fn measured<'a>(
    plans: impl Iterator<Item = &'a ContractMonth<'a>>,
    evidence: &BTreeMap<Ask, EvidenceRef>,
    store: &EvidenceStore,
    progress: &Arc<dyn CloseProgress>,
) -> Result<Vec<Measured>, CloseError> {
    let commitments = plans.flat_map(|plan| {
        let tenant = plan.tenant.name().as_str();
        plan.commitments.iter().map(move |commitment| (tenant, commitment))
    });
    let commitments: Vec<_> = commitments.collect();
    let all = commitments.len() as u64;
    progress.step(Step::Measure, 0, all);
    let mut waiting = Waiting::on(commitments.iter().map(|(tenant, _)| *tenant));
    let mut measured = Vec::with_capacity(commitments.len());
    for part in commitments.chunks(AT_ONCE) {
        let asks = part.iter().flat_map(|(_, one)| one.asks().map(|ask| (ask, &one.scope)));
        let asked = asks.map(|(ask, scope)| (evidence[ask].sha256.clone(), scope.clone())).collect();
        let mut results = read_and_measure(store.clone(), asked).await?.into_iter();
        for (tenant, commitment) in part {
            let mut next = || {
                let (evidence, result) = results.next().expect("one result for each request");
                let measurement = result.map_err(|source| CloseError::Measure {
                    tenant: (*tenant).to_owned(),
                    commitment: commitment.terms.name.to_string(),
                    source,
                })?;
                Ok::<_, CloseError>(Measured { measurement, evidence: evidence.reference, second: None })
            };
            let mut own = next()?;
            if commitment.second.is_some() {
                own.second = Some(Box::new(next()?));
            }
            measured.push(own);
            waiting.one_less(tenant, &**progress);
        }
        progress.step(Step::Measure, measured.len() as u64, all);
    }
    Ok(measured)
}

/// What the ledger knows of earlier months of the same contract.
fn earlier(plan: &ContractMonth<'_>, known: &[MonthRecord]) -> Vec<MonthRecord> {
    let (tenant, contract) = (plan.tenant.name().as_str(), plan.contract.name().as_str());
    let same = known.iter().filter(|record| record.tenant == tenant && record.contract.id == contract);
    same.cloned().collect()
}

/// Evidence and what was measured of it.
type Outcome = (Evidence, Result<Measurement, MeasureError>);

/// What is measured is read back from the store by its hash: never what is still in memory from the capture.
async fn read_and_measure(store: EvidenceStore, asked: Vec<(String, Scope)>) -> Result<Vec<Outcome>, CloseError> {
    let work = move || {
        let mut opened = Vec::with_capacity(asked.len());
        for (sha256, scope) in asked {
            opened.push((store.open(&sha256)?, scope));
        }
        let pieces = opened.iter().map(|(Evidence { path, reference }, scope)| Piece {
            path,
            provenance: &reference.provenance,
            scope,
        });
        let results = measure_all(&pieces.collect::<Vec<_>>());
        Ok(opened.into_iter().map(|(evidence, _)| evidence).zip(results).collect())
    };
    tokio::task::spawn_blocking(work).await.expect("measuring does not panic")
}
