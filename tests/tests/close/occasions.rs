//! `sla letter`: letters beside the month's own, out of what is on record, and refused where there is no occasion.

use std::path::Path;

use serde_json::{Value, json};

use crate::billing::{issues, letter_minor, refuses, runs};
use crate::desk::{MONTH, csv, desk_of_files, sla, sound};

/// A command about the catalogue of the demo.
fn of_demo(line: &str, out: &Path) -> std::process::Output {
    let catalogue = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/demo/catalogue");
    let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    words.extend(["--json", "--catalogue", catalogue, "--out"].map(str::to_owned));
    words.push(out.display().to_string());
    sla(&words)
}

#[test]
fn a_letter_about_a_closed_month_is_drawn_where_there_is_an_occasion() {
    let desk = desk_of_files();
    desk.closes();
    let folder = desk.path("letters").display().to_string();
    let of = format!("--tenant nord --month {MONTH}");
    let draws = |kind: &str| runs(&desk, &format!("letter {kind} {of}"), &["--out", &folder]);
    let refused = |kind: &str, code: &str| refuses(&desk, &format!("letter {kind} {of}"), &["--out", &folder], code);
    refused("credit", "occasion.not_approved");
    refused("restatement", "occasion.first_revision");
    let year = refused("year", "occasion.months_missing");
    assert!(year.contains("1 of those up to"), "{year}");
    assert!(!desk.path("letters").exists(), "what is refused leaves nothing");

    issues(&desk, "nord", "");
    let before = desk.verified();
    let drawn = draws("credit");
    assert_eq!((&drawn["tenant"], &drawn["unchanged"]), (&json!("nord"), &json!(false)));
    let names: Vec<&str> = drawn["files"].as_array().expect("files").iter().filter_map(Value::as_str).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    assert_eq!(draws("credit")["unchanged"], json!(true));
    let read = |name: &str| std::fs::read_to_string(desk.path(&format!("letters/{name}"))).expect("a letter");
    let (credit, mail) = (read("letter-credit.md"), read("letter-credit.eml"));
    let issued = runs(&desk, &format!("month documents {of}"), &["--out", &desk.path("drawn").display().to_string()]);
    assert_eq!(json!(letter_minor(&credit)), issued["settlement"]["total"]["letter_minor"], "{credit}");
    assert!(mail.contains("\r\nTo: \"Contact\" <contact@nord.example>\r\n"), "{mail}");
    assert!(mail.contains("\r\nX-Unsent: 1\r\n"), "{mail}");
    // One that somebody has changed stays theirs.
    desk.write("letters/letter-credit.md", "mine");
    let output =
        sla(&["letter", "credit", "--tenant", "nord", "--month", MONTH, "--out", &folder, "--ledger", &desk.ledger()]);
    assert_eq!((output.status.code(), read("letter-credit.md").as_str()), (Some(1), "mine"));

    // Corrected measurements restate the month; the letter tells both revisions' amounts.
    desk.write("data/nord.csv", &csv().replace(",5,10\n", ",10,10\n"));
    desk.closes();
    let before_restated = desk.verified();
    draws("restatement");
    let letter = read("letter-restatement.md");
    assert!(
        letter.contains("Revision 2 ersetzt Revision 1") || letter.contains("revision 2 replaces revision 1"),
        "{letter}"
    );
    assert!(read("letter-restatement.eml").contains("X-SLA-Desk-Draft: yes"));
    refused("credit", "occasion.not_approved");
    issues(&desk, "nord", "");
    refused("credit", "occasion.no_credit");
    let decided = desk.path("decided").display().to_string();
    runs(&desk, &format!("letter restatement {of}"), &["--out", &decided]);
    let letter = std::fs::read_to_string(desk.path("decided/letter-restatement.md")).expect("a letter");
    assert!(letter_minor(&letter) < 0, "{letter}");
    assert_ne!(before, before_restated);
    // Drawing a letter records nothing.
    let after = desk.verified();
    runs(&desk, &format!("letter restatement {of}"), &["--out", &decided]);
    assert_eq!(desk.verified(), after);
}

#[test]
fn maintenance_is_told_ahead_and_not_afterwards() {
    let folder = tempfile::tempdir().expect("a folder");
    let of = "letter maintenance --tenant nordlicht --month 2026-10 --at";
    sound(&of_demo(&format!("{of} 2026-10-01T00:00:00+02:00"), folder.path()));
    let letter = std::fs::read_to_string(folder.path().join("letter-maintenance.md")).expect("a letter");
    let letter = letter.replace('\u{a0}', " ");
    for expected in [
        "# Geplante Wartung Oktober 2026: 1 Wartungsfenster",
        "**11.10.2026, 02:00 UTC+2 bis 11.10.2026, 04:00 UTC+2** (2 h): Wartung nach § 7",
        "- Angekündigt: 28.09.2026, 10:15 UTC+2",
        "- Nach Ihrem Vertrag ausgenommen: Diese Zeit zählt nicht als Ausfall.",
        "mindestens 120 h vorher angekündigt wird und im Monat höchstens 8 h ausgenommen sind.",
    ] {
        assert!(letter.contains(expected), "{expected} is missing in\n{letter}");
    }
    // The second in which it begins is not ahead of it any more, but the one before is.
    sound(&of_demo(&format!("{of} 2026-10-11T02:00:00+02:00"), &folder.path().join("begins")));
    for (line, code) in [
        (format!("{of} 2026-10-11T02:00:01+02:00"), "occasion.no_maintenance"),
        (
            "letter maintenance --tenant nordlicht --month 2026-11 --at 2026-10-01T00:00:00+02:00".to_owned(),
            "occasion.no_maintenance",
        ),
        (
            "letter maintenance --tenant nobody --month 2026-10 --at 2026-10-01T00:00:00+02:00".to_owned(),
            "plan.unknown_tenant",
        ),
    ] {
        let output = of_demo(&line, &folder.path().join("none"));
        let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!((output.status.code(), &said["error"]["code"]), (Some(1), &json!(code)), "{said}");
    }
    assert!(!folder.path().join("none").exists());
}
