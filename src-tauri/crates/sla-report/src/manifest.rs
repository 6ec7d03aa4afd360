//! `evidence.json`, attached to a report: what the month rests on, each by its SHA-256.

use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;
use sla_core::record::{MonthRecord, RecordEvidence};
use sla_core::time::Month;

/// Name and version of the format.
const SCHEMA: &str = "sla-desk/evidence/v1";

/// What a month rests on.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EvidenceManifest")]
struct Manifest<'a> {
    /// Name and version of this format: `sla-desk/evidence/v1`.
    schema: &'static str,
    /// Id of the tenant.
    tenant: &'a str,
    /// The contractual month, YYYY-MM.
    month: Month,
    /// The revision of the month.
    revision: u32,
    /// SHA-256 of the month's record without its place in the ledger.
    record_sha256: String,
    /// The contract that was in force.
    contract: Contract<'a>,
    /// Every piece of evidence.
    evidence: Vec<Piece<'a>>,
    /// Incidents that promises count.
    incidents: Vec<Document<'a>>,
    /// Excluded windows that were asked for in the ledger.
    exclusions: Vec<Document<'a>>,
}

/// A version of a contract.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EvidenceContract")]
struct Contract<'a> {
    /// Its id.
    id: &'a str,
    /// Its version.
    version: u32,
    /// SHA-256 of its content.
    sha256: &'a str,
}

/// A piece of evidence and the commitments that rest on it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EvidencePiece")]
struct Piece<'a> {
    /// What was asked of which source, and the hash of the file.
    #[serde(flatten)]
    evidence: &'a RecordEvidence,
    /// The commitments, by name.
    commitments: Vec<&'a str>,
}

/// A document of the ledger.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EvidenceDocument")]
struct Document<'a> {
    /// Its name.
    name: &'a str,
    /// SHA-256 of its content.
    sha256: &'a str,
}

/// JSON Schema of `evidence.json`.
pub fn evidence_schema() -> Schema {
    schema_for!(Manifest<'_>)
}

/// The evidence of a record, indented, with a final newline.
pub(crate) fn evidence_json(record: &MonthRecord) -> String {
    let resting = |piece: &RecordEvidence| {
        let commitments = record.commitments.iter().filter(|one| one.evidence.contains(&piece.sha256));
        commitments.map(|one| one.name.as_str()).collect()
    };
    let manifest = Manifest {
        schema: SCHEMA,
        tenant: &record.tenant,
        month: record.month,
        revision: record.revision,
        record_sha256: record.digest(),
        contract: Contract {
            id: &record.contract.id,
            version: record.contract.version,
            sha256: &record.contract.sha256,
        },
        evidence: record.evidence.iter().map(|piece| Piece { evidence: piece, commitments: resting(piece) }).collect(),
        incidents: crate::render::incident_documents(record)
            .into_iter()
            .map(|incident| Document { name: &incident.name, sha256: &incident.sha256 })
            .collect(),
        exclusions: record
            .exclusions
            .iter()
            .filter_map(|one| Some(Document { name: &one.name, sha256: &one.request.as_ref()?.sha256 }))
            .collect(),
    };
    let mut text = serde_json::to_string_pretty(&manifest).expect("a manifest has only string keys");
    text.push('\n');
    text
}
