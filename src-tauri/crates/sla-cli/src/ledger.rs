//! `sla ledger`.

use std::path::Path;

use serde_json::json;
use sla_app::{Ledger, Verified, verify_evidence};

use crate::failure::Failure;
use crate::output::Output;

/// Walks the audit chain and compares it with what the ledger holds, and if asked, with the evidence that it names.
pub(crate) async fn verify(url: &str, evidence: Option<&Path>, output: Output) -> Result<(), Failure> {
    let ledger = Ledger::open_existing(url).await?;
    let verified = ledger.verify().await?;
    let files = match evidence {
        None => None,
        Some(folder) => Some(verify_evidence(&ledger, folder).await?),
    };
    ledger.close().await;
    let text = || {
        let chain = format!("sound: {} entries, head {}", verified.entries, verified.head);
        files.map_or(chain.clone(), |files| format!("{chain}\nsound: {files} files of evidence"))
    };
    let value = || {
        let mut value = json!({ "entries": verified.entries, "head": verified.head });
        if let Some(files) = files {
            value["evidence"] = json!({ "files": files });
        }
        value
    };
    output.print(text, value);
    Ok(())
}

/// Copies a ledger into an empty one and verifies both.
pub(crate) async fn copy(from: &str, to: &str, output: Output) -> Result<(), Failure> {
    let ledger = Ledger::open_existing(from).await?;
    let copy = Ledger::open(to).await?;
    let copied = ledger.copy_to(&copy).await;
    copy.close().await;
    ledger.close().await;
    let Verified { entries, head } = copied?;
    output.print(
        || format!("copied and verified: {entries} entries, head {head}"),
        || json!({ "entries": entries, "head": head }),
    );
    Ok(())
}
