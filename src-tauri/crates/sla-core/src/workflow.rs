//! How a month and its credits pass through several hands: which step follows which, and who may not take it.
//!
//! A revision of a month is closed, goes to review, is approved and issued; its credits are drafts, are decided, approved or
//! rejected, issued, and can be reversed. Nothing here is overwritten: every step is a fact of its own, and the state is what
//! the last one made it. A restated month begins anew, and what was issued of the revision before stays issued.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a revision of a month is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MonthState {
    /// Computed and recorded; nobody has looked at it.
    #[default]
    Closed,
    /// Somebody is asked to look at it.
    InReview,
    /// Somebody other than who closed or decided it agreed.
    Approved,
    /// Sent to the customer. What was issued never changes.
    Issued,
}

/// Where a credit of a revision is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CreditState {
    /// Computed; nobody has looked at it.
    #[default]
    Draft,
    /// Somebody is asked to decide it.
    InReview,
    /// Somebody other than who closed the month or decided the amount agreed.
    Approved,
    /// It is not given, for a reason that is on record.
    Rejected,
    /// Given to the customer.
    Issued,
    /// Given and taken back.
    Reversed,
}

/// What is done to a month or to one of its credits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkflowStep {
    /// Hand it to review; a month takes its credits with it.
    Submit,
    /// Hand it back to who closed it; its credits become drafts again.
    Return,
    /// Say which amount inside the range is owed.
    Decide,
    /// Agree.
    Approve,
    /// Do not give the credit.
    Reject,
    /// Send it to the customer; a month takes its approved credits with it.
    Issue,
    /// Take an issued credit back.
    Reverse,
    /// Say something about it.
    Comment,
}

/// Why a step cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkflowError {
    /// The step does not follow the state.
    #[error("it is {state}, and {step} follows {expected}")]
    OutOfOrder {
        /// The step.
        step: &'static str,
        /// The state.
        state: &'static str,
        /// The states that it follows.
        expected: String,
    },
    /// The step is none for this.
    #[error("{step} is no step of a {of}; expected one of: {expected}")]
    NoSuchStep {
        /// The step.
        step: &'static str,
        /// `month` or `credit`.
        of: &'static str,
        /// Its steps.
        expected: String,
    },
    /// Who did it agrees with themselves.
    #[error("{actor} {did}, and what one person did another one approves (four eyes)")]
    FourEyes {
        /// Who would approve.
        actor: String,
        /// What they did before.
        did: &'static str,
    },
    /// Only who asked for it can take it back.
    #[error("{actor} did not ask for it; {by} did, and may {step} it")]
    NotTheirs {
        /// Who would take the step.
        actor: String,
        /// Who asked for it.
        by: String,
        /// The step.
        step: &'static str,
    },
    /// Nobody says who takes the step.
    #[error("{step} needs the name of who takes it")]
    NoActor {
        /// The step.
        step: &'static str,
    },
    /// Nothing is said where something must be.
    #[error("{step} needs a reason")]
    NoReason {
        /// The step.
        step: &'static str,
    },
    /// The amount is outside of what may be owed.
    #[error("{amount} is outside of what the month owes, {low} to {high}, in the minor unit of its currency")]
    OutsideRange {
        /// The amount, in the minor unit.
        amount: i64,
        /// The least.
        low: i64,
        /// The most.
        high: i64,
    },
    /// Nobody said which amount inside the range is owed.
    #[error("the amount is not decided: {low} to {high} in the minor unit may be owed; decide it first")]
    Undecided {
        /// The least, in the minor unit.
        low: i64,
        /// The most.
        high: i64,
    },
    /// All credits together are more than the month can owe.
    #[error("together with this the credits of the month come to {sum}, and it owes {most} at most, in the minor unit")]
    AboveTotal {
        /// What they come to, in the minor unit.
        sum: i64,
        /// The most that the month owes.
        most: i64,
    },
    /// A credit goes with its month.
    #[error("a credit cannot {step} alone: its month takes it along")]
    WithMonth {
        /// The step.
        step: &'static str,
    },
    /// The letter of an issued month is changed.
    #[error(
        "the month was issued with its letter, and what was sent stays as it was sent; restate the month to write another"
    )]
    LetterSent,
    /// Credits of the month wait for somebody.
    #[error("{waiting} of its credits are neither approved nor rejected: {names}")]
    CreditsOpen {
        /// How many.
        waiting: usize,
        /// Their commitments.
        names: String,
    },
}

