//! Reading a catalogue: what is sound is read as it was written, and each defect is told with its place, with what was
//! found and with what is expected.

mod arbitrary;
mod documents;
mod refusals;
mod sound;
mod stored;
mod templates;
mod terms;

use sla_core::catalogue::{Catalogue, Finding, SourceFile};

use crate::telling::told;

/// What is measured, for every tenant.
const PLATFORM: &str = include_str!("platform.yaml");
/// Two tenants and what they were promised.
const TENANTS: &str = include_str!("tenants.yaml");

/// The sound catalogue with some texts replaced; each must stand in it exactly once.
fn edited(edits: &[(&str, &str)]) -> [SourceFile; 2] {
    let mut files = [("platform.yaml", PLATFORM.to_owned()), ("tenants.yaml", TENANTS.to_owned())];
    for (from, to) in edits {
        let count: usize = files.iter().map(|(_, text)| text.matches(from).count()).sum();
        assert_eq!(count, 1, "{from:?} stands {count} times in the sound catalogue");
        for (_, text) in &mut files {
            *text = text.replacen(from, to, 1);
        }
    }
    files.map(|(name, text)| SourceFile { name: name.to_owned(), text })
}

fn read(edits: &[(&str, &str)]) -> Result<Catalogue, Vec<Finding>> {
    Catalogue::read(&edited(edits))
}

/// A file of its own, not beside the sound catalogue.
fn alone(text: &str) -> Result<Catalogue, Vec<Finding>> {
    Catalogue::read(&[SourceFile { name: "a.yaml".to_owned(), text: text.to_owned() }])
}

/// Compares all findings, to the letter and in their order.
#[track_caller]
fn check_findings(result: Result<Catalogue, Vec<Finding>>, expected: &[&str]) {
    let lines: Vec<String> = result.err().unwrap_or_default().iter().map(told).collect();
    assert_eq!(lines, expected);
}
