//! A ledger that an earlier program made: it is brought up to this version with its chain, and worked on.

use sla_core::workflow::{MonthState, WorkflowStep};
use sla_ledger::{Ledger, ListRequest, SignIn, SignInWay, StepRequest, Which};

use crate::access::by_password;
use crate::engine::{AT, Engine, execute, verified};

/// The demo's ledger as the program wrote it that knew two migrations, dumped as statements: one month issued with a decided
/// amount, one in review.
const EARLIER: &str = include_str!("../../fixtures/ledger-0.1-migration-2.sql");
/// What that program said when it verified it.
const HEAD: &str = "655812b6e8fcd5a5b2a158590c0591f25ca8e5eecbddeb9e7eb6518260093b97";

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_of_the_version_before_goes_on() {
    let engine = Engine::sqlite();
    let url = engine.empty().await;
    let raw = engine.raw(&url).await;
    sqlx::raw_sql(EARLIER).execute(&raw).await.expect("its statements");
    raw.close().await;

    let error = Ledger::open_existing(&url).await.expect_err("who only reads changes nothing");
    assert_eq!(error.code(), "ledger.older");
    let ledger = Ledger::open_to_write(&url).await.expect("brought up to this version");
    let sound = verified(&ledger).await;
    assert_eq!((sound.entries, sound.head.as_str()), (25, HEAD), "the chain is the one that was there");
    let list = async |which| {
        let request = ListRequest { which, limit: 10, ..ListRequest::default() };
        let months = ledger.list_months(&request).await.expect("a list");
        months.iter().map(|month| format!("{} {}", month.tenant, month.state.name())).collect::<Vec<_>>()
    };
    let latest = list(Which::Latest).await;
    assert_eq!(latest, ["alpenbahn in_review", "koenigsforst closed", "nordlicht closed", "prairie issued"]);
    assert_eq!(list(Which::Issued).await, ["prairie issued"]);
    // Steps follow those of the earlier program.
    let request = StepRequest {
        tenant: "alpenbahn",
        contract: "alpenbahn-platform",
        month: "2026-10".parse().expect("a month"),
        revision: None,
        commitment: None,
        step: WorkflowStep::Return,
        amount_minor: None,
        note: "a figure is asked about",
        seen: None,
    };
    let after = ledger.take(&request, "ole", AT).await.expect("taken");
    assert_eq!(after.state, MonthState::Closed);
    assert!(verified(&ledger).await.entries > 25);
    ledger.close().await;
    Ledger::open_existing(&url).await.expect("of this version now").close().await;
}

/// A ledger as the program wrote it that knew five migrations, dumped as statements: two accounts, and attempts to sign in to one
/// of them, which did not say how yet.
const BEFORE_CODES: &str = include_str!("../../fixtures/ledger-0.1-migration-5.sql");
/// What that program said when it verified it.
const HEAD_BEFORE_CODES: &str = "a0a0cb716e0648be9e5d1364a91130867e1c011dd6c899b41bc34645caaee697";

#[tokio::test(flavor = "multi_thread")]
async fn attempts_to_sign_in_stay_what_they_were() {
    let engine = Engine::sqlite();
    let url = engine.empty().await;
    let raw = engine.raw(&url).await;
    sqlx::raw_sql(BEFORE_CODES).execute(&raw).await.expect("its statements");
    let ledger = Ledger::open_to_write(&url).await.expect("brought up to this version");
    let sound = verified(&ledger).await;
    assert_eq!((sound.entries, sound.head.as_str()), (6, HEAD_BEFORE_CODES), "the chain is the one that was there");
    // Two wrong passwords, the right one, a wrong one.
    let failed = async || ledger.failed_sign_ins("anna", SignInWay::Password).await.expect("read").len();
    assert_eq!(failed().await, 1);
    ledger.sign_in(&by_password(SignIn::WrongCode, None), "anna".into(), AT).await.expect("recorded");
    assert_eq!(failed().await, 2);
    assert_eq!(verified(&ledger).await.entries, 7);
    for statement in ["update sign_ins set way = 'openid'", "delete from sign_ins"] {
        execute(&raw, statement).await.expect_err("they are facts still");
    }
    raw.close().await;
    ledger.close().await;
}
