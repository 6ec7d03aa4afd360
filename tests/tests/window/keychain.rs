//! What is kept in the system's keychain and used at a prompt: the key that seals months, and credentials of sources.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};
use sla_acceptance::nord;
use sla_acceptance::servers::{Postgres, Screen};

/// What the program prints on that desktop, and how it ends.
fn said(screen: &Screen, words: &[&str]) -> (Option<i32>, Value) {
    let output = screen.command(&sla_acceptance::binary()).args(words).arg("--json").output().expect("the binary runs");
    let said = serde_json::from_slice(&output.stdout);
    (output.status.code(), said.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr))))
}

#[test]
fn a_key_in_the_keychain_seals_at_the_prompt() {
    let screen = Screen::start();
    let refuses = |words: &[&str], code: &str| {
        let (exit, said) = said(&screen, words);
        assert_eq!((exit, &said["error"]["code"]), (Some(1), &json!(code)), "{said}");
    };
    let path = |name: &str| screen.home().join(name).display().to_string();
    assert_eq!(said(&screen, &["demo", "--out", &path("demo")]).0, Some(0));
    let (evidence, catalogue) = (path("demo/reports/evidence"), path("demo/catalogue"));
    let (ledger, out) = (format!("sqlite:{}", path("demo/ledger.sqlite")), path("sealed"));
    let mut seal = vec!["month", "bundle", "--month", "2026-10", "--tenant", "prairie", "--key", "keychain:desk"];
    seal.extend(["--ledger", &ledger, "--evidence", &evidence, "--catalogue", &catalogue, "--out", &out]);

    refuses(&seal, "keychain.no_entry");
    refuses(&["key", "show", "keychain:desk"], "keychain.no_entry");
    let (_, made) = said(&screen, &["key", "new", "keychain:desk"]);
    let public = made["public_key"].as_str().expect("a key");
    // A key that seals is never replaced: what it sealed could not be told from a forgery any more.
    refuses(&["key", "new", "keychain:desk"], "keychain.taken");
    assert_eq!(said(&screen, &["key", "show", "keychain:desk"]).1, made);
    let (_, sealed) = said(&screen, &seal);
    let bundle = sealed["file"].as_str().expect("a file");
    let (exit, verified) = said(&screen, &["verify", bundle, "--key", public]);
    assert_eq!((exit, &verified["agrees"]), (Some(0), &json!(true)), "{verified}");
}

#[test]
fn without_a_keychain_no_key_is_made_in_it() {
    let screen = Screen::start_without_keychain();
    let (exit, said) = said(&screen, &["key", "new", "keychain:desk"]);
    assert_eq!((exit, &said["error"]["code"]), (Some(1), &json!("keychain.refused")), "{said}");
}

/// A day of slices, every one of them good.
const TABLE: &str = "create table slices as select t, 60 as good, 60 as total
    from generate_series(timestamptz '2026-09-30T22:01:00Z', timestamptz '2026-10-01T22:00:00Z', '1 minute') as t";
const QUERY: &str = "query: \"select t, good, total from slices where t > $from and t <= $to\"";
const NAME: &str = "SLA_TEST_DATABASE";

#[test]
fn credentials_of_a_source_are_kept_in_the_keychain() {
    let (screen, server) = (Screen::start(), Postgres::start());
    let url = server.database();
    server.execute_in(&url, TABLE);
    let (catalogue, out) = (screen.home().join("catalogue"), screen.home().join("out"));
    let ledger = format!("sqlite:{}", screen.home().join("ledger.sqlite").display());
    std::fs::create_dir(&catalogue).expect("the folder can be written");
    let source = nord::source("database", "PostgreSQL", &format!("urlEnv: {NAME}, timeoutSeconds: 20"));
    let documents = source + &nord::sli("measured", &nord::ratio("database", ("good", QUERY), QUERY));
    let commitment = format!("target: 99.9, method: Occurrences, penalty: {}", nord::BANDS);
    let text = nord::catalogue(&documents, Some("2026-10-01"), &commitment);
    std::fs::write(catalogue.join("all.yaml"), text).expect("the folder can be written");

    let close = |variable: Option<&str>| {
        let mut command = screen.command(&sla_acceptance::binary());
        command.args([
            "close",
            "--month",
            "2026-10",
            "--actor",
            "tester",
            "--json",
            "--ledger",
            &ledger,
            "--catalogue",
        ]);
        command.arg(&catalogue).arg("--out").arg(&out).envs(variable.map(|value| (NAME, value)));
        let output = command.output().expect("the binary runs");
        let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(!said.contains(&url), "{said}");
        (output.status.code(), said)
    };
    let keep = |words: &[&str], secret: &str| {
        let mut command = screen.command(&sla_acceptance::binary());
        command.arg("secret").args(words).arg("--json").stdin(Stdio::piped());
        let mut running = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
        writeln!(running.stdin.take().expect("piped"), "{secret}").expect("it listens");
        let output = running.wait_with_output().expect("it ends");
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    #[track_caller]
    fn check((exit, said): (Option<i32>, String), expected: i32, part: &str) {
        assert_eq!(exit, Some(expected), "{said}");
        assert!(said.contains(part), "expected {part}: {said}");
    }
    check(close(None), 1, "capture.secret");
    check(keep(&["keep", NAME], ""), 1, "secret.empty");
    check(keep(&["keep", "not a name"], &url), 2, "PROMETHEUS_TOKEN");
    check(keep(&["keep", NAME], "postgres://nobody:nothing@127.0.0.1:1/none"), 0, NAME);
    check(close(None), 1, "sql.unavailable");
    // The one before is replaced, and a variable of the environment goes before it.
    check(keep(&["keep", NAME], &url), 0, NAME);
    check(close(Some("postgres://nobody:nothing@127.0.0.1:1/none")), 1, "sql.unavailable");
    check(close(None), 0, "\"verdict\":\"met\"");
    check(keep(&["forget", NAME], ""), 0, NAME);
    check(keep(&["forget", NAME], ""), 0, NAME);
    check(close(None), 1, "capture.secret");
}
