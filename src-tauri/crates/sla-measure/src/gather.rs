//! From slices with a state to a measurement: gaps become unknown, runs become outages, days get their tallies.

use std::path::Path;

use sla_core::interval::IntervalSet;
use sla_core::measurement::{BadRun, DayTally, Measurement, Scope, Tally};
use sla_core::record::UnknownReason;
use sla_core::time::{Period, UnixSeconds};

use crate::MeasureError;
use crate::scan::{Row, State, file_name};
use crate::sum::RatioSum;

/// Tallies the rows of a period; each slice of the service time lands in exactly one place.
pub(crate) fn gather(path: &Path, rows: &[Row], scale: i64, scope: &Scope) -> Result<Measurement, MeasureError> {
    let step = scope.step_seconds;
    let mut gather = Gather::new(scope);
    let mut next = scope.period.start + step;
    for row in rows {
        if row.t < next || (row.t - next) % step != 0 {
            return Err(MeasureError::Disorder { file: file_name(path), t: row.t, before: next - step });
        }
        gather.missing(next - step, row.t - step);
        gather.slice(row);
        next = row.t + step;
    }
    gather.missing(next - step, scope.period.end);
    Ok(gather.finish(scale))
}

struct Gather<'a> {
    scope: &'a Scope,
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
    fn new(scope: &'a Scope) -> Self {
        Self {
            scope,
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
        }
    }

    fn slice(&mut self, row: &Row) {
        let period = Period { start: row.t - self.scope.step_seconds, end: row.t };
        let counts = self.counted_time.holds(period.start);
        let excluded = !counts && self.excluded_time.holds(period.start);
        if !counts && !excluded {
            return;
        }
        match row.state {
            State::Unusable => self.unknown(period, UnknownReason::Unusable),
            State::GoodAboveTotal => self.unknown(period, UnknownReason::GoodAboveTotal),
            State::Quiet => self.quiet.push(period),
            State::Good | State::Bad => {
                let wants_ratio = self.scope.wants_ratio_sum;
                if counts {
                    self.counted.add(row, wants_ratio);
                    self.peak_units = self.peak_units.max(row.total);
                    while self.scope.days.get(self.day).is_some_and(|(_, day)| day.end <= period.start) {
                        self.day += 1;
                    }
                    if let Some(day) = self.days.get_mut(self.day) {
                        day.add(row, wants_ratio);
                    }
                } else {
                    self.excluded.add(row, wants_ratio);
                }
                if row.state == State::Bad {
                    self.down(period, row, excluded);
                }
            }
        }
    }

    fn down(&mut self, period: Period, row: &Row, excluded: bool) {
        let (failed, total) = (i128::from(row.total) - i128::from(row.good), i128::from(row.total));
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

    fn finish(self, scale: i64) -> Measurement {
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
    fn add(&mut self, row: &Row, wants_ratio: bool) {
        self.tally.slices += 1;
        self.tally.good += i128::from(row.good);
        self.tally.total += i128::from(row.total);
        if wants_ratio {
            self.ratios.add(row.good, row.total);
        }
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

    fn holds(&mut self, second: UnixSeconds) -> bool {
        while self.set.periods().get(self.at).is_some_and(|period| period.end <= second) {
            self.at += 1;
        }
        self.set.periods().get(self.at).is_some_and(|period| period.start <= second)
    }
}
