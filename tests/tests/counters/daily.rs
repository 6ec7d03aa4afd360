//! `sla capture` through the real binary: day by day, killed and done again, changed by its source, and the month that is closed
//! when the server is gone.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use sla_acceptance::nord;
use sla_acceptance::servers::{Prometheus, WrittenSeries, write};
use sla_capture::{EvidenceStore, decode};
use sla_core::time::Period;
use tempfile::TempDir;

use super::{Dice, courses, made, month, rows};

/// The contract is in force for four days.
const DAYS: i64 = 4;

pub(super) fn days() -> Period {
    Period { end: month().start + DAYS * 86_400, ..month() }
}

pub(super) struct Desk(TempDir);

impl Desk {
    fn new(url: &str) -> Self {
        Self::of(&catalogue(url))
    }

    pub(super) fn of(catalogue: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("sla-desk-").tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("catalogue")).expect("the folder can be written");
        std::fs::write(folder.path().join("catalogue/all.yaml"), catalogue).expect("the folder can be written");
        Self(folder)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(sla_acceptance::binary());
        command
            .args(words)
            .arg("--json")
            .arg("--catalogue")
            .arg(self.path("catalogue"))
            .arg("--out")
            .arg(self.path("out"));
        command
    }

    pub(super) fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().expect("the binary runs")
    }

    #[track_caller]
    pub(super) fn says(&self, words: &[&str]) -> Value {
        let output = self.run(words);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{}: {text}{}", output.status, String::from_utf8_lossy(&output.stderr));
        serde_json::from_str(&text).expect("JSON")
    }

    /// What is captured, every file with its bytes.
    fn captured(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.path("out"), Path::new(""), &mut files);
        files
    }

    /// The states of the month's days, and how many versions there are of each.
    fn states(&self) -> Vec<(String, i64)> {
        let status = self.says(&["capture", "status", "--month", "2026-10"]);
        let [one] = status["commitments"].as_array().expect("a list").as_slice() else { panic!("{status}") };
        let days = one["days"].as_array().expect("a list").iter();
        let state =
            |day: &Value| (day["state"].as_str().unwrap_or("").to_owned(), day["versions"].as_i64().unwrap_or(-1));
        days.map(state).collect()
    }
}

fn collect(root: &Path, below: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    let Ok(entries) = std::fs::read_dir(root.join(below)) else { return };
    for entry in entries {
        let name = below.join(entry.expect("the folder can be read").file_name());
        let path = root.join(&name);
        // What a killed program was writing is no evidence: it has no name that anybody reads.
        let is_half = name.extension().is_some_and(|ending| ending == "tmp");
        if path.is_dir() {
            collect(root, &name, files);
        } else if !is_half {
            files.insert(name, std::fs::read(path).expect("the file can be read"));
        }
    }
}

pub(super) fn outcomes(said: &Value) -> Vec<String> {
    let days = said["days"].as_array().expect("a list").iter();
    days.map(|day| format!("{} {}", day["day"].as_str().unwrap_or(""), day["outcome"].as_str().unwrap_or(""))).collect()
}

pub(super) fn each(outcome: &str) -> Vec<String> {
    (1..=DAYS).map(|day| format!("2026-10-{day:02} {outcome}")).collect()
}

pub(super) const RANGE: [&str; 5] = ["capture", "--from", "2026-10-01", "--to", "2026-10-04"];

