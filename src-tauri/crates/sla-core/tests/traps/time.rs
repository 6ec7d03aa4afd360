//! Traps of time: 1, 10, 12, 13, 14, 15, 16.

use sla_core::burn::{alert_threshold, budget_used};
use sla_core::plan::{PlanError, plan};
use sla_core::ratio::{Ratio, Rounding};
use sla_core::record::Verdict;
use sla_core::time::{Month, Period, UnixSeconds};

use crate::desk::{BANDS, DOWN, NOW, UP, contract, down, from, owed, percent, promise, read, sound, stated};

#[test]
fn trap_01_months_of_743_and_745_hours() {
    let desk = |zone: &str| [contract(&[("timeZone", zone)], &[promise(&[("slice", "6s")])])];
    #[track_caller]
    fn check(documents: &[String], month: &str, hours: i64, down: Period, verdict: Verdict, allowed: &str) {
        let record = stated(documents, month, crate::desk::down(vec![down]));
        let one = &record.commitments[0];
        assert_eq!((record.period.seconds, one.service_seconds), (hours * 3600, hours * 3600), "{month}");
        assert_eq!((one.downtime_seconds, record.verdict), (down.seconds(), verdict), "{month}");
        assert_eq!(one.budget.allowed_seconds, allowed, "{month}");
    }
    // 44.6 minutes are too long for the month in which an hour is missing, and not for the one that has an hour more.
    let (berlin, utc) = (desk("Europe/Berlin"), desk("UTC"));
    check(&berlin, "2026-03", 743, from("2026-03-10T10:00:00Z", 2_676), Verdict::Breached, "2674.8");
    check(&berlin, "2026-10", 745, from("2026-10-10T10:00:00Z", 2_676), Verdict::Met, "2682");
    check(&utc, "2026-10", 744, from("2026-10-10T10:00:00Z", 2_676), Verdict::Met, "2678.4");
    check(&utc, "2026-10", 744, from("2026-10-10T10:00:00Z", 2_682), Verdict::Breached, "2678.4");
    // The hour that a clock shows twice counts twice, and an outage on both sides of a local border is cut by it.
    check(&berlin, "2026-10", 745, from("2026-10-25T00:00:00Z", 7_200), Verdict::Breached, "2682");
    let across = stated(&berlin, "2026-10", down(vec![from("2026-10-31T22:59:00Z", 3_600)]));
    assert_eq!(across.commitments[0].downtime_seconds, 60);
}

#[test]
fn trap_10_a_past_month_is_the_same_whenever_it_is_asked_for() {
    let catalogue = sound(&[contract(&[("timeZone", "Europe/Berlin")], &[promise(&[])])]);
    let month: Month = "2026-10".parse().expect("a month");
    let over: UnixSeconds = 1_793_487_600;
    // Until its last second has passed there is no month to judge, and no "so far".
    let early = plan(&catalogue, month, None, over - 1).expect_err("it is not over");
    assert_eq!(early, PlanError::NotOver { month, zone: "Europe/Berlin", ends: over, now: over - 1 });
    let asked = |now| {
        let plans = plan(&catalogue, month, None, now).expect("a plan");
        (plans[0].period, plans[0].commitments[0].ask.clone(), format!("{:?}", plans[0].commitments[0].scope))
    };
    let at_once = asked(over);
    assert_eq!((at_once.0.end, at_once.1.period.end), (over, over), "nothing after the month is asked for");
    for later in [over + 1, NOW, over + 10 * 366 * 86_400] {
        assert_eq!(asked(later), at_once);
    }
}

#[test]
fn trap_12_slices_meet_the_midnight_of_a_zone_at_half_past() {
    #[track_caller]
    fn check(zone: &str, slice: &str, expected: bool) {
        let documents = [contract(&[("timeZone", zone)], &[promise(&[("slice", slice)])])];
        match read(&documents) {
            Err(findings) => {
                let told = format!("commitments[0].slice: found slices of {slice} in {zone}, which is");
                assert!(!expected && findings.iter().any(|finding| finding.contains(&told)), "{findings:?}");
            }
            Ok(catalogue) => {
                assert!(expected, "{slice} in {zone}");
                let plans = plan(&catalogue, "2026-10".parse().expect("a month"), None, NOW).expect("a plan");
                let ask = &plans[0].commitments[0].ask;
                // A server that aligns its answer to multiples of the step moves none of them.
                assert_eq!(ask.period.start % ask.step_seconds, 0);
                assert_eq!(ask.period.end % ask.step_seconds, 0);
            }
        }
    }
    check("Asia/Kolkata", "1h", false);
    check("Asia/Kolkata", "30m", true);
    check("Asia/Kolkata", "1m", true);
    check("Asia/Kathmandu", "30m", false);
    check("Asia/Kathmandu", "15m", true);
    // Half an hour of daylight saving: +10:30 and +11:00.
    check("Australia/Lord_Howe", "1h", false);
    check("Australia/Lord_Howe", "30m", true);
    check("Europe/Berlin", "1h", true);
}

