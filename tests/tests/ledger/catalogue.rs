//! Documents and decisions about them, on every engine.

use std::collections::BTreeSet;
use std::sync::Arc;

use sla_acceptance::servers::Postgres;
use sla_core::access::TenantScope;
use sla_core::catalogue::DOCUMENT_LIMIT_BYTES;
use sla_core::decision::{Decision, RequestState};
use sla_core::evidence::sha256_hex;
use sla_ledger::{DecisionRequest, DocumentEntry, DocumentVersion, Ledger, LedgerError};

use crate::engine::{AT, Engine, entry, execute, record, verified};

/// Words that would end a statement, if anything pasted them into one.
const HOSTILE: &str = "x'); drop table catalogue_documents; -- \" $1 %s \\ 💥\u{7f}";

pub(crate) fn document(kind: &str, name: &str, text: &str, seen: u32) -> DocumentEntry {
    DocumentEntry {
        kind: kind.to_owned(),
        name: name.to_owned(),
        text: text.to_owned(),
        sha256: sha256_hex(text.as_bytes()),
        retired: false,
        seen,
    }
}

/// Enters documents after looking at the catalogue.
async fn enters(ledger: &Ledger, entries: &[DocumentEntry], actor: &str) -> Result<Vec<u32>, LedgerError> {
    let versions = ledger.catalogue().await.expect("a catalogue").versions;
    ledger.enter(entries, versions, actor, AT).await
}

/// What entering is refused for; the chain is as it was.
async fn refused(ledger: &Ledger, entries: &[DocumentEntry], actor: &str, code: &str) -> String {
    let before = verified(ledger).await;
    let error = enters(ledger, entries, actor).await.expect_err(code);
    assert_eq!(error.code(), code, "{error}");
    assert_eq!(verified(ledger).await, before);
    error.to_string()
}

pub(crate) fn about(decision: Decision, reason: &str) -> DecisionRequest<'_> {
    DecisionRequest { kind: "Exclusion", name: "move", version: None, decision, reason, seen: None, named: None }
}

/// What a decision is refused for; the chain is as it was.
async fn not_decided(ledger: &Ledger, request: &DecisionRequest<'_>, actor: &str, code: &str) -> String {
    let before = verified(ledger).await;
    let error = ledger.decide(request, actor, AT).await.expect_err(code);
    assert_eq!(error.code(), code, "{error}");
    assert_eq!(verified(ledger).await, before);
    error.to_string()
}

