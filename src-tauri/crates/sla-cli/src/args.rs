//! The command line.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use sla_core::audit::Anchor;
use sla_core::catalogue::{Code, Instant, Zone};
use sla_core::money::Amount;
use sla_core::record::Language;
use sla_core::time::Month;
use sla_core::workflow::MonthState;

use crate::billing::{BillingCommand, MonthDocuments};
use crate::bundle::{Diff, KeyCommand, KeyPlace, MonthBundle, Verify};
use crate::capture::Capture;
use crate::desk_args::{CatalogueCommand, ExclusionCommand, IncidentCommand, Outages, Restate};
use crate::governance::Governance;
use crate::letter::LetterCommand;
use crate::people_args::{AccountCommand, Provider, TokenCommand};
use crate::place::Kept;
use crate::secret::SecretCommand;
use crate::templates::TemplateCommand;

/// Monthly SLA reports, service credits and evidence from measurements and contracts.
#[derive(Parser)]
#[command(name = "sla", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    /// Print one JSON value instead of text, also for errors
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    not done; the message says why and what to do, and the ledger is as it was
  2    the command line is not understood
  3    the catalogue has defects
  4    the ledger's audit chain is broken
  5    the month is recorded, but not all of its documents are in place: close it again
  6    evidence that the ledger names is missing or was altered
  7    a bundle is not as it was sealed, or its figures or documents do not follow from its evidence
  130  interrupted; nothing was recorded

Environment:
  SLA_LEDGER   the ledger's address, when --ledger is not given
  SLA_EVIDENCE where evidence is kept, when --evidence is not given; sla ledger verify asks for --evidence itself
  SLA_KEY      the file of the key that seals months, when --key is not given
  SLA_LOG      how much to log, such as debug; warn when not set
  NO_COLOR     when set, no colours";

const TELEMETRY: &str = "\
Traces, for an OpenTelemetry collector; none are sent when no address is given:
  OTEL_EXPORTER_OTLP_ENDPOINT          the collector, such as http://127.0.0.1:4318
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT   where traces are posted to, path and all
  OTEL_EXPORTER_OTLP_HEADERS           such as authorization=Bearer%20TOKEN
  OTEL_EXPORTER_OTLP_CERTIFICATE       a file with the certificate authorities, as PEM
  OTEL_EXPORTER_OTLP_TIMEOUT           milliseconds for one request; 10000 when not set
  OTEL_EXPORTER_OTLP_COMPRESSION       gzip, or none
  OTEL_SERVICE_NAME                    sla-desk when not set
  OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER, OTEL_BSP_*, OTEL_SDK_DISABLED as the specification says";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Close a month of four invented tenants, with everything that comes with the program
    Demo(Demo),
    /// Close a month: read, judge, price, record and write the documents
    Close(Close),
    /// Capture evidence day by day, before a server forgets it; closing a month then asks for what is missing only
    Capture(Capture),
    /// Check a catalogue; every defect with file, line and column
    Lint(Lint),
    /// List the contract templates that come with the program, or print one
    Terms(Terms),
    /// Show where every amount of a closed month comes from, step by step
    Explain(Explain),
    /// State a month under every admissible reading of what a contract leaves open: verdicts and money
    Sensitivity(Sensitivity),
    /// Show how the running month stands: how much of each error budget is used, and would be at the present rate
    Standing(Standing),
    /// Review, approve and issue closed months
    Month {
        #[command(subcommand)]
        command: MonthCommand,
    },
    /// Decide, approve, reject and take back credits
    Credit {
        #[command(subcommand)]
        command: CreditCommand,
    },
    /// Draw a letter that is not a month's own, as drafts: a mail, Markdown, and HTML for word processors; nothing is sent
    Letter {
        #[command(subcommand)]
        command: LetterCommand,
    },
    /// Check wording and look of your own, and look at documents in them
    Template {
        #[command(subcommand)]
        command: TemplateCommand,
    },
    /// What closed months mean for the invoice
    Billing {
        #[command(subcommand)]
        command: BillingCommand,
    },
    /// Write the summary for governance: who closed, approved and issued a month, what it rests on, where the chain ends
    Governance(Governance),
    /// Serve the API to browsers and machines
    #[command(after_help = TELEMETRY)]
    Serve(Serve),
    /// Look after the accounts of people and programs
    Account {
        #[command(subcommand)]
        command: AccountCommand,
    },
    /// Look after the tokens of programs
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// Keep the catalogue in the ledger: versions, history, differences
    Catalogue {
        #[command(subcommand)]
        command: CatalogueCommand,
    },
    /// Ask for exclusions, approve and refuse them
    Exclusion {
        #[command(subcommand)]
        command: ExclusionCommand,
    },
    /// Approve incidents that were entered with sla catalogue put
    Incident {
        #[command(subcommand)]
        command: IncidentCommand,
    },
    /// List the outages of a closed month, each with the incidents and exclusions that explain it
    Outages(Outages),
    /// Close a tenant's month again and tell what it says otherwise; refused when nothing has changed
    Restate(Restate),
    /// Make and show keys that seal months
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Keep credentials of data sources in the system's keychain
    Secret {
        #[command(subcommand)]
        command: SecretCommand,
    },
    /// Check a sealed month with neither ledger nor network: signature, figures from the evidence, documents byte for byte
    Verify(Verify),
    /// Tell what the later of two revisions of a month says otherwise, in figures and money
    Diff(Diff),
    /// Look after the ledger
    Ledger {
        #[command(subcommand)]
        command: LedgerCommand,
    },
    /// Write the JSON Schemas of catalogue, report and portfolio
    Schema(Schema),
}

