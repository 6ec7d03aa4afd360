//! `sla capture`: evidence day by day, and which days are there.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde_json::json;
use sla_app::{
    CommitmentCalendar, DayCaptured, DayOutcome, DayState, DaysRequest, EvidencePlace, WhichDays, capture_calendar,
    capture_days, catalogue_of, source_secret,
};
use sla_core::catalogue::Catalogue;
use sla_core::plan::plan_days;
use sla_core::time::Month;

use crate::failure::Failure;
use crate::interrupt::interrupted;
use crate::output::{Output, plain};
use crate::progress::progress;

const EXAMPLES: &str = "\
Examples:
  sla capture --daily --catalogue catalogue --out sla-desk
  sla capture --month 2026-10 --catalogue catalogue --out sla-desk
  sla capture --from 2026-10-01 --to 2026-10-31 --catalogue catalogue --out sla-desk
  sla capture status --month 2026-10 --catalogue catalogue --out sla-desk";

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true, after_help = EXAMPLES)]
pub(crate) struct Capture {
    #[command(subcommand)]
    command: Option<CaptureCommand>,
    #[command(flatten)]
    place: Option<Place>,
    /// First day, in each contract's own zone; days that are there are captured again, and kept beside what was there
    #[arg(long, value_name = "DAY", requires = "to")]
    from: Option<NaiveDate>,
    /// Last day, which is included
    #[arg(long, value_name = "DAY", requires = "from")]
    to: Option<NaiveDate>,
    /// What is missing or partial of the last two weeks. Where no day is there yet, the source must know of yesterday only. For a timer
    #[arg(long, conflicts_with_all = ["from", "to"])]
    daily: bool,
    /// What is missing or partial of a month, such as 2026-10, up to the last whole day
    #[arg(long, value_name = "MONTH", conflicts_with_all = ["from", "to", "daily"])]
    month: Option<Month>,
}

#[derive(Subcommand)]
enum CaptureCommand {
    /// Show which days of a month are there, missing, partial or unknown, for each commitment
    Status(Status),
}

#[derive(Args)]
struct Status {
    /// The month, such as 2026-10
    #[arg(long, value_name = "MONTH")]
    month: Month,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
struct Place {
    /// Folder with the catalogue's YAML files, read together with the documents in the ledger
    #[arg(long, value_name = "DIR", required_unless_present = "ledger")]
    catalogue: Option<PathBuf>,
    /// Folder that files of data sources are relative to; the catalogue's, or else this one, when not said
    #[arg(long, value_name = "DIR")]
    files: Option<PathBuf>,
    /// Only this tenant's contracts
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    /// The folder for documents and evidence, the same that months are closed into
    #[arg(long, value_name = "DIR", required_unless_present = "evidence")]
    out: Option<PathBuf>,
    // Not [`Kept`]: clap would no longer see that the group which this stands in was given.
    /// Keep evidence and captured days here and not in that folder: another folder, or a bucket such as
    /// s3://BUCKET/PREFIX, gs://… or az://…, whose keys and server stand in the environment (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, …)
    #[arg(long, value_name = "PLACE", env = "SLA_EVIDENCE", hide_env_values = true)]
    evidence: Option<String>,
    /// The ledger, for documents of the catalogue in it; nothing is recorded in it
    #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
    ledger: Option<String>,
}

impl Place {
    fn evidence(&self) -> Result<EvidencePlace, Failure> {
        match (self.evidence.as_ref().filter(|named| !named.is_empty()), &self.out) {
            (Some(named), _) => Ok(EvidencePlace::of(named)?),
            (None, Some(out)) => Ok(EvidencePlace::Folder(out.clone())),
            (None, None) => Err(nowhere()),
        }
    }

