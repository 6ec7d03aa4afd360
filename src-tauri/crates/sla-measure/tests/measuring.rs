//! Evidence files in, measurements out: a table of what slices say, and what is refused.

use std::path::{Path, PathBuf};

use polars::prelude::{DataFrame, NamedFrom, ParquetWriter, Series};
use proptest::prelude::*;
use sla_core::evidence::{COLUMN_END, COLUMN_GOOD, COLUMN_TOTAL, Provenance};
use sla_core::interval::IntervalSet;
use sla_core::measurement::{Measurement, Scope, Tally};
use sla_core::ratio::Ratio;
use sla_core::record::UnknownReason::{self, GoodAboveTotal, Missing, Unusable};
use sla_core::time::{Month, Period};
use sla_measure::{MeasureError, measure};

type Row = (i64, Option<i64>, Option<i64>);

const STEP_SECONDS: i64 = 60;
const START: i64 = 6_000;

/// Ten slices of a minute from [`START`], all in service, a slice of less than 90 % is down.
fn scope() -> Scope {
    let period = minutes(0, 10);
    Scope {
        period,
        step_seconds: STEP_SECONDS,
        service: period.into(),
        excluded: IntervalSet::default(),
        days: Vec::new(),
        slice_target: Ratio::new(9, 10),
        minimum_events: None,
        wants_ratio_sum: true,
    }
}

fn minutes(from: i64, to: i64) -> Period {
    Period::new(START + from * 60, START + to * 60).expect("a period")
}

fn provenance(scope: &Scope) -> Provenance {
    Provenance {
        query: String::new(),
        source: String::new(),
        server_version: String::new(),
        from: scope.period.start,
        to: scope.period.end,
        step_seconds: scope.step_seconds,
        scale: 1,
        warnings: Vec::new(),
        notes: Vec::new(),
        pieces: Vec::new(),
    }
}

fn write(folder: &Path, rows: &[Row]) -> PathBuf {
    let path = folder.join("evidence.parquet");
    let ends = Series::new(COLUMN_END.into(), rows.iter().map(|row| row.0).collect::<Vec<i64>>());
    let good = Series::new(COLUMN_GOOD.into(), rows.iter().map(|row| row.1).collect::<Vec<Option<i64>>>());
    let total = Series::new(COLUMN_TOTAL.into(), rows.iter().map(|row| row.2).collect::<Vec<Option<i64>>>());
    let mut frame = DataFrame::new(rows.len(), vec![ends.into(), good.into(), total.into()]).expect("three columns");
    let file = std::fs::File::create(&path).expect("a file in the temporary folder");
    ParquetWriter::new(file).finish(&mut frame).expect("Parquet");
    path
}

fn measured(rows: &[Row], scope: &Scope) -> Result<Measurement, MeasureError> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    measure(&write(folder.path(), rows), &provenance(scope), scope)
}

/// Minute `index`, counted from 1 by its end.
fn row(index: i64, good: i64, total: i64) -> Row {
    (START + index * 60, Some(good), Some(total))
}

fn all_good() -> Vec<Row> {
    (1..=10).map(|index| row(index, 10, 10)).collect()
}

/// What is expected of the ten minutes, in minutes.
#[derive(Default)]
struct Expected<'a> {
    counted: (i64, i128, i128),
    excluded: (i64, i128, i128),
    bad: &'a [(i64, i64)],
    quiet: &'a [(i64, i64)],
    unknown: &'a [(i64, i64, UnknownReason)],
}

#[track_caller]
fn check(rows: &[Row], scope: &Scope, expected: &Expected<'_>) {
    let got = measured(rows, scope).expect("sound evidence");
    let sums = |tally: &Tally| (tally.slices, tally.good, tally.total);
    assert_eq!(sums(&got.counted), expected.counted, "counted");
    assert_eq!(sums(&got.excluded), expected.excluded, "excluded");
    let bad: Vec<Period> = got.bad.iter().map(|run| run.period).collect();
    assert_eq!(bad, expected.bad.iter().map(|&(from, to)| minutes(from, to)).collect::<Vec<_>>(), "bad");
    assert_eq!(got.quiet, expected.quiet.iter().map(|&(from, to)| minutes(from, to)).collect(), "quiet");
    let unknown: Vec<_> = expected.unknown.iter().map(|&(from, to, why)| (minutes(from, to), why)).collect();
    assert_eq!(got.unknown, unknown, "unknown");
}

fn with(changes: &[(i64, Option<i64>, Option<i64>)]) -> Vec<Row> {
    let mut rows = all_good();
    for &(index, good, total) in changes {
        rows[usize::try_from(index - 1).expect("from 1")] = (START + index * 60, good, total);
    }
    rows
}

