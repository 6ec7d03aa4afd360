//! What is left of an error budget by the end of each day, beside the line that an even use would make. Where evidence is
//! missing, the space between the least and the most is hatched. Floats place shapes; the figures come as text.

use super::chart::number;
use super::flow::Flow;
use super::plot::{self, Frame, Swatch};
use super::shape::{self, Area};
use crate::manuscript::BurnDown;

/// Height of the whole figure in points.
pub(super) const HEIGHT: f32 = 136.0;
/// Height of what becomes lower with the figure.
pub(super) const PLOT_HEIGHT: f32 = 72.0;
/// Percent from tick to tick; the least that shows the deepest overdraft is taken.
const STEPS: [u16; 10] = [25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000];
const TICKS: u16 = 4;

/// Draws the chart at the cursor, whole, and leaves the cursor where it is.
pub(super) fn draw(flow: &mut Flow<'_>, chart: &BurnDown, frame: Frame) {
    let colours = flow.colours;
    let top = plot::begin(flow, frame, &chart.caption, &chart.description);
    let plot = frame.plot(top, PLOT_HEIGHT * flow.figure_scale);
    let step = step(chart);
    let y = |percent: f32| {
        let share = (100.0 - percent) / (f32::from(step) * f32::from(TICKS));
        plot.top - plot.height * share.clamp(0.0, 1.0)
    };
    for tick in 0..=TICKS {
        let percent = 100 - i32::from(tick) * i32::from(step);
        let label = percent.to_string().replace('-', "\u{2212}");
        plot::tick(flow, frame, plot, y(100.0 - f32::from(tick) * f32::from(step)), &label);
    }
    let slot = plot::slot(plot, chart.days.len());
    // A budget is whole when the period begins.
    let line = |values: &mut dyn Iterator<Item = f32>| -> Vec<(f32, f32)> {
        let ends = (1_u16..).zip(values).map(|(end, percent)| (plot.left + f32::from(end) * slot, y(percent)));
        std::iter::once((plot.left, y(100.0))).chain(ends).collect()
    };
    let ideal = line(&mut chart.days.iter().map(|day| number(&day.ideal)));
    let low = line(&mut chart.days.iter().map(|day| number(&day.left[0])));
    let high = line(&mut chart.days.iter().map(|day| number(&day.left[1])));
    let is_range = chart.days.iter().any(|day| day.left[0] != day.left[1]);
    let is_spent = chart.days.iter().any(|day| number(&day.left[0]) < 0.0);
    flow.mark(|ops| {
        if is_range {
            for (low, high) in low.windows(2).zip(high.windows(2)).filter(|(low, high)| low[1].1 + 0.1 < high[1].1) {
                let (width, height) = (low[1].0 - low[0].0, high[1].1 - low[1].1);
                shape::hatch(ops, Area { left: low[0].0, top: high[1].1, width, height }, colours.undecidable);
            }
            shape::stroke(ops, &high, 1.2, colours.undecidable);
        }
        let zero = Area { left: plot.left, top: y(0.0) + 0.4, width: plot.width, height: 0.8 };
        shape::rectangle(ops, zero, if is_spent { colours.breached } else { colours.muted });
        shape::dashed(ops, &ideal, 0.8, colours.muted);
        shape::stroke(ops, &low, 1.6, colours.brand);
    });
    plot::slots(flow, plot, chart.days.iter().map(|day| day.label.as_str()));
    let parts: [(bool, &str, Swatch); 3] = [
        (true, &chart.left, |ops, area, c| middle(ops, area, |ops, line| shape::stroke(ops, line, 1.6, c.brand))),
        (true, &chart.ideal, |ops, area, c| middle(ops, area, |ops, line| shape::dashed(ops, line, 0.8, c.muted))),
        (is_range, &chart.range, |ops, area, c| shape::hatch(ops, area, c.undecidable)),
    ];
    plot::legend(flow, frame, plot.top - plot.height - 18.0, &parts);
    flow.tags.close();
}

fn middle(ops: &mut Vec<printpdf::Op>, area: Area, draw: impl FnOnce(&mut Vec<printpdf::Op>, &[(f32, f32)])) {
    let y = area.top - area.height / 2.0;
    draw(ops, &[(area.left - 3.0, y), (area.left + area.width, y)]);
}

fn step(chart: &BurnDown) -> u16 {
    let least = chart.days.iter().map(|day| number(&day.left[0])).fold(0.0, f32::min);
    let shows = |step: &u16| 100.0 - f32::from(*step) * f32::from(TICKS) <= least;
    STEPS.into_iter().find(shows).unwrap_or(30_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manuscript::BurnDay;

    #[test]
    fn the_scale_shows_the_deepest_overdraft() {
        #[track_caller]
        fn check(least: &str, expected: u16) {
            let day = BurnDay { label: String::new(), ideal: "0.00".into(), left: [least.into(), "100.00".into()] };
            assert_eq!(step(&BurnDown { days: vec![day], ..Default::default() }), expected);
        }
        check("0.00", 25);
        check("-0.01", 50);
        check("-100.00", 50);
        check("-1830.50", 500);
        check("-99999999.00", 30_000);
    }
}
