//! One table of cases for every engine: SQLite in a file, PostgreSQL out of Debian's package, and the same behind PgBouncer.

use std::sync::Arc;

use sla_acceptance::servers::Postgres;
use sla_ledger::{CloseEntry, ContractDocument, Ledger, LedgerError, PlannedRevision};

use crate::engine::{Engine, entry, record, verified};
use crate::others::{a_ledger_of_the_first_program_opens, other_ledgers_are_left_alone};
use crate::tampering::{facts_cannot_be_edited, tampering_is_named, what_was_altered_first_is_named};

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_a_ledger() {
    conformance(&Engine::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_a_ledger() {
    conformance(&Engine::Postgres(Postgres::start())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_behind_a_pooler_keeps_a_ledger() {
    conformance(&Engine::pooled()).await;
}

async fn conformance(engine: &Engine) {
    the_same_month_adds_nothing_and_another_a_revision(engine).await;
    a_batch_is_recorded_whole_or_not_at_all(engine).await;
    a_recorded_contract_version_does_not_change(engine).await;
    every_version_that_judged_a_month_is_on_record(engine).await;
    what_was_expected_otherwise_is_a_conflict(engine).await;
    parallel_closes_keep_one_chain(engine).await;
    first_closes_at_one_instant_make_one_ledger(engine).await;
    facts_cannot_be_edited(engine).await;
    tampering_is_named(engine).await;
    what_was_altered_first_is_named(engine).await;
    other_ledgers_are_left_alone(engine).await;
    a_ledger_of_the_first_program_opens(engine).await;
}

async fn the_same_month_adds_nothing_and_another_a_revision(engine: &Engine) {
    let url = engine.url();
    let ledger = Ledger::open(&url).await.expect("a new ledger");
    assert_eq!(verified(&ledger).await.entries, 0);
    let first = [entry("nord", 1, 100), entry("west", 1, 0)];
    assert_eq!(record(&ledger, &first).await.expect("recorded"), [(1, false), (1, false)]);
    // Two tenants, two contracts, two months, and one credit: the other owes nothing.
    let after = verified(&ledger).await;
    assert_eq!(after.entries, 7);
    let unchanged = PlannedRevision { revision: 1, unchanged: true };
    assert_eq!(ledger.plan(&entry("nord", 9, 100).record).await.expect("a plan"), unchanged);
    assert_eq!(record(&ledger, &first).await.expect("recorded"), [(1, true), (1, true)]);
    // The same month that noted another head of the chain has other documents than those on record.
    let mut elsewhere = entry("nord", 1, 100);
    elsewhere.record.chain_head = Some(format!("7:{}", after.head));
    assert_eq!(ledger.plan(&elsewhere.record).await.expect("a plan"), unchanged);
    assert_eq!(record(&ledger, &[elsewhere]).await.expect_err("refused").code(), "ledger.conflict");
    assert_eq!(verified(&ledger).await, after);
    let next = PlannedRevision { revision: 2, unchanged: false };
    assert_eq!(ledger.plan(&entry("nord", 1, 200).record).await.expect("a plan"), next);
    assert_eq!(record(&ledger, &[entry("nord", 2, 200)]).await.expect("recorded"), [(2, false)]);
    // The month and its credit; tenant and contract are on record.
    assert_eq!(verified(&ledger).await.entries, 9);
    let latest = ledger.latest("2026-10".parse().expect("a month")).await.expect("records");
    assert_eq!(latest, [entry("nord", 2, 200).record, entry("west", 1, 0).record]);
    assert!(ledger.latest("2026-09".parse().expect("a month")).await.expect("records").is_empty());
    // Opened again it is the same ledger, and a tenant whose document changed is a further version of it.
    ledger.close().await;
    let ledger = Ledger::open(&url).await.expect("the ledger");
    let mut renamed = entry("west", 2, 50);
    renamed.tenant_json = "{\"tenant\":\"west\",\"name\":\"other\"}".to_owned();
    assert_eq!(record(&ledger, &[renamed]).await.expect("recorded"), [(2, false)]);
    assert_eq!(verified(&ledger).await.entries, 12);
    ledger.close().await;
    let ledger = Ledger::open_existing(&url).await.expect("the ledger");
    assert_eq!(verified(&ledger).await.entries, 12);
    ledger.close().await;
}

async fn a_batch_is_recorded_whole_or_not_at_all(engine: &Engine) {
    let ledger = Ledger::open(&engine.url()).await.expect("a new ledger");
    record(&ledger, &[entry("nord", 1, 100)]).await.expect("recorded");
    let before = verified(&ledger).await;
    // The second entry of the batch expects a revision that it will not get.
    let error = record(&ledger, &[entry("west", 1, 10), entry("nord", 1, 300)]).await.expect_err("refused");
    assert_eq!(error.code(), "ledger.conflict");
    assert_eq!(verified(&ledger).await, before);
    assert_eq!(ledger.plan(&entry("west", 1, 10).record).await.expect("a plan").revision, 1);
    ledger.close().await;
}

async fn a_recorded_contract_version_does_not_change(engine: &Engine) {
    let ledger = Ledger::open(&engine.url()).await.expect("a new ledger");
    record(&ledger, &[entry("nord", 1, 100)]).await.expect("recorded");
    let before = verified(&ledger).await;
    let mut changed = entry("nord", 2, 100);
    changed.contracts[0].json = "{\"contract\":\"nord\",\"fee\":1}".to_owned();
    changed.record.contract.sha256 = sla_core::evidence::sha256_hex(changed.contracts[0].json.as_bytes());
    let error = record(&ledger, &[changed.clone()]).await.expect_err("refused");
    assert_eq!(error.code(), "ledger.contract_changed");
    assert!(error.to_string().contains("nord-contract version 1"), "{error}");
    assert_eq!(verified(&ledger).await, before);
    changed.record.contract.version = 2;
    changed.contracts[0].version = 2;
    assert_eq!(record(&ledger, &[changed]).await.expect("recorded"), [(2, false)]);
    ledger.close().await;
}

/// A month that two versions of a contract share binds both, whichever of them is edited and whether or not a figure
/// moves by it.
async fn every_version_that_judged_a_month_is_on_record(engine: &Engine) {
    let ledger = Ledger::open(&engine.url()).await.expect("a new ledger");
    let document = |version, json: &str| ContractDocument { version, json: json.to_owned() };
    let shared = |contracts: [ContractDocument; 2], revision, downtime_seconds| {
        let mut entry = entry("nord", revision, downtime_seconds);
        entry.record.contract.version = 2;
        CloseEntry { contracts: contracts.into(), ..entry }
    };
    let both = [document(1, "{\"v\":1}"), document(2, "{\"v\":2}")];
    assert_eq!(record(&ledger, &[shared(both.clone(), 1, 100)]).await.expect("recorded"), [(1, false)]);
    // A tenant, two versions, a month, a credit.
    let before = verified(&ledger).await;
    assert_eq!(before.entries, 5);
    for (edited, revision, downtime_seconds) in [(0, 2, 200), (1, 2, 200), (0, 1, 100), (1, 1, 100)] {
        let mut contracts = both.clone();
        contracts[edited].json.push(' ');
        let error = record(&ledger, &[shared(contracts, revision, downtime_seconds)]).await.expect_err("refused");
        assert_eq!(error.code(), "ledger.contract_changed", "{error}");
        assert!(error.to_string().contains(&format!("nord-contract version {}", edited + 1)), "{error}");
        assert_eq!(verified(&ledger).await, before);
    }
    assert_eq!(record(&ledger, &[shared(both, 1, 100)]).await.expect("recorded"), [(1, true)]);
    assert_eq!(verified(&ledger).await, before);
    ledger.close().await;
}

async fn what_was_expected_otherwise_is_a_conflict(engine: &Engine) {
    let url = engine.url();
    let (one, two) = (Ledger::open(&url).await.expect("a ledger"), Ledger::open(&url).await.expect("a ledger"));
    record(&one, &[entry("nord", 1, 100)]).await.expect("recorded");
    // Two desks planned revision 2 from different evidence.
    let (first, second) = ([entry("nord", 2, 200)], [entry("nord", 2, 300)]);
    let (first, second) = tokio::join!(record(&one, &first), record(&two, &second));
    let won = [&first, &second].into_iter().filter(|result| result.is_ok()).count();
    assert_eq!(won, 1, "{first:?} {second:?}");
    let lost = first.err().or(second.err()).expect("one lost");
    assert!(matches!(lost, LedgerError::Conflict { .. }), "{lost}");
    assert_eq!(verified(&two).await.entries, 6);
    one.close().await;
    two.close().await;
}

async fn parallel_closes_keep_one_chain(engine: &Engine) {
    const CLOSES: i64 = 20;
    let url = engine.url();
    let ledgers = [Ledger::open(&url).await.expect("a ledger"), Ledger::open(&url).await.expect("a ledger")];
    let ledgers = ledgers.map(Arc::new);
    let mut closes = tokio::task::JoinSet::new();
    for number in 0..CLOSES {
        let ledger = Arc::clone(&ledgers[usize::from(number % 2 == 0)]);
        closes.spawn(async move { record(&ledger, &[entry(&format!("tenant-{number}"), 1, 10)]).await });
    }
    while let Some(close) = closes.join_next().await {
        assert_eq!(close.expect("no panic").expect("recorded"), [(1, false)]);
    }
    assert_eq!(verified(&ledgers[0]).await.entries, CLOSES * 4);
}

async fn first_closes_at_one_instant_make_one_ledger(engine: &Engine) {
    const DESKS: i64 = 8;
    let url = engine.url();
    let mut desks = tokio::task::JoinSet::new();
    for number in 0..DESKS {
        let url = url.clone();
        desks.spawn(async move {
            let ledger = Ledger::open(&url).await?;
            let recorded = record(&ledger, &[entry(&format!("tenant-{number}"), 1, 10)]).await;
            ledger.close().await;
            recorded
        });
    }
    while let Some(desk) = desks.join_next().await {
        assert_eq!(desk.expect("no panic").unwrap_or_else(|error| panic!("{error}")), [(1, false)]);
    }
    let ledger = Ledger::open_existing(&url).await.expect("the ledger");
    assert_eq!(verified(&ledger).await.entries, DESKS * 4);
    ledger.close().await;
}
