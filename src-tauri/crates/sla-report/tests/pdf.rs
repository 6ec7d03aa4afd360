//! The PDF as a file: pages, texts, fonts, tags, attachment; hostile records; equal bytes for equal months.

use std::collections::BTreeSet;

use lopdf::{Dictionary, Document, Object};
use sla_core::record::{Language, MonthRecord, RecordOutage, Verdict};
use sla_report::manuscript::Block;
use sla_report::{Templates, report_pdf, sample, tenant_documents};

fn load(record: &MonthRecord) -> Document {
    let bytes = report_pdf(&Templates::builtin(), record).expect("a report");
    Document::load_mem(&bytes).expect("a PDF")
}

fn page_texts(document: &Document) -> Vec<String> {
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    pages.iter().map(|page| document.extract_text(&[*page]).expect("text").replace('\n', "")).collect()
}

fn dictionaries(document: &Document) -> impl Iterator<Item = &Dictionary> {
    document.objects.values().filter_map(|object| match object {
        Object::Dictionary(dictionary) => Some(dictionary),
        Object::Stream(stream) => Some(&stream.dict),
        _ => None,
    })
}

fn is_type(dictionary: &Dictionary, name: &[u8]) -> bool {
    dictionary.get(b"Type").and_then(Object::as_name).is_ok_and(|found| found == name)
}

#[test]
fn every_page_has_text_and_its_number() {
    #[track_caller]
    fn check(record: &MonthRecord, number: impl Fn(usize, usize) -> String) {
        let texts = page_texts(&load(record));
        for (index, text) in texts.iter().enumerate() {
            let number = number(index + 1, texts.len());
            assert!(text.contains(&number), "{number} is missing in {text}");
            assert!(text.len() > 150, "page {} is as good as empty: {text}", index + 1);
        }
    }
    for verdict in [Verdict::Met, Verdict::Breached, Verdict::Undecidable] {
        check(&sample::record(Language::De, verdict), |page, pages| format!("Seite {page} von {pages}"));
        check(&sample::record(Language::En, verdict), |page, pages| format!("Page {page} of {pages}"));
    }
}

#[test]
fn figures_and_umlauts_can_be_copied_out() {
    let texts = page_texts(&load(&sample::record(Language::De, Verdict::Breached))).concat();
    for expected in [
        "Nordlicht Logistik Großhandel GmbH & Co. KG",
        "Verfügbarkeit der Bestellschnittstelle",
        "625,00 €",
        "99,8227 %",
        "25.10.2026, 02:30 UTC+2",
        "25.10.2026, 02:30 UTC+1",
        "http_requests_total",
    ] {
        assert!(texts.contains(expected), "{expected} is missing in {texts}");
    }
}

/// Figures as a German reader expects them: `1234.5` is `1.234,5`.
fn german(number: &str) -> String {
    let (whole, part) = number.split_once('.').map_or((number, None), |(whole, part)| (whole, Some(part)));
    let digits = whole.as_bytes();
    let groups = digits.rchunks(3).rev().map(String::from_utf8_lossy).collect::<Vec<_>>().join(".");
    part.map_or(groups.clone(), |part| format!("{groups},{part}"))
}

#[test]
fn every_figure_of_the_record_can_be_found() {
    for verdict in [Verdict::Met, Verdict::Breached, Verdict::Undecidable] {
        let record = sample::record(Language::De, verdict);
        let squeezed = |text: &str| text.replace([' ', '\u{a0}', '\u{202f}', '\n'], "");
        let text = squeezed(&page_texts(&load(&record)).concat());
        let money = |minor: i64| format!("{},{:02}€", german(&(minor / 100).to_string()), minor % 100);
        let percent = |percent: &str| format!("{}%", german(percent));
        let mut figures = vec![money(record.credit_total.low_minor), money(record.credit_total.high_minor)];
        figures.push(money(record.contract.fee.minor));
        for one in &record.commitments {
            let range = [&one.attained_range.low, &one.attained_range.high];
            figures.extend(range.into_iter().flatten().map(|ratio| percent(&ratio.percent)));
            let used = [&one.budget.used_percent_range.low, &one.budget.used_percent_range.high];
            figures.extend(used.into_iter().flatten().map(|used| percent(used)));
            figures.extend([money(one.credit.low_minor), money(one.credit.high_minor), percent(&one.target)]);
            figures.extend([one.good.to_string(), one.total.to_string()].map(|count| german(&count)));
            figures.extend(one.days.iter().filter_map(|day| day.percent.as_deref()).map(percent));
            let course = one.course.as_ref().expect("the sample tells how it went");
            let used = course.used.iter().flat_map(|day| [&day.percent.low, &day.percent.high]);
            figures.extend(used.flatten().map(|used| percent(used)));
            for outage in &one.outages {
                figures.extend([&outage.reason.failed, &outage.reason.total].map(|count| german(&count.to_string())));
            }
        }
        for month in &record.earlier {
            let told = month.promises.iter().flat_map(|one| [&one.attained.low, &one.attained.high]);
            figures.extend(told.flatten().map(|attained| percent(attained)));
        }
        figures.extend(record.evidence.iter().map(|piece| piece.sha256.clone()));
        figures.push(record.contract.sha256.clone());
        for figure in figures {
            assert!(text.contains(&figure), "{figure} is missing in the report of a {} month", verdict.name());
        }
    }
}

