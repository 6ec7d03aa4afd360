//! The key that seals months, kept in the system's keychain and used at a prompt.

use serde_json::{Value, json};
use sla_acceptance::servers::Screen;

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
