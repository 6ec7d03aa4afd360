//! Incidents as downtime: a file of incidents becomes seconds, of which those outside of any incident are good.
//!
//! The file says which time it covers, since what it does not mention was either without an incident or not looked at. CSV
//! begins with that: `# covers 2026-10-01T00:00:00+02:00/2026-11-01T00:00:00+01:00`, then the columns id, began, detected,
//! restored, in any order. JSON is `{"covers": {"from": …, "to": …}, "incidents": [{"id": …, "began": …}]}`.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::PathBuf;

use csv::{ReaderBuilder, StringRecord, Trim};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use sla_core::catalogue::{DownFrom, Instant};
use sla_core::interval::IntervalSet;
use sla_core::plan::FileContent;
use sla_core::time::{Period, UnixSeconds};

use super::{FileError, FileSource, Hashing, Place, Position, file_name, quote, reading, unreadable};
use crate::error::CaptureError;
use crate::gather::Gather;
use crate::number::Number;
use crate::slices::Slices;
use crate::source::{BoxFuture, CaptureRequest, Progress, Source, instant};

/// Largest file of incidents; it is held in memory.
pub const MAX_INCIDENTS_BYTES: u64 = 64 * 1024 * 1024;

const COLUMNS: [&str; 4] = ["id", "began", "detected", "restored"];
const COVERS: &str = "# covers ";
const EXPECTED_COVERS: &str = "a first line such as # covers 2026-10-01T00:00:00+02:00/2026-11-01T00:00:00+01:00";
const EXPECTED_JSON_COVERS: &str =
    "covers with from and to, instants of whole seconds with their offset, to after from";
const EXPECTED_TIME: &str = "an instant of whole seconds with its offset, such as 2026-10-11T02:00:00+02:00";

/// A file of incidents, CSV or JSON by its extension.
#[derive(Clone, Debug)]
pub struct IncidentSource {
    path: PathBuf,
    down_from: DownFrom,
}

/// What a file says: the time it covers, and when there was downtime.
#[derive(Debug)]
struct Told {
    covers: Period,
    down: IntervalSet,
}

/// An incident as it stands in a file; empty is not there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    began: String,
    #[serde(default)]
    detected: Option<String>,
    #[serde(default)]
    restored: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    covers: Option<Covers>,
    incidents: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Covers {
    from: String,
    to: String,
}

/// What is asked of a file of incidents, as the evidence keeps it.
pub(crate) fn query(down_from: DownFrom) -> String {
    let from = match down_from {
        DownFrom::Began => "began",
        DownFrom::Detected => "detected",
    };
    format!("seconds outside of incidents, which are downtime from {from} to restored")
}

impl IncidentSource {
    /// The file at that path; it is opened when it is captured.
    pub fn new(path: impl Into<PathBuf>, down_from: DownFrom) -> Self {
        Self { path: path.into(), down_from }
    }

