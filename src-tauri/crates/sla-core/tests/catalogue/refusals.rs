//! Each defect of a document's content: `refusals.txt` holds the cases, this reads and checks them.

use super::read;
use crate::telling::told;

const CASES: &str = include_str!("refusals.txt");

/// Edits of the sound catalogue and what they lead to.
#[derive(Default)]
struct Case<'a> {
    /// The first line of the case in the file.
    line: usize,
    /// Whole lines that are replaced, and what by.
    edits: Vec<(String, String)>,
    findings: Vec<&'a str>,
}

impl<'a> Case<'a> {
    fn read(line: usize, text: &'a str) -> Self {
        let mut case = Self { line, ..Self::default() };
        // Edits are of whole lines: a line that begins like another one is another one.
        let mut edit = (String::from("\n"), String::from("\n"));
        for text in text.lines().filter(|text| !text.starts_with('#')) {
            let (sign, rest) = text.split_at(1);
            match sign {
                "=" => case.findings.push(rest.trim_start()),
                "@" => case.edits.push(std::mem::replace(&mut edit, ("\n".to_owned(), "\n".to_owned()))),
                _ => {
                    let all: &mut [&mut String] = match sign {
                        "-" => &mut [&mut edit.0],
                        "+" => &mut [&mut edit.1],
                        " " => &mut [&mut edit.0, &mut edit.1],
                        _ => panic!("refusals.txt:{line}: {text:?} begins with no sign"),
                    };
                    all.iter_mut().for_each(|side| **side += &format!("{rest}\n"));
                }
            }
        }
        case.edits.push(edit);
        case
    }
}

fn cases() -> Vec<Case<'static>> {
    let mut line = 1;
    let mut cases = Vec::new();
    for block in CASES.split("\n\n") {
        if block.lines().any(|line| !line.starts_with('#')) {
            cases.push(Case::read(line, block));
        }
        line += block.lines().count() + 1;
    }
    cases
}

fn check(case: &Case<'_>) -> Result<(), String> {
    let edits: Vec<(&str, &str)> = case.edits.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    let findings: Vec<String> = read(&edits).err().unwrap_or_default().iter().map(told).collect();
    if findings == case.findings && !findings.is_empty() {
        return Ok(());
    }
    Err(format!("refusals.txt:{}: found\n= {}", case.line, findings.join("\n= ")))
}

#[test]
fn every_defect_is_told_with_its_place_what_was_found_and_what_is_expected() {
    let cases = cases();
    assert!(cases.len() > 100, "only {} cases were read", cases.len());
    let wrong: Vec<String> = cases.iter().filter_map(|case| check(case).err()).collect();
    assert!(wrong.is_empty(), "{} of {} cases differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
