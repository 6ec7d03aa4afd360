//! Reviewing a closed month: what there is, what waits until when, and the steps that people take. The ledger says which
//! step may follow and who may take it; here it is found, and told in one shape for a prompt, a window and machines.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;
use sla_core::Tz;
use sla_core::access::{Access, Permission};
use sla_core::money::Amount;
use sla_core::record::{CreditTotal, Verdict};
use sla_core::time::{Month, UnixSeconds, local, utc_text};
use sla_core::workflow::{CreditState, MonthState, WorkflowStep};
use sla_ledger::{Actor, CreditStatus, Ledger, LedgerError, MonthStatus, StepRequest, StepTaken};

/// A revision of a month and where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MonthView {
    /// The tenant.
    pub tenant: String,
    /// The tenant's name, as the catalogue spelled it when the month was closed.
    pub tenant_name: String,
    /// The contract.
    pub contract: String,
    /// The month.
    pub month: Month,
    /// IANA zone of the contract, whose days and hours the month has.
    pub time_zone: String,
    /// The revision.
    pub revision: u32,
    /// Where it is.
    pub state: MonthState,
    /// Whether what was promised was kept.
    pub verdict: Verdict,
    /// What it owes.
    pub credit_total: CreditTotal,
    /// Who closed it; null for those whom it does not concern.
    pub closed_by: Option<String>,
    /// When, in UTC.
    pub closed_at: String,
    /// The last local day on which its credits can be claimed, YYYY-MM-DD; null when they are given without a claim.
    pub due: Option<String>,
    /// Days until then in the contract's zone, less than 0 when it has passed.
    pub days_left: Option<i64>,
    /// Its credits.
    pub credits: Vec<CreditView>,
    /// What was done with it.
    pub steps: Vec<StepView>,
    /// The steps that whoever asks may take with it by their role; none of a revision that another one replaced.
    pub next_steps: Vec<NextStep>,
}

/// A credit and where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CreditView {
    /// The commitment, as it is unique in the month.
    pub commitment: String,
    /// ISO 4217 code.
    pub currency: String,
    /// The least that is owed, in the minor unit.
    pub low_minor: i64,
    /// The most, in the minor unit.
    pub high_minor: i64,
    /// Where it is.
    pub state: CreditState,
    /// The amount that was decided or approved, in the minor unit; null while it is open.
    pub decided_minor: Option<i64>,
    /// What was issued of earlier revisions, in the minor unit.
    pub issued_before_minor: i64,
    /// What was done with it.
    pub steps: Vec<StepView>,
    /// The steps that whoever asks may take with it by their role; none of a revision that another one replaced.
    pub next_steps: Vec<NextStep>,
}

/// A step that somebody may take by their role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NextStep {
    /// What would be done.
    pub step: WorkflowStep,
    /// The code that it is refused with now, such as `workflow.four_eyes`; null when nothing stands in its way. What is told
    /// with a step, and the limit of a role, is looked at when it is taken.
    pub blocked_by: Option<String>,
}

/// Who looks at a month.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// Their name.
    pub name: &'a str,
    /// What they may do.
    pub access: &'a Access,
}

/// A step that somebody took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StepView {
    /// Position, from 1.
    pub number: u32,
    /// What was done.
    pub step: WorkflowStep,
    /// The amount of it, in the minor unit.
    pub amount_minor: Option<i64>,
    /// Why, or what was said.
    pub note: String,
    /// Who.
    pub actor: String,
    /// When, in UTC.
    pub at: String,
}

/// Which months are wanted; what is not said selects all.
#[derive(Clone, Copy, Debug, Default)]
pub struct MonthFilter<'a> {
    /// The tenant.
    pub tenant: Option<&'a str>,
    /// The month.
    pub month: Option<Month>,
    /// Where it is.
    pub state: Option<MonthState>,
    /// At most so many days until credits can be claimed no more, and not issued yet.
    pub due_within_days: Option<i64>,
}

