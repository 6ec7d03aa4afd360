//! Reviewing, approving, issuing, restating and taking back, on every engine.

use std::sync::Arc;

use sla_acceptance::servers::Postgres;
use sla_core::workflow::{CreditState, MonthState, WorkflowStep};
use sla_ledger::{CloseEntry, CreditStatus, Ledger, LedgerError, MonthStatus, StepRequest};

use crate::engine::{AT, Engine, entry, execute, record, verified};

/// A month of nord whose one credit may be anything in a range.
pub(crate) fn ranging(revision: u32, low: i64, high: i64) -> CloseEntry {
    let mut entry = entry("nord", revision, high);
    entry.record.commitments[0].credit.low_minor = low;
    entry.record.credit_total.low_minor = low;
    entry
}

/// The same with a second commitment that may owe as much; all together not more than `most`.
fn two(revision: u32, high: i64, most: i64) -> CloseEntry {
    let mut entry = ranging(revision, 0, high);
    let mut second = entry.record.commitments[0].clone();
    second.name = "quick".to_owned();
    entry.record.commitments.push(second);
    entry.record.credit_total.high_minor = most;
    entry
}

/// A step with nord's month, or with the credit of one of its commitments.
pub(crate) fn step(step: WorkflowStep, commitment: Option<&'static str>) -> StepRequest<'static> {
    StepRequest {
        tenant: "nord",
        contract: "nord-contract",
        month: "2026-10".parse().expect("a month"),
        revision: None,
        commitment,
        step,
        amount_minor: None,
        note: "because",
        seen: None,
    }
}

const UP: Option<&str> = Some("up");

async fn take(ledger: &Ledger, request: &StepRequest<'_>, actor: &str) -> MonthStatus {
    ledger.take(request, actor, AT).await.unwrap_or_else(|error| panic!("{actor} {:?}: {error}", request.step))
}

/// What a refused step is refused for; the chain is as it was.
async fn refused(ledger: &Ledger, request: &StepRequest<'_>, actor: &str, code: &str) -> String {
    let before = verified(ledger).await;
    let error = ledger.take(request, actor, AT).await.expect_err(code);
    assert_eq!(error.code(), code, "{error}");
    assert_eq!(verified(ledger).await, before);
    error.to_string()
}

fn credit<'a>(status: &'a MonthStatus, commitment: &str) -> &'a CreditStatus {
    status.credits.iter().find(|credit| credit.commitment == commitment).expect("a credit")
}

/// Every amount that was issued or taken back, revision after revision.
async fn booked(ledger: &Ledger) -> Vec<(u32, i64)> {
    let revisions = ledger.revisions(Some("nord"), None).await.expect("revisions");
    let of = |status: &MonthStatus| {
        let steps = status
            .credits
            .iter()
            .flat_map(|credit| &credit.steps)
            .filter(|one| matches!(one.step, WorkflowStep::Issue | WorkflowStep::Reverse));
        steps.map(|one| (status.record.revision, one.amount_minor.expect("an amount"))).collect::<Vec<_>>()
    };
    revisions.iter().flat_map(of).collect()
}

async fn closed(engine: &Engine, entries: &[CloseEntry]) -> Ledger {
    let ledger = Ledger::open(&engine.url()).await.expect("a new ledger");
    record(&ledger, entries).await.expect("recorded");
    ledger
}

/// Submits, approves and issues the month as it stands.
async fn issued(ledger: &Ledger) -> MonthStatus {
    let status = take(ledger, &step(WorkflowStep::Submit, None), "Ina").await;
    for credit in &status.credits {
        let name: &'static str = if credit.commitment == "up" { "up" } else { "quick" };
        take(ledger, &step(WorkflowStep::Approve, Some(name)), "Ole").await;
    }
    take(ledger, &step(WorkflowStep::Approve, None), "Ole").await;
    take(ledger, &step(WorkflowStep::Issue, None), "Ina").await
}

