//! A table becomes a sheet: a frozen head, a filter, widths, sums that a spreadsheet can compute again.

use std::collections::BTreeMap;

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Workbook, Worksheet, XlsxError,
};

use super::cell::{Cell, Decimal};
use super::words::SheetWords;
use crate::error::ReportError;
use crate::table;

/// The most rows of a sheet; more are counted in one, so that a file can still be opened.
const MOST_ROWS: usize = 100_000;
/// The narrowest and the widest column, in characters.
const WIDTHS: (usize, usize) = (9, 60);
/// How far a head widens its column before it breaks into lines.
const HEAD_WIDTH: usize = 18;
/// Height of a line in points, and the most lines that a row shows: a spreadsheet has no higher row.
const LINE_HEIGHT: f64 = 15.0;
const MOST_LINES: usize = 27;
/// Pages are printed on A4.
const PAPER: u8 = 9;
/// The sign of SUBTOTAL for a sum that leaves out what a filter hides.
const SUM: u8 = 9;

/// The cells of a row.
pub(crate) type Row = Vec<Cell>;

/// A column.
pub(crate) struct Column {
    pub(crate) head: String,
    /// Whether its numbers are added up.
    pub(crate) is_summed: bool,
}

/// A table.
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
    /// Whether readers filter it.
    pub(crate) is_list: bool,
}

/// What a file says of itself.
pub(crate) struct About {
    pub(crate) title: String,
    pub(crate) author: String,
    /// A moment of the month and not of a clock, so that equal months make equal bytes; Unix seconds.
    pub(crate) made_at: i64,
    /// The document in which everything stands.
    pub(crate) source: &'static str,
}

/// Writes a file of sheets.
pub(crate) fn write(
    name: &'static str,
    about: &About,
    words: &SheetWords,
    sheets: &[Sheet],
) -> Result<Vec<u8>, ReportError> {
    let written = || {
        let mut workbook = Workbook::new();
        workbook.set_properties(
            &DocProperties::new()
                .set_title(&about.title)
                .set_author(&about.author)
                .set_creation_datetime(&ExcelDateTime::from_timestamp(about.made_at)?),
        );
        for sheet in sheets {
            let formats = Formats::new(words, sheet.is_list);
            let worksheet = workbook.add_worksheet();
            Writer { sheet, words, formats: &formats, about }.write(worksheet)?;
        }
        workbook.save_to_buffer()
    };
    written().map_err(|error: XlsxError| ReportError::Write { name, reason: error.to_string() })
}

/// The looks of cells, each made once.
struct Formats {
    head: Format,
    sum: Format,
    text: Format,
    /// Of a text that a spreadsheet would run if somebody typed it: it stays text when it is edited, too.
    quoted: Format,
    day: Format,
    moment: Format,
    numbers: BTreeMap<u8, Format>,
}

/// More digits than any record has after the mark.
const MOST_DIGITS: u8 = 18;

impl Formats {
    fn new(words: &SheetWords, is_list: bool) -> Self {
        // Beside labels numbers stand as texts do; in a column they end where the others end.
        let plain = || {
            let top = Format::new().set_align(FormatAlign::Top);
            if is_list { top } else { top.set_align(FormatAlign::Left) }
        };
        let head = Format::new()
            .set_bold()
            .set_text_wrap()
            .set_indent(1)
            .set_align(FormatAlign::Top)
            .set_background_color(Color::RGB(0x00ee_f1f5))
            .set_border_bottom(FormatBorder::Thin);
        let numbers = (0..=MOST_DIGITS).map(|digits| (digits, plain().set_num_format(pattern(digits)))).collect();
        Self {
            head,
            sum: Format::new().set_bold().set_border_top(FormatBorder::Thin),
            text: plain().set_text_wrap().set_indent(1),
            quoted: plain().set_text_wrap().set_indent(1).set_quote_prefix(),
            day: plain().set_num_format(&words.day),
            moment: plain().set_num_format(&words.moment),
            numbers,
        }
    }

    fn number(&self, number: Decimal) -> &Format {
        &self.numbers[&number.digits().min(MOST_DIGITS)]
    }
}

