//! Signing in and out, who one is, and what one changes of one's own account.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sla_app::{
    Credentials, OfferedTotp, OpenId, OpenIdBegun, Proof, Secret, change_password, confirm_totp, remove_totp,
    set_up_totp, sign_in, sign_out,
};
use sla_core::access::{Permission, Role, TenantScope, permissions};

use crate::api::Api;
use crate::extract::{InBody, Who};
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
    /// What the authenticator app shows, where the account has one.
    #[serde(default)]
    code: Option<String>,
}

pub(crate) async fn begin(
    State(api): State<Api>,
    Extension(Origin(origin)): Extension<Origin>,
    InBody(SignInBody { account, password, code }): InBody<SignInBody>,
) -> Result<Json<Secret>, Problem> {
    let given = Credentials { account, password, code };
    Ok(Json(sign_in(&api.ledger, given, &origin, api.now()).await?))
}

/// How one can sign in.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Ways {
    /// With the name and password of an account.
    password: bool,
    /// At an OpenID provider.
    openid: bool,
}

pub(crate) async fn ways(State(api): State<Api>) -> Json<Ways> {
    Json(Ways { password: true, openid: api.openid.is_some() })
}

/// Who wants to sign in at the provider.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenIdBody {
    /// Where to come back to; one of the addresses that were agreed with the provider.
    redirect: String,
}

/// The provider, where there is one.
fn provider(api: &Api) -> Result<&OpenId, Problem> {
    let detail = "nobody signs in at a provider here; sign in with a password";
    api.openid.as_deref().ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "access.no_provider", detail))
}

pub(crate) async fn begin_openid(
    State(api): State<Api>,
    InBody(OpenIdBody { redirect }): InBody<OpenIdBody>,
) -> Result<Json<OpenIdBegun>, Problem> {
    Ok(Json(provider(&api)?.begin(&api.ledger, &redirect, api.now()).await?))
}

/// What the provider has sent back.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompletionBody {
    /// The state; the one that was given when the sign-in began, and no other.
    state: String,
    /// The code.
    code: String,
}

pub(crate) async fn complete_openid(
    State(api): State<Api>,
    Extension(Origin(origin)): Extension<Origin>,
    InBody(CompletionBody { state, code }): InBody<CompletionBody>,
) -> Result<Json<Secret>, Problem> {
    Ok(Json(provider(&api)?.complete(&api.ledger, &state, code, &origin, api.now()).await?))
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
    /// Whether the account's password needs the code of an authenticator app beside it.
    has_totp: bool,
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
        has_totp: who.caller.has_totp,
    })
}

/// How somebody signs in is changed by themselves, never by a program in their name.
fn in_person(who: &Who) -> Result<(), Problem> {
    if who.caller.access.narrowed_to.is_none() {
        return Ok(());
    }
    let detail = "a token does not change how somebody signs in; sign in as the account itself";
    Err(Problem::new(StatusCode::FORBIDDEN, "access.forbidden", detail))
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
    in_person(&who)?;
    change_password(&api.ledger, old, new, who.actor(), api.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who sets up an authenticator app.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TotpBody {
    /// The account's password, so that nobody does it at a desk that was left.
    password: String,
}

pub(crate) async fn offer_totp(
    State(api): State<Api>,
    who: Who,
    InBody(TotpBody { password }): InBody<TotpBody>,
) -> Result<Json<OfferedTotp>, Problem> {
    in_person(&who)?;
    Ok(Json(set_up_totp(&api.ledger, password, who.actor(), api.now()).await?))
}

/// What the app shows.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeBody {
    /// Six digits.
    code: String,
}

pub(crate) async fn begin_totp(
    State(api): State<Api>,
    who: Who,
    InBody(CodeBody { code }): InBody<CodeBody>,
) -> Result<StatusCode, Problem> {
    in_person(&who)?;
    confirm_totp(&api.ledger, &code, who.actor(), api.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who removes an authenticator app: either the password or a code.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum ProofBody {
    /// The account's password.
    Password(String),
    /// What the app shows.
    Code(String),
}

pub(crate) async fn end_totp(
    State(api): State<Api>,
    who: Who,
    InBody(proof): InBody<ProofBody>,
) -> Result<StatusCode, Problem> {
    in_person(&who)?;
    let proof = match proof {
        ProofBody::Password(password) => Proof::Password(password),
        ProofBody::Code(code) => Proof::Code(code),
    };
    remove_totp(&api.ledger, proof, who.actor(), api.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}