#[test]
fn all_fonts_are_embedded_and_subset() {
    let document = load(&sample::record(Language::De, Verdict::Breached));
    let descriptors: Vec<_> = dictionaries(&document).filter(|one| is_type(one, b"FontDescriptor")).collect();
    assert_eq!(descriptors.len(), 3);
    for descriptor in descriptors {
        assert!(descriptor.has(b"FontFile2"), "{descriptor:?}");
        let name = descriptor.get(b"FontName").and_then(Object::as_name).expect("a name");
        assert_eq!(name.get(6), Some(&b'+'), "{:?} is no subset", String::from_utf8_lossy(name));
    }
}

#[test]
fn the_file_is_tagged_titled_and_carries_its_record() {
    let record = sample::record(Language::De, Verdict::Undecidable);
    let document = load(&record);
    let catalogue = document.catalog().expect("a catalogue");
    for key in ["Lang", "MarkInfo", "StructTreeRoot", "Outlines", "Metadata", "OutputIntents", "AF", "Names"] {
        assert!(catalogue.has(key.as_bytes()), "{key} is missing");
    }
    let elements: Vec<_> = dictionaries(&document).filter(|one| is_type(one, b"StructElem")).collect();
    let tags: BTreeSet<_> = elements
        .iter()
        .filter_map(|one| one.get(b"S").and_then(Object::as_name).ok())
        .map(String::from_utf8_lossy)
        .collect();
    for tag in ["Document", "H1", "H2", "H3", "P", "Table", "TR", "TH", "TD", "Figure"] {
        assert!(tags.contains(tag), "{tag} is missing in {tags:?}");
    }
    for element in elements {
        let is_figure = element.get(b"S").and_then(Object::as_name).is_ok_and(|tag| tag == b"Figure");
        assert!(!is_figure || element.has(b"Alt"), "a figure without words");
    }
    let attached = document.objects.values().filter_map(|object| object.as_stream().ok());
    let attached =
        attached.filter(|stream| is_type(&stream.dict, b"EmbeddedFile")).map(|stream| stream.get_plain_content());
    let attached: Vec<_> = attached.map(|content| content.expect("content")).collect();
    assert_eq!(attached.len(), 4);
    let has = |start: &str| attached.iter().any(|content| content.starts_with(start.as_bytes()));
    assert!(attached.contains(&record.to_json().into_bytes()), "report.json is the record");
    assert!(has("commitment,date,service_seconds,"), "the numbers behind the bars are attached");
    assert!(has("commitment,date,hour,"), "the numbers behind the map of hours are attached");
    assert!(has("{\n  \"schema\": \"sla-desk/evidence/v1\""), "the manifest of the evidence is attached");
    let related = dictionaries(&document).filter(|one| is_type(one, b"Filespec"));
    assert!(related.into_iter().all(|one| one.has(b"AFRelationship")), "each says what it is to the document");
}

#[test]
fn a_long_list_is_cut_with_a_word_and_stays_bounded() {
    let record = sample::long_record(Language::De, 2, 5_000);
    assert!(record.commitments.iter().all(|one| one.outages.len() >= 4_900), "the sample is long");
    let texts = page_texts(&load(&record));
    assert!(texts.len() < 250, "{} pages", texts.len());
    assert!(texts.concat().contains("Ausfälle stehen in der Datei report.json"), "the rest is named");
}

#[test]
fn many_commitments_with_long_lists_stay_within_the_templates_limits() {
    let record = sample::long_record(Language::En, 32, 220);
    let manuscript = sla_report::report_manuscript(&Templates::builtin(), &record).expect("a manuscript");
    let rows = |block: &Block| if let Block::Table(table) = block { table.rows.len() } else { 0 };
    assert!(manuscript.blocks.iter().map(rows).sum::<usize>() > 32 * 200);
}

#[test]
fn a_template_that_fills_thousands_of_pages_is_stopped() {
    let folder = tempfile::tempdir().expect("a folder");
    let template = "{% for page in range(3000) %}\nx\n\n```pagebreak\n```\n{% endfor %}\n";
    std::fs::write(folder.path().join("report.de.md"), template.replace("```pagebreak", "\n```pagebreak"))
        .expect("written");
    let templates = Templates::from_folder(folder.path()).expect("templates");
    let error = report_pdf(&templates, &sample::record(Language::De, Verdict::Met)).expect_err("refused").to_string();
    assert_eq!(error, "the report would be longer than 2000 pages; list fewer rows in report.de.md");
}