#[test]
fn every_slice_lands_in_one_place() {
    check(&all_good(), &scope(), &Expected { counted: (10, 100, 100), ..Expected::default() });
    // 9 of 10 reaches 90 % exactly, 8 of 10 does not; two bad slices that touch are one outage.
    check(
        &with(&[(3, Some(9), Some(10)), (5, Some(8), Some(10)), (6, Some(0), Some(10)), (9, Some(0), Some(1))]),
        &scope(),
        &Expected { counted: (10, 77, 91), bad: &[(4, 6), (8, 9)], ..Expected::default() },
    );
    check(
        &with(&[(1, Some(0), Some(0)), (10, Some(0), Some(0))]),
        &scope(),
        &Expected { counted: (8, 80, 80), quiet: &[(0, 1), (9, 10)], ..Expected::default() },
    );
    // Nulls, negative counts and more good events than events are unknown, each for its own reason.
    check(
        &with(&[
            (1, None, Some(10)),
            (2, Some(10), None),
            (3, None, None),
            (4, Some(-1), Some(10)),
            (5, Some(11), Some(10)),
            (6, Some(1), Some(0)),
            (7, Some(0), Some(-1)),
        ]),
        &scope(),
        &Expected {
            counted: (3, 30, 30),
            unknown: &[(0, 4, Unusable), (4, 6, GoodAboveTotal), (6, 7, Unusable)],
            ..Expected::default()
        },
    );
}

#[test]
fn what_is_not_there_is_unknown() {
    let some = |range: std::ops::RangeInclusive<i64>| range.map(|index| row(index, 10, 10)).collect::<Vec<Row>>();
    let missing = |rows: Vec<Row>, counted, unknown: &[(i64, i64, UnknownReason)]| {
        check(&rows, &scope(), &Expected { counted, unknown, ..Expected::default() });
    };
    missing(Vec::new(), (0, 0, 0), &[(0, 10, Missing)]);
    missing(some(1..=9), (9, 90, 90), &[(9, 10, Missing)]);
    missing(some(2..=10), (9, 90, 90), &[(0, 1, Missing)]);
    missing([some(1..=3), some(6..=10)].concat(), (8, 80, 80), &[(3, 5, Missing)]);
    // A gap and a null side by side keep their reasons.
    let null = vec![(START + 6 * 60, None, None)];
    missing([some(1..=3), null, some(7..=10)].concat(), (7, 70, 70), &[(3, 5, Missing), (5, 6, Unusable)]);
}

#[test]
fn only_service_time_counts_and_exclusions_count_apart() {
    let mut hours = scope();
    hours.service = [minutes(0, 3), minutes(5, 10)].into_iter().collect();
    hours.excluded = minutes(7, 9).into();
    // Down outside service hours is nothing; across the exclusion's border an outage is split.
    let rows = with(&[(4, Some(0), Some(10)), (7, Some(0), Some(10)), (8, Some(0), Some(10)), (10, None, None)]);
    check(
        &rows,
        &hours,
        &Expected {
            counted: (5, 40, 50),
            excluded: (2, 10, 20),
            bad: &[(6, 7), (7, 8)],
            unknown: &[(9, 10, Unusable)],
            ..Expected::default()
        },
    );
    let gap: Vec<Row> = all_good().into_iter().filter(|row| !(START + 180..=START + 360).contains(&row.0)).collect();
    check(
        &gap,
        &hours,
        &Expected {
            counted: (4, 40, 40),
            excluded: (2, 20, 20),
            unknown: &[(2, 3, Missing), (5, 6, Missing)],
            ..Expected::default()
        },
    );
}

#[test]
fn without_a_slice_target_only_a_slice_without_any_good_event_is_down() {
    let scope = Scope { slice_target: None, ..scope() };
    let rows = with(&[(3, Some(1), Some(1_000)), (5, Some(0), Some(1))]);
    check(&rows, &scope, &Expected { counted: (10, 81, 1_081), bad: &[(4, 5)], ..Expected::default() });
}

#[test]
fn a_slice_with_fewer_events_than_the_contract_asks_is_quiet() {
    let scope = Scope { minimum_events: Some(5), ..scope() };
    let rows = with(&[(3, Some(0), Some(4)), (4, Some(0), Some(5)), (5, Some(4), Some(4)), (6, Some(0), Some(0))]);
    let quiet = &[(2, 3), (4, 6)];
    check(&rows, &scope, &Expected { counted: (7, 60, 65), bad: &[(3, 4)], quiet, ..Expected::default() });
}

