//! By when a credit must be claimed: the last local day of the window.
//!
//! The day from which the window runs does not count (as § 187 (1) BGB has it); a window of months ends on the day of the
//! same number, or on the last of a shorter month (§ 188 (2) and (3) BGB).

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use crate::catalogue::{Claim, ClaimUnit};

/// The last day of a claim window that runs from a day; `None` when credits are given without a claim, or when the
/// calendar ends. `is_holiday` tells days off beside Saturday and Sunday.
pub(crate) fn last_day(claim: &Claim, from: NaiveDate, is_holiday: impl Fn(NaiveDate) -> bool) -> Option<NaiveDate> {
    let works = |day: NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !is_holiday(day);
    let within = claim.within?;
    let mut last = match claim.unit? {
        ClaimUnit::Days => from.checked_add_days(Days::new(within.into()))?,
        ClaimUnit::Months => from.checked_add_months(Months::new(within))?,
        ClaimUnit::WorkingDays => {
            let after = from.iter_days().skip(1).filter(|day| works(*day));
            after.take(usize::try_from(within).ok()?).last()?
        }
    };
    if claim.roll_forward == Some(true) {
        last = last.iter_days().find(|day| works(*day))?;
    }
    Some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(within: u32, unit: &str, roll: bool, from: &str, expected: &str) {
        let claim: Claim = serde_json::from_value(serde_json::json!({
            "within": within, "unit": unit, "from": "periodEnd", "rollForward": roll,
        }))
        .expect("a claim window");
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let christmas = |at: NaiveDate| at == day("2026-12-25");
        assert_eq!(last_day(&claim, day(from), christmas), Some(day(expected)), "{within} {unit} from {from}");
    }

    #[test]
    fn trap_16_a_claim_window_says_its_days_and_holidays() {
        check(30, "days", false, "2026-10-31", "2026-11-30");
        check(1, "days", false, "2026-12-31", "2027-01-01");
        // A Saturday moves only where the contract says so.
        check(14, "days", false, "2026-10-31", "2026-11-14");
        check(14, "days", true, "2026-10-31", "2026-11-16");
        check(55, "days", true, "2026-10-31", "2026-12-28");
        // Five working days from a Wednesday before Christmas.
        check(5, "workingDays", false, "2026-12-23", "2026-12-31");
        check(1, "workingDays", false, "2026-10-30", "2026-11-02");
        check(1, "months", false, "2027-01-31", "2027-02-28");
        check(3, "months", false, "2026-11-30", "2027-02-28");
        check(2, "months", false, "2026-10-31", "2026-12-31");
    }

    #[test]
    fn credits_without_a_claim_have_no_last_day() {
        let claim = Claim { automatic: Some(true), within: None, unit: None, from: None, roll_forward: None };
        assert_eq!(last_day(&claim, NaiveDate::MIN, |_| false), None);
    }
}
