//! The fenced blocks of a template: tiles, facts, tables, charts, evidence, the cover and what stands on every page.

use sla_core::phrase;
use sla_core::phrase::Phrase;

use super::inline::{cell, heading, plain, split_bars, text};
use super::{Block, Card, Chart, ChartDay, Column, Cover, Fact, Furniture, Manuscript, Table, Tile, course, rest};
use crate::error::ReportError;
use crate::finding::{TemplateCode, TemplateFinding, nearest};

/// Names of all blocks.
const KINDS: [&str; 13] = [
    "page",
    "cover",
    "tiles",
    "facts",
    "table",
    "rows",
    "chart",
    "hours",
    "burndown",
    "months",
    "evidence",
    "pagebreak",
    "sheet",
];

/// Looks at a template's own text, before any record: every fenced block has a known name and an end. Returns what is wrong.
pub(crate) fn check_blocks(file: &str, source: &str) -> Vec<TemplateFinding> {
    let (mut open, mut findings): (Option<usize>, _) = (None, Vec::new());
    let endless = |line| {
        let found = Phrase::new("a block without an end", "ein Block ohne Ende");
        let expected =
            Phrase::new("a line ``` after it, before the next block", "eine Zeile ``` danach, vor dem nächsten Block");
        TemplateFinding::new(TemplateCode::Template, file, line, found, expected)
    };
    for (line, text) in (1..).zip(source.lines()) {
        let Some(kind) = text.trim_start().strip_prefix("```").map(str::trim) else { continue };
        if kind.is_empty() && open.is_some() {
            open = None;
            continue;
        }
        findings.extend(open.take().map(endless));
        if !KINDS.contains(&kind) {
            let found = phrase!("a block {kind:?}", "ein Block {kind:?}");
            let expected = match nearest(kind, KINDS) {
                Some(nearest) => phrase!("a block such as {nearest:?}", "ein Block wie {nearest:?}"),
                None => phrase!("one of: {}", "eines von: {}", KINDS.join(", ")),
            };
            findings.push(TemplateFinding::new(TemplateCode::Template, file, line, found, expected));
        }
        open = Some(line);
    }
    findings.extend(open.map(endless));
    findings
}

/// Why a line of a block is wrong: what is expected, and what was found.
pub(super) struct Wrong {
    expected: Phrase,
    found: String,
}

impl Wrong {
    pub(super) fn new(en: &'static str, de: &'static str, found: &str) -> Self {
        Self { expected: Phrase::new(en, de), found: found.to_owned() }
    }

    pub(super) fn in_file(self, file: &str) -> ReportError {
        let Self { expected, found: text } = self;
        ReportError::Block {
            file: file.to_owned(),
            expected: expected.into(),
            found: Phrase::quoted(format!("{text:?}")).into(),
            text,
        }
    }
}

/// Adds the block to the manuscript.
pub(super) fn add(manuscript: &mut Manuscript, kind: &str, content: &str) -> Result<(), Wrong> {
    let lines: Vec<&str> = content.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let block = match kind {
        "page" => {
            manuscript.furniture = furniture(&lines)?;
            return Ok(());
        }
        "cover" => Block::Cover(cover(&lines)?),
        "tiles" => Block::Tiles { tiles: lines.iter().map(|line| tile(line)).collect::<Result<_, _>>()? },
        "facts" => Block::Facts { facts: lines.iter().map(|line| fact(line)).collect::<Result<_, _>>()? },
        "table" => Block::Table(table(&lines)?),
        "chart" => Block::Chart(chart(&lines)?),
        "hours" => Block::Hours(course::hours(&lines)?),
        "burndown" => Block::BurnDown(course::burn_down(&lines)?),
        "months" => Block::Months(course::months(&lines)?),
        "evidence" => Block::Evidence { cards: cards(&lines)? },
        "pagebreak" => Block::PageBreak,
        "sheet" => Block::Sheet,
        "rows" => Block::Rows { of: rest::rows(&lines)? },
        _ => {
            return Err(Wrong::new(
                "a block named page, cover, tiles, facts, table, rows, chart, hours, burndown, months, evidence, pagebreak or sheet",
                "ein Block namens page, cover, tiles, facts, table, rows, chart, hours, burndown, months, evidence, pagebreak oder sheet",
                kind,
            ));
        }
    };
    manuscript.blocks.push(block);
    Ok(())
}

pub(super) fn key_value(line: &str) -> Result<(&str, &str), Wrong> {
    line.split_once(':')
        .map(|(key, value)| (key.trim(), value.trim()))
        .ok_or_else(|| Wrong::new("a line \"name: value\"", "eine Zeile \"Name: Wert\"", line))
}

fn pair(value: &str, line: &str) -> Result<[String; 2], Wrong> {
    match split_bars(value)[..] {
        [left, right] => Ok([plain(left), plain(right)]),
        _ => Err(Wrong::new("two parts with one | between them", "zwei Teile mit einem | dazwischen", line)),
    }
}

