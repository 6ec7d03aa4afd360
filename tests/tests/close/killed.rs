//! `kill -9` at moments all over a close and a step of review, on both engines: nothing half done, the chain verifies, and
//! doing it again completes it.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sla_acceptance::servers::Postgres;

use crate::desk::{Desk, command, desk_of_files, sla, sound};

/// At how many moments; `SLA_KILLS` asks for more.
fn moments() -> u32 {
    std::env::var("SLA_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(8)
}

/// Places for ledgers.
enum Ledgers {
    Sqlite,
    Postgres(Postgres),
}

impl Ledgers {
    fn url(&self, desk: &Desk) -> String {
        match self {
            Self::Sqlite => desk.ledger(),
            Self::Postgres(server) => server.database(),
        }
    }
}

/// A close with its ledger elsewhere.
fn close(desk: &Desk, ledger: &str) -> Vec<String> {
    let mut words = desk.close();
    words.pop();
    words.push(ledger.to_owned());
    words
}

/// Runs a command and kills it so long after it began.
fn killed(words: &[String], after: Duration) {
    let mut running = command(words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary runs");
    // The moment is the point of the test: whatever is being done then must not matter.
    std::thread::sleep(after);
    running.kill().expect("it can be killed");
    running.wait().expect("it has ended");
}

/// The moments of something that takes so long.
fn spread(whole: Duration) -> impl Iterator<Item = Duration> {
    let count = moments();
    (0..count).map(move |moment| whole * (2 * moment + 1) / (2 * count))
}

/// Entries of a ledger whose chain is sound; none where there is no ledger yet.
fn entries(ledger: &str) -> i64 {
    let output = sla(&["ledger", "verify", "--json", "--ledger", ledger]);
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    match said["error"]["code"].as_str() {
        None => said["entries"].as_i64().expect("a number"),
        Some("ledger.missing" | "ledger.not_a_ledger") => 0,
        Some(other) => panic!("{other}: {said}"),
    }
}

fn closes(ledgers: &Ledgers) {
    let undisturbed = desk_of_files();
    let ledger = ledgers.url(&undisturbed);
    let began = Instant::now();
    sound(&sla(&close(&undisturbed, &ledger)));
    let whole = began.elapsed();
    let (all, files) = (entries(&ledger), undisturbed.files("out"));
    for after in spread(whole) {
        let desk = desk_of_files();
        let ledger = ledgers.url(&desk);
        killed(&close(&desk, &ledger), after);
        let left = entries(&ledger);
        assert!(left == 0 || left == all, "{left} of {all} entries after {after:?}");
        sound(&sla(&close(&desk, &ledger)));
        assert_eq!(entries(&ledger), all, "{after:?}");
        let found = desk.files("out");
        let names = found.keys().chain(files.keys()).filter(|name| found.get(*name) != files.get(*name));
        let differ: Vec<_> = names.collect();
        assert!(differ.is_empty(), "not as after an undisturbed close, killed after {after:?}: {differ:?}");
    }
}

/// Submits nord's month and hands it back, again and again: the month and its credits change together or not at all.
fn reviews(ledgers: &Ledgers) {
    let desk = desk_of_files();
    let ledger = ledgers.url(&desk);
    sound(&sla(&close(&desk, &ledger)));
    let of = ["--tenant", "nord", "--month", "2026-10", "--json", "--ledger", &ledger];
    let words = |step: &str| -> Vec<String> {
        let step = ["month", step, "--note", "again", "--actor", "Ina"];
        step.iter().chain(&of).map(|word| (*word).to_owned()).collect()
    };
    let state = || -> (String, Vec<Value>, usize) {
        let shown = sound(&sla(&["month", "show"].iter().chain(&of).collect::<Vec<_>>()));
        let credits = shown[0]["credits"].as_array().expect("credits");
        assert!(!credits.is_empty(), "nord is owed something");
        let states = credits.iter().map(|credit| credit["state"].clone()).collect();
        let steps = shown[0]["steps"].as_array().expect("steps").len();
        (shown[0]["state"].as_str().expect("a state").to_owned(), states, steps)
    };
    let began = Instant::now();
    sound(&sla(&words("submit")));
    let whole = began.elapsed();
    let (mut steps, mut was_taken) = (1, 0);
    for after in spread(whole) {
        let (step, before, then) = match state().0.as_str() {
            "closed" => ("submit", ("closed", "draft"), ("in_review", "in_review")),
            _ => ("return", ("in_review", "in_review"), ("closed", "draft")),
        };
        killed(&words(step), after);
        entries(&ledger);
        let (month, credits, taken) = state();
        let is_taken = taken > steps;
        let expected = if is_taken { then } else { before };
        assert_eq!(month, expected.0, "{step} killed after {after:?}");
        assert!(credits.iter().all(|state| *state == json!(expected.1)), "{step} killed after {after:?}: {credits:?}");
        was_taken += usize::from(is_taken);
        if !is_taken {
            sound(&sla(&words(step)));
        }
        steps += 1;
        assert_eq!(state().2, steps, "{step} is on record once");
    }
    assert!(was_taken < steps, "some of them were killed before they were done");
}

#[test]
fn a_close_that_is_killed_is_done_or_not_done_on_sqlite() {
    closes(&Ledgers::Sqlite);
}

#[test]
fn a_close_that_is_killed_is_done_or_not_done_on_postgres() {
    closes(&Ledgers::Postgres(Postgres::start()));
}

#[test]
fn a_review_that_is_killed_is_done_or_not_done_on_sqlite() {
    reviews(&Ledgers::Sqlite);
}

#[test]
fn a_review_that_is_killed_is_done_or_not_done_on_postgres() {
    reviews(&Ledgers::Postgres(Postgres::start()));
}
