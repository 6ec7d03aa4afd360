//! Heartbeats: what beats and silence prove, against tables and against a slow reading second by second.

mod csv;
mod reference;

use sla_core::heartbeat::{Beat, DownWhen, HeartbeatTerms, Probe, SliceDown, SliceRow, States, Unknown, judge, slices};
use sla_core::time::Period;

/// Beats every 60 s that may be 10 s late: a beat speaks for 70 s.
fn terms(probes: u32, of: u32) -> HeartbeatTerms {
    HeartbeatTerms {
        interval_seconds: 60,
        grace_seconds: 10,
        down_when: DownWhen { probes, of },
        slice_down: SliceDown::Any,
    }
}

fn period(start: i64, end: i64) -> Period {
    Period::new(start, end).expect("a period")
}

/// `"+0 -60 ~90"`: a good beat at 0, a bad one at 60, a sign of the probe's life at 90.
fn probe(name: &str, text: &str) -> Probe {
    let (mut beats, mut life) = (Vec::new(), Vec::new());
    for word in text.split_whitespace() {
        let at = word[1..].parse().expect("seconds");
        match &word[..1] {
            "+" => beats.push(Beat { at, good: true }),
            "-" => beats.push(Beat { at, good: false }),
            _ => life.push(at),
        }
    }
    Probe::new(name, beats, life)
}

/// Every stretch in order, such as `up 0-70, down 70-100, probe_silent 100-120`.
fn told(states: &States) -> String {
    let named = |name: &'static str| move |period: &Period| (*period, name.to_owned());
    let mut all: Vec<(Period, String)> = states.up.periods().iter().map(named("up")).collect();
    all.extend(states.down.periods().iter().map(named("down")));
    all.extend(states.unknown.iter().map(|(period, reason)| {
        (*period, serde_json::to_value(reason).expect("a value").as_str().expect("a text").to_owned())
    }));
    all.sort_unstable();
    let stretches: Vec<String> =
        all.iter().map(|(period, name)| format!("{name} {}-{}", period.start, period.end)).collect();
    stretches.join(", ")
}

#[track_caller]
fn check_of(terms: &HeartbeatTerms, probes: &[&str], captured: Period, judged: Period, expected: &str) {
    let probes: Vec<Probe> = probes.iter().enumerate().map(|(index, text)| probe(&format!("p{index}"), text)).collect();
    let states = judge(terms, &probes, captured, judged).expect("terms and probes are sound");
    assert_eq!(told(&states), expected);
}

/// One probe, judged over the first 600 seconds.
#[track_caller]
fn check(beats: &str, expected: &str) {
    check_of(&terms(1, 1), &[beats], period(0, 600), period(0, 600), expected);
}

#[test]
fn a_down_interval_opens_after_the_last_good_beat_and_closes_at_the_next() {
    // The probe is seen alive by other targets all along.
    let life = "~50 ~110 ~170 ~230 ~290 ~350 ~410 ~470 ~530 ~590";
    check(&format!("+0 +60 +360 +420 +480 +540 {life}"), "up 0-130, down 130-360, up 360-600");
    // A beat exactly at interval + grace is not late; one second later it is late by one second.
    check(&format!("+0 +70 +140 +210 +280 +350 +420 +490 +560 {life}"), "up 0-600");
    check(&format!("+0 +71 +140 +210 +280 +350 +420 +490 +560 {life}"), "up 0-70, down 70-71, up 71-600");
    // Nothing after the last beat is assumed good, and after the last sign of life nothing is known.
    check(&format!("+0 {life}"), "up 0-70, down 70-590, probe_silent 590-600");
}

#[test]
fn a_bad_beat_is_down_from_that_beat() {
    check("+0 -60 +120 +180 +240 +300 +360 +420 +480 +540", "up 0-60, down 60-120, up 120-600");
    // A failed check is no gap: grace is not for it.
    check("+540 -541", "no_history 0-540, up 540-541, down 541-600");
    // Silence before the bad beat: down since the good beat ran out, when the probe was alive, else since the bad beat.
    check("+400 ~450 ~500 -545", "no_history 0-400, up 400-470, down 470-600");
    check("+400 -545", "no_history 0-400, up 400-470, probe_silent 470-545, down 545-600");
    // A bad beat speaks no longer than a good one.
    check("-400", "no_history 0-400, down 400-470, probe_silent 470-600");
    check("-400 ~460 ~520 ~580", "no_history 0-400, down 400-580, probe_silent 580-600");
}

