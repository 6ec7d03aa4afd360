//! `sla template`: every mistake in templates that somebody edits is told at once, and a document can be looked at before any is
//! sent.

use serde_json::{Value, json};

use crate::desk::{sla, sound};

#[test]
fn mistakes_in_templates_are_told_with_their_lines_and_nothing_else_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().display().to_string();
    let check = || sla(&["template", "check", &path, "--json"]);
    assert_eq!(sound(&check())["findings"], json!([]), "an empty folder means what comes with the program");
    assert_eq!(
        sound(&sla(&["template", "check", concat!(env!("CARGO_MANIFEST_DIR"), "/../report-templates"), "--json"]))["findings"],
        json!([])
    );
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    write("letter-mett.de.md", "# Titel\n");
    write("report.de.md", "# Titel\n\n{{ record.no_such_field }}\n");
    write("letter-met.en.md", "# Title\n\n{% for a in record.commitments %}\n");
    let output = check();
    assert_eq!(output.status.code(), Some(1));
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let told: Vec<(&str, u64, &str)> = told["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|one| {
            assert!(one["german"]["found"].is_string() && one["german"]["expected"].is_string(), "{one}");
            let text = |name: &str| one[name].as_str().expect("a text");
            (text("file"), one["line"].as_u64().expect("a line"), text("code"))
        })
        .collect();
    assert_eq!(
        told,
        [
            ("letter-met.en.md", 3, "template"),
            ("letter-mett.de.md", 1, "unknown-file"),
            ("report.de.md", 3, "template")
        ]
    );
    assert_eq!(sla(&["template", "check", "/no/such/folder"]).status.code(), Some(1));
}

#[test]
fn a_document_is_looked_at_as_a_page_that_needs_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let templates = concat!(env!("CARGO_MANIFEST_DIR"), "/../report-templates");
    let page = folder.path().join("page.html");
    let out = page.display().to_string();
    let preview = |document: &str, language: &str| {
        sla(&["template", "preview", templates, "--document", document, "--language", language, "--out", &out])
    };
    for (document, language) in [("report", "de"), ("report", "en"), ("letter-breached", "de"), ("letter-year", "en")] {
        let output = preview(document, language);
        assert!(output.status.success(), "{document}: {}", String::from_utf8_lossy(&output.stderr));
        let html = std::fs::read_to_string(&page).expect("a page");
        assert!(html.starts_with(&format!("<!DOCTYPE html>\n<html lang=\"{language}")), "{document}");
        for foreign in ["<script", "src=\"http", "href=\"http", "url("] {
            assert!(!html.contains(foreign), "{document}: {foreign}");
        }
    }
    // One's own file is not written over.
    std::fs::write(&page, "mine").expect("a file");
    assert_eq!(preview("report", "de").status.code(), Some(1));
    assert_eq!(std::fs::read_to_string(&page).expect("a file"), "mine");
    assert_eq!(preview("letter-nothing", "de").status.code(), Some(2));
}