    async fn catalogue(&self) -> Result<Catalogue, Failure> {
        Ok(catalogue_of(self.catalogue.as_deref(), self.ledger.as_deref()).await?)
    }
}

fn nowhere() -> Failure {
    Failure::usage("--out or --evidence says where evidence is kept".to_owned())
}

pub(crate) async fn run(arguments: Capture, output: Output) -> Result<(), Failure> {
    let now = chrono::Utc::now().timestamp();
    if let Some(CaptureCommand::Status(Status { month, place })) = &arguments.command {
        let catalogue = place.catalogue().await?;
        let planned = plan_days(&catalogue, *month, place.tenant.as_deref())
            .map_err(|error| Failure::new(error.code(), error.to_string()))?;
        let calendar = capture_calendar(planned, &place.evidence()?, now)
            .map_err(|error| Failure::new(error.code(), error.to_string()))?;
        output.print(|| drawn(&calendar), || json!({ "month": month, "commitments": calendar }));
        return Ok(());
    }
    let place = arguments.place.ok_or_else(nowhere)?;
    let catalogue = place.catalogue().await?;
    let evidence = place.evidence()?;
    let request = DaysRequest {
        catalogue: &catalogue,
        files: place.files.as_deref().or(place.catalogue.as_deref()).unwrap_or(Path::new(".")),
        evidence: &evidence,
        tenant: place.tenant.as_deref(),
        which: match (arguments.from, arguments.to) {
            (Some(from), Some(to)) => WhichDays::Range(from, to),
            _ => match arguments.month {
                Some(month) => WhichDays::Month(month),
                None if arguments.daily => WhichDays::Daily,
                None => {
                    let which = "say which days: --from DAY --to DAY, --month MONTH, or --daily";
                    return Err(Failure::usage(which.to_owned()));
                }
            },
        },
        now,
        secrets: &source_secret,
    };
    let progress = progress(output);
    let captured = tokio::select! {
        biased;
        () = interrupted() => return Err(Failure::interrupted()),
        captured = capture_days(&request, &progress) => captured,
    };
    let captured = captured.map_err(|error| Failure::new(error.code(), error.to_string()))?;
    output.print(|| told(&captured), || json!({ "days": captured }));
    let failed = captured.iter().filter(|day| day.outcome == DayOutcome::Failed).count();
    match failed {
        0 => Ok(()),
        _ => Err(Failure::new("captures.failed", format!("{failed} of {} days have no evidence", captured.len()))),
    }
}

/// What became of each day, for people.
fn told(captured: &[DayCaptured]) -> String {
    if captured.is_empty() {
        return "Nothing is missing.".to_owned();
    }
    let mut table = plain();
    table.set_header(["Day", "Wanted by", "Source", "Slices known", ""]);
    for day in captured {
        let others = match day.commitments {
            0 | 1 => String::new(),
            many => format!(" and {} more", many - 1),
        };
        let known = day.usable.map_or_else(|| "–".to_owned(), |usable| format!("{usable} of {}", day.slices));
        let outcome = match (day.outcome, &day.problem) {
            (DayOutcome::Captured, _) => "captured".to_owned(),
            (DayOutcome::Unchanged, _) => "the same as before".to_owned(),
            (DayOutcome::Changed, _) => "otherwise than before; both versions are kept".to_owned(),
            (DayOutcome::Failed, problem) => {
                format!("no evidence: {}", problem.as_ref().map_or("", |problem| &problem.detail))
            }
        };
        table.add_row([day.day.clone(), format!("{}{others}", day.wanted_by), day.data_source.clone(), known, outcome]);
    }
    table.to_string()
}

/// A month's days as signs, for people.
fn drawn(calendar: &[CommitmentCalendar]) -> String {
    if calendar.is_empty() {
        return "No commitment of this month is captured day by day: files stay, and are read when the month is closed."
            .to_owned();
    }
    let mut lines = Vec::new();
    for one in calendar {
        let sign = |state: DayState| match state {
            DayState::Complete => '#',
            DayState::Partial => '+',
            DayState::Unknown => '?',
            DayState::Missing => '.',
            DayState::Open => '_',
        };
        let days: String = one.days.iter().map(|day| sign(day.state)).collect();
        let first = one.days.first().map_or("", |day| day.day.as_str());
        let second = one.second_reading.as_ref().map(|sli| format!(", second reading {sli}")).unwrap_or_default();
        lines.push(format!("{}, {} ({}): {}{second}", one.tenant_name, one.title, one.time_zone, one.commitment));
        lines.push(format!("  from {first}  {days}"));
        for day in one.days.iter().filter(|day| matches!(day.state, DayState::Partial | DayState::Unknown)) {
            let usable = day.usable.unwrap_or_default();
            lines.push(format!("  {}  {usable} of {} slices known", day.day, day.slices));
        }
    }
    lines.push("# complete  + partial  ? unknown  . missing  _ not over for half an hour".to_owned());
    lines.join("\n")
}