#[test]
fn trap_13_a_big_m_is_a_month_and_a_small_one_a_minute() {
    let slice = |slice: &str| read(&[contract(&[], &[promise(&[("slice", slice)])])]);
    let plans = |slice: &str| {
        let catalogue = sound(&[contract(&[], &[promise(&[("slice", slice)])])]);
        plan(&catalogue, "2026-10".parse().expect("a month"), None, NOW).expect("a plan")[0].commitments[0]
            .ask
            .step_seconds
    };
    assert_eq!([plans("1m"), plans("5m")], [60, 300]);
    let refused = slice("1M").expect_err("a month is no slice");
    assert!(refused[0].contains(r#"slice: found "1M", expected a slice of time"#), "{refused:?}");
    // Neither is a month a length of time that a notice or a unit could have.
    let noticed = |notice: &str| {
        let terms = format!("{{ notice: {notice} }}");
        read(&[contract(&[("excludedKinds", "[maintenance]"), ("maintenance", &terms)], &[promise(&[])])])
    };
    assert!(noticed("30m").is_ok());
    assert!(noticed("1M").expect_err("a month has no fixed length")[0].contains("which has no fixed length"));
    // The provider's own window may be a month.
    let window = |duration: &str| {
        read(&[format!(
            "---\napiVersion: openslo/v1\nkind: SLO\nmetadata: {{ name: other }}\nspec: {{ service: platform, indicatorRef: probes, \
             budgetingMethod: Timeslices, timeWindow: [{{ duration: {duration}, isRolling: true }}] }}\n"
        )])
    };
    assert!(window("1M").is_ok() && window("1m").is_ok() && window("1mo").is_err());
}

#[test]
fn trap_14_a_burn_factor_belongs_to_its_period() {
    let (hour, day) = (3_600, 86_400);
    let share = |percent: i64| Ratio::new(percent, 100).expect("not zero");
    let factor = |percent, window, period| alert_threshold(&share(percent), window, period).expect("a window");
    let text = |ratio: &Ratio| ratio.to_decimal(3, Rounding::HalfUp);
    // 2 % of the budget in an hour is 14.4 over 30 days, 13.44 over 28, and 3.36 over a week.
    assert_eq!(text(&factor(2, hour, 30 * day)), "14.400");
    assert_eq!(text(&factor(2, hour, 28 * day)), "13.440");
    assert_eq!(text(&factor(2, hour, 7 * day)), "3.360");
    // Reused over a week, 14.4 stays silent until more than four times the share is gone.
    let reused = factor(2, hour, 30 * day);
    assert_eq!(budget_used(&reused, hour, 7 * day), Ratio::new(3, 35));
    // A calendar month has its own: 743 and 745 hours.
    let month = |month: &str| month.parse::<Month>().expect("a month").period("Europe/Berlin".parse().expect("a zone"));
    assert_eq!(text(&factor(2, hour, month("2026-03").seconds())), "14.860");
    assert_eq!(text(&factor(2, hour, month("2026-10").seconds())), "14.900");
    assert_eq!((alert_threshold(&share(2), 0, day), budget_used(&share(2), hour, 0)), (None, None));
}

#[test]
fn trap_15_a_target_that_changes_inside_the_month_is_two_promises() {
    let fee = ("fee", "{ monthly: 3100.00, partMonth: daily }");
    let first = contract(&[("validTo", "2026-10-15"), fee], &[promise(&[("target", "99.9")])]);
    let strict = "{ bands: [{ from: 0, below: 99.99, credit: 50 }] }";
    let later = [("version", "2"), ("validFrom", "2026-10-16"), fee];
    let second = contract(&later, &[promise(&[("target", "99.99"), ("penalty", strict)])]);
    let documents = [first, second];
    #[track_caller]
    fn check(documents: &[String], down: Period, verdicts: [Verdict; 2], cents: [i64; 2]) {
        let record = stated(documents, "2026-10", crate::desk::down(vec![down]));
        let each: Vec<_> = record.commitments.iter().map(|one| (one.contract_version, one.verdict)).collect();
        assert_eq!(each, [(1, verdicts[0]), (2, verdicts[1])]);
        let credits: Vec<_> =
            record.commitments.iter().map(|one| (one.credit.low_minor, one.credit.high_minor)).collect();
        assert_eq!(credits, cents.map(|cents| (cents, cents)));
        assert_eq!(record.verdict, verdicts[0].max(verdicts[1]));
        assert_eq!(record.credit_total.high_minor, cents[0] + cents[1]);
    }
    let (met, breached) = (Verdict::Met, Verdict::Breached);
    // Ten minutes of 15 days keep 99.9 %, of 16 days they break 99.99 %; the base is 15 and 16 of 31 days' fee.
    check(&documents, from("2026-10-05T00:00:00Z", 600), [met, met], [0, 0]);
    check(&documents, from("2026-10-20T00:00:00Z", 600), [met, breached], [0, 80_000]);
    check(&documents, from("2026-10-05T00:00:00Z", 1_320), [breached, met], [15_000, 0]);
    // An outage over the change is cut there: 20 minutes before it, 5 minutes after it.
    check(&documents, from("2026-10-15T23:40:00Z", 1_500), [met, breached], [0, 80_000]);
}

#[test]
fn trap_16_a_claim_window_has_a_zone_working_days_and_holidays() {
    #[track_caller]
    fn check(terms: &[(&str, &str)], expected: &str) {
        let mut all = vec![("timeZone", "Europe/Berlin")];
        all.extend(terms);
        // From 23:30 UTC on the 8th, which is the 9th in Berlin and a Friday there; and two hours on the 20th.
        let outages = down(vec![from("2026-10-08T23:30:00Z", 3_600), from("2026-10-20T21:00:00Z", 3_600)]);
        let record = stated(&[contract(&all, &[promise(&[("penalty", BANDS)])])], "2026-10", outages);
        assert_eq!(record.verdict, Verdict::Breached);
        let claim = record.claim.expect("there is something to claim");
        assert_eq!((claim.automatic, claim.last_day.as_deref()), (false, Some(expected)), "{terms:?}");
    }
    let claim = |rest: &str| format!("{{ {rest} }}");
    let first = claim("within: 1, unit: days, from: firstOutage, rollForward: false");
    check(&[("claim", &first)], "2026-10-10");
    check(&[("claim", &first), ("timeZone", "UTC")], "2026-10-09");
    // The 20th at 22:00 UTC is the 21st in Berlin, but the last second of the outage lies before it.
    check(&[("claim", &claim("within: 1, unit: days, from: lastOutage, rollForward: false"))], "2026-10-21");
    // 10 October is a Saturday.
    let bavaria = ("holidays", "{ region: DE-BY }");
    let berlin = ("holidays", "{ region: DE-BE }");
    check(&[("claim", &claim("within: 1, unit: days, from: firstOutage, rollForward: true")), berlin], "2026-10-12");
    check(
        &[("claim", &claim("within: 5, unit: workingDays, from: firstOutage, rollForward: false")), berlin],
        "2026-10-16",
    );
    // Reformation Day is none in Bavaria, All Saints' Day, a Sunday, no further day off. Whit Monday is not near.
    check(
        &[("claim", &claim("within: 1, unit: workingDays, from: periodEnd, rollForward: false")), bavaria],
        "2026-11-02",
    );
    check(&[("claim", &claim("within: 2, unit: months, from: periodEnd, rollForward: true")), bavaria], "2026-12-31");
    // Two months and a day off: Christmas and a weekend in a row.
    check(&[("claim", &claim("within: 55, unit: days, from: periodEnd, rollForward: true")), bavaria], "2026-12-28");
    // Nothing is owed, nothing is to be claimed; and who pays without a claim needs no last day.
    let kept = stated(&[contract(&[("claim", &first)], &[promise(&[])])], "2026-10", |_| UP);
    assert_eq!((owed(&kept), kept.claim), ((Verdict::Met, 0, 0), None));
    let automatic = stated(&[contract(&[], &[promise(&[])])], "2026-10", |_| DOWN);
    assert_eq!(percent(&automatic), "0.0000");
    let claim = automatic.claim.expect("it is said");
    assert_eq!((claim.automatic, claim.last_day), (true, None));
}
