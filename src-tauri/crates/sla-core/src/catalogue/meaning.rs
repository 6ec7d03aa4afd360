//! What a field means, in German. In English it is the first sentence of the field's description, which the published
//! schema carries; a test holds a German sentence against each.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The German of each English sentence: one pair a line, with a tab between them.
static MEANINGS: LazyLock<BTreeMap<&str, &str>> =
    LazyLock::new(|| include_str!("meanings.tsv").lines().filter_map(|line| line.split_once('\t')).collect());

/// The first sentence of a description.
pub(super) fn first_sentence(text: &str) -> &str {
    text.split_once(". ").map_or(text, |(first, _)| first).trim_end_matches('.')
}

/// The German of a description's first sentence.
pub(super) fn german(sentence: &str) -> Option<&'static str> {
    let one_line = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
    MEANINGS.get(one_line.as_str()).copied()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::catalogue::decode::KINDS;

    /// Calls `see` with every schema inside of a schema, and whether it is that of a field.
    fn each(schema: &Value, is_field: bool, see: &mut dyn FnMut(&Value, bool)) {
        see(schema, is_field);
        match schema {
            Value::Array(items) => items.iter().for_each(|item| each(item, false, see)),
            Value::Object(entries) => {
                for (name, value) in entries {
                    match (name.as_str(), value) {
                        ("properties", Value::Object(fields)) => {
                            fields.values().for_each(|field| each(field, true, see));
                        }
                        _ => each(value, false, see),
                    }
                }
            }
            _ => {}
        }
    }

    #[test]
    fn every_field_means_the_same_in_german_and_nothing_else_does() {
        let mut told = BTreeSet::new();
        for kind in &KINDS {
            each(&kind.schema(), false, &mut |schema, is_field| {
                let Some(description) = schema.get("description").and_then(Value::as_str).filter(|_| is_field) else {
                    return;
                };
                let sentence = first_sentence(description);
                let german = german(sentence).unwrap_or_else(|| panic!("{sentence:?} of {} has no German", kind.name));
                assert_ne!(sentence, german);
                let code = |text: &str| text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<_>>();
                assert_eq!(code(sentence), code(german), "{german}");
                told.insert(sentence.split_whitespace().collect::<Vec<_>>().join(" "));
            });
        }
        let left: Vec<_> = MEANINGS.keys().filter(|sentence| !told.contains(**sentence)).collect();
        assert!(left.is_empty(), "no field has the description {left:?}");
    }

    #[test]
    fn what_a_schema_expects_it_says_in_german_too() {
        for kind in &KINDS {
            each(&kind.schema(), false, &mut |schema, _| {
                let said = |key: &str| schema.get(key).and_then(Value::as_str);
                assert_eq!(said("x-expected").is_some(), said("x-expected-de").is_some(), "{} {schema}", kind.name);
            });
        }
    }
}
