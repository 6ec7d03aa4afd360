//! Closing again: nothing new from the same evidence, a new revision from other evidence, and the same bytes anywhere.

use std::path::Path;

use serde_json::json;

use crate::desk::{Desk, MONTH, command, csv, desk_of_files, sla, sound};

fn numbers(closed: &serde_json::Value) -> Vec<(u64, bool)> {
    let months = closed["months"].as_array().expect("months");
    months
        .iter()
        .map(|month| (month["revision"].as_u64().unwrap_or_default(), month["unchanged"].as_bool().unwrap_or_default()))
        .collect()
}

#[test]
fn the_same_evidence_adds_nothing_and_other_evidence_a_revision() {
    let desk = desk_of_files();
    assert_eq!(numbers(&desk.closes()), [(1, false), (1, false)]);
    let (ledger, files) = (desk.verified(), desk.files("out"));
    assert_eq!(numbers(&desk.closes()), [(1, true), (1, true)]);
    assert_eq!(desk.verified(), ledger);
    assert!(desk.files("out") == files, "the same documents, byte for byte");

    // One tenant's measurements are corrected: three slices fewer are down.
    desk.write("data/nord.csv", &csv().replacen(",5,10\n", ",10,10\n", 3));
    assert_eq!(numbers(&desk.closes()), [(2, false), (1, true)]);
    let report = desk.report("nord");
    assert_eq!(report["revision"], json!(2));
    assert_eq!(report["commitments"][0]["downtime_seconds"], json!(9 * 300));
    let after = desk.verified();
    assert!(after["entries"].as_u64() > ledger["entries"].as_u64());
    // And back: the first figures again are a third revision, not the first.
    desk.write("data/nord.csv", &csv());
    assert_eq!(numbers(&desk.closes()), [(3, false), (1, true)]);
    desk.verified();
}

#[test]
fn equal_inputs_give_equal_bytes_on_another_desk_in_another_zone_and_language_for_another_user() {
    let (first, second) = (desk_of_files(), desk_of_files());
    sound(&command(&first.close()).env("TZ", "UTC").env("LANG", "C").output().expect("the binary runs"));
    let home = tempfile::tempdir().expect("a temporary folder");
    let elsewhere = [("TZ", "Pacific/Apia"), ("LANG", "de_DE.UTF-8"), ("LC_ALL", "tr_TR.UTF-8")];
    let somebody =
        [("USER", "somebody"), ("LOGNAME", "somebody"), ("XDG_CONFIG_HOME", "/nowhere"), ("TMPDIR", "/var/tmp")];
    let mut close = command(&second.close());
    close.envs(elsewhere).envs(somebody).env("HOME", home.path()).current_dir(home.path());
    sound(&close.output().expect("the binary runs"));
    let (first, second) = (first.files("out"), second.files("out"));
    assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
    for (name, bytes) in &first {
        assert!(second[name] == *bytes, "{} differs", name.display());
    }
    for name in ["report.pdf", "report.json", "report.csv", "report.xlsx", "letter.eml", "letter.md", "letter.html"] {
        assert!(first.contains_key(&Path::new(MONTH).join("nord").join(name)), "{name}");
    }
    for name in ["portfolio.csv", "portfolio.json", "operations.csv", "operations.json"] {
        assert!(first.contains_key(&Path::new(MONTH).join(name)), "{name}");
    }
}

#[test]
fn one_tenant_closes_alone_and_the_portfolio_stays_whole() {
    let desk = desk_of_files();
    desk.closes();
    let portfolio = |desk: &Desk| -> serde_json::Value {
        let text = std::fs::read_to_string(desk.path("out").join(MONTH).join("portfolio.json")).expect("a portfolio");
        serde_json::from_str(&text).expect("JSON")
    };
    let whole = portfolio(&desk);
    assert_eq!(whole["tenants"].as_array().map(Vec::len), Some(2));
    let mut alone = desk.close();
    alone.extend(["--tenant".to_owned(), "west".to_owned()]);
    let closed = sound(&sla(&alone));
    assert_eq!(numbers(&closed), [(1, true)]);
    assert_eq!(portfolio(&desk), whole);
    assert!(desk.path("out").join(MONTH).join("nord/report.pdf").is_file());
}

/// The ledger on a real PostgreSQL, by the address that a user gives.
#[test]
fn a_month_closes_into_postgres() {
    let server = sla_acceptance::servers::Postgres::start();
    let url = server.database();
    let desk = desk_of_files();
    let mut words = desk.close();
    let at = words.iter().position(|word| word == "--ledger").expect("an argument");
    words[at + 1].clone_from(&url);
    assert_eq!(numbers(&sound(&sla(&words))), [(1, false), (1, false)]);
    assert_eq!(numbers(&sound(&sla(&words))), [(1, true), (1, true)]);
    let verified = sound(&command(&["ledger", "verify", "--json"]).env("SLA_LEDGER", &url).output().expect("it runs"));
    // The same facts as in a file, so the same number of entries.
    desk.closes();
    assert_eq!(verified["entries"], desk.verified()["entries"]);
}

#[test]
fn a_ledger_that_was_tampered_with_is_an_exit_code_of_its_own() {
    let desk = desk_of_files();
    desk.closes();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        use sqlx::{Connection, Executor};
        let url = format!("sqlite:{}", desk.path("ledger.sqlite").display());
        let mut ledger = sqlx::SqliteConnection::connect(&url).await.expect("a ledger");
        for statement in ["drop trigger credits_stay", "update credits set high_minor = high_minor + 1"] {
            ledger.execute(statement).await.expect("tampered with");
        }
        ledger.close().await.expect("closed");
    });
    let output = sla(&["ledger", "verify", "--json", "--ledger", &desk.ledger()]);
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert_eq!(said["error"]["code"], "ledger.broken");
    let message = said["error"]["message"].as_str().unwrap_or_default();
    assert!(message.contains("credit/nord/nord-contract/2026-10/1/slices was changed after entry"), "{message}");
}
