//! Which windows that somebody asked for do not count: agreed in kind, approved by somebody else, and for maintenance
//! announced in time and within the hours of the month.

use super::covers;
use super::occurrences::occurrences;
use super::span::Span;
use crate::catalogue::{Catalogue, ContractSpec, Document, ExclusionSpec, Ruling};
use crate::decision::{RequestState, is_same_person};
use crate::interval::IntervalSet;
use crate::record::{ExclusionDecision, ExclusionKind, RecordExclusion, RecordRequest};
use crate::time::{MeasurementPeriod, Month, Period, utc_text};

/// A window that touches the judged period: an exclusion, or one occurrence of it.
pub(super) struct AskedFor<'a> {
    pub(super) document: &'a Document<ExclusionSpec>,
    /// What was decided of it, when it is kept with its decisions.
    ruling: Option<&'a Ruling>,
    window: Period,
    /// What of it does not count.
    pub(super) accepted: IntervalSet,
    decision: ExclusionDecision,
}

/// Every window of a tenant that touches a measurement period, judged, in order of time.
pub(super) fn asked_for<'a>(
    catalogue: &'a Catalogue,
    contract: &Document<ContractSpec>,
    span: &Span,
) -> Vec<AskedFor<'a>> {
    let mut used: Vec<IntervalSet> =
        span.months.iter().map(|&(month, _)| used_before(catalogue, contract, month)).collect();
    judged(catalogue, &contract.spec, span, &mut used)
}

/// Maintenance of a month that earlier versions of a contract accepted: its hours are those of the month, and a version that
/// begins inside it does not begin to count anew.
fn used_before(catalogue: &Catalogue, contract: &Document<ContractSpec>, month: Month) -> IntervalSet {
    let versions = catalogue.contracts.values().filter(|version| version.name() == contract.name());
    let mut earlier: Vec<&ContractSpec> = versions.map(|version| &version.spec).collect();
    earlier.retain(|version| version.valid_from < contract.spec.valid_from);
    earlier.sort_by_key(|version| version.valid_from);
    let mut used = IntervalSet::default();
    for version in earlier {
        if let Some(span) = Span::due(version, MeasurementPeriod::Month, month) {
            judged(catalogue, version, &span, std::slice::from_mut(&mut used));
        }
    }
    used
}

/// The windows by the terms of one version. `used` is the maintenance that was accepted in each month of the span.
fn judged<'a>(
    catalogue: &'a Catalogue,
    contract: &ContractSpec,
    span: &Span,
    used: &mut [IntervalSet],
) -> Vec<AskedFor<'a>> {
    let covering = catalogue.exclusions.values().filter(|exclusion| concerns(&exclusion.spec, contract));
    let mut windows: Vec<(Period, &Document<ExclusionSpec>)> = covering
        .flat_map(|exclusion| {
            let occurrences = occurrences(&exclusion.spec, contract.time_zone.0, span.period);
            occurrences.into_iter().map(move |occurrence| (occurrence, exclusion))
        })
        .collect();
    windows.sort_by_key(|(occurrence, exclusion)| (*occurrence, exclusion.name().clone()));
    let judged = windows.into_iter().map(|(window, document)| {
        let (spec, ruling) = (&document.spec, catalogue.ruling(document));
        let refused = ruling.is_some_and(|ruling| ruling.state == RequestState::Refused);
        let judged: IntervalSet = window.overlap(span.period).into_iter().collect();
        let (mut decision, mut accepted) = match decide(spec, refused, window, contract) {
            ExclusionDecision::Accepted => (ExclusionDecision::Accepted, judged),
            refused => (refused, IntervalSet::default()),
        };
        if spec.kind == ExclusionKind::Maintenance {
            let hours = contract.maintenance.and_then(|maintenance| maintenance.hours_per_month);
            let limit_seconds = hours.map_or(i64::MAX, |hours| i64::from(hours) * 3600);
            let within = within_hours(&accepted, limit_seconds, span, used);
            if within != accepted {
                decision = ExclusionDecision::HoursUsedUp;
            }
            accepted = within;
        }
        AskedFor { document, ruling, window, accepted, decision }
    });
    judged.collect()
}

