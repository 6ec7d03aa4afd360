//! A served ledger: the demo's month, an account and a token for every role, and somebody who asks.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use reqwest::{Client, Method, StatusCode};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use sla_acceptance::servers::{PgBouncer, Postgres};
use sla_core::access::{Permission, Role, permissions};
use tempfile::TempDir;

/// A password that nobody would think of for real.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Where the ledger is.
pub(crate) enum Engine {
    Sqlite,
    /// PostgreSQL behind a pooler, served by a user who does not own the ledger.
    Postgres(Box<(PgBouncer, Postgres)>),
}

impl Engine {
    pub(crate) fn postgres() -> Self {
        let server = Postgres::start();
        Self::Postgres(Box::new((PgBouncer::start(&server), server)))
    }
}

pub(crate) struct Service {
    pub(crate) address: String,
    pub(crate) owner: String,
    pub(crate) tokens: BTreeMap<Role, String>,
    pub(crate) folder: TempDir,
    client: Client,
    served: Child,
    pub(crate) words: Vec<String>,
    variables: Vec<(String, String)>,
    engine: Engine,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The answer was given, and is JSON.
    #[track_caller]
    pub(crate) fn given(&self) -> Value {
        assert!(self.status.is_success(), "{}: {}", self.status, self.text);
        self.json()
    }

    /// The answer was refused with a problem document.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) -> String {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], format!("urn:sla-desk:problem:{code}"));
        assert_eq!(problem["instance"], format!("urn:sla-desk:request:{}", self.header("x-request-id")));
        problem["detail"].as_str().expect("a detail").to_owned()
    }
}

pub(crate) fn sla(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(sla_acceptance::binary());
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary runs");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("it listens");
    child.wait_with_output().expect("it ends")
}

