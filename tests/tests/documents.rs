//! Reports as other programs read them: poppler's text, fonts and properties, qpdf's check of the file.

use std::path::{Path, PathBuf};
use std::process::Command;

use sla_core::record::{Language, MonthRecord, Verdict};
use sla_report::{Templates, report_pdf, sample};

/// A4, and the least distance of a word to the paper's edge, in points.
const PAGE: [f64; 2] = [595.3, 841.9];
const EDGE: f64 = 25.0;

/// A report as a file that is there as long as the value.
struct Report {
    folder: tempfile::TempDir,
}

impl Report {
    fn of(record: &MonthRecord) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let bytes = report_pdf(&Templates::builtin(), record).expect("a report");
        std::fs::write(folder.path().join("report.pdf"), bytes).expect("written");
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("report.pdf")
    }

    /// What the program prints about the report.
    fn ask(&self, program: &str, arguments: &[&str], after: &[&str]) -> String {
        run(program, arguments, &self.path(), after)
    }
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

#[test]
fn qpdf_finds_no_fault_and_no_word_leaves_the_page() {
    for record in records() {
        let report = Report::of(&record);
        let verdict = report.ask("qpdf", &["--check"], &[]);
        assert!(verdict.contains("No syntax or stream encoding errors found"), "{verdict}");
        let words = report.ask("pdftotext", &["-bbox"], &["-"]);
        let mut count = 0;
        for word in words.lines().map(str::trim).filter(|line| line.starts_with("<word ")) {
            let at = |name: &str| -> f64 {
                let value = word.split_once(&format!("{name}=\"")).expect("an edge").1;
                value.split('"').next().expect("a value").parse().expect("a number")
            };
            let inside = at("xMin") >= EDGE
                && at("yMin") >= EDGE
                && at("xMax") <= PAGE[0] - EDGE
                && at("yMax") <= PAGE[1] - EDGE;
            assert!(inside, "outside of the page: {word}");
            count += 1;
        }
        assert!(count > 300, "{count} words");
    }
}

#[test]
fn poppler_reads_what_was_written() {
    #[track_caller]
    fn check(record: &MonthRecord, expected: &[&str]) {
        let text = Report::of(record).ask("pdftotext", &["-layout"], &["-"]);
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
        let text = Report::of(record).ask("pdftotext", &["-layout"], &["-"]);
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
    let report = Report::of(&record);
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
