//! Repeats, caps over a year, what was carried forward, least credits, groups and the amount at risk.

use sla_core::record::{MonthRecord, Verdict};

use super::{TENTH, closed, hourly, last};
use crate::desk::{self, contract};

fn cents(record: &MonthRecord) -> (i64, i64) {
    (record.credit_total.low_minor, record.credit_total.high_minor)
}

/// One promise that pays `penalty`, under some terms of the contract.
fn paying(terms: &[(&str, &str)], penalty: &str) -> [String; 1] {
    [contract(terms, &[hourly(&[("penalty", &format!("{{ {penalty} }}"))])])]
}

/// Compares the least and the most of each month that was closed.
#[track_caller]
fn check(documents: &[String], first: &str, signs: &str, expected: &[(i64, i64)]) {
    let found: Vec<_> = closed(documents, first, signs).iter().map(cents).collect();
    assert_eq!(found, expected, "{signs}");
}

const fn sure(cents: i64) -> (i64, i64) {
    (cents, cents)
}

#[test]
fn misses_that_repeat_cost_more() {
    let repeat = "repeat: { withinMonths: 3, steps: [{ misses: 2, factor: 1.5 }, { misses: 3, factor: 2 }] }";
    let documents = paying(&[], &format!("{TENTH}, {repeat}"));
    let check = |signs: &str, expected: &[(i64, i64)]| check(&documents, "2026-01", signs, expected);
    check("mmmm", &[sure(10_000), sure(15_000), sure(20_000), sure(20_000)]);
    check("mkm", &[sure(10_000), sure(0), sure(15_000)]);
    check("mkkm", &[sure(10_000), sure(0), sure(0), sure(10_000)]);
    // What is not known may be a miss: of this month, of one that was closed without evidence, of one nobody closed.
    check("m?", &[sure(10_000), (0, 15_000)]);
    check("?m", &[(0, 10_000), (10_000, 15_000)]);
    check("-m", &[(10_000, 15_000)]);
    check("m-m", &[sure(10_000), (15_000, 20_000)]);
    check("m?m", &[sure(10_000), (0, 15_000), (15_000, 20_000)]);
    // Points are multiplied before they are worth money, and half a point is none.
    let points = "points: [{ from: 0, below: 99.9, points: 3 }]";
    let documents = paying(&[("pointWorth", "{ amount: 10.00 }")], &format!("{points}, {repeat}"));
    let records = closed(&documents, "2026-01", "mmmk");
    assert_eq!(records.iter().map(cents).collect::<Vec<_>>(), [3_000, 4_000, 6_000, 0].map(sure));
    let points =
        records.iter().map(|one| one.commitments[0].credit.points.as_ref().map(|points| (points.low, points.high)));
    assert_eq!(points.collect::<Vec<_>>(), [Some((3, 3)), Some((4, 4)), Some((6, 6)), Some((0, 0))]);
    // Worth a share of the fee, or nothing at all.
    let share = paying(&[("pointWorth", "{ credit: 1/30 }")], "points: [{ from: 0, below: 99.9, points: 3 }]");
    assert_eq!(cents(&last(&share, "2026-01", "m")), sure(10_000));
    let none = paying(
        &[("rights", "[{ right: R, points: 9, withinMonths: 3 }]")],
        "points: [{ from: 0, below: 99.9, points: 3 }]",
    );
    assert_eq!(cents(&last(&none, "2026-01", "m")), sure(0));
}

