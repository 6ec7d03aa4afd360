//! The command line of the catalogue in the ledger, of requests, outages and restatements.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use sla_core::decision::RequestState;
use sla_core::record::ExclusionKind;
use sla_core::time::Month;

use crate::args::Close;

#[derive(Subcommand)]
pub(crate) enum CatalogueCommand {
    /// Take a folder of documents in, all or none: what is new or changed becomes a version
    Import {
        /// Folder with the catalogue's YAML files
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        #[command(flatten)]
        by: By,
    },
    /// Write every document into an empty folder, as it was entered
    Export {
        /// The folder; made when it is not there
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        #[command(flatten)]
        at: At,
    },
    /// List the documents with their versions
    List {
        /// Only documents of this kind, such as SLO
        #[arg(long, value_name = "KIND")]
        kind: Option<String>,
        /// Documents that were taken out, too
        #[arg(long)]
        retired: bool,
        #[command(flatten)]
        at: At,
    },
    /// Print a document as it was entered
    Show {
        #[command(flatten)]
        of: Of,
        /// The version; the last one when not said
        #[arg(long, value_name = "NUMBER")]
        version: Option<u32>,
        #[command(flatten)]
        at: At,
    },
    /// List every version of a document: who, when, and what was decided of it
    History {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        at: At,
    },
    /// Print what changed between two versions; by default by the last one
    Diff {
        #[command(flatten)]
        of: Of,
        /// The earlier version
        #[arg(long, value_name = "NUMBER")]
        from: Option<u32>,
        /// The later version
        #[arg(long, value_name = "NUMBER")]
        to: Option<u32>,
        #[command(flatten)]
        at: At,
    },
    /// Enter one document: new, or in place of the version that you saw
    Put {
        /// The document's file, YAML or JSON; closing days end in .ics and are named by this very path
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        seen: Seen,
        #[command(flatten)]
        by: By,
    },
    /// Take a document out of the catalogue; its versions stay on record
    Retire {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        seen: Seen,
        #[command(flatten)]
        by: By,
    },
}

#[derive(Subcommand)]
pub(crate) enum ExclusionCommand {
    /// Ask that a stretch of time should not count; somebody else approves it
    Request(Box<Ask>),
    /// Agree with a request; not by who asked
    Approve(Decide),
    /// Do not agree, or agree no more; --reason says why
    Refuse(Decide),
    /// Take your own request back
    Withdraw(Decide),
    /// List the requests and where they are
    List {
        /// Only requests for this tenant
        #[arg(long, value_name = "ID")]
        tenant: Option<String>,
        /// Only requests that are there
        #[arg(long, value_name = "STATE", value_parser = request_state)]
        state: Option<RequestState>,
        #[command(flatten)]
        at: At,
    },
}

#[derive(Subcommand)]
pub(crate) enum IncidentCommand {
    /// Agree with an incident's clock stops; not by who entered it
    Approve(Decide),
    /// Do not agree with them, or agree no more; --reason says why
    Refuse(Decide),
    /// Take back an incident that you entered
    Withdraw(Decide),
}

#[derive(Args)]
pub(crate) struct Ask {
    /// Name of the exclusion
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// The tenant
    #[arg(long, value_name = "ID")]
    pub(crate) tenant: String,
    /// A commitment that it covers; all of the tenant's when not said; can be given again
    #[arg(long, value_name = "NAME")]
    pub(crate) commitment: Vec<String>,
    /// What kind of time it is
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Kind,
    /// First second that does not count, such as 2026-10-11T02:00:00+02:00
    #[arg(long, value_name = "INSTANT", requires = "end", required_unless_present = "outage")]
    pub(crate) start: Option<String>,
    /// First second that counts again
    #[arg(long, value_name = "INSTANT", requires = "start")]
    pub(crate) end: Option<String>,
    /// A rule by which it repeats, such as FREQ=MONTHLY;BYDAY=1SU
    #[arg(long, value_name = "RULE", requires = "start")]
    pub(crate) recurrence: Option<String>,
    /// Start of an outage as sla outages lists it, instead of start and end; with --month and one --commitment
    #[arg(long, value_name = "INSTANT", requires_all = ["month", "commitment"], conflicts_with = "start")]
    pub(crate) outage: Option<String>,
    /// The month of the outage
    #[arg(long, value_name = "YYYY-MM", requires = "outage")]
    pub(crate) month: Option<Month>,
    /// When the customer was told of maintenance
    #[arg(long, value_name = "INSTANT")]
    pub(crate) announced: Option<String>,
    /// Why, as the report prints it
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) seen: Seen,
    #[command(flatten)]
    pub(crate) by: By,
}

/// Why time should not count.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Planned maintenance
    Maintenance,
    /// Force majeure
    ForceMajeure,
    /// The customer caused it
    Customer,
    /// Somebody else's service
    Dependency,
}

impl From<Kind> for ExclusionKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Maintenance => Self::Maintenance,
            Kind::ForceMajeure => Self::ForceMajeure,
            Kind::Customer => Self::Customer,
            Kind::Dependency => Self::Dependency,
        }
    }
}

#[derive(Args)]
pub(crate) struct Decide {
    /// Name of the document
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// The version that you looked at; the last one when not said
    #[arg(long, value_name = "NUMBER")]
    pub(crate) version: Option<u32>,
    /// Why
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) by: By,
}

#[derive(Args)]
pub(crate) struct Outages {
    /// The tenant
    #[arg(long, value_name = "ID")]
    pub(crate) tenant: String,
    /// The month, for example 2026-10
    #[arg(long, value_name = "YYYY-MM")]
    pub(crate) month: Month,
    /// Only outages that nothing explains
    #[arg(long)]
    pub(crate) unexplained: bool,
    /// Folder with a part of the catalogue that is kept in files
    #[arg(long, value_name = "DIR")]
    pub(crate) catalogue: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) at: At,
}

#[derive(Args)]
pub(crate) struct Restate {
    #[command(flatten)]
    pub(crate) close: Close,
}

/// Which document.
#[derive(Args)]
pub(crate) struct Of {
    /// Its kind, such as SLO or Contract
    #[arg(value_name = "KIND")]
    pub(crate) kind: String,
    /// Its name; a contract's with its version, such as nordlicht-platform.1
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
}

/// What was looked at before something is changed.
#[derive(Args)]
pub(crate) struct Seen {
    /// The version that you saw and that this takes the place of
    #[arg(long = "replaces", value_name = "NUMBER")]
    pub(crate) seen: Option<u32>,
    /// Folder with a part of the catalogue that is kept in files, to be checked together with it
    #[arg(long, value_name = "DIR")]
    pub(crate) catalogue: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct At {
    /// Where the ledger is: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
    pub(crate) ledger: String,
}

#[derive(Args)]
pub(crate) struct By {
    /// Where the ledger is: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
    pub(crate) ledger: String,
    /// Who does it, as the audit chain names them
    #[arg(long, value_name = "NAME", env = "USER", default_value = "unnamed")]
    pub(crate) actor: String,
}

fn request_state(name: &str) -> Result<RequestState, String> {
    let known = || RequestState::ALL.map(RequestState::name).join(", ");
    RequestState::named(name).ok_or_else(|| format!("expected one of: {}", known()))
}
