//! The harness itself: a server that a test starts is real, is the test's own, and is gone afterwards.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::Command;

use sla_acceptance::servers::{PgBouncer, Postgres, Prometheus};

#[test]
fn postgres_takes_the_password_and_is_gone_afterwards() {
    let server = Postgres::start();
    let [first, second] = [server.database(), server.database()];
    assert_ne!(first, second, "every database is fresh");
    let statement = "create table of_this_test (id bigint); select count(*) from of_this_test";
    for url in [&first, &second] {
        assert_eq!(psql(url, statement), Ok("0".to_owned()));
    }

    let at = first.find('@').expect("an address with a password");
    let wrong = format!("postgres://sla:wrong{}", &first[at..]);
    let refusal = psql(&wrong, "select 1").expect_err("a wrong password leads nowhere");
    assert!(refusal.contains("password authentication failed"), "{refusal}");

    let port = server.port();
    drop(server);
    assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err(), "port {port} is still served");
}

/// Without this the ledger's tests behind a pooler would prove nothing.
#[test]
fn pgbouncer_gives_one_client_more_than_one_session_and_is_gone_afterwards() {
    let server = Postgres::start();
    let pooler = PgBouncer::start(&server);
    let url = server.database();
    let pooled = pooler.pooled(&url);
    assert_ne!(pooled, url);
    assert_eq!(pooler.direct(&pooled), url);
    // Each statement is a transaction of its own; the wait lets the pooler open what it keeps in stock.
    let mut client = Command::new("psql");
    client.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--dbname", &pooled]);
    for _ in 0..20 {
        client.args(["--command", "select pg_backend_pid() from pg_sleep(0.1)"]);
    }
    let output = client.output().expect("psql runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let sessions: std::collections::BTreeSet<&str> = said.lines().collect();
    assert!(output.status.success() && sessions.len() > 1, "{sessions:?} {}", pooler.log());
    drop(pooler);
    let refusal = psql(&pooled, "select 1").expect_err("nobody serves");
    assert!(refusal.contains("Connection refused"), "{refusal}");
    assert_eq!(psql(&url, "select 1"), Ok("1".to_owned()), "the server behind serves on");
}

#[test]
fn prometheus_serves_what_was_back_filled_and_is_gone_afterwards() {
    let server = Prometheus::start(
        "# TYPE good gauge\ngood{tenant=\"nord\"} 7 1791000000\ngood{tenant=\"nord\"} 9 1791000060\n# EOF\n",
    );
    let check = |time: i64, expected: &str| {
        let reply = query(&server, "good", time);
        assert!(reply.contains(expected), "{reply} does not say {expected}");
    };
    check(1_790_999_999, "\"result\":[]");
    check(1_791_000_059, "[1791000059,\"7\"]");
    check(1_791_000_060, "[1791000060,\"9\"]");

    let address = server.url();
    let address = address.strip_prefix("http://").expect("a plain address");
    drop(server);
    assert!(TcpStream::connect(address).is_err(), "{address} is still served");
}

#[test]
fn an_empty_prometheus_has_no_sample() {
    let server = Prometheus::start_empty();
    let reply = query(&server, "count({__name__!=%22%22})", 1_791_000_000);
    assert!(reply.contains("\"result\":[]"), "{reply}");
}

#[test]
#[should_panic(expected = "promtool")]
fn a_text_that_is_no_openmetrics_ends_the_test() {
    let _ = Prometheus::start("good 7 1791000000\n");
}

/// What `psql` prints, or what it complains of.
fn psql(url: &str, statement: &str) -> Result<String, String> {
    let output = Command::new("psql")
        .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--dbname", url, "--command", statement])
        .output()
        .expect("psql runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// The reply to an instant query; `promql` must hold nothing that an address has to escape.
fn query(server: &Prometheus, promql: &str, time: i64) -> String {
    let url = server.url();
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).expect("the server listens");
    let path = format!("/api/v1/query?query={promql}&time={time}");
    write!(stream, "GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n").expect("the server reads");
    let mut reply = String::new();
    stream.read_to_string(&mut reply).expect("the server answers in text");
    reply
}
