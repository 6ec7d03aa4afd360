use std::sync::Mutex;

use polars::prelude::{Column, DataFrame, DataType, IntoColumn, NamedFrom, ParquetWriter, Series, TimeUnit, TimeZone};
use sla_core::evidence::Note;
use sla_core::heartbeat::Unknown;
use sla_core::time::Period;

use super::*;
use crate::source::NoProgress;

/// Five slices of a minute from here.
const START: i64 = 1_790_805_600;
type Kept = (i64, Option<i64>, Option<i64>);

fn capture(name: &str, bytes: &[u8]) -> Result<Slices, CaptureError> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a file");
    run(&FileSource::new(path, FileContent::Counts), &NoProgress)
}

fn run(source: &FileSource, progress: &dyn Progress) -> Result<Slices, CaptureError> {
    let request = CaptureRequest { period: Period::new(START, START + 300).expect("a period"), step_seconds: 60 };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(source.capture(&request, progress))
}

#[track_caller]
fn check(name: &str, bytes: &[u8], scale: i64, expected: &[Kept]) {
    let slices = capture(name, bytes).expect("usable slices");
    let rows: Vec<Kept> = slices.rows().iter().map(|row| (row.t - START, row.good, row.total)).collect();
    assert_eq!(rows, expected, "{}", String::from_utf8_lossy(bytes));
    assert_eq!(slices.provenance().scale, scale);
}

#[track_caller]
fn refuse(name: &str, bytes: &[u8], code: &str, parts: &[&str]) {
    let error = capture(name, bytes).expect_err("refused");
    assert_eq!(error.code(), code, "{error}");
    for part in parts {
        assert!(error.to_string().contains(part), "{error} does not say {part}");
    }
}

#[test]
fn csv_is_read_in_any_order_of_rows_and_columns() {
    #[track_caller]
    fn csv(text: &str, scale: i64, expected: &[Kept]) {
        check("slices.csv", text.as_bytes(), scale, expected);
    }
    csv(
        "t,good,total\n1790805660,59,60\n1790805720,60,60\n",
        1,
        &[(60, Some(59), Some(60)), (120, Some(60), Some(60))],
    );
    csv("total,t,good\r\n60,1790805660,59\r\n", 1, &[(60, Some(59), Some(60))]);
    csv("t,good,total\n2026-09-30T22:01:00Z,59,60", 1, &[(60, Some(59), Some(60))]);
    csv("\u{feff}t, good, total\n 1790805660 , 59 , 60 \n\n", 1, &[(60, Some(59), Some(60))]);
    csv("\"t\",\"good\",\"total\"\n\"1790805660\",\"59\",\"60\"\n", 1, &[(60, Some(59), Some(60))]);
    // Unsorted rows, rows of other months, both borders.
    csv(
        "t,good,total\n1790805960,1,1\n1790805900,5,5\n1790805600,9,9\n1790805599,9,9\n1790805660,4,4\n",
        1,
        &[(60, Some(4), Some(4)), (300, Some(5), Some(5))],
    );
    // Unknown is not zero.
    csv(
        "t,good,total\n1790805660,,60\n1790805720,,\n1790805780,NaN,+Inf\n1790805840,0,0\n",
        1,
        &[(60, None, Some(60)), (120, None, None), (180, None, None), (240, Some(0), Some(0))],
    );
    csv(
        "t,good,total\n1790805660,59.5,60\n1790805720,1e2,0.0000015\n",
        1_000_000,
        &[(60, Some(59_500_000), Some(60_000_000)), (120, Some(100_000_000), Some(2))],
    );
    // A negative count and good > total are for the measure room to judge.
    csv(
        "t,good,total\n1790805660,-1,60\n1790805720,61,60\n",
        1,
        &[(60, Some(-1), Some(60)), (120, Some(61), Some(60))],
    );
}

