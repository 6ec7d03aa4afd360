//! The days that are captured one by one: whose they are, where they begin and end, and what makes two questions the same.

use sla_core::catalogue::{Catalogue, SourceFile};
use sla_core::plan::{CommitmentDays, months_until, plan_days};
use sla_core::time::{Month, start_of_day};

const SERVER: &str = "type: Prometheus, connectionDetails: { url: \"https://prometheus.example.org\" }";
const COUNTER: &str = "counter: { series: 'x{tenant=\"$tenant\"}', newSeries: unknown, gapAfter: 1m }";
const QUERY: &str = "query: 'sum(x{tenant=\"$tenant\"})'";

/// A contract with one commitment.
struct Terms<'a> {
    source: &'a str,
    asked: &'a str,
    zone: &'a str,
    valid: &'a str,
    slice: &'a str,
}

const TERMS: Terms<'static> =
    Terms { source: SERVER, asked: COUNTER, zone: "Europe/Berlin", valid: "validFrom: 2026-01-01", slice: "1m" };

fn catalogue(terms: &Terms<'_>) -> Catalogue {
    let Terms { source, asked, zone, valid, slice } = terms;
    let text = format!(
        "apiVersion: openslo/v1
kind: DataSource
metadata: {{ name: source }}
spec: {{ {source} }}
---
apiVersion: openslo/v1
kind: Service
metadata: {{ name: platform }}
spec: {{}}
---
apiVersion: openslo/v1
kind: SLI
metadata: {{ name: requests }}
spec:
  ratioMetric:
    good: {{ metricSource: {{ metricSourceRef: source, spec: {{ {asked} }} }} }}
    total: {{ metricSource: {{ metricSourceRef: source, spec: {{ {asked} }} }} }}
---
apiVersion: openslo/v1
kind: SLO
metadata: {{ name: answered, displayName: Answered }}
spec: {{ service: platform, indicatorRef: requests, budgetingMethod: Timeslices }}
---
apiVersion: sla-desk/v1
kind: Tenant
metadata: {{ name: nord }}
spec: {{ language: de, contacts: [{{ name: N, email: n@nord.example }}] }}
---
apiVersion: sla-desk/v1
kind: Contract
metadata: {{ name: main }}
spec:
  tenant: nord
  version: 1
  {valid}
  timeZone: {zone}
  currency: EUR
  rounding: {{ mode: half_even, at: commitment }}
  legalNature: service_credit
  serviceHours: 24/7
  fee: {{ monthly: 3100.00, partMonth: daily }}
  excludedKinds: [customer]
  commitments:
    - {{ name: up, slo: answered, target: 99.9, method: Timeslices, sliceTarget: 95, slice: {slice}, quiet: good,
        exclusions: denominator, unknown: range, penalty: {{}} }}
"
    );
    Catalogue::read(&[SourceFile { name: "all.yaml".to_owned(), text }]).unwrap_or_else(|findings| {
        panic!("{}", findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

fn month(text: &str) -> Month {
    text.parse().expect("a month")
}

#[test]
fn days_are_those_of_the_contracts_zone_and_term() {
    /// How many days, how long they are together, the first and the last.
    #[track_caller]
    fn check(terms: &Terms<'_>, of: &str, expected: Option<(usize, i64, &str, &str)>) {
        let catalogue = catalogue(terms);
        let planned = plan_days(&catalogue, month(of), None).expect("a plan");
        let found = planned.first().map(|CommitmentDays { days, .. }| {
            let seconds = days.iter().map(|(_, ask)| ask.period.seconds()).sum::<i64>();
            let date = |day: Option<&(chrono::NaiveDate, _)>| day.expect("a day").0.to_string();
            (days.len(), seconds, date(days.first()), date(days.last()))
        });
        let found =
            found.as_ref().map(|(count, seconds, first, last)| (*count, *seconds, first.as_str(), last.as_str()));
        assert_eq!(found, expected, "{} {} {of}", terms.zone, terms.valid);
        for one in &planned {
            // No gap and no double.
            assert!(one.days.windows(2).all(|pair| pair[0].1.period.end == pair[1].1.period.start));
            assert!(one.days.iter().all(|(date, ask)| ask.period.start >= start_of_day(*date, one.zone)));
        }
    }
    check(&TERMS, "2026-09", Some((30, 30 * 86_400, "2026-09-01", "2026-09-30")));
    // The clock is put back, and forward.
    check(&TERMS, "2026-10", Some((31, 745 * 3_600, "2026-10-01", "2026-10-31")));
    check(&TERMS, "2026-03", Some((31, 743 * 3_600, "2026-03-01", "2026-03-31")));
    check(&Terms { zone: "Asia/Kolkata", ..TERMS }, "2026-10", Some((31, 744 * 3_600, "2026-10-01", "2026-10-31")));
    // A term that begins and ends within the month.
    let clipped = Terms { valid: "validFrom: 2026-10-05\n  validTo: 2026-10-25", ..TERMS };
    check(&clipped, "2026-10", Some((21, 505 * 3_600, "2026-10-05", "2026-10-25")));
    check(&clipped, "2026-11", None);
    check(
        &Terms { asked: QUERY, slice: "1h", ..TERMS },
        "2026-10",
        Some((31, 745 * 3_600, "2026-10-01", "2026-10-31")),
    );
    // Files stay.
    let files = Terms { source: "type: File, connectionDetails: { folder: data }", asked: "path: x.csv", ..TERMS };
    check(&files, "2026-10", None);
}

#[test]
fn a_question_has_one_name_on_every_day_and_another_when_it_is_another() {
    let key = |terms: &Terms<'_>, of: &str| {
        let catalogue = catalogue(terms);
        let planned = plan_days(&catalogue, month(of), Some("nord")).expect("a plan");
        let keys: std::collections::BTreeSet<String> = planned[0].days.iter().map(|(_, ask)| ask.key()).collect();
        assert_eq!(keys.len(), 1);
        keys.into_iter().next().expect("a key")
    };
    let first = key(&TERMS, "2026-10");
    assert_eq!(first, key(&TERMS, "2026-11"));
    // Where a server stands is not what it is asked.
    let moved =
        Terms { source: "type: Prometheus, connectionDetails: { url: \"http://elsewhere.example.org\" }", ..TERMS };
    assert_eq!(first, key(&moved, "2026-10"));
    for other in [
        Terms { asked: QUERY, ..TERMS },
        Terms { slice: "5m", ..TERMS },
        Terms { asked: "counter: { series: 'x{tenant=\"$tenant\"}', newSeries: startsAtZero, gapAfter: 1m }", ..TERMS },
        Terms { asked: "counter: { series: 'x{tenant=\"$tenant\"}', newSeries: unknown, gapAfter: 2m }", ..TERMS },
        Terms {
            asked: "counter: { series: 'x{tenant=\"$tenant\",a=\"b\"}', newSeries: unknown, gapAfter: 1m }",
            ..TERMS
        },
    ] {
        assert_ne!(first, key(&other, "2026-10"), "{}", other.asked);
    }
}

#[test]
fn months_until_now_begin_with_the_first_day() {
    let at = |text: &str| text.parse::<sla_core::catalogue::Instant>().expect("an instant").0;
    let months = |now: &str, first: &str| -> Vec<String> {
        months_until(at(now), first.parse().expect("a day")).map(|month| month.to_string()).collect()
    };
    assert_eq!(months("2026-10-15T00:00:00Z", "2026-08-31"), ["2026-08", "2026-09", "2026-10"]);
    // Somewhere it is November already.
    assert_eq!(months("2026-10-31T12:00:00Z", "2026-10-31"), ["2026-10", "2026-11"]);
    assert_eq!(months("2026-10-15T00:00:00Z", "2026-11-01"), [""; 0]);
}
