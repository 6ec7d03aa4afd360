//! From slices to a measurement: each gets its state, gaps become unknown, runs become outages, days get their tallies.

use num_bigint::BigInt;
use num_traits::ToPrimitive;
use sla_core::interval::IntervalSet;
use sla_core::measurement::{BadRun, DayTally, Measurement, Scope, Tally};
use sla_core::ratio::Ratio;
use sla_core::record::UnknownReason;
use sla_core::time::{Period, UnixSeconds};

use crate::MeasureError;
use crate::scan::Rows;
use crate::sum::RatioSum;

/// A slice that stands twice, out of order or off the grid.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Disorder {
    /// End of the slice, Unix seconds.
    pub(crate) t: UnixSeconds,
    /// End of the slice before, Unix seconds.
    pub(crate) before: UnixSeconds,
}

/// What a slice says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Its share of good events reaches the slice target, or does not.
    Known { is_bad: bool, good: i64, total: i64 },
    /// There was no event.
    Quiet,
    /// There is no number to go by.
    Unknown(UnknownReason),
}

/// Rows that are looked at together; small enough that one bad slice among them costs little.
const BLOCK_ROWS: usize = 128;
/// Below these limits no product and no sum of a block leaves 63 bits: 2³⁸ · 2²⁴, and 2³⁸ · 128.
const BLOCK_LIMIT: i64 = 1 << 38;
const TARGET_LIMIT: i64 = 1 << 24;

/// What a slice needs not to be down: at least so many good events, and a share of them when its parts are small.
#[derive(Clone, Copy, Debug)]
struct SmallTarget {
    least_good: i64,
    numerator: i64,
    denominator: i64,
}

impl SmallTarget {
    fn new(scope: &Scope) -> Option<Self> {
        let Some(target) = &scope.slice_target else {
            return Some(Self { least_good: 1, numerator: 0, denominator: 1 });
        };
        let small = |part: &BigInt| part.to_i64().filter(|part| (0..=TARGET_LIMIT).contains(part));
        let (numerator, denominator) = small(target.numerator()).zip(small(target.denominator()))?;
        Some(Self { least_good: 0, numerator, denominator })
    }
}

/// Tallies the rows of a period; each slice of the service time lands in exactly one place.
pub(crate) struct Gather<'a> {
    scope: &'a Scope,
    /// Numerator and denominator of the slice target.
    slice_target: Option<(i128, i128)>,
    /// The same for many rows at once: parts under [`TARGET_LIMIT`].
    small_target: Option<SmallTarget>,
    /// Fewest units of a slice that is not read as quiet; at least one.
    least_units: i64,
    /// End of the slice that should come next.
    next: UnixSeconds,
    /// Service time without, and within, excluded time; both are walked along with the slices.
    counted_time: Cursor,
    excluded_time: Cursor,
    day: usize,
    counted: Sums,
    excluded: Sums,
    days: Vec<Sums>,
    peak_units: i64,
    bad: Vec<(BadRun, bool)>,
    quiet: Vec<Period>,
    unknown: Vec<(Period, UnknownReason)>,
}

impl<'a> Gather<'a> {
    /// `scale` is the number of units that make an event.
    pub(crate) fn new(scope: &'a Scope, scale: i64) -> Result<Self, MeasureError> {
        // Products of a count and a part of the target are taken in 128 bits: 63 bits times 63 bits always fit.
        let small = |target: &Ratio| Some((target.numerator().to_i64()?.into(), target.denominator().to_i64()?.into()));
        let slice_target = match &scope.slice_target {
            None => None,
            Some(target) => {
                Some(small(target).ok_or_else(|| MeasureError::SliceTarget { target: target.to_string() })?)
            }
        };
        Ok(Self {
            scope,
            slice_target,
            small_target: SmallTarget::new(scope),
            least_units: i64::from(scope.minimum_events.unwrap_or(0)).saturating_mul(scale).max(1),
            next: scope.period.start + scope.step_seconds,
            counted_time: Cursor::new(scope.service.difference(&scope.excluded)),
            excluded_time: Cursor::new(scope.excluded.clone()),
            day: 0,
            counted: Sums::default(),
            excluded: Sums::default(),
            days: scope.days.iter().map(|_| Sums::default()).collect(),
            peak_units: 0,
            bad: Vec::new(),
            quiet: Vec::new(),
            unknown: Vec::new(),
        })
    }

