//! A tenant's closed month as one value: what the ledger keeps, what `report.json` publishes and what every document is
//! drawn from. Numbers that decide are integers or strings, never floats.

mod commitment;
mod course;
mod credit;
mod difference;
mod earlier;
mod exclusion;
mod incident;
mod number;
mod reading;
mod second;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::LegalNature;
use crate::evidence::{Note, Provenance, sha256_hex};
use crate::time::Month;

pub use commitment::{
    OutageCode, OutageReason, OutageStanding, RecordBudget, RecordCommitment, RecordDay, RecordOutage, RecordQuantity,
    RecordThreshold, RecordUnknown, RecordUnknownBound, UnknownReason,
};
pub use course::{RecordCourse, RecordQuietDay, RecordUsed};
pub use credit::{
    CreditTotal, RecordAcceptance, RecordBand, RecordCap, RecordClaim, RecordCredit, RecordEarnedBack, RecordRight,
};
pub use difference::{
    Change, ExclusionDifference, ExclusionFigures, MonthDifference, PromiseDifference, PromiseFigures,
};
pub use earlier::{RecordEarlier, RecordEarlierPromise};
pub use exclusion::{ExclusionDecision, ExclusionKind, RecordExclusion, RecordRequest};
pub use incident::{Clock, RecordIncident, RecordIncidentPromise, RecordPause};
pub use number::{Count, PERCENT_DIGITS, RecordRange, RecordRatio};
pub use reading::{CountUnit, ExclusionMode, Method, QuietReading, UnknownReading, Verdict};
pub use second::{Agreement, RecordReading, RecordSecondReading};

/// The `schema` field of every record this version writes.
pub const RECORD_SCHEMA: &str = "sla-desk/report/v1";

/// A tenant's closed month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MonthRecord {
    /// Name and version of this format: `sla-desk/report/v1`.
    pub schema: String,
    /// Id of the tenant.
    pub tenant: String,
    /// Name of the tenant as the catalogue spells it.
    pub tenant_name: String,
    /// Language of the tenant's documents: `de` or `en`.
    pub language: Language,
    /// The contractual month, YYYY-MM.
    pub month: Month,
    /// Revision of this month: 1 when first closed, one more for every restatement.
    pub revision: u32,
    /// Where the ledger's audit chain ended before this revision was closed: how many entries it had, a colon and the hash of
    /// the last one. Whoever holds the report can see by it that nothing of that was cut off. Absent where there was no entry
    /// yet, and in records of versions that did not note it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain_head: Option<String>,
    /// The month in the contract's zone.
    pub period: RecordPeriod,
    /// The contract version that was in force.
    pub contract: RecordContract,
    /// What was promised, and what was delivered.
    pub commitments: Vec<RecordCommitment>,
    /// What was promised of incidents, and what was delivered.
    pub incident_promises: Vec<RecordIncidentPromise>,
    /// The worst verdict of all promises: breached before undecidable before met.
    pub verdict: Verdict,
    /// Sum of all credits.
    pub credit_total: CreditTotal,
    /// The caps of the contract in stored order; absent where none is agreed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<RecordCap>,
    /// Credits of earlier months that are waived because the promise was kept since.
    pub earned_back: Vec<RecordEarnedBack>,
    /// Rights that misses opened, or may have.
    pub rights: Vec<RecordRight>,
    /// By when the credits must be claimed; null when the contract names no claim window or nothing can be owed.
    pub claim: Option<RecordClaim>,
    /// Earlier months of the contract that the ledger does not know, as far as a cap, a factor or a right counts them,
    /// YYYY-MM.
    pub unknown_months: Vec<Month>,
    /// Findings of the linter about the contract that were taken as they are.
    pub accepted: Vec<RecordAcceptance>,
    /// How the months of the year before went, as far as they were closed when this revision was. It decides nothing and is
    /// drawn beside the month. Absent where none was, and in records of versions that did not note it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<RecordEarlier>,
    /// Excluded windows that were asked for, accepted or not.
    pub exclusions: Vec<RecordExclusion>,
    /// Every piece of evidence that the figures rest on.
    pub evidence: Vec<RecordEvidence>,
}

impl MonthRecord {
    /// SHA-256 of everything but where it stands in its ledger, the revision number, the chain's head and earlier months: two
    /// closes with the same digest are the same month.
    pub fn digest(&self) -> String {
        let alone = Self { revision: 0, chain_head: None, earlier: Vec::new(), ..self.clone() };
        sha256_hex(&serde_json::to_vec(&alone).expect("a record has only string keys"))
    }

    /// The record as `report.json` publishes it: indented, with a final newline, byte-identical for equal records.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a record has only string keys");
        text.push('\n');
        text
    }
}

