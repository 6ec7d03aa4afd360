//! The rises of many series, added up by slices.

use std::collections::BTreeMap;

use sla_core::catalogue::NewSeries;

use super::{STALE, Sample};
use crate::number::{Decimal, Number};

/// Largest number up to which a double has every whole number: 2^53.
const WHOLE_LIMIT: f64 = 9_007_199_254_740_992.0;
const WHOLE_LIMIT_INTEGER: i64 = 1 << 53;

/// The labels of a series, in order.
pub(crate) type Labels = Vec<(String, String)>;

/// How samples become counts. Times are milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    /// Start of the first slice. What lies in a slice is later than its start and not later than its end.
    pub(crate) start_ms: i64,
    /// End of the last slice.
    pub(crate) end_ms: i64,
    /// Width of a slice.
    pub(crate) step_ms: i64,
    /// Longest time between two samples of a series that is no gap.
    pub(crate) gap_ms: i64,
    /// What the first value of a new series means.
    pub(crate) new_series: NewSeries,
}

impl Terms {
    fn slices(&self) -> usize {
        usize::try_from((self.end_ms - self.start_ms) / self.step_ms).expect("a period has slices")
    }

    /// The slice in which an instant lies; those before the first count as the first, those behind the last as the last.
    fn slice(&self, t: i64) -> usize {
        let within = t.clamp(self.start_ms + 1, self.end_ms);
        usize::try_from((within - self.start_ms - 1) / self.step_ms).expect("inside the period")
    }

    /// The slices that hold an instant later than `after` and not later than `until`; empty outside of the period.
    fn between(&self, after: i64, until: i64) -> std::ops::Range<usize> {
        if until <= self.start_ms || after >= self.end_ms {
            return 0..0;
        }
        self.slice(after + 1)..self.slice(until) + 1
    }
}

/// What is known of one series so far.
#[derive(Debug, Default)]
pub(crate) struct Life {
    last: Option<Sample>,
    /// When its end was marked, when nothing came after it.
    ended_ms: Option<i64>,
    /// Whether a value came that is no number: what it rose by until the next one is not known.
    clouded_ms: Option<i64>,
}

/// A series that was not there before the period.
#[derive(Clone, Debug)]
struct Born {
    labels: Labels,
    t: i64,
    value: f64,
}

/// The sums of all slices.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    terms: Terms,
    whole: Vec<i128>,
    fractions: BTreeMap<usize, Decimal>,
    /// Some series was read there, or did not move over it.
    covered: Vec<bool>,
    /// A sample lies there.
    sampled: Vec<bool>,
    unknown: Vec<bool>,
    /// The latest sample not later than the start.
    latest_before: Option<i64>,
    born: Vec<Born>,
    /// Last samples of series that stop without a mark.
    open: Vec<i64>,
    restarts: i64,
    new: i64,
}

/// What a tally comes to.
#[derive(Debug, PartialEq)]
pub(crate) struct Column {
    /// Every slice in order: its events, where they are known.
    pub(crate) slices: Vec<Slot>,
    /// How often a counter began again.
    pub(crate) restarts: i64,
    /// How many series appeared.
    pub(crate) new: i64,
}

/// What is known of a slice.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Slot {
    /// Its events.
    Known(Number),
    /// A counter rose, or began again, and nobody knows when.
    Unread,
    /// No series was there.
    Absent,
}

impl Tally {
    pub(crate) fn new(terms: Terms) -> Self {
        let slices = terms.slices();
        Self {
            terms,
            whole: vec![0; slices],
            fractions: BTreeMap::new(),
            covered: vec![false; slices],
            sampled: vec![false; slices],
            unknown: vec![false; slices],
            latest_before: None,
            born: Vec::new(),
            open: Vec::new(),
            restarts: 0,
            new: 0,
        }
    }

    /// Takes the next samples of a series, each as [`Tally::sample`] does.
    pub(crate) fn samples(&mut self, life: &mut Life, mut samples: &[Sample], labels: impl Fn() -> Labels) {
        while let Some(first) = samples.first() {
            let taken = self.plain(life, samples);
            if taken == 0 {
                self.sample(life, *first, &labels);
            }
            samples = &samples[taken.max(1)..];
        }
    }

