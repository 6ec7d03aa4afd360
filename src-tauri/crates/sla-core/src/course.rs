//! How a closed month went, for charts: hour by hour ([`HourMap`]), and how its error budget was used up day by day
//! ([`BurnDown`]). Both follow from the record alone, so that a document and a screen show the same.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use crate::Tz;
use crate::catalogue::Instant;
use crate::interval::IntervalSet;
use crate::ratio::{Ratio, Rounding};
use crate::record::{
    MonthRecord, OutageStanding, RecordCommitment, RecordCourse, RecordQuantity, RecordRange, RecordSpan, RecordUsed,
};
use crate::time::{Month, Period, hours, local, utc_text};

/// Why there is no course to show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CourseError {
    /// The month promises no such thing, or it is not measured.
    #[error("the month has no measured commitment {name:?}; it has: {known}")]
    NoCommitment {
        /// The name that was asked for.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// The revision was closed by a version that did not note how it went.
    #[error(
        "revision {revision} does not hold how {name:?} went hour by hour: a version of the program closed it that did not \
         note that; restate the month to see it"
    )]
    NotNoted {
        /// The commitment.
        name: String,
        /// The revision.
        revision: u32,
    },
}

/// A commitment's period hour by hour: every local day with the 24 hours that a clock shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HourMap {
    /// The commitment, as it is unique in the month.
    pub commitment: String,
    /// The commitment's name for people.
    pub title: String,
    /// IANA zone of the contract, whose clock the hours are of.
    pub time_zone: String,
    /// The days.
    pub days: Vec<HourDay>,
}

/// A local day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HourDay {
    /// Local date, YYYY-MM-DD.
    pub date: String,
    /// The hours 0 to 23.
    pub hours: Vec<Hour>,
}

/// An hour that a clock shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Hour {
    /// Its first second, in UTC; null when the clock skips it.
    pub start: Option<String>,
    /// The first second after it, in UTC; null when the clock skips it.
    pub end: Option<String>,
    /// How long it lasts in seconds: 3600, and otherwise only where a clock jumps. 0 when the clock skips it, 7200 when the
    /// clock shows it twice.
    pub seconds: i64,
    /// What is to be said of it first.
    pub state: HourState,
    /// Service time in it without excluded windows, in seconds.
    pub service_seconds: i64,
    /// Downtime of it.
    pub down_seconds: i64,
    /// Time without usable evidence of it.
    pub unknown_seconds: i64,
    /// Slices without any event of it.
    pub quiet_seconds: i64,
    /// Accepted exclusions within service hours, in seconds.
    pub excluded_seconds: i64,
}

/// What is to be said of an hour first: of several the one that stands first here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HourState {
    /// The clock skips it.
    Skipped,
    /// It has no service time: the contract is not in force, or promises nothing then.
    Outside,
    /// Some of it was down.
    Down,
    /// Of some of it nobody knows.
    Unknown,
    /// Some of it is excluded.
    Excluded,
    /// There was no event in all its service time.
    Quiet,
    /// All that was seen was good enough.
    Good,
}

/// How the error budget of a commitment was used up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BurnDown {
    /// The commitment, as it is unique in the month.
    pub commitment: String,
    /// The commitment's name for people.
    pub title: String,
    /// The promised percentage.
    pub target: String,
    /// The budget in seconds; for methods that count events or ratios the service time's equivalent of the allowed share.
    /// Null where consumption is judged.
    pub allowed_seconds: Option<String>,
    /// What the period may consume; null where nothing is consumed.
    pub consumption_budget: Option<RecordQuantity>,
    /// Every local day of the period in which the contract is in force.
    pub days: Vec<BurnDay>,
}

