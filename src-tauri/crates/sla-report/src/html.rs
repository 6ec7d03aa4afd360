//! A letter as HTML: for a mail beside its plain text, and as a file that word processors open with headings, lists and
//! paragraphs as their own.
//!
//! It is a page of plain elements with their styles in place. Nothing is loaded and nothing runs: every text is escaped, and
//! the only links lead to headings of the same letter.

use sla_core::record::Language;

use crate::manuscript::{Block, RunStyle, Text};

/// Fonts that office programs have, one kind of them on every system.
const BODY: &str = "font-family: Calibri, Carlito, Arial, sans-serif; font-size: 11pt; line-height: 1.4; color: #1a1a1a; \
                    background-color: #ffffff; max-width: 42em; margin: 1.5em";

/// A whole page of a letter's blocks; `None` when one of them is none of a letter's.
pub(crate) fn page(language: Language, title: &str, blocks: &[Block]) -> Option<String> {
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n</head>\n\
         <body style=\"{BODY}\">\n",
        language.code(),
        escape(title),
    );
    for one in blocks {
        page.push_str(&block(one)?);
        page.push('\n');
    }
    page.push_str("</body>\n</html>\n");
    Some(page)
}

/// A part of a letter as an element; `None` for what only a report has.
pub(crate) fn block(block: &Block) -> Option<String> {
    Some(match block {
        Block::Heading { level, anchor, text } => {
            let size = match level {
                1 => "16pt",
                2 => "13pt",
                _ => "11pt",
            };
            let name = anchor.as_ref().map(|anchor| format!(" id=\"{}\"", escape(anchor))).unwrap_or_default();
            let style = format!("font-size: {size}; line-height: 1.25; margin: 1em 0 0.5em 0");
            format!("<h{level}{name} style=\"{style}\">{}</h{level}>", runs(text))
        }
        Block::Paragraph { text } => format!("<p style=\"margin: 0 0 0.9em 0\">{}</p>", runs(text)),
        Block::List { first_number, items } => {
            let (open, close) = match first_number {
                None => ("<ul".to_owned(), "</ul>"),
                Some(1) => ("<ol".to_owned(), "</ol>"),
                Some(first) => (format!("<ol start=\"{first}\""), "</ol>"),
            };
            let items: String =
                items.iter().map(|item| format!("<li style=\"margin: 0 0 0.3em 0\">{}</li>\n", runs(item))).collect();
            format!("{open} style=\"margin: 0 0 0.9em 0; padding-left: 1.6em\">\n{items}{close}")
        }
        Block::Rule => "<hr>".to_owned(),
        _ => return None,
    })
}

/// Text with its marks as elements.
pub(crate) fn runs(text: &Text) -> String {
    let run = |run: &crate::manuscript::Run| {
        let content = escape(&run.text).replace('\n', "<br>\n");
        let content = match run.style {
            RunStyle::Plain => content,
            RunStyle::Strong => format!("<strong>{content}</strong>"),
            RunStyle::Code => format!("<code>{content}</code>"),
        };
        match &run.link {
            Some(anchor) => format!("<a href=\"#{}\">{content}</a>", escape(anchor)),
            None => content,
        }
    };
    text.iter().map(run).collect()
}

/// Text that is no markup, in an element as in an attribute. Control characters that HTML has none of become spaces.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' => escaped.push('\n'),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manuscript;

    #[track_caller]
    fn check(markdown: &str, expected: &str) {
        let blocks = manuscript::parse("letter.md", markdown).expect("a letter").blocks;
        let page = page(Language::En, "A <title>", &blocks).expect("blocks of a letter");
        let start =
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>A &lt;title&gt;</title>\n";
        assert!(page.starts_with(start), "{page}");
        let body = page.split_once("<body").and_then(|(_, body)| body.split_once(">\n")).expect("a body").1;
        let body = body.strip_suffix("\n</body>\n</html>\n").expect("its end");
        let mut bare = String::new();
        let mut rest = body;
        // Styles are the same for all of a kind.
        while let Some((before, behind)) = rest.split_once(" style=\"") {
            bare.push_str(before);
            rest = behind.split_once('"').expect("the style's end").1;
        }
        bare.push_str(rest);
        assert_eq!(bare, expected);
    }

    #[test]
    fn marks_become_elements_and_texts_stay_texts() {
        check("# One & \\<b>two\\</b>", "<h1>One &amp; &lt;b&gt;two&lt;/b&gt;</h1>");
        check("a\\\nb **c** `d`", "<p>a<br>\nb <strong>c</strong> <code>d</code></p>");
        check(
            "- a\n- \\<img src=x onerror=\"y\">",
            "<ul>\n<li>a</li>\n<li>&lt;img src=x onerror=&quot;y&quot;&gt;</li>\n</ul>",
        );
        check("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>");
        check("3. a", "<ol start=\"3\">\n<li>a</li>\n</ol>");
        check("a\n\n---\n\nb", "<p>a</p>\n<hr>\n<p>b</p>");
        check("## A { #a }\n\n[see](#a)", "<h2 id=\"a\">A</h2>\n<p><a href=\"#a\">see</a></p>");
        check("نوردليخت 株式会社 it's", "<p>نوردليخت 株式会社 it&#39;s</p>");
    }

    #[test]
    fn what_only_a_report_has_is_none_of_a_letter() {
        assert_eq!(page(Language::De, "", &[Block::PageBreak]), None);
    }
}
