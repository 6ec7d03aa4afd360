//! Drawings: SVG becomes paths in plain colours. What a page cannot show by paths alone is refused by its name, and nothing
//! that lies outside of the file is ever asked for.

use std::collections::BTreeMap;

use sla_core::phrase;
use sla_core::phrase::Phrase;
use usvg::roxmltree;
use usvg::tiny_skia_path::PathSegment;
use usvg::{BlendMode, Group, Node, Options, Paint, PaintOrder, Tree};

use super::{Fill, Picture, Refused, Shape, Stroke};
use crate::theme::Colour;

/// The most elements of a file, and how deep they may lie in each other.
const LIMIT_ELEMENTS: usize = 5_000;
const LIMIT_DEPTH: usize = 48;
/// The most parts of all paths together.
const LIMIT_VERBS: usize = 60_000;
/// The most bytes of a style sheet, and of what is used again, each time counted.
const LIMIT_STYLE_BYTES: usize = 32 * 1024;
const LIMIT_USED_BYTES: usize = 1024 * 1024;
/// The longest and the shortest side, in units of the paths.
const SIDES: std::ops::RangeInclusive<f32> = 0.5..=100_000.0;

/// A part of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verb {
    Move(f32, f32),
    Line(f32, f32),
    Curve([f32; 6]),
    Close,
}

/// Elements of SVG that may stand in a logo; those of other name spaces are notes of drawing programs.
const KNOWN: [&str; 21] = [
    "svg",
    "g",
    "defs",
    "symbol",
    "use",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "title",
    "desc",
    "metadata",
    "style",
    "clipPath",
    "linearGradient",
    "radialGradient",
    "stop",
    "pattern",
];
const SVG: &str = "http://www.w3.org/2000/svg";

/// Reads a drawing.
pub(super) fn read(bytes: &[u8]) -> Result<Picture, Refused> {
    let no_text = || Refused::new(1, Phrase::new("bytes that are no UTF-8", "Bytes, die kein UTF-8 sind"), expected());
    let text = std::str::from_utf8(bytes).map_err(|_| no_text())?;
    let limit = u32::try_from(8 * LIMIT_ELEMENTS).unwrap_or(u32::MAX);
    // Drawing programs write a document type; entities in it are bounded, and none is fetched.
    let options = roxmltree::ParsingOptions { allow_dtd: true, nodes_limit: limit, entity_resolver: None };
    let document = roxmltree::Document::parse_with_options(text, options).map_err(|error| {
        let line = usize::try_from(error.pos().row).unwrap_or(1).max(1);
        Refused::new(line, phrase!("no SVG: {error}", "kein SVG: {error}"), expected())
    })?;
    check_elements(&document)?;
    let tree = Tree::from_xmltree(&document, &options_without_files())
        .map_err(|error| Refused::new(1, phrase!("no SVG: {error}", "kein SVG: {error}"), expected()))?;
    let (width, height) = (tree.size().width(), tree.size().height());
    if !SIDES.contains(&width) || !SIDES.contains(&height) {
        let found = phrase!("a drawing of {} × {}", "eine Zeichnung von {} × {}", width, height);
        return Err(Refused::new(1, found, expected()));
    }
    let mut reader = Reader { shapes: Vec::new(), verbs: 0, lines: lines_of(&document) };
    reader.group(tree.root())?;
    if reader.shapes.is_empty() {
        let found = Phrase::new("a drawing without anything to be seen", "eine Zeichnung, auf der nichts zu sehen ist");
        return Err(Refused::new(1, found, expected()));
    }
    Ok(Picture::Drawing { width, height, shapes: reader.shapes })
}

fn expected() -> Phrase {
    Phrase::new(
        "an SVG of at most 5000 elements that are paths in plain colours",
        "ein SVG aus höchstens 5000 Elementen, die Pfade in vollen Farben sind",
    )
}

/// Without folders and without pictures, whatever they are referred to by.
fn options_without_files() -> Options<'static> {
    Options {
        resources_dir: None,
        image_href_resolver: usvg::ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    }
}

fn line_of(node: roxmltree::Node<'_, '_>) -> usize {
    usize::try_from(node.document().text_pos_at(node.range().start).row).unwrap_or(1)
}

