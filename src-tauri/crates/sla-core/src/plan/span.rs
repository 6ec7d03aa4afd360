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
        let now = in_force(contract, month)?;
        let ends_early = in_force(contract, month.plus(1)).is_none();
        if !of.is_due(month) && !ends_early {
            return None;
        }
        let (first, _) = of.containing(month);
        let back = u32::try_from(month.since(first)).expect("a period's first month is not after it");
        let months = (0..=back).map(|ahead| first.plus(ahead));
        let months: Vec<_> = months.filter_map(|month| Some((month, in_force(contract, month)?))).collect();
        let start = months.first().map_or(now.start, |(_, period)| period.start);
        let period = Period::new(start, now.end)?;
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
