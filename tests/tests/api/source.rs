//! A source of measurements is tried over the API: what it says, what is wrong with it, and whom secrets are sent to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use sla_acceptance::servers::Postgres;
use sla_core::access::Role;

use crate::catalogue::{put, with_catalogue_beside};
use crate::jobs::DESK;
use crate::service::{Engine, Service};

/// Something that answers like Prometheus, and remembers what it was sent.
struct Stub {
    address: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    fn start(answer: fn(&str) -> (u16, &'static str)) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let mut reader = BufReader::new(stream.try_clone().expect("the same stream"));
                let (mut head, mut length) = (String::new(), 0);
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line).unwrap_or(0) <= 2 {
                        break;
                    }
                    if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
                        length = value.trim().parse().unwrap_or(0);
                    }
                    head.push_str(&line);
                }
                let mut body = vec![0; length];
                if reader.read_exact(&mut body).is_err() {
                    continue;
                }
                let (status, text) = answer(&head);
                shared.lock().expect("nobody panicked").push(head);
                let (length, close) = (text.len(), "connection: close");
                // Whoever does not wait for the answer has gone.
                let _ = write!(stream, "HTTP/1.1 {status} x\r\ncontent-length: {length}\r\n{close}\r\n\r\n{text}");
            }
        });
        Self { address, seen }
    }

    fn was_sent(&self, what: &str) -> bool {
        self.seen.lock().expect("nobody panicked").iter().any(|head| head.contains(what))
    }
}

