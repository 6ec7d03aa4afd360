//! Every finding that a test sees is looked at in German, too.

use sla_core::catalogue::Finding;
use sla_core::phrase::Phrase;

/// Words that no German sentence holds, and no field is called.
const ENGLISH: [&str; 17] = [
    "a", "after", "and", "are", "for", "has", "is", "its", "no", "nor", "not", "one", "or", "that", "the", "which",
    "with",
];

/// A finding as it is printed, in English.
#[track_caller]
pub(crate) fn told(finding: &Finding) -> String {
    check(&finding.found);
    check(&finding.expected);
    finding.to_string()
}

/// German stands for the English, quotes the same and is German. Only what is quoted as a whole may be the same text.
#[track_caller]
fn check(phrase: &Phrase) {
    let (en, de) = (phrase.en(), phrase.de());
    let ((quoted, around), (quoted_de, around_de)) = (parts(en), parts(de));
    assert!(!en.is_empty() && !de.is_empty(), "{phrase:?} says nothing");
    assert!(en != de || !around.contains(' '), "{en:?} is no German");
    assert_eq!(quoted, quoted_de, "{de:?} does not quote what {en:?} does");
    let mut words = around_de.split([' ', ',', ';', ':', '(', ')']);
    assert!(!words.any(|word| ENGLISH.contains(&word)), "{de:?} is no German");
}

/// What stands between two straight quotes, and the text around it without what is said in low ones: words of a library.
fn parts(text: &str) -> (Vec<String>, String) {
    let (mut quoted, mut around) = (Vec::new(), String::new());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => {
                let mut inside = String::new();
                while let Some(c) = rest.next().filter(|c| *c != '"') {
                    inside.push(c);
                    // An escaped quote ends nothing.
                    inside.extend((c == '\\').then(|| rest.next()).flatten());
                }
                quoted.push(inside);
                around.push('"');
            }
            '„' => {
                around.push('„');
                rest.by_ref().take_while(|c| *c != '“').for_each(drop);
            }
            c => around.push(c),
        }
    }
    quoted.sort();
    (quoted, around)
}
