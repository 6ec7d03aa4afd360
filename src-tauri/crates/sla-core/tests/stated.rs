//! The parts of a stated month: its outages and days, what bounds unknown time, its evidence, the periods of its promises.

use serde_json::{Value, json};
use sla_core::time::{Period, utc_text};

use crate::desk::{DOWN, MISSING, QUIET, Slice, UP, contract, exclusion, from, promise, stated};

/// States October 2026 by a promise and compares parts of its first commitment.
#[track_caller]
fn check_october(terms: &[(&str, &str)], others: &[String], says: impl Fn(i64) -> Slice, expected: &[(&str, Value)]) {
    let of = contract(&[("excludedKinds", "[customer]")], &[promise(terms)]);
    let record = stated(&[&[of], others].concat(), "2026-10", says);
    let json: Value = serde_json::from_str(&record.to_json()).expect("JSON");
    for (pointer, value) in expected {
        assert_eq!(json["commitments"][0].pointer(pointer), Some(value), "{pointer} by {terms:?}");
    }
}

/// Down, without any event, or up: by the first stretch that holds an instant.
fn stretches(of: Vec<(Period, Slice)>) -> impl Fn(i64) -> Slice {
    move |at| of.iter().find(|(one, _)| one.start <= at && at < one.end).map_or(UP, |(_, says)| *says)
}

fn outage(code: &str, failed: i64, start: &str, seconds: i64, standing: &str) -> Value {
    let period = from(start, seconds);
    json!({
        "start": start, "end": utc_text(period.end), "seconds": seconds, "standing": standing,
        "reason": { "code": code, "failed": failed, "total": failed },
    })
}

#[test]
fn outages_are_one_only_where_they_touch_on_one_side_of_an_exclusion() {
    let (third, fourth) = ("2026-10-03T00:00:00Z", "2026-10-04T00:00:00Z");
    // Two nights are two outages.
    let nights = vec![(from(third, 600), DOWN), (from(fourth, 300), DOWN)];
    let both =
        json!([outage("all_failed", 100, third, 600, "counts"), outage("all_failed", 50, fourth, 300, "counts")]);
    check_october(&[], &[], stretches(nights), &[("/outages", both)]);
    // An exclusion that begins inside an outage divides it.
    let (start, at) = ("2026-10-05T00:00:00Z", "2026-10-05T00:10:00Z");
    let window = format!("kind: customer, start: {at}, end: 2026-10-05T02:00:00Z, approvedBy: Ole");
    let divided =
        json!([outage("all_failed", 100, start, 600, "counts"), outage("all_failed", 50, at, 300, "excluded")]);
    let long = || stretches(vec![(from(start, 900), DOWN)]);
    check_october(&[], &[exclusion("test", &window)], long(), &[("/outages", divided)]);
    // Quiet time that is read as bad joins what failed before and after it: five and three minutes of ten events.
    let quiet = || stretches(vec![(from("2026-10-05T00:05:00Z", 420), QUIET), (from(start, 900), DOWN)]);
    let joined = json!([outage("all_failed", 80, start, 900, "counts")]);
    check_october(&[("quiet", "bad")], &[], quiet(), &[("/outages", joined)]);
    let apart = json!([
        outage("all_failed", 50, start, 300, "counts"),
        outage("all_failed", 30, "2026-10-05T00:12:00Z", 180, "counts"),
    ]);
    check_october(&[("quiet", "good")], &[], quiet(), &[("/outages", apart)]);
    // Without any event nothing failed: there was no traffic.
    let silent = stretches(vec![(from(third, 600), QUIET)]);
    let silence = json!([outage("no_traffic", 0, third, 600, "counts")]);
    check_october(&[("quiet", "bad")], &[], silent, &[("/outages", silence)]);
}

