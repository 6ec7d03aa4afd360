//! Which days are captured, which version of a day counts, and what is told of those that failed.

use super::*;

fn day(wanted_by: &str, source: &str, day: &str, outcome: DayOutcome, code: Option<&str>) -> DayCaptured {
    let detail = format!("{source} on {day}");
    DayCaptured {
        wanted_by: wanted_by.to_owned(),
        commitments: 1,
        data_source: source.to_owned(),
        day: day.to_owned(),
        outcome,
        sha256: None,
        slices: 1440,
        usable: None,
        problem: code.map(|code| crate::jobs::JobProblem { code: code.to_owned(), detail }),
    }
}

#[test]
fn what_failed_is_told_once_for_each_source_and_reason() {
    #[track_caller]
    fn check(days: &[DayCaptured], counts: [usize; 3], failures: &[&str]) {
        let CaptureResult { captured, changed, unchanged, failures: found } = CaptureResult::of(days);
        assert_eq!([captured, changed, unchanged], counts);
        let told = |one: &CaptureTrouble| {
            let CaptureTrouble { data_source, code, detail, wanted_by, requests, first_day, last_day } = one;
            let by = wanted_by.join("+");
            format!("{data_source} {code} ({detail}): {requests} for {by} from {first_day} to {last_day}")
        };
        assert_eq!(found.iter().map(told).collect::<Vec<_>>(), failures);
    }
    let (captured, failed) = (DayOutcome::Captured, DayOutcome::Failed);
    check(&[], [0, 0, 0], &[]);
    check(
        &[
            day("a", "eu", "2026-10-01", captured, None),
            day("a", "eu", "2026-10-02", DayOutcome::Changed, None),
            day("a", "eu", "2026-10-03", DayOutcome::Unchanged, None),
        ],
        [1, 1, 1],
        &[],
    );
    check(
        &[
            day("a", "eu", "2026-10-02", failed, Some("away")),
            day("b", "eu", "2026-10-01", failed, Some("away")),
            day("b", "eu", "2026-10-03", failed, Some("away")),
            day("b", "eu", "2026-10-04", failed, Some("empty")),
            day("c", "us", "2026-10-04", failed, Some("away")),
        ],
        [0, 0, 0],
        &[
            "eu away (eu on 2026-10-02): 3 for a+b from 2026-10-01 to 2026-10-03",
            "eu empty (eu on 2026-10-04): 1 for b from 2026-10-04 to 2026-10-04",
            "us away (us on 2026-10-04): 1 for c from 2026-10-04 to 2026-10-04",
        ],
    );
}

/// Requests of a customer in UTC, counted at a server since September.
const CATALOGUE: &str = r#"
apiVersion: openslo/v1
kind: DataSource
metadata: { name: server }
spec: { type: Prometheus, connectionDetails: { url: "http://127.0.0.1:1" } }
---
apiVersion: openslo/v1
kind: Service
metadata: { name: platform }
spec: {}
---
apiVersion: openslo/v1
kind: SLI
metadata: { name: requests }
spec:
  ratioMetric:
    good: { metricSource: { metricSourceRef: server, spec: { query: "sum(good{tenant=\"$tenant\"})" } } }
    total: { metricSource: { metricSourceRef: server, spec: { query: "sum(total{tenant=\"$tenant\"})" } } }
---
apiVersion: openslo/v1
kind: SLO
metadata: { name: answered }
spec: { service: platform, indicatorRef: requests, budgetingMethod: Occurrences }
---
apiVersion: sla-desk/v1
kind: Tenant
metadata: { name: nord }
spec: { language: en, contacts: [{ name: N, email: n@nord.example }] }
---
apiVersion: sla-desk/v1
kind: Contract
metadata: { name: main }
spec:
  tenant: nord
  version: 1
  validFrom: 2026-09-01
  timeZone: UTC
  currency: EUR
  fee: { monthly: 1000 }
  serviceHours: 24/7
  rounding: { mode: half_up, at: commitment }
  legalNature: service_credit
  caps: [{ per: month, share: 20, of: base }]
  claim: { within: 5, unit: days, from: lastOutage, rollForward: false }
  commitments:
    - name: answered
      slo: answered
      target: 99.9
      method: Occurrences
      slice: 1m
      unknown: range
      quiet: good
      exclusions: denominator
      penalty: { bands: [{ from: 0, below: 99.9, credit: 10 }] }
"#;