#[tokio::test(flavor = "multi_thread")]
async fn months_pass_through_several_hands_on_sqlite() {
    workflow(&Engine::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn months_pass_through_several_hands_on_postgres() {
    workflow(&Engine::Postgres(Postgres::start())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn months_pass_through_several_hands_behind_a_pooler() {
    workflow(&Engine::pooled()).await;
}

async fn workflow(engine: &Engine) {
    a_month_passes_through_several_hands(engine).await;
    an_amount_is_decided_inside_its_range(engine).await;
    credits_together_stay_inside_what_the_month_owes(engine).await;
    what_one_person_did_another_one_approves(engine).await;
    a_month_is_handed_back(engine).await;
    a_restated_month_issues_the_difference(engine).await;
    what_was_issued_last_can_be_taken_back(engine).await;
    what_was_looked_at_must_still_be_there(engine).await;
    what_is_not_there_is_said(engine).await;
    of_two_people_one_is_told_that_it_is_done(engine).await;
    steps_are_facts(engine).await;
}

async fn a_month_passes_through_several_hands(engine: &Engine) {
    let ledger = closed(engine, &[entry("nord", 1, 100), entry("west", 1, 0)]).await;
    let all = ledger.revisions(None, Some("2026-10".parse().expect("a month"))).await.expect("revisions");
    let told = |one: &MonthStatus| (one.record.tenant.clone(), one.state, one.credits.len(), one.closed_by.clone());
    let expected = [("nord", 1), ("west", 0)];
    let expected =
        expected.map(|(tenant, credits)| (tenant.to_owned(), MonthState::Closed, credits, "tester".to_owned()));
    assert_eq!(all.iter().map(told).collect::<Vec<_>>(), expected);
    assert_eq!(ledger.revisions(Some("west"), None).await.expect("revisions").len(), 1);
    assert!(ledger.revisions(None, Some("2026-09".parse().expect("a month"))).await.expect("revisions").is_empty());
    let before = verified(&ledger).await.entries;

    let status = take(&ledger, &step(WorkflowStep::Submit, None), "Ina").await;
    assert_eq!((status.state, credit(&status, "up").state), (MonthState::InReview, CreditState::InReview));
    refused(&ledger, &step(WorkflowStep::Submit, None), "Ina", "workflow.out_of_order").await;
    refused(&ledger, &step(WorkflowStep::Issue, None), "Ina", "workflow.out_of_order").await;
    let told = refused(&ledger, &step(WorkflowStep::Approve, None), "Ole", "workflow.credits_open").await;
    assert!(told.contains("1 of its credits are neither approved nor rejected: up"), "{told}");
    refused(&ledger, &step(WorkflowStep::Issue, UP), "Ole", "workflow.with_month").await;
    let status = take(&ledger, &step(WorkflowStep::Comment, UP), "Uwe").await;
    assert_eq!(credit(&status, "up").state, CreditState::InReview);
    let status = take(&ledger, &step(WorkflowStep::Approve, UP), "Ole").await;
    assert_eq!((credit(&status, "up").state, credit(&status, "up").decided_minor), (CreditState::Approved, Some(100)));
    assert_eq!(take(&ledger, &step(WorkflowStep::Approve, None), "Ole").await.state, MonthState::Approved);
    let status = take(&ledger, &step(WorkflowStep::Issue, None), "Ina").await;
    assert_eq!((status.state, credit(&status, "up").state), (MonthState::Issued, CreditState::Issued));
    let steps =
        credit(&status, "up").steps.iter().map(|one| (one.number, one.step, one.actor.as_str(), one.amount_minor));
    let expected = [
        (1, WorkflowStep::Submit, "Ina", None),
        (2, WorkflowStep::Comment, "Uwe", None),
        (3, WorkflowStep::Approve, "Ole", Some(100)),
        (4, WorkflowStep::Issue, "Ina", Some(100)),
    ];
    assert_eq!(steps.collect::<Vec<_>>(), expected);
    // Three steps of the month and four of its credit.
    assert_eq!(verified(&ledger).await.entries, before + 7);
    // A month that owes nothing needs no credits.
    let west = |step| StepRequest { tenant: "west", contract: "west-contract", step, ..self::step(step, None) };
    for (step, actor) in [(WorkflowStep::Submit, "Ina"), (WorkflowStep::Approve, "Ole"), (WorkflowStep::Issue, "Ina")] {
        take(&ledger, &west(step), actor).await;
    }
    ledger.close().await;
}

async fn an_amount_is_decided_inside_its_range(engine: &Engine) {
    let ledger = closed(engine, &[ranging(1, 20, 100)]).await;
    take(&ledger, &step(WorkflowStep::Submit, None), "Ina").await;
    let decide = |amount_minor| StepRequest { amount_minor, ..step(WorkflowStep::Decide, UP) };
    refused(&ledger, &step(WorkflowStep::Approve, UP), "Ole", "workflow.undecided").await;
    refused(&ledger, &decide(None), "Ina", "workflow.undecided").await;
    for amount in [19, 101, -20] {
        refused(&ledger, &decide(Some(amount)), "Ina", "workflow.outside_range").await;
    }
    refused(&ledger, &StepRequest { note: " ", ..decide(Some(50)) }, "Ina", "workflow.no_reason").await;
    take(&ledger, &decide(Some(50)), "Ina").await;
    let status = take(&ledger, &decide(Some(60)), "Uwe").await;
    assert_eq!(credit(&status, "up").decided_minor, Some(60));
    // Both who decided are kept from approving, the first one, too.
    for decider in ["Ina", "Uwe"] {
        refused(&ledger, &step(WorkflowStep::Approve, UP), decider, "workflow.four_eyes").await;
    }
    let status = take(&ledger, &step(WorkflowStep::Approve, UP), "Ole").await;
    assert_eq!(credit(&status, "up").decided_minor, Some(60));
    // Nor do they approve the month that holds it.
    refused(&ledger, &step(WorkflowStep::Approve, None), "Uwe", "workflow.four_eyes").await;
    take(&ledger, &step(WorkflowStep::Approve, None), "Ole").await;
    take(&ledger, &step(WorkflowStep::Issue, None), "Ole").await;
    assert_eq!(booked(&ledger).await, [(1, 60)]);
    ledger.close().await;
}

async fn credits_together_stay_inside_what_the_month_owes(engine: &Engine) {
    let ledger = closed(engine, &[two(1, 100, 150)]).await;
    take(&ledger, &step(WorkflowStep::Submit, None), "Ina").await;
    for (commitment, amount) in [("up", 100), ("quick", 51)] {
        let decide = StepRequest { amount_minor: Some(amount), ..step(WorkflowStep::Decide, Some(commitment)) };
        take(&ledger, &decide, "Ina").await;
    }
    take(&ledger, &step(WorkflowStep::Approve, UP), "Ole").await;
    let told = refused(&ledger, &step(WorkflowStep::Approve, Some("quick")), "Ole", "workflow.above_total").await;
    assert!(told.contains("come to 151, and it owes 150 at most"), "{told}");
    let decide = StepRequest { amount_minor: Some(50), ..step(WorkflowStep::Decide, Some("quick")) };
    take(&ledger, &decide, "Ina").await;
    take(&ledger, &step(WorkflowStep::Approve, Some("quick")), "Ole").await;
    ledger.close().await;
}

async fn what_one_person_did_another_one_approves(engine: &Engine) {
    let url = engine.url();
    let ledger = Ledger::open(&url).await.expect("a new ledger");
    record(&ledger, &[two(1, 100, 200)]).await.expect("recorded");
    take(&ledger, &step(WorkflowStep::Submit, None), "tester").await;
    let decide = StepRequest { amount_minor: Some(100), ..step(WorkflowStep::Decide, UP) };
    take(&ledger, &decide, "Ina").await;
    for tester in ["tester", " tester\n"] {
        let told = refused(&ledger, &step(WorkflowStep::Approve, UP), tester, "workflow.four_eyes").await;
        assert!(told.contains("tester closed the month"), "{told}");
    }
    refused(&ledger, &step(WorkflowStep::Approve, UP), " ", "workflow.no_actor").await;
    take(&ledger, &step(WorkflowStep::Reject, Some("quick")), "Uwe").await;
    take(&ledger, &step(WorkflowStep::Approve, UP), "Ole").await;
    // Who rejected a credit decided it, too.
    for author in ["tester", "Ina", "Uwe"] {
        refused(&ledger, &step(WorkflowStep::Approve, None), author, "workflow.four_eyes").await;
    }
    // The engine itself refuses it, whatever program writes.
    let raw = engine.raw(&url).await;
    for (commitment, actor) in
        [("", "tester"), ("", "Ina"), ("", "Uwe"), ("up", "tester"), ("up", "Ina"), ("quick", "Uwe")]
    {
        let error = execute(
            &raw,
            &format!(
                "insert into steps values ('nord', 'nord-contract', '2026-10', 1, '{commitment}', 9, 'approve', null, '', \
                 '{actor}', 0)"
            ),
        )
        .await
        .expect_err("the engine refuses it");
        assert!(error.to_string().contains("four eyes"), "{commitment} {actor}: {error}");
    }
    raw.close().await;
    assert_eq!(take(&ledger, &step(WorkflowStep::Approve, None), "Ole").await.state, MonthState::Approved);
    take(&ledger, &step(WorkflowStep::Issue, None), "Ole").await;
    assert_eq!(booked(&ledger).await, [(1, 100)], "what was rejected is not issued");
    ledger.close().await;
}

async fn a_month_is_handed_back(engine: &Engine) {
    let ledger = closed(engine, &[ranging(1, 0, 100)]).await;
    take(&ledger, &step(WorkflowStep::Submit, None), "Ina").await;
    let decide = StepRequest { amount_minor: Some(70), ..step(WorkflowStep::Decide, UP) };
    take(&ledger, &decide, "Ina").await;
    take(&ledger, &step(WorkflowStep::Approve, UP), "Ole").await;
    let handed_back = step(WorkflowStep::Return, None);
    refused(&ledger, &StepRequest { note: "", ..handed_back }, "Ole", "workflow.no_reason").await;
    let status = take(&ledger, &handed_back, "Ole").await;
    let (state, amount) = (credit(&status, "up").state, credit(&status, "up").decided_minor);
    assert_eq!((status.state, state, amount), (MonthState::Closed, CreditState::Draft, None));
    // It begins anew, and what was decided before does not bind.
    take(&ledger, &step(WorkflowStep::Submit, None), "Ina").await;
    refused(&ledger, &step(WorkflowStep::Approve, UP), "Ole", "workflow.undecided").await;
    ledger.close().await;
}

async fn a_restated_month_issues_the_difference(engine: &Engine) {
    let ledger = closed(engine, &[entry("nord", 1, 100)]).await;
    issued(&ledger).await;
    record(&ledger, &[entry("nord", 2, 140)]).await.expect("recorded");
    let status = issued(&ledger).await;
    assert_eq!((status.record.revision, credit(&status, "up").issued_before_minor), (2, 100));
    assert_eq!(booked(&ledger).await, [(1, 100), (2, 40)]);
    // What is owed no more is a draft of nothing, and issuing it takes back what was given.
    record(&ledger, &[entry("nord", 3, 0)]).await.expect("recorded");
    let revisions = ledger.revisions(Some("nord"), None).await.expect("revisions");
    let last = credit(revisions.last().expect("a revision"), "up");
    assert_eq!((last.low_minor, last.high_minor, last.issued_before_minor), (0, 0, 140));
    issued(&ledger).await;
    assert_eq!(booked(&ledger).await, [(1, 100), (2, 40), (3, -140)]);
    // Nothing is left to be taken back: the next revision has no credit.
    let mut same = entry("nord", 4, 0);
    same.record.commitments[0].good = sla_core::record::Count::Whole(2);
    record(&ledger, &[same]).await.expect("recorded");
    let revisions = ledger.revisions(Some("nord"), None).await.expect("revisions");
    assert_eq!(revisions.iter().map(|one| one.credits.len()).collect::<Vec<_>>(), [1, 1, 1, 0]);
    assert_eq!(
        revisions.iter().map(|one| one.state.name()).collect::<Vec<_>>(),
        ["issued", "issued", "issued", "closed"]
    );
    verified(&ledger).await;
    ledger.close().await;
}

async fn what_was_issued_last_can_be_taken_back(engine: &Engine) {
    let ledger = closed(engine, &[entry("nord", 1, 100)]).await;
    refused(&ledger, &step(WorkflowStep::Reverse, UP), "Ole", "workflow.out_of_order").await;
    issued(&ledger).await;
    record(&ledger, &[entry("nord", 2, 140)]).await.expect("recorded");
    issued(&ledger).await;
    record(&ledger, &[entry("nord", 3, 150)]).await.expect("recorded");
    let reverse = step(WorkflowStep::Reverse, UP);
    refused(&ledger, &StepRequest { note: "", ..reverse }, "Ole", "workflow.no_reason").await;
    refused(&ledger, &StepRequest { revision: Some(1), ..reverse }, "Ole", "ledger.stale").await;
    // The second revision is the one that was issued last; the third waits, and issues all of it then.
    let status = take(&ledger, &reverse, "Ole").await;
    assert_eq!((status.record.revision, credit(&status, "up").state), (2, CreditState::Reversed));
    assert_eq!(booked(&ledger).await, [(1, 100), (2, 40), (2, -140)]);
    refused(&ledger, &reverse, "Ole", "workflow.out_of_order").await;
    issued(&ledger).await;
    assert_eq!(booked(&ledger).await.last(), Some(&(3, 150)));
    ledger.close().await;
}

async fn what_was_looked_at_must_still_be_there(engine: &Engine) {
    let ledger = closed(engine, &[entry("nord", 1, 100)]).await;
    let seen = |steps, one| StepRequest { seen: Some(steps), ..one };
    refused(&ledger, &seen(1, step(WorkflowStep::Submit, None)), "Ina", "ledger.stale").await;
    take(&ledger, &seen(0, step(WorkflowStep::Submit, None)), "Ina").await;
    let told = refused(&ledger, &seen(0, step(WorkflowStep::Approve, UP)), "Ole", "ledger.stale").await;
    assert!(told.contains("0 steps were seen, 1 were taken"), "{told}");
    take(&ledger, &seen(1, step(WorkflowStep::Approve, UP)), "Ole").await;
    record(&ledger, &[entry("nord", 2, 140)]).await.expect("recorded");
    let old = StepRequest { revision: Some(1), ..step(WorkflowStep::Approve, None) };
    let told = refused(&ledger, &old, "Ole", "ledger.stale").await;
    assert!(told.contains("revision 1 was replaced by 2"), "{told}");
    // Something can be said of it still.
    take(&ledger, &StepRequest { revision: Some(1), ..step(WorkflowStep::Comment, None) }, "Ole").await;
    ledger.close().await;
}

async fn what_is_not_there_is_said(engine: &Engine) {
    let ledger = closed(engine, &[entry("nord", 1, 100), entry("west", 1, 0)]).await;
    let submit = step(WorkflowStep::Submit, None);
    let told = refused(&ledger, &StepRequest { tenant: "east", ..submit }, "Ina", "ledger.unknown").await;
    assert!(told.contains("east") && told.contains("close the month first"), "{told}");
    let told = refused(&ledger, &StepRequest { revision: Some(7), ..submit }, "Ina", "ledger.unknown").await;
    assert!(told.contains("its latest revision is 1"), "{told}");
    let told = refused(&ledger, &step(WorkflowStep::Approve, Some("fax")), "Ole", "ledger.unknown").await;
    assert!(told.contains("credits are there for: up"), "{told}");
    let west = StepRequest { tenant: "west", contract: "west-contract", ..step(WorkflowStep::Approve, UP) };
    let told = refused(&ledger, &west, "Ole", "ledger.unknown").await;
    assert!(told.contains("the month has no credits"), "{told}");
    refused(&ledger, &step(WorkflowStep::Reject, None), "Ole", "workflow.no_such_step").await;
    ledger.close().await;
}

/// Two desks approve the same credit, again and again: one of them does, the other one is told, and the chain holds.
async fn of_two_people_one_is_told_that_it_is_done(engine: &Engine) {
    const ROUNDS: u32 = 12;
    let url = engine.url();
    let [one, two] = [(); 2].map(|()| Ledger::open(&url));
    let (one, two) = (Arc::new(one.await.expect("a ledger")), Arc::new(two.await.expect("a ledger")));
    for round in 1..=ROUNDS {
        record(&one, &[entry("nord", round, i64::from(round) * 10)]).await.expect("recorded");
        take(&one, &step(WorkflowStep::Submit, None), "Ina").await;
        let request = step(WorkflowStep::Approve, UP);
        let (first, second) = tokio::join!(one.take(&request, "Ole", AT), two.take(&request, "Uwe", AT));
        let lost: Vec<LedgerError> = [first, second].into_iter().filter_map(Result::err).collect();
        assert_eq!(lost.iter().map(LedgerError::code).collect::<Vec<_>>(), ["workflow.out_of_order"], "round {round}");
    }
    verified(&one).await;
    for ledger in [one, two] {
        Arc::into_inner(ledger).expect("nobody else has it").close().await;
    }
}

async fn steps_are_facts(engine: &Engine) {
    let url = engine.url();
    let ledger = Ledger::open(&url).await.expect("a new ledger");
    record(&ledger, &[entry("nord", 1, 100)]).await.expect("recorded");
    take(&ledger, &step(WorkflowStep::Submit, None), "Ina").await;
    let raw = engine.raw(&url).await;
    for statement in ["update steps set note = 'other'", "delete from steps"] {
        let error = execute(&raw, statement).await.expect_err("refused");
        assert!(error.to_string().contains("facts are appended"), "{error}");
    }
    engine.unguard(&raw).await;
    execute(&raw, "update steps set actor = 'Uwe' where commitment = 'up'").await.expect("done");
    raw.close().await;
    let error = ledger.verify().await.expect_err("tampered").to_string();
    assert!(error.contains("credit-step/nord/nord-contract/2026-10/1/up/1 was changed after entry 6"), "{error}");
    ledger.close().await;
}
