//! Closing a month: everything is prepared aside, then recorded in one transaction and put in place.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sla_capture::{EvidencePlace, EvidenceStore};
use sla_core::access::Permission;
use sla_core::catalogue::Catalogue;
use sla_core::plan::ContractMonth;
use sla_core::record::{MonthRecord, RecordEarlier};
use sla_core::time::{Month, UnixSeconds};
use sla_ledger::{Actor, CloseEntry, ContractDocument, Ledger};
use sla_report::Templates;

use crate::accept::{self, Accepted};
use crate::capture::{Stores, capture, capture_what_answers};
use crate::error::CloseError;
use crate::history::before;
use crate::measure::measure;
use crate::planned::{CloseFailure, planned, without};
use crate::progress::{CloseProgress, Step};
use crate::publish::{Stuck, check_place, check_room, make_room, publish};
use crate::render::{self, Rendering};
use crate::staging::Staging;

/// What is to be closed, and with what.
#[derive(Clone, Copy)]
pub struct CloseRequest<'a> {
    /// The month.
    pub month: Month,
    /// Ids of tenants; all when there is none.
    pub tenants: &'a [String],
    /// Whether it goes on without those whose month cannot be planned or whose evidence cannot be read. Each customer's month is
    /// closed as a whole or not at all.
    pub partly: bool,
    /// The catalogue.
    pub catalogue: &'a Catalogue,
    /// The folder that files which it names are relative to: the one it was read from.
    pub catalogue_folder: &'a Path,
    /// Address of the ledger: `sqlite:…` or `postgres://…`.
    pub ledger: &'a str,
    /// The folder for documents.
    pub out: &'a Path,
    /// Where evidence and captured days are kept.
    pub evidence: &'a EvidencePlace,
    /// The clock, Unix seconds.
    pub now: UnixSeconds,
    /// Who closes, as the audit chain names them.
    pub actor: Actor<'a>,
    /// What is unsound in contracts and taken as it is, each with a reason that the report prints.
    pub accepted: &'a [Accepted],
    /// Wording and look of the documents.
    pub templates: &'a Arc<Templates>,
    /// Secrets by the name that the catalogue gives them; the environment, at a prompt.
    pub secrets: &'a (dyn Fn(&str) -> Option<String> + Send + Sync),
}

/// A month with nothing left to do but to record it and to put its documents in place. Dropping it leaves nothing.
pub struct Prepared {
    month: Month,
    now: UnixSeconds,
    actor: String,
    origin: String,
    out: PathBuf,
    evidence: EvidencePlace,
    staging: Staging,
    ledger: Ledger,
    entries: Vec<CloseEntry>,
    folders: Vec<PathBuf>,
    failures: Vec<CloseFailure>,
}

/// A closed month.
#[derive(Clone, Debug)]
pub struct Closed {
    /// The month.
    pub month: Month,
    /// The folder with the month's documents.
    pub folder: PathBuf,
    /// The folder with the evidence, or its address in a bucket, every file named by its SHA-256.
    pub evidence: String,
    /// Every tenant's month, by tenant.
    pub months: Vec<ClosedMonth>,
    /// Whom it went on without, by tenant, and why.
    pub failures: Vec<CloseFailure>,
}

/// A tenant's closed month.
#[derive(Clone, Debug)]
pub struct ClosedMonth {
    /// What was stated.
    pub record: MonthRecord,
    /// The folder with its documents.
    pub folder: PathBuf,
    /// Whether the ledger knew it already: the same month from the same evidence.
    pub unchanged: bool,
}

