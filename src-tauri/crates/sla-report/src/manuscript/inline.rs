//! Text inside a block: backslash escapes, `**strong**`, `` `code` `` and a leading `!status`.

use super::{Cell, Run, RunStyle, Status, Text};

/// Splits at every `|` that no backslash escapes; escapes stay as they are.
pub(super) fn split_bars(line: &str) -> Vec<&str> {
    let (mut parts, mut start, mut escaped) = (Vec::new(), 0, false);
    for (at, c) in line.char_indices() {
        if c == '|' && !escaped {
            parts.push(line[start..at].trim());
            start = at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    parts.push(line[start..].trim());
    parts
}

/// Text with its styles and links.
pub(super) fn text(source: &str) -> Text {
    let mut runs: Text = Vec::new();
    let (mut style, mut rest) = (RunStyle::Plain, source.trim());
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = after;
        match c {
            '\\' if after.starts_with(|c: char| c.is_ascii_punctuation()) => {
                push(&mut runs, &after[..1], style);
                rest = &after[1..];
            }
            '`' => style = if style == RunStyle::Code { RunStyle::Plain } else { RunStyle::Code },
            '*' if style != RunStyle::Code && after.starts_with('*') => {
                style = if style == RunStyle::Strong { RunStyle::Plain } else { RunStyle::Strong };
                rest = &after[1..];
            }
            '[' if style != RunStyle::Code
                && let Some((label, anchor, behind)) = link(after) =>
            {
                let linked = text(label).into_iter().map(|run| Run { link: Some(anchor.to_owned()), ..run });
                runs.extend(linked);
                rest = behind;
            }
            _ => push(&mut runs, c.encode_utf8(&mut [0; 4]), style),
        }
    }
    runs
}

fn push(runs: &mut Text, text: &str, style: RunStyle) {
    match runs.last_mut() {
        Some(run) if run.style == style && run.link.is_none() => run.text.push_str(text),
        _ => runs.push(Run::new(text, style)),
    }
}

/// `label](#anchor)` and what is behind it.
fn link(source: &str) -> Option<(&str, &str, &str)> {
    let mut escaped = false;
    let end = source.find(|c: char| {
        let ends = matches!(c, '[' | ']') && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })?;
    let (anchor, behind) = source[end..].strip_prefix("](#")?.split_once(')')?;
    is_anchor(anchor).then_some((&source[..end], anchor, behind))
}

/// Whether links can lead to that name.
pub(super) fn is_anchor(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// A heading's text and the anchor that it may end with: `Title { #anchor }`. The space keeps it from being
/// a comment of the template.
pub(super) fn heading(source: &str) -> (Text, Option<String>) {
    let read = || {
        let (title, name) = source.trim().strip_suffix('}')?.rsplit_once('{')?;
        let anchor = name.trim().strip_prefix('#')?;
        is_anchor(anchor).then(|| (text(title), Some(anchor.to_owned())))
    };
    read().unwrap_or_else(|| (text(source), None))
}

/// Text without styles.
pub(super) fn plain(source: &str) -> String {
    super::plain(&text(source))
}

/// Text that may begin with `!met`, `!breached` or `!undecidable`.
pub(super) fn cell(source: &str) -> Cell {
    let marks = [("!met", Status::Met), ("!breached", Status::Breached), ("!undecidable", Status::Undecidable)];
    let source = source.trim();
    for (mark, status) in marks {
        if let Some(rest) = source.strip_prefix(mark).filter(|rest| rest.is_empty() || rest.starts_with(' ')) {
            return Cell { status: Some(status), text: text(rest) };
        }
    }
    Cell { status: None, text: text(source) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_split_unless_escaped() {
        #[track_caller]
        fn check(line: &str, parts: &[&str]) {
            assert_eq!(split_bars(line), parts);
        }
        check("a | b", &["a", "b"]);
        check("a \\| b | c", &["a \\| b", "c"]);
        check("a \\\\| b", &["a \\\\", "b"]);
        check("", &[""]);
        check("a ||", &["a", "", ""]);
    }

    #[test]
    fn marks_make_styles_and_escapes_make_text() {
        #[track_caller]
        fn check(source: &str, runs: &[(&str, RunStyle)]) {
            let got = text(source);
            let got: Vec<_> = got.iter().map(|run| (run.text.as_str(), run.style)).collect();
            assert_eq!(got, runs);
        }
        check(
            "a **b** `c`",
            &[("a ", RunStyle::Plain), ("b", RunStyle::Strong), (" ", RunStyle::Plain), ("c", RunStyle::Code)],
        );
        check("\\*\\*a\\`", &[("**a`", RunStyle::Plain)]);
        check("`up\\{a=\\`x\\`\\}`", &[("up{a=`x`}", RunStyle::Code)]);
        check("3 * 4", &[("3 * 4", RunStyle::Plain)]);
        check("C:\\dir", &[("C:\\dir", RunStyle::Plain)]);
        check("", &[]);
    }

    #[test]
    fn only_an_unescaped_link_within_the_document_leads_somewhere() {
        #[track_caller]
        fn check(source: &str, runs: &[(&str, Option<&str>)]) {
            let got = text(source);
            let got: Vec<_> = got.iter().map(|run| (run.text.as_str(), run.link.as_deref())).collect();
            assert_eq!(got, runs);
        }
        check("a [99.9 %](#e-1) b", &[("a ", None), ("99.9 %", Some("e-1")), (" b", None)]);
        check("[a\\] **b**](#c)", &[("a] ", Some("c")), ("b", Some("c"))]);
        check("\\[a](#b)", &[("[a](#b)", None)]);
        check("[a](https://example.org)", &[("[a](https://example.org)", None)]);
        check("[a](#b c)", &[("[a](#b c)", None)]);
        check("[a", &[("[a", None)]);
        check("`[a](#b)`", &[("[a](#b)", None)]);
    }

    #[test]
    fn a_heading_may_end_with_an_anchor() {
        #[track_caller]
        fn check(source: &str, title: &str, anchor: Option<&str>) {
            let (text, found) = heading(source);
            assert_eq!((super::super::plain(&text).as_str(), found.as_deref()), (title, anchor));
        }
        check("Measurements 1 { #evidence-1 }", "Measurements 1", Some("evidence-1"));
        check("up\\{#a\\}", "up{#a}", None);
        check("up {#a b}", "up {#a b}", None);
        check("up {#a} {#b}", "up {#a}", Some("b"));
    }

    #[test]
    fn only_an_unescaped_mark_is_a_status() {
        #[track_caller]
        fn check(source: &str, status: Option<Status>, expected: &str) {
            let cell = cell(source);
            assert_eq!((cell.status, super::super::plain(&cell.text).as_str()), (status, expected));
        }
        check("!met Erfüllt", Some(Status::Met), "Erfüllt");
        check("\\!met Erfüllt", None, "!met Erfüllt");
        check("!metal", None, "!metal");
        check("!undecidable", Some(Status::Undecidable), "");
    }
}
