//! What caps and the amount at risk are shares of, by numbers worked by hand: fees of services, of months, of versions that
//! share a month.

use sla_core::record::MonthRecord;

use super::{closed, hourly, last};
use crate::desk::{self, DOWN, contract, exclusion, stated};

/// A second service beside `platform`, with its own objective.
const SHOP: &str = "---\napiVersion: openslo/v1\nkind: Service\nmetadata: { name: shop }\nspec: {}\n---\napiVersion: \
                    openslo/v1\nkind: SLO\nmetadata: { name: buy }\nspec: { service: shop, indicatorRef: probes, \
                    budgetingMethod: Timeslices }\n";

fn band(percent: &str) -> String {
    format!("{{ bands: [{{ from: 0, below: 99.9, credit: {percent} }}] }}")
}

fn most(record: &MonthRecord) -> Vec<i64> {
    record.promises().map(|one| one.credit.high_minor).collect()
}

/// Compares what each promise is paid in a month without any service.
#[track_caller]
fn check(documents: &[String], month: &str, expected: &[i64]) {
    let record = stated(documents, month, |_| DOWN);
    assert_eq!(most(&record), expected);
    assert_eq!(record.credit_total.high_minor, expected.iter().sum::<i64>());
}

#[test]
fn a_month_is_capped_by_the_fees_of_all_services_that_are_promised() {
    let promise = |name: &str, slo: &str, fee: &str, credit: &str| {
        hourly(&[("name", name), ("slo", slo), ("fee", fee), ("penalty", &band(credit))])
    };
    let two = |caps: &str| {
        let terms = [("fee", "{ monthly: 3000.00 }"), ("caps", caps)];
        let promises = [promise("up", "up", "1000.00", "25"), promise("buy", "buy", "2000.00", "25")];
        [SHOP.to_owned(), contract(&terms, &promises)]
    };
    // 250.00 and 500.00 are owed; a fifth of 1 000.00 + 2 000.00 is 600.00.
    check(&two("[]"), "2026-01", &[25_000, 50_000]);
    check(&two("[{ per: month, share: 20, of: base }]"), "2026-01", &[25_000, 35_000]);
    check(&two("[{ per: contract, share: 20, of: base }]"), "2026-01", &[25_000, 35_000]);
    check(&two("[{ per: service, share: 20, of: base }]"), "2026-01", &[20_000, 40_000]);
    check(&two("[{ per: commitment, share: 20, of: base }]"), "2026-01", &[20_000, 40_000]);
    // The contract's fee counts once for all services without their own: 3 000.00 + 2 000.00, a tenth of it.
    let promises =
        [promise("up", "up", "", "25"), promise("also", "up", "", "25"), promise("buy", "buy", "2000.00", "25")];
    let terms = [("fee", "{ monthly: 3000.00 }"), ("caps", "[{ per: month, share: 10, of: base }]")];
    check(&[SHOP.to_owned(), contract(&terms, &promises)], "2026-01", &[50_000, 0, 0]);
    // One service that two promises name counts once: a tenth of 1 000.00 + 2 000.00.
    let promises = [
        promise("up", "up", "1000.00", "25"),
        promise("also", "up", "1000.00", "25"),
        promise("buy", "buy", "2000.00", "25"),
    ];
    check(&[SHOP.to_owned(), contract(&terms, &promises)], "2026-01", &[25_000, 5_000, 0]);
    // A promise that is not due counts with its service: a fifth of 3 000.00 leaves the 250.00 as they are.
    let late =
        hourly(&[("name", "buy"), ("slo", "buy"), ("fee", "2000.00"), ("period", "quarter"), ("penalty", &band("25"))]);
    let terms = [("fee", "{ monthly: 3000.00 }"), ("caps", "[{ per: month, share: 8, of: base }]")];
    check(&[SHOP.to_owned(), contract(&terms, &[promise("up", "up", "1000.00", "25"), late])], "2026-01", &[24_000]);
}

