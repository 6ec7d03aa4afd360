//! Traps of ratios and sets of time: 3, 4, 5, 6, 7, 9, 18, 19, 28.

use sla_core::record::{ExclusionDecision, UnknownReason, Verdict};
use sla_core::time::UnixSeconds;

use crate::desk::{
    BANDS, DOWN, MISSING, QUIET, Slice, UP, contract, down, exclusion, from, owed, percent, promise, read, stated,
};

#[test]
fn trap_03_bands_with_a_gap_an_overlap_or_an_end_that_is_not_said() {
    #[track_caller]
    fn check(bands: &str, expected: &[&str]) {
        let penalty = format!("{{ bands: [{bands}] }}");
        let findings = read(&[contract(&[], &[promise(&[("penalty", &penalty)])])]).err().unwrap_or_default();
        assert_eq!(findings.len(), expected.len(), "{findings:#?}");
        for (finding, part) in findings.iter().zip(expected) {
            assert!(finding.contains("error[unsound-bands]") && finding.contains(part), "{finding} is not {part}");
        }
    }
    check("{ from: 99.0, below: 99.9, credit: 10 }, { from: 0, below: 99.0, credit: 25 }", &[]);
    check("{ above: 99.0, below: 99.9, credit: 10 }, { from: 0, upTo: 99.0, credit: 25 }", &[]);
    // Exactly 99.0 is in no band, in both, or nobody knows in which.
    let gap = "{ above: 99.0, below: 99.9, credit: 10 }, { from: 0, below: 99.0, credit: 25 }";
    check(gap, &["a gap: no band for attained exactly 99.0"]);
    let overlap = "{ from: 99.0, below: 99.9, credit: 10 }, { from: 0, upTo: 99.0, credit: 25 }";
    check(overlap, &["an overlap: two bands for attained exactly 99.0"]);
    let unsaid = "{ below: 99.9, credit: 10 }, { from: 0, below: 99.0, credit: 25 }";
    check(unsaid, &["a band whose ends are not said once each"]);
    let twice = "{ from: 99.0, above: 99.0, below: 99.9, credit: 10 }, { from: 0, below: 99.0, credit: 25 }";
    check(twice, &["a band whose ends are not said once each"]);
    // The border itself goes where the contract says: 1 of 100 minutes.
    #[track_caller]
    fn border(penalty: &str, cents: i64) {
        let hours = ("serviceHours", "2026 Oct 5 08:00-09:40");
        let one = down(vec![from("2026-10-05T08:00:00Z", 60)]);
        let record = stated(&[contract(&[hours], &[promise(&[("penalty", penalty)])])], "2026-10", one);
        assert_eq!((percent(&record).as_str(), owed(&record)), ("99.0000", (Verdict::Breached, cents, cents)));
    }
    border(BANDS, 10_000);
    border("{ bands: [{ above: 99.0, below: 99.9, credit: 10 }, { from: 0, upTo: 99.0, credit: 25 }] }", 25_000);
}

#[test]
fn trap_04_rounding_does_not_come_before_comparing() {
    // 432 000 000 events in June: a thousandth of them may fail, and one more may not.
    let failing = |more: i64| {
        move |at: UnixSeconds| {
            let first = at == from("2026-06-01T00:00:00Z", 1).start;
            Slice::Events(10_000 - 10 - if first { more } else { 0 }, 10_000)
        }
    };
    let rounded = |terms: &str| contract(&[], &[promise(&[("method", "Occurrences"), ("attainmentRounding", terms)])]);
    let exact = || [contract(&[], &[promise(&[("method", "Occurrences")])])];
    let kept = stated(&exact(), "2026-06", failing(0));
    assert_eq!((percent(&kept).as_str(), owed(&kept)), ("99.9000", (Verdict::Met, 0, 0)));
    // What is printed beside "missed" never reads as the target that was missed.
    let missed = stated(&exact(), "2026-06", failing(1));
    assert_eq!((percent(&missed).as_str(), owed(&missed)), ("99.8999", (Verdict::Breached, 10_000, 10_000)));
    // A contract may say otherwise, and then it says by which rule.
    let near = stated(&[rounded("{ mode: half_up, digits: 2 }")], "2026-06", failing(1));
    assert_eq!((percent(&near).as_str(), owed(&near)), ("99.8999", (Verdict::Met, 0, 0)));
    let floor = stated(&[rounded("{ mode: floor, digits: 2 }")], "2026-06", failing(1));
    assert_eq!(owed(&floor), (Verdict::Breached, 10_000, 10_000));
}

