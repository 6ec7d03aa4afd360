//! Rows as facts: for each row what the audit chain says of it. The same functions write the chain and check it.

use serde::Serialize;
use sla_core::audit::month_subject;
use sla_core::billing::step_subject;
use sla_core::evidence::sha256_hex;
use sqlx::any::{Any, AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Error, Row};

/// What an audit entry says of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    pub(crate) action: &'static str,
    pub(crate) subject: String,
    /// JSON text; the fields stand in the order of their struct, so that equal rows give equal text.
    pub(crate) payload: String,
}

impl Fact {
    pub(crate) fn new(action: &'static str, subject: String, payload: &impl Serialize) -> Self {
        let payload = serde_json::to_string(payload).expect("a payload has only string keys");
        Self { action, subject, payload }
    }
}

/// A statement that adds a row.
pub(crate) type Insert = Query<'static, Any, AnyArguments>;

/// A row that is a fact.
pub(crate) trait FactRow: Sized {
    /// Every row of its table.
    const ALL: &'static str;

    /// Adds a row; its values are bound by [`Self::bind`].
    const INSERT: &'static str;

    /// Reads a row of [`Self::ALL`].
    fn read(row: &AnyRow) -> Result<Self, Error>;

    /// Binds the values of [`Self::INSERT`] in their order.
    fn bind(&self, insert: Insert) -> Insert;

    /// What the chain says of it.
    fn fact(&self) -> Fact;
}

/// A tenant as the catalogue described it.
pub(crate) struct TenantVersion {
    pub(crate) tenant: String,
    pub(crate) version: i64,
    pub(crate) document: String,
    pub(crate) recorded_at: i64,
}

impl FactRow for TenantVersion {
    const ALL: &'static str = "select tenant, version, document, recorded_at from tenant_versions";

    const INSERT: &'static str = "insert into tenant_versions (tenant, version, document, recorded_at)
                                  values ($1, $2, $3, $4)";

    fn read(row: &AnyRow) -> Result<Self, Error> {
        Ok(Self {
            tenant: row.try_get(0)?,
            version: row.try_get(1)?,
            document: row.try_get(2)?,
            recorded_at: row.try_get(3)?,
        })
    }

    fn bind(&self, insert: Insert) -> Insert {
        insert.bind(self.tenant.clone()).bind(self.version).bind(self.document.clone()).bind(self.recorded_at)
    }

    fn fact(&self) -> Fact {
        #[derive(Serialize)]
        struct Payload {
            document_sha256: String,
            recorded_at: i64,
        }
        let payload = Payload { document_sha256: sha256_hex(self.document.as_bytes()), recorded_at: self.recorded_at };
        Fact::new("tenant.recorded", format!("tenant/{}/{}", self.tenant, self.version), &payload)
    }
}

/// A contract version.
pub(crate) struct ContractVersion {
    pub(crate) contract: String,
    pub(crate) version: i64,
    pub(crate) tenant: String,
    pub(crate) document: String,
    pub(crate) recorded_at: i64,
}

impl FactRow for ContractVersion {
    const ALL: &'static str = "select contract, version, tenant, document, recorded_at from contract_versions";

    const INSERT: &'static str = "insert into contract_versions (contract, version, tenant, document, recorded_at)
                                  values ($1, $2, $3, $4, $5)";

    fn read(row: &AnyRow) -> Result<Self, Error> {
        Ok(Self {
            contract: row.try_get(0)?,
            version: row.try_get(1)?,
            tenant: row.try_get(2)?,
            document: row.try_get(3)?,
            recorded_at: row.try_get(4)?,
        })
    }

    fn bind(&self, insert: Insert) -> Insert {
        insert
            .bind(self.contract.clone())
            .bind(self.version)
            .bind(self.tenant.clone())
            .bind(self.document.clone())
            .bind(self.recorded_at)
    }

    fn fact(&self) -> Fact {
        #[derive(Serialize)]
        struct Payload<'a> {
            tenant: &'a str,
            document_sha256: String,
            recorded_at: i64,
        }
        let payload = Payload {
            tenant: &self.tenant,
            document_sha256: sha256_hex(self.document.as_bytes()),
            recorded_at: self.recorded_at,
        };
        Fact::new("contract.recorded", format!("contract/{}/{}", self.contract, self.version), &payload)
    }
}

/// A revision of a month.
pub(crate) struct MonthRevision {
    pub(crate) tenant: String,
    pub(crate) contract: String,
    pub(crate) month: String,
    pub(crate) revision: i64,
    pub(crate) contract_version: i64,
    pub(crate) digest: String,
    pub(crate) record: String,
    pub(crate) recorded_at: i64,
}

impl MonthRevision {
    /// The month's name in the chain.
    pub(crate) fn subject(&self) -> String {
        month_subject(&self.tenant, &self.contract, &self.month, self.revision)
    }
}

impl FactRow for MonthRevision {
    const ALL: &'static str = "select tenant, contract, month, revision, contract_version, digest, record, recorded_at
                               from month_revisions";

    const INSERT: &'static str =
        "insert into month_revisions (tenant, contract, month, revision, contract_version, digest, record, recorded_at)
                                  values ($1, $2, $3, $4, $5, $6, $7, $8)";

    fn read(row: &AnyRow) -> Result<Self, Error> {
        Ok(Self {
            tenant: row.try_get(0)?,
            contract: row.try_get(1)?,
            month: row.try_get(2)?,
            revision: row.try_get(3)?,
            contract_version: row.try_get(4)?,
            digest: row.try_get(5)?,
            record: row.try_get(6)?,
            recorded_at: row.try_get(7)?,
        })
    }

