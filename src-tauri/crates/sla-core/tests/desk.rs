//! A desk with one tenant: a contract as text, a month as a function of its slices, and the record that comes of both.
//! Measuring is done here slice by slice, slowly and in plain sight.

use std::collections::BTreeMap;

use sla_core::catalogue::{Catalogue, Finding, SourceFile};
use sla_core::measurement::{BadRun, DayTally, Measurement, Scope, Tally};
use sla_core::plan::{ContractMonth, plan};
use sla_core::ratio::Ratio;
use sla_core::record::{MonthRecord, UnknownReason, Verdict};
use sla_core::statement::{Measured, StatementError, state};
use sla_core::time::{Month, Period, UnixSeconds};

use super::nord::evidence;

/// Long after every month of these tests.
pub(crate) const NOW: UnixSeconds = 1_800_000_000;

/// What is measured, and the only tenant.
pub(crate) const PLATFORM: &str = r"
apiVersion: openslo/v1
kind: DataSource
metadata: { name: files }
spec: { type: File, connectionDetails: { folder: . } }
---
apiVersion: openslo/v1
kind: Service
metadata: { name: platform }
spec: {}
---
apiVersion: openslo/v1
kind: SLI
metadata: { name: probes }
spec:
  ratioMetric:
    good: { metricSource: { metricSourceRef: files, spec: { path: $tenant.csv } } }
    total: { metricSource: { metricSourceRef: files, spec: { path: $tenant.csv } } }
---
apiVersion: openslo/v1
kind: SLO
metadata: { name: up }
spec: { service: platform, indicatorRef: probes, budgetingMethod: Timeslices }
---
apiVersion: sla-desk/v1
kind: Tenant
metadata: { name: nord }
spec: { language: de, contacts: [{ name: N, email: n@nord.example }] }
";

/// Ten and twenty-five percent of the fee below 99.9 %.
pub(crate) const BANDS: &str =
    "{ bands: [{ from: 99.0, below: 99.9, credit: 10 }, { from: 0, below: 99.0, credit: 25 }] }";

/// Fields with some of them replaced or added; an empty text takes one away.
fn fields<'a>(usual: &[(&'a str, &'a str)], other: &[(&'a str, &'a str)]) -> BTreeMap<&'a str, &'a str> {
    let mut all: BTreeMap<_, _> = usual.iter().copied().collect();
    all.extend(other.iter().copied());
    all.retain(|_, text| !text.is_empty());
    all
}

/// A commitment of 99.9 % in slices of a minute, with some fields other than usual.
pub(crate) fn promise(other: &[(&str, &str)]) -> String {
    let usual = [
        ("name", "up"),
        ("slo", "up"),
        ("target", "99.9"),
        ("method", "Timeslices"),
        ("slice", "1m"),
        ("sliceTarget", "95"),
        ("unknown", "range"),
        ("quiet", "good"),
        ("exclusions", "denominator"),
        ("penalty", BANDS),
    ];
    let all = fields(&usual, other).into_iter().map(|(field, text)| format!("{field}: {text}")).collect::<Vec<_>>();
    format!("{{ {} }}", all.join(", "))
}

/// A contract of 1 000.00 EUR a month around the clock, with some fields other than usual.
pub(crate) fn contract(other: &[(&str, &str)], promises: &[String]) -> String {
    let usual = [
        ("tenant", "nord"),
        ("version", "1"),
        ("validFrom", "2026-01-01"),
        ("timeZone", "UTC"),
        ("currency", "EUR"),
        ("fee", "{ monthly: 1000.00 }"),
        ("serviceHours", "24/7"),
        ("rounding", "{ mode: half_up, at: commitment }"),
        ("legalNature", "service_credit"),
        ("caps", "[]"),
        ("claim", "{ automatic: true }"),
    ];
    let mut text = "---\napiVersion: sla-desk/v1\nkind: Contract\nmetadata: { name: main }\nspec:\n".to_owned();
    for (field, value) in fields(&usual, other) {
        text += &format!("  {field}: {value}\n");
    }
    text + "  commitments:\n" + &promises.iter().map(|promise| format!("    - {promise}\n")).collect::<String>()
}

/// An exclusion that Ina asked for; `spec` are its further fields.
pub(crate) fn exclusion(name: &str, spec: &str) -> String {
    format!(
        "---\napiVersion: sla-desk/v1\nkind: Exclusion\nmetadata: {{ name: {name} }}\nspec: {{ tenant: nord, reason: Upgrade, \
         requestedBy: Ina, {spec} }}\n"
    )
}

/// Reads documents beside the platform; all findings, to the letter, where there are some.
pub(crate) fn read(documents: &[String]) -> Result<Catalogue, Vec<String>> {
    read_all(documents).map_err(|findings| findings.iter().map(crate::telling::told).collect())
}

/// The same with the findings themselves.
pub(crate) fn read_all(documents: &[String]) -> Result<Catalogue, Vec<Finding>> {
    let text = format!("{PLATFORM}{}", documents.concat());
    Catalogue::read(&[SourceFile { name: "c.yaml".to_owned(), text }])
}

#[track_caller]
pub(crate) fn sound(documents: &[String]) -> Catalogue {
    read(documents).unwrap_or_else(|findings| panic!("{}", findings.join("\n")))
}

/// What a source says of a slice.
#[derive(Clone, Copy)]
pub(crate) enum Slice {
    /// Good events of all events.
    Events(i64, i64),
    /// No evidence.
    Unknown(UnknownReason),
}