/// 43 200 minutes of June, 240 of them maintenance, 43.2 down beside it.
#[test]
fn trap_05_the_exclusion_mode_flips_the_verdict() {
    let terms = [("excludedKinds", "[customer]")];
    let window = exclusion(
        "window",
        "kind: customer, start: \"2026-06-07T00:00:00Z\", end: \"2026-06-07T04:00:00Z\", approvedBy: Nord",
    );
    let outages = || down(vec![from("2026-06-10T00:00:00Z", 2_592), from("2026-06-07T00:00:00Z", 4 * 3_600)]);
    let month = |mode: &str| {
        let promise = promise(&[("slice", "6s"), ("exclusions", mode)]);
        stated(&[contract(&terms, &[promise]), window.clone()], "2026-06", outages())
    };
    let denominator = month("denominator");
    assert_eq!((percent(&denominator).as_str(), owed(&denominator)), ("99.8994", (Verdict::Breached, 10_000, 10_000)));
    let numerator = month("numerator");
    assert_eq!((percent(&numerator).as_str(), owed(&numerator)), ("99.9000", (Verdict::Met, 0, 0)));
    for record in [denominator, numerator] {
        let one = &record.commitments[0];
        assert_eq!((one.service_seconds, one.excluded_seconds, one.downtime_seconds), (2_592_000, 14_400, 2_592));
    }
    // There is no default: a contract that does not say is refused.
    let unsaid = read(&[contract(&terms, &[promise(&[("exclusions", "")])])]).expect_err("it is not said");
    assert!(unsaid[0].contains("error[missing-field]") && unsaid[0].contains("exclusions"), "{unsaid:?}");
}

#[test]
fn trap_06_a_mean_of_ratios_is_not_a_ratio_of_sums() {
    // 8 828 slices of a thousand good events; a hundred at night with two, of which one failed.
    let night = from("2026-10-31T15:40:00Z", 30_000);
    let says = move |at: UnixSeconds| {
        if night.start <= at && at < night.end { Slice::Events(1, 2) } else { Slice::Events(1_000, 1_000) }
    };
    let both = [
        promise(&[("name", "sums"), ("slice", "5m"), ("method", "Occurrences")]),
        promise(&[("name", "mean"), ("slice", "5m"), ("method", "RatioTimeslices")]),
    ];
    let record = stated(&[contract(&[], &both)], "2026-10", says);
    let found = record.commitments.iter().map(|one| {
        let attained = one.attained.as_ref().expect("nothing is unknown");
        (attained.percent.as_str(), one.verdict, one.credit.low_minor)
    });
    let expected = [("99.9988", Verdict::Met, 0), ("99.4399", Verdict::Breached, 10_000)];
    assert_eq!(found.collect::<Vec<_>>(), expected);
}

#[test]
fn trap_07_a_slice_without_traffic_and_a_missing_one_are_not_good() {
    let hour = from("2026-10-05T00:00:00Z", 3_600);
    let says = move |slice: Slice| move |at: UnixSeconds| if hour.start <= at && at < hour.end { slice } else { UP };
    #[track_caller]
    fn check(
        terms: &[(&str, &str)],
        says: impl Fn(UnixSeconds) -> Slice,
        expected: (Verdict, i64, i64),
        lengths: [i64; 3],
    ) {
        for method in ["Timeslices", "RatioTimeslices"] {
            let mut terms = terms.to_vec();
            terms.push(("method", method));
            let record = stated(&[contract(&[], &[promise(&terms)])], "2026-10", &says);
            assert_eq!(owed(&record), expected, "{terms:?}");
            let one = &record.commitments[0];
            assert_eq!([one.quiet_seconds, one.unknown_seconds, one.downtime_seconds], lengths, "{terms:?}");
        }
    }
    let (met, missed) = ((Verdict::Met, 0, 0), (Verdict::Breached, 10_000, 10_000));
    check(&[("quiet", "good")], says(QUIET), met, [3_600, 0, 0]);
    check(&[("quiet", "bad")], says(QUIET), missed, [3_600, 0, 3_600]);
    check(&[("quiet", "excluded")], says(QUIET), met, [3_600, 0, 0]);
    // What is missing, or is no number, is neither quiet nor good: it is a range, or what the contract reads it as.
    for slice in [MISSING, Slice::Unknown(UnknownReason::Unusable)] {
        check(&[("quiet", "good")], says(slice), (Verdict::Undecidable, 0, 10_000), [0, 3_600, 0]);
        check(&[("quiet", "good"), ("unknown", "down")], says(slice), missed, [0, 3_600, 0]);
        check(&[("quiet", "bad"), ("unknown", "up")], says(slice), met, [0, 3_600, 0]);
    }
    // A slice with too few events is one without traffic.
    let few = |at: UnixSeconds| if hour.start <= at && at < hour.end { Slice::Events(1, 9) } else { UP };
    check(&[("quiet", "excluded"), ("minimumEvents", "{ perSlice: 10 }")], few, met, [3_600, 0, 0]);
    // There is no default for either.
    for field in ["quiet", "unknown"] {
        let findings = read(&[contract(&[], &[promise(&[(field, "")])])]).expect_err("it is not said");
        assert!(findings[0].contains("error[missing-field]") && findings[0].contains(field), "{findings:?}");
    }
}

