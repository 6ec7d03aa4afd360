//! How a month came to be what it is, for whoever answers for the way and not for the figures: who closed, approved and issued
//! it, whether four eyes saw it, what it rests on, what was left out of it and why, and where the chain of entries ends.
//!
//! It tells of people and evidence, and of no amount.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::billing::{MonthOnRecord, StepOnRecord};
use crate::record::{ExclusionDecision, Verdict};
use crate::time::{Month, UnixSeconds, utc_text};
use crate::workflow::{MonthState, WorkflowStep};

/// The `schema` field of every summary that this version writes.
pub const GOVERNANCE_SCHEMA: &str = "sla-desk/governance/v1";

/// A revision of a month with who closed it.
#[derive(Clone, Debug)]
pub struct ClosedOnRecord<'a> {
    /// The revision and what was done with it.
    pub month: MonthOnRecord<'a>,
    /// Who closed it.
    pub closed_by: &'a str,
    /// When, Unix seconds.
    pub closed_at: UnixSeconds,
}

/// `governance.json`: how the months of all tenants came to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Governance {
    /// Name and version of this format: `sla-desk/governance/v1`.
    pub schema: String,
    /// The contractual month, YYYY-MM.
    pub month: Month,
    /// Where the chain of entries ended when this was made.
    pub chain: ChainEnd,
    /// How many months there are of each kind.
    pub counts: GovernanceCounts,
    /// The latest revision of each contract's month, by tenant and contract.
    pub months: Vec<GovernedMonth>,
}

/// Where a chain of entries ends. Whoever keeps it can see later that nothing before it was changed or cut off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ChainEnd {
    /// How many entries it has.
    pub entries: i64,
    /// Hash of the last one.
    pub head: String,
}

/// How many months there are of each kind; a month may be of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GovernanceCounts {
    /// All.
    pub months: usize,
    /// Issued.
    pub issued: usize,
    /// Approved by somebody who had closed it or decided a credit of it.
    pub without_four_eyes: usize,
    /// Computed more than once.
    pub restated: usize,
    /// With a promise that cannot be decided.
    pub undecidable: usize,
    /// With time without usable evidence.
    pub with_unknown_time: usize,
    /// Resting on evidence of which the source warned, or about which something was noticed.
    pub with_warnings: usize,
    /// With excluded windows that were accepted.
    pub with_exclusions: usize,
    /// Closed although the linter had found something about the contract, which somebody took as it is.
    pub with_accepted_findings: usize,
}

/// How a month came to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GovernedMonth {
    /// Id of the tenant.
    pub tenant: String,
    /// The tenant's name.
    pub tenant_name: String,
    /// The contract.
    pub contract: String,
    /// Its version.
    pub contract_version: u32,
    /// SHA-256 of that version.
    pub contract_sha256: String,
    /// The revision.
    pub revision: u32,
    /// SHA-256 of what it states, without its place in the ledger.
    pub record_sha256: String,
    /// Where the chain ended before it was closed; null in records of versions that did not note it.
    pub chain_head: Option<String>,
    /// Where it is.
    pub state: MonthState,
    /// The worst verdict of all promises.
    pub verdict: Verdict,
    /// Who closed it.
    pub closed: Signed,
    /// Who handed it to review last; null while nobody has.
    pub submitted: Option<Signed>,
    /// Who approved it last; null while nobody has.
    pub approved: Option<Signed>,
    /// Who issued it.
    pub issued: Option<Signed>,
    /// Whether who approved it neither closed it nor decided a credit of it, looked at anew; null while nobody has approved it.
    pub four_eyes: Option<bool>,
    /// Everybody who did something with it or its credits, by name.
    pub people: Vec<String>,
    /// Pieces of evidence that it rests on.
    pub evidence: usize,
    /// How many of those the source warned of, or something was noticed about.
    pub evidence_with_warnings: usize,
    /// The most time without usable evidence that a promise has, in seconds.
    pub unknown_seconds: i64,
    /// Windows that were asked to be left out and were, at least in part.
    pub exclusions_accepted: usize,
    /// Windows that were asked to be left out and were not.
    pub exclusions_refused: usize,
    /// Findings of the linter about the contract that were taken as they are.
    pub accepted_findings: usize,
}

/// Who did something, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Signed {
    /// Who.
    pub by: String,
    /// When, in UTC.
    pub at: String,
    /// Why, or what was said; empty where nothing was.
    pub note: String,
}

