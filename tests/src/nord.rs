//! The customer `nord` and a contract in force from October 2026, as several tests need them.

/// Credits by what was attained, for a target of 99.9 %.
pub const BANDS: &str = "{ bands: [{ from: 99, below: 99.9, credit: 5 }, { from: 0, below: 99, credit: 10 }] }";

/// A catalogue with one contract of `nord`. `documents` are its sources and SLIs, each YAML document ended by a line `---`; the
/// commitment is measured by the SLI `measured`. `term` is the contract's last day where it ends, and `commitment` are the
/// commitment's fields beside its name and its SLO.
#[must_use]
pub fn catalogue(documents: &str, term: Option<&str>, commitment: &str) -> String {
    let valid_to = term.map(|day| format!("\n  validTo: {day}")).unwrap_or_default();
    format!(
        "{documents}apiVersion: openslo/v1
kind: Service
metadata: {{ name: platform }}
spec: {{}}
---
apiVersion: openslo/v1
kind: SLO
metadata: {{ name: promised, displayName: Answered requests }}
spec: {{ service: platform, indicatorRef: measured, budgetingMethod: Occurrences }}
---
apiVersion: sla-desk/v1
kind: Tenant
metadata: {{ name: nord }}
spec: {{ language: de, contacts: [{{ name: Contact, email: contact@nord.example }}] }}
---
apiVersion: sla-desk/v1
kind: Contract
metadata: {{ name: nord-contract }}
spec:
  tenant: nord
  version: 1
  validFrom: 2026-10-01{valid_to}
  timeZone: Europe/Berlin
  currency: EUR
  fee: {{ monthly: 1000.00, partMonth: daily }}
  serviceHours: 24/7
  rounding: {{ mode: half_even, at: commitment }}
  legalNature: service_credit
  excludedKinds: [customer]
  caps: [{{ per: month, share: 20, of: base }}]
  holidays: {{ region: DE-BE }}
  claim: {{ within: 2, unit: months, from: periodEnd, rollForward: true }}
  commitments:
    - {{ name: promised, slo: promised, slice: 1m, unknown: range, quiet: good, exclusions: denominator, {commitment} }}
"
    )
}

/// A source of type Prometheus or File, or a PostgreSQL, with how it is reached.
#[must_use]
pub fn source(name: &str, kind: &str, details: &str) -> String {
    format!(
        "apiVersion: openslo/v1\nkind: DataSource\nmetadata: {{ name: {name} }}\n\
         spec: {{ type: {kind}, connectionDetails: {{ {details} }} }}\n---\n"
    )
}

/// A measurement.
#[must_use]
pub fn sli(name: &str, spec: &str) -> String {
    format!("apiVersion: openslo/v1\nkind: SLI\nmetadata: {{ name: {name} }}\nspec: {{ {spec} }}\n---\n")
}

/// Good, or bad, events of all events, each with what its source is asked.
#[must_use]
pub fn ratio(source: &str, (part, first): (&str, &str), total: &str) -> String {
    let metric = |spec: &str| format!("{{ metricSource: {{ metricSourceRef: {source}, spec: {{ {spec} }} }} }}");
    format!("ratioMetric: {{ {part}: {}, total: {} }}", metric(first), metric(total))
}

/// A counter of the tenant, sample by sample.
#[must_use]
pub fn counter(name: &str) -> String {
    format!("counter: {{ series: '{name}{{tenant=\"$tenant\"}}', newSeries: startsAtZero, gapAfter: 2m }}")
}