#[track_caller]
pub(crate) fn sound(arguments: &[&str], input: &str) -> Value {
    let output = sla(arguments, input);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{arguments:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

impl Service {
    /// Serves the demo's ledger.
    pub(crate) fn start(engine: Engine) -> Self {
        Self::start_with(engine, &[])
    }

    /// The same with more words behind `sla serve`; `{demo}` stands for the demo's folder.
    pub(crate) fn start_with(engine: Engine, more: &[&str]) -> Self {
        Self::start_in(engine, more, &[])
    }

    /// The same with variables of the environment.
    pub(crate) fn start_in(engine: Engine, more: &[&str], variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::Builder::new().prefix("sla-api-").tempdir().expect("a temporary folder");
        let out = folder.path().join("demo").display().to_string();
        sound(&["demo", "--json", "--out", &out], "");
        let file = format!("sqlite:{out}/ledger.sqlite");
        let (owner, served_as) = match &engine {
            Engine::Sqlite => (file.clone(), file),
            Engine::Postgres(servers) => {
                let (pooler, server) = &**servers;
                let owner = server.database();
                sound(&["ledger", "restore", "--json", "--from", &file, "--ledger", &owner], "");
                let guest = server.as_guest(&owner);
                sound(&["ledger", "grant", "--json", "--to", "guest", "--ledger", &owner], "");
                (owner.clone(), pooler.pooled(&guest))
            }
        };
        let mut tokens = BTreeMap::new();
        for role in Role::ALL {
            let name = role.name();
            let mut words =
                vec!["account", "add", name, "--json", "--role", name, "--ledger", &owner, "--actor", "admin"];
            words.push("--no-password");
            if role == Role::TenantViewer {
                words.extend(["--tenant", "prairie"]);
            }
            sound(&words, "");
            let held: Vec<Permission> = permissions().filter(|permission| role.may(*permission)).collect();
            tokens.insert(role, Self::make_token(&owner, &format!("{name}-all"), name, &held));
        }
        let words =
            ["serve", "--json", "--listen", "127.0.0.1:0", "--ledger", &served_as, "--requests-per-second", "10000"];
        let words: Vec<String> = words.iter().chain(more).map(|word| word.replace("{demo}", &out)).collect();
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let variables: Vec<(String, String)> = variables.iter().map(owned).collect();
        let (served, address) = Self::serve(&words, &variables, folder.path());
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().tls_danger_accept_invalid_certs(true).build().expect("a client");
        Self { address, owner, tokens, folder, client, served, words, variables, engine }
    }

    fn serve(words: &[String], variables: &[(String, String)], folder: &Path) -> (Child, String) {
        let log = std::fs::File::options().create(true).append(true).open(folder.join("log")).expect("a file");
        let mut command = Command::new(sla_acceptance::binary());
        command.args(words).envs(variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut served = command.spawn().expect("the binary runs");
        let mut line = String::new();
        BufReader::new(served.stdout.as_mut().expect("piped")).read_line(&mut line).expect("it says where");
        let said: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let address = said["serving"].as_str().unwrap_or_else(|| panic!("{said}")).to_owned();
        (served, address)
    }

    /// Kills it as a power cut would, and serves the same ledger again.
    pub(crate) fn kill_and_serve(&mut self) {
        self.served.kill().expect("it runs");
        self.served.wait().expect("it ends");
        self.serve_again();
    }

    /// Serves the same ledger again after it was stopped.
    pub(crate) fn serve_again(&mut self) {
        (self.served, self.address) = Self::serve(&self.words, &self.variables, self.folder.path());
    }

    /// Makes a token and gives its secret.
    pub(crate) fn make_token(owner: &str, name: &str, account: &str, held: &[Permission]) -> String {
        let mut words = vec!["token", "make", name, "--json", "--account", account, "--label", "for a test"];
        words.extend(["--ledger", owner, "--actor", "admin"]);
        for permission in held {
            words.extend(["--permission", permission.name()]);
        }
        let made = sound(&words, "");
        made["secret"]["secret"].as_str().expect("a secret").to_owned()
    }

    /// Adds an account with the password.
    pub(crate) fn add_account(&self, name: &str, role: Role) {
        let words =
            ["account", "add", name, "--json", "--role", role.name(), "--ledger", &self.owner, "--actor", "admin"];
        sound(&words, PASSWORD);
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        self.client.request(method, format!("{}{path}", self.address))
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, text: response.text().await.expect("a text") }
    }

    /// Asks as a role.
    pub(crate) async fn ask(&self, role: Role, method: &str, path: &str, body: Option<Value>) -> Answer {
        let request = self.request(method, path).bearer_auth(&self.tokens[&role]);
        self.send(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    pub(crate) async fn get(&self, role: Role, path: &str) -> Answer {
        self.ask(role, "GET", path, None).await
    }

    /// Takes a step with prairie's October.
    pub(crate) async fn step(&self, role: Role, of: &str, body: Value) -> Answer {
        self.ask(role, "POST", &format!("/months/prairie/prairie-platform/2026-10{of}/steps"), Some(body)).await
    }

    /// The name of the last entry of the chain.
    pub(crate) fn head(&self) -> Value {
        sound(&["ledger", "verify", "--json", "--ledger", &self.owner], "")
    }

    /// The pooler and the server that keep the ledger.
    pub(crate) fn servers(&mut self) -> &mut (PgBouncer, Postgres) {
        match &mut self.engine {
            Engine::Postgres(servers) => servers,
            Engine::Sqlite => panic!("a file needs no server"),
        }
    }

    /// Everything that was logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).expect("the log")
    }

    /// Tells it to stop, and gives how it ended and what it said last.
    pub(crate) fn stop(&mut self) -> (std::process::ExitStatus, String) {
        let pid = Pid::from_child(&self.served);
        kill_process(pid, Signal::TERM).expect("it runs");
        let status = self.served.wait().expect("it ends");
        let mut rest = String::new();
        if let Some(mut out) = self.served.stdout.take() {
            out.read_to_string(&mut rest).expect("its last words");
        }
        (status, rest)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have been stopped already.
        let _ = self.served.kill();
        let _ = self.served.wait();
    }
}

/// The body of a step.
pub(crate) fn step(step: &str, amount: Option<&str>, note: &str) -> Value {
    match amount {
        Some(amount) => json!({ "step": step, "amount": amount, "note": note }),
        None => json!({ "step": step, "note": note }),
    }
}
