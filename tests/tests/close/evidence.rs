//! Evidence that was altered is found, and never put right in silence.

use std::path::PathBuf;

use serde_json::Value;

use crate::desk::{Desk, desk_of_files, sla, sound};

fn files(desk: &Desk) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(desk.path("out/evidence")).expect("a folder");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

fn verify(desk: &Desk) -> std::process::Output {
    let evidence = desk.path("out/evidence").display().to_string();
    sla(&["ledger", "verify", "--json", "--ledger", &desk.ledger(), "--evidence", &evidence])
}

#[test]
fn altered_and_missing_evidence_is_named() {
    let desk = desk_of_files();
    // Two tenants with the same measurements and different questions would be two files; these ask the same.
    desk.write("data/nord.csv", &crate::desk::csv().replacen(",5,10\n", ",10,10\n", 3));
    desk.closes();
    let verified = sound(&verify(&desk));
    let [first, second] = &files(&desk)[..] else { panic!("two files of evidence") };
    assert_eq!(verified["evidence"]["files"], 2);
    let (ledger, documents) = (desk.verified(), desk.files("out/2026-10"));

    let whole = std::fs::read(first).expect("a file");
    let altered = [whole.as_slice(), b"x"].concat();
    std::fs::write(first, &altered).expect("altered");
    // The chain alone is sound; the evidence is not.
    desk.verified();
    let check = |codes: &str, parts: &[&str]| {
        let output = verify(&desk);
        let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(output.status.code(), Some(6), "{said}");
        assert_eq!(said["error"]["code"], codes, "{said}");
        let message = said["error"]["message"].as_str().unwrap_or_default();
        for part in parts {
            assert!(message.contains(part), "{message}\ndoes not say {part}");
        }
    };
    let (one, two) = (first.display().to_string(), second.display().to_string());
    check("evidence.altered", &[&one, "was altered or cut", "first used by", "2026-10, revision 1"]);

    // Closing again would need that very file.
    let output = sla(&desk.close());
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((output.status.code(), said["error"]["code"].as_str()), (Some(1), Some("evidence.altered")), "{said}");
    let message = said["error"]["message"].as_str().unwrap_or_default();
    assert!(message.contains(&one) && message.contains("move it away and close the month again"), "{message}");
    assert_eq!(std::fs::read(first).expect("a file"), altered, "not overwritten");
    assert_eq!(desk.verified(), ledger);
    assert!(desk.files("out/2026-10") == documents);

    std::fs::remove_file(second).expect("removed");
    check("evidence.altered", &[&one, &two, "is missing"]);
    // Moved away, as the message says, the same capture brings both back.
    std::fs::rename(first, desk.path("altered.parquet")).expect("moved away");
    check("evidence.missing", &[&one, &two]);
    desk.closes();
    assert_eq!(sound(&verify(&desk)), verified);
    assert_eq!(std::fs::read(first).expect("a file"), whole);

    // What a restated month rested on is still looked at.
    desk.write("data/nord.csv", &crate::desk::csv());
    desk.closes();
    assert_eq!(sound(&verify(&desk))["evidence"]["files"], 3);
    std::fs::remove_file(first).expect("removed");
    check("evidence.missing", &[&one, "revision 1"]);
}
