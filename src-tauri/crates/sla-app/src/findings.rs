//! What the linter finds, as programs and the interface see it.

use schemars::JsonSchema;
use serde::Serialize;
use sla_core::catalogue::{Finding, Wording};

/// A defect of a catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FindingView {
    /// The stable name of what kind of defect it is, such as `no-cap`.
    pub code: String,
    /// `error` where nothing can be computed, `unsound` where the parties will quarrel about what is.
    pub severity: String,
    /// The file, or `ledger:KIND/NAME@VERSION` for what the ledger keeps.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Path inside the document, such as `spec.commitments[0].target`; empty for the document itself.
    pub path: String,
    /// What stands there, in English.
    pub found: String,
    /// What should stand there, in English.
    pub expected: String,
    /// Both in German.
    pub german: FindingWords,
    /// The most money that it can move in a month, such as `1250.00 EUR`; null where it moves none, or nobody knows.
    pub stake: Option<String>,
    /// A clause that would settle it, in German and English; null where it is not one of wording.
    #[schemars(with = "Option<Wording>")]
    pub wording: Option<Wording>,
}

/// What a finding says, in another language than English. Names, keys, values and queries stand as they do there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FindingWords {
    /// What stands there.
    pub found: String,
    /// What should stand there.
    pub expected: String,
}

impl FindingView {
    /// A finding as it is shown.
    pub fn of(finding: &Finding) -> Self {
        let Finding { place, code, found, expected, stake } = finding;
        Self {
            code: code.name().to_owned(),
            severity: code.severity().name().to_owned(),
            file: place.file.clone(),
            line: place.line,
            column: place.column,
            path: place.path.clone(),
            found: found.en().to_owned(),
            expected: expected.en().to_owned(),
            german: FindingWords { found: found.de().to_owned(), expected: expected.de().to_owned() },
            stake: stake.clone(),
            wording: finding.wording(),
        }
    }
}
