//! Bars of one percentage per day against a target. Floats here place shapes; the texts come from the manuscript, and
//! whether a day reached its target is compared exactly.

use std::str::FromStr;

use printpdf::Op;
use sla_core::ratio::Percent;

use super::flow::Flow;
use super::plot::{self, Frame, Swatch};
use super::shape::{self, Area};
use crate::manuscript::{Chart, ChartDay};
use crate::theme::Colours;

/// Height of the whole figure in points.
pub(super) const HEIGHT: f32 = 132.0;
/// Height of what becomes lower with the figure.
pub(super) const PLOT_HEIGHT: f32 = 72.0;
/// Steps of the scale in ten-thousandths of a percent; the least that shows every bar's end is taken.
const STEPS: [u32; 11] = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 250_000];
const TICKS: u32 = 4;

/// What a day shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Reached,
    Missed,
    /// Service time, but nothing is known.
    Unknown,
    /// No service time.
    Closed,
}

fn kind(day: &ChartDay, target: &str) -> Kind {
    match (&day.percent, day.open) {
        (_, false) => Kind::Closed,
        (None, true) => Kind::Unknown,
        (Some(percent), true) => match (Percent::from_str(percent), Percent::from_str(target)) {
            (Ok(percent), Ok(target)) if percent.ratio() < target.ratio() => Kind::Missed,
            _ => Kind::Reached,
        },
    }
}

/// Draws the chart at the cursor, whole.
pub(super) fn draw(flow: &mut Flow<'_>, chart: &Chart) {
    flow.gap(3.0);
    flow.need(flow.lower(HEIGHT, PLOT_HEIGHT));
    let (frame, colours) = (Frame::WHOLE, flow.colours);
    let top = plot::begin(flow, frame, &chart.caption, &chart.description);
    let least = chart.days.iter().filter_map(|day| day.percent.as_deref()).map(number).fold(100.0, f32::min);
    let scale = Scale::new(number(&chart.target), least, frame.plot(top, PLOT_HEIGHT * flow.figure_scale));
    scale.draw(flow, frame, &chart.decimal_mark);
    bars(flow, &scale, chart);
    let plot = scale.plot;
    let target = scale.y(number(&chart.target));
    flow.mark(|ops| shape::dashed(ops, &[(plot.left, target), (plot.left + plot.width, target)], 1.0, colours.ink));
    legend(flow, chart, plot.top - plot.height - 20.0);
    flow.tags.close();
    flow.advance(flow.lower(HEIGHT, PLOT_HEIGHT));
}

/// A percentage as a coordinate.
pub(super) fn number(percent: &str) -> f32 {
    percent.parse().unwrap_or(0.0)
}

/// From percentages to places.
pub(super) struct Scale {
    pub(super) plot: Area,
    step: u32,
}

impl Scale {
    /// A scale up to 100 % that shows the target and the least value.
    pub(super) fn new(target: f32, least: f32, plot: Area) -> Self {
        // The target's line stands clear of the lower edge.
        let least = least.min(target - (100.0 - target) * 0.5);
        let shows = |step: &u32| 100.0 - as_percent(step * TICKS) <= least + 0.000_05;
        Self { plot, step: STEPS.into_iter().find(shows).unwrap_or(250_000) }
    }

    pub(super) fn y(&self, percent: f32) -> f32 {
        let span = as_percent(self.step * TICKS);
        let share = (percent - (100.0 - span)) / span;
        self.plot.top - self.plot.height * (1.0 - share.clamp(0.0, 1.0))
    }

    /// Draws its ticks.
    pub(super) fn draw(&self, flow: &mut Flow<'_>, frame: Frame, decimal_mark: &str) {
        for tick in 0..=TICKS {
            let hundredths = 10_000 - tick * self.step / 100;
            let y = self.y(f32::from(u16::try_from(hundredths).unwrap_or(0)) / 100.0);
            plot::tick(flow, frame, self.plot, y, &tick_label(hundredths, self.step / 100, decimal_mark));
        }
    }
}

fn as_percent(ten_thousandths: u32) -> f32 {
    // At most 1 000 000: exact in an f32.
    f32::from(u16::try_from(ten_thousandths / 100).unwrap_or(u16::MAX)) / 100.0
}

/// The label of a tick, digit for digit: no float is printed.
fn tick_label(hundredths: u32, step_hundredths: u32, mark: &str) -> String {
    let (whole, part) = (hundredths / 100, hundredths % 100);
    match (step_hundredths % 100, step_hundredths % 10) {
        (0, _) => whole.to_string(),
        (_, 0) => format!("{whole}{mark}{}", part / 10),
        _ => format!("{whole}{mark}{part:02}"),
    }
}

