//! Reports as other programs read them: poppler's text, fonts and properties, qpdf's check of the file.

use std::path::Path;
use std::process::Command;

use sla_acceptance::figures;
use sla_core::catalogue::CapScope;
use sla_core::record::{Language, MonthRecord, RecordCap, RecordRange, Verdict};
use sla_report::{Templates, governance_documents, report_pdf, sample, settled_documents, statement_documents};

/// A4, and the least distance of a word to the paper's edge, in points.
const PAGE: [f64; 2] = [595.3, 841.9];
const EDGE: f64 = 25.0;

/// A document as a file that is there as long as the value.
struct Pdf {
    file: tempfile::NamedTempFile,
}

impl Pdf {
    fn of(bytes: &[u8]) -> Self {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), bytes).expect("written");
        Self { file }
    }

    fn report(record: &MonthRecord) -> Self {
        Self::of(&report_pdf(&Templates::builtin(), record).expect("a report"))
    }

    /// What the program prints about it.
    fn ask(&self, program: &str, arguments: &[&str], after: &[&str]) -> String {
        run(program, arguments, self.file.path(), after)
    }

    /// Its text as poppler reads it, without spaces and marks of direction.
    fn squeezed(&self) -> String {
        squeezed(&self.ask("pdftotext", &[], &["-"]))
    }
}

fn squeezed(text: &str) -> String {
    let is_mark = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|c| !c.is_whitespace() && !is_mark(*c)).collect()
}

