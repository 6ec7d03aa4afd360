//! Who may do what: roles, permissions, and the one table that joins them.
//!
//! A role says what somebody may do, the assigned tenants say for whom. Whoever looks after accounts touches no money, and
//! whoever touches money gives no rights: that is why an administrator can approve nothing.
//!
//! An account says how somebody may sign in (`account`, `identity`, `totp`).
//!
//! What does not live here: passwords, sessions, the way somebody signs in.

mod account;
mod identity;
mod matrix;
mod totp;

use std::collections::BTreeSet;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::workflow::WorkflowStep;

pub use account::{Account, AccountName, AccountState, AmountLimit, Lockout, Token, TokenState};
pub use identity::{Fit, OpenIdIdentity, Presented};
pub use matrix::{markdown, permissions};
pub use totp::TotpSecret;

/// What somebody is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks after accounts, tokens and limits.
    Admin,
    /// Closes months, talks to customers and issues what was approved.
    AccountManager,
    /// Decides, approves and takes back credits, and approves months.
    Finance,
    /// Checks evidence and the audit chain.
    Governance,
    /// Owns objectives, incidents and maintenance.
    Operator,
    /// A customer, who looks at what was issued to them.
    TenantViewer,
    /// A program with a token.
    Machine,
}

/// One thing that can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Permission {
    /// See tenants.
    #[serde(rename = "tenants.read")]
    TenantsRead,
    /// See contracts and their versions.
    #[serde(rename = "contracts.read")]
    ContractsRead,
    /// See objectives and their history.
    #[serde(rename = "slos.read")]
    SlosRead,
    /// Change objectives and the rest of the catalogue.
    #[serde(rename = "slos.write")]
    SlosWrite,
    /// See months, their figures and where they come from.
    #[serde(rename = "months.read")]
    MonthsRead,
    /// Close and restate months.
    #[serde(rename = "months.close")]
    MonthsClose,
    /// State months under every reading that their contracts leave open.
    #[serde(rename = "months.compare")]
    MonthsCompare,
    /// Hand months to review and back.
    #[serde(rename = "months.review")]
    MonthsReview,
    /// Approve months.
    #[serde(rename = "months.approve")]
    MonthsApprove,
    /// Issue approved months.
    #[serde(rename = "months.issue")]
    MonthsIssue,
    /// Decide and reject credits.
    #[serde(rename = "credits.decide")]
    CreditsDecide,
    /// Approve credits.
    #[serde(rename = "credits.approve")]
    CreditsApprove,
    /// Take issued credits back.
    #[serde(rename = "credits.reverse")]
    CreditsReverse,
    /// Say something about months and credits.
    #[serde(rename = "comments.write")]
    CommentsWrite,
    /// Ask for exclusions.
    #[serde(rename = "exclusions.request")]
    ExclusionsRequest,
    /// Approve and refuse exclusions that somebody else asked for.
    #[serde(rename = "exclusions.decide")]
    ExclusionsDecide,
    /// Enter incidents.
    #[serde(rename = "incidents.write")]
    IncidentsWrite,
    /// Read reports, letters and tables of months.
    #[serde(rename = "documents.read")]
    DocumentsRead,
    /// See the wording and look of documents.
    #[serde(rename = "templates.read")]
    TemplatesRead,
    /// Change the wording and look of documents.
    #[serde(rename = "templates.write")]
    TemplatesWrite,
    /// Read evidence.
    #[serde(rename = "evidence.read")]
    EvidenceRead,
    /// See charges, credits and caps, and export bookings.
    #[serde(rename = "billing.read")]
    BillingRead,
    /// Read and verify the audit chain.
    #[serde(rename = "audit.read")]
    AuditRead,
    /// See accounts, tokens and limits.
    #[serde(rename = "accounts.read")]
    AccountsRead,
    /// Add and change accounts, tokens and limits.
    #[serde(rename = "accounts.write")]
    AccountsWrite,
}

/// For whom somebody may act, and whom they may see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TenantScope {
    /// Every tenant, also those that come later.
    All,
    /// Only these.
    Only(BTreeSet<String>),
}

/// What somebody may do, for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Their role.
    pub role: Role,
    /// Their tenants.
    pub tenants: TenantScope,
    /// What a token was narrowed to; `None` for all that the role may do.
    pub narrowed_to: Option<BTreeSet<Permission>>,
}

/// Why somebody may not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// The role, or the token, does not allow it.
    #[error("{who} may not do this: it needs {}, which {} {holds}", .permission.name(), .role.name())]
    Forbidden {
        /// Who.
        who: String,
        /// What it needs.
        permission: Permission,
        /// Their role.
        role: Role,
        /// Whether the role or the token lacks it.
        holds: &'static str,
    },
    /// The tenant is not theirs.
    #[error("tenant {tenant:?} is not assigned to {who}")]
    OtherTenant {
        /// Who.
        who: String,
        /// The tenant.
        tenant: String,
    },
    /// What is to be changed concerns every tenant.
    #[error("the catalogue is about all tenants, and {who} is assigned some of them; expected somebody with all")]
    NotAllTenants {
        /// Who.
        who: String,
    },
    /// Nobody is known by that name.
    #[error("{who:?} is no account of this ledger, or one that was disabled; expected the name of an active account")]
    NoAccount {
        /// The name that was given.
        who: String,
    },
    /// Nobody would be left who gives rights.
    #[error("this would leave no active account with the role admin; make another one first")]
    LastAdmin,
    /// The first account gives rights to all others.
    #[error("the first account of a ledger must be an active one with the role admin")]
    FirstAdmin,
    /// A customer who would see other customers.
    #[error("a tenant viewer is assigned the tenants that they look at, one or more; expected their names")]
    ViewerOfAll,
    /// Two accounts for one person at the provider.
    #[error("account {who:?} is bound to the same OpenID identity; one identity signs in to one account")]
    IdentityTaken {
        /// The other account.
        who: String,
    },
    /// An authenticator app where there is one.
    #[error("an authenticator app is set up already; remove it first")]
    TotpSet,
    /// No authenticator app where one is expected.
    #[error("no authenticator app is being set up, or it was begun too long ago; begin again")]
    NoTotp,
    /// More money than the role may approve.
    #[error(
        "{} may approve at most {} {}; expected somebody with a higher limit", .role.name(), .currency, .most
    )]
    AboveLimit {
        /// Their role.
        role: Role,
        /// ISO 4217 code.
        currency: String,
        /// The most, in the currency's unit.
        most: String,
    },
}

