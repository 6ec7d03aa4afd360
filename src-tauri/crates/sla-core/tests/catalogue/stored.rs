//! Documents that are kept one by one: a file is taken apart, what is kept is read by the same reader, and decisions
//! rule.

use sla_core::catalogue::{
    Catalogue, DOCUMENT_LIMIT_BYTES, Decided, EnteredDocument, Ruling, SourceFile, entered, stored_name,
};
use sla_core::decision::RequestState;

use super::{PLATFORM, TENANTS, edited};

fn apart(name: &str, text: &str) -> Result<Vec<EnteredDocument>, Vec<String>> {
    let file = SourceFile { name: name.to_owned(), text: text.to_owned() };
    entered(&file).map_err(|findings| findings.iter().map(crate::telling::told).collect())
}

const SERVICE: &str = "apiVersion: openslo/v1\nkind: Service\nmetadata: { name: NAME }\nspec: {}\n";

fn service(name: &str) -> String {
    SERVICE.replace("NAME", name)
}

#[test]
fn a_file_is_taken_apart_and_nothing_of_its_text_is_lost() {
    #[track_caller]
    fn check(text: &str, expected: &[(&str, usize, &str)]) {
        let found = apart("a.yaml", text).unwrap_or_else(|findings| panic!("{findings:?}"));
        let found: Vec<_> = found.iter().map(|one| (one.name.as_str(), one.place.line, one.text.as_str())).collect();
        assert_eq!(found, expected, "{text}");
    }
    let (a, b) = (service("a"), service("b"));
    check(&a, &[("a", 1, &a)]);
    check(&format!("{a}---\n{b}"), &[("a", 1, &a), ("b", 6, &b)]);
    check(&format!("---\n---\n{a}\n\n---\n---\n{b}---\n"), &[("a", 3, &a), ("b", 11, &b)]);
    let commented = format!("# of the file\n---\n# of a\n{a}--- # of b\n{b}");
    check(&commented, &[("a", 4, &format!("# of the file\n---\n# of a\n{a}")), ("b", 9, &format!("--- # of b\n{b}"))]);
    check(
        "{\"apiVersion\": \"openslo/v1\", \"kind\": \"Service\", \"metadata\": {\"name\": \"j\"}, \"spec\": {}}",
        &[(
            "j",
            1,
            "{\"apiVersion\": \"openslo/v1\", \"kind\": \"Service\", \"metadata\": {\"name\": \"j\"}, \"spec\": {}}\n",
        )],
    );
    // A line inside of a text that only looks like a separator.
    let inner = a.replace("spec: {}", "spec: { description: \"--- a\" }");
    check(&inner, &[("a", 1, &inner)]);
    check("", &[]);
}

#[test]
fn content_is_the_same_however_it_is_laid_out() {
    let sha = |text: &str| apart("a.yaml", text).expect("a document")[0].sha256.clone();
    let one = sha(&service("a"));
    for same in [
        "# said differently\nkind: Service\napiVersion: \"openslo/v1\"\nspec: {   }\nmetadata:\n  name: a\n",
        "{\"kind\":\"Service\",\"apiVersion\":\"openslo/v1\",\"spec\":{},\"metadata\":{\"name\":\"a\"}}",
    ] {
        assert_eq!(sha(same), one, "{same}");
    }
    assert_ne!(sha(&service("b")), one);
    assert_ne!(sha(&service("a").replace("spec: {}", "spec: { description: x }")), one);
}

#[test]
fn what_cannot_be_told_from_others_is_refused_with_its_place() {
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(apart("a.yaml", text).expect_err("refused"), expected, "{text}");
    }
    let a = service("a");
    check(
        &format!("{a}---\n{a}"),
        &[
            "a.yaml:6:1: error[duplicate]: found a second Service \"a\", expected one only; the first stands at a.yaml:1",
        ],
    );
    check(
        &format!("{a}---\n{}", a.replace("name: a", "")),
        &[
            "a.yaml:8:11: error[missing-field]: metadata.name: found no metadata.name, expected a name of at most 63 small \
           letters, digits and inner hyphens, such as \"api-availability\"",
        ],
    );
    check(
        &a.replace("name: a", "name: \"a'; drop table audit_entries; --\""),
        &[
            "a.yaml:3:19: error[invalid-value]: metadata.name: found \"a'; drop table audit_entries; --\", expected a name of \
           at most 63 small letters, digits and inner hyphens, such as \"api-availability\"",
        ],
    );
    check(
        &format!("{a}...\n{a}"),
        &[
            "a.yaml:6:1: error[unreadable]: found a second document without a separator before it, expected \"---\" in a line \
           of its own between two documents",
        ],
    );
    check(
        "a: &x 1\nb: *x\n",
        &["a.yaml:2:4: error[unreadable]: found an alias (*name), expected the value itself, written out"],
    );
    check("a\0b", &["a.yaml:1:1: error[unreadable]: found the character U+0000, expected text"]);
    let found = apart("a.yaml", &format!("{a}---\n{}", a.replace("Service", "Fax"))).expect_err("refused");
    assert!(found[0].starts_with("a.yaml:6:1: error[unknown-kind]: found a document with apiVersion"), "{found:?}");
    let large = format!("{a}# {}\n", "x".repeat(DOCUMENT_LIMIT_BYTES));
    let found = apart("a.yaml", &format!("{a}---\n{large}")).expect_err("refused");
    assert!(found[0].starts_with("a.yaml:6:1: error[unreadable]: found a document of 1048"), "{found:?}");
    let huge = apart("a.yaml", &"#".repeat(5 * 1024 * 1024)).expect_err("refused");
    assert!(huge[0].starts_with("a.yaml:1:1: error[unreadable]: found a file of 5242880 bytes"), "{huge:?}");
    for path in ["../a.ics", "/a.ics", "a\\b.ics"] {
        let found = apart(path, "BEGIN:VCALENDAR").expect_err("refused");
        assert!(found[0].contains("error[unreadable]: found the path"), "{found:?}");
    }
}