fn pattern(digits: u8) -> String {
    let digits = "0".repeat(digits.into());
    if digits.is_empty() { "#,##0".to_owned() } else { format!("#,##0.{digits}") }
}

struct Writer<'a> {
    sheet: &'a Sheet,
    words: &'a SheetWords,
    formats: &'a Formats,
    about: &'a About,
}

impl Writer<'_> {
    fn write(&self, to: &mut Worksheet) -> Result<(), XlsxError> {
        to.set_name(&self.sheet.name)?;
        let widths = self.widths();
        self.lay_out(to, &widths)?;
        for (at, column) in (0..).zip(&self.sheet.columns) {
            to.write_string_with_format(0, at, &column.head, &self.formats.head)?;
        }
        let (shown, rest) = self.sheet.rows.split_at(self.sheet.rows.len().min(MOST_ROWS));
        let mut next = 1;
        for row in shown {
            for (at, cell) in (0..).zip(row) {
                self.cell(to, next, at, cell)?;
            }
            let lines = row.iter().zip(&widths).map(|(cell, width)| lines(cell, *width)).max().unwrap_or(1);
            if lines > 1 {
                to.set_row_height(next, LINE_HEIGHT * lines as f64)?;
            }
            next += 1;
        }
        if self.sheet.is_list && next > 1 {
            to.autofilter(0, 0, next - 1, self.last_column())?;
        }
        if !rest.is_empty() {
            let more = self.words.more.replace("{rows}", &rest.len().to_string());
            let more = more.replace("{file}", self.about.source);
            to.write_string_with_format(next, 0, more, &self.formats.text)?;
            for (at, sum) in self.sums(rest) {
                self.cell(to, next, at, &Cell::number(sum))?;
            }
            next += 1;
        }
        if next > 1 { self.sum_row(to, next) } else { Ok(()) }
    }

    fn lay_out(&self, to: &mut Worksheet, widths: &[usize]) -> Result<(), XlsxError> {
        to.set_freeze_panes(1, u16::from(self.sheet.is_list))?;
        to.set_landscape().set_paper_size(PAPER).set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
        let page = self.words.page.replace("{page}", "&P").replace("{pages}", "&N");
        // A name must not be read as one of the footer's own signs, and a footer is short.
        let title: String = self.about.title.chars().take(90).collect();
        to.set_footer(format!("&L{}&R{page}", title.replace('&', "&&")));
        let heads = self.sheet.columns.iter().zip(widths).map(|(column, width)| broken_lines(&column.head, *width));
        to.set_row_height(0, LINE_HEIGHT * heads.max().unwrap_or(1) as f64)?;
        for (at, width) in (0..).zip(widths) {
            // Room for the filter's button, and for signs that are wider than a digit.
            to.set_column_width(at, *width as f64 + 3.0)?;
        }
        Ok(())
    }

    /// How wide each column is, in characters.
    fn widths(&self) -> Vec<usize> {
        let width = |(at, column): (usize, &Column)| {
            let cells = self.sheet.rows.iter().take(MOST_ROWS).filter_map(|row| row.get(at));
            let widest = cells.map(|cell| self.width(cell)).max().unwrap_or(0);
            widest.max(column.head.chars().count().min(HEAD_WIDTH)).clamp(WIDTHS.0, WIDTHS.1)
        };
        self.sheet.columns.iter().enumerate().map(width).collect()
    }

    fn width(&self, cell: &Cell) -> usize {
        match cell {
            Cell::Empty => 0,
            Cell::Text(text) => text.lines().map(|line| line.chars().count()).max().unwrap_or(0),
            // A mark after every three digits.
            Cell::Number(number) => number.to_string().len() * 4 / 3,
            Cell::Day(_) => self.words.day.len(),
            Cell::Moment(_) => self.words.moment.len(),
        }
    }

    fn cell(&self, to: &mut Worksheet, row: u32, column: u16, cell: &Cell) -> Result<(), XlsxError> {
        match cell {
            Cell::Empty => return Ok(()),
            // A string's cell and never a formula's, whatever it begins with.
            Cell::Text(text) => {
                let format = if table::runs(text) { &self.formats.quoted } else { &self.formats.text };
                to.write_string_with_format(row, column, text, format)?
            }
            Cell::Number(number) => {
                to.write_number_with_format(row, column, double(*number), self.formats.number(*number))?
            }
            Cell::Day(day) => to.write_datetime_with_format(
                row,
                column,
                moment(day.and_time(Default::default()))?,
                &self.formats.day,
            )?,
            Cell::Moment(at) => to.write_datetime_with_format(row, column, moment(*at)?, &self.formats.moment)?,
        };
        Ok(())
    }

    /// Sums, one row below, so that no filter takes them for a row of its own.
    fn sum_row(&self, to: &mut Worksheet, next: u32) -> Result<(), XlsxError> {
        let sums = self.sums(&self.sheet.rows);
        if sums.is_empty() {
            return Ok(());
        }
        let row = next + 1;
        to.write_string_with_format(row, 0, &self.words.sum, &self.formats.sum)?;
        for (at, sum) in sums {
            let is_kept = |row: &Vec<Cell>| !matches!(row.get(usize::from(at)), Some(Cell::Text(_)));
            let format = self.formats.sum.clone().set_num_format(pattern(sum.digits()));
            if sum.is_exact() && self.sheet.rows.iter().all(is_kept) {
                let column = rust_xlsxwriter::utility::column_number_to_name(at);
                let formula = format!("=SUBTOTAL({SUM},{column}2:{column}{next})");
                to.write_formula_with_format(row, at, Formula::new(formula).set_result(sum.to_string()), &format)?;
            } else {
                // A spreadsheet would compute something else out of numbers whose digits it does not keep.
                to.write_string_with_format(row, at, sum.to_string(), &format)?;
            }
        }
        Ok(())
    }

    /// The sums of rows, by column.
    fn sums(&self, rows: &[Vec<Cell>]) -> Vec<(u16, Decimal)> {
        let summed = (0..).zip(&self.sheet.columns).filter(|(_, column)| column.is_summed);
        let sum = |at: u16| {
            let numbers = rows.iter().filter_map(|row| match row.get(usize::from(at))? {
                Cell::Number(number) => Some(*number),
                Cell::Text(text) => Decimal::parse(text),
                _ => None,
            });
            numbers.map(Some).reduce(|sum, next| sum?.plus(next?)).flatten()
        };
        summed.filter_map(|(at, _)| Some((at, sum(at)?))).collect()
    }

    fn last_column(&self) -> u16 {
        u16::try_from(self.sheet.columns.len().saturating_sub(1)).unwrap_or(u16::MAX)
    }
}

