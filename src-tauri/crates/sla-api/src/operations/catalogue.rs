//! Objectives, incidents and exclusions of the catalogue.

use axum::routing::{delete, get, post, put};
use sla_app::{DocumentView, Entered, RequestView};
use sla_core::access::Permission;

use super::{DELETE, GET, POST, PUT};
use crate::catalogue;
use crate::catalogue::{DecisionBody, DiffQuery, ExclusionBody, ExclusionsQuery, Text, VersionQuery};
use crate::operation::Needs::Permission as Holds;
use crate::operation::Operation;

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
