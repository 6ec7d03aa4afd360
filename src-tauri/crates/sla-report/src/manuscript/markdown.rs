//! Markdown becomes a manuscript. What a report or a letter does not need is refused by name, never dropped.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use sla_core::phrase;
use sla_core::phrase::Phrase;

use super::{Block, Manuscript, Run, RunStyle, Text, fence, inline};
use crate::error::ReportError;

/// Parses the Markdown text that the template `file` produced.
///
/// # Errors
/// When a block is unknown or one of its lines is wrong, for Markdown that no document shows, such as pictures, and for a
/// link that leads nowhere.
pub fn parse(file: &str, source: &str) -> Result<Manuscript, ReportError> {
    let mut reader = Reader::default();
    for (event, range) in Parser::new_ext(source, Options::ENABLE_HEADING_ATTRIBUTES).into_offset_iter() {
        reader.read(event).map_err(|refused| match refused {
            Refused::Markdown([en, de]) => {
                let text = source[range].lines().next().unwrap_or_default().to_owned();
                ReportError::Block {
                    file: file.to_owned(),
                    expected: Phrase::new(
                        "headings, paragraphs, flat lists, rules, **strong**, `code` and blocks",
                        "Überschriften, Absätze, flache Listen, Linien, **fett**, `Code` und Blöcke",
                    )
                    .into(),
                    found: Phrase::told(format!("{en}: {text:?}"), format!("{de}: {text:?}")).into(),
                    text,
                }
            }
            Refused::Block(wrong) => wrong.in_file(file),
        })?;
    }
    if let Some(of) = reader.manuscript.rows_of_no_table() {
        return Err(ReportError::Block {
            file: file.to_owned(),
            expected: phrase!(
                "a table with a line \"instead: … [text](#{of})\"",
                "eine Tabelle mit einer Zeile \"instead: … [Text](#{of})\""
            )
            .into(),
            found: phrase!("a block rows of \"#{of}\"", "ein Block rows zu \"#{of}\"").into(),
            text: format!("#{of}"),
        });
    }
    match reader.manuscript.dangling() {
        None => Ok(reader.manuscript),
        Some(anchor) => Err(ReportError::Block {
            file: file.to_owned(),
            expected: phrase!(
                "a heading or a piece of evidence that ends with {{ #{anchor} }}",
                "eine Überschrift oder ein Nachweis, der mit {{ #{anchor} }} endet"
            )
            .into(),
            found: phrase!("a link to \"(#{anchor})\"", "ein Verweis auf \"(#{anchor})\"").into(),
            text: format!("(#{anchor})"),
        }),
    }
}

enum Refused {
    Markdown([&'static str; 2]),
    Block(fence::Wrong),
}

#[derive(Default)]
struct Reader {
    manuscript: Manuscript,
    text: Text,
    strong: usize,
    link: Option<String>,
    anchor: Option<String>,
    fence: Option<(String, String)>,
    list: Option<(Option<u64>, Vec<Text>)>,
}

impl Reader {
    fn read(&mut self, event: Event<'_>) -> Result<(), Refused> {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => {
                match &mut self.fence {
                    Some((_, content)) => content.push_str(&text),
                    None => self.push(&text, if self.strong > 0 { RunStyle::Strong } else { RunStyle::Plain }),
                }
                Ok(())
            }
            Event::Code(text) => {
                self.push(&text, RunStyle::Code);
                Ok(())
            }
            Event::SoftBreak => {
                self.push(" ", RunStyle::Plain);
                Ok(())
            }
            Event::HardBreak => {
                self.push("\n", RunStyle::Plain);
                Ok(())
            }
            Event::Rule => {
                self.manuscript.blocks.push(Block::Rule);
                Ok(())
            }
            Event::Html(_) | Event::InlineHtml(_) => Err(Refused::Markdown(["HTML", "HTML"])),
            _ => Err(Refused::Markdown(["an extension of Markdown", "eine Erweiterung von Markdown"])),
        }
    }

    fn start(&mut self, tag: Tag<'_>) -> Result<(), Refused> {
        match tag {
            Tag::Paragraph | Tag::Item => Ok(()),
            Tag::Heading { level, id, .. } if level <= HeadingLevel::H3 => {
                self.anchor = id.map(|id| id.to_string()).filter(|id| inline::is_anchor(id));
                Ok(())
            }
            Tag::Heading { .. } => Err(Refused::Markdown(["a heading below ###", "eine Überschrift unter ###"])),
            Tag::Strong | Tag::Emphasis => {
                self.strong += 1;
                Ok(())
            }
            Tag::CodeBlock(CodeBlockKind::Fenced(kind)) => {
                self.fence = Some((kind.to_string(), String::new()));
                Ok(())
            }
            Tag::CodeBlock(CodeBlockKind::Indented) => {
                Err(Refused::Markdown(["an indented line", "eine eingerückte Zeile"]))
            }
            Tag::List(first) if self.list.is_none() => {
                self.list = Some((first, Vec::new()));
                Ok(())
            }
            Tag::List(_) => Err(Refused::Markdown(["a list inside a list", "eine Liste in einer Liste"])),
            Tag::Link { dest_url, .. } => match dest_url.strip_prefix('#').filter(|anchor| inline::is_anchor(anchor)) {
                Some(anchor) => {
                    self.link = Some(anchor.to_owned());
                    Ok(())
                }
                None => Err(Refused::Markdown(["a link out of the document", "ein Verweis aus dem Dokument hinaus"])),
            },
            Tag::Image { .. } => Err(Refused::Markdown(["a picture", "ein Bild"])),
            Tag::BlockQuote(_) => Err(Refused::Markdown(["a quotation", "ein Zitat"])),
            Tag::HtmlBlock => Err(Refused::Markdown(["HTML", "HTML"])),
            _ => Err(Refused::Markdown(["an extension of Markdown", "eine Erweiterung von Markdown"])),
        }
    }

