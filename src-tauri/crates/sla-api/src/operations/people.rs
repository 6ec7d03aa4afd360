//! Who signs in, and what is said of oneself and of others.

use axum::routing::{delete, get, patch, post, put};
use sla_app::{AccountView, OfferedTotp, OpenIdBegun, Secret, TokenView};
use sla_core::access::Permission;

use super::{DELETE, GET, PATCH, POST, PUT};
use crate::accounts::{AccountBody, LimitBody, LimitView, MadeToken, NewAccountBody, NewTokenBody};
use crate::operation::Needs::{Nothing, Permission as Holds, Session};
use crate::operation::Operation;
use crate::sign_in::{CodeBody, CompletionBody, Me, OpenIdBody, PasswordBody, ProofBody, SignInBody, TotpBody, Ways};
use crate::{accounts, sign_in};

/// Signing in and out, and one's own account.
pub(super) fn oneself() -> Vec<Operation> {
    let in_person = "A token does not change how somebody signs in";
    vec![
        Operation::new("signInWays", (GET, "/sign-in"), Nothing, "How one can sign in", get(sign_in::ways))
            .gives::<Ways>(200, "Which ways there are"),
        Operation::new("signIn", (POST, "/sign-in"), Nothing, "Sign in with a password", post(sign_in::begin))
            .takes::<SignInBody>()
            .gives::<Secret>(200, "The secret of a session")
            .refuses(401, "Name, password or code is wrong, or the account cannot be used at the moment"),
        Operation::new(
            "beginOpenId",
            (POST, "/sign-in/openid"),
            Nothing,
            "Begin to sign in at the OpenID provider",
            post(sign_in::begin_openid),
        )
        .takes::<OpenIdBody>()
        .gives::<OpenIdBegun>(200, "Where to sign in, within ten minutes")
        .refuses(404, "Nobody signs in at a provider here"),
        Operation::new(
            "completeOpenId",
            (POST, "/sign-in/openid/completion"),
            Nothing,
            "End to sign in at the OpenID provider",
            post(sign_in::complete_openid),
        )
        .takes::<CompletionBody>()
        .gives::<Secret>(200, "The secret of a session")
        .refuses(401, "The sign-in is not taken")
        .refuses(404, "Nobody signs in at a provider here"),
        Operation::new("signOut", (POST, "/sign-out"), Session, "End the session", post(sign_in::end))
            .gives_nothing("The session has ended"),
        Operation::new("me", (GET, "/me"), Session, "Who I am and what I may do", get(sign_in::me))
            .gives::<Me>(200, "The account"),
        Operation::new("changePassword", (PUT, "/me/password"), Session, "Change my password", put(sign_in::password))
            .takes::<PasswordBody>()
            .gives_nothing("The new password is good from now on")
            .refuses(403, in_person)
            .refuses(409, "The account has changed meanwhile"),
        Operation::new(
            "setUpTotp",
            (POST, "/me/totp"),
            Session,
            "Make a secret for my authenticator app",
            post(sign_in::offer_totp),
        )
        .takes::<TotpBody>()
        .gives::<OfferedTotp>(200, "The secret, which is shown this once; no code is needed until one was shown")
        .refuses(403, in_person)
        .refuses(409, "There is an app already"),
        Operation::new(
            "confirmTotp",
            (POST, "/me/totp/confirmation"),
            Session,
            "Show a code of my new app",
            post(sign_in::begin_totp),
        )
        .takes::<CodeBody>()
        .gives_nothing("From now on the password needs a code beside it")
        .refuses(403, in_person)
        .refuses(409, "No app is being set up, it took too long, or there is one already"),
        Operation::new(
            "removeTotp",
            (POST, "/me/totp/removal"),
            Session,
            "Remove my authenticator app",
            post(sign_in::end_totp),
        )
        .takes::<ProofBody>()
        .gives_nothing("From now on the password needs no code")
        .refuses(403, in_person)
        .refuses(409, "There is no app"),
    ]
}

pub(super) fn people() -> Vec<Operation> {
    let (see, change) = (Holds(Permission::AccountsRead), Holds(Permission::AccountsWrite));
    vec![
        Operation::new("listAccounts", (GET, "/accounts"), see, "List accounts", get(accounts::list))
            .gives::<Vec<AccountView>>(200, "All accounts, by name"),
        Operation::new("addAccount", (POST, "/accounts"), change, "Add an account", post(accounts::add))
            .once()
            .takes::<NewAccountBody>()
            .gives::<AccountView>(201, "The account")
            .refuses(409, "There is an account of that name, or of that identity"),
        Operation::new("getAccount", (GET, "/accounts/{name}"), see, "Show an account", get(accounts::show))
            .path("name", "The account's name")
            .gives::<AccountView>(200, "The account")
            .refuses(304, "It is as you know it")
            .refuses(404, "There is no such account"),
        Operation::new(
            "changeAccount",
            (PATCH, "/accounts/{name}"),
            change,
            "Change an account",
            patch(accounts::change),
        )
        .path("name", "The account's name")
        .if_match(true)
        .takes::<AccountBody>()
        .gives::<AccountView>(200, "The account as it is now")
        .refuses(404, "There is no such account")
        .refuses(409, "Nobody who gives rights would be left, or the identity is another account's")
        .refuses(428, "The version that was looked at is not said"),
        Operation::new("listTokens", (GET, "/tokens"), see, "List tokens", get(accounts::list_tokens))
            .gives::<Vec<TokenView>>(200, "All tokens, by name"),
        Operation::new("makeToken", (POST, "/tokens"), change, "Make a token", post(accounts::make_token))
            .takes::<NewTokenBody>()
            .gives::<MadeToken>(201, "The token with its secret, which is shown this once")
            .refuses(404, "There is no such account")
            .refuses(409, "There is a token of that name"),
        Operation::new(
            "revokeToken",
            (DELETE, "/tokens/{name}"),
            change,
            "Revoke a token",
            delete(accounts::end_token),
        )
        .path("name", "The token's name")
        .gives::<TokenView>(200, "The token, which cannot be used any more")
        .refuses(404, "There is no such token")
        .refuses(409, "The token has changed meanwhile"),
        Operation::new("listLimits", (GET, "/limits"), see, "List limits of amounts", get(accounts::list_limits))
            .gives::<Vec<LimitView>>(200, "The most that each role may approve, by currency"),
        Operation::new("setLimit", (PUT, "/limits/{role}/{currency}"), change, "Set a limit", put(accounts::set_limit))
            .path("role", "The role")
            .path("currency", "ISO 4217 code")
            .takes::<LimitBody>()
            .gives::<LimitView>(200, "The limit")
            .refuses(404, "There is no such role or currency")
            .refuses(409, "The limit has changed meanwhile"),
    ]
}
