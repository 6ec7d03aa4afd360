//! Texts become lines: shaped and broken by parley, drawn as positioned glyphs with the characters they stand for.

use std::borrow::Cow;
use std::collections::HashMap;
use std::mem::{Discriminant, discriminant};
use std::ops::Range;
use std::rc::Rc;

use parley::{
    Alignment, AlignmentOptions, FontContext, FontFamily, FontFeatures, Layout, LayoutContext, LineHeight,
    OverflowWrap, StyleProperty,
};
use printpdf::{DictItem, FontId, Op, PdfFontHandle, Pt};
use sla_core::record::Language;

use super::face::{Face, Typefaces};
use super::glyphs::Glyphs;
use super::shape::{self, Area};
use crate::manuscript::{Run, RunStyle, Text};
use crate::theme::Colour;

/// Where a word may be divided; drawn as a hyphen at the end of a line only.
const SOFT_HYPHEN: char = '\u{ad}';
/// What a part of a sign stands for that is no character by itself: a space without width.
const NOTHING: char = '\u{200b}';
/// Width of a hyphen as a share of the size, with some air.
const HYPHEN_WIDTH: f32 = 0.42;
/// The most bytes of texts that are kept as they were set: those of some pages of tables, where the same words come again.
const LIMIT_KEPT_BYTES: usize = 64 * 1024;

/// How a text is set.
#[derive(Clone, Copy)]
pub(super) struct Look {
    /// Size in points.
    pub(super) size: f32,
    pub(super) face: Face,
    pub(super) colour: Colour,
    pub(super) align: Alignment,
}

impl Look {
    pub(super) fn new(size: f32, face: Face, colour: Colour) -> Self {
        // A name that is read from the right stands where the others stand, too: the document is not read from there.
        Self { size, face, colour, align: Alignment::Left }
    }

    pub(super) fn right(self) -> Self {
        Self { align: Alignment::Right, ..self }
    }

    pub(super) fn centred(self) -> Self {
        Self { align: Alignment::Center, ..self }
    }
}

/// Sets texts in a theme's fonts.
pub(super) struct Setter<'a> {
    typefaces: &'a Typefaces,
    /// Where words of the reader's language may be divided.
    syllables: hypher::Lang,
    fonts: FontContext,
    layouts: LayoutContext<()>,
    kept: HashMap<Key, Rc<Set>>,
    kept_bytes: usize,
}

/// What decides how a text is set. Its colour and where it leads do not.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    runs: Vec<(RunStyle, String)>,
    size: u32,
    width: u32,
    face: Face,
    align: Discriminant<Alignment>,
}

/// A text as it was set.
struct Set {
    text: String,
    layout: Layout<()>,
    /// Where each run of it ended up.
    runs: Vec<Range<usize>>,
}

impl<'a> Setter<'a> {
    pub(super) fn new(typefaces: &'a Typefaces, language: Language) -> Self {
        let syllables = match language {
            Language::De => hypher::Lang::German,
            Language::En => hypher::Lang::English,
        };
        let (fonts, layouts) = (typefaces.context(), LayoutContext::new());
        Self { typefaces, syllables, fonts, layouts, kept: HashMap::new(), kept_bytes: 0 }
    }

