//! Copies of a ledger: a backup, and a ledger that moves to another engine.

use sla_acceptance::servers::Postgres;
use sla_core::decision::Decision;
use sla_core::workflow::{MonthState, WorkflowStep};
use sla_ledger::Ledger;

use crate::catalogue::{about, document};
use crate::engine::{AT, Engine, entry, execute, record, verified};
use crate::letters::{letter, of};
use crate::workflow::step;

/// A ledger with two tenants, a restated month, and one that was reviewed as far as it can go without being issued.
async fn filled(url: &str) -> Ledger {
    let ledger = Ledger::open(url).await.expect("a new ledger");
    record(&ledger, &[entry("nord", 1, 100), entry("west", 1, 0)]).await.expect("recorded");
    record(&ledger, &[entry("nord", 2, 140)]).await.expect("recorded");
    for (request, actor) in [
        (step(WorkflowStep::Submit, None), "Ina"),
        (step(WorkflowStep::Comment, Some("up")), "Uwe"),
        (step(WorkflowStep::Approve, Some("up")), "Ole"),
        (step(WorkflowStep::Approve, None), "Ole"),
    ] {
        ledger.take(&request, actor, AT).await.expect("taken");
    }
    ledger.write_letter(&letter(2, "# Written\n", 0), "Ina", AT).await.expect("written");
    let exclusion = document("Exclusion", "move", "v: 1", 0);
    ledger.enter(&[exclusion, document("SLO", "up", "a", 0)], 0, "Ina", AT).await.expect("entered");
    ledger.decide(&about(Decision::Approve, "seen"), "Ole", AT).await.expect("approved");
    ledger
}

/// Copies from one engine to another, and works on with the copy.
async fn check(from: &Engine, to: &Engine) {
    let ledger = filled(&from.url()).await;
    let before = verified(&ledger).await;
    let url = to.url();
    let copy = Ledger::open(&url).await.expect("a new ledger");
    assert_eq!(ledger.copy_to(&copy).await.expect("copied"), before);
    assert_eq!((verified(&ledger).await, verified(&copy).await), (before.clone(), before.clone()));
    let months = |ledger| async move { Ledger::revisions(ledger, None, None).await.expect("revisions") };
    assert_eq!(months(&copy).await, months(&ledger).await);
    let documents = |ledger| async move { Ledger::catalogue(ledger).await.expect("a catalogue") };
    assert_eq!(documents(&copy).await, documents(&ledger).await);
    assert_eq!(copy.letters(&of(2)).await.expect("letters"), ledger.letters(&of(2)).await.expect("letters"));
    // What was decided on the one goes on with the other: the chain continues, and four eyes still look.
    let issued = copy.take(&step(WorkflowStep::Issue, None), "Ina", AT).await.expect("issued");
    assert_eq!(issued.state, MonthState::Issued);
    record(&copy, &[entry("nord", 3, 150)]).await.expect("recorded");
    copy.take(&step(WorkflowStep::Submit, None), "Ina", AT).await.expect("submitted");
    let error = copy.take(&step(WorkflowStep::Approve, Some("up")), "tester", AT).await.expect_err("closed it");
    assert_eq!(error.code(), "workflow.four_eyes");
    assert!(verified(&copy).await.entries > before.entries);
    // A copy is never mixed with what is there.
    let full = verified(&copy).await;
    let error = ledger.copy_to(&copy).await.expect_err("not empty");
    assert_eq!(error.code(), "ledger.not_empty");
    assert_eq!(verified(&copy).await, full);
    for ledger in [ledger, copy] {
        ledger.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_moves_between_engines_with_its_chain() {
    let (sqlite, postgres, pooled) = (Engine::sqlite(), Engine::Postgres(Postgres::start()), Engine::pooled());
    check(&sqlite, &postgres).await;
    check(&postgres, &sqlite).await;
    check(&sqlite, &sqlite).await;
    check(&sqlite, &pooled).await;
    check(&pooled, &sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_ledger_is_not_copied() {
    let engine = Engine::sqlite();
    let url = engine.url();
    let ledger = filled(&url).await;
    let raw = engine.raw(&url).await;
    engine.unguard(&raw).await;
    execute(&raw, "update credits set high_minor = 999 where revision = 2").await.expect("done");
    raw.close().await;
    let copy = Ledger::open(&engine.url()).await.expect("a new ledger");
    let error = ledger.copy_to(&copy).await.expect_err("broken");
    assert_eq!(error.code(), "ledger.broken");
    assert_eq!(verified(&copy).await.entries, 0);
    for ledger in [ledger, copy] {
        ledger.close().await;
    }
}
