//! Files of other programs: the columns that a catalogue names, read from CSV and Parquet.

use polars::prelude::{
    Column, DataFrame, DataType, IntoColumn, NamedFrom, ParquetWriter, Series, TimeUnit as Unit, TimeZone,
};
use proptest::prelude::*;
use sla_capture::{CaptureError, CaptureRequest, FileSource, NoProgress, Slices, Source, answers, encode};
use sla_core::catalogue::{Bound, Comparison, FileColumns};
use sla_core::plan::{FileContent, What};
use sla_core::time::Period;

/// Five slices of a minute from here: 2026-09-30T22:00:00Z.
const START: i64 = 1_790_805_600;
type Kept = (i64, Option<i64>, Option<i64>);

fn columns(json: &str) -> FileColumns {
    serde_json::from_str(json).expect("columns")
}

fn read(name: &str, bytes: &[u8], content: FileContent, columns: Option<FileColumns>) -> Result<Slices, CaptureError> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a file");
    let request = CaptureRequest { period: Period::new(START, START + 300).expect("a period"), step_seconds: 60 };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(FileSource::new(path, content).with_columns(columns).capture(&request, &NoProgress))
}

fn capture(name: &str, bytes: &[u8], columns: &FileColumns) -> Result<Slices, CaptureError> {
    let content = if columns.value.is_some() { FileContent::Consumption } else { FileContent::Counts };
    read(name, bytes, content, Some(columns.clone()))
}

#[track_caller]
fn check(name: &str, bytes: &[u8], json: &str, expected: &[Kept]) {
    let slices = capture(name, bytes, &columns(json)).unwrap_or_else(|error| panic!("{error}"));
    let scale = slices.provenance().scale;
    let unscaled = |count: Option<i64>| count.map(|count| count / scale);
    let rows: Vec<Kept> =
        slices.rows().iter().map(|row| (row.t - START, unscaled(row.good), unscaled(row.total))).collect();
    assert_eq!(rows, expected, "{json} of {}", String::from_utf8_lossy(bytes));
}

#[track_caller]
fn refuse(name: &str, bytes: &[u8], json: &str, code: &str, parts: &[&str]) {
    let error = capture(name, bytes, &columns(json)).expect_err("refused");
    assert_eq!(error.code(), code, "{error}");
    for part in parts {
        assert!(error.to_string().contains(part), "{error} does not say {part}");
    }
}

const BAD_FROM_START: &str =
    r#"{ "time": "timestamp", "marks": "start", "unit": "milliseconds", "bad": "errors", "total": "requests" }"#;
const GOOD_AT_END: &str = r#"{ "time": "at", "marks": "end", "good": "ok", "total": "all" }"#;

