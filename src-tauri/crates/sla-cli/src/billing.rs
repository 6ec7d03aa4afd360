//! `sla billing` and `sla month documents`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};
use comfy_table::CellAlignment;
use serde_json::json;
use sla_app::{
    BillingRequest, BookingFormat, DocumentsRequest, ExportRequest, FORMATS, Laid, LaidStatement, Ledger, billing,
    export_billing, lay_documents, lay_statement,
};
use sla_core::billing::{Amounts, Billing, BillingPeriod, Booked, ContractBilling, RunningCap};
use sla_core::record::{Language, RecordRange};
use sla_core::time::Month;

use crate::args::Reviewed;
use crate::failure::Failure;
use crate::output::{Output, amounts, plain};
use crate::review::state;
use crate::templates::read_templates;

#[derive(Subcommand)]
pub(crate) enum BillingCommand {
    /// Show charges, credits, net and running caps of closed months, and what was really booked
    Show(BillingShow),
    /// Write what was issued and taken back for an ERP: csv, lago or datev
    Export(BillingExport),
    /// Write the statement for finance: every credit with who decided and who agreed, fees, bookings and caps
    Statement(BillingStatement),
}

/// Which months are billed.
#[derive(Args)]
struct Period {
    /// One month, for example 2026-10
    #[arg(long, value_name = "YYYY-MM", required_unless_present = "from", conflicts_with_all = ["from", "to"])]
    month: Option<Month>,
    /// The first month
    #[arg(long, value_name = "YYYY-MM", requires = "to")]
    from: Option<Month>,
    /// The last month
    #[arg(long, value_name = "YYYY-MM", requires = "from")]
    to: Option<Month>,
}

impl Period {
    fn read(&self) -> Result<BillingPeriod, Failure> {
        match (self.month, self.from, self.to) {
            (Some(month), ..) => Ok(BillingPeriod { from: month, to: month }),
            (None, Some(from), Some(to)) => Ok(BillingPeriod { from, to }),
            _ => Err(Failure::usage("give --month, or --from and --to".to_owned())),
        }
    }
}

#[derive(Args)]
pub(crate) struct BillingShow {
    #[command(flatten)]
    period: Period,
    /// Only this tenant
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    /// Where the ledger is: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
    ledger: String,
}

#[derive(Args)]
pub(crate) struct BillingStatement {
    #[command(flatten)]
    period: Period,
    /// Language of the workbook and the PDF: de or en
    #[arg(long, value_name = "LANGUAGE", default_value = "en", value_parser = language_named)]
    language: Language,
    /// Folder for statement.json, statement.csv, statement.xlsx and statement.pdf; files that hold something else are left as they are
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Folder with wording and look of your own; what is not in it is taken from the built-in templates
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    /// Only this tenant
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    /// Where the ledger is: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
    ledger: String,
}

#[derive(Args)]
pub(crate) struct BillingExport {
    /// csv: a table of its own; lago: requests to Lago; datev: a DATEV booking batch (EXTF)
    #[arg(long, value_name = "FORMAT", value_parser = format_named)]
    format: &'static str,
    /// The first month in which something was booked
    #[arg(long, value_name = "YYYY-MM")]
    from: Month,
    /// The last month in which something was booked
    #[arg(long, value_name = "YYYY-MM")]
    to: Month,
    /// The YAML file with customer numbers and accounts
    #[arg(long, value_name = "FILE")]
    mapping: PathBuf,
    /// The file to write; one that holds something else is left as it is
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Only this tenant
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    /// Where the ledger is: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
    ledger: String,
}

#[derive(Args)]
pub(crate) struct MonthDocuments {
    #[command(flatten)]
    of: Reviewed,
    /// Folder for report, letter, CSV and JSON; files that hold something else are left as they are
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Folder with wording and look of your own; what is not in it is taken from the built-in templates
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
}

fn find(name: &str) -> Option<&'static dyn BookingFormat> {
    FORMATS.iter().copied().find(|format| format.name() == name)
}

