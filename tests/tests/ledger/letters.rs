//! Letters that people write in place of the drawn one, on every engine.

use sla_acceptance::servers::Postgres;
use sla_core::workflow::WorkflowStep;
use sla_ledger::{Ledger, LetterEntry, LetterOf, LetterVersion};

use crate::engine::{AT, Engine, entry, execute, record, verified};
use crate::workflow::step;

pub(crate) fn of(revision: u32) -> LetterOf<'static> {
    LetterOf { tenant: "nord", contract: "nord-contract", month: "2026-10".parse().expect("a month"), revision }
}

pub(crate) fn letter(revision: u32, text: &str, seen: usize) -> LetterEntry<'_> {
    LetterEntry { of: of(revision), text, base: "# Drawn\n", seen }
}

async fn refused(ledger: &Ledger, entry: &LetterEntry<'_>, actor: &str, code: &str) {
    let before = verified(ledger).await;
    let error = ledger.write_letter(entry, actor, AT).await.expect_err(code);
    assert_eq!(error.code(), code, "{error}");
    assert_eq!(verified(ledger).await, before);
}

async fn check(engine: &Engine) {
    let url = engine.url();
    let ledger = Ledger::open(&url).await.expect("a new ledger");
    record(&ledger, &[entry("nord", 1, 100), entry("west", 1, 0)]).await.expect("recorded");
    assert_eq!(ledger.letters(&of(1)).await.expect("none yet"), []);
    let version = |number: u32, text: &str, actor: &str| LetterVersion {
        number,
        text: text.to_owned(),
        base: "# Drawn\n".to_owned(),
        actor: actor.to_owned(),
        at: AT,
    };
    let long = format!("# Brief\n\n{}\n", "Störung 株式会社 نوردليخت ".repeat(500));
    let first = ledger.write_letter(&letter(1, "# Eins\n", 0), "Ina", AT).await.expect("written");
    assert_eq!(first, [version(1, "# Eins\n", "Ina")]);
    ledger.write_letter(&letter(1, &long, 1), " Ole ", AT).await.expect("written");
    let all = ledger.letters(&of(1)).await.expect("letters");
    assert_eq!(all, [version(1, "# Eins\n", "Ina"), version(2, &long, "Ole")]);

    // Who has not seen the last one is told so, and so is who means what is not there.
    refused(&ledger, &letter(1, "# Zwei\n", 1), "Ina", "ledger.stale").await;
    refused(&ledger, &letter(2, "# Zwei\n", 0), "Ina", "ledger.unknown").await;
    refused(&ledger, &letter(1, "# Zwei\n", 2), " ", "workflow.no_actor").await;

    // A restated month begins with the drawn letter again; the one before it is not to be written any more.
    record(&ledger, &[entry("nord", 2, 140)]).await.expect("recorded");
    assert_eq!(ledger.letters(&of(2)).await.expect("none yet"), []);
    assert_eq!(ledger.letters(&of(1)).await.expect("letters").len(), 2);
    refused(&ledger, &letter(1, "# Drei\n", 2), "Ina", "ledger.stale").await;

    // Until it is issued; then what was sent stays.
    for (request, actor) in [
        (step(WorkflowStep::Submit, None), "Ina"),
        (step(WorkflowStep::Approve, Some("up")), "Ole"),
        (step(WorkflowStep::Approve, None), "Ole"),
    ] {
        ledger.take(&request, actor, AT).await.expect("taken");
    }
    ledger.write_letter(&letter(2, "# Approved\n", 0), "Ina", AT).await.expect("written");
    ledger.take(&step(WorkflowStep::Issue, None), "Ina", AT).await.expect("issued");
    refused(&ledger, &letter(2, "# Later\n", 1), "Ina", "workflow.letter_sent").await;

    // The engine itself keeps both, whatever program writes.
    let raw = engine.raw(&url).await;
    let insert = "insert into letters values ('nord', 'nord-contract', '2026-10', 2, 2, 'x', 'x', 'Ina', 0)";
    for (statement, expected) in [
        (insert, "issued with its letter"),
        ("update letters set text = 'other'", "facts are appended"),
        ("delete from letters", "facts are appended"),
    ] {
        let error = execute(&raw, statement).await.expect_err("refused").to_string();
        assert!(error.contains(expected), "{error}");
    }
    engine.unguard(&raw).await;
    execute(&raw, "update letters set text = 'other' where revision = 1 and number = 2").await.expect("done");
    raw.close().await;
    let error = ledger.verify().await.expect_err("tampered").to_string();
    assert!(error.contains("letter/nord/nord-contract/2026-10/1/2 was changed"), "{error}");
    ledger.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_are_written_on_sqlite() {
    check(&Engine::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_are_written_on_postgres() {
    check(&Engine::Postgres(Postgres::start())).await;
}
