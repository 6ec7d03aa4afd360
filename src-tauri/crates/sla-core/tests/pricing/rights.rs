//! Rights that misses open, for certain or possibly.

use super::{TENTH, hourly, last};
use crate::desk::{MISSING, UP, contract, stated};

/// Compares what opens with the last of several months: `up 2..3 possible`.
#[track_caller]
fn check_of(right: &str, promises: &[String], signs: &str, expected: &[&str]) {
    let right = format!("[{{ right: Leave, {right} }}]");
    let record = last(&[contract(&[("rights", &right), ("pointWorth", "{ amount: 1 }")], promises)], "2026-01", signs);
    let told = record.rights.iter().map(|one| {
        let name = one.commitment.as_deref().unwrap_or("all");
        let open = if one.open { "open" } else { "possible" };
        format!("{name} {}..{} {open}", one.counted.low, one.counted.high)
    });
    assert_eq!(told.collect::<Vec<_>>(), expected, "{right} {signs}");
}

#[track_caller]
fn check(right: &str, signs: &str, expected: &[&str]) {
    check_of(right, &[hourly(&[("penalty", &format!("{{ {TENTH} }}"))])], signs, expected);
}

#[test]
fn misses_open_a_right_within_so_many_months() {
    let two = "misses: 2, withinMonths: 3";
    check(two, "k", &[]);
    check(two, "m", &[]);
    check(two, "mm", &["up 2..2 open"]);
    check(two, "mkm", &["up 2..2 open"]);
    check(two, "mmk", &["up 2..2 open"]);
    check(two, "mkkm", &[]);
    check(two, "mmm", &["up 3..3 open"]);
    check(two, "m?", &["up 1..2 possible"]);
    check(two, "??", &["up 0..2 possible"]);
    check(two, "-m", &["up 1..2 possible"]);
    check(two, "m-m", &["up 2..3 open"]);
    check(two, "k?k", &[]);
    check("misses: 1, withinMonths: 1", "m", &["up 1..1 open"]);
    check("misses: 1, withinMonths: 1", "mk", &[]);
}

#[test]
fn misses_in_a_row() {
    let row = "misses: 2, withinMonths: 4, consecutive: true";
    check(row, "mkm", &[]);
    check(row, "mmk", &["up 2..2 open"]);
    check(row, "mkmm", &["up 2..2 open"]);
    check(row, "m?m", &["up 1..3 possible"]);
    check(row, "mmkm", &["up 2..2 open"]);
    check(row, "mmkkk", &[]);
    check(row, "m-m", &["up 1..3 possible"]);
}

#[test]
fn a_miss_below_a_percentage() {
    check("misses: 1, withinMonths: 2, below: 99", "s", &[]);
    check("misses: 1, withinMonths: 2, below: 99.9", "s", &["up 1..1 open"]);
    check("misses: 1, withinMonths: 2, below: 99", "m", &["up 1..1 open"]);
    check("misses: 2, withinMonths: 2, below: 99", "sm", &[]);
    check("misses: 1, withinMonths: 2, below: 99", "sk", &[]);
    check("misses: 1, withinMonths: 2, below: 99", "mk", &["up 1..1 open"]);
    check("misses: 1, withinMonths: 2, below: 99", "?", &["up 0..1 possible"]);
    check("misses: 1, withinMonths: 2, below: 99", "-k", &["up 0..1 possible"]);
    // What was compared decides: 99.86 rounded down to 99.
    let rounded =
        hourly(&[("penalty", &format!("{{ {TENTH} }}")), ("attainmentRounding", "{ mode: floor, digits: 0 }")]);
    check_of("misses: 1, withinMonths: 1, below: 99.5", &[rounded], "s", &["up 1..1 open"]);
    check("misses: 1, withinMonths: 1, below: 99.5", "s", &[]);
}

/// February 2026 has a hundred of these hours: one of them is exactly a percent.
#[test]
fn exactly_the_percentage_is_not_below_it() {
    let hour = crate::desk::from("2026-02-02T10:00:00Z", 1).start;
    let opened = |below: &str, slice| {
        let right = format!("[{{ right: Leave, misses: 1, withinMonths: 1, below: {below} }}]");
        let terms = [("serviceHours", "Mo 00:00-24:00; Tu 00:00-01:00"), ("rights", right.as_str())];
        let record = stated(&[contract(&terms, &[hourly(&[])])], "2026-02", |at| if at == hour { slice } else { UP });
        record.rights.iter().map(|one| (one.counted.low, one.counted.high)).collect::<Vec<_>>()
    };
    let down = crate::desk::DOWN;
    assert_eq!([opened("99", down), opened("99.001", down)], [vec![], vec![(1, 1)]]);
    assert_eq!([opened("99", MISSING), opened("99.001", MISSING)], [vec![], vec![(0, 1)]]);
}

#[test]
fn points_of_all_or_of_some_open_a_right() {
    let points = |name: &str, points: &str| {
        let bands = format!(
            "{{ points: [{{ from: 99, below: 99.9, points: 1 }}, {{ from: 0, below: 99, points: {points} }}] }}"
        );
        hourly(&[("name", name), ("penalty", &bands)])
    };
    let one = [points("a", "4")];
    let six = "points: 6, withinMonths: 2";
    check_of(six, &one, "m", &[]);
    check_of(six, &one, "mm", &["all 8..8 open"]);
    check_of(six, &one, "ms", &[]);
    check_of("points: 5, withinMonths: 2", &one, "ms", &["all 5..5 open"]);
    check_of(six, &one, "mkm", &[]);
    check_of(six, &one, "m?", &["all 4..8 possible"]);
    check_of(six, &one, "?m", &["all 4..8 possible"]);
    // Of a month that nobody closed, as many as the right needs.
    check_of(six, &one, "-m", &["all 4..10 possible"]);
    check_of(six, &one, "-k", &["all 0..6 possible"]);
    let two = [points("a", "4"), points("b", "5")];
    check_of(six, &two, "m", &["all 9..9 open"]);
    check_of("points: 6, withinMonths: 2, commitments: [b]", &two, "m", &[]);
    check_of("points: 6, withinMonths: 2, commitments: [b]", &two, "mm", &["all 10..10 open"]);
    // Misses count for each commitment on its own.
    check_of("misses: 2, withinMonths: 2", &two, "mm", &["a 2..2 open", "b 2..2 open"]);
    check_of("misses: 2, withinMonths: 2, commitments: [b]", &two, "mm", &["b 2..2 open"]);
    check_of("misses: 3, withinMonths: 3", &two, "mm", &[]);
}
