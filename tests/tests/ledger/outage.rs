//! The server goes away and comes back: restarted, cut off, asleep, full, behind a pooler that goes as well. What is done then
//! is done, or refused as what it is, and never by half.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sla_acceptance::servers::{Cut, Door, PgBouncer, Postgres, Shutdown};
use sla_core::workflow::{MonthState, WorkflowStep};
use sla_ledger::{Ledger, LedgerError, StepRequest};

use crate::catalogue::document;
use crate::engine::{AT, Engine, entry, record, verified};
use crate::workflow::step;

/// How often a server is stopped while people write; `SLA_OUTAGES` asks for more.
fn outages() -> u32 {
    std::env::var("SLA_OUTAGES").ok().and_then(|text| text.parse().ok()).unwrap_or(4)
}

/// A pooler looks for its server again after a second, and a busy machine is slow.
const BACK_WITHIN: Duration = Duration::from_secs(60);
/// Whoever asks while nobody is there is told so, and does not wait for ever.
const TOLD_WITHIN: Duration = Duration::from_secs(30);
/// After so long a server that slept is awake, while whoever came first still tries.
const ASLEEP_FOR: Duration = Duration::from_millis(300);

/// Says something about nord's month: a write that can be found again.
pub(crate) async fn say(ledger: &Ledger, note: &str) -> Result<(), LedgerError> {
    ledger.take(&StepRequest { note, ..step(WorkflowStep::Comment, None) }, "Ina", AT).await.map(drop)
}

/// What was said.
async fn said(ledger: &Ledger) -> Result<BTreeSet<String>, LedgerError> {
    let revisions = ledger.revisions(Some("nord"), None).await?;
    Ok(revisions.iter().flat_map(|one| &one.steps).map(|one| one.note.clone()).collect())
}

/// A ledger with nord's month, opened by an address.
pub(crate) async fn filled(url: &str) -> Ledger {
    let ledger = Ledger::open(url).await.expect("a new ledger");
    record(&ledger, &[entry("nord", 1, 100)]).await.expect("recorded");
    ledger
}

/// Makes several connections that nobody uses afterwards.
async fn idle(ledger: &Ledger) {
    let (one, two, three, four) = tokio::join!(said(ledger), said(ledger), said(ledger), said(ledger));
    for read in [one, two, three, four] {
        read.expect("read");
    }
}

/// Does it again until the server is there; until then it is said that the server is not.
async fn back<T>(mut attempt: impl AsyncFnMut() -> Result<T, LedgerError>) -> T {
    let begin = Instant::now();
    loop {
        match attempt().await {
            Ok(done) => return done,
            Err(error) => assert_eq!(error.code(), "ledger.unreachable", "{error}"),
        }
        assert!(begin.elapsed() < BACK_WITHIN, "it is not back");
    }
}

