//! Requests that somebody else decides, as tables: every state with every decision, and every person with each of them.

use sla_core::decision::{Decision, Request, RequestState};
use sla_core::workflow::WorkflowError;

#[test]
fn a_decision_follows_a_state_or_does_not() {
    #[track_caller]
    fn check(state: RequestState, expected: [&str; 3]) {
        let found = Decision::ALL.map(|decision| match state.after(decision) {
            Ok(next) => next.name(),
            Err(WorkflowError::OutOfOrder { .. }) => "-",
            Err(other) => panic!("{other}"),
        });
        assert_eq!(found, expected, "{state:?}");
    }
    // approve, refuse, withdraw
    check(RequestState::Requested, ["approved", "refused", "withdrawn"]);
    check(RequestState::Approved, ["-", "refused", "withdrawn"]);
    check(RequestState::Refused, ["-", "-", "-"]);
    check(RequestState::Withdrawn, ["-", "-", "-"]);
    let error = RequestState::Refused.after(Decision::Approve).expect_err("it is refused");
    assert_eq!(error.to_string(), "it is refused, and approve follows requested");
}

#[test]
fn who_asked_does_not_decide_and_nobody_else_takes_it_back() {
    #[track_caller]
    fn check(decision: Decision, actor: &str, reason: &str, expected: &str) {
        let request = Request { entered_by: "Ina", named: Some("Operations") };
        let found = request.may(decision, actor, reason).map_or_else(|error| error.code(), |()| "may");
        assert_eq!(found, expected, "{decision:?} by {actor:?}");
    }
    for decision in [Decision::Approve, Decision::Refuse] {
        check(decision, "Ole", "because", "may");
        for author in ["Ina", " ina\n", "INA", "operations"] {
            check(decision, author, "because", "workflow.four_eyes");
        }
        check(decision, " ", "because", "workflow.no_actor");
    }
    check(Decision::Approve, "Ole", "", "may");
    check(Decision::Refuse, "Ole", " \n", "workflow.no_reason");
    check(Decision::Withdraw, "ina ", "", "may");
    check(Decision::Withdraw, "Ole", "", "workflow.not_theirs");
    check(Decision::Withdraw, "Operations", "", "workflow.not_theirs");
    check(Decision::Withdraw, "", "", "workflow.no_actor");
}

#[test]
fn names_are_stable() {
    for state in RequestState::ALL {
        assert_eq!(RequestState::named(state.name()), Some(state));
    }
    for decision in Decision::ALL {
        assert_eq!(Decision::named(decision.name()), Some(decision));
    }
    assert_eq!((RequestState::named("open"), Decision::named("agree")), (None, None));
}
