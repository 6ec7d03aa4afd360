//! A letter: Markdown out of a template, and the same as plain text and as HTML.

use sla_core::billing::Settlement;
use sla_core::phrase::Phrase;
use sla_core::record::{Contact, Language, MonthRecord};

use crate::ReportError;
use crate::html;
use crate::manuscript::{self, Block, Manuscript};
use crate::render;
use crate::templates::{Templates, letter_name};

/// A letter, as a draft to be read before it is sent.
pub(crate) struct Letter {
    /// Its heading.
    pub(crate) subject: String,
    /// The whole letter as Markdown.
    pub(crate) markdown: String,
    /// What follows the heading, as plain text.
    pub(crate) text: String,
    /// The whole letter as a page.
    pub(crate) page: String,
    /// What follows the heading, as a page: a mail has its subject already.
    pub(crate) mail_page: String,
    /// The whole letter as it was parsed.
    pub(crate) blocks: Vec<Block>,
    /// Whether somebody wrote it, and it was not drawn.
    pub(crate) is_written: bool,
}

impl Letter {
    /// The letter for the month's verdict in the tenant's language, with what was decided once it is.
    pub(crate) fn write(
        templates: &Templates,
        record: &MonthRecord,
        settlement: Option<&Settlement>,
        contacts: &[Contact],
    ) -> Result<Self, ReportError> {
        let file = letter_name(record.verdict, record.language);
        let rendered = render::render(templates, &file, record, settlement, contacts)?;
        Self::read(file, tidy(&rendered), record.language)
    }

    /// The letter that a template makes of what it was given.
    ///
    /// # Errors
    /// When the template refuses it.
    pub(crate) fn of_occasion(
        templates: &Templates,
        file: String,
        language: Language,
        scene: render::Scene<'_>,
    ) -> Result<Self, ReportError> {
        let rendered = render::fill(templates, &file, language, scene)?;
        Self::read(file, tidy(&rendered), language)
    }

    /// A letter that somebody wrote, in the same Markdown.
    ///
    /// # Errors
    /// [`ReportError::Block`] says what is no letter.
    pub(crate) fn written(text: &str, language: Language) -> Result<Self, ReportError> {
        Ok(Self { is_written: true, ..Self::read("letter.md".to_owned(), tidy(text), language)? })
    }

    fn read(file: String, markdown: String, language: Language) -> Result<Self, ReportError> {
        let Manuscript { blocks, .. } = manuscript::parse(&file, &markdown)?;
        let refused = |expected: Phrase| {
            let text = markdown.lines().next().unwrap_or_default().to_owned();
            ReportError::Block {
                file: file.clone(),
                expected: expected.into(),
                found: Phrase::quoted(format!("{text:?}")).into(),
                text,
            }
        };
        let Some((Block::Heading { level: 1, text: subject, .. }, body)) = blocks.split_first() else {
            return Err(refused(Phrase::new(
                "a letter that begins with its subject as a heading \"# …\"",
                "ein Schreiben, das mit seinem Betreff als Überschrift \"# …\" beginnt",
            )));
        };
        let paragraphs: Option<Vec<String>> = body.iter().map(plain).collect();
        let paragraphs = paragraphs
            .ok_or_else(|| refused(Phrase::new("a letter without fenced blocks", "ein Schreiben ohne Blöcke")))?;
        let text = paragraphs.join("\n\n") + "\n";
        let subject = manuscript::plain(subject);
        let page = |blocks: &[Block]| html::page(language, &subject, blocks).expect("all of it is a letter's");
        let (page, mail_page) = (page(&blocks), page(body));
        Ok(Self { subject, markdown, text, page, mail_page, blocks, is_written: false })
    }
}

/// A part of the letter without marks; `None` for what only a report has.
fn plain(block: &Block) -> Option<String> {
    Some(match block {
        Block::Heading { text, .. } | Block::Paragraph { text } => manuscript::plain(text),
        Block::List { first_number, items } => {
            let mark = |index: usize| match first_number {
                Some(first) => format!("{}.", first.saturating_add(u64::try_from(index).unwrap_or(u64::MAX))),
                None => "-".to_owned(),
            };
            let lines = items
                .iter()
                .enumerate()
                .map(|(index, item)| format!("{} {}", mark(index), manuscript::plain(item).replace('\n', "\n  ")));
            lines.collect::<Vec<_>>().join("\n")
        }
        // The sign that separates a signature from the text above it.
        Block::Rule => "--".to_owned(),
        _ => return None,
    })
}

/// Not more than one empty line in a row, and one line's end at the letter's.
fn tidy(rendered: &str) -> String {
    let mut text = String::with_capacity(rendered.len());
    let mut empty = true;
    for line in rendered.lines().map(str::trim_end) {
        if !(line.is_empty() && empty) {
            text.push_str(line);
            text.push('\n');
        }
        empty = line.is_empty();
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use sla_core::record::{Language, Verdict};

    #[test]
    fn a_name_with_marks_stays_a_name() {
        let mut record = sample::record(Language::De, Verdict::Met);
        record.tenant_name = "# <b>Mü*ller*</b>\r\nBcc: x".into();
        let letter = Letter::write(&Templates::builtin(), &record, None, &[]).expect("a letter");
        assert!(letter.text.contains("# <b>Mü*ller*</b> Bcc: x"), "{}", letter.text);
        assert!(letter.markdown.contains("\\<b>Mü\\*ller\\*"), "{}", letter.markdown);
        for page in [&letter.page, &letter.mail_page] {
            assert!(
                page.contains("# &lt;b&gt;Mü*ller*&lt;/b&gt; Bcc: x<br>")
                    || page.contains("# &lt;b&gt;Mü*ller*&lt;/b&gt; Bcc: x</p>"),
                "{page}"
            );
        }
    }

    #[test]
    fn empty_lines_do_not_pile_up() {
        #[track_caller]
        fn check(rendered: &str, expected: &str) {
            assert_eq!(tidy(rendered), expected);
        }
        check("\n\n# a\n\n\n\nb  \n\n", "# a\n\nb\n");
        check("a\nb", "a\nb\n");
    }
}
