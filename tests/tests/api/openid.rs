//! Signing in at a real, certified OpenID provider: the whole way through a browser's requests, and everything that is refused.

use std::collections::BTreeMap;

use reqwest::{Client, Response, Url, redirect};
use serde_json::{Value, json};
use sla_acceptance::servers::{OpenIdProvider, Person};
use sla_core::access::Role;
use sqlx::any::{AnyPoolOptions, install_default_drivers};

use crate::service::{Answer, Engine, PASSWORD, Service, sla, sound};

/// Where people come back to. Nobody listens there: the test reads the address that a browser would be sent to.
const BACK: &str = "http://127.0.0.1:9/back";

const PEOPLE: [Person; 5] = [
    Person { subject: "s-anna", email: "anna@example.com", is_verified: true },
    Person { subject: "s-bert", email: "Bert@example.com", is_verified: true },
    Person { subject: "s-cara", email: "cara@example.com", is_verified: false },
    Person { subject: "s-dora", email: "dora@example.com", is_verified: true },
    Person { subject: "s-next", email: "bert@example.com", is_verified: true },
];

/// A desk whose people sign in at a provider.
struct Desk {
    provider: OpenIdProvider,
    service: Service,
}

impl Desk {
    fn start(engine: Engine) -> Self {
        let provider = OpenIdProvider::start(&PEOPLE, &[BACK]);
        let issuer = provider.issuer();
        let words = [
            "--openid-issuer",
            &issuer,
            "--openid-client",
            OpenIdProvider::CLIENT,
            "--openid-secret-env",
            "SLA_TEST_OPENID",
            "--openid-redirect",
            BACK,
            "--sign-ins-per-minute",
            "1000",
        ];
        let service = Service::start_in(engine, &words, &[("SLA_TEST_OPENID", OpenIdProvider::SECRET)]);
        Self { provider, service }
    }

    /// Adds an account, or changes one, that somebody signs in to at the provider.
    fn account(&self, verb: &str, name: &str, told_by: &str, whom: &str) -> Value {
        let issuer = self.provider.issuer();
        let mut words = vec!["account", verb, name, "--json", "--ledger", &self.service.owner, "--actor", "admin"];
        if verb == "add" {
            words.extend(["--role", "finance", "--no-password"]);
        }
        words.extend(["--openid-issuer", &issuer, told_by, whom]);
        sound(&words, "")
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.service.send(self.service.request("POST", path).json(&body)).await
    }

    async fn begin(&self) -> (String, String) {
        let begun = self.post("/sign-in/openid", json!({ "redirect": BACK })).await.given();
        let text = |name: &str| begun[name].as_str().expect("a text").to_owned();
        (text("url"), text("state"))
    }

    /// Begins, and signs somebody in at the provider.
    async fn come_back(&self, subject: &str) -> (String, String) {
        let (url, state) = self.begin().await;
        let back = walk(&url, subject).await;
        assert_eq!(back["state"], state);
        (state, back["code"].clone())
    }

    async fn complete(&self, state: &str, code: &str) -> Answer {
        self.post("/sign-in/openid/completion", json!({ "state": state, "code": code })).await
    }

    /// The whole way.
    async fn sign_in(&self, subject: &str) -> Answer {
        let (state, code) = self.come_back(subject).await;
        self.complete(&state, &code).await
    }

    /// A statement past the program.
    async fn execute(&self, statement: &'static str) {
        install_default_drivers();
        let url = self.service.owner.replace("sqlite:", "sqlite://");
        let raw = AnyPoolOptions::new().max_connections(1).connect(&url).await.expect("the ledger");
        sqlx::raw_sql(statement).execute(&raw).await.expect("done");
        raw.close().await;
    }
}

/// What a browser does with an address: follows where it is sent, and brings back the cookies that it was given. Gives what the
/// provider says to the desk in the end.
async fn walk(url: &str, subject: &str) -> BTreeMap<String, String> {
    let client = Client::builder().no_proxy().redirect(redirect::Policy::none()).build().expect("a client");
    let mut url: Url = format!("{url}&login_hint={subject}").parse().expect("an address");
    let mut cookies = BTreeMap::new();
    for _ in 0..10 {
        let sent: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = client.get(url.clone()).header("cookie", sent.join("; ")).send().await.expect("an answer");
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str().expect("a text").split(';').next().expect("a part");
            let (name, value) = pair.split_once('=').expect("a cookie");
            cookies.insert(name.to_owned(), value.to_owned());
        }
        url = url.join(&next(answer).await).expect("an address");
        if url.as_str().starts_with(BACK) {
            return url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        }
    }
    panic!("the provider sends around in a circle: {url}");
}

async fn next(answer: Response) -> String {
    match answer.headers().get("location") {
        Some(location) => location.to_str().expect("a text").to_owned(),
        None => panic!("the provider sends nowhere: {}", answer.text().await.unwrap_or_default()),
    }
}

