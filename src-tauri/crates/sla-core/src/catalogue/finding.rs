//! What is wrong with a catalogue: always where, what was found and what is expected.

use std::fmt;

use crate::phrase::Phrase;

/// Where something stands in a catalogue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file as the caller named it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Path inside the document, for example `spec.commitments[0].target`; empty for the document itself.
    pub path: String,
}

/// What kind of defect a finding is. The names are stable: scripts may rely on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// Not YAML, or YAML that is not read (aliases, double keys).
    Unreadable,
    /// A document of a kind that is not read.
    UnknownKind,
    /// A field that the format does not have.
    UnknownField,
    /// A field that must be there is not.
    MissingField,
    /// A value that cannot be read as what it should be.
    InvalidValue,
    /// A number that is probably in another unit.
    SuspectUnit,
    /// Two documents of one kind and name, or two commitments of one name.
    Duplicate,
    /// A name that nothing in the catalogue has.
    UnknownReference,
    /// Templates that extend each other.
    CircularTemplate,
    /// Two contracts in force for one tenant and service at one time.
    OverlappingContracts,
    /// Credit bands that leave a gap, overlap, or do not end at the target.
    UnsoundBands,
    /// A reading that the contract must name and does not.
    Unsaid,
    /// A query that cannot work or mixes tenants up.
    UnsoundQuery,
    /// A penalty that says two things, or nothing.
    UnsoundPenalty,
    /// A cap, a claim window, a minimum or a right that says two things, or nothing.
    UnsoundTerms,
    /// Service hours name holidays, and nobody said whose.
    HolidaysWithoutRegion,
    /// Nobody said whether credits are capped.
    NoCap,
    /// Nobody said by when a credit must be claimed.
    NoClaimWindow,
    /// A claim window counts working days, and nobody said whose holidays are none.
    ClaimWithoutHolidays,
    /// A worse month pays less.
    CreditsOutOfOrder,
    /// One bad slice is more than the target allows.
    UnresolvableTarget,
    /// A cap and the credit that it holds down are shares of different fees.
    CapBase,
    /// A cap is stored before a narrower one.
    CapsOutOfOrder,
    /// A cap counts the fees of services, and what a service costs is said twice, or for some of them only.
    AmbiguousFee,
    /// A term that can never take effect.
    WithoutEffect,
}

impl Code {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::UnknownKind => "unknown-kind",
            Self::UnknownField => "unknown-field",
            Self::MissingField => "missing-field",
            Self::InvalidValue => "invalid-value",
            Self::SuspectUnit => "suspect-unit",
            Self::Duplicate => "duplicate",
            Self::UnknownReference => "unknown-reference",
            Self::CircularTemplate => "circular-template",
            Self::OverlappingContracts => "overlapping-contracts",
            Self::UnsoundBands => "unsound-bands",
            Self::Unsaid => "unsaid",
            Self::UnsoundQuery => "unsound-query",
            Self::UnsoundPenalty => "unsound-penalty",
            Self::UnsoundTerms => "unsound-terms",
            Self::HolidaysWithoutRegion => "holidays-without-region",
            Self::NoCap => "no-cap",
            Self::NoClaimWindow => "no-claim-window",
            Self::ClaimWithoutHolidays => "claim-without-holidays",
            Self::CreditsOutOfOrder => "credits-out-of-order",
            Self::UnresolvableTarget => "unresolvable-target",
            Self::CapBase => "cap-base",
            Self::CapsOutOfOrder => "caps-out-of-order",
            Self::AmbiguousFee => "ambiguous-fee",
            Self::WithoutEffect => "without-effect",
        }
    }

    /// Every kind that a contract may take with a reason.
    pub const UNSOUND: [Self; 9] = [
        Self::NoCap,
        Self::NoClaimWindow,
        Self::ClaimWithoutHolidays,
        Self::CreditsOutOfOrder,
        Self::UnresolvableTarget,
        Self::CapBase,
        Self::CapsOutOfOrder,
        Self::AmbiguousFee,
        Self::WithoutEffect,
    ];

    /// How grave a finding of this kind is.
    pub fn severity(self) -> Severity {
        if Self::UNSOUND.contains(&self) { Severity::Unsound } else { Severity::Error }
    }
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing can be computed from it.
    Error,
    /// It can be computed, but the parties will quarrel about it: a contract takes it only with a reason.
    Unsound,
}

impl Severity {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Unsound => "unsound",
        }
    }
}

/// One defect of a catalogue, in English and German. Findings are in the order of their places, and print themselves in
/// English.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// What kind of defect.
    pub code: Code,
    /// What stands there.
    pub found: Phrase,
    /// What should stand there.
    pub expected: Phrase,
    /// The most money that it can move in a month, in the contract's currency, for example `1250.00 EUR`.
    pub stake: Option<String>,
}

impl Finding {
    /// A finding that moves no money, or nobody knows how much.
    pub(super) fn new(code: Code, place: Place, found: Phrase, expected: Phrase) -> Self {
        Self { place, code, found, expected, stake: None }
    }

    /// How grave it is.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// The line that it prints, in German.
    pub fn german(&self) -> String {
        let severity = match self.severity() {
            Severity::Error => "Fehler",
            Severity::Unsound => "strittig",
        };
        let stake = self.stake.as_ref().map_or_else(String::new, |stake| format!(" (bewegt bis zu {stake} im Monat)"));
        let (found, expected) = (self.found.de(), self.expected.de());
        format!(
            "{}[{}]: {}gefunden: {found}, erwartet: {expected}{stake}",
            self.at(severity),
            self.code.name(),
            self.under()
        )
    }

    /// What a line begins with: the place, and how grave it is.
    fn at(&self, severity: &str) -> String {
        let Place { file, line, column, .. } = &self.place;
        format!("{file}:{line}:{column}: {severity}")
    }

    /// The path inside the document, where it is none of the document itself.
    fn under(&self) -> String {
        if self.place.path.is_empty() { String::new() } else { format!("{}: ", self.place.path) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]: {}", self.at(self.severity().name()), self.code.name(), self.under())?;
        write!(f, "found {}, expected {}", self.found.en(), self.expected.en())?;
        match &self.stake {
            Some(stake) => write!(f, " (moves up to {stake} a month)"),
            None => Ok(()),
        }
    }
}
