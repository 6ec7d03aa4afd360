//! Sealed months over the API: handed out by whoever sends months out, and looked at for whoever brings one.

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use sla_core::access::Role;

use crate::jobs::DESK;
use crate::service::{Engine, Service, sound};

pub(crate) const PASSPHRASE: &str = "a passphrase of tests";
const MONTH: &str = "/months/alpenbahn/alpenbahn-platform/2026-10/bundle";
/// The largest bundle that the API takes.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// What the service says of a bundle that somebody brings.
pub(crate) async fn brought(service: &Service, query: &str, kind: &str, bytes: Vec<u8>) -> (StatusCode, Value) {
    let request = Client::new()
        .post(format!("{}/bundles/verification{query}", service.address))
        .bearer_auth(&service.tokens[&Role::Governance])
        .header("content-type", kind)
        .body(bytes);
    let answer = request.send().await.expect("an answer");
    (answer.status(), answer.json().await.expect("JSON"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_month_is_handed_out_and_looked_at() {
    let keys = tempfile::tempdir().expect("a temporary folder");
    let key = keys.path().join("sla.key").display().to_string();
    let made = sound(&["key", "new", "--json", &key], &format!("{PASSPHRASE}\n"));
    let words = [&DESK[..], &["--seal-key", &key]].concat();
    let service = Service::start_in(Engine::Sqlite, &words, &[("SLA_KEY_PASSPHRASE", PASSPHRASE)]);

    let request = Client::new().get(format!("{}{MONTH}", service.address));
    let answer = request.bearer_auth(&service.tokens[&Role::AccountManager]).send().await.expect("an answer");
    let header = |name: &str| answer.headers()[name].to_str().expect("text").to_owned();
    assert_eq!(header("content-type"), "application/zip");
    assert_eq!(header("content-disposition"), "attachment; filename=\"alpenbahn-2026-10.zip\"");
    let bundle = answer.bytes().await.expect("a bundle").to_vec();
    service.get(Role::Governance, MONTH).await.refused(403, "access.forbidden");
    service.get(Role::AccountManager, &format!("{MONTH}?revision=2")).await.refused(404, "request.not_found");

    let line = made["public_key"].as_str().expect("a key");
    let by_key = format!("?key={}", line.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"));
    for (query, key_given) in [("", false), (by_key.as_str(), true)] {
        let (status, said) = brought(&service, query, "application/zip", bundle.clone()).await;
        let found = json!([status.as_u16(), said["agrees"], said["key_given"], said["month"]["key"]]);
        assert_eq!(found, json!([200, true, key_given, made["id"]]), "{said}");
    }
    let mut altered = bundle.clone();
    altered[bundle.len() / 2] ^= 1;
    let (status, said) = brought(&service, "", "application/zip", altered).await;
    assert_eq!((status.as_u16(), &said["agrees"]), (200, &json!(false)));
    assert_eq!(said["checks"][0]["flaws"][0]["code"], "altered", "{said}");

    let refused = async |query: &str, kind: &str, bytes: Vec<u8>, status: u16, code: &str| {
        let (found, said) = brought(&service, query, kind, bytes).await;
        assert_eq!((found.as_u16(), &said["code"]), (status, &json!(code)), "{said}");
    };
    refused("", "application/json", bundle.clone(), 415, "request.media_type").await;
    refused("?key=/etc/passwd", "application/zip", bundle.clone(), 422, "key.no_key").await;
    refused("", "application/zip", vec![0; MOST_BYTES + 1], 413, "bundle.too_large").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_nothing_is_sealed() {
    let service = Service::start_with(Engine::Sqlite, &DESK);
    let told = service.get(Role::AccountManager, MONTH).await.refused(409, "bundle.no_key");
    assert!(told.contains("--seal-key"), "{told}");
}
