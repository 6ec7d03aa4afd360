//! A month for those who run the services: outages, what the evidence is worth, incidents and error budgets of all tenants. No
//! amount of money and no person of a customer stands in it, so that it can be shown to whoever is on call.

use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};
use sla_core::evidence::Note;
use sla_core::record::{
    Clock, MonthRecord, OutageStanding, RecordBudget, RecordCommitment, RecordEvidence, RecordIncident,
    RecordIncidentPromise, RecordOutage, RecordRange, RecordRatio, RecordUnknown, Verdict,
};
use sla_core::time::Month;

use crate::portfolio::VerdictCounts;
use crate::table::{self, Field};
use crate::{Document, ReportError};

/// The `schema` field of every operations report this version writes.
pub const OPERATIONS_SCHEMA: &str = "sla-desk/operations/v1";

/// `operations.json`: one month of all tenants for those who run the services.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Operations {
    /// Name and version of this format: `sla-desk/operations/v1`.
    pub schema: String,
    /// The contractual month, YYYY-MM.
    pub month: Month,
    /// Promises of all tenants by verdict.
    pub commitments: VerdictCounts,
    /// The tenants, in order of tenant and contract.
    pub tenants: Vec<OperationsTenant>,
}

/// A tenant's month under one contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OperationsTenant {
    /// Id of the tenant.
    pub tenant: String,
    /// Name of the contract.
    pub contract: String,
    /// Version of the contract.
    pub contract_version: u32,
    /// Revision of the month.
    pub revision: u32,
    /// Service hours as the contract writes them.
    pub service_hours: String,
    /// IANA zone of the contract.
    pub time_zone: String,
    /// What was measured, in the contract's order.
    pub commitments: Vec<OperationsCommitment>,
    /// What was promised of incidents.
    pub incident_promises: Vec<OperationsIncidentPromise>,
    /// What the figures rest on.
    pub evidence: Vec<OperationsEvidence>,
}

/// A measured commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OperationsCommitment {
    /// Name of the commitment, as it is unique in the month.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// Name of the SLO.
    pub slo: String,
    /// The promised percentage.
    pub target: String,
    /// The least and the most that can have been attained.
    pub attained_range: RecordRange<Option<RecordRatio>>,
    /// Met, breached or undecidable.
    pub verdict: Verdict,
    /// Service time in seconds.
    pub service_seconds: i64,
    /// Downtime in seconds.
    pub downtime_seconds: i64,
    /// Accepted exclusions in seconds.
    pub excluded_seconds: i64,
    /// Time without usable evidence in seconds.
    pub unknown_seconds: i64,
    /// Time without any event in seconds.
    pub quiet_seconds: i64,
    /// The error budget and its use.
    pub budget: RecordBudget,
    /// Outages in order of time, those that do not count included.
    pub outages: Vec<RecordOutage>,
    /// Stretches without usable evidence, in order of time.
    pub unknown: Vec<RecordUnknown>,
    /// SHA-256 of the evidence that it rests on.
    pub evidence: Vec<String>,
}

/// A promise about incidents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OperationsIncidentPromise {
    /// Name of the promise, as it is unique in the month.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// Name of the service.
    pub service: String,
    /// Class of the incidents.
    pub class: String,
    /// What starts and ends the clock, and which hours it counts.
    pub clock: Clock,
    /// The most that the clock may show, in seconds.
    pub limit_seconds: i64,
    /// The promised percentage of incidents that keep the limit.
    pub target: String,
    /// The least and the most that the share can be.
    pub attained_range: RecordRange<Option<RecordRatio>>,
    /// Met, breached or undecidable.
    pub verdict: Verdict,
    /// Incidents that kept the limit.
    pub within: u32,
    /// Incidents that did not.
    pub over: u32,
    /// Incidents of which that is not known.
    pub undecidable: u32,
    /// Incidents that have not ended.
    pub not_ended: u32,
    /// The incidents, by name.
    pub incidents: Vec<RecordIncident>,
}

