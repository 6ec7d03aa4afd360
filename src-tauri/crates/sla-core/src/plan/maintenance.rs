//! Maintenance that is ahead: when, what it concerns, and whether it will be excluded by what is on record now.

use serde::{Deserialize, Serialize};

use super::span::Span;
use super::{PlanError, asked, contract_month, in_force, nothing_in_force};
use crate::catalogue::{Catalogue, ContractSpec, Document};
use crate::record::{ExclusionDecision, ExclusionKind, RecordExclusion};
use crate::time::{Month, UnixSeconds, utc_text};

/// Maintenance of a contract that begins in a month and has not begun yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaintenanceNotice {
    /// The tenant.
    pub tenant: String,
    /// The tenant's name for people.
    pub tenant_name: String,
    /// The contract.
    pub contract: String,
    /// Its version that is in force; the last one where it changes inside the month.
    pub version: u32,
    /// The contract's time zone.
    pub time_zone: String,
    /// The month that the windows begin in.
    pub month: Month,
    /// The instant up to which what is on record is told, in UTC.
    pub at: String,
    /// How long before its start maintenance must be announced, in seconds; null when the contract excludes none.
    pub notice_seconds: Option<i64>,
    /// Hours of it that a month may have; null without a limit.
    pub hours_per_month: Option<u32>,
    /// The windows, in order of time; at least one.
    pub windows: Vec<MaintenanceWindow>,
}

/// A window that is ahead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaintenanceWindow {
    /// Name of its document in the catalogue.
    pub name: String,
    /// Start, in UTC.
    pub start: String,
    /// End, in UTC.
    pub end: String,
    /// Its length in seconds.
    pub seconds: i64,
    /// Why, in the words of who asked.
    pub reason: String,
    /// When the customer was told, in UTC; null when nobody said.
    pub announced_at: Option<String>,
    /// Names for people of the commitments that it covers.
    pub commitments: Vec<String>,
    /// Names for people of the services that it covers, each once.
    pub services: Vec<String>,
    /// How much of it will not count, in seconds of the measurement period, before service hours.
    pub accepted_seconds: i64,
    /// Whether it will be excluded, or why not.
    pub decision: ExclusionDecision,
}

/// Maintenance that begins in a month and after `now`: of one tenant or of all, one notice for each contract that has any.
///
/// # Errors
/// [`PlanError`] when the tenant is unknown or no contract is in force in that month.
pub fn announced(
    catalogue: &Catalogue,
    month: Month,
    tenant: Option<&str>,
    now: UnixSeconds,
) -> Result<Vec<MaintenanceNotice>, PlanError> {
    let asked = asked(catalogue, tenant)?;
    let (mut notices, mut is_in_force): (Vec<MaintenanceNotice>, bool) = (Vec::new(), false);
    for contract in catalogue.contracts.values().filter(|one| asked(one)) {
        let Some(period) = in_force(&contract.spec, month) else { continue };
        is_in_force = true;
        let planned = contract_month(catalogue, contract, month, period, Span::running)?;
        // Both are written alike, so that they compare as the instants do.
        let (first, last) = (utc_text(period.start.max(now)), utc_text(period.end));
        let ahead = planned
            .exclusions
            .into_iter()
            .filter(|window| window.kind == ExclusionKind::Maintenance && window.start >= first && window.start < last);
        let windows: Vec<MaintenanceWindow> =
            ahead.map(|window| MaintenanceWindow::new(catalogue, &contract.spec, window)).collect();
        match notices.last_mut().filter(|known| known.contract == contract.name().as_str()) {
            Some(known) => *known = known.clone().followed_by(contract, windows),
            None if windows.is_empty() => {}
            None => notices.push(MaintenanceNotice {
                tenant: contract.spec.tenant.to_string(),
                tenant_name: catalogue.tenants[&contract.spec.tenant].metadata.title().to_owned(),
                contract: contract.name().to_string(),
                version: contract.spec.version,
                time_zone: contract.spec.time_zone.to_string(),
                month,
                at: utc_text(now),
                notice_seconds: contract.spec.maintenance.map(|terms| terms.notice.seconds()),
                hours_per_month: contract.spec.maintenance.and_then(|terms| terms.hours_per_month),
                windows,
            }),
        }
    }
    if !is_in_force {
        return Err(nothing_in_force(catalogue, month, tenant));
    }
    notices.sort_by(|a, b| (&a.tenant, &a.contract).cmp(&(&b.tenant, &b.contract)));
    Ok(notices)
}

impl MaintenanceNotice {
    /// The same with the windows of a further version of the contract, whose terms are then those that are told.
    fn followed_by(self, contract: &Document<ContractSpec>, windows: Vec<MaintenanceWindow>) -> Self {
        let mut all = self.windows;
        all.extend(windows);
        all.sort_by(|a, b| (&a.start, &a.name).cmp(&(&b.start, &b.name)));
        Self {
            version: contract.spec.version,
            notice_seconds: contract.spec.maintenance.map(|terms| terms.notice.seconds()),
            hours_per_month: contract.spec.maintenance.and_then(|terms| terms.hours_per_month),
            windows: all,
            ..self
        }
    }
}

impl MaintenanceWindow {
    fn new(catalogue: &Catalogue, contract: &ContractSpec, window: RecordExclusion) -> Self {
        let covered =
            contract.commitments.iter().filter(|one| window.commitments.iter().any(|name| *name == one.name.as_str()));
        let (mut commitments, mut services) = (Vec::new(), Vec::new());
        for one in covered {
            let slo = &catalogue.slos[&one.slo];
            commitments.push(one.display_name.as_deref().unwrap_or_else(|| slo.metadata.title()).to_owned());
            let service = &slo.spec.service;
            let title = catalogue.services.get(service).map_or(service.as_str(), |known| known.metadata.title());
            if !services.iter().any(|known| known == title) {
                services.push(title.to_owned());
            }
        }
        let length = |start: &str, end: &str| {
            let at = |text: &str| chrono::DateTime::parse_from_rfc3339(text).map_or(0, |at| at.timestamp());
            at(end) - at(start)
        };
        Self {
            seconds: length(&window.start, &window.end),
            name: window.name,
            start: window.start,
            end: window.end,
            reason: window.reason,
            announced_at: window.announced_at,
            commitments,
            services,
            accepted_seconds: window.accepted_seconds,
            decision: window.decision,
        }
    }
}
