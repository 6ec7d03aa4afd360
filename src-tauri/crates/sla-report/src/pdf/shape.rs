//! Rectangles, lines and the icons of verdicts.

use printpdf::{
    Color, Line, LineDashPattern, LinePoint, Op, PaintMode, Point, Polygon, PolygonRing, Pt, Rgb, WindingOrder,
};

use crate::manuscript::Status;
use crate::theme::{Colour, Colours};

/// A rectangle in points, from the page's lower left corner; `top` is its upper edge.
#[derive(Clone, Copy)]
pub(super) struct Area {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

/// A colour as the PDF writes it.
pub(super) fn colour(colour: Colour) -> Color {
    let [r, g, b] = colour.channels.map(|channel| f32::from(channel) / 255.0);
    Color::Rgb(Rgb { r, g, b, icc_profile: None })
}

/// The colour of a status.
pub(super) fn status_colour(colours: &Colours, status: Status) -> Colour {
    match status {
        Status::Met => colours.met,
        Status::Breached => colours.breached,
        Status::Undecidable => colours.undecidable,
    }
}

fn point((x, y): (f32, f32), bezier: bool) -> LinePoint {
    LinePoint { p: Point { x: Pt(x), y: Pt(y) }, bezier }
}

fn fill(ops: &mut Vec<Op>, points: Vec<LinePoint>, paint: Colour) {
    ops.push(Op::SetFillColor { col: colour(paint) });
    let polygon =
        Polygon { rings: vec![PolygonRing { points }], mode: PaintMode::Fill, winding_order: WindingOrder::NonZero };
    ops.push(Op::DrawPolygon { polygon });
}

/// A filled rectangle.
pub(super) fn rectangle(ops: &mut Vec<Op>, area: Area, paint: Colour) {
    let Area { left, top, width, height } = area;
    let corners = [(left, top), (left + width, top), (left + width, top - height), (left, top - height)];
    fill(ops, corners.map(|corner| point(corner, false)).to_vec(), paint);
}

/// A line through points.
pub(super) fn stroke(ops: &mut Vec<Op>, points: &[(f32, f32)], width: f32, paint: Colour) {
    ops.push(Op::SetOutlineColor { col: colour(paint) });
    ops.push(Op::SetOutlineThickness { pt: Pt(width) });
    let points = points.iter().map(|at| point(*at, false)).collect();
    ops.push(Op::DrawLine { line: Line { points, is_closed: false } });
}

/// A dashed line through points.
pub(super) fn dashed(ops: &mut Vec<Op>, points: &[(f32, f32)], width: f32, paint: Colour) {
    ops.push(Op::SetLineDashPattern { dash: LineDashPattern::new(0.0, &[3.0, 2.0]) });
    stroke(ops, points, width, paint);
    ops.push(Op::SetLineDashPattern { dash: LineDashPattern::new(0.0, &[]) });
}

/// Slanted lines inside a rectangle, on white, with a border.
pub(super) fn hatch(ops: &mut Vec<Op>, area: Area, paint: Colour) {
    const STEP: f32 = 3.2;
    rectangle(ops, area, paint.tint(10));
    let Area { left, top, width, height } = area;
    let bottom = top - height;
    let mut offset = STEP / 2.0;
    // A line from (left + offset, bottom) upwards to the left, cut at the rectangle's edges.
    while offset < width + height {
        let low = (offset.min(width), (offset - width).max(0.0));
        let high = ((offset - height).max(0.0), offset.min(height));
        stroke(ops, &[(left + low.0, bottom + low.1), (left + high.0, bottom + high.1)], 0.5, paint);
        offset += STEP;
    }
}

/// A filled triangle that points down; `x` is its middle, `y` its tip.
pub(super) fn pointer(ops: &mut Vec<Op>, x: f32, y: f32, size: f32, paint: Colour) {
    let corners = [(x - size / 2.0, y + size), (x + size / 2.0, y + size), (x, y)];
    fill(ops, corners.map(|corner| point(corner, false)).to_vec(), paint);
}

/// The icon of a status in a square: a tick in a disc, a cross in an octagon, a question's bar in a diamond. The shapes
/// differ, so that they can be told apart without colour.
pub(super) fn icon(ops: &mut Vec<Op>, left: f32, top: f32, size: f32, status: Status, paint: Colour) {
    let at = |x: f32, y: f32| (left + x * size, top - y * size);
    let thick = size * 0.11;
    match status {
        Status::Met => {
            fill(ops, disc(left + size / 2.0, top - size / 2.0, size / 2.0), paint);
            stroke(ops, &[at(0.27, 0.53), at(0.44, 0.70), at(0.74, 0.34)], thick, Colour::WHITE);
        }
        Status::Breached => {
            let corners = [
                (0.29, 0.0),
                (0.71, 0.0),
                (1.0, 0.29),
                (1.0, 0.71),
                (0.71, 1.0),
                (0.29, 1.0),
                (0.0, 0.71),
                (0.0, 0.29),
            ];
            fill(ops, corners.map(|(x, y)| point(at(x, y), false)).to_vec(), paint);
            stroke(ops, &[at(0.32, 0.32), at(0.68, 0.68)], thick, Colour::WHITE);
            stroke(ops, &[at(0.32, 0.68), at(0.68, 0.32)], thick, Colour::WHITE);
        }
        Status::Undecidable => {
            let corners = [(0.5, -0.04), (1.04, 0.5), (0.5, 1.04), (-0.04, 0.5)];
            fill(ops, corners.map(|(x, y)| point(at(x, y), false)).to_vec(), paint);
            stroke(ops, &[at(0.5, 0.24), at(0.5, 0.56)], thick, Colour::WHITE);
            stroke(ops, &[at(0.5, 0.66), at(0.5, 0.77)], thick, Colour::WHITE);
        }
    }
}

/// A circle as four curves.
fn disc(x: f32, y: f32, radius: f32) -> Vec<LinePoint> {
    // Distance of the handles at which a cubic curve is closest to a quarter of a circle.
    let k = radius * 0.552_285;
    let r = radius;
    let curve = [
        ((r, 0.0), false),
        ((r, k), true),
        ((k, r), true),
        ((0.0, r), false),
        ((-k, r), true),
        ((-r, k), true),
        ((-r, 0.0), false),
        ((-r, -k), true),
        ((-k, -r), true),
        ((0.0, -r), false),
        ((k, -r), true),
        ((r, -k), true),
        ((r, 0.0), false),
    ];
    curve.map(|((dx, dy), bezier)| point((x + dx, y + dy), bezier)).to_vec()
}
