//! What many tests of contracts stand on: a service that is probed, and a customer of it.

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
