//! Rows of cells: tables whose heads stand on every page, and evidence. A row that fits on a page stays whole; a taller one
//! is split by lines and stays one row for who reads without eyes.
//!
//! A head that is drawn again stays the head: there is one `THead` (ISO 32000-1, table 337: its rows "may be redrawn at the top
//! of each table fragment (although there is only one THead element)"), and what is drawn on a later page belongs to its
//! cells as well. So a reader that loads single pages finds heads there, too, cells never count as rows that the table does not
//! have, and `ActualText` lets each head be read once, however often it is drawn.

use std::collections::BTreeMap;

use super::face::Face;
use super::flow::{BODY, Flow, LEFT, WIDTH};
use super::shape::{self, Area};
use super::tags::HeadOf;
use super::text::{Lines, Look};
use crate::manuscript::{Card, Cell, Column, RunStyle, Status, Table, Text};
use crate::theme::Colour;

const PAD_X: f32 = 4.5;
const PAD_Y: f32 = 3.2;
const ICON: f32 = 7.5;
/// Between an icon and its word.
const GAP: f32 = 4.0;
const TEXT_SIZE: f32 = 8.2;

/// A cell, set and placed.
struct Placed<'a> {
    lines: Lines<'a>,
    status: Option<Status>,
    left: f32,
    /// Left edge of the text; behind the icon where there is one.
    text_left: f32,
    tag: &'static str,
    head_of: Option<HeadOf>,
}

struct Row<'a> {
    cells: Vec<Placed<'a>>,
    /// Its element and those of its cells, once it is drawn.
    elements: Vec<usize>,
}

impl Row<'_> {
    fn height(&self) -> f32 {
        self.cells.iter().map(|cell| cell.lines.height()).fold(0.0, f32::max) + 2.0 * PAD_Y
    }
}

/// The shares of a table's width, and more for a column whose `needs` are wider, taken from the others as far as these have
/// more than theirs. A column never gives more than half of its share.
fn widths(shares: &[f32], needs: &[f32]) -> Vec<f32> {
    let spare = |(share, need): (&f32, &f32)| (share - need.max(share / 2.0)).max(0.0);
    let lacking = |(share, need): (&f32, &f32)| (need - share).max(0.0);
    let both = || shares.iter().zip(needs);
    let (spared, lacked): (f32, f32) = (both().map(spare).sum(), both().map(lacking).sum());
    if lacked <= 0.0 || spared <= 0.0 {
        return shares.to_vec();
    }
    let moved = lacked.min(spared);
    both().map(|pair| pair.0 + lacking(pair) * moved / lacked - spare(pair) * moved / spared).collect()
}

/// The words of a cell that are figures: a number, an amount or a day must not be torn apart at the end of a line. What is
/// longer is no figure but a fingerprint. Digits are equally wide, so that many figures need one measurement.
fn figures(text: &Text) -> impl Iterator<Item = String> {
    const LONGEST: usize = 28;
    let words = text.iter().filter(|run| run.style != RunStyle::Code).flat_map(|run| run.text.split([' ', '\n']));
    let is_figure = |word: &&str| word.contains(|c: char| c.is_ascii_digit()) && word.chars().count() <= LONGEST;
    words.filter(is_figure).map(|word| word.replace(|c: char| c.is_ascii_digit(), "0"))
}

/// The rows that decide how wide a table's columns are on a sheet: more than any page has room for.
fn on_a_sheet(table: &Table) -> &[Vec<Cell>] {
    const MOST: usize = 60;
    &table.rows[..table.rows.len().min(MOST)]
}

