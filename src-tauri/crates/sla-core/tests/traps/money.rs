//! Traps of money: 17, 20, 21, 25.

use sla_core::plan::plan;
use sla_core::record::Verdict;
use sla_core::statement::StatementError;

use crate::desk::{
    DOWN, MISSING, NOW, Slice, UP, contract, from, owed, promise, read, sound, stated, stated_after, try_state,
};

/// A penalty that pays a share of the base for any miss.
fn share(percent: &str) -> String {
    format!("{{ bands: [{{ from: 0, below: 99.9, credit: {percent} }}] }}")
}

#[test]
fn trap_17_a_credit_and_its_cap_are_shares_of_the_same_fee_and_month() {
    // The first month has 16 of 31 days: credit and cap are shares of 1 600.00, not of 3 100.00.
    let terms = |caps: &'static str| {
        [("validFrom", "2026-10-16"), ("fee", "{ monthly: 3100.00, partMonth: daily }"), ("caps", caps)]
    };
    let half = [promise(&[("penalty", &share("50"))])];
    let capped = "[{ per: month, share: 20, of: base }]";
    assert_eq!(owed(&stated(&[contract(&terms(capped), &half)], "2026-10", |_| DOWN)).2, 32_000);
    assert_eq!(owed(&stated(&[contract(&terms("[]"), &half)], "2026-10", |_| DOWN)).2, 80_000);
    assert_eq!(owed(&stated(&[contract(&terms(capped), &half)], "2026-11", |_| DOWN)).2, 62_000);
    // A cap per month as a share of twelve months' fees is none that anybody meant: the linter says so.
    let odd = "[{ per: month, share: 20, of: last12Months }]";
    let catalogue = sound(&[contract(&terms(odd), &half)]);
    let contract_itself = catalogue.contracts.values().next().expect("a contract");
    let codes: Vec<_> = catalogue.not_accepted(contract_itself).iter().map(|finding| finding.code.name()).collect();
    assert_eq!(codes, ["cap-base"]);
    // And it is computed as it is written: 20 % of October's 1 600.00 and November's 3 100.00.
    assert_eq!(owed(&stated(&[contract(&terms(odd), &half)], "2026-11", |_| DOWN)).2, 94_000);
    // A service with a fee of its own is capped by its own.
    let own = [promise(&[("penalty", &share("50")), ("fee", "200.00")])];
    assert_eq!(owed(&stated(&[contract(&terms(capped), &own)], "2026-11", |_| DOWN)).2, 4_000);
}

#[test]
fn trap_20_where_money_is_rounded_and_in_which_order_caps_apply() {
    let two = |credit: &str| ["a", "b"].map(|name| promise(&[("name", name), ("penalty", &share(credit))])).to_vec();
    #[track_caller]
    fn check(terms: &[(&str, &str)], promises: &[String], each: [i64; 2]) {
        let record = stated(&[contract(terms, promises)], "2026-10", |_| DOWN);
        let credits: Vec<i64> = record.commitments.iter().map(|one| one.credit.low_minor).collect();
        assert_eq!(credits, each, "{terms:?}");
        assert_eq!(record.credit_total.low_minor, each[0] + each[1], "the parts add up");
    }
    // 33.335 twice: 33.34 and 33.34 each for itself, 66.67 on the sum.
    let fee = ("fee", "{ monthly: 66.67 }");
    let rounding = |terms: &'static str| ("rounding", terms);
    check(&[fee, rounding("{ mode: half_up, at: commitment }")], &two("50"), [3_334, 3_334]);
    check(&[fee, rounding("{ mode: half_even, at: commitment }")], &two("50"), [3_334, 3_334]);
    check(&[fee, rounding("{ mode: floor, at: commitment }")], &two("50"), [3_333, 3_333]);
    check(&[fee, rounding("{ mode: half_up, at: total }")], &two("50"), [3_334, 3_333]);
    check(&[fee, rounding("{ mode: floor, at: total }")], &two("50"), [3_333, 3_334]);
    check(&[fee, rounding("{ mode: ceil, at: commitment, digits: 0 }")], &two("50"), [3_400, 3_400]);
    check(&[fee, rounding("{ mode: half_up, at: total, digits: 0 }")], &two("50"), [3_300, 3_400]);
    // 30 % twice. First each commitment at most 10 %, then the month 15 %; or the month first, which leaves nothing for
    // the second, and then the first at most 10 %.
    let (each, month) = ("{ per: commitment, share: 10, of: base }", "{ per: month, share: 15, of: base }");
    check(&[("caps", &format!("[{each}, {month}]"))], &two("30"), [10_000, 5_000]);
    check(&[("caps", &format!("[{month}, {each}]"))], &two("30"), [10_000, 0]);
    // No rounding passes a cap: a third of 100.01 is 33.33, however it is rounded.
    for mode in ["ceil", "half_up", "floor"] {
        let terms = format!("{{ mode: {mode}, at: total }}");
        let caps =
            [("fee", "{ monthly: 100.01 }"), ("caps", "[{ per: month, share: 1/3, of: base }]"), ("rounding", &terms)];
        let record = stated(&[contract(&caps, &two("30"))], "2026-10", |_| DOWN);
        assert_eq!(record.credit_total.high_minor, 3_333, "{mode}");
    }
}