pub(crate) fn language_named(name: &str) -> Result<Language, String> {
    let known = [Language::De, Language::En];
    known.into_iter().find(|language| language.code() == name).ok_or_else(|| "expected one of: de, en".to_owned())
}

fn format_named(name: &str) -> Result<&'static str, String> {
    find(name).map(BookingFormat::name).ok_or_else(|| {
        let known: Vec<&str> = FORMATS.iter().map(|format| format.name()).collect();
        format!("expected one of: {}", known.join(", "))
    })
}

pub(crate) async fn run(command: BillingCommand, output: Output) -> Result<(), Failure> {
    match command {
        BillingCommand::Show(arguments) => show(&arguments, output).await,
        BillingCommand::Export(arguments) => export(&arguments, output).await,
        BillingCommand::Statement(arguments) => statement(&arguments, output).await,
    }
}

async fn show(arguments: &BillingShow, output: Output) -> Result<(), Failure> {
    let period = arguments.period.read()?;
    let ledger = Ledger::open_existing(&arguments.ledger).await?;
    let found = billing(&ledger, &BillingRequest { period, tenant: arguments.tenant.as_deref() }).await;
    ledger.close().await;
    let found = found?;
    output.print(|| told(&found), || json!(found));
    Ok(())
}

async fn statement(arguments: &BillingStatement, output: Output) -> Result<(), Failure> {
    let BillingStatement { period, language, out, templates, tenant, ledger } = arguments;
    let request = BillingRequest { period: period.read()?, tenant: tenant.as_deref() };
    let templates = Arc::new(read_templates(templates.as_deref())?);
    let ledger = Ledger::open_existing(ledger).await?;
    let laid = lay_statement(&ledger, &request, &templates, *language, out).await;
    ledger.close().await;
    let LaidStatement { statement, files, unchanged } = laid?;
    let text = || {
        let noun = if statement.credits.len() == 1 { "credit" } else { "credits" };
        let totals = statement.billing.totals.iter().map(|total| {
            let net = &total.amounts.credits_minor;
            format!("; {} in sum", amounts(&total.currency, net.low, net.high))
        });
        let kept = if unchanged { " (unchanged)" } else { "" };
        format!("{} {noun}{}; in {}{kept}", statement.credits.len(), totals.collect::<String>(), out.display())
    };
    output.print(text, || json!({ "credits": statement.credits.len(), "totals": statement.billing.totals, "files": files, "unchanged": unchanged }));
    Ok(())
}

async fn export(arguments: &BillingExport, output: Output) -> Result<(), Failure> {
    let BillingExport { format, from, to, mapping, out, tenant, .. } = arguments;
    let format = find(format).expect("the command line was checked");
    let period = BillingPeriod { from: *from, to: *to };
    let of = BillingRequest { period, tenant: tenant.as_deref() };
    let ledger = Ledger::open_existing(&arguments.ledger).await?;
    let done = export_billing(&ledger, &ExportRequest { of, format, mapping, out }).await;
    ledger.close().await;
    let done = done?;
    let text = || {
        let sums = done.sums.iter().map(|(currency, booked)| one(currency, booked.net_minor));
        let sums = std::iter::once(format!("{} bookings", done.bookings)).chain(sums).collect::<Vec<_>>().join(", ");
        let was = if done.unchanged { "lay there already in" } else { "written to" };
        format!("{sums} {was} {}", out.display())
    };
    let sums = done.sums.iter().map(|(currency, booked)| json!({ "currency": currency, "booked": booked }));
    let sums: Vec<_> = sums.collect();
    let value = || {
        json!({
            "format": format.name(),
            "file": out,
            "bookings": done.bookings,
            "sums": sums,
            "sha256": done.sha256,
            "unchanged": done.unchanged,
        })
    };
    output.print(text, value);
    Ok(())
}

