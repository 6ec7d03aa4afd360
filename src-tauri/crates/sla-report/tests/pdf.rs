//! The PDF as a file: pages, texts, fonts, tags, attachment; hostile records; equal bytes for equal months.

use std::collections::BTreeSet;

use lopdf::{Dictionary, Document, Object};
use sla_core::catalogue::CapScope;
use sla_core::record::{Language, MonthRecord, RecordCap, RecordOutage, RecordRange, Verdict};
use sla_report::manuscript::{Block, Run};
use sla_report::{
    Templates, governance_documents, portfolio_documents, report_pdf, sample, settled_documents, statement_documents,
    tenant_documents,
};

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

/// The attained figures of the days, stretches without evidence and every derivation lead to what they follow from.
#[test]
fn tables_of_days_and_derivations_lead_to_their_evidence() {
    for language in [Language::De, Language::En] {
        let record = sample::record(language, Verdict::Undecidable);
        let blocks = sla_report::report_manuscript(&Templates::builtin(), &record).expect("a manuscript").blocks;
        let known: BTreeSet<&str> = blocks.iter().flat_map(anchors).collect();
        let link_of = |runs: &[Run]| runs.iter().find_map(|run| run.link.clone());
        let at = |name: &str| blocks.iter().position(|block| anchors_of(block, name)).expect("a heading");
        let (credits, exclusions, figures, pieces) = (at("credits"), at("exclusions"), at("figures"), at("pieces"));
        let (mut derived, mut days) = (0, 0);
        for pair in blocks[credits..exclusions].windows(2) {
            let [Block::Heading { level: 3, .. }, after] = pair else { continue };
            let Block::Paragraph { text, .. } = after else { continue };
            let links: Vec<&str> = text.iter().filter_map(|run| run.link.as_deref()).collect();
            assert!(links.len() >= 2 && links.iter().all(|link| known.contains(link)), "{links:?}");
            derived += 1;
        }
        assert!(derived > record.commitments.len(), "{derived} derivations");
        for block in &blocks[figures..pieces] {
            let Block::Table(table) = block else { continue };
            for row in table.rows.iter().filter(|row| row.len() == 9 && row[1].text.iter().any(|run| run.text != "–"))
            {
                let link = link_of(&row[1].text).unwrap_or_else(|| panic!("{row:?} leads nowhere"));
                assert!(known.contains(link.as_str()), "{link}");
                days += 1;
            }
        }
        assert!(days > 60, "{days} days");
    }
}

/// Every block of a report's month has what the reader is told that it has.
#[test]
fn a_commitment_has_its_charts_and_every_figure_of_it_leads_somewhere() {
    for language in [Language::De, Language::En] {
        let record = sample::record(language, Verdict::Breached);
        let blocks = sla_report::report_manuscript(&Templates::builtin(), &record).expect("a manuscript").blocks;
        let anchors: BTreeSet<&str> = blocks.iter().flat_map(anchors).collect();
        for (index, one) in record.commitments.iter().enumerate() {
            let name = format!("promise-{}", index + 1);
            let begin = blocks.iter().position(|block| anchors_of(block, &name)).expect("its heading");
            let rest = &blocks[begin + 1..];
            let end = rest.iter().position(|block| matches!(block, Block::PageBreak)).expect("its end");
            let (mut maps, mut bars, mut burns, mut years, mut outages) = (0, 0, 0, 0, 0);
            for block in &rest[..end] {
                match block {
                    Block::Hours(map) => {
                        maps += 1;
                        assert_eq!(map.days.len(), 31);
                        assert!(map.days.iter().all(|day| day.hours.len() == 24), "24 hours a day");
                        assert!(one.outages.is_empty() || map.description.contains("min"), "{}", map.description);
                    }
                    Block::Chart(chart) => {
                        bars += 1;
                        assert_eq!((chart.days.len(), chart.target.as_str()), (31, one.target.as_str()));
                    }
                    Block::BurnDown(chart) => {
                        burns += 1;
                        assert_eq!(chart.days.len(), 31);
                    }
                    Block::Months(chart) => {
                        years += 1;
                        assert_eq!(chart.months.len(), 12);
                    }
                    Block::Table(table) if outages == 0 && !one.outages.is_empty() => {
                        outages = table.rows.len();
                        for row in &table.rows {
                            let link = row[2].text.iter().find_map(|run| run.link.as_deref());
                            assert!(link.is_some_and(|link| anchors.contains(link)), "{row:?}");
                        }
                    }
                    Block::Facts { facts } => {
                        let has_digit = |text: &str| text.contains(|c: char| c.is_ascii_digit());
                        for fact in facts.iter().filter(|fact| fact.value.text.iter().any(|run| has_digit(&run.text))) {
                            let link = fact.value.text.iter().find_map(|run| run.link.as_deref());
                            let link = link.unwrap_or_else(|| panic!("{fact:?} leads nowhere"));
                            assert!(anchors.contains(link), "{link}");
                        }
                    }
                    _ => {}
                }
            }
            assert_eq!([maps, bars, burns, years], [1; 4], "{}", one.name);
            assert_eq!(outages, one.outages.len(), "{}", one.name);
        }
    }
}

