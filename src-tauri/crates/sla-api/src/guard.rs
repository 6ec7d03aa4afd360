//! Before and after every operation: who asks and whether they may, how often, how long, and what everybody is answered.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::{DefaultKeyedRateLimiter, Quota};
use tracing::Instrument;

use crate::api::{Api, Settings};
use crate::extract::{Who, text};
use crate::idempotency;
use crate::operation::Needs;
use crate::problem::Problem;
use crate::trace;

/// What the guard knows of an operation.
#[derive(Clone)]
pub(crate) struct Guarded {
    pub(crate) api: Api,
    pub(crate) needs: Needs,
    pub(crate) signs_in: bool,
    pub(crate) once: bool,
}

/// How often each account, and each address, has asked of late.
pub(crate) struct Limits {
    accounts: DefaultKeyedRateLimiter<String>,
    origins: DefaultKeyedRateLimiter<String>,
    sign_ins: DefaultKeyedRateLimiter<String>,
    asked: AtomicU64,
}

/// After so many requests those are forgotten that have not asked of late.
const FORGET_EVERY: u64 = 1_000;

impl Limits {
    pub(crate) fn new(settings: &Settings) -> Self {
        let each = settings.requests_per_second;
        let burst = each.saturating_mul(const { std::num::NonZeroU32::new(2).expect("not zero") });
        Self {
            accounts: DefaultKeyedRateLimiter::keyed(Quota::per_second(each).allow_burst(burst)),
            origins: DefaultKeyedRateLimiter::keyed(Quota::per_second(each).allow_burst(burst)),
            sign_ins: DefaultKeyedRateLimiter::keyed(Quota::per_minute(settings.sign_ins_per_minute)),
            asked: AtomicU64::new(0),
        }
    }

    fn check(limiter: &DefaultKeyedRateLimiter<String>, who: &str) -> Result<(), Problem> {
        limiter.check_key(&who.to_owned()).map_err(|_| {
            let detail = "too many requests in a short time; wait a few seconds and ask again";
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "request.too_many", detail)
        })
    }

    fn forget(&self) {
        if self.asked.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            for limiter in [&self.accounts, &self.origins, &self.sign_ins] {
                limiter.retain_recent();
            }
        }
    }
}

/// The secret that a request came with.
fn secret(request: &Request) -> Option<String> {
    let header = text(request.headers(), header::AUTHORIZATION.as_str())?;
    let secret = header.strip_prefix("Bearer ").map(str::trim).filter(|secret| !secret.is_empty())?;
    Some(secret.to_owned())
}

/// Who comes with a secret.
async fn who(api: &Api, secret: Option<String>, origin: String) -> Result<Who, Problem> {
    let nobody = || {
        let detail = "sign in first; expected the header authorization: Bearer and the secret of a session or token";
        Problem::new(StatusCode::UNAUTHORIZED, "access.secret", detail)
    };
    let secret = secret.ok_or_else(nobody)?;
    let caller = sla_app::caller(&api.ledger, &secret, api.now()).await?;
    Ok(Who { caller, origin, secret })
}

/// Lets through who may, and no more often than they may.
pub(crate) async fn guard(State(guarded): State<Guarded>, mut request: Request, next: Next) -> Response {
    let (secret, origin) = (secret(&request), origin(&request));
    request.extensions_mut().insert(Origin(origin.clone()));
    match admit(&guarded, secret, origin).await {
        Err(problem) => problem.into_response(),
        Ok(None) => next.run(request).await,
        Ok(Some(who)) => {
            request.extensions_mut().insert(who.clone());
            match guarded.once {
                true => idempotency::once(&guarded.api, &who, request, next).await,
                false => next.run(request).await,
            }
        }
    }
}

/// Who asks, where somebody must; or why they are not let through.
async fn admit(guarded: &Guarded, secret: Option<String>, origin: String) -> Result<Option<Who>, Problem> {
    let Guarded { api, needs, signs_in, .. } = guarded;
    api.limits.forget();
    if *signs_in {
        Limits::check(&api.limits.sign_ins, &origin)?;
    }
    if *needs == Needs::Nothing {
        Limits::check(&api.limits.origins, &origin)?;
        return Ok(None);
    }
    let who = match who(api, secret, origin.clone()).await {
        Ok(who) => who,
        // Whoever guesses secrets is slowed down, too.
        Err(problem) => return Err(Limits::check(&api.limits.origins, &origin).err().unwrap_or(problem)),
    };
    Limits::check(&api.limits.accounts, &who.caller.name)?;
    if let Needs::Permission(permission) = needs {
        who.may(*permission)?;
    }
    Ok(Some(who))
}

/// From where a request came.
#[derive(Clone, Debug)]
pub(crate) struct Origin(pub(crate) String);

fn origin(request: &Request) -> String {
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>();
    address.map_or_else(|| "desk".to_owned(), |ConnectInfo(address)| address.ip().to_string())
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What every answer says, whatever was asked.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Around everything: an id, a time limit, headers, a log line and a measurement for each request.
pub(crate) async fn around(State(api): State<Api>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = id(&request);
    let method = request.method().clone();
    // The route, not the address: names of tenants belong in no log and in no metric.
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let span = trace::of_request(request.headers(), &method, &route, &id);
    let answered = tokio::time::timeout(api.settings.most_seconds, next.run(request)).instrument(span.clone()).await;
    // What is logged from here on belongs to the trace, too.
    let _inside = span.enter();
    let mut response = answered.unwrap_or_else(|_| {
        let detail = "the answer took too long and was given up; ask for less";
        Problem::new(StatusCode::GATEWAY_TIMEOUT, "request.too_slow", detail).into_response()
    });
    let mut code = None;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        code = Some(problem.code().to_owned());
        match problem.cause() {
            Some(cause) if problem.status().is_server_error() => {
                tracing::error!(request = %id, code = problem.code(), cause, "an operation failed inside");
            }
            Some(cause) => tracing::warn!(request = %id, code = problem.code(), cause, "an operation was refused"),
            None => {}
        }
        let body = problem.of_request(&id).into_body();
        response.headers_mut().remove(header::CONTENT_LENGTH);
        *response.body_mut() = body.into();
    }
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let (status, took) = (response.status(), begun.elapsed());
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    api.metrics.answered(&method, &route, status, took);
    trace::answered(&span, status, code.as_deref());
    let trace = trace::id(&span);
    tracing::info!(request = %id, trace, %method, route, status = status.as_u16(), milliseconds, "answered");
    response
}

/// The id that the request came with, where it is plain and short, or a new one.
fn id(request: &Request) -> String {
    let is_plain = |id: &&str| {
        (8..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    if let Some(id) = text(request.headers(), REQUEST_ID.as_str()).filter(is_plain) {
        return id.to_owned();
    }
    let mut bytes = [0; 12];
    // An id need not be secret: without random numbers all requests share one.
    let _ = getrandom::fill(&mut bytes);
    sla_core::evidence::hex(&bytes)
}
