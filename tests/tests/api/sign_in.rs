//! Authenticator apps over the API: set up, asked for, used once, guessed at, lost.

use serde_json::{Value, json};
use sla_core::access::{Role, TotpSecret};
use sqlx::any::{AnyPoolOptions, install_default_drivers};

use crate::service::{Answer, Engine, PASSWORD, Service, sound};

/// Of the time steps around now those whose codes are good wherever the step ends: codes are asked for a moment later.
#[derive(Clone, Copy, Debug)]
enum Shown {
    /// This step, or the one before when it ends meanwhile.
    Now,
    /// The next one: somebody's clock is fast.
    Next,
    /// One that is too far away.
    Later,
}

fn code(secret: &TotpSecret, shown: Shown) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let steps = match shown {
        Shown::Now => 0,
        Shown::Next => 1,
        Shown::Later => 4,
    };
    secret.code(i64::try_from(now).expect("a time") + steps * TotpSecret::STEP_SECONDS)
}

async fn sign_in(service: &Service, account: &str, password: &str, code: Option<&str>) -> Answer {
    let body = match code {
        Some(code) => json!({ "account": account, "password": password, "code": code }),
        None => json!({ "account": account, "password": password }),
    };
    service.send(service.request("POST", "/sign-in").json(&body)).await
}

/// Whoever has signed in asks for something of their own.
async fn own(service: &Service, secret: &str, path: &str, body: Value) -> Answer {
    service.send(service.request("POST", path).bearer_auth(secret).json(&body)).await
}

/// What was said, but for the request's id.
fn told(answer: &Answer) -> Value {
    let mut problem = answer.json();
    problem["instance"] = Value::Null;
    problem
}

/// Nobody waits half a minute for the next code: codes that were used are forgotten, past the program.
async fn forget_steps(service: &Service) {
    install_default_drivers();
    let url = service.owner.replace("sqlite:", "sqlite://");
    let raw = AnyPoolOptions::new().max_connections(1).connect(&url).await.expect("the ledger");
    sqlx::raw_sql("update totp_secrets set last_step = 0").execute(&raw).await.expect("no fact");
    raw.close().await;
}

