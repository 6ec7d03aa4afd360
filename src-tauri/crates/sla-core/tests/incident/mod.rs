//! Incidents: what their clocks show, what stays open, and what a month makes of it.

mod month;
mod properties;

use serde_json::{Value, json};
use sla_core::catalogue::{Duration, ServiceHours};
use sla_core::incident::{IncidentSpec, IncidentTarget, judge_incident};
use sla_core::interval::IntervalSet;
use sla_core::time::{Period, UnixSeconds, utc_text};

/// Friday, 2 October 2026, 16:00 UTC: minute 0 of every incident here.
const MINUTE_0: UnixSeconds = 1_790_956_800;

fn minute(text: &str) -> UnixSeconds {
    MINUTE_0 + text.parse::<i64>().expect("minutes") * 60
}

fn service(period: Period) -> IntervalSet {
    let hours: ServiceHours = "Mo-Fr 08:00-18:00".parse().expect("service hours");
    hours.within(period, sla_core::Tz::UTC, None).expect("hours without holidays")
}

/// `"began=0 reported=20 restored=100 pause=30..40 pause=50.. approved=Eva"`, in minutes; Max enters all of them.
fn incident(text: &str) -> IncidentSpec {
    let mut value = json!({ "tenant": "acme", "class": "p1", "title": "No logins", "enteredBy": "Max" });
    let mut pauses: Vec<Value> = Vec::new();
    for (key, word) in text.split_whitespace().map(|word| word.split_once('=').expect("key=value")) {
        match key {
            "pause" => {
                let (from, to) = word.split_once("..").expect("from..to");
                let mut pause = json!({ "from": utc_text(minute(from)), "reason": "waiting for the customer" });
                if !to.is_empty() {
                    pause["to"] = utc_text(minute(to)).into();
                }
                pauses.push(pause);
            }
            "approved" => value["approvedBy"] = word.replace('_', " ").into(),
            "tenant" | "class" => value[key] = word.into(),
            _ => value[key] = utc_text(minute(word)).into(),
        }
    }
    value["pauses"] = pauses.into();
    serde_json::from_value(value).expect("an incident")
}

/// A promise of an hour on the wall clock from the report until restoration for 90 % of incidents, with some fields
/// replaced: `"clock=response limit=30m"`.
fn target(text: &str) -> IncidentTarget {
    let mut value = json!({
        "name": "p1-restoration", "class": "p1", "clock": "restoration", "startsAt": "reported", "hours": "wall",
        "limit": "60m", "target": "90", "month": "started", "service": "support", "penalty": {},
    });
    for (key, word) in text.split_whitespace().map(|word| word.split_once('=').expect("key=value")) {
        value[key] = word.into();
    }
    serde_json::from_value(value).expect("a promise")
}

/// Judged at minute 10 000 unless `as_of=` says otherwise. Expected: `verdict, low..high minutes, notes`.
#[track_caller]
fn check(terms: &str, facts: &str, expected: &str) {
    let (facts, as_of) = facts.split_once(" as_of=").unwrap_or((facts, "10000"));
    let outcome =
        judge_incident(&target(terms), &incident(facts), service, minute(as_of)).expect("the incident is sound");
    let text = |value: Value| value.as_str().expect("a text").to_owned();
    let mut told = text(serde_json::to_value(outcome.verdict).expect("a value"));
    let minutes = |seconds: i64| {
        assert_eq!(seconds % 60, 0);
        seconds / 60
    };
    let (low, high) = (outcome.elapsed_seconds.low, outcome.elapsed_seconds.high);
    told += &match high {
        Some(high) if high == low => format!(", {}", minutes(low)),
        Some(high) => format!(", {}..{}", minutes(low), minutes(high)),
        None => format!(", {}..", minutes(low)),
    };
    if outcome.clock_stops_seconds > 0 {
        told += &format!(", stopped {}", minutes(outcome.clock_stops_seconds));
    }
    for note in outcome.why {
        told += &format!(", {}", text(serde_json::to_value(note).expect("a value")));
    }
    assert_eq!(told, expected);
}

