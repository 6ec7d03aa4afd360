//! The server dies and its standby takes over, under the same address: nothing that was said to be done is lost, what is
//! asked too early is refused as what it is, and the chain goes on.

use std::time::{Duration, Instant};

use sla_acceptance::servers::{Door, PgBouncer, Postgres, Shutdown};
use sla_ledger::{Ledger, LedgerError};

use crate::engine::{entry, record, verified};
use crate::outage::{filled, say};

/// A busy machine is slow.
const OVER_WITHIN: Duration = Duration::from_secs(60);

/// What leads from the address to a server.
enum Way {
    Door(Door),
    Pooler(PgBouncer),
}

impl Way {
    fn url(&self, url: &str) -> String {
        match self {
            Self::Door(door) => door.through(url),
            Self::Pooler(pooler) => pooler.pooled(url),
        }
    }

    fn lead_to(&mut self, server: &Postgres) {
        match self {
            Self::Door(door) => door.lead_to(server.port()),
            Self::Pooler(pooler) => pooler.lead_to(server),
        }
    }
}

/// Waits until the address leads to a server that can be read.
async fn read(ledger: &Ledger) -> i64 {
    let begin = Instant::now();
    loop {
        match ledger.head().await {
            Ok(head) => return head.entries,
            Err(error) => assert_eq!(error.code(), "ledger.unreachable", "{error}"),
        }
        assert!(begin.elapsed() < OVER_WITHIN, "nobody took over");
    }
}

fn check_read_only<T: std::fmt::Debug>(outcome: Result<T, LedgerError>) {
    let error = outcome.expect_err("a standby is not written to");
    assert_eq!(error.code(), "ledger.read_only", "{error}");
    assert!(error.to_string().contains("that the server is no standby"), "{error}");
}

async fn takes_over(way: impl FnOnce(&Postgres) -> Way) {
    let mut server = Postgres::start();
    let mut way = way(&server);
    let url = way.url(&server.database());
    let ledger = filled(&url).await;
    let standby = server.standby();
    // Several people at once, so that there are connections that the handing over cuts.
    let notes: Vec<String> = (0..6).map(|number| format!("before {number}")).collect();
    for pair in notes.chunks(2) {
        let (one, two) = tokio::join!(say(&ledger, &pair[0]), say(&ledger, &pair[1]));
        one.and(two).expect("a write");
    }
    let before = verified(&ledger).await;
    assert_eq!(before.entries, 4 + 6);

    tokio::task::block_in_place(|| server.stop(Shutdown::Immediate));
    let error = say(&ledger, "while nobody is there").await.expect_err("nobody is there");
    assert_eq!(error.code(), "ledger.unreachable", "{error}");
    way.lead_to(&standby);
    // The standby has all of it, and takes nothing before it is told to.
    assert_eq!(read(&ledger).await, before.entries);
    assert_eq!(verified(&ledger).await, before);
    check_read_only(say(&ledger, "too early").await);
    check_read_only(record(&ledger, &[entry("nord", 2, 200)]).await);
    check_read_only(Ledger::open(&url).await);
    Ledger::open_existing(&url).await.expect("it can be read").close().await;

    tokio::task::block_in_place(|| standby.promote());
    say(&ledger, "after").await.expect("a write");
    record(&ledger, &[entry("nord", 2, 200)]).await.expect("a close");
    let after = verified(&ledger).await;
    assert_eq!(after.entries, before.entries + 1 + 2);
    let anchor = sla_core::audit::Anchor { entries: before.entries, hash: before.head };
    ledger.holds(&anchor).await.expect("the chain goes on where it was");
    let fresh = Ledger::open(&url).await.expect("the ledger");
    assert_eq!(verified(&fresh).await, after);
    for ledger in [ledger, fresh] {
        ledger.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_takes_over_under_the_same_address() {
    takes_over(|server| Way::Door(Door::before(server.port()))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_takes_over_behind_a_pooler() {
    takes_over(|server| Way::Pooler(PgBouncer::start(server))).await;
}
