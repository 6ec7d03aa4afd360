//! The rules once more, second by second and without any set of time.

use proptest::prelude::*;
use sla_core::heartbeat::{Beat, Beats, HeartbeatTerms, Probe, SliceDown, Unknown, judge, slices};
use sla_core::interval::IntervalSet;

use super::{period, terms};

/// What is given about a probe: its beats for the target, and seconds at which it was seen alive otherwise.
type Given = (Vec<Beat>, Vec<i64>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Up,
    Down,
    Unknown(Unknown),
}

fn said_by_one(terms: &HeartbeatTerms, (beats, life): &Given, end: i64, at: i64) -> Said {
    let reach = terms.interval_seconds + terms.grace_seconds;
    let beats: Vec<Beat> = beats.iter().copied().filter(|beat| beat.at < end).collect();
    let Some(last) = beats.iter().map(|beat| beat.at).filter(|&beat| beat <= at).max() else {
        return Said::Unknown(Unknown::NoHistory);
    };
    if at < last + reach {
        let said = |good| beats.contains(&Beat { at: last, good });
        return match (said(true), said(false)) {
            (true, false) => Said::Up,
            (false, true) => Said::Down,
            _ => Said::Unknown(Unknown::Contradiction),
        };
    }
    let signs = || life.iter().copied().chain(beats.iter().map(|beat| beat.at)).filter(|&sign| sign < end);
    let (before, after) = (signs().filter(|&sign| sign <= at).max(), signs().filter(|&sign| sign > at).min());
    match before.zip(after) {
        Some((before, after)) if after - before <= reach => Said::Down,
        _ => Said::Unknown(Unknown::ProbeSilent),
    }
}

fn said_by_all(terms: &HeartbeatTerms, given: &[Given], captured: (i64, i64), at: i64) -> Said {
    if at < captured.0 || at >= captured.1 {
        return Said::Unknown(Unknown::NotCaptured);
    }
    let mut each: Vec<Said> = given.iter().map(|probe| said_by_one(terms, probe, captured.1, at)).collect();
    each.resize(terms.down_when.of as usize, Said::Unknown(Unknown::ProbeAbsent));
    let (certain, up) = each.iter().fold((0, 0), |(down, up), said| match said {
        Said::Down => (down + 1, up),
        Said::Up => (down, up + 1),
        Said::Unknown(_) => (down, up),
    });
    let possible = terms.down_when.of - up;
    if certain >= terms.down_when.probes {
        Said::Down
    } else if possible < terms.down_when.probes {
        Said::Up
    } else {
        let reasons = each.iter().filter_map(|said| match said {
            Said::Unknown(reason) => Some(*reason),
            _ => None,
        });
        Said::Unknown(reasons.min().expect("where nobody is unknown, the target is up or down"))
    }
}

fn given() -> impl Strategy<Value = Given> {
    let beat = (-30i64..130, any::<bool>()).prop_map(|(at, good)| Beat { at, good });
    (prop::collection::vec(beat, 0..9), prop::collection::vec(-30i64..130, 0..9))
}

fn some_terms() -> impl Strategy<Value = HeartbeatTerms> {
    (1i64..12, 0i64..8, 1u32..4, 0u32..3).prop_map(|(interval_seconds, grace_seconds, probes, more)| HeartbeatTerms {
        interval_seconds,
        grace_seconds,
        ..terms(probes, probes + more)
    })
}