#[test]
fn trap_21_data_after_approval_restates_the_month_and_changes_nothing_before() {
    let terms = [("caps", "[{ per: year, year: calendar, amount: 300.00 }]"), ("validFrom", "2026-09-01")];
    let documents = [contract(&terms, &[promise(&[])])];
    // A day of October did not arrive; when it does, it was down.
    let day = from("2026-10-20T00:00:00Z", 86_400);
    let inside = move |at| day.start <= at && at < day.end;
    let late = move |slice: Slice| move |at| if inside(at) { slice } else { UP };
    let september = stated(&documents, "2026-09", |_| UP);
    let first = stated_after(&documents, "2026-10", late(MISSING), std::slice::from_ref(&september));
    assert_eq!(owed(&first), (Verdict::Undecidable, 0, 25_000));
    let approved = first.to_json();
    let restated = stated_after(&documents, "2026-10", late(DOWN), std::slice::from_ref(&september));
    assert_eq!(owed(&restated), (Verdict::Breached, 25_000, 25_000));
    assert_ne!(first.digest(), restated.digest(), "another month is another revision");
    // What became certain lies within the range that was approved, and what was approved is as it was.
    let within = first.credit_total.low_minor..=first.credit_total.high_minor;
    assert!(within.contains(&restated.credit_total.low_minor));
    assert_eq!(
        approved,
        stated_after(&documents, "2026-10", late(MISSING), std::slice::from_ref(&september)).to_json()
    );
    // The same late data again adds nothing.
    let again = stated_after(&documents, "2026-10", late(DOWN), std::slice::from_ref(&september));
    assert_eq!(again.digest(), restated.digest());
    // The next month counts what October is said to have cost: 300.00 a year, of which 250.00 may be, or are, used up.
    let november =
        |october: &_| stated_after(&documents, "2026-11", |_| DOWN, &[september.clone(), Clone::clone(october)]);
    assert_eq!(owed(&november(&first)), (Verdict::Breached, 5_000, 25_000));
    assert_eq!(owed(&november(&restated)), (Verdict::Breached, 5_000, 5_000));
    // A month that nobody closed may have used up everything, and the record names it.
    let unclosed = stated_after(&documents, "2026-11", |_| DOWN, &[september]);
    assert_eq!(owed(&unclosed), (Verdict::Breached, 0, 25_000));
    assert_eq!(unclosed.unknown_months.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2026-10"]);
}

/// What stands in somebody's list of SLAs is not computed because it stands there.
#[test]
fn trap_25_a_catalogue_that_is_wrong_is_refused_with_every_place_and_priced_by_nobody() {
    #[track_caller]
    fn check(terms: &[(&str, &str)], promises: &[(&str, &str)], expected: &[&str]) {
        let findings = read(&[contract(terms, &[promise(promises)])]).err().unwrap_or_default();
        assert_eq!(findings.len(), expected.len(), "{findings:#?}");
        for (finding, parts) in findings.iter().zip(expected) {
            assert!(finding.starts_with("c.yaml:") && finding.contains(": error["), "{finding}");
            for part in parts.split(" & ") {
                assert!(finding.contains(part), "{finding} does not say {part}");
            }
        }
    }
    check(&[], &[], &[]);
    check(&[("fee", "{ monthly: -1000.00 }")], &[], &["spec.fee.monthly: found \"-1000.00\" & not negative"]);
    check(&[("fee", "{ monthly: 1000.005 }")], &[], &["spec.fee.monthly: found 1000.005 & at most 2 decimals in EUR"]);
    check(&[("fee", "{ monthly: 99999999999999999999 }")], &[], &["spec.fee.monthly"]);
    check(&[("currency", "EURO")], &[], &["spec.currency: found \"EURO\""]);
    check(&[("currency", "XAU")], &[], &["spec.currency: found \"XAU\""]);
    check(&[("timeZone", "Europe/Bonn")], &[], &["spec.timeZone: found \"Europe/Bonn\""]);
    check(&[("timeZone", "CEST")], &[], &["spec.timeZone: found \"CEST\""]);
    check(&[], &[("target", "0.999"), ("penalty", "{}")], &["commitments[0].target: found 0.999 & another unit"]);
    check(&[], &[("target", "\"99,9\"")], &["commitments[0].target & expected a percentage"]);
    check(&[], &[("target", "100.1")], &["commitments[0].target & expected a percentage"]);
    // A target that was copied without its bands, and bands of another target.
    check(&[], &[("target", "99.95")], &["a last band that ends below 99.9, expected below 99.95"]);
    let credit = "{ bands: [{ from: 0, below: 99.9, credit: 250 }] }";
    check(&[], &[("penalty", credit)], &["bands[0].credit: found 250 & a percentage from 0 to 100"]);
    // All at once, in the order of their places.
    let all = [("currency", "EURO"), ("timeZone", "Europe/Bonn")];
    check(&all, &[("target", "\"99,9\"")], &["spec.currency", "spec.timeZone", "commitments[0].target"]);
}

#[test]
fn an_amount_that_no_ledger_holds_is_an_error_and_not_a_number() {
    // A thousand times the largest fee that a contract can write: more than 63 bits of cents. The linter says where.
    let terms = |factor: u32| {
        let penalty = format!("{{ multiplier: {{ factor: {factor} }} }}");
        [contract(&[("fee", "{ monthly: 999999999999999.00 }")], &[promise(&[("penalty", &penalty)])])]
    };
    let refused = read(&terms(1000)).expect_err("it does not fit");
    assert!(refused.len() == 1 && refused[0].starts_with("c.yaml:46:"), "{refused:?}");
    assert!(refused[0].contains("a penalty of up to 999999999999999000.00 EUR"), "{refused:?}");
    // A contract that no linter read is no reason to guess.
    let mut catalogue = sound(&terms(92));
    for contract in catalogue.contracts.values_mut() {
        contract.spec.fee.monthly = "99999999999999.00".parse().expect("an amount");
        let multiplier = contract.spec.commitments[0].penalty.multiplier.as_mut().expect("a multiplier");
        multiplier.factor = "1000".parse().expect("a factor");
    }
    let plans = plan(&catalogue, "2026-10".parse().expect("a month"), None, NOW).expect("a plan");
    let error = try_state(&plans[0], |_| DOWN, &[]).expect_err("it does not fit");
    assert!(matches!(error, StatementError::Price { .. }), "{error:?}");
    assert!(error.to_string().starts_with("nord: commitment up: the credit does not fit 63 bits"), "{error}");
    // Nothing of it is owed for a month that was kept.
    assert_eq!(try_state(&plans[0], |_| UP, &[]).map(|record| owed(&record)), Ok((Verdict::Met, 0, 0)));
}
