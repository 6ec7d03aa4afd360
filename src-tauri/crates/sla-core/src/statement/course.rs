//! How a period went: what the record keeps of it beside outages and days.

use super::seconds_text;
use crate::assess::Assessment;
use crate::interval::IntervalSet;
use crate::measurement::{DayTally, Measurement};
use crate::plan::PlannedCommitment;
use crate::ratio::{Ratio, Rounding};
use crate::record::{
    Method, QuietReading, RecordCourse, RecordQuietDay, RecordRange, RecordSpan, RecordUsed, UnknownReading,
};
use crate::time::{Period, hours, utc_text};

pub(super) fn course(planned: &PlannedCommitment<'_>, measured: &Measurement, assessment: &Assessment) -> RecordCourse {
    let scope = &planned.scope;
    let counted = scope.service.difference(&scope.excluded);
    RecordCourse {
        service: spans(&scope.service),
        excluded: spans(&scope.excluded),
        quiet: quiet(planned, &measured.quiet.intersection(&counted)),
        used: used(planned, measured, assessment, &counted),
    }
}

fn spans(set: &IntervalSet) -> Vec<RecordSpan> {
    let span = |period: &Period| RecordSpan { start: utc_text(period.start), end: utc_text(period.end) };
    set.periods().iter().map(span).collect()
}

fn quiet(planned: &PlannedCommitment<'_>, quiet: &IntervalSet) -> Vec<RecordQuietDay> {
    let zone = planned.contract.time_zone.0;
    let days = planned.scope.days.iter().filter_map(|&(date, day)| {
        let of_day = quiet.intersection(&day.into());
        if of_day.is_empty() {
            return None;
        }
        let mut seconds = vec![0; 24];
        for (hour, period) in hours(day, zone) {
            seconds[hour as usize] += of_day.intersection(&period.into()).seconds();
        }
        Some(RecordQuietDay { date: date.to_string(), seconds })
    });
    days.collect()
}

/// The use of the budget by the end of each day: what was lost until then as a share of what the period lost, times what the
/// period used. So the last day says what the period does, whatever the method and the contract's readings are.
fn used(
    planned: &PlannedCommitment<'_>,
    measured: &Measurement,
    assessment: &Assessment,
    counted: &IntervalSet,
) -> Vec<RecordUsed> {
    let Some(attained) = &assessment.attained else { return Vec::new() };
    let days = &planned.scope.days;
    let unknown: IntervalSet = measured.unknown.iter().map(|(period, _)| *period).collect();
    let losses = Losses { planned, measured, assessment, counted, unknown: unknown.intersection(counted) };
    let lost =
        |is_worst| days.iter().zip(&measured.days).map(|(day, tally)| losses.of(day.1, tally, is_worst)).collect();
    let (lost_least, lost_most): (Vec<Ratio>, Vec<Ratio>) = (lost(false), lost(true));
    let allowed = match &planned.terms.budget {
        Some(_) => Ratio::one(),
        None => Ratio::one().minus(&planned.terms.target.ratio()),
    };
    let lengths = &assessment.lengths;
    let least = Case::new(&losses, lost_least, &attained.high, lengths.base_seconds);
    let most = Case::new(&losses, lost_most, &attained.low, lengths.worst_base_seconds);
    let percent = |share: &Option<Ratio>| Some(share.as_ref()?.over(&allowed)?.to_percent(2, Rounding::Ceil));
    let seconds = |share: &Option<Ratio>, base: i64| match &planned.terms.budget {
        Some(_) => None,
        None => Some(seconds_text(&share.as_ref()?.times(&Ratio::whole(base)), Rounding::Ceil)),
    };
    let by_day = days.iter().zip(least.shares()).zip(most.shares()).map(|((&(date, _), low), high)| RecordUsed {
        date: date.to_string(),
        percent: RecordRange { low: percent(&low), high: percent(&high) },
        seconds: RecordRange { low: seconds(&low, least.base_seconds), high: seconds(&high, most.base_seconds) },
    });
    by_day.collect()
}

/// The best or the worst case of a period: what each day lost, and which share of the whole that came to.
struct Case {
    lost: Vec<Ratio>,
    whole: Ratio,
    /// `None` where consumption has no bound.
    share: Option<Ratio>,
    base_seconds: i64,
}

impl Case {
    fn new(losses: &Losses<'_>, lost: Vec<Ratio>, attained: &Ratio, base_seconds: i64) -> Self {
        let whole = lost.iter().fold(Ratio::zero(), |sum, one| sum.plus(one));
        let share = match &losses.planned.terms.budget {
            None => Some(Ratio::one().minus(attained)),
            // Where no slice consumed anything nobody can say what an unknown one did.
            Some(_) if attained == &Ratio::zero() => None,
            Some(budget) => whole.over(&budget.amount.ratio().times(&Ratio::whole(losses.measured.scale))),
        };
        Self { lost, whole, share, base_seconds }
    }

    /// The share by the end of each day.
    fn shares(&self) -> impl Iterator<Item = Option<Ratio>> {
        self.lost.iter().scan(Ratio::zero(), |so_far, lost| {
            *so_far = so_far.plus(lost);
            let share = |whole: &Ratio| whole.times(so_far).over(&self.whole).unwrap_or_else(Ratio::zero);
            Some(self.share.as_ref().map(share))
        })
    }
}

/// What is lost on a day, in the unit that the method counts in.
struct Losses<'a> {
    planned: &'a PlannedCommitment<'a>,
    measured: &'a Measurement,
    assessment: &'a Assessment,
    counted: &'a IntervalSet,
    unknown: IntervalSet,
}

impl Losses<'_> {
    fn of(&self, day: Period, tally: &DayTally, is_worst: bool) -> Ratio {
        let Self { planned, measured, assessment, .. } = *self;
        let terms = planned.terms;
        let slices = |set: &IntervalSet| set.intersection(&day.into()).seconds() / planned.scope.step_seconds;
        let is_lost = match terms.unknown {
            UnknownReading::Range => is_worst,
            UnknownReading::Down => true,
            UnknownReading::Up | UnknownReading::Excluded => false,
        };
        let unknown = if is_lost { slices(&self.unknown) } else { 0 };
        let quiet = match terms.quiet {
            QuietReading::Bad => slices(&measured.quiet.intersection(self.counted)),
            QuietReading::Good | QuietReading::Excluded => 0,
        };
        let units = |failed: i128| {
            Ratio::whole(failed).plus(&Ratio::whole(i128::from(unknown) * i128::from(measured.peak_units)))
        };
        let has_events = assessment.total > 0 && (measured.peak_units > 0 || self.unknown.is_empty());
        match terms.method {
            Method::Occurrences if has_events => units(tally.counted.total - tally.counted.good),
            Method::Occurrences => Ratio::whole(quiet + unknown),
            Method::Timeslices if is_worst => Ratio::whole(slices(&assessment.may_be_down)),
            Method::Timeslices => Ratio::whole(slices(&assessment.down)),
            Method::RatioTimeslices => {
                let good = tally.counted.ratio_sum.clone().unwrap_or_else(Ratio::zero);
                Ratio::whole(tally.counted.slices + quiet + unknown).minus(&good)
            }
            Method::Consumption => units(tally.counted.total),
        }
    }
}
