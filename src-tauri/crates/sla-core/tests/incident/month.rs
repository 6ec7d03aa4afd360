//! A month of incidents, and its means.

use sla_core::catalogue::Name;
use sla_core::incident::{
    ClockHours, ClockStart, IncidentSpec, IncidentTally, RatioRange, judge_incidents, time_between_failures,
};
use sla_core::interval::IntervalSet;
use sla_core::ratio::Ratio;
use sla_core::record::Verdict;
use sla_core::time::Period;

use super::{incident, minute, service, target};

fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

/// Judges the month of minutes 0 to 10 000 at its end.
fn tally(terms: &str, facts: &[&str]) -> IncidentTally {
    let incidents: Vec<(Name, IncidentSpec)> =
        facts.iter().enumerate().map(|(index, facts)| (name(&format!("i{index}")), incident(facts))).collect();
    let month = Period::new(minute("0"), minute("10000")).expect("a period");
    let given = incidents.iter().map(|(name, incident)| (name, incident));
    judge_incidents(&target(terms), &name("acme"), given, service, month, month.end).expect("they are sound")
}

fn ratio(numerator: i64, denominator: i64) -> Ratio {
    Ratio::new(numerator, denominator).expect("not zero")
}

#[test]
fn a_month_is_the_exact_share_of_incidents_that_kept_the_limit() {
    #[track_caller]
    fn check(terms: &str, facts: &[&str], counts: [u32; 3], kept: [(i64, i64); 2], verdict: Verdict) {
        let tally = tally(terms, facts);
        assert_eq!([tally.within, tally.over, tally.undecidable], counts);
        let [low, high] = kept.map(|(numerator, denominator)| ratio(numerator, denominator));
        assert_eq!(tally.kept, Some(RatioRange { low, high }));
        assert_eq!(tally.verdict, Some(verdict));
        assert_eq!(tally.outcomes.len(), counts.iter().sum::<u32>() as usize);
    }
    let (kept, missed, open) = ("reported=0 restored=60", "reported=0 restored=61", "reported=9990");
    check("target=50", &[kept, missed], [1, 1, 0], [(1, 2); 2], Verdict::Met);
    check("target=50.01", &[kept, missed], [1, 1, 0], [(1, 2); 2], Verdict::Breached);
    check("target=50", &[kept, open], [1, 0, 1], [(1, 2), (1, 1)], Verdict::Met);
    check("target=60", &[kept, open], [1, 0, 1], [(1, 2), (1, 1)], Verdict::Undecidable);
    check("target=60", &[missed, open], [0, 1, 1], [(0, 1), (1, 2)], Verdict::Breached);
    // The target may still be reached exactly.
    check("target=50", &[missed, open], [0, 1, 1], [(0, 1), (1, 2)], Verdict::Undecidable);
    // Two of three are 66.666… %: the exact share is compared, not a rounded one.
    check("target=66.67", &[kept, kept, missed], [2, 1, 0], [(2, 3); 2], Verdict::Breached);
    check("target=66.66", &[kept, kept, missed], [2, 1, 0], [(2, 3); 2], Verdict::Met);
}

#[test]
fn without_incidents_nothing_is_kept_or_missed() {
    let facts = [
        "tenant=other reported=0 restored=100",
        "class=p2 reported=0 restored=100",
        "reported=-1 restored=100",
        "reported=10000",
    ];
    for facts in [&[][..], &facts] {
        let tally = tally("", facts);
        assert_eq!((tally.kept, tally.verdict, tally.mean), (None, None, None));
        assert_eq!((tally.outcomes.len(), tally.not_ended), (0, 0));
    }
}

#[test]
fn an_incident_counts_in_one_month() {
    #[track_caller]
    fn check(terms: &str, facts: &str, counted: usize, not_ended: u32) {
        let tally = tally(terms, &[facts]);
        assert_eq!((tally.outcomes.len(), tally.not_ended), (counted, not_ended), "{terms} {facts}");
    }
    let (before, across, open) = ("reported=-60 restored=-1", "reported=-60 restored=0", "reported=9000");
    check("month=started", before, 0, 0);
    check("month=ended", before, 0, 0);
    check("month=started", across, 0, 0);
    check("month=ended", across, 1, 0);
    check("month=started", open, 1, 0);
    check("month=ended", open, 0, 1);
    check("month=ended", "reported=9000 restored=9999", 1, 0);
    // Restored at the month's last border: that second belongs to the next month.
    check("month=ended", "reported=9000 restored=10000", 0, 0);
    // The clock's own start decides, and where it is missing the next known time.
    check("startsAt=began month=started", "began=-10 detected=-5 reported=5", 0, 0);
    check("startsAt=detected month=started", "began=-10 detected=5 reported=15", 1, 0);
    check("startsAt=began month=started", "detected=5 reported=15", 1, 0);
    check("startsAt=began month=started", "reported=15", 1, 0);
    // For the response clock an incident ends with its restoration as well.
    check("clock=response month=ended", "reported=0 responded=9999", 0, 1);
}

#[test]
fn a_mean_names_its_start_and_its_hours() {
    let facts = ["detected=0 reported=10 restored=20", "detected=0 reported=10 restored=41", "reported=9000"];
    let mean = tally("startsAt=reported", &facts).mean.expect("two have ended");
    assert_eq!((mean.starts_at, mean.hours, mean.incidents), (ClockStart::Reported, ClockHours::Wall, 2));
    assert_eq!((mean.low_seconds, mean.high_seconds), (ratio(41 * 60, 2), Some(ratio(41 * 60, 2))));
    let mean = tally("startsAt=began", &facts).mean.expect("two have ended");
    assert_eq!((mean.low_seconds, mean.high_seconds), (ratio(61 * 60, 2), None));
    let mean = tally("clock=response", &facts).mean.expect("two have ended");
    assert_eq!((mean.low_seconds, mean.high_seconds), (Ratio::zero(), Some(ratio(41 * 60, 2))));
    // Nothing has ended: a mean is not applicable, and not zero.
    assert_eq!(tally("", &facts[2..]).mean, None);
}

#[test]
fn the_time_between_failures_is_not_applicable_without_any() {
    let set = |start, end| -> IntervalSet { Period::new(start, end).into_iter().collect() };
    let (service, down, unknown) = (set(0, 1000), set(900, 1100), set(800, 950));
    let between = |failures| time_between_failures(&service, &down, &unknown, failures);
    assert_eq!(between(0), None);
    assert_eq!(between(1), Some(RatioRange { low: ratio(800, 1), high: ratio(900, 1) }));
    assert_eq!(between(7), Some(RatioRange { low: ratio(800, 7), high: ratio(900, 7) }));
}

#[test]
fn one_contradiction_refuses_the_month() {
    let (month, bad) = (Period::new(minute("0"), minute("100")).expect("a period"), incident("reported=5 restored=4"));
    let judge = |tenant| judge_incidents(&target(""), &name(tenant), [(&name("i0"), &bad)], service, month, month.end);
    assert_eq!(judge("acme").expect_err("it is refused").code(), "incident_unsound");
    // Another tenant's month is none of its business.
    assert!(judge("other").is_ok());
}
