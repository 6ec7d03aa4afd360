//! Groups of which one commitment pays, beside caps: the choice that pays most, and never less for a worse month.

use crate::desk::{self, DOWN, NOW, contract, sound, stated};

use super::hourly;

/// A second service beside `platform`, with its own objective.
const SHOP: &str = "---\napiVersion: openslo/v1\nkind: Service\nmetadata: { name: shop }\nspec: {}\n---\napiVersion: \
                    openslo/v1\nkind: SLO\nmetadata: { name: buy }\nspec: { service: shop, indicatorRef: probes, \
                    budgetingMethod: Timeslices }\n";

/// A promise on one of the two objectives that owes an amount.
fn owes(name: &str, slo: &str, fee: &str, amount: &str) -> String {
    let penalty = format!("{{ bands: [{{ from: 0, below: 99.9, amount: {amount} }}] }}");
    hourly(&[("name", name), ("slo", slo), ("fee", fee), ("penalty", &penalty)])
}

/// Compares what each promise is paid in a month without any service, in whole euros.
#[track_caller]
fn check(groups: &str, caps: &str, promises: &[String], expected: &[i64]) {
    let terms = [("noStacking", groups), ("caps", caps)];
    let record = stated(&[SHOP.to_owned(), contract(&terms, promises)], "2026-01", |_| DOWN);
    let paid: Vec<i64> = record.commitments.iter().map(|one| one.credit.high_minor / 100).collect();
    assert_eq!(paid, expected, "{groups} {caps}");
}

#[test]
fn a_credit_that_its_own_cap_cuts_pushes_nobody_out() {
    let tenth = "[{ per: commitment, share: 10, of: base }]";
    let ab = "[{ commitments: [a, b] }]";
    let two = |a: &str| [owes("a", "up", "500.00", a), owes("b", "up", "1000.00", "80")];
    // 100.00 of a base of 500.00 are cut to 50.00, and 80.00 of 1 000.00 are not.
    check(ab, tenth, &two("100"), &[0, 80]);
    check(ab, tenth, &two("70"), &[0, 80]);
    check(ab, "[]", &two("100"), &[100, 0]);
    // The same where a cap of the service cuts: 60.00 of a service of 1 000.00 against 50.00 of the other one.
    let across = [owes("a", "up", "", "100"), owes("b", "buy", "", "70")];
    check(ab, "[{ per: service, share: 6, of: base }]", &across, &[60, 0]);
    let across = [owes("a", "up", "", "100"), owes("b", "buy", "2000.00", "70")];
    check(ab, "[{ per: service, share: 6, of: base }]", &across, &[0, 70]);
    // Another commitment that needs the cap of the service anyway leaves nothing of it for the group.
    let beside = [owes("a", "up", "", "90"), owes("b", "buy", "", "50"), owes("c", "up", "", "100")];
    check(ab, "[{ per: service, amount: 100 }]", &beside, &[0, 50, 100]);
    // A cap of the month cuts either choice: what owed more before it pays.
    check(ab, "[{ per: month, amount: 10 }]", &two("100"), &[10, 0]);
}

#[test]
fn of_a_group_that_owes_the_same_the_first_is_paid() {
    let three = |a: &str, b: &str, c: &str| [owes("a", "up", "", a), owes("b", "up", "", b), owes("c", "up", "", c)];
    check("[{ commitments: [a, b, c] }]", "[]", &three("15", "15", "15"), &[15, 0, 0]);
    check("[{ commitments: [a, b, c] }]", "[]", &three("15", "16", "15"), &[0, 16, 0]);
}

#[test]
fn more_choices_than_can_be_compared_are_refused() {
    let pairs = |count: usize| {
        let names: Vec<(String, String)> = (0..count).map(|pair| (format!("a{pair}"), format!("b{pair}"))).collect();
        let promises = names.iter().flat_map(|(a, b)| [owes(a, "up", "", "5"), owes(b, "buy", "", "7")]);
        let groups: Vec<_> = names.iter().map(|(a, b)| format!("{{ commitments: [{a}, {b}] }}")).collect();
        let groups = format!("[{}]", groups.join(", "));
        let terms = |caps: &'static str| [("noStacking", groups.as_str()), ("caps", caps)];
        let promises: Vec<String> = promises.collect();
        ["[]", "[{ per: service, amount: 9 }]"].map(|caps| {
            let catalogue = sound(&[SHOP.to_owned(), contract(&terms(caps), &promises)]);
            let plans =
                sla_core::plan::plan(&catalogue, "2026-01".parse().expect("a month"), None, NOW).expect("a plan");
            let stated = desk::try_state(&plans[0], |_| DOWN, &[]);
            stated.map(|record| record.credit_total.high_minor / 100).map_err(|error| error.to_string())
        })
    };
    // Nine and nine of two services; without a cap the higher one of each pair.
    assert_eq!(pairs(3), [Ok(21), Ok(16)]);
    let [free, capped] = pairs(15);
    assert_eq!(free, Ok(105));
    let refused = capped.expect_err("too many choices");
    assert!(refused.contains("too many choices") && refused.contains("a14"), "{refused}");
}