#[test]
fn csv_that_is_no_evidence_is_refused_with_its_place() {
    #[track_caller]
    fn csv(text: &str, code: &str, parts: &[&str]) {
        refuse("slices.csv", text.as_bytes(), code, parts);
    }
    let header = "t,good,total\n1790805660,59,60\n";
    let with = |row: &str| format!("{header}{row}\n");
    csv("", "file.empty", &["slices.csv has no content"]);
    csv("\n\n", "file.empty", &["no content"]);
    csv("t,good,total\n", "file.empty", &["no rows"]);
    csv("t,good\n1790805660,59\n", "file.columns", &["slices.csv:1: found no column total"]);
    csv("t,good,total,note\n", "file.columns", &["found the column \"note\""]);
    csv("t,good,total,good\n", "file.columns", &["found the column good twice"]);
    csv("T,good,total\n", "file.columns", &["found the column \"T\""]);
    csv("t;good;total\n", "file.columns", &["\"t;good;total\"", "separate them with commas"]);
    csv("1790805660,59,60\n", "file.columns", &["found the column \"1790805660\""]);
    csv(
        &with("1790805720,59,5,60"),
        "file.fields",
        &["slices.csv:3: found 4 fields, expected 3", "point, not a comma"],
    );
    csv(&with("1790805720,59"), "file.fields", &["slices.csv:3: found 2 fields"]);
    csv(&with("1790805720,\"59,5\",60"), "file.cell", &["slices.csv:3, column good: found \"59,5\"", "decimal point"]);
    csv(&with("1790805720,59,sixty"), "file.cell", &["slices.csv:3, column total: found \"sixty\""]);
    csv(&with("1790805720,\"1,000\",60"), "file.cell", &["found \"1,000\""]);
    csv(&with("1790805720,=1+1,60"), "file.cell", &["found \"=1+1\""]);
    csv(&with(&format!("1790805720,{},60", "x".repeat(99))), "file.cell", &["x\"…, expected"]);
    for t in [
        "",
        "1790805720000",
        "1790805720.5",
        "-60",
        "2026-09-30T22:02:00",
        "2026-09-30T22:02:00+00:00",
        "2026-09-30 22:02:00Z",
        "2026-09-30T22:02:00z",
        "2026-09-30T22:02:00.5Z",
        "2026-9-30T22:02:00Z",
        "2026-02-30T22:02:00Z",
        "2026-09-30T22:01:60Z",
        "2300-01-01T00:00:00Z",
        "30.09.2026 22:02",
        "99999999999999999999",
    ] {
        csv(&with(&format!("{t},59,60")), "file.cell", &["slices.csv:3, column t: found \"", "not milliseconds"]);
    }
    csv(&with("1790805721,59,60"), "file.off_grid", &["slices.csv:3", "2026-09-30T22:02:01Z", "multiple of 60 s"]);
    csv(&with("1790805660,59,60"), "file.duplicate", &["slices.csv:3", "2026-09-30T22:01:00Z a second time"]);
    csv(&with("2026-09-30T22:01:00Z,59,60"), "file.duplicate", &["slices.csv:3"]);
    csv(
        "t,good,total\n1790805600,1,1\n1790719260,1,1\n",
        "file.outside_period",
        &["2026-09-29T22:01:00Z..2026-09-30T22:00:00Z", "2026-09-30T22:01:00Z..2026-09-30T22:05:00Z"],
    );
    csv("t,good,total\n1790805660,NaN,1\n1790805720,,\n", "capture.unusable", &["none of the 5 slices"]);
    // A multi-line field moves the lines after it.
    csv("t,good,total\n1790805660,\"\n59\",60\n1790805720,x,1\n", "file.cell", &["slices.csv:4, column good"]);

    let latin_1 = b"t,good,total\n1790805660,59\xb5,60\n";
    refuse("slices.csv", latin_1, "file.cell", &["slices.csv:2, column good", "not UTF-8", "Latin-1"]);
    let utf_16: Vec<u8> = header.encode_utf16().flat_map(u16::to_le_bytes).collect();
    refuse("slices.csv", &[b"\xff\xfe".as_slice(), &utf_16].concat(), "file.columns", &["slices.csv:1"]);
    refuse("slices.xlsx", b"PK", "file.kind", &["slices.xlsx ends with \"xlsx\", expected .csv or .parquet"]);
    refuse("slices", b"t,good,total\n", "file.kind", &["expected .csv or .parquet"]);
    refuse("slices.CSV", b"", "file.empty", &["slices.CSV has no content"]);
}

