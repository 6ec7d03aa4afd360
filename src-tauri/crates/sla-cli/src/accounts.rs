//! `sla account` and `sla token`.

use std::collections::BTreeSet;
use std::io::{BufRead, IsTerminal};

use serde_json::json;
use sla_app::{
    AccountChange, AccountError, AccountView, Ledger, NewToken, OpenIdChange, TokenView, TotpChange, accounts,
    add_token, put_account, revoke_token, tokens,
};
use sla_core::access::{AccountState, OpenIdIdentity, TenantScope};

use crate::failure::Failure;
use crate::output::{Output, plain};
use crate::people_args::{AccountCommand, Identity, TokenCommand};
use crate::review::{now, prompted};

impl From<AccountError> for Failure {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Ledger(error) => error.into(),
            error => Self::new(error.code(), error.to_string()),
        }
    }
}

pub(crate) async fn account(command: AccountCommand, output: Output) -> Result<(), Failure> {
    let view = match command {
        AccountCommand::List { ledger } => return list(&ledger, output).await,
        AccountCommand::Add { name, role, tenant, full_name, no_password, identity, of } => {
            let password = if no_password { None } else { Some(password()?) };
            let tenants = Some(scope(tenant));
            let openid = changed(identity, false);
            let change = AccountChange { full_name, role: Some(role), tenants, password, openid, ..Default::default() };
            // The first account of a ledger may come before its first month.
            let ledger = Ledger::open(&of.ledger).await?;
            let view = put_account(&ledger, &name, change, None, prompted(&of.actor), now()).await;
            ledger.close().await;
            view?
        }
        AccountCommand::Change {
            name,
            role,
            tenant,
            all_tenants,
            full_name,
            password: ask,
            disable,
            enable,
            remove_totp,
            identity,
            remove_openid,
            of,
        } => {
            let tenants = match (all_tenants, tenant.is_empty()) {
                (true, _) => Some(TenantScope::All),
                (false, false) => Some(scope(tenant)),
                (false, true) => None,
            };
            let state = match (disable, enable) {
                (true, _) => Some(AccountState::Disabled),
                (_, true) => Some(AccountState::Active),
                _ => None,
            };
            let password = if ask { Some(password()?) } else { None };
            let ledger = Ledger::open_to_write(&of.ledger).await?;
            let before = sla_app::account(&ledger, name.as_str()).await?;
            let totp = if remove_totp { TotpChange::Goes } else { TotpChange::Stays };
            let openid = changed(identity, remove_openid);
            let change = AccountChange { full_name, role, tenants, state, password, totp, openid };
            let view = put_account(&ledger, &name, change, Some(before.version), prompted(&of.actor), now()).await;
            ledger.close().await;
            view?
        }
    };
    output.print(|| format!("{}: {}, {}", view.name, view.role.name(), said(&view)), || json!(view));
    Ok(())
}

pub(crate) async fn token(command: TokenCommand, output: Output) -> Result<(), Failure> {
    match command {
        TokenCommand::List { ledger } => {
            let ledger = Ledger::open_existing(&ledger).await?;
            let all = tokens(&ledger).await;
            ledger.close().await;
            let all = all?;
            output.print(|| token_table(&all), || json!(all));
        }
        TokenCommand::Make { name, account, label, permission, tenant, days, of } => {
            let permissions = permission.into_iter().collect();
            let new = NewToken { name, account, label, permissions, tenants: scope(tenant), days };
            let ledger = Ledger::open_to_write(&of.ledger).await?;
            let made = add_token(&ledger, new, prompted(&of.actor), now()).await;
            ledger.close().await;
            let (token, secret) = made?;
            let text = || {
                format!(
                    "{}\nkeep it now, it is shown this once; good until {}, sent as authorization: Bearer",
                    secret.secret, secret.expires_at
                )
            };
            output.print(text, || json!({ "token": token, "secret": secret }));
        }
        TokenCommand::Revoke { name, of } => {
            let ledger = Ledger::open_to_write(&of.ledger).await?;
            let revoked = revoke_token(&ledger, name.as_str(), None, prompted(&of.actor), now()).await;
            ledger.close().await;
            let revoked = revoked?;
            output.print(|| format!("{} is revoked", revoked.name), || json!(revoked));
        }
    }
    Ok(())
}

