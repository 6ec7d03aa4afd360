//! Records become documents in the staging folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sla_core::record::{Contact, MonthRecord};
use sla_core::time::Month;
use sla_report::{Document, Templates, tenant_documents};

use crate::error::CloseError;
use crate::portfolio::portfolio_documents;
use crate::progress::{CloseProgress, Step, Waiting};

/// A record, whom its letter goes to, and the folder of its documents relative to the month's folder.
#[derive(Clone, Debug)]
pub(crate) struct Rendering {
    pub(crate) record: MonthRecord,
    pub(crate) contacts: Vec<Contact>,
    pub(crate) folder: PathBuf,
}

/// Where each record's documents go: a folder a tenant, and below it a folder a contract when the tenant has several in
/// that month.
pub(crate) fn folders(records: &[MonthRecord]) -> Vec<PathBuf> {
    let mut contracts: BTreeMap<&str, usize> = BTreeMap::new();
    for record in records {
        *contracts.entry(&record.tenant).or_default() += 1;
    }
    let folder = |record: &MonthRecord| {
        let tenant = PathBuf::from(&record.tenant);
        if contracts[record.tenant.as_str()] > 1 { tenant.join(&record.contract.id) } else { tenant }
    };
    records.iter().map(folder).collect()
}

/// Writes every tenant's documents below `staging`.
#[tracing::instrument(name = "render", skip_all, fields(months = renderings.len()))]
pub(crate) async fn tenants(
    templates: &Arc<Templates>,
    renderings: &[Rendering],
    staging: &Path,
    progress: &Arc<dyn CloseProgress>,
) -> Result<(), CloseError> {
    let all = renderings.len() as u64;
    progress.step(Step::Render, 0, all);
    let mut waiting = Waiting::on(renderings.iter().map(|rendering| rendering.record.tenant.as_str()));
    for (done, rendering) in (1..).zip(renderings) {
        let tenant = &rendering.record.tenant;
        let (templates, rendering) = (Arc::clone(templates), rendering.clone());
        let folder = staging.join(&rendering.folder);
        let work = move || {
            tenant_documents(&templates, &rendering.record, &rendering.contacts)
                .map_err(|source| CloseError::Report { subject: rendering.record.tenant.clone(), source })
        };
        let documents = tokio::task::spawn_blocking(work).await.expect("rendering does not panic")?;
        // Written here and not by the thread: when this close is dropped, nobody may write into its folder any more.
        write(&folder, &documents)?;
        progress.step(Step::Render, done, all);
        waiting.one_less(tenant, &**progress);
    }
    Ok(())
}

/// Writes the documents over all tenants into `staging`.
pub(crate) async fn portfolio(month: Month, records: Vec<MonthRecord>, staging: &Path) -> Result<(), CloseError> {
    let work = move || {
        portfolio_documents(month, &records)
            .map_err(|source| CloseError::Report { subject: "the portfolio".to_owned(), source })
    };
    let documents = tokio::task::spawn_blocking(work).await.expect("rendering does not panic")?;
    write(staging, &documents)
}

fn write(folder: &Path, documents: &[Document]) -> Result<(), CloseError> {
    std::fs::create_dir_all(folder).map_err(CloseError::file("made", folder))?;
    for document in documents {
        let path = folder.join(document.name);
        let written = std::fs::File::create(&path).and_then(|mut file| {
            std::io::Write::write_all(&mut file, &document.bytes)?;
            // On the disk before the ledger says so.
            file.sync_all()
        });
        written.map_err(CloseError::file("written", &path))?;
    }
    Ok(())
}
