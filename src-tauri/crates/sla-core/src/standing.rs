//! How the running month stands: how much of a promise's error budget is used, and how much would be at the present rate. Nothing
//! here is a statement about the month: that is made when it is over, from evidence of all of it.
//!
//! The budget is the one of the whole measurement period: (1 − target) of its service time, without the exclusions that are
//! accepted and the quiet and unknown time that has left the judgement so far. Used of it is (1 − attained) of the time that is
//! judged so far. The projection goes on like that: it is the burn rate ([`crate::burn`]), the share of the budget that would be
//! used if errors happened until the end of the period as they did so far. It is no promise.
//!
//! Where consumption is judged, the budget is the contract's amount, and the projection consumes as much of it in each second to
//! come as in those so far.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::assess::{Assessment, assess};
use crate::burn::{budget_used, burn_rate};
use crate::catalogue::{Commitment, ConsumptionBudget};
use crate::measurement::{Measurement, Scope};
use crate::plan::{PlannedCommitment, RunningMonth};
use crate::ratio::{Ratio, Rounding};
use crate::record::{ExclusionMode, Method, RecordRange, RecordRatio, RecordSpan, UnknownReading};
use crate::time::{Month, utc_text};

/// The running month of a contract, as far as it is measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MonthStanding {
    /// Id of the tenant.
    pub tenant: String,
    /// The tenant's name for people.
    pub tenant_name: String,
    /// Id of the contract.
    pub contract: String,
    /// The version that is in force.
    pub version: u32,
    /// The month that the contract's zone shows.
    pub month: Month,
    /// The contract's time zone.
    pub time_zone: String,
    /// Its commitments, in the order of the contract; without those of which no slice is over, and without promises about
    /// incidents.
    pub commitments: Vec<CommitmentStanding>,
}

/// How a commitment stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommitmentStanding {
    /// Name of the commitment in the contract.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// The promised percentage.
    pub target: String,
    /// How attainment is counted.
    pub method: Method,
    /// The whole measurement period that the budget is for.
    pub period: RecordSpan,
    /// The end of the last slice that was measured, in UTC.
    pub measured_until: String,
    /// Service time so far, in seconds.
    pub service_seconds: i64,
    /// Service time of the whole period, in seconds.
    pub whole_service_seconds: i64,
    /// Downtime so far, in seconds.
    pub downtime_seconds: i64,
    /// Time without usable evidence so far, in seconds.
    pub unknown_seconds: i64,
    /// The budget of the whole period in seconds with at most three decimals, rounded down; null where consumption is judged.
    pub budget_seconds: Option<String>,
    /// What is used of it, rounded up; null where consumption is judged or nothing can be judged yet.
    pub used_seconds: RecordRange<Option<String>>,
    /// The share of the whole period's budget that is used, in percent with two decimals, rounded up; null where nothing can be
    /// judged yet, where unknown time leaves no bound, and for a target of 100 %.
    pub used_percent: RecordRange<Option<String>>,
    /// The share of the budget that is used at the end of the period if errors go on as they did so far: (1 − attained) /
    /// (1 − target), exact. No promise.
    pub projected_at_present_rate: RecordRange<Option<RecordRatio>>,
    /// The same in percent with two decimals, rounded up.
    pub projected_percent: RecordRange<Option<String>>,
    /// What that says in a word.
    pub outlook: Outlook,
}

/// How a budget will fare, by the exact shares; what a contract rounds in the customer's or the provider's favour is left out.
/// The gravest comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outlook {
    /// At the present rate the budget lasts.
    Lasts,
    /// Nothing can be judged yet.
    Unjudged,
    /// Unknown time decides whether it lasts.
    Uncertain,
    /// At the present rate it does not last.
    TooFast,
    /// It is used up.
    UsedUp,
}

impl Outlook {
    /// Every outlook, the best first.
    pub const ALL: [Self; 5] = [Self::Lasts, Self::Unjudged, Self::Uncertain, Self::TooFast, Self::UsedUp];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lasts => "lasts",
            Self::Unjudged => "unjudged",
            Self::Uncertain => "uncertain",
            Self::TooFast => "too_fast",
            Self::UsedUp => "used_up",
        }
    }
}

/// How a running month stands. `measured` has one entry for every commitment, in their order.
pub fn standing(running: &RunningMonth<'_>, measured: &[Measurement]) -> MonthStanding {
    let RunningMonth { so_far, whole } = running;
    assert_eq!(so_far.commitments.len(), measured.len(), "every commitment was measured");
    let commitments = so_far.commitments.iter().zip(whole).zip(measured);
    MonthStanding {
        tenant: so_far.tenant.name().to_string(),
        tenant_name: so_far.tenant.metadata.title().to_owned(),
        contract: so_far.contract.name().to_string(),
        version: so_far.contract.spec.version,
        month: so_far.month,
        time_zone: so_far.contract.spec.time_zone.to_string(),
        commitments: commitments.map(|((planned, whole), measured)| commitment(planned, whole, measured)).collect(),
    }
}