/// How much of a card must stand on the page that it begins on: a short one stays whole, of a longer one its title and
/// some rows, because moving it as a whole would leave half a page empty.
fn card_start(title: &Lines<'_>, rows: &[Row<'_>]) -> f32 {
    const FRAME: f32 = 13.0;
    let height_of = |rows: &[Row<'_>]| rows.iter().map(Row::height).sum::<f32>() + title.height() + FRAME;
    let whole = height_of(rows);
    if whole <= BODY / 3.0 { whole } else { height_of(&rows[..rows.len().min(3)]).min(BODY / 3.0) }
}

impl<'a> Flow<'a> {
    /// Left edge and width of every column.
    fn columns(&mut self, table: &Table, rows: &[Vec<Cell>]) -> Vec<(f32, f32)> {
        let share = |column: &Column| f32::from(u16::try_from(column.share).unwrap_or(u16::MAX));
        let whole: f32 = table.columns.iter().map(share).sum();
        let shares: Vec<f32> = table.columns.iter().map(|column| WIDTH * share(column) / whole).collect();
        let mut needs = vec![0.0_f32; shares.len()];
        let mut known = BTreeMap::new();
        for row in rows {
            for ((cell, need), share) in row.iter().zip(&mut needs).zip(&shares) {
                let face = if cell.status.is_some() { Face::Strong } else { Face::Regular };
                let icon = if cell.status.is_some() { ICON + GAP } else { 0.0 };
                for figure in figures(&cell.text) {
                    let width = self.figure_width(&mut known, figure, face) + icon + 2.0 * PAD_X;
                    *need = need.max(width.min(2.0 * share));
                }
            }
        }
        let mut left = LEFT;
        let place = |width: f32| {
            left += width;
            (left - width, width)
        };
        widths(&shares, &needs).into_iter().map(place).collect()
    }

    fn figure_width(&mut self, known: &mut BTreeMap<(String, bool), f32>, figure: String, face: Face) -> f32 {
        /// What keeps a figure from being as wide as its column to the last bit.
        const AIR: f32 = 0.5;
        let key = (figure, face == Face::Strong);
        if let Some(width) = known.get(&key) {
            return *width;
        }
        let look = Look::new(TEXT_SIZE, face, self.colours.ink);
        let width = self.setter.set_plain(&key.0, look, f32::MAX).width() + AIR;
        known.insert(key, width);
        width
    }

    /// Draws a table.
    pub(super) fn table(&mut self, table: &Table) {
        let places = self.columns(table, &table.rows);
        self.table_at(table, &table.rows, &places);
    }

    /// Draws the first rows of a table on a sheet.
    pub(super) fn first_rows(&mut self, table: &Table, count: usize) {
        let places = self.columns(table, on_a_sheet(table));
        self.table_at(table, &table.rows[..count], &places);
    }

    /// Height of a table's head on a sheet, and of its rows as far as they fit on one.
    pub(super) fn heights_on_a_sheet(&mut self, table: &Table) -> (f32, Vec<f32>) {
        let places = self.columns(table, on_a_sheet(table));
        let head = self.head_row(table, &places).height();
        let (mut sum, mut heights) = (head, Vec::new());
        for row in &table.rows {
            let height = self.body_row(table, row, &places).height();
            sum += height;
            if sum > BODY {
                break;
            }
            heights.push(height);
        }
        (head, heights)
    }

    fn table_at(&mut self, table: &Table, rows: &[Vec<Cell>], places: &[(f32, f32)]) {
        self.tags.open("Table");
        let mut head = self.head_row(table, places);
        let first = rows.first().map(|row| self.body_row(table, row, places));
        self.need(head.height() + first.map_or(0.0, |row| row.height().min(BODY / 2.0)));
        self.tags.open("THead");
        self.draw_head(&mut head);
        self.tags.close();
        if !rows.is_empty() {
            self.tags.open("TBody");
            for row in rows {
                let mut row = self.body_row(table, row, places);
                self.draw_row(&mut row, Some(&mut head));
                self.underline(self.colours.rule, 0.4);
            }
            self.tags.close();
        }
        self.tags.close();
    }

    /// Height of a table's head and first row, at most half a page.
    pub(super) fn table_start(&mut self, table: &Table) -> f32 {
        let places = self.columns(table, &table.rows);
        let head = self.head_row(table, &places).height();
        let first = table.rows.first().map_or(0.0, |row| self.body_row(table, row, &places).height());
        (head + first).min(BODY / 2.0)
    }

    /// Draws cards of labels and values.
    pub(super) fn cards(&mut self, cards: &[Card]) {
        for card in cards {
            self.card(card);
        }
    }

    /// Height that the first of some cards begins with.
    pub(super) fn cards_start(&mut self, cards: &[Card]) -> f32 {
        let Some(card) = cards.first() else { return 0.0 };
        let (title, rows) = self.card_rows(card);
        card_start(&title, &rows)
    }

    fn card_rows(&mut self, card: &Card) -> (Lines<'a>, Vec<Row<'a>>) {
        const LABEL: f32 = 112.0;
        let title_look = Look::new(9.5, Face::Strong, self.colours.ink);
        let title = self.setter.set(&card.title, title_look, WIDTH);
        let label_look = Look::new(TEXT_SIZE, Face::Regular, self.colours.muted);
        let value_look = Look { colour: self.colours.ink, ..label_look };
        let mut rows: Vec<Row<'a>> = Vec::new();
        for fact in &card.facts {
            let label = self.place_text(&fact.label, label_look, (LEFT - PAD_X, LABEL), "TH", Some(HeadOf::Row));
            let value = (LEFT - PAD_X + LABEL, WIDTH + PAD_X - LABEL);
            let value = self.place_cell(&fact.value, value_look, value, "TD");
            rows.push(Row { cells: vec![label, value], elements: Vec::new() });
        }
        (title, rows)
    }

    fn card(&mut self, card: &Card) {
        let (title, mut rows) = self.card_rows(card);
        self.need(card_start(&title, &rows));
        self.gap(6.0);
        self.underline(self.colours.rule, 0.6);
        self.advance(5.0);
        if let Some(anchor) = &card.anchor {
            self.anchor(anchor, &card.title);
        }
        let tag = self.heading_tag(3);
        self.bookmark(&card.title);
        self.tags.open(tag);
        self.lines(&title, LEFT);
        self.tags.close();
        if !rows.is_empty() {
            self.tags.open("Table");
            for row in &mut rows {
                self.draw_row(row, None);
            }
            self.tags.close();
        }
        self.advance(2.0);
    }

    fn head_row(&mut self, table: &Table, places: &[(f32, f32)]) -> Row<'a> {
        let look = Look::new(7.6, Face::Strong, self.colours.muted);
        let mut cells = Vec::with_capacity(places.len());
        for (column, place) in table.columns.iter().zip(places) {
            let look = if column.right { look.right() } else { look };
            cells.push(self.place_text(&column.title, look, *place, "TH", Some(HeadOf::Column)));
        }
        Row { cells, elements: Vec::new() }
    }

    fn body_row(&mut self, table: &Table, row: &[Cell], places: &[(f32, f32)]) -> Row<'a> {
        let look = Look::new(TEXT_SIZE, Face::Regular, self.colours.ink);
        let mut cells = Vec::with_capacity(places.len());
        for ((cell, column), place) in row.iter().zip(&table.columns).zip(places) {
            let look = if column.right { look.right() } else { look };
            cells.push(self.place_cell(cell, look, *place, "TD"));
        }
        Row { cells, elements: Vec::new() }
    }

    fn place_text(
        &mut self,
        text: &Text,
        look: Look,
        (left, width): (f32, f32),
        tag: &'static str,
        head_of: Option<HeadOf>,
    ) -> Placed<'a> {
        let lines = self.setter.set(text, look, width - 2.0 * PAD_X);
        Placed { lines, status: None, left: left + PAD_X, text_left: left + PAD_X, tag, head_of }
    }

    fn place_cell(&mut self, cell: &Cell, look: Look, (left, width): (f32, f32), tag: &'static str) -> Placed<'a> {
        let Some(status) = cell.status else { return self.place_text(&cell.text, look, (left, width), tag, None) };
        let icon = ICON + GAP;
        let look = Look { colour: shape::status_colour(self.colours, status), face: Face::Strong, ..look };
        let lines = self.setter.set(&cell.text, look, width - 2.0 * PAD_X - icon);
        let left = left + PAD_X;
        Placed { lines, status: Some(status), left, text_left: left + icon, tag, head_of: None }
    }

    /// A head, for the first time or again. It has no links: they would be the same on every page.
    fn draw_head(&mut self, head: &mut Row<'a>) {
        let height = head.height();
        let whole = vec![0; head.cells.len()];
        self.draw_cells(head, &whole, BODY);
        self.advance(height);
        self.underline(self.colours.brand, 0.9);
    }

    fn draw_row(&mut self, row: &mut Row<'a>, mut head: Option<&mut Row<'a>>) {
        let head_height = head.as_deref().map_or(0.0, Row::height);
        let height = row.height();
        let fits_a_page = height <= BODY - head_height;
        if height > self.space() && (fits_a_page || self.space() < 60.0) {
            self.break_table(head.as_deref_mut());
        }
        let mut from = vec![0; row.cells.len()];
        if height <= self.space() {
            self.draw_cells(row, &from, height);
            self.advance(height);
            return;
        }
        // The cells of one row run on from page to page, each from its own line.
        loop {
            let space = self.space() - 2.0 * PAD_Y;
            let drawn = self.draw_cells(row, &from, space);
            let used = row.cells.iter().zip(from.iter().zip(&drawn));
            let used = used.map(|(cell, (from, to))| cell.lines.height_of(*from..*to)).fold(0.0, f32::max);
            self.advance(used + 2.0 * PAD_Y);
            let done = row.cells.iter().zip(&drawn).all(|(cell, to)| *to >= cell.lines.len());
            if done {
                return;
            }
            from = drawn;
            self.break_table(head.as_deref_mut());
        }
    }

    fn break_table(&mut self, head: Option<&mut Row<'a>>) {
        self.new_page();
        if let Some(head) = head {
            self.draw_head(head);
        }
    }

    /// Draws every cell from its line on as far as `space` allows, and says how far that was. A row that was drawn before goes
    /// on in the same elements.
    fn draw_cells(&mut self, row: &mut Row<'a>, from: &[usize], space: f32) -> Vec<usize> {
        let y = self.y();
        let begins = row.elements.is_empty();
        let mut elements = std::mem::take(&mut row.elements);
        match elements.first() {
            Some(known) => self.tags.reopen(*known),
            None => elements.push(self.tags.open("TR")),
        }
        let mut reached = Vec::with_capacity(row.cells.len());
        for (index, (cell, &from)) in row.cells.iter().zip(from).enumerate() {
            // A single line always fits: pages are taller than any letter of this document.
            let to = cell.lines.fit(from, space).max((from + 1).min(cell.lines.len()));
            if begins {
                elements.push(self.tags.open(cell.tag));
                if let Some(of) = cell.head_of {
                    self.tags.head(of);
                    if matches!(of, HeadOf::Column) {
                        self.tags.say_once(&cell.lines.whole());
                    }
                }
            } else {
                self.tags.reopen(elements[index + 1]);
            }
            self.draw_cell(cell, y, from..to);
            self.tags.close();
            reached.push(to);
        }
        self.tags.close();
        row.elements = elements;
        reached
    }

    fn draw_cell(&mut self, cell: &Placed<'a>, y: f32, lines: std::ops::Range<usize>) {
        if let (Some(status), 0) = (cell.status, lines.start) {
            let paint = shape::status_colour(self.colours, status);
            self.ornament(|ops| shape::icon(ops, cell.left, y - PAD_Y - 2.0, ICON, status, paint));
        }
        if !lines.is_empty() {
            self.text(&cell.lines, cell.text_left, y - PAD_Y, lines);
        }
    }

    /// A line at the cursor.
    pub(super) fn underline(&mut self, paint: Colour, height: f32) {
        let area: Area = self.area(height);
        self.ornament(|ops| shape::rectangle(ops, area, paint));
    }
}

