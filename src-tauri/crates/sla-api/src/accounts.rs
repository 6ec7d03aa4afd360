//! Looking after accounts, tokens and limits.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sla_app::{
    AccountChange, AccountView, NewToken, OpenIdChange, Secret, TokenView, TotpChange, account, accounts, add_token,
    put_account, revoke_token, tokens,
};
use sla_core::access::{AccountName, AccountState, AmountLimit, OpenIdIdentity, Permission, Role, TenantScope};
use sla_core::money::Currency;

use crate::api::Api;
use crate::etag::{seen_version, tagged, when_set};
use crate::extract::{InBody, InPath, Who};
use crate::problem::Problem;

pub(crate) async fn list(State(api): State<Api>, _: Who) -> Result<Json<Vec<AccountView>>, Problem> {
    Ok(Json(accounts(&api.ledger).await?))
}

pub(crate) async fn show(
    State(api): State<Api>,
    _: Who,
    InPath(name): InPath<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let view = account(&api.ledger, &name).await?;
    Ok(tagged(&headers, &view.version.to_string(), &view))
}

/// A new account.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAccountBody {
    /// Its name, as the audit chain will know it, such as `anna.berg`.
    name: String,
    /// Name for people.
    full_name: String,
    /// What they are there for.
    role: Role,
    /// For whom.
    tenants: TenantScope,
    /// The password, at least 12 letters; none for an account that only tokens act for, or that signs in at a provider.
    #[serde(default)]
    password: Option<String>,
    /// Who signs in through an OpenID provider; nobody when it is not said.
    #[serde(default)]
    openid: Option<OpenIdIdentity>,
}

/// A name that must be one.
fn named(field: &str, name: &str) -> Result<AccountName, Problem> {
    name.parse()
        .map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "access.field", format!("{field}: {error}")))
}

pub(crate) async fn add(
    State(api): State<Api>,
    who: Who,
    InBody(body): InBody<NewAccountBody>,
) -> Result<Response, Problem> {
    let name = named("name", &body.name)?;
    let change = AccountChange {
        full_name: Some(body.full_name),
        role: Some(body.role),
        tenants: Some(body.tenants),
        state: None,
        password: body.password,
        totp: TotpChange::Stays,
        openid: body.openid.map_or(OpenIdChange::Stays, OpenIdChange::Is),
    };
    let view = put_account(&api.ledger, &name, change, None, who.actor(), api.now()).await?;
    Ok((StatusCode::CREATED, tagged(&HeaderMap::new(), &view.version.to_string(), &view)).into_response())
}

/// What is changed of an account; what is not said stays as it is.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountBody {
    /// Name for people.
    #[serde(default)]
    full_name: Option<String>,
    /// What they are there for.
    #[serde(default)]
    role: Option<Role>,
    /// For whom.
    #[serde(default)]
    tenants: Option<TenantScope>,
    /// Whether the account can be used.
    #[serde(default)]
    state: Option<AccountState>,
    /// A new password.
    #[serde(default)]
    password: Option<String>,
    /// Remove the authenticator app: somebody has lost the device.
    #[serde(default)]
    remove_totp: bool,
    /// Who signs in through an OpenID provider.
    #[serde(default)]
    openid: Option<OpenIdIdentity>,
    /// Let nobody sign in through a provider.
    #[serde(default)]
    remove_openid: bool,
}

