//! Rows of slices out of a real PostgreSQL: exact numbers, one moment, nothing written, and no password anywhere.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use sla_acceptance::nord;
use sla_acceptance::servers::{PgBouncer, Postgres, Shutdown};
use sla_capture::{
    CaptureError, CaptureRequest, Database, NoProgress, Secret, Slice, Slices, Source, SqlConfig, answers, encode,
};
use sla_core::catalogue::{Bound, Comparison, Variables};
use sla_core::evidence::{MICRO_EVENTS, Note};
use sla_core::plan::{FileContent, What};
use sla_core::time::{Month, Period};

/// A table of one minute's slices, with rows of another tenant and of other months.
const TABLE: &str = "
create table slices (tenant text, t timestamptz, good numeric, total numeric);
insert into slices
    select tenant, t, case when extract(minute from t) = 7 then 40 else 60 end, 60
    from generate_series(timestamptz '2026-09-30T21:58:00Z', timestamptz '2026-10-01T03:00:00Z', '1 minute') as t,
        unnest(array['nord', 'west''s']) as tenant";
const QUERY: &str =
    "select t, good, total from slices where tenant = $tenant and t > $from and t <= $to order by good, t";

fn hours() -> Period {
    let start = "2026-10".parse::<Month>().expect("a month").period("Europe/Berlin".parse().expect("a zone")).start;
    Period { start, end: start + 3 * 3600 }
}

fn variables() -> Variables {
    Variables::new("nord", &std::collections::BTreeMap::new(), 60)
}

fn database(url: &str) -> Database {
    let mut config = SqlConfig::new(Secret::new(url));
    config.attempts = 1;
    config.statement_timeout = Duration::from_secs(20);
    Database::new(config).expect("an address")
}

async fn capture_of(database: &Database, sql: &str, content: FileContent) -> Result<Slices, CaptureError> {
    let source = database.source(variables().in_sql(sql).expect("known variables"), content);
    source.capture(&CaptureRequest { period: hours(), step_seconds: 60 }, &NoProgress).await
}

async fn capture(database: &Database, sql: &str) -> Result<Slices, CaptureError> {
    capture_of(database, sql, FileContent::Counts).await
}

fn password(url: &str) -> &str {
    url.split(['/', ':', '@']).nth(4).expect("a password")
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_become_slices_exactly() {
    let server = Postgres::start();
    let url = server.database();
    server.execute_in(&url, TABLE);
    let direct = database(&url);
    let slices = capture(&direct, QUERY).await.expect("slices");
    let expected: Vec<Slice> = (1..=180)
        .map(|minute| {
            let good = if minute % 60 == 7 { 40 } else { 60 };
            Slice { t: hours().start + minute * 60, good: Some(good), total: Some(60) }
        })
        .collect();
    assert_eq!(slices.rows(), expected);
    let provenance = slices.provenance();
    assert!(provenance.server_version.starts_with("PostgreSQL "), "{}", provenance.server_version);
    assert_eq!(provenance.source, format!("postgres://127.0.0.1:{}/ledger_1", server.port()));
    assert_eq!((provenance.scale, provenance.notes.as_slice()), (1, &[] as &[Note]));
    for part in ["tenant = $1 and t > $2::timestamptz", "$1: tenant \"nord\"", "columns t, good, total"] {
        assert!(provenance.query.contains(part), "{} lacks {part}", provenance.query);
    }
    let what = What::Sql { statement: variables().in_sql(QUERY).expect("sound"), content: FileContent::Counts };
    assert!(answers(&what, &provenance.query, &provenance.source));
    // The same again, and in another order, through a pooler: the same bytes but for what says whom it came from.
    assert!(encode(&capture(&direct, QUERY).await.expect("slices")) == encode(&slices));
    let bouncer = PgBouncer::start(&server);
    let pooled = database(&bouncer.pooled(&url));
    for _ in 0..5 {
        assert_eq!(capture(&pooled, QUERY).await.expect("slices").rows(), expected);
    }
    assert_eq!(server.ask("select count(*) from pg_prepared_statements"), "0");
    let about = pooled.about().await.expect("it answers");
    assert!(about.is_read_only && about.version.starts_with("PostgreSQL "), "{about:?}");
    types_lose_nothing(&direct).await;
    what_is_no_evidence_is_refused(&direct, &url).await;
}

/// Each type of number, null and not a number.
async fn types_lose_nothing(database: &Database) {
    async fn check(database: &Database, good: &str, scale: i64, expected: Option<i64>) {
        let sql = format!(
            "select * from (values ($from + $slice, {good}, 1000000::bigint), ($from + 2 * $slice, null, 5),
                ($from + 3 * $slice, {good}, 7)) as it (t, good, total) where t > $from and t <= $to"
        );
        let slices = capture(database, &sql).await.unwrap_or_else(|error| panic!("{good}: {error}"));
        let good_of: Vec<Option<i64>> = slices.rows().iter().map(|row| row.good).collect();
        assert_eq!(slices.provenance().scale, scale, "{good}");
        assert_eq!(good_of, [expected, None, expected], "{good}");
    }
    check(database, "7::smallint", 1, Some(7)).await;
    check(database, "7::integer", 1, Some(7)).await;
    check(database, "9007199254740993::bigint", 1, Some(9_007_199_254_740_993)).await;
    check(database, "12345678901234.000::numeric", 1, Some(12_345_678_901_234)).await;
    check(database, "0.100001::numeric", MICRO_EVENTS, Some(100_001)).await;
    check(database, "0.3::double precision", MICRO_EVENTS, Some(300_000)).await;
    check(database, "0.1::real", MICRO_EVENTS, Some(100_000)).await;
    check(database, "-3::numeric", 1, Some(-3)).await;
    // A value that keeps a bound, to the last decimal.
    let bound = Bound { comparison: Comparison::AtMost, value: "0.3".parse().expect("a number") };
    let sql = "select $from + $slice * n as t, case n when 1 then 0.3 when 2 then 0.30000000000000001 end as value
        from generate_series(1, 3) as n where $from < $to";
    let slices = capture_of(database, sql, FileContent::Bounded(bound)).await.expect("slices");
    let rows: Vec<_> = slices.rows().iter().map(|row| (row.good, row.total)).collect();
    assert_eq!(rows, [(Some(1), Some(1)), (Some(0), Some(1)), (None, None)]);
}