/// The lines of elements that have names of their own, so that what is refused later can be placed.
fn lines_of(document: &roxmltree::Document<'_>) -> BTreeMap<String, usize> {
    let named = document.descendants().filter_map(|node| Some((node.attribute("id")?.to_owned(), node)));
    named.map(|(name, node)| (name, line_of(node))).collect()
}

/// Refuses what is not listed, before anything is drawn of it: the drawing library would leave it out without a word.
fn check_elements(document: &roxmltree::Document<'_>) -> Result<(), Refused> {
    let elements = document.descendants().filter(roxmltree::Node::is_element);
    let (mut count, mut used_bytes) = (0_usize, 0_usize);
    let mut depths: Vec<usize> = Vec::new();
    for node in elements {
        count += 1;
        let refused = |found| Err(Refused::new(line_of(node), found, expected()));
        if count > LIMIT_ELEMENTS {
            return refused(phrase!("more than {} elements", "mehr als {} Elemente", LIMIT_ELEMENTS));
        }
        // Elements come in the order in which they stand; those that this one does not lie in have ended.
        while depths.last().is_some_and(|end| *end <= node.range().start) {
            depths.pop();
        }
        depths.push(node.range().end);
        if depths.len() > LIMIT_DEPTH {
            return refused(phrase!(
                "elements in each other, more than {} deep",
                "Elemente ineinander, mehr als {} tief",
                LIMIT_DEPTH
            ));
        }
        if node.tag_name().namespace() != Some(SVG) {
            continue;
        }
        let name = node.tag_name().name();
        if !KNOWN.contains(&name) {
            return refused(named(name));
        }
        for attribute in node.attributes() {
            check_attribute(node, attribute.name(), attribute.value())?;
        }
        if name == "style" && node.range().len() > LIMIT_STYLE_BYTES {
            return refused(phrase!(
                "a style sheet of more than {} KB",
                "Stilregeln von mehr als {} KB",
                LIMIT_STYLE_BYTES / 1024
            ));
        }
        if name == "style" && node.descendants().filter_map(|part| part.text()).any(is_outside) {
            return refused(outside());
        }
        if name == "use" {
            used_bytes += check_use(document, node)?;
            if used_bytes > LIMIT_USED_BYTES {
                return refused(phrase!("<use> of too much in all", "<use> von insgesamt zu viel"));
            }
        }
    }
    Ok(())
}

/// What an element is, in words.
fn named(name: &str) -> Phrase {
    match name {
        "text" | "tspan" | "textPath" | "tref" => Phrase::new(
            "text, which needs a font; make paths of it",
            "Text, der eine Schrift braucht; wandeln Sie ihn in Pfade um",
        ),
        "image" | "feImage" => Phrase::new("a picture of pixels inside the drawing", "ein Pixelbild in der Zeichnung"),
        "mask" => Phrase::new("a mask", "eine Maske"),
        "filter" => Phrase::new("a filter", "ein Filter"),
        "marker" => Phrase::new("a marker", "eine Markierung (marker)"),
        "script" => Phrase::new("a script", "ein Skript"),
        _ => phrase!("an element <{name}>", "ein Element <{name}>"),
    }
}

fn outside() -> Phrase {
    Phrase::new("a reference out of the file", "ein Verweis aus der Datei hinaus")
}

fn check_attribute(node: roxmltree::Node<'_, '_>, name: &str, value: &str) -> Result<(), Refused> {
    let refused = |found| Err(Refused::new(line_of(node), found, expected()));
    let is_link = name == "href" && !value.trim_start().starts_with('#');
    if is_link || is_outside(value) {
        return refused(outside());
    }
    if name.starts_with("on") {
        return refused(Phrase::new("a script", "ein Skript"));
    }
    let has_dashes = name == "stroke-dasharray" && value.trim() != "none";
    if has_dashes || (name == "style" && value.contains("stroke-dasharray") && !value.contains("dasharray:none")) {
        return refused(Phrase::new("a dashed line", "eine gestrichelte Linie"));
    }
    Ok(())
}

/// Whether a value or a style sheet refers to something outside: `url(…)` of more than a name, or an import.
fn is_outside(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let mut parts = lower.split("url(");
    parts.next();
    lower.contains("@import")
        || parts
            .any(|part| !part.trim_start_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'').starts_with('#'))
}

