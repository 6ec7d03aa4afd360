//! What figures share: their frame, the place that they take, and what their looks mean.

use printpdf::Op;

use super::face::Face;
use super::flow::{Flow, LEFT, WIDTH};
use super::shape::{self, Area};
use super::text::{Lines, Look};
use crate::theme::Colours;

/// Width of the scale at the left of a plot.
pub(super) const SCALE_WIDTH: f32 = 38.0;

/// How a sign of a legend is drawn.
pub(super) type Swatch = fn(&mut Vec<Op>, Area, &Colours);

/// Where a figure stands.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub(super) left: f32,
    pub(super) width: f32,
}

impl Frame {
    pub(super) const WHOLE: Self = Self { left: LEFT, width: WIDTH };
    const GAP: f32 = 20.0;
    pub(super) const LEFT_HALF: Self = Self { left: LEFT, width: (WIDTH - Self::GAP) / 2.0 };
    pub(super) const RIGHT_HALF: Self =
        Self { left: LEFT + (WIDTH + Self::GAP) / 2.0, width: (WIDTH - Self::GAP) / 2.0 };

    /// The plot below a caption whose lower edge is `top`.
    pub(super) fn plot(self, top: f32, height: f32) -> Area {
        Area { left: self.left + SCALE_WIDTH, top: top - 8.0, width: self.width - SCALE_WIDTH, height }
    }
}

/// Opens a figure, draws its caption and returns the caption's lower edge.
pub(super) fn begin(flow: &mut Flow<'_>, frame: Frame, caption: &str, description: &str) -> f32 {
    let look = Look::new(8.2, Face::Strong, flow.colours.ink);
    let caption = flow.setter.set_plain(caption, look, frame.width);
    flow.tags.open("Figure");
    flow.tags.describe(description);
    let top = flow.y();
    flow.mark(|ops| caption.draw(ops, frame.left, top, 0..caption.len()));
    top - caption.height()
}

/// Draws a label of a scale at the left of a plot, with a thin line through the plot.
pub(super) fn tick(flow: &mut Flow<'_>, frame: Frame, plot: Area, y: f32, label: &str) {
    let colours = flow.colours;
    let look = Look::new(6.8, Face::Regular, colours.muted).right();
    let label = flow.setter.set_plain(label, look, SCALE_WIDTH - 8.0);
    flow.mark(|ops| {
        shape::rectangle(ops, Area { left: plot.left, top: y + 0.2, width: plot.width, height: 0.4 }, colours.rule);
        label.draw(ops, frame.left, y + label.height() / 2.0, 0..label.len());
    });
}

/// Draws labels below a plot, one to a slot; where slots are narrow, only some.
pub(super) fn slots<'l>(flow: &mut Flow<'_>, plot: Area, labels: impl ExactSizeIterator<Item = &'l str>) {
    let (look, bottom) = (Look::new(6.4, Face::Regular, flow.colours.muted).centred(), plot.top - plot.height);
    let slot = slot(plot, labels.len());
    let every = [1.0, 2.0, 5.0, 10.0].into_iter().find(|every| slot * every >= 12.0).unwrap_or(30.0);
    for (index, label) in (0_u16..).zip(labels) {
        let at = f32::from(index);
        // The label may be wider than its slot, as its neighbours are not drawn then.
        if at % every < 0.5 {
            let (left, width) = (plot.left + (at + 0.5) * slot - slot * every / 2.0, slot * every);
            let label = flow.setter.set_line(label, look, width.max(slot));
            flow.mark(|ops| label.draw(ops, left, bottom - 3.0, 0..label.len()));
        }
    }
}

/// Width of one of so many slots of a plot.
pub(super) fn slot(plot: Area, count: usize) -> f32 {
    plot.width / f32::from(u16::try_from(count.max(1)).unwrap_or(u16::MAX))
}

/// Draws what the looks mean, for those that occur, in as many lines as are needed.
pub(super) fn legend(flow: &mut Flow<'_>, frame: Frame, top: f32, parts: &[(bool, &str, Swatch)]) {
    const SIZE: f32 = 8.0;
    const LINE: f32 = 12.0;
    let colours = flow.colours;
    let look = Look::new(7.2, Face::Regular, colours.muted);
    let begin = frame.left + SCALE_WIDTH + 4.0;
    let (mut left, mut top) = (begin, top);
    for (_, label, swatch) in parts.iter().filter(|(occurs, label, _)| *occurs && !label.is_empty()) {
        let label: Lines<'_> = flow.setter.set_line(label, look, frame.width - SCALE_WIDTH - SIZE - 8.0);
        let width = SIZE + 4.0 + label.width();
        if left > begin && left + width > frame.left + frame.width {
            (left, top) = (begin, top - LINE);
        }
        let area = Area { left, top, width: SIZE, height: SIZE };
        flow.mark(|ops| {
            swatch(ops, area, colours);
            label.draw(ops, left + SIZE + 4.0, top + (label.height() - SIZE) / 2.0, 0..label.len());
        });
        left += width + 14.0;
    }
}