fn run(program: &str, arguments: &[&str], file: &Path, after: &[&str]) -> String {
    let output = Command::new(program).args(arguments).arg(file).args(after).output();
    let output = output.unwrap_or_else(|error| panic!("{program} does not start ({error}): run `cargo xtask setup`"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{program}: {text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

fn records() -> Vec<MonthRecord> {
    let mut records = vec![sample::long_record(Language::De, 6, 60)];
    for language in [Language::De, Language::En] {
        for verdict in [Verdict::Met, Verdict::Breached, Verdict::Undecidable] {
            records.push(sample::record(language, verdict));
        }
    }
    let mut long = sample::record(Language::De, Verdict::Breached);
    long.tenant_name = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz".repeat(4);
    long.commitments[0].title = "Verfügbarkeit".repeat(30);
    long.contract.service_hours = "Mo-Fr 08:00-18:00; ".repeat(400);
    long.evidence[0].query = "sum(rate(http_requests_total[1m])) ".repeat(400);
    records.push(long);
    records
}

/// Every kind of PDF that there is, with its name.
fn all() -> Vec<(String, Pdf)> {
    let templates = Templates::builtin();
    let mut all = Vec::new();
    for (index, record) in records().iter().enumerate() {
        all.push((format!("report {index}"), Pdf::report(record)));
    }
    for language in [Language::De, Language::En] {
        let record = sample::record(language, Verdict::Breached);
        let settlement = sample::settlement(&record);
        for (name, documents) in [
            ("decided", settled_documents(&templates, &record, &settlement, &sample::contacts())),
            ("statement", statement_documents(&templates, language, &sample::statement(&record))),
            ("governance", governance_documents(&templates, language, &sample::governance(&record))),
        ] {
            let documents = documents.expect("documents");
            let mut pdfs = documents.iter().filter(|one| one.bytes.starts_with(b"%PDF"));
            let (pdf, None) = (pdfs.next().expect("a PDF"), pdfs.next()) else {
                panic!("{name} has more than one PDF")
            };
            all.push((format!("{name} {}", language.code()), Pdf::of(&pdf.bytes)));
        }
    }
    all
}

#[test]
fn qpdf_finds_no_fault_and_no_word_leaves_the_page() {
    for (name, pdf) in all() {
        let verdict = pdf.ask("qpdf", &["--check"], &[]);
        assert!(verdict.contains("No syntax or stream encoding errors found"), "{name}: {verdict}");
        let words = pdf.ask("pdftotext", &["-bbox"], &["-"]);
        let mut count = 0;
        for word in words.lines().map(str::trim).filter(|line| line.starts_with("<word ")) {
            let at = |edge: &str| -> f64 {
                let value = word.split_once(&format!("{edge}=\"")).expect("an edge").1;
                value.split('"').next().expect("a value").parse().expect("a number")
            };
            let inside = at("xMin") >= EDGE
                && at("yMin") >= EDGE
                && at("xMax") <= PAGE[0] - EDGE
                && at("yMax") <= PAGE[1] - EDGE;
            assert!(inside, "{name}: outside of the page: {word}");
            count += 1;
        }
        assert!(count > 100, "{name}: {count} words");
    }
}

#[test]
fn fonts_of_every_document_are_embedded_subset_and_lead_back_to_characters() {
    for (name, pdf) in all() {
        let fonts = pdf.ask("pdffonts", &[], &[]);
        let rows: Vec<&str> = fonts.lines().skip(2).collect();
        assert!(!rows.is_empty() && rows.iter().all(|row| row.contains(" yes yes yes ")), "{name}: {fonts}");
        let properties = pdf.ask("pdfinfo", &[], &[]);
        assert!(properties.contains("Tagged:          yes"), "{name}: {properties}");
    }
}

/// Every figure of a month stands on its pages as another program reads them.
#[test]
fn every_figure_of_report_json_is_read_by_poppler() {
    for language in [Language::De, Language::En] {
        for verdict in [Verdict::Met, Verdict::Breached, Verdict::Undecidable] {
            let mut record = sample::record(language, verdict);
            let commitments = record.commitments.iter().map(|one| one.name.clone());
            record.caps.push(RecordCap {
                per: CapScope::Year,
                commitments: commitments.collect(),
                since: Some("2026-01".parse().expect("a month")),
                limit_minor: 9_876_543,
                used_minor: RecordRange { low: 1_234, high: 5_678_901 },
            });
            let count = figures::stand_in(&Pdf::report(&record).squeezed(), &record);
            assert!(count > 500, "{count} figures");
        }
    }
}

/// Names that are read from the right, and those of other scripts, come out of the file as they were written. Not with lam and alef in
/// one glyph: poppler turns the two around, whatever the file says of them; the report's own tests have such a name.
#[test]
fn names_of_any_script_are_read_by_poppler() {
    for name in ["شركة الشحن المحدودة", "חברת החשמל", "株式会社ノルドリヒト物流", "Łódź Øresund Ğöçü"]
    {
        let mut record = sample::record(Language::En, Verdict::Breached);
        name.clone_into(&mut record.tenant_name);
        let text = Pdf::report(&record).squeezed();
        assert!(text.contains(&squeezed(name)), "{name} is missing in {text}");
    }
}

#[test]
fn poppler_reads_what_was_written() {
    #[track_caller]
    fn check(record: &MonthRecord, expected: &[&str]) {
        let text = Pdf::report(record).ask("pdftotext", &["-layout"], &["-"]);
        for line in expected {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
    }
    check(
        &sample::record(Language::De, Verdict::Breached),
        &[
            "SLA-Bericht Oktober 2026",
            "Nordlicht Logistik Großhandel GmbH & Co. KG",
            "12.500,00 €",
            "99,8227 %",
            "Nicht erfüllt",
            "25.10.2026, 02:30 UTC+2",
            "25.10.2026, 02:30 UTC+1",
            "Seite 1 von ",
        ],
    );
    check(&sample::record(Language::En, Verdict::Breached), &["USD 12,500.00", "99.82", "Not met", "Page 1 of "]);
}

/// What a reader can copy out of the pages to check the figures: every fingerprint, and what each outage was.
#[test]
fn fingerprints_and_reasons_can_be_copied_out() {
    #[track_caller]
    fn check(record: &MonthRecord, reasons: &[&str]) {
        let text = Pdf::report(record).ask("pdftotext", &["-layout"], &["-"]);
        let incidents = record.incident_promises.iter().flat_map(|promise| &promise.incidents);
        let fingerprints = record.evidence.iter().map(|one| &one.sha256).chain(incidents.map(|one| &one.sha256));
        for fingerprint in fingerprints.chain([&record.contract.sha256]) {
            assert_eq!(fingerprint.len(), 64);
            assert!(text.contains(fingerprint.as_str()), "{fingerprint} is missing in\n{text}");
        }
        for reason in reasons {
            assert!(text.contains(reason), "{reason} is missing in\n{text}");
        }
    }
    check(
        &sample::record(Language::De, Verdict::Breached),
        &["41 min", "Alle 41.000 Ereignisse fehlgeschlagen", "17.920 von 28.000 fehlgeschlagen"],
    );
    check(
        &sample::record(Language::En, Verdict::Breached),
        &["41 min", "All 41,000 events failed", "17,920 of 28,000 failed"],
    );
    check(
        &sample::record(Language::De, Verdict::Undecidable),
        &["Die Quelle hat keinen Messwert geliefert.", "Der Messwert ist nicht verwendbar."],
    );
}

#[test]
fn properties_fonts_tags_and_attachment_are_as_archives_want_them() {
    let record = sample::record(Language::De, Verdict::Met);
    let report = Pdf::report(&record);
    let properties = report.ask("pdfinfo", &["-isodates"], &[]);
    for line in ["Tagged:          yes", "2026-10-31T23:00:00Z", "Author:          Hansebit Cloud GmbH", "(A4)"] {
        assert!(properties.contains(line), "{line} is missing in\n{properties}");
    }
    let fonts = report.ask("pdffonts", &[], &[]);
    let rows: Vec<&str> = fonts.lines().skip(2).collect();
    assert_eq!(rows.len(), 3, "{fonts}");
    // Embedded, subset, and with a way back to characters.
    assert!(rows.iter().all(|row| row.contains(" yes yes yes ")), "{fonts}");
    let tags = report.ask("pdfinfo", &["-struct"], &[]);
    for tag in ["H1", "H2", "Table", "TH", "TD", "Figure"] {
        assert!(tags.lines().any(|line| line.trim_start().starts_with(tag)), "{tag} is missing in\n{tags}");
    }
    let attached = report.ask("qpdf", &["--show-attachment=report.json"], &[]);
    assert_eq!(attached, record.to_json());
}
