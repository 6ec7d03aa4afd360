//! Bars of one percentage per month, each against the target of its month. Where evidence was missing, the bar goes on hatched
//! from the least to the most.

use super::chart::{self, Scale, number};
use super::face::Face;
use super::flow::Flow;
use super::plot::{self, Frame, Swatch};
use super::shape::{self, Area};
use super::text::Look;
use crate::manuscript::{Month, Months, Status};

/// Height of the whole figure in points.
pub(super) const HEIGHT: f32 = super::burn::HEIGHT;
/// Height of what becomes lower with the figure.
pub(super) const PLOT_HEIGHT: f32 = 72.0;

/// Draws the chart at the cursor, whole, and leaves the cursor where it is.
pub(super) fn draw(flow: &mut Flow<'_>, chart: &Months, frame: Frame) {
    let colours = flow.colours;
    let top = plot::begin(flow, frame, &chart.caption, &chart.description);
    let known = || chart.months.iter().filter_map(|month| Some((month, month.attained.as_ref()?)));
    let lows = known().map(|(_, [low, _])| number(low));
    let targets = known().map(|(month, _)| number(&month.target));
    let (least, target) = (lows.fold(100.0, f32::min), targets.fold(100.0, f32::min));
    let scale = Scale::new(target, least, frame.plot(top, PLOT_HEIGHT * flow.figure_scale));
    scale.draw(flow, frame, &chart.decimal_mark);
    let (plot, slot) = (scale.plot, plot::slot(scale.plot, chart.months.len()));
    let bottom = plot.top - plot.height;
    flow.mark(|ops| {
        for (index, month) in (0_u16..).zip(&chart.months) {
            let Month { attained: Some([low, high]), target, status, .. } = month else { continue };
            let left = plot.left + f32::from(index) * slot;
            let bar = Area { left: left + slot * 0.17, top: plot.top, width: slot * 0.66, height: plot.height };
            let (low, high) = (scale.y(number(low)).max(bottom + 1.0), scale.y(number(high)));
            let missed = *status == Some(Status::Breached);
            let paint = if missed { colours.breached } else { colours.bar };
            shape::rectangle(ops, Area { top: low, height: low - bottom, ..bar }, paint);
            if high > low + 0.1 {
                shape::hatch(ops, Area { top: high, height: high - low, ..bar }, colours.undecidable);
            }
            if missed {
                shape::pointer(ops, bar.left + bar.width / 2.0, low + 1.5, 5.0, colours.breached);
            }
            let y = scale.y(number(target));
            shape::dashed(ops, &[(left, y), (left + slot, y)], 1.0, colours.ink);
        }
        let axis = Area { left: plot.left, top: bottom + 0.3, width: plot.width, height: 0.6 };
        shape::rectangle(ops, axis, colours.muted);
    });
    // A month without a close is no bar of nothing.
    let look = Look::new(7.0, Face::Regular, colours.muted).centred();
    for (index, _) in (0_u16..).zip(&chart.months).filter(|(_, month)| month.attained.is_none()) {
        let dash = flow.setter.set_plain("–", look, slot);
        flow.mark(|ops| dash.draw(ops, plot.left + f32::from(index) * slot, bottom + 11.0, 0..dash.len()));
    }
    plot::slots(flow, plot, chart.months.iter().map(|month| month.label.as_str()));
    let has = |status| known().any(|(month, _)| month.status == Some(status));
    let [met, breached, undecidable] = &chart.legend;
    let parts: [(bool, &str, Swatch); 4] = [
        (true, &chart.target, chart::target_swatch),
        (has(Status::Met), met, |ops, area, c| shape::rectangle(ops, area, c.bar)),
        (has(Status::Breached), breached, chart::missed_swatch),
        (has(Status::Undecidable), undecidable, |ops, area, c| shape::hatch(ops, area, c.undecidable)),
    ];
    plot::legend(flow, frame, plot.top - plot.height - 18.0, &parts);
    flow.tags.close();
}
