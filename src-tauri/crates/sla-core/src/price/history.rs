//! Earlier months of a contract, as far as they are known. A month that nobody closed is unknown, not free of misses.

use std::collections::BTreeMap;

use super::Judged;
use crate::catalogue::{CapScope, CapYear, CarriedForward, ContractSpec, Name};
use crate::money::{Currency, Money};
use crate::ratio::Ratio;
use crate::record::{CreditTotal, MonthRecord, RecordRatio, Verdict};
use crate::time::Month;

/// The months of a contract before the priced one, by month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    months: BTreeMap<Month, PastMonth>,
}

/// An earlier month in which the contract was in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastMonth {
    /// The fee of the contract in that month: exact, in minor units.
    pub fee: Ratio,
    /// What became of it; `None` when nobody closed it.
    pub known: Option<Past>,
}

/// An earlier month as the contract alone tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedPast {
    /// The month.
    pub month: Month,
    /// The fee of the contract in it: exact, in minor units.
    pub fee: Ratio,
    /// Whether any promise was to be judged with it. A month between the ends of quarters is closed by nobody, and nothing
    /// of it is unknown.
    pub is_due: bool,
}

/// A closed month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// The least that was owed in sum, in minor units.
    pub credit_low: i64,
    /// The most, in minor units.
    pub credit_high: i64,
    /// What was judged.
    pub commitments: Vec<PastCommitment>,
}

/// A commitment of a closed month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastCommitment {
    /// Its name.
    pub name: Name,
    /// Its verdict.
    pub verdict: Verdict,
    /// The least and the most that was attained, where it is known.
    pub attained: Option<(Ratio, Ratio)>,
    /// Service points: the least and the most.
    pub points: (u32, u32),
    /// The least that was owed, in minor units.
    pub credit_low: i64,
    /// The most, in minor units.
    pub credit_high: i64,
}

impl PastCommitment {
    /// Everything that a record judged, without what this program has not written.
    fn all(record: &MonthRecord) -> impl Iterator<Item = Self> {
        record.promises().filter_map(|promise| {
            let ratio = |end: &Option<RecordRatio>| end.as_ref().and_then(RecordRatio::ratio);
            Some(Self {
                name: promise.name.parse().ok()?,
                verdict: promise.verdict,
                attained: ratio(&promise.attained_range.low).zip(ratio(&promise.attained_range.high)),
                points: promise.credit.points.as_ref().map_or((0, 0), |points| (points.low, points.high)),
                credit_low: promise.credit.low_minor,
                credit_high: promise.credit.high_minor,
            })
        })
    }
}

impl PastCommitment {
    /// Adds the other part of a month that two versions of a contract shared: the month was missed when a part was.
    fn add(&mut self, other: Self) {
        self.verdict = self.verdict.max(other.verdict);
        self.attained = match (self.attained.take(), other.attained) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.min(d))),
            (one, other) => one.or(other),
        };
        self.points = (self.points.0.saturating_add(other.points.0), self.points.1.saturating_add(other.points.1));
        self.credit_low = self.credit_low.saturating_add(other.credit_low);
        self.credit_high = self.credit_high.saturating_add(other.credit_high);
    }
}

impl History {
    /// From the months before the priced one in which the contract was in force.
    pub fn new(months: impl IntoIterator<Item = (Month, PastMonth)>) -> Self {
        Self { months: months.into_iter().collect() }
    }

    /// From earlier months as they were planned, and the records of those that were closed.
    pub fn of(past: &[PlannedPast], earlier: &[MonthRecord]) -> Self {
        let known = |month: Month| {
            let record = earlier.iter().find(|record| record.month == month)?;
            let mut commitments: Vec<PastCommitment> = Vec::with_capacity(record.commitments.len());
            for one in PastCommitment::all(record) {
                match commitments.iter_mut().find(|known| known.name == one.name) {
                    Some(known) => known.add(one),
                    None => commitments.push(one),
                }
            }
            let CreditTotal { low_minor, high_minor, .. } = record.credit_total;
            Some(Past { credit_low: low_minor, credit_high: high_minor, commitments })
        };
        Self::new(past.iter().map(|PlannedPast { month, fee, is_due }| {
            let known = known(*month).or_else(|| (!is_due).then(Past::default));
            (*month, PastMonth { fee: fee.clone(), known })
        }))
    }

    /// The same with what the contract tells of months before the ledger. What the ledger knows goes first.
    pub fn carried(mut self, carried: Option<&CarriedForward>, currency: Currency) -> Self {
        let Some(carried) = carried else { return self };
        // A month in which nothing was to be judged tells nothing either.
        let tells_nothing = |past: &PastMonth| past.known.as_ref().is_none_or(|known| *known == Past::default());
        for (month, past) in
            self.months.iter_mut().filter(|(month, past)| **month <= carried.until && tells_nothing(past))
        {
            let credits = carried.credits.iter().filter(|credit| credit.month == *month);
            let minor: i64 = credits
                .filter_map(|credit| credit.amount.in_currency(currency))
                .fold(0, |sum, Money { minor, .. }| sum.saturating_add(minor));
            let misses = carried.misses.iter().filter(|miss| miss.month == *month);
            let commitments = misses.map(|miss| {
                let points = miss.points.unwrap_or(0);
                let attained = miss.attained.map(|percent| (percent.ratio(), percent.ratio()));
                PastCommitment {
                    name: miss.commitment.clone(),
                    verdict: Verdict::Breached,
                    attained,
                    points: (points, points),
                    credit_low: 0,
                    credit_high: 0,
                }
            });
            past.known = Some(Past { credit_low: minor, credit_high: minor, commitments: commitments.collect() });
        }
        self
    }

