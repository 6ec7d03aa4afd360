//! Months that follow one another, end to end: quarters and years, too few events, earn-back and bonus with their steps.

use sla_core::derivation::Derivation;
use sla_core::plan::{PlanError, plan};
use sla_core::record::{MonthRecord, Verdict};
use sla_core::time::utc_text;

use super::{TENTH, closed, hourly, last};
use crate::desk::{self, DOWN, MISSING, NOW, QUIET, Slice, UP, contract, from, owed, sound, stated, stated_after};

fn rules(derivation: &Derivation) -> Vec<(String, String)> {
    let name = |step: &sla_core::derivation::Step| {
        serde_json::to_value(step.rule).expect("JSON").as_str().expect("a name").to_owned()
    };
    derivation.steps.iter().map(|step| (name(step), step.rounded.clone())).collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(rule, rounded)| ((*rule).to_owned(), (*rounded).to_owned())).collect()
}

#[test]
fn a_month_that_may_hold_too_few_events_owes_nothing_for_certain() {
    // Ninety events of 1 January: 70 good, and an hour of which nobody knows.
    let hour = |at: i64| (at - from("2026-01-01T00:00:00Z", 1).start) / 3_600;
    let says = |lost: i64| {
        move |at: i64| -> Slice {
            match hour(at) {
                0..7 => UP,
                7 | 8 => DOWN,
                lost_at if 9 <= lost_at && lost_at < 9 + lost => MISSING,
                _ => QUIET,
            }
        }
    };
    let owes = |least: &str, lost: i64, penalty: &str| {
        let terms = [
            ("method", "Occurrences"),
            ("target", "90"),
            ("sliceTarget", ""),
            ("minimumEvents", least),
            ("penalty", penalty),
        ];
        stated(&[contract(&[], &[hourly(&terms)])], "2026-01", says(lost))
    };
    let quarter = "{ bands: [{ from: 0, below: 90, credit: 25 }] }";
    // 90 events are seen, and the unknown hour may hold the five that are missing: at most 80 of 100 were good.
    let record = owes("{ perPeriod: 95 }", 1, quarter);
    assert_eq!(owed(&record), (Verdict::Undecidable, 0, 25_000));
    let cases = &record.commitments[0].credit.derivations;
    assert_eq!(rules(&cases[0]), pairs(&[("not_judged", "0.00")]));
    assert_eq!(cases.len(), 2);
    // Enough are seen; too few whatever the hour holds; nothing is unknown.
    assert_eq!(owed(&owes("{ perPeriod: 90 }", 1, quarter)), (Verdict::Breached, 25_000, 25_000));
    assert_eq!(owed(&owes("{ perPeriod: 101 }", 1, quarter)), (Verdict::Met, 0, 0));
    assert_eq!(owed(&owes("{ perPeriod: 95 }", 0, quarter)), (Verdict::Met, 0, 0));
    // Where nothing is owed anyway, it is told why.
    let record = owes("{ perPeriod: 95 }", 1, "{}");
    let cases = &record.commitments[0].credit.derivations;
    assert_eq!(rules(&cases[0]), pairs(&[("base", "1000.00"), ("attained", "80.0000"), ("no_penalty", "0.00")]));
    // A rise of the fee is not certain either, and points are not.
    let record = owes("{ perPeriod: 95 }", 1, "{ points: [{ from: 0, below: 90, points: 3 }] }");
    let points = record.commitments[0].credit.points.as_ref().map(|points| (points.low, points.high));
    assert_eq!(points, Some((0, 3)));
    let record = owes("{ perPeriod: 95 }", 1, "{ bonus: { from: 90, rise: 5 } }");
    let bonus = |record: &MonthRecord| record.commitments[0].credit.bonus_minor.as_ref().map(|one| (one.low, one.high));
    assert_eq!(bonus(&record), Some((0, 0)));
    let record = stated(
        &[contract(
            &[],
            &[hourly(&[
                ("target", "90"),
                ("minimumEvents", "{ perPeriod: 95 }"),
                ("penalty", "{ bonus: { from: 99, rise: 5 } }"),
            ])],
        )],
        "2026-01",
        |at| {
            if hour(at) < 9 {
                UP
            } else if hour(at) == 9 {
                MISSING
            } else {
                QUIET
            }
        },
    );
    assert_eq!(bonus(&record), Some((0, 5_000)));
}

