//! The head of the first page: who reports what to whom, and the verdict as icon, word and colour.

use super::face::Face;
use super::flow::{Flow, LEFT, WIDTH};
use super::shape::{self, Area};
use super::text::Look;
use crate::manuscript::{Cover, Run, RunStyle};

/// Draws the cover block at the cursor.
pub(super) fn draw(flow: &mut Flow<'_>, cover: &Cover) {
    let colours = flow.colours;
    flow.paragraph("P", &cover.provider, Look::new(11.0, Face::Strong, colours.brand));
    let mut address = Vec::new();
    for (index, line) in cover.address.iter().enumerate() {
        if index > 0 {
            address.push(Run::new(" · ", RunStyle::Plain));
        }
        address.extend(line.iter().cloned());
    }
    if !address.is_empty() {
        let look = flow.label_look();
        flow.paragraph("P", &address, look);
    }
    flow.advance(6.0);
    flow.underline(colours.brand, 1.6);
    flow.advance(30.0);
    flow.heading(1, &cover.title);
    if !cover.customer.is_empty() {
        flow.paragraph("P", &cover.customer, Look::new(13.0, Face::Regular, colours.ink));
    }
    flow.advance(16.0);
    verdict(flow, cover);
    flow.facts(&cover.facts, 3);
    flow.advance(4.0);
}

fn verdict(flow: &mut Flow<'_>, cover: &Cover) {
    const PAD: f32 = 13.0;
    const ICON: f32 = 30.0;
    let Some(status) = cover.verdict.status else {
        if !cover.verdict.text.is_empty() {
            flow.paragraph("P", &cover.verdict.text, Look::new(16.0, Face::Strong, flow.colours.ink));
        }
        return;
    };
    let paint = shape::status_colour(flow.colours, status);
    let left = LEFT + PAD + ICON + 13.0;
    let width = WIDTH - (left - LEFT) - PAD;
    let word = flow.setter.set(&cover.verdict.text, Look::new(17.0, Face::Strong, paint), width);
    let sentence = flow.setter.set(&cover.sentence, Look::new(10.0, Face::Regular, flow.colours.ink), width);
    let text_height = word.height() + sentence.height();
    let height = text_height.max(ICON) + 2.0 * PAD - 4.0;
    flow.need(height);
    let top = flow.y();
    let area = flow.area(height);
    flow.ornament(|ops| {
        shape::rectangle(ops, area, paint.tint(8));
        shape::rectangle(ops, Area { width: 4.0, ..area }, paint);
        shape::icon(ops, LEFT + PAD + 4.0, top - (height - ICON) / 2.0, ICON, status, paint);
    });
    let text_top = top - (height - text_height) / 2.0;
    flow.tags.open("P");
    for (lines, y) in [(&word, text_top), (&sentence, text_top - word.height())] {
        if lines.len() > 0 {
            flow.mark(|ops| lines.draw(ops, left, y, 0..lines.len()));
        }
    }
    flow.tags.close();
    flow.advance(height + 14.0);
}
