//! Days that are captured before their month is closed, over the API: the calendar of a real server's days, the job that fills
//! it, and what is refused.

use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;

use serde_json::{Value, json};
use sla_acceptance::servers::{Prometheus, WrittenSeries, write};
use sla_core::access::{Permission, Role};

use crate::jobs::DESK;
use crate::service::{Engine, Service, sound};

pub(crate) const DAY: i64 = 86_400;
/// The first of October 2026 in UTC, Unix seconds.
const FIRST: i64 = 1_790_812_800;
pub(crate) const CALENDAR: &str = "/evidence/days?month=2026-10";

pub(crate) fn capture() -> Value {
    json!({ "kind": "capture", "month": "2026-10" })
}

/// A customer who is measured at a server for three days, beside those of the demo, who are measured from files.
pub(crate) fn enter(service: &Service, url: &str) {
    let query = |name: &str| {
        let query = format!("sum(last_over_time({name}{{tenant=\"$tenant\"}}[$slice]))");
        format!("{{ metricSource: {{ metricSourceRef: metrics, spec: {{ query: '{query}' }} }} }}")
    };
    let text = format!(
        "apiVersion: openslo/v1
kind: DataSource
metadata: {{ name: metrics }}
spec: {{ type: Prometheus, connectionDetails: {{ url: \"{url}\", timeoutSeconds: 20 }} }}
---
apiVersion: openslo/v1
kind: Service
metadata: {{ name: ordering, displayName: Ordering }}
spec: {{}}
---
apiVersion: openslo/v1
kind: SLI
metadata: {{ name: orders }}
spec: {{ ratioMetric: {{ good: {good}, total: {total} }} }}
---
apiVersion: openslo/v1
kind: SLO
metadata: {{ name: ordered, displayName: Orders taken }}
spec: {{ service: ordering, indicatorRef: orders, budgetingMethod: Occurrences }}
---
apiVersion: sla-desk/v1
kind: Tenant
metadata: {{ name: kappa, displayName: Kappa AG }}
spec: {{ language: de, contacts: [{{ name: Contact, email: contact@kappa.example }}] }}
---
apiVersion: sla-desk/v1
kind: Contract
metadata: {{ name: kappa-contract }}
spec:
  tenant: kappa
  version: 1
  validFrom: 2026-10-01
  validTo: 2026-10-03
  timeZone: UTC
  currency: EUR
  fee: {{ monthly: 1000.00, partMonth: daily }}
  serviceHours: 24/7
  rounding: {{ mode: half_even, at: commitment }}
  legalNature: service_credit
  excludedKinds: [customer]
  caps: [{{ per: month, share: 20, of: base }}]
  holidays: {{ region: DE-BE }}
  claim: {{ within: 2, unit: months, from: periodEnd, rollForward: true }}
  commitments:
    - {{ name: ordered, slo: ordered, target: 99.9, method: Occurrences, slice: 1m, sliceTarget: 90, unknown: range,
        quiet: good, exclusions: denominator, penalty: {{ bands: [{{ from: 99, below: 99.9, credit: 5 }},
        {{ from: 0, below: 99, credit: 10 }}] }} }}
",
        good = query("slice_good"),
        total = query("slice_total")
    );
    std::fs::write(service.folder.path().join("demo/catalogue/kappa.yaml"), text).expect("a file");
}

/// Ten events at the end of every minute of these minutes since the first of October, of an instance of its own.
pub(crate) fn measured(server: &Prometheus, instance: &str, minutes: &[Range<i64>]) {
    let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let samples =
        || minutes.iter().cloned().flatten().map(|minute| ((FIRST + (minute + 1) * 60) * 1000, 10.0)).collect();
    let series = |name: &str| WrittenSeries {
        labels: vec![label("__name__", name), label("instance", instance), label("tenant", "kappa")],
        samples: samples(),
    };
    write(server.port(), &[series("slice_good"), series("slice_total")]);
}

pub(crate) async fn states(service: &Service) -> Vec<String> {
    let calendar = service.get(Role::Governance, CALENDAR).await.given();
    let [row] = calendar["items"].as_array().expect("items").as_slice() else { panic!("{calendar}") };
    let days = row["days"].as_array().expect("days").iter();
    days.map(|day| format!("{} {}", day["state"].as_str().unwrap_or(""), day["history"].as_array().map_or(0, Vec::len)))
        .collect()
}

/// What a capture of October came to: captured, changed, unchanged, and what failed where and why.
pub(crate) async fn captured(service: &Service) -> (Value, Value, Value, Vec<String>) {
    let view = service.done(Role::AccountManager, capture()).await;
    let result = &view["result"]["capture"];
    let failure = |one: &Value| {
        let word = |name: &str| one[name].as_str().unwrap_or("").to_owned();
        format!("{} {} {} {}", word("data_source"), word("code"), one["requests"], word("first_day"))
    };
    let failures = result["failures"].as_array().expect("failures").iter().map(failure).collect();
    (result["captured"].clone(), result["changed"].clone(), result["unchanged"].clone(), failures)
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_days_are_captured_and_the_calendar_tells_them() {
    const MINUTES: i64 = DAY / 60;
    let service = Service::start_with(Engine::Sqlite, &DESK);
    let server = Prometheus::start_receiving();
    enter(&service, &server.url());
    // An hour of the second day and all of the third were not measured.
    measured(&server, "first", &[0..MINUTES + 600, MINUTES + 660..2 * MINUTES]);
    assert_eq!(states(&service).await, ["missing 0", "missing 0", "missing 0"]);
    let before = service.head();
    let lacks = vec!["metrics prometheus.no_series 1 2026-10-03".to_owned()];
    assert_eq!(captured(&service).await, (json!(2), json!(0), json!(0), lacks.clone()));
    assert_eq!(states(&service).await, ["complete 1", "partial 1", "missing 0"]);
    assert_eq!(service.head(), before, "nothing is recorded");
    let calendar = service.get(Role::Operator, &format!("{CALENDAR}&tenant=kappa")).await.given();
    let row = &calendar["items"][0];
    assert_eq!(
        [&row["tenant_name"], &row["service"], &row["title"], &row["complete"], &row["over"]],
        [&json!("Kappa AG"), &json!("Ordering"), &json!("Orders taken"), &json!(1), &json!(3)]
    );
    let second = &row["days"][1];
    assert_eq!(
        [&second["day"], &second["slices"], &second["usable"]],
        [&json!("2026-10-02"), &json!(1440), &json!(1380)]
    );
    assert_eq!(second["history"][0]["sha256"], second["sha256"]);

    let place = "/evidence/days/kappa/kappa-contract/ordered";
    let evidence = service.get(Role::Finance, &format!("{place}/2026-10-02")).await.given();
    assert_eq!([&evidence["sha256"], &evidence["from"]], [&second["sha256"], &json!("2026-10-02T00:00:00Z")]);
    assert!(evidence["query"].as_str().is_some_and(|query| query.contains("slice_good")), "{evidence}");
    for (role, day, status, code) in [
        (Role::Admin, "2026-10-02", 403, "access.forbidden"),
        (Role::TenantViewer, "2026-10-02", 404, "request.not_found"),
        (Role::Finance, "2026-10-03", 404, "request.not_found"),
        (Role::Finance, "2026-11-02", 404, "request.not_found"),
        (Role::Finance, "2026-10-2", 404, "request.not_found"),
        (Role::Finance, "yesterday", 404, "request.not_found"),
    ] {
        service.get(role, &format!("{place}/{day}")).await.refused(status, code);
    }

    // The same again: what is complete is not asked for, and what is partial stays.
    assert_eq!(captured(&service).await, (json!(0), json!(0), json!(1), lacks));
    assert_eq!(states(&service).await, ["complete 1", "partial 1", "missing 0"]);
    // The server learns of the rest, and then it is gone.
    measured(&server, "late", &[MINUTES + 600..MINUTES + 660, 2 * MINUTES..3 * MINUTES]);
    assert_eq!(captured(&service).await, (json!(1), json!(1), json!(0), Vec::new()));
    assert_eq!(states(&service).await, ["complete 1", "complete 2", "complete 1"]);
    drop(server);
    assert_eq!(captured(&service).await, (json!(0), json!(0), json!(0), Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_captured_says_so() {
    let service = Service::start_with(Engine::Sqlite, &DESK);
    // It takes connections and never answers.
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    enter(&service, &format!("http://{}", silent.local_addr().expect("an address")));
    let manager = Role::AccountManager;

    let check = async |role: Role, body: Value, status: u16, code: &str| {
        service.ask(role, "POST", "/jobs", Some(body)).await.refused(status, code);
    };
    for role in [Role::Admin, Role::Finance, Role::Governance, Role::Operator, Role::TenantViewer] {
        check(role, capture(), 403, "access.forbidden").await;
    }
    check(manager, json!({ "kind": "capture", "month": "2199-01" }), 422, "job.month_ahead").await;
    check(manager, json!({ "kind": "capture" }), 400, "request.malformed").await;
    check(manager, json!({ "kind": "capture", "month": "2026-10", "partly": true }), 400, "request.malformed").await;

    let refused = async |role: Role, query: &str, status: u16, code: &str| {
        service.get(role, &format!("/evidence/days{query}")).await.refused(status, code);
    };
    refused(Role::Admin, "?month=2026-10", 403, "access.forbidden").await;
    refused(manager, "", 400, "request.malformed").await;
    refused(manager, "?month=2026-10&limit=0", 400, "request.malformed").await;
    refused(manager, "?month=2026-10&cursor=ab", 400, "request.malformed").await;
    refused(manager, "?month=2026-10&tenant=nobody", 404, "request.not_found").await;
    refused(Role::TenantViewer, "?month=2026-10&tenant=kappa", 404, "request.not_found").await;
    let nothing = json!({ "items": [], "next": null });
    // The demo's customers are measured from files, and a customer sees what was issued.
    for (role, query) in [
        (manager, "?month=2026-10&tenant=prairie"),
        (manager, "?month=2026-11"),
        (Role::TenantViewer, "?month=2026-10"),
    ] {
        assert_eq!(service.get(role, &format!("/evidence/days{query}")).await.given(), nothing, "{query}");
    }
    for body in [
        json!({ "kind": "capture", "month": "2026-10", "tenant": "prairie" }),
        json!({ "kind": "capture", "month": "2026-09" }),
    ] {
        assert_eq!(service.failed(manager, body).await.0, "captures.nothing");
    }

    // One at a time, and it can be called off.
    let id = service.asked(manager, capture()).await;
    check(manager, capture(), 409, "job.underway").await;
    service.ask(manager, "DELETE", &format!("/jobs/{id}"), None).await.given();
    assert_eq!(service.ended(&id).await["state"], "cancelled");
    assert_eq!(states(&service).await, ["missing 0", "missing 0", "missing 0"]);
    // A program at the prompt captures.
    let days = sla_capture::CapturedDays::new(service.folder.path().join("demo/reports/captures"));
    let lock = days.lock().expect("nobody else");
    let (code, detail) = service.failed(manager, capture()).await;
    assert_eq!(code, "captures.busy");
    assert!(!detail.contains("captures/") && !detail.contains("demo"), "paths of the desk are not told: {detail}");
    drop(lock);
    // A server that has gone gives no evidence, and each source and reason is told once.
    drop(silent);
    let (captured, _, _, failures) = captured(&service).await;
    assert_eq!((captured, failures), (json!(0), vec!["metrics prometheus.unavailable 3 2026-10-01".to_owned()]));

    // Who looks after one customer captures and sees that one's days only.
    let words =
        ["account", "add", "south", "--json", "--role", "account_manager", "--tenant", "prairie", "--no-password"];
    sound(&[&words[..], &["--ledger", &service.owner, "--actor", "admin"]].concat(), "");
    let held = [Permission::MonthsClose, Permission::MonthsRead, Permission::EvidenceRead];
    let south = Service::make_token(&service.owner, "south", "south", &held);
    let ask = async |body: Value| service.send(service.request("POST", "/jobs").bearer_auth(&south).json(&body)).await;
    ask(capture()).await.refused(403, "access.not_all_tenants");
    ask(json!({ "kind": "capture", "month": "2026-10", "tenant": "kappa" })).await.refused(404, "request.not_found");
    let get = async |path: &str| service.send(service.request("GET", path).bearer_auth(&south)).await;
    assert_eq!(get(CALENDAR).await.given(), nothing);
    get(&format!("{CALENDAR}&tenant=kappa")).await.refused(404, "request.not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_desk_nobody_knows_of_days() {
    let service = Service::start(Engine::Sqlite);
    service.get(Role::Finance, CALENDAR).await.refused(409, "job.no_desk");
}
