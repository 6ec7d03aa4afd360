//! Rows of cells: tables whose heads stand on every page, and evidence. A row that fits on a page stays whole; a taller one
//! is split by lines and stays one row for who reads without eyes.
//!
//! A head that is drawn again stays the head: there is one `THead` (ISO 32000-1, table 337: its rows "may be redrawn at the top
//! of each table fragment (although there is only one THead element)"), and what is drawn on a later page belongs to its
//! cells as well. So a reader that loads single pages finds heads there, too, cells never count as rows that the table does not
//! have, and `ActualText` lets each head be read once, however often it is drawn.

use super::face::Face;
use super::flow::{BODY, Flow, LEFT, WIDTH};
use super::shape::{self, Area};
use super::tags::HeadOf;
use super::text::{Lines, Look};
use crate::manuscript::{Card, Cell, Column, Status, Table};
use crate::theme::Colour;

const PAD_X: f32 = 4.5;
const PAD_Y: f32 = 3.2;
const ICON: f32 = 7.5;
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

/// Left edge and width of every column.
fn columns(columns: &[Column]) -> Vec<(f32, f32)> {
    let share = |column: &Column| f32::from(u16::try_from(column.share).unwrap_or(u16::MAX));
    let whole: f32 = columns.iter().map(share).sum();
    let mut left = LEFT;
    let place = |column: &Column| {
        let width = WIDTH * share(column) / whole;
        left += width;
        (left - width, width)
    };
    columns.iter().map(place).collect()
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
    /// Draws a table.
    pub(super) fn table(&mut self, table: &Table) {
        let places = columns(&table.columns);
        self.tags.open("Table");
        let mut head = self.head_row(table, &places);
        let first = table.rows.first().map(|row| self.body_row(table, row, &places));
        self.need(head.height() + first.map_or(0.0, |row| row.height().min(BODY / 2.0)));
        self.tags.open("THead");
        self.draw_head(&mut head);
        self.tags.close();
        if !table.rows.is_empty() {
            self.tags.open("TBody");
            for row in &table.rows {
                let mut row = self.body_row(table, row, &places);
                self.draw_row(&mut row, Some(&mut head));
                self.underline(self.colours.rule, 0.4);
            }
            self.tags.close();
        }
        self.tags.close();
    }

    /// Height of a table's head and first row, at most half a page.
    pub(super) fn table_start(&mut self, table: &Table) -> f32 {
        let places = columns(&table.columns);
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
        text: &crate::manuscript::Text,
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
        let icon = ICON + 4.0;
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