#[test]
fn unknown_hours_may_hold_several_outages() {
    let penalty = "{ perOutage: { tiers: [{ from: 1h, credit: 1/30 }, { from: 4h, credit: 2/30 }] } }";
    let lost = from("2026-01-10T08:00:00Z", 5 * 3_600);
    let of = |reading: &str, terms: &[(&str, &str)]| {
        let mut all = vec![("penalty", penalty), ("unknown", reading)];
        all.extend(terms);
        let record = stated(&[contract(&[], &[hourly(&all)])], "2026-01", |at| {
            if lost.start <= at && at < lost.end { MISSING } else { UP }
        });
        (owed(&record), record)
    };
    // One outage of five hours is 2/30 of 1 000.00, and three of an hour are 3/30.
    let (found, record) = of("range", &[]);
    assert_eq!(found, (Verdict::Undecidable, 0, 10_000));
    let steps = &record.commitments[0].credit.derivations[1].steps;
    let lengths = steps.iter().flat_map(|step| &step.inputs).filter(|one| one.name == "outage");
    assert_eq!(lengths.map(|one| one.value.as_str()).collect::<Vec<_>>(), ["3600"; 3]);
    // Where the contract reads unknown time as down there is one outage, and where it reads it as up there is none.
    assert_eq!(of("down", &[]).0, (Verdict::Breached, 6_667, 6_667));
    assert_eq!(of("up", &[]).0, (Verdict::Met, 0, 0));
    // Where an outage has two hours at least, two of two hours are as many as there can be.
    assert_eq!(of("range", &[("consecutiveSlices", "2")]).0, (Verdict::Undecidable, 0, 6_667));
}

#[test]
fn units_are_counted_in_outages_that_nobody_saw() {
    // 5.00 from an hour on, and 10.00 for every unit above it that has begun, or is full.
    let most = |unit: &str, counting: &str, hours: i64| {
        let further = format!("{{ unit: {unit}, counting: {counting}, amount: 10 }}");
        let penalty = format!("{{ perOutage: {{ tiers: [{{ from: 1h, amount: 5 }}], further: {further} }} }}");
        let lost = from("2026-01-10T08:00:00Z", hours * 3_600);
        let says = move |at| if lost.start <= at && at < lost.end { MISSING } else { UP };
        owed(&stated(&[contract(&[], &[hourly(&[("penalty", &penalty)])])], "2026-01", says)).2
    };
    assert_eq!([1, 2, 3, 4].map(|hours| most("2h", "started", hours)), [500, 1_500, 1_500, 2_500]);
    // A unit that is no number of slices: of seven hours two outages of three cost more than one.
    let hours = [1, 2, 3, 4, 5, 6, 7];
    let started = hours.map(|hours| most("90m", "started", hours));
    assert_eq!(started, [500, 1_500, 2_500, 2_500, 3_500, 4_500, 5_000]);
    let full = hours.map(|hours| most("90m", "full", hours));
    assert_eq!(full, [500, 500, 1_500, 2_500, 2_500, 3_500, 4_500]);
}

