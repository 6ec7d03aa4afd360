//! What people do with a closed month: review, decide, approve, issue, reverse. Each step is a row and an entry of the chain,
//! written while the chain's head is held, so that of two people who do the same at once one is told that it is done.

use std::collections::BTreeMap;

use sla_core::access::Permission;
use sla_core::money::{CurrencyError, Money};
use sla_core::record::MonthRecord;
use sla_core::time::{Month, UnixSeconds};
use sla_core::workflow::{CreditState, Hands, MonthState, WorkflowError, WorkflowStep, approved_amount};
use sqlx::any::{Any, AnyRow};
use sqlx::{Row, Transaction};

use crate::facts::{FactRow as _, MonthRevision, StepRow};
use crate::record::Work;
use crate::session::query;
use crate::{Actor, Ledger, LedgerError};

/// A step that somebody took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepTaken {
    /// Position among the steps of the same thing, from 1.
    pub number: u32,
    /// What was done.
    pub step: WorkflowStep,
    /// The amount that was decided, approved, issued or, less than 0, taken back; in the minor unit.
    pub amount_minor: Option<i64>,
    /// Why, or what was said.
    pub note: String,
    /// Who.
    pub actor: String,
    /// When, Unix seconds.
    pub at: UnixSeconds,
}

/// A credit of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditStatus {
    /// The commitment, as it is unique in the month.
    pub commitment: String,
    /// ISO 4217 code.
    pub currency: String,
    /// The least that is owed, in the minor unit.
    pub low_minor: i64,
    /// The most.
    pub high_minor: i64,
    /// Where it is.
    pub state: CreditState,
    /// The amount that was decided last since the credit was submitted, in the minor unit.
    pub decided_minor: Option<i64>,
    /// What was issued of earlier revisions and not taken back, in the minor unit: what this revision issues is the
    /// difference to it.
    pub issued_before_minor: i64,
    /// What was done, in order.
    pub steps: Vec<StepTaken>,
}

/// A revision of a month and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthStatus {
    /// What was stated.
    pub record: MonthRecord,
    /// Who closed it.
    pub closed_by: String,
    /// When, Unix seconds.
    pub closed_at: UnixSeconds,
    /// Where it is.
    pub state: MonthState,
    /// What was done with it, in order.
    pub steps: Vec<StepTaken>,
    /// Its credits, by commitment.
    pub credits: Vec<CreditStatus>,
}

/// A step that somebody wants to take.
#[derive(Clone, Copy, Debug)]
pub struct StepRequest<'a> {
    /// The tenant.
    pub tenant: &'a str,
    /// The contract.
    pub contract: &'a str,
    /// The month.
    pub month: Month,
    /// The revision that was looked at; the latest one when not said.
    pub revision: Option<u32>,
    /// The commitment whose credit it is; the month itself when not said.
    pub commitment: Option<&'a str>,
    /// What is to be done.
    pub step: WorkflowStep,
    /// The amount of a decision, in the minor unit.
    pub amount_minor: Option<i64>,
    /// Why, or what is said.
    pub note: &'a str,
    /// How many steps there were when it was looked at; when there are others now, nothing is done.
    pub seen: Option<usize>,
}

/// Revisions of months, each with who closed it, by tenant, contract, month and revision. An empty text selects all; of the
/// tenants only those are there that whoever asks may see.
const MONTHS: &str = "select this.tenant, this.contract, this.month, this.revision, this.contract_version, this.digest,
        this.record, this.recorded_at, entry.actor
    from month_revisions as this
    join audit_entries as entry
        on entry.subject = 'month/' || this.tenant || '/' || this.contract || '/' || this.month || '/' || this.revision
    where ($1 = '' or this.tenant = $1) and ($2 = '' or this.contract = $2) and ($3 = '' or this.month = $3)
        and ($4 = '*' or ',' || $4 || ',' like '%,' || this.tenant || ',%')
    order by this.tenant, this.contract, this.month, this.revision";

const CREDITS: &str =
    "select tenant, contract, month, revision, commitment, currency, low_minor, high_minor from credits
    where ($1 = '' or tenant = $1) and ($2 = '' or contract = $2) and ($3 = '' or month = $3)
        and ($4 = '*' or ',' || $4 || ',' like '%,' || tenant || ',%')
    order by tenant, contract, month, revision, commitment";

