//! All operations, and the router that is made from them.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, patch, post, put};
use sla_app::{
    AccountView, CreditSummary, DocumentView, Entered, Found, JobRequest, JobView, MonthSummary, MonthView,
    OfferedTotp, OpenIdBegun, RequestView, Secret, TokenView,
};
use sla_core::access::Permission;
use sla_core::billing::Billing;
use sla_core::outage::ExplainedOutage;
use sla_core::record::{MonthRecord, RecordEvidence};

use crate::accounts::{AccountBody, LimitBody, LimitView, MadeToken, NewAccountBody, NewTokenBody};
use crate::api::Api;
use crate::audit::{AuditQuery, EntryView, Soundness};
use crate::catalogue::{DecisionBody, DiffQuery, ExclusionBody, ExclusionsQuery, Text, VersionQuery};
use crate::cursor::Page;
use crate::documents::{BillingQuery, DocumentsQuery, Listed};
use crate::evidence::EvidenceQuery;
use crate::guard::{Guarded, around, guard};
use crate::jobs::JobsQuery;
use crate::months::{CreditsQuery, ExplainQuery, MonthsQuery, StepBody};
use crate::operation::Needs::{Nothing, Permission as Holds, Session};
use crate::operation::Operation;
use crate::overview::{Overview, OverviewQuery, SearchQuery};
use crate::problem::Problem;
use crate::sign_in::{CodeBody, CompletionBody, Me, OpenIdBody, PasswordBody, ProofBody, SignInBody, TotpBody, Ways};
use crate::tenants::{ContractsQuery, Document, TenantsQuery};
use crate::{
    accounts, audit, catalogue, documents, evidence, health, jobs, months, openapi, overview, sign_in, tenants,
};

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
    let mut all = oneself();
    all.extend(people());
    all.extend(customers());
    all.extend(work());
    all.extend(papers());
    all.extend(long_work());
    all.extend(objectives::<true>("/slo", "Slo", Permission::SlosRead, Permission::SlosWrite));
    all.extend(objectives::<false>("/incidents", "Incident", Permission::SlosRead, Permission::IncidentsWrite));
    all.extend(requests());
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
    };
    all.into_iter().map(every).collect()
}