#[test]
fn counts_beyond_32_bits_stay_exact() {
    let huge = i64::MAX;
    let rows =
        with(&[(1, Some(huge), Some(huge)), (2, Some(huge - 1), Some(huge)), (3, Some(huge / 10 * 8), Some(huge))]);
    let sum = i128::from(huge) * 2 - 1 + i128::from(huge / 10 * 8) + 70;
    let counted = (10, sum, i128::from(huge) * 3 + 70);
    check(&rows, &scope(), &Expected { counted, bad: &[(2, 3)], ..Expected::default() });
}

#[test]
fn ratios_are_added_exactly() {
    let rows = with(&[(1, Some(1), Some(3)), (2, Some(2), Some(7)), (3, Some(0), Some(0))]);
    let got = measured(&rows, &scope()).expect("sound evidence");
    assert_eq!(got.counted.ratio_sum, Ratio::new(7 * 21 + 7 + 6, 21));
    let unwanted = measured(&rows, &Scope { wants_ratio_sum: false, ..scope() }).expect("sound evidence");
    assert_eq!(unwanted.counted.ratio_sum, None);
}

/// 745 hours, a day of 25 of them: every day gets its own events, and the days together are the month.
#[test]
fn days_are_local_across_a_clock_change() {
    let zone = "Europe/Berlin".parse().expect("a zone");
    let month: Month = "2026-10".parse().expect("a month");
    let period = month.period(zone);
    let scope = Scope { period, service: period.into(), days: month.days(zone).collect(), ..scope() };
    let rows: Vec<Row> = (1..=745 * 60).map(|index| (period.start + index * 60, Some(1), Some(1))).collect();
    let got = measured(&rows, &scope).expect("sound evidence");
    assert_eq!(got.counted.slices, 745 * 60);
    let by_day: Vec<i64> = got.days.iter().map(|day| day.counted.slices).collect();
    let mut expected = vec![24 * 60; 31];
    expected[24] = 25 * 60;
    assert_eq!(by_day, expected);
}

#[test]
fn evidence_that_does_not_fit_is_refused() {
    #[track_caller]
    fn refused(rows: &[Row], change: impl Fn(&mut Provenance, &mut Scope), expected: &str) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut scope = scope();
        let mut provenance = provenance(&scope);
        change(&mut provenance, &mut scope);
        let error = measure(&write(folder.path(), rows), &provenance, &scope).expect_err("refused");
        assert!(error.to_string().contains(expected), "{error}");
    }
    let good = all_good();
    refused(&good, |provenance, _| provenance.to -= 60, "capture the month again");
    refused(&good, |provenance, _| provenance.from += 60, "capture the month again");
    refused(&good, |provenance, _| provenance.step_seconds = 30, "slices of 30 s");
    refused(&good, |provenance, _| provenance.from -= 30, "capture the month again");
    refused(
        &good,
        |_, scope| scope.excluded = Period::new(START, START + 90).expect("a period").into(),
        "cuts a slice",
    );
    refused(&good, |_, scope| scope.slice_target = Ratio::new(1, i128::MAX), "decimals");
    let mut twice = good.clone();
    twice[4].0 = twice[3].0;
    refused(&twice, |_, _| {}, "not in order");
    let mut off = good.clone();
    off[4].0 += 1;
    refused(&off, |_, _| {}, "not in order");
    let backwards: Vec<Row> = good.iter().rev().copied().collect();
    refused(&backwards, |_, _| {}, "not in order");
}

#[test]
fn a_file_that_is_no_parquet_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("other.parquet");
    std::fs::write(&path, "t,good,total\n").expect("a file in the temporary folder");
    for path in [path, folder.path().join("absent.parquet")] {
        let error = measure(&path, &provenance(&scope()), &scope()).expect_err("refused");
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(error.to_string().contains(&name), "{error}");
    }
}

