//! Days that are captured into a bucket and a month that is closed from it elsewhere; and what becomes of a close when the bucket
//! has other bytes, other keys, or is not there.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use serde_json::Value;
use sla_acceptance::servers::{BucketServer, Condition, Prometheus, WrittenSeries, stale, write};
use sla_capture::decode;

use super::daily::{Desk, RANGE, catalogue, days, each, kill_at_random, outcomes};
use super::{courses, made, rows, same};

const PLACE: &str = "s3://reports/acme";

/// A desk whose evidence is in the bucket.
struct There<'a> {
    desk: Desk,
    bucket: &'a BucketServer,
}

impl There<'_> {
    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.desk.command(words);
        command.envs(self.bucket.environment()).env("SLA_EVIDENCE", PLACE);
        command
    }

    #[track_caller]
    fn says(&self, words: &[&str]) -> Value {
        said(&self.command(words).output().expect("the binary runs"))
    }

    fn ledger(&self) -> String {
        format!("sqlite:{}", self.desk.path("ledger.sqlite").display())
    }

    fn close(&self) -> Command {
        let mut command = self.command(&["close", "--month", "2026-10", "--actor", "tester"]);
        command.args(["--ledger", &self.ledger()]);
        command
    }

    /// Checks the evidence that the ledger names.
    fn verify(&self, evidence: &str) -> Output {
        let mut command = Command::new(sla_acceptance::binary());
        command.args(["ledger", "verify", "--json", "--ledger", &self.ledger(), "--evidence", evidence]);
        command.envs(self.bucket.environment()).output().expect("the binary runs")
    }
}

#[track_caller]
fn said(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}: {text}{}", output.status, String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&text).expect("JSON")
}

/// Why something was not done: its code and its words, which hold no secret.
#[track_caller]
fn refused(output: &Output, code: &str, exit: i32) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(exit), "{text}");
    assert!(text.contains(&format!("\"{code}\"")), "expected {code}: {text}");
    assert!(!text.contains(BucketServer::SECRET), "{text}");
    text
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

#[test]
fn a_month_is_closed_elsewhere_from_days_in_a_bucket() {
    let (written, truth) = made(days(), &courses());
    let server = Prometheus::start_receiving();
    write(server.port(), &written);
    let (text, bucket) = (catalogue(&server.url()), BucketServer::start());
    let (first, second) =
        (There { desk: Desk::of(&text), bucket: &bucket }, There { desk: Desk::of(&text), bucket: &bucket });
    assert_eq!(outcomes(&first.says(&RANGE)), each("captured"));
    assert!(!first.desk.path("out").exists(), "nothing is kept beside the bucket");
    assert_eq!(outcomes(&second.says(&RANGE)), each("unchanged"), "whoever captures the same adds nothing");
    let status = second.says(&["capture", "status", "--month", "2026-10"]);
    assert_eq!(status["commitments"][0]["complete"], 4, "{status}");
    // The same days in a folder, to compare with.
    let folder = Desk::of(&text);
    assert_eq!(outcomes(&folder.says(&RANGE)), each("captured"));

    killed_at_any_moment_a_bucket_comes_to_the_same(&text, &bucket);

    // The server has forgotten everything, and is gone.
    drop(server);
    let closed = said(&second.close().output().expect("the binary runs"));
    assert_eq!(closed["evidence"], "s3://reports/acme/evidence");
    assert!(!second.desk.path("out/evidence").exists() && !second.desk.path("out/captures").exists());
    let report = std::fs::read(second.desk.path("out/2026-10/nord/report.json")).expect("a report");
    let report: Value = serde_json::from_slice(&report).expect("JSON");
    let sha256 = report["evidence"][0]["sha256"].as_str().expect("a hash");
    let bytes = std::fs::read(bucket.file(&format!("acme/evidence/{sha256}.parquet"))).expect("it is in the bucket");
    same(&decode(&bytes).expect("evidence"), &rows(days(), &truth));
    let ledger = format!("sqlite:{}", folder.path("ledger.sqlite").display());
    folder.says(&["close", "--month", "2026-10", "--actor", "tester", "--ledger", &ledger]);
    let kept = std::fs::read(folder.path(&format!("out/evidence/{sha256}.parquet"))).expect("it is in the folder");
    assert!(kept == bytes, "a folder and a bucket hold the same");

    // What is in the bucket is what the ledger names; and so is a folder that it is copied to.
    assert_eq!(said(&second.verify(PLACE))["evidence"]["files"], 1);
    let copy = second.desk.path("copy");
    std::fs::create_dir_all(copy.join("evidence")).expect("a folder");
    std::fs::write(copy.join(format!("evidence/{sha256}.parquet")), &bytes).expect("a file");
    for place in [copy.clone(), copy.join("evidence")] {
        assert_eq!(said(&second.verify(&place.display().to_string()))["evidence"]["files"], 1);
    }
    // Closed again it is the month that is on record.
    let again = said(&second.close().output().expect("the binary runs"));
    assert_eq!(again["months"][0]["unchanged"], true, "{again}");

    the_ledger_tells_what_became_of_its_evidence(&second, &bucket, sha256);

    // Stated again from the same days it is the same.
    let mut restate = second.command(&["restate", "--month", "2026-10", "--tenant", "nord", "--actor", "tester"]);
    let restated = restate.args(["--ledger", &second.ledger()]).output().expect("the binary runs");
    refused(&restated, "restate.unchanged", 1);
    assert_eq!(said(&second.verify(PLACE))["evidence"]["files"], 1);
}

