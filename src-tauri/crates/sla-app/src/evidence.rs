//! What months rest on, for those who look for it across customers: every piece of evidence with what became of its file, and
//! day by day what is there and what is missing.

use std::collections::BTreeSet;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use sla_capture::{EvidenceStore, StoreError};
use sla_core::catalogue::{Catalogue, ContractSpec, Document};
use sla_core::record::{MonthRecord, RecordCommitment, RecordDay, RecordEvidence};
use sla_core::time::Month;
use sla_ledger::Ledger;

use crate::desk::{DeskError, Whole};

/// What became of a file of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceCheck {
    /// Its bytes have the hash that it is named by.
    Sound,
    /// It is not there.
    Missing,
    /// Its bytes are others.
    Altered,
    /// It is there and cannot be read.
    Unreadable,
}

/// A commitment that rests on a piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EvidenceUse {
    /// Its name in the contract.
    pub commitment: String,
    /// Its name for people.
    pub title: String,
    /// Time without usable evidence within the service time, in seconds.
    pub unknown_seconds: i64,
    /// The service time of the month in seconds.
    pub service_seconds: i64,
}

/// A piece of evidence of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EvidenceRow {
    /// The tenant.
    pub tenant: String,
    /// The tenant's name for people.
    pub tenant_name: String,
    /// The contract.
    pub contract: String,
    /// The month.
    pub month: Month,
    /// The month's revision.
    pub revision: u32,
    /// The contract's time zone.
    pub time_zone: String,
    /// When the revision that rests on it was recorded, in UTC. Evidence itself holds no time of capture, because the same
    /// answer captured twice is the same evidence.
    pub recorded_at: String,
    /// The commitments that rest on it.
    pub uses: Vec<EvidenceUse>,
    /// How many slices its period has.
    pub slices: i64,
    /// What was asked of which source, what it warned of, and the hash of the file.
    pub evidence: RecordEvidence,
    /// What became of its file; null where this program does not know where evidence lies.
    pub check: Option<EvidenceCheck>,
}

/// What evidence tells of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DayEvidence {
    /// All of the day's service time is measured.
    There,
    /// A part of it is.
    Partial,
    /// Nothing of it is.
    Missing,
    /// Nobody has asked yet: the month was not closed.
    Unknown,
    /// Nothing is promised on that day.
    NotDue,
}

/// A day of the calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CalendarDay {
    /// The local date, YYYY-MM-DD.
    pub date: String,
    /// What evidence tells of it.
    pub evidence: DayEvidence,
    /// The day's service time in seconds; null where nobody has asked yet.
    pub service_seconds: Option<i64>,
    /// How much of it has no usable evidence, in seconds; null where nobody has asked yet.
    pub unknown_seconds: Option<i64>,
}

/// A commitment's month, day by day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CalendarRow {
    /// The tenant.
    pub tenant: String,
    /// The tenant's name for people.
    pub tenant_name: String,
    /// The contract.
    pub contract: String,
    /// Its version.
    pub version: u32,
    /// The commitment's name in the contract.
    pub commitment: String,
    /// The commitment's name for people.
    pub title: String,
    /// The revision that tells of it; null while the month was not closed.
    pub revision: Option<u32>,
    /// The days, in order.
    pub days: Vec<CalendarDay>,
}

/// The evidence of a month, each piece with what became of its file.
pub async fn checked_evidence(
    record: MonthRecord,
    recorded_at: String,
    store: Option<EvidenceStore>,
) -> Vec<EvidenceRow> {
    let rows = move || {
        let mut is_away = false;
        let row = |evidence: &RecordEvidence| {
            let rests = |one: &&RecordCommitment| one.evidence.contains(&evidence.sha256);
            EvidenceRow {
                tenant: record.tenant.clone(),
                tenant_name: record.tenant_name.clone(),
                contract: record.contract.id.clone(),
                month: record.month,
                revision: record.revision,
                time_zone: record.period.time_zone.clone(),
                recorded_at: recorded_at.clone(),
                uses: record.commitments.iter().filter(rests).map(used).collect(),
                slices: slices(evidence),
                evidence: evidence.clone(),
                check: store.as_ref().map(|store| checked(store, &evidence.sha256, &mut is_away)),
            }
        };
        record.evidence.iter().map(row).collect()
    };
    tokio::task::spawn_blocking(rows).await.expect("reading files does not panic")
}

fn used(one: &RecordCommitment) -> EvidenceUse {
    EvidenceUse {
        commitment: one.name.clone(),
        title: one.title.clone(),
        unknown_seconds: one.unknown_seconds,
        service_seconds: one.service_seconds,
    }
}