impl AccessError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Forbidden { .. } => "access.forbidden",
            Self::OtherTenant { .. } => "access.other_tenant",
            Self::NotAllTenants { .. } => "access.not_all_tenants",
            Self::NoAccount { .. } => "access.no_account",
            Self::LastAdmin => "access.last_admin",
            Self::FirstAdmin => "access.first_admin",
            Self::ViewerOfAll => "access.viewer_of_all",
            Self::IdentityTaken { .. } => "access.identity_taken",
            Self::TotpSet => "access.totp_set",
            Self::NoTotp => "access.no_totp",
            Self::AboveLimit { .. } => "access.above_limit",
        }
    }
}

impl Role {
    /// Every role, in the order of the table.
    pub const ALL: [Self; 7] = [
        Self::Admin,
        Self::AccountManager,
        Self::Finance,
        Self::Governance,
        Self::Operator,
        Self::TenantViewer,
        Self::Machine,
    ];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::AccountManager => "account_manager",
            Self::Finance => "finance",
            Self::Governance => "governance",
            Self::Operator => "operator",
            Self::TenantViewer => "tenant_viewer",
            Self::Machine => "machine",
        }
    }

    /// Whether the table gives the role a permission.
    pub fn may(self, permission: Permission) -> bool {
        matrix::may(self, permission)
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = || Self::ALL.map(Self::name).join(", ");
        let role = Self::ALL.into_iter().find(|role| role.name() == name);
        role.ok_or_else(|| format!("{name:?} is no role; expected one of: {}", known()))
    }
}

impl Permission {
    /// The stable name, such as `months.close`.
    pub fn name(self) -> &'static str {
        matrix::name(self)
    }

    /// What entering a document of the catalogue needs, by its kind.
    pub fn of_entry(kind: &str) -> Self {
        match kind {
            "Exclusion" => Self::ExclusionsRequest,
            "Incident" => Self::IncidentsWrite,
            _ => Self::SlosWrite,
        }
    }

    /// What a step of a month, or of one of its credits, needs.
    pub fn of_step(step: WorkflowStep, of_a_credit: bool) -> Self {
        match step {
            WorkflowStep::Submit | WorkflowStep::Return => Self::MonthsReview,
            WorkflowStep::Decide | WorkflowStep::Reject => Self::CreditsDecide,
            WorkflowStep::Approve if of_a_credit => Self::CreditsApprove,
            WorkflowStep::Approve => Self::MonthsApprove,
            WorkflowStep::Issue => Self::MonthsIssue,
            WorkflowStep::Reverse => Self::CreditsReverse,
            WorkflowStep::Comment => Self::CommentsWrite,
        }
    }
}

impl FromStr for Permission {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = || permissions().map(Self::name).collect::<Vec<_>>().join(", ");
        let permission = permissions().find(|permission| permission.name() == name);
        permission.ok_or_else(|| format!("{name:?} is no permission; expected one of: {}", known()))
    }
}

impl TenantScope {
    /// Whether a tenant is among them.
    pub fn holds(&self, tenant: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(tenants) => tenants.contains(tenant),
        }
    }

    /// Those that are in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::All, scope) | (scope, Self::All) => scope.clone(),
            (Self::Only(some), Self::Only(others)) => Self::Only(some.intersection(others).cloned().collect()),
        }
    }
}

impl Access {
    /// Whether they may do it at all; `who` is named in the refusal.
    ///
    /// # Errors
    /// [`AccessError::Forbidden`].
    pub fn may(&self, permission: Permission, who: &str) -> Result<(), AccessError> {
        let lacking = |holds| AccessError::Forbidden { who: who.to_owned(), permission, role: self.role, holds };
        if !self.role.may(permission) {
            return Err(lacking("does not hold"));
        }
        if self.narrowed_to.as_ref().is_some_and(|held| !held.contains(&permission)) {
            return Err(lacking("holds and this token does not"));
        }
        Ok(())
    }

    /// Whether they may do it for a tenant.
    ///
    /// # Errors
    /// [`AccessError::Forbidden`] and [`AccessError::OtherTenant`].
    pub fn may_for(&self, permission: Permission, tenant: &str, who: &str) -> Result<(), AccessError> {
        self.may(permission, who)?;
        if self.tenants.holds(tenant) {
            return Ok(());
        }
        Err(AccessError::OtherTenant { who: who.to_owned(), tenant: tenant.to_owned() })
    }

    /// Whether they see a month only once it was issued.
    pub fn sees_issued_only(&self) -> bool {
        self.role == Role::TenantViewer
    }
}