#[test]
fn the_amount_at_risk_is_a_share_of_the_services_that_are_at_risk() {
    let part = |name: &str, slo: &str, fee: &str| {
        hourly(&[("name", name), ("slo", slo), ("fee", fee), ("penalty", "{ atRisk: { allocation: 100 } }")])
    };
    let terms = [("fee", "{ monthly: 9000.00 }"), ("atRisk", "{ share: 20 }")];
    // 20 % of 1 000.00 and of 2 000.00: 600.00 together, of which the third part gets nothing.
    let promises = [part("up", "up", "1000.00"), part("buy", "buy", "2000.00"), part("more", "buy", "2000.00")];
    check(&[SHOP.to_owned(), contract(&terms, &promises)], "2026-01", &[20_000, 40_000, 0]);
    // A service without any part at risk adds nothing to the amount: 200.00 for both parts.
    let other = hourly(&[("name", "buy"), ("slo", "buy"), ("fee", "2000.00"), ("penalty", &band("10"))]);
    let promises = [part("up", "up", "1000.00"), part("also", "up", "1000.00"), other];
    check(&[SHOP.to_owned(), contract(&terms, &promises)], "2026-01", &[20_000, 0, 20_000]);
    // What a cap takes of a credit takes nothing from the amount at risk: 400.00 of 100.00 + 300.00 are there.
    let terms = [terms[0], terms[1], ("caps", "[{ per: commitment, amount: 100.00 }]")];
    let promises = [part("up", "up", "2000.00"), part("also", "up", "2000.00"), part("third", "up", "2000.00")];
    check(&[SHOP.to_owned(), contract(&terms, &promises)], "2026-01", &[10_000, 10_000, 10_000]);
}

#[test]
fn fees_of_twelve_months_are_months_fees_whatever_is_judged_over_a_quarter() {
    let promise = [hourly(&[("period", "quarter"), ("penalty", "{ fixed: { amount: 99999.00, per: breach } }")])];
    let of = |base: &str| {
        let cap = format!("[{{ per: month, share: 100, of: {base} }}]");
        let documents = [contract(&[("validFrom", "2024-01-01"), ("caps", &cap)], &promise)];
        last(&documents, "2026-12", "m").credit_total.high_minor
    };
    // Eleven months and December, not eleven months and a quarter.
    assert_eq!(of("last12Months"), 1_200_000);
    assert_eq!(of("contractToDate"), 3_600_000);
    // The base itself is that of the period that is priced.
    assert_eq!(of("base"), 300_000);
    // A service's own fee is no fee of the contract.
    let promise = [hourly(&[("fee", "77.00"), ("penalty", "{ fixed: { amount: 99999.00, per: breach } }")])];
    let cap = "[{ per: month, share: 100, of: last12Months }]";
    let documents = [contract(&[("validFrom", "2024-01-01"), ("caps", cap)], &promise)];
    assert_eq!(last(&documents, "2026-12", "m").credit_total.high_minor, 1_200_000);
}

/// Two versions, the first of which ends on a day of October; `terms` are those of both, `later` further ones of the second.
fn versions(terms: &[(&str, &str)], last_day: u32, later: &[(&str, &str)], promises: [&[String]; 2]) -> [String; 2] {
    let (to, from) = (format!("2026-10-{last_day:02}"), format!("2026-10-{:02}", last_day + 1));
    let first: Vec<_> = terms.iter().copied().chain([("validTo", to.as_str())]).collect();
    let second = terms.iter().chain(later).copied().chain([("validFrom", from.as_str()), ("version", "2")]);
    [contract(&first, promises[0]), contract(&second.collect::<Vec<_>>(), promises[1])]
}

const DAILY: (&str, &str) = ("fee", "{ monthly: 3100.00, partMonth: daily }");

#[test]
fn versions_that_share_a_month_are_capped_by_the_whole_month() {
    let up = [hourly(&[("penalty", &band("30"))])];
    let both = |later: &[(&str, &str)]| versions(&[DAILY], 15, later, [&up, &up]);
    // 30 % of 1 500.00 and of 1 600.00.
    check(&both(&[]), "2026-10", &[45_000, 48_000]);
    check(&both(&[("caps", "[{ per: month, share: 20, of: base }]")]), "2026-10", &[45_000, 17_000]);
    check(&both(&[("caps", "[{ per: service, share: 20, of: base }]")]), "2026-10", &[45_000, 17_000]);
    // The parts of a commitment are one commitment: 20 % of both bases, and one amount for both.
    check(&both(&[("caps", "[{ per: commitment, share: 20, of: base }]")]), "2026-10", &[45_000, 17_000]);
    check(&both(&[("caps", "[{ per: commitment, amount: 500.00 }]")]), "2026-10", &[45_000, 5_000]);
    check(&both(&[("caps", "[{ per: month, share: 10, of: last12Months }]")]), "2026-10", &[45_000, 48_000]);
    // A least credit is one of the commitment: neither part reaches 500.00, both together do.
    check(&both(&[("minimumCredit", "{ from: 500.00 }")]), "2026-10", &[45_000, 48_000]);
    check(&both(&[("minimumCredit", "{ from: 930.01 }")]), "2026-10", &[0, 0]);
    // Without the promise in the second version the cap is still one of the month's fee.
    let other = [hourly(&[("name", "other"), ("period", "quarter")])];
    let caps = [("caps", "[{ per: month, share: 10, of: base }]")];
    let documents = versions(&[DAILY, caps[0]], 15, &[], [&up, &other]);
    check(&documents, "2026-10", &[31_000]);
}

