//! Exclusions that repeat, from their text to the windows that a report lists.

use sla_core::plan::plan;
use sla_core::record::ExclusionDecision;

use super::{lines, read, sound};

const FIELDS: [&str; 3] = ["timeZone: Europe/Berlin", "serviceHours: 24/7", "claim: { automatic: true }"];

fn exclusion(fields: &str) -> String {
    format!(
        "---\napiVersion: sla-desk/v1\nkind: Exclusion\nmetadata: {{ name: patches }}\nspec:\n  tenant: nord\n  kind: maintenance\n  \
         reason: r\n  requestedBy: a\n  approvedBy: b\n  {}\n  requestedAt: \"2025-11-30T00:00:00Z\"\n",
        fields.replace('\n', "\n  ")
    )
}

const FIRST_SUNDAY: &str =
    "start: \"2026-01-04T01:00:00+01:00\"\nend: \"2026-01-04T05:00:00+01:00\"\nrecurrence: FREQ=MONTHLY;BYDAY=1SU";

/// Start, end and decision of each window of a month, and how much of the month is excluded.
#[track_caller]
fn check(fields: &str, month: &str, expected: &[(&str, &str, ExclusionDecision)], excluded_seconds: i64) {
    let catalogue = sound(&FIELDS, &exclusion(fields), None);
    let plans = plan(&catalogue, month.parse().expect("a month"), None, 2_600_000_000).expect("a plan");
    let windows: Vec<_> =
        plans[0].exclusions.iter().map(|one| (one.start.as_str(), one.end.as_str(), one.decision)).collect();
    assert_eq!(windows, expected, "{month}");
    assert!(plans[0].exclusions.iter().all(|one| one.name == "patches" && one.commitments == ["up"]));
    assert_eq!(plans[0].commitments[0].scope.excluded.seconds(), excluded_seconds, "{month}");
}

#[test]
fn each_occurrence_is_a_window_of_its_own() {
    use ExclusionDecision::{Accepted, NoticeNotKept};
    let told = format!("{FIRST_SUNDAY}\nannouncedAt: \"2025-12-01T00:00:00Z\"");
    check(&told, "2025-12", &[], 0);
    check(&told, "2026-01", &[("2026-01-04T00:00:00Z", "2026-01-04T04:00:00Z", Accepted)], 4 * 3600);
    check(&told, "2026-07", &[("2026-07-04T23:00:00Z", "2026-07-05T03:00:00Z", Accepted)], 4 * 3600);
    // 25 October 2026 is the fourth Sunday: clocks go back at three.
    let fourth = told.replace("2026-01-04", "2026-01-25").replace("1SU", "4SU");
    check(&fourth, "2026-10", &[("2026-10-24T23:00:00Z", "2026-10-25T04:00:00Z", Accepted)], 5 * 3600);
    // Announced once, for every occurrence: in time for those that begin two days later or more.
    let weekly = "start: \"2026-05-05T22:00:00Z\"\nend: \"2026-05-05T23:00:00Z\"\nannouncedAt: \"2026-05-10T22:00:01Z\"\nrecurrence: FREQ=WEEKLY;UNTIL=20260526";
    check(
        weekly,
        "2026-05",
        &[
            ("2026-05-05T22:00:00Z", "2026-05-05T23:00:00Z", NoticeNotKept),
            ("2026-05-12T22:00:00Z", "2026-05-12T23:00:00Z", NoticeNotKept),
            ("2026-05-19T22:00:00Z", "2026-05-19T23:00:00Z", Accepted),
        ],
        3600,
    );
    check(FIRST_SUNDAY, "2026-01", &[("2026-01-04T00:00:00Z", "2026-01-04T04:00:00Z", NoticeNotKept)], 0);
}

#[test]
fn a_series_lasts_for_years() {
    let daily = "start: \"2010-02-01T01:00:00+01:00\"\nend: \"2010-02-01T01:15:00+01:00\"\nannouncedAt: \"2010-01-01T00:00:00Z\"\nrecurrence: FREQ=DAILY";
    let catalogue = sound(&FIELDS, &exclusion(daily), None);
    let plans = plan(&catalogue, "2030-01".parse().expect("a month"), None, 2_600_000_000).expect("a plan");
    assert_eq!(plans[0].exclusions.len(), 31);
    assert_eq!(plans[0].commitments[0].scope.excluded.seconds(), 31 * 900);
}

#[track_caller]
fn refused(fields: &str, expected: &[&str]) {
    let findings = read(&FIELDS, &exclusion(fields), None).err().unwrap_or_default();
    assert_eq!(lines(&findings), expected);
}

