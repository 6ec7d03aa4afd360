//! Draws the blocks of a manuscript, except those with rooms of their own.

use super::face::Face;
use super::flow::{BODY, Bookmark, Flow, LEFT, WIDTH};
use super::plot::Frame;
use super::shape::{self, Area};
use super::text::{Lines, Look};
use super::{burn, chart, cover, hours, months};
use crate::manuscript::{self, Block, Cell, Fact, Status, Text, Tile};

const BODY_SIZE: f32 = 9.4;
const LABEL_SIZE: f32 = 7.6;

impl<'a> Flow<'a> {
    /// Draws one block. `rest` is what follows it: a heading stays with the start of its content.
    pub(super) fn block(&mut self, block: &Block, rest: &[Block]) {
        match block {
            Block::Cover(cover) => cover::draw(self, cover),
            Block::Heading { level, anchor, text } => {
                let keep = self.heading_height(*level, text) + self.start_height(rest);
                self.need(keep);
                self.title(*level, anchor.as_deref(), text);
            }
            Block::Paragraph { text } => {
                let look = self.body_look();
                self.paragraph("P", text, look);
                self.advance(7.0);
            }
            Block::List { first_number, items } => self.list(*first_number, items),
            Block::Tiles { tiles } => self.tiles(tiles),
            Block::Facts { facts } => {
                self.facts(facts, 4);
                self.advance(8.0);
            }
            Block::Table(table) => {
                self.table(table);
                self.advance(10.0);
            }
            Block::Chart(drawn) => chart::draw(self, drawn),
            Block::Hours(map) => hours::draw(self, map),
            Block::BurnDown(drawn) => {
                // What was left of the budget stands beside the year, where both are told.
                self.is_half_free = matches!(rest.first(), Some(Block::Months(_)));
                self.gap(3.0);
                self.need(self.lower(burn::HEIGHT, burn::PLOT_HEIGHT));
                burn::draw(self, drawn, if self.is_half_free { Frame::LEFT_HALF } else { Frame::WHOLE });
                if !self.is_half_free {
                    self.advance(self.lower(burn::HEIGHT, burn::PLOT_HEIGHT));
                }
            }
            Block::Months(drawn) => {
                if !self.is_half_free {
                    self.gap(3.0);
                    self.need(self.lower(months::HEIGHT, months::PLOT_HEIGHT));
                }
                months::draw(self, drawn, if self.is_half_free { Frame::RIGHT_HALF } else { Frame::WHOLE });
                self.is_half_free = false;
                self.advance(self.lower(months::HEIGHT, months::PLOT_HEIGHT));
            }
            Block::Evidence { cards } => {
                self.cards(cards);
                self.advance(8.0);
            }
            Block::Rule => {
                self.gap(4.0);
                self.underline(self.colours.rule, 0.6);
                self.advance(8.0);
            }
            Block::PageBreak | Block::Sheet => {
                if !self.is_page_empty() {
                    self.new_page();
                }
            }
            Block::Rows { of } => {
                if let Some(table) = self.wholes.get(of.as_str()).copied() {
                    self.table(table);
                    self.advance(10.0);
                }
            }
        }
    }

    pub(super) fn body_look(&self) -> Look {
        Look::new(BODY_SIZE, Face::Regular, self.colours.ink)
    }

    pub(super) fn label_look(&self) -> Look {
        Look::new(LABEL_SIZE, Face::Regular, self.colours.muted)
    }

    fn heading_look(&self, level: u8) -> Look {
        match level {
            1 => Look::new(22.0, Face::Strong, self.colours.brand),
            2 => Look::new(14.0, Face::Strong, self.colours.brand),
            _ => Look::new(10.4, Face::Strong, self.colours.ink),
        }
    }

    pub(super) fn heading_gaps(level: u8) -> (f32, f32) {
        match level {
            1 => (0.0, 8.0),
            2 => (14.0, 7.0),
            _ => (5.0, 4.0),
        }
    }

    pub(super) fn heading_height(&mut self, level: u8, text: &Text) -> f32 {
        let (above, below) = Self::heading_gaps(level);
        let look = self.heading_look(level);
        above + self.setter.set(text, look, WIDTH).height() + below
    }

    /// A heading, which may be a place that links lead to.
    pub(super) fn title(&mut self, level: u8, anchor: Option<&str>, text: &Text) {
        if let Some(anchor) = anchor {
            self.anchor(anchor, text);
        }
        self.heading(level, text);
    }