fn parquet(columns: Vec<Column>) -> Vec<u8> {
    let mut frame = DataFrame::new_infer_height(columns).expect("a frame");
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame).expect("a file");
    bytes
}

fn column<T, Phantom: ?Sized>(name: &str, values: T) -> Column
where
    Series: NamedFrom<T, Phantom>,
{
    Series::new(name.into(), values).into_column()
}

fn timestamps(units: &[i64], unit: TimeUnit, zone: Option<TimeZone>) -> Column {
    let integers = Series::new("t".into(), units);
    integers.cast(&DataType::Datetime(unit, zone)).expect("timestamps").into_column()
}

#[test]
fn parquet_is_read_in_the_types_that_others_write() {
    #[track_caller]
    fn rows(columns: Vec<Column>, scale: i64, expected: &[Kept]) {
        check("slices.parquet", &parquet(columns), scale, expected);
    }
    let kept: &[Kept] = &[(60, Some(59), Some(60)), (120, None, Some(60))];
    let ends = || column("t", [START + 60, START + 120]);
    let good = || column("good", [Some(59_i64), None]);
    let total = || column("total", [60_i64, 60]);
    rows(vec![ends(), good(), total()], 1, kept);
    rows(vec![total(), good(), ends()], 1, kept);
    rows(vec![ends(), column("good", [Some(59_i32), None]), column("total", [60_u32, 60])], 1, kept);
    rows(vec![ends(), column("good", [Some(59_u64), None]), column("total", [60.0_f32, 60.0])], 1, kept);
    rows(vec![ends(), column("good", [59.0, f64::NAN]), column("total", [60.0, 60.0])], 1, kept);
    rows(
        vec![ends(), column("good", [Some(59.0), None]), column("total", [60.0, f64::INFINITY])],
        1,
        &[(60, Some(59), Some(60)), (120, None, None)],
    );
    rows(
        vec![ends(), column("good", [0.1, 1e-9]), column("total", [0.3, 9e12])],
        1_000_000,
        &[(60, Some(100_000), Some(300_000)), (120, Some(0), Some(9_000_000_000_000_000_000))],
    );
    for (unit, per_second) in
        [(TimeUnit::Milliseconds, 1_000), (TimeUnit::Microseconds, 1_000_000), (TimeUnit::Nanoseconds, 1_000_000_000)]
    {
        let units = [(START + 60) * per_second, (START + 120) * per_second];
        rows(vec![timestamps(&units, unit, None), good(), total()], 1, kept);
        rows(vec![timestamps(&units, unit, Some(TimeZone::UTC)), good(), total()], 1, kept);
    }
    // Unsorted, with other months, and more rows than one portion.
    let many: Vec<i64> = (-400_000..400_000).rev().map(|slice| START + slice * 60).collect();
    let ones = vec![1_i64; many.len()];
    let expected = [60, 120, 180, 240, 300].map(|t| (t, Some(1), Some(1)));
    rows(vec![column("t", many), column("good", ones.clone()), column("total", ones)], 1, &expected);
}

