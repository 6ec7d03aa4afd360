//! Glyphs that follow each other on a line, drawn by one operator.
//!
//! A reader of the file moves on by a glyph's own width, in whole thousandths of the size. Where the next one does not stand there
//! (kerning, for example), a number tells how far it is away. Numbers that no eye could see are left out: they would be most of
//! a page's bytes.

use printpdf::text::Codepoint;
use printpdf::{Op, TextItem, TextMatrix};

/// The least distance from where a glyph would stand by itself that is told, in thousandths of the size: a two hundredth of a
/// point in 10 points.
const LEAST: f64 = 0.5;

/// A glyph of a font.
#[derive(Clone, Copy)]
pub(super) struct Glyph {
    /// Its number.
    pub(super) id: u16,
    /// How far a reader of the file moves on, in thousandths of the size.
    pub(super) width: u16,
}

/// Glyphs of one font and size on one base line, in the order of drawing.
#[derive(Default)]
pub(super) struct Glyphs {
    /// Where the first one stands.
    at: [f32; 2],
    /// Where the next one would stand by itself, in thousandths of the size from the first one.
    pen: f64,
    drawn: Vec<Codepoint>,
}

impl Glyphs {
    /// Adds a glyph whose origin is at `at`. What stands on another base line is drawn first.
    pub(super) fn add(&mut self, ops: &mut Vec<Op>, glyph: Glyph, stands_for: String, at: [f32; 2], size: f32) {
        if self.at[1].to_bits() != at[1].to_bits() {
            self.draw(ops);
        }
        if let Some(before) = self.drawn.last_mut() {
            let wanted = (f64::from(at[0]) - f64::from(self.at[0])) * 1000.0 / f64::from(size);
            // Never summed up: each is measured from the first one.
            let back = self.pen - wanted;
            if back.abs() >= LEAST {
                // Whole thousandths are exact in 32 bits, up to the width of the largest page.
                before.offset = back.round() as f32;
                self.pen -= f64::from(before.offset);
            }
        } else {
            (self.at, self.pen) = (at, 0.0);
        }
        self.pen += f64::from(glyph.width);
        self.drawn.push(Codepoint { gid: glyph.id, offset: 0.0, cid: Some(stands_for) });
    }

    /// Draws what was added since the last time.
    pub(super) fn draw(&mut self, ops: &mut Vec<Op>) {
        if self.drawn.is_empty() {
            return;
        }
        let [x, y] = self.at;
        ops.push(Op::SetTextMatrix { matrix: TextMatrix::Raw([1.0, 0.0, 0.0, 1.0, x, y]) });
        ops.push(Op::ShowText { items: vec![TextItem::GlyphIds(std::mem::take(&mut self.drawn))] });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Glyphs of 600 thousandths in 10 points: what is told after each, for each stroke of drawing.
    #[track_caller]
    fn check(places: &[[f32; 2]], expected: &[&[f32]]) {
        let (mut glyphs, mut ops) = (Glyphs::default(), Vec::new());
        for at in places {
            glyphs.add(&mut ops, Glyph { id: 7, width: 600 }, "x".to_owned(), *at, 10.0);
        }
        glyphs.draw(&mut ops);
        let told = |op: &Op| match op {
            Op::ShowText { items } => items.iter().find_map(|item| match item {
                TextItem::GlyphIds(glyphs) => Some(glyphs.iter().map(|one| one.offset).collect::<Vec<_>>()),
                _ => None,
            }),
            _ => None,
        };
        let told: Vec<_> = ops.iter().filter_map(told).collect();
        assert_eq!(told, expected, "{places:?}");
    }

    #[test]
    fn distances_are_told_where_they_can_be_seen() {
        check(&[], &[]);
        check(&[[5.0, 1.0], [11.0, 1.0], [17.0, 1.0]], &[&[0.0, 0.0, 0.0]]);
        // Kerned by 40 thousandths, and moved away by 100.
        check(&[[5.0, 1.0], [10.6, 1.0], [17.6, 1.0]], &[&[40.0, -100.0, 0.0]]);
        // Too little to be seen, until it adds up.
        check(&[[0.0, 1.0], [6.003, 1.0], [12.006, 1.0], [18.009, 1.0]], &[&[0.0, -1.0, 0.0, 0.0]]);
        // Another base line, and back to the left.
        check(&[[0.0, 1.0], [6.0, 2.0], [0.0, 2.0]], &[&[0.0], &[1200.0, 0.0]]);
    }
}