/// Twenty times killed, wherever it was, and then let alone.
fn killed_at_any_moment_a_bucket_comes_to_the_same(text: &str, undisturbed: &BucketServer) {
    let begun = Instant::now();
    let whole = There { desk: Desk::of(text), bucket: &BucketServer::start() };
    assert_eq!(outcomes(&whole.says(&RANGE)), each("captured"));
    let whole = begun.elapsed();
    let bucket = BucketServer::start();
    let there = There { desk: Desk::of(text), bucket: &bucket };
    kill_at_random(20, whole, || there.command(&RANGE));
    let said = there.says(&RANGE);
    assert!(outcomes(&said).iter().all(|day| day.ends_with("captured") || day.ends_with("unchanged")), "{said}");
    let of = |bucket: &BucketServer| {
        let objects = bucket.objects();
        assert_eq!(objects.len(), 8, "four days, each with its evidence: {:?}", objects.keys());
        objects
    };
    assert!(of(&bucket) == of(undisturbed), "killed and done again it is the same");
}

/// Some servers take no notice of what an object must be, so that one would be written over.
#[test]
fn a_bucket_that_writes_over_objects_is_refused() {
    let (written, _) = made(days(), &courses());
    let server = Prometheus::start_receiving();
    write(server.port(), &written);
    let text = catalogue(&server.url());
    let bucket = BucketServer::start_careless(Condition::IsNew);
    let there = There { desk: Desk::of(&text), bucket: &bucket };
    let told = refused(&there.command(&RANGE).output().expect("the binary runs"), "evidence.no_conditions", 1);
    assert!(told.contains("If-None-Match"), "{told}");
    let objects = bucket.objects();
    // It is named by its own hash: nobody's could be written over with it.
    assert!(objects.len() == 1 && objects.keys().all(|name| name.contains("/evidence/")), "{:?}", objects.keys());
    refused(&there.close().output().expect("the binary runs"), "evidence.no_conditions", 1);

    // One that looks for new objects only is found when a day has more than one version.
    let bucket = BucketServer::start_careless(Condition::IsAsSeen);
    let there = There { desk: Desk::of(&text), bucket: &bucket };
    assert_eq!(outcomes(&there.says(&RANGE)), each("captured"));
    let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let labels = vec![label("__name__", "requests_total"), label("instance", "late"), label("tenant", "nord")];
    let at = |minute: i64| (days().start + 90_000 + minute * 60) * 1000;
    let samples = (0..10).map(|minute| (at(minute), 7.0)).chain([(at(10), stale())]).collect();
    write(server.port(), &[WrittenSeries { labels, samples }]);
    refused(&there.command(&RANGE).output().expect("the binary runs"), "evidence.no_conditions", 1);
}

