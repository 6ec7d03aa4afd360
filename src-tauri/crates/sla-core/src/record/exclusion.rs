//! Windows that should not count, and what was decided about each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::Ruling;
use crate::time::utc_text;

/// A window that somebody asked to exclude.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordExclusion {
    /// Name of the exclusion in the catalogue.
    pub name: String,
    /// Start, in UTC.
    pub start: String,
    /// End, in UTC.
    pub end: String,
    /// Why it should not count, in the words of who asked.
    pub reason: String,
    /// Commitments it covers, by name.
    pub commitments: Vec<String>,
    /// What kind of time it is.
    pub kind: ExclusionKind,
    /// When the customer was told, in UTC; null when nobody said.
    pub announced_at: Option<String>,
    /// Whether it was asked for only after it had begun; null when nobody said when.
    pub after_the_fact: Option<bool>,
    /// How much of it does not count, in seconds of the judged period, before service hours.
    pub accepted_seconds: i64,
    /// Whether it was accepted, or why not.
    pub decision: ExclusionDecision,
    /// The request in the ledger that it rests on; left out when it stands in a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RecordRequest>,
}

/// A request in the ledger, and who decided it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordRequest {
    /// The version of the document.
    pub version: u32,
    /// SHA-256 of its content.
    pub sha256: String,
    /// Who entered it.
    pub requested_by: String,
    /// When, in UTC.
    pub requested_at: String,
    /// Who decided it last; null while it waits.
    pub decided_by: Option<String>,
    /// When, in UTC.
    pub decided_at: Option<String>,
    /// Why; null when nothing was said.
    pub reason: Option<String>,
}

impl RecordRequest {
    /// The published form of a ruling.
    pub(crate) fn new(ruling: &Ruling) -> Self {
        let decided = ruling.decided.as_ref();
        Self {
            version: ruling.version,
            sha256: ruling.sha256.clone(),
            requested_by: ruling.entered_by.clone(),
            requested_at: utc_text(ruling.entered_at),
            decided_by: decided.map(|decided| decided.by.clone()),
            decided_at: decided.map(|decided| utc_text(decided.at)),
            reason: decided.map(|decided| decided.reason.clone()).filter(|reason| !reason.is_empty()),
        }
    }
}

/// Why a stretch of time should not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExclusionKind {
    /// Planned maintenance.
    #[default]
    Maintenance,
    /// Force majeure: höhere Gewalt.
    ForceMajeure,
    /// The customer caused it.
    Customer,
    /// Somebody else's service that the provider does not answer for.
    Dependency,
}

impl ExclusionKind {
    /// The stable name, as it is written in contracts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Maintenance => "maintenance",
            Self::ForceMajeure => "force_majeure",
            Self::Customer => "customer",
            Self::Dependency => "dependency",
        }
    }
}

/// Whether an exclusion counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExclusionDecision {
    /// Approved by somebody other than who asked.
    Accepted,
    /// Nobody approved it.
    NotApproved,
    /// Approved by the person who asked.
    SamePerson,
    /// Somebody else refused it.
    Refused,
    /// The contract does not exclude time of that kind.
    NotAgreed,
    /// Maintenance that was not announced early enough, or never.
    NoticeNotKept,
    /// Maintenance beyond the hours of the month, in part or as a whole.
    HoursUsedUp,
}
