//! Letters and tables against the texts in `tests/golden`. `UPDATE_GOLDEN=1 cargo test -p sla-report` writes them anew;
//! read the difference before you keep it.

use std::path::Path;

use sla_core::record::{Language, MonthRecord, Verdict};
use sla_report::{
    Templates, governance_documents, portfolio_documents, sample, settled_documents, statement_documents,
    tenant_documents,
};

const LANGUAGES: [Language; 2] = [Language::De, Language::En];
const VERDICTS: [Verdict; 3] = [Verdict::Met, Verdict::Breached, Verdict::Undecidable];

#[track_caller]
fn check(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).expect("the golden file is written");
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(golden == text, "{name} differs from its golden file; found\n{text}");
}

fn text(record: &MonthRecord, name: &str) -> String {
    let documents = tenant_documents(&Templates::builtin(), record, &sample::contacts()).expect("documents");
    let document = documents.into_iter().find(|document| document.name == name).expect("the document");
    String::from_utf8(document.bytes).expect("text")
}

#[test]
fn letters_in_both_languages_for_every_verdict() {
    for language in LANGUAGES {
        for verdict in VERDICTS {
            let name = format!("letter-{}.{}.md", verdict.name(), language.code());
            check(&name, &text(&sample::record(language, verdict), "letter.md"));
            check(&name.replace(".md", ".html"), &text(&sample::record(language, verdict), "letter.html"));
        }
    }
}

#[test]
fn a_decided_month_says_what_was_decided_and_why() {
    for language in LANGUAGES {
        let code = language.code();
        let record = sample::record(language, Verdict::Undecidable);
        let settlement = sample::settlement(&record);
        let documents = settled_documents(&Templates::builtin(), &record, &settlement, &sample::contacts());
        let documents = documents.expect("documents");
        let text = |name: &str| {
            let document = documents.iter().find(|document| document.name == name).expect("the document");
            String::from_utf8(document.bytes.clone()).expect("text")
        };
        check(&format!("letter-decided.{code}.md"), &text("letter.md"));
        check(&format!("settlement.{code}.csv"), &text("settlement.csv").replace("\r\n", "\n"));
        check(&format!("settlement.{code}.json"), &text("settlement.json"));
        assert_eq!(text("report.json"), record.to_json(), "what was computed stays as it was");
        let mail = text("letter.eml");
        assert!(!mail.contains("X-SLA-Desk-Draft"), "somebody approved it");
        assert!(mail.starts_with("Date: Mon, 16 Nov 2026 "), "{mail}");
    }
}

#[test]
fn a_restated_month_says_so() {
    for language in LANGUAGES {
        let mut record = sample::record(language, Verdict::Met);
        record.revision = 3;
        let letter = text(&record, "letter.md");
        let expected = match language {
            Language::De => "Er ist die Revision 3 und ersetzt die vorangegangene.",
            Language::En => "It is revision 3 and replaces the one before.",
        };
        assert!(letter.contains(expected), "{letter}");
    }
}

#[test]
fn a_mail_up_to_its_attachment() {
    for language in LANGUAGES {
        let mail = text(&sample::record(language, Verdict::Breached), "letter.eml");
        let (letter, attached) = mail.split_once("Content-Transfer-Encoding: base64\r\n").expect("an attachment");
        assert!(attached.trim_start().starts_with("JVBERi0"), "the attachment is a PDF");
        // A golden file keeps the line ends of text files; that a mail's are CRLF is a test of its own.
        check(&format!("letter-breached.{}.eml", language.code()), &letter.replace("\r\n", "\n"));
    }
}