#[test]
fn trap_09_no_history_is_unknown_and_not_the_current_state() {
    // Measuring began on the 10th; since then everything is up, or everything is down.
    let began = from("2026-10-10T00:00:00Z", 1).start;
    let since = |now: Slice| move |at: UnixSeconds| if at < began { MISSING } else { now };
    let contract = [contract(&[], &[promise(&[])])];
    let up = stated(&contract, "2026-10", since(UP));
    assert_eq!(owed(&up), (Verdict::Undecidable, 0, 25_000));
    let one = &up.commitments[0];
    assert_eq!(
        (one.unknown_seconds, one.unknown.len(), one.unknown[0].end.as_str()),
        (9 * 86_400, 1, "2026-10-10T00:00:00Z")
    );
    let range =
        [&one.attained_range.low, &one.attained_range.high].map(|end| end.as_ref().map(|ratio| ratio.percent.as_str()));
    assert_eq!(range, [Some("70.9677"), Some("100.0000")]);
    assert_eq!(up.commitments[0].days[0].percent, None, "a day without evidence attained nothing that could be said");
    // Down at the end of the month does not make the days before it down, nor up.
    let down = stated(&contract, "2026-10", since(DOWN));
    assert_eq!(owed(&down), (Verdict::Breached, 25_000, 25_000));
    assert_eq!(down.commitments[0].downtime_seconds, 22 * 86_400);
}

#[test]
fn trap_18_overlapping_outages_and_windows_count_once() {
    let terms = [("excludedKinds", "[maintenance]"), ("maintenance", "{ notice: 1d, hoursPerMonth: 4 }")];
    let window = |name: &str, from: &str, to: &str| {
        let spec = format!(
            "kind: maintenance, announcedAt: \"2026-09-01T00:00:00Z\", requestedAt: \"2026-09-01T00:00:00Z\", start: \"2026-10-{from}:00:00Z\", end: \
             \"2026-10-{to}:00:00Z\", approvedBy: Nord"
        );
        exclusion(name, &spec)
    };
    // Two windows with an hour in common, and a third one inside the second: three hours, not five.
    let windows = [window("a", "05T00", "05T02"), window("b", "05T01", "05T03"), window("c", "05T02", "05T03")];
    // Down from inside the windows until half an hour after them; two sources tell of the same hour.
    let outages = || down(vec![from("2026-10-05T01:00:00Z", 7_200 + 1_800), from("2026-10-05T02:30:00Z", 3_600)]);
    let mut documents = vec![contract(&terms, &[promise(&[])])];
    documents.extend(windows);
    let record = stated(&documents, "2026-10", outages());
    let one = &record.commitments[0];
    assert_eq!((one.excluded_seconds, one.downtime_seconds, one.service_seconds), (3 * 3_600, 1_800, 744 * 3_600));
    assert_eq!(record.exclusions.iter().map(|one| one.accepted_seconds).collect::<Vec<_>>(), [7_200, 7_200, 3_600]);
    // 30 of 44 460 minutes.
    assert_eq!((percent(&record).as_str(), record.verdict), ("99.9325", Verdict::Met));
    // The hours of the month are used once as well: one is left for a fourth window, which asks for two.
    documents.push(window("d", "06T00", "06T02"));
    let record = stated(&documents, "2026-10", outages());
    let last = record.exclusions.last().expect("four windows");
    assert_eq!((last.accepted_seconds, last.decision), (3_600, ExclusionDecision::HoursUsedUp));
    assert_eq!(record.commitments[0].excluded_seconds, 4 * 3_600);
}