#[derive(Args)]
pub(crate) struct Demo {
    /// Folder for the demo's catalogue, measurements, ledger and documents
    #[arg(long, value_name = "DIR", default_value = "sla-demo")]
    pub(crate) out: PathBuf,
    /// Enter people into the ledger, one for each role, who sign in with a password that everybody knows; sla serve can be
    /// tried with them
    #[arg(long)]
    pub(crate) people: bool,
}

#[derive(Args)]
pub(crate) struct Close {
    /// The month, for example 2026-10
    #[arg(long, value_name = "YYYY-MM")]
    pub(crate) month: Month,
    /// Folder with the catalogue's YAML files; documents in the ledger are read together with them, or alone when not
    /// said
    #[arg(long, value_name = "DIR")]
    pub(crate) catalogue: Option<PathBuf>,
    /// Folder that files of data sources are relative to; the catalogue's, or else this one, when not said
    #[arg(long, value_name = "DIR")]
    pub(crate) files: Option<PathBuf>,
    /// Where the ledger is: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
    pub(crate) ledger: String,
    /// Folder for documents and evidence
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) evidence: Kept,
    /// Close the month of this tenant only
    #[arg(long, value_name = "ID")]
    pub(crate) tenant: Option<String>,
    /// Folder with wording and look of your own; what is not in it is taken from the built-in templates
    #[arg(long, value_name = "DIR")]
    pub(crate) templates: Option<PathBuf>,
    /// Who closes the month, as the audit chain names them
    #[arg(long, value_name = "NAME", env = "USER", default_value = "unnamed")]
    pub(crate) actor: String,
    /// Take what the linter calls unsound as it is, by its code, such as no-cap; can be given again
    #[arg(long, value_name = "CODE", value_parser = unsound, requires = "reason")]
    pub(crate) accept: Vec<Code>,
    /// Why, as the report prints it: one for all, or one for each --accept in their order
    #[arg(long, value_name = "TEXT", requires = "accept", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) reason: Vec<String>,
}

/// A code that a contract may take with a reason.
fn unsound(name: &str) -> Result<Code, String> {
    let known = Code::UNSOUND.map(Code::name);
    let code = Code::UNSOUND.into_iter().find(|code| code.name() == name);
    code.ok_or_else(|| format!("expected one of: {}", known.join(", ")))
}

#[derive(Args)]
pub(crate) struct Lint {
    /// Folder with the catalogue's YAML files
    #[arg(value_name = "DIR")]
    pub(crate) catalogue: PathBuf,
}

#[derive(Args)]
pub(crate) struct Terms {
    /// Name of a template; all are listed when not said
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
}

#[derive(Args)]
pub(crate) struct Explain {
    /// The month, for example 2026-10
    #[arg(long, value_name = "YYYY-MM")]
    pub(crate) month: Month,
    /// The tenant
    #[arg(long, value_name = "ID")]
    pub(crate) tenant: String,
    /// Where the ledger is: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
    pub(crate) ledger: String,
    /// The language; the tenant's own when not said
    #[arg(long, value_name = "CODE")]
    pub(crate) language: Option<Speech>,
    /// Folder with wording of your own; what is not in it is taken from the built-in templates
    #[arg(long, value_name = "DIR")]
    pub(crate) templates: Option<PathBuf>,
}

/// A language of documents.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Speech {
    /// German
    De,
    /// English
    En,
}

impl From<Speech> for Language {
    fn from(speech: Speech) -> Self {
        match speech {
            Speech::De => Self::De,
            Speech::En => Self::En,
        }
    }
}

