//! Invented months: templates are tried out on them, tests compare their documents, the benchmark renders the long one.
//! Their figures are computed from their outages, so that what a document shows adds up.

mod course;
mod credit;
mod incidents;
mod occasions;
mod second;
mod settled;

use chrono::{Datelike, NaiveDate, Weekday};
use sla_core::Tz;
use sla_core::catalogue::LegalNature;
use sla_core::evidence::{Note, sha256_hex};
use sla_core::heartbeat::Unknown;
use sla_core::ratio::{Percent, Ratio, Rounding};
use sla_core::record::{
    Contact, Count, CountUnit, CreditTotal, ExclusionDecision, ExclusionKind, ExclusionMode, Language, Method,
    MonthRecord, OutageCode, OutageReason, OutageStanding, QuietReading, RECORD_SCHEMA, RecordBudget, RecordCommitment,
    RecordContract, RecordCredit, RecordDay, RecordEvidence, RecordExclusion, RecordIncidentPromise, RecordMoney,
    RecordOutage, RecordPeriod, RecordRange, RecordRatio, RecordUnknown, RecordUnknownBound, UnknownReading,
    UnknownReason, Verdict,
};
use sla_core::time::{Month, Period, utc_text};

pub use occasions::Occasions;
pub use settled::{governance, settlement, statement};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Events of every slice in the invented months.
const EVENTS_PER_SLICE: i64 = 1000;

/// The monthly fee in minor units.
const FEE_MINOR: i64 = 1_250_000;

/// A month with the given overall verdict.
pub fn record(language: Language, verdict: Verdict) -> MonthRecord {
    let scene = Scene::new(language, if verdict == Verdict::Undecidable { Hours::Weekdays } else { Hours::Always });
    let [api, answer, jobs] = match language {
        Language::De => [
            ("availability", "Verfügbarkeit der Bestellschnittstelle"),
            ("response-time", "Antwortzeit unter 300 ms"),
            ("night-jobs", "Nächtliche Verarbeitung"),
        ],
        Language::En => [
            ("availability", "Availability of the order interface"),
            ("response-time", "Response time under 300 ms"),
            ("night-jobs", "Nightly processing"),
        ],
    };
    let small = [Bad::new(4 * DAY + 10 * HOUR, 6, 1000), Bad::new(15 * DAY + 14 * HOUR + 5 * MINUTE, 3, 420)];
    let breach = [
        Bad::new(6 * DAY + 9 * HOUR + 12 * MINUTE, 41, 1000),
        Bad::new(13 * DAY + 15 * HOUR + 3 * MINUTE, 28, 640),
        // The hour that comes twice in Berlin: 02:30 before and after the clock goes back.
        Bad::new(24 * DAY + 2 * HOUR + 30 * MINUTE, 4, 1000),
        Bad::new(24 * DAY + 3 * HOUR + 30 * MINUTE, 6, 1000),
    ];
    let slow: Vec<Bad> = (1..28).map(|day| Bad::new(day * DAY + 11 * HOUR, 5, 180)).collect();
    let monitor_out = [
        (20 * DAY + 8 * HOUR, 10 * HOUR, UnknownReason::Missing),
        (21 * DAY + 12 * HOUR, 20 * MINUTE, UnknownReason::Unusable),
        (22 * DAY + 13 * HOUR, MINUTE, UnknownReason::GoodAboveTotal),
    ];
    let (bad, unknown): (&[Bad], &[_]) = match verdict {
        Verdict::Met => (&small, &[]),
        Verdict::Breached => (&breach, &[]),
        Verdict::Undecidable => (&small, &monitor_out),
    };
    let promises = [
        Promise { name: api.0, title: api.1, target: "99.9", method: Method::Timeslices, bad, unknown },
        Promise { name: answer.0, title: answer.1, target: "99.5", method: Method::Occurrences, bad: &slow, unknown },
        Promise { name: jobs.0, title: jobs.1, target: "99", method: Method::RatioTimeslices, bad: &[], unknown: &[] },
    ];
    let of_incidents = incidents::promises(&scene, verdict);
    let mut record = scene.record(&promises, of_incidents);
    if verdict == Verdict::Met {
        Scene::rewarded(&mut record);
        Scene::read_twice(&mut record);
    }
    record
}