    pub(super) fn heading(&mut self, level: u8, text: &Text) {
        let (above, below) = Self::heading_gaps(level);
        self.gap(above);
        let look = self.heading_look(level);
        let tag = self.heading_tag(level);
        self.bookmark(text);
        self.paragraph(tag, text, look);
        self.advance(below);
    }

    /// Lists the heading at the cursor, whose tag was just asked for, in the outline.
    pub(super) fn bookmark(&mut self, title: &Text) {
        let (level, page, top) = (self.level, self.page_count() - 1, self.y());
        self.bookmarks.push(Bookmark { level, title: manuscript::plain(title), page, top });
    }

    /// How much of what follows a heading must stand on its page.
    fn start_height(&mut self, rest: &[Block]) -> f32 {
        let Some((block, rest)) = rest.split_first() else { return 0.0 };
        let height = match block {
            Block::Heading { level, text, .. } => self.heading_height(*level, text) + self.start_height(rest),
            Block::Paragraph { text } => {
                let look = self.body_look();
                let lines = self.setter.set(text, look, WIDTH);
                let own = lines.height_of(0..lines.len().min(3)) + 7.0;
                // A short introduction stays with what it introduces.
                if lines.len() <= 3 { own + self.table_or_nothing(rest) } else { own }
            }
            Block::List { .. } => 2.0 * BODY_SIZE * 1.4,
            Block::Tiles { .. } | Block::Cover(_) => 60.0,
            Block::Facts { facts } => self.facts_height(facts, 4),
            Block::Table(table) => self.table_start(table),
            Block::Rows { of } => self.wholes.get(of.as_str()).copied().map_or(0.0, |table| self.table_start(table)),
            Block::Chart(_) => self.lower(chart::HEIGHT, chart::PLOT_HEIGHT),
            Block::Hours(_) => self.lower(hours::HEIGHT, hours::PLOT_HEIGHT),
            Block::BurnDown(_) | Block::Months(_) => self.lower(burn::HEIGHT, burn::PLOT_HEIGHT),
            Block::Evidence { cards } => self.cards_start(cards),
            Block::Rule | Block::PageBreak | Block::Sheet => 0.0,
        };
        height.min(BODY / 2.0)
    }

    fn table_or_nothing(&mut self, rest: &[Block]) -> f32 {
        match rest.first() {
            Some(Block::Table(table)) => self.table_start(table),
            Some(Block::Rows { of }) => {
                self.wholes.get(of.as_str()).copied().map_or(0.0, |table| self.table_start(table))
            }
            Some(Block::Evidence { cards }) => self.cards_start(cards),
            _ => 0.0,
        }
    }

    fn list(&mut self, first_number: Option<u64>, items: &[Text]) {
        const INDENT: f32 = 16.0;
        let look = self.body_look();
        self.tags.open("L");
        for (index, item) in (0..).zip(items) {
            let mark = first_number.map_or_else(|| "•".to_owned(), |first| format!("{}.", first.saturating_add(index)));
            let mark = self.setter.set_plain(&mark, look, INDENT);
            let lines = self.setter.set(item, look, WIDTH - INDENT);
            self.need(lines.height_of(0..lines.len().min(2)));
            self.tags.open("LI");
            self.tags.open("Lbl");
            let y = self.y();
            self.mark(|ops| mark.draw(ops, LEFT, y, 0..mark.len()));
            self.tags.close();
            self.tags.open("LBody");
            self.lines(&lines, LEFT + INDENT);
            self.tags.close();
            self.tags.close();
            self.advance(2.5);
        }
        self.tags.close();
        self.advance(5.0);
    }

