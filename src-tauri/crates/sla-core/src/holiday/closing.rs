//! A customer's own closing days: whole-day events of an iCalendar file (RFC 5545), as calendars export them.
//!
//! It is read here and by no crate, because none tells the line of what it reads, and a defect must be told with its line.
//! What is left out of a calendar on purpose: time zones, alarms, tasks and journals.

use chrono::NaiveDate;
use serde::Serialize;

use crate::catalogue::{Code, Finding, Place, Recurrence, ical_day};
use crate::phrase;
use crate::phrase::Phrase;

/// Largest file that is read, in bytes.
const FILE_LIMIT_BYTES: usize = 4 * 1024 * 1024;
/// Most events of one file.
const EVENTS_LIMIT: usize = 10_000;
/// Longest event, in days.
const DAYS_LIMIT: i64 = 366;

/// Days on which a customer is closed: a stretch of whole days that may repeat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Closing {
    /// The first day.
    first: NaiveDate,
    /// How many days it takes.
    days: u64,
    /// How it repeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    recurrence: Option<Recurrence>,
    /// First days on which it does not repeat.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    except: Vec<NaiveDate>,
}

impl Closing {
    /// The days of `first..=last` that are closed.
    pub fn days_between(&self, first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = NaiveDate> {
        let begins = match &self.recurrence {
            Some(recurrence) => recurrence.days(self.first, last),
            None => vec![self.first],
        };
        let held = begins.into_iter().filter(|day| !self.except.contains(day));
        let length = usize::try_from(self.days).expect("an event has few days");
        held.flat_map(move |day| day.iter_days().take(length)).filter(move |day| (first..=last).contains(day))
    }
}

/// The closing days in a file's text; every defect with the line on which it stands.
pub(crate) fn closings(file: &str, text: &str) -> Result<Vec<Closing>, Vec<Finding>> {
    let mut reader =
        Reader { file, findings: Vec::new(), open: Vec::new(), event: Event::default(), read: Vec::new(), full: false };
    if text.len() > FILE_LIMIT_BYTES {
        let found = phrase!("a file of {} bytes", "eine Datei von {} Bytes", text.len());
        reader.add(
            1,
            Code::Unreadable,
            found,
            phrase!("at most {FILE_LIMIT_BYTES} bytes", "höchstens {FILE_LIMIT_BYTES} Bytes"),
        );
        return Err(reader.findings);
    }
    for (line, content) in unfolded(text) {
        reader.content(line, &content);
    }
    reader.end()
}

/// Content lines with the number of the line on which each begins: a line that begins with a blank continues the one
/// before (RFC 5545 §3.1).
fn unfolded(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some((_, before))) => before.push_str(rest),
            _ if line.is_empty() => {}
            _ => lines.push((index + 1, line.to_owned())),
        }
    }
    lines
}

/// `DTSTART;VALUE=DATE:20261224` as name, parameters and value; a colon or a semicolon in quotes separates nothing.
fn parts(content: &str) -> Option<(String, Vec<String>, &str)> {
    let mut quoted = false;
    let mut borders = content.char_indices().filter(|(_, c)| {
        quoted ^= *c == '"';
        !quoted && matches!(c, ':' | ';')
    });
    let (mut from, mut head) = (0, Vec::new());
    loop {
        let (at, border) = borders.next()?;
        head.push(content[from..at].to_ascii_uppercase());
        from = at + 1;
        if border == ':' {
            let name = head.remove(0);
            return (!name.is_empty()).then_some((name, head, &content[from..]));
        }
    }
}

/// An event that is not closed yet.
#[derive(Default)]
struct Event {
    line: usize,
    start: Option<(usize, NaiveDate)>,
    /// First day after it.
    end: Option<(usize, NaiveDate)>,
    length: Option<(usize, u64)>,
    recurrence: Option<(usize, Recurrence)>,
    except: Vec<NaiveDate>,
    cancelled: bool,
    /// Whether something of it is a finding already.
    defect: bool,
}

struct Reader<'a> {
    file: &'a str,
    findings: Vec<Finding>,
    /// Components that are open: name and line.
    open: Vec<(String, usize)>,
    event: Event,
    read: Vec<Closing>,
    /// Whether there are more events than are read.
    full: bool,
}

