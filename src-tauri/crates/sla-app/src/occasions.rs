//! Letters beside the month's own, drawn from what is on record: a breach while the month runs, a decided credit, a month that
//! was computed anew, maintenance ahead, a year that was kept. They are drafts; nothing is recorded and nothing is sent.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use sla_core::billing::Settlement;
use sla_core::catalogue::{Catalogue, TenantSpec};
use sla_core::plan::announced;
use sla_core::record::RecordEarlier;
use sla_core::time::{Month, UnixSeconds};
use sla_core::workflow::MonthState;
use sla_ledger::{Ledger, LedgerError, MonthStatus};
use sla_report::{Document, Occasion, OccasionError, Templates, occasion_documents};

use crate::billing::on_record;
use crate::documents::{DocumentsError, DocumentsRequest, chosen, contacts, lay};
use crate::error::CloseError;
use crate::progress::CloseProgress;
use crate::standing::{Standing, StandingRequest, last_standing, standing};

/// A letter about a closed month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClosedOccasion {
    /// What it owes was decided.
    Credit,
    /// It was computed anew.
    Restatement,
    /// It is the twelfth in which every promise was kept.
    Year,
}

impl ClosedOccasion {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Credit, Self::Restatement, Self::Year];
}

/// Why a letter was not drawn; the ledger is as it was.
#[derive(Debug, thiserror::Error)]
pub enum OccasionLetterError {
    /// The month is not found, or a file was not written.
    #[error(transparent)]
    Documents(#[from] DocumentsError),
    /// The catalogue names no such month, or its sources do not answer.
    #[error(transparent)]
    Close(#[from] CloseError),
    /// There is no such occasion.
    #[error(transparent)]
    Occasion(#[from] OccasionError),
    /// The tenant has several contracts, or another one.
    #[error("{tenant} has {known}; say which with --contract")]
    Contract {
        /// The tenant.
        tenant: String,
        /// Its contracts.
        known: String,
    },
    /// The catalogue has forgotten the tenant since.
    #[error("{tenant}: the catalogue does not name this tenant any more, so nobody knows whom to write to")]
    Gone {
        /// The tenant.
        tenant: String,
    },
    /// Nobody knows how the running month stands.
    #[error("{tenant}: nobody has had a look at how the running month stands; look first")]
    NotLooked {
        /// The tenant.
        tenant: String,
    },
}

impl OccasionLetterError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Documents(error) => error.code(),
            Self::Close(error) => error.code(),
            Self::Occasion(error) => error.code(),
            Self::Contract { .. } => "occasion.contract",
            Self::Gone { .. } => "occasion.gone",
            Self::NotLooked { .. } => "occasion.not_looked",
        }
    }

    /// Whether nothing is wrong: there is only nothing to write about.
    pub fn is_no_occasion(&self) -> bool {
        match self {
            Self::Occasion(error) => !matches!(error, OccasionError::Report(_)),
            Self::Contract { .. } | Self::Gone { .. } | Self::NotLooked { .. } => true,
            // A month in which the contract is not in force has no maintenance to tell of either.
            Self::Close(error) => error.code() == "plan.nothing_in_force",
            Self::Documents(_) => false,
        }
    }
}

impl From<LedgerError> for OccasionLetterError {
    fn from(error: LedgerError) -> Self {
        Self::Documents(error.into())
    }
}

/// The letter about a closed month, to whom the catalogue named when it was closed.
///
/// # Errors
/// [`OccasionLetterError`].
pub async fn draw_closed_occasion(
    ledger: &Ledger,
    request: &DocumentsRequest<'_>,
    occasion: ClosedOccasion,
) -> Result<Vec<Document>, OccasionLetterError> {
    let known = ledger.revisions(Some(request.tenant), Some(request.month)).await?;
    let status = chosen(&known, request).map_err(DocumentsError::from)?;
    let contacts = contacts(ledger, status).await?;
    let settled = |status: &MonthStatus| Settlement::of(&on_record(status)).map_err(DocumentsError::from);
    let settlement = settled(status)?;
    let (templates, mut record) = (Arc::clone(request.templates), status.record.clone());
    let before = known.iter().rfind(|one| {
        one.record.contract.id == record.contract.id
            && one.record.revision < record.revision
            && one.state == MonthState::Issued
    });
    let before = match before {
        Some(before) => settled(before)?.map(|settlement| (before.record.clone(), settlement)),
        None => None,
    };
    if occasion == ClosedOccasion::Year {
        // As the months are stated now: one that was restated since this one was closed may have been kept no more.
        let all = ledger.revisions(Some(request.tenant), None).await?;
        let all: Vec<_> = all.into_iter().map(|status| status.record).collect();
        record.earlier = RecordEarlier::before(&record, &all);
    }
    let work = move || {
        let occasion = match occasion {
            ClosedOccasion::Credit => Occasion::Credit { record: &record, settlement: settlement.as_ref() },
            ClosedOccasion::Restatement => Occasion::Restatement {
                before: before.as_ref().map(|(record, settlement)| (record, settlement)),
                after: &record,
                settlement: settlement.as_ref(),
            },
            ClosedOccasion::Year => Occasion::Year { record: &record },
        };
        occasion_documents(&templates, occasion, &contacts)
    };
    Ok(tokio::task::spawn_blocking(work).await.expect("rendering does not panic")?)
}

