//! The same month under every admissible reading of what a contract leaves open: what a missing sentence is worth.

use std::path::Path;
use std::sync::Arc;

use sla_capture::EvidenceStore;
use sla_core::catalogue::{Question, Readings, ReadingsError, Zone, readings};
use sla_core::plan::{ContractMonth, PlanError, plan};
use sla_core::record::MonthRecord;
use sla_core::time::{Month, UnixSeconds};
use sla_ledger::Ledger;

use crate::capture::{Stores, capture};
use crate::catalogue::{CatalogueError, Files, together};
use crate::desk::{DeskError, files_of};
use crate::error::CloseError;
use crate::history::before;
use crate::measure::measure;
use crate::progress::CloseProgress;

mod view;

pub use view::{CommitmentOutcome, OutcomeView, RangeView, SensitivityView};

/// Which month is to be read in every admissible way, and from what.
pub struct SensitivityRequest<'a> {
    /// The month.
    pub month: Month,
    /// Id of one tenant; all when not said.
    pub tenant: Option<&'a str>,
    /// The catalogue's folder, if a part of it lies in one; contracts may leave readings open.
    pub catalogue: Option<&'a Path>,
    /// The folder that files which it names are relative to.
    pub files: &'a Path,
    /// Zones that are tried, beside those that are named in the catalogue.
    pub zones: &'a [Zone],
    /// Address of the ledger, for the catalogue's documents in it, and for caps and factors that count earlier months;
    /// nothing is recorded in it.
    pub ledger: Option<&'a str>,
    /// The clock, Unix seconds.
    pub now: UnixSeconds,
    /// Secrets by the name that the catalogue gives them.
    pub secrets: &'a (dyn Fn(&str) -> Option<String> + Send + Sync),
}

/// A contract's month under every reading.
#[derive(Clone, Debug)]
pub struct Sensitivity {
    /// Id of the tenant.
    pub tenant: String,
    /// Name of the contract.
    pub contract: String,
    /// Its version.
    pub version: u32,
    /// The questions that the contract leaves open; when there is none, the first outcome is the contract as it stands.
    pub open: Vec<Question>,
    /// What became of the month, reading by reading.
    pub outcomes: Vec<Outcome>,
}

/// A month under one reading.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The answers.
    pub answers: Vec<(Question, String)>,
    /// Whether the contract's words allow them.
    pub admissible: bool,
    /// The month as it would be stated.
    pub record: MonthRecord,
}

impl Sensitivity {
    /// The least and the most that may be owed under any reading that the contract's words allow, in the minor unit.
    pub fn range_minor(&self) -> (i64, i64) {
        let totals =
            || self.outcomes.iter().filter(|outcome| outcome.admissible).map(|outcome| &outcome.record.credit_total);
        let least = totals().map(|total| total.low_minor).min().unwrap_or_default();
        (least, totals().map(|total| total.high_minor).max().unwrap_or_default())
    }

    /// How much money each question moves at most while every other answer stays the same, in the minor unit.
    pub fn moved_minor(&self) -> Vec<(Question, i64)> {
        let mut questions: Vec<Question> =
            self.outcomes.iter().flat_map(|outcome| &outcome.answers).map(|(question, _)| *question).collect();
        questions.sort_unstable();
        questions.dedup();
        let moved = |question: Question| {
            let others = |outcome: &Outcome| -> Vec<(Question, String)> {
                outcome.answers.iter().filter(|(asked, _)| *asked != question).cloned().collect()
            };
            // What the contract says itself is no answer: it is beside each other answer to one question.
            let beside = |a: &Outcome, b: &Outcome| {
                let asks = |outcome: &Outcome| outcome.answers.iter().any(|(asked, _)| *asked == question);
                (asks(a) || asks(b)) && others(a) == others(b)
            };
            let mut most = 0;
            for (index, a) in self.outcomes.iter().enumerate() {
                for b in self.outcomes[index + 1..].iter().filter(|b| beside(a, b)) {
                    let (a, b) = (&a.record.credit_total, &b.record.credit_total);
                    most = most.max((a.low_minor - b.low_minor).abs()).max((a.high_minor - b.high_minor).abs());
                }
            }
            (question, most)
        };
        questions.into_iter().map(moved).collect()
    }
}