/// What every promise of a month has, be it measured or counted from incidents.
#[derive(Clone, Copy, Debug)]
pub struct RecordPromise<'a> {
    /// Name of the promise in the contract.
    pub name: &'a str,
    /// The promise's name for people.
    pub title: &'a str,
    /// Version of the contract that it stands in.
    pub contract_version: u32,
    /// The promised percentage.
    pub target: &'a str,
    /// What was attained, where that is one value.
    pub attained: Option<&'a RecordRatio>,
    /// The least and the most that can have been attained.
    pub attained_range: &'a RecordRange<Option<RecordRatio>>,
    /// Met, breached or undecidable.
    pub verdict: Verdict,
    /// The credit.
    pub credit: &'a RecordCredit,
    /// The measured commitment; `None` for a promise about incidents.
    pub measured: Option<&'a RecordCommitment>,
}

impl MonthRecord {
    /// Everything that was promised: commitments first, then promises about incidents.
    pub fn promises(&self) -> impl Iterator<Item = RecordPromise<'_>> {
        let measured = self.commitments.iter().map(|one| RecordPromise {
            name: &one.name,
            title: &one.title,
            contract_version: one.contract_version,
            target: &one.target,
            attained: one.attained.as_ref(),
            attained_range: &one.attained_range,
            verdict: one.verdict,
            credit: &one.credit,
            measured: Some(one),
        });
        let of_incidents = self.incident_promises.iter().map(|one| RecordPromise {
            name: &one.name,
            title: &one.title,
            contract_version: one.contract_version,
            target: &one.target,
            attained: one.attained.as_ref(),
            attained_range: &one.attained_range,
            verdict: one.verdict,
            credit: &one.credit,
            measured: None,
        });
        measured.chain(of_incidents)
    }
}

impl RecordPromise<'_> {
    /// The name that is unique in the month: the promise's own, or `name@version` of an earlier version of the contract,
    /// `current` being the one that the month ended with.
    pub fn key(&self, current: u32) -> String {
        if self.contract_version == current {
            self.name.to_owned()
        } else {
            format!("{}@{}", self.name, self.contract_version)
        }
    }
}

/// A language that documents are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// German.
    De,
    /// English.
    En,
}

impl Language {
    /// The code in BCP 47: `de` or `en`.
    pub fn code(self) -> &'static str {
        match self {
            Self::De => "de",
            Self::En => "en",
        }
    }
}

/// The judged period, half open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordPeriod {
    /// First second inside, in UTC, for example `2026-09-30T22:00:00Z`.
    pub start: String,
    /// First second outside, in UTC.
    pub end: String,
    /// IANA zone of the contract.
    pub time_zone: String,
    /// Length in seconds.
    pub seconds: i64,
}

/// Which contract judged the month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordContract {
    /// Name of the contract in the catalogue.
    pub id: String,
    /// Its version, 1 or more.
    pub version: u32,
    /// Name of the template whose terms it takes over; null when it says all of them itself.
    pub template: Option<String>,
    /// SHA-256 of the contract's content, so that a changed text under the same version is noticed.
    pub sha256: String,
    /// Service hours as the contract writes them, for example `24/7` or `Mo-Fr 08:00-18:00`.
    pub service_hours: String,
    /// The fee of the judged month: for a part month what the contract says of it, rounded down to the minor unit.
    pub fee: RecordMoney,
    /// What a credit is in law.
    pub legal_nature: LegalNature,
}

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordMoney {
    /// ISO 4217 code.
    pub currency: String,
    /// Amount in the currency's minor unit, for example cents.
    pub minor: i64,
}

/// A stretch of time, half open, in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordSpan {
    /// First second inside.
    pub start: String,
    /// First second outside.
    pub end: String,
}

/// Evidence, by the hash of its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordEvidence {
    /// SHA-256 of the Parquet file.
    pub sha256: String,
    /// What was asked.
    pub query: String,
    /// What it was asked of.
    pub source: String,
    /// The source's own version.
    pub server_version: String,
    /// Start of the captured period, in UTC.
    pub from: String,
    /// End of the captured period, in UTC.
    pub to: String,
    /// Width of a slice in seconds.
    pub step_seconds: i64,
    /// Everything the source warned of, in its own words.
    pub warnings: Vec<String>,
    /// What the program noticed about the source's answer.
    #[serde(default)]
    pub notes: Vec<Note>,
}

impl RecordEvidence {
    /// The published form of a piece of evidence.
    pub fn new(sha256: &str, provenance: &Provenance) -> Self {
        Self {
            sha256: sha256.to_owned(),
            query: provenance.query.clone(),
            source: provenance.source.clone(),
            server_version: provenance.server_version.clone(),
            from: crate::time::utc_text(provenance.from),
            to: crate::time::utc_text(provenance.to),
            step_seconds: provenance.step_seconds,
            warnings: provenance.warnings.clone(),
            notes: provenance.notes.clone(),
        }
    }
}

/// Whom a tenant's letter goes to. It stays out of the record: contacts change without changing a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Name as a letter addresses it.
    pub name: String,
    /// Mail address.
    #[schemars(
        regex(pattern = r"^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$"),
        extend(
            "x-expected" = "a mail address in ASCII, such as \"ada@example.org\"",
            "x-expected-de" = "eine Mailadresse in ASCII, etwa \"ada@example.org\""
        )
    )]
    pub email: String,
}
