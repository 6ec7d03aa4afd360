//! Engines, entries to record, and a way past the program.

use sla_acceptance::servers::{PgBouncer, Postgres};
use sla_core::catalogue::LegalNature;
use sla_core::record::{
    CreditTotal, Language, MonthRecord, RecordContract, RecordCredit, RecordMoney, RecordPeriod, Verdict,
};
use sla_ledger::{CloseEntry, ContractDocument, Ledger, LedgerError, Recorded, Verified};
use sqlx::AnyPool;
use sqlx::any::{AnyPoolOptions, install_default_drivers};

pub(crate) const AT: i64 = 1_793_606_400;

/// Fresh places for ledgers on one engine.
pub(crate) enum Engine {
    Sqlite(tempfile::TempDir, std::sync::atomic::AtomicU32),
    Postgres(Postgres),
    /// PostgreSQL behind a pooler that gives every transaction another session.
    Pooled(PgBouncer, Postgres),
}

impl Engine {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().expect("a temporary folder"), 0.into())
    }

    pub(crate) fn pooled() -> Self {
        let server = Postgres::start();
        Self::Pooled(PgBouncer::start(&server), server)
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(folder, count) => {
                let number = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                format!("sqlite:{}", folder.path().join(format!("deep/er/{number}.sqlite")).display())
            }
            Self::Postgres(server) => server.database(),
            Self::Pooled(pooler, server) => pooler.pooled(&server.database()),
        }
    }

    /// The address of a database, or of an empty file, that nobody has used.
    pub(crate) async fn empty(&self) -> String {
        let url = self.url();
        if let Some(file) = url.strip_prefix("sqlite:").map(std::path::Path::new) {
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            std::fs::write(file, "").expect("a file");
        }
        url
    }

    /// Every byte of an SQLite file and of what lies beside it.
    pub(crate) fn bytes(&self, url: &str) -> Vec<(std::path::PathBuf, Vec<u8>)> {
        let Some(file) = url.strip_prefix("sqlite:").map(std::path::Path::new) else { return Vec::new() };
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        let entries = std::fs::read_dir(file.parent().expect("a folder")).expect("a folder");
        let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
        files.retain(|path| path.file_name().is_some_and(|found| found.to_string_lossy().starts_with(&name)));
        files.sort();
        files.into_iter().map(|path| (path.clone(), std::fs::read(path).expect("a file"))).collect()
    }

    /// A connection past the program and the pooler, as somebody who tampers has it.
    pub(crate) async fn raw(&self, url: &str) -> AnyPool {
        install_default_drivers();
        let url = match self {
            Self::Sqlite(..) => url.replace("sqlite:", "sqlite://"),
            Self::Postgres(_) => url.to_owned(),
            Self::Pooled(pooler, _) => pooler.direct(url),
        };
        AnyPoolOptions::new().max_connections(1).connect(&url).await.expect("the engine runs")
    }

    /// Lets rows be changed that the program never changes.
    pub(crate) async fn unguard(&self, raw: &AnyPool) {
        let statements: Vec<String> = match self {
            Self::Postgres(_) | Self::Pooled(..) => vec!["set session_replication_role = replica".to_owned()],
            Self::Sqlite(..) => {
                let names: Vec<String> = sqlx::query_scalar("select name from sqlite_master where type = 'trigger'")
                    .fetch_all(raw)
                    .await
                    .expect("triggers");
                let drop = names.iter().map(|name| format!("drop trigger {name}"));
                drop.chain(["pragma foreign_keys = off".to_owned()]).collect()
            }
        };
        for statement in statements {
            execute(raw, &statement).await.expect("the guards are down");
        }
    }
}

pub(crate) async fn execute(raw: &AnyPool, statement: &str) -> Result<(), sqlx::Error> {
    sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).execute(raw).await.map(drop)
}

/// A month of a tenant; `downtime_seconds` makes its evidence another.
pub(crate) fn entry(tenant: &str, revision: u32, downtime_seconds: i64) -> CloseEntry {
    let contract_json = format!("{{\"contract\":\"{tenant}\"}}");
    let fee = RecordMoney { currency: "EUR".to_owned(), minor: 100_000 };
    let mut commitment: sla_core::record::RecordCommitment = serde_json::from_value(serde_json::json!({
        "name": "up", "title": "Up", "slo": "up", "method": "Timeslices", "unit": "slices", "slice_seconds": 60,
        "slice_target": "95", "threshold": null, "consumption_budget": null, "target": "99.9", "good": 1, "total": 2, "attained": null,
        "attained_range": { "low": null, "high": null }, "service_seconds": 60, "downtime_seconds": 0,
        "excluded_seconds": 0, "unknown_seconds": 0, "quiet_seconds": 0, "unknown_reading": "range",
        "quiet_reading": "good", "exclusion_mode": "denominator",
        "budget": { "allowed_seconds": "1", "used_percent": null, "used_percent_range": { "low": null, "high": null } },
        "verdict": "breached",
        "contract_version": 1, "period": null,
        "credit": { "currency": "EUR", "low_minor": 0, "high_minor": 0, "points": null, "bonus_minor": null,
            "rounding": "half_even", "derivations": [] },
        "outages": [], "unknown": [], "days": [], "evidence": ["00"]
    }))
    .expect("a commitment");
    commitment.downtime_seconds = downtime_seconds;
    commitment.credit = RecordCredit { low_minor: downtime_seconds, high_minor: downtime_seconds, ..commitment.credit };
    CloseEntry {
        record: MonthRecord {
            schema: sla_core::record::RECORD_SCHEMA.to_owned(),
            tenant: tenant.to_owned(),
            tenant_name: format!("{tenant} AG"),
            language: Language::De,
            month: "2026-10".parse().expect("a month"),
            revision,
            chain_head: None,
            earlier: Vec::new(),
            period: RecordPeriod {
                start: "2026-10-01T00:00:00Z".to_owned(),
                end: "2026-11-01T00:00:00Z".to_owned(),
                time_zone: "UTC".to_owned(),
                seconds: 2_678_400,
            },
            contract: RecordContract {
                id: format!("{tenant}-contract"),
                version: 1,
                template: None,
                sha256: sla_core::evidence::sha256_hex(contract_json.as_bytes()),
                service_hours: "24/7".to_owned(),
                fee,
                legal_nature: LegalNature::ServiceCredit,
            },
            commitments: vec![commitment],
            verdict: Verdict::Breached,
            credit_total: CreditTotal {
                currency: "EUR".to_owned(),
                low_minor: downtime_seconds,
                high_minor: downtime_seconds,
            },
            incident_promises: Vec::new(),
            caps: Vec::new(),
            earned_back: Vec::new(),
            rights: Vec::new(),
            claim: None,
            unknown_months: Vec::new(),
            accepted: Vec::new(),
            exclusions: Vec::new(),
            evidence: Vec::new(),
        },
        contracts: vec![ContractDocument { version: 1, json: contract_json }],
        tenant_json: format!("{{\"tenant\":\"{tenant}\"}}"),
    }
}

pub(crate) async fn verified(ledger: &Ledger) -> Verified {
    ledger.verify().await.unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) async fn record(ledger: &Ledger, entries: &[CloseEntry]) -> Result<Vec<(u32, bool)>, LedgerError> {
    let recorded = ledger.record(entries, "tester", AT).await?;
    Ok(recorded.iter().map(|Recorded { revision, unchanged }| (*revision, *unchanged)).collect())
}