#[test]
fn csv_of_other_programs_is_read_by_its_columns() {
    #[track_caller]
    fn csv(text: &str, json: &str, expected: &[Kept]) {
        check("apm.csv", text.as_bytes(), json, expected);
    }
    let two: &[Kept] = &[(60, Some(58), Some(60)), (120, Some(60), Some(60))];
    // A start in milliseconds is the end a slice later; other columns are passed over, twice or empty as they may be.
    csv(
        "service,timestamp,requests,errors,p99,note,note\nshop,1790805600000,60,2,0.3,,\nshop,1790805660000,60,0,,\"a,b\",\n",
        BAD_FROM_START,
        two,
    );
    csv("at,ok,all\n1790805660,58,60\n1790805720,60,60\n", GOOD_AT_END, two);
    // Text with any offset, a fraction of nothing, a small letter.
    csv(
        "at,ok,all\n2026-10-01T00:01:00+02:00,58,60\n2026-09-30T22:02:00.000Z,60,60\n2026-09-30T14:03:00-08:00,1,1\n\
         2026-09-30t22:04:00z,2,2\n",
        GOOD_AT_END,
        &[two, &[(180, Some(1), Some(1)), (240, Some(2), Some(2))]].concat(),
    );
    // Text says its unit itself, and the numbers beside it count what unit says.
    csv("timestamp,requests,errors\n2026-09-30T22:00:00Z,60,2\n1790805660000,60,0\n", BAD_FROM_START, two);
    for (unit, zeros) in [("seconds", ""), ("microseconds", "000000"), ("nanoseconds", "000000000")] {
        let json = BAD_FROM_START.replace("milliseconds", unit);
        let text = format!("timestamp,requests,errors\n1790805600{zeros},60,2\n1790805660{zeros},60,0\n");
        csv(&text, &json, two);
    }
    // Without one they are seconds.
    csv(
        "at,ok,all\n1790805660,58,60\n1790805720,60,60\n",
        &GOOD_AT_END.replace("\"at\", ", "\"at\", \"unit\": \"seconds\", "),
        two,
    );
    // What is unknown of either is no good event and no bad one; what cannot be is for the measure room to judge.
    csv(
        "timestamp,requests,errors\n1790805600000,60,\n1790805660000,,1\n1790805720000,60,NaN\n1790805780000,1,3\n1790805840000,0,0\n",
        BAD_FROM_START,
        &[
            (60, None, Some(60)),
            (120, None, None),
            (180, None, Some(60)),
            (240, Some(-2), Some(1)),
            (300, Some(0), Some(0)),
        ],
    );
    // Borders: the slice that begins with the period is its first, the one that begins with its end is none.
    csv(
        "timestamp,requests,errors\n1790805540000,9,9\n1790805600000,4,0\n1790805840000,5,0\n1790805900000,9,9\n",
        BAD_FROM_START,
        &[(60, Some(4), Some(4)), (300, Some(5), Some(5))],
    );
    csv(
        "Time (UTC),GPU hours\n1790805600,3\n1790805660,\n",
        r#"{ "time": "Time (UTC)", "marks": "start", "value": "GPU hours" }"#,
        &[(60, Some(3), Some(3)), (120, None, None)],
    );
}

#[test]
fn decimals_of_bad_events_are_taken_off_exactly() {
    let text = "timestamp,requests,errors\n1790805600000,0.3,0.1\n";
    let slices = capture("apm.csv", text.as_bytes(), &columns(BAD_FROM_START)).expect("slices");
    let row = &slices.rows()[0];
    assert_eq!((slices.provenance().scale, row.good, row.total), (1_000_000, Some(200_000), Some(300_000)));
}

