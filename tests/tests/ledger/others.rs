//! What is no ledger, or another version's, is left as it is; what cannot be reached or written is named.

use sla_acceptance::servers::Postgres;
use sla_ledger::Ledger;
use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use crate::engine::{Engine, entry, execute, record, verified};

pub(crate) async fn other_ledgers_are_left_alone(engine: &Engine) {
    // A later version has added a migration.
    let url = engine.url();
    Ledger::open(&url).await.expect("a new ledger").close().await;
    let raw = engine.raw(&url).await;
    let blob = if matches!(engine, Engine::Sqlite(..)) { "x'00'" } else { "'\\x00'" };
    let newer = format!(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (1000, 'of a later version', true, {blob}, 0)"
    );
    execute(&raw, &newer).await.expect("a row");
    raw.close().await;
    for result in [Ledger::open(&url).await, Ledger::open_existing(&url).await] {
        let error = result.expect_err("refused");
        assert_eq!(error.code(), "ledger.newer", "{error}");
        assert!(error.to_string().contains("migration 1000"), "{error}");
    }
    // Somebody else's tables.
    for (statements, part) in [
        (vec!["create table customers (id bigint)"], "such as customers"),
        (
            vec![
                "create table _sqlx_migrations (version bigint, checksum text)",
                "create table customers (id bigint)",
                "insert into _sqlx_migrations values (20260101, 'x')",
            ],
            "not those of a ledger",
        ),
        (
            vec![
                "create table _sqlx_migrations (version bigint, checksum text)",
                "insert into _sqlx_migrations values (1, 'x')",
            ],
            "its migration 1 is not the one of this program",
        ),
    ] {
        let url = engine.empty().await;
        let raw = engine.raw(&url).await;
        for statement in statements {
            let statement = match engine {
                Engine::Sqlite(..) => statement.replace("checksum text", "checksum blob").replace("'x'", "x'00'"),
                _ => statement.replace("checksum text", "checksum bytea"),
            };
            execute(&raw, &statement).await.expect("a table");
        }
        raw.close().await;
        let before = engine.bytes(&url);
        for result in [Ledger::open(&url).await, Ledger::open_existing(&url).await] {
            let error = result.expect_err("refused");
            assert_eq!(error.code(), "ledger.not_a_ledger", "{error}");
            assert!(error.to_string().contains(part), "{error}");
        }
        assert!(engine.bytes(&url) == before, "not one byte of it was changed");
    }
}

/// The first program let the driver's own migrator make the tables.
pub(crate) async fn a_ledger_of_the_first_program_opens(engine: &Engine) {
    let url = engine.empty().await;
    let raw = engine.raw(&url).await;
    let first = match engine {
        Engine::Sqlite(..) => include_str!("../../../src-tauri/crates/sla-ledger/migrations/sqlite/0001_ledger.sql"),
        _ => include_str!("../../../src-tauri/crates/sla-ledger/migrations/postgres/0001_ledger.sql"),
    };
    let first = Migration::new(1, "ledger".into(), MigrationType::Simple, first.into_sql_str(), false);
    Migrator::with_migrations(vec![first]).run(&raw).await.expect("migrated");
    raw.close().await;
    // Whoever reads is told; whoever writes brings it up to this version.
    assert_eq!(Ledger::open_existing(&url).await.expect_err("older").code(), "ledger.older");
    let ledger = Ledger::open_to_write(&url).await.expect("the ledger");
    assert_eq!(verified(&ledger).await.entries, 0);
    ledger.close().await;
    let ledger = Ledger::open_existing(&url).await.expect("the ledger");
    assert_eq!(verified(&ledger).await.entries, 0);
    ledger.close().await;
    let ledger = Ledger::open(&url).await.expect("the ledger");
    assert_eq!(record(&ledger, &[entry("nord", 1, 100)]).await.expect("recorded"), [(1, false)]);
    assert_eq!(verified(&ledger).await.entries, 4);
    ledger.close().await;
    // A ledger that the first program began and did not finish is finished.
    let url = engine.empty().await;
    let raw = engine.raw(&url).await;
    Migrator::with_migrations(Vec::new()).run(&raw).await.expect("nothing to migrate");
    raw.close().await;
    assert_eq!(Ledger::open_existing(&url).await.expect_err("empty").code(), "ledger.not_a_ledger");
    assert_eq!(Ledger::open_to_write(&url).await.expect_err("empty").code(), "ledger.not_a_ledger");
    let ledger = Ledger::open(&url).await.expect("a new ledger");
    assert_eq!(verified(&ledger).await.entries, 0);
    ledger.close().await;
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

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_may_only_be_read_says_so_before_anything_is_asked() {
    let server = Postgres::start();
    let url = server.database();
    let ledger = Ledger::open(&url).await.expect("a new ledger");
    record(&ledger, &[entry("nord", 1, 100)]).await.expect("recorded");
    let database = url.rsplit('/').next().expect("a name");
    // The whole database, as on a standby.
    server.execute(&format!("alter database {database} set default_transaction_read_only = on"));
    ledger.close().await;
    let check = async |url: &str| {
        let error = Ledger::open(url).await.expect_err("refused");
        assert_eq!(error.code(), "ledger.read_only", "{error}");
        let ledger = Ledger::open_existing(url).await.expect("it can be read");
        assert_eq!(verified(&ledger).await.entries, 4);
        ledger.close().await;
    };
    check(&url).await;
    // A user who may only look.
    let url = server.database();
    Ledger::open(&url).await.expect("a new ledger").close().await;
    let engine = Engine::Postgres(server);
    let raw = engine.raw(&url).await;
    for statement in
        ["create role auditor login password 'look'", "grant select on all tables in schema public to auditor"]
    {
        execute(&raw, statement).await.expect("granted");
    }
    let ledger = Ledger::open(&url).await.expect("the ledger");
    record(&ledger, &[entry("nord", 1, 100)]).await.expect("recorded");
    let after = url.split_once('@').expect("a host").1;
    check(&format!("postgres://auditor:look@{after}")).await;
    raw.close().await;
}
