//! A promise that is measured twice, through the real binary: counters of a real Prometheus beside rows of a real PostgreSQL that
//! hold the truth, rows of which one is wrong, and what the server estimates of the same counters.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use sla_acceptance::nord;
use sla_acceptance::servers::{Postgres, Prometheus, write};

use super::daily::{COUNTED, Desk, counted, days};
use super::{STEP_SECONDS, courses, made, rows};

/// The catalogue of a promise whose second reading is the SLI `second`.
fn catalogue(url: &str, tolerance: &str, second: &str) -> String {
    let database = nord::source("reports", "PostgreSQL", "urlEnv: REPORTS_DATABASE, timeoutSeconds: 20");
    let documents = counted(url) + &database + &nord::sli("second", second);
    let terms = format!("secondReading: {{ sli: second, tolerance: {tolerance}, whenOpen: undecidable }}");
    let commitment = format!("target: 99.9, {COUNTED}, {terms}, penalty: {}", nord::BANDS);
    nord::catalogue(&documents, Some("2026-10-04"), &commitment)
}

fn of_table() -> String {
    const ASKED: &str =
        "query: \"select t, good, total from slices where tenant = $tenant and t > $from and t <= $to\"";
    nord::ratio("reports", ("good", ASKED), ASKED)
}

fn estimated() -> String {
    let increase = |name: &str| format!("query: 'sum(increase({name}{{tenant=\"$tenant\"}}[$slice]))'");
    nord::ratio("prometheus", ("bad", &increase("requests_failed_total")), &increase("requests_total"))
}

/// Closes October and gives the folder's report, with the desk.
#[track_caller]
fn closed(desk: &Desk, address: &str) -> Value {
    let ledger = format!("sqlite:{}", desk.path("ledger.sqlite").display());
    let mut command = desk.command(&["close", "--month", "2026-10", "--actor", "tester", "--ledger", &ledger]);
    let output = command.env("REPORTS_DATABASE", address).output().expect("the binary runs");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let report = std::fs::read(desk.path("out/2026-10/nord/report.json")).expect("a report");
    serde_json::from_slice(&report).expect("JSON")
}

/// What both readings came to: agreement, verdict, and the least and the most difference.
fn told(report: &Value) -> [&Value; 4] {
    let commitment = &report["commitments"][0];
    let second = &commitment["second_reading"];
    let difference = &second["difference_points"];
    [&second["agreement"], &commitment["verdict"], &difference["low"], &difference["high"]]
}

#[test]
fn a_second_reading_confirms_the_first_or_takes_its_verdict() {
    let (written, truth) = made(days(), &courses());
    let server = Prometheus::start_receiving();
    write(server.port(), &written);
    let database = Postgres::start();
    let address = database.database();
    let values = rows(days(), &truth).into_iter().map(|row| {
        let [good, total] = [row.good, row.total].map(|units| units.expect("the server was there"));
        format!("('nord', to_timestamp({}), {good}, {total})", row.t)
    });
    let values: Vec<String> = values.collect();
    assert_eq!(i64::try_from(values.len()).ok(), Some(days().seconds() / STEP_SECONDS));
    database.execute_in(&address, "create table slices (tenant text, t timestamptz, good bigint, total bigint)");
    for part in values.chunks(1_000) {
        database.execute_in(&address, &format!("insert into slices values {}", part.join(", ")));
    }

    // Counted from samples it is the truth to the last event: nothing is tolerated, and nothing needs to be.
    let desk = Desk::of(&catalogue(&server.url(), "0", &of_table()));
    let report = closed(&desk, &address);
    assert_eq!(
        told(&report),
        [
            &json!("agree"),
            &report["commitments"][0]["second_reading"]["first"]["verdict"],
            &json!("0.0000"),
            &json!("0.0000")
        ]
    );
    let second = &report["commitments"][0]["second_reading"];
    assert_eq!(second["first"], second["second"]);
    let resting = report["commitments"][0]["evidence"].as_array().expect("a list");
    assert_eq!((resting.len(), resting.last()), (2, Some(&second["evidence"])));
    // The same again is the same month.
    assert_eq!(closed(&desk, &address), report);
    bundle_is_recomputed(&desk);

    // Somebody changed a row: the least that it can be is told, and no verdict is left.
    database.execute_in(&address, "update slices set good = 0 where t = (select min(t) from slices)");
    let desk = Desk::of(&catalogue(&server.url(), "0", &of_table()));
    let report = closed(&desk, &address);
    let [agreement, verdict, least, most] = told(&report);
    assert_eq!((agreement, verdict, least), (&json!("differ"), &json!("undecidable"), most));
    assert_ne!(least, &json!("0.0000"));
    let tolerated = Desk::of(&catalogue(&server.url(), "1", &of_table()));
    assert_eq!(told(&closed(&tolerated, &address))[0], &json!("agree"));

    // What the server makes of the same counters is not the truth.
    let desk = Desk::of(&catalogue(&server.url(), "0", &estimated()));
    let report = closed(&desk, &address);
    let [agreement, verdict, least, _] = told(&report);
    assert_eq!((agreement, verdict), (&json!("differ"), &json!("undecidable")), "{report}");
    assert_ne!(least, &json!("0.0000"));
    // Its days are captured as the first reading's are.
    let captured = desk.says(&["capture", "--from", "2026-10-01", "--to", "2026-10-04"]);
    assert_eq!(captured["days"].as_array().map(Vec::len), Some(8), "{captured}");
    let status = desk.says(&["capture", "status", "--month", "2026-10"]);
    let of: Vec<&Value> =
        status["commitments"].as_array().expect("a list").iter().map(|one| &one["second_reading"]).collect();
    assert_eq!(of, [&Value::Null, &json!("second")]);

    // A second source that is away is a month that is not closed: nothing is recorded by the first alone.
    let desk = Desk::of(&catalogue(&server.url(), "0", &of_table()));
    drop(database);
    let ledger = format!("sqlite:{}", desk.path("ledger.sqlite").display());
    let mut command = desk.command(&["close", "--month", "2026-10", "--actor", "tester", "--ledger", &ledger]);
    let output = command.env("REPORTS_DATABASE", &address).output().expect("the binary runs");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("sql.unavailable"), "{said}");
    assert!(!desk.path("out/2026-10").exists());
}

/// A sealed month is computed again from both readings, and each is missed.
fn bundle_is_recomputed(desk: &Desk) {
    let run = |words: &[&str]| {
        let mut command = Command::new(sla_acceptance::binary());
        command.args(words).arg("--json").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = command.spawn().expect("the binary runs");
        // Who needs no passphrase does not read it.
        let _ = running.stdin.take().expect("a pipe").write_all(b"a passphrase of tests\n");
        let output = running.wait_with_output().expect("the binary ends");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_str::<Value>(&said).expect("JSON")
    };
    let path = |name: &str| desk.path(name).display().to_string();
    run(&["key", "new", &path("sla.key")]);
    let ledger = format!("sqlite:{}", path("ledger.sqlite"));
    let sealed = run(&[
        "month",
        "bundle",
        "--month",
        "2026-10",
        "--tenant",
        "nord",
        "--key",
        &path("sla.key"),
        "--out",
        &path("sealed"),
        "--evidence",
        &path("out/evidence"),
        "--ledger",
        &ledger,
        "--catalogue",
        &path("catalogue"),
    ]);
    let file = sealed["file"].as_str().expect("a file");
    let verified = run(&["verify", file, "--key", &format!("{}.pub", path("sla.key"))]);
    assert_eq!(verified["agrees"], json!(true), "{verified}");
}