fn slices(evidence: &RecordEvidence) -> i64 {
    let at = |text: &str| chrono::DateTime::parse_from_rfc3339(text).map_or(0, |at| at.timestamp());
    (at(&evidence.to) - at(&evidence.from)) / evidence.step_seconds.max(1)
}

/// `is_away` is whether the place was found to give nothing; it is not asked again then, since each question may wait for long.
fn checked(store: &EvidenceStore, sha256: &str, is_away: &mut bool) -> EvidenceCheck {
    if *is_away {
        return EvidenceCheck::Unreadable;
    }
    match store.read(sha256) {
        Ok(_) => EvidenceCheck::Sound,
        Err(StoreError::Missing { .. }) => EvidenceCheck::Missing,
        Err(StoreError::Altered { .. } | StoreError::NotEvidence { .. }) => EvidenceCheck::Altered,
        Err(error) => {
            *is_away = error.is_of_the_place();
            EvidenceCheck::Unreadable
        }
    }
}

/// The days of a month that was closed, commitment by commitment.
pub fn calendar_of(record: &MonthRecord) -> Vec<CalendarRow> {
    let row = |one: &RecordCommitment| CalendarRow {
        tenant: record.tenant.clone(),
        tenant_name: record.tenant_name.clone(),
        contract: record.contract.id.clone(),
        version: one.contract_version,
        commitment: one.name.clone(),
        title: one.title.clone(),
        revision: Some(record.revision),
        // A commitment over a quarter has days of other months, too.
        days: one.days.iter().filter(|day| day.date.starts_with(&record.month.to_string())).map(told).collect(),
    };
    record.commitments.iter().map(row).collect()
}

fn told(day: &RecordDay) -> CalendarDay {
    let evidence = match (day.unknown_seconds, day.service_seconds) {
        (_, 0) => DayEvidence::NotDue,
        (0, _) => DayEvidence::There,
        (unknown, service) if unknown >= service => DayEvidence::Missing,
        _ => DayEvidence::Partial,
    };
    CalendarDay {
        date: day.date.clone(),
        evidence,
        service_seconds: Some(day.service_seconds),
        unknown_seconds: Some(day.unknown_seconds),
    }
}

/// The catalogue as far as it can be read, and the contracts that are in force in a month, by tenant and contract.
///
/// # Errors
/// [`DeskError`] when the ledger or the folder cannot be read.
pub async fn contracts_in(
    ledger: &Ledger,
    folder: Option<&Path>,
    month: Month,
) -> Result<(Catalogue, BTreeSet<(String, String)>), DeskError> {
    let files = Whole::read(ledger, folder).await?.files();
    let read = move || Catalogue::read(&files).unwrap_or_else(|_| Catalogue::shapes(&files));
    let catalogue = tokio::task::spawn_blocking(read).await.expect("reading a catalogue does not panic");
    let due = catalogue.contracts.values().filter(|contract| in_force(&contract.spec, month));
    let due = due.map(|one| (one.spec.tenant.to_string(), one.name().to_string())).collect();
    Ok((catalogue, due))
}

/// The days of a month that nobody has closed: as far as the contract is in force, nobody knows yet.
pub fn unrecorded(catalogue: &Catalogue, tenant: &str, contract: &str, month: Month) -> Vec<CalendarRow> {
    let own = |one: &&Document<ContractSpec>| {
        one.name().as_str() == contract && one.spec.tenant.as_str() == tenant && in_force(&one.spec, month)
    };
    let rows = catalogue.contracts.values().filter(own).flat_map(|contract| {
        let spec = &contract.spec;
        let tenant_name = catalogue.tenants.get(&spec.tenant).map_or(tenant, |one| one.metadata.title());
        let days = |()| {
            let days = month.days(spec.time_zone.0).map(|(date, _)| {
                let is_due = spec.valid_from.0 <= date && spec.valid_to.is_none_or(|last| date <= last.0);
                CalendarDay {
                    date: date.to_string(),
                    evidence: if is_due { DayEvidence::Unknown } else { DayEvidence::NotDue },
                    service_seconds: None,
                    unknown_seconds: None,
                }
            });
            days.collect()
        };
        spec.commitments.iter().map(move |one| CalendarRow {
            tenant: tenant.to_owned(),
            tenant_name: tenant_name.to_owned(),
            contract: contract.name().to_string(),
            version: spec.version,
            commitment: one.name.to_string(),
            title: match (&one.display_name, catalogue.slos.get(&one.slo)) {
                (Some(title), _) => title.clone(),
                (None, Some(slo)) => slo.metadata.title().to_owned(),
                (None, None) => one.name.to_string(),
            },
            revision: None,
            days: days(()),
        })
    });
    rows.collect()
}

fn in_force(spec: &ContractSpec, month: Month) -> bool {
    spec.valid_from.0 < month.next_first_day() && spec.valid_to.is_none_or(|last| month.first_day() <= last.0)
}
