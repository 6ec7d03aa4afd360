//! A commitment by one reading or by two: what is judged, what is claimed, and how both stand in the record.

use super::{Measured, Outages, range};
use crate::assess::{Assessment, Attained, assess};
use crate::plan::PlannedCommitment;
use crate::price::Judged;
use crate::ratio::{Ratio, Rounding};
use crate::reconcile::{Reconciled, reconcile};
use crate::record::{Count, Method, PERCENT_DIGITS, RecordRange, RecordRatio, RecordReading, RecordSecondReading};

/// A commitment, judged by what was read of it.
pub(super) struct JudgedReadings {
    /// What the month states.
    pub(super) stated: Assessment,
    /// The commitment's own reading alone.
    pub(super) own: Assessment,
    /// How it compares with the second one.
    pub(super) compared: Option<Reconciled>,
}

/// Judges a commitment by its own reading, and by a second one where the contract demands it.
pub(super) fn judge(planned: &PlannedCommitment<'_>, measured: &Measured) -> JudgedReadings {
    let own = assess(planned.terms, &planned.scope, &measured.measurement);
    let compared = planned.second.as_ref().map(|(terms, _)| {
        let second = measured.second.as_ref().expect("a second reading that is demanded was measured");
        reconcile(planned.terms, terms, &planned.scope, [&measured.measurement, &second.measurement])
    });
    let disputed = compared.as_ref().and_then(|compared| compared.disputed.as_ref());
    JudgedReadings { stated: disputed.map_or_else(|| own.clone(), |other| own.disputed_by(other)), own, compared }
}

impl JudgedReadings {
    fn disputed(&self) -> Option<&Assessment> {
        self.compared.as_ref()?.disputed.as_ref()
    }

    /// What pricing has to know. Both readings may have attained whatever either has; each has the outages that it saw.
    pub(super) fn judged<'a>(&self, planned: &PlannedCommitment<'a>) -> Judged<'a> {
        let stated = Judged::of(planned, &self.stated);
        let other = self.disputed().map(|other| {
            let Judged { attained, verdict, may_be_too_few, .. } = stated.clone();
            Box::new(Judged { attained, verdict, may_be_too_few, ..Judged::of(planned, other) })
        });
        Judged { disputed_by: other, ..stated }
    }

    /// The outages from which a claim may run: certain are those that no reading disputes.
    pub(super) fn outages(&self) -> Outages {
        let certain = match self.disputed() {
            None => self.stated.down.clone(),
            Some(other) => self.stated.down.intersection(&other.down),
        };
        Outages::of(&certain, &self.stated.may_be_down)
    }
}

/// Both readings side by side; `Some(None)` where there is one, `None` when a count does not fit.
pub(super) fn told(
    planned: &PlannedCommitment<'_>,
    measured: &Measured,
    judged: &JudgedReadings,
) -> Option<Option<RecordSecondReading>> {
    let (Some((terms, _)), Some(second), Some(compared)) = (&planned.second, &measured.second, &judged.compared) else {
        return Some(None);
    };
    let points = |share: &Ratio| share.to_percent(PERCENT_DIGITS, Rounding::Ceil);
    let (least, most) = compared.difference.as_ref().map(|(least, most)| (points(least), points(most))).unzip();
    let [first_only, second_only] = compared.down_in_one_only_seconds;
    Some(Some(RecordSecondReading {
        sli: terms.sli.to_string(),
        tolerance: terms.tolerance.to_string(),
        when_open: terms.when_open,
        first: reading(planned, measured, &compared.first)?,
        second: reading(planned, second, &compared.second)?,
        difference_points: range((least, most)),
        agreement: compared.agreement,
        down_in_first_only_seconds: first_only,
        down_in_second_only_seconds: second_only,
        evidence: second.evidence.sha256.clone(),
    }))
}

fn reading(planned: &PlannedCommitment<'_>, measured: &Measured, alone: &Assessment) -> Option<RecordReading> {
    let scale = match planned.terms.method {
        Method::Timeslices => 1,
        Method::Occurrences | Method::RatioTimeslices | Method::Consumption => measured.measurement.scale,
    };
    let end = |pick: fn(&Attained) -> &Ratio| alone.attained.as_ref().map(|attained| RecordRatio::from(pick(attained)));
    Some(RecordReading {
        good: Count::from_units(alone.good, scale)?,
        total: Count::from_units(alone.total, scale)?,
        attained_range: RecordRange { low: end(|range| &range.low), high: end(|range| &range.high) },
        verdict: alone.verdict,
        downtime_seconds: alone.lengths.downtime_seconds,
        unknown_seconds: alone.lengths.unknown_seconds,
    })
}
