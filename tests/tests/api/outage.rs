//! The ledger's server goes away while the program serves: everybody is told so and when to come again, and when the server
//! is back the program is, too.

use std::time::{Duration, Instant};

use sla_acceptance::servers::Shutdown;
use sla_core::access::Role;

use crate::service::{Answer, Engine, Service, step};

/// Longer than the pooler waits before it looks for its server again.
const BACK_WITHIN: Duration = Duration::from_secs(60);
/// Whoever asks meanwhile does not wait for ever.
const TOLD_WITHIN: Duration = Duration::from_secs(30);

const MONTH: &str = "/months/prairie/prairie-platform/2026-10";

/// An address beside `/api/v1`.
async fn beside(service: &Service, path: &str) -> Answer {
    service.send(service.request("GET", &format!("/../..{path}"))).await
}

async fn comment(service: &Service, note: &str, key: &str) -> Answer {
    let request = service.request("POST", &format!("{MONTH}/steps")).bearer_auth(&service.tokens[&Role::Finance]);
    service.send(request.header("idempotency-key", key).json(&step("comment", None, note))).await
}

/// Asks until it is answered; before that it is said that the ledger does not answer.
async fn back(ask: impl AsyncFn() -> Answer) -> Answer {
    let begin = Instant::now();
    loop {
        let answer = ask().await;
        if answer.status.is_success() {
            return answer;
        }
        refused(&answer);
        assert!(begin.elapsed() < BACK_WITHIN, "it is not back");
    }
}

#[track_caller]
fn refused(answer: &Answer) {
    let detail = answer.refused(503, "ledger.unreachable");
    assert_eq!(detail, "the ledger does not answer at the moment; try again in a few seconds");
    assert_eq!(answer.header("retry-after"), "5");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_goes_away_is_told_and_comes_back() {
    let mut service = Service::start(Engine::postgres());
    let entries = service.head()["entries"].as_i64().expect("a number");
    comment(&service, "before", "before").await.given();
    beside(&service, "/readyz").await.given();

    service.servers().1.stop(Shutdown::Immediate);
    let begin = Instant::now();
    for ask in ["/months", MONTH, "/tenants", "/audit", "/me"] {
        refused(&service.get(Role::Finance, ask).await);
    }
    refused(&comment(&service, "meanwhile", "meanwhile").await);
    refused(&beside(&service, "/readyz").await);
    assert_eq!(beside(&service, "/healthz").await.given()["status"], "ok");
    assert!(begin.elapsed() < 8 * TOLD_WITHIN);
    // Why it was so is logged, without the password, and not sent.
    let log = service.log();
    assert!(log.contains("\"code\":\"ledger.unreachable\""), "{log}");
    let password = service.owner.split([':', '@']).nth(2).expect("a password").to_owned();
    assert!(!log.contains(&password), "a password is logged");

    service.servers().1.start_again();
    back(async || beside(&service, "/readyz").await).await;
    back(async || service.get(Role::Finance, MONTH).await).await;
    // The very same request is carried out now, once.
    comment(&service, "meanwhile", "meanwhile").await.given();
    let again = comment(&service, "meanwhile", "meanwhile").await;
    assert_eq!(
        (again.given()["steps"].as_array().map(Vec::len), again.header("idempotency-replayed")),
        (Some(2), "true")
    );
    assert_eq!(service.head()["entries"], entries + 2);

    // The pooler goes, and comes back.
    service.servers().0.stop();
    refused(&service.get(Role::Finance, "/months").await);
    refused(&beside(&service, "/readyz").await);
    service.servers().0.start_again();
    back(async || beside(&service, "/readyz").await).await;
    comment(&service, "after", "after").await.given();
    assert_eq!(service.head()["entries"], entries + 3);
}
