//! `report.xlsx`: everything that a month's report tells, to be filtered and added up.

mod readings;

use serde::Serialize;
use sla_core::Tz;
use sla_core::billing::Settlement;
use sla_core::money::Currency;
use sla_core::record::{CountUnit, MonthRecord, OutageStanding, RecordPromise, RecordRatio};

use super::cell::Cell;
use super::sheet::{About, Column, Row, Sheet, write};
use super::words::{Words, name_of, plain};
use crate::error::ReportError;
use crate::explain::{DerivedPromise, derived};
use crate::locale::{self, Locale};
use crate::templates::{Templates, workbook_name};

const NAME: &str = "report.xlsx";

/// Writes `report.xlsx`, with what was decided once it is.
pub(crate) fn report_xlsx(
    templates: &Templates,
    record: &MonthRecord,
    settlement: Option<&Settlement>,
) -> Result<Vec<u8>, ReportError> {
    let wording = templates.wording(record.language);
    let file = workbook_name(record.language);
    let month = Month {
        templates,
        record,
        settlement,
        words: Words::new(&file, wording),
        locale: &wording.locale,
        zone: parsed("period.time_zone", &record.period.time_zone, "an IANA time zone")?,
        currency: parsed("credit_total.currency", &record.credit_total.currency, "an ISO 4217 code such as EUR")?,
    };
    let end =
        locale::local(&record.period.end, month.zone).ok_or_else(|| ReportError::not_a_moment(&record.period.end))?;
    let about = About {
        title: format!("{} · {}", record.tenant_name, month.name_of(record.month)),
        author: templates.look(&record.tenant).theme.provider.name.clone(),
        made_at: end.timestamp(),
        source: "report.json",
    };
    let mut sheets = vec![
        month.overview()?,
        month.commitments()?,
        month.credits()?,
        month.derivation()?,
        month.outages()?,
        month.unknown()?,
        month.incidents()?,
        month.exclusions()?,
        month.evidence()?,
        month.days()?,
    ];
    // Last, so that the others stay where they are.
    sheets.extend(month.readings()?);
    write(NAME, &about, month.words.own, &sheets)
}

struct Month<'a> {
    templates: &'a Templates,
    record: &'a MonthRecord,
    settlement: Option<&'a Settlement>,
    words: Words<'a>,
    locale: &'a Locale,
    zone: Tz,
    currency: Currency,
}

/// Which promise a row is of.
const NAMED: [&str; 2] = ["commitment", "title"];
/// From when to when.
const SPAN: [&str; 4] = ["start", "offset", "end", "end_offset"];