pub(crate) async fn documents(arguments: &MonthDocuments, output: Output) -> Result<(), Failure> {
    let templates = read_templates(arguments.templates.as_deref())?;
    let MonthDocuments { of, out, .. } = arguments;
    let request = DocumentsRequest {
        tenant: &of.tenant,
        month: of.month,
        contract: of.contract.as_deref(),
        revision: of.revision,
        templates: &Arc::new(templates),
    };
    let ledger = Ledger::open_existing(&of.ledger).await?;
    let drawn = lay_documents(&ledger, &request, out).await;
    ledger.close().await;
    let Laid { drawn, files, unchanged } = drawn?;
    let text = || {
        let amount = match &drawn.settlement {
            Some(settlement) => {
                format!("amount of the letter {}", one(&settlement.currency, settlement.total.letter_minor))
            }
            None => "not approved, so amounts are as they were closed".to_owned(),
        };
        let (revision, state) = (drawn.revision, state(drawn.state.name()));
        format!("{}, {}, revision {revision} ({state}): {amount}; in {}", of.tenant, of.month, out.display())
    };
    let value = || {
        json!({
            "tenant": of.tenant,
            "contract": drawn.contract,
            "month": of.month,
            "revision": drawn.revision,
            "state": drawn.state,
            "settlement": drawn.settlement,
            "files": files,
            "unchanged": unchanged,
        })
    };
    output.print(text, value);
    Ok(())
}

fn one(currency: &str, minor: i64) -> String {
    amounts(currency, minor, minor)
}

fn told(billing: &Billing) -> String {
    if billing.contracts.is_empty() {
        return "nothing was closed or booked in that time; sla month list says what was".to_owned();
    }
    let mut table = plain();
    table.set_header([
        "Tenant",
        "Contract",
        "Month",
        "State",
        "Charges",
        "Issued",
        "Taken back",
        "Approved",
        "Open",
        "Net",
    ]);
    for contract in &billing.contracts {
        for (index, month) in contract.months.iter().enumerate() {
            let (tenant, id) = if index == 0 { (&*contract.tenant, &*contract.contract) } else { ("", "") };
            let names = [tenant.to_owned(), id.to_owned(), month.month.to_string(), state(month.state.name())];
            table.add_row(row(names, &contract.currency, &month.amounts));
        }
    }
    for total in &billing.totals {
        let names = [String::new(), "Sum".to_owned(), String::new(), String::new()];
        table.add_row(row(names, &total.currency, &total.amounts));
    }
    for column in 4..10 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut lines = vec![table.to_string()];
    lines.extend(billing.contracts.iter().flat_map(caps));
    lines.push(format!("Booked from {} to {}, of whichever month:", billing.from, billing.to));
    lines.extend(billing.totals.iter().map(|total| booked(&total.currency, &total.booked)));
    lines.join("\n")
}

fn row(names: [String; 4], currency: &str, of: &Amounts) -> Vec<String> {
    let range = |range: &RecordRange<i64>| amounts(currency, range.low, range.high);
    let mut row = names.to_vec();
    row.extend([one(currency, of.charges_minor), one(currency, of.issued_minor), one(currency, of.reversed_minor)]);
    row.extend([one(currency, of.approved_minor), range(&of.open_minor), range(&of.net_minor)]);
    row
}

/// The caps after the last month of the period.
fn caps(contract: &ContractBilling) -> Vec<String> {
    let Some(month) = contract.months.last() else { return Vec::new() };
    let told = |cap: &RunningCap| {
        let range = |range: &RecordRange<i64>| amounts(&contract.currency, range.low, range.high);
        format!(
            "{}, contract {}, cap per {} after {}: {} of {} used, {} of it before; {} left",
            contract.tenant,
            contract.contract,
            cap.per.name(),
            month.month,
            range(&cap.used_minor),
            one(&contract.currency, cap.limit_minor),
            range(&cap.used_before_minor),
            range(&cap.left_minor),
        )
    };
    month.caps.iter().map(told).collect()
}

fn booked(currency: &str, of: &Booked) -> String {
    let Booked { issued_minor, reversed_minor, net_minor } = *of;
    format!(
        "  issued {}, taken back {}, together {}",
        one(currency, issued_minor),
        one(currency, reversed_minor),
        one(currency, net_minor)
    )
}
