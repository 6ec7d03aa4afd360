//! The letter of a month: drawn, written by people, sent; and what a later revision says otherwise.

use serde_json::{Value, json};
use sla_core::access::{Permission, Role};

use crate::service::{Engine, Service, step};

const LETTER: &str = "/months/prairie/prairie-platform/2026-10/letter";
const MONTH: &str = "/months/prairie/prairie-platform/2026-10";

async fn put(service: &Service, role: Role, tag: Option<&str>, text: &str) -> crate::service::Answer {
    let request = service.request("PUT", LETTER).bearer_auth(&service.tokens[&role]).json(&json!({ "text": text }));
    service
        .send(match tag {
            Some(tag) => request.header("if-match", tag),
            None => request,
        })
        .await
}

async fn document(service: &Service, name: &str) -> String {
    service.get(Role::Finance, &format!("{MONTH}/documents/{name}")).await.text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_written_until_the_month_is_issued() {
    let service = Service::start(Engine::Sqlite);
    let shown = service.get(Role::Finance, LETTER).await;
    let (tag, drawn) = (shown.header("etag").to_owned(), shown.given()["drawn"].as_str().expect("a letter").to_owned());
    assert_eq!((&shown.given()["versions"], &shown.given()["state"]), (&json!([]), &json!("closed")));
    assert_eq!(document(&service, "letter.md").await, drawn);
    let mail_before = document(&service, "letter.eml").await;

    let before = service.head();
    let text = format!(
        "{}\n\nWir haben 株式会社 und نوردليخت benachrichtigt.\n\n{}\n",
        drawn.trim_end(),
        "Wort ".repeat(2_000)
    );
    for (role, tag, text, status, code) in [
        (Role::AccountManager, None, text.as_str(), 428, "request.no_if_match"),
        (Role::AccountManager, Some("\"1.9.x\""), &text, 412, "request.stale"),
        (Role::AccountManager, Some(tag.as_str()), "no heading", 422, "letter.no_letter"),
        (Role::AccountManager, Some(&tag), "# A\n\n![x](y.png)\n", 422, "letter.no_letter"),
        (Role::AccountManager, Some(&tag), &format!("# A\n\n{}", "x".repeat(60_000)), 422, "letter.too_long"),
        (Role::Operator, Some(&tag), &text, 403, "access.forbidden"),
        (Role::TenantViewer, Some(&tag), &text, 403, "access.forbidden"),
    ] {
        let told = put(&service, role, tag, text).await.refused(status, code);
        if text.contains("y.png") {
            assert!(told.starts_with("line 3 of the letter: ") && told.contains("found a picture"), "{told}");
        }
    }
    assert_eq!(service.head(), before, "nothing was kept");

    let written = put(&service, Role::AccountManager, Some(&tag), &text).await;
    let version = &written.given()["versions"][0];
    assert_eq!((&version["number"], &version["actor"]), (&json!(1), &json!("account_manager")));
    assert_eq!((&version["base"], &version["is_of_drawn"]), (&json!(drawn), &json!(true)));
    let kept = version["text"].as_str().expect("a text");
    assert_eq!(kept.split_whitespace().collect::<Vec<_>>(), text.split_whitespace().collect::<Vec<_>>());
    // It is the letter now, and the drawn one is beside it.
    assert_eq!(document(&service, "letter.md").await, kept);
    assert_eq!(document(&service, "letter-drawn.md").await, drawn);
    assert_ne!(document(&service, "letter.eml").await, mail_before);
    let listed = service.get(Role::Finance, &format!("{MONTH}/documents")).await.given();
    let names: Vec<&str> =
        listed.as_array().expect("a list").iter().map(|one| one["name"].as_str().expect("a name")).collect();
    assert!(names.contains(&"letter.md") && names.contains(&"letter-drawn.md"), "{names:?}");
    // Somebody else wrote meanwhile.
    put(&service, Role::Finance, Some(&tag), &text).await.refused(412, "request.stale");

    // What is decided is drawn; whoever wrote before has not seen that.
    service.step(Role::AccountManager, "", step("submit", None, "")).await.given();
    let credit = "/credits/availability";
    service.step(Role::Finance, credit, step("decide", Some("490.00"), "half")).await.given();
    service.add_account("second", Role::Finance);
    let held = [Permission::MonthsRead, Permission::CreditsApprove, Permission::MonthsApprove];
    let second = Service::make_token(&service.owner, "second", "second", &held);
    for of in [credit, ""] {
        let request = service.request("POST", &format!("{MONTH}{of}/steps")).bearer_auth(&second);
        service.send(request.json(&step("approve", None, ""))).await.given();
    }
    let seen = service.get(Role::Finance, LETTER).await;
    assert_eq!(seen.given()["versions"][0]["is_of_drawn"], false);
    put(&service, Role::AccountManager, Some(written.header("etag")), &text).await.refused(412, "request.stale");
    let again =
        put(&service, Role::AccountManager, Some(seen.header("etag")), "# Ihre Gutschrift\n\nUSD 490.00\n").await;
    assert_eq!(again.given()["versions"].as_array().map(Vec::len), Some(2));

    service.get(Role::TenantViewer, LETTER).await.refused(404, "request.not_found");
    service.step(Role::AccountManager, "", step("issue", None, "")).await.given();
    put(&service, Role::AccountManager, Some(again.header("etag")), "# Zu spät\n")
        .await
        .refused(409, "workflow.letter_sent");
    // The customer reads what was sent, and nothing of how it came about.
    let theirs = service.get(Role::TenantViewer, LETTER).await.given();
    assert_eq!((&theirs["drawn"], &theirs["versions"]), (&json!("# Ihre Gutschrift\n\nUSD 490.00\n"), &json!([])));
    let viewed = service.get(Role::TenantViewer, &format!("{MONTH}/documents/letter.md")).await.text;
    assert_eq!(viewed, "# Ihre Gutschrift\n\nUSD 490.00\n");
    service
        .get(Role::TenantViewer, &format!("{MONTH}/documents/letter-drawn.md"))
        .await
        .refused(404, "request.not_found");
    assert_eq!(service.get(Role::Governance, "/audit/verification").await.given()["sound"], true);
    let audit = service.get(Role::Governance, "/audit?action=letter.written").await.given();
    assert_eq!(audit["items"].as_array().map(Vec::len), Some(2));
}

/// The kinds of a list of letters, each with why there is no occasion, or nothing.
fn occasions(listed: &Value) -> Vec<(&str, Option<&str>)> {
    let occasion = |one: &'_ Value| {
        let is_refused = one["refused"]["code"].is_string();
        assert_eq!(one["text"].is_null(), is_refused, "{one}");
        assert_eq!(one["documents"].as_array().is_some_and(Vec::is_empty), is_refused, "{one}");
    };
    let all = listed.as_array().expect("a list");
    all.iter().for_each(occasion);
    all.iter().map(|one| (one["kind"].as_str().expect("a kind"), one["refused"]["code"].as_str())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_beside_the_month_s_own_are_drawn_where_there_is_occasion() {
    let service = Service::start(Engine::Sqlite);
    let (manager, letters) = (Role::AccountManager, format!("{MONTH}/letters"));
    let listed = service.get(manager, &letters).await.given();
    let (no_credit, first) = (Some("occasion.not_approved"), Some("occasion.first_revision"));
    let year = ("year", Some("occasion.months_missing"));
    assert_eq!(occasions(&listed), [("credit", no_credit), ("restatement", first), year]);
    for (role, status, code) in
        [(Role::TenantViewer, 403, "access.forbidden"), (Role::Operator, 403, "access.forbidden")]
    {
        service.get(role, &letters).await.refused(status, code);
    }
    service.get(manager, &format!("{letters}/letter-credit.eml")).await.refused(404, "request.not_found");
    service.get(manager, &format!("{letters}?revision=2")).await.refused(404, "request.not_found");

    service.step(manager, "", step("submit", None, "")).await.given();
    service.step(Role::Finance, "/credits/availability", step("decide", Some("490.00"), "half")).await.given();
    service.add_account("second", Role::Finance);
    let held = [Permission::MonthsRead, Permission::CreditsApprove, Permission::MonthsApprove];
    let second = Service::make_token(&service.owner, "second", "second", &held);
    for of in ["/credits/availability", ""] {
        let request = service.request("POST", &format!("{MONTH}{of}/steps")).bearer_auth(&second);
        service.send(request.json(&step("approve", None, ""))).await.given();
    }
    let before = service.head();
    let listed = service.get(manager, &letters).await.given();
    assert_eq!(occasions(&listed), [("credit", None), ("restatement", first), year]);
    let text = listed[0]["text"].as_str().expect("a text");
    assert!(text.starts_with("# ") && text.contains("490.00"), "{text}");
    for (name, kind) in [
        ("letter-credit.eml", "message/rfc822"),
        ("letter-credit.md", "text/markdown; charset=utf-8"),
        ("letter-credit.html", "text/html; charset=utf-8"),
    ] {
        let one = listed[0]["documents"].as_array().and_then(|all| all.iter().find(|one| one["name"] == name));
        let file = service.get(manager, &format!("{letters}/{name}")).await;
        assert_eq!((file.header("content-type"), file.header("content-disposition")), (kind, "attachment"));
        let sha256 = sla_core::evidence::sha256_hex(file.text.as_bytes());
        assert_eq!(one.expect("listed")["sha256"], sha256, "{name}");
    }
    assert_eq!(service.head(), before, "drawing records nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_about_a_running_month_tell_of_the_last_look() {
    let service = Service::start_with(Engine::Sqlite, &crate::jobs::DESK);
    let manager = Role::AccountManager;
    let of = |tenant: &str, more: &str| format!("/standing/{tenant}/{tenant}-platform/letters{more}?month=2026-10");
    let none = ("maintenance", Some("occasion.no_maintenance"));
    let listed = service.get(manager, &of("alpenbahn", "")).await.given();
    assert_eq!(occasions(&listed), [("breach", Some("occasion.not_looked")), none]);
    service.done(manager, json!({ "kind": "standing", "at": "2026-10-31T10:00:00Z" })).await;
    let listed = service.get(manager, &of("alpenbahn", "")).await.given();
    assert_eq!(occasions(&listed), [("breach", None), none]);
    let text = listed[0]["text"].as_str().expect("a text");
    assert!(text.starts_with("# "), "{text}");
    let mail = service.get(manager, &of("alpenbahn", "/letter-breach.eml")).await;
    assert_eq!(mail.header("content-type"), "message/rfc822");
    assert!(mail.text.contains("\r\nX-Unsent: 1\r\n"), "{}", mail.text);
    let listed = service.get(manager, &of("nordlicht", "")).await.given();
    assert_eq!(occasions(&listed)[0], ("breach", Some("occasion.no_breach")));
    service.get(manager, &of("alpenbahn", "/letter-year.md")).await.refused(404, "request.not_found");
    // A month in which the contract is not in force has nothing to tell of.
    let early = "/standing/alpenbahn/alpenbahn-platform/letters?month=1999-01";
    let listed = service.get(manager, early).await.given();
    assert_eq!(occasions(&listed)[1], ("maintenance", Some("plan.nothing_in_force")));
    service
        .get(manager, "/standing/alpenbahn/nordlicht-platform/letters?month=2026-10")
        .await
        .refused(404, "request.not_found");
    service.get(manager, "/standing/alpenbahn/alpenbahn-platform/letters").await.refused(400, "request.malformed");
    service.get(Role::TenantViewer, &of("prairie", "")).await.refused(403, "access.forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_of_all_tenants_are_for_whoever_sees_them_all() {
    let service = Service::start(Engine::Sqlite);
    for (folder, query, role, names, forbidden) in [
        (
            "/governance/documents",
            "?month=2026-10&language=de",
            Role::Governance,
            &["governance.json", "governance.csv", "governance.pdf"][..],
            (Role::Finance, 403, "access.forbidden"),
        ),
        (
            "/portfolio/documents",
            "?month=2026-10",
            Role::Finance,
            &["portfolio.csv", "portfolio.json", "operations.csv", "operations.json", "portfolio.parquet"],
            (Role::TenantViewer, 404, "request.not_found"),
        ),
    ] {
        let listed = service.get(role, &format!("{folder}{query}")).await.given();
        let listed = listed.as_array().expect("a list");
        assert_eq!(listed.iter().map(|one| one["name"].as_str().expect("a name")).collect::<Vec<_>>(), names);
        for one in listed {
            let name = one["name"].as_str().expect("a name");
            let file = service.get(role, &format!("{folder}/{name}{query}")).await;
            assert_eq!(file.header("content-type"), one["media_type"].as_str().expect("a type"));
        }
        let (role_without, status, code) = forbidden;
        service.get(role_without, &format!("{folder}{query}")).await.refused(status, code);
        service.get(role, &format!("{folder}/report.pdf{query}")).await.refused(404, "request.not_found");
        service.get(role, folder).await.refused(400, "request.malformed");
    }
    let query = "?month=2026-10&language=en";
    let told = service.get(Role::Governance, &format!("/governance/documents/governance.json{query}")).await.given();
    assert_eq!((&told["counts"]["months"], &told["counts"]["issued"]), (&json!(4), &json!(0)));
    assert_eq!(told["chain"]["head"], service.head()["head"]);
    let empty = service.get(Role::Governance, "/governance/documents/governance.json?month=2025-01&language=en").await;
    assert_eq!(empty.given()["months"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn revisions_are_compared() {
    let service = Service::start(Engine::Sqlite);
    let at = |query: &str| format!("{MONTH}/difference{query}");
    let same = service.get(Role::Finance, &at("?before=1&after=1")).await.given();
    assert_eq!((&same["promises"], &same["evidence_changed"]), (&json!([]), &Value::from(false)));
    assert_eq!(same["credit_total"]["before"], same["credit_total"]["after"]);
    service.get(Role::Finance, &at("?before=1&after=2")).await.refused(404, "request.not_found");
    service.get(Role::Finance, &at("?before=1")).await.refused(400, "request.malformed");
    service.get(Role::TenantViewer, &at("?before=1&after=1")).await.refused(404, "request.not_found");
}
