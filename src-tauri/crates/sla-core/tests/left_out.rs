//! What leaves the judgement, and what nobody knows: quiet and unknown time, from a catalogue's text to money.

use sla_core::record::Verdict;

use crate::desk::{DOWN, MISSING, QUIET, Slice, UP, contract, down, exclusion, from, owed, percent, promise, stated};

/// A file that gives what was consumed in each slice.
const BUDGET: [(&str, &str); 6] = [
    ("method", "Consumption"),
    ("sliceTarget", ""),
    ("slo", "cost"),
    ("budget", "{ amount: 1000, unit: EUR }"),
    ("target", "100"),
    ("penalty", "{ bands: [{ from: 0, below: 100, credit: 10 }] }"),
];

const COST: &str = "---
apiVersion: openslo/v1
kind: SLI
metadata: { name: cost }
spec: { thresholdMetric: { metricSource: { metricSourceRef: files, spec: { path: $tenant-cost.csv } } } }
---
apiVersion: openslo/v1
kind: SLO
metadata: { name: cost }
spec: { service: platform, indicatorRef: cost, budgetingMethod: Occurrences }
";

#[test]
fn a_budget_without_evidence_is_not_kept() {
    #[track_caller]
    fn check(unknown: &str, says: Slice, expected: (Verdict, i64, i64)) {
        let mut terms = BUDGET.to_vec();
        terms.extend([("unknown", unknown), ("slice", "1h")]);
        let start = from("2026-10-16T00:00:00Z", 1).start;
        let record = stated(&[COST.to_owned(), contract(&[], &[promise(&terms)])], "2026-10", |at| {
            if at < start { says } else { MISSING }
        });
        assert_eq!(owed(&record), expected, "{unknown}");
    }
    // Nothing at all, and half a month in which nothing was consumed: neither says how much an unknown hour may hold.
    for says in [MISSING, QUIET] {
        check("range", says, (Verdict::Undecidable, 0, 10_000));
        check("down", says, (Verdict::Breached, 10_000, 10_000));
        check("up", says, (Verdict::Met, 0, 0));
    }
    check("excluded", MISSING, (Verdict::Undecidable, 0, 0));
    check("excluded", QUIET, (Verdict::Met, 0, 0));
    // 360 hours of 2 are 720; with 384 unknown ones of as much 1 488, and 1 000 is 67.2 % of it.
    let two = Slice::Events(0, 2);
    check("range", two, (Verdict::Undecidable, 0, 10_000));
    check("down", two, (Verdict::Breached, 10_000, 10_000));
    check("excluded", two, (Verdict::Met, 0, 0));
}

#[test]
fn events_in_an_exclusion_do_not_prove_what_nobody_saw() {
    // The only traffic of the month lies in a maintenance that stays as good; everything else is missing.
    let terms = [("excludedKinds", "[customer]")];
    let event = [
        ("method", "Occurrences"),
        ("exclusions", "numerator"),
        ("penalty", "{ bands: [{ from: 0, below: 99.9, credit: 10 }] }"),
    ];
    let window =
        exclusion("test", "kind: customer, start: 2026-10-05T00:00:00Z, end: 2026-10-05T02:00:00Z, approvedBy: Ole");
    let inside = from("2026-10-05T00:00:00Z", 7_200);
    let says = move |at| if inside.start <= at && at < inside.end { UP } else { MISSING };
    let record = stated(&[contract(&terms, &[promise(&event)]), window], "2026-10", says);
    assert_eq!(owed(&record), (Verdict::Undecidable, 0, 10_000));
    // Two hours of 744 are certain.
    let range = &record.commitments[0].attained_range;
    let percents = [&range.low, &range.high].map(|end| end.as_ref().expect("judged").percent.as_str());
    assert_eq!(percents, ["0.2688", "100.0000"]);
}

#[test]
fn time_that_leaves_both_sides_is_no_time_that_money_is_a_share_of() {
    // September has 43 200 minutes, of which every second one is quiet. 60 are down: the target allows 21.6 of 21 600, so
    // that 38.4 are too many, two started half hours.
    let start = from("2026-09-01T00:00:00Z", 1).start;
    let outage = from("2026-09-10T00:00:00Z", 7_200);
    let says = move |at| match (at - start) / 60 % 2 {
        1 => QUIET,
        _ if outage.start <= at && at < outage.end => DOWN,
        _ => UP,
    };
    let owes = |quiet: &str, penalty: &str| {
        let terms = [("quiet", quiet), ("penalty", penalty)];
        owed(&stated(&[contract(&[], &[promise(&terms)])], "2026-09", says))
    };
    let units = "{ perUnit: { unit: 30m, counting: started, amount: 100 } }";
    assert_eq!(owes("excluded", units), (Verdict::Breached, 20_000, 20_000));
    // As good time it is time of service: 43.2 are allowed, 16.8 too many.
    assert_eq!(owes("good", units), (Verdict::Breached, 10_000, 10_000));
    // An outage that took everybody costs the same, however its share is told: 60 of 21 600 minutes of 1 000.00.
    for affected in ["fully", "failedShare"] {
        let penalty = format!("{{ proportional: {{ affected: {affected} }} }}");
        assert_eq!(owes("excluded", &penalty), (Verdict::Breached, 278, 278), "{affected}");
    }
}