/// A month of `commitments` promises with `outages` outages each: a long report.
pub fn long_record(language: Language, commitments: usize, outages: usize) -> MonthRecord {
    let scene = Scene::new(language, Hours::Always);
    let spread = 29 * DAY / i64::try_from(outages.max(1)).unwrap_or(i64::MAX) / MINUTE * MINUTE;
    let names: Vec<(String, String)> = (1..=commitments)
        .map(|number| match language {
            Language::De => (format!("dienst-{number}"), format!("Verfügbarkeit Dienst {number}")),
            Language::En => (format!("service-{number}"), format!("Availability of service {number}")),
        })
        .collect();
    let bad: Vec<Bad> = (0..i64::try_from(outages).unwrap_or(i64::MAX))
        .map(|at| Bad::new(HOUR + at * spread.max(2 * MINUTE), 1, if at % 3 == 0 { 1000 } else { 310 }))
        .collect();
    let promises: Vec<Promise<'_>> = names
        .iter()
        .map(|(name, title)| Promise {
            name,
            title,
            target: "99.9",
            method: Method::Timeslices,
            bad: &bad,
            unknown: &[(9 * DAY, 30 * MINUTE, UnknownReason::Missing)],
        })
        .collect();
    scene.record(&promises, Vec::new())
}

/// Two people at the customer.
pub fn contacts() -> Vec<Contact> {
    let contact = |name: &str, email: &str| Contact { name: name.to_owned(), email: email.to_owned() };
    vec![contact("Dr. Jörg Müller", "joerg.mueller@example.org"), contact("Ada Byron", "ada@example.org")]
}

#[derive(Clone, Copy)]
enum Hours {
    Always,
    Weekdays,
}

/// Bad slices in a row, from an offset to the month's start.
struct Bad {
    from_seconds: i64,
    slices: i64,
    failed_permille: i64,
}

impl Bad {
    fn new(from_seconds: i64, slices: i64, failed_permille: i64) -> Self {
        Self { from_seconds, slices, failed_permille }
    }
}

struct Promise<'a> {
    name: &'a str,
    title: &'a str,
    target: &'a str,
    method: Method,
    bad: &'a [Bad],
    unknown: &'a [(i64, i64, UnknownReason)],
}

/// The customer and the month.
struct Scene {
    language: Language,
    tenant: &'static str,
    tenant_name: &'static str,
    currency: &'static str,
    hours: &'static str,
    zone: Tz,
    month: Month,
    days: Vec<(NaiveDate, Period)>,
    service: Vec<Period>,
    excluded: Period,
}

impl Scene {
    fn new(language: Language, hours: Hours) -> Self {
        let (tenant, tenant_name, currency, zone) = match language {
            Language::De => ("nordlicht", "Nordlicht Logistik Großhandel GmbH & Co. KG", "EUR", Tz::Europe__Berlin),
            Language::En => ("prairie", "Prairie Freight Inc.", "USD", Tz::America__Chicago),
        };
        let month = Month::new(2026, 10).expect("a month");
        let days: Vec<_> = month.days(zone).collect();
        let open = |(date, day): &(NaiveDate, Period)| match hours {
            Hours::Always => Some(*day),
            Hours::Weekdays if matches!(date.weekday(), Weekday::Sat | Weekday::Sun) => None,
            Hours::Weekdays => Period::new(day.start + 8 * HOUR, day.start + 18 * HOUR),
        };
        let start = month.period(zone).start + 10 * DAY + 12 * HOUR;
        Self {
            language,
            tenant,
            tenant_name,
            currency,
            hours: match hours {
                Hours::Always => "24/7",
                Hours::Weekdays => "Mo-Fr 08:00-18:00",
            },
            zone,
            month,
            service: days.iter().filter_map(open).collect(),
            days,
            excluded: Period::new(start, start + 2 * HOUR).expect("two hours"),
        }
    }

