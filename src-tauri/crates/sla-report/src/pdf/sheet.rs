//! A sheet: a section that stands on one page, whatever it holds. Figures become lower, and tables that say where all of
//! their rows stand leave some out.
//!
//! Everything is measured before anything is drawn, so that a page is drawn once. What cannot be measured, and what is too tall
//! even so, such as a title of a thousand words, flows on to another page as everywhere else: nothing is clipped or lost.

use std::ops::Range;

use super::flow::{BODY, Flow, WIDTH};
use super::{burn, chart, hours, months};
use crate::manuscript::{Block, Rest, Table, Text};

/// The lowest that plots become so that more rows fit, as a share of their height, and so that each table has its word at all.
const LOW: f32 = 0.72;
const LOWEST: f32 = 0.42;
/// What keeps a sum of heights from being taller than the page by a rounding.
const AIR: f32 = 0.5;
/// Below a table of all rows, as everywhere, and below one of some.
const BELOW: f32 = 10.0;
const BELOW_SOME: f32 = 5.0;
const BELOW_PARAGRAPH: f32 = 7.0;

/// A table that may leave out rows, with its heading and the paragraphs that explain it.
struct Part<'b> {
    blocks: Range<usize>,
    /// The table's place among the blocks.
    at: usize,
    table: &'b Table,
    rest: &'b Rest,
}

/// How much of a part is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Shown {
    All,
    Rows(usize),
    Nothing,
}

/// Heights of a part in points.
struct Heights {
    /// Its sentence when nothing of it is shown.
    instead: f32,
    /// Heading and head of the table.
    head: f32,
    /// Its rows, as far as they fit on a page.
    rows: Vec<f32>,
    is_complete: bool,
    /// The sentence below some rows; none where all or nothing is shown.
    partly: Option<f32>,
    /// The paragraphs that explain it.
    tail: f32,
}

impl Heights {
    fn of(&self, shown: Shown) -> f32 {
        let rows = |count: usize| self.head + self.rows.iter().take(count).sum::<f32>();
        match (shown, self.partly) {
            (Shown::All, _) if self.is_complete => rows(self.rows.len()) + BELOW + self.tail,
            (Shown::Rows(count), Some(partly)) if count < self.rows.len() + usize::from(!self.is_complete) => {
                rows(count) + BELOW_SOME + partly
            }
            (Shown::Nothing, _) => self.instead,
            _ => f32::INFINITY,
        }
    }
}

/// How much of each part fits into a space. Each has its sentence at least, then as many as possible a first row; then the
/// smallest are shown whole, and the others take what is left, the first one first.
fn shares(parts: &[Heights], space: f32) -> Vec<Shown> {
    let mut shown = vec![Shown::Nothing; parts.len()];
    let mut left = space - parts.iter().map(|part| part.of(Shown::Nothing)).sum::<f32>();
    let mut take = |shown: &mut Shown, part: &Heights, more: Shown| {
        let cost = part.of(more) - part.of(*shown);
        let fits = cost <= left;
        if fits {
            left -= cost;
            *shown = more;
        }
        fits
    };
    for (shown, part) in shown.iter_mut().zip(parts) {
        if part.is_complete && part.of(Shown::All) <= part.of(Shown::Rows(1)) {
            take(shown, part, Shown::All);
        } else {
            take(shown, part, Shown::Rows(1));
        }
    }
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|one, other| parts[*one].of(Shown::All).total_cmp(&parts[*other].of(Shown::All)));
    for index in order {
        take(&mut shown[index], &parts[index], Shown::All);
    }
    for (shown, part) in shown.iter_mut().zip(parts) {
        while let Shown::Rows(count) = *shown {
            if !take(shown, part, Shown::Rows(count + 1)) {
                break;
            }
        }
    }
    shown
}

fn parts(blocks: &[Block]) -> Vec<Part<'_>> {
    let explains = |block: &&Block| matches!(block, Block::Paragraph { .. } | Block::List { .. });
    let mut parts = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        let Block::Table(table) = block else { continue };
        let Some(rest) = &table.rest else { continue };
        let has_heading = at > 0 && matches!(blocks[at - 1], Block::Heading { level: 3, .. });
        let tail = blocks[at + 1..].iter().take_while(explains).count();
        parts.push(Part { blocks: at - usize::from(has_heading)..at + 1 + tail, at, table, rest });
    }
    parts
}