#[test]
fn time_that_may_leave_is_left_out_of_what_most_is_owed() {
    // An hour is down for certain. 600 single minutes are unknown: too short to be down, they may have been quiet and leave.
    // Two more in a row may be down.
    let outage = from("2026-09-10T00:00:00Z", 3_600);
    let unknown = from("2026-09-20T00:00:00Z", 72_000);
    let two = from("2026-09-25T00:00:00Z", 120);
    let says = move |at| match at {
        at if outage.start <= at && at < outage.end => DOWN,
        at if unknown.start <= at && at < unknown.end && at / 60 % 2 == 0 => MISSING,
        at if two.start <= at && at < two.end => MISSING,
        _ => UP,
    };
    let terms =
        |quiet| [("quiet", quiet), ("consecutiveSlices", "2"), ("penalty", "{ proportional: { affected: fully } }")];
    let owes = |quiet| owed(&stated(&[contract(&[], &[promise(&terms(quiet))])], "2026-09", says));
    // 60 of 43 200 minutes of 1 000.00, and 62 of 42 600.
    assert_eq!(owes("excluded"), (Verdict::Breached, 139, 146));
    assert_eq!(owes("good"), (Verdict::Breached, 139, 144));
}

#[test]
fn the_share_that_failed_is_one_of_the_whole_outage() {
    // An hour of ten failed events a minute, then an hour of a hundred of which ten failed: 1 200 of 6 600, 2/11 of two
    // hours of 720. Without the second hour it was a whole hour.
    let (first, second) = (from("2026-09-10T00:00:00Z", 3_600), from("2026-09-10T01:00:00Z", 3_600));
    let owes = |grows: bool| {
        let terms = [("penalty", "{ proportional: { affected: failedShare } }")];
        let says = move |at| match at {
            at if first.start <= at && at < first.end => DOWN,
            at if grows && second.start <= at && at < second.end => Slice::Events(90, 100),
            _ => UP,
        };
        owed(&stated(&[contract(&[], &[promise(&terms)])], "2026-09", says))
    };
    assert_eq!(owes(false), (Verdict::Breached, 139, 139));
    assert_eq!(owes(true), (Verdict::Breached, 51, 51));
}

#[test]
fn a_claim_runs_from_outages_that_may_pay() {
    #[track_caller]
    fn check(from_what: &str, terms: &[(&str, &str)], says: impl Fn(i64) -> Slice, expected: &str) {
        let claim = format!("{{ within: 7, unit: days, from: {from_what}, rollForward: false }}");
        let window = exclusion(
            "test",
            "kind: customer, start: 2026-10-28T00:00:00Z, end: 2026-10-28T02:00:00Z, approvedBy: Ole",
        );
        let all = [("claim", claim.as_str()), ("excludedKinds", "[customer]")];
        let record = stated(&[contract(&all, &[promise(terms)]), window], "2026-10", says);
        let claim = record.claim.expect("there may be something to claim");
        assert_eq!(claim.last_day.as_deref(), Some(expected), "{from_what} {terms:?}");
    }
    let hours = |day: u32, count: i64| from(&format!("2026-10-{day:02}T00:00:00Z"), count * 3_600);
    let two = || down(vec![hours(5, 2), hours(28, 2)]);
    // The outage of the 28th is excluded.
    check("firstOutage", &[], two(), "2026-10-12");
    check("lastOutage", &[], two(), "2026-10-12");
    // A minute on the 3rd is no outage where nine in a row are one.
    let nine = [("consecutiveSlices", "9")];
    check("firstOutage", &nine, down(vec![from("2026-10-03T00:00:00Z", 60), hours(19, 2)]), "2026-10-26");
    // Single outages pay although the target is kept.
    let single = [("target", "98"), ("penalty", "{ perOutage: { tiers: [{ from: 4h, credit: 10 }] } }")];
    check("lastOutage", &single, down(vec![hours(3, 5)]), "2026-10-10");
    // Quiet time that is read as bad is an outage.
    let quiet = hours(8, 3);
    let silent = move |at| if quiet.start <= at && at < quiet.end { QUIET } else { UP };
    check("lastOutage", &[("quiet", "bad")], silent, "2026-10-15");
    // What may have been an outage ends the window no later than it may have to end.
    let (certain, unknown) = (hours(10, 2), hours(20, 5));
    let gap = move |at| match at {
        at if certain.start <= at && at < certain.end => DOWN,
        at if unknown.start <= at && at < unknown.end => MISSING,
        _ => UP,
    };
    check("lastOutage", &[], gap, "2026-10-17");
    let only = move |at| if unknown.start <= at && at < unknown.end { MISSING } else { UP };
    check("firstOutage", &[], only, "2026-10-27");
    check("lastOutage", &[], only, "2026-10-27");
    // An outage is of the day of its last second: one that ends at midnight is of the day before, certain or not.
    let evening = from("2026-10-20T19:00:00Z", 5 * 3_600);
    check("lastOutage", &[], down(vec![evening]), "2026-10-27");
    let unseen = move |at| if evening.start <= at && at < evening.end { MISSING } else { UP };
    check("lastOutage", &[], unseen, "2026-10-27");
    assert_eq!(percent(&stated(&[contract(&[], &[promise(&[])])], "2026-10", only)), "unknown");
}

