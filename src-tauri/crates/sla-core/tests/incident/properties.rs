//! What holds for every incident.

use proptest::prelude::*;
use sla_core::catalogue::Instant;
use sla_core::incident::{IncidentSpec, IncidentTarget, IncidentVerdict, Pause, judge_incident};
use sla_core::interval::IntervalSet;
use sla_core::time::Period;

use super::{incident, target};

/// Service in the first 7 of every 10 seconds.
fn service(period: Period) -> IntervalSet {
    let first = period.start.div_euclid(10) * 10;
    let open = (first..period.end).step_by(10).filter_map(|at| Period::new(at, at + 7)?.overlap(period));
    open.collect()
}

/// A sound incident of some seconds with approved stops, each time given or not.
fn some_incident() -> impl Strategy<Value = IncidentSpec> {
    let pauses = prop::collection::vec((0i64..60, 1i64..20, any::<bool>()), 0..4);
    let known = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (prop::array::uniform4(0i64..40), 0i64..40, pauses, known).prop_filter_map(
        "a sound incident",
        |(gaps, responded, pauses, (began, detected, is_responded, restored))| {
            let times: Vec<Instant> = gaps
                .iter()
                .scan(1000, |at, gap| {
                    *at += gap;
                    Some(Instant(*at))
                })
                .collect();
            let mut spec = incident("reported=0 approved=Eva");
            spec.reported = times[2];
            spec.began = began.then_some(times[0]);
            spec.detected = detected.then_some(times[1]);
            spec.restored = restored.then_some(times[3]);
            spec.responded = is_responded.then_some(Instant(times[0].0 + responded));
            let first = times[0].0;
            let pause = |(from, length, ends): (i64, i64, bool)| Pause {
                from: Instant(first + from),
                to: ends.then_some(Instant(first + from + length)),
                reason: "waiting".to_owned(),
            };
            // A stop that does not fit this incident is left away, the others stay.
            for pause in pauses.into_iter().map(pause) {
                spec.pauses.push(pause);
                if !spec.defects().is_empty() {
                    spec.pauses.pop();
                }
            }
            spec.defects().is_empty().then_some(spec)
        },
    )
}

fn some_target() -> impl Strategy<Value = IncidentTarget> {
    let words = (
        prop::sample::select(vec!["response", "restoration"]),
        prop::sample::select(vec!["began", "detected", "reported"]),
        prop::sample::select(vec!["service", "wall"]),
        1i64..80,
    );
    words.prop_map(|(clock, starts_at, hours, limit)| {
        target(&format!("clock={clock} startsAt={starts_at} hours={hours} limit={limit}s"))
    })
}

