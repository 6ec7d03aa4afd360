//! `sla month` and `sla credit`.

use comfy_table::CellAlignment;
use serde_json::json;
use sla_app::{Actor, CreditView, Ledger, MonthFilter, MonthView, ReviewRequest, StepView, months, review, revisions};
use sla_core::money::Amount;
use sla_core::time::UnixSeconds;
use sla_core::workflow::WorkflowStep;

use crate::args::{CreditCommand, CreditStep, Decision, MonthCommand, MonthList, MonthStep, Reviewed};
use crate::failure::Failure;
use crate::output::{Output, amounts, plain, verdict};

pub(crate) async fn month(command: MonthCommand, output: Output) -> Result<(), Failure> {
    let (of, step) = match command {
        MonthCommand::List(arguments) => return list(&arguments, output).await,
        MonthCommand::Show(arguments) => return show(&arguments, output).await,
        MonthCommand::Documents(arguments) => return crate::billing::documents(&arguments, output).await,
        MonthCommand::Bundle(arguments) => return crate::bundle::seal(&arguments, output).await,
        MonthCommand::Submit(of) => (of, WorkflowStep::Submit),
        MonthCommand::Return(of) => (of, WorkflowStep::Return),
        MonthCommand::Approve(of) => (of, WorkflowStep::Approve),
        MonthCommand::Issue(of) => (of, WorkflowStep::Issue),
        MonthCommand::Comment(of) => (of, WorkflowStep::Comment),
    };
    take(&of, None, step, None, output).await
}

pub(crate) async fn credit(command: CreditCommand, output: Output) -> Result<(), Failure> {
    let (of, step, amount) = match command {
        CreditCommand::Decide(Decision { credit, amount }) => (credit, WorkflowStep::Decide, Some(amount)),
        CreditCommand::Approve(of) => (of, WorkflowStep::Approve, None),
        CreditCommand::Reject(of) => (of, WorkflowStep::Reject, None),
        CreditCommand::Reverse(of) => (of, WorkflowStep::Reverse, None),
        CreditCommand::Comment(of) => (of, WorkflowStep::Comment, None),
    };
    let CreditStep { step: of, commitment } = of;
    take(&of, Some(&commitment), step, amount, output).await
}

/// Somebody at a prompt, as the audit chain tells it.
pub(crate) fn prompted(name: &str) -> Actor<'_> {
    Actor { name: name.trim(), origin: "prompt" }
}

pub(crate) fn now() -> UnixSeconds {
    chrono::Utc::now().timestamp()
}

async fn take(
    arguments: &MonthStep,
    commitment: Option<&str>,
    step: WorkflowStep,
    amount: Option<Amount>,
    output: Output,
) -> Result<(), Failure> {
    let MonthStep { of, note, actor } = arguments;
    let request = ReviewRequest {
        tenant: &of.tenant,
        month: of.month,
        contract: of.contract.as_deref(),
        revision: of.revision,
        commitment,
        step,
        amount,
        note,
        seen: None,
        access: None,
        actor: prompted(actor),
        now: now(),
    };
    let ledger = Ledger::open_to_write(&of.ledger).await?;
    let view = review(&ledger, &request).await;
    ledger.close().await;
    let view = view?;
    output.print(|| said(&view), || json!(view));
    Ok(())
}