#[cfg(test)]
mod tests {
    use sla_core::record::{Language, Verdict};

    use super::*;
    use crate::manuscript::{self, Block, Manuscript};
    use crate::pdf::text::Setter;
    use crate::templates::Templates;
    use crate::{governance, internal, report_manuscript, sample, statement};

    /// The texts of a document's table cells, with `|` where a line ends.
    fn cells(parsed: &Manuscript, language: Language) -> Vec<String> {
        let templates = Templates::builtin();
        let look = templates.own_look();
        let mut flow = Flow::new(Setter::new(&look.typefaces, language), look);
        let mut cells = Vec::new();
        for block in &parsed.blocks {
            let Block::Table(table) = block else { continue };
            let places = flow.columns(table, &table.rows);
            let right = places.last().map_or(0.0, |(left, width)| left + width);
            assert!((right - LEFT - WIDTH).abs() < 0.1, "a table is as wide as the page, and not {right}");
            for row in &table.rows {
                let row = flow.body_row(table, row, &places);
                cells.extend(row.cells.iter().map(|cell| cell.lines.by_line().join("|").replace('\u{a0}', "~")));
            }
        }
        cells
    }

    #[test]
    fn no_figure_is_torn_apart_where_others_can_give_room() {
        #[track_caller]
        fn check(row: &str, expected: &[&str]) {
            let page = "```page\ntitle: t\nsubject: s\nheader: a | b\nfooter: a | b\n```";
            let text = format!("{page}\n\n```table\na | b | c\n- | ------ | -\n{row}\n```\n").replace('~', "\u{a0}");
            let parsed = manuscript::parse("report.de.md", &text).expect("a manuscript");
            assert_eq!(cells(&parsed, Language::De), expected);
        }
        check("28.~November~2026 | Kunde | 12.500.000,00~€", &["28.~November~2026", "Kunde", "12.500.000,00~€"]);
        check("!met 99,9999999~% | Kunde | 1", &["99,9999999~%", "Kunde", "1"]);
        // A fingerprint is no figure: it may be divided, and takes no room from anybody.
        let hash = "0123456789".repeat(4);
        let divided = "0123456789|0123456789|0123456789|0123456789";
        check(&format!("{hash} | Kunde | 1"), &[divided, "Kunde", "1"]);
    }

