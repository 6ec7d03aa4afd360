//! A ledger that an earlier program made: it is brought up to this version with its chain, and worked on.

use sla_core::workflow::{MonthState, WorkflowStep};
use sla_ledger::{Ledger, ListRequest, StepRequest, Which};

use crate::engine::{AT, Engine, verified};

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