async fn list(arguments: &MonthList, output: Output) -> Result<(), Failure> {
    let ledger = Ledger::open_existing(&arguments.ledger).await?;
    let filter = MonthFilter {
        tenant: arguments.tenant.as_deref(),
        month: arguments.month,
        state: arguments.state,
        due_within_days: arguments.due,
    };
    let views = months(&ledger, &filter, now()).await?;
    ledger.close().await;
    let text = || {
        if views.is_empty() {
            return "no month is like that; sla close closes one".to_owned();
        }
        let mut table = plain();
        table.set_header(["Tenant", "Contract", "Month", "Revision", "State", "Verdict", "Credit", "Claim until"]);
        for view in &views {
            let total = &view.credit_total;
            table.add_row([
                view.tenant.clone(),
                view.contract.clone(),
                view.month.to_string(),
                view.revision.to_string(),
                state(view.state.name()),
                verdict(view.verdict).to_owned(),
                amounts(&total.currency, total.low_minor, total.high_minor),
                deadline(view),
            ]);
        }
        for column in [3, 6] {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table.to_string()
    };
    output.print(text, || json!(views));
    Ok(())
}

async fn show(arguments: &Reviewed, output: Output) -> Result<(), Failure> {
    let ledger = Ledger::open_existing(&arguments.ledger).await?;
    let views = revisions(&ledger, &arguments.tenant, arguments.month, now(), None).await?;
    ledger.close().await;
    let wanted = |view: &&MonthView| {
        arguments.contract.as_ref().is_none_or(|contract| *contract == view.contract)
            && arguments.revision.is_none_or(|revision| revision == view.revision)
    };
    let views: Vec<&MonthView> = views.iter().filter(wanted).collect();
    if views.is_empty() {
        let message =
            format!("no such revision of {} of tenant {:?} is in the ledger", arguments.month, arguments.tenant);
        return Err(Failure::new("ledger.unknown", message));
    }
    output.print(|| views.iter().map(|view| said(view)).collect::<Vec<_>>().join("\n\n"), || json!(views));
    Ok(())
}

/// A month with its credits and what was done with them.
fn said(view: &MonthView) -> String {
    let total = &view.credit_total;
    let mut lines = vec![
        format!(
            "{}, contract {}, {}, revision {}: {}",
            view.tenant,
            view.contract,
            view.month,
            view.revision,
            state(view.state.name())
        ),
        format!(
            "{}; credit {}{}",
            verdict(view.verdict),
            amounts(&total.currency, total.low_minor, total.high_minor),
            if view.due.is_some() { format!("; claim until {}", deadline(view)) } else { String::new() }
        ),
        format!("  closed by {} at {}", view.closed_by.as_deref().unwrap_or("–"), view.closed_at),
    ];
    lines.extend(view.steps.iter().map(|step| told(step, &total.currency)));
    for credit in &view.credits {
        lines.push(owed(credit));
        lines.extend(credit.steps.iter().map(|step| told(step, &credit.currency)));
    }
    lines.join("\n")
}

fn owed(credit: &CreditView) -> String {
    let CreditView { commitment, currency, low_minor, high_minor, .. } = credit;
    let mut text =
        format!("credit {commitment}: {}, {}", amounts(currency, *low_minor, *high_minor), state(credit.state.name()));
    if let Some(minor) = credit.decided_minor.filter(|_| low_minor != high_minor) {
        text += &format!("; decided {}", amounts(currency, minor, minor));
    }
    if credit.issued_before_minor != 0 {
        let before = credit.issued_before_minor;
        text += &format!("; issued before {}", amounts(currency, before, before));
    }
    text
}

fn told(step: &StepView, currency: &str) -> String {
    let amount = step.amount_minor.map_or_else(String::new, |minor| format!(" {}", amounts(currency, minor, minor)));
    let note = if step.note.is_empty() { String::new() } else { format!(": {}", step.note) };
    format!("  {} {}{amount} by {}{note}", step.at, step.step.name(), step.actor)
}

pub(crate) fn state(name: &str) -> String {
    name.replace('_', " ")
}

fn deadline(view: &MonthView) -> String {
    match (&view.due, view.days_left) {
        (Some(day), Some(left)) if left < 0 => format!("{day}, passed"),
        (Some(day), Some(left)) => format!("{day}, {left} {}", if left == 1 { "day" } else { "days" }),
        (Some(day), None) => day.clone(),
        (None, _) => "–".to_owned(),
    }
}