impl WorkflowError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OutOfOrder { .. } => "workflow.out_of_order",
            Self::NoSuchStep { .. } => "workflow.no_such_step",
            Self::FourEyes { .. } => "workflow.four_eyes",
            Self::NotTheirs { .. } => "workflow.not_theirs",
            Self::NoActor { .. } => "workflow.no_actor",
            Self::NoReason { .. } => "workflow.no_reason",
            Self::OutsideRange { .. } => "workflow.outside_range",
            Self::Undecided { .. } => "workflow.undecided",
            Self::AboveTotal { .. } => "workflow.above_total",
            Self::WithMonth { .. } => "workflow.with_month",
            Self::LetterSent => "workflow.letter_sent",
            Self::CreditsOpen { .. } => "workflow.credits_open",
        }
    }
}

impl WorkflowStep {
    /// Every step.
    pub const ALL: [Self; 8] = [
        Self::Submit,
        Self::Return,
        Self::Decide,
        Self::Approve,
        Self::Reject,
        Self::Issue,
        Self::Reverse,
        Self::Comment,
    ];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Return => "return",
            Self::Decide => "decide",
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Issue => "issue",
            Self::Reverse => "reverse",
            Self::Comment => "comment",
        }
    }

    /// Whether a credit takes it only together with its month.
    ///
    /// # Errors
    /// [`WorkflowError::WithMonth`].
    pub fn of_a_credit_alone(self) -> Result<(), WorkflowError> {
        match self {
            Self::Submit | Self::Return | Self::Issue => Err(WorkflowError::WithMonth { step: self.name() }),
            Self::Decide | Self::Approve | Self::Reject | Self::Reverse | Self::Comment => Ok(()),
        }
    }

    /// The step of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }

    /// Whether whoever takes it must say why.
    fn needs_reason(self) -> bool {
        matches!(self, Self::Return | Self::Decide | Self::Reject | Self::Reverse | Self::Comment)
    }

    /// Whether what is said suffices.
    ///
    /// # Errors
    /// [`WorkflowError::NoReason`].
    pub fn with_reason(self, reason: &str) -> Result<(), WorkflowError> {
        if self.needs_reason() && reason.trim().is_empty() {
            return Err(WorkflowError::NoReason { step: self.name() });
        }
        Ok(())
    }
}

impl MonthState {
    /// Which step makes which state out of which; a comment leaves it as it is.
    const STEPS: [(WorkflowStep, Self, Self); 4] = [
        (WorkflowStep::Submit, Self::Closed, Self::InReview),
        (WorkflowStep::Return, Self::InReview, Self::Closed),
        (WorkflowStep::Approve, Self::InReview, Self::Approved),
        (WorkflowStep::Issue, Self::Approved, Self::Issued),
    ];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::InReview => "in_review",
            Self::Approved => "approved",
            Self::Issued => "issued",
        }
    }

    /// The state of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Closed, Self::InReview, Self::Approved, Self::Issued].into_iter().find(|state| state.name() == name)
    }

    /// The state after a step.
    ///
    /// # Errors
    /// [`WorkflowError::OutOfOrder`] and [`WorkflowError::NoSuchStep`].
    pub fn after(self, step: WorkflowStep) -> Result<Self, WorkflowError> {
        after("month", &Self::STEPS, self, step, Self::name)
    }
}