/// Plans, captures, measures, judges, prices and renders. Dropping the future on the way leaves nothing.
///
/// # Errors
/// [`CloseError`]; the ledger is as it was.
pub async fn prepare(request: &CloseRequest<'_>, progress: &Arc<dyn CloseProgress>) -> Result<Prepared, CloseError> {
    let (mut plans, mut failures) = planned(request)?;
    // Before the sources are asked, since they may take long: is there a ledger that takes what they say, and a place for it?
    let ledger = Ledger::open(request.ledger).await?;
    request.evidence.answers()?;
    let tenants = plans.iter().map(|plan| plan.tenant.name().as_str());
    ledger.may_for(request.actor.name, Permission::MonthsClose, tenants).await?;
    let latest = ledger.latest(request.month).await?;
    accept::note(request, &mut plans, &latest);
    std::fs::create_dir_all(request.out).map_err(CloseError::file("made", request.out))?;
    let staging = Staging::begin(request.out).await?;
    let place = request.out.join(request.month.to_string());
    check_place(&place, staging.path()).map_err(not_free)?;
    let store = EvidenceStore::new(staging.path().join(EVIDENCE));
    let days = (request.evidence.days(), request.evidence.evidence()?);
    let stores = Stores { kept: &store, days: Some(&days) };
    let CloseRequest { catalogue, catalogue_folder, secrets, .. } = *request;
    let evidence = if request.partly {
        let asked = capture_what_answers(catalogue, catalogue_folder, secrets, plans.iter(), stores, progress);
        let (evidence, failed) = asked.await?;
        without(&mut plans, failed, &mut failures)?;
        evidence
    } else {
        capture(catalogue, catalogue_folder, secrets, plans.iter(), stores, progress).await?
    };
    let only = match request.tenants {
        [one] => Some(one.as_str()),
        _ => None,
    };
    let known = before(&ledger, request.month, only).await?;
    let mut records = measure(&plans, &evidence, &store, &known, progress).await?;
    let head = ledger.head().await?;
    for record in &mut records {
        let planned = ledger.plan(record).await?;
        record.revision = planned.revision;
        // A month that the ledger knows is the one that it knows, with the head and the earlier months that were noted then.
        (record.chain_head, record.earlier) = match planned.unchanged {
            true => same_month(&latest, record)
                .map(|known| (known.chain_head.clone(), known.earlier.clone()))
                .unwrap_or_default(),
            false => ((head.entries > 0).then(|| head.to_string()), RecordEarlier::before(record, &known)),
        };
    }
    let renderings = renderings(&plans, records);
    let documents = staging.path().join(DOCUMENTS);
    render::tenants(request.templates, &renderings, &documents, progress).await?;
    let portfolio = whole_portfolio(&ledger, request, &renderings).await?;
    render::portfolio(request.month, portfolio, &documents).await?;
    check_room(&documents, &place).map_err(not_free)?;
    let (entries, folders) = plans
        .iter()
        .zip(renderings)
        .map(|(plan, rendering)| {
            let contracts = accept::versions(request.catalogue, plan)
                .into_iter()
                .map(|contract| ContractDocument { version: contract.spec.version, json: contract.canonical_json() });
            let (contracts, tenant_json) = (contracts.collect(), plan.tenant.canonical_json());
            (CloseEntry { record: rendering.record, contracts, tenant_json }, rendering.folder)
        })
        .unzip();
    Ok(Prepared {
        month: request.month,
        now: request.now,
        actor: request.actor.name.to_owned(),
        origin: request.actor.origin.to_owned(),
        out: request.out.to_owned(),
        evidence: request.evidence.clone(),
        staging,
        ledger,
        entries,
        folders,
        failures,
    })
}

fn same_month<'a>(latest: &'a [MonthRecord], record: &MonthRecord) -> Option<&'a MonthRecord> {
    latest.iter().find(|known| known.tenant == record.tenant && known.contract.id == record.contract.id)
}

fn not_free(Stuck { path, source }: Stuck) -> CloseError {
    CloseError::File { done: "used for documents", path, source }
}

const EVIDENCE: &str = "evidence";
const DOCUMENTS: &str = "documents";
const ASIDE: &str = "aside";