impl Month<'_> {
    fn overview(&self) -> Result<Sheet, ReportError> {
        let record = self.record;
        let [start, start_offset] = self.moment(&record.period.start)?;
        let [end, end_offset] = self.moment(&record.period.end)?;
        let contract = &record.contract;
        let total = &record.credit_total;
        let mut facts = vec![
            ("provider", Cell::text(&self.templates.look(&record.tenant).theme.provider.name)),
            ("customer", Cell::text(&record.tenant_name)),
            ("tenant", Cell::text(&record.tenant)),
            ("month", Cell::text(self.name_of(record.month))),
            ("revision", Cell::number(record.revision)),
            ("start", start),
            ("offset", start_offset),
            ("end", end),
            ("end_offset", end_offset),
            ("time_zone", Cell::text(&record.period.time_zone)),
            ("contract", Cell::text(&contract.id)),
            ("contract_version", Cell::number(contract.version)),
            ("service_hours", Cell::text(&contract.service_hours)),
            ("verdict", self.word("verdict", &record.verdict)?),
            ("fee", self.money(contract.fee.minor)),
            ("nature", Cell::text(self.words.nature(&name_of(&contract.legal_nature))?)),
            ("credit_low", self.money(total.low_minor)),
            ("credit_high", self.money(total.high_minor)),
        ];
        if let Some(settlement) = self.settlement {
            facts.push(("decided", self.money(settlement.total.amount_minor)));
        }
        facts.push(("record_sha256", Cell::text(record.digest())));
        facts.push(("how", Cell::text(self.words.word("note", "how")?)));
        let fact = |(key, value): (&str, Cell)| Ok(vec![Cell::text(self.head(key)?), value]);
        let rows = facts.into_iter().map(fact).collect::<Result<_, ReportError>>()?;
        Ok(Sheet { is_list: false, ..self.sheet("overview", &["field", "value"], &[], rows)? })
    }

    fn commitments(&self) -> Result<Sheet, ReportError> {
        const COLUMNS: [&str; 24] = [
            "commitment",
            "title",
            "contract_version",
            "target",
            "attained_low",
            "attained_high",
            "verdict",
            "method",
            "good",
            "total",
            "unit",
            "service",
            "downtime",
            "excluded",
            "unknown",
            "quiet",
            "budget_allowed",
            "budget_used_low",
            "budget_used_high",
            "outages",
            "unknown_stretches",
            "credit_low",
            "credit_high",
            "evidence_numbers",
        ];
        let measured = self.record.commitments.iter().zip(self.record.promises()).map(|(one, promise)| {
            let mut row = self.named(&promise);
            let counted = one.outages.iter().filter(|outage| outage.standing == OutageStanding::Counts).count();
            row.extend([
                Cell::number(one.contract_version),
                Cell::number(&one.target),
                percent(one.attained_range.low.as_ref()),
                percent(one.attained_range.high.as_ref()),
                self.word("verdict", &one.verdict)?,
                self.word("method", &one.method)?,
                Cell::number(&one.good),
                Cell::number(&one.total),
                self.unit(one.unit)?,
                Cell::number(one.service_seconds),
                Cell::number(one.downtime_seconds),
                Cell::number(one.excluded_seconds),
                Cell::number(one.unknown_seconds),
                Cell::number(one.quiet_seconds),
                Cell::number(&one.budget.allowed_seconds),
                Cell::number_or_empty(one.budget.used_percent_range.low.as_ref()),
                Cell::number_or_empty(one.budget.used_percent_range.high.as_ref()),
                Cell::number(counted),
                Cell::number(one.unknown.len()),
                self.money(one.credit.low_minor),
                self.money(one.credit.high_minor),
                Cell::text(self.evidence_numbers(&one.evidence)),
            ]);
            Ok(row)
        });
        let of_incidents = self.record.promises().skip(self.record.commitments.len());
        let of_incidents = self.record.incident_promises.iter().zip(of_incidents).map(|(one, promise)| {
            let mut row = self.named(&promise);
            row.extend([
                Cell::number(one.contract_version),
                Cell::number(&one.target),
                percent(one.attained_range.low.as_ref()),
                percent(one.attained_range.high.as_ref()),
                self.word("verdict", &one.verdict)?,
                Cell::text(self.words.word("counted", "incidents_kept")?),
                Cell::number(one.within),
                Cell::number(one.within + one.over + one.undecidable),
                Cell::text(self.words.word("counted", "incidents")?),
            ]);
            row.extend((0..10).map(|_| Cell::Empty));
            row.extend([self.money(one.credit.low_minor), self.money(one.credit.high_minor), Cell::Empty]);
            Ok(row)
        });
        let rows = measured.chain(of_incidents).collect::<Result<_, ReportError>>()?;
        self.sheet("commitments", &COLUMNS, &["credit_low", "credit_high"], rows)
    }

    fn credits(&self) -> Result<Sheet, ReportError> {
        const DRAFT: [&str; 8] =
            ["commitment", "title", "verdict", "rounding", "credit_low", "credit_high", "rise_low", "rise_high"];
        const DECIDED: [&str; 6] =
            ["outcome", "reason_of_decision", "before", "taken_back", "decided", "letter_amount"];
        const SUMS: [&str; 8] =
            ["credit_low", "credit_high", "rise_low", "rise_high", "before", "taken_back", "decided", "letter_amount"];
        let row = |promise: RecordPromise<'_>| {
            let credit = promise.credit;
            let rise = |pick: fn(&sla_core::record::RecordRange<i64>) -> i64| {
                credit.bonus_minor.as_ref().map_or(Cell::Empty, |rise| self.money(pick(rise)))
            };
            let mut row = self.named(&promise);
            row.extend([
                self.word("verdict", &promise.verdict)?,
                self.word("rounding", &credit.rounding)?,
                self.money(credit.low_minor),
                self.money(credit.high_minor),
                rise(|range| range.low),
                rise(|range| range.high),
            ]);
            if let Some(settlement) = self.settlement {
                row.extend(self.decided(settlement, &promise.key(self.record.contract.version))?);
            }
            Ok(row)
        };
        let rows = self.record.promises().map(row).collect::<Result<_, ReportError>>()?;
        let decided: &[&str] = if self.settlement.is_some() { &DECIDED } else { &[] };
        self.sheet("credits", &[&DRAFT[..], decided].concat(), &SUMS, rows)
    }

    fn decided(&self, settlement: &Settlement, key: &str) -> Result<Row, ReportError> {
        let Some(credit) = settlement.credits.iter().find(|credit| credit.commitment == key) else {
            return Ok((0..6).map(|_| Cell::Empty).collect());
        };
        let reasons = [credit.reason.as_str(), credit.taken_back_because.as_str()];
        let reasons: Vec<&str> = reasons.into_iter().filter(|reason| !reason.is_empty()).collect();
        Ok(vec![
            self.word("settled", &credit.outcome)?,
            Cell::text(reasons.join("; ")),
            self.money(credit.sums.before_minor),
            self.money(credit.sums.taken_back_minor),
            self.money(credit.sums.amount_minor),
            self.money(credit.sums.letter_minor),
        ])
    }

    fn derivation(&self) -> Result<Sheet, ReportError> {
        const COLUMNS: [&str; 8] = ["commitment", "title", "month", "case", "step", "rule", "exact_result", "result"];
        let derived = derived(self.templates, self.record, self.record.language)?;
        let earned_back = self.words.word("explain", "earned_back")?;
        let rows = |one: &DerivedPromise, prefix: &str| {
            let steps = one.cases.iter().flat_map(|case| (1..).zip(&case.steps).map(move |step| (case, step)));
            let row = |(case, (number, step)): (&crate::DerivedCase, (usize, &crate::DerivedStep))| {
                vec![
                    Cell::text(&one.commitment),
                    Cell::text(&one.title),
                    Cell::text(self.name_of(one.month)),
                    Cell::text(format!("{prefix}{}", case.title)),
                    Cell::number(number),
                    Cell::text(plain(&step.text)),
                    Cell::text(plain(&step.exact)),
                    Cell::text(plain(&step.rounded)),
                ]
            };
            steps.map(row).collect::<Vec<Row>>()
        };
        let waived = format!("{earned_back}: ");
        let of_promises = derived.promises.iter().flat_map(|one| rows(one, ""));
        let all = of_promises.chain(derived.earned_back.iter().flat_map(|one| rows(one, &waived))).collect();
        self.sheet("derivation", &COLUMNS, &[], all)
    }

    fn outages(&self) -> Result<Sheet, ReportError> {
        const COLUMNS: [&str; 6] = ["duration", "counted", "standing", "reason", "failed", "total"];
        let row = |(promise, outage): (RecordPromise<'_>, &sla_core::record::RecordOutage)| {
            let counts = outage.standing == OutageStanding::Counts;
            let mut row = self.named(&promise);
            row.extend(self.span(&outage.start, &outage.end)?);
            row.extend([
                Cell::number(outage.seconds),
                Cell::number(if counts { outage.seconds } else { 0 }),
                self.word("standing", &outage.standing)?,
                self.word("outage", &outage.reason.code)?,
                Cell::number(&outage.reason.failed),
                Cell::number(&outage.reason.total),
            ]);
            Ok(row)
        };
        let all = self.measured(|one| &one.outages);
        let columns = [&NAMED[..], &SPAN, &COLUMNS].concat();
        self.sheet("outages", &columns, &["duration", "counted"], all.map(row).collect::<Result<_, ReportError>>()?)
    }

    fn unknown(&self) -> Result<Sheet, ReportError> {
        const COLUMNS: [&str; 2] = ["duration", "reason"];
        let row = |(promise, stretch): (RecordPromise<'_>, &sla_core::record::RecordUnknown)| {
            let mut row = self.named(&promise);
            row.extend(self.span(&stretch.start, &stretch.end)?);
            row.extend([Cell::number(stretch.seconds), self.word("unknown", &stretch.reason)?]);
            Ok(row)
        };
        let all = self.measured(|one| &one.unknown);
        let columns = [&NAMED[..], &SPAN, &COLUMNS].concat();
        self.sheet("unknown", &columns, &["duration"], all.map(row).collect::<Result<_, ReportError>>()?)
    }

    fn incidents(&self) -> Result<Sheet, ReportError> {
        const COLUMNS: [&str; 16] = [
            "commitment",
            "title",
            "incident",
            "what",
            "began",
            "detected",
            "reported",
            "responded",
            "restored",
            "limit",
            "clock_low",
            "clock_high",
            "clock_stops",
            "incident_verdict",
            "time_zone",
            "document_sha256",
        ];
        let promises = self.record.promises().skip(self.record.commitments.len());
        let mut rows = Vec::new();
        for (one, promise) in self.record.incident_promises.iter().zip(promises) {
            for incident in &one.incidents {
                let when = |at: &Option<String>| at.as_ref().map_or(Ok(Cell::Empty), |at| self.clock(at));
                let mut row = self.named(&promise);
                row.extend([
                    Cell::text(&incident.name),
                    Cell::text(&incident.title),
                    when(&incident.began)?,
                    when(&incident.detected)?,
                    self.clock(&incident.reported)?,
                    when(&incident.responded)?,
                    when(&incident.restored)?,
                    Cell::number(one.limit_seconds),
                    Cell::number(incident.outcome.elapsed_seconds.low),
                    Cell::number_or_empty(incident.outcome.elapsed_seconds.high),
                    Cell::number(incident.outcome.clock_stops_seconds),
                    self.word("incident_verdict", &incident.outcome.verdict)?,
                    Cell::text(&self.record.period.time_zone),
                    Cell::text(&incident.sha256),
                ]);
                rows.push(row);
            }
        }
        self.sheet("incidents", &COLUMNS, &[], rows)
    }

    fn exclusions(&self) -> Result<Sheet, ReportError> {
        const COLUMNS: [&str; 5] = ["announced", "accepted", "decision", "reason", "commitments"];
        let row = |one: &sla_core::record::RecordExclusion| {
            let mut row = vec![Cell::text(&one.name), Cell::text(self.words.word("exclusion_kind", one.kind.name())?)];
            row.extend(self.span(&one.start, &one.end)?);
            row.extend([
                one.announced_at.as_ref().map_or(Ok(Cell::Empty), |at| self.clock(at))?,
                Cell::number(one.accepted_seconds),
                self.word("decision", &one.decision)?,
                Cell::text(&one.reason),
                Cell::text(one.commitments.join(", ")),
            ]);
            Ok(row)
        };
        let rows = self.record.exclusions.iter().map(row).collect::<Result<_, ReportError>>()?;
        let columns = [&["window", "kind"][..], &SPAN, &COLUMNS].concat();
        self.sheet("exclusions", &columns, &["accepted"], rows)
    }

    fn evidence(&self) -> Result<Sheet, ReportError> {
        const COLUMNS: [&str; 11] = [
            "number",
            "commitments",
            "source",
            "source_version",
            "query",
            "from",
            "to",
            "step_length",
            "warnings",
            "notes",
            "evidence_sha256",
        ];
        let row = |(number, one): (usize, &sla_core::record::RecordEvidence)| {
            let resting = self.record.commitments.iter().filter(|known| known.evidence.contains(&one.sha256));
            let resting: Vec<&str> = resting.map(|known| known.name.as_str()).collect();
            Ok(vec![
                Cell::number(number),
                Cell::text(resting.join(", ")),
                Cell::text(self.words.told(&one.source)),
                Cell::text(self.words.told(&one.server_version)),
                Cell::text(self.words.told(&one.query)),
                self.clock(&one.from)?,
                self.clock(&one.to)?,
                Cell::number(one.step_seconds),
                Cell::text(one.warnings.join("\n")),
                Cell::number(one.notes.len()),
                Cell::text(&one.sha256),
            ])
        };
        let rows = (1..).zip(&self.record.evidence).map(row).collect::<Result<_, ReportError>>()?;
        self.sheet("evidence", &COLUMNS, &[], rows)
    }

    fn days(&self) -> Result<Sheet, ReportError> {
        const COLUMNS: [&str; 9] =
            ["commitment", "title", "day", "service_counted", "good", "total", "day_percent", "downtime", "unknown"];
        let row = |(promise, day): (RecordPromise<'_>, &sla_core::record::RecordDay)| {
            let mut row = self.named(&promise);
            row.extend([
                Cell::day(&day.date),
                Cell::number(day.service_seconds),
                Cell::number(&day.good),
                Cell::number(&day.total),
                Cell::number_or_empty(day.percent.as_ref()),
                Cell::number(day.downtime_seconds),
                Cell::number(day.unknown_seconds),
            ]);
            row
        };
        let rows = self.measured(|one| &one.days).map(row).collect();
        self.sheet("days", &COLUMNS, &["service_counted", "downtime", "unknown"], rows)
    }

    fn sheet(&self, name: &str, columns: &[&str], sums: &[&str], rows: Vec<Row>) -> Result<Sheet, ReportError> {
        let column = |key: &&str| Ok(Column { head: self.head(key)?, is_summed: sums.contains(key) });
        let columns = columns.iter().map(column).collect::<Result<_, ReportError>>()?;
        Ok(Sheet { name: self.words.sheet(name)?.to_owned(), columns, rows, is_list: true })
    }

    /// Everything of one kind that the measured commitments have, each with its own.
    fn measured<'a, T: 'a>(
        &'a self,
        of: impl Fn(&'a sla_core::record::RecordCommitment) -> &'a Vec<T>,
    ) -> impl Iterator<Item = (RecordPromise<'a>, &'a T)> {
        let promises = self.record.promises();
        promises
            .filter_map(|promise| Some((promise, promise.measured?)))
            .flat_map(move |(promise, one)| of(one).iter().map(move |part| (promise, part)))
    }

    fn named(&self, promise: &RecordPromise<'_>) -> Row {
        vec![Cell::text(promise.key(self.record.contract.version)), Cell::text(promise.title)]
    }

    fn head(&self, key: &str) -> Result<String, ReportError> {
        self.words.column(key, self.currency.code())
    }

    fn word(&self, of: &str, value: &impl Serialize) -> Result<Cell, ReportError> {
        Ok(Cell::text(self.words.word(of, &name_of(value))?))
    }

    fn unit(&self, unit: CountUnit) -> Result<Cell, ReportError> {
        self.word("counted", &unit)
    }

    fn money(&self, minor: i64) -> Cell {
        Cell::money(minor, self.currency)
    }

    fn name_of(&self, month: sla_core::time::Month) -> String {
        plain(&self.locale.month(month).unwrap_or_else(|| month.to_string()))
    }

    /// The wall clock and its offset, so that the hour that comes twice is not confused.
    fn moment(&self, utc: &str) -> Result<[Cell; 2], ReportError> {
        let at = locale::local(utc, self.zone).ok_or_else(|| ReportError::not_a_moment(utc))?;
        Ok([Cell::moment(&at), Cell::text(locale::offset(&at))])
    }

    /// A stretch of time, in the columns of [`SPAN`].
    fn span(&self, start: &str, end: &str) -> Result<impl Iterator<Item = Cell> + use<>, ReportError> {
        Ok(self.moment(start)?.into_iter().chain(self.moment(end)?))
    }

    fn clock(&self, utc: &str) -> Result<Cell, ReportError> {
        let [clock, _] = self.moment(utc)?;
        Ok(clock)
    }

    fn evidence_numbers(&self, hashes: &[String]) -> String {
        let numbered = (1..).zip(&self.record.evidence).filter(|(_, piece)| hashes.contains(&piece.sha256));
        numbered.map(|(number, _): (usize, _)| number.to_string()).collect::<Vec<_>>().join(", ")
    }
}

fn percent(ratio: Option<&RecordRatio>) -> Cell {
    Cell::number_or_empty(ratio.map(|ratio| &ratio.percent))
}

fn parsed<T: std::str::FromStr>(field: &'static str, text: &str, expected: &'static str) -> Result<T, ReportError> {
    text.parse().map_err(|_| ReportError::Record { field, found: text.to_owned(), expected })
}
