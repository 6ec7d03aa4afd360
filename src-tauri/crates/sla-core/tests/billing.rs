//! Charges, credits by where they are, running caps and settlements, out of stated months and the steps taken with
//! them.

use sla_core::billing::{
    Billing, BillingError, BillingPeriod, CreditOnRecord, MonthOnRecord, Settlement, StepOnRecord, billing, statement,
};
use sla_core::catalogue::{CarriedCredit, CarriedForward, SourceFile, read_billing_mapping};
use sla_core::record::{MonthRecord, RecordRange};
use sla_core::time::Month;
use sla_core::workflow::{CreditState, MonthState, WorkflowStep};

use crate::desk::contract;
use crate::pricing::{TENTH, closed, hourly};

/// A tenth of 1 000.00 EUR for a miss; 200.00 a month and 250.00 a calendar year at most.
fn months(signs: &str) -> Vec<MonthRecord> {
    let caps = ("caps", "[{ per: month, amount: 200.00 }, { per: year, amount: 250.00, year: calendar }]");
    let penalty = format!("{{ {TENTH} }}");
    let zone = ("timeZone", "Pacific/Auckland");
    closed(&[contract(&[caps, zone], &[hourly(&[("penalty", penalty.as_str())])])], "2026-01", signs)
}

fn month(text: &str) -> Month {
    text.parse().expect("a month")
}

fn step(number: u32, step: WorkflowStep, amount_minor: Option<i64>, at: i64) -> StepOnRecord<'static> {
    StepOnRecord { number, step, amount_minor, note: "because", actor: "Finn", at }
}

/// 31 January 2026, 12:00 UTC: the first of February in Auckland.
const AT: i64 = 1_769_860_800;

/// A month whose only credit is in a state, decided at an amount after so much was issued.
fn at(record: &MonthRecord, state: CreditState, decided: Option<i64>, before: i64) -> MonthOnRecord<'_> {
    let credit = &record.commitments[0].credit;
    let mut steps = vec![step(1, WorkflowStep::Decide, decided, AT)];
    if matches!(state, CreditState::Issued | CreditState::Reversed) {
        steps.push(step(2, WorkflowStep::Issue, decided.map(|decided| decided - before), AT));
    }
    if state == CreditState::Reversed {
        steps.push(step(3, WorkflowStep::Reverse, decided.map(|decided| -decided), AT));
    }
    let credits = vec![CreditOnRecord {
        commitment: "up",
        low_minor: credit.low_minor,
        high_minor: credit.high_minor,
        state,
        decided_minor: decided,
        issued_before_minor: before,
        steps,
    }];
    let of_month = match state {
        CreditState::Issued | CreditState::Reversed => MonthState::Issued,
        CreditState::Approved | CreditState::Rejected => MonthState::Approved,
        CreditState::Draft | CreditState::InReview => MonthState::Closed,
    };
    MonthOnRecord { record, state: of_month, steps: Vec::new(), credits, carried: None }
}