    /// Takes samples from the first on as long as nothing is to be said of them but what they rose by: whole numbers that never
    /// fall, read often enough, one slice after the other inside the period. Gives how many it took. What follows from each of
    /// them is what [`Tally::sample`] makes of it; added up is only where a slice ends.
    fn plain(&mut self, life: &mut Life, samples: &[Sample]) -> usize {
        let Life { last: Some((mut before, was)), ended_ms: None, clouded_ms: None } = *life else { return 0 };
        let Some(was) = whole(was) else { return 0 };
        if before <= self.terms.start_ms || before > self.terms.end_ms {
            return 0;
        }
        // A sample lies in it already: it is covered.
        let mut slice = self.terms.slice(before);
        let mut until = self.end_of(slice);
        let (mut added, mut now, mut taken) = (was, was, 0);
        for &(t, value) in samples {
            let is = truncated(value);
            let is_read = t > before && t.saturating_sub(before) <= self.terms.gap_ms;
            #[expect(clippy::cast_precision_loss, reason = "what it does not hold is not whole, or too large")]
            let is_whole = (is as f64).to_bits() == value.to_bits() && is <= WHOLE_LIMIT_INTEGER;
            if !(is_read && is_whole && is >= now) {
                break;
            }
            if t > until {
                if t > until + self.terms.step_ms || slice + 1 == self.whole.len() {
                    break;
                }
                self.whole[slice] += i128::from(now - added);
                (slice, until, added) = (slice + 1, until + self.terms.step_ms, now);
                self.sampled[slice] = true;
                self.covered[slice] = true;
            }
            (before, now) = (t, is);
            taken += 1;
        }
        if taken > 0 {
            self.whole[slice] += i128::from(now - added);
            life.last = Some(samples[taken - 1]);
        }
        taken
    }

    /// Takes the next sample of a series; samples that are not later than the one before are passed over. `labels` are
    /// asked for where they are needed only.
    pub(crate) fn sample(&mut self, life: &mut Life, (t, value): Sample, labels: impl FnOnce() -> Labels) {
        if value.to_bits() == STALE {
            if let Some((before, _)) = life.last.filter(|(before, _)| *before < t && life.ended_ms.is_none()) {
                life.ended_ms = Some(t);
                self.cover(before, t);
            }
            return;
        }
        if life.last.is_some_and(|(before, _)| t <= before) {
            return;
        }
        if t <= self.terms.start_ms {
            self.latest_before = self.latest_before.max(Some(t));
        } else if t <= self.terms.end_ms {
            let slice = self.terms.slice(t);
            self.sampled[slice] = true;
            self.covered[slice] = true;
        }
        if !value.is_finite() || value < 0.0 {
            self.cloud(life, t);
            return;
        }
        match life.last {
            Some(before) => self.rise(life, before, (t, value)),
            // Whether it counted from zero then, or went on, its first values do not say.
            None if life.clouded_ms.is_some() => self.forget(life.clouded_ms.map_or(t, |since| since - 1), t),
            None if t > self.terms.start_ms && t <= self.terms.end_ms => {
                self.born.push(Born { labels: labels(), t, value });
            }
            None => {}
        }
        *life = Life { last: Some((t, value)), ended_ms: None, clouded_ms: None };
    }

    /// A value that no counter has.
    fn cloud(&mut self, life: &mut Life, t: i64) {
        let after = life.last.map_or(t - 1, |(before, _)| before);
        self.forget(after, t);
        life.clouded_ms.get_or_insert(t);
        life.ended_ms = None;
    }

    fn rise(&mut self, life: &Life, (before, was): Sample, (t, is): Sample) {
        let has_moved = is.to_bits() != was.to_bits();
        let is_gap = t - before > self.terms.gap_ms;
        if life.clouded_ms.is_some() {
            self.forget(before, t);
            return;
        }
        if !has_moved {
            // However long nobody looked: a counter that stands where it stood has counted nothing.
            self.cover(before, t);
            return;
        }
        let has_restarted = is < was;
        if is_gap && !(has_restarted && life.ended_ms.is_some()) {
            self.forget(before, t);
            return;
        }
        if t <= self.terms.start_ms {
            return;
        }
        // What ended and began again was away in between.
        self.cover(if is_gap { t - 1 } else { before }, t);
        if t > self.terms.end_ms {
            return;
        }
        if has_restarted {
            self.restarts += 1;
            self.add(t, 0.0, is);
        } else {
            self.add(t, was, is);
        }
    }