/// A budget by the end of a local day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BurnDay {
    /// Local date, YYYY-MM-DD.
    pub date: String,
    /// What would be left if it were used up evenly over the service time, in percent with two decimals.
    pub ideal_left_percent: String,
    /// What is used in percent of the period's budget, the least and the most; null when the target is 100 %.
    pub used_percent: RecordRange<Option<String>>,
    /// What is left in percent, less than 0 when it is overdrawn, the least and the most.
    pub left_percent: RecordRange<Option<String>>,
    /// What is used in seconds, the least and the most; null where consumption is judged.
    pub used_seconds: RecordRange<Option<String>>,
    /// What is left in seconds, less than 0 when it is overdrawn, the least and the most.
    pub left_seconds: RecordRange<Option<String>>,
}

/// The course of a commitment by the name that is unique in the month.
fn noted<'a>(record: &'a MonthRecord, name: &str) -> Result<(&'a RecordCommitment, &'a RecordCourse), CourseError> {
    let promises = || record.promises().filter_map(|one| Some((one.key(record.contract.version), one.measured?)));
    let found = promises().find(|(key, _)| key == name).map(|(_, measured)| measured);
    let commitment = found.ok_or_else(|| {
        let known = promises().map(|(key, _)| key).collect::<Vec<_>>().join(", ");
        CourseError::NoCommitment { name: name.to_owned(), known }
    })?;
    let course = commitment.course.as_ref();
    let not_noted = || CourseError::NotNoted { name: name.to_owned(), revision: record.revision };
    Ok((commitment, course.ok_or_else(not_noted)?))
}

impl HourMap {
    /// The hours of a commitment's period, whole months of it: hours before a contract begins are outside.
    ///
    /// # Errors
    /// [`CourseError`] when the record does not tell.
    pub fn of(record: &MonthRecord, name: &str) -> Result<Self, CourseError> {
        let (commitment, course) = noted(record, name)?;
        let zone: Tz = record.period.time_zone.parse().unwrap_or(Tz::UTC);
        let stretches = Stretches::of(commitment, course);
        Ok(Self {
            commitment: name.to_owned(),
            title: commitment.title.clone(),
            time_zone: record.period.time_zone.clone(),
            days: months(record, commitment, zone)
                .flat_map(|month| month.days(zone))
                .map(|(date, day)| HourDay { date: date.to_string(), hours: stretches.hours(date, day, zone) })
                .collect(),
        })
    }
}

/// The months of a commitment's period; the record's is the last one.
fn months(record: &MonthRecord, commitment: &RecordCommitment, zone: Tz) -> impl Iterator<Item = Month> {
    let start = commitment.period.as_ref().and_then(|span| span.start.parse::<Instant>().ok());
    let first = start.and_then(|at| local(at.0, zone).format("%Y-%m").to_string().parse().ok());
    let (first, last) = (first.unwrap_or(record.month), record.month);
    (0..).map(move |months| first.plus(months)).take_while(move |month| *month <= last)
}

/// What a record says of time, as sets.
struct Stretches<'a> {
    course: &'a RecordCourse,
    counted: IntervalSet,
    excluded: IntervalSet,
    down: IntervalSet,
    unknown: IntervalSet,
}

impl<'a> Stretches<'a> {
    fn of(commitment: &RecordCommitment, course: &'a RecordCourse) -> Self {
        let spans = |spans: &[RecordSpan]| spans.iter().filter_map(|span| period(&span.start, &span.end)).collect();
        let (service, excluded): (IntervalSet, IntervalSet) = (spans(&course.service), spans(&course.excluded));
        let counted = service.difference(&excluded);
        let outages = commitment.outages.iter().filter(|outage| outage.standing == OutageStanding::Counts);
        let down: IntervalSet = outages.filter_map(|outage| period(&outage.start, &outage.end)).collect();
        let unknown: IntervalSet = commitment.unknown.iter().filter_map(|one| period(&one.start, &one.end)).collect();
        let (down, unknown) = (down.intersection(&counted), unknown.intersection(&counted));
        Self { course, counted, excluded, down, unknown }
    }

