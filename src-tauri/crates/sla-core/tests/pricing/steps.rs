//! By which steps an amount came about, to the letter.

use sla_core::derivation::Derivation;

use super::{TENTH, hourly, last};
use crate::desk::{self, contract};

/// Each step as `rule(inputs) = rounded`.
fn told(derivation: &Derivation) -> Vec<String> {
    let name = |value: &dyn erased::Name| value.name();
    let step = |step: &sla_core::derivation::Step| {
        let inputs: Vec<String> = step.inputs.iter().map(|one| format!("{}={}", one.name, one.value)).collect();
        format!("{}({}) = {}", name(&step.rule), inputs.join(" "), step.rounded)
    };
    derivation.steps.iter().map(step).collect()
}

/// A rule's stable name, as it is written in records.
mod erased {
    pub(super) trait Name {
        fn name(&self) -> String;
    }

    impl<T: serde::Serialize> Name for T {
        fn name(&self) -> String {
            serde_json::to_value(self).expect("JSON").as_str().expect("a name").to_owned()
        }
    }
}

#[track_caller]
fn check(terms: &[(&str, &str)], promise: &[(&str, &str)], signs: &str, expected: &[&[&str]]) {
    let record = last(&[contract(terms, &[hourly(promise)])], "2026-01", signs);
    let found: Vec<Vec<String>> = record.commitments[0].credit.derivations.iter().map(told).collect();
    assert_eq!(found, expected, "{promise:?} {signs}");
}

#[test]
fn each_model_names_what_it_took() {
    let tenth = format!("{{ {TENTH} }}");
    let base = "base() = 1000.00";
    let (none, all) = ("attained() = 0.0000", "attained() = 100.0000");
    check(&[], &[("penalty", &tenth)], "k", &[&[base, all, "kept(target=99.9) = 0.00"]]);
    check(&[], &[("penalty", "{}")], "m", &[&[base, none, "no_penalty() = 0.00"]]);
    let share = "band_share(band=0 ≤ attained < 99.9 share=10) = 100.00";
    let rounding = "rounding(mode=half_up) = 100.00";
    check(&[], &[("penalty", &tenth)], "m", &[&[base, none, share, rounding]]);
    // A range has a derivation for each of its ends.
    let kept: &[&str] = &[base, all, "kept(target=99.9) = 0.00"];
    check(&[], &[("penalty", &tenth)], "?", &[kept, &[base, none, share, rounding]]);
    // Also where both come to the same amount by different ways.
    let (better, worse) = ("attained() = 99.8655", "attained() = 99.7311");
    check(&[], &[("penalty", &tenth)], "+", &[&[base, better, share, rounding], &[base, worse, share, rounding]]);
    // A rounded attainment is a step of its own.
    let near = [("penalty", tenth.as_str()), ("attainmentRounding", "{ mode: half_up, digits: 0 }")];
    check(
        &[],
        &near,
        "s",
        &[&[
            base,
            "attained() = 99.8655",
            "attained_rounded(mode=half_up digits=0) = 100.0000",
            "kept(target=99.9) = 0.00",
        ]],
    );
    let unit = "{ perUnit: { unit: 5m, counting: started, amount: 2.50 } }";
    // 3 600 s less 2 678.4 s.
    let excess = "excess(down=3600 allowed=2678.4) = 921.600";
    let units = ["units_started(unit=300) = 4", "units_amount(each=2.50) = 10.00", "rounding(mode=half_up) = 10.00"];
    check(&[], &[("penalty", unit)], "s", &[&[base, "attained() = 99.8655", excess, units[0], units[1], units[2]]]);
    // What is kept owes no unit, and nothing is counted.
    check(&[], &[("penalty", unit)], "k", &[&[base, all, "kept(target=99.9) = 0.00"]]);
    let day = "{ fixed: { amount: 30, per: day } }";
    check(
        &[],
        &[("penalty", day)],
        "s",
        &[&[base, "attained() = 99.8655", "fixed_days(count=1 each=30.00) = 30.00", "rounding(mode=half_up) = 30.00"]],
    );
    let outage = "{ perOutage: { tiers: [{ from: 1h, credit: 1/4 }] } }";
    check(
        &[],
        &[("penalty", outage)],
        "s",
        &[&[
            base,
            "attained() = 99.8655",
            "outages(outage=3600 each=250.00) = 250.00",
            "rounding(mode=half_up) = 250.00",
        ]],
    );
}