/// What was said, but for the request's id.
fn told(answer: &Answer) -> Value {
    let mut problem = answer.json();
    problem["instance"] = Value::Null;
    problem
}

async fn people_sign_in(desk: &Desk) {
    let ways = desk.service.send(desk.service.request("GET", "/sign-in")).await.given();
    assert_eq!(ways, json!({ "password": true, "openid": true }));
    desk.account("add", "anna", "--openid-subject", "s-anna");
    let (url, state) = desk.begin().await;
    let asked: BTreeMap<String, String> =
        Url::parse(&url).expect("an address").query_pairs().map(|(a, b)| (a.into_owned(), b.into_owned())).collect();
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_eq!((&asked["state"], &asked["response_type"]), (&state, &"code".to_owned()));
    assert!(asked["nonce"].len() == 64 && asked["scope"].split(' ').any(|scope| scope == "openid"), "{asked:?}");

    let secret = desk.sign_in("s-anna").await.given()["secret"].as_str().expect("a secret").to_owned();
    let me = desk.service.send(desk.service.request("GET", "/me").bearer_auth(&secret)).await.given();
    assert_eq!((&me["account"], &me["role"]), (&json!("anna"), &json!("finance")));
    let audit = desk.service.get(Role::Governance, "/audit?subject=sign-in%2Fanna%2F").await.given();
    let entry = &audit["items"][0];
    assert_eq!((&entry["payload"]["outcome"], &entry["payload"]["way"]), (&json!("ok"), &json!("openid")));
    assert_eq!((&entry["actor"], &entry["origin"]), (&json!("anna"), &json!("127.0.0.1")));

    // Who is known by an address only is bound to their subject when they come first, and the address opens nothing more.
    let waiting = desk.account("add", "bert", "--openid-email", "bert@example.com");
    assert_eq!((&waiting["openid"]["subject"], &waiting["version"]), (&Value::Null, &json!(1)));
    desk.sign_in("s-bert").await.given();
    let bound = desk.service.get(Role::Admin, "/accounts/bert").await.given();
    assert_eq!((&bound["openid"]["subject"], &bound["version"]), (&json!("s-bert"), &json!(2)));
    desk.sign_in("s-bert").await.given();
    desk.sign_in("s-next").await.refused(401, "access.openid");

    desk.service.head();
    let log = desk.service.log();
    for secret in [OpenIdProvider::SECRET, &secret, &state, &asked["nonce"], "s-anna", "s-next", "example.com", "bert"]
    {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_sign_in_at_a_provider() {
    people_sign_in(&Desk::start(Engine::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_sign_in_at_a_provider_on_postgres() {
    people_sign_in(&Desk::start(Engine::postgres())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_does_not_fit_is_refused_in_the_same_words() {
    let desk = Desk::start(Engine::Sqlite);
    desk.account("add", "anna", "--openid-subject", "s-anna");
    desk.account("add", "cara", "--openid-email", "cara@example.com");
    desk.account("add", "dora", "--openid-subject", "s-dora");
    sound(
        &["account", "change", "dora", "--json", "--disable", "--ledger", &desk.service.owner, "--actor", "admin"],
        "",
    );
    let before = desk.service.head();

    let refused = desk.complete("a state that nobody gave", "a code").await;
    refused.refused(401, "access.openid");
    let (state, code) = desk.come_back("s-anna").await;
    let wrong_code = desk.complete(&state, "a code that nobody gave").await;
    let used_state = desk.complete(&state, &code).await;
    let (late_state, late_code) = desk.come_back("s-anna").await;
    // Nobody waits ten minutes for a state to end.
    desk.execute("update openid_requests set expires_at = 1793606400").await;
    let late = desk.complete(&late_state, &late_code).await;
    let (one, of_one) = desk.come_back("s-anna").await;
    let (other, of_other) = desk.come_back("s-anna").await;
    // A code belongs to the sign-in that it was asked for in: the verifier of another does not fit.
    let swapped = desk.complete(&one, &of_other).await;
    let used_up = desk.complete(&other, &of_one).await;
    let nobody = desk.sign_in("s-bert").await;
    let not_verified = desk.sign_in("s-cara").await;
    for (case, answer) in [
        ("a wrong code", wrong_code),
        ("a state twice", used_state),
        ("a state that has ended", late),
        ("the code of another sign-in", swapped),
        ("a code with another state", used_up),
        ("an identity that nobody is bound to", nobody),
        ("an address that was not verified", not_verified),
    ] {
        assert_eq!((answer.status, told(&answer)), (refused.status, told(&refused)), "{case}");
    }
    assert_eq!(desk.service.head(), before, "strangers leave no trace in the chain");

    let (state, code) = desk.come_back("s-anna").await;
    desk.complete(&state, &code).await.given();
    let (_, again) = desk.begin().await;
    let twice = desk.complete(&again, &code).await;
    let disabled = desk.sign_in("s-dora").await;
    for (case, answer) in [("a code twice", twice), ("a disabled account", disabled)] {
        assert_eq!((answer.status, told(&answer)), (refused.status, told(&refused)), "{case}");
    }
    let audit = desk.service.get(Role::Governance, "/audit?subject=sign-in%2F").await.given();
    let last: Vec<(&Value, &Value)> = audit["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|one| (&one["subject"], &one["payload"]["outcome"]))
        .collect();
    assert_eq!(last, [(&json!("sign-in/dora/1"), &json!("disabled")), (&json!("sign-in/anna/1"), &json!("ok"))]);

    for (body, status, code) in [
        (json!({ "redirect": "http://127.0.0.1:9/elsewhere" }), 422, "access.redirect"),
        (json!({ "redirect": "http://127.0.0.1:9/back/" }), 422, "access.redirect"),
        (json!({ "redirect": "https://evil.example/back" }), 422, "access.redirect"),
        (json!({}), 400, "request.malformed"),
    ] {
        desk.post("/sign-in/openid", body).await.refused(status, code);
    }
    // The reasons stand in the log, where only whoever runs the desk reads them.
    let log = desk.service.log();
    for reason in [
        "the state is not known, was used, or took too long",
        "the provider does not take the code: invalid_grant",
        "no account is bound to the identity",
        "the account is disabled",
    ] {
        assert!(log.contains(reason), "{reason} is not in the log");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_changes_its_key_or_goes_away() {
    let mut desk = Desk::start(Engine::Sqlite);
    desk.account("add", "anna", "--openid-subject", "s-anna");
    desk.sign_in("s-anna").await.given();
    // It signs with a key that was not there when its keys were read.
    desk.provider.start_again("second");
    desk.sign_in("s-anna").await.given();
    // With another key under the same name: what it signs is not what was read.
    desk.provider.start_again("second");
    desk.sign_in("s-anna").await.refused(401, "access.openid");

    let (state, code) = desk.come_back("s-anna").await;
    desk.provider.stop();
    let gone = desk.complete(&state, &code).await;
    let said = gone.refused(503, "access.provider");
    assert!(said.contains("sign in with a password") && !said.contains("127.0.0.1"), "{said}");
    assert_eq!(gone.header("retry-after"), "5");
    desk.service.add_account("mia", Role::Finance);
    let body = json!({ "account": "mia", "password": PASSWORD });
    desk.post("/sign-in", body).await.given();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_was_never_there() {
    let mut provider = OpenIdProvider::start(&PEOPLE, &[BACK]);
    let issuer = provider.issuer();
    provider.stop();
    let words = ["--openid-issuer", &issuer, "--openid-client", "desk", "--openid-redirect", BACK];
    let service = Service::start_with(Engine::Sqlite, &words);
    let begin = service.request("POST", "/sign-in/openid").json(&json!({ "redirect": BACK }));
    service.send(begin).await.refused(503, "access.provider");
    service.get(Role::Finance, "/months").await.given();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_provider_nobody_signs_in_there() {
    let service = Service::start(Engine::Sqlite);
    let ways = service.send(service.request("GET", "/sign-in")).await.given();
    assert_eq!(ways, json!({ "password": true, "openid": false }));
    for (path, body) in [
        ("/sign-in/openid", json!({ "redirect": BACK })),
        ("/sign-in/openid/completion", json!({ "state": "s", "code": "c" })),
    ] {
        service.send(service.request("POST", path).json(&body)).await.refused(404, "access.no_provider");
    }
}

#[test]
fn a_provider_that_cannot_be_used_is_told_at_the_start() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ledger = format!("sqlite:{}", folder.path().join("l.sqlite").display());
    sound(&["account", "add", "admin", "--json", "--role", "admin", "--no-password", "--ledger", &ledger], "");
    let check = |more: &[&str], code: &str, said: &str| {
        let mut words = vec!["serve", "--json", "--listen", "127.0.0.1:0", "--ledger", &ledger];
        words.extend(more);
        let output = sla(&words, "");
        let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(answer["error"]["code"], code, "{answer}");
        let message = answer["error"]["message"].as_str().expect("a message");
        assert!(message.contains(said), "{message}");
    };
    let with = |issuer: &'static str, redirect: &'static str| {
        ["--openid-issuer", issuer, "--openid-client", "desk", "--openid-redirect", redirect]
    };
    let (good, nothing) = ("https://id.example.com", folder.path().join("nothing.pem").display().to_string());
    check(&with("http://id.example.com", BACK), "serve.openid", "can be read on its way");
    check(&with(good, "http://desk.example.com"), "serve.openid", "redirect address");
    check(&with("id.example.com", BACK), "serve.openid", "is none");
    let secret = [&with(good, BACK)[..], &["--openid-secret-env", "SLA_TEST_NOT_SET"]].concat();
    check(&secret, "serve.openid", "SLA_TEST_NOT_SET");
    check(&[&with(good, BACK)[..], &["--openid-ca", &nothing]].concat(), "serve.openid", "cannot be read");
    check(&["--openid-issuer", good], "usage", "--openid-client");
}
