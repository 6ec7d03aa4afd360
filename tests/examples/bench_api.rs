//! The API under load: 10 000 tenants with 36 months each in PostgreSQL, lists and overviews asked for 200 times a second.
//!
//! Requests are sent by the clock, whether the ones before were answered or not, and each is measured from when it should have
//! been sent: a server that cannot keep up is not helped by whoever waits for it.

#![allow(clippy::print_stdout, reason = "a bench tells its figures")]

mod filling;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Client;
use sla_acceptance::servers::Postgres;

const TENANTS: u32 = 10_000;
const MONTHS: u32 = 36;
const PER_SECOND: u32 = 200;
const SECONDS: u32 = 30;

/// What is asked for in turn: first pages and later ones, filters, sorts and the sums of a month.
const PATHS: [&str; 8] = [
    "/months",
    "/months?month=2026-10&sort=tenant",
    "/months?sort=-amount&month=2026-09",
    "/months?tenant=tenant-4711",
    "/months?month=2025-06&verdict=breached&limit=100",
    "/credits?state=draft&month=2026-10&sort=due",
    "/overview?month=2026-10",
    "/overview?month=2024-02",
];

fn sla(arguments: &[&str]) -> serde_json::Value {
    let output = Command::new(sla_acceptance::binary()).args(arguments).output().expect("the binary runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// A program that ends with the bench.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Served {
    /// Memory that it holds, in kB.
    fn resident_kb(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a figure");
        line.trim().trim_end_matches(" kB").trim().parse().expect("a number")
    }
}

#[tokio::main]
async fn main() {
    let server = Postgres::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("demo").display().to_string();
    sla(&["demo", "--json", "--out", &out]);
    let (owner, file) = (server.database(), format!("sqlite:{out}/ledger.sqlite"));
    sla(&["ledger", "restore", "--json", "--from", &file, "--ledger", &owner]);
    let guest = server.as_guest(&owner);
    sla(&["ledger", "grant", "--json", "--to", "guest", "--ledger", &owner]);
    let of = ["--json", "--ledger", &owner, "--actor", "root"];
    for (name, role) in [("root", "admin"), ("finance", "finance")] {
        sla(&[["account", "add", name, "--role", role, "--no-password"].as_slice(), &of].concat());
    }
    let held = ["--label", "load", "--permission", "months.read"];
    let made = sla(&[["token", "make", "load", "--account", "finance"].as_slice(), &held, &of].concat());
    let secret = made["secret"]["secret"].as_str().expect("a secret").to_owned();
    let begun = Instant::now();
    for statement in filling::statements(TENANTS, MONTHS) {
        server.execute_in(&owner, &statement);
    }
    server.execute_in(&owner, "vacuum analyze");
    println!("{TENANTS} tenants, {MONTHS} months each, in {:.1} s", begun.elapsed().as_secs_f64());

    let mut command = Command::new(sla_acceptance::binary());
    command.args(["serve", "--json", "--listen", "127.0.0.1:0", "--requests-per-second", "100000", "--ledger", &guest]);
    let mut served = Served(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the binary runs"));
    let mut line = String::new();
    BufReader::new(served.0.stdout.take().expect("piped")).read_line(&mut line).expect("it says where");
    let said: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    let address = said["serving"].as_str().expect("an address").to_owned();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Arc::new(Client::builder().no_proxy().build().expect("a client"));
    let ask = async |path: &str| {
        let response = client.get(format!("{address}{path}")).bearer_auth(&secret).send().await.expect("an answer");
        assert!(response.status().is_success(), "{path}: {}", response.status());
        response.bytes().await.expect("a body").len()
    };
    for path in PATHS {
        let (begun, bytes) = (Instant::now(), ask(path).await);
        println!("{path}: {bytes} bytes, alone {:.1} ms", begun.elapsed().as_secs_f64() * 1e3);
    }
    let before = served.resident_kb();
    let begun = Instant::now();
    let mut asked = Vec::new();
    for number in 0..PER_SECOND * SECONDS {
        let due = begun + Duration::from_secs(1) * number / PER_SECOND;
        tokio::time::sleep_until(due.into()).await;
        let (client, url) = (client.clone(), format!("{address}{}", PATHS[number as usize % PATHS.len()]));
        let secret = secret.clone();
        asked.push(tokio::spawn(async move {
            let response = client.get(url).bearer_auth(secret).send().await.expect("an answer");
            let status = response.status();
            response.bytes().await.expect("a body");
            (status, due.elapsed())
        }));
    }
    let (mut all, mut refused) = (Vec::new(), BTreeMap::new());
    let mut by_path: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    for (number, one) in asked.into_iter().enumerate() {
        let (status, took) = one.await.expect("answered");
        *refused.entry(status.as_u16()).or_insert(0_u32) += u32::from(!status.is_success());
        all.push(took);
        by_path.entry(PATHS[number % PATHS.len()]).or_default().push(took);
    }
    let told = |name: &str, mut took: Vec<Duration>| {
        took.sort_unstable();
        let at = |share: usize| took[(took.len() * share / 100).min(took.len() - 1)].as_secs_f64() * 1e3;
        println!("{name}: median {:.1} ms, p99 {:.1} ms, slowest {:.1} ms", at(50), at(99), at(100));
    };
    for (path, took) in by_path {
        told(path, took);
    }
    told("all", all);
    println!(
        "memory of the program: {} MB before, {} MB after {} requests",
        before / 1024,
        served.resident_kb() / 1024,
        PER_SECOND * SECONDS
    );
}
