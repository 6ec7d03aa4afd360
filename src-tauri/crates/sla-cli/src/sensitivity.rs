//! `sla sensitivity`.

use std::path::Path;

use comfy_table::CellAlignment;
use serde_json::json;
use sla_app::{Sensitivity, SensitivityRequest, sensitivity, source_secret};
use sla_core::catalogue::Question;
use sla_core::money::{Currency, Money};
use sla_core::record::CreditTotal;

use crate::args;
use crate::failure::Failure;
use crate::interrupt::interrupted;
use crate::output::{Output, plain, verdict};
use crate::progress::progress;

/// States a month under every admissible reading and prints verdicts and money.
pub(crate) async fn run(arguments: args::Sensitivity, output: Output) -> Result<(), Failure> {
    let request = SensitivityRequest {
        month: arguments.month,
        tenant: arguments.tenant.as_deref(),
        catalogue: arguments.catalogue.as_deref(),
        files: arguments.files.as_deref().or(arguments.catalogue.as_deref()).unwrap_or(Path::new(".")),
        zones: &arguments.zone,
        ledger: arguments.ledger.as_deref(),
        now: chrono::Utc::now().timestamp(),
        secrets: &source_secret,
    };
    let progress = progress(output);
    let all = tokio::select! {
        biased;
        () = interrupted() => return Err(Failure::interrupted()),
        all = sensitivity(&request, &progress) => all?,
    };
    output.print(
        || all.iter().map(text).collect::<Vec<_>>().join("\n\n"),
        || all.iter().map(|one| json!(one.view())).collect(),
    );
    Ok(())
}

fn text(one: &Sensitivity) -> String {
    let title = format!("{}, contract {} version {}", one.tenant, one.contract, one.version);
    let open: Vec<&str> = one.open.iter().map(|question| question.name()).collect();
    let told = match open.len() {
        0 => "leaves nothing open; other answers to each question, one at a time:".to_owned(),
        _ => format!("leaves open: {}", open.join(", ")),
    };
    let mut table = plain();
    let questions: Vec<Question> = one.open.clone();
    let columns = if questions.is_empty() { vec!["reading"] } else { open };
    let credit = columns.len() + 1;
    table.set_header(columns.into_iter().chain(["verdict", "credit"]));
    for outcome in one.outcomes.iter().filter(|outcome| outcome.admissible) {
        let answers = if questions.is_empty() {
            vec![
                outcome
                    .answers
                    .first()
                    .map_or("as written".to_owned(), |(question, answer)| format!("{question}: {answer}")),
            ]
        } else {
            outcome.answers.iter().map(|(_, answer)| answer.clone()).collect()
        };
        let record = &outcome.record;
        let result = [verdict(record.verdict).to_owned(), range(&record.credit_total)];
        table.add_row(answers.into_iter().chain(result));
    }
    if let Some(column) = table.column_mut(credit) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut lines = vec![format!("{title} {told}"), table.to_string()];
    if let Some(total) = one.outcomes.first().map(|outcome| &outcome.record.credit_total) {
        let (low_minor, high_minor) = one.range_minor();
        let all = CreditTotal { currency: total.currency.clone(), low_minor, high_minor };
        lines.push(format!("Over all readings  {}", range(&all)));
        let moved = one.moved_minor();
        let moved = moved.iter().filter(|(_, minor)| *minor > 0).map(|(question, minor)| {
            format!("{question} moves up to {} {}", total.currency, amount(&total.currency, *minor))
        });
        let moved: Vec<String> = moved.collect();
        let misread = one.outcomes.iter().filter(|outcome| !outcome.admissible).map(|outcome| {
            let answers: Vec<String> =
                outcome.answers.iter().map(|(question, answer)| format!("{question}: {answer}")).collect();
            let record = &outcome.record;
            let (verdict, credit) = (verdict(record.verdict), range(&record.credit_total));
            format!("Not the contract's reading  {}  {verdict}  {credit}", answers.join(", "))
        });
        lines.extend(misread);
        lines.push(if moved.is_empty() { "No answer moves any money.".to_owned() } else { moved.join("\n") });
    }
    lines.join("\n")
}

fn range(total: &CreditTotal) -> String {
    let text = |minor| amount(&total.currency, minor);
    match (total.low_minor, total.high_minor) {
        (0, 0) => "none".to_owned(),
        (low, high) if low == high => format!("{} {}", total.currency, text(low)),
        (low, high) => format!("{} {} … {}", total.currency, text(low), text(high)),
    }
}

fn amount(currency: &str, minor: i64) -> String {
    currency.parse::<Currency>().map_or(minor.to_string(), |currency| Money { minor, currency }.to_decimal())
}
