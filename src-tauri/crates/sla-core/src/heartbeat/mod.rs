//! Heartbeats: what probes said about a target, and what their silence proves.
//!
//! A probe checks a target every interval and writes a [`Beat`] that says good or bad. Every beat speaks for interval +
//! grace seconds at most; a later beat takes over. What is not covered by a beat is silence, and silence alone proves
//! nothing: it is *down* only where the probe itself is proved alive, *unknown* elsewhere. The rules:
//!
//! - **Good beat at t:** up in `[t, t + interval + grace)`, or until the next beat.
//! - **Silence:** from the last beat + interval + grace until the next beat. A down interval after a good beat opens
//!   there, and it closes at the next good beat.
//! - **Bad beat at t:** down in `[t, t + interval + grace)`, or until the next beat. The check ran and failed, so there is
//!   no gap to be lenient with: grace forgives a late beat, never a failed one. Where the target was silent before under a
//!   living probe, it is down since then already; the earlier of the two opens the interval.
//! - **Life:** a probe is proved alive between two signs of life that are at most interval + grace apart. Signs are its
//!   beats for this target, for any other target (good or bad: the check ran), and its good beats for itself. After the
//!   last sign nothing is proved: a probe that dies takes no target down with it.
//! - **No history:** before a probe's first beat for the target nothing is known, whatever was known later.
//! - **k of n:** the target is down where at least k probes say down, up where fewer than k could say down (unknown ones
//!   counted as if they did), and unknown elsewhere. A probe that was agreed but delivered nothing is unknown throughout.
//!
//! What does not live here: where beats come from, and what a contract makes of the result.

mod beats;
mod slices;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use beats::{Beats, BeatsError, Place, SELF_TARGET};
pub use slices::{CutSlice, SliceDown, SliceRow, slices};

use crate::interval::IntervalSet;
use crate::time::{Period, UnixSeconds};

/// Most seconds of an interval or a grace: a day.
pub const MAX_WAIT_SECONDS: i64 = 86_400;
/// Most probes of one target.
pub const MAX_PROBES: u32 = 100;

/// What a contract says about the heartbeats of a target. There are no defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HeartbeatTerms {
    /// Seconds between two beats of a probe.
    #[schemars(range(min = 1, max = 86_400))]
    pub interval_seconds: i64,
    /// Seconds that a beat may be late.
    #[schemars(range(min = 0, max = 86_400))]
    pub grace_seconds: i64,
    /// How many of the agreed probes must say down.
    pub down_when: DownWhen,
    /// When a slice of time is down.
    pub slice_down: SliceDown,
}

/// At least `probes` of `of` agreed probes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DownWhen {
    /// Probes that must say down; at least 1 and at most `of`.
    #[schemars(range(min = 1, max = 100))]
    pub probes: u32,
    /// Probes that watch the target.
    #[schemars(range(min = 1, max = 100))]
    pub of: u32,
}

impl HeartbeatTerms {
    /// Whether the terms can be judged by; the numbers' ranges and `probes` ≤ `of`, which no schema can say.
    ///
    /// # Errors
    /// [`HeartbeatError::Terms`] names the first field that is out of its range.
    pub fn check(&self) -> Result<(), HeartbeatError> {
        let DownWhen { probes, of } = self.down_when;
        let ranges = [
            ("intervalSeconds", self.interval_seconds, 1, MAX_WAIT_SECONDS),
            ("graceSeconds", self.grace_seconds, 0, MAX_WAIT_SECONDS),
            ("downWhen.of", i64::from(of), 1, i64::from(MAX_PROBES)),
            ("downWhen.probes", i64::from(probes), 1, i64::from(of)),
        ];
        let outside = ranges.into_iter().find(|&(_, found, least, most)| !(least..=most).contains(&found));
        outside.map_or(Ok(()), |(field, found, least, most)| Err(HeartbeatError::Terms { field, found, least, most }))
    }

    /// Seconds that one beat speaks for.
    fn reach_seconds(&self) -> i64 {
        self.interval_seconds + self.grace_seconds
    }
}

/// What a probe said about a target at one second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Beat {
    /// When.
    pub at: UnixSeconds,
    /// Whether the check succeeded.
    pub good: bool,
}