async fn what_is_no_evidence_is_refused(database: &Database, url: &str) {
    let check = async |sql: &str, code: &str, parts: &[&str]| {
        let error = capture(database, sql).await.expect_err(sql);
        let told = format!("{error} {error:?}");
        assert_eq!(error.code(), code, "{sql}: {error}");
        for part in parts {
            assert!(told.contains(part), "{told} does not say {part}");
        }
        assert!(!told.contains(password(url)), "{told}");
    };
    let row = |t: &str| format!("select {t} as t, 1 as good, 1 as total where $from < $to");
    // Whatever would write.
    check("insert into slices values ('x', $from, 1, 1) returning t, good, total", "sql.writes", &["INSERT"]).await;
    let hidden = "with gone as (delete from slices returning *) select t, good, total from gone";
    check(hidden, "sql.writes", &["expected a query that only reads"]).await;
    check("create table stolen (t timestamptz)", "sql.writes", &["CREATE TABLE"]).await;
    check("set transaction read write", "sql.rejected", &["before any query"]).await;
    check("commit", "sql.no_rows", &[]).await;
    check("select 1; drop table slices", "sql.rejected", &["multiple commands"]).await;
    // What cannot be asked.
    check("select t, good, total from slice", "sql.rejected", &["\"slice\" does not exist", "from slice"]).await;
    check("select t good total", "sql.rejected", &["syntax error"]).await;
    check(&row("$tenant::uuid"), "sql.rejected", &["uuid"]).await;
    // Other columns and types.
    check(&row("$to").replace("good", "gut"), "sql.columns", &["the column \"gut\"", "t, good, total"]).await;
    check(&row("$to").replace(", 1 as total", ""), "sql.columns", &["no column total"]).await;
    check(&row("$to").replace("as total", "as good"), "sql.columns", &["good twice"]).await;
    check(&row("$to").replace("as total", "as total, 2 as total"), "sql.columns", &["total twice"]).await;
    check(&row("$to::timestamp"), "sql.type", &["column t", "timestamp", "at time zone"]).await;
    check(&row("'2026-10-01'::text"), "sql.type", &["column t", "text"]).await;
    check(&row("$to").replace("1 as good", "'1' as good"), "sql.type", &["column good", "text", "numeric"]).await;
    check(&row("$to").replace("1 as good", "true as good"), "sql.type", &["column good", "bool"]).await;
    // Other rows.
    check(&row("null::timestamptz"), "sql.cell", &["row 1, column t", "null"]).await;
    check(&row("'infinity'::timestamptz"), "sql.cell", &["infinite"]).await;
    check(&row("$to - interval '30 seconds'"), "sql.off_grid", &["2026-10-01T00:59:30Z", "60 s"]).await;
    check(&row("$to - interval '1 microsecond'"), "sql.off_grid", &["999999 µs"]).await;
    check(&row("$from"), "sql.outside_period", &["2026-09-30T22:00:00Z", "t > $from"]).await;
    check(&row("$to + $slice"), "sql.outside_period", &["2026-10-01T01:01:00Z"]).await;
    let twice = QUERY.replace("tenant = $tenant", "$tenant <> ''");
    check(&twice, "sql.duplicate", &["a second time", "ask for one tenant"]).await;
    check(&format!("{} limit 0", row("$to")), "sql.no_rows", &["2026-09-30T22:00:00Z"]).await;
    check(&row("$to").replace("1 as total", "null::bigint as total"), "capture.unusable", &["no number"]).await;
    // The table is as it was.
    assert_eq!(capture(database, QUERY).await.expect("slices").rows().len(), 180);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_slow_strange_or_gone_is_told_apart() {
    let mut server = Postgres::start();
    let url = server.database();
    server.execute_in(&url, TABLE);
    let check = async |database: &Database, sql: &str, code: &str, part: &str| {
        let error = capture(database, sql).await.expect_err("refused");
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(part), "{error}");
        assert!(!format!("{error} {error:?}").contains(password(&url)), "{error}");
    };
    let quick = Database::new(SqlConfig { statement_timeout: Duration::from_secs(1), ..config(&url) });
    let slow = "select $to as t, 1 as good, 1 as total from pg_sleep(60) where $from < $to";
    check(&quick.expect("an address"), slow, "sql.too_slow", "1 s").await;
    check(&database(&server.as_guest(&url)), QUERY, "sql.denied", "permission denied").await;
    check(&database(&url.replace("//sla:", "//nobody:")), QUERY, "sql.denied", "nobody").await;
    check(&database(&format!("{url}_gone")), QUERY, "sql.denied", "does not exist").await;
    server.stop(Shutdown::Fast);
    check(&database(&url), QUERY, "sql.unavailable", "does not answer").await;
    // It comes back while somebody tries.
    server.start_again();
    let patient = Database::new(SqlConfig { attempts: 4, ..config(&url) }).expect("an address");
    assert_eq!(capture(&patient, QUERY).await.expect("slices").rows().len(), 180);
}