#[test]
fn clocks_run_from_the_start_that_was_agreed() {
    let facts = "began=0 detected=10 reported=25 responded=40 restored=85";
    check("startsAt=reported", facts, "within, 60");
    check("startsAt=detected", facts, "over, 75");
    check("startsAt=began", facts, "over, 85");
    check("startsAt=reported clock=response limit=15m", facts, "within, 15");
    check("startsAt=detected clock=response limit=29m", facts, "over, 30");
    // One second past the limit is past it.
    let one_second = target("limit=3599s");
    let outcome = judge_incident(&one_second, &incident(facts), service, minute("100")).expect("it is sound");
    assert_eq!((outcome.over_seconds.low, outcome.over_seconds.high), (1, Some(1)));
    assert!(outcome.ended);
}

#[test]
fn the_service_clock_stands_still_outside_service_hours() {
    // Friday 17:00 until Monday 09:00: one hour of Friday and one of Monday.
    let facts = "reported=60 restored=3900";
    check("hours=service limit=2h", facts, "within, 120");
    check("hours=wall limit=2d", facts, "over, 3840");
    check("hours=service limit=2h", "reported=60 as_of=3900", "undecidable, 120.., open");
    check("hours=service limit=2h", "reported=60 as_of=3901", "over, 121.., open");
    // Reported and restored on a Saturday: no second of service passed.
    check("hours=service limit=1s", "reported=900 restored=1000", "within, 0");
}

#[test]
fn trap_24_the_start_of_an_alert_is_not_the_start_of_the_outage() {
    // The alert fired 20 minutes into the outage. From there the limit would be kept; from the outage's start it was not.
    let facts = "began=0 detected=20 reported=30 restored=70";
    check("startsAt=began", facts, "over, 70");
    check("startsAt=detected", facts, "within, 50");
    // Where nobody knows when the outage began, the alert does not take its place: at least so long, perhaps longer.
    let facts = "detected=20 reported=30 restored=70";
    check("startsAt=began", facts, "undecidable, 50.., start_missing");
    check("startsAt=began limit=49m", facts, "over, 50.., start_missing");
}

#[test]
fn missing_times_are_ranges() {
    check("startsAt=detected", "began=0 reported=30 restored=70", "undecidable, 40..70, start_missing");
    check("startsAt=detected", "began=0 reported=30 restored=60", "within, 30..60, start_missing");
    check("startsAt=detected", "began=0 reported=30 restored=91", "over, 61..91, start_missing");
    check("startsAt=detected", "reported=30 restored=70", "undecidable, 40.., start_missing");
    // No response is known: it came at the latest with the restoration, perhaps at once.
    check("clock=response", "reported=0 restored=60", "within, 0..60, responded_by_restoration");
    check("clock=response", "reported=0 restored=61", "undecidable, 0..61, responded_by_restoration");
    check(
        "clock=response startsAt=detected",
        "began=0 reported=30 restored=50",
        "within, 0..50, start_missing, responded_by_restoration",
    );
}

#[test]
fn open_incidents_are_over_or_undecided_but_never_within() {
    check("", "reported=0 as_of=0", "undecidable, 0.., open");
    check("", "reported=0 as_of=60", "undecidable, 60.., open");
    check("", "reported=0 as_of=61", "over, 61.., open");
    check("clock=response", "reported=0 as_of=61", "over, 61.., open");
    check("clock=response", "reported=0 responded=30 as_of=300", "within, 30");
    check("startsAt=began", "reported=0 as_of=61", "over, 61.., start_missing, open");
    check("", "reported=0 as_of=-5", "undecidable, 0.., not_started, open");
    // What happened after the moment of judging is not known yet.
    check("", "reported=0 restored=30 as_of=29", "undecidable, 29.., open");
    check("", "reported=0 restored=30 as_of=30", "within, 30");
    check("clock=response", "reported=0 responded=10 restored=30 as_of=9", "undecidable, 9.., open");
}