/// One probe, as far as one target is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    name: String,
    beats: Vec<Beat>,
    signs: Vec<UnixSeconds>,
}

impl Probe {
    /// A probe with its beats for the target and further signs of its own life: beats for other targets, or for itself.
    ///
    /// Order does not matter and what is given twice counts once. A second at which the probe said both good and bad
    /// stays so; see [`Unknown::Contradiction`].
    pub fn new(
        name: impl Into<String>,
        beats: impl IntoIterator<Item = Beat>,
        life: impl IntoIterator<Item = UnixSeconds>,
    ) -> Self {
        let mut beats: Vec<Beat> = beats.into_iter().collect();
        beats.sort_unstable();
        beats.dedup();
        let mut signs: Vec<UnixSeconds> = life.into_iter().chain(beats.iter().map(|beat| beat.at)).collect();
        signs.sort_unstable();
        signs.dedup();
        Self { name: name.into(), beats, signs }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Why a second is neither up nor down. Where several reasons hold, the first of this list is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// Nobody collected beats for that time.
    NotCaptured,
    /// Before a probe's first beat for the target.
    NoHistory,
    /// A probe said good and bad at the same second, and nothing since.
    Contradiction,
    /// A probe gave no sign of life, so the silence may be its own.
    ProbeSilent,
    /// Fewer probes delivered beats than were agreed.
    ProbeAbsent,
}

/// A judged period: every second of it is in exactly one of the three.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct States {
    /// When the target was down.
    pub down: IntervalSet,
    /// When the target was up.
    pub up: IntervalSet,
    /// When neither is proved; sorted and disjoint, merged where stretches touch and share a reason.
    pub unknown: Vec<(Period, Unknown)>,
}

impl States {
    /// All unknown time, whatever the reason.
    pub fn unknown_set(&self) -> IntervalSet {
        self.unknown.iter().map(|(period, _)| *period).collect()
    }
}

/// Why heartbeats cannot be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeartbeatError {
    /// A number of the terms is out of its range.
    #[error("found {found} in {field}, expected {least} to {most}")]
    Terms {
        /// Field of [`HeartbeatTerms`], as a contract writes it.
        field: &'static str,
        /// What it says.
        found: i64,
        /// Least value.
        least: i64,
        /// Most value.
        most: i64,
    },
    /// More probes delivered beats than the contract counts.
    #[error("found beats of {found} probes ({names}), expected at most {of}, as downWhen.of says")]
    TooManyProbes {
        /// Probes with beats.
        found: usize,
        /// Their names.
        names: String,
        /// Agreed probes.
        of: u32,
    },
    /// One probe was given twice; it would be counted as two.
    #[error("found probe {name:?} twice, expected the beats of a probe together")]
    SameProbe {
        /// Its name.
        name: String,
    },
}

impl HeartbeatError {
    /// Stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Terms { .. } => "heartbeat_terms",
            Self::TooManyProbes { .. } => "heartbeat_too_many_probes",
            Self::SameProbe { .. } => "heartbeat_same_probe",
        }
    }
}

