//! A map of every hour: days from left to right, the hours of the clock from top to bottom. Down hours are the darker the
//! longer they were down; every other look differs in pattern as well as in colour.

use printpdf::Op;

use super::flow::Flow;
use super::plot::{self, Frame, Swatch};
use super::shape::{self, Area};
use crate::manuscript::{Hour, HourMap, HourState};
use crate::theme::{Colour, Colours};

const ROW: f32 = 4.6;
const HOURS: f32 = 24.0;
/// Height of the whole figure in points.
pub(super) const HEIGHT: f32 = PLOT_HEIGHT + 62.0;
/// Height of what becomes lower with the figure.
pub(super) const PLOT_HEIGHT: f32 = ROW * HOURS;

/// Draws the map at the cursor, whole.
pub(super) fn draw(flow: &mut Flow<'_>, map: &HourMap) {
    flow.gap(3.0);
    flow.need(flow.lower(HEIGHT, PLOT_HEIGHT));
    let frame = Frame::WHOLE;
    let top = plot::begin(flow, frame, &map.caption, &map.description);
    let plot = frame.plot(top, PLOT_HEIGHT * flow.figure_scale);
    for hour in [0_u8, 6, 12, 18, 24] {
        plot::tick(flow, frame, plot, plot.top - plot.height / HOURS * f32::from(hour), &format!("{hour:02}:00"));
    }
    let (colours, slot) = (flow.colours, plot::slot(plot, map.days.len()));
    flow.mark(|ops| {
        for (index, day) in (0_u16..).zip(&map.days) {
            let column = Area { left: plot.left + f32::from(index) * slot, width: slot, ..plot };
            draw_day(ops, &day.hours, column, colours);
        }
    });
    plot::slots(flow, plot, map.days.iter().map(|day| day.label.as_str()));
    let occurs = |state| map.days.iter().flat_map(|day| &day.hours).any(|hour| hour.state == Some(state));
    let swatch = |state| -> Swatch {
        match state {
            HourState::Good => |ops, area, colours| cell(ops, area, HourState::Good, 0, colours),
            HourState::Down => |ops, area, colours| cell(ops, area, HourState::Down, 3600, colours),
            HourState::Unknown => |ops, area, colours| cell(ops, area, HourState::Unknown, 0, colours),
            HourState::Excluded => |ops, area, colours| cell(ops, area, HourState::Excluded, 0, colours),
            HourState::Quiet => |ops, area, colours| cell(ops, area, HourState::Quiet, 0, colours),
            HourState::Outside => |ops, area, colours| cell(ops, area, HourState::Outside, 0, colours),
        }
    };
    let parts: Vec<(bool, &str, Swatch)> = HourState::ALL
        .into_iter()
        .zip(&map.legend)
        .map(|(state, label)| (occurs(state), label.as_str(), swatch(state)))
        .collect();
    plot::legend(flow, frame, plot.top - plot.height - 18.0, &parts);
    flow.tags.close();
    flow.advance(flow.lower(HEIGHT, PLOT_HEIGHT));
}

/// Hours of one kind in a row are one shape, with thin lines between hours that were down.
fn draw_day(ops: &mut Vec<Op>, hours: &[Hour], column: Area, colours: &Colours) {
    let gap = (column.width * 0.08).min(0.8);
    let (mut from, count) = (0, hours.len());
    while from < count {
        let hour = hours[from];
        let alike = hours[from..].iter().take_while(|other| **other == hour).count();
        let place = |at: usize| column.top - column.height / HOURS * f32::from(u8::try_from(at).unwrap_or(u8::MAX));
        let area = Area {
            left: column.left + gap / 2.0,
            top: place(from) - 0.3,
            width: column.width - gap,
            height: place(from) - place(from + alike) - 0.6,
        };
        if let Some(state) = hour.state {
            cell(ops, area, state, hour.down_seconds, colours);
        }
        from += alike;
    }
}

fn cell(ops: &mut Vec<Op>, area: Area, state: HourState, down_seconds: u16, colours: &Colours) {
    match state {
        HourState::Good => shape::rectangle(ops, area, colours.bar.tint(30)),
        // A single bad minute can be seen, and a whole hour is the full colour.
        HourState::Down => {
            let share = 45 + 55 * u32::from(down_seconds.min(3600)) / 3600;
            shape::rectangle(ops, area, colours.breached.tint(u16::try_from(share).unwrap_or(100)));
        }
        HourState::Unknown => shape::hatch(ops, area, colours.undecidable),
        HourState::Excluded => {
            shape::rectangle(ops, area, Colour::WHITE);
            let middle = area.left + area.width / 2.0;
            shape::stroke(
                ops,
                &[(middle, area.top), (middle, area.top - area.height)],
                area.width.min(3.0),
                colours.muted,
            );
        }
        HourState::Quiet => {
            shape::rectangle(ops, area, colours.bar.tint(30));
            let (x, y) = (area.left + area.width / 2.0, area.top - area.height / 2.0);
            shape::stroke(ops, &[(x - 1.5, y), (x + 1.5, y)], 0.8, colours.muted);
        }
        HourState::Outside => shape::rectangle(ops, area, colours.tint),
    }
}