fn judged(terms: &IncidentTarget, incident: &IncidentSpec, as_of: i64) -> sla_core::incident::IncidentOutcome {
    judge_incident(terms, incident, service, as_of).expect("the incident is sound")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Where every time is given, the clock shows the seconds that one counts one by one.
    #[test]
    fn clocks_agree_with_single_seconds(terms in some_target(), spec in some_incident(), as_of in 1150i64..1300) {
        let start = match serde_json::to_value(terms.starts_at).expect("a value").as_str() {
            Some("began") => spec.began,
            Some("detected") => spec.detected,
            _ => Some(spec.reported),
        };
        let is_response = serde_json::to_value(terms.clock).expect("a value") == "response";
        let end = if is_response { spec.responded } else { spec.restored };
        let Some((start, end)) = start.zip(end) else { return Ok(()) };
        let is_service = serde_json::to_value(terms.hours).expect("a value") == "service";
        let counts = |at: &i64| {
            let stopped = spec.pauses.iter().any(|pause| pause.from.0 <= *at && pause.to.is_none_or(|to| *at < to.0));
            !stopped && (!is_service || at.rem_euclid(10) < 7)
        };
        let seconds = i64::try_from((start.0..end.0).filter(counts).count()).expect("few");
        let outcome = judged(&terms, &spec, as_of);
        prop_assert_eq!((outcome.elapsed_seconds.low, outcome.elapsed_seconds.high), (seconds, Some(seconds)));
        let kept = seconds <= terms.limit.seconds();
        prop_assert_eq!(outcome.verdict, if kept { IncidentVerdict::Within } else { IncidentVerdict::Over });
    }

    /// Splitting a clock stop in two that touch or overlap changes nothing, and neither does their order.
    #[test]
    fn splitting_a_pause_changes_nothing(
        terms in some_target(),
        spec in some_incident(),
        as_of in 990i64..1300,
        cut in 1i64..20,
        overlap in 0i64..3,
    ) {
        let mut split = spec.clone();
        split.pauses = spec.pauses.iter().rev().flat_map(|pause| {
            let middle = Instant(pause.from.0 + cut);
            let fits = pause.to.or(spec.restored).is_none_or(|end| middle < end);
            if !fits {
                return vec![pause.clone()];
            }
            let start = Instant((middle.0 - overlap).max(pause.from.0));
            vec![Pause { from: start, ..pause.clone() }, Pause { to: Some(middle), ..pause.clone() }]
        }).collect();
        let (mut whole, mut parts) = (judged(&terms, &spec, as_of), judged(&terms, &split, as_of));
        // The part without an end may begin after the clock's end, where its whole began before.
        for outcome in [&mut whole, &mut parts] {
            outcome.why.retain(|note| *note != sla_core::incident::IncidentNote::StopWithoutEnd);
        }
        prop_assert_eq!(whole, parts);
    }

    /// A later restoration, or none yet, never makes an incident better.
    #[test]
    fn a_later_restoration_is_never_better(
        terms in some_target(), spec in some_incident(), as_of in 990i64..1300, later in 1i64..60,
    ) {
        let Some(restored) = spec.restored else { return Ok(()) };
        let now = judged(&terms, &spec, as_of);
        for restored in [Some(Instant(restored.0 + later)), None] {
            let then = judged(&terms, &IncidentSpec { restored, ..spec.clone() }, as_of);
            prop_assert!(then.verdict >= now.verdict);
            prop_assert!(then.elapsed_seconds.low >= now.elapsed_seconds.low);
            let most = |outcome: &sla_core::incident::IncidentOutcome| outcome.elapsed_seconds.high.unwrap_or(i64::MAX);
            prop_assert!(most(&then) >= most(&now));
        }
    }

    /// The service clock never shows more than the wall clock, and a stop never adds time.
    #[test]
    fn the_service_clock_never_shows_more_than_the_wall_clock(
        terms in some_target(), spec in some_incident(), as_of in 990i64..1300,
    ) {
        let on = |hours: &str, spec: &IncidentSpec| {
            let hours = serde_json::from_value(hours.into()).expect("hours");
            judged(&IncidentTarget { hours, ..terms.clone() }, spec, as_of)
        };
        let (service, wall) = (on("service", &spec).elapsed_seconds, on("wall", &spec).elapsed_seconds);
        prop_assert!(service.low <= wall.low);
        prop_assert_eq!(service.high.is_some(), wall.high.is_some());
        prop_assert!(service.high <= wall.high);
        let unapproved = on("wall", &IncidentSpec { approved_by: None, ..spec });
        prop_assert!(unapproved.elapsed_seconds.low >= wall.low);
        prop_assert_eq!(unapproved.clock_stops_seconds, 0);
    }

    /// The range of an incident with a missing time holds whatever the clock shows once the time is known.
    #[test]
    fn a_range_holds_what_the_missing_time_may_have_been(
        terms in some_target(), spec in some_incident(), as_of in 1150i64..1300, field in 0usize..3,
    ) {
        let known = judged(&terms, &spec, as_of);
        let mut less = spec.clone();
        match field {
            0 => less.began = None,
            1 => less.detected = None,
            _ => less.responded = None,
        }
        // Without its first time an incident may no longer hold its stops; an open one without response has none yet.
        prop_assume!(less.defects().is_empty() && (field < 2 || spec.restored.is_some()));
        let range = judged(&terms, &less, as_of);
        let Some(high) = known.elapsed_seconds.high else { return Ok(()) };
        prop_assert!(range.elapsed_seconds.low <= known.elapsed_seconds.low);
        prop_assert!(range.elapsed_seconds.high.is_none_or(|most| most >= high));
        let agrees = range.verdict == known.verdict || range.verdict == IncidentVerdict::Undecidable;
        prop_assert!(agrees, "{:?} became {:?}", range.verdict, known.verdict);
    }
}
