//! Customers, their months with all that is done with them, and what takes longer than a request.

use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get, post, put};
use sla_app::{
    CalendarRow, CommitmentCalendar, CreditSummary, CreditTotals, Derived, EvidenceRow, Found, JobRequest, JobView,
    LetterView, MonthSummary, MonthView, Verification,
};
use sla_core::access::Permission;
use sla_core::billing::Billing;
use sla_core::course::{BurnDown, HourMap};
use sla_core::outage::ExplainedOutage;
use sla_core::record::{MonthDifference, MonthRecord, RecordEvidence};

use super::{DELETE, GET, POST, PUT};
use crate::audit::{AuditQuery, EntryView, GovernanceQuery, Soundness};
use crate::bundles::VerifyQuery;
use crate::cursor::Page;
use crate::documents::{BillingQuery, DifferenceQuery, LetterBody, Listed, PortfolioQuery, StatementQuery};
use crate::evidence::{CalendarQuery, DayQuery, EvidenceQuery};
use crate::jobs::JobsQuery;
use crate::letters::{OccasionView, RunningQuery};
use crate::months::{CreditTotalsQuery, CreditsQuery, ExplainQuery, MonthsQuery, RevisionQuery, StepBody};
use crate::operation::Needs::Permission as Holds;
use crate::operation::Operation;
use crate::overview::{Overview, OverviewQuery, SearchQuery};
use crate::standing::{StandingQuery, StandingView};
use crate::tenants::{ContractsQuery, Document, TenantsQuery};
use crate::{audit, bundles, documents, evidence, jobs, letters, months, overview, standing, tenants};