    fn bind(&self, insert: Insert) -> Insert {
        insert
            .bind(self.tenant.clone())
            .bind(self.contract.clone())
            .bind(self.month.clone())
            .bind(self.revision)
            .bind(self.contract_version)
            .bind(self.digest.clone())
            .bind(self.record.clone())
            .bind(self.recorded_at)
    }

    fn fact(&self) -> Fact {
        #[derive(Serialize)]
        struct Payload<'a> {
            contract_version: i64,
            digest: &'a str,
            record_sha256: String,
            recorded_at: i64,
        }
        let payload = Payload {
            contract_version: self.contract_version,
            digest: &self.digest,
            record_sha256: sha256_hex(self.record.as_bytes()),
            recorded_at: self.recorded_at,
        };
        let action = if self.revision == 1 { "month.closed" } else { "month.restated" };
        Fact::new(action, self.subject(), &payload)
    }
}

/// A step that somebody took with a revision of a month, or with one of its credits.
pub(crate) struct StepRow {
    pub(crate) tenant: String,
    pub(crate) contract: String,
    pub(crate) month: String,
    pub(crate) revision: i64,
    /// The commitment whose credit it is; empty for the month itself.
    pub(crate) commitment: String,
    pub(crate) number: i64,
    pub(crate) step: String,
    pub(crate) amount_minor: Option<i64>,
    pub(crate) note: String,
    pub(crate) actor: String,
    pub(crate) recorded_at: i64,
}

impl FactRow for StepRow {
    const ALL: &'static str =
        "select tenant, contract, month, revision, commitment, number, step, amount_minor, note, actor,
                               recorded_at from steps";

    const INSERT: &'static str = "insert into steps (tenant, contract, month, revision, commitment, number, step, amount_minor, note, actor, recorded_at)
                                  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

    fn read(row: &AnyRow) -> Result<Self, Error> {
        Ok(Self {
            tenant: row.try_get(0)?,
            contract: row.try_get(1)?,
            month: row.try_get(2)?,
            revision: row.try_get(3)?,
            commitment: row.try_get(4)?,
            number: row.try_get(5)?,
            step: row.try_get(6)?,
            amount_minor: row.try_get(7)?,
            note: row.try_get(8)?,
            actor: row.try_get(9)?,
            recorded_at: row.try_get(10)?,
        })
    }

    fn bind(&self, insert: Insert) -> Insert {
        insert
            .bind(self.tenant.clone())
            .bind(self.contract.clone())
            .bind(self.month.clone())
            .bind(self.revision)
            .bind(self.commitment.clone())
            .bind(self.number)
            .bind(self.step.clone())
            .bind(self.amount_minor)
            .bind(self.note.clone())
            .bind(self.actor.clone())
            .bind(self.recorded_at)
    }

    fn fact(&self) -> Fact {
        #[derive(Serialize)]
        struct Payload<'a> {
            step: &'a str,
            amount_minor: Option<i64>,
            note: &'a str,
            actor: &'a str,
            recorded_at: i64,
        }
        let Self { tenant, contract, month, revision, commitment, number, .. } = self;
        let payload = Payload {
            step: &self.step,
            amount_minor: self.amount_minor,
            note: &self.note,
            actor: &self.actor,
            recorded_at: self.recorded_at,
        };
        let action = if commitment.is_empty() { "month.step" } else { "credit.step" };
        Fact::new(action, step_subject(tenant, contract, month, *revision, commitment, *number), &payload)
    }
}

/// A service credit of a month.
pub(crate) struct Credit {
    pub(crate) tenant: String,
    pub(crate) contract: String,
    pub(crate) month: String,
    pub(crate) revision: i64,
    pub(crate) commitment: String,
    pub(crate) currency: String,
    pub(crate) low_minor: i64,
    pub(crate) high_minor: i64,
    pub(crate) state: String,
}

impl FactRow for Credit {
    const ALL: &'static str =
        "select tenant, contract, month, revision, commitment, currency, low_minor, high_minor, state
                               from credits";

    const INSERT: &'static str =
        "insert into credits (tenant, contract, month, revision, commitment, currency, low_minor, high_minor, state)
                                  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

    fn read(row: &AnyRow) -> Result<Self, Error> {
        Ok(Self {
            tenant: row.try_get(0)?,
            contract: row.try_get(1)?,
            month: row.try_get(2)?,
            revision: row.try_get(3)?,
            commitment: row.try_get(4)?,
            currency: row.try_get(5)?,
            low_minor: row.try_get(6)?,
            high_minor: row.try_get(7)?,
            state: row.try_get(8)?,
        })
    }

    fn bind(&self, insert: Insert) -> Insert {
        insert
            .bind(self.tenant.clone())
            .bind(self.contract.clone())
            .bind(self.month.clone())
            .bind(self.revision)
            .bind(self.commitment.clone())
            .bind(self.currency.clone())
            .bind(self.low_minor)
            .bind(self.high_minor)
            .bind(self.state.clone())
    }

    fn fact(&self) -> Fact {
        #[derive(Serialize)]
        struct Payload<'a> {
            currency: &'a str,
            low_minor: i64,
            high_minor: i64,
            state: &'a str,
        }
        let Self { tenant, contract, month, revision, commitment, .. } = self;
        let payload = Payload {
            currency: &self.currency,
            low_minor: self.low_minor,
            high_minor: self.high_minor,
            state: &self.state,
        };
        Fact::new("credit.drafted", format!("credit/{tenant}/{contract}/{month}/{revision}/{commitment}"), &payload)
    }
}
