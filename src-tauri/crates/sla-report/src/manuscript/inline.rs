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

/// Text with its styles.
pub(super) fn text(source: &str) -> Text {
    let mut runs: Text = Vec::new();
    let (mut style, mut chars) = (RunStyle::Plain, source.trim().chars().peekable());
    let push = |runs: &mut Text, style, c| match runs.last_mut() {
        Some(run) if run.style == style => run.text.push(c),
        _ => runs.push(Run { text: c.to_string(), style }),
    };
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek().is_some_and(char::is_ascii_punctuation) => {
                push(&mut runs, style, chars.next().unwrap_or(c));
            }
            '`' => style = if style == RunStyle::Code { RunStyle::Plain } else { RunStyle::Code },
            '*' if style != RunStyle::Code && chars.next_if_eq(&'*').is_some() => {
                style = if style == RunStyle::Strong { RunStyle::Plain } else { RunStyle::Strong };
            }
            _ => push(&mut runs, style, c),
        }
    }
    runs
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