impl<'a> Flow<'a> {
    /// Draws a sheet, which begins with `blocks`, and returns what follows it.
    pub(super) fn sheet(&mut self, blocks: &'a [Block]) -> &'a [Block] {
        let ends = |block: &Block| matches!(block, Block::PageBreak | Block::Sheet);
        let (blocks, after) = blocks.split_at(blocks.iter().position(ends).unwrap_or(blocks.len()));
        if !self.is_page_empty() {
            self.new_page();
        }
        let parts = parts(blocks);
        let (mut fixed, mut plots) = (AIR, 0.0);
        let mut next_part = parts.iter().peekable();
        let mut at = 0;
        while at < blocks.len() {
            if let Some(part) = next_part.next_if(|part| part.blocks.start == at) {
                at = part.blocks.end;
                continue;
            }
            let (height, plot) = self.height(&blocks[at], blocks.get(at + 1), at == 0);
            (fixed, plots, at) = (fixed + height, plots + plot, at + 1);
        }
        let heights: Vec<Heights> = parts.iter().map(|part| self.heights(part, blocks)).collect();
        let shown = self.share_out(&heights, fixed, plots);
        let mut at = 0;
        let mut next_part = parts.iter().zip(shown).peekable();
        while at < blocks.len() {
            if let Some((part, shown)) = next_part.next_if(|(part, _)| part.blocks.start == at) {
                self.part(part, shown, blocks);
                at = part.blocks.end;
                continue;
            }
            self.block(&blocks[at], &blocks[at + 1..]);
            at += 1;
        }
        self.figure_scale = 1.0;
        after
    }

    /// Says how low figures become, and gives how much of each part is shown.
    fn share_out(&mut self, parts: &[Heights], fixed: f32, plots: f32) -> Vec<Shown> {
        let sum = |shown: Shown| parts.iter().map(|part| part.of(shown)).sum::<f32>();
        let scale_for = |height: f32| if plots > 0.0 { 1.0 - (height - BODY).max(0.0) / plots } else { 1.0 };
        let all = scale_for(fixed + sum(Shown::All));
        if all >= LOW {
            self.figure_scale = all;
            return vec![Shown::All; parts.len()];
        }
        self.figure_scale = scale_for(fixed + sum(Shown::Nothing)).clamp(LOWEST, LOW);
        shares(parts, BODY - fixed + plots * (1.0 - self.figure_scale))
    }

    fn part(&mut self, part: &Part<'a>, shown: Shown, blocks: &'a [Block]) {
        let Part { blocks: range, at, table, rest } = part;
        if shown != Shown::All {
            self.cut.insert(&rest.anchor);
        }
        if shown == Shown::Nothing {
            return self.sentence(&rest.instead);
        }
        if let [Block::Heading { level, anchor, text }] = &blocks[range.start..*at] {
            self.title(*level, anchor.as_deref(), text);
        }
        match shown {
            Shown::Rows(count) => {
                self.first_rows(table, count);
                self.advance(BELOW_SOME);
                if let Some(said) = rest.said(count) {
                    self.sentence(&said);
                }
            }
            _ => {
                self.first_rows(table, table.rows.len());
                self.advance(BELOW);
                for index in at + 1..range.end {
                    self.block(&blocks[index], &blocks[index + 1..]);
                }
            }
        }
    }

    fn sentence(&mut self, text: &Text) {
        let look = self.body_look();
        self.paragraph("P", text, look);
        self.advance(BELOW_PARAGRAPH);
    }

    fn heights(&mut self, part: &Part<'_>, blocks: &[Block]) -> Heights {
        let (head, rows) = self.heights_on_a_sheet(part.table);
        let before = &blocks[part.blocks.start..part.at];
        let tail = &blocks[part.at + 1..part.blocks.end];
        Heights {
            instead: self.sentence_height(&part.rest.instead),
            head: head + before.iter().map(|block| self.height(block, None, false).0).sum::<f32>(),
            is_complete: rows.len() == part.table.rows.len(),
            // As many figures as the table has rows take the most room.
            partly: part.rest.said(rows.len()).map(|said| self.sentence_height(&said)),
            rows,
            tail: tail.iter().map(|block| self.height(block, None, false).0).sum(),
        }
    }

    fn sentence_height(&mut self, text: &Text) -> f32 {
        let look = self.body_look();
        self.setter.set(text, look, WIDTH).height() + BELOW_PARAGRAPH
    }

    /// Height of a block, and how much of it is a plot that may become lower.
    fn height(&mut self, block: &Block, next: Option<&Block>, is_first: bool) -> (f32, f32) {
        const ABOVE_FIGURE: f32 = 3.0;
        let height = match block {
            Block::Heading { level, text, .. } => {
                let above = if is_first { Self::heading_gaps(*level).0 } else { 0.0 };
                self.heading_height(*level, text) - above
            }
            Block::Paragraph { text } => self.sentence_height(text),
            Block::List { items, .. } => {
                let look = self.body_look();
                let of = |item: &Text| self.setter.set(item, look, WIDTH - 16.0).height() + 2.5;
                items.iter().map(of).sum::<f32>() + 5.0
            }
            Block::Facts { facts } => self.facts_height(facts, 4) + 8.0,
            Block::Table(table) => {
                let (head, rows) = self.heights_on_a_sheet(table);
                head + rows.iter().sum::<f32>() + BELOW
            }
            Block::Chart(_) => return (chart::HEIGHT + ABOVE_FIGURE, chart::PLOT_HEIGHT),
            Block::Hours(_) => return (hours::HEIGHT + ABOVE_FIGURE, hours::PLOT_HEIGHT),
            // It stands beside the months.
            Block::BurnDown(_) if matches!(next, Some(Block::Months(_))) => ABOVE_FIGURE,
            Block::BurnDown(_) => return (burn::HEIGHT + ABOVE_FIGURE, burn::PLOT_HEIGHT),
            Block::Months(_) => return (months::HEIGHT + ABOVE_FIGURE, months::PLOT_HEIGHT),
            Block::Rule => 12.0,
            Block::PageBreak | Block::Sheet | Block::Rows { .. } => 0.0,
            // Nobody puts these on a sheet of their own; what follows is cut as if they took half of it.
            Block::Cover(_) | Block::Tiles { .. } | Block::Evidence { .. } => BODY / 2.0,
        };
        (height, 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_space_is_shared_out_so_that_each_has_its_word() {
        let part = |rows: usize, has_some: bool| Heights {
            instead: 20.0,
            head: 40.0,
            rows: vec![20.0; rows],
            is_complete: true,
            partly: has_some.then_some(15.0),
            tail: 5.0,
        };
        #[track_caller]
        fn check(parts: &[Heights], space: f32, expected: &[Shown]) {
            let shown = shares(parts, space);
            assert_eq!(shown, expected);
            let taken: f32 = parts.iter().zip(&shown).map(|(part, shown)| part.of(*shown)).sum();
            assert!(taken <= space || shown.iter().all(|one| *one == Shown::Nothing), "{taken} of {space}");
        }
        let (all, nothing) = (Shown::All, Shown::Nothing);
        check(&[], 0.0, &[]);
        check(&[part(3, true)], 115.0, &[all]);
        check(&[part(3, true)], 114.0, &[Shown::Rows(2)]);
        check(&[part(3, true)], 80.0, &[Shown::Rows(1)]);
        check(&[part(3, true)], 79.0, &[nothing]);
        check(&[part(3, true)], 1.0, &[nothing]);
        // What shows all or nothing.
        check(&[part(3, false)], 115.0, &[all]);
        check(&[part(3, false)], 114.0, &[nothing]);
        // The small one is whole, the long one takes what is left.
        check(&[part(9, true), part(2, true)], 215.0, &[Shown::Rows(3), all]);
        // Each has a first row before one has a second.
        check(&[part(9, true), part(9, true)], 160.0, &[Shown::Rows(1), Shown::Rows(1)]);
        check(&[part(9, true), part(9, true)], 159.0, &[Shown::Rows(3), nothing]);
    }
}