    /// Earlier months that nobody closed, as far as the contract looks back: for a cap, a factor, a right, an earn-back.
    pub fn unknown_months(&self, contract: &ContractSpec, month: Month) -> Vec<Month> {
        let penalties = || contract.promises().map(|promise| promise.penalty);
        let repeats = penalties().filter_map(|penalty| Some(penalty.repeat.as_ref()?.within_months - 1));
        let earned = penalties().filter_map(|penalty| {
            let earn_back = penalty.earn_back.as_ref()?;
            let longer = || {
                let named = contract.promises().find(|promise| Some(promise.name) == earn_back.commitment.as_ref());
                Some(named?.period.months() - 1)
            };
            earn_back.months.or_else(longer)
        });
        let rights = contract.rights.iter().map(|right| right.within_months - 1);
        let by_months = repeats.chain(earned).chain(rights).max().map_or(month, |back| month.minus(back));
        let by_caps = contract.caps.iter().flatten().filter_map(|cap| match cap.per {
            CapScope::Year => Some(self.year_begin(cap.year.unwrap_or(CapYear::Calendar), month)),
            CapScope::Contract => self.months.keys().next().copied(),
            CapScope::Commitment | CapScope::Service | CapScope::Month => None,
        });
        let from = by_caps.chain([by_months]).min().unwrap_or(month);
        let unknown = self.months.iter().filter(|(at, past)| **at >= from && past.known.is_none());
        unknown.map(|(month, _)| *month).collect()
    }

    /// A commitment of an earlier month.
    pub(super) fn commitment(&self, month: Month, name: &Name) -> Option<&PastCommitment> {
        let known = self.months.get(&month)?.known.as_ref()?;
        known.commitments.iter().find(|past| past.name == *name)
    }

    /// An earlier month's verdict on a commitment. A month outside the contract, or one in which the commitment was not
    /// judged, was kept; a month that nobody closed is undecidable.
    pub(super) fn verdict(&self, month: Month, name: &Name) -> Verdict {
        match self.months.get(&month) {
            None => Verdict::Met,
            Some(PastMonth { known: None, .. }) => Verdict::Undecidable,
            Some(_) => self.commitment(month, name).map_or(Verdict::Met, |past| past.verdict),
        }
    }

    /// How often a commitment was missed, the present month included: the least and the most.
    pub(super) fn misses(&self, judged: &Judged<'_>, attained: &Ratio, month: Month) -> (u32, u32) {
        let Some(repeat) = &judged.promise.penalty.repeat else { return (0, 0) };
        let now = u32::from(judged.promise.compared(attained) < judged.promise.target.ratio());
        let before = (1..repeat.within_months).map(|back| self.verdict(month.minus(back), judged.promise.name));
        before.fold((now, now), |(least, most), verdict| match verdict {
            Verdict::Met => (least, most),
            Verdict::Undecidable => (least, most + 1),
            Verdict::Breached => (least + 1, most + 1),
        })
    }

    /// The fees of the months that end with the one before the priced one: exact, in minor units.
    pub(super) fn fees(&self, from: Option<Month>) -> Ratio {
        let months = self.months.iter().filter(|(month, _)| from.is_none_or(|from| from <= **month));
        months.fold(Ratio::zero(), |sum, (_, past)| sum.plus(&past.fee))
    }

    /// The first month of the year that a cap counts.
    pub(super) fn year_begin(&self, year: CapYear, month: Month) -> Month {
        match year {
            CapYear::Calendar => month.minus(month.number() - 1),
            CapYear::Rolling => month.minus(11),
            CapYear::Contract => {
                let first = self.first_month(month);
                let full_years = u32::try_from(month.since(first)).unwrap_or(0) / 12;
                first.plus(full_years * 12)
            }
        }
    }

    /// The contract's first month, where `month` is one of it.
    pub(super) fn first_month(&self, month: Month) -> Month {
        self.months.keys().next().copied().unwrap_or(month)
    }

    /// Credits since a month, in minor units: the least and the most; no most when a month in between is unknown.
    pub fn credits(&self, from: Month) -> (i64, Option<i64>) {
        let months = self.months.iter().filter(|(month, _)| from <= **month);
        months.fold((0, Some(0)), |(least, most): (i64, Option<i64>), (_, past)| match &past.known {
            None => (least, None),
            Some(known) => {
                (least.saturating_add(known.credit_low), most.map(|most| most.saturating_add(known.credit_high)))
            }
        })
    }

    /// Points of an earlier month over some commitments: the least and the most; no most when the month is unknown.
    pub(super) fn points(&self, month: Month, counts: impl Fn(&Name) -> bool) -> (u32, Option<u32>) {
        match self.months.get(&month) {
            None => (0, Some(0)),
            Some(PastMonth { known: None, .. }) => (0, None),
            Some(PastMonth { known: Some(known), .. }) => {
                let points = known.commitments.iter().filter(|past| counts(&past.name)).map(|past| past.points);
                let (least, most) =
                    points.fold((0_u32, 0_u32), |sum, one| (sum.0.saturating_add(one.0), sum.1.saturating_add(one.1)));
                (least, Some(most))
            }
        }
    }
}