/// How a month of all tenants came to be. `revisions` are those of any months, each contract's month with its revisions in
/// order; the latest of each counts.
pub fn governance(month: Month, revisions: &[ClosedOnRecord<'_>], chain: ChainEnd) -> Governance {
    let mut latest: BTreeMap<(&str, &str), &ClosedOnRecord<'_>> = BTreeMap::new();
    for one in revisions.iter().filter(|one| one.month.record.month == month) {
        let record = one.month.record;
        let known = latest.entry((&record.tenant, &record.contract.id)).or_insert(one);
        if known.month.record.revision <= record.revision {
            *known = one;
        }
    }
    let months: Vec<GovernedMonth> = latest.into_values().map(governed).collect();
    Governance { schema: GOVERNANCE_SCHEMA.to_owned(), month, chain, counts: counted(&months), months }
}

fn governed(one: &ClosedOnRecord<'_>) -> GovernedMonth {
    let ClosedOnRecord { month, closed_by, closed_at } = one;
    let record = month.record;
    let signed = |wanted: WorkflowStep| {
        let step = month.steps.iter().rfind(|step| step.step == wanted)?;
        Some(Signed { by: step.actor.to_owned(), at: utc_text(step.at), note: step.note.to_owned() })
    };
    let all = || month.steps.iter().chain(month.credits.iter().flat_map(|credit| &credit.steps));
    let mut people: Vec<String> = all().map(|step| step.actor).chain([*closed_by]).map(str::to_owned).collect();
    people.sort();
    people.dedup();
    let approved = signed(WorkflowStep::Approve);
    let accepted =
        |one: &&crate::record::RecordExclusion| one.accepted_seconds > 0 || one.decision == ExclusionDecision::Accepted;
    let exclusions_accepted = record.exclusions.iter().filter(accepted).count();
    GovernedMonth {
        tenant: record.tenant.clone(),
        tenant_name: record.tenant_name.clone(),
        contract: record.contract.id.clone(),
        contract_version: record.contract.version,
        contract_sha256: record.contract.sha256.clone(),
        revision: record.revision,
        record_sha256: record.digest(),
        chain_head: record.chain_head.clone(),
        state: month.state,
        verdict: record.verdict,
        closed: Signed { by: (*closed_by).to_owned(), at: utc_text(*closed_at), note: String::new() },
        submitted: signed(WorkflowStep::Submit),
        four_eyes: approved.as_ref().map(|approved| is_second(&approved.by, closed_by, all())),
        approved,
        issued: signed(WorkflowStep::Issue),
        people,
        evidence: record.evidence.len(),
        evidence_with_warnings: record
            .evidence
            .iter()
            .filter(|piece| !piece.warnings.is_empty() || !piece.notes.is_empty())
            .count(),
        unknown_seconds: record.commitments.iter().map(|one| one.unknown_seconds).max().unwrap_or_default(),
        exclusions_accepted,
        exclusions_refused: record.exclusions.len() - exclusions_accepted,
        accepted_findings: record.accepted.len(),
    }
}

/// Whether somebody neither closed a month nor decided a credit of it.
fn is_second<'a>(who: &str, closed_by: &str, mut steps: impl Iterator<Item = &'a StepOnRecord<'a>>) -> bool {
    who != closed_by
        && !steps.any(|step| matches!(step.step, WorkflowStep::Decide | WorkflowStep::Reject) && step.actor == who)
}

fn counted(months: &[GovernedMonth]) -> GovernanceCounts {
    let count = |is: &dyn Fn(&GovernedMonth) -> bool| months.iter().filter(|month| is(month)).count();
    GovernanceCounts {
        months: months.len(),
        issued: count(&|month| month.state == MonthState::Issued),
        without_four_eyes: count(&|month| month.four_eyes == Some(false)),
        restated: count(&|month| month.revision > 1),
        undecidable: count(&|month| month.verdict == Verdict::Undecidable),
        with_unknown_time: count(&|month| month.unknown_seconds > 0),
        with_warnings: count(&|month| month.evidence_with_warnings > 0),
        with_exclusions: count(&|month| month.exclusions_accepted > 0),
        with_accepted_findings: count(&|month| month.accepted_findings > 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_closed_or_decided_is_no_second_person() {
        #[track_caller]
        fn check(approver: &str, steps: &[(&'static str, WorkflowStep)], expected: bool) {
            let step = |&(actor, step)| StepOnRecord { number: 1, step, amount_minor: None, note: "", actor, at: 0 };
            let steps: Vec<StepOnRecord<'_>> = steps.iter().map(step).collect();
            assert_eq!(is_second(approver, "ada", steps.iter()), expected, "{approver}");
        }
        check("mia", &[], true);
        check("ada", &[], false);
        check("finn", &[("finn", WorkflowStep::Decide)], false);
        check("finn", &[("finn", WorkflowStep::Reject)], false);
        check("finn", &[("finn", WorkflowStep::Comment), ("mia", WorkflowStep::Decide)], true);
    }
}