async fn decided(ledger: &Ledger, request: &DecisionRequest<'_>, actor: &str) -> RequestState {
    let version = ledger.decide(request, actor, AT).await.unwrap_or_else(|error| panic!("{actor}: {error}"));
    let last = ledger.history(request.kind, request.name).await.expect("a history").pop().expect("a version");
    assert_eq!(last, version, "what is given is what is kept");
    version.state.expect("a state")
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_a_catalogue() {
    catalogue(&Engine::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_a_catalogue() {
    catalogue(&Engine::Postgres(Postgres::start())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_behind_a_pooler_keeps_a_catalogue() {
    catalogue(&Engine::pooled()).await;
}

async fn catalogue(engine: &Engine) {
    a_changed_document_is_a_further_version(engine).await;
    documents_are_entered_whole_or_not_at_all(engine).await;
    what_does_not_fit_is_refused(engine).await;
    requests_are_decided_by_somebody_else(engine).await;
    the_engine_itself_keeps_the_rules(engine).await;
    of_many_who_enter_each_is_told(engine).await;
    a_ledger_of_the_second_program_is_brought_up(engine).await;
}

async fn a_changed_document_is_a_further_version(engine: &Engine) {
    let ledger = Ledger::open(&engine.url()).await.expect("a new ledger");
    assert_eq!(ledger.catalogue().await.expect("a catalogue").versions, 0);
    let first = [document("SLO", "up", "a: 1\n", 0), document("Exclusion", "move", HOSTILE, 0)];
    assert_eq!(enters(&ledger, &first, " Ina ").await.expect("entered"), [1, 1]);
    assert_eq!(enters(&ledger, &[document("SLO", "up", "a: 2\n", 1)], "Ole").await.expect("entered"), [2]);
    let told = |one: &DocumentVersion| {
        (one.name.clone(), one.version, one.text.clone(), one.retired, one.entered_by.clone(), one.state)
    };
    let told_of = |versions: &[DocumentVersion]| versions.iter().map(told).collect::<Vec<_>>();
    let slo = |version, text: &str, retired, by: &str| {
        ("up".to_owned(), version, text.to_owned(), retired, by.to_owned(), None)
    };
    let asked = ("move".to_owned(), 1, HOSTILE.to_owned(), false, "Ina".to_owned(), Some(RequestState::Requested));
    let stored = ledger.catalogue().await.expect("a catalogue");
    assert_eq!((told_of(&stored.documents), stored.versions), (vec![asked.clone(), slo(2, "a: 2\n", false, "Ole")], 3));
    let files: Vec<String> = stored.files().into_iter().map(|file| file.name).collect();
    assert_eq!(files, ["ledger:Exclusion/move@1", "ledger:SLO/up@2"]);
    // Taken out, it stays on record, and a further version brings it back.
    let out = DocumentEntry { retired: true, ..document("SLO", "up", "a: 2\n", 2) };
    assert_eq!(enters(&ledger, &[out], "Ina").await.expect("retired"), [3]);
    let stored = ledger.catalogue().await.expect("a catalogue");
    assert_eq!((stored.in_force().count(), stored.documents.len(), stored.versions), (1, 2, 4));
    assert_eq!(enters(&ledger, &[document("SLO", "up", "a: 2\n", 3)], "Ina").await.expect("entered"), [4]);
    let history = ledger.history("SLO", "up").await.expect("a history");
    let expected = [
        slo(1, "a: 1\n", false, "Ina"),
        slo(2, "a: 2\n", false, "Ole"),
        slo(3, "a: 2\n", true, "Ina"),
        slo(4, "a: 2\n", false, "Ina"),
    ];
    assert_eq!(told_of(&history), expected);
    assert_eq!(verified(&ledger).await.entries, 5);
    for (kind, name) in [("SLO", "down"), ("Service", "up"), ("", ""), ("SLO", ""), ("", "up"), (HOSTILE, HOSTILE)] {
        assert_eq!(ledger.history(kind, name).await.expect_err("none").code(), "ledger.unknown", "{kind} {name}");
    }
    ledger.close().await;
}

async fn documents_are_entered_whole_or_not_at_all(engine: &Engine) {
    let ledger = Ledger::open(&engine.url()).await.expect("a new ledger");
    enters(&ledger, &[document("SLO", "up", "a: 1\n", 0)], "Ina").await.expect("entered");
    for (seen, told) in [(0, "none was seen, there is version 1"), (2, "version 2 was seen, there is version 1")] {
        let entries = [document("Service", "new", "b: 1\n", 0), document("SLO", "up", "a: 2\n", seen)];
        let said = refused(&ledger, &entries, "Ole", "ledger.stale").await;
        assert!(said.contains(&format!("SLO up has changed meanwhile: {told}")), "{said}");
    }
    // One twice: the second has not seen the first.
    let twice = [document("SLO", "new", "a: 1\n", 0), document("SLO", "new", "a: 2\n", 0)];
    refused(&ledger, &twice, "Ole", "ledger.stale").await;
    // Something else was entered after it was checked.
    let before = verified(&ledger).await;
    let error = ledger.enter(&[document("SLO", "new", "a: 1\n", 0)], 0, "Ole", AT).await.expect_err("moved");
    assert_eq!((error.code(), verified(&ledger).await), ("ledger.catalogue_moved", before));
    ledger.close().await;
}

async fn what_does_not_fit_is_refused(engine: &Engine) {
    let ledger = Ledger::open(&engine.url()).await.expect("a new ledger");
    let long = "x".repeat(DOCUMENT_LIMIT_BYTES + 1);
    for (entry, actor, part) in [
        (document("SLO", "up", &long, 0), "Ina", "a document has 1048577 bytes, expected at most 1048576 bytes"),
        (document("SLO", "up", &"ä".repeat(DOCUMENT_LIMIT_BYTES / 2 + 1), 0), "Ina", "a document has 1048578 bytes"),
        (document("SLO", "up", "a\0b", 0), "Ina", "a document has the character U+0000"),
        (document("SLO", &"x".repeat(201), "a", 0), "Ina", "the name of a document has 201 characters"),
        (document(&"x".repeat(41), "up", "a", 0), "Ina", "the kind of a document has 41 characters"),
        (document("SLO", "up", "a", 0), " \n", "the name of who enters it has nothing, expected a name"),
        (document("SLO", "up", "a", 0), "I\0na", "the name of who enters it has the character U+0000"),
    ] {
        let said = refused(&ledger, &[entry], actor, "ledger.text").await;
        assert!(said.contains(part), "{said}");
    }
    // What just fits is kept to the byte.
    let most = "ä".repeat(DOCUMENT_LIMIT_BYTES / 2);
    enters(&ledger, &[document("SLO", &"x".repeat(200), &most, 0)], "Ina").await.expect("entered");
    assert_eq!(ledger.catalogue().await.expect("a catalogue").documents[0].text, most);
    verified(&ledger).await;
    ledger.close().await;
}

async fn requests_are_decided_by_somebody_else(engine: &Engine) {
    use Decision::{Approve, Refuse, Withdraw};
    let ledger = Ledger::open(&engine.url()).await.expect("a new ledger");
    enters(&ledger, &[document("Exclusion", "move", "v: 1", 0), document("SLO", "up", "a", 0)], "Ina")
        .await
        .expect("entered");
    let waits = async |account: &str| ledger.waiting(account).await.expect("counted").requests;
    assert_eq!([waits("Ole").await, waits("Ina").await, waits(" iNA\n").await], [1, 0, 0]);
    for author in ["Ina", " iNA\n"] {
        for decision in [Approve, Refuse] {
            not_decided(&ledger, &about(decision, "because"), author, "workflow.four_eyes").await;
        }
    }
    let for_ole = DecisionRequest { named: Some("ole"), ..about(Approve, "") };
    let told = not_decided(&ledger, &for_ole, "Ole", "workflow.four_eyes").await;
    assert!(told.starts_with("Exclusion move, version 1: Ole asked for it"), "{told}");
    not_decided(&ledger, &about(Refuse, " "), "Ole", "workflow.no_reason").await;
    not_decided(&ledger, &about(Approve, ""), " ", "workflow.no_actor").await;
    not_decided(&ledger, &about(Withdraw, ""), "Ole", "workflow.not_theirs").await;
    not_decided(&ledger, &about(Refuse, &"x".repeat(2_001)), "Ole", "ledger.text").await;
    not_decided(&ledger, &about(Refuse, "a\0b"), "Ole", "ledger.text").await;
    not_decided(&ledger, &DecisionRequest { version: Some(2), ..about(Approve, "") }, "Ole", "ledger.stale").await;
    not_decided(&ledger, &DecisionRequest { name: "nobody", ..about(Approve, "") }, "Ole", "ledger.unknown").await;
    let of_slo = DecisionRequest { kind: "SLO", name: "up", ..about(Approve, "") };
    let told = not_decided(&ledger, &of_slo, "Ole", "ledger.unknown").await;
    assert!(told.contains("decisions are about: Exclusion, Incident"), "{told}");
    assert_eq!(decided(&ledger, &about(Approve, HOSTILE), "Ole").await, RequestState::Approved);
    not_decided(&ledger, &about(Approve, ""), "Uwe", "workflow.out_of_order").await;
    assert_eq!(waits("Uwe").await, 0);
    let ruling = ledger.catalogue().await.expect("a catalogue").rulings().remove(0);
    assert_eq!(
        (ruling.state, ruling.decided.map(|one| (one.by, one.reason))),
        (RequestState::Approved, Some(("Ole".to_owned(), HOSTILE.to_owned())))
    );
    // A further version begins anew, and who looked at the one before is told.
    enters(&ledger, &[document("Exclusion", "move", "v: 2", 1)], "Ole").await.expect("entered");
    assert_eq!(ledger.catalogue().await.expect("a catalogue").rulings()[0].state, RequestState::Requested);
    assert_eq!([waits("Ole").await, waits("Ina").await], [0, 1]);
    let of_nord = ledger.seen_by(&TenantScope::Only(BTreeSet::from(["nord".to_owned()])));
    assert_eq!(of_nord.waiting("Ina").await.expect("counted").requests, 0, "it names no tenant");
    not_decided(&ledger, &DecisionRequest { version: Some(1), ..about(Refuse, "x") }, "Ina", "ledger.stale").await;
    not_decided(&ledger, &about(Approve, ""), "Ole", "workflow.four_eyes").await;
    assert_eq!(decided(&ledger, &about(Approve, ""), "Ina").await, RequestState::Approved);
    assert_eq!(decided(&ledger, &about(Refuse, "not agreed after all"), "Uwe").await, RequestState::Refused);
    for decision in Decision::ALL {
        let actor = if decision == Withdraw { "Ole" } else { "Uwe" };
        not_decided(&ledger, &about(decision, "x"), actor, "workflow.out_of_order").await;
    }
    enters(&ledger, &[document("Exclusion", "move", "v: 3", 2)], "Ole").await.expect("entered");
    assert_eq!(decided(&ledger, &about(Withdraw, ""), "Ole").await, RequestState::Withdrawn);
    not_decided(&ledger, &about(Approve, ""), "Ina", "workflow.out_of_order").await;
    // What is out of the catalogue is not decided.
    let last = "spec: { tenant: nord }";
    enters(&ledger, &[document("Exclusion", "move", last, 3)], "Ole").await.expect("entered");
    assert_eq!([waits("Ina").await, of_nord.waiting("Ina").await.expect("counted").requests], [1, 1]);
    let out = DocumentEntry { retired: true, ..document("Exclusion", "move", last, 4) };
    enters(&ledger, &[out], "Ole").await.expect("retired");
    assert_eq!(waits("Ina").await, 0);
    not_decided(&ledger, &about(Approve, ""), "Ina", "ledger.unknown").await;
    let decisions = ledger.history("Exclusion", "move").await.expect("a history");
    assert_eq!(decisions.iter().map(|one| one.decisions.len()).collect::<Vec<_>>(), [1, 2, 1, 0, 0]);
    ledger.close().await;
}

/// Whatever program writes: facts stay, versions have no gap, and four eyes look.
async fn the_engine_itself_keeps_the_rules(engine: &Engine) {
    let url = engine.url();
    let ledger = Ledger::open(&url).await.expect("a new ledger");
    enters(&ledger, &[document("Exclusion", "move", "v: 1", 0)], "Ina").await.expect("entered");
    decided(&ledger, &about(Decision::Approve, "seen"), "Ole").await;
    let raw = engine.raw(&url).await;
    let sha = "0".repeat(64);
    let version = |version: i64| {
        format!("insert into catalogue_documents values ('Exclusion', 'move', {version}, 'x', '{sha}', 0, 'Uwe', 0)")
    };
    let decision = |decision: &str, actor: &str| {
        format!("insert into catalogue_decisions values ('Exclusion', 'move', 1, 9, '{decision}', '', '{actor}', 0)")
    };
    for (statement, part) in [
        ("update catalogue_documents set document = 'x'".to_owned(), "facts are appended"),
        ("delete from catalogue_documents".to_owned(), "facts are appended"),
        ("update catalogue_decisions set actor = 'x'".to_owned(), "facts are appended"),
        ("delete from catalogue_decisions".to_owned(), "facts are appended"),
        (version(1), ""),
        (version(3), "versions are counted one by one"),
        (decision("approve", "Ina"), "four eyes"),
        (decision("refuse", " iNa "), "four eyes"),
        (decision("withdraw", "Ole"), "four eyes"),
        (decision("agree", "Ole"), ""),
        (decision("approve", ""), ""),
        (decision("approve", "Ole").replace("move', 1", "move', 2"), ""),
    ] {
        let error = execute(&raw, &statement).await.expect_err("the engine refuses it");
        assert!(error.to_string().contains(part), "{statement}: {error}");
    }
    verified(&ledger).await;
    raw.close().await;
    ledger.close().await;
    // Past the guards it is named.
    for (statement, part) in [
        ("update catalogue_documents set document = 'x'", "document/Exclusion/move/1 was changed after entry 1"),
        ("update catalogue_documents set actor = 'Uwe'", "document/Exclusion/move/1 was changed after entry 1"),
        ("update catalogue_documents set retired = 1", "document/Exclusion/move/1 was changed after entry 1"),
        ("update catalogue_decisions set reason = ''", "decision/Exclusion/move/1/1 was changed after entry 2"),
        ("delete from catalogue_decisions", "decision/Exclusion/move/1/1 is gone, of which entry 2 tells"),
    ] {
        let url = engine.url();
        let ledger = Ledger::open(&url).await.expect("a new ledger");
        enters(&ledger, &[document("Exclusion", "move", "v: 1", 0)], "Ina").await.expect("entered");
        decided(&ledger, &about(Decision::Approve, "seen"), "Ole").await;
        let raw = engine.raw(&url).await;
        engine.unguard(&raw).await;
        execute(&raw, statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
        raw.close().await;
        let error = ledger.verify().await.expect_err(statement);
        assert!(error.to_string().contains(part), "{statement}: {error}");
        ledger.close().await;
    }
}

/// Many desks enter at one instant: each entry is there once, or its writer was told, and the chain holds.
async fn of_many_who_enter_each_is_told(engine: &Engine) {
    const DESKS: u32 = 12;
    let url = engine.url();
    let ledgers =
        [Ledger::open(&url).await.expect("a ledger"), Ledger::open(&url).await.expect("a ledger")].map(Arc::new);
    let mut desks = tokio::task::JoinSet::new();
    for number in 0..DESKS {
        let ledger = Arc::clone(&ledgers[usize::from(number % 2 == 0)]);
        desks.spawn(async move { enters(&ledger, &[document("SLO", "up", &format!("v: {number}"), 0)], "Ina").await });
    }
    let mut entered = 0;
    while let Some(done) = desks.join_next().await {
        match done.expect("no panic") {
            Ok(versions) => entered += versions.len(),
            Err(error) => assert_eq!(error.code(), "ledger.stale", "{error}"),
        }
    }
    assert_eq!((entered, verified(&ledgers[0]).await.entries), (1, 1));
    for ledger in ledgers {
        Arc::into_inner(ledger).expect("nobody else has it").close().await;
    }
}

/// A ledger with closed months that knew no documents yet.
async fn a_ledger_of_the_second_program_is_brought_up(engine: &Engine) {
    let url = engine.url();
    let ledger = Ledger::open(&url).await.expect("a new ledger");
    record(&ledger, &[entry("nord", 1, 100)]).await.expect("recorded");
    let before = verified(&ledger).await;
    ledger.close().await;
    let raw = engine.raw(&url).await;
    for statement in [
        "drop table catalogue_decisions",
        "drop table catalogue_documents",
        "delete from _sqlx_migrations where version = 4",
    ] {
        execute(&raw, statement).await.expect("done");
    }
    if !matches!(engine, Engine::Sqlite(..)) {
        for function in ["versions_are_counted", "documents_four_eyes"] {
            execute(&raw, &format!("drop function {function}")).await.expect("done");
        }
    }
    raw.close().await;
    assert_eq!(Ledger::open_existing(&url).await.expect_err("older").code(), "ledger.older");
    let ledger = Ledger::open_if_there(&url).await.expect("the ledger").expect("there is one");
    assert_eq!((verified(&ledger).await, ledger.catalogue().await.expect("a catalogue").versions), (before, 0));
    enters(&ledger, &[document("SLO", "up", "a", 0)], "Ina").await.expect("entered");
    ledger.close().await;
    // Where there is none, none is made.
    let empty = engine.empty().await;
    let before = engine.bytes(&empty);
    assert!(Ledger::open_if_there(&empty).await.expect("looked").is_none());
    assert!(engine.bytes(&empty) == before, "not one byte of it was changed");
}
