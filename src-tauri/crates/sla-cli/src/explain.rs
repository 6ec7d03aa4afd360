//! `sla explain`.

use serde_json::json;
use sla_app::{Ledger, explain};
use sla_core::record::MonthRecord;

use crate::args;
use crate::failure::Failure;
use crate::output::Output;
use crate::templates::read_templates;

/// Prints where every amount of a closed month comes from.
pub(crate) async fn run(arguments: args::Explain, output: Output) -> Result<(), Failure> {
    let templates = read_templates(arguments.templates.as_deref())?;
    let ledger = Ledger::open_existing(&arguments.ledger).await?;
    let latest = ledger.latest(arguments.month).await?;
    ledger.close().await;
    let (months, others): (Vec<MonthRecord>, Vec<MonthRecord>) =
        latest.into_iter().partition(|record| record.tenant == arguments.tenant);
    if months.is_empty() {
        let known: Vec<&str> = others.iter().map(|record| record.tenant.as_str()).collect();
        let known =
            if known.is_empty() { "none is closed".to_owned() } else { format!("closed are: {}", known.join(", ")) };
        let message =
            format!("no month {} of tenant {:?} is in the ledger; {known}", arguments.month, arguments.tenant);
        return Err(Failure::new("explain.not_closed", message));
    }
    let mut texts = Vec::with_capacity(months.len());
    for record in &months {
        let language = arguments.language.map_or(record.language, Into::into);
        let text = explain(&templates, record, language);
        texts.push(text.map_err(|error| Failure::new("templates", error.to_string()))?);
    }
    let promises = |record: &MonthRecord| {
        record.promises().map(|one| json!({ "name": one.name, "credit": one.credit })).collect::<Vec<_>>()
    };
    let values = months.iter().map(|record| {
        json!({
            "tenant": record.tenant,
            "contract": record.contract,
            "month": record.month,
            "revision": record.revision,
            "commitments": promises(record),
            "credit_total": record.credit_total,
        })
    });
    output.print(|| texts.join("\n").trim_end().to_owned(), || values.collect());
    Ok(())
}
