//! `statement.xlsx`: the credits of a period as finance checks them, each sheet to be filtered and added up.

use serde::Serialize;
use sla_core::billing::{
    Amounts, Billing, Booked, Booking, MonthBilling, RunningCap, StatedCredit, StatedStep, Statement,
};
use sla_core::money::Currency;
use sla_core::record::{Language, RecordRange};

use super::cell::Cell;
use super::sheet::{About, Column, Row, Sheet, write};
use super::words::{Words, name_of, plain};
use crate::error::ReportError;
use crate::locale::{self, Locale};
use crate::templates::{Templates, workbook_name};

const NAME: &str = "statement.xlsx";

/// Writes `statement.xlsx`.
pub(crate) fn statement_xlsx(
    templates: &Templates,
    language: Language,
    statement: &Statement,
) -> Result<Vec<u8>, ReportError> {
    let wording = templates.wording(language);
    let file = workbook_name(language);
    let (words, billing) = (Words::new(&file, wording), &statement.billing);
    let unit = match &billing.totals[..] {
        // Amounts of several currencies stand below each other and are never added up.
        [_, _, ..] => words.word("note", "unit_of_row")?,
        [one] => &one.currency,
        [] => "–",
    };
    let writer = Writer { words, locale: &wording.locale, unit, is_summed: billing.totals.len() == 1 };
    let name = |month| plain(&writer.locale.month(month).unwrap_or_else(|| month.to_string()));
    let months = if billing.from == billing.to {
        name(billing.from)
    } else {
        format!("{} – {}", name(billing.from), name(billing.to))
    };
    let made_at = billing.to.next_first_day().and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
    let title = format!("{} · {months}", writer.words.sheet("credits")?);
    let about = About { title, author: templates.theme().provider.name.clone(), made_at, source: "statement.json" };
    let sheets = [
        writer.totals(billing)?,
        writer.months(billing)?,
        writer.credits(&statement.credits)?,
        writer.bookings(billing)?,
        writer.caps(billing)?,
    ];
    write(NAME, &about, writer.words.own, &sheets)
}

struct Writer<'a> {
    words: Words<'a>,
    locale: &'a Locale,
    /// What stands in brackets behind a head of amounts.
    unit: &'a str,
    /// Whether amounts may be added up.
    is_summed: bool,
}

/// Charges and credits by where they are.
const AMOUNTS: [&str; 11] = [
    "charges",
    "open_low",
    "open_high",
    "approved",
    "issued",
    "reversed",
    "credits_low",
    "credits_high",
    "net_low",
    "net_high",
    "rises_high",
];
/// What was really booked.
const BOOKED: [&str; 3] = ["booked_issued", "booked_reversed", "booked_net"];