fn commitment(planned: &PlannedCommitment<'_>, whole: &Scope, measured: &Measurement) -> CommitmentStanding {
    let terms = planned.terms;
    let assessment = assess(terms, &planned.scope, measured);
    let lengths = &assessment.lengths;
    let shares = Shares::of(terms, &planned.scope, whole, measured, &assessment);
    let percent = |share: &Option<Ratio>| share.as_ref().map(|share| share.to_percent(2, Rounding::Ceil));
    let seconds = |seconds: &Ratio, rounding| seconds.to_decimal(3, rounding);
    let used_seconds = shares.used_seconds.as_ref();
    CommitmentStanding {
        name: terms.name.to_string(),
        title: planned.title.to_owned(),
        target: terms.target.to_string(),
        method: terms.method,
        period: RecordSpan { start: utc_text(whole.period.start), end: utc_text(whole.period.end) },
        measured_until: utc_text(planned.scope.period.end),
        service_seconds: lengths.service_seconds,
        whole_service_seconds: whole.service.seconds(),
        downtime_seconds: lengths.downtime_seconds,
        unknown_seconds: lengths.unknown_seconds,
        budget_seconds: shares.budget_seconds.as_ref().map(|budget| seconds(budget, Rounding::Floor)),
        used_seconds: RecordRange {
            low: used_seconds.map(|(low, _)| seconds(low, Rounding::Ceil)),
            high: used_seconds.map(|(_, high)| seconds(high, Rounding::Ceil)),
        },
        used_percent: RecordRange { low: percent(&shares.used.0), high: percent(&shares.used.1) },
        projected_at_present_rate: RecordRange {
            low: shares.projected.0.as_ref().map(RecordRatio::from),
            high: shares.projected.1.as_ref().map(RecordRatio::from),
        },
        projected_percent: RecordRange { low: percent(&shares.projected.0), high: percent(&shares.projected.1) },
        outlook: shares.outlook,
    }
}

/// The least and the most; `None` where there is no such bound.
type Bounds = (Option<Ratio>, Option<Ratio>);

/// Exact shares of the whole period's budget.
struct Shares {
    budget_seconds: Option<Ratio>,
    used_seconds: Option<(Ratio, Ratio)>,
    used: Bounds,
    projected: Bounds,
    outlook: Outlook,
}

impl Shares {
    fn of(terms: &Commitment, so_far: &Scope, whole: &Scope, measured: &Measurement, judged: &Assessment) -> Self {
        let lengths = &judged.lengths;
        let stays = terms.exclusions == ExclusionMode::Numerator;
        let to_come = |scope: &Scope| scope.service.seconds() - if stays { 0 } else { scope.excluded.seconds() };
        let rest_seconds = to_come(whole) - to_come(so_far);
        let (base, worst_base) = (lengths.base_seconds, lengths.worst_base_seconds);
        if let Some(budget) = &terms.budget {
            let used = consumed(terms, budget, measured, lengths.unknown_seconds / so_far.step_seconds);
            let used = if judged.attained.is_some() { used } else { (None, None) };
            let factor = Ratio::new(base + rest_seconds, base);
            let projected = |used: &Option<Ratio>| Some(used.as_ref()?.times(factor.as_ref()?));
            let projected = (projected(&used.0), projected(&used.1));
            let outlook = outlook(&used, &projected, judged.attained.is_some());
            return Self { budget_seconds: None, used_seconds: None, used, projected, outlook };
        }
        let whole_base = base + rest_seconds;
        let failed = judged.attained.as_ref().map(|attained| {
            let share = |attained: &Ratio| Ratio::one().minus(attained);
            (share(&attained.high), share(&attained.low))
        });
        let rate = |share: &Ratio| burn_rate(share, terms.target);
        let projected = failed.as_ref().map_or((None, None), |(low, high)| (rate(low), rate(high)));
        let used = |rate: &Option<Ratio>, base: i64| budget_used(rate.as_ref()?, base, base + rest_seconds);
        let used = (used(&projected.0, base), used(&projected.1, worst_base));
        let used_seconds = failed.map(|(low, high)| {
            let seconds = |share: Ratio, base: i64| share.times(&Ratio::whole(base));
            (seconds(low, base), seconds(high, worst_base))
        });
        // A target of 100 % allows nothing: there is no share of it, and what is used is too much.
        let outlook = match &used_seconds {
            Some((low, high)) if projected.0.is_none() => match (*low > Ratio::zero(), *high > Ratio::zero()) {
                (true, _) => Outlook::UsedUp,
                (_, true) => Outlook::Uncertain,
                _ => Outlook::Lasts,
            },
            _ => outlook(&used, &projected, used_seconds.is_some()),
        };
        let budget = Ratio::one().minus(&terms.target.ratio()).times(&Ratio::whole(whole_base));
        Self { budget_seconds: Some(budget), used_seconds, used, projected, outlook }
    }
}

/// What is consumed of the amount, by the same bounds as attainment has.
fn consumed(terms: &Commitment, budget: &ConsumptionBudget, measured: &Measurement, unknown_slices: i64) -> Bounds {
    let allowed = budget.amount.ratio().times(&Ratio::whole(measured.scale));
    let share = |units: i128| Ratio::whole(units).over(&allowed);
    let seen = measured.counted.total;
    let most = || match measured.peak_units {
        0 if unknown_slices > 0 => None,
        peak => share(seen + i128::from(unknown_slices) * i128::from(peak)),
    };
    match terms.unknown {
        UnknownReading::Range => (share(seen), most()),
        UnknownReading::Down => (most(), most()),
        UnknownReading::Up | UnknownReading::Excluded => (share(seen), share(seen)),
    }
}

fn outlook(used: &Bounds, projected: &Bounds, is_judged: bool) -> Outlook {
    let above = |share: &Option<Ratio>| share.as_ref().is_some_and(|share| *share > Ratio::one());
    match () {
        () if !is_judged => Outlook::Unjudged,
        () if above(&used.0) => Outlook::UsedUp,
        () if above(&projected.0) => Outlook::TooFast,
        // Where there is no bound, it may be any share.
        () if above(&projected.1) || projected.1.is_none() => Outlook::Uncertain,
        () => Outlook::Lasts,
    }
}
