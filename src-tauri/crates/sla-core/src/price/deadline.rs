//! By when a credit must be claimed under a contract's own holidays.

use chrono::{NaiveDate, TimeDelta};

use super::claim::last_day;
use crate::catalogue::{Claim, ClaimUnit, Holidays};
use crate::holiday::HolidayError;

/// How far a last day may move because of days off; who has no working day for ten years has none.
const FARTHEST: TimeDelta = TimeDelta::days(3660);

/// The last day of a claim window that runs from a day; `None` when credits are given without a claim. Without holidays
/// only weekends are no working days: the linter says so.
///
/// # Errors
/// [`HolidayError`] when the window reaches into years whose holidays are not known, or never meets a working day.
pub(crate) fn deadline(
    claim: &Claim,
    from: NaiveDate,
    holidays: Option<&Holidays>,
) -> Result<Option<NaiveDate>, HolidayError> {
    let works = claim.unit == Some(ClaimUnit::WorkingDays) || claim.roll_forward == Some(true);
    let earliest = last_day(claim, from, |_| false);
    let (Some(earliest), Some(holidays)) = (earliest, holidays.filter(|_| works)) else { return Ok(earliest) };
    // Each day off can only move the end: what is known up to the end decides it once it moves no more.
    let mut last = earliest;
    loop {
        let off = holidays.between(from, last)?;
        let moved = last_day(claim, from, |day| off.contains(&day));
        match moved.filter(|moved| *moved - earliest <= FARTHEST) {
            None => return Err(HolidayError::NeverOpen { from }),
            Some(moved) if moved == last => return Ok(Some(last)),
            Some(moved) => last = moved,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn claim(within: u32, unit: &str, roll: bool) -> Claim {
        let value = serde_json::json!({ "within": within, "unit": unit, "from": "periodEnd", "rollForward": roll });
        serde_json::from_value(value).expect("a claim window")
    }

    fn holidays(region: &str) -> Holidays {
        serde_json::from_value(serde_json::json!({ "region": region })).expect("holidays")
    }

    #[track_caller]
    fn check((within, unit, roll): (u32, &str, bool), from: &str, region: Option<&str>, expected: &str) {
        let found = deadline(&claim(within, unit, roll), day(from), region.map(holidays).as_ref());
        assert_eq!(found, Ok(Some(day(expected))), "{within} {unit} from {from} in {region:?}");
    }

    #[test]
    fn trap_16_holidays_of_the_region_are_no_working_days() {
        // Corpus Christi, 4 June 2026, is a Thursday: Bavaria does not work, Berlin does.
        check((3, "workingDays", false), "2026-06-01", Some("DE-BY"), "2026-06-05");
        check((3, "workingDays", false), "2026-06-01", Some("DE-BE"), "2026-06-04");
        check((3, "workingDays", false), "2026-06-01", None, "2026-06-04");
        // Good Friday and Easter Monday lie around a weekend.
        check((1, "workingDays", false), "2026-04-02", Some("DE-BE"), "2026-04-07");
        check((1, "workingDays", false), "2026-04-02", None, "2026-04-03");
        // A last day on Christmas moves over the weekend; in Scotland over Boxing Day's substitute as well.
        check((25, "days", true), "2026-11-30", Some("DE-BE"), "2026-12-28");
        check((25, "days", true), "2026-11-30", Some("GB-SCT"), "2026-12-29");
        // A window that does not ask for working days ends on a holiday.
        check((25, "days", false), "2026-11-30", Some("DE-BE"), "2026-12-25");
        check((1, "months", true), "2026-11-30", Some("DE-BE"), "2026-12-31");
        check((1, "months", true), "2026-11-28", Some("DE-BE"), "2026-12-28");
        // 1000 working days, walked by hand over four years of weekends and holidays.
        check((1000, "workingDays", false), "2026-01-01", Some("US"), &walked(1000, "2026-01-01", "US"));
    }

    /// The same by asking each day in turn.
    fn walked(within: u32, from: &str, region: &str) -> String {
        use chrono::{Datelike, Weekday};
        let region: crate::holiday::HolidayRegion = region.parse().expect("a region");
        let (mut left, mut at) = (within, day(from));
        while left > 0 {
            at = at.succ_opt().expect("a day");
            let off = region.is_holiday(at).expect("a known year");
            left -= u32::from(!off && !matches!(at.weekday(), Weekday::Sat | Weekday::Sun));
        }
        at.to_string()
    }

    #[test]
    fn years_that_nobody_knows_are_an_error_where_holidays_matter() {
        let berlin = holidays("DE-BE");
        let late = day("2040-12-28");
        let error = deadline(&claim(5, "workingDays", false), late, Some(&berlin));
        assert!(matches!(error, Err(HolidayError::OutsideYears { .. })), "{error:?}");
        assert_eq!(deadline(&claim(5, "days", false), late, Some(&berlin)), Ok(Some(day("2041-01-02"))));
        assert_eq!(deadline(&claim(1, "workingDays", false), late, Some(&berlin)), Ok(Some(day("2040-12-31"))));
    }
}