    #[test]
    fn no_document_of_the_program_tears_a_figure_apart() {
        let is_torn = |cell: &String| {
            let torn = |part: &[char]| part[0].is_ascii_digit() && part[1] == '|' && !part[2].is_whitespace();
            let is_figure = |word: &&str| word.chars().count() <= 29;
            let mut words = cell.split(' ').filter(is_figure).map(|word| word.chars().collect::<Vec<_>>());
            words.any(|word| word.windows(3).any(torn))
        };
        let templates = Templates::builtin();
        for language in [Language::De, Language::En] {
            for verdict in [Verdict::Met, Verdict::Breached, Verdict::Undecidable] {
                let record = sample::record(language, verdict);
                let internal = |kind: &str, values| {
                    internal::manuscript(&templates, language, kind, values).expect("a manuscript").1
                };
                for parsed in [
                    report_manuscript(&templates, &record).expect("a manuscript"),
                    internal("statement", statement::values(&sample::statement(&record))),
                    internal("governance", governance::values(&sample::governance(&record))),
                ] {
                    let torn: Vec<_> = cells(&parsed, language).into_iter().filter(is_torn).collect();
                    assert!(torn.is_empty(), "{}: {torn:?}", parsed.furniture.title);
                }
            }
        }
    }

    #[test]
    fn widths_are_shares_unless_a_column_needs_more() {
        #[track_caller]
        fn check(shares: &[f32], needs: &[f32], expected: &[f32]) {
            assert_eq!(widths(shares, needs), expected);
        }
        check(&[10.0, 30.0], &[5.0, 0.0], &[10.0, 30.0]);
        check(&[10.0, 30.0], &[16.0, 0.0], &[16.0, 24.0]);
        // None gives more than half of its own, or more than it can spare.
        check(&[10.0, 30.0], &[90.0, 0.0], &[25.0, 15.0]);
        check(&[10.0, 30.0], &[90.0, 28.0], &[12.0, 28.0]);
        check(&[10.0, 30.0], &[20.0, 40.0], &[10.0, 30.0]);
    }
}
