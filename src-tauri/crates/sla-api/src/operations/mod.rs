//! All operations, and the router that is made from them.

mod catalogue;
mod customers;
mod people;
mod templates;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use sla_core::access::Permission;

use crate::api::Api;
use crate::guard::{Guarded, around, guard};
use crate::operation::Needs::{Nothing, Permission as Holds, Session};
use crate::operation::Operation;
use crate::problem::Problem;
use crate::{health, interface, openapi};

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const PATCH: Method = Method::PATCH;
const DELETE: Method = Method::DELETE;

/// Where `/api/v1` begins.
const PREFIX: &str = "/api/v1";
/// Operations that let somebody in: they are asked for less often than others may be.
const SIGN_INS: [&str; 3] = ["signIn", "beginOpenId", "completeOpenId"];

/// Every operation of `/api/v1`.
pub(crate) fn operations() -> Vec<Operation> {
    let mut all = people::oneself();
    all.extend(people::people());
    all.extend(customers::customers());
    all.extend(customers::work());
    all.extend(customers::papers());
    all.extend(customers::long_work());
    all.extend(catalogue::objectives::<true>("/slo", "Slo", Permission::SlosRead, Permission::SlosWrite));
    all.extend(catalogue::objectives::<false>(
        "/incidents",
        "Incident",
        Permission::SlosRead,
        Permission::IncidentsWrite,
    ));
    all.extend(catalogue::requests());
    all.extend(catalogue::whole_catalogue());
    all.extend(templates::templates());
    let every = |operation: Operation| match operation.needs {
        Nothing => operation,
        Session => operation.refuses(401, "Nobody has signed in, or the session has ended"),
        Holds(_) => operation
            .refuses(401, "Nobody has signed in, or the session has ended")
            .refuses(403, "It needs a permission that is not held"),
    };
    let every = |operation| {
        every(operation)
            .refuses(400, "The request is not understood")
            .refuses(429, "Too many requests in a short time")
            .refuses(500, "Something went wrong inside; the log tells more")
            .refuses(503, "The ledger, or the OpenID provider, does not answer at the moment")
            .refuses(
                504,
                "The answer took too long, or the ledger went away before it said whether something was written",
            )
    };
    all.into_iter().map(every).collect()
}

/// The whole of what is served.
pub fn router(api: Api) -> Router {
    let mut v1 = Router::new();
    for operation in operations() {
        let guarded = Guarded {
            api: api.clone(),
            needs: operation.needs,
            signs_in: SIGN_INS.contains(&operation.id),
            once: operation.parameters.iter().any(|parameter| parameter.name == "idempotency-key"),
        };
        v1 = v1.route(operation.path, operation.handler.layer(from_fn_with_state(guarded, guard)));
    }
    let document = openapi::document().to_string();
    v1 = v1.route("/openapi.json", get(move || async move { ([("content-type", crate::operation::JSON)], document) }));
    Router::new()
        .nest(PREFIX, v1)
        .route("/healthz", get(health::health))
        .route("/readyz", get(health::readiness))
        .route("/metrics", get(health::metrics))
        .fallback(interface::page)
        .method_not_allowed_fallback(async || {
            let detail = "the address is there, but not for this method";
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "request.method", detail)
        })
        .layer(DefaultBodyLimit::max(api.settings.most_body_bytes))
        .layer(from_fn_with_state(api.clone(), around))
        .with_state(api)
}
