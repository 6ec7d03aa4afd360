//! The same month under every reading of a sentence that a contract does not have.

use serde_json::{Value, json};

use crate::desk::{Desk, MONTH, desk_of_files, sla, sound};

/// The desk's first contract does not say how unknown time is read for the share of slices, whose target lies between
/// what was attained with it up and with it down.
fn open_desk() -> Desk {
    let desk = desk_of_files();
    let text = std::fs::read_to_string(desk.path("catalogue/all.yaml")).expect("a catalogue");
    let text = text
        .replacen("name: slices, slo: up, target: 99.9,", "name: slices, slo: up, target: 99.85,", 1)
        .replacen("below: 99.9,", "below: 99.85,", 1)
        .replacen("unknown: range, ", "", 1);
    desk.write("catalogue/all.yaml", &text);
    desk
}

fn arguments<'a>(catalogue: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["sensitivity", "--month", MONTH, "--catalogue", catalogue], more].concat()
}

#[test]
fn an_open_question_is_worth_what_its_answers_move() {
    let desk = open_desk();
    let catalogue = desk.path("catalogue").display().to_string();
    let lint = sla(&["lint", &catalogue]);
    assert_eq!(lint.status.code(), Some(3));
    let said = String::from_utf8_lossy(&lint.stdout).into_owned();
    for part in
        ["no field \"unknown\"", "(moves up to 123.45 EUR a month)", "en: Time for which there are no measurements"]
    {
        assert!(said.contains(part), "{said} does not say {part}");
    }
    let all = sound(&sla(&arguments(&catalogue, &["--tenant", "nord", "--json"])));
    let one = &all[0];
    assert_eq!((&one["contract"], &one["open"]), (&json!("nord-contract"), &json!(["unknown"])));
    let outcomes: Vec<(&Value, &Value, &Value)> = one["outcomes"]
        .as_array()
        .expect("outcomes")
        .iter()
        .filter(|one| one["admissible"] == json!(true))
        .map(|one| (&one["answers"]["unknown"], &one["credit_total"]["low_minor"], &one["credit_total"]["high_minor"]))
        .collect();
    // The mean of the slices owes 61.72 whatever is said; the share of slices owes as much again when it is missed.
    let expected =
        [("range", 6_172, 12_344), ("down", 12_344, 12_344), ("up", 6_172, 6_172), ("excluded", 6_172, 6_172)];
    let expected = expected.map(|(answer, low, high)| (json!(answer), json!(low), json!(high)));
    assert_eq!(outcomes, expected.iter().map(|(a, b, c)| (a, b, c)).collect::<Vec<_>>());
    assert_eq!(one["range"], json!({ "low_minor": 6_172, "high_minor": 12_344 }));
    assert_eq!(one["moved_minor"]["unknown"], json!(6_172));
    // Each of them once more with what was attained rounded, which the contract does not say, apart from the range.
    let misread: Vec<&Value> =
        one["outcomes"].as_array().expect("outcomes").iter().filter(|one| one["admissible"] == json!(false)).collect();
    assert_eq!(misread.len(), 4);
    assert!(misread.iter().all(|one| one["answers"]["attainment-rounding"] == json!("half_up to 2 decimals")));

    let text = sla(&arguments(&catalogue, &["--tenant", "nord"]));
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    for part in [
        "nord-contract version 1 leaves open: unknown",
        "EUR 61.72 … 123.44",
        "unknown moves up to EUR 61.72",
        "Not the contract's reading  unknown: range, attainment-rounding: half_up to 2 decimals",
    ] {
        assert!(text.contains(part), "{text} does not say {part}");
    }
}

#[test]
fn a_contract_that_says_everything_is_answered_otherwise_one_question_at_a_time() {
    let desk = desk_of_files();
    let catalogue = desk.path("catalogue").display().to_string();
    let all = sound(&sla(&arguments(&catalogue, &["--tenant", "west", "--json"])));
    let outcomes = all[0]["outcomes"].as_array().expect("outcomes");
    assert_eq!(outcomes[0]["answers"], json!({}));
    assert!(outcomes.iter().skip(1).all(|one| one["answers"].as_object().is_some_and(|answers| answers.len() == 1)));
    assert_eq!(all[0]["open"], json!([]));
    // Nothing was recorded, written or left behind.
    assert!(desk.files("out").is_empty());
    assert!(!desk.path("ledger.sqlite").exists());
}

#[test]
fn what_cannot_be_compared_says_why() {
    let desk = open_desk();
    let catalogue = desk.path("catalogue").display().to_string();
    let check = |more: &[&str], exit: i32, code: &str, part: &str| {
        let output = sla(&arguments(&catalogue, &[&["--json"], more].concat()));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(exit), "{text}");
        let said: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(said["error"]["code"], code, "{text}");
        assert!(said["error"]["message"].as_str().is_some_and(|message| message.contains(part)), "{text}");
    };
    check(&["--tenant", "ost"], 1, "sensitivity.no_contract", "\"ost\"");
    check(&["--ledger", "sqlite:/nowhere/at/all.sqlite"], 1, "ledger.missing", "/nowhere/at/all.sqlite");
    let zone = sla(&arguments(&catalogue, &["--zone", "MEZ"]));
    assert_eq!(zone.status.code(), Some(2));
    let broken = std::fs::read_to_string(desk.path("catalogue/all.yaml")).expect("a catalogue");
    desk.write("catalogue/all.yaml", &broken.replacen("quiet: good", "quiet: perhaps", 1));
    check(&[], 3, "catalogue.unsound", "found \"perhaps\"");
}