const STEPS: &str =
    "select tenant, contract, month, revision, commitment, number, step, amount_minor, note, actor, recorded_at
    from steps
    where ($1 = '' or tenant = $1) and ($2 = '' or contract = $2) and ($3 = '' or month = $3)
        and ($4 = '*' or ',' || $4 || ',' like '%,' || tenant || ',%')
    order by tenant, contract, month, revision, commitment, number";

/// Tenant, contract, month and revision.
type Key = (String, String, String, i64);

impl Ledger {
    /// Every revision of the months of a tenant and a month, or of all: by tenant, contract, month and revision.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn revisions(&self, tenant: Option<&str>, month: Option<Month>) -> Result<Vec<MonthStatus>, LedgerError> {
        let mut transaction = self.begin().await?;
        let month = month.map(|month| month.to_string());
        let all = self.statuses(&mut transaction, [tenant.unwrap_or(""), "", month.as_deref().unwrap_or("")]).await?;
        transaction.rollback().await.map_err(|error| self.address.failed(error))?;
        Ok(all)
    }

    /// The revisions of a tenant's months as they were at a time (Unix seconds): without what was closed and done since.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn revisions_then(&self, tenant: &str, then: UnixSeconds) -> Result<Vec<MonthStatus>, LedgerError> {
        let mut transaction = self.begin().await?;
        let all = self.statuses_until(&mut transaction, [tenant, "", ""], then).await?;
        transaction.rollback().await.map_err(|error| self.address.failed(error))?;
        Ok(all)
    }

    pub(crate) async fn statuses(
        &self,
        transaction: &mut Transaction<'static, Any>,
        of: [&str; 3],
    ) -> Result<Vec<MonthStatus>, LedgerError> {
        self.statuses_until(transaction, of, UnixSeconds::MAX).await
    }

    async fn statuses_until(
        &self,
        transaction: &mut Transaction<'static, Any>,
        of: [&str; 3],
        until: UnixSeconds,
    ) -> Result<Vec<MonthStatus>, LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut found = [Vec::new(), Vec::new(), Vec::new()];
        for (rows, sql) in found.iter_mut().zip([MONTHS, CREDITS, STEPS]) {
            let mut query = query(sql);
            for one in of.into_iter().chain([self.seen.as_str()]) {
                query = query.bind(one.to_owned());
            }
            *rows = query.fetch_all(&mut **transaction).await.map_err(failed)?;
        }
        let [months, credits, steps] = found;
        let mut taken: BTreeMap<(Key, String), Vec<StepTaken>> = BTreeMap::new();
        for row in &steps {
            let row = StepRow::read(row).map_err(failed)?;
            if row.recorded_at > until {
                continue;
            }
            let step = step(&row)?;
            let key = (row.tenant, row.contract, row.month, row.revision);
            taken.entry((key, row.commitment)).or_default().push(step);
        }
        let mut drafts: BTreeMap<Key, Vec<CreditStatus>> = BTreeMap::new();
        for row in &credits {
            let (key, credit) = draft(row).map_err(failed)?;
            let steps = taken.remove(&(key.clone(), credit.commitment.clone())).unwrap_or_default();
            drafts.entry(key).or_default().push(credit.after(steps)?);
        }
        let mut all = Vec::with_capacity(months.len());
        // What is issued of the month so far, by commitment, while its revisions are walked in order.
        let (mut of_month, mut issued) = (None, BTreeMap::<String, i64>::new());
        for row in &months {
            let revision = MonthRevision::read(row).map_err(failed)?;
            if revision.recorded_at > until {
                continue;
            }
            let closed_by: String = row.try_get(8).map_err(failed)?;
            let month = (revision.tenant.clone(), revision.contract.clone(), revision.month.clone());
            if of_month.as_ref() != Some(&month) {
                (of_month, issued) = (Some(month), BTreeMap::new());
            }
            let key: Key = (revision.tenant, revision.contract, revision.month, revision.revision);
            let mut credits = drafts.remove(&key).unwrap_or_default();
            for credit in &mut credits {
                let sum = issued.entry(credit.commitment.clone()).or_default();
                credit.issued_before_minor = *sum;
                *sum += credit.booked_minor();
            }
            let steps = taken.remove(&(key, String::new())).unwrap_or_default();
            let record = serde_json::from_str(&revision.record)
                .map_err(|error| LedgerError::Broken { what: format!("a record cannot be read: {error}") })?;
            let state = steps.iter().try_fold(MonthState::default(), |state, one| state.after(one.step));
            let state = state.map_err(|error| LedgerError::Broken { what: error.to_string() })?;
            all.push(MonthStatus { record, closed_by, closed_at: revision.recorded_at, state, steps, credits });
        }
        Ok(all)
    }

    /// Takes a step with a month or one of its credits, and gives what it led to. `at` in Unix seconds.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was written then. [`LedgerError::Refused`] when the step does not follow, when whoever takes
    /// it approves their own work, when a reason or an amount is not given or does not fit; [`LedgerError::Stale`] when
    /// somebody else was faster; [`LedgerError::Access`] when the ledger knows accounts and the actor may not.
    pub async fn take(
        &self,
        request: &StepRequest<'_>,
        actor: impl Into<Actor<'_>>,
        at: UnixSeconds,
    ) -> Result<MonthStatus, LedgerError> {
        let actor = actor.into();
        // A space more is not another person.
        let actor = Actor { name: actor.name.trim(), ..actor };
        let mut work = Work::begin(self, actor, at).await?;
        work.may_for(Permission::of_step(request.step, request.commitment.is_some()), request.tenant)?;
        let month = request.month.to_string();
        let of = [request.tenant, request.contract, month.as_str()];
        let status = chosen(request, self.statuses(&mut work.transaction, of).await?)?;
        let rows = taking(request, &status, actor.name)?;
        for (commitment, step, amount_minor) in rows {
            if let (WorkflowStep::Approve, Some(minor)) = (step, amount_minor) {
                let currency = status.record.credit_total.currency.parse();
                let currency =
                    currency.map_err(|error: CurrencyError| LedgerError::Broken { what: error.to_string() })?;
                work.may_approve_amount(Money { minor, currency }).await?;
            }
            let number = match status.credit(&commitment) {
                Some(credit) => credit.steps.len() + 1,
                None => status.steps.len() + 1,
            };
            let row = StepRow {
                tenant: request.tenant.to_owned(),
                contract: request.contract.to_owned(),
                month: month.clone(),
                revision: status.record.revision.into(),
                commitment,
                number: number as i64,
                step: step.name().to_owned(),
                amount_minor,
                note: request.note.trim().to_owned(),
                actor: actor.name.to_owned(),
                recorded_at: at,
            };
            work.add(&row).await?;
        }
        let revisions = self.statuses(&mut work.transaction, of).await?;
        self.note_month(&mut work.transaction, &revisions).await?;
        let after = chosen(request, revisions)?;
        work.commit().await?;
        Ok(after)
    }
}