/// Windows of several measurement periods, each once, with everything that was accepted of it.
pub(super) fn together<'a>(mut known: Vec<AskedFor<'a>>, more: Vec<AskedFor<'a>>) -> Vec<AskedFor<'a>> {
    for window in more {
        let same =
            |other: &&mut AskedFor<'_>| std::ptr::eq(other.document, window.document) && other.window == window.window;
        match known.iter_mut().find(same) {
            Some(other) => other.accepted = other.accepted.union(&window.accepted),
            None => known.push(window),
        }
    }
    known
}

/// The part of a window that the hours of each month still hold. Time that another window has used already costs no
/// hours a second time.
fn within_hours(window: &IntervalSet, limit_seconds: i64, span: &Span, used: &mut [IntervalSet]) -> IntervalSet {
    let mut accepted = IntervalSet::default();
    for ((_, month), used) in span.months.iter().zip(used) {
        let here = window.intersection(&IntervalSet::from(*month));
        let mut left = limit_seconds - used.seconds();
        let fresh = here.difference(used);
        let taken = fresh.periods().iter().filter_map(|period| {
            let taken = Period::new(period.start, period.end.min(period.start.saturating_add(left.max(0))));
            left -= taken.map_or(0, Period::seconds);
            taken
        });
        *used = used.union(&taken.collect());
        accepted = accepted.union(&here.intersection(used));
    }
    accepted
}

fn concerns(exclusion: &ExclusionSpec, contract: &ContractSpec) -> bool {
    exclusion.tenant == contract.tenant && contract.commitments.iter().any(|commitment| covers(exclusion, commitment))
}

/// A series is approved and announced once; the notice must be kept before each of its occurrences.
fn decide(exclusion: &ExclusionSpec, refused: bool, window: Period, contract: &ContractSpec) -> ExclusionDecision {
    if refused {
        return ExclusionDecision::Refused;
    }
    match &exclusion.approved_by {
        None => return ExclusionDecision::NotApproved,
        Some(approver) if approver.trim().is_empty() => return ExclusionDecision::NotApproved,
        Some(approver) if is_same_person(approver, &exclusion.requested_by) => return ExclusionDecision::SamePerson,
        Some(_) => {}
    }
    if !contract.excluded_kinds.contains(&exclusion.kind) {
        return ExclusionDecision::NotAgreed;
    }
    let notice = contract.maintenance.map(|maintenance| maintenance.notice.seconds());
    match (exclusion.kind, notice, exclusion.announced_at) {
        (ExclusionKind::Maintenance, Some(notice), Some(told)) if told.0 + notice <= window.start => {
            ExclusionDecision::Accepted
        }
        (ExclusionKind::Maintenance, ..) => ExclusionDecision::NoticeNotKept,
        _ => ExclusionDecision::Accepted,
    }
}

impl AskedFor<'_> {
    /// The window as the report lists it.
    pub(super) fn record(&self, contract: &ContractSpec) -> RecordExclusion {
        let spec = &self.document.spec;
        let covered = contract.commitments.iter().filter(|commitment| covers(spec, commitment));
        RecordExclusion {
            name: self.document.name().to_string(),
            start: utc_text(self.window.start),
            end: utc_text(self.window.end),
            reason: spec.reason.clone(),
            commitments: covered.map(|commitment| commitment.name.to_string()).collect(),
            kind: spec.kind,
            announced_at: spec.announced_at.map(|at| utc_text(at.0)),
            after_the_fact: spec.requested_at.map(|at| at.0 > self.window.start),
            accepted_seconds: self.accepted.seconds(),
            decision: self.decision,
            request: self.ruling.map(RecordRequest::new),
        }
    }
}