impl Writer<'_> {
    fn totals(&self, billing: &Billing) -> Result<Sheet, ReportError> {
        let row = |total: &sla_core::billing::CurrencyTotal| {
            let currency = currency(&total.currency)?;
            let mut row = vec![Cell::text(&total.currency)];
            row.extend(amounts(&total.amounts, currency));
            row.extend(booked(&total.booked, currency));
            Ok(row)
        };
        let rows = billing.totals.iter().map(row).collect::<Result<_, ReportError>>()?;
        self.sheet("totals", &[&["currency"][..], &AMOUNTS, &BOOKED].concat(), &[], rows)
    }

    fn months(&self, billing: &Billing) -> Result<Sheet, ReportError> {
        const NAMED: [&str; 7] = ["tenant", "customer", "contract", "month", "revision", "month_state", "currency"];
        let mut rows = Vec::new();
        for contract in &billing.contracts {
            let currency = currency(&contract.currency)?;
            for MonthBilling { month, revision, state, amounts: of_month, .. } in &contract.months {
                let mut row = vec![
                    Cell::text(&contract.tenant),
                    Cell::text(&contract.tenant_name),
                    Cell::text(&contract.contract),
                    Cell::text(month.to_string()),
                    Cell::number(revision),
                    self.word("month_state", state)?,
                    Cell::text(&contract.currency),
                ];
                row.extend(amounts(of_month, currency));
                rows.push(row);
            }
        }
        self.sheet("months", &[&NAMED[..], &AMOUNTS].concat(), &AMOUNTS, rows)
    }

    fn credits(&self, credits: &[StatedCredit]) -> Result<Sheet, ReportError> {
        const COLUMNS: [&str; 25] = [
            "tenant",
            "customer",
            "contract",
            "month",
            "revision",
            "commitment",
            "title",
            "verdict",
            "nature",
            "currency",
            "credit_low",
            "credit_high",
            "credit_state",
            "decided",
            "before",
            "booked_net",
            "decided_by",
            "decided_at",
            "reason_of_decision",
            "approved_by",
            "approved_at",
            "issued_by",
            "issued_at",
            "reversed_by",
            "reason_of_reversal",
        ];
        let row = |one: &StatedCredit| {
            let currency = currency(&one.currency)?;
            let money = |minor: i64| Cell::money(minor, currency);
            let by = |step: &Option<StatedStep>| step.as_ref().map_or(Cell::Empty, |step| Cell::text(&step.by));
            let note = |step: &Option<StatedStep>| step.as_ref().map_or(Cell::Empty, |step| Cell::text(&step.note));
            Ok(vec![
                Cell::text(&one.tenant),
                Cell::text(&one.tenant_name),
                Cell::text(&one.contract),
                Cell::text(one.month.to_string()),
                Cell::number(one.revision),
                Cell::text(&one.commitment),
                Cell::text(&one.title),
                self.word("verdict", &one.verdict)?,
                Cell::text(self.words.nature(&name_of(&one.legal_nature))?),
                Cell::text(&one.currency),
                money(one.low_minor),
                money(one.high_minor),
                self.word("credit_state", &one.state)?,
                one.decided_minor.map_or(Cell::Empty, money),
                money(one.issued_before_minor),
                money(one.booked_minor),
                by(&one.decided),
                at(&one.decided)?,
                note(&one.decided),
                by(&one.approved),
                at(&one.approved)?,
                by(&one.issued),
                at(&one.issued)?,
                by(&one.reversed),
                note(&one.reversed),
            ])
        };
        let rows = credits.iter().map(row).collect::<Result<_, ReportError>>()?;
        self.sheet("credits", &COLUMNS, &["credit_low", "credit_high", "decided", "before", "booked_net"], rows)
    }

    fn bookings(&self, billing: &Billing) -> Result<Sheet, ReportError> {
        const COLUMNS: [&str; 13] = [
            "booking",
            "day",
            "tenant",
            "customer",
            "contract",
            "month",
            "revision",
            "commitment",
            "booked_step",
            "nature",
            "currency",
            "booked_amount",
            "reason",
        ];
        let row = |one: &Booking| {
            Ok(vec![
                Cell::text(&one.id),
                Cell::Day(one.day),
                Cell::text(&one.tenant),
                Cell::text(&one.tenant_name),
                Cell::text(&one.contract),
                Cell::text(one.month.to_string()),
                Cell::number(one.revision),
                Cell::text(&one.commitment),
                self.word("booked_step", &one.step)?,
                Cell::text(self.words.nature(&name_of(&one.legal_nature))?),
                Cell::text(&one.currency),
                Cell::money(one.amount_minor, currency(&one.currency)?),
                Cell::text(&one.note),
            ])
        };
        let rows = billing.contracts.iter().flat_map(|contract| &contract.bookings).map(row);
        self.sheet("bookings", &COLUMNS, &["booked_amount"], rows.collect::<Result<_, ReportError>>()?)
    }

    fn caps(&self, billing: &Billing) -> Result<Sheet, ReportError> {
        const COLUMNS: [&str; 15] = [
            "tenant",
            "customer",
            "contract",
            "month",
            "cap",
            "commitments",
            "since",
            "currency",
            "cap_limit",
            "used_before_low",
            "used_before_high",
            "used_low",
            "used_high",
            "left_low",
            "left_high",
        ];
        let mut rows = Vec::new();
        for contract in &billing.contracts {
            let currency = currency(&contract.currency)?;
            for (month, cap) in contract.months.iter().flat_map(|one| one.caps.iter().map(|cap| (one.month, cap))) {
                let RunningCap { per, commitments, since, limit_minor, used_before_minor, used_minor, left_minor } =
                    cap;
                let mut row = vec![
                    Cell::text(&contract.tenant),
                    Cell::text(&contract.tenant_name),
                    Cell::text(&contract.contract),
                    Cell::text(month.to_string()),
                    self.word("cap", per)?,
                    Cell::text(commitments.join(", ")),
                    since.map_or(Cell::Empty, |since| Cell::text(since.to_string())),
                    Cell::text(&contract.currency),
                    Cell::money(*limit_minor, currency),
                ];
                row.extend(
                    [used_before_minor, used_minor, left_minor].into_iter().flat_map(|one| range(one, currency)),
                );
                rows.push(row);
            }
        }
        self.sheet("caps", &COLUMNS, &[], rows)
    }

    fn sheet(&self, name: &str, columns: &[&str], sums: &[&str], rows: Vec<Row>) -> Result<Sheet, ReportError> {
        let column = |key: &&str| {
            let head = self.words.column(key, self.unit)?;
            Ok(Column { head, is_summed: self.is_summed && sums.contains(key) })
        };
        let columns = columns.iter().map(column).collect::<Result<_, ReportError>>()?;
        Ok(Sheet { name: self.words.sheet(name)?.to_owned(), columns, rows, is_list: true })
    }

    fn word(&self, of: &str, value: &impl Serialize) -> Result<Cell, ReportError> {
        Ok(Cell::text(self.words.word(of, &name_of(value))?))
    }
}

fn amounts(of: &Amounts, currency: Currency) -> Vec<Cell> {
    let money = |minor: i64| Cell::money(minor, currency);
    let mut cells = vec![money(of.charges_minor)];
    cells.extend(range(&of.open_minor, currency));
    cells.extend([of.approved_minor, of.issued_minor, of.reversed_minor].map(money));
    cells.extend(range(&of.credits_minor, currency));
    cells.extend(range(&of.net_minor, currency));
    cells.push(money(of.rises_minor.high));
    cells
}

fn booked(of: &Booked, currency: Currency) -> [Cell; 3] {
    [of.issued_minor, of.reversed_minor, of.net_minor].map(|minor| Cell::money(minor, currency))
}

fn range(of: &RecordRange<i64>, currency: Currency) -> [Cell; 2] {
    [of.low, of.high].map(|minor| Cell::money(minor, currency))
}

/// When a step was taken. Contracts of several zones stand in one sheet, so that its clock is UTC.
fn at(step: &Option<StatedStep>) -> Result<Cell, ReportError> {
    let Some(step) = step else { return Ok(Cell::Empty) };
    let at = locale::local(&step.at, sla_core::Tz::UTC).ok_or_else(|| ReportError::not_a_moment(&step.at))?;
    Ok(Cell::moment(&at))
}

fn currency(code: &str) -> Result<Currency, ReportError> {
    code.parse().map_err(|_| ReportError::Record {
        field: "currency",
        found: code.to_owned(),
        expected: "an ISO 4217 code such as EUR",
    })
}