#[test]
fn modifiers_stand_after_the_model_in_their_order() {
    let repeat = format!("{{ {TENTH}, repeat: {{ withinMonths: 2, steps: [{{ misses: 2, factor: 1.50 }}] }} }}");
    let (base, none) = ("base() = 1000.00", "attained() = 0.0000");
    let share = "band_share(band=0 ≤ attained < 99.9 share=10) = 100.00";
    let factor = "repeat(misses=2 within=2 factor=1.5) = 150.00";
    let rounding = "rounding(mode=half_up) = 150.00";
    check(&[], &[("penalty", &repeat)], "m", &[&[base, none, share, "rounding(mode=half_up) = 100.00"]]);
    check(&[], &[("penalty", &repeat)], "mm", &[&[base, none, share, factor, rounding]]);
    // A factor multiplies no kept month.
    check(&[], &[("penalty", &repeat)], "mk", &[&[base, "attained() = 100.0000", "kept(target=99.9) = 0.00"]]);
    let caps = [("caps", "[{ per: month, amount: 120 }, { per: year, year: calendar, amount: 150 }]")];
    let month = "cap(per=month limit=120.00 used=0.00 left=120.00) = 120.00";
    let year = "cap(per=year limit=150.00 used=100.00 left=50.00) = 50.00";
    check(&caps, &[("penalty", &repeat)], "mm", &[&[base, none, share, factor, rounding, month, year]]);
    // A cap that is met exactly holds nothing down.
    check(
        &[("caps", "[{ per: month, amount: 150 }]")],
        &[("penalty", &repeat)],
        "mm",
        &[&[base, none, share, factor, rounding]],
    );
    let least = [("minimumCredit", "{ above: 100 }")];
    check(&least, &[("penalty", &repeat)], "m", &[&[base, none, share, "below_minimum(above=100.00) = 0.00"]]);
    check(&least, &[("penalty", &repeat)], "k", &[&[base, "attained() = 100.0000", "kept(target=99.9) = 0.00"]]);
    let total = [("rounding", "{ mode: floor, at: total }")];
    check(&total, &[("penalty", &repeat)], "m", &[&[base, none, share, "total_rounding(mode=floor) = 100.00"]]);
    check(&total, &[("penalty", &repeat)], "k", &[&[base, "attained() = 100.0000", "kept(target=99.9) = 0.00"]]);
    let points = "{ points: [{ from: 0, below: 99.9, points: 3 }], repeat: { withinMonths: 2, steps: [{ misses: 2, factor: 1.5 }] } }";
    let worth = [("pointWorth", "{ amount: 10 }")];
    let three = "points(band=0 ≤ attained < 99.9) = 3";
    let four = [
        "repeat(misses=2 within=2 factor=1.5) = 4",
        "points_amount(points=4 each=10.00) = 40.00",
        "rounding(mode=half_up) = 40.00",
    ];
    check(&worth, &[("penalty", points)], "mm", &[&[base, none, three, four[0], four[1], four[2]]]);
}

#[test]
fn what_gives_way_to_another_says_so_unless_it_owed_nothing() {
    let promises = ["a", "b"].map(|name| hourly(&[("name", name), ("penalty", &format!("{{ {TENTH} }}"))]));
    let contract = contract(&[("noStacking", "[{ commitments: [a, b] }]"), ("atRisk", "")], &promises);
    let second = |signs: &str| {
        let record = last(std::slice::from_ref(&contract), "2026-01", signs);
        told(&record.commitments[1].credit.derivations[0]).pop().expect("a step")
    };
    assert_eq!([second("m"), second("k")], ["not_stacked(paid=a) = 0.00", "kept(target=99.9) = 0.00"]);
}

#[test]
fn a_base_of_days_or_months_says_so() {
    #[track_caller]
    fn check(terms: &[(&str, &str)], period: &str, month: &str, expected: [&str; 2], cents: i64) {
        let promise = hourly(&[("penalty", &format!("{{ {TENTH} }}")), ("period", period)]);
        let record = desk::stated(&[contract(terms, &[promise])], month, |_| desk::DOWN);
        let steps = told(&record.commitments[0].credit.derivations[0]);
        assert_eq!((&steps[0].as_str(), &steps[1].as_str()), (&expected[0], &expected[1]));
        assert_eq!(record.credit_total.high_minor, cents);
    }
    let late = [("validFrom", "2026-02-15"), ("fee", "{ monthly: 1000.00, partMonth: daily }")];
    check(&late, "month", "2026-02", ["base() = 1000.00", "base_days(days=14 of=28) = 500.00"], 5_000);
    check(&late, "month", "2026-03", ["base() = 1000.00", "attained() = 0.0000"], 10_000);
    check(&late, "quarter", "2026-03", ["base() = 1000.00", "base_months(months=2 full=1) = 1500.00"], 15_000);
    check(&[], "quarter", "2026-06", ["base() = 1000.00", "base_months(months=3 full=3) = 3000.00"], 30_000);
}

#[test]
fn a_hundred_outages_are_named_and_more_are_counted() {
    let penalty = "{ perOutage: { tiers: [{ from: 1h, amount: 1 }] } }";
    let documents = [contract(&[], &[hourly(&[("penalty", penalty)])])];
    let start = desk::from("2026-01-01T00:00:00Z", 1).start;
    let inputs = |outages: i64| {
        let record = desk::stated(&documents, "2026-01", |at| {
            let hour = (at - start) / 3_600;
            if hour % 2 == 0 && hour / 2 < outages { desk::DOWN } else { desk::UP }
        });
        let step = &record.commitments[0].credit.derivations[0].steps[2];
        assert_eq!(step.rounded, format!("{outages}.00"));
        step.inputs.iter().map(|one| format!("{}={}", one.name, one.value)).collect::<Vec<_>>()
    };
    let hundred = inputs(100);
    assert_eq!((hundred.len(), hundred[0].as_str(), hundred[199].as_str()), (200, "outage=3600", "each=1.00"));
    assert_eq!(inputs(101), ["count=101", "together=363600"]);
}
