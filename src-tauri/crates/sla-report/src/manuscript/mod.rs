//! A document as its parts, before it has pages: what a template says, without what it looks like. The PDF is drawn
//! from it; a preview on a screen can be too.

mod course;
mod fence;
mod inline;
mod markdown;
mod rest;

use std::collections::BTreeSet;

use serde::Serialize;

pub use course::{BurnDay, BurnDown, Hour, HourDay, HourMap, HourState, Month, Months};
pub(crate) use fence::check_blocks;
pub use markdown::parse;
pub use rest::Rest;
pub(crate) use rest::section_len;

/// A parsed document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Manuscript {
    /// What stands on every page.
    pub furniture: Furniture,
    /// The content, in order.
    pub blocks: Vec<Block>,
}

/// What stands on every page, and in the file's properties.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Furniture {
    /// Title of the document.
    pub title: String,
    /// What the document is about.
    pub subject: String,
    /// Top left and top right.
    pub header: [String; 2],
    /// Bottom left and bottom right; `{page}` and `{pages}` stand for the numbers.
    pub footer: [String; 2],
}

/// A part of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    /// The head of the first page.
    Cover(Cover),
    /// A heading; level 1 is the document's title.
    Heading {
        /// 1 to 3.
        level: u8,
        /// The name that links lead to.
        anchor: Option<String>,
        /// Its text.
        text: Text,
    },
    /// Running text.
    Paragraph {
        /// Its text.
        text: Text,
    },
    /// A list.
    List {
        /// Number of the first item; none for a list of points.
        first_number: Option<u64>,
        /// The items.
        items: Vec<Text>,
    },
    /// Key figures side by side.
    Tiles {
        /// The figures.
        tiles: Vec<Tile>,
    },
    /// Labels with values, several to a row.
    Facts {
        /// The values.
        facts: Vec<Fact>,
    },
    /// A table.
    Table(Table),
    /// Bars per day.
    Chart(Chart),
    /// Every hour of every day.
    Hours(HourMap),
    /// An error budget, day by day.
    BurnDown(BurnDown),
    /// Bars per month.
    Months(Months),
    /// What the figures rest on, one card for each piece.
    Evidence {
        /// The cards.
        cards: Vec<Card>,
    },
    /// A thin line.
    Rule,
    /// What follows begins on a new page.
    PageBreak,
    /// What follows, up to the next page break or sheet, stands on one page: figures become lower and tables with a rest
    /// leave out rows where it would not fit.
    Sheet,
    /// All rows of the table whose rest leads to this anchor.
    Rows {
        /// The anchor.
        of: String,
    },
}

/// Text in runs of one style. A line break is `\n`.
pub type Text = Vec<Run>;

/// A stretch of text in one style.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Run {
    /// The text.
    pub text: String,
    /// How it is set.
    pub style: RunStyle,
    /// The anchor of the same document that it leads to.
    pub link: Option<String>,
}

impl Run {
    /// A stretch of text that leads nowhere.
    pub fn new(text: impl Into<String>, style: RunStyle) -> Self {
        Self { text: text.into(), style, link: None }
    }
}

/// How a stretch of text is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStyle {
    /// As the text around it.
    Plain,
    /// Strong.
    Strong,
    /// In a font of fixed width.
    Code,
}

/// A verdict as icon, word and colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Kept.
    Met,
    /// Broken.
    Breached,
    /// Not to be decided.
    Undecidable,
}

/// Text that may begin with a status.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// The status.
    pub status: Option<Status>,
    /// The text.
    pub text: Text,
}

/// The head of the first page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cover {
    /// Who sends the document.
    pub provider: Text,
    /// The sender's address, line by line.
    pub address: Vec<Text>,
    /// Title: the document's only heading of level 1.
    pub title: Text,
    /// Whom the document is for.
    pub customer: Text,
    /// The customer's address, line by line; only where the tenant's theme gives one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub customer_address: Vec<Text>,
    /// What it covers.
    pub facts: Vec<Fact>,
    /// The verdict.
    pub verdict: Cell,
    /// The verdict in a sentence.
    pub sentence: Text,
}

/// A label and its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// The label.
    pub label: Text,
    /// The value.
    pub value: Cell,
}

/// A key figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tile {
    /// What it is.
    pub label: Text,
    /// The figure.
    pub value: Cell,
    /// A remark; may be empty.
    pub note: Text,
}

