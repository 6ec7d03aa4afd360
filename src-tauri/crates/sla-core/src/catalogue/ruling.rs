//! What was decided of documents that are kept with their decisions: who entered a version, who approved or refused it,
//! is taken from there, whatever the document says of itself.

use super::value::{Instant, Name};
use super::{Catalogue, Document, ExclusionSpec};
use crate::decision::{RequestState, is_same_person};
use crate::time::UnixSeconds;

/// The kinds that count only once somebody else approved them.
pub const DECIDED_KINDS: [&str; 2] = ["Exclusion", "Incident"];

/// A version of a document that was entered to be approved, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// One of [`DECIDED_KINDS`].
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// SHA-256 of its content.
    pub sha256: String,
    /// Who entered the version.
    pub entered_by: String,
    /// When, Unix seconds.
    pub entered_at: UnixSeconds,
    /// Where it is.
    pub state: RequestState,
    /// Who decided it last; nobody yet while it waits.
    pub decided: Option<Decided>,
}

/// The last decision about a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Who.
    pub by: String,
    /// When, Unix seconds.
    pub at: UnixSeconds,
    /// Why; empty when nothing was said.
    pub reason: String,
}

impl Ruling {
    /// Who approved it, while that holds.
    fn approver(&self) -> Option<String> {
        let decided = self.decided.as_ref().filter(|_| self.state == RequestState::Approved);
        decided.map(|decided| decided.by.clone())
    }
}

impl Catalogue {
    /// Lets decisions rule: what was withdrawn is not there, and who asked and approved is who did. A document of that
    /// name that is not in the catalogue is passed over.
    pub fn rule(&mut self, rulings: Vec<Ruling>) {
        for ruling in rulings {
            let Ok(name) = ruling.name.parse::<Name>() else { continue };
            let is_gone = ruling.state == RequestState::Withdrawn;
            match ruling.kind.as_str() {
                "Exclusion" if is_gone => drop(self.exclusions.remove(&name)),
                "Exclusion" => {
                    let Some(exclusion) = self.exclusions.get_mut(&name) else { continue };
                    exclusion.spec.requested_by.clone_from(&ruling.entered_by);
                    exclusion.spec.requested_at = Some(Instant(ruling.entered_at));
                    exclusion.spec.approved_by = ruling.approver();
                    self.rulings.insert(name, ruling);
                }
                "Incident" if is_gone => drop(self.incidents.remove(&name)),
                "Incident" => {
                    let Some(incident) = self.incidents.get_mut(&name) else { continue };
                    incident.spec.entered_by.clone_from(&ruling.entered_by);
                    incident.spec.approved_by = ruling.approver();
                }
                _ => {}
            }
        }
    }

    /// What was decided of an exclusion, when it is kept with its decisions.
    pub fn ruling(&self, exclusion: &Document<ExclusionSpec>) -> Option<&Ruling> {
        self.rulings.get(exclusion.name())
    }

    /// Where the request for an exclusion is: as it was decided, or else as its document says.
    pub fn request_state(&self, exclusion: &Document<ExclusionSpec>) -> RequestState {
        let spec = &exclusion.spec;
        let is_other =
            |approver: &&String| !approver.trim().is_empty() && !is_same_person(approver, &spec.requested_by);
        match (self.ruling(exclusion), spec.approved_by.as_ref().filter(is_other)) {
            (Some(ruling), _) => ruling.state,
            (None, Some(_)) => RequestState::Approved,
            (None, None) => RequestState::Requested,
        }
    }
}
