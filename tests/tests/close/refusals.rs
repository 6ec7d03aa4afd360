//! Bad input: a message that says what to do, an exit code, and the ledger as it was.

use std::process::{Command, Output};

use serde_json::Value;
use sla_acceptance::servers::Prometheus;

use crate::desk::{Desk, From, MONTH, desk_of_files, sla, sound};

/// The command must fail with that exit code and that stable code, say every part, and leave the desk's ledger and
/// documents as they were.
#[track_caller]
pub(crate) fn check(desk: &Desk, run: impl FnOnce() -> Output, exit: i32, code: &str, parts: &[&str]) {
    let (ledger, files) = (desk.verified(), desk.files("out"));
    let output = run();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(exit), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let said: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(said["error"]["code"], code, "{text}");
    let message = said["error"]["message"].as_str().unwrap_or_default();
    for part in parts {
        assert!(message.contains(part), "{message}\ndoes not say {part:?}");
    }
    assert_eq!(desk.verified(), ledger, "the ledger as it was");
    assert!(desk.files("out") == files, "the documents as they were");
}

/// A desk with a closed month from files; its catalogue is then set to read from `url`.
pub(crate) fn desk_on(url: &str) -> Desk {
    let desk = desk_of_files();
    desk.closes();
    let other = Desk::new(&From::Prometheus(url));
    let catalogue = std::fs::read_to_string(other.path("catalogue/all.yaml")).expect("a catalogue");
    desk.write("catalogue/all.yaml", &catalogue);
    desk
}

#[test]
fn credentials_that_are_not_there() {
    #[track_caller]
    fn refused(details: &str, code: &str, part: &str) {
        let desk = desk_on("http://127.0.0.1:1");
        let text = std::fs::read_to_string(desk.path("catalogue/all.yaml")).expect("a catalogue");
        desk.write("catalogue/all.yaml", &text.replacen("timeoutSeconds: 20", details, 1));
        check(&desk, || sla(&desk.close()), 1, code, &[part]);
    }
    refused("bearerTokenEnv: SLA_TEST_ABSENT", "capture.secret", "keychain gives SLA_TEST_ABSENT");
    refused("username: desk, passwordEnv: SLA_TEST_ABSENT", "capture.secret", "SLA_TEST_ABSENT");
    refused("caFile: absent.pem", "capture.authority", "absent.pem");
}

#[test]
fn a_real_server_without_the_series() {
    let server = Prometheus::start_empty();
    let desk = desk_on(&server.url());
    check(&desk, || sla(&desk.close()), 1, "prometheus.no_series", &["probes", "nord/slices", "west/slices"]);
}

#[test]
fn arguments_that_lead_nowhere() {
    let desk = desk_of_files();
    desk.closes();
    #[track_caller]
    fn refused(desk: &Desk, name: &str, value: &str, exit: i32, code: &str, parts: &[&str]) {
        let mut words = desk.close();
        match words.iter().position(|word| word == name) {
            Some(at) => words[at + 1] = value.to_owned(),
            None => words.extend([name.to_owned(), value.to_owned()]),
        }
        check(desk, || sla(&words), exit, code, parts);
    }
    refused(&desk, "--month", "2190-01", 1, "plan.month_not_over", &["2190-01", "once it is over"]);
    refused(&desk, "--month", "2025-12", 1, "plan.nothing_in_force", &["nord-contract version 1 runs from 2026-01-01"]);
    refused(&desk, "--tenant", "ost", 1, "plan.unknown_tenant", &["\"ost\"", "nord, west"]);
    refused(&desk, "--catalogue", "/nowhere", 1, "catalogue.unreadable", &["/nowhere"]);
    let empty = desk.path("empty");
    std::fs::create_dir(&empty).expect("a folder");
    refused(&desk, "--catalogue", &empty.display().to_string(), 1, "catalogue.empty", &[".yaml"]);
    let file = desk.path("catalogue/all.yaml");
    refused(&desk, "--out", &file.display().to_string(), 1, "file", &["all.yaml"]);
    refused(&desk, "--ledger", &format!("sqlite:{}", file.display()), 1, "ledger.not_a_ledger", &["all.yaml"]);
    let url = "postgres://desk:sesame-open@127.0.0.1:1/ledger";
    let mut words = desk.close();
    let at = words.iter().position(|word| word == "--ledger").expect("an argument");
    words[at + 1] = url.to_owned();
    check(
        &desk,
        || {
            let output = sla(&words);
            let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
            assert!(!String::from_utf8_lossy(&said).contains("sesame"), "a password is never printed");
            output
        },
        1,
        "ledger.unreachable",
        &["127.0.0.1"],
    );
    // A month that is none is a matter of the command line.
    let mut words = desk.close();
    words[3] = "2026-13".to_owned();
    assert_eq!(sla(&words).status.code(), Some(2));
}