    fn record(&self, promises: &[Promise<'_>], incident_promises: Vec<RecordIncidentPromise>) -> MonthRecord {
        let period = self.month.period(self.zone);
        let evidence: Vec<RecordEvidence> = promises.iter().map(|promise| self.evidence(promise)).collect();
        let commitments: Vec<RecordCommitment> =
            promises.iter().zip(&evidence).map(|(promise, evidence)| self.commitment(promise, evidence)).collect();
        let sum = |pick: fn(&RecordCredit) -> i64| {
            let of_incidents = incident_promises.iter().map(|one| pick(&one.credit));
            commitments.iter().map(|one| pick(&one.credit)).chain(of_incidents).sum()
        };
        let verdicts = commitments.iter().map(|one| one.verdict);
        let verdicts = verdicts.chain(incident_promises.iter().map(|one| one.verdict));
        MonthRecord {
            schema: RECORD_SCHEMA.to_owned(),
            tenant: self.tenant.to_owned(),
            tenant_name: self.tenant_name.to_owned(),
            language: self.language,
            month: self.month,
            revision: 1,
            chain_head: Some(format!("1204:{}", "7c".repeat(32))),
            period: RecordPeriod {
                start: utc_text(period.start),
                end: utc_text(period.end),
                time_zone: self.zone.to_string(),
                seconds: period.seconds(),
            },
            contract: RecordContract {
                id: format!("{}-platform", self.tenant),
                version: 2,
                template: Some("msp-availability".to_owned()),
                sha256: sha256_hex(self.tenant.as_bytes()),
                service_hours: self.hours.to_owned(),
                fee: RecordMoney { currency: self.currency.to_owned(), minor: FEE_MINOR },
                legal_nature: LegalNature::ServiceCredit,
            },
            verdict: verdicts.max().unwrap_or(Verdict::Met),
            credit_total: CreditTotal {
                currency: self.currency.to_owned(),
                low_minor: sum(|credit| credit.low_minor),
                high_minor: sum(|credit| credit.high_minor),
            },
            incident_promises,
            caps: Vec::new(),
            earned_back: Vec::new(),
            rights: Vec::new(),
            claim: None,
            unknown_months: Vec::new(),
            accepted: Vec::new(),
            earlier: course::earlier(self.month, &commitments),
            exclusions: self.exclusions(promises),
            evidence,
            commitments,
        }
    }

    fn exclusions(&self, promises: &[Promise<'_>]) -> Vec<RecordExclusion> {
        let reasons = match self.language {
            Language::De => ["Angekündigte Wartung der Datenbank", "Netzumbau, nachträglich gemeldet"],
            Language::En => ["Announced database maintenance", "Network change, reported afterwards"],
        };
        let exclusion = |name: &str, after_seconds: i64, reason: &str, decision| RecordExclusion {
            name: name.to_owned(),
            start: utc_text(self.excluded.start + after_seconds),
            end: utc_text(self.excluded.end + after_seconds),
            reason: reason.to_owned(),
            commitments: promises.iter().map(|promise| promise.name.to_owned()).collect(),
            kind: ExclusionKind::Maintenance,
            announced_at: Some(utc_text(self.excluded.start - 10 * DAY)),
            after_the_fact: Some(decision != ExclusionDecision::Accepted),
            accepted_seconds: if decision == ExclusionDecision::Accepted { self.excluded.seconds() } else { 0 },
            decision,
            request: None,
        };
        vec![
            exclusion("maintenance-10", 0, reasons[0], ExclusionDecision::Accepted),
            exclusion("network-10", 3 * DAY, reasons[1], ExclusionDecision::NotApproved),
        ]
    }

    fn evidence(&self, promise: &Promise<'_>) -> RecordEvidence {
        let (tenant, period) = (self.tenant, self.month.period(self.zone));
        RecordEvidence {
            sha256: sha256_hex(promise.name.as_bytes()),
            query: format!(
                "good: sum(increase(http_requests_total{{tenant=\"{tenant}\",job=\"{}\",code!~\"5..\"}}[1m])); \
                 total: sum(increase(http_requests_total{{tenant=\"{tenant}\",job=\"{}\"}}[1m]))",
                promise.name, promise.name
            ),
            source: "prometheus https://metrics.example.org".to_owned(),
            server_version: "2.53.1".to_owned(),
            from: utc_text(period.start),
            to: utc_text(period.end),
            step_seconds: MINUTE,
            warnings: match promise.unknown {
                [] => Vec::new(),
                _ => vec!["PromQL info: metric might not be a counter | name does not end in _total".to_owned()],
            },
            notes: match promise.unknown {
                [] => Vec::new(),
                _ => self.notes(),
            },
        }
    }

    /// One note of every kind.
    fn notes(&self) -> Vec<Note> {
        let at = |seconds: i64| utc_text(self.month.period(self.zone).start + 20 * DAY + seconds);
        let (column, first_end) = (|name: &str| name.to_owned(), || at(8 * HOUR + MINUTE));
        vec![
            Note::NoSeries { column: column("bad"), from: at(8 * HOUR), to: at(18 * HOUR) },
            Note::NoNumber { column: column("good"), slices: 600, first_end: first_end() },
            Note::NotFinite { column: column("total"), slices: 1, first_end: first_end() },
            Note::TooLarge { column: column("total"), slices: 2, first_end: first_end() },
            Note::Unread { column: column("bad"), slices: 13, first_end: first_end() },
            Note::Estimated { column: column("total") },
            Note::NewSeries { column: column("bad"), series: 1, counted: true },
            Note::NewSeries { column: column("total"), series: 3, counted: false },
            Note::Restarts { column: column("bad"), restarts: 1 },
            Note::Restarts { column: column("total"), restarts: 27 },
            Note::Replicas {
                label: column("replica"),
                counted: column("a"),
                slices: 44_640,
                other: column("b"),
                other_slices: 44_010,
                both_slices: 44_010,
                events: 9_236_112,
                other_events: 9_236_097,
            },
            Note::NoBeats { reason: Unknown::NoHistory, seconds: HOUR },
            Note::NoBeats { reason: Unknown::Contradiction, seconds: 1 },
            Note::NoBeats { reason: Unknown::ProbeSilent, seconds: MINUTE },
            Note::NoBeats { reason: Unknown::ProbeAbsent, seconds: MINUTE },
            Note::NoBeats { reason: Unknown::NotCaptured, seconds: MINUTE },
        ]
    }

    /// The parts of a stretch that lie in service time and outside the excluded window.
    fn counted(&self, stretch: Period) -> Vec<Period> {
        let within = self.service.iter().filter_map(|open| open.overlap(stretch));
        let parts = within.flat_map(|part| {
            let before = Period::new(part.start, part.end.min(self.excluded.start));
            let after = Period::new(part.start.max(self.excluded.end), part.end);
            before.into_iter().chain(after)
        });
        parts.collect()
    }

    fn commitment(&self, promise: &Promise<'_>, evidence: &RecordEvidence) -> RecordCommitment {
        let month = self.month.period(self.zone);
        let at = |from: i64, seconds: i64| Period::new(month.start + from, month.start + from + seconds);
        let bad: Vec<(Period, i64)> = promise
            .bad
            .iter()
            .filter_map(|bad| Some((at(bad.from_seconds, bad.slices * MINUTE)?, bad.failed_permille)))
            .flat_map(|(stretch, permille)| self.counted(stretch).into_iter().map(move |part| (part, permille)))
            .collect();
        let unknown: Vec<(Period, UnknownReason)> = promise
            .unknown
            .iter()
            .filter_map(|(from, seconds, reason)| Some((at(*from, *seconds)?, *reason)))
            .flat_map(|(stretch, reason)| self.counted(stretch).into_iter().map(move |part| (part, reason)))
            .collect();
        let bad_periods: Vec<Period> = bad.iter().map(|(part, _)| *part).collect();
        let unknown_periods: Vec<Period> = unknown.iter().map(|(part, _)| *part).collect();

        let service_seconds = seconds(&self.service);
        let base_seconds: i64 = self.service.iter().map(|open| seconds(&self.counted(*open))).sum();
        let tally = Tally::new(promise.method, base_seconds, &bad, seconds(&unknown_periods));
        let target: Percent = promise.target.parse().expect("a percentage");
        let (low, high) = (tally.attained(0), tally.attained(tally.unknown));
        let verdict = match (low >= target.ratio(), high >= target.ratio()) {
            (true, _) => Verdict::Met,
            (false, true) => Verdict::Undecidable,
            (false, false) => Verdict::Breached,
        };
        let allowed = Ratio::one().minus(&target.ratio());
        let used = |attained: &Ratio| {
            let used = Ratio::one().minus(attained).over(&allowed)?;
            Some(used.to_percent(2, Rounding::Ceil))
        };
        let printed = |ratio: &Ratio| Some(RecordRatio::from(ratio));
        let certain = low == high;
        RecordCommitment {
            name: promise.name.to_owned(),
            title: promise.title.to_owned(),
            slo: format!("{}-slo", promise.name),
            contract_version: 2,
            period: None,
            method: promise.method,
            unit: if promise.method == Method::Timeslices { CountUnit::Slices } else { CountUnit::Events },
            slice_seconds: MINUTE,
            slice_target: Some("95".to_owned()),
            consecutive_slices: None,
            minimum_events_per_slice: None,
            minimum_events_per_period: None,
            threshold: None,
            consumption_budget: None,
            target: promise.target.to_owned(),
            good: Count::Whole(tally.good),
            total: Count::Whole(tally.total),
            attained: certain.then(|| RecordRatio::from(&low)),
            attained_range: RecordRange { low: printed(&low), high: printed(&high) },
            service_seconds,
            downtime_seconds: seconds(&bad_periods),
            excluded_seconds: service_seconds - base_seconds,
            unknown_seconds: seconds(&unknown_periods),
            quiet_seconds: 0,
            unknown_reading: UnknownReading::Range,
            unknown_bound: (promise.method == Method::Occurrences && tally.unknown > 0).then_some(RecordUnknownBound {
                slices: tally.unknown / EVENTS_PER_SLICE,
                per_slice: Count::Whole(EVENTS_PER_SLICE),
                total: Count::Whole(tally.unknown),
            }),
            quiet_reading: QuietReading::Good,
            exclusion_mode: ExclusionMode::Denominator,
            budget: RecordBudget {
                allowed_seconds: trimmed(&allowed.times(&Ratio::whole(base_seconds)).to_decimal(3, Rounding::Floor)),
                used_percent: if certain { used(&low) } else { None },
                used_percent_range: RecordRange { low: used(&high), high: used(&low) },
            },
            verdict,
            credit: self.by_band(promise.target, &low, &high),
            outages: bad.iter().map(|(part, permille)| outage(*part, *permille)).collect(),
            unknown: unknown
                .iter()
                .map(|(part, reason)| RecordUnknown {
                    start: utc_text(part.start),
                    end: utc_text(part.end),
                    seconds: part.seconds(),
                    reason: *reason,
                })
                .collect(),
            days: self.days(promise.method, &bad, &unknown_periods),
            course: Some(self.course(&tally, &target, &bad, &unknown_periods, promise.method)),
            second_reading: None,
            evidence: vec![evidence.sha256.clone()],
        }
    }

    fn days(&self, method: Method, bad: &[(Period, i64)], unknown: &[Period]) -> Vec<RecordDay> {
        let day = |(date, day): &(NaiveDate, Period)| {
            let counted = self.counted(*day);
            let within = |stretch: &Period| stretch.overlap(*day);
            let bad: Vec<(Period, i64)> = bad.iter().filter_map(|(part, p)| Some((within(part)?, *p))).collect();
            let unknown_seconds: i64 = unknown.iter().filter_map(within).map(Period::seconds).sum();
            let tally = Tally::new(method, seconds(&counted), &bad, unknown_seconds);
            let known = (tally.total > 0).then(|| tally.known_percent());
            RecordDay {
                date: date.to_string(),
                service_seconds: seconds(&counted),
                good: Count::Whole(tally.good),
                total: Count::Whole(tally.total),
                percent: known,
                downtime_seconds: bad.iter().map(|(part, _)| part.seconds()).sum(),
                unknown_seconds,
            }
        };
        self.days.iter().map(day).collect()
    }
}

/// Counts of a stretch of time.
struct Tally {
    good: i64,
    total: i64,
    unknown: i64,
}

impl Tally {
    fn new(method: Method, base_seconds: i64, bad: &[(Period, i64)], unknown_seconds: i64) -> Self {
        let each = if method == Method::Timeslices { 1 } else { EVENTS_PER_SLICE };
        let failed = |(part, permille): &(Period, i64)| match method {
            Method::Timeslices => part.seconds() / MINUTE,
            Method::Occurrences | Method::RatioTimeslices | Method::Consumption => {
                part.seconds() / MINUTE * each * permille / 1000
            }
        };
        let unknown = unknown_seconds / MINUTE * each;
        let total = base_seconds / MINUTE * each - unknown;
        Self { good: total - bad.iter().map(failed).sum::<i64>(), total, unknown }
    }

    /// The share when `good` of the unknown units were good.
    fn attained(&self, good: i64) -> Ratio {
        Ratio::new(self.good + good, self.total + self.unknown).unwrap_or_else(Ratio::one)
    }

    fn known_percent(&self) -> String {
        let known = Ratio::new(self.good, self.total).unwrap_or_else(Ratio::one);
        known.to_percent(sla_core::record::PERCENT_DIGITS, Rounding::Floor)
    }
}

fn outage(part: Period, permille: i64) -> RecordOutage {
    let total = part.seconds() / MINUTE * EVENTS_PER_SLICE;
    RecordOutage {
        start: utc_text(part.start),
        end: utc_text(part.end),
        seconds: part.seconds(),
        reason: OutageReason {
            code: if permille == 1000 { OutageCode::AllFailed } else { OutageCode::SomeFailed },
            failed: Count::Whole(total * permille / 1000),
            total: Count::Whole(total),
        },
        standing: OutageStanding::Counts,
    }
}

fn trimmed(decimal: &str) -> String {
    decimal.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn seconds(periods: &[Period]) -> i64 {
    periods.iter().map(|period| period.seconds()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_invented_months_have_the_verdict_they_are_asked_for() {
        #[track_caller]
        fn check(language: Language, verdict: Verdict) {
            let record = record(language, verdict);
            assert_eq!(record.verdict, verdict, "{language:?}");
            assert_eq!(record.commitments.iter().map(|one| one.days.len()).max(), Some(31));
        }
        for language in [Language::De, Language::En] {
            for verdict in [Verdict::Met, Verdict::Breached, Verdict::Undecidable] {
                check(language, verdict);
            }
        }
    }
}
