//! Wording and look of documents over the API: tried out, saved, drawn with, and refused without a trace.

use serde_json::{Value, json};
use sla_core::access::{Permission, Role};

use crate::service::{Answer, Engine, Service, sound};

const LETTER: &str = "/templates/files/letter-undecidable.en.md";
const MONTH: &str = "/months/prairie/prairie-platform/2026-10";

/// Serves the demo with a folder of templates that is empty.
fn service(engine: Engine) -> Service {
    let folder = tempfile::tempdir().expect("a folder").keep();
    Service::start_with(engine, &["--templates", folder.to_str().expect("a path")])
}

/// The folder that it was given.
fn folder(service: &Service) -> std::path::PathBuf {
    let at = service.words.iter().position(|word| word == "--templates").expect("it has one");
    service.words[at + 1].clone().into()
}

fn files(service: &Service) -> Vec<String> {
    let mut names = Vec::new();
    let mut folders = vec![folder(service)];
    while let Some(from) = folders.pop() {
        for entry in std::fs::read_dir(&from).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => folders.push(path),
                false => names.push(path.strip_prefix(folder(service)).expect("inside").display().to_string()),
            }
        }
    }
    names.sort();
    names
}

async fn change(service: &Service, token: &str, path: &str, seen: Option<&str>, body: Option<&[u8]>) -> Answer {
    let request = service.request(if body.is_some() { "PUT" } else { "DELETE" }, path).bearer_auth(token);
    let request = match seen {
        Some(seen) => request.header("if-match", seen),
        None => request,
    };
    service.send(if let Some(body) = body { request.body(body.to_vec()) } else { request }).await
}

async fn save(service: &Service, path: &str, seen: Option<&str>, text: &str) -> Answer {
    change(service, &service.tokens[&Role::AccountManager], path, seen, Some(text.as_bytes())).await
}

/// A file's tag and text.
async fn read(service: &Service, path: &str) -> (String, Value) {
    let answer = service.get(Role::AccountManager, path).await;
    let tag = answer.header("etag").to_owned();
    (tag, answer.given())
}

async fn letter_of_month(service: &Service) -> String {
    service.get(Role::Finance, &format!("{MONTH}/documents/letter.md")).await.text
}

async fn check(service: &Service) {
    let list = service.get(Role::Finance, "/templates/files").await.given();
    assert_eq!(list["can_change"], true);
    let all = list["files"].as_array().expect("files");
    assert_eq!(all.len(), 31, "{all:?}");
    assert!(all.iter().all(|file| file["is_own"] == false && file["is_builtin"] == true));
    let (tag, shown) = read(service, LETTER).await;
    let text = shown["text"].as_str().expect("a text");
    assert_eq!(shown["builtin"], text);
    assert_eq!((&shown["kind"], &shown["changed_by"]), (&json!("letter"), &Value::Null));

    // Looked at without being saved.
    let new = format!("{text}\nWith kind regards from the north.\n");
    let tried = json!([{ "name": "letter-undecidable.en.md", "text": new }]);
    let body = json!({ "files": tried, "document": "letter-undecidable", "language": "en", "verdict": "breached" });
    let shown = service.ask(Role::Finance, "POST", "/templates/previews", Some(body)).await.given();
    assert!(shown["page"].as_str().expect("a page").contains("kind regards from the north"), "{shown}");
    assert_eq!(shown["findings"], json!([]));
    assert!(files(service).is_empty(), "nothing was saved");
    let before = letter_of_month(service).await;
    assert!(before.starts_with('#') && !before.contains("from the north"), "{before}");

    // Saved, and drawn with from then on.
    let saved = save(service, LETTER, Some(&tag), &new).await;
    let new_tag = saved.header("etag").to_owned();
    let saved = saved.given();
    assert_eq!((&saved["unchanged"], &saved["file"]["is_own"]), (&json!(false), &json!(true)));
    assert_eq!(saved["file"]["changed_by"], "account_manager");
    assert_eq!(files(service), ["letter-undecidable.en.md"]);
    assert!(letter_of_month(service).await.contains("from the north"), "{}", letter_of_month(service).await);
    assert_eq!(save(service, LETTER, Some(&new_tag), &new).await.given()["unchanged"], true);

    // Who was slower is told who was faster.
    let stale = save(service, LETTER, Some(&tag), text).await;
    stale.refused(412, "request.stale");
    assert_eq!(stale.json()["changed_by"], "account_manager");
    save(service, LETTER, None, text).await.refused(428, "request.no_if_match");

    // Told in the chain, which is sound.
    let audit = service.get(Role::Governance, "/audit?action=template.changed").await.given();
    let entry = &audit["items"][0];
    assert_eq!(entry["subject"], "template/letter-undecidable.en.md/1", "{audit}");
    assert_eq!(entry["actor"], "account_manager");
    service.head();

    refused(service).await;
    assert!(letter_of_month(service).await.contains("from the north"));

    // Back to what comes with the program.
    let reset = change(service, &service.tokens[&Role::Admin], LETTER, Some(&new_tag), None).await.given();
    assert_eq!(reset["file"]["is_own"], false);
    assert!(files(service).is_empty());
    assert_eq!(letter_of_month(service).await, before);
    let audit = service.get(Role::Governance, "/audit?action=template.reset").await.given();
    assert_eq!(audit["items"][0]["subject"], "template/letter-undecidable.en.md/2");
    service.head();
    std::fs::remove_dir_all(folder(service)).expect("removed");
}