#[test]
fn odd_records_make_readable_reports() {
    #[track_caller]
    fn check(change: impl FnOnce(&mut MonthRecord), expected: &str) {
        let mut record = sample::record(Language::De, Verdict::Breached);
        change(&mut record);
        let texts = page_texts(&load(&record)).concat();
        assert!(texts.contains(expected), "{expected} is missing in {texts}");
    }
    // A name in letters that the theme's fonts do not have is set in a fallback.
    check(|record| record.tenant_name = "日本電信 KK".into(), "日本電信");
    check(|record| record.tenant_name = "Ελληνική Εταιρεία".into(), "Ελληνική Εταιρεία");
    // What no font has stays visible, and is named.
    check(|record| record.tenant_name = "\u{1f600} KK".into(), "\u{fffd} KK");
    check(|record| record.tenant_name = "\u{1f600} KK".into(), "Zeichen ohne Schrift: U+1F600.");
    // A word longer than any line, and a query longer than a page.
    let word = "Donaudampfschifffahrtsgesellschaft".repeat(12);
    check(|record| record.tenant_name = word.clone(), "Donaudampfschifffahrtsgesellschaft");
    // The running header says that it is shortened.
    check(|record| record.tenant_name = word.clone(), "… SLA-Bericht");
    check(|record| record.evidence[0].query = "x ".repeat(12_000) + "END", "END");
    check(|record| record.exclusions[0].reason = "lang ".repeat(4_000) + "ENDE", "ENDE");
    check(|record| record.commitments[0].title = "\r\n# ```tiles".into(), "# ```tiles");
    check(|record| record.contract.service_hours = "Mo ".repeat(3_000) + "ENDE", "ENDE");
    check(|record| record.commitments[0].title = "lang ".repeat(1_500) + "ENDE", "ENDE");
    check(|record| record.commitments.truncate(1), "2 von 3 Zusagen nicht erfüllt.");
    check(|record| record.exclusions.clear(), "keine Zeit als ausgenommen gemeldet");
    // Nothing was measured at all.
    let nothing = |record: &mut MonthRecord| {
        for one in &mut record.commitments {
            (one.attained, one.attained_range.low, one.attained_range.high) = (None, None, None);
            one.budget.used_percent = None;
            (one.budget.used_percent_range.low, one.budget.used_percent_range.high) = (None, None);
            one.days.clear();
            one.outages.clear();
            one.slice_target = None;
        }
    };
    check(nothing, "keine Messung");
}

#[test]
fn a_field_that_is_no_figure_is_refused_by_name() {
    #[track_caller]
    fn check(change: impl FnOnce(&mut MonthRecord), expected: &str) {
        let mut record = sample::record(Language::De, Verdict::Breached);
        change(&mut record);
        let error = report_pdf(&Templates::builtin(), &record).expect_err("refused").to_string();
        assert!(error.contains(expected), "{error}");
    }
    check(|record| record.commitments[0].target = "99,9".into(), "found \"99,9\", expected a percentage");
    check(|record| record.period.end = "yesterday".into(), "expected an instant");
    check(|record| record.period.time_zone = "Mars/Olympus".into(), "expected an instant");
    check(|record| record.credit_total.currency = "BTC".into(), "expected an ISO 4217 code");
    let backwards = |record: &mut MonthRecord| {
        let outage: &mut RecordOutage = &mut record.commitments[0].outages[0];
        outage.seconds = -1;
    };
    check(backwards, "expected seconds");
}

/// The test starts itself again, elsewhere on the globe, and compares what both processes wrote.
#[test]
fn equal_months_make_equal_bytes_in_another_process() {
    const FOLDER: &str = "SLA_REPORT_TEST_FOLDER";
    let documents = || {
        let record = sample::record(Language::De, Verdict::Breached);
        tenant_documents(&Templates::builtin(), &record, &sample::contacts()).expect("documents")
    };
    if let Some(folder) = std::env::var_os(FOLDER) {
        for document in documents() {
            std::fs::write(std::path::Path::new(&folder).join(document.name), document.bytes).expect("written");
        }
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let status = std::process::Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "equal_months_make_equal_bytes_in_another_process"])
        .env(FOLDER, folder.path())
        .env("TZ", "Pacific/Kiritimati")
        .env("LC_ALL", "en_US.UTF-8")
        .stdout(std::process::Stdio::null())
        .status()
        .expect("the test starts");
    assert!(status.success());
    for document in documents() {
        let other = std::fs::read(folder.path().join(document.name)).expect("written by the other process");
        assert!(other == document.bytes, "{} differs", document.name);
    }
}
