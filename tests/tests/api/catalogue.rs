//! The catalogue over the API: objectives with their history, and exclusions that one person asks for and another decides.

use serde_json::{Value, json};
use sla_core::access::{Permission, Role, permissions};

use crate::service::{Answer, Engine, Service, sound};

/// The demo's ledger with the demo's catalogue in it.
pub(crate) fn with_catalogue(engine: Engine) -> Service {
    with_catalogue_beside(engine, &[])
}

/// The same with more words behind `sla serve`.
pub(crate) fn with_catalogue_beside(engine: Engine, more: &[&str]) -> Service {
    let service = Service::start_with(engine, more);
    let folder = service.folder.path().join("demo/catalogue").display().to_string();
    let words = ["catalogue", "import", &folder, "--json", "--ledger", &service.owner, "--actor", "operator"];
    sound(&words, "");
    service
}

pub(crate) async fn put(service: &Service, role: Role, path: &str, tag: Option<&str>, text: &str) -> Answer {
    let request = service.request("PUT", path).bearer_auth(&service.tokens[&role]).body(text.to_owned());
    let request = request.header("content-type", "application/yaml");
    service.send(if let Some(tag) = tag { request.header("if-match", tag) } else { request }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn objectives_are_changed_by_versions() {
    let service = with_catalogue(Engine::Sqlite);
    let listed = service.get(Role::TenantViewer, "/slo").await;
    listed.refused(403, "access.not_all_tenants");
    let all = service.get(Role::Governance, "/slo").await.given();
    let name = all[0]["name"].as_str().expect("an objective").to_owned();
    let path = format!("/slo/{name}");
    let shown = service.get(Role::Governance, &path).await;
    assert_eq!(shown.header("etag"), "\"1\"");
    let text = shown.given()["text"].as_str().expect("a text").to_owned();
    let changed = format!("{}\n# looked at by operations\n", text.trim_end());
    let other = text.replacen("displayName: ", "displayName: New ", 1);
    assert_ne!(text, other, "the demo's objectives have names for people");

    put(&service, Role::Finance, &path, Some("\"1\""), &other).await.refused(403, "access.forbidden");
    put(&service, Role::Operator, &path, None, &other).await.refused(409, "ledger.stale");
    put(&service, Role::Operator, &path, Some("\"2\""), &other).await.refused(412, "request.stale");
    put(&service, Role::Operator, "/slo/another", None, &other).await.refused(422, "catalogue.another");
    let said = put(&service, Role::Operator, "/slo/No%20name", None, &other).await.refused(422, "request.name");
    assert!(said.contains("No name") && said.contains("expected"), "{said}");
    let unsound = text.replacen("kind: SLO", "kind: SLA", 1);
    put(&service, Role::Operator, &path, Some("\"1\""), &unsound).await.refused(422, "catalogue.unsound");
    let alias = format!("a: &a [1]\nb: *a\n{text}");
    put(&service, Role::Operator, &path, Some("\"1\""), &alias).await.refused(422, "catalogue.unsound");
    // What would grow without end when it is read is refused, and so is what is nested without end.
    let bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n";
    let (deep, wide) = ("[".repeat(200_000), format!("a: {}\n", "{b: ".repeat(50_000)));
    for bad in [bomb, &deep, &wide, "", "--- 7\n--- [", "\u{0}"] {
        let answer = put(&service, Role::Operator, &path, Some("\"1\""), bad).await;
        assert_eq!(answer.status, 422, "{}: {}", &bad[..bad.len().min(20)], answer.text);
    }
    // Another layout or a remark is no other objective.
    let same = put(&service, Role::Operator, &path, Some("\"1\""), &changed).await;
    assert_eq!((same.status.as_u16(), same.given()["unchanged"].clone()), (200, json!(true)));
    let entered = put(&service, Role::Operator, &path, Some("\"1\""), &other).await;
    assert_eq!((entered.status.as_u16(), entered.header("etag")), (200, "\"2\""));
    let diff = service.get(Role::Governance, &format!("{path}/diff")).await;
    assert!(diff.text.contains("+") && diff.text.contains("New "), "{}", diff.text);
    let history = service.get(Role::Governance, &format!("{path}/history")).await.given();
    let versions: Vec<&Value> = history.as_array().expect("versions").iter().map(|one| &one["version"]).collect();
    assert_eq!(versions, [&json!(1), &json!(2)]);
    let first = service.get(Role::Governance, &format!("{path}?version=1")).await.given();
    assert_eq!(first["text"], text.as_str());
    service.get(Role::Governance, &format!("{path}?version=9")).await.refused(404, "request.not_found");
    service.get(Role::Governance, "/slo/nothing").await.refused(404, "request.not_found");
    // Contracts refer to it.
    let retire = |tag: &str| {
        service.request("DELETE", &path).bearer_auth(&service.tokens[&Role::Operator]).header("if-match", tag)
    };
    service.send(retire("\"1\"")).await.refused(412, "request.stale");
    service.send(retire("\"2\"")).await.refused(422, "catalogue.unsound");
    service.head();
}

async fn exclusions(service: &Service) {
    let body = json!({
        "name": "move-of-the-hall", "tenant": "nordlicht", "kind": "customer",
        "start": "2026-10-04T22:00:00Z", "end": "2026-10-05T02:00:00Z", "reason": "their hall was moved"
    });
    let ask = async |role, body: &Value| service.ask(role, "POST", "/exclusions", Some(body.clone())).await;
    ask(Role::Finance, &body).await.refused(403, "access.forbidden");
    let asked = ask(Role::AccountManager, &body).await;
    assert_eq!(asked.status, 201, "{}", asked.text);
    ask(Role::AccountManager, &body).await.refused(409, "ledger.stale");
    for (case, field, value) in [
        ("times reversed", "end", "2026-10-04T21:00:00Z"),
        ("no time", "start", "yesterday"),
        ("nobody's", "tenant", "nobody"),
    ] {
        let mut wrong = body.clone();
        wrong["name"] = json!("wrong");
        wrong[field] = json!(value);
        let answer = ask(Role::AccountManager, &wrong).await;
        assert_eq!(answer.status, 422, "{case}: {}", answer.text);
    }
    let decide = async |role, decision: &str, reason: &str, version: u32| {
        let body = json!({ "decision": decision, "reason": reason, "version": version });
        service.ask(role, "POST", "/exclusions/move-of-the-hall/decisions", Some(body)).await
    };
    decide(Role::AccountManager, "approve", "", 1).await.refused(403, "workflow.four_eyes");
    decide(Role::Operator, "approve", "", 1).await.refused(403, "access.forbidden");
    decide(Role::Governance, "refuse", " ", 1).await.refused(422, "workflow.no_reason");
    decide(Role::Governance, "approve", "", 2).await.refused(409, "ledger.stale");
    let unseen = json!({ "decision": "approve", "version": 1, "seen": 3 });
    let unseen = service.ask(Role::Governance, "POST", "/exclusions/move-of-the-hall/decisions", Some(unseen)).await;
    unseen.refused(409, "ledger.stale");
    assert_eq!(decide(Role::Governance, "approve", "", 1).await.given()["state"], "approved");
    let listed = service.get(Role::Finance, "/exclusions?tenant=nordlicht&state=approved").await.given();
    assert_eq!(
        (&listed[0]["name"], &listed[0]["requested_by"]),
        (&json!("move-of-the-hall"), &json!("account_manager"))
    );
    assert_eq!(service.get(Role::Finance, "/exclusions?state=refused").await.given(), json!([]));
    let audit = service.get(Role::Governance, "/audit?actor=governance&limit=1").await.given();
    assert_eq!(audit["items"][0]["origin"], "127.0.0.1");
    service.head();
}

/// Who looks after one customer asks and decides for that one; what concerns others is not there.
async fn of_one_tenant(service: &Service) {
    let account = |name: &str, role: Role, tenant: &str| {
        let words = ["account", "add", name, "--json", "--role", role.name(), "--tenant", tenant, "--no-password"];
        sound(&[&words[..], &["--ledger", &service.owner, "--actor", "admin"]].concat(), "");
        let held: Vec<Permission> = permissions().filter(|permission| role.may(*permission)).collect();
        Service::make_token(&service.owner, name, name, &held)
    };
    let (north, south) =
        (account("north", Role::AccountManager, "nordlicht"), account("south", Role::Operator, "alpenbahn"));
    let send = async |token: &str, method: &str, path: &str, body: Option<Value>| {
        let request = service.request(method, path).bearer_auth(token);
        service.send(if let Some(body) = body { request.json(&body) } else { request }).await
    };
    let body = |name: &str, tenant: &str| {
        json!({
            "name": name, "tenant": tenant, "kind": "customer",
            "start": "2026-10-11T22:00:00Z", "end": "2026-10-12T02:00:00Z", "reason": "a move"
        })
    };
    let before = service.head();
    for (token, name, tenant) in
        [(&north, "a", "alpenbahn"), (&south, "a", "nordlicht"), (&south, "move-of-the-hall", "alpenbahn")]
    {
        // The last one would take over what another customer's is.
        send(token, "POST", "/exclusions", Some(body(name, tenant))).await.refused(404, "request.not_found");
    }
    assert_eq!(service.head(), before);
    let asked = send(&south, "POST", "/exclusions", Some(body("of-the-south", "alpenbahn"))).await;
    assert_eq!(asked.status, 201, "{}", asked.text);
    let listed = send(&north, "GET", "/exclusions", None).await.given();
    let listed = listed.as_array().expect("a list");
    assert!(!listed.is_empty() && listed.iter().all(|one| one["tenant"] == "nordlicht"), "{listed:?}");
    let decision = json!({ "decision": "approve", "version": 1 });
    let decide =
        async |token: &str| send(token, "POST", "/exclusions/of-the-south/decisions", Some(decision.clone())).await;
    decide(&north).await.refused(404, "request.not_found");
    assert_eq!(service.get(Role::TenantViewer, "/exclusions").await.given(), json!([]));
    send(&north, "GET", "/slo", None).await.refused(403, "access.not_all_tenants");
    let manager = account("alps", Role::AccountManager, "alpenbahn");
    assert_eq!(decide(&manager).await.given()["state"], "approved");
    let incident = "apiVersion: sla-desk/v1
kind: Incident
metadata: { name: outage-of-the-alps }
spec:
  tenant: alpenbahn
  class: p1
  enteredBy: south
  title: The railway stood still
  reported: 2026-10-11T10:00:00Z
  responded: 2026-10-11T10:10:00Z
  restored: 2026-10-11T11:00:00Z
";
    let entered = async |token: &str, name: &str, text: &str| {
        let request = service.request("PUT", &format!("/incidents/{name}")).bearer_auth(token);
        service.send(request.header("content-type", "application/yaml").body(text.to_owned())).await
    };
    entered(&north, "outage-of-the-alps", incident).await.refused(404, "request.not_found");
    let made = entered(&south, "outage-of-the-alps", incident).await;
    assert_eq!(made.status, 201, "{}", made.text);
    for path in ["", "/history", "/diff"] {
        let path = format!("/incidents/outage-of-the-alps{path}");
        send(&north, "GET", &path, None).await.refused(404, "request.not_found");
        assert!(send(&south, "GET", &path, None).await.status.is_success(), "{path}");
    }
    assert_eq!(send(&north, "GET", "/incidents", None).await.given(), json!([]));
    assert_eq!(send(&south, "GET", "/incidents", None).await.given()[0]["tenant"], "alpenbahn");
    service.head();
}

#[tokio::test(flavor = "multi_thread")]
async fn exclusions_are_asked_for_and_decided() {
    let service = with_catalogue(Engine::Sqlite);
    exclusions(&service).await;
    of_one_tenant(&service).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn exclusions_are_asked_for_and_decided_on_postgres() {
    let service = with_catalogue(Engine::postgres());
    exclusions(&service).await;
    of_one_tenant(&service).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn months_are_billed() {
    let service = Service::start(Engine::Sqlite);
    let billed = service.get(Role::Finance, "/billing?from=2026-10&to=2026-10").await.given();
    let tenants: Vec<&Value> =
        billed["contracts"].as_array().expect("contracts").iter().map(|one| &one["tenant"]).collect();
    assert_eq!(tenants.len(), 4, "{tenants:?}");
    service.get(Role::Finance, "/billing?from=2026-11&to=2026-10").await.refused(400, "request.malformed");
    service.get(Role::Finance, "/billing?from=2026-10").await.refused(400, "request.malformed");
    service
        .get(Role::Finance, "/billing?from=2026-10&to=2026-10&tenant=nobody")
        .await
        .refused(404, "request.not_found");
    service.get(Role::Operator, "/billing?from=2026-10&to=2026-10").await.refused(403, "access.forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn finance_reads_the_statement_of_a_month() {
    let service = Service::start(Engine::Sqlite);
    let of = "?from=2026-10&to=2026-10&language=de";
    let listed = service.get(Role::Finance, &format!("/billing/documents{of}")).await.given();
    let names: Vec<&str> = listed.as_array().expect("a list").iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names, ["statement.json", "statement.csv", "statement.xlsx", "statement.pdf"]);
    for one in listed.as_array().expect("a list") {
        let name = one["name"].as_str().expect("a name");
        let document = service.get(Role::Finance, &format!("/billing/documents/{name}{of}")).await;
        assert_eq!(document.header("content-type"), one["media_type"].as_str().expect("a media type"), "{name}");
        assert_eq!(document.header("content-disposition"), "attachment", "{name}");
    }
    let statement = service.get(Role::Finance, &format!("/billing/documents/statement.json{of}")).await.given();
    let billing = service.get(Role::Finance, "/billing?from=2026-10&to=2026-10").await.given();
    assert_eq!(statement["billing"], billing);
    let credits = service.get(Role::Finance, "/credits?month=2026-10").await.given();
    let stated = |key: &str| {
        let of =
            |list: &Value| list.as_array().expect("credits").iter().filter_map(|one| one[key].as_i64()).sum::<i64>();
        (of(&statement["credits"]), of(&credits["items"]))
    };
    for key in ["low_minor", "high_minor"] {
        let (stated, listed) = stated(key);
        assert_eq!(stated, listed, "{key}");
    }
    let refused = |query: &'static str| service.get(Role::Finance, query);
    refused("/billing/documents?from=2026-11&to=2026-10&language=de").await.refused(400, "request.malformed");
    refused("/billing/documents?from=2026-10&to=2026-10&language=fr").await.refused(400, "request.malformed");
    refused("/billing/documents?from=2026-10&to=2026-10").await.refused(400, "request.malformed");
    refused("/billing/documents/statement.txt?from=2026-10&to=2026-10&language=en")
        .await
        .refused(404, "request.not_found");
    refused("/billing/documents?from=2026-10&to=2026-10&language=en&tenant=nobody")
        .await
        .refused(404, "request.not_found");
    service.get(Role::Operator, &format!("/billing/documents{of}")).await.refused(403, "access.forbidden");
    service.get(Role::TenantViewer, &format!("/billing/documents{of}")).await.refused(403, "access.forbidden");
}