impl Reader<'_> {
    fn add(&mut self, line: usize, code: Code, found: Phrase, expected: Phrase) {
        self.event.defect = true;
        let place = Place { file: self.file.to_owned(), line, column: 1, path: String::new() };
        self.findings.push(Finding { code, place, found, expected, stake: None });
    }

    fn content(&mut self, line: usize, content: &str) {
        let Some((name, parameters, value)) = parts(content) else {
            let found = Phrase::quoted(format!("{:?}", content.chars().take(40).collect::<String>()));
            return self.add(
                line,
                Code::Unreadable,
                found,
                phrase!(
                    "a line of iCalendar such as \"DTSTART;VALUE=DATE:20261224\"",
                    "eine iCalendar-Zeile wie \"DTSTART;VALUE=DATE:20261224\""
                ),
            );
        };
        let component = value.trim().to_ascii_uppercase();
        match name.as_str() {
            "BEGIN" => self.begin(line, component),
            "END" => self.close(line, &component),
            _ if self.open.is_empty() => {
                self.add(
                    line,
                    Code::Unreadable,
                    phrase!("{name} outside of a calendar", "{name} außerhalb eines Kalenders"),
                    phrase!("BEGIN:VCALENDAR first", "zuerst BEGIN:VCALENDAR"),
                );
            }
            _ if self.open.last().is_some_and(|(open, _)| open == "VEVENT") => {
                self.property(line, &name, &parameters, value)
            }
            _ => {}
        }
    }

    fn begin(&mut self, line: usize, component: String) {
        match (self.open.is_empty(), component.as_str()) {
            (true, "VCALENDAR") | (false, _) => {}
            (true, _) => {
                self.add(
                    line,
                    Code::Unreadable,
                    phrase!("BEGIN:{component} outside of a calendar", "BEGIN:{component} außerhalb eines Kalenders"),
                    phrase!("BEGIN:VCALENDAR first", "zuerst BEGIN:VCALENDAR"),
                );
            }
        }
        if component == "VEVENT" {
            self.event = Event { line, ..Event::default() };
        }
        self.open.push((component, line));
    }

    fn close(&mut self, line: usize, component: &str) {
        match self.open.pop() {
            Some((open, _)) if open == component => {
                if component == "VEVENT" {
                    self.event();
                }
            }
            Some((open, from)) => {
                let expected =
                    phrase!("END:{open}, which is open since line {from}", "END:{open}, offen seit Zeile {from}");
                self.add(line, Code::Unreadable, Phrase::quoted(format!("END:{component}")), expected);
            }
            None => self.add(
                line,
                Code::Unreadable,
                Phrase::quoted(format!("END:{component}")),
                phrase!("a BEGIN before it", "ein BEGIN davor"),
            ),
        }
    }

    fn property(&mut self, line: usize, name: &str, parameters: &[String], value: &str) {
        match name {
            "DTSTART" => self.event.start = self.day(line, name, parameters, value).map(|day| (line, day)),
            "DTEND" => self.event.end = self.day(line, name, parameters, value).map(|day| (line, day)),
            "EXDATE" => {
                for value in value.split(',') {
                    let day = self.day(line, name, parameters, value);
                    self.event.except.extend(day);
                }
            }
            "DURATION" => match length(value) {
                Some(days) => self.event.length = Some((line, days)),
                None => {
                    let expected =
                        phrase!("whole days or weeks, such as P2D or P1W", "ganze Tage oder Wochen wie P2D oder P1W");
                    self.add(line, Code::InvalidValue, Phrase::quoted(format!("{value:?}")), expected);
                }
            },
            "RRULE" => match value.parse::<Recurrence>() {
                Ok(recurrence) if self.event.recurrence.is_none() => self.event.recurrence = Some((line, recurrence)),
                Ok(_) => self.add(
                    line,
                    Code::InvalidValue,
                    phrase!("a second RRULE", "eine zweite RRULE"),
                    phrase!("one RRULE in an event", "eine einzige RRULE je Termin"),
                ),
                Err(error) => {
                    self.add(line, Code::InvalidValue, Phrase::quoted(format!("{:?}", error.found)), error.expected)
                }
            },
            "STATUS" => self.event.cancelled = value.trim().eq_ignore_ascii_case("CANCELLED"),
            "RDATE" | "EXRULE" | "RECURRENCE-ID" => {
                self.add(
                    line,
                    Code::InvalidValue,
                    Phrase::quoted(name),
                    phrase!(
                        "an event that repeats by RRULE and EXDATE only",
                        "ein Termin, der sich nur nach RRULE und EXDATE wiederholt"
                    ),
                );
            }
            _ => {}
        }
    }

    /// A whole day; anything with a time of day is a finding.
    fn day(&mut self, line: usize, name: &str, parameters: &[String], value: &str) -> Option<NaiveDate> {
        let whole = parameters.iter().any(|parameter| parameter == "VALUE=DATE");
        let day = ical_day(value.trim()).filter(|_| whole);
        if day.is_none() {
            let found = [&[name.to_owned()], parameters].concat().join(";");
            let expected = phrase!(
                "a whole day of the years 1970 to 2200, such as {name};VALUE=DATE:20261224: a closing day has no time of day",
                "ein ganzer Tag der Jahre 1970 bis 2200 wie {name};VALUE=DATE:20261224: ein Schließtag hat keine \
Uhrzeit"
            );
            self.add(
                line,
                Code::InvalidValue,
                Phrase::quoted(format!("{:?}", format!("{found}:{}", value.trim()))),
                expected,
            );
        }
        day
    }

    /// The event that has just been closed.
    fn event(&mut self) {
        let event = std::mem::take(&mut self.event);
        if event.defect || event.cancelled {
            return;
        }
        let Some((_, first)) = event.start else {
            return self.add(
                event.line,
                Code::MissingField,
                phrase!("an event without DTSTART", "ein Termin ohne DTSTART"),
                phrase!(
                    "its first day, such as DTSTART;VALUE=DATE:20261224",
                    "sein erster Tag, etwa DTSTART;VALUE=DATE:20261224"
                ),
            );
        };
        let (line, days) = match (event.end, event.length) {
            (Some((line, _)), Some(_)) => {
                return self.add(
                    line,
                    Code::InvalidValue,
                    phrase!("both DTEND and DURATION", "sowohl DTEND als auch DURATION"),
                    phrase!("one of them", "nur eines davon"),
                );
            }
            (Some((line, end)), None) => (line, (end - first).num_days()),
            (None, Some((line, days))) => (line, i64::try_from(days).unwrap_or(i64::MAX)),
            // RFC 5545 §3.6.1: an event of a date without an end takes that day.
            (None, None) => (event.line, 1),
        };
        if !(1..=DAYS_LIMIT).contains(&days) {
            let expected = phrase!(
                "from 1 to {DAYS_LIMIT} days; DTEND is the first day after the event",
                "1 bis {DAYS_LIMIT} Tage; DTEND ist der erste Tag nach dem Termin"
            );
            return self.add(
                line,
                Code::InvalidValue,
                phrase!("an event of {days} days", "ein Termin von {days} Tagen"),
                expected,
            );
        }
        if let Some((line, recurrence)) = &event.recurrence
            && recurrence.days(first, first).is_empty()
        {
            let found = phrase!(
                "{:?} for an event that begins on {first}",
                "{:?} für einen Termin, der am {first} beginnt",
                recurrence.to_string()
            );
            return self.add(
                *line,
                Code::InvalidValue,
                found,
                phrase!("a rule that the first day follows", "eine Regel, die der erste Tag erfüllt"),
            );
        }
        if self.read.len() == EVENTS_LIMIT {
            if !std::mem::replace(&mut self.full, true) {
                self.add(
                    event.line,
                    Code::Unreadable,
                    phrase!("another event", "ein weiterer Termin"),
                    phrase!("at most {EVENTS_LIMIT} events", "höchstens {EVENTS_LIMIT} Termine"),
                );
            }
            return;
        }
        self.read.push(Closing {
            first,
            days: days.unsigned_abs(),
            recurrence: event.recurrence.map(|(_, recurrence)| recurrence),
            except: event.except,
        });
    }

    fn end(mut self) -> Result<Vec<Closing>, Vec<Finding>> {
        if let Some((open, line)) = self.open.pop() {
            self.add(
                line,
                Code::Unreadable,
                phrase!("BEGIN:{open} without an end", "BEGIN:{open} ohne Ende"),
                Phrase::quoted(format!("END:{open}")),
            );
        }
        if self.findings.is_empty() && self.read.is_empty() {
            self.add(
                1,
                Code::MissingField,
                phrase!("a calendar without any event", "ein Kalender ohne Termine"),
                phrase!(
                    "the closing days as whole-day events (VEVENT)",
                    "die Schließtage als ganztägige Termine (VEVENT)"
                ),
            );
        }
        if self.findings.is_empty() { Ok(self.read) } else { Err(self.findings) }
    }
}

/// `P2D`, `P1W` as days.
fn length(text: &str) -> Option<u64> {
    let (number, unit) = text.trim().strip_prefix('P')?.split_at_checked(text.trim().len().checked_sub(2)?)?;
    let number: u64 =
        (number.len() <= 3 && number.bytes().all(|b| b.is_ascii_digit())).then(|| number.parse().ok())??;
    match unit {
        "D" => Some(number),
        "W" => Some(number * 7),
        _ => None,
    }
}