    /// Ends a series: no further sample of it comes, and samples were asked for until a gap's length after the period.
    pub(crate) fn end(&mut self, life: &Life) {
        let Some((last, _)) = life.last.filter(|(last, _)| *last <= self.terms.end_ms) else { return };
        if life.clouded_ms.is_some() {
            self.forget(last, self.terms.end_ms);
        } else if life.ended_ms.is_none() {
            self.open.push(last);
        }
    }

    /// Settles what can only be said when every series was read, and gives the sums. `earlier` is the value that a series had
    /// long before the period.
    pub(crate) fn finish(mut self, earlier: impl Fn(&Labels) -> Option<f64>) -> Column {
        for Born { labels, t, value } in std::mem::take(&mut self.born) {
            self.begin(t, value, earlier(&labels));
        }
        for last in std::mem::take(&mut self.open) {
            self.stop(last);
        }
        let Self { whole, mut fractions, covered, unknown, restarts, new, .. } = self;
        let slot = |(index, whole): (usize, i128)| match (unknown[index], covered[index]) {
            (true, _) => Slot::Unread,
            (false, false) => Slot::Absent,
            (false, true) => {
                let whole = Decimal::from(whole);
                Slot::Known(Number::Finite(match fractions.remove(&index) {
                    Some(fraction) => fraction.plus(&whole),
                    None => whole,
                }))
            }
        };
        Column { slices: whole.into_iter().enumerate().map(slot).collect(), restarts, new }
    }

    /// The series that appeared, of which [`Tally::finish`] asks what they were before.
    pub(crate) fn born(&self) -> Vec<&Labels> {
        self.born.iter().map(|born| &born.labels).collect()
    }

    fn begin(&mut self, t: i64, value: f64, earlier: Option<f64>) {
        match earlier {
            Some(was) if !was.is_finite() || was < 0.0 => self.forget(self.terms.start_ms, t),
            Some(was) if value < was => {
                self.restarts += 1;
                self.add(t, 0.0, value);
            }
            Some(was) if value > was => self.forget(self.terms.start_ms, t),
            Some(_) => self.cover(self.terms.start_ms, t),
            None => {
                self.new += 1;
                match self.terms.new_series {
                    NewSeries::StartsAtZero => self.add(t, 0.0, value),
                    NewSeries::Unknown if value > 0.0 => self.forget(t - 1, t),
                    NewSeries::Unknown => {}
                }
            }
        }
    }

    /// A series stopped without a mark: it is unknown until the server is seen to read again, which marks what has ended.
    fn stop(&mut self, last: i64) {
        let due = last + self.terms.gap_ms;
        if self.latest_before.is_some_and(|latest| latest > due) {
            return;
        }
        let again = match due >= self.terms.end_ms {
            true => None,
            false => (self.terms.slice(due + 1)..self.sampled.len()).find(|&slice| self.sampled[slice]),
        };
        let until = again.map_or(self.terms.end_ms, |slice| self.end_of(slice));
        self.forget(last, until);
    }

    fn end_of(&self, slice: usize) -> i64 {
        self.terms.start_ms + i64::try_from(slice + 1).expect("a slice") * self.terms.step_ms
    }

    fn cover(&mut self, after: i64, until: i64) {
        self.covered[self.terms.between(after, until)].fill(true);
    }

    fn forget(&mut self, after: i64, until: i64) {
        self.unknown[self.terms.between(after, until)].fill(true);
    }

    fn add(&mut self, t: i64, was: f64, is: f64) {
        let slice = self.terms.slice(t);
        match (whole(was), whole(is)) {
            (Some(was), Some(is)) => self.whole[slice] += i128::from(is - was),
            _ => {
                let rise = decimal(is).minus(&decimal(was));
                let sum = self.fractions.remove(&slice).map_or_else(|| rise.clone(), |sum| sum.plus(&rise));
                self.fractions.insert(slice, sum);
            }
        }
    }
}

/// A double that is a whole number and stands for no other one.
fn whole(value: f64) -> Option<i64> {
    (value.fract() == 0.0 && value.abs() <= WHOLE_LIMIT).then(|| truncated(value))
}

/// The whole part of a double, as far as the type goes; 0 for what is no number.
#[expect(clippy::cast_possible_truncation, reason = "that is what it is for")]
fn truncated(value: f64) -> i64 {
    value as i64
}

/// A finite double as the shortest decimal that it prints as, which is what a server's JSON says of it.
fn decimal(value: f64) -> Decimal {
    match Number::parse(&value.to_string()) {
        Some(Number::Finite(decimal)) => decimal,
        _ => unreachable!("a finite double prints as a number"),
    }
}