fn anchors(block: &Block) -> Vec<&str> {
    match block {
        Block::Heading { anchor, .. } => anchor.iter().map(String::as_str).collect(),
        Block::Evidence { cards } => cards.iter().filter_map(|card| card.anchor.as_deref()).collect(),
        _ => Vec::new(),
    }
}

fn anchors_of(block: &Block, name: &str) -> bool {
    anchors(block).contains(&name)
}

/// Names that are read from the right, and titles with signs of Markdown, are copied as they were written.
#[test]
fn names_of_any_script_and_with_any_sign_are_copied_as_they_were_written() {
    #[track_caller]
    fn check(name: &str) {
        let mut record = sample::record(Language::De, Verdict::Breached);
        name.clone_into(&mut record.tenant_name);
        name.clone_into(&mut record.commitments[0].title);
        let commitments = vec![record.commitments[0].name.clone()];
        let used_minor = RecordRange { low: 0, high: 0 };
        record.caps = vec![RecordCap { per: CapScope::Month, commitments, since: None, limit_minor: 100, used_minor }];
        let text = page_texts(&load(&record)).concat();
        let squeezed = |text: &str| text.replace([' ', '\u{a0}'], "");
        // The cover, the overview, the list of contents, its own heading, its derivation, its caps and its figures.
        let count = squeezed(&text).matches(&squeezed(name)).count();
        assert!(count >= 7, "{name} is found {count} times in {text}");
    }
    check("شركة الشحن المحدودة");
    // Lam and alef are one glyph.
    check("السلام والأمل");
    check("חברת החשמל");
    check("株式会社ノルドリヒト物流");
    check("a | b * c _d_ `e` [f](#g) <h> {{ i }} # j");
}

/// The test starts itself again, elsewhere on the globe and as somebody else, and compares what both processes wrote.
#[test]
fn equal_months_make_equal_bytes_in_another_process() {
    const FOLDER: &str = "SLA_REPORT_TEST_FOLDER";
    let documents = || -> Vec<(String, Vec<u8>)> {
        let templates = Templates::builtin();
        let mut all = Vec::new();
        for (language, verdict) in [(Language::De, Verdict::Breached), (Language::En, Verdict::Undecidable)] {
            let record = sample::record(language, verdict);
            let settlement = sample::settlement(&record);
            for (of, documents) in [
                ("drawn", tenant_documents(&templates, &record, &sample::contacts())),
                ("decided", settled_documents(&templates, &record, &settlement, &sample::contacts())),
                ("statement", statement_documents(&templates, language, &sample::statement(&record))),
                ("governance", governance_documents(&templates, language, &sample::governance(&record))),
                ("portfolio", portfolio_documents(record.month, std::slice::from_ref(&record))),
            ] {
                let documents = documents.expect("documents").into_iter();
                all.extend(documents.map(|one| (format!("{}-{of}-{}", language.code(), one.name), one.bytes)));
            }
        }
        all
    };
    if let Some(folder) = std::env::var_os(FOLDER) {
        for (name, bytes) in documents() {
            std::fs::write(std::path::Path::new(&folder).join(name), bytes).expect("written");
        }
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let status = std::process::Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "equal_months_make_equal_bytes_in_another_process"])
        .env_clear()
        .env(FOLDER, folder.path())
        .envs([("TZ", "Pacific/Kiritimati"), ("LC_ALL", "tr_TR.UTF-8"), ("LANG", "de_DE.UTF-8")])
        .envs([("USER", "somebody else"), ("LOGNAME", "else"), ("HOME", "/nonexistent"), ("SOURCE_DATE_EPOCH", "1")])
        .current_dir("/")
        .stdout(std::process::Stdio::null())
        .status()
        .expect("the test starts");
    assert!(status.success());
    let documents = documents();
    assert_eq!(documents.len(), 2 * (7 + 9 + 4 + 3 + 4));
    for (name, bytes) in documents {
        let other = std::fs::read(folder.path().join(&name)).expect("written by the other process");
        assert!(other == bytes, "{name} differs");
    }
}