/// What is used again must not use something again itself: such a chain doubles with every link.
///
/// Returns the size of what is used, in bytes of the file.
fn check_use(document: &roxmltree::Document<'_>, node: roxmltree::Node<'_, '_>) -> Result<usize, Refused> {
    let href = node.attributes().find(|attribute| attribute.name() == "href").map(|attribute| attribute.value());
    let Some(name) = href.and_then(|href| href.trim().strip_prefix('#')) else { return Ok(0) };
    let target = document.descendants().find(|other| other.attribute("id") == Some(name));
    let Some(target) = target else { return Ok(0) };
    let uses_again = target.descendants().filter(|part| part.tag_name().name() == "use").count() > 0;
    let is_large = target.descendants().count() > LIMIT_ELEMENTS / 50;
    if uses_again || is_large || node.ancestors().any(|above| above == target) {
        let found = phrase!(
            "<use> of something that is large or holds a <use> itself",
            "<use> von etwas, das groß ist oder selbst ein <use> enthält"
        );
        return Err(Refused::new(line_of(node), found, expected()));
    }
    Ok(target.range().len())
}

struct Reader {
    shapes: Vec<Shape>,
    verbs: usize,
    lines: BTreeMap<String, usize>,
}

impl Reader {
    fn refused<T>(&self, id: &str, found: Phrase) -> Result<T, Refused> {
        Err(Refused::new(self.lines.get(id).copied().unwrap_or(1), found, expected()))
    }

    fn group(&mut self, group: &Group) -> Result<(), Refused> {
        let id = id_of(group);
        if !group.filters().is_empty() {
            return self.refused(id, named("filter"));
        }
        if group.mask().is_some() {
            return self.refused(id, named("mask"));
        }
        if group.opacity().get() < 1.0 || group.blend_mode() != BlendMode::Normal {
            return self.refused(id, transparent());
        }
        if group.clip_path().is_some_and(|clip| !cuts_nothing(clip, group)) {
            return self.refused(
                id,
                Phrase::new("a clip path that cuts something off", "ein Beschneidungspfad, der etwas abschneidet"),
            );
        }
        for child in group.children() {
            match child {
                Node::Group(group) => self.group(group)?,
                Node::Path(path) => self.path(path)?,
                Node::Image(image) => return self.refused(image.id(), named("image")),
                Node::Text(text) => return self.refused(text.id(), named("text")),
            }
        }
        Ok(())
    }

    fn path(&mut self, path: &usvg::Path) -> Result<(), Refused> {
        if !path.is_visible() {
            return Ok(());
        }
        let fill = match path.fill() {
            None => None,
            Some(fill) => {
                let paint = self.paint(path.id(), fill.paint(), fill.opacity().get())?;
                Some(Fill { paint, is_even_odd: fill.rule() == usvg::FillRule::EvenOdd })
            }
        };
        let stroke = match path.stroke() {
            None => None,
            Some(stroke) if stroke.dasharray().is_some() => {
                return self.refused(path.id(), Phrase::new("a dashed line", "eine gestrichelte Linie"));
            }
            Some(stroke) => Some(Stroke {
                paint: self.paint(path.id(), stroke.paint(), stroke.opacity().get())?,
                width: stroke.width().get(),
                cap: match stroke.linecap() {
                    usvg::LineCap::Butt => 0,
                    usvg::LineCap::Round => 1,
                    usvg::LineCap::Square => 2,
                },
                join: match stroke.linejoin() {
                    usvg::LineJoin::Miter | usvg::LineJoin::MiterClip => 0,
                    usvg::LineJoin::Round => 1,
                    usvg::LineJoin::Bevel => 2,
                },
                miter_limit: stroke.miterlimit().get(),
            }),
        };
        if fill.is_none() && stroke.is_none() {
            return Ok(());
        }
        let matrix = path.abs_transform();
        let matrix = [matrix.sx, matrix.ky, matrix.kx, matrix.sy, matrix.tx, matrix.ty];
        let verbs = verbs(path.data());
        self.verbs += verbs.len();
        if self.verbs > LIMIT_VERBS {
            let found = phrase!("paths of more than {} parts", "Pfade aus mehr als {} Teilen", LIMIT_VERBS);
            return self.refused(path.id(), found);
        }
        if matrix.iter().any(|number| !number.is_finite() || number.abs() > 1e6) {
            let found = Phrase::new("a transformation out of all measure", "eine maßlose Transformation");
            return self.refused(path.id(), found);
        }
        let is_stroke_below = path.paint_order() == PaintOrder::StrokeAndFill;
        self.shapes.push(Shape { verbs, matrix, fill, stroke, is_stroke_below });
        Ok(())
    }

