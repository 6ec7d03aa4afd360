//! Clocks that go back, stand at the beginning or run far ahead: what is done is recorded with the time that was said, in the
//! order in which it was done, and the chain holds.

use sla_acceptance::servers::Postgres;
use sla_core::decision::{Decision, RequestState};
use sla_core::workflow::{MonthState, WorkflowStep};
use sla_ledger::{AuditRequest, Ledger};

use crate::catalogue::{about, document};
use crate::engine::{AT, Engine, entry, verified};
use crate::workflow::step;

const DAY_SECONDS: i64 = 86_400;
/// 9999-12-31T23:59:59Z.
const FAR_AHEAD: i64 = 253_402_300_799;
/// 0000-01-01T00:00:00Z.
const FAR_BACK: i64 = -62_167_219_200;

#[tokio::test(flavor = "multi_thread")]
async fn clocks_that_go_back_break_nothing_on_sqlite() {
    clocks(&Engine::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clocks_that_go_back_break_nothing_on_postgres() {
    clocks(&Engine::Postgres(Postgres::start())).await;
}

async fn clocks(engine: &Engine) {
    let url = engine.url();
    let ledger = Ledger::open(&url).await.expect("a new ledger");
    let mut expected = Vec::new();
    // Each a little wrong in another way.
    let closed = [(entry("nord", 1, 100), AT), (entry("nord", 2, 200), AT - DAY_SECONDS), (entry("nord", 3, 300), 0)];
    for (number, (entry, at)) in closed.into_iter().enumerate() {
        ledger.record(&[entry], "tester", at).await.expect("recorded");
        // A tenant and a contract once, a month and a credit each.
        expected.extend(vec![at; if number == 0 { 4 } else { 2 }]);
    }
    for (one, commitment, actor, at, entries) in [
        (WorkflowStep::Submit, None, "Ina", -1, 2),
        (WorkflowStep::Comment, None, "Ina", FAR_AHEAD, 1),
        (WorkflowStep::Approve, Some("up"), "Ole", FAR_BACK, 1),
        (WorkflowStep::Approve, None, "Ole", AT, 1),
        (WorkflowStep::Issue, None, "Ina", AT - 1, 2),
    ] {
        let status = ledger.take(&step(one, commitment), actor, at).await.unwrap_or_else(|error| panic!("{error}"));
        let steps = commitment.map_or(&status.steps, |_| &status.credits[0].steps);
        assert_eq!(steps.last().map(|last| (last.step, last.at)), Some((one, at)));
        expected.extend(vec![at; entries]);
    }
    let last = ledger.revisions(None, None).await.expect("revisions").pop().expect("a month");
    // What was done first stands first, whatever the clocks said.
    assert_eq!((last.state, last.record.revision, last.closed_at), (MonthState::Issued, 3, 0));
    assert_eq!(last.steps.iter().map(|one| one.at).collect::<Vec<_>>(), [-1, FAR_AHEAD, AT, AT - 1]);

    ledger.enter(&[document("Exclusion", "move", "v: 1", 0)], 0, "Ina", AT).await.expect("entered");
    // Decided before it was entered, as the clock has it: it was there to be decided, so the clock is wrong.
    let decided = ledger.decide(&about(Decision::Approve, "seen"), "Ole", AT - DAY_SECONDS).await.expect("decided");
    assert_eq!((decided.state, decided.decisions[0].at), (Some(RequestState::Approved), AT - DAY_SECONDS));
    ledger.enter(&[document("Exclusion", "move", "v: 2", 1)], 1, "Ina", FAR_BACK).await.expect("entered");
    let ruling = ledger.catalogue().await.expect("a catalogue").rulings().remove(0);
    assert_eq!((ruling.version, ruling.state, ruling.entered_at), (2, RequestState::Requested, FAR_BACK));
    expected.extend([AT, AT - DAY_SECONDS, FAR_BACK]);

    let all = ledger.audit(&AuditRequest { limit: 100, ..AuditRequest::default() }).await.expect("entries");
    let times: Vec<i64> = all.iter().rev().map(|one| one.entry.at).collect();
    assert_eq!(times, expected);
    let before = verified(&ledger).await;
    ledger.close().await;
    let ledger = Ledger::open_existing(&url).await.expect("the ledger");
    assert_eq!(verified(&ledger).await, before);
    ledger.close().await;
}
