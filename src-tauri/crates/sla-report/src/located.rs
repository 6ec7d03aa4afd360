//! JSON with the line of every key and value, so that a mistake is told where it stands.

/// A value and the line on which it begins.
pub(crate) struct Node {
    pub(crate) line: usize,
    pub(crate) shape: Shape,
}

/// What a value is.
pub(crate) enum Shape {
    Text(String),
    List(Vec<Node>),
    Object(Vec<Entry>),
    /// A number, a truth value or null, as it is written.
    Other(String),
}

/// A key with its value.
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) line: usize,
    pub(crate) value: Node,
}

/// Reads a JSON text.
///
/// # Errors
/// The line of what is no JSON, and what the parser says of it.
pub(crate) fn read(text: &str) -> Result<Node, (usize, String)> {
    // The parser that knows the whole grammar goes first, and also bounds the depth; the walk behind it only finds places.
    serde_json::from_str::<serde_json::Value>(text).map_err(|error| (error.line().max(1), error.to_string()))?;
    let mut reader = Reader { text, at: 0, line: 1 };
    reader.value().ok_or_else(|| (reader.line, "a value that cannot be placed".to_owned()))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn skip(&mut self, bytes: usize) {
        let end = self.at + bytes;
        self.line += self.text[self.at..end].bytes().filter(|b| *b == b'\n').count();
        self.at = end;
    }

    /// The next character that is no white space.
    fn peek(&mut self) -> Option<char> {
        let blank = self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\r', '\n']).len();
        self.skip(blank);
        self.rest().chars().next()
    }

    fn take(&mut self, c: char) -> bool {
        let is_next = self.peek() == Some(c);
        if is_next {
            self.skip(c.len_utf8());
        }
        is_next
    }

    fn text(&mut self) -> Option<String> {
        self.peek();
        let mut escaped = true;
        let end = self.rest().bytes().position(|b| {
            let ends = b == b'"' && !escaped;
            escaped = b == b'\\' && !escaped;
            ends
        })? + 1;
        let text = serde_json::from_str(self.rest().get(..end)?).ok();
        self.skip(end);
        text
    }

    fn value(&mut self) -> Option<Node> {
        let first = self.peek()?;
        let line = self.line;
        let shape = match first {
            '"' => Shape::Text(self.text()?),
            '[' => {
                self.skip(1);
                let mut items = Vec::new();
                while !self.take(']') {
                    items.push(self.value()?);
                    self.take(',');
                }
                Shape::List(items)
            }
            '{' => {
                self.skip(1);
                let mut entries = Vec::new();
                while !self.take('}') {
                    self.peek();
                    let line = self.line;
                    let key = self.text()?;
                    self.take(':');
                    entries.push(Entry { key, line, value: self.value()? });
                    self.take(',');
                }
                Shape::Object(entries)
            }
            _ => {
                let ends = |c: char| c.is_ascii_whitespace() || matches!(c, ',' | ']' | '}');
                let end = self.rest().find(ends).unwrap_or(self.rest().len());
                let written = self.rest().get(..end)?.to_owned();
                self.skip(end);
                Shape::Other(written)
            }
        };
        Some(Node { line, shape })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Keys and texts with their lines, in the order in which they stand.
    fn places(node: &Node, found: &mut Vec<(String, usize)>) {
        match &node.shape {
            Shape::Text(text) | Shape::Other(text) => found.push((text.clone(), node.line)),
            Shape::List(items) => items.iter().for_each(|item| places(item, found)),
            Shape::Object(entries) => {
                for entry in entries {
                    found.push((entry.key.clone(), entry.line));
                    places(&entry.value, found);
                }
            }
        }
    }

    #[test]
    fn every_key_and_value_has_its_line() {
        #[track_caller]
        fn check(text: &str, expected: &[(&str, usize)]) {
            let mut found = Vec::new();
            places(&read(text).unwrap_or_else(|(line, reason)| panic!("{line}: {reason}")), &mut found);
            let found: Vec<(&str, usize)> = found.iter().map(|(text, line)| (text.as_str(), *line)).collect();
            assert_eq!(found, expected);
        }
        check("{\n \"a\":\n  \"b\",\n \"c\": [1,\ntrue]}", &[("a", 2), ("b", 3), ("c", 4), ("1", 4), ("true", 5)]);
        check("{\"a\\\"\\\\\": \"\\u00e4{\", \"\": {}}", &[("a\"\\", 1), ("ä{", 1), ("", 1)]);
        check("[]", &[]);
        check("{\"a\": 1, \"a\": 2}", &[("a", 1), ("1", 1), ("a", 1), ("2", 1)]);
    }

    #[test]
    fn what_is_no_json_is_told_with_its_line() {
        assert_eq!(read("{\n\"a\": }").err().map(|(line, _)| line), Some(2));
        assert!(read(&"[".repeat(100_000)).is_err(), "the depth is bounded");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]{}\",:\\\\ a1\n]{0,40}") {
            let _ = read(&text);
        }
    }
}
