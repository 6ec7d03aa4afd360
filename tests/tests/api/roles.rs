//! Every operation of the OpenAPI document, asked for by every role: let through where the table of permissions says so, refused
//! where it does not, and answered with a status that the document tells of.

use serde_json::{Value, json};
use sla_core::access::{Permission, Role};

use crate::service::{Engine, Service};

/// A request for an operation: its variables name things that are there, and its body is one that changes nothing.
fn request(path: &str, method: &str) -> (String, Option<Value>) {
    let path = path
        .replace("{tenant}", "prairie")
        .replace("{contract}", "prairie-platform")
        .replace("{month}", "2026-10")
        .replace("{revision}", "1")
        .replace("{commitment}", "availability")
        .replace("{role}", "finance")
        .replace("{currency}", "EUR")
        .replace("{file}", "theme.json")
        .replace("{document}", "report.csv")
        .replace("{sha256}", "0")
        .replace("{job}", "nothing")
        .replace("{kind}", "SLO")
        .replace("{name}", "nobody");
    let query = match path.as_str() {
        "/billing" => "?from=2026-09&to=2026-10",
        "/billing/documents" | "/billing/documents/report.csv" => "?from=2026-09&to=2026-10&language=en",
        "/overview" | "/portfolio/documents" | "/portfolio/documents/report.csv" => "?month=2026-10",
        "/governance/documents" | "/governance/documents/report.csv" => "?month=2026-10&language=en",
        "/standing/prairie/prairie-platform/letters" | "/standing/prairie/prairie-platform/letters/report.csv" => {
            "?month=2026-10"
        }
        "/search" => "?q=prairie",
        _ => "",
    };
    let body = matches!(method, "post" | "put" | "patch").then(|| json!({}));
    (format!("{path}{query}"), body)
}