/// What the probes prove about `period`.
///
/// `captured` is the time for which beats were collected. Beats before it are the carry-in: the last one of a probe still
/// speaks for interval + grace. Beats at or after its end come from a clock that runs ahead and are ignored. Seconds of
/// `period` outside `captured` are unknown. When beats are captured for interval + grace after the period's end as well,
/// a sign of life just after the border proves that the probe was alive just before it.
///
/// # Errors
/// See [`HeartbeatError`].
pub fn judge(
    terms: &HeartbeatTerms,
    probes: &[Probe],
    captured: Period,
    period: Period,
) -> Result<States, HeartbeatError> {
    terms.check()?;
    let DownWhen { probes: quorum, of } = terms.down_when;
    let (quorum, of) = (quorum as usize, of as usize);
    let mut names = BTreeSet::new();
    if let Some(twice) = probes.iter().find(|probe| !names.insert(probe.name())) {
        return Err(HeartbeatError::SameProbe { name: twice.name.clone() });
    }
    if probes.len() > of {
        let names = names.into_iter().collect::<Vec<_>>().join(", ");
        return Err(HeartbeatError::TooManyProbes { found: probes.len(), names, of: terms.down_when.of });
    }
    let within = captured.overlap(period).map(IntervalSet::from).unwrap_or_default();
    let views: Vec<View> = probes.iter().map(|probe| View::new(probe, terms, captured.end).clipped(&within)).collect();
    let down = in_at_least(quorum, views.iter().map(|view| &view.down));
    // Fewer than k can say down exactly where more than n − k say up.
    let up = in_at_least(of - quorum + 1, views.iter().map(|view| &view.up));

    let period = IntervalSet::from(period);
    let by_reason = |of: fn(&View) -> &IntervalSet| in_at_least(1, views.iter().map(of));
    let reasons = [
        (Unknown::NotCaptured, period.difference(&within)),
        (Unknown::NoHistory, by_reason(|view| &view.no_history)),
        (Unknown::Contradiction, by_reason(|view| &view.contradicting)),
        (Unknown::ProbeSilent, by_reason(|view| &view.unproved)),
        (Unknown::ProbeAbsent, period.clone()),
    ];
    let mut rest = period.difference(&down).difference(&up);
    let mut unknown = Vec::new();
    for (reason, holds) in reasons {
        unknown.extend(rest.intersection(&holds).periods().iter().map(|&period| (period, reason)));
        rest = rest.difference(&holds);
    }
    unknown.sort_unstable();
    Ok(States { down, up, unknown })
}

/// What one probe proves by itself.
struct View {
    up: IntervalSet,
    down: IntervalSet,
    no_history: IntervalSet,
    contradicting: IntervalSet,
    unproved: IntervalSet,
}

impl View {
    fn new(probe: &Probe, terms: &HeartbeatTerms, end: UnixSeconds) -> Self {
        let reach = terms.reach_seconds();
        let beats = &probe.beats[..probe.beats.partition_point(|beat| beat.at < end)];
        let (mut good, mut bad, mut both, mut silent) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut seconds = beats.chunk_by(|a, b| a.at == b.at).peekable();
        while let Some(said) = seconds.next() {
            let at = said[0].at;
            let next = seconds.peek().map_or(end, |later| later[0].at);
            let spoken = at.saturating_add(reach).min(next);
            let voice = match said {
                [Beat { good: true, .. }] => &mut good,
                [Beat { good: false, .. }] => &mut bad,
                _ => &mut both,
            };
            voice.extend(Period::new(at, spoken));
            silent.extend(Period::new(spoken, next));
        }
        let signs = &probe.signs[..probe.signs.partition_point(|&at| at < end)];
        let between = signs.windows(2).filter(|pair| pair[1].saturating_sub(pair[0]) <= reach);
        let alive: IntervalSet = between.filter_map(|pair| Period::new(pair[0], pair[1])).collect();
        let silent: IntervalSet = silent.into_iter().collect();
        let first = beats.first().map_or(end, |beat| beat.at);
        Self {
            up: good.into_iter().collect(),
            down: bad.into_iter().collect::<IntervalSet>().union(&silent.intersection(&alive)),
            no_history: Period::new(UnixSeconds::MIN, first).into_iter().collect(),
            contradicting: both.into_iter().collect(),
            unproved: silent.difference(&alive),
        }
    }

    fn clipped(&self, within: &IntervalSet) -> Self {
        Self {
            up: self.up.intersection(within),
            down: self.down.intersection(within),
            no_history: self.no_history.intersection(within),
            contradicting: self.contradicting.intersection(within),
            unproved: self.unproved.intersection(within),
        }
    }
}

/// The seconds that are in at least `least` of the sets; `least` is at least 1.
fn in_at_least<'a>(least: usize, sets: impl Iterator<Item = &'a IntervalSet>) -> IntervalSet {
    let mut borders: Vec<(UnixSeconds, isize)> =
        sets.flat_map(IntervalSet::periods).flat_map(|period| [(period.start, 1), (period.end, -1)]).collect();
    borders.sort_unstable();
    let (mut depth, mut since, mut stretches) = (0, UnixSeconds::MIN, Vec::new());
    for (at, step) in borders {
        if depth >= least.cast_signed() {
            stretches.extend(Period::new(since, at));
        }
        (depth, since) = (depth + step, at);
    }
    stretches.into_iter().collect()
}