fn renderings(plans: &[ContractMonth<'_>], records: Vec<MonthRecord>) -> Vec<Rendering> {
    let folders = render::folders(&records);
    let rendering = |((record, folder), plan): ((MonthRecord, PathBuf), &ContractMonth<'_>)| Rendering {
        record,
        folder,
        contacts: plan.tenant.spec.contacts.clone(),
    };
    records.into_iter().zip(folders).zip(plans).map(rendering).collect()
}

/// What the portfolio shows: the months that are being closed, and when not all tenants' are, beside them the others as the
/// ledger knows them.
async fn whole_portfolio(
    ledger: &Ledger,
    request: &CloseRequest<'_>,
    renderings: &[Rendering],
) -> Result<Vec<MonthRecord>, CloseError> {
    let mut records: Vec<MonthRecord> = renderings.iter().map(|rendering| rendering.record.clone()).collect();
    if request.partly || !request.tenants.is_empty() {
        let key = |record: &MonthRecord| (record.tenant.clone(), record.contract.id.clone());
        let known = ledger.latest(request.month).await?;
        let others = known.into_iter().filter(|other| !records.iter().any(|record| key(record) == key(other)));
        let others: Vec<MonthRecord> = others.collect();
        records.extend(others);
        records.sort_by_key(key);
    }
    Ok(records)
}

impl Prepared {
    /// Every month as it will be recorded, by tenant and contract.
    pub fn records(&self) -> impl Iterator<Item = &MonthRecord> {
        self.entries.iter().map(|entry| &entry.record)
    }

    /// Keeps the evidence, records the month and puts the documents in place. Not to be dropped on the way: it is
    /// short, and either the whole month is recorded or nothing.
    ///
    /// # Errors
    /// [`CloseError`]; the ledger is as it was, but for [`CloseError::Unpublished`], which says so.
    #[tracing::instrument(name = "record", skip_all, fields(months = self.entries.len()))]
    pub async fn commit(self, progress: &Arc<dyn CloseProgress>) -> Result<Closed, CloseError> {
        let staged = self.staging.path().join(EVIDENCE);
        progress.step(Step::Record, 0, 1);
        let (root, folder) = (self.staging.path(), self.out.join(self.month.to_string()));
        let (documents, aside) = (root.join(DOCUMENTS), root.join(ASIDE));
        // Once more: what was free while the month was prepared need not be now.
        make_room(&documents, &folder, &aside).map_err(not_free)?;
        // Evidence first: a ledger must never name evidence that is nowhere. Evidence without a month does no harm.
        let kept = self.evidence.evidence()?.through(root);
        self.keep_evidence(&EvidenceStore::new(staged), &kept)?;
        let actor = Actor { name: &self.actor, origin: &self.origin };
        let recorded = self.ledger.record(&self.entries, actor, self.now).await?;
        self.ledger.close().await;
        progress.step(Step::Record, 1, 1);
        progress.step(Step::Publish, 0, 1);
        publish(&documents, &folder, &aside).map_err(|Stuck { path, source }| CloseError::Unpublished {
            done: "put in place",
            path,
            source,
        })?;
        progress.step(Step::Publish, 1, 1);
        let months = self.entries.into_iter().zip(self.folders).zip(recorded).map(|((entry, tenant), recorded)| {
            ClosedMonth { record: entry.record, folder: folder.join(tenant), unchanged: recorded.unchanged }
        });
        let evidence = self.evidence.name();
        Ok(Closed { month: self.month, evidence, months: months.collect(), folder, failures: self.failures })
    }

    fn keep_evidence(&self, staged: &EvidenceStore, kept: &EvidenceStore) -> Result<(), CloseError> {
        for evidence in self.entries.iter().flat_map(|entry| &entry.record.evidence) {
            let path = staged.open(&evidence.sha256)?.path;
            let bytes = std::fs::read(&path).map_err(CloseError::file("read", &path))?;
            kept.put(&bytes)?;
        }
        Ok(())
    }
}
