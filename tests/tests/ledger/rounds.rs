//! Two people at two desks do the same thing at the same instant, again and again: one of them did it, the other one is told
//! so, nothing else is changed, and the chain holds.

use std::sync::Arc;

use sla_acceptance::servers::Postgres;
use sla_core::access::{Account, AccountState, Role, TenantScope};
use sla_core::decision::Decision;
use sla_core::time::Month;
use sla_core::workflow::WorkflowStep;
use sla_ledger::{AuditRequest, CloseEntry, DecisionRequest, Ledger, LedgerError, StepRequest};
use tokio::sync::Barrier;

use crate::catalogue::document;
use crate::engine::{AT, Engine, entry, record, verified};
use crate::workflow::{ranging, step};

/// How often for each kind of thing; `SLA_ROUNDS` asks for more.
fn rounds() -> u32 {
    std::env::var("SLA_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(20)
}

const UP: Option<&str> = Some("up");
/// The two of them.
const PEOPLE: [&str; 2] = ["ole", "uwe"];

/// What both do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    ApproveCredit,
    DecideAmount,
    ApproveMonth,
    IssueMonth,
    RestateMonth,
    EditDocument,
    EnterDocuments,
    DecideExclusion,
    ChangeAccount,
}

impl Kind {
    const ALL: [Self; 9] = [
        Self::ApproveCredit,
        Self::DecideAmount,
        Self::ApproveMonth,
        Self::IssueMonth,
        Self::RestateMonth,
        Self::EditDocument,
        Self::EnterDocuments,
        Self::DecideExclusion,
        Self::ChangeAccount,
    ];

    /// The code that whoever comes second is refused with, and how many entries the first one's work adds.
    fn expected(self, round: u32) -> (&'static str, i64) {
        match self {
            Self::ApproveCredit | Self::ApproveMonth => (told(round), 1),
            // The month and the credit that it takes along.
            Self::IssueMonth => (told(round), 2),
            Self::DecideAmount | Self::EditDocument | Self::ChangeAccount => ("ledger.stale", 1),
            // The month and its credit.
            Self::RestateMonth => ("ledger.conflict", 2),
            Self::EnterDocuments => ("ledger.catalogue_moved", 1),
            Self::DecideExclusion if round % 2 == 1 => ("workflow.out_of_order", 1),
            Self::DecideExclusion => ("ledger.stale", 1),
        }
    }

    /// Whatever must be there before the two of them come.
    async fn prepare(self, ledger: &Ledger, round: u32) {
        let done: &[WorkflowStep] = match self {
            Self::ApproveCredit | Self::DecideAmount => &[WorkflowStep::Submit],
            Self::ApproveMonth => &[WorkflowStep::Submit, WorkflowStep::Reject],
            Self::IssueMonth => &[WorkflowStep::Submit, WorkflowStep::Approve],
            Self::RestateMonth => &[],
            Self::EditDocument | Self::EnterDocuments => return,
            Self::DecideExclusion => {
                let asked = document("Exclusion", &name(round), "v: 1", 0);
                let entered = ledger.enter(&[asked], round as usize - 1, "Ina", AT).await;
                assert_eq!(entered.expect("entered"), [1]);
                return;
            }
            Self::ChangeAccount => {
                if round == 1 {
                    for (name, role) in [("ole", Role::Admin), ("uwe", Role::Admin), ("mia", Role::Finance)] {
                        let name = name.parse().expect("a name");
                        let put = ledger.put_account(&name, &account(role, 0), None, "ole".into(), AT).await;
                        put.expect("an account");
                    }
                }
                return;
            }
        };
        record(ledger, &[closed(self, round, 1, 100)]).await.expect("recorded");
        for one in done {
            let of = if *one == WorkflowStep::Submit { None } else { UP };
            taken(ledger, of_month(round, step(*one, of)), "Ina").await;
        }
        if self == Self::IssueMonth {
            taken(ledger, of_month(round, step(WorkflowStep::Approve, None)), "Ina").await;
        }
    }

    /// What one of them does.
    async fn attempt(self, ledger: &Ledger, round: u32, person: usize) -> Result<(), LedgerError> {
        let actor = PEOPLE[person];
        let take = async |one: StepRequest<'static>, seen: usize| {
            // In every other round they say what they saw.
            let seen = (round % 2 == 1 || one.step == WorkflowStep::Decide).then_some(seen);
            ledger.take(&StepRequest { seen, ..of_month(round, one) }, actor, AT).await.map(drop)
        };
        let enter = async |name: &str, seen: u32| {
            let text = format!("by: {actor}\nround: {round}");
            ledger.enter(&[document("SLO", name, &text, seen)], round as usize - 1, actor, AT).await.map(drop)
        };
        match self {
            Self::ApproveCredit => take(step(WorkflowStep::Approve, UP), 1).await,
            Self::DecideAmount => {
                let amount_minor = Some(10 + person as i64);
                take(StepRequest { amount_minor, ..step(WorkflowStep::Decide, UP) }, 1).await
            }
            Self::ApproveMonth => take(step(WorkflowStep::Approve, None), 1).await,
            Self::IssueMonth => take(step(WorkflowStep::Issue, None), 2).await,
            Self::RestateMonth => {
                let restated = closed(self, round, 2, 200 + person as i64);
                ledger.record(&[restated], actor, AT).await.map(drop)
            }
            Self::EditDocument => enter("up", round - 1).await,
            Self::EnterDocuments => enter(&format!("{}-{actor}", name(round)), 0).await,
            Self::DecideExclusion => {
                // In every other round one approves what the other refuses, and both say what they saw.
                let decision = if round % 2 == 1 || person == 0 { Decision::Approve } else { Decision::Refuse };
                let name = name(round);
                let request = DecisionRequest {
                    kind: "Exclusion",
                    name: &name,
                    version: None,
                    decision,
                    reason: "because",
                    seen: round.is_multiple_of(2).then_some(0),
                    named: None,
                };
                ledger.decide(&request, actor, AT).await.map(drop)
            }
            Self::ChangeAccount => {
                let name = "mia".parse().expect("a name");
                let changed = account(Role::Finance, round);
                ledger.put_account(&name, &changed, Some(round), actor.into(), AT).await.map(drop)
            }
        }
    }
}

