//! The blocks of a report as elements. What letters have as well is written where letters are.

use std::collections::BTreeSet;

use sla_core::record::Language;

use super::chart;
use crate::html::{self, escape, runs};
use crate::logo::{Logo, Picture, Verb};
use crate::manuscript::{Block, Card, Cell, Cover, Fact, Status, Table, Text, Tile, section_len};
use crate::templates::Look;

/// All blocks, one after the other.
pub(super) fn all(blocks: &[Block], look: &Look, language: Language) -> String {
    let wholes: BTreeSet<&str> = blocks.iter().filter_map(rest_of).collect();
    let (mut page, mut rest) = (Vec::new(), blocks);
    while let [one, after @ ..] = rest {
        rest = match one {
            Block::Heading { anchor: Some(anchor), .. } if wholes.contains(anchor.as_str()) => {
                &rest[section_len(rest)..]
            }
            _ => {
                page.push(block(one, look, language));
                after
            }
        };
    }
    page.join("\n")
}

/// Where all rows of a table stand that leaves out some on paper. A screen has room for all of them.
fn rest_of(block: &Block) -> Option<&str> {
    let Block::Table(table) = block else { return None };
    table.rest.as_ref().map(|rest| rest.anchor.as_str())
}

fn block(block: &Block, look: &Look, language: Language) -> String {
    match block {
        Block::Cover(one) => cover(one, look),
        Block::Tiles { tiles } => {
            tiles.iter().map(tile).fold("<div class=\"tiles\">".to_owned(), |all, one| all + &one) + "</div>"
        }
        Block::Facts { facts: all } => facts(all),
        Block::Table(one) => table(one),
        Block::Chart(one) => chart::days(one),
        Block::Hours(one) => chart::hours(one),
        Block::BurnDown(one) => chart::burn_down(one, if language == Language::De { "," } else { "." }),
        Block::Months(one) => chart::months(one),
        Block::Evidence { cards } => cards.iter().map(card).collect::<Vec<_>>().join("\n"),
        // All rows of every table are shown where the table is.
        Block::Sheet | Block::Rows { .. } => String::new(),
        Block::PageBreak => "<div class=\"break\" role=\"presentation\"></div>".to_owned(),
        Block::Heading { .. } | Block::Paragraph { .. } | Block::List { .. } | Block::Rule => {
            html::block(block).expect("letters have these")
        }
    }
}

fn cover(cover: &Cover, look: &Look) -> String {
    let mut page = "<section class=\"cover\">\n".to_owned();
    page += &firm(look.logo.as_deref(), &cover.provider, &cover.address);
    page += &format!("<h1>{}</h1>\n", runs(&cover.title));
    if !cover.customer.is_empty() {
        page += &firm(look.customer_logo.as_deref(), &cover.customer, &cover.customer_address);
    }
    let class = cover.verdict.status.map_or("", class);
    page += &format!(
        "<div class=\"verdict {class}\"><strong>{}</strong><p>{}</p></div>\n",
        cell(&cover.verdict),
        runs(&cover.sentence)
    );
    page + &facts(&cover.facts) + "\n</section>"
}

fn firm(mark: Option<&Logo>, name: &Text, address: &[Text]) -> String {
    let address: Vec<String> = address.iter().map(runs).collect();
    let below = if address.is_empty() {
        String::new()
    } else {
        format!("<br><span class=\"small\">{}</span>", address.join(" · "))
    };
    format!(
        "<div class=\"firm\">{}<div><strong>{}</strong>{below}</div></div>\n",
        mark.map(logo).unwrap_or_default(),
        runs(name)
    )
}