/// The sound catalogue as it is kept: every document by itself.
fn kept() -> Vec<SourceFile> {
    let documents = [PLATFORM, TENANTS].map(|text| apart("a.yaml", text).expect("documents"));
    let kept = documents
        .into_iter()
        .flatten()
        .map(|EnteredDocument { kind, name, text, .. }| SourceFile { name: stored_name(&kind, &name, 1), text });
    kept.collect()
}

#[test]
fn what_is_kept_one_by_one_is_the_catalogue_that_was_entered() {
    let files = Catalogue::read(&edited(&[])).expect("a sound catalogue");
    let kept = Catalogue::read(&kept()).expect("a sound catalogue");
    let contents = |catalogue: &Catalogue| {
        let contracts = catalogue.contracts.values().map(|one| one.canonical_json());
        let exclusions = catalogue.exclusions.values().map(|one| one.canonical_json());
        contracts.chain(exclusions).collect::<Vec<_>>()
    };
    assert_eq!(contents(&kept), contents(&files));
    let place = kept.contracts.values().next().expect("a contract").place("/spec/tenant");
    assert_eq!((place.file.as_str(), place.path.as_str()), ("ledger:Contract/nord-main.1@1", "spec.tenant"));
}

#[test]
fn closing_days_are_found_beside_the_contract_that_names_them() {
    #[track_caller]
    fn check(contract: &str, calendar: &str, expected: Result<(), &str>) {
        let days = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n\
                    DTSTART;VALUE=DATE:20261224\r\nSUMMARY:Closed\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let text =
            TENANTS.replacen("serviceHours: 24/7", "serviceHours: 24/7\n  holidays: { closingDays: [d/x.ics] }", 1);
        let files = [("platform.yaml", PLATFORM), (contract, text.as_str()), (calendar, days)];
        let files = files.map(|(name, text)| SourceFile { name: name.to_owned(), text: text.to_owned() });
        let found = Catalogue::read(&files).map(drop).map_err(|findings| findings[0].expected.en().to_owned());
        assert_eq!(found.as_ref().map(drop).map_err(String::as_str), expected.as_ref().map(drop).map_err(|text| *text));
    }
    check("c/all.yaml", "c/d/x.ics", Ok(()));
    check("ledger:Contract/nord.1@1", "ledger:Calendar/d/x.ics@4", Ok(()));
    check("ledger:Contract/nord.1@1", "ledger:Calendar/d/y.ics@4", Err("one of: d/y.ics"));
    check("ledger:Contract/nord.1@1", "d/x.ics", Err("closing days that are kept beside it; there are none"));
    let none = "a file in the folder of the contract's file; it holds none that ends in .ics";
    check("c/all.yaml", "ledger:Calendar/d/x.ics@4", Err(none));
}

#[test]
fn decisions_rule_whatever_a_document_says_of_itself() {
    #[track_caller]
    fn check(state: RequestState, by: Option<&str>, expected: Option<(&str, Option<&str>)>) {
        let mut catalogue = Catalogue::read(&kept()).expect("a sound catalogue");
        let name = catalogue.exclusions.keys().next().expect("an exclusion").clone();
        let ruling = |kind: &str, name: &str| Ruling {
            kind: kind.to_owned(),
            name: name.to_owned(),
            version: 3,
            sha256: "00".to_owned(),
            entered_by: "Uwe".to_owned(),
            entered_at: 1_790_000_000,
            state,
            decided: by.map(|by| Decided { by: by.to_owned(), at: 1_790_000_100, reason: String::new() }),
        };
        catalogue.rule(vec![
            ruling("Exclusion", name.as_str()),
            ruling("Incident", "nobody"),
            ruling("Exclusion", "no"),
        ]);
        let exclusion = catalogue.exclusions.get(&name);
        let found = exclusion.map(|one| (one.spec.requested_by.as_str(), one.spec.approved_by.as_deref()));
        assert_eq!(found, expected);
        if let Some(exclusion) = exclusion {
            assert_eq!(exclusion.spec.requested_at.map(|at| at.0), Some(1_790_000_000));
            assert_eq!(catalogue.request_state(exclusion), state);
        }
    }
    check(RequestState::Requested, None, Some(("Uwe", None)));
    check(RequestState::Approved, Some("Ole"), Some(("Uwe", Some("Ole"))));
    check(RequestState::Refused, Some("Ole"), Some(("Uwe", None)));
    check(RequestState::Withdrawn, Some("Uwe"), None);
}
