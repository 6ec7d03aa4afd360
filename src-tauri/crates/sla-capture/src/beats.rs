//! Beats, wherever they came from, become slices by what a contract says of silence.

use sla_core::evidence::Note;
use sla_core::heartbeat::{HeartbeatError, HeartbeatTerms, Probe, SliceDown, Unknown, judge, slices};
use sla_core::time::Period;

use crate::gather::Gather;
use crate::number::Number;
use crate::source::CaptureRequest;

/// Most beats of one capture by default, which are held together: a hundred targets every fifteen seconds for a month.
pub(crate) const MOST_BEATS: usize = 20_000_000;
/// How long before a period a target's last beat is looked for.
const HISTORY_SECONDS: i64 = 86_400;
/// How many targets a message names.
const NAMED_TARGETS: usize = 20;

/// The time whose beats are read for a period: those just after it belong to it, as far as one of them speaks, and so does the last
/// one before it; a target that fell silent yesterday is down today as long as its probe lives.
pub(crate) fn span(terms: &HeartbeatTerms, period: Period) -> Period {
    let reach = reach_seconds(terms);
    Period { start: period.start - reach.max(HISTORY_SECONDS), end: period.end + reach }
}

/// The targets that there are, for a message.
pub(crate) fn known_targets(targets: &[&str]) -> String {
    let more = if targets.len() > NAMED_TARGETS { ", …" } else { "" };
    format!("{}{more}", targets[..targets.len().min(NAMED_TARGETS)].join(", "))
}

/// Where beats came from, as the evidence keeps it.
pub(crate) fn source(place: &str, probes: &[Probe]) -> String {
    let names: Vec<&str> = probes.iter().map(Probe::name).collect();
    format!("{place}, probes {}", names.join(", "))
}

/// How far before and after a period beats belong to it: as far as one of them speaks.
pub(crate) fn reach_seconds(terms: &HeartbeatTerms) -> i64 {
    terms.interval_seconds + terms.grace_seconds
}

/// The slices of a period, judged by the beats of all probes of a target; they hold everything that anybody will ever know of
/// it. Slices that touch a withheld stretch stay unknown.
pub(crate) fn gathered(
    request: &CaptureRequest,
    probes: &[Probe],
    terms: &HeartbeatTerms,
    withheld: &[Period],
) -> Result<Gather, HeartbeatError> {
    let reach = reach_seconds(terms);
    let captured = Period { start: request.period.start - reach, end: request.period.end + reach };
    let states = judge(terms, probes, captured, request.period)?;
    let rows = slices(&states, request.step_seconds, request.period, terms.slice_down)
        .expect("a checked request's slices fill its period");
    let mut gather = Gather::new(*request);
    for (t, counts) in rows {
        let slice = Period { start: t - request.step_seconds, end: t };
        if withheld.iter().any(|stretch| stretch.overlap(slice).is_some()) {
            gather.push_withheld(t);
            continue;
        }
        let (good, total) = counts.map(|(good, total)| (Number::from(good), Number::from(total))).unzip();
        gather.push(t, good.as_ref(), total.as_ref());
    }
    notes(&states.unknown).for_each(|note| gather.note(note));
    Ok(gather)
}

/// What is asked of beats, as the evidence keeps it.
pub(crate) fn query(target: &str, terms: &HeartbeatTerms) -> String {
    let HeartbeatTerms { interval_seconds, grace_seconds, down_when, slice_down, .. } = terms;
    format!(
        "target {target}; a beat every {interval_seconds} s, {grace_seconds} s grace; down when {} of {} probes say so; a slice \
         is down when {} of it is",
        down_when.probes,
        down_when.of,
        match slice_down {
            SliceDown::Any => "any second",
            SliceDown::Whole => "the whole",
        }
    )
}

/// One note for each reason why time is unknown, with how long it is.
fn notes(unknown: &[(Period, Unknown)]) -> impl Iterator<Item = Note> {
    let reasons =
        [Unknown::NoHistory, Unknown::Contradiction, Unknown::ProbeSilent, Unknown::ProbeAbsent, Unknown::NotCaptured];
    reasons.into_iter().filter_map(|reason| {
        let of_it = unknown.iter().filter(|(_, why)| *why == reason);
        let seconds: i64 = of_it.map(|(period, _)| period.seconds()).sum();
        (seconds > 0).then_some(Note::NoBeats { reason, seconds })
    })
}