    fn read(&self, request: &CaptureRequest) -> Result<Slices, CaptureError> {
        request.check()?;
        let file = file_name(&self.path);
        let source = FileSource::new(&self.path, FileContent::Counts);
        let mut input = Hashing { input: source.open(&file, MAX_INCIDENTS_BYTES)?, hash: Sha256::new() };
        let mut text = String::new();
        input.read_to_string(&mut text).map_err(|cause| unreadable(&self.path, cause))?;
        let sha256 = input.finish();
        // A byte order mark is how a spreadsheet says UTF-8.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let found = self.path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let told = match found.as_str() {
            "csv" => self.csv(&file, text)?,
            "json" => self.json(&file, text)?,
            _ => {
                return Err(FileError::Ending { path: self.path.display().to_string(), found }.into());
            }
        };
        if told.covers.overlap(request.period).is_none() {
            let period = |period: Period| format!("{}..{}", instant(period.start), instant(period.end));
            let (covered, asked) = (period(told.covers), period(request.period));
            return Err(FileError::OutsidePeriod { file, covered, asked }.into());
        }
        let gather = told.gathered(request);
        gather.finish(query(self.down_from), format!("file {file} sha256 {sha256}"), found, Vec::new())
    }

    fn csv(&self, file: &str, text: &str) -> Result<Told, FileError> {
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        let refused = |found: String| FileError::Covers { file: file.to_owned(), found, expected: EXPECTED_COVERS };
        let covers = first.trim_end().strip_prefix(COVERS).and_then(|covers| covers.split_once('/'));
        let covers = covers.and_then(|(from, to)| period(from, to)).ok_or_else(|| refused(quote(first.trim_end())))?;
        let mut reader =
            ReaderBuilder::new().flexible(true).trim(Trim::All).has_headers(false).from_reader(rest.as_bytes());
        let mut record = StringRecord::new();
        let mut order = None;
        let mut incidents = Incidents::new(covers, self.down_from);
        // The text is in memory and is UTF-8, and records may have any length: nothing is left that could fail.
        while reader.read_record(&mut record).expect("records of a text can be read") {
            let line = 1 + record.position().map_or(0, csv::Position::line);
            let place = Place { file: file.to_owned(), position: Position::Line(line) };
            let Some(order) = order else {
                order = Some(header(&place, &record)?);
                continue;
            };
            if record.len() != COLUMNS.len() {
                return Err(FileError::Fields { place, found: record.len(), expected: COLUMNS.len() });
            }
            let [id, began, detected, restored] = order.map(|index: usize| record[index].to_owned());
            incidents.take(&place, Written { id, began, detected: Some(detected), restored: Some(restored) })?;
        }
        if order.is_none() {
            return Err(FileError::Empty { file: file.to_owned(), found: "no header" });
        }
        Ok(incidents.told())
    }

    fn json(&self, file: &str, text: &str) -> Result<Told, FileError> {
        let Document { covers, incidents } = serde_json::from_str(text).map_err(|error| FileError::Json {
            place: Place { file: file.to_owned(), position: Position::Line(error.line() as u64) },
            reason: error.to_string(),
        })?;
        let refused =
            |found: String| FileError::Covers { file: file.to_owned(), found, expected: EXPECTED_JSON_COVERS };
        let covers = covers.ok_or_else(|| refused("no covers".to_owned()))?;
        let covers = period(&covers.from, &covers.to)
            .ok_or_else(|| refused(format!("{} to {}", quote(&covers.from), quote(&covers.to))))?;
        let mut all = Incidents::new(covers, self.down_from);
        for (row, incident) in (1..).zip(incidents) {
            all.take(&Place { file: file.to_owned(), position: Position::Row(row) }, incident)?;
        }
        Ok(all.told())
    }
}

/// Two instants, the second after the first.
fn period(from: &str, to: &str) -> Option<Period> {
    let at = |text: &str| text.trim().parse::<Instant>().ok().map(|Instant(at)| at);
    Period::new(at(from)?, at(to)?)
}

/// Where the columns stand, in the order of [`COLUMNS`].
fn header(place: &Place, record: &StringRecord) -> Result<[usize; 4], FileError> {
    let refused =
        |found: String| FileError::Columns { file: place.to_string(), found, expected: COLUMNS.join(", "), hint: "" };
    if let Some(unknown) = record.iter().find(|name| !COLUMNS.contains(name)) {
        return Err(refused(format!("the column {}", quote(unknown))));
    }
    let mut order = [0; 4];
    for (index, wanted) in order.iter_mut().zip(COLUMNS) {
        let mut found = record.iter().enumerate().filter(|(_, name)| *name == wanted).map(|(index, _)| index);
        *index = match (found.next(), found.next()) {
            (Some(index), None) => index,
            (None, _) => return Err(refused(format!("no column {wanted}"))),
            (_, Some(_)) => return Err(refused(format!("the column {wanted} twice"))),
        };
    }
    Ok(order)
}

/// Takes incidents one by one.
struct Incidents {
    covers: Period,
    down_from: DownFrom,
    ids: BTreeSet<String>,
    down: Vec<Period>,
}

impl Incidents {
    fn new(covers: Period, down_from: DownFrom) -> Self {
        Self { covers, down_from, ids: BTreeSet::new(), down: Vec::new() }
    }

    fn take(&mut self, place: &Place, written: Written) -> Result<(), FileError> {
        let Written { id, began, detected, restored } = written;
        let refuse = |found: &str, expected| {
            let (found, id) = (found.to_owned(), quote(&id));
            Err(FileError::Incident { place: place.clone(), id, found, expected })
        };
        if id.trim().is_empty() {
            return refuse("no id", "an id, by which the incident is known elsewhere");
        }
        if self.ids.contains(&id) {
            return refuse("the same id a second time", "one row for each incident");
        }
        let at = |column: &str, text: Option<&str>| match text.map(str::trim).filter(|text| !text.is_empty()) {
            None => Ok(None),
            Some(text) => text.parse().map(|Instant(at)| Some(at)).map_err(|_| FileError::Cell {
                place: place.clone(),
                column: column.to_owned(),
                found: quote(text),
                expected: EXPECTED_TIME,
            }),
        };
        let times: [Option<UnixSeconds>; 3] =
            [at("began", Some(&began))?, at("detected", detected.as_deref())?, at("restored", restored.as_deref())?];
        let [Some(began), detected, restored] = times else {
            return refuse("no time at which it began", "began, which every incident has");
        };
        if detected.is_some_and(|detected| detected < began) {
            return refuse("a detection before it began", "detected at or after began");
        }
        if restored.is_some_and(|restored| restored < detected.unwrap_or(began)) {
            return refuse("a restoration before that", "restored at or after began and detected");
        }
        if began >= self.covers.end {
            return refuse("a beginning behind the time that the file covers", "covers up to the last incident");
        }
        let start = match (self.down_from, detected) {
            (DownFrom::Began, _) => began,
            (DownFrom::Detected, Some(detected)) => detected,
            (DownFrom::Detected, None) => {
                return refuse("no time at which it was detected", "detected: downtime is counted from there");
            }
        };
        self.down.extend(Period::new(start, restored.unwrap_or(self.covers.end)));
        self.ids.insert(id);
        Ok(())
    }

