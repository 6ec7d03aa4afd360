//! What a change of the catalogue would have done to months that are closed: each is stated again from the evidence that is on
//! record, once by the catalogue as it is and once with the change. No source is asked, nothing is recorded.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use sla_capture::EvidenceStore;
use sla_core::catalogue::{Catalogue, EnteredDocument, SourceFile};
use sla_core::record::{CreditTotal, MonthDifference, Verdict};
use sla_core::time::{Month, UnixSeconds};
use sla_ledger::{Ledger, MonthStatus};

use crate::again::restated;
use crate::catalogue::CatalogueError;
use crate::desk::{DeskError, Drafted, Whole};
use crate::error::CloseError;
use crate::history::before;
use crate::jobs::JobProblem;

/// The most months of one contract that are stated again.
pub const MOST_EFFECT_MONTHS: u32 = 12;
/// The most months over all contracts: a request waits for them.
const MOST_MONTHS: usize = 24;
/// The kinds whose changes are judged by evidence that is there. Another source would have to be asked, and a window counts once
/// it is approved.
const KINDS: [&str; 5] = ["Contract", "SLI", "SLO", "SlaTemplate", "Tenant"];

/// A change of the catalogue, and the months that are asked about.
#[derive(Clone, Copy, Debug)]
pub struct EffectRequest<'a> {
    /// The changed document.
    pub draft: &'a SourceFile,
    /// The catalogue's folder, where a part of it lies in one.
    pub folder: Option<&'a Path>,
    /// The evidence.
    pub evidence: &'a EvidenceStore,
    /// How many of the latest closed months of each contract.
    pub months: u32,
    /// The clock, Unix seconds.
    pub now: UnixSeconds,
}

/// What a change would have done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Effects {
    /// Closed months of the contracts that the change concerns, by tenant and contract, the latest first.
    pub months: Vec<MonthEffect>,
    /// How many more there are, beyond what one request is given.
    pub left_out: usize,
}

/// What a change would have done to a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MonthEffect {
    /// The tenant.
    pub tenant: String,
    /// The tenant's name for people.
    pub tenant_name: String,
    /// The contract.
    pub contract: String,
    /// The month.
    pub month: Month,
    /// Its latest revision.
    pub revision: u32,
    /// The verdict on record.
    pub verdict: Verdict,
    /// What it owes as it is on record.
    pub credit_total: CreditTotal,
    /// Whether the catalogue as it is, without the change, says otherwise than the record.
    pub has_moved: bool,
    /// What the change makes of it; null where that cannot be said.
    pub difference: Option<MonthDifference>,
    /// Why it cannot be said.
    pub problem: Option<JobProblem>,
}

/// Why nothing was computed.
#[derive(Debug, thiserror::Error)]
pub enum EffectError {
    /// The catalogue cannot be read, or has defects with the change.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// What was decided of earlier months, or the ledger itself, cannot be read.
    #[error(transparent)]
    Close(#[from] CloseError),
    /// A document whose change says nothing about months that are closed.
    #[error("{kind} {name}: closed months are stated again for: {}", KINDS.join(", "))]
    Kind {
        /// Its kind.
        kind: String,
        /// Its name.
        name: String,
    },
}

impl EffectError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Desk(error) => error.code(),
            Self::Close(error) => error.code(),
            Self::Kind { .. } => "effect.kind",
        }
    }
}

/// States closed months again with a change.
///
/// # Errors
/// [`EffectError`]; what keeps a single month from being stated is told with it.
pub async fn effects(ledger: &Ledger, request: &EffectRequest<'_>) -> Result<Effects, EffectError> {
    let whole = Whole::read(ledger, request.folder).await?;
    let Drafted { documents, files, .. } = whole.with(request.draft).map_err(DeskError::unsound)?;
    let [document] = documents.as_slice() else {
        let (file, count) = (request.draft.name.clone(), documents.len());
        return Err(DeskError::NotOne { file, count }.into());
    };
    if !KINDS.contains(&document.kind.as_str()) {
        return Err(EffectError::Kind { kind: document.kind.clone(), name: document.name.clone() });
    }
    let after = read(files, &whole).await.map_err(DeskError::from)?;
    // A catalogue that has defects without the change says nothing; the record stands for it then.
    let before = read(whole.files(), &whole).await.ok();
    let mut closed = closed(ledger, &contracts(&after, document)).await?;
    closed.retain(|(_, rank)| *rank < request.months);
    let left_out = closed.len().saturating_sub(MOST_MONTHS);
    closed.truncate(MOST_MONTHS);
    let mut months = Vec::with_capacity(closed.len());
    for (status, _) in &closed {
        months.push(effect(ledger, request, status, [before.as_ref(), Some(&after)]).await?);
    }
    Ok(Effects { months, left_out })
}

