//! Lists over many tenants: what they come to, what waits for whom, and how tenants are found.

use serde_json::{Value, json};
use sla_core::access::Role;

use crate::service::{Engine, Service, step};

/// The rows of all pages of a list.
async fn rows(service: &Service, role: Role, path: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = service.get(role, &format!("{path}limit=1{cursor}")).await.given();
        all.extend(page["items"].as_array().expect("items").clone());
        let Some(next) = page["next"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

fn sum(rows: &[&Value], of: &str) -> i64 {
    rows.iter().filter_map(|row| row[of].as_i64()).sum()
}

/// The sums of a list are those of the rows that the list has under the same filter.
async fn totals_match(service: &Service, role: Role, filter: &str) {
    let totals = service.get(role, &format!("/credits/totals?{filter}")).await.given();
    let rows = rows(service, role, &format!("/credits?{filter}&").replace("?&", "?")).await;
    let mut currencies: Vec<&str> = rows.iter().map(|row| row["currency"].as_str().expect("a code")).collect();
    currencies.sort_unstable();
    currencies.dedup();
    let of = |currency: &str| {
        let rows: Vec<&Value> = rows.iter().filter(|row| row["currency"] == currency).collect();
        let decided = rows.iter().filter(|row| !row["decided_minor"].is_null()).count();
        json!({
            "currency": currency, "count": rows.len(), "low_minor": sum(&rows, "low_minor"),
            "high_minor": sum(&rows, "high_minor"), "decided_count": decided,
            "decided_minor": sum(&rows, "decided_minor"), "issued_before_minor": sum(&rows, "issued_before_minor"),
        })
    };
    assert_eq!(totals, currencies.into_iter().map(of).collect::<Value>(), "{filter}");
}

async fn check(service: &Service) {
    let (finance, manager, viewer) = (Role::Finance, Role::AccountManager, Role::TenantViewer);
    let filters = [
        "",
        "month=2026-10",
        "tenant=prairie",
        "state=draft",
        "state=draft,in_review",
        "state=issued",
        "month=2020-01",
    ];
    for filter in filters {
        totals_match(service, finance, filter).await;
    }
    let overview = service.get(manager, "/overview?month=2026-10").await.given();
    let trend = overview["trend"].as_array().expect("a trend");
    assert_eq!((trend.len(), &trend[0]["month"], &trend[11]["month"]), (12, &json!("2025-11"), &json!("2026-10")));
    let counted =
        |one: &Value| [&one["met"], &one["breached"], &one["undecidable"]].map(|one| one.as_i64().unwrap_or(-1));
    let groups = overview["groups"].as_array().expect("groups");
    assert_eq!(counted(&trend[11]).iter().sum::<i64>(), sum(&groups.iter().collect::<Vec<_>>(), "count"));
    assert_eq!((counted(&trend[10]), &trend[10]["totals"]), ([0, 0, 0], &json!([])));
    assert_eq!(overview["totals"], trend[11]["totals"]);
    assert_eq!(overview["waiting"], json!([{ "task": "submit_months", "count": 4 }]));
    let waits = async |role| service.get(role, "/overview?month=2026-10").await.given()["waiting"].clone();
    assert_eq!((waits(finance).await, waits(Role::Governance).await), (overview["waiting"].clone(), json!([])));

    service.step(manager, "", step("submit", None, "")).await.given();
    let submit = json!({ "task": "submit_months", "count": 3 });
    let expected = json!([submit, { "task": "decide_credits", "count": 1 }]);
    assert_eq!(waits(finance).await, expected, "prairie's credit is a range");
    service.step(finance, "/credits/availability", step("decide", Some("490.00"), "half")).await.given();
    assert_eq!(waits(finance).await, json!([submit]), "who decided does not approve");
    for filter in filters {
        totals_match(service, finance, filter).await;
    }
    let listed = service.get(finance, "/credits?tenant=prairie&state=in_review").await.given();
    let credit = &listed["items"][0];
    assert_eq!((&credit["decided_by"], &credit["closed_by"]), (&json!("finance"), &json!("demo")));
    assert!(credit["title"].as_str().is_some_and(|title| title != "availability"), "{credit}");

    // A customer sees neither who had their hands in it nor what is not issued yet.
    totals_match(service, viewer, "").await;
    assert_eq!(service.get(viewer, "/credits").await.given()["items"], json!([]));
    assert_eq!(waits(viewer).await, json!([]));
    for bad in ["state=lost", "state=draft,", "state=", "month=x", "sort=amount", "limit=5"] {
        service.get(finance, &format!("/credits/totals?{bad}")).await.refused(400, "request.malformed");
    }

    let names = async |role, path: &str| {
        let all = rows(service, role, path).await;
        all.iter().map(|one| one["name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(finance, "/tenants?").await, "alpenbahn koenigsforst nordlicht prairie");
    assert_eq!(names(finance, "/tenants?sort=-title&").await, "koenigsforst prairie nordlicht alpenbahn");
    assert_eq!(names(finance, "/tenants?q=NORD&").await, "nordlicht");
    assert_eq!(names(finance, "/tenants?q=%25&").await, "");
    assert_eq!(names(viewer, "/tenants?q=r&").await, "prairie");
    let found = service.get(finance, "/tenants?q=prairie").await.given();
    assert_ne!(found["items"][0]["title"], "prairie", "the name for people");
    for bad in [format!("q={}", "x".repeat(101)), "sort=amount".to_owned(), "query=x".to_owned()] {
        service.get(finance, &format!("/tenants?{bad}")).await.refused(400, "request.malformed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_to_sums() {
    check(&Service::start(Engine::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_to_sums_on_postgres() {
    check(&Service::start(Engine::postgres())).await;
}