    fn hours(&self, date: NaiveDate, day: Period, zone: Tz) -> Vec<Hour> {
        let of_day = |set: &IntervalSet| set.intersection(&day.into());
        let [counted, excluded, down, unknown] = [&self.counted, &self.excluded, &self.down, &self.unknown].map(of_day);
        let date = date.to_string();
        let quiet = self.course.quiet.iter().find(|quiet| quiet.date == date);
        let pieces = hours(day, zone);
        let hour = |hour: u32| {
            let shown: IntervalSet = pieces.iter().filter(|piece| piece.0 == hour).map(|piece| piece.1).collect();
            let within = |set: &IntervalSet| set.intersection(&shown).seconds();
            let bare = Hour {
                start: shown.periods().first().map(|first| utc_text(first.start)),
                end: shown.periods().last().map(|last| utc_text(last.end)),
                seconds: shown.seconds(),
                state: HourState::Good,
                service_seconds: within(&counted),
                down_seconds: within(&down),
                unknown_seconds: within(&unknown),
                quiet_seconds: quiet.and_then(|quiet| quiet.seconds.get(hour as usize)).copied().unwrap_or(0),
                excluded_seconds: within(&excluded),
            };
            Hour { state: bare.first(), ..bare }
        };
        (0..24).map(hour).collect()
    }
}

impl Hour {
    fn first(&self) -> HourState {
        match self {
            Self { seconds: 0, .. } => HourState::Skipped,
            Self { service_seconds: 0, excluded_seconds: 0, .. } => HourState::Outside,
            Self { down_seconds: 1.., .. } => HourState::Down,
            Self { unknown_seconds: 1.., .. } => HourState::Unknown,
            Self { excluded_seconds: 1.., .. } => HourState::Excluded,
            _ if self.quiet_seconds == self.service_seconds => HourState::Quiet,
            _ => HourState::Good,
        }
    }
}

impl BurnDown {
    /// How the budget of a commitment was used up.
    ///
    /// # Errors
    /// [`CourseError`] when the record does not tell.
    pub fn of(record: &MonthRecord, name: &str) -> Result<Self, CourseError> {
        let (commitment, course) = noted(record, name)?;
        let is_time = commitment.consumption_budget.is_none();
        let allowed = commitment.budget.allowed_seconds.as_str();
        let service: i64 = commitment.days.iter().map(|day| day.service_seconds).sum();
        let mut until = 0;
        let days = commitment.days.iter().zip(&course.used).map(|(day, used)| {
            until += day.service_seconds;
            let left = Ratio::new(service - until, service).unwrap_or_else(Ratio::zero);
            let RecordUsed { date, percent, seconds } = used.clone();
            BurnDay {
                date,
                ideal_left_percent: left.to_percent(2, Rounding::Floor),
                left_percent: left_of("100.00", &percent),
                used_percent: percent,
                left_seconds: left_of(allowed, &seconds),
                used_seconds: seconds,
            }
        });
        Ok(Self {
            commitment: name.to_owned(),
            title: commitment.title.clone(),
            target: commitment.target.clone(),
            allowed_seconds: is_time.then(|| allowed.to_owned()),
            consumption_budget: commitment.consumption_budget.clone(),
            days: days.collect(),
        })
    }
}

/// What is left of a whole when so much is used: the most where the least is used.
fn left_of(whole: &str, used: &RecordRange<Option<String>>) -> RecordRange<Option<String>> {
    let left = |used: &Option<String>| {
        let [whole, used] = [whole, used.as_deref()?].map(Decimal::from_str_exact);
        Some(whole.ok()?.checked_sub(used.ok()?)?.to_string())
    };
    RecordRange { low: left(&used.high), high: left(&used.low) }
}

fn period(start: &str, end: &str) -> Option<Period> {
    let instant = |text: &str| text.parse::<Instant>().ok();
    Period::new(instant(start)?.0, instant(end)?.0)
}