    fn paint(&self, id: &str, paint: &Paint, opacity: f32) -> Result<Colour, Refused> {
        match paint {
            _ if opacity < 1.0 => self.refused(id, transparent()),
            Paint::Color(colour) => Ok(Colour { channels: [colour.red, colour.green, colour.blue] }),
            Paint::LinearGradient(_) | Paint::RadialGradient(_) => {
                self.refused(id, Phrase::new("a gradient", "ein Farbverlauf"))
            }
            Paint::Pattern(_) => self.refused(id, Phrase::new("a pattern", "ein Muster")),
        }
    }
}

/// The name of a group, or of the first thing in it that has one: what an element shines through by is a group around it.
fn id_of(group: &Group) -> &str {
    let within = || {
        group.children().iter().map(|child| match child {
            Node::Group(group) => id_of(group),
            other => other.id(),
        })
    };
    if group.id().is_empty() { within().find(|id| !id.is_empty()).unwrap_or_default() } else { group.id() }
}

fn transparent() -> Phrase {
    Phrase::new(
        "a part that shines through; give it the colour that it has on white",
        "ein durchscheinender Teil; geben Sie ihm die Farbe, die er auf Weiß hat",
    )
}

/// Drawing programs cut every drawing at its own edge, by a rectangle around all of it.
fn cuts_nothing(clip: &usvg::ClipPath, group: &Group) -> bool {
    let [Node::Path(path)] = clip.root().children() else { return false };
    let is_rectangle =
        path.data().segments().all(|part| !matches!(part, PathSegment::QuadTo(..) | PathSegment::CubicTo(..)))
            && path.data().len() <= 6
            && clip.clip_path().is_none()
            && path.abs_transform().is_identity()
            && clip.transform().is_identity()
            && group.abs_transform().is_identity();
    let corners = path.data().points();
    let (edges, content) = (path.data().bounds(), group.abs_stroke_bounding_box());
    let at_edge = |value: f32, one: f32, other: f32| (value - one).abs() < 1e-3 || (value - other).abs() < 1e-3;
    is_rectangle
        && corners.len() >= 4
        && corners
            .iter()
            .all(|at| at_edge(at.x, edges.left(), edges.right()) && at_edge(at.y, edges.top(), edges.bottom()))
        && edges.left() <= content.left() + 0.01
        && edges.top() <= content.top() + 0.01
        && edges.right() + 0.01 >= content.right()
        && edges.bottom() + 0.01 >= content.bottom()
}

fn verbs(path: &usvg::tiny_skia_path::Path) -> Vec<Verb> {
    let (mut verbs, mut at) = (Vec::with_capacity(path.len()), (0.0, 0.0));
    for segment in path.segments() {
        verbs.push(match segment {
            PathSegment::MoveTo(to) => {
                at = (to.x, to.y);
                Verb::Move(to.x, to.y)
            }
            PathSegment::LineTo(to) => {
                at = (to.x, to.y);
                Verb::Line(to.x, to.y)
            }
            PathSegment::QuadTo(by, to) => {
                // A curve of the second degree, as one of the third.
                let handle = |end: f32, by: f32| end + (by - end) * 2.0 / 3.0;
                let curve =
                    [handle(at.0, by.x), handle(at.1, by.y), handle(to.x, by.x), handle(to.y, by.y), to.x, to.y];
                at = (to.x, to.y);
                Verb::Curve(curve)
            }
            PathSegment::CubicTo(one, other, to) => {
                at = (to.x, to.y);
                Verb::Curve([one.x, one.y, other.x, other.y, to.x, to.y])
            }
            PathSegment::Close => Verb::Close,
        });
    }
    verbs
}

#[cfg(test)]
mod tests;
