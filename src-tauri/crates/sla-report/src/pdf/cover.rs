//! The head of the first page: who reports what to whom, and the verdict as icon, word and colour.

use super::face::Face;
use super::flow::{Flow, LEFT, PAGE_HEIGHT, WIDTH};
use super::mark::SIDE as MARK;
use super::shape::{self, Area};
use super::text::Look;
use crate::manuscript::{Cover, Run, RunStyle, Text};
use crate::theme::VERDICT_TINT_PERCENT;

/// Between a mark and the name beside it.
const GAP: f32 = 13.0;
/// Width of the band at the page's left edge.
const BAND: f32 = 16.0;

/// Draws the cover block at the cursor: a page of its own where the template breaks after it.
pub(super) fn draw(flow: &mut Flow<'_>, cover: &Cover) {
    let colours = flow.colours;
    let band = Area { left: 0.0, top: PAGE_HEIGHT, width: BAND, height: PAGE_HEIGHT };
    flow.ornament(|ops| shape::rectangle(ops, band, colours.brand));
    let look = flow.look;
    let beside = LEFT + flow.firm(look.logo.as_deref(), &cover.provider, colours.brand) + GAP;
    flow.advance(5.0);
    flow.tags.open("P");
    let name = flow.setter.set(&cover.provider, Look::new(14.0, Face::Strong, colours.brand), WIDTH - (beside - LEFT));
    flow.lines(&name, beside);
    flow.tags.close();
    address(flow, &cover.address, beside);
    // The title begins in the upper third, whatever stands above it.
    flow.advance((flow.y() - PAGE_HEIGHT * 0.70).max(30.0));
    let tag = flow.heading_tag(1);
    flow.bookmark(&cover.title);
    flow.paragraph(tag, &cover.title, Look::new(30.0, Face::Strong, colours.brand));
    if !cover.customer.is_empty() {
        flow.advance(16.0);
        flow.need(MARK);
        let beside = LEFT + flow.firm(look.customer_logo.as_deref(), &cover.customer, colours.muted) + GAP;
        let look = Look::new(17.0, Face::Regular, colours.ink);
        let customer = flow.setter.set(&cover.customer, look, WIDTH - (beside - LEFT));
        // One line stands in the middle of the mark.
        flow.advance(((MARK - customer.height()) / 2.0).max(0.0));
        let before = flow.y();
        flow.tags.open("P");
        flow.lines(&customer, beside);
        flow.tags.close();
        address(flow, &cover.customer_address, beside);
        flow.advance(((MARK - (before - flow.y())) / 2.0).max(0.0));
    }
    flow.advance(26.0);
    verdict(flow, cover);
    flow.advance(6.0);
    flow.facts(&cover.facts, 3);
    flow.advance(4.0);
}

/// An address in one line, in small letters.
fn address(flow: &mut Flow<'_>, lines: &[Text], left: f32) {
    let mut address = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            address.push(Run::new(" · ", RunStyle::Plain));
        }
        address.extend(line.iter().cloned());
    }
    if !address.is_empty() {
        let lines = flow.setter.set(&address, flow.label_look(), WIDTH - (left - LEFT));
        flow.tags.open("P");
        flow.lines(&lines, left);
        flow.tags.close();
    }
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
        shape::rectangle(ops, area, paint.tint(VERDICT_TINT_PERCENT));
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
