//! `sla ledger`.

use serde_json::json;
use sla_app::{Ledger, Verified, verify_evidence};
use sla_core::audit::Anchor;

use crate::failure::Failure;
use crate::output::Output;
use crate::place::read_from;

/// Walks the audit chain and compares it with what the ledger holds, and if asked, with the evidence that it names.
pub(crate) async fn verify(
    url: &str,
    evidence: Option<&str>,
    anchor: Option<&Anchor>,
    output: Output,
) -> Result<(), Failure> {
    let ledger = Ledger::open_existing(url).await?;
    let verified = ledger.verify().await?;
    if let Some(anchor) = anchor {
        ledger.holds(anchor).await?;
    }
    let files = match evidence {
        None => None,
        Some(place) => Some(verify_evidence(&ledger, read_from(place)?).await?),
    };
    ledger.close().await;
    let text = || {
        let mut chain = format!("sound: {} entries, head {}", verified.entries, verified.head);
        if let Some(anchor) = anchor {
            chain += &format!("\nsound: it goes on from the head that was noted after entry {}", anchor.entries);
        }
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

/// Prints where the chain ends.
pub(crate) async fn head(url: &str, output: Output) -> Result<(), Failure> {
    let ledger = Ledger::open_existing(url).await?;
    let head = ledger.head().await;
    ledger.close().await;
    let head = head?;
    output.print(|| head.to_string(), || json!({ "entries": head.entries, "head": head.hash }));
    Ok(())
}

/// Lets a user of the database work on the ledger.
pub(crate) async fn grant(url: &str, user: &str, output: Output) -> Result<(), Failure> {
    let ledger = Ledger::open_to_write(url).await?;
    let granted = ledger.grant(user).await;
    ledger.close().await;
    granted?;
    output.print(|| format!("{user} may work on the ledger; row security holds"), || json!({ "granted": user }));
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
