//! Signing in and out, accounts and tokens over the API, and stopping.

use serde_json::{Value, json};
use sla_core::access::{Permission, Role, TenantScope, Token, TokenState};
use sla_ledger::Ledger;

use crate::service::{Answer, Engine, PASSWORD, Service, sla, sound};

async fn sign_in(service: &Service, account: &str, password: &str) -> Answer {
    let body = json!({ "account": account, "password": password });
    service.send(service.request("POST", "/sign-in").json(&body)).await
}

async fn me(service: &Service, secret: &str) -> Answer {
    service.send(service.request("GET", "/me").bearer_auth(secret)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn people_sign_in_and_out() {
    let service = Service::start(Engine::Sqlite);
    service.add_account("mia", Role::AccountManager);
    let secret = sign_in(&service, "mia", PASSWORD).await.given()["secret"].as_str().expect("a secret").to_owned();
    let who = me(&service, &secret).await.given();
    assert_eq!((&who["account"], &who["role"]), (&json!("mia"), &json!("account_manager")));
    assert!(who["permissions"].as_array().expect("permissions").contains(&json!("months.close")));
    let out = service.request("POST", "/sign-out").bearer_auth(&secret);
    assert_eq!(service.send(out).await.status, 204);
    me(&service, &secret).await.refused(401, "access.secret");

    // Nobody learns which accounts there are: the answer is the same but for the request's id.
    let told = |answer: &Answer| {
        let mut problem = answer.json();
        problem["instance"] = Value::Null;
        (answer.status, problem)
    };
    let wrong = sign_in(&service, "mia", "wrong horse battery").await;
    wrong.refused(401, "access.sign_in");
    for (account, password) in
        [("nobody", PASSWORD), ("Mia", PASSWORD), ("' or 1=1 --", PASSWORD), ("", ""), ("admin", PASSWORD)]
    {
        assert_eq!(told(&sign_in(&service, account, password).await), told(&wrong), "{account}");
    }
    // After five wrong ones in a row not even the right one is looked at, and the chain does not grow any more.
    for _ in 0..4 {
        sign_in(&service, "mia", "wrong horse battery").await.refused(401, "access.sign_in");
    }
    let locked = service.head();
    assert_eq!(told(&sign_in(&service, "mia", PASSWORD).await), told(&wrong));
    assert_eq!(service.head(), locked);
    let audit = service.get(Role::Governance, "/audit?subject=sign-in%2Fmia%2F").await.given();
    let outcomes: Vec<&Value> =
        audit["items"].as_array().expect("items").iter().map(|one| &one["payload"]["outcome"]).collect();
    assert_eq!(outcomes.iter().filter(|one| **one == "wrong_password").count(), 5);
    assert_eq!(outcomes.last(), Some(&&json!("ok")));

    let log = service.log();
    for secret in [PASSWORD, "wrong horse battery", &secret, &service.tokens[&Role::Governance]] {
        assert!(!log.contains(secret), "a secret is in the log");
    }
    assert!(!log.contains("prairie") && !log.contains("mia"), "a name is in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_looked_after_over_the_api() {
    let service = Service::start(Engine::Sqlite);
    let admin = Role::Admin;
    let new =
        json!({ "name": "ole", "full_name": "Ole Hansen", "role": "finance", "tenants": "all", "password": PASSWORD });
    let added = service.ask(admin, "POST", "/accounts", Some(new.clone())).await;
    assert_eq!((added.status.as_u16(), added.header("etag")), (201, "\"1\""));
    assert!(!added.text.contains("argon2") && added.json()["has_password"] == true, "{}", added.text);
    service.ask(admin, "POST", "/accounts", Some(new)).await.refused(409, "ledger.stale");
    let patch = |tag: Option<&str>, body: Value| {
        let request = service.request("PATCH", "/accounts/ole").bearer_auth(&service.tokens[&admin]).json(&body);
        if let Some(tag) = tag { request.header("if-match", tag) } else { request }
    };
    let disable = json!({ "state": "disabled" });
    service.send(patch(None, disable.clone())).await.refused(428, "request.no_if_match");
    service.send(patch(Some("\"7\""), disable.clone())).await.refused(412, "request.stale");
    service.send(patch(Some("\"x\""), disable.clone())).await.refused(412, "request.stale");
    let secret = sign_in(&service, "ole", PASSWORD).await.given()["secret"].as_str().expect("a secret").to_owned();
    let own = service.request("PUT", "/me/password").bearer_auth(&secret);
    let body = json!({ "old": "wrong horse battery", "new": "another horse battery" });
    service.send(own.json(&body)).await.refused(422, "access.proof");
    let own = service.request("PUT", "/me/password").bearer_auth(&secret);
    let body = json!({ "old": PASSWORD, "new": "another horse battery" });
    assert_eq!(service.send(own.json(&body)).await.status, 204);
    sign_in(&service, "ole", PASSWORD).await.refused(401, "access.sign_in");
    sign_in(&service, "ole", "another horse battery").await.given();
    service.send(patch(Some("\"1\""), disable.clone())).await.refused(412, "request.stale");
    assert_eq!(service.send(patch(Some("\"2\""), disable)).await.given()["state"], "disabled");
    me(&service, &secret).await.refused(401, "access.secret");
    sign_in(&service, "ole", "another horse battery").await.refused(401, "access.sign_in");

    for (body, code) in [
        (
            json!({ "name": "x", "full_name": "X", "role": "finance", "tenants": "all", "password": "short" }),
            "access.password",
        ),
        (
            json!({ "name": "abcdefghijkl", "full_name": "X", "role": "finance", "tenants": "all", "password": "ABCDEFGHIJKLM" }),
            "access.password",
        ),
        (json!({ "name": "Großbuchstabe", "full_name": "X", "role": "finance", "tenants": "all" }), "access.field"),
        (json!({ "name": "x", "full_name": "two\nlines", "role": "finance", "tenants": "all" }), "access.field"),
        (json!({ "name": "x", "full_name": "X", "role": "tenant_viewer", "tenants": "all" }), "access.viewer_of_all"),
    ] {
        service.ask(admin, "POST", "/accounts", Some(body)).await.refused(422, code);
    }
    let alone =
        service.request("PATCH", "/accounts/admin").bearer_auth(&service.tokens[&admin]).header("if-match", "\"1\"");
    service.send(alone.json(&json!({ "role": "finance" }))).await.refused(409, "access.last_admin");
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_narrow_and_end() {
    let service = Service::start(Engine::Sqlite);
    let admin = Role::Admin;
    let new = |name: &str, permissions: Value, tenants: Value, days: u32| json!({ "name": name, "account": "finance", "label": "a test", "permissions": permissions, "tenants": tenants, "days": days });
    let body = new("reader", json!(["months.read"]), json!({ "only": ["prairie"] }), 1);
    let made = service.ask(admin, "POST", "/tokens", Some(body)).await.given();
    let secret = made["secret"]["secret"].as_str().expect("a secret").to_owned();
    let ask = async |secret: &str, path: &str| service.send(service.request("GET", path).bearer_auth(secret)).await;
    let months = ask(&secret, "/months").await.given();
    assert_eq!(months["items"].as_array().expect("items").len(), 1, "only its tenants");
    ask(&secret, "/months/alpenbahn/alpenbahn-platform/2026-10").await.refused(404, "request.not_found");
    ask(&secret, "/tenants").await.refused(403, "access.forbidden");
    let comment = service.request("POST", "/months/prairie/prairie-platform/2026-10/steps").bearer_auth(&secret);
    let comment = comment.json(&json!({ "step": "comment", "note": "hello" }));
    service.send(comment).await.refused(403, "access.forbidden");
    let password = service.request("PUT", "/me/password").bearer_auth(&secret);
    service.send(password.json(&json!({ "old": PASSWORD, "new": PASSWORD }))).await.refused(403, "access.forbidden");
    let listed = service.get(admin, "/tokens").await;
    assert!(!listed.text.contains("slat_") && !listed.text.contains("sha256"), "{}", listed.text);
    for secret in [
        format!("{secret}0"),
        secret.replace("reader", "finance-all"),
        "slat_reader_".to_owned(),
        "slas_00".to_owned(),
        "x".to_owned(),
        "slat_".to_owned(),
    ] {
        ask(&secret, "/months").await.refused(401, "access.secret");
    }
    let revoked = service.ask(admin, "DELETE", "/tokens/reader", None).await.given();
    assert_eq!(revoked["state"], "revoked");
    ask(&secret, "/months").await.refused(401, "access.secret");
    for (body, code) in [
        (new("a", json!(["accounts.write"]), json!("all"), 1), "access.field"),
        (new("a", json!([]), json!("all"), 1), "access.field"),
        (new("a", json!(["months.read"]), json!("all"), 0), "access.field"),
        (new("a", json!(["months.read"]), json!("all"), 732), "access.field"),
        (new("A b", json!(["months.read"]), json!("all"), 1), "access.field"),
    ] {
        service.ask(admin, "POST", "/tokens", Some(body)).await.refused(422, code);
    }
    // Nobody waits for a token to expire: one is put into the ledger that has.
    let (name, hex) = ("old", "0".repeat(64));
    let secret = format!("slat_{name}_{hex}");
    let token = Token {
        account: "finance".to_owned(),
        label: "a test".to_owned(),
        secret_sha256: sla_core::evidence::sha256_hex(secret.as_bytes()),
        permissions: [Permission::MonthsRead].into(),
        tenants: TenantScope::All,
        expires_at: 1_793_606_400,
        state: TokenState::Active,
    };
    let ledger = Ledger::open_to_write(&service.owner).await.expect("the ledger");
    ledger.put_access(name, &token, None, "admin".into(), 1_793_000_000).await.expect("a token");
    ask(&secret, "/months").await.refused(401, "access.secret");
    // It is its end that it is refused for.
    let good = Token { expires_at: 4_000_000_000, ..token };
    ledger.put_access(name, &good, Some(1), "admin".into(), 1_793_000_000).await.expect("a token");
    ask(&secret, "/months").await.given();
    ledger.close().await;
}

#[test]
fn nobody_is_served_a_ledger_without_accounts_or_beyond_this_machine() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("demo").display().to_string();
    sound(&["demo", "--json", "--out", &out], "");
    let ledger = format!("sqlite:{out}/ledger.sqlite");
    let code = |arguments: &[&str]| {
        let mut words = vec!["serve", "--json", "--ledger", &ledger];
        words.extend(arguments);
        let output = sla(&words, "");
        assert_eq!(output.status.code(), Some(1));
        let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        said["error"]["code"].as_str().expect("a code").to_owned()
    };
    assert_eq!(code(&["--listen", "127.0.0.1:0"]), "serve.no_account");
    assert_eq!(code(&["--listen", "0.0.0.0:0"]), "serve.exposed");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    assert_eq!(code(&["--listen", &address]), "serve.listen");
    let nothing = folder.path().join("nothing.pem").display().to_string();
    assert_eq!(code(&["--listen", "127.0.0.1:0", "--certificate", &nothing, "--key", &nothing]), "serve.certificate");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_served_over_tls_and_stops_when_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path.display().to_string()
    };
    let chain = file("chain.pem", &made.cert.pem());
    let key = file("key.pem", &made.signing_key.serialize_pem());
    let mut service = Service::start_with(Engine::Sqlite, &["--certificate", &chain, "--key", &key]);
    assert!(service.address.starts_with("https://127.0.0.1:"), "{}", service.address);
    service.get(Role::Finance, "/months").await.given();
    let health = service.send(service.request("GET", "/../../healthz")).await.given();
    assert_eq!(health["status"], "ok");
    let metrics = service.send(service.request("GET", "/../../metrics")).await;
    let counted = "sla_desk_http_requests_total{method=\"GET\",route=\"/api/v1/months\",status=\"200\"} 1";
    assert!(metrics.text.contains(counted), "{}", metrics.text);
    let (status, _) = service.stop();
    assert!(status.success(), "{status}");
    assert!(service.log().lines().last().is_some_and(|line| line.contains("\"message\":\"stopped\"")));
}