pub(crate) async fn change(
    State(api): State<Api>,
    who: Who,
    InPath(name): InPath<String>,
    headers: HeaderMap,
    InBody(body): InBody<AccountBody>,
) -> Result<Response, Problem> {
    let name: AccountName = name.parse().map_err(|_| Problem::not_found("the account"))?;
    let seen = seen_version(&headers)?;
    let AccountBody { full_name, role, tenants, state, password, remove_totp, openid, remove_openid } = body;
    let totp = if remove_totp { TotpChange::Goes } else { TotpChange::Stays };
    let openid = match (openid, remove_openid) {
        (None, false) => OpenIdChange::Stays,
        (None, true) => OpenIdChange::Goes,
        (Some(identity), false) => OpenIdChange::Is(identity),
        (Some(_), true) => {
            let detail = "openid and remove_openid are both said; expected one of them";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "access.field", detail));
        }
    };
    let change = AccountChange { full_name, role, tenants, state, password, totp, openid };
    let put = put_account(&api.ledger, &name, change, Some(seen), who.actor(), api.now()).await;
    let view = put.map_err(|error| when_set(true, error.into()))?;
    Ok(tagged(&HeaderMap::new(), &view.version.to_string(), &view))
}

pub(crate) async fn list_tokens(State(api): State<Api>, _: Who) -> Result<Json<Vec<TokenView>>, Problem> {
    Ok(Json(tokens(&api.ledger).await?))
}

/// A new token.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTokenBody {
    /// Its name.
    name: String,
    /// The account that it acts for.
    account: String,
    /// What it is for, such as `nightly close`.
    label: String,
    /// What it may do, of what the account may.
    permissions: BTreeSet<Permission>,
    /// For whom, of the account's tenants.
    tenants: TenantScope,
    /// For how many days it is good, 1 to 731.
    days: u32,
}

/// A token that was made, with its secret.
#[derive(Serialize, JsonSchema)]
pub(crate) struct MadeToken {
    /// The token.
    token: TokenView,
    /// Its secret, which is shown this once.
    secret: Secret,
}

pub(crate) async fn make_token(
    State(api): State<Api>,
    who: Who,
    InBody(body): InBody<NewTokenBody>,
) -> Result<Response, Problem> {
    let NewTokenBody { name, account, label, permissions, tenants, days } = body;
    let new = NewToken { name: named("name", &name)?, account, label, permissions, tenants, days };
    let (token, secret) = add_token(&api.ledger, new, who.actor(), api.now()).await?;
    Ok((StatusCode::CREATED, Json(MadeToken { token, secret })).into_response())
}

pub(crate) async fn end_token(
    State(api): State<Api>,
    who: Who,
    InPath(name): InPath<String>,
) -> Result<Json<TokenView>, Problem> {
    Ok(Json(revoke_token(&api.ledger, &name, None, who.actor(), api.now()).await?))
}

/// The most that a role may approve in one credit.
#[derive(Serialize, JsonSchema)]
pub(crate) struct LimitView {
    /// Which version this is, from 1.
    version: u32,
    /// The limit.
    #[serde(flatten)]
    limit: AmountLimit,
}

pub(crate) async fn list_limits(State(api): State<Api>, _: Who) -> Result<Json<Vec<LimitView>>, Problem> {
    let all = api.ledger.all_access::<AmountLimit>().await?;
    Ok(Json(all.into_iter().map(|one| LimitView { version: one.version, limit: one.document }).collect()))
}

/// A limit that is set.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitBody {
    /// The most, in the minor unit, not less than 0; null for no limit.
    most_minor: Option<i64>,
}

pub(crate) async fn set_limit(
    State(api): State<Api>,
    who: Who,
    InPath((role, currency)): InPath<(Role, String)>,
    InBody(LimitBody { most_minor }): InBody<LimitBody>,
) -> Result<Json<LimitView>, Problem> {
    let currency: Currency = currency.parse().map_err(|_| Problem::not_found("the currency"))?;
    if most_minor.is_some_and(|most| most < 0) {
        let detail = "most_minor is less than 0; expected an amount in the minor unit, or null";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "access.field", detail));
    }
    let name = format!("{}/{currency}", role.name());
    let limit = AmountLimit { role, currency: currency.to_string(), most_minor };
    let known = api.ledger.access::<AmountLimit>(&name).await?.map(|one| one.version);
    let put = api.ledger.put_access(&name, &limit, known, who.actor(), api.now()).await?;
    Ok(Json(LimitView { version: put.version, limit: put.document }))
}