/// A piece of evidence and how good it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OperationsEvidence {
    /// SHA-256 of the Parquet file.
    pub sha256: String,
    /// What was asked.
    pub query: String,
    /// What it was asked of.
    pub source: String,
    /// The source's own version.
    pub server_version: String,
    /// Width of a slice in seconds.
    pub step_seconds: i64,
    /// Everything the source warned of, in its own words.
    pub warnings: Vec<String>,
    /// What the program noticed about the source's answer.
    pub notes: Vec<Note>,
}

/// JSON Schema of `operations.json`.
pub fn operations_schema() -> Schema {
    schema_for!(Operations)
}

/// `operations.csv` and `operations.json` of records in their order.
pub(crate) fn documents(
    month: Month,
    commitments: VerdictCounts,
    records: &[&MonthRecord],
) -> Result<[Document; 2], ReportError> {
    let operations = Operations {
        schema: OPERATIONS_SCHEMA.to_owned(),
        month,
        commitments,
        tenants: records.iter().map(|record| OperationsTenant::of(record)).collect(),
    };
    let mut json = serde_json::to_string_pretty(&operations)
        .map_err(|error| ReportError::Write { name: "operations.json", reason: error.to_string() })?;
    json.push('\n');
    Ok([
        Document { name: "operations.csv", bytes: csv(&operations)? },
        Document { name: "operations.json", bytes: json.into_bytes() },
    ])
}

impl OperationsTenant {
    fn of(record: &MonthRecord) -> Self {
        let keys: Vec<String> = record.promises().map(|promise| promise.key(record.contract.version)).collect();
        let (measured, of_incidents) = keys.split_at(record.commitments.len());
        let commitments = record.commitments.iter().zip(measured);
        let promises = record.incident_promises.iter().zip(of_incidents);
        Self {
            tenant: record.tenant.clone(),
            contract: record.contract.id.clone(),
            contract_version: record.contract.version,
            revision: record.revision,
            service_hours: record.contract.service_hours.clone(),
            time_zone: record.period.time_zone.clone(),
            commitments: commitments.map(|(one, key)| OperationsCommitment::of(one, key)).collect(),
            incident_promises: promises.map(|(one, key)| OperationsIncidentPromise::of(one, key)).collect(),
            evidence: record.evidence.iter().map(OperationsEvidence::of).collect(),
        }
    }
}

impl OperationsCommitment {
    fn of(one: &RecordCommitment, key: &str) -> Self {
        Self {
            name: key.to_owned(),
            title: one.title.clone(),
            slo: one.slo.clone(),
            target: one.target.clone(),
            attained_range: one.attained_range.clone(),
            verdict: one.verdict,
            service_seconds: one.service_seconds,
            downtime_seconds: one.downtime_seconds,
            excluded_seconds: one.excluded_seconds,
            unknown_seconds: one.unknown_seconds,
            quiet_seconds: one.quiet_seconds,
            budget: one.budget.clone(),
            outages: one.outages.clone(),
            unknown: one.unknown.clone(),
            evidence: one.evidence.clone(),
        }
    }
}

impl OperationsIncidentPromise {
    fn of(one: &RecordIncidentPromise, key: &str) -> Self {
        Self {
            name: key.to_owned(),
            title: one.title.clone(),
            service: one.service.clone(),
            class: one.class.clone(),
            clock: one.clock,
            limit_seconds: one.limit_seconds,
            target: one.target.clone(),
            attained_range: one.attained_range.clone(),
            verdict: one.verdict,
            within: one.within,
            over: one.over,
            undecidable: one.undecidable,
            not_ended: one.not_ended,
            incidents: one.incidents.clone(),
        }
    }
}

impl OperationsEvidence {
    fn of(one: &RecordEvidence) -> Self {
        Self {
            sha256: one.sha256.clone(),
            query: one.query.clone(),
            source: one.source.clone(),
            server_version: one.server_version.clone(),
            step_seconds: one.step_seconds,
            warnings: one.warnings.clone(),
            notes: one.notes.clone(),
        }
    }
}

