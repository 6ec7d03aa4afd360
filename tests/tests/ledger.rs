//! One table of cases for both engines: SQLite in a file, and PostgreSQL out of Debian's package.

use std::sync::Arc;

use sla_acceptance::servers::Postgres;
use sla_core::catalogue::LegalNature;
use sla_core::record::{
    CreditTotal, Language, MonthRecord, RecordContract, RecordCredit, RecordMoney, RecordPeriod, Verdict,
};
use sla_ledger::{CloseEntry, Ledger, LedgerError, PlannedRevision, Recorded, Verified};
use sqlx::AnyPool;
use sqlx::any::{AnyPoolOptions, install_default_drivers};

const AT: i64 = 1_793_606_400;

/// Fresh places for ledgers on one engine.
enum Engine {
    Sqlite(tempfile::TempDir, std::sync::atomic::AtomicU32),
    Postgres(Postgres),
}

impl Engine {
    fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().expect("a temporary folder"), 0.into())
    }

    fn url(&self) -> String {
        match self {
            Self::Sqlite(folder, count) => {
                let number = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                format!("sqlite:{}", folder.path().join(format!("deep/er/{number}.sqlite")).display())
            }
            Self::Postgres(server) => server.database(),
        }
    }

    /// A connection past the program, as somebody who tampers has it.
    async fn raw(&self, url: &str) -> AnyPool {
        install_default_drivers();
        let url = url.replace("sqlite:", "sqlite://");
        AnyPoolOptions::new().max_connections(1).connect(&url).await.expect("the engine runs")
    }

    /// Lets rows be changed that the program never changes.
    async fn unguard(&self, raw: &AnyPool) {
        let statements: Vec<String> = match self {
            Self::Postgres(_) => vec!["set session_replication_role = replica".to_owned()],
            Self::Sqlite(..) => {
                let names: Vec<String> = sqlx::query_scalar("select name from sqlite_master where type = 'trigger'")
                    .fetch_all(raw)
                    .await
                    .expect("triggers");
                let drop = names.iter().map(|name| format!("drop trigger {name}"));
                drop.chain(["pragma foreign_keys = off".to_owned()]).collect()
            }
        };
        for statement in statements {
            execute(raw, &statement).await.expect("the guards are down");
        }
    }
}

async fn execute(raw: &AnyPool, statement: &str) -> Result<(), sqlx::Error> {
    sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).execute(raw).await.map(drop)
}

/// A month of a tenant; `downtime_seconds` makes its evidence another.
fn entry(tenant: &str, revision: u32, downtime_seconds: i64) -> CloseEntry {
    let contract_json = format!("{{\"contract\":\"{tenant}\"}}");
    let fee = RecordMoney { currency: "EUR".to_owned(), minor: 100_000 };
    let mut commitment: sla_core::record::RecordCommitment = serde_json::from_value(serde_json::json!({
        "name": "up", "title": "Up", "slo": "up", "method": "Timeslices", "unit": "slices", "slice_seconds": 60,
        "slice_target": "95", "threshold": null, "consumption_budget": null, "target": "99.9", "good": 1, "total": 2, "attained": null,
        "attained_range": { "low": null, "high": null }, "service_seconds": 60, "downtime_seconds": 0,
        "excluded_seconds": 0, "unknown_seconds": 0, "quiet_seconds": 0, "unknown_reading": "range",
        "quiet_reading": "good", "exclusion_mode": "denominator",
        "budget": { "allowed_seconds": "1", "used_percent": null, "used_percent_range": { "low": null, "high": null } },
        "verdict": "breached",
        "contract_version": 1, "period": null,
        "credit": { "currency": "EUR", "low_minor": 0, "high_minor": 0, "points": null, "bonus_minor": null,
            "rounding": "half_even", "derivations": [] },
        "outages": [], "unknown": [], "days": [], "evidence": ["00"]
    }))
    .expect("a commitment");
    commitment.downtime_seconds = downtime_seconds;
    commitment.credit = RecordCredit { low_minor: downtime_seconds, high_minor: downtime_seconds, ..commitment.credit };
    CloseEntry {
        record: MonthRecord {
            schema: sla_core::record::RECORD_SCHEMA.to_owned(),
            tenant: tenant.to_owned(),
            tenant_name: format!("{tenant} AG"),
            language: Language::De,
            month: "2026-10".parse().expect("a month"),
            revision,
            period: RecordPeriod {
                start: "2026-10-01T00:00:00Z".to_owned(),
                end: "2026-11-01T00:00:00Z".to_owned(),
                time_zone: "UTC".to_owned(),
                seconds: 2_678_400,
            },
            contract: RecordContract {
                id: format!("{tenant}-contract"),
                version: 1,
                template: None,
                sha256: sla_core::evidence::sha256_hex(contract_json.as_bytes()),
                service_hours: "24/7".to_owned(),
                fee,
                legal_nature: LegalNature::ServiceCredit,
            },
            commitments: vec![commitment],
            verdict: Verdict::Breached,
            credit_total: CreditTotal {
                currency: "EUR".to_owned(),
                low_minor: downtime_seconds,
                high_minor: downtime_seconds,
            },
            incident_promises: Vec::new(),
            earned_back: Vec::new(),
            rights: Vec::new(),
            claim: None,
            unknown_months: Vec::new(),
            accepted: Vec::new(),
            exclusions: Vec::new(),
            evidence: Vec::new(),
        },
        contract_json,
        tenant_json: format!("{{\"tenant\":\"{tenant}\"}}"),
    }
}