fn step(row: &StepRow) -> Result<StepTaken, LedgerError> {
    let unreadable = || LedgerError::Broken { what: format!("a step {:?} cannot be read", row.step) };
    Ok(StepTaken {
        number: u32::try_from(row.number).map_err(|_| unreadable())?,
        step: WorkflowStep::named(&row.step).ok_or_else(unreadable)?,
        amount_minor: row.amount_minor,
        note: row.note.clone(),
        actor: row.actor.clone(),
        at: row.recorded_at,
    })
}

fn draft(row: &AnyRow) -> Result<(Key, CreditStatus), sqlx::Error> {
    let key = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
    let credit = CreditStatus {
        commitment: row.try_get(4)?,
        currency: row.try_get(5)?,
        low_minor: row.try_get(6)?,
        high_minor: row.try_get(7)?,
        state: CreditState::default(),
        decided_minor: None,
        issued_before_minor: 0,
        steps: Vec::new(),
    };
    Ok((key, credit))
}

impl CreditStatus {
    /// The same after the steps that were taken with it.
    fn after(self, steps: Vec<StepTaken>) -> Result<Self, LedgerError> {
        let (mut state, mut decided_minor) = (self.state, None);
        for one in &steps {
            state = state.after(one.step).map_err(|error| LedgerError::Broken { what: error.to_string() })?;
            decided_minor = match one.step {
                WorkflowStep::Decide | WorkflowStep::Approve => one.amount_minor,
                // What was decided before does not bind who looks at it again.
                WorkflowStep::Return => None,
                _ => decided_minor,
            };
        }
        Ok(Self { state, decided_minor, steps, ..self })
    }