#[derive(Args)]
pub(crate) struct Sensitivity {
    /// The month, for example 2026-10
    #[arg(long, value_name = "YYYY-MM")]
    pub(crate) month: Month,
    /// Folder with the catalogue's YAML files, read together with the documents in the ledger; a contract may leave out
    /// exclusions, unknown, quiet, rounding and timeZone
    #[arg(long, value_name = "DIR", required_unless_present = "ledger")]
    pub(crate) catalogue: Option<PathBuf>,
    /// Folder that files of data sources are relative to; the catalogue's, or else this one, when not said
    #[arg(long, value_name = "DIR")]
    pub(crate) files: Option<PathBuf>,
    /// Only this tenant's contracts
    #[arg(long, value_name = "ID")]
    pub(crate) tenant: Option<String>,
    /// A time zone that is tried where the contract names none, or instead of the one it names; can be given again
    #[arg(long, value_name = "ZONE", default_values = ["UTC", "Europe/Berlin"])]
    pub(crate) zone: Vec<Zone>,
    /// The ledger, for documents of the catalogue in it, and for caps and factors that count earlier months; nothing is
    /// recorded in it
    #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
    pub(crate) ledger: Option<String>,
}

#[derive(Args)]
pub(crate) struct Standing {
    /// Folder with the catalogue's YAML files, read together with the documents in the ledger
    #[arg(long, value_name = "DIR", required_unless_present = "ledger")]
    pub(crate) catalogue: Option<PathBuf>,
    /// Folder that files of data sources are relative to; the catalogue's, or else this one, when not said
    #[arg(long, value_name = "DIR")]
    pub(crate) files: Option<PathBuf>,
    /// Only this tenant's contracts
    #[arg(long, value_name = "ID")]
    pub(crate) tenant: Option<String>,
    /// How it stood then, such as 2026-10-15T12:00:00+02:00; how it stands now when not said
    #[arg(long, value_name = "INSTANT")]
    pub(crate) at: Option<Instant>,
    /// The ledger, for documents of the catalogue in it; nothing is recorded in it
    #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
    pub(crate) ledger: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum MonthCommand {
    /// List months with where they are, what they owe and by when it can be claimed
    List(MonthList),
    /// Show a month with its credits and everything that was done with them, revision after revision
    Show(Reviewed),
    /// Hand a month and its credits to review
    Submit(MonthStep),
    /// Hand a month back to who closed it; --note says why
    Return(MonthStep),
    /// Approve a month whose credits are approved or rejected; not by who closed it or decided an amount
    Approve(MonthStep),
    /// Issue an approved month with its approved credits
    Issue(MonthStep),
    /// Draw report, letter, CSV and JSON again from the ledger: of an approved month with the amounts that were decided
    Documents(MonthDocuments),
    /// Seal a month in one file from which anybody can compute it again; sla verify does
    Bundle(MonthBundle),
    /// Say something about a month
    Comment(MonthStep),
}

#[derive(Subcommand)]
pub(crate) enum CreditCommand {
    /// Say which amount inside the range is owed; --note says why
    Decide(Decision),
    /// Approve a credit; not by who closed the month or decided the amount
    Approve(CreditStep),
    /// Do not give a credit; --note says why
    Reject(CreditStep),
    /// Take an issued credit back; --note says why
    Reverse(CreditStep),
    /// Say something about a credit
    Comment(CreditStep),
}

#[derive(Args)]
pub(crate) struct MonthList {
    /// The month, for example 2026-10; all when not said
    #[arg(long, value_name = "YYYY-MM")]
    pub(crate) month: Option<Month>,
    /// Only this tenant's months
    #[arg(long, value_name = "ID")]
    pub(crate) tenant: Option<String>,
    /// Only months that are there
    #[arg(long, value_name = "STATE", value_parser = month_state)]
    pub(crate) state: Option<MonthState>,
    /// Only months that are not issued and can be claimed for at most so many days
    #[arg(long, value_name = "DAYS")]
    pub(crate) due: Option<i64>,
    /// Where the ledger is: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
    pub(crate) ledger: String,
}

#[derive(Args)]
pub(crate) struct Reviewed {
    /// The month, for example 2026-10
    #[arg(long, value_name = "YYYY-MM")]
    pub(crate) month: Month,
    /// The tenant
    #[arg(long, value_name = "ID")]
    pub(crate) tenant: String,
    /// The contract; need not be said where the tenant has one
    #[arg(long, value_name = "ID")]
    pub(crate) contract: Option<String>,
    /// The revision that you looked at; the latest one when not said
    #[arg(long, value_name = "NUMBER")]
    pub(crate) revision: Option<u32>,
    /// Where the ledger is: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
    pub(crate) ledger: String,
}

#[derive(Args)]
pub(crate) struct MonthStep {
    #[command(flatten)]
    pub(crate) of: Reviewed,
    /// Why, or what is to be said
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) note: String,
    /// Who does it, as the audit chain names them
    #[arg(long, value_name = "NAME", env = "USER", default_value = "unnamed")]
    pub(crate) actor: String,
}