fn furniture(lines: &[&str]) -> Result<Furniture, Wrong> {
    let mut furniture = Furniture::default();
    for line in lines {
        match key_value(line)? {
            ("title", value) => furniture.title = plain(value),
            ("subject", value) => furniture.subject = plain(value),
            ("header", value) => furniture.header = pair(value, line)?,
            ("footer", value) => furniture.footer = pair(value, line)?,
            _ => {
                return Err(Wrong::new("title, subject, header or footer", "title, subject, header oder footer", line));
            }
        }
    }
    Ok(furniture)
}

fn cover(lines: &[&str]) -> Result<Cover, Wrong> {
    let mut cover = Cover::default();
    for line in lines {
        match key_value(line)? {
            ("provider", value) => cover.provider = text(value),
            ("address", value) => cover.address.push(text(value)),
            ("title", value) => cover.title = text(value),
            ("customer", value) => cover.customer = text(value),
            ("customer-address", value) => cover.customer_address.push(text(value)),
            ("fact", value) => cover.facts.push(fact(value)?),
            ("verdict", value) => cover.verdict = cell(value),
            ("sentence", value) => cover.sentence = text(value),
            _ => {
                let (en, de) = (
                    "provider, address, title, customer, customer-address, fact, verdict or sentence",
                    "provider, address, title, customer, customer-address, fact, verdict oder sentence",
                );
                return Err(Wrong::new(en, de, line));
            }
        }
    }
    if cover.title.is_empty() {
        return Err(Wrong::new(
            "a line \"title: …\" in the cover",
            "eine Zeile \"title: …\" im Deckblatt",
            lines.first().copied().unwrap_or(""),
        ));
    }
    Ok(cover)
}

fn fact(line: &str) -> Result<Fact, Wrong> {
    match split_bars(line)[..] {
        [label, value] => Ok(Fact { label: text(label), value: cell(value) }),
        _ => Err(Wrong::new("a line \"label | value\"", "eine Zeile \"Bezeichnung | Wert\"", line)),
    }
}

fn tile(line: &str) -> Result<Tile, Wrong> {
    match split_bars(line)[..] {
        [label, value, note] => Ok(Tile { label: text(label), value: cell(value), note: text(note) }),
        _ => Err(Wrong::new("a line \"label | figure | note\"", "eine Zeile \"Bezeichnung | Zahl | Bemerkung\"", line)),
    }
}

fn table(lines: &[&str]) -> Result<Table, Wrong> {
    let (rest, lines) = rest::split(lines)?;
    let [titles, shares, rows @ ..] = lines else {
        return Err(Wrong::new(
            "a table of a head, a line of dashes, and rows",
            "eine Tabelle aus Kopf, Strichen und Zeilen",
            lines.first().copied().unwrap_or(""),
        ));
    };
    let (titles, dashes) = (split_bars(titles), split_bars(shares));
    if titles.len() != dashes.len() {
        return Err(Wrong::new(
            "as many groups of dashes as there are heads",
            "so viele Gruppen von Strichen wie Köpfe",
            shares,
        ));
    }
    let columns: Result<Vec<Column>, Wrong> = titles
        .iter()
        .zip(dashes)
        .map(|(title, dashes)| {
            let (body, right) = dashes.strip_suffix(':').map_or((dashes, false), |body| (body, true));
            if body.is_empty() || body.bytes().any(|b| b != b'-') {
                return Err(Wrong::new(
                    "dashes, with : after them for figures",
                    "Striche, bei Zahlen mit : dahinter",
                    dashes,
                ));
            }
            Ok(Column { title: text(title), share: u32::try_from(body.len()).unwrap_or(u32::MAX), right })
        })
        .collect();
    let columns = columns?;
    let rows = rows
        .iter()
        .map(|line| {
            let cells: Vec<_> = split_bars(line).into_iter().map(cell).collect();
            if cells.len() == columns.len() {
                return Ok(cells);
            }
            Err(Wrong::new(
                "a row with as many cells as the table has columns",
                "eine Zeile mit so vielen Zellen, wie die Tabelle Spalten hat",
                line,
            ))
        })
        .collect::<Result<_, _>>()?;
    Ok(Table { columns, rows, rest })
}