pub(super) fn customers() -> Vec<Operation> {
    let (tenants_read, contracts_read) = (Holds(Permission::TenantsRead), Holds(Permission::ContractsRead));
    vec![
        Operation::new("listTenants", (GET, "/tenants"), tenants_read, "List tenants", get(tenants::tenants))
            .query::<TenantsQuery>()
            .gives::<Page<Document>>(200, "Tenants in the order that was asked for"),
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

pub(super) fn work() -> Vec<Operation> {
    let (read, audit_read) = (Holds(Permission::MonthsRead), Holds(Permission::AuditRead));
    const MONTH: &str = "/months/{tenant}/{contract}/{month}";
    const STEPS: &str = "/months/{tenant}/{contract}/{month}/steps";
    const CREDIT_STEPS: &str = "/months/{tenant}/{contract}/{month}/credits/{commitment}/steps";
    const REVISIONS: &str = "/months/{tenant}/{contract}/{month}/revisions";
    const REVISION: &str = "/months/{tenant}/{contract}/{month}/revisions/{revision}";
    const DIFFERENCE: &str = "/months/{tenant}/{contract}/{month}/difference";
    const EXPLAIN: &str = "/months/{tenant}/{contract}/{month}/explanation";
    const DERIVATIONS: &str = "/months/{tenant}/{contract}/{month}/derivations";
    const HOURS: &str = "/months/{tenant}/{contract}/{month}/commitments/{commitment}/hours";
    const BURN_DOWN: &str = "/months/{tenant}/{contract}/{month}/commitments/{commitment}/burn-down";
    const NOT_NOTED: &str = "The revision was closed by a version that did not note it; restate the month";
    vec![
        Operation::new("overview", (GET, "/overview"), read, "What a month comes to", get(overview::overview))
            .query::<OverviewQuery>()
            .gives::<Overview>(200, "Counts and sums of all months"),
        Operation::new("standing", (GET, "/standing"), read, "How running months stand", get(standing::show))
            .query::<StandingQuery>()
            .gives::<StandingView>(200, "As it was when a job last had a look"),
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
        Operation::new(
            "compareRevisions",
            (GET, DIFFERENCE),
            read,
            "What a later revision says otherwise",
            get(documents::difference),
        )
        .of_month()
        .query::<DifferenceQuery>()
        .gives::<MonthDifference>(200, "Verdicts, figures and money before and after, and what they rest on"),
        Operation::new("explainMonth", (GET, EXPLAIN), read, "Where every amount comes from", get(months::explained))
            .of_month()
            .query::<ExplainQuery>()
            .gives_text("text/plain; charset=utf-8", "The derivation of every credit, step by step"),
        Operation::new(
            "deriveMonth",
            (GET, DERIVATIONS),
            read,
            "Where every amount comes from, as values",
            get(months::derivations),
        )
        .of_month()
        .query::<ExplainQuery>()
        .gives::<Derived>(200, "Each step with its rule, its inputs, its exact and its rounded value, and its words"),
        Operation::new("getHours", (GET, HOURS), read, "How a commitment went hour by hour", get(months::hours))
            .of_month()
            .path("commitment", "The commitment, as it is unique in the month")
            .query::<RevisionQuery>()
            .gives::<HourMap>(200, "Every local day with the 24 hours that a clock shows")
            .refuses(409, NOT_NOTED),
        Operation::new(
            "getBurnDown",
            (GET, BURN_DOWN),
            read,
            "How an error budget was used up",
            get(months::burn_down),
        )
        .of_month()
        .path("commitment", "The commitment, as it is unique in the month")
        .query::<RevisionQuery>()
        .gives::<BurnDown>(200, "What is used and left by the end of each local day, beside the ideal")
        .refuses(409, NOT_NOTED),
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
        Operation::new(
            "creditTotals",
            (GET, "/credits/totals"),
            read,
            "What the credits of a list come to",
            get(months::credit_totals),
        )
        .query::<CreditTotalsQuery>()
        .gives::<Vec<CreditTotals>>(200, "Counts and sums of all pages of the list, by currency"),
        Operation::new("listAudit", (GET, "/audit"), audit_read, "List entries of the audit chain", get(audit::list))
            .query::<AuditQuery>()
            .gives::<Page<EntryView>>(200, "Entries, the last one first"),
        Operation::new("verifyAudit", (GET, "/audit/verification"), audit_read, "Walk the chain", get(audit::verify))
            .gives::<Soundness>(200, "Whether the chain and the facts are as they were recorded"),
        Operation::new(
            "listGovernance",
            (GET, "/governance/documents"),
            audit_read,
            "List the documents of the summary for governance",
            get(audit::list_governance),
        )
        .query::<GovernanceQuery>()
        .gives::<Vec<Listed>>(200, "What can be read, drawn from the ledger"),
        Operation::new(
            "getGovernance",
            (GET, "/governance/documents/{document}"),
            audit_read,
            "Read a document of the summary for governance",
            get(audit::download_governance),
        )
        .path("document", "Its name, such as governance.pdf")
        .query::<GovernanceQuery>()
        .gives_text("application/pdf", "The document, of the media type that the list tells")
        .refuses(404, "There is no such document"),
    ]
}

pub(super) fn papers() -> Vec<Operation> {
    const DOCUMENTS: &str = "/months/{tenant}/{contract}/{month}/documents";
    const DOCUMENT: &str = "/months/{tenant}/{contract}/{month}/documents/{document}";
    const EVIDENCE: &str = "/months/{tenant}/{contract}/{month}/evidence";
    const ONE_EVIDENCE: &str = "/months/{tenant}/{contract}/{month}/evidence/{sha256}";
    const LETTER: &str = "/months/{tenant}/{contract}/{month}/letter";
    const LETTERS: &str = "/months/{tenant}/{contract}/{month}/letters";
    const ONE_LETTER: &str = "/months/{tenant}/{contract}/{month}/letters/{document}";
    const RUNNING: &str = "/standing/{tenant}/{contract}/letters";
    const ONE_RUNNING: &str = "/standing/{tenant}/{contract}/letters/{document}";
    const BUNDLE: &str = "/months/{tenant}/{contract}/{month}/bundle";
    const OUTAGES: &str = "/months/{tenant}/{contract}/{month}/outages";
    let read = Holds(Permission::DocumentsRead);
    let billing = Holds(Permission::BillingRead);
    // Drafts are for whoever words letters; customers read what was sent to them.
    let words = Holds(Permission::MonthsReview);
    vec![
        Operation::new("listDocuments", (GET, DOCUMENTS), read, "List documents of a month", get(documents::list))
            .of_month()
            .query::<RevisionQuery>()
            .gives::<Vec<Listed>>(200, "What can be read, drawn from the ledger"),
        Operation::new("getDocument", (GET, DOCUMENT), read, "Read a document of a month", get(documents::download))
            .of_month()
            .path("document", "Its name, such as report.pdf")
            .query::<RevisionQuery>()
            .gives_text("application/pdf", "The document, of the media type that the list tells"),
        Operation::new("getLetter", (GET, LETTER), read, "Show the letter of a month", get(documents::show_letter))
            .of_month()
            .query::<RevisionQuery>()
            .gives::<LetterView>(200, "As it is drawn, and as people wrote it")
            .refuses(304, "It is as you know it"),
        Operation::new(
            "writeLetter",
            (PUT, LETTER),
            Holds(Permission::MonthsReview),
            "Write the letter of a month",
            put(documents::put_letter),
        )
        .of_month()
        .if_match(true)
        .once()
        .takes::<LetterBody>()
        .gives::<LetterView>(200, "The letter as it is now")
        .refuses(409, "The month was issued with its letter")
        .refuses(428, "Nothing says which letter was looked at"),
        Operation::new("listLetters", (GET, LETTERS), words, "List letters beside the month's own", get(letters::list))
            .of_month()
            .query::<RevisionQuery>()
            .gives::<Vec<OccasionView>>(200, "Drafts where there is occasion, and why there is none elsewhere"),
        Operation::new(
            "getLetterFile",
            (GET, ONE_LETTER),
            words,
            "Read a letter beside the month's own",
            get(letters::download),
        )
        .of_month()
        .path("document", "Its name, such as letter-credit.eml")
        .query::<RevisionQuery>()
        .gives_text("message/rfc822", "The letter, of the media type that the list tells"),
        Operation::new(
            "listRunningLetters",
            (GET, RUNNING),
            words,
            "List letters about a month that runs",
            get(letters::list_running),
        )
        .path("tenant", "The tenant")
        .path("contract", "The contract")
        .query::<RunningQuery>()
        .gives::<Vec<OccasionView>>(200, "Drafts where there is occasion, and why there is none elsewhere")
        .refuses(404, "There is no such contract, or it is not yours to see")
        .refuses(422, "The catalogue cannot be read"),
        Operation::new(
            "getRunningLetterFile",
            (GET, ONE_RUNNING),
            words,
            "Read a letter about a month that runs",
            get(letters::download_running),
        )
        .path("tenant", "The tenant")
        .path("contract", "The contract")
        .path("document", "Its name, such as letter-breach.eml")
        .query::<RunningQuery>()
        .gives_text("message/rfc822", "The letter, of the media type that the list tells")
        .refuses(404, "There is no such contract or letter, or it is not yours to see")
        .refuses(422, "The catalogue cannot be read"),
        Operation::new(
            "listEvidence",
            (GET, EVIDENCE),
            Holds(Permission::EvidenceRead),
            "List the evidence of a month",
            get(evidence::list),
        )
        .of_month()
        .query::<RevisionQuery>()
        .gives::<Vec<RecordEvidence>>(200, "What was asked of which source, and the hash of each file"),
        Operation::new(
            "listAllEvidence",
            (GET, "/evidence"),
            Holds(Permission::EvidenceRead),
            "List the evidence of all months, with the check of each file",
            get(evidence::all),
        )
        .query::<EvidenceQuery>()
        .gives::<Page<EvidenceRow>>(200, "Evidence, the latest month first; a page holds that of some months"),
        Operation::new(
            "getEvidenceCalendar",
            (GET, "/evidence/calendar"),
            Holds(Permission::EvidenceRead),
            "What evidence there is for a month, day by day",
            get(evidence::calendar),
        )
        .query::<CalendarQuery>()
        .gives::<Page<CalendarRow>>(200, "Commitments by tenant and contract, each with its days")
        .refuses(422, "The desk's folder cannot be read as a catalogue"),
        Operation::new(
            "getCapturedDays",
            (GET, "/evidence/days"),
            Holds(Permission::EvidenceRead),
            "Which days of a month were captured before it is closed, commitment by commitment",
            get(evidence::captured),
        )
        .query::<CalendarQuery>()
        .gives::<Page<CommitmentCalendar>>(200, "Commitments that are measured at servers, each with its days")
        .refuses(404, "There is no such tenant, or it is not yours to see")
        .refuses(409, "This program does not know where evidence lies")
        .refuses(422, "The catalogue cannot be read"),
        Operation::new(
            "getCapturedDay",
            (GET, "/evidence/days/{tenant}/{contract}/{commitment}/{day}"),
            Holds(Permission::EvidenceRead),
            "What was asked for a captured day, and what its source warned of",
            get(evidence::captured_day),
        )
        .path("tenant", "The tenant")
        .path("contract", "The contract")
        .path("commitment", "The commitment")
        .path("day", "The day in the contract's zone, YYYY-MM-DD")
        .query::<DayQuery>()
        .gives::<RecordEvidence>(200, "The evidence that counts")
        .refuses(404, "The day was not captured, or it is not yours to see")
        .refuses(409, "This program does not know where evidence lies")
        .refuses(422, "The catalogue cannot be read"),
        Operation::new(
            "getEvidence",
            (GET, ONE_EVIDENCE),
            Holds(Permission::EvidenceRead),
            "Read a piece of evidence",
            get(evidence::download),
        )
        .of_month()
        .path("sha256", "The hash of the file")
        .query::<RevisionQuery>()
        .gives_text(evidence::PARQUET, "The file as it was captured")
        .refuses(409, "This program does not know where evidence lies"),
        Operation::new(
            "getBundle",
            (GET, BUNDLE),
            // It tells more than the report does, such as earlier months that were not issued: whoever sends months out decides.
            Holds(Permission::MonthsIssue),
            "Seal a month in one file that anybody can verify",
            get(bundles::sealed),
        )
        .of_month()
        .query::<RevisionQuery>()
        .gives_text(bundles::ZIP, "The bundle")
        .refuses(409, "This program has no key or no evidence, or what it has does not make the month again")
        .refuses(422, "The desk's folder cannot be read as a catalogue"),
        Operation::new(
            "verifyBundle",
            (POST, "/bundles/verification"),
            read,
            "Verify a sealed month",
            post(bundles::verify).layer(DefaultBodyLimit::max(bundles::MOST_UPLOAD_BYTES)),
        )
        .query::<VerifyQuery>()
        .takes_file(bundles::ZIP)
        .gives::<Verification>(200, "What agrees, and what does not; nothing of it is kept")
        .refuses(422, "What is given as the public key is none"),
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
            "listPortfolio",
            (GET, "/portfolio/documents"),
            read,
            "List the documents of a month of all tenants",
            get(documents::list_portfolio),
        )
        .query::<PortfolioQuery>()
        .gives::<Vec<Listed>>(200, "What can be read, drawn from the ledger")
        .refuses(404, "It is not yours to see"),
        Operation::new(
            "getPortfolio",
            (GET, "/portfolio/documents/{document}"),
            read,
            "Read a document of a month of all tenants",
            get(documents::download_portfolio),
        )
        .path("document", "Its name, such as portfolio.parquet")
        .query::<PortfolioQuery>()
        .gives_text("text/csv; charset=utf-8", "The document, of the media type that the list tells")
        .refuses(404, "There is no such document, or it is not yours to see"),
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
        Operation::new(
            "listStatement",
            (GET, "/billing/documents"),
            billing,
            "List the documents of finance's statement",
            get(documents::list_statement),
        )
        .query::<StatementQuery>()
        .gives::<Vec<Listed>>(200, "What can be read, drawn from the ledger")
        .refuses(404, "There is no such tenant, or it is not yours to see"),
        Operation::new(
            "getStatement",
            (GET, "/billing/documents/{document}"),
            billing,
            "Read a document of finance's statement",
            get(documents::download_statement),
        )
        .path("document", "Its name, such as statement.xlsx")
        .query::<StatementQuery>()
        .gives_text("text/csv; charset=utf-8", "The document, of the media type that the list tells")
        .refuses(404, "There is no such document or tenant, or it is not yours to see"),
    ]
}

/// What takes longer than a request.
pub(super) fn long_work() -> Vec<Operation> {
    // What a job does needs its own permission; the handler asks for that.
    let read = Holds(Permission::MonthsRead);
    let no_job = "There is no such job, or it is not yours to see";
    vec![
        Operation::new(
            "askJob",
            (POST, "/jobs"),
            read,
            "Ask for a job: close, restate, compare, look, capture",
            post(jobs::ask),
        )
        .once()
        .takes::<JobRequest>()
        .gives::<JobView>(202, "The job, which waits for its turn")
        .refuses(404, "There is no such tenant, or it is not yours to see")
        .refuses(409, "This program carries no jobs out, or days are captured already"),
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
