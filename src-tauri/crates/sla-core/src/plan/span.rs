//! The stretch of time that a promise is judged over: a month, a quarter or a year, within the days of its contract.

use chrono::NaiveDate;

use super::in_force;
use crate::Tz;
use crate::catalogue::ContractSpec;
use crate::time::{MeasurementPeriod, Month, Period};

/// A measurement period that can be judged.
pub(super) struct Span {
    /// Its months, those in which the contract is not in force left out.
    pub(super) months: Vec<(Month, Period)>,
    /// From the first month's start to the last one's end.
    pub(super) period: Period,
}

impl Span {
    /// The measurement period of a contract version that can be judged with `month`: it ends with that month, or the
    /// version does. `None` when neither does.
    pub(super) fn due(contract: &ContractSpec, of: MeasurementPeriod, month: Month) -> Option<Self> {
        in_force(contract, month)?;
        let ends_early = in_force(contract, month.plus(1)).is_none();
        if !of.is_due(month) && !ends_early {
            return None;
        }
        let (first, _) = of.containing(month);
        Self::of_months(contract, first, month)
    }

    /// The whole measurement period of a contract version that `month` lies in, whether it ends with it or later.
    pub(super) fn running(contract: &ContractSpec, of: MeasurementPeriod, month: Month) -> Option<Self> {
        let (first, last) = of.containing(month);
        Self::of_months(contract, first, last)
    }

    fn of_months(contract: &ContractSpec, first: Month, last: Month) -> Option<Self> {
        let ahead = u32::try_from(last.since(first)).expect("a period's first month is not after its last");
        let months = (0..=ahead).map(|ahead| first.plus(ahead));
        let months: Vec<_> = months.filter_map(|month| Some((month, in_force(contract, month)?))).collect();
        let period = Period::new(months.first()?.1.start, months.last()?.1.end)?;
        Some(Self { months, period })
    }

    /// Every local day of the period with its own period.
    pub(super) fn days(&self, zone: Tz) -> Vec<(NaiveDate, Period)> {
        let days = self
            .months
            .iter()
            .flat_map(|(month, within)| month.days(zone).filter_map(|(date, day)| Some((date, day.overlap(*within)?))));
        days.collect()
    }
}
