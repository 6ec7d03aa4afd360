//! Bad input: refused with its code, told in plain words, and nothing is changed.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::json;
use sla_core::access::Role;

use crate::service::{Engine, Service, step};

const STEPS: &str = "/months/prairie/prairie-platform/2026-10/steps";

#[tokio::test(flavor = "multi_thread")]
async fn bad_requests_are_refused_and_change_nothing() {
    let service = Service::start(Engine::Sqlite);
    let before = service.head();
    let post = |body: Vec<u8>, kind: &str| {
        let request = service.request("POST", STEPS).bearer_auth(&service.tokens[&Role::Finance]);
        request.header("content-type", kind).body(body)
    };
    let json = "application/json";
    for (case, body, kind, status, code) in [
        ("nothing", Vec::new(), json, 400, "request.malformed"),
        ("no JSON", b"step: comment".to_vec(), json, 400, "request.malformed"),
        ("half of it", b"{\"step\": \"comm".to_vec(), json, 400, "request.malformed"),
        ("an unknown step", b"{\"step\": \"bribe\"}".to_vec(), json, 400, "request.malformed"),
        ("an unknown field", b"{\"step\": \"comment\", \"by\": \"x\"}".to_vec(), json, 400, "request.malformed"),
        (
            "an amount that is a number",
            b"{\"step\": \"decide\", \"amount\": 1.5}".to_vec(),
            json,
            400,
            "request.malformed",
        ),
        ("deep", [vec![b'['; 100_000], vec![b']'; 100_000]].concat(), json, 400, "request.malformed"),
        ("no UTF-8", b"{\"step\": \"comment\", \"note\": \"\xff\"}".to_vec(), json, 400, "request.malformed"),
        ("YAML", b"step: comment".to_vec(), "application/yaml", 415, "request.media_type"),
        ("a form", b"step=comment".to_vec(), "application/x-www-form-urlencoded", 415, "request.media_type"),
        (
            "a long note",
            serde_json::to_vec(&step("comment", None, &"x".repeat(4_001))).expect("JSON"),
            json,
            400,
            "request.malformed",
        ),
        ("too long", vec![b' '; (1 << 20) + 1], json, 413, "request.too_long"),
    ] {
        let answer = service.send(post(body, kind)).await;
        answer.refused(status, code);
        assert_eq!(service.head(), before, "{case}");
    }
    let detail = service.send(post(b"{\n  \"step\": 7\n}".to_vec(), json)).await.refused(400, "request.malformed");
    assert!(detail.starts_with("the body does not fit at line 2, column 11: "), "{detail}");

    // 100 MB are not read to their end: the answer comes before.
    let said = endless(&service);
    assert!(said.starts_with("HTTP/1.1 413 ") && said.contains("\"request.too_long\""), "{said}");
    assert_eq!(service.head(), before);

    // Names, months and numbers that are none name nothing; so does SQL.
    for path in [
        "/months/prairie/prairie-platform/2026-13",
        "/months/prairie/prairie-platform/0000-00",
        "/months/prairie/prairie-platform/99999-01",
        "/months/prairie/prairie-platform/2026-10/revisions/0",
        "/months/prairie/prairie-platform/2026-10/revisions/-1",
        "/months/prairie/prairie-platform/2026-10/revisions/99999999999",
        "/months/Prairie/prairie-platform/2026-10",
        "/months/prairie/..%2f..%2fetc/2026-10",
        "/months/prairie'%20or%20'1'='1/prairie-platform/2026-10",
        "/tenants/%00",
        "/tenants/%ff",
        "/contracts/x';drop%20table%20credits;--",
    ] {
        let answer = service.get(Role::Finance, path).await;
        assert!(matches!(answer.status.as_u16(), 400 | 404), "{path}: {} {}", answer.status, answer.text);
        let code = if answer.status == 400 { "request.malformed" } else { "request.not_found" };
        answer.refused(answer.status.as_u16(), code);
    }
    for (method, path, status, code) in [
        ("DELETE", "/months", 405, "request.method"),
        ("BREW", "/months", 405, "request.method"),
        ("GET", "/months/", 404, "request.not_found"),
        ("GET", "/../v2/months", 404, "request.not_found"),
        ("GET", "/..%2f..%2fmetrics", 404, "request.not_found"),
    ] {
        service.ask(Role::Finance, method, path, None).await.refused(status, code);
    }
    // Text that is SQL, HTML or a formula is text.
    for note in
        ["'; drop table steps; --", "<script>alert(1)</script>", "=HYPERLINK(\"x\")", "\u{202e}gnp", "🙂 %s {} \\"]
    {
        let said = service.step(Role::Finance, "", step("comment", None, note)).await.given();
        assert_eq!(said["steps"].as_array().and_then(|steps| steps.last()).expect("a step")["note"], json!(note));
    }
    let found = service.get(Role::Finance, "/search?q=%25%27--").await.given();
    assert_eq!(found, json!([]));
    assert_eq!(service.get(Role::Finance, "/search?q=x").await.status, 400);
    service.head();
}

/// What is answered to a request that says it is 100 MB long and sends two.
fn endless(service: &Service) -> String {
    let host = service.address.trim_start_matches("http://").split('/').next().expect("an address");
    let mut stream = TcpStream::connect(host).expect("it listens");
    let head = format!(
        "POST /api/v1{STEPS} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         content-length: 100000000\r\nconnection: close\r\n\r\n",
        service.tokens[&Role::Finance]
    );
    stream.write_all(head.as_bytes()).expect("it listens");
    for _ in 0..32 {
        // It may have answered and closed already.
        if stream.write_all(&[b' '; 65_536]).is_err() {
            break;
        }
    }
    let mut said = Vec::new();
    // Whoever answers before all was sent may cut the connection after its answer.
    let _ = stream.read_to_end(&mut said);
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_too_often_waits() {
    let service = Service::start_with(Engine::Sqlite, &[]);
    let body = json!({ "account": "nobody", "password": "wrong horse battery" });
    let mut refused = None;
    for _ in 0..40 {
        let answer = service.send(service.request("POST", "/sign-in").json(&body)).await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
        answer.refused(401, "access.sign_in");
    }
    refused.expect("a limit").refused(429, "request.too_many");
    service.get(Role::Finance, "/months").await.given();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_guarded() {
    let service = Service::start(Engine::Sqlite);
    for path in ["/months", "/nothing", "/openapi.json", "/../../healthz"] {
        let answer = service.get(Role::Finance, path).await;
        for (name, value) in [
            ("cache-control", "no-store"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
        assert_eq!(answer.header("x-request-id").len(), 24, "{path}");
    }
    let asked = |id: &str| service.request("GET", "/me").header("x-request-id", id);
    assert_eq!(service.send(asked("trace-0123456789")).await.header("x-request-id"), "trace-0123456789");
    assert_eq!(service.send(asked("short")).await.header("x-request-id").len(), 24);
    let cross = service.request("OPTIONS", "/months").header("origin", "https://evil.example");
    let cross = service.send(cross.header("access-control-request-method", "GET")).await;
    cross.refused(405, "request.method");
}