#[test]
fn a_miss_is_what_was_compared() {
    // 743 of 744 hours are 99.86 %, above the target of 99.8; rounded down to 99 it is a miss, and one that repeats.
    let terms = [
        ("target", "99.8"),
        ("attainmentRounding", "{ mode: floor, digits: 0 }"),
        (
            "penalty",
            "{ bands: [{ from: 0, below: 99.8, credit: 10 }], repeat: { withinMonths: 3, steps: [{ misses: 2, factor: 2 }] } }",
        ),
    ];
    check(&[contract(&[], &[hourly(&terms)])], "2026-01", "ss", &[sure(10_000), sure(20_000)]);
    // A bonus is for what was compared as well: 99.86 is rounded up to 100.
    let bonus = "{ bonus: { from: 100, rise: 5 } }";
    let exact = [contract(&[], &[hourly(&[("penalty", bonus)])])];
    let rounded =
        [contract(&[], &[hourly(&[("penalty", bonus), ("attainmentRounding", "{ mode: half_up, digits: 0 }")])])];
    let rise = |documents: &[String], signs: &str| {
        last(documents, "2026-01", signs).commitments[0].credit.bonus_minor.as_ref().map(|rise| (rise.low, rise.high))
    };
    assert_eq!(
        [rise(&exact, "k"), rise(&exact, "s"), rise(&rounded, "s")].map(Option::unwrap_or_default),
        [sure(5_000), sure(0), sure(5_000)]
    );
    assert_eq!(rise(&exact, "?").unwrap_or_default(), (0, 5_000));
    // The time down is not rounded: one of 744 hours is 1.34 of 1 000.00, and not one percent of it.
    let down = ("attainmentRounding", "{ mode: floor, digits: 0 }");
    let hour = ["multiplier: { factor: 1 }", "perUnit: { unit: 1h, counting: full, amount: 7 }"];
    let credits = hour.map(|model| {
        let penalty = format!("{{ {model} }}");
        cents(&last(&[contract(&[], &[hourly(&[("penalty", &penalty), down])])], "2026-01", "s"))
    });
    // An hour less the 44 minutes that are allowed is no full hour.
    assert_eq!(credits, [sure(134), sure(0)]);
}

#[test]
fn caps_of_a_year_count_what_was_credited_before() {
    let capped = |from: &str, cap: &str| {
        paying(&[("validFrom", from), ("caps", cap)], "bands: [{ from: 0, below: 99.9, credit: 25 }]")
    };
    let jan = "2026-01-01";
    let calendar = capped(jan, "[{ per: year, year: calendar, amount: 400 }]");
    check(&calendar, "2026-01", "mmm", &[sure(25_000), sure(15_000), sure(0)]);
    // What may have been credited leaves less for certain, and all of it possibly.
    check(&calendar, "2026-01", "?m", &[(0, 25_000), (15_000, 25_000)]);
    check(&calendar, "2026-01", "-m", &[(0, 25_000)]);
    check(&calendar, "2026-01", "m-m", &[sure(25_000), (0, 15_000)]);
    // A calendar year ends in December, a year of the contract with it, and a rolling one never.
    let november = "2025-11-01";
    check(
        &capped(november, "[{ per: year, year: calendar, amount: 400 }]"),
        "2025-11",
        "mmm",
        &[sure(25_000), sure(15_000), sure(25_000)],
    );
    check(
        &capped(november, "[{ per: year, year: contract, amount: 400 }]"),
        "2025-11",
        "mmm",
        &[sure(25_000), sure(15_000), sure(0)],
    );
    let thirteenth = |cap: &str, signs: &str| cents(&last(&capped(november, cap), "2025-11", signs));
    let year = |year: &str| format!("[{{ per: year, year: {year}, amount: 400 }}]");
    assert_eq!(thirteenth(&year("contract"), "mkkkkkkkkkkm"), sure(15_000));
    assert_eq!(thirteenth(&year("contract"), "mmkkkkkkkkkkm"), sure(25_000));
    assert_eq!(thirteenth(&year("rolling"), "mkkkkkkkkkkm"), sure(15_000));
    // The 150.00 of the second month are within twelve months, the 250.00 of the first are not.
    assert_eq!(thirteenth(&year("rolling"), "mmmkkkkkkkkkm"), sure(25_000));
    assert_eq!(thirteenth(&year("rolling"), "kmkkkkkkkkkkm"), sure(15_000));
    assert_eq!(thirteenth(&year("rolling"), "mkkkkkkkkkkkm"), sure(25_000));
    assert_eq!(thirteenth("[{ per: contract, amount: 400 }]", "mmkkkkkkkkkkm"), sure(0));
    // Shares of the fees of twelve months, and of all since the contract began.
    let of = |base: &str| format!("[{{ per: month, share: 1, of: {base} }}]");
    assert_eq!(thirteenth(&of("last12Months"), "m"), sure(1_000));
    assert_eq!(thirteenth(&of("last12Months"), "kkkkkkkkkkkkkm"), sure(12_000));
    assert_eq!(thirteenth(&of("contractToDate"), "kkkkkkkkkkkkkm"), sure(14_000));
    assert_eq!(thirteenth(&of("base"), "kkkkkkkkkkkkkm"), sure(1_000));
}

