//! The catalogue as a whole; and objectives, incidents and exclusions, which have addresses of their own.

use axum::routing::{delete, get, post, put};
use sla_app::{
    CatalogueRow, Checked, DocumentView, Effects, Entered, RequestView, SourceTest, TemplateView, WholeDocument,
};
use sla_core::access::Permission;

use super::{DELETE, GET, POST, PUT};
use crate::catalogue;
use crate::catalogue::{DecisionBody, DiffQuery, ExclusionBody, ExclusionsQuery, Text, VersionQuery};
use crate::operation::Needs::Permission as Holds;
use crate::operation::Operation;
use crate::whole;
use crate::whole::{CatalogueQuery, DraftQuery, EffectsQuery};

/// Documents of every kind, and drafts of them.
pub(super) fn whole_catalogue() -> Vec<Operation> {
    const ALL: &str = "/catalogue/documents";
    const ONE: &str = "/catalogue/documents/{kind}/{name}";
    const HISTORY: &str = "/catalogue/documents/{kind}/{name}/history";
    const DIFF: &str = "/catalogue/documents/{kind}/{name}/diff";
    let read = Holds(Permission::SlosRead);
    let of_one = |operation: Operation| {
        operation
            .path("kind", "Its kind, such as Contract")
            .path("name", "Its name; of a contract with its version, such as nordlicht-platform.2")
    };
    // Entering and taking out needs a permission by the kind; the handlers ask for that.
    let documents = [
        Operation::new("listCatalogue", (GET, ALL), read, "List documents of every kind", get(whole::list))
            .query::<CatalogueQuery>()
            .gives::<Vec<CatalogueRow>>(200, "All that they see, in the ledger and in files, by kind and name")
            .refuses(422, "The desk's folder cannot be read as a catalogue"),
        of_one(Operation::new("getDocumentText", (GET, ONE), read, "Show one with its text", get(whole::show)))
            .query::<VersionQuery>()
            .gives::<WholeDocument>(200, "It with its text as it was entered, or as it stands in its file")
            .refuses(304, "It is as you know it")
            .refuses(404, "There is none of that name, or no such version"),
        of_one(Operation::new("putDocument", (PUT, ONE), read, "Enter one, or a new version of it", put(whole::enter)))
            .if_match(false)
            .takes_document()
            .gives::<Entered>(201, "It was entered")
            .gives::<Entered>(200, "A new version was entered, or it says what it said before")
            .refuses(404, "One of that name is not yours to see")
            .refuses(409, "There is one of that name, or the catalogue has moved"),
        of_one(Operation::new(
            "retireDocument",
            (DELETE, ONE),
            read,
            "Take one out of the catalogue",
            delete(whole::end),
        ))
        .if_match(true)
        .gives::<Entered>(200, "It is out; its history stays")
        .refuses(404, "The ledger holds none of that name")
        .refuses(409, "The catalogue has moved")
        .refuses(422, "Others refer to it")
        .refuses(428, "The version that was looked at is not said"),
        of_one(Operation::new("documentHistory", (GET, HISTORY), read, "List its versions", get(whole::versions)))
            .gives::<Vec<DocumentView>>(200, "Its versions, oldest first")
            .refuses(404, "The ledger holds none of that name"),
        of_one(Operation::new(
            "documentDiff",
            (GET, DIFF),
            read,
            "What changed between two versions",
            get(whole::diff),
        ))
        .query::<DiffQuery>()
        .gives_text("text/plain; charset=utf-8", "A unified difference; empty when both say the same")
        .refuses(404, "The ledger holds none of that name, or no such version"),
    ];
    let drafts = [
        Operation::new(
            "checkDraft",
            (POST, "/catalogue/checks"),
            read,
            "Check a draft with all the rest, without entering it",
            post(whole::check),
        )
        .query::<DraftQuery>()
        .takes_document()
        .gives::<Checked>(200, "What the linter finds in it, and elsewhere because of it"),
        Operation::new(
            "draftEffects",
            (POST, "/catalogue/effects"),
            read,
            "State closed months again with a change that is not entered",
            post(whole::change),
        )
        .query::<EffectsQuery>()
        .takes_document()
        .gives::<Effects>(200, "Verdict and money before and after, from the evidence on record; no source is asked")
        .refuses(409, "This program does not know where evidence lies"),
        Operation::new(
            "testSource",
            (POST, "/catalogue/source-tests"),
            Holds(Permission::SlosWrite),
            "Ask a source of measurements now whether it answers",
            post(whole::try_source),
        )
        .takes_document()
        .gives::<SourceTest>(
            200,
            "What the source said, or what is wrong; secrets are sent only where they are entered",
        )
        .refuses(409, "This program does not know where files lie"),
        Operation::new(
            "listTemplates",
            (GET, "/catalogue/templates"),
            read,
            "List the contract templates that come with the program",
            get(whole::templates),
        )
        .gives::<Vec<TemplateView>>(200, "Templates by name, each with its text"),
    ];
    let of_all = "It concerns all tenants, and not all are assigned; or it needs a permission that is not held";
    documents.into_iter().chain(drafts).map(|operation| operation.refuses(403, of_all)).collect()
}

/// Documents of the catalogue of one kind.
pub(super) fn objectives<const IS_SLO: bool>(
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
        .refuses(404, "One of that name is not yours to see")
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

pub(super) fn requests() -> Vec<Operation> {
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