#[test]
fn parquet_that_is_no_evidence_is_refused_with_its_place() {
    #[track_caller]
    fn rows(columns: Vec<Column>, code: &str, parts: &[&str]) {
        refuse("slices.parquet", &parquet(columns), code, parts);
    }
    let ends = || column("t", [START + 60, START + 120]);
    let good = || column("good", [59_i64, 60]);
    let total = || column("total", [60_i64, 60]);
    rows(vec![ends(), good()], "file.columns", &["slices.parquet: found no column total"]);
    rows(vec![ends(), good(), total(), column("note", ["a", "b"])], "file.columns", &["the column \"note\""]);
    rows(vec![column("t", ["a", "b"]), good(), total()], "file.columns", &["t of type str", "a timestamp in UTC"]);
    rows(vec![column("t", [1.0, 2.0]), good(), total()], "file.columns", &["t of type f64"]);
    rows(vec![ends(), column("good", ["59", "60"]), total()], "file.columns", &["good of type str", "32 or 64 bits"]);
    rows(vec![ends(), good(), column("total", [true, false])], "file.columns", &["total of type bool"]);
    rows(
        vec![column("t", [Some(START + 60), None]), good(), total()],
        "file.cell",
        &["slices.parquet row 2", "nothing"],
    );
    let milliseconds = column("t", [(START + 60) * 1_000, (START + 120) * 1_000]);
    rows(
        vec![milliseconds, good(), total()],
        "file.cell",
        &["row 1, column t: found 1790805660000", "not milliseconds"],
    );
    let fractions = timestamps(&[(START + 60) * 1_000, (START + 120) * 1_000 + 1], TimeUnit::Milliseconds, None);
    rows(vec![fractions, good(), total()], "file.cell", &["row 2, column t: found 1790805720001 units of 1/1000 s"]);
    rows(vec![column("t", [START + 60, START + 121]), good(), total()], "file.off_grid", &["slices.parquet row 2"]);
    rows(vec![column("t", [START + 60, START + 60]), good(), total()], "file.duplicate", &["slices.parquet row 2"]);
    rows(vec![column("t", [START, START - 60]), good(), total()], "file.outside_period", &["2026-09-30T22:00:00Z"]);
    let none: [i64; 0] = [];
    rows(vec![column("t", none), column("good", none), column("total", none)], "file.empty", &["no rows"]);
    refuse("slices.parquet", b"", "file.empty", &["no content"]);
    refuse("slices.parquet", b"t,good,total\n", "file.parquet", &["no readable Parquet file"]);
    let bytes = parquet(vec![ends(), good(), total()]);
    refuse("slices.parquet", &bytes[..bytes.len() - 1], "file.parquet", &["no readable Parquet file"]);
    refuse("slices.parquet", b"PAR1\xff\xff\xff\x7fPAR1", "file.parquet", &["no readable Parquet file"]);
    // A footer that the reader would panic on.
    for position in bytes.len() - 300..bytes.len() {
        let mut altered = bytes.clone();
        altered[position] ^= 0x15;
        if let Err(error) = capture("slices.parquet", &altered) {
            assert!(error.code().starts_with("file.") && error.code() != "file.read", "{error}");
        }
    }
}

#[test]
fn provenance_names_the_file_and_its_hash_but_no_path() {
    #[track_caller]
    fn check(name: &str, bytes: &[u8], version: &str) {
        let slices = capture(name, bytes).expect("usable slices");
        let provenance = slices.provenance();
        assert_eq!(provenance.source, format!("file {name} sha256 {}", sha256_hex(bytes)));
        assert_eq!(provenance.query, "columns t, good, total");
        assert_eq!(provenance.server_version, version);
        assert_eq!((provenance.from, provenance.to, provenance.step_seconds), (START, START + 300, 60));
        let note = |column: &str| Note::NoNumber {
            column: column.to_owned(),
            slices: 4,
            first_end: "2026-09-30T22:02:00Z".to_owned(),
        };
        assert_eq!(provenance.notes, [note("good"), note("total")]);
        assert!(provenance.warnings.is_empty(), "only a source warns");
    }
    check("slices.csv", b"t,good,total\n1790805660,59,60\n", "csv");
    let columns = vec![column("t", [START + 60]), column("good", [59_i64]), column("total", [60_i64])];
    check("slices.parquet", &parquet(columns), "parquet");
}