fn prometheus(head: &str) -> (u16, &'static str) {
    match head {
        _ if head.contains("buildinfo") => {
            (200, r#"{"status":"success","data":{"version":"3.5.0","revision":"x","goVersion":"go1.27"}}"#)
        }
        _ if head.contains("runtimeinfo") => (200, r#"{"status":"success","data":{"storageRetention":"15d"}}"#),
        _ if head.contains("query_range") => {
            (200, r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#)
        }
        _ => (
            200,
            r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1790000000"]}]}}"#,
        ),
    }
}

async fn tried(service: &Service, text: &str) -> Value {
    let request = service.request("POST", "/catalogue/source-tests").bearer_auth(&service.tokens[&Role::Operator]);
    service.send(request.header("content-type", "application/yaml").body(text.to_owned())).await.given()
}

fn source(name: &str, url: &str, more: &str) -> String {
    format!(
        "apiVersion: openslo/v1\nkind: DataSource\nmetadata: {{ name: {name} }}\nspec:\n  type: Prometheus\n  \
         connectionDetails:\n    url: {url}\n{more}"
    )
}

const TOKEN: &str = "    bearerTokenEnv: SLA_TEST_TOKEN\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_server_says_who_it_is_and_secrets_go_where_they_are_entered() {
    let words = ["--out", "{demo}/reports", "--files", "{demo}/catalogue"];
    let service = Service::start_in(Engine::Sqlite, &words, &[("SLA_TEST_TOKEN", "a-secret")]);
    let stub = Stub::start(prometheus);
    let plain = tried(&service, &source("fresh", &stub.address, "")).await;
    assert_eq!(
        [&plain["is_reached"], &plain["version"], &plain["retention"], &plain["oldest"], &plain["secrets"]],
        [&json!(true), &json!("prometheus 3.5.0"), &json!("15d"), &json!("2026-09-21T14:13:20Z"), &json!("none")]
    );
    assert_eq!(plain["keeps_a_month"], false);
    assert_eq!((&plain["problem"], &plain["asks"]), (&Value::Null, &json!([])));
    // Whoever only drafts an address does not get the desk's secrets sent there.
    let drafted = source("fresh", &stub.address, TOKEN);
    assert_eq!(tried(&service, &drafted).await["secrets"], "withheld");
    assert!(!stub.was_sent("a-secret"));
    let path = "/catalogue/documents/DataSource/fresh";
    assert_eq!(put(&service, Role::Operator, path, None, &drafted).await.status, 201);
    let entered = tried(&service, &drafted).await;
    assert_eq!((&entered["secrets"], &entered["is_reached"]), (&json!("sent"), &json!(true)));
    assert!(stub.was_sent("Bearer a-secret") || stub.was_sent("bearer a-secret"));
    assert!(!entered.to_string().contains("a-secret"), "a secret is never answered");
    let elsewhere = Stub::start(prometheus);
    assert_eq!(tried(&service, &source("fresh", &elsewhere.address, TOKEN)).await["secrets"], "withheld");
    assert!(!elsewhere.was_sent("a-secret"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_server_is_said() {
    let service = Service::start_with(Engine::Sqlite, &DESK);
    let check = async |url: &str, code: &str| {
        let test = tried(&service, &source("fresh", url, "")).await;
        assert_eq!((&test["is_reached"], &test["problem"]["code"]), (&json!(false), &json!(code)), "{test}");
        assert!(test["problem"]["detail"].as_str().is_some_and(|detail| detail.contains(';')), "{test}");
    };
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port").local_addr().expect("an address");
    check(&format!("http://{closed}"), "prometheus.unavailable").await;
    check("http://no-such-host.invalid", "prometheus.unavailable").await;
    check(&Stub::start(|_| (401, "")).address, "prometheus.denied").await;
    check(&Stub::start(|_| (200, "<html>hello")).address, "prometheus.not_prometheus").await;
    check(&Stub::start(|_| (302, "")).address, "prometheus.redirected").await;
    let request = service.request("POST", "/catalogue/source-tests").bearer_auth(&service.tokens[&Role::Operator]);
    service.send(request.body("kind: Tenant")).await.refused(422, "catalogue.unsound");
    let request = service.request("POST", "/catalogue/source-tests").bearer_auth(&service.tokens[&Role::Finance]);
    service.send(request.body(source("fresh", "http://localhost", ""))).await.refused(403, "access.forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_contracts_ask_is_tried() {
    let service = with_catalogue_beside(Engine::Sqlite, &["--out", "{demo}/reports", "--files", "{demo}/catalogue"]);
    let path = "/catalogue/documents/DataSource/measurements";
    let files = service.get(Role::Operator, path).await.given()["text"].as_str().expect("a text").to_owned();
    let test = tried(&service, &files).await;
    assert_eq!((&test["is_reached"], &test["problem"]), (&json!(true), &Value::Null), "{test}");
    let asks = test["asks"].as_array().expect("asks");
    assert!(!asks.is_empty() && asks.len() <= 5, "{test}");
    // The demo knows October; whatever month was over last, the answer says what there is of it.
    assert!(
        asks.iter().all(|ask| ask["usable"].is_number() || ask["problem"]["code"] == "file.outside_period"),
        "{test}"
    );
    assert!(!test.to_string().contains("/demo/"), "paths of the desk are not told: {test}");
    // Another folder is somebody's own idea until it is entered.
    let other = tried(&service, &files.replacen("../measurements", "../..", 1)).await;
    assert_eq!((&other["problem"]["code"], &other["asks"]), (&json!("source.not_entered"), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_tells_what_it_is_and_its_address_goes_nowhere() {
    let server = Postgres::start();
    let url = server.database();
    let words = ["--out", "{demo}/reports", "--files", "{demo}/catalogue"];
    let service = Service::start_in(Engine::Sqlite, &words, &[("SLA_TEST_DATABASE", &url)]);
    let source = |variable: &str| {
        format!(
            "apiVersion: openslo/v1\nkind: DataSource\nmetadata: {{ name: rows }}\nspec:\n  type: PostgreSQL\n  \
             connectionDetails: {{ urlEnv: {variable} }}\n"
        )
    };
    // Whoever only drafts a name does not get that secret used.
    let drafted = tried(&service, &source("SLA_TEST_DATABASE")).await;
    assert_eq!([&drafted["problem"]["code"], &drafted["secrets"]], [&json!("source.not_entered"), &json!("withheld")]);
    let path = "/catalogue/documents/DataSource/rows";
    assert_eq!(put(&service, Role::Operator, path, None, &source("SLA_TEST_DATABASE")).await.status, 201);
    let entered = tried(&service, &source("SLA_TEST_DATABASE")).await;
    assert_eq!(
        [&entered["is_reached"], &entered["keeps_to_reading"], &entered["secrets"], &entered["problem"]],
        [&json!(true), &json!(true), &json!("sent"), &Value::Null]
    );
    assert_eq!(entered["address"], json!(format!("postgres://127.0.0.1:{}/ledger_1", server.port())));
    assert!(entered["version"].as_str().is_some_and(|version| version.starts_with("PostgreSQL ")), "{entered}");
    drop(server);
    let gone = tried(&service, &source("SLA_TEST_DATABASE")).await;
    assert_eq!((&gone["is_reached"], &gone["problem"]["code"]), (&json!(false), &json!("sql.unavailable")));
    let password = url.split(['/', ':', '@']).nth(4).expect("a password");
    assert!([drafted, entered, gone].iter().all(|answer| !answer.to_string().contains(password)));
}