#[test]
fn days_are_captured_once_kept_in_versions_and_closed_without_their_server() {
    let (written, truth) = made(days(), &courses());
    let server = Prometheus::start_receiving();
    write(server.port(), &written);
    let desk = Desk::new(&server.url());
    assert_eq!(desk.states(), vec![("missing".to_owned(), 0); 4]);
    assert_eq!(outcomes(&desk.says(&RANGE)), each("captured"));
    assert_eq!(desk.states(), vec![("complete".to_owned(), 1); 4]);
    let first = desk.captured();
    // Of a month whose days are all there nothing is asked for.
    assert_eq!(outcomes(&desk.says(&["capture", "--month", "2026-10"])), Vec::<String>::new());
    // The same again: nothing is added.
    assert_eq!(outcomes(&desk.says(&RANGE)), each("unchanged"));
    assert!(desk.captured() == first);

    killed_at_any_moment_it_comes_to_the_same(&server.url(), &first);

    // A day of which the server knows more than before is a new version, and the old one stays.
    let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let labels = vec![label("__name__", "requests_total"), label("instance", "late"), label("tenant", "nord")];
    let at = |minute: i64| (month().start + 86_400 + 3_600 + minute * 60) * 1000;
    let mut samples: Vec<(i64, f64)> = (0..10).map(|minute| (at(minute), 7.0)).collect();
    samples.push((at(10), sla_acceptance::servers::stale()));
    write(server.port(), &[WrittenSeries { labels, samples }]);
    let again = desk.says(&["capture", "--from", "2026-10-02", "--to", "2026-10-02"]);
    assert_eq!(outcomes(&again), ["2026-10-02 changed"]);
    assert_eq!(desk.states()[1], ("complete".to_owned(), 2));
    let later = desk.captured();
    assert!(first.iter().all(|(name, bytes)| name.starts_with("captures") || later.get(name) == Some(bytes)));

    // The server has forgotten everything, and is gone.
    drop(server);
    let ledger = format!("sqlite:{}", desk.path("ledger.sqlite").display());
    let closed = desk.says(&["close", "--month", "2026-10", "--actor", "tester", "--ledger", &ledger]);
    let report = std::fs::read(desk.path("out/2026-10/nord/report.json")).expect("a report");
    let report: Value = serde_json::from_slice(&report).expect("JSON");
    let sha256 = report["evidence"][0]["sha256"].as_str().unwrap_or_else(|| panic!("{closed}")).to_owned();
    let store = EvidenceStore::new(desk.path("out/evidence"));
    let (_, bytes) = store.read(&sha256).expect("the month's evidence");
    let slices = decode(&bytes).expect("evidence");
    assert_eq!(slices.provenance().pieces.len(), 4);
    let mut expected = rows(days(), &truth);
    // The late series was made with seven events.
    let born = expected.iter_mut().find(|row| row.t == month().start + 86_400 + 3_600).expect("a slice");
    (born.good, born.total) = (born.good.map(|good| good + 7), born.total.map(|total| total + 7));
    super::same(&slices, &expected);
}

/// Starts a program as often as it is asked, and kills it within the time that it takes undisturbed. Where is drawn from a seed, which
/// `SLA_SEED` may name.
pub(super) fn kill_at_random(times: u32, whole: Duration, command: impl Fn() -> Command) {
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| u64::from(now.subsec_nanos()));
    let seed = std::env::var("SLA_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(now);
    writeln!(std::io::stderr(), "killed at moments of SLA_SEED={seed}").expect("the test can speak");
    let (mut dice, mut killed) = (Dice(seed), 0);
    for _ in 0..times {
        let mut running = command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs");
        // The moment is the point of the test: whatever is being done then must not matter.
        let thousandths = u32::try_from(dice.roll(1000)).expect("below a thousand");
        std::thread::sleep(whole * thousandths / 1000);
        running.kill().expect("it can be killed");
        killed += i32::from(running.wait().expect("it has ended").signal().is_some());
    }
    assert!(killed > 0, "all were done before: it takes {whole:?}");
}

/// Twenty times killed, wherever it was, and then let alone.
fn killed_at_any_moment_it_comes_to_the_same(url: &str, undisturbed: &BTreeMap<PathBuf, Vec<u8>>) {
    let desk = Desk::new(url);
    let begun = Instant::now();
    assert_eq!(outcomes(&Desk::new(url).says(&RANGE)), each("captured"));
    kill_at_random(20, begun.elapsed(), || desk.command(&RANGE));
    let said = desk.says(&RANGE);
    assert!(outcomes(&said).iter().all(|day| day.ends_with("captured") || day.ends_with("unchanged")), "{said}");
    assert!(desk.captured() == *undisturbed, "killed and done again it is the same");
}

