//! The catalogue as a whole over the API: documents of every kind in the ledger and in files, drafts that are checked, and what a
//! change would have done to months that are closed.

use serde_json::{Value, json};
use sla_core::access::Role;

use crate::catalogue::{put, with_catalogue, with_catalogue_beside};
use crate::jobs::DESK;
use crate::service::{Answer, Engine, Service};

const PRAIRIE: &str = "/catalogue/documents/Contract/prairie-platform.1";

async fn post(service: &Service, role: Role, path: &str, text: &str) -> Answer {
    let request = service.request("POST", path).bearer_auth(&service.tokens[&role]).body(text.to_owned());
    service.send(request.header("content-type", "application/yaml")).await
}

async fn text(service: &Service, path: &str) -> String {
    service.get(Role::Operator, path).await.given()["text"].as_str().expect("a text").to_owned()
}

fn codes(findings: &Value) -> Vec<&str> {
    findings.as_array().expect("findings").iter().map(|one| one["code"].as_str().expect("a code")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_of_every_kind_are_listed_and_changed_by_versions() {
    let service = with_catalogue(Engine::Sqlite);
    let all = service.get(Role::Operator, "/catalogue/documents").await.given();
    let all = all.as_array().expect("a list");
    let of = |kind: &str| all.iter().filter(|one| one["kind"] == kind).count();
    let counts = ["Contract", "DataSource", "Exclusion", "SLI", "SLO", "Service", "Tenant"].map(of);
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    let prairie = all.iter().find(|one| one["name"] == "prairie-platform.1").expect("the contract");
    assert_eq!(
        [&prairie["title"], &prairie["origin"], &prairie["version"], &prairie["entered_by"], &prairie["errors"]],
        [&json!("Platform agreement"), &json!("ledger"), &json!(1), &json!("operator"), &json!(0)]
    );
    let tenants = service.get(Role::Operator, "/catalogue/documents?kind=Tenant").await.given();
    assert_eq!(tenants.as_array().expect("a list").len(), of("Tenant"));
    // A customer sees what concerns them alone, and no terms.
    let theirs = service.get(Role::TenantViewer, "/catalogue/documents").await.given();
    assert_eq!(theirs, json!([]));
    service.get(Role::TenantViewer, PRAIRIE).await.refused(403, "access.not_all_tenants");

    let shown = service.get(Role::Governance, PRAIRIE).await;
    assert_eq!(shown.header("etag"), "\"1\"");
    let before = text(&service, PRAIRIE).await;
    let after = before.replacen("target: 99.9\n", "target: 99.95\n", 1).replacen("below: 99.9,", "below: 99.95,", 1);
    assert_ne!(before, after, "the demo's contract has that target");
    put(&service, Role::Finance, PRAIRIE, Some("\"1\""), &after).await.refused(403, "access.forbidden");
    put(&service, Role::Operator, PRAIRIE, None, &after).await.refused(409, "ledger.stale");
    put(&service, Role::Operator, PRAIRIE, Some("\"7\""), &after).await.refused(412, "request.stale");
    let other = "/catalogue/documents/Contract/prairie-platform.2";
    put(&service, Role::Operator, other, None, &after).await.refused(422, "catalogue.another");
    let gap = before.replacen("below: 99.9,", "below: 99.8,", 1);
    let answer = put(&service, Role::Operator, PRAIRIE, Some("\"1\""), &gap).await;
    let said = answer.refused(422, "catalogue.unsound");
    let line = gap.lines().position(|line| line.contains("from: 99.5")).expect("the band") + 1;
    let place = format!("request:{line}:11: error[unsound-bands]: spec.commitments[0].penalty.bands[0]");
    assert!(said.contains(&place), "{said}");
    let (german, place) = (&answer.json()["german"], place.replace("error", "Fehler"));
    let told = german.as_str().is_some_and(|told| {
        told.starts_with(&place) && told.contains("gefunden: eine letzte Stufe, die unter 99.8 endet")
    });
    assert!(told, "{german}");
    let entered = put(&service, Role::Operator, PRAIRIE, Some("\"1\""), &after).await;
    assert_eq!((entered.status.as_u16(), entered.header("etag")), (200, "\"2\""));
    assert_eq!(text(&service, &format!("{PRAIRIE}?version=1")).await, before);
    service.get(Role::Operator, &format!("{PRAIRIE}?version=9")).await.refused(404, "request.not_found");
    let diff = service.get(Role::Operator, &format!("{PRAIRIE}/diff")).await.text;
    assert!(diff.contains("-      target: 99.9\n+      target: 99.95\n"), "{diff}");
    let history = service.get(Role::Operator, &format!("{PRAIRIE}/history")).await.given();
    assert_eq!([&history[0]["version"], &history[1]["version"]], [&json!(1), &json!(2)]);

    let retire = async |path: &str, tag: Option<&str>| {
        let request = service.request("DELETE", path).bearer_auth(&service.tokens[&Role::Operator]);
        service.send(if let Some(tag) = tag { request.header("if-match", tag) } else { request }).await
    };
    retire(PRAIRIE, None).await.refused(428, "request.no_if_match");
    retire(PRAIRIE, Some("\"1\"")).await.refused(412, "request.stale");
    retire("/catalogue/documents/Tenant/prairie", Some("\"1\"")).await.refused(422, "catalogue.unsound");
    assert_eq!(retire(PRAIRIE, Some("\"2\"")).await.given()["version"], 3);
    let listed = async |query: &str| {
        let all = service.get(Role::Operator, &format!("/catalogue/documents{query}")).await.given();
        all.as_array().expect("a list").iter().any(|one| one["name"] == "prairie-platform.1")
    };
    assert!(!listed("").await && listed("?retired=true").await);
    assert_eq!(service.get(Role::Operator, PRAIRIE).await.given()["retired"], true);
    service.get(Role::Operator, "/catalogue/documents/Contract/nothing").await.refused(404, "request.not_found");
    service.head();
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_days_that_the_ledger_keeps_are_found_by_the_contract_that_is_entered() {
    let service = with_catalogue(Engine::Sqlite);
    let before = text(&service, PRAIRIE).await;
    let closed = before.replacen("  serviceHours:", "  holidays: { closingDays: [days/nord.ics] }\n  serviceHours:", 1);
    assert_ne!(before, closed, "the demo's contract has service hours");
    let said = put(&service, Role::Operator, PRAIRIE, Some("\"1\""), &closed).await.refused(422, "catalogue.unsound");
    assert!(said.contains("days/nord.ics"), "{said}");
    let days = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n\
                DTSTART;VALUE=DATE:20261224\r\nSUMMARY:Closed\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let entered = put(&service, Role::Operator, "/catalogue/documents/Calendar/days%2Fnord.ics", None, days).await;
    assert_eq!(entered.status.as_u16(), 201, "{}", entered.text);
    for (tag, text) in [("\"1\"", closed.clone()), ("\"2\"", format!("{closed}# the same days\n# and more words\n"))] {
        let entered = put(&service, Role::Operator, PRAIRIE, Some(tag), &text).await;
        assert_eq!(entered.status.as_u16(), 200, "{}", entered.text);
    }
    assert_eq!(text(&service, PRAIRIE).await, closed, "other comments are no other version");
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_in_files_are_shown_and_checked_and_changed_where_they_stand() {
    let service = Service::start_with(Engine::Sqlite, &DESK);
    let all = service.get(Role::Operator, "/catalogue/documents").await.given();
    let prairie = all.as_array().expect("a list").iter().find(|one| one["name"] == "prairie-platform.1");
    let prairie = prairie.expect("the contract");
    assert_eq!(
        [&prairie["origin"], &prairie["file"], &prairie["line"], &prairie["version"]],
        [&json!("file"), &json!("prairie.yaml"), &json!(9), &Value::Null]
    );
    let before = text(&service, PRAIRIE).await;
    assert!(before.starts_with("apiVersion: sla-desk/v1\nkind: Contract\n"), "{before}");
    let sound = post(&service, Role::Operator, "/catalogue/checks", &before).await.given();
    assert_eq!([&sound["findings"], &sound["elsewhere"]], [&json!([]), &json!([])]);
    assert_eq!([&sound["documents"][0]["origin"], &sound["documents"][0]["version"]], [&json!("file"), &Value::Null]);
    // It would stand there twice.
    put(&service, Role::Operator, PRAIRIE, None, &before).await.refused(422, "catalogue.unsound");
    service.get(Role::Operator, &format!("{PRAIRIE}/history")).await.refused(404, "request.not_found");

    // A file that cannot be taken apart is listed, and so is what is left without it.
    let file = service.folder.path().join("demo/catalogue/prairie.yaml");
    std::fs::write(&file, "apiVersion: sla-desk/v1\nkind: [\n").expect("a file");
    let all = service.get(Role::Operator, "/catalogue/documents").await.given();
    let broken = all.as_array().expect("a list").iter().find(|one| one["kind"] == "File").expect("the file");
    assert_eq!((&broken["name"], &broken["errors"]), (&json!("prairie.yaml"), &json!(1)));
    assert!(text(&service, "/catalogue/documents/File/prairie.yaml").await.contains("kind: ["));
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_are_checked_as_the_linter_does() {
    let service = with_catalogue(Engine::Sqlite);
    let checked = async |draft: &str| post(&service, Role::Operator, "/catalogue/checks", draft).await.given();
    let contract = text(&service, PRAIRIE).await;
    let sound = checked(&contract).await;
    assert_eq!(codes(&sound["findings"]), [""; 0]);
    let document = &sound["documents"][0];
    assert_eq!(
        [&document["kind"], &document["name"], &document["origin"], &document["version"]],
        [&json!("Contract"), &json!("prairie-platform.1"), &json!("ledger"), &json!(1)]
    );
    // Lines are the draft's own, and money and wording come along.
    let open = contract.replacen("      unknown: range\n", "", 1);
    let findings = checked(&open).await["findings"].clone();
    assert_eq!(codes(&findings), ["missing-field"]);
    let finding = &findings[0];
    let line = open.lines().position(|line| line.contains("name: availability")).expect("the commitment") + 1;
    assert_eq!((&finding["line"], &finding["severity"]), (&json!(line), &json!("error")));
    assert_eq!(finding["stake"], "2450.00 USD");
    assert!(finding["wording"]["de"].as_str().expect("German").contains("Messwerte"), "{finding}");
    assert!(finding["wording"]["en"].as_str().expect("English").contains("measurements"), "{finding}");
    let quarrel = contract.replacen("  caps: [{ per: month, share: 25, of: base }]\n", "", 1);
    let findings = checked(&quarrel).await["findings"].clone();
    assert_eq!((codes(&findings), &findings[0]["severity"]), (vec!["no-cap"], &json!("unsound")));
    let taken = quarrel.replacen(
        "  commitments:\n",
        "  accepted: [{ code: no-cap, reason: as agreed, by: Dana, on: 2026-10-01 }]\n  commitments:\n",
        1,
    );
    let taken = checked(&taken).await;
    assert_eq!((codes(&taken["findings"]), codes(&taken["accepted"])), (vec![], vec!["no-cap"]));
    // What breaks elsewhere is told apart.
    let slo = text(&service, "/catalogue/documents/SLO/api-latency").await.replacen("Occurrences", "Sometimes", 1);
    assert_eq!(codes(&checked(&slo).await["findings"]), ["invalid-value"]);
    let tenant = text(&service, "/catalogue/documents/Tenant/prairie").await;
    let renamed = checked(&tenant.replacen("name: prairie", "name: steppe", 1)).await;
    assert_eq!((codes(&renamed["findings"]), &renamed["documents"][0]["version"]), (vec![], &Value::Null));
    let another = contract.replacen("tenant: prairie", "tenant: nobody", 1);
    assert_eq!(codes(&checked(&another).await["findings"]), ["unknown-reference"]);
    for bad in ["kind: [", "7", "a: &a [1]\nb: *a\n"] {
        let answer = checked(bad).await;
        assert!(!codes(&answer["findings"]).is_empty(), "{bad}: {answer}");
    }
    assert_eq!(checked("").await["documents"], json!([]));
    post(&service, Role::TenantViewer, "/catalogue/checks", &contract).await.refused(403, "access.not_all_tenants");
    let templates = service.get(Role::Operator, "/catalogue/templates").await.given();
    let templates = templates.as_array().expect("a list");
    assert_eq!(templates.len(), 32);
    assert!(templates.iter().all(|one| one["text"].as_str().is_some_and(|text| text.contains("kind: SlaTemplate"))));
}

async fn effects(service: &Service) {
    let change = async |role: Role, draft: &str| post(service, role, "/catalogue/effects", draft).await;
    let contract = text(service, PRAIRIE).await;
    let same = change(Role::Operator, &contract).await.given();
    let month = &same["months"][0];
    assert_eq!(
        (&month["tenant"], &month["month"], &month["has_moved"]),
        (&json!("prairie"), &json!("2026-10"), &json!(false))
    );
    let difference = &month["difference"];
    assert_eq!((&difference["promises"], &difference["contract_changed"]), (&json!([]), &json!(false)), "{month}");
    assert_eq!(difference["credit_total"]["before"], month["credit_total"]);
    // The range was 0 to 980.00 USD: a tenth of the fee. With a fifth it doubles, with a lower target it is gone.
    let dearer = contract.replacen("credit: 10 }", "credit: 20 }", 1);
    let dearer = change(Role::Finance, &dearer).await.given()["months"][0]["difference"].clone();
    assert_eq!(
        [&dearer["credit_total"]["before"]["high_minor"], &dearer["credit_total"]["after"]["high_minor"]],
        [&json!(98_000), &json!(196_000)]
    );
    assert_eq!([&dearer["verdict"]["before"], &dearer["verdict"]["after"]], ["undecidable", "undecidable"]);
    assert_eq!(dearer["promises"][0]["promise"], "availability");
    let lower = contract.replacen("target: 99.9\n", "target: 95\n", 1);
    let bands = lower.split("        - { from: 99.5").next().expect("what is above").to_owned();
    let lower = format!(
        "{bands}        - {{ from: 0, below: 95, credit: 25 }}\n    - name: response-time{}",
        lower.split("    - name: response-time").nth(1).expect("what is below")
    );
    let lower = change(Role::AccountManager, &lower).await.given()["months"][0]["difference"].clone();
    assert_eq!(lower["verdict"]["after"], "met", "{lower}");
    assert_eq!(lower["credit_total"]["after"]["high_minor"], 0);
    // What nobody asked for is not made up.
    let wider = contract.replacen("slice: 1m", "slice: 5m", 1);
    let wider = change(Role::Operator, &wider).await.given()["months"][0].clone();
    assert_eq!((&wider["difference"], &wider["problem"]["code"]), (&Value::Null, &json!("effect.not_recorded")));
    let later = contract.replacen("validFrom: 2026-03-01", "validFrom: 2026-11-01", 1);
    let later = change(Role::Operator, &later).await.given()["months"][0].clone();
    assert_eq!(later["problem"]["code"], "plan.nothing_in_force", "{later}");

    change(Role::Operator, &contract.replacen("tenant: prairie", "tenant: nobody", 1))
        .await
        .refused(422, "catalogue.unsound");
    let source = text(service, "/catalogue/documents/DataSource/measurements").await;
    change(Role::Operator, &source).await.refused(422, "effect.kind");
    let two = format!("{contract}---\n{}", text(service, "/catalogue/documents/Tenant/prairie").await);
    change(Role::Operator, &two).await.refused(422, "catalogue.not_one");
    change(Role::Admin, &contract).await.refused(403, "access.forbidden");
    post(service, Role::Operator, "/catalogue/effects?months=13", &contract).await.refused(400, "request.malformed");
    // All contracts promise it: each one's October.
    let slo = text(service, "/catalogue/documents/SLO/api-latency").await;
    let tenants = change(Role::Operator, &slo).await.given();
    assert!(tenants["months"].as_array().expect("months").len() >= 3, "{tenants}");
    assert_eq!(tenants["left_out"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_tells_what_it_would_have_done() {
    let service = Service::start_with(Engine::Sqlite, &DESK);
    let head = service.head();
    effects(&service).await;
    assert_eq!(service.head(), head, "nothing is recorded");
    // Without the evidence nobody knows.
    std::fs::remove_dir_all(service.folder.path().join("demo/reports/evidence")).expect("the evidence");
    let contract = text(&service, PRAIRIE).await;
    let answer = post(&service, Role::Operator, "/catalogue/effects", &contract).await.given();
    let problem = &answer["months"][0]["problem"];
    assert_eq!(problem["code"], "evidence.missing");
    assert!(!problem["detail"].as_str().expect("a detail").contains('/'), "paths are not told: {problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_in_the_ledger_tells_what_it_would_have_done() {
    effects(&with_catalogue_beside(Engine::Sqlite, &DESK[..2])).await;
}
