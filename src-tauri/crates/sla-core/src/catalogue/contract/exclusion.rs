//! Exclusions as dated facts, and what a contract demands of planned maintenance.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::duration::Duration;
use crate::catalogue::recurrence::Recurrence;
use crate::catalogue::value::{Instant, Name};
use crate::record::ExclusionKind;

/// A stretch of time that should not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExclusionSpec {
    /// Name of the `Tenant`.
    pub tenant: Name,
    /// Commitments it covers, by name; all of the tenant's when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commitments: Vec<Name>,
    /// Why such time should not count.
    pub kind: ExclusionKind,
    /// First second that does not count.
    pub start: Instant,
    /// First second that counts again.
    pub end: Instant,
    /// How it repeats: start and end give the first occurrence, the others have the same times of day in the zone of the
    /// contract. It is announced and approved once, for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence: Option<Recurrence>,
    /// When the customer was told; must be said for maintenance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced_at: Option<Instant>,
    /// When somebody asked for it; one that was asked for after its start is shown as such. Must be said for maintenance:
    /// what was entered after an outage can name any day on which it was announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_at: Option<Instant>,
    /// Why, as the report prints it.
    #[schemars(length(min = 1, max = 500))]
    pub reason: String,
    /// Who asked for it.
    #[schemars(length(min = 1))]
    pub requested_by: String,
    /// Who approved it: somebody else. Nobody yet when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
}

/// When planned maintenance is excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Maintenance {
    /// How long before its start the customer must be told. There is no default.
    pub notice: Duration,
    /// Whole hours of it that a measured month may have; the time above them counts. A month in which the contract is in
    /// force for some days only may have all of them. No limit when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 744))]
    pub hours_per_month: Option<u32>,
}
