//! What many tests of contracts stand on: a service that is probed, and a customer of it.

use sla_core::catalogue::{Catalogue, SourceFile};
use sla_core::evidence::{EvidenceRef, Provenance};
use sla_core::measurement::Scope;
use sla_core::time::Period;

/// Everything that a contract of the tenant `nord` for the objective `up` names; the contract itself follows.
pub(crate) const NORD: &str = "
apiVersion: openslo/v1
kind: DataSource
metadata: { name: files }
spec: { type: File, connectionDetails: { folder: . } }
---
apiVersion: openslo/v1
kind: Service
metadata: { name: platform }
spec: {}
---
apiVersion: openslo/v1
kind: SLI
metadata: { name: probes }
spec:
  ratioMetric:
    good: { metricSource: { metricSourceRef: files, spec: { path: nord.csv } } }
    total: { metricSource: { metricSourceRef: files, spec: { path: nord.csv } } }
---
apiVersion: openslo/v1
kind: SLO
metadata: { name: up }
spec: { service: platform, indicatorRef: probes, budgetingMethod: Timeslices }
---
apiVersion: sla-desk/v1
kind: Tenant
metadata: { name: nord }
spec: { language: de, contacts: [{ name: N, email: n@nord.example }] }
";

/// A catalogue that has no defects.
#[track_caller]
pub(crate) fn catalogue(text: String) -> Catalogue {
    let file = SourceFile { name: "c.yaml".to_owned(), text };
    Catalogue::read(&[file]).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

/// The evidence of a scope, whose hash is that pair of digits again and again.
pub(crate) fn evidence(scope: &Scope, digits: &str) -> EvidenceRef {
    let provenance = Provenance {
        query: "q".to_owned(),
        source: format!("{digits}.csv"),
        server_version: "csv".to_owned(),
        from: scope.period.start,
        to: scope.period.end,
        step_seconds: scope.step_seconds,
        scale: 1,
        warnings: Vec::new(),
        notes: Vec::new(),
        pieces: Vec::new(),
    };
    EvidenceRef { sha256: digits.repeat(32), provenance }
}

/// Minutes of February 2026 in UTC, from a minute of a day on.
pub(crate) fn minutes(day: i64, minute: i64, length: i64) -> Period {
    const FEBRUARY: i64 = 1_769_904_000;
    let start = FEBRUARY + (day - 1) * 86_400 + minute * 60;
    Period { start, end: start + length * 60 }
}