/// Two who capture the same days at once.
#[test]
fn who_captures_into_one_bucket_at_once_comes_to_the_same() {
    let (written, _) = made(days(), &courses());
    let server = Prometheus::start_receiving();
    write(server.port(), &written);
    let text = catalogue(&server.url());
    let alone = BucketServer::start();
    There { desk: Desk::of(&text), bucket: &alone }.says(&RANGE);
    let bucket = BucketServer::start();
    let desks: Vec<There<'_>> = (0..3).map(|_| There { desk: Desk::of(&text), bucket: &bucket }).collect();
    let running: Vec<_> = desks
        .iter()
        .map(|there| there.command(&RANGE).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs"))
        .collect();
    for one in running {
        let output = one.wait_with_output().expect("it has ended");
        let said = outcomes(&said(&output));
        assert!(said.iter().all(|day| day.ends_with("captured") || day.ends_with("unchanged")), "{said:?}");
    }
    assert!(bucket.objects() == alone.objects(), "each day is there once");
}

fn the_ledger_tells_what_became_of_its_evidence(there: &There<'_>, bucket: &BucketServer, sha256: &str) {
    let file = bucket.file(&format!("acme/evidence/{sha256}.parquet"));
    let whole = std::fs::read(&file).expect("it is in the bucket");
    let mut altered = whole.clone();
    altered[whole.len() / 2] ^= 1;
    std::fs::write(&file, altered).expect("the folder can be written");
    let text = refused(&there.verify(PLACE), "evidence.altered", 6);
    assert!(text.contains(sha256), "{text}");
    // What lies under its name is looked at before it is taken for kept.
    refused(&there.close().output().expect("the binary runs"), "evidence.altered", 1);
    std::fs::remove_file(&file).expect("the folder can be written");
    let text = refused(&there.verify(PLACE), "evidence.missing", 6);
    assert!(text.contains(sha256), "{text}");
    std::fs::write(&file, whole).expect("the folder can be written");
    assert_eq!(said(&there.verify(PLACE))["evidence"]["files"], 1);
}

#[test]
fn nothing_is_recorded_when_a_bucket_does_not_give_or_take() {
    let (written, _) = made(days(), &courses());
    let server = Prometheus::start_receiving();
    write(server.port(), &written);
    let mut bucket = BucketServer::start();
    let text = catalogue(&server.url());
    let there = There { desk: Desk::of(&text), bucket: &bucket };
    assert_eq!(outcomes(&there.says(&RANGE)), each("captured"));
    let nothing_recorded = |there: &There<'_>| {
        let mut head = Command::new(sla_acceptance::binary());
        head.args(["ledger", "head", "--json", "--ledger", &there.ledger()]);
        let output = head.output().expect("the binary runs");
        let value: Value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        assert!(!output.status.success() || value["entries"] == 0, "{value}");
        assert!(!there.desk.path("out/2026-10").exists(), "no documents");
    };
    let check = |there: &There<'_>, variables: &[(&str, &str)], code: &str| {
        let mut close = there.close();
        close.envs(variables.iter().copied());
        let text = refused(&close.output().expect("the binary runs"), code, 1);
        nothing_recorded(there);
        text
    };

    // A day's evidence is another, or gone.
    let kept = files(&bucket.file("acme/evidence"));
    let whole = std::fs::read(&kept[0]).expect("evidence");
    let name = kept[0].file_name().expect("a name").to_string_lossy().into_owned();
    std::fs::write(&kept[0], &whole[..whole.len() - 1]).expect("the folder can be written");
    assert!(check(&there, &[], "evidence.altered").contains(&name), "the object is named");
    std::fs::remove_file(&kept[0]).expect("the folder can be written");
    assert!(check(&there, &[], "evidence.missing").contains(&name), "the object is named");
    std::fs::write(&kept[0], whole).expect("the folder can be written");

    check(&there, &[("AWS_SECRET_ACCESS_KEY", "another secret")], "evidence.credentials");
    check(&there, &[("SLA_EVIDENCE", "s3://elsewhere/acme")], "evidence.no_bucket");
    check(&there, &[("SLA_EVIDENCE", "https://reports/acme")], "evidence.address");
    check(&there, &[("SLA_EVIDENCE", "s3://key:secret@reports/acme")], "evidence.address");
    check(&there, &[("AWS_ENDPOINT_URL", "http://192.0.2.1:9000")], "evidence.plain_http");
    drop(there);

    bucket.stop();
    let there = There { desk: Desk::of(&text), bucket: &bucket };
    let text = check(&there, &[], "evidence.unreachable");
    assert_eq!(text.matches("cannot be reached").count(), 1, "{text}");
    refused(&there.command(&RANGE).output().expect("the binary runs"), "evidence.unreachable", 1);
    let status = there.command(&["capture", "status", "--month", "2026-10"]).output().expect("the binary runs");
    refused(&status, "evidence.unreachable", 1);
    drop(there);
    bucket.start_again();
    let there = There { desk: Desk::of(&catalogue(&server.url())), bucket: &bucket };
    said(&there.close().output().expect("the binary runs"));
}

#[test]
fn a_ledger_whose_bucket_is_away_says_so_once() {
    let (written, _) = made(days(), &courses());
    let server = Prometheus::start_receiving();
    write(server.port(), &written);
    let mut bucket = BucketServer::start();
    let text = catalogue(&server.url());
    let (there, place) = (There { desk: Desk::of(&text), bucket: &bucket }, PLACE);
    said(&there.close().output().expect("the binary runs"));
    let There { desk, .. } = there;
    bucket.stop();
    let there = There { desk, bucket: &bucket };
    let text = refused(&there.verify(place), "evidence.unreachable", 1);
    assert!(!text.contains("missing"), "{text}");
}
