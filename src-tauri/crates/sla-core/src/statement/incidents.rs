//! Promises about incidents, as the report states them.

use super::Outages;
use crate::assess::Attained;
use crate::catalogue::{Document, Instant};
use crate::incident::{IncidentOutcome, IncidentSpec, IncidentTally};
use crate::plan::PlannedIncidents;
use crate::price::{Downtime, Judged};
use crate::ratio::{Ratio, Rounding};
use crate::record::{
    Clock, RecordCredit, RecordIncident, RecordIncidentPromise, RecordPause, RecordRange, RecordRatio, RecordSpan,
    Verdict,
};
use crate::time::{Period, utc_text};

/// What pricing has to know of a promise about incidents. Without any incident it was kept.
pub(super) fn judged<'a>(planned: &PlannedIncidents<'a>, tally: &IncidentTally) -> Judged<'a> {
    let over = |end: fn(&IncidentOutcome) -> Option<i64>| {
        let limit = planned.terms.limit.seconds();
        let bound = (planned.longest_seconds() - limit).max(0);
        tally.outcomes.iter().map(|(_, outcome)| end(outcome).unwrap_or(bound)).collect::<Vec<_>>()
    };
    let least = Downtime { over_seconds: over(|outcome| Some(outcome.over_seconds.low)), ..Downtime::default() };
    // What an open clock will still show is not owed for this month: it counts up to the moment of judging.
    let most = over(|outcome| if outcome.ended { outcome.over_seconds.high } else { Some(outcome.over_seconds.low) });
    Judged {
        promise: planned.terms.into(),
        contract: planned.contract,
        service: &planned.terms.service,
        fees: planned.fees.clone(),
        attained: tally.kept.as_ref().map(|kept| Attained { low: kept.low.clone(), high: kept.high.clone() }),
        verdict: tally.verdict.unwrap_or(Verdict::Met),
        base_seconds: planned.period.seconds(),
        worst_base_seconds: planned.period.seconds(),
        least,
        most: Downtime { over_seconds: most, ..Downtime::default() },
        doubt: None,
        may_be_too_few: false,
        disputed_by: None,
    }
}

/// When incidents that missed the limit, or may have, took place: from their beginning, or where nobody knows it from
/// their report, until they were restored or the period ended.
pub(super) fn late(planned: &PlannedIncidents<'_>, tally: &IncidentTally) -> Outages {
    let took_place = |may_have: fn(&IncidentOutcome) -> bool| {
        let missed = tally.outcomes.iter().filter(|(_, outcome)| may_have(outcome));
        let periods = missed.filter_map(|(name, _)| {
            let spec = &planned.incidents.iter().find(|document| document.name() == name)?.spec;
            let start = spec.began.unwrap_or(spec.reported).0;
            Period::new(start, spec.restored.map_or(planned.period.end, |restored| restored.0))
        });
        periods.collect::<Vec<_>>()
    };
    Outages {
        certain: took_place(|outcome| outcome.over_seconds.low > 0),
        possible: took_place(|outcome| outcome.over_seconds.high != Some(0)),
    }
}

/// The promise as the report lists it.
pub(super) fn promise(
    planned: &PlannedIncidents<'_>,
    month: Period,
    tally: &IncidentTally,
    credit: RecordCredit,
) -> RecordIncidentPromise {
    let terms = planned.terms;
    let ratio = |pick: fn(&crate::incident::RatioRange) -> &Ratio| {
        tally.kept.as_ref().map(|kept| RecordRatio::from(pick(kept)))
    };
    let attained = tally.kept.as_ref().filter(|kept| kept.low == kept.high).map(|kept| RecordRatio::from(&kept.low));
    let seconds = |mean: &Ratio| mean.to_decimal(0, Rounding::Ceil);
    RecordIncidentPromise {
        name: terms.name.to_string(),
        contract_version: planned.version,
        title: planned.title.to_owned(),
        service: terms.service.to_string(),
        period: (planned.period != month).then(|| span(planned.period)),
        class: terms.class.to_string(),
        clock: Clock { ends: terms.clock, starts_at: terms.starts_at, hours: terms.hours },
        month: terms.month,
        limit_seconds: terms.limit.seconds(),
        target: terms.target.to_string(),
        within: tally.within,
        over: tally.over,
        undecidable: tally.undecidable,
        not_ended: tally.not_ended,
        attained,
        attained_range: RecordRange { low: ratio(|kept| &kept.low), high: ratio(|kept| &kept.high) },
        mean_seconds: tally.mean.as_ref().map(|mean| RecordRange {
            low: Some(seconds(&mean.low_seconds)),
            high: mean.high_seconds.as_ref().map(seconds),
        }),
        verdict: tally.verdict.unwrap_or(Verdict::Met),
        credit,
        incidents: tally
            .outcomes
            .iter()
            .filter_map(|(name, outcome)| {
                let document = planned.incidents.iter().find(|document| document.name() == name)?;
                Some(incident(document, outcome))
            })
            .collect(),
    }
}

fn span(period: Period) -> RecordSpan {
    RecordSpan { start: utc_text(period.start), end: utc_text(period.end) }
}

fn incident(document: &Document<IncidentSpec>, outcome: &IncidentOutcome) -> RecordIncident {
    let spec = &document.spec;
    let text = |at: Instant| utc_text(at.0);
    RecordIncident {
        name: document.name().to_string(),
        title: spec.title.clone(),
        summary: spec.summary.clone(),
        began: spec.began.map(text),
        detected: spec.detected.map(text),
        reported: text(spec.reported),
        responded: spec.responded.map(text),
        restored: spec.restored.map(text),
        pauses: spec
            .pauses
            .iter()
            .map(|pause| RecordPause { from: text(pause.from), to: pause.to.map(text), reason: pause.reason.clone() })
            .collect(),
        outcome: outcome.clone(),
        sha256: document.sha256(),
    }
}
