//! `sla restate` and `sla outages`.

use std::fmt::Write;

use serde_json::json;
use sla_app::{Ledger, RestateError, Templates, outages, restate};
use sla_core::outage::ExplainedOutage;
use sla_core::record::{Change, MonthDifference, OutageStanding, PromiseFigures};

use crate::close::{request_of, templates};
use crate::desk_args::{Outages, Restate};
use crate::failure::Failure;
use crate::interrupt::interrupted;
use crate::output::{Output, amounts, json, plain, verdict};
use crate::progress::progress;

/// Closes a tenant's month again, records what it says otherwise and prints the difference.
pub(crate) async fn run(arguments: Restate, output: Output) -> Result<(), Failure> {
    let Restate { close: arguments } = arguments;
    let Some(tenant) = arguments.tenant.clone() else {
        return Err(Failure::usage("a restatement needs --tenant: it is one customer's month".to_owned()));
    };
    let templates: std::sync::Arc<Templates> = templates(&arguments)?;
    let read = request_of(&arguments, &templates, chrono::Utc::now().timestamp()).await?;
    let request = read.request();
    let progress = progress(output);
    let (prepared, differences) = tokio::select! {
        // As when a month is closed: what was interrupted is not recorded.
        biased;
        () = interrupted() => return Err(Failure::interrupted()),
        prepared = restate(&request, &tenant, &progress) => prepared?,
    };
    let closed = prepared.commit(&progress).await?;
    let text = || {
        let lines = differences.iter().map(told);
        lines.chain([crate::close::said(&closed)]).collect::<Vec<_>>().join("\n")
    };
    let value = || {
        let mut value = json(&closed);
        value["differences"] = json!(differences);
        value
    };
    output.print(text, value);
    Ok(())
}

/// What a revision says otherwise, in lines.
pub(crate) fn told(difference: &MonthDifference) -> String {
    let MonthDifference { tenant, contract, month, revision, .. } = difference;
    let mut lines = vec![format!(
        "{tenant}, contract {contract}, {month}: revision {} instead of {}",
        revision.after, revision.before
    )];
    let Change { before, after } = &difference.verdict;
    if before != after {
        lines.push(format!("  verdict: {} → {}", verdict(*before), verdict(*after)));
    }
    let total = &difference.credit_total;
    let money = |low, high| amounts(&total.after.currency, low, high);
    let (before, after) = (&total.before, &total.after);
    if before != after {
        let delta = money(after.low_minor - before.low_minor, after.high_minor - before.high_minor);
        let (before, after) = (money(before.low_minor, before.high_minor), money(after.low_minor, after.high_minor));
        lines.push(format!("  credit: {before} → {after}, difference {delta}"));
    }
    for promise in &difference.promises {
        let figures = |of: &Option<PromiseFigures>| match of {
            None => "not promised".to_owned(),
            Some(figures) => {
                let PromiseFigures { verdict: judged, low_minor, high_minor, .. } = figures;
                format!("{} {}, {}", attained(figures), verdict(*judged), money(*low_minor, *high_minor))
            }
        };
        let Change { before, after } = &promise.figures;
        lines.push(format!("  {}: {} → {}", promise.promise, figures(before), figures(after)));
    }
    for window in &difference.exclusions {
        let name = |of: &Option<_>| {
            of.as_ref().map_or_else(
                || "not listed".to_owned(),
                |figures: &sla_core::record::ExclusionFigures| {
                    let decision = json!(figures.decision);
                    format!(
                        "{} ({} s)",
                        decision.as_str().unwrap_or_default().replace('_', " "),
                        figures.accepted_seconds
                    )
                },
            )
        };
        let Change { before, after } = &window.decision;
        lines.push(format!("  exclusion {} of {}: {} → {}", window.name, window.start, name(before), name(after)));
    }
    if difference.evidence_changed {
        lines.push("  it rests on other evidence".to_owned());
    }
    if difference.contract_changed {
        lines.push("  another content of the contract judged it".to_owned());
    }
    lines.join("\n")
}

fn attained(figures: &PromiseFigures) -> String {
    let range = &figures.attained_range;
    match (&range.low, &range.high) {
        (Some(low), Some(high)) if low == high => format!("{} %", low.percent),
        (Some(low), Some(high)) => format!("{} … {} %", low.percent, high.percent),
        _ => "nothing to judge".to_owned(),
    }
}

/// Lists the outages of a closed month and what explains each.
pub(crate) async fn list_outages(arguments: Outages, output: Output) -> Result<(), Failure> {
    let ledger = Ledger::open_existing(&arguments.at.ledger).await?;
    let all = outages(&ledger, &arguments.tenant, arguments.month, arguments.catalogue.as_deref()).await;
    ledger.close().await;
    let mut all = all?;
    all.retain(|one| !(arguments.unexplained && one.is_explained()));
    let text = || {
        if all.is_empty() {
            return "no outage is like that".to_owned();
        }
        let mut table = plain();
        table.set_header(["Commitment", "Start", "End", "Counts", "What is known"]);
        for one in &all {
            let standing = match one.standing {
                OutageStanding::Counts => "yes",
                OutageStanding::Excluded => "no, excluded",
                OutageStanding::TooShort => "no, too short",
            };
            table.add_row([one.commitment.as_str(), &one.start, &one.end, standing, &known(one)]);
        }
        table.to_string()
    };
    output.print(text, || json!(all));
    Ok(())
}

fn known(outage: &ExplainedOutage) -> String {
    let mut text = String::new();
    for incident in &outage.incidents {
        let _ = writeln!(text, "incident {}: {}", incident.name, incident.title);
    }
    for window in &outage.exclusions {
        let _ = writeln!(text, "exclusion {}, {}: {}", window.name, window.state.name(), window.reason);
    }
    if text.is_empty() { "nothing".to_owned() } else { text.trim_end().to_owned() }
}

impl From<RestateError> for Failure {
    fn from(error: RestateError) -> Self {
        match error {
            RestateError::Close(error) => error.into(),
            _ => Self::new(error.code(), error.to_string()),
        }
    }
}