fn config(url: &str) -> SqlConfig {
    SqlConfig { attempts: 1, ..SqlConfig::new(Secret::new(url)) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_checked_where_an_authority_is_named() {
    let server = Postgres::start_with_tls();
    let by_number = server.database();
    let by_name = by_number.replace("127.0.0.1", "localhost");
    let pem = |server: &Postgres| Some(std::fs::read(server.authority()).expect("a certificate"));
    let sql = "select $to as t, 1 as good, 1 as total where $from < $to";
    let asked = async |url: &str, ca_pem| {
        let database = Database::new(SqlConfig { ca_pem, ..config(url) }).expect("an address");
        capture(&database, sql).await.map(|slices| slices.rows().len()).map_err(|error| error.code())
    };
    assert_eq!(asked(&by_name, pem(&server)).await, Ok(1));
    assert_eq!(asked(&by_number, pem(&server)).await, Err("sql.untrusted"));
    assert_eq!(asked(&by_name, pem(&Postgres::start_with_tls())).await, Err("sql.untrusted"));
    assert_eq!(asked(&format!("{by_name}?sslmode=verify-full"), None).await, Err("sql.untrusted"));
    assert_eq!(asked(&format!("{by_name}?sslmode=verify-ca"), pem(&server)).await, Ok(1));
    assert_eq!(asked(&by_name, Some(b"no certificate".to_vec())).await, Err("sql.untrusted"));
}

/// A month through the real binary; what it says and leaves holds no password.
#[test]
fn a_month_is_closed_from_a_database() {
    let server = Postgres::start();
    let url = server.database();
    server.execute_in(&url, &TABLE.replace("2026-10-01T03:00:00Z", "2026-10-31T23:00:00Z"));
    let desk = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| desk.path().join(name);
    std::fs::create_dir(path("catalogue")).expect("a folder");
    std::fs::write(path("catalogue/all.yaml"), catalogue()).expect("a file");
    let close = |address: Option<&str>| {
        let mut command = Command::new(sla_acceptance::binary());
        command.args(["close", "--month", "2026-10", "--actor", "tester", "--json", "--ledger"]);
        command.arg(format!("sqlite:{}", path("ledger.sqlite").display()));
        command.arg("--catalogue").arg(path("catalogue")).arg("--out").arg(path("out"));
        command.env("RUST_LOG", "trace").env_remove("REPORTS_DATABASE");
        if let Some(address) = address {
            command.env("REPORTS_DATABASE", address);
        }
        command.output().expect("the binary runs")
    };
    let refused = |address: Option<&str>, code: &str| {
        let said = said(&close(address));
        assert!(said.contains(code), "{said}");
        assert!(!said.contains(password(&url)), "{said}");
    };
    refused(None, "capture.secret");
    refused(Some(&url.replace("//sla:", "//nobody:")), "sql.denied");
    refused(Some(&url.replace("/ledger_1", "")), "sql.address");
    refused(Some(&url.replace(&format!(":{}/", server.port()), ":1/")), "sql.unavailable");
    let closed = close(Some(&url));
    let told = said(&closed);
    assert!(closed.status.success(), "{told}");
    assert!(!told.contains(password(&url)), "{told}");
    let report = std::fs::read_to_string(path("out/2026-10/nord/report.json")).expect("a report");
    // Twenty events of 60 in one minute of each of 745 hours.
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    let counted = report["commitments"][0].to_string();
    for number in [745 * 60 * 60, 745 * 20] {
        assert!(counted.contains(&number.to_string()), "{counted} lacks {number}");
    }
    holds_nowhere(desk.path(), password(&url));
}

/// A month of beats through the real binary: in the seventh minute of each hour both probes say that the target is down.
#[test]
fn a_month_of_beats_is_closed_from_a_database() {
    let server = Postgres::start();
    let url = server.database();
    server.execute_in(
        &url,
        "create table beats as select t, probe, target, target = 'blog' or extract(minute from t) <> 7 as ok
            from generate_series(timestamptz '2026-09-30T21:50:00Z', timestamptz '2026-10-31T23:05:00Z', '1 minute') as t,
                unnest(array['ber', 'fra']) as probe, unnest(array['nord', 'blog']) as target",
    );
    let desk = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| desk.path().join(name);
    std::fs::create_dir(path("catalogue")).expect("a folder");
    let sli = "heartbeats: { target: $tenant, metricSource: { metricSourceRef: reports, spec: { query: \"select t, probe, target, \
               ok from beats where t > $from and t <= $to\" } } }";
    let database = nord::source("reports", "PostgreSQL", "urlEnv: REPORTS_DATABASE, timeoutSeconds: 60");
    let heartbeat = "{ intervalSeconds: 60, graceSeconds: 30, downWhen: { probes: 2, of: 2 }, sliceDown: any }";
    let promised = format!("target: 99.9, method: Timeslices, heartbeat: {heartbeat}, penalty: {}", nord::BANDS);
    let catalogue = nord::catalogue(&(database + &nord::sli("measured", sli)), None, &promised);
    std::fs::write(path("catalogue/all.yaml"), catalogue).expect("a file");
    let mut command = Command::new(sla_acceptance::binary());
    command.args(["close", "--month", "2026-10", "--actor", "tester", "--ledger"]);
    command.arg(format!("sqlite:{}", path("ledger.sqlite").display()));
    command.arg("--catalogue").arg(path("catalogue")).arg("--out").arg(path("out")).env("REPORTS_DATABASE", &url);
    let closed = command.output().expect("the binary runs");
    assert!(closed.status.success(), "{}", said(&closed));
    let report = std::fs::read_to_string(path("out/2026-10/nord/report.json")).expect("a report");
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!(report["commitments"][0]["verdict"], "breached", "{}", report["commitments"][0]);
    let evidence = &report["evidence"][0];
    assert!(evidence["source"].as_str().is_some_and(|source| source.ends_with("probes ber, fra")), "{evidence}");
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

fn holds_nowhere(folder: &Path, secret: &str) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            holds_nowhere(&path, secret);
            continue;
        }
        let bytes = std::fs::read(&path).expect("a file");
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{}", path.display());
    }
}

fn catalogue() -> String {
    const ASKED: &str =
        "query: \"select t, good, total from slices where tenant = $tenant and t > $from and t <= $to\"";
    let requests = nord::ratio("reports", ("good", ASKED), ASKED);
    let database = nord::source("reports", "PostgreSQL", "urlEnv: REPORTS_DATABASE, timeoutSeconds: 20");
    let documents = database + &nord::sli("measured", &requests);
    nord::catalogue(&documents, None, &format!("target: 99.9, method: Occurrences, penalty: {}", nord::BANDS))
}
