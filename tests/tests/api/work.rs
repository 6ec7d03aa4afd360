//! Reviewing over the API: conditions, keys, pages, and what the chain tells afterwards.

use serde_json::{Value, json};
use sla_core::access::Role;

use crate::service::{Engine, Service, step};

const MONTH: &str = "/months/prairie/prairie-platform/2026-10";

#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_reviewed_over_the_api() {
    let service = Service::start(Engine::Sqlite);
    let month = service.get(Role::Finance, MONTH).await;
    assert_eq!(month.header("etag"), "\"1.0\"");
    let conditional = |method: &str, path: &str, name: &str, tag: &str| {
        service.request(method, path).bearer_auth(&service.tokens[&Role::Finance]).header(name, tag)
    };
    let unchanged = service.send(conditional("GET", MONTH, "if-none-match", "\"1.0\"")).await;
    assert_eq!((unchanged.status.as_u16(), unchanged.text.as_str()), (304, ""));

    // Who saw the month before it was submitted has not seen what it is now.
    let submitted = service.step(Role::AccountManager, "", step("submit", None, "please look")).await;
    assert_eq!(submitted.header("etag"), "\"1.2\"");
    let decide = step("decide", Some("490.00"), "half was proven");
    let steps = format!("{MONTH}/credits/availability/steps");
    let before = service.head();
    let stale = service.send(conditional("POST", &steps, "if-match", "\"1.0\"").json(&decide)).await;
    stale.refused(412, "request.stale");
    let told = stale.json();
    assert_eq!(told["changed_by"], "account_manager", "who was faster is told: {told}");
    assert!(told["changed_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{told}");
    service.send(conditional("POST", &steps, "if-match", "1.2").json(&decide)).await.refused(400, "request.malformed");
    assert_eq!(service.head(), before, "nothing was done");
    let decided = service.send(conditional("POST", &steps, "if-match", "\"1.2\"").json(&decide)).await;
    assert_eq!(decided.header("etag"), "\"1.3\"");
    assert_eq!(decided.given()["credits"][0]["decided_minor"], 49_000);

    // What the rules refuse is refused with their codes, and nothing changes.
    let before = service.head();
    let credit = "/credits/availability";
    for (role, of, body, status, code) in [
        (Role::Finance, credit, step("approve", None, ""), 403, "workflow.four_eyes"),
        (Role::Finance, credit, step("decide", Some("980.01"), "more"), 422, "workflow.outside_range"),
        (Role::Finance, credit, step("decide", Some("-1"), "less"), 400, "request.malformed"),
        (Role::Finance, credit, step("decide", Some("0.001"), "a tenth of a cent"), 422, "review.amount"),
        (Role::Finance, credit, step("decide", Some("1.00"), " "), 422, "workflow.no_reason"),
        (Role::Finance, credit, step("decide", None, "nothing said"), 409, "workflow.undecided"),
        (Role::Finance, credit, step("submit", None, ""), 422, "workflow.with_month"),
        (Role::Finance, "", step("approve", None, ""), 403, "workflow.four_eyes"),
        (Role::Finance, "", step("decide", Some("1.00"), "x"), 422, "workflow.no_such_step"),
        (Role::Finance, "", step("issue", None, ""), 409, "workflow.out_of_order"),
        (Role::AccountManager, credit, step("decide", Some("1.00"), "x"), 403, "access.forbidden"),
        (Role::Admin, "", step("approve", None, ""), 403, "access.forbidden"),
        (Role::Finance, "/credits/nothing", step("comment", None, "x"), 404, "request.not_found"),
    ] {
        service.step(role, of, body).await.refused(status, code);
    }
    assert_eq!(service.head(), before);

    // From where a step came is part of the chain.
    let audit = service.get(Role::Governance, "/audit?action=credit.step&limit=1").await.given();
    let entry = &audit["items"][0];
    assert_eq!((&entry["actor"], &entry["origin"]), (&json!("finance"), &json!("127.0.0.1")));
    assert_eq!(entry["payload"]["amount_minor"], 49_000);
    assert_eq!(service.get(Role::Governance, "/audit/verification").await.given()["sound"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_again_changes_nothing() {
    let service = Service::start(Engine::Sqlite);
    let comment = |key: &str, note: &str| {
        let request = service.request("POST", &format!("{MONTH}/steps")).bearer_auth(&service.tokens[&Role::Finance]);
        request.header("idempotency-key", key).json(&step("comment", None, note))
    };
    let first = service.send(comment("k-1", "seen")).await;
    let after = service.head();
    let again = service.send(comment("k-1", "seen")).await;
    assert_eq!(first.given(), again.given());
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    assert_eq!(service.head(), after, "nothing was added");
    service.send(comment("k-1", "something else")).await.refused(409, "request.key_of_another");
    service.send(comment("two words", "seen")).await.refused(400, "request.malformed");
    assert_eq!(service.head(), after);
    assert_eq!(service.send(comment("k-2", "seen")).await.given()["steps"].as_array().expect("steps").len(), 2);
    // What was refused stays refused, and the key belongs to that request.
    let refused = |key: &str| {
        let request = service.request("POST", &format!("{MONTH}/steps")).bearer_auth(&service.tokens[&Role::Finance]);
        request.header("idempotency-key", key).json(&step("issue", None, ""))
    };
    service.send(refused("k-3")).await.refused(409, "workflow.out_of_order");
    let again = service.send(refused("k-3")).await;
    assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (409, "true"));
    // Keys belong to accounts.
    let other = service.request("POST", &format!("{MONTH}/steps")).bearer_auth(&service.tokens[&Role::Operator]);
    let other = other.header("idempotency-key", "k-1").json(&step("comment", None, "from somebody else"));
    service.send(other).await.given();
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_paged_filtered_and_sorted() {
    let service = Service::start(Engine::Sqlite);
    let months = async |query: &str| service.get(Role::Finance, &format!("/months{query}")).await.given();
    let tenants = |page: &Value| {
        let items = page["items"].as_array().expect("items").iter();
        items.map(|one| one["tenant"].as_str().expect("a tenant").to_owned()).collect::<Vec<_>>()
    };
    let all = months("?sort=tenant").await;
    assert_eq!(tenants(&all), ["alpenbahn", "koenigsforst", "nordlicht", "prairie"]);
    assert_eq!(all["next"], Value::Null);
    let (mut walked, mut next) = (Vec::new(), String::new());
    for _ in 0..4 {
        let page = months(&format!("?sort=tenant&limit=1{next}")).await;
        walked.extend(tenants(&page));
        next = page["next"].as_str().map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
    }
    assert_eq!((walked, next.as_str()), (tenants(&all), ""));
    assert_eq!(tenants(&months("?verdict=breached").await), ["alpenbahn"]);
    assert_eq!(tenants(&months("?state=issued").await), [] as [&str; 0]);
    assert_eq!(tenants(&months("?tenant=prairie&month=2026-10").await), ["prairie"]);
    assert_eq!(tenants(&months("?due_until=2026-12-31").await), ["prairie"]);
    assert_eq!(tenants(&months("?sort=-amount&limit=1").await), ["alpenbahn"]);
    let first = months("?sort=tenant&limit=1").await;
    let cursor = first["next"].as_str().expect("a cursor");
    for (query, said) in [
        (format!("?sort=-tenant&cursor={cursor}"), "the cursor is none of this list"),
        (format!("?sort=tenant&tenant=prairie&cursor={cursor}"), "the cursor is none of this list"),
        ("?cursor=00ff".to_owned(), "the cursor is none of this list"),
        ("?cursor=xyz".to_owned(), "the cursor is none of this list"),
        ("?limit=0".to_owned(), "limit is 0; expected 1 to 200"),
        ("?limit=201".to_owned(), "expected 1 to 200"),
        ("?month=2026-13".to_owned(), "a parameter of the query does not fit"),
        ("?sort=colour".to_owned(), "a parameter of the query does not fit"),
        ("?colour=red".to_owned(), "unknown field `colour`"),
    ] {
        let detail = service.get(Role::Finance, &format!("/months{query}")).await.refused(400, "request.malformed");
        assert!(detail.contains(said), "{query}: {detail}");
    }
    let found = service.get(Role::Finance, "/search?q=k%C3%B6nigs").await.given();
    assert_eq!(found[0]["tenant"], "koenigsforst");
    let credits = service.get(Role::Finance, "/credits?sort=amount&state=draft").await.given();
    let amounts = credits["items"].as_array().expect("items").iter().map(|one| one["high_minor"].as_i64());
    let amounts: Vec<i64> = amounts.map(|amount| amount.expect("an amount")).collect();
    assert!(amounts.len() == 3 && amounts.is_sorted(), "{amounts:?}");
}
