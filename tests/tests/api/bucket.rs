//! A service whose evidence is in a bucket: captured and closed by jobs, looked at, fetched and sealed; and what it says when an
//! object is another or the bucket is away.

use reqwest::Client;
use serde_json::{Value, json};
use sla_acceptance::servers::{BucketServer, Prometheus};
use sla_core::access::Role;

use crate::bundles::{PASSPHRASE, brought};
use crate::captured::{CALENDAR, DAY, capture, captured, enter, measured, states};
use crate::jobs::DESK;
use crate::service::{Engine, Service, sound};

const MONTH: &str = "/months/kappa/kappa-contract/2026-10";
const MANAGER: Role = Role::AccountManager;

fn close() -> Value {
    json!({ "kind": "close", "month": "2026-10", "tenant": "kappa" })
}

/// What is said of the month's one piece of evidence.
async fn check(service: &Service) -> Value {
    let rows = service.get(Role::Governance, "/evidence?month=2026-10&tenant=kappa").await.given();
    let [row] = rows["items"].as_array().expect("items").as_slice() else { panic!("{rows}") };
    row["check"].clone()
}

async fn fetched(service: &Service, role: Role, path: &str) -> Vec<u8> {
    let request = Client::new().get(format!("{}{path}", service.address)).bearer_auth(&service.tokens[&role]);
    let answer = request.send().await.expect("an answer");
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    answer.bytes().await.expect("bytes").to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_keeps_its_evidence_in_a_bucket() {
    const MINUTES: i64 = DAY / 60;
    let mut bucket = BucketServer::start();
    let environment = bucket.environment();
    let mut variables: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    variables.push(("SLA_EVIDENCE", "s3://reports/acme"));
    let keys = tempfile::tempdir().expect("a temporary folder");
    let key = keys.path().join("sla.key").display().to_string();
    sound(&["key", "new", "--json", &key], &format!("{PASSPHRASE}\n"));
    variables.push(("SLA_KEY_PASSPHRASE", PASSPHRASE));
    let words = [&DESK[..], &["--seal-key", &key]].concat();
    let service = Service::start_in(Engine::Sqlite, &words, &variables);
    let server = Prometheus::start_receiving();
    enter(&service, &server.url());
    measured(&server, "first", &[0..MINUTES + 600, MINUTES + 660..3 * MINUTES]);
    assert_eq!(states(&service).await, ["missing 0", "missing 0", "missing 0"]);
    assert_eq!(captured(&service).await, (json!(3), json!(0), json!(0), Vec::new()));
    assert_eq!(states(&service).await, ["complete 1", "partial 1", "complete 1"]);
    // An object is replaced as it was read, and keeps what it said before.
    measured(&server, "late", &[MINUTES + 600..MINUTES + 630, MINUTES + 630..MINUTES + 660]);
    assert_eq!(captured(&service).await, (json!(0), json!(1), json!(0), Vec::new()));
    assert_eq!(states(&service).await, ["complete 1", "complete 2", "complete 1"]);
    let day = service.get(Role::Finance, "/evidence/days/kappa/kappa-contract/ordered/2026-10-02").await.given();
    assert!(bucket.file(&format!("acme/evidence/{}.parquet", day["sha256"].as_str().unwrap_or(""))).exists());
    assert!(!service.folder.path().join("demo/reports/captures").exists(), "the bucket has them");

    // The server is gone: the month is closed from the bucket.
    drop(server);
    let view = service.done(MANAGER, close()).await;
    assert_eq!(view["result"]["months"][0]["verdict"], "met", "{view}");
    assert_eq!(check(&service).await, "sound");
    let evidence = service.get(Role::Finance, &format!("{MONTH}/evidence")).await.given();
    let sha256 = evidence[0]["sha256"].as_str().expect("a hash").to_owned();
    let file = bucket.file(&format!("acme/evidence/{sha256}.parquet"));
    let whole = std::fs::read(&file).expect("it is in the bucket");
    let place = format!("{MONTH}/evidence/{sha256}");
    assert!(fetched(&service, Role::Finance, &place).await == whole);
    let bundle = fetched(&service, MANAGER, &format!("{MONTH}/bundle")).await;
    let (status, said) = brought(&service, "", "application/zip", bundle).await;
    assert_eq!((status.as_u16(), &said["agrees"]), (200, &json!(true)), "{said}");

    // What lies there is another, or nothing.
    std::fs::write(&file, &whole[1..]).expect("the folder can be written");
    assert_eq!(check(&service).await, "altered");
    service.get(Role::Finance, &place).await.refused(500, "evidence");
    std::fs::remove_file(&file).expect("the folder can be written");
    assert_eq!(check(&service).await, "missing");
    std::fs::write(&file, whole).expect("the folder can be written");
    assert_eq!(check(&service).await, "sound");

    // The bucket is away: that is said, by its own code and without its address.
    bucket.stop();
    assert_eq!(check(&service).await, "unreadable");
    for (role, path) in
        [(Role::Finance, place.as_str()), (Role::Finance, CALENDAR), (MANAGER, &format!("{MONTH}/bundle"))]
    {
        service.get(role, path).await.refused(502, "evidence.unreachable");
    }
    for body in [close(), capture()] {
        let (code, detail) = service.failed(MANAGER, body).await;
        assert_eq!(code, "evidence.unreachable");
        assert!(!detail.contains("127.0.0.1") && !detail.contains("reports/"), "{detail}");
    }
    let head = service.head();
    bucket.start_again();
    assert_eq!(check(&service).await, "sound");
    assert_eq!(captured(&service).await, (json!(0), json!(0), json!(0), Vec::new()));
    assert_eq!(service.head(), head, "nothing was recorded meanwhile");
}
