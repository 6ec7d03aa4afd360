//! How a month and the year before went, as templates draw it, and as the tables that are attached to a report.

use serde::Serialize;
use sla_core::course::{BurnDay, BurnDown, Hour, HourMap, HourState};
use sla_core::record::{MonthRecord, RecordEarlierPromise, RecordRange, RecordRatio};
use sla_core::time::Month;

use crate::error::ReportError;
use crate::table::{self, Field};

/// A commitment's hours and its budget; null where a record does not tell.
#[derive(Serialize)]
pub(crate) struct Course {
    hours: Vec<Hours>,
    /// The hours that were down.
    down: Vec<Down>,
    burn: Vec<BurnDay>,
    /// The use of the budget by the end of each day of the record, in percent; null where there is no budget.
    used: Vec<Option<RecordRange<String>>>,
}

/// An hour that was down.
#[derive(Serialize)]
struct Down {
    date: String,
    hour: usize,
    seconds: i64,
}

/// A day's hours, each as the word that an `hours` block takes.
#[derive(Serialize)]
struct Hours {
    date: String,
    words: String,
}

impl Course {
    /// Of every measured commitment, in order.
    pub(crate) fn of(record: &MonthRecord) -> Vec<Option<Self>> {
        keys(record).map(|key| Self::of_one(record, &key)).collect()
    }

    fn of_one(record: &MonthRecord, key: &str) -> Option<Self> {
        let days = HourMap::of(record, key).ok()?.days;
        let burn = burn(record, key);
        let is_down = |(_, hour): &(usize, &Hour)| hour.state == HourState::Down;
        let down = days.iter().flat_map(|day| {
            let hours = day.hours.iter().enumerate().filter(is_down);
            hours.map(|(hour, told)| Down { date: day.date.clone(), hour, seconds: told.down_seconds })
        });
        let words = |hours: &[Hour]| hours.iter().map(word).collect::<Vec<_>>().join(" ");
        Some(Self {
            down: down.collect(),
            used: burn.iter().map(|day| used(&day.used_percent)).collect(),
            burn,
            hours: days.iter().map(|day| Hours { date: day.date.clone(), words: words(&day.hours) }).collect(),
        })
    }
}

fn used(range: &RecordRange<Option<String>>) -> Option<RecordRange<String>> {
    Some(RecordRange { low: range.low.clone()?, high: range.high.clone()? })
}

fn keys(record: &MonthRecord) -> impl Iterator<Item = String> {
    record.promises().filter(|one| one.measured.is_some()).map(|one| one.key(record.contract.version))
}

/// Nothing where the target is 100 %: there is no budget then.
fn burn(record: &MonthRecord, key: &str) -> Vec<BurnDay> {
    let days = BurnDown::of(record, key).map(|burn| burn.days).unwrap_or_default();
    let is_told = |day: &BurnDay| day.left_percent.low.is_some() && day.left_percent.high.is_some();
    if days.iter().all(is_told) { days } else { Vec::new() }
}

fn word(hour: &Hour) -> String {
    match hour.state {
        HourState::Down => format!("down:{}", hour.down_seconds),
        state => name(state).to_owned(),
    }
}

fn name(state: HourState) -> &'static str {
    match state {
        HourState::Skipped => "skipped",
        HourState::Outside => "outside",
        HourState::Down => "down",
        HourState::Unknown => "unknown",
        HourState::Excluded => "excluded",
        HourState::Quiet => "quiet",
        HourState::Good => "good",
    }
}

/// A month of the year that ends with a record's own; null where nothing is on record.
#[derive(Serialize)]
pub(crate) struct YearMonth {
    month: Month,
    revision: Option<u32>,
    promise: Option<RecordEarlierPromise>,
}

/// The year that ends with a record's month, of every measured commitment.
pub(crate) fn years(record: &MonthRecord) -> Vec<Vec<YearMonth>> {
    record.commitments.iter().map(|one| year(record, &one.name, one)).collect()
}