    /// Who decided the amount last since the credit was submitted; nobody when nobody did.
    pub(crate) fn decided_by(&self) -> Option<&str> {
        let since = self.steps.iter().rev().take_while(|one| one.step != WorkflowStep::Return);
        since.into_iter().find(|one| one.step == WorkflowStep::Decide).map(|one| one.actor.as_str())
    }

    /// What was issued of this revision less what was taken back, in the minor unit.
    fn booked_minor(&self) -> i64 {
        let books = |one: &&StepTaken| matches!(one.step, WorkflowStep::Issue | WorkflowStep::Reverse);
        self.steps.iter().filter(books).filter_map(|one| one.amount_minor).sum()
    }
}

impl MonthStatus {
    fn credit(&self, commitment: &str) -> Option<&CreditStatus> {
        self.credits.iter().find(|credit| credit.commitment == commitment)
    }

    /// The steps of the month, or of a credit of it, each with the stable name of what refuses it to somebody; by the same
    /// rules that a step is taken by. A reason, an amount inside the range and the limit of a role are left out of it.
    pub fn next_steps(&self, commitment: Option<&str>, actor: &str) -> Vec<(WorkflowStep, Option<&'static str>)> {
        let steps: &[WorkflowStep] = match commitment {
            None => &[WorkflowStep::Submit, WorkflowStep::Return, WorkflowStep::Approve, WorkflowStep::Issue],
            Some(_) => &[WorkflowStep::Decide, WorkflowStep::Approve, WorkflowStep::Reject, WorkflowStep::Reverse],
        };
        let amount_minor = commitment.and_then(|name| self.credit(name)).map(|credit| credit.low_minor);
        let refused = |step: WorkflowStep| {
            let request = StepRequest {
                tenant: &self.record.tenant,
                contract: &self.record.contract.id,
                month: self.record.month,
                revision: None,
                commitment,
                step,
                amount_minor,
                note: "-",
                seen: None,
            };
            taking(&request, self, actor).err().map(|error| error.code())
        };
        steps.iter().map(|&step| (step, refused(step))).collect()
    }

    pub(crate) fn subject(&self) -> String {
        let MonthRecord { tenant, contract, month, revision, .. } = &self.record;
        format!("{tenant}, contract {}, {month}, revision {revision}", contract.id)
    }

    /// What approved credits come to, in the minor unit.
    fn approved_minor(&self) -> i64 {
        let approved = self.credits.iter().filter(|credit| credit.state == CreditState::Approved);
        approved.filter_map(|credit| credit.decided_minor).sum()
    }
}

/// The revision that a step is for. Only with the latest one something can be done; but what was issued last can be taken
/// back whatever is closed or reviewed after it, and anything can be commented on.
fn chosen(request: &StepRequest<'_>, mut revisions: Vec<MonthStatus>) -> Result<MonthStatus, LedgerError> {
    let subject = format!("{}, contract {}, {}", request.tenant, request.contract, request.month);
    let latest = revisions.last().map(|status| status.record.revision);
    let Some(latest) = latest else {
        return Err(LedgerError::Unknown { subject, known: "close the month first".to_owned() });
    };
    let issued = revisions.iter().rev().find(|status| status.state == MonthState::Issued);
    let current = match request.step {
        WorkflowStep::Reverse => issued.map_or(latest, |status| status.record.revision),
        _ => latest,
    };
    let wanted = request.revision.unwrap_or(current);
    let Some(at) = revisions.iter().position(|status| status.record.revision == wanted) else {
        let known = format!("its latest revision is {latest}");
        return Err(LedgerError::Unknown { subject: format!("{subject}, revision {wanted}"), known });
    };
    if wanted != current && request.step != WorkflowStep::Comment {
        return Err(LedgerError::Stale { subject, what: format!("revision {wanted} was replaced by {current}") });
    }
    Ok(revisions.swap_remove(at))
}

