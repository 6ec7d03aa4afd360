//! How months and credits pass through several hands, as tables: every state with every step.

use sla_core::workflow::{CreditState, Hands, MonthState, WorkflowError, WorkflowStep, approved_amount};

/// What each step makes of a state, in the order of [`WorkflowStep::ALL`]; `-` where it does not follow, `x` where it is no
/// step.
#[track_caller]
fn check<S: Copy + std::fmt::Debug>(
    state: S,
    after: impl Fn(S, WorkflowStep) -> Result<S, WorkflowError>,
    name: impl Fn(S) -> &'static str,
    expected: [&str; 8],
) {
    let found = WorkflowStep::ALL.map(|step| match after(state, step) {
        Ok(next) => name(next),
        Err(WorkflowError::OutOfOrder { .. }) => "-",
        Err(WorkflowError::NoSuchStep { .. }) => "x",
        Err(other) => panic!("{other}"),
    });
    assert_eq!(found, expected, "{state:?}");
}

#[test]
fn a_month_is_closed_reviewed_approved_and_issued() {
    let check = |state, expected| check(state, MonthState::after, MonthState::name, expected);
    // submit, return, decide, approve, reject, issue, reverse, comment
    check(MonthState::Closed, ["in_review", "-", "x", "-", "x", "-", "x", "closed"]);
    check(MonthState::InReview, ["-", "closed", "x", "approved", "x", "-", "x", "in_review"]);
    check(MonthState::Approved, ["-", "-", "x", "-", "x", "issued", "x", "approved"]);
    check(MonthState::Issued, ["-", "-", "x", "-", "x", "-", "x", "issued"]);
}

#[test]
fn a_credit_is_a_draft_decided_and_given_or_not() {
    let check = |state, expected| check(state, CreditState::after, CreditState::name, expected);
    check(CreditState::Draft, ["in_review", "-", "-", "-", "-", "-", "-", "draft"]);
    check(CreditState::InReview, ["-", "draft", "in_review", "approved", "rejected", "-", "-", "in_review"]);
    check(CreditState::Approved, ["-", "draft", "-", "-", "-", "issued", "-", "approved"]);
    check(CreditState::Rejected, ["-", "draft", "-", "-", "-", "-", "-", "rejected"]);
    check(CreditState::Issued, ["-", "-", "-", "-", "-", "-", "reversed", "issued"]);
    check(CreditState::Reversed, ["-", "-", "-", "-", "-", "-", "-", "reversed"]);
}

#[test]
fn names_are_read_as_they_are_written() {
    for state in [MonthState::Closed, MonthState::InReview, MonthState::Approved, MonthState::Issued] {
        assert_eq!(MonthState::named(state.name()), Some(state));
    }
    use CreditState::{Approved, Draft, InReview, Issued, Rejected, Reversed};
    for state in [Draft, InReview, Approved, Rejected, Issued, Reversed] {
        assert_eq!(CreditState::named(state.name()), Some(state));
    }
    assert!(WorkflowStep::ALL.into_iter().all(|step| WorkflowStep::named(step.name()) == Some(step)));
    assert_eq!((MonthState::named("open"), CreditState::named("closed")), (None, None));
    assert_eq!((MonthState::default(), CreditState::default()), (MonthState::Closed, Draft));
}

#[test]
fn a_refusal_says_what_follows_what() {
    let told = |result: Result<MonthState, WorkflowError>| result.expect_err("refused").to_string();
    assert_eq!(told(MonthState::Closed.after(WorkflowStep::Approve)), "it is closed, and approve follows in_review");
    assert_eq!(
        told(MonthState::Closed.after(WorkflowStep::Reverse)),
        "reverse is no step of a month; expected one of: submit, return, approve, issue, comment"
    );
    let error = CreditState::Issued.after(WorkflowStep::Return).expect_err("refused");
    assert_eq!(error.to_string(), "it is issued, and return follows in_review or approved or rejected");
    assert_eq!(error.code(), "workflow.out_of_order");
}

#[test]
fn whoever_closed_or_decided_does_not_approve() {
    let decided_by = ["Ole".to_owned()];
    let hands = Hands { closed_by: "Ina", decided_by: &decided_by };
    let told = |actor| hands.may_approve(actor).map_err(|error| error.to_string());
    assert_eq!(told("Uwe"), Ok(()));
    assert_eq!(
        told("Ina"),
        Err("Ina closed the month, and what one person did another one approves (four eyes)".to_owned())
    );
    assert_eq!(
        told("Ole"),
        Err("Ole decided an amount, and what one person did another one approves (four eyes)".to_owned())
    );
}

#[test]
fn an_amount_is_decided_inside_the_range() {
    let amount = |low, high, decided| approved_amount(low, high, decided).map_err(|error| error.code());
    assert_eq!(amount(5, 5, None), Ok(5));
    assert_eq!(amount(0, 5, None), Err("workflow.undecided"));
    assert_eq!(amount(0, 5, Some(0)), Ok(0));
    assert_eq!(amount(2, 5, Some(5)), Ok(5));
    assert_eq!(amount(2, 5, Some(6)), Err("workflow.outside_range"));
    assert_eq!(amount(2, 5, Some(1)), Err("workflow.outside_range"));
}

#[test]
fn a_credit_is_submitted_returned_and_issued_with_its_month() {
    let alone = WorkflowStep::ALL.into_iter().filter(|step| step.of_a_credit_alone().is_ok());
    let names: Vec<_> = alone.map(WorkflowStep::name).collect();
    assert_eq!(names, ["decide", "approve", "reject", "reverse", "comment"]);
}

#[test]
fn what_changes_something_against_the_figures_needs_a_reason() {
    let needs = WorkflowStep::ALL.map(|step| (step.name(), step.with_reason(" \n").is_err()));
    let expected = ["return", "decide", "reject", "reverse", "comment"];
    assert_eq!(needs.into_iter().filter(|(_, needs)| *needs).map(|(name, _)| name).collect::<Vec<_>>(), expected);
    assert!(WorkflowStep::ALL.into_iter().all(|step| step.with_reason("because").is_ok()));
}
