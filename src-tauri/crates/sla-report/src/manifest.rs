//! `evidence.json`, attached to a report: what the month rests on, each by its SHA-256.

use serde::Serialize;
use sla_core::record::{MonthRecord, RecordEvidence};
use sla_core::time::Month;

/// Name and version of the format.
const SCHEMA: &str = "sla-desk/evidence/v1";

#[derive(Serialize)]
struct Manifest<'a> {
    schema: &'static str,
    tenant: &'a str,
    month: Month,
    revision: u32,
    /// SHA-256 of the month's record without its place in the ledger.
    record_sha256: String,
    contract: Contract<'a>,
    evidence: Vec<Piece<'a>>,
    incidents: Vec<Document<'a>>,
    exclusions: Vec<Document<'a>>,
}

#[derive(Serialize)]
struct Contract<'a> {
    id: &'a str,
    version: u32,
    sha256: &'a str,
}

/// A piece of evidence and the commitments that rest on it.
#[derive(Serialize)]
struct Piece<'a> {
    #[serde(flatten)]
    evidence: &'a RecordEvidence,
    commitments: Vec<&'a str>,
}

#[derive(Serialize)]
struct Document<'a> {
    name: &'a str,
    sha256: &'a str,
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
