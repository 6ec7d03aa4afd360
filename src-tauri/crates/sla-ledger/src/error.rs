//! Why the ledger did not do what was asked. No message holds a password.

use sla_core::access::AccessError;
use sla_core::workflow::WorkflowError;

/// Why the ledger did not do what was asked; nothing was written then, unless [`LedgerError::OutcomeUnknown`] says that
/// nobody knows.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The address is none.
    #[error("the ledger's address {reason}; expected sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE")]
    Address {
        /// What is wrong with it.
        reason: String,
    },
    /// The server does not answer, or the file cannot be opened.
    #[error("the ledger {ledger} cannot be reached: {reason}; check that it runs and that this machine may reach it")]
    Unreachable {
        /// The ledger, without its password.
        ledger: String,
        /// What the system says.
        reason: String,
    },
    /// The connection broke while the last word of a write was awaited, and the ledger could not be asked since.
    #[error(
        "the ledger {ledger} went away while this was recorded, and nobody knows whether it was ({reason}); look when it \
         is back, and do it again only if it is not there"
    )]
    OutcomeUnknown {
        /// The ledger, without its password.
        ledger: String,
        /// How the connection broke.
        reason: String,
    },
    /// The server refuses the user or the password.
    #[error("the ledger {ledger} refuses to sign in: {reason}; check user, password and database in its address")]
    SignIn {
        /// The ledger, without its password.
        ledger: String,
        /// What the server says.
        reason: String,
    },
    /// There is no such file.
    #[error("there is no ledger at {ledger}; the first close makes it")]
    Missing {
        /// The ledger.
        ledger: String,
    },
    /// Something else lies there.
    #[error("{ledger} is no ledger: {reason}; choose another place, it was left as it is")]
    NotALedger {
        /// The ledger, without its password.
        ledger: String,
        /// What lies there.
        reason: String,
    },
    /// A later version of the program has changed the ledger.
    #[error(
        "the ledger {ledger} is of a newer version of SLA Desk (its migration {migration}); use that version, it was left as it is"
    )]
    Newer {
        /// The ledger, without its password.
        ledger: String,
        /// The first migration that this program does not know.
        migration: i64,
    },
    /// The ledger was not brought up to this version yet.
    #[error(
        "the ledger {ledger} is of an older version of SLA Desk; the next close with this version brings it up to date"
    )]
    Older {
        /// The ledger, without its password.
        ledger: String,
    },
    /// The ledger cannot be written.
    #[error(
        "the ledger {ledger} is read-only: {reason}; check the permissions of the file, its folder or the database user, and \
         that the server is no standby"
    )]
    ReadOnly {
        /// The ledger, without its password.
        ledger: String,
        /// What the engine says.
        reason: String,
    },
    /// The disk is full.
    #[error("the disk of the ledger {ledger} is full: {reason}; free space and try again")]
    DiskFull {
        /// The ledger, without its password.
        ledger: String,
        /// What the engine says.
        reason: String,
    },
    /// Another program keeps the ledger for itself.
    #[error("the ledger {ledger} is in use by another program: {reason}; try again when that has finished")]
    Busy {
        /// The ledger, without its password.
        ledger: String,
        /// What the engine says.
        reason: String,
    },
    /// Another close was faster.
    #[error("{subject} was recorded by somebody else while this close was under way; close the month again")]
    Conflict {
        /// The month.
        subject: String,
    },
    /// A copy would be mixed with what is there.
    #[error("the ledger {ledger} holds {entries} entries already; a copy goes into one that is empty")]
    NotEmpty {
        /// The ledger, without its password.
        ledger: String,
        /// How many entries it has.
        entries: i64,
    },
    /// There is no such month, or no such credit of it.
    #[error("{subject} is not in the ledger; {known}")]
    Unknown {
        /// What was asked for.
        subject: String,
        /// What there is instead.
        known: String,
    },
    /// Somebody else took a step meanwhile.
    #[error("{subject} has changed meanwhile: {what}; look at it again")]
    Stale {
        /// The month or the credit.
        subject: String,
        /// What is different.
        what: String,
    },
    /// Others entered something in the catalogue while a document was checked against it.
    #[error("the catalogue in the ledger has changed while this was checked; nothing was entered, try again")]
    CatalogueMoved,
    /// A text is too long, or holds what not every engine keeps.
    #[error("{what} has {found}, expected {expected}")]
    Text {
        /// Which text.
        what: &'static str,
        /// What is wrong with it.
        found: String,
        /// What fits.
        expected: String,
    },
    /// The step cannot be taken.
    #[error("{subject}: {source}")]
    Refused {
        /// The month or the credit.
        subject: String,
        /// Why not.
        source: WorkflowError,
    },
    /// A user of the database cannot be let work on the ledger.
    #[error("the database user {user:?} was granted nothing: {reason}")]
    Grant {
        /// The user.
        user: String,
        /// Why not.
        reason: String,
    },
    /// Whoever asks may not.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// A contract version is on record with another content.
    #[error(
        "contract {contract} version {version} is on record with another content (SHA-256 {recorded}, now {found}): a \
         version that a month was closed by cannot change; raise its version"
    )]
    ContractChanged {
        /// The contract.
        contract: String,
        /// Its version.
        version: u32,
        /// SHA-256 of what is on record.
        recorded: String,
        /// SHA-256 of what should be recorded.
        found: String,
    },
    /// What the ledger holds is not what was recorded.
    #[error("the ledger is broken: {what}")]
    Broken {
        /// The first thing that is wrong.
        what: String,
    },
    /// The engine says something else.
    #[error("the ledger {ledger} failed: {reason}")]
    Failed {
        /// The ledger, without its password.
        ledger: String,
        /// What the engine says.
        reason: String,
    },
}

impl LedgerError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address { .. } => "ledger.address",
            Self::Unreachable { .. } => "ledger.unreachable",
            Self::OutcomeUnknown { .. } => "ledger.outcome_unknown",
            Self::SignIn { .. } => "ledger.sign_in",
            Self::Missing { .. } => "ledger.missing",
            Self::NotALedger { .. } => "ledger.not_a_ledger",
            Self::Newer { .. } => "ledger.newer",
            Self::Older { .. } => "ledger.older",
            Self::ReadOnly { .. } => "ledger.read_only",
            Self::DiskFull { .. } => "ledger.disk_full",
            Self::Busy { .. } => "ledger.busy",
            Self::Conflict { .. } => "ledger.conflict",
            Self::NotEmpty { .. } => "ledger.not_empty",
            Self::Unknown { .. } => "ledger.unknown",
            Self::Stale { .. } => "ledger.stale",
            Self::CatalogueMoved => "ledger.catalogue_moved",
            Self::Text { .. } => "ledger.text",
            Self::Refused { source, .. } => source.code(),
            Self::Grant { .. } => "ledger.grant",
            Self::Access(error) => error.code(),
            Self::ContractChanged { .. } => "ledger.contract_changed",
            Self::Broken { .. } => "ledger.broken",
            Self::Failed { .. } => "ledger.failed",
        }
    }
}