pub(crate) const UP: Slice = Slice::Events(10, 10);
pub(crate) const DOWN: Slice = Slice::Events(0, 10);
pub(crate) const QUIET: Slice = Slice::Events(0, 0);
pub(crate) const MISSING: Slice = Slice::Unknown(UnknownReason::Missing);

/// Down for whole stretches of Unix seconds, up otherwise.
pub(crate) fn down(stretches: Vec<Period>) -> impl Fn(UnixSeconds) -> Slice {
    move |at| if stretches.iter().any(|one| one.start <= at && at < one.end) { DOWN } else { UP }
}

/// So many seconds from an instant such as `2026-10-01T00:00:00Z` on.
pub(crate) fn from(start: &str, seconds: i64) -> Period {
    let start: sla_core::catalogue::Instant = start.parse().expect("an instant");
    Period::new(start.0, start.0 + seconds).expect("a stretch")
}

/// Measures a scope slice by slice.
pub(crate) fn measure(scope: &Scope, says: impl Fn(UnixSeconds) -> Slice) -> Measurement {
    let step = scope.step_seconds;
    let tally = || Tally { ratio_sum: scope.wants_ratio_sum.then(Ratio::zero), ..Tally::default() };
    let add = |tally: &mut Tally, good: i64, total: i64| {
        tally.slices += 1;
        tally.good += i128::from(good);
        tally.total += i128::from(total);
        if let Some(sum) = &mut tally.ratio_sum {
            *sum = sum.plus(&Ratio::new(good, total).expect("there are events"));
        }
    };
    let days = scope.days.iter().map(|(date, _)| DayTally { date: *date, counted: tally() });
    let mut measured = Measurement {
        scale: 1,
        counted: tally(),
        excluded: tally(),
        peak_units: 0,
        bad: Vec::new(),
        quiet: std::iter::empty().collect(),
        unknown: Vec::new(),
        days: days.collect(),
    };
    let mut quiet: Vec<Period> = Vec::new();
    let mut day = 0;
    for start in (scope.period.start..scope.period.end).step_by(usize::try_from(step).expect("a step")) {
        while scope.days[day].1.end <= start {
            day += 1;
        }
        if !scope.service.contains(start) {
            continue;
        }
        let slice = Period { start, end: start + step };
        let excluded = scope.excluded.contains(start);
        match says(start) {
            Slice::Unknown(reason) => match measured.unknown.last_mut() {
                Some((last, why)) if last.end == start && *why == reason => last.end = slice.end,
                _ => measured.unknown.push((slice, reason)),
            },
            Slice::Events(_, total) if total < i64::from(scope.minimum_events.unwrap_or(1)) => quiet.push(slice),
            Slice::Events(good, total) => {
                measured.peak_units = measured.peak_units.max(total);
                add(if excluded { &mut measured.excluded } else { &mut measured.counted }, good, total);
                if !excluded {
                    add(&mut measured.days[day].counted, good, total);
                }
                let ratio = || Ratio::new(good, total).expect("there are events");
                if scope.slice_target.as_ref().map_or(good == 0, |target| ratio() < *target) {
                    let (failed, total) = (i128::from(total - good), i128::from(total));
                    match measured.bad.last_mut() {
                        Some(run) if run.period.end == start && scope.excluded.contains(start - step) == excluded => {
                            run.period.end = slice.end;
                            run.failed += failed;
                            run.total += total;
                        }
                        _ => measured.bad.push(BadRun { period: slice, failed, total }),
                    }
                }
            }
        }
    }
    measured.quiet = quiet.into_iter().collect();
    measured
}

/// States a planned month.
pub(crate) fn try_state(
    plan: &ContractMonth<'_>,
    says: impl Fn(UnixSeconds) -> Slice,
    earlier: &[MonthRecord],
) -> Result<MonthRecord, StatementError> {
    let measured = plan.commitments.iter().map(|planned| {
        let scope = &planned.scope;
        let evidence = evidence(scope, "ab");
        Measured { measurement: measure(scope, &says), evidence, second: None }
    });
    state(plan, &measured.collect::<Vec<_>>(), earlier)
}

/// A month of the only tenant, from the documents to the record.
#[track_caller]
pub(crate) fn stated_after(
    documents: &[String],
    month: &str,
    says: impl Fn(UnixSeconds) -> Slice,
    earlier: &[MonthRecord],
) -> MonthRecord {
    let catalogue = sound(documents);
    let plans = plan(&catalogue, month.parse::<Month>().expect("a month"), None, NOW).expect("a plan");
    assert_eq!(plans.len(), 1);
    try_state(&plans[0], says, earlier).expect("a month")
}

#[track_caller]
pub(crate) fn stated(documents: &[String], month: &str, says: impl Fn(UnixSeconds) -> Slice) -> MonthRecord {
    stated_after(documents, month, says, &[])
}

/// A month's verdict with its credit in cents: the least and the most.
pub(crate) fn owed(record: &MonthRecord) -> (Verdict, i64, i64) {
    (record.verdict, record.credit_total.low_minor, record.credit_total.high_minor)
}

/// What the first commitment attained, in percent, where it is certain.
pub(crate) fn percent(record: &MonthRecord) -> String {
    record.commitments[0].attained.as_ref().map_or("unknown".to_owned(), |ratio| ratio.percent.clone())
}