#[test]
fn measurements_that_are_none() {
    #[track_caller]
    fn refused(name: &str, bytes: &[u8], code: &str, parts: &[&str]) {
        let desk = desk_of_files();
        desk.closes();
        std::fs::write(desk.path(name), bytes).expect("the folder can be written");
        check(&desk, || sla(&desk.close()), 1, code, parts);
    }
    refused("data/nord.csv", b"time,good,total\n1,2,3\n", "file.columns", &["nord.csv", "t"]);
    refused("data/nord.csv", b"t,good,total\n1790805900,\xff,3\n", "file.cell", &["nord.csv:2", "UTF-8"]);
    refused("data/nord.csv", b"", "file.empty", &["nord.csv"]);
    let desk = desk_of_files();
    desk.closes();
    std::fs::remove_file(desk.path("data/west.csv")).expect("a file");
    check(&desk, || sla(&desk.close()), 1, "file.read", &["west.csv", "west/slices"]);
}

#[test]
fn a_catalogue_with_defects_lists_them_all() {
    let desk = desk_of_files();
    desk.closes();
    let text = std::fs::read_to_string(desk.path("catalogue/all.yaml")).expect("a catalogue");
    desk.write(
        "catalogue/all.yaml",
        &text.replacen("target: 99.9,", "target: \"99,9\",", 1).replacen(
            "slo: up, target: 99.9, method: Occurrences",
            "slo: down, target: 99.9, method: Occurrences",
            1,
        ),
    );
    check(&desk, || sla(&desk.close()), 3, "catalogue.unsound", &["2 defects", "all.yaml:", "99,9", "down"]);
    let lint = sla(&["lint", "--json", &desk.path("catalogue").display().to_string()]);
    assert_eq!(lint.status.code(), Some(3));
    let said: Value = serde_json::from_slice(&lint.stdout).expect("JSON");
    let codes: Vec<_> = said["findings"].as_array().expect("findings").iter().map(|one| one["code"].clone()).collect();
    assert_eq!(codes, ["invalid-value", "unknown-reference"]);
}

#[test]
fn a_ledger_of_a_newer_version_is_left_alone() {
    let desk = desk_of_files();
    desk.closes();
    let path = desk.path("ledger.sqlite");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        use sqlx::{Connection, Executor};
        let mut ledger =
            sqlx::SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.expect("a ledger");
        let newer = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) values \
                     (999999999999, 'of a later version', 1, x'00', 0)";
        ledger.execute(newer).await.expect("a row");
        ledger.close().await.expect("closed");
    });
    let (files, bytes) = (desk.files("out"), std::fs::read(&path).expect("a ledger"));
    for words in [desk.close(), ["ledger", "verify", "--json", "--ledger", &desk.ledger()].map(str::to_owned).to_vec()]
    {
        let output = sla(&words);
        let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(said["error"]["code"], "ledger.newer", "{said}");
        assert!(std::fs::read(&path).expect("a ledger") == bytes, "not one byte of the ledger was changed");
    }
    assert!(desk.files("out") == files);
}