async fn verified(ledger: &Ledger) -> Verified {
    ledger.verify().await.unwrap_or_else(|error| panic!("{error}"))
}

async fn record(ledger: &Ledger, entries: &[CloseEntry]) -> Result<Vec<(u32, bool)>, LedgerError> {
    let recorded = ledger.record(entries, "tester", AT).await?;
    Ok(recorded.iter().map(|Recorded { revision, unchanged }| (*revision, *unchanged)).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_a_ledger() {
    conformance(&Engine::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_a_ledger() {
    conformance(&Engine::Postgres(Postgres::start())).await;
}

async fn conformance(engine: &Engine) {
    the_same_month_adds_nothing_and_another_a_revision(engine).await;
    a_batch_is_recorded_whole_or_not_at_all(engine).await;
    a_recorded_contract_version_does_not_change(engine).await;
    what_was_expected_otherwise_is_a_conflict(engine).await;
    parallel_closes_keep_one_chain(engine).await;
    facts_cannot_be_edited(engine).await;
    tampering_is_named(engine).await;
    other_ledgers_are_left_alone(engine).await;
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
    changed.contract_json = "{\"contract\":\"nord\",\"fee\":1}".to_owned();
    changed.record.contract.sha256 = sla_core::evidence::sha256_hex(changed.contract_json.as_bytes());
    let error = record(&ledger, &[changed.clone()]).await.expect_err("refused");
    assert_eq!(error.code(), "ledger.contract_changed");
    assert!(error.to_string().contains("nord-contract version 1"), "{error}");
    assert_eq!(verified(&ledger).await, before);
    changed.record.contract.version = 2;
    assert_eq!(record(&ledger, &[changed]).await.expect("recorded"), [(2, false)]);
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

async fn facts_cannot_be_edited(engine: &Engine) {
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

async fn tampering_is_named(engine: &Engine) {
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

async fn other_ledgers_are_left_alone(engine: &Engine) {
    // A later version has added a migration.
    let url = engine.url();
    Ledger::open(&url).await.expect("a new ledger").close().await;
    let raw = engine.raw(&url).await;
    let blob = if matches!(engine, Engine::Postgres(_)) { "'\\x00'" } else { "x'00'" };
    let newer = format!(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (2, 'of a later version', true, {blob}, 0)"
    );
    execute(&raw, &newer).await.expect("a row");
    raw.close().await;
    for result in [Ledger::open(&url).await, Ledger::open_existing(&url).await] {
        let error = result.expect_err("refused");
        assert_eq!(error.code(), "ledger.newer", "{error}");
        assert!(error.to_string().contains("migration 2"), "{error}");
    }
    // Somebody else's tables.
    let url = engine.url();
    if let Engine::Sqlite(..) = engine {
        Ledger::open(&url).await.expect("a file").close().await;
        let raw = engine.raw(&url).await;
        engine.unguard(&raw).await;
        for table in [
            "credits",
            "month_revisions",
            "contract_versions",
            "tenant_versions",
            "audit_entries",
            "audit_head",
            "_sqlx_migrations",
        ] {
            execute(&raw, &format!("drop table {table}")).await.expect("dropped");
        }
        raw.close().await;
    }
    let raw = engine.raw(&url).await;
    execute(&raw, "create table customers (id bigint)").await.expect("a table");
    raw.close().await;
    for result in [Ledger::open(&url).await, Ledger::open_existing(&url).await] {
        assert_eq!(result.expect_err("refused").code(), "ledger.not_a_ledger");
    }
}

#[tokio::test]
async fn a_place_without_a_ledger_is_named() {
    async fn check(url: &str, code: &str, part: &str) {
        for result in
            [Ledger::open_existing(url).await, if code == "ledger.missing" { return } else { Ledger::open(url).await }]
        {
            let error = result.expect_err("refused");
            assert_eq!(error.code(), code, "{error}");
            assert!(error.to_string().contains(part), "{error}");
            assert!(!format!("{error} {error:?}").contains("s3same"), "{error}");
        }
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let absent = format!("sqlite:{}", folder.path().join("absent.sqlite").display());
    let error = Ledger::open_existing(&absent).await.expect_err("refused");
    assert_eq!(error.code(), "ledger.missing");
    let text = folder.path().join("notes.txt");
    std::fs::write(
        &text,
        "not a database, but long enough to be read as the header of one, which it is not".repeat(40),
    )
    .expect("a file");
    check(&format!("sqlite:{}", text.display()), "ledger.not_a_ledger", "notes.txt").await;
    check(&format!("sqlite:{}", folder.path().display()), "ledger.unreachable", "").await;
    check("postgres://desk:s3same@127.0.0.1:1/ledger", "ledger.unreachable", "127.0.0.1:1/ledger").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_refuses_to_sign_in_is_named_without_the_password() {
    let server = Postgres::start();
    let url = server.database();
    let (before, after) = url.split_once('@').expect("a user");
    let (scheme_and_user, password) = before.rsplit_once(':').expect("a password");
    let wrong = format!("{scheme_and_user}:s3same@{after}");
    let error = Ledger::open(&wrong).await.expect_err("refused");
    assert_eq!(error.code(), "ledger.sign_in", "{error}");
    assert!(!format!("{error} {error:?}").contains("s3same"), "{error}");
    let error = Ledger::open(&format!("{url}_absent")).await.expect_err("refused");
    assert_eq!(error.code(), "ledger.sign_in", "{error}");
    assert!(!format!("{error} {error:?}").contains(password), "{error}");
}
