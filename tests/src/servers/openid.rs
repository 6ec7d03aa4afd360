//! A certified OpenID provider (`oidc-provider`, run by Node) with the people that a test gave it.

use std::fmt;
use std::path::PathBuf;
use std::process::Command;

use rustix::process::Signal;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use super::{Server, find, guarded};

/// Somebody whom the provider knows.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// What it knows them by.
    pub subject: &'static str,
    /// Their e-mail address.
    pub email: &'static str,
    /// Whether the provider has verified it.
    pub is_verified: bool,
}

/// A provider on loopback. Whom it signs in stands in `login_hint`; it asks nobody for a password.
pub struct OpenIdProvider {
    // The server must stop before its folder goes: fields are dropped in this order.
    server: Option<Server>,
    folder: TempDir,
    port: u16,
    settings: Value,
}

impl OpenIdProvider {
    /// The name under which it knows the desk.
    pub const CLIENT: &'static str = "desk";
    /// The secret that it gave the desk.
    pub const SECRET: &'static str = "a secret of the desk at its provider";

    /// Starts a provider that sends people back to these addresses.
    ///
    /// # Panics
    /// If Node or the provider is not installed, or it does not get ready.
    #[must_use]
    pub fn start(people: &[Person], redirects: &[&str]) -> Self {
        let people: Map<String, Value> = people
            .iter()
            .map(|one| {
                let claims = json!({ "email": one.email, "email_verified": one.is_verified });
                (one.subject.to_owned(), claims)
            })
            .collect();
        let settings = json!({
            "client": { "id": Self::CLIENT, "secret": Self::SECRET }, "redirects": redirects, "people": people,
        });
        let folder = tempfile::Builder::new().prefix("sla-openid-").tempdir().expect("a temporary folder");
        let (server, port) = serve(&folder, &settings, "first", None);
        Self { server: Some(server), folder, port, settings }
    }

    /// Its address, as it names itself.
    #[must_use]
    pub fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Stops it.
    pub fn stop(&mut self) {
        self.server = None;
    }

    /// Starts it again at the same address, with another key of that name. What was under way there is forgotten.
    ///
    /// # Panics
    /// As [`Self::start`].
    pub fn start_again(&mut self, key: &str) {
        self.stop();
        self.server = Some(serve(&self.folder, &self.settings, key, Some(self.port)).0);
    }
}

impl fmt::Debug for OpenIdProvider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("OpenIdProvider").field("issuer", &self.issuer()).finish_non_exhaustive()
    }
}

fn serve(folder: &TempDir, settings: &Value, key: &str, port: Option<u16>) -> (Server, u16) {
    let node = find("node");
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("openid").join("provider.mjs");
    let library = script.with_file_name("node_modules").join("oidc-provider");
    assert!(library.is_dir(), "{} is not installed: run `cargo xtask setup`", library.display());
    let file = folder.path().join("settings.json");
    let command = |port: u16| {
        let mut settings = settings.clone();
        settings["port"] = json!(port);
        settings["key"] = json!(key);
        std::fs::write(&file, settings.to_string()).expect("the server's folder can be written");
        let mut command: Command = guarded(&node, None, "TERM");
        command.arg(&script).arg(&file);
        command
    };
    let log = folder.path().join("log");
    let ready = |_, _| std::fs::read_to_string(&log).is_ok_and(|log| log.lines().any(|line| line == "listening"));
    Server::start_at(&log, Signal::TERM, port, command, ready)
}
