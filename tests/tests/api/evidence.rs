//! What months rest on, over the API: every piece of evidence with the check of its file, and what is there day by day.

use serde_json::{Value, json};
use sla_core::access::Role;

use crate::jobs::DESK;
use crate::service::{Engine, Service};

fn items(page: &Value) -> &Vec<Value> {
    page["items"].as_array().expect("items")
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_is_listed_over_customers_with_the_check_of_each_file() {
    let service = Service::start_with(Engine::Sqlite, &DESK);
    let get = async |query: &str| service.get(Role::Governance, &format!("/evidence{query}")).await;
    let all = get("?month=2026-10").await.given();
    assert!(items(&all).len() >= 6 && all["next"].is_null(), "{all}");
    assert!(items(&all).iter().all(|row| row["check"] == "sound"), "{all}");
    let prairie = get("?month=2026-10&tenant=prairie").await.given();
    let row = items(&prairie).iter().find(|row| row["uses"][0]["commitment"] == "availability").expect("the evidence");
    assert_eq!([&row["tenant_name"], &row["revision"]], [&json!("Prairie Parcel Inc."), &json!(1)]);
    // A month of minutes in Chicago, of which a part of a night is unknown.
    assert_eq!(row["slices"], 44_640);
    assert!(row["uses"][0]["unknown_seconds"].as_i64().is_some_and(|seconds| seconds > 0), "{row}");
    assert!(row["evidence"]["source"].as_str().is_some_and(|source| source.starts_with("file availability.parquet")));
    assert_eq!(get("?month=2025-01").await.given(), json!({ "items": [], "next": null }));
    let gaps = get("?with=gaps").await.given();
    assert!(!items(&gaps).is_empty() && items(&gaps).len() < items(&all).len(), "{gaps}");
    assert_eq!(items(&get("?with=damage").await.given()).len(), 0);

    // A page holds the evidence of some months, and the last one says so.
    let (mut seen, mut cursor) = (0, String::new());
    loop {
        let page = get(&format!("?month=2026-10&limit=1{cursor}")).await.given();
        let tenants: Vec<&Value> = items(&page).iter().map(|row| &row["tenant"]).collect();
        assert!(tenants.windows(2).all(|pair| pair[0] == pair[1]), "{tenants:?}");
        seen += tenants.len();
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, items(&all).len());
    get("?month=2026-10&cursor=ab").await.refused(400, "request.malformed");
    get("?limit=201").await.refused(400, "request.malformed");
    get("?with=wishes").await.refused(400, "request.malformed");
    service.get(Role::Admin, "/evidence").await.refused(403, "access.forbidden");
    // What was not issued to a customer is not there for them.
    assert_eq!(items(&service.get(Role::TenantViewer, "/evidence").await.given()).len(), 0);

    let file = |row: &Value| {
        let sha256 = row["evidence"]["sha256"].as_str().expect("a hash");
        service.folder.path().join(format!("demo/reports/evidence/{sha256}.parquet"))
    };
    let other = items(&all).iter().find(|other| file(other) != file(row)).expect("another piece");
    std::fs::remove_file(file(row)).expect("it was there");
    std::fs::write(file(other), "other bytes").expect("a file");
    let damaged = get("?month=2026-10&with=damage").await.given();
    let mut checks: Vec<&str> = items(&damaged).iter().map(|row| row["check"].as_str().expect("a check")).collect();
    checks.sort_unstable();
    assert_eq!(checks, ["altered", "missing"]);
    assert!(!damaged.to_string().contains("/demo/"), "paths of the desk are not told");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_desk_nobody_knows_of_files() {
    let service = Service::start(Engine::Sqlite);
    let all = service.get(Role::Finance, "/evidence?month=2026-10").await.given();
    assert!(items(&all).iter().all(|row| row["check"].is_null()), "{all}");
    assert!(items(&service.get(Role::Finance, "/evidence?with=damage").await.given()).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_tells_what_is_there_day_by_day() {
    let service = Service::start_with(Engine::Sqlite, &DESK);
    let get = async |role: Role, query: &str| service.get(role, &format!("/evidence/calendar{query}")).await;
    let october = get(Role::AccountManager, "?month=2026-10").await.given();
    let row = |tenant: &str, commitment: &str| {
        let is_it = |row: &&Value| row["tenant"] == tenant && row["commitment"] == commitment;
        items(&october).iter().find(is_it).unwrap_or_else(|| panic!("{tenant}/{commitment}: {october}"))
    };
    let prairie = row("prairie", "availability");
    assert_eq!([&prairie["revision"], &prairie["title"]], [&json!(1), &json!("API availability")]);
    let days = prairie["days"].as_array().expect("days");
    assert_eq!((days.len(), &days[0]["date"]), (31, &json!("2026-10-01")));
    let told = |state: &str| days.iter().filter(|day| day["evidence"] == state).count();
    assert_eq!(told("there") + told("partial") + told("missing"), 31);
    assert!(told("partial") > 0 && told("there") > 20, "{days:?}");
    let sum: i64 = days.iter().map(|day| day["unknown_seconds"].as_i64().expect("seconds")).sum();
    let listed = service.get(Role::AccountManager, "/evidence?month=2026-10&tenant=prairie").await.given();
    let uses = items(&listed).iter().flat_map(|row| row["uses"].as_array().expect("uses"));
    let unknown = uses.filter(|one| one["commitment"] == "availability").map(|one| one["unknown_seconds"].as_i64());
    assert_eq!(unknown.flatten().sum::<i64>(), sum, "the days add up to the month");

    // Nobody has asked for a month that was not closed; before a contract nothing is due.
    let november = get(Role::AccountManager, "?month=2026-11&tenant=prairie").await.given();
    let open = &items(&november)[0];
    assert_eq!((&open["revision"], &open["days"][0]["evidence"]), (&Value::Null, &json!("unknown")));
    assert_eq!(open["days"].as_array().map(Vec::len), Some(30));
    assert_eq!(open["days"][0]["service_seconds"], Value::Null);
    assert_eq!(items(&get(Role::AccountManager, "?month=2026-02&tenant=prairie").await.given()).len(), 0);

    let first = get(Role::AccountManager, "?month=2026-10&limit=1").await.given();
    let next = first["next"].as_str().expect("there is more");
    let second = get(Role::AccountManager, &format!("?month=2026-10&limit=1&cursor={next}")).await.given();
    assert_ne!(items(&first)[0]["tenant"], items(&second)[0]["tenant"]);
    get(Role::AccountManager, "?tenant=prairie").await.refused(400, "request.malformed");
    get(Role::Admin, "?month=2026-10").await.refused(403, "access.forbidden");
    assert_eq!(items(&get(Role::TenantViewer, "?month=2026-10").await.given()).len(), 0);
}
