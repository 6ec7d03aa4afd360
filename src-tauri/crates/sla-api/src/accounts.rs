//! Signing in and out, and looking after accounts, tokens and limits.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sla_app::{
    AccountChange, AccountView, NewToken, Secret, TokenView, account, accounts, add_token, change_password,
    put_account, revoke_token, sign_in, sign_out, tokens,
};
use sla_core::access::{AccountName, AccountState, AmountLimit, Permission, Role, TenantScope, permissions};
use sla_core::money::Currency;

use crate::api::Api;
use crate::etag::{seen_version, tagged, when_set};
use crate::extract::{InBody, InPath, Who};
use crate::guard::Origin;
use crate::problem::Problem;

/// Who signs in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInBody {
    /// The account's name.
    account: String,
    /// Its password.
    password: String,
}

pub(crate) async fn begin(
    State(api): State<Api>,
    Extension(Origin(origin)): Extension<Origin>,
    InBody(SignInBody { account, password }): InBody<SignInBody>,
) -> Result<Json<Secret>, Problem> {
    Ok(Json(sign_in(&api.ledger, &account, password, &origin, api.now()).await?))
}

pub(crate) async fn end(State(api): State<Api>, who: Who) -> Result<StatusCode, Problem> {
    sign_out(&api.ledger, &who.secret).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who somebody is, and what they may do.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Me {
    /// The account's name.
    account: String,
    /// Name for people.
    full_name: String,
    /// What they are there for.
    role: Role,
    /// For whom.
    tenants: TenantScope,
    /// What they may do.
    permissions: BTreeSet<Permission>,
}

pub(crate) async fn me(who: Who) -> Json<Me> {
    let access = &who.caller.access;
    let held = permissions().filter(|permission| access.may(*permission, &who.caller.name).is_ok());
    Json(Me {
        account: who.caller.name.clone(),
        full_name: who.caller.full_name.clone(),
        role: access.role,
        tenants: access.tenants.clone(),
        permissions: held.collect(),
    })
}

/// A password that is changed.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordBody {
    /// The one that is good now.
    old: String,
    /// The one that is to be, at least 12 letters.
    new: String,
}

pub(crate) async fn password(
    State(api): State<Api>,
    who: Who,
    InBody(PasswordBody { old, new }): InBody<PasswordBody>,
) -> Result<StatusCode, Problem> {
    if who.caller.access.narrowed_to.is_some() {
        let detail = "a token changes no password; sign in as the account itself";
        return Err(Problem::new(StatusCode::FORBIDDEN, "access.forbidden", detail));
    }
    change_password(&api.ledger, old, new, who.actor(), api.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

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
    /// The password, at least 12 letters; none for an account that only tokens act for.
    #[serde(default)]
    password: Option<String>,
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
    let AccountBody { full_name, role, tenants, state, password } = body;
    let change = AccountChange { full_name, role, tenants, state, password };
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
