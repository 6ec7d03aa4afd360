//! The catalogue in the ledger, exclusions that people ask for and decide, outages with what explains them, and
//! restated months, at the prompt and on both engines.

use std::process::Output;

use serde_json::{Value, json};
use sla_acceptance::servers::Postgres;

use crate::desk::{Desk, MONTH, desk_of_files, sla, sound};

/// A desk and the ledger that it works with.
struct Room {
    desk: Desk,
    ledger: String,
}

impl Room {
    fn of_files(ledger: Option<String>) -> Self {
        let desk = desk_of_files();
        let ledger = ledger.unwrap_or_else(|| desk.ledger());
        Self { desk, ledger }
    }

    fn run(&self, words: &str, more: &[&str]) -> Output {
        let mut all: Vec<&str> = words.split(' ').collect();
        all.extend(more);
        all.extend(["--json", "--ledger", &self.ledger]);
        sla(&all)
    }

    #[track_caller]
    fn does(&self, words: &str, more: &[&str]) -> Value {
        sound(&self.run(words, more))
    }

    /// What a command is refused for, by exit code and code; the ledger is as it was.
    #[track_caller]
    fn refuses(&self, words: &str, more: &[&str], exit: i32, code: &str) -> String {
        let before = self.verified();
        let output = self.run(words, more);
        let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!((output.status.code(), &said["error"]["code"]), (Some(exit), &json!(code)), "{words}: {said}");
        assert_eq!(self.verified(), before, "{words}");
        said["error"]["message"].as_str().expect("a message").to_owned()
    }

    fn verified(&self) -> Value {
        self.does("ledger verify", &[])
    }

    fn folder(&self) -> String {
        self.desk.path("catalogue").display().to_string()
    }

    fn imported(&self) -> Value {
        self.does("catalogue import", &[&self.folder(), "--actor", "Ina"])
    }

    /// Closes with the ledger's catalogue; the measurements lie where the folder's were.
    fn close_words(&self, command: &str) -> Vec<String> {
        let out = self.desk.path("out").display().to_string();
        [command, "--month", MONTH, "--actor", "tester", "--files", &self.folder(), "--out", &out]
            .map(str::to_owned)
            .to_vec()
    }