#[test]
fn csv_whose_columns_say_something_else_is_refused() {
    #[track_caller]
    fn csv(text: &str, code: &str, parts: &[&str]) {
        refuse("apm.csv", text.as_bytes(), BAD_FROM_START, code, parts);
    }
    let header = "timestamp,requests,errors";
    let with = |rows: &str| format!("{header}\n1790805600000,60,2\n{rows}\n");
    csv("", "file.empty", &["apm.csv has no content"]);
    csv(&format!("{header}\n"), "file.empty", &["no rows"]);
    csv(
        "timestamp,request,errors\n1790805600000,60,2\n",
        "file.columns",
        &[
            "apm.csv:1: found no column requests, expected the columns timestamp, errors, requests, among any others",
            "the file has \"timestamp\", \"request\", \"errors\"",
        ],
    );
    csv("Timestamp,requests,errors\n", "file.columns", &["no column timestamp"]);
    csv("timestamp;requests;errors\n", "file.columns", &["separate them with commas", "\"timestamp;requests;errors\""]);
    csv("timestamp,requests,errors,errors\n", "file.columns", &["the column errors twice"]);
    let many: Vec<String> = (0..99).map(|index| format!("c{index}")).collect();
    csv(&many.join(","), "file.columns", &["\"c19\", …"]);
    csv(&with("1790805660000,60"), "file.fields", &["apm.csv:3"]);
    csv(&with("1790805660000,60,few"), "file.cell", &["apm.csv:3, column errors: found \"few\""]);
    for time in [
        "",
        "1790805660001",
        "1790805660",
        "-60000",
        "1.79080566e12",
        "2026-09-30T22:01:00",
        "2026-09-30 22:01",
        "2026-09-30T22:01:00.5Z",
        "2026-09-30T22:01:60Z",
        "30.09.2026 22:01",
        "99999999999999999999",
    ] {
        // A number of seconds is a time of January 1970 when it counts milliseconds, and a fraction of one.
        let parts = ["apm.csv:3, column timestamp: found \"", "Unix milliseconds as unit says"];
        csv(&with(&format!("{time},60,0")), "file.cell", &parts);
    }
    let seconds = BAD_FROM_START.replace("\"unit\": \"milliseconds\", ", "");
    refuse(
        "apm.csv",
        with("").as_bytes(),
        &seconds,
        "file.cell",
        &["apm.csv:2, column timestamp", "unit: milliseconds"],
    );
    csv(
        &with("1790805661000,60,0"),
        "file.off_grid",
        &["apm.csv:3, column timestamp: found 2026-09-30T22:01:01Z, expected the start of a slice", "60 s"],
    );
    csv(&with("1790805630000,60,0"), "file.off_grid", &["2026-09-30T22:00:30Z"]);
    csv(
        &with("2026-10-01T00:00:00+02:00,60,0"),
        "file.duplicate",
        &["apm.csv:3, column timestamp: found 2026-09-30T22:00:00Z"],
    );
    csv(&format!("{header}\n1790719200000,1,1\n"), "file.outside_period", &["slices that end 2026-09-29T22:01:00Z"]);
    // An aggregate of five minutes would be the events of one, four minutes of five missing.
    let wide = |rows: i64| {
        let row = |index: i64| format!("{},60,0\n", (START - 3000 + 300 * index) * 1000);
        format!("{header}\n{}", (0..rows).map(row).collect::<String>())
    };
    csv(
        &wide(11),
        "file.off_grid",
        &["apm.csv, column timestamp: found rows every 300 s, expected one per slice of 60 s", "steps of 60 s"],
    );
    // A few rows may lie so by chance, where quiet minutes are left out.
    let few = format!("{header}\n1790805600000,60,0\n1790805840000,60,0\n");
    check("apm.csv", few.as_bytes(), BAD_FROM_START, &[(60, Some(60), Some(60)), (300, Some(60), Some(60))]);
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

fn errors() -> Column {
    column("errors", [Some(2_i64), None])
}

fn requests() -> Column {
    column("requests", [60_u32, 60])
}

/// Columns that nobody asked for, of types that are not read.
fn others() -> Vec<Column> {
    let text = "long ".repeat(20_000);
    let list = Series::new("spans".into(), [Series::new("".into(), [1_i64, 2, 3]), Series::new("".into(), [4_i64])]);
    vec![column("service", ["shop", text.as_str()]), column("is_sampled", [true, false]), list.into_column()]
}

#[test]
fn parquet_of_other_programs_is_read_by_its_columns() {
    #[track_caller]
    fn rows(time: Column, json: &str) {
        let kept: &[Kept] = &[(60, Some(58), Some(60)), (120, None, Some(60))];
        check("apm.parquet", &parquet(vec![requests(), time.clone(), errors()]), json, kept);
        let more = [others(), vec![errors(), time, requests()]].concat();
        check("apm.parquet", &parquet(more), json, kept);
    }
    let starts = [START, START + 60];
    for (unit, stored, per_second) in [
        ("milliseconds", Unit::Milliseconds, 1_000),
        ("microseconds", Unit::Microseconds, 1_000_000),
        ("nanoseconds", Unit::Nanoseconds, 1_000_000_000),
    ] {
        let units = starts.map(|start| start * per_second);
        let json = BAD_FROM_START.replace("milliseconds", unit);
        rows(column("timestamp", units), &json);
        rows(column("timestamp", units.map(i64::unsigned_abs)), &json);
        // A timestamp says its unit itself, and is an instant in whatever zone it is shown.
        let berlin = TimeZone::opt_try_new(Some("Europe/Berlin")).expect("a zone");
        for zone in [None, Some(TimeZone::UTC), berlin] {
            let time =
                Series::new("timestamp".into(), units).cast(&DataType::Datetime(stored, zone)).expect("instants");
            rows(time.into_column(), BAD_FROM_START);
        }
    }
    let seconds = BAD_FROM_START.replace("milliseconds", "seconds");
    rows(column("timestamp", starts.map(|start| i32::try_from(start).expect("before 2038"))), &seconds);
    rows(column("timestamp", starts.map(|start| u32::try_from(start).expect("before 2106"))), &seconds);
    rows(column("timestamp", [1_790_805_600_000.0, 1_790_805_660_000.0]), BAD_FROM_START);
}

#[test]
fn parquet_whose_columns_say_something_else_is_refused() {
    #[track_caller]
    fn rows(columns: Vec<Column>, code: &str, parts: &[&str]) {
        refuse("apm.parquet", &parquet(columns), BAD_FROM_START, code, parts);
    }
    let time = || column("timestamp", [START * 1000, (START + 60) * 1000]);
    rows(
        vec![time(), errors()],
        "file.columns",
        &["apm.parquet: found no column requests", "has \"timestamp\", \"errors\""],
    );
    rows(
        vec![column("timestamp", ["a", "b"]), errors(), requests()],
        "file.columns",
        &["timestamp of type str", "floats of 64 bits or timestamps"],
    );
    rows(vec![column("timestamp", [1.0_f32, 2.0]), errors(), requests()], "file.columns", &["timestamp of type f32"]);
    rows(
        vec![time(), column("errors", ["2", "0"]), requests()],
        "file.columns",
        &["errors of type str", "32 or 64 bits"],
    );
    rows(
        vec![column("timestamp", [Some(START * 1000), None]), errors(), requests()],
        "file.cell",
        &["row 2", "nothing"],
    );
    rows(
        vec![column("timestamp", [START, START + 61]), errors(), requests()],
        "file.cell",
        &["apm.parquet row 1, column timestamp: found 1790805600 units of 1/1000 s", "Unix milliseconds as unit says"],
    );
    for time in [f64::NAN, f64::INFINITY, 0.5, -1e300, 9e15] {
        let times = column("timestamp", [1_790_805_600_000.0, time]);
        rows(vec![times, errors(), requests()], "file.cell", &["row 2, column timestamp"]);
    }
    rows(vec![column("timestamp", [u64::MAX, 0]), errors(), requests()], "file.cell", &["row 1, column timestamp"]);
    let off = column("timestamp", [START * 1000, (START + 61) * 1000]);
    rows(vec![off, errors(), requests()], "file.off_grid", &["row 2, column timestamp", "start of a slice"]);
    let twice = column("timestamp", [START * 1000; 2]);
    rows(vec![twice, errors(), requests()], "file.duplicate", &["row 2, column timestamp"]);
}

#[test]
fn evidence_tells_which_columns_were_read() {
    let text = "timestamp,requests,errors\n1790805600000,60,2\n";
    let asked = columns(BAD_FROM_START);
    let slices = capture("apm.csv", text.as_bytes(), &asked).expect("slices");
    let provenance = slices.provenance();
    assert_eq!(
        provenance.query,
        "columns t, good, total; read from: time \"timestamp\" marks start, in milliseconds; bad \"errors\"; total \
         \"requests\""
    );
    let what = |content, columns| What::File { path: "nord/apm.csv".to_owned(), content, columns };
    let is_answered = |what: &What| answers(what, &provenance.query, &provenance.source);
    assert!(is_answered(&what(FileContent::Counts, Some(asked))));
    assert!(!is_answered(&what(FileContent::Counts, None)));
    for (from, to) in [("start", "end"), ("milliseconds", "seconds"), ("errors", "failures"), ("bad", "good")] {
        assert!(!is_answered(&what(FileContent::Counts, Some(columns(&BAD_FROM_START.replace(from, to))))), "{to}");
    }
    let bound = Bound { comparison: Comparison::AtMost, value: "0.3".parse().expect("a number") };
    let json = r#"{ "time": "at", "marks": "end", "value": "p99" }"#;
    let text = b"at,p99\n1790805660,0.3\n1790805720,0.4\n1790805780,\n";
    let slices = read("p99.csv", text, FileContent::Bounded(bound), Some(columns(json))).expect("slices");
    let kept: Vec<_> = slices.rows().iter().map(|row| (row.good, row.total)).collect();
    assert_eq!(kept, [(Some(1), Some(1)), (Some(0), Some(1)), (None, None)]);
    assert_eq!(
        slices.provenance().query,
        "columns t, value; good is value <= 0.3; read from: time \"at\" marks end, in seconds; value \"p99\""
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// The same rows under other names, from the start, counted in another unit, of bad events: the same slices.
    #[test]
    fn a_renamed_and_shifted_copy_gives_the_same_slices(
        rows in proptest::collection::btree_map(1_i64..=5, (proptest::option::of(0_i64..100), proptest::option::of(0_i64..100)), 1..=5),
        unit in proptest::sample::select(vec![("seconds", 1_i64), ("milliseconds", 1_000), ("nanoseconds", 1_000_000_000)]),
        is_bad in any::<bool>(),
        marks_start in any::<bool>(),
    ) {
        let known = |(good, total): &(Option<i64>, Option<i64>)| good.is_some() || total.is_some();
        prop_assume!(rows.values().any(known));
        // What is good of something unknown cannot be told by bad events.
        let good_of = |&(good, total): &(Option<i64>, Option<i64>)| good.filter(|_| !is_bad || total.is_some());
        let cell = |count: Option<i64>| count.map(|count| count.to_string()).unwrap_or_default();
        let mut plain = "t,good,total\n".to_owned();
        let (mut csv, mut times, mut firsts, mut totals) = ("x,Zeit,Fehler,Alle\n".to_owned(), Vec::new(), Vec::new(), Vec::new());
        for (slice, counts) in &rows {
            let (end, good) = (START + slice * 60, good_of(counts));
            plain += &format!("{end},{},{}\n", cell(good), cell(counts.1));
            let time = (if marks_start { end - 60 } else { end }) * unit.1;
            let first = if is_bad { counts.1.zip(good).map(|(total, good)| total - good) } else { good };
            csv += &format!("x,{time},{},{}\n", cell(first), cell(counts.1));
            times.push(time);
            firsts.push(first);
            totals.push(counts.1);
        }
        let (edge, part) = (if marks_start { "start" } else { "end" }, if is_bad { "bad" } else { "good" });
        let json = format!(r#"{{ "time": "Zeit", "marks": "{edge}", "unit": "{}", "{part}": "Fehler", "total": "Alle" }}"#, unit.0);
        let mapping = columns(&json);
        let Ok(expected) = read("plain.csv", plain.as_bytes(), FileContent::Counts, None) else {
            prop_assert!(capture("own.csv", csv.as_bytes(), &mapping).is_err());
            return Ok(());
        };
        let own = capture("own.csv", csv.as_bytes(), &mapping).expect("slices");
        prop_assert_eq!(own.rows(), expected.rows());
        let bytes = parquet(vec![column("Alle", totals), column("Zeit", times), column("Fehler", firsts)]);
        let own = capture("own.parquet", &bytes, &mapping).expect("slices");
        prop_assert_eq!(own.rows(), expected.rows());
        prop_assert!(encode(&own) != encode(&expected), "another question is another record");
    }
}