/// What is refused leaves the folder as it is, and nothing in the ledger.
async fn refused(service: &Service) {
    let (before, head) = (files(service), service.head());
    let (tag, shown) = read(service, LETTER).await;
    let broken = format!("{}\n{{{{ nothing.of_it }}}}\n", shown["text"].as_str().expect("a text"));
    let answer = save(service, LETTER, Some(&tag), &broken).await;
    answer.refused(422, "templates.unsound");
    let finding = &answer.json()["findings"][0];
    assert_eq!((&finding["file"], &finding["code"]), (&json!("letter-undecidable.en.md"), &json!("template")));
    assert!(finding["line"].as_u64() > Some(1) && finding["german"]["found"].is_string(), "{finding}");
    let tried = json!({ "files": [{ "name": "letter-undecidable.en.md", "text": broken }] });
    let checked = service.ask(Role::Finance, "POST", "/templates/checks", Some(tried)).await.given();
    assert_eq!(checked["findings"], answer.json()["findings"]);

    // A theme that would name what is not there, and colours that nobody can read.
    let (tag, shown) = read(service, "/templates/files/theme.json").await;
    let theme = shown["text"].as_str().expect("a text").replace("#1d2630", "#dddddd");
    save(service, "/templates/files/theme.json", Some(&tag), &theme).await.refused(422, "templates.unsound");
    save(service, "/templates/files/logo.png", None, "GIF89a").await.refused(422, "templates.unsound");

    for name in ["..%2Ftheme.json", "%2Fetc%2Fpasswd", "a%5Cb.png", "letter-mett.de.md", "README.md", ".git", "x.ttf"] {
        save(service, &format!("/templates/files/{name}"), None, "{}").await.refused(422, "templates.name");
        service.get(Role::Finance, &format!("/templates/files/{name}")).await.refused(404, "request.not_found");
    }
    for tenant in ["..", "..%2F..", "Nord"] {
        let path = format!("/templates/files/theme.json?tenant={tenant}");
        save(service, &path, None, "{}").await.refused(400, "request.malformed");
    }
    let large = " ".repeat(512 * 1024 + 1);
    save(service, LETTER, Some(&tag), &large).await.refused(413, "templates.too_large");
    save(service, LETTER, Some(&tag), &large.repeat(5)).await.refused(413, "templates.too_large");
    assert_eq!((files(service), service.head()), (before, head));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_tried_out_saved_and_drawn_with() {
    check(&service(Engine::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_tried_out_saved_and_drawn_with_on_postgres() {
    check(&service(Engine::postgres())).await;
}

/// Somebody who is assigned one tenant changes what that one alone has, and sees nothing of another.
async fn check_tenants(service: &Service) {
    let words =
        ["account", "add", "north", "--json", "--role", "account_manager", "--tenant", "prairie", "--no-password"];
    sound(&[&words[..], &["--ledger", &service.owner, "--actor", "admin"]].concat(), "");
    let held = [Permission::TemplatesRead, Permission::TemplatesWrite];
    let north = Service::make_token(&service.owner, "north", "north", &held);
    let one =
        async |path: &str, seen: Option<&str>, body: Option<&[u8]>| change(service, &north, path, seen, body).await;
    const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 4 2\"><path d=\"M0 0H4V2Z\"/></svg>";
    const THEME: &str = "{\"logo\": {\"file\": \"logo.svg\", \"alternative\": \"Prairie\"}}";
    let (logo, theme) = ("/templates/files/logo.svg?tenant=prairie", "/templates/files/theme.json?tenant=prairie");
    one(theme, None, Some(THEME.as_bytes())).await.refused(422, "templates.unsound");
    let saved = one(logo, None, Some(SVG.as_bytes())).await;
    assert_eq!(saved.status, 201, "{}", saved.text);
    one(theme, None, Some(THEME.as_bytes())).await.given();
    assert_eq!(files(service), ["tenants/prairie/logo.svg", "tenants/prairie/theme.json"]);
    let (tag, _) = read(service, logo).await;
    one(logo, Some(&tag), None).await.refused(422, "templates.unsound");

    one(LETTER, Some("\"0\""), Some(b"# A\n")).await.refused(403, "access.not_all_tenants");
    for method in [Some(&b"{}"[..]), None] {
        one("/templates/files/theme.json?tenant=alpenbahn", None, method).await.refused(404, "request.not_found");
    }
    save(service, "/templates/files/theme.json?tenant=alpenbahn", None, "{}").await.given();
    let list = service.send(service.request("GET", "/templates/files").bearer_auth(&north)).await.given();
    let names: Vec<&str> =
        list["files"].as_array().expect("files").iter().filter_map(|file| file["tenant"].as_str()).collect();
    assert_eq!(names, ["prairie", "prairie"]);
    let preview = |tenant: &str| json!({ "document": "report", "language": "de", "verdict": "met", "tenant": tenant });
    let ask = async |tenant: &str| {
        let request = service.request("POST", "/templates/previews").bearer_auth(&north).json(&preview(tenant));
        service.send(request).await
    };
    assert!(ask("prairie").await.given()["page"].as_str().expect("a page").contains("Prairie"));
    ask("alpenbahn").await.refused(404, "request.not_found");
    service.head();

    for role in [Role::Finance, Role::Governance, Role::Operator, Role::TenantViewer, Role::Machine] {
        let token = &service.tokens[&role];
        change(service, token, LETTER, Some("\"0\""), Some(b"# A\n")).await.refused(403, "access.forbidden");
        change(service, token, LETTER, Some("\"0\""), None).await.refused(403, "access.forbidden");
    }
    for path in ["/templates/files", LETTER] {
        service.get(Role::TenantViewer, path).await.refused(403, "access.forbidden");
    }
    std::fs::remove_dir_all(folder(service)).expect("removed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenants_theme_is_that_tenants() {
    check_tenants(&service(Engine::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenants_theme_is_that_tenants_on_postgres() {
    check_tenants(&service(Engine::postgres())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_folder_templates_are_only_read() {
    let service = Service::start(Engine::Sqlite);
    let list = service.get(Role::AccountManager, "/templates/files").await.given();
    assert_eq!((&list["can_change"], list["files"].as_array().map(Vec::len)), (&json!(false), Some(31)));
    let (tag, _) = read(&service, LETTER).await;
    let said = save(&service, LETTER, Some(&tag), "# A\n").await.refused(409, "templates.no_folder");
    assert!(said.contains("--templates DIR"), "{said}");
    let body = json!({ "document": "statement", "language": "de", "verdict": "breached" });
    let shown = service.ask(Role::AccountManager, "POST", "/templates/previews", Some(body)).await.given();
    assert!(shown["page"].as_str().is_some_and(|page| page.starts_with("<!DOCTYPE html>")));
    let unknown = json!({ "document": "letter", "language": "de", "verdict": "breached" });
    let answer = service.ask(Role::AccountManager, "POST", "/templates/previews", Some(unknown)).await;
    answer.refused(422, "templates.document");
}