    /// Takes the next rows of the evidence; those outside the period are passed over.
    pub(crate) fn rows(&mut self, rows: Rows<'_>) -> Result<(), Disorder> {
        match rows {
            Rows::One(t, good, total) => self.row(t, good, total),
            Rows::Plain(mut ends, mut good, mut total) => {
                while !ends.is_empty() {
                    let (rows, is_taken) = self.block(ends, good, total);
                    if !is_taken {
                        for row in 0..rows {
                            self.row(ends[row], Some(good[row]), Some(total[row]))?;
                        }
                    }
                    (ends, good, total) = (&ends[rows..], &good[rows..], &total[rows..]);
                }
                Ok(())
            }
        }
    }

    /// Takes some rows at once if all of them are known, good, in order and in one day of counted time; else they are left
    /// to [`Self::row`]. Almost every row of almost every month is such a one, and many at once cost a tenth. Says how
    /// many rows, at least one, and whether they were taken.
    fn block(&mut self, ends: &[i64], good: &[i64], total: &[i64]) -> (usize, bool) {
        const ONE_BY_ONE: (usize, bool) = (1, false);
        let step = self.scope.step_seconds;
        let Some(target) = self.small_target.filter(|_| !self.scope.wants_ratio_sum) else { return ONE_BY_ONE };
        let start = self.next - step;
        let Some(counted) = self.counted_time.within(start) else { return ONE_BY_ONE };
        while self.scope.days.get(self.day).is_some_and(|(_, day)| day.end <= start) {
            self.day += 1;
        }
        let Some(&(_, day)) = self.scope.days.get(self.day).filter(|(_, day)| day.start <= start) else {
            return ONE_BY_ONE;
        };
        let slices = (counted.end.min(day.end) - start) / step;
        let rows = ends.len().min(BLOCK_ROWS).min(usize::try_from(slices).unwrap_or(1));
        let (ends, good, total) = (&ends[..rows], &good[..rows], &total[..rows]);
        let in_order = ends.iter().zip(0..).fold(true, |all, (&t, index)| all & (t == self.next + index * step));
        let (mut good_units, mut total_units, mut peak, mut plain) = (0_i64, 0_i64, 0_i64, true);
        for (&good, &total) in good.iter().zip(total) {
            // Nothing wraps unnoticed: numbers at or above the limit make the block not plain.
            plain &=
                (target.least_good <= good) & (good <= total) & (self.least_units <= total) & (total < BLOCK_LIMIT);
            plain &= good.wrapping_mul(target.denominator) >= total.wrapping_mul(target.numerator);
            good_units = good_units.wrapping_add(good);
            total_units = total_units.wrapping_add(total);
            peak = peak.max(total);
        }
        if !(in_order && plain) {
            return (rows, false);
        }
        let sums = Tally { slices: rows as i64, good: good_units.into(), total: total_units.into(), ratio_sum: None };
        self.counted.add_all(&sums);
        self.days[self.day].add_all(&sums);
        self.peak_units = self.peak_units.max(peak);
        self.next += sums.slices * step;
        (rows, true)
    }

    fn row(&mut self, t: UnixSeconds, good: Option<i64>, total: Option<i64>) -> Result<(), Disorder> {
        let Scope { period, step_seconds, .. } = *self.scope;
        if t <= period.start || t > period.end {
            return Ok(());
        }
        if t != self.next {
            if t < self.next || (t - self.next) % step_seconds != 0 {
                return Err(Disorder { t, before: self.next - step_seconds });
            }
            self.missing(self.next - step_seconds, t - step_seconds);
        }
        self.next = t + step_seconds;
        let slice = Period { start: t - step_seconds, end: t };
        let counts = self.counted_time.within(slice.start).is_some();
        let excluded = !counts && self.excluded_time.within(slice.start).is_some();
        if counts || excluded {
            self.slice(slice, self.state(good, total), excluded);
        }
        Ok(())
    }

    fn state(&self, good: Option<i64>, total: Option<i64>) -> State {
        let (Some(good), Some(total)) = (good, total) else { return State::Unknown(UnknownReason::Unusable) };
        if good < 0 || total < 0 {
            State::Unknown(UnknownReason::Unusable)
        } else if good > total {
            State::Unknown(UnknownReason::GoodAboveTotal)
        } else if total < self.least_units {
            State::Quiet
        } else {
            let is_bad = match self.slice_target {
                None => good == 0,
                Some((numerator, denominator)) => i128::from(good) * denominator < i128::from(total) * numerator,
            };
            State::Known { is_bad, good, total }
        }
    }

