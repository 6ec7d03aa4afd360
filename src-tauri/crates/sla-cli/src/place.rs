//! `--evidence`: where evidence and captured days are kept.

use std::path::Path;

use clap::Args;
use sla_app::{EvidencePlace, EvidenceStore, StoreError, store_code};

use crate::failure::Failure;

/// Where evidence is kept, when it is not the folder for documents.
#[derive(Args, Default)]
pub(crate) struct Kept {
    /// Keep evidence and captured days here and not in that folder: another folder, or a bucket such as
    /// s3://BUCKET/PREFIX, gs://… or az://…, whose keys and server stand in the environment (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, …)
    #[arg(long, value_name = "PLACE", env = "SLA_EVIDENCE", hide_env_values = true)]
    evidence: Option<String>,
}

impl Kept {
    /// The place, which is the folder for documents where none is named.
    pub(crate) fn or(&self, out: &Path) -> Result<EvidencePlace, Failure> {
        Ok(EvidencePlace::named_or(self.evidence.as_deref(), out)?)
    }
}

/// The evidence of a place, for whoever only reads it.
pub(crate) fn read_from(place: &str) -> Result<EvidenceStore, Failure> {
    Ok(EvidencePlace::of(place)?.evidence_to_read()?)
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::new(store_code(&error), error.to_string())
    }
}