    fn told(self) -> Told {
        Told { covers: self.covers, down: self.down.into_iter().collect() }
    }
}

impl Told {
    /// Each slice that is covered as a whole: its seconds, and those outside of any incident.
    fn gathered(&self, request: &CaptureRequest) -> Gather {
        let mut gather = Gather::new(*request);
        let mut ahead = self.down.periods();
        let step = request.step_seconds;
        for end in (1..=request.slices()).map(|index| request.period.start + index * step) {
            let slice = Period { start: end - step, end };
            if slice.start < self.covers.start || slice.end > self.covers.end {
                continue;
            }
            while let Some((_, behind)) = ahead.split_first().filter(|(first, _)| first.end <= slice.start) {
                ahead = behind;
            }
            let of_it = ahead.iter().take_while(|down| down.start < slice.end).filter_map(|down| down.overlap(slice));
            let down: i64 = of_it.map(Period::seconds).sum();
            gather.push(end, Some(&Number::from(step - down)), Some(&Number::from(step)));
        }
        gather
    }
}

impl Source for IncidentSource {
    fn capture<'a>(
        &'a self,
        request: &'a CaptureRequest,
        progress: &'a dyn Progress,
    ) -> BoxFuture<'a, Result<Slices, CaptureError>> {
        let (source, request) = (self.clone(), *request);
        reading(&self.path, move || source.read(&request), progress)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::NoProgress;

    /// 2026-10-01 00:00 UTC, a multiple of an hour.
    const START: i64 = 1_790_812_800;
    const COVERED: &str = "# covers 2026-10-01T00:00:00Z/2026-10-01T00:05:00Z\n";
    const HEADER: &str = "id,began,detected,restored\n";

    fn capture(name: &str, text: &str, down_from: DownFrom) -> Result<Slices, CaptureError> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        let request = CaptureRequest { period: Period { start: START, end: START + 300 }, step_seconds: 60 };
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(IncidentSource::new(path, down_from).capture(&request, &NoProgress))
    }

    /// Good seconds of each of five minutes; −1 stands for one that is not known.
    #[track_caller]
    fn check(name: &str, text: &str, down_from: DownFrom, expected: [i64; 5]) {
        let slices = capture(name, text, down_from).unwrap_or_else(|error| panic!("{text}: {error}"));
        let found = [1, 2, 3, 4, 5].map(|index| {
            let row = slices.rows().iter().find(|row| row.t == START + index * 60);
            row.map_or(-1, |row| {
                assert_eq!(row.total, Some(60));
                row.good.expect("a number")
            })
        });
        assert_eq!(found, expected, "{text}");
        assert!(slices.provenance().query.contains("seconds outside of incidents"));
    }

    #[test]
    fn seconds_outside_of_any_incident_are_good() {
        #[track_caller]
        fn csv(rows: &str, began: [i64; 5], detected: [i64; 5]) {
            check("i.csv", &format!("{COVERED}{HEADER}{rows}"), DownFrom::Began, began);
            check("i.csv", &format!("{COVERED}{HEADER}{rows}"), DownFrom::Detected, detected);
        }
        csv("", [60; 5], [60; 5]);
        csv(
            "a,2026-10-01T00:01:10Z,2026-10-01T00:01:30Z,2026-10-01T00:02:01Z\n",
            [60, 10, 59, 60, 60],
            [60, 30, 59, 60, 60],
        );
        // Offsets, overlaps that count once, one that lasted no second, one before the period.
        csv(
            "a,2026-10-01T02:01:00+02:00,2026-10-01T02:01:00+02:00,2026-10-01T02:01:40+02:00\n\
             b,2026-10-01T00:01:20Z,2026-10-01T00:01:20Z,2026-10-01T00:01:50Z\n\
             c,2026-10-01T00:03:00Z,2026-10-01T00:03:00Z,2026-10-01T00:03:00Z\n\
             d,2026-09-01T00:00:00Z,2026-09-01T00:00:00Z,2026-10-01T00:00:05Z\n",
            [55, 10, 60, 60, 60],
            [55, 10, 60, 60, 60],
        );
        // Not restored: to the end of what is covered.
        csv("a,2026-10-01T00:03:50Z,2026-10-01T00:04:00Z,\n", [60, 60, 60, 50, 0], [60, 60, 60, 60, 0]);
    }

    #[test]
    fn what_a_file_does_not_cover_is_unknown() {
        let text = "\u{feff}# covers 2026-10-01T00:01:00Z/2026-10-01T00:03:30Z\r\nrestored,began,id,detected\r\n,2026-10-01T00:02:30Z,a,\r\n";
        check("i.csv", text, DownFrom::Began, [-1, 60, 30, -1, -1]);
        let json = r#"{"covers":{"from":"2026-10-01T00:01:00Z","to":"2026-10-01T00:03:30Z"},
            "incidents":[{"id":"a","began":"2026-10-01T00:02:30Z","restored":null}]}"#;
        check("i.json", json, DownFrom::Began, [-1, 60, 30, -1, -1]);
    }

    #[test]
    fn what_cannot_have_been_so_is_refused() {
        #[track_caller]
        fn refuse(name: &str, text: &str, code: &str, parts: &[&str]) {
            let error = capture(name, text, DownFrom::Detected).expect_err(text);
            assert_eq!(error.code(), code, "{error}");
            for part in parts {
                assert!(error.to_string().contains(part), "{error} does not say {part}");
            }
        }
        let csv = |rows: &str| format!("{COVERED}{HEADER}{rows}");
        let (one, two) = ("2026-10-01T00:01:00Z", "2026-10-01T00:02:00Z");
        refuse("i.csv", HEADER, "file.covers", &["id,began", "# covers"]);
        refuse("i.csv", "", "file.covers", &["nobody knows"]);
        refuse("i.csv", "# covers 2026-10-01/2026-10-02\n", "file.covers", &["2026-10-02"]);
        refuse("i.csv", &format!("# covers {two}/{one}\n"), "file.covers", &[]);
        refuse("i.csv", COVERED, "file.empty", &["no header"]);
        refuse("i.csv", &format!("{COVERED}id,began,restored\n"), "file.columns", &["i.csv:2", "no column detected"]);
        refuse("i.csv", &format!("{COVERED}id,began,detected,restored,who\n"), "file.columns", &["\"who\""]);
        refuse("i.csv", &csv("a,b\n"), "file.fields", &["i.csv:3", "found 2 fields"]);
        refuse("i.csv", &csv(&format!("a,11.10.2026,{one},\n")), "file.cell", &["i.csv:3", "column began", "offset"]);
        refuse("i.csv", &csv(&format!("a,2026-10-01T00:01:00,{one},\n")), "file.cell", &["column began"]);
        refuse("i.csv", &csv(&format!("a,,{one},\n")), "file.incident", &["\"a\"", "every incident has"]);
        refuse("i.csv", &csv(&format!(",{one},{one},\n")), "file.incident", &["no id"]);
        refuse(
            "i.csv",
            &csv(&format!("a,{one},{one},\na,{two},{two},\n")),
            "file.incident",
            &["i.csv:4", "second time"],
        );
        refuse("i.csv", &csv(&format!("a,{two},{one},\n")), "file.incident", &["before it began"]);
        refuse("i.csv", &csv(&format!("a,{one},{two},{one}\n")), "file.incident", &["restoration"]);
        refuse("i.csv", &csv(&format!("a,{one},,{two}\n")), "file.incident", &["counted from there"]);
        let later = "2026-10-01T00:05:00Z";
        refuse("i.csv", &csv(&format!("a,{later},{later},\n")), "file.incident", &["covers"]);
        let elsewhere = "# covers 2026-09-01T00:00:00Z/2026-10-01T00:00:00Z\n";
        refuse("i.csv", &format!("{elsewhere}{HEADER}"), "file.outside_period", &["2026-09-01"]);
        refuse("i.json", "{", "file.json", &["i.json:1"]);
        refuse("i.json", r#"{"incidents":[]}"#, "file.covers", &["no covers"]);
        refuse("i.json", r#"{"covers":{"from":"x","to":"y"},"incidents":[]}"#, "file.covers", &["\"x\" to \"y\""]);
        refuse("i.json", r#"{"incidents":[{"id":"a","started":"x"}]}"#, "file.json", &["started"]);
        refuse("i.xml", "", "file.ending", &[".csv or .json"]);
    }
}