/// Why readings were not compared.
#[derive(Debug, thiserror::Error)]
pub enum SensitivityError {
    /// The catalogue cannot be read.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The readings cannot be made.
    #[error(transparent)]
    Readings(ReadingsError),
    /// The catalogue in the ledger cannot be used.
    #[error(transparent)]
    Desk(DeskError),
    /// The month cannot be stated.
    #[error(transparent)]
    Close(#[from] CloseError),
}

impl SensitivityError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Catalogue(error) => error.code(),
            Self::Readings(ReadingsError::NoContract { .. }) => "sensitivity.no_contract",
            Self::Readings(ReadingsError::TooMany { .. }) => "sensitivity.too_many",
            Self::Readings(ReadingsError::Unsound(_)) => "catalogue.unsound",
            Self::Desk(error) => error.code(),
            Self::Close(error) => error.code(),
        }
    }
}

impl From<DeskError> for SensitivityError {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Catalogue(error) => Self::Catalogue(error),
            DeskError::Ledger(error) => Self::Close(error.into()),
            other => Self::Desk(other),
        }
    }
}

impl From<ReadingsError> for SensitivityError {
    fn from(error: ReadingsError) -> Self {
        match error {
            ReadingsError::Unsound(findings) => Self::Catalogue(CatalogueError::Unsound(findings)),
            other => Self::Readings(other),
        }
    }
}

/// States a month under every admissible reading. Each distinct request to a source is made once, whatever the number of
/// readings; nothing is kept.
///
/// # Errors
/// [`SensitivityError`].
pub async fn sensitivity(
    request: &SensitivityRequest<'_>,
    progress: &Arc<dyn CloseProgress>,
) -> Result<Vec<Sensitivity>, SensitivityError> {
    let (Files { files, defects }, stored) = files_of(request.catalogue, request.ledger).await?;
    let mut all = match readings(&files, request.tenant, request.zones) {
        Err(ReadingsError::Unsound(findings)) => {
            return Err(CatalogueError::Unsound(together(defects, findings)).into());
        }
        _ if !defects.is_empty() => return Err(CatalogueError::Unsound(defects).into()),
        all => all?,
    };
    for variant in all.iter_mut().flat_map(|one| &mut one.variants) {
        variant.catalogue.rule(stored.rulings());
    }
    let folder = tempfile::tempdir().map_err(CloseError::file("made", Path::new("a temporary folder")))?;
    let store = EvidenceStore::new(folder.path());
    let known = match request.ledger {
        None => Vec::new(),
        Some(address) => {
            let ledger = Ledger::open_existing(address).await.map_err(CloseError::from)?;
            let known = before(&ledger, request.month, request.tenant).await;
            ledger.close().await;
            known?
        }
    };
    let mut sensitivities = Vec::with_capacity(all.len());
    for one in &all {
        let plans = planned(request, one)?;
        let Some(first) = one.variants.first().filter(|_| !plans.is_empty()) else { continue };
        let stores = Stores { kept: &store, days: None };
        let evidence =
            capture(&first.catalogue, request.files, request.secrets, plans.iter(), stores, progress).await?;
        let records = measure(&plans, &evidence, &store, &known, progress).await?;
        let outcomes = one.variants.iter().zip(records);
        sensitivities.push(Sensitivity {
            tenant: one.tenant.to_string(),
            contract: one.contract.to_string(),
            version: one.version,
            open: one.open.clone(),
            outcomes: outcomes
                .map(|(variant, record)| Outcome {
                    answers: variant.answers.clone(),
                    admissible: variant.admissible,
                    record,
                })
                .collect(),
        });
    }
    if let (Some(first), true) = (all.first().and_then(|one| one.variants.first()), sensitivities.is_empty()) {
        // Says why nothing is due.
        plan(&first.catalogue, request.month, request.tenant, request.now).map_err(CloseError::from)?;
    }
    Ok(sensitivities)
}

/// The contract's month under each of its readings, in their order. A version that is not due in the month has none.
fn planned<'a>(
    request: &SensitivityRequest<'_>,
    readings: &'a Readings,
) -> Result<Vec<ContractMonth<'a>>, SensitivityError> {
    let mut plans = Vec::with_capacity(readings.variants.len());
    for variant in &readings.variants {
        let months = match plan(&variant.catalogue, request.month, Some(readings.tenant.as_str()), request.now) {
            // Told below, when no other contract has anything to tell either.
            Err(PlanError::NothingInForce { .. } | PlanError::NothingDue { .. }) => Vec::new(),
            months => months.map_err(CloseError::from)?,
        };
        let is_due = |month: &ContractMonth<'_>| {
            let versions = month.commitments.iter().map(|one| one.version);
            let versions = versions.chain(month.incidents.iter().map(|one| one.version));
            *month.contract.name() == readings.contract && versions.into_iter().any(|one| one == readings.version)
        };
        plans.extend(months.into_iter().filter(is_due));
    }
    Ok(plans)
}
