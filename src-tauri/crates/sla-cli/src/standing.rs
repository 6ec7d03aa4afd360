//! `sla standing`.

use std::path::Path;

use comfy_table::CellAlignment;
use serde_json::json;
use sla_app::{Standing, StandingRequest, catalogue_of, source_secret, standing};
use sla_core::record::RecordRange;
use sla_core::standing::{CommitmentStanding, Outlook};

use crate::args;
use crate::failure::Failure;
use crate::interrupt::interrupted;
use crate::output::{Output, plain};
use crate::progress::progress;

/// Measures the running month up to now and prints what is used of each budget.
pub(crate) async fn run(arguments: args::Standing, output: Output) -> Result<(), Failure> {
    let now = chrono::Utc::now().timestamp();
    let at = arguments.at.map_or(now, |at| at.0);
    if at > now {
        return Err(Failure::usage(
            "--at names an instant that has not been; nobody knows how it stands then".to_owned(),
        ));
    }
    let catalogue = catalogue_of(arguments.catalogue.as_deref(), arguments.ledger.as_deref()).await?;
    let request = StandingRequest {
        at,
        tenant: arguments.tenant.as_deref(),
        catalogue: &catalogue,
        files: arguments.files.as_deref().or(arguments.catalogue.as_deref()).unwrap_or(Path::new(".")),
        secrets: &source_secret,
    };
    let progress = progress(output);
    let found = tokio::select! {
        biased;
        () = interrupted() => return Err(Failure::interrupted()),
        found = standing(&request, &progress) => found?,
    };
    output.print(|| text(&found), || json!(found));
    Ok(())
}

fn text(found: &Standing) -> String {
    let mut table = plain();
    table.set_header(["Tenant", "Commitment", "Target", "Of the period", "Used", "At the present rate", "Outlook"]);
    for month in &found.months {
        for (index, one) in month.commitments.iter().enumerate() {
            let tenant = if index == 0 { month.tenant_name.as_str() } else { "" };
            table.add_row([
                tenant.to_owned(),
                one.title.clone(),
                format!("{} %", one.target),
                elapsed(one),
                percent(&one.used_percent),
                percent(&one.projected_percent),
                outlook(one.outlook).to_owned(),
            ]);
        }
    }
    for column in 3..=5 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let unmeasured = found.failures.iter().map(|one| format!("\nNot measured: {}: {}", one.tenant, one.detail));
    let unmeasured: String = unmeasured.collect();
    format!(
        "As measured until {}; nothing is recorded.\n{table}\nShares of the error budget of the whole period. The last but one \
         is what it would be at its end if errors went on as they did so far: a projection, no promise.{unmeasured}",
        found.at
    )
}

/// How much of the service time has passed, rounded down.
fn elapsed(one: &CommitmentStanding) -> String {
    format!("{} %", one.service_seconds * 100 / one.whole_service_seconds.max(1))
}

fn percent(range: &RecordRange<Option<String>>) -> String {
    match (&range.low, &range.high) {
        (Some(low), Some(high)) if low == high => format!("{low} %"),
        (Some(low), Some(high)) => format!("{low} … {high} %"),
        (Some(low), None) => format!("at least {low} %"),
        _ => "–".to_owned(),
    }
}

fn outlook(outlook: Outlook) -> &'static str {
    match outlook {
        Outlook::Lasts => "✓ lasts",
        Outlook::Unjudged => "– nothing to judge yet",
        Outlook::Uncertain => "? depends on unknown time",
        Outlook::TooFast => "! does not last",
        Outlook::UsedUp => "✗ used up",
    }
}
