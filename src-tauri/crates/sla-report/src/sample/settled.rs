//! A decision about an invented month.

use sla_core::billing::{BillingPeriod, CreditOnRecord, MonthOnRecord, Settlement, Statement, StepOnRecord};
use sla_core::catalogue::CapScope;
use sla_core::evidence::sha256_hex;
use sla_core::governance::{ChainEnd, ClosedOnRecord, Governance};
use sla_core::record::{MonthRecord, RecordCap, RecordRange};
use sla_core::workflow::{CreditState, MonthState, WorkflowStep};

/// 16 November 2026, 10:00 in Berlin.
const DECIDED_AT: i64 = 1_794_819_600;

fn step_of<'a>(
    number: u32,
    step: WorkflowStep,
    amount_minor: Option<i64>,
    note: &'a str,
    actor: &'a str,
) -> StepOnRecord<'a> {
    StepOnRecord { number, step, amount_minor, note, actor, at: DECIDED_AT }
}

/// What somebody decided about a month: the first credit that was open is half of the most, the next is not given,
/// and the rest is what it was. Enough was issued before for the letter to take something back.
pub fn settlement(record: &MonthRecord) -> Settlement {
    decided(record, |month| Settlement::of(month).expect("small amounts").expect("an approved month"))
}

/// The same month in a statement of its own: issued under a cap of the month, and its first credit taken back a day later.
pub fn statement(record: &MonthRecord) -> Statement {
    let period = BillingPeriod { from: record.month, to: record.month.plus(1) };
    let mut capped = record.clone();
    let promises = record.promises().map(|promise| promise.key(record.contract.version));
    capped.caps = vec![RecordCap {
        per: CapScope::Month,
        commitments: promises.collect(),
        since: None,
        limit_minor: record.contract.fee.minor / 10,
        used_minor: RecordRange { low: 0, high: 0 },
    }];
    decided(&capped, |month| {
        let mut month = month.clone();
        month.steps.push(step_of(3, WorkflowStep::Issue, None, "", "Mia Berger"));
        month.state = MonthState::Issued;
        for credit in &mut month.credits {
            credit.issued_before_minor = 0;
            let Some(amount) = credit.decided_minor else { continue };
            credit.steps.push(step_of(2, WorkflowStep::Issue, Some(amount), "", "Mia Berger"));
            credit.state = CreditState::Issued;
        }
        if let Some(credit) = month.credits.first_mut().filter(|credit| credit.state == CreditState::Issued) {
            let back = credit.decided_minor.map(|amount| -amount);
            let step = step_of(3, WorkflowStep::Reverse, back, "Booked twice", "Mia Berger");
            credit.steps.push(StepOnRecord { at: DECIDED_AT + 86_400, ..step });
            credit.state = CreditState::Reversed;
        }
        sla_core::billing::statement(period, &[month]).expect("small amounts")
    })
}

/// The same month in a summary of its own: closed at the end of its period, and issued at once.
pub fn governance(record: &MonthRecord) -> Governance {
    let chain = || ChainEnd { entries: 1234, head: sha256_hex(b"the last entry") };
    decided(record, |month| {
        let mut month = month.clone();
        month.steps.push(step_of(3, WorkflowStep::Issue, None, "", "Mia Berger"));
        month.state = MonthState::Issued;
        let closed = ClosedOnRecord { month, closed_by: "Ada Byron", closed_at: DECIDED_AT - 86_400 };
        sla_core::governance::governance(record.month, &[closed], chain())
    })
}

fn decided<T>(record: &MonthRecord, with: impl FnOnce(&MonthOnRecord<'_>) -> T) -> T {
    let owed = record.promises().filter(|promise| promise.credit.high_minor > 0);
    let keys: Vec<(String, i64, i64)> = owed
        .map(|promise| (promise.key(record.contract.version), promise.credit.low_minor, promise.credit.high_minor))
        .collect();
    let reasons = ["Half of it was proven | \"by\" your own probes", "The claim was withdrawn", ""];
    let mut credits = Vec::with_capacity(keys.len());
    for (index, (commitment, low, high)) in keys.iter().enumerate() {
        let reason = reasons.get(index).copied().unwrap_or("");
        let step = |number, step, amount_minor, note| step_of(number, step, amount_minor, note, "Finn Wolf");
        let (state, decided, steps) = match index {
            1 => (CreditState::Rejected, None, vec![step(1, WorkflowStep::Reject, None, reason)]),
            0 => (CreditState::Approved, Some((low + high) / 2), vec![step(1, WorkflowStep::Decide, None, reason)]),
            _ => (CreditState::Approved, Some(*low), Vec::new()),
        };
        credits.push(CreditOnRecord {
            commitment,
            low_minor: *low,
            high_minor: *high,
            state,
            decided_minor: decided,
            issued_before_minor: if index == 0 { *high } else { 0 },
            steps,
        });
    }
    let approved = step_of(2, WorkflowStep::Approve, None, "", "Mia Berger");
    let month = MonthOnRecord { record, state: MonthState::Approved, steps: vec![approved], credits, carried: None };
    with(&month)
}

/// The same where every credit is what it was computed to be, and nothing was issued before.
pub(super) fn approved(record: &MonthRecord) -> Settlement {
    let owed = record.promises().filter(|promise| promise.credit.high_minor > 0);
    let keys: Vec<(String, i64, i64)> = owed
        .map(|promise| (promise.key(record.contract.version), promise.credit.low_minor, promise.credit.high_minor))
        .collect();
    let credits = keys.iter().map(|(commitment, low, high)| CreditOnRecord {
        commitment,
        low_minor: *low,
        high_minor: *high,
        state: CreditState::Approved,
        decided_minor: Some(*low),
        issued_before_minor: 0,
        steps: Vec::new(),
    });
    let step = step_of(1, WorkflowStep::Approve, None, "", "Mia Berger");
    let credits = credits.collect();
    let month = MonthOnRecord { record, state: MonthState::Approved, steps: vec![step], credits, carried: None };
    Settlement::of(&month).expect("small amounts").expect("an approved month")
}
