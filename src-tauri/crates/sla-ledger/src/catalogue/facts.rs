//! Documents and decisions as facts.

use serde::Serialize;
use sla_core::evidence::sha256_hex;
use sqlx::any::AnyRow;
use sqlx::{Error, Row};

use crate::facts::{Fact, FactRow, Insert};

/// A version of a document.
pub(crate) struct DocumentRow {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) version: i64,
    pub(crate) document: String,
    pub(crate) sha256: String,
    pub(crate) retired: i64,
    pub(crate) actor: String,
    pub(crate) recorded_at: i64,
}

impl FactRow for DocumentRow {
    const ALL: &'static str = "select kind, name, version, document, sha256, retired, actor, recorded_at
                               from catalogue_documents order by kind, name, version";

    const INSERT: &'static str =
        "insert into catalogue_documents (kind, name, version, document, sha256, retired, actor, recorded_at)
                                  values ($1, $2, $3, $4, $5, $6, $7, $8)";

    fn read(row: &AnyRow) -> Result<Self, Error> {
        Ok(Self {
            kind: row.try_get(0)?,
            name: row.try_get(1)?,
            version: row.try_get(2)?,
            document: row.try_get(3)?,
            sha256: row.try_get(4)?,
            retired: row.try_get(5)?,
            actor: row.try_get(6)?,
            recorded_at: row.try_get(7)?,
        })
    }

    fn bind(&self, insert: Insert) -> Insert {
        insert
            .bind(self.kind.clone())
            .bind(self.name.clone())
            .bind(self.version)
            .bind(self.document.clone())
            .bind(self.sha256.clone())
            .bind(self.retired)
            .bind(self.actor.clone())
            .bind(self.recorded_at)
    }

    fn fact(&self) -> Fact {
        #[derive(Serialize)]
        struct Payload<'a> {
            document_sha256: String,
            content_sha256: &'a str,
            actor: &'a str,
            recorded_at: i64,
        }
        let payload = Payload {
            document_sha256: sha256_hex(self.document.as_bytes()),
            content_sha256: &self.sha256,
            actor: &self.actor,
            recorded_at: self.recorded_at,
        };
        let Self { kind, name, version, .. } = self;
        let action = if self.retired == 0 { "document.entered" } else { "document.retired" };
        Fact::new(action, format!("document/{kind}/{name}/{version}"), &payload)
    }
}

/// A decision about a version of a document.
pub(crate) struct DecisionRow {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) version: i64,
    pub(crate) number: i64,
    pub(crate) decision: String,
    pub(crate) reason: String,
    pub(crate) actor: String,
    pub(crate) recorded_at: i64,
}

impl FactRow for DecisionRow {
    const ALL: &'static str = "select kind, name, version, number, decision, reason, actor, recorded_at
                               from catalogue_decisions order by kind, name, version, number";

    const INSERT: &'static str =
        "insert into catalogue_decisions (kind, name, version, number, decision, reason, actor, recorded_at)
                                  values ($1, $2, $3, $4, $5, $6, $7, $8)";

    fn read(row: &AnyRow) -> Result<Self, Error> {
        Ok(Self {
            kind: row.try_get(0)?,
            name: row.try_get(1)?,
            version: row.try_get(2)?,
            number: row.try_get(3)?,
            decision: row.try_get(4)?,
            reason: row.try_get(5)?,
            actor: row.try_get(6)?,
            recorded_at: row.try_get(7)?,
        })
    }

    fn bind(&self, insert: Insert) -> Insert {
        insert
            .bind(self.kind.clone())
            .bind(self.name.clone())
            .bind(self.version)
            .bind(self.number)
            .bind(self.decision.clone())
            .bind(self.reason.clone())
            .bind(self.actor.clone())
            .bind(self.recorded_at)
    }

    fn fact(&self) -> Fact {
        #[derive(Serialize)]
        struct Payload<'a> {
            decision: &'a str,
            reason: &'a str,
            actor: &'a str,
            recorded_at: i64,
        }
        let payload = Payload {
            decision: &self.decision,
            reason: &self.reason,
            actor: &self.actor,
            recorded_at: self.recorded_at,
        };
        let Self { kind, name, version, number, .. } = self;
        Fact::new("document.decided", format!("decision/{kind}/{name}/{version}/{number}"), &payload)
    }
}