fn of(from: &str, to: &str, months: &[MonthOnRecord<'_>]) -> Result<Billing, BillingError> {
    billing(BillingPeriod { from: month(from), to: month(to) }, months)
}

fn pair(range: &RecordRange<i64>) -> (i64, i64) {
    (range.low, range.high)
}

#[test]
fn a_credit_counts_where_it_is() {
    let records = months("?");
    #[track_caller]
    fn check(month: MonthOnRecord<'_>, open: (i64, i64), approved: i64, issued: i64, reversed: i64, net: (i64, i64)) {
        let billing = of("2026-01", "2026-01", &[month]).expect("sums");
        let amounts = &billing.contracts[0].months[0].amounts;
        let found = (pair(&amounts.open_minor), amounts.approved_minor, amounts.issued_minor, amounts.reversed_minor);
        assert_eq!((found, pair(&amounts.net_minor)), ((open, approved, issued, reversed), net));
        assert_eq!(billing.totals[0].amounts, *amounts);
    }
    use CreditState::{Approved, Draft, InReview, Issued, Rejected, Reversed};
    let one = |state, decided| at(&records[0], state, decided, 0);
    check(one(Draft, None), (0, 10_000), 0, 0, 0, (90_000, 100_000));
    check(one(InReview, Some(4_000)), (0, 10_000), 0, 0, 0, (90_000, 100_000));
    check(one(Approved, Some(4_000)), (0, 0), 4_000, 0, 0, (96_000, 96_000));
    check(one(Rejected, None), (0, 0), 0, 0, 0, (100_000, 100_000));
    check(one(Issued, Some(4_000)), (0, 0), 0, 4_000, 0, (96_000, 96_000));
    check(one(Reversed, Some(4_000)), (0, 0), 0, 4_000, -4_000, (100_000, 100_000));
}

#[test]
fn a_restated_month_issues_the_difference_and_keeps_what_was_issued() {
    let records = months("?");
    let second = MonthRecord { revision: 2, ..records[0].clone() };
    let first = || at(&records[0], CreditState::Issued, Some(4_000), 0);
    #[track_caller]
    fn check(months: &[MonthOnRecord<'_>], credits: (i64, i64), open: (i64, i64), letter: Option<i64>) {
        let billing = of("2026-01", "2026-01", months).expect("sums");
        let amounts = &billing.contracts[0].months[0].amounts;
        assert_eq!((pair(&amounts.credits_minor), pair(&amounts.open_minor)), (credits, open));
        let settled = Settlement::of(months.last().expect("a month")).expect("sums");
        assert_eq!(settled.map(|settled| settled.total.letter_minor), letter);
    }
    check(&[first(), at(&second, CreditState::Draft, None, 4_000)], (0, 10_000), (-4_000, 6_000), None);
    check(&[first(), at(&second, CreditState::Approved, Some(1_000), 4_000)], (1_000, 1_000), (0, 0), Some(-3_000));
    check(&[first(), at(&second, CreditState::Issued, Some(7_000), 4_000)], (7_000, 7_000), (0, 0), Some(3_000));
    check(&[first(), at(&second, CreditState::Rejected, None, 4_000)], (4_000, 4_000), (0, 0), Some(0));
    check(&[first(), at(&second, CreditState::Reversed, Some(7_000), 4_000)], (0, 0), (0, 0), Some(-4_000));
}

#[test]
fn bookings_are_of_the_day_in_the_contract_s_zone() {
    let records = months("m");
    let all = [at(&records[0], CreditState::Reversed, Some(10_000), 0)];
    let january = of("2026-01", "2026-01", &all).expect("sums");
    assert!(january.contracts[0].bookings.is_empty(), "the last of January in UTC is February in Auckland");
    let february = of("2026-02", "2026-02", &all).expect("sums");
    let contract = &february.contracts[0];
    let found: Vec<(String, i64, usize)> = contract
        .bookings
        .iter()
        .map(|booking| (booking.day.to_string(), booking.amount_minor, booking.id.len()))
        .collect();
    assert_eq!(found, [("2026-02-01".to_owned(), 10_000, 31), ("2026-02-01".to_owned(), -10_000, 31)]);
    assert_ne!(contract.bookings[0].id, contract.bookings[1].id);
    assert_eq!((contract.booked.issued_minor, contract.booked.net_minor, contract.months.len()), (10_000, 0, 0));
}

#[test]
fn caps_run_by_what_was_decided() {
    // January and February are missed; in March nothing is known.
    let records = months("mm?");
    assert_eq!(records.iter().map(|record| record.caps.len()).collect::<Vec<_>>(), [2, 2, 2]);
    #[track_caller]
    fn check(months: &[MonthOnRecord<'_>], before: (i64, i64), used: (i64, i64), left: (i64, i64)) {
        let billing = of("2026-03", "2026-03", months).expect("sums");
        let caps = &billing.contracts[0].months[0].caps;
        assert_eq!((caps[0].limit_minor, pair(&caps[0].used_before_minor)), (20_000, (0, 0)));
        let year = &caps[1];
        assert_eq!((year.limit_minor, year.since), (25_000, Some(month("2026-01"))));
        let found = (pair(&year.used_before_minor), pair(&year.used_minor), pair(&year.left_minor));
        assert_eq!(found, (before, used, left));
    }
    let draft = |at_month: usize| at(&records[at_month], CreditState::Draft, None, 0);
    check(&[draft(0), draft(1), draft(2)], (20_000, 20_000), (20_000, 25_000), (0, 5_000));
    // January was taken back, February is not given: the year has room again, though March was priced with less.
    let back = at(&records[0], CreditState::Reversed, Some(10_000), 0);
    let none = at(&records[1], CreditState::Rejected, None, 0);
    check(&[back, none, draft(2)], (0, 0), (0, 5_000), (20_000, 25_000));
    // A month that nobody closed may have used everything, unless the contract carries what it did.
    let gap = months("m-m");
    let open = || [0, 1].map(|at_month: usize| at(&gap[at_month], CreditState::Draft, None, 0));
    let found = |months: &[MonthOnRecord<'_>]| {
        let billing = of("2026-03", "2026-03", months).expect("sums");
        pair(&billing.contracts[0].months[0].caps[1].used_before_minor)
    };
    assert_eq!(found(&open()), (10_000, 25_000));
    let carried = CarriedForward {
        until: month("2026-02"),
        credits: vec![CarriedCredit { month: month("2026-02"), amount: "30.00".parse().expect("an amount") }],
        misses: Vec::new(),
    };
    let [first, second] = open();
    assert_eq!(found(&[first, MonthOnRecord { carried: Some(carried), ..second }]), (13_000, 13_000));
}

#[test]
fn what_does_not_fit_is_an_error() {
    let records = months("m");
    assert_eq!(of("2026-02", "2026-01", &[]).map_err(|error| error.code()), Err("billing.backwards"));
    let mut huge = records[0].clone();
    huge.contract.fee.minor = i64::MAX;
    let mut more = huge.clone();
    more.month = month("2026-02");
    let both = [at(&huge, CreditState::Draft, None, 0), at(&more, CreditState::Draft, None, 0)];
    assert_eq!(of("2026-01", "2026-02", &both).map_err(|error| error.code()), Err("billing.too_large"));
    let mut nowhere = records[0].clone();
    nowhere.period.time_zone = "Nowhere".to_owned();
    let one = [at(&nowhere, CreditState::Issued, Some(10_000), 0)];
    let told = of("2026-01", "2026-01", &one).map_err(|error| error.to_string());
    assert!(told.is_err_and(|told| told.contains("period.time_zone is \"Nowhere\", expected an IANA time zone")));
}

#[test]
fn a_settlement_is_the_same_before_and_after_it_is_issued() {
    let records = months("?");
    let settled = |state| {
        let month = at(&records[0], state, Some(4_000), 0);
        Settlement::of(&month).expect("sums").map(|settled| settled.to_json())
    };
    assert_eq!(settled(CreditState::Draft), None);
    let mut approved = at(&records[0], CreditState::Approved, Some(4_000), 0);
    approved.steps = vec![step(1, WorkflowStep::Approve, None, AT)];
    let mut issued = at(&records[0], CreditState::Issued, Some(4_000), 0);
    issued.steps = vec![step(1, WorkflowStep::Approve, None, AT), step(2, WorkflowStep::Issue, None, AT + 9)];
    let of = |month: &MonthOnRecord<'_>| Settlement::of(month).expect("sums").expect("approved");
    assert_eq!(of(&approved).to_json(), of(&issued).to_json());
    let shown = of(&approved).shown(&records[0]);
    let credit = &shown.commitments[0].credit;
    assert_eq!((credit.low_minor, credit.high_minor, shown.credit_total.high_minor), (4_000, 4_000, 4_000));
    assert_eq!(of(&approved).credits[0].reason, "because");
}

#[test]
fn a_mapping_is_one_document_of_its_kind() {
    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let file = SourceFile { name: "m.yaml".to_owned(), text: text.to_owned() };
        let found = read_billing_mapping(&file).err().map(|findings| findings[0].to_string());
        assert_eq!(found.as_deref(), expected);
    }
    let sound = "apiVersion: sla-desk/v1\nkind: BillingMapping\nmetadata: { name: books }\nspec:\n  tenants:\n    \
                 nord: { customerNumber: \"10001\" }\n";
    check(sound, None);
    check(
        &format!("{sound}---\n{sound}"),
        Some("m.yaml:1:1: error[unknown-kind]: found 2 documents, expected one document of the kind BillingMapping"),
    );
    check(
        &sound.replace("\"10001\"", "\"\""),
        Some(
            "m.yaml:6:29: error[invalid-value]: spec.tenants.nord.customerNumber: found \"\", expected the customer's \
             number in your books in quotes, such as \"10001\"",
        ),
    );
}

#[test]
fn a_statement_tells_who_decided_who_agreed_and_what_was_booked() {
    #[track_caller]
    fn check(state: CreditState, decided: Option<i64>, told: [bool; 4], booked_minor: i64) {
        let records = months("x");
        let mut stated = at(&records[0], state, decided, 0);
        let approve = StepOnRecord { actor: "Greta", ..step(1, WorkflowStep::Approve, None, AT) };
        stated.steps.push(approve);
        let period = BillingPeriod { from: month("2026-01"), to: month("2026-01") };
        let found = statement(period, &[stated]).expect("a statement");
        let [credit] = &found.credits[..] else { panic!("{found:?}") };
        let steps = [&credit.decided, &credit.approved, &credit.issued, &credit.reversed];
        assert_eq!(steps.map(Option::is_some), told, "{state:?}");
        assert_eq!(credit.approved.as_ref().map(|step| step.by.as_str()), told[1].then_some("Greta"));
        assert_eq!(
            credit.decided.as_ref().map(|step| (step.by.as_str(), step.note.as_str())),
            Some(("Finn", "because"))
        );
        assert_eq!((credit.state, credit.booked_minor), (state, booked_minor));
        let total = &found.billing.totals[0].amounts;
        assert_eq!(total.issued_minor + total.reversed_minor, booked_minor, "the same as the billing beside it");
    }
    check(CreditState::Draft, Some(5_000), [true, false, false, false], 0);
    check(CreditState::Approved, Some(5_000), [true, true, false, false], 0);
    check(CreditState::Rejected, None, [true, false, false, false], 0);
    check(CreditState::Issued, Some(5_000), [true, true, true, false], 5_000);
    check(CreditState::Reversed, Some(5_000), [true, true, true, true], 0);
}

#[test]
fn a_statement_leaves_out_other_months_and_promises_that_owe_nothing() {
    let records = months(".xx");
    let stated: Vec<MonthOnRecord<'_>> =
        records.iter().map(|record| at(record, CreditState::Approved, Some(1), 0)).collect();
    let period = BillingPeriod { from: month("2026-02"), to: month("2026-02") };
    let found = statement(period, &stated).expect("a statement");
    assert_eq!(found.credits.iter().map(|credit| credit.month).collect::<Vec<_>>(), [month("2026-02")]);
    let untouched = CreditOnRecord { steps: Vec::new(), ..stated[0].credits[0].clone() };
    let kept = MonthOnRecord { credits: vec![untouched], ..stated[0].clone() };
    let period = BillingPeriod { from: month("2026-01"), to: month("2026-01") };
    assert!(statement(period, &[kept]).expect("a statement").credits.is_empty());
    let backwards = BillingPeriod { from: month("2026-02"), to: month("2026-01") };
    assert!(matches!(statement(backwards, &[]), Err(BillingError::Backwards { .. })));
}