#[test]
fn trap_08_the_monitors_own_outage_is_not_the_customers_downtime() {
    // The probe died after 185 and came back at 400: its silence proves nothing.
    check("+0 +60 +120 +180 +400 +460 +520 +580 ~30 ~90 ~150 ~410", "up 0-250, probe_silent 250-400, up 400-600");
    // Its last sign of life came after the last beat, and still nothing is proved for the time after that sign.
    check("+0 +60 +120 ~130", "up 0-190, probe_silent 190-600");
    // The same silence of the target under a living probe is its downtime.
    check("+0 +60 +120 +180 +400 +460 +520 +580 ~240 ~300 ~360", "up 0-250, down 250-400, up 400-600");
    // The target was down already when the probe died: down until the last sign of life, unknown until it returns.
    check("+0 ~60 ~120 ~180 +500 +560", "up 0-70, down 70-180, probe_silent 180-500, up 500-600");
}

#[test]
fn trap_09_no_history_is_not_the_current_state() {
    check("+500 +560", "no_history 0-500, up 500-600");
    check("-560", "no_history 0-560, down 560-600");
    // A living probe that never saw the target says nothing about it.
    check("~0 ~60 ~120 ~180 ~240 ~300 ~360 ~420 ~480 ~540 ~599", "no_history 0-600");
    check_of(&terms(1, 1), &[], period(0, 600), period(0, 600), "probe_absent 0-600");
}

#[test]
fn beats_outside_the_captured_time_are_carried_in_or_ignored() {
    let check = |beats: &str, captured, expected| check_of(&terms(1, 1), &[beats], captured, period(0, 100), expected);
    // The last beat before counts for what is left of its reach, an older one does not.
    check("-100 +-30", period(0, 100), "up 0-40, probe_silent 40-100");
    check("+-70", period(0, 100), "probe_silent 0-100");
    // A beat at or after the end comes from a clock that runs ahead and is ignored, also as a sign of life.
    check("+-30 ~20 ~60 +100 ~105", period(0, 100), "up 0-40, down 40-60, probe_silent 60-100");
}

#[test]
fn what_was_not_captured_is_unknown() {
    let check = |captured, expected| check_of(&terms(1, 1), &["+0 +60 +120 +180"], captured, period(0, 240), expected);
    check(period(0, 150), "up 0-150, not_captured 150-240");
    check(period(90, 150), "not_captured 0-90, up 90-150, not_captured 150-240");
    check(period(500, 600), "not_captured 0-240");
    // Captured beyond the period's end: a sign of life after the border proves the seconds before it.
    let check = |captured, expected| check_of(&terms(1, 1), &["+0 ~60 ~120"], captured, period(0, 100), expected);
    check(period(0, 100), "up 0-70, probe_silent 70-100");
    check(period(0, 170), "up 0-70, down 70-100");
}

#[test]
fn k_of_n_probes_decide_with_three_values() {
    let (good, down) = ("+0 +60", "-0 -60");
    let check = |k, n, probes: &[&str], expected| {
        check_of(&terms(k, n), probes, period(0, 100), period(0, 100), expected);
    };
    check(1, 2, &[good, down], "down 0-100");
    check(2, 2, &[good, down], "up 0-100");
    check(2, 3, &[good, down, down], "down 0-100");
    check(2, 3, &[good, good, down], "up 0-100");
    // One probe is unknown: it decides only where the others do not.
    check(2, 3, &[good, good, ""], "up 0-100");
    check(2, 3, &[down, down, ""], "down 0-100");
    check(2, 3, &[good, down, ""], "no_history 0-100");
    check(2, 3, &[good, down], "probe_absent 0-100");
    check(1, 3, &[down], "down 0-100");
    check(3, 3, &[good], "up 0-100");
    check(2, 3, &["+0", good, down], "up 0-70, probe_silent 70-100");
}