#[derive(Args)]
pub(crate) struct CreditStep {
    #[command(flatten)]
    pub(crate) step: MonthStep,
    /// The commitment whose credit it is
    #[arg(long, value_name = "NAME")]
    pub(crate) commitment: String,
}

#[derive(Args)]
pub(crate) struct Decision {
    #[command(flatten)]
    pub(crate) credit: CreditStep,
    /// The amount in the contract's currency, such as 1250.00
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) amount: Amount,
}

fn month_state(name: &str) -> Result<MonthState, String> {
    MonthState::named(name).ok_or_else(|| "expected one of: closed, in_review, approved, issued".to_owned())
}

#[derive(Args)]
pub(crate) struct Serve {
    /// Where the ledger is: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
    pub(crate) ledger: String,
    /// Where to listen; beyond this machine only with a certificate. Port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8787")]
    pub(crate) listen: SocketAddr,
    /// The certificate with those that it was signed by, as PEM
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(crate) certificate: Option<PathBuf>,
    /// The certificate's private key, as PEM
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub(crate) key: Option<PathBuf>,
    /// Folder with wording of your own; what is not in it is taken from the built-in templates
    #[arg(long, value_name = "DIR")]
    pub(crate) templates: Option<PathBuf>,
    /// Folder for documents and evidence; without one this program closes no months
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) evidence: Kept,
    /// Folder with the catalogue's YAML files, read together with the documents in the ledger when a month is closed
    #[arg(long, value_name = "DIR", requires = "out")]
    pub(crate) catalogue: Option<PathBuf>,
    /// Folder that files of data sources are relative to; the catalogue's, or else this one, when not said
    #[arg(long, value_name = "DIR", requires = "out")]
    pub(crate) files: Option<PathBuf>,
    /// Folder with the built interface for browsers, as in ui/dist; without one the API alone is served
    #[arg(long, value_name = "DIR")]
    pub(crate) ui: Option<PathBuf>,
    /// File of the secret key that seals months, whose passphrase stands in SLA_KEY_PASSPHRASE; or keychain:NAME
    #[arg(long, value_name = "FILE", requires = "out")]
    pub(crate) seal_key: Option<KeyPlace>,
    /// Requests per second that one account may send
    #[arg(long, value_name = "NUMBER", default_value = "50")]
    pub(crate) requests_per_second: NonZeroU32,
    /// Attempts to sign in per minute from one address; at a provider each takes two
    #[arg(long, value_name = "NUMBER", default_value = "20")]
    pub(crate) sign_ins_per_minute: NonZeroU32,
    #[command(flatten)]
    pub(crate) provider: Provider,
}

#[derive(Subcommand)]
pub(crate) enum LedgerCommand {
    /// Walk the audit chain and name the first entry that is broken
    Verify {
        /// Where the ledger is: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE
        #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
        ledger: String,
        /// Check as well that every file of evidence that the ledger names lies there and was not altered: the folder of a
        /// close, one with the files themselves, or a bucket such as s3://BUCKET/PREFIX
        #[arg(long, value_name = "PLACE")]
        evidence: Option<String>,
        /// A head that was noted earlier, as sla ledger head prints it: it must still be there, so that a chain whose end was
        /// cut off is noticed
        #[arg(long, value_name = "ENTRIES:HASH")]
        anchor: Option<Anchor>,
    },
    /// Print the chain's head, to be kept elsewhere: with it a chain whose end was cut off is noticed
    Head {
        /// Where the ledger is: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE
        #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
        ledger: String,
    },
    /// Let a user of the database work on the ledger who does not own it, so that row security shows each person their tenants
    /// only; again after each version that brings new tables
    Grant {
        /// The owner's address of the ledger
        #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
        ledger: String,
        /// The user
        #[arg(long, value_name = "USER")]
        to: String,
    },
    /// Copy the ledger, chain and all, into an empty one; others may go on working meanwhile
    Backup {
        /// Where the ledger is: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE
        #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
        ledger: String,
        /// Where the copy goes: sqlite:FILE that is not there yet, or an empty database
        #[arg(long, value_name = "URL")]
        to: String,
    },
    /// Copy a backup into an empty ledger: after a loss, or to move from a file to PostgreSQL
    Restore {
        /// Where the ledger will be: sqlite:FILE that is not there yet, or an empty database
        #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
        ledger: String,
        /// Where the backup is: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE
        #[arg(long, value_name = "URL")]
        from: String,
    },
}

#[derive(Args)]
pub(crate) struct Schema {
    /// Folder for the schema files
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn only_what_may_be_taken_is_taken() {
        assert_eq!(unsound("no-cap"), Ok(Code::NoCap));
        assert!(unsound("unsound-bands").is_err_and(|said| said.contains("no-cap, no-claim-window")));
    }
}