    /// A text in lines of at most `width` points. A word that is longer is divided between syllables, and anywhere where
    /// it has none, such as a hash.
    pub(super) fn set(&mut self, text: &Text, look: Look, width: f32) -> Lines<'a> {
        let lines = self.lay_out(text, look, width);
        if !lines.breaks_a_word() {
            return lines;
        }
        let divided = text.iter().map(|run| match run.style {
            RunStyle::Code => run.clone(),
            RunStyle::Plain | RunStyle::Strong => Run { text: self.divided(&run.text), ..run.clone() },
        });
        // The hyphen needs its place.
        self.lay_out(&divided.collect(), look, width - look.size * HYPHEN_WIDTH)
    }

    /// The text with a soft hyphen between the syllables of its words.
    fn divided(&self, text: &str) -> String {
        let mut divided = String::with_capacity(text.len() + text.len() / 4);
        for word in text.split_inclusive(|c: char| !c.is_alphabetic()) {
            for (index, syllable) in hypher::hyphenate(word, self.syllables).enumerate() {
                if index > 0 {
                    divided.push(SOFT_HYPHEN);
                }
                divided.push_str(syllable);
            }
        }
        divided
    }

    fn lay_out(&mut self, text: &Text, look: Look, width: f32) -> Lines<'a> {
        let key = Key {
            runs: text.iter().map(|run| (run.style, run.text.clone())).collect(),
            size: look.size.to_bits(),
            width: width.to_bits(),
            face: look.face,
            align: discriminant(&look.align),
        };
        let known = self.kept.get(&key).map(Rc::clone);
        let set = known.unwrap_or_else(|| {
            let set = Rc::new(self.lay_out_anew(text, look, width));
            self.kept_bytes += set.text.len();
            if self.kept_bytes > LIMIT_KEPT_BYTES {
                self.kept.clear();
                self.kept_bytes = set.text.len();
            }
            self.kept.insert(key, Rc::clone(&set));
            set
        });
        let leading = text.iter().zip(&set.runs).filter_map(|(run, bytes)| Some((bytes.clone(), run.link.clone()?)));
        let links = leading.collect();
        Lines { typefaces: self.typefaces, set, links, colour: look.colour }
    }

    fn lay_out_anew(&mut self, text: &Text, look: Look, width: f32) -> Set {
        /// Fixed-width letters look larger than the others of their size.
        const CODE_SIZE: f32 = 0.9;
        let (mut whole, mut styled, mut runs) = (String::new(), Vec::new(), Vec::with_capacity(text.len()));
        for Run { text, style, .. } in text {
            let face = match style {
                RunStyle::Plain => look.face,
                RunStyle::Strong => Face::Strong,
                RunStyle::Code => Face::Code,
            };
            let start = whole.len();
            for c in self.typefaces.legible(text, face).chars() {
                let start = whole.len();
                whole.push(c);
                // What the face lacks is set in a font that has it.
                let face = self.typefaces.showing(c, face).unwrap_or(face);
                match styled.last_mut() {
                    Some((range, last)) if *last == face && Range::<usize>::clone(range).end == start => {
                        range.end = whole.len()
                    }
                    _ => styled.push((start..whole.len(), face)),
                }
            }
            runs.push(start..whole.len());
        }
        let mut builder = self.layouts.ranged_builder(&mut self.fonts, &whole, 1.0, false);
        builder.push_default(StyleProperty::FontFamily(FontFamily::named(look.face.id())));
        builder.push_default(StyleProperty::FontSize(look.size));
        builder.push_default(StyleProperty::LineHeight(LineHeight::FontSizeRelative(1.38)));
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::Anywhere));
        builder.push_default(StyleProperty::FontFeatures(FontFeatures::from("\"tnum\" 1, \"kern\" 1")));
        for (range, face) in styled.into_iter().filter(|(range, face)| *face != look.face && !range.is_empty()) {
            builder.push(StyleProperty::FontFamily(FontFamily::named(face.id())), range.clone());
            if face == Face::Code {
                builder.push(StyleProperty::FontSize(look.size * CODE_SIZE), range);
            }
        }
        let mut layout = builder.build(&whole);
        layout.break_all_lines(Some(width));
        layout.align(look.align, AlignmentOptions::default());
        Set { text: whole, layout, runs }
    }

    /// A text in one line; what does not fit is left out behind an ellipsis.
    pub(super) fn set_line(&mut self, text: &str, look: Look, width: f32) -> Lines<'a> {
        let whole = self.set_plain(text, look, width);
        if whole.len() <= 1 {
            return whole;
        }
        let mut kept: Vec<char> = whole.first_line().chars().collect();
        while kept.pop().is_some() {
            let shortened: String = kept.iter().collect::<String>().trim_end().to_owned() + "…";
            let lines = self.set_plain(&shortened, look, width);
            if lines.len() <= 1 {
                return lines;
            }
        }
        self.set_plain("…", look, width)
    }

    /// The same for a text of one style.
    pub(super) fn set_plain(&mut self, text: &str, look: Look, width: f32) -> Lines<'a> {
        self.set(&vec![Run::new(text, RunStyle::Plain)], look, width)
    }
}

/// A text in lines.
pub(super) struct Lines<'a> {
    typefaces: &'a Typefaces,
    set: Rc<Set>,
    /// What leads where.
    links: Vec<(Range<usize>, String)>,
    colour: Colour,
}

/// A stretch of some lines that leads to one place, or to none.
pub(super) struct Part<'b> {
    pub(super) bytes: Range<usize>,
    pub(super) link: Option<&'b str>,
}