/// A logo within the page: pixels as they are, a drawing as the paths that were read of it.
fn logo(logo: &Logo) -> String {
    let words = escape(&logo.alternative);
    match &logo.picture {
        Picture::Pixels { width, height, file } => {
            let bytes = data_encoding::BASE64.encode(file);
            format!("<img src=\"data:image/png;base64,{bytes}\" width=\"{width}\" height=\"{height}\" alt=\"{words}\">")
        }
        Picture::Drawing { width, height, shapes } => {
            let mut drawn = format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" style=\"height:42pt\" aria-label=\"{words}\" role=\"img\">"
            );
            for shape in shapes {
                let path: Vec<String> = shape.verbs.iter().map(verb).collect();
                let matrix = shape.matrix.map(|number| number.to_string()).join(" ");
                let fill = shape.fill.map_or_else(
                    || "fill=\"none\"".to_owned(),
                    |fill| {
                        let rule = if fill.is_even_odd { "evenodd" } else { "nonzero" };
                        format!("fill=\"{}\" fill-rule=\"{rule}\"", String::from(fill.paint))
                    },
                );
                let stroke = shape.stroke.map_or_else(String::new, |stroke| {
                    let cap = ["butt", "round", "square"][usize::from(stroke.cap.min(2))];
                    let join = ["miter", "round", "bevel"][usize::from(stroke.join.min(2))];
                    let order = if shape.is_stroke_below { " paint-order=\"stroke\"" } else { "" };
                    format!(
                        " stroke=\"{}\" stroke-width=\"{}\" stroke-linecap=\"{cap}\" stroke-linejoin=\"{join}\" stroke-miterlimit=\"{}\"{order}",
                        String::from(stroke.paint),
                        stroke.width,
                        stroke.miter_limit
                    )
                });
                drawn += &format!("<path transform=\"matrix({matrix})\" {fill}{stroke} d=\"{}\"/>", path.join(""));
            }
            drawn + "</svg>"
        }
    }
}

fn verb(verb: &Verb) -> String {
    match verb {
        Verb::Move(x, y) => format!("M{x} {y}"),
        Verb::Line(x, y) => format!("L{x} {y}"),
        Verb::Curve([a, b, c, d, x, y]) => format!("C{a} {b} {c} {d} {x} {y}"),
        Verb::Close => "Z".to_owned(),
    }
}

/// The name of a status, as the page's style has it.
fn class(status: Status) -> &'static str {
    match status {
        Status::Met => "met",
        Status::Breached => "breached",
        Status::Undecidable => "undecidable",
    }
}

fn cell(cell: &Cell) -> String {
    let text = runs(&cell.text);
    match cell.status {
        None => text,
        Some(status) => {
            let icon = match status {
                Status::Met => "✓",
                Status::Breached => "✕",
                Status::Undecidable => "?",
            };
            format!("<span class=\"{}\"><span aria-hidden=\"true\">{icon}</span> {text}</span>", class(status))
        }
    }
}

fn tile(tile: &Tile) -> String {
    let Tile { label, value, note } = tile;
    format!(
        "<div><span class=\"small\">{}</span><br><strong>{}</strong><br><span class=\"small\">{}</span></div>",
        runs(label),
        cell(value),
        runs(note)
    )
}

fn facts(facts: &[Fact]) -> String {
    let fact = |fact: &Fact| format!("<div><dt>{}</dt><dd>{}</dd></div>", runs(&fact.label), cell(&fact.value));
    format!("<dl class=\"facts\">{}</dl>", facts.iter().map(fact).collect::<String>())
}

fn table(table: &Table) -> String {
    let side = |right: bool| if right { " class=\"right\"" } else { "" };
    let heads =
        table.columns.iter().map(|one| format!("<th scope=\"col\"{}>{}</th>", side(one.right), runs(&one.title)));
    let row = |row: &Vec<Cell>| {
        let cells =
            row.iter().zip(&table.columns).map(|(one, column)| format!("<td{}>{}</td>", side(column.right), cell(one)));
        format!("<tr>{}</tr>\n", cells.collect::<String>())
    };
    format!(
        "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody>\n</table></div>",
        heads.collect::<String>(),
        table.rows.iter().map(row).collect::<String>()
    )
}

fn card(card: &Card) -> String {
    let name = card.anchor.as_ref().map(|anchor| format!(" id=\"{}\"", escape(anchor))).unwrap_or_default();
    format!("<section{name}>\n<h3>{}</h3>\n{}\n</section>", runs(&card.title), facts(&card.facts))
}