#[test]
fn trap_19_maintenance_that_was_entered_after_the_outage_does_not_undo_it() {
    let terms = [("excludedKinds", "[maintenance, customer]"), ("maintenance", "{ notice: 5d }")];
    let outage = || down(vec![from("2026-10-05T00:00:00Z", 7_200)]);
    #[track_caller]
    fn check(
        terms: &[(&str, &str)],
        says: impl Fn(UnixSeconds) -> Slice,
        spec: &str,
        expected: (ExclusionDecision, Option<bool>, i64),
    ) {
        let window = format!("start: \"2026-10-05T00:00:00Z\", end: \"2026-10-05T02:00:00Z\", {spec}");
        let record = stated(&[contract(terms, &[promise(&[])]), exclusion("late", &window)], "2026-10", says);
        let one = &record.exclusions[0];
        assert_eq!((one.decision, one.after_the_fact, one.accepted_seconds), expected, "{spec}");
        let (verdict, cents) = if expected.2 > 0 { (Verdict::Met, 0) } else { (Verdict::Breached, 10_000) };
        assert_eq!(owed(&record), (verdict, cents, cents), "{spec}");
    }
    let entered = |spec: &str| format!("kind: maintenance, approvedBy: Nord, {spec}");
    let (kept, late) = (ExclusionDecision::Accepted, ExclusionDecision::NoticeNotKept);
    let told = "announcedAt: \"2026-09-30T00:00:00Z\"";
    check(
        &terms,
        outage(),
        &entered(&format!("{told}, requestedAt: \"2026-09-29T00:00:00Z\"")),
        (kept, Some(false), 7_200),
    );
    // A second too late is too late, and after the outage it is shown as such.
    let asked = "requestedAt: \"2026-09-29T00:00:00Z\"";
    check(
        &terms,
        outage(),
        &entered(&format!("announcedAt: \"2026-09-30T00:00:01Z\", {asked}")),
        (late, Some(false), 0),
    );
    // An announcement can name any day, so maintenance without the time of its request is refused.
    let dated = exclusion(
        "late",
        &format!("start: \"2026-10-05T00:00:00Z\", end: \"2026-10-05T02:00:00Z\", {}", entered(told)),
    );
    let refused = read(&[contract(&terms, &[promise(&[])]), dated]).expect_err("nobody said when it was asked for");
    assert!(
        refused.len() == 1 && refused[0].contains("error[missing-field]: spec: found no field \"requestedAt\""),
        "{refused:?}"
    );
    let after = "announcedAt: \"2026-10-06T00:00:00Z\", requestedAt: \"2026-10-06T00:00:00Z\"";
    check(&terms, outage(), &entered(after), (late, Some(true), 0));
    // Whatever else the parties agreed on may be told later; the report still says that it was.
    let other = "kind: customer, approvedBy: Nord, requestedAt: \"2026-10-05T00:00:01Z\"";
    check(&terms, outage(), other, (kept, Some(true), 7_200));
    check(
        &terms,
        outage(),
        "kind: customer, requestedAt: \"2026-10-06T00:00:00Z\"",
        (ExclusionDecision::NotApproved, Some(true), 0),
    );
    check(&terms, outage(), "kind: customer, approvedBy: ' INA'", (ExclusionDecision::SamePerson, None, 0));
    check(&terms, outage(), "kind: force_majeure, approvedBy: Nord", (ExclusionDecision::NotAgreed, None, 0));
}

#[test]
fn trap_28_more_good_events_than_events_are_no_evidence() {
    // Two hours of nonsense: neither good nor bad, and the report says why.
    let hours = from("2026-10-05T00:00:00Z", 7_200);
    let says = |at: UnixSeconds| {
        if hours.start <= at && at < hours.end { Slice::Unknown(UnknownReason::GoodAboveTotal) } else { UP }
    };
    for method in ["Occurrences", "Timeslices", "RatioTimeslices"] {
        let record = stated(&[contract(&[], &[promise(&[("method", method)])])], "2026-10", says);
        assert_eq!(owed(&record), (Verdict::Undecidable, 0, 10_000), "{method}");
        let one = &record.commitments[0];
        assert_eq!((one.unknown[0].reason, one.unknown[0].seconds), (UnknownReason::GoodAboveTotal, 7_200));
        let high = one.attained_range.high.as_ref().expect("a range");
        assert_eq!(high.percent, "100.0000", "nothing above all of it");
    }
}