    fn end(&mut self, tag: TagEnd) -> Result<(), Refused> {
        match tag {
            TagEnd::Paragraph if self.list.is_some() => {}
            TagEnd::Paragraph => {
                let text = std::mem::take(&mut self.text);
                self.manuscript.blocks.push(Block::Paragraph { text });
            }
            TagEnd::Heading(level) => {
                let (text, anchor) = (std::mem::take(&mut self.text), self.anchor.take());
                self.manuscript.blocks.push(Block::Heading { level: level as u8, anchor, text });
            }
            TagEnd::Strong | TagEnd::Emphasis => self.strong -= 1,
            TagEnd::Link => self.link = None,
            TagEnd::Item => {
                let text = std::mem::take(&mut self.text);
                if let Some((_, items)) = &mut self.list {
                    items.push(text);
                }
            }
            TagEnd::List(_) => {
                if let Some((first_number, items)) = self.list.take() {
                    self.manuscript.blocks.push(Block::List { first_number, items });
                }
            }
            TagEnd::CodeBlock => {
                if let Some((kind, content)) = self.fence.take() {
                    fence::add(&mut self.manuscript, &kind, &content).map_err(Refused::Block)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn push(&mut self, text: &str, style: RunStyle) {
        match self.text.last_mut() {
            Some(run) if run.style == style && run.link == self.link => run.text.push_str(text),
            _ => self.text.push(Run { text: text.to_owned(), style, link: self.link.clone() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_that_no_document_shows_is_refused_by_name() {
        #[track_caller]
        fn check(source: &str, expected: &str) {
            let error = parse("letter-met.de.md", source).expect_err("refused").to_string();
            assert!(error.starts_with("letter-met.de.md: ") && error.contains(expected), "{error}");
        }
        check("![a](b.png)", "found a picture");
        check("[a](https://example.org)", "found a link out of the document");
        check("# b { #c }\n\n[a](#b)", "expected a heading or a piece of evidence that ends with { #b }");
        check("<b>a</b>", "found HTML");
        check("> a", "found a quotation");
        check("- a\n  - b", "found a list inside a list");
        check("#### a", "found a heading below ###");
        check("    a", "found an indented line");
    }

    #[test]
    fn text_becomes_blocks_in_order() {
        let got = parse("x", "# A\n\nb **c**\nd\\\ne\n\n1. f\n2. g\n\n---\n\n```pagebreak\n```\n").expect("parsed");
        let run = |text: &str, style| Run::new(text, style);
        let plain = |text: &str| vec![run(text, RunStyle::Plain)];
        assert_eq!(
            got.blocks,
            [
                Block::Heading { level: 1, anchor: None, text: plain("A") },
                Block::Paragraph {
                    text: vec![run("b ", RunStyle::Plain), run("c", RunStyle::Strong), run(" d\ne", RunStyle::Plain)]
                },
                Block::List { first_number: Some(1), items: vec![plain("f"), plain("g")] },
                Block::Rule,
                Block::PageBreak,
            ]
        );
    }

    #[test]
    fn escaped_texts_come_out_as_they_were() {
        #[track_caller]
        fn check(value: &str) {
            let escaped = crate::render::escape(value);
            let blocks = parse("x", &format!("{escaped}\n\n```facts\n{escaped} | {escaped}\n```\n")).expect("parsed");
            let expected = Manuscript {
                furniture: Default::default(),
                blocks: vec![
                    Block::Paragraph { text: vec![Run::new(value, RunStyle::Plain)] },
                    Block::Facts {
                        facts: vec![super::super::Fact {
                            label: vec![Run::new(value, RunStyle::Plain)],
                            value: super::super::Cell { status: None, text: vec![Run::new(value, RunStyle::Plain)] },
                        }],
                    },
                ],
            };
            assert_eq!(blocks, expected);
        }
        for value in [
            "# a",
            "- a",
            "1. a",
            "a | b",
            "`a`",
            "**a**",
            "_a_",
            "[a](b)",
            "![a](b)",
            "<a>",
            "&amp;",
            "!met a",
            "~a~",
            "```tiles",
            "a \\| b",
            "C:\\a\\",
            "sum(rate(http{code=~\"5..\"}[5m])) > 0",
            "=a",
            "+a",
            "--- a",
            "日本 株式会社",
            "a {#b}",
            "[a](#b)",
            "{}",
        ] {
            check(value);
        }
    }
}