#[test]
fn a_probe_that_contradicts_itself_is_not_believed() {
    check("+500 -500 +560", "no_history 0-500, contradiction 500-560, up 560-600");
    check("+500 -500", "no_history 0-500, contradiction 500-570, probe_silent 570-600");
    check("+500 +500", "no_history 0-500, up 500-570, probe_silent 570-600");
}

#[test]
fn what_cannot_be_judged_is_refused() {
    #[track_caller]
    fn check(terms: HeartbeatTerms, names: &[&str], code: &str, message: &str) {
        let probes: Vec<Probe> = names.iter().map(|name| probe(name, "+0")).collect();
        let refused = judge(&terms, &probes, period(0, 60), period(0, 60)).expect_err("it is refused");
        assert_eq!(refused.code(), code);
        assert_eq!(refused.to_string(), message);
    }
    let sound = terms(1, 2);
    check(
        HeartbeatTerms { interval_seconds: 0, ..sound },
        &[],
        "heartbeat_terms",
        "found 0 in intervalSeconds, expected 1 to 86400",
    );
    check(
        HeartbeatTerms { grace_seconds: -1, ..sound },
        &[],
        "heartbeat_terms",
        "found -1 in graceSeconds, expected 0 to 86400",
    );
    check(terms(0, 2), &[], "heartbeat_terms", "found 0 in downWhen.probes, expected 1 to 2");
    check(terms(3, 2), &[], "heartbeat_terms", "found 3 in downWhen.probes, expected 1 to 2");
    check(terms(1, 101), &[], "heartbeat_terms", "found 101 in downWhen.of, expected 1 to 100");
    check(
        sound,
        &["a", "b", "c"],
        "heartbeat_too_many_probes",
        "found beats of 3 probes (a, b, c), expected at most 2, as downWhen.of says",
    );
    check(
        sound,
        &["a", "a"],
        "heartbeat_same_probe",
        "found probe \"a\" twice, expected the beats of a probe together",
    );
}

#[test]
fn terms_are_written_in_the_catalogues_way() {
    let written = serde_json::json!({
        "intervalSeconds": 60, "graceSeconds": 10, "downWhen": { "probes": 2, "of": 3 }, "sliceDown": "any",
    });
    assert_eq!(serde_json::from_value::<HeartbeatTerms>(written.clone()).expect("terms"), terms(2, 3));
    assert_eq!(serde_json::to_value(terms(2, 3)).expect("a value"), written);
    for missing in ["intervalSeconds", "graceSeconds", "downWhen", "sliceDown"] {
        let mut short = written.clone();
        short.as_object_mut().expect("an object").remove(missing);
        assert!(serde_json::from_value::<HeartbeatTerms>(short).is_err(), "{missing} has no default");
    }
    let mut long = written;
    long["retries"] = 3.into();
    assert!(serde_json::from_value::<HeartbeatTerms>(long).is_err());
}

#[test]
fn slices_follow_the_contracts_reading() {
    const GOOD: Option<(i64, i64)> = Some((1, 1));
    const DOWN: Option<(i64, i64)> = Some((0, 1));
    #[track_caller]
    fn check(states: &States, reading: SliceDown, expected: [Option<(i64, i64)>; 5]) {
        let rows = slices(states, 60, period(0, 300), reading).expect("it fits");
        let expected: Vec<SliceRow> = (1..).map(|slice| slice * 60).zip(expected).collect();
        assert_eq!(rows, expected, "{reading:?}");
    }
    // Up, partly unknown, partly down and unknown, wholly down, down and then not judged.
    let states = States {
        up: [period(0, 60), period(60, 90), period(130, 140)].into_iter().collect(),
        down: [period(150, 250)].into_iter().collect(),
        unknown: vec![
            (period(90, 130), Unknown::ProbeSilent),
            (period(140, 150), Unknown::ProbeSilent),
            (period(250, 300), Unknown::NotCaptured),
        ],
    };
    check(&states, SliceDown::Any, [GOOD, None, DOWN, DOWN, DOWN]);
    check(&states, SliceDown::Whole, [GOOD, GOOD, GOOD, DOWN, None]);
    for (step, length) in [(60, 90), (0, 60), (-60, 60)] {
        let refused = slices(&states, step, period(0, length), SliceDown::Any).expect_err("it does not fit");
        assert_eq!((refused.step_seconds, refused.period_seconds), (step, length));
    }
}