fn lines(cell: &Cell, width: usize) -> usize {
    if let Cell::Text(text) = cell { broken_lines(text, width) } else { 1 }
}

/// How many lines a text takes when it breaks between words, and in one that is longer than a line.
fn broken_lines(text: &str, width: usize) -> usize {
    let of_line = |line: &str| {
        let (mut lines, mut used) = (1, 0);
        for length in line.split(' ').map(|word| word.chars().count()) {
            if used > 0 && used + 1 + length > width {
                lines += 1;
                used = 0;
            }
            used += length + usize::from(used > 0);
            lines += used.saturating_sub(1) / width;
            used = if used > width { used % width } else { used };
        }
        lines
    };
    text.split('\n').map(of_line).sum::<usize>().clamp(1, MOST_LINES)
}

/// The double that is nearest: it has every digit of a number that is exact.
fn double(number: Decimal) -> f64 {
    number.to_string().parse().expect("a decimal is a number")
}

fn moment(at: chrono::NaiveDateTime) -> Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::from_timestamp(at.and_utc().timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_as_high_as_its_text() {
        #[track_caller]
        fn check(text: &str, width: usize, expected: usize) {
            assert_eq!(broken_lines(text, width), expected, "{text:?}");
        }
        check("", 10, 1);
        check("ten signs.", 10, 1);
        check("ten signs. more", 10, 2);
        check("a\nb\nc", 10, 3);
        check("aaaaaaaaaabbbbbbbbbbc", 10, 3);
        check("a bbbbbbbbbb", 10, 2);
        check(&"a ".repeat(9000), 10, MOST_LINES);
    }
}