/// Who did not say what they saw is told that it is done, who did that it has changed.
fn told(round: u32) -> &'static str {
    if round % 2 == 1 { "ledger.stale" } else { "workflow.out_of_order" }
}

fn name(round: u32) -> String {
    format!("move-{round}")
}

/// A month of its own for every round.
fn month(round: u32) -> Month {
    format!("{:04}-{:02}", 2000 + round / 12, 1 + round % 12).parse().expect("a month")
}

fn closed(kind: Kind, round: u32, revision: u32, minor: i64) -> CloseEntry {
    let mut entry =
        if kind == Kind::DecideAmount { ranging(revision, 0, minor) } else { entry("nord", revision, minor) };
    entry.record.month = month(round);
    entry
}

fn of_month(round: u32, one: StepRequest<'static>) -> StepRequest<'static> {
    StepRequest { month: month(round), ..one }
}

async fn taken(ledger: &Ledger, request: StepRequest<'static>, actor: &str) {
    ledger.take(&request, actor, AT).await.unwrap_or_else(|error| panic!("{:?}: {error}", request.step));
}

fn account(role: Role, round: u32) -> Account {
    let full_name = format!("Somebody of round {round}");
    Account {
        full_name,
        role,
        tenants: TenantScope::All,
        state: AccountState::Active,
        password_hash: None,
        openid: None,
        totp_sha256: None,
    }
}

/// Both do it at one instant, each with sessions of their own; what became of it, in the order of the people.
async fn race(kind: Kind, desks: &[Ledger; 2], round: u32) -> [Result<(), LedgerError>; 2] {
    let start = Arc::new(Barrier::new(2));
    let attempts = [0, 1].map(|person: usize| {
        let (ledger, start) = (desks[person].clone(), Arc::clone(&start));
        tokio::spawn(async move {
            start.wait().await;
            kind.attempt(&ledger, round, person).await
        })
    });
    let [one, two] = attempts;
    [one.await.expect("no panic"), two.await.expect("no panic")]
}

#[expect(clippy::print_stdout, reason = "the figures of a long run are what it is made for")]
async fn check(engine: &Engine, kind: Kind) {
    let url = engine.url();
    let desks = [Ledger::open(&url).await.expect("a ledger"), Ledger::open(&url).await.expect("a ledger")];
    let mut wins = [0_u32; 2];
    for round in 1..=rounds() {
        kind.prepare(&desks[0], round).await;
        let before = desks[0].head().await.expect("a head").entries;
        let outcomes = race(kind, &desks, round).await;
        let (code, added) = kind.expected(round);
        let lost: Vec<&LedgerError> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
        assert_eq!(lost.iter().map(|error| error.code()).collect::<Vec<_>>(), [code], "{kind:?} {round}: {lost:?}");
        let winner = usize::from(outcomes[0].is_err());
        wins[winner] += 1;
        // Nothing was added but what the winner did.
        assert_eq!(desks[1].head().await.expect("a head").entries, before + added, "{kind:?} {round}");
        let limit = u32::try_from(added).expect("a few");
        let last = desks[1].audit(&AuditRequest { limit, ..AuditRequest::default() }).await.expect("entries");
        for one in &last {
            assert_eq!(one.entry.actor, PEOPLE[winner], "{kind:?} {round}");
        }
    }
    let entries = verified(&desks[0]).await.entries;
    assert_eq!(verified(&desks[1]).await.entries, entries);
    println!("{kind:?}: {} rounds, {} won by {} and {} by {}", rounds(), wins[0], PEOPLE[0], wins[1], PEOPLE[1]);
    for desk in desks {
        desk.close().await;
    }
}

async fn of_two_one_wins(engine: &Engine) {
    for kind in Kind::ALL {
        check(engine, kind).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_at_one_instant_one_wins_on_sqlite() {
    of_two_one_wins(&Engine::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_at_one_instant_one_wins_on_postgres() {
    of_two_one_wins(&Engine::Postgres(Postgres::start())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_at_one_instant_one_wins_behind_a_pooler() {
    of_two_one_wins(&Engine::pooled()).await;
}
