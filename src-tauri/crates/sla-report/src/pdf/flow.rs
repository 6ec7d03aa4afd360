//! Content flows down the pages: what fits stays together, what is taller than a page is split by lines.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use printpdf::{DictItem, Op};

use super::shape::{self, Area};
use super::tags::Tags;
use super::text::{Lines, Look as TextLook, Part, Setter};
use crate::logo::Logo;
use crate::manuscript::{self, Table, Text};
use crate::templates::Look;
use crate::theme::Colours;

/// A4 in points.
pub(super) const PAGE_WIDTH: f32 = 595.276;
/// A4 in points.
pub(super) const PAGE_HEIGHT: f32 = 841.89;
/// Left edge of the text.
pub(super) const LEFT: f32 = 50.0;
/// Width of the text.
pub(super) const WIDTH: f32 = PAGE_WIDTH - 2.0 * LEFT;
const TOP: f32 = 70.0;
const BOTTOM: f32 = 62.0;
/// Height of the text.
pub(super) const BODY: f32 = PAGE_HEIGHT - TOP - BOTTOM;

/// A stretch of text that leads elsewhere in the document.
pub(super) struct Link {
    pub(super) page: usize,
    /// One box for each line that it stands on.
    pub(super) boxes: Vec<Area>,
    /// The anchor that it leads to.
    pub(super) target: String,
    /// What is read aloud of it.
    pub(super) description: String,
}

/// A place that links lead to.
pub(super) struct Place {
    pub(super) page: usize,
    /// Distance of its upper edge to the page's lower one.
    pub(super) top: f32,
    /// What stands there.
    pub(super) title: String,
}

/// A heading that the outline lists.
pub(super) struct Bookmark {
    pub(super) level: u8,
    pub(super) title: String,
    pub(super) page: usize,
    /// Distance of its upper edge to the page's lower one.
    pub(super) top: f32,
}

/// The pages so far, and where the next content goes.
pub(super) struct Flow<'a> {
    pub(super) setter: Setter<'a>,
    pub(super) colours: &'a Colours,
    pub(super) look: &'a Look,
    /// Logos of pixels that the pages show, by their names in the document.
    pub(super) images: BTreeMap<String, &'a Logo>,
    pub(super) tags: Tags,
    pub(super) bookmarks: Vec<Bookmark>,
    pub(super) links: Vec<Link>,
    pub(super) anchors: BTreeMap<String, Place>,
    /// Level of the last heading in the structure tree.
    pub(super) level: u8,
    /// Whether the last figure leaves the right half of the page to the next one, beside it.
    pub(super) is_half_free: bool,
    /// How high the plots of figures are, as a share of their own height.
    pub(super) figure_scale: f32,
    /// Tables that may leave out rows, by the anchor under which all of them stand.
    pub(super) wholes: BTreeMap<&'a str, &'a Table>,
    /// Those that did.
    pub(super) cut: BTreeSet<&'a str>,
    pages: Vec<Vec<Op>>,
    /// Distance of the next content's upper edge to the page's lower one.
    y: f32,
}

impl<'a> Flow<'a> {
    pub(super) fn new(setter: Setter<'a>, look: &'a Look) -> Self {
        let mut flow = Self {
            setter,
            colours: &look.theme.colours,
            look,
            images: BTreeMap::new(),
            tags: Tags::new(),
            bookmarks: Vec::new(),
            links: Vec::new(),
            anchors: BTreeMap::new(),
            level: 0,
            is_half_free: false,
            figure_scale: 1.0,
            wholes: BTreeMap::new(),
            cut: BTreeSet::new(),
            pages: Vec::new(),
            y: 0.0,
        };
        flow.new_page();
        flow
    }

    pub(super) fn new_page(&mut self) {
        self.pages.push(Vec::new());
        self.tags.add_page();
        self.y = PAGE_HEIGHT - TOP;
    }

    pub(super) fn page_count(&self) -> usize {
        self.pages.len()
    }

    pub(super) fn is_page_empty(&self) -> bool {
        self.y >= PAGE_HEIGHT - TOP
    }

    /// Space below the cursor in points.
    pub(super) fn space(&self) -> f32 {
        self.y - BOTTOM
    }

    /// Begins a new page when `height` does not fit below the cursor.
    pub(super) fn need(&mut self, height: f32) {
        if height > self.space() + 0.01 && !self.is_page_empty() {
            self.new_page();
        }
    }

    /// The cursor: distance to the page's lower edge.
    pub(super) fn y(&self) -> f32 {
        self.y
    }

    /// Moves the cursor down. A gap at the top of a page is no gap.
    pub(super) fn advance(&mut self, height: f32) {
        self.y -= height;
    }

    /// Height of a figure whose plot is as low as figures are.
    pub(super) fn lower(&self, height: f32, plot: f32) -> f32 {
        height - plot * (1.0 - self.figure_scale)
    }

