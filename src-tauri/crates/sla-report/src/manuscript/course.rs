//! Figures of how a month and a year went: what a template says of them, read line by line.

use serde::Serialize;

use super::fence::{Wrong, is_decimal, key_value};
use super::inline::{cell, plain, split_bars};
use super::{Status, plain as plain_text};

/// Every hour of every day, by what is to be said of it first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HourMap {
    /// What it shows.
    pub caption: String,
    /// The same in words, for who cannot see it.
    pub description: String,
    /// What the looks mean, in the order of [`HourState::ALL`]; those without a label are not in the legend.
    pub legend: [String; 6],
    /// The days.
    pub days: Vec<HourDay>,
}

/// A day of an hour map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HourDay {
    /// Label of the day.
    pub label: String,
    /// Its hours.
    pub hours: Vec<Hour>,
}

/// An hour of an hour map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Hour {
    /// What is to be said of it first; none where a clock skips it.
    pub state: Option<HourState>,
    /// Downtime in seconds.
    pub down_seconds: u16,
}

/// What is to be said of an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HourState {
    /// All that was seen was good enough.
    Good,
    /// Some of it was down.
    Down,
    /// Of some of it nobody knows.
    Unknown,
    /// Some of it is excluded.
    Excluded,
    /// There was no event.
    Quiet,
    /// It has no service time.
    Outside,
}

impl HourState {
    /// All of them, in the order of a legend.
    pub const ALL: [Self; 6] = [Self::Good, Self::Down, Self::Unknown, Self::Excluded, Self::Quiet, Self::Outside];

    fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Down => "down",
            Self::Unknown => "unknown",
            Self::Excluded => "excluded",
            Self::Quiet => "quiet",
            Self::Outside => "outside",
        }
    }
}

/// What is left of an error budget, day by day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BurnDown {
    /// What it shows, with the unit.
    pub caption: String,
    /// The same in words, for who cannot see it.
    pub description: String,
    /// Label of the line that an even use would make.
    pub ideal: String,
    /// Label of what is left.
    pub left: String,
    /// Label of what may be left.
    pub range: String,
    /// The days.
    pub days: Vec<BurnDay>,
}

/// A day of a budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BurnDay {
    /// Label of the day.
    pub label: String,
    /// What an even use would leave in percent, a decimal.
    pub ideal: String,
    /// The least and the most that is left in percent, decimals.
    pub left: [String; 2],
}

/// One percentage a month, each against its target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Months {
    /// What it shows, with the unit.
    pub caption: String,
    /// The same in words, for who cannot see it.
    pub description: String,
    /// Decimal mark of the reader's language.
    pub decimal_mark: String,
    /// Label of the targets.
    pub target: String,
    /// Labels of met, breached and undecidable months.
    pub legend: [String; 3],
    /// The months.
    pub months: Vec<Month>,
}

/// A month of a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Month {
    /// Label of the month.
    pub label: String,
    /// The least and the most that was attained in percent, decimals; none where nothing is on record.
    pub attained: Option<[String; 2]>,
    /// The target in percent, a decimal; empty where nothing is on record.
    pub target: String,
    /// The verdict.
    pub status: Option<Status>,
}

pub(super) fn hours(lines: &[&str]) -> Result<HourMap, Wrong> {
    let mut map = HourMap::default();
    for line in lines {
        let (key, value) = key_value(line)?;
        match key {
            "caption" => map.caption = plain(value),
            "description" => map.description = plain(value),
            "day" => map.days.push(hour_day(value, line)?),
            _ => match HourState::ALL.iter().position(|state| state.name() == key) {
                Some(at) => map.legend[at] = plain(value),
                None => {
                    let (en, de) = (
                        "caption, description, good, down, unknown, excluded, quiet, outside or day",
                        "caption, description, good, down, unknown, excluded, quiet, outside oder day",
                    );
                    return Err(Wrong::new(en, de, line));
                }
            },
        }
    }
    Ok(map)
}

