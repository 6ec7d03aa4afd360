//! By when a credit must be claimed: the last local day of the window.
//!
//! The day from which the window runs does not count (as § 187 (1) BGB has it). A window of months from an event ends on
//! the day of the same number, or on the last of a shorter month (§ 188 (2) and (3) BGB). A window from the end of a
//! month begins with the first of the next one, and so it ends with the last day of a month: two months after the end of
//! February are over on 30 April, not on the 28th (§ 187 (2) and § 188 (2) BGB).

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use crate::catalogue::{Claim, ClaimStart, ClaimUnit};

/// The last day of a claim window that runs from a day; `None` when credits are given without a claim, or when the
/// calendar ends. `is_holiday` tells days off beside Saturday and Sunday.
pub(crate) fn last_day(claim: &Claim, from: NaiveDate, is_holiday: impl Fn(NaiveDate) -> bool) -> Option<NaiveDate> {
    let works = |day: NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !is_holiday(day);
    let within = claim.within?;
    let mut last = match claim.unit? {
        ClaimUnit::Days => from.checked_add_days(Days::new(within.into()))?,
        ClaimUnit::Months => {
            let same_number = from.checked_add_months(Months::new(within))?;
            if claim.from == Some(ClaimStart::PeriodEnd) && from == last_of_month(from)? {
                last_of_month(same_number)?
            } else {
                same_number
            }
        }
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

fn last_of_month(day: NaiveDate) -> Option<NaiveDate> {
    day.with_day(1)?.checked_add_months(Months::new(1))?.pred_opt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(within: u32, unit: &str, roll: bool, from: &str, expected: &str) {
        check_from("periodEnd", within, unit, roll, from, expected);
    }

    #[track_caller]
    fn check_from(runs: &str, within: u32, unit: &str, roll: bool, from: &str, expected: &str) {
        let claim: Claim = serde_json::from_value(serde_json::json!({
            "within": within, "unit": unit, "from": runs, "rollForward": roll,
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
    }

    #[test]
    fn months_from_the_end_of_a_month_end_with_a_month() {
        check(1, "months", false, "2027-01-31", "2027-02-28");
        check(3, "months", false, "2026-11-30", "2027-02-28");
        check(2, "months", false, "2026-10-31", "2026-12-31");
        check(2, "months", false, "2026-02-28", "2026-04-30");
        check(2, "months", false, "2028-02-29", "2028-04-30");
        check(2, "months", false, "2026-06-30", "2026-08-31");
        check(12, "months", false, "2027-02-28", "2028-02-29");
        // 28 February of a leap year is no last day, and neither is the day on which a contract ends inside a month.
        check(2, "months", false, "2028-02-28", "2028-04-28");
        check(2, "months", false, "2026-06-15", "2026-08-15");
        // Sunday, 28 February 2027 moves only where the contract says so.
        check(1, "months", true, "2027-01-31", "2027-03-01");
        // From an event the number of the day decides, or the last day where there is none.
        for event in ["firstOutage", "lastOutage"] {
            check_from(event, 2, "months", false, "2026-02-28", "2026-04-28");
            check_from(event, 2, "months", false, "2026-06-30", "2026-08-30");
            check_from(event, 1, "months", false, "2026-01-31", "2026-02-28");
            check_from(event, 3, "months", false, "2026-11-30", "2027-02-28");
            check_from(event, 2, "months", false, "2026-06-29", "2026-08-29");
        }
    }

    #[test]
    fn credits_without_a_claim_have_no_last_day() {
        let claim = Claim { automatic: Some(true), within: None, unit: None, from: None, roll_forward: None };
        assert_eq!(last_day(&claim, NaiveDate::MIN, |_| false), None);
    }
}