fn chart(lines: &[&str]) -> Result<Chart, Wrong> {
    let mut chart = Chart::default();
    for line in lines {
        let (key, value) = key_value(line)?;
        match key {
            "caption" => chart.caption = plain(value),
            "description" => chart.description = plain(value),
            "decimal-mark" => chart.decimal_mark = plain(value),
            "target" => [chart.target, chart.target_label] = pair(value, line)?,
            "reached" => chart.legend.reached = plain(value),
            "missed" => chart.legend.missed = plain(value),
            "unknown" => chart.legend.unknown = plain(value),
            "closed" => chart.legend.closed = plain(value),
            "day" => chart.days.push(day(value, line)?),
            _ => {
                let (en, de) = (
                    "caption, description, decimal-mark, target, reached, missed, unknown, closed or day",
                    "caption, description, decimal-mark, target, reached, missed, unknown, closed oder day",
                );
                return Err(Wrong::new(en, de, line));
            }
        }
    }
    if !is_decimal(&chart.target) {
        return Err(Wrong::new(
            "a line \"target: 99.9 | label\" in the chart",
            "eine Zeile \"target: 99.9 | Bezeichnung\" im Diagramm",
            &chart.target,
        ));
    }
    Ok(chart)
}

fn day(value: &str, line: &str) -> Result<ChartDay, Wrong> {
    let seconds = |text: &str| text.parse::<i64>().ok();
    let read = || {
        let [label, percent, open, unknown] = split_bars(value)[..] else { return None };
        let percent = plain(percent);
        (percent.is_empty() || is_decimal(&percent)).then_some(())?;
        let (open, unknown) = (seconds(open)? > 0, seconds(unknown)? > 0);
        Some(ChartDay { label: plain(label), percent: Some(percent).filter(|text| !text.is_empty()), open, unknown })
    };
    read().ok_or_else(|| {
        Wrong::new(
            "\"day: label | percent or nothing | service seconds | unknown seconds\"",
            "\"day: Bezeichnung | Prozent oder nichts | Sekunden Servicezeit | Sekunden ohne Nachweis\"",
            line,
        )
    })
}

pub(super) fn is_decimal(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.parse::<f32>().is_ok_and(f32::is_finite)
}

fn cards(lines: &[&str]) -> Result<Vec<Card>, Wrong> {
    let mut cards: Vec<Card> = Vec::new();
    for line in lines {
        match (line.strip_prefix("# "), cards.last_mut()) {
            (Some(title), _) => {
                let (title, anchor) = heading(title);
                cards.push(Card { title, anchor, facts: Vec::new() });
            }
            (None, Some(card)) => card.facts.push(fact(line)?),
            (None, None) => {
                return Err(Wrong::new(
                    "evidence that begins with a line \"# title\"",
                    "Nachweise, die mit einer Zeile \"# Titel\" beginnen",
                    line,
                ));
            }
        }
    }
    Ok(cards)
}

#[cfg(test)]
mod tests {
    use crate::manuscript::parse;

    #[test]
    fn a_wrong_line_is_quoted_with_what_is_expected() {
        #[track_caller]
        fn check(block: &str, expected: &str) {
            let error = parse("report.de.md", &format!("```{block}\n```\n")).expect_err("refused").to_string();
            assert!(error.contains(expected), "{error}");
        }
        check("page\ntitel: x", "expected title, subject, header or footer; found \"titel: x\"");
        check("page\nheader: x", "expected two parts");
        check("cover\nprovider: x", "expected a line \"title: …\"");
        check("tiles\na | b", "expected a line \"label | figure | note\"; found \"a | b\"");
        check("facts\na", "expected a line \"label | value\"");
        check("table\na | b\n--- | ---\nc", "expected a row with as many cells");
        check("table\na | b\n---", "expected as many groups of dashes");
        check("table\na | b\n--- | x", "expected dashes");
        check("table\na", "expected a table");
        check(
            "table\ninstead: 3 rows\na\n---",
            "expected a line \"instead: … [text](#anchor)\"; found \"instead: 3 rows\"",
        );
        check("table\npartly: {shown} of 3\na\n---", "expected a line \"instead: … [text](#anchor)\"");
        check(
            "table\npartly: {shown} [a](#b)\ninstead: [a](#c)\na\n---",
            "expected a sentence that leads to the same place as that after instead; found \"partly: {shown} [a](#b)\"",
        );
        check("rows\n[a](#b)", "expected a line \"#anchor\"; found \"[a](#b)\"");
        check("rows\n#b", "expected a table with a line \"instead: … [text](#b)\"");
        check("chart\ntarget: x | y", "expected a line \"target: 99.9 | label\"");
        check("chart\ntarget: 99 | y\nday: 1 | x | 1 | 1", "expected \"day: ");
        check("chart\ntarget: 99 | y\nday: 1 | NaN | 1 | 1", "expected \"day: ");
        check("hours\nday: 1 | good", "expected \"day: label | 24 words");
        check("hours\nday: 1 | well".replace("well", &"well ".repeat(24)).as_str(), "expected \"day: label | 24 words");
        check("burndown\nday: 1 | 1 | 2", "expected \"day: label | even use");
        check("burndown\nday: 1 | 1 | x | 2", "in percent");
        check("months\nmonth: Oct | 99 | x | 99 | !met", "expected \"month: label");
        check("months\nsum: 1", "expected caption, description, decimal-mark");
        check("evidence\na | b", "expected evidence that begins");
        check("pie\na", "expected a block named");
    }
}