#[test]
fn what_was_before_the_ledger_is_carried_into_it() {
    let carried = "{ until: 2025-12, credits: [{ month: 2025-12, amount: 350.00 }, { month: 2025-11, amount: 10.00 }], misses: \
                   [{ month: 2025-12, commitment: up, points: 3, attained: 98.0 }] }";
    let terms = |carried: &'static str| {
        [("validFrom", "2025-11-01"), ("carriedForward", carried), ("caps", "[{ per: contract, amount: 400 }]")]
    };
    let penalty = format!("{TENTH}, repeat: {{ withinMonths: 2, steps: [{{ misses: 2, factor: 2 }}] }}");
    let documents = paying(&terms(carried), &penalty);
    // 360.00 of 400.00 were credited before; the miss of December makes January's the second one.
    let january = last(&documents, "2026-01", "m");
    assert_eq!((cents(&january), january.unknown_months.len()), (sure(4_000), 0));
    let rules: Vec<_> =
        january.commitments[0].credit.derivations[0].steps.iter().map(|step| step.rounded.as_str()).collect();
    assert_eq!(rules, ["1000.00", "0.0000", "100.00", "200.00", "200.00", "40.00"]);
    // What the ledger knows itself goes first: December was kept, and nothing was credited in it.
    check(&documents, "2025-12", "km", &[sure(0), sure(10_000)]);
    // A month after the last one that is told of is as unknown as any.
    let documents = paying(&terms("{ until: 2025-11 }"), &penalty);
    let january = last(&documents, "2026-01", "m");
    assert_eq!(january.unknown_months.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2025-12"]);
    assert_eq!(cents(&january), (0, 20_000));
}

#[test]
fn a_credit_that_was_carried_counts_in_its_own_year() {
    let carried =
        "{ until: 2025-11, credits: [{ month: 2024-12, amount: 100.00 }, { month: 2025-11, amount: 350.00 }] }";
    let cap = ("caps", "[{ per: year, year: calendar, amount: 400 }]");
    let documents = paying(&[("validFrom", "2024-11-01"), ("carriedForward", carried), cap], TENTH);
    check(&documents, "2025-12", "mm", &[sure(5_000), sure(10_000)]);
}

#[test]
fn months_that_nobody_closed_are_named_as_far_as_the_contract_looks_back() {
    #[track_caller]
    fn check(terms: &[(&str, &str)], penalty: &str, expected: &[&str]) {
        let record = last(&paying(terms, &format!("{TENTH}{penalty}")), "2026-01", "-----m");
        assert_eq!(
            record.unknown_months.iter().map(ToString::to_string).collect::<Vec<_>>(),
            expected,
            "{terms:?} {penalty}"
        );
    }
    check(&[], "", &[]);
    check(&[], ", repeat: { withinMonths: 3, steps: [{ misses: 2, factor: 2 }] }", &["2026-04", "2026-05"]);
    check(&[], ", earnBack: { months: 2 }", &["2026-04", "2026-05"]);
    check(&[("rights", "[{ right: R, misses: 2, withinMonths: 2 }]")], "", &["2026-05"]);
    check(&[("rights", "[{ right: R, misses: 1, withinMonths: 1 }]")], "", &[]);
    check(
        &[("caps", "[{ per: month, amount: 1 }, { per: service, amount: 1 }, { per: commitment, amount: 1 }]")],
        "",
        &[],
    );
    let all = ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05"];
    check(&[("caps", "[{ per: contract, amount: 1 }]")], "", &all);
    check(&[("caps", "[{ per: year, year: calendar, amount: 1 }]")], "", &all);
    let old = [("validFrom", "2025-12-01"), ("caps", "[{ per: year, year: calendar, amount: 1 }]")];
    check(&old, "", &all);
    check(
        &[old[0], ("caps", "[{ per: year, year: rolling, amount: 1 }]")],
        "",
        &["2025-12", all[0], all[1], all[2], all[3], all[4]],
    );
}