    #[track_caller]
    fn closes(&self) -> Value {
        let words = self.close_words("close");
        self.does(&words[0], &words[1..].iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn restate(&self) -> Output {
        let words = self.close_words("restate");
        let mut more: Vec<&str> = words[1..].iter().map(String::as_str).collect();
        more.extend(["--tenant", "nord"]);
        self.run(&words[0], &more)
    }

    /// What nord's report says of each exclusion.
    fn decisions(&self) -> Vec<(String, String)> {
        let report = self.desk.report("nord");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let windows = report["exclusions"].as_array().expect("exclusions").iter();
        windows.map(|one| (text(&one["name"]), text(&one["decision"]))).collect()
    }

    fn write(&self, name: &str, text: &str) -> String {
        self.desk.write(name, text);
        self.desk.path(name).display().to_string()
    }
}

/// The hour in which half of the probes failed: slices 5 001 to 5 012.
const OUTAGE: &str = "2026-10-18T06:40:00Z";

const ASK: [&str; 8] =
    ["--tenant", "nord", "--kind", "customer", "--reason", "Cable cut by the customer", "--actor", "Ina"];

fn from_outage<'a>(start: &'a str, commitment: &'a str) -> Vec<&'a str> {
    let mut words = ASK.to_vec();
    words.extend(["--month", MONTH, "--commitment", commitment, "--outage", start]);
    words
}

#[test]
fn a_late_approval_restates_the_month_on_sqlite() {
    a_late_approval_restates_the_month(&Room::of_files(None));
}

#[test]
fn a_late_approval_restates_the_month_on_postgres() {
    let server = Postgres::start();
    a_late_approval_restates_the_month(&Room::of_files(Some(server.database())));
}

fn a_late_approval_restates_the_month(room: &Room) {
    let imported = room.imported();
    assert_eq!((imported["entered"].as_array().map(Vec::len), &imported["unchanged"]), (Some(9), &json!(0)));
    assert_eq!(room.imported(), json!({ "entered": [], "unchanged": 9 }));
    // The document says who approved it; in the ledger nobody did.
    room.closes();
    assert_eq!(room.decisions(), [("upgrade".to_owned(), "not_approved".to_owned())]);
    let first = room.desk.report("nord");
    assert_eq!(first["exclusions"][0]["request"]["requested_by"], json!("Ina"));
    room.refuses("exclusion approve upgrade --actor Ina", &[], 1, "workflow.four_eyes");
    room.refuses("exclusion approve upgrade --actor Operations", &[], 1, "workflow.four_eyes");
    // An outage is listed with what explains it; for the one that nothing does somebody asks.
    let of = format!("--tenant nord --month {MONTH}");
    let outages = room.does(&format!("outages {of}"), &[]);
    let slices: Vec<&Value> =
        outages.as_array().expect("outages").iter().filter(|one| one["commitment"] == "slices").collect();
    let told = |one: &Value| json!([one["standing"], one["exclusions"][0]["name"], one["exclusions"][0]["state"]]);
    assert_eq!(told(slices[0]), json!(["counts", "upgrade", "requested"]), "{outages}");
    assert_eq!((&slices[1]["start"], told(slices[1])), (&json!(OUTAGE), json!(["counts", null, null])), "{outages}");
    room.refuses("exclusion request cable", &from_outage("2026-10-18T06:45:00Z", "slices"), 1, "outage.unknown");
    room.does("exclusion request cable", &from_outage(OUTAGE, "slices"));
    let listed = room.does("exclusion list --state requested", &[]);
    assert_eq!(listed.as_array().map(Vec::len), Some(2));
    let unexplained = room.does(&format!("outages {of} --unexplained"), &[]);
    assert!(unexplained.as_array().expect("outages").iter().all(|one| one["commitment"] != "slices"), "{unexplained}");
    // It waits, and the report says so; it is refused, and the report says so.
    room.closes();
    let waits = |name: &str| (name.to_owned(), "not_approved".to_owned());
    assert_eq!(room.decisions(), [waits("upgrade"), waits("cable")]);
    room.refuses("exclusion refuse cable --actor Ole", &[], 1, "workflow.no_reason");
    room.does("exclusion refuse cable --actor Ole", &["--reason", "the cable was ours"]);
    room.closes();
    assert_eq!(room.decisions(), [waits("upgrade"), ("cable".to_owned(), "refused".to_owned())]);
    assert_eq!(room.desk.report("nord")["exclusions"][1]["request"]["reason"], json!("the cable was ours"));
    // The month is issued as it stands.
    let before = issue(room, &of);
    // The upgrade is approved late: the month is restated, and only the difference is issued.
    let view = room.does("exclusion approve upgrade --actor Ole", &["--reason", "seen"]);
    assert_eq!((&view["state"], &view["decisions"][0]["actor"]), (&json!("approved"), &json!("Ole")));
    let restated = sound(&room.restate());
    let difference = &restated["differences"][0];
    assert_eq!(difference["revision"], json!({ "before": 3, "after": 4 }));
    let upgrade = &difference["exclusions"][0];
    assert_eq!(
        (&upgrade["name"], &upgrade["decision"]["before"]["decision"], &upgrade["decision"]["after"]["decision"]),
        (&json!("upgrade"), &json!("not_approved"), &json!("accepted"))
    );
    let total = |value: &Value| value["high_minor"].as_i64().expect("an amount");
    let (was, is) = (total(&difference["credit_total"]["before"]), total(&difference["credit_total"]["after"]));
    assert!(is < was, "{difference}");
    assert_eq!(room.desk.report("nord")["exclusions"][0]["accepted_seconds"], json!(7_200));
    let after = issue(room, &of);
    assert!(after.iter().sum::<i64>() < 0, "what is owed no more is taken back: {before:?} {after:?}");
    let shown = room.does(&format!("month show {of}"), &[]);
    assert_eq!(shown[2]["state"], json!("issued"), "nothing that was issued is changed");
    // Nothing has changed since; nor was that month ever closed.
    let unchanged = room.restate();
    let said: Value = serde_json::from_slice(&unchanged.stdout).expect("JSON");
    assert_eq!((unchanged.status.code(), &said["error"]["code"]), (Some(1), &json!("restate.unchanged")), "{said}");
    // Taken back by who asked, it is not listed any more.
    room.refuses("exclusion withdraw upgrade --actor Ole", &[], 1, "workflow.not_theirs");
    room.does("exclusion withdraw upgrade --actor Ina", &[]);
    assert_eq!(sound(&room.restate())["differences"][0]["revision"], json!({ "before": 4, "after": 5 }));
    assert_eq!(room.decisions(), [("cable".to_owned(), "refused".to_owned())]);
}

/// Submits, decides, approves and issues nord's month; gives what was booked for each credit.
fn issue(room: &Room, of: &str) -> Vec<i64> {
    let month = room.does(&format!("month submit {of} --actor Uwe"), &[]);
    for credit in month["credits"].as_array().expect("credits") {
        let name = credit["commitment"].as_str().expect("a name");
        let most = credit["high_minor"].as_i64().expect("an amount");
        let amount = format!("{}.{:02}", most / 100, most % 100);
        let decide = format!("credit decide {of} --actor Uwe --commitment {name} --amount {amount} --note all");
        room.does(&decide, &[]);
        room.does(&format!("credit approve {of} --actor Ole --commitment {name}"), &[]);
    }
    room.does(&format!("month approve {of} --actor Ole"), &[]);
    let issued = room.does(&format!("month issue {of} --actor Uwe"), &[]);
    let steps =
        issued["credits"].as_array().expect("credits").iter().map(|one| one["steps"].as_array().expect("steps"));
    steps.map(|steps| steps.last().expect("a step")["amount_minor"].as_i64().expect("an amount")).collect()
}

#[test]
fn documents_have_versions_a_history_and_a_difference() {
    let room = Room::of_files(None);
    room.imported();
    let slo = room.does("catalogue show SLO up", &[]);
    let text = slo["text"].as_str().expect("a text").to_owned();
    let changed = room.write("up.yaml", &text.replace("Reachable", "Available"));
    let told = room.refuses("catalogue put", &[&changed], 1, "ledger.stale");
    assert!(told.contains("SLO up has changed meanwhile: none was seen, there is version 1"), "{told}");
    room.refuses("catalogue put --replaces 2", &[&changed], 1, "ledger.stale");
    let put = room.does("catalogue put --replaces 1 --actor Ole", &[&changed]);
    assert_eq!(put, json!({ "kind": "SLO", "name": "up", "version": 2, "unchanged": false }));
    assert_eq!(room.does("catalogue put --replaces 2", &[&changed])["unchanged"], json!(true));
    let history = room.does("catalogue history SLO up", &[]);
    let who: Vec<&Value> = history.as_array().expect("versions").iter().map(|one| &one["entered_by"]).collect();
    assert_eq!(who, [&json!("Ina"), &json!("Ole")]);
    let diff = room.does("catalogue diff SLO up", &[])["diff"].as_str().expect("a text").to_owned();
    assert!(diff.starts_with("--- ledger:SLO/up@1\n+++ ledger:SLO/up@2\n"), "{diff}");
    assert!(diff.contains(
        "-metadata: { name: up, displayName: Reachable }\n+metadata: { name: up, displayName: Available }\n"
    ));
    assert_eq!(room.does("catalogue diff SLO up --from 2 --to 2", &[])["diff"], json!(""));
    room.refuses("catalogue show SLO up --version 3", &[], 1, "catalogue.no_version");
    room.refuses("catalogue show SLO down", &[], 1, "ledger.unknown");
    // JSON is YAML, and what is exported is the same catalogue.
    let json_text = r#"{"apiVersion":"openslo/v1","kind":"Service","metadata":{"name":"fax"},"spec":{}}"#;
    assert_eq!(room.does("catalogue put", &[&room.write("fax.json", json_text)])["name"], json!("fax"));
    let copy = room.desk.path("copy").display().to_string();
    assert_eq!(room.does("catalogue export", &[&copy])["files"].as_array().map(Vec::len), Some(10));
    room.refuses("catalogue export", &[&copy], 1, "file.not_empty");
    assert_eq!(room.does("catalogue import", &[&copy]), json!({ "entered": [], "unchanged": 10 }));
    // What others refer to stays; what nobody does goes, and comes back.
    let told = room.refuses("catalogue retire Service platform", &[], 3, "catalogue.unsound");
    assert!(told.contains("ledger:SLO/up@2:"), "{told}");
    room.refuses("catalogue retire Service fax --replaces 2", &[], 1, "ledger.stale");
    assert_eq!(room.does("catalogue retire Service fax", &[])["version"], json!(2));
    assert_eq!(room.does("catalogue list --kind Service", &[]).as_array().map(Vec::len), Some(1));
    assert_eq!(room.does("catalogue list --kind Service --retired", &[]).as_array().map(Vec::len), Some(2));
    room.refuses("catalogue retire Service fax", &[], 1, "ledger.unknown");
    assert_eq!(room.does("catalogue import", &[&copy])["entered"][0]["version"], json!(3));
}

#[test]
fn what_is_entered_wrong_is_refused_with_its_place_and_changes_nothing() {
    let room = Room::of_files(None);
    room.imported();
    let exclusion = "apiVersion: sla-desk/v1\nkind: Exclusion\nmetadata: { name: wrong }\nspec:\n  tenant: nord\n  \
                     kind: customer\n  start: \"2026-10-11T02:00:00Z\"\n  end: \"2026-10-11T04:00:00Z\"\n  reason: r\n  \
                     requestedBy: Ina\n";
    for (change, text, part) in [
        ("2026-10-11T04", "2026-10-11T01", "wrong.yaml:8:8: error[invalid-value]: spec.end"),
        ("2026-10-11T02", "2024-10-11T02", ""),
        ("tenant: nord", "tenant: ost", "wrong.yaml:5:11: error[unknown-reference]: spec.tenant"),
        ("reason: r", "reason: &r r\n  announcedAt: *r", "wrong.yaml:10:16: error[unreadable]: found an alias"),
        ("kind: Exclusion", "kind: Fax", "wrong.yaml:1:1: error[unknown-kind]"),
        ("name: wrong", "name: \"x'); drop table steps; --\"", "wrong.yaml:3:19: error[invalid-value]: metadata.name"),
        (
            "reason: r",
            "reason: r\n  reason: s",
            "wrong.yaml:10:3: error[unreadable]: found the key \"reason\" a second time",
        ),
    ] {
        let mut wrong = exclusion.replace(change, text);
        let mut part = part.to_owned();
        if part.is_empty() {
            wrong = wrong.replace("2026-10-11T04", "2024-10-11T04");
            part = "wrong.yaml:7:10: error[invalid-value]: spec.start: found \"2024-10-11T02:00:00Z\", expected an instant \
                    inside the term of a contract: nord-contract version 1 runs from 2026-01-01 to further notice"
                .to_owned();
        }
        let told = room.refuses("catalogue put", &[&room.write("wrong.yaml", &wrong)], 3, "catalogue.unsound");
        assert!(told.contains(&part), "{told}\nlacks {part}");
    }
    let two = room.write("wrong.yaml", &format!("{exclusion}---\n{exclusion}"));
    let told = room.refuses("catalogue put", &[&two], 3, "catalogue.unsound");
    assert!(told.contains("wrong.yaml:12:1: error[duplicate]: found a second Exclusion \"wrong\""), "{told}");
    let other = exclusion.replace("name: wrong", "name: other");
    let two = room.write("wrong.yaml", &format!("{exclusion}---\n{other}"));
    room.refuses("catalogue put", &[&two], 1, "catalogue.not_one");
    let huge = room.write("wrong.yaml", &"#".repeat(100 * 1024 * 1024));
    let told = room.refuses("catalogue put", &[&huge], 3, "catalogue.unsound");
    assert!(told.contains("found a file of 104857600 bytes"), "{told}");
    // A folder is taken in whole or not at all.
    room.write("catalogue/more.yaml", &format!("{other}---\n{}", exclusion.replace("tenant: nord", "tenant: ost")));
    room.refuses("catalogue import", &[&room.folder()], 3, "catalogue.unsound");
    // Words of SQL are words.
    std::fs::remove_file(room.desk.path("catalogue/more.yaml")).expect("removed");
    let mut hostile = ASK.map(|word| if word == "Ina" { "I'); drop table steps; --" } else { word }).to_vec();
    hostile[5] = "'); delete from audit_entries; -- \"quoted\" \\ {{ 7 }}\n: x";
    hostile.extend(["--start", "2026-10-11T02:00:00Z", "--end", "2026-10-11T04:00:00Z"]);
    room.does("exclusion request hostile", &hostile);
    let listed = room.does("exclusion list", &[]);
    let found = listed.as_array().expect("requests").iter().find(|one| one["name"] == "hostile").expect("listed");
    assert_eq!((&found["reason"], &found["requested_by"]), (&json!(hostile[5]), &json!("I'); drop table steps; --")));
    room.verified();
}

#[test]
fn a_folder_and_a_ledger_are_read_together() {
    let room = Room::of_files(None);
    // Nothing anywhere: the ledger is made by the first command that enters something.
    let words = room.close_words("close");
    let nowhere = room.run(&words[0], &words[1..].iter().map(String::as_str).collect::<Vec<_>>());
    let said: Value = serde_json::from_slice(&nowhere.stdout).expect("JSON");
    assert_eq!((nowhere.status.code(), &said["error"]["code"]), (Some(1), &json!("catalogue.nowhere")), "{said}");
    assert!(!room.desk.path("ledger.sqlite").exists());
    room.desk.closes();
    // The contracts stay in files; who asks in the ledger is checked together with them.
    let folder = room.folder();
    let mut ask = ASK.to_vec();
    ask.extend(["--start", "2026-10-18T06:40:00Z", "--end", "2026-10-18T07:40:00Z"]);
    let told = room.refuses("exclusion request cable", &ask, 3, "catalogue.unsound");
    assert!(told.contains("request:cable:5:11: error[unknown-reference]: spec.tenant"), "{told}");
    ask.extend(["--catalogue", &folder]);
    room.does("exclusion request cable", &ask);
    room.does("exclusion approve cable --actor Ole", &[]);
    room.desk.closes();
    let accepted = |name: &str| (name.to_owned(), "accepted".to_owned());
    assert_eq!(room.decisions(), [accepted("upgrade"), accepted("cable")]);
    // One name in both is told with both places.
    room.imported();
    let output = sla(&room.desk.close());
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((output.status.code(), &said["error"]["code"]), (Some(3), &json!("catalogue.unsound")));
    let told = said["error"]["message"].as_str().expect("a message");
    let part = "ledger:SLO/up@1:3:19: error[duplicate]: metadata.name: found a second SLO \"up\", expected one only; the first \
                stands at ";
    assert!(told.contains(part) && told.contains("catalogue/all.yaml:"), "{told}");
    assert_eq!(room.restate_refused("2026-09"), "restate.never_closed");
}

impl Room {
    /// The code that a restatement of another month is refused by.
    fn restate_refused(&self, month: &str) -> String {
        let words = self.close_words("restate").join("\u{1}").replace(MONTH, month);
        let words: Vec<&str> = words.split('\u{1}').collect();
        let mut more = words[1..].to_vec();
        more.extend(["--tenant", "nord"]);
        let output = self.run(words[0], &more);
        let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        said["error"]["code"].as_str().unwrap_or_default().to_owned()
    }
}