impl Lines<'_> {
    /// Whether a line ends within a word.
    fn breaks_a_word(&self) -> bool {
        let ends = self.set.layout.lines().map(|line| line.text_range().end).filter(|end| *end < self.set.text.len());
        let is_within = |end: usize| {
            let (before, after) = self.set.text.split_at(end);
            before.ends_with(char::is_alphabetic) && after.starts_with(char::is_alphabetic)
        };
        ends.into_iter().any(is_within)
    }

    /// The stretches of some lines, in order.
    pub(super) fn parts(&self, lines: Range<usize>) -> Vec<Part<'_>> {
        let mut ranges = self.set.layout.lines().skip(lines.start).take(lines.len()).map(|line| line.text_range());
        let Some(first) = ranges.next() else { return Vec::new() };
        let end = ranges.next_back().map_or(first.end, |last| last.end);
        let (mut parts, mut at) = (Vec::new(), first.start);
        for (bytes, link) in &self.links {
            let bytes = bytes.start.max(at)..bytes.end.min(end);
            if bytes.is_empty() {
                continue;
            }
            if at < bytes.start {
                parts.push(Part { bytes: at..bytes.start, link: None });
            }
            at = bytes.end;
            parts.push(Part { bytes, link: Some(link) });
        }
        if at < end {
            parts.push(Part { bytes: at..end, link: None });
        }
        parts
    }

    /// The boxes of a stretch, one for each line that it stands on; `x` and `y` as in [`Lines::draw`].
    pub(super) fn boxes(&self, x: f32, y: f32, lines: Range<usize>, bytes: &Range<usize>) -> Vec<Area> {
        let (mut boxes, mut top) = (Vec::new(), y);
        for line in self.set.layout.lines().skip(lines.start).take(lines.len()) {
            let height = line.metrics().line_height;
            let (mut pen, mut left, mut right) = (x + line.metrics().offset, f32::MAX, f32::MIN);
            for run in line.runs() {
                for cluster in run.visual_clusters() {
                    // A space at the end of a line is no part of the box.
                    let is_seen = !self.set.text[cluster.text_range()].trim().is_empty();
                    if is_seen && bytes.contains(&cluster.text_range().start) {
                        (left, right) = (left.min(pen), right.max(pen + cluster.advance()));
                    }
                    pen += cluster.advance();
                }
            }
            if left < right {
                boxes.push(Area { left, top, width: right - left, height });
            }
            top -= height;
        }
        boxes
    }

    /// Number of lines; none for an empty text.
    pub(super) fn len(&self) -> usize {
        if self.set.text.is_empty() { 0 } else { self.set.layout.len() }
    }

    /// Height of all lines in points.
    pub(super) fn height(&self) -> f32 {
        self.height_of(0..self.len())
    }

    pub(super) fn height_of(&self, lines: Range<usize>) -> f32 {
        self.set.layout.lines().skip(lines.start).take(lines.len()).map(|line| line.metrics().line_height).sum()
    }

    /// All of the text, without the marks where words may be divided.
    pub(super) fn whole(&self) -> String {
        self.set.text.replace(SOFT_HYPHEN, "")
    }

    /// A stretch of the text.
    pub(super) fn text(&self, bytes: &Range<usize>) -> &str {
        self.set.text.get(bytes.clone()).unwrap_or_default()
    }

    fn first_line(&self) -> &str {
        self.set.layout.get(0).map_or("", |line| &self.set.text[line.text_range()])
    }

    /// The text of every line, with the space at its end.
    #[cfg(test)]
    pub(super) fn by_line(&self) -> Vec<&str> {
        self.set.layout.lines().map(|line| self.set.text.get(line.text_range()).unwrap_or_default()).collect()
    }

    /// Width of the widest line in points.
    pub(super) fn width(&self) -> f32 {
        self.set.layout.width()
    }

    /// The line after the last one that fits into `space` points, beginning with line `from`.
    pub(super) fn fit(&self, from: usize, space: f32) -> usize {
        let mut used = 0.0;
        let heights = self.set.layout.lines().take(self.len()).skip(from).map(|line| line.metrics().line_height);
        let fitting = heights.take_while(|height| {
            used += height;
            used <= space + 0.01
        });
        from + fitting.count()
    }

    /// Draws some of the lines; `x` and `y` are the upper left corner of the first, from the page's lower left one.
    pub(super) fn draw(&self, ops: &mut Vec<Op>, x: f32, y: f32, lines: Range<usize>) {
        self.draw_part(ops, x, y, lines, &(0..self.set.text.len()));
    }

    /// Draws what of some lines lies in a stretch of the text.
    pub(super) fn draw_part(&self, ops: &mut Vec<Op>, x: f32, y: f32, lines: Range<usize>, bytes: &Range<usize>) {
        let above = self.height_of(0..lines.start);
        ops.push(Op::SetFillColor { col: shape::colour(self.colour) });
        ops.push(Op::StartTextSection);
        let mut current = None;
        for line in self.set.layout.lines().skip(lines.start).take(lines.len()) {
            let baseline = y + above - line.metrics().baseline;
            let (mut pen, runs) = (x + line.metrics().offset, line.runs().collect::<Vec<_>>());
            let mut clusters = Vec::new();
            for run in &runs {
                let face = self.typefaces.face_of(run.font().data.id());
                for cluster in run.visual_clusters() {
                    let advance = cluster.advance();
                    clusters.push((cluster, pen, face, run.font_size()));
                    pen += advance;
                }
            }
            // What is read from the right is drawn as it is read, too: who copies it or hears it follows the order of drawing.
            clusters.sort_by_key(|(cluster, ..)| cluster.text_range().start);
            let mut clusters = clusters.into_iter().peekable();
            let mut glyphs = Glyphs::default();
            while let Some((cluster, mut left, face, size)) = clusters.next() {
                let at_end = cluster.text_range().end == line.text_range().end;
                let mut characters = Cow::Borrowed(&self.set.text[cluster.text_range()]);
                let is_drawn = bytes.contains(&cluster.text_range().start);
                while let Some((rest, pen, ..)) = clusters.next_if(|(next, ..)| next.is_ligature_continuation()) {
                    characters.to_mut().push_str(&self.set.text[rest.text_range()]);
                    left = left.min(pen);
                }
                if !is_drawn || characters == "\n" {
                    continue;
                }
                let font = (face, size.to_bits());
                if current != Some(font) {
                    glyphs.draw(ops);
                    let handle = PdfFontHandle::External(FontId(face.id().to_owned()));
                    ops.push(Op::SetFont { font: handle, size: Pt(size) });
                    current = Some(font);
                }
                if characters.starts_with(SOFT_HYPHEN) {
                    if at_end {
                        // It belongs to the line and not to the word: who copies the text gets a soft one.
                        glyphs.draw(ops);
                        begin_span(ops, "\u{ad}");
                        glyphs.add(ops, self.typefaces.hyphen(face), "-".to_owned(), [left, baseline], size);
                        glyphs.draw(ops);
                        ops.push(Op::EndMarkedContent);
                    }
                    continue;
                }
                // Of several glyphs none stands for the text alone, and each may stand for itself elsewhere: what is copied
                // is said beside them.
                let is_one = cluster.glyphs().nth(1).is_none();
                if !is_one {
                    glyphs.draw(ops);
                    begin_span(ops, &characters);
                }
                for glyph in cluster.glyphs() {
                    let stands_for = if is_one {
                        extracted(&characters)
                    } else {
                        self.typefaces.character_of(face, glyph.id).unwrap_or(NOTHING).to_string()
                    };
                    let drawn = self.typefaces.glyph(face, glyph.id);
                    glyphs.add(ops, drawn, stands_for, [left + glyph.x, baseline - glyph.y], size);
                    left += glyph.advance;
                }
                if !is_one {
                    glyphs.draw(ops);
                    ops.push(Op::EndMarkedContent);
                }
            }
            glyphs.draw(ops);
        }
        ops.push(Op::EndTextSection);
    }
}