const HEADERS: [&str; 28] = [
    "month",
    "tenant",
    "contract",
    "contract_version",
    "revision",
    "commitment",
    "title",
    "slo",
    "target_percent",
    "attained_low_percent",
    "attained_high_percent",
    "verdict",
    "service_seconds",
    "downtime_seconds",
    "excluded_seconds",
    "unknown_seconds",
    "quiet_seconds",
    "budget_allowed_seconds",
    "budget_used_low_percent",
    "budget_used_high_percent",
    "outages",
    "longest_outage_seconds",
    "unknown_stretches",
    "warnings",
    "notes",
    "incidents_within",
    "incidents_over",
    "incidents_undecidable",
];

fn csv(operations: &Operations) -> Result<Vec<u8>, ReportError> {
    let rows = operations.tenants.iter().flat_map(|tenant| {
        let first = move || {
            vec![
                Field::own(operations.month),
                Field::foreign(&tenant.tenant),
                Field::foreign(&tenant.contract),
                Field::own(tenant.contract_version),
                Field::own(tenant.revision),
            ]
        };
        let measured = tenant.commitments.iter().map(move |one| [first(), measured(tenant, one)].into_iter().flatten());
        let of_incidents =
            tenant.incident_promises.iter().map(move |one| [first(), of_incidents(one)].into_iter().flatten());
        measured.chain(of_incidents).map(Iterator::collect)
    });
    table::write("operations.csv", &HEADERS, rows)
}

fn measured(tenant: &OperationsTenant, one: &OperationsCommitment) -> Vec<Field> {
    let counted = || one.outages.iter().filter(|outage| outage.standing == OutageStanding::Counts);
    let evidence = || tenant.evidence.iter().filter(|piece| one.evidence.contains(&piece.sha256));
    let budget = &one.budget;
    let text = |value: &Option<String>| Field::foreign(value.as_deref().unwrap_or_default());
    vec![
        Field::foreign(&one.name),
        Field::foreign(&one.title),
        Field::foreign(&one.slo),
        Field::foreign(&one.target),
        table::percent(one.attained_range.low.as_ref()),
        table::percent(one.attained_range.high.as_ref()),
        Field::own(one.verdict.name()),
        Field::own(one.service_seconds),
        Field::own(one.downtime_seconds),
        Field::own(one.excluded_seconds),
        Field::own(one.unknown_seconds),
        Field::own(one.quiet_seconds),
        Field::foreign(&budget.allowed_seconds),
        text(&budget.used_percent_range.low),
        text(&budget.used_percent_range.high),
        Field::own(counted().count()),
        table::figure(counted().map(|outage| outage.seconds).max()),
        Field::own(one.unknown.len()),
        Field::own(evidence().map(|piece| piece.warnings.len()).sum::<usize>()),
        Field::own(evidence().map(|piece| piece.notes.len()).sum::<usize>()),
        table::figure(None),
        table::figure(None),
        table::figure(None),
    ]
}

fn of_incidents(one: &OperationsIncidentPromise) -> Vec<Field> {
    let mut row = vec![
        Field::foreign(&one.name),
        Field::foreign(&one.title),
        table::figure(None),
        Field::foreign(&one.target),
        table::percent(one.attained_range.low.as_ref()),
        table::percent(one.attained_range.high.as_ref()),
        Field::own(one.verdict.name()),
    ];
    // What only a measurement has.
    row.extend((0..13).map(|_| table::figure(None)));
    row.extend([one.within, one.over, one.undecidable].map(Field::own));
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever is on call sees no money and nobody of the customer, whatever the record gets in time.
    #[test]
    fn no_amount_and_no_contact_is_in_the_schema() {
        let schema = operations_schema().to_value().to_string();
        for word in ["minor", "currency", "credit", "fee", "penalty", "contact", "email", "amount", "tenant_name"] {
            assert!(!schema.contains(&format!("\"{word}")) && !schema.contains(&format!("_{word}\"")), "{word}");
        }
    }
}