async fn check(service: &Service) {
    let document = service.send(service.request("GET", "/openapi.json")).await.given();
    let paths = document["paths"].as_object().expect("paths");
    let mut asked = 0;
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().expect("operations") {
            let id = operation["operationId"].as_str().expect("an id");
            // Whoever signs out with a token stays: tokens are revoked.
            let needs = operation["description"].as_str().expect("what it needs");
            let permission: Option<Permission> =
                needs.split('`').nth(1).map(|name| name.parse().unwrap_or_else(|error| panic!("{id}: {error}")));
            let (path, body) = request(path, method);
            for role in Role::ALL {
                let answer = service.ask(role, &method.to_uppercase(), &path, body.clone()).await;
                let status = answer.status.as_u16();
                let case = format!("{id} by {}: {status} {}", role.name(), answer.text);
                assert!(operation["responses"].get(status.to_string()).is_some(), "not documented: {case}");
                assert!(status < 500, "{case}");
                let may = permission.is_none_or(|permission| role.may(permission));
                let is_refused = status == 403 && answer.json()["code"] == "access.forbidden";
                // A step and one's own password ask for more than the operation says, once they are understood.
                assert_eq!(is_refused, !may && needs != "Needs nothing.", "{case}");
                asked += 1;
            }
            let nobody = service.request(&method.to_uppercase(), &path);
            let nobody = service.send(if let Some(body) = body { nobody.json(&body) } else { nobody }).await;
            match needs {
                "Needs nothing." => assert_ne!(nobody.status, 401, "{id}"),
                _ => drop(nobody.refused(401, "access.secret")),
            }
        }
    }
    assert_eq!(asked, paths.values().map(|one| one.as_object().expect("operations").len()).sum::<usize>() * 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_reaches_what_the_table_says() {
    let service = Service::start(Engine::Sqlite);
    check(&service).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_reaches_what_the_table_says_on_postgres() {
    let service = Service::start(Engine::postgres());
    let ready = service.send(service.request("GET", "/../../readyz")).await.given();
    assert_eq!(ready["row_security"], true);
    check(&service).await;
}

/// A tenant viewer sees their own tenant, and of it what was issued.
async fn check_viewer(service: &Service) {
    use crate::service::step;
    let viewer = Role::TenantViewer;
    const MONTH: &str = "/months/prairie/prairie-platform/2026-10";
    const OTHER: &str = "/months/alpenbahn/alpenbahn-platform/2026-10";
    let items = async |path: &str| {
        let page = service.get(viewer, path).await.given();
        page["items"].as_array().expect("items").clone()
    };
    assert!(items("/months").await.is_empty(), "nothing was issued yet");
    assert!(items("/credits").await.is_empty());
    assert_eq!(service.get(viewer, "/search?q=prairie").await.given(), json!([]));
    assert_eq!(service.get(viewer, "/overview?month=2026-10").await.given()["groups"], json!([]));
    for path in ["", "/revisions", "/revisions/1", "/explanation", "/outages", "/documents", "/documents/report.csv"] {
        for month in [MONTH, OTHER] {
            service.get(viewer, &format!("{month}{path}")).await.refused(404, "request.not_found");
        }
    }
    let names = |items: &[Value]| items.iter().map(|one| one["tenant"].clone()).collect::<Vec<_>>();
    assert_eq!(names(&items("/tenants").await), ["prairie"]);
    assert_eq!(names(&items("/contracts").await), ["prairie"]);
    service.get(viewer, "/tenants/prairie").await.given();
    service.get(viewer, "/contracts/prairie-platform").await.given();
    for path in ["/tenants/alpenbahn", "/contracts/alpenbahn-platform", "/tenants/nobody", "/contracts/nothing"] {
        service.get(viewer, path).await.refused(404, "request.not_found");
    }

    let credit = "/credits/availability";
    service.step(Role::AccountManager, "", step("submit", None, "for a look")).await.given();
    service.step(Role::Finance, credit, step("decide", Some("490.00"), "half was proven")).await.given();
    service.add_account("second", Role::Finance);
    let second = Service::make_token(
        &service.owner,
        "second",
        "second",
        &[Permission::MonthsRead, Permission::CreditsApprove, Permission::MonthsApprove],
    );
    for of in [credit, ""] {
        let approve = service.request("POST", &format!("{MONTH}{of}/steps")).bearer_auth(&second);
        service.send(approve.json(&step("approve", None, ""))).await.given();
    }
    service.step(Role::AccountManager, "", step("issue", None, "")).await.given();

    let months = items("/months").await;
    assert_eq!(names(&months), ["prairie"]);
    assert_eq!((&months[0]["state"], &months[0]["closed_by"]), (&json!("issued"), &Value::Null));
    assert_eq!(names(&items("/credits").await), ["prairie"]);
    let month = service.get(viewer, MONTH).await.given();
    assert_eq!(month["credits"][0]["decided_minor"], 49_000);
    assert!(!month.to_string().contains("half was proven"), "what people said to each other is not the customer's");
    assert_eq!((&month["steps"], &month["credits"][0]["steps"]), (&json!([]), &json!([])));
    let record = service.get(viewer, &format!("{MONTH}/revisions/1")).await.given();
    assert_eq!(record["tenant"], "prairie");
    let letter = service.get(viewer, &format!("{MONTH}/documents/letter.md")).await;
    assert_eq!(letter.header("content-disposition"), "attachment");
    assert!(letter.text.contains("490.00"), "the letter says what was decided: {}", letter.text);
    service.get(viewer, &format!("{MONTH}/documents/nothing.pdf")).await.refused(404, "request.not_found");
    let listed = service.get(viewer, &format!("{MONTH}/documents")).await.given();
    assert_eq!(listed[0]["name"], "report.pdf");
    service.get(viewer, &format!("{MONTH}/outages")).await.given();
    service.get(viewer, "/slo").await.refused(403, "access.not_all_tenants");
    assert!(service.get(viewer, &format!("{MONTH}/explanation?language=de")).await.text.contains("USD"));
    service.step(viewer, "", step("comment", None, "hello")).await.refused(403, "access.forbidden");
    service.get(viewer, OTHER).await.refused(404, "request.not_found");
    service.get(viewer, "/audit").await.refused(403, "access.forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_sees_what_was_issued_to_them() {
    check_viewer(&Service::start(Engine::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_sees_what_was_issued_to_them_on_postgres() {
    check_viewer(&Service::start(Engine::postgres())).await;
}