#[test]
fn a_response_before_the_report_shows_zero() {
    let facts = "detected=0 reported=30 responded=10 restored=100";
    check("clock=response limit=1s", facts, "within, 0, ended_before_start");
    // A response in the second of the report is one after it.
    check("clock=response limit=1s", "detected=0 reported=30 responded=30 restored=100", "within, 0");
    check("clock=response startsAt=detected limit=10m", facts, "within, 10");
}

#[test]
fn approved_clock_stops_stop_the_clock_once() {
    let stopped = |pauses: &str| format!("reported=0 responded=20 restored=100 {pauses} approved=Eva");
    check("", &stopped("pause=30..70"), "within, 60, stopped 40");
    check("", &stopped("pause=30..60 pause=50..70"), "within, 60, stopped 40");
    check("", &stopped("pause=30..70 pause=40..50 pause=30..70"), "within, 60, stopped 40");
    check("", &stopped("pause=60.."), "within, 60, stopped 40, stop_without_end");
    check("", &stopped("pause=60.. pause=30..40"), "within, 50, stopped 50, stop_without_end");
    // A stop takes nothing off a clock that ended before it.
    check("clock=response", &stopped("pause=60.."), "within, 20");
    check("clock=response", &stopped("pause=10..30"), "within, 10, stopped 10");
    // Nor off hours that did not count: service ends at minute 120 and begins again at minute 3840.
    check("hours=service", "reported=100 restored=3900 pause=110..3850 approved=Eva", "within, 60, stopped 20");
    // An open incident that waits for the customer stands still.
    check(
        "",
        "reported=0 pause=30.. approved=Eva as_of=9000",
        "undecidable, 30.., stopped 8970, open, stop_without_end",
    );
}

#[test]
fn clock_stops_that_nobody_else_approved_do_not_stop_the_clock() {
    let facts = "reported=0 restored=100 pause=30..70";
    check("", facts, "over, 100, stops_not_approved");
    check("", &format!("{facts} approved=_"), "over, 100, stops_not_approved");
    check("", &format!("{facts} approved=Max"), "over, 100, stops_approved_by_same_person");
    check("", &format!("{facts} approved=_mAX_"), "over, 100, stops_approved_by_same_person");
    check("", &format!("{facts} approved=Eva"), "within, 60, stopped 40");
    // An incident without stops needs no approval to be counted.
    check("", "reported=0 restored=60", "within, 60");
}

#[test]
fn incidents_that_contradict_themselves_are_refused() {
    #[track_caller]
    fn check(facts: &str, pointers: &[&str]) {
        let incident = incident(facts);
        let defects = incident.defects();
        let found: Vec<&str> = defects.iter().map(|defect| defect.pointer.as_str()).collect();
        assert_eq!(found, pointers, "{facts}");
        let judged = judge_incident(&target(""), &incident, service, minute("1000"));
        match defects.first() {
            None => assert!(judged.is_ok()),
            Some(first) => {
                let refused = judged.expect_err("it is refused");
                assert_eq!(refused.code(), "incident_unsound");
                assert_eq!(refused.to_string(), format!("incident \"No logins\", {first}"));
            }
        }
    }
    check("began=0 detected=0 reported=0 responded=0 restored=0", &[]);
    check("reported=50 restored=49", &["/spec/restored"]);
    check("detected=50 reported=49", &["/spec/reported"]);
    check("began=50 detected=49 reported=60", &["/spec/detected"]);
    check("began=50 reported=49", &["/spec/reported"]);
    check("reported=50 responded=49", &["/spec/responded"]);
    check("detected=40 reported=50 responded=45", &[]);
    check("detected=40 reported=50 responded=39", &["/spec/responded"]);
    check("reported=0 responded=50 restored=49", &["/spec/restored"]);
    check("reported=10 restored=50 pause=10..50 pause=20..30", &[]);
    check("reported=10 restored=50 pause=9..20", &["/spec/pauses/0/from"]);
    check("began=5 reported=10 restored=50 pause=9..20", &[]);
    check("reported=10 restored=50 pause=20..30 pause=40..51", &["/spec/pauses/1/to"]);
    check("reported=10 restored=50 pause=20..20", &["/spec/pauses/0/to"]);
    check("reported=10 restored=50 pause=30..20", &["/spec/pauses/0/to"]);
    check("reported=10 restored=50 pause=50..", &["/spec/pauses/0/from"]);
    check("reported=10 pause=50..", &[]);
    check(
        "reported=50 responded=40 restored=30 pause=20..60",
        &["/spec/responded", "/spec/restored", "/spec/restored", "/spec/pauses/0/from", "/spec/pauses/0/to"],
    );
    let defect = &incident("reported=50 restored=49").defects()[0];
    assert_eq!(
        defect.to_string(),
        "/spec/restored: found 2026-10-02T16:49:00Z, expected a time not before reported, 2026-10-02T16:50:00Z"
    );
}