/// A table with one head row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows; each has as many cells as there are columns.
    pub rows: Vec<Vec<Cell>>,
    /// What stands in place of the rows that its sheet has no room for; without it, or outside of a sheet, none is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rest: Option<Rest>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Head of the column.
    pub title: Text,
    /// Its share of the width, in dashes of the template's second row.
    pub share: u32,
    /// Whether its text is set at the right, as figures are.
    pub right: bool,
}

/// Bars of one percentage per day, against a target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Chart {
    /// What the bars show, with the unit.
    pub caption: String,
    /// The same in words, for who cannot see it.
    pub description: String,
    /// The target in percent, as a decimal.
    pub target: String,
    /// Label of the target's line.
    pub target_label: String,
    /// Labels of the scale; each with its percentage as a decimal.
    pub legend: ChartLegend,
    /// The days.
    pub days: Vec<ChartDay>,
    /// Decimal mark of the reader's language.
    pub decimal_mark: String,
}

/// What the bars' looks mean; a part without a label is not in the legend.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ChartLegend {
    /// Reached the target.
    pub reached: String,
    /// Missed it.
    pub missed: String,
    /// Has time without evidence.
    pub unknown: String,
    /// No service time.
    pub closed: String,
}

/// A day of a chart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChartDay {
    /// Label under the bar.
    pub label: String,
    /// Percentage as a decimal; none without evidence.
    pub percent: Option<String>,
    /// Whether the day has service time.
    pub open: bool,
    /// Whether the day has time without evidence.
    pub unknown: bool,
}

/// A piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Card {
    /// Its heading.
    pub title: Text,
    /// The name that links lead to.
    pub anchor: Option<String>,
    /// What is known of it.
    pub facts: Vec<Fact>,
}

/// The text without its styles.
pub fn plain(text: &Text) -> String {
    text.iter().map(|run| run.text.as_str()).collect()
}

impl Manuscript {
    /// The first link that leads nowhere.
    fn dangling(&self) -> Option<String> {
        let mut anchors = BTreeSet::new();
        for block in &self.blocks {
            match block {
                Block::Heading { anchor, .. } => anchors.extend(anchor.as_deref()),
                Block::Evidence { cards } => anchors.extend(cards.iter().filter_map(|card| card.anchor.as_deref())),
                _ => {}
            }
        }
        let mut dangling = None;
        let mut look = |text: &Text| {
            let links = text.iter().filter_map(|run| run.link.as_deref());
            let nowhere = links.filter(|link| !anchors.contains(link)).map(str::to_owned);
            dangling = dangling.take().or(nowhere.take(1).next());
        };
        self.each_text(&mut look);
        self.rests().for_each(|(rest, _)| rest.each_text(&mut look));
        dangling
    }

    /// Every text of the document, in order.
    fn each_text(&self, visit: &mut impl FnMut(&Text)) {
        for block in &self.blocks {
            match block {
                Block::Cover(cover) => {
                    visit(&cover.provider);
                    cover.address.iter().for_each(&mut *visit);
                    visit(&cover.title);
                    visit(&cover.customer);
                    cover.customer_address.iter().for_each(&mut *visit);
                    cover.facts.iter().for_each(|fact| fact.each_text(visit));
                    visit(&cover.verdict.text);
                    visit(&cover.sentence);
                }
                Block::Heading { text, .. } | Block::Paragraph { text } => visit(text),
                Block::List { items, .. } => items.iter().for_each(&mut *visit),
                Block::Tiles { tiles } => {
                    for tile in tiles {
                        [&tile.label, &tile.value.text, &tile.note].into_iter().for_each(&mut *visit);
                    }
                }
                Block::Facts { facts } => facts.iter().for_each(|fact| fact.each_text(visit)),
                Block::Table(table) => {
                    table.columns.iter().for_each(|column| visit(&column.title));
                    table.rows.iter().flatten().for_each(|cell| visit(&cell.text));
                }
                Block::Evidence { cards } => {
                    for card in cards {
                        visit(&card.title);
                        card.facts.iter().for_each(|fact| fact.each_text(visit));
                    }
                }
                Block::Chart(_) | Block::Hours(_) | Block::BurnDown(_) | Block::Months(_) => {}
                Block::Rule | Block::PageBreak | Block::Sheet | Block::Rows { .. } => {}
            }
        }
    }
}

impl Fact {
    fn each_text(&self, visit: &mut impl FnMut(&Text)) {
        visit(&self.label);
        visit(&self.value.text);
    }
}