#[test]
fn a_year_is_judged_in_its_last_month() {
    let promise = [hourly(&[("period", "year"), ("penalty", &format!("{{ {TENTH} }}"))])];
    let documents = [contract(&[("validFrom", "2026-03-01")], &promise)];
    let catalogue = sound(&documents);
    for month in ["2026-03", "2026-11"] {
        let error = plan(&catalogue, month.parse().expect("a month"), None, NOW).expect_err("nothing is due");
        assert!(matches!(error, PlanError::NothingDue { due, .. } if due.to_string() == "2026-12"), "{error}");
    }
    // From 1 March on, 306 days: 7 344 hours, of which a thousandth allows seven.
    let start = from("2026-05-01T00:00:00Z", 1).start;
    let down = |hours: i64| move |at: i64| if start <= at && at < start + hours * 3_600 { DOWN } else { UP };
    let of = |hours: i64| stated(&documents, "2026-12", down(hours));
    assert_eq!(owed(&of(7)), (Verdict::Met, 0, 0));
    let record = of(8);
    assert_eq!(owed(&record), (Verdict::Breached, 100_000, 100_000));
    assert_eq!(record.commitments[0].service_seconds, 306 * 86_400);
    let span = record.commitments[0].period.as_ref().expect("longer than the month");
    assert_eq!((span.start.as_str(), span.end.as_str()), ("2026-03-01T00:00:00Z", "2027-01-01T00:00:00Z"));
    let steps = rules(&record.commitments[0].credit.derivations[0]);
    assert_eq!(steps[..2], pairs(&[("base", "1000.00"), ("base_months", "10000.00")]));
    // A contract that ends inside the year is judged when it ends, for the days that there were.
    let ending = [contract(
        &[("validFrom", "2026-03-01"), ("validTo", "2026-06-15"), ("fee", "{ monthly: 1000.00, partMonth: daily }")],
        &promise,
    )];
    let record = stated(&ending, "2026-06", down(8));
    assert_eq!(owed(&record), (Verdict::Breached, 35_000, 35_000));
    assert_eq!(record.commitments[0].service_seconds, (31 + 30 + 31 + 15) * 86_400);
}

#[test]
fn a_quarter_begins_and_ends_with_months_of_its_zone() {
    #[track_caller]
    fn check(zone: &str, month: &str, start: &str, end: &str, hours: i64) {
        let promise = [hourly(&[("period", "quarter"), ("slice", "30m")])];
        let catalogue = sound(&[contract(&[("timeZone", zone), ("validFrom", "2025-01-01")], &promise)]);
        let plans = plan(&catalogue, month.parse().expect("a month"), None, NOW).expect("a plan");
        let scope = &plans[0].commitments[0].scope;
        assert_eq!((utc_text(scope.period.start).as_str(), utc_text(scope.period.end).as_str()), (start, end));
        assert_eq!((scope.service.seconds(), scope.period.seconds()), (hours * 3_600, hours * 3_600));
        // Its days follow one another without a gap.
        assert!(scope.days.windows(2).all(|pair| pair[0].1.end == pair[1].1.start));
        assert_eq!(plans[0].commitments[0].fees.months.len(), 3);
    }
    // 90 days less the hour of spring, 92 days and the hour of autumn, and none of both.
    check("Europe/Berlin", "2026-03", "2025-12-31T23:00:00Z", "2026-03-31T22:00:00Z", 90 * 24 - 1);
    check("Europe/Berlin", "2026-12", "2026-09-30T22:00:00Z", "2026-12-31T23:00:00Z", 92 * 24 + 1);
    check("Europe/Berlin", "2026-06", "2026-03-31T22:00:00Z", "2026-06-30T22:00:00Z", 91 * 24);
    check("Asia/Kolkata", "2026-03", "2025-12-31T18:30:00Z", "2026-03-31T18:30:00Z", 90 * 24);
    // An outage in the last hour of a quarter is of that quarter, and one in the first hour of the next is not.
    let promise = [hourly(&[
        ("period", "quarter"),
        ("target", "99.99"),
        ("penalty", "{ bands: [{ from: 0, below: 99.99, credit: 10 }] }"),
    ])];
    let documents = [contract(&[("timeZone", "Europe/Berlin")], &promise)];
    let hour = |start: &str| {
        let hour = from(start, 3_600);
        owed(&stated(&documents, "2026-03", desk::down(vec![hour]))).2
    };
    assert_eq!([hour("2026-03-31T21:00:00Z"), hour("2026-03-31T22:00:00Z")], [30_000, 0]);
    assert_eq!([hour("2025-12-31T23:00:00Z"), hour("2025-12-31T22:00:00Z")], [30_000, 0]);
}