fn hour_day(value: &str, line: &str) -> Result<HourDay, Wrong> {
    let hour = |word: &str| -> Option<Hour> {
        let (word, down_seconds) = match word.split_once(':') {
            Some((word, seconds)) => (word, seconds.parse().ok()?),
            None => (word, 0),
        };
        let state = HourState::ALL.into_iter().find(|state| state.name() == word);
        (state.is_some() || word == "skipped").then_some(Hour { state, down_seconds })
    };
    let read = || {
        let [label, words] = split_bars(value)[..] else { return None };
        let hours: Vec<Hour> = words.split_whitespace().map(hour).collect::<Option<_>>()?;
        (hours.len() == 24).then(|| HourDay { label: plain(label), hours })
    };
    read().ok_or_else(|| {
        Wrong::new(
            "\"day: label | 24 words such as good, down:900 or skipped\"",
            "\"day: Bezeichnung | 24 Wörter wie good, down:900 oder skipped\"",
            line,
        )
    })
}

pub(super) fn burn_down(lines: &[&str]) -> Result<BurnDown, Wrong> {
    let mut chart = BurnDown::default();
    for line in lines {
        let (key, value) = key_value(line)?;
        match key {
            "caption" => chart.caption = plain(value),
            "description" => chart.description = plain(value),
            "ideal" => chart.ideal = plain(value),
            "left" => chart.left = plain(value),
            "range" => chart.range = plain(value),
            "day" => {
                let [label, ideal, low, high] = split_bars(value)[..] else {
                    return Err(Wrong::new(
                        "\"day: label | even use | least left | most left\"",
                        "\"day: Bezeichnung | gleichmäßiger Verbrauch | kleinster Rest | größter Rest\"",
                        line,
                    ));
                };
                let [ideal, low, high] = [ideal, low, high].map(plain);
                if ![&ideal, &low, &high].into_iter().all(|number| is_signed(number)) {
                    return Err(Wrong::new(
                        "\"day: label | even use | least left | most left\" in percent",
                        "\"day: Bezeichnung | gleichmäßiger Verbrauch | kleinster Rest | größter Rest\" in Prozent",
                        line,
                    ));
                }
                chart.days.push(BurnDay { label: plain(label), ideal, left: [low, high] });
            }
            _ => {
                return Err(Wrong::new(
                    "caption, description, ideal, left, range or day",
                    "caption, description, ideal, left, range oder day",
                    line,
                ));
            }
        }
    }
    Ok(chart)
}

fn is_signed(text: &str) -> bool {
    is_decimal(text.strip_prefix('-').unwrap_or(text))
}

pub(super) fn months(lines: &[&str]) -> Result<Months, Wrong> {
    let mut chart = Months::default();
    for line in lines {
        let (key, value) = key_value(line)?;
        match key {
            "caption" => chart.caption = plain(value),
            "description" => chart.description = plain(value),
            "decimal-mark" => chart.decimal_mark = plain(value),
            "target" => chart.target = plain(value),
            "met" => chart.legend[0] = plain(value),
            "breached" => chart.legend[1] = plain(value),
            "undecidable" => chart.legend[2] = plain(value),
            "month" => chart.months.push(month(value, line)?),
            _ => {
                let (en, de) = (
                    "caption, description, decimal-mark, target, met, breached, undecidable or month",
                    "caption, description, decimal-mark, target, met, breached, undecidable oder month",
                );
                return Err(Wrong::new(en, de, line));
            }
        }
    }
    Ok(chart)
}

fn month(value: &str, line: &str) -> Result<Month, Wrong> {
    let read = || {
        let [label, low, high, target, status] = split_bars(value)[..] else { return None };
        let status = cell(status);
        let [low, high, target] = [low, high, target].map(plain);
        let is_known = !low.is_empty();
        let numbers = [&low, &high, &target];
        (plain_text(&status.text).is_empty() && (!is_known || numbers.into_iter().all(|number| is_decimal(number))))
            .then(|| Month {
                label: plain(label),
                attained: is_known.then_some([low, high]),
                target,
                status: status.status,
            })
    };
    read().ok_or_else(|| {
        Wrong::new(
            "\"month: label | least | most | target | !verdict\", or nothing but bars",
            "\"month: Bezeichnung | kleinster Stand | größter Stand | Ziel | !Ergebnis\", oder nur Striche |",
            line,
        )
    })
}