#[test]
fn versions_that_share_a_month_share_the_amount_at_risk() {
    let parts = ["a", "b"].map(|name| hourly(&[("name", name), ("penalty", "{ atRisk: { allocation: 70 } }")]));
    let documents = versions(&[DAILY, ("atRisk", "{ share: 10 }")], 15, &[], [&parts, &parts]);
    // 70 % of 150.00 twice and of 160.00 twice, of 310.00 in all.
    check(&documents, "2026-10", &[10_500, 10_500, 10_000, 0]);
    // Each version has its own share at risk: 150.00 and 320.00.
    let first = contract(&[DAILY, ("atRisk", "{ share: 10 }"), ("validTo", "2026-10-15")], &parts);
    let second = [DAILY, ("atRisk", "{ share: 20 }"), ("validFrom", "2026-10-16"), ("version", "2")];
    check(&[first.clone(), contract(&second, &parts)], "2026-10", &[10_500, 10_500, 22_400, 3_600]);
    // A version without any leaves that of the other as it is.
    let up = [hourly(&[("penalty", &band("10"))])];
    let second = [DAILY, ("validFrom", "2026-10-16"), ("version", "2")];
    check(&[first, contract(&second, &up)], "2026-10", &[10_500, 4_500, 16_000]);
}

#[test]
fn one_months_fee_is_counted_once_whatever_its_versions_say() {
    let up = [hourly(&[("penalty", &band("30"))])];
    let fees = |fee: &str, later: &[(&str, &str)]| {
        let record = stated(&versions(&[("fee", fee)], 15, later, [&up, &up]), "2026-10", |_| DOWN);
        (record.contract.fee.minor, most(&record))
    };
    // 15 and 16 of 31 days; once these were two whole months, and with days 999.99.
    assert_eq!(fees("{ monthly: 1000.00, partMonth: full }", &[]), (100_000, vec![14_516, 15_484]));
    assert_eq!(fees("{ monthly: 1000.00, partMonth: daily }", &[]), (100_000, vec![14_516, 15_484]));
    // 465.00 of one fee and 1 600.00 of another one.
    let dearer = [("fee", "{ monthly: 3100.00, partMonth: full }")];
    assert_eq!(fees("{ monthly: 961.00, partMonth: full }", &dearer).0, 46_500 + 160_000);
    // A contract that begins on the 5th and pays a whole month: 11 and 16 of the 27 days on which it is in force.
    let begun = [("validFrom", "2026-10-05"), ("fee", "{ monthly: 2700.00, partMonth: full }")];
    let first = contract(&[begun[0], begun[1], ("validTo", "2026-10-15")], &up);
    let second = contract(&[begun[1], ("validFrom", "2026-10-16"), ("version", "2")], &up);
    let record = stated(&[first, second], "2026-10", |_| DOWN);
    assert_eq!((record.contract.fee.minor, most(&record)), (270_000, vec![33_000, 48_000]));
    // Fees of earlier months count once as well: of October and November a tenth of 2 000.00.
    let terms = [("fee", "{ monthly: 1000.00, partMonth: full }"), ("validFrom", "2026-10-01")];
    let promise = [hourly(&[("penalty", "{ fixed: { amount: 999.00, per: breach } }")])];
    let caps = ("caps", "[{ per: month, share: 10, of: last12Months }]");
    let first = contract(&[terms[0], terms[1], ("validTo", "2026-10-15")], &promise);
    let second = contract(&[terms[0], caps, ("validFrom", "2026-10-16"), ("version", "2")], &promise);
    assert_eq!(last(&[first, second], "2026-10", "km").credit_total.high_minor, 20_000);
}