/// A file system of its own for the ledger: too small for a month, or not to be written at all.
#[test]
fn a_ledger_that_cannot_grow_or_be_written_stays_as_it_was() {
    #[track_caller]
    fn refused(script: &str, code: &str, part: &str) {
        let desk = desk_of_files();
        desk.closes();
        desk.write("data/nord.csv", &crate::desk::csv().replacen(",5,10\n", ",10,10\n", 3));
        let mount = desk.path("ledger");
        std::fs::create_dir(&mount).expect("a folder");
        let mut words = desk.close();
        let at = words.iter().position(|word| word == "--ledger").expect("an argument");
        words[at + 1] = format!("sqlite:{}", mount.join("ledger.sqlite").display());
        // After the close the ledger is walked where it lies, and copied out to be compared.
        let script = format!(
            r#"set -e; binary="$1"; mount="$2"; from="$3"; shift 3; {script}
            code=0; "$binary" "$@" || code=$?
            mount -o remount,rw,size=10m "$mount"
            "$binary" ledger verify --json --ledger "sqlite:$mount/ledger.sqlite" >&2
            exit $code"#
        );
        let run = || {
            let mut command = Command::new("unshare");
            command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script, "sh"]);
            command.arg(sla_acceptance::binary()).arg(&mount).arg(desk.path("ledger.sqlite"));
            let output = command.args(&words).output().expect("unshare of util-linux is installed");
            let walked: Value = serde_json::from_slice(&output.stderr)
                .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
            assert_eq!(walked, desk.verified(), "the ledger that was copied there is as it was");
            output
        };
        let documents = desk.files("out").into_iter().filter(|(name, _)| name.starts_with(MONTH)).collect::<Vec<_>>();
        let output = run();
        let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!((output.status.code(), said["error"]["code"].as_str()), (Some(1), Some(code)), "{said}");
        let message = said["error"]["message"].as_str().unwrap_or_default();
        assert!(message.contains(part) && message.contains("ledger.sqlite"), "{message}");
        // Evidence is kept before the ledger names it, and does no harm.
        let after = desk.files("out").into_iter().filter(|(name, _)| !name.starts_with("evidence")).collect::<Vec<_>>();
        assert!(after == documents, "the documents as they were, and no unfinished close");
    }
    // As large as the ledger and the index of its journal, and nothing beside.
    refused(
        r#"size=$(( $(stat -c %s "$from") + 32768 + 4096 ))
           mount -t tmpfs -o size="$size" tmpfs "$mount"; cp "$from" "$mount/ledger.sqlite""#,
        "ledger.disk_full",
        "free space",
    );
    refused(
        r#"mount -t tmpfs -o size=10m tmpfs "$mount"; cp "$from" "$mount/ledger.sqlite"; mount -o remount,ro "$mount""#,
        "ledger.read_only",
        "check the permissions",
    );
}

#[test]
fn a_command_line_that_is_not_understood_is_json_too() {
    #[track_caller]
    fn check(words: &[&str], parts: &[&str]) {
        let output = sla(words);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(2), "{text}");
        let said: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(said["error"]["code"], "usage", "{text}");
        let message = said["error"]["message"].as_str().unwrap_or_default();
        for part in parts {
            assert!(message.contains(part), "{message}\ndoes not say {part}");
        }
        assert!(!message.starts_with("error:") && output.stderr.is_empty());
    }
    check(&["close", "--json", "--month", "2026-13"], &["2026-13", "--month"]);
    check(&["close", "--json"], &["--month", "--ledger", "--out"]);
    check(&["--json", "clsoe"], &["clsoe", "close"]);
    check(&["--json"], &["Usage: sla"]);
    check(&["ledger", "--json"], &["verify"]);
    // Without --json, and what is asked for, is as it always was.
    for (words, exit, is_help) in [
        (vec!["close"], 2, false),
        (vec!["close", "--", "--json"], 2, false),
        (vec!["--help", "--json"], 0, true),
        (vec!["--json", "--version"], 0, true),
        (vec!["close", "--help"], 0, true),
    ] {
        let output = sla(&words);
        assert_eq!(output.status.code(), Some(exit), "{words:?}");
        assert_eq!((output.stdout.is_empty(), output.stderr.is_empty()), (!is_help, is_help), "{words:?}");
        assert!(serde_json::from_slice::<Value>(&output.stdout).is_err(), "{words:?}");
    }
}

#[test]
fn a_file_that_is_not_utf_8_is_one_defect_among_the_others() {
    let desk = desk_of_files();
    desk.closes();
    let path = desk.path("catalogue/all.yaml");
    let text = std::fs::read_to_string(&path).expect("a catalogue");
    desk.write("catalogue/all.yaml", &text.replacen("target: 99.9,", "target: \"99,9\",", 1));
    // As an editor saves it that knows Latin-1 only.
    let other = b"apiVersion: openslo/v1\nkind: Service\nmetadata: { name: other, displayName: Pr\xfcfstand }\nspec: { days: 1 }\n";
    std::fs::write(desk.path("catalogue/latin.yaml"), other).expect("a file");
    let parts = ["defects", "latin.yaml:3:41", "the byte 0xFC, which is not UTF-8", "99,9", "\"days\""];
    check(&desk, || sla(&desk.close()), 3, "catalogue.unsound", &parts);
    let lint = sla(&["lint", "--json", &desk.path("catalogue").display().to_string()]);
    let said: Value = serde_json::from_slice(&lint.stdout).expect("JSON");
    let codes: Vec<_> = said["findings"].as_array().expect("findings").iter().map(|one| one["code"].clone()).collect();
    assert_eq!(codes, ["invalid-value", "unreadable", "unknown-field"], "{said}");
    // It alone is enough, for the comparison of readings as well.
    std::fs::write(&path, &text).expect("a file");
    std::fs::write(desk.path("catalogue/latin.yaml"), b"# \xe4\n").expect("a file");
    check(&desk, || sla(&desk.close()), 3, "catalogue.unsound", &["1 defect\n", "latin.yaml:1:3"]);
    let catalogue = desk.path("catalogue").display().to_string();
    let compared = || sla(&["sensitivity", "--json", "--month", MONTH, "--catalogue", &catalogue]);
    check(&desk, compared, 3, "catalogue.unsound", &["latin.yaml:1:3"]);
}

