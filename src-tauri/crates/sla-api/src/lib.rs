//! `/api/v1`: the use cases for a window, a browser and machines, with one table of operations from which come the routes, what
//! each needs and the OpenAPI document.
//!
//! Read it in this order: an [`Operation`](operation::Operation) is a route with its permission and its description (`operation`);
//! all of them stand in `operations`; whoever asks is looked at by `guard`; handlers speak through `extract` and answer with values
//! or with a [`Problem`](problem::Problem); `openapi` describes it, `serve` listens.
//!
//! What does not live here: no rule, no arithmetic, no SQL. The clock is an argument.
//!
//! Invariants:
//! - An operation without a permission that is not public cannot be written down.
//! - What somebody may not see is not there: 404, as if it did not exist.
//! - No answer and no log line holds a secret; what went wrong inside is logged under the request's id and not told.

mod accounts;
mod api;
mod audit;
mod bundles;
mod catalogue;
mod cursor;
mod documents;
mod etag;
mod evidence;
mod extract;
mod guard;
mod health;
mod idempotency;
mod interface;
mod jobs;
mod letters;
mod metrics;
mod months;
mod openapi;
mod operation;
mod operations;
mod overview;
mod problem;
mod serve;
mod several;
mod sign_in;
mod standing;
mod templates;
mod tenants;
mod trace;
mod whole;

pub use api::{Api, Seal, Settings};
pub use interface::{Interface, InterfaceError};
pub use openapi::document;
pub use operations::router;
pub use serve::{Certificate, ServeError, Server};