/// A step that somebody asks for.
#[derive(Clone, Copy, Debug)]
pub struct ReviewRequest<'a> {
    /// The tenant.
    pub tenant: &'a str,
    /// The month.
    pub month: Month,
    /// The contract; need not be said where the tenant has one in the month.
    pub contract: Option<&'a str>,
    /// The revision that was looked at; the latest one when not said.
    pub revision: Option<u32>,
    /// The commitment whose credit it is; the month itself when not said.
    pub commitment: Option<&'a str>,
    /// What is to be done.
    pub step: WorkflowStep,
    /// The amount of a decision, in the credit's currency.
    pub amount: Option<Amount>,
    /// Why, or what is said.
    pub note: &'a str,
    /// How many steps there were when it was looked at.
    pub seen: Option<usize>,
    /// Who takes it.
    pub actor: Actor<'a>,
    /// What they may do, where the steps that follow are wanted.
    pub access: Option<&'a Access>,
    /// The clock, Unix seconds.
    pub now: UnixSeconds,
}

/// Why a step was not taken; nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// The ledger refuses it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The tenant has several contracts in the month.
    #[error("{tenant} has several contracts in {month}: {}; say which", .contracts.join(", "))]
    WhichContract {
        /// The tenant.
        tenant: String,
        /// The month.
        month: Month,
        /// Its contracts.
        contracts: Vec<String>,
    },
    /// The amount has more decimals than its currency.
    #[error("the amount {amount} is none of {currency}: it has too many decimals or does not fit")]
    Amount {
        /// The amount.
        amount: Amount,
        /// ISO 4217 code.
        currency: String,
    },
}

impl ReviewError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ledger(error) => error.code(),
            Self::WhichContract { .. } => "review.which_contract",
            Self::Amount { .. } => "review.amount",
        }
    }
}

/// The latest revision of every month that is wanted; what can be claimed no more the soonest comes first, then by tenant,
/// contract and month.
///
/// # Errors
/// [`LedgerError`] when the ledger cannot be read.
pub async fn months(
    ledger: &Ledger,
    filter: &MonthFilter<'_>,
    now: UnixSeconds,
) -> Result<Vec<MonthView>, LedgerError> {
    let revisions = ledger.revisions(filter.tenant, filter.month).await?;
    let is_latest = |at: usize| {
        let key = |status: &MonthStatus| {
            (status.record.tenant.clone(), status.record.contract.id.clone(), status.record.month)
        };
        revisions.get(at + 1).is_none_or(|next| key(next) != key(&revisions[at]))
    };
    let latest = revisions.iter().enumerate().filter(|(at, _)| is_latest(*at));
    let mut views: Vec<MonthView> = latest.map(|(_, status)| MonthView::of(status, now, None)).collect();
    views.retain(|view| filter.state.is_none_or(|state| state == view.state));
    if let Some(days) = filter.due_within_days {
        views.retain(|view| view.state != MonthState::Issued && view.days_left.is_some_and(|left| left <= days));
        views.sort_by_key(|view| view.days_left);
    }
    Ok(views)
}

/// Every revision of a tenant's month, oldest first; with the steps that follow where somebody is named.
///
/// # Errors
/// [`LedgerError`] when the ledger cannot be read.
pub async fn revisions(
    ledger: &Ledger,
    tenant: &str,
    month: Month,
    now: UnixSeconds,
    asker: Option<Asker<'_>>,
) -> Result<Vec<MonthView>, LedgerError> {
    let revisions = ledger.revisions(Some(tenant), Some(month)).await?;
    let is_latest = |at: usize| {
        let contract = &revisions[at].record.contract.id;
        revisions.get(at + 1).is_none_or(|next| next.record.contract.id != *contract)
    };
    let views = revisions.iter().enumerate();
    Ok(views.map(|(at, status)| MonthView::of(status, now, asker.filter(|_| is_latest(at)))).collect())
}

/// Takes a step and gives what it led to.
///
/// # Errors
/// [`ReviewError`]; nothing was written.
pub async fn review(ledger: &Ledger, request: &ReviewRequest<'_>) -> Result<MonthView, ReviewError> {
    let ReviewRequest { tenant, month, .. } = *request;
    let known = ledger.revisions(Some(tenant), Some(month)).await?;
    let contract = contract_of(&known, tenant, month, request.contract)?;
    let amount_minor = match request.amount {
        None => None,
        Some(amount) => {
            let of = known.iter().find(|status| status.record.contract.id == contract);
            let currency = of.map_or("", |status| status.record.credit_total.currency.as_str());
            let money = currency.parse().ok().and_then(|currency| amount.in_currency(currency));
            Some(money.ok_or_else(|| ReviewError::Amount { amount, currency: currency.to_owned() })?.minor)
        }
    };
    let step = StepRequest {
        tenant,
        contract,
        month,
        revision: request.revision,
        commitment: request.commitment,
        step: request.step,
        amount_minor,
        note: request.note,
        seen: request.seen,
    };
    let status = ledger.take(&step, request.actor, request.now).await?;
    let asker = request.access.map(|access| Asker { name: request.actor.name, access });
    Ok(MonthView::of(&status, request.now, asker))
}