fn probes(given: &[Given]) -> Vec<Probe> {
    let probe = |(index, (beats, life)): (usize, &Given)| Probe::new(format!("p{index}"), beats.clone(), life.clone());
    given.iter().enumerate().map(probe).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Sets of time say the same as single seconds, and every second is in exactly one of the three.
    #[test]
    fn judging_agrees_with_single_seconds(
        terms in some_terms(),
        mut given in prop::collection::vec(given(), 0..5),
        start in -10i64..20,
        length in 1i64..130,
    ) {
        given.truncate(terms.down_when.of as usize);
        let captured = (start, start + length);
        let states = judge(&terms, &probes(&given), period(captured.0, captured.1), period(0, 100))
            .expect("terms and probes are sound");
        for at in -1..101 {
            let reasons: Vec<Unknown> = states
                .unknown
                .iter()
                .filter(|(period, _)| IntervalSet::from(*period).contains(at))
                .map(|(_, reason)| *reason)
                .collect();
            let found = (states.up.contains(at), states.down.contains(at), reasons);
            let expected = match said_by_all(&terms, &given, captured, at) {
                _ if !(0..100).contains(&at) => (false, false, vec![]),
                Said::Up => (true, false, vec![]),
                Said::Down => (false, true, vec![]),
                Said::Unknown(reason) => (false, false, vec![reason]),
            };
            prop_assert_eq!(found, expected, "second {}", at);
        }
        prop_assert!(states.unknown.is_sorted());
        let joined = states.unknown.windows(2).any(|two| two[0].0.end == two[1].0.start && two[0].1 == two[1].1);
        prop_assert!(!joined, "stretches of one reason that touch are one");
    }

    /// Slices say the same as their single seconds.
    #[test]
    fn slices_agree_with_single_seconds(
        terms in some_terms(),
        mut given in prop::collection::vec(given(), 0..4),
        step in 1i64..13,
        count in 1i64..9,
    ) {
        given.truncate(terms.down_when.of as usize);
        let judged = period(0, step * count);
        let states = judge(&terms, &probes(&given), judged, judged).expect("terms and probes are sound");
        for reading in [SliceDown::Any, SliceDown::Whole] {
            let rows = slices(&states, step, judged, reading).expect("it fits");
            prop_assert_eq!(rows.len(), usize::try_from(count).expect("a count"));
            for (index, (end, row)) in (1..).zip(rows) {
                prop_assert_eq!(end, index * step);
                let is_down = |at: &i64| states.down.contains(*at);
                let is_up = |at: &i64| states.up.contains(*at);
                let mut seconds = end - step..end;
                let expected = match reading {
                    SliceDown::Any if seconds.clone().any(|at| is_down(&at)) => Some((0, 1)),
                    SliceDown::Any => seconds.all(|at| is_up(&at)).then_some((1, 1)),
                    SliceDown::Whole if seconds.clone().any(|at| is_up(&at)) => Some((1, 1)),
                    SliceDown::Whole => seconds.all(|at| is_down(&at)).then_some((0, 1)),
                };
                prop_assert_eq!(row, expected);
            }
        }
    }

    /// One more sign of the probe's life never turns downtime into anything else, and never touches uptime.
    #[test]
    fn a_sign_of_life_only_decides_what_was_unknown(terms in some_terms(), given in given(), sign in 0i64..100) {
        let terms = HeartbeatTerms { down_when: super::terms(1, 1).down_when, ..terms };
        let mut livelier = given.clone();
        livelier.1.push(sign);
        let judged = |given: &Given| {
            judge(&terms, &probes(std::slice::from_ref(given)), period(0, 100), period(0, 100)).expect("sound")
        };
        let (fewer, more) = (judged(&given), judged(&livelier));
        prop_assert_eq!(&fewer.up, &more.up);
        prop_assert!(fewer.down.difference(&more.down).is_empty());
    }

    /// Splitting beats among two files, in any order of rows and with rows that stand in both, changes nothing.
    #[test]
    fn splitting_beats_among_two_files_changes_nothing(
        rows in prop::collection::vec((0i64..100, 0usize..3, 0usize..3, any::<bool>(), 0u8..3), 0..40),
    ) {
        let targets = ["api", "shop", "self"];
        let text = |wanted: &dyn Fn(u8) -> bool, reversed: bool| {
            let lines = rows.iter().filter(|row| wanted(row.4));
            let mut lines: Vec<String> = lines
                .map(|(at, probe, target, ok, _)| format!("{at},p{probe},{},{}\n", targets[*target], u8::from(*ok)))
                .collect();
            if reversed {
                lines.reverse();
            }
            format!("t,probe,target,ok\n{}", lines.concat())
        };
        let read = |text: String| Beats::read_csv("beats.csv", &text).expect("it reads");
        let whole = read(text(&|_| true, false));
        let (first, second) = (read(text(&|part| part != 1, true)), read(text(&|part| part != 0, false)));
        prop_assert_eq!(&whole, &first.clone().merged(second.clone()));
        prop_assert_eq!(&whole, &second.merged(first));
    }
}