#[test]
fn outages_of_a_promise_that_owes_nothing_begin_no_claim() {
    let claim = ("claim", "{ within: 7, unit: days, from: firstOutage, rollForward: false }");
    // A minute on the 3rd misses the stricter promise, which costs nothing; two hours on the 19th are what is owed for.
    let promises =
        [promise(&[("name", "strict"), ("target", "100"), ("penalty", "{}")]), promise(&[("consecutiveSlices", "9")])];
    let outages = vec![from("2026-10-03T00:00:00Z", 60), from("2026-10-19T00:00:00Z", 7_200)];
    let record = stated(&[contract(&[claim], &promises)], "2026-10", down(outages));
    let verdicts: Vec<_> = record.commitments.iter().map(|one| (one.verdict, one.credit.high_minor)).collect();
    assert_eq!(verdicts, [(Verdict::Breached, 0), (Verdict::Breached, 10_000)]);
    assert_eq!(record.claim.and_then(|claim| claim.last_day).as_deref(), Some("2026-10-26"));
}

#[test]
fn a_claim_about_incidents_runs_from_those_that_were_late() {
    let incident = |name: &str, day: u32, hours: u32| {
        format!(
            "---\napiVersion: sla-desk/v1\nkind: Incident\nmetadata: {{ name: {name} }}\nspec: {{ tenant: nord, class: p1, \
             title: Down, reported: \"2026-10-{day:02}T08:00:00Z\", restored: \"2026-10-{day:02}T{:02}:00:00Z\", \
             enteredBy: Ina }}\n",
            8 + hours
        )
    };
    let promised = "\n    - { name: restoration, service: platform, class: p1, clock: restoration, startsAt: reported, hours: wall, \
                    limit: 4h, target: 100, month: started, penalty: { fixed: { amount: 100, per: incident } } }";
    #[track_caller]
    fn check(from_what: &str, promised: &str, incidents: &[String], owes: i64, expected: &str) {
        let claim = format!("{{ within: 7, unit: days, from: {from_what}, rollForward: false }}");
        let terms = [("claim", claim.as_str()), ("incidents", promised)];
        let documents = [&[contract(&terms, &[promise(&[])])], incidents].concat();
        let record = stated(&documents, "2026-10", |_| UP);
        assert_eq!(owed(&record), (Verdict::Breached, owes, owes));
        assert_eq!(record.claim.and_then(|claim| claim.last_day).as_deref(), Some(expected), "{from_what}");
    }
    // Six hours on the 6th are late, two on the 3rd and on the 20th are not.
    let one_late = [incident("a", 3, 2), incident("b", 6, 6), incident("c", 20, 2)];
    check("firstOutage", promised, &one_late, 10_000, "2026-10-13");
    check("lastOutage", promised, &one_late, 10_000, "2026-10-13");
    // Of two that are late for certain, the last one is the last.
    let two_late = [incident("a", 6, 6), incident("b", 20, 6)];
    check("firstOutage", promised, &two_late, 20_000, "2026-10-13");
    check("lastOutage", promised, &two_late, 20_000, "2026-10-27");
}