/// The contract that is meant: the one that is said, or the only one of the tenant in the month.
pub(crate) fn contract_of<'a>(
    known: &'a [MonthStatus],
    tenant: &str,
    month: Month,
    said: Option<&'a str>,
) -> Result<&'a str, ReviewError> {
    let mut contracts: Vec<&str> = known.iter().map(|status| status.record.contract.id.as_str()).collect();
    contracts.dedup();
    match (said, contracts.as_slice()) {
        (Some(contract), _) => Ok(contract),
        (None, [one]) => Ok(*one),
        (None, []) => {
            let known = "close the month first".to_owned();
            Err(LedgerError::Unknown { subject: format!("{tenant}, {month}"), known }.into())
        }
        (None, several) => {
            let contracts = several.iter().map(|one| (*one).to_owned()).collect();
            Err(ReviewError::WhichContract { tenant: tenant.to_owned(), month, contracts })
        }
    }
}

impl MonthView {
    /// The same as the customer sees it: what was issued, and not who said what about it before.
    #[must_use]
    pub fn for_customer(self) -> Self {
        let bare = |credit| CreditView { steps: Vec::new(), next_steps: Vec::new(), ..credit };
        let credits = self.credits.into_iter().map(bare).collect();
        Self { closed_by: None, steps: Vec::new(), next_steps: Vec::new(), credits, ..self }
    }

    fn of(status: &MonthStatus, now: UnixSeconds, asker: Option<Asker<'_>>) -> Self {
        let record = &status.record;
        let due = record.claim.as_ref().and_then(|claim| claim.last_day.clone());
        let zone: Option<Tz> = record.period.time_zone.parse().ok();
        let days_left = due.as_deref().and_then(|day| day.parse::<NaiveDate>().ok()).zip(zone);
        let days_left = days_left.map(|(day, zone)| (day - local(now, zone).date_naive()).num_days());
        Self {
            tenant: record.tenant.clone(),
            tenant_name: record.tenant_name.clone(),
            contract: record.contract.id.clone(),
            month: record.month,
            time_zone: record.period.time_zone.clone(),
            revision: record.revision,
            state: status.state,
            verdict: record.verdict,
            credit_total: record.credit_total.clone(),
            closed_by: Some(status.closed_by.clone()),
            closed_at: utc_text(status.closed_at),
            due,
            days_left,
            credits: status.credits.iter().map(|credit| CreditView::of(credit, status, asker)).collect(),
            steps: status.steps.iter().map(StepView::of).collect(),
            next_steps: next_steps(status, None, asker),
        }
    }
}

/// The steps that somebody may take by their role, each with what refuses it.
fn next_steps(status: &MonthStatus, commitment: Option<&str>, asker: Option<Asker<'_>>) -> Vec<NextStep> {
    let Some(Asker { name, access }) = asker else { return Vec::new() };
    let may = |step| access.may(Permission::of_step(step, commitment.is_some()), name).is_ok();
    let steps = status.next_steps(commitment, name).into_iter().filter(|(step, _)| may(*step));
    steps.map(|(step, code)| NextStep { step, blocked_by: code.map(str::to_owned) }).collect()
}

impl CreditView {
    fn of(credit: &CreditStatus, status: &MonthStatus, asker: Option<Asker<'_>>) -> Self {
        Self {
            commitment: credit.commitment.clone(),
            currency: credit.currency.clone(),
            low_minor: credit.low_minor,
            high_minor: credit.high_minor,
            state: credit.state,
            decided_minor: credit.decided_minor,
            issued_before_minor: credit.issued_before_minor,
            steps: credit.steps.iter().map(StepView::of).collect(),
            next_steps: next_steps(status, Some(&credit.commitment), asker),
        }
    }
}

impl StepView {
    fn of(step: &StepTaken) -> Self {
        Self {
            number: step.number,
            step: step.step,
            amount_minor: step.amount_minor,
            note: step.note.clone(),
            actor: step.actor.clone(),
            at: utc_text(step.at),
        }
    }
}