#[test]
fn what_cannot_be_captured_says_so() {
    let server = Prometheus::start_empty();
    let desk = Desk::new(&server.url());
    #[track_caller]
    fn check(desk: &Desk, words: &[&str], code: &str, status: i32) -> Value {
        let output = desk.run(words);
        let text = if output.stdout.is_empty() { &output.stderr } else { &output.stdout };
        let text = String::from_utf8_lossy(text).into_owned();
        assert_eq!(output.status.code(), Some(status), "{words:?}: {text}");
        assert!(text.contains(code), "{words:?}: {text}");
        serde_json::from_str(text.lines().next().unwrap_or("")).unwrap_or(Value::Null)
    }
    check(&desk, &["capture", "--from", "2026-10-05", "--to", "2026-10-01"], "captures.range", 1);
    check(&desk, &["capture", "--from", "2027-10-01", "--to", "2027-10-02"], "captures.nothing", 1);
    check(&desk, &["capture", "--from", "2026-11-01", "--to", "2026-11-02"], "captures.nothing", 1);
    check(&desk, &["capture", "--month", "2026-11"], "captures.nothing", 1);
    check(&desk, &["capture", "--month", "2026-10", "--daily"], "cannot be used", 2);
    check(&desk, &["capture"], "--daily", 2);
    check(&desk, &["capture", "--from", "2026-10-01"], "--to", 2);
    check(&desk, &["capture", "--daily", "--from", "2026-10-01", "--to", "2026-10-01"], "cannot be used", 2);
    // A server without samples: each day says why it has no evidence, and the calendar has it missing.
    check(&desk, &["capture", "--from", "2026-10-01", "--to", "2026-10-02"], "prometheus.no_series", 1);
    assert_eq!(desk.states(), vec![("missing".to_owned(), 0); 4]);
    // Somebody else captures.
    let days = sla_capture::CapturedDays::new(desk.path("out/captures"));
    let lock = days.lock().expect("nobody else");
    check(&desk, &["capture", "--from", "2026-10-01", "--to", "2026-10-02"], "captures.busy", 1);
    drop(lock);
    // Where days would lie is something else.
    let blocked = Desk::new(&server.url());
    std::fs::create_dir_all(blocked.path("out")).expect("a folder");
    std::fs::write(blocked.path("out/captures"), "").expect("a file");
    check(&blocked, &["capture", "--from", "2026-10-01", "--to", "2026-10-02"], "captures.disk", 1);
    check(&blocked, &["capture", "status", "--month", "2026-10"], "captures.disk", 1);
    // A file that says something else.
    let folder = desk.path("out/captures");
    let key = "0".repeat(64);
    std::fs::create_dir_all(folder.join(&key)).expect("a folder");
    let day = Period { end: month().start + 86_400, ..month() };
    for text in ["", "{}", r#"{"from":1,"to":2,"versions":[]}"#] {
        let path = folder.join(&key).join(format!("{}-{}.json", day.start, day.end));
        std::fs::write(&path, text).expect("a file");
        assert_eq!(days.day(&key, day).map_err(|error| error.code()), Err("captures.unreadable"), "{text}");
    }
}

/// Requests of four days, counted from their counters.
pub(super) fn catalogue(url: &str) -> String {
    nord::catalogue(&counted(url), Some("2026-10-04"), &format!("target: 99.9, {COUNTED}, penalty: {}", nord::BANDS))
}

/// How requests are judged.
pub(super) const COUNTED: &str = "method: Occurrences, sliceTarget: 90";

/// The server, and the requests that it counts.
pub(super) fn counted(url: &str) -> String {
    let requests =
        nord::ratio("prometheus", ("bad", &nord::counter("requests_failed_total")), &nord::counter("requests_total"));
    let server = nord::source("prometheus", "Prometheus", &format!("url: \"{url}\", timeoutSeconds: 20"));
    server + &nord::sli("measured", &requests)
}