/// Signing in and out, and one's own account.
fn oneself() -> Vec<Operation> {
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

fn people() -> Vec<Operation> {
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

fn customers() -> Vec<Operation> {
    let (tenants_read, contracts_read) = (Holds(Permission::TenantsRead), Holds(Permission::ContractsRead));
    vec![
        Operation::new("listTenants", (GET, "/tenants"), tenants_read, "List tenants", get(tenants::tenants))
            .query::<TenantsQuery>()
            .gives::<Page<Document>>(200, "Tenants, by id"),
        Operation::new("getTenant", (GET, "/tenants/{tenant}"), tenants_read, "Show a tenant", get(tenants::tenant))
            .path("tenant", "The tenant")
            .gives::<Document>(200, "The latest version of the tenant")
            .refuses(404, "There is no such tenant, or it is not yours to see"),
        Operation::new("listContracts", (GET, "/contracts"), contracts_read, "List contracts", get(tenants::contracts))
            .query::<ContractsQuery>()
            .gives::<Page<Document>>(200, "The latest version of each contract, by id"),
        Operation::new(
            "getContract",
            (GET, "/contracts/{contract}"),
            contracts_read,
            "Show every version of a contract",
            get(tenants::contract),
        )
        .path("contract", "The contract")
        .gives::<Vec<Document>>(200, "Its versions, oldest first")
        .refuses(404, "There is no such contract, or it is not yours to see"),
    ]
}

fn work() -> Vec<Operation> {
    let (read, audit_read) = (Holds(Permission::MonthsRead), Holds(Permission::AuditRead));
    const MONTH: &str = "/months/{tenant}/{contract}/{month}";
    const STEPS: &str = "/months/{tenant}/{contract}/{month}/steps";
    const CREDIT_STEPS: &str = "/months/{tenant}/{contract}/{month}/credits/{commitment}/steps";
    const REVISIONS: &str = "/months/{tenant}/{contract}/{month}/revisions";
    const REVISION: &str = "/months/{tenant}/{contract}/{month}/revisions/{revision}";
    const EXPLAIN: &str = "/months/{tenant}/{contract}/{month}/explanation";
    vec![
        Operation::new("overview", (GET, "/overview"), read, "What a month comes to", get(overview::overview))
            .query::<OverviewQuery>()
            .gives::<Overview>(200, "Counts and sums of all months"),
        Operation::new("search", (GET, "/search"), read, "Find months by a name", get(overview::search))
            .query::<SearchQuery>()
            .gives::<Vec<Found>>(200, "At most 50, the latest month first"),
        Operation::new("listMonths", (GET, "/months"), read, "List months", get(months::list))
            .query::<MonthsQuery>()
            .gives::<Page<MonthSummary>>(200, "Months in the order that was asked for"),
        Operation::new("getMonth", (GET, MONTH), read, "Show a month", get(months::show))
            .of_month()
            .gives::<MonthView>(200, "Its latest revision with its credits and what was done with them")
            .refuses(304, "It is as you know it"),
        Operation::new("listRevisions", (GET, REVISIONS), read, "List revisions of a month", get(months::history))
            .of_month()
            .gives::<Vec<MonthView>>(200, "Its revisions, oldest first"),
        Operation::new("getRevision", (GET, REVISION), read, "Show what a revision states", get(months::stated))
            .of_month()
            .path("revision", "The revision, from 1")
            .gives::<MonthRecord>(200, "The record, as report.json has it"),
        Operation::new("explainMonth", (GET, EXPLAIN), read, "Where every amount comes from", get(months::explained))
            .of_month()
            .query::<ExplainQuery>()
            .gives_text("text/plain; charset=utf-8", "The derivation of every credit, step by step"),
        // A step needs what it is; the handler asks for that permission.
        Operation::new("stepMonth", (POST, STEPS), read, "Take a step with a month", post(months::month_step))
            .of_month()
            .if_match(false)
            .once()
            .takes::<StepBody>()
            .gives::<MonthView>(200, "The month as it is now")
            .refuses(409, "The step does not follow"),
        Operation::new(
            "stepCredit",
            (POST, CREDIT_STEPS),
            read,
            "Take a step with a credit",
            post(months::credit_step),
        )
        .of_month()
        .path("commitment", "The commitment whose credit it is")
        .if_match(false)
        .once()
        .takes::<StepBody>()
        .gives::<MonthView>(200, "The month as it is now")
        .refuses(409, "The step does not follow"),
        Operation::new("listCredits", (GET, "/credits"), read, "List credits", get(months::credits))
            .query::<CreditsQuery>()
            .gives::<Page<CreditSummary>>(200, "Credits in the order that was asked for"),
        Operation::new("listAudit", (GET, "/audit"), audit_read, "List entries of the audit chain", get(audit::list))
            .query::<AuditQuery>()
            .gives::<Page<EntryView>>(200, "Entries, the last one first"),
        Operation::new("verifyAudit", (GET, "/audit/verification"), audit_read, "Walk the chain", get(audit::verify))
            .gives::<Soundness>(200, "Whether the chain and the facts are as they were recorded"),
    ]
}

fn papers() -> Vec<Operation> {
    const DOCUMENTS: &str = "/months/{tenant}/{contract}/{month}/documents";
    const DOCUMENT: &str = "/months/{tenant}/{contract}/{month}/documents/{document}";
    const EVIDENCE: &str = "/months/{tenant}/{contract}/{month}/evidence";
    const ONE_EVIDENCE: &str = "/months/{tenant}/{contract}/{month}/evidence/{sha256}";
    const OUTAGES: &str = "/months/{tenant}/{contract}/{month}/outages";
    let read = Holds(Permission::DocumentsRead);
    let billing = Holds(Permission::BillingRead);
    vec![
        Operation::new("listDocuments", (GET, DOCUMENTS), read, "List documents of a month", get(documents::list))
            .of_month()
            .query::<DocumentsQuery>()
            .gives::<Vec<Listed>>(200, "What can be read, drawn from the ledger"),
        Operation::new("getDocument", (GET, DOCUMENT), read, "Read a document of a month", get(documents::download))
            .of_month()
            .path("document", "Its name, such as report.pdf")
            .query::<DocumentsQuery>()
            .gives_text("application/pdf", "The document, of the media type that the list tells"),
        Operation::new(
            "listEvidence",
            (GET, EVIDENCE),
            Holds(Permission::EvidenceRead),
            "List the evidence of a month",
            get(evidence::list),
        )
        .of_month()
        .query::<EvidenceQuery>()
        .gives::<Vec<RecordEvidence>>(200, "What was asked of which source, and the hash of each file"),
        Operation::new(
            "getEvidence",
            (GET, ONE_EVIDENCE),
            Holds(Permission::EvidenceRead),
            "Read a piece of evidence",
            get(evidence::download),
        )
        .of_month()
        .path("sha256", "The hash of the file")
        .query::<EvidenceQuery>()
        .gives_text(evidence::PARQUET, "The file as it was captured")
        .refuses(409, "This program does not know where evidence lies"),
        Operation::new(
            "listOutages",
            (GET, OUTAGES),
            Holds(Permission::MonthsRead),
            "Why each outage was",
            get(documents::explained_outages),
        )
        .of_month()
        .gives::<Vec<ExplainedOutage>>(200, "Outages with the incidents and exclusions that explain them")
        .refuses(304, "It is as you know it"),
        Operation::new(
            "getBilling",
            (GET, "/billing"),
            billing,
            "What months mean for the invoice",
            get(documents::billed),
        )
        .query::<BillingQuery>()
        .gives::<Billing>(200, "Charges, credits, net and running caps by tenant, and what was booked")
        .refuses(404, "There is no such tenant, or it is not yours to see"),
    ]
}

/// What takes longer than a request.
fn long_work() -> Vec<Operation> {
    // What a job does needs its own permission; the handler asks for that.
    let read = Holds(Permission::MonthsRead);
    let no_job = "There is no such job, or it is not yours to see";
    vec![
        Operation::new("askJob", (POST, "/jobs"), read, "Ask for a job: close, restate, compare", post(jobs::ask))
            .once()
            .takes::<JobRequest>()
            .gives::<JobView>(202, "The job, which waits for its turn")
            .refuses(404, "There is no such tenant, or it is not yours to see")
            .refuses(409, "This program carries no jobs out"),
        Operation::new("listJobs", (GET, "/jobs"), read, "List jobs", get(jobs::list))
            .query::<JobsQuery>()
            .gives::<Page<JobView>>(200, "Jobs, the one that was asked for last first"),
        Operation::new("getJob", (GET, "/jobs/{job}"), read, "Show a job and how far it is", get(jobs::show))
            .path("job", "The job's id")
            .gives::<JobView>(200, "The job")
            .refuses(404, no_job),
        Operation::new("cancelJob", (DELETE, "/jobs/{job}"), read, "Call a job off", delete(jobs::cancel))
            .path("job", "The job's id")
            .gives::<JobView>(200, "The job; one that runs stops in a moment, unless it records already")
            .refuses(404, no_job)
            .refuses(409, "It has ended"),
    ]
}

/// Documents of the catalogue of one kind.
fn objectives<const IS_SLO: bool>(
    path: &'static str,
    noun: &'static str,
    read: Permission,
    write: Permission,
) -> Vec<Operation> {
    let names = |verb: &str| -> &'static str { format!("{verb}{noun}").leak() };
    let below = |rest: &str| -> &'static str { format!("{path}/{{name}}{rest}").leak() };
    let of_all = "The catalogue is about all tenants, and not all are assigned";
    let all = vec![
        Operation::new(names("list"), (GET, path), Holds(read), "List them", get(catalogue::list::<IS_SLO>))
            .gives::<Vec<DocumentView>>(200, "All that are in force, by name"),
        Operation::new(names("get"), (GET, below("")), Holds(read), "Show one", get(catalogue::show::<IS_SLO>))
            .path("name", "Its name")
            .query::<VersionQuery>()
            .gives::<Text>(200, "It with its text as it was entered")
            .refuses(304, "It is as you know it")
            .refuses(404, "There is none of that name, or no such version"),
        Operation::new(
            names("put"),
            (PUT, below("")),
            Holds(write),
            "Enter one, or a new version of it",
            put(catalogue::enter::<IS_SLO>),
        )
        .path("name", "Its name")
        .if_match(false)
        .takes_document()
        .gives::<Entered>(201, "It was entered")
        .gives::<Entered>(200, "A new version was entered, or it says what it said before")
        .refuses(409, "There is one of that name, or the catalogue has moved"),
        Operation::new(
            names("retire"),
            (DELETE, below("")),
            Holds(write),
            "Take one out of the catalogue",
            delete(catalogue::end::<IS_SLO>),
        )
        .path("name", "Its name")
        .if_match(true)
        .gives::<Entered>(200, "It is out; its history stays")
        .refuses(404, "There is none of that name")
        .refuses(409, "The catalogue has moved")
        .refuses(422, "Others refer to it")
        .refuses(428, "The version that was looked at is not said"),
        Operation::new(
            names("history"),
            (GET, below("/history")),
            Holds(read),
            "List its versions",
            get(catalogue::versions::<IS_SLO>),
        )
        .path("name", "Its name")
        .gives::<Vec<DocumentView>>(200, "Its versions, oldest first")
        .refuses(404, "There is none of that name"),
        Operation::new(
            names("diff"),
            (GET, below("/diff")),
            Holds(read),
            "What changed between two versions",
            get(catalogue::diff::<IS_SLO>),
        )
        .path("name", "Its name")
        .query::<DiffQuery>()
        .gives_text("text/plain; charset=utf-8", "A unified difference; empty when both say the same")
        .refuses(404, "There is none of that name, or no such version"),
    ];
    all.into_iter().map(|operation| operation.refuses(403, of_all)).collect()
}

fn requests() -> Vec<Operation> {
    const DECIDE: &str = "/exclusions/{name}/decisions";
    const DECIDE_INCIDENT: &str = "/incidents/{name}/decisions";
    // Who asked may take it back; the handler asks for what a decision needs.
    let decides = Holds(Permission::SlosRead);
    let ruled = |operation: Operation| {
        operation
            .path("name", "Its name")
            .once()
            .takes::<DecisionBody>()
            .gives::<DocumentView>(200, "It as it is now")
            .refuses(404, "There is none of that name")
            .refuses(409, "The decision does not follow, or there is a later version")
    };
    vec![
        Operation::new(
            "listExclusions",
            (GET, "/exclusions"),
            Holds(Permission::SlosRead),
            "List exclusions",
            get(catalogue::exclusions),
        )
        .query::<ExclusionsQuery>()
        .gives::<Vec<RequestView>>(200, "Exclusions of the ledger and where their requests are"),
        Operation::new(
            "requestExclusion",
            (POST, "/exclusions"),
            Holds(Permission::ExclusionsRequest),
            "Ask for an exclusion",
            post(catalogue::ask),
        )
        .once()
        .takes::<ExclusionBody>()
        .gives::<Entered>(201, "It waits for somebody else")
        .refuses(404, "There is no such tenant")
        .refuses(409, "There is one of that name, or the catalogue has moved"),
        ruled(Operation::new(
            "decideExclusion",
            (POST, DECIDE),
            decides,
            "Decide an exclusion",
            post(catalogue::rule_exclusion),
        )),
        ruled(Operation::new(
            "decideIncident",
            (POST, DECIDE_INCIDENT),
            decides,
            "Decide an incident's clock stops",
            post(catalogue::rule_incident),
        )),
    ]
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
        .fallback(async || Problem::not_found("the address"))
        .method_not_allowed_fallback(async || {
            let detail = "the address is there, but not for this method";
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "request.method", detail)
        })
        .layer(DefaultBodyLimit::max(api.settings.most_body_bytes))
        .layer(from_fn_with_state(api.clone(), around))
        .with_state(api)
}