async fn read(files: Vec<SourceFile>, whole: &Whole) -> Result<Catalogue, CatalogueError> {
    let rulings = whole.stored.rulings();
    let read = move || {
        let mut catalogue = Catalogue::read(&files).map_err(CatalogueError::Unsound)?;
        catalogue.rule(rulings);
        Ok(catalogue)
    };
    tokio::task::spawn_blocking(read).await.expect("reading a catalogue does not panic")
}

/// The contracts that a document concerns, by tenant.
fn contracts(catalogue: &Catalogue, document: &EnteredDocument) -> BTreeSet<(String, String)> {
    let name = document.name.as_str();
    let concerned = catalogue.contracts.values().filter(|contract| {
        let spec = &contract.spec;
        let slos = || spec.commitments.iter().filter_map(|commitment| catalogue.slos.get(&commitment.slo));
        match document.kind.as_str() {
            "Contract" => format!("{}.{}", contract.name(), spec.version) == name,
            "SlaTemplate" => spec.extends.as_ref().is_some_and(|template| template.as_str() == name),
            "SLO" => slos().any(|slo| slo.name().as_str() == name),
            "SLI" => spec.commitments.iter().flat_map(|one| catalogue.indicators(one)).any(|sli| sli.as_str() == name),
            _ => spec.tenant.as_str() == name,
        }
    });
    concerned.map(|contract| (contract.spec.tenant.to_string(), contract.name().to_string())).collect()
}

/// The latest revisions of closed months of contracts: each contract's latest month first, with its place in that order.
async fn closed(
    ledger: &Ledger,
    contracts: &BTreeSet<(String, String)>,
) -> Result<Vec<(MonthStatus, u32)>, EffectError> {
    let tenants: BTreeSet<&String> = contracts.iter().map(|(tenant, _)| tenant).collect();
    let mut latest: BTreeMap<(String, String), BTreeMap<Month, MonthStatus>> = BTreeMap::new();
    for tenant in tenants {
        for status in ledger.revisions(Some(tenant), None).await.map_err(CloseError::from)? {
            let key = (status.record.tenant.clone(), status.record.contract.id.clone());
            if contracts.contains(&key) {
                // Revisions come in their order: the last one of a month stays.
                latest.entry(key).or_default().insert(status.record.month, status);
            }
        }
    }
    let ranked = latest.into_values().flat_map(|months| months.into_values().rev().zip(0..));
    Ok(ranked.collect())
}

/// A month as the catalogue states it before and after.
async fn effect(
    ledger: &Ledger,
    request: &EffectRequest<'_>,
    status: &MonthStatus,
    [before, after]: [Option<&Catalogue>; 2],
) -> Result<MonthEffect, EffectError> {
    let record = &status.record;
    let known = self::before(ledger, record.month, Some(&record.tenant)).await?;
    let stated = async |catalogue: Option<&Catalogue>| match catalogue {
        None => Ok(record.clone()),
        Some(catalogue) => restated(catalogue, record, request.evidence, &known, request.now).await,
    };
    let told = match stated(before).await {
        Ok(before) => stated(after).await.map(|after| (before, after)),
        Err(problem) => Err(problem),
    };
    let (has_moved, difference, problem) = match told {
        Ok((before, after)) => {
            let moved = (before.verdict, &before.credit_total) != (record.verdict, &record.credit_total);
            (moved, Some(MonthDifference::between(&before, &after)), None)
        }
        Err(problem) => (false, None, Some(problem)),
    };
    Ok(MonthEffect {
        tenant: record.tenant.clone(),
        tenant_name: record.tenant_name.clone(),
        contract: record.contract.id.clone(),
        month: record.month,
        revision: record.revision,
        verdict: record.verdict,
        credit_total: record.credit_total.clone(),
        has_moved,
        difference,
        problem,
    })
}
