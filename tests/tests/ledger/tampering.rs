//! What somebody changes past the program is refused by the engine, or named by the walk.

use sla_ledger::Ledger;

use crate::engine::{Engine, entry, execute, record, verified};

pub(crate) async fn facts_cannot_be_edited(engine: &Engine) {
    let url = engine.url();
    let ledger = Ledger::open(&url).await.expect("a new ledger");
    record(&ledger, &[entry("nord", 1, 100)]).await.expect("recorded");
    let raw = engine.raw(&url).await;
    for table in ["tenant_versions", "contract_versions", "month_revisions", "credits", "audit_entries"] {
        for statement in [format!("delete from {table}"), format!("update {table} set {}", touched(table))] {
            let error = execute(&raw, &statement).await.expect_err("refused");
            assert!(error.to_string().contains("facts are appended"), "{statement}: {error}");
        }
    }
    verified(&ledger).await;
    raw.close().await;
    ledger.close().await;
}

fn touched(table: &str) -> &'static str {
    match table {
        "tenant_versions" | "contract_versions" => "document = 'x'",
        "month_revisions" => "digest = 'x'",
        "credits" => "low_minor = 0",
        _ => "actor = 'x'",
    }
}

pub(crate) async fn tampering_is_named(engine: &Engine) {
    // Every statement on a ledger of its own, with two closed months of nord: entries 1 tenant, 2 contract, 3 month,
    // 4 credit, 5 month, 6 credit.
    for (statement, part) in [
        ("update tenant_versions set document = '{}'", "tenant/nord/1 was changed after entry 1"),
        ("update contract_versions set document = '{}'", "contract/nord-contract/1 was changed after entry 2"),
        ("update contract_versions set tenant = 'west'", "contract/nord-contract/1 was changed after entry 2"),
        (
            "update month_revisions set record = replace(record, '100', '101') where revision = 1",
            "month/nord/nord-contract/2026-10/1 was changed after entry 3",
        ),
        (
            "update month_revisions set digest = 'x' where revision = 2",
            "month/nord/nord-contract/2026-10/2 was changed after entry 5",
        ),
        (
            "update credits set high_minor = high_minor + 1 where revision = 1",
            "credit/nord/nord-contract/2026-10/1/up was changed after entry 4",
        ),
        ("delete from credits where revision = 2", "credit/nord/nord-contract/2026-10/2/up is gone, of which entry 6"),
        (
            "insert into credits select tenant, contract, month, revision, 'more', currency, 1, 1, state from credits \
             where revision = 1",
            "credit/nord/nord-contract/2026-10/1/more was put in",
        ),
        ("update audit_entries set actor = 'other' where sequence = 3", "entry 3 was changed"),
        ("update audit_entries set at = at + 1 where sequence = 1", "entry 1 was changed"),
        ("delete from audit_entries where sequence = 2", "entry 2 is missing"),
        ("delete from audit_entries where sequence > 4", "entry 5 and what follows are gone"),
        (
            "insert into audit_entries select 0, at, actor, action, 'month/nord/x', payload, previous_hash, hash, origin from \
             audit_entries where sequence = 1",
            "entry 1 is missing: entry 0 stands in its place",
        ),
        (
            "insert into audit_entries select -9223372036854775807 - 1, at, actor, action, 'x', payload, previous_hash, \
             hash, origin from audit_entries where sequence = 1",
            "entry -9223372036854775808 stands in its place",
        ),
        ("update audit_head set entries = 4", "its head says 4"),
        ("delete from audit_head", "the head of the audit chain is gone"),
    ] {
        let url = engine.url();
        let ledger = Ledger::open(&url).await.expect("a new ledger");
        record(&ledger, &[entry("nord", 1, 100)]).await.expect("recorded");
        record(&ledger, &[entry("nord", 2, 200)]).await.expect("recorded");
        assert_eq!(verified(&ledger).await.entries, 6);
        let raw = engine.raw(&url).await;
        engine.unguard(&raw).await;
        execute(&raw, statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
        raw.close().await;
        let error = ledger.verify().await.expect_err(statement);
        assert_eq!(error.code(), "ledger.broken", "{statement}: {error}");
        assert!(error.to_string().contains(part), "{statement}: {error}");
        ledger.close().await;
    }
}

/// Two facts in different tables are altered: the one whose entry comes first in the chain is named, not the one whose
/// table is read first.
pub(crate) async fn what_was_altered_first_is_named(engine: &Engine) {
    for (statements, part) in [
        (
            [
                "update tenant_versions set document = '{}' where version = 2",
                "update credits set high_minor = 101 where revision = 1",
            ],
            "credit/nord/nord-contract/2026-10/1/up was changed after entry 4",
        ),
        (
            ["update tenant_versions set document = '{}' where version = 2", "delete from credits where revision = 1"],
            "credit/nord/nord-contract/2026-10/1/up is gone, of which entry 4 tells",
        ),
        // What no entry tells of comes after all that one does.
        (
            [
                "insert into tenant_versions values ('ost', 1, '{}', 0)",
                "update month_revisions set digest = 'x' where revision = 2",
            ],
            "month/nord/nord-contract/2026-10/2 was changed after entry 6",
        ),
    ] {
        let url = engine.url();
        let ledger = Ledger::open(&url).await.expect("a new ledger");
        record(&ledger, &[entry("nord", 1, 100)]).await.expect("recorded");
        let mut renamed = entry("nord", 2, 200);
        renamed.tenant_json = "{\"name\":\"other\"}".to_owned();
        // Entries 5 tenant, 6 month, 7 credit.
        record(&ledger, &[renamed]).await.expect("recorded");
        let raw = engine.raw(&url).await;
        engine.unguard(&raw).await;
        for statement in statements {
            execute(&raw, statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
        raw.close().await;
        let error = ledger.verify().await.expect_err("tampered with");
        assert!(error.to_string().contains(part), "{error}");
        ledger.close().await;
    }
}