    /// A gap before the next content, unless the page just begins.
    pub(super) fn gap(&mut self, height: f32) {
        if !self.is_page_empty() {
            self.y -= height;
        }
    }

    /// The area of that height at the cursor, over the whole width.
    pub(super) fn area(&self, height: f32) -> Area {
        Area { left: LEFT, top: self.y, width: WIDTH, height }
    }

    /// Draws something that belongs to the open element.
    pub(super) fn mark(&mut self, draw: impl FnOnce(&mut Vec<Op>)) {
        let (tag, number) = self.tags.mark();
        let properties = DictItem::Dict { map: [("MCID".to_owned(), DictItem::Int(number))].into() };
        let ops = self.ops();
        ops.push(Op::BeginMarkedContentWithProperties { tag: tag.to_owned(), properties });
        draw(ops);
        ops.push(Op::EndMarkedContent);
    }

    /// Draws something that says nothing by itself.
    pub(super) fn ornament(&mut self, draw: impl FnOnce(&mut Vec<Op>)) {
        Self::ornament_on(self.ops(), draw);
    }

    /// The same on every page that there is, with its number from 0.
    pub(super) fn ornament_pages(&mut self, mut draw: impl FnMut(&mut Setter<'a>, &mut Vec<Op>, usize)) {
        let Self { pages, setter, .. } = self;
        for (number, ops) in pages.iter_mut().enumerate() {
            Self::ornament_on(ops, |ops| draw(setter, ops, number));
        }
    }

    fn ornament_on(ops: &mut Vec<Op>, draw: impl FnOnce(&mut Vec<Op>)) {
        ops.push(Op::BeginMarkedContent { tag: "Artifact".to_owned() });
        draw(ops);
        ops.push(Op::EndMarkedContent);
    }

    fn ops(&mut self) -> &mut Vec<Op> {
        self.pages.last_mut().expect("there is a page from the start")
    }

    /// Draws an element over the whole width, split by lines where the page ends.
    pub(super) fn paragraph(&mut self, tag: &'static str, text: &Text, look: TextLook) {
        let lines = self.setter.set(text, look, WIDTH);
        self.tags.open(tag);
        self.lines(&lines, LEFT);
        self.tags.close();
    }

    /// Draws lines at the cursor that belong to the open element.
    pub(super) fn lines(&mut self, lines: &Lines<'a>, left: f32) {
        // Two lines at least stay together at the foot of a page.
        self.need(lines.height_of(0..lines.len().min(2)));
        let mut from = 0;
        while from < lines.len() {
            let mut to = lines.fit(from, self.space());
            if to == from && !self.is_page_empty() {
                self.new_page();
                continue;
            }
            to = to.max(from + 1);
            self.text(lines, left, self.y, from..to);
            self.y -= lines.height_of(from..to);
            from = to;
        }
    }

    /// Draws some lines that belong to the open element, with the links in them; `left` and `top` are the upper left corner.
    pub(super) fn text(&mut self, lines: &Lines<'a>, left: f32, top: f32, range: Range<usize>) {
        for Part { bytes, link } in lines.parts(range.clone()) {
            let Some(target) = link else {
                self.mark(|ops| lines.draw_part(ops, left, top, range.clone(), &bytes));
                continue;
            };
            let boxes = lines.boxes(left, top, range.clone(), &bytes);
            let paint = self.colours.brand;
            self.ornament(|ops| {
                for Area { left, top, width, height } in &boxes {
                    let line = Area { left: *left, top: top - height * 0.86, width: *width, height: 0.5 };
                    shape::rectangle(ops, line, paint.tint(55));
                }
            });
            self.tags.open("Link");
            self.mark(|ops| lines.draw_part(ops, left, top, range.clone(), &bytes));
            self.tags.link(self.links.len());
            self.tags.close();
            let description = lines.text(&bytes).trim().to_owned();
            self.links.push(Link { page: self.page_count() - 1, boxes, target: target.to_owned(), description });
        }
    }

    /// Makes the cursor a place that links lead to.
    pub(super) fn anchor(&mut self, name: &str, title: &Text) {
        let place = Place { page: self.page_count() - 1, top: self.y, title: manuscript::plain(title) };
        self.anchors.insert(name.to_owned(), place);
    }

    /// The tag of a heading. Levels of the structure tree go down one by one, whatever a template leaves out.
    pub(super) fn heading_tag(&mut self, level: u8) -> &'static str {
        self.level = level.clamp(1, self.level.min(2) + 1);
        ["H1", "H2", "H3"][usize::from(self.level) - 1]
    }

    /// The pages.
    pub(super) fn take_pages(&mut self) -> Vec<Vec<Op>> {
        std::mem::take(&mut self.pages)
    }
}