/// Somebody with an app: their session and the app's secret.
async fn with_app(service: &Service, account: &str) -> (String, TotpSecret) {
    service.add_account(account, Role::AccountManager);
    let session = sign_in(service, account, PASSWORD, None).await.given()["secret"].as_str().expect("one").to_owned();
    let offered = own(service, &session, "/me/totp", json!({ "password": PASSWORD })).await.given();
    let secret = TotpSecret::from_base32(offered["secret"].as_str().expect("a secret")).expect("of its length");
    assert_eq!(offered["uri"], secret.uri(account));
    // Until a code was shown none is needed.
    sign_in(service, account, PASSWORD, None).await.given();
    let wrong = own(service, &session, "/me/totp/confirmation", json!({ "code": code(&secret, Shown::Later) })).await;
    wrong.refused(422, "access.code");
    let right = json!({ "code": code(&secret, Shown::Now) });
    assert_eq!(own(service, &session, "/me/totp/confirmation", right.clone()).await.status, 204);
    own(service, &session, "/me/totp/confirmation", right).await.refused(422, "access.code");
    (session, secret)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_needs_the_code_of_the_app_beside_it() {
    let service = Service::start(Engine::Sqlite);
    let (session, secret) = with_app(&service, "mia").await;
    own(&service, &session, "/me/totp", json!({ "password": PASSWORD })).await.refused(409, "access.totp_set");
    let me = service.send(service.request("GET", "/me").bearer_auth(&session)).await.given();
    assert_eq!(me["has_totp"], true);
    let seen = service.get(Role::Admin, "/accounts/mia").await;
    assert_eq!(seen.given()["has_totp"], true);
    for text in [&seen.text, &service.get(Role::Admin, "/audit").await.text] {
        assert!(!text.contains(&secret.to_base32()) && !text.contains(&secret.sha256()), "{text}");
    }

    let wrong = sign_in(&service, "mia", "wrong horse battery", None).await;
    wrong.refused(401, "access.sign_in");
    // Whoever has only one of the two does not learn which: all of it is told in the same words.
    let used = code(&secret, Shown::Now);
    for (case, password, code) in [
        ("no code", PASSWORD, None),
        ("a wrong code", PASSWORD, Some("000000".to_owned())),
        ("no number", PASSWORD, Some("code".to_owned())),
    ] {
        let answer = sign_in(&service, "mia", password, code.as_deref()).await;
        assert_eq!((answer.status, told(&answer)), (wrong.status, told(&wrong)), "{case}");
    }
    let next = code(&secret, Shown::Next);
    sign_in(&service, "mia", PASSWORD, Some(&next)).await.given();
    for (case, password, code) in [
        ("the same again", PASSWORD, next.clone()),
        ("one from before it", PASSWORD, used),
        ("too far away", PASSWORD, code(&secret, Shown::Later)),
    ] {
        let answer = sign_in(&service, "mia", password, Some(&code)).await;
        assert_eq!((answer.status, told(&answer)), (wrong.status, told(&wrong)), "{case}");
    }
    forget_steps(&service).await;
    // A wrong password does not use the code up; apps show codes with a blank between.
    let code = code(&secret, Shown::Next);
    sign_in(&service, "mia", "wrong horse battery", Some(&code)).await.refused(401, "access.sign_in");
    sign_in(&service, "mia", PASSWORD, Some(&format!(" {code} "))).await.given();

    let audit = service.get(Role::Governance, "/audit?subject=sign-in%2Fmia%2F&limit=200").await.given();
    let attempts: Vec<(&str, &str)> = audit["items"]
        .as_array()
        .expect("items")
        .iter()
        .rev()
        .map(|one| &one["payload"])
        .map(|it| (it["outcome"].as_str().expect("an outcome"), it["way"].as_str().expect("a way")))
        .collect();
    let by = |outcome: &'static str| (outcome, "password");
    let (ok, password, code) = (by("ok"), by("wrong_password"), by("wrong_code"));
    assert_eq!(attempts, [ok, ok, password, code, code, code, ok, code, code, code, password, ok]);

    // A program does not change how somebody signs in.
    for (path, body) in [
        ("/me/totp", json!({ "password": PASSWORD })),
        ("/me/totp/confirmation", json!({ "code": "123456" })),
        ("/me/totp/removal", json!({ "password": PASSWORD })),
    ] {
        own(&service, &service.tokens[&Role::Finance], path, body).await.refused(403, "access.forbidden");
    }
    let log = service.log();
    assert!(!log.contains(&secret.to_base32()) && !log.contains(&next), "a secret is in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn guessed_codes_lock_the_account() {
    let service = Service::start(Engine::Sqlite);
    let (session, secret) = with_app(&service, "mia").await;
    for guess in ["000000", "000001", "000002", "000003"] {
        sign_in(&service, "mia", PASSWORD, Some(guess)).await.refused(401, "access.sign_in");
    }
    // A session that was left open is no place to guess in either: the fifth is counted with the four.
    let removal = async |body: Value| own(&service, &session, "/me/totp/removal", body).await;
    removal(json!({ "code": "000004" })).await.refused(422, "access.proof");
    let locked = service.head();
    forget_steps(&service).await;
    let right = code(&secret, Shown::Next);
    sign_in(&service, "mia", PASSWORD, Some(&right)).await.refused(401, "access.sign_in");
    removal(json!({ "code": right })).await.refused(422, "access.proof");
    removal(json!({ "password": PASSWORD })).await.refused(422, "access.proof");
    own(&service, &session, "/me/totp", json!({ "password": PASSWORD })).await.refused(422, "access.proof");
    assert_eq!(service.head(), locked, "nothing is looked at or written while it is locked");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_removed_by_its_owner_and_by_an_admin() {
    let service = Service::start(Engine::Sqlite);
    for account in ["by-password", "by-code"] {
        let (session, secret) = with_app(&service, account).await;
        let removal = async |body: Value| own(&service, &session, "/me/totp/removal", body).await;
        removal(json!({ "password": "wrong horse battery" })).await.refused(422, "access.proof");
        removal(json!({ "code": code(&secret, Shown::Later) })).await.refused(422, "access.proof");
        for body in [json!({}), json!({ "password": PASSWORD, "code": "123456" }), json!({ "pin": "1" })] {
            removal(body).await.refused(400, "request.malformed");
        }
        sign_in(&service, account, PASSWORD, None).await.refused(401, "access.sign_in");
        let proof = match account {
            "by-code" => json!({ "code": code(&secret, Shown::Next) }),
            _ => json!({ "password": PASSWORD }),
        };
        assert_eq!(removal(proof).await.status, 204, "{account}");
        removal(json!({ "password": PASSWORD })).await.refused(409, "access.no_totp");
        sign_in(&service, account, PASSWORD, None).await.given();
    }

    with_app(&service, "lost").await;
    let patch = |body: Value, tag: &str| {
        let request = service.request("PATCH", "/accounts/lost").bearer_auth(&service.tokens[&Role::Admin]);
        request.header("if-match", tag).json(&body)
    };
    let seen = service.get(Role::Admin, "/accounts/lost").await;
    let kept = service.send(patch(json!({ "full_name": "Lost" }), seen.header("etag"))).await;
    assert_eq!(kept.given()["has_totp"], true, "another change leaves it");
    let removed = service.send(patch(json!({ "remove_totp": true }), kept.header("etag"))).await.given();
    assert_eq!(removed["has_totp"], false);
    sign_in(&service, "lost", PASSWORD, None).await.given();

    with_app(&service, "prompt").await;
    let change =
        ["account", "change", "prompt", "--json", "--remove-totp", "--ledger", &service.owner, "--actor", "admin"];
    assert_eq!(sound(&change, "")["has_totp"], false);
    sign_in(&service, "prompt", PASSWORD, None).await.given();
    service.head();
}