#[test]
fn files_that_cannot_be_read_are_named() {
    #[track_caller]
    fn check(path: PathBuf, part: &str) {
        let error = run(&FileSource::new(path, FileContent::Counts), &NoProgress).expect_err("refused");
        assert_eq!(error.code(), "file.read");
        assert!(error.to_string().contains(part), "{error}");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    check(folder.path().join("nowhere.csv"), "nowhere.csv cannot be read");
    std::fs::create_dir(folder.path().join("folder.csv")).expect("a folder");
    check(folder.path().join("folder.csv"), "it is no file");
}

#[test]
fn files_over_the_limit_are_refused_unread() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, limit) in [("a.csv", MAX_CSV_BYTES), ("a.parquet", MAX_PARQUET_BYTES)] {
        let path = folder.path().join(name);
        // A hole in the file: nothing is written to the disk.
        File::create(&path).and_then(|file| file.set_len(limit + 1)).expect("a sparse file");
        let error = run(&FileSource::new(path, FileContent::Counts), &NoProgress).expect_err("refused");
        assert_eq!(error.code(), "file.too_large");
        assert!(error.to_string().contains(&format!("has {} bytes", limit + 1)), "{error}");
    }
}

#[test]
fn a_file_is_one_step() {
    #[derive(Default)]
    struct Steps(Mutex<Vec<(u64, u64)>>);
    impl Progress for Steps {
        fn step(&self, done: u64, of: u64) {
            self.0.lock().expect("no panic").push((done, of));
        }
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.csv");
    std::fs::write(&path, "t,good,total\n1790805660,59,60\n").expect("a file");
    let steps = Steps::default();
    run(&FileSource::new(path, FileContent::Counts), &steps).expect("usable slices");
    assert_eq!(*steps.0.lock().expect("no panic"), [(1, 1)]);
}

#[test]
fn a_reader_that_dies_is_an_error_of_its_file() {
    struct Never;
    impl Progress for Never {
        fn step(&self, done: u64, of: u64) {
            panic!("{done} of {of} although nothing was read");
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let path = Path::new("month.csv");
    let error = runtime.block_on(reading(path, || panic!("a defect"), &Never)).expect_err("no slices");
    assert_eq!(error.code(), "file.read");
    assert!(error.to_string().contains("month.csv"), "{error}");
}

#[test]
fn a_value_is_consumed_or_keeps_its_bound() {
    let bound: sla_core::catalogue::Threshold =
        serde_json::from_str(r#"{ "atMost": "0.5", "unit": "s" }"#).expect("a threshold");
    let bounded = FileContent::Bounded(bound.bound().expect("one bound"));
    #[track_caller]
    fn check(content: FileContent, query: &str, scale: i64, expected: &[Kept]) {
        // On the bound, above it by as little as a decimal can say, unknown, no number.
        let text = "t,value\n1790805660,0.5\n1790805720,0.50000000000000000001\n1790805780,\n1790805840,NaN\n";
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("values.csv");
        std::fs::write(&path, text).expect("a file");
        let slices = run(&FileSource::new(path, content), &NoProgress).expect("usable slices");
        let rows: Vec<Kept> = slices.rows().iter().map(|row| (row.t - START, row.good, row.total)).collect();
        assert_eq!(rows, expected);
        assert_eq!((slices.provenance().query.as_str(), slices.provenance().scale), (query, scale));
    }
    let unknown = [(180, None, None), (240, None, None)];
    let kept = [[(60, Some(1), Some(1)), (120, Some(0), Some(1))], unknown].concat();
    check(bounded, "columns t, value; good is value <= 0.5", 1, &kept);
    let half = Some(500_000);
    let consumed = [[(60, half, half), (120, half, half)], unknown].concat();
    check(FileContent::Consumption, "columns t, value", 1_000_000, &consumed);
}

#[test]
fn columns_of_the_other_content_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("values.csv");
    std::fs::write(&path, "t,good,total\n1790805660,1,1\n").expect("a file");
    let error = run(&FileSource::new(path, FileContent::Consumption), &NoProgress).expect_err("refused");
    assert_eq!(error.code(), "file.columns");
    assert!(error.to_string().contains("expected exactly the columns t, value,"), "{error}");
}

#[test]
fn beats_become_slices_by_what_silence_means() {
    let terms: sla_core::heartbeat::HeartbeatTerms = serde_json::from_value(serde_json::json!({
        "intervalSeconds": 60, "graceSeconds": 0, "downWhen": { "probes": 1, "of": 1 }, "sliceDown": "any",
    }))
    .expect("terms");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("beats.csv");
    // Good, failed, silent while the probe beats for another target, silent altogether, good again.
    let rows = [("api", 0, 1), ("api", 60, 0), ("other", 120, 1), ("other", 180, 1), ("api", 240, 1), ("api", 300, 1)];
    let text = rows.map(|(target, at, ok)| format!("{},north,{target},{ok}\n", START + at)).concat();
    std::fs::write(&path, format!("t,probe,target,ok\n{text}")).expect("a file");
    let source = BeatSource::new(&path, "api", terms);
    let slices = read(&source).expect("usable slices");
    let rows: Vec<Kept> = slices.rows().iter().map(|row| (row.t - START, row.good, row.total)).collect();
    let slice = |t, good| (t, Some(good), Some(1));
    assert_eq!(rows, [slice(60, 1), slice(120, 0), slice(180, 0), slice(240, 0), slice(300, 1)]);
    let provenance = slices.provenance();
    assert!(
        provenance.query.starts_with("target api; a beat every 60 s, 0 s grace; down when 1 of 1"),
        "{}",
        provenance.query
    );
    assert!(provenance.source.starts_with("file beats.csv sha256 ") && provenance.source.ends_with("probes north"));

    #[track_caller]
    fn refused(source: &BeatSource, code: &str, part: &str) {
        let error = read(source).expect_err("refused");
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(part), "{error}");
    }
    refused(&BeatSource::new(&path, "web", terms), "file.no_target", "expected one of: api, other");
    refused(&BeatSource::new(folder.path().join("absent.csv"), "api", terms), "file.read", "absent.csv");
    std::fs::write(&path, "t,probe,target,ok\nnow,north,api,1\n").expect("a file");
    refused(&source, "file.beats", "beats.csv:2");
    std::fs::write(&path, format!("t,probe,target,ok\n{START},north,api,1\n{START},south,api,1\n")).expect("a file");
    refused(&source, "file.heartbeats", "2 probes (north, south)");
}

#[test]
fn a_monitor_that_was_away_itself_proves_nothing() {
    let terms: sla_core::heartbeat::HeartbeatTerms = serde_json::from_value(serde_json::json!({
        "intervalSeconds": 60, "graceSeconds": 0, "downWhen": { "probes": 1, "of": 1 }, "sliceDown": "any",
    }))
    .expect("terms");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("beats.csv");
    let text = [0, 60, 240, 300].map(|at| format!("{},north,api,1\n", START + at)).concat();
    std::fs::write(&path, format!("t,probe,target,ok\n{text}")).expect("a file");
    let slices = read(&BeatSource::new(&path, "api", terms)).expect("usable slices");
    let known: Vec<Option<i64>> = slices.rows().iter().map(|row| row.good).collect();
    assert_eq!(known, [Some(1), Some(1), None, None, Some(1)]);
    let silent = Note::NoBeats { reason: Unknown::ProbeSilent, seconds: 120 };
    assert!(slices.provenance().notes.contains(&silent), "{:?}", slices.provenance().notes);
}

fn read(source: &BeatSource) -> Result<Slices, CaptureError> {
    let request = CaptureRequest { period: Period::new(START, START + 300).expect("a period"), step_seconds: 60 };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(source.capture(&request, &NoProgress))
}
