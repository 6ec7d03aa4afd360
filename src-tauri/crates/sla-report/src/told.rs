//! What capture says of a source in words of its own, in the reader's: a table in the word list pairs each sentence with its
//! translation. A text that no sentence fits is the source's own and stays as it is.

use minijinja::value::Value;

/// The text by the first pair whose sentence it is.
pub(crate) fn told(pairs: &Value, text: &str) -> Option<String> {
    let pairs = pairs.try_iter().ok()?;
    let mut sentences = pairs.filter_map(|pair| {
        let (written, wanted) = (pair.get_item_by_index(0).ok()?, pair.get_item_by_index(1).ok()?);
        let blanks = blanks(written.as_str()?, text)?;
        let filled = |told: String, (name, value): &(&str, &str)| told.replace(&format!("{{{name}}}"), value);
        Some(blanks.iter().fold(wanted.as_str()?.to_owned(), filled))
    });
    sentences.next()
}

/// What stands in the `{blanks}` of a sentence; `None` when the text is another one.
fn blanks<'a>(sentence: &'a str, text: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let mut found = Vec::new();
    let mut parts = sentence.split('{');
    let mut rest = text.strip_prefix(parts.next()?)?;
    for part in parts {
        let (name, after) = part.split_once('}')?;
        let end = if after.is_empty() { rest.len() } else { rest.find(after)? };
        if end == 0 {
            return None;
        }
        found.push((name, &rest[..end]));
        rest = &rest[end + after.len()..];
    }
    rest.is_empty().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_of_the_program_is_told_and_a_source_s_own_text_is_not() {
        #[track_caller]
        fn check(text: &str, expected: Option<&str>) {
            let pairs = Value::from(vec![
                vec!["file {name} sha256 {hash}, probes {probes}", "Datei {name} ({hash}), Messstellen {probes}"],
                vec!["file {name} sha256 {hash}", "Datei {name} ({hash})"],
                vec!["columns {columns}", "Spalten {columns}"],
                vec!["unknown", "unbekannt"],
            ]);
            assert_eq!(told(&pairs, text).as_deref(), expected, "{text}");
        }
        check("file a.csv sha256 ab, probes north, south", Some("Datei a.csv (ab), Messstellen north, south"));
        check("file a.csv sha256 ab", Some("Datei a.csv (ab)"));
        check("columns t, good, total", Some("Spalten t, good, total"));
        check("unknown", Some("unbekannt"));
        for other in ["unknown ", "columns ", "file a.csv", "sum(columns x)", "good: sum(a)", ""] {
            check(other, None);
        }
    }
}
