//! A manuscript becomes pages: shaped by parley, written by printpdf, completed to a tagged and archivable file.
//!
//! `face` and `text` set letters, `flow` breaks pages, `block`, `grid`, `chart` and `cover` draw, `tags`, `finish` and
//! `xmp` write what a file needs besides its looks. What does *not* live here: wording, and anything that is computed
//! from a record; a number arrives as text.

mod block;
mod burn;
mod chart;
mod cover;
mod face;
mod finish;
mod flow;
mod glyphs;
mod grid;
mod hours;
mod mark;
mod months;
mod plot;
mod shape;
mod sheet;
mod tags;
mod text;
mod xmp;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use printpdf::{Mm, PdfDocument, PdfPage, PdfSaveOptions};
use sla_core::evidence::sha256_hex;
use sla_core::record::{Language, MonthRecord};

pub(crate) use face::Typefaces;
pub(crate) use finish::Attachment;

use crate::manuscript::{Block, Manuscript, section_len};
use crate::templates::{Templates, report_name};
use crate::{ReportError, course, manifest, templates};
use face::Face;
use flow::{Flow, LEFT, PAGE_HEIGHT, WIDTH};
use shape::Area;
use text::{Look, Setter};

/// The most pages of a report.
const LIMIT_PAGES: usize = 2_000;

/// What a file is made from, besides its pages.
pub(crate) struct Paper<'a> {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it looks like.
    pub(crate) look: &'a templates::Look,
    /// The template that the manuscript comes from.
    pub(crate) template: String,
    /// What it speaks.
    pub(crate) language: Language,
    /// Its only date, so that equal months make equal files.
    pub(crate) date: DateTime<Utc>,
    /// What it says, as a machine reads it.
    pub(crate) json: &'a str,
    /// What is attached to it, sorted by name.
    pub(crate) attachments: Vec<Attachment>,
}

/// Draws the manuscript of a month and attaches the record that it came from.
pub(crate) fn write(
    templates: &Templates,
    record: &MonthRecord,
    manuscript: &Manuscript,
) -> Result<Vec<u8>, ReportError> {
    let json = record.to_json();
    let paper = Paper {
        name: "report.pdf",
        look: templates.look(&record.tenant),
        template: report_name(record.language),
        language: record.language,
        date: end(record)?,
        json: &json,
        attachments: attachments(record, json.clone())?,
    };
    set(paper, manuscript)
}

/// Draws a manuscript.
pub(crate) fn set(paper: Paper<'_>, manuscript: &Manuscript) -> Result<Vec<u8>, ReportError> {
    let failed = |reason: String| ReportError::Write { name: paper.name, reason };
    let look = paper.look;
    let theme = &look.theme;
    let mut flow = Flow::new(Setter::new(&look.typefaces, paper.language), look);
    flow.wholes = manuscript.wholes();
    let led = if flow.wholes.is_empty() { BTreeSet::new() } else { manuscript.led() };
    let mut rest = manuscript.blocks.as_slice();
    while let [block, after @ ..] = rest {
        rest = match block {
            Block::Sheet => flow.sheet(after),
            // All rows of a table stand on its sheet already.
            Block::Heading { anchor: Some(anchor), .. }
                if flow.wholes.contains_key(anchor.as_str())
                    && !flow.cut.contains(anchor.as_str())
                    && !led.contains(anchor) =>
            {
                &rest[section_len(rest)..]
            }
            _ => {
                flow.block(block, after);
                after
            }
        };
        if flow.page_count() > LIMIT_PAGES {
            return Err(ReportError::TooLong { file: paper.template, limit_pages: LIMIT_PAGES });
        }
    }
    furnish(&mut flow, manuscript);

    let furniture = &manuscript.furniture;
    let mut document = PdfDocument::new(&furniture.title);
    document.pages = flow.take_pages().into_iter().map(|ops| PdfPage::new(Mm(210.0), Mm(297.0), ops)).collect();
    look.typefaces.embed(&mut document).map_err(failed)?;
    flow.embed_logos(&mut document).map_err(failed)?;
    let written = printpdf::serialize::to_lopdf_doc(&document, &PdfSaveOptions::default(), &mut Vec::new());
    let identity = identity(look, manuscript, paper.json);
    let extras = finish::Extras {
        properties: xmp::Properties {
            title: &furniture.title,
            subject: &furniture.subject,
            author: &theme.provider.name,
            language: match paper.language {
                Language::De => "de-DE",
                Language::En => "en-GB",
            },
            date: paper.date,
        },
        flow: &flow,
        identity: &identity,
        attachments: paper.attachments,
    };
    finish::finish(written, extras).map_err(|error| failed(error.to_string()))
}

/// What the document rests on, and the numbers behind its charts.
fn attachments(record: &MonthRecord, json: String) -> Result<Vec<Attachment>, ReportError> {
    let attachment = |name, media_type, relationship, content| Attachment { name, media_type, relationship, content };
    Ok(vec![
        attachment("days.csv", "text/csv", "Data", course::days_csv(record)?),
        attachment("evidence.json", "application/json", "Supplement", manifest::evidence_json(record).into_bytes()),
        attachment("hours.csv", "text/csv", "Data", course::hours_csv(record)?),
        attachment("report.json", "application/json", "Data", json.into_bytes()),
    ])
}

/// The end of the month.
fn end(record: &MonthRecord) -> Result<DateTime<Utc>, ReportError> {
    let found = &record.period.end;
    let date = DateTime::parse_from_rfc3339(found).map_err(|_| ReportError::Record {
        field: "period.end",
        found: found.clone(),
        expected: "an instant such as 2026-10-31T23:00:00Z",
    })?;
    Ok(date.to_utc())
}

/// A fingerprint of everything that decides what the file looks like and holds.
fn identity(look: &templates::Look, manuscript: &Manuscript, json: &str) -> String {
    let mut content = serde_json::to_string(&(&look.theme, manuscript, json)).expect("these have only string keys");
    for logo in [&look.logo, &look.customer_logo].into_iter().flatten() {
        content.push_str(&logo.sha256);
    }
    sha256_hex(content.as_bytes())
}

/// Running header and footer. The first page has the cover instead of a header.
fn furnish(flow: &mut Flow<'_>, manuscript: &Manuscript) {
    let (pages, colours) = (flow.page_count(), flow.colours);
    let look = Look::new(7.6, Face::Regular, colours.muted);
    let furniture = &manuscript.furniture;
    flow.ornament_pages(|setter, ops, page| {
        let number =
            |text: &str| text.replace("{page}", &(page + 1).to_string()).replace("{pages}", &pages.to_string());
        let mut line = |[left, right]: &[String; 2], y: f32, ops: &mut Vec<printpdf::Op>| {
            // A long name on one side ends before the other side begins.
            let right = setter.set_line(&number(right), look.right(), WIDTH * 0.45);
            let left = setter.set_line(&number(left), look, WIDTH - right.width() - 16.0);
            left.draw(ops, LEFT, y, 0..left.len());
            right.draw(ops, LEFT + WIDTH * 0.55, y, 0..right.len());
        };
        if page > 0 {
            line(&furniture.header, PAGE_HEIGHT - 34.0, ops);
            let rule = Area { left: LEFT, top: PAGE_HEIGHT - 50.0, width: WIDTH, height: 0.5 };
            shape::rectangle(ops, rule, colours.rule);
        }
        line(&furniture.footer, 42.0, ops);
    });
}