fn catalogue() -> Catalogue {
    let file = sla_core::catalogue::SourceFile { name: "c.yaml".to_owned(), text: CATALOGUE.to_owned() };
    Catalogue::read(&[file]).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

/// Noon of a day in UTC.
fn noon(day: &str) -> UnixSeconds {
    let day: NaiveDate = day.parse().expect("a day");
    day.and_hms_opt(12, 0, 0).expect("noon").and_utc().timestamp()
}

/// Every day of the contract in those months, with what is asked for it.
fn asks(catalogue: &Catalogue, months: [&str; 2]) -> Vec<(NaiveDate, Ask)> {
    let days = |month: &str| plan_days(catalogue, month.parse().expect("a month"), None).expect("a plan");
    months.into_iter().flat_map(days).flat_map(|one| one.days).collect()
}

#[test]
fn a_daily_capture_leaves_no_gap() {
    /// What is captured at noon of a day, when those days are there, each with the share of its slices that is known; a day
    /// of which the source need not know has a `?`.
    #[track_caller]
    fn check(there: &[(&str, i64)], today: &str, expected: &str) {
        let (folder, catalogue) = (tempfile::tempdir().expect("a folder"), catalogue());
        let evidence = EvidencePlace::Folder(folder.path().to_owned());
        let days = evidence.days();
        let lock = days.lock().expect("nobody else");
        for (date, ask) in asks(&catalogue, ["2026-09", "2026-10"]) {
            if let Some((_, percent)) = there.iter().find(|(day, _)| *day == date.to_string()) {
                let (slices, usable) = (count(&ask), count(&ask) * percent / 100);
                let version = DayVersion { sha256: "a".repeat(64), slices, usable, warned: false };
                days.add(&lock, &ask.key(), ask.period, version).expect("kept");
            }
        }
        let request = DaysRequest {
            catalogue: &catalogue,
            files: Path::new("."),
            evidence: &evidence,
            tenant: None,
            which: WhichDays::Daily,
            now: noon(today),
            secrets: &|_| None,
        };
        let wanted = wanted(&request, &days).expect("a plan");
        let mut wanted: Vec<&Wanted> = wanted.values().collect();
        wanted.sort_by_key(|one| one.day);
        let told = |one: &&Wanted| {
            let day = one.day.format("%m-%d");
            format!("{day}{}", if one.is_before_all { "?" } else { "" })
        };
        assert_eq!(wanted.iter().map(told).collect::<Vec<_>>().join(" "), expected);
    }
    let all = |from: i64, to: i64| -> Vec<String> { (from..=to).map(|day| format!("2026-09-{day:02}")).collect() };
    let september = all(1, 30);
    let month: Vec<(&str, i64)> = september.iter().map(|day| (day.as_str(), 100)).collect();
    check(&month, "2026-10-02", "10-01");
    // The timer missed a day, the first one of a month.
    check(&month, "2026-10-03", "10-01 10-02");
    // A day in between, and one that was not there as a whole.
    let mut holes = month.clone();
    holes.retain(|(day, _)| *day != "2026-09-25");
    holes.iter_mut().filter(|(day, _)| *day == "2026-09-28").for_each(|(_, percent)| *percent = 40);
    check(&holes, "2026-10-01", "09-25 09-28");
    // A pause that is longer than what a server keeps.
    check(
        &month[..10],
        "2026-10-02",
        "09-18 09-19 09-20 09-21 09-22 09-23 09-24 09-25 09-26 09-27 09-28 09-29 09-30 10-01",
    );
    // Nobody has captured anything: the source must know of yesterday.
    check(
        &[],
        "2026-09-16",
        "09-02? 09-03? 09-04? 09-05? 09-06? 09-07? 09-08? 09-09? 09-10? 09-11? 09-12? 09-13? 09-14? 09-15",
    );
    check(
        &[("2026-09-14", 100)],
        "2026-09-16",
        "09-02? 09-03? 09-04? 09-05? 09-06? 09-07? 09-08? 09-09? 09-10? 09-11? 09-12? 09-13? 09-15",
    );
}

#[test]
fn what_knows_less_does_not_go_before_what_is_there() {
    let (folder, catalogue) = (tempfile::tempdir().expect("a folder"), catalogue());
    let days = CapturedDays::new(folder.path());
    let (_, ask) = asks(&catalogue, ["2026-09", "2026-10"]).remove(0);
    let slices = |usable: i64| {
        let provenance = sla_core::evidence::Provenance {
            query: "q".to_owned(),
            source: "s".to_owned(),
            server_version: "v".to_owned(),
            from: ask.period.start,
            to: ask.period.end,
            step_seconds: 60,
            scale: 1,
            warnings: Vec::new(),
            notes: Vec::new(),
            pieces: Vec::new(),
        };
        let row = |slice: i64| sla_capture::Slice { t: ask.period.start + slice * 60, good: Some(1), total: Some(1) };
        Slices::new(provenance, (1..=usable).map(row).collect()).expect("slices")
    };
    let range = WhichDays::Range(NaiveDate::MIN, NaiveDate::MAX);
    let check = |which: WhichDays, usable: i64, expected: bool| {
        assert_eq!(
            knows_enough(which, &days, &ask, &slices(usable)).expect("it is there"),
            expected,
            "{which:?} {usable}"
        );
    };
    check(WhichDays::Daily, 0, true);
    let lock = days.lock().expect("nobody else");
    let version = DayVersion { sha256: "a".repeat(64), slices: 1440, usable: 10, warned: false };
    days.add(&lock, &ask.key(), ask.period, version).expect("kept");
    for (usable, [in_range, daily]) in [(9, [false, false]), (10, [true, false]), (11, [true, true])] {
        check(range, usable, in_range);
        check(WhichDays::Daily, usable, daily);
        check(WhichDays::Month("2026-09".parse().expect("a month")), usable, daily);
    }
}