#[test]
fn a_missed_month_is_earned_back_by_those_that_follow() {
    let penalty = format!("{{ {TENTH}, earnBack: {{ months: 2 }} }}");
    let documents = [contract(&[], &[hourly(&[("penalty", &penalty)])])];
    let told = |record: &MonthRecord| {
        let one = |one: &sla_core::record::RecordEarnedBack| (one.month.to_string(), one.low_minor, one.high_minor);
        record.earned_back.iter().map(one).collect::<Vec<_>>()
    };
    let waived = |signs: &str| told(&last(&documents, "2026-01", signs));
    let january = |low: i64| vec![("2026-01".to_owned(), low, 10_000)];
    // Nothing is waived before the second month is over, and nothing twice.
    let records = closed(&documents, "2026-01", "mkkk");
    assert_eq!(records.iter().map(told).collect::<Vec<_>>(), [vec![], vec![], january(10_000), vec![]]);
    assert_eq!(waived("mks"), []);
    assert_eq!(waived("msk"), []);
    assert_eq!(waived("mk?"), january(0));
    assert_eq!(waived("m?k"), january(0));
    assert_eq!(waived("m-k"), january(0), "nobody knows whether February was kept");
    assert_eq!(waived("?kk"), january(0), "nothing was owed for certain");
    let steps = |signs: &str| {
        let record = last(&documents, "2026-01", signs);
        record.earned_back[0].derivations.iter().map(rules).collect::<Vec<_>>()
    };
    assert_eq!(steps("mkk"), [pairs(&[("past_credit", "100.00"), ("earned_back", "100.00")])]);
    assert_eq!(
        steps("mk?"),
        [
            pairs(&[("past_credit", "100.00"), ("earn_back_open", "0.00")]),
            pairs(&[("past_credit", "100.00"), ("earned_back", "100.00")]),
        ]
    );
    let inputs: Vec<_> = records[2].earned_back[0].derivations[0].steps.iter().flat_map(|step| &step.inputs).collect();
    assert_eq!(inputs.iter().map(|one| one.value.as_str()).collect::<Vec<_>>(), ["2026-01", "2"]);
    // The months of a quarter that are judged with it count, those in between are not judged.
    let promise = [hourly(&[("period", "quarter"), ("penalty", &format!("{{ {TENTH}, earnBack: {{ months: 3 }} }}"))])];
    let documents = [contract(&[], &promise)];
    let march = stated(&documents, "2026-03", |_| DOWN);
    let june = stated_after(&documents, "2026-06", |_| UP, std::slice::from_ref(&march));
    assert_eq!(told(&june), [("2026-03".to_owned(), 30_000, 30_000)]);
    assert_eq!(told(&stated_after(&documents, "2026-06", |_| DOWN, &[march])), []);
    // Months that are not judged use up nothing of a year, and nobody is asked to close them.
    let caps = ("caps", "[{ per: year, year: calendar, amount: 400 }]");
    let documents = [contract(&[caps], &promise)];
    let march = stated(&documents, "2026-03", |_| DOWN);
    assert_eq!((owed(&march), march.unknown_months.len()), ((Verdict::Breached, 30_000, 30_000), 0));
    let june = |earlier: &[MonthRecord]| {
        let record = stated_after(&documents, "2026-06", |_| DOWN, earlier);
        (owed(&record), record.unknown_months.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(june(&[march]), ((Verdict::Breached, 10_000, 10_000), vec![]));
    assert_eq!(june(&[]), ((Verdict::Breached, 0, 30_000), vec!["2026-03".to_owned()]));
}

#[test]
fn a_rise_of_the_fee_has_its_steps() {
    let bonus = |signs: &str, fee: &str, month: &str| {
        let promise = [hourly(&[("penalty", "{ bonus: { from: 99.99, rise: 2.5 } }")])];
        let documents = [contract(&[("fee", fee), ("validFrom", "2026-01-16")], &promise)];
        let record = last(&documents, month, signs);
        record.commitments[0].credit.bonus_derivations.iter().map(rules).collect::<Vec<_>>()
    };
    let whole = "{ monthly: 1000.01, partMonth: full }";
    let base = ("base", "1000.01");
    let risen = pairs(&[base, ("attained", "100.0000"), ("bonus", "25.00"), ("rounding", "25.00")]);
    assert_eq!(bonus("k", whole, "2026-02"), std::slice::from_ref(&risen));
    assert_eq!(bonus("m", whole, "2026-02"), [pairs(&[base, ("attained", "0.0000"), ("no_bonus", "0.00")])]);
    let fallen = pairs(&[base, ("attained", "0.0000"), ("no_bonus", "0.00")]);
    assert_eq!(bonus("?", whole, "2026-02"), [fallen, risen]);
    // 16 of 31 days of 31.00, and 2.5 % of them: 40 cents.
    let daily = bonus("k", "{ monthly: 31.00, partMonth: daily }", "2026-01");
    let steps =
        [("base", "31.00"), ("base_days", "16.00"), ("attained", "100.0000"), ("bonus", "0.40"), ("rounding", "0.40")];
    assert_eq!(daily, [pairs(&steps)]);
    // Where none is agreed there are none.
    let record = last(&[contract(&[], &[hourly(&[])])], "2026-01", "k");
    assert!(record.commitments[0].credit.bonus_derivations.is_empty());
}

#[test]
fn credits_of_a_year_are_earned_back_by_the_year() {
    let penalty = format!("{{ {TENTH}, earnBack: {{ commitment: year }} }}");
    let promises = |over: &str| {
        [
            hourly(&[("penalty", &penalty)]),
            hourly(&[("name", "year"), ("target", "99.9"), ("period", over), ("penalty", "{}")]),
            hourly(&[("name", "other"), ("penalty", "{ bands: [{ from: 0, below: 99.9, credit: 20 }] }")]),
        ]
    };
    let documents = |over: &str| [contract(&[], &promises(over))];
    // One hour of January, and of the month that is closed so many further hours.
    let january = from("2026-01-10T08:00:00Z", 3_600);
    let closed = |over: &str, month: &str, lost: i64, slice: Slice| {
        let start = from(&format!("{month}-20T08:00:00Z"), 3_600).start;
        let says = move |at: i64| match at {
            at if january.start <= at && at < january.end => DOWN,
            at if start <= at && at < start + lost * 3_600 => slice,
            _ => UP,
        };
        let documents = documents(over);
        let first = stated(&documents, "2026-01", says);
        assert_eq!(first.earned_back.len(), 0, "the year is not over");
        stated_after(&documents, month, says, &[first])
    };
    let told = |record: &MonthRecord| {
        let one = |one: &sla_core::record::RecordEarnedBack| {
            (one.commitment.clone(), one.month.to_string(), one.low_minor, one.high_minor)
        };
        record.earned_back.iter().map(one).collect::<Vec<_>>()
    };
    let up = |month: &str, low: i64| ("up".to_owned(), month.to_owned(), low, 10_000);
    // 8 of 8 760 hours are less than 0.1 %, 9 are more.
    assert_eq!(told(&closed("year", "2026-12", 0, DOWN)), [up("2026-01", 10_000)]);
    assert_eq!(told(&closed("year", "2026-12", 7, DOWN)), [up("2026-01", 10_000), up("2026-12", 10_000)]);
    assert_eq!(told(&closed("year", "2026-12", 8, DOWN)), []);
    assert_eq!(told(&closed("year", "2026-11", 0, DOWN)), []);
    // Where nobody knows whether the year was kept, nobody knows whether the credits are waived.
    assert_eq!(told(&closed("year", "2026-12", 8, MISSING)), [up("2026-01", 0), up("2026-12", 0)]);
    // A quarter waives the credits of its own months alone.
    assert_eq!(told(&closed("quarter", "2026-03", 1, DOWN)), [up("2026-01", 10_000), up("2026-03", 10_000)]);
    assert_eq!(told(&closed("quarter", "2026-06", 1, DOWN)), [up("2026-06", 10_000)]);
    // The months that a later waiver looks back to are asked for.
    let june = stated(&documents("quarter"), "2026-06", |_| UP);
    assert_eq!(june.unknown_months.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2026-04", "2026-05"]);
    let record = closed("year", "2026-12", 8, MISSING);
    let steps: Vec<_> = record.earned_back[0].derivations.iter().map(rules).collect();
    let open = pairs(&[("past_credit", "100.00"), ("earn_back_by_open", "0.00")]);
    assert_eq!(steps, [open, pairs(&[("past_credit", "100.00"), ("earned_back_by", "100.00")])]);
    let inputs: Vec<_> = record.earned_back[0].derivations[0].steps.iter().flat_map(|step| &step.inputs).collect();
    assert_eq!(inputs.iter().map(|one| one.value.as_str()).collect::<Vec<_>>(), ["2026-01", "year"]);
}
