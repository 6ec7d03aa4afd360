//! What is entered to be approved: which decision follows which, and who may take it.
//!
//! A version of a document is asked for by whoever entered it. Somebody else approves or refuses it, and who asked for
//! it can take it back. A further version is a request of its own: what was decided of the one before does not carry
//! over.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::workflow::{WorkflowError, next};

/// Where a version of a document is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// Entered; it waits for somebody else.
    #[default]
    Requested,
    /// Somebody else agreed.
    Approved,
    /// Somebody else did not agree, for a reason that is on record.
    Refused,
    /// Taken back by who asked for it.
    Withdrawn,
}

/// What is done with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Agree.
    Approve,
    /// Do not agree, or agree no more.
    Refuse,
    /// Take it back.
    Withdraw,
}

impl Decision {
    /// Every decision.
    pub const ALL: [Self; 3] = [Self::Approve, Self::Refuse, Self::Withdraw];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Refuse => "refuse",
            Self::Withdraw => "withdraw",
        }
    }

    /// The decision of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|decision| decision.name() == name)
    }
}

impl RequestState {
    /// Which decision makes which state out of which. An approval can be taken back by refusing; a refusal stands,
    /// because whoever refused has given a reason that a further version can answer.
    const DECISIONS: [(Decision, Self, Self); 5] = [
        (Decision::Approve, Self::Requested, Self::Approved),
        (Decision::Refuse, Self::Requested, Self::Refused),
        (Decision::Refuse, Self::Approved, Self::Refused),
        (Decision::Withdraw, Self::Requested, Self::Withdrawn),
        (Decision::Withdraw, Self::Approved, Self::Withdrawn),
    ];

    /// Every state.
    pub const ALL: [Self; 4] = [Self::Requested, Self::Approved, Self::Refused, Self::Withdrawn];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// The state after a decision.
    ///
    /// # Errors
    /// [`WorkflowError::OutOfOrder`].
    pub fn after(self, decision: Decision) -> Result<Self, WorkflowError> {
        next(&Self::DECISIONS, self, decision, (Self::name, Decision::name))
    }
}

/// Whose request it is.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Who entered it.
    pub entered_by: &'a str,
    /// Whom the document itself names as the one who asked; the same, or somebody for whom it was entered.
    pub named: Option<&'a str>,
}

impl Request<'_> {
    /// Whether a person may take a decision for a reason.
    ///
    /// # Errors
    /// [`WorkflowError::NoActor`], [`WorkflowError::NoReason`] for a refusal without one, [`WorkflowError::FourEyes`]
    /// when who asked for it would decide it, [`WorkflowError::NotTheirs`] when somebody else would take it back.
    pub fn may(&self, decision: Decision, actor: &str, reason: &str) -> Result<(), WorkflowError> {
        if actor.trim().is_empty() {
            return Err(WorkflowError::NoActor { step: decision.name() });
        }
        if decision == Decision::Refuse && reason.trim().is_empty() {
            return Err(WorkflowError::NoReason { step: decision.name() });
        }
        let refused = |did| Err(WorkflowError::FourEyes { actor: actor.trim().to_owned(), did });
        match decision {
            Decision::Withdraw if is_same_person(actor, self.entered_by) => Ok(()),
            Decision::Withdraw => Err(WorkflowError::NotTheirs {
                actor: actor.trim().to_owned(),
                by: self.entered_by.to_owned(),
                step: decision.name(),
            }),
            _ if is_same_person(actor, self.entered_by) => refused("entered it"),
            _ if self.named.is_some_and(|named| is_same_person(actor, named)) => refused("asked for it"),
            _ => Ok(()),
        }
    }
}

/// Whether two names are those of one person: letters may be capital, and spaces around them are none of a name.
pub(crate) fn is_same_person(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}