#[test]
fn a_day_with_quiet_time_is_judged_as_the_contract_reads_it() {
    // An hour of the 3rd is quiet, and all of the 4th; 144 minutes of the 3rd are down.
    let says = || {
        stretches(vec![
            (from("2026-10-03T00:00:00Z", 3_600), QUIET),
            (from("2026-10-03T02:00:00Z", 144 * 60), DOWN),
            (from("2026-10-04T00:00:00Z", 86_400), QUIET),
        ])
    };
    let check = |method: &str, quiet: &str, third: Value, fourth: Value| {
        let terms = [("method", method), ("quiet", quiet)];
        check_october(&terms, &[], says(), &[("/days/2/percent", third), ("/days/3/percent", fourth)]);
    };
    // Of 1 440 minutes 144 and 60 are not good; without the 60 it is 144 of 1 380.
    let days = [
        ("good", json!("90.0000"), json!("100.0000")),
        ("bad", json!("85.8333"), json!("0.0000")),
        ("excluded", json!("89.5652"), json!(null)),
    ];
    for (quiet, third, fourth) in days {
        check("Timeslices", quiet, third.clone(), fourth.clone());
        check("RatioTimeslices", quiet, third, fourth.clone());
        // Events are judged where there are some, and slices on a day without any.
        check("Occurrences", quiet, json!("89.5652"), fourth);
    }
}

#[test]
fn unknown_time_has_no_bound_where_no_event_was_counted() {
    // All that is known lies in an exclusion that leaves both sides: the busiest slice is of no use, and slices are judged.
    let window = from("2026-10-05T00:00:00Z", 7_200);
    let says = move |at| if window.start <= at && at < window.end { UP } else { MISSING };
    let excluded =
        exclusion("test", "kind: customer, start: 2026-10-05T00:00:00Z, end: 2026-10-05T02:00:00Z, approvedBy: Ole");
    let check = |mode: &str, bound: Value| {
        let terms = [("method", "Occurrences"), ("exclusions", mode)];
        check_october(&terms, std::slice::from_ref(&excluded), says, &[("/unknown_bound", bound)]);
    };
    check("denominator", json!(null));
    // As good events they count: each of 44 520 minutes may have held the ten that the busiest one did.
    check("numerator", json!({ "slices": 44_520, "per_slice": 10, "total": 445_200 }));
}

#[test]
fn evidence_of_several_promises_is_told_once() {
    let record = stated(&[contract(&[], &[promise(&[]), promise(&[("name", "again")])])], "2026-10", |_| UP);
    let told: Vec<_> = record.evidence.iter().map(|one| one.sha256.clone()).collect();
    assert_eq!(told, ["ab".repeat(32)]);
    assert!(record.commitments.iter().all(|one| one.evidence == told));
}

#[test]
fn a_promise_says_its_period_where_it_is_not_the_month() {
    let check = |period: &str, valid_from: &str, expected: Value| {
        let incidents = format!(
            "\n    - {{ name: restoration, service: platform, class: p1, clock: restoration, startsAt: reported, hours: wall, \
             limit: 4h, target: 100, month: started, period: {period}, penalty: {{}} }}"
        );
        let terms = [
            ("validFrom", valid_from),
            ("fee", "{ monthly: 1000.00, partMonth: daily }"),
            ("incidents", incidents.as_str()),
        ];
        let of = contract(&terms, &[promise(&[("period", period)])]);
        let json: Value = serde_json::from_str(&stated(&[of], "2026-09", |_| UP).to_json()).expect("JSON");
        for promise in [&json["commitments"][0], &json["incident_promises"][0]] {
            assert_eq!(promise["period"], expected, "{period} from {valid_from}");
        }
    };
    let since = |start: &str| json!({ "start": start, "end": "2026-10-01T00:00:00Z" });
    check("month", "2026-01-01", json!(null));
    check("quarter", "2026-01-01", since("2026-07-01T00:00:00Z"));
    // A quarter within the contract, which is the month where the contract began with it.
    check("quarter", "2026-08-16", since("2026-08-16T00:00:00Z"));
    check("quarter", "2026-09-01", json!(null));
}