/// Both a read and a write are refused as they should be while nobody is there.
async fn check_away(ledger: &Ledger, case: &str) {
    let begin = Instant::now();
    for outcome in [said(ledger).await.map(drop), say(ledger, "while it is away").await] {
        let error = outcome.expect_err(case);
        assert_eq!(error.code(), "ledger.unreachable", "{case}: {error}");
    }
    assert!(begin.elapsed() < TOLD_WITHIN, "{case}: {:?}", begin.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_restarted_is_found_again() {
    let mut server = Postgres::start();
    let ledger = filled(&server.database()).await;
    for how in [Shutdown::Fast, Shutdown::Immediate] {
        // Nobody asked meanwhile: every connection is dead, and nobody knows it.
        idle(&ledger).await;
        server.stop(how);
        server.start_again();
        say(&ledger, &format!("at once after {how:?}")).await.expect("the first write");
        idle(&ledger).await;
        server.stop(how);
        server.start_again();
        idle(&ledger).await;
        // Somebody asked while nobody was there.
        server.stop(how);
        check_away(&ledger, &format!("{how:?}")).await;
        server.start_again();
        assert!(!said(&ledger).await.expect("the first read").contains("while it is away"));
        say(&ledger, &format!("after {how:?}")).await.expect("a write");
    }
    assert_eq!(verified(&ledger).await.entries, 4 + 4);
    ledger.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pooler_or_the_server_behind_it_comes_back() {
    let mut server = Postgres::start();
    let mut pooler = PgBouncer::start(&server);
    let ledger = filled(&pooler.pooled(&server.database())).await;
    for how in [Shutdown::Fast, Shutdown::Immediate] {
        idle(&ledger).await;
        server.stop(how);
        check_away(&ledger, &format!("the server behind, {how:?}")).await;
        server.start_again();
        back(async || said(&ledger).await).await;
        say(&ledger, &format!("after {how:?}")).await.expect("a write");
    }
    idle(&ledger).await;
    pooler.stop();
    check_away(&ledger, "the pooler").await;
    pooler.start_again();
    say(&ledger, "after the pooler").await.expect("a write");
    // Nobody asked meanwhile.
    idle(&ledger).await;
    pooler.stop();
    pooler.start_again();
    say(&ledger, "at once after the pooler").await.expect("a write");
    assert_eq!(verified(&ledger).await.entries, 4 + 4);
    ledger.close().await;
}

/// Several people write without a pause while the server is stopped and started: what was said to be done is there, what
/// was said not to be done is not.
#[expect(clippy::print_stdout, reason = "the figures of a long run are what it is made for")]
async fn check_under_way(server: &mut Postgres, ledger: &Ledger) {
    const WRITERS: usize = 3;
    for round in 0..outages() {
        let how = if round % 2 == 0 { Shutdown::Immediate } else { Shutdown::Fast };
        let is_over = Arc::new(AtomicBool::new(false));
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..WRITERS {
            let (ledger, is_over) = (ledger.clone(), Arc::clone(&is_over));
            writers.spawn(async move {
                let mut outcomes = Vec::new();
                while !is_over.load(Ordering::SeqCst) {
                    let note = format!("{round} {writer} {}", outcomes.len());
                    let outcome = say(&ledger, &note).await;
                    outcomes.push((note, outcome));
                }
                outcomes
            });
        }
        // Each round at another moment of what they do.
        let begun = back(async || said(ledger).await).await.len();
        while back(async || said(ledger).await).await.len() < begun + 5 + round as usize % 7 {}
        tokio::task::block_in_place(|| {
            server.stop(how);
            server.start_again();
        });
        let restarted = back(async || said(ledger).await).await.len();
        while back(async || said(ledger).await).await.len() < restarted + 3 {}
        is_over.store(true, Ordering::SeqCst);
        let (mut outcomes, mut refused) = (Vec::new(), 0);
        while let Some(done) = writers.join_next().await {
            outcomes.extend(done.expect("no panic"));
        }
        let there = said(ledger).await.expect("read");
        for (note, outcome) in &outcomes {
            match outcome {
                Ok(()) => assert!(there.contains(note), "{how:?}: {note} was said to be done"),
                Err(error) if error.code() == "ledger.unreachable" => {
                    assert!(!there.contains(note), "{how:?}: {note} was said not to be done: {error}");
                    refused += 1;
                }
                Err(error) => assert_eq!(error.code(), "ledger.outcome_unknown", "{how:?}: {error}"),
            }
        }
        verified(ledger).await;
        println!("{how:?}: {} writes, {refused} refused", outcomes.len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_under_way_when_the_server_dies_is_done_or_not_done() {
    let mut server = Postgres::start();
    let ledger = filled(&server.database()).await;
    check_under_way(&mut server, &ledger).await;
    ledger.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_under_way_behind_a_pooler_when_the_server_dies_is_done_or_not_done() {
    let mut server = Postgres::start();
    let pooler = PgBouncer::start(&server);
    let ledger = filled(&pooler.pooled(&server.database())).await;
    check_under_way(&mut server, &ledger).await;
    ledger.close().await;
}

/// A write of each sort.
#[derive(Clone, Copy, Debug)]
enum Write {
    Submit,
    Restate,
    Enter,
}

impl Write {
    async fn attempt(self, ledger: &Ledger) -> Result<(), LedgerError> {
        match self {
            Self::Submit => ledger.take(&step(WorkflowStep::Submit, None), "Ina", AT).await.map(drop),
            Self::Restate => record(ledger, &[entry("nord", 2, 200)]).await.map(drop),
            Self::Enter => ledger.enter(&[document("SLO", "up", "a: 1\n", 0)], 0, "Ina", AT).await.map(drop),
        }
    }

    /// How many entries it adds, and what doing it once more is answered with when it was done.
    fn expected(self) -> (i64, Option<&'static str>) {
        match self {
            // The month takes its credit along.
            Self::Submit => (2, Some("workflow.out_of_order")),
            // The month and its credit; the very same month again adds nothing.
            Self::Restate => (2, None),
            Self::Enter => (1, Some("ledger.stale")),
        }
    }
}

/// A connection is cut at the one moment where nobody can tell from outside whether the commit was heard. Whoever asked is
/// told what the ledger knows of it, and doing it once more is done or told to be done.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_is_looked_for() {
    let server = Postgres::start();
    let check = async |write: Write, cut: Cut, code: Option<&str>, is_done: bool| {
        let mut door = Door::before(server.port());
        let ledger = filled(&door.through(&server.database())).await;
        let before = verified(&ledger).await.entries;
        door.cut_next(cut);
        let error = write.attempt(&ledger).await.err();
        assert_eq!(error.as_ref().map(LedgerError::code), code, "{write:?} {cut:?}: {error:?}");
        door.open();
        let (added, again) = write.expected();
        let entries = verified(&ledger).await.entries;
        assert_eq!(entries, before + if is_done { added } else { 0 }, "{write:?} {cut:?}");
        let error = write.attempt(&ledger).await.err();
        let code = again.filter(|_| is_done);
        assert_eq!(error.as_ref().map(LedgerError::code), code, "{write:?} {cut:?}, again: {error:?}");
        assert_eq!(verified(&ledger).await.entries, before + added, "{write:?} {cut:?}");
        ledger.close().await;
    };
    for write in [Write::Submit, Write::Restate, Write::Enter] {
        check(write, Cut::BeforeCommit, Some("ledger.unreachable"), false).await;
        check(write, Cut::AfterCommit, None, true).await;
        check(write, Cut::AfterCommitAndClose, Some("ledger.outcome_unknown"), true).await;
    }
}

/// Nobody listens, and a moment later somebody does, as when a server that slept wakes up.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_sleeps_is_waited_for() {
    let server = Postgres::start();
    let mut door = Door::before(server.port());
    let url = door.through(&server.database());
    let ledger = filled(&url).await;
    let check = async |door: &mut Door, case: &str, asks: &dyn Fn() -> Asked| {
        door.close();
        let asked = tokio::spawn(asks());
        // The moment is the point: the first attempt finds nobody, a later one does.
        tokio::time::sleep(ASLEEP_FOR).await;
        door.open();
        asked.await.expect("no panic").unwrap_or_else(|error| panic!("{case}: {error}"));
    };
    check(&mut door, "opening", &|| {
        let url = url.clone();
        Box::pin(async move {
            Ledger::open(&url).await?.close().await;
            Ok(())
        })
    })
    .await;
    check(&mut door, "a read", &|| {
        let ledger = ledger.clone();
        Box::pin(async move { said(&ledger).await.map(drop) })
    })
    .await;
    check(&mut door, "a write", &|| {
        let ledger = ledger.clone();
        Box::pin(async move { say(&ledger, "awake").await })
    })
    .await;
    // Who sleeps for longer is not waited for for ever.
    door.close();
    let begin = Instant::now();
    let error = Ledger::open(&url).await.expect_err("asleep");
    assert_eq!(error.code(), "ledger.unreachable", "{error}");
    check_away(&ledger, "asleep").await;
    assert!(begin.elapsed() < TOLD_WITHIN);
    door.open();
    assert_eq!(said(&ledger).await.expect("read"), BTreeSet::from(["awake".to_owned()]));
    verified(&ledger).await;
    ledger.close().await;
}

type Asked = std::pin::Pin<Box<dyn Future<Output = Result<(), LedgerError>> + Send>>;

/// The server ends connections, and has none left.
#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_ended_or_not_given_are_got_again() {
    let engine = Engine::Postgres(Postgres::start());
    let Engine::Postgres(server) = &engine else { unreachable!() };
    let url = server.database();
    let owner = filled(&url).await;
    let guest_url = server.as_guest(&url);
    owner.grant("guest").await.expect("granted");
    let guest = Ledger::open_to_write(&guest_url).await.expect("a user who may");
    let end = |waits: &str| {
        server.execute(&format!(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'guest' and {waits}"
        ));
    };
    idle(&guest).await;
    end("true");
    idle(&guest).await;
    end("true");
    say(&guest, "one").await.expect("a write");
    // Somebody holds the chain's head; whoever waits for it loses the connection, and waits on another.
    let raw = engine.raw(&url).await;
    let mut held = raw.begin().await.expect("a transaction");
    sqlx::query("update audit_head set entries = entries").execute(&mut *held).await.expect("held");
    let waiting = {
        let guest = guest.clone();
        tokio::spawn(async move { say(&guest, "two").await })
    };
    let waits = "wait_event_type = 'Lock'";
    let begin = Instant::now();
    let look = format!("select count(*) from pg_stat_activity where usename = 'guest' and {waits}");
    while server.ask(&look) == "0" {
        assert!(begin.elapsed() < BACK_WITHIN, "nobody waits");
    }
    end(waits);
    held.rollback().await.expect("let go");
    waiting.await.expect("no panic").expect("a write");
    // No connection is left for this user, and a moment later there is.
    let limit = |most: i32| server.execute(&format!("alter role guest connection limit {most}"));
    limit(0);
    end("true");
    check_away(&guest, "no connection left").await;
    let waiting = {
        let guest = guest.clone();
        tokio::spawn(async move { say(&guest, "three").await })
    };
    tokio::time::sleep(ASLEEP_FOR).await;
    limit(-1);
    waiting.await.expect("no panic").expect("a write");
    let all = ["one", "two", "three"].map(str::to_owned);
    assert_eq!(said(&guest).await.expect("read"), BTreeSet::from(all));
    let state = owner.revisions(None, None).await.expect("revisions").pop().expect("a month").state;
    assert_eq!((state, verified(&owner).await.entries), (MonthState::Closed, 4 + 3));
    raw.close().await;
    for ledger in [owner, guest] {
        ledger.close().await;
    }
}