#[test]
fn a_month_of_two_versions_is_missed_when_a_part_of_it_was() {
    let fee = ("fee", "{ monthly: 1000.00, partMonth: daily }");
    let penalty = format!("{{ {TENTH}, repeat: {{ withinMonths: 3, steps: [{{ misses: 2, factor: 2 }}] }} }}");
    let promise = || [hourly(&[("penalty", &penalty)])];
    let rights = ("rights", "[{ right: R, misses: 2, withinMonths: 2, below: 99.95 }]");
    let documents = [
        contract(&[("validTo", "2026-02-14"), fee], &promise()),
        contract(&[("validFrom", "2026-02-15"), ("version", "2"), fee, rights], &promise()),
    ];
    // One hour on 2 February: the part before the 15th was missed, the one from it on was kept.
    let records = closed(&documents, "2026-01", "ksm").split_off(1);
    assert_eq!(
        records[0].commitments.iter().map(|one| one.verdict).collect::<Vec<_>>(),
        [Verdict::Breached, Verdict::Met]
    );
    assert_eq!([cents(&records[0]), cents(&records[1])], [sure(5_000), sure(20_000)]);
    assert_eq!(
        records[1].rights.iter().map(|one| (one.counted.low, one.counted.high, one.open)).collect::<Vec<_>>(),
        [(2, 2, true)]
    );
}

#[test]
fn a_credit_below_the_least_is_not_paid() {
    let check = |least: &str, expected: i64| {
        let record = last(&paying(&[("minimumCredit", least)], TENTH), "2026-01", "m");
        let steps = &record.commitments[0].credit.derivations[0].steps;
        let dropped = steps.iter().any(|step| step.rounded == "0.00");
        assert_eq!((cents(&record), dropped), (sure(expected), expected == 0), "{least}");
    };
    check("{ above: 99.99 }", 10_000);
    check("{ above: 100.00 }", 0);
    check("{ above: 100.01 }", 0);
    check("{ from: 100.00 }", 10_000);
    check("{ from: 100.01 }", 0);
    check("{ from: 99.99 }", 10_000);
}

#[test]
fn of_a_group_only_the_highest_pays_and_those_at_risk_share_one_amount() {
    #[track_caller]
    fn check(terms: &[(&str, &str)], penalties: [&str; 3], expected: [i64; 3]) {
        let promises: Vec<String> = ["a", "b", "c"]
            .into_iter()
            .zip(penalties)
            .map(|(name, penalty)| hourly(&[("name", name), ("penalty", &format!("{{ {penalty} }}"))]))
            .collect();
        let record = desk::stated(&[contract(terms, &promises)], "2026-01", |_| desk::DOWN);
        let credits: Vec<i64> = record.commitments.iter().map(|one| one.credit.high_minor).collect();
        assert_eq!(credits, expected, "{terms:?}");
    }
    let band = |percent: &str| format!("bands: [{{ from: 0, below: 99.9, credit: {percent} }}]");
    let (ten, twenty) = (band("10"), band("20"));
    let group = |names: &'static str| [("noStacking", names)];
    check(&[], [&ten, &twenty, &ten], [10_000, 20_000, 10_000]);
    check(&group("[{ commitments: [a, b] }]"), [&ten, &twenty, &ten], [0, 20_000, 10_000]);
    check(&group("[{ commitments: [b, a] }]"), [&twenty, &ten, &ten], [20_000, 0, 10_000]);
    // Of equal ones the first is paid.
    check(&group("[{ commitments: [a, b, c] }]"), [&ten, &ten, &ten], [10_000, 0, 0]);
    check(&group("[{ commitments: [a, c] }]"), [&ten, &twenty, &ten], [10_000, 20_000, 0]);
    let part = |percent: &str| format!("atRisk: {{ allocation: {percent} }}");
    let risk = [("atRisk", "{ share: 20 }")];
    check(&risk, [&part("60"), &part("60"), &ten], [12_000, 8_000, 10_000]);
    check(&risk, [&part("60"), &ten, &part("40")], [12_000, 10_000, 8_000]);
    check(&risk, [&part("30"), &part("40"), &part("50")], [6_000, 8_000, 6_000]);
    // What is at risk is paid last, though it stands first.
    let capped = [("atRisk", "{ share: 20 }"), ("caps", "[{ per: month, amount: 150 }]")];
    check(&capped, [&part("60"), &ten, &ten], [0, 10_000, 5_000]);
    // Caps per commitment and per service, where all are of one service.
    check(&[("caps", "[{ per: commitment, amount: 150 }]")], [&ten, &twenty, &twenty], [10_000, 15_000, 15_000]);
    check(&[("caps", "[{ per: service, amount: 250 }]")], [&ten, &twenty, &ten], [10_000, 15_000, 0]);
}