#[test]
fn promises_that_cannot_be_judged_are_refused() {
    let other = judge_incident(&target("class=p2"), &incident("reported=0"), service, MINUTE_0).expect_err("a class");
    assert_eq!(other.code(), "incident_other_class");
    assert_eq!(other.to_string(), "found incident \"No logins\" of class p1, expected class p2");
    let days = judge_incident(&target("hours=service limit=2d"), &incident("reported=0"), service, MINUTE_0)
        .expect_err("days of service");
    assert_eq!(days.code(), "incident_ambiguous_limit");
    assert_eq!(
        days.to_string(),
        "found the limit 2d on the service clock of p1-restoration, expected hours: a day there has two meanings"
    );
    assert!(target("hours=service limit=48h").check().is_ok());
    assert!(target("hours=wall limit=2d").check().is_ok());
}

#[test]
fn documents_are_read_strictly() {
    #[track_caller]
    fn check<T: serde::de::DeserializeOwned + serde::Serialize>(
        written: &Value,
        required: &[&str],
        bad: (&str, Value),
    ) {
        let read: T = serde_json::from_value(written.clone()).expect("it reads");
        assert_eq!(&serde_json::to_value(read).expect("a value"), written, "it is written as it was read");
        for field in required {
            let mut short = written.clone();
            short.as_object_mut().expect("an object").remove(*field);
            assert!(serde_json::from_value::<T>(short).is_err(), "{field} has no default");
        }
        for (field, value) in [bad, ("severity", json!(1))] {
            let mut wrong = written.clone();
            wrong[field] = value;
            assert!(serde_json::from_value::<T>(wrong).is_err(), "{field}");
        }
    }
    check::<IncidentSpec>(
        &json!({
            "tenant": "acme", "class": "p1", "title": "No logins", "summary": "An expired certificate.",
            "began": "2026-10-02T16:00:00Z", "detected": "2026-10-02T16:10:00Z", "reported": "2026-10-02T16:20:00Z",
            "responded": "2026-10-02T16:30:00Z", "restored": "2026-10-02T17:00:00Z",
            "pauses": [{ "from": "2026-10-02T16:40:00Z", "to": "2026-10-02T16:45:00Z", "reason": "no access" }],
            "commitments": ["api-availability"], "enteredBy": "Max", "approvedBy": "Eva",
        }),
        &["tenant", "class", "title", "reported", "enteredBy"],
        ("restored", json!("2026-10-02T17:00:00")),
    );
    check::<IncidentTarget>(
        &json!({
            "name": "p1-response", "displayName": "Reaktionszeit P1", "service": "support", "class": "p1",
            "clock": "response", "startsAt": "reported", "hours": "service", "limit": "30m", "target": "95.5",
            "month": "ended", "penalty": { "fixed": { "amount": "120.00", "per": "incident" } },
        }),
        &["name", "service", "class", "clock", "startsAt", "hours", "limit", "target", "month", "penalty"],
        ("limit", json!("1M")),
    );
    assert_eq!("4h".parse::<Duration>().expect("a length").seconds(), 14_400);
}