fn year(record: &MonthRecord, name: &str, own: &sla_core::record::RecordCommitment) -> Vec<YearMonth> {
    let told = |month: Month| {
        let known = record.earlier.iter().find(|one| one.month == month);
        let promise = known.and_then(|one| one.promises.iter().find(|promise| promise.name == name));
        YearMonth { month, revision: known.map(|one| one.revision), promise: promise.cloned() }
    };
    let percent = |ratio: &Option<RecordRatio>| ratio.as_ref().map(|ratio| ratio.percent.clone());
    let now = YearMonth {
        month: record.month,
        revision: Some(record.revision),
        promise: Some(RecordEarlierPromise {
            name: name.to_owned(),
            target: own.target.clone(),
            attained: RecordRange { low: percent(&own.attained_range.low), high: percent(&own.attained_range.high) },
            verdict: own.verdict,
        }),
    };
    (1..12).rev().map(|back| told(record.month.minus(back))).chain([now]).collect()
}

/// `hours.csv`: the numbers behind the maps of hours.
pub(crate) fn hours_csv(record: &MonthRecord) -> Result<Vec<u8>, ReportError> {
    let head = [
        "commitment",
        "date",
        "hour",
        "start",
        "end",
        "state",
        "service_seconds",
        "down_seconds",
        "unknown_seconds",
        "quiet_seconds",
        "excluded_seconds",
    ];
    let mut rows = Vec::new();
    for key in keys(record) {
        for day in HourMap::of(record, &key).map(|map| map.days).unwrap_or_default() {
            for (number, hour) in day.hours.iter().enumerate() {
                let seconds = [
                    hour.service_seconds,
                    hour.down_seconds,
                    hour.unknown_seconds,
                    hour.quiet_seconds,
                    hour.excluded_seconds,
                ];
                let texts = [
                    key.clone(),
                    day.date.clone(),
                    number.to_string(),
                    hour.start.clone().unwrap_or_default(),
                    hour.end.clone().unwrap_or_default(),
                    name(hour.state).to_owned(),
                ];
                rows.push(texts.iter().map(|text| Field::foreign(text)).chain(seconds.map(Field::own)).collect());
            }
        }
    }
    table::write("hours.csv", &head, rows.into_iter())
}

/// `days.csv`: the numbers behind the bars of days and the budgets.
pub(crate) fn days_csv(record: &MonthRecord) -> Result<Vec<u8>, ReportError> {
    let head = [
        "commitment",
        "date",
        "service_seconds",
        "good",
        "total",
        "percent",
        "downtime_seconds",
        "unknown_seconds",
        "used_percent_low",
        "used_percent_high",
        "even_left_percent",
    ];
    let mut rows = Vec::new();
    for promise in record.promises() {
        let Some(measured) = promise.measured else { continue };
        let key = promise.key(record.contract.version);
        let burn = BurnDown::of(record, &key).map(|burn| burn.days).unwrap_or_default();
        for day in &measured.days {
            let burnt = burn.iter().find(|one| one.date == day.date);
            let used = |pick: fn(&RecordRange<Option<String>>) -> &Option<String>| {
                burnt.and_then(|one| pick(&one.used_percent).clone()).unwrap_or_default()
            };
            rows.push(vec![
                Field::foreign(&key),
                Field::own(&day.date),
                Field::own(day.service_seconds),
                Field::own(&day.good),
                Field::own(&day.total),
                Field::own(day.percent.as_deref().unwrap_or_default()),
                Field::own(day.downtime_seconds),
                Field::own(day.unknown_seconds),
                Field::own(used(|range| &range.low)),
                Field::own(used(|range| &range.high)),
                Field::own(burnt.map_or("", |one| one.ideal_left_percent.as_str())),
            ]);
        }
    }
    table::write("days.csv", &head, rows.into_iter())
}
