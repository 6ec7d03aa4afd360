//! CSV for machines (RFC 4180): UTF-8, ISO dates, dot decimals, units last in the headers.

use std::fmt::Display;

use sla_core::record::{
    MonthRecord, OutageStanding, RecordCommitment, RecordIncidentPromise, RecordRatio, RecordSecondReading,
};

use crate::ReportError;

/// A cell that cannot run as a formula.
pub(crate) struct Field(String);

impl Field {
    /// A value that this program computed; a number keeps its sign.
    pub(crate) fn own(value: impl Display) -> Self {
        Self(value.to_string())
    }

    /// A text from outside. Spreadsheets run a cell that begins with one of these signs; an apostrophe makes it text.
    pub(crate) fn foreign(text: &str) -> Self {
        Self(neutral(text))
    }

    fn empty() -> Self {
        Self(String::new())
    }
}

/// Whether a spreadsheet runs a text that somebody types into it.
pub(crate) fn runs(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// A text from outside that no spreadsheet runs.
pub(crate) fn neutral(text: &str) -> String {
    if runs(text) { format!("'{text}") } else { text.to_owned() }
}

/// The printed percentage, or nothing where there is none.
pub(crate) fn percent(ratio: Option<&RecordRatio>) -> Field {
    ratio.map_or_else(Field::empty, |ratio| Field::foreign(&ratio.percent))
}

/// A figure, or nothing where there is none.
pub(crate) fn figure(value: Option<i64>) -> Field {
    value.map_or_else(Field::empty, Field::own)
}

fn text(value: Option<&str>) -> Field {
    value.map_or_else(Field::empty, Field::foreign)
}

/// Writes a table.
pub(crate) fn write(
    name: &'static str,
    headers: &[&str],
    rows: impl Iterator<Item = Vec<Field>>,
) -> Result<Vec<u8>, ReportError> {
    let failed = |error: csv::Error| ReportError::Write { name, reason: error.to_string() };
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(headers).map_err(failed)?;
    for row in rows {
        writer.write_record(row.iter().map(|field| field.0.as_bytes())).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| ReportError::Write { name, reason: error.to_string() })
}

const HEADERS: [&str; 48] = [
    "tenant",
    "tenant_name",
    "month",
    "revision",
    "period_start",
    "period_end",
    "time_zone",
    "contract",
    "contract_version",
    "commitment",
    "title",
    "slo",
    "method",
    "target_percent",
    "good",
    "total",
    "unit",
    "attained_percent",
    "attained_low_percent",
    "attained_high_percent",
    "verdict",
    "service_seconds",
    "downtime_seconds",
    "excluded_seconds",
    "unknown_seconds",
    "quiet_seconds",
    "budget_allowed_seconds",
    "budget_used_percent",
    "budget_used_low_percent",
    "budget_used_high_percent",
    "credit_currency",
    "credit_low_minor",
    "credit_high_minor",
    "credit_rounding",
    "outages",
    "unknown_stretches",
    "evidence_sha256",
    "second_sli",
    "second_attained_low_percent",
    "second_attained_high_percent",
    "second_verdict",
    "second_downtime_seconds",
    "second_unknown_seconds",
    "difference_low_points",
    "difference_high_points",
    "tolerance_points",
    "agreement",
    "second_evidence_sha256",
];

/// So many of them are of a second reading.
const OF_SECOND: usize = 11;

/// `report.csv`: one row for each promise. Those about incidents leave empty what only a measurement has, and those that are read
/// once what a second reading has.
pub(crate) fn report_csv(record: &MonthRecord) -> Result<Vec<u8>, ReportError> {
    let measured = record.commitments.iter().map(|commitment| row(record, commitment));
    let of_incidents = record.incident_promises.iter().map(|promise| incident_row(record, promise));
    write("report.csv", &HEADERS, measured.chain(of_incidents))
}

fn incident_row(record: &MonthRecord, one: &RecordIncidentPromise) -> Vec<Field> {
    let mut row = vec![
        Field::foreign(&record.tenant),
        Field::foreign(&record.tenant_name),
        Field::own(record.month),
        Field::own(record.revision),
        Field::foreign(&record.period.start),
        Field::foreign(&record.period.end),
        Field::foreign(&record.period.time_zone),
        Field::foreign(&record.contract.id),
        Field::own(record.contract.version),
        Field::foreign(&one.name),
        Field::foreign(&one.title),
        Field::empty(),
        Field::own("Incidents"),
        Field::foreign(&one.target),
        Field::own(one.within),
        Field::own(one.within + one.over + one.undecidable),
        Field::own("incidents"),
        percent(one.attained.as_ref()),
        percent(one.attained_range.low.as_ref()),
        percent(one.attained_range.high.as_ref()),
        Field::own(one.verdict.name()),
    ];
    // Lengths of service time, and the error budget.
    row.extend((0..9).map(|_| Field::empty()));
    row.extend([
        Field::foreign(&one.credit.currency),
        Field::own(one.credit.low_minor),
        Field::own(one.credit.high_minor),
        Field::own(one.credit.rounding.name()),
        Field::empty(),
        Field::empty(),
        Field::foreign(&one.incidents.iter().map(|incident| incident.sha256.as_str()).collect::<Vec<_>>().join(" ")),
    ]);
    row.extend(second(None));
    row
}

fn row(record: &MonthRecord, one: &RecordCommitment) -> Vec<Field> {
    let budget = &one.budget;
    let range = &budget.used_percent_range;
    let mut row = vec![
        Field::foreign(&record.tenant),
        Field::foreign(&record.tenant_name),
        Field::own(record.month),
        Field::own(record.revision),
        Field::foreign(&record.period.start),
        Field::foreign(&record.period.end),
        Field::foreign(&record.period.time_zone),
        Field::foreign(&record.contract.id),
        Field::own(record.contract.version),
        Field::foreign(&one.name),
        Field::foreign(&one.title),
        Field::foreign(&one.slo),
        Field::own(format_args!("{:?}", one.method)),
        Field::foreign(&one.target),
        Field::own(&one.good),
        Field::own(&one.total),
        Field::own(match one.unit {
            sla_core::record::CountUnit::Events => "events",
            sla_core::record::CountUnit::Slices => "slices",
            sla_core::record::CountUnit::Consumption => "consumption",
        }),
        percent(one.attained.as_ref()),
        percent(one.attained_range.low.as_ref()),
        percent(one.attained_range.high.as_ref()),
        Field::own(one.verdict.name()),
        Field::own(one.service_seconds),
        Field::own(one.downtime_seconds),
        Field::own(one.excluded_seconds),
        Field::own(one.unknown_seconds),
        Field::own(one.quiet_seconds),
        Field::foreign(&budget.allowed_seconds),
        text(budget.used_percent.as_deref()),
        text(range.low.as_deref()),
        text(range.high.as_deref()),
        Field::foreign(&one.credit.currency),
        Field::own(one.credit.low_minor),
        Field::own(one.credit.high_minor),
        Field::own(one.credit.rounding.name()),
        Field::own(one.outages.iter().filter(|outage| outage.standing == OutageStanding::Counts).count()),
        Field::own(one.unknown.len()),
        Field::foreign(&one.evidence.join(" ")),
    ];
    row.extend(second(one.second_reading.as_ref()));
    row
}

/// What a second reading says, and how far it is from the first.
fn second(reading: Option<&RecordSecondReading>) -> Vec<Field> {
    let Some(one) = reading else { return (0..OF_SECOND).map(|_| Field::empty()).collect() };
    let (attained, difference) = (&one.second.attained_range, &one.difference_points);
    vec![
        Field::foreign(&one.sli),
        percent(attained.low.as_ref()),
        percent(attained.high.as_ref()),
        Field::own(one.second.verdict.name()),
        Field::own(one.second.downtime_seconds),
        Field::own(one.second.unknown_seconds),
        text(difference.low.as_deref()),
        text(difference.high.as_deref()),
        Field::foreign(&one.tolerance),
        Field::own(one.agreement.name()),
        Field::foreign(&one.evidence),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_from_outside_cannot_run_as_a_formula() {
        #[track_caller]
        fn check(field: Field, expected: &str) {
            assert_eq!(field.0, expected);
        }
        check(Field::foreign("=1+1"), "'=1+1");
        check(Field::foreign("+49 40"), "'+49 40");
        check(Field::foreign("-2"), "'-2");
        check(Field::foreign("@sum(a1)"), "'@sum(a1)");
        check(Field::foreign("\t=1"), "'\t=1");
        check(Field::foreign("\r=1"), "'\r=1");
        check(Field::foreign("Nordlicht =1"), "Nordlicht =1");
        check(Field::foreign(""), "");
        check(Field::own(-4000), "-4000");
    }

    #[test]
    fn fields_with_separators_are_quoted() {
        let rows = [vec![Field::foreign("a, \"b\""), Field::foreign("c\nd")]];
        let bytes = write("report.csv", &["x", "y"], rows.into_iter()).expect("written");
        assert_eq!(String::from_utf8(bytes).expect("text"), "x,y\r\n\"a, \"\"b\"\"\",\"c\nd\"\r\n");
    }
}