#[test]
fn a_full_disk_leaves_the_ledger_as_it_was() {
    let desk = desk_of_files();
    desk.closes();
    desk.write("data/nord.csv", &crate::desk::csv().replacen(",5,10\n", ",10,10\n", 3));
    // A file system of 64 kB in a mount namespace of its own.
    let script = r#"mount -t tmpfs -o size=64k tmpfs "$1" && shift && exec "$@""#;
    let full = desk.path("full");
    std::fs::create_dir(&full).expect("a folder");
    let mut words = desk.close();
    let at = words.iter().position(|word| word == "--out").expect("an argument");
    words[at + 1] = full.display().to_string();
    let run = || {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]).arg(&full);
        command.arg(sla_acceptance::binary()).args(&words).output().expect("unshare of util-linux is installed")
    };
    check(&desk, run, 1, "file.disk_full", &["free space"]);
    assert!(!desk.path("full").join(MONTH).exists());
}

#[test]
fn an_unsound_contract_is_put_in_force_only_with_a_reason_that_the_report_prints() {
    let desk = desk_of_files();
    desk.closes();
    let text = std::fs::read_to_string(desk.path("catalogue/all.yaml")).expect("a catalogue");
    let (with, without) = ("version: 1\n", "version: 2\n");
    let text = text.replacen("  caps: [{ per: month, share: 20, of: base }]\n", "", 1).replacen(with, without, 1);
    desk.write("catalogue/all.yaml", &text);
    // Ten percent of 1 234.50 for each of three commitments.
    check(&desk, || sla(&desk.close()), 3, "catalogue.not_accepted", &["unsound[no-cap]", "370.35 EUR", "--accept"]);
    let accepting = |more: &[&str]| {
        let close = desk.close();
        let arguments: Vec<&str> = close.iter().map(AsRef::as_ref).chain(more.iter().copied()).collect();
        sla(&arguments)
    };
    let other = ["--accept", "cap-base", "--reason", "r"];
    check(&desk, || accepting(&other), 3, "catalogue.not_accepted", &["unsound[no-cap]"]);
    let two =
        ["--accept", "no-cap", "--accept", "cap-base", "--accept", "no-claim-window", "--reason", "r", "--reason", "s"];
    check(&desk, || accepting(&two), 2, "usage", &["2 --reason for 3 --accept"]);
    for bad in [vec!["--accept", "no-cap"], vec!["--reason", "r"], vec!["--accept", "gap", "--reason", "r"]] {
        assert_eq!(accepting(&bad).status.code(), Some(2), "{bad:?}");
    }

    let lint = sla(&["lint", &desk.path("catalogue").display().to_string()]);
    assert_eq!(lint.status.code(), Some(3));
    let said = String::from_utf8_lossy(&lint.stdout).into_owned();
    for part in
        ["all.yaml:", "unsound[no-cap]", "de: Die Gutschriften eines Monats", "en: The credits of a month", "1 finding"]
    {
        assert!(said.contains(part), "{said} does not say {part}");
    }

    let reason = "Agreed orally, § 9 follows";
    for unchanged in [false, true] {
        let closed = sound(&accepting(&["--accept", "no-cap", "--reason", reason]));
        let nord = closed["months"].as_array().expect("months").iter().find(|month| month["tenant"] == "nord");
        assert_eq!(nord.expect("nord")["unchanged"], unchanged);
        let report = desk.report("nord");
        let accepted = &report["accepted"][0];
        assert_eq!((&accepted["code"], &accepted["reason"]), (&"no-cap".into(), &reason.into()));
        assert_eq!(report["revision"], 2);
    }
    // Written into the contract it needs no word at the prompt.
    let accepted = "  accepted: [{ code: no-cap, reason: Known, by: Ina, on: 2026-01-01 }]\n";
    desk.write("catalogue/all.yaml", &text.replacen("version: 2\n", &format!("version: 3\n{accepted}"), 1));
    desk.closes();
    let lint = sla(&["lint", &desk.path("catalogue").display().to_string()]);
    assert_eq!(lint.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&lint.stdout).contains("accepted by the contract:"));
}