/// A slice of a long month: almost always good, sometimes anything else, sometimes too large for many at once.
fn slice() -> impl Strategy<Value = Option<(Option<i64>, Option<i64>)>> {
    let number = prop_oneof![-1i64..12, Just(i64::MAX), Just(1 << 38), Just((1 << 38) - 1)];
    let any = prop::option::of((prop::option::of(number.clone()), prop::option::of(number)));
    prop_oneof![400 => (90i64..100).prop_map(|good| Some((Some(good), Some(100)))), 1 => any]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Many rows at once give what one after the other gives: asking for the sum of ratios turns the first off.
    #[test]
    fn many_at_once_is_one_by_one(
        slices in prop::collection::vec(slice(), 1_000),
        service in prop::collection::vec(0i64..1_000, 4),
        excluded in prop::collection::vec(0i64..1_000, 2),
        has_target in any::<bool>(),
        minimum_events in prop::option::of(1u32..120),
    ) {
        let part = |borders: &[i64]| -> IntervalSet {
            let mut borders = borders.to_vec();
            borders.sort_unstable();
            borders.chunks_exact(2).filter_map(|pair| Period::new(START + pair[0] * 60, START + pair[1] * 60)).collect()
        };
        let rows: Vec<Row> = (1..).zip(&slices).filter_map(|(index, slice)| {
            slice.map(|(good, total)| (START + index * 60, good, total))
        }).collect();
        let period = minutes(0, 1_000);
        let service = part(&service);
        let day = |number: i64| (chrono::DateTime::from_timestamp(number * 86_400, 0).expect("a day").date_naive(),
            minutes(number * 300, (number * 300 + 300).min(1_000)));
        let one_by_one = Scope {
            period,
            excluded: part(&excluded).intersection(&service),
            service,
            days: (0..4).map(day).collect(),
            slice_target: has_target.then(|| Ratio::new(95, 100)).flatten(),
            minimum_events,
            ..scope()
        };
        let at_once = Scope { wants_ratio_sum: false, ..one_by_one.clone() };
        let mut expected = measured(&rows, &one_by_one).expect("sound evidence");
        let days = expected.days.iter_mut().map(|day| &mut day.counted);
        for tally in days.chain([&mut expected.counted, &mut expected.excluded]) {
            tally.ratio_sum = None;
        }
        prop_assert_eq!(measured(&rows, &at_once).expect("sound evidence"), expected);
    }
}

#[test]
fn many_files_are_measured_each_for_itself() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let scope = scope();
    let provenance = provenance(&scope);
    let write = |name: &str, rows: &[Row]| {
        let inside = folder.path().join(name);
        std::fs::create_dir(&inside).expect("a folder");
        write(&inside, rows)
    };
    let mut twice = all_good();
    twice[4].0 = twice[3].0;
    let damaged = write("damaged", &all_good());
    let bytes = std::fs::read(&damaged).expect("a file");
    std::fs::write(&damaged, &bytes[..bytes.len() / 2]).expect("a file");
    let paths = [
        write("good", &all_good()),
        write("empty", &[]),
        write("twice", &twice),
        write("null", &with(&[(3, None, None)])),
        damaged,
        write("bad", &with(&[(3, Some(0), Some(10))])),
    ];
    let check = |paths: &[PathBuf], expected: &[&str]| {
        let pieces: Vec<_> =
            paths.iter().map(|path| sla_measure::Piece { path, provenance: &provenance, scope: &scope }).collect();
        let said: Vec<_> = sla_measure::measure_all(&pieces)
            .into_iter()
            .map(|measured| match measured {
                Ok(measured) => format!("{} known, {} unknown", measured.counted.good, measured.unknown.len()),
                Err(MeasureError::Disorder { .. }) => "disorder".to_owned(),
                Err(MeasureError::Unreadable { .. }) => "unreadable".to_owned(),
                Err(other) => other.to_string(),
            })
            .collect();
        assert_eq!(said, expected);
    };
    let known = [
        "100 known, 0 unknown",
        "0 known, 1 unknown",
        "disorder",
        "90 known, 1 unknown",
        "unreadable",
        "90 known, 0 unknown",
    ];
    check(&paths, &known);
    check(&paths[..2], &known[..2]);
    check(&[], &[]);
    // More than are read in one query: the order stays.
    let many = |cycle: usize| (0..cycle).map(|index| index * 5 % 6);
    let (paths, known): (Vec<_>, Vec<_>) = many(200).map(|index| (paths[index].clone(), known[index])).unzip();
    check(&paths, &known);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever the evidence says, each of the ten minutes is counted once: as known, quiet or unknown.
    #[test]
    fn nothing_is_lost_and_nothing_counts_twice(
        slices in prop::collection::vec(prop::option::of((prop::option::of(-1i64..12), prop::option::of(-1i64..12))), 10),
        service in 0i64..10,
        excluded in 0i64..10,
    ) {
        let rows: Vec<Row> = (1..).zip(&slices).filter_map(|(index, slice)| {
            slice.map(|(good, total)| (START + index * 60, good, total))
        }).collect();
        let mut scope = scope();
        scope.service = minutes(service, 10).into();
        scope.excluded = IntervalSet::from(minutes(excluded, 10)).intersection(&scope.service);
        let got = measured(&rows, &scope).expect("sound evidence");
        let unknown: i64 = got.unknown.iter().map(|(period, _)| period.seconds()).sum();
        let known = (got.counted.slices + got.excluded.slices) * STEP_SECONDS;
        prop_assert_eq!(known + got.quiet.seconds() + unknown, scope.service.seconds());
        prop_assert!(got.counted.good <= got.counted.total);
    }
}
