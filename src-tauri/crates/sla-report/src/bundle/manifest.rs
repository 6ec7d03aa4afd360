//! What a bundle says of itself.

use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};
use sla_core::audit::{Anchor, Entry};
use sla_core::catalogue::{Decided, Ruling};
use sla_core::decision::RequestState;
use sla_core::record::Language;
use sla_core::time::{Month, UnixSeconds};

/// The `schema` field of every manifest this version writes.
pub const BUNDLE_SCHEMA: &str = "sla-desk/bundle/v1";

/// What is in a bundle, and what it is a bundle of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Name and version of this format: `sla-desk/bundle/v1`.
    pub schema: String,
    /// Version of the program that sealed it. Figures are the same by every version; a version may draw documents otherwise.
    pub program: String,
    /// The tenant.
    pub tenant: String,
    /// The contract.
    pub contract: String,
    /// The month, YYYY-MM.
    pub month: Month,
    /// The revision, from 1.
    pub revision: u32,
    /// Language of its documents.
    pub language: Language,
    /// SHA-256 of the month's record without its revision and without the chain's head, as the audit chain binds it.
    pub record_sha256: String,
    /// When the revision was closed, Unix seconds.
    pub closed_at: UnixSeconds,
    /// What the audit chain says of the revision.
    pub chain: BundleChain,
    /// The documents of the catalogue that the month was closed with, as far as they concern the tenant.
    pub catalogue: Vec<BundleDocument>,
    /// Every file but this one and its signature, by path.
    pub files: Vec<BundleFile>,
}

/// What the audit chain says of a revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BundleChain {
    /// Where the chain ended when the bundle was sealed: its number of entries, a colon and the hash of the last one.
    /// `sla ledger verify --anchor` takes it.
    pub head: String,
    /// The entry of the revision.
    pub entry: BundleEntry,
}

/// An entry of the audit chain. Its hash is the SHA-256 over `sla-desk/audit/v1`, or `v2` where there is an origin, and each
/// field led by its length in 8 bytes: sequence, at, actor, action, subject, payload, previous_hash, origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BundleEntry {
    /// Its place in the chain, from 1.
    pub sequence: i64,
    /// When, Unix seconds.
    pub at: UnixSeconds,
    /// Who.
    pub actor: String,
    /// From where; empty where nobody says.
    pub origin: String,
    /// What was done.
    pub action: String,
    /// What it was done to.
    pub subject: String,
    /// What it says, byte for byte: JSON with the digest of the record.
    pub payload: String,
    /// Hash of the entry before.
    pub previous_hash: String,
    /// Its hash.
    pub hash: String,
}

/// A document of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BundleDocument {
    /// Its file in the bundle.
    pub path: String,
    /// Its kind; `Calendar` for closing days.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its version in the ledger; absent for one that lay in a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// What was decided of it, where it is kept with its decisions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ruling: Option<BundleRuling>,
}

/// What was decided of an exclusion or an incident that the ledger keeps, when the month was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BundleRuling {
    /// SHA-256 of the document's content.
    pub sha256: String,
    /// Who entered it.
    pub entered_by: String,
    /// When, Unix seconds.
    pub entered_at: UnixSeconds,
    /// Where it was.
    pub state: RequestState,
    /// Who decided it last; absent while nobody had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// When, Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<UnixSeconds>,
    /// Why; empty when nothing was said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// A file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BundleFile {
    /// Its path in the bundle.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its content.
    pub sha256: String,
}

/// The published schema of the manifest.
pub fn bundle_schema() -> Schema {
    schema_for!(Manifest)
}

impl Manifest {
    /// The manifest as it is sealed: indented, with a final newline.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a manifest has only string keys");
        text.push('\n');
        text
    }

    /// Reads a manifest; the reason where it is none.
    pub(super) fn read(text: &[u8]) -> Result<Self, String> {
        let read: Self = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        match read.schema.as_str() {
            BUNDLE_SCHEMA => Ok(read),
            other => Err(format!("the format {other:?}; this version reads {BUNDLE_SCHEMA:?}")),
        }
    }

    /// What it is a bundle of, in one line.
    pub(super) fn title(&self) -> String {
        let Self { tenant, contract, month, revision, program, .. } = self;
        format!("SLA Desk {program}: {tenant}, contract {contract}, {month}, revision {revision}")
    }
}

impl BundleChain {
    /// An entry and where the chain ended.
    pub fn new(entry: Entry, hash: String, head: &Anchor) -> Self {
        let Entry { sequence, at, actor, origin, action, subject, payload, previous_hash } = entry;
        let entry = BundleEntry { sequence, at, actor, origin, action, subject, payload, previous_hash, hash };
        Self { head: head.to_string(), entry }
    }
}

impl BundleEntry {
    /// Whether it has the hash that is noted with it.
    pub fn is_sound(&self) -> bool {
        let entry = self.clone();
        let entry = Entry {
            sequence: entry.sequence,
            at: entry.at,
            actor: entry.actor,
            origin: entry.origin,
            action: entry.action,
            subject: entry.subject,
            payload: entry.payload,
            previous_hash: entry.previous_hash,
        };
        entry.hash() == self.hash
    }
}

impl BundleDocument {
    /// The decision as the rules read it.
    pub fn ruling(&self) -> Option<Ruling> {
        let ruling = self.ruling.clone()?;
        let decided = ruling.decided_by.zip(ruling.decided_at);
        Some(Ruling {
            kind: self.kind.clone(),
            name: self.name.clone(),
            version: self.version?,
            sha256: ruling.sha256,
            entered_by: ruling.entered_by,
            entered_at: ruling.entered_at,
            state: ruling.state,
            decided: decided.map(|(by, at)| Decided { by, at, reason: ruling.reason }),
        })
    }
}

impl From<Ruling> for BundleRuling {
    fn from(ruling: Ruling) -> Self {
        let Ruling { sha256, entered_by, entered_at, state, decided, .. } = ruling;
        let (decided_by, decided_at, reason) = match decided {
            Some(Decided { by, at, reason }) => (Some(by), Some(at), reason),
            None => (None, None, String::new()),
        };
        Self { sha256, entered_by, entered_at, state, decided_by, decided_at, reason }
    }
}
