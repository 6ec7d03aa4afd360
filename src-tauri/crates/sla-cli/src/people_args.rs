//! The command line of what looks after people and programs: accounts, tokens, and a provider that people sign in at.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use sla_core::access::{AccountName, Permission, Role};

/// Whose ledger it is, and who changes it.
#[derive(Args)]
pub(crate) struct Changed {
    /// Where the ledger is: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
    pub(crate) ledger: String,
    /// Who does it, as the audit chain names them; once there are accounts, the name of an admin's
    #[arg(long, value_name = "NAME", env = "USER", default_value = "unnamed")]
    pub(crate) actor: String,
}

/// Who signs in through an OpenID provider.
#[derive(Args)]
pub(crate) struct Identity {
    /// Who signs in at an OpenID provider: the provider's address, as it names itself
    #[arg(long, value_name = "URL", requires = "who")]
    pub(crate) openid_issuer: Option<String>,
    /// What the provider knows them by: the claim sub, or the one that sla serve is told with --openid-claim
    #[arg(long, value_name = "SUBJECT", requires = "openid_issuer", group = "who")]
    pub(crate) openid_subject: Option<String>,
    /// Their e-mail address, when the subject is not known: whoever signs in first with it, verified by the provider, is bound
    /// to the account, and from then on it is the subject that counts
    #[arg(long, value_name = "ADDRESS", requires = "openid_issuer", group = "who")]
    pub(crate) openid_email: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum AccountCommand {
    /// Add an account; the first one of a ledger must be an admin's
    Add {
        /// Its name, such as anna.berg
        #[arg(value_name = "NAME")]
        name: AccountName,
        /// What they are there for: admin, account_manager, finance, governance, operator, tenant_viewer or machine
        #[arg(long, value_name = "ROLE")]
        role: Role,
        /// A tenant that is assigned; can be given again. All of them when not said
        #[arg(long, value_name = "ID")]
        tenant: Vec<String>,
        /// Name for people; the account's own when not said
        #[arg(long, value_name = "TEXT")]
        full_name: Option<String>,
        /// Nobody signs in with a password: only tokens act for it, or who signs in at a provider
        #[arg(long)]
        no_password: bool,
        #[command(flatten)]
        identity: Identity,
        #[command(flatten)]
        of: Changed,
    },
    /// Change an account; what is not said stays as it is
    Change {
        /// Its name
        #[arg(value_name = "NAME")]
        name: AccountName,
        /// What they are there for
        #[arg(long, value_name = "ROLE")]
        role: Option<Role>,
        /// A tenant that is assigned instead of those that were; can be given again
        #[arg(long, value_name = "ID", conflicts_with = "all_tenants")]
        tenant: Vec<String>,
        /// Assign every tenant
        #[arg(long)]
        all_tenants: bool,
        /// Name for people
        #[arg(long, value_name = "TEXT")]
        full_name: Option<String>,
        /// Give it another password
        #[arg(long)]
        password: bool,
        /// End it: sessions and tokens are good no more
        #[arg(long, conflicts_with = "enable")]
        disable: bool,
        /// Let it be used again
        #[arg(long)]
        enable: bool,
        /// Remove its authenticator app, because the device was lost: the password needs no code any more
        #[arg(long)]
        remove_totp: bool,
        #[command(flatten)]
        identity: Identity,
        /// Let nobody sign in to it through a provider
        #[arg(long, conflicts_with = "openid_issuer")]
        remove_openid: bool,
        #[command(flatten)]
        of: Changed,
    },
    /// List accounts
    List {
        /// Where the ledger is: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE
        #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
        ledger: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token; its secret is printed this once
    Make {
        /// Its name, such as nightly-close
        #[arg(value_name = "NAME")]
        name: AccountName,
        /// The account that it acts for
        #[arg(long, value_name = "NAME")]
        account: String,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        label: String,
        /// What it may do, such as months.close; can be given again
        #[arg(long, value_name = "PERMISSION", required = true)]
        permission: Vec<Permission>,
        /// A tenant of the account's; can be given again. All of the account's when not said
        #[arg(long, value_name = "ID")]
        tenant: Vec<String>,
        /// For how many days it is good
        #[arg(long, value_name = "DAYS", default_value = "90")]
        days: u32,
        #[command(flatten)]
        of: Changed,
    },
    /// Revoke a token
    Revoke {
        /// Its name
        #[arg(value_name = "NAME")]
        name: AccountName,
        #[command(flatten)]
        of: Changed,
    },
    /// List tokens
    List {
        /// Where the ledger is: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE
        #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
        ledger: String,
    },
}

/// A provider that people sign in at.
#[derive(Args)]
pub(crate) struct Provider {
    /// Let people sign in at this OpenID provider as well: its address, as it names itself
    #[arg(long, value_name = "URL", requires_all = ["openid_client", "openid_redirect"])]
    pub(crate) openid_issuer: Option<String>,
    /// The name under which the provider knows this desk
    #[arg(long, value_name = "ID", requires = "openid_issuer")]
    pub(crate) openid_client: Option<String>,
    /// Name of the environment variable that holds the secret that the provider gave; none for a public client
    #[arg(long, value_name = "NAME", requires = "openid_issuer")]
    pub(crate) openid_secret_env: Option<String>,
    /// Where the provider may send people back to, as it was told there; can be given again
    #[arg(long, value_name = "URL", requires = "openid_issuer")]
    pub(crate) openid_redirect: Vec<String>,
    /// The claim that tells who somebody is, and stays theirs: for Microsoft Entra oid
    #[arg(long, value_name = "NAME", default_value = "sub")]
    pub(crate) openid_claim: String,
    /// Certificate authorities that the provider's certificate is signed by, as PEM; the system's when not said
    #[arg(long, value_name = "FILE", requires = "openid_issuer")]
    pub(crate) openid_ca: Option<PathBuf>,
}
