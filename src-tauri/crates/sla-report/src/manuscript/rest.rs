//! Rows that a sheet has no room for: what is said in their place, and where all of them stand.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::fence::Wrong;
use super::inline::{is_anchor, text};
use super::{Block, Manuscript, Table, Text};

/// What is said in place of rows that a table leaves out, and where all of them stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rest {
    /// The anchor of the section with all rows.
    pub anchor: String,
    /// Said below the rows that are shown; `{shown}` stands for their number and `{shown:one|many}` for a word that fits it. A
    /// table without it shows all of its rows or none.
    pub partly: Option<Text>,
    /// Said in place of the table, its heading and what explains it, when none of its rows is shown.
    pub instead: Text,
}

impl Rest {
    /// What is said below so many rows.
    pub(crate) fn said(&self, shown: usize) -> Option<Text> {
        let mut said = self.partly.clone()?;
        for run in &mut said {
            run.text = filled(&run.text, shown);
        }
        Some(said)
    }

    pub(super) fn each_text(&self, visit: &mut impl FnMut(&Text)) {
        self.partly.iter().chain([&self.instead]).for_each(visit);
    }
}

fn filled(text: &str, shown: usize) -> String {
    let (mut filled, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once("{shown") {
        filled.push_str(before);
        let Some((words, behind)) = after.split_once('}') else {
            filled.push_str("{shown");
            rest = after;
            continue;
        };
        match words.strip_prefix(':').and_then(|words| words.split_once('|')) {
            Some((one, many)) => filled.push_str(if shown == 1 { one } else { many }),
            None => filled.push_str(&shown.to_string()),
        }
        rest = behind;
    }
    filled + rest
}

/// The lines of a table that begin with `partly:` or `instead:`, and the others.
pub(super) fn split<'a, 'b>(lines: &'a [&'b str]) -> Result<(Option<Rest>, &'a [&'b str]), Wrong> {
    let (mut partly, mut instead, mut lines) = (None, None, lines);
    while let [line, others @ ..] = lines {
        match line.split_once(':') {
            Some(("partly", said)) => partly = Some((text(said), *line)),
            Some(("instead", said)) => instead = Some((text(said), *line)),
            _ => break,
        }
        lines = others;
    }
    if partly.is_none() && instead.is_none() {
        return Ok((None, lines));
    }
    let leads = |said: &Text| said.iter().find_map(|run| run.link.clone());
    let found = [&instead, &partly].into_iter().flatten().map(|(_, line)| *line).next().unwrap_or_default();
    let Some((anchor, instead)) = instead.and_then(|(said, _)| Some((leads(&said)?, said))) else {
        return Err(Wrong::new(
            "a line \"instead: … [text](#anchor)\"",
            "eine Zeile \"instead: … [Text](#Anker)\"",
            found,
        ));
    };
    if let Some((_, line)) = partly.as_ref().filter(|(said, _)| leads(said).as_ref() != Some(&anchor)) {
        return Err(Wrong::new(
            "a sentence that leads to the same place as that after instead",
            "ein Satz, der zur selben Stelle führt wie der nach instead",
            line,
        ));
    }
    Ok((Some(Rest { anchor, partly: partly.map(|(said, _)| said), instead }), lines))
}

/// The anchor that a block `rows` names.
pub(super) fn rows(lines: &[&str]) -> Result<String, Wrong> {
    let anchor = match lines {
        [line] => line.strip_prefix('#').filter(|name| is_anchor(name)),
        _ => None,
    };
    let found = lines.first().copied().unwrap_or("");
    anchor.map(str::to_owned).ok_or_else(|| Wrong::new("a line \"#anchor\"", "eine Zeile \"#Anker\"", found))
}

impl Manuscript {
    /// Every table that may leave out rows, with what it says then.
    pub(super) fn rests(&self) -> impl Iterator<Item = (&Rest, &Table)> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Table(table) => Some((table.rest.as_ref()?, table)),
            _ => None,
        })
    }

    /// The tables that may leave out rows, by where all of them stand.
    pub(crate) fn wholes(&self) -> BTreeMap<&str, &Table> {
        self.rests().map(|(rest, table)| (rest.anchor.as_str(), table)).collect()
    }

    /// The anchors that a text leads to, besides what tables say of rows that they leave out.
    pub(crate) fn led(&self) -> BTreeSet<String> {
        let mut led = BTreeSet::new();
        self.each_text(&mut |text| led.extend(text.iter().filter_map(|run| run.link.clone())));
        led
    }

    /// The first block `rows` that no table leads to.
    pub(super) fn rows_of_no_table(&self) -> Option<&str> {
        let wholes = self.wholes();
        self.blocks.iter().find_map(|block| match block {
            Block::Rows { of } if !wholes.contains_key(of.as_str()) => Some(of.as_str()),
            _ => None,
        })
    }
}

/// How many blocks a section has: its heading, and what follows up to the next one that is not below it.
pub(crate) fn section_len(blocks: &[Block]) -> usize {
    let [Block::Heading { level: own, .. }, rest @ ..] = blocks else { return 0 };
    let ends = |block: &Block| match block {
        Block::Heading { level, .. } => level <= own,
        Block::PageBreak | Block::Sheet => true,
        _ => false,
    };
    1 + rest.iter().position(ends).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_has_the_number_and_the_word_that_fits_it() {
        #[track_caller]
        fn check(text: &str, shown: usize, expected: &str) {
            assert_eq!(filled(text, shown), expected);
        }
        check("{shown} of 12", 3, "3 of 12");
        check("Hier {shown:steht|stehen} {shown} von 12", 1, "Hier steht 1 von 12");
        check("Hier {shown:steht|stehen} {shown} von 12", 2, "Hier stehen 2 von 12");
        check("no number", 2, "no number");
        check("{shown", 2, "{shown");
    }
}