    /// A text with the icon of its status, as lines and the icon's size.
    fn figure(&mut self, cell: &Cell, size: f32, width: f32) -> Figure<'a> {
        let colour = cell.status.map_or(self.colours.ink, |status| shape::status_colour(self.colours, status));
        let icon = if cell.status.is_some() { size * 0.95 } else { 0.0 };
        let indent = if cell.status.is_some() { icon + size * 0.4 } else { 0.0 };
        let lines = self.setter.set(&cell.text, Look::new(size, Face::Strong, colour), width - indent);
        Figure { lines, status: cell.status, icon, indent }
    }

    fn draw_figure(&mut self, figure: &Figure<'a>, left: f32, y: f32) {
        if let Some(status) = figure.status {
            let paint = shape::status_colour(self.colours, status);
            // The icon stands in the middle of the first line.
            let below = (figure.lines.height_of(0..1) - figure.icon) / 2.0;
            self.ornament(|ops| shape::icon(ops, left, y - below, figure.icon, status, paint));
        }
        if figure.lines.len() > 0 {
            self.text(&figure.lines, left + figure.indent, y, 0..figure.lines.len());
        }
    }

    fn tiles(&mut self, tiles: &[Tile]) {
        const GAP: f32 = 9.0;
        const PAD: f32 = 9.0;
        const PER_ROW: usize = 3;
        self.gap(4.0);
        for row in tiles.chunks(PER_ROW) {
            let count = f32::from(u16::try_from(row.len()).unwrap_or(1));
            let width = (WIDTH - GAP * (count - 1.0)) / count;
            let mut set: Vec<[Figure<'a>; 3]> = Vec::with_capacity(row.len());
            for tile in row {
                let inner = width - 2.0 * PAD;
                let look = self.label_look();
                let label = Figure::plain(self.setter.set(&tile.label, look, inner));
                let note = Figure::plain(self.setter.set(&tile.note, look, inner));
                set.push([label, self.figure(&tile.value, 12.5, inner), note]);
            }
            let tile_height = |parts: &[Figure<'_>; 3]| parts.iter().map(|part| part.lines.height()).sum::<f32>();
            let height = set.iter().map(tile_height).fold(0.0, f32::max) + 2.0 * PAD;
            if height > BODY {
                self.stack(set.iter().map(|parts| parts.iter().map(|part| &part.lines)));
                continue;
            }
            self.need(height);
            let mut left = LEFT;
            for parts in &set {
                let y = self.y();
                let (area, tint) = (Area { left, top: y, width, height }, self.colours.tint);
                self.ornament(|ops| shape::rectangle(ops, area, tint));
                let mut top = y - PAD;
                self.tags.open("P");
                for part in parts {
                    self.draw_figure(part, left + PAD, top);
                    top -= part.lines.height();
                }
                self.tags.close();
                left += width + GAP;
            }
            self.advance(height + GAP);
        }
        self.advance(2.0);
    }

    /// Labels with values below them, side by side.
    pub(super) fn facts(&mut self, facts: &[Fact], per_row: usize) {
        for row in self.fact_rows(facts, per_row) {
            let height = row_height(&row);
            if height > BODY {
                self.stack(row.iter().map(|(label, value)| [label, &value.lines].into_iter()));
                continue;
            }
            self.need(height);
            let top = self.y();
            for (index, (label, value)) in (0_u16..).zip(&row) {
                let left = LEFT + f32::from(index) * fact_width(per_row);
                self.tags.open("P");
                if label.len() > 0 {
                    self.text(label, left, top, 0..label.len());
                }
                self.draw_figure(value, left, top - label.height());
                self.tags.close();
            }
            self.advance(height);
        }
    }

    /// Height of facts, `per_row` in a row.
    pub(super) fn facts_height(&mut self, facts: &[Fact], per_row: usize) -> f32 {
        self.fact_rows(facts, per_row).iter().map(row_height).sum()
    }

    /// Texts that are taller than a page: below each other, from page to page.
    fn stack<'b>(&mut self, groups: impl Iterator<Item = impl Iterator<Item = &'b Lines<'a>>>)
    where
        'a: 'b,
    {
        for group in groups {
            self.tags.open("P");
            for lines in group {
                self.lines(lines, LEFT);
            }
            self.tags.close();
            self.advance(6.0);
        }
    }

    fn fact_rows(&mut self, facts: &[Fact], per_row: usize) -> Vec<FactRow<'a>> {
        let width = fact_width(per_row) - 10.0;
        let look = self.label_look();
        let mut rows = Vec::new();
        for chunk in facts.chunks(per_row) {
            let mut row = Vec::with_capacity(per_row);
            for fact in chunk {
                row.push((self.setter.set(&fact.label, look, width), self.figure(&fact.value, 9.4, width)));
            }
            rows.push(row);
        }
        rows
    }
}

type FactRow<'a> = Vec<(Lines<'a>, Figure<'a>)>;

fn fact_width(per_row: usize) -> f32 {
    (WIDTH + 10.0) / f32::from(u16::try_from(per_row.max(1)).unwrap_or(u16::MAX))
}

fn row_height(row: &FactRow<'_>) -> f32 {
    row.iter().map(|(label, value)| label.height() + value.lines.height()).fold(0.0, f32::max) + 7.0
}

/// A text that may have an icon before it.
struct Figure<'a> {
    lines: Lines<'a>,
    status: Option<Status>,
    icon: f32,
    indent: f32,
}

impl<'a> Figure<'a> {
    fn plain(lines: Lines<'a>) -> Self {
        Self { lines, status: None, icon: 0.0, indent: 0.0 }
    }
}