#[test]
fn rules_that_cannot_be_are_refused_with_their_place() {
    const EXPECTED: &str = "expected a rule of RFC 5545 for days, such as \"FREQ=MONTHLY;BYDAY=1SU\": FREQ of DAILY, WEEKLY, MONTHLY or YEARLY, then \
         INTERVAL up to 366, BYMONTH, BYMONTHDAY, BYDAY, BYSETPOS, WKST, and COUNT up to 10000 or UNTIL as a day such as 20271231, each at most once and in capitals";
    for bad in [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=5",
        "FREQ=HOURLY",
        "every Sunday",
        "FREQ=DAILY;COUNT=4000000000",
        "FREQ=MONTHLY;BYDAY=XXMO",
    ] {
        let fields = FIRST_SUNDAY.replace("FREQ=MONTHLY;BYDAY=1SU", bad);
        refused(
            &fields,
            &[&format!("nord/catalogue.yaml:60:15: error[invalid-value]: spec.recurrence: found {bad:?}, {EXPECTED}")],
        );
    }
    refused(
        &FIRST_SUNDAY.replace("1SU", "2SU"),
        &[
            "nord/catalogue.yaml:60:15: error[invalid-value]: spec.recurrence: found \"FREQ=MONTHLY;BYDAY=2SU\" from 2026-01-04 on, by the clock of Europe/Berlin, expected a rule that the day of the start follows",
        ],
    );
    // Sunday one o'clock in Berlin is Saturday in UTC: the day is that of the contract's zone.
    refused(
        &FIRST_SUNDAY.replace("1SU", "1SA"),
        &[
            "nord/catalogue.yaml:60:15: error[invalid-value]: spec.recurrence: found \"FREQ=MONTHLY;BYDAY=1SA\" from 2026-01-04 on, by the clock of Europe/Berlin, expected a rule that the day of the start follows",
        ],
    );
    refused(
        &FIRST_SUNDAY.replace("FREQ=MONTHLY;BYDAY=1SU", "FREQ=DAILY").replace("end: \"2026-01-04", "end: \"2026-01-06"),
        &[
            "nord/catalogue.yaml:59:8: error[invalid-value]: spec.end: found a window of 187200 s that repeats after 86400 s, expected an end before the next occurrence",
        ],
    );
}

#[test]
fn a_month_of_two_versions_lists_each_occurrence_once() {
    let second = r#"---
apiVersion: sla-desk/v1
kind: Contract
metadata: { name: main }
spec:
  tenant: nord
  version: 2
  validFrom: 2026-01-19
  timeZone: Europe/Berlin
  serviceHours: 24/7
  currency: EUR
  fee: { monthly: 10000.00, partMonth: full }
  claim: { automatic: true }
  rounding: { mode: half_up, at: commitment }
  legalNature: service_credit
  caps: []
  excludedKinds: [maintenance]
  maintenance: { notice: 2d }
  commitments:
    - { name: up, slo: up, target: 99.9, method: Timeslices, slice: 15m, sliceTarget: 95, unknown: range, quiet: good, exclusions: denominator, penalty: {} }
"#;
    // Each Sunday night from 23:00 to 01:00: the one of the 18th lies in both versions.
    let nights = "start: \"2026-01-04T23:00:00+01:00\"\nend: \"2026-01-05T01:00:00+01:00\"\nannouncedAt: \"2025-12-01T00:00:00Z\"\nrecurrence: FREQ=WEEKLY";
    // The first version ends inside the month and must say what its fee is then.
    let first = super::platform().replace("fee: { monthly: 10000.00 }", "fee: { monthly: 10000.00, partMonth: full }");
    let fields: String = FIELDS.iter().map(|field| format!("  {field}\n")).collect();
    let text = format!("{first}{fields}  validTo: 2026-01-18\n{second}{}", exclusion(nights));
    let file = sla_core::catalogue::SourceFile { name: "c.yaml".to_owned(), text };
    let catalogue = sla_core::catalogue::Catalogue::read(&[file]).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let plans = plan(&catalogue, "2026-01".parse().expect("a month"), None, 2_600_000_000).expect("a plan");
    let starts: Vec<_> = plans[0].exclusions.iter().map(|one| (one.start.as_str(), one.accepted_seconds)).collect();
    assert_eq!(
        starts,
        [
            ("2026-01-04T22:00:00Z", 7200),
            ("2026-01-11T22:00:00Z", 7200),
            ("2026-01-18T22:00:00Z", 7200),
            ("2026-01-25T22:00:00Z", 7200),
        ]
    );
}