fn bars(flow: &mut Flow<'_>, scale: &Scale, chart: &Chart) {
    let (plot, colours) = (scale.plot, flow.colours);
    let slot = plot::slot(plot, chart.days.len());
    let gap = (slot * 0.22).min(4.0);
    let bottom = plot.top - plot.height;
    flow.mark(|ops| {
        for (index, day) in (0_u16..).zip(&chart.days) {
            let left = plot.left + f32::from(index) * slot;
            let bar = Area { left: left + gap / 2.0, top: plot.top, width: slot - gap, height: plot.height };
            draw_day(ops, scale, day, kind(day, &chart.target), bar, colours);
        }
        let axis = Area { left: plot.left, top: bottom + 0.3, width: plot.width, height: 0.6 };
        shape::rectangle(ops, axis, colours.muted);
    });
    plot::slots(flow, plot, chart.days.iter().map(|day| day.label.as_str()));
}

fn draw_day(ops: &mut Vec<Op>, scale: &Scale, day: &ChartDay, kind: Kind, whole: Area, colours: &Colours) {
    let bottom = whole.top - whole.height;
    match kind {
        Kind::Closed => shape::rectangle(ops, whole, colours.tint),
        Kind::Unknown => shape::hatch(ops, whole, colours.undecidable),
        Kind::Reached | Kind::Missed => {
            // A bar is never so low that it looks like no measurement.
            let top = scale.y(day.percent.as_deref().map_or(0.0, number)).max(bottom + 1.0);
            let missed = kind == Kind::Missed;
            let paint = if missed { colours.breached } else { colours.bar };
            shape::rectangle(ops, Area { top, height: top - bottom, ..whole }, paint);
            if missed {
                shape::pointer(ops, whole.left + whole.width / 2.0, top + 1.5, 5.0, colours.breached);
            }
            if day.unknown {
                shape::hatch(ops, Area { top: bottom + 14.0, height: 14.0, ..whole }, colours.undecidable);
            }
        }
    }
}

/// What the looks mean.
fn legend(flow: &mut Flow<'_>, chart: &Chart, top: f32) {
    let kinds: Vec<Kind> = chart.days.iter().map(|day| kind(day, &chart.target)).collect();
    let unknown = chart.days.iter().any(|day| day.unknown) || kinds.contains(&Kind::Unknown);
    let parts: [(bool, &str, Swatch); 5] = [
        (true, &chart.target_label, target_swatch),
        (kinds.contains(&Kind::Reached), &chart.legend.reached, |ops, area, c| shape::rectangle(ops, area, c.bar)),
        (kinds.contains(&Kind::Missed), &chart.legend.missed, missed_swatch),
        (unknown, &chart.legend.unknown, |ops, area, c| shape::hatch(ops, area, c.undecidable)),
        (kinds.contains(&Kind::Closed), &chart.legend.closed, |ops, area, c| shape::rectangle(ops, area, c.tint)),
    ];
    plot::legend(flow, Frame::WHOLE, top, &parts);
}

/// The sign of a target's line.
pub(super) fn target_swatch(ops: &mut Vec<Op>, area: Area, colours: &Colours) {
    let y = area.top - area.height / 2.0;
    shape::dashed(ops, &[(area.left - 4.0, y), (area.left + area.width, y)], 1.0, colours.ink);
}

/// The sign of a bar below its target.
pub(super) fn missed_swatch(ops: &mut Vec<Op>, area: Area, colours: &Colours) {
    let bar = Area { top: area.top - 4.5, height: area.height - 4.5, ..area };
    shape::rectangle(ops, bar, colours.breached);
    shape::pointer(ops, area.left + area.width / 2.0, area.top - 3.5, 4.0, colours.breached);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_shows_every_bar_and_the_target() {
        #[track_caller]
        fn check(target: &str, percents: &[&str], lowest_label: &str) {
            let least = percents.iter().map(|percent| number(percent)).fold(100.0, f32::min);
            let scale = Scale::new(number(target), least, Area { left: 0.0, top: 0.0, width: 1.0, height: 1.0 });
            let label = tick_label(10_000 - TICKS * scale.step / 100, scale.step / 100, ",");
            assert_eq!(label, lowest_label);
        }
        check("99.9", &["100.0000"], "99,80");
        check("99.9", &["97.1527"], "96");
        check("99.95", &["99.9200"], "99,92");
        check("99.5", &[], "99,2");
        check("99.9", &["0.0000"], "0");
        check("100", &["100.0000"], "99,96");
        check("50", &["60.0000"], "0");
    }

    #[test]
    fn a_day_is_judged_by_its_exact_value() {
        #[track_caller]
        fn check(percent: Option<&str>, open: bool, missed: bool) {
            let day = ChartDay { label: String::new(), percent: percent.map(str::to_owned), open, unknown: false };
            assert_eq!(kind(&day, "99.9") == Kind::Missed, missed);
        }
        check(Some("99.8999"), true, true);
        check(Some("99.9"), true, false);
        check(Some("99.9000"), true, false);
        check(None, true, false);
        check(None, false, false);
    }
}