#[test]
fn tables_of_a_tenant_and_of_all() {
    let records = [
        sample::record(Language::En, Verdict::Met),
        sample::record(Language::De, Verdict::Breached),
        sample::record(Language::De, Verdict::Undecidable),
    ];
    check("report.csv", &text(&records[1], "report.csv").replace("\r\n", "\n"));
    // Its first promise is read twice.
    check("report-read-twice.csv", &text(&records[0], "report.csv").replace("\r\n", "\n"));
    let portfolio = portfolio_documents(records[0].month, &records).expect("documents");
    for document in portfolio {
        let text = String::from_utf8(document.bytes).expect("text");
        if document.name.starts_with("operations") {
            for money in ["minor", "EUR", "USD", "credit"] {
                assert!(!text.contains(money), "{} says {money}", document.name);
            }
        }
        // Of what is long its schema tells.
        if document.name != "operations.json" {
            check(document.name, &text.replace("\r\n", "\n"));
        }
    }
}

/// The words of the pages in the order in which they are read aloud: a cell, a line of a tile or a paragraph on each line.
#[test]
fn what_readers_in_the_house_get_says_on_its_pages() {
    for language in LANGUAGES {
        let code = language.code();
        let record = sample::record(language, Verdict::Breached);
        let statement = statement_documents(&Templates::builtin(), language, &sample::statement(&record));
        let governance = governance_documents(&Templates::builtin(), language, &sample::governance(&record));
        for (name, documents) in [("statement", statement), ("governance", governance)] {
            let documents = documents.expect("documents");
            let pdf = documents.iter().find(|one| one.name == format!("{name}.pdf")).expect("a PDF");
            let text = pages(&pdf.bytes);
            if name == "governance" {
                let tables = documents.iter().filter(|one| !one.name.ends_with(".pdf"));
                let tables = tables.map(|one| String::from_utf8_lossy(&one.bytes).into_owned());
                for text in tables.chain([text.clone()]) {
                    for money in ["€", "EUR", "USD", "minor", "credit"] {
                        assert!(!text.contains(money), "governance reads {money} in\n{text}");
                    }
                }
            }
            check(&format!("{name}.{code}.pdf.txt"), &text);
        }
    }
}

fn pages(pdf: &[u8]) -> String {
    let document = lopdf::Document::load_mem(pdf).expect("a PDF");
    let mut text = String::new();
    for number in document.get_pages().into_keys() {
        let page = document.extract_text(&[number]).expect("text");
        let lines = page.lines().map(str::trim_end).filter(|line| !line.is_empty());
        text.extend([format!("# {number}")].into_iter().chain(lines.map(str::to_owned)).map(|line| line + "\n"));
    }
    text
}

#[test]
fn the_report_as_json_is_the_record() {
    let record = sample::record(Language::De, Verdict::Breached);
    let json = text(&record, "report.json");
    assert_eq!(json, record.to_json());
    assert_eq!(serde_json::from_str::<MonthRecord>(&json).expect("a record"), record);
}

/// Words that give a mixed-up template away. The samples' own names are left out.
#[test]
fn no_language_speaks_in_the_other() {
    const ENGLISH: [&str; 9] =
        ["the", "and", "outage", "evidence", "credit", "met", "with", "undecidable", "commitment"];
    const GERMAN: [&str; 9] = ["der", "und", "Ausfall", "Nachweis", "Gutschrift", "erfüllt", "mit", "nicht", "Zusage"];
    for language in LANGUAGES {
        for verdict in VERDICTS {
            let record = sample::record(language, verdict);
            let manuscript = sla_report::report_manuscript(&Templates::builtin(), &record).expect("a manuscript");
            let report = format!("{:?}", manuscript.blocks);
            let foreign: &[&str] = match language {
                Language::De => &ENGLISH,
                Language::En => &GERMAN,
            };
            for document in [text(&record, "letter.md"), report] {
                let mut words = document.split(|c: char| !c.is_alphanumeric());
                let found = words.find(|word| foreign.contains(word));
                assert_eq!(found, None, "in the {language:?} document for {verdict:?}");
            }
        }
    }
}

#[test]
fn a_german_letter_never_calls_a_service_credit_plainly() {
    let letter = text(&sample::record(Language::De, Verdict::Breached), "letter.md");
    let plain = letter.replace("Service-Level-Gutschrift", "");
    assert!(letter.contains("Service-Level-Gutschrift") && !plain.contains("Gutschrift"), "{letter}");
}