#[test]
fn hours_of_maintenance_are_those_of_the_month_whatever_its_versions() {
    let agreed = [
        ("excludedKinds", "[maintenance]"),
        ("maintenance", "{ notice: 1d, hoursPerMonth: 4 }"),
        ("fee", "{ monthly: 1000.00, partMonth: daily }"),
    ];
    let up = [hourly(&[])];
    let accepted = |later: &[(&str, &str)]| {
        let window = |name: &str, from: &str, to: &str| {
            let spec = format!(
                "kind: maintenance, start: \"2026-10-{from}:00:00Z\", end: \"2026-10-{to}:00:00Z\", announcedAt: \
                 \"2026-09-01T00:00:00Z\", requestedAt: \"2026-08-31T00:00:00Z\", approvedBy: Nord AG"
            );
            exclusion(name, &spec)
        };
        let [first, second] = versions(&agreed, 15, later, [&up, &up]);
        // Three hours, two hours over the border between the versions, and an hour of the second one.
        let documents = [
            first,
            second,
            window("early", "05T01", "05T04"),
            window("border", "15T23", "16T01"),
            window("late", "20T01", "20T02"),
        ];
        let record = stated(&documents, "2026-10", |_| desk::UP);
        record.exclusions.iter().map(|one| one.accepted_seconds / 60).collect::<Vec<_>>()
    };
    // Of four hours the second window gets one, and nothing is left for the third.
    assert_eq!(accepted(&[]), [180, 60, 0]);
    // The second version allows six hours a month, of which four were used before it began.
    assert_eq!(accepted(&[("maintenance", "{ notice: 1d, hoursPerMonth: 6 }")]), [180, 120, 60]);
    assert_eq!(accepted(&[("maintenance", "{ notice: 1d, hoursPerMonth: 5 }")]), [180, 120, 0]);
    assert_eq!(accepted(&[("maintenance", "{ notice: 1d, hoursPerMonth: 2 }")]), [180, 60, 0]);
}

#[test]
fn parts_of_a_commitment_are_one_in_a_group_and_in_an_earn_back() {
    let both = |first: &str, second: &str| {
        ["up", "quick"]
            .into_iter()
            .zip([first, second])
            .map(|(name, credit)| hourly(&[("name", name), ("penalty", &band(credit))]))
            .collect::<Vec<_>>()
    };
    let group = ("noStacking", "[{ commitments: [up, quick] }]");
    // 10 % of 1 500.00 and of 1 600.00 against 5 % and 6 %: both parts of the one are paid, none of the other.
    let documents = versions(&[DAILY, group], 15, &[], [&both("10", "5"), &both("10", "6")]);
    check(&documents, "2026-10", &[15_000, 0, 16_000, 0]);
    // The sum decides: 150.00 + 160.00 against 75.00 + 320.00.
    let documents = versions(&[DAILY, group], 15, &[], [&both("10", "5"), &both("10", "20")]);
    check(&documents, "2026-10", &[0, 7_500, 0, 32_000]);
    // September was missed; in October an hour of the 2nd is missed by the first version, and the second one is kept.
    let penalty = "{ bands: [{ from: 0, below: 99.9, credit: 10 }], earnBack: { months: 1 } }";
    let up = [hourly(&[("penalty", penalty)])];
    let waived = |first: &str, signs: &str| {
        let documents = versions(&[DAILY], 15, &[], [&up, &up]);
        let record = closed(&documents, first, signs).pop().expect("a month");
        record.earned_back.iter().map(|one| (one.low_minor, one.high_minor)).collect::<Vec<_>>()
    };
    assert_eq!(waived("2026-09", "mk"), [(31_000, 31_000)], "once, not once for each version");
    assert_eq!(waived("2026-09", "ms"), [], "a part of the month was missed");
    assert_eq!(waived("2026-09", "m?"), [(0, 31_000)]);
    // Of October both parts are waived: 150.00 and 160.00.
    assert_eq!(waived("2026-10", "mk"), [(31_000, 31_000)]);
    assert_eq!(waived("2026-10", "?k"), [(0, 31_000)]);
}