/// Measures a tenant's running month, and draws the letter about the budgets that are used up.
///
/// # Errors
/// [`OccasionLetterError`].
pub async fn draw_breach(
    request: &StandingRequest<'_>,
    (tenant, contract): (&str, Option<&str>),
    templates: &Templates,
    progress: &Arc<dyn CloseProgress>,
) -> Result<Vec<Document>, OccasionLetterError> {
    let found = standing(&StandingRequest { tenant: Some(tenant), ..*request }, progress).await?;
    breach_of(&found, request.catalogue, (tenant, contract), templates)
}

/// The same of how the month stood when somebody last had a look: nothing is measured.
///
/// # Errors
/// [`OccasionLetterError`].
pub async fn draw_last_breach(
    ledger: &Ledger,
    catalogue: &Catalogue,
    whose: (&str, Option<&str>),
    templates: &Templates,
) -> Result<Vec<Document>, OccasionLetterError> {
    let not_looked = || OccasionLetterError::NotLooked { tenant: whose.0.to_owned() };
    let mut found = last_standing(ledger, Some(whose.0)).await?.ok_or_else(not_looked)?;
    // A look at all tenants tells of each of them.
    found.months.retain(|month| month.tenant == whose.0);
    if found.months.is_empty() {
        return Err(not_looked());
    }
    breach_of(&found, catalogue, whose, templates)
}

fn breach_of(
    found: &Standing,
    catalogue: &Catalogue,
    (tenant, contract): (&str, Option<&str>),
    templates: &Templates,
) -> Result<Vec<Document>, OccasionLetterError> {
    let month = one_of(tenant, contract, &found.months, |month| &month.contract)?;
    let TenantSpec { language, contacts } = spec_of(catalogue, tenant)?;
    let occasion = Occasion::Breach { standing: month, at: &found.at, language: *language };
    Ok(occasion_documents(templates, occasion, contacts)?)
}

/// Draws the letter about maintenance of a tenant that begins in a month and has not begun yet.
///
/// # Errors
/// [`OccasionLetterError`].
pub fn draw_maintenance(
    catalogue: &Catalogue,
    (tenant, contract): (&str, Option<&str>),
    (month, now): (Month, UnixSeconds),
    templates: &Templates,
) -> Result<Vec<Document>, OccasionLetterError> {
    let notices = announced(catalogue, month, Some(tenant), now).map_err(CloseError::from)?;
    if notices.is_empty() {
        return Err(OccasionError::NoMaintenance { tenant: tenant.to_owned(), month }.into());
    }
    let notice = one_of(tenant, contract, &notices, |notice| &notice.contract)?;
    let TenantSpec { language, contacts } = spec_of(catalogue, tenant)?;
    Ok(occasion_documents(templates, Occasion::Maintenance { notice, language: *language }, contacts)?)
}

/// Lays a letter into a folder, which is made when it is not there; gives its files and whether all of them lay there already.
///
/// # Errors
/// [`OccasionLetterError`]; a file that holds something else is refused before any is written.
pub fn lay_letter(folder: &Path, documents: &[Document]) -> Result<(Vec<PathBuf>, bool), OccasionLetterError> {
    Ok(lay(folder, documents).map_err(DocumentsError::from)?)
}

fn one_of<'a, T>(
    tenant: &str,
    contract: Option<&str>,
    all: &'a [T],
    name: impl Fn(&T) -> &String,
) -> Result<&'a T, OccasionLetterError> {
    let mut wanted = all.iter().filter(|one| contract.is_none_or(|contract| name(one) == contract));
    match (wanted.next(), wanted.next()) {
        (Some(one), None) => Ok(one),
        _ => {
            let known: Vec<String> = all.iter().map(|one| format!("contract {}", name(one))).collect();
            Err(OccasionLetterError::Contract { tenant: tenant.to_owned(), known: known.join(" and ") })
        }
    }
}

/// A tenant that something was found of. The catalogue may have forgotten it since.
fn spec_of<'a>(catalogue: &'a Catalogue, tenant: &str) -> Result<&'a TenantSpec, OccasionLetterError> {
    let found = catalogue.tenants.iter().find(|(name, _)| name.as_str() == tenant);
    found.map(|(_, document)| &document.spec).ok_or_else(|| OccasionLetterError::Gone { tenant: tenant.to_owned() })
}