/// Begins glyphs that together stand for a text.
fn begin_span(ops: &mut Vec<Op>, text: &str) {
    let units = text.encode_utf16().flat_map(u16::to_be_bytes);
    let data = [0xfe, 0xff].into_iter().chain(units).collect();
    let properties =
        DictItem::Dict { map: [("ActualText".to_owned(), DictItem::String { data, literal: false })].into() };
    ops.push(Op::BeginMarkedContentWithProperties { tag: "Span".to_owned(), properties });
}

/// What is copied out of the document. A glyph stands for one text only, and fonts draw these with the same glyph.
fn extracted(characters: &str) -> String {
    let one = |c: char| match c {
        '\u{a0}' | '\u{202f}' => ' ',
        '\u{2010}' | '\u{2011}' => '-',
        c => c,
    };
    characters.chars().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::templates::Templates;

    #[test]
    fn a_name_that_is_read_from_the_right_stands_where_the_others_stand() {
        let templates = Templates::builtin();
        let look = templates.own_look();
        let mut setter = Setter::new(&look.typefaces, Language::De);
        let of = Look::new(9.0, Face::Regular, look.theme.colours.ink);
        for name in ["شركة الشحن المحدودة", "חברת החשמל", "Nordlicht Energie AG", "日本電信"]
        {
            let mut offset = |look: Look| {
                let lines = setter.set_plain(name, look, 300.0);
                let line = lines.set.layout.get(0).expect("a line");
                (line.metrics().offset, 300.0 - line.metrics().offset - line.metrics().advance)
            };
            assert!(offset(of).0.abs() < 0.01, "{name}");
            assert!(offset(of.right()).1.abs() < 0.01, "{name}");
        }
    }
}