/// The steps that a request comes to: for each its commitment, empty for the month, and its amount.
fn taking(
    request: &StepRequest<'_>,
    status: &MonthStatus,
    actor: &str,
) -> Result<Vec<(String, WorkflowStep, Option<i64>)>, LedgerError> {
    let subject = match request.commitment {
        None => status.subject(),
        Some(commitment) => format!("{}, credit of {commitment}", status.subject()),
    };
    let credit = match request.commitment {
        None => None,
        Some(commitment) => Some(status.credit(commitment).ok_or_else(|| {
            let known: Vec<&str> = status.credits.iter().map(|credit| credit.commitment.as_str()).collect();
            let known = match known.as_slice() {
                [] => "the month has no credits".to_owned(),
                known => format!("credits are there for: {}", known.join(", ")),
            };
            LedgerError::Unknown { subject: subject.clone(), known }
        })?),
    };
    let steps = credit.map_or(&status.steps, |credit| &credit.steps);
    if let Some(seen) = request.seen.filter(|seen| *seen != steps.len()) {
        let what = format!("{seen} steps were seen, {} were taken", steps.len());
        return Err(LedgerError::Stale { subject, what });
    }
    if actor.is_empty() {
        let source = WorkflowError::NoActor { step: request.step.name() };
        return Err(LedgerError::Refused { subject, source });
    }
    let taken = request.step.with_reason(request.note).and_then(|()| match credit {
        None => month_steps(request.step, status, actor),
        Some(credit) => credit_step(request, status, credit, actor)
            .map(|amount| vec![(credit.commitment.clone(), request.step, amount)]),
    });
    taken.map_err(|source| LedgerError::Refused { subject, source })
}

/// A step of a month, and those of the credits that it takes along.
fn month_steps(
    step: WorkflowStep,
    status: &MonthStatus,
    actor: &str,
) -> Result<Vec<(String, WorkflowStep, Option<i64>)>, WorkflowError> {
    status.state.after(step)?;
    let mut steps = vec![(String::new(), step, None)];
    match step {
        WorkflowStep::Submit | WorkflowStep::Return => {
            let along = status.credits.iter().filter(|credit| credit.state.after(step).is_ok());
            steps.extend(along.map(|credit| (credit.commitment.clone(), step, None)));
        }
        WorkflowStep::Approve => {
            let deciders = status.credits.iter().flat_map(deciders).collect::<Vec<_>>();
            Hands { closed_by: &status.closed_by, decided_by: &deciders }.may_approve(actor)?;
            let settled = [CreditState::Approved, CreditState::Rejected];
            let open: Vec<&str> = status
                .credits
                .iter()
                .filter(|credit| !settled.contains(&credit.state))
                .map(|credit| credit.commitment.as_str())
                .collect();
            if !open.is_empty() {
                return Err(WorkflowError::CreditsOpen { waiting: open.len(), names: open.join(", ") });
            }
        }
        WorkflowStep::Issue => {
            for credit in status.credits.iter().filter(|credit| credit.state == CreditState::Approved) {
                let delta = credit.decided_minor.unwrap_or(0) - credit.issued_before_minor;
                steps.push((credit.commitment.clone(), step, Some(delta)));
            }
        }
        WorkflowStep::Decide | WorkflowStep::Reject | WorkflowStep::Reverse | WorkflowStep::Comment => {}
    }
    Ok(steps)
}

/// The amount of a step that is taken with a credit alone.
fn credit_step(
    request: &StepRequest<'_>,
    status: &MonthStatus,
    credit: &CreditStatus,
    actor: &str,
) -> Result<Option<i64>, WorkflowError> {
    let step = request.step;
    step.of_a_credit_alone()?;
    credit.state.after(step)?;
    let (low, high) = (credit.low_minor, credit.high_minor);
    match step {
        WorkflowStep::Decide => {
            let amount = request.amount_minor.ok_or(WorkflowError::Undecided { low, high })?;
            approved_amount(low, high, Some(amount)).map(Some)
        }
        WorkflowStep::Approve => {
            let decided_by = deciders(credit);
            Hands { closed_by: &status.closed_by, decided_by: &decided_by }.may_approve(actor)?;
            let amount = approved_amount(low, high, credit.decided_minor)?;
            // Each credit may lie inside its own range and all of them above what a cap leaves of the month.
            let (sum, most) = (status.approved_minor() + amount, status.record.credit_total.high_minor);
            if sum > most {
                return Err(WorkflowError::AboveTotal { sum, most });
            }
            Ok(Some(amount))
        }
        WorkflowStep::Reverse => Ok(Some(-(credit.issued_before_minor + credit.booked_minor()))),
        _ => Ok(None),
    }
}

/// Who said what is owed, or that nothing is.
fn deciders(credit: &CreditStatus) -> Vec<String> {
    let decides = |one: &&StepTaken| matches!(one.step, WorkflowStep::Decide | WorkflowStep::Reject);
    credit.steps.iter().filter(decides).map(|one| one.actor.clone()).collect()
}