    fn slice(&mut self, slice: Period, state: State, excluded: bool) {
        let wants_ratio = self.scope.wants_ratio_sum;
        match state {
            State::Unknown(reason) => self.unknown(slice, reason),
            State::Quiet => self.quiet(slice),
            State::Known { is_bad, good, total } => {
                if excluded {
                    self.excluded.add(good, total, wants_ratio);
                } else {
                    self.counted.add(good, total, wants_ratio);
                    self.peak_units = self.peak_units.max(total);
                    while self.scope.days.get(self.day).is_some_and(|(_, day)| day.end <= slice.start) {
                        self.day += 1;
                    }
                    if let Some(day) = self.days.get_mut(self.day) {
                        day.add(good, total, wants_ratio);
                    }
                }
                if is_bad {
                    self.down(slice, good, total, excluded);
                }
            }
        }
    }

    fn quiet(&mut self, slice: Period) {
        match self.quiet.last_mut() {
            Some(last) if last.end == slice.start => last.end = slice.end,
            _ => self.quiet.push(slice),
        }
    }

    fn down(&mut self, period: Period, good: i64, total: i64, excluded: bool) {
        let (failed, total) = (i128::from(total) - i128::from(good), i128::from(total));
        match self.bad.last_mut() {
            Some((run, inside)) if run.period.end == period.start && *inside == excluded => {
                run.period.end = period.end;
                run.failed += failed;
                run.total += total;
            }
            _ => self.bad.push((BadRun { period, failed, total }, excluded)),
        }
    }

    /// Slices from `start` to `end` that the evidence does not hold.
    fn missing(&mut self, start: UnixSeconds, end: UnixSeconds) {
        let Some(gap) = Period::new(start, end) else { return };
        let in_service = IntervalSet::from(gap).intersection(&self.scope.service);
        for period in in_service.periods() {
            self.unknown(*period, UnknownReason::Missing);
        }
    }

    fn unknown(&mut self, period: Period, reason: UnknownReason) {
        match self.unknown.last_mut() {
            Some((last, why)) if last.end == period.start && *why == reason => last.end = period.end,
            _ => self.unknown.push((period, reason)),
        }
    }

    pub(crate) fn finish(mut self, scale: i64) -> Measurement {
        self.missing(self.next - self.scope.step_seconds, self.scope.period.end);
        let wants_ratio = self.scope.wants_ratio_sum;
        let days = self.scope.days.iter().zip(self.days);
        Measurement {
            scale,
            counted: self.counted.tally(wants_ratio),
            excluded: self.excluded.tally(wants_ratio),
            peak_units: self.peak_units,
            bad: self.bad.into_iter().map(|(run, _)| run).collect(),
            quiet: self.quiet.into_iter().collect(),
            unknown: self.unknown,
            days: days.map(|(&(date, _), sums)| DayTally { date, counted: sums.tally(wants_ratio) }).collect(),
        }
    }
}

#[derive(Default)]
struct Sums {
    tally: Tally,
    ratios: RatioSum,
}

impl Sums {
    fn add(&mut self, good: i64, total: i64, wants_ratio: bool) {
        self.tally.slices += 1;
        self.tally.good += i128::from(good);
        self.tally.total += i128::from(total);
        if wants_ratio {
            self.ratios.add(good, total);
        }
    }

    fn add_all(&mut self, sums: &Tally) {
        self.tally.slices += sums.slices;
        self.tally.good += sums.good;
        self.tally.total += sums.total;
    }

    fn tally(self, wants_ratio: bool) -> Tally {
        Tally { ratio_sum: wants_ratio.then(|| self.ratios.total()), ..self.tally }
    }
}

/// A set of time that is asked in ascending order.
struct Cursor {
    set: IntervalSet,
    at: usize,
}

impl Cursor {
    fn new(set: IntervalSet) -> Self {
        Self { set, at: 0 }
    }

    /// The stretch that the second lies in.
    fn within(&mut self, second: UnixSeconds) -> Option<Period> {
        while self.set.periods().get(self.at).is_some_and(|period| period.end <= second) {
            self.at += 1;
        }
        self.set.periods().get(self.at).filter(|period| period.start <= second).copied()
    }
}