async fn list(ledger: &str, output: Output) -> Result<(), Failure> {
    let ledger = Ledger::open_existing(ledger).await?;
    let all = accounts(&ledger).await;
    ledger.close().await;
    let all = all?;
    let text = || {
        if all.is_empty() {
            return "there is no account: whoever can write the ledger acts; sla account add makes the first one"
                .to_owned();
        }
        let mut table = plain();
        table.set_header(["Account", "Name", "Role", "Tenants", "State"]);
        for one in &all {
            let row = [one.name.as_str(), &one.full_name, one.role.name(), &tenants(&one.tenants), &said(one)];
            table.add_row(row.map(str::to_owned));
        }
        table.to_string()
    };
    output.print(text, || json!(all));
    Ok(())
}

fn token_table(all: &[TokenView]) -> String {
    if all.is_empty() {
        return "there is no token; sla token make makes one".to_owned();
    }
    let mut table = plain();
    table.set_header(["Token", "Account", "What for", "Permissions", "Tenants", "Good until"]);
    for one in all {
        let permissions: Vec<&str> = one.permissions.iter().map(|permission| permission.name()).collect();
        let until = match one.state {
            sla_core::access::TokenState::Active => one.expires_at.clone(),
            sla_core::access::TokenState::Revoked => "revoked".to_owned(),
        };
        let row = [&one.name, &one.account, &one.label, &permissions.join(", "), &tenants(&one.tenants), &until];
        table.add_row(row.map(String::as_str));
    }
    table.to_string()
}

/// Whether an account can be used, and how somebody signs in to it.
fn said(account: &AccountView) -> String {
    if account.state == AccountState::Disabled {
        return "disabled".to_owned();
    }
    let by_password = if account.has_totp { "password and code" } else { "password" };
    let ways = [account.has_password.then_some(by_password), account.openid.as_ref().map(|_| "OpenID")];
    match ways.into_iter().flatten().collect::<Vec<_>>().as_slice() {
        [] => "active, by token only".to_owned(),
        ["password"] => "active".to_owned(),
        ways => format!("active, by {}", ways.join(" or ")),
    }
}

/// What becomes of an account's identity at a provider.
fn changed(identity: Identity, goes: bool) -> OpenIdChange {
    let Identity { openid_issuer, openid_subject: subject, openid_email: email } = identity;
    match openid_issuer {
        Some(issuer) => OpenIdChange::Is(OpenIdIdentity { issuer, subject, email }),
        None if goes => OpenIdChange::Goes,
        None => OpenIdChange::Stays,
    }
}

fn tenants(scope: &TenantScope) -> String {
    match scope {
        TenantScope::All => "all".to_owned(),
        TenantScope::Only(tenants) => tenants.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
    }
}

fn scope(tenants: Vec<String>) -> TenantScope {
    match tenants.as_slice() {
        [] => TenantScope::All,
        _ => TenantScope::Only(tenants.into_iter().collect::<BTreeSet<_>>()),
    }
}

fn password() -> Result<String, Failure> {
    secret("Password", true)
}

/// A password or passphrase from the terminal, where it is not shown, or from the first line of standard input; never from the
/// command line, which other programs can read. A new one is asked for twice.
pub(crate) fn secret(what: &str, is_new: bool) -> Result<String, Failure> {
    let failed = |error: std::io::Error| {
        Failure::new("access.password", format!("no {} could be read: {error}", what.to_lowercase()))
    };
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        let first = rpassword::prompt_password(format!("{what}: ")).map_err(failed)?;
        if is_new && rpassword::prompt_password("Again: ").map_err(failed)? != first {
            let message = format!("the two {}s are not the same; nothing was changed", what.to_lowercase());
            return Err(Failure::new("access.password", message));
        }
        return Ok(first);
    }
    let mut line = String::new();
    stdin.lock().read_line(&mut line).map_err(failed)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
