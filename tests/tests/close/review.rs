//! The way of a closed month through several hands, at the prompt.

use serde_json::{Value, json};

use crate::desk::{sla, sound};

/// A ledger of the demo's month.
struct Ledger {
    _folder: tempfile::TempDir,
    url: String,
}

impl Ledger {
    fn of_the_demo() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let out = folder.path().join("demo");
        sound(&sla(&["demo", "--json", "--out", &out.display().to_string()]));
        let url = format!("sqlite:{}", out.join("ledger.sqlite").display());
        Self { _folder: folder, url }
    }

    fn run(&self, words: &str, note: &str) -> std::process::Output {
        let mut all: Vec<&str> = words.split(' ').collect();
        all.extend(["--json", "--ledger", &self.url]);
        if !note.is_empty() {
            all.extend(["--note", note]);
        }
        sla(&all)
    }

    /// A step with prairie's October.
    #[track_caller]
    fn takes(&self, words: &str, note: &str) -> Value {
        sound(&self.run(&format!("{words} --tenant prairie --month 2026-10"), note))
    }

    /// The code of a step that is refused; the ledger is as it was.
    #[track_caller]
    fn refuses(&self, words: &str, note: &str, expected: &str) -> String {
        let before = self.verified();
        let output = self.run(words, note);
        assert_eq!(output.status.code(), Some(1), "{words}");
        let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(said["error"]["code"], json!(expected), "{said}");
        assert_eq!(self.verified(), before);
        said["error"]["message"].as_str().expect("a message").to_owned()
    }

    fn verified(&self) -> Value {
        sound(&sla(&["ledger", "verify", "--json", "--ledger", &self.url]))
    }
}

#[test]
fn a_month_is_reviewed_approved_and_issued() {
    let ledger = Ledger::of_the_demo();
    let of = "--tenant prairie --month 2026-10";
    let listed = sound(&ledger.run("month list", ""));
    let months: Vec<Value> =
        listed.as_array().expect("months").iter().map(|one| json!([one["tenant"], one["state"]])).collect();
    assert_eq!(
        Value::from(months),
        json!([["alpenbahn", "closed"], ["koenigsforst", "closed"], ["nordlicht", "closed"], ["prairie", "closed"]])
    );
    assert_eq!(ledger.takes("month submit --actor Ina", "")["state"], json!("in_review"));
    assert_eq!(sound(&ledger.run("month list --state in_review", "")).as_array().map(Vec::len), Some(1));
    // USD 0.00 … 980.00: somebody decides, somebody else approves.
    let credit = "--commitment availability";
    ledger.refuses(&format!("credit approve {of} {credit} --actor Ole"), "", "workflow.undecided");
    ledger.refuses(&format!("credit decide {of} {credit} --amount 980.01 --actor Ina"), "x", "workflow.outside_range");
    ledger.refuses(&format!("credit decide {of} {credit} --amount 1.001 --actor Ina"), "x", "review.amount");
    ledger.refuses(&format!("credit decide {of} {credit} --amount 490.00 --actor Ina"), "", "workflow.no_reason");
    let decided = ledger.takes(&format!("credit decide {credit} --amount 490.00 --actor Ina"), "half of it was proven");
    let expected = json!({ "number": 2, "step": "decide", "amount_minor": 49_000, "note": "half of it was proven", "actor": "Ina" });
    let mut step = decided["credits"][0]["steps"][1].clone();
    step.as_object_mut().expect("a step").remove("at");
    assert_eq!(step, expected);
    let told = ledger.refuses(&format!("credit approve {of} {credit} --actor Ina"), "", "workflow.four_eyes");
    assert!(
        told.starts_with("prairie, contract prairie-platform, 2026-10, revision 1, credit of availability: Ina "),
        "{told}"
    );
    ledger.takes(&format!("credit approve {credit} --actor Ole"), "");
    // The demo closed it.
    ledger.refuses(&format!("month approve {of} --actor demo"), "", "workflow.four_eyes");
    assert_eq!(ledger.takes("month approve --actor Ole", "")["state"], json!("approved"));
    let issued = ledger.takes("month issue --actor Ina", "");
    let credit_of =
        |view: &Value| json!([view["state"], view["credits"][0]["state"], view["credits"][0]["decided_minor"]]);
    assert_eq!(credit_of(&issued), json!(["issued", "issued", 49_000]));
    ledger.refuses(&format!("month return {of} --actor Ole"), "x", "workflow.out_of_order");
    let reversed = ledger.takes(&format!("credit reverse {credit} --actor Ole"), "claimed too late");
    assert_eq!(reversed["credits"][0]["steps"][4]["amount_minor"], json!(-49_000));
    // What is shown is what was done, and the same text tells people.
    let shown = sound(&ledger.run(&format!("month show {of}"), ""));
    assert_eq!(shown, json!([reversed]));
    let text = sla(&["month", "show", "--tenant", "prairie", "--month", "2026-10", "--ledger", &ledger.url]);
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    for part in [
        "prairie, contract prairie-platform, 2026-10, revision 1: issued\n",
        "credit availability: USD 0.00 … 980.00, reversed; decided USD 490.00\n",
        " reverse USD -490.00 by Ole: claimed too late\n",
    ] {
        assert!(text.contains(part), "{text}\nlacks {part}");
    }
}

#[test]
fn a_ledger_is_backed_up_and_restored() {
    let ledger = Ledger::of_the_demo();
    let (backup, restored) = (format!("{}.backup", ledger.url), format!("{}.restored", ledger.url));
    let before = ledger.verified();
    assert_eq!(sound(&sla(&["ledger", "backup", "--json", "--ledger", &ledger.url, "--to", &backup])), before);
    assert_eq!(sound(&sla(&["ledger", "restore", "--json", "--from", &backup, "--ledger", &restored])), before);
    assert_eq!(sound(&sla(&["ledger", "verify", "--json", "--ledger", &restored])), before);
    let again = sla(&["ledger", "backup", "--json", "--ledger", &ledger.url, "--to", &backup]);
    let said: Value = serde_json::from_slice(&again.stdout).expect("JSON");
    assert_eq!((again.status.code(), &said["error"]["code"]), (Some(1), &json!("ledger.not_empty")));
}

#[test]
fn what_is_not_there_is_named() {
    let ledger = Ledger::of_the_demo();
    let told = ledger.refuses("month submit --tenant nobody --month 2026-10 --actor Ina", "", "ledger.unknown");
    assert_eq!(told, "nobody, 2026-10 is not in the ledger; close the month first");
    ledger.refuses("month show --tenant prairie --month 2026-09", "", "ledger.unknown");
    let words = "credit approve --tenant prairie --month 2026-10 --commitment fax --actor Ole";
    assert!(ledger.refuses(words, "", "ledger.unknown").ends_with("credits are there for: availability"));
    let absent = sla(&["month", "list", "--json", "--ledger", &format!("{}.absent", ledger.url)]);
    let said: Value = serde_json::from_slice(&absent.stdout).expect("JSON");
    assert_eq!((absent.status.code(), &said["error"]["code"]), (Some(1), &json!("ledger.missing")));
    let usage = sla(&["month", "list", "--json", "--state", "open", "--ledger", &ledger.url]);
    assert_eq!(usage.status.code(), Some(2));
}