impl CreditState {
    /// As [`MonthState::STEPS`]. A decision can be taken again until somebody else agrees.
    const STEPS: [(WorkflowStep, Self, Self); 9] = [
        (WorkflowStep::Submit, Self::Draft, Self::InReview),
        (WorkflowStep::Return, Self::InReview, Self::Draft),
        (WorkflowStep::Return, Self::Approved, Self::Draft),
        (WorkflowStep::Return, Self::Rejected, Self::Draft),
        (WorkflowStep::Decide, Self::InReview, Self::InReview),
        (WorkflowStep::Approve, Self::InReview, Self::Approved),
        (WorkflowStep::Reject, Self::InReview, Self::Rejected),
        (WorkflowStep::Issue, Self::Approved, Self::Issued),
        (WorkflowStep::Reverse, Self::Issued, Self::Reversed),
    ];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview => "in_review",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Issued => "issued",
            Self::Reversed => "reversed",
        }
    }

    /// The state of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Draft, Self::InReview, Self::Approved, Self::Rejected, Self::Issued, Self::Reversed]
            .into_iter()
            .find(|state| state.name() == name)
    }

    /// The state after a step.
    ///
    /// # Errors
    /// [`WorkflowError::OutOfOrder`] and [`WorkflowError::NoSuchStep`].
    pub fn after(self, step: WorkflowStep) -> Result<Self, WorkflowError> {
        after("credit", &Self::STEPS, self, step, Self::name)
    }
}

fn after<S: Copy + PartialEq>(
    of: &'static str,
    steps: &[(WorkflowStep, S, S)],
    state: S,
    step: WorkflowStep,
    name: fn(S) -> &'static str,
) -> Result<S, WorkflowError> {
    if step == WorkflowStep::Comment {
        return Ok(state);
    }
    if !steps.iter().any(|(known, ..)| *known == step) {
        let known = WorkflowStep::ALL.into_iter();
        let known = known.filter(|one| *one == WorkflowStep::Comment || steps.iter().any(|(step, ..)| step == one));
        let expected = known.map(WorkflowStep::name).collect::<Vec<_>>().join(", ");
        return Err(WorkflowError::NoSuchStep { step: step.name(), of, expected });
    }
    next(steps, state, step, (name, WorkflowStep::name))
}

/// The stable name of a value.
type NameOf<T> = fn(T) -> &'static str;

/// The state after a step by a table of which step makes which state out of which; `names` of states and steps.
///
/// # Errors
/// [`WorkflowError::OutOfOrder`].
pub(crate) fn next<S: Copy + PartialEq, T: Copy + PartialEq>(
    steps: &[(T, S, S)],
    state: S,
    step: T,
    (name, step_name): (NameOf<S>, NameOf<T>),
) -> Result<S, WorkflowError> {
    let from = || steps.iter().filter(|(known, ..)| *known == step);
    match from().find(|(_, before, _)| *before == state) {
        Some((_, _, next)) => Ok(*next),
        None => Err(WorkflowError::OutOfOrder {
            step: step_name(step),
            state: name(state),
            expected: from().map(|(_, before, _)| name(*before)).collect::<Vec<_>>().join(" or "),
        }),
    }
}

/// What has been done so far by whom, as far as it decides who may approve.
#[derive(Clone, Copy, Debug)]
pub struct Hands<'a> {
    /// Who closed the month.
    pub closed_by: &'a str,
    /// Who decided amounts of what is to be approved, or rejected some.
    pub decided_by: &'a [String],
}

impl Hands<'_> {
    /// Whether a person may approve what these hands made.
    ///
    /// # Errors
    /// [`WorkflowError::FourEyes`].
    pub fn may_approve(&self, actor: &str) -> Result<(), WorkflowError> {
        let refused = |did| Err(WorkflowError::FourEyes { actor: actor.to_owned(), did });
        if self.closed_by == actor {
            return refused("closed the month");
        }
        if self.decided_by.iter().any(|decider| decider == actor) {
            return refused("decided an amount");
        }
        Ok(())
    }
}

/// The amount that a credit is approved with: the one that was decided, or the only one that it can be.
///
/// # Errors
/// [`WorkflowError::Undecided`] and [`WorkflowError::OutsideRange`].
pub fn approved_amount(low: i64, high: i64, decided: Option<i64>) -> Result<i64, WorkflowError> {
    match decided {
        Some(amount) if low <= amount && amount <= high => Ok(amount),
        Some(amount) => Err(WorkflowError::OutsideRange { amount, low, high }),
        None if low == high => Ok(low),
        None => Err(WorkflowError::Undecided { low, high }),
    }
}
