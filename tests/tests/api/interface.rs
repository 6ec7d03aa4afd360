//! The interface for browsers beside the API: a folder of files, with the headers that keep a page to itself.

use std::collections::BTreeMap;

use sla_core::access::Role;
use tempfile::TempDir;

use crate::service::{Answer, Engine, Service, sla};

/// A built interface, and a file beside its folder that nobody must get.
fn built() -> TempDir {
    let folder = tempfile::Builder::new().prefix("sla-ui-").tempdir().expect("a temporary folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    write("dist/index.html", "<!doctype html><title>SLA Desk</title>");
    write("dist/assets/index-4f2a.js", "export {}");
    write("secret.txt", "nobody's");
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_are_given_the_interface_and_machines_the_api() {
    let folder = built();
    let ui = folder.path().join("dist").display().to_string();
    let service = Service::start_with(Engine::Sqlite, &["--ui", &ui]);
    // `address` ends with /api/v1.
    let get = async |path: &str| service.send(service.request("GET", &format!("/../..{path}"))).await;
    let check = |answer: &Answer, kind: &str, kept: &str| {
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(answer.header("content-type").starts_with(kind), "{}", answer.header("content-type"));
        assert_eq!(answer.header("cache-control"), kept);
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"), "{policy}");
        assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"), "{policy}");
    };
    let page = get("/").await;
    check(&page, "text/html", "no-cache");
    assert!(page.text.contains("SLA Desk"));
    assert_eq!(of_window(), of_browser(page.header("content-security-policy")));
    check(&get("/index.html").await, "text/html", "no-cache");
    check(&get("/assets/index-4f2a.js").await, "text/javascript", "public, max-age=31536000, immutable");

    // What is not there is a problem, as everywhere; nobody climbs out of the folder; the API stays what it is.
    for path in [
        "/nothing",
        "/assets/",
        "/..%2fsecret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/api/v1/nothing",
        "/api/",
    ] {
        get(path).await.refused(404, "request.not_found");
    }
    service.send(service.request("POST", "/../..").body("x")).await.refused(404, "request.not_found");
    let me = service.get(Role::Admin, "/me").await;
    me.given();
    assert_eq!(me.header("cache-control"), "no-store");
    assert_eq!(me.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
}

/// What a policy says to each of its directives.
fn directives(policy: &str) -> BTreeMap<String, String> {
    let parts = policy.split(';').filter_map(|part| part.trim().split_once(' '));
    parts.map(|(name, sources)| (name.to_owned(), sources.to_owned())).collect()
}

/// The policy of the window, without the way to its own process.
fn of_window() -> BTreeMap<String, String> {
    let config =
        std::fs::read(sla_acceptance::workspace().join("src-tauri/tauri.conf.json")).expect("the configuration");
    let config: serde_json::Value = serde_json::from_slice(&config).expect("JSON");
    let policy = config["app"]["security"]["csp"].as_str().expect("a policy");
    directives(&policy.replace(" ipc: http://ipc.localhost", ""))
}

/// A browser's policy, without what a window does not have.
fn of_browser(policy: &str) -> BTreeMap<String, String> {
    let mut directives = directives(policy);
    directives.remove("manifest-src").expect("a browser can keep the interface as an application");
    directives
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_folder_there_is_no_interface() {
    let service = Service::start(Engine::Sqlite);
    service.send(service.request("GET", "/../..")).await.refused(404, "request.not_found");
}

#[test]
fn a_folder_without_an_interface_is_refused_at_the_start() {
    let folder = built();
    let ui = folder.path().display().to_string();
    let words = ["serve", "--json", "--listen", "127.0.0.1:0", "--ledger", "sqlite:/nonexistent/ledger.sqlite", "--ui"];
    let output = sla(&[&words[..], &[&ui]].concat(), "");
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("serve.ui") && said.contains("index.html") && said.contains("cargo xtask ui"), "{said}");
}
