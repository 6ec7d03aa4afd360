//! `sla ledger`.

use serde_json::json;
use sla_app::Ledger;

use crate::failure::Failure;
use crate::output::Output;

/// Walks the audit chain and compares it with what the ledger holds.
pub(crate) async fn verify(url: &str, output: Output) -> Result<(), Failure> {
    let ledger = Ledger::open_existing(url).await?;
    let verified = ledger.verify().await?;
    ledger.close().await;
    output.print(
        || format!("sound: {} entries, head {}", verified.entries, verified.head),
        || json!({ "entries": verified.entries, "head": verified.head }),
    );
    Ok(())
}
